//! When what a text says of a resource was taken, where several texts may tell of it.

use super::Reading;
use crate::model::ResourceKey;
use crate::time::Timestamp;
use std::collections::BTreeSet;

/// When an item was taken, and whether it says that its resource is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) at: Option<Timestamp>,
    pub(super) gone: bool,
}

impl Taken {
    /// Whether it is the newer one; of two of which that cannot be told, neither is.
    pub(super) fn is_after(self, other: Self) -> bool {
        match (self.at, other.at) {
            (Some(at), Some(other)) => at > other,
            (at, None) => at.is_some(),
            (None, Some(_)) => false,
        }
    }
}

impl Reading<'_> {
    /// Of what this and `other` say of one resource, keeps the newer.
    pub(super) fn keep_newest(&mut self, other: &mut Self) {
        let (mut older, mut old): (BTreeSet<ResourceKey>, BTreeSet<ResourceKey>) =
            (BTreeSet::new(), BTreeSet::new());
        for (key, taken) in std::mem::take(&mut other.taken) {
            match self.taken.get(&key) {
                Some(known) if !taken.is_after(*known) => {
                    old.insert(key);
                }
                known => {
                    if known.is_some() {
                        older.insert(key.clone());
                    }
                    self.taken.insert(key, taken);
                }
            }
        }
        if !older.is_empty() {
            self.resources.retain(|resource| !older.contains(&resource.key));
        }
        if !old.is_empty() {
            other.resources.retain(|resource| !old.contains(&resource.key));
        }
    }
}
