//! Mappings: what loads, and what they read.

use super::Mapping;
use crate::error::{Code, Result};
use crate::model::{Reason, Snapshot};
use crate::source::{Format, ParseOptions};

fn parse(mapping: &str, text: &str) -> Result<Snapshot<'static>> {
    let mapping = Some(Mapping::from_yaml(mapping)?);
    let options = ParseOptions { format: Format::Mapping, mapping, ..ParseOptions::default() };
    Snapshot::parse_with(text.as_bytes(), &options).map(Snapshot::into_owned)
}

fn covers(snapshot: &Snapshot<'_>) -> bool {
    let reason = snapshot.coverage().missing_reason(&snapshot.resources()[0].key);
    reason != Some(Reason::NotCollected)
}

const GROUPS: &str = r#"
items: "$.Groups[*]"
type: {const: group}
id: ["$.Missing", "$.GroupId"]
provider: {const: aws}
address: "$.Name"
scope: {region: {const: eu-west-1}, account: "$.Owner", absent: "$.Absent"}
identities: {arn: "$.Arn", number: ["$.No"]}
tags: "$.Tags"
depends_on: ["$.Vpc", "$.Uses[*]"]
"#;

#[test]
fn every_field_has_its_place() {
    let text = r#"{"Groups": [
        {"GroupId": "sg-1", "Name": "web", "Owner": "42", "Arn": "arn:1", "No": 7,
         "Tags": [{"Key": "team", "Value": "x"}], "Vpc": "v", "Uses": ["a", 2, null]},
        {"GroupId": "sg-2", "Tags": null}]}"#;
    let snapshot = parse(GROUPS, text).unwrap();
    let [web, bare] = snapshot.resources() else { panic!("two resources") };
    assert_eq!(web.key.to_string(), "aws group account=42,region=eu-west-1 sg-1");
    assert_eq!(web.address(), "web");
    let identities: Vec<_> = web.identities.iter().map(|i| i.value.as_str()).collect();
    assert_eq!(identities, ["arn:1", "7"]);
    assert_eq!(web.tags.get("team").map(String::as_str), Some("x"));
    assert_eq!(web.depends_on, ["v", "a", "2"]);
    assert_eq!((web.source.pointer.as_str(), web.source.line), ("/Groups/0", Some(2)));
    assert_eq!(bare.key.to_string(), "aws group region=eu-west-1 sg-2");
    assert!(bare.identities.is_empty() && bare.tags.is_empty() && bare.depends_on.is_empty());
    assert!(covers(&snapshot));
}

#[test]
fn attributes_may_stand_deeper() {
    let mapping = "{items: '$[*]', type: $.kind, id: $.meta.id, attributes: $.spec}";
    let snapshot = parse(mapping, r#"[{"kind": "k", "meta": {"id": 1}, "spec": {"a": 1}}]"#);
    let snapshot = snapshot.unwrap();
    let resource = &snapshot.resources()[0];
    assert_eq!(
        (resource.key.to_string().as_str(), resource.source.pointer.as_str()),
        ("k 1", "/0/spec")
    );
    assert_eq!(resource.attributes.value().len(), 1);
}

#[test]
fn filters_beyond_patterns_select_items() {
    let mapping = "{items: '$.r[*].i[?@.State.Code < 48]', type: {const: vm}, id: $.Id}";
    let text = r#"{"r": [{"i": [{"Id": "a", "State": {"Code": 16}}]},
        {"i": [{"Id": "b", "State": {"Code": 48}}, {"Id": "c", "State": {"Code": 0}}]}]}"#;
    let snapshot = parse(mapping, text).unwrap();
    let found: Vec<_> = snapshot
        .resources()
        .iter()
        .map(|r| (r.key.id.as_str(), r.source.pointer.as_str()))
        .collect();
    assert_eq!(found, [("a", "/r/0/i/0"), ("c", "/r/1/i/1")]);
}

#[test]
fn each_line_may_be_an_item() {
    let mapping = "{items: $, type: {const: t}, id: $.id}";
    let two = parse(mapping, "{\"id\": \"a\"}\n{\"id\": \"b\"}\n").unwrap();
    let sources: Vec<_> =
        two.resources().iter().map(|r| (r.source.document, r.source.pointer.as_str())).collect();
    assert_eq!(sources, [(0, ""), (1, "")]);
    assert!(covers(&two));
    assert!(!covers(&parse(mapping, r#"{"id": "a"}"#).unwrap()), "one answer covers nothing");
}

#[test]
fn a_page_of_several_covers_nothing() {
    let text = |more: &str| format!(r#"{{"Groups": [{{"GroupId": "a"}}]{more}}}"#);
    assert!(covers(&parse(GROUPS, &text("")).unwrap()));
    for last in [r#", "NextToken": null"#, r#", "NextToken": """#, r#", "IsTruncated": false"#] {
        assert!(covers(&parse(GROUPS, &text(last)).unwrap()), "{last}");
    }
    for page in [
        r#", "NextToken": "x""#,
        r#", "nextToken": "x""#,
        r#", "next_token": "x""#,
        r#", "NextMarker": "x""#,
        r#", "Marker": "x", "IsTruncated": true"#,
        r#", "nextPageToken": "x""#,
        r#", "nextLink": "https://x""#,
        r#", "@odata.nextLink": "https://x""#,
        r#", "continue": "x""#,
        r#", "ContinuationToken": "x""#,
        r#", "NextContinuationToken": "x""#,
        r#", "IsTruncated": true"#,
    ] {
        assert!(!covers(&parse(GROUPS, &text(page)).unwrap()), "{page}");
    }
}

#[test]
fn an_empty_list_is_empty_and_another_document_an_error() {
    assert!(parse(GROUPS, r#"{"Groups": []}"#).unwrap().resources().is_empty());
    for text in [r#"{"Group": []}"#, "{}", r#"{"Groups": null}"#, "[]"] {
        let error = parse(GROUPS, text).unwrap_err();
        assert_eq!(error.code(), Code::Mapping, "{text}");
    }
}

#[test]
fn a_list_that_may_be_left_out_is_empty_where_it_is() {
    let with = |left_out: &str| format!("{GROUPS}\nleft_out: {left_out}");
    let two = with("{fields: [Page, Count], when: {equal: [$.Count, {const: 0}]}}");
    for text in [r#"{"Count": 0}"#, r#"{"Page": 1, "Count": 0}"#] {
        assert!(parse(&two, text).unwrap().resources().is_empty(), "{text}");
    }
    for text in [
        "{}",
        "[]",
        r#"{"Count": 1}"#,
        r#"{"Count": 0, "Other": 1}"#,
        r#"{"Groups": null, "Count": 0}"#,
        r#"{"Groups": 1, "Count": 0}"#,
    ] {
        assert_eq!(parse(&two, text).unwrap_err().code(), Code::Mapping, "{text}");
    }
    assert!(parse(&with("{fields: []}"), "{}").unwrap().resources().is_empty());
    for (left_out, message) in [
        ("{}", "expected `fields` or `when` in `left_out`"),
        ("{field: []}", "no such field in `left_out`: `field`"),
        ("{fields: [1]}", "expected a field as a string"),
        ("{when: 1}", "expected `when` as a map"),
    ] {
        let error = parse(&with(left_out), "{}").unwrap_err();
        assert!(error.message().contains(message), "{error}");
        assert!(error.position().is_some());
    }
    let single = "{items: $.a, left_out: {fields: []}, type: {const: t}, id: $.id}";
    let error = parse(single, "{}").unwrap_err();
    assert!(error.help().unwrap().contains("`[*]`"), "{error}");
}

#[test]
fn items_that_do_not_fit_are_named() {
    for (text, message) in [
        (r#"{"Groups": [{"GroupId": "a"}, {"Id": 1}]}"#, "the item has no `id`, at `/Groups/1`"),
        (r#"{"Groups": [{"GroupId": ["x"]}]}"#, "the item has no `id`, at `/Groups/0`"),
        (r#"{"Groups": ["x"]}"#, "the item has no `id`, at `/Groups/0`"),
        (
            r#"{"Groups": [{"GroupId": "a", "Tags": "x"}]}"#,
            "expected tags as a map or a list, found a string, at `/Groups/0/Tags`",
        ),
    ] {
        let error = parse(GROUPS, text).unwrap_err();
        assert_eq!(error.code(), Code::Mapping);
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let mapping = "{items: '$[*]', type: {const: t}, id: $.id, attributes: $.spec}";
    let error = parse(mapping, r#"[{"id": "a", "spec": []}]"#).unwrap_err();
    assert!(error.message().contains("attributes"), "{error}");
}

#[test]
fn malformed_mappings_are_errors_with_their_place() {
    for (mapping, message) in [
        ("[]", "expected at least one mapping"),
        ("[1]", "expected a mapping as a map, found a number, at `/0`"),
        ("{type: {const: t}, id: $.a}", "expected the field `items`"),
        ("{items: $, id: $.a}", "expected the field `type`"),
        ("{items: $, type: {const: t}}", "expected the field `id`"),
        ("{items: a, type: {const: t}, id: $.a}", "`a` is not a JSONPath, at `/items`"),
        ("{items: '$[', type: {const: t}, id: $.a}", "`$[` is not a JSONPath: "),
        ("{items: $, type: {cons: t}, id: $.a}", "no such field in a fixed value: `cons`"),
        ("{items: $, type: aws, id: $.a}", "`aws` is not a JSONPath, at `/type`"),
        ("{items: $, type: [], id: $.a}", "expected at least one JSONPath, at `/type`"),
        ("{items: $, type: [1], id: $.a}", "expected a JSONPath as a string, found a number"),
        ("{items: $, type: {const: t}, id: $.a, scope: $.x}", "expected `scope` as a map"),
        ("{items: $, type: {const: t}, id: $.a, tag: $.x}", "no such field in a mapping: `tag`"),
    ] {
        let error = Mapping::from_yaml(mapping).unwrap_err();
        assert_eq!(error.code(), Code::Mapping, "{mapping}");
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.position().is_some());
    }
    assert_eq!(Mapping::from_yaml("{").unwrap_err().code(), Code::Parse);
    assert_eq!(Mapping::from_json("items: $").unwrap_err().code(), Code::Parse);
}

#[test]
fn deep_items_are_read_in_bounds() {
    let mut options = ParseOptions { format: Format::Mapping, ..ParseOptions::default() };
    options.read.limits.max_depth = crate::Limits::MAX_DEPTH;
    let depth = crate::Limits::MAX_DEPTH - 2;
    let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let text = format!(r#"[{{"id": "a", "n": 1, "deep": {deep}}}]"#);
    for items in ["$[*]", "$[?@.n < 2]", "$[-1]"] {
        let mapping = format!(r#"{{"items": "{items}", "type": {{"const": "t"}}, "id": "$.id"}}"#);
        options.mapping = Some(Mapping::from_json(&mapping).unwrap());
        let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
        assert_eq!(snapshot.resources().len(), 1, "{items}");
    }
}

#[test]
fn every_mapping_that_is_built_in_loads() {
    for name in Mapping::names() {
        if let Err(error) = Mapping::named(name) {
            panic!("{name}: {error} {:?}", error.help());
        }
    }
}
