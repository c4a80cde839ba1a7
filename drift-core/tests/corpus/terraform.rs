//! Public Terraform and OpenTofu documents: which states are read, and whether what is found agrees
//! with what their own tools say.

use crate::common;

use drift_core::{Context, Detector, Format, Report, Snapshot, Status};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("terraform"))
}

fn cases(folder: &Path, name: &str) -> Vec<Value> {
    let text = fs::read(folder.join("extracted").join(name)).unwrap();
    let file: Value = serde_json::from_slice(&text).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn read(folder: &Path, name: &Value) -> Vec<u8> {
    fs::read(folder.join(name.as_str().unwrap())).unwrap()
}

fn detect(desired: &[u8], actual: &[u8]) -> Report {
    let parse = |bytes| Snapshot::parse(bytes, Format::Auto).unwrap();
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let detector = Detector::builder().build().unwrap();
    detector.detect(&parse(desired), &parse(actual).with_complete(), &Context::at(at))
}

#[test]
fn every_state_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let files = common::files(&folder, &["tfstate"]);
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut read = 0;
    for file in &files {
        let bytes = fs::read(file).unwrap();
        match Snapshot::parse(&bytes, Format::Auto) {
            Ok(_) => read += 1,
            Err(error) => {
                let name = file.strip_prefix(&folder).unwrap().display().to_string();
                let why = format!("{} {}", error.code(), error.message());
                refused.entry(why).or_default().push(name);
            }
        }
    }
    let count = refused.values().map(Vec::len).sum::<usize>();
    common::figure("states", &[("files", files.len()), ("read", read), ("refused", count)]);
    for (why, names) in &refused {
        println!("  {why}: {}", names.join(", "));
    }
    let reasons: BTreeSet<&str> = refused.keys().map(String::as_str).collect();
    let known = BTreeSet::from(REFUSED);
    assert_eq!(reasons, known);
}

/// Why files of the corpus are refused: no state of version 4, or not well formed.
const REFUSED: [&str; 4] = [
    "DRIFT_DUPLICATE_FIELD a key stands twice in one map",
    "DRIFT_FORMAT the state is encrypted",
    "DRIFT_FORMAT the state is of an old version",
    "DRIFT_NO_RESOURCES the text holds neither a list nor a map",
];

#[test]
fn resources_are_those_that_driftctl_reads() {
    let Some(folder) = folder() else { return };
    let cases = cases(&folder, "driftctl_state_index.json");
    let mut disagreed = BTreeMap::new();
    let there = |case: &&Value| {
        let file = |name: &str| folder.join(case[name].as_str().unwrap()).is_file();
        file("state") && file("expected_resources")
    };
    let cases: Vec<&Value> = cases.iter().filter(there).collect();
    for case in &cases {
        let expected: Value =
            serde_json::from_slice(&read(&folder, &case["expected_resources"])).unwrap();
        let expected: BTreeSet<String> = expected
            .as_array()
            .into_iter()
            .flatten()
            .map(|resource| format!("{} {}", resource["Type"], resource["Id"]))
            .collect();
        let bytes = read(&folder, &case["state"]);
        let found = match Snapshot::parse(&bytes, Format::TerraformState) {
            Ok(snapshot) => {
                let resource = |r: &drift_core::Resource<'_>| {
                    format!("{} {}", json!(r.key.type_name), json!(r.key.id))
                };
                snapshot.resources().iter().map(resource).collect()
            }
            Err(error) => BTreeSet::from([error.to_string()]),
        };
        if found != expected {
            let name = case["name"].as_str().unwrap().to_owned();
            disagreed.insert(name, format!("expected {expected:?}, found {found:?}"));
        }
    }
    common::settle("driftctl_state", "cases", cases.len(), &disagreed, &DRIFTCTL_STATE);
}

const DRIFTCTL_STATE: [(&str, &str); 6] = [
    ("aws_default_network_acl", "they keep a type of its own for what a VPC comes with"),
    ("aws_default_route_table", "they keep a type of its own for what a VPC comes with"),
    ("aws_lb", "they keep the alias `aws_alb`"),
    ("aws_lb_listener", "they leave out a type that they do not know"),
    ("aws_network_acl_rule", "they compute ids of their own; here the state's ids count"),
    ("unsupported_provider", "they leave out the resources of providers that they do not know"),
];

/// A value as the mock provider of OpenTofu's tests stores it: `{"string": "x"}`.
fn plain(value: &Value) -> Value {
    let Some((kind, inner)) = value.as_object().and_then(|map| map.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        "list" | "set" | "tuple" => inner.as_array().unwrap().iter().map(plain).collect(),
        "map" | "object" => {
            let field = |(name, value): (&String, &Value)| (name.clone(), plain(value));
            Value::Object(inner.as_object().unwrap().iter().map(field).collect())
        }
        "number" | "integer" | "float" => {
            let text = inner.as_str().map_or_else(|| inner.to_string(), str::to_owned);
            serde_json::from_str(&text).unwrap()
        }
        _ => inner.clone(),
    }
}

#[test]
fn drift_is_what_opentofu_finds() {
    let Some(folder) = folder() else { return };
    let cases = cases(&folder, "opentofu_equivalence_index.json");
    let (mut disagreed, mut compared) = (BTreeMap::new(), 0);
    for case in cases.iter().filter(|case| case["last_known_state"].is_string()) {
        let state = read(&folder, &case["last_known_state"]);
        let known = Snapshot::parse(&state, Format::TerraformState).unwrap();
        // Only the mock provider's live objects were recorded.
        if known.resources().iter().any(|resource| resource.key.provider != "tfcoremock") {
            continue;
        }
        compared += 1;
        let types: BTreeMap<&str, &str> = known
            .resources()
            .iter()
            .map(|resource| (resource.key.id.as_str(), resource.key.type_name.as_str()))
            .collect();
        let mut live = Vec::new();
        for file in case["live_objects"].as_array().into_iter().flatten() {
            let object: Value = serde_json::from_slice(&read(&folder, file)).unwrap();
            let values = object["values"].as_object().unwrap();
            let attributes: Value =
                values.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
            let id = attributes["id"].as_str().unwrap();
            let type_name = types.get(id).copied().unwrap_or("unknown");
            live.push(json!({"type": type_name, "id": id, "attributes": attributes}));
        }
        let live = serde_json::to_vec(&live).unwrap();
        let report = detect(&state, &live);
        let confirmed =
            |status| matches!(status, Status::Drifted | Status::Missing | Status::Moved);
        let found: BTreeSet<&str> = report
            .findings
            .iter()
            .filter(|finding| confirmed(finding.status))
            .map(|finding| finding.resource.address.as_str())
            .collect();
        let expected: BTreeSet<&str> =
            case["drifted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if found != expected {
            let name = case["name"].as_str().unwrap().to_owned();
            disagreed.insert(name, format!("expected {expected:?}: {}", report.to_text(false)));
        }
    }
    common::settle("opentofu_equivalence", "cases", compared, &disagreed, &OPENTOFU);
}

const OPENTOFU: [(&str, &str); 0] = [];

#[test]
fn managed_unmanaged_and_missing_are_what_driftctl_says() {
    let Some(folder) = folder() else { return };
    let cases = cases(&folder, "driftctl_analyze.json");
    let mut disagreed = BTreeMap::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap().to_owned();
        let ignored: BTreeSet<String> = names(&case["ignored_resources"]);
        let side = |field: &str| -> Vec<u8> {
            let of = case[field].as_array().into_iter().flatten();
            let record = |r: &Value| json!({"type": type_of(r), "id": r["id"], "attributes": {}});
            let kept = of.filter(|r| !ignored.contains(&id(r)));
            serde_json::to_vec(&kept.map(record).collect::<Vec<_>>()).unwrap()
        };
        let (desired, actual) = (side("iac"), side("cloud"));
        let report = detect(&desired, &actual);
        let of = |status| -> BTreeSet<String> {
            let found = report.findings.iter().filter(|finding| finding.status == status);
            found.map(|f| format!("{} {}", f.resource.type_name, f.resource.id)).collect()
        };
        let expected = &case["expected"];
        let agrees = of(Status::Unmanaged) == names(&expected["unmanaged"])
            && of(Status::Missing) == names(&expected["deleted"])
            && report.summary.resources.in_sync
                == expected["managed"].as_array().map_or(0, Vec::len);
        if !agrees {
            disagreed.insert(name, format!("expected {expected}: {}", report.to_text(false)));
        }
    }
    common::settle("driftctl_analyze", "cases", cases.len(), &disagreed, &DRIFTCTL_ANALYZE);
}

const DRIFTCTL_ANALYZE: [(&str, &str); 0] = [];

/// Some of their tables leave the type out.
fn type_of(resource: &Value) -> &str {
    resource["type"].as_str().unwrap_or("any")
}

fn id(resource: &Value) -> String {
    format!("{} {}", type_of(resource), resource["id"].as_str().unwrap())
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(id).collect()
}
