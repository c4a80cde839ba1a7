//! What absence means: missing or not checked, unmanaged or derived.

use crate::model::{Coverage, Gap, Owner, Reason, ResourceKey};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How much of what was declared was checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoverageSummary {
    /// Declared resources.
    pub desired: usize,
    /// Declared resources that were compared, or whose absence was evidence.
    pub checked: usize,
    /// Declared resources that were not checked, by reason.
    pub not_checked: BTreeMap<String, usize>,
    /// Whether the actual side holds everything there is.
    pub complete: bool,
    /// What the collector could not read.
    pub gaps: Vec<Gap>,
}

/// Why a declared resource that was not found may exist all the same, with the provider's words.
pub(crate) fn absence(coverage: &Coverage, key: &ResourceKey) -> Option<(Reason, Option<String>)> {
    let reason = coverage.missing_reason(key)?;
    Some((reason, coverage.gap(key).and_then(|gap| gap.detail.clone())))
}

/// Gaps by the type of their cells.
#[derive(Debug, Default)]
pub(crate) struct Gaps<'g>(BTreeMap<Option<&'g str>, Vec<&'g Gap>>);

impl<'g> Gaps<'g> {
    pub(crate) fn of(all: impl IntoIterator<Item = &'g Gap>) -> Self {
        let mut gaps = Self::default();
        for gap in all {
            gaps.0.entry(gap.cell.type_name.as_deref()).or_default().push(gap);
        }
        gaps
    }

    /// The gap that a resource of this key lies in.
    pub(crate) fn get(&self, key: &ResourceKey) -> Option<&'g Gap> {
        let names = [None, Some(key.type_name.as_str())];
        let here = names.iter().filter_map(|name| self.0.get(name)).flatten();
        here.copied().find(|gap| gap.cell.holds(key))
    }
}

/// What an undeclared live resource goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// Nothing: it stands for itself.
    Own,
    /// This resource, by its position.
    Resource(usize),
    /// Something whose type was not collected.
    Elsewhere,
}

/// The live resources of a detection and what created them.
#[derive(Debug, Default)]
pub(crate) struct Family<'f> {
    members: BTreeMap<(&'f str, &'f str, &'f str), Vec<usize>>,
    types: BTreeSet<&'f str>,
    nodes: Vec<(&'f ResourceKey, &'f [Owner])>,
}

impl<'f> Family<'f> {
    /// Takes the live resources, in an order that positions refer to.
    pub(crate) fn new(live: impl Iterator<Item = (&'f ResourceKey, &'f [Owner])>) -> Self {
        let mut family = Self::default();
        for (index, (key, owners)) in live.enumerate() {
            let namespace = key.scope.get("namespace").unwrap_or_default();
            let place = (key.type_name.as_str(), key.id.as_str(), namespace);
            family.members.entry(place).or_default().push(index);
            family.types.insert(&key.type_name);
            family.nodes.push((key, owners));
        }
        family
    }

    /// The resource that `index` goes back to, over as many owners as there are.
    pub(crate) fn root(&self, index: usize) -> Root {
        let mut at = index;
        let mut seen = BTreeSet::from([index]);
        loop {
            let Some((key, owners)) = self.nodes.get(at) else {
                return Root::Own;
            };
            let Some(owner) = owners.first() else {
                return if at == index { Root::Own } else { Root::Resource(at) };
            };
            match self.find(key, owner) {
                Some(next) if seen.insert(next) => at = next,
                // Owners in a circle own nothing.
                Some(_) => return Root::Own,
                None if self.types.contains(owner.type_name.as_str()) => {
                    // Its owner would have been seen: the resource, or who created it, is an orphan.
                    return if at == index { Root::Own } else { Root::Resource(at) };
                }
                None => return Root::Elsewhere,
            }
        }
    }

    /// The owner: of the same scope, or without a namespace.
    fn find(&self, key: &ResourceKey, owner: &Owner) -> Option<usize> {
        let namespace = key.scope.get("namespace").unwrap_or_default();
        let here = |namespace| {
            let place = (owner.type_name.as_str(), owner.id.as_str(), namespace);
            let members = self.members.get(&place)?;
            let fits = |index: &&usize| {
                self.nodes.get(**index).is_some_and(|(other, _)| {
                    other.scope.without("namespace").compatible(&key.scope.without("namespace"))
                })
            };
            members.iter().find(fits).copied()
        };
        here(namespace).or_else(|| here(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;

    fn key(type_name: &str, id: &str) -> ResourceKey {
        ResourceKey {
            provider: "kubernetes".into(),
            type_name: type_name.into(),
            scope: Scope::new().with("namespace", "n"),
            id: id.into(),
        }
    }

    fn owner(type_name: &str, id: &str) -> Vec<Owner> {
        vec![Owner { type_name: type_name.into(), id: id.into() }]
    }

    #[test]
    fn chains_of_owners_end_at_their_root() {
        let live = [
            (key("D", "d"), vec![]),
            (key("R", "r"), owner("D", "d")),
            (key("P", "p"), owner("R", "r")),
            (key("P", "orphan"), owner("R", "gone")),
            (key("P", "foreign"), owner("Job", "j")),
            (key("X", "x"), owner("Y", "y")),
            (key("Y", "y"), owner("X", "x")),
        ];
        let family = Family::new(live.iter().map(|(key, owners)| (key, owners.as_slice())));
        let roots: Vec<Root> = (0..live.len()).map(|index| family.root(index)).collect();
        let expected = [
            Root::Own,
            Root::Resource(0),
            Root::Resource(0),
            Root::Own,
            Root::Elsewhere,
            Root::Own,
            Root::Own,
        ];
        assert_eq!(roots, expected);
    }
}
