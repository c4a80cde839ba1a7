//! How much was seen: one region is denied, tags of three clouds go by one policy, and what is missing before
//! the estate is ready.
//!
//! With `--json` the report and the checks come as JSON, one a line.

use drift_core::readiness::Objectives;
use drift_core::{
    Cell, Context, Detector, Gap, OwnerMap, ParseOptions, Reason, Scope, Snapshot, TagPolicy,
};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("09-coverage");
    let [desired, live] = ["desired.json", "live.json"].map(|name| fs::read(here.join(name)));
    let (desired, live) = (desired?, live?);
    let region = |name: &str| Cell {
        provider: Some("aws".to_owned()),
        scope: Scope::new().with("account", "111122223333").with("region", name),
        ..Cell::default()
    };
    let denied = Gap {
        cell: region("us-west-2"),
        reason: Reason::Denied,
        detail: Some("AccessDenied".to_owned()),
    };
    let declared = ParseOptions {
        name: Some("desired.json".to_owned()),
        revision: Some("4f2c9e1".to_owned()),
        taken_at: Some("2026-03-02T08:59:00Z".parse()?),
        ..ParseOptions::default()
    };
    let running = ParseOptions {
        name: Some("live.json".to_owned()),
        expected: vec![region("eu-west-1"), region("us-west-2")],
        gaps: vec![denied],
        taken_at: Some("2026-03-02T07:00:00Z".parse()?),
        ..ParseOptions::default()
    };
    let desired = Snapshot::parse_with(&desired, &declared)?;
    let live = Snapshot::parse_with(&live, &running)?;
    let policy = fs::read_to_string(here.join("tags.yaml"))?;
    let detector = Detector::builder()
        .tags(TagPolicy::from_file_text("tags.yaml", &policy)?)
        .owners(OwnerMap::new().tags(["owner", "team"]))
        .build()?;
    let context = Context::at("2026-03-02T09:00:00Z".parse()?);
    let report = detector.detect(&desired, &live, &context);
    let objectives = Objectives::from_json(r#"{"coverage": 0.95, "iac": 0.75, "max_age": "1h"}"#)?;
    let readiness = detector.doctor(Some(&desired), Some(&live), &context, &objectives);

    let as_json = env::args().any(|argument| argument == "--json");
    let texts = match as_json {
        true => [report.to_json(), readiness.to_json()],
        false => [report.to_text(false), readiness.to_text(false)],
    };
    write!(std::io::stdout(), "{}", texts.join("\n"))?;
    Ok(())
}
