//! Where things stand in the source: characters to bytes, and the parts of a node's text.
//!
//! The parser's marks count characters, and some of its spans take in what follows a node or
//! leave out what it starts with. What is needed to put that right is read from the text again.

use super::indent::Pad;
use std::ops::Range;

/// Turns counts of characters into byte offsets, in linear time while they grow slowly or go
/// back a little.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    ascii: bool,
    characters: usize,
    offset: usize,
    shifts: Vec<Shift>,
}

/// Spaces that the parser sees and the source does not have.
struct Shift {
    /// The number of the first of them, as the parser counts.
    from: usize,
    /// The number of the character behind them in the source.
    to: usize,
    /// How many there are up to here.
    sum: usize,
}

/// Whether `byte` starts no character of UTF-8.
fn continues(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

impl<'a> Cursor<'a> {
    /// `pads` says what the parser's text has more than `text`.
    pub(super) fn new(text: &'a str, pads: &[Pad]) -> Self {
        let mut cursor = Self {
            bytes: text.as_bytes(),
            ascii: text.is_ascii(),
            characters: 0,
            offset: 0,
            shifts: Vec::with_capacity(pads.len()),
        };
        let mut before = 0;
        for pad in pads {
            while !cursor.ascii && cursor.offset < pad.at {
                cursor.forward();
            }
            let to = if cursor.ascii { pad.at } else { cursor.characters };
            cursor.shifts.push(Shift { from: to + before, to, sum: pad.sum });
            before = pad.sum;
        }
        cursor
    }

    /// The byte offset in the source of what the parser counts as character number `index`.
    #[inline]
    pub(super) fn byte(&mut self, index: usize) -> usize {
        if self.shifts.is_empty() {
            return self.source_byte(index);
        }
        let shifts = self.shifts.partition_point(|shift| shift.from <= index);
        let shift = self.shifts.get(..shifts).and_then(<[Shift]>::last);
        self.source_byte(shift.map_or(index, |shift| shift.to.max(index.saturating_sub(shift.sum))))
    }

    fn forward(&mut self) {
        self.offset += 1;
        self.characters += 1;
        while self.bytes.get(self.offset).is_some_and(|byte| continues(*byte)) {
            self.offset += 1;
        }
    }

    /// The byte offset of the character number `index` of the source.
    #[inline]
    fn source_byte(&mut self, index: usize) -> usize {
        if self.ascii {
            return index.min(self.bytes.len());
        }
        self.counted(index)
    }

    fn counted(&mut self, index: usize) -> usize {
        while self.characters < index && self.offset < self.bytes.len() {
            self.forward();
        }
        while self.characters > index && self.offset > 0 {
            self.offset -= 1;
            self.characters -= 1;
            while self.bytes.get(self.offset).is_some_and(|byte| continues(*byte)) {
                self.offset -= 1;
            }
        }
        self.offset
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

fn find(bytes: &[u8], from: usize, stop: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.iter().position(|byte| stop(*byte));
    found.map_or(bytes.len(), |at| from + at)
}

/// The end of the tag or anchor that starts at `at`.
fn property_end(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"!<")) {
        return (find(bytes, at, |byte| byte == b'>') + 1).min(bytes.len());
    }
    find(bytes, at, |byte| is_blank(byte) || is_flow(byte))
}

/// The end of the white space and the comments at `at`.
fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = find(bytes, at, |byte| !is_blank(byte));
        if bytes.get(at) != Some(&b'#') {
            return at;
        }
        at = find(bytes, at, |byte| matches!(byte, b'\r' | b'\n'));
    }
}

/// Where the parts of a node stand that starts with its properties.
pub(super) struct Properties {
    pub(super) tag: Option<Range<usize>>,
    /// Where the tag and the anchor end.
    pub(super) end: usize,
    /// Where the node itself starts; behind the end of an empty node, this is something else.
    pub(super) content: usize,
}

/// Reads over the tag and the anchor of the node at `start`, as far as it has them.
#[inline]
pub(super) fn properties(bytes: &[u8], start: usize, tag: bool, anchor: bool) -> Properties {
    if tag || anchor {
        return some_properties(bytes, start, tag, anchor);
    }
    Properties { tag: None, end: start, content: start }
}

fn some_properties(bytes: &[u8], start: usize, tag: bool, anchor: bool) -> Properties {
    let (mut tag_left, mut anchor_left) = (tag, anchor);
    let mut found = Properties { tag: None, end: start, content: start };
    while tag_left || anchor_left {
        let at = found.content;
        match bytes.get(at) {
            Some(b'!') if tag_left => {
                tag_left = false;
                found.end = property_end(bytes, at);
                found.tag = Some(at..found.end);
            }
            Some(b'&') if anchor_left => {
                anchor_left = false;
                found.end = property_end(bytes, at);
            }
            _ => return found,
        }
        found.content = skip_space(bytes, found.end);
    }
    found
}

/// The end of the quoted scalar that starts at `start`, behind its closing quote.
pub(super) fn quoted_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes.get(start).copied().unwrap_or(b'"');
    let mut at = start + 1;
    loop {
        at = find(bytes, at, |byte| byte == quote || (byte == b'\\' && quote == b'"'));
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(_) if quote == b'\'' && bytes.get(at + 1) == Some(&b'\'') => at += 2,
            Some(_) => return at + 1,
            None => return bytes.len(),
        }
    }
}

/// What is looked for between the end of one node and the start of the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Indicator {
    /// The `|` or `>` of a block scalar.
    BlockScalar,
    /// The first `-` of a block list that is the value of a field.
    Dash,
    /// The `]` or `}` of a flow collection.
    Close,
}

/// Finds `wanted` behind `from`, where no node stands between the two.
pub(super) fn indicator(bytes: &[u8], from: usize, wanted: Indicator) -> Option<usize> {
    let mut at = from;
    loop {
        at = skip_space(bytes, at);
        match bytes.get(at)? {
            b'|' | b'>' if wanted == Indicator::BlockScalar => return Some(at),
            b'-' if wanted == Indicator::Dash => return Some(at),
            b'[' if wanted == Indicator::Dash => return None,
            b']' | b'}' if wanted == Indicator::Close => return Some(at),
            b'&' | b'!' => at = property_end(bytes, at),
            b'%' => at = find(bytes, at, |byte| matches!(byte, b'\r' | b'\n')),
            _ => at += 1,
        }
    }
}

/// The end of the block scalar whose header stands at `start` and which ends before `stop`: lines
/// of nothing but spaces behind it belong to it only where it keeps them (`|+`).
pub(super) fn block_end(bytes: &[u8], start: usize, stop: usize) -> usize {
    let body = bytes.get(start..stop).unwrap_or_default();
    let header_length = find(body, 0, |byte| matches!(byte, b'\r' | b'\n'));
    let header = body.get(..header_length).unwrap_or_default();
    let keeps = header.iter().take_while(|byte| !is_blank(**byte)).any(|byte| *byte == b'+');
    let mut length = body.len();
    while length > header_length {
        let line = body.get(..length).unwrap_or_default();
        let text = line.iter().rposition(|byte| *byte != b' ').map_or(0, |at| at + 1);
        match line.get(..text).and_then(<[u8]>::last) {
            Some(b'\n' | b'\r') if keeps => return start + text,
            Some(b'\n' | b'\r') => length = text - 1,
            // Spaces behind the text of the last line are a part of it.
            _ => return start + length,
        }
    }
    start + length
}

/// The end of the `-` in front of the empty element of a block list that the parser places at
/// `at`, behind white space and comments.
pub(super) fn empty_element(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let line =
        before.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map_or(0, |end| end + 1);
    let end = find(before, line, |byte| byte == b'#');
    let text = before.get(line..end).unwrap_or_default();
    match text.iter().rposition(|byte| *byte == b'-') {
        Some(dash) => line + dash + 1,
        None => at,
    }
}
