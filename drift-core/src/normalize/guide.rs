//! Names as they follow each other in documents of one type. These have the same names at the same
//! places and in nearly the same order: the next one is supposed, and where that holds, neither its
//! hash nor its place in the shape has to be found out again.

use super::machine::{Scalars, StateId};
use super::secret::Says;
use crate::value::mix::Lanes;
use crate::value::scan::Quoted;
use crate::value::scan::block::{Prefix, plain_until};

/// Where a name is kept.
pub(super) type At = u32;

const NONE: At = At::MAX;
/// The resource itself, which has no name.
const ROOT: At = 0;
/// So many names are kept for one map. More are names that nobody can suppose.
const MOST: u32 = 256;
/// So many names are kept for one type.
const MOST_OF_ALL: usize = 8_192;

/// How often no container of a name is tried to be taken whole after one that could not be.
const DOUBTS: u8 = 16;

/// Where a container stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    InMap,
    /// It is an element of a list that the name stands for.
    InList,
}

/// A name, or the start of the names of a map.
pub(in crate::normalize) struct Known {
    words: [u64; 2],
    length: usize,
    lanes: Lanes,
    /// The place of what the name stands for; for a start that of the map.
    target: StateId,
    /// The start of the names among which it stands.
    start: At,
    /// The name that came next the last time.
    next: At,
    /// The start of the names in the map, or in the maps in the list, that it stands for.
    below: At,
    /// For a start: how many names there are.
    count: u32,
    /// What the name says of the value.
    says: Says,
    /// The text, where the words do not say all of it.
    long: Option<Box<str>>,
    /// How it is written where it is not the first: behind a comma, between quotes and in front of a colon.
    written: Prefix,
    /// A bit that no other name of the map has, where there is one left.
    bit: u64,
    scalars: Scalars,
    /// How many containers that it stands for, as each [`Stands`], are not worth a try.
    doubts: [u8; 2],
}

/// How a name is written where no white space is.
fn written(name: Quoted<'_>) -> Prefix {
    // With a character in it that has to be escaped it is never written as it is.
    if plain_until(name.bytes) < name.bytes.len() {
        return Prefix::NONE;
    }
    Prefix::of(br#",""#.iter().chain(name.bytes).chain(br#"":"#).copied())
}

impl Known {
    /// No text is as long: a start is never found.
    const START: Self = Self {
        words: [0, 0],
        length: usize::MAX,
        lanes: [0, 0],
        target: 0,
        start: NONE,
        next: NONE,
        below: NONE,
        count: 0,
        says: Says::Nothing,
        long: None,
        written: Prefix::NONE,
        bit: 0,
        scalars: Scalars::UNTOLD,
        doubts: [0; 2],
    };

    /// Whether the text starts with a comma, the name as it is written, and a colon.
    #[inline(always)]
    pub(super) fn starts(&self, text: &[u8; Prefix::LONGEST], in_front: u32) -> bool {
        self.written.starts(text, in_front)
    }

    /// How long that is.
    #[inline(always)]
    pub(super) fn written_length(&self) -> usize {
        self.length.wrapping_add(4)
    }

    #[inline(always)]
    pub(super) fn lanes(&self) -> Lanes {
        self.lanes
    }

    /// The place of the value.
    #[inline(always)]
    pub(super) fn target(&self) -> StateId {
        self.target
    }

    #[inline(always)]
    pub(super) fn scalars(&self) -> Scalars {
        self.scalars
    }

    /// What the name says of the value.
    #[inline(always)]
    pub(super) fn says(&self) -> Says {
        self.says
    }

    /// The bit that no other name of the map has.
    #[inline(always)]
    pub(super) fn bit(&self) -> u64 {
        self.bit
    }

    #[inline(always)]
    fn is(&self, name: Quoted<'_>) -> bool {
        self.length == name.bytes.len()
            && self.words == name.words
            && (name.bytes.len() <= Quoted::SHORT
                || self.long.as_deref().map(str::as_bytes) == Some(name.bytes))
    }
}

/// How far a container has been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The start of its names, where it is a map.
    start: At,
    /// The last name that is known, and the one that is supposed to come next.
    at: At,
    supposed: At,
    /// The name of what is read next: of the field, or of the list itself.
    of: At,
}

impl Step {
    const NOWHERE: Self = Self { start: NONE, at: NONE, supposed: NONE, of: NONE };
    /// In front of the resource itself.
    pub(super) const ROOT: Self = Self { of: ROOT, ..Self::NOWHERE };

    /// The name of what is read next.
    #[inline(always)]
    pub(super) fn of(&self) -> At {
        self.of
    }
}

/// The names in documents of one type.
pub(super) struct Guide {
    known: Vec<Known>,
    /// Where names are kept, by their hashes: open addressing, at most half full.
    table: Vec<At>,
}

impl Guide {
    pub(super) fn new() -> Self {
        Self { known: vec![Known::START], table: vec![NONE; 4] }
    }

    #[inline(always)]
    fn get(&self, at: At) -> Option<&Known> {
        self.known.get(at as usize)
    }

    /// Into the container that is read next.
    #[inline]
    pub(super) fn enter(&mut self, around: &Step, is_map: bool, state: StateId) -> Step {
        if !is_map {
            return Step { of: around.of, ..Step::NOWHERE };
        }
        let start = match self.get(around.of) {
            Some(Known { below: NONE, .. }) => self.start(around.of, state),
            Some(known) => known.below,
            None => return Step::NOWHERE,
        };
        match self.get(start) {
            Some(known) if known.target == state => {
                Step { start, at: start, supposed: known.next, of: NONE }
            }
            // The name stands for a map here, and for a list of maps elsewhere: the same names are at
            // other places.
            _ => Step::NOWHERE,
        }
    }

    /// As [`Guide::enter`], into a map that is known.
    #[inline(always)]
    pub(super) fn inside(&self, of: At, state: StateId) -> Option<Step> {
        let start = self.get(of)?.below;
        let known = self.get(start).filter(|known| known.target == state)?;
        Some(Step { start, at: start, supposed: known.next, of: NONE })
    }

    /// Whether a container of the field is likely to be as it is supposed to.
    #[inline(always)]
    pub(super) fn is_worth_a_try(&mut self, of: At, stands: Stands) -> bool {
        let Some(doubts) = self.doubts(of, stands) else { return false };
        let is_worth = *doubts == 0;
        *doubts = doubts.saturating_sub(1);
        is_worth
    }

    /// A container of the field was not as it was supposed to be.
    #[inline(always)]
    pub(super) fn doubt(&mut self, of: At, stands: Stands) {
        if let Some(doubts) = self.doubts(of, stands) {
            *doubts = DOUBTS;
        }
    }

    #[inline(always)]
    fn doubts(&mut self, of: At, stands: Stands) -> Option<&mut u8> {
        let [in_map, in_list] = &mut self.known.get_mut(of as usize)?.doubts;
        Some(if stands == Stands::InMap { in_map } else { in_list })
    }

    #[cold]
    fn start(&mut self, of: At, state: StateId) -> At {
        if self.known.len() >= MOST_OF_ALL {
            return NONE;
        }
        let start = self.known.len() as At;
        self.known.push(Known { target: state, ..Known::START });
        if let Some(known) = self.known.get_mut(of as usize) {
            known.below = start;
        }
        start
    }

    /// What is known of the next name: its hash, and the place of what it stands for.
    #[inline(always)]
    pub(super) fn next(&self, step: &mut Step, name: Quoted<'_>) -> Option<(Lanes, StateId)> {
        let known = self.get(step.supposed)?;
        if !known.is(name) {
            return None;
        }
        let at = step.supposed;
        (step.at, step.of, step.supposed) = (at, at, known.next);
        Some((known.lanes, known.target))
    }

    /// The name that is supposed to come next.
    #[inline(always)]
    pub(super) fn supposed(&self, step: &Step) -> Option<&Known> {
        self.get(step.supposed)
    }

    /// Behind the name that was supposed to come.
    #[inline(always)]
    pub(super) fn go(step: &mut Step, known: &Known) {
        let at = step.supposed;
        (step.at, step.of, step.supposed) = (at, at, known.next);
    }

    /// The bit of the name that was read last; none where it has none.
    #[inline(always)]
    pub(super) fn bit(&self, step: &Step) -> u64 {
        self.get(step.of).map_or(0, |known| known.bit)
    }

    /// What the name that was read last says of its value, if it is known.
    #[inline(always)]
    pub(super) fn says(&self, step: &Step) -> Option<Says> {
        Some(self.get(step.of)?.says)
    }

    /// What is known of a name that was not supposed to come next, by its hash.
    pub(super) fn find(&mut self, step: &mut Step, lanes: Lanes) -> Option<StateId> {
        let mut slot = self.slot(step.start, lanes);
        loop {
            let at = self.table.get(slot).copied().filter(|at| *at != NONE)?;
            let known = self.get(at)?;
            if known.lanes == lanes && known.start == step.start {
                let (target, next) = (known.target, known.next);
                self.follows(step, at, next);
                return Some(target);
            }
            slot = (slot + 1) & (self.table.len() - 1);
        }
    }

    /// From now on the name at `at` is supposed to follow the one before.
    fn follows(&mut self, step: &mut Step, at: At, next: At) {
        if let Some(before) = self.known.get_mut(step.at as usize) {
            before.next = at;
        }
        (step.at, step.of, step.supposed) = (at, at, next);
    }

    fn slot(&self, start: At, [x, _]: Lanes) -> usize {
        let mixed = (x ^ u64::from(start)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize & self.table.len().wrapping_sub(1)
    }

    /// Keeps a name that is not known.
    pub(super) fn add(
        &mut self,
        step: &mut Step,
        name: Quoted<'_>,
        lanes: Lanes,
        (target, scalars): (StateId, Scalars),
    ) {
        step.of = NONE;
        let full = self.known.len() >= MOST_OF_ALL;
        let at = self.known.len() as At;
        let bit = match self.known.get_mut(step.start as usize) {
            Some(start) if start.count < MOST && !full => {
                start.count += 1;
                1_u64.checked_shl(start.count - 1).unwrap_or(0)
            }
            _ => return,
        };
        let is_long = name.bytes.len() > Quoted::SHORT;
        self.known.push(Known {
            words: name.words,
            length: name.bytes.len(),
            lanes,
            target,
            start: step.start,
            next: step.supposed,
            says: Says::of(name.text()),
            // Without a bit nobody could tell that it stands there twice.
            written: if bit == 0 { Prefix::NONE } else { written(name) },
            bit,
            scalars,
            long: is_long.then(|| name.text().into()),
            ..Known::START
        });
        if self.known.len() * 2 > self.table.len() {
            self.grow();
        } else {
            self.enlist(at);
        }
        self.follows(step, at, step.supposed);
    }

    fn grow(&mut self) {
        self.table = vec![NONE; self.known.len().next_power_of_two() * 4];
        for at in 0..self.known.len() as At {
            self.enlist(at);
        }
    }

    fn enlist(&mut self, at: At) {
        let Some(known) = self.get(at).filter(|known| known.start != NONE) else { return };
        let mut slot = self.slot(known.start, known.lanes);
        while self.table.get(slot).is_some_and(|at| *at != NONE) {
            slot = (slot + 1) & (self.table.len() - 1);
        }
        if let Some(slot) = self.table.get_mut(slot) {
            *slot = at;
        }
    }
}
