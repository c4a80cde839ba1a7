//! Cases of the stages `value` and `path`.

use super::case::Case;
use super::detection::Text;
use super::expect::{error, part, same};
use drift_core::Error;
use drift_core::path::{Path, Pattern};
use drift_core::value::{Document, DuplicateKeys, ReadOptions, Tree, YamlSchema};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueInput {
    text: Option<Text>,
    hex: Option<String>,
    syntax: String,
    schema: Option<String>,
    duplicate_keys: Option<String>,
    #[serde(default)]
    limits: BTreeMap<String, usize>,
}

impl ValueInput {
    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.hex) {
            (Some(text), _) => text.join().into_bytes(),
            (None, hex) => {
                let digits = hex.as_deref().unwrap_or_default().as_bytes();
                let byte = |pair: &[u8]| {
                    u8::from_str_radix(&String::from_utf8_lossy(pair), 16).expect("hex digits")
                };
                digits.chunks(2).map(byte).collect()
            }
        }
    }

    fn options(&self) -> Result<ReadOptions, String> {
        let mut options = ReadOptions::default();
        if self.duplicate_keys.as_deref() == Some("last") {
            options.duplicate_keys = DuplicateKeys::Last;
        }
        let limits = &mut options.limits;
        for (name, value) in &self.limits {
            let limit = match name.as_str() {
                "max_bytes" => &mut limits.max_bytes,
                "max_depth" => &mut limits.max_depth,
                "max_nodes" => &mut limits.max_nodes,
                "max_alias_ratio" => &mut limits.max_alias_ratio,
                "max_documents" => &mut limits.max_documents,
                "max_list_pairs" => &mut limits.max_list_pairs,
                "max_exponent" => {
                    limits.max_exponent = u32::try_from(*value).map_err(|e| e.to_string())?;
                    continue;
                }
                other => return Err(format!("no such limit: {other}")),
            };
            *limit = *value;
        }
        Ok(options)
    }

    fn parse<'b>(&self, bytes: &'b [u8], options: &ReadOptions) -> Result<Document<'b>, Error> {
        let schema = match self.schema.as_deref() {
            Some("kubectl") => YamlSchema::Kubectl,
            Some("cfn") => YamlSchema::Cfn,
            _ => YamlSchema::Core,
        };
        match self.syntax.as_str() {
            "json" => Document::parse_json(bytes, options),
            "ndjson" => Document::parse_json_stream(bytes, options),
            _ => Document::parse_yaml(bytes, schema, options),
        }
    }
}

fn input<'c, T: Deserialize<'c>>(case: &'c Case) -> Result<T, String> {
    serde_json::from_str(case.input()?).map_err(|error| error.to_string())
}

/// A text into a value.
pub(crate) fn value(case: &Case) -> Result<(), String> {
    let input: ValueInput = input(case)?;
    let expect = case.expect()?;
    let (bytes, options) = (input.bytes(), input.options()?);
    let document = match (input.parse(&bytes, &options), expect.get("error")) {
        (Ok(document), None) => document,
        (Ok(document), Some(_)) => {
            let value = Tree::of(document.root());
            return Err(format!("expected an error, and it parses to {value}"));
        }
        (Err(failure), Some(expected)) => return error(expected, &failure),
        (Err(failure), None) => return Err(format!("{}: {failure}", failure.code())),
    };
    let json = |value: drift_core::value::Value<'_>| {
        serde_json::from_str::<Value>(&Tree::of(value).to_string()).map_err(|e| e.to_string())
    };
    let one = || match document.roots().len() {
        1 => Ok(document.root()),
        roots => Err(format!("expected one document, there are {roots}")),
    };
    if let Some(expected) = expect.get("values") {
        let roots: Vec<Value> = document.roots().map(json).collect::<Result<_, _>>()?;
        return same(expected, &Value::Array(roots));
    }
    if let Some(expected) = expect.get("canonical") {
        return same(expected, &Tree::of(one()?).to_string().into());
    }
    same(&expect["value"], &json(one()?)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PathInput<'c> {
    text: String,
    #[serde(borrow)]
    document: Option<&'c RawValue>,
}

/// A path or a pattern and what it means.
pub(crate) fn path(case: &Case) -> Result<(), String> {
    let input: PathInput<'_> = input(case)?;
    let expect = case.expect()?;
    if let Some(expected) = expect.get("error") {
        // What is no pattern is no path either.
        return match Pattern::parse(&input.text) {
            Ok(_) => Err("expected an error, and it is a pattern".to_owned()),
            Err(failure) => error(expected, &failure),
        };
    }
    if let Some(expected) = expect.get("matches") {
        let pattern = Pattern::parse(&input.text).map_err(|failure| failure.to_string())?;
        let text = input.document.ok_or("`matches` needs a `document`")?.get();
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())
            .map_err(|failure| failure.to_string())?;
        let found = pattern.select(document.root()).into_iter();
        let found: Vec<Value> = found.map(|(pointer, _)| pointer.into()).collect();
        part(expected, &Value::Array(found), "matches")?;
    }
    if expect.get("canonical").is_none() && expect.get("steps").is_none() {
        return Ok(());
    }
    let path: Path = if input.text.starts_with('/') {
        let text = input.document.map_or("null", |document| document.get());
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())
            .map_err(|failure| failure.to_string())?;
        Path::from_pointer(&input.text, document.root()).map_err(|failure| failure.to_string())?
    } else {
        input.text.parse().map_err(|failure: Error| failure.to_string())?
    };
    if let Some(expected) = expect.get("canonical") {
        same(expected, &path.to_string().into())?;
    }
    if let Some(expected) = expect.get("steps") {
        let steps = serde_json::to_string(path.steps()).map_err(|error| error.to_string())?;
        same(expected, &serde_json::from_str(&steps).map_err(|error| error.to_string())?)?;
    }
    Ok(())
}
