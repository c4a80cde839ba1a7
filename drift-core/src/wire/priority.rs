//! The option `priority`: weights, the matrix, and how much hangs on which resources.

use super::options::STRICT;
use crate::classify::{Criticality, Priorities, Weights, Weighty};
use crate::error::{Error, Result};
use crate::normalize::{Glob, Severity};
use crate::source::strict::optional;
use crate::value::Value;
use std::collections::BTreeMap;

const FIELDS: [&str; 3] = ["weights", "matrix", "criticality"];
const FACTORS: [&str; 4] = ["impact", "exposure", "criticality", "confidence"];
const CRITICALITIES: [&str; 3] = ["critical", "normal", "low"];
const LEVELS: [&str; 4] = ["p0", "p1", "p2", "p3"];

pub(super) fn read(root: Value<'_>) -> Result<Priorities> {
    STRICT.fields(root, "`priority`", &FIELDS)?;
    let mut priorities = Priorities::default();
    if let Some(value) = optional(root, "weights") {
        let weights = weights(value, priorities.weights())?;
        let Weights { impact, exposure, criticality, confidence } = weights;
        if [impact, exposure, criticality, confidence].iter().all(|weight| *weight == 0) {
            return Err(STRICT.fault(value, "expected a weight above 0"));
        }
        priorities.weigh(weights);
    }
    if let Some(matrix) = optional(root, "matrix") {
        let words: Vec<&str> = Severity::ALL.iter().map(|(_, word)| *word).collect();
        STRICT.fields(matrix, "the matrix", &words)?;
        for (severity, word) in Severity::ALL {
            let Some(row) = optional(matrix, word) else { continue };
            STRICT.fields(row, "a row of the matrix", &CRITICALITIES)?;
            for (name, level) in row.fields() {
                let Some(criticality) = Criticality::by_name(name) else { continue };
                let text = STRICT.text(level, "a level")?;
                let found = LEVELS.iter().position(|known| *known == text);
                let number = found.and_then(|number| u8::try_from(number).ok());
                let number = number.ok_or_else(|| {
                    STRICT.fault(level, "no such level").with_help("one of p0, p1, p2, p3")
                })?;
                priorities.set(severity, criticality, number);
            }
        }
    }
    for entry in STRICT.elements(root, "criticality")? {
        priorities.put(weighty(entry)?);
    }
    Ok(priorities)
}

fn weights(value: Value<'_>, mut known: Weights) -> Result<Weights> {
    STRICT.fields(value, "`weights`", &FACTORS)?;
    for (name, weight) in value.fields() {
        let number = weight.as_number().and_then(|number| number.as_i64());
        let number = number.and_then(|number| u8::try_from(number).ok());
        let number = number.filter(|number| *number <= 100).ok_or_else(|| {
            STRICT.expected(weight, format_args!("`{name}` as a whole number from 0 to 100"))
        })?;
        match name {
            "impact" => known.impact = number,
            "exposure" => known.exposure = number,
            "criticality" => known.criticality = number,
            _ => known.confidence = number,
        }
    }
    Ok(known)
}

fn weighty(entry: Value<'_>) -> Result<Weighty> {
    const ENTRY: [&str; 6] = ["provider", "type", "id", "scope", "tags", "level"];
    STRICT.fields(entry, "an entry of `criticality`", &ENTRY)?;
    let glob = |name: &str| Ok::<_, Error>(STRICT.optional_text(entry, name)?.map(Glob::new));
    let globs = |name: &str| {
        let Some(map) = optional(entry, name) else { return Ok(BTreeMap::new()) };
        STRICT.map(map, format_args!("`{name}`"))?;
        let pair = |(name, glob): (&str, Value<'_>)| {
            Ok((name.to_owned(), Glob::new(STRICT.text(glob, "a glob")?)))
        };
        map.fields().map(pair).collect::<Result<BTreeMap<String, Glob>>>()
    };
    let level = STRICT.required(entry, "level")?;
    let criticality = Criticality::by_name(STRICT.text(level, "`level`")?).ok_or_else(|| {
        STRICT.fault(level, "no such criticality").with_help("one of critical, normal, low")
    })?;
    Ok(Weighty {
        provider: glob("provider")?,
        type_name: glob("type")?,
        id: glob("id")?,
        scope: globs("scope")?,
        tags: globs("tags")?,
        criticality,
    })
}
