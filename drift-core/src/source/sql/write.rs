//! A schema as resources: a map for each table, whose columns, keys and indexes go by their names.

use super::dialect::Dialect;
use super::model::{At, Column, ForeignKey, Index, Known, Name, Other, Schema, Table, Text};
use crate::error::Result;
use crate::model::{Attributes, Resource, ResourceKey, Scope, SourceRef};
use crate::path::{PathSet, Step};
use crate::value::{Builder, NodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A value that is to be written.
enum Made {
    Text(String),
    Truth(bool),
    Texts(Vec<String>),
    /// Fields; the names of those that were read, where that was not all.
    Map(Vec<(String, At, Made)>, Option<BTreeSet<String>>),
}

/// What is written of one resource, and which of its paths are not known.
#[derive(Default)]
struct Fields {
    fields: Vec<(String, At, Made)>,
    unread: BTreeSet<&'static str>,
}

impl Fields {
    fn put(&mut self, name: &str, at: &At, made: Made) {
        self.fields.push((name.to_owned(), at.clone(), made));
    }

    fn text(&mut self, name: &str, at: &At, text: Option<&String>) {
        if let Some(text) = text {
            self.put(name, at, Made::Text(text.clone()));
        }
    }

    fn truth(&mut self, name: &'static str, at: &At, truth: Option<bool>) {
        match truth {
            Some(truth) => self.put(name, at, Made::Truth(truth)),
            None => _ = self.unread.insert(name),
        }
    }

    fn known<T>(
        &mut self,
        name: &'static str,
        at: &At,
        value: &Known<T>,
        text: impl Fn(&T) -> Option<String>,
    ) {
        match value {
            Known::Is(value) => {
                if let Some(text) = text(value) {
                    self.put(name, at, Made::Text(text));
                }
            }
            Known::Nothing => {}
            Known::Unread => _ = self.unread.insert(name),
        }
    }

    fn map(self, all: &[&str]) -> Made {
        let read = (!self.unread.is_empty()).then(|| {
            let read = all.iter().filter(|name| !self.unread.contains(*name));
            read.map(|name| (*name).to_owned()).collect()
        });
        Made::Map(self.fields, read)
    }
}

const TABLE: [&str; 10] = [
    "columns",
    "primary_key",
    "unique",
    "foreign_keys",
    "checks",
    "indexes",
    "options",
    "comment",
    "collations",
    "comments",
];
const COLUMN: [&str; 6] = ["type", "nullable", "default", "identity", "generated", "on_update"];
const FOREIGN: [&str; 6] =
    ["columns", "table", "references", "on_delete", "on_update", "deferrable"];

/// Where a resource stands.
pub(super) type Sources<'s> = &'s dyn Fn(&At, String) -> SourceRef;

/// The resources of a schema, written behind what the builder holds.
pub(super) fn resources(
    dialect: Dialect,
    schema: &Schema,
    mut builder: Builder<'_>,
    source: Sources<'_>,
) -> Result<Vec<Resource<'static>>> {
    let mut drafts: Vec<(ResourceKey, NodeId, PathSet, bool, SourceRef)> = Vec::new();
    let mut read = Vec::new();
    for (name, table) in &schema.tables {
        let mut unknown = PathSet::new();
        let made = self::table(dialect, table, &mut unknown);
        let node = write(&mut builder, &table.at, made, &mut read)?;
        builder.set_aside();
        let source = source(&table.at, table.pointer.clone());
        let key = key(dialect, "table", name);
        drafts.push((key, node, unknown, table.unclear, source));
    }
    for ((name, _), other) in &schema.others {
        let mut unknown = PathSet::new();
        let made = self::other(other, &mut unknown);
        let node = write(&mut builder, &other.at, made, &mut read)?;
        builder.set_aside();
        let source = source(&other.at, other.pointer.clone());
        let key = key(dialect, other.kind, name);
        drafts.push((key, node, unknown, false, source));
    }
    let mut document = builder.finish();
    document.read_fields.extend(read);
    let shared = Arc::new(document.into_owned());
    let resource =
        |(key, node, unknown, listed_only, source): (ResourceKey, _, _, _, _)| Resource {
            address: Some(key.id.clone()),
            unknown,
            listed_only,
            source,
            ..Resource::new(key, Attributes::new(Arc::clone(&shared), node))
        };
    Ok(drafts.into_iter().map(resource).collect())
}

fn key(dialect: Dialect, kind: &str, name: &Name) -> ResourceKey {
    let schema = |schema: &String| Scope::new().with("schema", schema.clone());
    ResourceKey {
        provider: dialect.provider().to_owned(),
        type_name: kind.to_owned(),
        scope: name.schema.as_ref().map(schema).unwrap_or_default(),
        id: name.name.clone(),
    }
}

fn write(
    builder: &mut Builder<'_>,
    at: &At,
    made: Made,
    read: &mut Vec<(NodeId, Arc<BTreeSet<String>>)>,
) -> Result<NodeId> {
    let node = builder.next();
    match made {
        Made::Text(text) => _ = builder.string_owned(at.clone(), &text)?,
        Made::Truth(truth) => builder.bool(at.clone(), truth)?,
        Made::Texts(texts) => {
            builder.open_list(at.start)?;
            for text in texts {
                builder.string_owned(at.clone(), &text)?;
            }
            builder.close(at.end)?;
        }
        Made::Map(fields, names) => {
            read.extend(names.map(|names| (node, Arc::new(names))));
            builder.open_map(at.start)?;
            for (name, at, made) in fields {
                builder.key_owned(at.start..at.start, &name)?;
                write(builder, &at, made, read)?;
            }
            builder.close(at.end)?;
        }
    }
    Ok(node)
}

fn field(names: &[&str]) -> Vec<Step> {
    names.iter().map(|name| Step::Field((*name).to_owned())).collect()
}

fn table(dialect: Dialect, table: &Table, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &table.at;
    let read = table.read;
    let lacks = [
        (read.columns, "columns"),
        (read.keys, "primary_key"),
        (read.keys, "unique"),
        (read.foreign_keys, "foreign_keys"),
        (read.checks, "checks"),
        (read.indexes, "indexes"),
        (read.options, "options"),
    ];
    fields.unread.extend(lacks.iter().filter(|(read, _)| !read).map(|(_, name)| *name));
    if read.columns {
        let columns = table.columns.iter().map(|(name, column)| {
            (name.clone(), column.at.clone(), self::column(name, column, unknown))
        });
        fields.put("columns", at, Made::Map(columns.collect(), None));
    }
    if read.keys {
        let columns = table.primary_key.as_ref().map(|key| key.columns.clone());
        fields.put("primary_key", at, Made::Texts(columns.unwrap_or_default()));
        let unique: BTreeMap<String, (At, Made)> = table
            .uniques
            .iter()
            .map(|key| {
                let mut inner = Fields::default();
                inner.put("columns", &key.at, Made::Texts(key.columns.clone()));
                inner.text("name", &key.at, key.name.as_ref());
                (key.columns.join(", "), (key.at.clone(), inner.map(&[])))
            })
            .collect();
        fields.put("unique", at, whole(unique));
    }
    if read.foreign_keys {
        let mut keys = BTreeMap::new();
        for key in &table.foreign_keys {
            let columns = key.columns.join(", ");
            let name = match keys.contains_key(&columns) {
                true => format!("{columns} to {}", key.table),
                false => columns,
            };
            let made = foreign_key(&name, key, unknown);
            keys.insert(name, (key.at.clone(), made));
        }
        fields.put("foreign_keys", at, whole(keys));
    }
    if read.checks {
        if table.checks.iter().any(|check| !check.text.certain) {
            unknown.insert_steps(&field(&["checks"]));
        }
        let mut texts: Vec<String> =
            table.checks.iter().map(|check| check.text.text.clone()).collect();
        texts.sort();
        texts.dedup();
        fields.put("checks", at, Made::Texts(texts));
    }
    if read.indexes {
        if table.unclear_indexes {
            unknown.insert_steps(&field(&["indexes"]));
        }
        let index = |(name, index): (&String, &Index)| {
            (name.clone(), index.at.clone(), self::index(name, index, unknown))
        };
        fields.put("indexes", at, Made::Map(table.indexes.iter().map(index).collect(), None));
    }
    if read.options {
        let mut options: Vec<String> =
            table.options.iter().map(|option| (*option).to_owned()).collect();
        options.sort();
        options.dedup();
        // The rows of other databases do not tell of them.
        if dialect == Dialect::Sqlite || !options.is_empty() {
            fields.put("options", at, Made::Texts(options));
        }
    }
    fields.text("comment", at, table.comment.as_ref());
    // Beside the columns, which must be as they are declared: these may be those of the database.
    for (name, of) in
        [("collations", collation as fn(&Column) -> Option<&String>), ("comments", comment)]
    {
        let texts: BTreeMap<String, (At, Made)> = table
            .columns
            .iter()
            .filter_map(|(name, column)| {
                Some((name.clone(), (column.at.clone(), Made::Text(of(column)?.clone()))))
            })
            .collect();
        if !texts.is_empty() {
            fields.put(name, at, whole(texts));
        }
    }
    fields.map(&TABLE)
}

fn collation(column: &Column) -> Option<&String> {
    column.collation.as_ref()
}

fn comment(column: &Column) -> Option<&String> {
    column.comment.as_ref()
}

fn whole(fields: BTreeMap<String, (At, Made)>) -> Made {
    Made::Map(fields.into_iter().map(|(name, (at, made))| (name, at, made)).collect(), None)
}

fn column(name: &str, column: &Column, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &column.at;
    let steps = |field_name: &str| field(&["columns", name, field_name]);
    if column.unclear {
        unknown.insert_steps(&field(&["columns", name]));
    }
    if column.unclear_kind {
        unknown.insert_steps(&steps("type"));
    }
    let texts = [
        ("default", &column.default),
        ("generated", &column.generated),
        ("on_update", &column.on_update),
    ];
    fields.text("type", at, Some(&column.kind).filter(|kind| !kind.is_empty()));
    fields.truth("nullable", at, column.nullable);
    for (name, value) in texts {
        if matches!(value, Known::Is(text) if !text.certain) {
            unknown.insert_steps(&steps(name));
        }
        fields.known(name, at, value, |text| Some(text.text.clone()));
    }
    fields.known("identity", at, &column.identity, |text| Some(text.clone()));
    fields.map(&COLUMN)
}

fn foreign_key(name: &str, key: &ForeignKey, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &key.at;
    fields.put("columns", at, Made::Texts(key.columns.clone()));
    fields.put("table", at, Made::Text(key.table.clone()));
    if key.references.is_empty() {
        unknown.insert_steps(&field(&["foreign_keys", name, "references"]));
    }
    fields.put("references", at, Made::Texts(key.references.clone()));
    for (name, action) in [("on_delete", &key.on_delete), ("on_update", &key.on_update)] {
        match action {
            Some(action) => fields.put(name, at, Made::Text(action.clone())),
            None => _ = fields.unread.insert(name),
        }
    }
    fields.known("deferrable", at, &key.deferrable, |text| Some(text.clone()));
    fields.text("name", at, key.name.as_ref());
    fields.map(&FOREIGN)
}

fn index(name: &str, index: &Index, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &index.at;
    let certain = |texts: &[Text]| texts.iter().all(|text| text.certain);
    if !certain(&index.columns) {
        unknown.insert_steps(&field(&["indexes", name, "columns"]));
    }
    if matches!(&index.predicate, Known::Is(text) if !text.certain) {
        unknown.insert_steps(&field(&["indexes", name, "where"]));
    }
    let columns = index.columns.iter().map(|text| text.text.clone()).collect();
    fields.put("columns", at, Made::Texts(columns));
    fields.put("unique", at, Made::Truth(index.unique));
    fields.text("method", at, index.method.as_ref());
    if !index.include.is_empty() {
        fields.put("include", at, Made::Texts(index.include.clone()));
    }
    fields.known("where", at, &index.predicate, |text| Some(text.text.clone()));
    fields.map(&["columns", "unique", "method", "include", "where"])
}

fn other(other: &Other, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    if let Some(definition) = &other.definition {
        if !definition.certain {
            unknown.insert_steps(&field(&["definition"]));
        }
        fields.put("definition", &other.at, Made::Text(definition.text.clone()));
    }
    fields.text("table", &other.at, other.table.as_ref());
    Made::Map(fields.fields, None)
}
