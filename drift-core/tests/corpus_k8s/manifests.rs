//! Public manifests: each equals itself, and what a mutating webhook makes of a workload.

use crate::{cases::at, common};
use drift_core::value::{Document, DuplicateKeys, Tree, YamlSchema};
use drift_core::{Code, Context, Detail, Detector, Format, ParseOptions, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn options() -> ParseOptions {
    let mut options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    options.read.duplicate_keys = DuplicateKeys::Last;
    options
}

/// A text as one list of its objects, those without a name given one; `None` where it holds a
/// document that is no object.
fn named(bytes: &[u8]) -> Option<Vec<u8>> {
    let read = &options().read;
    let document = Document::parse_yaml(bytes, YamlSchema::Kubectl, read).ok()?;
    let mut items = Vec::new();
    for (index, root) in document.roots().enumerate() {
        let mut object = serde_json::to_value(Tree::of(root)).unwrap();
        if object.is_null() {
            continue;
        }
        object.get("apiVersion").and(object.get("kind"))?;
        let is_list = object.get("items").is_some();
        let metadata = &mut object["metadata"];
        if !is_list && metadata["name"].is_null() {
            metadata["name"] = json!(format!("nameless-{index}"));
        }
        items.push(object);
    }
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
    (!items.is_empty()).then(|| serde_json::to_vec(&list).unwrap())
}

/// What a detection of one snapshot against itself found, if it found anything.
fn against_itself(detector: &Detector, snapshot: &Snapshot<'_>) -> Option<String> {
    let context = Context::at(at()).with_detail(Detail::Full);
    let report = detector.detect(snapshot, snapshot, &context);
    let lists = [&report.undeclared, &report.pending, &report.suppressed, &report.unknown];
    let silent = report.findings.is_empty()
        && report.not_checked.is_empty()
        && lists.iter().all(|list| list.is_empty());
    (!silent).then(|| serde_json::to_string(&report).unwrap())
}

#[test]
fn every_manifest_equals_itself() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("k8s-manifests");
    let detector = Detector::builder().build().unwrap();
    let (mut files, mut objects, mut nameless, mut none, mut unread) = (0, 0, 0, 0, 0);
    let mut unequal = Vec::new();
    for file in common::files(&folder, &["yaml", "yml", "json"]) {
        if file.starts_with(folder.join("extracted")) {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        let given;
        let snapshot = match parse(&bytes) {
            Ok(snapshot) => snapshot,
            Err(error) if error.code() == Code::Parse => {
                unread += 1;
                continue;
            }
            Err(_) => {
                let Some(named) = named(&bytes) else {
                    none += 1;
                    continue;
                };
                nameless += 1;
                given = named;
                parse(&given).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
            }
        };
        files += 1;
        objects += snapshot.resources().len();
        if let Some(found) = against_itself(&detector, &snapshot) {
            unequal.push(format!("{}: {found}", file.display()));
        }
    }
    common::figure(
        "manifests against themselves",
        &[
            ("files", files),
            ("objects", objects),
            ("files whose objects were given a name", nameless),
            ("files of other things (charts, tests, values)", none),
            ("templates not read", unread),
            ("unequal", unequal.len()),
        ],
    );
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}

fn parse(bytes: &[u8]) -> drift_core::Result<Snapshot<'_>> {
    Snapshot::parse_with(bytes, &options())
}

#[test]
fn what_a_webhook_injects() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("k8s-manifests");
    let index = std::fs::read(folder.join("extracted/istio_inject_pairs.json")).unwrap();
    let index: Value = serde_json::from_slice(&index).unwrap();
    let detector = Detector::builder().build().unwrap();
    let read = |name: &Value| name.as_str().map(|name| std::fs::read(folder.join(name)).unwrap());
    let (mut pairs, mut drifted, mut changes, mut undeclared, mut unread) = (0, 0, 0, 0, 0);
    let mut paths: BTreeMap<String, usize> = BTreeMap::new();
    for pair in index["pairs"].as_array().unwrap() {
        let (Some(input), Some(injected)) = (read(&pair["input"]), read(&pair["injected"])) else {
            continue;
        };
        let (Ok(desired), Ok(actual)) = (parse(&input), parse(&injected)) else {
            unread += 1;
            continue;
        };
        pairs += 1;
        let report = detector.detect(&desired, &actual, &Context::at(at()));
        drifted += usize::from(!report.findings.is_empty());
        undeclared += report.undeclared.len();
        for change in report.findings.iter().flat_map(|finding| &finding.changes) {
            changes += 1;
            let path = change.path.replace("spec.jobTemplate.", "").replace("spec.template.", "");
            *paths.entry(format!("{} {}", change.kind.as_str(), path)).or_default() += 1;
        }
    }
    common::figure(
        "workloads before and after injection",
        &[
            ("pairs", pairs),
            ("drifted", drifted),
            ("confirmed changes", changes),
            ("undeclared", undeclared),
            ("not read", unread),
        ],
    );
    for (path, count) in &paths {
        println!("  {count} {path}");
    }
    // What is injected is no drift; what the injector changes in declared values is.
    assert!(changes > 0 && !paths.keys().any(|path| path.starts_with("added")));
}
