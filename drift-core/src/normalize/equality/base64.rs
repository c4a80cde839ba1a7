//! `base64`: what a text in base64 holds.
//!
//! RFC 4648: the standard alphabet or the one for URLs, with padding or without, on one line or on
//! many. A text that is no base64 stands for itself.

use super::Scalar;
use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD_NO_PAD;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    encoded(text)
}

/// The text in one line, without padding.
pub(super) fn encoded(text: &str) -> Option<String> {
    let plain = |byte: u8| match byte {
        b'-' => '+',
        b'_' => '/',
        byte => char::from(byte),
    };
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let symbols: String = text.bytes().filter(|byte| !blank(byte)).map(plain).collect();
    let content = symbols.trim_end_matches('=');
    let padding = symbols.len() - content.len();
    if padding > 0 && (padding > 2 || !symbols.len().is_multiple_of(4)) {
        return None;
    }
    STANDARD_NO_PAD.decode(content).ok()?;
    Some(content.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_counts() {
        let of = |text| canonical(Scalar::String(text));
        for group in [
            vec![
                "aGVsbG8gd29ybGQ=",
                "aGVsbG8gd29ybGQ",
                "aGVsbG8g\r\nd29ybGQ=\n",
                " aGVs bG8gd29ybGQ=",
            ],
            vec!["+/+/", "-_-_"],
            vec!["", "\n"],
        ] {
            let texts: Vec<_> = group.iter().map(|text| of(text).expect("base64")).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        assert_ne!(of("aGVsbG8="), of("aGVsbG9="));
        assert_ne!(of("abcd"), of("ABCD"));
        for text in ["a", "a===", "ab=", "ab=c", "a b!", "\u{e9}", "="] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(canonical(Scalar::Bool(true)), None);
    }
}
