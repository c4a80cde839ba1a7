//! Logs and maps of owners: what requests, tags and tables hold does not leave.

use super::{CANARIES, LONG, SHORT};
use drift_core::{
    Context, Detector, EventOptions, Events, Format, OwnerMap, Partial, Report, Snapshot, finish,
};
use serde_json::{Value, json};

fn clean(text: &str, what: &str) {
    for canary in CANARIES {
        assert!(!text.contains(canary), "{what} holds {canary}: {text}");
    }
}

fn out(report: &Report, what: &str) {
    clean(&report.to_json(), what);
    clean(&report.to_text(true), what);
    clean(&report.to_markdown(), what);
    clean(&format!("{report:?}"), what);
}

const ID: &str = "sg-0123456789abcdef0";

fn record(parameters: Value, user: &str) -> Value {
    json!({
        "eventTime": "2025-12-31T10:00:00Z", "eventSource": "ec2.amazonaws.com",
        "eventName": "ModifySecurityGroup", "eventID": "one",
        "userAgent": format!("tool/{LONG}"), "sourceIPAddress": LONG,
        "userIdentity": {"type": "IAMUser", "userName": user, "accessKeyId": LONG},
        "requestParameters": parameters, "responseElements": {"password": LONG, "groupId": ID},
    })
}

fn side(value: &Value) -> String {
    json!([{"type": "aws_security_group", "id": ID, "attributes": value}]).to_string()
}

#[test]
fn what_requests_hold_stays_there() {
    let secret = json!({"groupId": ID, "groupName": LONG, "password": SHORT, "a": {"name": LONG, "v": [LONG]}});
    let plain = [side(&json!({"a": 1})), side(&json!({"a": 2}))];
    // The user's name is also the value of a secret of the resource.
    let named =
        [side(&json!({"a": 1, "password": LONG})), side(&json!({"a": 2, "password": LONG}))];
    for (texts, user) in [(plain, "alice"), (named, LONG)] {
        let log = json!([record(secret.clone(), user)]).to_string();
        let events = Events::parse(log.as_bytes(), &EventOptions::default()).unwrap();
        clean(&format!("{events:?}"), "events");
        let of =
            |text: &'_ str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap().into_owned();
        let [desired, actual] = [of(&texts[0]), of(&texts[1])];
        let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap()).with_events(&events);
        let detector = Detector::builder().build().unwrap();
        let report = detector.detect(&desired, &actual, &context);
        let told = report.findings[0].changes[0].attribution.as_ref().unwrap();
        assert!(told.actor.is_some());
        out(&report, "a report");
        for part in detector.partials(&desired, &actual, &context, 2) {
            clean(&part.to_json(), "a part");
            out(&finish(Partial::from_json(&part.to_json()).unwrap(), context.at), "a part");
        }
    }
}

#[test]
fn errors_of_logs_hold_no_value() {
    let whole = record(json!({"groupId": ID}), "alice");
    for (field, value) in [
        ("eventTime", json!(LONG)),
        ("eventSource", json!([LONG])),
        ("eventName", json!({"x": LONG})),
        ("userIdentity", json!(LONG)),
        ("readOnly", json!(LONG)),
        ("resources", json!(LONG)),
    ] {
        let mut record = whole.clone();
        record[field] = value;
        for log in [
            json!([record]),
            json!({"Records": [record]}),
            json!({"Events": [{"CloudTrailEvent": record.to_string()}]}),
        ] {
            let error =
                Events::parse(log.to_string().as_bytes(), &EventOptions::default()).unwrap_err();
            clean(&format!("{error} {error:?}"), field);
            assert!(error.position().is_some(), "{error:?}");
        }
    }
    for text in [format!("[\"{LONG}\"]"), format!("{{\"a\": \"{LONG}\"}}"), format!("{{\"{LONG}")] {
        let error = Events::parse(text.as_bytes(), &EventOptions::default()).unwrap_err();
        clean(&format!("{error} {error:?}"), "a log");
    }
}

#[test]
fn owners_that_are_secrets_are_not_told() {
    let tagged = |attributes: Value, tags: Value| {
        json!([{"type": "db", "id": "main", "attributes": attributes, "tags": tags}]).to_string()
    };
    let declared = tagged(
        json!({"a": 1, "tags": {"owner": LONG}}),
        json!({"owner": LONG, "secret_owner": SHORT}),
    );
    for actual in [tagged(json!({"a": 2, "password": LONG}), json!({})), "[]".to_owned()] {
        let owners = OwnerMap::new().tags(["owner", "secret_owner"]);
        let rules = drift_core::Rules::from_yaml(
            "version: 1\nrules: [{id: s, paths: [/tags/owner], secret: true}]",
        );
        let detector = Detector::builder().owners(owners).rules(rules.unwrap()).build().unwrap();
        let of =
            |text: &'_ str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap().into_owned();
        let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
        let report = detector.detect(&of(&declared), &of(&actual), &context);
        out(&report, "a report with owners");
    }
    for text in
        [format!("type,owner\n\"{LONG}"), format!("type,owner\n{LONG},b,c\n"), LONG.to_owned()]
    {
        let error = OwnerMap::new().csv(&text).unwrap_err();
        clean(&format!("{error} {error:?}"), "a table");
    }
    for text in [format!("kind: {LONG}"), format!("[{LONG}]"), format!("{{kind: [{LONG}]}}")] {
        let error = OwnerMap::new().backstage(&text, &[]).unwrap_err();
        clean(&format!("{error} {error:?}"), "a catalogue");
    }
}
