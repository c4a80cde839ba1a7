//! What is missing before an estate is ready, for people.

use super::page::{Item, Line, Page, Section};
use super::{markdown, text};
use crate::readiness::{Check, CheckStatus, Readiness};

/// How many items of one check are shown; the JSON has all.
const ITEMS: usize = 10;

impl Readiness {
    /// The checks for a terminal or a log, with ANSI colours where asked.
    #[must_use]
    pub fn to_text(&self, color: bool) -> String {
        text::write(&page(self), color)
    }

    /// The checks for a pull request or an issue: GitHub-flavoured Markdown.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        markdown::write(&page(self))
    }
}

fn page(readiness: &Readiness) -> Page {
    let of = |status: CheckStatus, title: &str| Section {
        title: title.to_owned(),
        folded: matches!(status, CheckStatus::Ok),
        items: readiness.checks.iter().filter(|it| it.status == status).map(item).collect(),
    };
    let sections = [
        of(CheckStatus::Fail, "Not ready"),
        of(CheckStatus::Warn, "Missing"),
        of(CheckStatus::NotChecked, "Not checked"),
        of(CheckStatus::Ok, "As it should be"),
    ];
    let counts = readiness.counts.iter();
    let counts = counts.map(|(word, number)| format!("{number} {}", word.replace('_', " ")));
    Page {
        verdict: if readiness.ready { "Ready".to_owned() } else { "Not ready".to_owned() },
        counts: counts.collect::<Vec<_>>().join(", "),
        findings: Vec::new(),
        sections: sections.into_iter().filter(|section| !section.items.is_empty()).collect(),
        coverage: Line::words(format!("Checked at {}", readiness.checked_at)),
    }
}

fn item(check: &Check) -> Item {
    let line = Line::quote(&check.id).and(": ").and_quote(&check.message);
    let mut notes: Vec<Line> = Vec::new();
    if !check.items.is_empty() {
        let some: Vec<&str> = check.items.iter().take(ITEMS).map(String::as_str).collect();
        let line = Line::quote(&some.join("; "));
        notes.push(match check.items.len().checked_sub(ITEMS).filter(|more| *more > 0) {
            Some(more) => line.and(format!(" and {more} more")),
            None => line,
        });
    }
    notes.extend(check.help.as_deref().map(|help| Line::words("next: ").and(help)));
    Item { sign: None, line, notes }
}
