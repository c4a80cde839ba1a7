//! Python objects as JSON text.
//!
//! What the standard library and the clients of clouds hand out: dicts, lists and tuples, strings,
//! booleans, integers of any size, floats by their shortest digits, `Decimal` by its own, aware
//! datetimes as RFC 3339 in UTC, dates, and bytes in base64 as the AWS CLI prints them. Objects of the
//! Kubernetes client are written with the names of the API, others by their `to_dict`.

use crate::error::refuse;
use drift_core::Code;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple,
    PyType,
};
use std::fmt::Write;

/// Containers inside each other, at most. The core's own limit is no higher.
const MAX_DEPTH: usize = drift_core::Limits::MAX_DEPTH;

/// After as many objects Python may act on a signal.
const SIGNALS: usize = 1 << 14;

/// The text, and how many objects it holds.
struct Out {
    text: String,
    objects: usize,
}

impl Out {
    fn push(&mut self, c: char) {
        self.text.push(c);
    }

    fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

/// The object as JSON text.
pub(crate) fn json(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let mut out = Out { text: String::new(), objects: 0 };
    write(object, 0, &mut out)?;
    Ok(out.text)
}

/// Whether the object tells what it holds: a model of the Kubernetes client, or by `to_dict`.
pub(crate) fn is_model(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    // A class is no object of it.
    Ok(!object.is_instance_of::<PyType>() && object.hasattr(intern!(object.py(), "to_dict"))?)
}

fn write(object: &Bound<'_, PyAny>, depth: usize, out: &mut Out) -> PyResult<()> {
    let py = object.py();
    out.objects += 1;
    if out.objects.is_multiple_of(SIGNALS) {
        py.check_signals()?;
    }
    if depth > MAX_DEPTH {
        let message = format!("the object passes the limit `max_depth` of {MAX_DEPTH}");
        return Err(refuse(py, Code::Limit, message));
    }
    // What there is most of comes first.
    if let Ok(text) = object.cast::<PyString>() {
        quote(text, out)
    } else if let Ok(map) = object.cast::<PyDict>() {
        fields(map.iter(), depth, out)
    } else if let Ok(list) = object.cast::<PyList>() {
        items(list.iter(), depth, out)
    } else if object.is_none() {
        out.push_str("null");
        Ok(())
    } else if let Ok(truth) = object.cast::<PyBool>() {
        out.push_str(if truth.is_true() { "true" } else { "false" });
        Ok(())
    } else if let Ok(number) = object.cast::<PyInt>() {
        integer(number, out)
    } else if let Ok(number) = object.cast::<PyFloat>() {
        float(number, out)
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        items(tuple.iter(), depth, out)
    } else {
        other(object, depth, out)
    }
}

fn integer(number: &Bound<'_, PyInt>, out: &mut Out) -> PyResult<()> {
    let py = number.py();
    // A subclass may be one number and print another: that of `int` counts.
    if let Ok(short) = number.extract::<i64>() {
        // Writing to a string does not fail.
        let _ = write!(out.text, "{short}");
        return Ok(());
    }
    let number = match py.get_type::<PyInt>().call_method1(intern!(py, "__repr__"), (number,)) {
        Ok(number) => number,
        // Python prints no integer of thousands of digits; a `Decimal` of the same value it does.
        Err(error) if error.is_instance_of::<PyValueError>(py) => {
            let decimal = py.import("decimal")?.getattr("Decimal")?;
            decimal.call1((number,))?.str()?.into_any()
        }
        Err(error) => return Err(error),
    };
    out.push_str(number.cast::<PyString>()?.to_str()?);
    Ok(())
}

fn items<'py>(
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
    out: &mut Out,
) -> PyResult<()> {
    out.push('[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(&item, depth + 1, out)?;
    }
    out.push(']');
    Ok(())
}

fn fields<'py>(
    fields: impl Iterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
    depth: usize,
    out: &mut Out,
) -> PyResult<()> {
    out.push('{');
    for (index, (name, value)) in fields.enumerate() {
        if index > 0 {
            out.push(',');
        }
        let Ok(name) = name.cast::<PyString>() else {
            let found = name.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "the keys of a document must be str, not {found}"
            )));
        };
        quote(name, out)?;
        out.push(':');
        write(&value, depth + 1, out)?;
    }
    out.push('}');
    Ok(())
}

fn float(number: &Bound<'_, PyFloat>, out: &mut Out) -> PyResult<()> {
    if !number.value().is_finite() {
        return Err(refuse(
            number.py(),
            Code::Parse,
            "a float is not finite, and JSON has no such number",
        ));
    }
    let digits = number.py().get_type::<PyFloat>().call_method1("__repr__", (number,))?;
    out.push_str(digits.cast::<PyString>()?.to_str()?);
    Ok(())
}

/// Objects of the standard library that documents hold.
fn other(object: &Bound<'_, PyAny>, depth: usize, out: &mut Out) -> PyResult<()> {
    let py = object.py();
    if object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>() {
        let bytes = object;
        let text = py.import("base64")?.call_method1("b64encode", (bytes,))?;
        let text = text.call_method1("decode", ("ascii",))?;
        return quote(text.cast::<PyString>()?, out);
    }
    if object.is_instance(&py.import("decimal")?.getattr("Decimal")?)? {
        if !object.call_method0("is_finite")?.extract::<bool>()? {
            return Err(refuse(
                py,
                Code::Parse,
                "a Decimal is not finite, and JSON has no such number",
            ));
        }
        out.push_str(object.str()?.to_str()?);
        return Ok(());
    }
    let datetime = py.import("datetime")?;
    if object.is_instance(&datetime.getattr("datetime")?)? {
        let text = py.import("drift_py._time")?.call_method1("text_of", (object,))?;
        return quote(text.cast::<PyString>()?, out);
    }
    if object.is_instance(&datetime.getattr("date")?)? {
        return quote(object.call_method0("isoformat")?.cast::<PyString>()?, out);
    }
    if let Ok(map) = object.cast::<PyMapping>() {
        let pairs: Vec<(Bound<'_, PyAny>, Bound<'_, PyAny>)> =
            map.items()?.iter().map(|pair| pair.extract()).collect::<PyResult<_>>()?;
        return fields(pairs.into_iter(), depth, out);
    }
    if let Some(names) = names_of(object)? {
        return model(object, &names, depth, out);
    }
    if is_model(object)? {
        return write(&object.call_method0(intern!(py, "to_dict"))?, depth + 1, out);
    }
    let found = object.get_type().name()?;
    Err(PyTypeError::new_err(format!("an object of type {found} cannot stand in a document")))
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
    out: &mut Out,
) -> PyResult<()> {
    let mut held = Vec::with_capacity(names.len());
    for (attribute, name) in names.iter() {
        let value = object.getattr(attribute.cast_into::<PyString>()?)?;
        if !value.is_none() {
            held.push((name, value));
        }
    }
    fields(held.into_iter(), depth, out)
}

/// Writes `text` as a JSON string.
fn quote(text: &Bound<'_, PyString>, out: &mut Out) -> PyResult<()> {
    // Python's own error would hold the text, which may be a secret.
    let Ok(unicode) = text.to_str() else {
        let message = "a str holds half of a surrogate pair, which is no character";
        return Err(refuse(text.py(), Code::Parse, message));
    };
    out.push('"');
    let mut written = 0;
    for (at, byte) in unicode.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(unicode.get(written..at).unwrap_or_default());
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            // Writing to a string does not fail.
            _ => drop(write!(out.text, "\\u{byte:04x}")),
        }
        written = at + 1;
    }
    out.push_str(unicode.get(written..).unwrap_or_default());
    out.push('"');
    Ok(())
}
