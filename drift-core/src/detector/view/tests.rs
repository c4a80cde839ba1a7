//! What views show.

use super::*;
use crate::{Format, Packs, Rules, Timestamp};

struct Case {
    desired: String,
    actual: String,
    detector: Detector,
}

fn records(attributes: &str) -> String {
    match attributes {
        "" => "[]".to_owned(),
        some => format!(r#"[{{"type": "t", "id": "a", "attributes": {some}}}]"#),
    }
}

fn case(desired: &str, actual: &str, rules: &str) -> Case {
    let rules = Rules::from_yaml(rules).unwrap();
    let detector = Detector::builder().packs(Packs::none()).rules(rules).build().unwrap();
    Case { desired: records(desired), actual: records(actual), detector }
}

impl Case {
    fn ask<T>(
        &self,
        ask: impl FnOnce(&Snapshot<'_>, &Snapshot<'_>, &Context<'_>, &Report) -> T,
    ) -> T {
        let options =
            crate::ParseOptions { format: Format::Records, complete: true, ..Default::default() };
        let side = |text: &'_ str| -> Snapshot<'static> {
            Snapshot::parse_with(text.as_bytes(), &options).unwrap().into_owned()
        };
        let (desired, actual) = (side(&self.desired), side(&self.actual));
        let context = Context::at("2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        let report = self.detector.detect(&desired, &actual, &context);
        ask(&desired, &actual, &context, &report)
    }

    fn view(&self) -> DiffView {
        self.ask(|desired, actual, context, report| {
            let finding = &report.findings.first().expect("a finding").fingerprint;
            let options = ViewOptions::default();
            let detector = &self.detector;
            detector.diff_view(desired, actual, context, report, finding, &options).unwrap()
        })
    }
}

fn text(side: Option<&ViewText>) -> &str {
    side.map_or("", |side| &side.text)
}

/// The lines of the diff that one side has.
fn of_diff(view: &DiffView, own: char) -> Vec<String> {
    let lines = view.unified.lines().skip(2).filter(|line| !line.starts_with("@@"));
    let own = lines.filter(|line| line.starts_with([' ', own]));
    own.map(|line| line.chars().skip(1).collect()).collect()
}

#[track_caller]
fn check(view: &DiffView) {
    for (side, sign) in [(&view.desired, '-'), (&view.actual, '+')] {
        let Some(side) = side else { continue };
        let json: serde_json::Value = serde_json::from_str(&side.text).unwrap();
        let lines: Vec<&str> = side.text.lines().collect();
        for (pointer, line) in &side.lines {
            let name = pointer.rsplit('/').next().unwrap().replace("~1", "/").replace("~0", "~");
            let there = json.pointer(pointer).unwrap();
            let start = lines[line - 1].trim_start();
            let is_field = name.parse::<usize>().is_err() && !name.is_empty();
            assert!(
                !is_field || start.starts_with(&crate::value::quoted(&name)),
                "{pointer}: {start}"
            );
            assert!(there.is_object() || !start.ends_with('{'), "{pointer}");
        }
        let whole = of_diff(view, sign);
        let mut at = 0;
        for line in whole {
            at += lines[at..].iter().position(|own| *own == line).expect("a line of the text") + 1;
        }
    }
}

#[test]
fn texts_differ_where_the_sides_do() {
    let desired = r#"{"b": [3, 1, 2], "a": {"x": 1, "y": [{"name": "p", "v": 1}, {"name": "q", "v": 2}]}, "cpu": "1000m"}"#;
    let actual = r#"{"a": {"y": [{"v": 2, "name": "q"}, {"v": 9, "name": "p"}, {"name": "o", "v": 0}], "x": 1}, "cpu": 1, "b": [2, 3, 1, 4], "live": true}"#;
    let rules = "[{id: s, paths: [b], list: set}, {id: k, paths: [a.y], list: {keyed: [name]}}, {id: c, paths: [cpu], equal: quantity}]";
    let view = case(desired, actual, rules).view();
    check(&view);
    assert_eq!(
        view.unified,
        r#"--- desired
+++ actual
@@ -2,9 +2,13 @@
   "a": {
     "x": 1,
     "y": [
+      {
+        "name": "o",
+        "v": 0
+      },
       {
         "name": "p",
-        "v": 1
+        "v": 9
       },
       {
         "name": "q",
@@ -15,7 +19,8 @@
   "b": [
     1,
     2,
-    3
+    3,
+    4
   ],
   "cpu": "1000m"
 }
"#
    );
    assert_eq!(view.left_out, BTreeMap::from([("undeclared".to_owned(), 1)]));
    let spans: Vec<_> = view.hunks.iter().map(|h| (&*h.path, h.desired, h.actual)).collect();
    let at = |line, lines| Some(Span { line, lines });
    assert_eq!(
        spans,
        [
            ("a.y[name=\"o\"]", None, at(5, 4)),
            ("a.y[name=\"p\"].v", at(7, 1), at(11, 1)),
            ("b[=4]", None, at(23, 1)),
        ]
    );
}

#[test]
fn a_resource_of_one_side_stands_alone() {
    let view = case(r#"{"x": [], "y": {}}"#, "", "[]").view();
    assert_eq!(view.status, Status::Missing);
    assert_eq!(text(view.desired.as_ref()), "{\n  \"x\": [],\n  \"y\": {}\n}\n");
    assert!(view.actual.is_none());
    assert_eq!(view.hunks[0].kind, ChangeKind::Removed);
    assert_eq!(view.hunks[0].desired, Some(Span { line: 1, lines: 4 }));
    assert!(view.unified.contains("@@ -1,4 +0,0 @@\n-{"), "{}", view.unified);
}

#[test]
fn secrets_that_differ_show_that_they_do() {
    let rules = "[{id: s, paths: [hidden], secret: true}]";
    let desired = r#"{"password": "kanary1", "token": "kanary2", "hidden": {"a": ["kanary3"], "b": 1}, "args": ["--password", "kanary4", "x"], "env": [{"name": "DB_PASSWORD", "value": "kanary5"}], "url": "https://u:kanary-long-1@h/"}"#;
    let actual = r#"{"password": "kanary7", "token": "kanary2", "hidden": {"a": ["kanary8"], "b": 1}, "args": ["--passwort", "kanary4", "y"], "env": [{"name": "DB_NAME", "value": "kanary5"}], "url": "https://u:kanary-long-2@h/"}"#;
    for (desired, actual) in [(desired, actual), (actual, desired)] {
        let view = case(desired, actual, rules).view();
        let json = view.to_json();
        assert!(!json.contains("kanary"), "{json}");
        check(&view);
        let (desired, actual) = (text(view.desired.as_ref()), text(view.actual.as_ref()));
        assert!(desired.contains(r#""password": "[redacted: desired]""#), "{desired}");
        assert!(actual.contains(r#""password": "[redacted: actual]""#), "{actual}");
        assert!(desired.contains(r#""token": {"$redacted": "equal"}"#), "{desired}");
        assert!(actual.contains(r#""b": {"$redacted": "equal"}"#), "{actual}");
        assert!(actual.contains(r#""url": "[redacted: actual]""#), "{actual}");
    }
}

#[test]
fn documents_in_strings_are_opened_where_they_differ() {
    let rules = "[{id: p, paths: [policy, same], equal: json}, {id: s, paths: [\"policy|json.S[*].A\"], list: set}]";
    let desired = r#"{"policy": "{\"S\": [{\"A\": [\"b\", \"a\"], \"password\": \"kanary\"}]}", "same": "{\"x\": 1}"}"#;
    let actual = r#"{"policy": "{\"S\":[{\"password\":\"kanary\",\"A\":[\"a\",\"c\"]}]}", "same": "{\"x\":1}"}"#;
    let view = case(desired, actual, rules).view();
    check(&view);
    let json = view.to_json();
    assert!(!json.contains("kanary"), "{json}");
    assert_eq!(
        text(view.desired.as_ref()).lines().count(),
        text(view.actual.as_ref()).lines().count()
    );
    let lines: Vec<&str> =
        view.unified.lines().filter(|l| l.starts_with(['-', '+'])).skip(2).collect();
    assert_eq!(lines.len(), 2, "{}", view.unified);
    assert!(view.hunks.iter().all(|hunk| hunk.desired.is_some() != hunk.actual.is_some()));
}

#[test]
fn ordered_lists_keep_their_places() {
    for (desired, actual, changed) in [
        ("[1, 2, 3]", "[0, 1, 2, 3]", "+    0,"),
        ("[1, 2, 3]", "[1, 3]", "-    2,"),
        ("[1, 2]", "[2, 1]", "-    1,|-    2|+    2,|+    1"),
        ("[1, 2, 3]", "[1, 9, 3]", "-    2,|+    9,"),
        ("[1, 2]", "[1, 2, 3]", "-    2|+    2,|+    3"),
        ("[1]", "[]", "-    1"),
    ] {
        let list = |items: &str| format!(r#"{{"l": {items}}}"#);
        let view = case(&list(desired), &list(actual), "[]").view();
        check(&view);
        let lines: Vec<&str> =
            view.unified.lines().filter(|l| l.starts_with(['-', '+'])).skip(2).collect();
        let lines: Vec<&str> =
            lines.into_iter().filter(|line| !line.ends_with(['[', ']', '{', '}'])).collect();
        assert_eq!(lines.join("|"), changed, "{}", view.unified);
        let read = |side: Option<&ViewText>| -> serde_json::Value {
            serde_json::from_str(text(side)).unwrap()
        };
        assert_eq!(read(view.desired.as_ref())["l"].to_string(), desired.replace(' ', ""));
        assert_eq!(read(view.actual.as_ref())["l"].to_string(), actual.replace(' ', ""));
    }
}

#[test]
fn what_has_no_place_is_refused() {
    let case = case(r#"{"a": "xxxxxxxxxxxxxxxxxxxx"}"#, r#"{"a": "y"}"#, "[]");
    case.ask(|desired, actual, context, report| {
        let ask = |fingerprint: &str, max_bytes| {
            let options = ViewOptions { max_bytes, ..ViewOptions::default() };
            case.detector.diff_view(desired, actual, context, report, fingerprint, &options)
        };
        let finding = &report.findings[0];
        assert_eq!(ask("nothing", 1000).unwrap_err().code(), Code::Address);
        assert_eq!(ask(&finding.fingerprint, 20).unwrap_err().code(), Code::Limit);
        assert!(ask(&finding.changes[0].fingerprint, 1000).is_ok());
        let other = Snapshot::parse(b"[]", Format::Records).unwrap();
        let options = ViewOptions::default();
        let lost = case.detector.diff_view(
            &other,
            &other,
            context,
            report,
            &finding.fingerprint,
            &options,
        );
        assert_eq!(lost.unwrap_err().code(), Code::Address);
    });
}
