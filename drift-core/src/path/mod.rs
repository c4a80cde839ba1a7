//! Paths into resources: printed in reports, accepted by rules, stable under reordering.
//!
//! A [`Path`] is a run of [`Step`]s, relative to a resource's attributes. A [`Pattern`] selects
//! paths; a [`PathSet`] holds many.

mod cover;
mod footprint;
mod parse;
mod pattern;
mod query;
mod set;

pub(crate) use cover::{Cover, cover};
pub use pattern::{Fields, Pattern, PatternStep};
pub use query::Query;
pub(crate) use query::to_json;
pub use set::PathSet;

use crate::error::Result;
use crate::value::{Embedded, Kind, ReadOptions, Tree, Value, write_quoted};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// One step of a [`Path`].
///
/// Serialised as a map with one field: `{"field": "spec"}`, `{"key": {"name": "web"}}`,
/// `{"value": "x"}`, `{"index": 0}`, `{"decoded": "json"}`, `{"hidden": 0}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field of a map: `.spec`, or `["a.b"]` where the name is no plain word.
    Field(String),
    /// The element of a keyed list: `[name="web"]`. Fields in code-point order.
    Key(Vec<(String, Tree)>),
    /// A member of a set: `[="10.0.0.0/8"]`.
    Value(Tree),
    /// The element of an ordered list: `[0]`.
    Index(usize),
    /// Into the document inside a string: `|json`.
    Decoded(String),
    /// An element whose value or key must not be shown, or is too long to, by its place among the
    /// elements sorted by value: `[#0]`.
    Hidden(usize),
}

/// A path relative to a resource's attributes; the empty path is the resource itself.
///
/// ```
/// use drift_core::path::Path;
/// let text = r#"spec.containers[name="web"].args[0]"#;
/// let path: Path = text.parse()?;
/// assert_eq!(path.steps().len(), 5);
/// assert_eq!(path.to_string(), text);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    steps: Vec<Step>,
}

impl Path {
    /// The path of `steps`.
    #[must_use]
    pub fn new(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps, once nobody needs the path any more.
    pub(crate) fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The path of the node that a JSON Pointer (RFC 6901) names in `root`: fields and indexes.
    ///
    /// # Errors
    /// `DRIFT_PATH` where the pointer does not start with `/`. A token that names nothing is taken
    /// as a field.
    pub fn from_pointer(pointer: &str, root: Value<'_>) -> Result<Self> {
        let mut at = Some(root);
        let steps = parse::pointer_tokens(pointer)?.into_iter().map(|token| {
            // RFC 6901 writes indexes without a sign or leading zeros.
            let is_index = token == "0" || token.starts_with(|c: char| ('1'..='9').contains(&c));
            let in_list = is_index && at.is_some_and(|value| value.kind() == Kind::List);
            let index = token.parse().ok().filter(|_| in_list);
            at = match index {
                Some(index) => at.and_then(|value| value.at(index)),
                None => at.and_then(|value| value.get(&token)),
            };
            index.map_or(Step::Field(token), Step::Index)
        });
        Ok(Self { steps: steps.collect() })
    }

    /// The JSON Pointer (RFC 6901) of a path of fields and indexes alone.
    pub(crate) fn to_pointer(&self) -> Option<String> {
        let mut pointer = String::new();
        for step in &self.steps {
            match step {
                Step::Index(index) => push_index(&mut pointer, *index),
                Step::Field(name) => push_token(&mut pointer, name),
                _ => return None,
            }
        }
        Some(pointer)
    }

    /// Calls `found` with the node of `root` that the path names; `None` where it names none.
    ///
    /// Elements of keyed lists are found by their keys, members of sets by their value, and
    /// documents inside strings are decoded on the way.
    pub fn resolve<T>(&self, root: Value<'_>, found: impl FnOnce(Value<'_>) -> T) -> Option<T> {
        resolve(&self.steps, root, found)
    }
}

fn resolve<T>(steps: &[Step], value: Value<'_>, found: impl FnOnce(Value<'_>) -> T) -> Option<T> {
    let mut value = value;
    let mut rest = steps;
    while let Some((step, after)) = rest.split_first() {
        rest = after;
        value = match step {
            Step::Field(name) => value.get(name)?,
            // A value may be as good as a list that holds it alone.
            Step::Index(_) | Step::Hidden(_) | Step::Value(_) | Step::Key(_)
                if !matches!(value.kind(), Kind::List | Kind::Null) =>
            {
                is_alone(value, step).then_some(value)?
            }
            Step::Index(index) => value.at(*index)?,
            Step::Hidden(rank) => {
                let mut items: Vec<Value<'_>> = value.items().collect();
                items.sort_by_cached_key(|item| Tree::of_sorted(*item));
                items.get(*rank).copied()?
            }
            Step::Value(member) => value.items().find(|item| Tree::of(*item) == *member)?,
            Step::Key(keys) => value.items().find(|item| has_keys(*item, keys))?,
            Step::Decoded(format) => {
                let text = value.as_str()?;
                let form = Embedded::by_name(format);
                let document = form.open(text, &ReadOptions::default())?;
                return resolve(rest, document.root(), found);
            }
        };
    }
    Some(found(value))
}

/// Whether the step names `value` as the only element of a list.
fn is_alone(value: Value<'_>, step: &Step) -> bool {
    match step {
        Step::Index(place) | Step::Hidden(place) => *place == 0,
        Step::Value(member) => Tree::of(value) == *member,
        Step::Key(keys) => has_keys(value, keys),
        Step::Field(_) | Step::Decoded(_) => false,
    }
}

/// Whether a list element has these keys; one that a default stands for may be absent.
pub(crate) fn has_keys(item: Value<'_>, keys: &[(String, Tree)]) -> bool {
    let mut present = 0;
    item.kind() == Kind::Map
        && keys.iter().all(|(name, expected)| match item.get(name) {
            Some(value) => {
                present += 1;
                Tree::of(value) == *expected
            }
            None => true,
        })
        && present > 0
}

/// Whether `name` may stand in a path without quotes.
fn is_word(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.steps.iter().enumerate() {
            match step {
                Step::Field(name) if is_word(name) && i == 0 => f.write_str(name)?,
                Step::Field(name) if is_word(name) => {
                    f.write_str(".")?;
                    f.write_str(name)?;
                }
                Step::Field(name) => {
                    f.write_str("[")?;
                    write_quoted(f, name)?;
                    f.write_str("]")?;
                }
                Step::Key(keys) => {
                    for (i, (name, value)) in keys.iter().enumerate() {
                        f.write_str(if i == 0 { "[" } else { "," })?;
                        if is_word(name) {
                            f.write_str(name)?;
                        } else {
                            write_quoted(f, name)?;
                        }
                        f.write_str("=")?;
                        fmt::Display::fmt(value, f)?;
                    }
                    f.write_str("]")?;
                }
                Step::Value(value) => write!(f, "[={value}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Decoded(format) => write!(f, "|{format}")?,
                Step::Hidden(index) => write!(f, "[#{index}]")?,
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for Path {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Self> {
        parse::path(text)
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Field(name) => map.serialize_entry("field", name)?,
            Self::Key(keys) => map.serialize_entry("key", &Tree::map(keys.iter().cloned()))?,
            Self::Value(value) => map.serialize_entry("value", value)?,
            Self::Index(index) => map.serialize_entry("index", index)?,
            Self::Decoded(format) => map.serialize_entry("decoded", format)?,
            Self::Hidden(index) => map.serialize_entry("hidden", index)?,
        }
        map.end()
    }
}

impl<'de> serde::Deserialize<'de> for Step {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let unknown = || D::Error::custom("expected a step with one known field");
        let Tree::Map(fields) = Tree::deserialize(deserializer)? else {
            return Err(unknown());
        };
        let Some((name, value)) = fields.into_iter().next() else {
            return Err(unknown());
        };
        let index = || value.as_number()?.as_i64().and_then(|n| usize::try_from(n).ok());
        Ok(match (name.as_str(), &value) {
            ("field", Tree::String(name)) => Self::Field(name.clone()),
            ("key", Tree::Map(keys)) => Self::Key(keys.clone()),
            ("value", _) => Self::Value(value),
            ("index", _) => Self::Index(index().ok_or_else(unknown)?),
            ("hidden", _) => Self::Hidden(index().ok_or_else(unknown)?),
            ("decoded", Tree::String(format)) => Self::Decoded(format.clone()),
            _ => return Err(unknown()),
        })
    }
}

/// Appends a token to a JSON Pointer (RFC 6901).
pub(crate) fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    if !token.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        pointer.push_str(token);
        return;
    }
    for c in token.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// Appends the position of an element to a JSON Pointer.
pub(crate) fn push_index(pointer: &mut String, index: usize) {
    pointer.push('/');
    push_number(pointer, index);
}

/// Appends a number, digit by digit.
pub(crate) fn push_number(text: &mut String, number: usize) {
    if number >= 10 {
        push_number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_put_together() {
        let mut pointer = String::new();
        ["a", "", "b/c~d", "é"].iter().for_each(|token| push_token(&mut pointer, token));
        [0, 9, 10, 120, usize::MAX].iter().for_each(|index| push_index(&mut pointer, *index));
        assert_eq!(pointer, format!("/a//b~1c~0d/é/0/9/10/120/{}", usize::MAX));
    }

    #[test]
    fn printed_paths_parse_to_themselves() {
        for text in [
            "",
            "spec",
            "[0]",
            r#"spec.template.spec.containers[name="web"].image"#,
            r#"ports[containerPort=80,protocol="TCP"].hostPort"#,
            r#"metadata.annotations["kubernetes.io/name"]"#,
            r#"policy|json.Statement[Sid="a"].Action[="s3:*"]"#,
            r#"policy|json[0]|json.x"#,
            r#"["$ref"]["*"][""]["a\"b\\"]"#,
            r#"set[={"a":[1,"]"],"b":null}].c[#3]"#,
            r#"list["odd key"=true]"#,
        ] {
            let path: Path = text.parse().unwrap();
            assert_eq!(path.to_string(), text);
            let json = serde_json::to_string(path.steps()).unwrap();
            let steps: Vec<Step> = serde_json::from_str(&json).unwrap();
            assert_eq!(steps, path.steps(), "{json}");
        }
    }

    #[test]
    fn malformed_paths_say_where() {
        for (text, column) in [
            ("a..b", 3),
            ("a[", 3),
            ("a[x]", 4),
            ("[1", 3),
            ("a|", 3),
            ("a b", 2),
            (".a", 1),
            ("a[=]", 4),
        ] {
            let error = text.parse::<Path>().unwrap_err();
            assert_eq!(error.code().as_str(), "DRIFT_PATH", "{text}");
            assert_eq!(error.position().unwrap().column, column, "{text}: {error}");
        }
    }

    #[test]
    fn paths_find_their_node() {
        let text = br#"{"a":[{"name":"x","v":1},{"name":"y","v":2}],"p":"{\"s\":[\"q\"]}","~/":0}"#;
        let document = crate::value::Document::parse_json(text, &ReadOptions::default()).unwrap();
        for (path, expected) in [
            (r#"a[name="y"].v"#, Some("2")),
            ("a[0].v", Some("1")),
            (r#"a[name="z"]"#, None),
            (r#"p|json.s[="q"]"#, Some("\"q\"")),
            (r#"p|json.t"#, None),
            (r#"["~/"]"#, Some("0")),
        ] {
            let path: Path = path.parse().unwrap();
            let found = path.resolve(document.root(), |value| Tree::of(value).to_string());
            assert_eq!(found.as_deref(), expected, "{path}");
        }
        let path = Path::from_pointer("/a/1/v", document.root()).unwrap();
        assert_eq!(path.to_string(), "a[1].v");
        assert_eq!(Path::from_pointer("/~0~1", document.root()).unwrap().to_string(), "[\"~/\"]");
    }
}
