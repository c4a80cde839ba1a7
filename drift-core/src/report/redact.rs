//! Strings that are sensitive somewhere in a resource are masked wherever they show up in what is
//! said of that resource.

use super::find::Finder;
use crate::model::{MIN_MASKED, Resource, add_secret};
use crate::normalize::{Cursor, Shape, decode, names_secret_entry};
use crate::path::{Path, PathSet, Step};
use crate::value::{Kind, Tree, Value};

const MASK: &str = "[redacted]";

/// The sensitive strings of one resource.
#[derive(Default)]
pub(crate) struct Masks {
    finder: Option<Finder>,
}

impl Masks {
    /// Collects the sensitive strings of both sides and of their references.
    pub(crate) fn of<'r>(
        resources: impl IntoIterator<Item = &'r Resource<'r>>,
        marks: &PathSet,
        shape: &Shape,
    ) -> Self {
        let mut strings = Vec::new();
        let sensitive = Some(marks);
        for resource in resources {
            collect(resource.attributes.value(), &shape.root(), sensitive, &mut strings);
            let masked = resource.masked.iter().filter(|text| text.len() >= MIN_MASKED);
            strings.extend(masked.cloned());
            if let Some(reference) = &resource.reference {
                collect(reference.value(), &shape.root(), sensitive, &mut strings);
            }
        }
        strings.sort_unstable();
        strings.dedup();
        Self { finder: (!strings.is_empty()).then(|| Finder::of(&strings)) }
    }

    /// The text without any sensitive string.
    pub(crate) fn text(&self, text: &str) -> String {
        let found = self.finder.as_ref().map(|finder| finder.places(text)).unwrap_or_default();
        let mut masked = String::with_capacity(text.len());
        let mut shown = 0;
        for place in found {
            masked.push_str(text.get(shown..place.start).unwrap_or_default());
            masked.push_str(MASK);
            shown = place.end;
        }
        masked.push_str(text.get(shown..).unwrap_or_default());
        masked
    }

    /// Whether the text as a whole is a sensitive string.
    fn is_secret(&self, text: &str) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_whole(text))
    }

    /// The tree without any sensitive string.
    pub(crate) fn tree(&self, tree: Tree) -> Tree {
        if self.finder.is_none() {
            return tree;
        }
        match tree {
            Tree::String(text) => Tree::String(self.text(&text)),
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
    pub(crate) fn path(&self, path: &Path) -> Path {
        if self.finder.is_none() {
            return path.clone();
        }
        let step = |step: &Step| match step {
            Step::Key(keys) => {
                let key = |(name, value): &(String, Tree)| (name.clone(), self.tree(value.clone()));
                Step::Key(keys.iter().map(key).collect())
            }
            Step::Value(value) => Step::Value(self.tree(value.clone())),
            other => other.clone(),
        };
        Path::new(path.steps().iter().map(step).collect())
    }
}

fn collect(
    value: Value<'_>,
    cursor: &Cursor<'_>,
    sensitive: Option<&PathSet>,
    found: &mut Vec<String>,
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
    let below = |step: &Step| sensitive.and_then(|marks| marks.below(step));
    match value.kind() {
        Kind::Map => {
            for (name, field) in value.fields() {
                let child = cursor.field(name, names_secret_entry(value, name));
                collect(field, &child, below(&Step::Field(name.to_owned())), found);
            }
        }
        Kind::List => {
            for (index, item) in value.items().enumerate() {
                let child = cursor.item(index, item);
                collect(item, &child, below(&Step::Index(index)), found);
            }
        }
        _ if cursor.is_hidden() => {
            add_secret(value, found);
        }
        Kind::String => {
            // A document in a string has secrets of its own.
            let text = value.as_str().unwrap_or_default();
            let container = text.trim_start().starts_with(['{', '[']);
            if let Some(document) = container.then(|| decode(text, cursor)).flatten() {
                collect(document.root(), cursor, None, found);
            }
        }
        _ => {}
    }
}
