//! Managed resources of Crossplane: what is declared of them (`spec.forProvider`), and what the
//! provider's API said (`status.atProvider`).

use super::list::Object;
use crate::error::Result;
use crate::model::{Attributes, Identity, Name, Resource, Warning};
use crate::source::mapping::leave_unread;
use crate::source::strict::optional;
use crate::source::{Context, Reading, warning};
use crate::value::{Document, Kind, NodeId, Value};
use std::sync::Arc;

/// The annotation with the name that the resource has at its provider.
const EXTERNAL_NAME: &str = "crossplane.io/external-name";

/// Reads what is declared.
pub(super) fn declared<'a>(
    document: Document<'a>,
    objects: Vec<Object>,
    context: &Context<'_>,
    mut reading: Reading<'a>,
) -> Result<Reading<'a>> {
    let document = Arc::new(document);
    for object in objects {
        let value = document.value(object.node);
        let Some(declared) = inside(value, "spec", "forProvider") else { continue };
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
        let node = declared.id();
        reading.resources.push(resource(&document, object, node, "/spec/forProvider", context));
    }
    Ok(reading)
}

/// Reads what was observed; what it leaves out was not read.
pub(super) fn observed<'a>(
    mut document: Document<'a>,
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
    for object in &objects {
        if let Some(node) = seen(&document, object) {
            leave_unread(&mut document, node);
        }
    }
    let document = Arc::new(document);
    for object in objects {
        let node = seen(&document, &object);
        let at = if node.is_some() { "/status/atProvider" } else { "" };
        let place = node.unwrap_or(object.node);
        let resource = resource(&document, object, place, at, context);
        reading.resources.push(Resource { listed_only: node.is_none(), ..resource });
    }
    Ok(reading)
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
