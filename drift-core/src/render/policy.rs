//! What policies say, for a person: violations, those that are exempted, and what could not be asked.

use super::page::{Item, Line, Section, name, runbook, section};
use super::value::plain;
use crate::policy::Enforcement;
use crate::report::{PolicyError, PolicyViolation, Report, Side};

/// The sections on policies.
pub(super) fn sections(report: &Report) -> [Section; 3] {
    let (exempted, counted): (Vec<&PolicyViolation>, Vec<&PolicyViolation>) =
        report.policy_violations.iter().partition(|found| found.exempted.is_some());
    let items = |found: Vec<&PolicyViolation>| found.into_iter().map(violation).collect();
    let summary = report.summary.policy.as_ref();
    let mut violations = section("Policy violations", false, items(counted));
    if summary.is_some_and(|summary| summary.blocked) {
        violations.title.push_str(", blocked");
    } else if summary.is_some_and(|summary| summary.approval_required) {
        violations.title.push_str(", to be approved");
    }
    let errors = report.policy_errors.iter().map(error).collect();
    [
        violations,
        section("Policies that could not be asked", false, errors),
        section("Exempted from policies", true, items(exempted)),
    ]
}

fn violation(found: &PolicyViolation) -> Item {
    let severity = Line::words(format!("{} ", found.severity.as_str()));
    let line = severity.and_shown(name(&found.resource)).and(": ").and_quote(&found.message);
    let rule = Line::words("policy ").and_quote(&found.policy);
    let mut notes = vec![rule.and(" rule ").and_quote(&found.rule)];
    notes.push(Line::words(match (found.introduced_by_drift, found.desired, found.actual) {
        (true, ..) => "introduced by drift",
        (_, Some(true), Some(true)) => "declared and live",
        (_, Some(true), _) => "as declared",
        _ => "live",
    }));
    if found.enforcement != Enforcement::Warn {
        notes.push(Line::words(found.enforcement.as_str().replace('_', " ")));
    }
    if let Some(title) = found.title.as_ref().filter(|title| **title != found.message) {
        notes.push(Line::words(plain(title)));
    }
    if !found.controls.is_empty() {
        notes.push(Line::words(plain(&found.controls.join(", "))));
    }
    if let Some(exempted) = &found.exempted {
        let until = exempted.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let by = Line::words("exempted by ").and_quote(&exempted.owner);
        notes.push(by.and(format!("{until}: {}", plain(&exempted.reason))));
    }
    notes.extend(found.runbook.as_deref().map(runbook));
    Item { line, notes, ..Item::default() }
}

fn error(error: &PolicyError) -> Item {
    let side = match error.side {
        Side::Desired => "as declared",
        Side::Actual => "as it is live",
    };
    let line = Line::default().and_shown(name(&error.resource)).and(", ").and(side).and(": ");
    let mut notes =
        vec![Line::words("policy ").and_quote(&error.policy).and(" rule ").and_quote(&error.rule)];
    let place = match (&error.file, error.line) {
        (Some(file), Some(line)) => Some(format!("{file}:{line}")),
        (None, Some(line)) => Some(format!("line {line}")),
        (file, None) => file.clone(),
    };
    notes.extend(place.map(|place| Line::words(plain(&place))));
    Item { line: line.and_quote(&error.message), notes, ..Item::default() }
}
