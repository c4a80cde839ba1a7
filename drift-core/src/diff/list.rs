//! Lists: ordered, as sets, and by keys.
//!
//! Declared lists are closed: what actual holds beyond them is drift, unless the fact `open` says
//! that others may add.

use super::align::Match;
use super::frame::Frame;
use super::side::{Ref, Side};
use super::tiers;
use super::walk::Walk;
use crate::normalize::{Canon, Cursor, FactKind, Facts, ListSemantics, Scalar, element_of};
use crate::path::Step;
use crate::value::{ContentHash, Kind, Tree, Value};
use std::collections::{BTreeMap, BTreeSet};

/// One side's elements.
pub(super) struct Items<'d> {
    pub(super) side: Side<'d>,
    pub(super) items: Vec<Value<'d>>,
}

impl<'d> Items<'d> {
    pub(super) fn new(side: Side<'d>) -> Self {
        Self { side, items: side.value.into_iter().flat_map(Value::items).collect() }
    }

    pub(super) fn get(&self, index: usize) -> Option<Value<'d>> {
        self.items.get(index).copied()
    }

    pub(super) fn side(&self, index: usize) -> Side<'d> {
        self.side.below(&Step::Index(index), self.get(index))
    }
}

/// A list at a node of the walk.
pub(super) struct Lists<'l, 's> {
    pub(super) frame: &'l Frame<'l>,
    pub(super) cursor: &'l Cursor<'s>,
    pub(super) desired: Items<'l>,
    pub(super) actual: Items<'l>,
    pub(super) reference: Ref<'l>,
    pub(super) open: bool,
}

/// The values of an element's keys.
type Key = Vec<(String, Tree)>;

pub(super) fn compare<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    (desired, _): (Side<'_>, Value<'_>),
    (actual, _): (Side<'_>, Value<'_>),
    reference: Ref<'_>,
    cursor: &Cursor<'s>,
    facts: &Facts<'s>,
) {
    let lists = Lists {
        frame,
        cursor,
        desired: Items::new(desired),
        actual: Items::new(actual),
        reference,
        open: facts.is(FactKind::Open),
    };
    if lists.desired.items.is_empty() && lists.actual.items.is_empty() {
        walk.note_compared();
        return;
    }
    match facts.list() {
        Some(ListSemantics::Set { unique }) => lists.as_sets(walk, *unique),
        Some(ListSemantics::Keyed(keys)) => {
            lists.by_keys(walk, keys, facts.is(FactKind::OrderSignificant));
        }
        Some(ListSemantics::Ordered | ListSemantics::Atomic) => lists.in_order(walk),
        None => match lists.guessed_key() {
            Some(key) => {
                let message = format!("matched by `{key}`, which no rule or schema says");
                walk.warn("guessed_list_key", &message, frame.path());
                lists.by_keys(walk, &[key], false);
            }
            None => lists.in_order(walk),
        },
    }
}

/// How a path names each element of one list.
pub(super) fn steps(canon: Canon, list: Value<'_>, cursor: &Cursor<'_>) -> Vec<Step> {
    let facts = cursor.facts();
    let items: Vec<Value<'_>> = list.items().collect();
    let ranks = if cursor.is_hidden() { ranks(&items) } else { Vec::new() };
    let keys = match facts.list() {
        Some(ListSemantics::Keyed(fields)) => keys_of(canon, &items, cursor, fields)
            .into_iter()
            .map(|key| key.map(|(key, _)| key))
            .collect(),
        _ => Vec::new(),
    };
    let is_set = matches!(facts.list(), Some(ListSemantics::Set { .. }));
    let step = |(index, item): (usize, &Value<'_>)| {
        if let Some(Some(key)) = keys.get(index) {
            return match ranks.get(index) {
                Some(rank) => Step::Hidden(*rank),
                None => Step::Key(Key::clone(key)),
            };
        }
        if !is_set {
            return Step::Index(index);
        }
        match ranks.get(index) {
            Some(rank) => Step::Hidden(*rank),
            None => Step::Value(element_of(index, *item, |e| {
                canon.tree(*item, &cursor.element(e), None, true)
            })),
        }
    };
    items.iter().enumerate().map(step).collect()
}

/// Each element's place among its list's elements sorted by value, which no reordering changes.
fn ranks(items: &[Value<'_>]) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..items.len()).collect();
    sorted.sort_by_cached_key(|index| items.get(*index).map(|item| Tree::of(*item)));
    let mut ranks = vec![0; items.len()];
    for (rank, index) in sorted.into_iter().enumerate() {
        if let Some(place) = ranks.get_mut(index) {
            *place = rank;
        }
    }
    ranks
}

/// The keys of each element, with the text that equal keys share; `None` where a key is missing
/// or no scalar.
fn keys_of(
    canon: Canon,
    items: &[Value<'_>],
    cursor: &Cursor<'_>,
    fields: &[String],
) -> Vec<Option<(Key, String)>> {
    let of = |(index, item): (usize, &Value<'_>)| {
        let element = element_of(index, *item, |element| cursor.element(element));
        let mut key = Key::new();
        let mut text = String::new();
        for field in fields {
            let facts = element.field(field, false).facts();
            let value = item.get(field).filter(|value| !canon.is_absent(*value, &facts));
            let tree = value.map(Tree::of).or_else(|| facts.default().cloned())?;
            if matches!(tree, Tree::List(_) | Tree::Map(_)) {
                return None;
            }
            let equality = facts.equality();
            let canonical = equality.canonical(Scalar::of_tree(&tree));
            text.push_str(&canonical.unwrap_or_else(|| tree.to_string()));
            text.push('\n');
            key.push((field.clone(), tree));
        }
        key.sort();
        Some((key, text))
    };
    items.iter().enumerate().map(of).collect()
}

impl<'s> Lists<'_, 's> {
    /// The cursor at an element, whose position counts in desired, else in actual.
    pub(super) fn element(&self, desired: Option<usize>, actual: Option<usize>) -> Cursor<'s> {
        let in_desired = desired.and_then(|at| Some((at, self.desired.get(at)?)));
        let in_actual = actual.and_then(|at| Some((at, self.actual.get(at)?)));
        match in_desired.or(in_actual) {
            Some((index, item)) => element_of(index, item, |element| self.cursor.element(element)),
            None => self.cursor.clone(),
        }
    }

    /// Compares two elements, or reports one that stands alone.
    pub(super) fn settle(
        &self,
        walk: &mut Walk<'_, 's>,
        found: Match,
        step: Step,
        reference: Ref<'_>,
    ) {
        let (d, a) = match found {
            Match::Both(d, a) => (Some(d), Some(a)),
            Match::Desired(d) => (Some(d), None),
            Match::Actual(a) => (None, Some(a)),
        };
        let cursor = self.element(d, a);
        let frame = self.frame.element(step, d, a);
        let desired = d.map_or(Side::none(), |d| self.desired.side(d));
        let actual = a.map_or(Side::none(), |a| self.actual.side(a));
        match found {
            Match::Actual(_) if self.open && !actual.is_unknown() => {
                tiers::undeclared(walk, &frame, actual, reference, &cursor);
            }
            Match::Actual(_) if !actual.is_unknown() => {
                walk.added(&frame, actual, reference, &cursor);
            }
            _ => walk.node(&frame, desired, actual, reference, &cursor),
        }
    }

    /// The reference's elements, where it is a list.
    pub(super) fn reference_items(&self) -> Option<Items<'_>> {
        let side = self.reference.side();
        side.value.is_some_and(|value| value.kind() == Kind::List).then(|| Items::new(side))
    }

    /// The reference for an element: the one at `found` of the reference's elements.
    pub(super) fn reference_at<'r>(&self, items: &Items<'r>, found: Option<usize>) -> Ref<'r> {
        match (self.reference, found) {
            (Ref::Value(_), Some(index)) => Ref::of(items.side(index)),
            (Ref::Value(_), None) | (Ref::Absent, _) => Ref::Absent,
            (Ref::Decided(disposition), _) => Ref::Decided(disposition),
            (Ref::Unknown, _) => Ref::Unknown,
        }
    }

    pub(super) fn hashes(&self, walk: &Walk<'_, 's>, items: &[Value<'_>]) -> Vec<ContentHash> {
        let hash = |(index, item): (usize, &Value<'_>)| {
            element_of(index, *item, |element| {
                walk.canon.hash(*item, &self.cursor.element(element))
            })
        };
        items.iter().enumerate().map(hash).collect()
    }

    /// The first of `name`, `id` and `key` that every element carries as a scalar, unique within
    /// each side, where both sides hold the same values of it.
    pub(super) fn guessed_key(&self) -> Option<String> {
        let first = self.desired.items.first().filter(|item| item.kind() == Kind::Map)?;
        ["name", "id", "key"].iter().find_map(|wanted| {
            let (spelling, _) =
                first.fields().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            let values = |items: &[Value<'_>]| -> Option<BTreeSet<String>> {
                let value = |item: &Value<'_>| {
                    let value = item.get(spelling)?;
                    let scalar = matches!(value.kind(), Kind::String | Kind::Number);
                    scalar.then(|| Tree::of(value).to_string())
                };
                let values: BTreeSet<String> = items.iter().map(value).collect::<Option<_>>()?;
                (values.len() == items.len()).then_some(values)
            };
            let desired = values(&self.desired.items)?;
            (desired == values(&self.actual.items)?).then(|| spelling.to_owned())
        })
    }

    pub(super) fn by_keys(&self, walk: &mut Walk<'_, 's>, fields: &[String], order_matters: bool) {
        let d_keys = keys_of(walk.canon, &self.desired.items, self.cursor, fields);
        let a_keys = keys_of(walk.canon, &self.actual.items, self.cursor, fields);
        let of_reference = self.reference_items().unwrap_or_else(|| Items::new(Side::none()));
        let r_keys = keys_of(walk.canon, &of_reference.items, self.cursor, fields);
        let mut places: BTreeMap<&str, [Vec<usize>; 3]> = BTreeMap::new();
        let mut loose: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
        for (side, keys) in [&d_keys, &a_keys, &r_keys].into_iter().enumerate() {
            for (index, key) in keys.iter().enumerate() {
                match key {
                    Some((_, text)) => {
                        if let Some(places) = places.entry(text).or_default().get_mut(side) {
                            places.push(index);
                        }
                    }
                    None => loose.get_mut(side).into_iter().for_each(|loose| loose.push(index)),
                }
            }
        }
        let mut common = Vec::new();
        for [desired, actual, reference] in places.values() {
            let (found, key) = match (desired.as_slice(), actual.as_slice()) {
                ([], []) => continue,
                ([d], [a]) => (Match::Both(*d, *a), d_keys.get(*d)),
                ([d], []) => (Match::Desired(*d), d_keys.get(*d)),
                ([], [a]) => (Match::Actual(*a), a_keys.get(*a)),
                // A key that stands twice identifies nothing.
                (desired, actual) => {
                    let [d, a] = &mut loose;
                    d.extend(desired);
                    a.extend(actual);
                    continue;
                }
            };
            if let Match::Both(d, a) = found {
                common.push((d, a));
            }
            let was = match reference.as_slice() {
                [r] => Some(*r),
                _ => None,
            };
            let key = key.and_then(Option::as_ref).map(|(key, _)| key.clone()).unwrap_or_default();
            let step = self.step(found, || Step::Key(key));
            self.settle(walk, found, step, self.reference_at(&of_reference, was));
        }
        let [d_loose, a_loose] = loose;
        self.as_multiset(walk, &d_loose, &a_loose, false);
        if order_matters {
            self.key_order(walk, common);
        }
    }

    /// Reports common elements that stand in another order.
    pub(super) fn key_order(&self, walk: &mut Walk<'_, 's>, mut common: Vec<(usize, usize)>) {
        common.sort_unstable();
        if common.is_sorted_by_key(|(_, a)| *a) {
            return;
        }
        self.moved(walk);
    }

    /// The step that names an element, hidden where its key or value must not be shown.
    pub(super) fn step(&self, found: Match, step: impl FnOnce() -> Step) -> Step {
        let (items, index) = match found {
            Match::Both(index, _) | Match::Desired(index) => (&self.desired.items, index),
            Match::Actual(index) => (&self.actual.items, index),
        };
        let hidden = || {
            let rank = ranks(items).get(index).copied();
            Step::Hidden(rank.unwrap_or_default())
        };
        if self.cursor.is_hidden() {
            return hidden();
        }
        match step() {
            Step::Value(tree) if holds_secret(&tree) => hidden(),
            step => step,
        }
    }
}

fn holds_secret(tree: &Tree) -> bool {
    match tree {
        Tree::Secret { .. } => true,
        Tree::List(items) => items.iter().any(holds_secret),
        Tree::Map(fields) => fields.iter().any(|(_, value)| holds_secret(value)),
        _ => false,
    }
}
