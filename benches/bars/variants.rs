//! The same estate in harder shapes, with what was changed in it.

use super::{Corpus, Failure};
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Variant {
    /// Lists ten times as long.
    LongLists,
    /// A difference in every pair.
    AllDiffer,
    /// Slashes and spaces of all strings are escaped.
    Escapes,
}

impl Variant {
    pub(crate) const ALL: [(Self, &str); 3] = [
        (Self::LongLists, "lists ten times as long"),
        (Self::AllDiffer, "every pair differs"),
        (Self::Escapes, "strings with escapes"),
    ];
}

/// How many copies of each element are added.
const COPIES: usize = 9;
const PROBE: &str = "drift_probe";

/// Writes the variant of an estate into `folder`.
pub(crate) fn write(plain: &Corpus, folder: &Path, variant: Variant) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    std::fs::copy(plain.path("ignore.json"), folder.join("ignore.json"))?;
    let read = |bytes: &[u8]| -> Result<Vec<Value>, Failure> {
        std::str::from_utf8(bytes)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    };
    let (mut desired, mut actual) = (read(&plain.desired)?, read(&plain.actual)?);
    let mut truth = plain.json("truth.json")?;
    let place: BTreeMap<String, usize> =
        desired.iter().enumerate().map(|(index, resource)| (key_of(resource), index)).collect();
    let known = plain.json("ignore.json")?;
    for resource in &mut actual {
        let key = key_of(resource);
        let Some(twin) = place.get(&key).and_then(|index| desired.get_mut(*index)) else {
            continue;
        };
        match variant {
            Variant::LongLists => lengthen(twin, resource, &known["array_keys"]),
            Variant::AllDiffer => {
                twin[PROBE] = json!(1);
                resource[PROBE] = json!(2);
                let operation = json!({"op": "replace", "path": [PROBE]});
                let operations = &mut truth["changes"][key];
                match operations.as_array_mut() {
                    Some(operations) => operations.push(operation),
                    None => *operations = json!([operation]),
                }
            }
            Variant::Escapes => {}
        }
    }
    let to = |file: &str| -> PathBuf { folder.join(file) };
    std::fs::write(to("truth.json"), truth.to_string())?;
    for (file, side) in [("desired.ndjson", desired), ("actual.ndjson", actual)] {
        let mut text = Vec::new();
        for resource in side {
            if variant == Variant::Escapes {
                let mut serializer = Serializer::with_formatter(&mut text, Escaping);
                serde::Serialize::serialize(&resource, &mut serializer)?;
            } else {
                serde_json::to_writer(&mut text, &resource)?;
            }
            text.push(b'\n');
        }
        std::fs::write(to(file), text)?;
    }
    Ok(())
}

/// The key by which `truth.json` knows a resource.
pub(crate) fn key_of(resource: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match resource["metadata"].as_object() {
        Some(meta) => {
            format!(
                "{}/{}/{}",
                text(&resource["kind"]),
                text(&meta["namespace"]),
                text(&meta["name"])
            )
        }
        None => format!("{}/{}", text(&resource["type"]), text(&resource["id"])),
    }
}

/// Adds copies of what desired declares to both sides' lists, under names of their own, wherever
/// fields alone lead to a list of which it is known what tells its elements apart.
fn lengthen(desired: &mut Value, actual: &mut Value, keys: &Value) {
    let (Some(desired), Some(actual)) = (desired.as_object_mut(), actual.as_object_mut()) else {
        return;
    };
    for (name, value) in desired.iter_mut() {
        let Some(twin) = actual.get_mut(name) else { continue };
        match (value, twin) {
            (Value::Array(items), Value::Array(twins)) => {
                let more = copies(items, &keys[name]);
                items.extend(more.iter().cloned());
                twins.extend(more);
            }
            (value, twin) => lengthen(value, twin, keys),
        }
    }
}

fn copies(items: &[Value], keys: &Value) -> Vec<Value> {
    let copy = |item: &Value, number: usize| match (item, keys.as_array()) {
        (Value::String(text), None) => Some(json!(format!("{text}-{number}"))),
        (Value::Object(fields), Some(keys)) => renamed(fields, keys, number),
        _ => None,
    };
    let numbers = if keys.is_null() { 0..0 } else { 0..COPIES };
    numbers.flat_map(|number| items.iter().filter_map(move |item| copy(item, number))).collect()
}

fn renamed(fields: &Map<String, Value>, keys: &[Value], number: usize) -> Option<Value> {
    let mut copy = fields.clone();
    let key = keys.first()?.as_str()?;
    let name = format!("{}-{number}", copy.get(key)?.as_str()?);
    copy.insert(key.to_owned(), json!(name));
    Some(Value::Object(copy))
}

/// Writes strings with more escapes than needed.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let text = fragment.replace('/', "\\/").replace(' ', "\\u0020");
        writer.write_all(text.as_bytes())
    }
}
