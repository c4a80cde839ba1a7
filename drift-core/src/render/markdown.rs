//! The report for a pull request or an issue: GitHub-flavoured Markdown.

use super::page::{Entry, Item, Line, Page, Piece, Section, Sign};

/// Writes the page.
pub(super) fn write(page: &Page) -> String {
    let mut out = format!("## {}\n\n{}\n", page.verdict, page.counts);
    if !page.findings.is_empty() {
        out.push_str("\n| Severity | Status | Resource | Differences |\n|---|---|---|---|\n");
        page.findings.iter().for_each(|entry| out.push_str(&row(entry)));
    }
    page.sections.iter().for_each(|section| out.push_str(&list(section)));
    out.push_str(&format!("\n{}\n", marked(&page.coverage)));
    out
}

fn row(entry: &Entry) -> String {
    let mut resource = code(&entry.name);
    if let Some(place) = &entry.place {
        resource.push_str(&format!("<br>{}", code(place)));
    }
    for note in &entry.notes {
        resource.push_str(&format!("<br>{}", marked(note)));
    }
    let changes: Vec<String> = entry.changes.iter().map(statement).collect();
    let (severity, changes) = (entry.severity.as_str(), changes.join("<br>"));
    format!("| {severity} | {} | {} | {} |\n", entry.status, cell(&resource), cell(&changes))
}

fn list(section: &Section) -> String {
    let items: String =
        section.items.iter().map(|item| format!("- {}\n", statement(item))).collect();
    if section.folded {
        format!("\n<details>\n<summary>{}</summary>\n\n{items}\n</details>\n", section.title)
    } else {
        format!("\n### {}\n\n{items}", section.title)
    }
}

fn statement(item: &Item) -> String {
    let mut text = match item.sign {
        Some(Sign::Kind(kind)) => format!("{} ", kind.as_str()),
        Some(Sign::Conflict) => "conflict ".to_owned(),
        None => String::new(),
    };
    text.push_str(&marked(&item.line));
    let notes: Vec<String> = item.notes.iter().map(marked).collect();
    if !notes.is_empty() {
        text.push_str(&format!(" — {}", notes.join(" · ")));
    }
    text
}

fn marked(line: &Line) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Words(text) => escape(text),
        Piece::Quote(text) => code(text),
        Piece::Link(text) => link(text).unwrap_or_else(|| code(text)),
    };
    line.0.iter().map(piece).collect()
}

/// Words without a meaning in Markdown or HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '!' | '#' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// A web address that holds nothing with a meaning in Markdown or HTML.
fn link(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~/?#=%+,;:@!$".contains(c);
    rest.chars().all(safe).then(|| format!("<{text}>"))
}

/// A code span that nothing in `text` can end: its fence is longer than any run of backticks.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The text without anything that could end a cell of a table.
///
/// Readers disagree on what a bar behind a backslash is, so that it is written as an escape.
fn cell(text: &str) -> String {
    text.replace("\\|", "\\\\u007c").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_cannot_be_ended() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" a "), "`  a  `");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn cells_cannot_be_ended() {
        assert_eq!(cell("`a|b`"), "`a\\|b`");
        assert_eq!(cell("`a\\|b`"), "`a\\\\u007cb`");
    }

    #[test]
    fn only_plain_web_addresses_become_links() {
        assert_eq!(link("https://wiki/run#a").as_deref(), Some("<https://wiki/run#a>"));
        for text in ["https://a>b", "https://a b", "javascript:x", "https://`", "ftp://a"] {
            assert_eq!(link(text), None, "{text}");
        }
    }
}
