//! Public Terraform and OpenTofu plans, and states as `show -json` prints them: which are read, and
//! whether what is found agrees with what their own tools say.

use crate::common;

use drift_core::report::ResourceRef;
use drift_core::source::ParseOptions;
use drift_core::{Context, Detector, Format, Report, Rules, Snapshot, Status};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("terraform"))
}

/// Whether the text is one that `show -json` printed, of whatever version.
fn is_shown(bytes: &[u8]) -> bool {
    // Some are in UTF-16.
    let text: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != 0).collect();
    let text = String::from_utf8_lossy(&text);
    let has = |name: &str| text.contains(&format!("\"{name}\""));
    (has("format_version") || has("plan_format_version"))
        && !has("provider_schemas")
        && !has("valid")
}

fn documents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let files = common::files(folder, &["json"]);
    let named = files.iter().map(|file| {
        let name = file.strip_prefix(folder).unwrap().display().to_string();
        (name, fs::read(file).unwrap())
    });
    named.filter(|(name, bytes)| !name.starts_with("extracted") && is_shown(bytes)).collect()
}

fn view<'a>(plan: &'a [u8], view: &str) -> drift_core::Result<Snapshot<'a>> {
    let options = ParseOptions {
        format: Format::TerraformPlan,
        view: Some(view.to_owned()),
        ..ParseOptions::default()
    };
    Snapshot::parse_with(plan, &options)
}

fn context() -> Context<'static> {
    Context::at("2026-01-01T00:00:00Z".parse().unwrap())
}

fn detect(desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> Report {
    Detector::builder().build().unwrap().detect(desired, actual, &context())
}

#[test]
fn every_plan_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut read, mut resources) = (BTreeMap::<&str, usize>::new(), 0);
    let documents = documents(&folder);
    for (name, bytes) in &documents {
        match Snapshot::parse(bytes, Format::Auto) {
            Ok(snapshot) => {
                let is_plan = view(bytes, "planned").is_ok();
                *read.entry(if is_plan { "plans" } else { "states" }).or_default() += 1;
                resources += snapshot.resources().len();
                if is_plan {
                    Format::TerraformPlan
                        .views()
                        .iter()
                        .for_each(|name| drop(view(bytes, name).unwrap()));
                }
            }
            Err(error) => {
                let why = format!("{} {}", error.code(), error.message());
                refused.entry(why).or_default().push(name.clone());
            }
        }
    }
    let of = |kind: &str| read.get(kind).copied().unwrap_or_default();
    let count = refused.values().map(Vec::len).sum::<usize>();
    let figures = [
        ("files", documents.len()),
        ("plans", of("plans")),
        ("states", of("states")),
        ("resources", resources),
        ("refused", count),
    ];
    common::figure("show -json", &figures);
    for (why, names) in &refused {
        println!("  {why}: {}", names.join(", "));
    }
    let reasons: BTreeSet<&str> = refused.keys().map(String::as_str).collect();
    assert_eq!(reasons, BTreeSet::from(REFUSED));
}

#[test]
fn schemas_of_providers_are_read_as_rules() {
    let Some(folder) = folder() else { return };
    let (mut files, mut rules) = (0, 0);
    for file in common::files(&folder, &["json"]) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        if file.ends_with("schemas.json") && text.contains("\"provider_schemas\"") {
            files += 1;
            rules += Rules::from_json(&text).unwrap().rules().len();
        }
    }
    common::figure("schemas of providers", &[("files", files), ("rules", rules)]);
    assert!(files > 0);
}

/// Why files of the corpus are refused.
const REFUSED: [&str; 4] = [
    "DRIFT_DUPLICATE_FIELD a key stands twice in one map",
    "DRIFT_FORMAT expected the field `mode`",
    // A log stands in front of the plan.
    "DRIFT_PARSE expected a value or `]`",
    // UTF-16.
    "DRIFT_PARSE the text is not valid UTF-8",
];

/// The plans that can be read, by name, with what they say as JSON.
fn plans(folder: &Path) -> Vec<(String, Vec<u8>, Value)> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let plan: Value = serde_json::from_slice(&bytes).ok()?;
        view(&bytes, "planned").is_ok().then_some((name, bytes, plan))
    };
    documents(folder).into_iter().filter_map(read).collect()
}

#[test]
fn drift_is_what_the_plan_says_it_is() {
    let Some(folder) = folder() else { return };
    let plans = plans(&folder);
    let mut disagreed = BTreeMap::new();
    for (name, bytes, plan) in &plans {
        let expected = changed(&plan["resource_drift"]);
        let refreshed = view(bytes, "refreshed").unwrap().with_complete();
        let report = detect(&view(bytes, "prior").unwrap(), &refreshed);
        let found = addresses(report.findings.iter().map(|finding| &finding.resource));
        if found != expected {
            let said = format!("expected {expected:?}: {}", report.to_text(false));
            disagreed.insert(name.clone(), said);
        }
    }
    common::settle("resource_drift", "plans", plans.len(), &disagreed, &[]);
}

#[test]
fn what_is_left_to_do_is_what_the_plan_would_do() {
    let Some(folder) = folder() else { return };
    let plans = plans(&folder);
    let mut disagreed = BTreeMap::new();
    for (name, bytes, plan) in &plans {
        let prior = view(bytes, "prior").unwrap().with_complete();
        let context = Context { reference: Some(&prior), ..context() };
        let refreshed = view(bytes, "refreshed").unwrap().with_complete();
        let detector = Detector::builder().build().unwrap();
        let report = detector.detect(&view(bytes, "planned").unwrap(), &refreshed, &context);
        let changes = report.pending.iter().chain(&report.unknown);
        let open = changes.filter_map(|change| change.resource.as_deref());
        let found = addresses(report.findings.iter().map(|finding| &finding.resource).chain(open));
        let expected = changed(&plan["resource_changes"]);
        if found != expected {
            let lost: Vec<_> = expected.difference(&found).collect();
            let more: Vec<_> = found.difference(&expected).collect();
            disagreed.insert(name.clone(), format!("lost {lost:?}, more {more:?}"));
        }
    }
    common::settle("resource_changes", "plans", plans.len(), &disagreed, &CHANGES);
}

const CHANGES: [(&str, &str); 4] = [
    (
        "infracost/cmd/infracost/testdata/terraform_v0.12_plan.json",
        "the AWS pack takes an empty list of a database's groups as none declared",
    ),
    (
        "opentofu/testing/equivalence-tests/outputs/drift_refresh_only/plan.json",
        "a plan that only refreshes declares nothing: what is there is to be deleted",
    ),
    ("terraform-json/sanitize/testdata/basic.json", "what is secret changes, and no value"),
    (
        "trivy/pkg/iac/scanners/terraformplan/tfjson/testdata/plan_no_resource_changes.json",
        "its changes have been taken out",
    ),
];

/// A plan carries what was recorded: beside it, drift and what is not applied yet are told apart.
#[test]
fn a_plan_against_live_objects_tells_drift_from_pending() {
    let Some(folder) = folder() else { return };
    let plans = plans(&folder);
    let mut disagreed = BTreeMap::new();
    for (name, bytes, plan) in &plans {
        let planned = view(bytes, "planned").unwrap();
        let refreshed = view(bytes, "refreshed").unwrap().with_complete();
        let report = detect(&planned, &refreshed);
        let confirmed = report.findings.iter().filter(|finding| finding.status == Status::Drifted);
        let found = addresses(confirmed.map(|finding| &finding.resource));
        // What drifted to what is declared now needs nothing.
        let mut expected = changed(&plan["resource_drift"]);
        expected.retain(|address| changed(&plan["resource_changes"]).contains(address));
        expected.retain(|address| planned.resources().iter().any(|r| r.address() == address));
        if found != expected {
            let said = format!("expected {expected:?}: {}", report.to_text(false));
            disagreed.insert(name.clone(), said);
        }
    }
    common::settle("planned against refreshed", "plans", plans.len(), &disagreed, &[]);
}

fn addresses<'r>(resources: impl Iterator<Item = &'r ResourceRef>) -> BTreeSet<String> {
    resources.map(|resource| resource.address.clone()).collect()
}

/// The addresses of managed resources whose entry has something to do.
fn changed(entries: &Value) -> BTreeSet<String> {
    let entries = entries.as_array().into_iter().flatten();
    let managed = entries.filter(|entry| entry["mode"] == "managed" && entry["deposed"].is_null());
    let changed = managed.filter(|entry| entry["change"]["actions"] != json!(["no-op"]));
    changed.map(|entry| entry["address"].as_str().unwrap().to_owned()).collect()
}
