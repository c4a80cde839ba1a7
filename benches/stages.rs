//! Each stage by itself: text onto a tape, every format into a snapshot, hashes taken while reading,
//! pairs that agree, pairs that are opened, the report as text. Beside the formats stands `serde_json`
//! merely parsing the same bytes.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drift_benches::estate;
use drift_core::value::{Document, ReadOptions};
use drift_core::{Context, Detector, Format, Mapping, ParseOptions, Snapshot, Timestamp};
use serde_json::{Value, json};
use std::hint::black_box;

const COUNT: usize = 1_000;

/// A queue as a state of Terraform holds it, and the resource of a template that declares it.
fn queue(index: usize) -> (Value, Value) {
    let tags = json!({"team": format!("team-{}", index % 40), "env": "prod"});
    let attributes = json!({
        "id": format!("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs-{index}"),
        "arn": format!("arn:aws:sqs:eu-west-1:111122223333:jobs-{index}"),
        "name": format!("jobs-{index}"), "delay_seconds": index % 7, "fifo_queue": false,
        "max_message_size": 262_144, "message_retention_seconds": 345_600, "policy": "",
        "redrive_policy": "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:111122223333:dead\"}",
        "tags": tags, "tags_all": tags,
    });
    let properties = json!({
        "QueueName": format!("jobs-{index}"), "DelaySeconds": index % 7,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:1:dead"}},
        "Tags": [{"Key": "env", "Value": {"Ref": "Stage"}}],
    });
    (attributes, properties)
}

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

/// Documents of the formats, each with what it is read with.
fn documents() -> Vec<(&'static str, Vec<u8>, ParseOptions)> {
    let of = |format| ParseOptions { format, ..ParseOptions::default() };
    let text = |value: Value| value.to_string().into_bytes();
    let instances = (0..COUNT).map(|index| {
        json!({"mode": "managed", "type": "aws_sqs_queue", "name": format!("q{index}"),
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 0, "attributes": queue(index).0}]})
    });
    let state = json!({"version": 4, "terraform_version": "1.9.5", "serial": 1, "lineage": "x",
        "outputs": {}, "resources": instances.collect::<Vec<_>>()});
    let shown = (0..COUNT).map(|index| {
        json!({"address": format!("aws_sqs_queue.q{index}"), "mode": "managed",
            "type": "aws_sqs_queue", "name": format!("q{index}"), "schema_version": 0,
            "provider_name": "registry.terraform.io/hashicorp/aws", "values": queue(index).0,
            "sensitive_values": {"tags": {}}})
    });
    let shown = json!({"format_version": "1.0", "terraform_version": "1.9.5",
        "values": {"root_module": {"resources": shown.collect::<Vec<_>>()}}});
    let resources = (0..COUNT).map(|index| {
        (format!("Q{index}"), json!({"Type": "AWS::SQS::Queue", "Properties": queue(index).1}))
    });
    let template = json!({"Parameters": {"Stage": {"Type": "String", "Default": "prod"}},
        "Resources": resources.collect::<serde_json::Map<_, _>>()});
    let records = (0..COUNT).map(|index| {
        json!({"type": "aws_sqs_queue", "id": index.to_string(), "attributes": queue(index).0})
    });
    let lines = (0..COUNT).map(|index| queue(index).0.to_string()).collect::<Vec<_>>().join("\n");
    let mapping = Mapping::from_yaml(r#"{items: "$", type: {const: queue}, id: "$.name"}"#);
    let mapped = ParseOptions { mapping: mapping.ok(), ..ParseOptions::default() };
    vec![
        ("kubernetes", estate(COUNT, true).actual, of(Format::Kubernetes)),
        ("terraform_state", text(state), of(Format::TerraformState)),
        ("terraform_show", text(shown), of(Format::TerraformShow)),
        ("cloudformation", text(template), of(Format::Cloudformation)),
        ("records", text(records.collect()), of(Format::Records)),
        ("mapping", lines.into_bytes(), mapped),
    ]
}

fn reading(criterion: &mut Criterion) {
    for (name, bytes, options) in documents() {
        let mut group = criterion.benchmark_group(format!("read {COUNT} resources, {name}"));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function("serde_json parses", |bencher| {
            let values = || serde_json::Deserializer::from_slice(&bytes).into_iter::<Value>();
            bencher.iter(|| black_box(values().collect::<Result<Vec<_>, _>>().is_ok()));
        });
        group.bench_function("snapshot", |bencher| {
            assert!(Snapshot::parse_with(&bytes, &options).is_ok(), "{name}");
            bencher.iter(|| black_box(Snapshot::parse_with(&bytes, &options).is_ok()));
        });
        group.finish();
    }
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

criterion_group!(benches, tapes, reading, manifests_in_yaml, engine);
criterion_main!(benches);
