//! What holds at a place of a shape: of each kind of fact the one that wins.

use super::equality::{Equalities, Equality, Relation, Scalar};
use super::naming::Naming;
use super::rule::{Fact, FactKind, ListSemantics, Order};
use super::shape::{Entry, Shape};
use super::spot::Stand;
use crate::value::{Tree, Value};

/// The winning facts at a node, one of a kind.
pub(crate) struct Facts<'s> {
    pub(super) shape: &'s Shape,
    pub(super) at: Stand<'s>,
}

impl<'s> Facts<'s> {
    pub(crate) fn entry(&self, kind: FactKind) -> Option<&'s Entry> {
        self.shape.entry(self.at.winner(kind)?)
    }

    pub(crate) fn list(&self) -> Option<&'s ListSemantics> {
        match &self.entry(FactKind::List)?.fact {
            Fact::List(semantics) => Some(semantics),
            _ => None,
        }
    }

    /// When the order of a keyed list matters.
    pub(crate) fn order(&self) -> Order {
        self.stated_order().unwrap_or_default()
    }

    /// The same, where a rule says so.
    pub(crate) fn stated_order(&self) -> Option<Order> {
        match self.entry(FactKind::Order)?.fact {
            Fact::Order(order) => Some(order),
            _ => None,
        }
    }

    /// Whether equal elements of the list count once.
    pub(crate) fn counts_once(&self) -> bool {
        match self.list() {
            Some(ListSemantics::Set { unique }) => *unique,
            Some(ListSemantics::Keyed(_)) => self.is(FactKind::Unique),
            _ => false,
        }
    }

    pub(crate) fn default(&self) -> Option<&'s Tree> {
        match &self.entry(FactKind::Default)?.fact {
            Fact::Default(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn empties(&self) -> &'s [Tree] {
        match self.entry(FactKind::EmptyIsAbsent).map(|entry| &entry.fact) {
            Some(Fact::EmptyIsAbsent(values)) => values,
            _ => &[],
        }
    }

    pub(crate) fn equality(&self) -> Equality {
        self.equalities().map_or(Equality::Exact, |equal| equal.canonical)
    }

    /// The relations that may hold where two values are not equal.
    pub(crate) fn relations(&self) -> &'s [Relation] {
        self.equalities().map_or(&[], |equal| &equal.relations)
    }

    /// Whether a relation says that the live value is what came of the declared one.
    pub(crate) fn relates(&self, desired: Value<'_>, actual: Value<'_>) -> bool {
        let relations = self.relations();
        !relations.is_empty() && {
            let (desired, actual) = (Scalar::of(desired), Scalar::of(actual));
            relations.iter().any(|relation| relation.holds(desired, actual))
        }
    }

    /// Why it cannot be told whether the live value is what came of the declared one, where that is so.
    pub(crate) fn undecided(&self, desired: Value<'_>, actual: Value<'_>) -> Option<&'static str> {
        let (desired, actual) = (Scalar::of(desired), Scalar::of(actual));
        self.relations().iter().find_map(|relation| relation.undecided(desired, actual))
    }

    pub(crate) fn equalities(&self) -> Option<&'s Equalities> {
        match &self.entry(FactKind::Equal)?.fact {
            Fact::Equal(equalities) => Some(equalities),
            _ => None,
        }
    }

    /// When the names of the map's fields are the same.
    pub(crate) fn names(&self) -> Naming {
        match self.entry(FactKind::FoldedNames).map(|entry| &entry.fact) {
            Some(Fact::FoldedNames(names)) => *names,
            _ => Naming::Exact,
        }
    }

    /// Whether only the provider writes the value: what is declared of it is not compared either.
    pub(crate) fn is_output(&self) -> bool {
        let entry = self.entry(FactKind::ReadOnly);
        entry.is_some_and(|entry| matches!(entry.fact, Fact::ReadOnly { declared: true }))
    }

    /// Whether a fact of the kinds with true and false is true here.
    pub(crate) fn is(&self, kind: FactKind) -> bool {
        match self.entry(kind).map(|entry| &entry.fact) {
            Some(
                Fact::Unique(value)
                | Fact::SingleIsList(value)
                | Fact::Open(value)
                | Fact::Closed(value),
            ) => *value,
            Some(Fact::WriteOnly | Fact::ReadGap) => true,
            _ => false,
        }
    }
}
