//! Definitions of custom kinds that stand among the resources: the schemas of the others.

use super::crd_schema;
use super::rule::Rule;
use crate::model::{Resource, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The canonical type of definitions of further kinds.
const DEFINITION: &str = "apiextensions.k8s.io/CustomResourceDefinition";

/// What a definition comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Definition {
    /// What tells it from others: all that it says.
    pub(super) mark: Arc<str>,
    pub(super) rules: Arc<[Arc<Rule>]>,
}

/// The kinds that are defined among the resources of a detection, by their types.
#[derive(Debug, Default)]
pub(crate) struct Definitions(BTreeMap<String, Definition>);

impl Definitions {
    /// Those in the snapshots that resources there are of; the live ones, after which the server
    /// filled in what is absent, count before the declared ones. One that cannot be read says nothing.
    pub(crate) fn of(desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> Self {
        Self::among(&[desired, actual])
    }

    /// As [`Definitions::of`], in any number of snapshots; later ones count before earlier ones.
    pub(crate) fn among(snapshots: &[&Snapshot<'_>]) -> Self {
        let mut found = BTreeMap::new();
        let mut groups = None;
        for snapshot in snapshots {
            for resource in snapshot.resources.iter().filter(|it| is_definition(it)) {
                let groups = groups.get_or_insert_with(|| used_groups(snapshots));
                // A definition is named by the plural of the kind and the group.
                let group = resource.key.id.split_once('.').map_or("", |(_, group)| group);
                if groups.contains(group) {
                    found.extend(definition(resource));
                }
            }
        }
        Self(found)
    }

    pub(super) fn get(&self, type_name: &str) -> Option<&Definition> {
        self.0.get(type_name)
    }
}

fn is_definition(resource: &Resource<'_>) -> bool {
    resource.key.type_name == DEFINITION
}

fn used_groups<'s>(sides: &[&'s Snapshot<'_>]) -> BTreeSet<&'s str> {
    let resources = sides.iter().flat_map(|side| &side.resources);
    resources.filter_map(|resource| Some(resource.key.type_name.split_once('/')?.0)).collect()
}

fn definition(resource: &Resource<'_>) -> Option<(String, Definition)> {
    let value = resource.attributes.value();
    let type_name = crd_schema::type_name(value).ok()?;
    let rules = crd_schema::rules(value, 0, None).ok()?;
    let mut mark = String::new();
    for rule in &rules {
        mark.extend([rule.id.as_str(), "\n"]);
        for path in &rule.paths {
            mark.push_str(&path.to_string());
        }
    }
    let rules = rules.into_iter().map(Arc::new).collect();
    Some((type_name, Definition { mark: mark.into(), rules }))
}
