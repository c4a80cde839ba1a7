//! Pairs resources and compares each pair: desired, actual and reference together.
//!
//! This is the plain compare: one walk, obviously right, nothing rewritten or copied. Faster paths
//! live beside it and must say what it says.

mod align;
mod copies;
mod count;
mod fields;
mod frame;
mod inside;
mod list;
mod multiset;
mod ordered;
mod outcome;
mod pair;
mod record;
mod reference;
mod side;
mod tiers;
mod tolerance;
mod walk;

pub use outcome::{Attribution, Change, ChangeKind, Disposition, Outcome, Printed, Status};
pub(crate) use pair::{Pairing, Which, pair};

use crate::limits::Limits;
use crate::model::{Resource, ResourceKey};
use crate::normalize::{Recorded, Shape};
use crate::path::PathSet;
use crate::value::Seed;
use side::Ref;
use std::collections::BTreeMap;
use walk::Walk;

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
    let sides = Sides { desired, actual, hashes: [None, None] };
    let mut outcome = compare(key, sides, reference, shape, options);
    outcome.rule_counts = count(sides, shape, options.seed);
    outcome
}

/// Both sides of a resource, with the hashes of their nodes where they have been taken.
#[derive(Clone, Copy)]
pub(crate) struct Sides<'r> {
    pub(crate) desired: Option<&'r Resource<'r>>,
    pub(crate) actual: Option<&'r Resource<'r>>,
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
        (None, Some(_)) => {
            outcome.status = match reference {
                Reference::Resource(_) => Status::PendingDelete,
                _ => Status::Unmanaged,
            };
        }
        (None, None) => outcome.status = Status::InSync,
    }
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
    let marks = PathSet::marks(documents.map(|resource| &resource.sensitive));
    let own = actual.reference.as_ref().or(desired.reference.as_ref());
    let [d_hashes, a_hashes] = sides.hashes;
    let reference = match (reference, own) {
        (Reference::Resource(resource), _) => Ref::of(side::Side::of(resource, &marks, None)),
        (Reference::Absent, _) => Ref::Absent,
        (Reference::Unknown, Some(own)) if own.value().is_null() => Ref::Absent,
        (Reference::Unknown, Some(own)) => {
            let root = side::Side::of(actual, &marks, None);
            Ref::of(side::Side { value: Some(own.value()), unknown: None, ..root })
        }
        (Reference::Unknown, None) => Ref::Unknown,
    };
    let roots =
        (side::Side::of(desired, &marks, d_hashes), side::Side::of(actual, &marks, a_hashes));
    Walk::new(desired, actual, roots, options).compare(reference, outcome)
}
