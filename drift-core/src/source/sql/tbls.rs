//! `schema.json`, as tbls writes it.

use super::super::Context;
use super::super::strict::optional;
use super::columns::default;
use super::dialect::Dialect;
use super::introspect::{Found, other_dialect, text};
use super::model::{Column, Index, Key, Known, Name, Other, Read, Table, Text};
use super::{STRICT, expr, types};
use crate::error::Result;
use crate::value::Value;

pub(super) fn read(root: Value<'_>, context: &Context<'_>) -> Result<Found> {
    let driver = STRICT.required(root, "driver")?;
    STRICT.map(driver, "`driver`")?;
    let name = STRICT.required(driver, "name")?;
    let Some(dialect) = Dialect::of_driver(STRICT.text(name, "`name`")?) else {
        return Err(STRICT
            .fault(name, "the driver is not one of those that are read")
            .with_help("`postgres`, `mysql`, `mariadb` and `sqlite` are read"));
    };
    if super::asked(context.options)?.is_some_and(|asked| asked.provider() != dialect.provider()) {
        return Err(other_dialect(name));
    }
    let tables = STRICT.required(root, "tables")?;
    STRICT.list(tables, "`tables`")?;
    let mut found = Found::new(dialect);
    found.kinds.extend(["table", "view"]);
    for (index, table) in tables.items().enumerate() {
        STRICT.map(table, "a table")?;
        let own = STRICT.text(STRICT.required(table, "name")?, "`name`")?;
        let own = split_name(dialect, own);
        found.schemas.insert(own.schema.clone());
        let pointer = format!("/tables/{index}");
        match text(table, "type").unwrap_or("BASE TABLE").to_uppercase().as_str() {
            "BASE TABLE" | "TABLE" | "PARTITIONED TABLE" => {
                read_table(&mut found, context, &own, table, pointer)?;
            }
            kind if kind.contains("VIEW") => {
                let is_materialized = kind.contains("MATERIALIZED");
                let kind = if is_materialized { "materialized_view" } else { "view" };
                let definition = text(table, "def").map(|sql| definition(dialect, sql));
                let at = table.span();
                let other = Other { at, pointer, kind, definition, table: None };
                found.schema.others.insert((own, false), other);
            }
            _ => found.not_read(&own, table),
        }
    }
    Ok(found)
}

/// What a view selects: tbls writes the statement around it.
fn definition(dialect: Dialect, sql: &str) -> Text {
    let text = super::split::squeezed(dialect, sql.trim().trim_end_matches(';'));
    let starts = text.starts_with("create ");
    let body = text.split_once(" as ").filter(|_| starts).map(|(_, body)| body.trim().to_owned());
    Text { text: body.unwrap_or(text), certain: dialect.keeps_text() }
}

fn split_name(dialect: Dialect, name: &str) -> Name {
    match name.split_once('.').filter(|_| dialect == Dialect::Postgresql) {
        Some((schema, name)) => Name { name: name.to_owned(), schema: Some(schema.to_owned()) },
        None => Name { name: dialect.fold_table(name, true), schema: None },
    }
}

fn read_table(
    found: &mut Found,
    context: &Context<'_>,
    own: &Name,
    table: Value<'_>,
    pointer: String,
) -> Result<()> {
    // MySQL and SQLite give the statement itself.
    let statement = optional(table, "def").filter(|_| found.dialect != Dialect::Postgresql);
    if let Some(value) = statement.filter(|value| value.as_str().is_some_and(|sql| !sql.is_empty()))
    {
        let sql = STRICT.text(value, "`def`")?;
        if !found.apply(context, value, sql)? {
            found.not_read(own, table);
        }
        indexes_of_statements(found, context, own, table)?;
    } else {
        found.schema.tables.insert(own.clone(), of_columns(found.dialect, table)?);
        constraints(found, context, own, table)?;
        indexes_of_statements(found, context, own, table)?;
    }
    if let Some(table) = found.schema.table(own) {
        table.pointer = pointer;
    }
    Ok(())
}

fn list<'d>(table: Value<'d>, name: &str) -> Result<Vec<Value<'d>>> {
    let Some(list) = optional(table, name) else { return Ok(Vec::new()) };
    STRICT.list(list, format_args!("`{name}`"))?;
    list.items().map(|item| STRICT.map(item, "an entry").map(|()| item)).collect()
}

fn of_columns(dialect: Dialect, table: Value<'_>) -> Result<Table> {
    let read = Read { options: false, ..Read::ALL };
    let mut made = Table::new(table.span(), String::new(), read);
    for column in list(table, "columns")? {
        let needed =
            |name: &str| STRICT.text(STRICT.required(column, name)?, format_args!("`{name}`"));
        let (own, kind) = (needed("name")?, needed("type")?);
        let kind = types::canonical(dialect, kind);
        let extra = text(column, "extra_def").unwrap_or_default().to_lowercase();
        let told = Known::of(column.get("default").and_then(Value::as_str));
        let mut read = Column {
            at: column.span(),
            nullable: column.get("nullable").and_then(Value::as_bool),
            default: default(dialect, &kind, told),
            kind,
            // tbls does not tell of identities.
            identity: Known::Unread,
            generated: Known::Nothing,
            on_update: Known::Nothing,
            comment: text(column, "comment").filter(|text| !text.is_empty()).map(str::to_owned),
            ..Column::default()
        };
        if let Some((_, sql)) = extra.split_once("generated always as") {
            let sql = sql.trim().trim_end_matches("stored").trim_end_matches("virtual");
            read.generated = Known::Is(expr::of_text(dialect, sql));
            // The expression stands in place of a default.
            read.default = Known::Nothing;
        } else if extra.contains("auto_increment") {
            read.identity = Known::Is("auto_increment".to_owned());
        }
        made.columns.insert(dialect.fold(own, true), read);
    }
    Ok(made)
}

/// Quotes a name for a statement.
fn quoted(dialect: Dialect, name: &str) -> String {
    match dialect.is_mysql() {
        true => format!("`{}`", name.replace('`', "``")),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn qualified(dialect: Dialect, name: &Name) -> String {
    let own = quoted(dialect, &name.name);
    match &name.schema {
        Some(schema) => format!("{}.{own}", quoted(dialect, schema)),
        None => own,
    }
}

fn constraints(
    found: &mut Found,
    context: &Context<'_>,
    own: &Name,
    table: Value<'_>,
) -> Result<()> {
    let dialect = found.dialect;
    for constraint in list(table, "constraints")? {
        let kind = text(constraint, "type").unwrap_or_default();
        let (Some(name), Some(def)) = (text(constraint, "name"), text(constraint, "def")) else {
            continue;
        };
        // Neither a trigger nor what is said of a column is a constraint of its own.
        if !matches!(kind, "PRIMARY KEY" | "UNIQUE" | "FOREIGN KEY" | "CHECK") {
            continue;
        }
        let sql = format!(
            "alter table {} add constraint {} {def}",
            qualified(dialect, own),
            quoted(dialect, name)
        );
        if !found.apply(context, constraint, &sql)? {
            found.not_read(own, constraint);
        }
    }
    Ok(())
}

fn indexes_of_statements(
    found: &mut Found,
    context: &Context<'_>,
    own: &Name,
    table: Value<'_>,
) -> Result<()> {
    for index in list(table, "indexes")? {
        let Some(def) = text(index, "def") else { continue };
        if def.trim_start().to_lowercase().starts_with("create ") {
            if !found.apply(context, index, def)?
                && let Some(table) = found.schema.table(own)
            {
                table.unclear_indexes = true;
            }
            continue;
        }
        // The statement of the table has told of it already.
        if found.dialect != Dialect::Postgresql {
            continue;
        }
        let Some(name) = text(index, "name") else { continue };
        let columns: Vec<String> = index
            .get("columns")
            .into_iter()
            .flat_map(Value::items)
            .filter_map(|column| column.as_str().map(str::to_owned))
            .collect();
        if let Some(table) = found.schema.table(own) {
            let unique = def.to_lowercase().contains("unique");
            let key =
                Key { at: index.span(), name: Some(name.to_owned()), columns, ..Key::default() };
            table.indexes.insert(
                name.to_owned(),
                Index {
                    at: key.at,
                    columns: key.columns.into_iter().map(Text::certain).collect(),
                    unique,
                    predicate: Known::Nothing,
                    ..Index::default()
                },
            );
        }
    }
    Ok(())
}
