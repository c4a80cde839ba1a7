//! Sets, and elements that no key names: matched by hash, the rest by how many fields they share.

use super::align::{Match, in_any_order};
use super::copies::Copies;
use super::items::Items;
use super::list::{Lists, Planned};
use super::walk::Walk;
use crate::normalize::{Relation, Scalar};
use crate::path::Step;
use crate::value::{ContentHash, Kind, SeededState, Value};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// The elements at some positions, by their hashes.
fn copies<'h>(indexes: &[usize], hashes: &'h [ContentHash]) -> Copies<'h> {
    Copies::of(hashes, indexes.iter().copied(), indexes.len())
}

impl<'l, 's> Lists<'l, 's> {
    pub(super) fn as_sets(&self, walk: &mut Walk<'_, 's>, unique: bool) -> Vec<Planned<'l>> {
        let desired: Vec<usize> = (0..self.desired.items.len()).collect();
        let actual: Vec<usize> = (0..self.actual.items.len()).collect();
        self.as_multiset(walk, &desired, &actual, unique)
    }

    /// Matches elements by their hashes, then those left over by how many fields they share.
    pub(super) fn as_multiset(
        &self,
        walk: &mut Walk<'_, 's>,
        desired: &[usize],
        actual: &[usize],
        unique: bool,
    ) -> Vec<Planned<'l>> {
        if desired.is_empty() && actual.is_empty() {
            return Vec::new();
        }
        let d_hashes = self.hashes(walk, &self.desired);
        let a_hashes = self.hashes(walk, &self.actual);
        // The reference's copies: each stands behind one element.
        let was_hashes = self.hashes(walk, &self.was);
        let mut was = Copies::of(&was_hashes, 0..was_hashes.len(), was_hashes.len());
        let [desired, actual] =
            self.settle_alike(walk, (desired, &d_hashes), (actual, &a_hashes), unique, &mut was);
        if desired.is_empty() && actual.is_empty() {
            return Vec::new();
        }
        // Elements that mean the same may be written differently: which of them is left over must
        // not depend on their order.
        let once = |of: &Items<'_>, indexes: &[usize], hashes: &[ContentHash]| {
            let mut groups: IndexMap<Option<ContentHash>, Vec<usize>, SeededState> =
                IndexMap::with_hasher(SeededState(walk.canon.seed));
            for index in indexes {
                groups.entry(hashes.get(*index).copied()).or_default().push(*index);
            }
            let most = if unique { 1 } else { usize::MAX };
            let mut ordered = Vec::with_capacity(indexes.len());
            for mut group in groups.into_values() {
                if group.len() > 1 {
                    self.sort_by_value(walk, &of.items, &mut group);
                }
                // Two that are not known are not the same.
                let kept =
                    |(at, index): &(usize, usize)| *at < most || of.side(*index).is_unknown();
                let kept = group.into_iter().enumerate().filter(kept);
                ordered.extend(kept.map(|(_, index)| index));
            }
            ordered
        };
        let desired = once(&self.desired, &desired, &d_hashes);
        let actual = once(&self.actual, &actual, &a_hashes);
        let mut of_actual = copies(&actual, &a_hashes);
        let mut is_matched = vec![false; self.actual.items.len()];
        let mut left_desired = Vec::new();
        for index in desired {
            let hash = d_hashes.get(index).copied();
            match hash.and_then(|hash| of_actual.take(hash)) {
                Some(twin) => {
                    walk.note_compared();
                    hash.and_then(|hash| was.take(hash));
                    if let Some(is_matched) = is_matched.get_mut(twin) {
                        *is_matched = true;
                    }
                }
                None => left_desired.push(index),
            }
        }
        let mut left_actual: Vec<usize> =
            actual.into_iter().filter(|index| is_matched.get(*index) != Some(&true)).collect();
        self.sort_by_value(walk, &self.desired.items, &mut left_desired);
        self.sort_by_value(walk, &self.actual.items, &mut left_actual);
        self.left_over(walk, (&left_desired, &d_hashes), (&left_actual, &a_hashes), was)
    }

    /// Settles the elements of which there are as many on both sides, and gives those that are left.
    fn settle_alike(
        &self,
        walk: &mut Walk<'_, 's>,
        (desired, d_hashes): (&[usize], &[ContentHash]),
        (actual, a_hashes): (&[usize], &[ContentHash]),
        unique: bool,
        was: &mut Copies<'_>,
    ) -> [Vec<usize>; 2] {
        // What is not known may be any.
        if self.desired.side.unknown.is_some() || self.actual.side.unknown.is_some() {
            return [desired.to_vec(), actual.to_vec()];
        }
        let (of_desired, of_actual) = (copies(desired, d_hashes), copies(actual, a_hashes));
        let alike = |hash: ContentHash| {
            let (d, a) = (of_desired.count(hash), of_actual.count(hash));
            d == a || (unique && d > 0 && a > 0)
        };
        let mut left = [Vec::new(), Vec::new()];
        let [left_desired, left_actual] = &mut left;
        for index in desired {
            let Some(hash) = d_hashes.get(*index).copied() else { continue };
            if !alike(hash) {
                left_desired.push(*index);
            } else if !unique || of_desired.first(hash) == Some(*index) {
                walk.note_compared();
                was.take(hash);
            }
        }
        let hash = |index: &usize| a_hashes.get(*index).copied();
        left_actual.extend(actual.iter().filter(|i| hash(i).is_some_and(|hash| !alike(hash))));
        left
    }

    /// Sorts positions by what stands there, so that nothing depends on the order of a set.
    pub(super) fn sort_by_value(
        &self,
        walk: &Walk<'_, 's>,
        items: &[Value<'_>],
        indexes: &mut [usize],
    ) {
        indexes.sort_by_cached_key(|index| {
            let item = items.get(*index).copied().unwrap_or(Value::null());
            walk.canon.tree(item, &self.cursor.item(*index, item), None, false)
        });
    }

    fn left_over(
        &self,
        walk: &Walk<'_, 's>,
        (desired, d_hashes): (&[usize], &[ContentHash]),
        (actual, a_hashes): (&[usize], &[ContentHash]),
        mut was: Copies<'_>,
    ) -> Vec<Planned<'l>> {
        let pick = |hashes: &[ContentHash], indexes: &[usize]| -> Vec<ContentHash> {
            indexes.iter().filter_map(|index| hashes.get(*index).copied()).collect()
        };
        let d_values: Vec<Value<'_>> =
            desired.iter().filter_map(|i| self.desired.get(*i)).collect();
        let a_values: Vec<Value<'_>> = actual.iter().filter_map(|i| self.actual.get(*i)).collect();
        let d = self.profiles(walk, &self.desired, &d_values, &pick(d_hashes, desired));
        let a = self.profiles(walk, &self.actual, &a_values, &pick(a_hashes, actual));
        let unknown = |items: &Items<'_>, places: &[usize], at: usize| {
            places.get(at).is_some_and(|index| items.side(*index).is_unknown())
        };
        let relations = self.cursor.any_element().facts().relations();
        let score = |i: usize, j: usize| match (d.get(i), a.get(j)) {
            (Some(d), Some(a)) => {
                // What is not known may be any that is left.
                let open = unknown(&self.desired, desired, i) || unknown(&self.actual, actual, j);
                let related = Self::related(relations, d, a);
                Self::score(d, a).max(related).max(u32::from(open))
            }
            _ => 0,
        };
        let mut was = |hash: Option<&ContentHash>| was.take(*hash?);
        let plan = |found| {
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
                Match::Desired(d) => {
                    (self.desired.side(d), self.desired.get(d), d, was(d_hashes.get(d)))
                }
                Match::Actual(a) => {
                    (self.actual.side(a), self.actual.get(a), a, was(a_hashes.get(a)))
                }
            };
            let item = item.unwrap_or(Value::null());
            let tree = || {
                let of =
                    if matches!(found, Match::Actual(_)) { &self.actual } else { &self.desired };
                let cursor = of.cursor(self.cursor, index);
                Step::Value(walk.canon.tree(item, &cursor, side.sensitive(), true))
            };
            let step = self.step(found, false, tree);
            Planned { found, step, reference: self.reference_at(reference) }
        };
        let matches = in_any_order(d.len(), a.len(), walk.limits.max_list_pairs, score);
        matches.into_iter().map(plan).collect()
    }

    /// How much two elements have in common: all, or so many fields.
    pub(super) fn score(d: &Profile<'_>, a: &Profile<'_>) -> u32 {
        if d.hash == a.hash {
            return u32::MAX / 2;
        }
        if d.value.kind() != Kind::Map || a.value.kind() != Kind::Map {
            return 0;
        }
        let shared = d.fields.iter().filter(|(name, hash)| a.fields.get(*name) == Some(hash));
        u32::try_from(shared.count()).unwrap_or(u32::MAX / 4)
    }

    /// How much two elements have in common that a relation of their place joins: the more the longer
    /// the shorter of the two is, so that what says most chooses first.
    pub(super) fn related(relations: &[Relation], d: &Profile<'_>, a: &Profile<'_>) -> u32 {
        let (desired, actual) = (Scalar::of(d.value), Scalar::of(a.value));
        if !relations.iter().any(|relation| relation.holds(desired, actual)) {
            return 0;
        }
        let length = |value: Value<'_>| value.as_str().map_or(1, str::len);
        let common = u32::try_from(length(d.value).min(length(a.value)));
        1 + common.unwrap_or(u32::MAX).min(u32::MAX / 4)
    }

    pub(super) fn profiles<'v>(
        &self,
        walk: &Walk<'_, 's>,
        of: &Items<'_>,
        items: &[Value<'v>],
        hashes: &[ContentHash],
    ) -> Vec<Profile<'v>> {
        // Which elements belong together does not hang on what is said of one of them alone.
        let cursor = self.cursor.any_element();
        let profile = |(item, hash): (&Value<'v>, &ContentHash)| {
            let field = |(name, value)| {
                let taken = self.hashed.then(|| of.side.hash_of(value)).flatten();
                let hash =
                    taken.unwrap_or_else(|| walk.canon.hash(value, &cursor.field(name, false)));
                (name, hash)
            };
            Profile { value: *item, hash: *hash, fields: item.fields().map(field).collect() }
        };
        items.iter().zip(hashes).map(profile).collect()
    }
}

/// What of an element counts when it is matched.
pub(super) struct Profile<'v> {
    pub(super) value: Value<'v>,
    pub(super) hash: ContentHash,
    pub(super) fields: BTreeMap<&'v str, ContentHash>,
}
