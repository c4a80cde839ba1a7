//! What rules watch, declared or not.

use crate::diff::Outcome;
use crate::normalize::{Fact, Layer, Rule};
use crate::path::{Cover, PatternStep, Step, cover};
use crate::value::Tree;

/// The user's rules that watch something of a resource.
pub(super) fn watching<'s>(outcome: &Outcome<'s>) -> Vec<&'s Rule> {
    if outcome.changes.is_empty() {
        return Vec::new();
    }
    let rules = outcome.shape.rules().iter().map(|rule| &**rule);
    let watches = |rule: &&Rule| rule.layer == Layer::User && rule.facts.iter().any(Fact::watches);
    rules.filter(watches).collect()
}

/// Whether rules watch the value at `steps`, what it lies in, or what it holds.
pub(crate) fn is_watched(steps: &[Step], values: [Option<&Tree>; 3], watching: &[&Rule]) -> bool {
    let holds = |pattern: &[PatternStep]| {
        values.into_iter().flatten().any(|value| may_hold(value, pattern.last()))
    };
    watching.iter().flat_map(|rule| &rule.paths).any(|path| match cover(path.steps(), steps) {
        Cover::None => false,
        Cover::Below => holds(path.steps()),
        Cover::Unsure | Cover::Above | Cover::Exact => true,
    })
}

/// Whether there may be something in the value that the last step of a pattern names.
fn may_hold(value: &Tree, last: Option<&PatternStep>) -> bool {
    match (value, last) {
        (Tree::Map(fields), Some(PatternStep::Field(name) | PatternStep::Name(name))) => {
            fields.iter().any(|(field, below)| field == name || may_hold(below, last))
        }
        (Tree::List(items), Some(PatternStep::Field(_) | PatternStep::Name(_))) => {
            items.iter().any(|item| may_hold(item, last))
        }
        (Tree::Map(_) | Tree::List(_), _) => true,
        _ => false,
    }
}
