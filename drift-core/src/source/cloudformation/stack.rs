//! The resources of a stack as CloudFormation lists them: what has which physical id.

use crate::error::{Code, Result};
use crate::source::arn::Part;
use crate::source::continues;
use crate::source::strict::{Strict, optional};
use crate::value::{Document, Kind, ReadOptions, Value};
use std::collections::BTreeMap;

const STRICT: Strict = Strict(Code::Option);

/// The answer of `list-stack-resources` or of `describe-stack-resources`, which goes with the template
/// of the same stack.
///
/// ```
/// use drift_core::source::{ParseOptions, StackResources};
/// use drift_core::{Format, Snapshot};
/// let template = br#"{"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}}"#;
/// let listed = r#"{"StackResourceSummaries": [{"LogicalResourceId": "Jobs",
///     "PhysicalResourceId": "https://sqs.eu-west-1.amazonaws.com/42/jobs",
///     "ResourceType": "AWS::SQS::Queue", "ResourceStatus": "CREATE_COMPLETE"}]}"#;
/// let options = ParseOptions {
///     format: Format::Cloudformation,
///     stack_resources: Some(StackResources::from_json(listed)?),
///     ..ParseOptions::default()
/// };
/// let snapshot = Snapshot::parse_with(template, &options)?;
/// assert_eq!(snapshot.resources()[0].key.id, "https://sqs.eu-west-1.amazonaws.com/42/jobs");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StackResources {
    rows: BTreeMap<String, Row>,
    /// Whether there is more to fetch.
    partial: bool,
    stack_id: Option<String>,
}

/// A resource of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    type_name: String,
    physical_id: Option<String>,
}

impl StackResources {
    /// Reads an answer, a list of answers, or a list of their rows, as JSON.
    ///
    /// # Errors
    /// `DRIFT_PARSE`, `DRIFT_DUPLICATE_FIELD` and `DRIFT_LIMIT` where the text cannot be read,
    /// `DRIFT_OPTION` where it is no such answer.
    pub fn from_json(text: &str) -> Result<Self> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
        Self::read(document.root())
    }

    pub(crate) fn read(value: Value<'_>) -> Result<Self> {
        let mut resources = Self::default();
        resources.add(value)?;
        Ok(resources)
    }

    fn add(&mut self, value: Value<'_>) -> Result<()> {
        match value.kind() {
            Kind::List => {
                for item in value.items() {
                    STRICT.map(item, "a resource of a stack")?;
                    if rows(item).is_some() { self.answer(item)? } else { self.row(item)? }
                }
                Ok(())
            }
            Kind::Map => self.answer(value),
            _ => Err(STRICT.expected(value, "the resources of a stack as a map or a list")),
        }
    }

    fn answer(&mut self, answer: Value<'_>) -> Result<()> {
        let Some(list) = rows(answer) else {
            let message = "expected `StackResourceSummaries` or `StackResources`";
            let help = "pass what `aws cloudformation list-stack-resources` prints";
            return Err(STRICT.fault(answer, message).with_help(help));
        };
        STRICT.list(list, "the resources of a stack")?;
        // Of several pages the last says whether there are more.
        self.partial = continues(answer);
        list.items().try_for_each(|row| self.row(row))
    }

    fn row(&mut self, row: Value<'_>) -> Result<()> {
        STRICT.map(row, "a resource of a stack")?;
        let text = |name| STRICT.text(STRICT.required(row, name)?, format_args!("`{name}`"));
        let logical_id = text("LogicalResourceId")?;
        let type_name = text("ResourceType")?.to_owned();
        if let Some(stack) = STRICT.optional_text(row, "StackId")? {
            self.stack_id.get_or_insert(stack);
        }
        if row.str_field("ResourceStatus") == Some("DELETE_COMPLETE") {
            return Ok(());
        }
        let physical_id = optional(row, "PhysicalResourceId").and_then(Value::as_str);
        let physical_id = physical_id.filter(|id| !id.is_empty()).map(str::to_owned);
        self.rows.insert(logical_id.to_owned(), Row { type_name, physical_id });
        Ok(())
    }

    /// The physical id of a resource.
    pub(super) fn physical_id(&self, logical_id: &str) -> Option<&str> {
        self.rows.get(logical_id)?.physical_id.as_deref()
    }

    /// Whether the stack has the resource; none where there is more to fetch.
    pub(super) fn has(&self, logical_id: &str) -> Option<bool> {
        match self.rows.contains_key(logical_id) {
            true => Some(true),
            false if self.partial => None,
            false => Some(false),
        }
    }

    /// Whether there is nothing more to fetch.
    pub(super) fn is_whole(&self) -> bool {
        !self.partial
    }

    /// Logical id, type and physical id of all resources that have one.
    pub(super) fn physical_ids(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.rows.iter().filter_map(|(logical_id, row)| {
            let physical_id = row.physical_id.as_deref()?;
            Some((logical_id.as_str(), row.type_name.as_str(), physical_id))
        })
    }

    /// The type that the stack lists for a resource.
    pub(super) fn type_of(&self, logical_id: &str) -> Option<&str> {
        self.rows.get(logical_id).map(|row| row.type_name.as_str())
    }

    /// What the stack knows of itself, by the names of pseudo parameters.
    pub(super) fn pseudo(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let id = self.stack_id.as_deref();
        let name = id.and_then(|id| id.split('/').nth(1));
        let of = |part: Part| id.and_then(|id| part.of(id));
        let found = [
            ("AWS::StackId", id),
            ("AWS::StackName", name),
            ("AWS::Region", of(Part::Region)),
            ("AWS::AccountId", of(Part::Account)),
        ];
        found.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

fn rows(answer: Value<'_>) -> Option<Value<'_>> {
    answer.get("StackResourceSummaries").or_else(|| answer.get("StackResources"))
}
