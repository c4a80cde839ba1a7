//! Public stacks and runs of Pulumi: which are read, and whether what is found agrees with what Pulumi
//! and its bridge to Terraform say.

use crate::common;

use drift_core::source::ParseOptions;
use drift_core::{Context, Detector, Format, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("pulumi"))
}

fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = common::files(&folder.join("pulumi"), &["json"]);
    let named = files.iter().map(|file| {
        let name = file.strip_prefix(folder).unwrap().display().to_string();
        (name, fs::read(file).unwrap())
    });
    named.collect()
}

fn read<'a>(bytes: &'a [u8], format: Format, view: &str) -> drift_core::Result<Snapshot<'a>> {
    let view = Some(view.to_owned());
    Snapshot::parse_with(bytes, &ParseOptions { format, view, ..ParseOptions::default() })
}

fn detect(desired: &Snapshot<'_>, actual: &Snapshot<'_>, rules: Option<Value>) -> Report {
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    let builder = Detector::builder();
    let builder = match rules {
        Some(rules) => builder.rules(Rules::from_json(&rules.to_string()).unwrap()),
        None => builder,
    };
    builder.build().unwrap().detect(desired, actual, &context)
}

#[test]
fn every_document_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let formats = [Format::PulumiStack, Format::PulumiPreview, Format::PulumiEvents];
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (all, mut resources) = (documents(&folder), 0);
    for (name, bytes) in &all {
        let found = formats.into_iter().find(|format| {
            let (text, mark) = (
                String::from_utf8_lossy(bytes),
                match format {
                    Format::PulumiStack => ["\"resources\"", "\"version\""],
                    Format::PulumiEvents => ["\"sequence\"", "\"timestamp\""],
                    _ => ["\"steps\"", "\"changeSummary\""],
                },
            );
            mark.iter().all(|mark| text.contains(mark))
        });
        match Snapshot::parse(bytes, Format::Auto) {
            Ok(snapshot) => {
                let format = found.unwrap();
                for view in format.views() {
                    read(bytes, format, view).unwrap();
                }
                *counts.entry(format.as_str()).or_default() += 1;
                resources += snapshot.resources().len();
            }
            Err(error) => {
                let why = format!("{} {}", error.code(), error.message());
                refused.entry(why).or_default().push(name.clone());
            }
        }
    }
    let of = |name: &str| counts.get(name).copied().unwrap_or_default();
    let count = refused.values().map(Vec::len).sum::<usize>();
    let figures = [
        ("files", all.len()),
        ("stacks", of("pulumi_stack")),
        ("previews", of("pulumi_preview")),
        ("events", of("pulumi_events")),
        ("resources", resources),
        ("refused", count),
    ];
    common::figure("pulumi", &figures);
    for (why, names) in &refused {
        common::tell(&format!("  {why}: {}", names.join(", ")));
    }
    let reasons: BTreeSet<&str> = refused.keys().map(String::as_str).collect();
    assert_eq!(reasons, BTreeSet::from(REFUSED));
}

/// Why files of the corpus are refused: they are of old versions, or no document of Pulumi's.
const REFUSED: [&str; 3] = [
    // A checkpoint before versions, schemas, and requests of a test.
    "DRIFT_FORMAT cannot tell the format of the document",
    // States without a deployment.
    "DRIFT_FORMAT no such field in a record: `urn`",
    "DRIFT_FORMAT the stack is of an old version",
];

fn cases(folder: &Path, name: &str) -> Vec<Value> {
    let text = fs::read(folder.join("extracted").join(name)).unwrap();
    let mut file: Value = serde_json::from_slice(&text).unwrap();
    match file["cases"].take() {
        Value::Array(cases) => cases,
        _ => Vec::new(),
    }
}

/// What a step of the engine says to differ, as one that `preview --json` prints.
#[test]
fn steps_differ_where_the_engine_says_so() {
    let Some(folder) = folder() else { return };
    let all = cases(&folder, "engine_step_diffs.json");
    let mut disagreed = BTreeMap::new();
    for case in &all {
        let state = |side: &Value| {
            json!({"urn": case["urn"], "type": case["type"], "custom": true, "id": "1",
                "inputs": side["inputs"], "outputs": side["outputs"]})
        };
        let step = json!({"op": case["op"], "urn": case["urn"], "oldState": state(&case["old"]),
            "newState": state(&case["new"])});
        let preview = json!({"steps": [step]}).to_string();
        let detailed = case["expected"]["detailedDiff"].as_object().unwrap();
        let of_inputs = detailed.values().all(|diff| diff["inputDiff"] == true);
        let before = if of_inputs { "prior" } else { "recorded" };
        let read = |view| read(preview.as_bytes(), Format::PulumiPreview, view).unwrap();
        let report = detect(&read("planned"), &read(before), None);
        let expected: BTreeSet<String> = detailed.keys().cloned().collect();
        let mut found = paths(&report);
        found.extend(report.unknown.iter().map(|change| change.path.clone()));
        if of_inputs {
            found.extend(left_out(&report));
        }
        if found != expected {
            let said = format!("expected {expected:?}, found {found:?}");
            disagreed.insert(case["id"].as_str().unwrap().to_owned(), said);
        }
    }
    common::settle("engine steps", "cases", all.len(), &disagreed, &STEPS);
}

const STEPS: [(&str, &str); 2] = [
    ("step-037", "the provider of a test says so, and neither state has the property"),
    ("step-038", "the provider of a test says so, and neither state has the property"),
];

/// Where the two differ, not applied yet or not.
fn paths(report: &Report) -> BTreeSet<String> {
    let confirmed = report.findings.iter().flat_map(|finding| &finding.changes);
    confirmed.chain(&report.pending).map(|change| change.path.clone()).collect()
}

/// What a program says no longer.
fn left_out(report: &Report) -> impl Iterator<Item = String> {
    report.undeclared.iter().map(|change| change.path.clone())
}

/// One property was changed: whether that is a difference, by Terraform's and Pulumi's own word.
#[test]
fn properties_differ_where_the_bridge_says_so() {
    let Some(folder) = folder() else { return };
    let all = cases(&folder, "bridge_detailed_diff_sdkv2.json");
    let mut disagreed: BTreeMap<String, String> = BTreeMap::new();
    for case in &all {
        let stack = |value: &Value| {
            let mut inputs = json!({});
            if !value.is_null() {
                inputs["prop"] = value.clone();
            }
            let urn = "urn:pulumi:test::project::prov:index:Test::main";
            let state = json!({"urn": urn, "type": "prov:index:Test", "custom": true, "id": "1",
                "inputs": inputs, "outputs": inputs});
            json!({"version": 3, "deployment": {"resources": [state]}}).to_string()
        };
        let (old, new) = (stack(&case["old"]), stack(&case["new"]));
        let read = |text| read(text, Format::PulumiStack, "inputs").unwrap();
        let test = case["test"].as_str().unwrap();
        // What is a set, and that nothing is an empty list, the schema of a provider says.
        let places = json!(["/prop", "/prop/*/*"]);
        let rule = |id, fact: &str, value: Value| json!({"id": id, "match": {"type": "*"}, "paths": places, fact: value, "reason": "r"});
        let mut facts = vec![rule("empty", "empty_is_absent", json!([null, []]))];
        if test.contains("Set") {
            let set = rule("set", "list", json!("set"));
            facts.push(set);
            facts.iter_mut().skip(1).for_each(|set| set["unique"] = json!(true));
        }
        let rules = Some(json!({"version": 1, "rules": facts}));
        let report = detect(&read(new.as_bytes()), &read(old.as_bytes()), rules);
        let expected = case["expected"]["pulumi_has_diff"] == true;
        // What is computed where the program leaves it out stays as it is; else it is taken away.
        let schema = case["schema"].as_str().unwrap();
        let computed = schema.contains("omputed") && !schema.contains("nested_computed");
        let removed = !computed && left_out(&report).next().is_some();
        if (!paths(&report).is_empty() || removed) != expected {
            let kind = format!(
                "{test}/{}/{}",
                case["schema"].as_str().unwrap(),
                case["case"].as_str().unwrap()
            );
            disagreed.insert(kind, format!("expected {expected}"));
        }
    }
    common::settle("bridge", "cases", all.len(), &disagreed, &BRIDGE);
}

const ZERO: &str = "the provider of the test computes a value where the program sets its zero";
const EMPTY: &str = "an empty set or list is as good as none, which the bridge tells apart here";
const KEPT: &str = "the computed value stays where the program says an empty one";
const MAP: &str = "an empty map takes away what was computed";

const BRIDGE: [(&str, &str); 19] = [
    ("TestSDKv2DetailedDiffBool/optionalComputed/added", ZERO),
    ("TestSDKv2DetailedDiffBool/optionalComputed/unchanged_empty", ZERO),
    ("TestSDKv2DetailedDiffBool/optionalComputedForceNew/added", ZERO),
    ("TestSDKv2DetailedDiffBool/optionalComputedForceNew/unchanged_empty", ZERO),
    ("TestSDKv2DetailedDiffList/list_attribute_computed/added_empty", ZERO),
    ("TestSDKv2DetailedDiffMap/optionalComputed/removed", MAP),
    ("TestSDKv2DetailedDiffMap/optionalComputed/unchanged_empty", ZERO),
    ("TestSDKv2DetailedDiffNestedSets/nested_set/changed_null_to_empty", EMPTY),
    ("TestSDKv2DetailedDiffNestedSets/nested_set/removed", KEPT),
    (
        "TestSDKv2DetailedDiffSetComputedAttribute/computed_attribute_no_force_new/changed_null_to_empty",
        ZERO,
    ),
    (
        "TestSDKv2DetailedDiffSetComputedAttribute/computed_attribute_no_force_new/unchanged_empty",
        ZERO,
    ),
    (
        "TestSDKv2DetailedDiffSetComputedBlock/block_with_computed_and_nested_force_new/removed",
        KEPT,
    ),
    (
        "TestSDKv2DetailedDiffSetComputedBlock/block_with_computed_and_nested_force_new_computed_specified_in_program/removed",
        KEPT,
    ),
    (
        "TestSDKv2DetailedDiffSetComputedBlock/block_with_computed_force_new_computed_specified_in_program/removed",
        KEPT,
    ),
    (
        "TestSDKv2DetailedDiffSetComputedBlock/block_with_computed_no_replace_computed_specified_in_program/removed",
        KEPT,
    ),
    ("TestSDKv2DetailedDiffSetNestedList/nested_list/changed_empty_to_null", EMPTY),
    ("TestSDKv2DetailedDiffSetNestedList/nested_list/changed_null_to_empty", EMPTY),
    ("TestSDKv2DetailedDiffString/optionalComputed/removed", ZERO),
    ("TestSDKv2DetailedDiffString/optionalComputedForceNew/removed", ZERO),
];
