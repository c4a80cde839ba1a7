//! Statements, applied one after the other.

use super::dialect::{Dialect, OPAQUE, OTHER_OBJECTS, PASSED_OVER};
use super::expr::{self, MAX_DEPTH};
use super::model::{At, Name, Other, Read, Schema, Table, Text};
use super::reword;
use super::split::{self, Budget, MAX_ROW, Places, Statement};
use crate::error::{Code, Error, Position, Result};
use crate::model::Warning;
use crate::source::{Lines, warning};
use crate::value::ReadOptions;
use sqlparser::ast::{ObjectName, ObjectNamePart, Statement as Parsed};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

/// A text of statements with what was read of them so far.
pub(super) struct Ddl<'t> {
    pub(super) dialect: Dialect,
    pub(super) schema: Schema,
    pub(super) warnings: Vec<Warning>,
    /// Whether something may have changed the schema in ways that are not known.
    pub(super) opaque: bool,
    /// The schema that names without one are in, where a statement says so.
    current: Option<String>,
    pub(super) places: Places<'t>,
    /// Where all of it stands, where the text is a part of another document.
    pub(super) fixed: Option<At>,
    /// The position of an offset that is on a line, at a column.
    pub(super) position: &'t dyn Fn(usize, usize, usize) -> Position,
    lines: Lines<'t>,
}

impl<'t> Ddl<'t> {
    pub(super) fn new(
        dialect: Dialect,
        text: &'t str,
        position: &'t dyn Fn(usize, usize, usize) -> Position,
    ) -> Self {
        Self {
            dialect,
            schema: Schema::default(),
            warnings: Vec::new(),
            opaque: false,
            current: None,
            places: Places::of(text),
            fixed: None,
            position,
            lines: Lines::of(text.as_bytes()),
        }
    }

    /// An error at a token.
    pub(super) fn fault(&self, code: Code, token: Option<&TokenWithSpan>, message: &str) -> Error {
        let none = Location { line: 1, column: 1 };
        let start = token.map_or(none, |token| token.span.start);
        Error::new(code, message).at(self.position_of(start))
    }

    fn position_of(&self, at: Location) -> Position {
        let narrow = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        (self.position)(self.places.offset(at), narrow(at.line), narrow(at.column))
    }

    /// The position of a part of a statement.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        (self.position)(offset, self.lines.line(offset), 1)
    }

    /// Something that is not read, with its line.
    pub(super) fn warn(&mut self, at: &At, code: &str, message: &str) {
        let line = self.position_at(at.start).line;
        self.warnings.push(warning(code, format!("{message}, line {line}")));
    }

    /// The statements of the text.
    pub(super) fn statements(&self, text: &str, read: &ReadOptions) -> Result<Vec<Statement>> {
        split::statements(self.dialect, text, read, &|at| self.position_of(at))
    }

    pub(super) fn apply(&mut self, statement: &Statement) -> Result<()> {
        let Some(first) = statement.tokens.first() else { return Ok(()) };
        let Some(head) = statement.word(0) else {
            return Err(self.fault(Code::Parse, Some(first), "expected a statement of SQL"));
        };
        match head.as_str() {
            "create" => self.create(statement),
            "alter" => self.alter(statement),
            "drop" => self.drop(statement),
            "rename" => self.rename(statement),
            "use" => {
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: 1 };
                self.current = names.next().map(|name| name.name);
                Ok(())
            }
            "import" | "delimiter" => {
                let message = format!("`{head}` cannot be read");
                let error = self.fault(Code::Parse, Some(first), &message);
                Err(match head.as_str() {
                    "delimiter" => error.with_help(
                        "it is a command of the clients of MySQL: say in `dialect` whose SQL it is",
                    ),
                    _ => error,
                })
            }
            _ if OPAQUE.contains(&head.as_str()) => {
                let at = self.at(statement);
                let message = "what the statement does is not known, so other tables may be there";
                self.warn(&at, "statement_not_evaluated", message);
                self.opaque = true;
                Ok(())
            }
            _ if PASSED_OVER.contains(&head.as_str()) => Ok(()),
            _ => Err(self.fault(Code::Parse, Some(first), "no statement of SQL begins so")),
        }
    }

    /// Where a statement stands.
    pub(super) fn at(&self, statement: &Statement) -> At {
        if let Some(fixed) = &self.fixed {
            return fixed.clone();
        }
        let start = statement.tokens.first().map(|token| self.places.offset(token.span.start));
        let end = statement.tokens.last().map(|token| self.places.offset(token.span.end));
        let start = start.unwrap_or_default();
        start..end.unwrap_or_default().max(start)
    }

    fn create(&mut self, statement: &Statement) -> Result<()> {
        let mut at = 1;
        let (mut temporary, mut materialized, mut replaces) = (false, false, false);
        while let Some(word) = statement.word(at) {
            match word.as_str() {
                "or" if statement.word(at + 1).as_deref() == Some("replace") => {
                    replaces = true;
                    at += 1;
                }
                "temp" | "temporary" => temporary = true,
                "materialized" => materialized = true,
                "unique" | "fulltext" | "spatial" | "unlogged" | "global" | "local"
                | "recursive" | "foreign" | "virtual" | "constraint" | "force" => {}
                "algorithm" | "definer" | "sql" => {
                    // `algorithm = merge definer = user@host sql security invoker` before a view.
                    let ahead = (at..statement.tokens.len().min(at + 24)).find(|at| {
                        matches!(
                            statement.word(*at).as_deref(),
                            Some("view" | "trigger" | "procedure" | "function" | "event")
                        )
                    });
                    match ahead {
                        Some(ahead) => at = ahead - 1,
                        None => break,
                    }
                }
                _ => break,
            }
            at += 1;
        }
        match statement.word(at).as_deref() {
            Some("table" | "index" | "view" | "sequence" | "trigger") if temporary => Ok(()),
            Some("table") => self.create_table(statement, at),
            Some("index") => self.create_index(statement),
            Some("view") => {
                let kind = if materialized { "materialized_view" } else { "view" };
                self.create_view(statement, at + 1, kind, replaces)
            }
            Some("sequence") => {
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: at + 1 };
                names.if_exists();
                let Some(name) = names.next() else { return Err(self.unnamed(statement)) };
                let at = self.at(statement);
                self.add_other(name, "sequence", at, None, None);
                Ok(())
            }
            Some("trigger") if self.dialect == Dialect::Sqlite => {
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: at + 1 };
                names.if_exists();
                let name = names.next();
                let body = statement.tokens.get(names.at..).unwrap_or_default();
                let Some(name) = name else { return Err(self.unnamed(statement)) };
                let text = split::joined(self.dialect, body.iter().map(|token| &token.token));
                let at = self.at(statement);
                self.add_other(name, "trigger", at, Some(Text::certain(text)), None);
                Ok(())
            }
            Some(other) if OTHER_OBJECTS.contains(&other) => Ok(()),
            _ => Err(self.unnamed(statement)),
        }
    }

    fn unnamed(&self, statement: &Statement) -> Error {
        self.fault(Code::Parse, statement.tokens.last(), "expected what the statement is about")
    }

    fn add_other(
        &mut self,
        name: Name,
        kind: &'static str,
        at: At,
        definition: Option<Text>,
        table: Option<String>,
    ) {
        let pointer = super::pointer(kind, &name.name);
        let other = Other { at, pointer, kind, definition, table };
        self.schema.others.insert((name, kind == "trigger"), other);
    }

    fn create_view(
        &mut self,
        statement: &Statement,
        at: usize,
        kind: &'static str,
        replaces: bool,
    ) -> Result<()> {
        let mut names = Names { ddl: self, tokens: &statement.tokens, at };
        let if_not_exists = names.if_exists();
        let name = names.next();
        let behind = names.at;
        let Some(name) = name else { return Err(self.unnamed(statement)) };
        let known = self.schema.take_other(&name, false);
        if let (Some((name, other)), true) = (known, if_not_exists && !replaces) {
            self.schema.others.insert((name, false), other);
            return Ok(());
        }
        // What stands before `as` are names of columns and options.
        let body = (behind..statement.tokens.len())
            .find(|at| statement.word(*at).as_deref() == Some("as"))
            .map_or(behind, |at| at + 1);
        let body = statement.tokens.get(body..).unwrap_or_default();
        let text = split::joined(self.dialect, body.iter().map(|token| &token.token));
        let text = Text { text, certain: self.dialect.keeps_text() };
        let at = self.at(statement);
        self.add_other(name, kind, at, Some(text), None);
        Ok(())
    }

    fn alter(&mut self, statement: &Statement) -> Result<()> {
        match statement.word(1).as_deref() {
            Some("table") => self.alter_table(statement),
            Some("foreign") if statement.word(2).as_deref() == Some("table") => {
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: 3 };
                names.if_exists();
                let name = names.next();
                name.map_or(Ok(()), |name| self.not_understood(&name, statement))
            }
            Some("index") => {
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: 2 };
                names.if_exists();
                let (index, at) = (names.next(), names.at);
                let renames = statement.word(at).as_deref() == Some("rename");
                let mut names = Names { ddl: self, tokens: &statement.tokens, at: at + 2 };
                if let (Some(index), true, Some(new)) = (index, renames, names.next()) {
                    self.rename_index(&index.name, new.name);
                }
                Ok(())
            }
            Some("view" | "materialized" | "sequence") => {
                let is_two = statement.word(1).as_deref() == Some("materialized");
                let at = if is_two { 3 } else { 2 };
                self.alter_view(statement, at)
            }
            Some(_) => Ok(()),
            None => Err(self.unnamed(statement)),
        }
    }

    fn alter_view(&mut self, statement: &Statement, at: usize) -> Result<()> {
        let mut names = Names { ddl: self, tokens: &statement.tokens, at };
        names.if_exists();
        let (name, behind) = (names.next(), names.at);
        let Some(name) = name else { return Err(self.unnamed(statement)) };
        match statement.word(behind).as_deref() {
            Some("as") => self.create_view(statement, at, "view", true),
            _ => self.alter_other(&name, statement, behind),
        }
    }

    /// Renames a view or a sequence, where that is what the words behind its name say.
    pub(super) fn alter_other(
        &mut self,
        name: &Name,
        statement: &Statement,
        behind: usize,
    ) -> Result<()> {
        let word = |at: usize| statement.word(at);
        if let (Some("rename"), Some("to")) = (word(behind).as_deref(), word(behind + 1).as_deref())
        {
            let mut names = Names { ddl: self, tokens: &statement.tokens, at: behind + 2 };
            let new = names.next();
            if let (Some(new), Some((old, other))) = (new, self.schema.take_other(name, false)) {
                let name = Name { name: new.name, schema: new.schema.or(old.schema) };
                let pointer = super::pointer(other.kind, &name.name);
                self.schema.others.insert((name, false), Other { pointer, ..other });
            }
        }
        Ok(())
    }

    fn drop(&mut self, statement: &Statement) -> Result<()> {
        let what = statement.word(1).unwrap_or_default();
        let at = match (what.as_str(), statement.word(2).as_deref()) {
            ("materialized" | "foreign" | "temporary", _) => 3,
            _ => 2,
        };
        let mut names = Names { ddl: self, tokens: &statement.tokens, at };
        let is_calm = names.if_exists();
        let mut all = Vec::new();
        while let Some(name) = names.next() {
            all.push(name);
            if !names.comma() {
                break;
            }
        }
        let behind = names.at;
        let cascades = self.dialect == Dialect::Postgresql
            && statement.word(behind).as_deref() == Some("cascade");
        for name in &all {
            match what.as_str() {
                "table" | "foreign" | "temporary" => match self.schema.table_name(name) {
                    Some(name) => {
                        self.schema.tables.remove(&name);
                        self.schema.drop_triggers_on(&name.name);
                        if cascades {
                            self.schema.drop_keys_to(&name.name);
                        }
                    }
                    None if is_calm || what == "temporary" => {}
                    None => {
                        let at = self.at(statement);
                        self.warn(
                            &at,
                            "table_not_known",
                            "a table is dropped that was not made before",
                        );
                    }
                },
                "index" => {
                    if let Some(table) = self.schema.table_of_index(&name.name) {
                        table.indexes.remove(&name.name);
                        table.uniques.retain(|key| key.name.as_ref() != Some(&name.name));
                    } else if self.dialect.is_mysql() {
                        self.drop_index_on(statement, &name.name);
                    }
                }
                "view" | "materialized" | "sequence" => {
                    self.schema.take_other(name, false);
                    self.schema.drop_triggers_on(&name.name);
                }
                "trigger" => drop(self.schema.take_other(name, true)),
                "schema" | "database" => {
                    let schema = name.name.as_str();
                    let stays = |of: &Name| of.schema.as_deref() != Some(schema);
                    self.schema.tables.retain(|name, _| stays(name));
                    self.schema.others.retain(|(name, _), _| stays(name));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// `drop index name on table`, where the index stands for a constraint.
    fn drop_index_on(&mut self, statement: &Statement, index: &str) {
        let on = (2..statement.tokens.len())
            .find(|at| statement.word(*at).as_deref() == Some("on"))
            .unwrap_or(statement.tokens.len());
        let name = Names { ddl: self, tokens: &statement.tokens, at: on + 1 }.next();
        if let Some(table) = name.and_then(|name| self.schema.table(&name)) {
            table.drop_index(index);
        }
    }

    /// `rename table a to b, c to d`.
    fn rename(&mut self, statement: &Statement) -> Result<()> {
        let mut at = 2;
        loop {
            let mut names = Names { ddl: self, tokens: &statement.tokens, at };
            let old = names.next();
            names.at += 1;
            let new = names.next();
            let more = names.comma();
            at = names.at;
            let (Some(old), Some(new)) = (old, new) else {
                return Err(self.unnamed(statement));
            };
            self.rename_table(&old, new);
            if !more {
                return Ok(());
            }
        }
    }

    /// A table of which something is not understood: it is there, and is not compared.
    pub(super) fn not_understood(&mut self, name: &Name, statement: &Statement) -> Result<()> {
        let at = self.at(statement);
        self.unclear_table(name, &at);
        let message = format!("what is said of the table `{}` is not read", name.name);
        self.warn(&at, "statement_not_read", &message);
        Ok(())
    }

    pub(super) fn unclear_table(&mut self, name: &Name, at: &At) {
        match self.schema.table(name) {
            Some(table) => table.unclear = true,
            None => {
                let pointer = super::pointer("table", &name.name);
                let table = Table { unclear: true, ..Table::new(at.clone(), pointer, Read::ALL) };
                self.schema.tables.insert(name.clone(), table);
            }
        }
    }

    /// Parses a statement whole.
    pub(super) fn parse(&self, statement: &Statement) -> Result<Parsed> {
        let reworded = reword::in_newer_words(self.dialect, statement);
        let statement = reworded.as_ref().unwrap_or(statement);
        let mut budget = Budget::default();
        for token in &statement.tokens {
            if !budget.takes(&token.token) {
                let message = format!("more than {MAX_ROW} tokens without a comma, or too deep");
                return Err(self.fault(Code::Limit, Some(token), &message));
            }
        }
        let parser = Parser::new(self.dialect.grammar()).with_recursion_limit(MAX_DEPTH);
        let mut parser = parser.with_tokens_with_locations(statement.tokens.clone());
        let parsed = parser.parse_statement().map_err(|error| {
            let at = parser.get_current_token();
            let at = if at.token == Token::EOF { statement.tokens.last() } else { Some(at) };
            match error {
                ParserError::RecursionLimitExceeded => {
                    let message =
                        format!("expressions stand deeper than {MAX_DEPTH} in each other");
                    self.fault(Code::Limit, at, &message)
                }
                ParserError::ParserError(message) | ParserError::TokenizerError(message) => {
                    let error = self.fault(Code::Parse, at, "the statement cannot be read");
                    match expected(&message) {
                        Some(help) => error.with_help(help),
                        None => error,
                    }
                }
            }
        })?;
        match parser.peek_token_ref() {
            end if end.token == Token::EOF => Ok(parsed),
            more => Err(self.fault(Code::Parse, Some(more), "expected the end of the statement")),
        }
    }

    /// The name of a table, a view or a sequence.
    pub(super) fn name(&self, name: &ObjectName) -> Option<Name> {
        let part = |part: &ObjectNamePart| match part {
            ObjectNamePart::Identifier(ident) => {
                Some(self.dialect.fold_table(&ident.value, ident.quote_style.is_some()))
            }
            ObjectNamePart::Function(_) => None,
        };
        let parts: Vec<String> = name.0.iter().map(part).collect::<Option<_>>()?;
        self.named(parts)
    }

    fn named(&self, mut parts: Vec<String>) -> Option<Name> {
        let name = parts.pop()?;
        let schema = parts.pop().or_else(|| self.current.clone());
        let main = self.dialect == Dialect::Sqlite;
        Some(Name { name, schema: schema.filter(|schema| !main || schema != "main") })
    }

    /// The name at a place of a statement.
    pub(super) fn name_behind(&self, statement: &Statement, at: usize) -> Option<Name> {
        self.name_and_place(statement, at).0
    }

    /// The same, and the place behind it.
    pub(super) fn name_and_place(&self, statement: &Statement, at: usize) -> (Option<Name>, usize) {
        let mut names = Names { ddl: self, tokens: &statement.tokens, at };
        while matches!(names.keyword(0), Keyword::ONLY) {
            names.at += 1;
        }
        names.if_exists();
        while matches!(names.keyword(0), Keyword::ONLY) {
            names.at += 1;
        }
        (names.next(), names.at)
    }

    pub(super) fn text(&self, expr: &sqlparser::ast::Expr) -> Text {
        expr::spelled(self.dialect, expr)
    }
}

/// What the parser expected; what it found may be a value.
fn expected(message: &str) -> Option<String> {
    let (expected, _) = message.strip_prefix("Expected: ")?.split_once(", found:")?;
    Some(format!("expected {expected}"))
}

/// Names in the tokens of a statement.
struct Names<'s, 't> {
    ddl: &'s Ddl<'t>,
    tokens: &'s [TokenWithSpan],
    at: usize,
}

impl Names<'_, '_> {
    fn token(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|token| &token.token)
    }

    fn keyword(&self, ahead: usize) -> Keyword {
        match self.token(ahead) {
            Some(Token::Word(word)) => word.keyword,
            _ => Keyword::NoKeyword,
        }
    }

    /// Passes `if exists` and `if not exists`, and words before a name.
    fn if_exists(&mut self) -> bool {
        while matches!(self.keyword(0), Keyword::CONCURRENTLY | Keyword::TABLE | Keyword::VIEW) {
            self.at += 1;
        }
        match (self.keyword(0), self.keyword(1), self.keyword(2)) {
            (Keyword::IF, Keyword::NOT, Keyword::EXISTS) => self.at += 3,
            (Keyword::IF, Keyword::EXISTS, _) => self.at += 2,
            _ => return false,
        }
        true
    }

    fn comma(&mut self) -> bool {
        let found = self.token(0) == Some(&Token::Comma);
        self.at += usize::from(found);
        found
    }

    /// The next name.
    fn next(&mut self) -> Option<Name> {
        let mut parts = Vec::new();
        loop {
            let part = match self.token(0)? {
                Token::Word(word) => {
                    self.ddl.dialect.fold_table(&word.value, word.quote_style.is_some())
                }
                Token::DoubleQuotedString(name) | Token::SingleQuotedString(name) => {
                    self.ddl.dialect.fold_table(name, true)
                }
                _ => return None,
            };
            parts.push(part);
            self.at += 1;
            if self.token(0) != Some(&Token::Period) {
                return self.ddl.named(parts);
            }
            self.at += 1;
        }
    }
}
