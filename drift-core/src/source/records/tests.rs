//! The neutral format, field by field.

use crate::error::Code;
use crate::model::{Resource, Snapshot, SourceRef};
use crate::path::PathSet;
use crate::source::Format;

fn parse(text: &str) -> crate::error::Result<Snapshot<'_>> {
    Snapshot::parse(text.as_bytes(), Format::Records)
}

/// A record with `rest` beside its required fields.
fn with(rest: &str) -> crate::error::Result<Resource<'static>> {
    let comma = if rest.is_empty() { "" } else { ", " };
    let text = format!(r#"{{"type": "t", "id": "a", "attributes": {{"l": [1]}}{comma}{rest}}}"#);
    let snapshot = parse(&text)?.into_owned();
    Ok(snapshot.resources()[0].clone())
}

fn paths(set: &PathSet) -> Vec<String> {
    set.iter().map(|path| path.to_string()).collect()
}

#[test]
fn every_field_has_its_place() {
    let resource = with(
        r#""provider": "aws", "scope": {"region": "eu", "account": "1"}, "address": "m.a",
           "identities": {"arn": "arn:x", "number": 7}, "tags": {"x": "y", "n": 1, "e": null},
           "depends_on": ["m.b"], "managed_by": "terraform",
           "unknown": ["/l/0", "/absent/0"], "sensitive": ["/l", ""],
           "source": {"file": "m.tf", "line": 3, "revision": "r"}"#,
    )
    .unwrap();
    assert_eq!(resource.key.to_string(), "aws t account=1,region=eu a");
    assert_eq!(resource.address(), "m.a");
    let identities: Vec<_> =
        resource.identities.iter().map(|i| (i.kind.as_str(), i.value.as_str())).collect();
    assert_eq!(identities, [("arn", "arn:x"), ("number", "7")]);
    let tags: Vec<_> = resource.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(tags, [("e", ""), ("n", "1"), ("x", "y")]);
    assert_eq!(resource.depends_on, ["m.b"]);
    assert_eq!(resource.managed_by.as_deref(), Some("terraform"));
    assert_eq!(paths(&resource.unknown), [r#"absent["0"]"#, "l[0]"]);
    assert_eq!(paths(&resource.sensitive), ["", "l"]);
    let source = SourceRef {
        file: Some("m.tf".into()),
        document: 0,
        pointer: "/attributes".into(),
        line: Some(3),
        revision: Some("r".into()),
    };
    assert_eq!(resource.source, source);
}

#[test]
fn lists_of_identities_and_tags_do_as_well() {
    let resource = with(
        r#""identities": [{"kind": "arn", "value": "x"}],
           "tags": [{"Key": "a", "Value": "b"}, {"key": "c", "value": "d"}, {"key": "e"}]"#,
    )
    .unwrap();
    assert_eq!((resource.identities[0].kind.as_str(), resource.identities.len()), ("arn", 1));
    let tags: Vec<_> = resource.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(tags, [("a", "b"), ("c", "d"), ("e", "")]);
}

#[test]
fn null_is_as_good_as_absent_where_a_field_is_optional() {
    let nulls = r#""provider": null, "scope": null, "address": null, "identities": null,
        "tags": null, "depends_on": null, "managed_by": null, "unknown": null,
        "sensitive": null, "source": null"#;
    let (resource, bare) = (with(nulls).unwrap(), with("").unwrap());
    assert_eq!(resource.key, bare.key);
    assert_eq!(resource.source, bare.source);
    assert!(resource.address.is_none() && resource.tags.is_empty());
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (rest, message) in [
        (r#""atributes": {}"#, "no such field in a record: `atributes`, at `/atributes`"),
        (r#""scope": []"#, "expected `scope` as a map, found a list, at `/scope`"),
        (
            r#""scope": {"account": 12}"#,
            "expected a field of `scope` as a string, found a number, at `/scope/account`",
        ),
        (r#""tags": 1"#, "expected tags as a map or a list, found a number"),
        (r#""tags": [{"k": 1}]"#, "expected a tag as a map with a key and a value, at `/tags/0`"),
        (r#""identities": "x""#, "expected `identities` as a map or a list, found a string"),
        (r#""identities": [{"kind": "a"}]"#, "expected the field `value`, at `/identities/0`"),
        (r#""depends_on": [1]"#, "expected an address as a string, found a number"),
        (r#""sensitive": ["a"]"#, "expected a JSON Pointer to start with `/`, at `/sensitive/0`"),
        (r#""unknown": "x""#, "expected `unknown` as a list, found a string"),
        (r#""source": {"line": 0}"#, "expected `line` as a number from 1 on"),
        (r#""source": {"path": "x"}"#, "no such field in `source`: `path`"),
        (r#""managed_by": """#, "expected `managed_by`, found an empty string"),
    ] {
        let error = with(rest).unwrap_err();
        assert_eq!(error.code(), Code::Format, "{rest}");
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.position().is_some());
    }
    assert_eq!(with(r#""atributes": 1"#).unwrap_err().help(), Some("did you mean `attributes`?"));
    for text in [
        r#"[{"id": "a", "attributes": {}}]"#,
        r#"[{"type": "t", "attributes": {}}]"#,
        r#"[{"type": "t", "id": "a"}]"#,
        r#"[{"type": "", "id": "a", "attributes": {}}]"#,
        r#"[{"type": "t", "id": "", "attributes": {}}]"#,
        r#"[{"type": "t", "id": 1.5, "attributes": {}}]"#,
        r#"[{"type": "t", "id": "a", "attributes": []}]"#,
        r#"[{"type": "t", "id": "a", "attributes": null}]"#,
        r#"[[]]"#,
        r#"{"resources": {}}"#,
        r#"{"resources": [], "version": 4}"#,
    ] {
        assert_eq!(parse(text).unwrap_err().code(), Code::Format, "{text}");
    }
}

#[test]
fn records_stand_in_lists_streams_and_yaml() {
    let one = |id: &str| format!(r#"{{"type": "t", "id": "{id}", "attributes": {{}}}}"#);
    let (a, b) = (one("a"), one("b"));
    for (text, places) in [
        (format!("[{a},\n{b}]"), [(0, "/0/attributes", 1), (0, "/1/attributes", 2)]),
        (
            format!("{{\"resources\": [\n{a},\n{b}]}}"),
            [(0, "/resources/0/attributes", 2), (0, "/resources/1/attributes", 3)],
        ),
        (format!("{a}\n\n{b}\n"), [(0, "/attributes", 1), (1, "/attributes", 3)]),
        (
            "type: t\nid: a\nattributes: {}\n---\ntype: t\nid: b\nattributes: {}\n".to_owned(),
            [(0, "/attributes", 1), (1, "/attributes", 5)],
        ),
        (
            "resources:\n- {type: t, id: a, attributes: {}}\n- {type: t, id: b, attributes: {}}"
                .to_owned(),
            [(0, "/resources/0/attributes", 2), (0, "/resources/1/attributes", 3)],
        ),
    ] {
        let snapshot = parse(&text).unwrap();
        let found: Vec<_> = snapshot
            .resources()
            .iter()
            .map(|r| (r.source.document, r.source.pointer.as_str(), r.source.line.unwrap()))
            .collect();
        assert_eq!(found, places, "{text}");
        assert_eq!(snapshot.resources()[1].key.id, "b");
    }
}

#[test]
fn numbers_may_be_ids() {
    let text = r#"[{"type": "t", "id": 12345678901234567890, "attributes": {}}]"#;
    assert_eq!(parse(text).unwrap().resources()[0].key.id, "12345678901234567890");
}

#[test]
fn a_file_of_its_own_has_a_line_of_its_own() {
    let source = with(r#""source": {"file": "m.tf"}"#).unwrap().source;
    assert_eq!((source.file.as_deref(), source.line), (Some("m.tf"), None));
}
