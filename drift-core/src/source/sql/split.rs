//! A text as tokens and statements, within bounds.

use super::delimiter::Delimited;
use super::dialect::Dialect;
use crate::error::{Code, Error, Position, Result};
use crate::limits::Limits;
use crate::value::ReadOptions;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace};
use std::ops::Range;

/// How many tokens may stand in a row without a comma, the brackets around them included: what is
/// parsed from them stands inside each other.
pub(super) const MAX_ROW: usize = 500;

/// How deep brackets may stand inside each other.
const MAX_BRACKETS: usize = 64;

/// How many types of elements, `array<…>`, a statement may hold.
const MAX_ELEMENT_TYPES: usize = 16;

/// Counts tokens that are parsed, so that what is made of them is not too deep.
#[derive(Default)]
pub(super) struct Budget {
    /// The tokens since the last comma, in each of the open brackets.
    rows: Vec<usize>,
    row: usize,
    sum: usize,
    /// Types of elements, which stand inside each other without brackets that are counted.
    element_types: usize,
    was_container: bool,
}

impl Budget {
    /// Whether there is room for the token.
    pub(super) fn takes(&mut self, token: &Token) -> bool {
        match token {
            Token::Comma => {
                self.sum -= self.row;
                self.row = 0;
            }
            Token::LParen | Token::LBracket | Token::LBrace => {
                self.count();
                self.rows.push(self.row);
                self.row = 0;
            }
            Token::RParen | Token::RBracket | Token::RBrace => {
                self.sum -= self.row;
                self.row = self.rows.pop().unwrap_or_default();
                self.count();
            }
            Token::Whitespace(_) => {}
            _ => self.count(),
        }
        self.element_types += usize::from(self.was_container && *token == Token::Lt);
        let container = |word: &str| {
            ["array", "struct", "map", "tuple", "nested"]
                .iter()
                .any(|c| word.eq_ignore_ascii_case(c))
        };
        self.was_container = matches!(token, Token::Word(word) if container(&word.value));
        let shallow = self.rows.len() <= MAX_BRACKETS && self.element_types <= MAX_ELEMENT_TYPES;
        self.sum <= MAX_ROW && shallow
    }

    fn count(&mut self) {
        self.row += 1;
        self.sum += 1;
    }
}

/// Tokens without blanks and comments; none where a string or a comment does not end.
pub(super) fn tokens(dialect: Dialect, text: &str) -> Option<Vec<TokenWithSpan>> {
    let mut tokens = Tokenizer::new(dialect.grammar(), text).tokenize_with_location().ok()?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    Some(tokens)
}

/// A text of SQL in one spelling: words that are not quoted folded, one blank between tokens.
pub(super) fn squeezed(dialect: Dialect, text: &str) -> String {
    match tokens(dialect, text) {
        Some(tokens) => joined(dialect, tokens.iter().map(|token| &token.token)),
        None => text.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// Tokens in one spelling.
pub(super) fn joined<'t>(dialect: Dialect, tokens: impl Iterator<Item = &'t Token>) -> String {
    let mut out = String::new();
    for token in tokens {
        if !out.is_empty() {
            out.push(' ');
        }
        match token {
            Token::Word(word) => out.push_str(&dialect.word(word)),
            token => out.push_str(&token.to_string()),
        }
    }
    out
}

/// Where the places of a tokenizer, in lines and characters, stand in a text.
pub(super) struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
    /// The place that was found last: those that are asked for mostly go on from there.
    last: std::cell::Cell<(u64, u64, usize)>,
}

impl<'t> Places<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect();
        Self { text, lines, last: std::cell::Cell::new((0, 0, 0)) }
    }

    /// The offset in bytes of a place: as many characters on or back from the last one, where that
    /// stands in the same line.
    pub(super) fn offset(&self, at: Location) -> usize {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let (line, column, offset) = self.last.get();
        let found = if line == at.line && column > at.column {
            let before = self.text.get(..offset).unwrap_or_default();
            let back = count(column - at.column - 1);
            before.char_indices().rev().nth(back).map_or(0, |(at, _)| at)
        } else {
            let (from, skipped) = if line == at.line {
                (offset, at.column - column)
            } else {
                let line = count(at.line.saturating_sub(1));
                let start = self.lines.get(line).copied().unwrap_or(self.text.len());
                (start, at.column.saturating_sub(1))
            };
            let rest = self.text.get(from..).unwrap_or_default();
            let place = rest.char_indices().nth(count(skipped));
            place.map_or(self.text.len(), |(at, _)| from + at)
        };
        self.last.set((at.line, at.column, found));
        found
    }

    pub(super) fn span(&self, span: sqlparser::tokenizer::Span) -> Range<usize> {
        let start = self.offset(span.start);
        start..self.offset(span.end).max(start)
    }
}

/// A statement: its tokens.
#[derive(Default)]
pub(super) struct Statement {
    pub(super) tokens: Vec<TokenWithSpan>,
    /// Whether it makes something with a body of further statements.
    has_body: bool,
    /// How many `begin` and `case` are open in the body.
    open: usize,
}

impl Statement {
    pub(super) fn of(tokens: Vec<TokenWithSpan>) -> Self {
        Self { tokens, ..Self::default() }
    }

    /// The word at a place, in lower case, where one that is not quoted stands there.
    pub(super) fn word(&self, index: usize) -> Option<String> {
        word(self.tokens.get(index)?)
    }

    fn push(&mut self, token: TokenWithSpan) {
        if let Some(word) = word(&token) {
            let at = self.tokens.len();
            let is_head = (1..6).contains(&at) && self.word(0).as_deref() == Some("create");
            let makes = matches!(word.as_str(), "trigger" | "procedure" | "function" | "event");
            self.has_body |= is_head && makes;
            let behind_end = || at > 0 && self.word(at - 1).as_deref() == Some("end");
            match word.as_str() {
                _ if !self.has_body => {}
                "begin" => self.open += 1,
                "case" if !behind_end() => self.open += 1,
                // `end if` ends what no word here has begun.
                "if" | "loop" | "while" | "repeat" if behind_end() => self.open += 1,
                "end" => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.tokens.push(token);
    }
}

fn word(token: &TokenWithSpan) -> Option<String> {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_lowercase()),
        _ => None,
    }
}

/// The statements of a text.
///
/// # Errors
/// `DRIFT_PARSE` where a string or a comment does not end, `DRIFT_LIMIT` where there are too many tokens.
pub(super) fn statements(
    dialect: Dialect,
    text: &str,
    read: &ReadOptions,
    position: &dyn Fn(Location) -> Position,
) -> Result<Vec<Statement>> {
    let mut delimited = match dialect.is_mysql() {
        true => Delimited::of(text),
        false => Delimited::plain(text),
    };
    let tokens = Tokenizer::new(dialect.grammar(), &delimited.text).tokenize_with_location();
    let tokens = tokens.map_err(|error| {
        Error::new(Code::Parse, "the text is no SQL: a string, a name or a comment does not end")
            .at(position(error.location))
            .with_help("say in `dialect` whose SQL it is")
    })?;
    if tokens.len() > read.limits.max_nodes {
        return Err(Limits::passed("max_nodes", read.limits.max_nodes));
    }
    let mut statements = Vec::new();
    let mut open = Statement::default();
    let mut is_command = false;
    for token in tokens {
        let start = token.span.start;
        if delimited.ends_before(start) {
            let mut ended = std::mem::take(&mut open);
            while ended.tokens.last().is_some_and(|token| token.token == Token::SemiColon) {
                ended.tokens.pop();
            }
            statements.push(ended);
        }
        match &token.token {
            // `\\connect` and the like are commands of psql, each a line of its own.
            Token::Backslash if open.tokens.is_empty() => is_command = true,
            Token::Whitespace(Whitespace::Newline | Whitespace::SingleLineComment { .. }) => {
                is_command = false;
            }
            _ if is_command => {}
            Token::Whitespace(_) | Token::EOF => {}
            Token::SemiColon if open.open == 0 && !delimited.is_inside(start) => {
                statements.push(std::mem::take(&mut open));
            }
            _ => open.push(token),
        }
    }
    statements.push(open);
    statements.retain(|statement| !statement.tokens.is_empty());
    Ok(statements)
}
