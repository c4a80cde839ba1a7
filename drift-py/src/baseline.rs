//! Baselines, and what is asked of several reports.

use crate::convert::json;
use crate::detector::{Report, Rules, read};
use crate::worker::{attempt, run};
use drift_core::{Timestamp, wire};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was normal at one time.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Baseline(pub(crate) Arc<drift_core::Baseline>);

impl Baseline {
    pub(crate) fn of(baseline: drift_core::Baseline) -> Self {
        Self(Arc::new(baseline))
    }
}

#[pymethods]
impl Baseline {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        attempt(py, || drift_core::Baseline::from_json(text)).map(Self::of)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_json())
    }

    /// The same with acceptances of what the fingerprints name in a report.
    fn promote(
        &self,
        py: Python<'_>,
        report: &Report,
        fingerprints: Vec<String>,
        by: &str,
        reason: &str,
        expires: Option<&str>,
    ) -> PyResult<Self> {
        let (baseline, report) = (&self.0, &report.report);
        attempt(py, || wire::promote(baseline, report, &fingerprints, by, reason, expires))
            .map(Self::of)
    }

    /// How old it is, in milliseconds.
    fn age(&self, py: Python<'_>, at: &str) -> PyResult<u64> {
        Ok(self.0.age(read::<Timestamp>(py, at)?))
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    #[getter]
    fn taken_at(&self) -> String {
        self.0.taken_at().to_string()
    }

    #[getter]
    fn revision(&self) -> Option<&str> {
        self.0.revision()
    }

    #[getter]
    fn packs(&self) -> BTreeMap<String, String> {
        self.0.packs().clone()
    }

    /// What has been accepted, as JSON.
    fn acceptances_json(&self) -> String {
        wire::acceptances(&self.0)
    }
}

fn cores<'r>(reports: &'r [PyRef<'_, Report>]) -> Vec<&'r drift_core::Report> {
    reports.iter().map(|report| &*report.report).collect()
}

/// What rules have done over several reports, as JSON.
#[pyfunction]
pub(crate) fn rule_usage(py: Python<'_>, reports: Vec<PyRef<'_, Report>>) -> PyResult<String> {
    let reports = cores(&reports);
    run(py, || wire::rule_usage(&reports))
}

/// Rules that would hide what recurs in several reports, as JSON.
#[pyfunction]
pub(crate) fn noise_suggestions(
    py: Python<'_>,
    reports: Vec<PyRef<'_, Report>>,
    options: &Bound<'_, PyDict>,
) -> PyResult<String> {
    let (reports, options) = (cores(&reports), json(options)?);
    attempt(py, || wire::noise_suggestions(&reports, &options))
}

/// What rules would have hidden in several reports, as JSON.
#[pyfunction]
pub(crate) fn preview(
    py: Python<'_>,
    rules: Vec<PyRef<'_, Rules>>,
    reports: Vec<PyRef<'_, Report>>,
) -> PyResult<String> {
    let mut all = drift_core::Rules::default();
    rules.iter().for_each(|rules| all.extend(rules.0.clone()));
    let reports = cores(&reports);
    run(py, || wire::preview(&all, &reports))
}
