//! What others take for a part of the same work, one JSON line a measurement, in milliseconds.
//!
//! `drift-peers parse DESIRED ACTUAL` parses both documents into memory, NDJSON or one JSON value;
//! `drift-peers patch DESIRED STRIPPED` diffs pairs that are in memory already.

use serde_json::Value;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

const RUNS: usize = 7;

/// The best of some runs, by the clock and in processor time; what they give is dropped outside both.
fn best_of<T>(mut work: impl FnMut() -> T) -> (f64, f64) {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..RUNS {
        let (start, ran) = (Instant::now(), cpu());
        let made = black_box(work());
        best = (best.0.min(start.elapsed().as_secs_f64() * 1e3), best.1.min(cpu() - ran));
        drop(made);
    }
    best
}

fn best<T>(work: impl FnMut() -> T) -> f64 {
    best_of(work).0
}

/// Milliseconds that this thread has run; NaN where the system does not tell.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ran = stat.split_whitespace().next().and_then(|text| text.parse::<u64>().ok());
    ran.map_or(f64::NAN, |ran| ran as f64 / 1e6)
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

fn key(value: &Value) -> String {
    match value["metadata"].as_object() {
        Some(meta) => format!("{}/{}/{}", value["kind"], meta["namespace"], meta["name"]),
        None => format!("{}/{}", value["type"], value["id"]),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, what, desired, actual] = arguments.as_slice() else {
        panic!("drift-peers parse|patch DESIRED ACTUAL");
    };
    let read = |path: &String| std::fs::read(path).expect("the document can be read");
    let (desired, actual) = (read(desired), read(actual));
    match what.as_str() {
        "parse" => {
            let serde = |text: &[u8]| -> Vec<Value> {
                lines(text).map(|line| serde_json::from_slice(line).expect("JSON")).collect()
            };
            let sonic = |text: &[u8]| -> Vec<sonic_rs::Value> {
                lines(text).map(|line| sonic_rs::from_slice(line).expect("JSON")).collect()
            };
            let (serde, ran) = best_of(|| (serde(&desired), serde(&actual)));
            let sonic = best(|| (sonic(&desired), sonic(&actual)));
            println!(
                "{{\"serde_json\": {serde:.3}, \"serde_json_cpu\": {ran:.3}, \"sonic_rs\": {sonic:.3}}}"
            );
        }
        "patch" => {
            let parse = |text: &[u8]| -> HashMap<String, Value> {
                let value = |line| serde_json::from_slice::<Value>(line).expect("JSON");
                lines(text).map(value).map(|value| (key(&value), value)).collect()
            };
            let (desired, actual) = (parse(&desired), parse(&actual));
            let pairs: Vec<(&Value, &Value)> =
                desired.iter().filter_map(|(key, d)| Some((d, actual.get(key)?))).collect();
            let diff = |(d, a): &(&Value, &Value)| json_patch::diff(d, a);
            let patch = best(|| pairs.iter().map(diff).collect::<Vec<_>>());
            println!("{{\"json_patch\": {patch:.3}, \"pairs\": {}}}", pairs.len());
        }
        other => panic!("no such measurement: {other}"),
    }
}
