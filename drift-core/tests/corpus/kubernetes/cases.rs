//! Files of cases, and the tally of one file.

use crate::common;
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The folder of the cases, or `None` where there is none.
pub(crate) fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("k8s-live-vs-desired"))
}

/// The cases of one extracted file.
pub(crate) fn load(name: &str) -> Option<Vec<Value>> {
    let text = std::fs::read(folder()?.join("extracted").join(name)).unwrap();
    let mut file: Value = serde_json::from_slice(&text).unwrap();
    match file["cases"].take() {
        Value::Array(cases) => Some(cases),
        other => panic!("{name}: expected a list of cases, found {other}"),
    }
}

/// A document of a case: `{"value": …}`, or the value itself.
pub(crate) fn value(document: &Value) -> &Value {
    document.get("value").unwrap_or(document)
}

/// What became of the cases of one file.
pub(crate) struct Tally {
    name: &'static str,
    agreed: usize,
    disagreed: BTreeMap<String, String>,
    not_applicable: BTreeMap<&'static str, usize>,
}

impl Tally {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, agreed: 0, disagreed: BTreeMap::new(), not_applicable: BTreeMap::new() }
    }

    /// Notes whether case `id` agrees; `detail` says what was found where it does not.
    pub(crate) fn settle(&mut self, id: &str, agrees: bool, detail: impl FnOnce() -> String) {
        if agrees {
            self.agreed += 1;
        } else {
            self.disagreed.insert(id.to_owned(), detail());
        }
    }

    /// Notes that a case asks for something else than a comparison.
    pub(crate) fn skip(&mut self, reason: &'static str) {
        *self.not_applicable.entry(reason).or_default() += 1;
    }

    /// Prints the figures and checks that just the listed cases disagree.
    pub(crate) fn finish(self, by_design: &[(&str, &str)]) {
        let skipped: usize = self.not_applicable.values().sum();
        common::figure(
            self.name,
            &[
                ("cases", self.agreed + self.disagreed.len() + skipped),
                ("agreed", self.agreed),
                ("disagreed by design", self.disagreed.len()),
                ("not applicable", skipped),
            ],
        );
        for (reason, count) in &self.not_applicable {
            println!("  not applicable: {count} {reason}");
        }
        let listed: BTreeSet<&str> = by_design.iter().map(|(id, _)| *id).collect();
        for (id, reason) in by_design {
            println!("  {id}: {reason}");
        }
        let unlisted: Vec<String> = self
            .disagreed
            .iter()
            .filter(|(id, _)| !listed.contains(id.as_str()))
            .map(|(id, detail)| format!("{id}: {detail}"))
            .collect();
        assert!(unlisted.is_empty(), "{}:\n{}", self.name, unlisted.join("\n"));
        let agreeing: Vec<&&str> =
            listed.iter().filter(|id| !self.disagreed.contains_key(**id)).collect();
        assert!(agreeing.is_empty(), "{}: listed and agreeing: {agreeing:?}", self.name);
    }
}

/// Compares two values as the attributes of one resource, by these rules and no packs.
pub(crate) fn compare(
    rules: &Value,
    desired: &Value,
    actual: &Value,
    reference: Option<&Value>,
) -> Report {
    let rules = Rules::from_value(rules).unwrap();
    let detector = Detector::builder().packs(Packs::none()).rules(rules).build().unwrap();
    let record = |value: &Value| {
        let record = json!([{"type": "t", "id": "a", "attributes": {"root": value}}]);
        serde_json::to_vec(&record).unwrap()
    };
    let (desired, actual) = (record(desired), record(actual));
    let reference = reference.map(record);
    let parse = |bytes| Snapshot::parse(bytes, Format::Records).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual));
    let reference = reference.as_deref().map(parse);
    let context = Context::at(at());
    match &reference {
        Some(reference) => detector.detect(&desired, &actual, &context.with_reference(reference)),
        None => detector.detect(&desired, &actual, &context),
    }
}

/// When all detections of these tests are made.
pub(crate) fn at() -> drift_core::Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// One line for each confirmed or pending change.
pub(crate) fn changes(report: &Report) -> String {
    let confirmed = report.findings.iter().flat_map(|finding| &finding.changes);
    let all = confirmed.chain(&report.pending);
    let mut lines: Vec<String> = all
        .map(|change| {
            format!("{} {} {}", change.disposition.as_str(), change.kind.as_str(), change.path)
        })
        .collect();
    lines.extend(report.findings.iter().map(|finding| finding.status.as_str().to_owned()));
    lines.join("; ")
}

/// Whether applying desired would change something.
pub(crate) fn is_modified(report: &Report) -> bool {
    use drift_core::Status;
    let found = |status| matches!(status, Status::Drifted | Status::Missing | Status::Moved);
    !report.pending.is_empty() || report.findings.iter().any(|finding| found(finding.status))
}
