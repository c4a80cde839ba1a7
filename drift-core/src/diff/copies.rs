//! Elements of a list by what they are known by, in one flat table.

use crate::value::ContentHash;

/// The positions of elements that share a hash, in the order in which they stand.
///
/// The table holds no more than places, so that it stays close at hand where a list is long. Hashes
/// are keyed, so that nothing that a document holds can crowd it.
#[derive(Default)]
pub(super) struct Copies {
    /// In the order in which their hashes first stand.
    runs: Vec<Run>,
    /// Whether a hash stands twice.
    repeats: bool,
    /// One more than the place of a run, by its hash: open addressing, at most half full.
    slots: Vec<u32>,
    /// Behind each position, the next one of its run.
    next: Vec<usize>,
}

/// Where a run starts and ends, and how long it is.
#[derive(Clone, Copy)]
pub(super) struct Run {
    hash: ContentHash,
    first: u32,
    last: u32,
    count: u32,
}

impl Run {
    pub(super) fn first(self) -> usize {
        self.first as usize
    }

    /// Whether it is of one element.
    pub(super) fn is_one(self) -> bool {
        self.count == 1
    }
}

impl Copies {
    /// The elements at these positions, each with its hash; at most so many.
    pub(super) fn of(elements: impl Iterator<Item = (usize, ContentHash)>, most: usize) -> Self {
        if most == 0 {
            return Self::default();
        }
        let slots = vec![0; (most * 2).next_power_of_two()];
        let mut copies = Self { runs: Vec::with_capacity(most), slots, ..Self::default() };
        elements.for_each(|(index, hash)| copies.add(index, hash));
        copies
    }

    /// The slot of a hash, and the place of its run, if there is one.
    #[inline]
    fn find(&self, hash: ContentHash) -> (usize, Option<usize>) {
        let most = self.slots.len().wrapping_sub(1);
        let mut slot = hash.0 as usize & most;
        loop {
            match self.slots.get(slot) {
                None | Some(0) => return (slot, None),
                Some(place) => {
                    let place = *place as usize - 1;
                    if self.runs.get(place).is_some_and(|run| run.hash == hash) {
                        return (slot, Some(place));
                    }
                }
            }
            slot = (slot + 1) & most;
        }
    }

    fn add(&mut self, index: usize, hash: ContentHash) {
        // A list has fewer elements than its document has nodes, which 32 bits count.
        let position = index as u32;
        let (slot, known) = self.find(hash);
        let Some(run) = known.and_then(|place| self.runs.get_mut(place)) else {
            self.runs.push(Run { hash, first: position, last: position, count: 1 });
            if let Some(slot) = self.slots.get_mut(slot) {
                *slot = self.runs.len() as u32;
            }
            return;
        };
        let last = run.last as usize;
        if self.next.len() <= last {
            self.next.resize(last + 1, usize::MAX);
        }
        if let Some(next) = self.next.get_mut(last) {
            *next = index;
        }
        run.last = position;
        run.count += 1;
        self.repeats = true;
    }

    pub(super) fn run(&self, hash: ContentHash) -> Option<Run> {
        let (_, place) = self.find(hash);
        self.runs.get(place?).copied().filter(|run| run.count > 0)
    }

    pub(super) fn count(&self, hash: ContentHash) -> usize {
        self.run(hash).map_or(0, |run| run.count as usize)
    }

    /// Whether an element with this hash, which is one of these, is the only one with it: as long as none has
    /// been taken away.
    pub(super) fn is_only(&self, hash: ContentHash) -> bool {
        !self.repeats || self.only(hash).is_some()
    }

    /// The position, if it is the only one.
    pub(super) fn only(&self, hash: ContentHash) -> Option<usize> {
        self.run(hash).filter(|run| run.is_one()).map(Run::first)
    }

    /// Takes the first position away.
    pub(super) fn take(&mut self, hash: ContentHash) -> Option<usize> {
        let (_, place) = self.find(hash);
        let run = self.runs.get_mut(place?).filter(|run| run.count > 0)?;
        let first = run.first();
        if run.count > 1 {
            run.first = self.next.get(first).copied()? as u32;
        }
        run.count -= 1;
        Some(first)
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
        assert!(copies.is_only(of(9)) && !copies.is_only(of(8)));
        let taken: Vec<_> = std::iter::from_fn(|| copies.take(of(7))).collect();
        assert_eq!(taken, [0, 2, 4]);
        assert_eq!((copies.count(of(7)), copies.take(of(7)), copies.only(of(7))), (0, None, None));
        assert_eq!(copies.run(of(8)).map(Run::first), Some(1));
    }

    #[test]
    fn hashes_that_crowd_one_slot_are_told_apart() {
        let of = |at: usize| ContentHash((at as u128) << 64);
        let copies = Copies::of((0..50).map(|at| (at, of(at))), 50);
        assert!((0..50).all(|at| copies.only(of(at)) == Some(at)));
        assert!((0..50).all(|at| copies.is_only(of(at))));
        assert_eq!(copies.count(of(50)), 0);
        let none = Copies::of(std::iter::empty(), 0);
        assert!(none.run(of(0)).is_none());
    }
}
