//! Strategic merge patches: what a patch would change is what differs.
//!
//! The objects are of one Go type; its merge strategies become rules. Lists that merge keep what
//! others added, so they are `open`; a map that is replaced, or retains the keys of the patch
//! alone, is `closed`.

use super::cases::{Tally, changes, compare, is_modified, load, value};
use serde_json::{Value, json};

/// Why a case of another order disagrees.
const ORDER: &str = "the lists differ in their order alone, and they are matched by key or value";

/// The merge strategies. Two-way, whatever desired leaves out is to go.
fn rules(three_way: bool) -> Value {
    let mut rules = vec![
        json!({"id": "merging", "paths": ["$..mergingList", "$..mergeItemPtr", "$..retainKeysMergingList"],
            "list": {"keyed": ["name"]}, "open": three_way}),
        json!({"id": "scalars", "paths": ["$..mergingIntList"], "list": "set", "open": three_way}),
        json!({"id": "replaced", "paths": ["$..nonMergingList", "$..nonMergingIntList"], "list": "ordered"}),
        json!({"id": "whole", "paths": ["$..replacingItem", "$..retainKeysMap", "$..retainKeysMergingList.*"], "closed": true}),
        json!({"id": "null", "paths": ["$..*"], "empty_is_absent": [null]}),
    ];
    if !three_way {
        rules.push(json!({"id": "all", "paths": ["$..*"], "undeclared": "drift"}));
    }
    Value::Array(rules)
}

/// A document of a case, `{}` where there is none.
fn object<'c>(case: &'c Value, name: &str) -> Option<&'c Value> {
    case.get(name).map(value)
}

/// original → modified: they differ where the patch says something.
fn two_way(tally: &mut Tally, id: &str, original: &Value, modified: &Value, patched: bool) {
    let report = compare(&rules(false), modified, original, None);
    tally.settle(id, is_modified(&report) == patched, || {
        format!(
            "two-way: {original} to {modified}: expected {patched}, found: {}",
            changes(&report)
        )
    });
}

/// original, modified, current: something differs where the result is not current.
fn three_way(
    tally: &mut Tally,
    id: &str,
    [original, modified, current]: [&Value; 3],
    result: &Value,
) {
    let report = compare(&rules(true), modified, current, Some(original));
    let expected = result != current;
    tally.settle(id, is_modified(&report) == expected, || {
        format!("three-way: {original} to {modified}, now {current}: expected {expected} ({result}), found: {}", changes(&report))
    });
}

/// Both directions of the cases of one file, whose fields have these names.
fn both(name: &'static str, [patch, result]: [&str; 2], by_design: &[(&str, &str)]) {
    let Some(cases) = load(&format!("{name}.json")) else { return };
    let mut tally = Tally::new(name);
    let empty = json!({});
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let side = |name: &str| object(case, name).unwrap_or(&empty);
        let (original, modified, current) = (side("original"), side("modified"), side("current"));
        let patched = side(patch) != &empty;
        two_way(&mut tally, &format!("{id} two-way"), original, modified, patched);
        three_way(
            &mut tally,
            &format!("{id} three-way"),
            [original, modified, current],
            side(result),
        );
    }
    tally.finish(by_design);
}

#[test]
fn create() {
    both("strategicpatch_create", ["twoWay", "result"], &[]);
}

#[test]
fn three_way_raw() {
    both(
        "strategicpatch_three_way_raw",
        ["twoWay", "result"],
        &[
            ("strategicpatch_three_way_raw-044 three-way", ORDER),
            ("strategicpatch_three_way_raw-044 two-way", ORDER),
            ("strategicpatch_three_way_raw-046 three-way", ORDER),
            ("strategicpatch_three_way_raw-046 two-way", ORDER),
            ("strategicpatch_three_way_raw-047 three-way", ORDER),
            ("strategicpatch_three_way_raw-047 two-way", ORDER),
            ("strategicpatch_three_way_raw-054 three-way", ORDER),
            ("strategicpatch_three_way_raw-054 two-way", ORDER),
            ("strategicpatch_three_way_raw-056 three-way", ORDER),
            ("strategicpatch_three_way_raw-056 two-way", ORDER),
            ("strategicpatch_three_way_raw-057 three-way", ORDER),
            ("strategicpatch_three_way_raw-057 two-way", ORDER),
        ],
    );
}

#[test]
fn replace_raw_extension() {
    both("strategicpatch_replace_raw_extension", ["twoWay", "result"], &[]);
}

#[test]
fn unknown_field() {
    both("strategicpatch_unknown_field", ["expectedTwoWay", "expectedThreeWayResult"], &[]);
}

#[test]
fn number_conversion() {
    let name = "strategicpatch_number_conversion";
    let Some(cases) = load(&format!("{name}.json")) else { return };
    let mut tally = Tally::new(name);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let patched = value(&case["expectedPatch"]) != &json!({});
        two_way(&mut tally, id, value(&case["old"]), value(&case["new"]), patched);
    }
    tally.finish(&[]);
}

/// Patches written by hand: original and what the patch makes of it differ where they differ.
fn custom(name: &'static str, by_design: &[(&str, &str)]) {
    let Some(cases) = load(&format!("{name}.json")) else { return };
    let mut tally = Tally::new(name);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        match (object(case, "original"), object(case, "modified")) {
            (Some(original), Some(modified)) => {
                two_way(&mut tally, id, original, modified, original != modified);
            }
            (None, Some(modified)) => {
                two_way(&mut tally, id, &json!({}), modified, modified != &json!({}))
            }
            _ => tally.skip("a patch that cannot be applied: there are no two objects"),
        }
    }
    tally.finish(by_design);
}

#[test]
fn custom_patches() {
    let by_design = [("strategicpatch_custom-016", ORDER), ("strategicpatch_custom-017", ORDER)];
    custom("strategicpatch_custom", &by_design);
    custom("strategicpatch_custom_raw", &[("strategicpatch_custom_raw-001", ORDER)]);
}

#[test]
fn sorted_lists_are_equal() {
    let name = "strategicpatch_sort_merge_lists";
    let Some(cases) = load(&format!("{name}.json")) else { return };
    let mut tally = Tally::new(name);
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        two_way(&mut tally, id, value(&case["original"]), value(&case["expected_sorted"]), false);
    }
    tally.finish(&[]);
}
