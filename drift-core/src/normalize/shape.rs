//! Shapes: all rules that hold for a resource type, merged into one trie over paths.
//!
//! A [`Cursor`] walks the trie beside a document. Its cost depends on the patterns that are alive
//! at a node, not on how many rules there are.

use super::bundle;
use super::facts::Facts;
use super::packs::Unread;
use super::rank::{Rank, rank};
use super::rule::{Fact, FactKind, Layer, Rule};
use super::secret::{is_secret_flag, names_secret};
use super::shapes::MachinePool;
use crate::limits::Limits;
use crate::path::{Fields, PatternStep, has_keys};
use crate::value::{Kind, Tree, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    /// Where it stands in the shape: its node, and its place there.
    at: (u32, usize),
}

#[derive(Debug, Default)]
struct Node {
    fields: HashMap<String, u32, crate::value::SeededState>,
    indexes: BTreeMap<usize, u32>,
    keys: Vec<(Vec<(String, Tree)>, u32)>,
    has: Vec<(Fields, u32)>,
    values: Vec<(Tree, u32)>,
    any: Option<u32>,
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
    /// Whether a value may be as good as a list that holds it alone.
    has_singles: bool,
    pub(super) machines: MachinePool,
    /// Rules that nothing asks until something differs.
    pub(super) deferred: Vec<Arc<Rule>>,
    pub(super) findings: Vec<Unread>,
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
            has_singles: facts().any(|fact| *fact == Fact::SingleIsList(true)),
            machines: MachinePool::default(),
            deferred: Vec::new(),
            findings: Vec::new(),
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
                let at = (id, node.entries.len());
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

    fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
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

    /// The names of fields that patterns ask for below these nodes.
    fn names_ahead(&self, alive: &[u32]) -> BTreeSet<&str> {
        let nodes = alive.iter().filter_map(|id| self.node(*id));
        nodes.flat_map(|node| node.fields.keys().map(String::as_str)).collect()
    }

    /// A cursor at the resource itself.
    pub(crate) fn root(&self) -> Cursor<'_> {
        let mut cursor = Cursor {
            shape: self,
            alive: Vec::new(),
            ignored: None,
            hidden: false,
            depth: 0,
            single: false,
        };
        cursor.enter(0);
        cursor.settle(false);
        cursor
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
    pub(super) alive: Vec<u32>,
    ignored: Option<&'s Entry>,
    hidden: bool,
    /// How many steps the node lies below the resource.
    depth: usize,
    /// Whether it is at an element of a list that a single value may stand for.
    single: bool,
}

/// A place in a shape that may be kept: a [`Cursor`] without its shape, and without what concerns
/// printing alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    alive: Vec<u32>,
    ignored: Option<(u32, usize)>,
    single: bool,
}

impl Place {
    pub(super) fn cursor<'s>(&self, shape: &'s Shape) -> Cursor<'s> {
        let entry = |(node, index): (u32, usize)| shape.node(node)?.entries.get(index);
        Cursor {
            shape,
            alive: self.alive.clone(),
            ignored: self.ignored.and_then(entry),
            hidden: false,
            depth: 0,
            single: self.single,
        }
    }

    /// The names of fields that patterns ask for here.
    pub(super) fn names<'s>(&self, shape: &'s Shape) -> BTreeSet<&'s str> {
        shape.names_ahead(&self.alive)
    }
}

impl<'s> Cursor<'s> {
    fn enter(&mut self, node: u32) {
        let mut next = Some(node);
        while let Some(id) = next {
            if self.alive.contains(&id) {
                return;
            }
            self.alive.push(id);
            next = self.shape.node(id).and_then(|node| node.descend);
        }
    }

    fn descend_from(&self) -> Self {
        Self {
            shape: self.shape,
            alive: Vec::with_capacity(self.alive.len() + 2),
            ignored: self.ignored,
            hidden: self.hidden,
            depth: self.depth + 1,
            single: false,
        }
    }

    /// The cursor at the field `name`. `secret_entry` says that the field is the value of an entry
    /// whose name tells of a secret.
    pub(crate) fn field(&self, name: &str, secret_entry: bool) -> Self {
        let mut next = self.descend_from();
        for id in &self.alive {
            let Some(node) = self.shape.node(*id) else {
                continue;
            };
            if node.is_descend {
                next.enter(*id);
            }
            if let Some(child) = node.fields.get(name) {
                next.enter(*child);
            }
            if let Some(child) = node.any {
                next.enter(child);
            }
        }
        next.settle(secret_entry || names_secret(name));
        next
    }

    /// The cursor at a list element.
    fn element(&self, element: &Element<'_>) -> Self {
        let mut next = self.descend_from();
        next.single = self.takes_single(&self.facts_if(self.shape.has_singles));
        for id in &self.alive {
            let Some(node) = self.shape.node(*id) else {
                continue;
            };
            if node.is_descend {
                next.enter(*id);
            }
            if let Some(child) = node.indexes.get(&element.index) {
                next.enter(*child);
            }
            for (keys, child) in &node.keys {
                if (element.has_keys)(keys) {
                    next.enter(*child);
                }
            }
            for (fields, child) in &node.has {
                if (element.has)(fields) {
                    next.enter(*child);
                }
            }
            for (value, child) in &node.values {
                if (element.equals)(value) {
                    next.enter(*child);
                }
            }
            if let Some(child) = node.any {
                next.enter(child);
            }
        }
        next.settle(element.secret);
        next
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
        let named = |node: &Node| {
            let by_fields = !(node.keys.is_empty() && node.has.is_empty());
            by_fields || !(node.indexes.is_empty() && node.values.is_empty())
        };
        self.alive.iter().filter_map(|id| self.shape.node(*id)).any(named)
    }

    pub(crate) fn shape(&self) -> &'s Shape {
        self.shape
    }

    /// The place without its shape.
    pub(super) fn place(&self) -> Place {
        let mut alive = self.alive.clone();
        alive.sort_unstable();
        Place { alive, ignored: self.ignored.map(|entry| entry.at), single: self.single }
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

    /// Works out what `ignore` and `secret`, which cover descendants, say here.
    fn settle(&mut self, secret_name: bool) {
        let facts = self.facts();
        if let Some(entry) = facts.entry(FactKind::Ignore) {
            self.ignored = match (self.ignored, &entry.fact) {
                (Some(above), Fact::Ignore(false)) if entry.rank.layer < above.rank.layer => {
                    Some(above)
                }
                (_, Fact::Ignore(false)) => None,
                (above, _) => above.or(Some(entry)),
            };
        }
        self.hidden = match facts.entry(FactKind::Secret) {
            Some(entry) if entry.fact == Fact::Secret(true) => true,
            Some(entry) if entry.rank.layer == Layer::User => false,
            // A schema that types the value speaks against its name alone.
            Some(_) => self.hidden,
            None => self.hidden || secret_name,
        };
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
        self.ignored
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
        self.alive.iter().any(|id| self.shape.node(*id).is_some_and(|node| node.reopens))
    }

    /// Every fact that stands at the node.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'s Entry> + use<'_, 's> {
        self.alive.iter().filter_map(|id| self.shape.node(*id)).flat_map(|node| &node.entries)
    }

    /// Whether a value here that is no list is as good as a list that holds it alone. An element of
    /// such a list is not.
    pub(super) fn takes_single(&self, facts: &Facts<'_>) -> bool {
        !self.single && facts.is(FactKind::SingleIsList)
    }

    /// As [`Cursor::takes_single`], where this is near enough to the resource.
    pub(crate) fn may_be_single(&self, facts: &Facts<'_>) -> bool {
        self.depth < MAX_SINGLE && self.takes_single(facts)
    }

    /// The cursor at the only element of the list that `value` is as good as; `None` where it is a
    /// list itself or null, or no fact says so.
    pub(crate) fn single(&self, value: Value<'_>, facts: &Facts<'_>) -> Option<Self> {
        let alone = !matches!(value.kind(), Kind::List | Kind::Null);
        (alone && self.may_be_single(facts)).then(|| self.item(0, value))
    }

    fn facts_if(&self, asked: bool) -> Facts<'s> {
        if asked { self.facts() } else { Facts { slots: [None; FactKind::COUNT] } }
    }

    /// The winning facts at the node.
    pub(crate) fn facts(&self) -> Facts<'s> {
        let mut slots: [Option<&'s Entry>; FactKind::COUNT] = [None; FactKind::COUNT];
        for entry in self.entries() {
            if let Some(slot) = slots.get_mut(entry.fact.kind() as usize)
                && slot.is_none_or(|best| best.rank < entry.rank)
            {
                *slot = Some(entry);
            }
        }
        Facts { slots }
    }

    pub(crate) fn rule(&self, entry: &Entry) -> Option<&'s Arc<Rule>> {
        self.shape.rules.get(entry.rule)
    }
}

#[cfg(test)]
mod tests;
