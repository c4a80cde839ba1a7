//! The packs of Azure and Google: for every rule a pair that it calls equal, and one that it does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PACKS: [&str; 2] =
    [include_str!("../packs/azure.yaml"), include_str!("../packs/google.yaml")];

/// Rule, type, what is declared, what is as good as that, and what is not.
const PAIRS: &str = r#"
- [arm-states, microsoft.cache/redis, {properties: {a: 1}}, {properties: {a: 1, provisioningState: Failed}}, {properties: {a: 2}}]
- [arm-secrets, microsoft.compute/virtualmachines, {properties: {osProfile: {adminPassword: abcdefgh, adminUsername: a}}}, {properties: {osProfile: {adminUsername: a}}}, {properties: {osProfile: {adminUsername: b}}}]
- [azurerm-arguments, azurerm_public_ip, {timeouts: {read: 1m}, sku: a}, {sku: a}, {sku: b}]
- [azurerm-tags, azurerm_public_ip, {tags: null}, {tags: {}}, {tags: {a: b}}]
- [azurerm-ids, azurerm_public_ip, {resource_group_name: Shop, sku: a}, {resource_group_name: shop, sku: a}, {resource_group_name: shops, sku: a}]
- [azurerm-sets, azurerm_virtual_network, {address_space: [a, b]}, {address_space: [b, a]}, {address_space: [b, c]}]
- [azurerm-empties, azurerm_managed_disk, {os_type: "", source_resource_id: null}, {}, {os_type: Linux}]
- [security-rules-by-name, azurerm_network_security_group, {security_rule: [{name: a, priority: 1}, {name: b, priority: 2}]}, {security_rule: [{name: b, priority: 2}, {name: a, priority: 1}]}, {security_rule: [{name: b, priority: 1}, {name: a, priority: 2}]}]
- [security-rule-sets, azurerm_network_security_group, {security_rule: [{name: a, source_port_ranges: ["1", "2"]}]}, {security_rule: [{name: a, source_port_ranges: ["2", "1"]}]}, {security_rule: [{name: a, source_port_ranges: ["2", "3"]}]}]
- [security-rule-empties, azurerm_network_security_group, {security_rule: [{name: a, description: ""}]}, {security_rule: [{name: a}]}, {security_rule: [{name: a, description: x}]}]
- [routes-by-name, azurerm_route_table, {route: [{name: a, t: 1}, {name: b, t: 2}]}, {route: [{name: b, t: 2}, {name: a, t: 1}]}, {route: [{name: b, t: 1}, {name: a, t: 2}]}]
- [route-hops, azurerm_route_table, {route: [{name: a, next_hop_in_ip_address: ""}]}, {route: [{name: a}]}, {route: [{name: a, next_hop_in_ip_address: 10.0.0.1}]}]
- [google-arguments, google_compute_network, {timeouts: {read: 1m}, mtu: 1}, {mtu: 1}, {mtu: 2}]
- [google-labels, google_pubsub_topic, {labels: null}, {labels: {}}, {labels: {a: b}}]
- [firewall-sets, google_compute_firewall, {allow: [{protocol: tcp}, {protocol: udp}], deny: []}, {allow: [{protocol: udp}, {protocol: tcp}]}, {allow: [{protocol: udp}, {protocol: icmp}]}]
- [firewall-protocols, google_compute_firewall, {allow: [{protocol: TCP}]}, {allow: [{protocol: tcp}]}, {allow: [{protocol: udp}]}]
- [instance-sets, google_compute_instance, {tags: [a, b]}, {tags: [b, a]}, {tags: [b]}]
- [google-empties, google_compute_instance, {hostname: "", description: null, mtu: 1}, {mtu: 1}, {hostname: x, mtu: 1}]
"#;

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn detect(rules: &[Value], case: &Value, actual: &Value) -> Report {
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    let detector = Detector::builder().packs(Packs::none()).rules(rules).build().unwrap();
    let side = |attributes: &Value| {
        json!([{"type": case[1], "id": "x", "attributes": attributes}]).to_string()
    };
    let (desired, actual) = (side(&case[2]), side(actual));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &context)
}

#[test]
fn every_rule_says_why_and_calls_one_pair_equal_and_another_not() {
    let rules: Vec<Value> =
        PACKS.iter().flat_map(|pack| yaml(pack)["rules"].as_array().unwrap().clone()).collect();
    let mut shown = BTreeSet::new();
    for case in yaml(PAIRS).as_array().unwrap() {
        let id = case[0].as_str().unwrap();
        shown.insert(id.to_owned());
        let others: Vec<Value> = rules.iter().filter(|rule| rule["id"] != id).cloned().collect();
        let equal = detect(&rules, case, &case[3]);
        assert!(
            equal.findings.is_empty() && equal.undeclared.is_empty(),
            "{id}: {}",
            equal.to_text(false)
        );
        let differs = detect(&rules, case, &case[4]);
        assert!(!differs.findings.is_empty() || !differs.undeclared.is_empty(), "{id}");
        let bare = detect(&others, case, &case[3]);
        assert_ne!(bare.to_json(), equal.to_json(), "{id}: it makes no difference");
    }
    for rule in &rules {
        assert!(shown.contains(rule["id"].as_str().unwrap()), "no pair shows {}", rule["id"]);
        for field in ["reason", "source"] {
            assert!(rule[field].as_str().is_some_and(|text| text.len() > 10), "{}", rule["id"]);
        }
    }
}
