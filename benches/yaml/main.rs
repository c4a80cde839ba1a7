//! Manifests in YAML: read here, and by PyYAML's C loader in the same run over the same bytes.
//!
//! `yaml [python]`: with an interpreter that has PyYAML, `pyyaml.py` beside this file is run with it.

#![allow(clippy::print_stdout, reason = "what it measures is its output")]

mod manifests;

use drift_core::value::{Document, ReadOptions, YamlSchema};
use drift_core::{Format, Snapshot};
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// How many bytes are read.
const SIZE: usize = 4_000_000;
/// How often; the fastest counts.
const TIMES: usize = 7;

/// The least time that `run` takes, in seconds.
fn best(run: impl Fn()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..TIMES).map(once).fold(f64::MAX, f64::min)
}

/// What the script says for `text`: seconds, or why there are none.
fn pyyaml(python: &str, text: &str, count: usize) -> Result<String, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/yaml/pyyaml.py");
    let mut child = Command::new(python)
        .args([script, &TIMES.to_string(), &count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{python}` does not run: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A script that has stopped reading says why.
        let _ = input.write_all(text.as_bytes());
    }
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() { Ok(said) } else { Err(said) }
}

fn main() -> ExitCode {
    let (text, count) = manifests::manifests(SIZE);
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let megabytes = text.len() as f64 / 1e6;
    let read = || Snapshot::parse(text.as_bytes(), Format::Kubernetes);
    let resources = read().map(|snapshot| snapshot.resources().len());
    if resources.as_ref().ok() != Some(&count) {
        println!("yaml: {resources:?} resources read of {count}");
        return ExitCode::FAILURE;
    }
    let options = ReadOptions::default();
    let tape = || Document::parse_yaml(text.as_bytes(), YamlSchema::Kubectl, &options);
    println!("yaml: {count} manifests, {megabytes:.1} MB, best of {TIMES}");
    let line = |what: &str, seconds: f64| println!("  {what:<34}{:>7.1} MB/s", megabytes / seconds);
    line("drift: to a snapshot", best(|| drop(std::hint::black_box(read()))));
    line("drift: to a tape", best(|| drop(std::hint::black_box(tape()))));
    let Some(python) = std::env::args().nth(1) else {
        println!("  PyYAML: not measured, no interpreter was given");
        return ExitCode::SUCCESS;
    };
    match pyyaml(&python, &text, count).map(|said| (said.parse::<f64>(), said)) {
        Ok((Ok(seconds), _)) => line("PyYAML: CSafeLoader to objects", seconds),
        Ok((Err(_), said)) | Err(said) => println!("  PyYAML: not measured, {said}"),
    }
    ExitCode::SUCCESS
}
