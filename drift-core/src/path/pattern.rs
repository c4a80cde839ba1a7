//! Patterns select nodes: in rules, in mappings, and wherever a user points at something.

use super::{has_keys, parse, push_token};
use crate::error::Result;
use crate::value::{Kind, Tree, Value, quoted};
use std::fmt;

/// One step of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PatternStep {
    /// A field of a map.
    Field(String),
    /// A token of a JSON Pointer: a field of that name, or the element at that index.
    Name(String),
    /// The element at an index, counted from 0 in desired, else in actual.
    Index(usize),
    /// An element known by its keys.
    Key(Vec<(String, Tree)>),
    /// An element that has these fields, and others with these values.
    Has(Fields),
    /// A member known by its value.
    Value(Tree),
    /// Any one field or element.
    Any,
    /// Any element of a list, and no field.
    Item,
    /// Any number of steps, none included.
    Descend,
    /// Into the document inside a string. Patterns pass through it without being asked.
    Decoded(String),
    /// An element as reports print hidden ones; it selects nothing, as its value is not known.
    Hidden(usize),
}

/// What an element must have: fields whatever is in them, null included (RFC 9535, 2.3.5), and fields of
/// these values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fields {
    /// The names of those that only must be there.
    pub names: Vec<String>,
    /// Those of one value.
    pub values: Vec<(String, Tree)>,
}

impl Fields {
    /// Whether a map has them; `of` gives its fields by their names.
    pub(crate) fn are_in<F: PartialEq<Tree>>(&self, of: impl Fn(&str) -> Option<F>) -> bool {
        self.names.iter().all(|name| of(name).is_some())
            && self.values.iter().all(|(name, value)| of(name).is_some_and(|it| it == *value))
    }
}

/// Selects nodes by path text (`spec.containers[*].image`), by JSON Pointer with `*`
/// (`/spec/containers/*/image`), or by JSONPath (`$..containers[?@.name=="web"].image`): names,
/// `*`, `..`, indexes, `[:]` for every element and no field (2.3.4), and filters of elements that compare fields for equality (`[?@.name=="web"]`) or ask
/// whether they are there (`[?@.image]`), joined by `&&`.
///
/// ```
/// use drift_core::path::Pattern;
/// use drift_core::value::{Document, ReadOptions};
/// let document = Document::parse_json(br#"{"a":[{"b":1},{"b":2}]}"#, &ReadOptions::default())?;
/// let found = Pattern::parse("$..b")?.select(document.root());
/// let pointers: Vec<_> = found.iter().map(|(pointer, _)| pointer.as_str()).collect();
/// assert_eq!(pointers, ["/a/0/b", "/a/1/b"]);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: String,
    steps: Vec<PatternStep>,
}

impl Pattern {
    /// Reads a pattern in any of its forms.
    ///
    /// # Errors
    /// `DRIFT_PATH` with the column.
    pub fn parse(text: &str) -> Result<Self> {
        let steps = parse::pattern(text).map_err(|error| error.on_path(text))?;
        Ok(Self { text: text.to_owned(), steps })
    }

    /// The pattern of these steps, which name elements by their keys alone.
    pub(crate) fn of(steps: Vec<PatternStep>) -> Self {
        let mut text = String::from("$");
        let mut dots = ".";
        for step in &steps {
            match step {
                PatternStep::Descend => {
                    dots = "..";
                    continue;
                }
                PatternStep::Field(name) => {
                    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
                    match (plain, dots) {
                        (true, _) => text.extend([dots, name]),
                        (false, ".") => text.push_str(&format!("[{}]", quoted(name))),
                        (false, _) => text.push_str(&format!("..[{}]", quoted(name))),
                    }
                }
                PatternStep::Key(keys) => {
                    let test = |(name, value): &(String, Tree)| format!("@.{name}=={value}");
                    let tests: Vec<String> = keys.iter().map(test).collect();
                    text.push_str(&format!("[?{}]", tests.join("&&")));
                }
                PatternStep::Item => {
                    text.push_str(if dots == "." { "[:]" } else { "..[:]" });
                }
                _ => text.extend([dots, "*"]),
            }
            dots = ".";
        }
        Self { text, steps }
    }

    /// The steps, from the root on.
    #[must_use]
    pub fn steps(&self) -> &[PatternStep] {
        &self.steps
    }

    /// What `below` selects in the nodes that this pattern selects.
    pub(crate) fn below(&self, below: &Self) -> Self {
        Self {
            text: format!("{} {}", self.text, below.text),
            steps: [self.steps.as_slice(), below.steps.as_slice()].concat(),
        }
    }

    /// The nodes of `root` that the pattern selects, with their JSON Pointers, in document order.
    /// Costs one pass over the document.
    #[must_use]
    pub fn select<'d>(&self, root: Value<'d>) -> Vec<(String, Value<'d>)> {
        let mut found = Vec::new();
        self.visit(root, &self.closure(&[0]), &mut String::new(), &mut found);
        found
    }

    /// The states that hold without another step: a `..` may stand for nothing.
    fn closure(&self, states: &[usize]) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for state in states {
            let mut state = *state;
            loop {
                if all.contains(&state) {
                    break;
                }
                all.push(state);
                let passes = matches!(
                    self.steps.get(state),
                    Some(PatternStep::Descend | PatternStep::Decoded(_))
                );
                if !passes {
                    break;
                }
                state += 1;
            }
        }
        all
    }

    fn visit<'d>(
        &self,
        value: Value<'d>,
        states: &[usize],
        pointer: &mut String,
        found: &mut Vec<(String, Value<'d>)>,
    ) {
        if states.contains(&self.steps.len()) {
            found.push((pointer.clone(), value));
        }
        if states.iter().all(|state| *state >= self.steps.len()) {
            return;
        }
        let length = pointer.len();
        let mut child = |token: &str, child: Value<'d>, next: Vec<usize>| {
            if !next.is_empty() {
                push_token(pointer, token);
                self.visit(child, &next, pointer, found);
                pointer.truncate(length);
            }
        };
        if value.kind() == Kind::Map {
            for (name, field) in value.fields() {
                child(
                    name,
                    field,
                    self.advance(states, |step| match step {
                        PatternStep::Field(wanted) | PatternStep::Name(wanted) => wanted == name,
                        step => matches!(step, PatternStep::Any),
                    }),
                );
            }
            return;
        }
        for (index, item) in value.items().enumerate() {
            child(
                &index.to_string(),
                item,
                self.advance(states, |step| match step {
                    PatternStep::Index(wanted) => *wanted == index,
                    PatternStep::Name(wanted) => wanted.parse() == Ok(index),
                    PatternStep::Key(keys) => has_keys(item, keys),
                    PatternStep::Has(fields) => fields.are_in(|name| item.get(name).map(Tree::of)),
                    PatternStep::Value(wanted) => Tree::of(item) == *wanted,
                    step => matches!(step, PatternStep::Any | PatternStep::Item),
                }),
            );
        }
    }

    fn advance(&self, states: &[usize], matches: impl Fn(&PatternStep) -> bool) -> Vec<usize> {
        let mut next = Vec::new();
        for state in states {
            match self.steps.get(*state) {
                Some(PatternStep::Descend) => next.push(*state),
                Some(step) if matches(step) => next.push(state + 1),
                _ => {}
            }
        }
        self.closure(&next)
    }
}

/// The pattern as it was written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    fn select(pattern: &str) -> Vec<String> {
        let text = br#"{"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],
            "spec":{"env":[{"name":"A"}],"set":["x","y"],"0":5,"a.b":{"c":1}}}"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        let found = Pattern::parse(pattern).unwrap().select(document.root());
        found.into_iter().map(|(pointer, _)| pointer).collect()
    }

    #[test]
    fn three_ways_to_say_one_thing() {
        for (patterns, expected) in [
            (
                vec!["/env/*/name", "env[*].name", "$.env[*].name", "$['env'].*.name"],
                vec!["/env/0/name", "/env/1/name"],
            ),
            (vec!["$..env"], vec!["/env", "/spec/env"]),
            (
                vec!["$..env[?@.name=='A']", "$..env[?(@.name == \"A\")]"],
                vec!["/env/0", "/spec/env/0"],
            ),
            (vec![r#"env[name="B"]"#], vec!["/env/1"]),
            (vec!["$..env[?@.value]", "$..env[?@['value']]"], vec!["/env/0", "/env/1"]),
            (vec!["$..env[?@.value && @.name=='B']"], vec!["/env/1"]),
            (vec!["$..env[?(@.name=='A' && @.value)].name"], vec!["/env/0/name"]),
            (vec!["$..env[?@.none]", "$.spec.set[?@.x]", "$.env[?@.value && @.none=='B']"], vec![]),
            (vec!["/spec/0"], vec!["/spec/0"]),
            (vec!["/env/1/value", "env[1].value"], vec!["/env/1/value"]),
            (vec![r#"spec.set[="y"]"#, "$.spec.set[?@=='y']"], vec!["/spec/set/1"]),
            (vec![r#"spec["a.b"].c"#, "/spec/a.b/c"], vec!["/spec/a.b/c"]),
            (vec!["$.spec.set[:]", "$.spec.set[ : ]"], vec!["/spec/set/0", "/spec/set/1"]),
            (vec!["$.*[:].name"], vec!["/env/0/name", "/env/1/name"]),
            (vec!["$.spec[:]", "$.spec.*[:].c"], vec![]),
            (vec!["", "$"], vec![""]),
            (vec!["$..value..x", "/nothing"], vec![]),
        ] {
            for pattern in patterns {
                assert_eq!(select(pattern), expected, "{pattern}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for pattern in [
            "$.a[0:2]",
            "$.a[:2]",
            "a[:]",
            "$.a[?@.x > 1]",
            "$.a[?@]",
            "$.a[?@.x || @.y]",
            "$.a[?!@.x]",
            "$.a[?@.x.y]",
            "$.a['x','y']",
            "$.a[?length(@)==1]",
            "a b",
            "$a",
            "/~2",
            "$.a[-1]",
        ] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn many_descents_stay_linear() {
        let text = "[".repeat(500) + &"]".repeat(500);
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
        let found = Pattern::parse("$..*..*..*..*..*..*").unwrap().select(document.root());
        assert_eq!(found.len(), 494);
    }
}
