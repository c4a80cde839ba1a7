//! What several detections have found of the same resources: each resource counts once.

use super::part::Part;
use super::settled::{Agreed, Settled};
use super::types::Sources;
use crate::model::{Reason, ResourceKey, Scope};
use crate::value::SeededState;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::BuildHasher;

/// What is wrong where two detections have compared one resource, and do not agree.
const DISAGREE: &str = "detections that were merged have found different things of it";

/// What all of them have found.
pub(super) fn joined(mut detections: Vec<Part>) -> Part {
    if detections.len() > 1 {
        let common = common(&detections);
        if !common.is_empty() {
            settle(&mut detections, &common);
        }
    }
    detections.into_iter().reduce(Part::join).unwrap_or_default()
}

/// Which sides of a resource a detection has had.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sides {
    Both,
    Declared,
    Live,
}

impl Sides {
    /// Those of a resource that was settled, which has been compared as far as there were two.
    fn of(entry: &Settled) -> Option<Self> {
        match (entry.declared, entry.live) {
            _ if entry.gone || entry.not_checked.is_some() => None,
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Declared),
            (false, true) => Some(Self::Live),
            (false, false) => None,
        }
    }
}

/// What a key is made of.
type Parts<'k> = (&'k str, &'k str, &'k Scope, &'k str);

fn parts(key: &ResourceKey) -> Parts<'_> {
    (&key.provider, &key.type_name, &key.scope, &key.id)
}

fn key_of((provider, type_name, scope, id): Parts<'_>) -> ResourceKey {
    ResourceKey {
        provider: provider.into(),
        type_name: type_name.into(),
        scope: scope.clone(),
        id: id.to_owned(),
    }
}

/// The keys that one detection knows: those it goes by, and those that live resources have beside them.
fn keys(part: &Part) -> impl Iterator<Item = Parts<'_>> {
    let agreed = part.agreed.iter();
    let agreed = agreed.flat_map(|one| [Some(parts(&one.key)), one.live_as.as_ref().map(parts)]);
    let entries = part.entries.iter().flat_map(|entry| {
        [Some(entry.finding.resource.key_parts()), entry.live_as.as_ref().map(parts)]
    });
    agreed.chain(entries).flatten()
}

/// The resources that several detections know.
fn common(detections: &[Part]) -> BTreeSet<ResourceKey> {
    let hasher = SeededState::default();
    let mut hashes: Vec<(u64, usize)> = Vec::new();
    for (detection, part) in detections.iter().enumerate() {
        hashes.extend(keys(part).map(|key| (hasher.hash_one(key), detection)));
    }
    hashes.sort_unstable();
    hashes.dedup();
    let twice: BTreeSet<u64> = hashes
        .chunk_by(|(a, _), (b, _)| a == b)
        .filter(|same| same.len() > 1)
        .filter_map(|same| same.first().map(|(hash, _)| *hash))
        .collect();
    let is_common = |key: &Parts<'_>| twice.contains(&hasher.hash_one(*key));
    let parts = detections.iter().filter(|_| !twice.is_empty());
    parts.flat_map(keys).filter(is_common).map(key_of).collect()
}

/// Where one detection has compared both sides of a resource, another that had only one of them has nothing to
/// say of it; what several say alike, one says.
fn settle(detections: &mut [Part], common: &BTreeSet<ResourceKey>) {
    let mut heard: BTreeMap<ResourceKey, Heard> = BTreeMap::new();
    for (detection, part) in detections.iter().enumerate() {
        let mut at = |key: &ResourceKey, note: &dyn Fn(&mut Heard)| {
            if common.contains(key) {
                note(heard.entry(key.clone()).or_default());
            }
        };
        for Agreed { key, live_as, .. } in &part.agreed {
            at(key, &|heard| heard.hear(detection, Sides::Both, None));
            live_as.iter().for_each(|live| at(live, &|heard| heard.meet(detection, Sides::Live)));
        }
        for entry in &part.entries {
            let (key, live_as) = (entry.key(), &entry.live_as);
            match Sides::of(entry) {
                Some(sides) => at(&key, &|heard| heard.hear(detection, sides, Some(entry))),
                None if entry.declared && entry.live => at(&key, &|heard| {
                    [Sides::Declared, Sides::Live]
                        .iter()
                        .for_each(|side| heard.meet(detection, *side));
                }),
                None => {}
            }
            live_as.iter().for_each(|live| at(live, &|heard| heard.meet(detection, Sides::Live)));
        }
    }
    for (detection, part) in detections.iter_mut().enumerate() {
        part.agreed.retain(|agreed| {
            heard.get(&agreed.key).is_none_or(|heard| heard.keeps(detection, Sides::Both, false))
        });
        part.entries.retain(|entry| {
            let keeps = |sides| {
                let heard = heard.get(&entry.key());
                heard.is_none_or(|heard| heard.keeps(detection, sides, true))
            };
            Sides::of(entry).is_none_or(keeps)
        });
        for entry in &mut part.entries {
            let disagree = heard.get(&entry.key()).is_some_and(|heard| heard.disagree);
            if disagree && Sides::of(entry) == Some(Sides::Both) {
                entry.not_checked = Some((Reason::Error, Some(DISAGREE.to_owned())));
            }
        }
    }
}

/// What is said of one resource.
#[derive(Default)]
struct Heard {
    /// The first detection that has had these sides, and what it has found where they do not agree.
    first: BTreeMap<Sides, (usize, Option<Settled>)>,
    /// The first detection that has had such a side in a pair: of another key, or one that could not be compared.
    met: BTreeMap<Sides, usize>,
    /// Whether two that have compared both sides have found different things.
    disagree: bool,
}

impl Heard {
    fn hear(&mut self, detection: usize, sides: Sides, found: Option<&Settled>) {
        let found = found.map(bare);
        match self.first.get_mut(&sides) {
            None => {
                self.first.insert(sides, (detection, found));
            }
            Some((by, known)) if *by != detection && *known != found => {
                self.disagree |= sides == Sides::Both;
                if known.is_none() {
                    // Of one that agrees there is nothing that could be said not to be checked.
                    (*by, *known) = (detection, found);
                }
            }
            Some(_) => {}
        }
    }

    fn meet(&mut self, detection: usize, side: Sides) {
        self.met.entry(side).or_insert(detection);
    }

    /// Whether what this detection has found stays: the first of those with both sides, else of either.
    fn keeps(&self, detection: usize, sides: Sides, differs: bool) -> bool {
        let first = |sides| self.first.get(&sides).map(|(by, found)| (*by, found.is_some()));
        if self.met.get(&sides).is_some_and(|by| *by != detection) {
            return false;
        }
        match first(Sides::Both) {
            Some(both) if sides == Sides::Both => both == (detection, differs),
            // What a detection has beside its own pair is something else.
            Some((by, _)) => by == detection,
            None => first(sides).is_none_or(|(by, _)| by == detection),
        }
    }
}

/// What was found, wherever it is written.
fn bare(entry: &Settled) -> Settled {
    let mut entry = entry.clone();
    entry.finding.resource.source = Sources::default();
    entry.listed.iter_mut().for_each(|change| change.resource = None);
    entry
}
