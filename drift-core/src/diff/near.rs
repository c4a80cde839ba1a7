//! What a baseline holds at the nodes of a live resource.

use super::side::Side;
use crate::path::{PathSet, Step};
use crate::value::{Kind, Value};
use std::collections::BTreeMap;

/// What is known of the places of a recorded resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// Nothing was recorded here or below, though there may have been something.
    silent: bool,
    /// The order of the list had no meaning when it was recorded.
    unordered: bool,
    /// A secret of which only its presence is known.
    blind: bool,
    /// Whether there is such a secret here or below.
    blind_below: bool,
    below: BTreeMap<Step, Marks>,
}

/// What can be said of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Silent,
    Unordered,
    Blind,
}

impl Marks {
    /// Says it of the place behind these steps.
    pub(crate) fn note(&mut self, steps: &[Step], mark: Mark) {
        let mut here = self;
        here.blind_below |= mark == Mark::Blind;
        for step in steps {
            here = here.below.entry(step.clone()).or_default();
            here.blind_below |= mark == Mark::Blind;
        }
        match mark {
            Mark::Silent => here.silent = true,
            Mark::Unordered => here.unordered = true,
            Mark::Blind => here.blind = true,
        }
    }
}

/// A live resource as a baseline knows it. In both values secrets are replaced by their digests.
#[derive(Clone, Copy, Debug)]
pub struct Normal<'r> {
    /// What the baseline holds.
    pub(crate) was: Value<'r>,
    /// What is live, node by node.
    pub(crate) live: Value<'r>,
    pub(crate) marks: &'r Marks,
    /// What of the baseline must not be shown.
    pub(crate) sensitive: &'r PathSet,
}

/// What the baseline holds at one node of the live resource.
#[derive(Clone, Copy)]
pub(super) struct Near<'d> {
    /// The live value with its secrets replaced; none where nothing of it is compared.
    live: Option<Value<'d>>,
    was: Was<'d>,
    marks: Option<&'d Marks>,
    sensitive: Option<&'d PathSet>,
}

#[derive(Clone, Copy)]
pub(super) enum Was<'d> {
    /// It says nothing here.
    Unknown,
    Absent,
    Value(Value<'d>),
}

impl<'d> Near<'d> {
    pub(super) fn of(normal: Normal<'d>) -> Self {
        Self {
            live: Some(normal.live),
            was: if normal.marks.silent { Was::Unknown } else { Was::Value(normal.was) },
            marks: Some(normal.marks),
            sensitive: Some(normal.sensitive).filter(|set| !set.is_empty()),
        }
    }

    /// What it holds, where that says anything.
    pub(super) fn value(self) -> Option<Value<'d>> {
        if let Was::Value(was) = self.was { Some(was) } else { None }
    }

    /// Whether it holds a value of this kind, or says nothing.
    pub(super) fn is_of(self, kind: Kind) -> bool {
        match self.was {
            Was::Unknown => true,
            Was::Absent => false,
            Was::Value(was) => was.kind() == kind,
        }
    }

    /// What is known of the place.
    pub(super) fn marks(self) -> Marked {
        self.marks.map_or(Marked::default(), |marks| Marked {
            unordered: marks.unordered,
            blind: marks.blind,
            blind_below: marks.blind_below,
        })
    }

    /// What it holds behind a step of its own.
    pub(super) fn at(self, step: &Step, live: Option<Value<'d>>, was: Option<Value<'d>>) -> Self {
        let marks = self.marks.and_then(|marks| marks.below.get(step));
        let silent = marks.is_some_and(|marks| marks.silent);
        let was = match (self.was, was) {
            (Was::Unknown, _) => Was::Unknown,
            _ if silent => Was::Unknown,
            (_, Some(value)) => Was::Value(value),
            (_, None) => Was::Absent,
        };
        Self { live, was, marks, sensitive: self.sensitive.and_then(|set| set.below(step)) }
    }

    /// What it holds at a field.
    pub(super) fn field(self, name: &str) -> Self {
        let get = |map: Value<'d>| if map.kind() == Kind::Map { map.get(name) } else { None };
        let was = self.value().and_then(get);
        self.at(&Step::Field(name.to_owned()), self.live.and_then(get), was)
    }

    /// What it holds of the live element at `index`, to which its own at `known` belongs.
    pub(super) fn element(self, index: usize, known: Option<usize>) -> Self {
        let live = self.live.and_then(|list| list.at(index));
        match known {
            Some(known) => {
                let was = self.value().and_then(|list| list.at(known));
                self.at(&Step::Index(known), live, was)
            }
            None => self.at(&Step::Index(usize::MAX), live, None),
        }
    }

    /// The same node, once the strings there have been opened.
    pub(super) fn opened<'e>(
        self,
        live: Option<Value<'e>>,
        was: Option<Option<Value<'e>>>,
    ) -> Near<'e>
    where
        'd: 'e,
    {
        let was = match (self.was, was) {
            (Was::Unknown, _) => Was::Unknown,
            (_, Some(Some(opened))) => Was::Value(opened),
            // A string that holds no document, or another kind of value: all inside is new.
            (Was::Absent | Was::Value(_), Some(None)) => Was::Absent,
            (other, None) => other,
        };
        let sensitive = self.sensitive.filter(|set| set.is_member());
        Near { live, was, marks: None, sensitive }
    }

    /// The live value, its secrets replaced.
    pub(super) fn live(self) -> Option<Value<'d>> {
        self.live
    }

    /// The kind of thing it holds.
    pub(super) fn was(self) -> Was<'d> {
        self.was
    }

    /// The baseline's side, to be printed.
    pub(super) fn side(self) -> Side<'d> {
        Side { value: self.value(), sensitive: self.sensitive, ..Side::none() }
    }
}

#[derive(Clone, Copy, Default)]
pub(super) struct Marked {
    pub(super) unordered: bool,
    pub(super) blind: bool,
    pub(super) blind_below: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_at_their_places() {
        let mut marks = Marks::default();
        let step = |name: &str| Step::Field(name.to_owned());
        marks.note(&[step("a"), Step::Index(1)], Mark::Blind);
        marks.note(&[step("b")], Mark::Silent);
        assert!(marks.blind_below && !marks.blind);
        let a = &marks.below[&step("a")];
        assert!(a.blind_below && a.below[&Step::Index(1)].blind);
        assert!(marks.below[&step("b")].silent);
    }
}
