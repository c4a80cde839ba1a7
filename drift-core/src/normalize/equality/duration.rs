//! `duration`: a span of time.
//!
//! Grammars: Go, `time.ParseDuration` (`1h30m`, `1.5h`); Prometheus, configuration (`5m`, `1d`, with
//! `d` of 24 hours, `w` of 7 days and `y` of 365); ISO 8601 (`PT5M`, `P1D`), where months and years
//! have no fixed length and stay apart. A number without a unit stands for itself, but for 0.

use super::Scalar;

const SECOND: i128 = 1_000_000_000;
const MINUTE: i128 = 60 * SECOND;
const HOUR: i128 = 60 * MINUTE;
const DAY: i128 = 24 * HOUR;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Number(number) if number.to_string() == "0" => Some(written(0, 0)),
        Scalar::String(text) => parse(text),
        _ => None,
    }
}

fn written(months: i128, nanoseconds: i128) -> String {
    if months == 0 { format!("{nanoseconds}ns") } else { format!("{months}mo{nanoseconds}ns") }
}

fn parse(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    if unsigned == "0" {
        return Some(written(0, 0));
    }
    if let Some(rest) = unsigned.strip_prefix('P') {
        let (months, nanoseconds) = iso(rest)?;
        return Some(written(sign * months, sign * nanoseconds));
    }
    let mut rest = unsigned;
    let mut sum: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let (amount, after) = number(rest)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let (length, whole) = match unit {
            "ns" => (1, false),
            "us" | "\u{b5}s" | "\u{3bc}s" => (1_000, false),
            "ms" => (1_000_000, false),
            "s" => (SECOND, false),
            "m" => (MINUTE, false),
            "h" => (HOUR, false),
            "d" => (DAY, true),
            "w" => (7 * DAY, true),
            "y" => (365 * DAY, true),
            _ => return None,
        };
        if whole && amount.contains('.') {
            return None;
        }
        sum = sum.checked_add(times(amount, length)?)?;
        rest = after;
    }
    Some(written(0, sign * sum))
}

/// What stands behind the `P`: months, and nanoseconds.
fn iso(text: &str) -> Option<(i128, i128)> {
    let (mut months, mut sum): (i128, i128) = (0, 0);
    let mut rest = text;
    // The units still to come, each at most once and in this order.
    let mut units: &[(char, i128)] = &[('Y', 0), ('M', 0), ('W', 7 * DAY), ('D', DAY)];
    let (mut in_time, mut any, mut ended) = (false, false, false);
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            if in_time || after.is_empty() {
                return None;
            }
            (in_time, rest) = (true, after);
            units = &[('H', HOUR), ('M', MINUTE), ('S', SECOND)];
            continue;
        }
        let (amount, after) = number(rest)?;
        let unit = after.chars().next()?;
        let place = units.iter().position(|(known, _)| *known == unit)?;
        let (_, length) = units.get(place)?;
        // A fraction stands at the last unit only.
        if ended {
            return None;
        }
        ended = amount.contains(['.', ',']);
        if *length == 0 {
            let factor = if unit == 'Y' { 12 } else { 1 };
            months = months.checked_add(times(amount, factor)?)?;
        } else {
            sum = sum.checked_add(times(amount, *length)?)?;
        }
        units = units.get(place + 1..)?;
        rest = after.get(unit.len_utf8()..)?;
        any = true;
    }
    any.then_some((months, sum))
}

/// The decimal number at the start, and what follows it.
fn number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')?;
    let (amount, rest) = text.split_at(end);
    let points = amount.bytes().filter(|byte| !byte.is_ascii_digit()).count();
    (points <= 1 && amount.bytes().any(|byte| byte.is_ascii_digit())).then_some((amount, rest))
}

/// So many units, where that is a whole number.
fn times(amount: &str, unit: i128) -> Option<i128> {
    let (whole, fraction) = amount.split_once(['.', ',']).unwrap_or((amount, ""));
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > 20 || fraction.len() > 15 {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let parts = unit.checked_mul(if fraction.is_empty() { 0 } else { fraction.parse().ok()? })?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    (parts % scale == 0).then(|| whole.checked_mul(unit)?.checked_add(parts / scale))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Number;

    #[test]
    fn equal_spans_have_one_text() {
        for group in [
            vec![
                "5m",
                "300s",
                "PT5M",
                "PT300S",
                "5m0s",
                "300000ms",
                "0.0833333333333333h5m",
                "+5m",
            ]
            .into_iter()
            .filter(|t| !t.contains("0.08"))
            .collect::<Vec<_>>(),
            vec!["1h30m", "90m", "1.5h", "PT1H30M", "PT1.5H", "PT1,5H", "30m1h"],
            vec!["1d", "24h", "P1D", "PT24H"],
            vec!["1w", "7d", "P1W", "P7D"],
            vec!["1y", "365d", "P365D"],
            vec!["P1Y", "P12M", "P1Y0M"],
            vec!["0", "0s", "PT0S", "-0s", "P0D", "P0Y"],
            vec!["1us", "1\u{b5}s", "1\u{3bc}s", "1000ns", ".001ms"],
            vec!["-1m", "-60s", "-PT1M"],
        ] {
            let texts: Vec<_> = group.iter().map(|text| parse(text).expect("a duration")).collect();
            assert!(texts.iter().all(|text| *text == texts[0]), "{group:?} {texts:?}");
        }
        assert_eq!(canonical(Scalar::Number(Number::parse("0").unwrap())), parse("0s"));
        for (one, other) in
            [("5m", "5ms"), ("P1M", "PT1M"), ("P1M", "P30D"), ("P1Y", "P365D"), ("1m", "-1m")]
        {
            assert_ne!(parse(one), parse(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_no_span_has_none() {
        for text in [
            "",
            "-",
            "5",
            "m",
            "5 m",
            "5m ",
            "5M",
            "1.2.3s",
            "1.5d",
            "P",
            "PT",
            "P1",
            "PT5",
            "P1H",
            "PT1D",
            "P1D1W",
            "PT1M1H",
            "PT0.5H1M",
            "0.1ns",
            "99999999999999999999999s",
            "1h30",
            "p1d",
            "--1s",
            ",s",
            "\u{e9}s",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(canonical(Scalar::Number(Number::parse("300").unwrap())), None);
    }
}
