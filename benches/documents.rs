//! Documents of every format, generated, each with what it is read with.

use crate::estate;
use drift_core::{Format, Mapping, ParseOptions, Snapshot};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// A text in a format.
#[derive(Debug)]
pub struct Sample {
    /// The format's name.
    pub name: &'static str,
    /// The text.
    pub bytes: Vec<u8>,
    /// What `serde_json` parses beside it: the same text, or the same content as JSON.
    pub json: Vec<u8>,
    /// What it is read with.
    pub options: ParseOptions,
}

/// A queue as a state of Terraform holds it.
fn queue(index: usize) -> Value {
    let tags = json!({"team": format!("team-{}", index % 40), "env": "prod"});
    json!({
        "id": format!("https://sqs.eu-west-1.amazonaws.com/111122223333/jobs-{index}"),
        "arn": format!("arn:aws:sqs:eu-west-1:111122223333:jobs-{index}"),
        "name": format!("jobs-{index}"), "delay_seconds": index % 7, "fifo_queue": false,
        "max_message_size": 262_144, "message_retention_seconds": 345_600, "policy": "",
        "redrive_policy": "{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:111122223333:dead\"}",
        "tags": tags, "tags_all": tags,
    })
}

/// The properties of a queue in a template that declares it.
fn properties(index: usize) -> Value {
    json!({
        "QueueName": format!("jobs-{index}"), "DelaySeconds": index % 7,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:1:dead"}},
        "Tags": [{"Key": "env", "Value": {"Ref": "Stage"}}],
    })
}

/// A queue as `show -json` names it, with `rest` beside its head.
fn shown(index: usize, rest: Value) -> Value {
    let mut entry = json!({"address": format!("aws_sqs_queue.q{index}"), "mode": "managed",
        "type": "aws_sqs_queue", "name": format!("q{index}"),
        "provider_name": "registry.terraform.io/hashicorp/aws"});
    if let (Value::Object(entry), Value::Object(rest)) = (&mut entry, rest) {
        entry.extend(rest);
    }
    entry
}

fn shown_values(count: usize) -> Value {
    let resource = |index| {
        let marks = json!({"tags": {}, "tags_all": {}});
        let rest = json!({"schema_version": 0, "values": queue(index), "sensitive_values": marks});
        shown(index, rest)
    };
    json!({"root_module": {"resources": (0..count).map(resource).collect::<Vec<_>>()}})
}

fn state(count: usize) -> Value {
    let resource = |index| {
        json!({"mode": "managed", "type": "aws_sqs_queue", "name": format!("q{index}"),
            "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances": [{"schema_version": 0, "attributes": queue(index),
                "sensitive_attributes": [], "private": "bnVsbA=="}]})
    };
    json!({"version": 4, "terraform_version": "1.9.5", "serial": 1, "lineage": "x",
        "outputs": {}, "resources": (0..count).map(resource).collect::<Vec<_>>()})
}

/// A plan of which every tenth resource is to be updated.
fn plan(count: usize) -> Value {
    let change = |index: usize| {
        let mut after = queue(index);
        let updated = index.is_multiple_of(10);
        if let Some(delay) = after.get_mut("delay_seconds").filter(|_| updated) {
            *delay = json!(9);
        }
        let marks = json!({"tags": {}, "tags_all": {}});
        let change = json!({"actions": [if updated { "update" } else { "no-op" }],
            "before": queue(index), "after": after, "after_unknown": {},
            "before_sensitive": marks, "after_sensitive": marks});
        shown(index, json!({"change": change}))
    };
    let configured = |index| {
        let name = json!({"constant_value": format!("jobs-{index}")});
        let expressions = json!({"name": name, "delay_seconds": {"references": ["var.delay"]}});
        json!({"address": format!("aws_sqs_queue.q{index}"), "mode": "managed",
            "type": "aws_sqs_queue", "name": format!("q{index}"), "provider_config_key": "aws",
            "expressions": expressions, "schema_version": 0})
    };
    let configuration = json!({"provider_config": {"aws": {"name": "aws"}},
        "root_module": {"resources": (0..count).map(configured).collect::<Vec<_>>()}});
    json!({"format_version": "1.2", "terraform_version": "1.9.5",
        "planned_values": shown_values(count),
        "resource_changes": (0..count).map(change).collect::<Vec<_>>(),
        "prior_state": {"format_version": "1.0", "terraform_version": "1.9.5",
            "values": shown_values(count)},
        "configuration": configuration})
}

/// Configuration of queues, in HCL and in JSON.
fn configuration(count: usize) -> (String, Value) {
    let mut text = String::new();
    let mut blocks = Map::new();
    for index in 0..count {
        let delay = index % 7;
        text.push_str(&format!(
            "resource \"aws_sqs_queue\" \"q{index}\" {{\n  name                      = \"jobs-{index}\"\n  \
             delay_seconds             = {delay}\n  message_retention_seconds = 345600\n  \
             kms_master_key_id         = aws_kms_key.main.arn\n\n  tags = {{\n    \
             team = \"team-{}\"\n    env  = var.stage\n  }}\n\n  \
             lifecycle {{\n    ignore_changes = [policy]\n  }}\n}}\n\n",
            index % 40
        ));
        let block = json!({"name": format!("jobs-{index}"), "delay_seconds": delay,
            "message_retention_seconds": 345_600, "kms_master_key_id": "${aws_kms_key.main.arn}",
            "tags": {"team": format!("team-{}", index % 40), "env": "${var.stage}"},
            "lifecycle": {"ignore_changes": ["policy"]}});
        blocks.insert(format!("q{index}"), block);
    }
    (text, json!({"resource": {"aws_sqs_queue": blocks}}))
}

fn template(count: usize) -> Value {
    let resource = |index| {
        (format!("Q{index}"), json!({"Type": "AWS::SQS::Queue", "Properties": properties(index)}))
    };
    json!({"Parameters": {"Stage": {"Type": "String", "Default": "prod"}},
        "Resources": (0..count).map(resource).collect::<Map<_, _>>()})
}

/// A text of each format that holds `count` resources.
#[must_use]
pub fn samples(count: usize) -> Vec<Sample> {
    let text = |value: Value| value.to_string().into_bytes();
    let of = |format: Format, bytes: Vec<u8>| Sample {
        name: format.as_str(),
        json: bytes.clone(),
        bytes,
        options: ParseOptions { format, ..ParseOptions::default() },
    };
    let records = (0..count).map(|index| {
        json!({"type": "aws_sqs_queue", "id": index.to_string(), "attributes": queue(index)})
    });
    let shown = json!({"format_version": "1.0", "terraform_version": "1.9.5", "values": shown_values(count)});
    let (hcl, as_json) = configuration(count);
    let lines = (0..count).map(|index| queue(index).to_string()).collect::<Vec<_>>().join("\n");
    let mut mapped = of(Format::Mapping, lines.into_bytes());
    mapped.options.mapping =
        Mapping::from_yaml(r#"{items: "$", type: {const: queue}, id: "$.name"}"#).ok();
    vec![
        of(Format::Kubernetes, estate(count, true).actual),
        of(Format::TerraformState, text(state(count))),
        of(Format::TerraformShow, text(shown)),
        of(Format::TerraformPlan, text(plan(count))),
        Sample { json: text(as_json), ..of(Format::TerraformConfig, hcl.into_bytes()) },
        of(Format::Cloudformation, text(template(count))),
        of(Format::Records, text(records.collect())),
        mapped,
    ]
}

/// The templates in JSON of the corpus, where there is one, that are read without being given anything.
#[must_use]
pub fn published_templates() -> Vec<Sample> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/cloudformation");
    let mut found = Vec::new();
    let mut folders = vec![corpus];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    let template = |path: &PathBuf| {
        let bytes = std::fs::read(path).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let format = Format::Cloudformation;
        let options = ParseOptions { format, ..ParseOptions::default() };
        let is_template = value.get("Resources").is_some_and(Value::is_object)
            && Snapshot::parse_with(&bytes, &options).is_ok();
        let sample = Sample { name: format.as_str(), json: bytes.clone(), bytes, options };
        is_template.then_some(sample)
    };
    found.iter().filter_map(template).collect()
}
