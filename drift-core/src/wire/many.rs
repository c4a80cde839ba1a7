//! What callers ask of baselines and of several reports, with options and answers as JSON.

use super::options::noise_options;
use crate::baseline::{Baseline, Promotion};
use crate::error::Result;
use crate::noise;
use crate::normalize::Rules;
use crate::report::Report;
use crate::time::Timestamp;

/// [`Baseline::promote`], with the expiry as rules write it: a timestamp, or a date alone.
///
/// # Errors
/// As [`Baseline::promote`], and `DRIFT_TIME` where the expiry is no time.
pub fn promote(
    baseline: &Baseline,
    report: &Report,
    fingerprints: &[String],
    by: &str,
    reason: &str,
    expires: Option<&str>,
) -> Result<Baseline> {
    let expires = expires.map(Timestamp::parse_expiry).transpose()?;
    baseline.promote(report, fingerprints, &Promotion { by, reason, expires })
}

/// The acceptances of a baseline, as a JSON list.
#[must_use]
pub fn acceptances(baseline: &Baseline) -> String {
    let all: Vec<_> = baseline.acceptances().collect();
    serde_json::to_string(&all).unwrap_or_default()
}

/// [`noise::rule_usage`], as a JSON list.
#[must_use]
pub fn rule_usage(reports: &[&Report]) -> String {
    serde_json::to_string(&noise::rule_usage(reports)).unwrap_or_default()
}

/// [`noise::noise_suggestions`], as a JSON list; `options` is a JSON object: `at_least`, from 2 on.
///
/// # Errors
/// `DRIFT_OPTION` for an option that there is not or that cannot have its value.
///
/// ```
/// assert_eq!(drift_core::wire::noise_suggestions(&[], r#"{"at_least": 5}"#)?, "[]");
/// assert!(drift_core::wire::noise_suggestions(&[], r#"{"at_least": 1}"#).is_err());
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn noise_suggestions(reports: &[&Report], options: &str) -> Result<String> {
    let options = noise_options(options)?;
    Ok(serde_json::to_string(&noise::noise_suggestions(reports, options)).unwrap_or_default())
}

/// [`noise::preview`], as JSON.
#[must_use]
pub fn preview(rules: &Rules, reports: &[&Report]) -> String {
    noise::preview(rules, reports).to_json()
}
