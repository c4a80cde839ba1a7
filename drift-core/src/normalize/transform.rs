//! Transforms: how a service turns what is declared into what it answers with, by steps over texts.
//!
//! The schemas of the CloudFormation registry state them (`propertyTransform`). A transform has
//! alternatives; a live value is what came of a declared one where it is exactly what one of them makes
//! of it.

use super::equality::{Scalar, address, arn};
use crate::value::{Kind, Value};
use std::collections::BTreeSet;

/// The alternatives of a transform, each a list of steps. None where one cannot be read.
#[derive(Debug)]
pub(crate) struct Transform(Vec<Vec<Step>>);

#[derive(Debug)]
enum Step {
    Lower,
    Upper,
    /// What stands behind the first one.
    After(String),
    /// What stands behind the last one.
    Last(String),
    /// So many of the parts between.
    First(String, usize),
    Prefix(String),
    Suffix(String),
    Replace(String, String),
    StripEnd(String),
    TrimEnd,
    /// Another text for each of some.
    Lookup(Vec<(String, String)>),
    /// A number with a decimal point.
    Decimal,
    /// A network without the bits of hosts.
    Network,
    /// Any digits for each of this text.
    Digits(String),
    /// The text, and anything behind it.
    Begins,
    /// The text, this, and any digits.
    Numbered(String),
    /// The text behind a mark: so many letters and digits between these two.
    Coded(String, usize, String),
    /// The parts between are among those of the live text.
    Among(String),
    /// Always this.
    Constant(String),
    /// An ARN whose resource is this and the text, or a revision of that.
    ArnOf(String),
    /// So many times the whole number.
    Times(u64),
    /// One end of a range whose ends are the same.
    Collapse(String),
    /// A time of the day with its seconds, in UTC.
    Clock,
}

impl Transform {
    /// Reads the alternatives; `None` for a step that there is not.
    pub(super) fn read(value: Value<'_>) -> Option<Self> {
        let alternative = |steps: Value<'_>| steps.items().map(step).collect::<Option<Vec<_>>>();
        value.items().map(alternative).collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether the live value is what one of the alternatives makes of the declared one.
    pub(super) fn holds(&self, desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
        let (Some(desired), Some(actual)) = (text(desired), text(actual)) else { return false };
        self.0.iter().any(|steps| fits(steps, &desired, &actual))
    }
}

fn text(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::String(text) => Some(text.to_owned()),
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Bool(_) | Scalar::Other => None,
    }
}

fn step(value: Value<'_>) -> Option<Step> {
    let part = |index: usize| value.at(index).and_then(Value::as_str).map(str::to_owned);
    let whole = |index: usize| value.at(index)?.as_number()?.to_string().parse::<u64>().ok();
    let name = value.as_str().map(str::to_owned).or_else(|| part(0))?;
    Some(match name.as_str() {
        "lower" => Step::Lower,
        "upper" => Step::Upper,
        "after" => Step::After(part(1)?),
        "last" => Step::Last(part(1)?),
        "first" => Step::First(part(1)?, usize::try_from(whole(2)?).ok()?),
        "prefix" => Step::Prefix(part(1)?),
        "suffix" => Step::Suffix(part(1)?),
        "replace" => Step::Replace(part(1)?, part(2)?),
        "strip_end" => Step::StripEnd(part(1)?),
        "trim_end" => Step::TrimEnd,
        "lookup" => {
            let pairs = value.at(1).filter(|pairs| pairs.kind() == Kind::Map)?;
            let pair =
                |(from, to): (&str, Value<'_>)| Some((from.to_owned(), to.as_str()?.to_owned()));
            Step::Lookup(pairs.fields().map(pair).collect::<Option<_>>()?)
        }
        "decimal" => Step::Decimal,
        "network" => Step::Network,
        "digits" => Step::Digits(part(1)?),
        "begins" => Step::Begins,
        "numbered" => Step::Numbered(part(1)?),
        "coded" => Step::Coded(part(1)?, usize::try_from(whole(2)?).ok()?, part(3)?),
        "among" => Step::Among(part(1)?),
        "constant" => Step::Constant(part(1)?),
        "arn_of" => Step::ArnOf(part(1)?),
        "times" => Step::Times(whole(1)?),
        "collapse" => Step::Collapse(part(1)?),
        "clock" => Step::Clock,
        _ => return None,
    })
}

fn fits(steps: &[Step], desired: &str, actual: &str) -> bool {
    let mut made = desired.to_owned();
    for step in steps {
        match step {
            // The steps that say what a text looks like come last.
            Step::Digits(of) => return is_like(&made, of, actual),
            Step::Begins => return actual.starts_with(&format!("{made}.")) || actual == made,
            Step::Numbered(before) => {
                let rest = actual.strip_prefix(&made).and_then(|rest| rest.strip_prefix(before));
                return rest.is_some_and(is_digits);
            }
            Step::Coded(before, length, behind) => {
                let rest = actual.strip_prefix(before.as_str());
                let (code, rest) = match rest.and_then(|rest| rest.split_at_checked(*length)) {
                    Some(parts) => parts,
                    None => return false,
                };
                let is_code = code.bytes().all(|byte| byte.is_ascii_alphanumeric());
                return is_code && rest.strip_prefix(behind.as_str()) == Some(&made);
            }
            Step::Among(between) => {
                let parts = |text: &'_ str| -> Vec<String> {
                    let parts = text.split(between.as_str()).map(str::trim);
                    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
                };
                let live: BTreeSet<String> = parts(actual).into_iter().collect();
                return parts(&made).iter().all(|part| live.contains(part));
            }
            Step::ArnOf(kind) => {
                let named =
                    arn::resource(actual).and_then(|named| named.strip_prefix(kind.as_str()));
                let Some(rest) = named.and_then(|named| named.strip_prefix(&made)) else {
                    return false;
                };
                return rest.is_empty() || rest.strip_prefix(':').is_some_and(is_digits);
            }
            step => match apply(step, &made) {
                Some(text) => made = text,
                None => return false,
            },
        }
    }
    made == actual
}

fn apply(step: &Step, text: &str) -> Option<String> {
    Some(match step {
        Step::Lower => text.to_lowercase(),
        Step::Upper => text.to_uppercase(),
        Step::After(before) => text.split_once(before.as_str())?.1.to_owned(),
        Step::Last(before) => text.rsplit_once(before.as_str())?.1.to_owned(),
        Step::First(between, count) => {
            let parts: Vec<&str> = text.split(between.as_str()).take(*count).collect();
            parts.join(between)
        }
        Step::Prefix(before) => format!("{before}{text}"),
        Step::Suffix(behind) => format!("{text}{behind}"),
        Step::Replace(from, to) => text.replace(from.as_str(), to),
        Step::StripEnd(end) => text.strip_suffix(end.as_str())?.to_owned(),
        Step::TrimEnd => text.trim_end().to_owned(),
        Step::Lookup(pairs) => pairs.iter().find(|(from, _)| from == text)?.1.clone(),
        Step::Decimal if text.contains('.') => text.to_owned(),
        Step::Decimal => format!("{text}.0"),
        Step::Network => address::masked(text)?,
        Step::Constant(constant) => constant.clone(),
        Step::Times(factor) => text.parse::<u64>().ok()?.checked_mul(*factor)?.to_string(),
        Step::Collapse(between) => match text.split_once(between.as_str()) {
            Some((from, to)) if from == to => from.to_owned(),
            _ => text.to_owned(),
        },
        Step::Clock => clock(text)?,
        Step::Digits(_)
        | Step::Begins
        | Step::Numbered(_)
        | Step::Coded(..)
        | Step::Among(_)
        | Step::ArnOf(_) => return None,
    })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `01:30`, `01:30:00.5` and `01:30Z` as `01:30:00Z`.
fn clock(text: &str) -> Option<String> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let mut parts = text.split(':');
    let two = |part: &&str| part.len() == 2 && is_digits(part);
    let (hours, minutes) = (parts.next().filter(two)?, parts.next().filter(two)?);
    let seconds = match parts.next() {
        Some(part) => part.split('.').next().filter(two)?,
        None => "00",
    };
    parts.next().is_none().then(|| format!("{hours}:{minutes}:{seconds}Z"))
}

/// Whether `actual` is `text` with one or more digits for each `of`.
fn is_like(text: &str, of: &str, actual: &str) -> bool {
    let mut rest = actual;
    for (index, part) in text.split(of).enumerate() {
        if index > 0 {
            let behind = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
            if behind.len() == rest.len() {
                return false;
            }
            rest = behind;
        }
        match rest.strip_prefix(part) {
            Some(behind) => rest = behind,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    fn holds(transform: &str, desired: &str, actual: &str) -> bool {
        let document = Document::parse_json(transform.as_bytes(), &ReadOptions::default()).unwrap();
        let transform = Transform::read(document.root()).unwrap();
        transform.holds(Scalar::String(desired), Scalar::String(actual))
    }

    const TASK: &str = "arn:aws:ecs:r:1:task-definition/a:7";

    #[test]
    fn what_a_service_makes_of_a_text() {
        for (transform, desired, actual, other) in [
            (r#"[["lower"]]"#, "Main", "main", "MAIN"),
            (r#"[["upper"]]"#, "Main", "MAIN", "main"),
            (r#"[[["last","/"]]]"#, "a/b/fs-1", "fs-1", "b/fs-1"),
            (r#"[[["after","/"],"lower"]]"#, "a/B", "b", "B"),
            (r#"[[["suffix","."]],["lower"]]"#, "A", "a", "a."),
            (r#"[[["prefix","custom:"]]]"#, "a", "custom:a", "customa"),
            (r#"[[["replace","-","_"]]]"#, "a-b", "a_b", "a b"),
            (r#"[["trim_end"]]"#, "a\n ", "a", "b"),
            (r#"[[["strip_end","."],"lower"]]"#, "A.b.", "a.b", "A.b"),
            (r#"[[["first",".",2]]]"#, "8.0.45", "8.0", "8"),
            (r#"[[["lookup",{"6":"tcp"}]],["lower"]]"#, "6", "tcp", "udp"),
            (r#"[[["lookup",{"6":"tcp"}]],["lower"]]"#, "TCP", "tcp", "udp"),
            (r#"[["decimal"]]"#, "5", "5.0", "5.00"),
            (r#"[["network"]]"#, "10.0.5.7/16", "10.0.0.0/16", "10.0.0.0/8"),
            (r#"[["network"]]"#, "2001:db8::7/64", "2001:db8::/64", "2001:db9::/64"),
            (r#"[[["digits","x"]]]"#, "5.x", "5.12", "5."),
            (r#"[["begins"]]"#, "8.0", "8.0.1", "8.01"),
            (r#"[[["numbered",":"]]]"#, "a", "a:12", "a:b"),
            (r#"[[["coded","[CFN-",8,"] "]]]"#, "a b", "[CFN-0AZ9XY12] a b", "[CFN-0AZ9XY] a b"),
            (r#"[[["among",";"]]]"#, "b=2;a=1", "a=1;c=3; b=2", "a=11;b=2"),
            (r#"[[["constant","vpc"]]]"#, "standard", "vpc", "other"),
            (
                r#"[[["arn_of","task-definition/"]]]"#,
                "a",
                TASK,
                "arn:aws:ecs:r:1:task-definition/ab:7",
            ),
            (
                r#"[[["arn_of","task-definition/"]]]"#,
                "a:7",
                TASK,
                "arn:aws:ecs:r:1:task-definition/a:8",
            ),
            (r#"[[["times",1000]]]"#, "17", "17000", "17"),
            (r#"[[["collapse","-"]]]"#, "80-80", "80", "80-81"),
            (r#"[["clock"]]"#, "01:30", "01:30:00Z", "01:30"),
            (r#"[["clock"]]"#, "01:30:15.5Z", "01:30:15Z", "01:30:16Z"),
        ] {
            assert!(holds(transform, desired, actual), "{transform} {desired} {actual}");
            assert!(!holds(transform, desired, other), "{transform} {desired} {other}");
        }
    }

    #[test]
    fn a_step_that_there_is_not_is_none() {
        let read = |text: &str| {
            let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
            Transform::read(document.root()).is_some()
        };
        for text in [r#"[["backwards"]]"#, r#"[[["last"]]]"#, r#"[[["lookup","a"]]]"#, "[[1]]"] {
            assert!(!read(text), "{text}");
        }
        assert!(!holds(r#"[["network"]]"#, "10.0.0.0/33", "10.0.0.0/33"));
    }
}
