//! Fields and elements that the reader takes many at once: nothing is checked less, and white space changes nothing.

use super::{context, detect, detector, lines};
use drift_core::value::{Document, ReadOptions};
use drift_core::{Limits, Mapping, ParseOptions};

/// JSON text with a field more at the end of its map of this number, counted as they end.
fn with_field(text: &str, map: usize, field: &str) -> Option<String> {
    let (end, _) = text.match_indices('}').nth(map)?;
    let (before, behind) = text.split_at(end);
    Some(format!("{before},{field}{behind}"))
}

#[test]
fn names_stand_once_in_each_map_compared_or_not() {
    let many: Vec<String> = (0..70).map(|at| format!("\"k{at}\":\"v\"")).collect();
    let inside = format!(
        r#"{{"a":{{"x":"s","y":[{{"x":1,"z":null}},{{"x":1,"z":{{"x":""}}}}]}},"a-name-of-more-than-thirty-bytes":{{"x":true}},"many":{{"x":0,{}}},"x":"a string of more than sixteen bytes","e":{{"x":{{"x":1}}}}}}"#,
        many.join(",")
    );
    let fast = detector("[{id: i, paths: [/off], ignore: true}]", true);
    for place in ["on", "off"] {
        let line = |id: usize, inside: &str| format!("{{\"id\":{id},\"{place}\":{inside}}}\n");
        let known = |count| (1..=count).map(|id| line(id, &inside)).collect::<String>();
        let read = |text: &str| fast.read(text.as_bytes(), &lines(1), &context()).map(drop);
        for map in 0.. {
            let Some(twice) = with_field(&inside, map, r#""x":1"#) else { break };
            for before in [0, 1, 3] {
                let text = known(before) + &line(0, &twice);
                let strictly =
                    Document::parse_json_stream(text.as_bytes(), &ReadOptions::default());
                assert_eq!(read(&text), strictly.map(drop), "{place} {map} {before}");
                assert_eq!(read(&text).unwrap_err().code().as_str(), "DRIFT_DUPLICATE_FIELD");
            }
        }
        for at in [0, 63, 64, 69] {
            let twice = inside.replace("\"k69\":", &format!("\"k{at}\":\"w\",\"k69\":"));
            assert!(read(&(known(2) + &line(0, &twice))).is_err(), "{place} {at}");
        }
        // Both are supposed behind each other, once it has been forgotten that the order was another.
        let [there, back, twice] = [r#""a":1,"b":2"#, r#""b":2,"a":1"#, r#""a":1,"b":2,"a":1"#];
        for inside in ["{}", r#"{"w":{}}"#] {
            let of = |id, fields: &str| {
                let line = line(id, &inside.replace("{}", &format!("{{{fields}}}")));
                line.replace('\n', &" ".repeat(40))
            };
            let known: String = (2..30).map(|id| of(id, there)).collect();
            assert!(read(&[of(1, back), known.clone()].concat()).is_ok(), "{known}");
            let error = read(&[of(1, back), known, of(30, twice)].concat()).unwrap_err();
            assert_eq!(error.code().as_str(), "DRIFT_DUPLICATE_FIELD", "{place} {inside}");
        }
        assert!(read(&known(3)).is_ok());
    }
}

/// Resources one behind the other, as different people write JSON.
fn as_written(items: &[&[u8]], style: &str) -> (ParseOptions, Vec<u8>) {
    let mapping = |items: &str| {
        let mapping = format!(r#"{{items: "{items}", type: {{const: t}}, id: "$.id"}}"#);
        ParseOptions { mapping: Some(Mapping::from_yaml(&mapping).unwrap()), ..lines(1) }
    };
    match style {
        "lines" => (lines(1), items.join(&b"\n"[..])),
        _ => (mapping("$[*]"), [b"[", &items.join(&b",\n  "[..])[..], b"]"].concat()),
    }
}

/// The line with white space: a space behind each comma and colon, or a line for each value.
fn spaced(line: &str, style: &str) -> String {
    let break_in = |at: usize, end: &str| format!("{end}\n{}", " ".repeat(at));
    match style {
        "spaces" => line.replace(',', ", ").replace(':', ": "),
        "pretty" => {
            let line = line.replace(',', &break_in(9, ",")).replace(':', ": ");
            let line = line.replace('{', &break_in(20, "{")).replace('[', &break_in(3, "["));
            line.replace('}', "\r\n\t}").replace(']', " \n]")
        }
        _ => line.to_owned(),
    }
}

/// Containers inside each other, deeper than they are taken whole.
const DEEP: &str = r#"{"a":{"b":{"c":{"d":{"e":1,"f":"x"},"g":[]},"h":{}},"t":true,"f":false,"z":null},"m":[{"n":"x","p":1},{"n":"y","p":2,"q":[1,2]}],"l":[["a"],[]]}"#;

#[test]
fn what_is_taken_whole_is_no_less_checked() {
    let line = |id: usize| format!("{{\"id\":{id},\"v\":{DEEP},\"pad\":\"{}\"}}", ".".repeat(32));
    // Of some values more is asked than what they are.
    let rules = "[{id: d, paths: ['$.v.a.t'], default: false}, {id: s, paths: [$.v.m], list: set}]";
    for (rules, style) in [("[]", "lines"), ("[]", "pretty"), (rules, "lines")] {
        let fast = detector(rules, true);
        let [first, second, last] = [1, 2, 3].map(|id| spaced(&line(id), style));
        for at in last.find("\"v\"").unwrap()..last.len() {
            let (before, after) = last.as_bytes().split_at(at);
            let edits = b",]}\"".iter().map(|byte| [before, &[*byte], &after[1..]].concat());
            for broken in
                edits.chain([[before, b",", after].concat(), [before, &after[1..]].concat()])
            {
                let items = [first.as_bytes(), second.as_bytes(), &broken];
                let (options, text) = as_written(&items, style);
                let strictly = Document::parse_json_stream(&text, &ReadOptions::default());
                let read = fast.read(&text, &options, &context()).map(drop);
                let same = read == strictly.as_ref().map(drop).map_err(Clone::clone);
                let told = String::from_utf8_lossy(&broken);
                assert!(same || (strictly.is_ok() && read.is_err()), "{told}\n{read:?}");
            }
        }
    }
}

#[test]
fn what_is_taken_whole_is_held_against_the_limits() {
    let text: String =
        (1..=4).map(|id| format!("{{\"id\":{id},\"v\":{DEEP},\"pad\":{DEEP}}}\n")).collect();
    let fast = detector("[]", true);
    let held = |limits: &Limits| {
        let strict = ReadOptions { limits: limits.clone(), ..ReadOptions::default() };
        let strictly = Document::parse_json_stream(text.as_bytes(), &strict).map(drop);
        let options = ParseOptions { read: strict, ..lines(1) };
        assert_eq!(fast.read(text.as_bytes(), &options, &context()).map(drop), strictly);
        strictly.is_ok()
    };
    let deep: Vec<bool> =
        (1..12).map(|max_depth| held(&Limits { max_depth, ..Limits::default() })).collect();
    assert!(!deep[0] && deep[10], "{deep:?}");
    let most =
        (1..600).find(|max_nodes| held(&Limits { max_nodes: *max_nodes, ..Limits::default() }));
    assert!(most.is_some_and(|most| most > 100), "{most:?}");
}

#[test]
fn lists_that_are_deeper_than_before_are_held_against_the_limits() {
    let line = |id, depth| {
        let (before, behind) = ("[".repeat(depth), "]".repeat(depth));
        format!(
            "{{\"id\":{id},\"v\":{{\"l\":{before}1{behind},\"pad\":\"{}\"}}}}\n",
            ".".repeat(40)
        )
    };
    let fast = detector("[]", true);
    for (depth, max_depth) in (1..14).flat_map(|depth| (3..16).map(move |most| (depth, most))) {
        let text = [line(1, 1), line(2, 1), line(3, depth)].concat();
        let limits = Limits { max_depth, ..Limits::default() };
        let strict = ReadOptions { limits, ..ReadOptions::default() };
        let strictly = Document::parse_json_stream(text.as_bytes(), &strict).map(drop);
        let options = ParseOptions { read: strict, ..lines(1) };
        let read = fast.read(text.as_bytes(), &options, &context()).map(drop);
        assert_eq!(read, strictly, "{depth} {max_depth}");
    }
}

#[test]
fn what_is_taken_many_at_once_is_no_less_checked() {
    let line = |id: usize| {
        format!(
            r#"{{"id":{id},"v":{{"a":"x","b":"y","n":12,"m":0,"l":["aa","bb",1,"c"],"a-name-of-thirty-bytes-and-more":"z","q\"":"","t":[[1,2],["a"]],"w":{{"a":1,"b":"a string of more than sixteen bytes"}}}},"off":{{"a":"x","b":1}},"pad":"................................"}}"#
        )
    };
    let fast = detector("[{id: i, paths: [/off], ignore: true}]", true);
    for style in ["lines", "spaces", "pretty"] {
        let [first, second, last, behind] = [1, 2, 3, 4].map(|id| spaced(&line(id), style));
        let same = |broken: &[u8]| {
            let items = [first.as_bytes(), second.as_bytes(), broken, behind.as_bytes()];
            let (options, text) = as_written(&items, style);
            let strictly = Document::parse_json_stream(&text, &ReadOptions::default()).map(drop);
            // What the strict reader takes may be no resource.
            let read = fast.read(&text, &options, &context()).map(drop);
            let told = String::from_utf8_lossy(broken).into_owned();
            assert!(read == strictly || (strictly.is_ok() && read.is_err()), "{told}\n{read:?}");
        };
        // White space makes the text longer: fewer bytes are tried there.
        let bytes: &[u8] = match style {
            "lines" => b",:[]{}\"\\ \n0x\x00\xff",
            _ => b",:]\"\n",
        };
        for at in 0..last.len() {
            let (before, behind) = last.as_bytes().split_at(at);
            for &byte in bytes {
                same(&[before, &behind[1..]].concat());
                same(&[before, &[byte], behind].concat());
                same(&[before, &[byte], &behind[1..]].concat());
            }
        }
        // Nothing is taken for a name that is too long to be held against the text.
        let nothing = [0; 33];
        same(
            &[br#"{"id":3,"v":{"m":0,"l":[],"q":"x""#, &nothing[..], br#""v"},"pad":""}"#].concat(),
        );
    }
}

#[test]
fn white_space_changes_neither_hashes_nor_what_is_told() {
    let line = |id: usize, edit: &str| {
        format!(
            r#"{{"id":{id},"v":{{"a":"x","n":12,"l":["aa","bb"],"numbers":[1,2],"empty":{{}},"none":[],"t":[{{"k":1}},{{"k":2}}],"w":{{"a":{edit},"b":"a string of more than sixteen bytes"}}}},"pad":"................................"}}"#
        )
    };
    let fast = detector("[]", true);
    let minified = [1, 2, 3].map(|id| line(id, "1")).join("\n");
    let desired = fast.read(minified.as_bytes(), &lines(1), &context()).unwrap();
    for style in ["lines", "spaces", "pretty"] {
        for (edit, changes) in [("1", 0), ("7", 1)] {
            let items = [line(1, "1"), line(2, "1"), line(3, edit)];
            let items = items.map(|line| spaced(&line, style));
            let (options, text) = as_written(&items.each_ref().map(|item| item.as_bytes()), style);
            let actual = fast.read(&text, &options, &context()).unwrap();
            let report = detect("[]", &desired, &actual);
            let found = report.findings.iter().flat_map(|finding| &finding.changes);
            assert_eq!(found.map(|one| &one.path).collect::<Vec<_>>(), vec!["v.w.a"; changes]);
            let told: Vec<_> = actual.resources().iter().map(|one| one.source.line).collect();
            let text = std::str::from_utf8(&text).unwrap();
            let line_of = |item: &String| {
                let (before, _) = text.split_once(item.as_str()).unwrap();
                Some(before.matches('\n').count() + 1)
            };
            assert_eq!(told, items.each_ref().map(line_of), "{style}");
        }
    }
}
