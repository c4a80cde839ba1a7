//! Broken documents: cut at every byte, with bytes flipped at random.

use super::*;
use drift_core::Error;

const RECORDS: &str = r#"{"resources": [{"type": "a/b", "id": "x", "provider": "p", "scope": {"r": "é"},
 "address": "m.x", "identities": [{"kind": "arn", "value": "v"}], "tags": {"a": "b"},
 "attributes": {"n": [1, -2.5e+3, null, true, "\u00e9\ud83d\ude00\n"], "m": {"": {"deep": []}}},
 "unknown": ["/n/0"], "sensitive": ["/m"], "source": {"file": "f", "line": 3}}]}"#;

const OBJECTS: &str = "apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: {name: s, labels: {a: \"b\\u00e9\"}}
  stringData:
    p: &x |
      two
      lines
    q: *x
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: 0x10, é: 'it''s'}}
---
apiVersion: v1
kind: Service
metadata:
  name: w
  annotations:
    ? complex
    : >-
      folded
spec: {<<: {a: 1}, ports: [80, 1e3, ~]}
";

const RULE_FILE: &str = "version: 1
rules:
  - {id: a, match: {type: 'x*', where: '$[?@.a == 1]', tags: {t: '*'}}, paths: ['$..env[?@.name==\"A\"]'], ignore: true}
  - {id: b, paths: ['/a/*', 'l[name=\"x\"].v|json[=1]'], list: {keyed: [name]}, order: significant}
  - {id: c, paths: [/c], severity: high, when: {actual: {in: [1, a]}, kind: [added]}, expires: 2026-12-31}
moves:
  - {type: t, from: a, to: b}
";

/// Whatever comes out, an error has a code, and one about the text also a place.
fn judged(bytes: &[u8], error: &Error) {
    let syntax = matches!(error.code(), Code::Parse | Code::DuplicateField);
    assert!(
        !syntax || error.position().is_some(),
        "{error} has no place: {}",
        String::from_utf8_lossy(bytes)
    );
    assert!(!matches!(error.code(), Code::Internal), "{error}");
}

fn read(bytes: &[u8]) {
    for format in [Format::Auto, Format::Records, Format::Kubernetes] {
        match Snapshot::parse(bytes, format) {
            Ok(snapshot) => {
                let detector = Detector::builder().packs(Packs::none()).build().unwrap();
                let report = detector.detect(&snapshot, &snapshot, &Context::at(at()));
                assert!(report.findings.is_empty());
            }
            Err(error) => judged(bytes, &error),
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Err(error) = Rules::from_yaml(text)
    {
        judged(bytes, &error);
    }
}

fn flipped(text: &str, rounds: usize) {
    const BYTES: &[u8] = b"{}[]\",:'\\-*&!|>%@`#?~ \n\t\r\0\x7f\xff\xc3e.0";
    // A generator that gives the same bytes everywhere (Vigna 2015, xorshift64*).
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = |bound: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    };
    for _ in 0..rounds {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(4) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, BYTES[random(BYTES.len())]),
                2 => bytes[at] ^= 1 << random(8),
                _ => bytes[at] = BYTES[random(BYTES.len())],
            }
        }
        read(&bytes);
    }
}

#[test]
fn cut_at_every_byte() {
    for text in [RECORDS, OBJECTS, RULE_FILE] {
        for end in 0..=text.len() {
            read(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn bytes_flipped_at_random() {
    let rounds = std::env::var("DRIFT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    for text in [RECORDS, OBJECTS, RULE_FILE] {
        flipped(text, rounds);
    }
}

#[test]
fn partials_cut_and_flipped() {
    let side = |v| record(&format!(r#"{{"v":{v},"l":[1,{{"a":"é"}}]}}"#));
    let (desired, actual) = (side("1"), side("2e30"));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let detector = Detector::builder().build().unwrap();
    let partial = detector.partial(&parse(&desired), &parse(&actual), &Context::at(at()));
    let text = partial.to_json();
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        let error = Partial::from_json(&text[..end]).unwrap_err();
        assert_eq!(error.code(), Code::Wire);
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed_as_it_is() {
    let side = |size: u8| {
        format!(r#"[{{"type":"t","id":"a\u001b[31m","attributes":{{"s\u001b[0m":{size}}}}}]"#)
    };
    let (desired, actual) = (side(1), side(2));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let (desired, actual) = (parse(&desired), parse(&actual));
    let rule =
        "[{id: r, paths: [\"$.*\"], ignore: false, reason: \"x\\e[1m\", source: \"y\\e[1m\"}]";
    let detector = Detector::builder().rules(rules(rule)).build().unwrap();
    let report = detector.detect(&desired, &actual, &Context::at(at()));
    let path = &report.findings[0].changes[0].path;
    let told = detector.explain(&desired, &actual, None, "a\u{1b}[31m", path, at()).unwrap();
    for text in [told.to_string(), report.to_text(false), report.to_markdown()] {
        assert!(text.contains("31m") && !text.contains('\u{1b}'), "{text:?}");
    }
}
