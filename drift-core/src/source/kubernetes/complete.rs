//! Completes objects as the API server does: an item of a typed list gets the version and kind of
//! its list, `stringData` of a Secret goes into `data`, and the target of an autoscaler of `v1` into
//! `metrics`. So is the object completed that an `Object` of Crossplane's provider for Kubernetes holds.
//!
//! A completed object is a copy that stands beside the documents of the text. Its nodes keep their
//! spans, and those that stood elsewhere in the original know where.

use super::list::{Header, Object};
use super::{SCALER, SECRET, scaler, secret, sops, type_name};
use crate::error::Result;
use crate::source::strict::optional;
use crate::value::{Builder, Document, NodeId, ReadOptions, Value};
use std::ops::Range;

/// A field of a completed object.
pub(super) enum Field {
    /// As it is, known by the node of its value.
    Same(NodeId),
    /// Another one.
    New { name: String, place: Place, content: Content },
}

/// What a new field holds.
pub(super) enum Content {
    Text(String),
    Map(Vec<Field>),
    /// A list of one element.
    One(Box<Content>),
    /// What stands at this node.
    Copy(NodeId),
}

/// Where a new field stands in the original.
pub(super) struct Place {
    /// The span of the value.
    pub(super) span: Range<usize>,
    /// The pointer within the object, where it is another than in the completed one.
    pub(super) origin: Option<String>,
}

/// Completes the objects of a document; those that needed it are known by a new node.
pub(super) fn complete<'a>(
    document: Document<'a>,
    objects: &mut [Object],
    options: &ReadOptions,
) -> Result<Document<'a>> {
    let mut builder = Builder::resume(document, options);
    for object in objects {
        let original = builder.document.value(object.node);
        let span = original.span();
        let (kind, inherited) = (&object.key.type_name, object.inherited.as_ref());
        if sops::is_encrypted(kind, original) {
            object.unknown = sops::encrypted(original);
        }
        let Some(fields) = completed(kind, inherited, original, "")? else {
            continue;
        };
        builder.open_map(span.start)?;
        for field in fields {
            put(&mut builder, field)?;
        }
        builder.close(span.end)?;
        object.node = builder.set_aside().unwrap_or(object.node);
    }
    Ok(builder.finish())
}

/// Completes the object under `name` in the map at `node`; the node of the map, another one where it was not
/// complete. What cannot be read is left as it is.
pub(super) fn complete_inside(
    builder: &mut Builder<'_>,
    node: NodeId,
    name: &str,
) -> Result<NodeId> {
    let holder = builder.document.value(node);
    let span = holder.span();
    let Some(held) = optional(holder, name) else { return Ok(node) };
    let (api_version, kind) = (held.str_field("apiVersion"), held.str_field("kind"));
    let kind = api_version.zip(kind).and_then(|(api, kind)| type_name(api, kind));
    let at = format!("/{name}");
    let whole = kind.and_then(|kind| completed(&kind, None, held, &at).ok().flatten());
    let Some(whole) = whole else { return Ok(node) };
    let place = Place { span: held.span(), origin: None };
    let mut whole = Some(Field::New { name: name.to_owned(), place, content: Content::Map(whole) });
    let field = |(field, value): (&str, Value<'_>)| match field == name {
        true => whole.take(),
        false => Some(Field::Same(value.id())),
    };
    let fields: Vec<Field> = holder.fields().filter_map(field).collect();
    builder.open_map(span.start)?;
    for field in fields {
        put(builder, field)?;
    }
    builder.close(span.end)?;
    Ok(builder.set_aside().unwrap_or(node))
}

/// The fields of the object once it is complete; `None` where it is. It stands at the pointer `at`.
fn completed(
    kind: &str,
    inherited: Option<&Header>,
    original: Value<'_>,
    at: &str,
) -> Result<Option<Vec<Field>>> {
    let is_secret = kind == SECRET;
    let has_strings = is_secret && original.get("stringData").is_some();
    let mut data = if is_secret { secret::data(original, at)? } else { None };
    let is_scaler = kind == SCALER;
    let mut spec = if is_scaler { scaler::spec(original, at) } else { None };
    let is_encrypted = sops::is_encrypted(kind, original);
    let is_whole = inherited.is_none() && !has_strings && !is_encrypted;
    if is_whole && data.is_none() && spec.is_none() {
        return Ok(None);
    }
    let mut fields = Vec::with_capacity(original.len() + 2);
    if let Some(Header { api_version, kind }) = inherited {
        let start = original.span().start;
        for (name, text) in [("apiVersion", api_version), ("kind", kind)] {
            if original.get(name).is_none() {
                let place = Place { span: start..start, origin: None };
                let content = Content::Text(text.clone());
                fields.push(Field::New { name: name.to_owned(), place, content });
            }
        }
    }
    // Merged data stand where the first of the two fields stood.
    let merged = data.is_some();
    for (name, value) in original.fields() {
        match name {
            "data" | "stringData" if merged => fields.extend(data.take()),
            "stringData" if is_secret => {}
            sops::SOPS if is_encrypted => {}
            "spec" if spec.is_some() => fields.extend(spec.take()),
            _ => fields.push(Field::Same(value.id())),
        }
    }
    Ok(Some(fields))
}

fn put(builder: &mut Builder<'_>, field: Field) -> Result<()> {
    let (name, Place { span, origin }, content) = match field {
        Field::Same(value) => return builder.copy_field(value),
        Field::New { name, place, content } => (name, place, content),
    };
    builder.key_owned(span.start..span.start, &name)?;
    if let Some(origin) = origin {
        builder.document.origins.insert(builder.next(), origin);
    }
    put_content(builder, span, content)
}

fn put_content(builder: &mut Builder<'_>, span: Range<usize>, content: Content) -> Result<()> {
    match content {
        Content::Text(text) => builder.string_owned(span, &text).map(drop),
        Content::Copy(value) => builder.copy(value, span).map(drop),
        Content::One(content) => {
            builder.open_list(span.start)?;
            put_content(builder, span.clone(), *content)?;
            builder.close(span.end)
        }
        Content::Map(fields) => {
            builder.open_map(span.start)?;
            for field in fields {
                put(builder, field)?;
            }
            builder.close(span.end)
        }
    }
}
