//! A report beside what was changed in the corpus.

use super::{Corpus, Failure};
use drift_core::Report;
use drift_core::path::Step;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What of the report is wrong, in words.
pub(crate) fn check(corpus: &Corpus, report: &Report) -> Result<Vec<String>, Failure> {
    let truth = corpus.json("truth.json")?;
    let mut wrong = Vec::new();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut changes: BTreeMap<String, Vec<&[Step]>> = BTreeMap::new();
    for finding in &report.findings {
        let key = key_of(finding);
        if finding.status.as_str() == "drifted" {
            let paths = finding.changes.iter().map(|change| change.steps.as_slice());
            changes.insert(key.clone(), paths.collect());
        }
        found.entry(finding.status.as_str()).or_default().insert(key);
    }
    let list = |field: &str| -> BTreeSet<String> {
        let keys = truth[field].as_array().into_iter().flatten();
        keys.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let drifted: BTreeSet<String> =
        truth["changes"].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
    for (status, expected) in
        [("drifted", drifted), ("missing", list("missing")), ("unmanaged", list("extra"))]
    {
        let found = found.remove(status).unwrap_or_default();
        wrong.extend(expected.difference(&found).map(|key| format!("not {status}: {key}")));
        wrong.extend(found.difference(&expected).map(|key| format!("{status} for nothing: {key}")));
    }
    wrong.extend(found.keys().map(|status| format!("findings that are {status}")));
    for (key, operations) in truth["changes"].as_object().into_iter().flatten() {
        let reported = changes.get(key).map(Vec::as_slice).unwrap_or_default();
        wrong
            .extend(compare(operations, reported).into_iter().map(|text| format!("{key}: {text}")));
    }
    Ok(wrong)
}

fn key_of(finding: &drift_core::Finding) -> String {
    let resource = &finding.resource;
    // The group of a kind is none of what the corpus knows it by.
    let kind = resource.type_name.rsplit('/').next().unwrap_or_default();
    match resource.scope.get("namespace") {
        Some(namespace) => format!("{kind}/{namespace}/{}", resource.id),
        None => format!("{kind}/{}", resource.id),
    }
}

/// One step of a path as both sides can say it: a field, or an element by what it is known by.
fn of_truth(step: &Value) -> String {
    match step.as_str() {
        Some(text) if text.starts_with('[') => "[]".to_owned(),
        Some(text) => text.to_owned(),
        None => "[]".to_owned(),
    }
}

fn of_report(step: &Step) -> String {
    match step {
        Step::Field(name) => name.clone(),
        _ => "[]".to_owned(),
    }
}

/// Whether a path leads through an element that has no key.
fn of_nameless(path: &Value) -> bool {
    path.as_array().into_iter().flatten().any(Value::is_number)
}

/// Every operation must be reported at its path, and nothing else. The name of an element is its
/// list's business: an operation that adds or removes an element names the list, and where elements
/// have no key the report may tell one that went and one that came as one that changed, or one that was
/// copied and changed as one that came.
fn compare(operations: &Value, reported: &[&[Step]]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut reported: Vec<Vec<String>> =
        reported.iter().map(|steps| steps.iter().map(of_report).collect()).collect();
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut missed: Vec<Vec<String>> = Vec::new();
    for operation in operations.as_array().into_iter().flatten() {
        let path: Vec<String> =
            operation["path"].as_array().into_iter().flatten().map(of_truth).collect();
        let at = reported.iter().position(|found| *found == path).or_else(|| {
            let element = [path.as_slice(), &["[]".to_owned()]].concat();
            let at = reported.iter().position(|found| *found == element);
            at.inspect(|_| lists.push(path.clone()))
        });
        match at {
            Some(at) => drop(reported.swap_remove(at)),
            None => {
                let inside = reported.iter().position(|found| found.starts_with(&path));
                match inside {
                    Some(at) => drop(reported.swap_remove(at)),
                    None if of_nameless(&operation["path"]) => missed.push(path.clone()),
                    None => wrong.push(format!("not reported: {}", path.join("."))),
                }
                lists.push(path.clone());
            }
        }
    }
    let unknown = missed.iter().filter(|path| {
        let list = path.iter().rposition(|step| step == "[]").and_then(|at| path.get(..at));
        !list.is_some_and(|list| lists.iter().any(|known| known == list))
    });
    wrong.extend(unknown.map(|path| format!("not reported: {}", path.join("."))));
    let extra = reported.iter().filter(|found| !lists.iter().any(|list| found.starts_with(list)));
    wrong.extend(extra.map(|found| format!("reported for nothing: {}", found.join("."))));
    wrong
}
