//! Which elements of a baseline's list belong to those of a live one.

use super::align::{Match, in_any_order, in_order};
use super::copies::Copies;
use super::list::{self, Lists};
use super::multiset::Profile;
use super::near::Near;
use super::ordered::paired_gaps;
use super::walk::Walk;
use crate::normalize::{Cursor, Facts, ListSemantics, is_recalled_unordered};
use crate::value::{ContentHash, Kind, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What the baseline holds of each element of a live list.
pub(super) fn elements<'d>(
    walk: &Walk<'_, '_>,
    near: Near<'d>,
    length: usize,
    cursor: &Cursor<'_>,
) -> Vec<Near<'d>> {
    let known = match (near.live(), near.value()) {
        (Some(live), Some(was)) if both(live, was, Kind::List) => {
            aligned(walk, live, was, near.marks().unordered, cursor)
        }
        _ => Vec::new(),
    };
    let at = |index: usize| near.element(index, known.get(index).copied().flatten());
    (0..length).map(at).collect()
}

/// Whether both values are of this kind.
pub(super) fn both(a: Value<'_>, b: Value<'_>, kind: Kind) -> bool {
    a.kind() == kind && b.kind() == kind
}

/// The key that the elements of a live list and of the baseline's go by, where nothing is known of the
/// list.
pub(super) fn guessed_key(near: Near<'_>, facts: &Facts<'_>) -> Option<String> {
    let (live, was) = (near.live()?, near.value()?);
    let is_open = facts.list().is_none() && both(live, was, Kind::List);
    is_open.then(|| guess(live, was)).flatten()
}

/// The key that the elements of a list go by among themselves, where nothing is known of the list.
pub(crate) fn own_key(list: Value<'_>) -> Option<String> {
    guess(list, list)
}

fn guess(live: Value<'_>, was: Value<'_>) -> Option<String> {
    let [live, was] = [live, was].map(|list| list.items().collect::<Vec<_>>());
    list::guessed_key(&live, &was)
}

/// For each element of `list` the place of the one in `was` that it belongs to.
pub(super) fn aligned(
    walk: &Walk<'_, '_>,
    list: Value<'_>,
    was: Value<'_>,
    unordered: bool,
    cursor: &Cursor<'_>,
) -> Vec<Option<usize>> {
    let facts = cursor.facts();
    let mut found = vec![None; list.len()];
    let mut left = [list, was].map(|list| (0..list.len()).collect::<Vec<usize>>());
    if let Some(key) = facts.list().is_none().then(|| guess(list, was)).flatten() {
        by_keys(walk, [list, was], cursor, &[key], &mut found, &mut left);
    } else if let Some(ListSemantics::Keyed(fields)) = facts.list() {
        by_keys(walk, [list, was], cursor, fields, &mut found, &mut left);
    }
    let lists = [list, was].map(|list| profiles_of(walk, list, cursor));
    by_hash(&lists, &facts, unordered, &mut found, &mut left);
    let any_order = is_recalled_unordered(&facts) || unordered;
    if any_order {
        for (places, list) in left.iter_mut().zip([list, was]) {
            // Nothing may depend on the order of a set.
            let print = |at: &usize| {
                let item = list.at(*at)?;
                Some(walk.canon.tree(item, &cursor.item(*at, item), None, false))
            };
            places.sort_by_cached_key(print);
        }
    }
    let [ours, theirs] = &left;
    let of = |side: usize, places: &[usize], at: usize| {
        let place = places.get(at)?;
        lists.get(side)?.get(*place)
    };
    let score = |a: usize, b: usize| match (of(0, ours, a), of(1, theirs, b)) {
        (Some(a), Some(b)) => Lists::score(a, b),
        _ => 0,
    };
    let most = walk.limits.max_list_pairs;
    let matches = if any_order {
        in_any_order(ours.len(), theirs.len(), most, score)
    } else {
        let equal = |a: usize, b: usize| match (of(0, ours, a), of(1, theirs, b)) {
            (Some(a), Some(b)) => a.hash == b.hash,
            _ => false,
        };
        // As two ordered lists are compared.
        match ours.len() == theirs.len() {
            true => (0..ours.len()).map(|at| Match::Both(at, at)).collect(),
            false => paired_gaps(in_order(ours.len(), theirs.len(), most, equal, score)),
        }
    };
    for matched in matches {
        if let Match::Both(a, b) = matched
            && let (Some(a), Some(b)) = (ours.get(a), theirs.get(b))
            && let Some(place) = found.get_mut(*a)
        {
            *place = Some(*b);
        }
    }
    found
}

/// Settles elements whose key stands once in each list.
fn by_keys(
    walk: &Walk<'_, '_>,
    lists: [Value<'_>; 2],
    cursor: &Cursor<'_>,
    fields: &[String],
    found: &mut [Option<usize>],
    left: &mut [Vec<usize>; 2],
) {
    let [ours, theirs] = lists.map(|list| {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, text) in list::key_texts(walk.canon, list, cursor, fields).into_iter().enumerate()
        {
            if let Some(text) = text {
                places.entry(text).or_default().push(at);
            }
        }
        places
    });
    for (text, places) in ours {
        if let ([own], Some([other])) = (&*places, theirs.get(&text).map(Vec::as_slice))
            && let Some(place) = found.get_mut(*own)
        {
            *place = Some(*other);
        }
    }
    keep_open(found, left);
}

/// Settles elements that mean the same; where order counts, only if the lists differ in their order
/// alone.
fn by_hash(
    lists: &[Vec<Profile<'_>>; 2],
    facts: &Facts<'_>,
    unordered: bool,
    found: &mut [Option<usize>],
    left: &mut [Vec<usize>; 2],
) {
    let [ours, theirs] = lists;
    let hash = |of: &[Profile<'_>], at: usize| of.get(at).map(|profile| profile.hash);
    if !is_recalled_unordered(facts) && !unordered {
        let sorted = |of: &[Profile<'_>]| {
            let mut hashes: Vec<ContentHash> = of.iter().map(|profile| profile.hash).collect();
            hashes.sort_unstable();
            hashes
        };
        if sorted(ours) != sorted(theirs) {
            return;
        }
    }
    let [own, other] = &*left;
    let hashes: Vec<ContentHash> = theirs.iter().map(|profile| profile.hash).collect();
    let mut copies = Copies::of(&hashes, other.iter().copied(), other.len());
    for at in own {
        let twin = hash(ours, *at).and_then(|hash| copies.take(hash));
        if let (Some(twin), Some(place)) = (twin, found.get_mut(*at)) {
            *place = Some(twin);
        }
    }
    keep_open(found, left);
}

/// Leaves out what has been settled.
fn keep_open(found: &[Option<usize>], left: &mut [Vec<usize>; 2]) {
    let taken: BTreeSet<usize> = found.iter().flatten().copied().collect();
    let [ours, theirs] = left;
    ours.retain(|at| found.get(*at).is_some_and(Option::is_none));
    theirs.retain(|at| !taken.contains(at));
}

fn profiles_of<'v>(walk: &Walk<'_, '_>, list: Value<'v>, cursor: &Cursor<'_>) -> Vec<Profile<'v>> {
    let profile = |(index, item): (usize, Value<'v>)| {
        let cursor = cursor.item(index, item);
        let field = |(name, value)| (name, walk.canon.hash(value, &cursor.field(name, false)));
        Profile {
            value: item,
            hash: walk.canon.hash(item, &cursor),
            fields: item.fields().map(field).collect(),
        }
    };
    list.items().enumerate().map(profile).collect()
}
