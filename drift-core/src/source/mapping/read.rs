//! A document through a mapping.

use super::evaluate::evaluate;
use super::projection::Made;
use super::text::{all, required};
use super::{
    Decode, Mapping, Reads, STRICT, Section, Shape, TERRAFORM, beside, narrow, newest, older,
    properties, write,
};
use crate::error::Result;
use crate::model::{Attributes, Identity, Name, Resource, ResourceKey, SourceRef};
use crate::source::strict::id;
use crate::source::{Context, ParseOptions, Reading, Taken, continues};
use crate::value::{Builder, Document, Kind, NodeId, ReadOptions, Tree, Value};
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
    reads: Reads,
    taken: Option<Taken>,
    gone: bool,
}

enum Drafted {
    Node(NodeId),
    Made(Made),
    /// Of a text that was decoded.
    Own(Attributes<'static>),
}

/// What the paths of a section start from.
#[derive(Clone, Copy)]
pub(super) struct Seen<'d, 's> {
    pub(super) root: Value<'d>,
    pub(super) item: Value<'d>,
    /// The item, or what the text in it holds.
    pub(super) read: Value<'d>,
    /// What the item was selected within.
    pub(super) outer: Value<'d>,
    /// The pointer to the item.
    pub(super) pointer: &'s str,
    pub(super) options: &'s ParseOptions,
    pub(super) file: Option<&'s str>,
}

impl Mapping {
    /// Whether a section selects an item of a list that has an id, or rightly selects nothing from a
    /// list: the document is what the mapping is for.
    pub(in crate::source) fn fits(&self, root: Value<'_>) -> bool {
        let told = |section: &&Section| !section.told_by.is_empty();
        if self.sections.iter().any(|section| told(&section)) {
            let is_it = |section: &Section| {
                section.is_for(root) && section.told_by.iter().all(|q| q.first(root).is_some())
            };
            return self.sections.iter().filter(told).any(is_it);
        }
        self.sections.iter().any(|section| match section.items.first(root) {
            Some((_, item)) => item.id() != root.id() && section.is_there(root, item),
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
        let sections = self.seen_as(context.options.view.as_deref())?;
        for (index, root) in document.roots().enumerate() {
            let before = drafts.len();
            self.check_answer(root)?;
            // What stands there of parameters, and what of it goes by those that were given.
            let mut asked = (0, 0);
            let sections: Vec<&Section> =
                sections.iter().copied().filter(|section| section.is_for(root)).collect();
            if !sections.iter().all(|section| section.is_asked_by_name(root)) {
                reading.partial |= continues(root) || self.continues_inside(root);
            }
            for section in &sections {
                section.check_version(root)?;
                section.check_needs(root)?;
                section.check_kinds(root)?;
                reading.parameters.extend(section.parameters());
                reading.covers.extend(section.whole().filter(|_| !section.is_asked_by_name(root)));
                let selected = section.selected(root);
                let (count, known) = (selected.len(), drafts.len());
                reading.partial |= section.says_more(root, count);
                for (outer, pointer, item) in selected {
                    // An item that stands alone is one answer; any other stands in a list.
                    reading.listed |= section.many;
                    let places = (root, outer, item);
                    drafts.extend(section.draft(index, pointer, places, context)?);
                }
                if section.is_asked_by_name(root) {
                    let drafts = drafts.iter().skip(known);
                    reading.asked.extend(drafts.map(|draft: &Draft| draft.key.type_name.clone()));
                }
                if section.parameters().next().is_some() {
                    (asked.0, asked.1) = (asked.0 + count, asked.1 + drafts.len() - known);
                }
            }
            if let (1.., 0) = asked {
                return Err(narrow::nothing_of(&sections));
            }
            if drafts.len() == before {
                check_empty(&sections, root)?;
                reading.listed = true;
            }
        }
        if reading.partial {
            reading.covers.clear();
        }
        let gone = drafts.extract_if(.., |draft: &mut Draft| draft.gone);
        reading.gone.extend(gone.map(|draft| draft.key));
        reading.taken = newest::keep(&mut drafts, |draft| Some((&draft.key, draft.taken?)));
        let (mut document, nodes) = written(document, &mut drafts, context)?;
        for (draft, node) in drafts.iter().zip(&nodes) {
            if let (Reads::Present, Some(node)) = (draft.reads, node) {
                leave_unread(&mut document, *node);
            }
        }
        let document = Arc::new(document);
        let resource = |(draft, node): (Draft, Option<NodeId>)| {
            let attributes = match (draft.attributes, node) {
                (Drafted::Own(attributes), _) => attributes,
                (_, node) => Attributes::new(Arc::clone(&document), node.unwrap_or(draft.item)),
            };
            Resource {
                address: draft.address,
                identities: draft.identities,
                tags: draft.tags,
                depends_on: draft.depends_on,
                source: draft.source,
                listed_only: draft.reads == Reads::Identity,
                ..Resource::new(draft.key, attributes)
            }
        };
        reading.resources = drafts.into_iter().zip(nodes).map(resource).collect();
        Ok(reading)
    }

    /// Refuses what a tool answers where it has no result.
    fn check_answer(&self, root: Value<'_>) -> Result<()> {
        if !self.named || !super::refused::is_error(root) {
            return Ok(());
        }
        let help = "say in `gaps` what could not be read";
        Err(STRICT.fault(root, "the document is an error, and no result").with_help(help))
    }

    fn continues_inside(&self, root: Value<'_>) -> bool {
        let around = self.sections.iter().filter_map(|section| root.get(section.around()?));
        around.into_iter().any(continues)
    }
}

/// Whether it is right that nothing was selected from `root`.
fn check_empty(sections: &[&Section], root: Value<'_>) -> Result<()> {
    let kinds = [Kind::List, Kind::Map];
    if sections.iter().any(|section| section.may_be_empty(root, &kinds)) {
        return Ok(());
    }
    for section in sections {
        if section.leaves_out(root)? {
            return Ok(());
        }
    }
    Err(STRICT.fault(root, "the mapping's `items` select nothing, and not from an empty list"))
}

/// Puts what projections made behind the nodes of the document; the node of each draft's
/// attributes.
fn written<'a>(
    document: Document<'a>,
    drafts: &mut [Draft],
    context: &Context<'_>,
) -> Result<(Document<'a>, Vec<Option<NodeId>>)> {
    let mut builder = Builder::resume(document, &context.options.read);
    let mut nodes = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let item = draft.item;
        nodes.push(match std::mem::replace(&mut draft.attributes, Drafted::Node(item)) {
            Drafted::Node(node) => Some(node),
            Drafted::Made(made) => Some(write::write(&mut builder, made, item)?),
            Drafted::Own(attributes) => {
                draft.attributes = Drafted::Own(attributes);
                None
            }
        });
    }
    Ok((builder.finish(), nodes))
}

/// Says of every map at and below `node` that what it leaves out was not read.
pub(in crate::source) fn leave_unread(document: &mut Document<'_>, node: NodeId) {
    let mut open = vec![node];
    let mut maps = Vec::new();
    while let Some(id) = open.pop() {
        let value = document.value(id);
        open.extend(value.items().map(|item| item.id()));
        open.extend(value.fields().map(|(_, value)| value.id()));
        if value.kind() == Kind::Map {
            let names = value.fields().map(|(name, _)| name.to_owned()).collect();
            maps.push((id, Arc::new(names)));
        }
    }
    document.read_fields.extend(maps);
}

impl Section {
    /// Whether the item is one of those that the section is for.
    fn is_there(&self, root: Value<'_>, item: Value<'_>) -> bool {
        let options = ParseOptions::default();
        let seen = Seen {
            root,
            item,
            read: item,
            outer: root,
            pointer: "",
            options: &options,
            file: None,
        };
        self.id.of(seen).is_some()
    }

    /// Whether what the items are selected from may be a list: where it is a text, they were not read.
    fn check_kinds(&self, root: Value<'_>) -> Result<()> {
        for container in &self.containers {
            for (_, node) in container.select(root) {
                if !matches!(node.kind(), Kind::List | Kind::Map | Kind::Null) {
                    return Err(STRICT.expected(node, "a list"));
                }
            }
        }
        Ok(())
    }

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

    /// Whether the list of the items is left out because it is empty.
    fn leaves_out(&self, root: Value<'_>) -> Result<bool> {
        match (&self.left_out, self.containers.first()) {
            (Some(left_out), Some(container)) => left_out.holds(root, container),
            _ => Ok(false),
        }
    }

    fn draft(
        &self,
        index: usize,
        pointer: String,
        (root, outer, item): (Value<'_>, Value<'_>, Value<'_>),
        context: &Context<'_>,
    ) -> Result<Option<Draft>> {
        let at = pointer.clone();
        let (options, file) = (context.options, context.file);
        let seen = Seen { root, item, read: item, outer, pointer: &at, options, file };
        if !self.counts(seen)? {
            return Ok(None);
        }
        let Some(decode) = &self.decode else {
            let draft = self.drafted(seen, context)?;
            let (below, attributes) = self.attributes(seen)?;
            let source = context.source(index, pointer + &below, item);
            let draft = Draft { source, attributes, ..draft };
            return draft.translated(seen, context).map(Some);
        };
        self.draft_decoded(index, pointer, seen, decode, context).map(Some)
    }

    /// A draft of what stands in a text of the item.
    fn draft_decoded(
        &self,
        index: usize,
        pointer: String,
        seen: Seen<'_, '_>,
        decode: &Decode,
        context: &Context<'_>,
    ) -> Result<Draft> {
        let item = seen.item;
        let Some((below, value)) = decode.path.first(item) else {
            let draft = self.drafted(seen, context)?;
            let source = context.source(index, pointer, item);
            return Ok(Draft { source, reads: Reads::Identity, ..draft });
        };
        let options = &context.options.read;
        if let Some((inside, document, node)) =
            self.older(decode, Seen { read: value, ..seen }, options)?
        {
            let draft = self.drafted(Seen { read: value, ..seen }, context)?;
            let source = context.source(index, pointer + &below + &inside, item);
            let draft = Draft { source, attributes: Drafted::Node(node), ..draft };
            return self.draft_own(draft, seen, document, node, context);
        }
        let Some(text) = value.as_str() else {
            // Some answers hold it as a text, others as it is.
            let seen = Seen { read: value, ..seen };
            let (inside, attributes, tells) = self.decoded(decode, seen)?;
            let draft = self.drafted(seen, context)?;
            let source = context.source(index, pointer + &below + &inside, item);
            let draft = Draft { source, attributes, ..draft }.telling(tells);
            return Ok(self.tagged(draft.translated(seen, context)?, seen));
        };
        let inner = Document::parse_json(text.as_bytes(), options).map_err(|error| {
            let help = format!("in the text: {}", error.message());
            STRICT.fault(value, "expected JSON in a text").with_help(help)
        })?;
        let read = inner.root();
        let around = seen;
        let seen = Seen { read, ..seen };
        let draft = self.drafted(seen, context)?;
        let source = context.source(index, pointer + &below, item);
        if let Some((_, document, node)) = self.older(decode, seen, options)? {
            let draft = Draft { source, attributes: Drafted::Node(node), ..draft };
            return self.draft_own(draft, around, document, node, context);
        }
        let (_, attributes, tells) = self.decoded(decode, seen)?;
        let draft = Draft { source, attributes, ..draft }.telling(tells);
        let draft = self.tagged(draft.translated(seen, context)?, seen);
        let attributes = Drafted::Own(own(inner, draft.attributes, draft.reads, options)?);
        Ok(Draft { attributes, ..draft })
    }

    /// A draft of what was made of a text and stands in a document of its own.
    fn draft_own(
        &self,
        draft: Draft,
        around: Seen<'_, '_>,
        document: Document<'_>,
        node: NodeId,
        context: &Context<'_>,
    ) -> Result<Draft> {
        let seen = Seen {
            root: around.root,
            item: around.item,
            read: document.value(node),
            outer: around.outer,
            pointer: around.pointer,
            options: around.options,
            file: around.file,
        };
        let draft = self.tagged(draft.translated(seen, context)?, seen);
        let options = &context.options.read;
        let attributes = Drafted::Own(own(document, draft.attributes, draft.reads, options)?);
        Ok(Draft { attributes, ..draft })
    }

    /// What was decoded, which a service calls by its own names, in those of CloudFormation: the pointer to it, and its
    /// node in a document of its own.
    fn older(
        &self,
        decode: &Decode,
        seen: Seen<'_, '_>,
        options: &ReadOptions,
    ) -> Result<Option<(String, Document<'static>, NodeId)>> {
        let known = |name: &String| decode.capitals && older::knows(name);
        let Some(type_name) = self.type_name.of(seen).filter(known) else { return Ok(None) };
        let found = match &self.attributes {
            Shape::Node(query) => query.first(seen.read),
            _ => Some((String::new(), seen.read)),
        };
        let small = |node: &Value<'_>| node.fields().any(|(name, _)| !is_capital(name));
        let Some((below, value)) = found.filter(|(_, node)| small(node)) else { return Ok(None) };
        let text = Tree::of(value).to_string();
        let document = Document::parse_json(text.as_bytes(), options)?;
        let made = older::properties(&type_name, document.root())?;
        let Some(mut made) = made else { return Ok(None) };
        if self.reads_of(&type_name) == Reads::Present {
            made.leave_empty_out();
        }
        if let Some(beside) = &self.narrow.beside {
            beside.put(&mut made, &type_name, seen)?;
        }
        let root = document.root().id();
        let mut builder = Builder::resume(document, options);
        let node = write::write(&mut builder, made, root)?;
        Ok(Some((below, builder.finish().into_owned(), node)))
    }

    /// The attributes in what was decoded, the pointer to them, and whether they tell anything.
    fn decoded(&self, decode: &Decode, seen: Seen<'_, '_>) -> Result<(String, Drafted, bool)> {
        let value = seen.read;
        let selected = match &self.attributes {
            Shape::Node(query) => query.first(value).map(|(_, node)| node),
            _ => Some(value),
        };
        let tells = selected.filter(|node| {
            let named = || node.fields().all(|(name, _)| is_capital(name));
            node.kind() == Kind::Map && (!decode.capitals || named())
        });
        if tells.is_none() {
            return Ok((String::new(), Drafted::Node(value.id()), false));
        }
        let (below, attributes) = self.attributes(seen)?;
        Ok((below, attributes, true))
    }

    /// The draft with the tags that stand beside the text that was decoded.
    fn tagged(&self, draft: Draft, seen: Seen<'_, '_>) -> Draft {
        let (Some(beside), Drafted::Node(node)) = (&self.narrow.beside, &draft.attributes) else {
            return draft;
        };
        let attributes = seen.read.document().value(*node);
        if draft.reads == Reads::Identity || attributes.kind() != Kind::Map {
            return draft;
        }
        match beside.added(&draft.key.type_name, attributes, &draft.tags) {
            Some(made) => Draft { attributes: Drafted::Made(made), ..draft },
            None => draft,
        }
    }

    /// All but the attributes and the source.
    fn drafted(&self, seen: Seen<'_, '_>, context: &Context<'_>) -> Result<Draft> {
        let item = seen.read;
        let provider = self.provider.as_ref().and_then(|text| text.of(seen));
        let type_name = required(seen, "type", &self.type_name)?;
        let key = ResourceKey {
            provider: provider.unwrap_or_default().into(),
            type_name: type_name.as_str().into(),
            scope: all(seen, &self.scope).collect(),
            id: required(seen, "id", &self.id)?,
        };
        let tags = self.tags.as_ref().and_then(|query| query.first(item));
        let tags = tags.filter(|(_, tags)| !tags.is_null()).map(|(_, tags)| STRICT.tags(tags));
        let beside = self.narrow.beside.as_ref().map(|beside| beside.of(seen));
        let tags = tags.or(beside);
        let identity = |(kind, value): (String, _)| Identity { kind: kind.into(), value };
        let needed = self.depends_on.iter().flat_map(|query| query.select(item));
        Ok(Draft {
            key,
            address: self.address.as_ref().and_then(|text| text.of(seen)),
            identities: all(seen, &self.identities).map(identity).collect(),
            tags: tags.transpose()?.unwrap_or_default(),
            depends_on: needed.filter_map(|(_, value)| id(value)).collect(),
            source: context.source(0, String::new(), seen.item),
            item: seen.item.id(),
            attributes: Drafted::Node(seen.item.id()),
            reads: self.reads_of(&type_name),
            taken: self.narrow.newest.as_ref().map(|newest| newest.of(seen)),
            gone: self.is_gone(seen),
        })
    }

    /// The attributes, and the pointer to them within the item.
    fn attributes(&self, seen: Seen<'_, '_>) -> Result<(String, Drafted)> {
        let item = seen.read;
        let (below, node) = match &self.attributes {
            Shape::Whole if self.is_remade(item) => {
                return Ok((String::new(), Drafted::Made(self.remade(seen))));
            }
            Shape::Whole => (String::new(), item),
            Shape::Node(query) => query.first(item).unwrap_or((String::new(), Value::null())),
            Shape::Projection(fields) => {
                let made = self.added(seen, evaluate(fields, item)?);
                return Ok((String::new(), Drafted::Made(made)));
            }
        };
        if node.kind() != Kind::Map && self.reads != Reads::Identity {
            return Err(STRICT.fault(item, "the item has no map where `attributes` are selected"));
        }
        Ok((below, Drafted::Node(node.id())))
    }
}

impl Draft {
    /// The draft, of which only is known that it is there where the item tells nothing else.
    fn telling(self, tells: bool) -> Self {
        Self { reads: if tells { self.reads } else { Reads::Identity }, ..self }
    }

    /// The resource in the names of Terraform, where the view is `terraform` and its properties say them; as
    /// it is where not: it is not compared with one of Terraform then.
    fn translated(self, seen: Seen<'_, '_>, context: &Context<'_>) -> Result<Self> {
        let wanted = context.options.view.as_deref() == Some(TERRAFORM);
        let (true, Drafted::Node(node)) = (wanted, &self.attributes) else { return Ok(self) };
        let Some(known) = properties::of(&self.key.type_name)? else { return Ok(self) };
        if self.reads == Reads::Identity {
            return Ok(self);
        }
        let read = seen.read.document().value(*node);
        let seen = Seen { read, ..seen };
        let reads = if known.reads == Reads::All { self.reads } else { known.reads };
        let identity = |(kind, value): (String, _)| Identity { kind: kind.into(), value };
        let id = known.id.of(seen).unwrap_or_else(|| self.key.id.clone());
        let own = Identity { kind: Name::default(), value: self.key.id };
        let own = Some(own).filter(|own| own.value != id);
        let more = all(seen, &known.identities).map(identity).chain(own);
        let mut identities = self.identities;
        more.for_each(|identity| {
            if !identities.contains(&identity) {
                identities.push(identity);
            }
        });
        let tags = known.tags.as_ref().and_then(|query| query.first(read));
        let tags = tags.map_or(Ok(self.tags), |(_, tags)| STRICT.tags(tags))?;
        let mut made = known.attributes(read, reads)?;
        beside::add_tags(&mut made, &tags);
        let attributes = Drafted::Made(made);
        let ResourceKey { provider, scope, .. } = self.key;
        let key = ResourceKey { provider, type_name: known.type_name.as_str().into(), scope, id };
        Ok(Self { key, identities, tags, attributes, reads, ..self })
    }
}

/// Whether a name starts as those of CloudFormation do.
fn is_capital(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Attributes in a document of their own, out of a text that was decoded.
fn own(
    document: Document<'_>,
    attributes: Drafted,
    reads: Reads,
    options: &ReadOptions,
) -> Result<Attributes<'static>> {
    let root = document.root().id();
    let mut builder = Builder::resume(document, options);
    let node = match attributes {
        Drafted::Node(node) => node,
        Drafted::Made(made) => write::write(&mut builder, made, root)?,
        Drafted::Own(attributes) => return Ok(attributes),
    };
    let mut document = builder.finish().into_owned();
    if reads == Reads::Present {
        leave_unread(&mut document, node);
    }
    Ok(Attributes::new(Arc::new(document), node))
}
