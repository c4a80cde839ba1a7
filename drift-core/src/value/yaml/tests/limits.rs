//! Tests of the loader: limits, and texts made to exhaust it.

use crate::Limits;
use crate::value::YamlSchema::Kubectl;
use crate::value::{Document, ReadOptions};

fn limited(text: &str, limits: Limits) -> String {
    let options = ReadOptions { limits, ..ReadOptions::default() };
    match Document::parse_yaml(text.as_bytes(), Kubectl, &options) {
        Ok(document) => document.nodes.len().to_string(),
        Err(error) => error.code().to_string(),
    }
}

#[test]
fn aliases_and_depth_have_their_limits() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let list = vec![format!("*a{}", i - 1); 10].join(", ");
        laughs += &format!("a{i}: &a{i} [{list}]\n");
    }
    assert_eq!(limited(&laughs, Limits::default()), "DRIFT_LIMIT");
    let merged = "a: &a {x: 1, y: 2}\nb: {<<: [*a, *a, *a]}";
    let none = Limits { max_alias_ratio: 0, ..Limits::default() };
    assert_ne!(limited(merged, none.clone()), "DRIFT_LIMIT");
    // Merging counts, even where nothing comes of it.
    let many = format!("a: &a {{{}}}\nb: {{<<: [{}]}}", "k, ".repeat(0), "*a, ".repeat(200_000));
    assert_eq!(limited(&many, none), "DRIFT_LIMIT");
    let shallow = Limits { max_depth: 4, ..Limits::default() };
    assert_eq!(limited("[[[[1]]]]", shallow.clone()), "5");
    assert_eq!(limited("- - - - - 1", shallow.clone()), "DRIFT_LIMIT");
    assert_eq!(limited("[&a [[1]], [*a]]", shallow.clone()), "8");
    assert_eq!(limited("[&a [[1]], [[*a]]]", shallow), "DRIFT_LIMIT");
    let few = Limits { max_nodes: 3, ..Limits::default() };
    assert_eq!(limited("- 1\n- 2\n- 3", few), "DRIFT_LIMIT");
}

#[test]
fn hostile_texts_end_soon_in_an_error_or_a_value() {
    let deep =
        |open: &str, close: &str, n: usize| format!("a: {}1{}", open.repeat(n), close.repeat(n));
    assert_eq!(limited(&format!("{}1", "- ".repeat(100_000)), Limits::default()), "DRIFT_LIMIT");
    assert_eq!(limited(&deep("[", "]", 300), Limits::default()), "DRIFT_LIMIT");
    assert_eq!(limited(&deep("{a: ", "}", 300), Limits::default()), "DRIFT_LIMIT");
    assert_eq!(limited(&deep("[", "", 100_000), Limits::default()), "DRIFT_LIMIT");
    assert_eq!(limited(&deep("[", "]", 250), Limits::default()), "253");
    assert_eq!(limited(&"? ".repeat(100_000), Limits::default()), "DRIFT_PARSE");
    assert_eq!(limited(&"!".repeat(100_000), Limits::default()), "DRIFT_PARSE");
    assert_eq!(limited(&"a: 'x\n".repeat(50_000), Limits::default()), "DRIFT_PARSE");
    assert_eq!(limited(&"a: [\n".repeat(50_000), Limits::default()), "DRIFT_LIMIT");
    for large in [
        format!("a: {}", "x".repeat(5_000_000)),
        format!("a: '{}'", "é ".repeat(1_000_000)),
        format!("a: |\n{}", "  line\n".repeat(500_000)),
        format!("a: {}", "9".repeat(5_000_000)),
        "- a\n".repeat(200_000),
        "- {k: v, é: [1]}\n".repeat(50_000),
        format!("[{}]", "a, ".repeat(200_000)),
        format!("{{a: [\n{}]}}", "- x\n,".repeat(0) + &"a,\n".repeat(200_000)),
        (0..50_000).map(|i| format!("- &a{i} k\n- *a{i}\n")).collect(),
        (0..50_000).map(|i| format!("k{i}: [\n]\n")).collect(),
        (0..50_000).map(|i| format!("ü{i}: 'x\ny'\n")).collect(),
        "---\n- a\n".repeat(50_000),
        "\n".repeat(1_000_000),
        "# c\n".repeat(500_000),
    ] {
        let nodes: usize = limited(&large, Limits::default()).parse().unwrap();
        assert!(nodes > 1 || large.trim_end().is_empty() || large.starts_with('#'));
    }
}
