//! The files: found, read, and checked against their schema.

use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// One case.
pub(crate) struct Case {
    /// `stage/case.json`.
    pub(crate) name: String,
    text: String,
}

#[derive(serde::Deserialize)]
struct Parts<'c> {
    #[serde(borrow)]
    input: &'c RawValue,
    expect: Value,
    description: String,
}

impl Case {
    pub(crate) fn new(name: String, text: String) -> Self {
        Self { name, text }
    }

    fn parts(&self) -> Result<Parts<'_>, String> {
        serde_json::from_str(&self.text).map_err(|error| format!("no case: {error}"))
    }

    pub(crate) fn description(&self) -> String {
        self.parts().map(|parts| parts.description).unwrap_or_default()
    }

    /// The input as it is written, so that numbers and the order of fields are kept.
    pub(crate) fn input(&self) -> Result<&str, String> {
        Ok(self.parts()?.input.get())
    }

    pub(crate) fn expect(&self) -> Result<Value, String> {
        Ok(self.parts()?.expect)
    }

    pub(crate) fn fits_the_schema(&self) -> Result<(), String> {
        static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
        let schema = SCHEMA.get_or_init(|| validator(&vectors().join("schema.json")));
        let json = serde_json::from_str(&self.text).map_err(|error| error.to_string())?;
        fits(schema, &json).map_err(|fault| format!("does not fit vectors/schema.json: {fault}"))
    }
}

/// Whether the report fits its schema.
pub(crate) fn is_report(json: &Value) -> Result<(), String> {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema = SCHEMA.get_or_init(|| validator(&report_schema()));
    fits(schema, json).map_err(|fault| format!("does not fit docs/report.schema.json: {fault}"))
}

/// Whether the comparison of many fits its schema.
pub(crate) fn is_parity(json: &Value) -> Result<(), String> {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema =
        SCHEMA.get_or_init(|| validator(&report_schema().with_file_name("parity.schema.json")));
    fits(schema, json).map_err(|fault| format!("does not fit docs/parity.schema.json: {fault}"))
}

/// Whether the checks fit their schema.
pub(crate) fn is_readiness(json: &Value) -> Result<(), String> {
    static SCHEMA: OnceLock<jsonschema::Validator> = OnceLock::new();
    let schema =
        SCHEMA.get_or_init(|| validator(&report_schema().with_file_name("readiness.schema.json")));
    fits(schema, json).map_err(|fault| format!("does not fit docs/readiness.schema.json: {fault}"))
}

fn fits(schema: &jsonschema::Validator, json: &Value) -> Result<(), String> {
    let faults: Vec<String> = schema
        .iter_errors(json)
        .take(5)
        .map(|error| format!("at `{}`: {error}", error.instance_path()))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

fn validator(file: &Path) -> jsonschema::Validator {
    let text = fs::read_to_string(file).expect("the schema can be read");
    let schema = serde_json::from_str(&text).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn report_schema() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/report.schema.json")
}

/// The folder of public documents.
pub(super) fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus")
}

/// Whether the public documents are there that the cases of `layers` name.
pub(crate) fn is_there() -> bool {
    corpus().is_dir()
}

/// The folders beside the README.
pub(crate) fn folders() -> BTreeSet<String> {
    let entries = fs::read_dir(vectors()).expect("the vectors can be read");
    let folders = entries.map(Result::unwrap).filter(|entry| entry.path().is_dir());
    folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Features, whether they are on, and how the names of cases start that need them.
const FEATURES: &[(&str, bool, &[&str])] = &[
    ("hcl", cfg!(feature = "hcl"), &["source/terraform-config"]),
    ("sql", cfg!(feature = "sql"), &["source/sql-", "layers/data"]),
    ("toml", cfg!(feature = "toml"), &["source/toml-"]),
];

/// Every case of a stage, by name.
pub(crate) fn cases(stage: &str) -> Vec<Case> {
    let Ok(entries) = fs::read_dir(vectors().join(stage)) else { return Vec::new() };
    let mut cases: Vec<Case> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a case can be read");
            assert!(file.ends_with(".json"), "tests/vectors/{stage}/{file} is no case");
            Case { name: format!("{stage}/{file}"), text }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    if stage == "layers" && !is_there() {
        cases.clear();
    }
    for (feature, is_on, starts) in FEATURES {
        let all = cases.len();
        cases.retain(|case| *is_on || !starts.iter().any(|start| case.name.starts_with(start)));
        if cases.len() < all {
            println!("skipped: {} cases, without the feature `{feature}`", all - cases.len());
        }
    }
    cases
}

/// Every status, disposition, verdict and reason that the schema of the report knows.
pub(crate) fn words_of_the_schema() -> Vec<String> {
    let text = fs::read_to_string(report_schema()).expect("the schema can be read");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let words = |kind: &str| -> Vec<String> {
        let known = schema["$defs"][kind]["oneOf"].as_array().expect("the words of a type");
        let word = |one: &Value| {
            let word = one["const"].as_str().expect("a word");
            format!("{} {word}", kind.to_lowercase())
        };
        known.iter().map(word).collect()
    };
    ["Status", "Disposition", "Verdict", "Reason"].into_iter().flat_map(words).collect()
}
