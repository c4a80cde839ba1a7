//! Manifests, lists and live objects.

use crate::error::{Code, Result};
use crate::model::{Reason, Resource, ResourceKey, Scope, Snapshot};
use crate::path::Step;
use crate::source::{Format, ParseOptions};
use crate::value::Tree;

fn parse(text: &str) -> Result<Snapshot<'static>> {
    Snapshot::parse(text.as_bytes(), Format::Kubernetes).map(Snapshot::into_owned)
}

fn one(text: &str) -> Resource<'static> {
    let snapshot = parse(text).unwrap();
    assert_eq!(snapshot.resources().len(), 1);
    snapshot.resources()[0].clone()
}

fn tree(resource: &Resource<'_>) -> String {
    Tree::of(resource.attributes.value()).to_string()
}

fn covers(snapshot: &Snapshot<'_>, type_name: &str, namespace: &str) -> bool {
    let key = ResourceKey {
        provider: "kubernetes".into(),
        type_name: type_name.into(),
        scope: Scope::new().with("namespace", namespace),
        id: "another".into(),
    };
    snapshot.coverage().missing_reason(&key) != Some(Reason::NotCollected)
}

const POD: &str =
    r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "n"}}"#;

#[test]
fn objects_become_resources() {
    let resource =
        one("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  \
         uid: 8a1\n  labels: {app: web, tier: front}\n  ownerReferences:\n  \
         - {apiVersion: example.com/v1, kind: App, name: shop, controller: true}\n  \
         - {apiVersion: v1, kind: ConfigMap, name: other}\nspec: {replicas: 2, paused: yes}\n");
    assert_eq!(resource.key.to_string(), "kubernetes apps/Deployment namespace=shop web");
    assert_eq!(resource.address.as_deref(), Some("web"));
    assert_eq!(resource.identities[0].kind, "uid");
    let labels: Vec<_> = resource.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(labels, [("app", "web"), ("tier", "front")]);
    let owners: Vec<_> =
        resource.owners.iter().map(|o| (o.type_name.as_str(), o.id.as_str())).collect();
    assert_eq!(owners, [("example.com/App", "shop"), ("core/ConfigMap", "other")]);
    assert!(resource.depends_on.is_empty());
    let spec = resource.attributes.value().get("spec").unwrap();
    assert_eq!(Tree::of(spec).to_string(), r#"{"paused":true,"replicas":2}"#);
    assert_eq!(one(POD).key.type_name, "core/Pod");
}

#[test]
fn places_are_documents_pointers_and_lines() {
    let text = format!(
        "---\n{POD}\n---\nkind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  \
        kind: Node\n  metadata: {{name: x}}\n- kind: NodeList\n  apiVersion: v1\n  items:\n  \
        - metadata: {{name: z}}\n"
    );
    let snapshot = parse(&text).unwrap();
    let places: Vec<_> = snapshot
        .resources()
        .iter()
        .map(|r| {
            (
                r.key.id.as_str(),
                r.source.document,
                r.source.pointer.as_str(),
                r.source.line.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [("a", 0, "", 2), ("x", 1, "/items/0", 7), ("z", 1, "/items/1/items/0", 13)]
    );
}

#[test]
fn items_have_version_and_kind_from_their_typed_list() {
    let text = r#"{"kind": "DeploymentList", "apiVersion": "apps/v1", "metadata": {}, "items": [
        {"metadata": {"name": "a"}, "spec": {"x": [1, {"y": null}]}},
        {"kind": "Deployment", "metadata": {"name": "b"}}]}"#;
    let snapshot = parse(text).unwrap();
    let [a, b] = snapshot.resources() else { panic!("two resources") };
    assert_eq!(a.key.to_string(), "kubernetes apps/Deployment a");
    let expected = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"},"spec":{"x":[1,{"y":null}]}}"#;
    assert_eq!(tree(a), expected);
    assert_eq!(a.source.pointer, "/items/0");
    assert_eq!(tree(b), r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"b"}}"#);
    let span = |value: crate::value::Value<'_>| text.get(value.span()).unwrap().to_owned();
    let spec = a.attributes.value().get("spec").unwrap();
    assert_eq!(span(spec), r#"{"x": [1, {"y": null}]}"#);
    assert!(
        parse(r#"{"kind": "List", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]}"#)
            .is_err()
    );
}

#[test]
fn lists_cover_what_they_hold() {
    let list =
        |more: &str| format!(r#"{{"apiVersion": "v1", "kind": "List", {more}"items": [{POD}]}}"#);
    assert!(covers(&parse(&list("")).unwrap(), "core/Pod", "n"));
    assert!(covers(&parse(&list(r#""metadata": {"continue": ""}, "#)).unwrap(), "core/Pod", "n"));
    assert!(!covers(&parse(&list("")).unwrap(), "core/Pod", "m"));
    assert!(!covers(&parse(POD).unwrap(), "core/Pod", "n"), "a single object");
    for page in [r#"{"continue": "x"}"#, r#"{"remainingItemCount": 3}"#] {
        let text = list(&format!(r#""metadata": {page}, "#));
        assert!(!covers(&parse(&text).unwrap(), "core/Pod", "n"), "{page}");
    }
    let two = format!("{POD}\n---\n{}", POD.replace("\"a\"", "\"b\""));
    assert!(covers(&parse(&two).unwrap(), "core/Pod", "n"), "two objects are a list");
    let array = format!("[{POD}]");
    assert!(covers(&parse(&array).unwrap(), "core/Pod", "n"));
    assert!(
        parse(r#"{"apiVersion": "v1", "kind": "PodList", "items": null}"#)
            .unwrap()
            .resources()
            .is_empty()
    );
}

#[test]
fn what_is_no_object_is_an_error_with_its_place() {
    for (text, message) in [
        ("a: 1", "expected a Kubernetes object with `apiVersion` and `kind`, line 1 column 1"),
        ("[1]", "expected a Kubernetes object as a map, found a number, at `/0`"),
        ("{apiVersion: v1, kind: 3}", "expected a Kubernetes object with"),
        ("{apiVersion: v1, kind: Pod}", "the object has no `metadata.name`"),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: 1}}",
            "expected `metadata.name` as a string",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: ''}}",
            "expected `metadata.name`, found an empty",
        ),
        ("{apiVersion: a/b/c, kind: Pod, metadata: {name: a}}", "expected `apiVersion` as"),
        ("{apiVersion: v1, kind: List}", "expected the field `items`"),
        (
            "{apiVersion: v1, kind: List, items: {}}",
            "expected `items` as a list, found a map, at `/items`",
        ),
        (
            "{apiVersion: v1, kind: List, items: [{apiVersion: v1}]}",
            "expected a Kubernetes object with `apiVersion` and `kind`, at `/items/0`",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.code(), Code::Format, "{text}");
        assert!(error.to_string().starts_with(message), "{error}");
        assert!(error.position().is_some());
    }
    let error = parse("{apiVersion: v1, kind: Pod, metadata: {generateName: x-}}").unwrap_err();
    assert!(error.help().unwrap().contains("generateName"));
}

#[test]
fn a_kind_that_ends_like_a_list_may_have_a_name() {
    let resource =
        one("{apiVersion: example.com/v1, kind: AllowList, metadata: {name: a}, items: [x]}");
    assert_eq!(resource.key.type_name, "example.com/AllowList");
}

#[test]
fn one_object_in_two_versions_is_an_error() {
    let text = format!("{POD}\n---\n{POD}");
    assert_eq!(parse(&text).unwrap_err().code(), Code::DuplicateKey);
}

#[test]
fn what_was_last_applied_is_the_reference() {
    let text = |annotation: &str| {
        let annotation = serde_json::to_string(annotation).unwrap();
        format!(
            r#"{{"apiVersion": "v1", "kind": "Service", "metadata": {{"name": "a", "annotations":
            {{"kubectl.kubernetes.io/last-applied-configuration": {annotation}}}}}}}"#
        )
    };
    let resource = one(&text(r#"{"spec":{"type":"NodePort"}}"#));
    let reference = resource.reference.unwrap();
    assert_eq!(Tree::of(reference.value()).to_string(), r#"{"spec":{"type":"NodePort"}}"#);
    for unreadable in ["c4n4ry", "[1]", "{"] {
        let snapshot = parse(&text(unreadable)).unwrap();
        let [warning] = snapshot.warnings() else { panic!("one warning") };
        assert_eq!(warning.code, "last_applied_unreadable");
        assert_eq!(warning.resource.as_deref(), Some("kubernetes core/Service a"));
        let path = warning.path.as_deref().unwrap();
        assert!(path.parse::<crate::path::Path>().is_ok(), "{path}");
        assert!(!format!("{warning:?}").contains("c4n4ry"));
        assert!(snapshot.resources()[0].reference.is_none());
    }
}

#[test]
fn managers_own_paths_and_a_malformed_entry_is_a_warning() {
    let text = r#"{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "managedFields": [
        {"manager": "helm", "operation": "Apply", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}},
        {"manager": "c4n4ry", "operation": "Update", "fieldsType": "FieldsV1", "fieldsV1": {"q": {}}}]}}"#;
    let snapshot = parse(text).unwrap();
    let [manager] = snapshot.resources()[0].managers.as_slice() else { panic!("one manager") };
    assert_eq!(manager.name, "helm");
    assert!(manager.paths.contains(&"spec".parse().unwrap()));
    let [warning] = snapshot.warnings() else { panic!("one warning") };
    assert_eq!(warning.code, "managed_fields_unreadable");
    assert_eq!(warning.path.as_deref(), Some("metadata.managedFields[1]"));
    assert!(!format!("{warning:?}").contains("c4n4ry"));
}

#[test]
fn string_data_become_data_and_know_where_they_stood() {
    let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {kept: eA==, both: eQ==}\n\
        stringData:\n  both: new\n  a/b: ünï\n  none: null\ntype: Opaque\n";
    let resource = one(text);
    let expected = r#"{"apiVersion":"v1","data":{"a/b":"w7xuw68=","both":"bmV3","kept":"eA==","none":""},"kind":"Secret","metadata":{"name":"a"},"type":"Opaque"}"#;
    assert_eq!(tree(&resource), expected);
    let value = resource.attributes.value();
    let names: Vec<_> = value.fields().map(|(name, _)| name).collect();
    assert_eq!(names, ["apiVersion", "kind", "metadata", "data", "type"]);
    let data = value.get("data").unwrap();
    let part = |name: &str| {
        let value = data.get(name).unwrap();
        (text.get(value.span()).unwrap(), value.origin())
    };
    assert_eq!(part("kept"), ("eA==", None));
    assert_eq!(part("both"), ("new", Some("/stringData/both")));
    assert_eq!(part("a/b"), ("ünï", Some("/stringData/a~1b")));
    assert_eq!(data.origin(), None);
    assert_eq!(resource.source.line, Some(1));
}

#[test]
fn string_data_alone_stand_in_for_data() {
    let secret = |fields: &str| {
        one(&format!("{{apiVersion: v1, kind: Secret, metadata: {{name: a}}, {fields}}}"))
    };
    for data in ["", "data: null, "] {
        let resource = secret(&format!("{data}stringData: {{p: x}}"));
        let data = resource.attributes.value().get("data").unwrap();
        assert_eq!(Tree::of(data).to_string(), r#"{"p":"eA=="}"#);
        assert_eq!(data.origin(), Some("/stringData"));
    }
    for empty in ["stringData: {}", "stringData: null"] {
        let expected = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}"#;
        assert_eq!(tree(&secret(empty)), expected);
        let resource = secret(&format!("data: {{k: eA==}}, {empty}"));
        assert!(tree(&resource).contains(r#""data":{"k":"eA=="}"#));
    }
    let wrong = "{apiVersion: v1, kind: Secret, metadata: {name: a}, stringData: {p: [c4n4ry]}}";
    let error = parse(wrong).unwrap_err();
    assert_eq!((error.code(), error.path()), (Code::Format, Some("/stringData/p")));
    let other = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, stringData: {p: x}}";
    assert!(tree(&one(other)).contains("stringData"));
}

#[test]
fn a_null_in_a_secret_is_an_entry_without_a_byte() {
    let secret = |fields: &str| {
        tree(&one(&format!("{{apiVersion: v1, kind: Secret, metadata: {{name: a}}, {fields}}}")))
    };
    for data in ["data: {k: null, l: eA==}", "data: {k: null}, stringData: {l: x}"] {
        assert!(secret(data).contains(r#""data":{"k":"","l":"eA=="}"#), "{data}");
    }
    assert!(secret("data: null").contains(r#""data":null"#));
}

#[test]
fn the_target_of_an_autoscaler_becomes_its_metric() {
    let text = "apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n\
        spec:\n  maxReplicas: 5\n  targetCPUUtilizationPercentage: 50\n  minReplicas: 2\n";
    let resource = one(text);
    let spec = resource.attributes.value().get("spec").unwrap();
    assert_eq!(
        Tree::of(spec).to_string(),
        r#"{"maxReplicas":5,"metrics":[{"resource":{"name":"cpu","target":{"averageUtilization":50,"type":"Utilization"}},"type":"Resource"}],"minReplicas":2}"#
    );
    let metrics = spec.get("metrics").unwrap();
    assert_eq!(text.get(metrics.span()), Some("50"));
    assert_eq!(metrics.origin(), Some("/spec/targetCPUUtilizationPercentage"));
    for other in ["targetCPUUtilizationPercentage: null", "targetCPUUtilizationPercentage: x"] {
        let text = text.replace("targetCPUUtilizationPercentage: 50", other);
        assert!(!tree(&one(&text)).contains("metrics"), "{other}");
    }
}

#[test]
fn secrets_in_lists_and_references_are_merged_too() {
    let applied = r#"{\"kind\":\"Secret\",\"stringData\":{\"p\":\"x\"}}"#;
    let secret = |name: &str| {
        format!(
            r#"{{"apiVersion": "v1", "kind": "Secret", "stringData": {{"p": "x"}}, "metadata":
            {{"name": "{name}", "annotations":
            {{"kubectl.kubernetes.io/last-applied-configuration": "{applied}"}}}}}}"#
        )
    };
    let list = format!(
        r#"{{"apiVersion": "v1", "kind": "SecretList", "items": [{}, {POD}, {}]}}"#,
        secret("a"),
        secret("b")
    );
    let snapshot = parse(&list).unwrap();
    for (index, resource) in snapshot.resources().iter().enumerate() {
        assert_eq!(resource.source.pointer, format!("/items/{index}"));
        if resource.key.type_name != "core/Secret" {
            continue;
        }
        assert!(tree(resource).contains(r#""data":{"p":"eA=="}"#));
        let reference = Tree::of(resource.reference.as_ref().unwrap().value()).to_string();
        assert_eq!(reference, r#"{"data":{"p":"eA=="},"kind":"Secret"}"#);
    }
}

#[test]
fn the_values_of_a_secret_are_sensitive() {
    let resource = one("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {p: eA==}}");
    let path = |steps: &[&str]| {
        crate::path::Path::new(steps.iter().map(|s| Step::Field((*s).to_owned())).collect())
    };
    for secret in [
        &["data", "p"][..],
        &["stringData", "p"],
        &["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"],
    ] {
        assert!(resource.sensitive.covers(&path(secret)), "{secret:?}");
    }
    assert!(!resource.sensitive.covers(&path(&["metadata", "name"])));
}

#[test]
fn deep_and_wide_objects_are_read_in_bounds() {
    let deep = format!(
        r#"{{"apiVersion": "v1", "kind": "X", "metadata": {{"name": "a"}}, "spec": {}{}}}"#,
        "[".repeat(500),
        "]".repeat(500)
    );
    assert_eq!(parse(&deep).unwrap().resources().len(), 1);
    let open = r#"{"apiVersion":"v1","kind":"List","items":["#;
    let nested = open.repeat(250) + &"]}".repeat(250);
    assert!(parse(&nested).unwrap().resources().is_empty());
    let too_deep = open.repeat(300) + &"]}".repeat(300);
    assert_eq!(parse(&too_deep).unwrap_err().code(), Code::Limit);
}

#[test]
fn warnings_name_the_key_that_reports_print() {
    let text =
        r#"{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a", "managedFields": [1]}}"#;
    let scope = Scope::new().with("cluster", "c");
    let options = ParseOptions { scope, ..ParseOptions::default() };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    let key = snapshot.resources()[0].key.to_string();
    assert_eq!(key, "kubernetes core/Node cluster=c a");
    assert_eq!(snapshot.warnings()[0].resource, Some(key));
}

#[test]
fn kinds_without_namespaces_have_none() {
    let text = "apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: dev}\n---\n\
        apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: ''}\n---\n\
        apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a, namespace: dev}\n---\n\
        apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
        metadata: {name: things.example.com}\n\
        spec: {group: example.com, scope: Cluster, names: {kind: Thing}}\n";
    let options = ParseOptions {
        scope: Scope::new().with("namespace", "shop").with("cluster", "c"),
        ..ParseOptions::default()
    };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    let keys: Vec<String> = snapshot.resources().iter().map(|one| one.key.to_string()).collect();
    let expected = [
        "kubernetes core/Node cluster=c a",
        "kubernetes core/Pod cluster=c,namespace=shop a",
        "kubernetes example.com/Thing cluster=c a",
        "kubernetes apiextensions.k8s.io/CustomResourceDefinition cluster=c things.example.com",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn hooks_are_told_by_their_tags() {
    let resource = one("{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {b: c}, \
        annotations: {helm.sh/hook: test, other: x}}}");
    let tags: Vec<_> = resource.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(tags, [("b", "c"), ("helm.sh/hook", "test")]);
}
