//! What of a value goes into a baseline: all that is compared, secrets as digests.

use super::PLACEHOLDER;
use crate::diff::own_key;
use crate::normalize::{
    Canon, Cursor, Equality, FactKind, decode, is_recalled_unordered, names_secret_entry,
};
use crate::path::{PathSet, Step};
use crate::report::{Masks, digest};
use crate::value::{Kind, Seed, Tree, Value};

/// A value as it is noted down.
pub(super) enum Note {
    Plain(Tree),
    /// By its digest, or by its presence alone.
    Secret(String),
    Map(Vec<(String, Note)>),
    List {
        items: Vec<Note>,
        unordered: bool,
    },
    /// A rule leaves it out.
    LeftOut,
    /// It could not be read.
    Unknown,
}

/// The places of a written value of which something is known.
#[derive(Default)]
pub(super) struct Places {
    pub(super) secrets: Vec<Vec<Step>>,
    pub(super) left_out: Vec<Vec<Step>>,
    pub(super) unordered: Vec<Vec<Step>>,
    pub(super) unknown: Vec<Vec<Step>>,
}

/// Notes the values of one resource down.
pub(super) struct Notary<'n> {
    pub(super) masks: &'n Masks,
    /// Keys the digests of secrets; without it they are known by their presence alone.
    pub(super) key: Option<&'n [u8]>,
    /// The printed key of the resource: equal secrets of two resources do not show as equal.
    pub(super) resource: &'n str,
    /// Secrets of which only their presence is known, with any element for all of its list.
    pub(super) blind: Option<&'n PathSet>,
}

/// The marks at one place: what must not be shown, what is not known, and what is a digest already.
#[derive(Clone, Copy, Default)]
pub(super) struct At<'n> {
    pub(super) sensitive: Option<&'n PathSet>,
    pub(super) unknown: Option<&'n PathSet>,
    pub(super) digests: Option<&'n PathSet>,
}

impl<'n> At<'n> {
    fn below(self, step: &Step) -> Self {
        Self {
            sensitive: self.sensitive.and_then(|set| set.below(step)),
            unknown: self.unknown.and_then(|set| set.child(step)),
            digests: self.digests.and_then(|set| set.child(step)),
        }
    }
}

fn is_member(set: Option<&PathSet>) -> bool {
    set.is_some_and(PathSet::is_member)
}

/// Whether the elements go by a key that is not noted down with them: then nothing that is noted tells
/// that their order means nothing.
fn has_lost_its_key(list: Value<'_>, notes: &[Note]) -> bool {
    let Some(key) = own_key(list) else { return false };
    let is_noted = |note: &Note| match note {
        Note::Map(fields) => fields.iter().any(|(name, note)| {
            *name == key
                && match note {
                    Note::Plain(_) => true,
                    Note::Secret(text) => text != PLACEHOLDER,
                    _ => false,
                }
        }),
        _ => false,
    };
    !notes.iter().all(is_noted)
}

impl Notary<'_> {
    /// Notes a value and all below it.
    pub(super) fn note(&self, value: Value<'_>, cursor: &Cursor<'_>, at: At<'_>) -> Note {
        self.noted(value, cursor, at, self.blind)
    }

    fn noted(
        &self,
        value: Value<'_>,
        cursor: &Cursor<'_>,
        at: At<'_>,
        blind: Option<&PathSet>,
    ) -> Note {
        if is_member(at.unknown) {
            return Note::Unknown;
        }
        let reopens = cursor.reopens() && matches!(value.kind(), Kind::List | Kind::Map);
        let facts = cursor.facts();
        if (cursor.ignored().is_some() && !reopens) || facts.entry(FactKind::ReadOnly).is_some() {
            return Note::LeftOut;
        }
        let hiding;
        let cursor = if is_member(at.sensitive) {
            hiding = cursor.hiding();
            &hiding
        } else {
            cursor
        };
        let below = |step: &Step| blind.and_then(|set| set.below(step));
        match value.kind() {
            Kind::Map if !value.is_empty() => {
                let field = |(name, field): (&str, Value<'_>)| {
                    let step = Step::Field(name.to_owned());
                    let cursor = cursor.field(name, names_secret_entry(value, name));
                    (name.to_owned(), self.noted(field, &cursor, at.below(&step), below(&step)))
                };
                Note::Map(value.fields().map(field).collect())
            }
            Kind::List if !value.is_empty() => {
                let mut before = None;
                let mut items = Vec::with_capacity(value.len());
                for (index, item) in value.items().enumerate() {
                    let step = Step::Index(index);
                    let cursor = cursor.item_behind(before.replace(item), index, item);
                    items.push(self.noted(item, &cursor, at.below(&step), below(&step)));
                }
                let unordered = is_recalled_unordered(&facts)
                    || (facts.list().is_none() && has_lost_its_key(value, &items));
                Note::List { items, unordered }
            }
            _ if is_member(at.digests) => match value.as_str() {
                Some(known) if !is_member(blind) => Note::Secret(known.to_owned()),
                _ => Note::Secret(PLACEHOLDER.to_owned()),
            },
            Kind::Map | Kind::List | Kind::Null => Note::Plain(Tree::of(value)),
            _ if is_member(blind) => Note::Secret(PLACEHOLDER.to_owned()),
            _ => self.scalar(value, cursor, facts.equality()),
        }
    }

    fn scalar(&self, value: Value<'_>, cursor: &Cursor<'_>, equality: Equality) -> Note {
        let tree = Tree::of(value);
        if cursor.is_hidden() {
            return self.secret(&tree);
        }
        let Some(text) = value.as_str() else {
            let masked = self.masks.tree(tree.clone()) != tree;
            return if masked { self.secret(&tree) } else { Note::Plain(tree) };
        };
        let container = text.trim_start().starts_with(['{', '[']);
        if let Some(document) = container.then(|| decode(text, cursor)).flatten() {
            let canonical = Tree::String(Tree::of(document.root()).to_string());
            let canon = Canon { seed: Seed::default() };
            if canon.tree(document.root(), cursor, None, true).holds_secret() {
                return self.secret(&canonical);
            }
            if equality == Equality::Json && self.masks.text(text) == text {
                return Note::Plain(canonical);
            }
        }
        let masked = self.masks.text(text) != text;
        if masked { self.secret(&tree) } else { Note::Plain(tree) }
    }

    fn secret(&self, value: &Tree) -> Note {
        let digest = self.key.and_then(|key| digest::of_secret(key, self.resource, value));
        Note::Secret(digest.unwrap_or_else(|| PLACEHOLDER.to_owned()))
    }
}

impl Note {
    /// The note as a value. `sorted` puts lists without an order into one, so that they are written
    /// alike whatever their order was.
    pub(super) fn write(self, sorted: bool, places: &mut Places) -> Tree {
        let mut path = Vec::new();
        self.put(sorted, &mut path, places).unwrap_or(Tree::Map(Vec::new()))
    }

    /// The same below `path`; `None` where nothing is written.
    fn put(self, sorted: bool, path: &mut Vec<Step>, places: &mut Places) -> Option<Tree> {
        Some(match self {
            Self::Plain(tree) => tree,
            Self::Secret(text) => {
                places.secrets.push(path.clone());
                Tree::String(text)
            }
            Self::LeftOut => {
                places.left_out.push(path.clone());
                return None;
            }
            Self::Unknown => {
                places.unknown.push(path.clone());
                return None;
            }
            Self::Map(fields) => {
                let mut written = Vec::with_capacity(fields.len());
                for (name, note) in fields {
                    path.push(Step::Field(name.clone()));
                    written.extend(note.put(sorted, path, places).map(|tree| (name, tree)));
                    path.pop();
                }
                // A map of which rules leave all out is left out.
                if written.is_empty() {
                    places.left_out.push(path.clone());
                    return None;
                }
                Tree::map(written)
            }
            Self::List { mut items, unordered } => {
                if sorted && unordered {
                    places.unordered.push(path.clone());
                    items.sort_by_cached_key(Self::tree);
                }
                let mut written = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    path.push(Step::Index(index));
                    // The places of the others stay.
                    written.push(item.put(sorted, path, places).unwrap_or(Tree::Null));
                    path.pop();
                }
                Tree::List(written)
            }
        })
    }

    /// What is sorted by.
    fn tree(&self) -> Tree {
        match self {
            Self::Plain(tree) => tree.clone(),
            Self::Secret(text) => Tree::String(text.clone()),
            Self::LeftOut | Self::Unknown => Tree::Null,
            Self::Map(fields) => {
                Tree::map(fields.iter().map(|(name, note)| (name.clone(), note.tree())))
            }
            Self::List { items, unordered } => {
                let mut items: Vec<Tree> = items.iter().map(Self::tree).collect();
                if *unordered {
                    items.sort_unstable();
                }
                Tree::List(items)
            }
        }
    }
}
