//! Detections for the laws.

use super::document::Json;
use drift_core::source::ParseOptions;
use drift_core::value::Tree;
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Seed, Snapshot, Timestamp};
use proptest::prelude::ProptestConfig;
use std::fmt::Debug;

/// As proptest has it, but for files that keep failing cases: they are too long to be kept.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// A document of records, one resource a value.
pub(crate) fn records(resources: &[(&str, &Json)]) -> String {
    let record = |(id, attributes): &(&str, &Json)| {
        Json::Map(vec![
            ("type".into(), Json::text("thing")),
            ("id".into(), Json::text(*id)),
            ("attributes".into(), (*attributes).clone()),
        ])
    };
    let list = Json::List(resources.iter().map(record).collect());
    Json::Map(vec![("resources".into(), list)]).write()
}

/// The only resource.
pub(crate) fn one(attributes: &Json) -> String {
    records(&[("one", attributes)])
}

pub(crate) fn parse(text: &str) -> Snapshot<'_> {
    Snapshot::parse(text.as_bytes(), Format::Records)
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

pub(crate) fn parse_complete(text: &str) -> Snapshot<'_> {
    let options =
        ParseOptions { format: Format::Records, complete: true, ..ParseOptions::default() };
    Snapshot::parse_with(text.as_bytes(), &options)
        .unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Without packs: the laws are about documents and rules that are drawn.
pub(crate) fn detector(rules: &[serde_json::Value]) -> Detector {
    let rules = Rules::from_value(&serde_json::json!(rules))
        .unwrap_or_else(|error| panic!("{error}: {rules:?}"));
    Detector::builder().packs(Packs::none()).rules(rules).build().expect("the rules build")
}

pub(crate) fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a timestamp")
}

pub(crate) fn context() -> Context<'static> {
    Context::at(at())
}

pub(crate) fn seeded(seed: u64) -> Context<'static> {
    context().with_seed(Seed([seed, !seed]))
}

pub(crate) fn detect(desired: &str, actual: &str, rules: &[serde_json::Value]) -> Report {
    detector(rules).detect(&parse(desired), &parse(actual), &context())
}

/// A canonical text of an owned value.
pub(crate) fn text(tree: Option<&Tree>) -> String {
    tree.map_or_else(|| "absent".to_owned(), ToString::to_string)
}

/// What the report lists, a line each.
pub(crate) fn brief(report: &Report) -> String {
    let lists = [
        ("pending", &report.pending),
        ("undeclared", &report.undeclared),
        ("suppressed", &report.suppressed),
        ("unknown", &report.unknown),
    ];
    let mut lines = vec![format!("{} {:?}", report.verdict, report.not_checked)];
    let mut line = |list: &str, change: &drift_core::Change| {
        let (kind, disposition) = (change.kind.as_str(), change.disposition.as_str());
        let (desired, actual) = (text(change.desired.as_ref()), text(change.actual.as_ref()));
        let path = &change.path;
        lines.push(format!("{list} {kind} {disposition} `{path}`: {desired} -> {actual}"));
    };
    for finding in &report.findings {
        let id = format!("{} {}", finding.resource.id, finding.status.as_str());
        finding.changes.iter().for_each(|change| line(&id, change));
    }
    for (list, changes) in lists {
        changes.iter().for_each(|change| line(list, change));
    }
    lines.join("\n")
}

/// Nothing differs, nothing is open, nothing is left aside.
pub(crate) fn assert_in_sync(report: &Report, about: impl Debug) {
    let empty = report.findings.is_empty()
        && report.pending.is_empty()
        && report.undeclared.is_empty()
        && report.unknown.is_empty()
        && report.suppressed.is_empty()
        && report.not_checked.is_empty();
    assert!(empty && report.verdict == drift_core::Verdict::InSync, "{}\n{about:?}", brief(report));
}
