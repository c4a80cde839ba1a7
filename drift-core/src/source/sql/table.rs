//! `create table`, `create index` and what they say of columns and constraints.

use super::ddl::Ddl;
use super::dialect::Dialect;
use super::expr;
use super::made_up;
use super::model::{At, Check, Column, ForeignKey, Index, Key, Known, Name, Read, Table, Text};
use super::reword;
use super::split::Statement;
use super::types;
use crate::error::{Code, Error, Result};
use sqlparser::ast::{
    ColumnDef, ColumnOption, ConstraintCharacteristics, ConstraintReferenceMatchKind, CreateIndex,
    DataType, DeferrableInitial, Expr, ForeignKeyConstraint, GeneratedAs, GeneratedExpressionMode,
    Ident, IndexColumn, IndexOption, IndexType, NullsDistinctOption, ObjectName, ReferentialAction,
    SqliteTableOption, Statement as Parsed, TableConstraint,
};

impl Ddl<'_> {
    pub(super) fn create_table(&mut self, statement: &Statement, at: usize) -> Result<()> {
        let is_plain = |word: &str| !matches!(word, "virtual" | "foreign");
        if !(1..at).filter_map(|at| statement.word(at)).all(|word| is_plain(&word)) {
            return match self.name_behind(statement, at + 1) {
                Some(name) => self.not_understood(&name, statement),
                None => Err(self.fault(Code::Parse, statement.tokens.last(), "expected a name")),
            };
        }
        if reword::is_like(self.dialect, statement)
            && let Some(name) = self.name_behind(statement, at + 1)
        {
            return self.not_understood(&name, statement);
        }
        let whole = statement;
        let cut =
            self.dialect.is_mysql().then(|| reword::unpartitioned(self.dialect, whole)).flatten();
        let (statement, partition) = match &cut {
            Some((statement, partition)) => (statement, Some(partition)),
            None => (whole, None),
        };
        let Parsed::CreateTable(parsed) = self.parse(statement)? else { return Ok(()) };
        let place = self.at(statement);
        let Some(name) = self.name(&parsed.name) else {
            return self.skip(&place, "a table whose name is computed");
        };
        if self.schema.table_name(&name).is_some() {
            if parsed.if_not_exists {
                return Ok(());
            }
            let message = format!("the table `{}` is made twice", name.name);
            return Err(self.fault(Code::DuplicateKey, statement.tokens.first(), &message));
        }
        let unclear = parsed.query.is_some()
            || parsed.like.is_some()
            || parsed.clone.is_some()
            || parsed.inherits.is_some()
            || parsed.partition_of.is_some();
        if unclear {
            return self.not_understood(&name, statement);
        }
        let pointer = super::pointer("table", &name.name);
        let mut table = Table::new(place, pointer, Read::ALL);
        table.method = reword::is_in_memory(self.dialect, statement).then_some("hash");
        for column in &parsed.columns {
            self.add_column(&name, &mut table, column)?;
        }
        for constraint in &parsed.constraints {
            self.add_constraint(&name, &mut table, constraint);
        }
        table.options.extend(partition.cloned());
        if let Some(partition) = &parsed.partition_by {
            let Text { text, certain } = self.text(partition);
            // Of an expression whose spelling is not known the kind remains.
            let known = if certain { &text } else { text.split('(').next().unwrap_or_default() };
            table.options.insert(format!("partition by {}", known.trim_end()));
        }
        if parsed.unlogged {
            table.options.insert("unlogged".to_owned());
        }
        for option in &parsed.sqlite_table_options.options {
            let option = match option {
                SqliteTableOption::Strict => "strict",
                _ => "without rowid",
            };
            table.options.insert(option.to_owned());
        }
        self.schema.tables.insert(name, table);
        Ok(())
    }

    pub(super) fn skip(&mut self, at: &At, what: &str) -> Result<()> {
        self.warn(at, "statement_not_read", &format!("{what} is not read"));
        self.opaque = true;
        Ok(())
    }

    fn ident(&self, ident: &Ident) -> String {
        self.dialect.fold(&ident.value, ident.quote_style.is_some())
    }

    pub(super) fn column_at(&self, ident: &Ident) -> At {
        self.fixed.clone().unwrap_or_else(|| self.places.span(ident.span))
    }

    pub(super) fn add_column(
        &mut self,
        name: &Name,
        table: &mut Table,
        column: &ColumnDef,
    ) -> Result<()> {
        let options: Vec<ColumnOption> =
            column.options.iter().map(|option| option.option.clone()).collect();
        let own = self.ident(&column.name);
        let read = self.column(name, table, &column.name, &column.data_type, &options);
        if table.columns.insert(own.clone(), read).is_some() {
            let message = format!("the column `{own}` stands twice");
            let at = self.position_at(self.column_at(&column.name).start);
            return Err(Error::new(Code::DuplicateKey, message).at(at));
        }
        Ok(())
    }

    /// A column as it is said; its constraints go to the table.
    pub(super) fn column(
        &mut self,
        name: &Name,
        table: &mut Table,
        ident: &Ident,
        data_type: &DataType,
        options: &[ColumnOption],
    ) -> Column {
        let own = self.ident(ident);
        let at = self.column_at(ident);
        let kind = match data_type {
            DataType::Unspecified => String::new(),
            kind => types::canonical(self.dialect, &kind.to_string()),
        };
        let mut column = Column {
            at,
            kind,
            nullable: Some(true),
            default: Known::Nothing,
            identity: Known::Nothing,
            generated: Known::Nothing,
            on_update: Known::Nothing,
            ..Column::default()
        };
        if self.dialect == Dialect::Mariadb && matches!(data_type, DataType::JSON) {
            let text = Text::certain(super::is_document(&own));
            table.checks.push(Check { name: None, text });
        }
        self.serial(name, table, &own, &mut column);
        for option in options {
            self.column_option(&own, table, &mut column, option);
        }
        column
    }

    /// `serial` is an integer with a sequence.
    fn serial(&self, name: &Name, table: &mut Table, own: &str, column: &mut Column) {
        let kind = match (self.dialect, column.kind.as_str()) {
            (Dialect::Postgresql, "serial" | "serial4") => "integer",
            (Dialect::Postgresql, "bigserial" | "serial8") => "bigint",
            (Dialect::Postgresql, "smallserial" | "serial2") => "smallint",
            (Dialect::Mysql | Dialect::Mariadb, "serial") => "bigint unsigned",
            _ => return,
        };
        column.kind = kind.to_owned();
        column.nullable = Some(false);
        if self.dialect.is_mysql() {
            column.identity = Known::Is("auto_increment".to_owned());
            let columns = vec![own.to_owned()];
            let key = Key { at: column.at.clone(), columns, ..Key::default() };
            table.uniques.push(key);
            return;
        }
        let sequence = format!("{}_{own}_seq", name.name);
        // A longer name is cut in a way that depends on what else is there.
        let certain = sequence.len() <= 63;
        let text = format!("nextval({})", expr::quoted(&sequence));
        column.default = Known::Is(Text { text, certain });
    }

    fn column_option(
        &mut self,
        own: &str,
        table: &mut Table,
        column: &mut Column,
        option: &ColumnOption,
    ) {
        let at = column.at.clone();
        let columns = || vec![own.to_owned()];
        match option {
            ColumnOption::Null => column.nullable = Some(true),
            ColumnOption::NotNull => column.nullable = Some(false),
            ColumnOption::Default(value) => {
                column.default = Known::of(expr::default(self.dialect, &column.kind, value));
            }
            ColumnOption::PrimaryKey(key) => {
                let name = key.name.as_ref().map(|name| self.ident(name));
                table.primary_key = Some(Key { at, name, columns: columns(), ..Key::default() });
            }
            ColumnOption::Unique(key) => {
                column.unclear |= !matches!(key.nulls_distinct, NullsDistinctOption::None);
                let name = key.name.as_ref().map(|name| self.ident(name));
                let deferrable = Known::of(key.characteristics.as_ref().and_then(deferrable));
                let key = Key { at, name, columns: columns(), deferrable, ..Key::default() };
                table.uniques.push(key);
            }
            ColumnOption::ForeignKey(key) => {
                let key = self.foreign_key(at, key, columns());
                table.foreign_keys.push(key);
            }
            ColumnOption::Check(check) => {
                let name = check.name.as_ref().map(|name| self.ident(name));
                table.checks.push(Check { name, text: self.text(&check.expr) });
            }
            ColumnOption::DialectSpecific(tokens) => {
                let words: Vec<String> =
                    tokens.iter().map(|token| token.to_string().to_lowercase()).collect();
                match words.as_slice() {
                    [word] if matches!(word.as_str(), "auto_increment" | "autoincrement") => {
                        column.identity = Known::Is("auto_increment".to_owned());
                    }
                    _ => column.unclear = true,
                }
            }
            ColumnOption::Collation(name) => column.collation = self.last(name),
            ColumnOption::CharacterSet(_) => {}
            ColumnOption::Comment(text) => column.comment = Some(text.clone()),
            ColumnOption::OnUpdate(value) => column.on_update = Known::Is(self.text(value)),
            ColumnOption::Generated {
                generated_as, generation_expr, generation_expr_mode, ..
            } => match (generation_expr, generated_as) {
                (Some(value), _) => {
                    column.generated = Known::Is(self.text(value));
                    column.stored = self.stored(generation_expr_mode.as_ref());
                }
                (None, GeneratedAs::Always) => {
                    column.identity = Known::Is("always".to_owned());
                    column.nullable = Some(false);
                }
                (None, GeneratedAs::ByDefault) => {
                    column.identity = Known::Is("by default".to_owned());
                    column.nullable = Some(false);
                }
                (None, GeneratedAs::ExpStored) => column.unclear = true,
            },
            _ => column.unclear = true,
        }
    }

    /// Whether a generated value is kept. PostgreSQL's rows do not tell, and it keeps them unless it is told
    /// not to; without a word MySQL and SQLite make them when they are read.
    fn stored(&self, mode: Option<&GeneratedExpressionMode>) -> Known<bool> {
        let is_stored = matches!(mode, Some(GeneratedExpressionMode::Stored));
        match self.dialect {
            Dialect::Postgresql if mode.is_none() || is_stored => Known::Nothing,
            _ => Known::Is(is_stored),
        }
    }

    fn last(&self, name: &ObjectName) -> Option<String> {
        let text = name.0.last()?.to_string();
        Some(text.trim_matches(['"', '`', '\'']).to_lowercase())
    }

    fn foreign_key(&self, at: At, key: &ForeignKeyConstraint, columns: Vec<String>) -> ForeignKey {
        let action = |action: Option<ReferentialAction>| {
            let action = action.unwrap_or(ReferentialAction::NoAction).to_string();
            self.dialect_action(&action)
        };
        let table = self.name(&key.foreign_table).map(|name| name.name).unwrap_or_default();
        ForeignKey {
            at,
            name: key.name.as_ref().map(|name| self.ident(name)),
            columns,
            table,
            references: key.referred_columns.iter().map(|column| self.ident(column)).collect(),
            on_delete: Some(action(key.on_delete)),
            on_update: Some(action(key.on_update)),
            matching: match key.match_kind {
                Some(ConstraintReferenceMatchKind::Full) => Known::Is("full".to_owned()),
                _ => Known::Nothing,
            },
            deferrable: Known::of(key.characteristics.as_ref().and_then(deferrable)),
        }
    }

    /// An action of a foreign key in one spelling.
    pub(super) fn dialect_action(&self, action: &str) -> String {
        super::action(self.dialect, action)
    }

    fn names(&self, columns: &[IndexColumn]) -> Option<Vec<String>> {
        let name = |column: &IndexColumn| match &column.column.expr {
            Expr::Identifier(ident) => Some(self.ident(ident)),
            expr => super::part(self.dialect, expr).map(|(name, _)| name),
        };
        columns.iter().map(name).collect()
    }

    /// The columns of a key, where it holds the first characters of one alone.
    fn parts(&self, columns: &[IndexColumn]) -> Option<String> {
        let has_part =
            columns.iter().any(|column| super::part(self.dialect, &column.column.expr).is_some());
        let texts = columns.iter().map(|column| self.index_column(column).text);
        has_part.then(|| texts.collect::<Vec<_>>().join(", "))
    }

    pub(super) fn add_constraint(
        &mut self,
        name: &Name,
        table: &mut Table,
        constraint: &TableConstraint,
    ) {
        let at = table.at.clone();
        let ident = |ident: &Option<Ident>| ident.as_ref().map(|ident| self.ident(ident));
        match constraint {
            TableConstraint::PrimaryKey(key) => match self.names(&key.columns) {
                Some(columns) => {
                    let (name, parts) = (ident(&key.name), self.parts(&key.columns));
                    table.primary_key = Some(Key { at, name, columns, parts, ..Key::default() });
                }
                None => table.unclear = true,
            },
            TableConstraint::Unique(key) => {
                let own = ident(&key.name).or_else(|| ident(&key.index_name));
                let plain = matches!(key.nulls_distinct, NullsDistinctOption::None);
                match self.names(&key.columns).filter(|_| plain) {
                    Some(columns) => {
                        let deferrable =
                            Known::of(key.characteristics.as_ref().and_then(deferrable));
                        let parts = self.parts(&key.columns);
                        table.uniques.push(Key { at, name: own, columns, deferrable, parts });
                    }
                    None if self.dialect.is_mysql() => {
                        table.unclear_indexes = true;
                    }
                    None => table.unclear = true,
                }
            }
            TableConstraint::ForeignKey(key) => {
                let columns = key.columns.iter().map(|column| self.ident(column)).collect();
                let key = self.foreign_key(at, key, columns);
                table.foreign_keys.push(key);
            }
            TableConstraint::Check(check) => {
                let text = self.text(&check.expr);
                table.checks.push(Check { name: ident(&check.name), text });
            }
            TableConstraint::Index(index) => {
                let columns: Vec<Text> =
                    index.columns.iter().map(|column| self.index_column(column)).collect();
                let own = ident(&index.name).or_else(|| first_column(&columns));
                let method = self.method(table, index.index_type.as_ref(), &index.index_options);
                let read =
                    Index { at, columns, method, predicate: Known::Nothing, ..Index::default() };
                match own {
                    Some(own) => self.put_index(name, table, own, read),
                    None => table.unclear_indexes = true,
                }
            }
            TableConstraint::FulltextOrSpatial(index) => {
                let columns: Vec<Text> =
                    index.columns.iter().map(|column| self.index_column(column)).collect();
                let own = ident(&index.opt_index_name).or_else(|| first_column(&columns));
                let method = if index.fulltext { "fulltext" } else { "spatial" };
                let read = Index {
                    at,
                    columns,
                    method: Some(method.to_owned()),
                    predicate: Known::Nothing,
                    ..Index::default()
                };
                match own {
                    Some(own) => self.put_index(name, table, own, read),
                    None => table.unclear_indexes = true,
                }
            }
            _ => table.unclear = true,
        }
    }

    pub(super) fn put_index(&mut self, name: &Name, table: &mut Table, own: String, index: Index) {
        self.schema.indexed.insert(own.clone(), name.clone());
        table.indexes.insert(own, index);
    }

    /// How an index finds what it holds, where that is not the usual way.
    fn method(
        &self,
        table: &Table,
        said: Option<&IndexType>,
        options: &[IndexOption],
    ) -> Option<String> {
        let behind = options.iter().find_map(|option| match option {
            IndexOption::Using(said) => Some(said),
            _ => None,
        });
        let said = said.or(behind).map(|said| said.to_string().to_lowercase());
        let method = said.or_else(|| table.method.map(str::to_owned));
        // Of MySQL's tables those in memory alone know hashes; the others take the word and do without.
        let is_word = self.dialect.is_mysql() && table.method.is_none();
        method.filter(|method| method != "btree" && !(is_word && method == "hash"))
    }

    /// A column of an index; ascending, and nulls where they are without a word, are not said.
    fn index_column(&self, column: &IndexColumn) -> Text {
        super::index_column(self.dialect, column)
    }

    pub(super) fn create_index(&mut self, statement: &Statement) -> Result<()> {
        let special = (1..3).filter_map(|at| statement.word(at));
        let special =
            special.into_iter().find(|word| matches!(word.as_str(), "fulltext" | "spatial"));
        let reworded = reword::index(self.dialect, statement);
        let statement = reworded.as_ref().unwrap_or(statement);
        let Parsed::CreateIndex(parsed) = (match (self.parse(statement), &special) {
            (Ok(parsed), _) => parsed,
            (Err(_), Some(_)) => {
                let on = (2..statement.tokens.len())
                    .find(|at| statement.word(*at).as_deref() == Some("on"))
                    .unwrap_or(statement.tokens.len());
                let table = self.name_behind(statement, on + 1);
                if let Some(table) = table.and_then(|name| self.schema.table(&name)) {
                    table.unclear_indexes = true;
                }
                let at = self.at(statement);
                self.warn(&at, "statement_not_read", "the index is not read");
                return Ok(());
            }
            (Err(error), None) => return Err(error),
        }) else {
            return Ok(());
        };
        let place = self.at(statement);
        let Some(name) = self.name(&parsed.table_name) else {
            return self.skip(&place, "an index of a table whose name is computed");
        };
        let Some(name) = self.schema.table_name(&name) else {
            if self.schema.has_view(&name) {
                self.warn(&place, "statement_not_read", "an index of a view is not read");
                return Ok(());
            }
            return self.not_understood(&name, statement);
        };
        let Some(mut table) = self.schema.tables.remove(&name) else { return Ok(()) };
        self.add_index(&name, &mut table, place, &parsed);
        self.schema.tables.insert(name, table);
        Ok(())
    }

    fn add_index(&mut self, name: &Name, table: &mut Table, at: At, parsed: &CreateIndex) {
        let columns: Vec<Text> =
            parsed.columns.iter().map(|column| self.index_column(column)).collect();
        let own = parsed.name.as_ref().and_then(|name| self.name(name));
        let own = own.map(|own| self.dialect.fold(&own.name, self.dialect == Dialect::Postgresql));
        if let (true, Some(_)) =
            (parsed.if_not_exists, own.as_ref().and_then(|own| table.indexes.get(own)))
        {
            return;
        }
        if parsed.unique && self.dialect.is_mysql() {
            // A unique index and a constraint are the same there.
            if let Some(columns) = self.names(&parsed.columns) {
                if let Some(own) = &own {
                    self.schema.indexed.insert(own.clone(), name.clone());
                }
                let parts = self.parts(&parsed.columns);
                table.uniques.push(Key { at, name: own, columns, parts, ..Key::default() });
                return;
            }
        }
        let method = self.method(table, parsed.using.as_ref(), &parsed.index_options);
        table.unclear_indexes |= parsed.nulls_distinct == Some(false);
        let index = Index {
            at,
            unique: parsed.unique,
            method,
            include: parsed.include.iter().map(|column| self.ident(column)).collect(),
            predicate: Known::of(parsed.predicate.as_ref().map(|value| self.text(value))),
            columns,
        };
        let is_taken = |name: &str| self.schema.has(name);
        let made_up = || made_up::index(&name.name, &parsed.columns, &index.include, is_taken);
        match own.or_else(made_up) {
            Some(own) => self.put_index(name, table, own, index),
            None => table.unclear_indexes = true,
        }
    }
}

fn first_column(columns: &[Text]) -> Option<String> {
    columns.first().map(|text| text.text.clone())
}

fn deferrable(of: &ConstraintCharacteristics) -> Option<String> {
    match (of.deferrable, of.initially) {
        (_, Some(DeferrableInitial::Deferred)) => Some("initially deferred".to_owned()),
        (Some(true), _) => Some("initially immediate".to_owned()),
        _ => None,
    }
}
