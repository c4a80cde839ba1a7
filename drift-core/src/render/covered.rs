//! How much was seen of what, and how well it is tagged, for people.

use super::page::{Item, Line, Section, name};
use super::value::{count, shown};
use crate::coverage::{CoverageSummary, ScopeCounts};
use crate::report::{Report, TagViolation};
use crate::tags::TagProblem;

/// How many places are shown; the report lists all.
const PLACES: usize = 20;
/// How many violations are shown; the report lists all.
const VIOLATIONS: usize = 50;

/// Coverage by place, where what was expected is named, or one of several places was not checked whole.
pub(super) fn coverage(report: &Report) -> Section {
    let coverage = &report.summary.coverage;
    let short = |scope: &&ScopeCounts| scope.counts.checked < scope.counts.expected;
    let some = coverage.by_scope.iter().any(|scope| short(&scope)) && coverage.by_scope.len() > 1;
    let mut items = Vec::new();
    if some || coverage.expected.is_some() {
        items.push(Item { line: whole(coverage), ..Item::default() });
        items.extend(coverage.by_scope.iter().take(PLACES).map(place));
        items.extend(more(coverage.by_scope.len(), PLACES));
    }
    Section { title: "Coverage".to_owned(), folded: true, items }
}

fn more(all: usize, shown: usize) -> Option<Item> {
    let more = all.checked_sub(shown).filter(|more| *more > 0)?;
    Some(Item { line: Line::words(format!("and {more} more")), ..Item::default() })
}

fn whole(coverage: &CoverageSummary) -> Line {
    let all = &coverage.resources;
    let mut line = Line::words(format!(
        "{} of {} checked",
        all.checked,
        count(all.expected, "expected resource")
    ));
    if let Some(ratio) = all.checked_ratio {
        line = line.and(format!(", {ratio}"));
    }
    if let Some(ratio) = all.iac_ratio {
        let live = all.managed + all.unmanaged;
        line = line.and(format!("; {} of {live} live declared, {ratio}", all.managed));
    }
    if let (Some(unowned), Some(ratio)) = (all.unowned, all.owned_ratio) {
        line = line.and(format!("; {unowned} unowned, {ratio} owned"));
    }
    line
}

fn place(scope: &ScopeCounts) -> Item {
    let counts = &scope.counts;
    let place = scope.scope.to_string();
    let parts = [scope.provider.as_str(), place.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let line = match parts.as_slice() {
        [] => Line::words("without a scope"),
        parts => Line::quote(&parts.join(" ")),
    };
    let mut line = line.and(format!(": {} of {} checked", counts.checked, counts.expected));
    if counts.managed + counts.unmanaged > 0 {
        let live = counts.managed + counts.unmanaged;
        line = line.and(format!(", {} of {live} live declared", counts.managed));
    }
    Item { line, ..Item::default() }
}

/// What is wrong with tags.
pub(super) fn tags(report: &Report) -> Section {
    let all = &report.tag_violations;
    let mut items: Vec<Item> = all.iter().take(VIOLATIONS).map(violation).collect();
    items.extend(more(all.len(), VIOLATIONS));
    let ratio = report.summary.tags.as_ref().and_then(|tags| tags.counts.ratio);
    let aside = ratio.map(|ratio| format!("; {ratio} of resources as they should be"));
    let title = format!("Tags ({}){}", all.len(), aside.unwrap_or_default());
    Section { title, folded: false, items }
}

fn violation(one: &TagViolation) -> Item {
    let line = Line::shown(name(&one.resource)).and(": ").and_quote(&one.key);
    let value = one.actual.as_ref().or(one.desired.as_ref()).map(shown).unwrap_or_default();
    let line = match (one.problem, &one.found_as) {
        (TagProblem::Missing, _) => line.and(" is missing"),
        (TagProblem::NotAllowed, _) => line.and(" may not be ").and_shown(value),
        (TagProblem::AliasUsed, Some(found)) => line.and(" stands under ").and_quote(found),
        (TagProblem::AliasUsed, None) => line.and(" stands under another name"),
    };
    let line = match one.sides.as_slice() {
        [side] => line.and(format!(", in {side}")),
        _ => line,
    };
    let mut notes = Vec::new();
    if !one.allowed.is_empty() {
        notes.push(Line::words("allowed: ").and_quote(&one.allowed.join(", ")));
    }
    notes.extend(one.reason.as_deref().map(Line::quote));
    notes.extend(one.owner.as_deref().map(|owner| Line::words("owner ").and_quote(owner)));
    Item { line, notes, ..Item::default() }
}
