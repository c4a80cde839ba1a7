//! Many snapshots held against each other, and what is missing before an estate is ready.

use crate::baseline::Baseline;
use crate::convert::json;
use crate::detector::{Detector, read, seed};
use crate::events::Events;
use crate::snapshot::Snapshot;
use crate::worker::{attempt, run, wait};
use drift_core::{Context, Detail, Objectives, ParityOptions, Stop, Timestamp};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Many snapshots held against each other.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Parity(drift_core::Parity);

#[pymethods]
impl Parity {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        attempt(py, || drift_core::Parity::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_json())
    }

    fn to_text(&self, py: Python<'_>, color: bool) -> PyResult<String> {
        run(py, || self.0.to_text(color))
    }

    fn to_markdown(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_markdown())
    }

    fn exit_code(&self) -> u8 {
        self.0.exit_code()
    }
}

/// Holds snapshots against each other, each by its name.
#[pyfunction]
pub(crate) fn compare_many(
    py: Python<'_>,
    detector: &Detector,
    snapshots: Vec<(String, PyRef<'_, Snapshot>)>,
    options: &Bound<'_, PyDict>,
    at: &str,
    detail: &str,
) -> PyResult<Parity> {
    let options = json(options)?;
    let (at, detail) = (read::<Timestamp>(py, at)?, read::<Detail>(py, detail)?);
    let detector = Arc::clone(&detector.core);
    let snapshots: Vec<_> = snapshots
        .into_iter()
        .map(|(name, snapshot)| (name, Arc::clone(&snapshot.parsed)))
        .collect();
    let parity = wait(py, move |stop| {
        let options = ParityOptions::from_json(&options)?;
        let named: Vec<_> =
            snapshots.iter().map(|(name, parsed)| (name.as_str(), parsed.core())).collect();
        let context = Context::at(at).with_detail(detail).with_seed(seed());
        detector.compare_many_until(&named, &options, &context, stop)
    })?;
    Ok(Parity(parity))
}

/// What is missing before an estate is ready.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Readiness(drift_core::Readiness);

#[pymethods]
impl Readiness {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        attempt(py, || drift_core::Readiness::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_json())
    }

    fn to_text(&self, py: Python<'_>, color: bool) -> PyResult<String> {
        run(py, || self.0.to_text(color))
    }

    fn to_markdown(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_markdown())
    }

    fn exit_code(&self, strict: bool) -> u8 {
        self.0.exit_code(strict)
    }
}

/// Tells what is missing before an estate is ready.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are the options of the question")]
pub(crate) fn doctor(
    py: Python<'_>,
    detector: &Detector,
    desired: Option<&Snapshot>,
    actual: Option<&Snapshot>,
    reference: Option<&Snapshot>,
    baseline: Option<&Baseline>,
    at: &str,
    events: Option<&Events>,
    objectives: &Bound<'_, PyDict>,
) -> PyResult<Readiness> {
    let objectives = json(objectives)?;
    let at = read::<Timestamp>(py, at)?;
    let detector = Arc::clone(&detector.core);
    let sides = [desired, actual, reference].map(|side| side.map(|it| Arc::clone(&it.parsed)));
    let baseline = baseline.map(|baseline| Arc::clone(&baseline.0));
    let events = events.map(|events| Arc::clone(&events.0));
    let readiness = wait(py, move |stop| {
        let objectives = Objectives::from_json(&objectives)?;
        let [desired, actual, reference] =
            sides.each_ref().map(|side| side.as_ref().map(|parsed| parsed.core()));
        let context = Context {
            reference,
            baseline: baseline.as_deref(),
            events: events.as_deref(),
            ..Context::at(at).with_seed(seed())
        };
        let readiness = detector.doctor_until(desired, actual, &context, &objectives, stop);
        readiness.ok_or_else(Stop::error)
    })?;
    Ok(Readiness(readiness))
}
