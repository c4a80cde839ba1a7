//! Parameters of a template: what was given for them, else their defaults.

use super::STRICT;
use crate::error::{Code, Error, Result};
use crate::source::strict::{optional, shown};
use crate::value::{Kind, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What a user gives for a parameter of a template.
///
/// ```
/// use drift_core::source::{ParameterValue, ParseOptions};
/// let options = ParseOptions::from_json(r#"{"parameters": {"Stage": "prod", "Zones": ["a", "b"]}}"#)?;
/// assert_eq!(options.parameters["Stage"], ParameterValue::Text("prod".to_owned()));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A string; for a list its elements, with commas between them.
    Text(String),
    /// The elements of a list.
    List(Vec<String>),
    /// What stands under the name that was given, where CloudFormation looks the parameter up.
    Resolved(String),
    /// What the stack has kept, and nobody tells.
    Kept,
}

/// Says of which kind the value is, and nothing of what it holds: it may be a secret.
impl fmt::Debug for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Resolved(_) => "a string that was looked up",
            Self::Kept => "a value that is not told",
        })
    }
}

/// A parameter that a template declares.
#[derive(Debug)]
pub(super) struct Parameter {
    /// None where nothing was given and there is no default, or where CloudFormation looks it up.
    pub(super) value: Option<ParameterValue>,
    pub(super) secret: bool,
}

/// Reads what a template declares, with what was given for it.
pub(super) fn load(
    root: Value<'_>,
    given: &BTreeMap<String, ParameterValue>,
) -> Result<BTreeMap<String, Parameter>> {
    let Some(declared) = optional(root, "Parameters") else { return Ok(BTreeMap::new()) };
    STRICT.map(declared, "`Parameters`")?;
    let mut parameters = BTreeMap::new();
    for (name, declaration) in declared.fields() {
        // Whatever a macro puts here is declared elsewhere.
        if name.starts_with("Fn::") {
            continue;
        }
        STRICT.map(declaration, "a parameter")?;
        parameters.insert(name.to_owned(), parameter(name, declaration, given.get(name))?);
    }
    Ok(parameters)
}

fn parameter(
    name: &str,
    declaration: Value<'_>,
    given: Option<&ParameterValue>,
) -> Result<Parameter> {
    let kind = STRICT.text(STRICT.required(declaration, "Type")?, "`Type`")?;
    let secret = optional(declaration, "NoEcho").is_some_and(is_true);
    // The value is the name of another parameter, which CloudFormation looks up.
    let looked_up = kind
        .strip_prefix("AWS::SSM::Parameter::Value<")
        .map(|inner| inner.strip_suffix('>').unwrap_or(inner));
    let of = looked_up.unwrap_or(kind);
    let is_list = of == "CommaDelimitedList" || of.starts_with("List<");
    let value = match given {
        Some(ParameterValue::Resolved(text)) => Some(ParameterValue::Text(text.clone())),
        _ if looked_up.is_some() => None,
        // What the stack has is not the default, nor what a service writes in its place.
        Some(ParameterValue::Kept) => None,
        Some(ParameterValue::Text(text)) if secret && is_masked(text) => None,
        Some(ParameterValue::List(_)) if !is_list => {
            let message = format!("the parameter `{}` takes a string, and not a list", shown(name));
            return Err(Error::new(Code::Option, message).on_path("/parameters"));
        }
        Some(given) => Some(given.clone()),
        None => optional(declaration, "Default").map(default).transpose()?,
    };
    let value = value.map(|value| match value {
        ParameterValue::Text(text) if is_list => {
            ParameterValue::List(text.split(',').map(|item| item.trim().to_owned()).collect())
        }
        value => value,
    });
    Ok(Parameter { value, secret })
}

/// Whether asterisks stand for what is not told.
fn is_masked(text: &str) -> bool {
    text.len() > 2 && text.bytes().all(|byte| byte == b'*')
}

fn default(value: Value<'_>) -> Result<ParameterValue> {
    match scalar(value) {
        Some(text) => Ok(ParameterValue::Text(text.into_owned())),
        None => Err(STRICT.expected(value, "`Default` as a string")),
    }
}

/// The text of a scalar: CloudFormation turns all of them into strings where it needs one.
pub(super) fn scalar(value: Value<'_>) -> Option<Cow<'_, str>> {
    match (value.as_str(), value.as_number(), value.as_bool()) {
        (Some(text), ..) => Some(Cow::Borrowed(text)),
        (_, Some(number), _) => Some(Cow::Owned(number.text().to_owned())),
        (.., Some(truth)) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        _ => None,
    }
}

fn is_true(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::String => value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")),
        _ => value.as_bool() == Some(true),
    }
}
