//! Statements in words that the parser knows: what dumps of a database hold and the grammar lacks.

use super::dialect::Dialect;
use super::split::{self, Statement};
use sqlparser::tokenizer::{Token, TokenWithSpan};
use std::collections::BTreeSet;
use std::ops::Range;

/// `create index … on only table`, as PostgreSQL dumps the index of a partitioned table, without `only`.
pub(super) fn index(dialect: Dialect, statement: &Statement) -> Option<Statement> {
    if dialect != Dialect::Postgresql {
        return None;
    }
    let on = behind(statement, 1, "on")?;
    is(statement, on, "only").then(|| without(statement, on..on + 1))
}

/// A table of MySQL without its partitions, and by what it is partitioned. What is said of each is left out: the
/// database prints more of it than it was given.
pub(super) fn unpartitioned(
    dialect: Dialect,
    statement: &Statement,
) -> Option<(Statement, String)> {
    let mut depth = 0_usize;
    let at = statement.tokens.iter().enumerate().position(|(at, token)| {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && is(statement, at, "partition") && is(statement, at + 1, "by")
    })?;
    let rest = statement.tokens.get(at..)?;
    let open = rest.iter().position(|token| token.token == Token::LParen)?;
    let mut depth = 0_usize;
    let close = rest.iter().skip(open).position(|token| {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })?;
    let by = rest.get(..=open + close).unwrap_or_default();
    let by = split::joined(dialect, by.iter().map(|token| &token.token));
    Some((without(statement, at..statement.tokens.len()), by))
}

/// `alter table`: the options of an identity, which are not read, are left out; what MySQL calls a key or a check
/// goes by the words for all of them.
pub(super) fn alter(dialect: Dialect, statement: &Statement) -> Option<Statement> {
    if dialect == Dialect::Postgresql {
        let open = behind(statement, 3, "identity")?;
        if !is(statement, open - 2, "as")
            || statement.tokens.get(open).map(|token| &token.token) != Some(&Token::LParen)
        {
            return None;
        }
        let inner = statement.tokens.get(open..)?;
        let close = inner.iter().position(|token| token.token == Token::RParen)?;
        return Some(without(statement, open..open + close + 1));
    }
    if !dialect.is_mysql() {
        return None;
    }
    let mut tokens = statement.tokens.clone();
    let mut is_other = false;
    for at in 3..tokens.len() {
        let word = match statement.word(at).as_deref() {
            Some("key") => "INDEX",
            Some("check") => "CONSTRAINT",
            _ => continue,
        };
        if is(statement, at - 1, "drop")
            && let Some(token) = tokens.get_mut(at)
        {
            token.token = Token::make_keyword(word);
            is_other = true;
        }
    }
    is_other.then(|| Statement::of(tokens))
}

/// Where the name of a part stands that is attached to a table of PostgreSQL, or detached from it.
pub(super) fn partition(dialect: Dialect, statement: &Statement, at: usize) -> Option<usize> {
    let is_part = (is(statement, at, "attach") || is(statement, at, "detach"))
        && is(statement, at + 1, "partition");
    (dialect == Dialect::Postgresql && is_part).then_some(at + 2)
}

/// Whether a table of PostgreSQL takes columns over from another: `(like other including all)`.
pub(super) fn is_like(dialect: Dialect, statement: &Statement) -> bool {
    let mut depth = 0_usize;
    let mut tokens = statement.tokens.iter().enumerate();
    dialect == Dialect::Postgresql
        && tokens.any(|(at, token)| {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::Comma => {}
                _ => return false,
            }
            depth == 1 && token.token != Token::RParen && is(statement, at + 1, "like")
        })
}

/// `alter table` without what it says of how the table is kept; nothing where it says no more than that.
pub(super) fn unstored(dialect: Dialect, statement: &Statement, name: usize) -> Option<Statement> {
    let (mut depth, mut start) = (0_usize, name);
    let mut kept: Vec<Range<usize>> = Vec::new();
    for at in name..=statement.tokens.len() {
        let ends = match statement.tokens.get(at).map(|token| &token.token) {
            Some(Token::LParen) => {
                depth += 1;
                false
            }
            Some(Token::RParen) => {
                depth = depth.saturating_sub(1);
                false
            }
            Some(Token::Comma) => depth == 0,
            Some(_) => false,
            None => true,
        };
        if ends {
            if !is_of_storage(dialect, statement, start) {
                // With the comma in front, but for the first.
                let comma = usize::from(start > name && !kept.is_empty());
                kept.push(start - comma..at);
            }
            start = at + 1;
        }
    }
    if kept.is_empty() {
        return None;
    }
    let part = |range: Range<usize>| statement.tokens.get(range).unwrap_or_default();
    let tokens = std::iter::once(0..name).chain(kept).flat_map(part);
    Some(Statement::of(tokens.cloned().collect()))
}

/// Whether an operation of `alter table` is about how the table is kept: its engine, its character set, how a
/// column is stored and counted, whether keys are written.
fn is_of_storage(dialect: Dialect, statement: &Statement, at: usize) -> bool {
    let next = |ahead: usize| statement.word(at + ahead);
    if dialect == Dialect::Postgresql {
        let column = if next(1).as_deref() == Some("column") { 2 } else { 1 };
        return match (next(0).as_deref(), next(1).as_deref()) {
            (Some("cluster"), Some("on")) => true,
            (Some("set"), Some("without")) => next(2).as_deref() == Some("cluster"),
            (Some("set"), Some("tablespace" | "access")) => true,
            (Some("alter"), _) => {
                let opens = statement.tokens.get(at + column + 2).map(|token| &token.token)
                    == Some(&Token::LParen);
                match (next(column + 1).as_deref(), next(column + 2).as_deref()) {
                    (Some("set"), Some("storage" | "statistics" | "compression")) => true,
                    (Some("set" | "reset"), _) => opens,
                    _ => false,
                }
            }
            _ => false,
        };
    }
    if !dialect.is_mysql() {
        return false;
    }
    match next(0).as_deref() {
        Some("disable" | "enable") => next(1).as_deref() == Some("keys"),
        Some("convert") => next(1).as_deref() == Some("to"),
        Some("default") => {
            matches!(next(1).as_deref(), Some("character" | "charset" | "collate"))
        }
        Some(
            "engine" | "comment" | "auto_increment" | "character" | "charset" | "collate"
            | "row_format" | "key_block_size" | "avg_row_length" | "max_rows" | "min_rows"
            | "pack_keys" | "stats_persistent" | "stats_auto_recalc" | "stats_sample_pages"
            | "checksum",
        ) => true,
        _ => false,
    }
}

/// A statement of MySQL in newer words: without `binary` behind the type of a text, which is a collation, and with
/// `stored` for `persistent`.
pub(super) fn in_newer_words(dialect: Dialect, statement: &Statement) -> Option<Statement> {
    if !dialect.is_mysql() {
        return None;
    }
    let is_text = |at: usize| {
        matches!(
            statement.word(at).as_deref(),
            Some(
                "char"
                    | "character"
                    | "nchar"
                    | "varchar"
                    | "nvarchar"
                    | "varying"
                    | "tinytext"
                    | "text"
                    | "mediumtext"
                    | "longtext"
                    | "enum"
                    | "set"
            )
        )
    };
    let (mut opens, mut closed) = (Vec::new(), None);
    let (mut attributes, mut stored) = (BTreeSet::new(), BTreeSet::new());
    for (at, token) in statement.tokens.iter().enumerate() {
        let before = at.checked_sub(1);
        // What stands before the brackets that were closed just now.
        let in_front = closed.take();
        match &token.token {
            Token::LParen => opens.push(at),
            Token::RParen => {
                closed = opens.pop().map(|open: usize| open.checked_sub(1));
            }
            Token::Word(_) if is(statement, at, "binary") => {
                let next = statement.tokens.get(at + 1).map(|token| &token.token);
                let of_text = match in_front {
                    Some(front) => front.is_some_and(is_text),
                    None => before.is_some_and(is_text),
                };
                if of_text && next != Some(&Token::LParen) {
                    attributes.insert(at);
                }
            }
            // MariaDB's word for `stored`, behind an expression in brackets.
            Token::Word(_) if in_front.is_some() && is(statement, at, "persistent") => {
                stored.insert(at);
            }
            _ => {}
        }
    }
    if attributes.is_empty() && stored.is_empty() {
        return None;
    }
    let kept = statement.tokens.iter().enumerate().filter(|(at, _)| !attributes.contains(at));
    let word = |(at, token): (usize, &TokenWithSpan)| match stored.contains(&at) {
        true => TokenWithSpan { token: Token::make_keyword("STORED"), span: token.span },
        false => token.clone(),
    };
    Some(Statement::of(kept.map(word).collect()))
}

/// Whether a table of MySQL is kept in memory, where indexes are hashed unless they are said not to be.
pub(super) fn is_in_memory(dialect: Dialect, statement: &Statement) -> bool {
    let word = |at: usize| match &statement.tokens.get(at)?.token {
        Token::Eq => statement.word(at + 1),
        _ => statement.word(at),
    };
    let closes = statement.tokens.iter().rposition(|token| token.token == Token::RParen);
    let options = closes.unwrap_or_default()..statement.tokens.len();
    dialect.is_mysql()
        && options.into_iter().any(|at| {
            is(statement, at, "engine")
                && matches!(word(at + 1).as_deref(), Some("memory" | "heap"))
        })
}

fn is(statement: &Statement, at: usize, word: &str) -> bool {
    statement.word(at).as_deref() == Some(word)
}

/// The place behind the first such word from `start` on.
fn behind(statement: &Statement, start: usize, word: &str) -> Option<usize> {
    (start..statement.tokens.len()).find(|at| is(statement, *at, word)).map(|at| at + 1)
}

fn without(statement: &Statement, range: Range<usize>) -> Statement {
    let kept = statement.tokens.iter().enumerate().filter(|(at, _)| !range.contains(at));
    Statement::of(kept.map(|(_, token)| token.clone()).collect())
}
