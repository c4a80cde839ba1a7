//! Options, many files, coverage, warnings, and what never shows.

use super::*;
use crate::model::{Reason, ResourceKey};
use crate::value::{DuplicateKeys, Tree};

const CANARY: &str = "c4n4ry-v4lue";

fn record(id: &str, rest: &str) -> String {
    format!(r#"{{"type": "t", "id": "{id}", "attributes": {{"a": "{CANARY}"}}{rest}}}"#)
}

fn many(files: &[(&str, &str)]) -> Result<Snapshot<'static>> {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes()));
    Snapshot::parse_many(files, &ParseOptions::default()).map(Snapshot::into_owned)
}

fn missing(snapshot: &Snapshot<'_>, type_name: &str) -> Option<Reason> {
    let key = ResourceKey { type_name: type_name.into(), id: "x".into(), ..ResourceKey::default() };
    snapshot.coverage().missing_reason(&key)
}

#[test]
fn format_names_are_read_and_printed() {
    for format in Format::list() {
        assert_eq!(format.to_string().parse::<Format>().unwrap(), *format);
    }
    let error = "terraform".parse::<Format>().unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Option, "no such format: `terraform`"));
    assert!(error.help().unwrap().contains("`records`"));
}

#[test]
fn options_say_what_is_covered_and_fill_the_scope() {
    let text = record("a", r#", "scope": {"region": "r1"}"#);
    let options = ParseOptions {
        scope: Scope::new().with("region", "r2").with("account", "1"),
        covers: vec![Cell::of_type("u")],
        revision: Some("abc".into()),
        name: Some("live.json".into()),
        ..ParseOptions::default()
    };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    let resource = &snapshot.resources()[0];
    assert_eq!(resource.key.to_string(), "t account=1,region=r1 a");
    assert_eq!(resource.source.file.as_deref(), Some("live.json"));
    assert_eq!(resource.source.revision.as_deref(), Some("abc"));
    assert_eq!(snapshot.revision(), Some("abc"));
    assert_eq!(missing(&snapshot, "t"), Some(Reason::NotCollected));
    assert_eq!(missing(&snapshot, "u"), None);
    let options = ParseOptions { complete: true, ..options };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    assert_eq!(missing(&snapshot, "t"), None);
}

#[test]
fn many_files_are_one_document() {
    let (a, b) = (record("a", ""), record("b", ""));
    let snapshot = many(&[("x/b.json", &b), ("./x/a.yaml", &a), ("x/README.md", "{")]).unwrap();
    let files: Vec<_> =
        snapshot.resources().iter().map(|r| r.source.file.clone().unwrap()).collect();
    assert_eq!(files, ["x/a.yaml", "x/b.json"]);
    assert_eq!(missing(&snapshot, "t"), None, "two objects are a list");
    let one = many(&[("a.json", &a), ("empty.yaml", "# nothing")]).unwrap();
    assert_eq!(missing(&one, "t"), Some(Reason::NotCollected), "one object is none");
    assert_eq!(one.warnings()[0].code, "no_resources");
    assert_eq!(one.warnings()[0].message, "the file `empty.yaml` holds no resources");
}

#[test]
fn files_are_read_by_their_extension() {
    let two = format!("{}\n{}", record("a", ""), record("b", ""));
    assert_eq!(many(&[("a.jsonl", &two)]).unwrap().resources().len(), 2);
    let error = many(&[("a.json", &two)]).unwrap_err();
    assert_eq!((error.code(), error.file()), (Code::Parse, Some("a.json")));
    let error = many(&[("dir\\a.yaml", "a: [")]).unwrap_err();
    assert_eq!((error.code(), error.file()), (Code::Parse, Some("dir/a.yaml")));
}

#[test]
fn no_file_with_resources_is_an_error() {
    for files in [&[][..], &[("a.md", "x")], &[("a.yaml", "")]] {
        assert_eq!(many(files).unwrap_err().code(), Code::NoResources);
    }
    assert!(many(&[("a.json", "[]")]).unwrap().resources().is_empty());
}

#[test]
fn a_file_is_not_left_out_in_silence() {
    let a = record("a", "");
    let read = many(&[("live-us.txt", &a), ("live", &a), ("a.json", &a)]).unwrap();
    assert_eq!(read.resources().len(), 1);
    let told: Vec<_> = read.warnings().iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(told, ["left_out"]);
    assert!(read.warnings()[0].message.ends_with(": `live`, `live-us.txt`"));
    let many_more: Vec<_> = (0..9).map(|n| (format!("live{n}"), &*a)).collect();
    let many_more = many_more.iter().map(|(name, text)| (name.as_str(), *text));
    let read = many(&many_more.chain([("a.json", &*a)]).collect::<Vec<_>>()).unwrap();
    assert!(read.warnings()[0].message.ends_with("`live4`, 4 more"));
}

#[test]
fn one_resource_in_two_files_is_an_error() {
    let a = record("a", "");
    let error = many(&[("a.json", &a), ("b.json", &a)]).unwrap_err();
    assert_eq!(error.code(), Code::DuplicateKey);
    assert!(error.message().contains("`a.json`") && error.message().contains("`b.json`"));
    // What the help says can be done.
    assert!(error.help().unwrap().contains("SnapshotBuilder"));
    let mut both = Snapshot::builder("", Scope::new());
    for name in ["a.json", "b.json"] {
        let scope = Scope::new().with("state", name);
        let options = ParseOptions { scope, ..ParseOptions::default() };
        both.add_snapshot(Snapshot::parse_with(a.as_bytes(), &options).unwrap());
    }
    assert_eq!(both.build().unwrap().resources().len(), 2);
}

#[test]
fn a_page_of_several_covers_nothing() {
    for token in [
        r#""next_token": "x""#,
        r#""NextToken": "x""#,
        r#""nextPageToken": "x""#,
        r#""@odata.nextLink": "x""#,
        r#""IsTruncated": true, "Marker": "x""#,
        r#""NextContinuationToken": "x""#,
        r#""continue": "x""#,
    ] {
        let (a, b) = (record("a", ""), record("b", ""));
        let text = format!(r#"{{"resources": [{a}, {b}], {token}}}"#);
        let result = Snapshot::parse(text.as_bytes(), Format::Records);
        if token.contains("Marker") {
            assert!(result.is_err(), "no field of a document of records");
            continue;
        }
        assert_eq!(missing(&result.unwrap(), "t"), Some(Reason::NotCollected), "{token}");
    }
    let text = format!(r#"{{"resources": [{}], "nextToken": null}}"#, record("a", ""));
    let snapshot = Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
    assert_eq!(missing(&snapshot, "t"), None, "the last page");
}

#[test]
fn empty_lists_are_empty_snapshots_that_cover_nothing() {
    for (text, format) in [
        ("[]", Format::Auto),
        ("[]", Format::Kubernetes),
        (r#"{"resources": []}"#, Format::Auto),
        ("resources: []", Format::Records),
        (r#"{"apiVersion": "v1", "kind": "List", "items": []}"#, Format::Auto),
    ] {
        let snapshot = Snapshot::parse(text.as_bytes(), format).unwrap();
        assert!(snapshot.resources().is_empty(), "{text}");
        assert_eq!(snapshot.coverage(), &Coverage::default(), "{text}");
    }
}

#[test]
fn a_key_that_stands_twice_is_an_error_or_a_warning() {
    let text = "[{\"type\": \"t\", \"id\": \"a\",\n  \"attributes\": {\"x\": 1, \"x\": 2}}]";
    let error = Snapshot::parse(text.as_bytes(), Format::Auto).unwrap_err();
    assert_eq!(error.code(), Code::DuplicateField);
    let read = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
    let options = ParseOptions { read, name: Some("a.json".into()), ..ParseOptions::default() };
    let snapshot = Snapshot::parse_with(text.as_bytes(), &options).unwrap();
    assert_eq!(Tree::of(snapshot.resources()[0].attributes.value()).to_string(), r#"{"x":2}"#);
    let [warning] = snapshot.warnings() else { panic!("one warning") };
    let message = "a key stands twice in one map in `a.json`, line 2 column 26; the last counts";
    assert_eq!((warning.code.as_str(), warning.message.as_str()), ("duplicate_field", message));
}

#[test]
fn owned_snapshots_share_their_documents() {
    let text = format!("[{}, {}]", record("a", ""), record("b", ""));
    let snapshot = Snapshot::parse(text.as_bytes(), Format::Auto).unwrap().into_owned();
    drop(text);
    let [a, b] = snapshot.resources() else { panic!("two resources") };
    let document =
        |resource: &Resource<'_>| std::ptr::from_ref(resource.attributes.value().document()).addr();
    assert_eq!(document(a), document(b));
    assert_eq!(a.attributes.value().str_field("a"), Some(CANARY));
}

#[test]
fn no_value_shows_in_errors_or_debug_output() {
    let (a, canary) = (record("a", ""), CANARY);
    let texts = [
        format!("[{a}, {a}]"),
        format!(r#"[{{"type": "t", "id": ["{canary}"], "attributes": {{}}}}]"#),
        format!(r#"[{{"type": "t", "id": "a", "attributes": "{canary}"}}]"#),
        format!(r#"[{a}, "{canary}"]"#),
        format!(r#"["{canary}"]"#),
        format!(r#"{{"a": "{canary}"}}"#),
        format!("a: {canary}\nb: [{canary}"),
        format!("{{\"a\": \"{canary}\", \"b\": x}}"),
        canary.to_owned(),
        record("a", &format!(r#", "scope": "{canary}""#)),
        record("a", &format!(r#", "tags": ["{canary}"]"#)),
        record("a", &format!(r#", "sensitive": ["{canary}"]"#)),
        record("a", &format!(r#", "source": {{"line": "{canary}"}}"#)),
        format!(
            r#"{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "a"}},
            "stringData": {{"p": ["{canary}"]}}}}"#
        ),
        format!(
            r#"{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": ["{canary}"]}}}}"#
        ),
    ];
    for text in &texts {
        for format in [Format::Auto, Format::Records, Format::Kubernetes] {
            let error = Snapshot::parse(text.as_bytes(), format).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(canary), "{shown}");
        }
    }
    let text = record("a", &format!(r#", "tags": {{"x": "{canary}"}}"#));
    let snapshot = Snapshot::parse(text.as_bytes(), Format::Auto).unwrap();
    let shown = format!("{snapshot:?}");
    assert!(shown.contains("\"a\"") && !shown.contains(canary), "{shown}");
}
