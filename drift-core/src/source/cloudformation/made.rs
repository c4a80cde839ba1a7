//! What properties come to, and how it is written behind the nodes of the template.

use crate::error::Result;
use crate::path::{PathSet, Step};
use crate::value::{Builder, NodeId, Number};
use std::ops::Range;

/// A value that properties come to.
#[derive(Clone)]
pub(super) struct Made {
    /// What of the template it stands for.
    pub(super) node: NodeId,
    /// JSON Pointer relative to the properties, where the value stands elsewhere in the template.
    pub(super) origin: Option<String>,
    /// Whether a parameter with `NoEcho`, or another secret, had a part in it.
    pub(super) secret: bool,
    pub(super) content: Content,
}

#[derive(Clone)]
pub(super) enum Content {
    /// A node of the template as it is.
    Copy(NodeId),
    Text(String),
    Number(String),
    List(Vec<Made>),
    Map(Vec<Field>),
    /// What cannot be known from the template; perhaps nothing at all.
    Unknown {
        optional: bool,
    },
    /// `AWS::NoValue`.
    Nothing,
}

/// A field of a map that was made.
#[derive(Clone)]
pub(super) struct Field {
    /// The node of its name.
    pub(super) key: NodeId,
    /// Its name, where it is another than the node has.
    pub(super) name: Option<String>,
    pub(super) value: Made,
}

impl Made {
    pub(super) fn new(node: NodeId, content: Content) -> Self {
        Self { node, origin: None, secret: false, content }
    }

    pub(super) fn copy(node: NodeId) -> Self {
        Self::new(node, Content::Copy(node))
    }

    pub(super) fn unknown(node: NodeId) -> Self {
        Self::new(node, Content::Unknown { optional: false })
    }

    pub(super) fn secret(self, secret: bool) -> Self {
        Self { secret: self.secret || secret, ..self }
    }

    /// Whether it is the node itself, as it stands there.
    pub(super) fn is_plain(&self, node: NodeId) -> bool {
        matches!(self.content, Content::Copy(copied) if copied == node)
            && !self.secret
            && self.origin.is_none()
    }
}

/// Which paths of a value are not known, and which must not be shown.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) unknown: PathSet,
    pub(super) secret: PathSet,
}

impl Marks {
    fn adopt(&mut self, step: &Step, below: Self) {
        self.unknown.adopt(step, below.unknown);
        self.secret.adopt(step, below.secret);
    }

    fn is_empty(&self) -> bool {
        self.unknown.is_empty() && self.secret.is_empty()
    }
}

/// Writes the value beside the documents of the text; returns its node and its marks.
pub(super) fn write(builder: &mut Builder<'_>, made: Made) -> Result<(NodeId, Marks)> {
    let root = builder.next();
    let marks = put(builder, made)?;
    builder.set_aside();
    Ok((root, marks))
}

/// An empty map that stands at `span`.
pub(super) fn write_empty(builder: &mut Builder<'_>, span: Range<usize>) -> Result<NodeId> {
    let root = builder.next();
    builder.open_map(span.start)?;
    builder.close(span.end)?;
    builder.set_aside();
    Ok(root)
}

fn put(builder: &mut Builder<'_>, made: Made) -> Result<Marks> {
    if let Some(origin) = made.origin {
        let next = builder.next();
        builder.document.origins.insert(next, origin);
    }
    let span = builder.document.value(made.node).span();
    let mut marks = Marks::default();
    if made.secret {
        marks.secret.insert_steps(&[]);
    }
    match made.content {
        Content::Copy(node) => builder.copy(node, span).map(drop)?,
        Content::Text(text) => builder.string_owned(span, &text).map(drop)?,
        Content::Number(text) => {
            let exponent = Number::parse(&text).map_or(0, |number| number.decimal().exponent);
            builder.number_owned(span, &text, exponent)?;
        }
        Content::List(items) => list(builder, items, span, &mut marks)?,
        Content::Map(fields) => map(builder, fields, span, &mut marks)?,
        Content::Unknown { .. } => {
            marks.unknown.insert_steps(&[]);
            builder.copy(made.node, span).map(drop)?;
        }
        // Only the properties as a whole get here: nothing of them is declared.
        Content::Nothing => {
            builder.open_map(span.start)?;
            builder.close(span.end)?;
        }
    }
    Ok(marks)
}

fn list(
    builder: &mut Builder<'_>,
    items: Vec<Made>,
    span: Range<usize>,
    marks: &mut Marks,
) -> Result<()> {
    builder.open_list(span.start)?;
    for (index, item) in items.into_iter().enumerate() {
        marks.adopt(&Step::Index(index), put(builder, item)?);
    }
    builder.close(span.end)
}

fn map(
    builder: &mut Builder<'_>,
    fields: Vec<Field>,
    span: Range<usize>,
    marks: &mut Marks,
) -> Result<()> {
    builder.open_map(span.start)?;
    for Field { key, name, value } in fields {
        let key_span = builder.document.value(key).span();
        match &name {
            Some(name) => builder.key_owned(key_span, name)?,
            None => builder.copy_key(key, key_span)?,
        }
        let below = put(builder, value)?;
        if !below.is_empty() {
            let original = builder.document.value(key).as_str().unwrap_or_default();
            let name = name.unwrap_or_else(|| original.to_owned());
            marks.adopt(&Step::Field(name), below);
        }
    }
    builder.close(span.end)
}
