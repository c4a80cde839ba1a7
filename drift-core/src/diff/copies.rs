//! Elements of a list by what they are known by, in one flat table.

use crate::value::ContentHash;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The positions of elements that share a hash, in the order in which they stand.
#[derive(Default)]
pub(super) struct Copies {
    runs: HashMap<ContentHash, Run, BuildHasherDefault<Taken>>,
    /// Behind each position, the next one of its run.
    next: Vec<usize>,
}

/// Where a run starts and ends, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Run {
    pub(super) first: usize,
    last: usize,
    pub(super) count: usize,
}

impl Copies {
    /// The elements at these positions, each with its hash; at most so many.
    pub(super) fn of(elements: impl Iterator<Item = (usize, ContentHash)>, most: usize) -> Self {
        let mut copies = Self::default();
        copies.runs.reserve(most);
        elements.for_each(|(index, hash)| copies.add(index, hash));
        copies
    }

    fn add(&mut self, index: usize, hash: ContentHash) {
        let run = self.runs.entry(hash);
        let run = run.or_insert(Run { first: index, last: index, count: 0 });
        if run.count > 0 {
            if self.next.len() <= run.last {
                self.next.resize(run.last + 1, usize::MAX);
            }
            if let Some(next) = self.next.get_mut(run.last) {
                *next = index;
            }
        }
        run.last = index;
        run.count += 1;
    }

    pub(super) fn run(&self, hash: ContentHash) -> Option<Run> {
        self.runs.get(&hash).copied()
    }

    pub(super) fn count(&self, hash: ContentHash) -> usize {
        self.run(hash).map_or(0, |run| run.count)
    }

    /// The position, if it is the only one.
    pub(super) fn only(&self, hash: ContentHash) -> Option<usize> {
        self.run(hash).filter(|run| run.count == 1).map(|run| run.first)
    }

    /// Takes the first position away.
    pub(super) fn take(&mut self, hash: ContentHash) -> Option<usize> {
        let run = self.runs.get_mut(&hash)?;
        let first = run.first;
        if run.count > 1 {
            run.first = self.next.get(first).copied()?;
            run.count -= 1;
        } else {
            self.runs.remove(&hash);
        }
        Some(first)
    }
}

/// For keys that are keyed hashes already: their lower half.
#[derive(Default)]
struct Taken(u64);

impl Hasher for Taken {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        let half = bytes.first_chunk().map_or(0, |half| u64::from_le_bytes(*half));
        self.0 ^= half;
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 ^= hash as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_in_order() {
        let of = |hash: u128| ContentHash(hash);
        let hashes = [7, 8, 7, 9, 7, 8].map(of);
        let mut copies = Copies::of(hashes.into_iter().enumerate(), 6);
        assert_eq!((copies.count(of(7)), copies.count(of(8)), copies.count(of(6))), (3, 2, 0));
        assert_eq!((copies.only(of(9)), copies.only(of(8))), (Some(3), None));
        let taken: Vec<_> = std::iter::from_fn(|| copies.take(of(7))).collect();
        assert_eq!(taken, [0, 2, 4]);
        assert_eq!(copies.count(of(7)), 0);
        assert_eq!(copies.run(of(8)).map(|run| run.first), Some(1));
    }
}
