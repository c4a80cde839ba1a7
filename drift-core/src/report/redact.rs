//! Strings that are sensitive somewhere in a resource are masked wherever they show up in what is
//! said of that resource, and so are credentials inside others.

use super::credentials;
use crate::model::{Attributes, Finder, LAST_APPLIED, Masked, Resource, add_secret, places};
use crate::normalize::{Cursor, Shape, decode, is_secret_flag, names_secret, names_secret_entry};
use crate::path::{Path, PathSet, Step};
use crate::value::{Kind, Tree, Value};
use std::collections::{BTreeMap, BTreeSet};

const MASK: &str = "[redacted]";

/// The sensitive strings of one resource.
#[derive(Default)]
pub(crate) struct Masks {
    own: Option<Finder>,
    /// Those that resources of its documents share.
    shared: Vec<Masked>,
    /// Whether the resources were looked through, and hold no secret.
    none: bool,
}

impl Masks {
    /// Collects the sensitive strings of both sides and of their references.
    pub(crate) fn of<'r>(
        resources: impl IntoIterator<Item = &'r Resource<'r>>,
        marks: &PathSet,
        shape: &Shape,
    ) -> Self {
        let mut strings = Vec::new();
        let mut shared: Vec<Masked> = Vec::new();
        let mut none = true;
        let sensitive = Some(marks).filter(|marks| !marks.is_empty());
        let root = shape.root();
        let free = |attributes: &Attributes<'_>| {
            let names = !marks.is_empty() || shape.names_secrets();
            !names && (attributes.is_harmless() || is_free(attributes.value()))
        };
        for resource in resources {
            let masked = &resource.masked;
            if masked.finder().is_some() && !shared.iter().any(|known| known.is(masked)) {
                shared.push(masked.clone());
            }
            if free(&resource.attributes) && resource.reference.as_deref().is_none_or(free) {
                continue;
            }
            let mut add = |_: &str, value: Value<'_>| {
                none = false;
                add_secret(value, &mut strings);
            };
            secrets(resource.attributes.value(), "", &root, [sensitive; 2], &mut add);
            if let Some(reference) = &resource.reference {
                secrets(reference.value(), "", &root, [sensitive; 2], &mut add);
            }
        }
        strings.sort_unstable();
        strings.dedup();
        Self { own: (!strings.is_empty()).then(|| Finder::of(&strings)), shared, none }
    }

    fn finders(&self) -> impl Iterator<Item = &Finder> + Clone {
        self.own.iter().chain(self.shared.iter().filter_map(Masked::finder))
    }

    /// Whether nothing but credentials is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.finders().next().is_none()
    }

    /// The text without any sensitive string, and without credentials.
    pub(crate) fn text(&self, text: &str) -> String {
        self.masked(text).unwrap_or_else(|| text.to_owned())
    }

    /// As [`Masks::text`]; `None` where all of the text may be shown.
    fn masked(&self, text: &str) -> Option<String> {
        let mut found = credentials::places(text);
        found.extend(places(self.finders(), text));
        if found.is_empty() {
            return None;
        }
        found.sort_unstable_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
        let mut masked = String::with_capacity(text.len());
        let mut shown = 0;
        for place in found {
            if place.start >= shown {
                masked.push_str(text.get(shown..place.start).unwrap_or_default());
                masked.push_str(MASK);
            }
            shown = shown.max(place.end);
        }
        masked.push_str(text.get(shown..).unwrap_or_default());
        Some(masked)
    }

    /// Whether the text as a whole is a sensitive string.
    fn is_secret(&self, text: &str) -> bool {
        self.finders().any(|finder| finder.is_whole(text))
    }

    /// The tree without any sensitive string.
    pub(crate) fn tree(&self, tree: Tree) -> Tree {
        match tree {
            Tree::String(text) => Tree::String(self.masked(&text).unwrap_or(text)),
            Tree::Number(text) if self.is_secret(&text) => Tree::String(MASK.to_owned()),
            Tree::List(items) => {
                Tree::List(items.into_iter().map(|item| self.tree(item)).collect())
            }
            Tree::Map(fields) => Tree::Map(
                fields.into_iter().map(|(name, value)| (name, self.tree(value))).collect(),
            ),
            other => other,
        }
    }

    /// The path without any sensitive string in its keys or values.
    pub(crate) fn path(&self, path: Path) -> Path {
        let step = |step: Step| match step {
            Step::Key(keys) => {
                let key = |(name, value): (String, Tree)| (name, self.tree(value));
                Step::Key(keys.into_iter().map(key).collect())
            }
            Step::Value(value) => Step::Value(self.tree(value)),
            other => other,
        };
        Path::new(path.into_steps().into_iter().map(step).collect())
    }
}

/// The tags of a resource as they may be shown: those that its document or their names make secret
/// are redacted, and sensitive strings in others are masked. Packs have no say here.
pub(crate) fn shown_tags<'r>(resource: &'r Resource<'_>) -> BTreeMap<&'r str, Tree> {
    if resource.tags.is_empty() {
        return BTreeMap::new();
    }
    let shape = Shape::compile(Vec::new());
    let marks = PathSet::marks([&resource.sensitive]);
    let secret = secret_tags(resource, &marks, &shape);
    let masks = Masks::of([resource], &marks, &shape);
    let shown = |(name, text): (&'r String, &String)| {
        let hidden = secret.contains(name.as_str());
        let tree = || masks.tree(Tree::String(text.clone()));
        (name.as_str(), if hidden { Tree::Secret { equal: false } } else { tree() })
    };
    resource.tags.iter().map(shown).collect()
}

/// The tags of a resource that are no secrets and hold none. `masks` are those of this resource, and of others
/// beside it.
pub(crate) fn clear_tags(
    resource: &Resource<'_>,
    marks: &PathSet,
    masks: &Masks,
    shape: &Shape,
) -> BTreeMap<String, String> {
    if resource.tags.is_empty() {
        return BTreeMap::new();
    }
    let secret = match masks.none {
        true => tags_by_name(resource).collect(),
        false => secret_tags(resource, marks, shape),
    };
    let clear = |(name, text): &(&String, &String)| {
        !secret.contains(name.as_str()) && masks.text(text) == **text
    };
    let tags = resource.tags.iter().filter(clear);
    tags.map(|(name, text)| (name.clone(), text.clone())).collect()
}

/// The names of the tags that must not be shown.
pub(super) fn secret_tags<'r>(
    resource: &'r Resource<'_>,
    marks: &PathSet,
    shape: &Shape,
) -> BTreeSet<&'r str> {
    let mut secret: BTreeSet<&str> = tags_by_name(resource).collect();
    let mut note = |name: &str, value: Value<'_>| {
        let tag = resource.tags.get_key_value(name);
        let same = |tag: &&(&'r String, &'r String)| match (value.as_number(), value.as_bool()) {
            (Some(number), _) => *tag.1 == number.to_string(),
            (_, Some(truth)) => *tag.1 == truth.to_string(),
            _ => value.as_str() == Some(tag.1),
        };
        secret.extend(tag.as_ref().filter(same).map(|(name, _)| name.as_str()));
    };
    let sensitive = Some(marks).filter(|marks| !marks.is_empty());
    secrets(resource.attributes.value(), "", &shape.root(), [sensitive; 2], &mut note);
    secret
}

/// Those that must not be shown because of their names alone.
fn tags_by_name<'r>(resource: &'r Resource<'_>) -> impl Iterator<Item = &'r str> {
    resource.tags.keys().map(String::as_str).filter(|name| names_secret(name))
}

/// Whether nothing in the value can be a secret by its name, seen without its shape: false where it
/// takes a closer look.
fn is_free(value: Value<'_>) -> bool {
    let by_name = |map: Value<'_>| {
        map.fields().any(|(name, _)| names_secret(name) || names_secret_entry(map, name))
    };
    let document = |text: &str| text.trim_start().starts_with(['{', '[']);
    value.tape().all(|node| match node.kind() {
        Kind::Map => !by_name(node),
        Kind::String => !node.as_str().is_some_and(|text| document(text) || is_secret_flag(text)),
        _ => true,
    })
}

/// Calls `found` with each scalar that must not be shown, and with the name that it goes by. Marked is what is so
/// here and below, and in the whole resource.
fn secrets(
    value: Value<'_>,
    name: &str,
    cursor: &Cursor<'_>,
    [sensitive, marks]: [Option<&PathSet>; 2],
    found: &mut dyn FnMut(&str, Value<'_>),
) {
    let marked = sensitive.is_some_and(PathSet::is_member);
    let hidden;
    let cursor = if marked {
        let mut hiding = cursor.clone();
        hiding.hide();
        hidden = hiding;
        &hidden
    } else {
        cursor
    };
    let facts = cursor.facts();
    let whole = cursor;
    let element;
    let cursor = match cursor.single(value) {
        Some(single) => {
            element = single;
            &element
        }
        None => cursor,
    };
    match value.kind() {
        Kind::Map => {
            for (name, field) in value.fields() {
                let child = cursor.field(name, names_secret_entry(value, name));
                let known_by = entry_name(value, name).unwrap_or(name);
                let below = sensitive.and_then(|marks| marks.below(&Step::Field(name.to_owned())));
                secrets(field, known_by, &child, [below, marks], found);
            }
        }
        Kind::List => {
            let mut before = None;
            for (index, item) in value.items().enumerate() {
                let child = cursor.item_behind(before.replace(item), index, item);
                let below = sensitive.and_then(|marks| marks.below(&Step::Index(index)));
                secrets(item, name, &child, [below, marks], found);
            }
        }
        _ if cursor.is_hidden() => {
            // Not all that an object holds is a secret, nor is it so in the copy of it.
            let copy = value.as_str().filter(|_| name == LAST_APPLIED);
            match copy.and_then(|text| decode(text, whole)) {
                Some(copy) => {
                    secrets(copy.root(), "", &cursor.shape().root(), [marks; 2], found);
                }
                None => found(name, value),
            }
        }
        Kind::String => {
            // A document in a string has secrets of its own.
            let text = value.as_str().unwrap_or_default();
            let form = facts.equality().opens().is_some_and(|form| !form.is_json());
            let container = form || text.trim_start().starts_with(['{', '[']);
            if let Some(document) = container.then(|| decode(text, whole)).flatten() {
                secrets(document.root(), name, whole, [None, marks], found);
            }
        }
        _ => {}
    }
}

/// The name of the entry that `field` is the value of, as in `{Key: team, Value: …}`.
fn entry_name<'v>(map: Value<'v>, field: &str) -> Option<&'v str> {
    let mut fields = field.eq_ignore_ascii_case("value").then(|| map.fields())?;
    fields.find(|(name, _)| name.eq_ignore_ascii_case("key"))?.1.as_str()
}
