//! The ways around the walk, at places where they could part from it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod parts;
mod taken;

use drift_core::model::Attributes;
use drift_core::value::{Document, ReadOptions, Tree};
use drift_core::{
    Context, Detector, Format, Mapping, Packs, ParseOptions, Progress, Report, Rules, Scope, Seed,
    Snapshot, Stage, Timestamp,
};
use serde_json::json;
use std::collections::BTreeSet;

fn context() -> Context<'static> {
    Context::at("2026-01-01T00:00:00Z".parse().unwrap()).with_seed(Seed([3, 4]))
}

fn detector(rules: &str, hashing: bool) -> Detector {
    let rules = Rules::from_yaml(rules).unwrap();
    Detector::builder().packs(Packs::none()).rules(rules).hashing(hashing).build().unwrap()
}

fn lines(threads: usize) -> ParseOptions {
    let mapping = r#"{items: "$", type: {const: t}, id: "$.id"}"#;
    let mapping = Some(Mapping::from_yaml(mapping).unwrap());
    ParseOptions { mapping, threads, ..ParseOptions::default() }
}

/// The report, which must be the same by walk alone.
fn detect(rules: &str, desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> Report {
    let [fast, plain] =
        [true, false].map(|hashing| detector(rules, hashing).detect(desired, actual, &context()));
    assert_eq!(fast.to_json(), plain.to_json());
    fast
}

#[test]
fn other_attributes_have_another_hash() {
    let fast = detector("[]", true);
    let desired = fast.read(br#"{"id": "a", "v": 1}"#, &lines(1), &context()).unwrap();
    let mut resource = desired.resources()[0].clone();
    let changed = Document::parse_json(br#"{"id": "a", "v": 2}"#, &ReadOptions::default()).unwrap();
    resource.attributes = Attributes::of(changed);
    let mut builder = Snapshot::builder("", Scope::new());
    builder.add(resource);
    let report = fast.detect(&desired, &builder.build().unwrap(), &context());
    assert_eq!(report.findings[0].changes[0].path, "v");
}

#[test]
fn a_part_of_a_text_is_owned_beside_the_whole() {
    let text = b"{\"id\": \"a\", \"v\": 1}\n{\"id\": \"b\", \"v\": 2}";
    let part = Snapshot::parse_with(&text[..19], &lines(1)).unwrap();
    let whole = Snapshot::parse_with(text, &lines(1)).unwrap();
    let mut builder = Snapshot::builder("", Scope::new());
    let env = |name: &str| Scope::new().with("env", name);
    builder.scope(env("a")).add_snapshot(part);
    builder.scope(env("b")).add_snapshot(whole);
    let owned = builder.build().unwrap().into_owned();
    let values = owned.resources().iter().map(|r| Tree::of(r.attributes.value()).to_string());
    let a = r#"{"id":"a","v":1}"#;
    assert_eq!(values.collect::<Vec<_>>(), [a, a, r#"{"id":"b","v":2}"#]);
}

#[test]
fn tags_may_be_the_item_itself() {
    let mapping = r#"{items: "$", type: {const: t}, id: "$.id", tags: "$"}"#;
    let mapping = Some(Mapping::from_yaml(mapping).unwrap());
    let options = ParseOptions { mapping, ..ParseOptions::default() };
    let read = Snapshot::parse_with(br#"{"id": "x", "team": "a"}"#, &options).unwrap();
    assert_eq!(read.resources()[0].tags["team"], "a");
}

#[test]
fn what_was_not_compared_is_not_called_equal() {
    let side = |password: &str| {
        let mut builder = Snapshot::builder("", Scope::new());
        let json: &'static str = format!(r#"{{"password": "{password}"}}"#).leak();
        builder.add_json("aws_db_instance", "a", json.as_bytes()).unwrap();
        builder.build().unwrap()
    };
    let mut listed = Snapshot::builder("", Scope::new());
    listed.add_listed("aws_db_instance", "a");
    let (desired, listed) = (side("hunter22"), listed.build().unwrap());
    let at = context().at;
    let told = detector("[]", true).explain(&desired, &listed, None, "a", "password", at).unwrap();
    assert!(told.conclusion.starts_with("not compared: it was listed"), "{}", told.conclusion);
    assert!(!told.to_json().contains("hunter22") && !told.to_json().contains(r#""equal":true"#));
    // As a reference it tells nothing either.
    let context = Context { reference: Some(&listed), ..context() };
    let report = detector("[]", true).detect(&desired, &side("hunter23"), &context);
    assert_eq!(report.findings[0].changes[0].disposition.as_str(), "drift");
}

#[test]
fn families_are_those_of_all_live_resources() {
    let object = |namespace: &str, replicas: u8| {
        json!({"apiVersion": "e/v1", "kind": "D", "metadata": {"name": "d", "namespace": namespace},
            "spec": {"replicas": replicas}})
    };
    let owned = json!({"apiVersion": "e/v1", "kind": "C", "metadata": {"name": "c", "namespace": "p1",
        "ownerReferences": [{"apiVersion": "e/v1", "kind": "D", "name": "d", "uid": "1", "controller": true}]}});
    let list =
        |items: &[serde_json::Value]| json!({"apiVersion": "v1", "kind": "List", "items": items});
    let desired = list(&[object("p1", 1), object("p2", 1)]).to_string();
    let actual = list(&[object("p1", 1), object("p2", 2), owned]).to_string();
    let parse = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Kubernetes).unwrap();
    let report = detect("[]", &parse(desired.leak()), &parse(actual.leak()));
    assert_eq!((report.findings[0].derived, report.summary.resources.derived), (0, 1));
}

#[test]
fn what_goes_by_a_name_is_derived_from_what_another_part_holds() {
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "uid": "1"},
        "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}}]}});
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data-db-0", "uid": "2"}});
    let texts = [set.to_string(), claim.to_string()];
    let [set, claim] =
        texts.each_ref().map(|it| Snapshot::parse(it.as_bytes(), Format::Kubernetes).unwrap());
    let nothing = Snapshot::default();
    let detector = detector("[]", true);
    for (declared, found) in [(&set, 1), (&nothing, 2)] {
        let [one, other] = [(declared, &set), (&nothing, &claim)]
            .map(|(desired, actual)| detector.partial(desired, actual, &context()));
        let report = drift_core::finish(other.merge(one), context().at);
        assert_eq!(report.summary.resources.derived, 1);
        assert_eq!(report.findings.len(), found - 1);
    }
}

#[test]
fn values_in_memory_are_no_deeper_than_allowed() {
    let nested = |depth| (1..depth).fold(json!([]), |value, _| json!([value]));
    let rules = Rules::from_yaml(
        "[{id: i, paths: [/left_out], ignore: true}, \
          {id: w, match: {type: w, where: $.left_out}, paths: [/a], ignore: true}]",
    );
    let detector = Detector::builder().rules(rules.unwrap()).build().unwrap();
    let context = Context::at(Timestamp::default());
    for field in ["compared", "left_out"] {
        let (at_most, deeper) = (json!({field: nested(511)}), json!({field: nested(512)}));
        for type_name in ["t", "w"] {
            for mut builder in
                [Snapshot::builder("", Scope::new()), detector.snapshot("", Scope::new(), &context)]
            {
                builder.add_value(type_name, "a", &at_most).unwrap();
                let error = builder.add_value(type_name, "b", &deeper).unwrap_err();
                assert_eq!(error.code().as_str(), "DRIFT_LIMIT");
                assert_eq!(builder.build().unwrap().resources().len(), 1);
            }
        }
    }
}

#[test]
fn what_documents_say_makes_no_lines_where_it_is_explained() {
    let side = |n: u8| {
        let id = "a\n::error::x\u{202e}\u{1b}[2J";
        json!([{"type": "t", "id": id, "attributes": {"n\n::error::y": n}}]).to_string()
    };
    let [desired, actual] = [1, 2].map(side);
    let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
    let [desired, actual] = [desired, actual].map(|side| read(side.leak()));
    let id = desired.resources()[0].key.id.clone();
    let at = "2026-01-01T00:00:00Z".parse().unwrap();
    let path = "/n\n::error::y";
    let told = detector("[]", true).explain(&desired, &actual, None, &id, path, at).unwrap();
    let told = told.to_string();
    assert!(told.contains("error::x") && told.contains("error::y"), "{told}");
    assert!(!told.lines().any(|line| line.trim_start().starts_with("::")), "{told}");
    assert!(!told.contains(['\u{202e}', '\u{1b}']), "{told}");
}

#[test]
fn values_in_memory_are_explained_by_their_places() {
    let (desired, actual) = (json!({"l": [10, 20, 30]}), json!({"l": [10, 20, 31]}));
    let side = |value: &'static serde_json::Value| {
        let mut builder = Snapshot::builder("", Scope::new());
        builder.add_value("t", "a", value).unwrap();
        builder.build().unwrap()
    };
    let (desired, actual): (&'static _, &'static _) =
        (Box::leak(Box::new(desired)), Box::leak(Box::new(actual)));
    let (desired, actual) = (side(desired), side(actual));
    let at = context().at;
    let found = detector("[]", true).explain(&desired, &actual, None, "a", "/l/2", at).unwrap();
    assert!(found.to_json().contains(r#""desired":30"#), "{}", found.to_json());
}

#[test]
fn pointers_of_reports_are_explained_as_their_changes() {
    let side = |attributes: serde_json::Value| {
        json!([{"type": "t", "id": "a", "attributes": attributes}]).to_string()
    };
    let of = |name: &str, image: &str| json!({"name": name, "image": image, "env": {"x": image}});
    let [a, b, d, e, g] = ["a", "b", "d", "e", "g"].map(|name| of(name, "1"));
    let desired = side(json!({"c": [a, b, e, g], "s": ["x", "y"]}));
    let actual = side(json!({"c": [b, of("a", "2"), g, d], "s": ["z", "x"]}));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual));
    let rules = "[{id: c, paths: [/c], list: {keyed: [name]}}, {id: s, paths: [/s], list: set}]";
    let report = detect(rules, &desired, &actual);
    let (detector, at) = (detector(rules, true), context().at);
    let explain = |path: &str| detector.explain(&desired, &actual, None, "a", path, at).unwrap();
    let changes = &report.findings[0].changes;
    assert!(changes.len() >= 5, "{changes:?}");
    for change in changes {
        let own = explain(&change.path);
        assert!(own.disposition.is_some(), "{}", own.conclusion);
        let pointers = [&change.pointer, &change.desired_pointer];
        for pointer in pointers.into_iter().flatten() {
            assert_eq!(explain(pointer), own, "{pointer}");
        }
    }
    for (path, is) in [
        ("c[0].image", r#"c[name="a"].image"#),
        ("/c/1/image", r#"c[name="a"].image"#),
        ("/c/0", r#"c[name="a"]"#),
        ("/c/0/env", r#"c[name="a"].env"#),
        ("/c/2/env/x", r#"c[name="e"].env.x"#),
        ("/s/0", r#"s[="z"]"#),
        ("/s/1", r#"s[="y"]"#),
    ] {
        let found = explain(path);
        assert_eq!(found.path, is, "{path}");
        assert_ne!(found.conclusion, "both sides agree", "{path}");
    }
    assert_eq!(explain("/c/1/name").conclusion, "both sides agree");
}

#[test]
fn a_name_may_stand_for_a_map_and_for_a_list_of_maps() {
    let side = |b: u8| {
        let text = json!([
            {"type": "t", "id": "list", "attributes": {"a": [{"b": b, "c": 1}]}},
            {"type": "t", "id": "map", "attributes": {"a": {"b": b, "c": 1}}},
        ]);
        text.to_string()
    };
    let (desired, actual) = (side(1), side(2));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let rules = "[{id: i, paths: ['/a/*/b'], ignore: true}]";
    let report = detect(rules, &parse(&desired), &parse(&actual));
    let found: Vec<_> = report.findings.iter().map(|f| f.resource.id.as_str()).collect();
    assert_eq!(found, ["map"]);
}

#[test]
fn names_mean_the_same_however_they_are_written_and_whenever_they_come() {
    // So many letters are the most that are told by one look at the text, and one more.
    let values = [
        r#"{"n":1,"twenty-eight-bytes-of-a-name":2,"twenty-nine-bytes-of-any-name":3,"q\"":4,"last":{"n":5}}"#,
        r#"{"n" :1,"twenty-eight-bytes-of-a-name"	: 2,"twenty-nine-bytes-of-any-name" : 3 ,"q\u0022" :4,"last" : {"n" :5}}"#,
        r#"{"\u006e":1,"twenty\u002deight-bytes-of-a-name":2,"twenty-nine-bytes\u002dof-any-name":3,"q\"":4,"last":{"\u006e":5}}"#,
        r#"{"last":{"n":5},"q\"":4,"twenty-nine-bytes-of-any-name":3,"twenty-eight-bytes-of-a-name":2,"n":1}"#,
        r#"{"n":1,"twenty-eight-bytes-of-a-name":2,"twenty-nine-bytes-of-any-name":3,"q\"":4,"last":{"n":5}}"#,
        r#"{"n":1,"twenty-eight-bytes-of-a-namE":2,"twenty-nine-bytes-of-any-name":3,"q\"":4,"last":{"n":5}}"#,
        r#"{"n":1,"twenty-eight-bytes-of-a-name":2,"twenty-nine-bytes-of-any-namE":3,"q\"":4,"last":{"n":6}}"#,
    ];
    let side = |of: &dyn Fn(usize) -> usize| -> String {
        (0..values.len()).map(|at| format!("{{\"id\":{at},\"v\":{}}}\n", values[of(at)])).collect()
    };
    let (desired, actual) = (side(&|_| 0), side(&|at| at));
    let fast = detector("[]", true);
    let read = |text: &'static str| fast.read(text.as_bytes(), &lines(1), &context()).unwrap();
    let report = detect("[]", &read(desired.leak()), &read(actual.leak()));
    let changes = report.findings.iter().flat_map(|finding| &finding.changes);
    let paths: Vec<&str> = changes.map(|change| change.path.as_str()).collect();
    assert_eq!(
        paths,
        ["v.twenty-eight-bytes-of-a-name", "v.last.n", "v.twenty-nine-bytes-of-any-name"]
    );
    assert_eq!(report.undeclared.len(), 2);
}

#[test]
fn a_name_that_was_supposed_to_come_may_stand_twice_no_more_than_another() {
    let line = |name: &str| format!("{{\"id\":\"{name}\",\"v\":{{\"a\":1,\"b\":2}}}}\n");
    let twice = r#"{"id":"twice","v":{"a":1,"b":2,"b":2}}"#;
    let fast = detector("[]", true);
    for before in 0..4 {
        let text: String = (0..before).map(|at| line(&at.to_string())).collect();
        for text in [text.clone() + twice, text + twice + "\n" + twice] {
            let error = fast.read(text.as_bytes(), &lines(1), &context()).unwrap_err();
            assert_eq!(error.code().as_str(), "DRIFT_DUPLICATE_FIELD", "{text}");
        }
    }
    // However little of a name is left at the end of the text, nothing is read behind it.
    let whole = line("a") + &line("b");
    for end in 1..whole.len() - 1 {
        let text = &whole.as_bytes()[..end];
        let strictly = Document::parse_json_stream(text, &ReadOptions::default()).map(drop);
        let read = fast.read(text, &lines(1), &context()).map(drop);
        assert_eq!(read, strictly, "{end}");
    }
}

#[test]
fn a_secret_by_a_rule_is_known_where_nothing_is_compared() {
    let secret = "kanary-5f0c-secret-value";
    let side = |copy: &str, noise: serde_json::Value| {
        json!({"id": "a", "plain": copy, "noise": noise}).to_string()
    };
    for (noise, path) in [(json!({"x": secret}), "/noise/x"), (json!({"x": [secret]}), "/noise")] {
        let rules = format!(
            "[{{id: i, paths: [/noise], ignore: true}}, {{id: s, paths: [{path}], secret: true}}]"
        );
        let fast = detector(&rules, true);
        let (desired, actual) = (side("x", json!({})), side(secret, noise));
        let read =
            |text: &str| fast.read(text.as_bytes(), &lines(1), &context()).unwrap().into_owned();
        let report = detect(&rules, &read(&desired), &read(&actual));
        assert_eq!(report.findings[0].changes[0].path, "plain");
        assert!(!report.to_json().contains(secret), "{path}");
    }
}

#[test]
fn names_that_have_to_be_escaped_are_never_taken_as_they_are() {
    let rest = r#":1,"and-more-than-sixteen-bytes":2}}"#;
    let line = |name: &str| format!("{{\"id\":\"{}\",\"v\":{{\"{name}\"{rest}", name.len());
    let fast = detector("[]", true);
    for (escaped, raw) in [(r#"q\""#, "q\""), (r"q\\", "q\\"), (r"q\t", "q\t")] {
        let known = line(escaped) + "\n";
        assert!(fast.read(known.as_bytes(), &lines(1), &context()).is_ok(), "{known}");
        let text = known + &line(raw);
        let strictly = Document::parse_json_stream(text.as_bytes(), &ReadOptions::default());
        let error = fast.read(text.as_bytes(), &lines(1), &context()).unwrap_err();
        assert_eq!(error, strictly.unwrap_err(), "{text}");
    }
}

#[test]
fn an_explanation_names_the_relation_that_held() {
    let side = |v: &str, s: &str| {
        let attributes = json!({"v": v, "w": v, "password": s, "x": s});
        json!([{"type": "t", "id": "a", "attributes": attributes}]).to_string()
    };
    let rules = "[{id: v, paths: [/v], equal: [case_insensitive, version_prefix]},
                  {id: x, paths: [/x], equal: case_insensitive}]";
    let (desired, actual) = (side("8.0", "Correct-Horse"), side("8.0.45", "Correct-Horse"));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual));
    let detector = detector(rules, true);
    let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let explain = |path| detector.explain(&desired, &actual, None, "a", path, at).unwrap();
    let version = explain("v");
    assert_eq!(version.equality, "[case_insensitive, version_prefix]");
    assert_eq!(version.held_by.as_deref(), Some("version_prefix"));
    assert!(version.to_string().contains("held by: version_prefix"));
    assert_eq!(explain("w").held_by, None);
    // A secret does not come to light in its canonical spelling.
    let secret = explain("x");
    assert_eq!(secret.held_by.as_deref(), Some("case_insensitive"));
    assert!(!secret.to_json().to_lowercase().contains("correct"), "{}", secret.to_json());
}

#[test]
fn values_that_stand_for_lists_make_no_walk_too_deep() {
    let nested = |leaf: u8| {
        let open = "{\"a\":".repeat(500);
        let text = format!("{open}{leaf}{}", "}".repeat(500));
        format!("[{{\"type\":\"t\",\"id\":\"a\",\"attributes\":{text}}}]")
    };
    let (desired, actual) = (nested(1), nested(2));
    fn parse(text: &str) -> Snapshot<'_> {
        Snapshot::parse(text.as_bytes(), Format::Records).unwrap()
    }
    let rules = "[{id: s, paths: ['$..*'], single_is_list: true, list: set}]";
    let report = detect(rules, &parse(&desired), &parse(&actual));
    assert_eq!(report.findings[0].changes.len(), 1);
}

#[test]
fn a_report_names_the_packs_that_were_known() {
    let nothing = Snapshot::parse(b"[]", Format::Records).unwrap();
    let report = |packs: &Packs| {
        let detector = Detector::builder().packs(packs.clone()).build().unwrap();
        detector.detect(&nothing, &nothing, &context())
    };
    let all: BTreeSet<&str> = Packs::names().collect();
    assert!(report(&Packs::All).packs.keys().eq(all));
    let some = Packs::Named(vec!["sql".to_owned(), "kubernetes_schema".to_owned()]);
    let named = report(&some).packs;
    assert_eq!(named.keys().collect::<Vec<_>>(), ["kubernetes_schema", "sql"]);
    assert!(named.values().all(|version| version.starts_with("sha256:")));
    assert!(report(&Packs::none()).packs.is_empty());
    let parts = |packs: &str| {
        let packs = Packs::Named(vec![packs.to_owned()]);
        let detector = Detector::builder().packs(packs).build().unwrap();
        detector.partial(&nothing, &nothing, &context())
    };
    let whole = drift_core::finish(parts("sql").merge(parts("kubernetes_schema")), context().at);
    assert_eq!(whole.packs, named);
}

#[test]
fn a_rule_for_one_of_two_identical_members_leaves_the_other_where_it_was() {
    let side = |members: serde_json::Value| {
        json!([{"type": "t", "id": "a", "attributes": {"s": members}}]).to_string()
    };
    let desired = side(json!([{"a": 1, "b": 2}, {"a": 1, "b": 2}]));
    let actual = side(json!([{"a": 8, "b": 2}, {"a": 1, "b": 9}]));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let paths = |rules: &str| -> Vec<String> {
        let report = detect(rules, &parse(&desired), &parse(&actual));
        report.findings[0].changes.iter().map(|change| change.path.clone()).collect()
    };
    let set = "{id: s, paths: [/s], list: set}";
    let (a, b) = (r#"s[={"a":1,"b":2}].a"#, r#"s[={"a":1,"b":2}].b"#);
    assert_eq!(paths(&format!("[{set}]")), [a, b]);
    // The path of a member prints what of it is compared.
    let left = paths(&format!("[{set}, {{id: i, paths: ['{a}'], ignore: true}}]"));
    assert_eq!(left, [r#"s[={"b":2}].b"#]);
}

#[test]
fn every_resource_is_counted_once_by_any_number_of_threads() {
    let lines_of = |count: usize, value: usize| -> String {
        (0..count).map(|n| format!("{{\"id\": \"{n}\", \"v\": {value}}}\n")).collect()
    };
    // Some are declared alone, and none is live alone.
    let (desired, actual) = (lines_of(500, 1), lines_of(400, 2));
    let desired = Snapshot::parse_with(desired.as_bytes(), &lines(1)).unwrap();
    let actual = Snapshot::parse_with(actual.as_bytes(), &lines(1)).unwrap();
    for threads in [1, 4] {
        let detector = Detector::builder().packs(Packs::none()).threads(threads).build().unwrap();
        let progress = Progress::default();
        let told = context().with_progress(&progress);
        let now = || (progress.stage(), progress.done(), progress.total());
        assert_eq!(now(), (Stage::Pairing, 0, None));
        let report = detector.detect(&desired, &actual, &told);
        assert_eq!(now(), (Stage::Reporting, 500, Some(500)));
        assert_eq!(report.to_json(), detector.detect(&desired, &actual, &context()).to_json());
        // It may be used again.
        assert_eq!(detector.partials(&desired, &actual, &told, 3).len(), 3);
        assert_eq!(now(), (Stage::Comparing, 500, Some(500)));
    }
    let words = [Stage::Pairing, Stage::Comparing, Stage::Reporting].map(Stage::as_str);
    assert_eq!(words, ["pairing", "comparing", "reporting"]);
}

#[test]
fn resources_of_many_kinds_are_told_apart_while_they_are_read() {
    let rules = "[{id: a, match: {type: a}, paths: [/late], ignore: true}, \
        {id: b, match: {type: b}, paths: [/pad], list: set}, \
        {id: c, match: {type: c}, paths: [/n], default: 1}, \
        {id: whole, match: {type: d}, paths: [$], ignore: true}]";
    let mapping = r#"[{items: "$", when: [["$.kind", "$.kind"]], provider: {const: k}, type: "$.kind", id: "$.id"},
        {items: "$", when: [["$.type", "$.type"]], type: "$.type", id: "$.id"}]"#;
    let options = ParseOptions {
        mapping: Some(Mapping::from_yaml(mapping).unwrap()),
        ..ParseOptions::default()
    };
    // The kind stands in front, in the middle or at the end, and kinds start with fields of each other.
    let document = |edited: bool| -> String {
        let resource = |index: usize| {
            let kind = ["a", "b", "c", "d", "e"][index * 7 % 11 % 5];
            let field = if index.is_multiple_of(2) { "kind" } else { "type" };
            let (kind, id) = (format!(r#""{field}": "{kind}""#), format!(r#""id": "{index}""#));
            let pad = if edited { r#""pad": [2, 1]"# } else { r#""pad": [1, 2]"# };
            let n = if edited && index.is_multiple_of(3) {
                String::new()
            } else {
                r#", "n": 1"#.to_owned()
            };
            let late = format!(r#""late": {}"#, usize::from(edited && index.is_multiple_of(4)));
            match index % 3 {
                0 => format!("{{{kind}, {id}, {pad}, {late}{n}}}\n"),
                1 => format!("{{{pad}, {id}, {kind}, {late}{n}}}\n"),
                _ => format!("{{{id}, {late}{n}, {pad}, {kind}}}\n"),
            }
        };
        (0..300).map(resource).collect()
    };
    let detector = Detector::builder().rules(Rules::from_yaml(rules).unwrap()).build().unwrap();
    let (desired, actual) = (document(false), document(true));
    let context = context();
    let read = |text: &'static str| detector.read(text.as_bytes(), &options, &context).unwrap();
    let parse = |text: &'static str| Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    let [desired, actual] = [desired, actual].map(|text| -> &'static str { text.leak() });
    let fused = detector.detect(&read(desired), &read(actual), &context);
    let apart = detector.detect(&parse(desired), &parse(actual), &context);
    assert_eq!(fused.to_json(), apart.to_json());
    assert!(!fused.findings.is_empty() && fused.findings.len() < 300);
    assert!(fused.rule_usage.iter().filter(|rule| rule.matched > 0).count() >= 3);
}

#[test]
fn what_only_the_provider_writes_may_stand_in_any_order() {
    let rules = r#"
- {id: keyed, paths: [/l, /p], list: {keyed: [name]}}
- {id: in-order, paths: [/l], order: significant}
- {id: mentions, paths: [/p], order: references}
- {id: outputs, paths: ["l[*]", "p[*]"], read_only: {declared: true}}
"#;
    let side = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
    let desired = side(
        r#"[{"type": "t", "id": "a", "attributes": {"v": 1, "l": [{"name": "x"}, {"name": "y"}],
        "p": [{"name": "x", "v": "1"}, {"name": "y", "v": "$(x)"}]}}]"#,
    );
    let actual = side(
        r#"[{"type": "t", "id": "a", "attributes": {"v": 2, "l": [{"name": "y"}, {"name": "x"}],
        "p": [{"name": "y", "v": "$(x)"}, {"name": "x", "v": "1"}]}}]"#,
    );
    let report = detect(rules, &desired, &actual);
    let changes = report.findings[0].changes.iter().map(|change| change.path.to_string());
    assert_eq!(changes.collect::<Vec<_>>(), ["v"]);
}
