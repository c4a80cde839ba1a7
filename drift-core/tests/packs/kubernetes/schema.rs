//! The generated part of the pack: everything that it says, tried by itself on objects made for it.

use drift_core::{Context, Detector, Format, Packs, Report, Snapshot};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const SCHEMA: &str = include_str!("../../../packs/generated/kubernetes.json");

/// Something that is said of a field of a type, and where such a field stands in a kind.
struct Said<'c> {
    of: String,
    kind: &'c str,
    /// From the root of an object: fields, and `*` for an element or a field of any name.
    way: Vec<Step<'c>>,
    known: Value,
    /// Whether it lies in what is one value.
    whole: bool,
}

#[derive(Clone, Copy)]
enum Step<'c> {
    Field(&'c str),
    /// An element, with the keys of its list.
    Element(&'c Value),
    Entry,
}

struct Reader<'c> {
    shapes: &'c Map<String, Value>,
    seen: BTreeSet<(String, String, bool)>,
    within: Vec<&'c str>,
    said: Vec<Said<'c>>,
}

impl<'c> Reader<'c> {
    fn shape(&mut self, kind: &'c str, name: &'c str, way: &mut Vec<Step<'c>>, whole: bool) {
        if self.within.contains(&name) {
            return;
        }
        self.within.push(name);
        let fields = self.shapes[name].as_object().unwrap();
        let whole = whole || fields.get("").is_some_and(|it| it["closed"] == true);
        let texts = fields.get("").and_then(|it| it["texts"].as_array()).into_iter().flatten();
        for text in texts {
            let field = text.as_str().unwrap();
            self.say(kind, (name, field), way, (json!({"default": ""}), whole));
        }
        for (field, known) in fields.iter().filter(|(field, _)| !field.is_empty()) {
            self.say(kind, (name, field), way, (known.clone(), whole));
            self.below(kind, field, known, way, whole);
        }
        self.within.pop();
    }

    fn say(
        &mut self,
        kind: &'c str,
        (name, field): (&'c str, &'c str),
        way: &[Step<'c>],
        (known, whole): (Value, bool),
    ) {
        // Names and keys tell objects and elements apart: they are not compared but paired by.
        let is_key = match way.last() {
            Some(Step::Element(keys)) => {
                keys.as_array().is_some_and(|keys| keys.contains(&json!(field)))
            }
            _ => way.len() == 1 && field == "name",
        };
        if !is_key && self.seen.insert((name.to_owned(), field.to_owned(), whole)) {
            let way = way.iter().copied().chain([Step::Field(field)]).collect();
            let of = format!("{kind}: {name}.{field}");
            self.said.push(Said { of, kind, way, known, whole });
        }
    }

    fn below(
        &mut self,
        kind: &'c str,
        field: &'c str,
        known: &'c Value,
        way: &mut Vec<Step<'c>>,
        whole: bool,
    ) {
        let closed = known["closed"].as_bool();
        let whole = closed.unwrap_or(whole) || known["list"] == "atomic";
        way.push(Step::Field(field));
        if let Some(of) = known["of"].as_str() {
            self.shape(kind, of, way, whole);
        }
        for (part, step) in [("items", Step::Element(&known["list"])), ("values", Step::Entry)] {
            if let Some(of) = known[part].as_str() {
                way.push(step);
                self.shape(kind, of, way, whole);
                way.pop();
            }
        }
        way.pop();
    }
}

/// An object with this value at the end of the way, or nothing there.
fn object(way: &[Step<'_>], value: Option<Value>) -> Value {
    let Some((step, rest)) = way.split_first() else { return value.unwrap_or_default() };
    if rest.is_empty() && value.is_none() {
        return json!({});
    }
    let inside = object(rest, value);
    match step {
        Step::Field(name) => json!({*name: inside}),
        Step::Entry => json!({"k": inside}),
        Step::Element(keys) => {
            let mut element = inside;
            for key in keys.as_array().into_iter().flatten() {
                let field = element.as_object_mut().unwrap().entry(key.as_str().unwrap());
                field.or_insert_with(|| json!("k"));
            }
            json!([element])
        }
    }
}

/// What is declared, what is as good as that, and what is not.
type Case = (Option<Value>, Vec<Option<Value>>, Vec<Option<Value>>);

/// The cases of what is said of a field.
fn cases(known: &Value) -> Vec<Case> {
    let mut found: Vec<Case> = Vec::new();
    let is_list = known.get("list").is_some();
    if let Some(default) = known.get("default") {
        let other = match default {
            Value::Bool(value) => json!(!value),
            Value::Number(number) => json!(number.as_i64().unwrap() + 1),
            Value::String(text) => json!(format!("{text}x")),
            Value::Array(_) => json!(["other"]),
            _ => json!({"matchLabels": {"a": "b"}, "runAsUser": 7}),
        };
        found.push((None, vec![Some(default.clone()), None], vec![Some(other.clone())]));
        found.push((Some(default.clone()), vec![None], vec![Some(other)]));
    }
    if let Some(equality) = known["equal"].as_str() {
        let [one, same, other] = spellings(equality).map(Some);
        found.push((one, vec![same], vec![other]));
    }
    if let Some(equality) = known["values"]["equal"].as_str() {
        let [one, same, other] = spellings(equality).map(|value| Some(json!({"a": value})));
        found.push((one, vec![same], vec![other]));
    }
    if is_list && known.get("default").is_none() {
        found.push(list_case(&known["list"]));
    }
    if known.get("map").or(known.get("values")).is_some() {
        let entry = Some(json!({"a": "b"}));
        found.push((Some(json!({})), vec![None], vec![entry.clone()]));
        found.push((None, vec![Some(json!({}))], vec![entry]));
    }
    if known["read_only"] == true {
        let some = |value: i32| Some(json!({"a": value}));
        found.push((some(1), vec![some(2), None], vec![]));
        found.push((None, vec![some(2)], vec![]));
    }
    if known["closed"] == true {
        let of = |value: Value| Some(value);
        found.push((of(json!({"a": "b"})), vec![], vec![of(json!({"a": "b", "c": "d"}))]));
    }
    found
}

/// A value, another spelling of it, and another value.
fn spellings(equality: &str) -> [Value; 3] {
    match equality {
        "quantity" => [json!("1"), json!("1000m"), json!("2")],
        "text" => [json!(80), json!("80"), json!(81)],
        "base64" => [json!("YWI="), json!("YWI=\n"), json!("YWM=")],
        "timestamp" => {
            ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:01Z"]
                .map(|text| json!(text))
        }
        other => panic!("no spellings of {other}"),
    }
}

fn list_case(semantics: &Value) -> Case {
    let list = |items: [Value; 2]| Some(json!(items));
    match semantics {
        Value::Array(keys) => {
            let element = |value: &str, more: &str| {
                let mut fields = Map::new();
                for key in keys {
                    fields.insert(key.as_str().unwrap().to_owned(), json!(value));
                }
                fields.insert("x-more".to_owned(), json!(more));
                Value::Object(fields)
            };
            let (a, b) = (element("a", "1"), element("b", "2"));
            let changed = list([element("b", "1"), element("a", "2")]);
            (list([a.clone(), b.clone()]), vec![list([b, a])], vec![changed])
        }
        _ => {
            let (there, back) = (list([json!("a"), json!("b")]), list([json!("b"), json!("a")]));
            let (equal, differs) =
                if semantics == "set" { (vec![back], vec![]) } else { (vec![], vec![back]) };
            (there, equal, differs)
        }
    }
}

/// The names of the objects of which anything at all is told.
fn told(report: &Report) -> BTreeSet<String> {
    let findings = report.findings.iter().map(|finding| finding.resource.id.clone());
    let of = |change: &drift_core::Change| Some(change.resource.as_ref()?.id.clone());
    findings.chain(report.undeclared.iter().filter_map(of)).collect()
}

#[test]
fn everything_that_the_schema_says_is_tried() {
    let catalogue: Value = serde_json::from_str(SCHEMA).unwrap();
    let shapes = catalogue["shapes"].as_object().unwrap();
    let mut reader = Reader { shapes, seen: BTreeSet::new(), within: Vec::new(), said: Vec::new() };
    for (kind, versions) in catalogue["types"].as_object().unwrap() {
        // The most stable version of a kind speaks for it.
        let stable = versions[0].as_str().unwrap();
        reader.shape(kind, stable, &mut Vec::new(), false);
    }
    let mut pairs: [Vec<Value>; 2] = Default::default();
    let mut expected: BTreeMap<String, (bool, String)> = BTreeMap::new();
    for said in &reader.said {
        for (declared, equal, differs) in cases(&said.known) {
            let live = equal.into_iter().map(|it| (true, it));
            for (is_equal, live) in live.chain(differs.into_iter().map(|it| (false, it))) {
                let name = format!("case-{}", expected.len());
                let of = format!("{}: {declared:?} {live:?}", said.of);
                // What is more than one value says is drift; elsewhere it is told as undeclared.
                let whole = if said.whole { ", whole" } else { "" };
                expected.insert(name.clone(), (is_equal, format!("{of}{whole}")));
                let (group, kind) = said.kind.split_once('/').unwrap();
                let version = if group == "core" { "v1".to_owned() } else { format!("{group}/v1") };
                for (side, value) in pairs.iter_mut().zip([&declared, &live]) {
                    let mut object = object(&said.way, value.clone());
                    object["apiVersion"] = json!(version);
                    object["kind"] = json!(kind);
                    object["metadata"]["name"] = json!(name);
                    side.push(object);
                }
            }
        }
    }
    let [desired, actual] = pairs.map(|items| {
        serde_json::to_vec(&json!({"apiVersion": "v1", "kind": "List", "items": items})).unwrap()
    });
    let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes).unwrap().with_complete();
    let packs = Packs::Named(vec!["kubernetes_schema".to_owned()]);
    let detector = Detector::builder().packs(packs).build().unwrap();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    let told = told(&detector.detect(&parse(&desired), &parse(&actual), &context));
    let wrong: Vec<&str> = expected
        .iter()
        .filter(|(name, (is_equal, _))| told.contains(*name) == *is_equal)
        .map(|(_, (_, of))| of.as_str())
        .collect();
    println!(
        "what the schema says of Kubernetes: fields {}, pairs {}",
        reader.said.len(),
        expected.len()
    );
    assert!(reader.said.len() > 500, "{}", reader.said.len());
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
