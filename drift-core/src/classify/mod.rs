//! How bad a change is, what kind of problem, whose, and what to do: from rules, with defaults.

mod catalogue;
mod layer;
mod priority;

pub use catalogue::{CatalogueEntry, CataloguePlace, catalogue};
pub use layer::Layers;
pub(crate) use layer::LayersOf;
pub use priority::{Criticality, Factors, Priorities, Priority, Weights, Weighty};

use crate::diff::{Change, ChangeKind, Disposition, Outcome, Status};
use crate::normalize::{
    Around, Cursor, Entry, Fact, FactKind, Rule, Severity, Told, Whole, names_secret_entry_tree,
};
use crate::path::{Path, Step};
use crate::value::Tree;
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// What rules, or the defaults, say of a change or of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// Whose it is.
    pub owner: Option<String>,
    /// What to do about it.
    pub runbook: Option<String>,
    /// The rule that gave the severity.
    pub rule: Option<String>,
    /// What that rule is called where a person reads of it.
    pub title: Option<String>,
    /// Whether the resource is replaced for it.
    pub replaces: bool,
}

/// How sure it is that a difference is one, and that it means what is said of it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// A key was guessed by which elements of a list belong together.
    Low,
    /// Nothing is known of the type: its lists are taken as ordered, and nothing has a default.
    Medium,
    /// Rules, packs or schemas say how values of the type are to be compared.
    #[default]
    High,
}

impl Confidence {
    /// Of a change at a path, by what is known of its type and the lists whose keys were guessed.
    pub(crate) fn of(path: &Path, is_known: bool, guessed: &BTreeSet<&[Step]>) -> Self {
        // What goes by its position was not matched by the key, though other sides of its list were.
        let by_position = |at: usize| matches!(path.steps().get(at), Some(Step::Index(_)));
        let mut lists = (0..=path.steps().len()).filter(|end| !by_position(*end));
        let is_guessed =
            |end: usize| path.steps().get(..end).is_some_and(|it| guessed.contains(it));
        if !guessed.is_empty() && lists.any(is_guessed) {
            Self::Low
        } else if is_known {
            Self::High
        } else {
            Self::Medium
        }
    }

    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// The category of what no rule classifies.
const DEFAULT_CATEGORY: &str = "configuration";

impl Class {
    fn of(severity: Severity) -> Self {
        let category = DEFAULT_CATEGORY.to_owned();
        let (owner, runbook, rule, title) = (None, None, None, None);
        Self { severity, category, owner, runbook, rule, title, replaces: false }
    }
}

/// What a change amounts to where no rule says.
fn default_severity(disposition: Disposition) -> Severity {
    match disposition {
        Disposition::Drift | Disposition::Conflict => Severity::Medium,
        Disposition::Pending | Disposition::Unknown => Severity::Low,
        _ => Severity::Info,
    }
}

/// Classifies a change: by the rules at its path, by those above that ask what it means and, where it is
/// a whole subtree, by those below.
pub(crate) fn classify_change(change: &Change<'_>) -> Class {
    let mut best = Class::of(default_severity(change.disposition));
    // What may be shown, so that no severity tells anything of a secret.
    let values = Values {
        desired: change.desired.as_ref().map(|printed| &printed.shown),
        actual: change.actual.as_ref().map(|printed| &printed.shown),
        reference: change.reference.as_ref().map(|printed| &printed.shown),
    };
    let told = values.told(change.kind).below(change.above.as_deref());
    let mut winners = Winners::new(change.disposition);
    for around in &change.around {
        let rest = change.path.steps().get(around.depth..).unwrap_or_default();
        let told = told.below(around.above.as_deref());
        winners.take(&around.class, told, Some((&around.whole, rest)));
    }
    if let Some(class) = &change.class {
        winners.take(class, told, None);
    }
    let found = winners.found();
    found.apply(&mut best);
    let Some(class) = &change.class else { return best };
    let mut replaces = best.replaces;
    let mut worst: Option<Found<'_>> = None;
    // What was only moved is there on both sides.
    let is_moved = change.kind == ChangeKind::Moved;
    below(class, values, Winners::new(change.disposition), is_moved, &mut |found| {
        replaces |= found.replaces;
        if is_moved {
            return;
        }
        if found.level().is_some() && worst.as_ref().is_none_or(|it| found.level() > it.level()) {
            worst = Some(found);
        }
    });
    if let Some(worst) = worst
        && (found.severity.is_none() || worst.level() > Some(best.severity))
    {
        worst.apply(&mut best);
    }
    best.replaces = replaces;
    best
}

/// Classifies a resource: by the rules on it as a whole, else by the worst of its changes.
/// `status` is what became of it, as far as acceptances leave that.
pub(crate) fn classify_outcome(outcome: &Outcome<'_>, status: Status, changes: &[Class]) -> Class {
    let (severity, kind) = match status {
        Status::Missing => (Severity::High, ChangeKind::Removed),
        Status::Unmanaged => (Severity::Low, ChangeKind::Added),
        Status::Moved => (Severity::Low, ChangeKind::Moved),
        _ => (Severity::Info, ChangeKind::Changed),
    };
    let worst = changes.iter().max_by_key(|class| (class.severity, class.rule.is_some()));
    let mut class = worst.cloned().unwrap_or_else(|| Class::of(severity));
    class.severity = class.severity.max(severity);
    class.replaces = changes.iter().any(|class| class.replaces);
    if class.owner.is_none() {
        class.owner = changes.iter().find_map(|class| class.owner.clone());
    }
    if let Some(classes) = outcome.shape.classes() {
        let none = Values { desired: None, actual: None, reference: None };
        let mut winners = Winners::new(Disposition::Drift);
        winners.take(&classes.root(), none.told(kind), None);
        let found = winners.found();
        found.apply(&mut class);
        let content = outcome.content.as_ref().filter(|_| status == Status::Unmanaged);
        let worst = content.and_then(|content| worst_of_unmanaged(&classes.root(), content));
        if let Some(worst) = worst.filter(|it| it.level() >= found.level()) {
            worst.apply(&mut class);
        }
    }
    class
}

/// The worst that rules find in a live resource that nobody declares.
fn worst_of_unmanaged<'s>(root: &Cursor<'s>, content: &Tree) -> Option<Found<'s>> {
    let values = Values { desired: None, actual: Some(content), reference: None };
    let winners = Winners { of_unmanaged: true, ..Winners::new(Disposition::Drift) };
    let mut worst: Option<Found<'s>> = None;
    let mut take = |found: Found<'s>| {
        if found.level().is_some() && worst.as_ref().is_none_or(|it| found.level() > it.level()) {
            worst = Some(found);
        }
    };
    take(at(root, ChangeKind::Added, values, None, winners));
    below(root, values, winners, false, &mut take);
    worst
}

/// The values of a change at one node.
#[derive(Clone, Copy)]
struct Values<'v> {
    desired: Option<&'v Tree>,
    actual: Option<&'v Tree>,
    reference: Option<&'v Tree>,
}

impl<'v> Values<'v> {
    fn told(self, kind: ChangeKind) -> Told<'v> {
        let Self { desired, actual, reference } = self;
        Told { kind: kind.as_str(), desired, actual, reference, above: None }
    }
}

/// What rules say at one node.
#[derive(Clone, Default)]
struct Found<'s> {
    severity: Option<(Severity, &'s Rule)>,
    category: Option<&'s str>,
    owner: Option<&'s str>,
    runbook: Option<&'s str>,
    replaces: bool,
}

impl Found<'_> {
    fn level(&self) -> Option<Severity> {
        self.severity.map(|(severity, _)| severity)
    }

    fn apply(&self, class: &mut Class) {
        if let Some((severity, rule)) = self.severity {
            class.severity = severity;
            class.rule = Some(rule.printed_id());
            class.title.clone_from(&rule.title);
        }
        if let Some(category) = self.category {
            class.category = category.to_owned();
        }
        class.replaces |= self.replaces;
        class.owner = self.owner.map(str::to_owned).or_else(|| class.owner.take());
        class.runbook = self.runbook.map(str::to_owned).or_else(|| class.runbook.take());
    }
}

/// The winning classifications among the rules whose `when` holds, each with its rule.
#[derive(Clone, Copy)]
struct Winners<'s> {
    slots: [Option<(&'s Entry, &'s Rule)>; 5],
    /// Whether the change is one of the live value. What packs say a difference means is true of such
    /// alone: not of what is declared and not applied yet, nor of what is not known.
    is_live: bool,
    /// Whether those are asked that judge what stands in a resource that nobody declares, or the others.
    of_unmanaged: bool,
}

impl<'s> Winners<'s> {
    fn new(disposition: Disposition) -> Self {
        let live = [Disposition::Undeclared, Disposition::Accepted, Disposition::Tolerated];
        let is_live = disposition.is_confirmed() || live.contains(&disposition);
        Self { slots: [None; 5], is_live, of_unmanaged: false }
    }

    /// Lets the rules at a place take part. Around a change only those do that ask what it means.
    fn take(&mut self, cursor: &Cursor<'s>, told: Told<'_>, around: Around<'_>) {
        // The facts of one rule stand together.
        let mut asked: Option<(usize, bool)> = None;
        let mut holds = |entry: &Entry, rule: &Rule| match asked {
            Some((known, holds)) if known == entry.rule => holds,
            _ => {
                let holds = rule.when.holds(told, around);
                asked = Some((entry.rule, holds));
                holds
            }
        };
        for entry in cursor.entries() {
            let slot = match entry.fact.kind() {
                FactKind::Severity => 0,
                FactKind::Category => 1,
                FactKind::Owner => 2,
                FactKind::Runbook => 3,
                FactKind::Replaces => 4,
                _ => continue,
            };
            let Some(rule) = cursor.rule(entry) else { continue };
            let Some(best) = self.slots.get_mut(slot) else { continue };
            if !self.is_live && slot < 4 && rule.is_deferred() {
                continue;
            }
            if self.of_unmanaged != rule.when.unmanaged {
                continue;
            }
            if best.is_none_or(|(best, _)| best.rank < entry.rank)
                && (around.is_none() || !rule.when.meanings.is_empty())
                && holds(entry, rule)
            {
                *best = Some((entry, rule));
            }
        }
    }

    fn found(self) -> Found<'s> {
        let [severity, category, owner, runbook, replaces] = self.slots;
        let text = |won: Option<(&'s Entry, &'s Rule)>| match won.map(|(entry, _)| &entry.fact) {
            Some(Fact::Category(text) | Fact::Owner(text) | Fact::Runbook(text)) => {
                Some(text.as_str())
            }
            _ => None,
        };
        Found {
            severity: severity.and_then(|(entry, rule)| match entry.fact {
                Fact::Severity(severity) => Some((severity, rule)),
                _ => None,
            }),
            category: text(category),
            owner: text(owner),
            runbook: text(runbook),
            replaces: replaces.is_some(),
        }
    }
}

/// The winning classification at a node, among the rules whose `when` holds.
fn at<'s>(
    cursor: &Cursor<'s>,
    kind: ChangeKind,
    values: Values<'_>,
    above: Option<&Whole>,
    mut winners: Winners<'s>,
) -> Found<'s> {
    winners.take(cursor, values.told(kind).below(above), None);
    winners.found()
}

fn whole_of(values: Values<'_>) -> Whole {
    Whole::new(values.desired.cloned(), values.actual.cloned())
}

/// How often each element of a list stands in it. What of an element must not be shown may differ: those that
/// hold a secret are like none.
fn counts(list: Option<&Tree>) -> BTreeMap<&Tree, usize> {
    let mut counts = BTreeMap::new();
    if let Some(Tree::List(items)) = list {
        for item in items.iter().filter(|item| !item.holds_secret()) {
            *counts.entry(item).or_default() += 1;
        }
    }
    counts
}

/// Calls `found` with what rules say at each node below, where a change is a whole subtree. Elements that both of
/// two lists have were neither removed nor added, and are asked only where `all` are.
fn below<'s>(
    cursor: &Cursor<'s>,
    values: Values<'_>,
    fresh: Winners<'s>,
    all: bool,
    found: &mut dyn FnMut(Found<'s>),
) {
    let (above, around) = (values, OnceCell::new());
    let mut visit = |cursor: Cursor<'s>, values: Values<'_>| {
        if cursor.is_dead() {
            return;
        }
        let kind = match (values.desired, values.actual) {
            (Some(_), Some(_)) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
            (None, _) => ChangeKind::Added,
        };
        let above = cursor.asks_beside().then(|| around.get_or_init(|| whole_of(above)));
        let here = at(&cursor, kind, values, above, fresh);
        if here.severity.is_some() || here.replaces {
            found(here);
        }
        below(&cursor, values, fresh, all, found);
    };
    let map = |tree: Option<&Tree>| matches!(tree, Some(Tree::Map(_)));
    if map(values.desired) || map(values.actual) {
        let mut names: Vec<&str> = [values.desired, values.actual]
            .into_iter()
            .flatten()
            .flat_map(|tree| if let Tree::Map(fields) = tree { fields.as_slice() } else { &[] })
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let field = |tree: Option<&'_ Tree>| tree.and_then(|tree| tree.get(name)).cloned();
            let (d, a, r) = (field(values.desired), field(values.actual), field(values.reference));
            let secret = [values.desired, values.actual]
                .into_iter()
                .flatten()
                .any(|map| names_secret_entry_tree(map, name));
            let below = Values { desired: d.as_ref(), actual: a.as_ref(), reference: r.as_ref() };
            visit(cursor.field(name, secret), below);
        }
    }
    let Values { desired, actual, .. } = values;
    for (tree, other, is_desired) in [(desired, actual, true), (actual, desired, false)] {
        let Some(Tree::List(items)) = tree else {
            continue;
        };
        let mut others = counts(other.filter(|_| !all));
        for (index, item) in items.iter().enumerate() {
            if let Some(left) = others.get_mut(item).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            let below = Values {
                desired: Some(item).filter(|_| is_desired),
                actual: Some(item).filter(|_| !is_desired),
                reference: None,
            };
            visit(cursor.tree_element(index, item), below);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_confidence_are_those_in_json() {
        for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
            assert_eq!(serde_json::to_value(confidence).unwrap(), confidence.as_str());
        }
    }

    #[test]
    fn what_goes_by_its_position_was_not_matched_by_a_guess() {
        let [list, by_key, by_position, beside] =
            ["a", "a[name=\"x\"].b", "a[0].b", "c"].map(|path| path.parse::<Path>().unwrap());
        let guessed = BTreeSet::from([list.steps()]);
        for (path, confidence) in [
            (&list, Confidence::Low),
            (&by_key, Confidence::Low),
            (&by_position, Confidence::High),
            (&beside, Confidence::High),
        ] {
            assert_eq!(Confidence::of(path, true, &guessed), confidence, "{path}");
        }
    }
}
