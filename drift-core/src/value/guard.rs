//! What the strict reader asks of a text besides its grammar: limits, and no key twice in a map.
//! A guard keeps count without a tape, and knows nothing but yes and no: where it says no, the
//! strict reader says why.

use super::ReadOptions;
use super::keys::Keys;
use super::scan::Quoted;
use crate::limits::Limits;

/// The text is left to the strict reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused;

/// Keeps count while a text is scanned.
pub(crate) struct Guard<'o> {
    limits: &'o Limits,
    nodes: usize,
    keys: Keys,
}

impl<'o> Guard<'o> {
    pub(crate) fn new(options: &'o ReadOptions) -> Self {
        Self { limits: &options.limits, nodes: 0, keys: Keys::new() }
    }

    /// How many nodes there have been. Whether they are too many is asked by who has read the last one.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    /// A scalar, or the start of a container.
    #[inline(always)]
    pub(crate) fn node(&mut self) {
        self.add(1);
    }

    /// So many nodes.
    #[inline(always)]
    pub(crate) fn add(&mut self, nodes: usize) {
        self.nodes = self.nodes.wrapping_add(nodes);
    }

    /// Whether there may be so many containers more inside each other, inside as many as are open.
    #[inline(always)]
    pub(crate) fn has_room(&self, open: usize, more: usize) -> bool {
        open.saturating_add(more) <= self.limits.max_depth
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
            self.keys.open();
        }
        self.node();
        Ok(())
    }

    /// A key of the innermost map, and its hash where that is known: see [`Keys::key`].
    #[inline(always)]
    pub(crate) fn key(&mut self, key: Quoted<'_>, hash: Option<u64>) {
        self.keys.key(key, hash);
        self.node();
    }

    /// The innermost map ends.
    #[inline(always)]
    pub(crate) fn close_map(&mut self) -> Result<(), Refused> {
        if self.keys.close() { Ok(()) } else { Err(Refused) }
    }
}
