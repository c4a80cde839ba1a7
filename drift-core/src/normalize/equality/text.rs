//! `text`: a scalar by its text, as CloudFormation turns scalars into what a property takes.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Bool(truth) => Some(truth.to_string()),
        Scalar::String(text) => Some(text.to_owned()),
        Scalar::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn scalars_go_by_their_texts() {
        let number = |text| canonical(Scalar::Number(Number::parse(text).unwrap()));
        let string = |text| canonical(Scalar::String(text));
        assert_eq!(number("5"), string("5"));
        assert_eq!(number("5.0"), string("5"));
        assert_eq!(canonical(Scalar::Bool(true)), string("true"));
        assert_ne!(string("5.10"), string("5.1"), "two texts are two versions");
        assert_ne!(canonical(Scalar::Bool(true)), string("True"));
        assert_eq!(canonical(Scalar::Other), None);
    }
}
