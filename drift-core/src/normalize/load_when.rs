//! `when` of a rule: on which changes its classification holds.

use super::condition::{Test, When};
use super::glob::Glob;
use super::load::{boolean, fail, known_fields, list, string};
use super::meaning::{Meaning, NAMES};
use crate::error::Result;
use crate::value::{Kind, Tree, Value};

/// Reads a `when`.
pub(super) fn read_when(value: Value<'_>) -> Result<When> {
    const FIELDS: [&str; 5] = ["desired", "actual", "reference", "kind", "unmanaged"];
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

fn read_tests(value: Value<'_>) -> Result<Vec<Test>> {
    const FIELDS: [&str; 7] = ["equals", "in", "not_in", "exists", "matches", "above", "below"];
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
                _ => Test::Equals(Tree::of(value)),
            })
        })
        .collect()
}
