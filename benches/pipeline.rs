//! From bytes to a finished report, stage by stage, beside `serde_json` merely parsing.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use drift_benches::estate;
use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
use std::hint::black_box;

const COUNT: usize = 1_000;

fn stages(criterion: &mut Criterion) {
    for defaults in [false, true] {
        let estate = estate(COUNT, defaults);
        let name = if defaults { "with server defaults" } else { "plain" };
        let mut group = criterion.benchmark_group(format!("{COUNT} deployments, {name}"));
        group.throughput(Throughput::Bytes((estate.desired.len() + estate.actual.len()) as u64));
        let Ok(detector) = Detector::builder().build() else { return };
        let context = Context::at(Timestamp::default());
        let parse = |bytes| Snapshot::parse(bytes, Format::Kubernetes);

        group.bench_function("serde_json parses both", |bencher| {
            let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
            bencher.iter(|| (black_box(value(&estate.desired)), black_box(value(&estate.actual))));
        });
        group.bench_function("source: both snapshots", |bencher| {
            bencher.iter(|| black_box((parse(&estate.desired), parse(&estate.actual))));
        });
        group.bench_function("diff to report", |bencher| {
            let (Ok(desired), Ok(actual)) = (parse(&estate.desired), parse(&estate.actual)) else {
                return;
            };
            let report = detector.detect(&desired, &actual, &context);
            assert_eq!(report.summary.resources.drifted, estate.drifted);
            bencher.iter(|| black_box(detector.detect(&desired, &actual, &context)));
        });
        group.bench_function("bytes to report text", |bencher| {
            bencher.iter_batched(
                || (),
                |()| {
                    let (desired, actual) = (parse(&estate.desired), parse(&estate.actual));
                    desired.ok().zip(actual.ok()).map(|(d, a)| detector.detect(&d, &a, &context))
                },
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
