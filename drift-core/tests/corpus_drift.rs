//! Recorded resources of AWS with the drift that was found in them: how many clean ones raise an
//! alarm, and whether what was changed is found at its place.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod common;

use drift_core::{Context, Detector, Format, ParseOptions, Report, Snapshot};
use serde_json::{Value, json};
use std::fs;

/// What stands where an intrinsic function could not be resolved.
const UNRESOLVED: &str = "__cdkrd_corpus_unresolved__";

const PARTS: [&str; 4] = [
    "drift, types looked at",
    "drift, types looked at second",
    "drift, types looked at third",
    "drift, types held out",
];

struct Case {
    name: String,
    type_name: String,
    id: String,
    account: String,
    region: String,
    declared: Value,
    live: Value,
    expected: Vec<(String, String)>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn cases() -> Option<Vec<Case>> {
    let folder = common::corpus()?.join("aws-drift/cases");
    let case = |file: std::path::PathBuf| {
        let case: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let resource = &case["resource"];
        let expected = case["expected"].as_array().unwrap().iter();
        Case {
            name: file.file_stem().unwrap().to_string_lossy().into_owned(),
            type_name: text(&resource["resourceType"]),
            id: text(&resource["physicalId"]),
            account: text(&case["opts"]["accountId"]),
            region: text(&case["opts"]["region"]),
            declared: resource["declared"].clone(),
            live: case["liveRaw"].clone(),
            expected: expected.map(|it| (text(&it["tier"]), text(&it["path"]))).collect(),
        }
    };
    Some(common::files(&folder, &["json"]).into_iter().map(case).collect())
}

impl Case {
    /// Which part of the types it belongs to. Rules were looked for in the first, the half of all, then in
    /// the second, a quarter; what is left has never been looked at but for its rate.
    fn part(&self) -> usize {
        let hash = self.type_name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        [32, 40, 48].iter().take_while(|bit| (hash >> **bit) % 2 == 1).count()
    }

    fn has(&self, tier: &str) -> bool {
        self.expected.iter().any(|(known, _)| known == tier)
    }

    fn paths(&self, tier: &str) -> Vec<&str> {
        let of_tier = self.expected.iter().filter(|(known, _)| known == tier);
        of_tier.map(|(_, path)| path.as_str()).collect()
    }

    fn is_clean(&self) -> bool {
        !self.has("declared") && !self.has("undeclared")
    }

    fn records(&self, attributes: &Value) -> String {
        let mut unknown = Vec::new();
        unresolved(attributes, &mut String::new(), &mut unknown);
        json!([{
            "type": self.type_name, "id": self.id, "attributes": attributes,
            "scope": {"account": self.account, "region": self.region}, "unknown": unknown,
        }])
        .to_string()
    }

    fn detect(&self, detector: &Detector, live: &Value) -> Value {
        let options = ParseOptions { format: Format::Records, ..ParseOptions::default() };
        let (desired, actual) = (self.records(&self.declared), self.records(live));
        let desired = Snapshot::parse_with(desired.as_bytes(), &options).unwrap();
        let actual = Snapshot::parse_with(actual.as_bytes(), &options).unwrap();
        let report: Report = detector.detect(&desired, &actual, &Context::at("2026-01-01T00:00:00Z".parse().unwrap()));
        serde_json::from_str(&report.to_json()).unwrap()
    }
}

fn unresolved(value: &Value, pointer: &mut String, found: &mut Vec<String>) {
    let length = pointer.len();
    match value {
        Value::String(text) if text.contains(UNRESOLVED) => found.push(pointer.clone()),
        Value::Object(map) => {
            for (name, value) in map {
                pointer.push_str(&format!("/{}", name.replace('~', "~0").replace('/', "~1")));
                unresolved(value, pointer, found);
                pointer.truncate(length);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointer.push_str(&format!("/{index}"));
                unresolved(value, pointer, found);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}

/// The changes of a list of the report, each with its path.
fn changes<'r>(report: &'r Value, list: &str) -> Vec<(&'r str, &'r Value)> {
    let entries = report[list].as_array().into_iter().flatten();
    let changes = entries.flat_map(|entry| match entry["changes"].as_array() {
        Some(changes) => changes.iter().collect(),
        None => vec![entry],
    });
    changes.filter(|change| change["path"].is_string()).map(|change| (change["path"].as_str().unwrap(), change)).collect()
}

/// A path by its fields alone.
fn fields(path: &str) -> String {
    let mut found = String::new();
    let mut depth = 0;
    for letter in path.chars() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => found.push(letter),
            _ => {}
        }
    }
    found.replace("|json", "").replace("|url", "")
}

/// Whether a change lies at an expected path, or below.
fn lies_at(path: &str, expected: &str) -> bool {
    let (path, expected) = (fields(path), fields(expected));
    path == expected || path.strip_prefix(&expected).is_some_and(|rest| rest.starts_with('.'))
}

#[test]
fn clean_resources_raise_no_alarm() {
    let Some(cases) = cases() else { return };
    let detector = Detector::builder().build().unwrap();
    let mut figures = [[0_usize; 6]; 4];
    for case in &cases {
        let part = case.part();
        let figures = &mut figures[part];
        let report = case.detect(&detector, &case.live);
        let findings = changes(&report, "findings");
        let undeclared = changes(&report, "undeclared");
        if case.is_clean() {
            figures[0] += 1;
            figures[1] += usize::from(!findings.is_empty());
            if part < 3 {
                for (path, change) in &findings {
                    let cut = |value: &Value| value.to_string().chars().take(110).collect::<String>();
                    println!("ALARM {} {path} {} {}", case.name, cut(&change["desired"]), cut(&change["actual"]));
                }
            }
        }
        for path in case.paths("declared") {
            figures[2] += 1;
            let found = findings.iter().any(|(at, _)| lies_at(at, path));
            figures[3] += usize::from(found);
            if !found {
                println!("MISSED {} {path}", case.name);
            }
        }
        for path in case.paths("undeclared") {
            figures[4] += 1;
            let found = undeclared.iter().chain(&findings).any(|(at, _)| {
                lies_at(at, path) || lies_at(path, at)
            });
            figures[5] += usize::from(found);
            if !found {
                println!("UNLISTED {} {path}", case.name);
            }
        }
    }
    for (name, figures) in PARTS.iter().zip(figures) {
        let names = ["clean", "alarms", "declared", "found", "undeclared", "listed"];
        let pairs: Vec<(&str, usize)> = names.into_iter().zip(figures).collect();
        common::figure(name, &pairs);
    }
}
