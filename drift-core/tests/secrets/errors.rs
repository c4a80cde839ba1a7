//! Malformed documents and rules beside secrets: an error names place and kind, never a value.

use super::{CANARIES, LONG, SHORT};
use drift_core::source::{Mapping, ParseOptions};
use drift_core::{Format, Partial, Rules, Snapshot};

#[track_caller]
pub(super) fn assert_silent(what: &str, error: &drift_core::Error) {
    let text = format!("{error} {error:?} {:?}", error.help());
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what}: {text}");
    }
}

fn refused(text: &str, format: Format) {
    let options = ParseOptions { format, ..ParseOptions::default() };
    match Snapshot::parse_with(text.as_bytes(), &options) {
        Ok(snapshot) => {
            let text = format!("{snapshot:?} {:?}", snapshot.warnings());
            assert!(!CANARIES.iter().any(|canary| text.contains(canary)), "{text}");
        }
        Err(error) => assert_silent(text, &error),
    }
}

#[test]
fn texts_that_are_no_documents() {
    for canary in [LONG, SHORT] {
        for text in [
            format!(r#"[{{"type":"t","id":"i","attributes":{{"password":"{canary}"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{"password":"{canary}\x"}}}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{"password":"{canary}\ud800"}}}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{"password":{canary}}}}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{"password":"{canary}" "x"}}}}]"#),
            format!(
                "[{{\"type\":\"t\",\"id\":\"i\",\"attributes\":{{\"password\":\"{canary}\u{1}\"}}}}]"
            ),
            format!(r#"[{{"type":"t","id":"i","attributes":"{canary}"}}]"#),
            format!(r#"[{{"type":"t","id":["{canary}"],"attributes":{{}}}}]"#),
            format!(r#"[{{"type":{{"x":"{canary}"}},"id":"i","attributes":{{}}}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{}},"sensitive":["{canary}"]}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{}},"tags":[["{canary}"]]}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{}},"scope":"{canary}"}}]"#),
            format!(r#"[{{"type":"t","id":"i","attributes":{{}},"source":"{canary}"}}]"#),
            format!(r#"["{canary}"]"#),
            format!(r#""{canary}""#),
            canary.to_owned(),
        ] {
            refused(&text, Format::Records);
            refused(&text, Format::Auto);
        }
    }
}

#[test]
fn yaml_that_is_no_document() {
    for canary in [LONG, SHORT] {
        for value in [
            format!("*{canary}"),
            format!("&{canary} *{canary}"),
            format!("!!int {canary}"),
            format!("!!float {canary}"),
            format!("!!binary {canary}"),
            format!("!!bool {canary}"),
            format!("!{canary} x"),
            format!("\"{canary}\\q\""),
            format!("\"{canary}"),
            format!("[{canary}"),
            format!("{{a: {canary}"),
            format!("{canary}: : x"),
            format!("x\n {canary}\n\t- y"),
            format!("@{canary}"),
            format!("`{canary}`"),
            format!("%{canary}"),
            format!("|9\n {canary}"),
            format!(">-+ {canary}"),
        ] {
            let object = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  p: ";
            refused(&format!("{object}{value}\n"), Format::Kubernetes);
            refused(&format!("{object}{value}\n"), Format::Auto);
        }
    }
}

#[test]
fn objects_that_are_none() {
    for text in [
        format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s"}},"stringData":"{SHORT}"}}"#
        ),
        format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s"}},"stringData":{{"p":["{SHORT}"]}}}}"#
        ),
        format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s"}},"stringData":{{"p":{SHORT}}}}}"#
        ),
        format!(r#"{{"apiVersion":"v1","kind":"Secret","metadata":"{SHORT}"}}"#),
        format!(r#"{{"apiVersion":"v1","kind":"Secret","data":{{"p":"{SHORT}"}}}}"#),
        format!(r#"{{"apiVersion":"v1","kind":"SecretList","items":["{SHORT}"]}}"#),
        format!(
            r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s","managedFields":[{{"manager":"m","fieldsV1":{{"f:data":"{SHORT}","v:{SHORT}":{{}},"k:{SHORT}":{{}}}},"time":"{SHORT}"}}]}}}}"#
        ),
    ] {
        refused(&text, Format::Kubernetes);
        refused(&text, Format::Auto);
    }
}

#[test]
fn items_that_no_mapping_fits() {
    let mapping =
        Mapping::from_yaml("items: $.items[*]\ntype: {const: t}\nid: $.id\ntags: $.tags").unwrap();
    for text in [
        format!(r#"{{"items":[{{"id":["{SHORT}"]}}]}}"#),
        format!(r#"{{"items":[{{"id":"a","tags":"{SHORT}"}}]}}"#),
        format!(r#"{{"items":["{SHORT}"]}}"#),
        format!(r#"{{"items":"{SHORT}"}}"#),
        format!(r#"{{"other":"{SHORT}"}}"#),
    ] {
        let options = ParseOptions { mapping: Some(mapping.clone()), ..ParseOptions::default() };
        if let Err(error) = Snapshot::parse_with(text.as_bytes(), &options) {
            assert_silent(&text, &error);
        }
    }
}

#[test]
fn texts_that_are_no_partials() {
    for text in [
        format!(r#"{{"version":"1","full":"{LONG}"}}"#),
        format!(r#"{{"version":["{LONG}"]}}"#),
        format!(r#""{LONG}""#),
        format!(r#"{{"version":"1","full":true,"entries":[{{"finding":{{"status":"{LONG}"}}}}]}}"#),
        LONG.to_owned(),
    ] {
        assert_silent(&text, &Partial::from_json(&text).unwrap_err());
    }
}

#[test]
fn rules_that_hold_a_secret_value() {
    for rule in [
        format!("[{{id: a, paths: [/password], default: {{x: {LONG}}}, defualt: 1}}]"),
        format!("[{{id: a, paths: [/password], tolerate: {{percent: {LONG}}}}}]"),
        format!(
            "[{{id: a, paths: [/password], severity: high, when: {{actual: {{above: {LONG}}}}}}}]"
        ),
        format!("[{{id: a, paths: [/password], empty_is_absent: [{LONG}]}}]"),
    ] {
        assert_silent(&rule, &Rules::from_yaml(&rule).unwrap_err());
    }
}
