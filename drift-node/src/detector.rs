//! Detectors: compiled rules and options.

use crate::baseline::NativeBaseline;
use crate::error::raise;
use crate::events::NativeEvents;
use crate::policy::NativePolicies;
use crate::report::{NativePartial, NativeReport};
use crate::snapshot::{NativeSnapshot, Parsed, options_of};
use crate::text::{NativeText, Text};
use crate::worker::{Last, Later, NativeProgress, NativeStop, attempt, here, later, threads};
use drift_core::value::Seed;
use drift_core::wire::{DetectorTexts, PolicyText, RuleText};
use drift_core::{Context, Detail, Error, Progress, Stop, Timestamp, ViewOptions, wire};
use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use std::str::FromStr;
use std::sync::Arc;

/// Rules, read once.
#[napi]
pub struct NativeRules {
    pub(crate) core: drift_core::Rules,
    /// What they were read from.
    text: RuleText,
}

#[napi]
impl NativeRules {
    /// Reads the text of a rule file; `file` is its name, where it has one.
    #[napi(factory)]
    pub fn parse(text: String, file: Option<String>) -> Result<Self> {
        let text = RuleText { text, file };
        Ok(Self { core: attempt(|| text.rules())?, text })
    }

    /// How many rules there are.
    #[napi(getter)]
    pub fn length(&self) -> u32 {
        u32::try_from(self.core.rules().len()).unwrap_or(u32::MAX)
    }
}

/// A report, whether it is shallow, and what it was made from.
type Answer = (drift_core::Report, bool, Arc<Question>);

/// A detector, the documents and the time: what can be asked again.
pub struct Question {
    detector: Arc<drift_core::Detector>,
    seed: Seed,
    desired: Arc<Parsed>,
    actual: Arc<Parsed>,
    reference: Option<Arc<Parsed>>,
    baseline: Option<Arc<drift_core::Baseline>>,
    at: Timestamp,
    events: Option<Arc<drift_core::Events>>,
    since: Option<Timestamp>,
}

impl Question {
    fn ask<T>(&self, answer: impl FnOnce(&drift_core::Detector, Context<'_>) -> T) -> T {
        let context = Context::at(self.at).with_seed(self.seed);
        let context = Context {
            baseline: self.baseline.as_deref(),
            events: self.events.as_deref(),
            since: self.since,
            ..context
        };
        match &self.reference {
            Some(reference) => answer(&self.detector, context.with_reference(reference.core())),
            None => answer(&self.detector, context),
        }
    }

    fn detect(
        &self,
        detail: Detail,
        stop: &Stop,
        progress: Option<&Progress>,
    ) -> drift_core::Result<drift_core::Report> {
        let report = self.ask(|detector, context| {
            let context = Context { detail, progress, ..context };
            detector.detect_until(self.desired.core(), self.actual.core(), &context, stop)
        });
        report.ok_or_else(Stop::error)
    }

    fn partials(
        &self,
        detail: Detail,
        parts: usize,
        stop: &Stop,
        progress: Option<&Progress>,
    ) -> drift_core::Result<Vec<drift_core::Partial>> {
        let partials = self.ask(|detector, context| {
            let context = Context { detail, progress, ..context };
            detector.partials_until(self.desired.core(), self.actual.core(), &context, parts, stop)
        });
        partials.ok_or_else(Stop::error)
    }

    /// Everything about one path of one resource, as JSON and as text.
    pub(crate) fn explain(&self, address: &str, path: &str) -> drift_core::Result<Vec<String>> {
        let explanation = self.ask(|detector, context| {
            let (desired, actual) = (self.desired.core(), self.actual.core());
            detector.explain_in(desired, actual, &context, address, path)
        })?;
        Ok(vec![explanation.to_json(), explanation.to_string()])
    }

    /// Both sides of the resource of a fingerprint of the report that the question was answered with.
    pub(crate) fn diff_view(
        &self,
        report: &drift_core::Report,
        fingerprint: &str,
        options: &str,
    ) -> drift_core::Result<String> {
        let options = ViewOptions::from_json(options)?;
        let view = self.ask(|detector, context| {
            let (desired, actual) = (self.desired.core(), self.actual.core());
            detector.diff_view(desired, actual, &context, report, fingerprint, &options)
        })?;
        Ok(view.to_json())
    }
}

/// The key of the hashes, from the operating system.
pub(crate) fn seed() -> Seed {
    let number = || getrandom::u64().unwrap_or_default();
    Seed([number(), number()])
}

/// Reads a word or a time of the core's.
pub(crate) fn read<T: FromStr<Err = Error>>(text: &str) -> Result<T> {
    text.parse().map_err(|error| raise(&error))
}

/// Compiled rules and options.
#[napi]
pub struct NativeDetector {
    pub(crate) core: Arc<drift_core::Detector>,
    /// The key of the hashes. It is one for all that the detector reads and compares, so that what was
    /// hashed while it was read need not be hashed again.
    pub(crate) seed: Seed,
    /// What it was made from.
    texts: DetectorTexts,
}

#[napi]
impl NativeDetector {
    /// Compiles rules and options, which are a JSON object.
    #[napi(constructor)]
    pub fn new(
        rules: Vec<&NativeRules>,
        policies: Vec<&NativePolicies>,
        options: String,
    ) -> Result<Self> {
        let texts = DetectorTexts {
            rules: rules.iter().map(|rules| rules.text.clone()).collect(),
            policies: policies.iter().map(|policies| policies.text.clone()).collect(),
            options,
        };
        let rules = rules.into_iter().map(|rules| rules.core.clone()).collect();
        let policies = policies.into_iter().map(|policies| policies.core.clone()).collect();
        attempt(|| Self::of(texts, rules, policies))
    }

    /// Its limits, as options have them, as JSON.
    #[napi]
    pub fn limits(&self) -> Result<String> {
        here(|| wire::limits_json(self.core.limits()))
    }

    /// What it was made from, as JSON.
    #[napi]
    pub fn serialize(&self) -> Result<String> {
        attempt(|| wire::serialize_detector(&self.texts))
    }

    /// A detector made from what `serialize` has written.
    #[napi(factory)]
    pub fn deserialize(text: String) -> Result<Self> {
        attempt(|| {
            let texts = wire::deserialize_detector(&text)?;
            let rules = texts
                .rules
                .iter()
                .map(RuleText::rules)
                .collect::<std::result::Result<_, Error>>()?;
            let policies = texts
                .policies
                .iter()
                .map(PolicyText::policies)
                .collect::<std::result::Result<_, Error>>()?;
            Self::of(texts, rules, policies)
        })
    }

    fn of(
        texts: DetectorTexts,
        rules: Vec<drift_core::Rules>,
        policies: Vec<drift_core::Policies>,
    ) -> drift_core::Result<Self> {
        let builder = drift_core::Detector::builder().threads(threads());
        let builder = builder.options_json(&texts.options)?;
        let builder = policies.into_iter().fold(builder, |builder, one| builder.policies(one));
        let core = rules.into_iter().fold(builder, |builder, one| builder.rules(one)).build()?;
        Ok(Self { core: Arc::new(core), seed: seed(), texts })
    }

    /// Reads a text for detections of this detector made at that time.
    fn reading(
        &self,
        text: Text,
        options: String,
        at: &str,
        stop: Option<Stop>,
    ) -> Result<impl FnOnce() -> drift_core::Result<Parsed> + Send + use<>> {
        let (detector, at) = (Arc::clone(&self.core), read(at)?);
        let seed = self.seed;
        Ok(move || {
            let context = Context::at(at).with_seed(seed);
            let options = options_of(&options, stop)?;
            Parsed::one(text, |text| detector.read(text, &options, &context))
        })
    }

    /// Reads one document for detections of this detector.
    #[napi]
    pub fn read_sync(&self, text: Buffer, options: String, at: String) -> Result<NativeSnapshot> {
        let text = Text::Own(text.to_vec());
        attempt(self.reading(text, options, &at, None)?).map(NativeSnapshot::of)
    }

    /// As `readSync`, off the event loop; the text is empty then.
    #[napi(ts_return_type = "Promise<NativeSnapshot>")]
    pub fn read(
        &self,
        text: &mut NativeText,
        options: String,
        at: String,
        stop: Option<&NativeStop>,
    ) -> Result<AsyncTask<Later<Parsed, NativeSnapshot>>> {
        let stop = stop.map(|stop| stop.0.clone());
        let reading = self.reading(text.take(), options, &at, stop)?;
        Ok(later(reading, NativeSnapshot::of))
    }

    /// A detection that can be asked.
    #[napi]
    #[allow(clippy::too_many_arguments, reason = "they are the options of a detection")]
    pub fn question(
        &self,
        desired: &NativeSnapshot,
        actual: &NativeSnapshot,
        reference: Option<&NativeSnapshot>,
        baseline: Option<&NativeBaseline>,
        at: String,
        events: Option<&NativeEvents>,
        since: Option<String>,
    ) -> Result<NativeQuestion> {
        let asked = Arc::new(Question {
            detector: Arc::clone(&self.core),
            seed: self.seed,
            desired: Arc::clone(&desired.core),
            actual: Arc::clone(&actual.core),
            reference: reference.map(|reference| Arc::clone(&reference.core)),
            baseline: baseline.map(|baseline| Arc::clone(&baseline.core)),
            at: read(&at)?,
            events: events.map(|events| Arc::clone(&events.core)),
            since: since.map(|since| read(&since)).transpose()?,
        });
        Ok(NativeQuestion { _last: Last::of(&asked), asked })
    }

    /// What is normal, to be recorded.
    fn recording(
        &self,
        actual: &NativeSnapshot,
        desired: Option<&NativeSnapshot>,
        previous: Option<&NativeBaseline>,
        at: &str,
        stop: Option<&NativeStop>,
    ) -> Result<impl FnOnce() -> drift_core::Result<drift_core::Baseline> + Send + use<>> {
        let at: Timestamp = read(at)?;
        let (detector, actual) = (Arc::clone(&self.core), Arc::clone(&actual.core));
        let desired = desired.map(|desired| Arc::clone(&desired.core));
        let previous = previous.map(|previous| Arc::clone(&previous.core));
        let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
        Ok(move || {
            let desired = desired.as_ref().map(|side| side.core());
            let baseline = detector.baseline_until(actual.core(), desired, at, &stop)?;
            Ok(match previous {
                Some(previous) => baseline.with_acceptances_of(&previous, at),
                None => baseline,
            })
        })
    }

    /// Records what is normal.
    #[napi]
    pub fn baseline_sync(
        &self,
        actual: &NativeSnapshot,
        desired: Option<&NativeSnapshot>,
        previous: Option<&NativeBaseline>,
        at: String,
    ) -> Result<NativeBaseline> {
        attempt(self.recording(actual, desired, previous, &at, None)?).map(NativeBaseline::of)
    }

    /// As `baselineSync`, off the event loop.
    #[napi(ts_return_type = "Promise<NativeBaseline>")]
    pub fn baseline(
        &self,
        actual: &NativeSnapshot,
        desired: Option<&NativeSnapshot>,
        previous: Option<&NativeBaseline>,
        at: String,
        stop: Option<&NativeStop>,
    ) -> Result<AsyncTask<Later<drift_core::Baseline, NativeBaseline>>> {
        let recording = self.recording(actual, desired, previous, &at, stop)?;
        Ok(later(recording, NativeBaseline::of))
    }
}

/// A detection that can be asked.
#[napi]
pub struct NativeQuestion {
    asked: Arc<Question>,
    _last: Last,
}

#[napi]
impl NativeQuestion {
    /// Compares the snapshots.
    #[napi]
    pub fn detect_sync(&self, detail: String) -> Result<NativeReport> {
        let detail = read(&detail)?;
        let report = attempt(|| self.asked.detect(detail, &Stop::default(), None))?;
        Ok(NativeReport::new(report, Some(Arc::clone(&self.asked))))
    }

    /// As `detectSync`, off the event loop.
    #[napi(ts_return_type = "Promise<NativeReport>")]
    pub fn detect(
        &self,
        detail: String,
        stop: Option<&NativeStop>,
        progress: Option<&NativeProgress>,
    ) -> Result<AsyncTask<Later<Answer, NativeReport>>> {
        let (question, detail) = (Arc::clone(&self.asked), read(&detail)?);
        let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
        let progress = progress.map(|progress| progress.0.clone());
        let job = move || {
            let report = question.detect(detail, &stop, progress.as_ref())?;
            let is_shallow = wire::is_shallow(&report);
            Ok((report, is_shallow, question))
        };
        Ok(later(job, |(report, is_shallow, question)| {
            NativeReport::new(report, Some(question)).looked_at(is_shallow)
        }))
    }

    /// Compares snapshots that hold a part of an estate, and deals what it finds out.
    #[napi]
    pub fn partials_sync(&self, detail: String, parts: f64) -> Result<Vec<NativePartial>> {
        let detail = read(&detail)?;
        let stop = Stop::default();
        let parts = attempt(|| self.asked.partials(detail, wire::parts(parts)?, &stop, None))?;
        Ok(parts.into_iter().map(NativePartial).collect())
    }

    /// As `partialsSync`, off the event loop.
    #[napi(ts_return_type = "Promise<Array<NativePartial>>")]
    pub fn partials(
        &self,
        detail: String,
        parts: f64,
        stop: Option<&NativeStop>,
        progress: Option<&NativeProgress>,
    ) -> Result<AsyncTask<Later<Vec<drift_core::Partial>, Vec<NativePartial>>>> {
        let (question, detail) = (Arc::clone(&self.asked), read(&detail)?);
        let parts = wire::parts(parts).map_err(|error| raise(&error))?;
        let stop = stop.map(|stop| stop.0.clone()).unwrap_or_default();
        let progress = progress.map(|progress| progress.0.clone());
        let job = move || question.partials(detail, parts, &stop, progress.as_ref());
        Ok(later(job, |parts| parts.into_iter().map(NativePartial).collect()))
    }

    /// Everything about one path of one resource, as JSON and as text.
    #[napi]
    pub fn explain_sync(&self, address: String, path: String) -> Result<Vec<String>> {
        attempt(|| self.asked.explain(&address, &path))
    }

    /// As `explainSync`, off the event loop.
    #[napi(ts_return_type = "Promise<Array<string>>")]
    pub fn explain(
        &self,
        address: String,
        path: String,
    ) -> Result<AsyncTask<Later<Vec<String>, Vec<String>>>> {
        let question = Arc::clone(&self.asked);
        Ok(later(move || question.explain(&address, &path), |found| found))
    }
}
