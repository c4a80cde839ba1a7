//! The hash of a resource under its shape, in one pass, from text or from a tape.
//!
//! Two nodes at one place of a shape have the same hash exactly if [`Canon`](super::Canon) calls
//! them the same; a walk over them would find nothing to report. Where that cannot be told from one
//! side alone the node has no hash, nor has anything around it, and a walk has to decide. On the way
//! the rules are counted that match, as the plain count counts them.

mod containers;
mod inside;
mod sink;
pub(super) mod take;
mod whole;

use super::canonical::decode_at;
use super::guide::{Guide, Step};
use super::leaf::Leaf;
use super::machine::{Emptiness, ListKind, Machine, Scalars, State, StateId, Treatment};
use super::memo::{Memo, Seen};
use super::recorded::Recorded;
use super::secret::Says;
use super::shape::{MAX_SINGLE, Shape};
use crate::value::memory;
use crate::value::mix::{Lanes, Mixer};
use crate::value::scan::{Quoted, Scanner};
use crate::value::{ContentHash, Kind, NodeId, Number, Value};
use std::ops::Range;
use std::sync::Arc;

/// What is known of a node once it has been read.
#[derive(Clone, Copy, Debug)]
enum Hashed {
    As(Lanes),
    /// Nothing of it is compared.
    Nothing,
    /// Only a walk can compare it.
    Open,
}

/// What is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FrameKind {
    /// The resource itself is still to come.
    Root,
    Map,
    Ordered,
    Set,
    Unique,
}

impl FrameKind {
    #[inline(always)]
    fn of(is_map: bool, list: ListKind) -> Self {
        match list {
            _ if is_map => Self::Map,
            ListKind::Ordered | ListKind::Open => Self::Ordered,
            ListKind::Set => Self::Set,
            ListKind::Unique => Self::Unique,
        }
    }
}

/// A container that is being read.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Frame {
    /// One lane of the sum of fields or members, or of the state behind the last item. The lanes stand apart:
    /// side by side the compiler takes both through one wide register, and waits for the halves to be written.
    first: u64,
    /// How far its names have been followed, where it is a map.
    step: Step,
    /// The other lane.
    second: u64,
    /// The name of the field that is read next.
    name: Lanes,
    state: StateId,
    /// Fields or elements so far.
    count: u32,
    /// Those that entered the sum.
    visible: u32,
    /// The bits of its names so far, of those that have one.
    seen: u64,
    kind: FrameKind,
    /// Whether something inside can only be compared by a walk.
    open: bool,
    /// Whether it is the document inside a string, or the list that a single value stands for: its
    /// node has been seen to already.
    decoded: bool,
    /// Whether it is the only element of a list that it stands for, which ends with it.
    single: bool,
    /// Where the members of a set start whose equal members count once.
    members: usize,
    node: NodeId,
}

impl Frame {
    const ROOT: Self = Self {
        first: 0,
        step: Step::ROOT,
        second: 0,
        name: [0, 0],
        state: 0,
        count: 0,
        visible: 0,
        seen: 0,
        kind: FrameKind::Root,
        open: false,
        decoded: false,
        single: false,
        members: 0,
        node: 0,
    };

    /// The sum of fields or members, or the state behind the last item.
    #[inline(always)]
    fn sum(&self) -> Lanes {
        [self.first, self.second]
    }

    #[inline(always)]
    fn set_sum(&mut self, [first, second]: Lanes) {
        (self.first, self.second) = (first, second);
    }
}

/// Reads resources of one shape.
pub(crate) struct Fold {
    shape: Arc<Shape>,
    machine: Machine,
    guide: Guide,
    memo: Memo,
    mixer: Arc<Mixer>,
    /// The containers that are open, the innermost last; the first is what is around the resource.
    open: Vec<Frame>,
    /// The state of the next value of a map, or of any element of a list.
    next: StateId,
    /// One lane of the hash of the name that was shown last: of one that was taken nobody asks.
    lane: u64,
    /// Whether that name has a bit.
    noted: bool,
    /// Whether a name that has one stands twice in one map.
    twice: bool,
    members: Vec<Lanes>,
    /// The rules that have matched, once for each node.
    matched: Vec<u32>,
    result: Hashed,
    recorded: Option<Recorded>,
    /// How many lists are open whose elements are not all at one place of the shape: what is inside
    /// has hashes that mean nothing.
    blind: usize,
    /// Whether nobody will ask what is in the container that was passed over last.
    hollow: bool,
    node: NodeId,
}

impl Fold {
    pub(crate) fn new(shape: Arc<Shape>, mixer: Arc<Mixer>) -> Self {
        Self {
            machine: shape.machines.take(),
            guide: Guide::new(),
            memo: Memo::default(),
            shape,
            mixer,
            open: Vec::new(),
            next: 0,
            lane: 0,
            noted: false,
            twice: false,
            members: Vec::new(),
            matched: Vec::new(),
            result: Hashed::Open,
            recorded: None,
            blind: 0,
            hollow: false,
            node: 0,
        }
    }

    /// The hash of the value in `text` at `range`, which holds well-formed JSON. The rules that
    /// matched are in [`Fold::matched`] until the next call, if there is a hash.
    pub(crate) fn text(&mut self, text: &str, range: Range<usize>) -> Option<ContentHash> {
        self.start();
        let mut scanner = Scanner::new(text, range);
        if scanner.value(self).is_err() {
            return None;
        }
        self.end()
    }

    /// As [`Fold::text`], of a value that has been read.
    pub(crate) fn value(&mut self, value: Value<'_>) -> Option<ContentHash> {
        self.start();
        self.drive(value);
        self.end()
    }

    /// As [`Fold::text`], of a value that is in memory.
    pub(crate) fn json(&mut self, value: &serde_json::Value) -> Option<ContentHash> {
        self.start();
        let Ok(()) = memory::feed(value, self);
        self.end()
    }

    /// Starts with a value in memory and goes through it, unless it is deeper than that: then false.
    pub(crate) fn json_within(&mut self, value: &serde_json::Value, depth: usize) -> bool {
        self.start();
        let Ok(within) = memory::feed_within(value, depth, self);
        within
    }

    /// The hashes of a value and of everything in it, in the memory of `recorded`.
    pub(crate) fn record(&mut self, value: Value<'_>, recorded: Recorded) -> Recorded {
        self.start_recording(value.id(), recorded.with_room(value.tape_length()));
        self.drive(value);
        self.end_recording()
    }

    /// Starts a resource that comes as events, of whose nodes all hashes are kept.
    pub(super) fn start_recording(&mut self, first: NodeId, mut recorded: Recorded) {
        self.start();
        recorded.restart(first);
        self.recorded = Some(recorded);
    }

    /// Whether nobody will ask what is in the container that was passed over last.
    pub(super) fn is_hollow(&self) -> bool {
        self.hollow
    }

    /// The node of the value that comes next.
    #[inline(always)]
    pub(super) fn at(&mut self, node: NodeId) {
        self.node = node;
    }

    /// The hashes of the resource that came since [`Fold::start_recording`].
    pub(super) fn end_recording(&mut self) -> Recorded {
        self.recorded.take().filter(|_| !self.machine.is_full()).unwrap_or_default()
    }

    /// The shape that it reads resources of.
    pub(crate) fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// The rules that matched, once for each node.
    pub(crate) fn matched(&self) -> &[u32] {
        &self.matched
    }

    /// Starts a resource that comes as events.
    pub(crate) fn start(&mut self) {
        self.open.clear();
        self.open.push(Frame::ROOT);
        self.members.clear();
        self.matched.clear();
        self.blind = 0;
        self.twice = false;
        self.result = Hashed::Open;
        if self.machine.is_full() {
            self.guide = Guide::new();
            self.memo.clear();
        }
        self.next = self.machine.root(&self.shape);
    }

    /// The hash of the resource that came as events since [`Fold::start`].
    pub(crate) fn end(&mut self) -> Option<ContentHash> {
        if self.machine.is_full() {
            return None;
        }
        match self.result {
            Hashed::As(lanes) => Some(lanes.into()),
            Hashed::Nothing => Some(self.mixer.nothing().into()),
            Hashed::Open => None,
        }
    }

    /// Feeds a value that has been read, as a scanner would feed its text.
    fn drive(&mut self, root: Value<'_>) {
        let document = root.document();
        // The containers that are open: the node behind each, and whether it is a map.
        let mut open: Vec<(NodeId, bool)> = Vec::new();
        let mut id = root.id();
        loop {
            let value = document.value(id);
            self.node = id;
            match value.kind() {
                kind @ (Kind::List | Kind::Map) => {
                    let is_map = kind == Kind::Map;
                    if self.open_container(is_map) {
                        open.push((document.after(id), is_map));
                        id += 1;
                    } else {
                        id = document.after(id);
                    }
                }
                Kind::Null => {
                    self.scalar(Leaf::Null);
                    id += 1;
                }
                Kind::Bool => {
                    self.scalar(Leaf::Bool(value.as_bool().unwrap_or_default()));
                    id += 1;
                }
                Kind::Number => {
                    self.scalar(Leaf::Number(value.as_number().map_or("", Number::text)));
                    id += 1;
                }
                Kind::String => {
                    self.scalar(Leaf::String(Quoted::of(value.as_str().unwrap_or_default())));
                    id += 1;
                }
            }
            loop {
                match open.last() {
                    None => return,
                    Some((end, _)) if *end <= id => {
                        open.pop();
                        self.close_container();
                    }
                    Some((_, false)) => break,
                    Some((_, true)) => {
                        let name = document.name_at(id);
                        id = if name.is_some() { id + 1 } else { document.after(id + 1) };
                        if let Some(name) = name {
                            self.name(Quoted::of(name));
                            break;
                        }
                    }
                }
            }
        }
    }

    /// The name of the next field.
    #[inline(always)]
    fn name(&mut self, name: Quoted<'_>) {
        let Some(top) = self.open.last_mut() else { return };
        match self.guide.next(&mut top.step, name) {
            Some((lanes, target)) => {
                top.name = lanes;
                (self.lane, self.next) = (lanes[0], target);
            }
            None => self.new_name(name),
        }
        self.note_name();
    }

    /// Notes that the name that was read last is there.
    #[inline(always)]
    fn note_name(&mut self) {
        let Some(top) = self.open.last_mut() else { return };
        let bit = self.guide.bit(&top.step);
        self.noted = bit != 0;
        self.twice |= top.seen & bit != 0;
        top.seen |= bit;
    }

    /// Whether [`Fold::has_twice`] tells of the name that was read last.
    #[inline(always)]
    pub(crate) fn has_noted(&self) -> bool {
        self.noted
    }

    /// Whether a name that was noted, or one that has been taken, stands twice in one map.
    #[inline(always)]
    pub(crate) fn has_twice(&self) -> bool {
        self.twice
    }

    /// A name that was not supposed to come.
    #[inline(never)]
    fn new_name(&mut self, name: Quoted<'_>) {
        let Some(top) = self.open.last_mut() else { return };
        let lanes = self.mixer.quoted(name);
        top.name = lanes;
        self.lane = lanes[0];
        self.next = match self.guide.find(&mut top.step, lanes) {
            Some(known) => known,
            None => {
                let made = self.machine.field(&self.shape, top.state, name);
                let scalars = self.machine.get(made).map_or(Scalars::UNTOLD, |state| state.scalars);
                self.guide.add(&mut top.step, name, lanes, (made, scalars));
                made
            }
        };
    }

    /// What the name that was read last says of its value, if it is known.
    #[inline(always)]
    pub(super) fn says(&self) -> Option<Says> {
        self.guide.says(&self.open.last()?.step)
    }

    /// One lane of the hash of the name that was read last.
    #[inline(always)]
    pub(crate) fn name_lane(&self) -> u64 {
        self.lane
    }

    #[inline(always)]
    fn scalar(&mut self, leaf: Leaf<'_>) {
        let id = self.next;
        let Some(state) = self.machine.get(id) else { return };
        if state.treatment == Treatment::Plain || (state.only_zeros && leaf.is_no_zero()) {
            // They are few, and mostly none or one.
            self.matched.extend(state.always.iter().copied());
            let lanes = leaf.exact(&self.mixer);
            self.put(Hashed::As(lanes), Emptiness::default(), self.node);
            return;
        }
        self.special(id, leaf);
    }

    /// A scalar of which facts speak.
    #[inline(never)]
    fn special(&mut self, id: StateId, leaf: Leaf<'_>) {
        let node = self.node;
        let Some(state) = self.machine.get(id) else { return };
        self.matched.extend_from_slice(&state.always);
        // Globs and what stands for more than a scalar look at all of it.
        let is_memorable = state.generated.is_empty() && !state.single && state.opens.is_none();
        let seen = is_memorable.then(|| Seen::of(id, leaf)).flatten();
        if let Some(seen) = seen
            && let Some((lanes, emptiness)) = self.memo.get(seen)
        {
            if emptiness.default {
                self.matched.extend_from_slice(&state.at_default);
            }
            self.put(Hashed::As(lanes), emptiness, node);
            return;
        }
        let emptiness = leaf.emptiness(state);
        note_special(state, emptiness.default, Some(leaf), &mut self.matched);
        let hashed = match state.treatment {
            Treatment::Skipped => Hashed::Nothing,
            Treatment::Open => Hashed::Open,
            Treatment::Plain | Treatment::Facts => {
                if let Some(form) = state.opens
                    && let Some(text) = leaf.text()
                    && let Some(document) = decode_at(text, form, self.depth())
                {
                    self.decoded(id, document.root(), emptiness, node);
                    return;
                }
                if self.is_single(id) && !matches!(leaf, Leaf::Null) {
                    self.single(id, leaf, emptiness, node);
                    return;
                }
                if emptiness.is_torn(state) {
                    Hashed::Open
                } else {
                    Hashed::As(leaf.under(state.equality, &self.mixer))
                }
            }
        };
        if let (Some(seen), Hashed::As(lanes)) = (seen, hashed) {
            self.memo.put(seen, lanes, emptiness);
        }
        self.put(hashed, emptiness, node);
    }

    /// Adds a node that has been read to what is around it.
    #[inline(always)]
    fn put(&mut self, hashed: Hashed, emptiness: Emptiness, node: NodeId) {
        if let Some(recorded) = &mut self.recorded
            && self.blind == 0
        {
            match hashed {
                Hashed::As(lanes) => recorded.put(node, lanes),
                Hashed::Nothing => recorded.put(node, self.mixer.nothing()),
                Hashed::Open => {}
            }
        }
        let Some(top) = self.open.last_mut() else { return };
        top.count = top.count.wrapping_add(1);
        match hashed {
            // Most stand in maps.
            Hashed::As(lanes) if top.kind == FrameKind::Map => {
                if !(emptiness.default | emptiness.listed) {
                    top.visible = top.visible.wrapping_add(1);
                    top.set_sum(self.mixer.field(top.sum(), top.name, lanes));
                }
            }
            _ => self.put_otherwise(hashed),
        }
    }

    /// Adds an element, a node that has no hash, or the resource itself.
    #[inline(never)]
    fn put_otherwise(&mut self, hashed: Hashed) {
        let mixer = &self.mixer;
        let Some(top) = self.open.last_mut() else { return };
        let lanes = match (hashed, top.kind) {
            (_, FrameKind::Root) => {
                self.result = hashed;
                return;
            }
            (Hashed::Open, _) => {
                top.open = true;
                return;
            }
            (Hashed::Nothing, FrameKind::Map) => return,
            (Hashed::Nothing, _) => mixer.nothing(),
            (Hashed::As(lanes), _) => lanes,
        };
        top.visible = top.visible.wrapping_add(1);
        match top.kind {
            FrameKind::Map | FrameKind::Root => {
                top.set_sum(mixer.field(top.sum(), top.name, lanes));
            }
            FrameKind::Ordered => top.set_sum(mixer.item(top.sum(), lanes)),
            FrameKind::Set => top.set_sum(mixer.member(top.sum(), lanes)),
            FrameKind::Unique => self.members.push(lanes),
        }
    }
}

/// Gives the machine back to its shape.
impl Drop for Fold {
    fn drop(&mut self) {
        self.shape.machines.put(std::mem::take(&mut self.machine));
    }
}

/// Counts the rules that match some values only.
fn note_special(state: &State, is_default: bool, leaf: Option<Leaf<'_>>, matched: &mut Vec<u32>) {
    if is_default {
        matched.extend_from_slice(&state.at_default);
    }
    if state.generated.is_empty() {
        return;
    }
    let text = leaf.and_then(Leaf::text);
    let before = matched.len();
    for (rule, glob) in &state.generated {
        let counted = (is_default && state.at_default.contains(rule))
            || matched.get(before..).unwrap_or_default().contains(rule);
        if !counted && text.is_none_or(|text| glob.matches(text)) {
            matched.push(*rule);
        }
    }
}
