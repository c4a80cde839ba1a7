//! A document through a mapping.

use super::evaluate::evaluate;
use super::projection::Made;
use super::{Mapping, Query, STRICT, Section, Shape, Text, write};
use crate::error::Result;
use crate::model::{Attributes, Identity, Resource, ResourceKey, SourceRef};
use crate::source::strict::id;
use crate::source::{Context, Reading, continues};
use crate::value::{Builder, Document, Kind, NodeId, Value};
use std::sync::Arc;

/// A resource whose attributes are not on the tape yet.
struct Draft {
    key: ResourceKey,
    address: Option<String>,
    identities: Vec<Identity>,
    tags: std::collections::BTreeMap<String, String>,
    depends_on: Vec<String>,
    source: SourceRef,
    item: NodeId,
    attributes: Drafted,
}

enum Drafted {
    Node(NodeId),
    Made(Made),
}

impl Mapping {
    /// Whether a section selects an item of a list that has an id, or rightly selects nothing from a
    /// list: the document is what the mapping is for.
    pub(in crate::source) fn fits(&self, root: Value<'_>) -> bool {
        self.sections.iter().any(|section| match section.items.first(root) {
            Some((_, item)) => item.id() != root.id() && section.id.of(item).is_some(),
            None => section.may_be_empty(root, &[Kind::List]),
        })
    }

    /// Reads the items of every document of a text.
    pub(in crate::source) fn read<'a>(
        &self,
        document: Document<'a>,
        context: &Context<'_>,
    ) -> Result<Reading<'a>> {
        let mut reading = Reading::default();
        let mut drafts = Vec::new();
        for (index, root) in document.roots().enumerate() {
            let before = drafts.len();
            reading.partial |= continues(root) || self.continues_inside(root);
            for section in &self.sections {
                for (pointer, item) in section.items.select(root) {
                    // An item that is the whole document is one answer; any other stands in a list.
                    reading.listed |= item.id() != root.id();
                    drafts.push(section.draft(index, pointer, item, context)?);
                }
            }
            if drafts.len() == before {
                self.check_empty(root)?;
                reading.listed = true;
            }
        }
        let (document, nodes) = written(document, &mut drafts, context)?;
        let document = Arc::new(document);
        let resource = |(draft, node): (Draft, NodeId)| Resource {
            address: draft.address,
            identities: draft.identities,
            tags: draft.tags,
            depends_on: draft.depends_on,
            source: draft.source,
            ..Resource::new(draft.key, Attributes::new(Arc::clone(&document), node))
        };
        reading.resources = drafts.into_iter().zip(nodes).map(resource).collect();
        Ok(reading)
    }

    fn continues_inside(&self, root: Value<'_>) -> bool {
        let around = self.sections.iter().filter_map(|section| root.get(section.around()?));
        around.into_iter().any(continues)
    }

    fn check_empty(&self, root: Value<'_>) -> Result<()> {
        let kinds = [Kind::List, Kind::Map];
        if self.sections.iter().any(|section| section.may_be_empty(root, &kinds)) {
            return Ok(());
        }
        Err(STRICT.fault(root, "the mapping's `items` select nothing, and not from an empty list"))
    }
}

/// Puts what projections made behind the nodes of the document; the node of each draft's
/// attributes.
fn written<'a>(
    document: Document<'a>,
    drafts: &mut [Draft],
    context: &Context<'_>,
) -> Result<(Document<'a>, Vec<NodeId>)> {
    let mut builder = Builder::resume(document, &context.options.read);
    let mut nodes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let item = draft.item;
        nodes.push(match std::mem::replace(&mut draft.attributes, Drafted::Node(item)) {
            Drafted::Node(node) => node,
            Drafted::Made(made) => write::write(&mut builder, made, item)?,
        });
    }
    Ok((builder.finish(), nodes))
}

impl Section {
    /// Whether `items` rightly select nothing: what they select from is there, or something around
    /// it is there and empty.
    fn may_be_empty(&self, root: Value<'_>, kinds: &[Kind]) -> bool {
        self.containers.iter().enumerate().any(|(outwards, container)| {
            let rightly = |value: &Value<'_>| {
                kinds.contains(&value.kind()) && (outwards == 0 || value.is_empty())
            };
            container.select(root).iter().any(|(_, value)| rightly(value))
        })
    }

    fn draft(
        &self,
        index: usize,
        pointer: String,
        item: Value<'_>,
        context: &Context<'_>,
    ) -> Result<Draft> {
        let key = ResourceKey {
            provider: self.provider.as_ref().and_then(|text| text.of(item)).unwrap_or_default(),
            type_name: required(item, "type", &self.type_name)?,
            scope: all(item, &self.scope).collect(),
            id: required(item, "id", &self.id)?,
        };
        let (below, attributes) = self.attributes(item)?;
        let tags = self.tags.as_ref().and_then(|query| query.first(item));
        let tags = tags.filter(|(_, tags)| !tags.is_null()).map(|(_, tags)| STRICT.tags(tags));
        let identity = |(kind, value)| Identity { kind, value };
        let needed = self.depends_on.iter().flat_map(|query| query.select(item));
        Ok(Draft {
            key,
            address: self.address.as_ref().and_then(|text| text.of(item)),
            identities: all(item, &self.identities).map(identity).collect(),
            tags: tags.transpose()?.unwrap_or_default(),
            depends_on: needed.filter_map(|(_, value)| id(value)).collect(),
            source: context.source(index, pointer + &below, item),
            item: item.id(),
            attributes,
        })
    }

    /// The attributes, and the pointer to them within the item.
    fn attributes(&self, item: Value<'_>) -> Result<(String, Drafted)> {
        let (below, node) = match &self.attributes {
            Shape::Whole => (String::new(), item),
            Shape::Node(query) => query.first(item).unwrap_or((String::new(), Value::null())),
            Shape::Projection(fields) => {
                return Ok((String::new(), Drafted::Made(evaluate(fields, item)?)));
            }
        };
        if node.kind() != Kind::Map {
            return Err(STRICT.fault(item, "the item has no map where `attributes` are selected"));
        }
        Ok((below, Drafted::Node(node.id())))
    }
}

impl Text {
    /// The text of the field for one item; none where its paths select nothing that is one.
    fn of(&self, item: Value<'_>) -> Option<String> {
        let first = |query: &Query| query.select(item).into_iter().find_map(|(_, value)| id(value));
        match self {
            Self::Const(text) => Some(text.clone()),
            Self::Paths(queries) => queries.iter().find_map(first),
            Self::Arn(query, part) => part.of(&first(query)?).map(str::to_owned),
        }
    }
}

fn required(item: Value<'_>, name: &str, text: &Text) -> Result<String> {
    text.of(item).ok_or_else(|| {
        let message = format!("the item has no `{name}`");
        let help = "no path of the mapping selects a string or an integer there";
        STRICT.fault(item, message).with_help(help)
    })
}

/// The fields that the item has.
fn all<'m>(
    item: Value<'m>,
    texts: &'m [(String, Text)],
) -> impl Iterator<Item = (String, String)> + 'm {
    texts.iter().filter_map(move |(name, text)| Some((name.clone(), text.of(item)?)))
}
