//! What was made of scalars of which facts speak, for the next ones that are written alike.
//!
//! Most of them are one of a few: `true`, `Always`, `100m`. What facts make of a short one depends on its place
//! in the shape and on its text alone.

use super::leaf::Leaf;
use super::machine::{Emptiness, StateId};
use crate::value::mix::Lanes;
use crate::value::scan::Quoted;

/// A scalar at a place, as far as it is written in sixteen bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    state: StateId,
    kind: u8,
    length: u8,
    words: [u64; 2],
}

impl Seen {
    /// None where it is longer.
    #[inline(always)]
    pub(super) fn of(state: StateId, leaf: Leaf<'_>) -> Option<Self> {
        let (kind, text) = match leaf {
            Leaf::Null => return Some(Self { state, kind: 0, length: 0, words: [0, 0] }),
            Leaf::Bool(truth) => {
                return Some(Self { state, kind: 1, length: 0, words: [u64::from(truth), 0] });
            }
            Leaf::Number(text) => (2, Quoted::of(text)),
            Leaf::String(text) => (3, text),
        };
        let length = u8::try_from(text.bytes.len()).ok()?;
        let is_short = usize::from(length) <= Quoted::SHORT;
        is_short.then_some(Self { state, kind, length, words: text.words })
    }

    #[inline(always)]
    fn place(self) -> usize {
        let mixed = self.words[0] ^ self.words[1].rotate_left(23) ^ u64::from(self.state) << 40;
        (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as usize
    }
}

/// The last scalars, each at a place that its text says.
#[derive(Default)]
pub(super) struct Memo {
    places: Vec<Option<(Seen, Lanes, Emptiness)>>,
}

impl Memo {
    const PLACES: usize = 256;

    #[inline(always)]
    pub(super) fn get(&self, seen: Seen) -> Option<(Lanes, Emptiness)> {
        match self.places.get(seen.place()) {
            Some(Some((known, lanes, emptiness))) if *known == seen => Some((*lanes, *emptiness)),
            _ => None,
        }
    }

    pub(super) fn put(&mut self, seen: Seen, lanes: Lanes, emptiness: Emptiness) {
        if self.places.is_empty() {
            self.places.resize(Self::PLACES, None);
        }
        if let Some(place) = self.places.get_mut(seen.place()) {
            *place = Some((seen, lanes, emptiness));
        }
    }

    /// Forgets all: the places of the shape have other numbers.
    pub(super) fn clear(&mut self) {
        self.places.clear();
    }
}
