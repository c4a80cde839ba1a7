//! Public documents of Azure and Google: templates that are read, recorded answers that are read through
//! the built-in mappings, and what was changed between two of them.

use crate::common;

use drift_core::source::{Mapping, ParseOptions};
use drift_core::{Context, Detector, Format, Report, Snapshot};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn detect(desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> Report {
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    Detector::builder().build().unwrap().detect(desired, actual, &context)
}

#[test]
fn every_template_is_read() {
    let Some(corpus) = common::corpus() else { return };
    let files = common::files(&corpus.join("other-layers/azure-arm"), &["json"]);
    let (mut read, mut resources, mut unknown) = (0, 0, 0);
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in &files {
        let bytes = fs::read(file).unwrap();
        match Snapshot::parse(&bytes, Format::Auto) {
            Ok(snapshot) => {
                read += 1;
                resources += snapshot.resources().len();
                unknown +=
                    snapshot.resources().iter().map(|r| r.unknown.iter().count()).sum::<usize>();
                let report = detect(&snapshot, &snapshot);
                assert!(report.findings.is_empty(), "{}", file.display());
            }
            Err(error) => {
                let why = format!("{} {}", error.code(), error.message());
                refused.entry(why).or_default().push(file.display().to_string());
            }
        }
    }
    let count = refused.values().map(Vec::len).sum::<usize>();
    let figures = [
        ("files", files.len()),
        ("read", read),
        ("resources", resources),
        ("unknown values", unknown),
        ("refused", count),
    ];
    common::figure("arm templates", &figures);
    for (why, names) in &refused {
        common::tell(&format!("  {why}: {}", names.join(", ")));
    }
    let reasons: BTreeSet<&str> = refused.keys().map(String::as_str).collect();
    assert_eq!(reasons, BTreeSet::from(REFUSED));
}

const REFUSED: [&str; 0] = [];

/// The items of a recorded answer, as `gcloud … --format json` prints them.
fn items(file: &Path) -> Option<String> {
    let recorded: Value = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    let body = &recorded["body"];
    // The names of the lists of each service.
    let lists = ["items", "topics", "subscriptions", "clusters", "managedZones", "accounts"];
    let items = lists.iter().find_map(|name| body[name].as_array())?;
    (!items.is_empty()).then(|| Value::from(items.clone()).to_string())
}

fn recordings(corpus: &Path) -> Vec<PathBuf> {
    let folder = corpus.join("cloudformation/cloud-custodian/tools/c7n_gcp/tests/data/flights");
    common::files(&folder, &["json"])
}

#[test]
fn recorded_answers_of_google_are_read() {
    let Some(corpus) = common::corpus() else { return };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut lists, mut others) = (0, BTreeSet::new());
    for file in recordings(&corpus) {
        let Some(items) = items(&file) else { continue };
        lists += 1;
        let Ok(snapshot) = Snapshot::parse(items.as_bytes(), Format::Auto) else {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            others.insert(name);
            continue;
        };
        for resource in snapshot.resources() {
            *counts.entry(resource.key.type_name.to_string()).or_default() += 1;
        }
        let report = detect(&snapshot, &snapshot);
        assert!(report.findings.is_empty(), "{}", file.display());
    }
    let mut figures: Vec<(&str, usize)> = vec![("lists", lists), ("of other types", others.len())];
    figures.extend(counts.iter().map(|(name, count)| (name.as_str(), *count)));
    common::figure("answers of google", &figures);
    assert!(counts.len() >= 6, "{counts:?}");
}

#[test]
fn states_of_azurerm_pair_with_resource_graph() {
    let Some(corpus) = common::corpus() else { return };
    let files = common::files(&corpus.join("terraform"), &["tfstate"]);
    let (mut states, mut pairs) = (0, 0);
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let Ok(state) = Snapshot::parse(&bytes, Format::TerraformState) else { continue };
        let ids: Vec<&str> = state
            .resources()
            .iter()
            .filter(|resource| resource.key.type_name.starts_with("azurerm_"))
            .map(|resource| resource.key.id.as_str())
            .filter(|id| id.starts_with("/subscriptions/") && id.contains("/providers/"))
            .collect();
        if ids.is_empty() {
            continue;
        }
        states += 1;
        // The same resources, as Resource Graph would list them.
        let row = |id: &&str| {
            let (_, behind) = id.rsplit_once("/providers/").unwrap();
            let parts: Vec<&str> = behind.split('/').collect();
            let types: Vec<&str> = parts.iter().skip(1).step_by(2).copied().collect();
            let type_name = format!("{}/{}", parts[0], types.join("/")).to_lowercase();
            serde_json::json!({"id": id.to_uppercase().replace("/SUBSCRIPTIONS/", "/subscriptions/"),
                "type": type_name, "name": parts.last(), "properties": {}})
        };
        let rows: Vec<Value> = ids.iter().map(row).collect();
        let live = serde_json::json!({"data": rows, "total_records": rows.len()}).to_string();
        let mapping = Mapping::named("az graph query").unwrap();
        let options =
            ParseOptions { mapping: Some(mapping), complete: true, ..ParseOptions::default() };
        let live = Snapshot::parse_with(live.as_bytes(), &options).unwrap();
        let report = detect(&state, &live);
        let known =
            report.not_checked.iter().filter(|entry| entry.reason.as_str() == "nothing_comparable");
        pairs += known.count();
        assert!(report.findings.is_empty(), "{}: {}", file.display(), report.to_text(false));
    }
    common::figure("states of azurerm", &[("states", states), ("pairs", pairs)]);
    assert!(pairs > 0);
}
