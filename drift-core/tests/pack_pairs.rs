//! The packs of Azure, Google, databases and tools: for every rule a pair that it calls equal, and one that
//! it does not.
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

const PACKS: [&str; 4] = [
    include_str!("../packs/azure.yaml"),
    include_str!("../packs/google.yaml"),
    include_str!("../packs/sql.yaml"),
    include_str!("../packs/tools.yaml"),
];

/// Rule, type, what is declared, what is as good as that, what is not, and the provider where the rule asks.
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
- [columns-are-all-there-are, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, postgresql]
- [columns-are-all-there-are-mysql, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, mysql]
- [columns-are-all-there-are-sqlite, table, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int}]}, {columns: [{name: a, type: int, default: "1"}]}, sqlite]
- [by-name, table, {columns: [{name: a, type: int}, {name: b, type: text}]}, {columns: [{name: b, type: text}, {name: a, type: int}]}, {columns: [{name: b, type: int}, {name: a, type: text}]}]
- [by-columns, table, {unique: [{columns: a, deferrable: true}, {columns: b}]}, {unique: [{columns: b}, {columns: a, deferrable: true}]}, {unique: [{columns: b, deferrable: true}, {columns: a}]}]
- [told-by-name, table, {collations: [{name: a, collation: x}]}, {collations: [{name: b, collation: y}, {name: a, collation: x}]}, {collations: [{name: a, collation: y}]}]
- [names-of-constraints, table, {unique: [{columns: a, name: u}]}, {unique: [{columns: a, name: made_up}]}, {unique: [{columns: b, name: u}]}]
- [collations-and-comments, table, {a: 1}, {a: 1, comment: x}, {a: 2}]
- [checks-in-any-order, table, {checks: [a > 1, b > 1]}, {checks: [b > 1, a > 1]}, {checks: [a > 1]}]
- [kong-sets, kong_route, {paths: [/a, /b]}, {paths: [/b, /a]}, {paths: [/a]}]
- [kong-secrets, kong_certificate, {key: abcdefgh}, {key: abcdefgh}, {key: ijklmnop}]
- [kong-url, kong_service, {url: "http://h", retries: 1}, {retries: 1}, {url: "http://i", retries: 1}]
- [openapi-sets, openapi_schema, {required: [a, b]}, {required: [b, a]}, {required: [a]}]
- [openapi-operation-tags, openapi_operation, {tags: [a, b]}, {tags: [b, a]}, {tags: [a]}]
- [openapi-parameters, openapi_operation, {parameters: [{name: a, in: path}, {name: a, in: query, required: true}]}, {parameters: [{name: a, in: query, required: true}, {name: a, in: path}]}, {parameters: [{name: a, in: query}, {name: a, in: path}]}]
- [envoy-virtual-hosts, envoy_listener, {virtual_hosts: [{name: a, domains: [x]}, {name: b, domains: [y]}]}, {virtual_hosts: [{name: b, domains: [y]}, {name: a, domains: [x]}]}, {virtual_hosts: [{name: b, domains: [x]}, {name: a, domains: [y]}]}]
- [github-needs, github_workflow_job, {needs: [a, b]}, {needs: [b, a]}, {needs: [a]}]
- [github-variable-values, github_actions_variable, {value: abcdefgh}, {value: abcdefgh}, {value: ijklmnop}]
- [github-runner-labels, github_actions_runner, {labels: [{name: a, type: custom}, {name: b, type: read-only}]}, {labels: [{name: b, type: read-only}, {name: a, type: custom}]}, {labels: [{name: a, type: custom}]}]
- [github-runner-label-ids, github_actions_runner, {labels: [{name: a, id: 1}]}, {labels: [{name: a, id: 2}]}, {labels: [{name: b, id: 1}]}]
- [github-addresses, github_branch_protection, {enforce_admins: {url: a, enabled: true}}, {enforce_admins: {url: b, enabled: true}}, {enforce_admins: {url: a, enabled: false}}]
- [github-environment-addresses, github_environment, {reviewer: {node_id: a, type: User}}, {reviewer: {node_id: b, type: User}}, {reviewer: {node_id: a, type: Team}}]
- [github-sets, github_repository, {topics: [a, b]}, {topics: [b, a]}, {topics: [a]}]
- [gitlab-sets, gitlab_job, {tags: [a, b]}, {tags: [b, a]}, {tags: [a]}]
- [prometheus-rules, prometheus_rule_group, {rules: [{name: a, expr: x}]}, {rules: [{name: a, expr: x}]}, {rules: [{name: a, expr: y}]}]
- [alertmanager-secrets, alertmanager_receiver, {slack_configs: [{api_url: abcdefgh}]}, {slack_configs: [{api_url: abcdefgh}]}, {slack_configs: [{api_url: ijklmnop}]}]
- [prometheus-durations, prometheus_rule_group, {interval: 1m, rules: [{alert: a, for: 5m}]}, {interval: 60s, rules: [{alert: a, for: 300s}]}, {interval: 1m, rules: [{alert: a, for: 5s}]}]
- [prometheus-rule-durations, monitoring.coreos.com/PrometheusRule, {spec: {groups: [{name: a, interval: 1m, rules: [{alert: a, for: 1h}]}]}}, {spec: {groups: [{name: a, interval: 60s, rules: [{alert: a, for: 60m}]}]}}, {spec: {groups: [{name: a, interval: 1m, rules: [{alert: a, for: 1m}]}]}}]
- [alertmanager-durations, alertmanager_route, {group_wait: 30s, routes: [{repeat_interval: 1d}]}, {group_wait: 30000ms, routes: [{repeat_interval: 24h}]}, {group_wait: 30s, routes: [{repeat_interval: 1w}]}]
- [policies, aws_iam_policy_document, {Version: "2012-10-17", Statement: [{Effect: Allow, Action: [a:B, a:C], Principal: "*"}]}, {Version: "2012-10-17", Statement: {Effect: Allow, Action: [a:c, A:b], Principal: {AWS: ["*"]}}}, {Version: "2012-10-17", Statement: [{Effect: Allow, Action: a:B, Principal: "*"}]}]
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
        let provider = case[5].as_str().unwrap_or("any");
        json!([{"provider": provider, "type": case[1], "id": "x", "attributes": attributes}])
            .to_string()
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
        let changed = |actual: &Value, with: &Report| {
            findings(&detect(&others, case, actual)) != findings(with)
        };
        assert!(
            changed(&case[3], &equal) || changed(&case[4], &differs),
            "{id}: it makes no difference"
        );
    }
    for rule in &rules {
        assert!(shown.contains(rule["id"].as_str().unwrap()), "no pair shows {}", rule["id"]);
        for field in ["reason", "source"] {
            assert!(rule[field].as_str().is_some_and(|text| text.len() > 10), "{}", rule["id"]);
        }
    }
}
