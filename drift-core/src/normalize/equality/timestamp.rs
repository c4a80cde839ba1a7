//! `timestamp`: a point in time.
//!
//! RFC 3339 with an offset, to the nanosecond; or the time since 1970-01-01T00:00:00Z as a number or
//! in a string: seconds where they have ten digits before the point (2001 to 2286), milliseconds where
//! they have thirteen and no fraction. What has no offset, a date alone and any other number stand for
//! themselves.

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let number;
    let text = match scalar {
        Scalar::Number(value) => {
            number = value.to_string();
            &number
        }
        Scalar::String(text) => text,
        Scalar::Bool(_) | Scalar::Other => return None,
    };
    if text.len() > 64 {
        return None;
    }
    let starts = text.bytes().take_while(u8::is_ascii_digit).count();
    let nanoseconds = match (starts, text.as_bytes().get(starts)) {
        (10 | 13, None | Some(b'.')) => epoch(text)?,
        (4, Some(b'-')) => written(text)?,
        _ => return None,
    };
    Some(format!("{nanoseconds}ns"))
}

/// Whether both are one point in time, and one of them at least is written as a date.
pub(super) fn are_one_instant(one: Scalar<'_>, other: Scalar<'_>) -> bool {
    let is_date = |scalar| matches!(scalar, Scalar::String(text) if text.contains(':'));
    if !is_date(one) && !is_date(other) {
        return false;
    }
    let instant = canonical(one);
    instant.is_some() && instant == canonical(other)
}

/// Nanoseconds since 1970, of a number.
fn epoch(text: &str) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let ends = text.ends_with('.');
    if !digits || ends || whole.starts_with('0') || fraction.len() > 9 {
        return None;
    }
    let units: i128 = whole.parse().ok()?;
    if whole.len() == 13 {
        return fraction.is_empty().then_some(units * 1_000_000);
    }
    let parts: i128 = format!("{fraction:0<9}").parse().ok()?;
    Some(units * 1_000_000_000 + parts)
}

/// Nanoseconds since 1970, of a date and a time with an offset.
fn written(text: &str) -> Option<i128> {
    let bytes = text.as_bytes();
    let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|byte| allowed.contains(byte));
    let full = is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
    // A leap second would be taken for the one before it.
    let leap = bytes.get(17..19) == Some(b"60");
    let offset = text.ends_with(['Z', 'z'])
        || bytes
            .len()
            .checked_sub(6)
            .is_some_and(|at| at >= 19 && is(at, b"+-") && is(at + 3, b":"));
    if !full || leap || !offset {
        return None;
    }
    let instant: jiff::Timestamp = text.to_ascii_uppercase().parse().ok()?;
    Some(instant.as_nanosecond())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn one_of_two_instants_is_a_date() {
        let are = |one, other| are_one_instant(Scalar::String(one), Scalar::String(other));
        assert!(are("2023-11-14T22:13:20Z", "2023-11-14T22:13:20.000Z"));
        assert!(are("1700000000", "2023-11-14T22:13:20Z"));
        assert!(are("2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20Z"));
        assert!(!are("1700000000", "1700000000000") && !are("a:b", "a:c"));
        assert!(!are("2023-11-14T22:13:20Z", "2023-11-14T22:13:21Z"));
    }

    #[test]
    fn equal_instants_have_one_text() {
        let of = |text| canonical(Scalar::String(text));
        for group in [
            vec![
                "2023-11-14T22:13:20Z",
                "2023-11-14T23:13:20+01:00",
                "2023-11-14T22:13:20.000Z",
                "2023-11-14t22:13:20z",
                "2023-11-14 22:13:20Z",
                "2023-11-14T22:13:20+00:00",
                "1700000000",
                "1700000000000",
                "1700000000.0",
            ],
            vec![
                "2023-11-14T22:13:20.5Z",
                "2023-11-14T22:13:20.500000Z",
                "1700000000.5",
                "1700000000500",
            ],
        ] {
            let texts: Vec<_> = group.iter().map(|text| of(text).expect("a time")).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        let number = |text| canonical(Scalar::Number(Number::parse(text).unwrap()));
        assert_eq!(number("1700000000"), of("2023-11-14T22:13:20Z"));
        assert_eq!(number("1.7e9"), of("2023-11-14T22:13:20Z"));
        assert_ne!(of("2023-11-14T22:13:20Z"), of("2023-11-14T22:13:20+01:00"));
        assert_ne!(of("1700000000"), of("1700000001"));
    }

    #[test]
    fn what_is_no_instant_has_none() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-13-14T22:13:20Z",
            "2023-11-14T22:13:60Z",
            "1700000",
            "17000000000",
            "1700000000000.5",
            "1700000000.",
            "0170000000",
            "-1700000000",
            "2023-11-14T22:13:20Z[Europe/Paris]",
            "2023-11-14T22Z",
            "now",
        ] {
            assert_eq!(canonical(Scalar::String(text)), None, "{text}");
        }
        assert_eq!(canonical(Scalar::Bool(true)), None);
    }
}
