//! Cases about many snapshots held against each other.

use super::baseline::options;
use super::case::{Case, is_parity};
use super::detection::{Side, compact};
use super::expect::{error, lines, part};
use drift_core::parity::ParityOptions;
use drift_core::{Context, Detail, Detector, Error, Parity, Seed, Snapshot, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    snapshots: BTreeMap<String, Side>,
    baseline: Option<Box<RawValue>>,
    substitutions: Option<Box<RawValue>>,
    allow: Option<Box<RawValue>>,
    varying: Option<Box<RawValue>>,
    rules: Option<Box<RawValue>>,
    packs: Option<Value>,
    detail: Option<String>,
    at: Option<Timestamp>,
}

impl Input {
    fn options(&self) -> Result<ParityOptions, Error> {
        let fields = [
            ("baseline", &self.baseline),
            ("substitutions", &self.substitutions),
            ("allow", &self.allow),
            ("varying", &self.varying),
        ];
        let given = fields.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let texts: Vec<String> =
            given.map(|(name, value)| format!("\"{name}\": {}", compact(value))).collect();
        ParityOptions::from_json(&format!("{{{}}}", texts.join(", ")))
    }

    /// The comparison; the same with hashes or without, on threads, with another seed and in another
    /// order.
    fn compare(&self) -> Result<[Parity; 3], Error> {
        let given = self.options()?;
        let texts: Vec<_> = self.snapshots.values().map(Side::texts).collect();
        let read = self.snapshots.values().zip(&texts);
        let read: Vec<Snapshot<'_>> =
            read.map(|(side, texts)| side.parse(texts)).collect::<Result<_, _>>()?;
        let mut named: Vec<(&str, &Snapshot<'_>)> =
            self.snapshots.keys().map(String::as_str).zip(&read).collect();
        let detail = self.detail.as_deref().unwrap_or("summary").parse::<Detail>()?;
        let at = self.at.map_or_else(|| "2026-01-01T00:00:00Z".parse(), Ok)?;
        let context = Context::at(at).with_detail(detail);
        let detector = |builder| options(builder, self.rules.as_deref(), self.packs.as_ref(), None);
        let plain = detector(Detector::builder())?;
        let parity = plain.compare_many(&named, &given, &context)?;
        named.reverse();
        let turned = plain.compare_many(&named, &given, &context.with_seed(Seed([7, 9])))?;
        let walked = detector(Detector::builder().hashing(false).threads(3))?;
        Ok([parity, turned, walked.compare_many(&named, &given, &context)?])
    }
}

/// Runs a case.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let input: Input = serde_json::from_str(case.input()?).map_err(|error| error.to_string())?;
    let expect = case.expect()?;
    let [parity, turned, walked] = match (input.compare(), expect.get("error")) {
        (Ok(parity), None) => parity,
        (Ok([parity, ..]), Some(_)) => {
            return Err(format!("expected an error, and the verdict is {}", parity.verdict));
        }
        (Err(failure), Some(expected)) => return error(expected, &failure),
        (Err(failure), None) => return Err(format!("{}: {failure}", failure.code())),
    };
    let text = parity.to_json();
    if turned.to_json() != text {
        return Err(format!("in another order: {}\n{text}", turned.to_json()));
    }
    if walked.to_json() != text {
        return Err(format!("without hashes: {}\n{text}", walked.to_json()));
    }
    let again =
        Parity::from_json(&text).map_err(|error| format!("cannot be read back: {error}"))?;
    if again.to_json() != text || again.to_text(true) != parity.to_text(true) {
        return Err("read back, it is another".into());
    }
    let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    is_parity(&json)?;
    for (name, expected) in expect.as_object().into_iter().flatten() {
        match name.as_str() {
            "text" => lines(expected, &parity.to_text(false), "text")?,
            "markdown" => lines(expected, &parity.to_markdown(), "markdown")?,
            name => part(expected, &json[name], name)?,
        }
    }
    Ok(())
}
