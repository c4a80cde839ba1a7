//! Live objects of Kubernetes with managed fields: each value that a manager owns is changed in turn,
//! and the change must name that manager, and the time of its last write.

use crate::common;

use drift_core::source::Format;
use drift_core::{Context, Detector, ParseOptions, Snapshot, Timestamp, wire};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Pointers to scalars by the managers that own them: name and time.
type Owned = BTreeMap<String, Vec<(String, Option<Timestamp>)>>;

/// The scalars that one manager owns, as `fieldsV1` has it; elements of lists are left out.
fn owned(
    fields: &Value,
    object: &Value,
    pointer: &str,
    by: &(String, Option<Timestamp>),
    all: &mut Owned,
) {
    let Some(fields) = fields.as_object() else { return };
    for (name, below) in fields {
        let Some(name) = name.strip_prefix("f:") else { continue };
        let Some(value) = object.get(name) else { continue };
        let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
        match value {
            Value::Object(_) => owned(below, value, &pointer, by, all),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                all.entry(pointer).or_default().push(by.clone());
            }
            _ => {}
        }
    }
}

/// Another value of its kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => json!(number.as_i64().unwrap_or_default() + 1),
        Value::String(text) => json!(format!("{text}-changed")),
        other => other.clone(),
    }
}

fn parse(object: &Value) -> drift_core::Result<Snapshot<'static>> {
    let options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    Ok(Snapshot::parse_with(object.to_string().as_bytes(), &options)?.into_owned())
}

fn objects() -> Option<Vec<Value>> {
    let corpus = common::corpus()?;
    let mut all = Vec::new();
    for folder in ["k8s-live-vs-desired/raw", "k8s-manifests"] {
        for file in common::files(&corpus.join(folder), &["yaml", "yml", "json"]) {
            let text = std::fs::read(&file).unwrap();
            if !text.windows(8).any(|window| window == b"fieldsV1") {
                continue;
            }
            let options = r#"{"syntax": "yaml", "schema": "kubectl", "duplicate_keys": "last"}"#;
            let documents = wire::canonical(&text, options).unwrap_or_default();
            let objects = documents.iter().map(|text| serde_json::from_str(text).unwrap());
            all.extend(objects.filter(|object: &Value| object.get("kind").is_some()));
        }
    }
    Some(all)
}

#[test]
fn a_change_names_the_manager_of_its_path() {
    let Some(objects) = objects() else { return };
    let detector = Detector::builder().build().unwrap();
    let at = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    let (mut read, mut named, mut shared, mut waiting, mut hidden) = (0, 0, 0, 0, 0);
    for object in &objects {
        let mut all = Owned::new();
        for entry in object["metadata"]["managedFields"].as_array().into_iter().flatten() {
            // A status is not declared.
            if entry.get("subresource").is_some() {
                continue;
            }
            let time = entry["time"].as_str().and_then(|time| time.parse().ok());
            let by = (entry["manager"].as_str().unwrap_or_default().to_owned(), time);
            owned(&entry["fieldsV1"], object, "", &by, &mut all);
        }
        let mut declared = object.clone();
        declared["metadata"].as_object_mut().unwrap().remove("managedFields");
        let Ok(desired) = parse(&declared) else { continue };
        if all.is_empty() {
            continue;
        }
        read += 1;
        for (pointer, owners) in all {
            let mut live = object.clone();
            let value = live.pointer_mut(&pointer).unwrap();
            *value = another(value);
            let Ok(actual) = parse(&live) else { continue };
            let report = detector.detect(&desired, &actual, &at);
            // What the declaring manager wrote itself is not applied yet.
            let changes = report.findings.iter().flat_map(|finding| &finding.changes);
            let Some(change) =
                changes.chain(&report.pending).find(|c| c.pointer.as_ref() == Some(&pointer))
            else {
                // A status, what a controller keeps its books in, or a part of the key.
                hidden += 1;
                continue;
            };
            if !change.disposition.is_confirmed() {
                waiting += 1;
                continue;
            }
            let told = change.attribution.as_ref().unwrap_or_else(|| panic!("{pointer}: nobody"));
            let found = (told.manager.clone(), told.at);
            assert!(owners.contains(&found), "{pointer}: {found:?}, not {owners:?}");
            if owners.len() == 1 { named += 1 } else { shared += 1 }
        }
    }
    let figures = [
        ("objects", read),
        ("named", named),
        ("of several", shared),
        ("pending", waiting),
        ("not compared", hidden),
    ];
    common::figure("attribution_by_managed_fields", &figures);
    assert!(read >= 15 && named >= 100, "{figures:?}");
}
