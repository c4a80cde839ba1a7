//! Full JSONPath (RFC 9535), by the `jsonpath-rust` crate: for filters, never on a hot path.

use super::footprint;
use crate::error::{Code, Error, Result};
use crate::value::{Kind, Value};
use jsonpath_rust::parser::model::JpQuery;
use std::collections::BTreeSet;

/// The longest query, in bytes.
const MAX_QUERY: usize = 4096;

/// A compiled JSONPath.
///
/// Of the 703 cases of the JSONPath compliance suite `jsonpath-rust` fails 9: the order of nodes
/// under descendants with several selectors (2), one nested filter (1), and ill-typed function
/// calls that it accepts (6). Numbers beyond 64 bits are compared as floats here.
#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    compiled: JpQuery,
    /// The fields of the attributes that it looks at; `None` where it may look at any.
    fields: Option<BTreeSet<String>>,
}

impl Query {
    /// Compiles a JSONPath.
    ///
    /// # Errors
    /// `DRIFT_PATH` where it is none, or is longer than 4,096 bytes.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_QUERY {
            return Err(Error::new(
                Code::Path,
                format!("the JSONPath is longer than {MAX_QUERY} bytes"),
            ));
        }
        let compiled = jsonpath_rust::parser::parse_json_path(text).map_err(|_| {
            Error::new(Code::Path, format!("`{text}` is not a JSONPath")).with_help("see RFC 9535")
        })?;
        let fields = footprint::fields(&compiled, is_of_list(text));
        Ok(Self { text: text.to_owned(), compiled, fields })
    }

    /// The query as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the query holds for a resource with these attributes.
    ///
    /// `$[?…]` is asked of a list that holds only the attributes, so that `@` is the resource;
    /// every other query is asked of the attributes. It holds where it selects something.
    #[must_use]
    pub fn holds(&self, attributes: Value<'_>) -> bool {
        self.holds_in(&to_json(attributes))
    }

    /// As [`Query::holds`], of a copy of the attributes that has at least those that the query looks
    /// at.
    pub(crate) fn holds_in(&self, attributes: &serde_json::Value) -> bool {
        let list;
        let root = if is_of_list(&self.text) {
            list = serde_json::Value::Array(vec![attributes.clone()]);
            &list
        } else {
            attributes
        };
        jsonpath_rust::query::js_path_process(&self.compiled, root)
            .is_ok_and(|found| !found.is_empty())
    }

    /// The fields of the attributes that it looks at; `None` where it may look at any.
    pub(crate) fn fields(&self) -> Option<&BTreeSet<String>> {
        self.fields.as_ref()
    }
}

fn is_of_list(text: &str) -> bool {
    text.trim_start_matches(['$', ' ']).starts_with("[?")
}

/// A copy for `jsonpath-rust`, which knows `serde_json` values only.
pub(crate) fn to_json(value: Value<'_>) -> serde_json::Value {
    use serde_json::Value as Json;
    match value.kind() {
        Kind::Null => Json::Null,
        Kind::Bool => Json::Bool(value.as_bool().unwrap_or_default()),
        Kind::Number => {
            let text = value.as_number().map(|number| number.text()).unwrap_or_default();
            serde_json::from_str(text).unwrap_or(Json::Null)
        }
        Kind::String => Json::String(value.as_str().unwrap_or_default().to_owned()),
        Kind::List => Json::Array(value.items().map(to_json).collect()),
        Kind::Map => Json::Object(
            value.fields().map(|(name, value)| (name.to_owned(), to_json(value))).collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn queries_ask_about_the_resource() {
        let text = br#"{"metadata":{"annotations":{"autoscaling":"on"}},"spec":{"n":3}}"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        for (query, expected) in [
            (r#"$[?@.metadata.annotations["autoscaling"] == "on"]"#, true),
            (r#"$[?@.metadata.annotations["autoscaling"] == "off"]"#, false),
            ("$[?@.spec.n > 2]", true),
            ("$.spec.n", true),
            ("$.spec.m", false),
        ] {
            assert_eq!(Query::parse(query).unwrap().holds(document.root()), expected, "{query}");
        }
        for (query, fields) in [
            ("$.tags_all", Some("tags_all")),
            ("$[?@.tags && !@.tags_all]", Some("tags tags_all")),
            (r#"$.metadata.annotations["a","b"]"#, Some("metadata")),
            (r#"$["a b","c"]"#, Some("a b c")),
            ("$[?@.a[*].b[0] || (@.c > 2 && length(@['d']) == 1)]", Some("a c d")),
            ("$[?match(@.e, 'x.*')]", Some("e")),
            ("$..a", None),
            ("$", None),
            ("$.*", None),
            ("$[?@.a == $.b]", None),
            ("$[?@]", None),
            ("$[?@.*]", None),
            ("$[?length(@) == 1]", None),
            ("$.a[?@.b]", None),
            ("$[?@.a].b", None),
        ] {
            let found = Query::parse(query).unwrap();
            let found = found
                .fields()
                .map(|fields| fields.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
            assert_eq!(found.as_deref(), fields, "{query}");
        }
        assert!(Query::parse("$[").is_err());
        assert!(Query::parse(&"$".repeat(5000)).is_err());
    }
}
