//! Tests of the loader: where nodes stand in the text.

use super::{document, read};
use crate::value::YamlSchema::{self, Cfn, Core, Kubectl};
use crate::value::{Tree, Value};

/// Every node's part of the text, put where it stood, reads as the node.
fn check_spans(text: &str, schema: YamlSchema) {
    let document = document(text, schema).unwrap();
    for root in document.roots() {
        check_span(text, root, schema);
    }
}

fn check_span(text: &str, value: Value<'_>, schema: YamlSchema) {
    let span = value.span();
    let mark = text.starts_with('\u{feff}') && value.position().line == 1;
    let indent = " ".repeat(value.position().column - 1 - usize::from(mark));
    let part = text.get(span).unwrap();
    let found = read(&format!("{indent}{part}"), schema);
    let expected = Tree::of(value).to_string();
    if found.is_empty() {
        assert_eq!(expected, "null", "{part:?} in {text:?}");
    } else {
        assert_eq!(found, expected, "{part:?} in {text:?}");
    }
    for item in value.items() {
        check_span(text, item, schema);
    }
    for (_, field) in value.fields() {
        check_span(text, field, schema);
    }
}

#[test]
fn what_a_span_holds_reads_as_its_node() {
    for text in [
        "a: 1\nb: 'x'  # c\nc: \"é\\n\"   \n",
        "a: [1, 'b' , \"c\" ]  # c\nb: { x: y , z }  \n",
        "- - a\n  - b\n-\n  - c\n- d: e\n  f:\n  - g\n  - - h\n",
        "a:\n- x\n# c\n- y\n\n\nb:\n  c: d\n\n\n# end\ne: f\n",
        "é: ü\nü: [é, ö]\nö:\n- ä: 'ß'\n",
        "a: |\n  x\n   y  \n\n# c\nb: >-\n\n  z\n  z\n\nc: |+\n  k\n\n\nd: 1\n",
        "- |\n x\n-  # c\n  >\n  y\n- !!str |2\n   z\n- |-\n",
        "a:\nb: ~\nc: !!str\nd: &x\ne:\n",
        "-\n- # c\n-   \n- a\n",
        "[a: b, ? c, {d: }, \"e\": f]\n",
        "a: plain\n  over lines\nb: 'quoted\n  over\n\n  lines'\nc: d\n",
        "--- !!map\na: !!str 1\nb: !!seq\n- !!int '2'\nc: !!str 'x'\n",
        "a: &x !!str 1\nb: !!str &y\n  2\nc: &z\n  d: 1\n",
        "%YAML 1.2\n--- |\n  a|b\n...\n--- >\n  x\n",
        "? a\n: - b\n? c\n",
        "a: {b: [\n  1,\n  2 ]\n  }\nc: 1\n",
        "a:\n- {}\n- {b: [c,], d: 'e',  # f\n  }\n- [g,h,]\nb:\n- - []\n",
        "|+\n  x\n\n",
        "args: [\n  1,\n]\nb:\n  c: \"é\n  d\"\n  e: {\n}\nf: g\n",
        "a: 0x1F\nb: +1\nc: .5\nd: 1.50\n",
        "\u{feff}a: b\nc: [d]\r\ne: |\r\n  x\r\n  y\r\nf: 'g'\r\n",
        "a:\n  # - no\n  - b # - no\n  -\n  # - no\nc: #d\n- e\n",
    ] {
        check_spans(text, Core);
        check_spans(text, Kubectl);
    }
    check_spans("a: !Ref X\nc: !If [x, !Ref y, {z: 1}]\nd: !Sub |\n  x\n", Cfn);
}

#[test]
fn spans_of_keys_and_aliases() {
    let text = "a: &x [1]\nb: *x\n";
    let document = document(text, Core).unwrap();
    let copy = document.root().get("b").unwrap();
    assert_eq!(text.get(copy.span()), Some("*x"));
    assert_eq!(text.get(copy.at(0).unwrap().span()), Some("1"));
    let root = document.root();
    let keys: Vec<_> = root.fields().map(|(_, value)| document.value(value.id() - 1)).collect();
    assert_eq!(keys.iter().map(|key| key.span().start).collect::<Vec<_>>(), [0, 10]);
}

#[test]
fn plain_text_is_not_copied() {
    let text = "key: value\n'k': \"quoted\"\nnumber: 12\nlist: [a, 1.5]\n";
    assert_eq!(document(text, Core).unwrap().owned, "");
    assert_eq!(document(text, Kubectl).unwrap().owned, "");
}

#[test]
fn lines_too_far_out_in_brackets_and_quotes_are_read() {
    for (text, expected) in [
        ("a:\n  b: [\n    1,\n  ]\n  c: 2", r#"{"a":{"b":[1],"c":2}}"#),
        ("a: [\n1,\n2\n]\nb: 3", r#"{"a":[1,2],"b":3}"#),
        ("- a: {\n  x: 1\n  }\n- 2", r#"[{"a":{"x":1}},2]"#),
        ("a: 'x\ny'\nb: \"c\nd\\\ne\"", r#"{"a":"x y","b":"c de"}"#),
        ("a: {\n\tb: 1\n}", r#"{"a":{"b":1}}"#),
        ("t: |\n  [\n  x: '\n]k: [\n]", "DRIFT_PARSE 4:1"),
        ("é: 'ü\nö'\nx: [\n]\ny: z: 1", "DRIFT_PARSE 5:5"),
        ("a: it's [\nb: [\n]\nc: 'd", "DRIFT_PARSE 4:4"),
        ("a: [\n# it's\n'x', don't\n]\n", r#"{"a":["x","don't"]}"#),
    ] {
        assert_eq!(read(text, Core), expected, "{text}");
    }
}
