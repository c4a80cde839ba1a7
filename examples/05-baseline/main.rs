//! A baseline: what nobody declares is normal while it is as it was reviewed.
//!
//! `reviewed.json` is what was live when somebody looked at it; `live.json` is what is live now. The raised
//! memory is accepted for a time, by a person and with a reason. With `--json` the report comes as JSON.

use drift_core::baseline::Promotion;
use drift_core::{Baseline, Context, Detector, ParseOptions, Snapshot, Timestamp};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("05-baseline");
    let texts =
        ["desired.json", "reviewed.json", "live.json"].map(|name| fs::read(here.join(name)));
    let [desired, reviewed, live] = texts;
    let (desired, reviewed, live) = (desired?, reviewed?, live?);
    let named = |name: &str| ParseOptions {
        name: Some(name.to_owned()),
        complete: true,
        ..ParseOptions::default()
    };
    let desired = Snapshot::parse_with(&desired, &named("desired.json"))?;
    let live = Snapshot::parse_with(&live, &named("live.json"))?;
    let reviewed = Snapshot::parse_with(&reviewed, &ParseOptions::default())?;
    let detector = Detector::builder().digest_key(*b"out of a store of secrets").build()?;

    let recorded = detector.baseline(&reviewed, Some(&desired), "2026-01-12T08:00:00Z".parse()?)?;
    // Kept under version control, and read again.
    let baseline = Baseline::from_json(&recorded.to_json())?;

    let context = Context::at("2026-02-12T08:00:00Z".parse()?).with_baseline(&baseline);
    let before = detector.detect(&desired, &live, &context);
    let changes = before.findings.iter().flat_map(|finding| &finding.changes);
    let raised = changes.filter(|change| change.path == "memory").map(|change| &change.fingerprint);
    let baseline = baseline.promote(
        &before,
        raised,
        &Promotion {
            by: "ada",
            reason: "more memory for the sale",
            expires: Some(Timestamp::parse_expiry("2026-02-28")?),
        },
    )?;

    let context = Context::at("2026-02-12T09:00:00Z".parse()?).with_baseline(&baseline);
    let report = detector.detect(&desired, &live, &context);
    let as_json = env::args().any(|argument| argument == "--json");
    let text = if as_json { report.to_json() } else { report.to_text(false) };
    write!(std::io::stdout(), "{text}")?;
    Ok(())
}
