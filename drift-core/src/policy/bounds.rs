//! Rego's own functions within a budget: what each may build or look through is taken before it is called.
//!
//! Each argument has to be of the kind that is stated: regorus would write a value of another kind out, however
//! long it is, into an error that nobody sees. What could stop the program is answered as undefined.

use super::budget::{Answer, Budget, ELEMENT, Walk, arithmetic, digits, size};
use super::values::{list, number, text};
use regorus::Value;

/// What a function may cost, by its arguments; undefined where it is `None`.
pub(super) type Bound = fn(&[Value], &Budget) -> Answer<Option<()>>;

/// The most digits of a number in a text, and of its power of ten.
const MAX_DIGITS: usize = 1000;
const MAX_EXPONENT: i64 = 308;
/// The names in one path of `json.filter` and `json.remove`.
const MAX_PATH: usize = 512;

/// The functions: their arguments (`n` number, `s` text, `a` list, `o` object, `e` set, `c` list or set, `*` any), and
/// what they cost.
#[rustfmt::skip]
pub(super) const BOUNDS: [(&str, &str, Bound); 61] = [
    ("abs", "n", numbers), ("ceil", "n", numbers), ("floor", "n", numbers), ("round", "n", numbers),
    ("bits.and", "nn", numbers), ("bits.or", "nn", numbers), ("bits.xor", "nn", numbers),
    ("bits.negate", "n", numbers), ("bits.rsh", "nn", numbers), ("bits.lsh", "nn", shift),
    ("format_int", "nn", |given, budget| {
        sum(budget, given.iter().map(|value| digits(value).saturating_mul(3)))
    }),
    ("to_number", "*", |given, budget| match text(given, 0) {
        Some(text) if !is_number(text) => Ok(None),
        _ => numbers(given, budget),
    }),
    ("units.parse", "s", units), ("units.parse_bytes", "s", units),
    ("count", "*", |given, budget| of(budget, text(given, 0).map_or(0, str::len) / 8)),
    ("max", "c", reads), ("min", "c", reads), ("sum", "c", sums), ("product", "c", products),
    ("sort", "c", |given, budget| {
        budget.walk(first(given), Walk::Read)?;
        elements(given, budget)
    }),
    ("array.reverse", "a", elements),
    ("array.slice", "ann", |given, budget| {
        let length = list(given, 0).map_or(0, <[Value]>::len);
        let (start, stop) = (number(given, 1).unwrap_or(0), number(given, 2).unwrap_or(i64::MAX));
        let taken = usize::try_from(stop.saturating_sub(start.max(0))).unwrap_or(0);
        of(budget, taken.min(length).saturating_mul(ELEMENT))
    }),
    ("intersection", "e", both), ("__builtin_sets.union", "ee", both), ("__builtin_sets.intersection", "ee", both),
    ("json.filter", "oc", paths), ("json.remove", "oc", paths),
    ("object.filter", "o*", both), ("object.remove", "o*", both),
    ("object.get", "o**", |_, _| Ok(Some(()))),
    ("object.keys", "o", elements),
    ("object.union", "oo", helds), ("object.union_n", "a", |given, budget| {
        helds(given, budget)?;
        let objects = list(given, 0).unwrap_or_default();
        let fields: usize = objects.iter().map(count).sum();
        of(budget, fields.saturating_mul(objects.len()).saturating_mul(ELEMENT))
    }),
    ("concat", "sc", |given, budget| {
        let between = text(given, 0).map_or(0, str::len).saturating_mul(count(given.get(1).unwrap_or(&Value::Null)));
        let texts = each(given.get(1)).map(|item| item.as_string().map_or(0, |text| text.len() + 1));
        let texts: usize = texts.sum();
        of(budget, texts.saturating_add(between))
    }),
    ("contains", "ss", texts), ("endswith", "ss", texts), ("startswith", "ss", texts),
    ("lower", "s", texts_built), ("upper", "s", texts_built), ("strings.reverse", "s", texts_built),
    ("trim_prefix", "ss", texts_built), ("trim_suffix", "ss", texts_built), ("trim_space", "s", texts_built),
    ("trim", "ss", trims), ("trim_left", "ss", trims), ("trim_right", "ss", trims),
    ("substring", "snn", texts_built),
    ("split", "ss", |given, budget| {
        let (Some(all), Some(by)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
        let parts = if by.is_empty() { all.len() } else { all.matches(by).count() };
        of(budget, all.len().saturating_add(parts.saturating_add(1).saturating_mul(ELEMENT)))
    }),
    ("strings.any_prefix_match", "**", pairs), ("strings.any_suffix_match", "**", pairs),
    ("regex.is_valid", "*", compiles),
    ("regex.match", "ss", |given, budget| {
        compiles(given, budget)?;
        let (Some(pattern), Some(value)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
        of(budget, value.len().saturating_mul(1 + pattern.len() / 64) / 2)
    }),
    ("regex.find_n", "ssn", finds), ("regex.find_all_string_submatch_n", "ssn", finds), ("regex.split", "ss", finds),
    ("regex.replace", "sss", |given, budget| {
        let (Some(all), Some(by)) = (text(given, 0), text(given, 2)) else { return Ok(None) };
        compiles(given.get(1..).unwrap_or_default(), budget)?;
        // Between any two bytes, and each place of the replacement with all of the text at most.
        let places = by.matches('$').count().saturating_mul(all.len());
        let most = all.len().saturating_add(1).saturating_mul(by.len().saturating_add(1));
        of(budget, most.saturating_add(places).saturating_add(again(all)))
    }),
    ("graph.reachable", "oc", |given, budget| {
        let edges = each(given.first()).map(count).fold(0, usize::saturating_add);
        let seeds = given.get(1).map_or(0, count);
        of(budget, edges.saturating_add(seeds).saturating_mul(ELEMENT))
    }),
    ("json.unmarshal", "s", |given, budget| match text(given, 0) {
        Some(text) if has_plain_numbers(text) => of(budget, text.len().saturating_mul(ELEMENT / 2)),
        _ => Ok(None),
    }),
    ("json.marshal", "*", |given, budget| budget.walk(first(given), Walk::Written).map(Some)),
    ("json.marshal_with_options", "*o", |given, budget| {
        budget.walk(first(given), Walk::Written)?;
        let options: usize = each(given.get(1)).map(|item| item.as_string().map_or(0, |text| text.len())).sum();
        let (lines, depth) = shape(first(given), 0);
        of(budget, lines.saturating_mul(depth.saturating_add(1)).saturating_mul(options.saturating_add(2)))
    }),
    ("trace", "s", |_, _| Ok(Some(()))),
];

/// Those that take what they are given, and give a text or none that is at most three times as long.
#[rustfmt::skip]
pub(super) const TEXTS: [(&str, &str); 10] = [
    ("base64.encode", "s"), ("base64.decode", "s"), ("base64.is_valid", "s"), ("hex.encode", "s"), ("hex.decode", "s"),
    ("base64url.encode", "s"), ("base64url.encode_no_pad", "s"), ("base64url.decode", "s"),
    ("semver.compare", "ss"), ("semver.is_valid", "*"),
];

/// Whether the arguments are of the kinds that a function takes.
pub(super) fn fit(kinds: &str, given: &[Value]) -> bool {
    let mut given = given.iter();
    let fit = kinds.bytes().zip(&mut given).all(|(kind, value)| match kind {
        b'n' => matches!(value, Value::Number(_)),
        b's' => matches!(value, Value::String(_)),
        b'a' => matches!(value, Value::Array(_)),
        b'o' => matches!(value, Value::Object(_)),
        b'e' => matches!(value, Value::Set(_)),
        b'c' => matches!(value, Value::Array(_) | Value::Set(_)),
        _ => true,
    });
    fit && given.next().is_none()
}

fn first(given: &[Value]) -> &Value {
    given.first().unwrap_or(&Value::Null)
}

fn of(budget: &Budget, bytes: usize) -> Answer<Option<()>> {
    budget.take(bytes).map(Some)
}

fn sum(budget: &Budget, costs: impl Iterator<Item = usize>) -> Answer<Option<()>> {
    of(budget, costs.fold(0, usize::saturating_add))
}

/// The elements of a collection, or the values of an object.
pub(super) fn each(value: Option<&Value>) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Some(Value::Array(items)) => Box::new(items.iter()),
        Some(Value::Set(items)) => Box::new(items.iter()),
        Some(Value::Object(fields)) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// How many elements a collection has.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.len(),
        Value::Set(items) => items.len(),
        Value::Object(fields) => fields.len(),
        _ => 1,
    }
}

fn numbers(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    sum(budget, given.iter().map(arithmetic))
}

fn shift(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let by = number(given, 1).and_then(|by| usize::try_from(by).ok());
    let Some(by) = by else { return Ok(None) };
    budget.take(by / 8)?;
    numbers(given, budget)
}

fn reads(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    given.iter().try_for_each(|value| budget.walk(value, Walk::Read)).map(Some)
}

fn helds(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    // What is built has the places of both.
    reads(given, budget)?;
    given.iter().try_for_each(|value| budget.walk(value, Walk::Held)).map(Some)
}

pub(super) fn elements(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    of(budget, count(first(given)).saturating_mul(ELEMENT))
}

/// The elements of all, and of theirs.
fn both(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    reads(given, budget)?;
    let inner = each(given.first()).map(count).fold(0, usize::saturating_add);
    let outer = given.iter().map(count).fold(0, usize::saturating_add);
    of(budget, inner.saturating_add(outer).saturating_mul(ELEMENT))
}

fn sums(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let largest = each(given.first()).map(size).max().unwrap_or(0);
    of(budget, count(first(given)).saturating_mul(if largest > 8 { largest + 8 } else { 1 }))
}

fn products(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let all = each(given.first()).map(size).fold(0, usize::saturating_add);
    of(budget, all.saturating_add(all.saturating_mul(all) / 64))
}

fn texts(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let length = given.iter().map(|value| value.as_string().map_or(0, |text| text.len()));
    of(budget, length.fold(0, usize::saturating_add) / 8)
}

fn texts_built(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    of(budget, text(given, 0).map_or(0, str::len).saturating_mul(3))
}

/// As [`BOUNDS`] has it, for [`TEXTS`].
pub(super) fn short(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    texts_built(given, budget)?;
    texts(given, budget)
}

fn trims(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let (Some(all), Some(of_these)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
    of(budget, all.len().saturating_mul(1 + of_these.len() / 8))
}

fn pairs(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let many = given.iter().map(|value| count(value).max(1)).fold(1, usize::saturating_mul);
    let longest = each(given.get(1)).map(|item| item.as_string().map_or(0, |text| text.len()));
    of(budget, many.saturating_mul(4 + longest.max().unwrap_or(0) / 8))
}

fn compiles(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    match given.first().map(Value::as_string) {
        Some(Ok(pattern)) => budget.pattern(pattern).map(Some),
        _ => Ok(Some(())),
    }
}

/// Looking for one place after another in a text may look through it anew for each.
fn again(text: &str) -> usize {
    text.len().saturating_mul(text.len()) / 64
}

fn finds(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    compiles(given, budget)?;
    let (Some(pattern), Some(all)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
    let groups = pattern.matches('(').count().saturating_add(1);
    let most = match number(given, 2) {
        Some(most) if most >= 0 => usize::try_from(most).unwrap_or(usize::MAX),
        _ => usize::MAX,
    };
    let found = all.len().saturating_add(1).min(most).saturating_mul(groups);
    of(budget, found.saturating_mul(ELEMENT).saturating_add(again(all)))
}

fn paths(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    helds(given, budget)?;
    for path in each(given.get(1)) {
        let names = match path {
            Value::String(path) => path.matches('/').count() + 1,
            other => count(other),
        };
        if names > MAX_PATH {
            return Ok(None);
        }
        budget.take(names.saturating_mul(ELEMENT * 4))?;
    }
    Ok(Some(()))
}

fn units(given: &[Value], budget: &Budget) -> Answer<Option<()>> {
    let Some(said) = text(given, 0) else { return Ok(None) };
    let said = said.trim_matches('"');
    let end = said.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    if !said.is_empty() && !is_number(said.get(..end).unwrap_or_default()) {
        return Ok(None);
    }
    texts(given, budget)
}

/// Whether a text may be read as a number: one that is not too long.
fn is_number(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let is_part = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    text.bytes().all(is_part) && is_plain(text)
}

/// Whether a number is short enough to be computed with.
pub(super) fn is_plain(number: &str) -> bool {
    let exponent = number.split_once(['e', 'E']).map(|(_, exponent)| exponent);
    let small = |exponent: &str| {
        let exponent = exponent.strip_prefix('+').unwrap_or(exponent).parse::<i64>();
        exponent.is_ok_and(|exponent| exponent.abs() <= MAX_EXPONENT)
    };
    number.len() <= MAX_DIGITS && exponent.is_none_or(small)
}

/// Whether all numbers of a text in JSON are.
fn has_plain_numbers(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| **byte != b'"') {
                    at += if *byte == b'\\' { 2 } else { 1 };
                }
            }
            b'0'..=b'9' => {
                let rest = bytes.get(at..).unwrap_or_default();
                let is_part =
                    |b: &u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
                let length = rest.iter().take_while(|byte| is_part(byte)).count();
                if !text.get(at..at + length).is_some_and(is_plain) {
                    return false;
                }
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    true
}

/// What looking for a value in a collection may cost.
pub(super) fn length(value: &Value) -> usize {
    match value {
        Value::Array(items) => 16 + items.len() * 8,
        Value::Object(fields) => 16 + fields.len() * 8,
        _ => 16,
    }
}

/// How many lines a value has where each element stands on its own, and how deep it goes. It has been walked.
fn shape(value: &Value, depth: usize) -> (usize, usize) {
    let inner = each(Some(value)).map(|item| shape(item, depth + 1));
    inner.fold((2, depth), |(lines, deepest), (more, depth)| (lines + more, deepest.max(depth)))
}
