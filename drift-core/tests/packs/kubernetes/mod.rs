//! The Kubernetes pack: for every rule objects that show what it does, and that without it they
//! come out otherwise.

mod schema;

use drift_core::normalize::{Fact, Glob};
use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Disposition, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PACK: &str = include_str!("../../../packs/kubernetes.yaml");
const PAIRS: [&str; 2] = [include_str!("pairs.yaml"), include_str!("defaults.yaml")];
const OTHER: &str = include_str!("other.yaml");

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().unwrap().clone()
}

fn pairs() -> Vec<Value> {
    PAIRS.iter().flat_map(|text| list(&yaml(text))).collect()
}

/// The rules of the pack, as they are written.
fn pack() -> Vec<Value> {
    list(&yaml(PACK)["rules"])
}

/// The detector with the whole pack.
fn whole() -> Detector {
    Detector::builder().build().unwrap()
}

/// What the pairs of generated rules begin with.
const SCHEMA: &str = "schema/";

/// The detector without the case's rule: with all others that are about the case's type and, where the
/// rule is a written one, with those of the schema.
fn without(pack: &[Value], case: &Value) -> Detector {
    let (of_type, own) = (type_name(case), id(case));
    let about = |rule: &&Value| {
        let of = rule["match"]["type"].as_str();
        rule["id"] != own && of.is_none_or(|glob| Glob::new(glob).matches(&of_type))
    };
    let rules: Vec<&Value> = pack.iter().filter(about).collect();
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    let generated = (!own.starts_with(SCHEMA)).then(|| "kubernetes_schema".to_owned());
    let packs = Packs::Named(generated.into_iter().collect());
    Detector::builder().packs(packs).rules(rules).build().unwrap()
}

/// Adds the fields of `over` to `base`, maps within maps.
fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (name, value) in over {
                merge(base.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// apiVersion and kind of a case's objects.
fn version_and_kind(case: &Value) -> (&str, &str) {
    case["kind"].as_str().unwrap_or("apps/v1/Deployment").rsplit_once('/').unwrap()
}

fn type_name(case: &Value) -> String {
    let (version, kind) = version_and_kind(case);
    let group = version.split_once('/').map_or("core", |(group, _)| group);
    format!("{group}/{kind}")
}

/// The object of a case with these values.
fn object(case: &Value, values: &Value) -> Value {
    let mut values = values.clone();
    let owners = values.as_object_mut().and_then(|values| values.remove("$owners"));
    let values = &values;
    let (version, kind) = version_and_kind(case);
    let template = |spec: &Value| json!({"spec": {"template": {"spec": spec}}});
    let element = |list: &str| {
        let mut element = json!({"name": "e"});
        merge(&mut element, values);
        template(&json!({list: [element]}))
    };
    let values = match case["in"].as_str() {
        None => values.clone(),
        Some("spec") => json!({"spec": values}),
        Some("template") => template(values),
        Some("container") => element("containers"),
        Some("volume") => element("volumes"),
        Some(other) => panic!("no such place: {other}"),
    };
    let mut object = json!({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}});
    merge(&mut object, &values);
    if let Some(owners) = owners {
        object["metadata"]["managedFields"] = owners;
    }
    object
}

/// The values of the live object, with its managed fields where the case names owners.
fn owned(case: &Value, actual: &str) -> Option<Value> {
    let mut values = case.get(actual)?.clone();
    let owners = if actual == "differs" { "differ-owners" } else { "owners" };
    if let Some(owners) = case.get(owners).and_then(Value::as_object) {
        let entry = |(manager, fields): (&String, &Value)| json!({"manager": manager, "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": fields});
        values["$owners"] = owners.iter().map(entry).collect();
    }
    Some(values)
}

fn detect(detector: &Detector, case: &Value, actual: &str) -> Report {
    let side = |values: Option<&Value>| {
        let items: Vec<Value> = values.iter().map(|values| object(case, values)).collect();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": items});
        serde_json::to_vec(&list).unwrap()
    };
    let owned = owned(case, actual);
    let (desired, actual) = (side(case.get("desired")), side(owned.as_ref()));
    let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes).unwrap().with_complete();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &context)
}

/// Whether nothing at all is to be told.
fn is_clean(report: &Report) -> bool {
    report.findings.is_empty()
        && report.pending.is_empty()
        && report.undeclared.is_empty()
        && report.unknown.is_empty()
        && report.not_checked.is_empty()
        && report.warnings.is_empty()
}

fn is_drift(report: &Report) -> bool {
    let changes = report.findings.iter().flat_map(|finding| &finding.changes);
    changes.into_iter().any(|change| change.disposition == Disposition::Drift)
}

fn told(report: &Report) -> String {
    serde_json::to_string(report).unwrap()
}

fn id(case: &Value) -> &str {
    case["rule"].as_str().unwrap()
}

#[test]
fn every_rule_says_why_and_is_tried() {
    let rules = Rules::from_yaml(PACK).unwrap();
    for rule in rules.rules() {
        assert!(rule.reason.is_some() && rule.source.is_some(), "{}", rule.id);
        let of_kubernetes = rule.matches.provider.is_some() || rule.matches.type_name.is_some();
        assert!(of_kubernetes, "{}", rule.id);
        let contradictory = rule.facts.iter().any(|fact| matches!(fact, Fact::Tolerate(_)));
        assert!(!contradictory, "{}: how far a value may be off is the user's to say", rule.id);
    }
    let ids: BTreeSet<String> = rules.rules().iter().map(|rule| rule.id.clone()).collect();
    let other = yaml(OTHER);
    let others = other.as_object().unwrap().values().flat_map(list);
    let tried: BTreeSet<String> =
        pairs().into_iter().chain(others).map(|case| id(&case).to_owned()).collect();
    let tried: BTreeSet<String> = tried.into_iter().filter(|id| !id.starts_with(SCHEMA)).collect();
    let missing: Vec<_> = ids.difference(&tried).collect();
    let unknown: Vec<_> = tried.difference(&ids).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not tried: {missing:?}, no such rule: {unknown:?}"
    );
}

#[test]
fn each_pair_is_equal_by_its_rule_alone() {
    let (detector, pack) = (whole(), pack());
    let mut wrong = Vec::new();
    for case in pairs() {
        let equal = detect(&detector, &case, "equal");
        if !is_clean(&equal) {
            wrong.push(format!("{}: not equal: {}", id(&case), told(&equal)));
        }
        if is_clean(&detect(&detector, &case, "differs")) {
            wrong.push(format!("{}: does not differ", id(&case)));
        }
        let bare = without(&pack, &case);
        let said = |report: &Report| {
            let changes = report.findings.iter().flat_map(|finding| &finding.changes);
            let paths: Vec<String> = changes.map(|change| change.path.clone()).collect();
            (is_clean(report), report.warnings.is_empty(), paths)
        };
        let changed = ["equal", "differs"].into_iter().any(|actual| {
            said(&detect(&bare, &case, actual)) != said(&detect(&detector, &case, actual))
        });
        if !changed {
            wrong.push(format!("{}: the same without the rule", id(&case)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn closed_and_watched_values_are_drift() {
    let detector = whole();
    let mut wrong = Vec::new();
    for case in list(&yaml(OTHER)["stricter"]) {
        if !is_drift(&detect(&detector, &case, "actual")) {
            wrong.push(format!("{}: no drift", id(&case)));
        }
        let calm = detect(&detector, &case, "calm");
        if !is_clean(&calm) {
            wrong.push(format!("{}: not calm: {}", id(&case), told(&calm)));
        }
        if is_drift(&detect(&without(&pack(), &case), &case, "actual")) {
            wrong.push(format!("{}: drift without the rule", id(&case)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_admission_adds_is_undeclared() {
    let detector = whole();
    for case in list(&yaml(OTHER)["milder"]) {
        let report = detect(&detector, &case, "actual");
        assert!(
            !is_drift(&report) && !report.undeclared.is_empty(),
            "{}: {}",
            id(&case),
            told(&report)
        );
        assert!(is_clean(&detect(&detector, &case, "calm")), "{}", id(&case));
        assert!(is_drift(&detect(&without(&pack(), &case), &case, "actual")), "{}", id(&case));
    }
}

#[test]
fn secrets_are_hidden_and_references_are_shown() {
    let detector = whole();
    for case in list(&yaml(OTHER)["secrets"]) {
        let report = told(&detect(&detector, &case, "actual"));
        let texts = |name: &str| case.get(name).map(list).unwrap_or_default();
        for text in texts("hidden") {
            assert!(!report.contains(text.as_str().unwrap()), "{}: {report}", id(&case));
        }
        for text in texts("shown") {
            let text = text.as_str().unwrap();
            assert!(report.contains(text), "{}: {report}", id(&case));
            let bare = told(&detect(&without(&pack(), &case), &case, "actual"));
            assert!(!bare.contains(text), "{}: shown without the rule", id(&case));
        }
    }
}
