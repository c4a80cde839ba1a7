//! Cases about what is missing before an estate is ready.

use super::baseline::{Own, Recorded, options};
use super::case::{Case, is_readiness};
use super::detection::{Side, compact};
use super::expect::{error, lines, part};
use drift_core::readiness::Objectives;
use drift_core::{Acceptance, Context, Detector, Error, Readiness, Snapshot, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    desired: Option<Side>,
    actual: Option<Side>,
    reference: Option<Side>,
    baseline: Option<Recorded>,
    rules: Option<Box<RawValue>>,
    packs: Option<Value>,
    owners: Option<Box<RawValue>>,
    tags: Option<Box<RawValue>>,
    #[serde(default)]
    acceptances: Vec<Acceptance>,
    digest_key: Option<String>,
    objectives: Option<Box<RawValue>>,
    at: Option<Timestamp>,
}

impl Input {
    fn detector(&self) -> Result<Detector, Error> {
        let fields = [("owners", &self.owners), ("tags", &self.tags)];
        let given = fields.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
        let texts: Vec<String> =
            given.map(|(name, value)| format!("\"{name}\": {}", compact(value))).collect();
        let builder = Detector::builder().options_json(&format!("{{{}}}", texts.join(", ")))?;
        let builder = builder.acceptances(self.acceptances.iter().cloned());
        options(builder, self.rules.as_deref(), self.packs.as_ref(), self.digest_key.as_deref())
    }

    fn doctor(&self) -> Result<Readiness, Error> {
        let detector = self.detector()?;
        let texts = [&self.desired, &self.actual, &self.reference]
            .map(|side| side.as_ref().map(Side::texts).unwrap_or_default());
        let [of_desired, of_actual, of_reference] = &texts;
        let desired = self.desired.as_ref().map(|side| side.parse(of_desired)).transpose()?;
        let actual = self.actual.as_ref().map(|side| side.parse(of_actual)).transpose()?;
        let reference = self.reference.as_ref().map(|side| side.parse(of_reference)).transpose()?;
        let at = self.at.map_or_else(|| "2026-01-01T00:00:00Z".parse(), Ok)?;
        let nothing = Snapshot::default();
        let recorded = self.baseline.as_ref().map(|recorded| {
            let own = Own {
                rules: self.rules.as_deref(),
                packs: self.packs.as_ref(),
                digest_key: self.digest_key.as_deref(),
                at,
            };
            recorded.baseline(own, desired.as_ref().unwrap_or(&nothing))
        });
        let baseline = recorded.transpose()?;
        let context = Context {
            reference: reference.as_ref(),
            baseline: baseline.as_ref(),
            ..Context::at(at)
        };
        let objectives = self.objectives.as_deref().map_or("{}".to_owned(), compact);
        let objectives = Objectives::from_json(&objectives)?;
        Ok(detector.doctor(desired.as_ref(), actual.as_ref(), &context, &objectives))
    }
}

/// Runs a case. `checks` names some of the checks, by their ids.
pub(crate) fn run(case: &Case) -> Result<(), String> {
    let input: Input = serde_json::from_str(case.input()?).map_err(|error| error.to_string())?;
    let expect = case.expect()?;
    let readiness = match (input.doctor(), expect.get("error")) {
        (Ok(readiness), None) => readiness,
        (Ok(_), Some(_)) => return Err("expected an error, and there is none".into()),
        (Err(failure), Some(expected)) => return error(expected, &failure),
        (Err(failure), None) => return Err(format!("{}: {failure}", failure.code())),
    };
    let text = readiness.to_json();
    let json: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    is_readiness(&json)?;
    let again = Readiness::from_json(&text).map_err(|error| error.to_string())?;
    if again != readiness {
        return Err("read back, it is another".into());
    }
    for (name, expected) in expect.as_object().into_iter().flatten() {
        match name.as_str() {
            "text" => lines(expected, &readiness.to_text(false), "text")?,
            "markdown" => lines(expected, &readiness.to_markdown(), "markdown")?,
            "checks" => {
                for (id, expected) in expected.as_object().into_iter().flatten() {
                    let check = readiness.check(id).ok_or(format!("no check is called {id}"))?;
                    let found = serde_json::to_value(check).map_err(|error| error.to_string())?;
                    part(expected, &found, id)?;
                }
            }
            name => part(expected, &json[name], name)?,
        }
    }
    Ok(())
}
