//! The tags of one side, wherever its document has them.

use crate::model::Resource;
use crate::path::{Path, Step};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the tags of a resource.
pub(crate) enum Taken<'r> {
    /// These.
    Tags(Cow<'r, BTreeMap<String, String>>),
    /// Nothing: they are not known yet, or have not been read.
    Unknown,
    /// It takes none.
    None,
}

/// The fields that documents have tags and labels in, the first that is there.
const FIELDS: [&str; 9] = [
    "tags_all",
    "tags",
    "Tags",
    "effective_labels",
    "labels",
    "user_labels",
    "resource_labels",
    "TagSet",
    "tag",
];

/// The tags that the resource was read with, else those that stand in its attributes. What Terraform has
/// read of a resource has every field of its type: without one for tags the type takes none.
pub(crate) fn taken<'r>(resource: &'r Resource<'_>) -> Taken<'r> {
    if resource.listed_only || is_unknown(resource) {
        return Taken::Unknown;
    }
    if !resource.tags.is_empty() {
        return Taken::Tags(Cow::Borrowed(&resource.tags));
    }
    let wanted: BTreeSet<String> =
        FIELDS.into_iter().chain(["metadata", "id"]).map(str::to_owned).collect();
    let some = resource.attributes.some(&wanted);
    let metadata = some.get("metadata").and_then(|metadata| metadata.get("labels"));
    let fields = FIELDS.iter().filter_map(|name| some.get(*name)).chain(metadata);
    let found = fields.map(map_of).find(|tags| !tags.is_empty());
    let has_field = FIELDS.iter().any(|name| some.get(*name).is_some());
    let read_whole = resource.managed_by.as_deref() == Some("terraform")
        && some.get("id").is_some_and(|id| !id.is_null());
    match found {
        Some(tags) => Taken::Tags(Cow::Owned(tags)),
        None if read_whole && !has_field => Taken::None,
        None => Taken::Tags(Cow::Owned(BTreeMap::new())),
    }
}

/// Whether some tags, or all, become known later, so that one that is not there may be among them.
pub(crate) fn may_have_more(resource: &Resource<'_>) -> bool {
    let field = |name: &str| Path::new(vec![Step::Field(name.to_owned())]);
    !resource.unknown.is_empty() && FIELDS.iter().any(|name| resource.unknown.reaches(&field(name)))
}

/// Whether the tags as a whole become known later.
fn is_unknown(resource: &Resource<'_>) -> bool {
    let field = |name: &str| Path::new(vec![Step::Field(name.to_owned())]);
    !resource.unknown.is_empty() && FIELDS.iter().any(|name| resource.unknown.covers(&field(name)))
}

/// A map, or a list of maps with a key and a value, named so in any case; what is neither has none.
fn map_of(value: &serde_json::Value) -> BTreeMap<String, String> {
    let scalar = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Null => Some(String::new()),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        serde_json::Value::Object(fields) => {
            let tag = |(name, value): (&String, _)| Some((name.clone(), scalar(value)?));
            fields.iter().filter_map(tag).collect()
        }
        serde_json::Value::Array(items) => items
            .iter()
            .filter_map(|item| {
                let fields = item.as_object()?;
                let named = |wanted: &str| {
                    let mut fields = fields.iter();
                    fields.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, it)| it)
                };
                let value = named("value").map_or(Some(String::new()), scalar);
                Some((named("key")?.as_str()?.to_owned(), value?))
            })
            .collect(),
        _ => BTreeMap::new(),
    }
}
