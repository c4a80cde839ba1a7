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
use std::io::Write;

/// Containers inside each other, at most. The core's own limit is no higher.
const MAX_DEPTH: usize = drift_core::Limits::MAX_DEPTH;

/// After as many objects Python may act on a signal.
const SIGNALS: usize = 1 << 14;

/// The text, and how many objects it holds.
struct Out {
    text: Vec<u8>,
    objects: usize,
}

impl Out {
    fn push(&mut self, byte: u8) {
        self.text.push(byte);
    }

    fn push_str(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }
}

/// The object as JSON text.
pub(crate) fn json(object: &Bound<'_, PyAny>) -> PyResult<String> {
    String::from_utf8(json_bytes(object)?)
        .map_err(|_| refuse(object.py(), Code::Internal, "the text that was made is not UTF-8"))
}

/// The object as JSON text, whose reader sees to it that it is UTF-8.
pub(crate) fn json_bytes(object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let mut out = Out { text: Vec::new(), objects: 0 };
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
    // What there is most of comes first, as it is and then in subclasses.
    if let Ok(text) = object.cast_exact::<PyString>() {
        quote(text, out)
    } else if let Ok(map) = object.cast_exact::<PyDict>() {
        fields(map.iter(), depth, out)
    } else if let Ok(list) = object.cast_exact::<PyList>() {
        items(list.iter(), depth, out)
    } else if let Ok(text) = object.cast::<PyString>() {
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
        // Writing to memory does not fail.
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
    out.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(&item, depth + 1, out)?;
    }
    out.push(b']');
    Ok(())
}

fn fields<'py>(
    fields: impl Iterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
    depth: usize,
    out: &mut Out,
) -> PyResult<()> {
    out.push(b'{');
    for (index, (name, value)) in fields.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        let Ok(name) = name.cast::<PyString>() else {
            let found = name.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "the keys of a document must be str, not {found}"
            )));
        };
        quote(name, out)?;
        out.push(b':');
        write(&value, depth + 1, out)?;
    }
    out.push(b'}');
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
    out.push(b'"');
    if is_plain(unicode.as_bytes()) {
        out.push_str(unicode);
    } else {
        for chunk in unicode.as_bytes().chunks(CHUNK) {
            escape(chunk, out);
        }
    }
    out.push(b'"');
    Ok(())
}

/// So many bytes are looked at at once.
const CHUNK: usize = 32;

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Whether the bytes stand in a JSON string as they are; eight are looked at at once.
fn is_plain(bytes: &[u8]) -> bool {
    let is_special_word = |word: &[u8; 8]| has_special(u64::from_le_bytes(*word));
    match bytes.last_chunk() {
        None => !bytes.iter().any(|byte| is_special(*byte)),
        // The last eight overlap those before.
        Some(last) => !bytes.as_chunks().0.iter().chain([last]).any(is_special_word),
    }
}

/// Whether one of the bytes of a word is special. A byte that is zero borrows from the one above it,
/// which may be taken for special then; one that is there is not missed.
const fn has_special(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let below_space = word.wrapping_sub(ONES * b' ' as u64) & !word;
    let is_zero = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash);
    (below_space | is_zero) & HIGH != 0
}

fn escape(bytes: &[u8], out: &mut Out) {
    if is_plain(bytes) {
        return out.text.extend_from_slice(bytes);
    }
    for byte in bytes {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            // Writing to memory does not fail.
            special if is_special(*special) => drop(write!(out.text, "\\u{special:04x}")),
            other => out.push(*other),
        }
    }
}
