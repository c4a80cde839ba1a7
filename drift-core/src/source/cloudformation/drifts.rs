//! The answer of `describe-stack-resource-drifts`: what CloudFormation itself expects of the resources
//! of a stack, and what it found.
//!
//! Each row holds both as JSON in strings; which of them is read is said by the view.

use super::{STRICT, key, warn};
use crate::error::Result;
use crate::model::{Attributes, Identity, Name, Resource, ResourceKey, Scope};
use crate::path::PathSet;
use crate::source::arn::Part;
use crate::source::strict::{Strict, optional};
use crate::source::{Context, Reading, continues};
use crate::value::{Document, Kind, Value};

/// The views; the first is the default.
pub(in crate::source) const VIEWS: [&str; 2] = ["expected", "actual"];

/// What stands in the answer's list, and in that of `detect-stack-resource-drift`.
const LIST: &str = "StackResourceDrifts";
const SINGLE: &str = "StackResourceDrift";

/// How CloudFormation found a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Compared,
    Deleted,
    /// Not compared, or not with success.
    NotChecked,
}

/// Whether a document looks like such an answer.
pub(in crate::source) fn is_answer(root: Value<'_>) -> bool {
    root.get(LIST).is_some_and(|list| list.kind() == Kind::List)
        || root.get(SINGLE).is_some_and(|row| row.kind() == Kind::Map)
}

/// Reads the rows of every answer of a text.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let mut reading = Reading::default();
    for (index, root) in document.roots().enumerate() {
        match root.kind() {
            // Pages, or the rows of several.
            Kind::List => {
                let before = reading.partial;
                reading.listed = true;
                for (at, item) in root.items().enumerate() {
                    // Of several pages the last says whether there are more.
                    reading.partial = before;
                    part(item, (index, &format!("/{at}")), context, &mut reading)?;
                }
            }
            _ => part(root, (index, ""), context, &mut reading)?,
        }
    }
    Ok(reading)
}

/// Reads an answer, or a row of one.
fn part(
    value: Value<'_>,
    (index, at): (usize, &str),
    context: &Context<'_>,
    reading: &mut Reading<'_>,
) -> Result<()> {
    STRICT.map(value, "an answer")?;
    if let Some(list) = value.get(LIST) {
        STRICT.list(list, format_args!("`{LIST}`"))?;
        reading.listed = true;
        reading.partial |= continues(value);
        for (n, item) in list.items().enumerate() {
            row(item, (index, &format!("{at}/{LIST}/{n}")), context, reading)?;
        }
        return Ok(());
    }
    match value.get(SINGLE) {
        Some(single) => row(single, (index, &format!("{at}/{SINGLE}")), context, reading),
        None if value.get("LogicalResourceId").is_some() => {
            row(value, (index, at), context, reading)
        }
        None => {
            let error = STRICT.fault(value, format!("expected the field `{LIST}`"));
            let help = "pass what `aws cloudformation describe-stack-resource-drifts` prints";
            Err(error.with_help(help))
        }
    }
}

fn row(
    row: Value<'_>,
    (index, at): (usize, &str),
    context: &Context<'_>,
    reading: &mut Reading<'_>,
) -> Result<()> {
    STRICT.map(row, "a row")?;
    let text = |name| STRICT.text(STRICT.required(row, name)?, format_args!("`{name}`"));
    let logical_id = text("LogicalResourceId")?;
    let status = status(row)?;
    let (key, identities) = identity(row, logical_id, text("ResourceType")?)?;
    let is_actual = context.options.view.as_deref() == Some("actual");
    if is_actual && status == Status::Deleted {
        reading.absent.push(key);
        return Ok(());
    }
    let field = if is_actual { "ActualProperties" } else { "ExpectedProperties" };
    let properties = optional(row, field).filter(|_| status != Status::NotChecked);
    let known = properties.is_some();
    let attributes = match properties {
        Some(properties) => properties_of(properties, field, context)?,
        None => Document::parse_json(b"{}", &context.options.read)?,
    };
    if status == Status::NotChecked {
        let message = "CloudFormation did not compare the resource".to_owned();
        reading.warnings.push(warn("not_compared", logical_id, message));
    }
    let pointer = if known { format!("{at}/{field}") } else { at.to_owned() };
    let whole = || PathSet::from_iter([crate::path::Path::new(Vec::new())]);
    reading.resources.push(Resource {
        address: Some(logical_id.to_owned()),
        identities,
        tags: super::tags(attributes.root(), &PathSet::new()),
        managed_by: Some(Name::fixed("cloudformation")),
        unknown: if known { PathSet::new() } else { whole() },
        source: context.source(index, pointer, row),
        ..Resource::new(key, Attributes::of(attributes))
    });
    Ok(())
}

fn status(row: Value<'_>) -> Result<Status> {
    let value = STRICT.required(row, "StackResourceDriftStatus")?;
    match STRICT.text(value, "`StackResourceDriftStatus`")? {
        "IN_SYNC" | "MODIFIED" => Ok(Status::Compared),
        "DELETED" => Ok(Status::Deleted),
        "NOT_CHECKED" | "UNKNOWN" => Ok(Status::NotChecked),
        _ => {
            let error = STRICT.fault(value, "no such status of a resource");
            let known = "`IN_SYNC`, `MODIFIED`, `DELETED`, `NOT_CHECKED` and `UNKNOWN` are known";
            Err(error.with_help(known))
        }
    }
}

/// What the resource is known by; account and region are those of its stack.
fn identity(
    row: Value<'_>,
    logical_id: &str,
    type_name: &str,
) -> Result<(ResourceKey, Vec<Identity>)> {
    let physical_id = STRICT.optional_text(row, "PhysicalResourceId")?;
    let arn = physical_id.clone().filter(|id| id.starts_with("arn:"));
    let arn = arn.map(|value| Identity { kind: Name::fixed("arn"), value });
    let mut key = key(type_name.into(), physical_id.unwrap_or_else(|| logical_id.to_owned()));
    if let Some(stack) = STRICT.optional_text(row, "StackId")? {
        let fields = Part::NAMES.into_iter();
        let scope: Scope =
            fields.filter_map(|(name, part)| Some((name, part.of(&stack)?))).collect();
        key.scope.fill(&scope);
    }
    Ok((key, arn.into_iter().collect()))
}

/// The document in the string of a row.
fn properties_of(
    properties: Value<'_>,
    field: &str,
    context: &Context<'_>,
) -> Result<Document<'static>> {
    let text = STRICT.text(properties, format_args!("`{field}`"))?;
    let document = Document::parse_json(text.as_bytes(), &context.options.read);
    let document = document.map_err(|error| {
        let message = format!("`{field}` cannot be read: {}", error.message());
        let fault = Strict(error.code()).fault(properties, message);
        match error.help() {
            Some(help) => fault.with_help(help),
            None => fault,
        }
    })?;
    match document.root().kind() {
        Kind::Map => Ok(document.into_owned()),
        _ => Err(STRICT.expected(properties, format_args!("`{field}` as the JSON of a map"))),
    }
}
