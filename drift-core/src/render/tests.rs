//! Renderers on small reports made by hand.

use crate::classify::Confidence;
use crate::coverage::CoverageSummary;
use crate::diff::{Attribution, ChangeKind, Disposition, Status};
use crate::events::{Actor, AttributionStatus, Candidate, Cause, EventRef};
use crate::model::{Cell, Gap, Reason, Scope, SourceRef, Warning};
use crate::normalize::{Layer, Severity};
use crate::owners::{Claim, Contact, Destination, Link, Ownership, Route};
use crate::path::Step;
use crate::report::{
    self, Accepted, Change, Example, ExitStyle, Finding, NotChecked, Priority, Report, ResourceRef,
    RuleUsage, SharedCause, Sources, Summary, Verdict,
};
use crate::time::Timestamp;
use crate::value::Tree;
use std::collections::BTreeMap;

/// What a terminal, a line, a table, a code span and HTML could be broken with.
const HOSTILE: &str =
    "a\u{1b}]0;x\u{7}\u{9b}2J\r\n| `b` ``` </summary><script> \u{202e}\u{2066}\\|";

fn string(text: &str) -> Tree {
    Tree::String(text.to_owned())
}

fn time() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn resource(name: &str) -> ResourceRef {
    let source = SourceRef { file: Some(name.to_owned()), line: Some(3), ..SourceRef::default() };
    ResourceRef {
        type_name: name.to_owned(),
        id: name.to_owned(),
        address: name.to_owned(),
        scope: Scope::new().with("namespace", name).with("cluster", name),
        source: Sources { desired: Some(source), actual: None },
        ..ResourceRef::default()
    }
}

fn change(path: &str, desired: Tree, actual: Tree) -> Change {
    Change {
        status: None,
        resource: None,
        fingerprint: "f".to_owned(),
        path: path.to_owned(),
        steps: vec![Step::Field(path.to_owned())],
        pointer: Some("/p".to_owned()),
        desired_pointer: Some("/p".to_owned()),
        actual_pointer: Some("/p".to_owned()),
        kind: ChangeKind::Changed,
        disposition: Disposition::Drift,
        desired: Some(desired),
        actual: Some(actual),
        reference: None,
        severity: Severity::High,
        category: "configuration".to_owned(),
        rule: None,
        title: None,
        confidence: Confidence::High,
        replace: false,
        reason: "actual differs from desired".to_owned(),
        attribution: None,
        margin_used: None,
        write_only: false,
        watched: false,
        accepted: None,
        runbook: None,
        digest: None,
        digest_absent: None,
    }
}

fn finding(name: &str, changes: Vec<Change>) -> Finding {
    Finding {
        fingerprint: "f".to_owned(),
        status: Status::Drifted,
        resource: resource(name),
        severity: Severity::High,
        category: "configuration".to_owned(),
        priority: Priority { level: "p1".to_owned(), ..Priority::default() },
        owner: None,
        rule: None,
        title: None,
        confidence: Confidence::High,
        replace: false,
        ownership: None,
        route: None,
        runbook: None,
        moved_from: None,
        digest: None,
        derived: 0,
        attribution: None,
        changes,
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        schema_version: "1".to_owned(),
        verdict: Verdict::Drifted,
        partial: false,
        detected_at: time(),
        summary: Summary::default(),
        findings,
        causes: Vec::new(),
        pending: Vec::new(),
        undeclared: Vec::new(),
        suppressed: Vec::new(),
        unknown: Vec::new(),
        not_checked: Vec::new(),
        tag_violations: Vec::new(),
        policy_violations: Vec::new(),
        policy_errors: Vec::new(),
        policy_usage: Vec::new(),
        rule_usage: Vec::new(),
        packs: BTreeMap::new(),
        warnings: Vec::new(),
    }
}

/// An attribution with the text wherever a log may put one.
fn told(text: &str, status: AttributionStatus) -> Attribution {
    let actor = Actor {
        identity: Some(text.to_owned()),
        via: Some(text.to_owned()),
        name: text.to_owned(),
        evidence: text.to_owned(),
        ..Actor::default()
    };
    let source = text.to_owned();
    let event =
        EventRef { source, id: Some(text.to_owned()), action: text.to_owned(), time: time() };
    Attribution {
        manager: format!("{text}{text}"),
        operation: text.to_owned(),
        at: Some(time()),
        status,
        evidence: text.to_owned(),
        cause: Cause::Person,
        candidates: vec![Candidate { actor: actor.clone(), event: event.clone() }; 2],
        actor: Some(actor),
        event: Some(event),
        ..Attribution::default()
    }
}

/// A report with the text wherever a document, a rule or a provider may put one.
fn full_of(text: &str) -> Report {
    let some = || Some(text.to_owned());
    let map = Tree::map([(text.to_owned(), string(text))]);
    let told = |status| told(text, status);
    let everywhere = |disposition| Change {
        status: Some(Status::Drifted),
        resource: Some(resource(text).into()),
        disposition,
        category: text.to_owned(),
        rule: some(),
        reason: text.to_owned(),
        reference: Some(map.clone()),
        attribution: Some(told(match disposition {
            Disposition::Conflict => AttributionStatus::Ambiguous,
            Disposition::Undeclared => AttributionStatus::Unknown,
            Disposition::Accepted => AttributionStatus::Candidate,
            _ => AttributionStatus::Exact,
        })),
        margin_used: some(),
        accepted: Some(Accepted { by: text.to_owned(), reason: text.to_owned(), until: None }),
        runbook: Some(format!("https://{text}")),
        ..change(text, map.clone(), string(text))
    };
    let finding = Finding {
        category: text.to_owned(),
        owner: some(),
        ownership: Some(Ownership {
            owner: some(),
            source: some(),
            via: some(),
            conflicts: vec![Claim { owner: text.to_owned(), source: text.to_owned() }; 2],
            contact: Some(Contact {
                name: some(),
                email: some(),
                channel: some(),
                links: vec![Link { url: text.to_owned(), title: some() }],
            }),
        }),
        route: Some(Route { to: Destination::Page, reason: text.to_owned() }),
        attribution: Some(told(AttributionStatus::Exact)),
        runbook: some(),
        moved_from: some(),
        derived: 2,
        ..finding(text, vec![everywhere(Disposition::Conflict)])
    };
    let usage = |matched, expired| RuleUsage {
        rule: text.to_owned(),
        layer: Layer::User,
        matched,
        hides: true,
        expires: Some(time()),
        expired,
        disabled: false,
        owner: some(),
        reason: some(),
        source: some(),
    };
    let cell = Cell { provider: some(), type_name: some(), scope: Scope::new().with(text, text) };
    let coverage = CoverageSummary {
        gaps: vec![Gap { cell, reason: Reason::Denied, detail: some() }],
        not_checked: [(text.to_owned(), 1)].into(),
        ..CoverageSummary::default()
    };
    Report {
        summary: Summary { coverage, ..Summary::default() },
        causes: vec![
            SharedCause {
                fingerprint: text.to_owned(),
                destination: report::Destination {
                    type_name: text.to_owned(),
                    path: text.to_owned(),
                },
                status: Status::Drifted,
                actor: some(),
                revision: some(),
                cause: Cause::Person,
                resources: 2,
                changes: 2,
                scopes: 2,
                severity: Severity::High,
                first_at: Some(time()),
                last_at: Some(time()),
                examples: vec![Example { fingerprint: text.to_owned(), resource: text.to_owned() }],
            };
            12
        ],
        pending: vec![everywhere(Disposition::Pending)],
        undeclared: vec![everywhere(Disposition::Undeclared); 12],
        suppressed: vec![everywhere(Disposition::Accepted), everywhere(Disposition::Ignored)],
        unknown: vec![everywhere(Disposition::Unknown)],
        not_checked: vec![NotChecked {
            resource: resource(text),
            reason: Reason::Denied,
            detail: some(),
        }],
        policy_violations: Vec::new(),
        policy_errors: Vec::new(),
        policy_usage: Vec::new(),
        rule_usage: vec![usage(1, false), usage(0, false), usage(0, true)],
        warnings: vec![Warning {
            code: text.to_owned(),
            message: text.to_owned(),
            resource: some(),
            path: some(),
        }],
        ..report(vec![finding])
    }
}

/// The text of a page of Markdown outside its code spans.
fn outside_of_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some((before, after)) = rest.split_once('`') {
        out.push_str(before);
        let run = after.chars().take_while(|c| *c == '`').count() + 1;
        let fence = "`".repeat(run);
        let inside = after.get(run - 1..).unwrap();
        // The span ends at the next run of the same length.
        let mut end = 0;
        rest = loop {
            let Some(at) = inside.get(end..).unwrap().find('`') else { panic!("an open span") };
            let start = end + at;
            let found = inside.get(start..).unwrap().chars().take_while(|c| *c == '`').count();
            end = start + found;
            if found == fence.len() {
                break inside.get(end..).unwrap();
            }
        };
    }
    out.push_str(rest);
    out
}

#[test]
fn hostile_texts_cannot_act_on_a_terminal() {
    let hostile = full_of(HOSTILE).to_text(false);
    let harmless = full_of("a").to_text(false);
    assert!(!hostile.chars().any(|c| c.is_control() && c != '\n'), "{hostile}");
    assert!(!hostile.contains(['\u{202e}', '\u{2066}']), "{hostile}");
    assert_eq!(hostile.lines().count(), harmless.lines().count(), "{hostile}");
    let colored = full_of(HOSTILE).to_text(true);
    let plain: String = colored
        .split('\u{1b}')
        .enumerate()
        .map(|(i, part)| if i == 0 { part } else { part.split_once('m').unwrap().1 })
        .collect();
    assert_eq!(plain, hostile, "colours add nothing but colours");
}

#[test]
fn hostile_texts_cannot_break_out_of_markdown() {
    let hostile = full_of(HOSTILE).to_markdown();
    let harmless = full_of("a").to_markdown();
    assert_eq!(hostile.lines().count(), harmless.lines().count(), "{hostile}");
    assert!(!hostile.chars().any(|c| c.is_control() && c != '\n'), "{hostile}");
    for (hostile, harmless) in hostile.lines().zip(harmless.lines()) {
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(!hostile.starts_with('|') || bars(hostile) == bars(harmless), "{hostile}");
        // Escaped backticks stand outside of code spans alone.
        let outside = outside_of_code(&hostile.replace("\\`", ""));
        assert!(!outside.contains("<script"), "{hostile}");
        assert_eq!(outside.contains("</summary>"), harmless.contains("</summary>"), "{hostile}");
    }
}

#[test]
fn one_report_is_printed_in_one_way() {
    let (report, twin) = (full_of(HOSTILE), full_of(HOSTILE));
    assert_eq!(report.to_text(true), twin.to_text(true));
    assert_eq!(report.to_markdown(), twin.to_markdown());
    let again = Report::from_json(&report.to_json()).unwrap();
    assert_eq!(again, report);
    assert_eq!(again.to_json(), report.to_json());
}

#[test]
fn every_change_of_a_finding_is_told() {
    let writer = Attribution {
        manager: "kubectl".into(),
        operation: "Update".into(),
        ..Attribution::default()
    };
    let changes = vec![
        Change {
            rule: Some("r".into()),
            attribution: Some(writer),
            ..change("a", string("x"), Tree::Null)
        },
        Change { kind: ChangeKind::Added, desired: None, ..change("b", Tree::Null, string("y")) },
        Change { kind: ChangeKind::Removed, actual: None, ..change("c", string("z"), Tree::Null) },
        Change { kind: ChangeKind::Moved, ..change("d", Tree::Bool(true), Tree::Bool(false)) },
        Change {
            disposition: Disposition::Conflict,
            reference: Some(Tree::Number("1".into())),
            ..change("e", Tree::Number("2".into()), Tree::Number("3".into()))
        },
        change("f", Tree::Secret { equal: false }, Tree::Secret { equal: false }),
        Change {
            desired: None,
            desired_pointer: None,
            reference: Some(string("w")),
            ..change("g", Tree::Null, string("x"))
        },
        Change {
            kind: ChangeKind::Removed,
            desired: None,
            desired_pointer: None,
            actual: None,
            reference: Some(string("w")),
            ..change("h", Tree::Null, Tree::Null)
        },
    ];
    let text = report(vec![finding("web", changes)]).to_text(false);
    let expected = "high drifted web web/web (cluster=web)  web:3
  ~ a: \"x\" → null
      rule r · written by kubectl
  + b: \"y\"
  - c: \"z\"
  ↕ d: true → false
  ! e: 2 → 3, last applied 1
  ~ f: (secret, differs)
  ~ g: \"w\" → \"x\"
  - h: \"w\"
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn verdicts_become_exit_codes() {
    let code = |verdict, style| Report { verdict, ..report(Vec::new()) }.exit_code(style);
    let all = [Verdict::InSync, Verdict::Drifted, Verdict::Error, Verdict::Partial];
    assert_eq!(all.map(|verdict| code(verdict, ExitStyle::Diff)), [0, 1, 2, 3]);
    assert_eq!(all.map(|verdict| code(verdict, ExitStyle::Terraform)), [0, 2, 1, 1]);
}

#[test]
fn semantic_json_leaves_out_places_of_the_report_and_nothing_of_documents() {
    let document = Tree::map(
        ["source", "pointer", "x_pointer"].map(|name| (name.to_owned(), Tree::Bool(true))),
    );
    let mut report = full_of("a");
    report.findings.push(finding("b", vec![change("source", document.clone(), document)]));
    let semantic = report.semantic_json();
    let json: serde_json::Value = serde_json::from_str(&semantic).unwrap();
    let mut open = vec![json];
    while let Some(value) = open.pop() {
        match value {
            serde_json::Value::Array(items) => open.extend(items),
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    // The source of an owner or of an event is no place in a document.
                    let told = ["ownership", "attribution"].contains(&name.as_str());
                    let value_of = ["desired", "actual", "reference", "steps"];
                    if told || value_of.contains(&name.as_str()) {
                        continue;
                    }
                    assert!(name != "source" && !name.ends_with("pointer"), "{name}: {value}");
                    open.push(value);
                }
            }
            _ => {}
        }
    }
    assert!(semantic.contains(r#""desired":{"pointer":true,"source":true,"x_pointer":true}"#));
    assert!(semantic.contains(r#""steps":[{"field":"source"}]"#));
}
