//! What should be alike: three clusters of a fleet, a canary beside its baseline, flags of three environments.
//!
//! With `--json` the three comparisons come as JSON, one a line.

use drift_core::parity::ParityOptions;
use drift_core::{Context, Detector, Mapping, Parity, ParseOptions, Scope, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

/// One file, read with these options.
fn read(name: &str, options: &ParseOptions) -> Result<Snapshot<'static>, Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("08-fleet").join(name);
    Ok(Snapshot::parse_with(&fs::read(file)?, options)?.into_owned())
}

fn compare(snapshots: &[(&str, Snapshot<'_>)], options: &str) -> Result<Parity, Box<dyn Error>> {
    let context = Context::at("2026-03-02T09:00:00Z".parse()?);
    let named: Vec<(&str, &Snapshot<'_>)> =
        snapshots.iter().map(|(name, snapshot)| (*name, snapshot)).collect();
    let detector = Detector::builder().build()?;
    Ok(detector.compare_many(&named, &ParityOptions::from_json(options)?, &context)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let cluster = |name: &'static str| {
        let scope = Scope::new().with("cluster", name);
        let options = ParseOptions { scope, ..ParseOptions::default() };
        read(&format!("clusters/{name}.yaml"), &options).map(|snapshot| (name, snapshot))
    };
    let fleet = [cluster("blue")?, cluster("green")?, cluster("red")?];
    let clusters = compare(
        &fleet,
        r#"{"substitutions": {
            "blue": {"cluster": "blue", "region": "us-east-1"},
            "green": {"cluster": "green", "region": "eu-west-1"},
            "red": {"cluster": "red", "region": "ap-south-1"}}}"#,
    )?;

    let track = |name: &'static str| {
        read(&format!("release/{name}.yaml"), &ParseOptions::default()).map(|it| (name, it))
    };
    let release = compare(
        &[track("canary")?, track("stable")?],
        r#"{"baseline": "stable",
            "substitutions": {"stable": {"track": "stable"}, "canary": {"track": "canary"}},
            "allow": [
                {"path": "$..image", "reason": "the release under test", "owner": "team-search",
                 "expires": "2026-03-09"},
                {"path": "/spec/replicas", "reason": "a canary is small"}]}"#,
    )?;

    let environment = |name: &'static str| {
        let mapping = Mapping::from_json(
            r#"{"items": "$.flags[*]", "type": {"const": "flag"}, "id": ["$.key"], "attributes": "$"}"#,
        )?;
        let scope = Scope::new().with("environment", name);
        let options = ParseOptions { mapping: Some(mapping), scope, ..ParseOptions::default() };
        read(&format!("flags/{name}.json"), &options).map(|snapshot| (name, snapshot))
    };
    let flags = compare(
        &[environment("dev")?, environment("prod")?, environment("staging")?],
        r#"{"allow": [{"type": "flag", "path": "/rollout/percent", "reason": "rolled out step by step"},
            {"type": "flag", "id": "beta-*", "snapshots": ["dev"], "reason": "developers try it"}]}"#,
    )?;

    let as_json = env::args().any(|argument| argument == "--json");
    let print = |parity: &Parity| match as_json {
        true => parity.to_json(),
        false => parity.to_text(false),
    };
    let all: Vec<String> = [clusters, release, flags].iter().map(print).collect();
    write!(std::io::stdout(), "{}", all.join("\n"))?;
    Ok(())
}
