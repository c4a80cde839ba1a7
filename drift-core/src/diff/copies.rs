//! Elements of a list by what they are known by, in one flat table.

use crate::value::ContentHash;

/// The positions of elements that share a hash, in the order in which they stand.
///
/// The table holds no more than places in the list of all hashes, so that it stays close at hand where
/// a list is long. Hashes are keyed, so that nothing that a document holds can crowd it.
#[derive(Default)]
pub(super) struct Copies<'h> {
    hashes: &'h [ContentHash],
    /// One more than the first position of a run, by its hash: open addressing, at most half full.
    slots: Vec<u32>,
    /// What is more than one position of each run; nothing as long as no hash stands twice and none has
    /// been taken away.
    runs: Vec<Run>,
}

/// Where a hash stands in a list.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Nowhere,
    Once(u32),
    Often,
}

/// What is known at a position: of all of its run at the first one.
#[derive(Clone, Copy)]
struct Run {
    next: u32,
    last: u32,
    count: u32,
}

impl<'h> Copies<'h> {
    /// The elements at these positions of the list with these hashes; at most so many.
    pub(super) fn of(
        hashes: &'h [ContentHash],
        positions: impl Iterator<Item = usize>,
        most: usize,
    ) -> Self {
        if most == 0 {
            return Self::default();
        }
        let slots = vec![0; (most * 2).next_power_of_two()];
        let mut copies = Self { hashes, slots, runs: Vec::new() };
        positions.for_each(|position| copies.add(position));
        copies
    }

    /// The slot of a hash, and the first position of its run, if there is one.
    #[inline]
    fn find(&self, hash: ContentHash) -> (usize, Option<usize>) {
        let most = self.slots.len().wrapping_sub(1);
        let mut slot = hash.as_u128() as usize & most;
        loop {
            match self.slots.get(slot) {
                None | Some(0) => return (slot, None),
                Some(place) => {
                    let first = *place as usize - 1;
                    if self.hashes.get(first) == Some(&hash) {
                        return (slot, Some(first));
                    }
                }
            }
            slot = (slot + 1) & most;
        }
    }

    fn add(&mut self, position: usize) {
        let Some(hash) = self.hashes.get(position).copied() else { return };
        let (slot, known) = self.find(hash);
        let Some(first) = known else { return self.put(slot, position) };
        self.count_runs();
        let Some(run) = self.runs.get_mut(first) else { return };
        let last = std::mem::replace(&mut run.last, narrow(position));
        run.count += 1;
        if let Some(last) = self.runs.get_mut(last as usize) {
            last.next = narrow(position);
        }
    }

    fn put(&mut self, slot: usize, first: usize) {
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = narrow(first) + 1;
        }
    }

    /// Makes room for runs of other lengths than one.
    fn count_runs(&mut self) {
        if self.runs.is_empty() {
            let one = |position| Run { next: 0, last: narrow(position), count: 1 };
            self.runs = (0..self.hashes.len()).map(one).collect();
        }
    }

    /// Where the hash stands.
    pub(super) fn place(&self, hash: ContentHash) -> Place {
        let Some(first) = self.find(hash).1 else { return Place::Nowhere };
        match self.length(first) {
            0 => Place::Nowhere,
            1 => Place::Once(narrow(first)),
            _ => Place::Often,
        }
    }

    /// The first position with this hash.
    pub(super) fn first(&self, hash: ContentHash) -> Option<usize> {
        self.find(hash).1.filter(|first| self.length(*first) > 0)
    }

    fn length(&self, first: usize) -> usize {
        self.runs.get(first).map_or(1, |run| run.count as usize)
    }

    pub(super) fn count(&self, hash: ContentHash) -> usize {
        self.find(hash).1.map_or(0, |first| self.length(first))
    }

    /// Whether an element with this hash, which is one of these, is the only one with it: as long as none has
    /// been taken away.
    pub(super) fn is_only(&self, hash: ContentHash) -> bool {
        self.runs.is_empty() || self.count(hash) == 1
    }

    /// The position, if it is the only one.
    pub(super) fn only(&self, hash: ContentHash) -> Option<usize> {
        self.find(hash).1.filter(|first| self.length(*first) == 1)
    }

    /// Takes the first position away.
    pub(super) fn take(&mut self, hash: ContentHash) -> Option<usize> {
        let (slot, first) = self.find(hash);
        let first = first?;
        self.count_runs();
        let run = self.runs.get_mut(first)?;
        let Run { next, last, count } = *run;
        run.count = count.checked_sub(1)?;
        if count > 1 {
            let next = next as usize;
            if let Some(run) = self.runs.get_mut(next) {
                (run.last, run.count) = (last, count - 1);
            }
            self.put(slot, next);
        }
        Some(first)
    }
}

/// A list has fewer elements than its document has nodes, which 32 bits count.
fn narrow(position: usize) -> u32 {
    position as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_come_back_in_order() {
        let of = |hash: u128| ContentHash::of(hash);
        let hashes = [7, 8, 7, 9, 7, 8].map(of);
        let mut copies = Copies::of(&hashes, 0..6, 6);
        assert_eq!((copies.count(of(7)), copies.count(of(8)), copies.count(of(6))), (3, 2, 0));
        assert_eq!((copies.only(of(9)), copies.only(of(8))), (Some(3), None));
        assert!(copies.is_only(of(9)) && !copies.is_only(of(8)));
        let taken: Vec<_> = std::iter::from_fn(|| copies.take(of(7))).collect();
        assert_eq!(taken, [0, 2, 4]);
        assert_eq!((copies.count(of(7)), copies.take(of(7)), copies.only(of(7))), (0, None, None));
        assert_eq!((copies.first(of(8)), copies.first(of(7))), (Some(1), None));
        assert_eq!((copies.take(of(9)), copies.take(of(9))), (Some(3), None));
        let some = Copies::of(&hashes, [2, 3].into_iter(), 2);
        assert_eq!(
            (some.only(of(7)), some.only(of(9)), some.first(of(8))),
            (Some(2), Some(3), None)
        );
    }

    #[test]
    fn hashes_that_crowd_one_slot_are_told_apart() {
        let of = |at: usize| ContentHash::of((at as u128) << 64);
        let hashes: Vec<_> = (0..50).map(of).collect();
        let copies = Copies::of(&hashes, 0..50, 50);
        assert!((0..50).all(|at| copies.only(of(at)) == Some(at)));
        assert!((0..50).all(|at| copies.is_only(of(at))));
        assert_eq!(copies.count(of(50)), 0);
        let none = Copies::of(&[], 0..0, 0);
        assert!(none.first(of(0)).is_none());
    }
}
