//! A document through a mapping.

use super::{Mapping, Query, STRICT, Text};
use crate::error::Result;
use crate::model::{Attributes, Identity, Resource, ResourceKey};
use crate::source::strict::id;
use crate::source::{Context, Reading, continues};
use crate::value::{Document, Kind, Value};
use std::sync::Arc;

impl Mapping {
    /// Reads the items of every document of a text.
    pub(in crate::source) fn read<'a>(
        &self,
        document: Document<'a>,
        context: &Context<'_>,
    ) -> Result<Reading<'a>> {
        let document = Arc::new(document);
        let mut reading = Reading::default();
        for (index, root) in document.roots().enumerate() {
            let items = self.items.select(root);
            reading.partial |= continues(root);
            // An item that is the whole document is one answer; any other stands in a list.
            reading.listed |= items.iter().any(|(_, item)| item.id() != root.id());
            if items.is_empty() {
                self.check_empty(root)?;
                reading.listed = true;
            }
            for (pointer, item) in items {
                let resource = self.resource(&document, index, pointer, item, context)?;
                reading.resources.push(resource);
            }
        }
        Ok(reading)
    }

    /// `items` may select nothing from a list that is there and empty.
    fn check_empty(&self, root: Value<'_>) -> Result<()> {
        let lists = self.container.as_ref().map(|query| query.select(root)).unwrap_or_default();
        let is_list = |value: &Value<'_>| matches!(value.kind(), Kind::List | Kind::Map);
        if lists.iter().any(|(_, value)| is_list(value)) {
            return Ok(());
        }
        Err(STRICT.fault(root, "the mapping's `items` select nothing, and not from an empty list"))
    }

    fn resource<'a>(
        &self,
        document: &Arc<Document<'a>>,
        index: usize,
        pointer: String,
        item: Value<'_>,
        context: &Context<'_>,
    ) -> Result<Resource<'a>> {
        let key = ResourceKey {
            provider: self.provider.as_ref().and_then(|text| text.of(item)).unwrap_or_default(),
            type_name: required(item, "type", &self.type_name)?,
            scope: all(item, &self.scope).collect(),
            id: required(item, "id", &self.id)?,
        };
        let (below, attributes) = match &self.attributes {
            Some(query) => query.first(item).unwrap_or((String::new(), Value::null())),
            None => (String::new(), item),
        };
        if attributes.kind() != Kind::Map {
            return Err(STRICT.fault(item, "the item has no map where `attributes` are selected"));
        }
        let tags = self.tags.as_ref().and_then(|query| query.first(item));
        let tags = tags.filter(|(_, tags)| !tags.is_null()).map(|(_, tags)| STRICT.tags(tags));
        let identity = |(kind, value)| Identity { kind, value };
        let needed = self.depends_on.iter().flat_map(|query| query.select(item));
        Ok(Resource {
            address: self.address.as_ref().and_then(|text| text.of(item)),
            identities: all(item, &self.identities).map(identity).collect(),
            tags: tags.transpose()?.unwrap_or_default(),
            depends_on: needed.filter_map(|(_, value)| id(value)).collect(),
            source: context.source(index, pointer + &below, item),
            ..Resource::new(key, Attributes::new(Arc::clone(document), attributes.id()))
        })
    }
}

impl Text {
    /// The text of the field for one item; none where its paths select nothing that is one.
    fn of(&self, item: Value<'_>) -> Option<String> {
        let first = |query: &Query| query.select(item).into_iter().find_map(|(_, value)| id(value));
        match self {
            Self::Const(text) => Some(text.clone()),
            Self::Paths(queries) => queries.iter().find_map(first),
        }
    }
}

fn required(item: Value<'_>, name: &str, text: &Text) -> Result<String> {
    text.of(item).ok_or_else(|| {
        let message = format!("the item has no `{name}`");
        let help = "no path of the mapping selects a string or an integer there";
        STRICT.fault(item, message).with_help(help)
    })
}

/// The fields that the item has.
fn all<'m>(
    item: Value<'m>,
    texts: &'m [(String, Text)],
) -> impl Iterator<Item = (String, String)> + 'm {
    texts.iter().filter_map(move |(name, text)| Some((name.clone(), text.of(item)?)))
}
