//! Where the names lead that patterns go on with at a place.

use crate::value::scan::Quoted;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What no document has asked for yet.
pub(super) const UNMADE: u32 = u32::MAX;

/// The number of what lies behind a step, once it has been asked for.
#[derive(Debug)]
pub(super) struct Target(AtomicU32);

impl Default for Target {
    fn default() -> Self {
        Self(AtomicU32::new(UNMADE))
    }
}

impl Target {
    #[inline(always)]
    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    pub(super) fn set(&self, made: u32) {
        self.0.store(made, Ordering::Release);
    }
}

/// The names that patterns go on with at a place, each with what lies behind it.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    names: Arc<Names>,
    /// In the order of the names.
    targets: Box<[Target]>,
}

impl Ahead {
    fn of(names: Arc<Names>) -> Self {
        let targets = std::iter::repeat_with(Target::default).take(names.count).collect();
        Self { names, targets }
    }

    /// What lies behind a name, where patterns go on with it.
    #[inline(always)]
    pub(super) fn find(&self, name: Quoted<'_>) -> Option<&Target> {
        if !self.names.may_hold(name) {
            return None;
        }
        self.targets.get(self.names.find(name)?)
    }
}

/// The names ahead of the places of one shape: places before the same nodes share a table.
#[derive(Debug, Default)]
pub(super) struct NameTables(Mutex<BTreeMap<Vec<u32>, Arc<Names>>>);

impl NameTables {
    /// The names ahead of these nodes, each of which has some.
    pub(super) fn ahead(&self, nodes: Vec<u32>, names: impl FnOnce() -> BTreeSet<String>) -> Ahead {
        if nodes.is_empty() {
            return Ahead::default();
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let names = known.entry(nodes).or_insert_with(|| Arc::new(Names::of(names())));
        Ahead::of(Arc::clone(names))
    }
}

/// Names in a table with open addressing.
#[derive(Debug, Default)]
struct Names {
    count: usize,
    slots: Vec<Option<Slot>>,
    /// A bit for each name, so that most others need no search.
    bits: [u64; 4],
}

#[derive(Clone, Debug)]
struct Slot {
    words: [u64; 2],
    name: Box<str>,
    /// Its place among the names.
    index: usize,
}

impl Names {
    fn of(names: BTreeSet<String>) -> Self {
        let slots = vec![None; (names.len() * 2).next_power_of_two()];
        let mut table = Self { count: names.len(), slots, bits: [0; 4] };
        for (index, name) in names.into_iter().enumerate() {
            let quoted = Quoted::of(&name);
            let (word, bit) = Self::bit(quoted);
            if let Some(bits) = table.bits.get_mut(word) {
                *bits |= bit;
            }
            let mut at = table.start(quoted);
            while table.slots.get(at).is_some_and(Option::is_some) {
                at = (at + 1) & (table.slots.len() - 1);
            }
            let words = quoted.words;
            if let Some(slot) = table.slots.get_mut(at) {
                *slot = Some(Slot { words, name: name.into(), index });
            }
        }
        table
    }

    /// The bit of a name, in which word.
    #[inline(always)]
    fn bit(name: Quoted<'_>) -> (usize, u64) {
        let [a, b] = name.words;
        let mixed = (a ^ b ^ name.bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed >> 62) as usize, 1 << (mixed >> 56 & 63))
    }

    #[inline(always)]
    fn may_hold(&self, name: Quoted<'_>) -> bool {
        let (word, bit) = Self::bit(name);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Where the search for a name starts. Only rules put names into the table, so nothing that
    /// a document holds can crowd it.
    #[inline]
    fn start(&self, name: Quoted<'_>) -> usize {
        let [a, b] = match name.words {
            // Longer names have no words: their ends tell them apart.
            [0, 0] => [&name.bytes.first_chunk(), &name.bytes.last_chunk()]
                .map(|chunk| chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk))),
            words => words,
        };
        let mixed =
            (a ^ b.rotate_left(29) ^ name.bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & self.slots.len().wrapping_sub(1)
    }

    /// The place of a name among the others.
    #[inline]
    fn find(&self, name: Quoted<'_>) -> Option<usize> {
        let mut at = self.start(name);
        while let Some(Some(slot)) = self.slots.get(at) {
            if slot.is(name) {
                return Some(slot.index);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }
}

impl Slot {
    #[inline]
    fn is(&self, name: Quoted<'_>) -> bool {
        self.words == name.words
            && self.name.len() == name.bytes.len()
            && (name.bytes.len() <= Quoted::SHORT || self.name.as_bytes() == name.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_and_places_before_the_same_nodes_share_them() {
        let tables = NameTables::default();
        let names = || ["a", "name", "a-name-of-more-than-sixteen-bytes"].map(str::to_owned).into();
        let one = tables.ahead(vec![1, 2], names);
        let two = tables.ahead(vec![1, 2], || panic!("they are known"));
        for name in ["a", "name", "a-name-of-more-than-sixteen-bytes"] {
            one.find(Quoted::of(name)).unwrap().set(7);
            assert_eq!(one.find(Quoted::of(name)).unwrap().get(), 7);
            assert_eq!(two.find(Quoted::of(name)).unwrap().get(), UNMADE);
        }
        for name in ["", "b", "a-name-of-more-than-seventeen-byte"] {
            assert!(one.find(Quoted::of(name)).is_none(), "{name}");
        }
        assert!(tables.ahead(Vec::new(), names).find(Quoted::of("a")).is_none());
    }
}
