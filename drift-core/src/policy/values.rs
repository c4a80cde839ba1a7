//! Rego's own functions that are ours: those whose results grow beyond what a look at the arguments tells, and
//! those that would stop the program.

use super::budget::{Answer, Budget, ELEMENT, TOO_MUCH, Walk};
use regorus::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The longest path of `graph.reachable_paths`, and the deepest value that `walk` goes into.
const MAX_PATH: usize = 512;

pub(super) fn text(given: &[Value], index: usize) -> Option<&str> {
    given.get(index)?.as_string().ok().map(|text| &**text)
}

pub(super) fn number(given: &[Value], index: usize) -> Option<i64> {
    given.get(index)?.as_number().ok()?.as_i64()
}

pub(super) fn list(given: &[Value], index: usize) -> Option<&[Value]> {
    match given.get(index)? {
        Value::Array(items) => Some(items.as_slice()),
        _ => None,
    }
}

pub(super) fn replace(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(all), Some(old), Some(new)) = (text(given, 0), text(given, 1), text(given, 2)) else {
        return Ok(None);
    };
    let found = all.matches(old).count();
    budget.take(all.len().saturating_add(found.saturating_mul(new.len())))?;
    Ok(Some(Value::from(all.replace(old, new))))
}

/// All pairs of old and new at once, as they appear in the text: the old ones in order at each place.
pub(super) fn replace_n(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(Value::Object(pairs)), Some(all)) = (given.first(), text(given, 1)) else {
        return Ok(None);
    };
    let pairs = pairs.iter_sorted().map(|(old, new)| match (old, new) {
        (Value::String(old), Value::String(new)) => Some((&**old, &**new)),
        _ => None,
    });
    let Some(pairs) = pairs.collect::<Option<Vec<(&str, &str)>>>() else { return Ok(None) };
    budget.take(all.len().saturating_mul(1 + pairs.len() / 4))?;
    let (mut made, mut rest) = (String::new(), all);
    while let Some(next) = rest.chars().next() {
        let mut fitting = pairs.iter().filter(|(old, _)| !old.is_empty());
        match fitting.find_map(|(old, new)| Some((new, rest.strip_prefix(old)?))) {
            Some((new, behind)) => {
                budget.take(new.len())?;
                made.push_str(new);
                rest = behind;
            }
            None => {
                made.push(next);
                rest = rest.get(next.len_utf8()..).unwrap_or_default();
            }
        }
    }
    Ok(Some(Value::from(made)))
}

pub(super) fn concat(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(first), Some(second)) = (list(given, 0), list(given, 1)) else { return Ok(None) };
    budget.take((first.len() + second.len()).saturating_mul(ELEMENT))?;
    Ok(Some(Value::from([first, second].concat())))
}

/// The numbers from one to the other, both of them, upwards or downwards.
pub(super) fn range(given: &[Value], step: Option<i64>, budget: &Budget) -> Answer<Option<Value>> {
    let (Some(first), Some(last), Some(step)) = (number(given, 0), number(given, 1), step) else {
        return Ok(None);
    };
    let Some(step) = u64::try_from(step).ok().filter(|step| *step > 0) else { return Ok(None) };
    let count = first.abs_diff(last) / step;
    let count = usize::try_from(count).unwrap_or(usize::MAX).saturating_add(1);
    budget.take(count.saturating_mul(ELEMENT))?;
    let by = i64::try_from(step).unwrap_or(i64::MAX);
    let by = if first <= last { by } else { -by };
    let next = |number: &i64| number.checked_add(by);
    let numbers = std::iter::successors(Some(first), next).take(count);
    Ok(Some(Value::from(numbers.map(Value::from).collect::<Vec<_>>())))
}

/// The place of a text in another, in characters; all of them, or the first.
fn places(given: &[Value], budget: &Budget, all: bool) -> Answer<Option<Vec<Value>>> {
    let (Some(within), Some(sought)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
    budget.take(within.len() / 4)?;
    let (mut found, mut start, mut before) = (Vec::new(), 0, 0u64);
    while let Some(at) = within.get(start..).and_then(|rest| rest.find(sought)) {
        let passed = within.get(start..start + at).unwrap_or_default();
        before += u64::try_from(passed.chars().count()).unwrap_or(u64::MAX);
        let next = within.get(start + at..).and_then(|rest| rest.chars().next());
        let Some(next) = next else { break };
        budget.take(ELEMENT + sought.len() / 4)?;
        found.push(Value::from(before));
        if !all {
            break;
        }
        before += 1;
        start += at + next.len_utf8();
    }
    Ok(Some(found))
}

pub(super) fn indexof(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let found = places(given, budget, false)?;
    Ok(found.map(|found| found.into_iter().next().unwrap_or_else(|| Value::from(-1i64))))
}

pub(super) fn indexof_n(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    Ok(places(given, budget, true)?.map(Value::from))
}

/// How often a text stands in another, without overlap; an empty one between all characters.
pub(super) fn strings_count(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(within), Some(sought)) = (text(given, 0), text(given, 1)) else { return Ok(None) };
    budget.take(within.len() / 4)?;
    let count = match sought.is_empty() {
        true => within.chars().count() + 1,
        false => within.matches(sought).count(),
    };
    Ok(Some(Value::from(count)))
}

pub(super) fn json_is_valid(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let Some(text) = text(given, 0) else { return Ok(None) };
    budget.take(text.len())?;
    Ok(Some(Value::from(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())))
}

/// Whether one value holds all of the other.
pub(super) fn subset(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let [whole, part] = given else { return Ok(None) };
    budget.walk(whole, Walk::Read)?;
    budget.walk(part, Walk::Read)?;
    holds(whole, part, budget).map(|holds| Some(Value::from(holds)))
}

fn holds(whole: &Value, part: &Value, budget: &Budget) -> Answer<bool> {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, part) in part.iter() {
                match whole.get(name) {
                    Some(whole) if holds(whole, part, budget)? => {}
                    _ => return Ok(false),
                }
            }
            Ok(true)
        }
        (Value::Set(whole), Value::Set(part)) => Ok(part.is_subset(whole)),
        (Value::Array(whole), Value::Array(part)) => {
            budget.take(whole.len().saturating_mul(1 + part.len() / 8))?;
            let (whole, part) = (whole.as_slice(), part.as_slice());
            Ok(part.is_empty() || whole.windows(part.len()).any(|window| window == part))
        }
        (Value::Array(whole), Value::Set(part)) => {
            budget.take(whole.len().saturating_mul(ELEMENT))?;
            let whole: BTreeSet<&Value> = whole.iter().collect();
            Ok(part.iter().all(|item| whole.contains(item)))
        }
        (whole, part) => Ok(whole == part),
    }
}

/// The members of all sets in a set.
pub(super) fn union(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let Some(Value::Set(sets)) = given.first() else { return Ok(None) };
    let mut all = BTreeSet::new();
    for set in sets.iter() {
        let Value::Set(set) = set else { return Ok(None) };
        budget.take(set.len().saturating_mul(ELEMENT))?;
        for item in set.iter() {
            budget.walk(item, Walk::Read)?;
            all.insert(item.clone());
        }
    }
    Ok(Some(Value::from(all)))
}

/// Each value inside another, with its path.
pub(super) fn walk(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    fn visit(
        value: &Value,
        path: &mut Vec<Value>,
        found: &mut Vec<Value>,
        budget: &Budget,
    ) -> Answer {
        if path.len() > MAX_PATH {
            return Err(TOO_MUCH);
        }
        budget.take((path.len() / 2 + 4).saturating_mul(ELEMENT))?;
        found.push(Value::from(vec![Value::from(path.clone()), value.clone()]));
        let mut inner = |step: Value, value: &Value| {
            path.push(step);
            let told = visit(value, path, found, budget);
            path.pop();
            told
        };
        match value {
            Value::Array(items) => {
                items.iter().enumerate().try_for_each(|(at, item)| inner(Value::from(at), item))
            }
            Value::Set(items) => items.iter().try_for_each(|item| inner(item.clone(), item)),
            Value::Object(fields) => {
                fields.iter_sorted().try_for_each(|(name, value)| inner(name.clone(), value))
            }
            _ => Ok(()),
        }
    }
    let Some(value) = given.first() else { return Ok(None) };
    let mut found = Vec::new();
    visit(value, &mut Vec::new(), &mut found, budget)?;
    Ok(Some(Value::from(found)))
}

/// The paths through a graph from some of its nodes, each to where it ends or turns back.
pub(super) fn reachable_paths(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(Value::Object(graph)), Some(from)) = (given.first(), given.get(1)) else {
        return Ok(None);
    };
    let from: Vec<&Value> = match from {
        Value::Array(items) => items.iter().collect(),
        Value::Set(items) => items.iter().collect(),
        _ => return Ok(None),
    };
    let mut edges = BTreeMap::new();
    for (node, next) in graph.iter() {
        budget.walk(node, Walk::Read)?;
        let next: Vec<&Value> = match next {
            Value::Array(items) => items.iter().collect(),
            Value::Set(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            // It matters only where a path comes to it.
            _ => continue,
        };
        budget.take(next.len().saturating_mul(ELEMENT))?;
        edges.insert(node, next);
    }
    let known = |node: &Value| graph.contains_key(node);
    let mut search =
        Search { edges, known: &known, path: Vec::new(), paths: BTreeSet::new(), budget };
    for node in from {
        if search.visit(node)?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(Value::from(search.paths)))
}

struct Search<'g> {
    edges: BTreeMap<&'g Value, Vec<&'g Value>>,
    known: &'g dyn Fn(&Value) -> bool,
    path: Vec<&'g Value>,
    paths: BTreeSet<Value>,
    budget: &'g Budget,
}

impl<'g> Search<'g> {
    /// `None` where a node is followed by something that is no collection.
    fn visit(&mut self, node: &'g Value) -> Answer<Option<()>> {
        if self.path.len() > MAX_PATH {
            return Err(TOO_MUCH);
        }
        self.budget.take(ELEMENT + self.path.len())?;
        let ends = node.as_string().is_ok_and(|name| name.is_empty()) || !(self.known)(node);
        if ends || self.path.contains(&node) {
            return self.note().map(Some);
        }
        let Some(next) = self.edges.get(node).cloned() else { return Ok(None) };
        self.budget.take(next.len().saturating_mul(8))?;
        self.path.push(node);
        if next.is_empty() {
            self.note()?;
        }
        for node in next {
            if self.visit(node)?.is_none() {
                return Ok(None);
            }
        }
        self.path.pop();
        Ok(Some(()))
    }

    fn note(&mut self) -> Answer {
        if !self.path.is_empty() {
            // It is kept, and compared with others.
            self.budget.take((self.path.len() + 2).saturating_mul(ELEMENT))?;
            let path = self.path.iter().map(|node| (*node).clone());
            self.paths.insert(Value::from(path.collect::<Vec<_>>()));
        }
        Ok(())
    }
}

/// The regular expression that a template with such in it stands for.
pub(super) fn template(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(mut template), Some(opens), Some(closes)) =
        (text(given, 0), text(given, 2), text(given, 3))
    else {
        return Ok(None);
    };
    budget.take(template.len().saturating_mul(3))?;
    let mut pattern = String::from("^");
    while let Some((literal, rest)) = template.split_once(opens).filter(|_| !opens.is_empty()) {
        let Some((within, behind)) = rest.split_once(closes) else { return Ok(None) };
        pattern += &format!("{}({within})", regex::escape(literal));
        template = behind;
    }
    pattern += &format!("{}$", regex::escape(template));
    Ok(Some(Value::from(pattern)))
}
