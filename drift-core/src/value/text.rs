//! Small helpers on text: JSON quoting, names in other spellings and edit distance.

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

/// `DBInstanceClass` as `db_instance_class`: a word starts at a capital after a small letter or a
/// digit, and at the last of several capitals before a small letter.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| chars.get(index));
        let after = chars.get(index + 1);
        let starts = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
            });
        if starts {
            out.push('_');
        }
        match c {
            '-' | ' ' => out.push('_'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
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

    #[test]
    fn names_become_snake_case() {
        for (name, expected) in [
            ("DBInstanceClass", "db_instance_class"),
            ("VpcSecurityGroupId", "vpc_security_group_id"),
            ("CACertificateIdentifier", "ca_certificate_identifier"),
            ("already_snake", "already_snake"),
            ("Ipv6CidrBlock", "ipv6_cidr_block"),
            ("kebab-case", "kebab_case"),
            ("ARN", "arn"),
            ("", ""),
        ] {
            assert_eq!(snake_case(name), expected);
        }
    }
}
