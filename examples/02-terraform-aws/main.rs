//! A Terraform state against what the cloud says of itself.
//!
//! `terraform.tfstate` is what `terraform state pull` prints, the files in `live` are what the AWS
//! CLI prints: `aws ec2 describe-security-groups --filters Name=group-name,Values=shop-*` and so
//! on. How the documents are read, and with whose rights, is up to you. With `--json` the report
//! comes as JSON.

use drift_core::source::Mapping;
use drift_core::{Context, Detector, ParseOptions, Reason, Scope, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

const ACCOUNT: &str = "111122223333";

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("02-terraform-aws");
    let named =
        |name: &str| ParseOptions { name: Some(name.to_owned()), ..ParseOptions::default() };

    let state = fs::read(here.join("terraform.tfstate"))?;
    let desired = Snapshot::parse_with(&state, &named("terraform.tfstate"))?;

    // An answer says what it holds by its shape, and nowhere what region it came from.
    let ireland = Scope::new().with("account", ACCOUNT).with("region", "eu-west-1");
    let mut live = Snapshot::builder("aws", ireland.clone());
    let secret = Mapping::named("aws secretsmanager get-secret-value")?;
    for (name, mapping) in [
        ("security-groups.json", None),
        ("instances.json", None),
        ("db-instances.json", None),
        ("secret-value.json", Some(secret)),
    ] {
        let answer = fs::read(here.join("live").join(name))?;
        let options = ParseOptions { mapping, scope: ireland.clone(), ..named(name) };
        live.add_snapshot(Snapshot::parse_with(&answer, &options)?.into_owned());
    }

    // The other region refused to answer. Say so, and nothing there is taken for missing.
    let virginia = Scope::new().with("account", ACCOUNT).with("region", "us-east-1");
    let mut virginia = Snapshot::builder("aws", virginia);
    let detail = "ec2:DescribeSecurityGroups is not allowed";
    virginia.incomplete("aws_security_group", Reason::Denied, detail);
    live.add_snapshot(virginia.build()?);

    let detector = Detector::builder().build()?;
    let at = Context::at("2026-11-20T08:00:00Z".parse()?);
    let report = detector.detect(&desired, &live.build()?, &at);

    let mut out = std::io::stdout();
    if env::args().any(|argument| argument == "--json") {
        write!(out, "{}", report.to_json())?;
        return Ok(());
    }
    writeln!(out, "{}", report.to_text(false))?;
    // Every change leads to its place in the answer of the cloud.
    let group = report.findings.first().ok_or("nothing was found")?;
    let change = group.changes.first().ok_or("nothing has changed")?;
    let answer = group.resource.source.actual.as_ref().ok_or("it is not live")?;
    let (file, pointer) = (answer.file.as_deref(), change.actual_pointer.as_deref());
    let place = format!("{}{}", answer.pointer, pointer.unwrap_or_default());
    writeln!(out, "The opened port stands in {} at {place}", file.unwrap_or_default())?;
    Ok(())
}
