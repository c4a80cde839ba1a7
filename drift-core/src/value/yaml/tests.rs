//! Tests of the loader: scalars, tags, merge keys, aliases and errors.

mod limits;
mod spans;

use super::YamlSchema::{self, Cfn, Core, Kubectl};
use crate::error::Code;
use crate::value::{Document, DuplicateKeys, ReadOptions, Tree};
use crate::{Error, Limits};

fn document(text: &str, schema: YamlSchema) -> Result<Document<'_>, Error> {
    Document::parse_yaml(text.as_bytes(), schema, &ReadOptions::default())
}

/// The documents of `text` as JSON, or the code of the error and its place.
fn read(text: &str, schema: YamlSchema) -> String {
    match document(text, schema) {
        Ok(document) => {
            let trees: Vec<String> = document.roots().map(|r| Tree::of(r).to_string()).collect();
            trees.join(" ")
        }
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &Error) -> String {
    let message = error.message();
    assert!(!message.ends_with('.'), "{message}");
    assert!(!message.starts_with(char::is_uppercase), "{message}");
    match error.position() {
        Some(at) => format!("{} {}:{}", error.code(), at.line, at.column),
        None => error.code().to_string(),
    }
}

/// What a scalar is under `kubectl` (as version 1.32 prints it, but for digits that it loses)
/// and under the core schema.
const SCALARS: &[(&str, &str, &str)] = &[
    ("yes", "true", "\"yes\""),
    ("Yes", "true", "\"Yes\""),
    ("YES", "true", "\"YES\""),
    ("yEs", "\"yEs\"", "\"yEs\""),
    ("on", "true", "\"on\""),
    ("On", "true", "\"On\""),
    ("ON", "true", "\"ON\""),
    ("oN", "\"oN\"", "\"oN\""),
    ("y", "true", "\"y\""),
    ("Y", "true", "\"Y\""),
    ("n", "false", "\"n\""),
    ("N", "false", "\"N\""),
    ("no", "false", "\"no\""),
    ("NO", "false", "\"NO\""),
    ("off", "false", "\"off\""),
    ("Off", "false", "\"Off\""),
    ("true", "true", "true"),
    ("True", "true", "true"),
    ("TRUE", "true", "true"),
    ("tRUE", "\"tRUE\"", "\"tRUE\""),
    ("False", "false", "false"),
    ("~", "null", "null"),
    ("", "null", "null"),
    ("null", "null", "null"),
    ("Null", "null", "null"),
    ("NULL", "null", "null"),
    ("nULL", "\"nULL\"", "\"nULL\""),
    ("'1'", "\"1\"", "\"1\""),
    ("\"yes\"", "\"yes\"", "\"yes\""),
    ("''", "\"\"", "\"\""),
    ("12", "12", "12"),
    ("+12", "12", "12"),
    ("-12", "-12", "-12"),
    ("010", "8", "10"),
    ("-010", "-8", "-10"),
    ("08", "8", "8"),
    ("0778", "778", "778"),
    ("0o10", "8", "8"),
    ("0O10", "8", "\"0O10\""),
    ("-0o7", "-7", "\"-0o7\""),
    ("0o8", "\"0o8\"", "\"0o8\""),
    ("0x1F", "31", "31"),
    ("0X1f", "31", "\"0X1f\""),
    ("+0x1F", "31", "\"+0x1F\""),
    ("0x", "\"0x\"", "\"0x\""),
    ("0b101", "5", "\"0b101\""),
    ("-0b101", "-5", "\"-0b101\""),
    ("0b12", "\"0b12\"", "\"0b12\""),
    ("1_000", "1000", "\"1_000\""),
    ("1__0", "10", "\"1__0\""),
    ("1_", "1", "\"1_\""),
    ("_1", "\"_1\"", "\"_1\""),
    ("0x_1", "1", "\"0x_1\""),
    ("1_000.5", "1000.5", "\"1_000.5\""),
    (".5", "0.5", "0.5"),
    ("-.5", "-0.5", "-0.5"),
    (".5_0", "0.5", "\".5_0\""),
    (".5_", "\".5_\"", "\".5_\""),
    ("._5", "\"._5\"", "\"._5\""),
    ("1.", "1", "1"),
    ("1.e3", "1000", "1000"),
    ("1e3", "1000", "1000"),
    ("1E+3", "1000", "1000"),
    ("12e03", "12000", "12000"),
    ("1e", "\"1e\"", "\"1e\""),
    ("1.5.2", "\"1.5.2\"", "\"1.5.2\""),
    (".", "\".\"", "\".\""),
    (".e3", "\".e3\"", "\".e3\""),
    ("+", "\"+\"", "\"+\""),
    ("-0", "0", "0"),
    ("1e999", "\"1e999\"", "1e+999"),
    ("1e-400", "1e-400", "1e-400"),
    ("18446744073709551616", "18446744073709551616", "18446744073709551616"),
    ("0xFFFFFFFFFFFFFFFF", "18446744073709551615", "18446744073709551615"),
    ("0x1FFFFFFFFFFFFFFFF", "\"0x1FFFFFFFFFFFFFFFF\"", "36893488147419103231"),
    ("-0x8000000000000000", "-9223372036854775808", "\"-0x8000000000000000\""),
    ("+0x8000000000000000", "\"+0x8000000000000000\"", "\"+0x8000000000000000\""),
    ("02000000000000000000000", "2e+21", "2e+21"),
    ("12:30:45", "\"12:30:45\"", "\"12:30:45\""),
    ("2026-01-02", "\"2026-01-02\"", "\"2026-01-02\""),
    ("2026-01-02T03:04:05Z", "\"2026-01-02T03:04:05Z\"", "\"2026-01-02T03:04:05Z\""),
    ("<<", "\"<<\"", "\"<<\""),
    ("=", "\"=\"", "\"=\""),
    (".inf", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("-.INF", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    (".NaN", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    (".nAN", "\".nAN\"", "\".nAN\""),
    ("!!str 123", "\"123\"", "\"123\""),
    ("!!str", "\"\"", "\"\""),
    ("!!str ~", "\"~\"", "\"~\""),
    ("!!str .inf", "\".inf\"", "\".inf\""),
    ("! 12", "\"12\"", "\"12\""),
    ("!!int \"1\"", "1", "1"),
    ("!!int 1_0", "10", "DRIFT_PARSE 1:4"),
    ("!!int 1.5", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!int", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!float 1", "1", "1"),
    ("!!float '1.5'", "1.5", "1.5"),
    ("!!float 010", "8", "10"),
    ("!!float x", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!bool \"yes\"", "true", "DRIFT_PARSE 1:4"),
    ("!!bool 'true'", "true", "true"),
    ("!!bool 1", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!null ''", "null", "null"),
    ("!!null x", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!binary aGVsbG8=", "\"hello\"", "\"aGVsbG8=\""),
    ("!!binary \"/w==\"", "\"\u{fffd}\"", "\"/w==\""),
    ("!!binary 8J+Y", "\"\u{fffd}\u{fffd}\u{fffd}\"", "\"8J+Y\""),
    ("!!binary aGVsbG8", "DRIFT_PARSE 1:4", "\"aGVsbG8\""),
    ("!!binary a===", "DRIFT_PARSE 1:4", "\"a===\""),
    ("!!timestamp 2026-01-01", "\"2026-01-01\"", "\"2026-01-01\""),
    ("!!new 12", "\"12\"", "DRIFT_PARSE 1:4"),
    ("!own 12", "DRIFT_PARSE 1:4", "DRIFT_PARSE 1:4"),
    ("!!set {a, b}", "{\"a\":null,\"b\":null}", "{\"a\":null,\"b\":null}"),
    ("!!omap [a: 1]", "[{\"a\":1}]", "[{\"a\":1}]"),
    ("!!map [a]", "[\"a\"]", "DRIFT_PARSE 1:4"),
    ("!!str [a]", "[\"a\"]", "DRIFT_PARSE 1:4"),
];

/// Where templates are read otherwise than by the core schema.
const CFN: &[(&str, &str)] = &[
    ("yes", "true"),
    ("Yes", "true"),
    ("YES", "true"),
    ("on", "true"),
    ("On", "true"),
    ("ON", "true"),
    ("no", "false"),
    ("NO", "false"),
    ("off", "false"),
    ("Off", "false"),
    ("010", "8"),
    ("-010", "-8"),
    ("08", "\"08\""),
    ("0778", "\"0778\""),
    ("0o10", "\"0o10\""),
    ("+0x1F", "31"),
    ("0b101", "5"),
    ("-0b101", "-5"),
    ("1_000", "1000"),
    ("1__0", "10"),
    ("1_", "1"),
    ("0x_1", "1"),
    ("1_000.5", "1000.5"),
    ("-0x8000000000000000", "-9223372036854775808"),
    ("+0x8000000000000000", "9223372036854775808"),
    ("02000000000000000000000", "18446744073709551616"),
    ("!!int 1_0", "10"),
    ("!!float 010", "8"),
    ("!!bool \"yes\"", "true"),
];

#[test]
fn scalars_are_what_the_schema_says() {
    for (text, kubectl, core) in SCALARS {
        let text = format!("x: {text}");
        let expected = |value: &str| match value.strip_prefix("DRIFT") {
            Some(_) => value.to_owned(),
            None => format!("{{\"x\":{value}}}"),
        };
        assert_eq!(read(&text, Kubectl), expected(kubectl), "{text}");
        assert_eq!(read(&text, Core), expected(core), "{text}");
        if !text.contains("!own") {
            let known = CFN.iter().find(|(known, _)| text.strip_prefix("x: ") == Some(*known));
            let cfn = known.map_or(core, |(_, value)| value);
            assert_eq!(read(&text, Cfn), expected(cfn), "{text}");
        }
    }
}

#[test]
fn keys_are_strings() {
    for (key, kubectl, core) in [
        ("1", "1", "1"),
        ("true", "true", "true"),
        ("y", "true", "y"),
        ("off", "false", "off"),
        ("'y'", "y", "y"),
        ("010", "8", "010"),
        ("1_0", "10", "1_0"),
        ("-0", "0", "-0"),
        ("1.50", "1.5", "1.50"),
        ("1e3", "1000", "1e3"),
        ("1e6", "1e+06", "1e6"),
        ("1234567.5", "1.2345675e+06", "1234567.5"),
        ("16777217.0", "1.6777216e+07", "16777217.0"),
        ("999999.0", "999999", "999999.0"),
        ("0.0001", "0.0001", "0.0001"),
        ("0.00001", "1e-05", "0.00001"),
        ("1e300", ".inf", "1e300"),
        ("-.inf", "-.inf", "-.inf"),
        (".nan", ".nan", ".nan"),
        ("2026-01-01", "2026-01-01", "2026-01-01"),
        ("!!str 010", "010", "010"),
    ] {
        let text = format!("{{{key}: 1}}");
        assert_eq!(read(&text, Kubectl), format!("{{\"{kubectl}\":1}}"));
        assert_eq!(read(&text, Core), format!("{{\"{core}\":1}}"));
    }
    assert_eq!(read("~: 1", Kubectl), "DRIFT_PARSE 1:1");
    assert_eq!(read("~: 1", Core), "{\"~\":1}");
    assert_eq!(read(": 1", Core), "{\"\":1}");
    assert_eq!(read("1: a\n'1': b", Kubectl), "DRIFT_DUPLICATE_FIELD 2:1");
    for schema in [Core, Kubectl, Cfn] {
        assert_eq!(read("a: 1\n? {b: c}\n: 2", schema), "DRIFT_PARSE 2:3");
        assert_eq!(read("[a]: 1", schema), "DRIFT_PARSE 1:1");
    }
}

#[test]
fn merge_keys_are_applied_in_order() {
    let base = "b: &b {a: 1, c: 2}\n";
    for (text, expected) in [
        ("{<<: *b, a: 9}", r#"{"a":9,"c":2}"#),
        // As `kubectl` does it: what is merged behind a field replaces it.
        ("{a: 9, <<: *b}", r#"{"a":1,"c":2}"#),
        ("{<<: [*b, {c: 7, d: 8}]}", r#"{"a":1,"c":2,"d":8}"#),
        ("{<<: *b, <<: {a: 3, k: 2}}", r#"{"a":3,"c":2,"k":2}"#),
        ("{<<: {<<: *b, c: 3}}", r#"{"a":1,"c":3}"#),
        ("{<<: []}", "{}"),
        ("{!!merge <<: *b}", r#"{"a":1,"c":2}"#),
        ("{\"<<\": 1}", r#"{"<<":1}"#),
        (
            "{<<: *b, x: &x {<<: *b, e: 1}, z: *x}",
            r#"{"a":1,"c":2,"x":{"a":1,"c":2,"e":1},"z":{"a":1,"c":2,"e":1}}"#,
        ),
    ] {
        let found = read(&format!("{base}x: {text}"), Kubectl);
        assert_eq!(found, format!(r#"{{"b":{{"a":1,"c":2}},"x":{expected}}}"#), "{text}");
    }
    for text in ["{<<: 1}", "{<<: }", "{<<: [1]}", "{<<: [[*b]]}", "{<<: [*s]}", "{<<: *s}"] {
        let found = read(&format!("{base}s: &s x\nx: {text}"), Kubectl);
        assert!(found.starts_with("DRIFT_PARSE 3:"), "{text}: {found}");
    }
    let twice = read(&format!("{base}x: {{a: 1, <<: *b, a: 2}}"), Kubectl);
    assert_eq!(twice, "DRIFT_DUPLICATE_FIELD 2:19");
    let core = read(&format!("{base}x: {{<<: *b}}"), Core);
    assert_eq!(core, r#"{"b":{"a":1,"c":2},"x":{"<<":{"a":1,"c":2}}}"#);
    let text = format!("{base}x: {{<<: *b, a: 9}}");
    let document = document(&text, Kubectl).unwrap();
    assert_eq!(document.root().get("x").unwrap().len(), 2);
}

#[test]
fn short_tags_are_functions() {
    for (text, expected) in [
        ("!Ref X", r#"{"Ref":"X"}"#),
        ("!Condition X", r#"{"Condition":"X"}"#),
        ("!GetAtt A.B.C", r#"{"Fn::GetAtt":["A","B.C"]}"#),
        ("!GetAtt 'A.B'", r#"{"Fn::GetAtt":["A","B"]}"#),
        ("!GetAtt \"A\\x2eB\"", r#"{"Fn::GetAtt":["A","B"]}"#),
        ("!GetAtt A", r#"{"Fn::GetAtt":["A"]}"#),
        ("!GetAtt [A, B]", r#"{"Fn::GetAtt":["A","B"]}"#),
        ("!Sub '${A}'", r#"{"Fn::Sub":"${A}"}"#),
        ("!Base64 12", r#"{"Fn::Base64":"12"}"#),
        ("!GetAZs ''", r#"{"Fn::GetAZs":""}"#),
        ("!GetAZs", r#"{"Fn::GetAZs":""}"#),
        (
            "!If [C, !Ref A, !Ref 'AWS::NoValue']",
            r#"{"Fn::If":["C",{"Ref":"A"},{"Ref":"AWS::NoValue"}]}"#,
        ),
        ("\n  !Join\n  - ','\n  - - !Ref A\n    - b", r#"{"Fn::Join":[",",[{"Ref":"A"},"b"]]}"#),
        ("!Transform {Name: N}", r#"{"Fn::Transform":{"Name":"N"}}"#),
        ("2012-10-17", "\"2012-10-17\""),
        ("[&r !Ref X, *r]", r#"[{"Ref":"X"},{"Ref":"X"}]"#),
        ("!Sub |\n  a\n  b", r#"{"Fn::Sub":"a\nb\n"}"#),
    ] {
        assert_eq!(read(&format!("x: {text}"), Cfn), format!("{{\"x\":{expected}}}"));
    }
    assert_eq!(read("!Ref x: 1", Cfn), "DRIFT_PARSE 1:1");
    assert_eq!(read("x: !<tag:own.org,2026:x> 1", Cfn), "DRIFT_PARSE 1:4");
    let error = document("x: !Ref y", Kubectl).unwrap_err();
    assert_eq!(error.message(), "the tag has no meaning here");
}

#[test]
fn aliases_are_copies() {
    for (text, expected) in [
        ("[&a {b: [1]}, *a]", r#"[{"b":[1]},{"b":[1]}]"#),
        ("[&a 1, &a 2, *a]", "[1,2,2]"),
        ("{&a k: *a}", r#"{"k":"k"}"#),
        ("[&a k, {*a : 1}]", r#"["k",{"k":1}]"#),
        ("[&a yes, {*a : 1}]", r#"[true,{"true":1}]"#),
        ("{&a yes: *a}", r#"{"true":true}"#),
        ("{&a 0x10: *a}", r#"{"16":16}"#),
        ("&a\n- &b x\n- *b", r#"["x","x"]"#),
    ] {
        assert_eq!(read(text, Kubectl), expected, "{text}");
    }
    for text in ["*a", "&a [*a]", "--- &a 1\n--- *a", "{&a [b]: 1}", "[&a [], {*a : 1}]"] {
        assert!(read(text, Core).starts_with("DRIFT_PARSE"), "{text}");
    }
}

#[test]
fn streams_have_documents_and_empty_ones_are_left_out() {
    assert_eq!(
        read("# only\n---\n# nothing\n---\na: 1\n--- \n...\n---\n- 2\n", Core),
        "{\"a\":1} [2]"
    );
    assert_eq!(read("--- ~\n--- ''\n", Core), "null \"\"");
    assert_eq!(read("", Core), "");
    assert_eq!(read("\u{feff}a: 1", Core), "{\"a\":1}");
    assert_eq!(read("\u{feff}# c\n---\na: 1", Core), "{\"a\":1}");
    assert_eq!(
        read("%YAML 1.2\n---\na: 1\n...\n%TAG !t! tag:yaml.org,2002:\n--- !t!str 1", Core),
        "{\"a\":1} \"1\""
    );
    // As `kubectl` reads JSON objects that follow each other.
    assert_eq!(read("{\"a\":1}\n{\"a\":2}", Kubectl), "{\"a\":1} {\"a\":2}");
    assert_eq!(read("{\"a\":1}\n---\n{\"a\":2}", Kubectl), "{\"a\":1} {\"a\":2}");
    let limits = Limits { max_documents: 2, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let error = Document::parse_yaml(b"--- 1\n--- 2\n--- 3", Core, &options).unwrap_err();
    assert_eq!(error.code(), Code::Limit);
}

#[test]
fn json_is_read_as_json_is() {
    for text in [
        r#"{"a":[1,2.5e3,{"b":null}],"c":"\u00e9\ud83d\ude00\n\/","d":{},"y":true,"010":-0}"#,
        "[\n\t1,\n\t2\n]",
        "\"\\ud83d\\ude00\"",
        "\u{feff}[]",
        "12345678901234567890123",
        "-1E+2",
        "true",
        "null",
        "[1e999]",
        "{\"a\" : 1 , \"b\":[ ] }",
    ] {
        let json = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
        for schema in [Core, Kubectl, Cfn] {
            assert_eq!(read(text, schema), Tree::of(json.root()).to_string());
        }
    }
    for schema in [Core, Kubectl, Cfn] {
        assert_eq!(read(r#"{"a":1,"a":2}"#, schema), "DRIFT_DUPLICATE_FIELD 1:8");
    }
}

#[test]
fn keys_that_stand_twice_follow_the_option() {
    assert_eq!(read("a: 1\nb: 2\na: 3", Core), "DRIFT_DUPLICATE_FIELD 3:1");
    let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let document = Document::parse_yaml(b"a: 1\nb: 2\na: 3", Core, &options).unwrap();
    assert_eq!(Tree::of(document.root()).to_string(), r#"{"a":3,"b":2}"#);
    assert_eq!(document.dropped_keys.len(), 1);
}

#[test]
fn errors_have_their_place_and_hold_no_text() {
    for (text, place) in [
        ("a: secret: b", "1:10"),
        ("é: [1\nb: 2", "2:2"),
        ("a: 'x", "1:4"),
        ("a: \"\\ud800\"", "1:4"),
        ("a: 1\n\tb: 2", "1:4"),
        ("a: b\u{1}c", "1:5"),
        ("a: @x", "1:4"),
        ("a: 1\n b: 2", "2:3"),
        ("- a\nb", "2:2"),
        ("a: *x", "1:4"),
        ("--- !t!x 1", "1:5"),
    ] {
        assert_eq!(read(text, Core), format!("DRIFT_PARSE {place}"), "{text}");
        let error = document(text, Core).unwrap_err();
        assert!(!error.to_string().contains("secret"));
    }
    let error = Document::parse_yaml(b"a: \xff", Core, &ReadOptions::default()).unwrap_err();
    assert_eq!(refusal(&error), "DRIFT_PARSE 1:4");
}
