//! Which rules matched how many nodes of one side: a function of the document and shape alone, so
//! that every way through the engine counts alike.

use crate::model::Resource;
use crate::normalize::{Canon, Cursor, Equality, Fact, Shape, decode, element_of};
use crate::value::{Kind, Seed, Value};
use std::collections::BTreeMap;

/// Adds the matches in one side's attributes.
pub(super) fn count(
    resource: &Resource<'_>,
    shape: &Shape,
    seed: Seed,
    counts: &mut BTreeMap<usize, u64>,
) {
    node(resource.attributes.value(), &shape.root(), Canon { seed }, counts);
}

fn node(value: Value<'_>, cursor: &Cursor<'_>, canon: Canon, counts: &mut BTreeMap<usize, u64>) {
    let facts = cursor.facts();
    let mut matched: Vec<usize> = cursor
        .entries()
        .filter(|entry| match &entry.fact {
            Fact::Default(_) => canon.is_default(value, &facts),
            Fact::Generated(glob) => value.as_str().is_none_or(|text| glob.matches(text)),
            _ => true,
        })
        .map(|entry| entry.rule)
        .collect();
    matched.sort_unstable();
    matched.dedup();
    for rule in matched {
        *counts.entry(rule).or_default() += 1;
    }
    let dropped = facts.iter().any(|entry| matches!(entry.fact, Fact::ReadOnly { declared: true }));
    if dropped || (cursor.ignored().is_some() && !cursor.reopens()) {
        return;
    }
    match value.kind() {
        Kind::Map => {
            for (name, field) in value.fields() {
                node(field, &cursor.field(name, false), canon, counts);
            }
        }
        Kind::List => {
            for (index, item) in value.items().enumerate() {
                let child = element_of(index, item, |element| cursor.element(element));
                node(item, &child, canon, counts);
            }
        }
        Kind::String if facts.equality() == Equality::Json => {
            if let Some(document) = value.as_str().and_then(|text| decode(text, cursor)) {
                let root = document.root();
                for (name, field) in root.fields() {
                    node(field, &cursor.field(name, false), canon, counts);
                }
                for (index, item) in root.items().enumerate() {
                    let child = element_of(index, item, |element| cursor.element(element));
                    node(item, &child, canon, counts);
                }
            }
        }
        _ => {}
    }
}
