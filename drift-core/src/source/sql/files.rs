//! The files of a migration as one text, in the order in which they are applied.

use super::super::open::Syntax;
use super::super::{Format, ParseOptions, Reading};
use crate::error::{Position, Result};
use crate::source::strict::shown;
use crate::value::json;

/// Lines that start the way back, and those that end it, of tools that keep both in a file.
const BACK: [&str; 5] =
    ["-- +goose down", "-- migrate:down", "-- +migrate down", "-- down migration", "-- @down"];
const FORTH: [&str; 5] =
    ["-- +goose up", "-- migrate:up", "-- +migrate up", "-- up migration", "-- @up"];

/// Several texts as one.
#[derive(Default)]
pub(super) struct Files {
    text: String,
    /// Where each starts, and how many lines stand before it.
    starts: Vec<(usize, usize, Option<String>)>,
    lines: usize,
}

impl Files {
    pub(super) fn add(&mut self, name: Option<&str>, text: &str) {
        self.starts.push((self.text.len(), self.lines, name.map(str::to_owned)));
        let before = self.text.len();
        // Places stay as they are: what is left out becomes blank.
        let mut is_back = false;
        for line in text.split_inclusive('\n') {
            let mark = line.trim().to_lowercase();
            if BACK.iter().any(|back| mark.starts_with(back)) {
                is_back = true;
            } else if FORTH.iter().any(|forth| mark.starts_with(forth)) {
                is_back = false;
            }
            match is_back {
                true => {
                    let blank = |c: char| if c == '\n' { "\n" } else { " " };
                    let blanks = line.chars().map(|c| blank(c).repeat(c.len_utf8()));
                    self.text.extend(blanks);
                }
                false => self.text.push_str(line),
            }
        }
        // A statement does not go on into the next file.
        self.text.push_str("\n;\n");
        let added = self.text.get(before..).unwrap_or_default();
        self.lines += added.bytes().filter(|byte| *byte == b'\n').count();
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The file that a place is in, where it starts, and how many lines stand before it.
    pub(super) fn file(&self, offset: usize) -> (Option<&str>, usize, usize) {
        let after = self.starts.partition_point(|(start, ..)| *start <= offset);
        match self.starts.get(after.saturating_sub(1)) {
            Some((start, lines, name)) => (name.as_deref(), *start, *lines),
            None => (None, 0, 0),
        }
    }

    /// The position within its file of an offset that is on a line of the whole.
    pub(super) fn position(&self, offset: usize, line: usize, column: usize) -> Position {
        let (_, start, lines) = self.file(offset);
        Position { offset: offset.saturating_sub(start), line: line.saturating_sub(lines), column }
    }
}

/// Takes the files of SQL out of those that are read, and reads them where they are asked for or there are
/// no others.
pub(in crate::source) fn take<'a>(
    files: &mut Vec<(String, Syntax, &[u8])>,
    options: &ParseOptions,
    reading: &mut Reading<'a>,
) -> Result<()> {
    let is_sql = |(_, syntax, _): &(String, Syntax, &[u8])| *syntax == Syntax::Sql;
    let wanted = match options.format {
        Format::Auto => options.mapping.is_none() && files.iter().all(is_sql),
        format => format == Format::SqlDdl,
    };
    let mut own = Vec::new();
    for file in std::mem::take(files) {
        match (is_sql(&file), wanted) {
            (true, true) => own.push(file),
            (false, false) => files.push(file),
            _ => {
                let message = format!("the file `{}` is in another format and is left out", file.0);
                reading.warn("left_out", message);
            }
        }
    }
    if own.is_empty() {
        return Ok(());
    }
    own.sort_by_key(|(name, ..)| order(name));
    let mut all = Files::default();
    for (name, _, bytes) in &own {
        if is_way_back(name) {
            let message = format!("the file `{}` undoes a migration and is left out", shown(name));
            reading.warn("left_out", message);
            continue;
        }
        let text = json::utf8(bytes).map_err(|error| error.in_file(name))?;
        all.add(Some(name), text.get(json::start(bytes)..).unwrap_or_default());
    }
    reading.append(super::read_files(&all, options)?);
    Ok(())
}

/// The last part of a name, in lower case.
fn base(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_lowercase()
}

/// Whether the file undoes what another does: `1_users.down.sql`, `U1__users.sql`, `down.sql`.
fn is_way_back(name: &str) -> bool {
    let base = base(name);
    let undo = base.strip_prefix('u').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.split_once("__").is_some_and(|(version, _)| is_version(version))
    });
    base.ends_with(".down.sql") || base == "down.sql" || undo
}

fn is_version(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'))
}

/// A part of a name: numbers stand in their order, and before all else.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(usize, String),
    Text(String),
}

/// By folder, then by version: `V2__a.sql` stands before `V10__b.sql`, and what is repeated (`R__c.sql`)
/// last, as Flyway has it. Numbers in other names count as numbers too.
fn order(name: &str) -> (Vec<Part>, bool, Vec<Part>, Vec<Part>) {
    let (folder, _) = name.rsplit_once('/').unwrap_or(("", name));
    let base = base(name);
    let versioned = base.strip_prefix('v').and_then(|rest| {
        let (version, rest) = rest.split_once("__")?;
        (is_version(version) && !version.is_empty()).then_some((version, rest))
    });
    let (version, rest) = versioned.unwrap_or(("", &base));
    let numbers = version.split(['.', '_']).map(number).collect();
    (parts(folder), base.starts_with("r__"), numbers, parts(rest))
}

fn number(digits: &str) -> Part {
    let digits = digits.trim_start_matches('0');
    Part::Number(digits.len(), digits.to_owned())
}

fn parts(mut text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(first) = text.chars().next() {
        let digits = first.is_ascii_digit();
        let end = text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len());
        let (part, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        parts.push(if digits { number(part) } else { Part::Text(part.to_owned()) });
        text = rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stand_in_the_order_of_their_versions() {
        let mut names = vec![
            "m/R__views.sql",
            "m/V10__c.sql",
            "m/V1_1__b.sql",
            "m/V1__a.sql",
            "m/V2__x.sql",
            "20240102_b.sql",
            "20240101_a.sql",
            "9_z.sql",
        ];
        names.sort_by_key(|name| order(name));
        let expected = [
            "9_z.sql",
            "20240101_a.sql",
            "20240102_b.sql",
            "m/V1__a.sql",
            "m/V1_1__b.sql",
            "m/V2__x.sql",
            "m/V10__c.sql",
            "m/R__views.sql",
        ];
        assert_eq!(names, expected);
        let back = ["a/1_x.down.sql", "U2__x.sql", "users.sql", "u_1.sql"].map(is_way_back);
        assert_eq!(back, [true, true, false, false]);
    }

    #[test]
    fn the_way_back_becomes_blank() {
        let mut files = Files::default();
        files.add(Some("a.sql"), "-- migrate:up\nx;\n-- migrate:down\ny é;\n");
        files.add(Some("b.sql"), "z;");
        assert!(!files.text().contains('y') && files.text().contains('x'));
        let at = files.text().find('z').unwrap();
        assert_eq!(files.file(at).0, Some("b.sql"));
        assert_eq!(files.position(at, 7, 1), Position { offset: 0, line: 1, column: 1 });
    }
}
