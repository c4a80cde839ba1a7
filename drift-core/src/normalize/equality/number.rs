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

/// Whether one is a number and the other a text that holds it: of two texts, neither says that it is one.
pub(super) fn is_text_of(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
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
}
