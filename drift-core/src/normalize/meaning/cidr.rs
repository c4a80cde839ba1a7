//! `cidr`: sets of addresses of IPv4 and IPv6 (RFC 4632, RFC 4291).
//!
//! All strings that stand in the value count, in lists and maps alike: networks, addresses alone, and
//! ranges `a-b`. `*`, `Any` and `Internet` are every address (Azure, virtual network service tags). Any
//! other name of where traffic comes from, such as a security group or a service tag, stands for itself.

use super::{Own, Reach};
use crate::value::Tree;
use core::net::IpAddr;
use std::collections::BTreeSet;

/// A run of addresses of one family: whether it is of IPv6, the first and the last.
pub(super) type Run = (bool, u128, u128);

/// What a value names.
#[derive(Debug, Default)]
pub(super) struct Union {
    /// Sorted, and none touching the next.
    runs: Vec<Run>,
    names: BTreeSet<String>,
    any: bool,
}

pub(super) fn holds(reach: Reach, own: Own<'_>) -> bool {
    let [desired, actual] = &own.whole.nets;
    match reach {
        Reach::Widened => grows(own.actual, desired.get_or_init(|| of(own.whole.desired.as_ref()))),
        Reach::Narrowed => grows(own.desired, actual.get_or_init(|| of(own.whole.actual.as_ref()))),
        Reach::Same => !own.hides() && !holds(Reach::Widened, own) && !holds(Reach::Narrowed, own),
    }
}

/// Whether the change takes away the last of what was named: a list that lets everyone in where it is empty.
pub(super) fn emptied(own: Own<'_>) -> bool {
    let names = |tree: Option<&Tree>| {
        let named = of(tree);
        named.any || !named.runs.is_empty() || !named.names.is_empty()
    };
    let whole = own.whole;
    !own.hides() && names(own.desired) && !names(own.actual) && !names(whole.actual.as_ref())
}

/// Whether `more` names something that `known` does not take in.
fn grows(more: Option<&Tree>, known: &Union) -> bool {
    let more = of(more);
    if known.any {
        return false;
    }
    more.any
        || more.runs.iter().any(|run| !known.covers(*run))
        || more.names.iter().any(|name| !known.names.contains(name))
}

fn of(tree: Option<&Tree>) -> Union {
    let mut union = Union::default();
    if let Some(tree) = tree {
        union.take(tree, true);
    }
    union.settle();
    union
}

impl Union {
    /// `named` says that a string which is no network is a name; in a map it may be a description.
    fn take(&mut self, tree: &Tree, named: bool) {
        match tree {
            Tree::String(text) => match run(text) {
                Some(run) => self.runs.push(run),
                None if is_any(text) => self.any |= named,
                None if named && !text.is_empty() => {
                    self.names.insert(text.clone());
                }
                None => {}
            },
            Tree::List(items) => items.iter().for_each(|item| self.take(item, named)),
            Tree::Map(fields) => fields.iter().for_each(|(_, field)| self.take(field, false)),
            _ => {}
        }
    }

    fn settle(&mut self) {
        self.runs = settled(std::mem::take(&mut self.runs));
        self.any |= [ALL_OF_4, ALL_OF_6].iter().all(|all| self.runs.contains(all));
    }

    fn covers(&self, run: Run) -> bool {
        covers(&self.runs, run)
    }
}

/// Runs sorted, and none touching the next.
pub(super) fn settled(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_unstable();
    let mut settled: Vec<Run> = Vec::with_capacity(runs.len());
    for (family, low, high) in runs {
        match settled.last_mut() {
            Some((last, _, end)) if *last == family && low <= end.saturating_add(1) => {
                *end = high.max(*end);
            }
            _ => settled.push((family, low, high)),
        }
    }
    settled
}

/// Whether one of the settled runs takes in all of another.
pub(super) fn covers(runs: &[Run], (family, low, high): Run) -> bool {
    let behind = runs.partition_point(|(f, l, _)| (*f, *l) <= (family, low));
    let found = behind.checked_sub(1).and_then(|at| runs.get(at));
    found.is_some_and(|(f, _, end)| *f == family && high <= *end)
}

/// Every address of IPv4.
pub(super) const ALL_OF_4: Run = (false, 0, LAST_OF_4);
/// Every address of IPv6.
pub(super) const ALL_OF_6: Run = (true, 0, u128::MAX);

const LAST_OF_4: u128 = u32::MAX as u128;

pub(super) fn is_any(text: &str) -> bool {
    text == "*" || text.eq_ignore_ascii_case("any") || text.eq_ignore_ascii_case("internet")
}

/// The addresses that a text names.
pub(super) fn run(text: &str) -> Option<Run> {
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (number(first.trim())?, number(last.trim())?);
        return (first.0 == last.0 && first.1 <= last.1).then_some((first.0, first.1, last.1));
    }
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let (six, at) = number(address)?;
    let bits = if six { 128 } else { 32 };
    let length = length.unwrap_or(bits);
    let free = bits.checked_sub(length)?;
    let mask = if free == 128 { u128::MAX } else { (1_u128 << free) - 1 };
    Some((six, at & !mask, at | mask))
}

/// An address as a number, and whether it is one of IPv6.
fn number(text: &str) -> Option<(bool, u128)> {
    Some(match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (false, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, u128::from(address)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Meaning, Whole};
    use super::*;

    fn tree(json: &str) -> Tree {
        serde_json::from_str(json).unwrap()
    }

    fn change(desired: &str, actual: &str) -> [bool; 2] {
        let whole = Whole::new(Some(tree(desired)), Some(tree(actual)));
        let own = Own {
            desired: whole.desired.as_ref(),
            actual: whole.actual.as_ref(),
            whole: &whole,
            rest: &[],
        };
        [Reach::Widened, Reach::Narrowed].map(|reach| Meaning::Cidr(reach).holds(own))
    }

    #[test]
    fn sets_of_addresses_are_compared() {
        for (desired, actual, expected) in [
            (r#""10.0.0.0/8""#, r#""0.0.0.0/0""#, [true, false]),
            (r#""0.0.0.0/0""#, r#""10.0.0.0/8""#, [false, true]),
            (r#"["10.0.0.0/9","10.128.0.0/9"]"#, r#"["10.0.0.0/8"]"#, [false, false]),
            (r#"["10.0.0.0/8"]"#, r#"["10.0.0.0/8","10.1.0.0/16"]"#, [false, false]),
            (r#"["10.0.0.0/8"]"#, r#"["10.0.0.0/8","::/0"]"#, [true, false]),
            (r#"["10.0.0.1"]"#, r#"["10.0.0.1/32"]"#, [false, false]),
            (r#"["10.0.0.0/8"]"#, r#"["11.0.0.0/8"]"#, [true, true]),
            (r#"["*"]"#, r#"["10.0.0.0/8"]"#, [false, true]),
            (r#"["0.0.0.0/0","::/0"]"#, r#"["*"]"#, [false, false]),
            (r#"["10.0.0.0/8"]"#, r#"["Internet"]"#, [true, false]),
            (r#"["sg-1"]"#, r#"["sg-1","sg-2"]"#, [true, false]),
            (
                r#"[{"CidrIp":"10.0.0.0/8"}]"#,
                r#"[{"CidrIp":"::/0","Description":"x"}]"#,
                [true, true],
            ),
            (
                r#"[{"CidrIp":"10.0.0.0/8"}]"#,
                r#"[{"CidrIp":"10.0.0.0/8","D":"y"}]"#,
                [false, false],
            ),
            (r#""10.0.0.1-10.0.0.9""#, r#""10.0.0.4/30""#, [false, true]),
            (r#"{"$redacted":"unequal"}"#, r#"{"$redacted":"unequal"}"#, [false, false]),
            ("1", "true", [false, false]),
        ] {
            assert_eq!(change(desired, actual), expected, "{desired} {actual}");
        }
    }

    #[test]
    fn a_list_is_emptied() {
        let emptied = |desired: &str, actual: &str| {
            let whole = Whole::new(Some(tree(desired)), Some(tree(actual)));
            let (desired, actual) = (whole.desired.as_ref(), whole.actual.as_ref());
            Meaning::Emptied.holds(Own { desired, actual, whole: &whole, rest: &[] })
        };
        assert!(emptied(r#"["10.0.0.0/8"]"#, "[]"));
        assert!(emptied(r#"{"ranges":["10.0.0.0/8"],"subnet":"a"}"#, r#"{"ranges":[]}"#));
        assert!(!emptied(r#"["10.0.0.0/8"]"#, r#"["11.0.0.0/8"]"#) && !emptied("[]", "[]"));
        assert!(!emptied(r#"{"$redacted":"unequal"}"#, "[]"));
    }

    #[test]
    fn what_is_no_network_is_none() {
        for text in ["", "10.0.0.0/33", "a/8", "10.0.0.9-10.0.0.1", "::1-10.0.0.1", "::/129", "1-2"]
        {
            assert_eq!(run(text), None, "{text}");
        }
        assert_eq!(run("::/0"), Some((true, 0, u128::MAX)));
        assert_eq!(run("255.255.255.255"), Some((false, LAST_OF_4, LAST_OF_4)));
    }
}
