//! Cases about several reports: what rules have done, what recurs, what a rule would have hidden.

use super::baseline::options;
use super::case::Case;
use super::detection::{Side, json_or_text};
use super::expect::{error, part};
use drift_core::noise::{NoiseOptions, Suggestion, noise_suggestions, preview, rule_usage};
use drift_core::{Context, Detector, Error, Report, Rules, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeSet;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    desired: Side,
    reports: Vec<Scan>,
    rules: Option<Box<RawValue>>,
    packs: Option<Value>,
    digest_key: Option<String>,
    at_least: Option<usize>,
    preview: Option<Box<RawValue>>,
}

/// One detection.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    desired: Option<Side>,
    actual: Side,
    at: Timestamp,
    rules: Option<Box<RawValue>>,
}

fn rules(raw: &RawValue) -> Result<Rules, Error> {
    match json_or_text(raw) {
        (text, true) => Rules::from_yaml(&text),
        (json, false) => Rules::from_json(&json),
    }
}

impl Input {
    /// The reports, with further rules where there are any.
    fn reports(&self, more: Option<&Rules>) -> Result<Vec<Report>, Error> {
        self.reports.iter().map(|scan| self.report(scan, more)).collect()
    }

    fn report(&self, scan: &Scan, more: Option<&Rules>) -> Result<Report, Error> {
        let given = scan.rules.as_deref().or(self.rules.as_deref());
        let builder = match more {
            Some(more) => Detector::builder().rules(more.clone()),
            None => Detector::builder(),
        };
        let detector = options(builder, given, self.packs.as_ref(), self.digest_key.as_deref())?;
        let desired = scan.desired.as_ref().unwrap_or(&self.desired);
        let texts = [desired, &scan.actual].map(Side::texts);
        let [desired, actual] = [desired.parse(&texts[0])?, scan.actual.parse(&texts[1])?];
        Ok(detector.detect(&desired, &actual, &Context::at(scan.at)))
    }
}

/// The fingerprints of everything that a reader sees.
fn shown(report: &Report) -> BTreeSet<String> {
    let found = report.findings.iter().flat_map(|finding| &finding.changes);
    found.chain(&report.undeclared).map(|change| change.fingerprint.clone()).collect()
}

/// A suggested rule hides what it says, and nothing else.
fn does_as_it_says(input: &Input, before: &[Report], one: &Suggestion) -> Result<(), String> {
    let rules = Rules::from_yaml(&one.rule).map_err(|error| format!("{error}: {}", one.rule))?;
    let after = input.reports(Some(&rules)).map_err(|error| error.to_string())?;
    let hides: BTreeSet<String> = one.hides.iter().map(|one| one.fingerprint.clone()).collect();
    for (before, after) in before.iter().zip(&after) {
        let left: BTreeSet<String> = shown(before).difference(&hides).cloned().collect();
        if shown(after) != left {
            return Err(format!("the rule hides something else than it says:\n{}", one.rule));
        }
    }
    Ok(())
}

/// Runs a case.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let input: Input = serde_json::from_str(case.input()?).map_err(|error| error.to_string())?;
    let expect = case.expect()?;
    let failed = |failure: Error| match expect.get("error") {
        Some(expected) => error(expected, &failure),
        None => Err(format!("{}: {failure}", failure.code())),
    };
    let reports = match input.reports(None) {
        Ok(reports) => reports,
        Err(failure) => return failed(failure),
    };
    let mut all: Vec<&Report> = reports.iter().collect();
    let options = NoiseOptions { at_least: input.at_least.unwrap_or(3) };
    let found = noise_suggestions(&all, options);
    all.reverse();
    if noise_suggestions(&all, options) != found {
        return Err("the order of the reports makes a difference".into());
    }
    found.iter().try_for_each(|one| does_as_it_says(&input, &reports, one))?;
    let json = |value: serde_json::Result<Value>| value.map_err(|error| error.to_string());
    for (name, expected) in expect.as_object().into_iter().flatten() {
        let actual = match name.as_str() {
            "suggestions" => json(serde_json::to_value(&found))?,
            "rule_usage" => json(serde_json::to_value(rule_usage(&all)))?,
            "preview" => {
                let raw = input.preview.as_deref().ok_or("no rules to preview")?;
                let rules = rules(raw).map_err(|error| error.to_string())?;
                json(serde_json::from_str(&preview(&rules, &all).to_json()))?
            }
            other => return Err(format!("nothing called {other} is expected of reports")),
        };
        part(expected, &actual, name)?;
    }
    Ok(())
}
