//! The mappings that are built in, over the example outputs of the AWS CLI: every answer of a command
//! that has a mapping is read by it, and told by its shape where the documentation says so; no answer of
//! another command is taken for one.

use crate::common;

use drift_core::{Format, Mapping, ParseOptions, Scope, Snapshot};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Examples that are not read, and why.
const REFUSED: &[(&str, &str)] = &[(
    "sqs/get-queue-attributes.rst",
    "an answer to a question for two attributes, without the ARN",
)];

/// Commands whose answers look like those of another one, which is meant to read them.
const ALIKE: &[(&str, &str)] = &[
    ("aws cloudwatch describe-alarms-for-metric", "the alarms of one metric, in the same shape"),
    ("aws codeartifact get-domain-permissions-policy", "a policy document by itself"),
    ("aws codeartifact get-repository-permissions-policy", "a policy document by itself"),
    (
        "aws cloudfront list-distributions-by-connection-mode",
        "the same list, of some distributions",
    ),
    ("aws docdb describe-db-clusters", "the interface of RDS, told apart by the engine"),
    ("aws docdb describe-db-instances", "the interface of RDS, told apart by the engine"),
    (
        "aws docdb describe-db-subnet-groups",
        "the interface of RDS, which does not say whose group it is",
    ),
    ("aws wafv2 get-web-acl-for-resource", "the same resource, asked for in another way"),
];

struct Example {
    command: String,
    path: String,
    output: Value,
}

fn examples() -> Option<Vec<Example>> {
    let folder = common::corpus()?.join("cloudformation/aws-cli-examples");
    let mut examples = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files {
        let service = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let set: Value = serde_json::from_str(&text).unwrap();
        for example in set["examples"].as_array().unwrap() {
            examples.push(Example {
                command: format!("aws {service} {}", example["command"].as_str().unwrap()),
                path: example["path"].as_str().unwrap().to_owned(),
                output: example["output"].clone(),
            });
        }
    }
    Some(examples)
}

fn options(mapping: Option<&str>) -> ParseOptions {
    let scope = [
        ("bucket", "b"),
        ("parameter_group", "p"),
        ("policy", "arn:aws:iam::1:policy/p"),
        ("rest_api", "r"),
    ];
    ParseOptions {
        mapping: mapping.map(|name| Mapping::named(name).unwrap()),
        scope: scope.into_iter().collect::<Scope>(),
        ..ParseOptions::default()
    }
}

#[test]
fn answers_of_commands_with_a_mapping_are_read() {
    let Some(examples) = examples() else { return };
    let names: BTreeSet<&str> = Mapping::names().collect();
    let mut figures: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut failures = Vec::new();
    for example in &examples {
        let Some(name) = names.get(example.command.as_str()) else { continue };
        let text = serde_json::to_vec(&example.output).unwrap();
        let figure = figures.entry(name).or_default();
        figure[0] += 1;
        match Snapshot::parse_with(&text, &options(Some(name))) {
            Ok(_) => figure[1] += 1,
            Err(error) => failures.push(format!("{} {}: {error}", example.command, example.path)),
        }
        figure[2] += usize::from(Snapshot::parse_with(&text, &options(None)).is_ok());
    }
    let sum = |index: usize| figures.values().map(|figure| figure[index]).sum::<usize>();
    common::figure("aws_examples", &[("answers", sum(0)), ("read", sum(1)), ("told", sum(2))]);
    let known = |failure: &&String| REFUSED.iter().any(|(path, _)| failure.contains(path));
    let (known, new): (Vec<_>, Vec<_>) = failures.iter().partition(known);
    assert_eq!(known.len(), REFUSED.len(), "{known:#?}");
    assert!(new.is_empty(), "{new:#?}");
}

/// Recorded answers that are not read, and why.
const NOT_READ: &[(&str, &str)] = &[
    ("test_distribution_wafv2/wafv2.GetWebACL_2.json", "shortened by hand: there is no id"),
    ("test_distribution_wafv2/wafv2.GetWebACL_3.json", "shortened by hand: there is no id"),
    ("test_rds_snapshot_set_permissions/config.SelectResourceConfig_1.json", "selects no type"),
    (
        "test_rdscluster_snapshot_clear_permissions/config.SelectResourceConfig_1.json",
        "selects no type",
    ),
    ("test_sqs_remove_matched/sqs.GetQueueAttributes_2.json", "asked without the ARN"),
];

/// The command whose answer a recorded one is: `ec2.DescribeVpcs_1.json` of `aws ec2 describe-vpcs`.
fn command(file: &str) -> Option<String> {
    let (service, rest) = file.split_once('.')?;
    let (operation, _) = rest.rsplit_once('_')?;
    let service = match service {
        "s3" => "s3api",
        "config" => "configservice",
        "elasticloadbalancing" => "elbv2",
        service => service,
    };
    let mut words = String::new();
    let letters: Vec<char> = operation.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let small = |at: usize| letters.get(at).is_some_and(|c| c.is_ascii_lowercase());
        if letter.is_ascii_uppercase() && at > 0 && (small(at - 1) || small(at + 1)) {
            words.push('-');
        }
        words.push(letter.to_ascii_lowercase());
    }
    Some(format!("aws {service} {words}"))
}

#[test]
fn recorded_answers_are_read() {
    let Some(corpus) = common::corpus() else { return };
    let folder = corpus.join("cloudformation/cloud-custodian");
    let names: BTreeSet<&str> = Mapping::names().collect();
    let mut figures: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut failures = Vec::new();
    for file in common::files(&folder, &["json"]) {
        let Some(command) = file.file_name().and_then(|name| command(name.to_str()?)) else {
            continue;
        };
        let Some(name) = names.get(command.as_str()) else { continue };
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let Ok(recorded) = serde_json::from_str::<Value>(&text) else { continue };
        let classic = recorded["data"].get("LoadBalancerDescriptions").is_some();
        if recorded["status_code"] != 200 || !recorded["data"].is_object() || classic {
            continue;
        }
        let text = serde_json::to_vec(&recorded["data"]).unwrap();
        let figure = figures.entry(name).or_default();
        figure[0] += 1;
        match Snapshot::parse_with(&text, &options(Some(name))) {
            Ok(snapshot) => {
                figure[1] += 1;
                figure[2] += snapshot.resources().len();
            }
            Err(error) => failures.push(format!("{}: {error}", file.display())),
        }
    }
    let sum = |index: usize| figures.values().map(|figure| figure[index]).sum::<usize>();
    let all = [("answers", sum(0)), ("read", sum(1)), ("resources", sum(2))];
    common::figure("aws_recorded", &all);
    let known = |failure: &&String| NOT_READ.iter().any(|(path, _)| failure.contains(path));
    let (known, new): (Vec<_>, Vec<_>) = failures.iter().partition(known);
    assert_eq!(known.len(), NOT_READ.len(), "{known:#?}");
    assert!(new.is_empty(), "{new:#?}");
}

#[test]
fn no_other_answer_is_taken_for_one() {
    let Some(examples) = examples() else { return };
    let names: BTreeSet<&str> = Mapping::names().collect();
    let mut taken = Vec::new();
    let mut others = 0;
    // Those of CloudFormation are a format of their own.
    let own = |command: &str| names.contains(command) || command.starts_with("aws cloudformation ");
    for example in examples.iter().filter(|example| !own(&example.command)) {
        others += 1;
        let text = serde_json::to_vec(&example.output).unwrap();
        let alike = ALIKE.iter().any(|(command, _)| *command == example.command);
        if let (Ok(snapshot), false) = (Snapshot::parse(&text, Format::Auto), alike) {
            let first = snapshot.resources().first().map(|r| r.key.to_string());
            taken.push(format!("{}: {first:?}", example.command));
        }
    }
    common::figure("aws_other_examples", &[("answers", others), ("taken", taken.len())]);
    assert!(taken.is_empty(), "{taken:#?}");
}
