//! How soon to look: a level out of a matrix, and a score whose parts are shown.

use super::Confidence;
use crate::model::{Resource, ResourceKey};
use crate::normalize::{Glob, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How soon to look, and what that is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Priority {
    /// `p0` now, `p1` today, `p2` this week, `p3` some time: out of the matrix.
    pub level: String,
    /// From 0 to 100: the factors, each by its weight. It orders what has one level.
    #[serde(default)]
    pub score: u8,
    /// What the score is made of.
    #[serde(default)]
    pub factors: Factors,
}

/// What a score is made of, each from 0 to 100.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Factors {
    /// How bad it is: critical 100, high 75, medium 50, low 25, info 0.
    pub impact: u8,
    /// How far others may use it: 100 for the categories security and data, 50 for identity and
    /// compliance, 0 for all else.
    pub exposure: u8,
    /// How much hangs on the resource: critical 100, normal 50, low 0.
    pub criticality: u8,
    /// How sure it is: high 100, medium 50, low 0.
    pub confidence: u8,
}

/// How much hangs on a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Criticality {
    /// Little.
    Low,
    /// As much as on most. The default: no environment is guessed from a name.
    #[default]
    Normal,
    /// Much.
    Critical,
}

impl Criticality {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Low, "low"), (Self::Normal, "normal"), (Self::Critical, "critical")];
}

impl Criticality {
    /// The one of this word: `critical`, `normal` or `low`.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == name).map(|(level, _)| *level)
    }
}

/// Which resources are of which criticality.
#[derive(Clone, Debug, Default)]
pub struct Weighty {
    /// A glob over the provider.
    pub provider: Option<Glob>,
    /// A glob over the type.
    pub type_name: Option<Glob>,
    /// A glob over the id and the address.
    pub id: Option<Glob>,
    /// Globs over the fields of the scope; an absent field does not match.
    pub scope: BTreeMap<String, Glob>,
    /// Globs over tags; an absent tag does not match.
    pub tags: BTreeMap<String, Glob>,
    /// How much hangs on them.
    pub criticality: Criticality,
}

impl Weighty {
    fn takes_in(&self, key: &ResourceKey, resource: Option<&Resource<'_>>) -> bool {
        let fits =
            |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|it| it.matches(text));
        let address = resource.map_or(&*key.id, Resource::address);
        let scope = |(name, glob): (&String, &Glob)| {
            key.scope.get(name).is_some_and(|value| glob.matches(value))
        };
        let tag = |(name, glob): (&String, &Glob)| {
            let tags = resource.map(|resource| &resource.tags);
            tags.and_then(|tags| tags.get(name)).is_some_and(|value| glob.matches(value))
        };
        fits(&self.provider, &key.provider)
            && fits(&self.type_name, &key.type_name)
            && (fits(&self.id, &key.id) || fits(&self.id, address))
            && self.scope.iter().all(scope)
            && self.tags.iter().all(tag)
    }
}

/// How priorities come about.
#[derive(Clone, Debug)]
pub struct Priorities {
    weights: Weights,
    /// Levels by severity, then criticality, both from the lowest on.
    matrix: [[u8; 3]; 5],
    weighty: Vec<Weighty>,
}

/// How much each factor counts for in the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Of the impact.
    pub impact: u8,
    /// Of the exposure.
    pub exposure: u8,
    /// Of the criticality.
    pub criticality: u8,
    /// Of the confidence.
    pub confidence: u8,
}

impl Default for Weights {
    fn default() -> Self {
        Self { impact: 50, exposure: 20, criticality: 20, confidence: 10 }
    }
}

impl Default for Priorities {
    fn default() -> Self {
        // Severities from info to critical; low, normal and critical resources.
        let matrix = [[3, 3, 3], [3, 3, 2], [3, 2, 1], [2, 1, 0], [1, 0, 0]];
        Self { weights: Weights::default(), matrix, weighty: Vec::new() }
    }
}

impl Priorities {
    /// Sets how much each factor counts; where none does, every score is 0.
    pub fn weigh(&mut self, weights: Weights) {
        self.weights = weights;
    }

    /// Sets the level of a severity on resources of a criticality: 0 for `p0` … 3 for `p3`, which all
    /// above it count as.
    pub fn set(&mut self, severity: Severity, criticality: Criticality, level: u8) {
        let row = self.matrix.get_mut(severity as usize);
        if let Some(cell) = row.and_then(|row| row.get_mut(criticality as usize)) {
            *cell = level.min(3);
        }
    }

    /// Says how much hangs on some resources; the first that takes a resource in counts.
    pub fn put(&mut self, weighty: Weighty) {
        self.weighty.push(weighty);
    }

    /// The weights.
    #[must_use]
    pub fn weights(&self) -> Weights {
        self.weights
    }

    /// How much hangs on a resource.
    pub(crate) fn criticality(
        &self,
        key: &ResourceKey,
        resource: Option<&Resource<'_>>,
    ) -> Criticality {
        let found = self.weighty.iter().find(|weighty| weighty.takes_in(key, resource));
        found.map(|weighty| weighty.criticality).unwrap_or_default()
    }

    /// How soon to look at something so bad, of this category, and so sure.
    pub(crate) fn of(
        &self,
        severity: Severity,
        category: &str,
        confidence: Confidence,
        criticality: Criticality,
    ) -> Priority {
        let impact = 25 * severity as u8;
        let exposure = match category {
            "security" | "data" => 100,
            "identity" | "compliance" => 50,
            _ => 0,
        };
        let (hangs, sure) = (50 * criticality as u8, 50 * confidence as u8);
        let factors = Factors { impact, exposure, criticality: hangs, confidence: sure };
        let Weights { impact: a, exposure: b, criticality: c, confidence: d } = self.weights;
        let parts = [(a, impact), (b, exposure), (c, hangs), (d, sure)];
        let sum: u32 =
            parts.iter().map(|(weight, part)| u32::from(*weight) * u32::from(*part)).sum();
        let all: u32 = parts.iter().map(|(weight, _)| u32::from(*weight)).sum();
        let score = (sum + all / 2).checked_div(all).unwrap_or_default();
        let row = self.matrix.get(severity as usize);
        let level = row.and_then(|row| row.get(criticality as usize)).copied().unwrap_or(3);
        Priority { level: format!("p{level}"), score: u8::try_from(score).unwrap_or(100), factors }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Attributes;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn a_level_is_what_the_matrix_says() {
        let all = Priorities::default();
        let level = |severity, criticality| {
            all.of(severity, "availability", Confidence::High, criticality).level
        };
        for (severity, levels) in [
            (Severity::Critical, ["p1", "p0", "p0"]),
            (Severity::High, ["p2", "p1", "p0"]),
            (Severity::Medium, ["p3", "p2", "p1"]),
            (Severity::Low, ["p3", "p3", "p2"]),
            (Severity::Info, ["p3", "p3", "p3"]),
        ] {
            let found = Criticality::ALL.map(|(criticality, _)| level(severity, criticality));
            assert_eq!(found, levels, "{severity:?}");
        }
    }

    #[test]
    fn a_score_grows_with_each_factor() {
        let all = Priorities::default();
        let score = |severity, category, confidence, criticality| {
            all.of(severity, category, confidence, criticality).score
        };
        let (high, normal) = (Confidence::High, Criticality::Normal);
        assert_eq!(score(Severity::Critical, "security", high, Criticality::Critical), 100);
        assert_eq!(score(Severity::Info, "cost", Confidence::Low, Criticality::Low), 0);
        let base = score(Severity::Medium, "identity", Confidence::Medium, normal);
        assert!(score(Severity::High, "identity", Confidence::Medium, normal) > base);
        assert!(score(Severity::Medium, "security", Confidence::Medium, normal) > base);
        assert!(score(Severity::Medium, "identity", high, normal) > base);
        assert!(
            score(Severity::Medium, "identity", Confidence::Medium, Criticality::Critical) > base
        );
    }

    #[test]
    fn how_far_a_finding_is_exposed_is_told_by_its_category() {
        let exposure = |category| {
            let (high, normal) = (Confidence::High, Criticality::Normal);
            Priorities::default().of(Severity::Low, category, high, normal).factors.exposure
        };
        for (category, expected) in
            [("security", 100), ("data", 100), ("identity", 50), ("compliance", 50), ("cost", 0)]
        {
            assert_eq!(exposure(category), expected, "{category}");
        }
    }

    #[test]
    fn weights_and_levels_are_what_was_set() {
        let mut all = Priorities::default();
        let (high, normal) = (Confidence::High, Criticality::Normal);
        let of = |all: &Priorities| all.of(Severity::Low, "security", high, normal);
        all.set(Severity::Low, normal, 9);
        assert_eq!(of(&all).level, "p3");
        all.set(Severity::Low, normal, 0);
        assert_eq!(of(&all).level, "p0");
        let none = Weights { impact: 0, exposure: 0, criticality: 0, confidence: 0 };
        all.weigh(none);
        assert_eq!(of(&all).score, 0);
        all.weigh(Weights { impact: 1, ..none });
        assert_eq!(of(&all).score, 25);
        assert_eq!(all.weights(), Weights { impact: 1, ..none });
        assert_eq!(Criticality::by_name("urgent"), None);
        assert_eq!(Criticality::by_name("critical"), Some(Criticality::Critical));
    }

    #[test]
    fn the_first_that_takes_a_resource_in_counts() {
        let mut all = Priorities::default();
        let glob = |text: &str| Some(Glob::new(text));
        let of_type = Weighty { type_name: glob("a*"), ..Weighty::default() };
        all.put(Weighty { criticality: Criticality::Critical, id: glob("x"), ..of_type.clone() });
        all.put(Weighty { criticality: Criticality::Low, ..of_type });
        let key = |type_name: &str, id: &str| ResourceKey {
            type_name: type_name.into(),
            id: id.to_owned(),
            ..ResourceKey::default()
        };
        assert_eq!(all.criticality(&key("ab", "x"), None), Criticality::Critical);
        assert_eq!(all.criticality(&key("ab", "y"), None), Criticality::Low);
        assert_eq!(all.criticality(&key("b", "x"), None), Criticality::Normal);
        // By its id or by its address.
        let document = Document::parse_json(b"{}", &ReadOptions::default()).unwrap();
        let named = |id: &str, address: &str| Resource {
            address: Some(address.to_owned()),
            ..Resource::new(key("ab", id), Attributes::of(document.clone()))
        };
        for (id, address, criticality) in [
            ("x", "y", Criticality::Critical),
            ("y", "x", Criticality::Critical),
            ("y", "y", Criticality::Low),
        ] {
            let resource = named(id, address);
            assert_eq!(all.criticality(&resource.key, Some(&resource)), criticality);
        }
    }
}
