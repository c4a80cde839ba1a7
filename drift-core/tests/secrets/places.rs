//! Secrets by name, by mark and by rule, wherever they stand and whatever became of them.

use super::{Case, LONG, OTHER, SHORT};
use drift_core::Disposition;
use serde_json::{Value, json};

/// The value of a secret: long and short, a number, a map, a list, with odd letters.
fn values() -> Vec<(&'static str, Value, Value)> {
    vec![
        ("long", json!(LONG), json!(OTHER)),
        ("short", json!(SHORT), json!("kanary8")),
        ("number", json!(7391846255_u64), json!(17391846255_u64)),
        ("quoted", json!("kanary\"quote\\back\nline"), json!("kanary\"other\t")),
        ("map", json!({"inner": LONG, "n": 1}), json!({"inner": OTHER, "n": 1})),
        ("list", json!([SHORT, "x"]), json!(["kanary9", "x"])),
        ("deep", json!({"a": [{"b": [SHORT]}]}), json!({"a": [{"b": ["kanary6"]}]})),
    ]
}

/// What becomes of a secret, given how a side holds it.
fn fates(
    name: &str,
    hold: &dyn Fn(&Value) -> Value,
    without: &Value,
    one: &Value,
    two: &Value,
) -> Vec<Case> {
    let case = |fate: &str, d: Value, a: Value| Case::records(&format!("{name} {fate}"), d, a);
    vec![
        case("equal", hold(one), hold(one)),
        case("changed", hold(one), hold(two)),
        case("removed", hold(one), without.clone()),
        case("undeclared", without.clone(), hold(one)),
        case("drift", without.clone(), hold(one))
            .rules(json!([{"id": "u", "paths": ["$..*"], "undeclared": "drift"}])),
        case("another kind", hold(one), hold(&json!({"kind": ["other"]}))),
        case("became a secret", hold(&json!(7)), hold(one)),
        case("missing", hold(one), Value::Null),
        case("unmanaged", Value::Null, hold(one)),
        case("pending", hold(one), hold(two)).reference(hold(two)),
        case("conflict", hold(one), hold(&json!("x"))).reference(hold(two)),
        case("reference alone", hold(&json!("x")), hold(&json!("y"))).reference(hold(one)),
        case("pending removal", without.clone(), hold(one)).reference(hold(one)),
        case("ignored", hold(one), hold(two))
            .rules(json!([{"id": "i", "paths": ["$..*"], "ignore": true}])),
        case("read only", hold(one), hold(two))
            .rules(json!([{"id": "r", "paths": ["$..*"], "read_only": {"declared": true}}])),
        case("write only", hold(one), without.clone())
            .rules(json!([{"id": "w", "paths": ["$..*"], "write_only": true}])),
        case("gap", hold(one), without.clone())
            .rules(json!([{"id": "w", "paths": ["$..*"], "read_gap": true}])),
        case("tolerated", hold(one), hold(two))
            .rules(json!([{"id": "t", "paths": ["$..*"], "tolerate": {"percent": 90000}}])),
        case("generated", without.clone(), hold(one))
            .rules(json!([{"id": "g", "paths": ["$..*"], "generated": true}])),
        case("classified", hold(one), hold(two)).rules(json!([
            {"id": "c", "paths": ["$..*"], "severity": "high", "when": {"actual": {"exists": true}}}
        ])),
    ]
}

#[test]
fn a_name_makes_a_secret() {
    for (what, one, two) in values() {
        for name in ["password", "apiKey", "DB_PASSWORD", "client-secret"] {
            let hold = |value: &Value| json!({"plain": 1, name: value});
            for case in fates(&format!("{name} {what}"), &hold, &json!({"plain": 1}), &one, &two) {
                case.check();
            }
        }
    }
}

#[test]
fn a_header_that_authorises_is_a_secret() {
    // A map under such a name is something else.
    for (what, one, two) in
        values().into_iter().filter(|(what, ..)| matches!(*what, "short" | "list"))
    {
        for name in ["Authorization", "set-cookie"] {
            let hold = |value: &Value| json!({"plain": 1, "headers": {name: value}});
            let without = json!({"plain": 1, "headers": {}});
            for case in fates(&format!("{name} {what}"), &hold, &without, &one, &two) {
                case.check();
            }
            let hold = |value: &Value| json!({"headers": [{"name": name, "value": value}]});
            let without = json!({"headers": [{"name": name}]});
            for case in fates(&format!("entry {name} {what}"), &hold, &without, &one, &two) {
                case.check();
            }
        }
    }
}

#[test]
fn an_entry_that_the_reference_alone_calls_a_secret() {
    let hold = |name: &str, value: &str| json!({"env": [{"name": name, "value": value}]});
    Case::records("entry", hold("A", "x"), hold("A", "y"))
        .reference(hold("DB_PASSWORD", SHORT))
        .check();
}

#[test]
fn what_stands_behind_a_flag_is_a_secret() {
    for (what, one, two) in values() {
        if !matches!(what, "short" | "number") {
            continue;
        }
        let hold = |value: &Value| json!({"args": ["run", "--password", value, "-v"]});
        let without = json!({"args": ["run", "-v"]});
        for case in fates(&format!("flag {what}"), &hold, &without, &one, &two) {
            case.check();
        }
        // One side has it where the other has something else.
        let plain = json!({"args": ["run", "--user", "x", "-v"]});
        for case in fates(&format!("flag or not {what}"), &hold, &plain, &one, &two) {
            case.check();
        }
    }
}

#[test]
fn what_stands_behind_a_flag_in_a_set_or_a_text_is_a_secret() {
    let set = json!([{"id": "s", "paths": ["/args"], "list": "set"}]);
    for (d, a) in [(LONG, OTHER), (SHORT, "kanary8")] {
        let hold = |value: &str| json!({"args": ["--password", value, "x"]});
        Case::records("set", hold(d), hold(a)).rules(set.clone()).check();
        Case::records("open set", hold(d), json!({"args": ["x"]})).rules(set.clone()).check();
        let text =
            |value: &str| json!({"command": ["sh", "-c", format!("x --password {value} -v")]});
        Case::records("text", text(d), text(a)).check();
    }
}

#[test]
fn a_secret_below_maps_and_lists() {
    for (what, one, two) in values() {
        let hold = |value: &Value| json!({"users": [{"name": "a", "auth": {"token": value}}]});
        let without = json!({"users": [{"name": "a", "auth": {}}]});
        for case in fates(&format!("nested {what}"), &hold, &without, &one, &two) {
            case.check();
        }
    }
}

#[test]
fn an_entry_whose_name_tells() {
    for (what, one, two) in values() {
        let hold = |value: &Value| json!({"env": [{"name": "DB_PASSWORD", "value": value}]});
        let without = json!({"env": [{"name": "DB_PASSWORD"}]});
        for case in fates(&format!("env {what}"), &hold, &without, &one, &two) {
            case.check();
        }
        let empty = json!({"env": []});
        for case in fates(&format!("whole env {what}"), &hold, &empty, &one, &two) {
            case.check();
        }
        let keyed = json!([{"id": "k", "paths": ["$..env"], "list": {"keyed": ["name"]}}]);
        for case in fates(&format!("keyed env {what}"), &hold, &empty, &one, &two) {
            if case.rules == json!([]) {
                case.rules(keyed.clone()).check();
            }
        }
    }
}

#[test]
fn a_pointer_marks_a_secret() {
    for (what, one, two) in values() {
        let marked = |attributes: Value, pointers: &[&str]| json!({"type": "db", "id": "main", "attributes": attributes, "sensitive": pointers});
        let hold = |value: &Value| marked(json!({"a": {"b": value}, "c": 1}), &["/a/b"]);
        let without = json!({"a": {}, "c": 1});
        for case in fates(&format!("marked {what}"), &hold, &without, &one, &two) {
            case.check();
        }
        let hold = |value: &Value| marked(json!({"a": [value], "c": 1}), &["/a/0"]);
        for case in fates(&format!("marked element {what}"), &hold, &json!({"a": []}), &one, &two) {
            case.check();
        }
        let hold = |value: &Value| marked(json!({"a": [{"id": 1, "v": value}]}), &["/a/0/v"]);
        for case in fates(&format!("marked in element {what}"), &hold, &json!({}), &one, &two) {
            case.check();
        }
    }
}

#[test]
fn a_rule_makes_a_secret() {
    for (what, one, two) in values() {
        let secret = json!({"id": "s", "paths": ["/a/b"], "secret": true});
        let hold = |value: &Value| json!({"a": {"b": value}});
        for case in fates(&format!("by rule {what}"), &hold, &json!({"a": {}}), &one, &two) {
            let mut rules = case.rules.clone();
            rules.as_array_mut().unwrap().push(secret.clone());
            case.rules(rules).check();
        }
    }
}

#[test]
fn a_mark_on_one_side_counts_for_both() {
    let marked = |attributes: Value, pointers: &[&str]| json!({"type": "db", "id": "main", "attributes": attributes, "sensitive": pointers});
    for (list, rule) in [
        ("atomic", json!([{"id": "l", "paths": ["/a"], "list": "atomic"}])),
        ("ordered", json!([{"id": "l", "paths": ["/a"], "list": "ordered"}])),
        ("set", json!([{"id": "l", "paths": ["/a"], "list": "set"}])),
    ] {
        let items = |value: &str| json!({"a": [{"v": value, "k": 1}]});
        let desired = marked(items(SHORT), &["/a/0/v"]);
        let other = items("kanary8");
        Case::records(list, desired.clone(), other.clone()).rules(rule.clone()).check();
        Case::records(list, other, desired).rules(rule).check();
    }
    let other_kind = json!({"a": {"b": "kanary8", "c": 1}});
    let gone = marked(json!({"a": "x", "c": "y"}), &["/a/b"]);
    Case::records("kind", gone, other_kind).check();
    let reference = marked(json!({"a": SHORT}), &["/a"]);
    Case::records("reference", json!({"a": 1}), json!({"a": 2})).reference(reference).check();
    let desired = marked(json!({"a": 1, "b": "x"}), &["/b"]);
    let actual = marked(json!({"a": "kanary8", "b": "x"}), &["/a"]);
    Case::records("both", desired, actual).reference(json!({"a": SHORT})).check();
}

#[test]
fn members_of_sets_and_keys_of_lists() {
    let list = |list: Value| json!([{"id": "l", "paths": ["$..list"], "list": list}]);
    let marked = |attributes: Value, pointers: &[&str]| json!({"type": "db", "id": "main", "attributes": attributes, "sensitive": pointers});
    for value in [SHORT, LONG] {
        let at = |hold: Value| json!({"secret": {"list": hold}});
        let plain = |hold: Value| json!({"list": hold});
        // The list itself is a secret.
        for (d, a) in [(json!([value]), json!([])), (json!(["x"]), json!(["x", value]))] {
            Case::records("set", at(d.clone()), at(a.clone())).rules(list(json!("set"))).check();
            Case::records("set", at(d), at(a)).rules(list(json!("ordered"))).check();
        }
        // Only a field of its elements is: also where it is the key.
        for semantics in [json!("set"), json!({"keyed": ["token"]}), json!("ordered")] {
            let one = json!([{"token": value, "n": 1}]);
            let two = json!([{"token": value, "n": 2}]);
            for (d, a) in [(&one, &two), (&one, &json!([])), (&json!([]), &one)] {
                let case = Case::records("field", plain(d.clone()), plain(a.clone()));
                case.rules(list(semantics.clone())).check();
                let case = Case::records("undeclared", plain(d.clone()), plain(a.clone()));
                let mut rules = list(semantics.clone());
                rules.as_array_mut().unwrap().extend([
                    json!({"id": "o", "paths": ["$..list"], "open": true}),
                    json!({"id": "n", "paths": ["$..n"], "undeclared": "drift"}),
                ]);
                case.rules(rules).check();
            }
            let case = Case::records("below", json!({}), plain(one.clone()));
            let mut rules = list(semantics);
            let watch = json!({"id": "n", "paths": ["$..n"], "watch": true});
            rules.as_array_mut().unwrap().push(watch);
            case.rules(rules).check();
        }
        // An element is marked.
        for semantics in [json!("set"), json!({"keyed": ["id"]}), json!("ordered")] {
            let hold = |n: u32| marked(plain(json!([{"id": value, "n": n}])), &["/list/0/id"]);
            let rules = list(semantics);
            Case::records("marked", hold(1), hold(2)).rules(rules.clone()).check();
            Case::records("marked", hold(1), plain(json!([]))).rules(rules.clone()).check();
            Case::records("marked", json!({}), hold(1)).rules(rules).check();
        }
        let moved = |d: Value, a: Value| Case::records("moved", plain(d), plain(a));
        let (x, y) = (json!({"id": 1, "token": value}), json!({"id": 2, "token": "x"}));
        moved(json!([x, y]), json!([y, x])).rules(list(json!("ordered"))).check();
    }
}

#[test]
fn a_document_in_a_string() {
    let json = json!([{"id": "j", "paths": ["/policy"], "equal": "json"}]);
    let inside = |value: &str| json!({"user": "a", "password": value, "list": [{"token": value}]});
    let hold = |value: &Value| json!({"policy": inside(value.as_str().unwrap_or("x")).to_string()});
    for (one, two) in [(SHORT, "kanary8"), (LONG, OTHER)] {
        for case in fates("embedded", &hold, &json!({}), &json!(one), &json!(two)) {
            let mut rules = case.rules.clone();
            rules.as_array_mut().unwrap().extend(json.as_array().unwrap().clone());
            if !case.name.contains("read only") && !case.name.contains("tolerated") {
                case.rules(rules).check();
            }
        }
    }
}

#[test]
fn a_long_secret_is_masked_wherever_it_shows_up_again() {
    for secret in [LONG, "kanary\"quote\\back\nline", "7391846255"] {
        let url = format!("postgres://user:{secret}@host/db");
        let one = json!({"password": secret, "url": url, "tags": ["x"], "n": 1,
            "users": [{"name": secret, "n": 1, "list": [{"name": "a"}]}]});
        let two = json!({"password": secret, "url": "none", "tags": [secret], "n": url,
            "users": [{"name": secret, "n": 2, "list": [{"name": "a"}]}]});
        let set = json!([{"id": "s", "paths": ["/tags"], "list": "set"}]);
        let keyed = json!([{"id": "s", "paths": ["/users"], "list": {"keyed": ["name"]}}]);
        for rules in [json!([]), set, keyed] {
            Case::records("again", one.clone(), two.clone()).rules(rules.clone()).check();
            Case::records("again", two.clone(), one.clone()).rules(rules.clone()).check();
            let case = Case::records("again", one.clone(), json!({"password": "x", "n": url}));
            case.rules(rules.clone()).check();
            let case = Case::records("of reference", json!({"n": 1}), json!({"n": secret}));
            case.reference(json!({"password": secret, "n": 3})).rules(rules).check();
        }
    }
}

#[test]
fn equal_and_unequal_stay_visible() {
    let report =
        Case::records("seen", json!({"password": SHORT}), json!({"password": "kanary8"})).report();
    let change = &report.findings[0].changes[0];
    assert_eq!((change.path.as_str(), change.disposition), ("password", Disposition::Drift));
    let unequal = json!({"$redacted": "unequal"});
    assert_eq!(serde_json::to_value(&change.desired).unwrap(), unequal);
    assert_eq!(serde_json::to_value(&change.actual).unwrap(), unequal);
    // A change beside a secret that is equal.
    let side = |kind: &str| json!({"list": [{"password": SHORT, "kind": kind}]});
    let report = Case::records("seen", side("a"), side("b"))
        .rules(json!([{"id": "l", "paths": ["/list"], "list": "atomic"}]))
        .report();
    let change = &report.findings[0].changes[0];
    let shown = serde_json::to_value(&change.actual).unwrap();
    assert_eq!(shown, json!([{"kind": "b", "password": {"$redacted": "equal"}}]));
}

#[test]
fn a_digest_of_a_secret_is_keyed_or_absent() {
    let case = Case::records(
        "digest",
        json!({"password": SHORT, "plain": 1}),
        json!({"password": "kanary8", "plain": 2}),
    );
    let digests = |key: bool| -> Vec<(String, Option<String>, Option<String>)> {
        let (desired, actual) = (case.parse(&case.desired), case.parse(&case.actual));
        let report =
            case.detector(key).detect(&desired, &actual, &drift_core::Context::at(super::at()));
        let change =
            |c: &drift_core::Change| (c.path.clone(), c.digest.clone(), c.digest_absent.clone());
        report.findings[0].changes.iter().map(change).collect()
    };
    let [(_, secret, why), (_, plain, none)] = &digests(false)[..] else { panic!("two changes") };
    assert_eq!((secret, why.as_deref()), (&None, Some("no_key")));
    assert!(plain.as_ref().unwrap().starts_with("sha256:") && none.is_none());
    let [(_, secret, why), (_, plain, _)] = &digests(true)[..] else { panic!("two changes") };
    assert!(secret.as_ref().unwrap().starts_with("hmac-sha256:") && why.is_none());
    assert!(plain.as_ref().unwrap().starts_with("sha256:"));
}

#[test]
fn the_list_of_resources_redacts_a_secret_tag_and_shows_the_others() {
    let text = json!([{"type": "db", "id": "main", "attributes": {"tags": {"Pin": SHORT}},
        "tags": {"ApiToken": LONG, "Pin": SHORT, "Team": "shop", "Other": "x"},
        "sensitive": ["/tags/Pin"]}])
    .to_string();
    let snapshot = drift_core::Snapshot::parse(text.as_bytes(), super::Format::Records).unwrap();
    let listed: Value = serde_json::from_str(&drift_core::wire::resources(&snapshot)).unwrap();
    let hidden = json!({"$redacted": "unequal"});
    let tags = json!({"ApiToken": hidden, "Pin": hidden, "Team": "shop", "Other": "x"});
    assert_eq!(listed[0]["tags"], tags);
    // Rules that match on tags see what they are.
    assert_eq!(snapshot.resources()[0].tags["Pin"], SHORT);
}

#[test]
fn a_baseline_leaves_out_tags_and_identities_that_hold_a_secret() {
    let record = |attributes: Value| {
        json!({"type": "db", "id": "main", "attributes": attributes,
        "tags": {"Pin": SHORT, "Note": format!("was {LONG}"), "Team": "shop"},
        "identities": [{"kind": "name", "value": LONG}, {"kind": "name", "value": "db-main"}]})
    };
    let actual = record(json!({"tags": {"Pin": SHORT}, "code": LONG}));
    let desired = json!({"type": "db", "id": "main", "attributes": {"code": LONG},
        "sensitive": ["/code"]});
    let case = Case::records("tags", desired, actual);
    let case = case.rules(json!([{"id": "pin", "paths": ["/tags/Pin"], "secret": true}]));
    let (desired, actual) = (case.parse(&case.desired), case.parse(&case.actual));
    let baseline = case.detector(true).baseline(&actual, Some(&desired), super::at()).unwrap();
    let text = baseline.to_json();
    assert!(!text.contains("kanary"), "{text}");
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["resources"][0]["tags"], json!({"Team": "shop"}));
    assert_eq!(file["resources"][0]["identities"], json!([{"kind": "name", "value": "db-main"}]));
}
