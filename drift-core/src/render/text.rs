//! The report for a terminal or a log.

use super::page::{Entry, Item, Line, Page, Piece, Sign};
use crate::diff::ChangeKind;
use crate::normalize::Severity;

const BOLD: &str = "1";
const DIM: &str = "2";

/// Writes the page, with ANSI colours where asked.
pub(super) fn write(page: &Page, color: bool) -> String {
    let paint = Paint(color);
    let mut out = format!("{}: {}\n", paint.with(BOLD, &page.verdict), page.counts);
    for entry in &page.findings {
        out.push('\n');
        write_entry(&mut out, entry, paint);
    }
    for section in &page.sections {
        out.push_str(&format!("\n{}\n", paint.with(BOLD, &section.title)));
        section.items.iter().for_each(|item| write_item(&mut out, item, paint));
    }
    out.push_str(&format!("\n{}\n", plain(&page.coverage)));
    out
}

#[derive(Clone, Copy)]
struct Paint(bool);

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn write_entry(out: &mut String, entry: &Entry, paint: Paint) {
    let style = match entry.severity {
        Severity::Critical => "1;31",
        Severity::High => "31",
        Severity::Medium => "33",
        Severity::Low => "36",
        Severity::Info => DIM,
    };
    let severity = paint.with(style, entry.severity.as_str());
    out.push_str(&format!("{severity} {} {}", entry.status, paint.with(BOLD, &entry.name)));
    if let Some(place) = &entry.place {
        out.push_str(&format!("  {}", paint.with(DIM, place)));
    }
    out.push('\n');
    write_notes(out, &entry.notes, paint);
    entry.changes.iter().for_each(|item| write_item(out, item, paint));
}

fn write_item(out: &mut String, item: &Item, paint: Paint) {
    let (style, sign) = match item.sign {
        Some(Sign::Kind(ChangeKind::Added)) => ("32", "+ "),
        Some(Sign::Kind(ChangeKind::Removed)) => ("31", "- "),
        Some(Sign::Kind(ChangeKind::Changed)) => ("33", "~ "),
        Some(Sign::Kind(ChangeKind::Moved)) => ("36", "↕ "),
        Some(Sign::Conflict) => ("35", "! "),
        None => (DIM, ""),
    };
    let sign = if sign.is_empty() { String::new() } else { paint.with(style, sign) };
    out.push_str(&format!("  {sign}{}\n", plain(&item.line)));
    write_notes(out, &item.notes, paint);
}

fn write_notes(out: &mut String, notes: &[Line], paint: Paint) {
    if !notes.is_empty() {
        let notes: Vec<String> = notes.iter().map(plain).collect();
        out.push_str(&format!("      {}\n", paint.with(DIM, &notes.join(" · "))));
    }
}

fn plain(line: &Line) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Words(text) | Piece::Quote(text) | Piece::Link(text) => text.clone(),
    };
    line.0.iter().map(text).collect()
}
