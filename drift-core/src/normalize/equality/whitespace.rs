//! `trimmed` and `line_endings`: texts that differ in blanks alone.

use super::Scalar;

/// A text without the white space around it.
pub(super) fn trimmed(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    Some(text.trim().to_owned())
}

/// A text whose lines end in line feeds.
pub(super) fn line_endings(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}

/// Whether two texts differ in the white space at their ends alone.
pub(super) fn differ_at_end(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    match (desired, actual) {
        (Scalar::String(desired), Scalar::String(actual)) => {
            desired.trim_end() == actual.trim_end()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_around_a_text_do_not_count() {
        let of = |text| trimmed(Scalar::String(text));
        assert_eq!(of(" a b\n"), of("a b"));
        assert_ne!(of("a  b"), of("a b"));
        assert_eq!(of(" \t"), of(""));
        assert_eq!(trimmed(Scalar::Bool(true)), None);
    }

    #[test]
    fn lines_end_in_one_way() {
        let of = |text| line_endings(Scalar::String(text));
        assert_eq!(of("a\r\nb\rc"), of("a\nb\nc"));
        assert_ne!(of("a\n\nb"), of("a\nb"));
        assert_ne!(of("a\n"), of("a"));
        assert_eq!(line_endings(Scalar::Other), None);
    }
}
