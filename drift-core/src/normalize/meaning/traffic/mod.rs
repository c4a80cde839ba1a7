//! `ingress` and `egress`: what rules of a firewall let through, together.
//!
//! A list of rules lets through the set of protocols, ports and peers that its rules say together, where some
//! deny in the order of their numbers. A rule that is a resource of its own is judged by what it allows, and
//! the other way round by what it denies: what other rules say is not known.

mod peers;
mod policies;
mod read;
mod space;
#[cfg(test)]
mod tests;

use super::Own;
use crate::path::Step;
use crate::value::Tree;
use peers::Peers;
use read::{Rule, Scope};
use space::{Excess, Left, Space};
use std::collections::{BTreeMap, BTreeSet};

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To what the rules protect.
    In,
    /// From there.
    Out,
}

/// What became of what is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Let {
    /// All of the internet gets through where it did not.
    Opened,
    /// Something gets through that did not.
    Widened,
    /// Something no longer gets through.
    Narrowed,
    /// Neither.
    Same,
}

/// What two lists of rules let through, and how these differ.
#[derive(Debug)]
pub(super) struct Traffic {
    direction: Direction,
    /// Whether there is one rule, which is a resource of its own.
    is_one: bool,
    denies: bool,
    /// How much each of the rules may take by itself, so that all of them take no more than the list.
    share: usize,
    /// By scope what is let through: desired, then actual. Nothing where that is too much.
    spaces: Option<BTreeMap<Scope, [Space; 2]>>,
    protocols: BTreeSet<String>,
    more: Excess,
    less: Excess,
}

pub(super) fn holds(direction: Direction, wanted: Let, own: Own<'_>) -> bool {
    let whole = own.whole;
    let at = usize::from(direction == Direction::Out);
    let sides = [whole.desired.as_ref(), whole.actual.as_ref()];
    let Some(traffic) = whole.traffic.get(at) else { return false };
    let traffic = traffic.get_or_init(|| Traffic::of(sides, direction));
    let Some(effect) = traffic.effect(own) else { return false };
    let more = traffic.more.more && effect.more;
    let less = traffic.less.more && effect.less;
    match wanted {
        Let::Opened => more && traffic.more.opened && effect.opens,
        Let::Widened => more,
        Let::Narrowed => less,
        Let::Same => !(own.hides() || more || less),
    }
}

/// What a change may do by itself.
struct Effect {
    more: bool,
    less: bool,
    opens: bool,
}

impl Effect {
    const ANY: Self = Self { more: true, less: true, opens: true };
    const NONE: Self = Self { more: false, less: false, opens: false };
}

impl Traffic {
    fn of(sides: [Option<&Tree>; 2], direction: Direction) -> Self {
        let is_one = sides.into_iter().any(read::is_one);
        // What both have comes first: between rules of one rank their order decides nothing.
        let (same, apart) = read::parts(sides);
        let (mut both, mut rules) = (Vec::new(), [Vec::new(), Vec::new()]);
        same.into_iter().for_each(|item| read::read(item, direction, &mut both));
        for (rules, apart) in rules.iter_mut().zip(apart) {
            apart.into_iter().for_each(|item| read::read(item, direction, rules));
        }
        if sides.into_iter().any(read::has_defaults) {
            both.extend(read::defaults(direction));
        }
        if sides.into_iter().any(read::is_policy) {
            both.push(policies::default());
        }
        let rules = rules.each_ref().map(|own| both.iter().chain(own).collect::<Vec<&Rule>>());
        let [before, after] = &rules;
        let all = || before.iter().chain(after).copied();
        let protocols: BTreeSet<String> = all().filter_map(|rule| rule.protocol.clone()).collect();
        let denies = all().any(|rule| !rule.allows);
        let mut this = Self {
            direction,
            is_one,
            denies,
            share: Left::share(all().count()),
            spaces: None,
            protocols,
            more: Excess::default(),
            less: Excess::default(),
        };
        if let ([before], [after]) = (before.as_slice(), after.as_slice())
            && let Some((more, less)) = before.differs_in_peers(after)
        {
            (this.more, this.less) = (more, less);
            return this;
        }
        let passes = all().any(|rule| rule.passes);
        let found = match (is_one && denies, passes) {
            (true, _) => this.of_one([before, after]),
            (false, true) => this.of_policy([before, after]),
            (false, false) => this.of_all([before, after]),
        };
        // Too many to be compared by what they say: whether there are others.
        (this.more, this.less) =
            found.unwrap_or_else(|| (others(after, before), others(before, after)));
        this
    }

    /// What each of two lists has that the other has not.
    fn of_all(&mut self, [before, after]: [&[&Rule]; 2]) -> Option<(Excess, Excess)> {
        let mut left = Left::default();
        let scopes: BTreeSet<&Scope> = before.iter().chain(after).map(|rule| &rule.scope).collect();
        let (mut more, mut less) = (Excess::default(), Excess::default());
        let mut spaces = BTreeMap::new();
        for scope in scopes {
            left.spend(before.len() + after.len())?;
            let known = |rules: &'_ [&Rule], left: &mut Left| {
                let of = rules.iter().copied().filter(|it| it.scope.covers(scope));
                let of: Vec<&Rule> = of.collect();
                Space::of(&of, &self.protocols, left)
            };
            let [before, after] = [known(before, &mut left)?, known(after, &mut left)?];
            more = more.or(after.exceeds(&before, &mut left)?);
            less = less.or(before.exceeds(&after, &mut left)?);
            spaces.insert(scope.clone(), [before, after]);
        }
        self.spaces = Some(spaces);
        Some((more, less))
    }

    /// The same of a policy, which leaves something to others. What they do is not known: they may deny it, and
    /// they may allow it.
    fn of_policy(&mut self, sides: [&[&Rule]; 2]) -> Option<(Excess, Excess)> {
        let as_if = |allows: bool| {
            sides.map(|rules| -> Vec<Rule> {
                let decided = |rule: &&Rule| Rule {
                    allows: rule.allows || allows && rule.passes,
                    ..(*rule).clone()
                };
                rules.iter().map(decided).collect()
            })
        };
        let ([before, after], [free_before, free_after]) = (as_if(false), as_if(true));
        let (more, less) = self.of_all([&refs(&before), &refs(&after)])?;
        let (no_longer_denied, denied) = self.of_all([&refs(&free_before), &refs(&free_after)])?;
        self.spaces = None;
        Some((more.or(Excess { opened: false, ..no_longer_denied }), less.or(denied)))
    }

    /// The same of one rule: it lets through more where it allows more, or denies less.
    fn of_one(&mut self, sides: [&[&Rule]; 2]) -> Option<(Excess, Excess)> {
        let of = |allows: bool| {
            sides.map(|rules| -> Vec<Rule> {
                let of = rules.iter().filter(|rule| !rule.passes && rule.allows == allows);
                of.map(|rule| Rule { allows: true, ..(*rule).clone() }).collect()
            })
        };
        let ([allowed_before, allowed], [denied_before, denied]) = (of(true), of(false));
        let (more, less) = self.of_all([&refs(&allowed_before), &refs(&allowed)])?;
        let (less_denied, more_denied) = self.of_all([&refs(&denied), &refs(&denied_before)])?;
        self.spaces = None;
        let no_longer = |denied: Excess| Excess { more: denied.more, opened: false };
        Some((more.or(no_longer(less_denied)), less.or(no_longer(more_denied))))
    }

    /// What a change does by itself; nothing where it is about something else than what is let through.
    fn effect(&self, own: Own<'_>) -> Option<Effect> {
        let fields = || {
            own.rest.iter().filter_map(|step| match step {
                Step::Field(name) => Some(name.as_str()),
                _ => None,
            })
        };
        let named = fields().find(|name| !["properties", "match"].contains(name));
        let named = named.or_else(|| fields().next_back().filter(|name| *name == "match"));
        match named {
            Some(name) if read::is_read(name) => Some(self.inside(name, own)),
            Some(name) if !self.is_one && read::is_place(name) => Some(Effect::ANY),
            Some("description") => Some(Effect::NONE),
            Some(_) if self.is_one => None,
            Some(_) => Some(Effect::NONE),
            None if own.rest.is_empty() || self.denies => Some(Effect::ANY),
            None => Some(self.element(own)),
        }
    }

    /// What a change within a rule does.
    fn inside(&self, name: &str, own: Own<'_>) -> Effect {
        let is_member = own.rest.last().is_some_and(|step| !matches!(step, Step::Field(_)));
        if self.denies || !is_member || !read::names_peers(name) {
            return Effect::ANY;
        }
        // One of those whom a rule lets through.
        let [before, after] = [own.desired, own.actual].map(|side| side.map(read::peers));
        let opens = after.as_ref().is_none_or(Peers::is_public);
        let [was, is] = [&own.whole.desired, &own.whole.actual].map(Option::as_ref);
        match (before, after) {
            // The first of those whom it lets through, or the last: it is for everyone without any.
            (None, Some(_)) if read::lacks_peers(was, name) => Effect::ANY,
            (Some(_), None) if read::lacks_peers(is, name) => Effect::ANY,
            (None, Some(_)) => Effect { more: true, less: false, opens },
            (Some(_), None) => Effect { more: false, less: true, opens: false },
            _ => Effect { more: true, less: true, opens },
        }
    }

    /// What a rule that came, went or changed as a whole does, where none denies.
    fn element(&self, own: Own<'_>) -> Effect {
        let [before, after] =
            [own.desired, own.actual].map(|side| read::rules(side, self.direction));
        Effect {
            more: self.exceeds(&after, 0),
            less: self.exceeds(&before, 1),
            opens: after.iter().any(|rule| rule.peers.is_public()),
        }
    }

    /// Whether rules let something through that the declared, or the live ones together, do not.
    fn exceeds(&self, rules: &[Rule], side: usize) -> bool {
        let Some(spaces) = &self.spaces else { return !rules.is_empty() };
        let exceeds = |rule: &Rule| {
            let known = spaces.get(&rule.scope)?.get(side)?;
            let mut left = Left::of(self.share);
            let own = Space::of(&[rule], &self.protocols, &mut left)?;
            own.exceeds(known, &mut left).map(|excess| excess.more)
        };
        rules.iter().any(|rule| exceeds(rule).unwrap_or(true))
    }
}

impl Rule {
    /// What a rule lets through beyond another, where both allow and differ in their peers alone.
    fn differs_in_peers(&self, after: &Self) -> Option<(Excess, Excess)> {
        let same = self.protocol == after.protocol
            && self.ports == after.ports
            && self.scope == after.scope
            && self.allows
            && after.allows;
        let beyond = |own: &Peers, known: &Peers| {
            if known.covers(own) {
                return Excess::default();
            }
            let both = own.internet().into_iter().zip(known.internet());
            Excess { more: true, opened: both.into_iter().any(|(own, known)| own && !known) }
        };
        same.then(|| (beyond(&after.peers, &self.peers), beyond(&self.peers, &after.peers)))
    }
}

fn refs(rules: &[Rule]) -> Vec<&Rule> {
    rules.iter().collect()
}

/// Whether there are rules that are none of the known ones.
fn others(rules: &[&Rule], known: &[&Rule]) -> Excess {
    let known: BTreeSet<&Rule> = known.iter().copied().collect();
    let others = || rules.iter().copied().filter(|rule| !known.contains(rule));
    let opens = |rule: &Rule| rule.allows && rule.peers.internet() != [false; 2];
    Excess { more: others().next().is_some(), opened: others().any(opens) }
}
