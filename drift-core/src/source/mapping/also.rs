//! Items that stand in a list by itself, or somewhere else in a document that is a map.

use super::{Narrow, Query, STRICT, Section, optional, queries, query};
use crate::error::Result;
use crate::value::{Kind, Value};

impl Section {
    /// The section, and where it says `also`, one for each of the other places of its items.
    pub(super) fn load_all(root: Value<'_>) -> Result<Vec<Self>> {
        let section = Self::load(root)?;
        let Some(also) = optional(root, "also") else { return Ok(vec![section]) };
        STRICT.list(also, "`also`")?;
        let in_a = |kind| Narrow { root: Some(kind), ..section.narrow.clone() };
        let elsewhere = |place: Value<'_>| {
            STRICT.fields(place, "another place of the items", &["items", "told_by"])?;
            let items = STRICT.required(place, "items")?;
            let told_by = optional(place, "told_by").map(queries).transpose()?;
            Ok(Self {
                items: query(items)?,
                many: items.as_str().is_some_and(Query::selects_many),
                containers: items.as_str().map(Query::containers_of).unwrap_or_default(),
                told_by: told_by.unwrap_or_default(),
                narrow: in_a(Kind::Map),
                ..section.clone()
            })
        };
        let others = also.items().map(elsewhere).collect::<Result<Vec<_>>>()?;
        let list = Self { narrow: in_a(Kind::List), ..section.clone() };
        Ok(std::iter::once(list).chain(others).collect())
    }

    /// Whether the section is for documents of this kind.
    pub(super) fn is_for(&self, root: Value<'_>) -> bool {
        self.narrow.root.is_none_or(|kind| kind == root.kind())
    }
}
