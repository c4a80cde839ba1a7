//! Many snapshots held against each other, beside one detection of the same size: `cargo run --release -p
//! drift-benches --bin fleet`. With a number, that many snapshots are compared once and nothing else is done,
//! so that instructions can be counted.

#![allow(clippy::print_stdout, reason = "what was measured is printed")]

use drift_benches::estate;
use drift_core::{Context, Detector, ParityOptions, ParseOptions, Scope, Snapshot, Timestamp};
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Resources of each snapshot.
const COUNT: usize = 1_000;
/// One snapshot in so many is odd in one resource in fifty.
const ODD: usize = 10;
const SIZES: [usize; 4] = [5, 10, 25, 50];

/// The live side of one cluster: every object has a uid of its own, and names its cluster.
fn cluster(number: usize) -> Result<Vec<u8>, Box<dyn Error>> {
    let estate = estate(COUNT, true);
    let even = number % ODD != ODD - 1;
    let mut list: Value =
        serde_json::from_slice(if even { &estate.desired } else { &estate.actual })?;
    let items = list.get_mut("items").and_then(Value::as_array_mut);
    for (index, item) in items.into_iter().flatten().enumerate() {
        if let Some(metadata) = item.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("uid".to_owned(), json!(format!("{number:08}-0000-{index:012}")));
            metadata.insert("annotations".to_owned(), json!({"site": format!("cluster-{number}")}));
        }
    }
    Ok(list.to_string().into_bytes())
}

fn read(number: usize, text: &[u8]) -> Result<Snapshot<'_>, Box<dyn Error>> {
    let scope = Scope::new().with("cluster", format!("cluster-{number}"));
    Ok(Snapshot::parse_with(text, &ParseOptions { scope, ..ParseOptions::default() })?)
}

fn options(count: usize) -> Result<ParityOptions, Box<dyn Error>> {
    let of = |number: usize| {
        let name = format!("cluster-{number}");
        (name.clone(), json!({"cluster": name}))
    };
    let all: serde_json::Map<String, Value> = (0..count).map(of).collect();
    Ok(ParityOptions::from_json(&json!({"substitutions": all}).to_string())?)
}

fn fastest(runs: usize, work: &dyn Fn() -> bool) -> Duration {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        assert!(black_box(work()), "the comparison found nothing");
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Option<usize> = std::env::args().nth(1).map(|text| text.parse()).transpose()?;
    let most = asked.unwrap_or(50);
    let texts = (0..most).map(cluster).collect::<Result<Vec<_>, _>>()?;
    let numbered = texts.iter().enumerate();
    let snapshots =
        numbered.map(|(number, text)| read(number, text)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = (0..most).map(|number| format!("cluster-{number}")).collect();
    let named: Vec<(&str, &Snapshot<'_>)> =
        names.iter().map(String::as_str).zip(&snapshots).collect();
    let detector = Detector::builder().build()?;
    let context = Context::at(Timestamp::default());
    if asked.is_some() {
        let parity = detector.compare_many(&named, &options(most)?, &context)?;
        println!("{most} snapshots: {:?}", parity.summary);
        return Ok(());
    }
    let estate = estate(COUNT, true);
    let plain = ParseOptions::default();
    let desired = Snapshot::parse_with(&estate.desired, &plain)?;
    let actual = Snapshot::parse_with(&estate.actual, &plain)?;
    let detection =
        fastest(9, &|| !detector.detect(&desired, &actual, &context).findings.is_empty());
    println!("one detection of {COUNT} resources: {detection:?}");
    for count in SIZES {
        let some = named.get(..count).unwrap_or_default();
        let given = options(count)?;
        let compare = || detector.compare_many(some, &given, &context);
        let time = fastest(5, &|| compare().is_ok_and(|it| it.summary.resources.compared == COUNT));
        println!(
            "{count:>3} snapshots of {COUNT} resources: {time:?}, {:?} a snapshot, {:.2} of a detection each",
            time / u32::try_from(count)?,
            time.as_secs_f64() / count as f64 / detection.as_secs_f64(),
        );
    }
    Ok(())
}
