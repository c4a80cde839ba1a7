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
