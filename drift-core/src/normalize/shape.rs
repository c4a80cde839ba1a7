//! Shapes: all rules that hold for a resource type, merged into one trie over paths.
//!
//! A [`Cursor`] walks the trie beside a document. Its cost depends on the patterns that are alive
//! at a node, not on how many rules there are.

use super::ahead::{Ahead, NameTables};
use super::bridged::Bridge;
use super::bundle;
use super::facts::Facts;
use super::packs::Unread;
use super::rank::{Rank, rank};
use super::rule::{Fact, FactKind, Rule};
use super::secret::{is_secret_flag, names_secret};
use super::shapes::MachinePool;
use super::spot::{At, Place, Secrecy, Spot, Spots, Stand};
use crate::limits::Limits;
use crate::path::{Fields, PatternStep, has_keys};
use crate::value::{Kind, Tree, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

/// A value that lies deeper below its resource is not taken for a list that holds it alone, nor `*` for
/// the principals that it names, so that no document makes the walk much deeper than it is itself.
pub(super) const MAX_SINGLE: usize = 32;

const _: () = assert!(MAX_SINGLE < Limits::MAX_DEPTH);

/// A fact at a node of the trie.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) fact: Fact,
    /// Index into [`Shape::rules`].
    pub(crate) rule: usize,
    pub(crate) rank: Rank,
    pub(super) at: At,
}

impl Entry {
    /// The better one of two of a kind: the first, where neither is.
    pub(super) fn or_better<'s>(&'s self, best: Option<&'s Self>) -> &'s Self {
        best.filter(|best| best.rank >= self.rank).unwrap_or(self)
    }
}

#[derive(Debug, Default)]
struct Node {
    fields: HashMap<String, u32, crate::value::SeededState>,
    indexes: BTreeMap<usize, u32>,
    keys: Vec<(Vec<(String, Tree)>, u32)>,
    has: Vec<(Fields, u32)>,
    values: Vec<(Tree, u32)>,
    any: Option<u32>,
    /// Behind every element of a list, and no field.
    item: Option<u32>,
    /// The node that stays alive at any depth below.
    descend: Option<u32>,
    is_descend: bool,
    entries: Vec<Entry>,
    /// Whether an `ignore: false` stands here or below.
    reopens: bool,
}

/// The compiled rules of one resource type.
#[derive(Debug)]
pub struct Shape {
    nodes: Vec<Node>,
    pub(super) rules: Vec<Arc<Rule>>,
    /// What hashes under this shape are told by.
    mark: Arc<()>,
    names_secrets: bool,
    pub(super) spots: Spots,
    names: NameTables,
    pub(super) machines: MachinePool,
    /// Rules that nothing asks until something differs.
    pub(super) deferred: Vec<Arc<Rule>>,
    pub(super) findings: Vec<Unread>,
    /// Those that hold under the type's name in another tool.
    pub(super) bridged: (Option<Bridge>, Vec<Unread>),
    pub(super) classes: OnceLock<Option<Box<Shape>>>,
}

impl Shape {
    /// Compiles `rules`, which stand in the order in which they were loaded.
    pub(crate) fn compile(rules: Vec<Arc<Rule>>) -> Self {
        let (deferred, rules) = rules.into_iter().partition(|rule| rule.is_deferred());
        Self { deferred, ..Self::of(bundle::expanded(rules), |_| true) }
    }

    /// Compiles those of the facts of `rules` that are to be kept.
    pub(super) fn of(rules: Vec<Arc<Rule>>, keep: fn(&Fact) -> bool) -> Self {
        let facts = || rules.iter().flat_map(|rule| &rule.facts);
        let mut shape = Self {
            nodes: vec![Node::default()],
            rules: Vec::new(),
            mark: Arc::default(),
            names_secrets: facts().any(reveals),
            spots: Spots::default(),
            names: NameTables::default(),
            machines: MachinePool::default(),
            deferred: Vec::new(),
            findings: Vec::new(),
            bridged: (None, Vec::new()),
            classes: OnceLock::new(),
        };
        for (index, rule) in rules.iter().enumerate() {
            for pattern in &rule.paths {
                shape.insert(index, rule, pattern.steps(), keep);
            }
        }
        shape.rules = rules;
        shape
    }

    fn insert(
        &mut self,
        index: usize,
        rule: &Rule,
        steps: &[PatternStep],
        keep: fn(&Fact) -> bool,
    ) {
        let reopens = rule.facts.contains(&Fact::Ignore(false));
        let rank = rank(index, rule, steps);
        // A pointer's token may be a field or an index, so several nodes can be ahead.
        let mut ahead = vec![0];
        self.note_reopens(&ahead, reopens);
        for step in steps {
            let next = ahead.iter().flat_map(|node| self.children(*node, step)).collect();
            ahead = next;
            self.note_reopens(&ahead, reopens);
        }
        for id in ahead {
            let Some(node) = self.nodes.get_mut(id as usize) else {
                continue;
            };
            for fact in rule.facts.iter().filter(|fact| keep(fact)) {
                let at = (id, u32::try_from(node.entries.len()).unwrap_or(u32::MAX));
                node.entries.push(Entry { fact: fact.clone(), rule: index, rank, at });
            }
        }
    }

    fn note_reopens(&mut self, nodes: &[u32], reopens: bool) {
        for node in nodes {
            if let Some(node) = self.nodes.get_mut(*node as usize) {
                node.reopens |= reopens;
            }
        }
    }

    /// The nodes behind `step`, made where they are not there yet.
    fn children(&mut self, from: u32, step: &PatternStep) -> Vec<u32> {
        let fresh = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let Some(node) = self.nodes.get_mut(from as usize) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        match step {
            PatternStep::Field(name) => {
                let known = node.fields.get(name).copied();
                found.push(known.unwrap_or_else(|| {
                    node.fields.insert(name.clone(), fresh);
                    fresh
                }));
            }
            PatternStep::Name(name) => {
                let field = *node.fields.entry(name.clone()).or_insert(fresh);
                found.push(field);
                if let Ok(index) = name.parse() {
                    found.push(*node.indexes.entry(index).or_insert(field));
                }
            }
            PatternStep::Index(index) => {
                found.push(*node.indexes.entry(*index).or_insert(fresh));
            }
            PatternStep::Key(keys) => found.push(insert_into(&mut node.keys, keys, fresh)),
            PatternStep::Has(fields) => found.push(insert_into(&mut node.has, fields, fresh)),
            PatternStep::Value(value) => found.push(insert_into(&mut node.values, value, fresh)),
            PatternStep::Any => found.push(*node.any.get_or_insert(fresh)),
            PatternStep::Item => found.push(*node.item.get_or_insert(fresh)),
            PatternStep::Descend => found.push(*node.descend.get_or_insert(fresh)),
            PatternStep::Decoded(_) => found.push(from),
            // Rules with hidden elements are refused when they are loaded.
            PatternStep::Hidden(_) => {}
        }
        if found.contains(&fresh) {
            let is_descend = *step == PatternStep::Descend;
            self.nodes.push(Node { is_descend, ..Node::default() });
        }
        found.dedup();
        found
    }

    /// Whether a rule makes something secret, or opens strings that nothing else would open.
    pub(crate) fn names_secrets(&self) -> bool {
        self.names_secrets
    }

    /// What tells hashes under this shape from others.
    pub(crate) fn mark(&self) -> &Arc<()> {
        &self.mark
    }

    /// The rules that the shape was compiled from.
    pub(crate) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// A cursor at the resource itself.
    pub(crate) fn root(&self) -> Cursor<'_> {
        let at = self.spots.root(self);
        Cursor { shape: self, hidden: at.secrecy == Secrecy::Hidden, at, depth: 0 }
    }
}

/// Where patterns go on from some nodes of the trie.
impl Shape {
    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    fn nodes<'a>(&'a self, alive: &'a [u32]) -> impl Iterator<Item = &'a Node> {
        alive.iter().filter_map(|id| self.node(*id))
    }

    pub(super) fn entry(&self, (node, index): At) -> Option<&Entry> {
        self.node(node)?.entries.get(index as usize)
    }

    /// Every fact that stands at the nodes.
    pub(super) fn entries<'s, 'a>(
        &'s self,
        alive: &'a [u32],
    ) -> impl Iterator<Item = &'s Entry> + use<'s, 'a> {
        alive.iter().filter_map(|id| self.node(*id)).flat_map(|node| &node.entries)
    }

    /// The names of fields that patterns ask for below the nodes.
    pub(super) fn ahead(&self, alive: &[u32]) -> Ahead {
        let named = |id: &u32| self.node(*id).is_some_and(|node| !node.fields.is_empty());
        let nodes: Vec<u32> = alive.iter().copied().filter(named).collect();
        let names = || self.nodes(alive).flat_map(|node| node.fields.keys().cloned()).collect();
        self.names.ahead(nodes, names)
    }

    pub(super) fn reopens(&self, alive: &[u32]) -> bool {
        self.nodes(alive).any(|node| node.reopens)
    }

    /// Whether patterns name elements below the nodes by their index, keys or value.
    pub(super) fn names_elements(&self, alive: &[u32]) -> bool {
        self.nodes(alive).any(|node| {
            let by_fields = !(node.keys.is_empty() && node.has.is_empty());
            by_fields || !(node.indexes.is_empty() && node.values.is_empty())
        })
    }

    /// The nodes behind a list element that patterns name.
    fn named(&self, alive: &[u32], element: &Element<'_>) -> Vec<u32> {
        let mut found = Vec::new();
        for node in self.nodes(alive) {
            found.extend(node.indexes.get(&element.index));
            let keys = node.keys.iter().filter(|(keys, _)| (element.has_keys)(keys));
            found.extend(keys.map(|(_, child)| *child));
            let has = node.has.iter().filter(|(fields, _)| (element.has)(fields));
            found.extend(has.map(|(_, child)| *child));
            let values = node.values.iter().filter(|(value, _)| (element.equals)(value));
            found.extend(values.map(|(_, child)| *child));
        }
        found
    }

    fn enter(&self, alive: &mut Vec<u32>, node: u32) {
        let mut next = Some(node);
        while let Some(id) = next {
            if alive.contains(&id) {
                return;
            }
            alive.push(id);
            next = self.node(id).and_then(|node| node.descend);
        }
    }

    /// The nodes that are alive one step on, whatever the step, and behind `others`.
    fn alive_behind(&self, alive: &[u32], others: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut next = Vec::with_capacity(alive.len() + 2);
        for id in alive {
            let Some(node) = self.node(*id) else { continue };
            if node.is_descend {
                self.enter(&mut next, *id);
            }
            if let Some(child) = node.any {
                self.enter(&mut next, child);
            }
        }
        others.for_each(|child| self.enter(&mut next, child));
        next
    }

    /// The place of the resource itself.
    pub(super) fn place_of_root(&self) -> Place {
        let mut alive = Vec::new();
        self.enter(&mut alive, 0);
        self.place_of(alive, None, false)
    }

    /// The place of the field `name` of another place.
    pub(super) fn place_of_field(&self, from: &Place, name: &str) -> Place {
        let named = self.nodes(&from.alive).filter_map(|node| node.fields.get(name).copied());
        self.place_of(self.alive_behind(&from.alive, named), from.ignored, false)
    }

    /// The place of an element behind these nodes.
    pub(super) fn place_of_element(&self, from: &Spot, named: &[u32]) -> Place {
        let items = self.nodes(&from.place.alive).filter_map(|node| node.item);
        let alive = self.alive_behind(&from.place.alive, items.chain(named.iter().copied()));
        self.place_of(alive, from.place.ignored, from.takes_single)
    }

    /// The place at nodes of the trie, where `ignored` leaves out what is around it. `ignore` covers what lies
    /// below.
    fn place_of(&self, mut alive: Vec<u32>, ignored: Option<At>, single: bool) -> Place {
        alive.sort_unstable();
        let ignores = self.entries(&alive).filter(|entry| entry.fact.kind() == FactKind::Ignore);
        let Some(entry) = ignores.fold(None, |best, entry| Some(entry.or_better(best))) else {
            return Place { alive, ignored, single };
        };
        let above = ignored.and_then(|above| self.entry(above));
        let ignored = match (above, &entry.fact) {
            (Some(above), Fact::Ignore(false)) if entry.rank.layer < above.rank.layer => ignored,
            (_, Fact::Ignore(false)) => None,
            _ => ignored.or(Some(entry.at)),
        };
        Place { alive, ignored, single }
    }
}

/// Whether a flag may have the value: another flag is none.
fn is_argument(value: Value<'_>) -> bool {
    value.as_str().is_none_or(|text| !text.starts_with("--"))
}

/// Whether the fact brings secrets to light that cannot be seen without it.
fn reveals(fact: &Fact) -> bool {
    match fact {
        Fact::Secret(secret) => *secret,
        Fact::Equal(equal) => equal.canonical.opens().is_some_and(|form| !form.is_json()),
        _ => false,
    }
}

fn insert_into<K: Clone + PartialEq>(children: &mut Vec<(K, u32)>, key: &K, fresh: u32) -> u32 {
    if let Some((_, child)) = children.iter().find(|(known, _)| known == key) {
        return *child;
    }
    children.push((key.clone(), fresh));
    fresh
}

/// The fields that an element is known by, with their values.
type Keys = [(String, Tree)];

/// A list element, as patterns see it.
struct Element<'e> {
    /// Its position in desired, else in actual.
    index: usize,
    /// Whether it has these keys.
    has_keys: &'e dyn Fn(&Keys) -> bool,
    /// Whether it has these fields.
    has: &'e dyn Fn(&Fields) -> bool,
    /// Whether it is this value.
    equals: &'e dyn Fn(&Tree) -> bool,
    /// Whether it is the value of a flag that names a secret.
    secret: bool,
}

/// A place in a [`Shape`], beside a node of a document.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'s> {
    shape: &'s Shape,
    at: Stand<'s>,
    hidden: bool,
    /// How many steps the node lies below the resource.
    depth: usize,
}

impl<'s> Cursor<'s> {
    /// A cursor at a place, for who prints nothing.
    pub(super) fn standing(shape: &'s Shape, place: Place) -> Self {
        Self { shape, at: shape.spots.at(shape, place), hidden: false, depth: 0 }
    }

    /// The cursor one step below, at `at`. `secret` says whether the document tells of a secret there.
    #[inline]
    fn below(&self, at: Stand<'s>, secret: impl FnOnce() -> bool) -> Self {
        let hidden = self.hidden || (at.secrecy == Secrecy::Unsaid && secret());
        let hidden = match at.secrecy {
            Secrecy::Hidden => true,
            Secrecy::Shown => false,
            Secrecy::AsAbove | Secrecy::Unsaid => hidden,
        };
        Self { shape: self.shape, at, hidden, depth: self.depth + 1 }
    }

    /// The cursor at the field `name`. `secret_entry` says that the field is the value of an entry
    /// whose name tells of a secret.
    pub(crate) fn field(&self, name: &str, secret_entry: bool) -> Self {
        let at = self.shape.spots.field(self.shape, &self.at, name);
        self.below(at, || secret_entry || names_secret(name))
    }

    /// The cursor at a list element.
    fn element(&self, element: &Element<'_>) -> Self {
        let shape = self.shape;
        let named = if self.at.names_elements {
            shape.named(&self.at.place.alive, element)
        } else {
            Vec::new()
        };
        let at = match named.as_slice() {
            [] => shape.spots.element(shape, &self.at),
            named => shape.spots.at(shape, shape.place_of_element(&self.at, named)),
        };
        self.below(at, || element.secret)
    }

    /// The cursor at an element that no pattern names by its index, keys or value.
    pub(crate) fn any_element(&self) -> Self {
        self.element(&Element {
            index: usize::MAX,
            has_keys: &|_| false,
            has: &|_| false,
            equals: &|_| false,
            secret: false,
        })
    }

    /// Whether patterns name elements here by their index, keys or value.
    pub(crate) fn names_elements(&self) -> bool {
        self.at.names_elements
    }

    /// Whether no pattern goes on here or below.
    pub(crate) fn is_dead(&self) -> bool {
        self.at.place.alive.is_empty()
    }

    /// Whether a rule here asks what stands beside it.
    pub(crate) fn asks_beside(&self) -> bool {
        self.at.asks_beside
    }

    /// Whether a rule here asks what a change means, and so of the whole values at this place.
    pub(crate) fn asks_meaning(&self) -> bool {
        self.at.asks_meaning
    }

    pub(crate) fn shape(&self) -> &'s Shape {
        self.shape
    }

    /// The place without its shape, and without what concerns printing alone.
    pub(super) fn place(&self) -> &Place {
        &self.at.place
    }

    /// The names of fields that patterns ask for here.
    pub(super) fn ahead(&self) -> Ahead {
        self.shape.ahead(&self.at.place.alive)
    }

    /// The cursor at the element `item` at `index`, its position in desired, else in actual, for whoever
    /// prints nothing.
    pub(crate) fn item(&self, index: usize, item: Value<'_>) -> Self {
        self.item_behind(None, index, item)
    }

    /// As [`Cursor::item`], where the element stands behind another one, which may be a flag that names a
    /// secret.
    pub(crate) fn item_behind(
        &self,
        before: Option<Value<'_>>,
        index: usize,
        item: Value<'_>,
    ) -> Self {
        self.element(&Element {
            index,
            has_keys: &|keys| has_keys(item, keys),
            has: &|fields| fields.are_in(|name| item.get(name).map(Tree::of)),
            equals: &|wanted| Tree::of(item) == *wanted,
            secret: before.and_then(Value::as_str).is_some_and(is_secret_flag) && is_argument(item),
        })
    }

    /// The cursor at an element of an owned list.
    pub(crate) fn tree_element(&self, index: usize, item: &Tree) -> Self {
        let has =
            |(name, wanted): &(String, Tree)| item.get(name).is_none_or(|value| value == wanted);
        self.element(&Element {
            index,
            has_keys: &|keys| matches!(item, Tree::Map(_)) && keys.iter().all(has),
            has: &|fields| fields.are_in(|name| item.get(name).cloned()),
            equals: &|wanted| item == wanted,
            secret: false,
        })
    }

    /// Hides the node and what is below it because its document says so.
    pub(crate) fn hide(&mut self) {
        self.hidden = true;
    }

    /// The same place, hidden.
    pub(crate) fn hiding(&self) -> Self {
        Self { hidden: true, ..self.clone() }
    }

    /// The rule that leaves the node out, if one does.
    pub(crate) fn ignored(&self) -> Option<&'s Entry> {
        self.shape.entry(self.at.place.ignored?)
    }

    /// Whether the node must not be shown.
    pub(crate) fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// How many steps the node lies below the resource.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// Whether something below an ignored node may be compared all the same.
    pub(crate) fn reopens(&self) -> bool {
        self.at.reopens
    }

    /// Every fact that stands at the node.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'s Entry> + use<'_, 's> {
        self.shape.entries(&self.at.place.alive)
    }

    /// Whether a value here that is no list is as good as a list that holds it alone. An element of
    /// such a list is not.
    pub(super) fn takes_single(&self) -> bool {
        self.at.takes_single
    }

    /// As [`Cursor::takes_single`], where this is near enough to the resource.
    pub(crate) fn may_be_single(&self) -> bool {
        self.depth < MAX_SINGLE && self.takes_single()
    }

    /// Whether a list of one map may be that map in another version of the kind.
    pub(crate) fn embeds(&self) -> bool {
        self.shape.bridged.0 == Some(Bridge::Upjet)
    }

    /// The cursor at the only element of the list that `value` is as good as; `None` where it is a
    /// list itself or null, or no fact says so.
    pub(crate) fn single(&self, value: Value<'_>) -> Option<Self> {
        let alone = !matches!(value.kind(), Kind::List | Kind::Null);
        (alone && self.may_be_single()).then(|| self.item(0, value))
    }

    /// The winning facts at the node.
    #[inline]
    pub(crate) fn facts(&self) -> Facts<'s> {
        Facts { shape: self.shape, at: self.at.clone() }
    }

    pub(crate) fn rule(&self, entry: &Entry) -> Option<&'s Arc<Rule>> {
        self.shape.rules.get(entry.rule)
    }
}

#[cfg(test)]
mod tests;
