//! The JSON parser against JSONTestSuite.

use crate::common;

use drift_core::value::{Document, DuplicateKeys, ReadOptions};
use std::path::Path;

fn options() -> ReadOptions {
    ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() }
}

fn accepts(path: &Path) -> bool {
    let bytes = std::fs::read(path).unwrap();
    Document::parse_json(&bytes, &options()).is_ok()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// What the standard leaves open, and whether it is accepted here: numbers of any size, up to an
/// exponent of a million; no half surrogates, no encoding but UTF-8.
const DECIDED: &[(&str, bool)] = &[
    ("i_number_double_huge_neg_exp.json", true),
    ("i_number_huge_exp.json", false),
    ("i_number_neg_int_huge_exp.json", true),
    ("i_number_real_neg_overflow.json", true),
    ("i_number_real_pos_overflow.json", true),
    ("i_number_too_big_neg_int.json", true),
    ("i_number_too_big_pos_int.json", true),
    ("i_number_very_big_negative_int.json", true),
    ("i_object_key_lone_2nd_surrogate.json", false),
    ("i_string_1st_valid_surrogate_2nd_invalid.json", false),
    ("i_string_UTF-16LE_with_BOM.json", false),
    ("i_string_UTF-8_invalid_sequence.json", false),
    ("i_string_UTF8_surrogate_U+D800.json", false),
    ("i_string_incomplete_surrogate_and_escape_valid.json", false),
    ("i_string_incomplete_surrogate_pair.json", false),
    ("i_string_incomplete_surrogates_escape_valid.json", false),
    ("i_string_invalid_lonely_surrogate.json", false),
    ("i_string_lone_second_surrogate.json", false),
    ("i_string_not_in_unicode_range.json", false),
    ("i_string_overlong_sequence_6_bytes.json", false),
    ("i_string_overlong_sequence_6_bytes_null.json", false),
    ("i_string_truncated-utf-8.json", false),
    ("i_string_utf16BE_no_BOM.json", false),
    ("i_string_utf16LE_no_BOM.json", false),
    ("i_structure_500_nested_arrays.json", true),
];

#[test]
fn every_text_is_accepted_or_refused_as_the_suite_says() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let files = common::files(&corpus.join("suites/JSONTestSuite/test_parsing"), &["json"]);
    let (mut must, mut must_not, mut decided) = (0, 0, Vec::new());
    let mut wrong = Vec::new();
    for file in &files {
        let (name, accepted) = (name(file), accepts(file));
        match name.split_once('_').unwrap().0 {
            "y" => {
                must += 1;
                if !accepted {
                    wrong.push(name);
                }
            }
            "n" => {
                must_not += 1;
                if accepted {
                    wrong.push(name);
                }
            }
            _ => decided.push((name, accepted)),
        }
    }
    common::figure(
        "JSONTestSuite test_parsing",
        &[
            ("files", files.len()),
            ("to accept", must),
            ("to refuse", must_not),
            ("left open", decided.len()),
            ("wrong", wrong.len()),
        ],
    );
    assert!(wrong.is_empty(), "{wrong:?}");
    let decided: Vec<(&str, bool)> =
        decided.iter().map(|(name, accepted)| (name.as_str(), *accepted)).collect();
    assert_eq!(decided, DECIDED);
}

#[test]
fn texts_that_parsers_change_are_read_without_a_panic() {
    let Some(corpus) = common::corpus() else {
        return;
    };
    let files = common::files(&corpus.join("suites/JSONTestSuite/test_transform"), &["json"]);
    let accepted = files.iter().filter(|file| accepts(file)).count();
    common::figure(
        "JSONTestSuite test_transform",
        &[("files", files.len()), ("accepted", accepted)],
    );
    // The three that are refused hold surrogate escapes without their other half.
    assert_eq!(files.len() - accepted, 3);
}
