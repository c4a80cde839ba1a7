//! Deep documents: the whole pipeline at 64 levels, and a comparison as deep as the limits let it be, on
//! 2 MiB of stack in a debug build.

use super::*;

const SMALL: usize = 2 << 20;

fn limits(depth: usize) -> Limits {
    Limits { max_depth: depth, ..Limits::default() }
}

/// The whole way of a pair: reading, comparing in full, parts as JSON, explaining, writing.
fn pipeline(desired: &str, actual: &str, reference: &str, depth: usize, yaml: &str) {
    let read = ReadOptions { limits: limits(depth), ..ReadOptions::default() };
    let options = ParseOptions { format: Format::Records, read, ..ParseOptions::default() };
    let [desired, actual, reference] = [desired, actual, reference]
        .map(|text| Snapshot::parse_with(text.as_bytes(), &options).unwrap());
    let detector = Detector::builder()
        .packs(Packs::none())
        .limits(limits(depth))
        .rules(rules(yaml))
        .build()
        .unwrap();
    for detail in [Detail::Summary, Detail::Full] {
        for with_reference in [false, true] {
            let context = Context::at(at()).with_detail(detail);
            let context = if with_reference { context.with_reference(&reference) } else { context };
            let partial = detector.partial(&desired, &actual, &context);
            let partial = Partial::from_json(&partial.to_json()).unwrap();
            let report = finish(partial, at());
            assert!(report.to_json().len() > 100 && !report.semantic_json().is_empty());
            assert!(!report.to_text(true).is_empty() && !report.to_markdown().is_empty());
            assert!(!format!("{report:?}").is_empty());
            drift_core::Report::from_json(&report.to_json()).unwrap();
            let all = report.findings.iter().flat_map(|finding| &finding.changes);
            for change in all.chain(&report.undeclared).chain(&report.pending).take(2) {
                let reference = with_reference.then_some(&reference);
                let told = detector.explain(&desired, &actual, reference, "i", &change.path, at());
                assert!(!told.unwrap().to_json().is_empty());
            }
            let reference = with_reference.then_some(&reference);
            let told = detector.explain(&desired, &actual, reference, "i", "", at()).unwrap();
            assert!(!format!("{told} {told:?}").is_empty());
            for finding in &report.findings {
                rules(&finding.ignore_rule());
            }
        }
    }
}

fn on_a_stack(size: usize, test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(size).spawn(test).unwrap();
    thread.join().unwrap();
}

/// The records themselves are three containers: the list, the record, the attributes.
const FRAME: usize = 3;

fn nested(open: &str, close: &str, depth: usize, leaf: &str) -> String {
    record(&format!(r#"{{"a":{}{leaf}{}}}"#, open.repeat(depth), close.repeat(depth)))
}

const RULES: [&str; 7] = [
    "[]",
    "[{id: a, paths: ['$..*'], list: set}]",
    "[{id: a, paths: ['$..*'], list: {keyed: [k]}}]",
    "[{id: a, paths: ['$..*'], list: ordered}, {id: b, paths: ['$..*'], closed: true}]",
    "[{id: a, paths: ['$..*'], equal: json}, {id: b, paths: ['$..*'], secret: true}]",
    "[{id: a, paths: ['$..*'], severity: high, when: {actual: {exists: true}}}]",
    "[{id: a, match: {where: '$..x'}, paths: ['$..x..y'], ignore: true}]",
];

fn deep_documents(depth: usize) {
    for (open, close) in [("[", "]"), (r#"{"b":"#, "}"), (r#"[{"k":1,"c":"#, "}]")] {
        let fit = (depth - FRAME) / open.matches(['[', '{']).count();
        for rules in RULES {
            let rules = rules.to_owned();
            let [one, two, three] = ["1", "2", "3"].map(|leaf| nested(open, close, fit, leaf));
            let none = record(r#"{"b":1}"#);
            on_a_stack(SMALL, move || {
                pipeline(&one, &two, &three, depth, &rules);
                pipeline(&one, &one, &one, depth, &rules);
                pipeline(&one, &none, &two, depth, &rules);
                pipeline(&none, &one, &none, depth, &rules);
            });
        }
    }
}

#[test]
fn deep_documents_fit_a_small_stack() {
    deep_documents(64);
}

#[test]
fn the_highest_depth_is_compared() {
    let fit = Limits::MAX_DEPTH - FRAME;
    let [one, two] = ["1", "2"].map(|leaf| nested("[", "]", fit, leaf));
    on_a_stack(SMALL, move || {
        let [one, two] =
            [&one, &two].map(|t| Snapshot::parse(t.as_bytes(), Format::Records).unwrap());
        let detector = Detector::builder().build().unwrap();
        let report = detector.detect(&one, &two, &Context::at(at()));
        assert_eq!(report.findings[0].changes.len(), 1);
        assert!(report.to_json().len() > 1000);
    });
}

#[test]
fn one_level_more_is_refused() {
    for depth in [Limits::default().max_depth, 5] {
        let read = ReadOptions { limits: limits(depth), ..ReadOptions::default() };
        let options = ParseOptions { format: Format::Records, read, ..ParseOptions::default() };
        let text = nested("[", "]", depth - FRAME, "1");
        assert!(Snapshot::parse_with(text.as_bytes(), &options).is_ok());
        let text = nested("[", "]", depth - FRAME + 1, "1");
        let error = Snapshot::parse_with(text.as_bytes(), &options).unwrap_err();
        assert_eq!(error.code(), Code::Limit);
    }
    let text = "[".repeat(10_000_000);
    for format in [Format::Records, Format::Auto, Format::Kubernetes] {
        assert!(Snapshot::parse(text.as_bytes(), format).is_err());
    }
    let yaml = "- ".repeat(100_000);
    assert!(Snapshot::parse(yaml.as_bytes(), Format::Kubernetes).is_err());
}

/// Strings inside strings: each holds a document as deep as a document may be.
#[test]
fn documents_in_strings_stay_within_the_depth() {
    const JSON: &str = "[{id: a, paths: ['$..*'], equal: json}]";
    for levels in [1, 2, 4] {
        let text = |leaf: &str| {
            let mut text = leaf.to_owned();
            for _ in 0..levels {
                let deep = 40;
                let inner = format!("{}{text}{}", "[".repeat(deep), "]".repeat(deep));
                text = serde_json::to_string(&inner).unwrap();
            }
            record(&format!(r#"{{"a":{text}}}"#))
        };
        let (one, two) = (text("1"), text("2"));
        on_a_stack(SMALL, move || {
            pipeline(&one, &two, &one, Limits::MAX_DEPTH, JSON);
            pipeline(&one, &one, &one, Limits::MAX_DEPTH, JSON);
        });
    }
}
