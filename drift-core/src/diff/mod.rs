//! Pairs resources and compares each pair: desired, actual and reference together.
//!
//! This is the plain compare: one walk, obviously right, nothing rewritten or copied. Faster paths
//! live beside it and must say what it says.

mod align;
mod around;
mod brief;
mod composite;
mod copies;
mod count;
mod decoded;
mod fields;
mod frame;
mod inside;
mod items;
mod known;
mod list;
mod marks;
mod mention;
mod multiset;
mod near;
mod normal;
mod ordered;
mod outcome;
mod pair;
mod record;
mod reference;
mod sibling;
mod side;
mod tiers;
mod tolerance;
mod walk;
mod way;

pub(crate) use known::own_key;
pub use near::Normal;
pub(crate) use near::{Mark, Marks};
pub use outcome::{Attribution, Change, ChangeKind, Disposition, Outcome, Printed, Status};
pub(crate) use pair::{Pairing, Which, pair, user_identity};

use crate::limits::{Limits, Stop};
use crate::model::{Resource, ResourceKey};
use crate::normalize::{Canon, Recorded, Shape};
use crate::path::PathSet;
use crate::value::Seed;
use near::Near;
pub(crate) use normal::{CHANGED, GONE, NEW};
use side::Ref;
use std::collections::BTreeMap;
pub(crate) use tiers::{FORBIDDEN, WATCHED};
use walk::Walk;
pub(crate) use way::{Turn, Turns};

/// What was last applied, as far as it is known for one resource.
#[derive(Clone, Copy, Debug, Default)]
pub enum Reference<'r> {
    /// Nothing is known.
    #[default]
    Unknown,
    /// It is known that the resource was not there.
    Absent,
    /// The resource as it was.
    Resource(&'r Resource<'r>),
    /// What a baseline holds of the live resource. It speaks of what is not declared, and leaves the
    /// rest to what the resource itself says was last applied.
    Normal(Normal<'r>),
}

/// How a pair is compared.
#[derive(Clone, Debug, Default)]
pub struct CompareOptions {
    /// Whether ignored and other hidden differences are listed one by one.
    pub full: bool,
    /// The key of the hashes.
    pub seed: Seed,
    /// Bounds on list matching.
    pub limits: Limits,
    /// Names of the managers who declare; empty: who applied with server-side apply and owns
    /// something that desired declares.
    pub managers: Vec<String>,
    /// Whether the way to each change is written down, for who prints both sides.
    pub ways: bool,
    /// Who may ask to stop: the outcome then holds what had been found so far.
    pub stop: Option<Stop>,
}

impl CompareOptions {
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(Stop::is_asked)
    }
}

/// Compares one resource: pure, and knowing nothing of any other.
///
/// One of `desired` and `actual` may be absent; whether that makes the resource missing, unmanaged
/// or something else is decided where all resources are known. An explicit `reference` wins over
/// one that the resource carries itself.
#[must_use]
pub fn compare_pair<'s>(
    key: &ResourceKey,
    desired: Option<&Resource<'_>>,
    actual: Option<&Resource<'_>>,
    reference: Reference<'_>,
    shape: &'s Shape,
    options: &CompareOptions,
) -> Outcome<'s> {
    let (reference, normal) = match reference {
        Reference::Normal(normal) => (Reference::Unknown, Some(normal)),
        other => (other, None),
    };
    let sides = Sides { desired, actual, normal, hashes: [None, None] };
    let mut outcome = compare(key, sides, reference, shape, options);
    outcome.rule_counts = count(sides, shape, options.seed);
    outcome
}

/// Both sides of a resource, with the hashes of their nodes where they have been taken.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'r> {
    pub(crate) desired: Option<&'r Resource<'r>>,
    pub(crate) actual: Option<&'r Resource<'r>>,
    /// What a baseline holds of the live resource.
    pub(crate) normal: Option<Normal<'r>>,
    pub(crate) hashes: [Option<&'r Recorded>; 2],
}

/// How many nodes of both sides each rule matches, by its index in the shape.
pub(crate) fn count(sides: Sides<'_>, shape: &Shape, seed: Seed) -> BTreeMap<usize, u64> {
    let mut counts = BTreeMap::new();
    for side in [sides.desired, sides.actual].into_iter().flatten() {
        count::count(side, shape, seed, &mut counts);
    }
    counts
}

/// As [`compare_pair`], without counting: where hashes have been taken, equal ones spare the walk
/// what lies below.
pub(crate) fn compare<'s>(
    key: &ResourceKey,
    sides: Sides<'_>,
    reference: Reference<'_>,
    shape: &'s Shape,
    options: &CompareOptions,
) -> Outcome<'s> {
    let mut outcome = Outcome::new(key.clone(), shape);
    match (sides.desired, sides.actual) {
        (Some(desired), Some(actual)) if desired.incomparable(actual).is_some() => {
            outcome.status = Status::NotChecked;
        }
        (Some(desired), Some(actual)) => {
            let spared = walk(sides, desired, actual, reference, options, &mut outcome);
            // Whether anything was compared at all is known only once all of it has been.
            if spared && outcome.status == Status::NotChecked {
                outcome = Outcome::new(key.clone(), shape);
                let sides = Sides { hashes: [None, None], ..sides };
                walk(sides, desired, actual, reference, options, &mut outcome);
            }
        }
        (Some(desired), None) => {
            outcome.status = match reference {
                Reference::Absent => Status::PendingCreate,
                Reference::Unknown if desired.is_new() => Status::PendingCreate,
                _ => Status::Missing,
            };
        }
        (None, Some(actual)) => {
            outcome.status = match reference {
                Reference::Resource(_) => Status::PendingDelete,
                _ => Status::Unmanaged,
            };
            if let (Status::Unmanaged, Some(normal)) = (outcome.status, sides.normal) {
                recall(actual, normal, options, &mut outcome);
            }
            if outcome.status == Status::Unmanaged && shape.judges_unmanaged() {
                let marks = PathSet::marks([&actual.sensitive]);
                let canon = Canon { seed: options.seed };
                let value = actual.attributes.value();
                outcome.content = Some(canon.tree(value, &shape.root(), Some(&marks), true));
            }
        }
        (None, None) => outcome.status = Status::InSync,
    }
    outcome
}

/// Holds a live resource that nobody declares against its baseline.
fn recall(
    actual: &Resource<'_>,
    normal: Normal<'_>,
    options: &CompareOptions,
    outcome: &mut Outcome<'_>,
) {
    let marks = PathSet::marks([&actual.sensitive, normal.sensitive]);
    let root = side::Side { near: Some(Near::of(normal)), ..side::Side::of(actual, &marks, None) };
    Walk::of_live(actual, root, options).recall(outcome);
    match outcome.changes.iter().any(|change| change.disposition.is_confirmed()) {
        true => outcome.status = Status::Drifted,
        false => outcome.is_normal = true,
    }
}

/// A resource that a baseline holds, that nobody declares, and that is gone. `sensitive` is what of its
/// values must not be shown.
pub(crate) fn gone<'s>(
    was: &Resource<'_>,
    sensitive: &PathSet,
    shape: &'s Shape,
    options: &CompareOptions,
) -> Outcome<'s> {
    let mut outcome = Outcome::new(was.key.clone(), shape);
    let side = side::Side::of(was, sensitive, None);
    let mut walk = Walk::of_live(was, side, options);
    let found = record::Found::new(ChangeKind::Removed, Disposition::Drift, GONE);
    let none = side::Side::none();
    walk.report_since(&frame::Frame::ROOT, none, side, &shape.root(), found);
    outcome.changes = walk.changes;
    outcome.status = Status::Missing;
    outcome
}

/// Walks a pair; whether hashes have spared a part of the walk.
fn walk(
    sides: Sides<'_>,
    desired: &Resource<'_>,
    actual: &Resource<'_>,
    reference: Reference<'_>,
    options: &CompareOptions,
    outcome: &mut Outcome<'_>,
) -> bool {
    let given = if let Reference::Resource(given) = reference { Some(given) } else { None };
    let documents = [Some(desired), Some(actual), given].into_iter().flatten();
    let documents = documents.map(|resource| &resource.sensitive);
    let marks = PathSet::marks(documents.chain(sides.normal.map(|normal| normal.sensitive)));
    let own = actual.reference.as_ref().or(desired.reference.as_ref());
    let [d_hashes, a_hashes] = sides.hashes;
    let reference = match (reference, own) {
        (Reference::Resource(resource), _) => Ref::of(side::Side::of(resource, &marks, None)),
        (Reference::Absent, _) => Ref::Absent,
        (Reference::Unknown | Reference::Normal(_), Some(own)) if own.value().is_null() => {
            Ref::Absent
        }
        (Reference::Unknown | Reference::Normal(_), Some(own)) => {
            let root = side::Side::of(actual, &marks, None);
            Ref::of(side::Side { value: Some(own.value()), unknown: None, ..root })
        }
        (Reference::Unknown | Reference::Normal(_), None) => Ref::Unknown,
    };
    let live = side::Side::of(actual, &marks, a_hashes);
    let live = side::Side { near: sides.normal.map(Near::of), ..live };
    let roots = (side::Side::of(desired, &marks, d_hashes), live);
    Walk::new(desired, actual, roots, options).compare(reference, outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Scope, Snapshot};
    use serde_json::json;

    #[test]
    fn whoever_asks_to_stop_need_not_wait_for_a_large_resource() {
        let side = |n: usize| json!({"l": (0..100).map(|i| json!({"name": i, "n": n})).collect::<Vec<_>>()});
        let values = [side(1), side(2)];
        let [desired, actual] = values.each_ref().map(|value| {
            let mut builder = Snapshot::builder("", Scope::new());
            builder.add_value("t", "a", value).unwrap();
            builder.build().unwrap()
        });
        let shape = Shape::compile(Vec::new());
        let found = |stop: Option<Stop>| {
            let options = CompareOptions { stop, ..CompareOptions::default() };
            let (desired, actual) = (&desired.resources()[0], &actual.resources()[0]);
            let sides = (Some(desired), Some(actual));
            compare_pair(&desired.key, sides.0, sides.1, Reference::Unknown, &shape, &options)
                .changes
                .len()
        };
        let asked = Stop::default();
        assert_eq!((found(None), found(Some(asked.clone()))), (100, 100));
        asked.ask();
        assert_eq!(found(Some(asked)), 0);
    }
}
