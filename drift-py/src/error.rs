//! Errors of the core as the Python exception `drift_py.DriftError`.

use drift_core::{Code, Error};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The exception for an error of the core.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).unwrap_or_else(|failed| failed)
}

/// The exception for an error that arose here.
pub(crate) fn refuse(py: Python<'_>, code: Code, message: impl Into<String>) -> PyErr {
    raise(py, &Error::new(code, message))
}

fn build(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let class = py.import("drift_py._error")?.getattr("DriftError")?;
    let fields = PyDict::new(py);
    fields.set_item("code", error.code().as_str())?;
    fields.set_item("message", error.message())?;
    fields.set_item("text", error.to_string())?;
    fields.set_item("help", error.help())?;
    fields.set_item("file", error.file())?;
    fields.set_item("line", error.position().map(|at| at.line))?;
    fields.set_item("column", error.position().map(|at| at.column))?;
    fields.set_item("resource", error.resource())?;
    fields.set_item("path", error.path())?;
    Ok(PyErr::from_value(class.call((), Some(&fields))?))
}
