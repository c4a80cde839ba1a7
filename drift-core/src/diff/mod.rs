//! Pairs resources and compares each pair: desired, actual and reference together.
//!
//! This is the plain compare: one walk, obviously right, nothing rewritten or copied. Faster paths
//! live beside it and must say what it says.

mod align;
mod count;
mod frame;
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
use crate::normalize::Shape;
use crate::path::PathSet;
use crate::value::Seed;
use side::Ref;
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
    let mut outcome = Outcome::new(key.clone(), shape);
    for side in [desired, actual].into_iter().flatten() {
        count::count(side, shape, options.seed, &mut outcome.rule_counts);
    }
    match (desired, actual) {
        (Some(desired), Some(actual)) => {
            let given = if let Reference::Resource(given) = reference { Some(given) } else { None };
            let documents = [Some(desired), Some(actual), given].into_iter().flatten();
            let marks = PathSet::marks(documents.map(|resource| &resource.sensitive));
            let own = actual.reference.as_ref().or(desired.reference.as_ref());
            let reference = match (reference, own) {
                (Reference::Resource(resource), _) => Ref::of(side::Side::of(resource, &marks)),
                (Reference::Absent, _) => Ref::Absent,
                (Reference::Unknown, Some(own)) => {
                    let root = side::Side::of(actual, &marks);
                    Ref::of(side::Side { value: Some(own.value()), unknown: None, ..root })
                }
                (Reference::Unknown, None) => Ref::Unknown,
            };
            let walk = Walk::new(desired, actual, &marks, options);
            walk.compare(reference, shape, &mut outcome);
        }
        (Some(_), None) => {
            outcome.status = match reference {
                Reference::Absent => Status::PendingCreate,
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
