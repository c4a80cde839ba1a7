//! The catalogue of findings: entries with the places at which each is found, as a rule for each place.

use crate::written::{Head, Written, head};
use serde_json::{Map, Value};
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What an entry says once for all of its places.
const COMMON: [&str; 7] = ["id", "title", "severity", "category", "runbook", "reason", "source"];
/// What a place may say.
const PLACE: [&str; 6] = ["provider", "types", "paths", "when", "severity", "category"];

/// Adds a rule for each type at each place of the entries.
pub(crate) fn add(entries: &Written, all: &mut Written) -> Result<()> {
    for Head { id, line, start, end, .. } in &entries.heads {
        let text = entries.text.get(*start..*end).ok_or("an entry that there is not")?;
        let entry: Map<String, Value> = serde_json::from_str(text)?;
        for rule in rules(&entry).map_err(|error| format!("{id}: {error}"))? {
            let (text, start) = (serde_json::to_string(&rule)?, all.text.len());
            all.text.push_str(&text);
            all.heads.push(head(&text, *line, start)?);
            all.text.push('\n');
        }
    }
    Ok(())
}

fn rules(entry: &Map<String, Value>) -> Result<Vec<Value>> {
    for name in COMMON {
        let text = entry.get(name).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            return Err(format!("expected `{name}`").into());
        }
    }
    let unknown = entry.keys().find(|name| *name != "places" && !COMMON.contains(&name.as_str()));
    if let Some(name) = unknown {
        return Err(format!("no such field: `{name}`").into());
    }
    let places = entry.get("places").and_then(Value::as_array).ok_or("expected `places`")?;
    let mut rules = Vec::new();
    for place in places {
        let place = place.as_object().ok_or("expected a place to be a map")?;
        if let Some(name) = place.keys().find(|name| !PLACE.contains(&name.as_str())) {
            return Err(format!("no such field of a place: `{name}`").into());
        }
        let types = match place.get("types") {
            Some(types) => types.as_array().ok_or("expected `types` to be a list")?.clone(),
            None if place.contains_key("provider") => vec![Value::Null],
            None => return Err("expected `types` or a `provider`".into()),
        };
        rules.extend(types.into_iter().map(|type_name| rule(entry, place, type_name)));
    }
    Ok(rules)
}

fn rule(entry: &Map<String, Value>, place: &Map<String, Value>, type_name: Value) -> Value {
    let mut matches = Map::new();
    if !type_name.is_null() {
        matches.insert("type".into(), type_name);
    }
    let mut rule: Map<String, Value> = entry.clone();
    rule.remove("places");
    for (name, value) in place {
        match name.as_str() {
            "types" => {}
            "provider" => {
                matches.insert(name.clone(), value.clone());
            }
            _ => {
                rule.insert(name.clone(), value.clone());
            }
        }
    }
    rule.insert("match".into(), matches.into());
    rule.into()
}
