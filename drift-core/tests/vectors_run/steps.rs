//! Snapshots that a case puts together step by step.

use super::detection::compact;
use drift_core::source::ParseOptions;
use drift_core::{Error, Scope, SnapshotBuilder};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

/// What a builder starts with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    #[serde(default)]
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) scope: Scope,
}

/// A call of a builder with its arguments; none where the last ones are left out.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Operation {
    Add(String, String, Box<RawValue>),
    AddDocument(Given),
    AddListed(String, String),
    Complete([String; 1]),
    CompleteAll([String; 0]),
    Incomplete(Option<String>, String, String),
    Failed(Option<String>, String, String),
    Expect(Scope, Option<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Given {
    value: Box<RawValue>,
    options: Option<Box<RawValue>>,
}

impl Operation {
    /// The document that the builder borrows.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Add(type_name, id, json) => {
                let (type_name, id) = (json!(type_name), json!(id));
                let attributes = compact(json);
                format!(r#"{{"type":{type_name},"id":{id},"attributes":{attributes}}}"#)
            }
            Self::AddDocument(given) => compact(&given.value),
            _ => String::new(),
        }
    }

    pub(crate) fn take<'t>(
        &self,
        builder: &mut SnapshotBuilder<'t>,
        text: &'t str,
    ) -> Result<(), Error> {
        match self {
            Self::Add(..) => builder.add_record(text.as_bytes())?,
            Self::AddDocument(given) => {
                let options = given.options.as_deref().map_or("{}", RawValue::get);
                builder.add_document(text.as_bytes(), &ParseOptions::from_json(options)?)?
            }
            Self::AddListed(type_name, id) => builder.add_listed(type_name, id),
            Self::Complete([type_name]) => builder.complete(type_name),
            Self::CompleteAll([]) => builder.complete_all(),
            Self::Incomplete(type_name, reason, detail) => {
                builder.incomplete(type_name.as_deref(), reason.parse()?, detail)
            }
            Self::Failed(type_name, code, detail) => {
                builder.failed(type_name.as_deref(), code, detail)
            }
            Self::Expect(scope, None) => builder.expect(scope.clone()),
            Self::Expect(scope, Some(type_name)) => builder.expect_type(type_name, scope.clone()),
        };
        Ok(())
    }
}
