//! Reading fields strictly: every error names the place and the kind, never the value.

use crate::error::{Code, Error, Result};
use crate::line::in_line;
use crate::path::push_token;
use crate::value::{Kind, Value, did_you_mean};
use std::collections::BTreeMap;
use std::fmt::Display;

/// Reads the parts of a document; its errors have one code.
#[derive(Clone, Copy)]
pub(crate) struct Strict(pub(crate) Code);

impl Strict {
    /// An error at `value`.
    pub(crate) fn fault(self, value: Value<'_>, message: impl Into<String>) -> Error {
        let error = Error::new(self.0, message).at(value.position());
        match pointer(value) {
            Some(pointer) if !pointer.is_empty() => error.on_path(pointer),
            _ => error,
        }
    }

    /// The error that `value` is of another kind than `what`.
    pub(crate) fn expected(self, value: Value<'_>, what: impl Display) -> Error {
        let found = match value.kind() {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::List => "a list",
            Kind::Map => "a map",
        };
        self.fault(value, format!("expected {what}, found {found}"))
    }

    /// Checks that `value` is a map.
    pub(crate) fn map(self, value: Value<'_>, what: impl Display) -> Result<()> {
        match value.kind() {
            Kind::Map => Ok(()),
            _ => Err(self.expected(value, format_args!("{what} as a map"))),
        }
    }

    /// Checks that `value` is a map whose fields are all known.
    pub(crate) fn fields(self, value: Value<'_>, what: impl Display, known: &[&str]) -> Result<()> {
        self.map(value, &what)?;
        match value.fields().find(|(name, _)| !known.contains(name)) {
            None => Ok(()),
            Some((name, field)) => {
                let message = format!("no such field in {what}: `{}`", in_line(shown(name)));
                let all = || format!("the fields are `{}`", known.join("`, `"));
                let help = did_you_mean(name, known).unwrap_or_else(all);
                Err(self.fault(field, message).with_help(help))
            }
        }
    }

    /// The field `name`, which must be there.
    pub(crate) fn required<'d>(self, map: Value<'d>, name: &str) -> Result<Value<'d>> {
        self.present(map, name, map.get(name))
    }

    /// As [`Strict::required`], where the field has been looked for already.
    pub(crate) fn present<'d>(
        self,
        map: Value<'d>,
        name: &str,
        found: Option<Value<'d>>,
    ) -> Result<Value<'d>> {
        found.ok_or_else(|| self.fault(map, format!("expected the field `{name}`")))
    }

    /// A string that is not empty.
    pub(crate) fn text<'d>(self, value: Value<'d>, what: impl Display) -> Result<&'d str> {
        match value.as_str() {
            None => Err(self.expected(value, format_args!("{what} as a string"))),
            Some("") => Err(self.fault(value, format!("expected {what}, found an empty string"))),
            Some(text) => Ok(text),
        }
    }

    /// The field `name` as a string that is not empty, where it is there.
    pub(crate) fn optional_text(self, map: Value<'_>, name: &str) -> Result<Option<String>> {
        let text = |value| self.text(value, format_args!("`{name}`")).map(str::to_owned);
        optional(map, name).map(text).transpose()
    }

    /// The field `name` as a string, which may be empty, where it is there.
    pub(crate) fn optional_text_or_empty(
        self,
        map: Value<'_>,
        name: &str,
    ) -> Result<Option<String>> {
        let text = |value: Value<'_>| match value.as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(self.expected(value, format_args!("`{name}` as a string"))),
        };
        optional(map, name).map(text).transpose()
    }

    /// A string that is not empty, or an integer by its digits.
    pub(crate) fn id(self, value: Value<'_>, what: impl Display) -> Result<String> {
        match id(value) {
            Some(id) => Ok(id),
            None => Err(self.expected(value, format_args!("{what} as a string or an integer"))),
        }
    }

    /// Checks that `value` is a list.
    pub(crate) fn list(self, value: Value<'_>, what: impl Display) -> Result<()> {
        match value.kind() {
            Kind::List => Ok(()),
            _ => Err(self.expected(value, format_args!("{what} as a list"))),
        }
    }

    /// The elements of a list that may be absent.
    pub(crate) fn elements<'d>(
        self,
        map: Value<'d>,
        name: &str,
    ) -> Result<impl Iterator<Item = Value<'d>> + use<'d>> {
        let found = optional(map, name);
        if let Some(found) = found {
            self.list(found, format_args!("`{name}`"))?;
        }
        Ok(found.into_iter().flat_map(Value::items))
    }

    /// A boolean that may be absent.
    pub(crate) fn flag(self, map: Value<'_>, name: &str) -> Result<Option<bool>> {
        let Some(value) = optional(map, name) else { return Ok(None) };
        let flag = value.as_bool();
        flag.map(Some).ok_or_else(|| self.expected(value, format_args!("`{name}` as a boolean")))
    }

    /// Tags: a map, or a list of maps with a key and a value, named so in any case.
    pub(crate) fn tags(self, value: Value<'_>) -> Result<BTreeMap<String, String>> {
        match value.kind() {
            Kind::Map => {
                let tag = |(key, value): (&str, _)| Ok((key.to_owned(), self.tag_text(value)?));
                value.fields().map(tag).collect()
            }
            Kind::List => value.items().map(|item| self.tag(item)).collect(),
            _ => Err(self.expected(value, "tags as a map or a list")),
        }
    }

    fn tag(self, item: Value<'_>) -> Result<(String, String)> {
        let field = |wanted: &str| {
            let mut fields = item.fields();
            fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
        };
        let Some(key) = field("key") else {
            return Err(self.fault(item, "expected a tag as a map with a key and a value"));
        };
        let value = field("value").map(|value| self.tag_text(value)).transpose()?;
        Ok((self.text(key, "the key of a tag")?.to_owned(), value.unwrap_or_default()))
    }

    /// A scalar by its text; null is empty.
    fn tag_text(self, value: Value<'_>) -> Result<String> {
        match (value.as_str(), value.as_bool(), value.as_number()) {
            (Some(text), ..) => Ok(text.to_owned()),
            (_, Some(truth), _) => Ok(truth.to_string()),
            (_, _, Some(number)) => Ok(number.to_string()),
            _ if value.is_null() => Ok(String::new()),
            _ => Err(self.expected(value, "the value of a tag as a string")),
        }
    }
}

/// The field `name`; null is as good as absent.
pub(crate) fn optional<'d>(map: Value<'d>, name: &str) -> Option<Value<'d>> {
    map.get(name).filter(|value| !value.is_null())
}

/// A string that is not empty, or an integer by its digits.
pub(crate) fn id(value: Value<'_>) -> Option<String> {
    let digits = |text: &str| text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit());
    match value.as_number() {
        Some(number) => Some(number.to_string()).filter(|text| digits(text)),
        None => value.as_str().filter(|text| !text.is_empty()).map(str::to_owned),
    }
}

/// As much of a name as belongs into a message.
pub(crate) fn shown(name: &str) -> &str {
    let end = name.char_indices().nth(100).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or_default()
}

/// The JSON Pointer of `value` within its document, for errors: it walks from the root.
fn pointer(value: Value<'_>) -> Option<String> {
    let mut at = value.document().roots().take_while(|root| root.id() <= value.id()).last()?;
    let mut pointer = String::new();
    while at.id() != value.id() {
        // Nodes stand in document order: the child that holds the value is the last before it.
        let before = |child: &Value<'_>| child.id() <= value.id();
        let item = at.items().take_while(before).enumerate().last();
        let field = at.fields().take_while(|(_, child)| before(child)).last();
        at = match (field, item) {
            (Some((name, child)), _) => {
                push_token(&mut pointer, name);
                child
            }
            (None, Some((index, child))) => {
                push_token(&mut pointer, &index.to_string());
                child
            }
            (None, None) => return None,
        };
    }
    Some(pointer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Pattern;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn every_node_knows_its_pointer() {
        let text = br#"{"a": [1, {"b/c": [[], {"d": null}]}], "": {"e": true}} [{"f": 1}]"#;
        let document = Document::parse_json_stream(text, &ReadOptions::default()).unwrap();
        let mut count = 0;
        for root in document.roots() {
            for (expected, node) in Pattern::parse("$..*").unwrap().select(root) {
                assert_eq!(pointer(node).as_deref(), Some(expected.as_str()));
                count += 1;
            }
        }
        assert_eq!(count, 11);
    }

    #[test]
    fn ids_are_strings_or_integers() {
        let text = br#"["a", 12, -3, 1e3, 123456789012345678901, "", 1.5, null, true, []]"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        let ids: Vec<_> = document.root().items().filter_map(id).collect();
        assert_eq!(ids, ["a", "12", "-3", "1000", "123456789012345678901"]);
    }

    #[test]
    fn errors_name_place_and_kind_and_no_value() {
        let text = br#"{"tags": [{"Key": "k", "Value": {"canary": "canary"}}]}"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        let tags = document.root().get("tags").unwrap();
        let error = Strict(Code::Format).tags(tags).unwrap_err();
        let expected = "expected the value of a tag as a string, found a map, \
            at `/tags/0/Value`, line 1 column 33";
        assert_eq!(error.to_string(), expected);
    }
}
