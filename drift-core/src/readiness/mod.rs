//! What is missing before an estate is ready: sources, coverage, owners, baselines, rules, runbooks and
//! cadence, each a check with what to do about it.

mod checks;
mod inputs;
mod objectives;

pub use objectives::Objectives;

use crate::detector::{Context, Detector};
use crate::limits::Stop;
use crate::model::Snapshot;
use crate::report::Report;
use crate::time::Timestamp;
use checks::Asked;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the JSON.
const SCHEMA_VERSION: &str = "1";

/// How a check comes out. A later one outweighs an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// As it should be.
    Ok,
    /// It could not be asked: what it takes was not given.
    NotChecked,
    /// It works, and something is missing.
    Warn,
    /// It is not ready.
    Fail,
}

impl CheckStatus {
    /// The word of the status in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotChecked => "not_checked",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// A stable word.
    pub id: String,
    /// How it comes out.
    pub status: CheckStatus,
    /// What was found.
    pub message: String,
    /// What to do about it; null where it is as it should be.
    pub help: Option<String>,
    /// What is meant, by name: resources, types, rules, places.
    pub items: Vec<String>,
}

/// Whether an estate is ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Readiness {
    /// Version of this format: readers refuse a major that they do not know.
    pub schema_version: String,
    /// Whether no check fails.
    pub ready: bool,
    /// That of the worst check.
    pub status: CheckStatus,
    /// When it was checked, as the caller said.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub checked_at: Timestamp,
    /// How many checks came out how.
    pub counts: BTreeMap<String, usize>,
    /// The checks, in their order.
    pub checks: Vec<Check>,
}

impl Readiness {
    fn of(checks: Vec<Check>, at: Timestamp) -> Self {
        let status = checks.iter().map(|check| check.status).max().unwrap_or(CheckStatus::Ok);
        let mut counts = BTreeMap::new();
        for check in &checks {
            *counts.entry(check.status.as_str().to_owned()).or_default() += 1;
        }
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            ready: status < CheckStatus::Fail,
            status,
            checked_at: at,
            counts,
            checks,
        }
    }

    /// The check of this id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// The checks as JSON: compact, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As the exit code of a process: 1 where a check fails, else 0. Where it is `strict`, warnings and
    /// checks that could not be made count as well.
    #[must_use]
    pub fn exit_code(&self, strict: bool) -> u8 {
        let least = if strict { CheckStatus::NotChecked } else { CheckStatus::Fail };
        u8::from(self.status >= least)
    }
}

impl Detector {
    /// What is missing before an estate is ready: asked of the detector's own rules and options, of the
    /// sides as they were read, and of a detection between them. A side that is not given is missing.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Format, Snapshot, readiness::Objectives};
    /// let side = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Records)?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let detector = Detector::builder().build()?;
    /// let readiness = detector.doctor(Some(&side), Some(&side), &context, &Objectives::default());
    /// assert!(!readiness.ready);
    /// assert_eq!(readiness.check("owners").unwrap().message, "no map of owners was given");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn doctor(
        &self,
        desired: Option<&Snapshot<'_>>,
        actual: Option<&Snapshot<'_>>,
        context: &Context<'_>,
        objectives: &Objectives,
    ) -> Readiness {
        let nothing = Snapshot::default();
        let report = self.detect(desired.unwrap_or(&nothing), actual.unwrap_or(&nothing), context);
        self.readiness(desired, actual, context, objectives, &report)
    }

    /// As [`Detector::doctor`], until someone asks to stop: `None` then.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Format, Snapshot, Stop, readiness::Objectives};
    /// let side = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Records)?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let (detector, stop) = (Detector::builder().build()?, Stop::default());
    /// let doctor = || {
    ///     detector.doctor_until(Some(&side), Some(&side), &context, &Objectives::default(), &stop)
    /// };
    /// assert!(doctor().is_some());
    /// stop.ask();
    /// assert!(doctor().is_none());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn doctor_until(
        &self,
        desired: Option<&Snapshot<'_>>,
        actual: Option<&Snapshot<'_>>,
        context: &Context<'_>,
        objectives: &Objectives,
        stop: &Stop,
    ) -> Option<Readiness> {
        let nothing = Snapshot::default();
        let sides = (desired.unwrap_or(&nothing), actual.unwrap_or(&nothing));
        let report = self.detect_until(sides.0, sides.1, context, stop)?;
        let readiness = self.readiness(desired, actual, context, objectives, &report);
        (!stop.is_asked()).then_some(readiness)
    }

    fn readiness(
        &self,
        desired: Option<&Snapshot<'_>>,
        actual: Option<&Snapshot<'_>>,
        context: &Context<'_>,
        objectives: &Objectives,
        report: &Report,
    ) -> Readiness {
        let settings = self.settings();
        let asked = Asked { settings, desired, actual, context, objectives, report };
        Readiness::of(asked.all(), context.at)
    }
}
