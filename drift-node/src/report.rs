//! Reports and parts of them.

use crate::detector::{Question, read};
use crate::error::raise;
use crate::worker::{Last, Later, NativeStop, Weight, attempt, here, later, run, written};
use drift_core::{Code, Error, ExitStyle, Query, Stop, wire};
use napi::bindgen_prelude::{AsyncTask, Buffer, ObjectFinalize};
use napi::{Env, Result};
use napi_derive::napi;
use std::sync::{Arc, OnceLock};

/// The answer to one detection.
#[napi(custom_finalize)]
pub struct NativeReport {
    report: Arc<drift_core::Report>,
    /// What it was made from, so that it can be explained.
    documents: Option<Arc<Question>>,
    is_shallow: OnceLock<bool>,
    weight: Weight,
    _last: [Last; 2],
}

impl ObjectFinalize for NativeReport {
    fn finalize(mut self, env: Env) -> Result<()> {
        self.weight.take_back(env);
        Ok(())
    }
}

impl NativeReport {
    pub(crate) fn new(report: drift_core::Report, documents: Option<Arc<Question>>) -> Self {
        let report = Arc::new(report);
        let last = [Last::of(&report), documents.as_ref().map(Last::of).unwrap_or_default()];
        let weight = Weight::of(wire::report_memory(&report));
        Self { report, documents, is_shallow: OnceLock::new(), weight, _last: last }
    }

    /// The report of a detection that was made off the event loop, where it has been looked at as well.
    pub(crate) fn looked_at(self, is_shallow: bool) -> Self {
        Self { is_shallow: is_shallow.into(), ..self }
    }

    fn written<T: Send>(
        &self,
        write: impl FnOnce(&drift_core::Report) -> drift_core::Result<T> + Send,
    ) -> Result<T> {
        let is_shallow = *self.is_shallow.get_or_init(|| wire::is_shallow(&self.report));
        written(is_shallow, || write(&self.report))
    }

    pub(crate) fn core(&self) -> &drift_core::Report {
        &self.report
    }

    fn documents(&self) -> Result<&Arc<Question>> {
        self.documents.as_ref().ok_or_else(|| {
            let message = "the report was read from JSON or merged, and has no documents";
            let help = "ask the detector, with the two snapshots: `detector.explain(…)`";
            raise(&Error::new(Code::NoDocuments, message).with_help(help))
        })
    }
}

#[napi]
impl NativeReport {
    /// Reads what `toJson` has written.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        attempt(|| drift_core::Report::from_json(&text)).map(|report| Self::new(report, None))
    }

    /// Tells the collector how much memory it takes, beside the documents: this share of it. Returns
    /// all that it has been told of.
    #[napi]
    pub fn weigh(&mut self, env: Env, share: f64) -> Result<i64> {
        self.weight.tell(env, share)
    }

    /// The report as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        self.written(|report| Ok(report.to_json()))
    }

    /// The report as the bytes of its JSON, written off the event loop.
    #[napi(ts_return_type = "Promise<Buffer>")]
    pub fn to_buffer(&self, stop: &NativeStop) -> AsyncTask<Later<Vec<u8>, Buffer>> {
        let (report, stop) = (Arc::clone(&self.report), stop.0.clone());
        later(move || report.to_json_until(&stop).ok_or_else(Stop::error), Buffer::from)
    }

    /// How many entries a list has.
    #[napi]
    pub fn length(&self, list: String) -> Result<u32> {
        let length = wire::length(&self.report, &list).map_err(|error| raise(&error))?;
        Ok(u32::try_from(length).unwrap_or(u32::MAX))
    }

    /// The entries of a list, as JSON.
    #[napi]
    pub fn entries(&self, list: String) -> Result<String> {
        self.written(|report| wire::entries(report, &list, 0..usize::MAX))
    }

    /// The findings at some places, each in a JSON list of its own.
    #[napi]
    pub fn findings(&self, places: Vec<u32>) -> Result<Vec<String>> {
        self.written(|report| {
            let one = |place: usize| wire::entries(report, "findings", place..place + 1);
            places.into_iter().map(|place| one(place as usize)).collect()
        })
    }

    /// A part of the report that is no list of entries, as JSON.
    #[napi]
    pub fn section(&self, name: String) -> Result<String> {
        self.written(|report| wire::section(report, &name))
    }

    /// The JSON without what depends on the order of things in their documents.
    #[napi]
    pub fn semantic_json(&self) -> Result<String> {
        self.written(|report| Ok(report.semantic_json()))
    }

    /// The report for a terminal or a log.
    #[napi]
    pub fn to_text(&self, color: bool) -> Result<String> {
        self.written(|report| Ok(report.to_text(color)))
    }

    /// The report for a pull request.
    #[napi]
    pub fn to_markdown(&self) -> Result<String> {
        self.written(|report| Ok(report.to_markdown()))
    }

    /// The verdict as the exit code of a process.
    #[napi]
    pub fn exit_code(&self, style: String) -> Result<u8> {
        Ok(self.report.exit_code(read::<ExitStyle>(&style)?))
    }

    /// Everything about one path of one resource, as JSON and as text.
    #[napi]
    pub fn explain_sync(&self, address: String, path: String) -> Result<Vec<String>> {
        let question = self.documents()?;
        attempt(|| question.explain(&address, &path))
    }

    /// As `explainSync`, off the event loop.
    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn explain(
        &self,
        address: String,
        path: String,
    ) -> Result<AsyncTask<Later<Vec<String>, Vec<String>>>> {
        let question = Arc::clone(self.documents()?);
        Ok(later(move || question.explain(&address, &path), |found| found))
    }

    /// Both sides of the resource of a fingerprint, as JSON; options are a JSON object.
    #[napi]
    pub fn diff_view_sync(&self, fingerprint: String, options: String) -> Result<String> {
        let question = self.documents()?;
        attempt(|| question.diff_view(&self.report, &fingerprint, &options))
    }

    /// As `diffViewSync`, off the event loop.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn diff_view(
        &self,
        fingerprint: String,
        options: String,
    ) -> Result<AsyncTask<Later<String, String>>> {
        let (question, report) = (Arc::clone(self.documents()?), Arc::clone(&self.report));
        Ok(later(move || question.diff_view(&report, &fingerprint, &options), |view| view))
    }

    /// The places of the findings that a query asks for, as JSON; the query is a JSON object.
    #[napi]
    pub fn query(&self, query: String) -> Result<String> {
        self.written(|report| Ok(report.query(&Query::from_json(&query)?)?.to_json()))
    }

    /// The rule that would ignore a finding, or one of its changes.
    #[napi]
    pub fn ignore_rule(&self, finding: u32, change: Option<u32>) -> Result<Option<String>> {
        let rule = || {
            let finding = self.report.findings.get(finding as usize)?;
            let Some(change) = change else { return Some(finding.ignore_rule()) };
            Some(finding.changes.get(change as usize)?.ignore_rule(&finding.resource))
        };
        here(rule)
    }

    /// The rule that would ignore a change of one of the lists beside the findings.
    #[napi]
    pub fn ignore_rule_of(&self, list: String, change: u32) -> Result<Option<String>> {
        let list = match list.as_str() {
            "pending" => &self.report.pending,
            "undeclared" => &self.report.undeclared,
            "suppressed" => &self.report.suppressed,
            _ => &self.report.unknown,
        };
        let rule = || {
            let change = list.get(change as usize)?;
            Some(change.ignore_rule(change.resource.as_ref()?))
        };
        here(rule)
    }
}

/// A part of a detection.
#[napi]
pub struct NativePartial(pub(crate) drift_core::Partial);

#[napi]
impl NativePartial {
    /// Reads what `toJson` has written.
    #[napi(factory)]
    pub fn from_json(text: String) -> Result<Self> {
        attempt(|| drift_core::Partial::from_json(&text)).map(Self)
    }

    /// The part as JSON.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        run(|| self.0.to_json())
    }

    /// Both parts as one.
    #[napi]
    pub fn merge(&self, other: &NativePartial) -> Result<NativePartial> {
        run(|| self.0.clone().merge(other.0.clone())).map(Self)
    }

    /// The report on all that the part holds.
    #[napi]
    pub fn finish(&self, at: String) -> Result<NativeReport> {
        let at = read(&at)?;
        let report = run(|| drift_core::finish(self.0.clone(), at))?;
        Ok(NativeReport::new(report, None))
    }
}
