//! What is hashed as if it stood there itself: documents inside strings, and values that are as good as
//! lists that hold them alone.

use super::{Emptiness, Fold, Hashed, Leaf, MAX_SINGLE, StateId, note_special};
use crate::value::scan::Quoted;
use crate::value::{Kind, NodeId, Value};

impl Fold {
    /// The document inside a string, which is hashed as if it stood there itself.
    pub(super) fn decoded(
        &mut self,
        id: StateId,
        root: Value<'_>,
        emptiness: Emptiness,
        node: NodeId,
    ) {
        let is_container = matches!(root.kind(), Kind::List | Kind::Map);
        if !is_container || emptiness.default || emptiness.listed {
            self.put(Hashed::Open, emptiness, node);
            return;
        }
        let recorded = self.recorded.take();
        if root.kind() == Kind::Map && self.is_single(id) {
            self.push(id, false, true, node);
            self.drive(root);
            self.recorded = recorded;
            self.close_container();
            return;
        }
        self.push(id, root.kind() == Kind::Map, true, node);
        for (name, field) in root.fields() {
            self.name(Quoted::of(name));
            self.drive(field);
        }
        for item in root.items() {
            self.drive(item);
        }
        self.recorded = recorded;
        self.close_container();
    }

    /// Whether a value at the state that is no list is as good as a list that holds it alone.
    pub(super) fn is_single(&self, id: StateId) -> bool {
        self.depth() < MAX_SINGLE && self.machine.get(id).is_some_and(|state| state.single)
    }

    /// A scalar that is as good as a list that holds it alone.
    pub(super) fn single(
        &mut self,
        id: StateId,
        leaf: Leaf<'_>,
        emptiness: Emptiness,
        node: NodeId,
    ) {
        if emptiness.default || emptiness.listed {
            self.put(Hashed::Open, emptiness, node);
            return;
        }
        let recorded = self.recorded.take();
        self.push(id, false, true, node);
        self.scalar(leaf);
        self.recorded = recorded;
        self.close_container();
    }

    /// A map that is as good as a list that holds it alone.
    #[inline(never)]
    pub(super) fn open_single(&mut self, id: StateId) -> bool {
        let node = self.node;
        let mut unclear = false;
        if let Some(state) = self.machine.get(id) {
            note_special(state, false, None, &mut self.matched);
            // One without fields may stand for absence, and what stands in it is not known yet.
            let empty = state.empty_container(Kind::Map);
            unclear = empty.default || empty.listed;
        }
        self.push(id, false, true, node);
        if let Some(top) = self.open.last_mut() {
            top.open |= unclear;
        }
        // The node's hash is that of the list.
        let recorded = self.recorded.take();
        let wanted = self.open_container(true);
        self.recorded = recorded;
        match self.open.last_mut() {
            Some(top) if wanted => top.single = true,
            _ => self.close_container(),
        }
        wanted
    }

    /// Closes the list that an element stands for as well.
    #[inline(never)]
    pub(super) fn close_single(&mut self, hashed: Hashed) {
        let recorded = self.recorded.take();
        self.put(hashed, Emptiness::default(), self.node);
        self.recorded = recorded;
        self.close_container();
    }
}
