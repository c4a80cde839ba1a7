//! Runs the shared vectors, one test a stage: `vectors/<stage>/<case>.json`, as their README says.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test may fail loudly, and another one uses the rest of the runner"
)]

mod vectors_run;

use std::collections::BTreeSet;
use std::io::Write as _;
use vectors_run::{
    Case, cases, detection, folders, is_there, noise, parity, readiness, small, words_of_the_schema,
};

type Run = fn(&Case) -> Result<(), String>;

/// Runs every case of a stage and tells of all that fail at once.
fn run(stage: &str, run: Run) {
    let cases = cases(stage);
    assert!(!cases.is_empty(), "tests/vectors/{stage} holds no case");
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let fault = case.fits_the_schema().and_then(|()| run(case)).err()?;
            Some(format!("{}\n  shows: {}\n  {fault}", case.name, case.description()))
        })
        .collect();
    println!("{stage}: {} cases", cases.len());
    let (failed, all) = (failures.len(), cases.len());
    assert!(failures.is_empty(), "{failed} of {all} cases fail:\n\n{}\n", failures.join("\n\n"));
}

#[test]
fn value() {
    run("value", small::value);
}

#[test]
fn path() {
    run("path", small::path);
}

#[test]
fn source() {
    run("source", detection::run);
}

#[test]
fn normalize() {
    run("normalize", detection::run);
}

#[test]
fn diff() {
    run("diff", detection::run);
}

#[test]
fn classify() {
    run("classify", detection::run);
}

#[test]
fn coverage() {
    run("coverage", detection::run);
}

#[test]
fn report() {
    run("report", detection::run);
}

#[test]
fn render() {
    run("render", detection::run);
}

#[test]
fn layers() {
    if is_there() {
        run("layers", detection::run);
    } else {
        let why = "skipped: layers, as ../shared/corpus with its public documents is absent";
        writeln!(std::io::stdout(), "{why}").unwrap();
    }
}

#[test]
fn baseline() {
    run("baseline", detection::run);
}

#[test]
fn attribution() {
    run("attribution", detection::run);
}

#[test]
fn owners() {
    run("owners", detection::run);
}

#[test]
fn tags() {
    run("tags", detection::run);
}

#[test]
fn policy() {
    run("policy", detection::run);
}

#[test]
fn noise_of_reports() {
    run("noise", noise::run);
}

#[test]
fn parity_of_many() {
    run("parity", parity::run);
}

#[test]
fn readiness_of_estates() {
    run("readiness", readiness::run);
}

/// The stages whose cases are detections.
const DETECTIONS: [&str; 13] = [
    "source",
    "normalize",
    "diff",
    "classify",
    "coverage",
    "report",
    "render",
    "baseline",
    "attribution",
    "owners",
    "tags",
    "policy",
    "layers",
];

#[test]
fn every_folder_is_a_stage() {
    let stages: BTreeSet<String> = folders();
    let known = DETECTIONS
        .iter()
        .chain(&["value", "path", "noise", "parity", "readiness"])
        .map(|stage| (*stage).to_owned());
    assert_eq!(stages, known.collect());
}

#[test]
fn every_status_disposition_verdict_and_reason_occurs() {
    let mut seen = BTreeSet::new();
    for stage in DETECTIONS {
        for case in cases(stage) {
            seen.extend(detection::words(&case));
        }
    }
    let missing: Vec<String> =
        words_of_the_schema().into_iter().filter(|word| !seen.contains(word)).collect();
    assert!(missing.is_empty(), "no vector shows: {}", missing.join(", "));
}
