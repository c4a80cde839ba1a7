//! `DELIMITER` of the clients of MySQL: what ends a statement where `;` stands inside one.

use sqlparser::tokenizer::Location;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

const COMMAND: &str = "delimiter";
const DEFAULT: &str = ";";

/// A text whose commands and delimiters of one's own are blanked out, each character by one blank.
pub(super) struct Delimited<'t> {
    pub(super) text: Cow<'t, str>,
    /// Where a delimiter of one's own holds.
    own: VecDeque<Range<Location>>,
    /// Where such a delimiter stands.
    ends: VecDeque<Location>,
}

impl<'t> Delimited<'t> {
    /// A text in which `;` alone ends statements.
    pub(super) fn plain(text: &'t str) -> Self {
        Self { text: Cow::Borrowed(text), own: VecDeque::new(), ends: VecDeque::new() }
    }

    pub(super) fn of(text: &'t str) -> Self {
        match text.lines().any(|line| command(line.trim_start()).is_some()) {
            true => Scan::of(text).run(),
            false => Self::plain(text),
        }
    }

    /// Whether a statement ends before the place; asked in the order of the text.
    pub(super) fn ends_before(&mut self, at: Location) -> bool {
        let mut ends = false;
        while self.ends.front().is_some_and(|end| *end <= at) {
            self.ends.pop_front();
            ends = true;
        }
        ends
    }

    /// Whether `;` at the place ends no statement; asked in the order of the text.
    pub(super) fn is_inside(&mut self, at: Location) -> bool {
        while self.own.front().is_some_and(|own| own.end <= at) {
            self.own.pop_front();
        }
        self.own.front().is_some_and(|own| own.start <= at)
    }
}

/// The delimiter that a line sets, where the line is such a command.
fn command(line: &str) -> Option<&str> {
    let (word, rest) = line.split_at_checked(COMMAND.len())?;
    let is_command = word.eq_ignore_ascii_case(COMMAND) && rest.starts_with([' ', '\t']);
    let delimiter = rest.split_whitespace().next().filter(|_| is_command)?;
    Some(delimiter.trim_matches(['\'', '"', '`'])).filter(|delimiter| !delimiter.is_empty())
}

struct Scan<'t> {
    rest: &'t str,
    out: String,
    at: Location,
    delimiter: &'t str,
    /// Where the delimiter was set.
    since: Location,
    own: VecDeque<Range<Location>>,
    ends: VecDeque<Location>,
}

impl<'t> Scan<'t> {
    fn of(text: &'t str) -> Self {
        let start = Location { line: 1, column: 1 };
        Self {
            rest: text,
            out: String::with_capacity(text.len()),
            at: start,
            delimiter: DEFAULT,
            since: start,
            own: VecDeque::new(),
            ends: VecDeque::new(),
        }
    }

    fn run(mut self) -> Delimited<'t> {
        let (mut is_open, mut line_starts) = (false, true);
        while let Some(first) = self.rest.chars().next() {
            // A line is looked at once: it may be as long as the text.
            let may_command = line_starts && !is_open && !first.is_whitespace();
            let line = may_command.then(|| self.rest.split('\n').next()).flatten();
            if let Some((line, delimiter)) = line.and_then(|line| Some((line, command(line)?))) {
                self.set(delimiter);
                self.take(line.len(), true);
            } else if let Some(length) = comment(self.rest) {
                self.take(length, false);
                line_starts = false;
            } else if self.rest.starts_with(self.delimiter) {
                let is_own = self.delimiter != DEFAULT;
                if is_own {
                    self.ends.push_back(self.at);
                }
                self.take(self.delimiter.len(), is_own);
                (is_open, line_starts) = (false, false);
            } else if matches!(first, '\'' | '"' | '`') {
                self.take(quoted(self.rest, first), false);
                (is_open, line_starts) = (true, false);
            } else {
                self.take(first.len_utf8(), false);
                is_open |= !first.is_whitespace();
                line_starts = first == '\n' || (line_starts && first.is_whitespace());
            }
        }
        self.set(DEFAULT);
        Delimited { text: Cow::Owned(self.out), own: self.own, ends: self.ends }
    }

    fn set(&mut self, delimiter: &'t str) {
        if self.delimiter != DEFAULT {
            self.own.push_back(self.since..self.at);
        }
        (self.delimiter, self.since) = (delimiter, self.at);
    }

    /// Takes so many bytes over, or as blanks.
    fn take(&mut self, length: usize, blank: bool) {
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        for c in taken.chars() {
            self.at = match c {
                '\n' => Location { line: self.at.line + 1, column: 1 },
                _ => Location { line: self.at.line, column: self.at.column + 1 },
            };
            self.out.push(if blank { ' ' } else { c });
        }
        self.rest = rest;
    }
}

/// The length of a comment at the start of the text; what stands behind `/*!` is no comment.
fn comment(text: &str) -> Option<usize> {
    let is_line = text.starts_with('#')
        || text.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c <= ' '));
    if is_line {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let inner = text.strip_prefix("/*").filter(|rest| !rest.starts_with(['!', 'M']))?;
    Some(inner.find("*/").map_or(text.len(), |at| at + 4))
}

/// The length of a text in quotes; a quote stands in it twice or behind a backslash.
fn quoted(text: &str, quote: char) -> usize {
    let mut inner = text.char_indices().skip(1);
    while let Some((at, c)) = inner.next() {
        if c == '\\' && quote != '`' {
            inner.next();
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}
