//! A CloudFormation template against what Cloud Control says of its resources.
//!
//! `stack.json` is what `aws cloudformation list-stack-resources` prints, the files in `live` are
//! pages of `aws cloudcontrol list-resources --type-name …`. With `--json` the report comes as JSON.

use drift_core::source::{ParameterValue, StackResources};
use drift_core::{Context, Detector, ParseOptions, Scope, Snapshot};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("03-cloudformation");
    let scope = Scope::new().with("account", "111122223333").with("region", "eu-west-1");
    let named =
        |name: &str| ParseOptions { name: Some(name.to_owned()), ..ParseOptions::default() };

    // What the stack was made with, and what became of it: references resolve, and nothing is guessed.
    let template = fs::read(here.join("template.yaml"))?;
    let stack = StackResources::from_json(&fs::read_to_string(here.join("stack.json"))?)?;
    let options = ParseOptions {
        parameters: [("Stage".to_owned(), ParameterValue::Text("prod".to_owned()))].into(),
        stack_resources: Some(stack),
        scope: scope.clone(),
        ..named("template.yaml")
    };
    let desired = Snapshot::parse_with(&template, &options)?;

    // Page by page: a type is complete once its last page is there.
    let mut live = Snapshot::builder("aws", scope);
    let names = ["queues-1.json", "queues-2.json", "tables.json"];
    let pages = names.map(|name| fs::read(here.join("live").join(name)));
    for (name, page) in names.iter().zip(&pages) {
        live.add_document(page.as_ref().map_err(ToString::to_string)?, &named(name))?;
    }
    live.failed("AWS::Logs::LogGroup", "ThrottlingException", "Rate exceeded");

    let detector = Detector::builder().build()?;
    let at = Context::at("2026-11-20T08:00:00Z".parse()?);
    let report = detector.detect(&desired, &live.build()?, &at);

    let mut out = std::io::stdout();
    if env::args().any(|argument| argument == "--json") {
        write!(out, "{}", report.to_json())?;
    } else {
        writeln!(out, "{}", report.to_text(false))?;
    }
    Ok(())
}
