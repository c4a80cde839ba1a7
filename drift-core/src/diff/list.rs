//! Lists: ordered, as sets, and by keys.
//!
//! Declared lists are closed: what actual holds beyond them is drift, unless the fact `open` says
//! that others may add.

use super::align::{Match, in_any_order, in_order};
use super::frame::Frame;
use super::outcome::{ChangeKind, Disposition};
use super::tiers;
use super::walk::{Found, Ref, Side, Walk};
use crate::normalize::{Canon, Cursor, FactKind, Facts, ListSemantics, Scalar, element_of};
use crate::path::Step;
use crate::value::{ContentHash, Kind, SeededState, Tree, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One side's elements.
struct Items<'d> {
    side: Side<'d>,
    items: Vec<Value<'d>>,
}

impl<'d> Items<'d> {
    fn new(side: Side<'d>) -> Self {
        Self {
            side,
            items: side.value.into_iter().flat_map(Value::items).collect(),
        }
    }

    fn get(&self, index: usize) -> Option<Value<'d>> {
        self.items.get(index).copied()
    }

    fn side(&self, index: usize) -> Side<'d> {
        self.side.below(&Step::Index(index), self.get(index))
    }
}

/// A list at a node of the walk.
struct Lists<'l, 's> {
    frame: &'l Frame<'l>,
    cursor: &'l Cursor<'s>,
    desired: Items<'l>,
    actual: Items<'l>,
    reference: Ref<'l>,
    open: bool,
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
    let ranks = if cursor.hidden().is_some() {
        ranks(&items)
    } else {
        Vec::new()
    };
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
            let value = item
                .get(field)
                .filter(|value| !canon.is_absent(*value, &facts));
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
    fn element(&self, desired: Option<usize>, actual: Option<usize>) -> Cursor<'s> {
        let in_desired = desired.and_then(|at| Some((at, self.desired.get(at)?)));
        let in_actual = actual.and_then(|at| Some((at, self.actual.get(at)?)));
        match in_desired.or(in_actual) {
            Some((index, item)) => element_of(index, item, |element| self.cursor.element(element)),
            None => self.cursor.clone(),
        }
    }

    /// Compares two elements, or reports one that stands alone.
    fn settle(&self, walk: &mut Walk<'_, 's>, found: Match, step: Step, reference: Ref<'_>) {
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
    fn reference_items(&self) -> Option<Vec<Value<'_>>> {
        match self.reference {
            Ref::Value(value) if value.kind() == Kind::List => Some(value.items().collect()),
            _ => None,
        }
    }

    /// The reference for an element, given the one that was found for it.
    fn reference_or<'r>(&'r self, found: Option<Value<'r>>) -> Ref<'r> {
        match self.reference {
            Ref::Value(_) => found.map_or(Ref::Absent, Ref::Value),
            other => other,
        }
    }

    fn hashes(&self, walk: &Walk<'_, 's>, items: &[Value<'_>]) -> Vec<ContentHash> {
        let hash = |(index, item): (usize, &Value<'_>)| {
            element_of(index, *item, |element| {
                walk.canon.hash(*item, &self.cursor.element(element))
            })
        };
        items.iter().enumerate().map(hash).collect()
    }

    /// How much two elements have in common: all, or so many fields.
    fn score(d: &Profile<'_>, a: &Profile<'_>) -> u32 {
        if d.hash == a.hash {
            return u32::MAX / 2;
        }
        if d.value.kind() != Kind::Map || a.value.kind() != Kind::Map {
            return 0;
        }
        let shared = d
            .fields
            .iter()
            .filter(|(name, hash)| a.fields.get(*name) == Some(hash));
        u32::try_from(shared.count()).unwrap_or(u32::MAX / 4)
    }

    fn profiles<'v>(
        &self,
        walk: &Walk<'_, 's>,
        items: &[Value<'v>],
        hashes: &[ContentHash],
    ) -> Vec<Profile<'v>> {
        let profile = |(index, (item, hash)): (usize, (&Value<'v>, &ContentHash))| {
            let cursor = element_of(index, *item, |element| self.cursor.element(element));
            let field = |(name, value)| (name, walk.canon.hash(value, &cursor.field(name, false)));
            Profile {
                value: *item,
                hash: *hash,
                fields: item.fields().map(field).collect(),
            }
        };
        items.iter().zip(hashes).enumerate().map(profile).collect()
    }

    // ---- ordered -------------------------------------------------------------------------------

    fn in_order(&self, walk: &mut Walk<'_, 's>) {
        let (d_items, a_items) = (&self.desired.items, &self.actual.items);
        let d_hashes = self.hashes(walk, d_items);
        let a_hashes = self.hashes(walk, a_items);
        if d_items.len() == a_items.len()
            && d_hashes != a_hashes
            && same_members(&d_hashes, &a_hashes)
        {
            self.moved(walk);
            return;
        }
        let reference = self.ordered_reference(walk);
        let matches = if d_items.len() == a_items.len() {
            (0..d_items.len()).map(|i| Match::Both(i, i)).collect()
        } else {
            let d = self.profiles(walk, d_items, &d_hashes);
            let a = self.profiles(walk, a_items, &a_hashes);
            let equal = |i: usize, j: usize| d_hashes.get(i) == a_hashes.get(j);
            let score = |i: usize, j: usize| match (d.get(i), a.get(j)) {
                (Some(d), Some(a)) => Self::score(d, a),
                _ => 0,
            };
            paired_gaps(in_order(
                d.len(),
                a.len(),
                walk.limits.max_list_pairs,
                equal,
                score,
            ))
        };
        for found in matches {
            let index = match found {
                Match::Both(index, _) | Match::Desired(index) | Match::Actual(index) => index,
            };
            let of_reference = match (&reference, found) {
                (Ordered::Positional(items), _) => self.reference_or(items.get(index).copied()),
                (Ordered::Whole(reference), _) => *reference,
            };
            self.settle(walk, found, Step::Index(index), of_reference);
        }
    }

    /// The reference is read position by position where all three have one length, else as a whole.
    fn ordered_reference(&self, walk: &Walk<'_, 's>) -> Ordered<'_> {
        let Some(items) = self.reference_items() else {
            return Ordered::Whole(match self.reference {
                Ref::Value(_) => Ref::Decided(Disposition::Conflict),
                other => other,
            });
        };
        if items.len() == self.desired.items.len() && items.len() == self.actual.items.len() {
            return Ordered::Positional(items);
        }
        let (disposition, _) = walk.decide(
            self.desired.side.value,
            self.actual.side.value,
            self.reference,
            self.cursor,
        );
        Ordered::Whole(Ref::Decided(disposition))
    }

    fn moved(&self, walk: &mut Walk<'_, 's>) {
        walk.note_compared();
        let (desired, actual) = (self.desired.side, self.actual.side);
        let (disposition, _) =
            walk.decide(desired.value, actual.value, self.reference, self.cursor);
        let reason = "the elements stand in another order";
        let found = Found::new(ChangeKind::Moved, disposition, reason);
        walk.report(
            self.frame,
            desired,
            actual,
            self.reference,
            self.cursor,
            found,
        );
    }

    // ---- keyed ---------------------------------------------------------------------------------

    /// The first of `name`, `id` and `key` that every element carries as a scalar, unique within
    /// each side, where both sides hold the same values of it.
    fn guessed_key(&self) -> Option<String> {
        let first = self
            .desired
            .items
            .first()
            .filter(|item| item.kind() == Kind::Map)?;
        ["name", "id", "key"].iter().find_map(|wanted| {
            let (spelling, _) = first
                .fields()
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
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

    fn by_keys(&self, walk: &mut Walk<'_, 's>, fields: &[String], order_matters: bool) {
        let d_keys = keys_of(walk.canon, &self.desired.items, self.cursor, fields);
        let a_keys = keys_of(walk.canon, &self.actual.items, self.cursor, fields);
        let of_reference = self.reference_items().unwrap_or_default();
        let r_keys = keys_of(walk.canon, &of_reference, self.cursor, fields);
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
                    None => loose
                        .get_mut(side)
                        .into_iter()
                        .for_each(|loose| loose.push(index)),
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
                [r] => of_reference.get(*r).copied(),
                _ => None,
            };
            let key = key
                .and_then(Option::as_ref)
                .map(|(key, _)| key.clone())
                .unwrap_or_default();
            let step = self.step(found, || Step::Key(key));
            self.settle(walk, found, step, self.reference_or(was));
        }
        let [d_loose, a_loose] = loose;
        self.as_multiset(walk, &d_loose, &a_loose, false);
        if order_matters {
            self.key_order(walk, common);
        }
    }

    /// Reports common elements that stand in another order.
    fn key_order(&self, walk: &mut Walk<'_, 's>, mut common: Vec<(usize, usize)>) {
        common.sort_unstable();
        if common.is_sorted_by_key(|(_, a)| *a) {
            return;
        }
        self.moved(walk);
    }

    /// The step that names an element, hidden where its key or value must not be shown.
    fn step(&self, found: Match, step: impl FnOnce() -> Step) -> Step {
        let (items, index) = match found {
            Match::Both(index, _) | Match::Desired(index) => (&self.desired.items, index),
            Match::Actual(index) => (&self.actual.items, index),
        };
        let hidden = || {
            let rank = ranks(items).get(index).copied();
            Step::Hidden(rank.unwrap_or_default())
        };
        if self.cursor.hidden().is_some() {
            return hidden();
        }
        match step() {
            Step::Value(tree) if holds_secret(&tree) => hidden(),
            step => step,
        }
    }

    // ---- sets ----------------------------------------------------------------------------------

    fn as_sets(&self, walk: &mut Walk<'_, 's>, unique: bool) {
        let desired: Vec<usize> = (0..self.desired.items.len()).collect();
        let actual: Vec<usize> = (0..self.actual.items.len()).collect();
        self.as_multiset(walk, &desired, &actual, unique);
    }

    /// Matches elements by their hashes, then those left over by how many fields they share.
    fn as_multiset(
        &self,
        walk: &mut Walk<'_, 's>,
        desired: &[usize],
        actual: &[usize],
        unique: bool,
    ) {
        if desired.is_empty() && actual.is_empty() {
            return;
        }
        let d_hashes = self.hashes(walk, &self.desired.items);
        let a_hashes = self.hashes(walk, &self.actual.items);
        let once = |indexes: &[usize], hashes: &[ContentHash]| -> Vec<usize> {
            let mut seen = BTreeSet::new();
            let keep =
                |index: &&usize| !unique || hashes.get(**index).is_none_or(|h| seen.insert(*h));
            indexes.iter().filter(keep).copied().collect()
        };
        let mut of_actual: HashMap<ContentHash, Vec<usize>, SeededState> =
            HashMap::with_hasher(SeededState(walk.canon.seed));
        let actual = once(actual, &a_hashes);
        for index in actual.iter().rev() {
            if let Some(hash) = a_hashes.get(*index) {
                of_actual.entry(*hash).or_default().push(*index);
            }
        }
        let mut matched_actual = BTreeSet::new();
        let mut left_desired = Vec::new();
        for index in once(desired, &d_hashes) {
            let twin = d_hashes
                .get(index)
                .and_then(|hash| of_actual.get_mut(hash)?.pop());
            match twin {
                Some(twin) => {
                    walk.note_compared();
                    matched_actual.insert(twin);
                }
                None => left_desired.push(index),
            }
        }
        let mut left_actual: Vec<usize> = actual
            .into_iter()
            .filter(|index| !matched_actual.contains(index))
            .collect();
        self.sort_by_value(walk, &self.desired.items, &mut left_desired);
        self.sort_by_value(walk, &self.actual.items, &mut left_actual);
        self.left_over(walk, (&left_desired, &d_hashes), (&left_actual, &a_hashes));
    }

    /// Sorts positions by what stands there, so that nothing depends on the order of a set.
    fn sort_by_value(&self, walk: &Walk<'_, 's>, items: &[Value<'_>], indexes: &mut [usize]) {
        indexes.sort_by_cached_key(|index| {
            let item = items.get(*index).copied().unwrap_or(Value::null());
            element_of(*index, item, |element| {
                walk.canon
                    .tree(item, &self.cursor.element(element), None, false)
            })
        });
    }

    fn left_over(
        &self,
        walk: &mut Walk<'_, 's>,
        (desired, d_hashes): (&[usize], &[ContentHash]),
        (actual, a_hashes): (&[usize], &[ContentHash]),
    ) {
        let of_reference = self.reference_items().unwrap_or_default();
        let r_hashes = self.hashes(walk, &of_reference);
        let was = |hash: Option<&ContentHash>| {
            let at = r_hashes.iter().position(|known| Some(known) == hash)?;
            of_reference.get(at).copied()
        };
        let pick = |hashes: &[ContentHash], indexes: &[usize]| -> Vec<ContentHash> {
            indexes
                .iter()
                .filter_map(|index| hashes.get(*index).copied())
                .collect()
        };
        let d_values: Vec<Value<'_>> = desired
            .iter()
            .filter_map(|i| self.desired.get(*i))
            .collect();
        let a_values: Vec<Value<'_>> = actual.iter().filter_map(|i| self.actual.get(*i)).collect();
        let d = self.profiles(walk, &d_values, &pick(d_hashes, desired));
        let a = self.profiles(walk, &a_values, &pick(a_hashes, actual));
        let score = |i: usize, j: usize| match (d.get(i), a.get(j)) {
            (Some(d), Some(a)) => Self::score(d, a),
            _ => 0,
        };
        for found in in_any_order(d.len(), a.len(), walk.limits.max_list_pairs, score) {
            let place = |places: &[usize], at: usize| places.get(at).copied().unwrap_or_default();
            let found = match found {
                Match::Both(d, a) => Match::Both(place(desired, d), place(actual, a)),
                Match::Desired(d) => Match::Desired(place(desired, d)),
                Match::Actual(a) => Match::Actual(place(actual, a)),
            };
            let (side, item, index, reference) = match found {
                Match::Both(d, a) => {
                    let reference = was(d_hashes.get(d)).or_else(|| was(a_hashes.get(a)));
                    (self.desired.side(d), self.desired.get(d), d, reference)
                }
                Match::Desired(d) => (
                    self.desired.side(d),
                    self.desired.get(d),
                    d,
                    was(d_hashes.get(d)),
                ),
                Match::Actual(a) => (
                    self.actual.side(a),
                    self.actual.get(a),
                    a,
                    was(a_hashes.get(a)),
                ),
            };
            let item = item.unwrap_or(Value::null());
            let tree = || {
                let cursor = element_of(index, item, |element| self.cursor.element(element));
                Step::Value(walk.canon.tree(item, &cursor, side.sensitive(), true))
            };
            let step = self.step(found, tree);
            self.settle(walk, found, step, self.reference_or(reference));
        }
    }
}

/// What of an element counts when it is matched.
struct Profile<'v> {
    value: Value<'v>,
    hash: ContentHash,
    fields: BTreeMap<&'v str, ContentHash>,
}

/// The reference for an ordered list.
enum Ordered<'r> {
    Positional(Vec<Value<'r>>),
    Whole(Ref<'r>),
}

fn same_members(a: &[ContentHash], b: &[ContentHash]) -> bool {
    let sorted = |hashes: &[ContentHash]| {
        let mut sorted = hashes.to_vec();
        sorted.sort_unstable();
        sorted
    };
    sorted(a) == sorted(b)
}

fn holds_secret(tree: &Tree) -> bool {
    match tree {
        Tree::Secret { .. } => true,
        Tree::List(items) => items.iter().any(holds_secret),
        Tree::Map(fields) => fields.iter().any(|(_, value)| holds_secret(value)),
        _ => false,
    }
}

/// Between two matches, elements that only one side has are read as changed elements as far as
/// both sides have some.
fn paired_gaps(matches: Vec<Match>) -> Vec<Match> {
    let mut paired = Vec::with_capacity(matches.len());
    let (mut desired, mut actual) = (Vec::new(), Vec::new());
    let close = |desired: &mut Vec<usize>, actual: &mut Vec<usize>, paired: &mut Vec<Match>| {
        let both = desired.len().min(actual.len());
        let rest_desired = desired.split_off(both);
        let rest_actual = actual.split_off(both);
        paired.extend(
            desired
                .drain(..)
                .zip(actual.drain(..))
                .map(|(d, a)| Match::Both(d, a)),
        );
        paired.extend(rest_desired.into_iter().map(Match::Desired));
        paired.extend(rest_actual.into_iter().map(Match::Actual));
    };
    for found in matches {
        match found {
            Match::Desired(d) => desired.push(d),
            Match::Actual(a) => actual.push(a),
            both @ Match::Both(..) => {
                close(&mut desired, &mut actual, &mut paired);
                paired.push(both);
            }
        }
    }
    close(&mut desired, &mut actual, &mut paired);
    paired
}
