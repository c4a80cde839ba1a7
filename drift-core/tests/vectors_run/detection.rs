//! Cases that are detections, with the laws that every report keeps.

use super::baseline::{Own, Promote, Recorded, options};
use super::case::{Case, corpus, is_report};
use super::expect::{error, lines, part, same};
use super::steps::{Operation, Start};
use drift_core::detector::Hunk;
use drift_core::source::ParseOptions;
use drift_core::{
    Acceptance, Baseline, Change, Context, Detail, Detector, DiffView, Error, EventOptions, Events,
    Finding, Partial, Policies, Query, Report, Snapshot, Timestamp, ViewOptions, finish,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    desired: Side,
    actual: Side,
    reference: Option<Side>,
    rules: Option<Box<RawValue>>,
    packs: Option<Value>,
    at: Option<Timestamp>,
    detail: Option<String>,
    #[serde(default)]
    acceptances: Vec<Acceptance>,
    digest_key: Option<String>,
    baseline: Option<Recorded>,
    promote: Option<Promote>,
    #[serde(default)]
    events: Option<Vec<Log>>,
    since: Option<Timestamp>,
    owners: Option<Box<RawValue>>,
    routes: Option<Box<RawValue>>,
    tags: Option<Box<RawValue>>,
    query: Option<Box<RawValue>>,
    policies: Option<Box<RawValue>>,
    limits: Option<Box<RawValue>>,
    merge: Option<Vec<Shard>>,
}

/// A detection whose parts are merged with those of others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shard {
    desired: Option<Side>,
    actual: Option<Side>,
    parts: Option<usize>,
    /// Which of the parts are merged, counted from one.
    kept: Option<Vec<usize>>,
}

impl Shard {
    fn partials(
        &self,
        input: &Input,
        detector: &Detector,
        context: &Context<'_>,
    ) -> Result<Vec<Partial>, Error> {
        let sides = [
            self.desired.as_ref().unwrap_or(&input.desired),
            self.actual.as_ref().unwrap_or(&input.actual),
        ];
        let texts = sides.map(Side::texts);
        let [desired, actual] = [sides[0].parse(&texts[0])?, sides[1].parse(&texts[1])?];
        let parts = detector.partials(&desired, &actual, context, self.parts.unwrap_or(1));
        let is_kept = |number| self.kept.as_ref().is_none_or(|kept| kept.contains(&number));
        let numbered = (1..).zip(parts).filter(|(number, _)| is_kept(*number));
        Ok(numbered.map(|(_, part)| part).collect())
    }
}

/// A log of events.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Log {
    text: Option<Text>,
    value: Option<Box<RawValue>>,
    format: Option<Box<RawValue>>,
    scope: Option<Box<RawValue>>,
    name: Option<Box<RawValue>>,
    limits: Option<Box<RawValue>>,
}

impl Log {
    fn read(&self) -> Result<Events, Error> {
        let fields = [
            ("format", &self.format),
            ("scope", &self.scope),
            ("name", &self.name),
            ("limits", &self.limits),
        ];
        let given = fields.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let texts: Vec<String> =
            given.map(|(name, value)| format!("\"{name}\": {}", compact(value))).collect();
        let options = EventOptions::from_json(&format!("{{{}}}", texts.join(", ")))?;
        let text = self.text.as_ref().map(Text::join);
        let text = text.or_else(|| self.value.as_ref().map(|value| compact(value)));
        Events::parse(text.unwrap_or_default().as_bytes(), &options)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Side {
    text: Option<Text>,
    value: Option<Box<RawValue>>,
    files: Option<BTreeMap<String, Text>>,
    /// A public document, by its path below `../shared/corpus`.
    corpus: Option<String>,
    format: Option<Box<RawValue>>,
    view: Option<Box<RawValue>>,
    dialect: Option<Box<RawValue>>,
    name: Option<Box<RawValue>>,
    mapping: Option<Box<RawValue>>,
    complete: Option<Box<RawValue>>,
    covers: Option<Box<RawValue>>,
    gaps: Option<Box<RawValue>>,
    expected: Option<Box<RawValue>>,
    scope: Option<Box<RawValue>>,
    revision: Option<Box<RawValue>>,
    taken_at: Option<Box<RawValue>>,
    duplicate_keys: Option<Box<RawValue>>,
    limits: Option<Box<RawValue>>,
    parameters: Option<Box<RawValue>>,
    stack_resources: Option<Box<RawValue>>,
    builder: Option<Start>,
    steps: Option<Vec<Operation>>,
}

/// A text, or its lines.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Text {
    Whole(String),
    Lines(Vec<String>),
}

impl Text {
    pub(crate) fn join(&self) -> String {
        match self {
            Self::Whole(text) => text.clone(),
            Self::Lines(lines) => lines.join("\n"),
        }
    }
}

/// JSON without the blanks between its tokens, all else as it is written.
pub(crate) fn compact(json: &RawValue) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for c in json.get().chars() {
        if !quoted && c.is_ascii_whitespace() {
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// JSON as it is written, or the text that it is.
pub(super) fn json_or_text(json: &RawValue) -> (String, bool) {
    match serde_json::from_str::<String>(json.get()) {
        Ok(text) => (text, true),
        Err(_) => (compact(json), false),
    }
}

impl Side {
    /// The texts by their names; one without a name is the whole document.
    pub(super) fn texts(&self) -> Vec<(String, String)> {
        if let Some(files) = &self.files {
            return files.iter().map(|(name, text)| (name.clone(), text.join())).collect();
        }
        if let Some(steps) = &self.steps {
            return steps.iter().map(|step| (String::new(), step.text())).collect();
        }
        if let Some(path) = &self.corpus {
            let file = corpus().join(path);
            let text = std::fs::read_to_string(&file);
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            return vec![(String::new(), text)];
        }
        let text = self.text.as_ref().map(Text::join);
        let text = text.or_else(|| self.value.as_ref().map(|value| compact(value)));
        vec![(String::new(), text.unwrap_or_default())]
    }

    /// The options as the bindings hand them over: everything but the content.
    fn options(&self) -> Result<ParseOptions, Error> {
        let fields = [
            ("format", &self.format),
            ("view", &self.view),
            ("dialect", &self.dialect),
            ("name", &self.name),
            ("mapping", &self.mapping),
            ("complete", &self.complete),
            ("covers", &self.covers),
            ("gaps", &self.gaps),
            ("expected", &self.expected),
            ("scope", &self.scope),
            ("revision", &self.revision),
            ("taken_at", &self.taken_at),
            ("duplicate_keys", &self.duplicate_keys),
            ("limits", &self.limits),
            ("parameters", &self.parameters),
            ("stack_resources", &self.stack_resources),
        ];
        let given = fields.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let texts: Vec<String> =
            given.map(|(name, value)| format!("\"{name}\": {}", compact(value))).collect();
        ParseOptions::from_json(&format!("{{{}}}", texts.join(", ")))
    }

    pub(super) fn parse<'t>(&self, texts: &'t [(String, String)]) -> Result<Snapshot<'t>, Error> {
        if let Some(start) = &self.builder {
            let mut builder = Snapshot::builder(&*start.provider, start.scope.clone());
            for (step, (_, text)) in self.steps.iter().flatten().zip(texts) {
                step.take(&mut builder, text)?;
            }
            return builder.build();
        }
        let options = self.options()?;
        if self.files.is_some() {
            let files = texts.iter().map(|(name, text)| (name.clone(), text.as_bytes()));
            return Snapshot::parse_many(files, &options);
        }
        let text = texts.first().map(|(_, text)| text.as_bytes()).unwrap_or_default();
        Snapshot::parse_with(text, &options)
    }
}

/// Policies: a text, its lines, or what a policy file holds.
fn read_policies(given: &RawValue) -> Result<Policies, Error> {
    match serde_json::from_str::<Text>(given.get()) {
        Ok(text) => Policies::from_text(&text.join()),
        Err(_) => Policies::from_json(&compact(given)),
    }
}

impl Input {
    fn detector(&self) -> Result<Detector, Error> {
        let fields = [
            ("owners", &self.owners),
            ("routes", &self.routes),
            ("tags", &self.tags),
            ("limits", &self.limits),
        ];
        let given = fields.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let texts: Vec<String> =
            given.map(|(name, value)| format!("\"{name}\": {}", compact(value))).collect();
        let builder = Detector::builder().options_json(&format!("{{{}}}", texts.join(", ")))?;
        let builder = builder.acceptances(self.acceptances.iter().cloned());
        let builder = match &self.policies {
            Some(policies) => builder.policies(read_policies(policies)?),
            None => builder,
        };
        options(builder, self.rules.as_deref(), self.packs.as_ref(), self.digest_key.as_deref())
    }

    /// The report, and what three parts of it come to when they are merged in reverse order.
    fn detect(&self) -> Result<([Report; 2], Beside), Error> {
        let detector = self.detector()?;
        let texts = [&self.desired, &self.actual].map(Side::texts);
        let of_reference = self.reference.as_ref().map(Side::texts);
        let [desired, actual] = [self.desired.parse(&texts[0])?, self.actual.parse(&texts[1])?];
        let reference = match (&self.reference, &of_reference) {
            (Some(side), Some(texts)) => Some(side.parse(texts)?),
            _ => None,
        };
        let at = match self.at {
            Some(at) => at,
            None => "2026-01-01T00:00:00Z".parse()?,
        };
        let detail = self.detail.as_deref().unwrap_or("summary").parse::<Detail>()?;
        let context =
            Context { reference: reference.as_ref(), ..Context::at(at).with_detail(detail) };
        let recorded = self.baseline.as_ref().map(|recorded| {
            let own = Own {
                rules: self.rules.as_deref(),
                packs: self.packs.as_ref(),
                digest_key: self.digest_key.as_deref(),
                at,
            };
            recorded.baseline(own, &desired)
        });
        let mut baseline = recorded.transpose()?;
        if let (Some(promote), Some(known)) = (&self.promote, &baseline) {
            baseline = Some(promote.promote(&detector, known, &desired, &actual, at)?);
        }
        let events = self.events.as_ref().map(|logs| logs.iter().map(Log::read).collect());
        let events: Option<Events> = events.transpose()?;
        let context = Context {
            baseline: baseline.as_ref(),
            events: events.as_ref(),
            since: self.since,
            ..context
        };
        let report = detector.detect(&desired, &actual, &context);
        let mut parts = Vec::new();
        for part in detector.partials(&desired, &actual, &context, 3) {
            parts.push(Partial::from_json(&part.to_json())?);
        }
        let merged = parts.into_iter().rev().reduce(Partial::merge).expect("three parts");
        if let Some(shards) = &self.merge {
            let parts = shards.iter().map(|shard| shard.partials(self, &detector, &context));
            let parts = parts.collect::<Result<Vec<_>, Error>>()?.concat();
            let reports = [parts.clone(), parts.into_iter().rev().collect()].map(|parts| {
                finish(parts.into_iter().reduce(Partial::merge).expect("some parts"), at)
            });
            return Ok((reports, Beside { baseline, views: vec![] }));
        }
        let options = ViewOptions::default();
        let view = |finding: &Finding| {
            let of = &finding.fingerprint;
            detector.diff_view(&desired, &actual, &context, &report, of, &options)
        };
        let views = report.findings.iter().map(view).collect::<Result<_, Error>>()?;
        Ok(([report, finish(merged, at)], Beside { baseline, views }))
    }
}

/// What comes beside a report.
struct Beside {
    baseline: Option<Baseline>,
    /// Both sides of each finding.
    views: Vec<DiffView>,
}

/// What a case comes to: the report, or the error.
pub(crate) fn outcome(case: &Case) -> Result<Result<Report, Error>, String> {
    let input: Input = serde_json::from_str(case.input()?).map_err(|error| error.to_string())?;
    Ok(input.detect().map(|([report, _], _)| report))
}

/// Runs a case.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let input: Input = serde_json::from_str(case.input()?).map_err(|error| error.to_string())?;
    let expect = case.expect()?;
    let (report, merged, beside) = match (input.detect(), expect.get("error")) {
        (Ok(([report, merged], beside)), None) => (report, merged, beside),
        (Ok(([report, _], _)), Some(_)) => {
            return Err(format!("expected an error, and the verdict is {}", report.verdict));
        }
        (Err(failure), Some(expected)) => return error(expected, &failure),
        (Err(failure), None) => return Err(format!("{}: {failure}", failure.code())),
    };
    let json: Value = serde_json::from_str(&report.to_json()).map_err(|error| error.to_string())?;
    keeps_the_laws(&report, &merged, &json)?;
    report
        .findings
        .iter()
        .zip(&beside.views)
        .try_for_each(|(finding, view)| shows(finding, view))?;
    for (name, expected) in expect.as_object().into_iter().flatten() {
        match name.as_str() {
            "report" => same(expected, &json)?,
            "text" => lines(expected, &report.to_text(false), "text")?,
            "baseline" => {
                let text = beside.baseline.as_ref().map(Baseline::to_json).unwrap_or_default();
                let found = serde_json::from_str(&text).map_err(|error| error.to_string())?;
                part(expected, &found, name)?;
            }
            "diff" => {
                let whole = beside.views.first().map(|view| &*view.unified);
                lines(expected, whole.unwrap_or_default(), "diff")?;
            }
            "view" => {
                let whole = beside.views.first().map(DiffView::to_json).unwrap_or_default();
                let found = serde_json::from_str(&whole).map_err(|error| error.to_string())?;
                part(expected, &found, name)?;
            }
            "page" => part(expected, &page(&report, &input)?, name)?,
            "markdown" => lines(expected, &report.to_markdown(), "markdown")?,
            name => part(expected, &json[name], name)?,
        }
    }
    Ok(())
}

/// The page of findings that the case asks for.
fn page(report: &Report, input: &Input) -> Result<Value, String> {
    let query = input.query.as_ref().map_or("{}", |query| query.get());
    let query = Query::from_json(query).map_err(|error| error.to_string())?;
    let page = report.query(&query).map_err(|error| error.to_string())?;
    let ids: Vec<&str> = page.items.iter().map(|finding| &*finding.resource.id).collect();
    Ok(json!({"ids": ids, "total": page.total, "more": page.cursor.is_some()}))
}

/// Each confirmed change stands in the view of its finding, whose texts are JSON.
fn shows(finding: &Finding, view: &DiffView) -> Result<(), String> {
    let fault = |what: &str| Err(format!("the view of {}: {what}", finding.resource.key()));
    for side in [&view.desired, &view.actual, &view.reference].into_iter().flatten() {
        if serde_json::from_str::<Value>(&side.text).is_err() {
            return fault(&format!("no JSON:\n{}", side.text));
        }
    }
    if view.desired.is_none() || view.actual.is_none() {
        return Ok(());
    }
    // What is gone since a baseline stands on no side.
    let stands = |change: &Change| change.desired.is_some() || change.actual.is_some();
    for change in &finding.changes {
        let is_it = |hunk: &&Hunk| hunk.fingerprint == change.fingerprint;
        let Some(hunk) = view.hunks.iter().find(is_it) else {
            return fault(&format!("no hunk of `{}`", change.path));
        };
        if stands(change) && hunk.desired.or(hunk.actual).is_none() {
            return fault(&format!("`{}` has no place in it:\n{}", change.path, view.unified));
        }
    }
    if view.unified.is_empty() && finding.changes.iter().any(stands) {
        return fault("nothing differs");
    }
    Ok(())
}

fn keeps_the_laws(report: &Report, merged: &Report, json: &Value) -> Result<(), String> {
    is_report(json)?;
    let text = report.to_json();
    if merged.to_json() != text {
        let merged: Value = serde_json::from_str(&merged.to_json()).unwrap_or_default();
        same(json, &merged).map_err(|fault| format!("three parts give another report: {fault}"))?;
        return Err("three parts give the same report with its fields in another order".into());
    }
    let again = Report::from_json(&text)
        .map_err(|error| format!("the report cannot be read back: {error}"))?;
    if again.to_json() != text {
        return Err(format!("read back, the report is another: {}", again.to_json()));
    }
    if again.to_text(true) != report.to_text(true) || again.to_markdown() != report.to_markdown() {
        return Err("read back, the report is printed in another way".into());
    }
    Ok(())
}

/// The statuses, dispositions, verdict and reasons of the case's report, each with its kind.
pub(crate) fn words(case: &Case) -> BTreeSet<String> {
    let input = case
        .input()
        .and_then(|input| serde_json::from_str::<Input>(input).map_err(|error| error.to_string()));
    let Ok(Ok(([report, _], _))) = input.map(|input| input.detect()) else {
        return BTreeSet::new();
    };
    let mut words = BTreeSet::from([format!("verdict {}", report.verdict)]);
    let json: Value = serde_json::from_str(&report.to_json()).unwrap();
    for (status, count) in json["summary"]["resources"].as_object().unwrap() {
        if count != 0 {
            words.insert(format!("status {status}"));
        }
    }
    let listed = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    let found = report.findings.iter().map(|finding| &finding.changes);
    for change in listed.into_iter().chain(found).flatten() {
        words.insert(format!("disposition {}", change.disposition.as_str()));
    }
    for entry in &report.not_checked {
        words.insert(format!("reason {}", entry.reason.as_str()));
    }
    words
}
