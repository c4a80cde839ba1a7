//! The documents say what the code does: names that both must hold.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use drift_core::normalize::Equality;
use drift_core::{Context, Detector, Format, Rules, Snapshot};

const README: &str = include_str!("../../README.md");
const RULES: &str = include_str!("../../docs/RULES.md");

/// The first column of the table under a heading.
fn column(heading: &str) -> Vec<&'static str> {
    let section = RULES.split(&format!("\n## {heading}\n")).nth(1).expect("the heading is there");
    let section = section.split("\n## ").next().unwrap();
    let row = |line: &'static str| line.strip_prefix("| `")?.split('`').next();
    section.lines().filter_map(row).collect()
}

#[test]
fn every_equality_is_documented_and_no_other() {
    let known: Vec<&str> = Equality::ALL.iter().map(|(_, name)| *name).collect();
    assert_eq!(column("Equalities"), known);
}

#[test]
fn every_documented_fact_loads_and_no_other_does() {
    let value = |fact: &str| match fact {
        "list" => "set",
        "order" => "significant",
        "equal" => "json",
        "tolerate" => "{percent: 1}",
        "default" => "1",
        "undeclared" => "drift",
        "severity" => "high",
        "category" | "runbook" => "x",
        _ => "true",
    };
    let facts = column("Facts");
    assert_eq!(facts.len(), 19);
    for fact in facts {
        let rule = format!("[{{id: a, paths: [/x], {fact}: {}}}]", value(fact));
        let loaded = Rules::from_yaml(&rule).unwrap_or_else(|error| panic!("{fact}: {error}"));
        let printed = loaded.rules()[0].facts[0].to_string();
        assert!(printed.starts_with(&format!("{fact}: ")), "{printed}");
    }
    assert!(Rules::from_yaml("[{id: a, paths: [/x], alias: y}]").is_err());
}

#[test]
fn the_example_of_the_rules_loads() {
    let example =
        RULES.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let rules = Rules::from_yaml(example).unwrap();
    assert_eq!((rules.rules().len(), rules.moves().len()), (1, 1));
}

#[test]
fn the_readme_prints_what_it_says() {
    // The example itself is a documentation test of the crate.
    let block =
        |kind: &str| README.split(&format!("```{kind}\n")).nth(1).unwrap().split("\n```").next();
    let document = |line: &str| {
        let (_, rest) = block("rust").unwrap().split_once(line).expect("the line is there");
        rest.split_once("\"#").unwrap().0.as_bytes().to_vec()
    };
    let (declared, live) = (document("let declared = br#\""), document("let live = br#\""));
    let report = Detector::builder().build().unwrap().detect(
        &Snapshot::parse(&declared, Format::Auto).unwrap(),
        &Snapshot::parse(&live, Format::Auto).unwrap(),
        &Context::at("2026-01-01T00:00:00Z".parse().unwrap()),
    );
    assert_eq!(block("text").unwrap(), report.to_text(false).trim_end());
}
