//! Baselines of a case: recorded or read, and what is accepted before the detection.

use super::detection::{Side, Text, json_or_text};
use drift_core::baseline::Promotion;
use drift_core::{
    Baseline, Context, Detector, DetectorBuilder, Error, Packs, Rules, Snapshot, Timestamp,
};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// What the baseline was recorded from, or its file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recorded {
    of: Option<Side>,
    file: Option<Text>,
    /// Whether the desired side is given as well.
    #[serde(default)]
    declared: bool,
    rules: Option<Box<RawValue>>,
    packs: Option<Value>,
    digest_key: Option<String>,
    at: Option<Timestamp>,
}

/// What the detection of the case uses, where the baseline says nothing of its own.
pub(super) struct Own<'c> {
    pub(super) rules: Option<&'c RawValue>,
    pub(super) packs: Option<&'c Value>,
    pub(super) digest_key: Option<&'c str>,
    pub(super) at: Timestamp,
}

/// What a person accepts in a first report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promote {
    /// Changes by their paths.
    #[serde(default)]
    paths: Vec<String>,
    /// Findings by their status.
    #[serde(default)]
    findings: Vec<String>,
    /// Fingerprints as they are.
    #[serde(default)]
    fingerprints: Vec<String>,
    by: String,
    reason: String,
    expires: Option<String>,
    /// What was live then; the case's own otherwise.
    actual: Option<Side>,
    at: Option<Timestamp>,
}

/// The detector with these options.
pub(super) fn options(
    mut builder: DetectorBuilder,
    rules: Option<&RawValue>,
    packs: Option<&Value>,
    digest_key: Option<&str>,
) -> Result<Detector, Error> {
    if let Some(rules) = rules {
        builder = builder.rules(match json_or_text(rules) {
            (text, true) => Rules::from_yaml(&text)?,
            (json, false) => Rules::from_json(&json)?,
        });
    }
    if let Some(Value::Array(names)) = packs {
        let names = names.iter().filter_map(Value::as_str).map(str::to_owned);
        builder = builder.packs(Packs::Named(names.collect()));
    }
    if let Some(key) = digest_key {
        builder = builder.digest_key(key.as_bytes());
    }
    builder.build()
}

impl Recorded {
    /// The baseline, as its file says it.
    pub(super) fn baseline(&self, own: Own<'_>, desired: &Snapshot<'_>) -> Result<Baseline, Error> {
        if let Some(file) = &self.file {
            return Baseline::from_json(&file.join());
        }
        let detector = options(
            Detector::builder(),
            self.rules.as_deref().or(own.rules),
            self.packs.as_ref().or(own.packs),
            self.digest_key.as_deref().or(own.digest_key).filter(|key| !key.is_empty()),
        )?;
        let of = self.of.as_ref().expect("`of` or `file`");
        let texts = of.texts();
        let actual = of.parse(&texts)?;
        let desired = Some(desired).filter(|_| self.declared);
        let text = detector.baseline(&actual, desired, self.at.unwrap_or(own.at))?.to_json();
        let baseline = Baseline::from_json(&text)?;
        assert_eq!(baseline.to_json(), text, "a baseline is written as it was read");
        Ok(baseline)
    }
}

impl Promote {
    pub(super) fn promote(
        &self,
        detector: &Detector,
        baseline: &Baseline,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        at: Timestamp,
    ) -> Result<Baseline, Error> {
        let texts = self.actual.as_ref().map(Side::texts).unwrap_or_default();
        let then = self.actual.as_ref().map(|side| side.parse(&texts)).transpose()?;
        let context = Context::at(self.at.unwrap_or(at)).with_baseline(baseline);
        let report = detector.detect(desired, then.as_ref().unwrap_or(actual), &context);
        let lists = [&report.undeclared, &report.suppressed, &report.pending, &report.unknown];
        let changes = report.findings.iter().map(|finding| &finding.changes).chain(lists).flatten();
        let named = changes.filter(|change| self.paths.contains(&change.path));
        let mut chosen: Vec<&str> = named.map(|change| &*change.fingerprint).collect();
        let findings = report.findings.iter();
        let findings =
            findings.filter(|one| self.findings.iter().any(|s| s == one.status.as_str()));
        chosen.extend(findings.map(|finding| &*finding.fingerprint));
        chosen.extend(self.fingerprints.iter().map(String::as_str));
        let expires = self.expires.as_deref().map(Timestamp::parse_expiry).transpose()?;
        baseline.promote(
            &report,
            chosen,
            &Promotion { by: &self.by, reason: &self.reason, expires },
        )
    }
}
