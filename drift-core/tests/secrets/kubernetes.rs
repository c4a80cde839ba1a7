//! Kubernetes Secrets, and what kubectl and the API server leave beside them.

use super::{Case, LONG, OTHER, SHORT};
use drift_core::Format;
use serde_json::{Value, json};

fn case(name: &str, desired: Value, actual: Value) -> Case {
    Case {
        name: name.to_owned(),
        desired: desired.to_string(),
        actual: actual.to_string(),
        reference: None,
        rules: json!([]),
        format: Format::Kubernetes,
        actual_mapping: None,
    }
}

fn secret(fields: Value) -> Value {
    let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}});
    let object_fields = object.as_object_mut().unwrap();
    for (name, value) in fields.as_object().unwrap() {
        object_fields.insert(name.clone(), value.clone());
    }
    object
}

/// `kanary7` and `kanary8` in base64.
const SEVEN: &str = "a2FuYXJ5Nw==";
const EIGHT: &str = "a2FuYXJ5OA==";

#[test]
fn data_of_a_secret() {
    for (one, two) in [(SEVEN, EIGHT), ("kanary-not-base64", "kanary-nor-this")] {
        let with = |value: &str| secret(json!({"data": {"p": value}, "type": "Opaque"}));
        let none = secret(json!({"type": "Opaque"}));
        case("changed", with(one), with(two)).check();
        case("removed", with(one), none.clone()).check();
        case("undeclared", none, with(one)).check();
        case("another", secret(json!({"data": {"q": one}})), with(two)).check();
        let null = secret(json!({"data": {"p": null}}));
        case("null", null, with(one)).check();
        case("no map", secret(json!({"data": one})), with(two)).check();
        case("a list", secret(json!({"data": [one]})), with(two)).check();
    }
}

#[test]
fn string_data_of_a_secret() {
    for (one, two) in [(SHORT, "kanary8"), (LONG, OTHER)] {
        let with = |value: &str| secret(json!({"stringData": {"p": value}}));
        case("changed", with(one), with(two)).check();
        case("equal", with(one), with(one)).check();
        case("removed", with(one), secret(json!({"type": "Opaque"}))).check();
        case("both", secret(json!({"data": {"q": SEVEN}, "stringData": {"p": one}})), with(two))
            .check();
    }
    // The text of `stringData` in another field of the same object.
    let noted = json!({"name": "s", "annotations": {"note": format!("was {LONG}")}});
    let desired = secret(json!({"stringData": {"p": LONG}}));
    let actual = secret(json!({"metadata": noted, "data": {"p": "eA=="}}));
    case("noted", desired, actual).check();
}

#[test]
fn what_was_last_applied_and_who_manages() {
    for value in [SHORT, LONG] {
        let applied = secret(json!({"stringData": {"p": value}})).to_string();
        let metadata = json!({
            "name": "s",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied},
            "managedFields": [{
                "manager": "kubectl", "operation": "Apply", "apiVersion": "v1",
                "time": "2025-01-01T00:00:00Z", "fieldsType": "FieldsV1",
                "fieldsV1": {"f:data": {".": {}, "f:p": {}}, "f:type": {}},
            }],
        });
        let live = |data: &str| secret(json!({"metadata": metadata, "data": {"p": data}}));
        case("drift", secret(json!({"stringData": {"p": value}})), live(EIGHT)).check();
        case("pending", secret(json!({"stringData": {"p": "x"}})), live(SEVEN)).check();
        case("pending removal", secret(json!({})), live(SEVEN)).check();
        case("all undeclared", secret(json!({})), live(EIGHT)).check();
        let broken = json!({"name": "s", "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration":
                format!("{{\"stringData\": {{\"p\": \"{value}\"}}, \"x\": {value}")}});
        let actual = secret(json!({"metadata": broken, "data": {"p": SEVEN}}));
        case("broken", secret(json!({"data": {"p": EIGHT}})), actual).check();
    }
}

#[test]
fn an_environment_with_a_password() {
    let deployment = |value: &str, name: &str| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"},
            "spec": {"template": {"spec": {"containers": [{"name": name, "image": "i",
                "env": [{"name": "DB_PASSWORD", "value": value}]}]}}}})
    };
    for (one, two) in [(SHORT, "kanary8"), (LONG, OTHER)] {
        case("changed", deployment(one, "c"), deployment(two, "c")).check();
        case("renamed", deployment(one, "c"), deployment(two, "d")).check();
        let applied = deployment(one, "c").to_string();
        let mut live = deployment(two, "c");
        live["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": applied});
        case("last applied", deployment(one, "c"), live.clone()).check();
        case("all three", deployment("x", "c"), live).check();
    }
}

#[test]
fn a_list_of_objects_and_yaml() {
    let list = |value: &str| {
        format!(
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  \
             metadata: {{name: s}}\n  stringData:\n    p: {value}\n    multi: |\n      {value}\n"
        )
    };
    let mut case = case("yaml", json!({}), json!({}));
    case.desired = list(SHORT);
    case.actual = list("kanary8");
    case.check();
}

#[test]
fn a_secret_inside_another_object() {
    let held = |value: &str| {
        let mut held = secret(json!({"stringData": {"p": value}, "data": {"q": SEVEN}}));
        let applied = held.to_string();
        held["metadata"]["annotations"] =
            json!({"kubectl.kubernetes.io/last-applied-configuration": applied});
        held
    };
    let around = |held: Value| {
        json!({"apiVersion": "work.open-cluster-management.io/v1", "kind": "ManifestWork",
            "metadata": {"name": "m"}, "spec": {"workload": {"manifests": [held]}}})
    };
    for (one, two) in [(SHORT, "kanary8"), (LONG, OTHER)] {
        case("changed", around(held(one)), around(held(two))).check();
        case("another kind", around(held(one)), around(json!({"kind": "Secret"}))).check();
        case("undeclared", around(json!({})), around(json!({"in": held(one)}))).check();
    }
    // A managed resource of Crossplane, in each of its views.
    let object = json!({"apiVersion": "kubernetes.crossplane.io/v1alpha2", "kind": "Object",
        "metadata": {"name": "o"}, "spec": {"forProvider": {"manifest": held(LONG)}},
        "status": {"atProvider": {"manifest": held(OTHER)}}});
    case("crossplane", object.clone(), around(object)).check();
    // In a text, in records, and beside what is no secret of its own.
    let text = |value: &str| json!({"text": held(value).to_string(), "note": value});
    Case::records("text", text(LONG), text(OTHER)).check();
    Case::records("record", json!({"a": [held(SHORT)]}), json!({"a": [{"a": 1}]})).check();
}
