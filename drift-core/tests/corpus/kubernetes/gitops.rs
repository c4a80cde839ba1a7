//! Flux, Helm, Argo CD and kustomize: does what is declared differ from what is live? With the packs.

use super::cases::{Tally, at, changes, folder, is_modified, load, value};
use drift_core::{Context, Detector, Disposition, Format, Report, Rules, Snapshot};
use serde_json::{Value, json};

fn listed(objects: &[Value]) -> Vec<u8> {
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
    serde_json::to_vec(&list).unwrap()
}

/// Compares objects of Kubernetes, the live ones being all there are.
fn objects(rules: &Value, desired: &[Value], actual: &[Value]) -> Report {
    let rules = Rules::from_value(rules).unwrap();
    let detector = Detector::builder().rules(rules).build().unwrap();
    let (desired, actual) = (listed(desired), listed(actual));
    let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes).unwrap().with_complete();
    detector.detect(&parse(&desired), &parse(&actual), &Context::at(at()))
}

/// Compares attributes as those of one object, whatever is its name.
fn attributes(rules: &Value, desired: &Value, actual: &Value, reference: Option<&Value>) -> Report {
    let rules = Rules::from_value(rules).unwrap();
    let detector = Detector::builder().rules(rules).build().unwrap();
    let version = desired["apiVersion"].as_str().or(actual["apiVersion"].as_str());
    let kind = desired["kind"].as_str().or(actual["kind"].as_str()).unwrap_or("Thing");
    let group = version.map_or("example.com", |it| it.split_once('/').map_or("core", |it| it.0));
    let record = |attributes: &Value| {
        let type_name = format!("{group}/{kind}");
        let record = json!([{"provider": "kubernetes", "type": type_name, "id": "a", "attributes": attributes}]);
        serde_json::to_vec(&record).unwrap()
    };
    let (desired, actual, reference) = (record(desired), record(actual), reference.map(record));
    let parse = |bytes| Snapshot::parse(bytes, Format::Records).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual));
    let reference = reference.as_deref().map(parse);
    let context = Context::at(at());
    match &reference {
        Some(reference) => detector.detect(&desired, &actual, &context.with_reference(reference)),
        None => detector.detect(&desired, &actual, &context),
    }
}

/// The rules for the options of a case.
fn options(case: &Value) -> Value {
    let mut rules = Vec::new();
    for (index, option) in case["options"].as_array().into_iter().flatten().enumerate() {
        if let Some(paths) = option.get("IgnorePaths") {
            rules.push(json!({"id": format!("ignore-{index}"), "paths": paths, "ignore": true}));
        }
        if let Some(labels) = option.get("ExclusionSelector") {
            rules.push(json!({"id": format!("leave-{index}"), "match": {"tags": labels}, "paths": [""], "ignore": true}));
        }
    }
    Value::Array(rules)
}

/// Whether a change was reported where an operation of their patch is, or where it is a part.
fn tells(report: &Report, operation: &Value) -> bool {
    let path = operation["path"].as_str().unwrap();
    let wanted = path.strip_suffix("/-").unwrap_or(path);
    let confirmed = report.findings.iter().flat_map(|finding| &finding.changes);
    confirmed.chain(&report.pending).chain(&report.undeclared).any(|change| {
        let pointer = change.pointer.as_deref().unwrap_or_default();
        let (long, short) =
            if pointer.len() > wanted.len() { (pointer, wanted) } else { (wanted, pointer) };
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[test]
fn flux_finds_drift() {
    let Some(cases) = load("flux_detect_drift.json") else { return };
    let mut tally = Tally::new("flux_detect_drift");
    for case in &cases {
        let side = |name: &str| case[name].as_array().cloned().unwrap_or_default();
        let report = objects(&options(case), &side("desired"), &side("live"));
        let agrees = case["expected"].as_array().unwrap().iter().all(|entry| {
            let patch = entry["patch"].as_array().cloned().unwrap_or_default();
            match entry["type"].as_str().unwrap() {
                "none" | "exclude" => !is_modified(&report),
                "create" => report.findings.iter().any(|it| it.status.as_str() == "missing"),
                _ => patch.iter().all(|operation| tells(&report, operation)),
            }
        });
        tally.settle(case["id"].as_str().unwrap(), agrees, || {
            format!("{}: {}: {}", case["name"], case["expected"], changes(&report))
        });
    }
    tally.finish(&[]);
}

#[test]
fn flux_and_helm_compare() {
    let mut tally = Tally::new("flux_diff and helm_controller");
    let (Some(plain), Some(metadata), Some(helm)) = (
        load("flux_diff_unstructured.json"),
        load("flux_diff_metadata.json"),
        load("helm_controller_unstructured.json"),
    ) else {
        return;
    };
    let names = json!([{"id": "name", "paths": ["/metadata/name"], "ignore": true}]);
    for case in plain.iter().chain(&metadata) {
        let report = attributes(&names, &case["y_desired"], &case["x_cluster"], None);
        let patch = case["expected_patch"].as_array().unwrap();
        let agrees = is_modified(&report) != patch.is_empty()
            && patch.iter().all(|operation| tells(&report, operation));
        tally.settle(case["id"].as_str().unwrap(), agrees, || changes(&report));
    }
    for case in &helm {
        let report = attributes(&json!([]), &case["x"], &case["y"], None);
        let equal = !is_modified(&report);
        tally.settle(case["id"].as_str().unwrap(), equal == case["expected_equal"], || {
            changes(&report)
        });
    }
    tally.finish(&[(
        "helm_controller_unstructured-003",
        "what controllers observed is compared there unless an option says otherwise",
    )]);
}

#[test]
fn flux_and_argo_normalize() {
    let (Some(flux), Some(argo)) =
        (load("flux_normalizeunstructured.json"), load("argocd_known_types.json"))
    else {
        return;
    };
    let mut tally = Tally::new("flux_normalize and argocd_known_types");
    for case in &flux {
        let named = |object: &Value| {
            let mut object = object.clone();
            object["metadata"]["name"] = json!("x");
            object["metadata"]["namespace"] = json!("n");
            object
        };
        if case["expected_error"] == true || case["expected"].is_null() {
            tally.skip("cases expect an error of their decoder");
            continue;
        }
        let report = objects(&json!([]), &[named(&case["object"])], &[named(&case["expected"])]);
        let silent = !is_modified(&report) && report.undeclared.is_empty();
        tally.settle(case["id"].as_str().unwrap(), silent, || {
            let undeclared: Vec<&str> =
                report.undeclared.iter().map(|change| change.path.as_str()).collect();
            format!("{}: {}; undeclared {undeclared:?}", case["name"], changes(&report))
        });
    }
    for case in &argo {
        let object = value(&case["object"]);
        let mut live = object.clone();
        for expected in case["expected"].as_array().unwrap() {
            let mut at = &mut live;
            for step in expected["path"].as_array().unwrap() {
                at = match step.as_u64() {
                    Some(index) => &mut at[index as usize],
                    None => &mut at[step.as_str().unwrap()],
                };
            }
            *at = expected["value"].clone();
        }
        let report = attributes(&json!([]), object, &live, None);
        tally.settle(case["id"].as_str().unwrap(), !is_modified(&report), || changes(&report));
    }
    const DECODER: &str =
        "their decoder gives a container without a name an empty one, which no server takes";
    tally.finish(&[
        ("flux_normalizeunstructured-000", DECODER),
        ("flux_normalizeunstructured-001", DECODER),
        ("flux_normalizeunstructured-005", DECODER),
        ("flux_normalizeunstructured-006", DECODER),
    ]);
}

#[test]
fn argo_leaves_differences_out() {
    let (Some(folder), Some(cases)) = (folder(), load("argocd_ignore_differences.json")) else {
        return;
    };
    let mut tally = Tally::new("argocd_ignore_differences");
    for case in &cases {
        let mut rules = Vec::new();
        for (index, ignored) in case["ignores"].as_array().into_iter().flatten().enumerate() {
            let glob = |name: &str| ignored[name].as_str().unwrap().to_owned();
            let of = json!({"type": format!("{}/{}", glob("group"), glob("kind"))});
            if let Some(managers) = ignored.get("managedFieldsManagers") {
                rules.push(json!({"id": format!("trust-{index}"), "match": of, "paths": ["$..*"], "trust": managers}));
            }
            let pointers = ignored.get("jsonPointers").cloned().or_else(|| {
                let paths = ignored.get("jqPathExpressions")?.as_array()?;
                let path = |it: &Value| format!("${}", it.as_str().unwrap());
                Some(paths.iter().map(path).collect())
            });
            if let Some(paths) = pointers {
                rules.push(json!({"id": format!("ignore-{index}"), "match": of, "paths": paths, "ignore": true}));
            }
        }
        let rules = Rules::from_value(&Value::Array(rules)).unwrap();
        let detector = Detector::builder().rules(rules).build().unwrap();
        let read =
            |name: &str| std::fs::read(folder.join(case[name]["file"].as_str().unwrap())).unwrap();
        let (desired, live) = (read("desired"), read("live"));
        let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes).unwrap();
        let report = detector.detect(&parse(&desired), &parse(&live), &Context::at(at()));
        let all = || report.findings.iter().flat_map(|finding| &finding.changes);
        let is_drift = |path: &str| all().chain(&report.pending).any(|change| change.path == path);
        let removed: Vec<String> = case["expected_removed_on_both_sides"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|path| {
                let steps = path.as_array().unwrap().iter();
                steps.map(|step| step.as_str().unwrap()).collect::<Vec<_>>().join(".")
            })
            .collect();
        let replicas = case["expected_replicas_is_drift"].as_bool();
        let agrees = replicas.is_none_or(|expected| is_drift("spec.replicas") == expected)
            && removed.iter().all(|path| !is_drift(path));
        tally.settle(case["id"].as_str().unwrap(), agrees, || {
            format!("{}: {}", case["name"], changes(&report))
        });
    }
    const DECLARED: &str =
        "what is declared is compared, whoever owns it; trust is about what is not";
    tally.finish(&[
        ("argocd_ignore_differences-000", DECLARED),
        ("argocd_ignore_differences-004", DECLARED),
        ("argocd_ignore_differences-005", DECLARED),
    ]);
}

/// Lists that merge keep what others added to them.
fn merging() -> Value {
    json!([{"id": "lists-merge", "paths": ["$..*"], "open": true}])
}

/// Whether a text holds a directive of theirs, or a null that takes a field away.
fn directs(document: &Value) -> bool {
    match document {
        Value::Null => true,
        Value::Object(map) => {
            map.iter().any(|(name, value)| name.starts_with('$') || directs(value))
        }
        Value::Array(items) => items.iter().any(directs),
        _ => false,
    }
}

#[test]
fn kustomize_merges_a_patch() {
    let (Some(merges), Some(patches)) =
        (load("kustomize_merge2.json"), load("kustomize_patch_strategic_merge.json"))
    else {
        return;
    };
    let mut tally = Tally::new("kustomize_merge2 and kustomize_patch_strategic_merge");
    let cases = merges.iter().map(|case| (case, "source", "dest"));
    for (case, source, dest) in cases.chain(patches.iter().map(|case| (case, "patch", "input"))) {
        let [source, dest, expected] = [source, dest, "expected"].map(|name| value(&case[name]));
        if directs(source) {
            tally.skip("take something away by a directive or a null");
            continue;
        }
        if !source.is_object() || !dest.is_object() || !expected.is_object() {
            tally.skip("have no object, or several, on a side");
            continue;
        }
        let report = attributes(&merging(), source, dest, None);
        let differs = expected != dest;
        tally.settle(case["id"].as_str().unwrap(), is_modified(&report) == differs, || {
            format!("{}: {source} onto {dest} is {expected}: {}", case["name"], changes(&report))
        });
    }
    tally.finish(&[(
        "kustomize_merge2-031",
        "a list to which others may add asks for nothing where it is empty; theirs is cleared",
    )]);
}

#[test]
fn kustomize_merges_three() {
    let Some(cases) = load("kustomize_merge3.json") else { return };
    let mut tally = Tally::new("kustomize_merge3");
    for case in &cases {
        let [origin, update, local, expected] =
            ["origin", "update", "local", "expected"].map(|name| value(&case[name]));
        if ![origin, update, local, expected].iter().all(|it| it.is_object()) {
            tally.skip("have no object, or several, on a side");
            continue;
        }
        let report = attributes(&merging(), update, local, Some(origin));
        // What was changed in live alone stays as it is there.
        let all = report.findings.iter().flat_map(|finding| &finding.changes);
        let conflict = all.into_iter().any(|change| change.disposition == Disposition::Conflict);
        let changed = !report.pending.is_empty() || conflict;
        tally.settle(case["id"].as_str().unwrap(), changed == (expected != local), || {
            format!(
                "{}: {origin} to {update}, in {local} is {expected}: {}",
                case["name"],
                changes(&report)
            )
        });
    }
    const NULL: &str =
        "the API server drops a null: nothing is declared by it; theirs clears the field";
    tally.finish(&[("kustomize_merge3-045", NULL), ("kustomize_merge3-068", NULL)]);
}

#[test]
fn merge_patches_of_three() {
    let Some(cases) = load("jsonmergepatch_three_way.json") else { return };
    let mut tally = Tally::new("jsonmergepatch_three_way");
    let rules = json!([{"id": "lists-replace", "paths": ["$..*"], "list": "atomic"}]);
    for case in &cases {
        if case["result"].is_null() {
            tally.skip("expect an error");
            continue;
        }
        let original = case.get("original").filter(|it| !it.is_null());
        let (modified, current) = (&case["modified"], &case["current"]);
        let report = super::cases::compare(&rules, modified, current, original);
        let differs = case["result"] != *current;
        tally.settle(case["id"].as_str().unwrap(), is_modified(&report) == differs, || {
            format!("{}: {case}: {}", case["name"], changes(&report))
        });
    }
    tally.finish(&[]);
}
