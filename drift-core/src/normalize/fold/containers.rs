//! Lists and maps: what becomes of what is in them, and of themselves once they end.

use super::{Emptiness, Fold, Frame, FrameKind, Hashed, note_special};
use crate::normalize::machine::{ListKind, StateId, Treatment};
use crate::normalize::shape::MAX_SINGLE;
use crate::value::mix::Lanes;
use crate::value::{Kind, NodeId};

impl Fold {
    /// Whether what is inside the container is wanted.
    #[inline(always)]
    pub(in crate::normalize) fn open_container(&mut self, is_map: bool) -> bool {
        let id = self.next;
        let Some(state) = self.machine.get(id) else { return false };
        if !state.calm {
            return self.open_special(id, is_map);
        }
        // They are few, and mostly none or one.
        for rule in &state.always {
            self.matched.push(*rule);
        }
        let Some(top) = self.open.last() else { return false };
        let frame = Frame {
            state: id,
            step: self.guide.enter(&top.step, is_map, id),
            kind: FrameKind::of(is_map, state.list),
            members: self.members.len(),
            node: self.node,
            ..Frame::ROOT
        };
        self.open.push(frame);
        if !is_map {
            self.next = self.machine.element(&self.shape, id);
        }
        true
    }

    /// A container of which facts speak.
    #[inline(never)]
    fn open_special(&mut self, id: StateId, is_map: bool) -> bool {
        let Some(state) = self.machine.get(id) else { return false };
        self.matched.extend_from_slice(&state.always);
        if state.treatment == Treatment::Skipped {
            // Nothing below is looked at, and a default could only be told from all of it.
            let unclear = !state.at_default.is_empty() && state.default.is_some();
            note_special(state, false, None, &mut self.matched);
            let hashed = if unclear { Hashed::Open } else { Hashed::Nothing };
            // What is left out of a map is not printed with it; elements are, and so is all that is
            // in a value which is left out itself.
            let top = self.open.last().copied().unwrap_or(Frame::ROOT);
            let in_map = top.kind == FrameKind::Map && self.blind == 0;
            let around = self.machine.get(top.state).is_none_or(|around| around.ignored);
            self.hollow = in_map && !around && state.ignored && !unclear;
            self.put(hashed, Emptiness::default(), self.node);
            return false;
        }
        if is_map && state.single && self.depth() < MAX_SINGLE {
            return self.open_single(id);
        }
        self.push(id, is_map, false, self.node);
        true
    }

    /// Whether the fields of the resource are read.
    pub(crate) fn is_inside(&self) -> bool {
        self.depth() == 1
    }

    /// How many containers are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len().saturating_sub(1)
    }

    #[inline]
    pub(super) fn push(&mut self, id: StateId, is_map: bool, decoded: bool, node: NodeId) {
        let state = self.machine.get(id);
        let list = state.map_or(ListKind::Open, |state| state.list);
        let blind = !is_map && list == ListKind::Open;
        self.blind += usize::from(blind);
        let open = blind || state.is_none_or(|state| state.treatment == Treatment::Open);
        let kind = FrameKind::of(is_map, list);
        let members = self.members.len();
        let Some(top) = self.open.last() else { return };
        let step = self.guide.enter(&top.step, is_map, id);
        let frame = Frame { state: id, step, kind, open, decoded, members, node, ..Frame::ROOT };
        self.open.push(frame);
        if !is_map {
            self.next = self.machine.element(&self.shape, id);
        }
    }

    #[inline(always)]
    pub(super) fn close_container(&mut self) {
        // Of a frame no more is read than is needed: most of it has just been written.
        let Some(frame) = self.open.last() else { return };
        let (id, node, kind) = (frame.state, frame.node, frame.kind);
        let Some(state) = self.machine.get(id) else { return };
        if !state.calm | frame.decoded | frame.single | (kind == FrameKind::Unique) {
            return self.close_special();
        }
        let hashed = match frame.open {
            true => Hashed::Open,
            false => Hashed::As(self.mixer.container(
                frame.sum(),
                frame.visible,
                kind == FrameKind::Map,
                kind == FrameKind::Ordered,
            )),
        };
        self.open.pop();
        self.put(hashed, Emptiness::default(), node);
        // In a list the next element is at the place that this one was at.
        self.next = id;
    }

    /// A container that ends and is more than calm.
    #[inline(never)]
    fn close_special(&mut self) {
        let Some(frame) = self.open.pop() else { return };
        let Some(state) = self.machine.get(frame.state) else { return };
        let state_list = state.list;
        let mut emptiness = Emptiness::default();
        let mut open = frame.open;
        if state.treatment == Treatment::Facts && !frame.decoded {
            if frame.count == 0 {
                let kind = if frame.kind == FrameKind::Map { Kind::Map } else { Kind::List };
                emptiness = state.empty_container(kind);
                open |= emptiness.is_torn(state);
            }
            note_special(state, emptiness.default, None, &mut self.matched);
        }
        let hashed = if open { Hashed::Open } else { Hashed::As(self.whole(&frame)) };
        if frame.kind != FrameKind::Map && state_list == ListKind::Open {
            self.blind = self.blind.saturating_sub(1);
        }
        if frame.single {
            return self.close_single(hashed);
        }
        self.put(hashed, emptiness, frame.node);
        self.next = frame.state;
    }

    /// The hash of a container that has been read.
    fn whole(&mut self, frame: &Frame) -> Lanes {
        let (kind, is_map) = (frame.kind, frame.kind == FrameKind::Map);
        match kind {
            FrameKind::Unique => self.unique(frame.members),
            _ => {
                let is_ordered = kind == FrameKind::Ordered;
                self.mixer.container(frame.sum(), frame.visible, is_map, is_ordered)
            }
        }
    }

    /// The hash of a set whose equal members count once, from those that start there.
    fn unique(&mut self, start: usize) -> Lanes {
        let mixer = &self.mixer;
        let members = self.members.get_mut(start..).unwrap_or_default();
        members.sort_unstable();
        let mut sum = [0, 0];
        let mut count = 0;
        for group in members.chunk_by(|a, b| a == b) {
            if let Some(member) = group.first() {
                sum = mixer.member(sum, *member);
                count += 1;
            }
        }
        self.members.truncate(start);
        mixer.set(sum, count)
    }
}
