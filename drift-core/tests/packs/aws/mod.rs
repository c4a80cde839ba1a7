//! The AWS pack and the mappings that are built in: for every rule of the pack resources that show
//! what it does, and that without it they come out otherwise.

use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{
    Context, Detector, Format, Mapping, Packs, ParseOptions, Report, Rules, Snapshot, Timestamp,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PACK: &str = include_str!("../../../packs/aws.yaml");
const PAIRS: &str = include_str!("pairs.yaml");

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn pack() -> Vec<Value> {
    yaml(PACK)["rules"].as_array().unwrap().clone()
}

fn pairs() -> Vec<Value> {
    yaml(PAIRS).as_array().unwrap().clone()
}

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn detector(rules: &[Value]) -> Detector {
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    Detector::builder().packs(Packs::none()).rules(rules).build().unwrap()
}

/// The report on one resource of the case's type, with these attributes on each side.
fn detect(detector: &Detector, case: &Value, actual: &str) -> Report {
    let type_name = case["type"].as_str().unwrap_or("aws_security_group");
    let side = |attributes: &Value| {
        let list = json!([{"type": type_name, "id": "x", "attributes": attributes}]);
        serde_json::to_vec(&list).unwrap()
    };
    let (desired, actual) = (side(&case["desired"]), side(&case[actual]));
    let parse = |bytes| Snapshot::parse(bytes, Format::Records).unwrap();
    detector.detect(&parse(&desired), &parse(&actual), &Context::at(at()))
}

/// Whether nothing at all is to be told.
fn is_clean(report: &Report) -> bool {
    let lists = [&report.undeclared, &report.unknown, &report.pending];
    report.findings.is_empty() && lists.iter().all(|list| list.is_empty())
}

#[test]
fn every_rule_says_why_and_where_from() {
    for rule in pack() {
        for field in ["reason", "source"] {
            let text = rule[field].as_str().unwrap_or_default();
            assert!(text.len() > 10, "{}: no {field}", rule["id"]);
        }
    }
}

#[test]
fn every_rule_calls_one_pair_equal_and_another_not() {
    let pack = pack();
    let mut shown = BTreeSet::new();
    for case in pairs() {
        let id = case["rule"].as_str().unwrap();
        let own = pack.iter().find(|rule| rule["id"] == id);
        let own = own.unwrap_or_else(|| panic!("the pack has no rule {id}"));
        shown.insert(id.to_owned());
        let others: Vec<Value> = pack.iter().filter(|rule| rule["id"] != id).cloned().collect();
        let (whole, without) = (detector(&pack), detector(&others));
        let [equal, differs] = ["equal", "differs"].map(|side| detect(&whole, &case, side));
        if own.get("secret").is_some() {
            // Shown with the rule, and hidden without it.
            let bare = detect(&without, &case, "equal").to_json();
            assert!(bare.contains("$redacted") && !equal.to_json().contains("$redacted"), "{id}");
            assert!(differs.to_json().contains("$redacted"), "{id}");
            continue;
        }
        if own.get("undeclared").is_some() || own.get("closed").is_some() {
            // What is live alone is drift, and would only be listed without the rule.
            let bare = detect(&without, &case, "equal");
            assert!(!equal.findings.is_empty() && equal.undeclared.is_empty(), "{id}");
            assert!(bare.findings.is_empty() && !bare.undeclared.is_empty(), "{id}");
            assert!(is_clean(&differs), "{id}");
            continue;
        }
        let written_only = |report: &Report| {
            report.findings.is_empty()
                && report.undeclared.is_empty()
                && report.unknown.iter().all(|change| change.kind.as_str() == "removed")
        };
        let gap = own.get("read_gap").is_some() || own.get("write_only").is_some();
        let passes = if gap { written_only(&equal) } else { is_clean(&equal) };
        assert!(passes, "{id}: {}", equal.to_text(false));
        let text = differs.to_text(false);
        assert!(!differs.findings.is_empty() || !differs.undeclared.is_empty(), "{id}: {text}");
        // What may be shown makes a difference where something is.
        let side = if own.get("secret").is_some() { &differs } else { &equal };
        let name = if own.get("secret").is_some() { "differs" } else { "equal" };
        let bare = detect(&without, &case, name);
        assert_ne!(bare.to_json(), side.to_json(), "{id}: it makes no difference");
    }
    let all: BTreeSet<String> =
        pack.iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect();
    let missing: Vec<_> = all.difference(&shown).collect();
    assert!(missing.is_empty(), "no pair shows {missing:?}");
}

#[test]
fn what_a_projection_does_not_read_is_unknown_and_what_it_reads_may_be_gone() {
    let mapping = Mapping::from_yaml(
        "{items: '$[*]', type: {const: t}, id: $.id, attributes: {a: $.A, b: $.B, \
        rows: {each: '$.Rows[*]', fields: {n: '@.N'}}}}",
    );
    let options = ParseOptions { mapping: mapping.ok(), ..ParseOptions::default() };
    let desired = br#"[{"type": "t", "id": "x",
        "attributes": {"a": 1, "b": 2, "c": 3, "rows": [{"n": 1, "m": 2}]}}]"#;
    let actual = br#"[{"id": "x", "A": 9, "Rows": [{"N": 1}]}]"#;
    let desired = Snapshot::parse(desired, Format::Auto).unwrap();
    let actual = Snapshot::parse_with(actual, &options).unwrap();
    let detector = Detector::builder().packs(Packs::none()).build().unwrap();
    let context = Context::at(at());
    let report = detector.detect(&desired, &actual, &context);
    let found: Vec<_> = report.findings[0].changes.iter().collect();
    let found: Vec<_> =
        found.iter().map(|c| (c.path.as_str(), c.actual_pointer.as_deref())).collect();
    assert_eq!(found, [("a", Some("/A")), ("b", None)]);
    let unknown: Vec<_> = report.unknown.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(unknown, ["c", "rows[0].m"]);
    assert_eq!(report.unknown[0].reason, "the mapping of the live side does not read the field");
    assert!(report.partial);
}

#[test]
fn pointers_lead_into_the_answer_of_the_api() {
    let live = br#"{"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "OwnerId": "1",
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
             "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "0.0.0.0/0"}]}]}]}"#;
    let desired = br#"[{"provider": "aws", "type": "aws_security_group", "id": "sg-1", "attributes": {
        "ingress": [
            {"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["10.0.0.0/8"], "self": false,
             "description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": []},
            {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/8"], "self": false,
             "description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": []}]}}]"#;
    // Told by its looks, without any option.
    let actual = Snapshot::parse(live, Format::Auto).unwrap();
    let desired = Snapshot::parse(desired, Format::Auto).unwrap();
    let context = Context::at(at());
    let report = Detector::builder().build().unwrap().detect(&desired, &actual, &context);
    let [change] = report.findings[0].changes.as_slice() else {
        panic!("{}", report.to_text(false))
    };
    assert_eq!(change.actual_pointer.as_deref(), Some("/IpPermissions/1/IpRanges/1/CidrIp"));
    assert_eq!(change.severity.as_str(), "critical");
    assert_eq!(
        report.findings[0].resource.source.actual.as_ref().unwrap().pointer,
        "/SecurityGroups/0"
    );
}
