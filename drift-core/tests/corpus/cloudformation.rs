//! Public CloudFormation documents: which templates are read, and whether what is found agrees with
//! what AWS itself says.

use crate::common;

use drift_core::{Code, Context, Detector, Format, ParseOptions, Report, Scope, Snapshot, Status};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("cloudformation"))
}

/// Whether a text has the look of a template.
fn is_template(text: &str) -> bool {
    let named = text.contains("AWSTemplateFormatVersion");
    let resources = text.contains("Resources") && text.contains("AWS::");
    named || resources
}

#[test]
fn every_template_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let (mut files, mut read, mut resources) = (0, 0, 0);
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for set in ["aws-templates", "cfn-lint", "localstack"] {
        for file in common::files(&folder.join(set), &["json", "yaml", "yml", "template"]) {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            let bytes = fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            if name.ends_with(".snapshot.json") || !is_template(&text) {
                continue;
            }
            files += 1;
            let options = ParseOptions {
                format: Format::Cloudformation,
                scope: Scope::new().with("region", "eu-west-1").with("account", "111122223333"),
                ..ParseOptions::default()
            };
            match Snapshot::parse_with(&bytes, &options) {
                Ok(snapshot) => {
                    read += 1;
                    resources += snapshot.resources().len();
                    let told = Snapshot::parse(&bytes, Format::Auto);
                    assert!(told.is_ok(), "{name}: {}", told.unwrap_err());
                }
                Err(error) => {
                    assert_ne!(error.code(), Code::Internal);
                    let why = format!("{} {}", error.code(), error.message());
                    refused.entry(why).or_default().push(format!("{name}: {error}"));
                }
            }
        }
    }
    let count = refused.values().map(Vec::len).sum::<usize>();
    common::figure(
        "templates",
        &[("files", files), ("read", read), ("resources", resources), ("refused", count)],
    );
    for (why, names) in &refused {
        println!("  {why}: {}", names.join(", "));
    }
    let reasons: BTreeSet<&str> = refused.keys().map(String::as_str).collect();
    assert_eq!(reasons, BTreeSet::from(REFUSED));
}

/// Why files of the corpus are refused: written to be wrong, or with placeholders of other tools
/// (`{{ name }}`, `!Rain::Module`) that make a template of them.
const REFUSED: [&str; 7] = [
    "DRIFT_DUPLICATE_FIELD a key stands twice in one map",
    "DRIFT_FORMAT `Fn::Join` takes 2 arguments, and 3 are given",
    "DRIFT_FORMAT `Fn::Select` takes 2 arguments, and 3 are given",
    "DRIFT_FORMAT expected `Type` as a string, found a map",
    "DRIFT_PARSE a map or a list cannot be a key",
    "DRIFT_PARSE expected `:` after the field name",
    "DRIFT_PARSE unexpected character: `%'",
];

/// Both views of answers to `describe-stack-resource-drifts`.
fn detect(expected: &[u8], actual: &[u8]) -> Report {
    let parse = |bytes, view: &str| {
        let options = ParseOptions {
            format: Format::CloudformationDrifts,
            view: Some(view.to_owned()),
            complete: true,
            ..ParseOptions::default()
        };
        Snapshot::parse_with(bytes, &options).unwrap()
    };
    let at = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    let detector = Detector::builder().build().unwrap();
    detector.detect(&parse(expected, "expected"), &parse(actual, "actual"), &at)
}

/// Where the report says that the resource differs, as pointers into its properties.
fn differences(report: &Report) -> BTreeSet<String> {
    let found = report.findings.iter().flat_map(|finding| &finding.changes);
    let found = found.chain(&report.undeclared);
    found.filter_map(|change| change.pointer.clone()).collect()
}

/// Whether each pointer leads to one of the other side's, or one of them to it.
fn agree(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) -> bool {
    let within = |one: &str, other: &str| {
        one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let met = |one: &String, others: &BTreeSet<String>| {
        others.iter().any(|other| within(one, other) || within(other, one))
    };
    ours.iter().all(|one| met(one, theirs)) && theirs.iter().all(|one| met(one, ours))
}

/// A row of an answer with these properties on both sides.
fn row(id: &str, type_name: &str, properties: Option<&Value>) -> Value {
    let text = properties.map(Value::to_string);
    json!({"LogicalResourceId": id, "PhysicalResourceId": id, "ResourceType": type_name,
        "StackResourceDriftStatus": "MODIFIED", "ExpectedProperties": text, "ActualProperties": text})
}

#[test]
fn changes_are_those_of_change_sets() {
    let Some(folder) = folder() else { return };
    let text = fs::read(folder.join("extracted/cfn_changesets.json")).unwrap();
    let file: Value = serde_json::from_slice(&text).unwrap();
    let cases = file["cases"].as_array().unwrap();
    let mut disagreed = BTreeMap::new();
    for case in cases {
        let (id, type_name) =
            (case["logical_id"].as_str().unwrap(), case["type"].as_str().unwrap());
        let side = |name: &str| {
            let tree = &case[name];
            let none = json!({});
            let properties = tree.get("Properties").unwrap_or(&none);
            let rows = tree.is_object().then(|| row(id, type_name, Some(properties)));
            let rows: Vec<Value> = rows.into_iter().collect();
            serde_json::to_vec(&json!({"StackResourceDrifts": rows})).unwrap()
        };
        // What is declared next is what the change set leads to.
        let report = detect(&side("after"), &side("before"));
        let status = report.findings.first().map(|finding| finding.status);
        let details = case["expected"]["details"].as_array().into_iter().flatten();
        let of_properties = details.filter(|detail| detail["attribute"] == "Properties");
        let theirs: BTreeSet<String> = of_properties
            .filter_map(|detail| detail["path"].as_str()?.strip_prefix("/Properties"))
            .map(str::to_owned)
            .collect();
        let agrees = match case["expected"]["action"].as_str().unwrap() {
            "Add" => status == Some(Status::Missing),
            "Remove" => status == Some(Status::Unmanaged),
            _ => agree(&differences(&report), &theirs),
        };
        if !agrees {
            let name = case["id"].as_str().unwrap().to_owned();
            let ours = differences(&report);
            disagreed.insert(name, format!("{status:?}: expected {theirs:?}, found {ours:?}"));
        }
    }
    common::settle("cfn_changesets", "cases", cases.len(), &disagreed, &CHANGE_SETS);
}

const CHANGE_SETS: [(&str, &str); 0] = [];

/// Every answer that stands somewhere in a document.
fn answers<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(fields) => {
            let named = ["StackResourceDrifts", "StackResourceDrift"];
            if named.iter().any(|name| fields.contains_key(*name)) {
                found.push(value);
            }
            fields.values().for_each(|field| answers(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| answers(item, found)),
        _ => {}
    }
}

#[test]
fn drift_is_what_cloudformation_found() {
    let Some(folder) = folder() else { return };
    let mut disagreed = BTreeMap::new();
    let mut compared = 0;
    for file in common::files(&folder, &["json"]) {
        let bytes = fs::read(&file).unwrap();
        if !String::from_utf8_lossy(&bytes).contains("PropertyDifferences") {
            continue;
        }
        let Ok(document) = serde_json::from_slice::<Value>(&bytes) else { continue };
        let mut found = Vec::new();
        answers(&document, &mut found);
        for answer in found {
            let text = serde_json::to_vec(answer).unwrap();
            let report = detect(&text, &text);
            let rows = answer["StackResourceDrifts"].as_array().cloned();
            for row in rows.unwrap_or_else(|| vec![answer["StackResourceDrift"].clone()]) {
                compared += 1;
                let differences_of = row["PropertyDifferences"].as_array().into_iter().flatten();
                let theirs: BTreeSet<String> = differences_of
                    .map(|one| one["PropertyPath"].as_str().unwrap().to_owned())
                    .collect();
                let ours = differences(&report);
                if !agree(&ours, &theirs) {
                    let name = format!("{}: {}", name(&folder, &file), row["LogicalResourceId"]);
                    disagreed.insert(name, format!("expected {theirs:?}, found {ours:?}"));
                }
            }
        }
    }
    common::settle("cfn_drifts", "cases", compared, &disagreed, &[]);
}

fn name(folder: &Path, file: &Path) -> String {
    file.strip_prefix(folder).unwrap().display().to_string()
}
