//! Managed resources of Crossplane: what is declared of them (`spec.forProvider`), and what the
//! provider's API said (`status.atProvider`).

use super::complete::complete_inside;
use super::list::Object;
use crate::error::Result;
use crate::model::{Attributes, Identity, Name, Resource, Warning};
use crate::source::mapping::leave_unread;
use crate::source::strict::optional;
use crate::source::{Context, Reading, warning};
use crate::value::{Builder, Document, Kind, NodeId, ReadOptions, Value};
use std::sync::Arc;

/// The annotation with the name that the resource has at its provider.
const EXTERNAL_NAME: &str = "crossplane.io/external-name";

/// Managed resources that hold an object of Kubernetes, and where: what is declared of it, and what the API server
/// said (crossplane-contrib/provider-kubernetes, `ObjectParameters.manifest` and `ObjectObservation.manifest`).
const HOLDERS: [&str; 2] = ["kubernetes.crossplane.io/Object", "kubernetes.m.crossplane.io/Object"];
const HELD: &str = "manifest";

/// Reads what is declared.
pub(super) fn declared<'a>(
    document: Document<'a>,
    objects: Vec<Object>,
    context: &Context<'_>,
    mut reading: Reading<'a>,
) -> Result<Reading<'a>> {
    let place =
        |value: Value<'_>| inside(value, "spec", "forProvider").map(|declared| declared.id());
    let nodes: Vec<_> = objects.iter().map(|object| place(document.value(object.node))).collect();
    let (document, nodes) = complete(document, &objects, nodes, &context.options.read)?;
    let document = Arc::new(document);
    for (object, node) in objects.into_iter().zip(nodes) {
        let value = document.value(object.node);
        let Some(node) = node else { continue };
        let status = value.get("status").unwrap_or(Value::null());
        for (code, kind, message) in [
            ("not_synced", "Synced", "Crossplane does not say that it could apply the resource"),
            ("not_ready", "Ready", "Crossplane does not say that the resource is ready"),
        ] {
            if super::condition(status, kind) != Some("True") && !status.is_null() {
                let resource = Some(object.key.to_string());
                let noted = warning(code, message.to_owned());
                reading.warnings.push(Warning { resource, ..noted });
            }
        }
        reading.resources.push(resource(&document, object, node, "/spec/forProvider", context));
    }
    Ok(reading)
}

/// Reads what was observed; what it leaves out was not read.
pub(super) fn observed<'a>(
    document: Document<'a>,
    objects: Vec<Object>,
    context: &Context<'_>,
    mut reading: Reading<'a>,
) -> Result<Reading<'a>> {
    let is_managed =
        |object: &Object| inside(document.value(object.node), "spec", "forProvider").is_some();
    let objects: Vec<Object> = objects.into_iter().filter(is_managed).collect();
    let seen = |document: &Document<'_>, object: &Object| {
        inside(document.value(object.node), "status", "atProvider").map(|value| value.id())
    };
    let nodes: Vec<_> = objects.iter().map(|object| seen(&document, object)).collect();
    let (mut document, nodes) = complete(document, &objects, nodes, &context.options.read)?;
    for node in nodes.iter().flatten() {
        leave_unread(&mut document, *node);
    }
    let document = Arc::new(document);
    for (object, node) in objects.into_iter().zip(nodes) {
        let at = if node.is_some() { "/status/atProvider" } else { "" };
        let place = node.unwrap_or(object.node);
        let resource = resource(&document, object, place, at, context);
        reading.resources.push(Resource { listed_only: node.is_none(), ..resource });
    }
    Ok(reading)
}

/// Completes the objects that managed resources hold, whose maps are at the nodes.
fn complete<'a>(
    document: Document<'a>,
    objects: &[Object],
    nodes: Vec<Option<NodeId>>,
    options: &ReadOptions,
) -> Result<(Document<'a>, Vec<Option<NodeId>>)> {
    let mut builder = Builder::resume(document, options);
    let mut complete = |(object, node): (&Object, Option<NodeId>)| match node {
        Some(node) if HOLDERS.contains(&&*object.key.type_name) => {
            complete_inside(&mut builder, node, HELD).map(Some)
        }
        node => Ok(node),
    };
    let nodes = objects.iter().zip(nodes).map(&mut complete).collect::<Result<_>>()?;
    Ok((builder.finish(), nodes))
}

/// A map within a map.
fn inside<'d>(value: Value<'d>, outer: &str, inner: &str) -> Option<Value<'d>> {
    optional(optional(value, outer)?, inner).filter(|value| value.kind() == Kind::Map)
}

fn resource<'a>(
    document: &Arc<Document<'a>>,
    mut object: Object,
    node: NodeId,
    at: &str,
    context: &Context<'_>,
) -> Resource<'a> {
    object.key.fill_scope(&context.options.scope);
    let value = document.value(object.node);
    let metadata = value.get("metadata").unwrap_or(Value::null());
    let annotations = metadata.get("annotations");
    let external = annotations.and_then(|map| map.str_field(EXTERNAL_NAME));
    let external = external.filter(|name| !name.is_empty());
    let identity =
        |value: &str| Identity { kind: Name::fixed("external_name"), value: value.to_owned() };
    Resource {
        address: Some(object.key.id.clone()),
        identities: external.map(identity).into_iter().collect(),
        tags: super::labels(metadata),
        source: context.source(object.document, object.pointer + at, value),
        ..Resource::new(object.key, Attributes::new(Arc::clone(document), node))
    }
}
