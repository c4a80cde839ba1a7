//! JSON (RFC 8259) as events: one pass, no recursion, the same for every reader.
//!
//! What the events are read into is a [`Sink`]: a tape, a hash, or nothing but the answer that the
//! text is well-formed. As there is one scanner, all of them take and refuse the same texts.

pub(crate) mod block;
mod escape;

use super::number;
use block::{Block, bracket_or_quote, plain_until};
use escape::{Scratch, code, stands_for};
use std::ops::Range;

/// What a text is read into. Spans are byte offsets into the whole text.
pub(crate) trait Sink {
    /// Why a sink takes no more.
    type Stop;

    fn null(&mut self, span: Range<usize>) -> Result<(), Self::Stop>;
    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<(), Self::Stop>;
    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<(), Self::Stop>;
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Self::Stop>;
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Self::Stop>;
    /// Takes the name of a field before it has been read: the one that is supposed to come next, where
    /// `text`, behind the quote in front of it, starts with it, its quote, and a colon. The answer is how
    /// long these are; [`Sink::key`] does not tell of the name then. Where there is none, nothing has been
    /// taken. It is not asked near the end of the text.
    #[inline(always)]
    fn supposed(&mut self, _text: &[u8; Block::LENGTH]) -> Option<usize> {
        None
    }
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
/// What has not been read yet behind what was.
type Behind<'t, S> = Result<&'t [u8], Fault<<S as Sink>::Stop>>;

/// The innermost container that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Around {
    Nothing,
    List,
    Map,
}

/// Reads values out of a text, one after the other.
///
/// Whoever looks for a byte looks for it first where it stands in minified documents: white space is
/// what is seen where nothing else fits.
pub(crate) struct Scanner<'t> {
    text: &'t str,
    /// Where the reading ends.
    end: usize,
    /// What had not been read yet in front of the value, and what is behind a long string in it.
    rest: &'t [u8],
    /// What is around each open container.
    around: Vec<Around>,
    /// The string that is being unescaped.
    scratch: Scratch,
}

impl<'t> Scanner<'t> {
    /// Reads the part of `text` that `range` says.
    pub(crate) fn new(text: &'t str, range: Range<usize>) -> Self {
        let rest = text.as_bytes().get(range.clone()).unwrap_or_default();
        let end = range.end.min(text.len());
        Self { text, end, rest, around: Vec::new(), scratch: Scratch::default() }
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

    #[cold]
    fn fail<T, E>(&self, rest: &[u8], message: &'static str) -> Result<T, Fault<E>> {
        fault(self.offset(rest), message)
    }

    /// Passes over white space.
    pub(crate) fn space<S: Sink>(&mut self, sink: &mut S) {
        self.rest = past_space(self.rest, sink);
    }

    /// Passes over white space and expects nothing behind it.
    pub(crate) fn end<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        self.space(sink);
        if self.is_done() {
            return Ok(());
        }
        self.fail(self.rest, "expected the end of the text after the value")
    }

    /// Passes over the white space that stands between two values.
    pub(crate) fn between<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        let before = self.rest.len();
        self.space(sink);
        if self.rest.len() == before && !self.is_done() {
            return self.fail(self.rest, "expected white space between two values");
        }
        Ok(())
    }

    /// Reads one value with all that is inside it.
    pub(crate) fn value<S: Sink>(&mut self, sink: &mut S) -> Scanned<S> {
        self.around.clear();
        self.rest = self.whole(sink, self.rest)?;
        Ok(())
    }

    fn whole<S: Sink>(&mut self, sink: &mut S, mut rest: &'t [u8]) -> Behind<'t, S> {
        let mut around = Around::Nothing;
        let mut expected = "expected a value";
        loop {
            // Containers that the sink does not want are passed over, further down.
            rest = match rest {
                [b'"', content @ ..] => self.string(sink, content, false)?,
                [b'{', inside @ ..] if sink.open_map(self.offset(rest))? => {
                    self.around.push(around);
                    around = Around::Map;
                    match self.first_field(sink, inside)? {
                        (behind, true) => {
                            rest = behind;
                            expected = "expected a value";
                            continue;
                        }
                        (behind, false) => self.close(sink, behind, &mut around)?,
                    }
                }
                [b'[', inside @ ..] if sink.open_list(self.offset(rest))? => {
                    self.around.push(around);
                    around = Around::List;
                    match past_space(inside, sink) {
                        [b']', behind @ ..] => self.close(sink, behind, &mut around)?,
                        inside => {
                            rest = inside;
                            expected = "expected a value or `]`";
                            continue;
                        }
                    }
                }
                [b'{' | b'[', inside @ ..] => self.pass(inside)?,
                [b'-' | b'0'..=b'9', ..] => self.number(sink, rest)?,
                [b't', b'r', b'u', b'e', behind @ ..] => {
                    sink.bool(self.offset(rest)..self.offset(behind), true)?;
                    behind
                }
                [b'f', b'a', b'l', b's', b'e', behind @ ..] => {
                    sink.bool(self.offset(rest)..self.offset(behind), false)?;
                    behind
                }
                [b'n', b'u', b'l', b'l', behind @ ..] => {
                    sink.null(self.offset(rest)..self.offset(behind))?;
                    behind
                }
                [b' ' | b'\n' | b'\r' | b'\t', ..] => {
                    rest = past_space(rest, sink);
                    continue;
                }
                [b't' | b'f' | b'n', ..] => return self.fail(rest, "expected a value"),
                _ => return self.fail(rest, expected),
            };
            expected = "expected a value";
            rest = loop {
                rest = match (around, rest) {
                    (Around::Nothing, _) => return Ok(rest),
                    (Around::Map, [b',', next @ ..]) => break self.field(sink, next)?,
                    (Around::List, [b',', next @ ..]) => break next,
                    (Around::Map, [b'}', behind @ ..]) | (Around::List, [b']', behind @ ..]) => {
                        self.close(sink, behind, &mut around)?
                    }
                    (_, [b' ' | b'\n' | b'\r' | b'\t', ..]) => past_space(rest, sink),
                    (Around::Map, _) => return self.fail(rest, "expected `,` or `}`"),
                    (Around::List, _) => return self.fail(rest, "expected `,` or `]`"),
                }
            };
        }
    }

    /// The innermost container ends in front of `behind`.
    #[inline(always)]
    fn close<S: Sink>(
        &mut self,
        sink: &mut S,
        behind: &'t [u8],
        around: &mut Around,
    ) -> Behind<'t, S> {
        sink.close(self.offset(behind), *around == Around::Map)?;
        *around = self.around.pop().unwrap_or(Around::Nothing);
        Ok(behind)
    }

    fn number<S: Sink>(&mut self, sink: &mut S, rest: &'t [u8]) -> Behind<'t, S> {
        let Some(scan) = number::scan(rest) else {
            return self.fail(rest, "expected a number as JSON writes it");
        };
        let start = self.offset(rest);
        let span = start..start + scan.length;
        let text = self.text.get(span.clone()).unwrap_or_default();
        sink.number(span, text, scan.exponent)?;
        Ok(rest.get(scan.length..).unwrap_or_default())
    }

    /// The first field of a map, up to its value; false where the map ends instead.
    #[inline(always)]
    fn first_field<S: Sink>(
        &mut self,
        sink: &mut S,
        inside: &'t [u8],
    ) -> Result<(&'t [u8], bool), Fault<S::Stop>> {
        match inside {
            [b'"', content @ ..] => Ok((self.named(sink, content)?, true)),
            _ => match past_space(inside, sink) {
                [b'}', behind @ ..] => Ok((behind, false)),
                inside => Ok((self.field(sink, inside)?, true)),
            },
        }
    }

    /// A field, up to its value.
    #[inline(always)]
    fn field<S: Sink>(&mut self, sink: &mut S, rest: &'t [u8]) -> Behind<'t, S> {
        if let [b'"', content @ ..] = rest {
            return self.named(sink, content);
        }
        match past_space(rest, sink) {
            [b'"', content @ ..] => self.named(sink, content),
            rest => self.fail(rest, "expected a string as a field name"),
        }
    }

    /// The name of a field, of which the quote in front has been passed, and the colon behind it.
    #[inline(always)]
    fn named<S: Sink>(&mut self, sink: &mut S, content: &'t [u8]) -> Behind<'t, S> {
        if let Some(text) = content.first_chunk()
            && let Some(length) = sink.supposed(text)
        {
            return Ok(content.get(length..).unwrap_or_default());
        }
        let rest = self.string(sink, content, true)?;
        if let [b':', behind @ ..] = rest {
            return Ok(behind);
        }
        match past_space(rest, sink) {
            [b':', behind @ ..] => Ok(behind),
            rest => self.fail(rest, "expected `:` after the field name"),
        }
    }

    /// A string, of which the quote in front has been passed.
    #[inline(always)]
    fn string<S: Sink>(&mut self, sink: &mut S, content: &'t [u8], key: bool) -> Behind<'t, S> {
        // Most strings are short: where they end and what they hold comes out of the same two words.
        let mut first = 0;
        if let Some(chunk) = content.first_chunk::<{ Block::LENGTH }>() {
            let block = Block::of(chunk);
            let quotes = block.quotes();
            first = block.special().trailing_zeros();
            // With nothing special in it the shift is one by 32 bits, which is none.
            if quotes.wrapping_shr(first) & 1 == 1
                && let length = first as usize % Block::LENGTH
                && let (Some(masks), Some(bytes)) = (MASKS.get(length), chunk.get(..length))
                && let Some(behind) = content.get(length + 1..)
            {
                let both = u128::from_le_bytes(*chunk);
                let ([in_a, in_b], a, b) = (masks, both as u64, (both >> 64) as u64);
                let text = Quoted { bytes, words: [a & in_a, b & in_b], is_source: true };
                let span = self.offset(content).wrapping_sub(1)..self.offset(behind);
                if key { sink.key(span, text) } else { sink.string(span, text) }?;
                return Ok(behind);
            }
        }
        self.long_string(sink, content, first, key)?;
        Ok(self.rest)
    }

    /// A string of which so many bytes are known to be plain, or all sixteen where it says more. What is
    /// behind it is `rest`.
    #[inline(never)]
    fn long_string<S: Sink>(
        &mut self,
        sink: &mut S,
        content: &'t [u8],
        plain: u32,
        key: bool,
    ) -> Scanned<S> {
        let seen = Block::LENGTH.min(plain as usize);
        let unseen = content.get(seen..).unwrap_or_default();
        let plain = seen + plain_until(unseen);
        let (bytes, behind) = content.split_at(plain);
        let [b'"', behind @ ..] = behind else {
            return self.escaped(sink, content, plain, key);
        };
        let text = Quoted { bytes, words: words(bytes), is_source: true };
        let span = self.offset(content).wrapping_sub(1)..self.offset(behind);
        self.rest = behind;
        Ok(if key { sink.key(span, text) } else { sink.string(span, text) }?)
    }

    /// Passes over the rest of an open container, whose text is known to be well-formed.
    fn pass<E>(&self, mut rest: &'t [u8]) -> Result<&'t [u8], Fault<E>> {
        let mut depth = 1_usize;
        while depth > 0 {
            let (_, marked) = rest.split_at(bracket_or_quote(rest));
            rest = match marked {
                [b'"', content @ ..] => past_string(content),
                [byte, behind @ ..] => {
                    depth = if matches!(byte, b'{' | b'[') { depth + 1 } else { depth - 1 };
                    behind
                }
                [] => return self.fail(marked, "expected `}` or `]`"),
            };
        }
        Ok(rest)
    }

    /// A string with escapes, of which so many bytes are known to be plain. What is behind it is `rest`.
    #[inline(never)]
    fn escaped<S: Sink>(
        &mut self,
        sink: &mut S,
        content: &'t [u8],
        plain: usize,
        key: bool,
    ) -> Scanned<S> {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let (plain, mut rest) = content.split_at(plain);
        scratch.add(plain);
        let behind = loop {
            rest = match rest {
                [b'\\', byte, behind @ ..] if *byte != b'u' => {
                    match stands_for(*byte) {
                        Some(stands_for) => scratch.push(stands_for),
                        None => return self.fail(rest, UNKNOWN),
                    }
                    behind
                }
                [b'\\', b'u', digits @ ..] => {
                    let (c, behind) = self.unicode(rest, digits)?;
                    match u8::try_from(c) {
                        Ok(byte) if byte.is_ascii() => scratch.push(byte),
                        _ => scratch.add(c.encode_utf8(&mut [0; 4]).as_bytes()),
                    }
                    behind
                }
                [b'"', behind @ ..] => break behind,
                [b'\\'] => return self.fail(rest, UNKNOWN),
                [0..0x20, ..] => {
                    return self.fail(rest, "expected control characters to be escaped");
                }
                // Sixteen bytes are written at once, and those are not counted that are not plain.
                _ => match rest.first_chunk() {
                    Some(chunk) => {
                        let plain = Block::of(chunk).special().trailing_zeros() as usize;
                        let plain = plain.min(Block::LENGTH);
                        scratch.block(chunk, plain);
                        rest.get(plain..).unwrap_or_default()
                    }
                    None => {
                        let (plain, special) = rest.split_at(plain_until(rest));
                        scratch.add(plain);
                        if special.is_empty() {
                            return self.fail(special, "expected `\"` at the end of the string");
                        }
                        special
                    }
                },
            };
        };
        let span = self.offset(content).wrapping_sub(1)..self.offset(behind);
        let bytes = scratch.bytes();
        let text = Quoted { bytes, words: words(bytes), is_source: false };
        if key { sink.key(span, text) } else { sink.string(span, text) }?;
        self.scratch = scratch;
        self.rest = behind;
        Ok(())
    }

    /// The character whose digits start at `digits`, of the escape at the start of `rest`.
    fn unicode<E>(&self, rest: &'t [u8], digits: &'t [u8]) -> Result<(char, &'t [u8]), Fault<E>> {
        let unpaired = "expected surrogate escapes in pairs";
        let (first, behind) = self.hex(rest, digits)?;
        let (code, behind) = match (first, behind) {
            (0xD800..0xDC00, [b'\\', b'u', digits @ ..]) => {
                let (second, behind) = self.hex(rest, digits)?;
                match second {
                    0xDC00..0xE000 => {
                        (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), behind)
                    }
                    _ => return self.fail(rest, unpaired),
                }
            }
            _ => (first, behind),
        };
        match char::from_u32(code) {
            Some(c) => Ok((c, behind)),
            None => self.fail(rest, unpaired),
        }
    }

    fn hex<E>(&self, rest: &[u8], digits: &'t [u8]) -> Result<(u32, &'t [u8]), Fault<E>> {
        let Some((digits, behind)) = digits.split_first_chunk::<4>() else {
            return self.fail(rest, NO_DIGITS);
        };
        match code(*digits) {
            Some(code) => Ok((code, behind)),
            None => self.fail(rest, NO_DIGITS),
        }
    }
}

const UNKNOWN: &str = "expected an escape that JSON knows";
const NO_DIGITS: &str = "expected four hexadecimal digits after `\\u`";

/// What is behind white space.
#[inline(always)]
fn past_space<'t, S: Sink>(rest: &'t [u8], sink: &mut S) -> &'t [u8] {
    // In minified documents there is none.
    if let [0..=b' ', ..] = rest { past_some_space(rest, sink) } else { rest }
}

#[inline(never)]
fn past_some_space<'t, S: Sink>(mut rest: &'t [u8], sink: &mut S) -> &'t [u8] {
    while let [byte @ (b' ' | b'\n' | b'\r' | b'\t'), behind @ ..] = rest {
        if *byte == b'\n' {
            sink.line_break();
        }
        rest = behind;
    }
    rest
}

fn fault<T, E>(offset: usize, message: &'static str) -> Result<T, Fault<E>> {
    Err(Fault::Text { offset, message })
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
