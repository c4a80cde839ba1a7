//! Which of several facts at one path wins, and why.

use super::rule::{Layer, Rule};
use crate::path::PatternStep;

/// What makes one fact win over another of its kind: layer, then literal steps, then an anchored
/// path, then the type's glob, then the later rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    pub(super) layer: Layer,
    literal_steps: usize,
    anchored: bool,
    type_specificity: usize,
    order: usize,
}

impl Rank {
    /// Whether the path says at which depth it holds.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchored
    }

    /// Why this one wins over a lower one.
    pub(crate) fn because(&self, lower: &Self) -> &'static str {
        if self.layer != lower.layer {
            "its layer is higher"
        } else if self.literal_steps != lower.literal_steps {
            "its path has more literal steps"
        } else if self.anchored != lower.anchored {
            "its path starts at the root"
        } else if self.type_specificity != lower.type_specificity {
            "its type is more literal"
        } else {
            "it is the later rule"
        }
    }
}

/// The rank of the facts of the rule at `order` at one of its paths.
pub(super) fn rank(order: usize, rule: &Rule, steps: &[PatternStep]) -> Rank {
    let literal = |step: &&PatternStep| {
        !matches!(step, PatternStep::Any | PatternStep::Item | PatternStep::Descend)
    };
    let type_specificity = rule.matches.type_name.as_ref().map_or(0, |glob| match glob {
        glob if glob.is_literal() => usize::MAX,
        glob => glob.as_str().bytes().filter(|byte| *byte != b'*').count(),
    });
    Rank {
        layer: rule.layer,
        literal_steps: steps.iter().filter(literal).count(),
        anchored: !steps.contains(&PatternStep::Descend),
        type_specificity,
        order,
    }
}
