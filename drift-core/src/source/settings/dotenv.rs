//! dotenv: names and values of an environment, a line each.

use super::Settings;
use crate::error::Result;

/// Reads the lines `NAME=value`, with or without `export`. Values are texts; what refers to other names is
/// not evaluated.
pub(super) fn read(settings: &mut Settings<'_>) -> Result<()> {
    let text = settings.text;
    let mut at = settings.start;
    settings.builder.open_map(at)?;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let blank = line.len() - line.trim_start().len();
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            at += line.len();
            continue;
        }
        let mut start = at + blank;
        let exported = content.strip_prefix("export").filter(|tail| tail.starts_with([' ', '\t']));
        if let Some(tail) = exported {
            start += content.len() - tail.trim_start().len();
        }
        at = variable(settings, start)?;
    }
    settings.builder.close(text.len())
}

/// Reads a variable whose name starts at `start`; where the next line starts.
fn variable(settings: &mut Settings<'_>, start: usize) -> Result<usize> {
    let text = settings.text;
    let rest = text.get(start..).unwrap_or_default();
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')));
    let end = end.unwrap_or(rest.len());
    let (name, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let blanks = tail.len() - tail.trim_start_matches([' ', '\t']).len();
    let sign = tail.trim_start_matches([' ', '\t']);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(settings.fault(start, "expected the name of a variable"));
    }
    let Some(value) = sign.strip_prefix('=') else {
        return Err(settings.fault(start + end, "expected `=` behind the name of a variable"));
    };
    let skipped = value.len() - value.trim_start_matches([' ', '\t']).len();
    let at = start + end + blanks + 1 + skipped;
    let value = text.get(at..).unwrap_or_default();
    let (found, used, literal) = match value.chars().next() {
        Some(quote @ ('\'' | '"' | '`')) => quoted(settings, at, quote)?,
        _ => plain(value),
    };
    let name_span = start..start + end;
    if !literal && refers(text.get(at..at + used).unwrap_or_default()) {
        settings.not_known(name);
    }
    settings.text_field(name_span, name, at..at + used, &found)?;
    // Behind the value nothing but a comment may follow.
    let behind = text.get(at + used..).unwrap_or_default();
    let line = behind.split_inclusive('\n').next().unwrap_or_default();
    match line.trim() {
        tail if tail.is_empty() || tail.starts_with('#') => Ok(at + used + line.len()),
        _ => Err(settings.fault(at + used, "expected the end of the line behind a value")),
    }
}

/// A value without quotes: up to the end of the line or a comment.
fn plain(value: &str) -> (String, usize, bool) {
    let line = value.lines().next().unwrap_or_default();
    let comment = line.char_indices().find(|(at, c)| {
        let before = line.get(..*at).and_then(|before| before.chars().next_back());
        *c == '#' && before.is_none_or(char::is_whitespace)
    });
    let end = comment.map_or(line.len(), |(at, _)| at);
    let found = line.get(..end).unwrap_or_default().trim_end();
    (found.to_owned(), found.len(), false)
}

/// A value in quotes, which may go over several lines; how much of the text it takes, and whether it is
/// taken as it stands.
fn quoted(settings: &Settings<'_>, at: usize, quote: char) -> Result<(String, usize, bool)> {
    let value = settings.text.get(at..).unwrap_or_default();
    let mut found = String::new();
    let mut chars = value.char_indices().skip(1);
    while let Some((index, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((found, index + 1, quote == '\'')),
            '\\' if quote == '"' => match chars.next() {
                Some((_, 'n')) => found.push('\n'),
                Some((_, 'r')) => found.push('\r'),
                Some((_, 't')) => found.push('\t'),
                Some((_, c @ ('"' | '\\' | '$'))) => found.push(c),
                Some((_, c)) => found.extend(['\\', c]),
                None => break,
            },
            c => found.push(c),
        }
    }
    Err(settings.fault(at, "the quotes of a value do not end"))
}

/// Whether a value refers to other variables or commands: `$NAME`, `${NAME}`, `$(command)`.
fn refers(value: &str) -> bool {
    let mut before = ' ';
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        if c == '$'
            && before != '\\'
            && (next.is_ascii_alphabetic() || matches!(next, '_' | '{' | '('))
        {
            return true;
        }
        before = c;
    }
    false
}
