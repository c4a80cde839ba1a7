//! The reader without a tape beside the strict one.

use super::*;
use crate::model::Snapshot;
use crate::source::follow::Nobody;
use crate::value::ReadOptions;
use std::fmt::Write as _;

const LINES: &str = r#"{items: "$", type: {const: t}, id: "$.meta.id", tags: "$.tags",
    scope: {zone: "$.meta.zone"}, identities: {arn: ["$.arn", "$.meta.arn"]}}"#;

fn options(mapping: &str, threads: usize) -> ParseOptions {
    let mapping = Some(Mapping::from_yaml(mapping).unwrap());
    ParseOptions { mapping, threads, ..ParseOptions::default() }
}

/// What is read of each resource, its place and its attributes included.
fn told(snapshot: &Snapshot<'_>) -> Vec<String> {
    let resource = |r: &Resource<'_>| {
        let value = r.attributes.value();
        let text = crate::value::Tree::of(value);
        let span = value.span();
        format!("{} {:?} {:?} {:?} {span:?} {text}", r.key, r.source, r.tags, r.identities)
    };
    snapshot.resources().iter().map(resource).collect()
}

/// Whether the text is read without a tape.
fn is_lazy(text: &str, options: &ParseOptions) -> bool {
    let mapping = options.mapping.as_ref().unwrap();
    read(text.as_bytes(), mapping, None, options, &|| Nobody).is_some()
}

fn same(text: &str, mapping: &str) {
    let strictly =
        format!("{}, depends_on: \"$.nothing\"}}", mapping.trim_end().strip_suffix('}').unwrap());
    let strictly = Snapshot::parse_with(text.as_bytes(), &options(&strictly, 1)).unwrap();
    for threads in [1, 2, 5] {
        let options = options(mapping, threads);
        assert!(is_lazy(text, &options));
        let lazily = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
        assert_eq!(told(&lazily), told(&strictly));
        assert_eq!(lazily.coverage(), strictly.coverage());
        assert_eq!(told(&lazily.into_owned()), told(&strictly));
    }
}

fn lines(count: usize, write: impl Fn(usize, &mut String)) -> String {
    let mut text = String::new();
    (0..count).for_each(|index| write(index, &mut text));
    text
}

#[test]
fn lines_are_read_by_any_number_of_threads() {
    let line = |index: usize, text: &mut String| {
        let pad = "x".repeat(index % 300);
        writeln!(
            text,
            r#"{{"meta": {{"id": "é{index}", "zone": {index}, "arn": "a\u0041{index}"}}, "tags": {{"n": "{index}"}}, "pad": "{pad}"}}"#
        )
        .unwrap();
    };
    same(&lines(6_000, line), LINES);
    same(&format!("\u{feff}\n{}", lines(6_000, line)), LINES);
}

/// Objects of Kubernetes among other resources.
fn mixed(items: &str) -> String {
    format!(
        r#"[{{items: "{items}", when: [["$.kind", "$.kind"]], provider: {{const: kubernetes}}, id: "$.meta.name",
            type: {{first: [{{join: [{{from: "$.apiVersion", before: "/"}}, {{const: "/"}}, "$.kind"]}}, "$.kind"]}}}},
            {{items: "{items}", when: [["$.id", "$.id"]], type: "$.type", id: "$.id", tags: "$.tags"}}]"#
    )
}

/// Resources of several kinds, one behind the other, the fields in several orders.
fn objects(count: usize) -> Vec<String> {
    let object = |index: usize| {
        let (name, pad) = (format!(r#""meta": {{"name": "n{index}"}}"#), "x".repeat(index % 40));
        match index % 5 {
            0 => format!(
                r#"{{"apiVersion": "apps/v1", "kind": "Deployment", {name}, "pad": "{pad}"}}"#
            ),
            1 => format!(r#"{{"kind": "Service", {name}, "apiVersion": "v1"}}"#),
            2 => format!(r#"{{"id": {index}, "type": "queue", "tags": {{"a": "{pad}"}}}}"#),
            3 => format!(
                r#"{{"pad": [{{"kind": "no"}}, "{pad}"], "type": "topic", "id": "i{index}"}}"#
            ),
            _ => format!(r#"{{"apiVersion": "/v1", {name}, "kind": "Odd\u0041"}}"#),
        }
    };
    (0..count).map(object).collect()
}

#[test]
fn several_sections_take_what_is_theirs() {
    let strictly = |mapping: &str| mapping.replace("items:", "depends_on: \"$.nothing\", items:");
    let texts = [
        ("$", objects(4_000).join("\n")),
        ("$[*]", format!("[{}]", objects(400).join(",\n"))),
        ("$.all[*]", format!(r#"{{"all": [{}]}}"#, objects(50).join(","))),
        ("$[*]", format!(r#"[{}, {{"other": 1}}]"#, objects(7).join(","))),
    ];
    for (items, text) in texts {
        let mapping = mixed(items);
        let strictly =
            Snapshot::parse_with(text.as_bytes(), &options(&strictly(&mapping), 1)).unwrap();
        for threads in [1, 3] {
            let options = options(&mapping, threads);
            assert!(is_lazy(&text, &options), "{items}");
            let lazily = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
            assert_eq!(told(&lazily), told(&strictly));
            assert_eq!(lazily.coverage(), strictly.coverage());
        }
    }
    // What two sections are for makes two resources, and what none is for is an error.
    for text in [r#"{"kind": "A", "id": "b", "type": "c", "meta": {"name": "d"}}"#, r#"{"a": 1}"#] {
        assert!(!is_lazy(text, &options(&mixed("$"), 1)));
    }
    let apart = r#"[{items: "$.a[*]", type: {const: t}, id: "$.id"}, {items: "$.b[*]", type: {const: t}, id: "$.id"}]"#;
    assert!(!is_lazy(r#"{"a": [{"id": 1}], "b": [{"id": 2}]}"#, &options(apart, 1)));
}

#[test]
fn resources_of_few_places_share_no_more_than_their_own() {
    let mapping = r#"{items: "$", type: "$.t", id: "$.id", provider: "$.p",
        scope: {zone: "$.zone", region: "$.region"}}"#;
    let line = |index: usize, text: &mut String| {
        let zone = ["", r#""zone": "a","#, r#""zone": "b","#, r#""zone": "long-zone-a","#];
        let region = ["", r#""region": "a","#, r#""region": "long-zone-b","#];
        let (zone, region) = (zone[index % 4], region[index % 3]);
        let [t, p] = [index % 5, index % 7];
        writeln!(text, r#"{{{zone} {region} "t": "type-of-{t}", "p": {p}, "id": {index}}}"#)
            .unwrap();
    };
    let text = lines(900, line);
    same(&text, mapping);
    let given = crate::model::Scope::new().with("region", "given").with("account", "1");
    let options = ParseOptions { scope: given, ..options(mapping, 1) };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    let keys: Vec<String> =
        snapshot.resources().iter().take(5).map(|r| r.key.to_string()).collect();
    assert_eq!(
        keys,
        [
            "0 type-of-0 account=1,region=given 0",
            "1 type-of-1 account=1,region=a,zone=a 1",
            "2 type-of-2 account=1,region=long-zone-b,zone=b 2",
            "3 type-of-3 account=1,region=given,zone=long-zone-a 3",
            "4 type-of-4 account=1,region=a 4",
        ]
    );
}

#[test]
fn a_value_over_several_lines_is_not_cut() {
    let value = |index: usize, text: &mut String| {
        let pad = "\n".repeat(40 + index % 7);
        writeln!(text, "{{\"meta\":{pad}{{\"id\": {index}}},{pad}\"pad\": [1,\n 2]}}").unwrap();
    };
    same(&lines(20_000, value), LINES);
}

#[test]
fn items_stand_in_lists_and_attributes_below() {
    let text = r#"{"page": 1, "all": {"items": [
        {"id": "a", "body": {"x": [1, {"y": "\n"}]}, "tags": [{"Key": "k", "Value": "v"}]},
        {"body": {}, "id": 7, "tags": null, "z": null}
    ]}}"#;
    same(
        text,
        r#"{items: "$.all.items[*]", type: {const: t}, id: "$.id", tags: "$.tags", attributes: "$.body"}"#,
    );
    same("[{\"id\": \"a\"}, {\"id\": \"b\"}]", r#"{items: "$[*]", type: {const: t}, id: "$.id"}"#);
}

#[test]
fn what_is_out_of_the_ordinary_is_left_to_the_strict_reader() {
    let plain = options(r#"{items: "$.a[*]", type: {const: t}, id: "$.id"}"#, 1);
    assert!(is_lazy(r#"{"a": [{"id": "x"}]}"#, &plain));
    for text in [
        r#"{"a": [{"id": "x", "b": {"c": 1, "c": 2}}]}"#,
        r#"{"a": [{"id": "x"}, 1]}"#,
        r#"{"a": [{"id": true}]}"#,
        r#"{"a": [{}]}"#,
        r#"{"a": {"id": {"id": "x"}}}"#,
        r#"{"a": []}"#,
        r#"{"a": [{"id": "x"}], "NextToken": "t"}"#,
        r#"{"a": [{"id": "x"}], "Marker": "t"}"#,
        r#"{"a": [{"id": "x"}]} x"#,
        r#"{"a": [{"id": "x"}"#,
        "a: [{id: x}]",
        "\"text\"",
    ] {
        assert!(!is_lazy(text, &plain), "{text}");
    }
    for mapping in [
        r#"{items: "$.a[0]", type: {const: t}, id: "$.id"}"#,
        r#"{items: "$..a[*]", type: {const: t}, id: "$.id"}"#,
        r#"{items: "$.a[*]", type: {const: t}, id: "$.b[0]"}"#,
        r#"{items: "$.a[*]", type: {const: t}, id: "$.id", attributes: {n: "$.id"}}"#,
        r#"[{items: "$.a[*]", type: {const: t}, id: "$.id"}, {items: "$.b[*]", type: {const: u}, id: "$.id"}]"#,
    ] {
        assert!(!is_lazy(r#"{"a": [{"id": "x", "b": ["x"]}]}"#, &options(mapping, 1)), "{mapping}");
    }
}

#[test]
fn limits_are_those_of_the_strict_reader() {
    let mapping = r#"{items: "$.a[*]", type: {const: t}, id: "$.id"}"#;
    let text = format!(
        r#"{{"a": [{{"id": "x", "n": 1e9, "deep": {}1{}}}]}}"#,
        "[".repeat(30),
        "]".repeat(30)
    );
    let nodes = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
    let nodes = nodes.root().tape_length();
    for (limit, least) in [("depth", 33), ("nodes", nodes), ("bytes", text.len()), ("exponent", 9)]
    {
        for (value, taken) in [(least, true), (least - 1, false)] {
            let mut options = options(mapping, 1);
            let limits = &mut options.read.limits;
            match limit {
                "depth" => limits.max_depth = value,
                "nodes" => limits.max_nodes = value,
                "bytes" => limits.max_bytes = value,
                _ => limits.max_exponent = value as u32,
            }
            assert_eq!(is_lazy(&text, &options), taken, "{limit} {value}");
            assert_eq!(Snapshot::parse_with(text.as_bytes(), &options).is_ok(), taken, "{limit}");
        }
    }
}
