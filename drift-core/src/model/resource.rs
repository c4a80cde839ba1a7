//! One resource: its key, what it says of itself, and where it was read.

use super::{Identity, Masked, Name, Reason, ResourceKey, differ_in_words};
use crate::path::{PathSet, to_json};
use crate::time::Timestamp;
use crate::value::beside::Beside;
use crate::value::pick::pick;
use crate::value::{Arena, ContentHash, Document, Kind, NodeId, Seed, SourceText, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// What a resource says of itself: a node of a document that several resources may share, or a part
/// of a text that is read when it is asked for.
#[derive(Clone)]
pub struct Attributes<'a> {
    pub(super) place: Place<'a>,
    /// Their hash, where the one who read them knew the rules already.
    pub(super) digest: Option<Digest>,
    /// Whether the one who opened them has seen that nothing in them is named like a secret.
    pub(super) harmless: bool,
}

#[derive(Clone)]
pub(super) enum Place<'a> {
    Node {
        document: Arc<Document<'a>>,
        node: NodeId,
    },
    /// Well-formed JSON at `range`.
    Text {
        text: SourceText<'a>,
        range: Range<usize>,
        /// Where the text starts in that which it is a part of.
        offset: usize,
        /// A copy of its own, so that a resource may outlive who asks.
        read: OnceLock<Arc<Document<'static>>>,
    },
    /// A value of its caller's.
    Memory {
        value: &'a serde_json::Value,
        read: OnceLock<Arc<Document<'static>>>,
    },
}

/// Attributes that nobody has read yet.
pub(crate) enum Unread<'r, 'a> {
    /// A text, the range in it, and where the text starts in that which it is a part of.
    Text(&'r SourceText<'a>, Range<usize>, usize),
    Memory(&'a serde_json::Value),
}

impl<'a> Attributes<'a> {
    fn at(place: Place<'a>) -> Self {
        Self { place, digest: None, harmless: false }
    }

    pub(crate) fn new(document: Arc<Document<'a>>, node: NodeId) -> Self {
        Self::at(Place::Node { document, node })
    }

    /// The map that stands in `text` at `range`, which is well-formed. The text is a part of another,
    /// in which it starts at `offset`.
    pub(crate) fn in_text(text: &'a str, range: Range<usize>, offset: usize) -> Self {
        let text = SourceText::Borrowed(text);
        Self::at(Place::Text { text, range, offset, read: OnceLock::new() })
    }

    /// A value that is in memory already, at most as deep as documents may be.
    pub(crate) fn in_memory(value: &'a serde_json::Value) -> Self {
        Self::at(Place::Memory { value, read: OnceLock::new() })
    }

    /// The root of `document`.
    #[must_use]
    pub fn of(document: Document<'a>) -> Self {
        let node = document.roots.first().copied().unwrap_or_default();
        Self::new(Arc::new(document), node)
    }

    /// The value. It is read from its text where nobody has asked before, and kept.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match &self.place {
            Place::Node { document, node } => document.value(*node),
            Place::Text { text, range, offset, read } => {
                let open = || {
                    let part = text.get(range.clone()).unwrap_or_default();
                    let part = SourceText::Shared(Arc::from(part));
                    let whole = 0..part.len();
                    let document = Document::reopen(part, whole, &mut Arena::default());
                    Arc::new(Document { offset: offset + range.start, ..document })
                };
                read.get_or_init(open).root()
            }
            Place::Memory { value, read } => {
                let open = || Arc::new(Document::of_json(value, &mut Arena::default()));
                read.get_or_init(open).root()
            }
        }
    }

    /// A copy of some of them. What has not been read yet is passed over, not read.
    pub(crate) fn some(&self, wanted: &BTreeSet<String>) -> serde_json::Value {
        let fields: serde_json::Map<_, _> = match self.unread() {
            Some(Unread::Text(text, range, _)) => match pick(text, range, wanted) {
                Some(found) => {
                    let mut arena = Arena::default();
                    let read = |(name, span): (&str, Range<usize>)| {
                        let document = Document::reopen(text.clone(), span, &mut arena);
                        (name.to_owned(), to_json(document.root()))
                    };
                    found.into_iter().map(read).collect()
                }
                None => return to_json(self.value()),
            },
            Some(Unread::Memory(serde_json::Value::Object(fields))) => {
                let field = |name: &String| Some((name.clone(), fields.get(name)?.clone()));
                wanted.iter().filter_map(field).collect()
            }
            Some(Unread::Memory(value)) => return value.clone(),
            None if self.value().kind() == Kind::Map => {
                let fields = self.value().fields().filter(|(name, _)| wanted.contains(*name));
                fields.map(|(name, value)| (name.to_owned(), to_json(value))).collect()
            }
            None => return to_json(self.value()),
        };
        serde_json::Value::Object(fields)
    }

    /// Notes their hash down.
    pub(crate) fn set_digest(&mut self, digest: Option<Digest>) {
        self.digest = digest;
    }

    /// Notes down that nothing in them is named like a secret.
    pub(crate) fn set_harmless(&mut self, harmless: bool) {
        self.harmless = harmless;
    }

    /// Whether it has been seen that nothing in them is named like a secret.
    pub(crate) fn is_harmless(&self) -> bool {
        self.harmless
    }

    /// Their hash under the shape of this mark, if it has been noted down with this key.
    pub(crate) fn digest(&self, shape: &Arc<()>, seed: Seed) -> Option<&Digest> {
        let digest = self.digest.as_ref()?;
        let Terms { shape: under, seed: with, .. } = &*digest.terms;
        (Arc::ptr_eq(under, shape) && *with == seed).then_some(digest)
    }

    /// Gives back the memory of a value that nobody else has.
    fn recycle(self, arena: &mut Arena) {
        if let Place::Node { document, .. } = self.place
            && let Some(document) = Arc::into_inner(document)
        {
            document.recycle(arena);
        }
    }

    /// The document that they are a part of, where it has been read.
    #[cfg(feature = "bindings")]
    pub(crate) fn document(&self) -> Option<&Arc<Document<'a>>> {
        match &self.place {
            Place::Node { document, .. } => Some(document),
            Place::Text { .. } | Place::Memory { .. } => None,
        }
    }

    /// What the value has not been read from yet.
    pub(crate) fn unread(&self) -> Option<Unread<'_, 'a>> {
        match &self.place {
            Place::Text { text, range, offset, read } if read.get().is_none() => {
                Some(Unread::Text(text, range.clone(), *offset))
            }
            Place::Memory { value, read } if read.get().is_none() => Some(Unread::Memory(value)),
            _ => None,
        }
    }
}

/// Says where the value stands, and nothing of what it holds.
impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Node { document, node } => write!(f, "node {node} of {document:?}"),
            Place::Text { range, .. } => write!(f, "text at {range:?}"),
            Place::Memory { .. } => f.write_str("a value in memory"),
        }
    }
}

/// The hash of attributes under the shape of a detector, made while they were read.
#[derive(Clone)]
pub(crate) struct Digest {
    pub(crate) hash: ContentHash,
    pub(crate) terms: Arc<Terms>,
}

/// How a hash was taken, and what was found on the way: the same for many resources.
pub(crate) struct Terms {
    /// Whose shape: the mark that the shape itself carries.
    pub(crate) shape: Arc<()>,
    /// The key of the hash.
    pub(crate) seed: Seed,
    /// The rules that matched, once for each node.
    pub(crate) matched: Box<[u32]>,
}

/// Who wrote which paths of a live object, without their values (Kubernetes managed fields).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    /// The manager's name.
    pub name: String,
    /// `Apply` for server-side apply, else `Update`.
    pub operation: String,
    /// Through which subresource it wrote: `scale`, `status`; none for the object itself.
    pub subresource: Option<String>,
    /// When it last wrote.
    pub at: Option<Timestamp>,
    /// What it owns.
    pub paths: PathSet,
}

/// The resource that created this one; the scope is the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owner {
    /// The owner's type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The owner's id.
    pub id: String,
}

/// Where a resource stands in its source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SourceRef {
    /// The file, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Which document of the text, counted from 0.
    #[serde(default)]
    pub document: usize,
    /// JSON Pointer (RFC 6901) to the resource's attributes within that document.
    #[serde(default)]
    pub pointer: String,
    /// The line it starts at, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The revision of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "in `{file}` ")?;
        }
        match self.line {
            Some(line) => write!(f, "on line {line}"),
            None => write!(f, "at document {} `{}`", self.document, self.pointer),
        }
    }
}

/// One resource of a snapshot.
#[derive(Clone)]
pub struct Resource<'a> {
    /// What identifies it within the snapshot.
    pub key: ResourceKey,
    /// Its name in its source: a Terraform address, a manifest's name.
    pub address: Option<String>,
    /// What else it is known by.
    pub identities: Vec<Identity>,
    /// What it says of itself.
    pub attributes: Attributes<'a>,
    /// Its tags or labels.
    pub tags: BTreeMap<String, String>,
    /// Addresses of the resources it needs.
    pub depends_on: Vec<String>,
    /// Who declares it, where the source says so.
    pub managed_by: Option<Name>,
    /// Paths whose value is not known, as fields and indexes.
    pub unknown: PathSet,
    /// Paths whose value must not be shown, as fields and indexes.
    pub sensitive: PathSet,
    /// Paths because of which the next apply replaces the resource, as fields and indexes.
    pub replaced: PathSet,
    /// Strings from elsewhere in the source that must not be shown: sensitive outputs of a state.
    pub masked: Masked,
    /// What was last applied, where the resource carries it itself; null where it is known that the
    /// resource was not there.
    pub reference: Option<Box<Attributes<'a>>>,
    /// Who owns which paths of it.
    pub managers: Vec<Manager>,
    /// What created it.
    pub owners: Vec<Owner>,
    /// Whether it is only known to exist: its attributes have not been read, and are not compared.
    pub listed_only: bool,
    /// Where it stands in its source.
    pub source: SourceRef,
}

impl<'a> Resource<'a> {
    /// A resource of which only its key and attributes are known.
    #[must_use]
    pub fn new(key: ResourceKey, attributes: Attributes<'a>) -> Self {
        Self {
            key,
            address: None,
            identities: Vec::new(),
            attributes,
            tags: BTreeMap::new(),
            depends_on: Vec::new(),
            managed_by: None,
            unknown: PathSet::new(),
            sensitive: PathSet::new(),
            replaced: PathSet::new(),
            masked: Masked::default(),
            reference: None,
            managers: Vec::new(),
            owners: Vec::new(),
            listed_only: false,
            source: SourceRef::default(),
        }
    }

    /// The account of AWS that it is in: its scope says so, or its ARN.
    pub(crate) fn account(&self) -> Option<&str> {
        let others = self.identities.iter().map(|identity| identity.value.as_str());
        let mut ids = std::iter::once(self.key.id.as_str()).chain(others);
        let of_arn = |id: &'_ str| id.starts_with("arn:");
        let arn = || ids.find(|id| of_arn(id))?.split(':').nth(4);
        self.key.scope.get("account").or_else(arn).filter(|account| !account.is_empty())
    }

    /// Why the attributes of the two sides of a pair cannot be compared; `None` where they can.
    pub(crate) fn incomparable(&self, actual: &Resource<'_>) -> Option<(Reason, &'static str)> {
        if self.listed_only || actual.listed_only {
            return Some((Reason::NotCollected, "it was listed, and its attributes were not read"));
        }
        let (own, theirs) = (&self.key.type_name, &actual.key.type_name);
        let detail = "its two sides are written in the names of different tools; read the live side \
            in the names of the declared one";
        differ_in_words(own, theirs).then_some((Reason::NothingComparable, detail))
    }

    /// Whether it says itself that it was not there when its source was last applied.
    pub(crate) fn is_new(&self) -> bool {
        self.reference.as_ref().is_some_and(|reference| reference.value().is_null())
    }

    /// Whether it has no id, and goes by the name that its manager gives it.
    pub(crate) fn goes_by_address(&self) -> bool {
        self.managed_by.is_some() && self.address.as_deref() == Some(&*self.key.id)
    }

    /// A copy whose attributes have been read, in the memory of `arena`; `None` where they have been
    /// already.
    pub(crate) fn opened(&self, arena: &mut Arena) -> Option<Self> {
        let document = match self.attributes.unread()? {
            Unread::Text(text, range, offset) => {
                Document { offset, ..Document::reopen(text.clone(), range, arena) }
            }
            Unread::Memory(value) => Document::of_json(value, arena),
        };
        Some(Self { attributes: Attributes::of(document), ..self.clone() })
    }

    /// As [`Resource::opened`], while somebody looks on.
    pub(crate) fn opened_beside(
        &self,
        arena: &mut Arena,
        beside: &mut impl Beside,
    ) -> Option<Self> {
        let document = match self.attributes.unread()? {
            Unread::Text(text, range, offset) => {
                let document = Document::reopen_beside(text.clone(), range, arena, beside);
                Document { offset, ..document }
            }
            Unread::Memory(value) => Document::of_json_beside(value, arena, beside),
        };
        Some(Self { attributes: Attributes::of(document), ..self.clone() })
    }

    /// Gives the memory of the attributes back.
    pub(crate) fn recycle(self, arena: &mut Arena) {
        self.attributes.recycle(arena);
    }

    /// The address, else the id.
    #[must_use]
    pub fn address(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.key.id)
    }
}

/// Names the resource and its place, and nothing of what it holds: it may hold secrets.
impl fmt::Debug for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("key", &self.key)
            .field("address", &self.address)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
