//! Owned subtrees, as they stand in reports: canonical, exact and redacted by type.

use super::{Kind, Number, ReadOptions, Value, json, write_quoted};
use crate::limits::Limits;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use std::fmt;

/// An owned value. Maps hold their keys in code-point order.
///
/// A [`Tree::Secret`] is never written: it serialises as `{"$redacted": "unequal"}`, or `"equal"`
/// where it equals its counterpart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, by its canonical text.
    Number(String),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Tree>),
    /// A map, sorted by key.
    Map(Vec<(String, Tree)>),
    /// A value that must not be shown.
    Secret {
        /// Whether it equals its counterpart on the other side.
        equal: bool,
    },
}

impl Tree {
    /// A copy of `value`: keys sorted, numbers canonical.
    #[must_use]
    pub fn of(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::Null => Self::Null,
            Kind::Bool => Self::Bool(value.as_bool().unwrap_or_default()),
            Kind::Number => {
                Self::Number(value.as_number().map(|n| n.to_string()).unwrap_or_default())
            }
            Kind::String => Self::String(value.as_str().unwrap_or_default().to_owned()),
            Kind::List => Self::List(value.items().map(Self::of).collect()),
            Kind::Map => {
                Self::map(value.fields().map(|(key, value)| (key.to_owned(), Self::of(value))))
            }
        }
    }

    /// A copy of `value` with every list sorted: what no reordering changes.
    pub(crate) fn of_sorted(value: Value<'_>) -> Self {
        match value.kind() {
            Kind::List => {
                let mut items: Vec<Self> = value.items().map(Self::of_sorted).collect();
                items.sort_unstable();
                Self::List(items)
            }
            Kind::Map => Self::map(
                value.fields().map(|(name, value)| (name.to_owned(), Self::of_sorted(value))),
            ),
            _ => Self::of(value),
        }
    }

    /// A copy of `value` where it may be as good as none: null, `""`, `[]`, `{}`, 0 or false.
    pub(crate) fn of_empty(value: Value<'_>) -> Option<Self> {
        match value.kind() {
            Kind::Null => Some(Self::Null),
            Kind::String if value.as_str() == Some("") => Some(Self::String(String::new())),
            Kind::List if value.is_empty() => Some(Self::List(Vec::new())),
            Kind::Map if value.is_empty() => Some(Self::Map(Vec::new())),
            Kind::Bool if value.as_bool() == Some(false) => Some(Self::Bool(false)),
            Kind::Number => Some(Self::of(value)).filter(|number| *number == Self::zero()),
            _ => None,
        }
    }

    /// The number 0.
    pub(crate) fn zero() -> Self {
        Self::Number("0".into())
    }

    /// A map of `fields`, sorted by key.
    pub fn map(fields: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut fields: Vec<_> = fields.into_iter().collect();
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        Self::Map(fields)
    }

    /// The kind of the value; `None` where it is hidden.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::List(_) => Kind::List,
            Self::Map(_) => Kind::Map,
            Self::Secret { .. } => return None,
        })
    }

    /// The string, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<Number<'_>> {
        if let Self::Number(text) = self { Number::parse(text) } else { None }
    }

    /// The field `name` of a map.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Map(fields) = self else { return None };
        let at = fields.binary_search_by(|(key, _)| key.as_str().cmp(name)).ok()?;
        fields.get(at).map(|(_, value)| value)
    }

    /// Whether something in the value must not be shown.
    pub(crate) fn holds_secret(&self) -> bool {
        match self {
            Self::Secret { .. } => true,
            Self::List(items) => items.iter().any(Self::holds_secret),
            Self::Map(fields) => fields.iter().any(|(_, value)| value.holds_secret()),
            _ => false,
        }
    }

    fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(value) => write!(out, "{value}"),
            Self::Number(text) => out.write_str(text),
            Self::String(text) => write_quoted(out, text),
            Self::List(items) => {
                out.write_char('[')?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.write_char(',')?;
                    }
                    item.write(out)?;
                }
                out.write_char(']')
            }
            Self::Map(fields) => {
                out.write_char('{')?;
                for (i, (key, value)) in fields.iter().enumerate() {
                    if i > 0 {
                        out.write_char(',')?;
                    }
                    write_quoted(out, key)?;
                    out.write_char(':')?;
                    value.write(out)?;
                }
                out.write_char('}')
            }
            Self::Secret { equal } => write!(out, "{{{REDACTED_JSON}:\"{}\"}}", word(*equal)),
        }
    }
}

const REDACTED: &str = "$redacted";
const REDACTED_JSON: &str = "\"$redacted\"";

fn word(equal: bool) -> &'static str {
    if equal { "equal" } else { "unequal" }
}

/// Writes compact canonical JSON.
impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(text) => {
                if let Ok(value) = text.parse::<i64>() {
                    return serializer.serialize_i64(value);
                }
                // Every digit must survive, so the text itself is written.
                let raw = serde_json::value::RawValue::from_string(text.clone())
                    .map_err(serde::ser::Error::custom)?;
                raw.serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Map(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
            Self::Secret { equal } => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(REDACTED, word(*equal))?;
                map.end()
            }
        }
    }
}

/// Reads JSON text without losing a digit. Works from JSON text only (`serde_json::from_str` and
/// its kin), as that alone keeps a number's text.
impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?;
        // A report holds values as deep as a document may be, some levels down.
        let limits = Limits { max_depth: 2 * Limits::MAX_DEPTH, ..Limits::default() };
        let options = ReadOptions { limits, ..ReadOptions::default() };
        let document = json::parse(raw.get().as_bytes(), &options, json::Stream::Single)
            .map_err(D::Error::custom)?;
        Ok(revived(Self::of(document.root())))
    }
}

/// Turns `{"$redacted": …}` back into the type that stands for it.
fn revived(tree: Tree) -> Tree {
    match tree {
        Tree::List(items) => Tree::List(items.into_iter().map(revived).collect()),
        Tree::Map(fields) => match fields.as_slice() {
            [(key, Tree::String(value))] if key == REDACTED && value == word(true) => {
                Tree::Secret { equal: true }
            }
            [(key, Tree::String(value))] if key == REDACTED && value == word(false) => {
                Tree::Secret { equal: false }
            }
            _ => Tree::Map(fields.into_iter().map(|(key, value)| (key, revived(value))).collect()),
        },
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_text_survives_a_round_trip() {
        let text = r#"{"a":[1,-0.5,1e+30,18446744073709551616,null,true,"x\n"],"b":{"$redacted":"equal"}}"#;
        let tree: Tree = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&tree).unwrap(), text);
        assert_eq!(tree.to_string(), text);
        assert_eq!(tree.get("b"), Some(&Tree::Secret { equal: true }));
    }
}
