//! Each stage by itself: text onto a tape, every format into a snapshot, hashes taken while reading,
//! pairs that agree, pairs that are opened, the report as text. Beside the formats stands `serde_json`
//! merely parsing the same bytes.

#![allow(clippy::print_stdout, reason = "what was measured is printed")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drift_benches::documents::{Sample, published_templates, samples};
use drift_benches::estate;
use drift_core::value::{Document, ReadOptions};
use drift_core::{Context, Detector, Format, Packs, ParseOptions, Snapshot, Timestamp};
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

const COUNT: usize = 1_000;

/// A value as YAML in blocks.
fn yaml(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                text.push_str(&format!("\n{indent}{name}:"));
                yaml(field, depth + 1, text);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("\n{indent}-"));
                yaml(item, depth + 1, text);
            }
        }
        scalar => text.push_str(&format!(" {scalar}")),
    }
}

/// A list of objects as a stream of YAML documents.
fn manifests(list: &[u8]) -> String {
    let mut text = String::new();
    let list: Value = serde_json::from_slice(list).unwrap_or_default();
    for item in list.get("items").and_then(Value::as_array).into_iter().flatten() {
        text.push_str("---");
        yaml(item, 0, &mut text);
        text.push('\n');
    }
    text
}

fn parsed(json: &[u8]) -> bool {
    let values = serde_json::Deserializer::from_slice(json).into_iter::<Value>();
    black_box(values.collect::<Result<Vec<_>, _>>()).is_ok()
}

fn read(sample: &Sample) -> bool {
    black_box(Snapshot::parse_with(&sample.bytes, &sample.options)).is_ok()
}

fn reading(criterion: &mut Criterion) {
    for sample in samples(COUNT) {
        let name = sample.name;
        assert!(read(&sample) && parsed(&sample.json), "{name}");
        let mut group = criterion.benchmark_group(format!("read {COUNT} resources, {name}"));
        group.throughput(Throughput::Bytes(sample.json.len() as u64));
        group.bench_function("serde_json parses", |bencher| {
            bencher.iter(|| parsed(&sample.json));
        });
        group.throughput(Throughput::Bytes(sample.bytes.len() as u64));
        group.bench_function("snapshot", |bencher| bencher.iter(|| read(&sample)));
        group.finish();
    }
}

/// How long snapshots take, measured in turn with `serde_json` merely parsing the same: the least of
/// many runs of each.
fn ratios(_: &mut Criterion) {
    println!("snapshot of {COUNT} resources, beside serde_json's parse");
    for sample in samples(COUNT) {
        ratio(sample.name, std::slice::from_ref(&sample));
    }
    let published = published_templates();
    println!("templates as they are published, {} of them", published.len());
    if published.is_empty() {
        println!("  skipped: ../shared/corpus is not there");
    } else {
        ratio("cloudformation", &published);
    }
}

fn ratio(name: &str, samples: &[Sample]) {
    const RUNS: usize = 60;
    let mut least = [Duration::MAX; 2];
    for _ in 0..RUNS {
        let tasks: [&dyn Fn(&Sample) -> bool; 2] = [&read, &|sample| parsed(&sample.json)];
        for (least, task) in least.iter_mut().zip(tasks) {
            let start = Instant::now();
            assert!(samples.iter().all(task), "{name}");
            *least = start.elapsed().min(*least);
        }
    }
    let [own, parse] = least.map(|time| time.as_secs_f64());
    let bytes: usize = samples.iter().map(|sample| sample.bytes.len()).sum();
    let speed = bytes as f64 / own / 1e6;
    println!("  {name:<18} {:.2}  {speed:.0} MB/s", own / parse);
}

fn manifests_in_yaml(criterion: &mut Criterion) {
    let text = manifests(&estate(COUNT, true).actual);
    let options = ParseOptions { format: Format::Kubernetes, ..ParseOptions::default() };
    let mut group =
        criterion.benchmark_group(format!("read {COUNT} resources, kubernetes as YAML"));
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("snapshot", |bencher| {
        let read = || Snapshot::parse_with(text.as_bytes(), &options).map(|s| s.resources().len());
        assert_eq!(read().ok(), Some(COUNT));
        bencher.iter(|| black_box(read().is_ok()));
    });
    group.finish();
}

fn tapes(criterion: &mut Criterion) {
    let json = estate(COUNT, true).actual;
    let options = ReadOptions::default();
    let mut group = criterion.benchmark_group("text onto a tape");
    group.throughput(Throughput::Bytes(json.len() as u64));
    group.bench_function("json", |bencher| {
        bencher.iter(|| black_box(Document::parse_json(&json, &options).is_ok()));
    });
    group.finish();
}

fn engine(criterion: &mut Criterion) {
    let estate = estate(COUNT, true);
    let Ok(detector) = Detector::builder().build() else { return };
    let context = Context::at(Timestamp::default());
    let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes);
    let (Ok(desired), Ok(actual)) = (parse(&estate.desired), parse(&estate.actual)) else { return };
    let mut group = criterion.benchmark_group("engine");
    group.bench_function("pairs that agree", |bencher| {
        bencher.iter(|| black_box(detector.detect(&desired, &desired, &context)));
    });
    group.bench_function("pairs with a fiftieth drifted", |bencher| {
        bencher.iter(|| black_box(detector.detect(&desired, &actual, &context)));
    });
    let plain = Detector::builder().hashing(false).build();
    if let Ok(plain) = plain {
        group.bench_function("the same by the plain walk", |bencher| {
            bencher.iter(|| black_box(plain.detect(&desired, &actual, &context)));
        });
    }
    let report = detector.detect(&desired, &actual, &context);
    group.bench_function("report as JSON", |bencher| {
        bencher.iter(|| black_box(report.to_json()));
    });
    group.finish();
}

/// Security groups, each with one source.
fn groups(source: &str) -> String {
    let group = |n: usize| {
        format!(
            r#"{{"type":"aws_security_group","id":"sg-{n}","attributes":{{"ingress":[{{"protocol":"tcp","from_port":22,"to_port":22,"cidr_blocks":["10.0.0.0/8","{source}"]}}]}}}}"#
        )
    };
    format!("[{}]", (0..CHANGES).map(group).collect::<Vec<_>>().join(","))
}

/// One change a resource, of which the catalogue of findings says what it means.
const CHANGES: usize = 100_000;

/// What it takes to classify: a detection with the catalogue of findings and one without, beside
/// `serde_json` parsing both sides.
fn classification(_: &mut Criterion) {
    let [desired, actual] = ["10.1.0.0/16", "11.0.0.0/8"].map(groups);
    let fastest = |work: &dyn Fn() -> bool| {
        let times = (0..7).map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        });
        times.min().unwrap_or_default()
    };
    let without: Vec<String> =
        Packs::names().filter(|name| *name != "findings").map(str::to_owned).collect();
    let times = [Packs::All, Packs::Named(without)].map(|packs| {
        let (Ok(detector), Ok(desired), Ok(actual)) = (
            Detector::builder().packs(packs).build(),
            Snapshot::parse(desired.as_bytes(), Format::Records),
            Snapshot::parse(actual.as_bytes(), Format::Records),
        ) else {
            return Duration::ZERO;
        };
        let context = Context::at(Timestamp::default());
        fastest(&|| !detector.detect(&desired, &actual, &context).findings.is_empty())
    });
    let peer = fastest(&|| parsed(desired.as_bytes()) && parsed(actual.as_bytes()));
    let [with, without] = times;
    println!(
        "classification of {CHANGES} changes: {:?} of {with:?}, {:.2} of serde_json ({peer:?})",
        with.saturating_sub(without),
        with.saturating_sub(without).as_secs_f64() / peer.as_secs_f64()
    );
}

// The ratios come first: what is freed before them changes how fast memory comes to either.
criterion_group!(benches, ratios, classification, tapes, reading, manifests_in_yaml, engine);
criterion_main!(benches);
