//! Documents that are in memory already, as `serde_json` has them: fed to a sink as a scanner would
//! feed their text, without going through text.

use super::number;
use super::scan::{Inside, Quoted, Sink};
use serde_json::Value as Json;
use std::fmt::Write as _;

/// What is left of a container that is being fed.
enum Rest<'j> {
    Map(serde_json::map::Iter<'j>),
    List(std::slice::Iter<'j, Json>),
}

/// Feeds a value. Nothing of it has a place in a text: spans are empty.
pub(crate) fn feed<S: Sink>(value: &Json, sink: &mut S) -> Result<(), S::Stop> {
    feed_within(value, usize::MAX, sink).map(|_| ())
}

/// As [`feed`], unless more than so many containers stand inside each other: then it ends there, and
/// gives false.
pub(crate) fn feed_within<S: Sink>(
    value: &Json,
    depth: usize,
    sink: &mut S,
) -> Result<bool, S::Stop> {
    let mut open: Vec<Rest<'_>> = Vec::new();
    let mut digits = String::new();
    let mut next = Some(value);
    loop {
        if let Some(value) = next {
            match value {
                Json::Null => sink.null(0..0)?,
                Json::Bool(value) => sink.bool(0..0, *value)?,
                Json::String(text) => sink.string(0..0, Quoted::of(text))?,
                Json::Number(number) => {
                    write_number(number, &mut digits);
                    let scan = || number::scan(digits.as_bytes()).map_or(0, |scan| scan.exponent);
                    let exponent = if number.is_f64() { scan() } else { 0 };
                    sink.number(0..0, &digits, exponent)?;
                }
                Json::Array(items) => {
                    let Some(_) = depth.checked_sub(open.len() + 1) else { return Ok(false) };
                    if sink.open_list(0)? == Inside::Shown {
                        open.push(Rest::List(items.iter()));
                    } else if !is_within(value, depth - open.len()) {
                        return Ok(false);
                    }
                }
                Json::Object(fields) => {
                    let Some(_) = depth.checked_sub(open.len() + 1) else { return Ok(false) };
                    if sink.open_map(0)? == Inside::Shown {
                        open.push(Rest::Map(fields.iter()));
                    } else if !is_within(value, depth - open.len()) {
                        return Ok(false);
                    }
                }
            }
        }
        next = match open.last_mut() {
            None => return Ok(true),
            Some(Rest::List(items)) => items.next(),
            Some(Rest::Map(fields)) => match fields.next() {
                Some((name, value)) => {
                    sink.key(0..0, Quoted::of(name))?;
                    Some(value)
                }
                None => None,
            },
        };
        if next.is_none()
            && let Some(rest) = open.pop()
        {
            sink.close(0, matches!(rest, Rest::Map(_)))?;
        }
    }
}

/// Whether no more than so many containers stand inside each other. Recurses no deeper than that.
pub(crate) fn is_within(value: &Json, depth: usize) -> bool {
    let below = |value: &Json| match depth.checked_sub(1) {
        Some(depth) => is_within(value, depth),
        None => false,
    };
    match value {
        Json::Array(items) if items.is_empty() => depth > 0,
        Json::Object(fields) if fields.is_empty() => depth > 0,
        Json::Array(items) => depth > 0 && items.iter().all(|item| is_scalar(item) || below(item)),
        Json::Object(fields) => {
            depth > 0 && fields.values().all(|field| is_scalar(field) || below(field))
        }
        _ => true,
    }
}

fn is_scalar(value: &Json) -> bool {
    !matches!(value, Json::Array(_) | Json::Object(_))
}

/// Writes a number; integers, which are many, without the detour over a formatter.
fn write_number(number: &serde_json::Number, digits: &mut String) {
    digits.clear();
    let Some(mut rest) = number.as_u64() else {
        // Writing into a string cannot fail.
        let _ = write!(digits, "{number}");
        return;
    };
    let mut reversed = [0_u8; 20];
    let mut count = 0;
    for place in &mut reversed {
        *place = b'0' + (rest % 10) as u8;
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    digits.extend(reversed.iter().take(count).rev().map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Arena, Document, Tree};
    use serde_json::json;

    #[test]
    fn a_value_reads_as_its_text_does() {
        let value = json!({"a": [1, -2.5, true, null, {"b": "x\n\"y"}], "": {}, "c": [], "n": 1e300,
            "big": 18446744073709551615_u64});
        let document = Document::of_json(&value, &mut Arena::default());
        let text = value.to_string();
        let parsed = Document::parse_json(text.as_bytes(), &Default::default()).unwrap();
        assert_eq!(Tree::of(document.root()), Tree::of(parsed.root()));
    }

    #[test]
    fn depth_is_that_of_containers() {
        let nested = |depth| (0..depth).fold(json!(1), |value, _| json!([value]));
        for depth in [0, 1, 5] {
            assert!(is_within(&nested(depth), depth));
            assert!(!is_within(&nested(depth + 1), depth));
        }
    }
}
