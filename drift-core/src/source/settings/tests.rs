//! Corners of files of settings.

use crate::error::Code;
use crate::source::{Format, ParseOptions};
use crate::value::{DuplicateKeys, Tree};
use crate::{Limits, Snapshot};

fn read(format: Format, text: &str) -> crate::Result<String> {
    let snapshot = Snapshot::parse(text.as_bytes(), format)?;
    Ok(Tree::of(snapshot.resources()[0].attributes.value()).to_string())
}

#[test]
fn values_of_an_environment() {
    for (text, expected) in [
        ("A=1", r#"{"A":"1"}"#),
        ("\u{feff}export A = b # c\r\n", r#"{"A":"b"}"#),
        ("A=a#b", r#"{"A":"a#b"}"#),
        ("A='x # y' # z\nB=`q`", r#"{"A":"x # y","B":"q"}"#),
        ("A=\"a\\nb\\\"c\\$d\\q\"", r#"{"A":"a\nb\"c$d\\q"}"#),
        ("A='a\nb'\nB=", r#"{"A":"a\nb","B":""}"#),
        ("# only\n\nA.b-c=é", r#"{"A.b-c":"é"}"#),
    ] {
        assert_eq!(read(Format::Dotenv, text).unwrap(), expected, "{text}");
    }
    for text in ["=1", "1A=2", "A", "A b=1", "A='x' y", "A=\"x", "exportA"] {
        let error = read(Format::Dotenv, text).unwrap_err();
        assert_eq!(error.code(), Code::Parse, "{text}");
        assert!(error.position().is_some());
    }
}

#[test]
fn what_refers_to_others_is_unknown() {
    for (text, unknown) in
        [("A=$B", 1), ("A=\"${B}x\"", 1), ("A='$B'", 0), ("A=5$", 0), ("A=\"\\$B\"", 0)]
    {
        let snapshot = Snapshot::parse(text.as_bytes(), Format::Dotenv).unwrap();
        assert_eq!(snapshot.resources()[0].unknown.iter().count(), unknown, "{text}");
    }
}

#[test]
fn sections_of_settings() {
    for (text, expected) in [
        ("a=1\n[s]\nb : 2 = 3\n", r#"{"a":"1","s":{"b":"2 = 3"}}"#),
        ("[a]\n[b]\nx = \"q\" ; not a comment", r#"{"a":{},"b":{"x":"\"q\" ; not a comment"}}"#),
        ("[a] # said\nx\ny =", r#"{"a":{"x":null,"y":""}}"#),
        ("[a]\nx = 1\n  2\n\t3\ny = 4", r#"{"a":{"x":"1\n2\n3","y":"4"}}"#),
    ] {
        assert_eq!(read(Format::Ini, text).unwrap(), expected, "{text}");
    }
    for text in ["[]", "[a", "[a] x", "= 1"] {
        assert_eq!(read(Format::Ini, text).unwrap_err().code(), Code::Parse, "{text}");
    }
    let twice = read(Format::Ini, "[a]\nx=1\n[a]\ny=2").unwrap_err();
    assert_eq!(twice.code(), Code::DuplicateField);
}

#[cfg(feature = "toml")]
#[test]
fn toml_is_bounded_and_keeps_its_digits() {
    for (text, expected) in [
        ("a = 0.1000", r#"{"a":0.1}"#),
        ("a = 123456789.123456789012345", r#"{"a":123456789.123456789012345}"#),
        ("a = 0x1f\nb = 1_000", r#"{"a":31,"b":1000}"#),
        ("a.b = 1\n[c]\nd = [1, {e = 2}]", r#"{"a":{"b":1},"c":{"d":[1,{"e":2}]}}"#),
        ("a = 1979-05-27", r#"{"a":"1979-05-27"}"#),
    ] {
        assert_eq!(read(Format::Toml, text).unwrap(), expected, "{text}");
    }
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(Format::Toml, &deep).is_err());
    let dotted = format!("{}a = 1", "a.".repeat(100_000));
    assert!(read(Format::Toml, &dotted).is_err());
    assert_eq!(read(Format::Toml, "a = 1\na = 2").unwrap_err().code(), Code::Parse);
}

#[test]
fn limits_and_duplicates_are_as_everywhere() {
    let mut options = ParseOptions { format: Format::Dotenv, ..ParseOptions::default() };
    options.read.duplicate_keys = DuplicateKeys::Last;
    let snapshot = Snapshot::parse_with(b"A=1\nA=2", &options).unwrap();
    let value = Tree::of(snapshot.resources()[0].attributes.value()).to_string();
    assert_eq!((value.as_str(), snapshot.warnings().len()), (r#"{"A":"2"}"#, 1));
    options.read.limits = Limits { max_nodes: 2, ..Limits::default() };
    let error = Snapshot::parse_with(b"A=1\nB=2", &options).unwrap_err();
    assert_eq!(error.code(), Code::Limit);
}
