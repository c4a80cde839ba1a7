//! How bad a change is, what kind of problem, whose, and what to do: from rules, with defaults.

mod layer;

pub use layer::Layers;

use crate::diff::{Change, ChangeKind, Disposition, Outcome, Status};
use crate::normalize::{
    Cursor, Entry, Fact, FactKind, Rule, Severity, When, names_secret_entry_tree,
};
use crate::value::Tree;

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
}

/// The category of what no rule classifies.
const DEFAULT_CATEGORY: &str = "configuration";

impl Class {
    fn of(severity: Severity) -> Self {
        let category = DEFAULT_CATEGORY.to_owned();
        Self { severity, category, owner: None, runbook: None, rule: None }
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

/// Classifies a change: by the rules at its path and, where it is a whole subtree, by those below.
pub(crate) fn classify_change(change: &Change<'_>) -> Class {
    let mut best = Class::of(default_severity(change.disposition));
    // What may be shown, so that no severity tells anything of a secret.
    let values = Values {
        desired: change.desired.as_ref().map(|printed| &printed.shown),
        actual: change.actual.as_ref().map(|printed| &printed.shown),
        reference: change.reference.as_ref().map(|printed| &printed.shown),
    };
    let found = at(&change.cursor, change.kind, values);
    found.apply(&mut best);
    let mut worst: Option<Found<'_>> = None;
    below(&change.cursor, values, &mut |found| {
        let severity = found.severity.map(|(severity, _)| severity);
        if worst.as_ref().is_none_or(|worst| severity > worst.severity.map(|(s, _)| s)) {
            worst = Some(found);
        }
    });
    if let Some(worst) = worst
        && (found.severity.is_none() || worst.severity.map(|(s, _)| s) > Some(best.severity))
    {
        worst.apply(&mut best);
    }
    best
}

/// Classifies a resource: by the rules on it as a whole, else by the worst of its changes.
pub(crate) fn classify_outcome(outcome: &Outcome<'_>, changes: &[Class]) -> Class {
    let (severity, kind) = match outcome.status {
        Status::Missing => (Severity::High, ChangeKind::Removed),
        Status::Unmanaged => (Severity::Low, ChangeKind::Added),
        Status::Moved => (Severity::Low, ChangeKind::Moved),
        _ => (Severity::Info, ChangeKind::Changed),
    };
    let worst = changes.iter().max_by_key(|class| class.severity);
    let mut class = worst.cloned().unwrap_or_else(|| Class::of(severity));
    class.severity = class.severity.max(severity);
    if class.owner.is_none() {
        class.owner = changes.iter().find_map(|class| class.owner.clone());
    }
    let none = Values { desired: None, actual: None, reference: None };
    at(&outcome.shape.root(), kind, none).apply(&mut class);
    class
}

/// The values of a change at one node.
#[derive(Clone, Copy)]
struct Values<'v> {
    desired: Option<&'v Tree>,
    actual: Option<&'v Tree>,
    reference: Option<&'v Tree>,
}

/// What rules say at one node.
#[derive(Clone, Default)]
struct Found<'s> {
    severity: Option<(Severity, &'s Rule)>,
    category: Option<&'s str>,
    owner: Option<&'s str>,
    runbook: Option<&'s str>,
}

impl Found<'_> {
    fn apply(&self, class: &mut Class) {
        if let Some((severity, rule)) = self.severity {
            class.severity = severity;
            class.rule = Some(rule.printed_id());
        }
        if let Some(category) = self.category {
            class.category = category.to_owned();
        }
        class.owner = self.owner.map(str::to_owned).or_else(|| class.owner.take());
        class.runbook = self.runbook.map(str::to_owned).or_else(|| class.runbook.take());
    }
}

/// The winning classification at a node, among the rules whose `when` holds.
fn at<'s>(cursor: &Cursor<'s>, kind: ChangeKind, values: Values<'_>) -> Found<'s> {
    let holds =
        |when: &When| when.holds(kind.as_str(), values.desired, values.actual, values.reference);
    let mut best: [Option<&'s Entry>; 4] = [None; 4];
    for entry in cursor.entries() {
        let slot = match entry.fact.kind() {
            FactKind::Severity => 0,
            FactKind::Category => 1,
            FactKind::Owner => 2,
            FactKind::Runbook => 3,
            _ => continue,
        };
        let applies = cursor.rule(entry).is_some_and(|rule| holds(&rule.when));
        if let Some(best) = best.get_mut(slot)
            && applies
            && best.is_none_or(|best| best.rank < entry.rank)
        {
            *best = Some(entry);
        }
    }
    let [severity, category, owner, runbook] = best;
    let text = |entry: Option<&'s Entry>| match entry.map(|entry| &entry.fact) {
        Some(Fact::Category(text) | Fact::Owner(text) | Fact::Runbook(text)) => Some(text.as_str()),
        _ => None,
    };
    Found {
        severity: severity.and_then(|entry| match entry.fact {
            Fact::Severity(severity) => Some((severity, cursor.rule(entry)?.as_ref())),
            _ => None,
        }),
        category: text(category),
        owner: text(owner),
        runbook: text(runbook),
    }
}

/// Calls `found` with what rules say at each node below, where a change is a whole subtree.
fn below<'s>(cursor: &Cursor<'s>, values: Values<'_>, found: &mut dyn FnMut(Found<'s>)) {
    let mut visit = |cursor: Cursor<'s>, values: Values<'_>| {
        let kind = match (values.desired, values.actual) {
            (Some(_), Some(_)) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
            (None, _) => ChangeKind::Added,
        };
        let here = at(&cursor, kind, values);
        if here.severity.is_some() {
            found(here);
        }
        below(&cursor, values, found);
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
    for (tree, is_desired) in [(values.desired, true), (values.actual, false)] {
        let Some(Tree::List(items)) = tree else {
            continue;
        };
        for (index, item) in items.iter().enumerate() {
            let below = Values {
                desired: Some(item).filter(|_| is_desired),
                actual: Some(item).filter(|_| !is_desired),
                reference: None,
            };
            visit(cursor.tree_element(index, item), below);
        }
    }
}
