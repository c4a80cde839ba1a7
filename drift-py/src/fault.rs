//! Why an object cannot be a document, and where in it.

use crate::error::raise;
use drift_core::{Code, Error};
use pyo3::CastError;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use std::fmt::Write;

/// What is wrong.
enum Wrong {
    /// An object whose type no document holds.
    Type(String),
    /// A value that no document holds.
    Value(Error),
    /// What Python raised while the object was looked at; it says itself where.
    Raised(PyErr),
}

/// What is wrong, and the way to it.
pub(crate) struct Fault(Box<(Wrong, Vec<String>)>);

impl Fault {
    pub(crate) fn type_of(message: String) -> Self {
        Self(Box::new((Wrong::Type(message), Vec::new())))
    }

    pub(crate) fn value(code: Code, message: impl Into<String>) -> Self {
        Self::of(Error::new(code, message))
    }

    pub(crate) fn of(error: Error) -> Self {
        Self(Box::new((Wrong::Value(error), Vec::new())))
    }

    /// The same, in the element of a list.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.0.1.push(format!("[{index}]"));
        self
    }

    /// The same, in a field.
    pub(crate) fn below(mut self, name: &Bound<'_, PyAny>) -> Self {
        let name = name.extract().unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let step: &str = name;
        self.0.1.push(if !step.is_empty() && step.chars().all(plain) {
            format!(".{step}")
        } else {
            format!("[{step:?}]")
        });
        self
    }

    /// The exception.
    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        let (wrong, steps) = *self.0;
        let path: String = steps.into_iter().rev().collect();
        let path = path.strip_prefix('.').unwrap_or(&path);
        match wrong {
            Wrong::Raised(error) => error,
            Wrong::Value(error) if path.is_empty() => raise(py, &error),
            Wrong::Value(error) => raise(py, &error.on_path(path)),
            Wrong::Type(mut message) => {
                if !path.is_empty() {
                    // Writing to memory does not fail.
                    let _ = write!(message, ", at `{path}`");
                }
                PyTypeError::new_err(message)
            }
        }
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self(Box::new((Wrong::Raised(error), Vec::new())))
    }
}

impl From<CastError<'_, '_>> for Fault {
    fn from(error: CastError<'_, '_>) -> Self {
        PyErr::from(error).into()
    }
}
