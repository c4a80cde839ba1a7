//! The YAML loader against yaml-test-suite, under the core schema.

use crate::common;

use drift_core::value::{Document, ReadOptions, Tree, Value, YamlSchema};
use std::collections::BTreeMap;
use std::path::Path;

/// A case whose outcome is not the suite's, on purpose or by a fault of the parser underneath.
enum Why {
    Design(&'static str),
    Parser(&'static str),
}
use Why::{Design, Parser};

const COMPLEX_KEY: &str = "a map or a list as a key has no form in JSON and is refused";
const TAG: &str = "a tag without a meaning to the schema is refused, not dropped";
const INDENT: &str = "a line that stands too far out in brackets or quotes is read as libyaml does";
const EMPTY: &str = "a document with nothing in it is left out, not read as null";
const DIRECTIVE: &str = "a `%YAML` directive with a second version is refused; the suite itself \
                         marks the case as one to skip";

const DIFFERENT: &[(&str, Why)] = &[
    ("4FJ6", Design(COMPLEX_KEY)),
    ("5TYM", Design(TAG)),
    ("6BFJ", Design(COMPLEX_KEY)),
    ("6CK3", Design(TAG)),
    ("6PBE", Design(COMPLEX_KEY)),
    ("6WLZ", Design(TAG)),
    ("9C9N", Design(INDENT)),
    ("9DXL", Design(EMPTY)),
    ("9MMW", Design(COMPLEX_KEY)),
    ("9WXW", Design(TAG)),
    ("C4HZ", Design(TAG)),
    ("CC74", Design(TAG)),
    ("CUP7", Design(TAG)),
    ("DK95/01", Design(INDENT)),
    ("DK95/07", Design(EMPTY)),
    ("M2N8/00", Design(COMPLEX_KEY)),
    ("M2N8/01", Design(COMPLEX_KEY)),
    ("M5DY", Design(COMPLEX_KEY)),
    ("MUS6/02", Design(EMPTY)),
    ("PUW8", Design(EMPTY)),
    ("Q9WF", Design(COMPLEX_KEY)),
    ("QB6E", Design(INDENT)),
    ("RZP5", Design(COMPLEX_KEY)),
    ("SBG9", Design(COMPLEX_KEY)),
    ("UGM3", Design(TAG)),
    ("UT92", Design(EMPTY)),
    ("V9D5", Design(COMPLEX_KEY)),
    ("W4TN", Design(EMPTY)),
    ("X38W", Design(COMPLEX_KEY)),
    ("XW4D", Design(COMPLEX_KEY)),
    ("Y79Y/03", Design(INDENT)),
    ("Z67P", Design(TAG)),
    ("ZYU8/00", Design(EMPTY)),
    ("ZYU8/02", Parser(DIRECTIVE)),
];

/// The text of a case, whose invisible characters the suite writes visibly.
fn visible(text: &str) -> String {
    let text = text.replace('␣', " ").replace('»', "\t").replace('—', "");
    let text = text.replace('↵', "").replace('←', "\r").replace('⇔', "\u{feff}");
    match text.strip_suffix("∎\n") {
        Some(text) => text.to_owned(),
        None => text,
    }
}

fn trees(document: &Document<'_>) -> Vec<Tree> {
    document.roots().map(Tree::of).collect()
}

/// What is wrong with the outcome of a case, if anything.
fn outcome(case: Value<'_>) -> Option<String> {
    let text = visible(case.str_field("yaml").unwrap());
    let options = ReadOptions::default();
    let result = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options);
    let must_fail = case.get("fail").and_then(Value::as_bool).unwrap_or(false);
    match (result, must_fail) {
        (Err(_), true) => None,
        (Ok(_), true) => Some("accepted and must not be".to_owned()),
        (Err(error), false) => Some(format!("refused: {error}")),
        (Ok(document), false) => {
            let json = case.str_field("json")?;
            let expected = Document::parse_json_stream(json.as_bytes(), &options).unwrap();
            let (expected, found) = (trees(&expected), trees(&document));
            (expected != found).then(|| format!("read as {found:?}, not as {expected:?}"))
        }
    }
}

fn cases(file: &Path) -> Vec<(String, Option<String>)> {
    let bytes = std::fs::read(file).unwrap();
    let options = ReadOptions::default();
    let document = Document::parse_yaml(&bytes, YamlSchema::Core, &options).unwrap();
    let stem = file.file_stem().unwrap().to_str().unwrap();
    let several = document.root().len() > 1;
    let cases = document.root().items().enumerate();
    cases
        .map(|(index, case)| {
            let id = if several { format!("{stem}/{index:02}") } else { stem.to_owned() };
            (id, outcome(case))
        })
        .collect()
}

#[test]
fn every_case_is_read_as_the_suite_says_or_is_explained() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let files = common::files(&corpus.join("suites/yaml-test-suite/src"), &["yaml"]);
    let cases: Vec<_> = files.iter().flat_map(|file| cases(file)).collect();
    let different: BTreeMap<&str, &str> =
        cases.iter().filter_map(|(id, outcome)| Some((id.as_str(), outcome.as_deref()?))).collect();
    let by_design = DIFFERENT.iter().filter(|(_, why)| matches!(why, Design(_)));
    let (by_design, explained) = (by_design.count(), DIFFERENT.len());
    common::figure(
        "yaml-test-suite",
        &[
            ("cases", cases.len()),
            ("agreed", cases.len() - different.len()),
            ("different by design", by_design),
            ("faults of the parser", explained - by_design),
        ],
    );
    let mut unexplained = Vec::new();
    for (id, outcome) in &different {
        if !DIFFERENT.iter().any(|(known, _)| known == id) {
            unexplained.push(format!("{id}: {outcome}"));
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    for (id, Design(reason) | Parser(reason)) in DIFFERENT {
        assert!(different.contains_key(id), "{id} is read as the suite says: {reason}");
    }
}
