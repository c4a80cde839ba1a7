//! Small containers that come as they are supposed to: they are taken whole, with all that is in them, and
//! nothing is opened for them.

use super::FrameKind;
use super::take::{Gap, scalar};
use crate::normalize::guide::{At, Guide, Stands};
use crate::normalize::machine::{Machine, Scalars, StateId};
use crate::value::mix::{Lanes, Mixer};
use crate::value::scan::Taken;
use crate::value::scan::block::Prefix;

/// No container that is longer is taken whole: where one is not as it was supposed to be, it is read once more.
const LONGEST: usize = 1 << 13;

/// Takes containers out of the text.
pub(super) struct Taker<'f> {
    machine: &'f Machine,
    mixer: &'f Mixer,
    /// The rules that match, once for each node.
    matched: &'f mut Vec<u32>,
}

/// A container that was taken.
pub(super) struct Whole {
    pub(super) lanes: Lanes,
    pub(super) length: usize,
    /// How many nodes are in it, names among them.
    pub(super) inside: usize,
    /// How many lines end in it.
    pub(super) lines: usize,
}

/// Where a container is read.
struct Inside<'t> {
    guide: &'t Guide,
    /// What has not been read.
    rest: &'t [u8],
    nodes: usize,
    lines: usize,
    /// How many containers more may be inside each other.
    room: usize,
}

impl Inside<'_> {
    /// Passes over white space.
    #[inline(always)]
    fn space(&mut self) {
        let (gap, rest) = Gap::split(self.rest);
        self.lines = self.lines.wrapping_add(gap.lines);
        self.rest = rest;
    }

    /// Passes over white space, and says whether this byte is what is behind it. Then it is passed as well.
    #[inline(always)]
    fn ends(&mut self, with: u8) -> Option<bool> {
        self.space();
        let (first, behind) = self.rest.split_first()?;
        let ends = *first == with;
        if ends {
            self.rest = behind;
        }
        Some(ends)
    }

    /// Passes over so many bytes.
    #[inline(always)]
    fn skip(&mut self, length: usize) -> Option<()> {
        self.rest = self.rest.get(length..)?;
        Some(())
    }
}

impl<'f> Taker<'f> {
    #[inline(always)]
    pub(super) fn of(machine: &'f Machine, mixer: &'f Mixer, matched: &'f mut Vec<u32>) -> Self {
        Self { machine, mixer, matched }
    }

    /// The container that the text starts with, at a place of the shape. It belongs to the field at `of`.
    #[inline(never)]
    pub(super) fn take(
        &mut self,
        guide: &mut Guide,
        text: &[u8],
        of: At,
        id: StateId,
        stands: Stands,
    ) -> Option<Whole> {
        if !guide.is_worth_a_try(of, stands) {
            return None;
        }
        let text = text.get(..LONGEST).unwrap_or(text);
        let before = self.matched.len();
        let room = Taken::DEEPEST;
        let mut inside = Inside { guide, rest: text, nodes: 0, lines: 0, room };
        let Some(lanes) = self.container(&mut inside, of, id) else {
            self.matched.truncate(before);
            guide.doubt(of, stands);
            return None;
        };
        let Inside { rest, nodes, lines, .. } = inside;
        let length = text.len().wrapping_sub(rest.len());
        Some(Whole { lanes, length, inside: nodes, lines })
    }

    fn container(&mut self, inside: &mut Inside<'_>, of: At, id: StateId) -> Option<Lanes> {
        let state = self.machine.get(id).filter(|state| state.calm)?;
        self.matched.extend_from_slice(&state.always);
        inside.room = inside.room.checked_sub(1)?;
        let lanes = match inside.rest {
            [b'{', ..] => self.map(inside, of, id),
            [b'[', ..] => self.list(inside, of, FrameKind::of(false, state.list), state.element),
            _ => None,
        };
        inside.room = inside.room.wrapping_add(1);
        lanes
    }

    fn map(&mut self, inside: &mut Inside<'_>, of: At, id: StateId) -> Option<Lanes> {
        let guide = inside.guide;
        let mut step = guide.inside(of, id)?;
        let (mut sum, mut visible, mut seen, mut count) = ([0, 0], 0_u32, 0, 0_usize);
        // In front of the first name stands the brace, in front of the others a comma.
        let mut in_front = Prefix::ANY_FIRST;
        while let Some(known) = guide.supposed(&step)
            && let Some(gap) = Gap::in_front_of(known, inside.rest, in_front)
        {
            in_front = Prefix::AS_IT_IS;
            Guide::go(&mut step, known);
            // One that stands there twice is told of by who opens the map.
            if seen & known.bit() != 0 {
                return None;
            }
            seen |= known.bit();
            inside.skip(gap.length.wrapping_add(known.written_length()))?;
            inside.lines = inside.lines.wrapping_add(gap.lines);
            if gap.length > 0
                && let [b' ', value @ ..] = inside.rest
            {
                inside.rest = value;
            }
            count = count.wrapping_add(1);
            let value = self.value(inside, step.of(), known.target(), known.scalars())?;
            if let Some(lanes) = value {
                sum = self.mixer.field(sum, known.lanes(), lanes);
                visible = visible.wrapping_add(1);
            }
        }
        if count == 0 {
            inside.skip(1)?;
        }
        // Each field has a name as well.
        inside.nodes = inside.nodes.wrapping_add(count.wrapping_mul(2));
        let ends = inside.ends(b'}')?;
        ends.then(|| self.mixer.container(sum, visible, true, false))
    }

    fn list(
        &mut self,
        inside: &mut Inside<'_>,
        of: At,
        kind: FrameKind,
        element: StateId,
    ) -> Option<Lanes> {
        let (mut sum, mut count) = ([0, 0], 0_u32);
        inside.skip(1)?;
        let mut ended = inside.ends(b']')?;
        while !ended {
            let scalars = self.machine.get(element)?.scalars;
            let lanes = self.value(inside, of, element, scalars)??;
            sum = match kind {
                FrameKind::Ordered => self.mixer.item(sum, lanes),
                FrameKind::Set => self.mixer.member(sum, lanes),
                FrameKind::Unique | FrameKind::Map | FrameKind::Root => return None,
            };
            count = count.wrapping_add(1);
            ended = inside.ends(b']')?;
            if !ended {
                inside.ends(b',')?.then_some(())?;
                inside.space();
            }
        }
        inside.nodes = inside.nodes.wrapping_add(count as usize);
        (kind != FrameKind::Unique)
            .then(|| self.mixer.container(sum, count, false, kind == FrameKind::Ordered))
    }

    /// The hash of a value, if it is compared.
    #[inline(always)]
    fn value(
        &mut self,
        inside: &mut Inside<'_>,
        of: At,
        id: StateId,
        scalars: Scalars,
    ) -> Option<Option<Lanes>> {
        let (lanes, length, is_zero) = match inside.rest {
            [b'{' | b'[', ..] => return self.container(inside, of, id).map(Some),
            [b't', b'r', b'u', b'e', ..] => (self.mixer.bool(true), 4, false),
            [b'f', b'a', b'l', b's', b'e', ..] => (self.mixer.bool(false), 5, true),
            [b'n', b'u', b'l', b'l', ..] => (self.mixer.null(), 4, true),
            rest => {
                let scalar = scalar(rest, self.mixer)?;
                (scalar.lanes, scalar.length, scalar.is_zero)
            }
        };
        if !scalars.take(is_zero) {
            return None;
        }
        inside.skip(length)?;
        if scalars.counted {
            self.matched.extend_from_slice(&self.machine.get(id)?.always);
        }
        Some(scalars.hashed.then_some(lanes))
    }
}
