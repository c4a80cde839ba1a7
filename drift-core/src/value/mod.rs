//! Parsed documents: compact, borrowed from their bytes, every node with its byte span.
//!
//! A [`Document`] keeps its nodes on one flat tape in document order. [`Value`] is a cheap handle
//! to a node; [`Tree`] is an owned copy of a subtree, as it stands in reports.

pub(crate) mod base64;
pub(crate) mod beside;
mod builder;
mod embedded;
mod fields;
pub(crate) mod guard;
mod hash;
pub(crate) mod json;
mod keys;
pub(crate) mod memory;
pub(crate) mod mix;
mod number;
pub(crate) mod parallel;
pub(crate) mod pick;
pub(crate) mod recent;
pub(crate) mod scan;
pub(crate) mod sheet;
mod text;
mod tree;
pub(crate) mod yaml;

pub(crate) use builder::Builder;
pub(crate) use embedded::Embedded;
pub use hash::{ContentHash, Seed};
pub(crate) use hash::{Hasher, SeededState};
pub use number::Number;
pub(crate) use text::{quoted, snake_case, write_quoted};
pub use tree::Tree;
pub use yaml::YamlSchema;

use crate::limits::{Limits, Stop};
use beside::{Beside, Tee};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What a map that holds one key twice means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DuplicateKeys {
    /// An error, `DRIFT_DUPLICATE_FIELD`. The default.
    #[default]
    Error,
    /// The last one counts, and the document carries a warning.
    Last,
}

/// How a text is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The bounds on the document.
    pub limits: Limits,
    /// What a key that stands twice in one map means.
    pub duplicate_keys: DuplicateKeys,
    /// Who may ask to stop.
    pub stop: Option<Stop>,
}

impl ReadOptions {
    /// Whether the reading is to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.as_ref().is_some_and(Stop::is_asked)
    }
}

/// Index of a node on the tape of its [`Document`].
pub(crate) type NodeId = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Null,
    False,
    True,
    /// `a..b` in the source text.
    NumberSource,
    /// `a..b` in the document's own text.
    NumberOwned,
    /// `a..b` in the source text.
    StringSource,
    /// `a..b` in the document's own text.
    StringOwned,
    /// `a` elements, the subtree ends before node `b`.
    List,
    /// `a` fields, the subtree ends before node `b`; each field is a string node, then its value.
    Map,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) tag: Tag,
    /// A key that a later one of the same name has replaced.
    pub(crate) dropped: bool,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) a: u32,
    pub(crate) b: u32,
}

/// A duplicate key that the option `last` let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DroppedKey {
    pub(crate) offset: usize,
}

/// The text that a document was read from, its caller's or its own.
#[derive(Clone)]
pub(crate) enum SourceText<'a> {
    Borrowed(&'a str),
    Shared(Arc<str>),
}

impl SourceText<'_> {
    pub(crate) fn into_owned(self) -> SourceText<'static> {
        SourceText::Shared(match self {
            Self::Borrowed(text) => Arc::from(text),
            Self::Shared(text) => text,
        })
    }
}

impl std::ops::Deref for SourceText<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Shared(text) => text,
        }
    }
}

/// The memory of a document that is no longer needed, for the next one.
#[derive(Default)]
pub(crate) struct Arena {
    nodes: Vec<Node>,
    owned: String,
}

/// One parsed text: a single JSON value, or the documents of a stream.
///
/// ```
/// use drift_core::value::{Document, ReadOptions};
/// let document = Document::parse_json(br#"{"a": [1, 2]}"#, &ReadOptions::default())?;
/// let root = document.root();
/// assert_eq!(root.get("a").unwrap().len(), 2);
/// assert_eq!(root.get("a").unwrap().span(), 6..12);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Document<'a> {
    pub(crate) text: SourceText<'a>,
    /// Strings and numbers that do not stand in the source as they are.
    pub(crate) owned: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) roots: Vec<NodeId>,
    /// Pointers of nodes that a source moved from where they stand in the original.
    pub(crate) origins: BTreeMap<NodeId, String>,
    /// The fields that a projection can read, of each map that it made.
    pub(crate) read_fields: BTreeMap<NodeId, Arc<BTreeSet<String>>>,
    pub(crate) dropped_keys: Vec<DroppedKey>,
    /// Where the text stands in that which it is a part of, in bytes.
    pub(crate) offset: usize,
}

impl<'a> Document<'a> {
    /// A document over `text` that holds nothing.
    fn over(text: SourceText<'a>, offset: usize) -> Self {
        Self {
            text,
            owned: String::new(),
            nodes: Vec::new(),
            roots: Vec::new(),
            origins: BTreeMap::new(),
            read_fields: BTreeMap::new(),
            dropped_keys: Vec::new(),
            offset,
        }
    }

    /// Parses one JSON value (RFC 8259). A byte-order mark in front is skipped.
    ///
    /// # Errors
    /// `DRIFT_PARSE` with line and column, `DRIFT_DUPLICATE_FIELD`, `DRIFT_LIMIT`.
    pub fn parse_json(bytes: &'a [u8], options: &ReadOptions) -> crate::Result<Self> {
        options.limits.check()?;
        json::parse(bytes, options, json::Stream::Single)
    }

    /// Parses JSON values that follow each other, one a line (NDJSON) or separated by any white
    /// space.
    ///
    /// # Errors
    /// As [`Document::parse_json`].
    pub fn parse_json_stream(bytes: &'a [u8], options: &ReadOptions) -> crate::Result<Self> {
        options.limits.check()?;
        json::parse(bytes, options, json::Stream::Many)
    }

    /// Parses the documents of a YAML stream under `schema`. Empty documents are left out.
    ///
    /// # Errors
    /// As [`Document::parse_json`].
    pub fn parse_yaml(
        bytes: &'a [u8],
        schema: YamlSchema,
        options: &ReadOptions,
    ) -> crate::Result<Self> {
        options.limits.check()?;
        yaml::parse(bytes, schema, options)
    }

    /// Reads the value that stands in `text` at `range`, which is known to be well-formed JSON.
    pub(crate) fn reopen(text: SourceText<'a>, range: Range<usize>, arena: &mut Arena) -> Self {
        let mut builder = Builder::reopen(arena);
        // What a reader has checked once is not refused now.
        let _ = scan::Scanner::new(&text, range).value(&mut builder);
        Document { text, ..builder.into_document() }
    }

    /// As [`Document::reopen`], while somebody looks on.
    pub(crate) fn reopen_beside(
        text: SourceText<'a>,
        range: Range<usize>,
        arena: &mut Arena,
        beside: &mut impl Beside,
    ) -> Self {
        let mut tee = Tee { builder: Builder::reopen(arena), beside, hollow: 0 };
        let _ = scan::Scanner::new(&text, range).value(&mut tee);
        Document { text, ..tee.builder.into_document() }
    }

    /// Reads a value that is in memory already.
    pub(crate) fn of_json(value: &serde_json::Value, arena: &mut Arena) -> Self {
        let mut builder = Builder::reopen(arena);
        // Its depth was checked when it was taken, and no other limit is set.
        let _ = memory::feed(value, &mut builder);
        builder.into_document()
    }

    /// As [`Document::of_json`], while somebody looks on.
    pub(crate) fn of_json_beside(
        value: &serde_json::Value,
        arena: &mut Arena,
        beside: &mut impl Beside,
    ) -> Self {
        let mut tee = Tee { builder: Builder::reopen(arena), beside, hollow: 0 };
        let _ = memory::feed(value, &mut tee);
        tee.builder.into_document()
    }

    /// Gives the memory of the document back.
    pub(crate) fn recycle(self, arena: &mut Arena) {
        *arena = Arena { nodes: self.nodes, owned: self.owned };
    }

    /// The first document of the text, or null where there is none.
    #[must_use]
    pub fn root(&self) -> Value<'_> {
        self.roots().next().unwrap_or(Value::null())
    }

    /// The documents of the text, in order.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        self.roots.iter().map(|id| self.value(*id))
    }

    /// The text that the document was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn value(&self, id: NodeId) -> Value<'_> {
        Value { document: self, id }
    }

    /// A document of its own, independent of the bytes it was read from.
    pub(crate) fn into_owned(self) -> Document<'static> {
        let text = self.text.clone().into_owned();
        self.with_text(text)
    }

    /// The document over another text that says the same.
    pub(crate) fn with_text(self, text: SourceText<'_>) -> Document<'_> {
        Document {
            text,
            owned: self.owned,
            nodes: self.nodes,
            roots: self.roots,
            origins: self.origins,
            read_fields: self.read_fields,
            dropped_keys: self.dropped_keys,
            offset: self.offset,
        }
    }

    #[inline]
    fn node(&self, id: NodeId) -> Node {
        const NULL: Node = Node { tag: Tag::Null, dropped: false, start: 0, end: 0, a: 0, b: 0 };
        self.nodes.get(id as usize).copied().unwrap_or(NULL)
    }

    #[inline]
    fn slice(&self, owned: bool, node: Node) -> &str {
        let text: &str = if owned { &self.owned } else { &self.text };
        text.get(node.a as usize..node.b as usize).unwrap_or_default()
    }

    /// The name that the node is, where it is one of a field and no later field has replaced it.
    pub(crate) fn name_at(&self, id: NodeId) -> Option<&str> {
        let name = self.value(id);
        (!name.node().dropped).then(|| name.as_str().unwrap_or_default())
    }

    /// Whether the node is this name of a field, and no later field has replaced it.
    #[inline]
    fn is_name(&self, node: Node, name: &str) -> bool {
        let own = matches!(node.tag, Tag::StringOwned);
        let text: &str = if own { &self.owned } else { &self.text };
        let (start, end) = (node.a as usize, node.b as usize);
        end.wrapping_sub(start) == name.len()
            && !node.dropped
            && text.as_bytes().get(start..end) == Some(name.as_bytes())
    }

    /// The bytes of the string that each node is; none where it is no string.
    pub(crate) fn strings(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let (source, owned) = (self.text.as_bytes(), self.owned.as_bytes());
        self.nodes.iter().map(move |node| {
            let text = match node.tag {
                Tag::StringSource => source,
                Tag::StringOwned => owned,
                _ => return None,
            };
            text.get(node.a as usize..node.b as usize)
        })
    }

    /// The node behind the node `id` and all that is inside it.
    #[inline]
    pub(crate) fn after(&self, id: NodeId) -> NodeId {
        let node = self.node(id);
        if matches!(node.tag, Tag::List | Tag::Map) { node.b } else { id + 1 }
    }
}

/// Says how large the document is and nothing of what it holds: it may hold secrets.
impl fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.text.len())
            .field("nodes", &self.nodes.len())
            .field("documents", &self.roots.len())
            .finish()
    }
}

/// The kinds of JSON values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number, kept exactly.
    Number,
    /// A string.
    String,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Kind {
    /// The name of the kind in JSON Schema's words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::List => "list",
            Self::Map => "map",
        }
    }
}

/// A node of a [`Document`].
#[derive(Clone, Copy)]
pub struct Value<'d> {
    document: &'d Document<'d>,
    id: NodeId,
}

static NOTHING: Document<'static> = Document {
    text: SourceText::Borrowed(""),
    owned: String::new(),
    nodes: Vec::new(),
    roots: Vec::new(),
    origins: BTreeMap::new(),
    read_fields: BTreeMap::new(),
    dropped_keys: Vec::new(),
    offset: 0,
};

impl<'d> Value<'d> {
    /// A null that stands in no document.
    #[must_use]
    pub fn null() -> Self {
        Self { document: &NOTHING, id: 0 }
    }

    pub(crate) fn id(self) -> NodeId {
        self.id
    }

    pub(crate) fn document(self) -> &'d Document<'d> {
        self.document
    }

    fn node(self) -> Node {
        self.document.node(self.id)
    }

    /// What kind of value it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self.node().tag {
            Tag::Null => Kind::Null,
            Tag::False | Tag::True => Kind::Bool,
            Tag::NumberSource | Tag::NumberOwned => Kind::Number,
            Tag::StringSource | Tag::StringOwned => Kind::String,
            Tag::List => Kind::List,
            Tag::Map => Kind::Map,
        }
    }

    /// The string, where it is one.
    #[must_use]
    pub fn as_str(self) -> Option<&'d str> {
        let node = self.node();
        match node.tag {
            Tag::StringSource => Some(self.document.slice(false, node)),
            Tag::StringOwned => Some(self.document.slice(true, node)),
            _ => None,
        }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn as_number(self) -> Option<Number<'d>> {
        let node = self.node();
        match node.tag {
            Tag::NumberSource => Some(Number::trusted(self.document.slice(false, node))),
            Tag::NumberOwned => Some(Number::trusted(self.document.slice(true, node))),
            _ => None,
        }
    }

    /// The boolean, where it is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.node().tag {
            Tag::False => Some(false),
            Tag::True => Some(true),
            _ => None,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// How many elements or fields it has; none for a scalar.
    #[must_use]
    pub fn len(self) -> usize {
        let node = self.node();
        if matches!(node.tag, Tag::List | Tag::Map) { node.a as usize } else { 0 }
    }

    /// Whether it has no elements or fields.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The elements of a list, in order; none for anything else.
    pub fn items(self) -> impl Iterator<Item = Value<'d>> + use<'d> {
        let node = self.node();
        let mut next = if node.tag == Tag::List { self.id + 1 } else { node.b };
        std::iter::from_fn(move || {
            let value =
                (next < node.b && node.tag == Tag::List).then(|| self.document.value(next))?;
            next = self.document.after(next);
            Some(value)
        })
    }

    /// The fields of a map, in document order; none for anything else.
    pub fn fields(self) -> impl Iterator<Item = (&'d str, Value<'d>)> + use<'d> {
        let node = self.node();
        let mut next = self.id + 1;
        std::iter::from_fn(move || {
            while next < node.b && node.tag == Tag::Map {
                let key = self.document.node(next);
                let value = self.document.value(next + 1);
                next = self.document.after(next + 1);
                if !key.dropped {
                    let own = key.tag == Tag::StringOwned;
                    return Some((self.document.slice(own, key), value));
                }
            }
            None
        })
    }

    /// The field `name` of a map. Costs a scan of the map's fields.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        let map = self.node();
        let mut key = self.id + 1;
        while key < map.b && map.tag == Tag::Map {
            if self.document.is_name(self.document.node(key), name) {
                return Some(self.document.value(key + 1));
            }
            key = self.document.after(key + 1);
        }
        None
    }

    /// The element at `index` of a list. Costs a scan up to it.
    #[must_use]
    pub fn at(self, index: usize) -> Option<Value<'d>> {
        self.items().nth(index)
    }

    /// The field `name` where it is a string.
    #[must_use]
    pub fn str_field(self, name: &str) -> Option<&'d str> {
        self.get(name)?.as_str()
    }

    /// How many nodes it has, itself and the keys of maps included.
    pub(crate) fn tape_length(self) -> usize {
        (self.document.after(self.id) - self.id) as usize
    }

    /// The value and everything inside it, the names of fields as strings among them, in no order
    /// that means anything.
    pub(crate) fn tape(self) -> impl Iterator<Item = Value<'d>> {
        (self.id..self.document.after(self.id)).map(|id| self.document.value(id))
    }

    /// The bytes of the original text that the value was read from.
    #[must_use]
    pub fn span(self) -> Range<usize> {
        let node = self.node();
        let offset = self.document.offset;
        offset + node.start as usize..offset + node.end as usize
    }

    /// The value's place in the original text.
    #[must_use]
    pub fn position(self) -> crate::Position {
        crate::Position::of(self.document.text.as_bytes(), self.node().start as usize)
    }

    /// Whether the map could not have the field: a projection made it, and does not read that one.
    pub(crate) fn leaves_unread(self, name: &str) -> bool {
        self.document.read_fields.get(&self.id).is_some_and(|fields| !fields.contains(name))
    }

    /// The JSON Pointer in the original, where a source moved the value.
    pub(crate) fn origin(self) -> Option<&'d str> {
        self.document.origins.get(&self.id).map(String::as_str)
    }
}

/// Names the kind and place of the value and never the value: it may be a secret.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {:?}", self.kind().name(), self.span())
    }
}

/// One of `names` that is closest to `name`, as a help text.
pub(crate) fn did_you_mean(name: &str, names: &[&str]) -> Option<String> {
    let best = names.iter().min_by_key(|known| text::edit_distance(name, known))?;
    (text::edit_distance(name, best) <= 1 + name.len() / 4)
        .then(|| format!("did you mean `{best}`?"))
}
