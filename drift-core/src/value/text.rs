//! Small helpers on text: JSON quoting and edit distance.

use std::fmt;

/// Writes `text` as a JSON string.
pub(crate) fn write_quoted(out: &mut impl fmt::Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    // Most texts stand as they are: runs are written as a whole.
    let is_special = |byte: u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| is_special(*byte)) {
        out.write_str(text.get(written..at).unwrap_or_default())?;
        written = at + 1;
        match byte {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            0x8 => out.write_str("\\b")?,
            0xc => out.write_str("\\f")?,
            byte => write!(out, "\\u{byte:04x}")?,
        }
    }
    out.write_str(text.get(written..).unwrap_or_default())?;
    out.write_char('"')
}

/// `text` as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // Writing into a `String` cannot fail.
    let _infallible = write_quoted(&mut out, text);
    out
}

/// Levenshtein distance, for help texts; long inputs are cut.
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut previous = i;
        let mut left = i + 1;
        for (cb, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            left = (previous + usize::from(ca != cb)).min(above + 1).min(left + 1);
            previous = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_is_what_serde_json_writes() {
        for text in ["", "a\"b\\", "\u{1}\n\t\r\u{8}\u{c}\u{7f}", "é\u{2028}😀"] {
            assert_eq!(quoted(text), serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn distance() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "ab"), 2);
        assert_eq!(edit_distance("ab", "ab"), 0);
    }
}
