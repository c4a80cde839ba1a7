//! Answers that leave their list out where it is empty.

use super::evaluate;
use super::projection::Guard;
use super::query::Query;
use super::{STRICT, optional};
use crate::error::Result;
use crate::value::{Kind, Value};

/// What a document is like that leaves the list of the items out because it is empty.
#[derive(Clone, Debug)]
pub(super) struct LeftOut {
    /// The only fields that it has; it may have none of them.
    fields: Option<Vec<String>>,
    /// What holds of it; `$` is the document.
    when: Option<Guard>,
}

impl LeftOut {
    /// Reads the field `left_out` of a mapping whose items stand in `containers`.
    pub(super) fn load(map: Value<'_>, containers: &[Query]) -> Result<Self> {
        STRICT.fields(map, "`left_out`", &["fields", "when"])?;
        if containers.is_empty() {
            let help = "`items` must end in a step that selects from a list, such as `[*]`";
            return Err(STRICT.fault(map, "there is no list that is left out").with_help(help));
        }
        let fields = optional(map, "fields").map(names).transpose()?;
        let when = optional(map, "when").map(Guard::load).transpose()?;
        if fields.is_none() && when.is_none() {
            return Err(STRICT.fault(map, "expected `fields` or `when` in `left_out`"));
        }
        Ok(Self { fields, when })
    }

    /// Whether `root` is such a document: the list in `container` is not there, and what the mapping
    /// says of such documents holds.
    pub(super) fn holds(&self, root: Value<'_>, container: &Query) -> Result<bool> {
        if root.kind() != Kind::Map || container.first(root).is_some() {
            return Ok(false);
        }
        let known = |fields: &Vec<String>| {
            root.fields().all(|(name, _)| fields.iter().any(|field| field == name))
        };
        Ok(self.fields.as_ref().is_none_or(known)
            && self.when.as_ref().map_or(Ok(true), |guard| evaluate::holds(guard, root))?)
    }
}

fn names(list: Value<'_>) -> Result<Vec<String>> {
    STRICT.list(list, "the fields of a document")?;
    list.items().map(|name| STRICT.text(name, "a field").map(str::to_owned)).collect()
}
