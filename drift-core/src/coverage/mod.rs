//! What absence means: missing or not checked, unmanaged or derived; and how much was seen at all.

mod census;

pub(crate) use census::{Census, Counted, LayersOfTypes};
pub use census::{CoverageCounts, ScopeCounts, TypeCounts, Unseen};

use crate::model::{Cell, Coverage, Gap, Owner, Ratio, Reason, ResourceKey, common_kind};
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
    /// How much of what ought to have been read was, where the collector said what that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Expected>,
    /// All resources.
    #[serde(default)]
    pub resources: CoverageCounts,
    /// Resources by provider and scope, namespaces together.
    #[serde(default)]
    pub by_scope: Vec<ScopeCounts>,
    /// Resources by layer.
    #[serde(default)]
    pub by_layer: BTreeMap<String, CoverageCounts>,
    /// Resources by provider and type.
    #[serde(default)]
    pub by_type: Vec<TypeCounts>,
    /// What was expected and not seen, by name.
    #[serde(default)]
    pub unseen: Vec<Unseen>,
    /// Values inside resources.
    #[serde(default)]
    pub paths: PathCounts,
}

/// How many values inside resources were left out, and how many could not be compared. Those that were
/// compared are not counted: where hashes agree nobody looks at them one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PathCounts {
    /// Values of both sides that rules which hide have matched.
    pub ignored: u64,
    /// Values that could not be compared, write-only ones left out.
    pub unknown: usize,
}

impl CoverageSummary {
    /// Takes over what a census comes to.
    pub(crate) fn take(&mut self, census: Census, layers: &LayersOfTypes, actual: &Coverage) {
        let counts = census.finish(layers, actual);
        self.resources = counts.all;
        self.by_scope = counts.by_scope;
        self.by_layer = counts.by_layer;
        self.by_type = counts.by_type;
        self.unseen = counts.unseen;
    }
}

/// The expected inventory: accounts, regions, clusters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Expected {
    /// Expected cells.
    pub cells: usize,
    /// Those of which something was collected.
    pub collected: usize,
    /// Those of which nothing was, and why.
    pub uncollected: Vec<Gap>,
    /// Collected cells among those that are expected.
    #[serde(default)]
    pub ratio: Option<Ratio>,
}

impl Expected {
    /// What became of what was expected; `None` where nothing was.
    pub(crate) fn of(coverage: &Coverage) -> Option<Self> {
        let cells = coverage.expected.len();
        let gap = |(cell, gap): (&Cell, Option<&Gap>)| Gap {
            cell: cell.clone(),
            reason: gap.map_or(Reason::NotCollected, |gap| gap.reason),
            detail: gap.and_then(|gap| gap.detail.clone()),
        };
        let uncollected: Vec<Gap> = coverage.uncollected().into_iter().map(gap).collect();
        let collected = cells.saturating_sub(uncollected.len());
        let ratio = Ratio::of(collected, cells);
        (cells > 0).then_some(Self { cells, collected, uncollected, ratio })
    }
}

/// Why a declared resource that was not found may exist all the same, with the provider's words.
pub(crate) fn absence(coverage: &Coverage, key: &ResourceKey) -> Option<(Reason, Option<String>)> {
    let reason = coverage.missing_reason(key)?;
    Some((reason, coverage.gap(key).and_then(|gap| gap.detail.clone())))
}

/// Gaps by the kind of resource that their cells hold; none where that may be any, or is a pattern.
#[derive(Debug, Default)]
pub(crate) struct Gaps<'g>(BTreeMap<Option<&'g str>, Vec<&'g Gap>>);

impl<'g> Gaps<'g> {
    pub(crate) fn of(all: impl IntoIterator<Item = &'g Gap>) -> Self {
        let mut gaps = Self::default();
        for gap in all {
            let plain = gap.cell.type_name.as_deref().filter(|name| !name.contains(['*', '?']));
            gaps.0.entry(plain.map(kind)).or_default().push(gap);
        }
        gaps
    }

    /// The gap that a resource of this key lies in.
    pub(crate) fn get(&self, key: &ResourceKey) -> Option<&'g Gap> {
        let kinds = [None, Some(kind(&key.type_name))];
        let here = kinds.iter().filter_map(|kind| self.0.get(kind)).flatten();
        here.copied().find(|gap| gap.cell.holds(key))
    }
}

/// One name for what several tools name differently.
fn kind(type_name: &str) -> &str {
    common_kind(type_name).unwrap_or(type_name)
}

/// What an undeclared live resource goes back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// Nothing: it stands for itself.
    Own,
    /// This resource, by its position.
    Resource(usize),
    /// Something whose type was not collected; it made the resource at this position.
    Elsewhere(usize),
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
            if owners.is_empty() {
                return if at == index { Root::Own } else { Root::Resource(at) };
            }
            // It lives as long as one of its owners does.
            match owners.iter().find_map(|owner| self.find(key, owner)) {
                Some(next) if seen.insert(next) => at = next,
                // Owners in a circle own nothing.
                Some(_) => return Root::Own,
                None if owners
                    .iter()
                    .all(|owner| self.types.contains(owner.type_name.as_str())) =>
                {
                    // Its owner would have been seen: the resource, or who created it, is an orphan.
                    return if at == index { Root::Own } else { Root::Resource(at) };
                }
                None => return Root::Elsewhere(at),
            }
        }
    }

    /// The owner: of the same scope, or without a namespace.
    pub(crate) fn find(&self, key: &ResourceKey, owner: &Owner) -> Option<usize> {
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
            (key("M", "of-two"), [owner("R", "gone"), owner("D", "d")].concat()),
        ];
        let family = Family::new(live.iter().map(|(key, owners)| (key, owners.as_slice())));
        let roots: Vec<Root> = (0..live.len()).map(|index| family.root(index)).collect();
        let expected = [
            Root::Own,
            Root::Resource(0),
            Root::Resource(0),
            Root::Own,
            Root::Elsewhere(4),
            Root::Own,
            Root::Own,
            Root::Resource(0),
        ];
        assert_eq!(roots, expected);
    }
}
