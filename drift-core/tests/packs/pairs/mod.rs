//! Packs that are written by hand, but for those of AWS and Kubernetes: for every rule a pair that it calls equal,
//! and one that it does not.

use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const OTHERS: [&str; 5] = [
    include_str!("../../../packs/azure.yaml"),
    include_str!("../../../packs/google.yaml"),
    include_str!("../../../packs/sql.yaml"),
    include_str!("../../../packs/terraform.yaml"),
    include_str!("../../../packs/tools.yaml"),
];
const CLOUDFORMATION: [&str; 1] = [include_str!("../../../packs/cloudformation.yaml")];

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn detector<'r>(rules: impl Iterator<Item = &'r Value>) -> Detector {
    let rules: Vec<&Value> = rules.collect();
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    Detector::builder().packs(Packs::none()).rules(rules).build().unwrap()
}

fn detect(detector: &Detector, case: &Value, actual: &Value) -> Report {
    let side = |attributes: &Value| {
        let provider = case[5].as_str().unwrap_or("any");
        let mut resource =
            json!({"provider": provider, "type": case[1], "id": "x", "attributes": attributes});
        if let Some(manager) = case[6].as_str() {
            resource["managed_by"] = manager.into();
        }
        json!([resource]).to_string()
    };
    let (desired, actual) = (side(&case[2]), side(actual));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &context)
}

/// All that a report says but for how often which rule matched.
fn findings(report: &Report) -> Value {
    let mut report: Value = serde_json::from_str(&report.to_json()).unwrap();
    report["rule_usage"] = Value::Null;
    report
}

/// Whether every rule says why, calls one pair equal and another not, and makes a difference to one of them.
fn check(packs: &[&str], pairs: &str) {
    let rules: Vec<Value> =
        packs.iter().flat_map(|pack| yaml(pack)["rules"].as_array().unwrap().clone()).collect();
    let mut shown = BTreeSet::new();
    let mut wrong = Vec::new();
    let all = detector(rules.iter());
    for case in yaml(pairs).as_array().unwrap() {
        let id = case[0].as_str().unwrap();
        shown.insert(id.to_owned());
        let others = detector(rules.iter().filter(|rule| rule["id"] != id));
        let equal = detect(&all, case, &case[3]);
        if !equal.findings.is_empty() || !equal.undeclared.is_empty() {
            let said = findings(&equal);
            wrong.push(format!("{id}: not equal: {} {}", said["findings"], said["undeclared"]));
        }
        let differs = detect(&all, case, &case[4]);
        if differs.findings.is_empty() && differs.undeclared.is_empty() {
            wrong.push(format!("{id}: no difference is found"));
        }
        let changed = |actual: &Value, with: &Report| {
            findings(&detect(&others, case, actual)) != findings(with)
        };
        if !changed(&case[3], &equal) && !changed(&case[4], &differs) {
            wrong.push(format!("{id}: it makes no difference"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in &rules {
        assert!(shown.contains(rule["id"].as_str().unwrap()), "no pair shows {}", rule["id"]);
        for field in ["reason", "source"] {
            assert!(rule[field].as_str().is_some_and(|text| text.len() > 10), "{}", rule["id"]);
        }
    }
}

#[test]
fn cloudformation() {
    check(&CLOUDFORMATION, include_str!("cloudformation.yaml"));
}

#[test]
fn others() {
    check(&OTHERS, include_str!("others.yaml"));
}
