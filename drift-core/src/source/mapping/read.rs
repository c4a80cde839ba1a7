//! A document through a mapping.

use super::evaluate::evaluate;
use super::projection::Made;
use super::{
    Decode, Mapping, Query, Reads, STRICT, Section, Shape, Start, TERRAFORM, Text, narrow,
    properties, write,
};
use crate::error::Result;
use crate::model::{Attributes, Identity, Name, Resource, ResourceKey, SourceRef};
use crate::source::strict::id;
use crate::source::{Context, ParseOptions, Reading, continues};
use crate::value::{Builder, Document, Kind, NodeId, ReadOptions, Value};
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
            reading.partial |= continues(root) || self.continues_inside(root);
            // What stands there of parameters, and what of it goes by those that were given.
            let mut asked = (0, 0);
            let sections: Vec<&Section> =
                sections.iter().copied().filter(|section| section.is_for(root)).collect();
            for section in &sections {
                section.check_version(root)?;
                section.check_needs(root)?;
                section.check_kinds(root)?;
                reading.parameters.extend(section.parameters());
                reading.covers.extend(section.whole());
                let selected = section.selected(root);
                let (count, known) = (selected.len(), drafts.len());
                reading.partial |= section.says_more(root, count);
                for (outer, pointer, item) in selected {
                    // An item that stands alone is one answer; any other stands in a list.
                    reading.listed |= section.many;
                    let places = (root, outer, item);
                    drafts.extend(section.draft(index, pointer, places, context)?);
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
        let Some(text) = value.as_str() else {
            // Some answers hold it as a text, others as it is.
            let seen = Seen { read: value, ..seen };
            let (inside, attributes, reads) = self.decoded(decode, seen)?;
            let draft = self.drafted(seen, context)?;
            let source = context.source(index, pointer + &below + &inside, item);
            return Draft { source, attributes, reads, ..draft }.translated(seen, context);
        };
        let inner = Document::parse_json(text.as_bytes(), options).map_err(|error| {
            let help = format!("in the text: {}", error.message());
            STRICT.fault(value, "expected JSON in a text").with_help(help)
        })?;
        let read = inner.root();
        let seen = Seen { read, ..seen };
        let draft = self.drafted(seen, context)?;
        let (_, attributes, reads) = self.decoded(decode, seen)?;
        let source = context.source(index, pointer + &below, item);
        let draft = Draft { source, attributes, reads, ..draft }.translated(seen, context)?;
        let attributes = Drafted::Own(own(inner, draft.attributes, draft.reads, options)?);
        Ok(Draft { attributes, ..draft })
    }

    /// The attributes in what was decoded, the pointer to them, and how much they tell.
    fn decoded(&self, decode: &Decode, seen: Seen<'_, '_>) -> Result<(String, Drafted, Reads)> {
        let value = seen.read;
        let selected = match &self.attributes {
            Shape::Node(query) => query.first(value).map(|(_, node)| node),
            _ => Some(value),
        };
        let capital = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
        let tells = selected.filter(|node| {
            let named = || node.fields().all(|(name, _)| capital(name));
            node.kind() == Kind::Map && (!decode.capitals || named())
        });
        if tells.is_none() {
            return Ok((String::new(), Drafted::Node(value.id()), Reads::Identity));
        }
        let (below, attributes) = self.attributes(seen)?;
        Ok((below, attributes, self.reads))
    }

    /// All but the attributes and the source.
    fn drafted(&self, seen: Seen<'_, '_>, context: &Context<'_>) -> Result<Draft> {
        let item = seen.read;
        let provider = self.provider.as_ref().and_then(|text| text.of(seen));
        let key = ResourceKey {
            provider: provider.unwrap_or_default().into(),
            type_name: required(seen, "type", &self.type_name)?.into(),
            scope: all(seen, &self.scope).collect(),
            id: required(seen, "id", &self.id)?,
        };
        let tags = self.tags.as_ref().and_then(|query| query.first(item));
        let tags = tags.filter(|(_, tags)| !tags.is_null()).map(|(_, tags)| STRICT.tags(tags));
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
            reads: self.reads,
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
        let tags = tags.map(|(_, tags)| STRICT.tags(tags)).transpose()?.unwrap_or_default();
        let attributes = Drafted::Made(known.attributes(read, reads)?);
        let ResourceKey { provider, scope, .. } = self.key;
        let key = ResourceKey { provider, type_name: known.type_name.as_str().into(), scope, id };
        Ok(Self { key, identities, tags, attributes, reads, ..self })
    }
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

impl Text {
    /// The text of the field for one item; none where its paths select nothing that is one.
    pub(super) fn of(&self, seen: Seen<'_, '_>) -> Option<String> {
        let first = |query: &Query, start: Value<'_>| {
            query.select(start).into_iter().find_map(|(_, value)| id(value))
        };
        match self {
            Self::Const(text) => Some(text.clone()),
            Self::Paths(queries) => queries.iter().find_map(|query| first(query, seen.read)),
            Self::Arn(queries, part) => {
                let arn = queries.iter().find_map(|query| first(query, seen.read))?;
                part.of(&arn).map(str::to_owned)
            }
            Self::Azure(queries, part) => {
                part.of(&queries.iter().find_map(|query| first(query, seen.read))?)
            }
            Self::Lower(text) => Some(text.of(seen)?.to_lowercase()),
            Self::Part(of, cut) => {
                let text = of.of(seen)?;
                cut.of(&text).filter(|part| !part.is_empty()).map(str::to_owned)
            }
            Self::From(start, queries) => {
                let start = match start {
                    Start::Root => seen.root,
                    Start::Item => seen.item,
                    Start::Outer => seen.outer,
                };
                queries.iter().find_map(|query| first(query, start))
            }
            Self::Scope(name) => seen.options.scope.get(name).map(str::to_owned),
            Self::Join(parts) => parts.iter().map(|part| part.of(seen)).collect(),
            Self::First(parts) => parts.iter().find_map(|part| part.of(seen)),
            Self::Key(levels) => narrow::key(seen.pointer, *levels),
            Self::File => {
                let name = seen.file?.rsplit(['/', '\\']).next()?;
                Some(name.to_owned()).filter(|name| !name.is_empty())
            }
            Self::Parameter(name) => match seen.options.parameters.get(name)? {
                crate::source::ParameterValue::Text(text) => Some(text.clone()),
                _ => None,
            },
        }
    }

    /// What to do where it comes to nothing.
    fn help(&self) -> String {
        match self {
            Self::Scope(name) => {
                format!("the answer does not say which one it is of: give `{name}` in `scope`")
            }
            Self::Join(parts) if parts.iter().any(|part| matches!(part, Self::Scope(_))) => {
                let scope = parts.iter().find(|part| matches!(part, Self::Scope(_)));
                scope.map(Self::help).unwrap_or_default()
            }
            Self::File => "give the name of the file in `name`".to_owned(),
            _ => "no path of the mapping selects a string or an integer there".to_owned(),
        }
    }
}

fn required(seen: Seen<'_, '_>, name: &str, text: &Text) -> Result<String> {
    text.of(seen).ok_or_else(|| {
        let message = format!("the item has no `{name}`");
        STRICT.fault(seen.item, message).with_help(text.help())
    })
}

/// The fields that the item has.
fn all<'m>(
    seen: Seen<'m, 'm>,
    texts: &'m [(String, Text)],
) -> impl Iterator<Item = (String, String)> + 'm {
    texts.iter().filter_map(move |(name, text)| Some((name.clone(), text.of(seen)?)))
}
