//! Tags that stand in an item beside the text that holds the attributes.

use super::projection::{Content, Made};
use super::read::Seen;
use super::{Query, STRICT, optional, query};
use crate::error::Result;
use crate::path::push_token;
use crate::value::{Kind, Tree, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where they stand, and which attribute they are.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    at: Query,
    field: String,
    /// The types of which the attribute is a map, and no list of keys and values.
    maps: Vec<String>,
}

impl Beside {
    pub(super) fn load(map: Value<'_>) -> Result<Self> {
        STRICT.fields(map, "`item_tags`", &["at", "field", "maps"])?;
        let maps = optional(map, "maps").into_iter().flat_map(Value::items);
        let name = |name: Value<'_>| STRICT.text(name, "a type").map(str::to_owned);
        Ok(Self {
            at: query(STRICT.required(map, "at")?)?,
            field: STRICT.text(STRICT.required(map, "field")?, "`field`")?.to_owned(),
            maps: maps.map(name).collect::<Result<_>>()?,
        })
    }

    /// The tags of an item.
    pub(super) fn of(&self, seen: Seen<'_, '_>) -> Result<BTreeMap<String, String>> {
        let start = if seen.item.kind() == Kind::Map { seen.item } else { seen.read };
        let tags = self.at.first(start).map(|(_, tags)| tags).filter(|tags| !tags.is_null());
        tags.map_or_else(|| Ok(BTreeMap::new()), |tags| STRICT.tags(tags))
    }

    /// Puts the tags of an item, which may be none, among attributes that a projection made.
    pub(super) fn put(&self, made: &mut Made, type_name: &str, seen: Seen<'_, '_>) -> Result<()> {
        let start = if seen.item.kind() == Kind::Map { seen.item } else { seen.read };
        let Content::Map { fields, names: Some(names) } = &mut made.content else { return Ok(()) };
        if self.at.first(start).is_none() || fields.iter().any(|(name, _)| *name == self.field) {
            return Ok(());
        }
        let content = Content::Const(self.value(type_name, &self.of(seen)?));
        fields.push((self.field.clone(), Made { origin: String::new(), content }));
        Arc::make_mut(names).insert(self.field.clone());
        Ok(())
    }

    fn value(&self, type_name: &str, tags: &BTreeMap<String, String>) -> Tree {
        match self.maps.iter().any(|known| known == type_name) {
            true => map(tags),
            false => list(tags),
        }
    }

    /// The attributes with the tags among them; none where they hold them already, or there are none.
    pub(super) fn added(
        &self,
        type_name: &str,
        attributes: Value<'_>,
        tags: &BTreeMap<String, String>,
    ) -> Option<Made> {
        if tags.is_empty() || attributes.get(&self.field).is_some_and(|own| !own.is_null()) {
            return None;
        }
        let copy = |(name, value): (&str, Value<'_>)| {
            let mut origin = String::new();
            push_token(&mut origin, name);
            (name.to_owned(), Made { origin, content: Content::Copy(value.id()) })
        };
        let others = attributes.fields().filter(|(name, _)| *name != self.field);
        let mut fields: Vec<(String, Made)> = others.map(copy).collect();
        let content = Content::Const(self.value(type_name, tags));
        fields.push((self.field.clone(), Made { origin: String::new(), content }));
        let content = Content::Map { fields, names: None };
        Some(Made { origin: String::new(), content })
    }
}

/// Adds tags to attributes in the names of Terraform that do not tell theirs.
pub(super) fn add_tags(made: &mut Made, tags: &BTreeMap<String, String>) {
    let Content::Map { fields, names: Some(names) } = &mut made.content else { return };
    let own: BTreeMap<String, String> =
        tags.iter().filter(|(key, _)| !key.starts_with("aws:")).map(owned).collect();
    for name in ["tags", "tags_all"] {
        let is_there = fields.iter().any(|(known, _)| known == name);
        if !own.is_empty() && names.contains(name) && !is_there {
            let content = Content::Const(map(&own));
            fields.push((name.to_owned(), Made { origin: String::new(), content }));
        }
    }
}

fn owned((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

fn map(tags: &BTreeMap<String, String>) -> Tree {
    Tree::Map(tags.iter().map(|(key, value)| (key.clone(), Tree::String(value.clone()))).collect())
}

fn list(tags: &BTreeMap<String, String>) -> Tree {
    let tag = |(key, value): (&String, &String)| {
        let field = |name: &str, text: &String| (name.to_owned(), Tree::String(text.clone()));
        Tree::Map([field("Key", key), field("Value", value)].into_iter().collect())
    };
    Tree::List(tags.iter().map(tag).collect())
}
