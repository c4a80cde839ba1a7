//! Templates of Azure Resource Manager, those that Bicep compiles to among them: what a deployment is
//! declared to hold.
//!
//! Values are evaluated as far as the template, the given parameters and the given scope say; what is
//! left is unknown. Whether a resource is declared at all may be unknown too: it is left out then, and
//! the snapshot has a gap where it would be.

pub(super) mod comments;
mod evaluate;
mod expression;
mod functions;
pub(super) mod id;
mod made;
mod nested;
mod parameters;
mod plan;
mod target;

use super::cloudformation::Budget;
use super::strict::{Strict, optional, shown};
use super::{Context, Reading, warning};
use crate::error::{Code, Result};
use crate::model::{Attributes, Masked, Name, Resource, Warning};
use crate::path::{Path, PathSet, Step};
use crate::value::{Builder, Document, Kind, NodeId, Value};
use made::{Made, Marks};
pub use parameters::ParameterJson;
pub(crate) use parameters::{Entry, parameters_in};
use plan::Plan;
use std::collections::BTreeMap;
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

/// The name that all tools have for the provider.
const PROVIDER: &str = "azurerm";

/// Whether a document looks like a template of a deployment.
pub(super) fn is_template(root: Value<'_>) -> bool {
    schema(root).is_some_and(|name| name.ends_with("deploymentTemplate"))
        && root.get("resources").is_some()
}

/// The name of a template's schema, without what is in front and behind it.
fn schema(root: Value<'_>) -> Option<String> {
    let schema = root.str_field("$schema")?.trim_end_matches('#');
    let name = schema.rsplit('/').next()?.strip_suffix(".json")?;
    // Templates of subscriptions, management groups and tenants: `subscriptionDeploymentTemplate`.
    let name = name.replace("DeploymentTemplate", "deploymentTemplate");
    schema.contains("schema.management.azure.com/schemas/").then_some(name)
}

/// The versions of the schemas of templates.
const VERSIONS: [&str; 6] = [
    "2014-04-01-preview",
    "2015-01-01",
    "2018-05-01",
    "2019-04-01",
    "2019-08-01",
    "2019-03-01-hybrid",
];

fn check_version(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a template")?;
    let value = STRICT.required(root, "$schema")?;
    let text = STRICT.text(value, "`$schema`")?;
    if !schema(root).is_some_and(|name| name.ends_with("deploymentTemplate")) {
        let error = STRICT.fault(value, "the document is no template of a deployment");
        let help = "its schema is `https://schema.management.azure.com/schemas/2019-04-01/\
            deploymentTemplate.json#`";
        return Err(error.with_help(help));
    }
    let version = text.split("/schemas/").nth(1).and_then(|rest| rest.split('/').next());
    if !version.is_some_and(|version| VERSIONS.contains(&version)) {
        let error = STRICT.fault(value, "the template is of a version that is not known");
        return Err(error.with_help(format!("the versions are `{}`", VERSIONS.join("`, `"))));
    }
    let known =
        |language: &str| matches!(language, "1.0" | "2.0") || language.ends_with("-experimental");
    match optional(root, "languageVersion") {
        Some(language) if !language.as_str().is_some_and(known) => {
            let error = STRICT.fault(language, "the language is of a version that is not known");
            Err(error.with_help("`1.0` and `2.0` are known"))
        }
        _ => Ok(()),
    }
}

/// Reads the resources of templates.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let mut plans = Vec::new();
    for root in document.roots() {
        check_version(root)?;
        plans.push(plan::plan(&document, root, context)?);
    }
    let mut reading = Reading { listed: true, ..Reading::default() };
    let mut builder = Builder::resume(document, &context.options.read);
    let mut written = Vec::new();
    for (index, plan) in plans.into_iter().enumerate() {
        let Plan { planned, gaps, placed_gaps, warnings, parameters, masked } = plan;
        reading.gaps.extend(gaps);
        reading.placed_gaps.extend(placed_gaps);
        reading.warnings.extend(warnings);
        reading.parameters.extend(parameters);
        let masked = Masked::from(masked);
        for mut planned in planned {
            let made = std::mem::replace(&mut planned.attributes, Made::unknown(0));
            let (node, marks) = made::write(&mut builder, made)?;
            written.push((index, planned, node, marks, masked.clone()));
        }
    }
    let document = Arc::new(builder.finish());
    for (index, planned, node, marks, masked) in written {
        let source = context.source(index, planned.pointer, document.value(planned.declaration));
        let attributes = Attributes::new(Arc::clone(&document), node);
        reading.resources.push(Resource {
            address: Some(planned.address),
            identities: planned.identities,
            tags: tags(document.value(node), &marks),
            depends_on: planned.needs,
            managed_by: Some(Name::fixed("arm")),
            unknown: marks.unknown,
            sensitive: marks.secret,
            masked,
            source,
            ..Resource::new(planned.key, attributes)
        });
    }
    Ok(reading)
}

/// Tags as far as they are known and may be shown.
fn tags(attributes: Value<'_>, marks: &Marks) -> BTreeMap<String, String> {
    let is_open = |set: &PathSet, name: &str| {
        let steps = vec![Step::Field("tags".to_owned()), Step::Field(name.to_owned())];
        !set.reaches(&Path::new(steps))
    };
    let tags = attributes.get("tags").into_iter().flat_map(Value::fields);
    let tag = |(name, value): (&str, Value<'_>)| {
        let open = is_open(&marks.unknown, name) && is_open(&marks.secret, name);
        Some((name.to_owned(), value.as_str()?.to_owned())).filter(|_| open)
    };
    tags.filter_map(tag).collect()
}

fn warn(address: &str, code: &str, message: String) -> Warning {
    Warning { resource: Some(shown(address).to_owned()), ..warning(code, message) }
}

/// The nodes by which values are more than they say: strings in brackets, and loops.
fn speaking(document: &Document<'_>) -> Vec<NodeId> {
    let count = NodeId::try_from(document.nodes.len()).unwrap_or(NodeId::MAX);
    let speaks = |node: &NodeId| {
        document.value(*node).as_str().is_some_and(|text| text.starts_with('[') || text == "copy")
    };
    (0..count).filter(speaks).collect()
}

/// A budget for what expressions and loops may add.
fn budget(document: &Document<'_>, context: &Context<'_>) -> Budget {
    Budget::of(document, &context.options.read.limits)
}

/// The field `name` as a map, where it is there.
fn map<'d>(from: Value<'d>, name: &str) -> Result<Option<Value<'d>>> {
    let found = optional(from, name);
    if let Some(found) = found {
        STRICT.map(found, format_args!("`{name}`"))?;
    }
    Ok(found)
}

/// Whether a value is a list.
fn is_list(value: Value<'_>) -> bool {
    value.kind() == Kind::List
}
