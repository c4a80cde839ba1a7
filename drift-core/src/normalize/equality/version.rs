//! `version_prefix`: a declared version that leaves its last parts open.
//!
//! Services that update themselves take `8.0` and run `8.0.45` (Amazon RDS API Reference,
//! CreateDBInstance, EngineVersion; AutoMinorVersionUpgrade). The parts are those between dots.

use super::Scalar;

/// Whether `desired` is the version `actual`, or the parts in front of it. A version starts with a
/// digit: `LATEST` is none.
pub(super) fn covers(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Some(desired), Some(actual)) = (version(desired), version(actual)) else { return false };
    let rest = actual.strip_prefix(desired.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The text of a version. A number is one by its value: 8 may have been written as `8.0`, so that is
/// what it stands for.
fn version(scalar: Scalar<'_>) -> Option<String> {
    let text = match scalar {
        Scalar::String(text) => text.to_owned(),
        Scalar::Number(number) => {
            let text = number.to_string();
            if text.contains('.') { text } else { format!("{text}.0") }
        }
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    (starts && text.split('.').all(|part| !part.is_empty())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn a_version_covers_what_goes_on_behind_a_dot() {
        let covers = |d, a| covers(Scalar::String(d), Scalar::String(a));
        for (desired, actual) in [
            ("8.0", "8.0.45"),
            ("5", "5.0"),
            ("5", "5.7.44"),
            ("8.0", "8.0"),
            ("13", "13.4-R1"),
            ("8.0", "8.0.mysql_aurora.3.04.0"),
        ] {
            assert!(covers(desired, actual), "{desired} {actual}");
        }
        for (desired, actual) in [
            ("8.0.45", "8.0"),
            ("8.0", "8.04"),
            ("8.0", "8.1.0"),
            ("8", "80"),
            ("8.", "8.0"),
            ("", "8"),
            ("LATEST", "LATEST.1"),
            ("LATEST", "8.0"),
            ("v1", "v1.2"),
        ] {
            assert!(!covers(desired, actual), "{desired} {actual}");
        }
    }

    #[test]
    fn a_number_is_a_version_by_its_value() {
        let number = |text| Scalar::Number(Number::parse(text).unwrap());
        for desired in ["8", "8.0"] {
            assert!(covers(number(desired), Scalar::String("8.0.45")));
            assert!(!covers(number(desired), Scalar::String("8.1.3")));
        }
        assert!(covers(number("8.4"), Scalar::String("8.4.1")));
        assert!(!covers(Scalar::Bool(true), Scalar::Bool(true)));
    }
}
