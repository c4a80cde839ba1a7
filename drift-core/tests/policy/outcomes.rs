//! Policies over detections: what they say, of which side, and that nothing is lost where they fail.

use drift_core::policy::Policies;
use drift_core::{Context, Detector, Format, Limits, Partial, Report, Snapshot, Timestamp, finish};
use std::collections::BTreeMap;

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn snapshot(text: &str) -> Snapshot<'_> {
    Snapshot::parse(text.as_bytes(), Format::Auto).unwrap()
}

fn detector(policies: &str) -> Detector {
    Detector::builder().policies(Policies::from_text(policies).unwrap()).build().unwrap()
}

fn detect(policies: &str, desired: &str, actual: &str) -> Report {
    detector(policies).detect(&snapshot(desired), &snapshot(actual), &Context::at(at()))
}

const PUBLIC: &str = r#"
# METADATA
# title: Buckets are private
# custom:
#   id: s3.public
#   severity: critical
#   enforcement: enforce
#   controls: [PCI-DSS 4.0 1.3.1]
package s3

deny contains msg if {
    input.acl in {"public-read", "public-read-write"}
    msg := sprintf("the bucket is %v", [input.acl])
}
"#;

fn bucket(acl: &str) -> String {
    format!(r#"[{{"type": "bucket", "id": "a", "attributes": {{"acl": "{acl}"}}}}]"#)
}

#[test]
fn a_violation_says_whether_the_drift_has_brought_it() {
    for (desired, actual, status, by_drift) in [
        ("public-read", "public-read", "in_sync", false),
        ("private", "public-read", "drifted", true),
        ("public-read", "private", "drifted", false),
        ("public-read", "public-read-write", "drifted", true),
    ] {
        let report = detect(PUBLIC, &bucket(desired), &bucket(actual));
        let last = &report.policy_violations[0];
        assert_eq!((last.status.as_str(), last.policy.as_str()), (status, "s3.public"));
        let any = report.policy_violations.iter().any(|found| found.introduced_by_drift);
        assert_eq!(any, by_drift, "{desired} {actual}");
        let summary = report.summary.policy.as_ref().unwrap();
        assert!(summary.blocked && !summary.approval_required);
        assert_eq!(report.findings.len(), usize::from(status == "drifted"));
    }
    let report = detect(PUBLIC, &bucket("private"), &bucket("private"));
    assert!(report.policy_violations.is_empty());
    assert_eq!(report.summary.policy.unwrap().policies, 1);
}

#[test]
fn an_unmanaged_resource_is_introduced_only_where_all_is_declared() {
    let report = detect(PUBLIC, "[]", &bucket("public-read"));
    let found = &report.policy_violations[0];
    assert_eq!((found.desired, found.actual, found.introduced_by_drift), (None, Some(true), false));
}

#[test]
fn a_policy_that_loops_is_stopped_and_hides_nothing() {
    let policies = r#"
package loops
deny contains x if {
    some i in numbers.range(1, 1000)
    some j in numbers.range(1, 1000)
    some k in numbers.range(1, 1000)
    x := i + j + k
    x < 0
}
slow(n) if {
    some i in numbers.range(1, 1000)
    some j in numbers.range(1, 1000)
    i * j == n
}
deny_in_a_function contains "x" if {
    some n in numbers.range(1, 1000)
    slow(0 - n)
}
deny_huge contains "x" if count(numbers.range(1, input.n)) > 3
warn contains "told" if input.n > 1
"#;
    let side = |n: u64| format!(r#"[{{"type": "t", "id": "a", "attributes": {{"n": {n}}}}}]"#);
    let limits = Limits { max_policy_steps: 20_000, ..Limits::default() };
    let policies = Policies::from_text(policies).unwrap();
    let detector = Detector::builder().limits(limits).policies(policies).build().unwrap();
    let (desired, actual) = (side(3), side(9_000_000_000));
    let report = detector.detect(&snapshot(&desired), &snapshot(&actual), &Context::at(at()));
    assert_eq!(report.findings.len(), 1);
    let errors: Vec<_> = report
        .policy_errors
        .iter()
        .map(|error| (error.rule.as_str(), error.code.as_str(), format!("{:?}", error.side)))
        .collect();
    let error = |rule: &'static str, code, side: &str| (rule, code, side.to_owned());
    assert_eq!(
        errors,
        [
            error("deny", "step_limit", "Desired"),
            error("deny", "step_limit", "Actual"),
            error("deny_huge", "memory_limit", "Actual"),
            error("deny_in_a_function", "step_limit", "Desired"),
            error("deny_in_a_function", "step_limit", "Actual"),
        ]
    );
    assert_eq!(
        report.policy_errors[0].message,
        "the rule takes more than 20000 steps: `max_policy_steps`"
    );
    assert_eq!(report.policy_violations[0].message, "told");
}

#[test]
fn rules_written_for_conftest_run_unchanged() {
    let policies = r#"
package main

name = input.metadata.name

deny[msg] {
  input.kind == "Deployment"
  not input.spec.template.spec.securityContext.runAsNonRoot
  msg = sprintf("Containers must not run as root in Deployment %s", [name])
}

deny_latest[msg] {
  image := input.spec.template.spec.containers[_].image
  endswith(image, ":latest")
  msg := sprintf("%s uses the tag latest", [image])
}

warn[msg] {
  input.kind == "Deployment"
  not input.metadata.labels["app.kubernetes.io/name"]
  msg = sprintf("%s should have recommended labels", [name])
}

violation[{"msg": msg, "details": {"replicas": input.spec.replicas}}] {
  input.spec.replicas < 2
  msg := "too few replicas"
}

exception[rules] {
  input.metadata.labels.legacy == "true"
  rules = ["latest"]
}

test_deny { deny with input as {"kind": "Deployment"} }
"#;
    let manifest = |replicas: u8| {
        format!(
            r#"
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop, labels: {{legacy: "true"}}}}
spec:
  replicas: {replicas}
  template:
    spec:
      containers: [{{name: web, image: "shop/web:latest"}}]
"#
        )
    };
    let report = detect(policies, &manifest(2), &manifest(1));
    let said: Vec<_> = report
        .policy_violations
        .iter()
        .map(|found| {
            let exempted = found.exempted.is_some();
            let said = (found.rule.as_str(), found.message.as_str());
            (said, found.introduced_by_drift, exempted, found.enforcement.as_str())
        })
        .collect();
    let deny = "Containers must not run as root in Deployment web";
    let expected = [
        (("deny", deny), false, false, "warn"),
        (("deny_latest", "shop/web:latest uses the tag latest"), false, true, "warn"),
        (("violation", "too few replicas"), true, false, "warn"),
        (("warn", "web should have recommended labels"), false, false, "warn"),
    ];
    assert_eq!(said, expected);
    assert!(report.policy_errors.is_empty(), "{:?}", report.policy_errors);
}

#[test]
fn templates_of_gatekeeper_see_a_review() {
    let policies = r#"
version: 1
policies:
  - id: required-labels
    match: {provider: kubernetes}
    parameters: {labels: [owner]}
    rego: |
      package k8srequiredlabels
      violation[{"msg": msg, "details": {"missing_labels": missing}}] {
        provided := {label | input.review.object.metadata.labels[label]}
        required := {label | label := input.parameters.labels[_]}
        missing := required - provided
        count(missing) > 0
        msg := sprintf("%v %v must have %v", [input.review.kind.kind, input.review.name, missing])
      }
"#;
    let manifest = "{apiVersion: v1, kind: Service, metadata: {name: web, labels: {a: b}}}";
    let report = detect(policies, manifest, manifest);
    let messages: Vec<_> = report.policy_violations.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(messages, [r#"Service web must have {"owner"}"#]);
}

#[test]
fn any_split_gives_the_same_bytes() {
    let policies =
        format!("{PUBLIC}\nwarn_id contains input.name if input.n > 10\ndeny_broken contains 1\n");
    let side = |shift: usize| {
        let one = |n: usize| {
            let acl = ["private", "public-read"][(n + shift) % 2];
            let attributes = format!(r#"{{"acl": "{acl}", "n": {n}, "name": "b{}"}}"#, n % 7);
            format!(r#"{{"type": "bucket", "id": "b{n}", "attributes": {attributes}}}"#)
        };
        format!("[{}]", (shift * 3..150).map(one).collect::<Vec<_>>().join(","))
    };
    let (desired, actual) = (side(0), side(1));
    let (desired, actual) = (snapshot(&desired), snapshot(&actual));
    let context = Context::at(at());
    let run = |threads: usize, hashing: bool| {
        let policies = Policies::from_text(&policies).unwrap();
        let builder = Detector::builder().policies(policies).threads(threads).hashing(hashing);
        builder.build().unwrap()
    };
    let whole = run(1, true).detect(&desired, &actual, &context).to_json();
    assert!(whole.contains("policy_violations") && whole.contains("policy_errors"));
    assert_eq!(run(4, true).detect(&desired, &actual, &context).to_json(), whole);
    assert_eq!(run(1, false).detect(&desired, &actual, &context).to_json(), whole);
    let parts = run(2, true).partials(&desired, &actual, &context, 5);
    let parts = parts.iter().rev().map(|part| Partial::from_json(&part.to_json()).unwrap());
    let merged = parts.reduce(Partial::merge).unwrap();
    assert_eq!(finish(merged, at()).to_json(), whole);
    assert_eq!(Report::from_json(&whole).unwrap().to_json(), whole);
}

#[test]
fn faults_of_a_policy_are_told_with_their_place() {
    type Case = (&'static str, &'static str, Option<(usize, usize)>);
    let cases: [Case; 14] = [
        ("package a\ndeny contains x if {\n  x := \n}\n", "", Some((3, 0))),
        (
            "package a\ndeny contains x if { x := http.send({}) }",
            "`http.send` is not available",
            Some((2, 27)),
        ),
        (
            "package a\ndeny if rand.intn(\"a\", 2) == 1",
            "`rand.intn` is not available",
            Some((2, 9)),
        ),
        ("package a\ndeny if opa.runtime()", "`opa.runtime` is not available", Some((2, 9))),
        (
            "package a\ndeny contains \"x\" if { input.kind == \"Nope\"; no.such_function(1) }",
            "there is no function `no.such_function`",
            Some((2, 46)),
        ),
        (
            "package a\nimport data.lib\ndeny if lib.other(1)",
            "there is no function `lib.other`",
            Some((3, 9)),
        ),
        (
            "version: 1\npolicies:\n  - id: a\n    rego: |\n      package a\n      deny if startwith(input.a, 1)\n",
            "there is no function `startwith`",
            Some((6, 15)),
        ),
        ("package a\nf(x) := f(x)\ndeny if f(1)", "calls itself", None),
        ("package a\ndeny if { x > 1 }", "unsafe", Some((2, 11))),
        ("package a\ndeny if { some input.x }", "while expecting identifier", Some((2, 16))),
        (
            "package a\nimport rego.v1\ndeny if { some x, y, z in [1] }",
            "expecting `in`",
            Some((3, 22)),
        ),
        (
            "version: 1\npolicies:\n  - id: a\n    rego: |\n      package a\n      deny if {\n",
            "",
            Some((6, 0)),
        ),
        (
            "version: 1\npolicies: [{id: a, rego: \"package a\\nx := 1\"}]",
            "no rule `deny`",
            Some((2, 12)),
        ),
        (
            "[{id: a, severity: awful, rego: \"package a\\ndeny := true\"}]",
            "no such severity",
            Some((1, 20)),
        ),
    ];
    for (text, message, place) in cases {
        let loaded = Policies::from_text(text);
        let built = loaded.and_then(|policies| Detector::builder().policies(policies).build());
        let error = built.unwrap_err();
        assert_eq!(error.code().as_str(), "DRIFT_POLICY", "{text}: {error}");
        assert!(error.message().contains(message), "{text}: {error}");
        let at = error.position().map(|at| (at.line, at.column));
        match place {
            Some((line, 0)) => {
                assert!(at.is_some_and(|(found, _)| found >= line), "{text}: {error}")
            }
            place => assert_eq!(at, place, "{text}: {error}"),
        }
    }
}

#[test]
fn functions_are_known_by_each_of_their_names() {
    let text = r#"
version: 1
policies:
  - id: a
    rego: |
      package a.b
      import data.lib
      import data.lib as other
      import data.lib.public as is_public
      default level(_) := 0
      level(x) := 1 if x == "public-read"
      parts.of(x) := split(x, "-")
      # One of version 0 that version 1 has not: it is ours.
      any(x) if { some y in x; y == "read" }
      deny contains msg if {
          print("asked")
          lib.public(input.acl)
          other.public(input.acl)
          data.lib.public(input.acl)
          data.lib["public"](input.acl)
          is_public(input.acl)
          data.a.b.level(input.acl) == level(input.acl)
          any(parts.of(input.acl))
          walk(input, [["acl"], found])
          empty := set()
          count(empty) == 0
          msg := sprintf("%s", [found])
      }
      warn contains "mocked" if level(1) == 7 with level as seven
      seven(_) := 7
libraries:
  - rego: |
      package lib
      public(acl) { startswith(acl, "public"); all([re_match("^p", acl), any([true])]) }
"#;
    let report = detect(text, &bucket("public-read"), &bucket("public-read"));
    assert!(report.policy_errors.is_empty(), "{:?}", report.policy_errors);
    let said: Vec<_> = report.policy_violations.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(said, ["public-read", "mocked"]);
}

#[test]
fn exemptions_hold_until_they_end() {
    let policies = r#"
version: 1
policies:
  - id: public
    match: {type: bucket}
    enforcement: enforce
    rego: "package a\ndeny contains \"public\" if input.acl == \"public-read\""
    exemptions:
      - {match: {id: a}, owner: team-web, reason: serves the site, expires: 2026-06-30}
"#;
    let ask = |at: &str| {
        let context = Context::at(at.parse().unwrap());
        let side = bucket("public-read");
        detector(policies).detect(&snapshot(&side), &snapshot(&side), &context)
    };
    let held = ask("2026-06-30T12:00:00Z");
    let exempted = held.policy_violations[0].exempted.as_ref().unwrap();
    assert_eq!(
        (exempted.owner.as_str(), exempted.reason.as_str()),
        ("team-web", "serves the site")
    );
    let summary = held.summary.policy.unwrap();
    assert_eq!((summary.exempted, summary.violations, summary.blocked), (1, 0, false));
    let ended = ask("2026-07-01T00:00:00Z");
    assert!(ended.policy_violations[0].exempted.is_none());
    assert!(ended.summary.policy.unwrap().blocked);
    assert_eq!(ended.warnings[0].code, "exemption_expired");
}

#[test]
fn no_policy_sees_a_secret() {
    let policies = r#"
package leak
deny contains msg if { some path, value; walk(input, [path, value]); is_string(value); msg := sprintf("%v %v", [path, base64.encode(value)]) }
deny_plain contains msg if msg := json.marshal(input)
deny_upper contains upper(input.url)
deny_part contains substring(input.note, 0, 12)
deny_short contains input.embedded
"#;
    let side = r#"[{"type": "t", "id": "a", "attributes": {"password": "hunter2hunter2", "url": "postgres://u:s3cr3tpw@db/x", "note": "hunter2hunter2 again", "pin_token": 4711, "embedded": "{\"password\":\"abc\"}"}}]"#;
    let report = detect(policies, side, side);
    let json = report.to_json();
    for canary in
        ["hunter2", "HUNTER2", "aHVudGVy", "s3cr3tpw", "S3CR3TPW", "czNjcjN0", "4711", "abc"]
    {
        assert!(!json.contains(canary), "{canary}: {json}");
    }
    assert!(report.policy_violations.len() > 5 && report.policy_errors.is_empty());
}

#[test]
fn files_and_libraries_stand_beside_a_policy_file() {
    let text = "{version: 1, policies: [{id: a, file: a.rego}], libraries: [{file: lib.rego}]}";
    let mut files = BTreeMap::new();
    files.insert(
        "a.rego".to_owned(),
        "package a\nimport data.lib\ndeny contains lib.said if lib.public(input.acl)\n".to_owned(),
    );
    assert!(Policies::from_file_text("p.yaml", text, &files).is_err());
    files.insert(
        "lib.rego".to_owned(),
        "package lib\nsaid := \"public\"\npublic(acl) if startswith(acl, \"public\")\n".to_owned(),
    );
    let policies = Policies::from_file_text("p.yaml", text, &files).unwrap();
    let detector = Detector::builder().policies(policies).build().unwrap();
    let side = bucket("public-read");
    let report = detector.detect(&snapshot(&side), &snapshot(&side), &Context::at(at()));
    assert_eq!(report.policy_violations[0].message, "public");
}

#[test]
fn the_examples_of_the_documentation_hold() {
    let text = include_str!("../../../docs/POLICY.md");
    let mut blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let (policies, cases) = (blocks.next().unwrap(), blocks.next().unwrap());
    let tests = detector(policies).test_policies(None, cases, at()).unwrap();
    assert_eq!((tests.passed, tests.failed), (2, 0), "{tests:?}");
}
