//! Policies, read once, and what is asked of them before they count.

use crate::convert::json;
use crate::detector::{Detector, read};
use crate::snapshot::Snapshot;
use crate::worker::{attempt, wait};
use drift_core::wire::PolicyText;
use drift_core::{Stop, Timestamp};
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Policies, read once, beside what they were read from.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Policies(pub(crate) drift_core::Policies, pub(crate) PolicyText);

impl Policies {
    fn of(py: Python<'_>, text: PolicyText) -> PyResult<Self> {
        let policies = attempt(py, || text.policies())?;
        Ok(Self(policies, text))
    }
}

#[pymethods]
impl Policies {
    /// Reads the text of a policy file or of Rego; `file` is its name, where it has one, and `files` are the
    /// texts of those that it names. Without a text they are modules.
    #[staticmethod]
    fn from_text(
        py: Python<'_>,
        text: Option<String>,
        file: Option<String>,
        files: BTreeMap<String, String>,
    ) -> PyResult<Self> {
        Self::of(py, PolicyText { text, file, files })
    }

    /// Reads an object of a policy file's shape.
    #[staticmethod]
    fn from_object(py: Python<'_>, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let text = Some(json(object)?);
        Self::of(py, PolicyText { text, ..PolicyText::default() })
    }

    /// What `from_text` takes.
    fn source(&self) -> (Option<&str>, Option<&str>, BTreeMap<String, String>) {
        (self.1.text.as_deref(), self.1.file.as_deref(), self.1.files.clone())
    }

    /// The ids of the policies, in their order.
    fn ids(&self) -> Vec<String> {
        self.0.policies().iter().map(|policy| policy.id.clone()).collect()
    }
}

/// The files that a policy file names.
#[pyfunction]
pub(crate) fn policy_files(py: Python<'_>, text: &str) -> PyResult<Vec<String>> {
    attempt(py, || drift_core::Policies::files_of(text))
}

/// What the policies would have said of snapshots, as JSON.
#[pyfunction]
pub(crate) fn dry_run(
    py: Python<'_>,
    detector: &Detector,
    snapshots: Vec<PyRef<'_, Snapshot>>,
    at: &str,
) -> PyResult<String> {
    let at = read::<Timestamp>(py, at)?;
    let detector = Arc::clone(&detector.core);
    let parsed: Vec<_> = snapshots.iter().map(|snapshot| Arc::clone(&snapshot.parsed)).collect();
    wait(py, move |stop| {
        let snapshots: Vec<_> = parsed.iter().map(|parsed| parsed.core()).collect();
        let run = detector.dry_run_until(&snapshots, at, stop);
        run.map(|run| run.to_json()).ok_or_else(Stop::error)
    })
}

/// Whether the policies say what the cases of a file expect, as JSON.
#[pyfunction]
pub(crate) fn test_policies(
    py: Python<'_>,
    detector: &Detector,
    text: &str,
    file: Option<&str>,
    at: &str,
) -> PyResult<String> {
    let at = read::<Timestamp>(py, at)?;
    attempt(py, || Ok(detector.core.test_policies(file, text, at)?.to_json()))
}
