//! Parameters of a template: what was given for them, else their defaults.

use super::STRICT;
use super::made::{Content, Made};
use crate::error::{Code, Error, Result};
use crate::model::add_secret;
use crate::path::to_json;
use crate::source::ParameterValue;
use crate::source::strict::{optional, shown};
use crate::value::{Document, Kind, NodeId, ReadOptions, Value};
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// The parameters of a template.
#[derive(Default)]
pub(super) struct Parameters<'d> {
    /// By name in small letters.
    pub(super) given: BTreeMap<String, Rc<Made>>,
    pub(super) defaults: BTreeMap<String, (Value<'d>, bool)>,
    /// The names as they are declared.
    pub(super) names: Vec<String>,
    /// What was given for secure ones.
    pub(super) masked: Vec<String>,
}

/// How many definitions may lead to each other.
const MAX_REFERENCES: usize = 16;

/// A value for a parameter as it was given, in JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterJson(pub(crate) String);

/// Says nothing of what it holds: it may be a secret.
impl fmt::Debug for ParameterJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
}

/// What a file of parameters says of one.
pub(crate) enum Entry<'v> {
    Value(Value<'v>),
    /// A secret of a vault, which is not told.
    Reference,
}

impl<'v> Entry<'v> {
    /// An entry as the schema of such files has it: a `value`, or a `reference` to a vault, and `metadata`.
    pub(crate) fn of(value: Value<'v>) -> Option<Self> {
        let is_known = |(name, _): (&str, _)| matches!(name, "value" | "reference" | "metadata");
        if value.kind() != Kind::Map || !value.fields().all(is_known) {
            return None;
        }
        match (value.get("value"), value.get("reference")) {
            (Some(value), None) => Some(Self::Value(value)),
            (None, Some(reference)) => reference.get("keyVault").map(|_| Self::Reference),
            _ => None,
        }
    }
}

/// The parameters in a whole file of them, by its schema.
pub(crate) fn parameters_in(root: Value<'_>) -> Option<Value<'_>> {
    let schema = root.str_field("$schema")?.trim_end_matches('#');
    let is_file = schema.to_ascii_lowercase().ends_with("deploymentparameters.json");
    root.get("parameters").filter(|parameters| is_file && parameters.kind() == Kind::Map)
}

/// Whether the type of a parameter says that it is a secret; what type it is else.
fn type_of(root: Value<'_>, declaration: Value<'_>) -> Result<(String, bool)> {
    let mut declaration = declaration;
    for _ in 0..MAX_REFERENCES {
        if let Some(name) = optional(declaration, "type") {
            let name = STRICT.text(name, "`type`")?.to_ascii_lowercase();
            let secure = name.starts_with("secure");
            return Ok((name, secure));
        }
        // Types of a template's own stand behind a `$ref`.
        let reference = declaration.str_field("$ref");
        let Some(next) = reference.and_then(|text| definition(root, text)) else { break };
        declaration = next;
    }
    Ok((String::new(), false))
}

/// What a reference leads to among the definitions of the template.
fn definition<'d>(root: Value<'d>, reference: &str) -> Option<Value<'d>> {
    let mut tokens = reference.strip_prefix("#/definitions/")?.split('/');
    let step =
        |value: Value<'d>, token: &str| value.get(&token.replace("~1", "/").replace("~0", "~"));
    tokens.try_fold(root.get("definitions")?, step)
}

impl<'d> Parameters<'d> {
    /// Reads what a template declares, with what `given` says for a name.
    pub(super) fn load(
        root: Value<'d>,
        mut given: impl FnMut(&str, NodeId, &str) -> Result<Option<Made>>,
    ) -> Result<Self> {
        let mut found = Self::default();
        let Some(declared) = super::map(root, "parameters")? else { return Ok(found) };
        for (name, declaration) in declared.fields() {
            STRICT.map(declaration, "a parameter")?;
            let (kind, secure) = type_of(root, declaration)?;
            found.names.push(name.to_owned());
            let key = name.to_lowercase();
            match given(name, declaration.id(), &kind)? {
                Some(made) => {
                    if secure {
                        add_texts(&made, &mut found.masked);
                    }
                    found.given.insert(key, Rc::new(made.secret(secure)));
                }
                None => {
                    if let Some(default) = declaration.get("defaultValue") {
                        if secure {
                            default.tape().for_each(|value| add_secret(value, &mut found.masked));
                        }
                        found.defaults.insert(key, (default, secure));
                    } else if secure {
                        let unknown = Made::unknown(declaration.id()).secret(true);
                        found.given.insert(key, Rc::new(unknown));
                    }
                }
            }
        }
        Ok(found)
    }
}

/// The texts of a secret.
fn add_texts(made: &Made, found: &mut Vec<String>) {
    match &made.content {
        Content::Text(text) | Content::Number(text) => found.push(text.clone()),
        Content::List(items) => items.iter().for_each(|item| add_texts(item, found)),
        Content::Map(fields) => fields.iter().for_each(|(_, field)| add_texts(field, found)),
        _ => {}
    }
}

/// The error that a value is none for a parameter.
fn wrong(name: &str, what: &str) -> Error {
    let message = format!("the parameter `{}` takes {what}", shown(name));
    Error::new(Code::Option, message).on_path("/parameters")
}

/// What was given as JSON for a parameter of this type; it stays as it is, but where the type asks for
/// another kind of value.
pub(super) fn of_json(name: &str, given: &ParameterJson, at: NodeId, kind: &str) -> Result<Made> {
    let document = Document::parse_json(given.0.as_bytes(), &ReadOptions::default());
    let document = document.map_err(|_| wrong(name, "a value"))?;
    let value = match Entry::of(document.root()) {
        Some(Entry::Reference) => return Ok(Made::unknown(at).secret(true)),
        Some(Entry::Value(value)) => value,
        None => document.root(),
    };
    let as_text = |text: &str| of_option(name, &ParameterValue::Text(text.to_owned()), at, kind);
    match (kind, value.kind()) {
        (_, Kind::Null) | ("", _) => Ok(Made::of(value, at)),
        (_, Kind::String) => as_text(value.as_str().unwrap_or_default()),
        ("array", _) => Ok(Made::of(value, at)),
        (_, Kind::List) => Err(wrong(name, "no list")),
        ("object" | "secureobject", _) => Ok(Made::of(value, at)),
        _ => as_text(&to_json(value).to_string()),
    }
}

/// What an option gives for a parameter of this type.
pub(super) fn of_option(
    name: &str,
    given: &ParameterValue,
    at: NodeId,
    kind: &str,
) -> Result<Made> {
    let wrong = |what: &str| wrong(name, what);
    let text = match given {
        ParameterValue::List(items) => {
            let item = |text: &String| Made::new(at, Content::Text(text.clone()));
            return match kind {
                "array" | "" => Ok(Made::new(at, Content::List(items.iter().map(item).collect()))),
                _ => Err(wrong("no list")),
            };
        }
        ParameterValue::Text(text) | ParameterValue::Resolved(text) => text,
        ParameterValue::Kept => return Err(wrong("a value")),
    };
    let json = |what: &str| -> Result<Made> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default());
        Ok(Made::of(document.map_err(|_| wrong(what))?.root(), at))
    };
    match kind {
        "int" => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Made::new(at, Content::Number(number.to_string()))),
            Err(_) => Err(wrong("a whole number")),
        },
        "bool" => match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Made::new(at, Content::Bool(true))),
            "false" => Ok(Made::new(at, Content::Bool(false))),
            _ => Err(wrong("true or false")),
        },
        "object" | "secureobject" => json("a map, as JSON"),
        "array" => json("a list, or one as JSON"),
        _ => Ok(Made::new(at, Content::Text(text.clone()))),
    }
}
