//! `boolean`: true and false, in a string or not.
//!
//! The spellings are those of YAML 1.2 (core schema, 10.3.2): `true`, `True`, `TRUE`, and the same of
//! false. Words such as `yes` and `on`, and the numbers 0 and 1, stand for themselves.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let truth = match scalar {
        Scalar::Bool(truth) => truth,
        Scalar::String("true" | "True" | "TRUE") => true,
        Scalar::String("false" | "False" | "FALSE") => false,
        _ => return None,
    };
    Some(truth.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn booleans_may_be_quoted() {
        let of = |text| canonical(Scalar::String(text));
        for text in ["true", "True", "TRUE"] {
            assert_eq!(of(text), canonical(Scalar::Bool(true)), "{text}");
            assert_ne!(of(text), of("false"));
        }
        for text in ["", "yes", "on", "1", "0", "tRUE", " true", "null"] {
            assert_eq!(of(text), None, "{text}");
        }
        assert_eq!(canonical(Scalar::Other), None);
    }
}
