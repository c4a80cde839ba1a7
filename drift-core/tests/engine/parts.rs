//! Parts of detections that come twice, that are missing, or that know of the same resources.

use super::{context, detector};
use drift_core::{Format, Partial, Report, Snapshot, Timestamp, Verdict, finish};

const TOLD: &str = "parts_missing";

fn at() -> Timestamp {
    context().at
}

/// Records of type `t`, each an id and a value.
fn side(records: &[(&str, u32)]) -> String {
    let one = |(id, v): &(&str, u32)| {
        format!(r#"{{"type": "t", "id": "{id}", "attributes": {{"v": {v}}}}}"#)
    };
    format!("[{}]", records.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn detected(desired: &[(&str, u32)], actual: &[(&str, u32)], parts: usize) -> Vec<Partial> {
    let texts = [side(desired), side(actual)];
    let [desired, actual] =
        [0, 1].map(|at| Snapshot::parse(texts[at].as_bytes(), Format::Records).unwrap());
    detector("[]", true).partials(&desired, &actual, &context(), parts)
}

fn one(desired: &[(&str, u32)], actual: &[(&str, u32)]) -> Partial {
    detected(desired, actual, 1).remove(0)
}

fn merged(parts: impl IntoIterator<Item = Partial>) -> Report {
    finish(parts.into_iter().reduce(Partial::merge).unwrap(), at())
}

/// The report on the parts in any of two orders, which must be the same.
fn either_way(a: &Partial, b: &Partial) -> Report {
    let report = merged([a.clone(), b.clone()]);
    assert_eq!(report, merged([b.clone(), a.clone()]));
    report
}

/// What a report says, wherever it is written.
fn said(report: &Report) -> (Verdict, String, Vec<&str>) {
    let summary = serde_json::to_string(&report.summary).unwrap();
    let findings = report.findings.iter().map(|finding| finding.fingerprint.as_str());
    (report.verdict, summary, findings.collect())
}

const FOUR: [(&str, u32); 4] = [("a", 1), ("b", 2), ("c", 3), ("d", 4)];
const CHANGED: [(&str, u32); 4] = [("a", 1), ("b", 0), ("c", 3), ("d", 0)];

#[test]
fn a_part_that_comes_twice_counts_once() {
    let parts = detected(&FOUR, &CHANGED, 3);
    let whole = merged(parts.clone());
    assert_eq!((whole.summary.resources.drifted, whole.summary.resources.in_sync), (2, 2));
    for part in &parts {
        let again = Partial::from_json(&part.to_json()).unwrap();
        assert_eq!(merged(parts.iter().cloned().chain([again])), whole);
    }
    // Nor what overlaps.
    let [a, b, c] = [0, 1, 2].map(|at| parts[at].clone());
    assert_eq!(merged([a.merge(b.clone()), b.merge(c)]), whole);
    let single = one(&FOUR, &CHANGED);
    assert_eq!(merged([single.clone(), single]), whole);
}

#[test]
fn a_report_without_some_parts_says_so() {
    let equal = detected(&FOUR, &FOUR, 3);
    for left in 0..3 {
        let report = merged(equal[..left].iter().chain(&equal[left + 1..]).cloned());
        assert_eq!((report.verdict, report.partial), (Verdict::Partial, true));
        assert!(!report.summary.coverage.complete);
        let [warning] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
        let number = left + 1;
        let expected = format!(
            "1 of the 3 parts of a detection were not merged ({number}): what they have found is \
             not in the report"
        );
        assert_eq!((warning.code.as_str(), &warning.message), (TOLD, &expected));
    }
    // What is found meanwhile counts all the same.
    let report = merged(detected(&FOUR, &CHANGED, 3).into_iter().skip(1));
    assert_eq!((report.verdict, report.partial), (Verdict::Drifted, true));
    let [only] = <[Partial; 1]>::try_from(detected(&FOUR, &FOUR, 40).split_off(39)).unwrap();
    let report = merged([only]);
    assert!(report.warnings[0].message.contains("39 of the 40"), "{:?}", report.warnings);
    assert!(report.warnings[0].message.contains("(1, 2, 3, 4, 5, …)"), "{:?}", report.warnings);
}

#[test]
fn parts_of_different_detections_do_not_make_a_whole() {
    let [today, tomorrow] = [&FOUR, &CHANGED].map(|actual| detected(&FOUR, actual, 2));
    let report = merged([today[0].clone(), tomorrow[1].clone()]);
    let told = report.warnings.iter().filter(|warning| warning.code == TOLD).count();
    assert_eq!((told, report.partial), (2, true));
}

#[test]
fn one_list_of_what_is_live_serves_the_declarations_of_several() {
    let [ab, cd] = [&FOUR[..2], &FOUR[2..]].map(|declared| one(declared, &CHANGED));
    let report = either_way(&ab, &cd);
    assert_eq!(said(&report), said(&merged([one(&FOUR, &CHANGED)])));
    // What none of them declares is unmanaged once.
    let live = [&CHANGED[..], &[("e", 5)]].concat();
    let [ab, cd] = [&FOUR[..2], &FOUR[2..]].map(|declared| one(declared, &live));
    let resources = either_way(&ab, &cd).summary.resources;
    assert_eq!((resources.unmanaged, resources.drifted, resources.in_sync), (1, 2, 2));
    // And what is declared and lives in one of several places is not missing.
    let [ab, cd] = [&CHANGED[..2], &CHANGED[2..]].map(|live| one(&FOUR, live));
    assert_eq!(said(&either_way(&ab, &cd)), said(&merged([one(&FOUR, &CHANGED)])));
    let [gone, there] = [one(&FOUR, &CHANGED[..2]), one(&FOUR, &CHANGED[..3])];
    let resources = either_way(&gone, &there).summary.resources;
    assert_eq!((resources.missing, resources.drifted, resources.in_sync), (1, 1, 2));
}

/// A queue that is known by an ARN as well, in the names of one tool or another.
fn queue(type_name: &str, id: &str, arn: &str, v: u32) -> String {
    let (key, rest) = (r#""provider": "aws", "type""#, r#""attributes""#);
    format!(
        r#"{{{key}: "{type_name}", "id": "{id}", "identities": {{"arn": "{arn}"}}, {rest}: {{"v": {v}}}}}"#
    )
}

#[test]
fn what_one_detection_has_paired_by_another_key_is_not_unmanaged_for_others() {
    const TYPE: &str = "aws_sqs_queue";
    let listed = |items: &[String]| format!("[{}]", items.join(", "));
    let all = [("i-1", "x", 1), ("i-2", "y", 2), ("i-3", "z", 3)];
    let live = listed(&all.map(|(id, arn, v)| queue(TYPE, id, arn, v)));
    let one = |declared: String| {
        let desired = listed(&[declared]);
        let read =
            |text: &String| Snapshot::parse(text.as_bytes(), Format::Records).unwrap().into_owned();
        detector("[]", true).partial(&read(&desired), &read(&live), &context())
    };
    let agreed = one(queue(TYPE, "web", "x", 1));
    let unread = one(queue("AWS::SQS::Queue", "dns", "y", 2));
    let drifted = one(queue(TYPE, "db", "z", 4));
    let report = merged([agreed.clone(), drifted.clone(), unread.clone()]);
    let resources = &report.summary.resources;
    let counts = [resources.in_sync, resources.drifted, resources.unmanaged, resources.not_checked];
    assert_eq!(counts, [1, 1, 0, 1], "{report:?}");
    assert_eq!(report, merged([unread, drifted, agreed]));
    // One is declared by the id of another: the id goes first, and the one that it is known by is unmanaged.
    let [taken, drifted] =
        [("i-3", "x", 1), ("db", "y", 4)].map(|(id, arn, v)| one(queue(TYPE, id, arn, v)));
    let resources = either_way(&taken, &drifted).summary.resources;
    assert_eq!((resources.in_sync, resources.drifted, resources.unmanaged), (0, 2, 1));
}

#[test]
fn detections_that_disagree_about_a_resource_are_an_error() {
    let report = either_way(&one(&FOUR, &FOUR), &one(&FOUR, &CHANGED));
    let errors: Vec<&str> =
        report.not_checked.iter().map(|entry| entry.resource.id.as_str()).collect();
    assert_eq!((report.verdict, errors), (Verdict::Error, vec!["b", "d"]));
    assert_eq!(report.summary.resources.in_sync, 2);
    let detail = report.not_checked[0].detail.as_deref();
    let expected = "detections that were merged have found different things of it";
    assert_eq!(detail, Some(expected));
    // Two that have found the same drift agree.
    let more = [&[("e", 5)], &CHANGED[..]].concat();
    let report = either_way(&one(&FOUR, &CHANGED), &one(&FOUR, &more));
    let resources = &report.summary.resources;
    assert_eq!((report.verdict, resources.drifted, resources.unmanaged), (Verdict::Drifted, 2, 1));
}

#[test]
fn what_is_no_partial_of_this_version_is_refused() {
    let text = one(&FOUR, &FOUR).to_json();
    for (from, to, path) in [
        (r#""version":"2""#, r#""version":"1""#, "version"),
        (r#""number":1"#, r#""number":2"#, "parts"),
        (r#""number":1"#, r#""number":0"#, "parts"),
    ] {
        assert!(text.contains(from), "{text}");
        let error = Partial::from_json(&text.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.path(), Some(path), "{error}");
    }
    let error = Partial::from_json(r#"{"version": "2", "parts": []}"#).unwrap_err();
    assert_eq!(error.path(), Some("parts"));
    // A part of more than anybody could have: told, and not counted up to.
    let many = text.replacen(r#""of":1"#, r#""of":18446744073709551615"#, 1);
    let report = finish(Partial::from_json(&many).unwrap(), at());
    assert!(report.partial);
}
