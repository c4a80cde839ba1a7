//! Baselines, and what is asked of several reports.

use crate::detector::{NativeRules, read};
use crate::report::NativeReport;
use crate::worker::{Last, attempt, run};
use drift_core::{Timestamp, wire};
use napi::Result;
use napi_derive::napi;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was normal at one time.
#[napi]
pub struct NativeBaseline {
    pub(crate) core: Arc<drift_core::Baseline>,
    _last: Last,
}

impl NativeBaseline {
    pub(crate) fn of(core: drift_core::Baseline) -> Self {
        let core = Arc::new(core);
        Self { _last: Last::of(&core), core }
    }
}

#[napi]
impl NativeBaseline {
    /// Reads what `toJson` has written.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        attempt(|| drift_core::Baseline::from_json(&text)).map(Self::of)
    }

    /// The baseline as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        run(|| self.core.to_json())
    }

    /// The same with acceptances of what the fingerprints name in a report.
    #[napi]
    pub fn promote(
        &self,
        report: &NativeReport,
        fingerprints: Vec<String>,
        by: String,
        reason: String,
        expires: Option<String>,
    ) -> Result<NativeBaseline> {
        let (core, report, expires) = (&self.core, report.core(), expires.as_deref());
        attempt(|| wire::promote(core, report, &fingerprints, &by, &reason, expires)).map(Self::of)
    }

    /// How old it is, in milliseconds.
    #[napi]
    pub fn age(&self, at: String) -> Result<f64> {
        Ok(self.core.age(read::<Timestamp>(&at)?) as f64)
    }

    /// How many resources it holds.
    #[napi(getter)]
    pub fn length(&self) -> u32 {
        u32::try_from(self.core.len()).unwrap_or(u32::MAX)
    }

    /// When it was taken.
    #[napi(getter)]
    pub fn taken_at(&self) -> String {
        self.core.taken_at().to_string()
    }

    /// The revision that the documents were read at.
    #[napi(getter)]
    pub fn revision(&self) -> Option<String> {
        self.core.revision().map(str::to_owned)
    }

    /// The versions of the packs that it was recorded with, by name.
    #[napi(getter)]
    pub fn packs(&self) -> BTreeMap<String, String> {
        self.core.packs().clone()
    }

    /// What has been accepted, as JSON.
    #[napi]
    pub fn acceptances_json(&self) -> String {
        wire::acceptances(&self.core)
    }
}

fn cores<'r>(reports: &'r [&NativeReport]) -> Vec<&'r drift_core::Report> {
    reports.iter().map(|report| report.core()).collect()
}

/// What rules have done over several reports, as JSON.
#[napi]
pub fn rule_usage(reports: Vec<&NativeReport>) -> Result<String> {
    let reports = cores(&reports);
    run(|| wire::rule_usage(&reports))
}

/// Rules that would hide what recurs in several reports, as JSON.
#[napi]
pub fn noise_suggestions(reports: Vec<&NativeReport>, options: String) -> Result<String> {
    let reports = cores(&reports);
    attempt(|| wire::noise_suggestions(&reports, &options))
}

/// What rules would have hidden in several reports, as JSON.
#[napi]
pub fn preview(rules: Vec<&NativeRules>, reports: Vec<&NativeReport>) -> Result<String> {
    let mut all = drift_core::Rules::default();
    rules.iter().for_each(|rules| all.extend(rules.core.clone()));
    let reports = cores(&reports);
    run(|| wire::preview(&all, &reports))
}
