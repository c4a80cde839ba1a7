//! Equalities on public documents: policies of IAM in other spellings, and with one change each.

use crate::common;

use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::Path;

const RULE: &str = "[{id: p, paths: [/policy], equal: iam_policy}]";

/// Adds every policy in a document, also those in strings.
fn policies(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let statements = match fields.get("Statement") {
                Some(Value::Array(items)) => items.iter().collect(),
                Some(one @ Value::Object(_)) => vec![one],
                _ => Vec::new(),
            };
            let is_statement = |statement: &&Value| statement["Effect"].is_string();
            if !statements.is_empty() && statements.iter().all(is_statement) {
                found.insert(value.to_string());
                return;
            }
            fields.values().for_each(|field| policies(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| policies(item, found)),
        Value::String(text) if text.contains("Statement") => {
            if let Ok(inner) = serde_json::from_str(text) {
                policies(&inner, found);
            }
        }
        _ => {}
    }
}

fn all_policies(corpus: &Path) -> Vec<Value> {
    let mut found = BTreeSet::new();
    for folder in ["aws-drift", "cloudformation", "other-layers/iam", "terraform", "pulumi"] {
        for file in common::files(&corpus.join(folder), &["json", "tfstate"]) {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let values = serde_json::from_str::<Value>(&text).ok();
            values.iter().for_each(|value| policies(value, &mut found));
        }
    }
    found.iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

/// One value in a list or not, a list backwards.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(items) if items.len() == 1 => items[0].clone(),
        Value::Array(items) => items.iter().rev().cloned().collect(),
        single => json!([single]),
    }
}

fn swapped_case(text: &str) -> String {
    let swap = |c: char| {
        if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
    };
    text.chars().map(swap).collect()
}

fn statements(policy: &Value) -> Vec<Value> {
    match &policy["Statement"] {
        Value::Array(items) => items.clone(),
        single => vec![single.clone()],
    }
}

/// A statement in another spelling.
fn respelled(statement: &Value) -> Value {
    let mut fields = Map::new();
    for (name, value) in statement.as_object().unwrap().iter().rev() {
        let other = match (name.as_str(), value) {
            ("Action" | "NotAction", Value::String(action)) => json!([swapped_case(action)]),
            ("Resource" | "NotResource", value) if !value.is_object() => turned(value),
            ("Principal" | "NotPrincipal", Value::String(_)) => json!({"AWS": ["*"]}),
            ("Principal" | "NotPrincipal", Value::Object(kinds)) => kinds
                .iter()
                .map(|(kind, who)| {
                    (kind.clone(), if who.is_object() { who.clone() } else { turned(who) })
                })
                .collect(),
            ("Condition", Value::Object(operators)) => operators
                .iter()
                .map(|(operator, keys)| {
                    let keys = keys.as_object().into_iter().flatten();
                    let keys = keys.map(|(key, value)| {
                        let whole = value.is_object() || key.starts_with("Fn::");
                        let value = if whole { value.clone() } else { turned(value) };
                        (if whole { key.clone() } else { swapped_case(key) }, value)
                    });
                    (operator.clone(), Value::Object(keys.collect()))
                })
                .collect(),
            (_, other) => other.clone(),
        };
        fields.insert(name.clone(), other);
    }
    if fields.get("Condition").is_none() {
        fields.insert("Condition".to_owned(), json!({}));
    }
    Value::Object(fields)
}

/// The policy in another spelling: percent-encoded, with statements backwards and one twice.
fn other_spelling(policy: &Value) -> Value {
    let mut statements: Vec<Value> = statements(policy).iter().rev().map(respelled).collect();
    if statements[0].get("Sid").is_none() {
        statements.push(statements[0].clone());
    }
    let mut other = policy.clone();
    other["Statement"] =
        if let [one] = statements.as_slice() { one.clone() } else { statements.into() };
    if other.get("Version").is_none() {
        other["Version"] = json!("2008-10-17");
    }
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    Value::String(other.to_string().bytes().map(byte).collect())
}

/// The policy with one change each that means something.
fn changed(policy: &Value) -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Value)| {
        let mut other = policy.clone();
        let mut all = statements(policy);
        change(&mut all[0]);
        other["Statement"] = all.into();
        found.push((what, other));
    };
    let effect =
        if policy["Statement"][0]["Effect"] == "Deny" || policy["Statement"]["Effect"] == "Deny" {
            "Allow"
        } else {
            "Deny"
        };
    with("effect", &|s| s["Effect"] = json!(effect));
    with("condition", &|s| s["Condition"]["StringEquals"]["aws:added"] = json!("x"));
    with("resource", &|s| s["Resource"] = json!(["arn:aws:s3:::added"]));
    with("action", &|s| s["Action"] = json!(["added:Added"]));
    with("principal", &|s| s["Principal"]["Added"] = json!("x"));
    let mut other = policy.clone();
    other["Version"] =
        json!(if policy["Version"] == "2012-10-17" { "2008-10-17" } else { "2012-10-17" });
    found.push(("version", other));
    let mut other = policy.clone();
    let mut all = statements(policy);
    all.push(json!({"Effect": "Allow", "Action": "added:Added", "Resource": "*"}));
    other["Statement"] = all.into();
    found.push(("statement", other));
    found
}

fn detect(detector: &Detector, desired: &Value, actual: &Value) -> Report {
    let side = |policy: &Value| {
        json!([{"type": "t", "id": "x", "attributes": {"policy": policy}}]).to_string()
    };
    let (desired, actual) = (side(desired), side(actual));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let at = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &at)
}

/// Whether the parts that this test changes are maps.
fn is_plain(policy: &Value) -> bool {
    statements(policy).iter().all(|statement| {
        let is_map = |part: &Value| part.is_null() || part.is_object();
        let (who, when) = (&statement["Principal"], &statement["Condition"]);
        is_map(who) && is_map(when) && is_map(&when["StringEquals"])
    })
}

#[test]
fn policies_in_other_spellings_are_equal_and_changed_ones_are_not() {
    let Some(corpus) = common::corpus() else { return };
    let rules = Rules::from_yaml(RULE).unwrap();
    let detectors = [true, false].map(|hashing| {
        let builder = Detector::builder().packs(Packs::none()).rules(rules.clone());
        builder.hashing(hashing).build().unwrap()
    });
    let (mut same, mut differ) = (0, 0);
    let all = all_policies(&corpus);
    for policy in &all {
        for detector in &detectors {
            for (desired, actual) in
                [(policy.clone(), other_spelling(policy)), (other_spelling(policy), policy.clone())]
            {
                let report = detect(detector, &desired, &actual);
                let clean = report.findings.is_empty() && report.undeclared.is_empty();
                assert!(clean, "{policy}\n{actual}\n{}", report.to_text(false));
                same += 1;
            }
            for (what, other) in if is_plain(policy) { changed(policy) } else { Vec::new() } {
                let report = detect(detector, policy, &other);
                let found = report.findings.iter().flat_map(|finding| &finding.changes).count();
                assert!(found > 0, "{what}: {policy}\n{other}");
                let whole = report.findings[0].changes.iter().any(|change| change.path == "policy");
                assert!(!whole, "{what} is found inside: {}", report.to_text(false));
                differ += 1;
            }
        }
    }
    assert!(all.len() > 50, "{} policies", all.len());
    common::figure(
        "iam policies",
        &[("documents", all.len()), ("equal", same), ("changes found", differ)],
    );
}
