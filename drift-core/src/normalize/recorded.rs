//! The hashes of the nodes of one resource.

use crate::value::mix::Lanes;
use crate::value::{ContentHash, NodeId};

/// The hashes of the nodes of one resource, by their places on the tape.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorded {
    first: NodeId,
    hashes: Vec<Lanes>,
}

impl Recorded {
    /// What stands for no hash.
    const NONE: Lanes = [0, 0];
    /// There is room for so many nodes from the next one on whenever it grows.
    const RUN: usize = 1 << 8;

    /// The hash of a node; none where only a walk can tell.
    pub(crate) fn get(&self, node: NodeId) -> Option<ContentHash> {
        let lanes = *self.hashes.get(node.checked_sub(self.first)? as usize)?;
        (lanes != Self::NONE).then(|| lanes.into())
    }

    /// The same with room for so many nodes.
    pub(super) fn with_room(mut self, nodes: usize) -> Self {
        // Beyond what is held: that is forgotten first.
        self.hashes.clear();
        self.hashes.reserve(nodes + Self::RUN);
        self
    }

    /// Forgets the last resource; the next one starts at `first`.
    pub(super) fn restart(&mut self, first: NodeId) {
        self.first = first;
        self.hashes.clear();
    }

    #[inline]
    pub(super) fn put(&mut self, node: NodeId, lanes: Lanes) {
        let at = node.saturating_sub(self.first) as usize;
        if at >= self.hashes.len() {
            self.hashes.resize(at + Self::RUN, Self::NONE);
        }
        if let Some(slot) = self.hashes.get_mut(at) {
            *slot = lanes;
        }
    }
}
