//! Many snapshots held against each other, and what is missing before an estate is ready.

use crate::baseline::NativeBaseline;
use crate::detector::{NativeDetector, read, seed};
use crate::events::NativeEvents;
use crate::snapshot::{NativeSnapshot, Parsed};
use crate::worker::{Later, NativeStop, attempt, later, run};
use drift_core::{Context, Detail, Objectives, ParityOptions, Stop, Timestamp};
use napi::Result;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;
use std::sync::Arc;

/// Many snapshots held against each other.
#[napi]
pub struct NativeParity(drift_core::Parity);

#[napi]
impl NativeParity {
    /// Reads what `toJson` has written.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        attempt(|| drift_core::Parity::from_json(&text)).map(Self)
    }

    /// The comparison as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        run(|| self.0.to_json())
    }

    /// The comparison for a terminal or a log.
    #[napi]
    pub fn to_text(&self, color: bool) -> Result<String> {
        run(|| self.0.to_text(color))
    }

    /// The comparison for a pull request.
    #[napi]
    pub fn to_markdown(&self) -> Result<String> {
        run(|| self.0.to_markdown())
    }

    /// The verdict as the exit code of a process.
    #[napi]
    pub fn exit_code(&self) -> u8 {
        self.0.exit_code()
    }
}

/// What is compared, and how.
fn comparing(
    detector: &NativeDetector,
    names: Vec<String>,
    snapshots: Vec<&NativeSnapshot>,
    options: String,
    at: &str,
    detail: &str,
) -> Result<impl FnOnce(&Stop) -> drift_core::Result<drift_core::Parity> + Send + use<>> {
    let (at, detail): (Timestamp, Detail) = (read(at)?, read(detail)?);
    let detector = Arc::clone(&detector.core);
    let snapshots: Vec<_> =
        names.into_iter().zip(snapshots.iter().map(|it| Arc::clone(&it.core))).collect();
    Ok(move |stop: &Stop| {
        let options = ParityOptions::from_json(&options)?;
        let named: Vec<_> = snapshots.iter().map(|(name, it)| (name.as_str(), it.core())).collect();
        let context = Context::at(at).with_detail(detail).with_seed(seed());
        detector.compare_many_until(&named, &options, &context, stop)
    })
}

/// Holds snapshots against each other, each by its name.
#[napi]
pub fn compare_many_sync(
    detector: &NativeDetector,
    names: Vec<String>,
    snapshots: Vec<&NativeSnapshot>,
    options: String,
    at: String,
    detail: String,
) -> Result<NativeParity> {
    let job = comparing(detector, names, snapshots, options, &at, &detail)?;
    attempt(|| job(&Stop::default())).map(NativeParity)
}

/// As `compareManySync`, off the event loop.
#[napi(ts_return_type = "Promise<NativeParity>")]
pub fn compare_many(
    detector: &NativeDetector,
    names: Vec<String>,
    snapshots: Vec<&NativeSnapshot>,
    options: String,
    at: String,
    detail: String,
    stop: Option<&NativeStop>,
) -> Result<AsyncTask<Later<drift_core::Parity, NativeParity>>> {
    let job = comparing(detector, names, snapshots, options, &at, &detail)?;
    let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
    Ok(later(move || job(&stop), NativeParity))
}

/// What is missing before an estate is ready.
#[napi]
pub struct NativeReadiness(drift_core::Readiness);

#[napi]
impl NativeReadiness {
    /// Reads what `toJson` has written.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        attempt(|| drift_core::Readiness::from_json(&text)).map(Self)
    }

    /// The checks as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        run(|| self.0.to_json())
    }

    /// The checks for a terminal or a log.
    #[napi]
    pub fn to_text(&self, color: bool) -> Result<String> {
        run(|| self.0.to_text(color))
    }

    /// The checks for a pull request.
    #[napi]
    pub fn to_markdown(&self) -> Result<String> {
        run(|| self.0.to_markdown())
    }

    /// Whether a check fails, as the exit code of a process.
    #[napi]
    pub fn exit_code(&self, strict: bool) -> u8 {
        self.0.exit_code(strict)
    }
}

/// What is asked of whom.
struct Question {
    detector: Arc<drift_core::Detector>,
    sides: [Option<Arc<Parsed>>; 3],
    baseline: Option<Arc<drift_core::Baseline>>,
    events: Option<Arc<drift_core::Events>>,
    at: Timestamp,
    objectives: String,
}

impl Question {
    fn answer(&self, stop: &Stop) -> drift_core::Result<drift_core::Readiness> {
        let objectives = Objectives::from_json(&self.objectives)?;
        let sides = self.sides.each_ref();
        let [desired, actual, reference] = sides.map(|side| side.as_ref().map(|it| it.core()));
        let context = Context {
            reference,
            baseline: self.baseline.as_deref(),
            events: self.events.as_deref(),
            ..Context::at(self.at).with_seed(seed())
        };
        let readiness = self.detector.doctor_until(desired, actual, &context, &objectives, stop);
        readiness.ok_or_else(Stop::error)
    }
}

#[allow(clippy::too_many_arguments, reason = "they are the options of the question")]
fn asking(
    detector: &NativeDetector,
    desired: Option<&NativeSnapshot>,
    actual: Option<&NativeSnapshot>,
    reference: Option<&NativeSnapshot>,
    baseline: Option<&NativeBaseline>,
    at: &str,
    events: Option<&NativeEvents>,
    objectives: String,
) -> Result<Question> {
    let sides = [desired, actual, reference];
    Ok(Question {
        detector: Arc::clone(&detector.core),
        sides: sides.map(|side| side.map(|it| Arc::clone(&it.core))),
        baseline: baseline.map(|baseline| Arc::clone(&baseline.core)),
        events: events.map(|events| Arc::clone(&events.core)),
        at: read(at)?,
        objectives,
    })
}

/// Tells what is missing before an estate is ready.
#[napi]
#[allow(clippy::too_many_arguments, reason = "they are the options of the question")]
pub fn doctor_sync(
    detector: &NativeDetector,
    desired: Option<&NativeSnapshot>,
    actual: Option<&NativeSnapshot>,
    reference: Option<&NativeSnapshot>,
    baseline: Option<&NativeBaseline>,
    at: String,
    events: Option<&NativeEvents>,
    objectives: String,
) -> Result<NativeReadiness> {
    let question = asking(detector, desired, actual, reference, baseline, &at, events, objectives)?;
    attempt(|| question.answer(&Stop::default())).map(NativeReadiness)
}

/// As `doctorSync`, off the event loop.
#[napi(ts_return_type = "Promise<NativeReadiness>")]
#[allow(clippy::too_many_arguments, reason = "they are the options of the question")]
pub fn doctor(
    detector: &NativeDetector,
    desired: Option<&NativeSnapshot>,
    actual: Option<&NativeSnapshot>,
    reference: Option<&NativeSnapshot>,
    baseline: Option<&NativeBaseline>,
    at: String,
    events: Option<&NativeEvents>,
    objectives: String,
    stop: Option<&NativeStop>,
) -> Result<AsyncTask<Later<drift_core::Readiness, NativeReadiness>>> {
    let question = asking(detector, desired, actual, reference, baseline, &at, events, objectives)?;
    let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
    Ok(later(move || question.answer(&stop), NativeReadiness))
}
