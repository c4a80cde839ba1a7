//! What a database says of itself, as JSON: rows of its catalogue, or what tbls writes of them.

use super::super::strict::optional;
use super::super::{Context, Reading};
use super::ddl::Ddl;
use super::dialect::Dialect;
use super::model::{At, Name, Schema};
use super::write::Writer;
use super::{STRICT, finish, rows, tbls};
use crate::error::{Error, Position, Result};
use crate::model::{Cell, Scope, SourceRef, Warning};
use crate::value::{Builder, Document, Kind, Value};
use std::collections::BTreeSet;

/// Names of the list in which SQLite keeps its schema.
const MASTER: [&str; 2] = ["sqlite_master", "sqlite_schema"];

/// A field of a row: MySQL answers in capitals.
pub(super) fn get<'d>(row: Value<'d>, name: &str) -> Option<Value<'d>> {
    row.get(name).or_else(|| row.get(&name.to_uppercase()))
}

pub(super) fn text<'d>(row: Value<'d>, name: &str) -> Option<&'d str> {
    get(row, name)?.as_str()
}

/// Whether a document looks like one of those that are read here.
pub(in crate::source) fn is_introspection(root: Value<'_>) -> bool {
    let is_list = |name: &str| root.get(name).is_some_and(|list| list.kind() == Kind::List);
    let first = |name: &str| root.get(name).and_then(|list| list.at(0));
    let tbls = is_list("tables") && root.get("driver").is_some_and(|d| d.get("name").is_some());
    let rows = first("columns")
        .is_some_and(|row| get(row, "table_name").is_some() && get(row, "column_name").is_some());
    tbls || rows || MASTER.into_iter().any(is_list) || root.at(0).is_some_and(is_master)
}

fn is_master(row: Value<'_>) -> bool {
    ["type", "name", "tbl_name", "sql"].iter().all(|name| row.get(name).is_some())
}

/// What is read of a document.
pub(super) struct Found {
    pub(super) dialect: Dialect,
    pub(super) schema: Schema,
    pub(super) warnings: Vec<Warning>,
    /// Kinds that the document holds as a whole.
    pub(super) kinds: BTreeSet<&'static str>,
    /// The schemas that were seen.
    pub(super) schemas: BTreeSet<Option<String>>,
}

impl Found {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            schema: Schema::default(),
            warnings: Vec::new(),
            kinds: BTreeSet::new(),
            schemas: BTreeSet::new(),
        }
    }

    /// Applies a statement that stands in a text of the document; whether it could be read.
    pub(super) fn apply(
        &mut self,
        context: &Context<'_>,
        value: Value<'_>,
        sql: &str,
    ) -> Result<bool> {
        let position = |_: usize, _: usize, _: usize| -> Position { value.position() };
        let mut ddl = Ddl::new(self.dialect, sql, &position);
        ddl.fixed = Some(value.span());
        ddl.schema = std::mem::take(&mut self.schema);
        let options = &context.options.read;
        let read = ddl.statements(sql, options);
        let read = read.and_then(|all| all.iter().try_for_each(|one| ddl.apply(one)));
        self.schema = ddl.schema;
        self.warnings.extend(ddl.warnings);
        match read {
            Ok(()) => Ok(true),
            Err(error) if error.code() == crate::error::Code::Parse => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Something that is there, and of which nothing can be compared.
    pub(super) fn not_read(&mut self, name: &Name, value: Value<'_>) {
        let position = |_: usize, _: usize, _: usize| -> Position { value.position() };
        let mut ddl = Ddl::new(self.dialect, "", &position);
        ddl.schema = std::mem::take(&mut self.schema);
        let at = value.span();
        ddl.unclear_table(name, &at);
        let message = format!("what is said of the table `{}` is not read", name.name);
        ddl.warn(&at, "statement_not_read", &message);
        self.schema = ddl.schema;
        self.warnings.extend(ddl.warnings);
    }
}

/// Reads every document of a text.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let mut reading = Reading { listed: true, sql: true, ..Reading::default() };
    let all = document.roots().map(|root| found(root, context));
    let all = all.collect::<Result<Vec<_>>>()?;
    let mut writer = Writer::new(Builder::resume(document, &context.options.read));
    for (index, mut found) in all.into_iter().enumerate() {
        finish::finish(found.dialect, &mut found.schema);
        let source = |at: &At, pointer: String| SourceRef {
            file: context.file.map(str::to_owned),
            document: index,
            pointer,
            line: Some(context.lines.line(at.start)),
            revision: context.options.revision.clone(),
        };
        writer.schema(found.dialect, &found.schema, &source)?;
        reading.warnings.extend(found.warnings);
        let provider = found.dialect.provider();
        for kind in &found.kinds {
            for schema in &found.schemas {
                let scope = schema.as_ref().map(|name| Scope::new().with("schema", name.clone()));
                reading.covers.push(Cell {
                    provider: Some(provider.to_owned()),
                    type_name: Some((*kind).to_owned()),
                    scope: scope.unwrap_or_default(),
                });
            }
        }
    }
    reading.resources = writer.finish(|document| document);
    Ok(reading)
}

fn found(root: Value<'_>, context: &Context<'_>) -> Result<Found> {
    if root.kind() == Kind::List {
        return master(root, "", context);
    }
    STRICT.map(root, "what a database says of itself")?;
    if let Some((name, list)) = MASTER.iter().find_map(|name| Some((name, root.get(name)?))) {
        return master(list, &format!("/{name}"), context);
    }
    if optional(root, "driver").is_some() {
        return tbls::read(root, context);
    }
    rows::read(root, context)
}

/// The rows of `sqlite_master`, which keeps the statements themselves.
fn master(list: Value<'_>, pointer: &str, context: &Context<'_>) -> Result<Found> {
    match super::asked(context.options)? {
        None | Some(Dialect::Sqlite) => {}
        Some(_) => return Err(other_dialect(list)),
    }
    STRICT.list(list, "the rows of `sqlite_master`")?;
    let mut found = Found::new(Dialect::Sqlite);
    found.kinds = BTreeSet::from(["table", "view", "trigger"]);
    found.schemas.insert(None);
    let mut rows = Vec::new();
    for (index, row) in list.items().enumerate() {
        STRICT.map(row, "a row")?;
        let field = |name| STRICT.text(STRICT.required(row, name)?, format_args!("`{name}`"));
        let (kind, name) = (field("type")?, field("name")?);
        let sql = STRICT.required(row, "sql")?;
        let order = match kind {
            "table" => 0,
            "index" => 1,
            "view" | "trigger" => 2,
            _ => return Err(STRICT.fault(row, "a row of `sqlite_master` of no type that is known")),
        };
        // What the database made for itself has no statement, or a name that is its own.
        if !sql.is_null() && !name.to_ascii_lowercase().starts_with("sqlite_") {
            rows.push((order, index, row, name, sql));
        }
    }
    rows.sort_by_key(|(order, index, ..)| (*order, *index));
    for (order, index, row, name, sql) in rows {
        let text = STRICT.text(sql, "`sql`")?;
        let own = Name { schema: None, name: Dialect::Sqlite.fold_table(name, false) };
        if !found.apply(context, sql, text)? {
            match order {
                0 => found.not_read(&own, row),
                _ => return Err(STRICT.fault(sql, "the statement cannot be read")),
            }
        }
        let pointer = format!("{pointer}/{index}");
        if order == 0 {
            if let Some(table) = found.schema.tables.get_mut(&own) {
                table.pointer = pointer;
            }
        } else if let Some(other) =
            found.schema.others.get_mut(&(own, text_is(row, "trigger"))).filter(|_| order == 2)
        {
            other.pointer = pointer;
        }
    }
    Ok(found)
}

fn text_is(row: Value<'_>, kind: &str) -> bool {
    row.str_field("type") == Some(kind)
}

/// The error that the document is of another dialect than the options say.
pub(super) fn other_dialect(value: Value<'_>) -> Error {
    STRICT
        .fault(value, "the document is of another dialect than `dialect` says")
        .with_help("leave `dialect` out: the document says it itself")
}
