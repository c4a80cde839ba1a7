//! What scanners look for, sixteen bytes at a time.

use wide::u8x16;

/// Sixteen bytes at once; a question about them is answered by a mask with a bit for each.
#[derive(Clone, Copy)]
pub(super) struct Block(u8x16);

impl Block {
    pub(super) const LENGTH: usize = 16;

    #[inline(always)]
    pub(super) fn of(bytes: &[u8; Self::LENGTH]) -> Self {
        Self(u8x16::new(*bytes))
    }

    /// Marks quotes, backslashes and control characters.
    #[inline(always)]
    pub(super) fn special(self) -> u32 {
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
}
