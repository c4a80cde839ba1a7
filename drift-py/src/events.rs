//! Events of audit logs.

use crate::convert::json;
use crate::snapshot::text;
use crate::worker::{run, wait};
use drift_core::EventOptions;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Who changed what and when, as logs tell it.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Events(pub(crate) Arc<drift_core::Events>);

#[pymethods]
impl Events {
    /// Reads one log.
    #[staticmethod]
    fn parse(
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let (text, options) = (text(source)?, json(options)?);
        let events = wait(py, move |stop| {
            let mut options = EventOptions::from_json(&options)?;
            options.read.stop = Some(stop.clone());
            drift_core::Events::parse(text.bytes(), &options)
        })?;
        Ok(Self(Arc::new(events)))
    }

    /// Several logs together.
    #[staticmethod]
    fn merge(py: Python<'_>, parts: Vec<PyRef<'_, Self>>) -> PyResult<Self> {
        let parts: Vec<drift_core::Events> =
            parts.iter().map(|part| drift_core::Events::clone(&part.0)).collect();
        let events = run(py, || parts.into_iter().collect())?;
        Ok(Self(Arc::new(events)))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The events as JSON, without what their requests held.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_json())
    }
}
