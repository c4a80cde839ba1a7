//! The objects of a document: single ones, `List`s, typed lists, and lists within lists.

use super::{PROVIDER, STRICT, hooks, type_name};
use crate::error::Result;
use crate::model::{NAMESPACE, Name, ResourceKey, Scope, is_cluster_kind};
use crate::path::PathSet;
use crate::source::continues;
use crate::source::strict::optional;
use crate::value::{Document, Kind, NodeId, Value};

/// An object and where it stands.
pub(super) struct Object {
    pub(super) key: ResourceKey,
    pub(super) node: NodeId,
    /// Which document of the text holds it.
    pub(super) document: usize,
    /// Its JSON Pointer in that document.
    pub(super) pointer: String,
    /// What it has from the typed list that it stands in.
    pub(super) inherited: Option<Header>,
    /// What of it is not known.
    pub(super) unknown: PathSet,
}

/// What an object is.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) api_version: String,
    pub(super) kind: String,
}

impl Object {
    /// The object that `document` is as a whole.
    pub(super) fn whole(document: &Document<'_>, key: ResourceKey) -> Self {
        let node = document.root().id();
        Self {
            key,
            node,
            document: 0,
            pointer: String::new(),
            inherited: None,
            unknown: PathSet::new(),
        }
    }
}

/// What a text holds.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) objects: Vec<Object>,
    /// Whether there is a list, be it an empty one.
    pub(super) listed: bool,
    /// Whether a list says that there is more to fetch.
    pub(super) partial: bool,
    /// How many hooks have no name until they are run.
    pub(super) unnamed: usize,
}

/// Finds the objects of every document of a text, in order.
pub(super) fn list(document: &Document<'_>) -> Result<Listing> {
    let mut listing = Listing::default();
    for (index, root) in document.roots().enumerate() {
        let at = Place { document: index, pointer: String::new() };
        if root.kind() == Kind::List {
            listing.items(root, &at, "", None)?;
        } else {
            listing.add(root, at, None)?;
        }
    }
    Ok(listing)
}

struct Place {
    document: usize,
    pointer: String,
}

impl Listing {
    fn items(
        &mut self,
        items: Value<'_>,
        at: &Place,
        below: &str,
        inherited: Option<&Header>,
    ) -> Result<()> {
        self.listed = true;
        for (index, item) in items.items().enumerate() {
            let pointer = format!("{}{below}/{index}", at.pointer);
            self.add(item, Place { document: at.document, pointer }, inherited)?;
        }
        Ok(())
    }

    fn add(&mut self, value: Value<'_>, at: Place, inherited: Option<&Header>) -> Result<()> {
        STRICT.map(value, "a Kubernetes object")?;
        let own = (value.str_field("apiVersion"), value.str_field("kind"));
        let api_version = own.0.or(inherited.map(|list| list.api_version.as_str()));
        let kind = own.1.or(inherited.map(|list| list.kind.as_str()));
        let (Some(api_version), Some(kind)) = (api_version, kind) else {
            let message = "expected a Kubernetes object with `apiVersion` and `kind`";
            return Err(STRICT.fault(value, message));
        };
        let header = || Header { api_version: api_version.to_owned(), kind: kind.to_owned() };
        let metadata = optional(value, "metadata").unwrap_or(Value::null());
        if is_list(kind, metadata) {
            let items = STRICT.required(value, "items")?;
            if !items.is_null() {
                STRICT.list(items, "`items`")?;
            }
            self.partial |= more_to_fetch(metadata);
            let kind = kind.strip_suffix("List").filter(|kind| !kind.is_empty());
            let of_items = kind.map(|kind| Header { kind: kind.to_owned(), ..header() });
            return self.items(items, &at, "/items", of_items.as_ref());
        }
        let Some(type_name) = type_name(api_version, kind) else {
            let message = "expected `apiVersion` as `version` or `group/version`";
            return Err(STRICT.fault(value, message));
        };
        if is_unnamed_hook(metadata) {
            self.unnamed += 1;
            return Ok(());
        }
        let complete = own.0.is_some() && own.1.is_some();
        let Place { document, pointer } = at;
        self.objects.push(Object {
            key: key(value, metadata, type_name)?,
            node: value.id(),
            document,
            pointer,
            inherited: (!complete).then(header),
            unknown: PathSet::new(),
        });
        Ok(())
    }
}

/// Whether an object of this kind is a list: those have no name.
fn is_list(kind: &str, metadata: Value<'_>) -> bool {
    kind.ends_with("List") && metadata.get("name").is_none()
}

/// Whether the metadata of a list say that it is one page of several.
fn more_to_fetch(metadata: Value<'_>) -> bool {
    let remaining = metadata.get("remainingItemCount").and_then(Value::as_number);
    continues(metadata) || remaining.is_some_and(|count| count.as_i64() != Some(0))
}

/// Whether the metadata are those of a hook that gets another name each time it is run.
fn is_unnamed_hook(metadata: Value<'_>) -> bool {
    let unnamed = metadata.get("name").is_none() && metadata.get("generateName").is_some();
    unnamed && hooks(metadata).any(|(_, value)| value.as_str().is_some())
}

fn key(object: Value<'_>, metadata: Value<'_>, type_name: String) -> Result<ResourceKey> {
    let Some(name) = optional(metadata, "name") else {
        let error = STRICT.fault(object, "the object has no `metadata.name`");
        return Err(if metadata.get("generateName").is_some() {
            error.with_help("`generateName` names another object each time; give it a name")
        } else {
            error
        });
    };
    // The API server clears what a manifest says of a kind without namespaces, and an empty one is none.
    let namespace = optional(metadata, NAMESPACE)
        .filter(|value| value.as_str() != Some("") && !is_cluster_kind(&type_name))
        .map(|value| STRICT.text(value, "`metadata.namespace`"))
        .transpose()?;
    Ok(ResourceKey {
        provider: Name::fixed(PROVIDER),
        type_name: type_name.into(),
        scope: namespace.map(|name| (NAMESPACE, name)).into_iter().collect::<Scope>(),
        id: STRICT.text(name, "`metadata.name`")?.to_owned(),
    })
}
