//! Fields and elements that come as they are supposed to, many at once: nearly all of what is read.

use super::whole::{Taker, Whole};
use super::{Fold, FrameKind};
use crate::normalize::guide::{Guide, Known, Stands};
use crate::normalize::machine::Scalars;
use crate::normalize::secret::Says;
use crate::value::mix::{Lanes, Mixer, Tag};
use crate::value::scan::block::{Block, Prefix, plain_until, white_space};
use crate::value::scan::{Quoted, Taken, short};
use std::ops::Range;

/// Who is told of what is taken, by where it stands in the text, quotes included.
pub(in crate::normalize) trait Witness {
    /// Whether the hashes of nodes are kept.
    const RECORDS: bool;

    fn name(&mut self, span: Range<usize>, says: Says);
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>);
    fn number(&mut self, span: Range<usize>);
}

/// Nobody is told.
impl Witness for () {
    const RECORDS: bool = false;

    #[inline(always)]
    fn name(&mut self, _: Range<usize>, _: Says) {}

    #[inline(always)]
    fn string(&mut self, _: Range<usize>, _: Quoted<'_>) {}

    #[inline(always)]
    fn number(&mut self, _: Range<usize>) {}
}

/// What stands between a brace or a comma and the name behind it.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) length: usize,
    /// How many lines end in it.
    pub(super) lines: usize,
}

impl Gap {
    const NONE: Self = Self { length: 0, lines: 0 };

    /// The gap in front of the name, where this is the next one.
    #[inline(always)]
    pub(super) fn in_front_of(known: &Known, text: &[u8], in_front: u32) -> Option<Self> {
        let start = text.first_chunk::<{ Prefix::LONGEST }>()?;
        if known.starts(start, in_front) {
            return Some(Self::NONE);
        }
        match start {
            [_, 0..=b' ', ..] => Self::of_white_space(known, text, in_front),
            _ => None,
        }
    }

    /// The white space that the text starts with, and what is behind it.
    #[inline(always)]
    pub(super) fn split(text: &[u8]) -> (Self, &[u8]) {
        let [0..=b' ', ..] = text else { return (Self::NONE, text) };
        let (length, lines) = white_space(text);
        (Self { length, lines }, text.get(length..).unwrap_or_default())
    }

    #[inline(never)]
    fn of_white_space(known: &Known, text: &[u8], in_front: u32) -> Option<Self> {
        let (front, behind) = text.split_first()?;
        if in_front == Prefix::AS_IT_IS && *front != b',' {
            return None;
        }
        let (length, lines) = white_space(behind);
        // Instead of a comma the last of the white space stands in front of the name.
        let start = text.get(length..)?.first_chunk()?;
        (length > 0 && known.starts(start, Prefix::ANY_FIRST)).then_some(Self { length, lines })
    }
}

/// A scalar in the text.
pub(super) struct Scalar<'t> {
    text: Quoted<'t>,
    is_number: bool,
    pub(super) lanes: Lanes,
    /// How long it is as it is written.
    pub(super) length: usize,
    /// Whether it is a zero or the empty text.
    pub(super) is_zero: bool,
}

impl Taken {
    /// Adds one that was taken whole.
    #[inline(always)]
    fn add(&mut self, whole: &Whole<'_>) {
        self.values = self.values.wrapping_add(1);
        self.inside = self.inside.wrapping_add(whole.inside);
        self.lines = self.lines.wrapping_add(whole.lines);
    }
}

impl Fold {
    /// Takes fields out of the text, which starts with the brace or the comma in front of the next name: as long as
    /// each is the one that is supposed to come, and its value a number, a string that is written as it is
    /// meant, or a container that is [taken whole](Taker). Of the last one the name alone is taken where the value is
    /// another.
    #[inline(never)]
    pub(in crate::normalize) fn take_fields<W: Witness>(
        &mut self,
        text: &[u8],
        witness: &mut W,
    ) -> Taken {
        let mut taken = Taken::default();
        let Some(top) = self.open.last_mut() else { return taken };
        let mut recorded = self.recorded.as_mut().filter(|_| W::RECORDS && self.blind == 0);
        let mixer = &*self.mixer;
        let (mut step, mut visible, mut seen) = (top.step, top.visible, top.seen);
        let mut sum = top.sum();
        let mut node = self.node;
        let mut rest = text;
        // In front of the first one stands what whoever asks has seen, in front of the others a comma.
        let mut in_front = Prefix::ANY_FIRST;
        while let Some(known) = self.guide.supposed(&step)
            && let Some(gap) = Gap::in_front_of(known, rest, in_front)
        {
            in_front = Prefix::AS_IT_IS;
            Guide::go(&mut step, known);
            self.twice |= seen & known.bit() != 0;
            seen |= known.bit();
            let at = text.len().wrapping_sub(rest.len()).wrapping_add(gap.length);
            let mut behind = at.wrapping_add(known.written_length());
            witness.name(at.wrapping_add(1)..behind.wrapping_sub(1), known.says());
            rest = text.get(behind..).unwrap_or_default();
            taken.lines = taken.lines.wrapping_add(gap.lines);
            // Who writes white space in front of names writes a space in front of values.
            if gap.length > 0
                && let [b' ', value @ ..] = rest
            {
                (rest, behind) = (value, behind.wrapping_add(1));
            }
            let scalars = known.scalars();
            let Some(scalar) = scalar(rest, mixer).filter(|scalar| scalars.take(scalar.is_zero))
            else {
                let (lanes, id) = (known.lanes(), known.target());
                if let [b'{' | b'[', ..] = rest
                    && !W::RECORDS
                {
                    let mut taker = Taker::of(&self.machine, mixer, &mut self.matched);
                    if let Some(whole) =
                        taker.take(&mut self.guide, rest, step.of(), id, Stands::InMap)
                    {
                        rest = whole.rest;
                        taken.add(&whole);
                        sum = mixer.field(sum, lanes, whole.lanes);
                        visible = visible.wrapping_add(1);
                        continue;
                    }
                }
                (top.name, self.next) = (lanes, id);
                taken.name = true;
                break;
            };
            scalar.tell(behind, witness);
            if let Some(recorded) = &mut recorded {
                // The name is a node as well.
                recorded.put(node.wrapping_add(1), scalar.recorded(scalars, mixer));
                node = node.wrapping_add(2);
            }
            rest = rest.get(scalar.length..).unwrap_or_default();
            taken.values = taken.values.wrapping_add(1);
            if scalars.hashed {
                sum = mixer.field(sum, known.lanes(), scalar.lanes);
                visible = visible.wrapping_add(1);
            }
            if scalars.counted
                && let Some(state) = self.machine.get(known.target())
            {
                self.matched.extend_from_slice(&state.always);
            }
        }
        (top.step, top.visible, top.seen) = (step, visible, seen);
        top.set_sum(sum);
        top.count = top.count.wrapping_add(taken.values as u32);
        taken.length = text.len().wrapping_sub(rest.len());
        taken
    }

    /// Takes elements of a list out of the text, as [`Fold::take_fields`] takes fields: it starts with the
    /// bracket or the comma in front of the next one.
    #[inline(always)]
    pub(in crate::normalize) fn take_items<W: Witness>(
        &mut self,
        text: &[u8],
        witness: &mut W,
    ) -> Taken {
        match text {
            [_, b'"' | b'0'..=b'9' | 0..=b' ', ..] => self.take_some_items(text, witness),
            [_, b'{' | b'[', ..] if !W::RECORDS => self.take_some_items(text, witness),
            _ => Taken::default(),
        }
    }

    #[inline(never)]
    fn take_some_items<W: Witness>(&mut self, text: &[u8], witness: &mut W) -> Taken {
        let mut taken = Taken::default();
        let Some(top) = self.open.last_mut() else { return taken };
        let Some(state) = self.machine.get(self.next).filter(|state| state.scalars.hashed) else {
            return taken;
        };
        let mut recorded = self.recorded.as_mut().filter(|_| W::RECORDS && self.blind == 0);
        let mixer = &*self.mixer;
        let scalars = state.scalars;
        let mut node = self.node;
        let mut rest = text;
        while let [in_front, item @ ..] = rest
            && (*in_front == b',' || taken.values == 0)
        {
            let (gap, item) = Gap::split(item);
            let lanes = if let [b'{' | b'[', ..] = item {
                if W::RECORDS {
                    break;
                }
                let (of, id) = (top.step.of(), self.next);
                let mut taker = Taker::of(&self.machine, mixer, &mut self.matched);
                let Some(whole) = taker.take(&mut self.guide, item, of, id, Stands::InList) else {
                    break;
                };
                rest = whole.rest;
                taken.add(&whole);
                whole.lanes
            } else {
                let scalar = scalar(item, mixer).filter(|scalar| scalars.take(scalar.is_zero));
                let Some(scalar) = scalar else { break };
                scalar.tell(text.len().wrapping_sub(item.len()), witness);
                if let Some(recorded) = &mut recorded {
                    recorded.put(node, scalar.lanes);
                    node = node.wrapping_add(1);
                }
                rest = item.get(scalar.length..).unwrap_or_default();
                taken.values = taken.values.wrapping_add(1);
                if scalars.counted {
                    self.matched.extend_from_slice(&state.always);
                }
                scalar.lanes
            };
            taken.lines = taken.lines.wrapping_add(gap.lines);
            match top.kind {
                FrameKind::Ordered => top.set_sum(mixer.item(top.sum(), lanes)),
                FrameKind::Set => top.set_sum(mixer.member(top.sum(), lanes)),
                _ => self.members.push(lanes),
            }
        }
        top.count = top.count.wrapping_add(taken.values as u32);
        top.visible = top.visible.wrapping_add(taken.values as u32);
        taken.length = text.len().wrapping_sub(rest.len());
        taken
    }
}

impl Scalar<'_> {
    /// Tells that it stands at this offset.
    #[inline(always)]
    fn tell(&self, at: usize, witness: &mut impl Witness) {
        let span = at..at.wrapping_add(self.length);
        if self.is_number { witness.number(span) } else { witness.string(span, self.text) }
    }

    /// The hash of its node.
    #[inline(always)]
    fn recorded(&self, scalars: Scalars, mixer: &Mixer) -> Lanes {
        if scalars.hashed { self.lanes } else { mixer.nothing() }
    }
}

impl Scalars {
    /// Whether it is told of a value like that.
    #[inline(always)]
    pub(super) fn take(self, is_zero: bool) -> bool {
        self.told & (self.zeros | !is_zero)
    }
}

/// The number or the string that the text starts with.
#[inline(always)]
pub(super) fn scalar<'t>(text: &'t [u8], mixer: &Mixer) -> Option<Scalar<'t>> {
    /// A quote, and a block.
    const LONGEST: usize = 1 + Block::LENGTH;
    let chunk = text.first_chunk::<LONGEST>()?;
    let [b'"', content @ ..] = chunk else { return integer(chunk, mixer) };
    let length = Block::of(content).special().trailing_zeros() as usize;
    if length >= Block::LENGTH {
        let text = Quoted::of_source(long(text)?);
        let (lanes, length) = (hash(text, mixer), text.bytes.len().wrapping_add(2));
        return Some(Scalar { text, is_number: false, lanes, length, is_zero: false });
    }
    let text = short(content, length).filter(|_| content.get(length) == Some(&b'"'))?;
    let lanes = mixer.short(text.words, length);
    Some(Scalar { text, is_number: false, lanes, length: length + 2, is_zero: length == 0 })
}

/// The content of a string that is longer than a block.
#[inline(never)]
fn long(text: &[u8]) -> Option<&[u8]> {
    let content = text.get(1..)?;
    let seen = plain_until(content.get(Block::LENGTH..)?) + Block::LENGTH;
    match content.split_at(seen) {
        (bytes, [b'"', ..]) => Some(bytes),
        _ => None,
    }
}

#[inline(never)]
fn hash(text: Quoted<'_>, mixer: &Mixer) -> Lanes {
    mixer.quoted(text)
}

/// An integer of few digits.
#[inline(always)]
fn integer<'t, const N: usize>(text: &'t [u8; N], mixer: &Mixer) -> Option<Scalar<'t>> {
    let (chunk, digits) = (text.first_chunk()?, text.first_chunk::<8>()?);
    let word = u64::from_le_bytes(*digits);
    let off = word ^ 0x3030_3030_3030_3030;
    // The lowest mark is right: what is carried goes upwards.
    let others = (off.wrapping_add(0x7676_7676_7676_7676) | off) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() as usize / 8;
    let (front, behind) = (digits.first()?, digits.get(length)?);
    if length == 0
        || !matches!(behind, b',' | b'}' | b']' | b'\n' | b'\r' | b' ')
        || (*front == b'0' && length > 1)
    {
        return None;
    }
    let text = short(chunk, length)?;
    let lanes = mixer.tagged(mixer.short(text.words, length), Tag::Number);
    Some(Scalar { text, is_number: true, lanes, length, is_zero: *front == b'0' })
}
