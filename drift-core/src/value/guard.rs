//! What the strict reader asks of a text besides its grammar: limits, and no key twice in a map.
//! A guard keeps count without a tape, and knows nothing but yes and no: where it says no, the
//! strict reader says why.

use super::mix::Mixer;
use super::scan::Quoted;
use super::{ReadOptions, Seed};
use crate::limits::Limits;

/// The text is left to the strict reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// The keys of one open map.
#[derive(Clone, Copy, Debug, Default)]
struct Keys {
    start: usize,
    /// A bit for each key, by its hash.
    bits: u64,
    /// Whether two keys have the same bit.
    crowded: bool,
}

/// Keeps count while a text is scanned.
pub(crate) struct Guard<'o> {
    limits: &'o Limits,
    nodes: usize,
    /// A hash of every key of the maps that are open.
    hashes: Vec<u64>,
    /// The innermost map, and those around it.
    map: Keys,
    around: Vec<Keys>,
    mixer: Mixer,
}

/// Up to this many keys are compared each with each.
const FEW: usize = 12;

impl<'o> Guard<'o> {
    pub(crate) fn new(options: &'o ReadOptions) -> Self {
        let mixer = Mixer::new(Seed::default());
        Self {
            limits: &options.limits,
            nodes: 0,
            hashes: Vec::new(),
            map: Keys::default(),
            around: Vec::new(),
            mixer,
        }
    }

    /// How many nodes there have been. Whether they are too many is asked at each container; who has
    /// read the last one asks again.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    /// A scalar, or the start of a container.
    #[inline(always)]
    pub(crate) fn node(&mut self) {
        self.nodes = self.nodes.wrapping_add(1);
    }

    pub(crate) fn exponent(&self, exponent: i64) -> Result<(), Refused> {
        let passed = exponent.unsigned_abs() > u64::from(self.limits.max_exponent);
        if passed { Err(Refused) } else { Ok(()) }
    }

    /// A container starts inside as many others.
    #[inline(always)]
    pub(crate) fn open(&mut self, depth: usize, is_map: bool) -> Result<(), Refused> {
        if depth >= self.limits.max_depth {
            return Err(Refused);
        }
        if is_map {
            let map = Keys { start: self.hashes.len(), ..Keys::default() };
            self.around.push(std::mem::replace(&mut self.map, map));
        }
        self.node();
        if self.nodes > self.limits.max_nodes { Err(Refused) } else { Ok(()) }
    }

    /// A key of the innermost map, and its hash where that is known: all keys of one map come with
    /// hashes of one kind. Equal keys have equal hashes, and that is all that is asked of them:
    /// others that have cost a look by the strict reader.
    #[inline(always)]
    pub(crate) fn key(&mut self, key: Quoted<'_>, hash: Option<u64>) {
        let hash = hash.unwrap_or_else(|| self.mixer.lane(key));
        self.hashes.push(hash);
        let bit = 1 << (hash & 63);
        self.map.crowded |= self.map.bits & bit != 0;
        self.map.bits |= bit;
        self.node();
    }

    /// The innermost map ends.
    #[inline(always)]
    pub(crate) fn close_map(&mut self) -> Result<(), Refused> {
        let Some(around) = self.around.pop() else { return Ok(()) };
        let map = std::mem::replace(&mut self.map, around);
        let unique = !map.crowded || self.are_unique(map.start);
        self.hashes.truncate(map.start);
        if unique { Ok(()) } else { Err(Refused) }
    }

    #[inline(never)]
    fn are_unique(&mut self, start: usize) -> bool {
        let keys = self.hashes.get_mut(start..).unwrap_or_default();
        if keys.len() > FEW {
            keys.sort_unstable();
            return keys.windows(2).all(|pair| pair.first() != pair.last());
        }
        let mut rest: &[u64] = keys;
        while let Some((key, others)) = rest.split_first() {
            if others.contains(key) {
                return false;
            }
            rest = others;
        }
        true
    }
}
