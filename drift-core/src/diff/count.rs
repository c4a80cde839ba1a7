//! Which rules matched how many nodes of one side: a function of the document and shape alone, so
//! that every way through the engine counts alike.

use crate::model::Resource;
use crate::normalize::{Canon, Cursor, Entry, Fact, Shape, decode};
use crate::value::{Seed, Value};
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
    let goes_on = note(value, cursor, canon, counts);
    if !goes_on {
        return;
    }
    let facts = cursor.facts();
    let text = value.as_str().filter(|_| facts.equality().opens().is_some());
    match text.and_then(|text| decode(text, cursor)) {
        Some(document) => inside(document.root(), cursor, canon, counts),
        None => inside(value, cursor, canon, counts),
    }
}

fn inside(value: Value<'_>, cursor: &Cursor<'_>, canon: Canon, counts: &mut BTreeMap<usize, u64>) {
    match cursor.single(value) {
        Some(element) => node(value, &element, canon, counts),
        None => below(value, cursor, canon, counts),
    }
}

fn below(value: Value<'_>, cursor: &Cursor<'_>, canon: Canon, counts: &mut BTreeMap<usize, u64>) {
    for (name, field) in value.fields() {
        node(field, &cursor.field(name, false), canon, counts);
    }
    for (index, item) in value.items().enumerate() {
        node(item, &cursor.item(index, item), canon, counts);
    }
}

/// Counts the rules at one node; false where nothing below it is looked at.
fn note(
    value: Value<'_>,
    cursor: &Cursor<'_>,
    canon: Canon,
    counts: &mut BTreeMap<usize, u64>,
) -> bool {
    let facts = cursor.facts();
    let matches = |entry: &&Entry| match &entry.fact {
        Fact::Default(_) => canon.is_default(value, &facts),
        // Where it matches depends on more than the value.
        Fact::SameAs(_) | Fact::Trust(_) => false,
        Fact::Generated(globs) => {
            value.as_str().is_none_or(|text| globs.iter().any(|glob| glob.matches(text)))
        }
        _ => true,
    };
    let mut matched: Vec<usize> =
        cursor.entries().filter(matches).map(|entry| entry.rule).collect();
    matched.sort_unstable();
    matched.dedup();
    for rule in matched {
        *counts.entry(rule).or_default() += 1;
    }
    !facts.is_output() && (cursor.ignored().is_none() || cursor.reopens())
}
