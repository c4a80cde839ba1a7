//! `number`: a number, or a string that holds one as JSON writes it.

use super::Scalar;
use crate::value::Number;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let number = match scalar {
        Scalar::Number(number) => number,
        Scalar::String(text) => Number::parse(text)?,
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    Some(number.to_string())
}

/// Whether one is a number and the other a text that holds it. Of two texts neither says that it is one,
/// but `5` and `5.0` are the same even as versions.
pub(super) fn is_text_of(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    if let (Scalar::String(desired), Scalar::String(actual)) = (desired, actual) {
        let whole = |text: &str, other: &str| {
            let zeros = other.strip_prefix(text).and_then(|rest| rest.strip_prefix('.'));
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits
                && zeros.is_some_and(|zeros| !zeros.is_empty() && zeros.bytes().all(|b| b == b'0'))
        };
        return whole(desired, actual) || whole(actual, desired);
    }
    let pair = matches!(
        (desired, actual),
        (Scalar::Number(_), Scalar::String(_)) | (Scalar::String(_), Scalar::Number(_))
    );
    pair && canonical(desired).is_some_and(|number| Some(number) == canonical(actual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_strings_are_numbers() {
        let of = |text| canonical(Scalar::String(text));
        let number = canonical(Scalar::Number(Number::parse("1.0").unwrap()));
        assert_eq!(of("1"), number);
        assert_eq!(of("1.00"), number);
        assert_ne!(of("1.1"), number);
        for text in ["", "one", "01", " 1", "0x1"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_may_hold_a_number() {
        let number = |text| Scalar::Number(Number::parse(text).unwrap());
        assert!(is_text_of(number("5"), Scalar::String("5.0")));
        assert!(is_text_of(Scalar::String("5.10"), number("5.1")));
        assert!(is_text_of(Scalar::String("5"), Scalar::String("5.0")));
        for (one, other) in [("5.10", "5.1"), ("5", "5.1"), ("5", "50"), ("a", "a.0"), ("5", "5.")]
        {
            assert!(!is_text_of(Scalar::String(one), Scalar::String(other)), "{one} {other}");
        }
        assert!(
            !is_text_of(number("5"), number("5")) && !is_text_of(number("5"), Scalar::Bool(true))
        );
    }
}
