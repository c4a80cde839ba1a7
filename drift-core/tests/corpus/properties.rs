//! One resource seen three ways: what a service answers, in the names of Terraform and in those of
//! CloudFormation, and what Cloud Control would say of it, read in the view `terraform`. What holds of a state
//! beside the answer of the service holds beside that of Cloud Control, too.

use crate::common;

use drift_core::{Context, Detector, Mapping, ParseOptions, Report, Scope, Snapshot, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What the services leave out, a list of Cloud Control may leave out, too.
const LIST: &str = "aws cloudcontrol list-resources";

fn options(mapping: &str, view: Option<&str>, scope: &Value) -> ParseOptions {
    let scope = scope.as_object().into_iter().flatten();
    ParseOptions {
        mapping: Some(Mapping::named(mapping).unwrap()),
        view: view.map(str::to_owned),
        scope: scope
            .map(|(name, value)| (name.clone(), value.as_str().unwrap()))
            .collect::<Scope>(),
        ..ParseOptions::default()
    }
}

fn json_of(value: drift_core::value::Value<'_>) -> Value {
    serde_json::from_str(&drift_core::value::Tree::of(value).to_string()).unwrap()
}

/// What Cloud Control would list for each resource of a document in the view `cloudformation`, for types
/// that the view `terraform` has names for.
fn as_cloud_control(text: &[u8], mapping: &str, scope: &Value) -> Vec<Vec<u8>> {
    let known = Mapping::named(LIST).unwrap();
    let known: BTreeSet<String> =
        known.about().unwrap().terraform.unwrap().into_iter().map(str::to_owned).collect();
    let terraform = Snapshot::parse_with(text, &options(mapping, None, scope)).unwrap();
    if !terraform.resources().iter().any(|resource| known.contains(&*resource.key.type_name)) {
        return Vec::new();
    }
    let seen =
        Snapshot::parse_with(text, &options(mapping, Some("cloudformation"), scope)).unwrap();
    let answer = |resource: &drift_core::Resource<'_>| {
        let properties = json_of(resource.attributes.value()).to_string();
        let described = json!({"Identifier": resource.key.id, "Properties": properties});
        json!({"TypeName": &*resource.key.type_name, "ResourceDescriptions": [described]})
            .to_string()
            .into_bytes()
    };
    seen.resources().iter().map(answer).collect()
}

fn detect(desired: &Snapshot<'_>, actual: &Snapshot<'_>) -> Report {
    let detector = Detector::builder().build().unwrap();
    detector.detect(desired, actual, &Context::at(Timestamp::default()))
}

fn paths(report: &Report) -> BTreeSet<String> {
    let changes = report.findings.iter().flat_map(|finding| &finding.changes);
    changes.map(|change| change.path.clone()).collect()
}

/// Vectors that compare a state with the answer of a service which has a view `cloudformation`, too.
#[test]
fn what_a_state_is_beside_a_service_it_is_beside_cloud_control() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/source"));
    let (mut compared, mut drifted) = (0, 0);
    for file in common::files(folder, &["json"]) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let case: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let (desired, actual) = (&case["input"]["desired"], &case["input"]["actual"]);
        let is_state = desired["value"]["terraform_version"].is_string();
        if !name.starts_with("aws-") || !is_state || actual["view"].is_string() {
            continue;
        }
        let text = serde_json::to_vec(&actual["value"]).unwrap();
        let named = actual["mapping"].as_str().map(str::to_owned);
        let told = Mapping::names().find(|name| {
            let seen = options(name, Some("cloudformation"), &actual["scope"]);
            Snapshot::parse_with(&text, &seen).is_ok()
        });
        let Some(mapping) = named.or(told.map(str::to_owned)) else { continue };
        let seen = options(&mapping, Some("cloudformation"), &actual["scope"]);
        if Snapshot::parse_with(&text, &seen).is_err() {
            continue;
        }
        let state = serde_json::to_vec(&desired["value"]).unwrap();
        let state = Snapshot::parse_with(&state, &ParseOptions::default()).unwrap();
        let service = options(&mapping, None, &actual["scope"]);
        let service = detect(&state, &Snapshot::parse_with(&text, &service).unwrap());
        for answer in as_cloud_control(&text, &mapping, &actual["scope"]) {
            let control = options(LIST, Some("terraform"), &actual["scope"]);
            let control = detect(&state, &Snapshot::parse_with(&answer, &control).unwrap());
            compared += 1;
            let (service, control) = (paths(&service), paths(&control));
            // What Cloud Control has no property for is unknown.
            assert!(control.is_subset(&service), "{name}: {control:#?} beside {service:#?}");
            drifted += usize::from(!control.is_empty());
        }
    }
    common::figure("state beside Cloud Control", &[("compared", compared), ("drifted", drifted)]);
    assert!(compared >= 20 && drifted >= 8, "{compared} compared, {drifted} drifted");
}

/// What is read of real properties, as Cloud Control models them, for every type that the view has names for.
#[test]
fn recorded_properties_are_read() {
    let Some(corpus) = common::corpus() else { return };
    let about = Mapping::named(LIST).unwrap();
    let known: BTreeSet<&str> = about.about().unwrap().terraform.unwrap().into_iter().collect();
    let (mut read, mut types) = (0, BTreeSet::new());
    for file in common::files(&corpus.join("aws-drift/cases"), &["json"]) {
        let case: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let resource = &case["resource"];
        let answer = json!({"TypeName": resource["resourceType"],
            "ResourceDescription": {"Identifier": resource["physicalId"],
                "Properties": case["liveRaw"].to_string()}});
        let text = answer.to_string().into_bytes();
        let seen = options("aws cloudcontrol get-resource", Some("terraform"), &Value::Null);
        let snapshot = Snapshot::parse_with(&text, &seen).unwrap();
        let [resource] = snapshot.resources() else { panic!("{}", file.display()) };
        if known.contains(&*resource.key.type_name) {
            read += 1;
            types.insert(resource.key.type_name.to_string());
            let again = detect(&snapshot, &snapshot);
            assert!(again.findings.is_empty(), "{}", file.display());
            let named = resource.attributes.value().fields().count();
            assert!(named >= 2, "{}: {named} attributes", file.display());
        }
    }
    common::figure("recorded properties", &[("read", read), ("types", types.len())]);
    assert!(types.len() >= 12, "{types:?}");
}
