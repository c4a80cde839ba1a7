//! Python objects as JSON text.
//!
//! What the standard library and the clients of clouds hand out: dicts, lists and tuples, strings,
//! booleans, integers of any size, floats by their shortest digits, `Decimal` by its own, aware
//! datetimes as RFC 3339 in UTC, dates, and bytes in base64 as the AWS CLI prints them. Objects of the
//! Kubernetes client are written with the names of the API, others by their `to_dict`.

use crate::error::refuse;
use crate::fault::Fault;
use crate::quote::Out;
use drift_core::{Code, Error};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
    PyType,
};
use std::panic::resume_unwind;
use std::thread;

/// Containers inside each other, at most. The core's own limit is no higher.
const MAX_DEPTH: usize = drift_core::Limits::MAX_DEPTH;

/// Below as many containers another thread goes on: that of the caller may have a small stack.
const SHALLOW: usize = 48;

/// The stack of that thread, in bytes, of which no more is taken than is needed: each object may run code of
/// Python as well.
const STACK: usize = MAX_DEPTH * (64 << 10);

/// After as many objects Python may act on a signal.
const SIGNALS: usize = 1 << 14;

/// Whether it was written.
type Done = Result<(), Fault>;

/// The text, and how many objects it holds.
struct Written {
    out: Out,
    objects: usize,
    /// Whether it is written on a thread with a large stack.
    is_deep: bool,
}

/// The object as JSON text.
pub(crate) fn json(object: &Bound<'_, PyAny>) -> PyResult<String> {
    String::from_utf8(json_bytes(object)?)
        .map_err(|_| refuse(object.py(), Code::Internal, "the text that was made is not UTF-8"))
}

/// The object as JSON text, whose reader sees to it that it is UTF-8.
pub(crate) fn json_bytes(object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let mut to = Written { out: Out::new(), objects: 0, is_deep: false };
    write(object, 0, &mut to).map_err(|fault| fault.raise(object.py()))?;
    Ok(to.out.into_text())
}

/// Whether the object tells what it holds: a model of the Kubernetes client, or by `to_dict`.
pub(crate) fn is_model(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    // A class is no object of it.
    Ok(!object.is_instance_of::<PyType>() && object.hasattr(intern!(object.py(), "to_dict"))?)
}

fn write(object: &Bound<'_, PyAny>, depth: usize, to: &mut Written) -> Done {
    let py = object.py();
    to.objects += 1;
    if to.objects.is_multiple_of(SIGNALS) {
        py.check_signals()?;
    }
    if depth > MAX_DEPTH {
        let message = format!("the object passes the limit `max_depth` of {MAX_DEPTH}");
        // The way there would be as long.
        return Err(refuse(py, Code::Limit, message).into());
    }
    if depth == SHALLOW && !to.is_deep {
        return write_deep(object, depth, to);
    }
    // What there is most of comes first, as it is and then in subclasses. A cast that fails makes an error,
    // so it is only tried where it will not.
    if object.is_exact_instance_of::<PyString>() {
        quote(object.cast_exact()?, &mut to.out)
    } else if object.is_exact_instance_of::<PyDict>() {
        dict(object.cast_exact()?, depth, to)
    } else if object.is_exact_instance_of::<PyList>() {
        items(object.cast_exact::<PyList>()?.iter(), depth, to)
    } else if object.is_exact_instance_of::<PyBool>() {
        if object.is_truthy()? {
            to.out.push(*b"true")
        } else {
            to.out.push(*b"false")
        }
        Ok(())
    } else if object.is_none() {
        to.out.push(*b"null");
        Ok(())
    } else if let Ok(number) = object.cast::<PyInt>() {
        integer(number, &mut to.out)
    } else if let Ok(number) = object.cast::<PyFloat>() {
        float(number, &mut to.out)
    } else if let Ok(text) = object.cast::<PyString>() {
        quote(text, &mut to.out)
    } else if let Ok(map) = object.cast::<PyDict>() {
        dict(map, depth, to)
    } else if let Ok(list) = object.cast::<PyList>() {
        items(list.iter(), depth, to)
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        items(tuple.iter(), depth, to)
    } else {
        other(object, depth, to)
    }
}

/// Goes on with an object on a thread of its own.
#[cold]
fn write_deep(object: &Bound<'_, PyAny>, depth: usize, to: &mut Written) -> Done {
    let deep = object.clone().unbind();
    to.is_deep = true;
    let done = object.py().detach(|| {
        thread::scope(|scope| {
            let work = || Python::attach(|py| write(deep.bind(py), depth, to));
            let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
            let thread = thread.map_err(PyErr::from)?;
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    });
    to.is_deep = false;
    done
}

fn integer(number: &Bound<'_, PyInt>, out: &mut Out) -> Done {
    let py = number.py();
    // A subclass may be one number and print another: that of `int` counts.
    if let Ok(short) = number.extract::<i64>() {
        out.integer(short);
        return Ok(());
    }
    let number = match py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (number,)) {
        Ok(number) => number,
        // Python prints no integer of thousands of digits; a `Decimal` of the same value it does.
        Err(error) if error.is_instance_of::<PyValueError>(py) => {
            let decimal = py.import("decimal")?.getattr("Decimal")?;
            decimal.call1((number,))?.str()?.into_any()
        }
        Err(error) => return Err(error.into()),
    };
    out.push_str(number.cast::<PyString>()?.to_str()?);
    Ok(())
}

fn items<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
    to: &mut Written,
) -> Done {
    to.out.push([b'[']);
    for (index, item) in items.enumerate() {
        if index > 0 {
            to.out.push([b',']);
        }
        write(&item, depth + 1, to).map_err(|fault| fault.at(index))?;
    }
    to.out.push([b']']);
    Ok(())
}

/// Writes a dict, which may be changed meanwhile: what it holds may run code of Python, and that may let
/// another thread have its turn. Then it is refused, as Python refuses to go on through it.
fn dict(map: &Bound<'_, PyDict>, depth: usize, to: &mut Written) -> Done {
    let count = map.len();
    to.out.push([b'{']);
    // Going on behind the last is a panic where names were changed.
    for (index, (name, value)) in map.iter().take(count).enumerate() {
        field(index, &name, &value, depth, to)?;
        if map.len() != count {
            let message = "a dict changed its size while it was read";
            return Err(PyRuntimeError::new_err(message).into());
        }
    }
    to.out.push([b'}']);
    Ok(())
}

fn fields<'py>(
    fields: impl Iterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
    depth: usize,
    to: &mut Written,
) -> Done {
    to.out.push([b'{']);
    for (index, (name, value)) in fields.enumerate() {
        field(index, &name, &value, depth, to)?;
    }
    to.out.push([b'}']);
    Ok(())
}

#[inline(always)]
fn field(
    index: usize,
    name: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
    depth: usize,
    to: &mut Written,
) -> Done {
    if index > 0 {
        to.out.push([b',']);
    }
    if name.is_exact_instance_of::<PyString>() {
        quote(name.cast_exact()?, &mut to.out)?;
    } else if let Ok(text) = name.cast::<PyString>() {
        quote(text, &mut to.out)?;
    } else {
        let found = name.get_type().name()?;
        let message = format!("the keys of a document must be str, not {found}");
        return Err(Fault::type_of(message));
    }
    to.out.push([b':']);
    write(value, depth + 1, to).map_err(|fault| fault.below(name))
}

fn float(number: &Bound<'_, PyFloat>, out: &mut Out) -> Done {
    if !number.value().is_finite() {
        let message = "a float is not finite, and JSON has no such number";
        return Err(Fault::value(Code::Parse, message));
    }
    out.float(number.value());
    Ok(())
}

/// Objects of the standard library that documents hold.
fn other(object: &Bound<'_, PyAny>, depth: usize, to: &mut Written) -> Done {
    let py = object.py();
    if object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>() {
        let bytes = object;
        let text = py.import("base64")?.call_method1("b64encode", (bytes,))?;
        let text = text.call_method1("decode", ("ascii",))?;
        return quote(text.cast::<PyString>()?, &mut to.out);
    }
    if object.is_instance(&py.import("decimal")?.getattr("Decimal")?)? {
        if !object.call_method0("is_finite")?.extract::<bool>()? {
            let message = "a Decimal is not finite, and JSON has no such number";
            return Err(Fault::value(Code::Parse, message));
        }
        to.out.push_str(object.str()?.to_str()?);
        return Ok(());
    }
    let datetime = py.import("datetime")?;
    if object.is_instance(&datetime.getattr("datetime")?)? {
        if object.call_method0("utcoffset")?.is_none() {
            let error = Error::new(Code::Time, "a datetime has no time zone");
            let help = "use datetime.now(timezone.utc), or set tzinfo";
            return Err(Fault::of(error.with_help(help)));
        }
        let text = py.import("drift_py._time")?.call_method1("document_text", (object,))?;
        return quote(text.cast::<PyString>()?, &mut to.out);
    }
    if object.is_instance(&datetime.getattr("date")?)? {
        return quote(object.call_method0("isoformat")?.cast::<PyString>()?, &mut to.out);
    }
    if let Ok(map) = object.cast::<PyMapping>() {
        let pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> =
            map.items()?.iter().map(|pair| pair.extract()).collect::<PyResult<_>>()?;
        return fields(pairs.into_iter(), depth, to);
    }
    if let Some(names) = names_of(object)? {
        return model(object, &names, depth, to);
    }
    if is_model(object)? {
        return write(&object.call_method0(intern!(py, "to_dict"))?, depth + 1, to);
    }
    let found = object.get_type().name()?;
    Err(Fault::type_of(format!("an object of type {found} cannot stand in a document")))
}

/// How the API names the attributes, where the object is a model of the Kubernetes client.
fn names_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    let (py, class) = (object.py(), object.get_type());
    if !class.hasattr(intern!(py, "openapi_types"))? {
        return Ok(None);
    }
    let names = class.getattr_opt(intern!(py, "attribute_map"))?;
    Ok(names.and_then(|names| names.cast_into::<PyDict>().ok()))
}

/// Writes the attributes that have a value.
fn model(
    object: &Bound<'_, PyAny>,
    names: &Bound<'_, PyDict>,
    depth: usize,
    to: &mut Written,
) -> Done {
    let mut held = Vec::with_capacity(names.len());
    for (attribute, name) in names.iter() {
        let attribute = attribute.cast_into::<PyString>().map_err(PyErr::from)?;
        let value = object.getattr(attribute)?;
        if !value.is_none() {
            held.push((name, value));
        }
    }
    fields(held.into_iter(), depth, to)
}

/// Writes `text` as a JSON string.
fn quote(text: &Bound<'_, PyString>, out: &mut Out) -> Done {
    // Python's own error would hold the text, which may be a secret.
    let Ok(unicode) = text.to_str() else {
        let message = "a str holds half of a surrogate pair, which is no character";
        return Err(Fault::value(Code::Parse, message));
    };
    out.quote(unicode);
    Ok(())
}
