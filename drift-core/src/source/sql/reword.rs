//! Statements in words that the parser knows: what dumps of a database hold and the grammar lacks.

use super::dialect::Dialect;
use super::split::{self, Statement};
use sqlparser::tokenizer::Token;
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

/// Whether `alter table` of MySQL says nothing but how the table is kept: its engine, its character set, whether
/// keys are written.
pub(super) fn is_of_storage(statement: &Statement, behind_name: usize) -> bool {
    let alone = !statement.tokens.iter().any(|token| token.token == Token::Comma);
    let next = |at: usize| statement.word(behind_name + at);
    alone
        && match next(0).as_deref() {
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
