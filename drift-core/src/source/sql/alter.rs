//! `alter table`, and what follows from it for keys, indexes and checks.

use super::ddl::Ddl;
use super::dialect::Dialect;
use super::expr;
use super::model::{Column, Known, Name, Table, Text};
use super::reword;
use super::split::Statement;
use super::types;
use crate::error::{Code, Error, Result};
use sqlparser::ast::{
    AlterColumnOperation, AlterTableOperation as Op, ColumnOption, DataType, GeneratedAs, Ident,
    RenameTableNameKind, Statement as Parsed,
};

const ROW_SECURITY: &str = "row level security";
const FORCED: &str = "forced row level security";

impl Ddl<'_> {
    pub(super) fn alter_table(&mut self, statement: &Statement) -> Result<()> {
        let (of, behind) = self.name_and_place(statement, 2);
        if let Some(of) = of.filter(|of| self.schema.is_other(of)) {
            // PostgreSQL takes these words for views and sequences as well.
            return self.alter_other(&of, statement, behind);
        }
        if let Some(partition) = reword::partition(self.dialect, statement, behind) {
            // The table itself stays as it was; of its parts nothing is compared.
            return match self.name_behind(statement, partition) {
                Some(name) => self.not_understood(&name, statement),
                None => Ok(()),
            };
        }
        let Some(rest) = reword::unstored(self.dialect, statement, behind) else { return Ok(()) };
        let reworded = reword::alter(self.dialect, &rest);
        let statement = reworded.as_ref().unwrap_or(&rest);
        let parsed = match self.parse(statement) {
            Ok(Parsed::AlterTable(parsed)) => parsed,
            Ok(_) => return Ok(()),
            Err(error) if error.code() == Code::Limit => return Err(error),
            Err(error) => {
                // Whatever it says, it is about this table.
                let Some(name) = self.name_behind(statement, 2) else { return Err(error) };
                return self.not_understood(&name, statement);
            }
        };
        let Some(asked) = self.name(&parsed.name) else {
            let at = self.at(statement);
            return self.skip(&at, "a table whose name is computed");
        };
        let Some(mut name) = self.schema.table_name(&asked) else {
            return match parsed.if_exists {
                true => Ok(()),
                false => self.not_understood(&asked, statement),
            };
        };
        for operation in &parsed.operations {
            if let Op::RenameTable { table_name } = operation {
                let (RenameTableNameKind::As(new) | RenameTableNameKind::To(new)) = table_name;
                let Some(new) = self.name(new) else { continue };
                let schema = new.schema.or_else(|| name.schema.clone());
                let new = Name { name: new.name, schema };
                self.rename_table(&name, new.clone());
                name = new;
                continue;
            }
            let Some(mut table) = self.schema.tables.remove(&name) else { break };
            let was_clear = !table.unclear;
            let done = self.operation(&name, &mut table, operation);
            let is_unclear = table.unclear;
            self.schema.tables.insert(name.clone(), table);
            done.map_err(|error| match error.position() {
                Some(_) => error,
                None => error.at(self.position_at(self.at(statement).start)),
            })?;
            if was_clear && is_unclear {
                self.not_understood(&name, statement)?;
            }
        }
        Ok(())
    }

    fn operation(&mut self, name: &Name, table: &mut Table, operation: &Op) -> Result<()> {
        match operation {
            Op::AddConstraint { constraint, .. } => {
                self.add_constraint(name, table, constraint);
                Ok(())
            }
            Op::AddColumn { if_not_exists, column_def, .. } => {
                let own = self.ident_of(&column_def.name);
                match table.columns.contains_key(&own) && *if_not_exists {
                    true => Ok(()),
                    false => self.add_column(name, table, column_def),
                }
            }
            Op::DropColumn { column_names, if_exists, .. } => {
                column_names.iter().try_for_each(|column| {
                    let own = self.ident_of(column);
                    match table.columns.remove(&own) {
                        Some(_) => {
                            self.without_column(table, &own);
                            Ok(())
                        }
                        None if *if_exists || table.unclear => Ok(()),
                        None => Err(no_column(&own)),
                    }
                })
            }
            Op::RenameColumn { old_column_name, new_column_name } => {
                self.rename_column(name, table, old_column_name, new_column_name)
            }
            Op::AlterColumn { column_name, op } => {
                let own = self.ident_of(column_name);
                let is_unclear = table.unclear;
                match table.columns.get_mut(&own) {
                    Some(column) => self.alter_column(column, op),
                    None if is_unclear => {}
                    None => return Err(no_column(&own)),
                }
                Ok(())
            }
            Op::ModifyColumn { col_name, data_type, options, .. } => {
                self.replace_column(name, table, (col_name, col_name), data_type, options)
            }
            Op::ChangeColumn { old_name, new_name, data_type, options, .. } => {
                self.replace_column(name, table, (old_name, new_name), data_type, options)
            }
            _ => {
                self.rest(table, operation);
                Ok(())
            }
        }
    }

    /// Operations on constraints and the table as a whole.
    fn rest(&mut self, table: &mut Table, operation: &Op) {
        match operation {
            Op::DropConstraint { name, .. } => self.drop_constraint(table, name),
            Op::DropPrimaryKey { .. } => self.drop_primary_key(table),
            Op::DropForeignKey { name, .. } => {
                let own = self.ident_of(name);
                table.foreign_keys.retain(|key| key.name.as_ref() != Some(&own));
            }
            Op::DropIndex { name } => {
                let own = self.ident_of(name);
                table.drop_index(&own);
            }
            Op::RenameConstraint { old_name, new_name } => {
                let (old, new) = (self.ident_of(old_name), self.ident_of(new_name));
                let keys = table.uniques.iter_mut().chain(&mut table.primary_key);
                let names = keys.map(|key| &mut key.name);
                let names = names.chain(table.foreign_keys.iter_mut().map(|key| &mut key.name));
                let names = names.chain(table.checks.iter_mut().map(|check| &mut check.name));
                names.filter(|name| name.as_ref() == Some(&old)).for_each(|name| {
                    *name = Some(new.clone());
                });
            }
            Op::SetUnlogged => _ = table.options.insert("unlogged".to_owned()),
            Op::SetLogged => _ = table.options.remove("unlogged"),
            Op::EnableRowLevelSecurity => _ = table.options.insert(ROW_SECURITY.to_owned()),
            Op::DisableRowLevelSecurity => _ = table.options.remove(ROW_SECURITY),
            Op::ForceRowLevelSecurity => _ = table.options.insert(FORCED.to_owned()),
            Op::NoForceRowLevelSecurity => _ = table.options.remove(FORCED),
            // Rights, triggers, rules, storage and the like are not read.
            Op::OwnerTo { .. }
            | Op::ReplicaIdentity { .. }
            | Op::DisableRule { .. }
            | Op::EnableRule { .. }
            | Op::EnableAlwaysRule { .. }
            | Op::EnableReplicaRule { .. }
            | Op::DisableTrigger { .. }
            | Op::EnableTrigger { .. }
            | Op::EnableAlwaysTrigger { .. }
            | Op::EnableReplicaTrigger { .. }
            | Op::ValidateConstraint { .. }
            | Op::SetOptionsParens { .. }
            | Op::ResetOptions { .. }
            | Op::Algorithm { .. }
            | Op::Lock { .. }
            | Op::AutoIncrement { .. } => {}
            _ => table.unclear = true,
        }
    }

    fn ident_of(&self, ident: &Ident) -> String {
        self.dialect.fold(&ident.value, ident.quote_style.is_some())
    }

    /// Drops the primary key, whose columns stay as they were.
    fn drop_primary_key(&self, table: &mut Table) {
        let Some(key) = table.primary_key.take().filter(|_| self.dialect.key_is_not_null()) else {
            return;
        };
        for column in &key.columns {
            if let Some(column) = table.columns.get_mut(column) {
                column.nullable = Some(false);
            }
        }
    }

    /// Drops a constraint by its name, or by the one that PostgreSQL makes up.
    fn drop_constraint(&mut self, table: &mut Table, name: &Ident) {
        let own = self.ident_of(name);
        let of_table = table.pointer.rsplit('/').next().unwrap_or_default().to_owned();
        let dialect = self.dialect;
        let made_up = |columns: &[String], end: &str| {
            dialect == Dialect::Postgresql
                && own == format!("{of_table}_{}_{end}", columns.join("_"))
        };
        let is_it = |name: &Option<String>| name.as_ref() == Some(&own);
        let before = table.uniques.len() + table.foreign_keys.len() + table.checks.len();
        table.uniques.retain(|key| {
            !(is_it(&key.name) || (key.name.is_none() && made_up(&key.columns, "key")))
        });
        table.foreign_keys.retain(|key| {
            !(is_it(&key.name) || (key.name.is_none() && made_up(&key.columns, "fkey")))
        });
        table.checks.retain(|check| !is_it(&check.name));
        let after = table.uniques.len() + table.foreign_keys.len() + table.checks.len();
        let is_key = table.primary_key.as_ref().is_some_and(|key| {
            is_it(&key.name) || (key.name.is_none() && own == format!("{of_table}_pkey"))
        });
        if is_key {
            self.drop_primary_key(table);
        } else if before == after {
            // It may be one of those whose names the database makes up.
            table.unclear = true;
        }
    }

    /// What goes with a column that is dropped.
    fn without_column(&self, table: &mut Table, own: &str) {
        let holds = |columns: &[String]| columns.iter().any(|column| column == own);
        if self.dialect.is_mysql() {
            // It is taken out of indexes, and those that are left with none go.
            for index in table.indexes.values_mut() {
                index.columns.retain(|text| text.text != own);
            }
            table.indexes.retain(|_, index| !index.columns.is_empty());
            for key in table.uniques.iter_mut().chain(&mut table.primary_key) {
                key.columns.retain(|column| column != own);
            }
            table.uniques.retain(|key| !key.columns.is_empty());
        } else {
            table.indexes.retain(|_, index| {
                let predicate = match &index.predicate {
                    Known::Is(text) => names(&text.text, own),
                    _ => false,
                };
                !predicate
                    && !index.columns.iter().any(|text| names(&text.text, own))
                    && !holds(&index.include)
            });
            table.uniques.retain(|key| !holds(&key.columns));
        }
        let is_empty = |columns: &[String]| columns.is_empty() || holds(columns);
        if table.primary_key.as_ref().is_some_and(|key| is_empty(&key.columns)) {
            table.primary_key = None;
        }
        table.foreign_keys.retain(|key| !holds(&key.columns));
        table.checks.retain(|check| !names(&check.text.text, own));
    }

    fn rename_column(
        &mut self,
        name: &Name,
        table: &mut Table,
        old: &Ident,
        new: &Ident,
    ) -> Result<()> {
        let (old, new) = (self.ident_of(old), self.ident_of(new));
        let Some(column) = table.columns.remove(&old) else {
            return if table.unclear { Ok(()) } else { Err(no_column(&old)) };
        };
        if table.columns.insert(new.clone(), column).is_some() {
            return Err(Error::new(Code::DuplicateKey, format!("the column `{new}` stands twice")));
        }
        let rename = |columns: &mut Vec<String>| {
            columns.iter_mut().filter(|column| **column == old).for_each(|column| {
                column.clone_from(&new);
            });
        };
        let in_text = |text: &mut Text| text.text = replaced(&text.text, &old, &new);
        for key in table.uniques.iter_mut().chain(&mut table.primary_key) {
            rename(&mut key.columns);
        }
        for key in &mut table.foreign_keys {
            rename(&mut key.columns);
            if key.table == name.name {
                rename(&mut key.references);
            }
        }
        table.checks.iter_mut().for_each(|check| in_text(&mut check.text));
        for index in table.indexes.values_mut() {
            index.columns.iter_mut().for_each(in_text);
            rename(&mut index.include);
            if let Known::Is(text) = &mut index.predicate {
                in_text(text);
            }
        }
        for column in table.columns.values_mut() {
            if let Known::Is(text) = &mut column.generated {
                in_text(text);
            }
        }
        self.doubt_texts(&old);
        for other in self.schema.tables.values_mut() {
            let to_this = other.foreign_keys.iter_mut().filter(|key| key.table == name.name);
            to_this.for_each(|key| rename(&mut key.references));
        }
        Ok(())
    }

    /// What views and triggers say of a name that is changed: the database writes it anew.
    fn doubt_texts(&mut self, name: &str) {
        for other in self.schema.others.values_mut() {
            if let Some(text) = other.definition.as_mut().filter(|text| names(&text.text, name)) {
                text.certain = false;
            }
        }
    }

    fn replace_column(
        &mut self,
        name: &Name,
        table: &mut Table,
        (old, new): (&Ident, &Ident),
        data_type: &DataType,
        options: &[ColumnOption],
    ) -> Result<()> {
        if self.ident_of(old) != self.ident_of(new) {
            self.rename_column(name, table, old, new)?;
        }
        let own = self.ident_of(new);
        if !table.columns.contains_key(&own) && !table.unclear {
            return Err(no_column(&own));
        }
        // What MariaDB demands of a document goes with its type.
        let check = super::is_document(&own);
        table.checks.retain(|known| self.dialect != Dialect::Mariadb || known.text.text != check);
        let column = self.column(name, table, new, data_type, options);
        table.columns.insert(own, column);
        Ok(())
    }

    fn alter_column(&mut self, column: &mut Column, operation: &AlterColumnOperation) {
        match operation {
            AlterColumnOperation::SetNotNull => column.nullable = Some(false),
            AlterColumnOperation::DropNotNull => column.nullable = Some(true),
            AlterColumnOperation::SetDefault { value } => {
                column.default = Known::of(expr::default(self.dialect, &column.kind, value));
            }
            AlterColumnOperation::DropDefault => column.default = Known::Nothing,
            AlterColumnOperation::SetDataType { data_type, .. } => {
                column.kind = types::canonical(self.dialect, &data_type.to_string());
            }
            AlterColumnOperation::AddGenerated { generated_as, .. } => {
                let how = match generated_as {
                    Some(GeneratedAs::ByDefault) => "by default",
                    _ => "always",
                };
                column.identity = Known::Is(how.to_owned());
            }
            AlterColumnOperation::GenericOptions { .. } => column.unclear = true,
        }
    }

    pub(super) fn rename_table(&mut self, old: &Name, new: Name) {
        let Some(known) = self.schema.table_name(old) else { return };
        let Some(mut table) = self.schema.tables.remove(&known) else { return };
        self.doubt_texts(&known.name);
        for other in self.schema.tables.values_mut().chain([&mut table]) {
            let to_it = other.foreign_keys.iter_mut().filter(|key| key.table == known.name);
            to_it.for_each(|key| key.table.clone_from(&new.name));
        }
        let schema = new.schema.or(known.schema);
        let new = Name { name: new.name, schema };
        for index in table.indexes.keys() {
            self.schema.indexed.insert(index.clone(), new.clone());
        }
        table.pointer = super::pointer("table", &new.name);
        self.schema.tables.insert(new, table);
    }

    pub(super) fn rename_index(&mut self, old: &str, new: String) {
        let name = self.schema.indexed.get(old).cloned();
        let Some(table) = self.schema.table_of_index(old) else { return };
        if let (Some(index), Some(name)) = (table.indexes.remove(old), name) {
            table.indexes.insert(new.clone(), index);
            self.schema.indexed.insert(new, name);
        }
    }
}

fn no_column(name: &str) -> Error {
    Error::new(Code::Format, format!("the table has no column `{name}`"))
        .with_help("the statements of a migration are applied in the order of their files")
}

/// Whether a word of an expression, outside of its texts, is the name.
fn names(text: &str, name: &str) -> bool {
    words(text).any(|(word, is_name)| is_name && word == name)
}

/// The expression with one name in place of another.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let word = |(word, is_name)| if is_name && word == old { new } else { word };
    words(text).map(word).collect()
}

/// The parts of an expression, each with whether it may be a name.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = match first {
            '\'' => rest.get(1..).and_then(|tail| tail.find('\'')).map_or(rest.len(), |at| at + 2),
            first if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            first => first.len_utf8(),
        };
        let (word, tail) = rest.split_at_checked(end)?;
        rest = tail;
        Some((word, is_word(first)))
    })
}
