//! JSON text in the making: strings, numbers and punctuation.
//!
//! What is short, and most is, goes through a buffer of fixed size in whole words, the last of which may
//! stand out over its end and is written over by what follows.

/// What the buffer holds.
const HELD: usize = 4096;

/// The longest string that goes through the buffer; with what stands around it, less than [`ROOM`].
const SHORT: usize = 32;

/// What is free in the buffer before something is written into it.
const ROOM: usize = 64;

/// JSON text that grows.
pub(crate) struct Out {
    text: Vec<u8>,
    held: [u8; HELD],
    /// How much of the buffer is text.
    at: usize,
}

impl Out {
    pub(crate) fn new() -> Self {
        Self { text: Vec::new(), held: [0; HELD], at: 0 }
    }

    /// All that was written.
    pub(crate) fn into_text(mut self) -> Vec<u8> {
        self.flush();
        self.text
    }

    fn flush(&mut self) {
        self.text.extend_from_slice(self.held.get(..self.at).unwrap_or_default());
        self.at = 0;
    }

    /// Makes room for what is short.
    #[inline(always)]
    fn room(&mut self) {
        if self.at > HELD - ROOM {
            self.flush();
        }
    }

    /// Puts bytes into the buffer, where there is room.
    #[inline(always)]
    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(free) = self.held.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
            *free = bytes;
        }
    }

    /// Writes a word of a few bytes.
    #[inline(always)]
    pub(crate) fn push<const N: usize>(&mut self, bytes: [u8; N]) {
        self.room();
        self.put(self.at, bytes);
        self.at += N;
    }

    /// Writes text as it is.
    pub(crate) fn push_str(&mut self, text: &str) {
        self.extend(text.as_bytes());
    }

    /// Writes bytes of any number, through the buffer where they fit into it.
    fn extend(&mut self, bytes: &[u8]) {
        if self.at + bytes.len() > HELD {
            self.flush();
        }
        match self.held.get_mut(self.at..self.at + bytes.len()) {
            Some(free) => {
                free.copy_from_slice(bytes);
                self.at += bytes.len();
            }
            None => self.text.extend_from_slice(bytes),
        }
    }

    /// Writes a JSON string.
    #[inline(always)]
    pub(crate) fn quote(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.room();
        let start = self.at + 1;
        let is_written = match bytes.len() {
            0 => true,
            1 => self.ends(start, bytes, |byte: [u8; 1]| u64::from(byte[0])),
            2..4 => self.ends(start, bytes, |pair| u64::from(u16::from_le_bytes(pair))),
            4..8 => self.ends(start, bytes, |four| u64::from(u32::from_le_bytes(four))),
            8..16 => self.ends(start, bytes, u64::from_le_bytes),
            16..=SHORT => self.halves(start, bytes),
            _ => false,
        };
        if !is_written {
            return self.long(bytes);
        }
        self.put(start - 1, [b'"']);
        self.put(start + bytes.len(), [b'"']);
        self.at = start + bytes.len() + 1;
    }

    /// Puts the first and the last `N` bytes, which are all, where they may stand in a string as they are.
    #[inline(always)]
    fn ends<const N: usize>(
        &mut self,
        start: usize,
        bytes: &[u8],
        word: impl Fn([u8; N]) -> u64,
    ) -> bool {
        let (Some(first), Some(last)) = (bytes.first_chunk::<N>(), bytes.last_chunk::<N>()) else {
            return false;
        };
        self.put(start, *first);
        self.put(start + bytes.len() - N, *last);
        let filled = |word: u64| if N < 8 { word | SPACES << (8 * N % 64) } else { word };
        (specials(filled(word(*first))) | specials(filled(word(*last)))) & HIGH == 0
    }

    /// As [`Out::ends`], sixteen bytes at a time.
    #[inline(always)]
    fn halves(&mut self, start: usize, bytes: &[u8]) -> bool {
        let (Some(first), Some(last)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>())
        else {
            return false;
        };
        self.put(start, *first);
        self.put(start + bytes.len() - 16, *last);
        is_plain(bytes)
    }

    /// Writes a string that is long, or holds what must be escaped.
    fn long(&mut self, bytes: &[u8]) {
        self.push([b'"']);
        if is_plain(bytes) {
            self.extend(bytes);
        } else {
            for chunk in bytes.chunks(SHORT) {
                self.escape(chunk);
            }
        }
        self.push([b'"']);
    }

    fn escape(&mut self, bytes: &[u8]) {
        if is_plain(bytes) {
            return self.extend(bytes);
        }
        for byte in bytes {
            match byte {
                b'"' => self.push(*b"\\\""),
                b'\\' => self.push(*b"\\\\"),
                b'\n' => self.push(*b"\\n"),
                special if *special < b' ' => self.push_str(&format!("\\u{special:04x}")),
                other => self.push([*other]),
            }
        }
    }

    /// Writes a number in decimal.
    pub(crate) fn integer(&mut self, number: i64) {
        let mut rest = number.unsigned_abs();
        if number < 0 {
            self.push([b'-']);
        }
        if let 0..10 = rest {
            // A digit is below ten.
            return self.push([b'0' + rest as u8]);
        }
        let mut digits = [0; 20];
        let mut first = digits.len();
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            first -= 1;
            if rest == 0 {
                break;
            }
        }
        self.extend(digits.get(first..).unwrap_or_default());
    }

    /// Writes a number by its shortest digits, laid out as Python does.
    pub(crate) fn float(&mut self, number: f64) {
        let scientific = format!("{number:e}");
        let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        self.push_str(&match exponent {
            -4..16 => format!("{number:?}"),
            _ => format!("{digits}e{exponent:+03}"),
        });
    }
}

const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;
const SPACES: u64 = ONES * b' ' as u64;

/// Whether the bytes stand in a JSON string as they are; eight are looked at at once.
fn is_plain(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else {
        return !bytes.iter().any(|byte| matches!(byte, 0..b' ' | b'"' | b'\\'));
    };
    // The last eight overlap those before.
    let words = bytes.as_chunks().0.iter().chain([last]);
    words.fold(0, |found, word| found | specials(u64::from_le_bytes(*word))) & HIGH == 0
}

/// Marks, in the highest bit of each, the bytes of a word that must be escaped. A byte that is zero borrows
/// from the one above it, which may be marked then as well; one that must be is not missed.
const fn specials(word: u64) -> u64 {
    let quote = word ^ (ONES * b'"' as u64);
    let backslash = word ^ (ONES * b'\\' as u64);
    let below_space = word.wrapping_sub(SPACES) & !word;
    below_space | (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash)
}
