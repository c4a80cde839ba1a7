//! `quantity` and `version`: which of two is higher.

use super::super::equality::{Equality, Scalar};
use super::Way;
use crate::value::{Number, Tree};
use std::cmp::Ordering;

fn way(order: Ordering) -> Option<Way> {
    match order {
        Ordering::Less => Some(Way::Up),
        Ordering::Greater => Some(Way::Down),
        Ordering::Equal => None,
    }
}

/// Which way an amount went: numbers, in strings or not, amounts of Kubernetes, sizes of data, and spans
/// of time. Both sides must be amounts of one kind.
pub(super) fn quantity(desired: Option<&Tree>, actual: Option<&Tree>) -> Option<Way> {
    let (desired, actual) = (desired?, actual?);
    let kinds = [Equality::Number, Equality::Quantity, Equality::Bytes, Equality::Duration];
    kinds.into_iter().find_map(|kind| {
        let of = |tree| amount(kind, tree);
        let (desired, actual) = (of(desired)?, of(actual)?);
        way(Number::parse(&desired)?.cmp(&Number::parse(&actual)?))
    })
}

/// The amount as a number.
fn amount(kind: Equality, tree: &Tree) -> Option<String> {
    let text = kind.canonical(Scalar::of_tree(tree))?;
    let plain = if kind == Equality::Duration { text.strip_suffix("ns")? } else { &text };
    Number::parse(plain).map(|number| number.to_string())
}

/// Which way a version went: part by part between dots and dashes, numbers by value. Of images with one
/// name the tags are compared.
pub(super) fn version(desired: Option<&Tree>, actual: Option<&Tree>) -> Option<Way> {
    let (desired, actual) = (text(desired?)?, text(actual?)?);
    let (desired, actual) = match (desired.rsplit_once(':'), actual.rsplit_once(':')) {
        (Some((name, desired)), Some((same, actual))) if name == same => (desired, actual),
        (None, None) => (&*desired, &*actual),
        _ => return None,
    };
    way(order(parts(desired)?, parts(actual)?))
}

fn text(tree: &Tree) -> Option<String> {
    match tree {
        Tree::String(text) | Tree::Number(text) => Some(text.clone()),
        _ => None,
    }
}

/// The numbers at the start of a version, and what is behind them.
fn parts(text: &str) -> Option<(Vec<u64>, &str)> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let numbers: Option<Vec<u64>> =
        numbers.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect();
    Some((numbers?, rest))
}

fn order((desired, before): (Vec<u64>, &str), (actual, after): (Vec<u64>, &str)) -> Ordering {
    let longest = desired.len().max(actual.len());
    let padded = |parts: &[u64]| -> Vec<u64> {
        parts.iter().copied().chain(std::iter::repeat(0)).take(longest).collect()
    };
    padded(&desired).cmp(&padded(&actual)).then_with(|| {
        // A pre-release comes before its release (semver.org, 11).
        let early = |rest: &str| rest.starts_with('-');
        match (early(before), early(after)) {
            (true, false) if after.is_empty() => Ordering::Less,
            (false, true) if before.is_empty() => Ordering::Greater,
            (true, true) => before.cmp(after),
            _ => Ordering::Equal,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(json: &str) -> Tree {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn amounts_go_up_or_down() {
        let of = |d: &str, a: &str| quantity(Some(&tree(d)), Some(&tree(a)));
        for (low, high) in [
            ("1", "2"),
            ("\"9\"", "\"10\""),
            ("\"500m\"", "\"1\""),
            ("\"1Gi\"", "\"1500Mi\""),
            ("\"30s\"", "\"5m\""),
            ("\"PT5M\"", "\"1h\""),
            ("-3", "-2.5"),
            ("\"1MB\"", "\"1GB\""),
        ] {
            assert_eq!(of(low, high), Some(Way::Up), "{low} {high}");
            assert_eq!(of(high, low), Some(Way::Down), "{low} {high}");
        }
        for (one, other) in [("1", "1.0"), ("1", "\"x\""), ("[1]", "2"), ("\"5m\"", "true")] {
            assert_eq!(of(one, other), None, "{one} {other}");
        }
        assert_eq!(quantity(None, Some(&tree("1"))), None);
    }

    #[test]
    fn versions_go_up_or_down() {
        let of = |d: &str, a: &str| version(Some(&tree(d)), Some(&tree(a)));
        for (low, high) in [
            ("\"1.9\"", "\"1.10\""),
            ("\"v1.28.3\"", "\"v1.29.0\""),
            ("\"13.4-R1\"", "\"13.5\""),
            ("\"1.0.0-rc.1\"", "\"1.0.0\""),
            ("\"repo:5000/app:1.2\"", "\"repo:5000/app:1.3\""),
            ("8.0", "8.4"),
        ] {
            assert_eq!(of(low, high), Some(Way::Up), "{low} {high}");
            assert_eq!(of(high, low), Some(Way::Down), "{low} {high}");
        }
        for (one, other) in [
            ("\"1.2\"", "\"1.2.0\""),
            ("\"latest\"", "\"1.2\""),
            ("\"a:1\"", "\"b:2\""),
            ("\"\"", "\"1\""),
        ] {
            assert_eq!(of(one, other), None, "{one} {other}");
        }
    }
}
