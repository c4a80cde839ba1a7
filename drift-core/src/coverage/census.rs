//! Counts of resources by where they live, what they are and which layer they belong to.

use super::Gaps;
use crate::model::{Cell, Coverage, Gap, Ratio, Reason, ResourceKey, Scope};
use crate::owners::Standing;
use crate::value::mix::Mixer;
use crate::value::recent::Recent;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many resources there are, and what became of them. Those that another resource created are left
/// out. `resources` is `compared` + `absent` + `unmanaged` + `ignored` + `not_checked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CoverageCounts {
    /// All that is declared, live, or recorded in the baseline.
    pub resources: usize,
    /// Those that ought to be there: declared, or recorded in the baseline.
    pub expected: usize,
    /// Expected ones that were compared or left out by a rule, or whose absence is evidence.
    pub checked: usize,
    /// Live ones.
    pub seen: usize,
    /// Those of which both sides were compared.
    pub compared: usize,
    /// Expected ones that are not there, where it is known that they would have been seen.
    pub absent: usize,
    /// Live ones that are declared, by infrastructure as code.
    pub managed: usize,
    /// Live ones that nobody declares.
    pub unmanaged: usize,
    /// Those that a rule leaves out.
    pub ignored: usize,
    /// Those of which nothing is known: not read, or not comparable.
    pub not_checked: usize,
    /// Those that no source of owners knows, where a map of owners was given; ignored ones left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unowned: Option<usize>,
    /// Checked ones among those that are expected; null where none is.
    pub checked_ratio: Option<Ratio>,
    /// Managed ones among those that are live, ignored ones left out; null where none is.
    pub iac_ratio: Option<Ratio>,
    /// Those with an owner, where a map of owners was given; null where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owned_ratio: Option<Ratio>,
}

impl CoverageCounts {
    fn add(&mut self, other: &Self) {
        self.resources += other.resources;
        self.expected += other.expected;
        self.checked += other.checked;
        self.seen += other.seen;
        self.compared += other.compared;
        self.absent += other.absent;
        self.managed += other.managed;
        self.unmanaged += other.unmanaged;
        self.ignored += other.ignored;
        self.not_checked += other.not_checked;
        if let Some(unowned) = other.unowned {
            *self.unowned.get_or_insert_default() += unowned;
        }
    }

    /// The counts with their ratios.
    fn with_ratios(self) -> Self {
        let asked = self.resources.saturating_sub(self.ignored);
        Self {
            checked_ratio: Ratio::of(self.checked, self.expected),
            iac_ratio: Ratio::of(self.managed, self.managed + self.unmanaged),
            owned_ratio: self
                .unowned
                .and_then(|unowned| Ratio::of(asked.saturating_sub(unowned), asked)),
            ..self
        }
    }
}

/// What is known of one resource.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) declared: bool,
    pub(crate) live: bool,
    /// Recorded in the baseline.
    pub(crate) known: bool,
    pub(crate) ignored: bool,
    pub(crate) not_checked: bool,
    pub(crate) owned: Option<Standing>,
}

impl Counted {
    fn counts(self) -> CoverageCounts {
        let Self { declared, live, known, ignored, not_checked, owned } = self;
        let expected = declared || known;
        let open = !ignored && !not_checked;
        let one = usize::from;
        CoverageCounts {
            resources: 1,
            expected: one(expected),
            checked: one(expected && !not_checked),
            seen: one(live),
            compared: one(open && declared && live),
            absent: one(open && !live),
            managed: one(!ignored && declared && live),
            unmanaged: one(open && live && !declared),
            ignored: one(ignored && !not_checked),
            not_checked: one(not_checked),
            unowned: owned.filter(|_| !ignored).map(|owned| one(owned == Standing::Unowned)),
            ..CoverageCounts::default()
        }
    }
}

/// Counts in one scope: of a provider, in an account, a region, a cluster and so on, in all namespaces.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScopeCounts {
    /// The provider; empty where unknown.
    pub provider: String,
    /// The scope without its namespace.
    pub scope: Scope,
    /// The counts.
    #[serde(flatten)]
    pub counts: CoverageCounts,
}

/// Counts of one type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TypeCounts {
    /// The provider; empty where unknown.
    pub provider: String,
    /// The type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: CoverageCounts,
}

/// A part of the world that was expected and not seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unseen {
    /// What: a type, a scope, or both.
    #[serde(flatten)]
    pub cell: Cell,
    /// Why.
    pub reason: Reason,
    /// The provider's own words, or its code.
    pub detail: Option<String>,
    /// How many expected resources were not checked there.
    pub resources: usize,
}

/// Layers by provider and type.
pub(crate) type LayersOfTypes = BTreeMap<String, BTreeMap<String, String>>;

/// Counts by place: provider, type and scope.
pub(crate) struct Census {
    mixer: &'static Mixer,
    places: Vec<(ResourceKey, CoverageCounts)>,
    /// Places by a hash of theirs; those that share it with another stand in `others`.
    marks: BTreeMap<u64, usize>,
    others: BTreeMap<ResourceKey, usize>,
    last: usize,
    recent: Recent<usize>,
}

impl Census {
    pub(crate) fn new() -> Self {
        Self {
            mixer: Mixer::plain(),
            places: Vec::new(),
            marks: BTreeMap::new(),
            others: BTreeMap::new(),
            last: 0,
            recent: Recent::new(),
        }
    }

    pub(crate) fn count(&mut self, key: &ResourceKey, one: Counted) {
        let at = self.place(key);
        if let Some((_, counts)) = self.places.get_mut(at) {
            counts.add(&one.counts());
        }
    }

    fn place(&mut self, key: &ResourceKey) -> usize {
        let is = |at: usize| self.places.get(at).is_some_and(|(place, _)| place.same_place(key));
        let new = self.places.len();
        // Most stand where the one before them stood, or another one lately.
        if is(self.last) {
            return self.last;
        }
        let long_known = || {
            let (_, mark) = key.marks(self.mixer);
            match self.marks.get(&mark) {
                Some(at) if is(*at) => *at,
                Some(_) => *self.others.entry(place_of(key)).or_insert(new),
                None => *self.marks.entry(mark).or_insert(new),
            }
        };
        let at = self.recent.get(key.address(), |at| is(*at), long_known);
        self.last = at;
        if at == new {
            self.places.push((place_of(key), CoverageCounts::default()));
        }
        at
    }

    /// All counts, and what was expected and not seen.
    pub(crate) fn finish(self, layers: &LayersOfTypes, actual: &Coverage) -> Counts {
        let mut counts = Counts::default();
        let mut scopes: BTreeMap<(&str, Scope), CoverageCounts> = BTreeMap::new();
        let mut types: BTreeMap<(&str, &str), CoverageCounts> = BTreeMap::new();
        for (place, here) in &self.places {
            counts.all.add(here);
            let (provider, type_name) = (place.provider.as_str(), place.type_name.as_str());
            let scope = place.scope.without("namespace");
            scopes.entry((provider, scope)).or_default().add(here);
            types.entry((provider, type_name)).or_default().add(here);
        }
        for ((provider, type_name), here) in &types {
            let layer = layers.get(*provider).and_then(|types| types.get(*type_name));
            let layer = layer.map_or("unclassified", String::as_str).to_owned();
            counts.by_layer.entry(layer).or_default().add(here);
        }
        let ready = CoverageCounts::with_ratios;
        counts.unseen = self.unseen(actual);
        counts.all = ready(counts.all);
        counts.by_layer.values_mut().for_each(|here| *here = ready(*here));
        let scoped = |((provider, scope), here): ((&str, Scope), CoverageCounts)| ScopeCounts {
            provider: provider.to_owned(),
            scope,
            counts: ready(here),
        };
        let typed = |((provider, type_name), here): ((&str, &str), CoverageCounts)| TypeCounts {
            provider: provider.to_owned(),
            type_name: type_name.to_owned(),
            counts: ready(here),
        };
        counts.by_scope = scopes.into_iter().map(scoped).collect();
        counts.by_type = types.into_iter().map(typed).collect();
        counts
    }

    /// Gaps, and expected cells of which nothing was collected, each with what was expected there. A
    /// resource counts where it is found first.
    fn unseen(&self, actual: &Coverage) -> Vec<Unseen> {
        let silent = actual.uncollected().into_iter().filter(|(_, gap)| gap.is_none());
        let silent = silent.map(|(cell, _)| Gap {
            cell: cell.clone(),
            reason: Reason::NotCollected,
            detail: None,
        });
        let all: Vec<Gap> = actual.gaps().iter().cloned().chain(silent).collect();
        let gaps = Gaps::of(&all);
        let mut unseen: BTreeMap<&Gap, usize> = all.iter().map(|gap| (gap, 0)).collect();
        for (place, here) in self.places.iter().filter(|(_, here)| here.not_checked > 0) {
            let count = gaps.get(place).and_then(|gap| unseen.get_mut(gap));
            if let Some(count) = count {
                *count += here.expected.saturating_sub(here.checked);
            }
        }
        let told = |(gap, resources): (&Gap, usize)| Unseen {
            cell: gap.cell.clone(),
            reason: gap.reason,
            detail: gap.detail.clone(),
            resources,
        };
        unseen.into_iter().map(told).collect()
    }
}

fn place_of(key: &ResourceKey) -> ResourceKey {
    ResourceKey { id: String::new(), ..key.clone() }
}

/// All that a census comes to.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) all: CoverageCounts,
    pub(crate) by_scope: Vec<ScopeCounts>,
    pub(crate) by_layer: BTreeMap<String, CoverageCounts>,
    pub(crate) by_type: Vec<TypeCounts>,
    pub(crate) unseen: Vec<Unseen>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_resource_is_one_of_five() {
        for bits in 0_u32..32 {
            let bit = |at: u32| bits & (1 << at) != 0;
            let one = Counted {
                declared: bit(0),
                live: bit(1),
                known: bit(2),
                ignored: bit(3),
                not_checked: bit(4),
                owned: None,
            };
            if !(one.declared || one.live || one.known) {
                continue;
            }
            let counts = one.counts();
            let parts = [
                counts.compared,
                counts.absent,
                counts.unmanaged,
                counts.ignored,
                counts.not_checked,
            ];
            assert_eq!(parts.iter().sum::<usize>(), 1, "{one:?} {counts:?}");
            assert!(counts.checked <= counts.expected && counts.managed <= counts.seen);
        }
    }
}
