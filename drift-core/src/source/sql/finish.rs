//! What follows from a schema as a whole, on both sides alike.

use super::dialect::Dialect;
use super::model::{Known, Name, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// Brings a schema into the form in which both sides are compared.
pub(super) fn finish(dialect: Dialect, schema: &mut Schema) {
    let mut keys: BTreeMap<String, Option<Vec<String>>> = BTreeMap::new();
    for (name, table) in &mut schema.tables {
        // A key of the same name in two schemas says nothing.
        let key = table.primary_key.as_ref().map(|key| key.columns.clone());
        let known = keys.insert(name.name.clone(), key);
        if known.is_some() {
            keys.insert(name.name.clone(), None);
        }
        if let Some(key) = table.primary_key.as_ref().filter(|_| dialect.key_is_not_null()) {
            for column in &key.columns {
                if let Some(column) = table.columns.get_mut(column) {
                    column.nullable = Some(false);
                }
            }
        }
    }
    let mut sequences = BTreeSet::new();
    for table in schema.tables.values_mut() {
        for key in &mut table.foreign_keys {
            if key.references.is_empty()
                && let Some(Some(columns)) = keys.get(&key.table)
            {
                key.references.clone_from(columns);
            }
        }
        // The index that a constraint keeps is no other thing than the constraint.
        let kept: BTreeSet<&String> = table
            .uniques
            .iter()
            .chain(&table.primary_key)
            .filter_map(|key| key.name.as_ref())
            .collect();
        let columns = |key: &[String]| key.to_vec();
        let foreign: BTreeSet<Vec<String>> =
            table.foreign_keys.iter().map(|key| columns(&key.columns)).collect();
        let of_foreign_key = |index: &super::model::Index| {
            let columns: Vec<String> =
                index.columns.iter().map(|column| column.text.clone()).collect();
            dialect.is_mysql() && !index.unique && foreign.contains(&columns)
        };
        let primary = |name: &str| dialect.is_mysql() && name == "primary";
        table
            .indexes
            .retain(|name, index| !kept.contains(name) && !of_foreign_key(index) && !primary(name));
        for column in table.columns.values() {
            if let Known::Is(text) = &column.default
                && let Some(name) = text.text.strip_prefix("nextval('")
            {
                sequences.insert(name.trim_end_matches("')").to_owned());
            }
        }
    }
    // A sequence that a column takes its default from is a part of the column.
    schema.others.retain(|(Name { name, .. }, _), other| {
        other.kind != "sequence" || !sequences.contains(name)
    });
}
