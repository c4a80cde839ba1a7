//! What rules let through, by protocol and port: for each stretch of ports the peers that get through it.

use super::peers::Peers;
use super::read::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// How many peers are gone through before the answer is that it is not known.
const WORK: usize = 4_000_000;

/// Work that is left.
pub(super) struct Left(usize);

impl Default for Left {
    fn default() -> Self {
        Self(WORK)
    }
}

impl Left {
    pub(super) fn of(work: usize) -> Self {
        Self(work)
    }

    /// The part of one of so many rules; enough for one that is like most.
    pub(super) fn share(rules: usize) -> usize {
        (WORK / rules.max(1)).max(2_000)
    }

    pub(super) fn spend(&mut self, work: usize) -> Option<()> {
        self.0 = self.0.checked_sub(work)?;
        Some(())
    }
}

/// Peers that get through some ports.
#[derive(Debug)]
struct Stretch {
    low: u32,
    high: u32,
    peers: Peers,
    /// Whether these are all of the internet.
    internet: [bool; 2],
}

/// What is let through, by protocol; the last is any protocol that no rule names.
#[derive(Debug, Default)]
pub(super) struct Space(Vec<Vec<Stretch>>);

/// What one space has that another has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Excess {
    pub(super) more: bool,
    /// Whether all of the internet gets through where it did not.
    pub(super) opened: bool,
}

impl Excess {
    pub(super) fn or(self, other: Self) -> Self {
        Self { more: self.more || other.more, opened: self.opened || other.opened }
    }
}

impl Space {
    /// What rules let through, of which the first that fits counts where some deny.
    pub(super) fn of(
        rules: &[&Rule],
        protocols: &BTreeSet<String>,
        left: &mut Left,
    ) -> Option<Self> {
        let of = |protocol: Option<&String>, left: &mut Left| {
            let known =
                |rule: &&&Rule| rule.protocol.is_none() || rule.protocol.as_ref() == protocol;
            let known: Vec<&Rule> = rules.iter().filter(known).copied().collect();
            stretches(&known, left)
        };
        let all = protocols.iter().map(Some).chain([None]);
        all.map(|protocol| of(protocol, left)).collect::<Option<_>>().map(Self)
    }

    /// What it lets through that `known`, of the same protocols, does not.
    pub(super) fn exceeds(&self, known: &Self, left: &mut Left) -> Option<Excess> {
        let mut excess = Excess::default();
        for (own, known) in self.0.iter().zip(&known.0) {
            for stretch in own.iter().filter(|stretch| !stretch.peers.is_empty()) {
                stretch.exceeds(known, &mut excess, left)?;
            }
        }
        Some(excess)
    }
}

impl Stretch {
    fn exceeds(&self, known: &[Self], excess: &mut Excess, left: &mut Left) -> Option<()> {
        let none = Self { low: 0, high: 0, peers: Peers::default(), internet: [false; 2] };
        let first = known.partition_point(|known| known.high < self.low);
        let beside = known.get(first..).unwrap_or_default();
        let mut from = self.low;
        for known in beside.iter().take_while(|known| known.low <= self.high) {
            if known.low > from {
                self.against(&none, excess, left)?;
            }
            self.against(known, excess, left)?;
            from = known.high.saturating_add(1);
        }
        if from <= self.high {
            self.against(&none, excess, left)?;
        }
        Some(())
    }

    fn against(&self, known: &Self, excess: &mut Excess, left: &mut Left) -> Option<()> {
        left.spend(self.peers.size())?;
        if !known.peers.covers(&self.peers) {
            excess.more = true;
            let both = self.internet.iter().zip(&known.internet);
            excess.opened |= both.into_iter().any(|(own, known)| *own && !known);
        }
        Some(())
    }
}

/// The stretches of ports at which rules of one protocol change, with who gets through.
fn stretches(rules: &[&Rule], left: &mut Left) -> Option<Vec<Stretch>> {
    let mut turns: BTreeMap<u32, Vec<(bool, usize)>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for (low, high) in &rule.ports {
            turns.entry(*low).or_default().push((true, index));
            turns.entry(high.saturating_add(1)).or_default().push((false, index));
        }
    }
    let is_ordered = rules.iter().any(|rule| !rule.allows);
    // A rule may take a port in twice.
    let mut active: BTreeMap<(i64, bool, usize), usize> = BTreeMap::new();
    let mut found = Vec::new();
    let mut open: Option<u32> = None;
    for (at, turns) in turns {
        if let Some(low) = open.filter(|_| !active.is_empty()) {
            let known = active.keys().filter_map(|(.., index)| rules.get(*index).copied());
            let peers = through(known, is_ordered, left)?;
            let internet = peers.internet();
            found.push(Stretch { low, high: at.saturating_sub(1), peers, internet });
        }
        for (starts, index) in turns {
            let Some(rule) = rules.get(index) else { continue };
            // Of two rules of one rank that which denies counts.
            let place = (rule.order, rule.allows, index);
            let count = active.entry(place).or_default();
            *count = if starts { *count + 1 } else { count.saturating_sub(1) };
            if *count == 0 {
                active.remove(&place);
            }
        }
        open = Some(at);
    }
    Some(found)
}

/// Whom rules, the first that counts first, let through.
fn through<'r>(
    rules: impl Iterator<Item = &'r Rule>,
    is_ordered: bool,
    left: &mut Left,
) -> Option<Peers> {
    let rules: Vec<&Rule> = rules.collect();
    if !is_ordered {
        left.spend(rules.iter().map(|rule| rule.peers.size()).sum())?;
        return Some(Peers::united(rules.iter().map(|rule| &rule.peers)));
    }
    let (mut through, mut decided) = (Peers::default(), Peers::default());
    for rule in rules {
        left.spend(through.size() + decided.size() + rule.peers.size())?;
        if rule.allows {
            through = Peers::united([&through, &rule.peers.without(&decided)]);
        }
        decided = Peers::united([&decided, &rule.peers]);
    }
    Some(through)
}
