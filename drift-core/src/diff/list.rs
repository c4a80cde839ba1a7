//! Lists: ordered, as sets, and by keys.
//!
//! Declared lists are closed: what actual holds beyond them is drift, unless the fact `open` says
//! that others may add.

use super::align::Match;
use super::brief::{Brief, is_long};
use super::copies::Place;
use super::frame::Frame;
use super::items::Items;
use super::marks::Marks;
use super::normal;
use super::side::{Ref, Side, Three};
use super::tiers;
use super::walk::Walk;
use crate::normalize::{Canon, Cursor, FactKind, Facts, ListSemantics, Order, Scalar};
use crate::path::Step;
use crate::value::{ContentHash, Hasher, Kind, Tree, Value};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// A list at a node of the walk.
pub(super) struct Lists<'l, 's> {
    pub(super) frame: &'l Frame<'l>,
    pub(super) cursor: &'l Cursor<'s>,
    pub(super) desired: Items<'l>,
    pub(super) actual: Items<'l>,
    /// The reference's elements; none where it is no list.
    pub(super) was: Items<'l>,
    pub(super) was_list: bool,
    pub(super) reference: Ref<'l>,
    open: bool,
    /// Whether every element's hash has been taken.
    pub(super) hashed: bool,
    /// The elements' places by value, desired's and actual's, once somebody asks.
    ranks: OnceCell<[Vec<usize>; 2]>,
    /// What names members that are too long to stand in a path, once there is one.
    brief: OnceCell<Brief<'l>>,
}

/// Elements that belong together, how a path names them, and their reference.
pub(super) struct Planned<'l> {
    pub(super) found: Match,
    pub(super) step: Step,
    pub(super) reference: Ref<'l>,
}

/// What was planned, with all that stands there.
struct Element<'p, 's> {
    frame: Frame<'p>,
    at: Three<'p>,
    cursor: Cursor<'s>,
}

/// The values of an element's keys.
type Key = Vec<(String, Tree)>;

/// Compares two lists: first everything is matched, then the matches are walked one by one.
pub(super) fn compare<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    at: &Three<'_>,
    cursor: &Cursor<'s>,
    facts: &Facts<'s>,
) {
    // On the heap: the walk goes down from here.
    let lists = Lists::new(walk, frame, at, cursor, facts);
    for planned in &lists.whole_plan(walk, facts) {
        lists.settle(walk, planned);
    }
    if lists.open {
        normal::gone_from_open(walk, frame, &at.desired, &at.actual, cursor);
    }
}

/// What each element of a list is known by, where it has all of its key.
pub(super) fn key_texts(
    canon: Canon,
    list: Value<'_>,
    cursor: &Cursor<'_>,
    fields: &[String],
) -> Vec<Option<String>> {
    let items = Items::new(Side { value: Some(list), ..Side::none() }, cursor);
    let keys = keys_of(canon, &items, cursor, fields).into_iter();
    keys.map(|key| key.map(|key| key.text)).collect()
}

/// How a path names each element of one list.
pub(super) fn steps(
    canon: Canon,
    side: Side<'_>,
    cursor: &Cursor<'_>,
    guessed: Option<&str>,
) -> Vec<Step> {
    let facts = cursor.facts();
    let items = Items::new(side, cursor);
    let keys = match (facts.list(), guessed) {
        (Some(ListSemantics::Keyed(fields)), _) => keys_of(canon, &items, cursor, fields),
        (None, Some(key)) => keys_of(canon, &items, cursor, &[key.to_owned()]),
        _ => Vec::new(),
    };
    let is_set = matches!(facts.list(), Some(ListSemantics::Set { .. }));
    let ranks = OnceCell::new();
    let hidden = |index: usize| {
        let ranks = ranks.get_or_init(|| ranks_of(&items.items));
        Step::Hidden(ranks.get(index).copied().unwrap_or_default())
    };
    let step = |(index, item): (usize, &Value<'_>)| {
        if let Some(Some(key)) = keys.get(index) {
            let secret = cursor.is_hidden() || key.hidden;
            return if secret { hidden(index) } else { Step::Key(key.fields.clone()) };
        }
        if !is_set {
            return Step::Index(index);
        }
        let sensitive = items.side(index).sensitive();
        match canon.tree(*item, &items.cursor(cursor, index), sensitive, true) {
            tree if cursor.is_hidden() || tree.holds_secret() => hidden(index),
            tree => Step::Value(tree),
        }
    };
    items.items.iter().enumerate().map(step).collect()
}

/// Each element's place among its list's elements sorted by value, which no reordering changes.
fn ranks_of(items: &[Value<'_>]) -> Vec<usize> {
    let mut sorted: Vec<usize> = (0..items.len()).collect();
    sorted.sort_by_cached_key(|index| items.get(*index).map(|item| Tree::of_sorted(*item)));
    let mut ranks = vec![0; items.len()];
    for (rank, index) in sorted.into_iter().enumerate() {
        if let Some(place) = ranks.get_mut(index) {
            *place = rank;
        }
    }
    ranks
}

/// What an element is known by.
struct ElementKey {
    fields: Key,
    /// The text that equal keys share.
    text: String,
    /// Whether one of the fields must not be shown.
    hidden: bool,
}

/// The key of an element; `None` where a part of it is missing or no scalar.
fn key_of(
    canon: Canon,
    items: &Items<'_>,
    cursor: &Cursor<'_>,
    fields: &[String],
    index: usize,
) -> Option<ElementKey> {
    let item = items.get(index)?;
    let element = cursor.item(index, item);
    let mut key = ElementKey { fields: Key::new(), text: String::new(), hidden: false };
    for name in fields {
        let field = element.field(name, false);
        let facts = field.facts();
        let value = item.get(name).filter(|value| !canon.is_absent(*value, &facts));
        let tree = value.map(Tree::of).or_else(|| facts.default().cloned())?;
        if matches!(tree, Tree::List(_) | Tree::Map(_)) {
            return None;
        }
        let canonical = facts.equality().canonical(Scalar::of_tree(&tree));
        key.text.push_str(&canonical.unwrap_or_else(|| tree.to_string()));
        key.text.push('\n');
        let side = items.side(index).below(&Step::Field(name.clone()), value);
        key.hidden |= field.is_hidden() || side.is_sensitive();
        key.fields.push((name.clone(), tree));
    }
    key.fields.sort();
    Some(key)
}

/// The keys of each element.
fn keys_of(
    canon: Canon,
    items: &Items<'_>,
    cursor: &Cursor<'_>,
    fields: &[String],
) -> Vec<Option<ElementKey>> {
    (0..items.items.len()).map(|index| key_of(canon, items, cursor, fields, index)).collect()
}

/// The first of `name`, `id` and `key` that every element of two lists carries as a scalar, unique within
/// each, where both hold the same values of it.
pub(super) fn guessed_key(desired: &[Value<'_>], actual: &[Value<'_>]) -> Option<String> {
    let first = desired.first().filter(|item| item.kind() == Kind::Map)?;
    ["name", "id", "key"].iter().find_map(|wanted| {
        let (spelling, _) = first.fields().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        let values = |items: &[Value<'_>]| -> Option<BTreeSet<String>> {
            let value = |item: &Value<'_>| {
                let value = item.get(spelling)?;
                let scalar = matches!(value.kind(), Kind::String | Kind::Number);
                scalar.then(|| Tree::of(value).to_string())
            };
            let values: BTreeSet<String> = items.iter().map(value).collect::<Option<_>>()?;
            (values.len() == items.len()).then_some(values)
        };
        let of_desired = values(desired)?;
        (of_desired == values(actual)?).then(|| spelling.to_owned())
    })
}

impl<'l, 's> Lists<'l, 's> {
    fn new(
        walk: &Walk<'_, 's>,
        frame: &'l Frame<'l>,
        at: &Three<'l>,
        cursor: &'l Cursor<'s>,
        facts: &Facts<'s>,
    ) -> Box<Self> {
        let Three { desired, actual, reference } = *at;
        let is_list =
            |value: Value<'_>| value.kind() == Kind::List || cursor.single(value).is_some();
        let was_list = reference.value().is_some_and(is_list);
        let [desired, actual, was] =
            [desired, actual, if was_list { reference.side() } else { Side::none() }]
                .map(|side| Items::new(side, cursor));
        let actual = actual.recalled(walk, cursor);
        let hashed = [&desired, &actual, &was].into_iter().all(Items::are_hashed);
        Box::new(Self {
            frame,
            cursor,
            hashed,
            desired,
            actual,
            was,
            was_list,
            reference,
            open: facts.is(FactKind::Open),
            ranks: OnceCell::new(),
            brief: OnceCell::new(),
        })
    }

    /// Which elements belong together.
    fn whole_plan(&self, walk: &mut Walk<'_, 's>, facts: &Facts<'s>) -> Vec<Planned<'l>> {
        let mut plan = self.plan(walk, facts);
        if self.desired.side.unknown.is_some() || self.actual.side.unknown.is_some() {
            self.pair_doubtful(walk, &mut plan);
        }
        plan
    }

    fn plan(&self, walk: &mut Walk<'_, 's>, facts: &Facts<'s>) -> Vec<Planned<'l>> {
        if self.desired.items.is_empty() && self.actual.items.is_empty() {
            walk.note_compared();
            return Vec::new();
        }
        match facts.list() {
            Some(ListSemantics::Set { unique }) => self.as_sets(walk, *unique),
            Some(ListSemantics::Keyed(keys)) => {
                let once = facts.is(FactKind::Unique);
                self.by_keys(walk, keys, facts.order(), once)
            }
            Some(ListSemantics::Ordered | ListSemantics::Atomic) => self.in_order(walk),
            // A guess is worth its warning only where the lists differ as they stand.
            None => match guessed_key(&self.desired.items, &self.actual.items)
                .filter(|_| !self.agree_in_order(walk))
            {
                Some(key) => {
                    let message = format!("matched by `{key}`, which no rule or schema says");
                    walk.warn("guessed_list_key", &message, self.frame.path());
                    let order = facts.stated_order().unwrap_or(walk.order_of_guesses());
                    self.by_keys(walk, &[key], order, false)
                }
                None => self.in_order(walk),
            },
        }
    }

    /// An element of which something is not known may be any that stands alone on the other side:
    /// those are paired, so that neither is said to be removed or added.
    fn pair_doubtful(&self, walk: &Walk<'_, 's>, plan: &mut Vec<Planned<'l>>) {
        let (mut of_desired, mut of_actual) = (BTreeMap::new(), BTreeMap::new());
        for (at, planned) in plan.iter().enumerate() {
            match planned.found {
                Match::Desired(index) => of_desired.insert(index, at),
                Match::Actual(index) => of_actual.insert(index, at),
                Match::Both(..) => None,
            };
        }
        let sides = [(&self.desired, &self.actual, false), (&self.actual, &self.desired, true)];
        for (doubtful, other, swapped) in sides {
            let (from, to) =
                if swapped { (&of_actual, &of_desired) } else { (&of_desired, &of_actual) };
            let mut left: Vec<usize> = from.keys().copied().collect();
            left.retain(|index| doubtful.side(*index).unknown.is_some());
            let mut right: Vec<usize> = to.keys().copied().collect();
            if left.is_empty() || right.is_empty() {
                continue;
            }
            // Nothing may depend on the order of a set; what is known in part comes first.
            self.sort_by_value(walk, &doubtful.items, &mut left);
            left.sort_by_key(|index| doubtful.side(*index).is_unknown());
            self.sort_by_value(walk, &other.items, &mut right);
            for (one, two) in left.into_iter().zip(right) {
                let (d, a) = if swapped { (two, one) } else { (one, two) };
                let (Some(kept), Some(gone)) = (of_desired.remove(&d), of_actual.remove(&a)) else {
                    continue;
                };
                if let Some(planned) = plan.get_mut(kept) {
                    planned.found = Match::Both(d, a);
                }
                if let Some(planned) = plan.get_mut(gone) {
                    planned.found = Match::Both(usize::MAX, usize::MAX);
                }
            }
        }
        plan.retain(|planned| !matches!(planned.found, Match::Both(usize::MAX, usize::MAX)));
    }

    /// The cursor at an element, whose position counts in desired, else in actual.
    fn element(&self, desired: Option<usize>, actual: Option<usize>) -> Cursor<'s> {
        let in_desired = desired.and_then(|at| Some((at, self.desired.get(at)?)));
        let in_actual = actual.and_then(|at| Some((at, self.actual.get(at)?)));
        let Some((index, item)) = in_desired.or(in_actual) else { return self.cursor.clone() };
        // A flag of one side hides what is behind it on all.
        let sides =
            [(&self.desired, desired), (&self.actual, actual), (&self.was, desired.or(actual))];
        let mut flags = sides.into_iter().filter_map(|(of, at)| of.flag(at?));
        self.cursor.item_behind(flags.next(), index, item)
    }

    /// Compares two elements, or reports one that stands alone.
    fn settle(&self, walk: &mut Walk<'_, 's>, planned: &Planned<'l>) {
        let element = self.located(planned);
        if element.at.desired.value.is_none() && !element.at.actual.is_unknown() {
            self.extra(walk, &element);
        } else {
            walk.node(&element.frame, &element.at, &element.cursor);
        }
    }

    /// An element that only actual has.
    #[inline(never)]
    fn extra(&self, walk: &mut Walk<'_, 's>, element: &Element<'_, 's>) {
        let Element { frame, at: Three { actual, reference, .. }, cursor } = element;
        if self.open {
            tiers::undeclared(walk, frame, *actual, *reference, cursor);
        } else if !tiers::is_known(walk, frame, *actual, cursor) {
            walk.added(frame, *actual, *reference, cursor);
        }
    }

    #[inline(never)]
    fn located(&self, planned: &Planned<'l>) -> Box<Element<'_, 's>> {
        let (d, a) = match planned.found {
            Match::Both(d, a) => (Some(d), Some(a)),
            Match::Desired(d) => (Some(d), None),
            Match::Actual(a) => (None, Some(a)),
        };
        let desired = d.map_or(Side::none(), |d| self.desired.side(d));
        let actual = a.map_or(Side::none(), |a| self.actual.side(a));
        Box::new(Element {
            frame: self.frame.element(
                planned.step.clone(),
                d.map(|d| self.desired.token(d)).zip(desired.value),
                a.map(|a| self.actual.token(a)).zip(actual.value),
            ),
            at: Three { desired, actual, reference: planned.reference },
            cursor: self.element(d, a),
        })
    }

    /// The reference for an element: the one at `found` of the reference's elements.
    pub(super) fn reference_at(&self, found: Option<usize>) -> Ref<'l> {
        match (self.reference, found) {
            (Ref::Value(_), Some(index)) => Ref::of(self.was.side(index)),
            (Ref::Value(_), None) | (Ref::Absent, _) => Ref::Absent,
            (other, _) => other,
        }
    }

    /// A hash of each element of one side. Hashes of the three sides can be compared.
    pub(super) fn hashes(&self, walk: &Walk<'_, 's>, of: &Items<'_>) -> Vec<ContentHash> {
        let hash = |(index, item): (usize, &Value<'_>)| {
            let taken = self.hashed.then(|| of.side.hash_of(*item)).flatten();
            taken.unwrap_or_else(|| walk.canon.hash(*item, &self.cursor.item(index, *item)))
        };
        of.items.iter().enumerate().map(hash).collect()
    }

    fn agree_in_order(&self, walk: &Walk<'_, 's>) -> bool {
        self.hashes(walk, &self.desired) == self.hashes(walk, &self.actual)
    }

    fn by_keys(
        &self,
        walk: &mut Walk<'_, 's>,
        fields: &[String],
        order: Order,
        once: bool,
    ) -> Vec<Planned<'l>> {
        let [d_marks, a_marks, r_marks] = self.marks(walk.canon, fields);
        if once && d_marks.is_one_without() && a_marks.is_one_without() {
            return self.only_ones();
        }
        let [of_desired, of_actual, was] = [&d_marks, &a_marks, &r_marks].map(Marks::copies);
        // What is known of a long list is far away: each loop looks at little of it.
        let twins = d_marks.all().map(|mark| {
            // A key that stands twice identifies nothing.
            let only = mark.filter(|mark| of_desired.is_only(*mark));
            only.map_or(Place::Often, |mark| of_actual.place(mark))
        });
        let twins: Vec<Place> = twins.collect();
        let hashes = self.comparable(walk);
        let [mut d_loose, mut a_loose] = [Vec::new(), Vec::new()];
        let mut common = Vec::new();
        let mut plan = Vec::new();
        let mut has_twin = vec![false; a_marks.len()];
        for (index, twin) in twins.into_iter().enumerate() {
            let found = match twin {
                Place::Nowhere => Match::Desired(index),
                Place::Once(twin) => Match::Both(index, twin as usize),
                Place::Often => {
                    d_loose.push(index);
                    continue;
                }
            };
            if let Match::Both(_, twin) = found {
                if order == Order::Significant && self.is_compared(walk, index) {
                    common.push((index, twin));
                }
                if let Some(has_twin) = has_twin.get_mut(twin) {
                    *has_twin = true;
                }
            }
            if !self.agree(walk, found, hashes.as_ref()) {
                let was = d_marks.get(index).and_then(|mark| was.only(mark));
                plan.push(self.planned(walk.canon, fields, found, was));
            }
        }
        let alone = has_twin.into_iter().enumerate().filter(|(_, has_twin)| !has_twin);
        for (index, _) in alone {
            let only = a_marks.get(index).filter(|mark| of_actual.is_only(*mark));
            match only.map(|mark| (mark, of_desired.count(mark))) {
                Some((mark, 0)) => {
                    let found = Match::Actual(index);
                    plan.push(self.planned(walk.canon, fields, found, was.only(mark)));
                }
                _ => a_loose.push(index),
            }
        }
        plan.extend(self.as_multiset(
            walk,
            &d_loose,
            &a_loose,
            once && order == Order::Insignificant,
        ));
        match order {
            Order::Insignificant => {}
            Order::Significant => self.key_order(walk, common),
            Order::References => self.reference_order(walk, fields),
        }
        plan
    }

    /// Two lists of one element each, which no key names.
    fn only_ones(&self) -> Vec<Planned<'l>> {
        let found = Match::Both(0, 0);
        let step = self.step(found, false, || Step::Index(0));
        let reference = self.reference_at((self.was.items.len() == 1).then_some(0));
        vec![Planned { found, step, reference }]
    }

    /// The hashes of the elements of both sides, where those that are equal settle two of them.
    fn comparable(&self, walk: &Walk<'_, 's>) -> Option<[Vec<ContentHash>; 2]> {
        if !walk.is_spared(self.desired.side, self.actual.side) {
            return None;
        }
        Some([self.desired.hashes()?, self.actual.hashes()?])
    }

    /// Whether nothing can be found between two elements, as a walk would see at once.
    fn agree(
        &self,
        walk: &mut Walk<'_, 's>,
        found: Match,
        hashes: Option<&[Vec<ContentHash>; 2]>,
    ) -> bool {
        let Match::Both(d, a) = found else { return false };
        if let Some([desired, actual]) = hashes {
            return walk.spare(desired.get(d).is_some_and(|hash| actual.get(a) == Some(hash)));
        }
        let unknown = self.desired.side.unknown.or(self.actual.side.unknown);
        unknown.is_none() && walk.agree(self.desired.side(d), self.actual.side(a))
    }

    /// Elements that a key names, alone on its side.
    fn planned(
        &self,
        canon: Canon,
        fields: &[String],
        found: Match,
        was: Option<usize>,
    ) -> Planned<'l> {
        let (d, a) = match found {
            Match::Both(d, a) => (Some(d), Some(a)),
            Match::Desired(d) => (Some(d), None),
            Match::Actual(a) => (None, Some(a)),
        };
        // Both sides know a key by the same fields; one may say that it is secret.
        let key = |of: &Items<'_>, at| key_of(canon, of, self.cursor, fields, at);
        let keys = [d.and_then(|d| key(&self.desired, d)), a.and_then(|a| key(&self.actual, a))];
        let hidden = keys.iter().flatten().any(|key| key.hidden);
        let fields = keys.into_iter().flatten().next().map(|key| key.fields);
        let step = self.step(found, hidden, || Step::Key(fields.unwrap_or_default()));
        Planned { found, step, reference: self.reference_at(was) }
    }

    /// What tells the keys of all elements of desired, actual and the reference apart.
    fn marks(&self, canon: Canon, fields: &[String]) -> [Marks; 3] {
        let sides = [&self.desired, &self.actual, &self.was];
        let taken = sides.map(|of| self.taken_marks(of, fields));
        if let [Some(desired), Some(actual), Some(was)] = taken {
            return [desired, actual, was];
        }
        sides.map(|of| {
            let mark = |key: ElementKey| Hasher::new(canon.seed, b'k').text(&key.text).finish();
            let keys = keys_of(canon, of, self.cursor, fields).into_iter();
            Marks::of(keys.map(|key| key.map(mark)))
        })
    }

    /// The same by the hashes of a field of which no fact speaks, where each element has it as a
    /// scalar and these hashes have been taken.
    fn taken_marks(&self, of: &Items<'_>, fields: &[String]) -> Option<Marks> {
        let [name] = fields else { return None };
        let field = self.cursor.any_element().field(name, false);
        let is_plain = field.entries().next().is_none() && field.ignored().is_none();
        if self.cursor.names_elements() || !is_plain {
            return None;
        }
        let mut hashes = Vec::with_capacity(of.items.len());
        for item in &of.items {
            let value = item.get(name)?;
            let is_scalar = !matches!(value.kind(), Kind::List | Kind::Map);
            hashes.push(of.side.hash_of(value).filter(|_| is_scalar)?);
        }
        Some(Marks::of_all(hashes))
    }

    /// Whether rules let an element of desired count, so that it matters where it stands.
    pub(super) fn is_compared(&self, walk: &Walk<'_, 's>, index: usize) -> bool {
        let left_out =
            |item| walk.canon.is_left_out(item, &self.desired.cursor(self.cursor, index));
        !self.desired.get(index).is_some_and(left_out)
    }

    /// Reports common elements that stand in another order.
    fn key_order(&self, walk: &mut Walk<'_, 's>, mut common: Vec<(usize, usize)>) {
        common.sort_unstable();
        if common.is_sorted_by_key(|(_, a)| *a) {
            return;
        }
        self.moved(walk);
    }

    /// The step that names an element, hidden where its key or value must not be shown.
    pub(super) fn step(&self, found: Match, secret: bool, step: impl FnOnce() -> Step) -> Step {
        let hidden = || {
            let [desired, actual] = self
                .ranks
                .get_or_init(|| [ranks_of(&self.desired.items), ranks_of(&self.actual.items)]);
            let rank = match found {
                Match::Both(index, _) | Match::Desired(index) => desired.get(index),
                Match::Actual(index) => actual.get(index),
            };
            Step::Hidden(rank.copied().unwrap_or_default())
        };
        if secret || self.cursor.is_hidden() {
            return hidden();
        }
        match step() {
            Step::Value(tree) if tree.holds_secret() => hidden(),
            // What stands alone is told as a whole, and once.
            Step::Value(tree) if matches!(found, Match::Both(..)) && is_long(&tree) => {
                self.named_briefly(found).unwrap_or_else(hidden)
            }
            step => step,
        }
    }

    fn named_briefly(&self, found: Match) -> Option<Step> {
        let Match::Both(index, _) = found else { return None };
        let of = || Brief::of([&self.desired.items, &self.actual.items]);
        self.brief.get_or_init(of).step(self.desired.get(index)?)
    }
}
