//! Tests of shapes.

use super::*;
use crate::normalize::Rules;

fn shape(yaml: &str) -> Shape {
    let rules = Rules::from_yaml(yaml).unwrap();
    Shape::compile(rules.rules().to_vec())
}

fn at<'s>(shape: &'s Shape, path: &[&str]) -> Cursor<'s> {
    path.iter().fold(shape.root(), |cursor, name| match name.parse::<usize>() {
        Ok(index) => cursor.tree_element(index, &Tree::Null),
        Err(_) => cursor.field(name, false),
    })
}

#[test]
fn specific_paths_win_over_general_ones_and_later_rules_over_earlier_ones() {
    let shape = shape(
        "[{id: a, paths: ['$..x'], equal: number}, {id: b, paths: [/s/x], equal: quantity},
          {id: c, paths: [/s/*], equal: json}, {id: d, paths: ['/t/*'], equal: number},
          {id: e, paths: ['/t/*'], equal: json}]",
    );
    let rule = |path: &[&str]| {
        let cursor = at(&shape, path);
        let entry = cursor.facts().entry(FactKind::Equal)?;
        cursor.rule(entry).map(|rule| rule.id.clone())
    };
    assert_eq!(rule(&["s", "x"]).as_deref(), Some("b"));
    assert_eq!(rule(&["u", "v", "x"]).as_deref(), Some("a"));
    assert_eq!(rule(&["s", "y"]).as_deref(), Some("c"));
    assert_eq!(rule(&["t", "x"]).as_deref(), Some("e"), "an anchored path beats a floating one");
    assert_eq!(rule(&["t", "y"]).as_deref(), Some("e"));
    assert_eq!(rule(&["u"]), None);
}

#[test]
fn ignore_covers_descendants_until_it_is_reopened() {
    let shape =
        shape("[{id: a, paths: [/s], ignore: true}, {id: b, paths: [/s/t/u], ignore: false}]");
    assert!(at(&shape, &["s"]).ignored().is_some() && at(&shape, &["s"]).reopens());
    assert!(at(&shape, &["s", "t"]).ignored().is_some());
    assert!(at(&shape, &["s", "t", "u"]).ignored().is_none());
    assert!(at(&shape, &["s", "t", "u", "v"]).ignored().is_none());
    assert!(at(&shape, &["s", "w"]).ignored().is_some() && !at(&shape, &["s", "w"]).reopens());
}

#[test]
fn secrets_are_cleared_only_by_a_users_rule() {
    let shape = shape(
        "[{id: a, paths: [/s], secret: true}, {id: b, paths: [/s/t], secret: false, reason: public}]",
    );
    assert!(at(&shape, &["s", "u"]).is_hidden());
    assert!(!at(&shape, &["s", "t"]).is_hidden());
    assert!(at(&shape, &["x", "dbPassword"]).is_hidden());
    assert!(!at(&shape, &["x", "passwordRef"]).is_hidden());
}

#[test]
fn a_pointers_token_is_a_field_or_an_index() {
    let shape = shape("[{id: a, paths: [/s/0/x], ignore: true}]");
    assert!(at(&shape, &["s", "0", "x"]).ignored().is_some());
    assert!(at(&shape, &["s", "1", "x"]).ignored().is_none());
    let cursor = shape.root().field("s", false).field("0", false).field("x", false);
    assert!(cursor.ignored().is_some());
}
