//! A shape's trie as an automaton, made as documents need it: one lookup a node, however many rules
//! there are.
//!
//! A state stands for a place of a [`Cursor`] and holds, worked out once, what hashing and counting
//! ask there. Machines are scratch: a thread takes one out of its shape's pool and puts it back.

use super::ahead::{Ahead, UNMADE};
use super::equality::Equality;
use super::naming::Naming;
use super::rule::{Fact, ListSemantics, Order};
use super::shape::{Cursor, Shape};
use super::spot::Place;
use super::{Entry, Glob};
use crate::value::scan::Quoted;
use crate::value::{Embedded, Kind, Tree};
use std::collections::BTreeMap;

pub(super) type StateId = u32;

/// A machine with more states is of no use any more: rules with many wildcards can have as many as
/// there are subsets of their steps.
const MAX_STATES: usize = 1 << 14;

/// How the elements of a list enter its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListKind {
    Ordered,
    Set,
    /// Equal members count once.
    Unique,
    /// Only a walk can compare it: patterns name its elements one by one, or its keys are left out.
    Open,
}

/// What becomes of a node at a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is hashed as it is.
    Plain,
    /// Facts decide; see the other fields of the state.
    Facts,
    /// Nothing of it is compared.
    Skipped,
    /// Only a walk can compare it.
    Open,
}

/// What becomes of numbers and strings at a place of a shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scalars {
    /// Whether it can be told without asking what they say, but for zeros.
    pub(super) told: bool,
    /// Whether it can be told of zeros and the empty text too.
    pub(super) zeros: bool,
    /// Whether they are hashed as they are; else nothing of them is compared.
    pub(super) hashed: bool,
    /// Whether rules match them.
    pub(super) counted: bool,
}

impl Scalars {
    pub(super) const UNTOLD: Self =
        Self { told: false, zeros: false, hashed: false, counted: false };
}

/// What hashing and counting ask at a place of a shape.
#[derive(Debug)]
pub(super) struct State {
    pub(super) treatment: Treatment,
    /// Whether a rule leaves the value out, or all of it but what another rule takes back in.
    pub(super) ignored: bool,
    pub(super) list: ListKind,
    pub(super) equality: Equality,
    /// How a string may hold the document that is compared.
    pub(super) opens: Option<Embedded>,
    /// Whether a value that is no list is as good as a list that holds it alone.
    pub(super) single: bool,
    pub(super) default: Option<Tree>,
    pub(super) empties: Vec<Tree>,
    /// Whether facts speak of no other scalars than null, false, zeros and the empty text.
    pub(super) only_zeros: bool,
    pub(super) scalars: Scalars,
    /// Whether containers are hashed and nothing else: no fact speaks of them.
    pub(super) calm: bool,
    /// The rules that match every node here.
    pub(super) always: Vec<u32>,
    /// The rules that match a node with the default value.
    pub(super) at_default: Vec<u32>,
    /// The rules that match a text of their glob, and whatever is no text.
    pub(super) generated: Vec<(u32, Glob)>,
    place: Place,
    names: Ahead,
    /// Behind any field that has no name in `names`.
    other: StateId,
    /// Behind any element; `UNMADE` where none has been seen.
    pub(super) element: StateId,
}

/// An automaton over the places of one shape.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    states: Vec<State>,
    known: BTreeMap<Place, StateId>,
}

impl Machine {
    /// Whether it has grown beyond use: what was read since then has been read at wrong places.
    pub(super) fn is_full(&self) -> bool {
        self.states.len() >= MAX_STATES
    }

    /// Starts at the resource itself.
    pub(super) fn root(&mut self, shape: &Shape) -> StateId {
        if self.is_full() {
            *self = Self::default();
        }
        if self.states.is_empty() {
            self.state(&shape.root());
        }
        0
    }

    #[inline]
    pub(super) fn get(&self, id: StateId) -> Option<&State> {
        self.states.get(id as usize)
    }

    /// The state at the field `name`.
    #[inline(always)]
    pub(super) fn field(&mut self, shape: &Shape, from: StateId, name: Quoted<'_>) -> StateId {
        let Some(state) = self.states.get(from as usize) else {
            return from;
        };
        let mut next = state.other;
        if let Some(known) = state.names.find(name) {
            next = known.get();
        }
        if next == UNMADE { self.make_field(shape, from, name) } else { next }
    }

    /// The state at any element of a list.
    #[inline]
    pub(super) fn element(&mut self, shape: &Shape, from: StateId) -> StateId {
        let next = self.states.get(from as usize).map_or(from, |state| state.element);
        if next != UNMADE {
            return next;
        }
        let Some(cursor) = self.cursor(shape, from) else { return from };
        let made = self.state(&cursor.any_element());
        if let Some(state) = self.states.get_mut(from as usize) {
            state.element = made;
        }
        made
    }

    fn cursor<'s>(&self, shape: &'s Shape, at: StateId) -> Option<Cursor<'s>> {
        self.states.get(at as usize).map(|state| Cursor::standing(shape, state.place.clone()))
    }

    #[cold]
    fn make_field(&mut self, shape: &Shape, from: StateId, name: Quoted<'_>) -> StateId {
        let Some(cursor) = self.cursor(shape, from) else { return from };
        let made = self.state(&cursor.field(name.text(), false));
        if let Some(state) = self.states.get_mut(from as usize) {
            match state.names.find(name) {
                Some(known) => known.set(made),
                None => state.other = made,
            }
        }
        made
    }

    /// The state of a place, made where there is none yet.
    fn state(&mut self, cursor: &Cursor<'_>) -> StateId {
        let place = cursor.place();
        if let Some(known) = self.known.get(place) {
            return *known;
        }
        if self.is_full() {
            // Whoever reads on here has been told that it means nothing: see `is_full`.
            return 0;
        }
        let id = StateId::try_from(self.states.len()).unwrap_or(UNMADE - 1);
        self.known.insert(place.clone(), id);
        self.states.push(State::at(cursor, place.clone()));
        id
    }
}

/// Whether nothing of a node is compared, whatever it holds.
fn is_dropped(cursor: &Cursor<'_>) -> bool {
    cursor.facts().is_output() || (cursor.ignored().is_some() && !cursor.reopens())
}

impl State {
    fn at(cursor: &Cursor<'_>, place: Place) -> Self {
        let facts = cursor.facts();
        let id = |entry: &Entry| u32::try_from(entry.rule).unwrap_or(u32::MAX);
        let mut always = Vec::new();
        let mut at_default = Vec::new();
        let mut generated = Vec::new();
        for entry in cursor.entries() {
            match &entry.fact {
                Fact::Default(_) => at_default.push(id(entry)),
                // Where it matches depends on more than the value.
                Fact::SameAs(_) | Fact::Trust(_) => {}
                Fact::Generated(globs) => {
                    generated.extend(globs.iter().map(|glob| (id(entry), glob.clone())));
                }
                _ => always.push(id(entry)),
            }
        }
        always.sort_unstable();
        always.dedup();
        at_default.sort_unstable();
        at_default.dedup();
        at_default.retain(|rule| !always.contains(rule));
        generated.retain(|(rule, _)| !always.contains(rule));
        let empty = |tree: &Tree| match tree {
            Tree::List(items) => items.is_empty(),
            Tree::Map(fields) => fields.is_empty(),
            _ => true,
        };
        let default = facts.default().cloned();
        let exact = facts.equality() == Equality::Exact;
        let single = cursor.takes_single();
        let plain = exact && !single && default.is_none() && facts.empties().is_empty();
        let counted = !(at_default.is_empty() && generated.is_empty());
        let treatment = if is_dropped(cursor) {
            Treatment::Skipped
        } else if cursor.ignored().is_some()
            || facts.names() != Naming::Exact
            || default.as_ref().is_some_and(|d| !empty(d))
        {
            Treatment::Open
        } else if plain && !counted {
            Treatment::Plain
        } else {
            Treatment::Facts
        };
        let zero = |tree: &Tree| match tree {
            Tree::Null | Tree::Bool(false) | Tree::List(_) | Tree::Map(_) => true,
            Tree::String(text) => text.is_empty(),
            Tree::Number(text) => text == "0",
            _ => false,
        };
        let mut told = default.iter().chain(facts.empties());
        let only_zeros = treatment == Treatment::Facts
            && exact
            && !single
            && generated.is_empty()
            && told.all(zero);
        let scalars = Scalars {
            told: match treatment {
                Treatment::Plain => true,
                Treatment::Facts => only_zeros,
                Treatment::Skipped => !counted,
                Treatment::Open => false,
            },
            zeros: treatment != Treatment::Facts,
            hashed: treatment != Treatment::Skipped,
            counted: !always.is_empty(),
        };
        let list = list_kind(cursor);
        Self {
            treatment,
            only_zeros,
            scalars,
            calm: treatment == Treatment::Plain && list != ListKind::Open,
            ignored: cursor.ignored().is_some(),
            list,
            equality: facts.equality(),
            opens: facts.equality().opens(),
            single,
            default,
            empties: facts.empties().to_vec(),
            always,
            at_default,
            generated,
            names: cursor.ahead(),
            place,
            other: UNMADE,
            element: UNMADE,
        }
    }

    /// Whether a container without content has a value that facts speak of.
    pub(super) fn empty_container(&self, kind: Kind) -> Emptiness {
        let is = |tree: &Tree| match tree {
            Tree::List(items) => kind == Kind::List && items.is_empty(),
            Tree::Map(fields) => kind == Kind::Map && fields.is_empty(),
            _ => false,
        };
        Emptiness {
            default: self.default.as_ref().is_some_and(is),
            listed: self.empties.iter().any(is),
        }
    }
}

/// What facts say of a value that may be as good as none.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Emptiness {
    /// It is the default.
    pub(super) default: bool,
    /// It is listed as an empty.
    pub(super) listed: bool,
}

impl Emptiness {
    /// Whether the value stands for absence, and so does a default that is not equal to it: one side
    /// alone cannot tell which the other has.
    pub(super) fn is_torn(self, state: &State) -> bool {
        self.listed && !self.default && state.default.is_some()
    }
}

fn list_kind(cursor: &Cursor<'_>) -> ListKind {
    let facts = cursor.facts();
    let (unordered, keys) = match facts.list() {
        Some(ListSemantics::Set { unique: true }) => return by_name(cursor, ListKind::Unique),
        Some(ListSemantics::Set { unique: false }) => (true, [].as_slice()),
        Some(ListSemantics::Keyed(keys)) => {
            (facts.order() == Order::Insignificant, keys.as_slice())
        }
        _ => (false, [].as_slice()),
    };
    let kind = match unordered {
        true if facts.counts_once() => ListKind::Unique,
        true => ListKind::Set,
        false => ListKind::Ordered,
    };
    // A walk pairs elements by their keys. Where those do not enter the hash, equal hashes would
    // not make equal pairs.
    let element = cursor.any_element();
    let hidden = |key: &String| {
        let key = element.field(key, false);
        let facts = key.facts();
        let told = facts.equality().opens().is_none() && !key.takes_single();
        is_dropped(&key) || key.ignored().is_some() || !told
    };
    if keys.iter().any(hidden) {
        return ListKind::Open;
    }
    by_name(cursor, kind)
}

/// Where patterns name single elements, their states depend on what stands where.
fn by_name(cursor: &Cursor<'_>, kind: ListKind) -> ListKind {
    if cursor.names_elements() { ListKind::Open } else { kind }
}
