//! Public manifests: each equals itself, and what a mutating webhook makes of a workload.

use super::cases::at;
use crate::common;
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

/// The pods that the objects of a text make, each by the place of its object: injectors change those.
fn pods(bytes: &[u8]) -> Option<Vec<u8>> {
    let read = &options().read;
    let document = Document::parse_yaml(bytes, YamlSchema::Kubectl, read).ok()?;
    let mut items = Vec::new();
    for (index, root) in document.roots().enumerate() {
        let object = serde_json::to_value(Tree::of(root)).unwrap();
        let listed = object["items"].as_array().cloned().unwrap_or_else(|| vec![object.clone()]);
        for (place, object) in listed.iter().enumerate() {
            let templates = ["/spec/template", "/spec/jobTemplate/spec/template"];
            let mut template = templates.iter().find_map(|at| object.pointer(at));
            if object["kind"] == "Pod" {
                template = Some(object);
            }
            if let Some(mut pod) = template.cloned() {
                pod["apiVersion"] = json!("v1");
                pod["kind"] = json!("Pod");
                pod["metadata"]["name"] = json!(format!("pod-{index}-{place}"));
                items.push(pod);
            }
        }
    }
    Some(serde_json::to_vec(&json!({"apiVersion": "v1", "kind": "List", "items": items})).unwrap())
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
        let (Some(input), Some(injected)) = (pods(&input), pods(&injected)) else {
            unread += 1;
            continue;
        };
        let (desired, actual) = (parse(&input).unwrap(), parse(&injected).unwrap());
        pairs += 1;
        let report = detector.detect(&desired, &actual, &Context::at(at()));
        drifted += usize::from(!report.findings.is_empty());
        undeclared += report.undeclared.len();
        for change in report.findings.iter().flat_map(|finding| &finding.changes) {
            changes += 1;
            *paths.entry(format!("{} {}", change.kind.as_str(), change.path)).or_default() += 1;
        }
    }
    common::figure(
        "pods before and after injection",
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
