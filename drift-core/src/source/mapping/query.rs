//! JSONPath (RFC 9535) over documents: patterns where they suffice, else `jsonpath-rust`.

use crate::error::{Code, Error, Result};
use crate::path::{Pattern, PatternStep, push_token, to_json};
use crate::value::Value;
use jsonpath_rust::parser::model::JpQuery;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The longest expression, in bytes.
const MAX_LENGTH: usize = 4096;

/// A compiled JSONPath.
#[derive(Clone, Debug)]
pub(super) struct Query(Engine);

#[derive(Clone, Debug)]
enum Engine {
    /// Names, `*`, `..`, indexes and filters of equalities: one pass over the nodes themselves.
    Pattern(Pattern),
    /// All else, over a copy of the value.
    Full(Box<JpQuery>),
}

impl Query {
    /// Compiles a JSONPath.
    ///
    /// Beside what patterns know there is no `..`: each of its steps would cost the whole document
    /// once more.
    pub(super) fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_LENGTH {
            let message = format!("the JSONPath is longer than {MAX_LENGTH} bytes");
            return Err(Error::new(Code::Mapping, message));
        }
        let refused = match Pattern::parse(text) {
            Ok(pattern) => return Ok(Self(Engine::Pattern(pattern))),
            Err(refused) => refused,
        };
        let Ok(full) = jsonpath_rust::parser::parse_json_path(text) else {
            let column = refused.position().map(|at| format!(", column {}", at.column));
            let column = column.unwrap_or_default();
            let message = format!("`{text}` is not a JSONPath: {}{column}", refused.message());
            return Err(Error::new(Code::Mapping, message).with_help("see RFC 9535"));
        };
        if outside_strings(text).any(|(at, _)| text.get(at..).is_some_and(|s| s.starts_with("..")))
        {
            let message = format!("`{text}` combines `..` with what only a full JSONPath can say");
            let help = "beside `..` there may be names, `*`, indexes and filters of equalities";
            return Err(Error::new(Code::Mapping, message).with_help(help));
        }
        Ok(Self(Engine::Full(Box::new(full))))
    }

    /// Select what the steps of `text` select from that may rightly select nothing (a wildcard, a
    /// slice or a filter), from the innermost outwards. Empty where the last step is none of these.
    pub(super) fn containers_of(text: &str) -> Vec<Self> {
        let mut depth = 0_usize;
        let mut starts = Vec::new();
        for (at, c) in outside_strings(text) {
            let behind_a_dot = text.get(..at).is_some_and(|before| before.ends_with('.'));
            match c {
                '[' if depth == 0 => starts.push(at),
                '.' if depth == 0 && !behind_a_dot => starts.push(at),
                _ => {}
            }
            match c {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let mut end = text.len();
        let mut containers = Vec::new();
        for (steps, start) in starts.into_iter().rev().enumerate() {
            let (Some(container), Some(step)) = (text.get(..start), text.get(start..end)) else {
                break;
            };
            let many = outside_strings(step).any(|(_, c)| matches!(c, '*' | '?' | ':'));
            let deep = container.ends_with('.') || step.starts_with("..");
            if deep || (steps == 0 && !many) {
                break;
            }
            containers.extend(many.then(|| Self::parse(container).ok()).flatten());
            end = start;
        }
        containers
    }

    /// Whether a step of `text` may select more than one node.
    pub(super) fn selects_many(text: &str) -> bool {
        let many = |(at, c): (usize, char)| {
            matches!(c, '*' | '?' | ':' | ',')
                || text.get(at..).is_some_and(|s| s.starts_with(".."))
        };
        outside_strings(text).any(many)
    }

    /// The names of fields that the query goes through, one after the other, and whether it selects
    /// every element behind them; `None` where it does anything else.
    pub(super) fn names(&self) -> Option<(Vec<&str>, bool)> {
        let Engine::Pattern(pattern) = &self.0 else { return None };
        let (steps, each) = match pattern.steps() {
            [steps @ .., PatternStep::Any] => (steps, true),
            steps => (steps, false),
        };
        let names = steps.iter().map(|step| match step {
            PatternStep::Field(name) => Some(name.as_str()),
            _ => None,
        });
        Some((names.collect::<Option<_>>()?, each))
    }

    /// The nodes of `root` that the query selects, with their JSON Pointers.
    pub(super) fn select<'d>(&self, root: Value<'d>) -> Vec<(String, Value<'d>)> {
        match &self.0 {
            Engine::Pattern(pattern) => pattern.select(root),
            Engine::Full(query) => select(query, root),
        }
    }

    /// The first node of `root` that the query selects, with its JSON Pointer.
    pub(super) fn first<'d>(&self, root: Value<'d>) -> Option<(String, Value<'d>)> {
        self.select(root).into_iter().next()
    }
}

/// The characters of an expression that are no part of a quoted string.
fn outside_strings(text: &str) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut quote = None;
    let mut escaped = false;
    text.char_indices().filter(move |(_, c)| {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if *c == '\\' => escaped = true,
            Some(open) if open == *c => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(*c),
            None => return true,
        }
        false
    })
}

fn select<'d>(query: &JpQuery, root: Value<'d>) -> Vec<(String, Value<'d>)> {
    let copy = to_json(root);
    let found = jsonpath_rust::query::js_path_process(query, &copy).unwrap_or_default();
    // A node of the copy is known by its address; its original stands at the same place.
    let address = |node: &Json| std::ptr::from_ref(node).addr();
    let mut places: BTreeMap<usize, Option<(String, Value<'d>)>> = BTreeMap::new();
    places.extend(found.iter().map(|node| (address(node.val), None)));
    let mut open = vec![(String::new(), root, &copy)];
    while let Some((pointer, value, node)) = open.pop() {
        let below = |token: &str| {
            let mut pointer = pointer.clone();
            push_token(&mut pointer, token);
            pointer
        };
        if let Some(list) = node.as_array() {
            let items = value.items().zip(list).enumerate();
            open.extend(items.map(|(at, (value, node))| (below(&at.to_string()), value, node)));
        }
        if let Some(map) = node.as_object() {
            let field = |(name, value)| Some((below(name), value, map.get(name)?));
            open.extend(value.fields().filter_map(field));
        }
        if let Some(place) = places.get_mut(&address(node)) {
            *place = Some((pointer, value));
        }
    }
    found.iter().filter_map(|node| places.get(&address(node.val))?.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    const TEXT: &[u8] = br#"{"r": [{"id": "a", "n": 1, "it's": {"x/y": [1, 2, 3]}},
        {"id": "b", "n": 2.5}, {"id": "c", "n": 1e400}], "s": {"b": 1, "a": 1}}"#;

    fn select(expression: &str) -> Vec<String> {
        let document = Document::parse_json(TEXT, &ReadOptions::default()).unwrap();
        let found = Query::parse(expression).unwrap().select(document.root());
        let pattern = |pointer: &str| Pattern::parse(pointer).unwrap().select(document.root());
        for (pointer, value) in &found {
            assert_eq!(pattern(pointer)[0].1.span(), value.span(), "{expression}");
        }
        found.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn patterns_and_full_queries_select_nodes() {
        for (expression, expected) in [
            ("$", vec![""]),
            ("$.r[*].id", vec!["/r/0/id", "/r/1/id", "/r/2/id"]),
            ("$..id", vec!["/r/0/id", "/r/1/id", "/r/2/id"]),
            ("$.r[?@.n > 1.5]", vec!["/r/1"]),
            ("$.r[?@.id != 'a'].id", vec!["/r/1/id", "/r/2/id"]),
            ("$.r[-1]", vec!["/r/2"]),
            ("$.r[::-1].id", vec!["/r/2/id", "/r/1/id", "/r/0/id"]),
            ("$.r[0]['it\\'s']['x/y'][1:]", vec!["/r/0/it's/x~1y/1", "/r/0/it's/x~1y/2"]),
            ("$.s['a','b','a']", vec!["/s/a", "/s/b", "/s/a"]),
            ("$.r[?search(@.id, '[bc]')].id", vec!["/r/1/id", "/r/2/id"]),
            ("$.nothing[-1]", vec![]),
            ("$[9007199254740991:-9007199254740991:-9007199254740991]", vec![]),
            ("$.r[-9007199254740991]", vec![]),
        ] {
            assert_eq!(select(expression), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_no_jsonpath_or_too_dear_is_an_error() {
        let long = format!("$.{}", "a".repeat(MAX_LENGTH));
        for expression in ["$.a[", "$[?]", "$a", "$..a[?@.b > 1]", "$.a[?count(@..*) > 1]", &long] {
            let error = Query::parse(expression).unwrap_err();
            assert_eq!(error.code(), Code::Mapping, "{expression}");
        }
        assert!(Query::parse("$.a[?@.b != '..']").is_ok());
    }

    #[test]
    fn a_list_may_be_empty_where_a_container_is_there() {
        let none: &[&str] = &[];
        for (expression, containers) in [
            ("$.a[*]", &["$.a"][..]),
            ("$.a.b.*", &["$.a.b"]),
            ("$[*]", &["$"]),
            ("$.a[?@['x[*]'] > 1]", &["$.a"]),
            ("$.a[0:2]", &["$.a"]),
            ("$['a.b'][*]", &["$['a.b']"]),
            ("$.a[*].b[*]", &["$.a[*].b", "$.a"]),
            ("$.a[*].c.b[?@.x]", &["$.a[*].c.b", "$.a"]),
            ("$..a[*]", &["$..a"]),
            ("$.a", none),
            ("$.a[*].b", none),
            ("$", none),
            ("$['*']", none),
            ("$..*", none),
            ("$..[*]", none),
        ] {
            let parse = |text: &&str| format!("{:?}", Query::parse(text).unwrap());
            let found = Query::containers_of(expression);
            let found: Vec<String> = found.iter().map(|query| format!("{query:?}")).collect();
            assert_eq!(found, containers.iter().map(parse).collect::<Vec<_>>(), "{expression}");
        }
    }
}
