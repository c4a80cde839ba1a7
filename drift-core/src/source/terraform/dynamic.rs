//! Values of attributes whose type is not fixed: a state file stores each with its type, as
//! `{"value": …, "type": …}`. Paths to what is sensitive lead through the value alone.

use super::instance::Instance;
use crate::error::Result;
use crate::path::push_token;
use crate::value::{Builder, Document, Kind, NodeId, ReadOptions, Value};
use std::collections::BTreeMap;

/// The provider that is a part of Terraform: all attributes of its resources are such.
const BUILT_IN: &str = "terraform";

/// A field of attributes that are written anew.
struct Field {
    /// The node of the value as it stands, behind its name.
    stands: NodeId,
    /// The node of what it stands for.
    value: NodeId,
    origin: String,
}

/// Writes attributes with such values anew, without the types: the node of each, by the node that it
/// was made of.
pub(super) fn unwrap<'a>(
    document: Document<'a>,
    instances: &[Instance],
    options: &ReadOptions,
) -> Result<(Document<'a>, BTreeMap<NodeId, NodeId>)> {
    let stored = instances.iter().filter(|instance| instance.is_stored);
    let all: Vec<(NodeId, Vec<Field>)> = stored
        .filter_map(|instance| {
            let node = instance.attributes?;
            Some((node, fields(document.value(node), &instance.provider)?))
        })
        .collect();
    let mut nodes = BTreeMap::new();
    if all.is_empty() {
        return Ok((document, nodes));
    }
    let mut builder = Builder::resume(document, options);
    for (node, fields) in all {
        let span = builder.document.value(node).span();
        nodes.insert(node, builder.next());
        builder.open_map(span.start)?;
        for Field { stands, value, origin } in fields {
            let key = stands.saturating_sub(1);
            builder.copy_key(key, builder.document.value(key).span())?;
            let made = builder.copy(value, builder.document.value(value).span())?;
            builder.document.origins.insert(made, origin);
        }
        builder.close(span.end)?;
        builder.set_aside();
    }
    Ok((builder.finish(), nodes))
}

/// The fields of attributes of which some are stored with their type; none where none is.
fn fields(attributes: Value<'_>, provider: &str) -> Option<Vec<Field>> {
    // Most resources have no field that could be one.
    let mut pairs = attributes.field_values().filter(|value| value.len() == 2);
    if !pairs.any(|value| inside(value, provider).is_some()) {
        return None;
    }
    let field = |(name, stands): (&str, Value<'_>)| {
        let mut origin = String::new();
        push_token(&mut origin, name);
        let value = inside(stands, provider);
        if value.is_some() {
            push_token(&mut origin, "value");
        }
        Field { stands: stands.id(), value: value.unwrap_or(stands).id(), origin }
    };
    Some(attributes.fields().map(field).collect())
}

/// The value that is stored with its type. A plain type is a word that a map of any resource may hold:
/// it counts with the provider alone that stores nothing else.
fn inside<'d>(stored: Value<'d>, provider: &str) -> Option<Value<'d>> {
    let [value, type_of] = stored.pick(["value", "type"]);
    let (value, type_of) = (value?, type_of?);
    let is_type = match type_of.kind() {
        Kind::List => is_compound(type_of),
        Kind::String => provider == BUILT_IN,
        _ => false,
    };
    (stored.len() == 2 && is_type).then_some(value)
}

/// `["object", {…}]`, `["list", …]` and so on.
fn is_compound(type_of: Value<'_>) -> bool {
    let kind = type_of.at(0).and_then(Value::as_str).unwrap_or_default();
    let inside = type_of.at(1).map(Value::kind);
    match kind {
        "object" => inside == Some(Kind::Map),
        "tuple" => inside == Some(Kind::List),
        "list" | "set" | "map" => matches!(inside, Some(Kind::String | Kind::List)),
        _ => false,
    }
}
