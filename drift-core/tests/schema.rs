//! The JSON Schema of reports that is checked in is the one that the types make.
#![cfg(feature = "schema")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail loudly")]

use std::path::Path;

#[test]
fn the_schema_that_is_checked_in_is_the_one_that_the_types_make() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/report.schema.json");
    let made = drift_core::wire::report_schema();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &made).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == made,
        "docs/report.schema.json is not what the types make; if the change of the contract is \
         meant, run the test again with UPDATE_SCHEMA=1"
    );
}

#[test]
fn the_schema_is_one() {
    let schema = serde_json::from_str(&drift_core::wire::report_schema()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::validator_for(&schema).expect("the schema compiles");
}
