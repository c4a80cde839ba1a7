//! The first detection of a process, with one resource: each case in processes of its own, since packs
//! are read once in each.
//!
//! `first`: all cases; `first <case>`: one of them, in this process, in microseconds.

#![allow(clippy::print_stdout, reason = "what it measures is its output")]

use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::Instant;

/// How many processes; the fastest counts, and the middle one is told beside it.
const TIMES: usize = 31;

/// The most that the first detection may take, in microseconds: building the detector, reading both
/// documents and comparing them.
const BAR: u128 = 5_000;

const DEPLOYMENT: &str = r#"{"apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop", "labels": {"app": "web"}},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}}, "template": {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:IMAGE",
            "resources": {"requests": {"cpu": "500m", "memory": "64Mi"}},
            "ports": [{"containerPort": 80}]}]}}}}"#;

const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "l",
    "outputs": {}, "resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "logs",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{
            "schema_version": 0, "attributes": {"id": "logs", "bucket": "logs", "acl": null,
                "arn": "arn:aws:s3:::logs", "force_destroy": false, "tags": {"team": "IMAGE"},
                "tags_all": {"team": "IMAGE"}, "versioning": [{"enabled": true}]}}]}]}"#;

const BUCKET: &str = r#"[{"provider": "aws", "type": "AWS::S3::Bucket", "id": "logs",
    "attributes": {"BucketName": "logs", "Tags": [{"Key": "team", "Value": "IMAGE"}],
        "VersioningConfiguration": {"Status": "Enabled"}}}]"#;

/// Names, formats and documents; the live one differs in one value.
const CASES: [(&str, Format, &str); 3] = [
    ("kubernetes apps/Deployment", Format::Kubernetes, DEPLOYMENT),
    ("terraform aws_s3_bucket", Format::TerraformState, STATE),
    ("cloudformation AWS::S3::Bucket", Format::Records, BUCKET),
];

fn run((name, format, text): (&str, Format, &str)) -> Result<(), Box<dyn Error>> {
    let (desired, actual) = (text.replace("IMAGE", "one"), text.replace("IMAGE", "two"));
    let context = Context::at("2026-01-01T00:00:00Z".parse::<Timestamp>()?);
    let start = Instant::now();
    let detector = Detector::builder().build()?;
    let built = start.elapsed();
    let desired = Snapshot::parse(desired.as_bytes(), format)?;
    let actual = Snapshot::parse(actual.as_bytes(), format)?;
    let read = start.elapsed();
    let report = detector.detect(&desired, &actual, &context);
    let first = start.elapsed();
    let again = detector.detect(&desired, &actual, &context);
    let second = start.elapsed() - first;
    if report.findings.len() != 1 || again.findings.len() != 1 {
        return Err(format!("{name}: {} findings", report.findings.len()).into());
    }
    let micros = [built, read - built, first - read, first, second].map(|it| it.as_micros());
    println!("{}", micros.map(|it| it.to_string()).join(" "));
    Ok(())
}

/// What another process measures, in the order of its output.
fn measured(name: &str) -> Result<Vec<u128>, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?).arg(name).output()?;
    let said = String::from_utf8(output.stdout)?;
    let numbers: Vec<u128> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    if numbers.len() == 5 { Ok(numbers) } else { Err(format!("{name}: it says {said}").into()) }
}

fn all() -> Result<(), Box<dyn Error>> {
    println!("first detection of a process in milliseconds, the fastest of {TIMES}");
    println!("{:32}  build   read detect  whole  again  middle", "");
    let mut is_within = true;
    for (name, _, _) in CASES {
        let mut runs = Vec::new();
        for _ in 0..TIMES {
            runs.push(measured(name)?);
        }
        // By the whole.
        runs.sort_by_key(|run| run.get(3).copied());
        let fastest = runs.first().map(Vec::as_slice).unwrap_or_default();
        let whole = |run: &Vec<u128>| run.get(3).copied();
        let middle = runs.get(TIMES / 2).and_then(whole).unwrap_or_default();
        let millis = |micros: u128| format!("{:>3}.{:02}", micros / 1000, micros % 1000 / 10);
        let parts: Vec<String> = fastest.iter().map(|micros| millis(*micros)).collect();
        println!("{name:32} {}  {}", parts.join(" "), millis(middle));
        is_within &= fastest.get(3).is_some_and(|micros| *micros <= BAR);
    }
    // A time depends on the machine: what is too long is told, and no failure.
    println!("{}", if is_within { "all within 5 ms" } else { "not all within 5 ms" });
    Ok(())
}

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let done = match wanted {
        None => all(),
        Some(wanted) => match CASES.into_iter().find(|(name, _, _)| *name == wanted) {
            Some(case) => run(case),
            None => Err(format!("no such case: {wanted}").into()),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("first: {error}");
            ExitCode::FAILURE
        }
    }
}
