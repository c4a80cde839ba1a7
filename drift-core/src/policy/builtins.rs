//! Functions of Rego that are ours: those that would ask the clock are told the time of the detection, and
//! those that could build without end are bounded.

use crate::time::Timestamp;
use core::net::IpAddr;
use jiff::tz::TimeZone;
use regorus::{Engine, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The functions.
pub(super) const NAMES: [&str; 13] = [
    "time.now_ns",
    "time.parse_rfc3339_ns",
    "time.add_date",
    "time.date",
    "time.clock",
    "time.weekday",
    "net.cidr_contains",
    "net.cidr_intersects",
    "net.cidr_is_valid",
    "numbers.range",
    "numbers.range_step",
    "array.concat",
    "replace",
];

/// What an error says where a limit is passed.
pub(super) const TOO_MUCH: &str = "more than it may build";

/// As much as an element of a list takes, in bytes.
const ELEMENT: usize = 32;

/// Bytes that have been built, and may be.
#[derive(Clone)]
struct Budget {
    built: Arc<AtomicUsize>,
    max: usize,
}

impl Budget {
    fn take(&self, bytes: usize) -> Answer {
        let before = self.built.fetch_add(bytes, Ordering::Relaxed);
        match before.checked_add(bytes).is_some_and(|built| built <= self.max) {
            true => Ok(()),
            false => Err(TOO_MUCH),
        }
    }
}

type Answer<T = ()> = Result<T, &'static str>;
/// A function: what it is given, and what it may build. Where its arguments are not right it is undefined, as
/// in OPA.
type Function = fn(&[Value], &Budget, i64) -> Answer<Option<Value>>;

/// Adds the functions to an engine.
pub(super) fn add(engine: &mut Engine, at: Timestamp, built: &Arc<AtomicUsize>, max: usize) {
    let functions: [(u8, Function); 13] = [
        (0, |_, _, now| Ok(Some(Value::from(now)))),
        (1, |given, _, _| Ok(parse_rfc3339(given))),
        (4, |given, _, _| Ok(add_date(given))),
        (1, |given, _, _| {
            Ok(civil(given, |at| {
                [i64::from(at.year()), at.month().into(), at.day().into()].map(Value::from).to_vec()
            }))
        }),
        (1, |given, _, _| {
            Ok(civil(given, |at| {
                [at.hour(), at.minute(), at.second()]
                    .map(|part| Value::from(i64::from(part)))
                    .to_vec()
            }))
        }),
        (1, |given, _, _| Ok(weekday(given))),
        (2, |given, _, _| Ok(cidrs(given, |net, other| net.holds(&other)))),
        (2, |given, _, _| Ok(cidrs(given, |net, other| net.holds(&other) || other.holds(&net)))),
        (1, |given, _, _| Ok(text(given, 0).map(|text| Value::from(is_cidr(text))))),
        (2, |given, budget, _| range(given, Some(1), budget)),
        (3, |given, budget, _| range(given, integer(given, 2), budget)),
        (2, concat),
        (3, replace),
    ];
    let now = at.unix_millis().saturating_mul(1_000_000);
    for (name, (arity, function)) in NAMES.into_iter().zip(functions) {
        let budget = Budget { built: Arc::clone(built), max };
        let call = move |given: Vec<Value>| match function(&given, &budget, now) {
            Ok(answer) => Ok(answer.unwrap_or(Value::Undefined)),
            Err(why) => Err(std::io::Error::other(why).into()),
        };
        // It fails only where the name stands twice in the list above.
        let _ = engine.add_extension(name.to_owned(), arity, Box::new(call));
    }
}

fn text(given: &[Value], index: usize) -> Option<&str> {
    given.get(index)?.as_string().ok().map(|text| &**text)
}

fn integer(given: &[Value], index: usize) -> Option<i64> {
    given.get(index)?.as_i64().ok()
}

fn replace(given: &[Value], budget: &Budget, _: i64) -> Answer<Option<Value>> {
    let (Some(all), Some(old), Some(new)) = (text(given, 0), text(given, 1), text(given, 2)) else {
        return Ok(None);
    };
    let found = all.matches(old).count();
    budget.take(all.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(Some(Value::from(all.replace(old, new))))
}

fn concat(given: &[Value], budget: &Budget, _: i64) -> Answer<Option<Value>> {
    let list = |index: usize| given.get(index).and_then(|value| value.as_array().ok());
    let (Some(first), Some(second)) = (list(0), list(1)) else { return Ok(None) };
    budget.take((first.len() + second.len()).saturating_mul(ELEMENT))?;
    Ok(Some(Value::from(first.iter().chain(second.iter()).cloned().collect::<Vec<_>>())))
}

/// The numbers from one to the other, both of them, upwards or downwards.
fn range(given: &[Value], step: Option<i64>, budget: &Budget) -> Answer<Option<Value>> {
    let (Some(first), Some(last), Some(step)) = (integer(given, 0), integer(given, 1), step) else {
        return Ok(None);
    };
    let Some(step) = u64::try_from(step).ok().filter(|step| *step > 0) else { return Ok(None) };
    let count = first.abs_diff(last) / step;
    let count = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
    budget.take(count.saturating_mul(ELEMENT))?;
    let by = i64::try_from(step).unwrap_or(i64::MAX);
    let by = if first <= last { by } else { -by };
    let next = |number: &i64| number.checked_add(by);
    let numbers = std::iter::successors(Some(first), next).take(count);
    Ok(Some(Value::from(numbers.map(Value::from).collect::<Vec<_>>())))
}

/// The time that nanoseconds mean, alone or with the zone `UTC`; other zones are not known.
fn time(given: &[Value]) -> Option<jiff::Timestamp> {
    let value = given.first()?;
    let nanos = match value.as_array() {
        Ok(with_zone) => {
            let zone = with_zone.get(1)?.as_string().ok()?;
            matches!(&**zone, "" | "UTC").then(|| with_zone.get(0)?.as_i64().ok())??
        }
        Err(_) => value.as_i64().ok()?,
    };
    jiff::Timestamp::from_nanosecond(nanos.into()).ok()
}

fn nanos(at: jiff::Timestamp) -> Option<Value> {
    i64::try_from(at.as_nanosecond()).ok().map(Value::from)
}

fn parse_rfc3339(given: &[Value]) -> Option<Value> {
    nanos(text(given, 0)?.parse().ok()?)
}

fn civil(given: &[Value], parts: fn(jiff::civil::DateTime) -> Vec<Value>) -> Option<Value> {
    Some(Value::from(parts(time(given)?.to_zoned(TimeZone::UTC).datetime())))
}

fn weekday(given: &[Value]) -> Option<Value> {
    const DAYS: [&str; 7] =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let day = time(given)?.to_zoned(TimeZone::UTC).weekday().to_monday_zero_offset();
    DAYS.get(usize::try_from(day).ok()?).map(|day| Value::from(*day))
}

fn add_date(given: &[Value]) -> Option<Value> {
    let (years, months, days) = (integer(given, 1)?, integer(given, 2)?, integer(given, 3)?);
    let at = time(given)?.to_zoned(TimeZone::UTC).datetime();
    // As Go does it: what a month has too few days for runs on into the next.
    let months = years.checked_mul(12)?.checked_add(months)?;
    let span = jiff::Span::new().try_months(months).ok()?;
    let first = at.first_of_month().checked_add(span).ok()?;
    let days = i64::from(at.day()).checked_sub(1)?.checked_add(days)?;
    let moved = first.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    nanos(moved.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// A range of addresses.
struct Net {
    bits: u128,
    length: u32,
    width: u32,
}

impl Net {
    fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let (bits, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let length = match length {
            Some(length) => Some(length).filter(digits)?.parse().ok().filter(|it| *it <= width)?,
            None => width,
        };
        Some(Self { bits, length, width })
    }

    fn holds(&self, other: &Self) -> bool {
        let apart = self.width - self.length;
        let same = |bits: u128| bits.checked_shr(apart).unwrap_or_default();
        self.width == other.width
            && self.length <= other.length
            && same(self.bits) == same(other.bits)
    }
}

fn is_cidr(text: &str) -> bool {
    text.contains('/') && Net::read(text).is_some()
}

fn cidrs(given: &[Value], holds: fn(Net, Net) -> bool) -> Option<Value> {
    let (net, other) = (text(given, 0)?, text(given, 1)?);
    let net = Some(net).filter(|net| is_cidr(net)).and_then(Net::read)?;
    Some(Value::from(holds(net, Net::read(other)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eval(expression: &str) -> Result<Value, String> {
        let mut engine = Engine::new();
        let at = "2026-01-31T10:20:30Z".parse().unwrap();
        add(&mut engine, at, &Arc::default(), 10_000);
        let answer = engine.eval_query(expression.to_owned(), false);
        let answer = answer.map_err(|error| error.to_string())?;
        let first = answer.result.into_iter().next();
        Ok(first.map_or(Value::Undefined, |found| found.expressions[0].value.clone()))
    }

    #[test]
    fn time_is_that_of_the_detection_and_in_utc() {
        for (expression, expected) in [
            ("time.date(time.now_ns())", "[2026, 1, 31]"),
            ("time.clock([time.now_ns(), \"UTC\"])", "[10, 20, 30]"),
            ("time.weekday(time.now_ns())", "\"Saturday\""),
            ("time.date(time.add_date(time.now_ns(), 0, 1, 0))", "[2026, 3, 3]"),
            ("time.date(time.add_date(time.now_ns(), -1, 0, 1))", "[2025, 2, 1]"),
            ("time.parse_rfc3339_ns(\"1970-01-01T00:00:01Z\")", "1000000000"),
        ] {
            assert_eq!(
                eval(expression),
                Ok(Value::from_json_str(expected).unwrap()),
                "{expression}"
            );
        }
        assert_eq!(eval("time.date([1, \"Europe/Paris\"])"), Ok(Value::Undefined));
        assert_eq!(eval("time.parse_rfc3339_ns(\"yesterday\")"), Ok(Value::Undefined));
    }

    #[test]
    fn ranges_of_addresses() {
        for (expression, expected) in [
            ("net.cidr_contains(\"10.0.0.0/8\", \"10.1.2.3\")", true),
            ("net.cidr_contains(\"10.0.0.0/8\", \"10.1.0.0/16\")", true),
            ("net.cidr_contains(\"10.1.0.0/16\", \"10.0.0.0/8\")", false),
            ("net.cidr_contains(\"0.0.0.0/0\", \"::1\")", false),
            ("net.cidr_contains(\"::/0\", \"2001:db8::/32\")", true),
            ("net.cidr_intersects(\"10.1.0.0/16\", \"10.0.0.0/8\")", true),
            ("net.cidr_intersects(\"10.1.0.0/16\", \"10.2.0.0/16\")", false),
            ("net.cidr_is_valid(\"10.0.0.0/33\")", false),
            ("net.cidr_is_valid(\"10.0.0.0\")", false),
            ("net.cidr_is_valid(\"::/128\")", true),
        ] {
            assert_eq!(eval(expression), Ok(Value::from(expected)), "{expression}");
        }
    }

    #[test]
    fn what_is_built_is_bounded() {
        assert_eq!(eval("numbers.range(3, 1)"), Ok(Value::from_json_str("[3, 2, 1]").unwrap()));
        let steps = Value::from_json_str("[1, 4, 7]").unwrap();
        assert_eq!(eval("numbers.range_step(1, 9, 3)"), Ok(steps));
        assert_eq!(eval("replace(\"aba\", \"a\", \"cc\")"), Ok(Value::from("ccbcc")));
        let both = Value::from_json_str("[1, 2, 3]").unwrap();
        assert_eq!(eval("array.concat([1], [2, 3])"), Ok(both));
        for expression in [
            "numbers.range(1, 9223372036854775807)",
            "numbers.range(-9223372036854775807, 9223372036854775807)",
            "replace(concat(\"\", [\"a\" | numbers.range(1, 100)[_]]), \"a\", concat(\"\", [\"b\" | numbers.range(1, 150)[_]]))",
        ] {
            assert!(eval(expression).unwrap_err().contains(TOO_MUCH), "{expression}");
        }
    }
}
