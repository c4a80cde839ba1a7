//! CloudFormation templates, those of the CDK among them: what a stack is declared to hold.
//!
//! Values are evaluated as far as the template, the given parameters and the stack's list of
//! resources say; what is left is unknown. Whether a resource is declared at all may be unknown too:
//! it is left out then, and the snapshot has a gap where it would be.

mod cidr;
mod conditions;
pub(super) mod drifts;
mod evaluate;
mod functions;
mod identity;
mod made;
mod names;
mod opaque;
mod parameters;
mod plan;
mod pseudo;
mod scope;
mod stack;

pub use parameters::ParameterValue;
pub(super) use scope::Budget;
pub use stack::StackResources;

use super::strict::{Strict, optional, shown};
use super::{Context, ParseOptions, Reading, warning};
use crate::error::{Code, Error, Result};
use crate::model::{Attributes, Cell, Gap, Masked, Name, Reason, Resource, ResourceKey, Warning};
use crate::path::{PathSet, Step};
use crate::value::sheet::Written;
use crate::value::{Document, Kind, Value, did_you_mean};
use made::{Draft, Marks};
use plan::{Plan, Properties};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

/// The one version of templates.
const VERSION: &str = "2010-09-09";
const PROVIDER: &str = "aws";

/// Whether a document looks like a template: it has a version or a transform beside its resources,
/// or resources with types of the registry.
pub(super) fn is_template(root: Value<'_>) -> bool {
    let resource = |(_, resource): (&str, Value<'_>)| {
        resource.str_field("Type").is_some_and(|name| name.contains("::"))
    };
    let resources = root.get("Resources").filter(|resources| resources.kind() == Kind::Map);
    resources.is_some_and(|resources| {
        let beside = ["AWSTemplateFormatVersion", "Transform"];
        beside.iter().any(|name| root.get(name).is_some()) || resources.fields().any(resource)
    })
}

/// Reads the resources of templates.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let (plans, written) = plans(&document, context)?;
    let sheet = Arc::new(written.beside(&document));
    let document = Arc::new(document);
    let mut reading = Reading { listed: true, templates: plans.len(), ..Reading::default() };
    for (index, plan) in plans.into_iter().enumerate() {
        let Plan { planned, gaps, warnings, parameters, masked } = plan;
        reading.gaps.extend(gaps);
        reading.warnings.extend(warnings);
        reading.parameters.extend(parameters);
        let masked: Masked = masked.into();
        reading.resources.reserve(planned.len());
        for planned in planned {
            let source = context.source(index, planned.pointer, document.value(planned.start));
            let (document, node) = match planned.properties {
                Properties::InTemplate(node) => (&document, node),
                Properties::OnSheet(node) => (&sheet, node),
            };
            let Marks { unknown, secret } = planned.marks;
            reading.resources.push(Resource {
                address: Some(planned.logical_id),
                identities: planned.identities,
                tags: tags(document.value(node), &unknown),
                depends_on: planned.needs,
                managed_by: Some(Name::fixed("cloudformation")),
                unknown,
                sensitive: secret,
                masked: masked.clone(),
                source,
                ..Resource::new(planned.key, Attributes::new(Arc::clone(document), node))
            });
        }
    }
    Ok(reading)
}

/// What each of the templates declares, and what is written of it beside the document.
fn plans(document: &Document<'_>, context: &Context<'_>) -> Result<(Vec<Plan>, Written)> {
    let mut draft = Draft::beside(document, &context.options.read);
    let mut plans = Vec::new();
    for root in document.roots() {
        check_version(root)?;
        plans.push(plan::plan(document, root, &mut draft, context)?);
    }
    Ok((plans, draft.finish()))
}

fn check_version(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a template")?;
    let Some(version) = optional(root, "AWSTemplateFormatVersion") else { return Ok(()) };
    if version.as_str() == Some(VERSION) {
        return Ok(());
    }
    let error = STRICT.fault(version, "the template is of a version that is not known");
    Err(error.with_help(format!("the version is `{VERSION}`, as a string")))
}

/// Refuses options that fit none of the templates.
pub(super) fn check_options(
    options: &ParseOptions,
    declared: &BTreeSet<String>,
    templates: usize,
) -> Result<()> {
    let mut names = options.parameters.keys();
    if let Some(name) = names.find(|name| !name.starts_with("AWS::") && !declared.contains(*name)) {
        let message = format!("no template declares the parameter `{}`", shown(name));
        let error = Error::new(Code::Option, message).on_path("/parameters");
        let declared: Vec<&str> = declared.iter().map(String::as_str).collect();
        return Err(match did_you_mean(name, &declared) {
            Some(help) => error.with_help(help),
            None => error,
        });
    }
    match (&options.stack_resources, templates) {
        (Some(_), 0) => {
            let message = "`stack_resources` go with a template";
            Err(Error::new(Code::Option, message).on_path("/stack_resources"))
        }
        (Some(_), 2..) => Err(several_stacks()),
        _ => Ok(()),
    }
}

/// The error that the resources of one stack were given for several templates.
fn several_stacks() -> Error {
    let message = "`stack_resources` are those of one stack, and several templates are read";
    Error::new(Code::Option, message)
        .with_help("parse each template by itself, and add the snapshots to one SnapshotBuilder")
}

/// Tags as far as they are known: a list of keys and values, or a map.
fn tags(attributes: Value<'_>, unknown: &PathSet) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(tags) = attributes.get("Tags") else { return found };
    let marks = unknown.field("Tags");
    for (index, item) in tags.items().enumerate() {
        let marks = marks.and_then(|marks| marks.child(&Step::Index(index)));
        let is_known = |marks: &PathSet| !marks.is_member() && marks.field("Value").is_none();
        let [key, value] = item.pick(["Key", "Value"]);
        if let (Some(key), Some(value)) = (key.and_then(Value::as_str), value)
            && marks.is_none_or(is_known)
            && let Some(text) = parameters::scalar(value)
        {
            found.insert(key.to_owned(), text.into_owned());
        }
    }
    for (key, value) in tags.fields() {
        if marks.is_none_or(|marks| marks.child(&Step::Field(key.to_owned())).is_none())
            && let Some(text) = parameters::scalar(value)
        {
            found.insert(key.to_owned(), text.into_owned());
        }
    }
    found
}

/// The cell of a type; of everything where there is none.
fn cell(type_name: Option<&str>) -> Cell {
    Cell {
        provider: Some(PROVIDER.to_owned()),
        type_name: type_name.map(str::to_owned),
        ..Cell::default()
    }
}

fn gap(type_name: Option<&str>, reason: Reason, detail: &str) -> Gap {
    Gap { cell: cell(type_name), reason, detail: Some(detail.to_owned()) }
}

fn warn(code: &str, logical_id: &str, message: String) -> Warning {
    Warning { resource: Some(shown(logical_id).to_owned()), ..warning(code, message) }
}

/// A key of the type in the scope that its id tells.
fn key(type_name: Name, id: String) -> ResourceKey {
    ResourceKey { provider: Name::fixed(PROVIDER), type_name, scope: identity::scope_of(&id), id }
}

#[cfg(test)]
mod tests;
