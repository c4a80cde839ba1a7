//! Edits of a document, each with what a report must say of it.

use super::document::Json;
use super::entropy::Entropy;
use super::shapes::Shape;
use drift_core::ChangeKind;
use drift_core::path::Step;
use drift_core::value::Tree;

/// A place in a document: child positions from the root on, and the path as reports print it.
#[derive(Clone, Debug)]
struct Site<'s> {
    place: Vec<usize>,
    steps: Vec<Step>,
    shape: &'s Shape,
    /// Whether the value may be another, and whether it may be gone.
    replaceable: bool,
    removable: bool,
}

/// What a report must say of an edit.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    pub(crate) kind: ChangeKind,
    pub(crate) steps: Vec<Step>,
    /// Whether it is confirmed, or an addition to an open map.
    pub(crate) confirmed: bool,
    /// Paths of other changes that the same edit makes: another member of a set in its place.
    pub(crate) also: Vec<(ChangeKind, Vec<Step>)>,
}

impl Edit {
    fn new(kind: ChangeKind, steps: Vec<Step>) -> Self {
        Self { kind, steps, confirmed: true, also: Vec::new() }
    }
}

/// The value as a report prints it.
pub(crate) fn canonical(value: &Json, shape: &Shape) -> Tree {
    match (value, shape) {
        (Json::Map(fields), Shape::Map { fields: shapes, .. }) => {
            Tree::map(fields.iter().map(|(name, value)| {
                let shape = shapes.iter().find(|(known, _)| known == name);
                (name.clone(), canonical(value, shape.map_or(&Shape::Scalar, |(_, s)| s)))
            }))
        }
        (
            Json::List(items),
            Shape::Set(element) | Shape::Keyed { element, significant: false, .. },
        ) => {
            let mut items: Vec<Tree> = items.iter().map(|item| canonical(item, element)).collect();
            items.sort_unstable();
            Tree::List(items)
        }
        (
            Json::List(items),
            Shape::Keyed { element, .. }
            | Shape::Ordered(element)
            | Shape::Atomic(element)
            | Shape::Guessed { element, .. },
        ) => Tree::List(items.iter().map(|item| canonical(item, element)).collect()),
        (other, _) => other.tree(),
    }
}

/// The shape at a path.
pub(crate) fn shape_at<'s>(shape: &'s Shape, steps: &[Step]) -> &'s Shape {
    steps.iter().fold(shape, |shape, step| match (shape, step) {
        (Shape::Map { fields, .. }, Step::Field(name)) => {
            fields.iter().find(|(known, _)| known == name).map_or(&Shape::Scalar, |(_, s)| s)
        }
        (Shape::Embedded(inner), Step::Decoded(_)) => inner,
        (
            Shape::Set(element)
            | Shape::Ordered(element)
            | Shape::Atomic(element)
            | Shape::Keyed { element, .. }
            | Shape::Guessed { element, .. },
            _,
        ) => element,
        _ => &Shape::Scalar,
    })
}

fn key_step(element: &Json, keys: &[String]) -> Step {
    let value = |key: &String| element.get(key).expect("an element has its keys").tree();
    let mut keys: Vec<(String, Tree)> = keys.iter().map(|key| (key.clone(), value(key))).collect();
    keys.sort();
    Step::Key(keys)
}

fn collect<'s>(value: &Json, site: Site<'s>, found: &mut Vec<Site<'s>>) {
    found.push(site.clone());
    let below = |index: usize, step: Step, shape: &'s Shape, removable: bool| Site {
        place: [site.place.as_slice(), &[index]].concat(),
        steps: [site.steps.as_slice(), &[step]].concat(),
        shape,
        replaceable: true,
        removable,
    };
    match (value, site.shape) {
        (Json::Map(fields), Shape::Map { fields: shapes, .. }) => {
            for (index, (name, value)) in fields.iter().enumerate() {
                let shape = shapes.iter().find(|(known, _)| known == name);
                let shape = shape.map_or(&Shape::Scalar, |(_, shape)| shape);
                collect(value, below(index, Step::Field(name.clone()), shape, true), found);
            }
        }
        (Json::List(items), Shape::Ordered(element)) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, below(index, Step::Index(index), element, false), found);
            }
        }
        (Json::List(items), Shape::Keyed { keys, element, .. }) => {
            for (index, item) in items.iter().enumerate() {
                let site = below(index, key_step(item, keys), element, true);
                collect_element(item, Site { replaceable: false, ..site }, keys, found);
            }
        }
        (Json::List(items), Shape::Guessed { key, element }) => {
            let keys = std::slice::from_ref(key);
            for (index, item) in items.iter().enumerate() {
                let site = below(index, key_step(item, keys), element, false);
                collect_element(item, Site { replaceable: false, ..site }, keys, found);
            }
        }
        (Json::List(_), Shape::Single(list)) => {
            collect(
                value,
                Site { shape: list, replaceable: false, removable: false, ..site },
                found,
            );
        }
        (Json::Map(fields), Shape::Folded(_) | Shape::Policy) => {
            for (index, (name, value)) in fields.iter().enumerate() {
                collect(
                    value,
                    below(index, Step::Field(name.clone()), &Shape::Policy, true),
                    found,
                );
            }
        }
        (Json::List(items), Shape::Policy) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, below(index, Step::Index(index), &Shape::Policy, true), found);
            }
        }
        (Json::Embedded(inner), Shape::Policy) => {
            let site = below(0, Step::Decoded("url".into()), &Shape::Policy, false);
            collect(inner, Site { replaceable: false, ..site }, found);
        }
        (Json::Embedded(inner), Shape::Embedded(shape)) => {
            let site = below(0, Step::Decoded("json".into()), shape, false);
            collect(inner, Site { replaceable: false, ..site }, found);
        }
        _ => {}
    }
}

/// The places of an element but for its keys.
fn collect_element<'s>(item: &Json, site: Site<'s>, keys: &[String], found: &mut Vec<Site<'s>>) {
    let length = site.steps.len();
    let mut inside = Vec::new();
    collect(item, site, &mut inside);
    inside.retain(|site| match site.steps.get(length) {
        Some(Step::Field(name)) => !keys.contains(name),
        _ => true,
    });
    found.extend(inside);
}

fn node<'v>(value: &'v mut Json, place: &[usize]) -> &'v mut Json {
    place.iter().fold(value, |value, index| match value {
        Json::Map(fields) => &mut fields[*index].1,
        Json::List(items) => &mut items[*index],
        Json::Embedded(inner) => inner,
        _ => panic!("no such place"),
    })
}

/// Edits the document at a random place; `number` makes what it adds its own.
pub(crate) fn edit(root: &mut Json, shape: &Shape, number: usize, entropy: &Entropy) -> Edit {
    let mut sites = Vec::new();
    let start =
        Site { place: Vec::new(), steps: Vec::new(), shape, replaceable: false, removable: false };
    collect(root, start, &mut sites);
    let site = entropy.pick(&sites).clone();
    if site.removable && entropy.one_in(4) {
        let (last, parent) = site.place.split_last().expect("the root is not removable");
        match node(root, parent) {
            Json::Map(fields) => drop(fields.remove(*last)),
            Json::List(items) => drop(items.remove(*last)),
            _ => panic!("only containers hold something"),
        }
        return Edit::new(ChangeKind::Removed, site.steps);
    }
    let fresh = Json::text(format!("fresh {number}"));
    let target = node(root, &site.place);
    if site.replaceable && entropy.one_in(3) {
        *target = fresh;
        return Edit::new(ChangeKind::Changed, site.steps);
    }
    inside(target, &site, number, fresh, entropy)
}

/// An edit of what the place holds.
fn inside(
    target: &mut Json,
    site: &Site<'_>,
    number: usize,
    fresh: Json,
    entropy: &Entropy,
) -> Edit {
    let below = |step: Step| [site.steps.as_slice(), &[step]].concat();
    match (&mut *target, site.shape) {
        (Json::Map(fields), Shape::Map { closed, .. }) => {
            let name = format!("added {number}");
            fields.push((name.clone(), fresh));
            let edit = Edit::new(ChangeKind::Added, below(Step::Field(name)));
            Edit { confirmed: *closed, ..edit }
        }
        (Json::List(items), Shape::Set(element)) => member(items, element, fresh, entropy, &below),
        (Json::List(items), Shape::Keyed { keys, significant, .. }) => {
            if *significant && items.len() > 1 && entropy.one_in(2) {
                items.swap(0, 1);
                return Edit::new(ChangeKind::Moved, site.steps.clone());
            }
            let element = keys.iter().map(|key| (key.clone(), fresh.clone())).collect();
            let element = Json::Map(element);
            let step = key_step(&element, keys);
            items.push(element);
            Edit::new(ChangeKind::Added, below(step))
        }
        (Json::List(items), Shape::Ordered(element)) => {
            let distinct =
                items.len() > 1 && canonical(&items[0], element) != canonical(&items[1], element);
            if distinct && matches!(**element, Shape::Scalar) && entropy.one_in(3) {
                items.swap(0, 1);
                return Edit::new(ChangeKind::Moved, site.steps.clone());
            }
            if !items.is_empty() && entropy.one_in(2) {
                items.pop();
                return Edit::new(ChangeKind::Removed, below(Step::Index(items.len())));
            }
            items.push(fresh);
            Edit::new(ChangeKind::Added, below(Step::Index(items.len() - 1)))
        }
        (Json::Map(fields), Shape::Policy) => {
            fields.push((format!("added {number}"), fresh));
            Edit::new(ChangeKind::Added, site.steps.clone())
        }
        (Json::List(items), Shape::Atomic(_) | Shape::Policy) => {
            items.push(fresh);
            Edit::new(ChangeKind::Changed, site.steps.clone())
        }
        (other, _) if site.replaceable => {
            *other = fresh;
            Edit::new(ChangeKind::Changed, site.steps.clone())
        }
        // The document in a string, or an element of a list, whose fields are all gone.
        (other, _) => panic!("no edit of {other:?} at {:?}", site.steps),
    }
}

/// Adds, removes or changes a member of a set.
fn member(
    items: &mut Vec<Json>,
    element: &Shape,
    fresh: Json,
    entropy: &Entropy,
    below: &dyn Fn(Step) -> Vec<Step>,
) -> Edit {
    let step = |item: &Json| Step::Value(canonical(item, element));
    let at = entropy.below(items.len() + 1);
    if at == items.len() {
        items.push(fresh);
        return Edit::new(ChangeKind::Added, below(step(&items[at])));
    }
    let before = step(&items[at]);
    if entropy.one_in(2) {
        items.remove(at);
        return Edit::new(ChangeKind::Removed, below(before));
    }
    match &mut items[at] {
        // Another field still tells which member it was.
        Json::Map(fields) if fields.len() > 1 => {
            let (name, value) = &mut fields[0];
            *value = fresh;
            let mut steps = below(before);
            steps.push(Step::Field(name.clone()));
            Edit::new(ChangeKind::Changed, steps)
        }
        item => {
            *item = fresh;
            let after = step(item);
            let edit = Edit::new(ChangeKind::Removed, below(before));
            Edit { also: vec![(ChangeKind::Added, below(after))], ..edit }
        }
    }
}
