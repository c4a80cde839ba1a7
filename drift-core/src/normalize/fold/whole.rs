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
pub(super) struct Whole<'t> {
    pub(super) lanes: Lanes,
    /// What is behind it.
    pub(super) rest: &'t [u8],
    /// How many nodes are in it, names among them.
    pub(super) inside: usize,
    /// How many lines end in it.
    pub(super) lines: usize,
}

/// The place that a container is read at.
#[derive(Clone, Copy)]
struct Place<'g> {
    guide: &'g Guide,
    /// The field that it belongs to.
    of: At,
    id: StateId,
    /// How many containers may be inside each other in it.
    room: usize,
}

impl<'f> Taker<'f> {
    #[inline(always)]
    pub(super) fn of(machine: &'f Machine, mixer: &'f Mixer, matched: &'f mut Vec<u32>) -> Self {
        Self { machine, mixer, matched }
    }

    /// The container that the text starts with, at a place of the shape. It belongs to the field at `of`.
    #[inline(never)]
    pub(super) fn take<'t>(
        &mut self,
        guide: &mut Guide,
        text: &'t [u8],
        of: At,
        id: StateId,
        stands: Stands,
    ) -> Option<Whole<'t>> {
        if !guide.is_worth_a_try(of, stands) {
            return None;
        }
        let near = text.get(..LONGEST).unwrap_or(text);
        let before = self.matched.len();
        let Some(whole) = self.container(near, Place { guide, of, id, room: Taken::DEEPEST - 1 })
        else {
            self.matched.truncate(before);
            guide.doubt(of, stands);
            return None;
        };
        let length = near.len().wrapping_sub(whole.rest.len());
        Some(Whole { rest: text.get(length..).unwrap_or_default(), ..whole })
    }

    fn container<'t>(&mut self, text: &'t [u8], at: Place<'_>) -> Option<Whole<'t>> {
        let state = self.machine.get(at.id).filter(|state| state.calm)?;
        self.matched.extend_from_slice(&state.always);
        match text {
            [b'{', ..] => self.map(text, at),
            [_, inside @ ..] => {
                let at = Place { id: state.element, ..at };
                self.list(inside, FrameKind::of(false, state.list), at)
            }
            [] => None,
        }
    }

    fn map<'t>(&mut self, text: &'t [u8], at: Place<'_>) -> Option<Whole<'t>> {
        let Place { guide, of, id, room } = at;
        let mut step = guide.inside(of, id)?;
        let (mut sum, mut visible, mut seen) = ([0, 0], 0_u32, 0);
        let (mut rest, mut inside, mut lines) = (text, 0_usize, 0_usize);
        // In front of the first name stands the brace, in front of the others a comma.
        let mut in_front = Prefix::ANY_FIRST;
        while let Some(known) = guide.supposed(&step)
            && let Some(gap) = Gap::in_front_of(known, rest, in_front)
        {
            in_front = Prefix::AS_IT_IS;
            Guide::go(&mut step, known);
            // One that stands there twice is told of by who opens the map.
            if seen & known.bit() != 0 {
                return None;
            }
            seen |= known.bit();
            rest = rest.get(gap.length.wrapping_add(known.written_length())..)?;
            lines = lines.wrapping_add(gap.lines);
            if gap.length > 0
                && let [b' ', value @ ..] = rest
            {
                rest = value;
            }
            // The name is a node as well.
            inside = inside.wrapping_add(2);
            let scalars = known.scalars();
            let lanes = if let [b'{' | b'[', ..] = rest {
                let (of, id, room) = (step.of(), known.target(), room.checked_sub(1)?);
                let whole = self.container(rest, Place { guide, of, id, room })?;
                rest = whole.rest;
                inside = inside.wrapping_add(whole.inside);
                lines = lines.wrapping_add(whole.lines);
                whole.lanes
            } else {
                let lanes;
                (lanes, rest) = self.scalar(rest, scalars, known.target())?;
                if !scalars.hashed {
                    continue;
                }
                lanes
            };
            sum = self.mixer.field(sum, known.lanes(), lanes);
            visible = visible.wrapping_add(1);
        }
        if inside == 0 {
            rest = rest.get(1..)?;
        }
        let (gap, [b'}', rest @ ..]) = Gap::split(rest) else { return None };
        let lanes = self.mixer.container(sum, visible, true, false);
        Some(Whole { lanes, rest, inside, lines: lines.wrapping_add(gap.lines) })
    }

    /// A list, of which the bracket has been passed; `at` is where its elements are.
    fn list<'t>(&mut self, text: &'t [u8], kind: FrameKind, at: Place<'_>) -> Option<Whole<'t>> {
        let is_ordered = kind == FrameKind::Ordered;
        if !is_ordered && kind != FrameKind::Set {
            return None;
        }
        let (mut sum, mut count) = ([0, 0], 0_u32);
        let (gap, mut rest) = Gap::split(text);
        let (mut inside, mut lines) = (0_usize, gap.lines);
        while !matches!(rest, [b']', ..]) {
            let lanes = if let [b'{' | b'[', ..] = rest {
                let whole = self.container(rest, Place { room: at.room.checked_sub(1)?, ..at })?;
                rest = whole.rest;
                inside = inside.wrapping_add(whole.inside);
                lines = lines.wrapping_add(whole.lines);
                whole.lanes
            } else {
                let scalars = self.machine.get(at.id)?.scalars;
                let lanes;
                (lanes, rest) = self.scalar(rest, scalars, at.id).filter(|_| scalars.hashed)?;
                lanes
            };
            sum = match is_ordered {
                true => self.mixer.item(sum, lanes),
                false => self.mixer.member(sum, lanes),
            };
            count = count.wrapping_add(1);
            let (gap, behind) = Gap::split(rest);
            lines = lines.wrapping_add(gap.lines);
            rest = behind;
            match rest {
                [b',', next @ ..] => {
                    let (gap, item) = Gap::split(next);
                    lines = lines.wrapping_add(gap.lines);
                    rest = item.first().filter(|first| **first != b']').and(Some(item))?;
                }
                [b']', ..] => {}
                _ => return None,
            }
        }
        let rest = rest.get(1..)?;
        let lanes = self.mixer.container(sum, count, false, is_ordered);
        Some(Whole { lanes, rest, inside: inside.wrapping_add(count as usize), lines })
    }

    /// The scalar that the text starts with, and what is behind it.
    #[inline(always)]
    fn scalar<'t>(
        &mut self,
        text: &'t [u8],
        scalars: Scalars,
        id: StateId,
    ) -> Option<(Lanes, &'t [u8])> {
        let (lanes, length, is_zero) = match scalar(text, self.mixer) {
            Some(scalar) => (scalar.lanes, scalar.length, scalar.is_zero),
            None => word(text, self.mixer)?,
        };
        if !scalars.take(is_zero) {
            return None;
        }
        if scalars.counted {
            self.matched.extend_from_slice(&self.machine.get(id)?.always);
        }
        Some((lanes, text.get(length..)?))
    }
}

/// The word that the text starts with, as [`scalar`] does: its hash, its length, and whether it is as good as a zero.
#[inline(never)]
fn word(text: &[u8], mixer: &Mixer) -> Option<(Lanes, usize, bool)> {
    match text {
        [b't', b'r', b'u', b'e', ..] => Some((mixer.bool(true), 4, false)),
        [b'f', b'a', b'l', b's', b'e', ..] => Some((mixer.bool(false), 5, true)),
        [b'n', b'u', b'l', b'l', ..] => Some((mixer.null(), 4, true)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::normalize::{Fold, Rules, Shape};
    use crate::value::Seed;
    use crate::value::mix::Mixer;
    use std::sync::Arc;

    #[test]
    fn a_container_has_the_hash_that_it_has_where_it_is_opened() {
        let rules = "[{id: s, paths: [$.l], list: set}, {id: o, paths: [$..off], ignore: true}, \
            {id: d, paths: [$..b], default: x}]";
        let text = r#"{"m":{"a":"x","n":{"b":"y","c":[1,"two",[3],{"d":true,"e":null}]},"off":"z"},
            "l":[{"k":1},{"k":2, "v": false}],"none":[],"empty":{},"u":[{"a":1},{"a":1}],
            "long":["a string of more than sixteen bytes","a string of more than sixteen bytes"]}"#;
        for rules in ["[]", rules] {
            let shape = Shape::compile(Rules::from_yaml(rules).unwrap().rules().to_vec());
            let mut fold = Fold::new(Arc::new(shape), Arc::new(Mixer::new(Seed([1, 2]))));
            // The first time nothing is supposed, and all is opened.
            let mut read = |text: &str| {
                let hash = fold.text(text, 0..text.len());
                let mut matched = fold.matched().to_vec();
                matched.sort_unstable();
                (hash, matched)
            };
            let opened = read(text);
            assert!(opened.0.is_some());
            for _ in 0..3 {
                assert_eq!(read(text), opened);
            }
            for (from, to) in
                [("true", "false"), ("\"two\"", "\"too\""), ("[3]", "[3,3]"), ("[3]", "[]")]
            {
                assert_ne!(read(&text.replace(from, to)).0, opened.0);
            }
        }
    }
}
