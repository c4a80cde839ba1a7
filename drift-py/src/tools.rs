//! Functions beside the classes: canonical texts, paths and patterns, and the version.

use crate::convert::json;
use crate::worker::attempt;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The canonical text of each document in `data`.
#[pyfunction]
pub(crate) fn canonical(
    py: Python<'_>,
    data: &[u8],
    options: &Bound<'_, PyDict>,
) -> PyResult<Vec<String>> {
    let options = json(options)?;
    attempt(py, || drift_core::wire::canonical(data, &options))
}

/// A path as JSON: its canonical text and its steps.
#[pyfunction]
pub(crate) fn parse_path(py: Python<'_>, text: &str, document: Option<&[u8]>) -> PyResult<String> {
    attempt(py, || drift_core::wire::parse_path(text, document))
}

/// The JSON Pointers of the nodes that a rule's path matches.
#[pyfunction]
pub(crate) fn select(py: Python<'_>, pattern: &str, document: &[u8]) -> PyResult<Vec<String>> {
    attempt(py, || drift_core::wire::select(pattern, document))
}

/// A Python object as the JSON text that the core reads.
#[pyfunction]
pub(crate) fn to_json(object: &Bound<'_, PyAny>) -> PyResult<String> {
    json(object)
}

/// What is read, as JSON: formats and the mappings that are built in.
#[pyfunction]
pub(crate) fn formats_json(py: Python<'_>) -> PyResult<String> {
    attempt(py, drift_core::wire::formats)
}

/// The catalogue of findings, as JSON.
#[pyfunction]
pub(crate) fn catalogue_json(py: Python<'_>) -> PyResult<String> {
    attempt(py, drift_core::wire::catalogue)
}

/// Whether files of this name are read out of a folder.
#[pyfunction]
pub(crate) fn is_readable(name: &str) -> bool {
    drift_core::source::is_readable(name)
}

/// The version, the same for the crate, the wheel and the npm package.
#[pyfunction]
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Panics with a message that must not be seen.
#[cfg(feature = "testing")]
#[pyfunction]
pub(crate) fn panic_for_test(py: Python<'_>, message: &str) -> PyResult<()> {
    #[expect(clippy::panic, reason = "that is what it is for")]
    crate::worker::run(py, || panic!("{message}"))
}
