//! Projections: what they make of an item, and what makes them malformed.

use crate::error::Code;
use crate::source::{Mapping, ParseOptions};
use crate::value::{Tree, Value};
use crate::{Format, Snapshot};

/// The attributes that an item becomes.
fn project(attributes: &str, item: &str) -> String {
    let mapping = format!("{{items: $, type: {{const: t}}, id: $.id, attributes: {attributes}}}");
    let mapping = Mapping::from_yaml(&mapping).unwrap_or_else(|error| panic!("{error}"));
    let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
    let snapshot = Snapshot::parse_with(item.as_bytes(), &options).unwrap();
    let attributes = snapshot.resources()[0].attributes.value();
    places_are_real(attributes, item);
    Tree::of(attributes).to_string()
}

/// Every node that was made knows a place in the item, and a copied scalar is what stands there.
fn places_are_real(value: Value<'_>, item: &str) {
    let json: serde_json::Value = serde_json::from_str(item).unwrap();
    if let Some(origin) = value.origin() {
        assert!(json.pointer(origin).is_some(), "`{origin}` names nothing");
    }
    for (_, field) in value.fields() {
        places_are_real(field, item);
    }
    for item_value in value.items() {
        places_are_real(item_value, item);
    }
}

#[test]
fn expressions_make_values() {
    let item = r#"{"id": "a", "A": {"BName": 1, "List": [{"CDName": "x"}, 2]}, "n": null,
        "l": [[1, 2], [3], 4], "tags": [{"Key": "k", "Value": "v"}, {"key": "empty"}],
        "arn": "arn:x/y/z", "rows": [{"k": "a", "v": [1]}, {"k": "b", "v": [2]}, {"k": "a", "v": [3]}]}"#;
    for (attributes, expected) in [
        ("{x: $.A.BName, y: $.nothing}", r#"{"x":1}"#),
        ("{x: $.n}", r#"{"x":null}"#),
        ("{x: [$.nothing, $.A.BName]}", r#"{"x":1}"#),
        ("{x: {const: {a: [1, ~, true, s]}}}", r#"{"x":{"a":[1,null,true,"s"]}}"#),
        (
            "{x: {from: $.A, rename: snake_case}}",
            r#"{"x":{"b_name":1,"list":[{"cd_name":"x"},2]}}"#,
        ),
        ("{x: {from: $.arn, after: /}}", r#"{"x":"z"}"#),
        ("{x: {from: $.arn, after: '#'}}", r#"{}"#),
        ("{x: {from: $.arn, before: /}}", r#"{"x":"arn:x"}"#),
        ("{x: {from: $.arn, after: ':', before: /}}", r#"{"x":"x"}"#),
        ("{x: {from: $.arn, before: '#'}}", r#"{}"#),
        ("{x: {tags: $.tags}}", r#"{"x":{"empty":"","k":"v"}}"#),
        ("{x: {each: '$.rows[*]', value: '@.k'}}", r#"{"x":["a","b","a"]}"#),
        ("{x: {each: '$.none[*]'}}", r#"{"x":[]}"#),
        (
            "{x: {each: '$.rows[*].v[*]', fields: {v: '@', of: '^.k'}}}",
            r#"{"x":[{"of":"a","v":1},{"of":"b","v":2},{"of":"a","v":3}]}"#,
        ),
        (
            "{x: {each: '$.rows[*]', group_by: ['@.k'], fields: {k: '@.k', v: {each: '@[*].v[*]'}}}}",
            r#"{"x":[{"k":"a","v":[1,3]},{"k":"b","v":[2]}]}"#,
        ),
        ("{x: {each: '$.rows[*].k', when: {differ: ['@', {const: b}]}}}", r#"{"x":["a","a"]}"#),
        (
            "{x: {any: '$.rows[*].k', when: {equal: ['@', {const: b}]}}, y: {any: $.nothing}}",
            r#"{"x":true,"y":false}"#,
        ),
        ("{x: {join: [$.id, {const: ':'}, $.A.BName]}}", r#"{"x":"a:1"}"#),
        ("{x: {join: [$.id, $.nothing]}}", "{}"),
        ("{x: {flatten: [$.l, $.id]}}", r#"{"x":[[1,2],[3],4,"a"]}"#),
        ("{x: {flatten: ['$.l[0]', '$.l[1]']}}", r#"{"x":[1,2,3]}"#),
        ("{x: {fields: {y: $.id}}}", r#"{"x":{"y":"a"}}"#),
        ("{x: {from: $.id, when: {present: $.nothing}}}", "{}"),
        ("{x: {from: $.id, when: {absent: $.nothing}}}", r#"{"x":"a"}"#),
    ] {
        assert_eq!(project(attributes, item), expected, "{attributes}");
    }
}

#[test]
fn malformed_projections_are_errors_with_their_place() {
    for (attributes, message) in [
        ("{x: a}", "`a` is not a path, at `/attributes/x`"),
        ("{x: 1}", "expected an expression as a path, a list or a map, found a number"),
        ("{x: {form: $.a}}", "the expression has no operator, at `/attributes/x`"),
        ("{x: {from: $.a, each: $.b}}", "no such field in an expression with `from`: `each`"),
        ("{x: {from: $.a, rename: camel}}", "no such way to rename"),
        ("{x: {each: $.a, fields: {}, value: '@'}}", "`each` carries `fields` or `value`"),
        ("{x: []}", "expected at least one of the expressions"),
        ("{x: {from: $.a, when: {equal: [$.a]}}}", "`equal` compares two expressions"),
        ("{x: {from: $.a, when: {}}}", "expected one of `equal`, `differ`, `present`, `absent`"),
        ("{x: '$.a['}", "`$.a[` is not a JSONPath"),
    ] {
        let mapping =
            format!("{{items: $, type: {{const: t}}, id: $.id, attributes: {attributes}}}");
        let error = Mapping::from_yaml(&mapping).unwrap_err();
        assert_eq!(error.code(), Code::Mapping, "{attributes}");
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let deep = format!(
        "{{items: $, type: {{const: t}}, id: $.id, attributes: {{x: {}$.a{}}}}}",
        "[".repeat(100),
        "]".repeat(100)
    );
    assert_eq!(Mapping::from_yaml(&deep).unwrap_err().code(), Code::Limit);
}

#[test]
fn the_mappings_that_are_built_in_load_and_are_told_apart() {
    for name in Mapping::names() {
        let error = Mapping::named(name).err();
        assert!(error.is_none(), "{name}: {}", error.unwrap());
    }
    for (text, types) in [
        (r#"{"SecurityGroups": [{"GroupId": "sg-1"}]}"#, vec!["aws_security_group"]),
        (
            r#"{"Reservations": [{"Instances": [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]}]}"#,
            vec!["aws_instance", "aws_instance"],
        ),
        (
            r#"{"DBInstances": [{"DBInstanceIdentifier": "a", "Engine": "neptune", "DBClusterIdentifier": "c"},
                {"DBInstanceIdentifier": "b", "Engine": "postgres"},
                {"DBInstanceIdentifier": "c", "Engine": "aurora-mysql", "DBClusterIdentifier": "c"}]}"#,
            vec!["aws_db_instance", "aws_neptune_cluster_instance", "aws_rds_cluster_instance"],
        ),
    ] {
        let snapshot = Snapshot::parse(text.as_bytes(), Format::Auto).unwrap();
        let found = snapshot.resources().iter().map(|resource| resource.key.type_name.as_str());
        assert_eq!(found.collect::<Vec<_>>(), types);
    }
    let error = Mapping::from_name_or_yaml("aws ec2 describe-security-group").unwrap_err();
    assert_eq!(error.help(), Some("did you mean `aws ec2 describe-security-groups`?"));
}
