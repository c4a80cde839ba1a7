//! Many changes of which the catalogue of findings says what they mean: what is said of them grows with their
//! number alone. The sizes are those of `wide`.

use super::wide::{complete, each, list};
use super::*;

/// A detection with all packs; what is written of it has a bound for each change.
fn judged(type_name: &str, [desired, actual]: [&str; 2]) -> drift_core::Report {
    let document = |attributes: &str| {
        format!(
            r#"[{{"type":"{type_name}","provider":"{}","id":"i","attributes":{attributes}}}]"#,
            provider(type_name)
        )
    };
    detect([&document(desired), &document(actual)])
}

fn provider(type_name: &str) -> &str {
    if type_name.starts_with("aws_") { "aws" } else { "kubernetes" }
}

fn detect([desired, actual]: [&str; 2]) -> drift_core::Report {
    let parse = |text| Snapshot::parse_with(str::as_bytes(text), &complete()).unwrap();
    let (desired, actual) = (parse(desired), parse(actual));
    let detector = Detector::builder().build().unwrap();
    let report = detector.detect(&desired, &actual, &Context::at(at()).with_seed(Seed([7, 9])));
    let changes: usize = report.findings.iter().map(|finding| finding.changes.len()).sum();
    let written = report.to_json().len();
    assert!(written < 4096 * (changes + report.findings.len() + 4), "{written} for {changes}");
    report
}

fn address(index: usize, of: u8) -> String {
    let [.., high, low] = index.to_be_bytes();
    format!(r#""{of}.{}.{high}.{low}/32""#, index >> 16)
}

fn rule(port: usize, cidrs: &str) -> String {
    format!(r#"{{"protocol":"tcp","from_port":{port},"to_port":{port},"cidr_blocks":{cidrs}}}"#)
}

#[test]
fn one_rule_with_many_addresses() {
    each("one rule, every address another", |size| {
        let rules = |of: u8| {
            let cidrs = list(size, |i| address(i, of));
            format!(r#"{{"ingress":[{},{}]}}"#, rule(22, &cidrs), rule(80, "[\"10.0.0.0/8\"]"))
        };
        let report = judged("aws_security_group", [&rules(10), &rules(11)]);
        let changes = &report.findings[0].changes;
        assert_eq!(changes.len(), 2 * size);
        assert!(
            changes[0].path.starts_with("ingress[from_port=22,protocol="),
            "{}",
            changes[0].path
        );
        assert_eq!(report.findings[0].rule.as_deref(), Some("net.ingress_widened"));
    });
}

#[test]
fn many_rules() {
    each("every rule another", |size| {
        let rules = |of: u8| {
            let rules = list(size, |i| rule(i % 60_000, &format!("[{}]", address(i, of))));
            format!(r#"{{"ingress":{rules}}}"#)
        };
        let report = judged("aws_security_group", [&rules(10), &rules(11)]);
        assert!(report.findings[0].changes.len() >= size);
    });
    each("every rule gone, and as many new", |size| {
        let rules = |of: usize| {
            let rules = list(size, |i| rule(of + i % 30_000, &format!("[{}]", address(i, 10))));
            format!(r#"{{"ingress":{rules}}}"#)
        };
        let report = judged("aws_security_group", [&rules(0), &rules(30_000)]);
        assert!(report.findings[0].changes.len() >= size);
    });
}

#[test]
fn one_container_with_many_variables() {
    each("one container, every variable another", |size| {
        let pod = |value: &str| {
            let env = list(size, |i| format!(r#"{{"name":"V{i}","value":"{value}"}}"#));
            format!(
                r#"{{"spec":{{"template":{{"spec":{{"containers":[{{"name":"web","env":{env}}}]}}}}}}}}"#
            )
        };
        let report = judged("apps/Deployment", [&pod("a"), &pod("b")]);
        assert_eq!(report.findings[0].changes.len(), size);
    });
}

#[test]
fn many_statements() {
    each("every statement another", |size| {
        let policy = |action: &str| {
            let statements = list(size, |i| {
                format!(
                    r#"{{"Sid":"S{i}","Effect":"Allow","Action":"s3:{action}","Resource":"arn:aws:s3:::b{i}"}}"#
                )
            });
            let text = format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#);
            format!(r#"{{"policy":{}}}"#, serde_json::json!(text))
        };
        let report = judged("aws_iam_policy", [&policy("GetObject"), &policy("PutObject")]);
        assert_eq!(report.findings[0].changes.len(), size);
    });
}

#[test]
fn many_guessed_keys() {
    each("every list by a key that is guessed", |size| {
        let lists = |value: usize| {
            let fields = list(size, |i| {
                format!(r#""l{i}":[{{"name":"a","v":{value}}},{{"name":"b","v":0}}]"#)
            });
            format!("{{{}}}", &fields[1..fields.len() - 1])
        };
        let report = judged("t", [&lists(0), &lists(1)]);
        assert_eq!(report.findings[0].changes.len(), size);
    });
}

#[test]
fn many_resources_with_a_change_each() {
    each("every group opened", |size| {
        let groups = |cidr: &str| {
            list(size, |i| {
                let rules = format!("[{}]", rule(22, &format!("[\"10.0.0.0/8\",\"{cidr}\"]")));
                format!(
                    r#"{{"type":"aws_security_group","provider":"aws","id":"sg-{i}","attributes":{{"ingress":{rules}}}}}"#
                )
            })
        };
        let report = detect([&groups("192.168.0.0/16"), &groups("0.0.0.0/0")]);
        assert_eq!((report.findings.len(), report.causes.len()), (size, 1));
    });
}
