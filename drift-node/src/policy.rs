//! Policies, read once, and what is asked of them before they count.

use crate::detector::{NativeDetector, read};
use crate::snapshot::NativeSnapshot;
use crate::worker::{Later, NativeStop, attempt, later};
use drift_core::wire::PolicyText;
use drift_core::{Policies, Stop, Timestamp};
use napi::Result;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use std::collections::HashMap;
use std::sync::Arc;

/// Policies, read once.
#[napi]
pub struct NativePolicies {
    pub(crate) core: Policies,
    /// What they were read from.
    pub(crate) text: PolicyText,
}

#[napi]
impl NativePolicies {
    /// Reads the text of a policy file or of Rego; `file` is its name, where it has one, and `files` are the
    /// texts of those that it names.
    #[napi(factory)]
    pub fn parse(
        text: String,
        file: Option<String>,
        files: HashMap<String, String>,
    ) -> Result<Self> {
        let files = files.into_iter().collect();
        Self::of(PolicyText { text: Some(text), file, files })
    }

    /// Reads the modules among files.
    #[napi(factory)]
    pub fn of_files(files: HashMap<String, String>) -> Result<Self> {
        Self::of(PolicyText { files: files.into_iter().collect(), ..PolicyText::default() })
    }

    fn of(text: PolicyText) -> Result<Self> {
        let core = attempt(|| text.policies())?;
        Ok(Self { core, text })
    }

    /// The ids of the policies, in their order.
    #[napi(getter)]
    pub fn ids(&self) -> Vec<String> {
        self.core.policies().iter().map(|policy| policy.id.clone()).collect()
    }
}

/// The files that a policy file names.
#[napi]
pub fn policy_files(text: String) -> Result<Vec<String>> {
    attempt(|| Policies::files_of(&text))
}

/// A dry run, to be made.
fn run(
    detector: &NativeDetector,
    snapshots: &[&NativeSnapshot],
    at: &str,
) -> Result<impl FnOnce(&Stop) -> drift_core::Result<String> + Send + use<>> {
    let at: Timestamp = read(at)?;
    let detector = Arc::clone(&detector.core);
    let parsed: Vec<_> = snapshots.iter().map(|snapshot| Arc::clone(&snapshot.core)).collect();
    Ok(move |stop: &Stop| {
        let snapshots: Vec<_> = parsed.iter().map(|snapshot| snapshot.core()).collect();
        let run = detector.dry_run_until(&snapshots, at, stop);
        run.map(|run| run.to_json()).ok_or_else(Stop::error)
    })
}

/// What the policies would have said of snapshots, as JSON.
#[napi]
pub fn dry_run_sync(
    detector: &NativeDetector,
    snapshots: Vec<&NativeSnapshot>,
    at: String,
) -> Result<String> {
    let job = run(detector, &snapshots, &at)?;
    attempt(|| job(&Stop::default()))
}

/// As `dryRunSync`, off the event loop.
#[napi(ts_return_type = "Promise<string>")]
pub fn dry_run(
    detector: &NativeDetector,
    snapshots: Vec<&NativeSnapshot>,
    at: String,
    stop: Option<&NativeStop>,
) -> Result<AsyncTask<Later<String, String>>> {
    let job = run(detector, &snapshots, &at)?;
    let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
    Ok(later(move || job(&stop), |json| json))
}

/// Whether the policies say what the cases of a file expect, as JSON.
#[napi]
pub fn test_policies(
    detector: &NativeDetector,
    text: String,
    file: Option<String>,
    at: String,
) -> Result<String> {
    let at: Timestamp = read(&at)?;
    attempt(|| Ok(detector.core.test_policies(file.as_deref(), &text, at)?.to_json()))
}
