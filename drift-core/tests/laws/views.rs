//! Both sides of a finding as texts: each says what its side says, and they differ where the report does.

use super::document::Json;
use super::edits::edit;
use super::entropy::entropy;
use super::shapes::{respelled, root, rules, value};
use super::world::{brief, context, detect, detector, one, parse};
use drift_core::ViewOptions;
use proptest::prelude::*;

/// The only resource, with attributes as they stand in a text.
fn record(text: &str) -> String {
    format!(r#"[{{"type": "thing", "id": "one", "attributes": {text}}}]"#)
}

proptest! {
    #![proptest_config(super::world::config())]

    #[test]
    fn a_view_says_what_both_sides_say(entropy in entropy(400), edits in 1..6_usize) {
        let shape = root(&entropy);
        let desired = value(&shape, &entropy);
        let mut actual = desired.clone();
        for number in 0..edits {
            edit(&mut actual, &shape, number, &entropy);
        }
        let actual: Json = respelled(&actual, &shape, &entropy);
        let (desired, actual, all) = (one(&desired), one(&actual), rules(&shape));
        let detector = detector(&all);
        let (of_desired, of_actual) = (parse(&desired), parse(&actual));
        let report = detector.detect(&of_desired, &of_actual, &context());
        let Some(finding) = report.findings.first() else { return Ok(()) };
        let options = ViewOptions::default();
        let view = detector
            .diff_view(&of_desired, &of_actual, &context(), &report, &finding.fingerprint, &options)
            .expect("both sides are there");
        let about = || format!("{}\n{}\n{}", view.unified, brief(&report), serde_json::json!(all));
        let sides = [(&view.desired, &desired), (&view.actual, &actual)];
        for (text, side) in sides {
            let text = &text.as_ref().expect("both sides are there").text;
            let same = detect(&record(text), side, &all);
            prop_assert!(same.findings.is_empty(), "{text}\n{}\n{}", brief(&same), about());
            let back = detect(side, &record(text), &all);
            // What nobody declares stands in neither text.
            let left_out = view.left_out.contains_key("undeclared");
            prop_assert!(left_out || back.findings.is_empty(), "{text}\n{}\n{}", brief(&back), about());
        }
        let mut paths: Vec<&str> = view.hunks.iter().map(|hunk| &*hunk.path).collect();
        let mut changes: Vec<&str> = finding.changes.iter().map(|change| &*change.path).collect();
        paths.sort_unstable();
        changes.sort_unstable();
        prop_assert_eq!(paths, changes, "{}", about());
        let places = view.hunks.iter().filter(|hunk| hunk.desired.or(hunk.actual).is_none());
        prop_assert_eq!(places.count(), 0, "{}", about());
        prop_assert!(!view.unified.is_empty(), "{}", about());
    }
}
