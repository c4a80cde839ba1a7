//! Detectors, and what they answer.

use crate::baseline::Baseline;
use crate::convert::json;
use crate::error::raise;
use crate::events::Events;
use crate::policy::Policies;
use crate::rows;
use crate::snapshot::{Parsed, Snapshot, text};
use crate::worker::{Teller, attempt, run, threads, wait, wait_and_tell};
use drift_core::value::Seed;
use drift_core::wire::{DetectorTexts, PolicyText, RuleText};
use drift_core::{
    Code, Context, Detail, Error, ExitStyle, Progress, Query, Stop, Timestamp, ViewOptions, wire,
};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};
use std::str::FromStr;
use std::sync::Arc;

/// Rules, read once, beside what they were read from.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Rules(pub(crate) drift_core::Rules, RuleText);

impl Rules {
    fn of(py: Python<'_>, text: RuleText) -> PyResult<Self> {
        let rules = attempt(py, || text.rules())?;
        Ok(Self(rules, text))
    }
}

#[pymethods]
impl Rules {
    /// Reads the text of a rule file; `file` is its name, where it has one.
    #[staticmethod]
    fn from_text(py: Python<'_>, text: String, file: Option<String>) -> PyResult<Self> {
        Self::of(py, RuleText { text, file })
    }

    /// Reads an object of a rule file's shape.
    #[staticmethod]
    fn from_object(py: Python<'_>, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::of(py, RuleText { text: json(object)?, file: None })
    }

    /// The text, and the name of the file that it stands in: what `from_text` takes.
    fn source(&self) -> (&str, Option<&str>) {
        (&self.1.text, self.1.file.as_deref())
    }

    fn __len__(&self) -> usize {
        self.0.rules().len()
    }
}

/// Compiled rules and options.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Detector {
    pub(crate) core: Arc<drift_core::Detector>,
    /// The key of the hashes. It is one for all that the detector reads and compares, so that what
    /// was hashed while it was read need not be hashed again.
    pub(crate) seed: Seed,
    /// What it was made from.
    texts: DetectorTexts,
}

impl Detector {
    fn of(
        py: Python<'_>,
        texts: DetectorTexts,
        rules: Vec<drift_core::Rules>,
        policies: Vec<drift_core::Policies>,
    ) -> PyResult<Self> {
        let (core, texts) = attempt(py, move || {
            let builder = drift_core::Detector::builder().threads(threads());
            let builder = builder.options_json(&texts.options)?;
            let builder = policies.into_iter().fold(builder, |all, one| all.policies(one));
            let builder = rules.into_iter().fold(builder, |all, one| all.rules(one));
            Ok((builder.build()?, texts))
        })?;
        Ok(Self { core: Arc::new(core), seed: seed(), texts })
    }
}

#[pymethods]
impl Detector {
    #[new]
    fn new(
        py: Python<'_>,
        rules: Vec<PyRef<'_, Rules>>,
        policies: Vec<PyRef<'_, Policies>>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let texts = DetectorTexts {
            rules: rules.iter().map(|rules| rules.1.clone()).collect(),
            policies: policies.iter().map(|policies| policies.1.clone()).collect(),
            options: json(options)?,
        };
        let rules = rules.iter().map(|rules| rules.0.clone()).collect();
        let policies = policies.iter().map(|policies| policies.0.clone()).collect();
        Self::of(py, texts, rules, policies)
    }

    /// Its limits, as options have them, as JSON.
    fn limits(&self) -> String {
        wire::limits_json(self.core.limits())
    }

    /// What it was made from, as JSON.
    fn serialize(&self, py: Python<'_>) -> PyResult<String> {
        attempt(py, || wire::serialize_detector(&self.texts))
    }

    /// A detector made from what `serialize` has written.
    #[staticmethod]
    fn deserialize(py: Python<'_>, text: &str) -> PyResult<Self> {
        let (texts, rules, policies) = attempt(py, || {
            let texts = wire::deserialize_detector(text)?;
            let rules =
                texts.rules.iter().map(RuleText::rules).collect::<drift_core::Result<_>>()?;
            let policies = texts.policies.iter().map(PolicyText::policies);
            let policies = policies.collect::<drift_core::Result<_>>()?;
            Ok((texts, rules, policies))
        })?;
        Self::of(py, texts, rules, policies)
    }

    /// Reads one document for detections of this detector.
    fn read(
        &self,
        py: Python<'_>,
        source: &Bound<'_, PyAny>,
        options: &Bound<'_, PyDict>,
        at: &str,
    ) -> PyResult<Snapshot> {
        let context = Context::at(read(py, at)?).with_seed(self.seed);
        let detector = Arc::clone(&self.core);
        Snapshot::read(py, vec![(String::new(), text(source)?)], options, move |texts, options| {
            Parsed::followed(texts, options, &detector, &context)
        })
    }

    /// Records what is normal.
    fn baseline(
        &self,
        py: Python<'_>,
        actual: &Snapshot,
        desired: Option<&Snapshot>,
        previous: Option<&Baseline>,
        at: &str,
    ) -> PyResult<Baseline> {
        let at = read::<Timestamp>(py, at)?;
        let (detector, actual) = (Arc::clone(&self.core), Arc::clone(&actual.parsed));
        let desired = desired.map(|desired| Arc::clone(&desired.parsed));
        let previous = previous.map(|previous| Arc::clone(&previous.0));
        let baseline = wait(py, move |_| {
            let desired = desired.as_ref().map(|desired| desired.core());
            let baseline = detector.baseline(actual.core(), desired, at)?;
            Ok(match previous {
                Some(previous) => baseline.with_acceptances_of(&previous, at),
                None => baseline,
            })
        })?;
        Ok(Baseline::of(baseline))
    }

    /// A detection that can be asked.
    #[expect(clippy::too_many_arguments, reason = "they are the options of a detection")]
    fn question(
        &self,
        py: Python<'_>,
        desired: &Snapshot,
        actual: &Snapshot,
        reference: Option<&Snapshot>,
        baseline: Option<&Baseline>,
        at: &str,
        events: Option<&Events>,
        since: Option<&str>,
    ) -> PyResult<Question> {
        Ok(Question {
            detector: Arc::clone(&self.core),
            seed: self.seed,
            desired: Arc::clone(&desired.parsed),
            actual: Arc::clone(&actual.parsed),
            reference: reference.map(|reference| Arc::clone(&reference.parsed)),
            baseline: baseline.map(|baseline| Arc::clone(&baseline.0)),
            at: read(py, at)?,
            events: events.map(|events| Arc::clone(&events.0)),
            since: since.map(|since| read(py, since)).transpose()?,
        })
    }
}

/// A detection: the detector, the documents and the time.
#[pyclass(frozen, module = "drift_py._native")]
#[derive(Clone)]
pub(crate) struct Question {
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

#[pymethods]
impl Question {
    /// Compares the snapshots; `told` is told how far that has come.
    fn detect(
        &self,
        py: Python<'_>,
        detail: &str,
        told: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Report> {
        let detail = read::<Detail>(py, detail)?;
        let question = self.clone();
        let teller = told.map(Teller::of);
        let progress = teller.as_ref().map(|teller| teller.progress.clone());
        let report = wait_and_tell(py, teller.as_ref(), move |stop| {
            let report = question.ask(|detector, desired, actual, context| {
                let context = in_detail(context, detail, progress.as_ref());
                detector.detect_until(desired, actual, &context, stop)
            });
            report.ok_or_else(Stop::error)
        })?;
        Ok(Report { report: Arc::new(report), documents: Some(self.clone()) })
    }

    /// Compares snapshots that hold a part of an estate, and deals what it finds out.
    fn partials(
        &self,
        py: Python<'_>,
        detail: &str,
        parts: f64,
        told: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Partial>> {
        let detail = read::<Detail>(py, detail)?;
        let question = self.clone();
        let teller = told.map(Teller::of);
        let progress = teller.as_ref().map(|teller| teller.progress.clone());
        let partials = wait_and_tell(py, teller.as_ref(), move |stop| {
            let parts = wire::parts(parts)?;
            let partials = question.ask(|detector, desired, actual, context| {
                let context = in_detail(context, detail, progress.as_ref());
                detector.partials_until(desired, actual, &context, parts, stop)
            });
            partials.ok_or_else(Stop::error)
        })?;
        Ok(partials.into_iter().map(Partial).collect())
    }

    /// Everything about one path of one resource, as JSON and as text.
    fn explain(&self, py: Python<'_>, address: &str, path: &str) -> PyResult<(String, String)> {
        let explanation = attempt(py, || {
            self.ask(|detector, desired, actual, context| {
                detector.explain_in(desired, actual, &context, address, path)
            })
        })?;
        Ok((explanation.to_json(), explanation.to_string()))
    }
}

impl Question {
    fn ask<T>(
        &self,
        answer: impl FnOnce(
            &drift_core::Detector,
            &drift_core::Snapshot<'_>,
            &drift_core::Snapshot<'_>,
            Context<'_>,
        ) -> T,
    ) -> T {
        let (desired, actual) = (self.desired.core(), self.actual.core());
        let context = Context::at(self.at).with_seed(self.seed);
        let context = Context {
            baseline: self.baseline.as_deref(),
            events: self.events.as_deref(),
            since: self.since,
            ..context
        };
        match &self.reference {
            Some(reference) => {
                answer(&self.detector, desired, actual, context.with_reference(reference.core()))
            }
            None => answer(&self.detector, desired, actual, context),
        }
    }
}

fn in_detail<'c>(
    context: Context<'c>,
    detail: Detail,
    progress: Option<&'c Progress>,
) -> Context<'c> {
    Context { detail, progress, ..context }
}

/// The key of the hashes, from the operating system.
pub(crate) fn seed() -> Seed {
    let number = || getrandom::u64().unwrap_or_default();
    Seed([number(), number()])
}

/// Reads a word or a time of the core's.
pub(crate) fn read<T: FromStr<Err = Error>>(py: Python<'_>, text: &str) -> PyResult<T> {
    text.parse().map_err(|error| raise(py, &error))
}

/// The answer to one detection.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Report {
    pub(crate) report: Arc<drift_core::Report>,
    /// What it was made from, so that it can be explained.
    documents: Option<Question>,
}

#[pymethods]
impl Report {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        let report = attempt(py, || drift_core::Report::from_json(text))?;
        Ok(Self { report: Arc::new(report), documents: None })
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        let report = Arc::clone(&self.report);
        wait(py, move |_| Ok(report.to_json()))
    }

    /// The rows of the lists, as dicts.
    fn rows<'py>(&self, py: Python<'py>, lists: Vec<String>) -> PyResult<Bound<'py, PyList>> {
        rows::dicts(py, &self.report, &lists)
    }

    /// The rows of the lists, as a capsule with an Arrow stream.
    fn stream<'py>(&self, py: Python<'py>, lists: Vec<String>) -> PyResult<Bound<'py, PyCapsule>> {
        rows::stream(py, self, &lists)
    }

    #[getter]
    fn schema_version(&self) -> &str {
        &self.report.schema_version
    }

    #[getter]
    fn verdict(&self) -> &'static str {
        self.report.verdict.as_str()
    }

    #[getter]
    fn partial(&self) -> bool {
        self.report.partial
    }

    #[getter]
    fn detected_at(&self) -> String {
        self.report.detected_at.to_string()
    }

    #[getter]
    fn findings(&self) -> usize {
        self.report.findings.len()
    }

    /// How many entries a list has.
    fn length(&self, py: Python<'_>, list: &str) -> PyResult<usize> {
        wire::length(&self.report, list).map_err(|error| raise(py, &error))
    }

    /// The entries of a list from `start` to before `end`, as JSON.
    fn entries(&self, py: Python<'_>, list: &str, start: usize, end: usize) -> PyResult<String> {
        attempt(py, || wire::entries(&self.report, list, start..end))
    }

    /// A part of the report that is no list of entries, as JSON.
    fn section(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        attempt(py, || wire::section(&self.report, name))
    }

    fn semantic_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.report.semantic_json())
    }

    fn to_text(&self, py: Python<'_>, color: bool) -> PyResult<String> {
        run(py, || self.report.to_text(color))
    }

    fn to_markdown(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.report.to_markdown())
    }

    fn exit_code(&self, py: Python<'_>, style: &str) -> PyResult<u8> {
        Ok(self.report.exit_code(read::<ExitStyle>(py, style)?))
    }

    /// Everything about one path of one resource, as JSON and as text.
    fn explain(&self, py: Python<'_>, address: &str, path: &str) -> PyResult<(String, String)> {
        self.documents(py)?.explain(py, address, path)
    }

    /// Both sides of the resource of a fingerprint, as JSON.
    fn diff_view(
        &self,
        py: Python<'_>,
        fingerprint: &str,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<String> {
        let (question, options) = (self.documents(py)?, json(options)?);
        attempt(py, || {
            let options = ViewOptions::from_json(&options)?;
            let view = question.ask(|detector, desired, actual, context| {
                let report = &self.report;
                detector.diff_view(desired, actual, &context, report, fingerprint, &options)
            })?;
            Ok(view.to_json())
        })
    }

    /// The places of the findings that a query asks for, as JSON.
    fn query(&self, py: Python<'_>, query: &Bound<'_, PyDict>) -> PyResult<String> {
        let query = json(query)?;
        attempt(py, || Ok(self.report.query(&Query::from_json(&query)?)?.to_json()))
    }

    /// The rule that would ignore a finding, or one of its changes.
    fn ignore_rule(&self, finding: usize, change: Option<usize>) -> Option<String> {
        let finding = self.report.findings.get(finding)?;
        match change {
            Some(change) => Some(finding.changes.get(change)?.ignore_rule(&finding.resource)),
            None => Some(finding.ignore_rule()),
        }
    }

    /// The rule that would ignore a change of one of the lists beside the findings.
    fn ignore_rule_of(&self, list: &str, change: usize) -> Option<String> {
        let list = match list {
            "pending" => &self.report.pending,
            "undeclared" => &self.report.undeclared,
            "suppressed" => &self.report.suppressed,
            _ => &self.report.unknown,
        };
        let change = list.get(change)?;
        Some(change.ignore_rule(change.resource.as_ref()?))
    }
}

impl Report {
    fn documents(&self, py: Python<'_>) -> PyResult<&Question> {
        self.documents.as_ref().ok_or_else(|| {
            let message = "the report was read from JSON or merged, and has no documents";
            let help = "ask the detector, with the two snapshots: `detector.explain(…)`";
            raise(py, &Error::new(Code::NoDocuments, message).with_help(help))
        })
    }
}

/// A part of a detection.
#[pyclass(frozen, module = "drift_py._native")]
pub(crate) struct Partial(drift_core::Partial);

#[pymethods]
impl Partial {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        attempt(py, || drift_core::Partial::from_json(text)).map(Self)
    }

    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        run(py, || self.0.to_json())
    }

    fn merge(&self, py: Python<'_>, other: &Self) -> PyResult<Self> {
        run(py, || self.0.clone().merge(other.0.clone())).map(Self)
    }
}

/// The report on all that the part holds.
#[pyfunction]
pub(crate) fn finish(py: Python<'_>, partial: &Partial, at: &str) -> PyResult<Report> {
    let at = read(py, at)?;
    let report = run(py, || drift_core::finish(partial.0.clone(), at))?;
    Ok(Report { report: Arc::new(report), documents: None })
}
