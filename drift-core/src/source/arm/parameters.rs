//! Parameters of a template: what was given for them, else their defaults.

use super::STRICT;
use super::made::{Content, Made};
use crate::error::{Code, Error, Result};
use crate::model::add_secret;
use crate::source::ParameterValue;
use crate::source::strict::{optional, shown};
use crate::value::{Document, NodeId, ReadOptions, Value};
use std::collections::BTreeMap;
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

/// Whether the type of a parameter says that it is a secret; what type it is else.
fn type_of(declaration: Value<'_>) -> Result<(String, bool)> {
    let Some(name) = optional(declaration, "type") else {
        // Types of a template's own stand behind a `$ref`.
        return Ok((String::new(), false));
    };
    let name = STRICT.text(name, "`type`")?.to_ascii_lowercase();
    let secure = name.starts_with("secure");
    Ok((name, secure))
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
            let (kind, secure) = type_of(declaration)?;
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

/// What an option gives for a parameter of this type.
pub(super) fn of_option(
    name: &str,
    given: &ParameterValue,
    at: NodeId,
    kind: &str,
) -> Result<Made> {
    let wrong = |what: &str| {
        let message = format!("the parameter `{}` takes {what}", shown(name));
        Error::new(Code::Option, message).on_path("/parameters")
    };
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
