//! The JSON Schemas that are checked in are those that the types make.
#![cfg(feature = "schema")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::path::Path;

/// A schema by its file below `docs`.
fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("report.schema.json", drift_core::wire::report_schema()),
        ("parity.schema.json", drift_core::wire::parity_schema()),
        ("readiness.schema.json", drift_core::wire::readiness_schema()),
    ]
}

#[test]
fn the_schemas_that_are_checked_in_are_those_that_the_types_make() {
    for (name, made) in schemas() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(&file, &made).expect("the schema can be written");
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == made,
            "docs/{name} is not what the types make; if the change of the contract is meant, run \
             the test again with UPDATE_SCHEMA=1"
        );
    }
}

#[test]
fn the_schemas_are_schemas() {
    for (_, made) in schemas() {
        let schema = serde_json::from_str(&made).unwrap();
        jsonschema::meta::validate(&schema).unwrap();
        jsonschema::validator_for(&schema).expect("the schema compiles");
    }
}
