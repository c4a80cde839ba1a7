//! `when` of a rule: on which changes its classification holds.

use super::condition::{Beside, Test, When};
use super::glob::Glob;
use super::load::{boolean, fail, known_fields, list, string};
use super::meaning::{Meaning, NAMES};
use super::rule::Relative;
use crate::error::Result;
use crate::value::{Kind, Tree, Value};

/// Reads a `when`.
pub(super) fn read_when(value: Value<'_>) -> Result<When> {
    const FIELDS: [&str; 6] = ["desired", "actual", "reference", "kind", "unmanaged", "beside"];
    let meanings = NAMES.map(|(name, _)| name);
    const KINDS: [&str; 4] = ["added", "removed", "changed", "moved"];
    known_fields(value, &[&FIELDS, &meanings], "`when`")?;
    if value.is_empty() {
        return Err(fail(value, "expected a condition in `when`"));
    }
    let tests = |name: &str| value.get(name).map_or(Ok(Vec::new()), read_tests);
    let kind = match value.get("kind") {
        None => Vec::new(),
        Some(one) if one.kind() == Kind::String => vec![string(one, "kind")?.to_owned()],
        Some(_) => list(value, "kind")?
            .into_iter()
            .map(|kind| string(kind, "kind").map(str::to_owned))
            .collect::<Result<_>>()?,
    };
    if kind.iter().any(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(
            fail(value, "no such kind of change").with_help(format!("one of {}", KINDS.join(", ")))
        );
    }
    Ok(When {
        desired: tests("desired")?,
        actual: tests("actual")?,
        reference: tests("reference")?,
        kind,
        meanings: read_meanings(value)?,
        beside: read_beside(value)?,
        unmanaged: value.get("unmanaged").map_or(Ok(false), |value| boolean(value, "unmanaged"))?,
    })
}

fn read_meanings(when: Value<'_>) -> Result<Vec<Meaning>> {
    let mut meanings = Vec::new();
    for (name, words) in NAMES {
        let Some(value) = when.get(name) else { continue };
        let word = string(value, name)?;
        let found = words.iter().find(|(known, _)| *known == word);
        meanings.push(found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            fail(value, format!("expected `{name}` to be {}", words.join(" or ")))
        })?);
    }
    Ok(meanings)
}

/// Conditions on what stands beside the place of a rule.
fn read_beside(when: Value<'_>) -> Result<Vec<Beside>> {
    let Some(value) = when.get("beside") else { return Ok(Vec::new()) };
    if value.kind() != Kind::Map || value.is_empty() {
        return Err(fail(value, "expected `beside` to be a map of places with conditions"));
    }
    let read = |(name, tests): (&str, Value<'_>)| {
        let place = Relative::parse(name)
            .filter(|place| place.up == 1 && place.down.iter().all(|name| name != "*"));
        let place = place.ok_or_else(|| {
            fail(tests, "expected a place in `beside` to be one in the same map")
                .with_help("write it as `../name`")
        })?;
        Ok(Beside { place, tests: read_tests(tests)? })
    };
    value.fields().map(read).collect()
}

fn read_tests(value: Value<'_>) -> Result<Vec<Test>> {
    const FIELDS: [&str; 9] =
        ["equals", "in", "not_in", "exists", "matches", "above", "below", "has", "has_not"];
    known_fields(value, &[&FIELDS], "a condition")?;
    value
        .fields()
        .map(|(name, value)| {
            let trees = || match Tree::of(value) {
                Tree::List(items) if !items.is_empty() => Ok(items),
                _ => Err(fail(value, format!("expected `{name}` to be a list of values"))),
            };
            let number = || match Tree::of(value) {
                number @ Tree::Number(_) => Ok(number),
                _ => Err(fail(value, format!("expected `{name}` to be a number"))),
            };
            Ok(match name {
                "in" => Test::In(trees()?),
                "not_in" => Test::NotIn(trees()?),
                "exists" => Test::Exists(boolean(value, name)?),
                "matches" => Test::Matches(Glob::new(string(value, name)?)),
                "above" => Test::Above(number()?),
                "below" => Test::Below(number()?),
                "has" | "has_not" => {
                    let names = string(value, name)?.split('/').map(str::to_owned).collect();
                    Test::Has(names, name == "has")
                }
                _ => Test::Equals(Tree::of(value)),
            })
        })
        .collect()
}
