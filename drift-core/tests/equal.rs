//! What this language says of every shared vector and of the public documents, as digests that
//! Python and Node compare with their own: `target/equal/rust.tsv`, one line a case.
//!
//! Cases out of `../shared/corpus` are written in the form of vectors to `target/equal/cases`,
//! which is not kept.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly, and takes a part of what the runner of vectors has"
)]

mod common;
mod vectors_run;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use vectors_run::{Case, cases, detection};

/// The fields under which files of cases keep desired and actual.
const SIDES: [(&str, &str); 11] = [
    ("desired", "live"),
    ("predicted", "live"),
    ("y_desired", "x_cluster"),
    ("modified", "current"),
    ("modified", "original"),
    ("lhs", "rhs"),
    ("x", "y"),
    ("old", "new"),
    ("source", "dest"),
    ("update", "local"),
    ("object", "expected"),
];

const STAGES: [&str; 13] = [
    "source",
    "normalize",
    "diff",
    "classify",
    "coverage",
    "report",
    "render",
    "baseline",
    "attribution",
    "owners",
    "tags",
    "policy",
    "layers",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// `target/equal`, wherever cargo has been told to build.
fn folder() -> PathBuf {
    root().join("target/equal")
}

/// The digest of all that a reader sees of a case: the report in every form, or the error.
fn digest(case: &Case) -> String {
    let text = match detection::outcome(case).unwrap() {
        Ok(report) => {
            format!("{}\n{}\n{}", report.to_json(), report.to_text(false), report.to_markdown())
        }
        Err(error) => format!("{}\n{error}", error.code()),
    };
    let mut hex = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        write!(hex, "{byte:02x}").unwrap();
    }
    hex
}

/// The text of a document in a file of cases.
fn text(folder: &Path, document: &Value) -> Option<String> {
    if let Some(text) = document["text"].as_str() {
        return Some(text.to_owned());
    }
    if let Some(file) = document["file"].as_str() {
        return fs::read_to_string(folder.join(file)).ok();
    }
    let value = document.get("value").unwrap_or(document);
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let texts: Vec<String> = items.iter().filter_map(|item| text(folder, item)).collect();
            Some(texts.join("\n---\n"))
        }
        value => Some(value.to_string()),
    }
}

/// A side: an object as it is, any other value as a record.
fn side(text: &str) -> Value {
    let is_object = text.contains("apiVersion") && text.contains("kind");
    match serde_json::from_str::<Value>(text) {
        Ok(value) if !is_object => {
            let records = json!([{"type": "t", "id": "a", "attributes": {"root": value}}]);
            json!({"text": records.to_string(), "complete": true})
        }
        _ => json!({"text": text, "complete": true, "duplicate_keys": "last"}),
    }
}

fn vector(description: &str, desired: Value, actual: Value, reference: Option<Value>) -> Value {
    let mut input = json!({"desired": desired, "actual": actual, "detail": "full"});
    if let Some(reference) = reference {
        input["reference"] = reference;
    }
    json!({"description": description, "input": input, "expect": {}})
}

/// Pairs of Kubernetes objects, as other projects' tests have them.
fn kubernetes(corpus: &Path) -> Vec<(String, Value)> {
    let folder = corpus.join("k8s-live-vs-desired");
    let mut found = Vec::new();
    for file in common::files(&folder.join("extracted"), &["json"]) {
        let json: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        for (index, case) in json["cases"].as_array().into_iter().flatten().enumerate() {
            for (desired, actual) in SIDES {
                let texts = text(&folder, &case[desired]).zip(text(&folder, &case[actual]));
                let Some((d, a)) = texts else { continue };
                let was = ["original", "origin"].into_iter().find(|name| *name != actual);
                let was = was.and_then(|name| text(&folder, &case[name])).map(|text| side(&text));
                let name = file.file_stem().unwrap().to_string_lossy();
                let name = format!("kubernetes-{name}-{index}-{desired}-{actual}");
                found.push((name.clone(), vector(&name, side(&d), side(&a), was)));
            }
        }
    }
    found
}

/// Declared and live AWS resources, through records.
fn aws(corpus: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for file in common::files(&corpus.join("aws-drift/cases"), &["json"]) {
        let case: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let resource = &case["resource"];
        let id = resource["physicalId"].as_str().or(resource["logicalId"].as_str()).unwrap_or("x");
        let record = |attributes: &Value| {
            let record = json!([{"provider": "aws", "type": resource["resourceType"], "id": id,
                "address": resource["logicalId"], "attributes": attributes}]);
            json!({"text": record.to_string(), "format": "records"})
        };
        let (desired, actual) = (record(&resource["declared"]), record(&case["liveRaw"]));
        let name = format!("aws-{}", file.file_stem().unwrap().to_string_lossy());
        found.push((name.clone(), vector(&name, desired, actual, None)));
    }
    found
}

/// Terraform states, each against itself: what is read, and the errors of what is not.
fn terraform(corpus: &Path) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (index, file) in common::files(&corpus.join("terraform"), &["tfstate"]).iter().enumerate() {
        let Ok(text) = fs::read_to_string(file) else { continue };
        let side = json!({"text": text});
        let name = format!("terraform-{index}");
        found.push((name.clone(), vector(&name, side.clone(), side, None)));
    }
    found
}

#[test]
fn digests_are_written_for_the_other_languages() {
    let folder = folder();
    let _ = fs::remove_dir_all(folder.join("cases"));
    fs::create_dir_all(folder.join("cases")).unwrap();
    let mut lines = Vec::new();
    for stage in STAGES {
        for case in cases(stage) {
            let file = format!("drift-core/tests/vectors/{}", case.name);
            lines.push(format!("{file}\t{}", digest(&case)));
        }
    }
    let vectors = lines.len();
    let corpus = common::corpus();
    let mut counts = vec![("vectors", vectors)];
    let sets = ["kubernetes", "aws", "terraform"];
    for (name, read) in sets.into_iter().zip([kubernetes, aws, terraform]) {
        let found = corpus.as_deref().map(read).unwrap_or_default();
        counts.push((name, found.len()));
        for (name, case) in found {
            let text = case.to_string();
            let file = format!("target/equal/cases/{name}.json");
            fs::write(root().join(&file), &text).unwrap();
            lines.push(format!("{file}\t{}", digest(&Case::new(file.clone(), text))));
        }
    }
    fs::write(folder.join("rust.tsv"), lines.join("\n") + "\n").unwrap();
    common::figure("equal", &counts);
    assert!(vectors > 200, "{vectors} vectors");
}

#[test]
fn digests_tell_reports_apart() {
    let case = |delay: u32| {
        let record =
            |delay: u32| json!({"value": [{"type": "t", "id": "a", "attributes": {"d": delay}}]});
        let text = vector("a", record(1), record(delay), None).to_string();
        digest(&Case::new("a".to_owned(), text))
    };
    assert_eq!(case(2), case(2));
    assert_ne!(case(1), case(2));
}
