//! Both sides of a resource as one tree: what they agree on stands once, in desired's spelling, and what
//! differs stands twice.

use crate::diff::{Turn, Turns};
use crate::normalize::{Canon, Cursor, decode, is_secret_flag, is_unordered, names_secret_entry};
use crate::path::{PathSet, Step};
use crate::report::Masks;
use crate::value::{Kind, Tree, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Which sides have a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Both,
    Desired,
    Actual,
}

impl On {
    pub(super) fn is_on(self, side: usize) -> bool {
        matches!((self, side), (Self::Both, _) | (Self::Desired, 0) | (Self::Actual, 1))
    }
}

/// A node of the tree of both sides.
pub(super) struct Node {
    pub(super) on: On,
    pub(super) body: Body,
    /// The differences that it shows, by their places.
    pub(super) shows: Vec<usize>,
}

pub(super) enum Body {
    Whole(Tree),
    /// By name; a name whose values differ stands twice, desired's first.
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
}

impl Node {
    pub(super) fn whole(on: On, tree: Tree) -> Self {
        Self { on, body: Body::Whole(tree), shows: Vec::new() }
    }
}

/// A difference to be shown, or left out on both sides.
pub(super) struct Item {
    pub(super) is_shown: bool,
    pub(super) way: Vec<Turns>,
    /// The values as they may be shown.
    pub(super) desired: Option<Tree>,
    pub(super) actual: Option<Tree>,
}

/// A difference below a node, and the way that is left to it.
#[derive(Clone, Copy)]
struct Todo<'t> {
    item: usize,
    rest: &'t [Turns],
}

/// Differences by the name of the field that they lie in, or by the position of the element.
type ByName<'t> = BTreeMap<&'t str, Vec<Todo<'t>>>;
type ByPlace<'t> = BTreeMap<usize, Vec<Todo<'t>>>;

/// What stands at a node.
#[derive(Clone, Copy)]
pub(super) struct At<'d> {
    pub(super) desired: Value<'d>,
    pub(super) actual: Option<Value<'d>>,
    pub(super) reference: Option<Value<'d>>,
    pub(super) sensitive: Option<&'d PathSet>,
}

/// Puts both sides together.
pub(super) struct Merger<'m> {
    pub(super) canon: Canon,
    pub(super) masks: &'m Masks,
    pub(super) items: &'m [Item],
}

/// What stands for a value that differs and must not be shown.
fn hidden(on: On) -> Tree {
    let side = if on == On::Desired { "desired" } else { "actual" };
    Tree::String(format!("[redacted: {side}]"))
}

/// Says of everything hidden that both sides have the same.
fn agreed(tree: Tree) -> Tree {
    match tree {
        Tree::Secret { .. } => Tree::Secret { equal: true },
        Tree::List(items) => Tree::List(items.into_iter().map(agreed).collect()),
        Tree::Map(fields) => {
            Tree::Map(fields.into_iter().map(|(name, value)| (name, agreed(value))).collect())
        }
        scalar => scalar,
    }
}

impl Merger<'_> {
    /// Both sides from the root on.
    pub(super) fn merge(&self, at: At<'_>, cursor: &Cursor<'_>) -> Vec<Node> {
        let items = self.items.iter().enumerate();
        self.node(at, cursor, items.map(|(item, of)| Todo { item, rest: &of.way }).collect())
    }

    /// One side of a node as it may be shown.
    pub(super) fn print(
        &self,
        value: Value<'_>,
        cursor: &Cursor<'_>,
        sensitive: Option<&PathSet>,
    ) -> Tree {
        self.masks.tree(self.canon.tree(value, cursor, sensitive, true))
    }

    fn is_shown(&self, todo: &Todo<'_>) -> bool {
        self.items.get(todo.item).is_some_and(|item| item.is_shown)
    }

    fn node(&self, at: At<'_>, cursor: &Cursor<'_>, todo: Vec<Todo<'_>>) -> Vec<Node> {
        let ends = |todo: &&Todo<'_>| todo.rest.is_empty();
        let shown = todo.iter().filter(ends).find(|todo| self.is_shown(todo));
        if let Some(ended) = shown {
            return self.split(at, cursor, ended.item, &todo);
        }
        let hides = todo.iter().any(|todo| todo.rest.is_empty());
        let todo: Vec<Todo<'_>> = todo.into_iter().filter(|todo| !todo.rest.is_empty()).collect();
        if hides && !todo.iter().any(|todo| self.is_shown(todo)) {
            return Vec::new();
        }
        if todo.is_empty() {
            let tree = agreed(self.print(at.desired, cursor, at.sensitive));
            return vec![Node::whole(On::Both, tree)];
        }
        let mut hiding;
        let cursor = if at.sensitive.is_some_and(PathSet::is_member) {
            hiding = cursor.clone();
            hiding.hide();
            &hiding
        } else {
            cursor
        };
        if cursor.is_hidden() && at.desired.kind() != Kind::Map {
            return self.collapsed(&todo);
        }
        self.open(at, cursor, todo)
    }

    /// A node that differs as a whole; what differs below it is part of that.
    fn split(&self, at: At<'_>, cursor: &Cursor<'_>, item: usize, todo: &[Todo<'_>]) -> Vec<Node> {
        let Some(of) = self.items.get(item) else { return Vec::new() };
        let own = || Some(self.print(at.desired, cursor, at.sensitive));
        let (desired, actual) = (of.desired.clone().or_else(own), of.actual.clone());
        let same = desired == actual;
        let sides = [(On::Desired, desired), (On::Actual, actual)];
        let node = |(on, tree): (On, Option<Tree>)| {
            let tree = tree.map(|tree| if same { hidden(on) } else { tree })?;
            Some(Node { shows: self.shown(todo), ..Node::whole(on, tree) })
        };
        sides.into_iter().filter_map(node).collect()
    }

    /// A node of which nothing may be shown, with differences below.
    fn collapsed(&self, todo: &[Todo<'_>]) -> Vec<Node> {
        let shows = self.shown(todo);
        if shows.is_empty() {
            return vec![Node::whole(On::Both, Tree::Secret { equal: true })];
        }
        let node = |on| Node { shows: shows.clone(), ..Node::whole(on, hidden(on)) };
        vec![node(On::Desired), node(On::Actual)]
    }

    fn shown(&self, todo: &[Todo<'_>]) -> Vec<usize> {
        todo.iter().filter(|todo| self.is_shown(todo)).map(|todo| todo.item).collect()
    }

    /// A node with differences below.
    fn open(&self, at: At<'_>, cursor: &Cursor<'_>, todo: Vec<Todo<'_>>) -> Vec<Node> {
        if let Some(opened) = self.opened(at, cursor, &todo) {
            return opened;
        }
        if let Some(element) = cursor.single(at.desired) {
            let of_element = |todo: &Todo<'_>| {
                let turns = todo.rest.first();
                matches!(turns, Some([Turn::Same, _] | [Turn::Absent, Turn::Index(_) | Turn::Same]))
            };
            if !todo.iter().any(of_element) {
                return self.node(at, &element, todo);
            }
            return vec![self.list(at, &[at.desired], cursor, todo)];
        }
        match at.desired.kind() {
            Kind::Map => vec![self.map(at, cursor, todo)],
            Kind::List => {
                let items: Vec<Value<'_>> = at.desired.items().collect();
                vec![self.list(at, &items, cursor, todo)]
            }
            // What differs below a scalar has no place here.
            _ => {
                let tree = self.print(at.desired, cursor, at.sensitive);
                vec![Node::whole(On::Both, agreed(tree))]
            }
        }
    }

    /// The document inside a string, where differences lie in it.
    fn opened(&self, at: At<'_>, cursor: &Cursor<'_>, todo: &[Todo<'_>]) -> Option<Vec<Node>> {
        let [desired, actual] = todo.iter().find_map(|todo| match todo.rest {
            [turns, ..] if turns.contains(&Turn::Opened) => Some(turns.each_ref()),
            _ => None,
        })?;
        let decoded = |turn: &Turn, value: Option<Value<'_>>| {
            let text = value?.as_str().filter(|_| *turn == Turn::Opened)?.to_owned();
            Some(text)
        };
        let texts = [decoded(desired, Some(at.desired)), decoded(actual, at.actual)];
        let documents = texts.each_ref().map(|text| decode(text.as_deref()?, cursor));
        let [of_desired, of_actual] =
            documents.each_ref().map(|found| Some(found.as_ref()?.root()));
        let inside = At {
            desired: of_desired.unwrap_or(at.desired),
            actual: of_actual.or(at.actual),
            reference: None,
            sensitive: at.sensitive.filter(|set| set.is_member()),
        };
        if *desired == Turn::Opened && of_desired.is_none() {
            return None;
        }
        let below =
            todo.iter().filter_map(|todo| Some(Todo { rest: todo.rest.get(1..)?, ..*todo }));
        Some(self.node(inside, cursor, below.collect()))
    }

    fn map(&self, at: At<'_>, cursor: &Cursor<'_>, todo: Vec<Todo<'_>>) -> Node {
        let (mut own, mut added) = (ByName::new(), ByName::new());
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for Todo { item, rest } in &todo {
            let Some((turns, rest)) = rest.split_first() else { continue };
            let below = Todo { item: *item, rest };
            match turns {
                [Turn::Field(name), other] => {
                    if let Turn::Field(other) = other {
                        names.insert(name, other);
                    }
                    own.entry(name).or_default().push(below);
                }
                [_, Turn::Field(name)] => added.entry(name).or_default().push(below),
                _ => {}
            }
        }
        let maps = [Some(at.desired), at.actual, at.reference];
        let mut fields: Vec<(String, Node)> = Vec::new();
        for (name, field) in at.desired.fields() {
            let other = names.get(name).copied().unwrap_or(name);
            let is_secret =
                |name| maps.into_iter().flatten().any(|map| names_secret_entry(map, name));
            let child = cursor.field(name, is_secret(name) || is_secret(other));
            let todo = own.remove(name).unwrap_or_default();
            let is_left_out = child.ignored().is_some() && !child.reopens();
            if is_left_out && cursor.ignored().is_none() && self.shown(&todo).is_empty() {
                continue;
            }
            let below = At {
                desired: field,
                actual: at.actual.and_then(|map| map.get(other)),
                reference: at.reference.and_then(|map| map.get(name)),
                sensitive: at.sensitive.and_then(|set| set.below(&Step::Field(name.to_owned()))),
            };
            let nodes = self.node(below, &child, todo);
            fields.extend(nodes.into_iter().map(|node| (name.to_owned(), node)));
        }
        for (name, todo) in added {
            fields.extend(self.beyond(&todo).map(|node| (name.to_owned(), node)));
        }
        fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        Node { on: On::Both, body: Body::Map(fields), shows: Vec::new() }
    }

    /// What only actual has.
    fn beyond(&self, todo: &[Todo<'_>]) -> Option<Node> {
        let shown: Vec<Todo<'_>> =
            todo.iter().filter(|todo| self.is_shown(todo)).copied().collect();
        let shows = self.shown(&shown);
        if let Some(ended) = shown.iter().find(|todo| todo.rest.is_empty()) {
            let tree = self.items.get(ended.item)?.actual.clone()?;
            return Some(Node { shows, ..Node::whole(On::Actual, tree) });
        }
        let (mut fields, mut items) = (ByName::new(), ByPlace::new());
        let mut inside = Vec::new();
        for Todo { item, rest } in shown {
            let (turns, rest) = rest.split_first()?;
            let below = Todo { item, rest };
            match turns {
                [_, Turn::Field(name)] => fields.entry(name).or_default().push(below),
                [_, Turn::Index(index)] => items.entry(*index).or_default().push(below),
                _ => inside.push(below),
            }
        }
        let body = if !fields.is_empty() {
            let named =
                |(name, todo): (&str, Vec<Todo<'_>>)| Some((name.to_owned(), self.beyond(&todo)?));
            Body::Map(fields.into_iter().filter_map(named).collect())
        } else if !items.is_empty() {
            Body::List(items.into_values().filter_map(|todo| self.beyond(&todo)).collect())
        } else if inside.is_empty() {
            return None;
        } else {
            return self.beyond(&inside);
        };
        Some(Node { on: On::Actual, body, shows: Vec::new() })
    }

    fn list(
        &self,
        at: At<'_>,
        items: &[Value<'_>],
        cursor: &Cursor<'_>,
        todo: Vec<Todo<'_>>,
    ) -> Node {
        let (mut own, mut added) = (ByPlace::new(), ByPlace::new());
        let mut places: BTreeMap<usize, &Turn> = BTreeMap::new();
        for Todo { item, rest } in &todo {
            let Some((turns, rest)) = rest.split_first() else { continue };
            let below = Todo { item: *item, rest };
            let index = match turns {
                [Turn::Index(index), _] => *index,
                [Turn::Same, _] => 0,
                [_, Turn::Index(index)] => {
                    added.entry(*index).or_default().push(below);
                    continue;
                }
                [_, Turn::Same] => {
                    added.entry(0).or_default().push(below);
                    continue;
                }
                _ => continue,
            };
            let [_, other] = turns;
            places.insert(index, other);
            own.entry(index).or_default().push(below);
        }
        let is_list = at.desired.kind() == Kind::List;
        let flagged = flagged(at.actual);
        let unordered = is_unordered(&cursor.facts());
        let mut elements: Vec<(Tree, Vec<Node>)> = Vec::new();
        let mut before = None;
        for (index, item) in items.iter().copied().enumerate() {
            let mut child = cursor.item_behind(before.replace(item), index, item);
            if item.as_str().is_some_and(|text| flagged.contains(text)) {
                child.hide();
            }
            let below = At {
                desired: item,
                actual: match places.get(&index) {
                    Some(Turn::Index(place)) => at.actual.and_then(|list| list.at(*place)),
                    Some(Turn::Same) => at.actual,
                    _ => None,
                },
                reference: None,
                sensitive: match is_list {
                    true => at.sensitive.and_then(|set| set.below(&Step::Index(index))),
                    false => at.sensitive,
                },
            };
            let by = if unordered { self.print(item, &child, below.sensitive) } else { Tree::Null };
            elements.push((by, self.node(below, &child, own.remove(&index).unwrap_or_default())));
        }
        let added = added.into_iter().map(|(place, todo)| (place, self.beyond(&todo)));
        let nodes = if unordered { sorted(elements, added) } else { in_order(elements, added) };
        Node { on: On::Both, body: Body::List(nodes), shows: Vec::new() }
    }
}

/// The strings of a list that stand behind a flag which names a secret.
fn flagged(list: Option<Value<'_>>) -> BTreeSet<&str> {
    let mut behind = false;
    let mut found = BTreeSet::new();
    for text in list.into_iter().flat_map(Value::items).map(Value::as_str) {
        found.extend(text.filter(|_| behind));
        behind = text.is_some_and(is_secret_flag);
    }
    found
}

/// Elements whose order means nothing, by their values: those of actual between those of desired.
fn sorted(
    elements: Vec<(Tree, Vec<Node>)>,
    added: impl Iterator<Item = (usize, Option<Node>)>,
) -> Vec<Node> {
    let mut all = elements;
    for node in added.filter_map(|(_, node)| node) {
        let by = if let Body::Whole(tree) = &node.body { tree.clone() } else { Tree::Null };
        all.push((by, vec![node]));
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all.into_iter().flat_map(|(_, nodes)| nodes).collect()
}

/// Elements in desired's order, and those that only actual has at their places there.
fn in_order(
    elements: Vec<(Tree, Vec<Node>)>,
    added: impl Iterator<Item = (usize, Option<Node>)>,
) -> Vec<Node> {
    let mut added = added.peekable();
    let (mut nodes, mut place) = (Vec::new(), 0);
    for (_, element) in elements {
        if element.iter().any(|node| node.on.is_on(1)) {
            while let Some((_, node)) = added.next_if(|(at, _)| *at <= place) {
                nodes.extend(node);
                place += 1;
            }
            place += 1;
        }
        nodes.extend(element);
    }
    nodes.extend(added.filter_map(|(_, node)| node));
    nodes
}
