//! The canaries that every language looks for.

use super::{CANARIES, Case};
use drift_core::source::{Mapping, ParseOptions};
use drift_core::{Format, Snapshot};
use serde_json::{Value, json};

fn file() -> Value {
    serde_json::from_str(include_str!("../vectors/canaries.json")).unwrap()
}

#[test]
fn the_canaries_are_those_of_this_test() {
    assert_eq!(file()["canaries"], json!(CANARIES));
}

#[test]
fn documents_full_of_them() {
    for document in file()["documents"].as_array().unwrap() {
        let text = |side: &str| document.get(side).map(Value::to_string);
        let case = Case {
            name: document["name"].as_str().unwrap().to_owned(),
            desired: text("desired").unwrap(),
            actual: text("actual").unwrap(),
            reference: text("reference"),
            rules: document.get("rules").cloned().unwrap_or_else(|| json!([])),
            format: Format::Auto,
            actual_mapping: document
                .get("actual_mapping")
                .map(|name| Mapping::named(name.as_str().unwrap()).unwrap()),
        };
        case.check();
    }
}

#[test]
fn texts_that_are_refused() {
    for refused in file()["refused"].as_array().unwrap() {
        let text = refused["text"].as_str().unwrap();
        let error = Snapshot::parse_with(text.as_bytes(), &ParseOptions::default()).unwrap_err();
        super::errors::assert_silent(text, &error);
    }
}
