//! Rows of `information_schema`, and of the catalogues beside it, as a driver returns them.

use super::super::Context;
use super::super::strict::optional;
use super::columns;
use super::dialect::Dialect;
use super::expr;
use super::introspect::{Found, get, other_dialect, text};
use super::model::{Check, ForeignKey, Index, Key, Known, Name, Other, Read, Table, Text};
use super::{STRICT, action};
use crate::error::Result;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The lists of rows that a document may hold, and the dialect.
const LISTS: [&str; 15] = [
    "dialect",
    "tables",
    "columns",
    "table_constraints",
    "constraints",
    "key_column_usage",
    "constraint_column_usage",
    "referential_constraints",
    "check_constraints",
    "indexes",
    "pg_indexes",
    "statistics",
    "views",
    "materialized_views",
    "sequences",
];

/// Schemas that belong to the database itself.
const SYSTEM: [&str; 5] =
    ["information_schema", "pg_catalog", "mysql", "performance_schema", "sys"];

/// What a row is about: a table, or a constraint.
fn name_in(row: Value<'_>, schema: &str, name: &str) -> Option<Name> {
    let own = text(row, name)?;
    let schema = text(row, schema).map(str::to_owned);
    Some(Name { name: own.to_owned(), schema })
}

/// The rows of a list that are not about the database itself; `None` where there is no such list.
fn rows<'d>(root: Value<'d>, names: &[&str]) -> Result<Option<Vec<(String, Value<'d>)>>> {
    let Some((name, list)) = names.iter().find_map(|name| Some((*name, optional(root, name)?)))
    else {
        return Ok(None);
    };
    STRICT.list(list, format_args!("`{name}`"))?;
    let mut found = Vec::new();
    for (index, row) in list.items().enumerate() {
        STRICT.map(row, "a row")?;
        let schema = ["table_schema", "schemaname", "constraint_schema", "sequence_schema"]
            .into_iter()
            .find_map(|field| text(row, field));
        if !schema.is_some_and(|schema| SYSTEM.contains(&schema.to_lowercase().as_str())) {
            found.push((format!("/{name}/{index}"), row));
        }
    }
    Ok(Some(found))
}

/// The dialect: the one that is said, else the one that writes rows so.
fn dialect(root: Value<'_>, context: &Context<'_>) -> Result<Dialect> {
    let own = match optional(root, "dialect") {
        Some(value) => {
            let name = STRICT.text(value, "`dialect`")?;
            Some(Dialect::named(name).map_err(|error| STRICT.fault(value, error.message()))?)
        }
        None => None,
    };
    match (own, super::asked(context.options)?) {
        (Some(own), Some(asked)) if own != asked => Err(other_dialect(root)),
        (Some(own), _) | (None, Some(own)) => Ok(own),
        (None, None) => {
            let row = root.get("columns").and_then(|list| list.at(0)).unwrap_or(Value::null());
            match (get(row, "udt_name").is_some(), get(row, "column_type").is_some()) {
                (true, _) => Ok(Dialect::Postgresql),
                (false, true) => Ok(Dialect::Mysql),
                _ => Err(STRICT
                    .fault(root, "the rows do not show of which dialect they are")
                    .with_help("say `postgresql`, `mysql` or `mariadb` in `dialect`")),
            }
        }
    }
}

struct Reader<'c, 'o> {
    found: Found,
    context: &'c Context<'o>,
    /// Views, whose columns are no columns of tables.
    views: BTreeSet<Name>,
    read: Read,
}

pub(super) fn read(root: Value<'_>, context: &Context<'_>) -> Result<Found> {
    STRICT.fields(root, "the rows of a database", &LISTS)?;
    let columns = rows(root, &["columns"])?;
    let Some(columns) = columns else {
        return Err(STRICT.fault(root, "expected the field `columns`"));
    };
    let constraints = rows(root, &["table_constraints", "constraints"])?;
    let usage = rows(root, &["key_column_usage"])?;
    let references = rows(root, &["referential_constraints"])?;
    let checks = rows(root, &["check_constraints"])?;
    let indexes = rows(root, &["indexes", "pg_indexes"])?;
    let statistics = rows(root, &["statistics"])?;
    let keys = constraints.is_some() && usage.is_some();
    let found = Found::new(dialect(root, context)?);
    let read = Read {
        columns: true,
        keys,
        foreign_keys: keys && references.is_some(),
        checks: constraints.is_some() && checks.is_some(),
        indexes: indexes.is_some() || statistics.is_some(),
        parts: statistics.is_some() || !found.dialect.is_mysql(),
        options: false,
    };
    let mut reader = Reader { found, context, views: BTreeSet::new(), read };
    reader.found.kinds.insert("table");
    reader.others(root)?;
    reader.tables(rows(root, &["tables"])?.unwrap_or_default());
    for (pointer, row) in columns {
        reader.column(pointer, row)?;
    }
    let constraints = constraints.unwrap_or_default();
    reader.keys(&constraints, &usage.unwrap_or_default(), &references.unwrap_or_default());
    reader.checks(&constraints, &checks.unwrap_or_default());
    for (_, row) in indexes.unwrap_or_default() {
        reader.index(row)?;
    }
    reader.statistics(&statistics.unwrap_or_default());
    Ok(reader.found)
}

impl Reader<'_, '_> {
    fn others(&mut self, root: Value<'_>) -> Result<()> {
        for (list, kind, schema, name, definition) in [
            ("views", "view", "table_schema", "table_name", "view_definition"),
            ("materialized_views", "materialized_view", "schemaname", "matviewname", "definition"),
            ("sequences", "sequence", "sequence_schema", "sequence_name", ""),
        ] {
            let Some(all) = rows(root, &[list])? else { continue };
            self.found.kinds.insert(kind);
            for (pointer, row) in all {
                let Some(own) = name_in(row, schema, name) else {
                    return Err(STRICT.fault(row, format!("expected the field `{name}`")));
                };
                let text = text(row, definition).map(|sql| Text {
                    text: super::split::squeezed(
                        self.found.dialect,
                        sql.trim_end().trim_end_matches(';'),
                    ),
                    certain: false,
                });
                self.views.insert(own.clone());
                self.found.schemas.insert(own.schema.clone());
                let at = row.span();
                let other = Other { at, pointer, kind, definition: text, table: None };
                self.found.schema.others.insert((own, false), other);
            }
        }
        Ok(())
    }

    fn tables(&mut self, all: Vec<(String, Value<'_>)>) {
        for (pointer, row) in all {
            let Some(name) = name_in(row, "table_schema", "table_name") else { continue };
            self.found.schemas.insert(name.schema.clone());
            match text(row, "table_type").unwrap_or("BASE TABLE") {
                "BASE TABLE" => {
                    let mut table = Table::new(row.span(), pointer, self.read);
                    let comment = text(row, "table_comment").filter(|text| !text.is_empty());
                    table.comment = comment.map(str::to_owned);
                    self.found.schema.tables.insert(name, table);
                }
                "FOREIGN" | "FOREIGN TABLE" => {
                    let unclear =
                        Table { unclear: true, ..Table::new(row.span(), pointer, self.read) };
                    self.found.schema.tables.insert(name, unclear);
                }
                _ => drop(self.views.insert(name)),
            }
        }
    }

    fn column(&mut self, pointer: String, row: Value<'_>) -> Result<()> {
        let needed = |name: &str| {
            text(row, name).ok_or_else(|| STRICT.fault(row, format!("expected the field `{name}`")))
        };
        let (table, own) = (needed("table_name")?, needed("column_name")?);
        let schema = text(row, "table_schema").map(str::to_owned);
        let name = Name { name: table.to_owned(), schema };
        if self.views.contains(&name) {
            return Ok(());
        }
        self.found.schemas.insert(name.schema.clone());
        let own = self.found.dialect.fold(own, true);
        let column = match self.found.dialect {
            Dialect::Postgresql => columns::postgresql(row)?,
            dialect => columns::mysql(dialect, row)?,
        };
        let read = self.read;
        let table = self.found.schema.tables.entry(name);
        let table = table.or_insert_with(|| Table::new(row.span(), pointer, read));
        if table.columns.insert(own, column).is_some() {
            return Err(STRICT.fault(row, "the column stands twice"));
        }
        Ok(())
    }

    /// The columns of each constraint, in their order.
    fn keys(
        &mut self,
        constraints: &[(String, Value<'_>)],
        usage: &[(String, Value<'_>)],
        references: &[(String, Value<'_>)],
    ) {
        type Of = (Option<String>, String, String);
        let dialect = self.found.dialect;
        let of = |row: Value<'_>, table: &str| -> Option<Of> {
            let schema = text(row, "constraint_schema").or_else(|| text(row, "table_schema"));
            Some((
                schema.map(str::to_owned),
                text(row, "constraint_name")?.to_owned(),
                text(row, table).unwrap_or_default().to_owned(),
            ))
        };
        let mut columns: BTreeMap<Of, Vec<(i64, Value<'_>)>> = BTreeMap::new();
        for (_, row) in usage {
            let place = get(*row, "ordinal_position").and_then(whole).unwrap_or_default();
            if let Some(of) = of(*row, "table_name") {
                columns.entry(of).or_default().push((place, *row));
            }
        }
        columns.values_mut().for_each(|rows| rows.sort_by_key(|(place, _)| *place));
        let named = |rows: &[(i64, Value<'_>)], field: &str| -> Vec<String> {
            let name = |row: &(i64, Value<'_>)| Some(dialect.fold(text(row.1, field)?, true));
            rows.iter().filter_map(name).collect()
        };
        // Names of constraints that keys may refer to, with their tables.
        let mut targets: BTreeMap<(Option<String>, String), Vec<&Of>> = BTreeMap::new();
        for of in columns.keys() {
            targets.entry((of.0.clone(), of.1.clone())).or_default().push(of);
        }
        let mut foreign: BTreeMap<(Option<String>, String), Value<'_>> = BTreeMap::new();
        for (_, row) in references {
            let schema = text(*row, "constraint_schema").map(str::to_owned);
            if let Some(name) = text(*row, "constraint_name") {
                foreign.insert((schema, name.to_owned()), *row);
            }
        }
        for (_, row) in constraints {
            let Some(of) = of(*row, "table_name") else { continue };
            let Some(name) = name_in(*row, "table_schema", "table_name") else { continue };
            let Some(table) = self.found.schema.table(&name) else { continue };
            let rows = columns.get(&of).map(Vec::as_slice).unwrap_or_default();
            let (at, own) = (row.span(), Some(dialect.fold(&of.1, true)));
            let key = Key {
                at: at.clone(),
                name: own.clone(),
                columns: named(rows, "column_name"),
                deferrable: deferrable(*row),
                parts: None,
            };
            match text(*row, "constraint_type") {
                Some("PRIMARY KEY") => table.primary_key = Some(key),
                Some("UNIQUE") => table.uniques.push(key),
                Some("FOREIGN KEY") => {
                    let rule = foreign.get(&(of.0.clone(), of.1.clone()));
                    let said = |field: &str| {
                        let text = text(*rule?, field)?;
                        Some(action(dialect, text))
                    };
                    let mut found = ForeignKey {
                        at,
                        name: own,
                        columns: key.columns,
                        on_delete: said("delete_rule"),
                        on_update: said("update_rule"),
                        matching: matching(rule.and_then(|rule| text(*rule, "match_option"))),
                        deferrable: deferrable(*row),
                        ..ForeignKey::default()
                    };
                    let referred = named(rows, "referenced_column_name");
                    if let Some((_, first)) = rows.first().filter(|_| !referred.is_empty()) {
                        let table = text(*first, "referenced_table_name").unwrap_or_default();
                        found.table = table.to_owned();
                        found.references = referred;
                    } else if let Some(rule) = rule
                        && let Some(unique) = text(*rule, "unique_constraint_name")
                    {
                        let schema = text(*rule, "unique_constraint_schema").map(str::to_owned);
                        let all = targets.get(&(schema, unique.to_owned()));
                        if let Some([target]) = all.map(Vec::as_slice) {
                            found.table.clone_from(&target.2);
                            let theirs =
                                columns.get(*target).map(Vec::as_slice).unwrap_or_default();
                            found.references = referred_by(rows, &named(theirs, "column_name"));
                        }
                    }
                    match found.table.is_empty() {
                        // What it refers to is not in the rows.
                        true => table.read.foreign_keys = false,
                        false => table.foreign_keys.push(found),
                    }
                }
                _ => {}
            }
        }
    }

    fn checks(&mut self, constraints: &[(String, Value<'_>)], checks: &[(String, Value<'_>)]) {
        let dialect = self.found.dialect;
        let mut clauses: BTreeMap<(Option<&str>, &str), Vec<Value<'_>>> = BTreeMap::new();
        for (_, row) in checks {
            if let Some(name) = text(*row, "constraint_name") {
                let schema = text(*row, "constraint_schema");
                clauses.entry((schema, name)).or_default().push(*row);
            }
        }
        for (_, row) in constraints {
            let Some(own) = text(*row, "constraint_name") else { continue };
            // PostgreSQL shows that a column is not null as a check.
            let is_check = text(*row, "constraint_type") == Some("CHECK") && !is_not_null(own);
            let Some(name) = name_in(*row, "table_schema", "table_name").filter(|_| is_check)
            else {
                continue;
            };
            let Some(table) = self.found.schema.table(&name) else { continue };
            let schema = text(*row, "constraint_schema").or_else(|| text(*row, "table_schema"));
            let all = clauses.get(&(schema, own)).map(Vec::as_slice).unwrap_or_default();
            // Several tables may have one of the name, and the rows do not say whose is whose.
            let of_table: Vec<&Value<'_>> = all
                .iter()
                .filter(|row| text(**row, "table_name").is_none_or(|table| table == name.name))
                .collect();
            let text = match of_table.as_slice() {
                [only] => match text(**only, "check_clause") {
                    Some(clause) => expr::of_text(dialect, &clause.replace("\\'", "'")),
                    None => Text { text: String::new(), certain: false },
                },
                _ => Text { text: String::new(), certain: false },
            };
            table.checks.push(Check { name: Some(own.to_owned()), text });
        }
    }

    /// A row of `pg_indexes`, which holds the statement.
    fn index(&mut self, row: Value<'_>) -> Result<()> {
        let needed = |name: &str| {
            text(row, name).ok_or_else(|| STRICT.fault(row, format!("expected the field `{name}`")))
        };
        let (table, _, sql) = (needed("tablename")?, needed("indexname")?, needed("indexdef")?);
        let schema = text(row, "schemaname").map(str::to_owned);
        let name = Name { name: table.to_owned(), schema };
        if self.views.contains(&name) || self.found.schema.table(&name).is_none() {
            return Ok(());
        }
        if !self.found.apply(self.context, row, sql)?
            && let Some(table) = self.found.schema.table(&name)
        {
            table.unclear_indexes = true;
        }
        Ok(())
    }

    /// Rows of `statistics` of MySQL, one for each column of an index.
    fn statistics(&mut self, all: &[(String, Value<'_>)]) {
        let dialect = self.found.dialect;
        let mut rows: BTreeMap<(Name, String), Vec<(i64, Value<'_>)>> = BTreeMap::new();
        for (_, row) in all {
            let name = name_in(*row, "table_schema", "table_name");
            if let (Some(name), Some(own)) = (name, text(*row, "index_name")) {
                let place = get(*row, "seq_in_index").and_then(whole).unwrap_or_default();
                let own = dialect.fold(own, true);
                rows.entry((name, own)).or_default().push((place, *row));
            }
        }
        for ((name, own), mut rows) in rows {
            rows.sort_by_key(|(place, _)| *place);
            let Some(table) = self.found.schema.table(&name) else { continue };
            let Some((_, first)) = rows.first() else { continue };
            let unique = get(*first, "non_unique").and_then(whole) == Some(0);
            let columns: Vec<Text> =
                rows.iter().map(|(_, row)| part_of_index(dialect, *row)).collect();
            let method = text(*first, "index_type").map(str::to_lowercase);
            let index = Index {
                at: first.span(),
                columns,
                unique,
                method: method.filter(|method| method != "btree"),
                predicate: Known::Nothing,
                ..Index::default()
            };
            let has_part =
                rows.iter().any(|(_, row)| get(*row, "sub_part").and_then(whole).is_some());
            let texts = index.columns.iter().map(|column| column.text.clone());
            let parts = has_part.then(|| texts.collect::<Vec<_>>().join(", "));
            let named = |key: &&mut Key| key.name.as_ref() == Some(&own);
            let mut keys = table.uniques.iter_mut().chain(&mut table.primary_key);
            let key = keys.find(named).filter(|_| unique);
            let is_key = key.map(|key| key.parts.clone_from(&parts)).is_some();
            if unique && own != "primary" && !is_key {
                // A unique index and a constraint are the same there.
                let name = |row: &(i64, Value<'_>)| {
                    text(row.1, "column_name").map(|name| dialect.fold(name, true))
                };
                let named: Option<Vec<String>> = rows.iter().map(name).collect();
                let columns = named.unwrap_or_else(|| {
                    index.columns.iter().map(|text| text.text.clone()).collect()
                });
                let at = index.at.clone();
                table.uniques.push(Key { at, name: Some(own), columns, parts, ..Key::default() });
            } else {
                table.indexes.insert(own, index);
            }
        }
    }
}

fn part_of_index(dialect: Dialect, row: Value<'_>) -> Text {
    let mut part = match (text(row, "column_name"), text(row, "expression")) {
        (Some(name), _) => Text::certain(dialect.fold(name, true)),
        (None, Some(sql)) => expr::of_text(dialect, &sql.replace("\\'", "'")),
        (None, None) => Text { text: String::new(), certain: false },
    };
    // Of a place, which has no parts, a length is told all the same.
    let has_parts = text(row, "index_type").is_none_or(|method| method != "SPATIAL");
    if let Some(length) = get(row, "sub_part").and_then(whole).filter(|_| has_parts) {
        part.text = format!("{}({length})", part.text);
    }
    if text(row, "collation") == Some("D") {
        part.text.push_str(" desc");
    }
    part
}

/// The columns that each column of a key refers to, where the rows say which; else in their order.
fn referred_by(rows: &[(i64, Value<'_>)], theirs: &[String]) -> Vec<String> {
    let place = |(index, (_, row)): (usize, &(i64, Value<'_>))| {
        let said = get(*row, "position_in_unique_constraint").and_then(whole);
        let place = said.and_then(|place| usize::try_from(place - 1).ok()).unwrap_or(index);
        theirs.get(place).cloned()
    };
    rows.iter().enumerate().filter_map(place).collect()
}

/// How the columns of a foreign key are matched; without a word each by itself.
fn matching(said: Option<&str>) -> Known<String> {
    match said.map(str::to_lowercase).as_deref() {
        Some("full") => Known::Is("full".to_owned()),
        Some(_) => Known::Nothing,
        None => Known::Unread,
    }
}

fn deferrable(row: Value<'_>) -> Known<String> {
    let (Some(own), initially) = (text(row, "is_deferrable"), text(row, "initially_deferred"))
    else {
        return match get(row, "is_deferrable") {
            Some(_) => Known::Unread,
            None => Known::Nothing,
        };
    };
    match (own, initially) {
        ("YES", Some("YES")) => Known::Is("initially deferred".to_owned()),
        ("YES", _) => Known::Is("initially immediate".to_owned()),
        _ => Known::Nothing,
    }
}

/// A whole number, be it written as a text.
pub(super) fn whole(value: Value<'_>) -> Option<i64> {
    match value.as_number() {
        Some(number) => number.as_i64(),
        None => value.as_str()?.parse().ok(),
    }
}

/// The name that PostgreSQL gives to the fact that a column is not null: `2200_16385_1_not_null`.
fn is_not_null(name: &str) -> bool {
    name.strip_suffix("_not_null").is_some_and(|numbers| {
        numbers.split('_').count() == 3
            && numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    })
}
