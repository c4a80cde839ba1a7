//! Bundles: what is known of a kind of document that stands in resources of many types. A rule names
//! one as its equality; its facts hold below each of the rule's paths.
//!
//! Adding one is a file in `packs/bundles` and a line in [`BUNDLES`].

use super::equality::Equality;
use super::load::Origin;
use super::packed::{self, Written};
use super::rule::{Fact, Layer, Rule};
use crate::error::{Error, Result};
use std::sync::{Arc, OnceLock};

struct Bundle {
    name: &'static str,
    written: &'static Written,
    loaded: OnceLock<Result<Vec<Rule>>>,
}

impl Bundle {
    const fn new(name: &'static str, written: &'static Written) -> Self {
        Self { name, written, loaded: OnceLock::new() }
    }

    /// Its rules, whose paths start at the document.
    fn rules(&self) -> Result<&[Rule]> {
        let read = || {
            let origin = Origin { layer: Layer::Pack, pack: Some(self.name), file: None };
            self.written.heads.iter().map(|head| self.written.read(head, origin)).collect()
        };
        self.loaded.get_or_init(read).as_deref().map_err(Error::clone)
    }
}

static BUNDLES: [Bundle; 1] = [Bundle::new("iam_policy", &packed::IAM_POLICY)];

/// The names of all bundles.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    BUNDLES.iter().map(|bundle| bundle.name)
}

/// The name of the bundle, if there is one of this name.
pub(super) fn by_name(name: &str) -> Option<&'static str> {
    names().find(|known| *known == name)
}

fn rules(name: &str) -> Result<&'static [Rule]> {
    BUNDLES.iter().find(|bundle| bundle.name == name).map_or(Ok(&[]), Bundle::rules)
}

/// Whether a rule speaks of the document itself.
fn is_of_root(rule: &Rule) -> bool {
    rule.paths.iter().all(|path| path.steps().is_empty())
}

/// The equality at the document itself: how a string may hold it.
pub(super) fn equality(name: &str) -> Result<Equality> {
    let mut facts = rules(name)?.iter().filter(|rule| is_of_root(rule)).flat_map(|r| &r.facts);
    let equality = facts.find_map(|fact| match fact {
        Fact::Equal(equalities) => Some(equalities.canonical),
        _ => None,
    });
    Ok(equality.unwrap_or(Equality::Exact))
}

/// The rules of a shape, each followed by those that hold below its paths where it names a bundle.
pub(super) fn expanded(rules: Vec<Arc<Rule>>) -> Vec<Arc<Rule>> {
    let mut all = Vec::with_capacity(rules.len());
    for rule in rules {
        let below = below(&rule);
        all.push(rule);
        all.extend(below.into_iter().map(Arc::new));
    }
    all
}

/// The rules that hold below the paths of `rule`, where it names a bundle.
fn below(rule: &Rule) -> Vec<Rule> {
    let named = rule.facts.iter().find_map(|fact| match fact {
        Fact::Equal(equalities) => equalities.bundle,
        _ => None,
    });
    let Some(name) = named else { return Vec::new() };
    let place = |part: &Rule| {
        let own = |fact: &&Fact| !(is_of_root(part) && matches!(fact, Fact::Equal(_)));
        let facts: Vec<Fact> = part.facts.iter().filter(own).cloned().collect();
        let paths = rule.paths.iter().flat_map(|path| part.paths.iter().map(|p| path.below(p)));
        (!facts.is_empty()).then(|| Rule {
            id: format!("{}/{name}/{}", rule.id, part.id),
            paths: paths.collect(),
            facts,
            identity: Vec::new(),
            reason: part.reason.clone(),
            source: part.source.clone(),
            bundle: Some(name),
            ..rule.clone()
        })
    };
    // What does not load has been refused with the rule that names it.
    rules(name).unwrap_or_default().iter().filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundle_loads_and_says_why() {
        for name in names() {
            let rules = rules(name).unwrap();
            assert!(rules.iter().any(is_of_root), "{name}: what of the document itself?");
            assert!(equality(name).unwrap().opens().is_some(), "{name}");
            for rule in rules {
                assert!(rule.reason.is_some() && rule.source.is_some(), "{name}: {}", rule.id);
            }
        }
    }
}
