//! What a snapshot speaks for. Absence is evidence only inside a covered cell.

use super::{Marker, ResourceKey, Scope, other_names, same_kind};
use crate::error::{Code, Error, Result};
use crate::value::mix::Mixer;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Why something was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The collector was not allowed to read it.
    Denied,
    /// The provider refused because of too many requests.
    Throttled,
    /// The collector cannot read this type.
    Unsupported,
    /// Reading it failed.
    Error,
    /// Nobody tried to read it.
    NotCollected,
    /// What was read is too old.
    Stale,
    /// Several resources claim the same identity.
    AmbiguousIdentity,
    /// Both sides are there, and nothing of them can be compared.
    NothingComparable,
}

impl Reason {
    /// The word of the reason in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Unsupported => "unsupported",
            Self::Error => "error",
            Self::NotCollected => "not_collected",
            Self::Stale => "stale",
            Self::AmbiguousIdentity => "ambiguous_identity",
            Self::NothingComparable => "nothing_comparable",
        }
    }
}

impl std::str::FromStr for Reason {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let known = [
            Self::Denied,
            Self::Throttled,
            Self::Unsupported,
            Self::Error,
            Self::NotCollected,
            Self::Stale,
            Self::AmbiguousIdentity,
            Self::NothingComparable,
        ];
        known.into_iter().find(|reason| reason.as_str() == word).ok_or_else(|| {
            Error::new(Code::Option, format!("no such reason: `{word}`"))
                .with_help(format!("one of {}", known.map(Self::as_str).join(", ")))
        })
    }
}

/// A part of the world: what is absent matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The resource type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    /// The scope, namespace included.
    #[serde(default, skip_serializing_if = "Scope::is_empty")]
    pub scope: Scope,
}

impl Cell {
    /// All resources of one type.
    #[must_use]
    pub fn of_type(type_name: impl Into<String>) -> Self {
        Self { type_name: Some(type_name.into()), ..Self::default() }
    }

    /// Whether a resource of this key would lie in the cell.
    #[must_use]
    pub fn holds(&self, key: &ResourceKey) -> bool {
        self.is_of(&key.provider, &key.type_name) && self.scope.compatible(&key.scope)
    }

    /// Whether provider and type are the cell's; `*` in its type stands for any run of characters.
    fn is_of(&self, provider: &str, type_name: &str) -> bool {
        let of_provider = |wanted: &String| provider.is_empty() || wanted == provider;
        let of_type = |wanted: &String| {
            is_like(wanted, type_name) || other_names(type_name).any(|other| is_like(wanted, other))
        };
        self.provider.as_ref().is_none_or(of_provider)
            && self.type_name.as_ref().is_none_or(of_type)
    }

    /// Whether every resource of the cell lies in `outer` as well.
    fn is_within(&self, outer: &Self) -> bool {
        let of_provider = |wanted: &String| self.provider.as_ref().is_some_and(|own| own == wanted);
        let of_type =
            |wanted: &String| self.type_name.as_ref().is_some_and(|own| is_like(wanted, own));
        outer.provider.as_ref().is_none_or(of_provider)
            && outer.type_name.as_ref().is_none_or(of_type)
            && outer.scope.iter().all(|(name, value)| self.scope.get(name) == Some(value))
    }
}

/// Whether a type is the one that is meant, or one of those where `*` stands for any run of characters.
fn is_like(wanted: &str, type_name: &str) -> bool {
    let mut parts = wanted.split('*');
    let Some(mut rest) = parts.next().and_then(|first| type_name.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some((_, behind)) = rest.split_once(before) else { return false };
            rest = behind;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// A cell that could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// What could not be read.
    #[serde(default)]
    pub cell: Cell,
    /// Why.
    pub reason: Reason,
    /// The provider's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Every pair of the types and the namespaces that a document holds, in one remaining scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Grid {
    types: BTreeSet<(String, String)>,
    namespaces: BTreeSet<Option<String>>,
}

/// What a snapshot covers and what it could not read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub(crate) complete: bool,
    pub(crate) cells: Vec<Cell>,
    pub(crate) gaps: Vec<Gap>,
    #[serde(default)]
    pub(crate) expected: Vec<Cell>,
    #[serde(with = "as_pairs")]
    grids: BTreeMap<Scope, Grid>,
    /// Resources that are said to be gone, by their ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    gone: BTreeMap<String, BTreeSet<ResourceKey>>,
}

const NAMESPACE: &str = "namespace";

impl Coverage {
    /// Says that the snapshot holds everything there is.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// What could not be read.
    #[must_use]
    pub fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Covers every pair of the types and the namespaces of one document, for each remaining
    /// scope.
    pub(crate) fn cover<'k>(&mut self, keys: impl IntoIterator<Item = &'k ResourceKey>) {
        let mixer = Mixer::plain();
        let mut marker = Marker::new(mixer);
        // Most keys lie where one before them lay.
        let mut seen: BTreeMap<u64, &ResourceKey> = BTreeMap::new();
        let mut last: Option<&ResourceKey> = None;
        for key in keys {
            if last.replace(key).is_some_and(|last| last.same_place(key)) {
                continue;
            }
            let (_, place) = marker.marks(key);
            match seen.get(&place) {
                Some(known) if known.same_place(key) => continue,
                _ => seen.insert(place, key),
            };
            let grid = self.grids.entry(key.scope.without(NAMESPACE)).or_default();
            grid.types.insert((key.provider.to_string(), key.type_name.to_string()));
            grid.namespaces.insert(key.scope.get(NAMESPACE).map(str::to_owned));
        }
    }

    /// Covers single resources, which are said to be gone.
    pub(crate) fn cover_gone(&mut self, keys: impl IntoIterator<Item = ResourceKey>) {
        for key in keys {
            self.gone.entry(key.id.clone()).or_default().insert(key);
        }
    }

    /// Adds what `other` covers. Grids of one remaining scope become one, so that the pieces of a
    /// document that was split cover what the whole would.
    pub(crate) fn merge(&mut self, other: Self) {
        self.take(other);
        self.normalize();
    }

    /// As [`Coverage::merge`], for who brings it into order when all has come together.
    pub(crate) fn take(&mut self, other: Self) {
        self.complete |= other.complete;
        self.cells.extend(other.cells);
        self.gaps.extend(other.gaps);
        self.expected.extend(other.expected);
        for (scope, theirs) in other.grids {
            let grid = self.grids.entry(scope).or_default();
            grid.types.extend(theirs.types);
            grid.namespaces.extend(theirs.namespaces);
        }
        self.cover_gone(other.gone.into_values().flatten());
    }

    /// Brings cells and gaps into an order that does not tell how they came together.
    pub(crate) fn normalize(&mut self) {
        self.cells.sort();
        self.cells.dedup();
        self.gaps.sort();
        self.gaps.dedup();
        self.expected.sort();
        self.expected.dedup();
    }

    /// Whether it was said that all resources of the key's kind are here, whatever was seen.
    pub(crate) fn is_declared_whole(&self, key: &ResourceKey) -> bool {
        self.complete || self.cells.iter().any(|cell| cell.holds(key))
    }

    /// Why a resource of this key would not have been seen; `None` where its absence is evidence.
    #[must_use]
    pub fn missing_reason(&self, key: &ResourceKey) -> Option<Reason> {
        self.gap(key)
            .map(|gap| gap.reason)
            .or_else(|| (!self.covers(key)).then_some(Reason::NotCollected))
    }

    /// The gap that a resource of this key lies in.
    #[must_use]
    pub fn gap(&self, key: &ResourceKey) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.cell.holds(key))
    }

    /// What was expected and nothing speaks for, each with the gap that says why.
    pub(crate) fn uncollected(&self) -> Vec<(&Cell, Option<&Gap>)> {
        let open = self.expected.iter().filter(|cell| !self.speaks_for(cell));
        open.map(|cell| {
            let gap = self.gaps.iter().find(|gap| cell.is_within(&gap.cell));
            (cell, gap)
        })
        .collect()
    }

    /// Whether something was collected of an expected cell: a cell or a grid lies in it or around it. One
    /// that leaves a part of the scope out speaks for an expected scope only where it holds all types.
    fn speaks_for(&self, expected: &Cell) -> bool {
        if self.gaps.iter().any(|gap| expected.is_within(&gap.cell)) {
            return false;
        }
        let here = |scope: &Scope| {
            expected.scope.iter().all(|(name, value)| scope.get(name) == Some(value))
        };
        let of_type = |provider: &str, type_name: &str| expected.is_of(provider, type_name);
        let by_cell = |cell: &Cell| {
            let typed = cell.provider.as_ref().zip(cell.type_name.as_ref());
            expected.is_within(cell)
                || (here(&cell.scope) && typed.is_some_and(|(p, t)| of_type(p, t)))
        };
        self.complete
            || self.cells.iter().any(by_cell)
            || self.grids.iter().any(|(scope, grid)| {
                here(scope) && grid.types.iter().any(|(provider, name)| of_type(provider, name))
            })
    }

    /// Whether it was said that the whole cell was read.
    pub(crate) fn declares(&self, cell: &Cell) -> bool {
        self.complete || self.cells.iter().any(|whole| cell.is_within(whole))
    }

    /// The provider, type and scope of all that was read from documents.
    pub(crate) fn places(&self) -> impl Iterator<Item = Cell> + '_ {
        self.grids.iter().flat_map(|(scope, grid)| {
            grid.types.iter().map(|(provider, type_name)| Cell {
                provider: Some(provider.clone()),
                type_name: Some(type_name.clone()),
                scope: scope.clone(),
            })
        })
    }

    /// Whether the very resource is said to be gone.
    fn is_gone(&self, key: &ResourceKey) -> bool {
        let is_it = |gone: &ResourceKey| {
            same_kind(&gone.type_name, &key.type_name)
                && (key.provider.is_empty() || gone.provider == key.provider)
                && gone.scope.compatible(&key.scope)
        };
        self.gone.get(&key.id).is_some_and(|known| known.iter().any(is_it))
    }

    fn covers(&self, key: &ResourceKey) -> bool {
        if self.is_declared_whole(key) || self.is_gone(key) {
            return true;
        }
        let remaining = key.scope.without(NAMESPACE);
        let namespace = key.scope.get(NAMESPACE);
        let in_grid = |grid: &Grid| {
            let of_type = |(provider, type_name): &(String, String)| {
                same_kind(type_name, &key.type_name)
                    && (key.provider.is_empty() || *provider == key.provider)
            };
            let here =
                namespace.is_none() || grid.namespaces.contains(&namespace.map(str::to_owned));
            here && grid.types.iter().any(of_type)
        };
        // An exact scope is the common case; only a scope with wildcards has to look around.
        self.grids.get(&remaining).is_some_and(in_grid)
            || self.grids.iter().any(|(scope, grid)| scope.compatible(&remaining) && in_grid(grid))
    }
}

/// Maps whose keys are no strings, as lists of pairs.
mod as_pairs {
    use super::{BTreeMap, Grid, Scope};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        grids: &BTreeMap<Scope, Grid>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(grids)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Scope, Grid>, D::Error> {
        Ok(Vec::<(Scope, Grid)>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(type_name: &str, scope: &[(&str, &str)]) -> ResourceKey {
        ResourceKey {
            provider: "p".into(),
            type_name: type_name.into(),
            scope: scope.iter().copied().collect(),
            id: "x".into(),
        }
    }

    #[test]
    fn a_document_covers_every_pair_of_its_types_and_namespaces() {
        let mut coverage = Coverage::default();
        let seen = [
            key("A", &[("cluster", "c"), ("namespace", "n1")]),
            key("B", &[("cluster", "c"), ("namespace", "n2")]),
        ];
        coverage.cover(&seen);
        let reason =
            |type_name, scope: &[(&str, &str)]| coverage.missing_reason(&key(type_name, scope));
        assert_eq!(reason("A", &[("cluster", "c"), ("namespace", "n2")]), None);
        assert_eq!(reason("A", &[("namespace", "n2")]), None, "an absent cluster is a wildcard");
        assert_eq!(reason("A", &[("cluster", "c")]), None, "an absent namespace is a wildcard");
        let not = Some(Reason::NotCollected);
        assert_eq!(reason("A", &[("cluster", "c"), ("namespace", "n3")]), not);
        assert_eq!(reason("C", &[("cluster", "c"), ("namespace", "n1")]), not);
        assert_eq!(reason("A", &[("cluster", "d"), ("namespace", "n1")]), not);
    }

    #[test]
    fn patterns_mean_the_names_of_either_tool() {
        let holds = |pattern: &str, type_name: &str| {
            Cell::of_type(pattern)
                .holds(&ResourceKey { provider: "aws".into(), ..key(type_name, &[]) })
        };
        for (pattern, type_name, expected) in [
            ("AWS::EC2::*", "aws_security_group", true),
            ("AWS::EC2::SecurityGroup", "aws_security_group", true),
            ("AWS::IAM::*", "aws_security_group", false),
            ("aws_iam_*", "AWS::IAM::Role", true),
            ("aws_iam_*", "AWS::EC2::VPC", false),
            ("aws_iam_*", "aws_iam_role", true),
            ("*", "AWS::EC2::VPC", true),
        ] {
            assert_eq!(holds(pattern, type_name), expected, "{pattern} {type_name}");
        }
    }

    #[test]
    fn gaps_come_before_covers() {
        let gap = Gap { cell: Cell::of_type("A"), reason: Reason::Denied, detail: None };
        let coverage = Coverage { complete: true, gaps: vec![gap], ..Coverage::default() };
        assert_eq!(coverage.missing_reason(&key("A", &[])), Some(Reason::Denied));
        assert_eq!(coverage.missing_reason(&key("B", &[])), None);
    }
}
