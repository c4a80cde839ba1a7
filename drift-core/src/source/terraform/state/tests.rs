//! State files: what is read of them, and what is refused.

use crate::error::Code;
use crate::{Format, Snapshot};

/// A state with these resources, as JSON.
fn state(resources: &str) -> String {
    format!(
        r#"{{"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "l",
        "outputs": {{}}, "resources": [{resources}], "check_results": null}}"#
    )
}

/// A resource block of type `t` with these instances.
fn block(instances: &str) -> String {
    let provider = r#"provider[\"registry.terraform.io/hashicorp/aws\"]"#;
    format!(
        r#"{{"mode": "managed", "type": "t", "name": "n", "provider": "{provider}",
        "instances": [{instances}]}}"#
    )
}

fn parse(text: &str) -> crate::Result<Snapshot<'static>> {
    Snapshot::parse(text.as_bytes(), Format::Auto).map(Snapshot::into_owned)
}

#[test]
fn instances_become_resources() {
    let instances = r#"
        {"index_key": 0, "schema_version": 1, "attributes": {"id": "a", "arn": "arn:aws:ec2:eu-west-1:42:t/a",
         "tags": {"k": "v"}, "tags_all": {"k": "v", "d": "e"}}, "dependencies": ["module.m.x.y"]},
        {"index_key": "k\"ey", "attributes": {"id": 12}},
        {"index_key": null, "attributes": {"id": null}}"#;
    let block = block(instances).replacen("\"mode\"", "\"module\": \"module.m[0]\", \"mode\"", 1);
    let data = r#"{"mode": "data", "type": "d", "name": "n", "provider": "provider.aws", "instances": [{}]}"#;
    let snapshot = parse(&state(&format!("{block}, {data}"))).unwrap();
    let found: Vec<_> =
        snapshot.resources().iter().map(|r| (r.key.to_string(), r.address())).collect();
    let key = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (key("aws t account=42,region=eu-west-1 a"), "module.m[0].t.n[0]"),
            (key("aws t 12"), r#"module.m[0].t.n["k\"ey"]"#),
            (key("aws t module.m[0].t.n"), "module.m[0].t.n"),
        ]
    );
    let first = &snapshot.resources()[0];
    assert_eq!(first.tags.get("d").map(String::as_str), Some("e"));
    assert_eq!(first.depends_on, ["module.m.x.y"]);
    assert_eq!(first.managed_by.as_deref(), Some("terraform"));
    assert_eq!(first.source.pointer, "/resources/0/instances/0/attributes");
    assert_eq!(snapshot.revision(), Some("serial 7"));
}

#[test]
fn other_documents_are_refused_with_what_to_do() {
    for (text, message) in [
        (r#"{"version": 3, "modules": []}"#, "the state is of an old version"),
        (r#"{"version": 5, "resources": []}"#, "the state is of a version that is not known"),
        (r#"{"version": "4", "resources": []}"#, "the state is of a version that is not known"),
        (r#"{"encrypted_data": "x", "encryption_version": "v0"}"#, "the state is encrypted"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code(), Code::Format, "{text}: {error}");
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.help().is_some());
    }
    assert_eq!(parse(&(state("") + "x")).unwrap_err().code(), Code::Parse);
    assert_eq!(parse(state("").get(..80).unwrap()).unwrap_err().code(), Code::Parse);
    assert!(parse(&state("")).unwrap().resources().is_empty());
    for (instances, message) in [
        ("{}", "expected the field `attributes`"),
        (r#"{"attributes": []}"#, "expected `attributes` as a map, found a list"),
        (r#"{"attributes": {}, "index_key": {}}"#, "expected `index_key` as a whole number"),
        (
            r#"{"attributes": {}, "sensitive_attributes": [{"canary": "canary"}]}"#,
            "expected a sensitive attribute as a list of steps, found a map",
        ),
        (
            r#"{"attributes": {}, "sensitive_attributes": [[{"type": "splat", "value": "canary"}]]}"#,
            "no such step to a sensitive attribute",
        ),
    ] {
        let error = parse(&state(&block(instances))).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        assert!(error.path().is_some());
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let instances = r#"
        {"index_key": 0, "status": "tainted", "attributes": {"id": "a"}},
        {"index_key": 1, "deposed": "abc", "attributes": {"id": "gone"}},
        {"index_key": 2, "attributes_flat": {"id": "b", "password": "canary"}}"#;
    let text = state(&block(instances));
    let snapshot = parse(&text).unwrap();
    let codes: Vec<_> = snapshot.warnings().iter().map(|w| w.code.as_str()).collect();
    assert_eq!(codes, ["tainted", "deposed", "flat_attributes"]);
    assert!(!format!("{snapshot:?}").contains("canary"));
}

#[test]
fn what_show_prints_is_another_format() {
    let text = r#"{"format_version": "1.0", "values": {}}"#;
    let error = Snapshot::parse(text.as_bytes(), Format::TerraformState).unwrap_err();
    assert!(error.to_string().starts_with("the document is what `show -json` prints"), "{error}");
    assert!(error.help().unwrap().contains("`terraform_show`"));
}
