//! Completes objects as the API server does: an item of a typed list gets the version and kind of
//! its list, `stringData` of a Secret goes into `data`, and the target of an autoscaler of `v1` into
//! `metrics`.
//!
//! A completed object is a copy that stands beside the documents of the text. Its nodes keep their
//! spans, and those that stood elsewhere in the original know where.

use super::list::{Header, Object};
use super::{SCALER, SECRET, scaler, secret};
use crate::error::Result;
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
        let Some(fields) = completed(object, original)? else {
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

/// The fields of the object once it is complete; `None` where it is.
fn completed(object: &Object, original: Value<'_>) -> Result<Option<Vec<Field>>> {
    let is_secret = object.key.type_name == SECRET;
    let has_strings = is_secret && original.get("stringData").is_some();
    let mut data = if is_secret { secret::data(original)? } else { None };
    let is_scaler = object.key.type_name == SCALER;
    let mut spec = if is_scaler { scaler::spec(original) } else { None };
    if object.inherited.is_none() && !has_strings && data.is_none() && spec.is_none() {
        return Ok(None);
    }
    let mut fields = Vec::with_capacity(original.len() + 2);
    if let Some(Header { api_version, kind }) = &object.inherited {
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
