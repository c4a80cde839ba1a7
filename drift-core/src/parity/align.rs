//! Which resources of the snapshots are copies of each other.

use super::substitute::Substitute;
use crate::coverage::{Family, Root};
use crate::diff::user_identity;
use crate::model::{Name, Resource, ResourceKey, Snapshot};
use crate::normalize::Rule;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The copies of one resource, each by its snapshot and its place there.
#[derive(Debug, Default)]
pub(super) struct Copies {
    pub(super) found: Vec<(usize, usize)>,
    /// Snapshots that have several which would be the same.
    pub(super) ambiguous: BTreeSet<usize>,
}

/// All resources, by what their copies have in common.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    pub(super) rows: BTreeMap<ResourceKey, Copies>,
    /// How many resources another one created.
    pub(super) derived: usize,
}

/// The fields of the scope that have one value within each snapshot, and not the same in all.
pub(super) fn varying(snapshots: &[(&str, &Snapshot<'_>)]) -> Vec<String> {
    let mut values: BTreeMap<&str, Vec<BTreeSet<&str>>> = BTreeMap::new();
    for (at, (_, snapshot)) in snapshots.iter().enumerate() {
        let mut last = None;
        for resource in &snapshot.resources {
            let scope = &resource.key.scope;
            if last.replace(scope) == Some(scope) {
                continue;
            }
            for (name, value) in scope.iter() {
                let of =
                    values.entry(name).or_insert_with(|| vec![BTreeSet::new(); snapshots.len()]);
                if let Some(of) = of.get_mut(at).filter(|of| of.len() < 2) {
                    of.insert(value);
                }
            }
        }
    }
    let varies = |of: &[BTreeSet<&str>]| {
        let all: BTreeSet<&&str> = of.iter().flatten().collect();
        of.iter().all(|of| of.len() < 2) && all.len() > 1
    };
    values.into_iter().filter(|(_, of)| varies(of)).map(|(name, _)| name.to_owned()).collect()
}

/// Types of which every copy has an address: the name that its manager gives it.
fn addressed<'s>(snapshots: &'s [(&str, &Snapshot<'_>)]) -> BTreeSet<(&'s Name, &'s Name)> {
    let mut known: BTreeMap<(&Name, &Name), bool> = BTreeMap::new();
    for resource in snapshots.iter().flat_map(|(_, snapshot)| &snapshot.resources) {
        let kind = (&resource.key.provider, &resource.key.type_name);
        *known.entry(kind).or_insert(true) &= resource.address.is_some();
    }
    known.into_iter().filter(|(_, all)| *all).map(|(kind, _)| kind).collect()
}

/// Puts the copies together.
pub(super) fn align(
    snapshots: &[(&str, &Snapshot<'_>)],
    substitutes: &[Substitute],
    varying: &[String],
    identifying: &[Arc<Rule>],
) -> Aligned {
    let addressed = addressed(snapshots);
    let mut aligned = Aligned::default();
    for (at, ((_, snapshot), substitute)) in snapshots.iter().zip(substitutes).enumerate() {
        let resources = &snapshot.resources;
        let created = resources.iter().any(|resource| !resource.owners.is_empty());
        let family = created
            .then(|| Family::new(resources.iter().map(|it| (&it.key, it.owners.as_slice()))));
        for (index, resource) in resources.iter().enumerate() {
            if family.as_ref().is_some_and(|family| family.root(index) != Root::Own) {
                aligned.derived += 1;
                continue;
            }
            let name = name_of(resource, identifying, &addressed);
            let key = ResourceKey {
                scope: substitute.scope(&resource.key.scope, varying),
                id: substitute.text(&name).into_owned(),
                provider: resource.key.provider.clone(),
                type_name: resource.key.type_name.clone(),
            };
            let copies = aligned.rows.entry(key).or_default();
            match copies.found.last() {
                Some((last, _)) if *last == at => {
                    copies.ambiguous.insert(at);
                }
                _ => copies.found.push((at, index)),
            }
        }
    }
    aligned
}

/// What a copy is known by: what rules of the user's identify it by, else its address, else its id.
fn name_of(
    resource: &Resource<'_>,
    identifying: &[Arc<Rule>],
    addressed: &BTreeSet<(&Name, &Name)>,
) -> String {
    let by_rule = identifying.iter().find_map(|rule| user_identity(rule, resource));
    if let Some(identity) = by_rule {
        return identity.value;
    }
    let key = &resource.key;
    let by_address = addressed.contains(&(&key.provider, &key.type_name));
    if by_address { resource.address().to_owned() } else { key.id.clone() }
}
