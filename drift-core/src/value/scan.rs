//! JSON (RFC 8259) as events: one pass, no recursion, the same for every reader.
//!
//! What the events are read into is a [`Sink`]: a tape, a hash, or nothing but the answer that the
//! text is well-formed. As there is one scanner, all of them take and refuse the same texts.

use super::number;
use std::ops::Range;
use wide::u8x16;

/// What a text is read into. Spans are byte offsets into the whole text.
pub(crate) trait Sink {
    /// Why a sink takes no more.
    type Stop;

    fn null(&mut self, span: Range<usize>) -> Result<(), Self::Stop>;
    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<(), Self::Stop>;
    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<(), Self::Stop>;
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Self::Stop>;
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Self::Stop>;
    /// A list starts. Where the answer is false, what is inside it is passed over, unchecked, and so
    /// is its end.
    fn open_list(&mut self, start: usize) -> Result<bool, Self::Stop>;
    /// A map starts; as [`Sink::open_list`].
    fn open_map(&mut self, start: usize) -> Result<bool, Self::Stop>;
    /// The innermost container ends before `end`.
    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Self::Stop>;
    /// A line ends.
    fn line_break(&mut self) {}
}

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
fn words(bytes: &[u8]) -> [u64; 2] {
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

/// Why a scan ended early.
#[derive(Debug)]
pub(crate) enum Fault<E> {
    /// The sink takes no more.
    Sink(E),
    /// The text is no JSON at this offset.
    Text { offset: usize, message: &'static str },
}

impl<E> From<E> for Fault<E> {
    fn from(stop: E) -> Self {
        Self::Sink(stop)
    }
}

type Scanned<S> = Result<(), Fault<<S as Sink>::Stop>>;

/// Reads values out of a text, one after the other.
pub(crate) struct Scanner<'t> {
    text: &'t str,
    /// Where the reading ends.
    end: usize,
    /// What has not been read yet.
    rest: &'t [u8],
    /// For each open container, whether it is a map.
    maps: Vec<bool>,
    /// The string that is being unescaped.
    scratch: Vec<u8>,
}

impl<'t> Scanner<'t> {
    /// Reads the part of `text` that `range` says.
    pub(crate) fn new(text: &'t str, range: Range<usize>) -> Self {
        let rest = text.as_bytes().get(range.clone()).unwrap_or_default();
        let end = range.end.min(text.len());
        Self { text, end, rest, maps: Vec::new(), scratch: Vec::new() }
    }

    /// Whether the whole text has been read.
    pub(crate) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// The offset that `rest` starts at.
    #[inline(always)]
    fn offset(&self, rest: &[u8]) -> usize {
        self.end.wrapping_sub(rest.len())
    }

    fn fail<T, E>(&self, message: &'static str) -> Result<T, Fault<E>> {
        fault(self.offset(self.rest), message)
    }

    /// Passes over white space.
    #[inline(always)]
    pub(crate) fn space<S: Sink>(&mut self, sink: &mut S) {
        // In minified documents there is none.
        if let [0..=b' ', ..] = self.rest {
            self.some_space(sink);
        }
    }

    #[inline(never)]
    fn some_space<S: Sink>(&mut self, sink: &mut S) {
        while let [byte @ (b' ' | b'\n' | b'\r' | b'\t'), rest @ ..] = self.rest {
            if *byte == b'\n' {
                sink.line_break();
            }
            self.rest = rest;
        }
    }

    /// Passes over white space and expects nothing behind it.
    pub(crate) fn end<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        self.space(sink);
        if self.is_done() {
            return Ok(());
        }
        self.fail("expected the end of the text after the value")
    }

    /// Passes over the white space that stands between two values.
    pub(crate) fn between<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        let before = self.rest.len();
        self.space(sink);
        if self.rest.len() == before && !self.is_done() {
            return self.fail("expected white space between two values");
        }
        Ok(())
    }

    /// Reads one value with all that is inside it.
    pub(crate) fn value<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        self.maps.clear();
        self.space(sink);
        let mut expected = "expected a value";
        loop {
            let start = self.offset(self.rest);
            match self.rest {
                [b'"', content @ ..] => self.string(sink, content, false)?,
                [b'{', rest @ ..] => {
                    let wanted = sink.open_map(start)?;
                    self.rest = rest;
                    if !wanted {
                        self.pass()?;
                    } else {
                        self.maps.push(true);
                        self.space(sink);
                        if let [b'}', rest @ ..] = self.rest {
                            self.close(sink, rest)?;
                        } else {
                            self.field(sink)?;
                            expected = "expected a value";
                            continue;
                        }
                    }
                }
                [b'[', rest @ ..] => {
                    let wanted = sink.open_list(start)?;
                    self.rest = rest;
                    if !wanted {
                        self.pass()?;
                    } else {
                        self.maps.push(false);
                        self.space(sink);
                        if let [b']', rest @ ..] = self.rest {
                            self.close(sink, rest)?;
                        } else {
                            expected = "expected a value or `]`";
                            continue;
                        }
                    }
                }
                [b'-' | b'0'..=b'9', ..] => self.number(sink)?,
                [b't', b'r', b'u', b'e', rest @ ..] => {
                    self.rest = rest;
                    sink.bool(start..start + 4, true)?;
                }
                [b'f', b'a', b'l', b's', b'e', rest @ ..] => {
                    self.rest = rest;
                    sink.bool(start..start + 5, false)?;
                }
                [b'n', b'u', b'l', b'l', rest @ ..] => {
                    self.rest = rest;
                    sink.null(start..start + 4)?;
                }
                [b't' | b'f' | b'n', ..] => return self.fail("expected a value"),
                _ => return self.fail(expected),
            }
            if self.after_value(sink)? {
                return Ok(());
            }
            expected = "expected a value";
        }
    }

    /// Goes on to the next value of the containers that are open; true where none is.
    #[inline(always)]
    fn after_value<S: Sink>(&mut self, sink: &mut S) -> Result<bool, Fault<S::Stop>> {
        loop {
            let Some(map) = self.maps.last().copied() else {
                return Ok(true);
            };
            self.space(sink);
            match (map, self.rest) {
                (map, [b',', rest @ ..]) => {
                    self.rest = rest;
                    self.space(sink);
                    if map {
                        self.field(sink)?;
                    }
                    return Ok(false);
                }
                (true, [b'}', rest @ ..]) | (false, [b']', rest @ ..]) => self.close(sink, rest)?,
                (true, _) => return self.fail("expected `,` or `}`"),
                (false, _) => return self.fail("expected `,` or `]`"),
            }
        }
    }

    #[inline(always)]
    fn close<S: Sink>(&mut self, sink: &mut S, rest: &'t [u8]) -> Scanned<S> {
        self.rest = rest;
        let is_map = self.maps.pop().unwrap_or_default();
        Ok(sink.close(self.offset(rest), is_map)?)
    }

    fn number<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        let Some(scan) = number::scan(self.rest) else {
            return self.fail("expected a number as JSON writes it");
        };
        let start = self.offset(self.rest);
        let span = start..start + scan.length;
        self.rest = self.rest.get(scan.length..).unwrap_or_default();
        let text = self.text.get(span.clone()).unwrap_or_default();
        Ok(sink.number(span, text, scan.exponent)?)
    }

    /// The name of a field, the colon and the white space behind it.
    #[inline(always)]
    fn field<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        let [b'"', content @ ..] = self.rest else {
            return self.fail("expected a string as a field name");
        };
        self.string(sink, content, true)?;
        self.space(sink);
        let [b':', rest @ ..] = self.rest else {
            return self.fail("expected `:` after the field name");
        };
        self.rest = rest;
        self.space(sink);
        Ok(())
    }

    /// A string, of which the quote in front has been passed.
    #[inline(always)]
    fn string<S: Sink>(&mut self, sink: &mut S, content: &'t [u8], key: bool) -> Scanned<S> {
        // Most strings are short: where they end and what they hold comes out of the same two words.
        let mut plain = 0;
        if let Some(chunk) = content.first_chunk::<{ Block::LENGTH }>() {
            let length = Block::of(chunk).special().trailing_zeros() as usize;
            plain = length.min(Block::LENGTH);
            if let Some((bytes, [b'"', ..])) = chunk.split_at_checked(length)
                && let (Some(masks), Some(rest)) = (MASKS.get(length), content.get(length + 1..))
            {
                let both = u128::from_le_bytes(*chunk);
                let ([in_a, in_b], a, b) = (masks, both as u64, (both >> 64) as u64);
                let text = Quoted { bytes, words: [a & in_a, b & in_b], is_source: true };
                let span = self.offset(content).wrapping_sub(1)..self.offset(rest);
                self.rest = rest;
                return Ok(if key { sink.key(span, text) } else { sink.string(span, text) }?);
            }
        }
        self.long_string(sink, content, plain, key)
    }

    /// A string of which so many bytes are known to be plain.
    #[inline(never)]
    fn long_string<S: Sink>(
        &mut self,
        sink: &mut S,
        content: &'t [u8],
        plain: usize,
        key: bool,
    ) -> Scanned<S> {
        let unseen = content.get(plain..).unwrap_or_default();
        let (bytes, behind) = content.split_at(plain + plain_until(unseen));
        let [b'"', rest @ ..] = behind else {
            return self.escaped(sink, content, key);
        };
        let text = Quoted { bytes, words: words(bytes), is_source: true };
        let span = self.offset(content).wrapping_sub(1)..self.offset(rest);
        self.rest = rest;
        Ok(if key { sink.key(span, text) } else { sink.string(span, text) }?)
    }

    /// Passes over the rest of an open container, whose text is known to be well-formed.
    fn pass<E>(&mut self) -> Result<(), Fault<E>> {
        let mut depth = 1_usize;
        loop {
            let (_, rest) = self.rest.split_at(bracket_or_quote(self.rest));
            self.rest = match rest {
                [b'"', content @ ..] => past_string(content),
                [byte, rest @ ..] => {
                    depth = if matches!(byte, b'{' | b'[') { depth + 1 } else { depth - 1 };
                    rest
                }
                [] => {
                    self.rest = rest;
                    return self.fail("expected `}` or `]`");
                }
            };
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// A string with escapes.
    #[inline(never)]
    fn escaped<S: Sink>(&mut self, sink: &mut S, content: &'t [u8], key: bool) -> Scanned<S> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        self.rest = content;
        loop {
            let (plain, behind) = self.rest.split_at(plain_until(self.rest));
            scratch.extend_from_slice(plain);
            self.rest = behind;
            match behind {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    break;
                }
                // The most common ones stand for themselves.
                [b'\\', byte @ (b'"' | b'\\' | b'/'), rest @ ..] => {
                    scratch.push(*byte);
                    self.rest = rest;
                }
                [b'\\', ..] => {
                    let c = self.escape()?;
                    scratch.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                [_, ..] => return self.fail("expected control characters to be escaped"),
                [] => return self.fail("expected `\"` at the end of the string"),
            }
        }
        let span = self.offset(content).wrapping_sub(1)..self.offset(self.rest);
        let text = Quoted { bytes: &scratch, words: words(&scratch), is_source: false };
        if key { sink.key(span, text) } else { sink.string(span, text) }?;
        self.scratch = scratch;
        Ok(())
    }

    fn escape<E>(&mut self) -> Result<char, Fault<E>> {
        let start = self.offset(self.rest);
        let [_, escape, rest @ ..] = self.rest else {
            return fault(start, "expected an escape that JSON knows");
        };
        self.rest = rest;
        Ok(match escape {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(start),
            _ => return fault(start, "expected an escape that JSON knows"),
        })
    }

    fn unicode<E>(&mut self, start: usize) -> Result<char, Fault<E>> {
        let unpaired = "expected surrogate escapes in pairs";
        let first = self.hex(start)?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).map_or_else(|| fault(start, unpaired), Ok);
        }
        let [b'\\', b'u', rest @ ..] = self.rest else { return fault(start, unpaired) };
        if first >= 0xDC00 {
            return fault(start, unpaired);
        }
        self.rest = rest;
        let second = self.hex(start)?;
        if !(0xDC00..0xE000).contains(&second) {
            return fault(start, unpaired);
        }
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).map_or_else(|| fault(start, unpaired), Ok)
    }

    fn hex<E>(&mut self, start: usize) -> Result<u32, Fault<E>> {
        let (digits, rest) = self.rest.split_at_checked(4).unwrap_or_default();
        self.rest = rest;
        let digits = Some(digits).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let code = text.and_then(|text| u32::from_str_radix(text, 16).ok());
        let message = "expected four hexadecimal digits after `\\u`";
        code.map_or_else(|| fault(start, message), Ok)
    }
}

fn fault<T, E>(offset: usize, message: &'static str) -> Result<T, Fault<E>> {
    Err(Fault::Text { offset, message })
}

/// Sixteen bytes at once; a question about them is answered by a mask with a bit for each.
#[derive(Clone, Copy)]
struct Block(u8x16);

impl Block {
    const LENGTH: usize = 16;

    #[inline(always)]
    fn of(bytes: &[u8; Self::LENGTH]) -> Self {
        Self(u8x16::new(*bytes))
    }

    /// Marks quotes, backslashes and control characters.
    #[inline(always)]
    fn special(self) -> u32 {
        let last_control = u8x16::splat(0x1f);
        let control = self.0.max(last_control).cmp_eq(last_control);
        let marks = self.equal(b'"') | self.equal(b'\\') | control;
        marks.move_mask() as u32
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
fn plain_until(bytes: &[u8]) -> usize {
    find(bytes, Block::special, |byte| matches!(byte, b'"' | b'\\' | 0..0x20))
}

#[inline]
fn bracket_or_quote(bytes: &[u8]) -> usize {
    let marked = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']');
    find(bytes, Block::structure, marked)
}

/// The first line break.
pub(crate) fn line_break(bytes: &[u8]) -> Option<usize> {
    let marks = |block: Block| block.equal(b'\n').move_mask() as u32;
    let found = find(bytes, marks, |byte| *byte == b'\n');
    Some(found).filter(|found| *found < bytes.len())
}

/// What is behind the quote at the end of a string that is known to be well-formed.
fn past_string(mut content: &[u8]) -> &[u8] {
    loop {
        let (_, rest) = content.split_at(plain_until(content));
        content = match rest {
            [b'\\', _, rest @ ..] => rest,
            [_, rest @ ..] => return rest,
            [] => return rest,
        };
    }
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
