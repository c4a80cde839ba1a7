//! Public documents of the other layers: gateways, proxies, interfaces, schemas, flags, pipelines,
//! dashboards, policies. Which are read, why the others are not, and whether what is found agrees with
//! what their own tools say.
#![cfg(feature = "sql")]

use crate::common;

use drift_core::source::Mapping;
use drift_core::{Context, Detector, ParseOptions, Report, Snapshot, Status};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("other-layers"))
}

fn options(name: &str, mapping: Option<&str>) -> ParseOptions {
    ParseOptions {
        name: Some(name.to_owned()),
        mapping: mapping.map(|name| Mapping::named(name).unwrap()),
        ..ParseOptions::default()
    }
}

/// Folders with what is read in them: a part of the path, the mapping, or none for `auto`.
const READ: [(&str, &str, Option<&str>); 10] = [
    ("api-gateway/deck", "/", Some("kong")),
    ("api-gateway/istio", "/", Some("envoy")),
    ("openapi", "/", Some("openapi")),
    ("db-schema", "/", None),
    ("feature-flags", "specifications/", None),
    ("ci", ".github/workflows/", Some("github-workflow")),
    ("ci", ".gitlab-ci.yml", Some("gitlab-ci")),
    ("iam", "examples/analyze/", None),
    ("monitoring", "dashboard", None),
    ("monitoring", "manifests/", None),
];

#[test]
fn every_document_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let mut reasons = BTreeSet::new();
    for (part, within, mapping) in READ {
        let (mut read, mut all, mut resources) = (0, 0, 0);
        let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in common::files(&folder.join(part), &["json", "yaml", "yml"]) {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            let is_expectation = name.ends_with("expected.yaml") && part == "openapi";
            if !name.contains(within) || is_expectation {
                continue;
            }
            all += 1;
            let bytes = fs::read(&file).unwrap();
            let bytes = state(&bytes).unwrap_or(bytes);
            let base = name.rsplit('/').next().unwrap();
            match Snapshot::parse_with(&bytes, &options(base, mapping)) {
                Ok(snapshot) => {
                    read += 1;
                    resources += snapshot.resources().len();
                    let detector = Detector::builder().build().unwrap();
                    let report = detector.detect(&snapshot, &snapshot, &context());
                    assert!(report.findings.is_empty(), "{name} differs from itself");
                }
                Err(error) => {
                    let why = format!("{} {}", error.code(), error.message());
                    refused.entry(why).or_default().push(name);
                }
            }
        }
        let label = format!("{part} {within}");
        common::figure(&label, &[("files", all), ("read", read), ("resources", resources)]);
        for (why, names) in refused {
            common::tell(&format!("  {}: {why}: {}", names.len(), names.join(", ")));
            reasons.insert(why);
        }
    }
    let reasons: BTreeSet<&str> = reasons.iter().map(String::as_str).collect();
    let known: BTreeSet<&str> = REFUSED.iter().map(|(why, _)| *why).collect();
    assert_eq!(reasons, known);
}

/// Why documents are refused, and which they are.
const REFUSED: [(&str, &str); 7] = [
    ("DRIFT_NO_RESOURCES the text holds no document", "a file of comments alone"),
    ("DRIFT_PARSE expected the end of the line behind a quoted scalar", "a template of deck"),
    (
        "DRIFT_MAPPING the document has none of the fields that the mapping reads",
        "what the linter of deck and istioctl say of configurations",
    ),
    (
        "DRIFT_MAPPING the item has no map where `attributes` are selected",
        "an answer of istioctl that is a list, and a workflow whose jobs are lists",
    ),
    (
        "DRIFT_MAPPING the mapping's `items` select nothing, and not from an empty list",
        "dumps of endpoints and extensions alone",
    ),
    (
        "DRIFT_FORMAT the driver is not one of those that are read",
        "ClickHouse, DynamoDB, SQL Server",
    ),
    (
        "DRIFT_FORMAT cannot tell the format of the document",
        "an index of cases, and changes of features in the form of events",
    ),
];

/// The state that a case of the specification of Unleash holds beside its expectations.
fn state(bytes: &[u8]) -> Option<Vec<u8>> {
    let case: Value = serde_json::from_slice(bytes).ok()?;
    Some(serde_json::to_vec(case.get("state")?).unwrap())
}

fn context() -> Context<'static> {
    Context::at("2026-01-01T00:00:00Z".parse().unwrap())
}

/// How many entities `deck diff` would create, update and delete.
fn counts(report: &Report) -> [usize; 3] {
    let of = |status: Status| report.findings.iter().filter(|one| one.status == status).count();
    [of(Status::Missing), of(Status::Drifted), of(Status::Unmanaged)]
}

/// The same, as the case states them: in numbers, or in lines of the output.
fn expected(of: &Value) -> [usize; 3] {
    let lines: Vec<&str> =
        of["output_contains"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    ["Created", "Updated", "Deleted"].map(|field| {
        let said = of["summary"][field.to_lowercase()].as_u64();
        let line = lines.iter().find_map(|line| line.strip_prefix(&format!("{field}: ")));
        let said = said.or_else(|| line?.parse().ok());
        usize::try_from(said.unwrap_or_default()).unwrap()
    })
}

#[test]
fn kong_agrees_with_deck() {
    let Some(folder) = folder() else { return };
    let text = fs::read_to_string(folder.join("extracted/kong_diff.json")).unwrap();
    let cases: Value = serde_json::from_str(&text).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    let mut disagreed = BTreeMap::new();
    for case in cases {
        let name = case["id"].as_str().unwrap().to_owned();
        let read = |field: &str| {
            let text = fs::read_to_string(folder.join(case[field].as_str().unwrap())).unwrap();
            let mut text = text;
            for (variable, value) in case["environment"].as_object().into_iter().flatten() {
                let call = format!("${{{{ env \"{variable}\" }}}}");
                text = text.replace(&call, value.as_str().unwrap());
            }
            text
        };
        let (desired, actual) = (read("desired"), read("actual_from"));
        let options = ParseOptions { complete: true, ..options("kong.yaml", Some("kong")) };
        let side = |text: &'static str| Snapshot::parse_with(text.as_bytes(), &options);
        let [desired, actual] =
            [desired, actual].map(|text| side(Box::leak(text.into_boxed_str())));
        let (Ok(desired), Ok(actual)) = (&desired, &actual) else {
            let error = desired.err().or(actual.err()).unwrap();
            disagreed.insert(name, error.to_string());
            continue;
        };
        let report = Detector::builder().build().unwrap().detect(desired, actual, &context());
        let expected = expected(&case["expected"]);
        if counts(&report) != expected {
            disagreed.insert(name, format!("{:?}, expected {expected:?}", counts(&report)));
        }
    }
    common::settle("deck diff", "cases", cases.len(), &disagreed, &KONG);
}

/// Cases in which more or less is found than by deck, on purpose.
const KONG: [(&str, &str); 2] = [
    (
        "kong_diff-013",
        "a workspace is a scope: what stands in another one is unmanaged there, and deck looks into its own alone",
    ),
    (
        "kong_diff-015",
        "credentials and groups of a consumer are fields of it, and entities of their own for deck",
    ),
];
