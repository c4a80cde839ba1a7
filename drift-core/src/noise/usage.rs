//! What rules have done over several reports.

use crate::normalize::Layer;
use crate::report::Report;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a rule has done over several reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleHistory {
    /// Its id; a pack's rules carry the pack's name.
    pub rule: String,
    /// Where it comes from.
    pub layer: Layer,
    /// How many nodes it matched in all reports.
    pub hits: u64,
    /// In how many reports it matched.
    pub used_in: usize,
    /// In how many reports it stands.
    pub reports: usize,
    /// When the last report was made in which it matched.
    pub last_used: Option<Timestamp>,
    /// Whether it matched in none of them.
    pub never_matched: bool,
    /// Whether it hides what it matches.
    pub hides: bool,
    /// Until when it holds, as the last report says.
    pub expires: Option<Timestamp>,
    /// Whether it had expired when the last report was made.
    pub expired: bool,
    /// Whether it is a pack's rule that was switched off when the last report was made.
    pub disabled: bool,
    /// Whose rule it is.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
    /// The document that it rests on.
    pub source: Option<String>,
}

/// What rules have done over reports in any order, by their ids.
///
/// ```
/// use drift_core::{Context, Detector, Format, Rules, Snapshot, noise};
/// let side = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {"x": 1}}]"#, Format::Records)?;
/// let rules = Rules::from_yaml("[{id: x, paths: [/x], ignore: true}, {id: y, paths: [/y], ignore: true}]")?;
/// let detector = Detector::builder().rules(rules).build()?;
/// let report = detector.detect(&side, &side, &Context::at("2026-01-01T00:00:00Z".parse()?));
/// let usage = noise::rule_usage(&[&report]);
/// assert_eq!((usage[0].hits, usage[0].last_used), (2, Some(report.detected_at)));
/// assert!(usage[1].never_matched);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn rule_usage(reports: &[&Report]) -> Vec<RuleHistory> {
    let mut all: BTreeMap<&str, RuleHistory> = BTreeMap::new();
    let mut sorted: Vec<&Report> = reports.to_vec();
    sorted.sort_by_key(|report| report.detected_at);
    for report in sorted {
        for usage in &report.rule_usage {
            let history = all.entry(&usage.rule).or_insert_with(|| RuleHistory {
                rule: usage.rule.clone(),
                layer: usage.layer,
                hits: 0,
                used_in: 0,
                reports: 0,
                last_used: None,
                never_matched: true,
                hides: false,
                expires: None,
                expired: false,
                disabled: false,
                owner: None,
                reason: None,
                source: None,
            });
            history.hits = history.hits.saturating_add(usage.matched);
            history.reports += 1;
            if usage.matched > 0 {
                history.used_in += 1;
                history.last_used = Some(report.detected_at);
                history.never_matched = false;
            }
            // What it is now is what the last report says.
            history.hides = usage.hides;
            history.expires = usage.expires;
            history.expired = usage.expired;
            history.disabled = usage.disabled;
            history.owner.clone_from(&usage.owner);
            history.reason.clone_from(&usage.reason);
            history.source.clone_from(&usage.source);
        }
    }
    all.into_values().collect()
}
