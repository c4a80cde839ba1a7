//! Terraform and OpenTofu state files, version 4: what was last recorded of every resource.
//!
//! Managed resources become resources, one for each instance; data sources are reads and declare
//! nothing. The attributes stay where they are. What the file does not say for certain is left
//! out: the scope comes from ARNs alone.

mod address;
mod sensitive;
mod types;

use super::arn::Part;
use super::mapping::form::Forms;
use super::strict::{Strict, id, optional};
use super::{Context, Reading, warning};
use crate::error::{Code, Error, Result};
use crate::model::{Attributes, Identity, Resource, ResourceKey, Scope, Warning};
use crate::path::PathSet;
use crate::value::{Document, Kind, NodeId, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

/// Whether a document looks like a state file of any version, or like what `show -json` prints.
pub(super) fn is_state(root: Value<'_>) -> bool {
    let has = |name| root.get(name).is_some();
    let number = root.get("version").is_some_and(|version| version.kind() == Kind::Number);
    has("terraform_version")
        || (number && (has("resources") || has("modules") || has("lineage") || has("serial")))
        || (has("encrypted_data") && has("encryption_version"))
        || (has("format_version") && (has("values") || has("planned_values")))
}

/// One instance of a resource.
struct Instance<'d> {
    address: String,
    type_name: String,
    provider: String,
    value: Value<'d>,
    attributes: Value<'d>,
    /// Whether the attributes are in the flat form of Terraform 0.11.
    flat: bool,
    pointer: String,
}

/// Reads the managed resources of a state.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let (document, formed) = formed(document, context)?;
    let document = Arc::new(document);
    let mut reading = Reading { listed: true, ..Reading::default() };
    for (index, root) in document.roots().enumerate() {
        check_version(root)?;
        reading.serial = serial(root)?;
        let masked = sensitive::outputs(root)?;
        let mut instances = Vec::new();
        for (at, resource) in list(root, "resources")?.enumerate() {
            instances_of(resource, at, &mut instances, &mut reading.warnings)?;
        }
        let shared = shared_ids(&instances);
        for instance in instances {
            let key = key(&instance, context, &shared);
            let read = instance.attributes.id();
            let attributes = formed.get(&read).copied().unwrap_or(read);
            let attributes = Attributes::new(Arc::clone(&document), attributes);
            let whole = || PathSet::from_iter([crate::path::Path::new(Vec::new())]);
            reading.resources.push(Resource {
                address: Some(instance.address),
                identities: identities(instance.attributes, &key.id),
                tags: tags(instance.attributes),
                depends_on: texts(instance.value, "dependencies")?,
                managed_by: Some("terraform".to_owned()),
                unknown: if instance.flat { whole() } else { PathSet::new() },
                sensitive: match instance.flat {
                    true => whole(),
                    false => sensitive::paths(instance.value)?,
                },
                masked: Arc::clone(&masked),
                source: context.source(index, instance.pointer, instance.value),
                ..Resource::new(key, attributes)
            });
        }
    }
    Ok(reading)
}

/// Brings lists that may be cut up in several ways into one; the node of each instance's attributes
/// that were written anew. Sensitive paths are of the attributes as they stand, which stay then.
fn formed<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<(Document<'a>, BTreeMap<NodeId, NodeId>)> {
    let forms = Forms::terraform()?;
    let mut attributes = Vec::new();
    for resource in document.roots().filter_map(|root| root.get("resources")).flat_map(Value::items)
    {
        let type_name = resource.str_field("type").filter(|type_name| forms.know(type_name));
        let Some(type_name) = type_name else { continue };
        for instance in resource.get("instances").into_iter().flat_map(Value::items) {
            let marks = instance.get("sensitive_attributes");
            if marks.is_none_or(|marks| marks.is_empty()) {
                let node = instance.get("attributes").map(|attributes| attributes.id());
                attributes.extend(node.map(|node| (type_name.to_owned(), node)));
            }
        }
    }
    forms.apply(document, attributes, &context.options.read)
}

/// Refuses what is no state of version 4.
fn check_version(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a state")?;
    let fault = |at, message: &str, help: &str| Err(STRICT.fault(at, message).with_help(help));
    if root.get("encrypted_data").is_some() {
        let help = "decrypt it first: `tofu state pull` prints it in the clear";
        return fault(root, "the state is encrypted", help);
    }
    if root.get("format_version").is_some() {
        let message = "the document is what `show -json` prints, and not a state file";
        return fault(root, message, "pass the state file, or what `terraform state pull` prints");
    }
    let version = STRICT.required(root, "version")?;
    match version.as_number().and_then(|number| number.as_i64()) {
        Some(4) => Ok(()),
        Some(1..=3) => {
            let help = "version 4 is read, which Terraform 0.12 and later write: \
                `terraform state pull` upgrades an older one";
            fault(version, "the state is of an old version", help)
        }
        _ => fault(version, "the state is of a version that is not known", "version 4 is read"),
    }
}

/// Which of its states the file is: Terraform counts them.
fn serial(root: Value<'_>) -> Result<Option<String>> {
    let serial = |value: Value<'_>| match value.as_number().and_then(|number| number.as_i64()) {
        Some(serial) => Ok(format!("serial {serial}")),
        None => Err(STRICT.expected(value, "`serial` as a whole number")),
    };
    optional(root, "serial").map(serial).transpose()
}

/// The elements of a list that may be absent.
fn list<'d>(map: Value<'d>, name: &str) -> Result<impl Iterator<Item = Value<'d>> + use<'d>> {
    let found = optional(map, name);
    if let Some(found) = found {
        STRICT.list(found, format_args!("`{name}`"))?;
    }
    Ok(found.into_iter().flat_map(Value::items))
}

fn texts(map: Value<'_>, name: &str) -> Result<Vec<String>> {
    let text = |item| STRICT.text(item, format_args!("an entry of `{name}`")).map(str::to_owned);
    list(map, name)?.map(text).collect()
}

/// Reads the instances of one resource block.
fn instances_of<'d>(
    resource: Value<'d>,
    at: usize,
    found: &mut Vec<Instance<'d>>,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    STRICT.map(resource, "a resource")?;
    let text = |name| STRICT.text(STRICT.required(resource, name)?, format_args!("`{name}`"));
    match text("mode")? {
        "managed" => {}
        "data" => return Ok(()),
        _ => {
            let mode = STRICT.required(resource, "mode")?;
            let error = STRICT.fault(mode, "no such mode of a resource");
            return Err(error.with_help("`managed` and `data` are known"));
        }
    }
    let (type_name, name) = (text("type")?, text("name")?);
    let module = STRICT.optional_text(resource, "module")?;
    let block = address::block(module.as_deref(), type_name, name);
    let provider = address::provider(text("provider")?);
    for (index, instance) in list(resource, "instances")?.enumerate() {
        STRICT.map(instance, "an instance")?;
        let address = address::instance(&block, instance.get("index_key"))?;
        let warn = |code: &str, message: &str| Warning {
            resource: Some(address.clone()),
            ..warning(code, message.to_owned())
        };
        if optional(instance, "deposed").is_some() {
            let message = "a deposed object that is to be destroyed is left out";
            warnings.push(warn("deposed", message));
            continue;
        }
        if instance.str_field("status") == Some("tainted") {
            let message = "the resource is tainted: the next apply replaces it";
            warnings.push(warn("tainted", message));
        }
        let (name, flat) = match optional(instance, "attributes") {
            Some(_) => ("attributes", false),
            None => ("attributes_flat", true),
        };
        let attributes = STRICT
            .required(instance, name)
            .map_err(|_| STRICT.fault(instance, "expected the field `attributes`"))?;
        STRICT.map(attributes, format_args!("`{name}`"))?;
        if flat {
            let message = "the attributes are in the form of Terraform 0.11 and cannot be \
                compared; the next apply rewrites them";
            warnings.push(warn("flat_attributes", message));
        }
        found.push(Instance {
            type_name: types::canonical(type_name)?,
            provider: provider.to_owned(),
            value: instance,
            attributes,
            flat,
            pointer: format!("/resources/{at}/instances/{index}/{name}"),
            address,
        });
    }
    Ok(())
}

/// The id that the provider gave, where it gave one.
fn own_id(instance: &Instance<'_>) -> Option<String> {
    instance.attributes.get("id").and_then(id)
}

/// What two instances of one type share as their id: each goes by its address then, and pairing
/// finds the id ambiguous.
fn shared_ids(instances: &[Instance<'_>]) -> BTreeSet<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut shared = BTreeSet::new();
    for instance in instances {
        if let Some(id) = own_id(instance) {
            let key = (instance.type_name.clone(), id);
            if !seen.insert(key.clone()) {
                shared.insert(key);
            }
        }
    }
    shared
}

fn key(
    instance: &Instance<'_>,
    context: &Context<'_>,
    shared: &BTreeSet<(String, String)>,
) -> ResourceKey {
    let own = own_id(instance);
    let own = own.filter(|id| !shared.contains(&(instance.type_name.clone(), id.clone())));
    let mut key = ResourceKey {
        provider: instance.provider.clone(),
        type_name: instance.type_name.clone(),
        scope: scope(instance.attributes),
        id: own.unwrap_or_else(|| instance.address.clone()),
    };
    key.scope.fill(&context.options.scope);
    key
}

/// Account and region, as the ARN has them.
fn scope(attributes: Value<'_>) -> Scope {
    let mut scope = Scope::new();
    let arn = attributes.str_field("arn").unwrap_or_default();
    for (name, part) in Part::NAMES {
        if let Some(value) = part.of(arn) {
            scope = scope.with(name, value);
        }
    }
    scope
}

/// What else the resource is known by, as the provider says.
fn identities(attributes: Value<'_>, key: &str) -> Vec<Identity> {
    let field = |kind: &str, name: &str| {
        let value = attributes.str_field(name).filter(|value| !value.is_empty())?;
        Some(Identity { kind: kind.to_owned(), value: value.to_owned() })
    };
    // An id that is not the key still names the resource: as an id does, without a kind.
    let id = attributes.get("id").and_then(id).filter(|id| id != key);
    let id = id.map(|value| Identity { kind: String::new(), value });
    [field("arn", "arn"), field("self_link", "self_link"), id].into_iter().flatten().collect()
}

fn tags(attributes: Value<'_>) -> BTreeMap<String, String> {
    let names = ["tags_all", "tags", "effective_labels", "labels"];
    let map = |name: &&str| attributes.get(name).filter(|tags| tags.kind() == Kind::Map);
    let tag =
        |(name, value): (&str, Value<'_>)| Some((name.to_owned(), value.as_str()?.to_owned()));
    names.iter().find_map(map).into_iter().flat_map(Value::fields).filter_map(tag).collect()
}

/// The error for a document that only looks like a state.
pub(super) fn not_a_state(root: Value<'_>) -> Error {
    check_version(root).err().unwrap_or_else(|| STRICT.fault(root, "the document is no state"))
}

#[cfg(test)]
mod tests;
