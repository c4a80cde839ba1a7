//! Ordered lists: aligned so that an insertion moves nothing else.

use super::align::{Match, in_order};
use super::list::{Lists, Planned};
use super::outcome::{ChangeKind, Disposition};
use super::record::Found;
use super::side::Ref;
use super::walk::Walk;
use crate::path::Step;
use crate::value::ContentHash;

impl<'l, 's> Lists<'l, 's> {
    pub(super) fn in_order(&self, walk: &mut Walk<'_, 's>) -> Vec<Planned<'l>> {
        let (d_items, a_items) = (&self.desired.items, &self.actual.items);
        let d_hashes = self.hashes(walk, &self.desired);
        let a_hashes = self.hashes(walk, &self.actual);
        if d_items.len() == a_items.len()
            && d_hashes != a_hashes
            && same_members(&d_hashes, &a_hashes)
        {
            self.moved(walk);
            return Vec::new();
        }
        let reference = self.ordered_reference(walk);
        let matches = if d_items.len() == a_items.len() {
            (0..d_items.len()).map(|i| Match::Both(i, i)).collect()
        } else {
            let d = self.profiles(walk, &self.desired, d_items, &d_hashes);
            let a = self.profiles(walk, &self.actual, a_items, &a_hashes);
            let relations = self.cursor.any_element().facts().relations();
            let equal = |i: usize, j: usize| d_hashes.get(i) == a_hashes.get(j);
            let score = |i: usize, j: usize| match (d.get(i), a.get(j)) {
                (Some(d), Some(a)) => Self::score(d, a).max(Self::related(relations, d, a)),
                _ => 0,
            };
            paired_gaps(in_order(d.len(), a.len(), walk.limits.max_list_pairs, equal, score))
        };
        let plan = |found| {
            let (Match::Both(index, _) | Match::Desired(index) | Match::Actual(index)) = found;
            let reference = match reference {
                Some(whole) => whole,
                None => self.reference_at(Some(index)),
            };
            Planned { found, step: Step::Index(index), reference }
        };
        matches.into_iter().map(plan).collect()
    }

    /// What the reference says of all elements; `None` where it is read position by position, as
    /// all three lists have one length.
    fn ordered_reference(&self, walk: &Walk<'_, 's>) -> Option<Ref<'l>> {
        let Ref::Value(side) = self.reference else { return Some(self.reference) };
        if side.value.is_some() && !self.was_list {
            return Some(Ref::Decided(Disposition::Conflict));
        }
        let length = self.was.items.len();
        if length == self.desired.items.len() && length == self.actual.items.len() {
            return None;
        }
        let (desired, actual) = (self.desired.side.value, self.actual.side.value);
        let (disposition, _) = walk.decide(desired, actual, self.reference, self.cursor);
        Some(Ref::Decided(disposition))
    }

    /// Reports that the elements stand in another order.
    pub(super) fn moved(&self, walk: &mut Walk<'_, 's>) {
        walk.note_compared();
        let (desired, actual) = (self.desired.side, self.actual.side);
        let (disposition, _) =
            walk.decide(desired.value, actual.value, self.reference, self.cursor);
        let reason = "the elements stand in another order";
        let found = Found::new(ChangeKind::Moved, disposition, reason);
        walk.report(self.frame, desired, actual, self.reference, self.cursor, found);
    }
}

fn same_members(a: &[ContentHash], b: &[ContentHash]) -> bool {
    let sorted = |hashes: &[ContentHash]| {
        let mut sorted = hashes.to_vec();
        sorted.sort_unstable();
        sorted
    };
    sorted(a) == sorted(b)
}

/// Between two matches, elements that only one side has are read as changed elements as far as
/// both sides have some.
pub(super) fn paired_gaps(matches: Vec<Match>) -> Vec<Match> {
    let mut paired = Vec::with_capacity(matches.len());
    let (mut desired, mut actual) = (Vec::new(), Vec::new());
    let close = |desired: &mut Vec<usize>, actual: &mut Vec<usize>, paired: &mut Vec<Match>| {
        let both = desired.len().min(actual.len());
        let rest_desired = desired.split_off(both);
        let rest_actual = actual.split_off(both);
        paired.extend(desired.drain(..).zip(actual.drain(..)).map(|(d, a)| Match::Both(d, a)));
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
