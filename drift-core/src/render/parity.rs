//! Many snapshots held against each other, for people.

use super::page::{Item, Line, Page, Section, name, warning};
use super::value::{count, plain, shown};
use super::{markdown, text};
use crate::parity::{
    Allowance, MemberCounts, Parity, ParityGroup, ParityResource, ParityRow, ParityVerdict, Unheld,
};
use crate::value::Tree;

/// How many rows of one resource are shown; the JSON has all.
const ROWS: usize = 50;

impl Parity {
    /// The comparison for a terminal or a log, with ANSI colours where asked.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        text::write(&page(self), color)
    }

    /// The comparison for a pull request or an issue: GitHub-flavoured Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::write(&page(self))
    }
}

fn page(parity: &Parity) -> Page {
    let verdict = match (parity.verdict, parity.partial) {
        (ParityVerdict::Alike, _) => "Alike",
        (ParityVerdict::Partial, _) => "Partial",
        (ParityVerdict::Different, false) => "Different",
        (ParityVerdict::Different, true) => "Different (partial)",
    };
    let mut sections = vec![Section {
        title: format!("Snapshots ({})", parity.snapshots.len()),
        folded: false,
        items: parity.snapshots.iter().map(|one| member(one, parity)).collect(),
    }];
    sections.extend(parity.resources.iter().filter(|one| !one.rows.is_empty()).map(resource));
    sections.push(listed("Not checked", parity.not_checked.iter().map(unheld).collect()));
    let idle = |it: &&Allowance| it.expired || it.used == 0;
    let idle = parity.allowances.iter().filter(idle).map(allowance);
    sections.push(listed("Allowances that do nothing", idle.collect()));
    sections.push(listed("Warnings", parity.warnings.iter().map(warning).collect()));
    Page {
        verdict: verdict.to_owned(),
        counts: counts(parity),
        findings: Vec::new(),
        sections: sections.into_iter().filter(|section| !section.items.is_empty()).collect(),
        coverage: closing(parity),
    }
}

fn listed(title: &str, items: Vec<Item>) -> Section {
    Section { title: format!("{title} ({})", items.len()), folded: false, items }
}

fn counts(parity: &Parity) -> String {
    let resources = &parity.summary.resources;
    let parts = [
        (resources.different, "different"),
        (resources.alike, "alike"),
        (resources.not_checked, "not checked"),
        (resources.ignored, "ignored"),
        (resources.derived, "derived"),
    ];
    let there = parts.into_iter().filter(|(number, _)| *number > 0);
    let told: Vec<String> = there.map(|(number, word)| format!("{number} {word}")).collect();
    if told.is_empty() { "no resources".to_owned() } else { told.join(", ") }
}

fn closing(parity: &Parity) -> Line {
    let paths = &parity.summary.paths;
    let score = parity.summary.score.map_or("no score".to_owned(), |it| format!("score {it}"));
    let mut parts = vec![
        format!("{} compared", count(paths.compared, "path")),
        format!("{} differ", paths.differing),
    ];
    if paths.allowed > 0 {
        parts.push(format!("{} may differ", paths.allowed));
    }
    if paths.unknown > 0 {
        parts.push(format!("{} unknown", paths.unknown));
    }
    Line::words(format!("{score}: {} at {}", parts.join(", "), parity.compared_at))
}

fn member(one: &MemberCounts, parity: &Parity) -> Item {
    let mut parts = vec![count(one.resources, "resource")];
    if one.absent > 0 {
        parts.push(format!("{} absent", one.absent));
    }
    if one.not_checked > 0 {
        parts.push(format!("{} not checked", one.not_checked));
    }
    parts.push(match one.outliers {
        1 => "outlier at 1 path".to_owned(),
        number => format!("outlier at {number} paths"),
    });
    parts.extend(one.score.map(|score| score.to_string()));
    let is_baseline = parity.baseline.as_deref() == Some(&one.name);
    let aside = if is_baseline { " (baseline)" } else { "" };
    let line = Line::quote(&one.name).and(format!("{aside}: {}", parts.join(", ")));
    Item { line, ..Item::default() }
}

fn resource(one: &ParityResource) -> Section {
    let mut items: Vec<Item> = one.rows.iter().take(ROWS).map(row).collect();
    if let Some(more) = one.rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        items.push(Item { line: Line::words(format!("and {more} more")), ..Item::default() });
    }
    Section { title: name(&one.resource), folded: false, items }
}

fn row(row: &ParityRow) -> Item {
    let mut line = match row.path.as_str() {
        "" => Line::words("(the whole resource)"),
        path => Line::quote(path),
    };
    for (index, group) in row.groups.iter().enumerate() {
        line = line.and(if index == 0 { ": " } else { "; " });
        line = told(line, group, row.path.is_empty());
    }
    let mut notes = Vec::new();
    match (&row.allowed, row.tie) {
        (Some(allowed), _) => {
            let mut note = Line::words("may differ: ").and_quote(&allowed.reason);
            if let Some(owner) = &allowed.owner {
                note = note.and(", owner ").and_quote(owner);
            }
            if let Some(until) = allowed.until {
                note = note.and(format!(", until {until}"));
            }
            notes.push(note);
        }
        (None, true) => notes.push(Line::words("a tie: nobody has what more than half have")),
        (None, false) => notes.push(Line::words("outliers: ").and_quote(&row.outliers.join(", "))),
    }
    Item { sign: None, line, notes }
}

fn told(line: Line, group: &ParityGroup, whole: bool) -> Line {
    let line = match (&group.value, group.present) {
        (_, false) => line.and("absent"),
        (_, true) if whole => line.and("present"),
        (Some(value), true) => line.and_shown(shown(value)),
        (None, true) => line.and_shown(shown(&Tree::Null)),
    };
    line.and(" in ").and_quote(&group.snapshots.join(", "))
}

fn unheld(one: &Unheld) -> Item {
    let line = Line::shown(name(&one.resource)).and(" in ").and_quote(&one.snapshot);
    let line = line.and(format!(": {}", one.reason.as_str().replace('_', " ")));
    let line = match &one.detail {
        Some(detail) => line.and(", ").and_quote(detail),
        None => line,
    };
    Item { line, ..Item::default() }
}

fn allowance(one: &Allowance) -> Item {
    let what = one.path.as_deref().or(one.type_name.as_deref()).or(one.id.as_deref());
    let line = match what {
        Some(what) => Line::quote(what),
        None => Line::words("everything"),
    };
    let line = line.and(match (one.expired, one.expires) {
        (true, Some(at)) => format!(" expired at {at} and holds no longer"),
        _ => " was not used".to_owned(),
    });
    Item { line, notes: vec![Line::words(plain(&one.reason))], ..Item::default() }
}
