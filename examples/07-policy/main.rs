//! A policy over two accounts: what it forbids, with drift and without.
//!
//! One bucket is declared open and is open: nothing has drifted, and the policy is violated. Another was
//! opened by hand: that has drifted, and has brought a violation. With `--json` the report comes as JSON.

use drift_core::{Context, Detector, ParseOptions, Policies, Snapshot, Timestamp};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("07-policy");
    let at: Timestamp = "2026-11-26T08:00:00Z".parse()?;
    let text = |name: &str| fs::read_to_string(here.join(name));

    let file = text("policies.yaml")?;
    let named = Policies::files_of(&file)?.into_iter();
    let beside = named.map(|name| Ok((name.clone(), text(&name)?)));
    let beside = beside.collect::<Result<_, std::io::Error>>()?;
    // Errors would name the file as it is called here.
    let path = here.join("policies.yaml").to_string_lossy().into_owned();
    let policies = Policies::from_file_text(&path, &file, &beside)?;
    let detector = Detector::builder().policies(policies).build()?;
    let tests = detector.test_policies(None, &text("cases.yaml")?, at)?;

    let (declared, running) = (text("desired.json")?, text("live.json")?);
    let named = |name: &str| ParseOptions { name: Some(name.to_owned()), ..Default::default() };
    let desired = Snapshot::parse_with(declared.as_bytes(), &named("desired.json"))?;
    let live = Snapshot::parse_with(running.as_bytes(), &named("live.json"))?;
    let report = detector.detect(&desired, &live, &Context::at(at));

    let mut out = std::io::stdout();
    if env::args().any(|argument| argument == "--json") {
        write!(out, "{}", report.to_json())?;
        return Ok(());
    }
    writeln!(out, "cases: {} passed, {} failed\n", tests.passed, tests.failed)?;
    writeln!(out, "{}", report.to_text(false))?;
    for violation in &report.policy_violations {
        let by = if violation.introduced_by_drift { "drift" } else { "declaration" };
        let (resource, status) = (&violation.resource.id, violation.status.as_str());
        writeln!(out, "{}: {resource} ({status}), by {by}", violation.policy)?;
    }
    Ok(())
}
