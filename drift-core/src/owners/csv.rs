//! A table of owners: a row names resources by globs, and says whose they are. The first that matches wins.

use super::{Asked, Contact};
use crate::error::{Code, Error, Position, Result};
use crate::normalize::Glob;
use std::collections::BTreeMap;

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    Provider,
    Type,
    Id,
    Address,
    Owner,
    /// How the owner is reached.
    Name,
    Email,
    Channel,
    /// `tag:name`.
    Tag(String),
    /// Any other: a field of the scope.
    Scope(String),
}

#[derive(Clone, Debug)]
struct Row {
    line: usize,
    fields: Vec<(Column, Glob)>,
    owner: String,
    contact: Contact,
}

/// The rows, found by what they name literally.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    rows: Vec<Row>,
    by_id: BTreeMap<String, Vec<usize>>,
    by_type: BTreeMap<String, Vec<usize>>,
    others: Vec<usize>,
    /// Whether any row says how an owner is reached.
    tells_contacts: bool,
}

impl Table {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut records = Records::of(text);
        let fault = |line: usize, message: String| {
            Err(Error::new(Code::Format, message).at(start_of(text, line)).with_help(
                "the first row names the columns: `provider`, `type`, `id`, `address`, `owner`, \
                 `owner.name`, `owner.email`, `owner.channel`, `tag:<name>`, and fields of the scope, as `account`",
            ))
        };
        let Some((_, head)) = records.next().transpose()? else {
            return fault(1, "a table of owners needs a row that names its columns".to_owned());
        };
        let columns: Vec<Column> = head.iter().map(|name| column(name.trim())).collect();
        if columns.iter().filter(|column| **column == Column::Owner).count() != 1 {
            return fault(1, "expected one column `owner`".to_owned());
        }
        let mut table = Self::default();
        for record in records {
            let (line, values) = record?;
            if values.len() == 1 && values.first().is_some_and(|value| value.trim().is_empty()) {
                continue;
            }
            if values.len() != columns.len() {
                let found = values.len();
                return fault(line, format!("expected {} fields, found {found}", columns.len()));
            }
            table.add(line, &columns, values);
        }
        Ok(table)
    }

    fn add(&mut self, line: usize, columns: &[Column], values: Vec<String>) {
        let (fields, owner, contact) = (Vec::new(), String::new(), Contact::default());
        let mut row = Row { line, fields, owner, contact };
        for (column, value) in columns.iter().zip(values) {
            let value = value.trim();
            match column {
                Column::Owner => value.clone_into(&mut row.owner),
                Column::Name => row.contact.name = said(value),
                Column::Email => row.contact.email = said(value),
                Column::Channel => row.contact.channel = said(value),
                _ if value.is_empty() || value == "*" => {}
                column => row.fields.push((column.clone(), Glob::new(value))),
            }
        }
        let at = self.rows.len();
        let literal = |wanted: &Column| {
            let field = row.fields.iter().find(|(column, _)| column == wanted);
            field.and_then(|(_, glob)| glob.literal().map(str::to_owned))
        };
        match (literal(&Column::Id), literal(&Column::Type)) {
            (Some(id), _) => self.by_id.entry(id).or_default().push(at),
            (None, Some(of_type)) => self.by_type.entry(of_type).or_default().push(at),
            _ => self.others.push(at),
        }
        self.tells_contacts |= !row.contact.is_empty();
        self.rows.push(row);
    }

    /// The owner of the first row that matches, and which it is.
    pub(super) fn owner(&self, asked: &Asked<'_>) -> Option<(&str, String)> {
        let row = self.row(asked).filter(|row| !row.owner.is_empty())?;
        Some((row.owner.as_str(), format!("row on line {}", row.line)))
    }

    /// The owner of that row, and how it is reached.
    pub(super) fn contact(&self, asked: &Asked<'_>) -> Option<(&str, Contact)> {
        if !self.tells_contacts {
            return None;
        }
        let row = self.row(asked).filter(|row| !row.contact.is_empty())?;
        Some((row.owner.as_str(), row.contact.clone()))
    }

    /// The first row that matches.
    fn row(&self, asked: &Asked<'_>) -> Option<&Row> {
        let of = |known: &'_ BTreeMap<String, Vec<usize>>, key: &str| {
            known.get(key).cloned().unwrap_or_default()
        };
        let mut found: Option<usize> = None;
        let mut look = |rows: &[usize]| {
            let rows = rows.iter().copied().filter(|at| found.is_none_or(|known| *at < known));
            let first =
                rows.into_iter().find(|at| self.rows.get(*at).is_some_and(|row| row.is(asked)));
            found = first.or(found);
        };
        for side in asked.sides() {
            look(&of(&self.by_id, &side.key.id));
            look(&of(&self.by_type, &side.key.type_name));
        }
        look(&self.others);
        self.rows.get(found?)
    }
}

impl Row {
    fn is(&self, asked: &Asked<'_>) -> bool {
        self.fields.iter().all(|(column, glob)| {
            if let Column::Tag(name) = column {
                return asked.tag(name).is_some_and(|value| glob.matches(value));
            }
            asked.sides().any(|side| {
                let key = &side.key;
                match column {
                    Column::Provider => glob.matches(&key.provider),
                    Column::Type => glob.matches(&key.type_name),
                    Column::Id => glob.matches(&key.id),
                    Column::Address => glob.matches(side.address()),
                    Column::Scope(name) => {
                        key.scope.get(name).is_some_and(|value| glob.matches(value))
                    }
                    Column::Owner | Column::Name | Column::Email | Column::Channel => false,
                    Column::Tag(_) => false,
                }
            })
        })
    }
}

fn column(name: &str) -> Column {
    match name {
        "provider" => Column::Provider,
        "type" => Column::Type,
        "id" => Column::Id,
        "address" => Column::Address,
        "owner" => Column::Owner,
        "owner.name" => Column::Name,
        "owner.email" => Column::Email,
        "owner.channel" => Column::Channel,
        other => match other.strip_prefix("tag:") {
            Some(tag) => Column::Tag(tag.to_owned()),
            None => Column::Scope(other.strip_prefix("scope.").unwrap_or(other).to_owned()),
        },
    }
}

fn said(value: &str) -> Option<String> {
    (!value.is_empty()).then(|| value.to_owned())
}

/// Where a line starts.
fn start_of(text: &str, line: usize) -> Position {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    Position::of(text.as_bytes(), before.map(str::len).sum())
}

/// Records as RFC 4180 has them, each with its line.
struct Records<'t> {
    whole: &'t str,
    rest: &'t str,
    line: usize,
}

impl<'t> Records<'t> {
    fn of(text: &'t str) -> Self {
        Self { whole: text, rest: text.strip_prefix('\u{feff}').unwrap_or(text), line: 1 }
    }

    fn read(&mut self) -> Result<(usize, Vec<String>)> {
        let start = self.line;
        let mut fields = Vec::new();
        loop {
            let (field, ends) = if let Some(quoted) = self.rest.strip_prefix('"') {
                self.quoted(quoted, start)?
            } else {
                let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
                let (field, rest) = self.rest.split_at_checked(end).unwrap_or_default();
                self.rest = rest;
                (field.trim_end_matches('\r').to_owned(), rest.chars().next())
            };
            fields.push(field);
            self.rest = self.rest.get(ends.map_or(0, char::len_utf8)..).unwrap_or_default();
            if ends != Some(',') {
                self.line += 1;
                return Ok((start, fields));
            }
        }
    }

    /// A field in quotes, and what follows it.
    fn quoted(&mut self, text: &'t str, start: usize) -> Result<(String, Option<char>)> {
        let mut field = String::new();
        let mut rest = text;
        loop {
            let Some(end) = rest.find('"') else {
                let message = "a quoted field has no end";
                let position = start_of(self.whole, start);
                return Err(Error::new(Code::Format, message).at(position));
            };
            let (part, behind) = rest.split_at_checked(end).unwrap_or_default();
            field.push_str(part);
            self.line += part.matches('\n').count();
            rest = behind.get(1..).unwrap_or_default();
            let Some(more) = rest.strip_prefix('"') else { break };
            field.push('"');
            rest = more;
        }
        self.rest = rest.strip_prefix('\r').unwrap_or(rest);
        match self.rest.chars().next() {
            next @ (None | Some(',' | '\n')) => Ok((field, next)),
            Some(_) => {
                let message = "expected a comma or the end of the line behind a quoted field";
                let position = start_of(self.whole, self.line);
                Err(Error::new(Code::Format, message).at(position))
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<(usize, Vec<String>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.rest = "";
        }
        Some(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_those_of_rfc_4180() {
        let text = "a,b\r\n\"x, \"\"y\"\"\nz\",2\n,\n";
        let all: Vec<_> = Records::of(text).collect::<Result<_>>().unwrap();
        let of = |line: usize, fields: [&str; 2]| (line, fields.map(str::to_owned).to_vec());
        assert_eq!(all, [of(1, ["a", "b"]), of(2, ["x, \"y\"\nz", "2"]), of(4, ["", ""])]);
    }

    #[test]
    fn malformed_tables_say_where() {
        for (text, line) in [
            ("", 1),
            ("type,id\n", 1),
            ("type,owner\na\n", 2),
            ("type,owner\n\"a,b\n", 2),
            ("type,owner\n\"a\"x,b\n", 2),
        ] {
            let error = Table::parse(text).unwrap_err();
            assert_eq!(
                (error.code(), error.position().unwrap().line),
                (Code::Format, line),
                "{text}"
            );
        }
    }
}
