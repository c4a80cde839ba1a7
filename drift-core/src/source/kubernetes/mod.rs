//! Kubernetes objects: manifests, lists, and what `kubectl get -o json` writes.
//!
//! The objects are found in the document ([`list`]), completed where they leave out what the API
//! server fills in before anything is stored ([`complete`]), and become resources.

mod at_provider;
mod complete;
mod composite;
mod gitops;
mod list;
mod managed;
mod scaler;
mod secret;
mod sops;

use super::strict::Strict;
use super::{Context, Reading, warning};
use crate::error::{Code, Result};
use crate::model::{
    Attributes, Identity, LAST_APPLIED, NAMESPACE, Name, Owner, Resource, ResourceKey, Warning,
};
use crate::path::{PathSet, Step};
use crate::value::{Document, ReadOptions, Value};
use list::{Listing, Object};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);

/// The views; the first is the default.
pub(super) const VIEWS: [&str; 4] = ["resources", "managed", "for_provider", "at_provider"];

const PROVIDER: &str = "kubernetes";

/// The canonical type of definitions of further kinds.
const DEFINITION: &str = "apiextensions.k8s.io/CustomResourceDefinition";

/// Annotations of objects that a tool runs beside a release, and that are no part of it. Argo CD creates those that
/// have but a `generateName` anew for each sync (Argo CD, Resource Hooks).
const HOOKS: [&str; 2] = ["helm.sh/hook", "argocd.argoproj.io/hook"];

/// What Helm 2 called the definitions that a chart brings. Argo CD takes them for no hooks and applies them like all
/// others (argoproj/gitops-engine, pkg/sync/hook/helm).
const NO_HOOK: &str = "crd-install";

/// The canonical type of Secrets.
const SECRET: &str = "core/Secret";

/// The canonical type of autoscalers of pods.
const SCALER: &str = "autoscaling/HorizontalPodAutoscaler";

/// Reads the objects of every document of a text.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let Listing { mut objects, listed, partial, unnamed } = list::list(&document)?;
    let mut found = Reading {
        // A text that holds nothing else declares nothing, and is no error.
        listed: listed || (unnamed > 0 && objects.is_empty()),
        partial: partial || (unnamed > 0 && objects.is_empty()),
        cluster_types: cluster_types(&document, &objects),
        ..Reading::default()
    };
    if unnamed > 0 {
        let message = match unnamed {
            1 => "a hook has no name until it is run, and is left out".to_owned(),
            _ => format!("{unnamed} hooks have no name until they are run, and are left out"),
        };
        found.warn("left_out", message);
    }
    match context.options.view.as_deref() {
        Some("managed") => return gitops::read(document, &objects, context),
        Some("for_provider") => return at_provider::declared(document, objects, context, found),
        Some("at_provider") => return at_provider::observed(document, objects, context, found),
        _ => {}
    }
    let document = complete::complete(document, &mut objects, &context.options.read)?;
    let document = Arc::new(document);
    let mut reading = found;
    for mut object in objects {
        // Warnings name the whole key.
        object.key.fill_scope(&context.options.scope);
        let resource = resource(&document, object, context, &mut reading.warnings);
        reading.resources.push(resource);
    }
    Ok(reading)
}

/// The kinds that definitions among the objects keep out of namespaces.
fn cluster_types(document: &Document<'_>, objects: &[Object]) -> BTreeSet<String> {
    let definitions = objects.iter().filter(|object| object.key.type_name == DEFINITION);
    let of_cluster = |object: &Object| {
        let spec = document.value(object.node).get("spec")?;
        let kind = spec.get("names")?.str_field("kind")?;
        let of_cluster = spec.str_field("scope") == Some("Cluster");
        of_cluster.then(|| Some(format!("{}/{kind}", spec.str_field("group")?)))?
    };
    definitions.filter_map(of_cluster).collect()
}

/// Takes the namespace out of the keys of these kinds.
pub(super) fn leave_namespaces(resources: &mut [Resource<'_>], types: &BTreeSet<String>) {
    if types.is_empty() {
        return;
    }
    for resource in resources {
        let key = &mut resource.key;
        if key.provider == PROVIDER && types.contains(key.type_name.as_str()) {
            key.scope.remove(NAMESPACE);
        }
    }
}

/// Reads `apiVersion` and `kind` into a type, `group/Kind`.
pub(super) fn type_name(api_version: &str, kind: &str) -> Option<String> {
    let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
    let plain = |text: &str| !text.is_empty() && !text.contains('/');
    (plain(group) && plain(version) && plain(kind)).then(|| format!("{group}/{kind}"))
}

fn resource<'a>(
    document: &Arc<Document<'a>>,
    object: Object,
    context: &Context<'_>,
    warnings: &mut Vec<Warning>,
) -> Resource<'a> {
    let value = document.value(object.node);
    let metadata = value.get("metadata").unwrap_or(Value::null());
    let mut warn = |code: &str, message: &str, path: String| {
        let resource = Some(object.key.to_string());
        let path = Some(path);
        warnings.push(Warning { resource, path, ..warning(code, message.to_owned()) });
    };
    let reference = last_applied(metadata, &object.key, &context.options.read);
    let reference = reference.unwrap_or_else(|_| {
        let message = "the last applied configuration cannot be read as an object";
        let path = format!("metadata.annotations[\"{LAST_APPLIED}\"]");
        warn("last_applied_unreadable", message, path);
        None
    });
    let managers = managed::managers(metadata, |index| {
        let message = "an entry of the managed fields cannot be read";
        let path = format!("metadata.managedFields[{index}]");
        warn("managed_fields_unreadable", message, path);
    });
    let uid = |value: &str| Identity { kind: Name::fixed("uid"), value: value.to_owned() };
    let secret = object.key.type_name == SECRET;
    Resource {
        address: Some(object.key.id.clone()),
        identities: metadata.str_field("uid").map(uid).into_iter().collect(),
        tags: labels(metadata),
        // What was encrypted is a secret, whatever holds it.
        sensitive: sensitive_paths(secret).union(&object.unknown),
        unknown: object.unknown,
        reference: reference.map(Box::new),
        managers,
        owners: owners(metadata),
        source: context.source(object.document, object.pointer, value),
        ..Resource::new(object.key, Attributes::new(Arc::clone(document), object.node))
    }
}

/// What was last applied, where the object says so; an error where that cannot be read.
fn last_applied(
    metadata: Value<'_>,
    key: &ResourceKey,
    options: &ReadOptions,
) -> Result<Option<Attributes<'static>>> {
    let annotation = metadata.get("annotations").and_then(|map| map.str_field(LAST_APPLIED));
    let Some(text) = annotation else {
        return Ok(None);
    };
    let document = Document::parse_json(text.as_bytes(), options)?;
    STRICT.map(document.root(), "an object")?;
    let mut objects = [Object::whole(&document, key.clone())];
    let document = complete::complete(document, &mut objects, options)?.into_owned();
    let [object] = objects;
    Ok(Some(Attributes::new(Arc::new(document), object.node)))
}

/// Where the values of a Secret stand, and the last applied configuration of every object: a copy
/// of all its values, to which no rule speaks.
pub(super) fn sensitive_paths(of_secret: bool) -> PathSet {
    let field = |name: &str| Step::Field(name.to_owned());
    let mut paths = PathSet::new();
    if of_secret {
        paths.insert_steps(&[field("data")]);
        paths.insert_steps(&[field("stringData")]);
    }
    paths.insert_steps(&[field("metadata"), field("annotations"), field(LAST_APPLIED)]);
    paths
}

/// The annotations that make an object a hook.
fn hooks<'d>(metadata: Value<'d>) -> impl Iterator<Item = (&'d str, Value<'d>)> {
    let annotations = metadata.get("annotations").unwrap_or(Value::null());
    let hook = move |name: &'d str| Some((name, annotations.get(name)?));
    let hooks = HOOKS.into_iter().filter_map(hook);
    hooks.filter(|(_, value)| value.as_str() != Some(NO_HOOK))
}

/// Labels, and the annotations that make an object a hook, so that rules can tell those.
fn labels(metadata: Value<'_>) -> BTreeMap<String, String> {
    let labels = metadata.get("labels").into_iter().flat_map(Value::fields);
    let text =
        |(name, value): (&str, Value<'_>)| Some((name.to_owned(), value.as_str()?.to_owned()));
    labels.chain(hooks(metadata)).filter_map(text).collect()
}

/// The status of a condition of this type.
fn condition<'d>(status: Value<'d>, kind: &str) -> Option<&'d str> {
    let mut conditions = status.get("conditions").into_iter().flat_map(Value::items);
    conditions.find(|one| one.str_field("type") == Some(kind))?.str_field("status")
}

/// What created the object, and what it is deleted with: the owner that says it is its controller first.
fn owners(metadata: Value<'_>) -> Vec<Owner> {
    let references = metadata.get("ownerReferences").into_iter().flat_map(Value::items);
    let owner = |reference: Value<'_>| {
        let controller = reference.get("controller").and_then(Value::as_bool) == Some(true);
        let (api, kind) = (reference.str_field("apiVersion")?, reference.str_field("kind")?);
        let owner =
            Owner { type_name: type_name(api, kind)?, id: reference.str_field("name")?.to_owned() };
        Some((!controller, owner))
    };
    let mut owners: Vec<(bool, Owner)> = references.filter_map(owner).collect();
    owners.sort_by_key(|(rank, _)| *rank);
    owners.into_iter().map(|(_, owner)| owner).collect()
}

#[cfg(test)]
mod tests;
