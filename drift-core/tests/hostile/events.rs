//! Logs that are broken, deep or wide, and maps of owners that are.

use super::*;
use drift_core::{EventOptions, Events, OwnerMap};

const LOG: &str = r#"{"Records": [{"eventTime": "2025-12-31T10:00:00Z", "eventSource": "ec2.amazonaws.com",
 "eventName": "ModifySecurityGroup", "awsRegion": "r", "recipientAccountId": "1", "eventID": "e",
 "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/é/s",
  "sessionContext": {"sessionIssuer": {"userName": "é"}, "attributes": {"mfaAuthenticated": "true"}}},
 "requestParameters": {"groupId": "sg-1", "x": [{"é": null}]}, "resources": [{"ARN": "arn:a"}]}]}
{"kind": "Event", "apiVersion": "audit.k8s.io/v1", "verb": "patch", "user": {"username": "u"}, "auditID": "a",
 "objectRef": {"resource": "pods", "name": "p"}, "requestObject": [{"op": "add", "path": "/a~1b/é"}],
 "requestReceivedTimestamp": "2025-12-31T10:00:00Z"}
{"eventTimestamp": "2025-12-31T10:00:00Z", "resourceId": "/subscriptions/s/providers/a/b/c/d/e", "caller": "é",
 "operationName": {"value": "a/b/write"}, "status": {"value": "Succeeded"}, "properties": {"requestbody": "{\"a\": 1"}}
{"protoPayload": {"methodName": "v1.x.patch", "resourceName": "projects/p/x", "authenticationInfo": {}},
 "timestamp": "2025-12-31T10:00:00Z"}
{"time": "2025-12-31T10:00:00Z", "actor": {"name": "a"}, "resources": [{"id": 1}], "paths": ["a.b"]}
"#;

fn read(bytes: &[u8]) -> drift_core::Result<Events> {
    Events::parse(bytes, &EventOptions::default())
}

#[test]
fn logs_that_are_cut_or_flipped_are_read_or_refused() {
    assert_eq!(read(LOG.as_bytes()).unwrap().len(), 5);
    for end in 0..LOG.len() {
        let _ = read(&LOG.as_bytes()[..end]);
        let mut bytes = LOG.as_bytes().to_vec();
        for byte in [b'"', b'{', b']', b'0', b' ', 0xff] {
            bytes[end] = byte;
            if let Err(error) = read(&bytes) {
                assert!(!error.code().as_str().contains("INTERNAL"), "{error}");
            }
        }
    }
}

#[test]
fn logs_have_limits() {
    let deep = |depth: usize| {
        let inside = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        LOG.lines().take(5).collect::<Vec<_>>().join("\n").replace("null", &inside)
    };
    assert_eq!(read(deep(490).as_bytes()).unwrap().len(), 1);
    assert_eq!(read(deep(100_000).as_bytes()).unwrap_err().code().as_str(), "DRIFT_LIMIT");
    let limits = Limits { max_nodes: 10, ..Limits::default() };
    let mut options = EventOptions::default();
    options.read.limits = limits;
    let error = Events::parse(LOG.as_bytes(), &options).unwrap_err();
    assert_eq!(error.code().as_str(), "DRIFT_LIMIT");
    assert!(read(&[0x1f, 0x8b, 8, 0]).unwrap_err().help().unwrap().contains("decompress"));
}

#[test]
fn many_events_of_one_resource_cost_no_product() {
    let many = 5_000;
    let mut log = String::new();
    let mut attributes = [String::new(), String::new()];
    for at in 0..many {
        let (minute, second) = (at / 60 % 60, at % 60);
        writeln!(
            log,
            r#"{{"time": "2025-12-31T10:{minute:02}:{second:02}Z", "actor": {{"name": "n{at}"}}, "resources": [{{"id": "x"}}]}}"#
        )
        .unwrap();
        for (side, text) in attributes.iter_mut().enumerate() {
            write!(text, "{}\"f{at}\": {side}", if at == 0 { "" } else { ", " }).unwrap();
        }
    }
    let events = read(log.as_bytes()).unwrap();
    let texts =
        attributes.map(|text| format!(r#"[{{"type": "t", "id": "x", "attributes": {{{text}}}}}]"#));
    let of = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
    let [desired, actual] = texts.map(|text| of(text.leak()));
    let detector = Detector::builder().packs(Packs::none()).build().unwrap();
    let context = Context::at(at()).with_events(&events);
    let report = detector.detect(&desired, &actual, &context);
    assert_eq!(report.findings[0].changes.len(), many);
}

#[test]
fn tables_and_catalogues_that_are_cut_are_read_or_refused() {
    let table = "type,id,tag:é,owner\r\n\"a\"\"\n\",*,,b\r\n,,,c\n";
    let catalogue =
        "kind: Component\nmetadata: {name: é, annotations: {a: b}}\nspec: {owner: o}\n---\n[]\n";
    for (text, is_table) in [(table, true), (catalogue, false)] {
        for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
            let cut = &text[..end];
            let map = OwnerMap::new();
            let read = if is_table { map.csv(cut) } else { map.backstage(cut, &[]) };
            if let Err(error) = read {
                assert!(!error.code().as_str().contains("INTERNAL"), "{error}");
            }
        }
    }
    let _ = OwnerMap::new().codeowners("\u{0}\\\n\\ \n**/**/** @a\n/ @b\n// @c\n[ @d\n* ");
}
