//! What tells the elements of one side of a list apart by their keys.

use super::copies::Copies;
use crate::value::ContentHash;
use std::collections::BTreeSet;

/// What tells the elements of one side apart by their keys.
pub(super) struct Marks {
    hashes: Vec<ContentHash>,
    /// The elements that have no key, whose hashes say nothing.
    without: BTreeSet<usize>,
}

impl Marks {
    pub(super) fn of(marks: impl ExactSizeIterator<Item = Option<ContentHash>>) -> Self {
        let (mut hashes, mut without) = (Vec::with_capacity(marks.len()), BTreeSet::new());
        for (index, mark) in marks.enumerate() {
            if mark.is_none() {
                without.insert(index);
            }
            hashes.push(mark.unwrap_or_default());
        }
        Self { hashes, without }
    }

    /// The marks of elements that all have a key.
    pub(super) fn of_all(hashes: Vec<ContentHash>) -> Self {
        Self { hashes, without: BTreeSet::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether it is of one element, which has no key.
    pub(super) fn is_one_without(&self) -> bool {
        self.len() == 1 && !self.without.is_empty()
    }

    pub(super) fn get(&self, index: usize) -> Option<ContentHash> {
        self.hashes.get(index).copied().filter(|_| !self.without.contains(&index))
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Option<ContentHash>> {
        (0..self.len()).map(|index| self.get(index))
    }

    pub(super) fn copies(&self) -> Copies<'_> {
        let with = (0..self.len()).filter(|index| !self.without.contains(index));
        Copies::of(&self.hashes, with, self.len())
    }
}
