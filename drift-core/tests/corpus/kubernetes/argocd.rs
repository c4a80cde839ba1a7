//! Argo CD: is the live object modified, seen from the manifest? With the Kubernetes pack.

use super::cases::{Tally, at, changes, folder, is_modified, load};
use drift_core::value::DuplicateKeys;
use drift_core::{Context, Detector, Format, ParseOptions, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::path::Path;

/// The text of a document, or `None` for an object that is not there.
fn text(folder: &Path, document: &Value) -> Option<Vec<u8>> {
    if let Some(file) = document["file"].as_str() {
        return Some(std::fs::read(folder.join(file)).unwrap());
    }
    if let Some(text) = document["text"].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let value = &document["value"];
    (!value.is_null()).then(|| serde_json::to_vec(value).unwrap())
}

/// The rule for the paths that a case ignores.
fn ignored(options: &Value) -> Rules {
    let paths = options["ignorePaths"].as_array();
    let pointer = |path: &Value| {
        let names = path.as_array().unwrap().iter();
        names.map(|name| format!("/{}", name.as_str().unwrap())).collect::<String>()
    };
    let paths: Vec<String> = paths.into_iter().flatten().map(pointer).collect();
    if paths.is_empty() {
        return Rules::default();
    }
    Rules::from_value(&json!([{"id": "case", "paths": paths, "ignore": true}])).unwrap()
}

fn detect(folder: &Path, case: &Value) -> Report {
    let empty = br#"{"apiVersion": "v1", "kind": "List", "items": []}"#.to_vec();
    let side = |name: &str| text(folder, &case[name]).unwrap_or_else(|| empty.clone());
    // In server-side mode the desired state is what a dry run of the manifest answers.
    let desired = if case["predicted"].is_null() { "desired" } else { "predicted" };
    let (desired, actual) = (side(desired), side("live"));
    // One example holds a key twice; the last counts, as for kubectl.
    let mut options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    options.read.duplicate_keys = DuplicateKeys::Last;
    let parse = |bytes| Snapshot::parse_with(bytes, &options).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual).with_complete());
    let managers = case["manager"].as_str().map(str::to_owned);
    let detector = Detector::builder().rules(ignored(&case["options"])).managers(managers);
    detector.build().unwrap().detect(&desired, &actual, &Context::at(at()))
}

#[test]
fn modified_or_not() {
    let (Some(folder), Some(cases)) = (folder(), load("argocd_diff_pairs.json")) else { return };
    let mut tally = Tally::new("argocd_diff_pairs");
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let report = detect(&folder, case);
        let expected = case["expected_modified"].as_bool().unwrap();
        tally.settle(id, is_modified(&report) == expected, || {
            let (name, found) = (&case["name"], changes(&report));
            format!("{name}: expected {expected}, found: {found}")
        });
    }
    tally.finish(&[(
        "argocd_diff_pairs-016",
        "an element that someone added to a declared list is drift; their merge keeps it",
    )]);
}
