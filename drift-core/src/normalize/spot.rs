//! The places of a shape at which cursors stand, each worked out once: what wins there, and where its
//! fields and elements lead.

use super::ahead::{Ahead, Target, UNMADE};
use super::rule::{Fact, FactKind, Layer};
use super::shape::{Entry, Shape};
use crate::value::scan::Quoted;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Where a fact stands in a shape: its node, and its place there.
pub(super) type At = (u32, u32);

/// What tells a place from others: what a [`Cursor`](super::Cursor) knows apart from what concerns
/// printing alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The nodes of the trie that are alive, in their order.
    pub(super) alive: Vec<u32>,
    pub(super) ignored: Option<At>,
    /// Whether it is an element of a list that a single value may stand for.
    pub(super) single: bool,
}

/// What facts say of whether a value must not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Hidden,
    Shown,
    /// A schema that types the value speaks against its name alone.
    AsAbove,
    Unsaid,
}

/// What holds at a place.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) place: Place,
    /// A bit for each kind of fact that stands here, and of each the fact that wins, in their order.
    kinds: u32,
    winners: Box<[At]>,
    pub(super) secrecy: Secrecy,
    /// Whether a value here that is no list is as good as a list that holds it alone.
    pub(super) takes_single: bool,
    /// Whether something below may be compared although this is ignored.
    pub(super) reopens: bool,
    /// Whether patterns name elements here by their index, keys or value.
    pub(super) names_elements: bool,
    /// Whether a rule here asks what stands beside it.
    pub(super) asks_beside: bool,
    /// Whether a rule here asks what a change means.
    pub(super) asks_meaning: bool,
    /// Made when somebody first asks for a field.
    ahead: OnceLock<Ahead>,
    /// Behind any field that patterns do not name.
    other: Target,
    /// Behind any element that patterns do not name.
    element: Target,
}

const _: () = assert!(FactKind::COUNT <= u32::BITS as usize);

impl Spot {
    fn at(shape: &Shape, place: Place) -> Self {
        let mut best: [Option<&Entry>; FactKind::COUNT] = [None; FactKind::COUNT];
        for entry in shape.entries(&place.alive) {
            if let Some(best) = best.get_mut(entry.fact.kind() as usize) {
                *best = Some(entry.or_better(*best));
            }
        }
        let kinds = (0..).zip(&best).filter(|(_, entry)| entry.is_some());
        let kinds = kinds.fold(0, |kinds, (kind, _): (u32, _)| kinds | 1 << kind);
        let of = |kind: FactKind| best.get(kind as usize).copied().flatten();
        let secret = of(FactKind::Secret);
        let secrecy = match secret {
            Some(entry) if entry.fact == Fact::Secret(true) => Secrecy::Hidden,
            Some(entry) if entry.rank.layer == Layer::User => Secrecy::Shown,
            Some(_) => Secrecy::AsAbove,
            None => Secrecy::Unsaid,
        };
        let single = of(FactKind::SingleIsList).map(|entry| &entry.fact);
        let alive = place.alive.as_slice();
        let rules = || shape.entries(alive).filter_map(|entry| shape.rules.get(entry.rule));
        let asks_beside = rules().any(|rule| !rule.when.beside.is_empty());
        let asks_meaning = rules().any(|rule| !rule.when.meanings.is_empty());
        Self {
            kinds,
            winners: best.iter().flatten().map(|entry| entry.at).collect(),
            secrecy,
            takes_single: !place.single && single == Some(&Fact::SingleIsList(true)),
            reopens: shape.reopens(&place.alive),
            names_elements: shape.names_elements(&place.alive),
            asks_beside,
            asks_meaning,
            ahead: OnceLock::new(),
            other: Target::default(),
            element: Target::default(),
            place,
        }
    }

    #[inline]
    fn ahead(&self, shape: &Shape) -> &Ahead {
        self.ahead.get_or_init(|| shape.ahead(&self.place.alive))
    }

    /// Where the fact stands that wins among those of a kind.
    #[inline]
    pub(super) fn winner(&self, kind: FactKind) -> Option<At> {
        let bit = 1 << kind as u32;
        if self.kinds & bit == 0 {
            return None;
        }
        let before = (self.kinds & (bit - 1)).count_ones();
        self.winners.get(before as usize).copied()
    }
}

/// A spot that the shape keeps, or one beyond those that it may.
#[derive(Clone, Debug)]
pub(super) enum Stand<'s> {
    Kept(&'s Spot),
    Made(Arc<Spot>),
}

impl Deref for Stand<'_> {
    type Target = Spot;

    #[inline]
    fn deref(&self) -> &Spot {
        match self {
            Self::Kept(spot) => spot,
            Self::Made(spot) => spot,
        }
    }
}

/// So many spots stand on the first shelf.
const FIRST: usize = 16;
/// A shape keeps what stands on so many shelves, 4,080 spots: rules with many wildcards can have as many places as
/// there are subsets of their steps. Others are worked out wherever they are met.
const SHELVES: usize = 8;

/// The spots of one shape, made as documents need them. They stay where they are.
#[derive(Default)]
pub(super) struct Spots {
    /// Each has room for twice as many as the one before.
    shelves: [OnceLock<Box<[OnceLock<Spot>]>>; SHELVES],
    known: Mutex<BTreeMap<Place, u32>>,
    /// At the resource itself.
    root: Target,
}

impl fmt::Debug for Spots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spots").finish_non_exhaustive()
    }
}

impl Spots {
    /// The room for the spot of this number.
    #[inline]
    fn room(&self, id: u32, make: bool) -> Option<&OnceLock<Spot>> {
        let at = (id as usize).checked_add(FIRST)?;
        let shelf = (at.ilog2() - FIRST.ilog2()) as usize;
        let room = self.shelves.get(shelf)?;
        let made = if make {
            let empty = || std::iter::repeat_with(OnceLock::new).take(FIRST << shelf).collect();
            room.get_or_init(empty)
        } else {
            room.get()?
        };
        made.get(at - (FIRST << shelf))
    }

    /// The spot at a place, and its number where it is kept.
    fn of<'s>(&'s self, shape: &Shape, place: Place) -> (Stand<'s>, u32) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let id = known.get(&place).copied();
        if let Some(id) = id
            && let Some(spot) = self.room(id, false).and_then(OnceLock::get)
        {
            return (Stand::Kept(spot), id);
        }
        let id = u32::try_from(known.len()).unwrap_or(UNMADE);
        match self.room(id, true) {
            Some(room) => {
                known.insert(place.clone(), id);
                (Stand::Kept(room.get_or_init(|| Spot::at(shape, place))), id)
            }
            None => {
                drop(known);
                (Stand::Made(Arc::new(Spot::at(shape, place))), UNMADE)
            }
        }
    }

    /// The spot at a place.
    pub(super) fn at<'s>(&'s self, shape: &Shape, place: Place) -> Stand<'s> {
        self.of(shape, place).0
    }

    #[inline]
    fn behind<'s>(
        &'s self,
        shape: &Shape,
        target: &Target,
        place: impl FnOnce() -> Place,
    ) -> Stand<'s> {
        let known = self.room(target.get(), false).and_then(OnceLock::get);
        known.map_or_else(|| self.make(shape, target, place()), Stand::Kept)
    }

    #[cold]
    fn make<'s>(&'s self, shape: &Shape, target: &Target, place: Place) -> Stand<'s> {
        let (stand, id) = self.of(shape, place);
        target.set(id);
        stand
    }

    /// The spot at the resource itself.
    pub(super) fn root<'s>(&'s self, shape: &Shape) -> Stand<'s> {
        self.behind(shape, &self.root, || shape.place_of_root())
    }

    /// The spot at a field.
    pub(super) fn field<'s>(&'s self, shape: &Shape, from: &Spot, name: &str) -> Stand<'s> {
        let quoted = Quoted::of(name);
        let target = from.ahead(shape).find(quoted).unwrap_or(&from.other);
        self.behind(shape, target, || shape.place_of_field(&from.place, name))
    }

    /// The spot at an element that no pattern names.
    pub(super) fn element<'s>(&'s self, shape: &Shape, from: &Spot) -> Stand<'s> {
        self.behind(shape, &from.element, || shape.place_of_element(from, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalize::{Cursor, Rules};
    use crate::value::Tree;

    const MOST: usize = FIRST * ((1 << SHELVES) - 1);

    #[test]
    fn there_is_room_for_as_many_as_may_be_kept() {
        let spots = Spots::default();
        let last = u32::try_from(MOST).unwrap() - 1;
        assert!(spots.room(0, true).is_some() && spots.room(last, true).is_some());
        assert!(spots.room(last + 1, true).is_none() && spots.room(UNMADE, false).is_none());
    }

    #[test]
    fn places_beyond_those_that_are_kept_are_the_same() {
        const STEPS: u32 = 12;
        let way = format!("$..a{}", ".*".repeat(STEPS as usize));
        let rules = format!(
            "[{{id: e, paths: ['{way}.b'], equal: number}}, {{id: i, paths: ['{way}.c'], ignore: true}},
              {{id: s, paths: ['{way}.d'], secret: true}}, {{id: l, paths: ['{way}.*.e'], equal: number}}]"
        );
        let shape = Shape::compile(Rules::from_yaml(&rules).unwrap().rules().to_vec());
        let mut made = 0;
        for path in 0..1_u32 << (STEPS + 1) {
            let is_a = |step: &u32| path >> (STEPS - step) & 1 == 1;
            let at = (0..=STEPS).fold(shape.root(), |cursor, step| {
                cursor.field(if is_a(&step) { "a" } else { "x" }, false)
            });
            made +=
                usize::from(matches!(shape.spots.at(&shape, at.place().clone()), Stand::Made(_)));
            let equal = |cursor: Cursor<'_>| cursor.facts().entry(FactKind::Equal).is_some();
            let [b, c, d] = ["b", "c", "d"].map(|name| at.field(name, false));
            let of_element = equal(at.tree_element(0, &Tree::Null).field("e", false));
            let found = [
                equal(b),
                c.ignored().is_some(),
                c.field("z", false).ignored().is_some(),
                d.is_hidden(),
                of_element,
            ];
            assert_eq!(found, [is_a(&0); 5], "{path:b}");
        }
        assert_eq!(shape.spots.known.lock().unwrap().len(), MOST);
        assert!(made > 1_000);
    }
}
