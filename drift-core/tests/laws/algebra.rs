//! Paths, sets of paths, numbers and the JSON parser against independent oracles.

use super::document::Json;
use super::entropy::{Entropy, entropy};
use super::shapes;
use drift_core::path::{Path, PathSet, Pattern, Step};
use drift_core::value::{Document, DuplicateKeys, Number, ReadOptions, Tree};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;

fn name(entropy: &Entropy) -> String {
    const NAMES: [&str; 14] = [
        "a",
        "b",
        "a.b",
        "",
        "0",
        "é",
        "x y",
        "$",
        "*",
        "]",
        "\"",
        "\\",
        "_-1",
        "\u{0}\u{7f}\u{2028}",
    ];
    (*entropy.pick(&NAMES)).to_owned()
}

fn step(entropy: &Entropy) -> Step {
    match entropy.below(7) {
        0 | 1 => Step::Field(name(entropy)),
        2 => {
            let mut keys: Vec<(String, Tree)> = (0..=entropy.below(2))
                .map(|_| (name(entropy), shapes::scalar(entropy).tree()))
                .collect();
            keys.sort();
            keys.dedup_by(|one, two| one.0 == two.0);
            Step::Key(keys)
        }
        3 => Step::Value(shapes::value(&shapes::root(entropy), entropy).tree()),
        4 => Step::Index(entropy.below(1000)),
        5 => Step::Decoded("json".to_owned()),
        _ => Step::Hidden(entropy.below(1000)),
    }
}

fn path(entropy: &Entropy, length: usize) -> Path {
    Path::new((0..entropy.below(length)).map(|_| step(entropy)).collect())
}

/// Paths of few steps of few kinds, so that they meet.
fn short_path(entropy: &Entropy) -> Path {
    let step = || match entropy.below(3) {
        0 => Step::Field("a".to_owned()),
        1 => Step::Field("b".to_owned()),
        _ => Step::Index(entropy.below(2)),
    };
    Path::new((0..entropy.below(4)).map(|_| step()).collect())
}

/// A number as (sign, digits without zeros at either end, exponent), by plain text work.
fn rational(text: &str) -> (i128, u32) {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
    let exponent: i64 = exponent.parse().unwrap();
    // digits × 10^(exponent - fraction), over the denominator 10^12.
    let power = u32::try_from(12 + exponent - fraction.len() as i64).unwrap();
    (digits * 10_i128.pow(power), 12)
}

fn number(entropy: &Entropy) -> String {
    let sign = if entropy.one_in(2) { "-" } else { "" };
    let whole = entropy.below(120);
    let fraction = match entropy.below(4) {
        0 => String::new(),
        width => format!(".{:0width$}", entropy.below(10_usize.pow(width as u32))),
    };
    let exponent = match entropy.below(4) {
        0 => format!("e{}", entropy.below(6)),
        1 => format!("E+0{}", entropy.below(6)),
        2 => format!("e-{}", entropy.below(6)),
        _ => String::new(),
    };
    format!("{sign}{whole}{fraction}{exponent}")
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn a_printed_path_parses_to_itself(entropy in entropy(120)) {
        let path = path(&entropy, 6);
        let text = path.to_string();
        let parsed: Path = text.parse().unwrap_or_else(|error| panic!("{error}: {text}"));
        prop_assert_eq!(&parsed, &path, "{}", text);
        prop_assert_eq!(&parsed.to_string(), &text);
        let json = serde_json::to_string(path.steps()).unwrap();
        let steps: Vec<Step> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(steps.as_slice(), path.steps(), "{}", json);
        // The same text is a pattern, and prints as it was written.
        if !path.steps().iter().any(|step| matches!(step, Step::Hidden(_))) {
            let pattern = Pattern::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            prop_assert_eq!(pattern.to_string(), text);
        }
    }

    #[test]
    fn a_path_as_a_pattern_selects_its_node(entropy in entropy(200)) {
        let document = shapes::value(&shapes::root(&entropy), &entropy);
        let text = document.write();
        let parsed = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
        let mut pointers = Vec::new();
        collect(&document, String::new(), &mut pointers);
        for pointer in pointers {
            let path = Path::from_pointer(&pointer, parsed.root()).unwrap();
            let expected = document.at(&pointer).unwrap().tree();
            prop_assert_eq!(path.resolve(parsed.root(), Tree::of), Some(expected), "{}", pointer);
            for pattern in [path.to_string(), pointer.clone()] {
                if pattern == pointer && pointer.split('/').any(|token| token == "*") {
                    continue;
                }
                let found = Pattern::parse(&pattern).unwrap().select(parsed.root());
                let found: Vec<&String> = found.iter().map(|(pointer, _)| pointer).collect();
                prop_assert_eq!(found, vec![&pointer], "{}", pattern);
            }
        }
    }

    #[test]
    fn random_text_is_a_path_or_an_error(text in "[a-b0\\[\\]\"=.|*#,$/~{} '?@\\\\-]{0,20}") {
        if let Ok(path) = text.parse::<Path>() {
            let again: Path = path.to_string().parse().unwrap();
            prop_assert_eq!(again, path);
        }
        let _ = Pattern::parse(&text);
        let _ = drift_core::path::Query::parse(&text);
    }

    #[test]
    fn sets_of_paths_are_sets(entropy in entropy(200)) {
        let draw = || -> BTreeSet<Path> {
            (0..entropy.below(8)).map(|_| short_path(&entropy)).collect()
        };
        let (a, b) = (draw(), draw());
        let set = |paths: &BTreeSet<Path>| -> PathSet { paths.iter().cloned().collect() };
        let list = |set: &PathSet| -> Vec<Path> { set.iter().collect() };
        let plain = |paths: BTreeSet<Path>| -> Vec<Path> { paths.into_iter().collect() };
        let (sa, sb) = (set(&a), set(&b));
        prop_assert_eq!(list(&sa), plain(a.clone()));
        prop_assert_eq!(list(&sa.union(&sb)), plain(&a | &b));
        prop_assert_eq!(list(&sa.intersection(&sb)), plain(&a & &b));
        prop_assert_eq!(list(&sa.difference(&sb)), plain(&a - &b));
        prop_assert_eq!(sa.is_empty(), a.is_empty());
        prop_assert_eq!(&sa.union(&sb), &sb.union(&sa));
        prop_assert_eq!(&sa.difference(&sb).union(&sa.intersection(&sb)), &sa);
        let path = short_path(&entropy);
        let under = |one: &Path, other: &Path| other.steps().starts_with(one.steps());
        prop_assert_eq!(sa.contains(&path), a.contains(&path));
        prop_assert_eq!(sa.covers(&path), a.iter().any(|one| under(one, &path)));
        prop_assert_eq!(sa.reaches(&path), a.iter().any(|one| under(&path, one)));
    }

    #[test]
    fn numbers_are_what_they_mean(entropy in entropy(20)) {
        let (one, two) = (number(&entropy), number(&entropy));
        let (a, b) = (Number::parse(&one).unwrap(), Number::parse(&two).unwrap());
        let expected = rational(&one).cmp(&rational(&two));
        prop_assert_eq!(a.cmp(&b), expected, "{} {}", one, two);
        prop_assert_eq!(a == b, expected == Ordering::Equal);
        prop_assert_eq!(a.to_string() == b.to_string(), a == b, "{} {}", one, two);
        let canonical = a.to_string();
        prop_assert_eq!(rational(&canonical), rational(&one), "{}", canonical);
        prop_assert_eq!(Number::parse(&canonical).unwrap().to_string(), canonical);
    }

    #[test]
    fn the_parser_reads_what_serde_json_reads(entropy in entropy(200)) {
        let document = shapes::value(&shapes::root(&entropy), &entropy);
        let mut bytes = document.write_oddly(&entropy).into_bytes();
        const BYTES: &[u8] = b"{}[]\",:0e.-\\u\x00\x1f\xff\xc3\xa9 tn/";
        for _ in 0..entropy.below(4) {
            let at = entropy.below(bytes.len() + 1);
            match entropy.below(3) {
                0 => bytes.insert(at, *entropy.pick(BYTES)),
                1 if at < bytes.len() => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
        let ours = Document::parse_json(&bytes, &options);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match (serde_json::from_slice::<serde_json::Value>(&bytes), ours) {
            (Ok(theirs), Ok(ours)) => {
                let tree = Tree::of(ours.root()).to_string();
                let again: serde_json::Value = serde_json::from_str(&tree).unwrap();
                prop_assert!(same(&theirs, &again), "{text}: {tree}");
            }
            (Err(theirs), Ok(_)) => {
                // Numbers beyond a float are exact here.
                prop_assert!(theirs.to_string().contains("out of range"), "{text}: {theirs}");
            }
            (Ok(_), Err(ours)) => prop_assert!(false, "{text}: {ours}"),
            (Err(_), Err(ours)) => prop_assert!(ours.position().is_some(), "{text}: {ours}"),
        }
    }
}

fn collect(value: &Json, pointer: String, found: &mut Vec<String>) {
    match value {
        Json::Map(fields) => {
            for (name, value) in fields {
                let token = name.replace('~', "~0").replace('/', "~1");
                collect(value, format!("{pointer}/{token}"), found);
            }
        }
        Json::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

/// Equal but for how numbers are held.
fn same(one: &serde_json::Value, two: &serde_json::Value) -> bool {
    use serde_json::Value as V;
    match (one, two) {
        (V::Number(a), V::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (V::Array(a), V::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (V::Object(a), V::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => one == two,
    }
}
