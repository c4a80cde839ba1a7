//! A schema as statements and introspection both come to it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where something stands in the text.
pub(super) type At = Range<usize>;

/// What a table, a view and so on is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    // Names stand first: those that only differ in their schema are neighbours.
    pub(super) name: String,
    pub(super) schema: Option<String>,
}

impl Name {
    /// Whether both may be the same: a schema that is not said is any.
    fn meets(&self, other: &Self) -> bool {
        let any = self.schema.is_none() || other.schema.is_none();
        self.name == other.name && (any || self.schema == other.schema)
    }
}

/// An expression in one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether the database gives it back so that it has the same spelling.
    pub(super) certain: bool,
}

impl Text {
    pub(super) fn certain(text: impl Into<String>) -> Self {
        Self { text: text.into(), certain: true }
    }
}

/// What is known of something that introspection may leave out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) enum Known<T> {
    /// Nobody said.
    #[default]
    Unread,
    /// It is said that there is none.
    Nothing,
    /// It is this.
    Is(T),
}

impl<T> Known<T> {
    pub(super) fn of(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Is)
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    pub(super) at: At,
    pub(super) kind: String,
    pub(super) nullable: Option<bool>,
    pub(super) default: Known<Text>,
    /// `always`, `by default` or `auto_increment`.
    pub(super) identity: Known<String>,
    pub(super) generated: Known<Text>,
    /// Whether a generated value is kept rather than made when it is read.
    pub(super) stored: Known<bool>,
    pub(super) on_update: Known<Text>,
    pub(super) collation: Option<String>,
    pub(super) comment: Option<String>,
    /// What stands there and is not read.
    pub(super) unclear: bool,
    /// Whether introspection leaves out a part of the type.
    pub(super) unclear_kind: bool,
}

/// A primary key, or a constraint that columns are unique.
#[derive(Clone, Debug, Default)]
pub(super) struct Key {
    pub(super) at: At,
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
    /// Where it is checked later than at once.
    pub(super) deferrable: Known<String>,
    /// Its columns, where it holds the first characters of one alone.
    pub(super) parts: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct ForeignKey {
    pub(super) at: At,
    pub(super) name: Option<String>,
    pub(super) columns: Vec<String>,
    pub(super) table: String,
    /// Empty where the primary key of the other table is meant.
    pub(super) references: Vec<String>,
    /// Absent where introspection does not say.
    pub(super) on_delete: Option<String>,
    pub(super) on_update: Option<String>,
    /// `full`, where a key must be null in all of its columns or in none.
    pub(super) matching: Known<String>,
    pub(super) deferrable: Known<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) name: Option<String>,
    pub(super) text: Text,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub(super) at: At,
    pub(super) columns: Vec<Text>,
    pub(super) unique: bool,
    pub(super) method: Option<String>,
    pub(super) include: Vec<String>,
    pub(super) predicate: Known<Text>,
}

impl Default for Text {
    fn default() -> Self {
        Self::certain("")
    }
}

/// What introspection has told of a table; statements tell all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    pub(super) columns: bool,
    pub(super) keys: bool,
    pub(super) foreign_keys: bool,
    pub(super) checks: bool,
    pub(super) indexes: bool,
    /// How much of its columns a key holds.
    pub(super) parts: bool,
    pub(super) options: bool,
}

impl Read {
    pub(super) const ALL: Self = Self {
        columns: true,
        keys: true,
        foreign_keys: true,
        checks: true,
        indexes: true,
        parts: true,
        options: true,
    };
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) at: At,
    pub(super) pointer: String,
    pub(super) columns: BTreeMap<String, Column>,
    pub(super) primary_key: Option<Key>,
    pub(super) uniques: Vec<Key>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    pub(super) checks: Vec<Check>,
    pub(super) indexes: BTreeMap<String, Index>,
    /// The method of an index that names none, where it is not the usual one.
    pub(super) method: Option<&'static str>,
    /// `strict`, `without rowid`, `unlogged`, `row level security`, `partition by …` and their like.
    pub(super) options: BTreeSet<String>,
    pub(super) comment: Option<String>,
    pub(super) read: Read,
    /// Whether something of it was not understood, so that nothing of it can be compared.
    pub(super) unclear: bool,
    /// The same of its indexes alone.
    pub(super) unclear_indexes: bool,
}

impl Table {
    pub(super) fn new(at: At, pointer: String, read: Read) -> Self {
        Self {
            at,
            pointer,
            columns: BTreeMap::new(),
            primary_key: None,
            uniques: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            indexes: BTreeMap::new(),
            method: None,
            options: BTreeSet::new(),
            comment: None,
            read,
            unclear: false,
            unclear_indexes: false,
        }
    }

    /// Drops an index of MySQL, or a key that columns are unique, which goes by its first column where it was given
    /// no name.
    pub(super) fn drop_index(&mut self, name: &str) {
        let before = self.indexes.len() + self.uniques.len();
        self.indexes.remove(name);
        self.uniques.retain(|key| key.name.as_deref() != Some(name));
        if before == self.indexes.len() + self.uniques.len() {
            let is_first =
                |key: &Key| key.columns.first().is_some_and(|column| column.as_str() == name);
            let unnamed = self.uniques.iter().position(|key| key.name.is_none() && is_first(key));
            if let Some(at) = unnamed {
                self.uniques.remove(at);
            }
        }
    }
}

/// A view, a sequence or a trigger.
#[derive(Clone, Debug)]
pub(super) struct Other {
    pub(super) at: At,
    pub(super) pointer: String,
    /// `view`, `materialized_view`, `sequence` or `trigger`.
    pub(super) kind: &'static str,
    pub(super) definition: Option<Text>,
    pub(super) table: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: BTreeMap<Name, Table>,
    /// Views and sequences, and triggers, which may share a name with them.
    pub(super) others: BTreeMap<(Name, bool), Other>,
    /// The tables that indexes were made on.
    pub(super) indexed: BTreeMap<String, Name>,
}

impl Schema {
    /// The name by which the table is known, of whatever schema where none is said.
    pub(super) fn table_name(&self, name: &Name) -> Option<Name> {
        if self.tables.contains_key(name) {
            return Some(name.clone());
        }
        let first = Name { schema: None, ..name.clone() };
        let same = self.tables.range(first..).take_while(|(known, _)| known.name == name.name);
        let mut found = same.map(|(known, _)| known).filter(|known| known.meets(name));
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    pub(super) fn table(&mut self, name: &Name) -> Option<&mut Table> {
        let name = self.table_name(name)?;
        self.tables.get_mut(&name)
    }

    /// Whether a view goes by the name.
    pub(super) fn has_view(&self, name: &Name) -> bool {
        let is_view = |other: &Other| matches!(other.kind, "view" | "materialized_view");
        self.others.iter().any(|((known, _), other)| known.meets(name) && is_view(other))
    }

    /// Whether a view or a sequence goes by the name, and no table.
    pub(super) fn is_other(&self, name: &Name) -> bool {
        let same = |known: &Name, is_trigger: bool| known.meets(name) && !is_trigger;
        self.table_name(name).is_none()
            && self.others.keys().any(|(known, is_trigger)| same(known, *is_trigger))
    }

    /// Whether a table, a view, a sequence or an index of any schema goes by the name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.indexed.contains_key(name)
            || self.tables.keys().any(|known| known.name == name)
            || self.others.keys().any(|(known, is_trigger)| known.name == name && !is_trigger)
    }

    /// The table that has an index of the name.
    pub(super) fn table_of_index(&mut self, index: &str) -> Option<&mut Table> {
        let table = self.tables.get_mut(self.indexed.get(index)?)?;
        table.indexes.contains_key(index).then_some(table)
    }

    /// Triggers go with what they stand on.
    pub(super) fn drop_triggers_on(&mut self, name: &str) {
        let on = format!(" on {name} ");
        self.others.retain(|(_, is_trigger), other| {
            let text = other.definition.as_ref().map(|text| text.text.as_str());
            !(*is_trigger && text.is_some_and(|text| text.contains(&on)))
        });
    }

    /// Foreign keys go with the table that they refer to, where it is dropped with what hangs on it.
    pub(super) fn drop_keys_to(&mut self, name: &str) {
        for table in self.tables.values_mut() {
            table.foreign_keys.retain(|key| key.table != name);
        }
    }

    /// Takes a view, a sequence or a trigger out.
    pub(super) fn take_other(&mut self, name: &Name, is_trigger: bool) -> Option<(Name, Other)> {
        let first = (Name { schema: None, ..name.clone() }, false);
        let same = self.others.range(first..).take_while(|((known, _), _)| known.name == name.name);
        let mut found = same.filter(|((known, of), _)| *of == is_trigger && known.meets(name));
        let known = found.next()?.0.clone();
        self.others.remove(&known).map(|other| (known.0, other))
    }
}
