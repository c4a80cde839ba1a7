//! The comparison of structured-merge-diff: its schemas compiled into rules, its sets of paths
//! against the paths of our changes, in both directions.
//!
//! Mapping. An associative list is `keyed` or a `set`, an atomic list `atomic`, an atomic map
//! `closed`, and everything undeclared is drift. A change inside an atomic value is a change of
//! that value. Where a whole subtree was added or removed, structured-merge-diff names every node
//! in it; where a value changed its kind, it names the node and what stood below.

use super::cases::{Tally, changes, compare, load, value};
use drift_core::ChangeKind;
use drift_core::path::Step;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a schema says about a node.
#[derive(Clone, Copy)]
enum Type<'s> {
    /// By a type of the schema.
    Schema(&'s Schema, &'s Value),
    /// Nothing: maps are walked, lists are atomic.
    Deduced,
}

struct Schema(BTreeMap<String, Value>);

impl Schema {
    fn new(schema: &Value) -> Self {
        let types = schema["types"].as_array().unwrap().iter();
        Self(types.map(|t| (t["name"].as_str().unwrap().to_owned(), t.clone())).collect())
    }
}

/// How the elements of a list are told apart.
enum Elements<'s> {
    Atomic,
    Set,
    Keyed(Vec<&'s str>),
}

impl<'s> Type<'s> {
    /// The type that `reference` names or holds.
    fn of(schema: &'s Schema, reference: &'s Value) -> Self {
        match reference["namedType"].as_str() {
            Some(name) => Self::Schema(schema, &schema.0[name]),
            None => Self::Schema(schema, reference),
        }
    }

    fn part(self, part: &str) -> Option<&'s Value> {
        match self {
            Self::Schema(_, atom) => atom.get(part),
            Self::Deduced => None,
        }
    }

    fn is_atomic_map(self) -> bool {
        self.part("map").is_some_and(|map| map["elementRelationship"] == "atomic")
    }

    fn elements(self) -> Elements<'s> {
        match self.part("list") {
            Some(list) if list["elementRelationship"] == "associative" => {
                match list["keys"].as_array() {
                    Some(keys) => Elements::Keyed(keys.iter().filter_map(Value::as_str).collect()),
                    None => Elements::Set,
                }
            }
            _ => Elements::Atomic,
        }
    }

    fn field(self, name: &str) -> Self {
        let Self::Schema(schema, _) = self else { return self };
        let Some(map) = self.part("map") else { return Self::Deduced };
        let fields = map["fields"].as_array().into_iter().flatten();
        let known = fields.into_iter().find(|field| field["name"] == name);
        let of = known.map(|field| &field["type"]).or_else(|| map.get("elementType"));
        of.map_or(Self::Deduced, |of| Self::of(schema, of))
    }

    fn element(self) -> Self {
        let Self::Schema(schema, _) = self else { return self };
        let of = self.part("list").and_then(|list| list.get("elementType"));
        of.map_or(Self::Deduced, |of| Self::of(schema, of))
    }

    /// The default of a field.
    fn default(self, name: &str) -> Option<&'s Value> {
        let fields = self.part("map")?["fields"].as_array()?;
        fields.iter().find(|field| field["name"] == name)?.get("default")
    }

    fn is_atomic(self, value: &Value) -> bool {
        match value {
            Value::Object(_) => self.is_atomic_map(),
            Value::Array(_) => matches!(self.elements(), Elements::Atomic),
            _ => true,
        }
    }
}

/// The rules of a schema for the nodes that these values have.
fn compile(of: Type<'_>, values: &[&Value]) -> Value {
    let mut facts: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    walk(of, values, "/root".to_owned(), &mut facts);
    let mut rules = vec![json!({"id": "all", "paths": ["$..*"], "undeclared": "drift"})];
    for (index, (path, facts)) in facts.into_iter().enumerate() {
        let mut rule = facts;
        rule.insert("id".into(), json!(format!("r{index}")));
        rule.insert("paths".into(), json!([path]));
        rules.push(Value::Object(rule));
    }
    Value::Array(rules)
}

fn walk(
    of: Type<'_>,
    values: &[&Value],
    path: String,
    facts: &mut BTreeMap<String, Map<String, Value>>,
) {
    let items: Vec<&Value> = values.iter().filter_map(|v| v.as_array()).flatten().collect();
    if values.iter().any(|value| value.is_array()) {
        let list = match of.elements() {
            Elements::Atomic => json!("atomic"),
            Elements::Set => json!("set"),
            Elements::Keyed(keys) => {
                for key in &keys {
                    if let Some(default) = of.element().default(key) {
                        let at = facts.entry(format!("{path}/*/{}", token(key))).or_default();
                        at.insert("default".into(), default.clone());
                    }
                }
                json!({"keyed": keys})
            }
        };
        facts.entry(path.clone()).or_default().insert("list".into(), list);
        if !matches!(of.elements(), Elements::Atomic) {
            walk(of.element(), &items, format!("{path}/*"), facts);
        }
    }
    if of.is_atomic_map() && values.iter().any(|value| value.is_object()) {
        facts.entry(path).or_default().insert("closed".into(), json!(true));
        return;
    }
    let maps: Vec<&Map<String, Value>> = values.iter().filter_map(|v| v.as_object()).collect();
    let names: BTreeSet<&String> = maps.iter().flat_map(|map| map.keys()).collect();
    for name in names {
        let below: Vec<&Value> = maps.iter().filter_map(|map| map.get(name)).collect();
        walk(of.field(name), &below, format!("{path}/{}", token(name)), facts);
    }
}

fn token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Sets of paths, each path as JSON text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sets {
    removed: BTreeSet<String>,
    modified: BTreeSet<String>,
    added: BTreeSet<String>,
}

impl Sets {
    fn expected(expected: &Value) -> Self {
        let set = |name: &str| {
            let paths = expected[name].as_array().unwrap();
            paths.iter().map(Value::to_string).collect()
        };
        Self { removed: set("removed"), modified: set("modified"), added: set("added") }
    }

    fn reversed(self) -> Self {
        Self { removed: self.added, added: self.removed, modified: self.modified }
    }
}

/// Every node of a subtree that came or went.
fn expand(
    of: Type<'_>,
    value: &Value,
    path: &mut Vec<Value>,
    root: bool,
    into: &mut BTreeSet<String>,
) {
    if !root {
        into.insert(Value::Array(path.clone()).to_string());
    }
    let mut below = |step: Value, of: Type<'_>, value: &Value| {
        path.push(step);
        expand(of, value, path, false, into);
        path.pop();
    };
    match value {
        Value::Object(map) if !of.is_atomic_map() => {
            for (name, value) in map {
                below(json!({"f": name}), of.field(name), value);
            }
        }
        Value::Array(items) => match of.elements() {
            Elements::Atomic => {}
            Elements::Set => {
                items.iter().for_each(|item| below(json!({"v": item}), of.element(), item))
            }
            Elements::Keyed(keys) => {
                for item in items {
                    let key = |key: &&str| {
                        let value = item.get(*key).or_else(|| of.element().default(key));
                        ((*key).to_owned(), value.cloned().unwrap_or_default())
                    };
                    let keys: Map<String, Value> = keys.iter().map(key).collect();
                    below(json!({"k": keys}), of.element(), item);
                }
            }
        },
        _ => {}
    }
}

/// What we found, in their words.
fn found(of: Type<'_>, report: &drift_core::Report) -> Sets {
    let mut sets = Sets::default();
    for change in report.findings.iter().flat_map(|finding| &finding.changes) {
        let mut path = Vec::new();
        let mut here = of;
        let mut inside_atomic = false;
        for step in &change.steps[1..] {
            let (text, below, atomic) = match step {
                Step::Field(name) => (json!({"f": name}), here.field(name), here.is_atomic_map()),
                Step::Key(keys) => {
                    let keys: Map<String, Value> =
                        keys.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                    (json!({"k": keys}), here.element(), false)
                }
                Step::Value(value) => (json!({"v": value}), here.element(), false),
                Step::Index(index) => (json!({"i": index}), here.element(), true),
                other => panic!("no such step here: {other:?}"),
            };
            if atomic {
                inside_atomic = true;
                break;
            }
            path.push(text);
            here = below;
        }
        let printed = || Value::Array(path.clone()).to_string();
        if inside_atomic {
            sets.modified.insert(printed());
            continue;
        }
        let (desired, actual) =
            (change.desired.as_ref().map(|v| json!(v)), change.actual.as_ref().map(|v| json!(v)));
        match change.kind {
            ChangeKind::Added => expand(here, &actual.unwrap(), &mut path, false, &mut sets.added),
            ChangeKind::Removed => {
                expand(here, &desired.unwrap(), &mut path, false, &mut sets.removed)
            }
            _ => {
                let (desired, actual) = (desired.unwrap_or_default(), actual.unwrap_or_default());
                let empty = |value: &Value| value == &json!({}) || value == &json!([]);
                let leaf = |value: &Value| here.is_atomic(value) || empty(value);
                if leaf(&desired) || leaf(&actual) {
                    sets.modified.insert(printed());
                }
                expand(here, &actual, &mut path, true, &mut sets.added);
                expand(here, &desired, &mut path, true, &mut sets.removed);
            }
        }
    }
    sets
}

fn run(name: &'static str, file: &str, by_design: &[(&str, &str)]) {
    let Some(cases) = load(file) else { return };
    let mut tally = Tally::new(name);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let (lhs, rhs) = (value(&case["lhs"]), value(&case["rhs"]));
        let schema = case.get("schema").map(|schema| Schema::new(value(schema)));
        let of = match &schema {
            Some(schema) => Type::Schema(schema, &schema.0[case["rootTypeName"].as_str().unwrap()]),
            None => Type::Deduced,
        };
        let rules = compile(of, &[lhs, rhs]);
        let forth = compare(&rules, lhs, rhs, None);
        let back = compare(&rules, rhs, lhs, None);
        let expected = Sets::expected(&case["expected"]);
        let there = found(of, &forth);
        let agrees = there == expected && found(of, &back).reversed() == expected;
        tally.settle(id, agrees, || {
            format!(
                "{lhs} and {rhs}\n  expected {expected:?}\n  found    {there:?}\n  {}\n  {}",
                changes(&forth),
                changes(&back)
            )
        });
    }
    tally.finish(by_design);
}

#[test]
fn with_schemas() {
    const NULL: &str = "between null and a map the map's path changed; they name its fields alone";
    run(
        "smd_compare",
        "smd_compare.json",
        &[
            ("smd_compare-027", NULL),
            ("smd_compare-043", NULL),
            ("smd_compare-045", NULL),
            (
                "smd_compare-070",
                "members that stand twice are a multiset; they report such members as both removed and added",
            ),
        ],
    );
}

#[test]
fn without_schemas() {
    run("smd_compare_deduced", "smd_compare_deduced.json", &[]);
}
