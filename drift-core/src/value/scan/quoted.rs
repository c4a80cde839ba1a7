//! Strings as a scanner finds them.

use super::block::Block;

/// The content of a string, in valid UTF-8.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'t> {
    pub(crate) bytes: &'t [u8],
    /// The first and the last eight bytes of up to sixteen, as little-endian numbers, zeros behind
    /// the end; nothing that means anything for longer ones.
    pub(crate) words: [u64; 2],
    /// Whether the content stands in the source as it is, between the quotes.
    pub(crate) is_source: bool,
}

impl<'t> Quoted<'t> {
    /// The most bytes that two words hold.
    pub(crate) const SHORT: usize = 16;

    pub(crate) fn of(text: &'t str) -> Self {
        Self { bytes: text.as_bytes(), words: words(text.as_bytes()), is_source: false }
    }

    /// Text that stands in the source as it is; `bytes` are valid UTF-8.
    #[inline(always)]
    pub(crate) fn of_source(bytes: &'t [u8]) -> Self {
        Self { bytes, words: words(bytes), is_source: true }
    }

    /// Whether two strings are the same.
    #[inline(always)]
    pub(crate) fn is(self, other: Quoted<'_>) -> bool {
        self.bytes.len() == other.bytes.len()
            && self.words == other.words
            && (self.bytes.len() <= Self::SHORT || self.bytes == other.bytes)
    }

    pub(crate) fn text(&self) -> &'t str {
        std::str::from_utf8(self.bytes).unwrap_or_default()
    }
}

/// Up to sixteen bytes as two words.
#[inline]
pub(super) fn words(bytes: &[u8]) -> [u64; 2] {
    let length = bytes.len();
    if length > Quoted::SHORT {
        return [0, 0];
    }
    if let (Some(front), Some(back)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        let back = u64::from_le_bytes(*back);
        let shift = 8 * (Quoted::SHORT - length) as u32;
        return [u64::from_le_bytes(*front), back.checked_shr(shift).unwrap_or(0)];
    }
    if let (Some(front), Some(back)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let back = u64::from(u32::from_le_bytes(*back)) << (8 * (length - 4));
        return [u64::from(u32::from_le_bytes(*front)) | back, 0];
    }
    [bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0]
}

/// What of two words belongs to a text of this length.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, and would refuse to panic")]
const MASKS: [[u64; 2]; Quoted::SHORT] = {
    let mut masks = [[0, 0]; Quoted::SHORT];
    let mut length = 1;
    while length < Quoted::SHORT {
        masks[length] = masks[length - 1];
        let half = length.div_ceil(8) - 1;
        masks[length][half] = masks[length][half] << 8 | 0xff;
        length += 1;
    }
    masks
};

/// The first bytes of a text, up to fifteen, as they stand in the source.
#[inline(always)]
pub(crate) fn short(chunk: &[u8; Block::LENGTH], length: usize) -> Option<Quoted<'_>> {
    let ([in_a, in_b], bytes) = (MASKS.get(length)?, chunk.get(..length)?);
    let both = u128::from_le_bytes(*chunk);
    let (a, b) = (both as u64, (both >> 64) as u64);
    Some(Quoted { bytes, words: [a & in_a, b & in_b], is_source: true })
}
