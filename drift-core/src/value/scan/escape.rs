//! Strings with escapes: what those stand for, and where such a string is put together.

use super::block::Block;

/// What the escapes of one letter stand for, by the letter; none stands for zero.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, and would refuse to panic")]
const SIMPLE: [u8; 256] = {
    let mut table = [0; 256];
    let escapes = *b"\"\\/bfnrt";
    let meanings = *b"\"\\/\x08\x0c\n\r\t";
    let mut at = 0;
    while at < escapes.len() {
        table[escapes[at] as usize] = meanings[at];
        at += 1;
    }
    table
};

/// What hexadecimal digits stand for; more than any of them where it is none.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, and would refuse to panic")]
const DIGITS: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};

/// What an escape of one letter stands for.
#[inline(always)]
pub(super) fn stands_for(letter: u8) -> Option<u8> {
    SIMPLE.get(usize::from(letter)).copied().filter(|byte| *byte != 0)
}

/// What four hexadecimal digits say.
#[inline(always)]
pub(super) fn code(digits: [u8; 4]) -> Option<u32> {
    let digit = |digit: u8| u32::from(DIGITS.get(usize::from(digit)).copied().unwrap_or(0xff));
    let [a, b, c, d] = digits.map(digit);
    (a | b | c | d <= 0xf).then_some(a << 12 | b << 8 | c << 4 | d)
}

/// Where a string with escapes is put together.
#[derive(Default)]
pub(super) struct Scratch {
    /// What there is, and room behind it.
    room: Vec<u8>,
    length: usize,
}

impl Scratch {
    pub(super) fn bytes(&self) -> &[u8] {
        self.room.get(..self.length).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    #[inline(always)]
    pub(super) fn push(&mut self, byte: u8) {
        match self.room.get_mut(self.length) {
            Some(place) => *place = byte,
            None => self.grow(&[byte]),
        }
        self.length += 1;
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self.room.get_mut(self.length..self.length + bytes.len()) {
            Some(place) => place.copy_from_slice(bytes),
            None => self.grow(bytes),
        }
        self.length += bytes.len();
    }

    /// Adds the first bytes of a block, as many as `count` says.
    #[inline(always)]
    pub(super) fn block(&mut self, block: &[u8; Block::LENGTH], count: usize) {
        match self.room.get_mut(self.length..).and_then(<[u8]>::first_chunk_mut) {
            Some(place) => *place = *block,
            None => self.grow(block),
        }
        self.length += count;
    }

    /// Makes room for more than these bytes, and puts them there.
    #[cold]
    fn grow(&mut self, bytes: &[u8]) {
        self.room.truncate(self.length);
        self.room.extend_from_slice(bytes);
        self.room.resize(2 * self.room.len() + Block::LENGTH, 0);
    }
}

#[cfg(test)]
mod tests {
    use crate::value::{Document, ReadOptions};

    /// What the text of a string is read as, if it is one.
    fn read(text: &str) -> Option<String> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).ok()?;
        document.root().as_str().map(str::to_owned)
    }

    #[test]
    fn strings_are_put_together_as_others_do() {
        let mut texts = Vec::new();
        texts.extend((b' '..=b'~').map(|letter| format!("\"a\\{}b\"", char::from(letter))));
        texts.extend(
            (0..=0x1_0001).step_by(7).map(|code| format!("\"\\u{code:04x}\\u{code:04X}\"")),
        );
        texts.extend(
            ["\"\\u00g0\"", "\"\\u+0a1\"", "\"\\u12\"", "\"\\uD83D\\uDE00\"", "\"\\uDE00\\uD83D\""]
                .map(str::to_owned),
        );
        for length in 0..80 {
            for every in [1, 2, 3, 15, 16, 17, 31] {
                let part = |at: usize| if at.is_multiple_of(every) { "\\n" } else { "é" };
                texts.push(format!(
                    "\"{}\\/{}\"",
                    "x".repeat(length),
                    (0..length).map(part).collect::<String>()
                ));
            }
        }
        for text in texts {
            assert_eq!(read(&text), serde_json::from_str::<String>(&text).ok(), "{text}");
        }
    }
}
