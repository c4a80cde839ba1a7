//! Conditions of policies of AWS IAM (IAM User Guide, condition operators): whether one lets in all that another
//! does.
//!
//! Values are compared as the operator does: by pattern, part by part of an ARN, by network, by order. Of an
//! operator that says what is not, the other way round. What cannot be told counts as not taken in.

use super::super::glob::matches;
use super::cidr::{self, run, settled};
use crate::time::Timestamp;
use crate::value::Number;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A condition: its operator and its key in small letters, and the values.
pub(super) type Condition = (String, String, Vec<String>);

/// So many values on both sides are compared each with each; more of them by their texts alone.
const PAIRS: usize = 1_000_000;

/// An operator, taken apart.
struct Operator<'c> {
    /// `foranyvalue`, `forallvalues`, or nothing.
    set: &'c str,
    /// What it asks, or what it says is not.
    base: String,
    is_negated: bool,
    /// Whether it lets in where there is no such key.
    takes_none: bool,
}

impl<'c> Operator<'c> {
    fn of(text: &'c str) -> Self {
        let (set, rest) = text.split_once(':').unwrap_or(("", text));
        let (base, if_exists) = match rest.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (rest, false),
        };
        let is_negated = is_negated(base);
        let base = if is_negated { base.replacen("not", "", 1) } else { base.to_owned() };
        Self { set, base, is_negated, takes_none: if_exists || is_negated }
    }
}

/// Whether more values of the operator let in less.
pub(super) fn is_negated(operator: &str) -> bool {
    ["stringnot", "numericnot", "datenot", "arnnot", "notip"].iter().any(|it| operator.contains(it))
}

/// Whether one lets in all that another does.
pub(super) fn takes_in(outer: &Condition, inner: &Condition) -> bool {
    let (outer_text, outer_key, outer_values) = outer;
    let (inner_text, inner_key, inner_values) = inner;
    if outer_key != inner_key {
        return false;
    }
    let [outer, inner] = [outer_text, inner_text].map(|text| Operator::of(text));
    let fits = outer.set == inner.set && outer.is_negated == inner.is_negated;
    if !fits || (inner.takes_none && !outer.takes_none) {
        return false;
    }
    match outer.is_negated {
        true => all((&inner.base, inner_values), (&outer.base, outer_values)),
        false => all((&outer.base, outer_values), (&inner.base, inner_values)),
    }
}

/// Whether each value that one asks for is one that the other does.
fn all((operator, outer): (&str, &Vec<String>), (other, inner): (&str, &Vec<String>)) -> bool {
    let same = operator == other;
    if operator == "ipaddress" && same {
        let nets = settled(outer.iter().filter_map(|text| run(text)).collect());
        let known = |text: &String| run(text).is_some_and(|run| cidr::covers(&nets, run));
        return inner.iter().all(|text| outer.contains(text) || known(text));
    }
    if outer.len().saturating_mul(inner.len()) > PAIRS {
        let outer: BTreeSet<&String> = outer.iter().collect();
        return same && inner.iter().all(|text| outer.contains(text));
    }
    let takes = |own: &String, text: &String| {
        (same && own == text) || value((operator, own), (other, text))
    };
    inner.iter().all(|text| outer.iter().any(|own| takes(own, text)))
}

/// Whether one value takes another in.
fn value((operator, own): (&str, &str), (other, text): (&str, &str)) -> bool {
    match operator {
        "stringlike" => {
            matches!(other, "stringlike" | "stringequals" | "arnlike" | "arnequals")
                && like(own, text)
        }
        "stringequals" => other == "stringlike" && own == text && !text.contains(['*', '?']),
        "stringequalsignorecase" => {
            matches!(other, "stringequals" | "stringequalsignorecase")
                && own.to_lowercase() == text.to_lowercase()
        }
        // Both are patterns, of which each part stands for itself.
        "arnlike" | "arnequals" => {
            matches!(other, "arnlike" | "arnequals" | "stringequals") && arn(own, text)
        }
        _ => ordered((operator, own), (other, text)),
    }
}

/// Whether a pattern takes in a text, or another pattern. `${*}` is a star that is none.
fn like(pattern: &str, text: &str) -> bool {
    !pattern.contains("${*}") && matches(pattern, text)
}

fn arn(pattern: &str, text: &str) -> bool {
    let parts = |text| str::splitn(text, 6, ':').collect::<Vec<&str>>();
    let (own, other) = (parts(pattern), parts(text));
    own.len() == 6 && other.len() == 6 && own.iter().zip(other).all(|(own, text)| like(own, text))
}

/// Numbers and times, of which an operator takes in all on one side of its value.
fn ordered((operator, own): (&str, &str), (other, text): (&str, &str)) -> bool {
    let of = |operator: &'_ str| {
        let is_date = operator.starts_with("date");
        let rest = operator.strip_prefix("numeric").or(operator.strip_prefix("date"))?;
        Some((is_date, rest.to_owned()))
    };
    let Some(((is_date, operator), (other_is_date, other))) = of(operator).zip(of(other)) else {
        return false;
    };
    let order = match is_date {
        true => moment(text).zip(moment(own)).map(|(text, own)| text.cmp(&own)),
        false => Number::parse(text).zip(Number::parse(own)).map(|(text, own)| text.cmp(&own)),
    };
    let Some(order) = order.filter(|_| is_date == other_is_date) else { return false };
    match (operator.as_str(), other.as_str()) {
        ("equals", "equals") => order == Ordering::Equal,
        ("lessthan", "lessthan") | ("lessthanequals", "lessthan" | "lessthanequals" | "equals") => {
            order != Ordering::Greater
        }
        ("lessthan", "lessthanequals" | "equals") => order == Ordering::Less,
        ("greaterthan", "greaterthan")
        | ("greaterthanequals", "greaterthan" | "greaterthanequals" | "equals") => {
            order != Ordering::Less
        }
        ("greaterthan", "greaterthanequals" | "equals") => order == Ordering::Greater,
        _ => false,
    }
}

/// A time, as ISO 8601 or as seconds since 1970 write it.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_unix_millis(seconds.checked_mul(1000)?).ok();
    }
    match text.len() {
        10 => format!("{text}T00:00:00Z").parse().ok(),
        _ => text.parse().ok(),
    }
}

/// Whether some network is so broad that Amazon S3 takes everyone as let in ("The meaning of public"): broader
/// than /8, of IPv6 than /32.
pub(super) fn is_broad(networks: &[String]) -> bool {
    let broad = |(six, low, high): (bool, u128, u128)| {
        let free = if six { 96 } else { 24 };
        high - low >= 1_u128 << free
    };
    networks.iter().filter_map(|text| run(text)).any(broad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(text: &str) -> Condition {
        let mut words = text.split(' ').map(str::to_owned);
        let operator = words.next().unwrap().to_lowercase();
        (operator, "k".to_owned(), words.collect())
    }

    #[test]
    fn values_are_compared_as_the_operator_does() {
        for (outer, inner, there, back) in [
            ("StringLike repo:o/*", "StringLike repo:o/r:*", true, false),
            ("StringLike repo:o/*", "StringEquals repo:o/r:ref:x", true, false),
            ("StringLike a*", "StringLike a*b b", false, false),
            ("StringLike a", "StringEquals a", true, true),
            ("StringLike ${*}", "StringEquals ${x}", false, false),
            ("StringEquals a b", "StringEquals a", true, false),
            ("StringEqualsIgnoreCase A", "StringEquals a", true, false),
            ("StringEqualsIfExists a", "StringEquals a", true, false),
            ("ForAnyValue:StringLike a*", "ForAnyValue:StringEquals ab", true, false),
            ("ForAnyValue:StringLike a*", "ForAllValues:StringEquals ab", false, false),
            ("StringNotLike a", "StringNotLike a*", true, false),
            ("StringNotEquals a", "StringNotEquals a b", true, false),
            ("StringNotEquals ab", "StringNotLike a*", true, false),
            ("StringNotEquals a", "StringEquals b", false, false),
            ("ArnLike arn:aws:s3:::b*", "ArnLike arn:aws:s3:::bc", true, false),
            ("ArnLike arn:aws:iam::*:role/x", "ArnLike arn:aws:iam::1:role/x", true, false),
            ("ArnLike arn:aws:iam::*", "ArnLike arn:aws:iam::1:role/x", false, false),
            ("ArnEquals arn:aws:sns:*:1:t", "ArnLike arn:aws:sns:eu:1:t", true, false),
            ("IpAddress 10.0.0.0/8", "IpAddress 10.1.0.0/16 10.2.0.1", true, false),
            ("IpAddress 10.0.0.0/9 10.128.0.0/9", "IpAddress 10.0.0.0/8", true, true),
            ("NotIpAddress 10.1.0.0/16", "NotIpAddress 10.0.0.0/8", true, false),
            ("NumericLessThan 3600", "NumericLessThan 60", true, false),
            ("NumericLessThan 60", "NumericEquals 60", false, false),
            ("NumericLessThanEquals 60", "NumericEquals 60.0", true, false),
            ("NumericGreaterThan 1", "NumericGreaterThanEquals 2", true, false),
            ("NumericLessThan 9", "DateLessThan 1", false, false),
            ("DateLessThan 2027-01-01", "DateLessThan 2026-01-01T00:00:00Z", true, false),
            ("DateGreaterThan 0", "DateGreaterThan 2026-01-01T00:00:00Z", true, false),
            ("Bool true", "Bool false", false, false),
            ("Null true", "Null true", true, true),
        ] {
            let (outer, inner) = (condition(outer), condition(inner));
            assert_eq!(takes_in(&outer, &inner), there, "{outer:?} {inner:?}");
            assert_eq!(takes_in(&inner, &outer), back, "{inner:?} {outer:?}");
        }
        let mut other = condition("StringEquals a");
        other.1 = "l".to_owned();
        assert!(!takes_in(&condition("StringEquals a"), &other));
    }

    #[test]
    fn networks_are_broad() {
        let is = |text: &str| is_broad(&[text.to_owned()]);
        assert!(is("0.0.0.0/1") && is("12.0.0.0/7") && is("2000::/31"));
        assert!(!is("10.0.0.0/8") && !is("2001:db8::/32") && !is("x"));
    }
}
