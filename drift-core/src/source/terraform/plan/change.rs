//! The changes of a plan: what it would do to one instance, or what the refresh found.

use super::super::super::strict::optional;
use super::super::values::Entry;
use super::super::{STRICT, map, mask, warning};
use crate::error::Result;
use crate::model::Warning;
use crate::path::{Path, PathSet, Step};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The values before a change, or those after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// Where the values stand below the change of an entry.
    pub(super) fn below(self) -> &'static str {
        match self {
            Self::Before => "/change/before",
            Self::After => "/change/after",
        }
    }
}

/// One change, of the current object of an instance.
pub(super) struct Change<'d> {
    pub(super) entry: Entry<'d>,
    change: Value<'d>,
    former: Option<String>,
}

impl<'d> Change<'d> {
    fn read(entry: Entry<'d>) -> Result<Self> {
        let change = STRICT.required(entry.value, "change")?;
        STRICT.map(change, "`change`")?;
        for side in [Side::Before, Side::After] {
            map(change, side.name())?;
        }
        let former = STRICT.optional_text(entry.value, "previous_address")?;
        Ok(Self { former: former.filter(|former| *former != entry.address), change, entry })
    }

    /// The values on one side; none where the resource is not there.
    pub(super) fn side(&self, side: Side) -> Option<Value<'d>> {
        optional(self.change, side.name())
    }

    /// The address that the resource had before, where it was another.
    pub(super) fn former(&self) -> Option<String> {
        self.former.clone()
    }

    /// Adds what will not be known before it is applied.
    pub(super) fn add_unknown(&self, set: &mut PathSet) -> Result<()> {
        mask::add(self.change.get("after_unknown"), set)
    }

    /// Adds what is sensitive on either side.
    pub(super) fn add_sensitive(&self, set: &mut PathSet) -> Result<()> {
        mask::add(self.change.get("before_sensitive"), set)?;
        mask::add(self.change.get("after_sensitive"), set)
    }

    /// Says that the resource is to be replaced, and because of which paths.
    pub(super) fn warn_of_replacement(
        &self,
        warnings: &mut Vec<Warning>,
        replaced: &mut PathSet,
    ) -> Result<()> {
        let mut actions = BTreeSet::new();
        for action in STRICT.elements(self.change, "actions")? {
            actions.insert(STRICT.text(action, "an action")?);
        }
        if !(actions.contains("delete") && actions.contains("create")) {
            return Ok(());
        }
        let message = "the next apply replaces the resource";
        let warning = warning(&self.entry.address, "replaced", message);
        let before = warnings.len();
        for steps in STRICT.elements(self.change, "replace_paths")? {
            let path = path(steps)?;
            replaced.insert(&path);
            warnings.push(Warning { path: Some(path.to_string()), ..warning.clone() });
        }
        if warnings.len() == before {
            warnings.push(warning);
        }
        Ok(())
    }
}

/// A path as plans write it: a list of names and positions. It ends where it leads into a set, whose
/// members have neither.
pub(super) fn path(steps: Value<'_>) -> Result<Path> {
    STRICT.list(steps, "a path")?;
    let step = |step: Value<'_>| {
        let index = step.as_number().and_then(|number| number.as_i64());
        let index = index.and_then(|index| usize::try_from(index).ok()).map(Step::Index);
        step.as_str().map(|name| Step::Field(name.to_owned())).or(index)
    };
    Ok(Path::new(steps.items().map_while(step).collect()))
}

/// The changes of one list, by address.
pub(super) struct Changes<'d> {
    by_address: BTreeMap<String, Change<'d>>,
    /// The order in which they stand.
    order: Vec<String>,
    /// Addresses whose deposed objects are changed.
    pub(super) deposed: Vec<String>,
}

impl<'d> Changes<'d> {
    /// Reads the list `name` of a plan.
    pub(super) fn read(root: Value<'d>, name: &str) -> Result<Self> {
        let mut changes =
            Self { by_address: BTreeMap::new(), order: Vec::new(), deposed: Vec::new() };
        for (index, value) in STRICT.elements(root, name)?.enumerate() {
            let Some(entry) = Entry::read(value, format!("/{name}/{index}"), None)? else {
                continue;
            };
            let address = entry.address.clone();
            if optional(value, "deposed").is_some() {
                changes.deposed.push(address);
                continue;
            }
            if changes.by_address.insert(address.clone(), Change::read(entry)?).is_some() {
                return Err(STRICT.fault(value, format!("one address stands twice in `{name}`")));
            }
            changes.order.push(address);
        }
        Ok(changes)
    }

    pub(super) fn get(&self, address: &str) -> Option<&Change<'d>> {
        self.by_address.get(address)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Change<'d>> {
        self.order.iter().filter_map(|address| self.by_address.get(address))
    }

    /// Whether an instance of a resource has changed: plans name the resource, not the instance.
    pub(super) fn of_block(&self, resource: &str) -> bool {
        let instances = format!("{resource}[");
        let mut from = self.by_address.range(instances.clone()..);
        self.by_address.contains_key(resource)
            || from.next().is_some_and(|(address, _)| address.starts_with(&instances))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    fn document(text: &str) -> Document<'_> {
        Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn a_path_ends_at_a_set() {
        for (text, expected) in [
            (r#"["a", 0, "b"]"#, "a[0].b"),
            (r#"["set", {"id": "x"}, "b"]"#, "set"),
            (r#"["a", -1]"#, "a"),
            ("[]", ""),
        ] {
            assert_eq!(path(document(text).root()).unwrap().to_string(), expected);
        }
        assert!(path(document(r#""a""#).root()).is_err());
    }

    #[test]
    fn a_resource_has_changed_where_an_instance_of_it_has() {
        let entry = |address: &str| {
            format!(
                r#"{{"address": "{address}", "mode": "managed", "type": "t", "name": "n",
                "provider_name": "p", "change": {{"before": null, "after": {{}}}}}}"#
            )
        };
        let list = ["t.a", "t.b-c", "t.b[0]", "t.c9"].map(entry).join(", ");
        let text = format!(r#"{{"resource_drift": [{list}]}}"#);
        let document = document(&text);
        let changes = Changes::read(document.root(), "resource_drift").unwrap();
        let changed =
            ["t.a", "t.b", "t.b[0]", "t.b-c", "t.c", "t"].map(|name| changes.of_block(name));
        assert_eq!(changed, [true, true, true, true, false, false]);
    }
}
