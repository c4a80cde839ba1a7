//! A report piece by piece, as JSON: who asks for one finding of a million need not read them all.

use crate::error::{Code, Error, Result};
use crate::report::{Change, Report};
use crate::value::Tree;
use serde::Serialize;
use std::ops::Range;

/// The lists whose entries can be asked for one by one.
const LISTS: [&str; 6] =
    ["findings", "pending", "undeclared", "suppressed", "unknown", "not_checked"];
const SECTIONS: [&str; 14] = [
    "schema_version",
    "verdict",
    "partial",
    "detected_at",
    "summary",
    "causes",
    "not_checked",
    "tag_violations",
    "policy_violations",
    "policy_errors",
    "policy_usage",
    "rule_usage",
    "packs",
    "warnings",
];

/// How many entries a list of the report has: `findings`, `pending`, `undeclared`, `suppressed`,
/// `unknown` or `not_checked`.
///
/// # Errors
/// `DRIFT_OPTION` where a report has no such list.
pub fn length(report: &Report, list: &str) -> Result<usize> {
    Ok(match list {
        "findings" => report.findings.len(),
        "not_checked" => report.not_checked.len(),
        _ => changes(report, list)?.len(),
    })
}

/// Whether all values of the report are so flat that the stack of any thread has room to write them:
/// [`run_here`](super::run_here) will do.
#[must_use]
pub fn is_shallow(report: &Report) -> bool {
    let findings = report.findings.iter().flat_map(|finding| &finding.changes);
    let lists = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    let changes = findings.chain(lists.into_iter().flatten());
    let of_changes =
        changes.flat_map(|change| [&change.desired, &change.actual, &change.reference]);
    let of_tags = report.tag_violations.iter().flat_map(|tag| [&tag.desired, &tag.actual]);
    of_changes.chain(of_tags).flatten().all(|tree| is_within(tree, SHALLOW))
}

/// So many containers inside each other are written on any stack.
const SHALLOW: usize = 64;

fn is_within(tree: &Tree, depth: usize) -> bool {
    let below = |tree: &Tree| depth.checked_sub(1).is_some_and(|depth| is_within(tree, depth));
    match tree {
        Tree::List(items) => items.iter().all(below),
        Tree::Map(fields) => fields.iter().all(|(_, field)| below(field)),
        _ => true,
    }
}

/// Some entries of a list of the report, as a JSON list; those beyond its end are left out.
///
/// # Errors
/// `DRIFT_OPTION` where a report has no such list.
///
/// ```
/// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
/// use drift_core::wire::{entries, length};
/// # let desired = Snapshot::parse(b"[]", Format::Records)?;
/// # let actual = br#"[{"type": "t", "id": "a", "attributes": {}}]"#;
/// # let actual = Snapshot::parse(actual, Format::Records)?;
/// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
/// # let report = Detector::builder().build()?.detect(&desired, &actual, &Context::at(at));
/// assert_eq!(length(&report, "findings")?, 1);
/// let [whole, one] = [0..9, 0..1].map(|range| entries(&report, "findings", range).unwrap());
/// assert_eq!(whole, one);
/// assert!(report.to_json().contains(&one));
/// assert_eq!(entries(&report, "findings", 1..9)?, "[]");
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn entries(report: &Report, list: &str, range: Range<usize>) -> Result<String> {
    match list {
        "findings" => Ok(json(some(&report.findings, range))),
        "not_checked" => Ok(json(some(&report.not_checked, range))),
        _ => Ok(json(some(changes(report, list)?, range))),
    }
}

/// A part of the report that is no such list, or `not_checked`, as JSON. A part that the report's JSON leaves
/// out because it is empty is an empty list here.
///
/// # Errors
/// `DRIFT_OPTION` where a report has no such part.
pub fn section(report: &Report, name: &str) -> Result<String> {
    Ok(match name {
        "schema_version" => json(&report.schema_version),
        "verdict" => json(&report.verdict),
        "partial" => json(&report.partial),
        "detected_at" => json(&report.detected_at),
        "summary" => json(&report.summary),
        "causes" => json(&report.causes),
        "not_checked" => json(&report.not_checked),
        "tag_violations" => json(&report.tag_violations),
        "policy_violations" => json(&report.policy_violations),
        "policy_errors" => json(&report.policy_errors),
        "policy_usage" => json(&report.policy_usage),
        "rule_usage" => json(&report.rule_usage),
        "packs" => json(&report.packs),
        "warnings" => json(&report.warnings),
        _ => return Err(unknown(name, &SECTIONS)),
    })
}

fn changes<'r>(report: &'r Report, list: &str) -> Result<&'r [Change]> {
    Ok(match list {
        "pending" => &report.pending,
        "undeclared" => &report.undeclared,
        "suppressed" => &report.suppressed,
        "unknown" => &report.unknown,
        _ => return Err(unknown(list, &LISTS)),
    })
}

fn some<T>(entries: &[T], range: Range<usize>) -> &[T] {
    let end = range.end.min(entries.len());
    entries.get(range.start.min(end)..end).unwrap_or_default()
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn unknown(name: &str, known: &[&str]) -> Error {
    let known = known.join("`, `");
    Error::new(Code::Option, format!("a report has no `{name}`"))
        .with_help(format!("one of `{known}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Detector, Format, Snapshot, Timestamp};

    fn report() -> Report {
        let side = |delay: u32| {
            let queue =
                |n| format!(r#"{{"type":"t","id":"q{n}","attributes":{{"delay":{delay}}}}}"#);
            format!("[{},{},{}]", queue(1), queue(2), queue(3))
        };
        let (desired, actual) = (side(0), side(1));
        let desired = Snapshot::parse(desired.as_bytes(), Format::Records).unwrap();
        let actual = Snapshot::parse(actual.as_bytes(), Format::Records).unwrap();
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        Detector::builder().build().unwrap().detect(&desired, &actual, &Context::at(at))
    }

    #[test]
    fn pieces_put_together_are_the_whole() {
        let report = report();
        let whole: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
        for name in LISTS {
            let count = length(&report, name).unwrap();
            let parts = (0..count).map(|at| entries(&report, name, at..at + 1).unwrap());
            let parts =
                parts.flat_map(|one| serde_json::from_str::<Vec<serde_json::Value>>(&one).unwrap());
            assert_eq!(whole[name], serde_json::Value::Array(parts.collect()), "{name}");
        }
        for name in SECTIONS {
            let one: serde_json::Value =
                serde_json::from_str(&section(&report, name).unwrap()).unwrap();
            let left_out = one == serde_json::json!([]) && whole.get(name).is_none();
            assert!(left_out || whole[name] == one, "{name}");
        }
        let known = |name: &str| LISTS.contains(&name) || SECTIONS.contains(&name);
        let names: Vec<_> = whole.as_object().unwrap().keys().collect();
        assert!(names.iter().all(|name| known(name)), "{names:?}");
    }

    #[test]
    fn a_report_with_a_deep_value_is_not_shallow() {
        let nested = |depth| (0..depth).fold(Tree::Null, |tree, _| Tree::List(vec![tree]));
        for (depth, shallow) in [(0, true), (SHALLOW, true), (SHALLOW + 1, false), (9_000, false)] {
            assert_eq!(is_within(&nested(depth), SHALLOW), shallow, "{depth}");
        }
        let mut report = report();
        assert!(is_shallow(&report));
        let change = report.findings.iter_mut().find_map(|finding| finding.changes.first_mut());
        change.unwrap().actual = Some(nested(SHALLOW + 1));
        assert!(!is_shallow(&report));
    }

    #[test]
    fn ranges_may_reach_beyond_the_end() {
        let report = report();
        assert_eq!(entries(&report, "findings", 7..usize::MAX).unwrap(), "[]");
        #[expect(clippy::reversed_empty_ranges, reason = "that is what is asked")]
        let backwards = entries(&report, "findings", 2..1).unwrap();
        assert_eq!(backwards, "[]");
    }

    #[test]
    fn what_a_report_does_not_have_is_told() {
        let error = entries(&report(), "finding", 0..1).unwrap_err();
        assert_eq!(error.code(), Code::Option);
        assert!(error.help().unwrap().contains("`findings`"));
        assert!(section(&report(), "findings").is_err());
    }
}
