//! JSON (RFC 8259) as events: one pass, no recursion, the same for every reader.
//!
//! What the events are read into is a [`Sink`]: a tape, a hash, or nothing but the answer that the
//! text is well-formed. As there is one scanner, all of them take and refuse the same texts.

pub(crate) mod block;
mod escape;
mod quoted;

use super::number;
use block::{Block, bracket_or_quote, plain_until, white_space};
use escape::{Scratch, code, stands_for};
use quoted::words;
pub(crate) use quoted::{Quoted, short};
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
    /// Fields of the innermost map, for a sink that knows what to expect: it may take of them what it
    /// reads out of the text by itself. That starts at this offset, with the byte in front of the next
    /// name's quote, a brace or a comma. Nothing else tells of what has been taken.
    #[inline(always)]
    fn fields(&mut self, _start: usize, _text: &[u8]) -> Taken {
        Taken::default()
    }
    /// As [`Sink::fields`], elements of the innermost list. The text starts with a bracket or a comma.
    #[inline(always)]
    fn items(&mut self, _start: usize, _text: &[u8]) -> Taken {
        Taken::default()
    }
    /// A list starts.
    fn open_list(&mut self, start: usize) -> Result<Inside, Self::Stop>;
    /// A map starts.
    fn open_map(&mut self, start: usize) -> Result<Inside, Self::Stop>;
    /// The innermost container ends before `end`.
    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Self::Stop>;
    /// A line ends.
    fn line_break(&mut self) {}
}

/// What becomes of what is inside a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// The sink is told of it, and of its end.
    Shown,
    /// It is passed over, unchecked, and so is its end.
    Unseen,
    /// The sink has read it by itself, up to here.
    Read(usize),
}

/// What a sink has taken of a container by itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Taken {
    /// How much of the text; nothing if it is zero.
    pub(crate) length: usize,
    /// So many values; of a map each with its name.
    pub(crate) values: usize,
    /// Whether the name of one more, and the colon behind it: its value comes next.
    pub(crate) name: bool,
    /// How many nodes are inside these values, names among them.
    pub(crate) inside: usize,
    /// How many lines end in it.
    pub(crate) lines: usize,
}

impl Taken {
    /// So many containers that are inside each other may be taken: where the text may not hold as many more, nothing
    /// can be.
    pub(crate) const DEEPEST: usize = 4;
}

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

/// What is read next in a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A value.
    Value,
    /// What stands behind one.
    Behind,
    /// What stands behind the container: it has ended.
    End,
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
    tools: Tools,
}

/// What a scanner needs memory for; the next one may use it again.
#[derive(Default)]
pub(crate) struct Tools {
    /// What is around each open container.
    around: Vec<Around>,
    /// The string that is being unescaped.
    scratch: Scratch,
}

impl<'t> Scanner<'t> {
    /// Reads the part of `text` that `range` says.
    pub(crate) fn new(text: &'t str, range: Range<usize>) -> Self {
        Self::with(Tools::default(), text, range)
    }

    /// As [`Scanner::new`], with what another one has used.
    pub(crate) fn with(tools: Tools, text: &'t str, range: Range<usize>) -> Self {
        let rest = text.as_bytes().get(range.clone()).unwrap_or_default();
        let end = range.end.min(text.len());
        Self { text, end, rest, tools }
    }

    /// Where it stands, and what it has used.
    pub(crate) fn leave(self) -> (usize, Tools) {
        (self.offset(self.rest), self.tools)
    }

    /// What has not been read at an offset.
    fn from(&self, offset: usize) -> &'t [u8] {
        self.text.as_bytes().get(offset..self.end).unwrap_or_default()
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
        self.tools.around.clear();
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
                [b'{', inside @ ..] => match sink.open_map(self.offset(rest))? {
                    Inside::Shown => {
                        self.tools.around.push(around);
                        around = Around::Map;
                        let (behind, next) = self.first_field(sink, rest, inside)?;
                        match next {
                            Next::Value => {
                                rest = behind;
                                expected = "expected a value";
                                continue;
                            }
                            Next::Behind => behind,
                            Next::End => self.close(sink, behind, &mut around)?,
                        }
                    }
                    Inside::Unseen => self.pass(inside)?,
                    Inside::Read(end) => self.from(end),
                },
                [b'[', inside @ ..] => match sink.open_list(self.offset(rest))? {
                    Inside::Shown => {
                        self.tools.around.push(around);
                        around = Around::List;
                        let (behind, next) = self.first_item(sink, rest, inside);
                        match next {
                            Next::Value => {
                                rest = behind;
                                expected = "expected a value or `]`";
                                continue;
                            }
                            Next::Behind => behind,
                            Next::End => self.close(sink, behind, &mut around)?,
                        }
                    }
                    Inside::Unseen => self.pass(inside)?,
                    Inside::Read(end) => self.from(end),
                },
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
                    (Around::Map, [b',', next @ ..]) => {
                        let taken = sink.fields(self.offset(rest), rest);
                        match rest.get(taken.length..).unwrap_or_default() {
                            behind if taken.name => break behind,
                            behind if taken.length > 0 => behind,
                            _ => break self.field(sink, next)?,
                        }
                    }
                    (Around::List, [b',', next @ ..]) => {
                        let taken = sink.items(self.offset(rest), rest);
                        match rest.get(taken.length..).unwrap_or_default() {
                            behind if taken.length > 0 => behind,
                            _ => break next,
                        }
                    }
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
        *around = self.tools.around.pop().unwrap_or(Around::Nothing);
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

    /// The first fields of a map, and what comes behind what has been read of them.
    #[inline(always)]
    fn first_field<S: Sink>(
        &mut self,
        sink: &mut S,
        rest: &'t [u8],
        inside: &'t [u8],
    ) -> Result<(&'t [u8], Next), Fault<S::Stop>> {
        let taken = sink.fields(self.offset(rest), rest);
        if taken.length > 0 {
            let behind = rest.get(taken.length..).unwrap_or_default();
            return Ok((behind, if taken.name { Next::Value } else { Next::Behind }));
        }
        match inside {
            [b'"', content @ ..] => Ok((self.named(sink, content)?, Next::Value)),
            _ => match past_space(inside, sink) {
                [b'}', behind @ ..] => Ok((behind, Next::End)),
                inside => Ok((self.field(sink, inside)?, Next::Value)),
            },
        }
    }

    /// The first elements of a list, and what comes behind what has been read of them.
    #[inline(always)]
    fn first_item<S: Sink>(
        &mut self,
        sink: &mut S,
        rest: &'t [u8],
        inside: &'t [u8],
    ) -> (&'t [u8], Next) {
        let taken = sink.items(self.offset(rest), rest);
        if taken.length > 0 {
            return (rest.get(taken.length..).unwrap_or_default(), Next::Behind);
        }
        match past_space(inside, sink) {
            [b']', behind @ ..] => (behind, Next::End),
            inside => (inside, Next::Value),
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
                && let Some(text) = short(chunk, length)
                && let Some(behind) = content.get(length + 1..)
            {
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
        let text = Quoted::of_source(bytes);
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
        let mut scratch = std::mem::take(&mut self.tools.scratch);
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
        self.tools.scratch = scratch;
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
fn past_some_space<'t, S: Sink>(rest: &'t [u8], sink: &mut S) -> &'t [u8] {
    // Behind a colon there is often one space alone.
    if let [b' ', behind @ ..] = rest
        && let [b'!'..=b'~', ..] = behind
    {
        return behind;
    }
    let (length, breaks) = white_space(rest);
    (0..breaks).for_each(|_| sink.line_break());
    rest.get(length..).unwrap_or_default()
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
