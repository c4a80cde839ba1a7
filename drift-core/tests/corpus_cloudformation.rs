//! Public CloudFormation documents: which templates are read, and whether what is found agrees with
//! what AWS itself says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod common;

use drift_core::{Code, Format, ParseOptions, Scope, Snapshot};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn folder() -> Option<PathBuf> {
    Some(common::corpus()?.join("cloudformation"))
}

/// Whether a text has the look of a template.
fn is_template(text: &str) -> bool {
    let named = text.contains("AWSTemplateFormatVersion");
    let resources = text.contains("Resources") && text.contains("AWS::");
    named || resources
}

#[test]
fn every_template_is_read_or_refused_with_a_reason() {
    let Some(folder) = folder() else { return };
    let (mut files, mut read, mut resources) = (0, 0, 0);
    let mut refused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for set in ["aws-templates", "cfn-lint", "localstack"] {
        for file in common::files(&folder.join(set), &["json", "yaml", "yml", "template"]) {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            let bytes = fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            if name.ends_with(".snapshot.json") || !is_template(&text) {
                continue;
            }
            files += 1;
            let options = ParseOptions {
                format: Format::Cloudformation,
                scope: Scope::new().with("region", "eu-west-1").with("account", "111122223333"),
                ..ParseOptions::default()
            };
            match Snapshot::parse_with(&bytes, &options) {
                Ok(snapshot) => {
                    read += 1;
                    resources += snapshot.resources().len();
                    let told = Snapshot::parse(&bytes, Format::Auto);
                    assert!(told.is_ok(), "{name}: {}", told.unwrap_err());
                }
                Err(error) => {
                    assert_ne!(error.code(), Code::Internal);
                    let why = format!("{} {}", error.code(), error.message());
                    refused.entry(why).or_default().push(format!("{name}: {error}"));
                }
            }
        }
    }
    let count = refused.values().map(Vec::len).sum::<usize>();
    common::figure(
        "templates",
        &[("files", files), ("read", read), ("resources", resources), ("refused", count)],
    );
    for (why, names) in &refused {
        println!("  {why}: {}", names.join(", "));
    }
}
