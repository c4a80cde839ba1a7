//! What a projection came to, written behind the nodes of the document it was read from.

use super::projection::{Content, Made};
use crate::error::Result;
use crate::path::push_token;
use crate::value::{Builder, Kind, NodeId, Number, Tree, snake_case};
use std::ops::Range;

/// Writes the value as a document of its own on the tape, beside those of the text, and returns
/// its node. `item` is where the item stands in the text.
pub(super) fn write(builder: &mut Builder<'_>, made: Made, item: NodeId) -> Result<NodeId> {
    let span = builder.document.value(item).span();
    let root = builder.next();
    put(builder, made, &span)?;
    builder.set_aside();
    Ok(root)
}

fn put(builder: &mut Builder<'_>, made: Made, item: &Range<usize>) -> Result<()> {
    let id = builder.next();
    builder.document.origins.insert(id, made.origin.clone());
    match made.content {
        Content::Copy(node) => {
            let span = builder.document.value(node).span();
            builder.copy(node, span).map(drop)
        }
        Content::Rename(node) => rename(builder, node, &made.origin),
        Content::Const(tree) => put_tree(builder, &tree, item),
        Content::List(items) => {
            builder.open_list(item.start)?;
            for made in items {
                put(builder, made, item)?;
            }
            builder.close(item.end)
        }
        Content::Map { fields, names } => {
            builder.open_map(item.start)?;
            for (name, made) in fields {
                builder.key_owned(item.start..item.start, &name)?;
                put(builder, made, item)?;
            }
            builder.close(item.end)?;
            if let Some(names) = names {
                builder.document.read_fields.insert(id, names);
            }
            Ok(())
        }
    }
}

fn put_tree(builder: &mut Builder<'_>, tree: &Tree, item: &Range<usize>) -> Result<()> {
    let span = item.clone();
    match tree {
        Tree::Bool(truth) => builder.bool(span, *truth),
        Tree::Number(text) => {
            let exponent = Number::parse(text).map_or(0, |number| number.decimal().exponent);
            builder.number_owned(span, text, exponent)
        }
        Tree::String(text) => builder.string_owned(span, text).map(drop),
        Tree::List(items) => {
            builder.open_list(span.start)?;
            for item in items {
                put_tree(builder, item, &span)?;
            }
            builder.close(span.end)
        }
        Tree::Map(fields) => {
            builder.open_map(span.start)?;
            for (name, value) in fields {
                builder.key_owned(span.start..span.start, name)?;
                put_tree(builder, value, &span)?;
            }
            builder.close(span.end)
        }
        // A mapping holds no secret.
        Tree::Null | Tree::Secret { .. } => builder.null(span),
    }
}

/// Copies a node, the names of its fields in snake case; each node keeps its own place.
fn rename(builder: &mut Builder<'_>, node: NodeId, origin: &str) -> Result<()> {
    let value = builder.document.value(node);
    let span = value.span();
    match value.kind() {
        Kind::Map => {
            let fields: Vec<(String, NodeId)> =
                value.fields().map(|(name, value)| (name.to_owned(), value.id())).collect();
            builder.open_map(span.start)?;
            for (name, child) in fields {
                builder.key_owned(span.start..span.start, &snake_case(&name))?;
                child_of(builder, child, origin, &name)?;
            }
            builder.close(span.end)
        }
        Kind::List => {
            let items: Vec<NodeId> = value.items().map(|item| item.id()).collect();
            builder.open_list(span.start)?;
            for (index, child) in items.into_iter().enumerate() {
                child_of(builder, child, origin, &index.to_string())?;
            }
            builder.close(span.end)
        }
        _ => builder.copy(node, span).map(drop),
    }
}

fn child_of(builder: &mut Builder<'_>, child: NodeId, origin: &str, token: &str) -> Result<()> {
    let mut origin = origin.to_owned();
    push_token(&mut origin, token);
    builder.document.origins.insert(builder.next(), origin.clone());
    rename(builder, child, &origin)
}
