//! A projection over one item.

use super::projection::{Anchor, Content, Expression, Fields, Guard, Made, Place, What};
use super::{STRICT, cast};
use crate::error::Result;
use crate::path::push_token;
use crate::value::{Kind, Tree, Value};
use std::collections::BTreeMap;

/// A node, and its JSON Pointer relative to the item.
#[derive(Clone)]
struct Row<'d> {
    pointer: String,
    value: Value<'d>,
}

/// What `$`, `@` and `^` mean.
struct Scope<'s, 'd> {
    item: Value<'d>,
    /// The current element; several where elements were grouped.
    current: &'s [Row<'d>],
    grouped: bool,
}

/// Evaluates the fields of a projection over `item`.
///
/// # Errors
/// `DRIFT_MAPPING` where tags are none.
pub(super) fn evaluate(fields: &Fields, item: Value<'_>) -> Result<Made> {
    let whole = [Row { pointer: String::new(), value: item }];
    Scope { item, current: &whole, grouped: false }.fields(fields)
}

/// Whether a condition holds of `item`.
///
/// # Errors
/// As [`evaluate`].
pub(super) fn holds(guard: &Guard, item: Value<'_>) -> Result<bool> {
    let whole = [Row { pointer: String::new(), value: item }];
    Scope { item, current: &whole, grouped: false }.holds(Some(guard))
}

impl<'d> Scope<'_, 'd> {
    fn with<'n>(&self, current: &'n [Row<'d>], grouped: bool) -> Scope<'n, 'd> {
        Scope { item: self.item, current, grouped }
    }

    /// Where a value that is made here comes from.
    fn origin(&self) -> String {
        common(self.current.iter().map(|row| row.pointer.as_str()))
    }

    fn fields(&self, fields: &Fields) -> Result<Made> {
        let mut made = Vec::with_capacity(fields.list.len());
        for (name, expression) in &fields.list {
            if let Some(value) = self.value(expression)? {
                made.push((name.clone(), value));
            }
        }
        let names = Some(fields.names.clone());
        Ok(Made { origin: self.origin(), content: Content::Map { fields: made, names } })
    }

    fn value(&self, expression: &Expression) -> Result<Option<Made>> {
        let here = |content| Ok(Some(Made { origin: self.origin(), content }));
        let guard = expression.when.as_ref();
        match &expression.what {
            What::Each { over, group_by, yields } => {
                return self.each(over, guard, group_by, yields).map(Some);
            }
            What::Any { over } => {
                let any = !self.rows(over, guard)?.is_empty();
                return here(Content::Const(Tree::Bool(any)));
            }
            _ if !self.holds(guard)? => return Ok(None),
            What::From { path, rename, cut, cast } => {
                let first = self.select(path).into_iter().next();
                if let Some(cast) = cast {
                    return Ok(first.map(|row| Made {
                        content: cast::cast(*cast, row.value),
                        origin: row.pointer,
                    }));
                }
                if let Some(cut) = cut {
                    let part = |row: Row<'_>| {
                        let part = cut.of(row.value.as_str()?)?.to_owned();
                        let content = Content::Const(Tree::String(part));
                        Some(Made { origin: row.pointer, content })
                    };
                    return Ok(first.and_then(part));
                }
                let content = |value: Value<'_>| match rename {
                    true => Content::Rename(value.id()),
                    false => Content::Copy(value.id()),
                };
                let made = |row: Row<'_>| Made { content: content(row.value), origin: row.pointer };
                return Ok(first.map(made));
            }
            What::Const(tree) => return here(Content::Const(tree.clone())),
            What::Tags { path, without, key } => {
                return self.tags(path, without.as_deref(), key.as_deref());
            }
            What::Split { path, by } => {
                let Some(row) = self.select(path).into_iter().next() else { return Ok(None) };
                let Some(text) = row.value.as_str() else { return Ok(None) };
                let part = |part: &str| Made {
                    origin: row.pointer.clone(),
                    content: Content::Const(Tree::String(part.to_owned())),
                };
                let parts = text.split(by.as_str()).filter(|part| !part.is_empty()).map(part);
                let content = Content::List(parts.collect());
                return Ok(Some(Made { origin: row.pointer.clone(), content }));
            }
            What::Fields(fields) => return self.fields(fields).map(Some),
            What::Join(parts) => {
                let mut text = String::new();
                for part in parts {
                    match self.text(part)? {
                        Some(part) => text.push_str(&part),
                        None => return Ok(None),
                    }
                }
                return here(Content::Const(Tree::String(text)));
            }
            What::Flatten(parts) => {
                let mut items = Vec::new();
                for made in parts.iter().filter_map(|part| self.value(part).transpose()) {
                    self.spread(made?, &mut items);
                }
                let origin = common(items.iter().map(|made: &Made| made.origin.as_str()));
                return Ok(Some(Made { origin, content: Content::List(items) }));
            }
            What::First(alternatives) => {
                // Null is a value only where nothing else is one.
                let mut null = None;
                for alternative in alternatives {
                    match self.value(alternative)? {
                        Some(made) if self.is_null(&made) => null = null.or(Some(made)),
                        Some(made) => return Ok(Some(made)),
                        None => {}
                    }
                }
                if null.is_some() {
                    return Ok(null);
                }
            }
        }
        Ok(None)
    }

    fn is_null(&self, made: &Made) -> bool {
        match &made.content {
            Content::Copy(node) => self.item.document().value(*node).is_null(),
            Content::Const(tree) => matches!(tree, Tree::Null),
            _ => false,
        }
    }

    /// The elements of a list; anything else is one element.
    fn spread(&self, made: Made, items: &mut Vec<Made>) {
        match made.content {
            Content::List(list) => items.extend(list),
            Content::Copy(id) => {
                let value = self.item.document().value(id);
                match value.kind() {
                    Kind::List => {
                        items.extend(value.items().enumerate().map(|(index, item)| Made {
                            origin: format!("{}/{index}", made.origin),
                            content: Content::Copy(item.id()),
                        }))
                    }
                    _ => items.push(made),
                }
            }
            _ => items.push(made),
        }
    }

    fn each(
        &self,
        over: &[Place],
        guard: Option<&Guard>,
        group_by: &[Expression],
        yields: &Expression,
    ) -> Result<Made> {
        let rows = self.rows(over, guard)?;
        let origin = match rows.as_slice() {
            [] => self.origin(),
            [row] => holder_of(&row.pointer).to_owned(),
            rows => common(rows.iter().map(|row| row.pointer.as_str())),
        };
        let mut items = Vec::new();
        if group_by.is_empty() {
            for row in &rows {
                items.extend(self.with(std::slice::from_ref(row), false).value(yields)?);
            }
        } else {
            let mut groups: Vec<Vec<Row<'d>>> = Vec::new();
            let mut known: BTreeMap<Vec<Option<String>>, usize> = BTreeMap::new();
            for row in rows {
                let scope = self.with(std::slice::from_ref(&row), false);
                let part = |part| Ok(scope.tree(part)?.map(|tree| tree.to_string()));
                let key = group_by.iter().map(part).collect::<Result<Vec<_>>>()?;
                let index = *known.entry(key).or_insert(groups.len());
                match groups.get_mut(index) {
                    Some(group) => group.push(row),
                    None => groups.push(vec![row]),
                }
            }
            for group in &groups {
                items.extend(self.with(group, true).value(yields)?);
            }
        }
        Ok(Made { origin, content: Content::List(items) })
    }

    /// The nodes that the paths select and that the guard lets pass.
    fn rows(&self, over: &[Place], guard: Option<&Guard>) -> Result<Vec<Row<'d>>> {
        let mut rows = Vec::new();
        over.iter().try_for_each(|place| self.check_kinds(place))?;
        for row in over.iter().flat_map(|place| self.select(place)) {
            if self.with(std::slice::from_ref(&row), false).holds(guard)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Whether what the elements of a list are selected from may be a list: a text there is no empty
    /// one.
    fn check_kinds(&self, place: &Place) -> Result<()> {
        if place.containers.is_empty() || (self.grouped && place.in_group.is_some()) {
            return Ok(());
        }
        let Some(start) = self.start(place) else { return Ok(()) };
        for container in &place.containers {
            for (_, node) in container.select(start.value) {
                if !matches!(node.kind(), Kind::List | Kind::Map | Kind::Null) {
                    return Err(STRICT.expected(node, "a list"));
                }
            }
        }
        Ok(())
    }

    /// The node that a path starts at.
    fn start(&self, place: &Place) -> Option<Row<'d>> {
        match (place.anchor, self.current.first()) {
            (Anchor::Item, _) => Some(Row { pointer: String::new(), value: self.item }),
            (Anchor::Current, row) => row.cloned(),
            (Anchor::Holder, row) => row.and_then(|row| holder(self.item, &row.pointer)),
        }
    }

    fn select(&self, place: &Place) -> Vec<Row<'d>> {
        if let (true, Some(query)) = (self.grouped, &place.in_group) {
            let of_row = |row: &Row<'d>| below(row, query.select(row.value));
            return self.current.iter().flat_map(of_row).collect();
        }
        let start = self.start(place);
        start.map(|row| below(&row, place.query.select(row.value))).unwrap_or_default()
    }

    fn holds(&self, guard: Option<&Guard>) -> Result<bool> {
        let both = |pair: &[Expression; 2]| {
            let [a, b] = pair;
            Ok::<_, crate::Error>(self.tree(a)?.zip(self.tree(b)?))
        };
        Ok(match guard {
            None => true,
            Some(Guard::Equal(pair)) => both(pair)?.is_some_and(|(a, b)| a == b),
            Some(Guard::Differ(pair)) => both(pair)?.is_some_and(|(a, b)| a != b),
            Some(Guard::Present(value)) => self.value(value)?.is_some(),
            Some(Guard::Absent(value)) => self.value(value)?.is_none(),
        })
    }

    /// What an expression comes to, to be compared.
    fn tree(&self, expression: &Expression) -> Result<Option<Tree>> {
        Ok(self.value(expression)?.map(|made| self.tree_of(&made)))
    }

    fn tree_of(&self, made: &Made) -> Tree {
        match &made.content {
            Content::Copy(id) | Content::Rename(id) => Tree::of(self.item.document().value(*id)),
            Content::Const(tree) => tree.clone(),
            Content::List(items) => {
                Tree::List(items.iter().map(|item| self.tree_of(item)).collect())
            }
            Content::Map { fields, .. } => {
                Tree::map(fields.iter().map(|(name, made)| (name.clone(), self.tree_of(made))))
            }
        }
    }

    /// The text of a scalar.
    fn text(&self, expression: &Expression) -> Result<Option<String>> {
        Ok(self.tree(expression)?.and_then(|tree| match tree {
            Tree::String(text) | Tree::Number(text) => Some(text),
            Tree::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }))
    }

    /// A map of tags; each value keeps the place that it comes from.
    fn tags(
        &self,
        place: &Place,
        without: Option<&str>,
        key: Option<&str>,
    ) -> Result<Option<Made>> {
        let Some(Row { pointer, value }) = self.select(place).into_iter().next() else {
            return Ok(None);
        };
        let below = |token: &str, value: Value<'_>| {
            let mut origin = pointer.clone();
            push_token(&mut origin, token);
            Made { origin, content: Content::Copy(value.id()) }
        };
        let mut fields: Vec<(String, Made)> = match value.kind() {
            Kind::Null => return Ok(None),
            Kind::Map => {
                value.fields().map(|(name, value)| (name.to_owned(), below(name, value))).collect()
            }
            _ => {
                if key.is_none() {
                    STRICT.tags(value)?;
                }
                let tag = |(index, item): (usize, Value<'_>)| {
                    let field = |wanted: &str| {
                        item.fields().find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                    };
                    let (_, key) = field(key.unwrap_or("key"))?;
                    let made = match field("value") {
                        Some((name, value)) => Made {
                            origin: format!("{pointer}/{index}/{name}"),
                            content: Content::Copy(value.id()),
                        },
                        None => Made {
                            origin: format!("{pointer}/{index}"),
                            content: Content::Const(Tree::String(String::new())),
                        },
                    };
                    Some((key.as_str()?.to_owned(), made))
                };
                value.items().enumerate().filter_map(tag).collect()
            }
        };
        fields.retain(|(name, _)| without.is_none_or(|prefix| !name.starts_with(prefix)));
        Ok(Some(Made { origin: pointer, content: Content::Map { fields, names: None } }))
    }
}

fn below<'d>(row: &Row<'d>, found: Vec<(String, Value<'d>)>) -> Vec<Row<'d>> {
    let row = |(pointer, value): (String, Value<'d>)| Row {
        pointer: format!("{}{pointer}", row.pointer),
        value,
    };
    found.into_iter().map(row).collect()
}

/// The list element that the node at `pointer` stands in.
fn holder<'d>(item: Value<'d>, pointer: &str) -> Option<Row<'d>> {
    let (mut at, mut here, mut found) = (item, String::new(), None);
    let mut tokens = pointer.split('/').skip(1).peekable();
    while let Some(token) = tokens.next() {
        // The way to the node itself is not gone: it may be one of a long list.
        if tokens.peek().is_none() {
            break;
        }
        let in_list = at.kind() == Kind::List;
        at = match in_list {
            true => at.at(token.parse().ok()?)?,
            false => at.get(&token.replace("~1", "/").replace("~0", "~"))?,
        };
        here = format!("{here}/{token}");
        if in_list {
            found = Some(Row { pointer: here.clone(), value: at });
        }
    }
    found
}

/// The pointer without its last token.
fn holder_of(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(holder, _)| holder)
}

/// The longest pointer above all of these, or the one that there is.
fn common<'p>(pointers: impl Iterator<Item = &'p str>) -> String {
    let mut shared: Option<Vec<&str>> = None;
    for pointer in pointers {
        let tokens: Vec<&str> = pointer.split('/').collect();
        shared = Some(match shared {
            None => tokens,
            Some(known) => {
                let same = known.iter().zip(&tokens).take_while(|(a, b)| a == b).count();
                known.into_iter().take(same).collect()
            }
        });
    }
    shared.map(|tokens| tokens.join("/")).unwrap_or_default()
}
