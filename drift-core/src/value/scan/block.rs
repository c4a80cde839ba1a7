//! What scanners look for, sixteen bytes at a time.

use wide::u8x16;

/// Sixteen bytes at once; a question about them is answered by a mask with a bit for each.
#[derive(Clone, Copy)]
pub(crate) struct Block(u8x16);

impl Block {
    pub(crate) const LENGTH: usize = 16;

    #[inline(always)]
    pub(crate) fn of(bytes: &[u8; Self::LENGTH]) -> Self {
        Self(u8x16::new(*bytes))
    }

    /// Marks quotes, backslashes and control characters.
    #[inline(always)]
    pub(crate) fn special(self) -> u32 {
        let last_control = u8x16::splat(0x1f);
        let control = self.0.max(last_control).cmp_eq(last_control);
        let marks = self.equal(b'"') | self.equal(b'\\') | control;
        marks.move_mask() as u32
    }

    /// Marks quotes.
    #[inline(always)]
    pub(super) fn quotes(self) -> u32 {
        self.equal(b'"').move_mask() as u32
    }

    /// How many bytes it starts with are white space, and how many of these are line breaks.
    #[inline(always)]
    fn space(self) -> (usize, u32) {
        let breaks = self.equal(b'\n');
        let marks = self.equal(b' ') | breaks | self.equal(b'\r') | self.equal(b'\t');
        // Behind the bits of the block there are zeros, where this ends.
        let length = (marks.move_mask() as u32).trailing_ones();
        let breaks = breaks.move_mask() as u32 & !(u32::MAX << length);
        (length as usize, breaks.count_ones())
    }

    /// Marks brackets, braces and quotes.
    #[inline(always)]
    fn structure(self) -> u32 {
        // `[` and `{`, and `]` and `}`, differ in one bit.
        let lower = Self(self.0 | u8x16::splat(0x20));
        let marks = lower.equal(b'{') | lower.equal(b'}') | self.equal(b'"');
        marks.move_mask() as u32
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> u8x16 {
        self.0.cmp_eq(u8x16::splat(byte))
    }
}

/// Up to 32 bytes that a text may start with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Prefix {
    blocks: [[u8; Block::LENGTH]; 2],
    /// A bit for each byte that counts.
    wanted: u32,
}

impl Prefix {
    pub(crate) const LONGEST: usize = 2 * Block::LENGTH;
    /// No text starts with it: these bytes never stand in UTF-8.
    pub(crate) const NONE: Self = Self { blocks: [[0xff; Block::LENGTH]; 2], wanted: u32::MAX };

    /// The text is held against all of it.
    pub(crate) const AS_IT_IS: u32 = 0;
    /// The first byte may be any.
    pub(crate) const ANY_FIRST: u32 = 1;

    /// These bytes; [`Prefix::NONE`] where they are too many.
    pub(crate) fn of(bytes: impl Iterator<Item = u8>) -> Self {
        let mut prefix = Self { wanted: 0, ..Self::NONE };
        for (at, byte) in bytes.enumerate() {
            let Some(slot) = prefix.blocks.as_flattened_mut().get_mut(at) else {
                return Self::NONE;
            };
            *slot = byte;
            prefix.wanted |= 1 << at;
        }
        prefix
    }

    /// Whether the text starts with it, whatever stands at the bytes that these bits mark.
    #[inline(always)]
    pub(crate) fn starts(&self, text: &[u8; Self::LONGEST], any: u32) -> bool {
        let ([a, b], [c, d]) = (&self.blocks, halves(text));
        let same = |a, b| Block::of(a).0.cmp_eq(Block::of(b).0).move_mask() as u32;
        (same(a, c) | same(b, d) << Block::LENGTH | any) & self.wanted == self.wanted
    }
}

#[inline(always)]
fn halves(text: &[u8; Prefix::LONGEST]) -> [&[u8; Block::LENGTH]; 2] {
    const NOTHING: &[u8; Block::LENGTH] = &[0; Block::LENGTH];
    [text.first_chunk().unwrap_or(NOTHING), text.last_chunk().unwrap_or(NOTHING)]
}

/// The first place that `marks` finds, or the end. `is_marked` says the same of one byte.
#[inline(always)]
fn find(bytes: &[u8], marks: impl Fn(Block) -> u32, is_marked: impl Fn(&u8) -> bool) -> usize {
    let (blocks, tail) = bytes.as_chunks::<{ Block::LENGTH }>();
    for (index, block) in blocks.iter().enumerate() {
        let found = marks(Block::of(block));
        if found != 0 {
            return index * Block::LENGTH + found.trailing_zeros() as usize;
        }
    }
    let end = tail.iter().position(is_marked).unwrap_or(tail.len());
    blocks.len() * Block::LENGTH + end
}

/// The first place that holds a quote, a backslash or a control character, or the end.
#[inline]
pub(crate) fn plain_until(bytes: &[u8]) -> usize {
    find(bytes, Block::special, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

#[inline]
pub(super) fn bracket_or_quote(bytes: &[u8]) -> usize {
    let marked = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']');
    find(bytes, Block::structure, marked)
}

/// How many bytes of white space it starts with, and how many line breaks are among them.
#[inline]
pub(crate) fn white_space(bytes: &[u8]) -> (usize, usize) {
    let (mut seen, mut breaks) = (0, 0);
    while let Some(chunk) = bytes.get(seen..).and_then(<[u8]>::first_chunk) {
        let (length, lines) = Block::of(chunk).space();
        (seen, breaks) = (seen + length, breaks + lines as usize);
        if length < Block::LENGTH {
            return (seen, breaks);
        }
    }
    let tail = bytes.get(seen..).unwrap_or_default();
    let length = tail.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
    let tail = tail.get(..length.unwrap_or(tail.len())).unwrap_or_default();
    (seen + tail.len(), breaks + tail.iter().filter(|byte| **byte == b'\n').count())
}

/// The first line break.
pub(crate) fn line_break(bytes: &[u8]) -> Option<usize> {
    let marks = |block: Block| block.equal(b'\n').move_mask() as u32;
    let found = find(bytes, marks, |byte| *byte == b'\n');
    Some(found).filter(|found| *found < bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_runs_end_at_every_special_byte() {
        for length in 0..40 {
            for special in [b'"', b'\\', 0, 0x1f, b'\n'] {
                for at in 0..=length {
                    let mut bytes = vec![b'a'; length];
                    bytes.iter_mut().step_by(3).for_each(|byte| *byte = 0xc3);
                    bytes.insert(at, special);
                    assert_eq!(plain_until(&bytes), at);
                    assert_eq!(plain_until(&bytes[at + 1..]), length - at);
                }
            }
        }
        for byte in 0..=255_u8 {
            let found = plain_until(&[b' ', 0x7f, 0x80, 0xff, byte, b'x', b'y', b'z', b'"']);
            assert_eq!(found, if matches!(byte, b'"' | b'\\' | 0..0x20) { 4 } else { 8 });
        }
    }

    #[test]
    fn white_space_ends_at_the_first_other_byte() {
        let spaces = b" \n\r\t \n \t  \n\n\r\n  \t\n\n     \r\n          \n  \n";
        let breaks = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        for length in 0..=spaces.len() {
            let spaces = &spaces[..length];
            assert_eq!(white_space(spaces), (length, breaks(spaces)));
            for other in (0..=255_u8).filter(|byte| !b" \n\r\t".contains(byte)) {
                for at in 0..length {
                    let mut bytes = spaces.to_vec();
                    bytes[at] = other;
                    assert_eq!(white_space(&bytes), (at, breaks(&bytes[..at])));
                }
            }
        }
    }
}
