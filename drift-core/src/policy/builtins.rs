//! Functions of Rego that are ours: those that would ask the clock are told the time of the detection, and
//! all others are bounded.

use super::bounds::{self, Bound};
use super::budget::{Answer, Budget, Walk};
use super::values::{self, number, text};
use super::{glob, held, older, sprintf};
use crate::time::Timestamp;
use core::net::IpAddr;
use jiff::tz::TimeZone;
use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Source, Span};
use regorus::{Engine, LimitError, Value};
use std::sync::LazyLock;

/// A function: what it is given, and what it may build. Where its arguments are not right it is undefined, as
/// in OPA.
pub(super) type Function = fn(&[Value], &Budget, i64) -> Answer<Option<Value>>;

/// The functions that ask for the time or addresses, and those of [`values`].
const OWN: [(&str, u8, Function); 27] = [
    ("time.now_ns", 0, |_, _, now| Ok(Some(Value::from(now)))),
    ("time.parse_rfc3339_ns", 1, |given, _, _| Ok(parse_rfc3339(given))),
    ("time.add_date", 4, |given, _, _| Ok(add_date(given))),
    ("time.date", 1, |given, _, _| {
        Ok(civil(given, |at| {
            [i64::from(at.year()), at.month().into(), at.day().into()].map(Value::from).to_vec()
        }))
    }),
    ("time.clock", 1, |given, _, _| {
        Ok(civil(given, |at| {
            [at.hour(), at.minute(), at.second()].map(|part| Value::from(i64::from(part))).to_vec()
        }))
    }),
    ("time.weekday", 1, |given, _, _| Ok(weekday(given))),
    ("net.cidr_contains", 2, |given, _, _| Ok(cidrs(given, |net, other| net.holds(&other)))),
    ("net.cidr_intersects", 2, |given, _, _| {
        Ok(cidrs(given, |net, other| net.holds(&other) || other.holds(&net)))
    }),
    // As it was called in version 0.
    ("net.cidr_overlap", 2, |given, _, _| Ok(cidrs(given, |net, other| net.holds(&other)))),
    ("net.cidr_is_valid", 1, |given, _, _| {
        Ok(text(given, 0).map(|text| Value::from(is_cidr(text))))
    }),
    ("numbers.range", 2, |given, budget, _| values::range(given, Some(1), budget)),
    ("numbers.range_step", 3, |given, budget, _| values::range(given, number(given, 2), budget)),
    ("array.concat", 2, |given, budget, _| values::concat(given, budget)),
    ("replace", 3, |given, budget, _| values::replace(given, budget)),
    ("sprintf", 2, |given, budget, _| sprintf::sprintf(given, budget)),
    ("strings.replace_n", 2, |given, budget, _| values::replace_n(given, budget)),
    ("strings.count", 2, |given, budget, _| values::strings_count(given, budget)),
    ("indexof", 2, |given, budget, _| values::indexof(given, budget)),
    ("indexof_n", 2, |given, budget, _| values::indexof_n(given, budget)),
    ("json.is_valid", 1, |given, budget, _| values::json_is_valid(given, budget)),
    ("object.subset", 2, |given, budget, _| values::subset(given, budget)),
    ("union", 1, |given, budget, _| values::union(given, budget)),
    ("walk", 1, |given, budget, _| values::walk(given, budget)),
    ("graph.reachable_paths", 2, |given, budget, _| values::reachable_paths(given, budget)),
    ("regex.template_match", 4, |given, budget, _| {
        matched(values::template(given, budget)?, given.get(1), budget)
    }),
    ("glob.match", 3, |given, budget, _| {
        matched(glob::pattern(given, budget)?, given.get(2), budget)
    }),
    ("glob.quote_meta", 1, |given, budget, _| glob::quote(given, budget)),
];

/// Whether a function is ours that regorus has not.
pub(super) fn is_ours(name: &str) -> bool {
    OWN.iter().chain(&older::OWN).any(|(known, ..)| *known == name)
        || older::ALIASES.iter().any(|(known, _)| *known == name)
}

/// Whether a function is Rego's own, or ours.
pub(super) fn is_known(name: &str) -> bool {
    is_ours(name) || BUILTINS.contains_key(name)
}

/// Why a function has not been called.
enum Stopped {
    TooMuch(&'static str),
    /// What regorus refuses: a regular expression that is too large.
    Refused(String),
}

/// Where regorus is told that a call stands; it names it in errors that nobody sees.
static PLACE: LazyLock<Option<(Span, Vec<Ref<Expr>>)>> = LazyLock::new(|| {
    let source = Source::from_contents("call".to_owned(), "call".to_owned()).ok()?;
    let span = Span { source, line: 1, col: 1, start: 0, end: 4 };
    let given = || Ref::new(Expr::Null { span: span.clone(), value: Value::Null, eidx: 0 });
    let given = std::iter::repeat_with(given).take(4).collect();
    Some((span, given))
});

/// Whether a regular expression matches a text.
fn matched(pattern: Option<Value>, text: Option<&Value>, budget: &Budget) -> Answer<Option<Value>> {
    let (Some(pattern), Some(text)) = (pattern, text) else { return Ok(None) };
    match called("regex.match", &[pattern, text.clone()], budget) {
        Ok(found) => Ok(found),
        Err(Stopped::TooMuch(why)) => Err(why),
        Err(Stopped::Refused(_)) => Ok(None),
    }
}

/// Calls a function of regorus within the budget.
fn called(name: &str, given: &[Value], budget: &Budget) -> Result<Option<Value>, Stopped> {
    let bound = bounds::BOUNDS.iter().find(|(known, ..)| *known == name);
    match (bound, BUILTINS.get(name)) {
        (Some((_, kinds, bound)), Some(function)) => {
            within(kinds, *bound, *function, given, budget)
        }
        _ => Ok(None),
    }
}

fn within(
    kinds: &str,
    bound: Bound,
    (function, _): BuiltinFcn,
    given: &[Value],
    budget: &Budget,
) -> Result<Option<Value>, Stopped> {
    let Some((span, places)) = &*PLACE else { return Ok(None) };
    if !bounds::fit(kinds, given) {
        return Ok(None);
    }
    match bound(given, budget) {
        Ok(None) => return Ok(None),
        Ok(Some(())) => {}
        Err(why) => return Err(Stopped::TooMuch(why)),
    }
    match function(span, places, given, false) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.downcast_ref::<LimitError>().is_some() => {
            Err(Stopped::Refused(error.to_string()))
        }
        Err(_) => Ok(None),
    }
}

/// Adds the functions to an engine.
pub(super) fn add(engine: &mut Engine, at: Timestamp, budget: &Budget) {
    let now = at.unix_millis().saturating_mul(1_000_000);
    // Adding fails only where a name stands twice in the lists.
    for (name, arity, function) in OWN.into_iter().chain(older::OWN) {
        let budget = budget.clone();
        let call = move |given: Vec<Value>| match function(&given, &budget, now) {
            Ok(answer) => Ok(answer.unwrap_or(Value::Undefined)),
            Err(why) => Err(std::io::Error::other(why).into()),
        };
        let _ = engine.add_extension(name.to_owned(), arity, Box::new(call));
    }
    let bounds = bounds::BOUNDS.into_iter();
    let texts =
        bounds::TEXTS.into_iter().map(|(name, kinds)| (name, kinds, bounds::short as Bound));
    for (name, kinds, bound) in bounds.chain(texts) {
        let Some(function) = BUILTINS.get(name).copied() else { continue };
        let aliases = older::ALIASES.iter().filter(|(_, meant)| *meant == name);
        for name in aliases.map(|(alias, _)| *alias).chain([name]) {
            let budget = budget.clone();
            let call =
                move |given: Vec<Value>| match within(kinds, bound, function, &given, &budget) {
                    Ok(answer) => Ok(answer.unwrap_or(Value::Undefined)),
                    Err(Stopped::TooMuch(why)) => Err(std::io::Error::other(why).into()),
                    Err(Stopped::Refused(why)) => Err(std::io::Error::other(why).into()),
                };
            let _ = engine.add_extension(name.to_owned(), function.1, Box::new(call));
        }
    }
    for (name, walk) in [(held::HELD, Some(Walk::Held)), (held::SOUGHT, None)] {
        let budget = budget.clone();
        let call = move |mut given: Vec<Value>| {
            let value = given.pop().unwrap_or(Value::Undefined);
            let told = match walk {
                Some(walk) => budget.walk(&value, walk),
                None => budget.take(bounds::length(&value)),
            };
            match told {
                Ok(()) => Ok(value),
                Err(why) => Err(std::io::Error::other(why).into()),
            }
        };
        let _ = engine.add_extension(name.to_owned(), 1, Box::new(call));
    }
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
    let (years, months, days) = (number(given, 1)?, number(given, 2)?, number(given, 3)?);
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
    use super::super::budget::TOO_MUCH;
    use super::*;

    fn eval(expression: &str) -> Result<Value, String> {
        eval_within(expression, 1 << 20)
    }

    fn eval_within(expression: &str, max: usize) -> Result<Value, String> {
        let mut engine = Engine::new();
        let at = "2026-01-31T10:20:30Z".parse().unwrap();
        add(&mut engine, at, &Budget::new(max));
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
        let long = "concat(\"\", [\"a\" | numbers.range(1, 100)[_]])";
        for expression in [
            "numbers.range(1, 9223372036854775807)",
            "numbers.range(-9223372036854775807, 9223372036854775807)",
            "replace(LONG, \"a\", concat(\"\", [\"b\" | numbers.range(1, 400)[_]]))",
            "strings.replace_n({\"a\": concat(\"\", [\"b\" | numbers.range(1, 400)[_]])}, LONG)",
            "regex.replace(LONG, \"a\", LONG)",
            "regex.find_n(\"\", concat(\"\", [LONG, LONG, LONG]), -1)",
            "sprintf(\"%065000d\", [1])",
            "sprintf(\"%v\", [[LONG | numbers.range(1, 100)[_]]])",
            "json.marshal([LONG | numbers.range(1, 100)[_]])",
            "concat(LONG, [\"a\" | numbers.range(1, 400)[_]])",
            "bits.lsh(1, 4294967295)",
            "product([1e300 | numbers.range(1, 100)[_]])",
            "graph.reachable_paths({n: numbers.range(1, 9) | some n in numbers.range(1, 9)}, [1])",
            "walk([LONG | numbers.range(1, 200)[_]])",
            "indexof_n(concat(\"\", [LONG | numbers.range(1, 4)[_]]), \"a\")",
        ] {
            let expression = expression.replace("LONG", long);
            assert!(
                eval_within(&expression, 25_000).unwrap_err().contains(TOO_MUCH),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_would_stop_the_program_is_undefined_or_told() {
        for (expression, expected) in [
            ("strings.count(\"abc\", \"\")", Value::from(4i64)),
            ("strings.count(\"aaaa\", \"aa\")", Value::from(2i64)),
            ("object.subset([1], [])", Value::from(true)),
            ("object.subset({\"a\": [1]}, {\"a\": []})", Value::from(true)),
            ("regex.template_match(\"abc{d}\", \"a\", \"{\", \"}\")", Value::from(false)),
            ("regex.template_match(\"é{d}\", \"xxx\", \"{\", \"}\")", Value::from(false)),
            ("regex.template_match(\"a:{.*}:{b}\", \"a:c:b\", \"{\", \"}\")", Value::from(true)),
            ("sprintf(\"%5٣d\", [1])", Value::from("%!٣(int=    1)d")),
            ("sprintf(\"%4294967295d\", [1])", Value::from("%!(NOVERB)%!(EXTRA int=1)")),
            ("to_number(\"1e999999999\")", Value::Undefined),
            ("units.parse(\"1e999999999\")", Value::Undefined),
            ("units.parse_bytes(\"1e999999999Ki\")", Value::Undefined),
            ("json.unmarshal(\"[1e999999999]\")", Value::Undefined),
            ("json.is_valid(\"[1e999999999]\")", Value::from(true)),
            ("regex.match(1, 2)", Value::Undefined),
        ] {
            assert_eq!(eval(expression), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn functions_of_version_0_and_operators() {
        for (expression, expected) in [
            ("any([false, true])", "true"),
            ("any(set())", "false"),
            ("any([\"true\", 1])", "false"),
            ("all([])", "true"),
            ("all({true, 1})", "false"),
            ("re_match(\"^[a-z]+$\", \"ab\")", "true"),
            ("cast_array({2, 1})", "[1, 2]"),
            ("count(cast_set([2, 2]))", "1"),
            ("cast_string(\"a\")", "\"a\""),
            ("count(set_diff({1, 2}, {2}))", "1"),
            ("net.cidr_overlap(\"192.168.1.0/24\", \"192.168.1.67\")", "true"),
            ("base64url.encode_no_pad(\"a?>\u{fe}\")", "\"YT8-w74\""),
            ("base64url.decode(\"YT8-w74\")", "\"a?>\u{fe}\""),
            ("minus(5, 2)", "3"),
            ("count(minus({1, 2}, {1}))", "1"),
            ("count(and({1, 2}, {2}))", "1"),
            ("count(or({1, 2}, {3}))", "3"),
            ("rem(5, 3)", "2"),
            ("div(1, 2)", "0.5"),
            ("gte(2, 2)", "true"),
            ("neq(2, 2)", "false"),
        ] {
            assert_eq!(
                eval(expression),
                Ok(Value::from_json_str(expected).unwrap()),
                "{expression}"
            );
        }
        for expression in ["any(1)", "cast_array(1)", "cast_string(1)", "div(1, 0)", "rem(5, 1.5)"]
        {
            assert_eq!(eval(expression), Ok(Value::Undefined), "{expression}");
        }
    }

    #[test]
    fn they_say_what_those_of_the_engine_say() {
        for expression in [
            "numbers.range(3, 1)",
            "numbers.range_step(1, 9, 3)",
            "replace(\"aba\", \"a\", \"cc\")",
            "strings.replace_n({\"a\": \"1\", \"b\": \"2\"}, \"abcab\")",
            "array.concat([1], [2, 3])",
            "array.slice([1, 2, 3], 1, 5)",
            "indexof(\"héllo\", \"l\")",
            "indexof(\"a\", \"b\")",
            "indexof_n(\"banana\", \"ana\")",
            "strings.count(\"cheese\", \"e\")",
            "json.is_valid(\"{\")",
            "json.is_valid(\"{}\")",
            "object.subset({\"a\": {\"b\": 1, \"c\": 2}}, {\"a\": {\"b\": 1}})",
            "object.subset([1, 2, 3], [2, 3])",
            "object.subset([1, 2, 3], {3, 1})",
            "object.subset({1, 2}, {3})",
            "union({{1, 2}, {2, 3}})",
            "intersection({{1, 2}, {2, 3}})",
            "walk({\"a\": [1, {2}]})",
            "graph.reachable({\"a\": [\"b\"], \"b\": [\"c\"], \"c\": []}, [\"a\"])",
            "graph.reachable_paths({\"a\": [\"b\", \"c\"], \"b\": [\"a\"], \"c\": null}, [\"a\"])",
            "graph.reachable_paths({\"a\": {\"b\", \"\"}, \"b\": [\"d\"]}, {\"a\", \"b\"})",
            "regex.template_match(\"urn:foo:{[a-z]+}:{[a-z]+}\", \"urn:foo:bar:baz\", \"{\", \"}\")",
            "regex.template_match(\"urn:foo:{[a-z]}\", \"urn:foo:bar\", \"{\", \"}\")",
            "regex.find_all_string_submatch_n(\"a(.)\", \"abac\", -1)",
            "regex.replace(\"foobar\", \"o(.)\", \"$1\")",
            "regex.split(\",\", \"a,b\")",
            "sprintf(\"%s %05d %.2f %v %q\", [\"a\", 7, 1.255, {\"b\": [1]}, \"c\"])",
            "json.marshal({\"a\": [1, \"é\\n\"]})",
            "json.marshal_with_options({\"a\": [1]}, {\"indent\": \" \", \"prefix\": \"#\"})",
            "json.unmarshal(\"{\\\"a\\\": [1.5e3, -2]}\")",
            "json.filter({\"a\": {\"b\": 1, \"c\": 2}}, [\"a/b\"])",
            "json.remove({\"a\": {\"b\": 1, \"c\": 2}}, [[\"a\", \"b\"]])",
            "object.union({\"a\": {\"b\": 1}}, {\"a\": {\"c\": 2}})",
            "object.union_n([{\"a\": 1}, {\"b\": 2}])",
            "object.get({\"a\": {\"b\": 1}}, [\"a\", \"b\"], 0)",
            "object.keys({\"a\": 1})",
            "object.remove({\"a\": 1, \"b\": 2}, {\"a\"})",
            "concat(\"-\", {\"b\", \"a\"})",
            "split(\"a.b\", \".\")",
            "split(\"ab\", \"\")",
            "substring(\"héllo\", 1, 2)",
            "trim(\"  a \", \" \")",
            "format_int(255, 16)",
            "to_number(\" 1.5\")",
            "to_number(\"a\")",
            "to_number(null)",
            "units.parse(\"1.5Gi\")",
            "units.parse_bytes(\"10KB\")",
            "bits.lsh(3, 4)",
            "sum([1, 2.5])",
            "product({2, 3})",
            "sort({3, 1})",
            "count(\"é\")",
            "base64.decode(base64.encode(\"a\"))",
            "hex.encode(\"a\")",
            "semver.compare(\"1.2.3\", \"1.10.0\")",
            "glob.match(\"*.example.com\", [\".\"], \"a.example.com\")",
            "strings.any_prefix_match([\"ab\"], [\"a\", \"c\"])",
            "contains(1, 2)",
        ] {
            let mut plain = Engine::new();
            plain.set_strict_builtin_errors(false);
            let answer = plain.eval_query(expression.to_owned(), false).unwrap().result;
            let expected = answer.into_iter().next();
            let expected = expected.map_or(Value::Undefined, |it| it.expressions[0].value.clone());
            assert_eq!(eval(expression), Ok(expected), "{expression}");
        }
    }
}
