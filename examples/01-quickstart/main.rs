//! Quickstart: manifests in Git against what the cluster answers.
//!
//! `live.json` is what `kubectl get deploy,rs,po,hpa,svc,secret,cm,validatingwebhookconfigurations
//! -o json` prints: full of what the API server adds. Run it with `make demo`.

use drift_core::{Context, Detector, Format, ParseOptions, Rules, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("01-quickstart");
    let read = |name: &str| std::fs::read(folder.join(name));

    let names = ["manifests/data.yaml", "manifests/policy.yaml", "manifests/web.yaml"];
    let texts = names.map(read).into_iter().collect::<Result<Vec<_>, _>>()?;
    let files = names.iter().zip(&texts).map(|(name, text)| ((*name).to_owned(), text.as_slice()));
    let desired = Snapshot::parse_many(files, &ParseOptions::default())?;

    let live = read("live.json")?;
    let actual = Snapshot::parse(&live, Format::Auto)?;

    let rules = Rules::from_yaml(&String::from_utf8(read("rules.yaml")?)?)?;
    let detector = Detector::builder().rules(rules).build()?;
    let report = detector.detect(&desired, &actual, &Context::at("2026-02-12T08:00:00Z".parse()?));

    write!(std::io::stdout(), "{}", report.to_text(false))?;
    Ok(())
}
