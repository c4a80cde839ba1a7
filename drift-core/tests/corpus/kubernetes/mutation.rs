//! Mutation recall: public manifests, with what a server typically fills in as the live side, of which
//! one declared value is changed or taken away at random. What is not found has an equality, a default or
//! another fact to explain it.

use super::cases::at;
use crate::common;
use drift_core::value::{Document, DuplicateKeys, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, ParseOptions, Report, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = include_str!("../../../packs/generated/kubernetes.json");
const MUTATIONS: usize = 10_000;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// The named objects of all manifests, by file.
fn manifests() -> Option<Vec<Value>> {
    let folder = common::corpus()?.join("k8s-manifests");
    let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let mut found = Vec::new();
    for file in common::files(&folder, &["yaml", "yml", "json"]) {
        let bytes = std::fs::read(&file).unwrap();
        let parsed = Document::parse_yaml(&bytes, YamlSchema::Kubectl, &options);
        for root in parsed.iter().flat_map(Document::roots) {
            let mut object = serde_json::to_value(Tree::of(root)).unwrap();
            let metadata = &object["metadata"];
            // Hooks are left out as a whole; a name that is made up pairs with none.
            let named =
                metadata["name"].is_string() && metadata["annotations"]["helm.sh/hook"].is_null();
            let hook = metadata["annotations"]["argocd.argoproj.io/hook"].is_string();
            let of_list = object.get("items").is_some() || object["aggregationRule"].is_object();
            // What is given as text is kept as bytes, at another place.
            let is_moved = object.get("stringData").is_some();
            if !named || hook || of_list || is_moved || object["kind"].as_str().is_none() {
                continue;
            }
            if let Some(map) = object.as_object_mut() {
                map.remove("status");
            }
            // A manifest that was exported: what was applied before is another story.
            if let Some(map) = object["metadata"]["annotations"].as_object_mut() {
                map.remove("kubectl.kubernetes.io/last-applied-configuration");
            }
            found.push(object);
        }
    }
    Some(found)
}

/// Fills in what the schema says of absent fields of the maps that there are.
fn fill(value: &mut Value, shape: &str, shapes: &Value) {
    let Some(map) = value.as_object_mut() else { return };
    for (field, known) in shapes[shape].as_object().into_iter().flatten() {
        // Empty texts are not written.
        if let Some(default) = known.get("default").filter(|it| **it != json!("")) {
            map.entry(field.clone()).or_insert_with(|| default.clone());
        }
        let Some(inside) = map.get_mut(field) else { continue };
        if let Some(of) = known["of"].as_str() {
            fill(inside, of, shapes);
        }
        if let (Some(of), Some(items)) = (known["items"].as_str(), inside.as_array_mut()) {
            items.iter_mut().for_each(|item| fill(item, of, shapes));
        }
        if let (Some(of), Some(entries)) = (known["values"].as_str(), inside.as_object_mut()) {
            entries.values_mut().for_each(|entry| fill(entry, of, shapes));
        }
    }
}

/// The object as a server would return it.
fn served(object: &Value, catalogue: &Value) -> Value {
    let mut live = object.clone();
    let group = object["apiVersion"].as_str().unwrap_or_default();
    let group = group.split_once('/').map_or("core", |(group, _)| group);
    let kind = format!("{group}/{}", object["kind"].as_str().unwrap());
    if let Some(shape) = catalogue["types"][&kind][0].as_str() {
        fill(&mut live, shape, &catalogue["shapes"]);
    }
    if live["metadata"].is_object() {
        live["metadata"]["uid"] = json!("0c5cf6a8-0000-4000-8000-000000000000");
        live["metadata"]["resourceVersion"] = json!("4711");
        live["metadata"]["creationTimestamp"] = json!("2026-01-01T00:00:00Z");
        live["metadata"]["generation"] = json!(3);
    }
    let shape = catalogue["types"][&kind][0].as_str();
    if shape.is_none_or(|shape| catalogue["shapes"][shape].get("status").is_some()) {
        live["status"] = json!({"observedGeneration": 3});
    }
    if kind == "core/Service" && live["spec"].is_object() {
        live["spec"].as_object_mut().unwrap().entry("clusterIP").or_insert(json!("10.0.0.7"));
        for port in live["spec"]["ports"].as_array_mut().into_iter().flatten() {
            let own = port["port"].clone();
            port.as_object_mut().unwrap().entry("targetPort").or_insert(own);
        }
    }
    live
}

/// The pointers of the scalars that are compared.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut below = |name: &str, value: &Value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        leaves(value, &format!("{at}/{name}"), found);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(&index.to_string(), item));
        }
        Value::Null => {}
        _ => found.push(at.to_owned()),
    }
}

/// Whether something else than the comparison decides about a value: what an object is called, and what
/// the server alone writes.
fn is_frame(pointer: &str) -> bool {
    let frame = ["/apiVersion", "/kind", "/status"];
    let metadata = ["name", "namespace", "uid", "resourceVersion", "generation"];
    let more =
        ["creationTimestamp", "selfLink", "managedFields", "ownerReferences", "deletionTimestamp"];
    frame.iter().any(|it| pointer == *it || pointer.starts_with(&format!("{it}/")))
        || metadata.iter().chain(&more).any(|name| {
            let at = format!("/metadata/{name}");
            pointer == at || pointer.starts_with(&format!("{at}/"))
        })
}

/// Changes the value at a pointer, or takes it away where it is a field.
fn mutate(live: &mut Value, pointer: &str, dice: &mut Dice) -> String {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    if dice.below(8) == 0
        && let Some(map) = live.pointer_mut(parent).unwrap().as_object_mut()
    {
        let name = name.replace("~1", "/").replace("~0", "~");
        let was = map.remove(&name);
        return format!("removed {was:?}");
    }
    let value = live.pointer_mut(pointer).unwrap();
    let was = value.clone();
    *value = match &was {
        Value::Bool(value) => json!(!value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => json!(number + 1 + dice.below(3) as i64),
            None => json!(number.as_f64().unwrap() + 0.5),
        },
        Value::String(text) => json!(format!("{text}-changed-{}", dice.below(1000))),
        other => other.clone(),
    };
    format!("{was} to {value}")
}

/// Whether a confirmed change names the value, or the element that the value tells apart from others.
fn is_found(report: &Report, pointer: &str) -> bool {
    let confirmed = report.findings.iter().flat_map(|finding| &finding.changes);
    confirmed.into_iter().any(|change| {
        [&change.desired_pointer, &change.actual_pointer].into_iter().flatten().any(|found| {
            let element =
                found.rsplit_once('/').is_some_and(|(_, last)| last.parse::<usize>().is_ok());
            found == pointer
                || (element
                    && pointer.strip_prefix(found.as_str()).is_some_and(|it| it.starts_with('/')))
        })
    })
}

fn bytes(object: &Value) -> Vec<u8> {
    serde_json::to_vec(&json!({"apiVersion": "v1", "kind": "List", "items": [object]})).unwrap()
}

/// The fact that explains why a difference at the pointer is none, if one does.
fn explanation(detector: &Detector, sides: [&Snapshot<'_>; 2], pointer: &str) -> Option<String> {
    let [desired, actual] = sides;
    let key = desired.resources()[0].key.to_string();
    let explained = detector.explain(desired, actual, None, &key, pointer, at()).ok()?;
    let is_empty = matches!(&explained.desired, Some(Tree::List(items)) if items.is_empty());
    let starts = ["ignore: true", "read_only", "default", "generated", "equal: "];
    let starts = starts.iter().chain(is_empty.then_some(&"empty_is_absent: ["));
    let wins = || explained.facts.iter().filter(|note| note.wins);
    let fact =
        starts.flat_map(|start| wins().filter(move |it| it.fact.starts_with(start))).next()?;
    Some(fact.fact.split(':').next().unwrap().to_owned())
}

#[test]
fn mutations_of_declared_values_are_found() {
    let Some(objects) = manifests() else { return };
    let catalogue: Value = serde_json::from_str(SCHEMA).unwrap();
    let detector = Detector::builder().build().unwrap();
    let options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    let parse = |bytes: &'static [u8]| Snapshot::parse_with(bytes, &options);
    let context = Context::at(at());
    let (mut alarms, mut pairs) = (Vec::new(), Vec::new());
    for object in &objects {
        let (desired, live) = (bytes(object), served(object, &catalogue));
        // The texts live as long as the test.
        let desired: &'static [u8] = desired.leak();
        let Ok(snapshot) = parse(desired) else { continue };
        let report = detector.detect(&snapshot, &parse(bytes(&live).leak()).unwrap(), &context);
        if !report.findings.is_empty() || !report.undeclared.is_empty() {
            let paths: Vec<&str> = report.undeclared.iter().map(|it| it.path.as_str()).collect();
            alarms.push(format!("{} {paths:?}", super::cases::changes(&report)));
        }
        let mut found = Vec::new();
        leaves(object, "", &mut found);
        found.retain(|pointer| !is_frame(pointer));
        if !found.is_empty() {
            pairs.push((snapshot, live, found));
        }
    }
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let (mut found, mut explained, mut missed) = (0, BTreeMap::new(), Vec::new());
    let (mut made, mut nothing) = (0, 0);
    while made < MUTATIONS {
        let (desired, live, pointers) = &pairs[dice.below(pairs.len())];
        let pointer = &pointers[dice.below(pointers.len())];
        let mut live = live.clone();
        let what = mutate(&mut live, pointer, &mut dice);
        let actual = bytes(&live);
        let actual = Snapshot::parse_with(&actual, &options).unwrap();
        made += 1;
        if is_found(&detector.detect(desired, &actual, &context), pointer) {
            found += 1;
            continue;
        }
        match explanation(&detector, [desired, &actual], pointer) {
            // To take away what its absence stands for changes nothing.
            Some(fact) if fact == "default" && what.starts_with("removed") => {
                (made, nothing) = (made - 1, nothing + 1);
            }
            Some(fact) => *explained.entry(fact).or_insert(0) += 1,
            None => missed.push(format!("{} {pointer}: {what}", desired.resources()[0].key)),
        }
    }
    common::figure(
        "mutations of manifests",
        &[
            ("objects", pairs.len()),
            ("false alarms before", alarms.len()),
            ("mutations", MUTATIONS),
            ("found at the path", found),
            ("explained", explained.values().sum()),
            ("missed", missed.len()),
            ("drawn again, as absence stands for the value", nothing),
        ],
    );
    for (fact, count) in &explained {
        common::tell(&format!("  {count} explained by `{fact}`"));
    }
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(found * 1000 >= MUTATIONS * 995, "found {found} of {MUTATIONS}");
}
