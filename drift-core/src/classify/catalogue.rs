//! The catalogue of findings as a list: what each id means, where it is found, and what to do next.

use super::Layers;
use crate::model::ResourceKey;
use crate::normalize::{Fact, Rule, Severity, findings};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The ten layers.
const LAYERS: [&str; 10] = [
    "edge_network",
    "network",
    "compute",
    "kubernetes",
    "service",
    "application",
    "data",
    "serverless",
    "ci_cd",
    "security",
];

/// One kind of finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueEntry {
    /// Its id, which `rule` of changes and findings names.
    pub id: String,
    /// What is wrong, in a few words.
    pub title: String,
    /// What it means.
    pub meaning: String,
    /// How bad it is; a place may say otherwise.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// The layers in which it is found.
    pub layers: Vec<String>,
    /// What to do next.
    pub next_step: String,
    /// The document that it rests on.
    pub source: String,
    /// Where it is found.
    pub places: Vec<CataloguePlace>,
}

/// A place at which a finding is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CataloguePlace {
    /// The provider, where it is found at any type of one.
    pub provider: Option<String>,
    /// The type, a glob; null for any.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The paths; the empty one is the resource as a whole.
    pub paths: Vec<String>,
    /// On which changes, as rules write it; null for any.
    pub when: Option<String>,
    /// How bad it is there.
    pub severity: Severity,
}

/// All kinds of findings that are built in, by id.
///
/// ```
/// let all = drift_core::classify::catalogue();
/// let opened = all.iter().find(|entry| entry.id == "net.ingress_widened").expect("it is there");
/// assert_eq!((opened.category.as_str(), opened.layers.as_slice()), ("security", &["network".to_owned()][..]));
/// ```
#[must_use]
pub fn catalogue() -> Vec<CatalogueEntry> {
    let mut rules: Vec<Arc<Rule>> = findings().collect();
    // Places keep the order in which they stand.
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules.chunk_by(|a, b| a.id == b.id).filter_map(entry).collect()
}

fn entry(rules: &[Arc<Rule>]) -> Option<CatalogueEntry> {
    let first = rules.first()?;
    Some(CatalogueEntry {
        id: first.id.clone(),
        title: first.title.clone()?,
        meaning: first.reason.clone()?,
        severity: severity(first)?,
        category: first.facts.iter().find_map(|fact| match fact {
            Fact::Category(category) => Some(category.clone()),
            _ => None,
        })?,
        layers: layers(rules),
        next_step: first.facts.iter().find_map(|fact| match fact {
            Fact::Runbook(step) => Some(step.clone()),
            _ => None,
        })?,
        source: first.source.clone()?,
        places: rules.iter().filter_map(|rule| place(rule)).collect(),
    })
}

fn severity(rule: &Rule) -> Option<Severity> {
    rule.facts.iter().find_map(|fact| match fact {
        Fact::Severity(severity) => Some(*severity),
        _ => None,
    })
}

fn place(rule: &Rule) -> Option<CataloguePlace> {
    let text =
        |glob: &Option<crate::normalize::Glob>| glob.as_ref().map(|glob| glob.as_str().to_owned());
    Some(CataloguePlace {
        provider: text(&rule.matches.provider),
        type_name: text(&rule.matches.type_name),
        paths: rule.paths.iter().map(ToString::to_string).collect(),
        when: (!rule.when.is_empty()).then(|| rule.when.to_string()),
        severity: severity(rule)?,
    })
}

/// The layers of the types; what holds for all types of a cloud is found in each layer.
fn layers(rules: &[Arc<Rule>]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for rule in rules {
        let globs = [&rule.matches.provider, &rule.matches.type_name];
        let [provider, type_name] =
            globs.map(|glob| glob.as_ref().map_or("", |glob| glob.as_str()));
        let key = ResourceKey {
            provider: provider.into(),
            type_name: type_name.into(),
            ..ResourceKey::default()
        };
        let table = Layers::default();
        match table.of(&key) {
            "unclassified" if type_name.contains('*') => found.extend(LAYERS.map(str::to_owned)),
            "unclassified" => {}
            layer => _ = found.insert(layer.to_owned()),
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_says_all_that_a_reader_needs() {
        const CATEGORIES: [&str; 9] = [
            "security",
            "availability",
            "cost",
            "compliance",
            "data",
            "performance",
            "observability",
            "identity",
            "hygiene",
        ];
        let all = catalogue();
        assert!(all.len() >= 60, "{}", all.len());
        let ids: BTreeSet<String> = findings().map(|rule| rule.id.clone()).collect();
        assert_eq!(all.len(), ids.len(), "an entry that lacks something is left out");
        for entry in &all {
            let id = &entry.id;
            assert!(CATEGORIES.contains(&entry.category.as_str()), "{id}: {}", entry.category);
            assert!(entry.source.starts_with("https://"), "{id}: {}", entry.source);
            for text in [&entry.meaning, &entry.next_step] {
                assert!(text.ends_with('.') && text.len() > 12, "{id}: {text}");
            }
            assert!(!entry.title.ends_with('.'), "{id}: {}", entry.title);
        }
        let nowhere: Vec<&CatalogueEntry> =
            all.iter().filter(|entry| entry.layers.is_empty()).collect();
        assert!(nowhere.is_empty(), "in no layer: {nowhere:?}");
        let layers: BTreeSet<&String> = all.iter().flat_map(|entry| &entry.layers).collect();
        assert_eq!(layers.len(), LAYERS.len());
    }
}
