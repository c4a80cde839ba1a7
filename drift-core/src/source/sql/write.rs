//! A schema as resources: a map for each table, whose columns, keys and indexes go by their names.

use super::dialect::Dialect;
use super::model::{At, Column, ForeignKey, Index, Known, Name, Other, Schema, Table, Text};
use crate::error::Result;
use crate::model::{Attributes, Resource, ResourceKey, Scope, SourceRef};
use crate::path::{PathSet, Step};
use crate::value::{Builder, Document, NodeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A value that is to be written.
enum Made {
    Text(String),
    Truth(bool),
    Texts(Vec<String>),
    /// Elements of a list.
    List(Vec<(At, Made)>),
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

const TABLE: [&str; 11] = [
    "columns",
    "primary_key",
    "unique",
    "foreign_keys",
    "checks",
    "indexes",
    "parts",
    "options",
    "comment",
    "collations",
    "comments",
];
const COLUMN: [&str; 8] =
    ["name", "type", "nullable", "default", "identity", "generated", "stored", "on_update"];
const FOREIGN: [&str; 8] =
    ["columns", "table", "references", "on_delete", "on_update", "match", "deferrable", "name"];

/// Something that is told of a column.
type Told = fn(&Column) -> Option<&String>;

/// Where a resource stands.
pub(super) type Sources<'s> = &'s dyn Fn(&At, String) -> SourceRef;

/// What of a resource has been written.
struct Draft {
    key: ResourceKey,
    node: NodeId,
    unknown: PathSet,
    listed_only: bool,
    source: SourceRef,
}

/// Writes schemas as resources, all of them onto one tape.
pub(super) struct Writer<'a> {
    builder: Builder<'a>,
    drafts: Vec<Draft>,
    read: Vec<(NodeId, Arc<BTreeSet<String>>)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(builder: Builder<'a>) -> Self {
        Self { builder, drafts: Vec::new(), read: Vec::new() }
    }

    /// Writes the tables of a schema and all else that is in it.
    pub(super) fn schema(
        &mut self,
        dialect: Dialect,
        schema: &Schema,
        source: Sources<'_>,
    ) -> Result<()> {
        for (name, table) in &schema.tables {
            let mut unknown = PathSet::new();
            let made = self::table(dialect, table, &mut unknown);
            let node = self.put(&table.at, made)?;
            self.drafts.push(Draft {
                key: key(dialect, "table", name),
                node,
                unknown,
                listed_only: table.unclear,
                source: source(&table.at, table.pointer.clone()),
            });
        }
        for ((name, _), other) in &schema.others {
            let mut unknown = PathSet::new();
            let made = self::other(other, &mut unknown);
            let node = self.put(&other.at, made)?;
            self.drafts.push(Draft {
                key: key(dialect, other.kind, name),
                node,
                unknown,
                listed_only: false,
                source: source(&other.at, other.pointer.clone()),
            });
        }
        Ok(())
    }

    fn put(&mut self, at: &At, made: Made) -> Result<NodeId> {
        let node = write(&mut self.builder, at, made, &mut self.read)?;
        self.builder.set_aside();
        Ok(node)
    }

    /// The resources, with what `keep` makes of their document.
    pub(super) fn finish<'o>(
        self,
        keep: impl FnOnce(Document<'a>) -> Document<'o>,
    ) -> Vec<Resource<'o>> {
        let mut document = self.builder.finish();
        document.read_fields.extend(self.read);
        let shared = Arc::new(keep(document));
        let resource = |Draft { key, node, unknown, listed_only, source }: Draft| Resource {
            address: Some(key.id.clone()),
            unknown,
            listed_only,
            source,
            ..Resource::new(key, Attributes::new(Arc::clone(&shared), node))
        };
        self.drafts.into_iter().map(resource).collect()
    }
}

fn key(dialect: Dialect, kind: &str, name: &Name) -> ResourceKey {
    let schema = |schema: &String| Scope::new().with("schema", schema.clone());
    ResourceKey {
        provider: dialect.provider().into(),
        type_name: kind.into(),
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
        Made::List(items) => {
            builder.open_list(at.start)?;
            for (at, made) in items {
                write(builder, &at, made, read)?;
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

/// The steps to a field of an element of a list, or to the element.
fn element(list: &str, place: usize, name: &str) -> Vec<Step> {
    let mut steps = field(&[list]);
    steps.push(Step::Index(place));
    if !name.is_empty() {
        steps.extend(field(&[name]));
    }
    steps
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
        (read.parts, "parts"),
        (read.options, "options"),
    ];
    fields.unread.extend(lacks.iter().filter(|(read, _)| !read).map(|(_, name)| *name));
    if read.columns {
        let columns = table.columns.iter().enumerate().map(|(place, (name, column))| {
            (column.at.clone(), self::column(place, name, column, unknown))
        });
        fields.put("columns", at, Made::List(columns.collect()));
    }
    if read.keys {
        let columns = table.primary_key.as_ref().map(|key| key.columns.clone());
        fields.put("primary_key", at, Made::Texts(columns.unwrap_or_default()));
        let unique: BTreeMap<String, (At, Made)> = table
            .uniques
            .iter()
            .map(|key| {
                let mut inner = Fields::default();
                let columns = key.columns.join(", ");
                inner.text("columns", &key.at, Some(&columns));
                inner.text("name", &key.at, key.name.as_ref());
                inner.known("deferrable", &key.at, &key.deferrable, |text| Some(text.clone()));
                (columns, (key.at.clone(), inner.map(&["columns", "name", "deferrable"])))
            })
            .collect();
        fields.put("unique", at, Made::List(unique.into_values().collect()));
    }
    if read.foreign_keys {
        let mut keys: Vec<&ForeignKey> = table.foreign_keys.iter().collect();
        keys.sort_by(|a, b| (&a.columns, &a.table).cmp(&(&b.columns, &b.table)));
        let key = |(place, key): (usize, &&ForeignKey)| {
            (key.at.clone(), foreign_key(place, key, unknown))
        };
        fields.put("foreign_keys", at, Made::List(keys.iter().enumerate().map(key).collect()));
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
        let index = |(place, (name, index)): (usize, (&String, &Index))| {
            (index.at.clone(), self::index(place, name, index, unknown))
        };
        let indexes = table.indexes.iter().enumerate().map(index).collect();
        fields.put("indexes", at, Made::List(indexes));
    }
    let mut parts: Vec<String> = table
        .uniques
        .iter()
        .chain(&table.primary_key)
        .filter_map(|key| key.parts.clone())
        .collect();
    if read.parts && !parts.is_empty() {
        parts.sort();
        fields.put("parts", at, Made::Texts(parts));
    }
    if read.options {
        let options: Vec<String> = table.options.iter().cloned().collect();
        // The rows of other databases do not tell of them.
        if dialect == Dialect::Sqlite || !options.is_empty() {
            fields.put("options", at, Made::Texts(options));
        }
    }
    fields.text("comment", at, table.comment.as_ref());
    // Beside the columns, which must be as they are declared: these may be those of the database.
    let told: [(&str, &str, Told); 2] = [
        ("collations", "collation", |column| column.collation.as_ref()),
        ("comments", "comment", |column| column.comment.as_ref()),
    ];
    for (list, field, of) in told {
        let texts = table.columns.iter().filter_map(|(name, column)| {
            let mut inner = Fields::default();
            inner.text("name", &column.at, Some(name));
            inner.text(field, &column.at, Some(of(column)?));
            Some((column.at.clone(), inner.map(&[])))
        });
        let texts: Vec<(At, Made)> = texts.collect();
        if !texts.is_empty() {
            fields.put(list, at, Made::List(texts));
        } else if dialect.is_mysql() && list == "collations" {
            // They are those of the database.
            fields.unread.insert(list);
        }
    }
    fields.map(&TABLE)
}

fn column(place: usize, name: &String, column: &Column, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &column.at;
    let steps = |name: &str| element("columns", place, name);
    if column.unclear {
        unknown.insert_steps(&steps(""));
    }
    if column.unclear_kind {
        unknown.insert_steps(&steps("type"));
    }
    let texts = [
        ("default", &column.default),
        ("generated", &column.generated),
        ("on_update", &column.on_update),
    ];
    fields.text("name", at, Some(name));
    fields.text("type", at, Some(&column.kind).filter(|kind| !kind.is_empty()));
    fields.truth("nullable", at, column.nullable);
    for (name, value) in texts {
        if matches!(value, Known::Is(text) if !text.certain) {
            unknown.insert_steps(&steps(name));
        }
        fields.known(name, at, value, |text| Some(text.text.clone()));
    }
    fields.known("identity", at, &column.identity, |text| Some(text.clone()));
    match column.stored {
        Known::Is(stored) => fields.truth("stored", at, Some(stored)),
        Known::Nothing => {}
        Known::Unread => fields.truth("stored", at, None),
    }
    fields.map(&COLUMN)
}

fn foreign_key(place: usize, key: &ForeignKey, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &key.at;
    fields.text("columns", at, Some(&key.columns.join(", ")));
    fields.put("table", at, Made::Text(key.table.clone()));
    if key.references.is_empty() {
        unknown.insert_steps(&element("foreign_keys", place, "references"));
    }
    fields.put("references", at, Made::Texts(key.references.clone()));
    for (name, action) in [("on_delete", &key.on_delete), ("on_update", &key.on_update)] {
        match action {
            Some(action) => fields.put(name, at, Made::Text(action.clone())),
            None => _ = fields.unread.insert(name),
        }
    }
    fields.known("match", at, &key.matching, |text| Some(text.clone()));
    fields.known("deferrable", at, &key.deferrable, |text| Some(text.clone()));
    fields.text("name", at, key.name.as_ref());
    fields.map(&FOREIGN)
}

fn index(place: usize, name: &String, index: &Index, unknown: &mut PathSet) -> Made {
    let mut fields = Fields::default();
    let at = &index.at;
    let certain = |texts: &[Text]| texts.iter().all(|text| text.certain);
    if !certain(&index.columns) {
        unknown.insert_steps(&element("indexes", place, "columns"));
    }
    if matches!(&index.predicate, Known::Is(text) if !text.certain) {
        unknown.insert_steps(&element("indexes", place, "where"));
    }
    let columns = index.columns.iter().map(|text| text.text.clone()).collect();
    fields.text("name", at, Some(name));
    fields.put("columns", at, Made::Texts(columns));
    fields.put("unique", at, Made::Truth(index.unique));
    fields.text("method", at, index.method.as_ref());
    if !index.include.is_empty() {
        fields.put("include", at, Made::Texts(index.include.clone()));
    }
    fields.known("where", at, &index.predicate, |text| Some(text.text.clone()));
    fields.map(&["name", "columns", "unique", "method", "include", "where"])
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
