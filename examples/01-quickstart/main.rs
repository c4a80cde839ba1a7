//! Quickstart: manifests in Git against what the cluster answers.
//!
//! `live.json` is what `kubectl get deploy,rs,po,hpa,svc,secret,cm,validatingwebhookconfigurations
//! -o json` prints: full of what the API server adds. With `--json` the report comes as JSON.

use drift_core::{Context, Detector, ParseOptions, Rules, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("01-quickstart");

    // Reading is yours: the engine takes names and bytes.
    let mut files = Vec::new();
    for entry in fs::read_dir(here.join("manifests"))? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    let files = files.iter().map(|(name, text)| (name.clone(), text.as_slice()));
    let desired = Snapshot::parse_many(files, &ParseOptions::default())?;

    let live = fs::read(here.join("live.json"))?;
    let options = ParseOptions { name: Some("live.json".to_owned()), ..ParseOptions::default() };
    let actual = Snapshot::parse_with(&live, &options)?;

    let rules = Rules::from_yaml(&fs::read_to_string(here.join("rules.yaml"))?)?;
    let detector = Detector::builder().rules(rules).build()?;
    let report = detector.detect(&desired, &actual, &Context::at("2026-02-12T08:00:00Z".parse()?));

    let as_json = env::args().any(|argument| argument == "--json");
    let text = if as_json { report.to_json() } else { report.to_text(false) };
    write!(std::io::stdout(), "{text}")?;
    Ok(())
}
