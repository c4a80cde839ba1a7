//! Where the names lead that patterns go on with at a place.

use crate::value::scan::Quoted;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};

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

/// The names that patterns go on with at a place, each with what lies behind it, in a table with open
/// addressing.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    slots: Vec<Option<Slot>>,
    /// A bit for each name, so that most others need no search.
    bits: [u64; 4],
}

#[derive(Debug)]
struct Slot {
    words: [u64; 2],
    name: Box<str>,
    target: Target,
}

impl Ahead {
    pub(super) fn of(names: &BTreeSet<&str>) -> Self {
        if names.is_empty() {
            return Self::default();
        }
        let slots = std::iter::repeat_with(|| None).take((names.len() * 2).next_power_of_two());
        let slots = slots.collect();
        let mut table = Self { slots, bits: [0; 4] };
        for name in names.iter().copied() {
            let quoted = Quoted::of(name);
            let (word, bit) = Self::bit(quoted);
            if let Some(bits) = table.bits.get_mut(word) {
                *bits |= bit;
            }
            let mut at = table.start(quoted);
            while table.slots.get(at).is_some_and(Option::is_some) {
                at = (at + 1) & (table.slots.len() - 1);
            }
            if let Some(slot) = table.slots.get_mut(at) {
                *slot = Some(Slot {
                    words: quoted.words,
                    name: name.into(),
                    target: Target::default(),
                });
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
    pub(super) fn may_hold(&self, name: Quoted<'_>) -> bool {
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

    #[inline]
    fn place(&self, name: Quoted<'_>) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.start(name);
        while let Some(Some(slot)) = self.slots.get(at) {
            if slot.is(name) {
                return Some(at);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
        None
    }

    /// What lies behind a name, where patterns go on with it.
    #[inline]
    pub(super) fn find(&self, name: Quoted<'_>) -> Option<&Target> {
        self.slots.get(self.place(name)?)?.as_ref().map(|slot| &slot.target)
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
