//! Classification, ownership and grouping: every pair of the corpus differs in something that the catalogue of
//! findings knows, under the names of real types, and the estate stands in as many accounts as it takes.
//!
//! What is measured is what a detection with the catalogue and a map of owners takes longer than one without,
//! and all of [`finish`], which groups the findings by their causes, sorts and counts them. It is held beside
//! `serde_json` parsing both documents of the same corpus, times the accounts. Both are processor time, which
//! other programs of a shared machine disturb less than a clock.

use super::{Corpus, Failure, line, peak_kib, peers};
use drift_core::source::ParseOptions;
use drift_core::{
    Context, Detector, Mapping, OwnerMap, Packs, Partial, Report, Seed, Snapshot, Timestamp, finish,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// So many accounts hold the estate: ten times the corpus.
const ACCOUNTS: usize = 10;
const OWNERS: &str = "type,owner
aws_iam_role,identity
aws_security_group,network
core/*,platform
,everyone
";

/// Both sides of the pairs, each changed, one resource a line.
struct Estate {
    desired: Vec<u8>,
    actual: Vec<u8>,
    /// The ids by which the catalogue is to call each type's findings.
    pairs: BTreeMap<&'static str, usize>,
}

/// The name of the type, what was done to the live one, and what that is called.
fn change(desired: &mut Value, actual: &mut Value) -> Option<(&'static str, &'static str)> {
    let kind = desired["kind"].as_str().or(desired["type"].as_str())?.to_owned();
    Some(match kind.as_str() {
        "Deployment" => {
            let name = desired["spec"]["template"]["spec"]["containers"][0]["name"].clone();
            let containers = actual["spec"]["template"]["spec"]["containers"].as_array_mut()?;
            let container = containers.iter_mut().find(|container| container["name"] == name)?;
            container["image"] = json!("registry.example.com/shop/other:v1");
            ("apps/Deployment", "k8s.image_changed")
        }
        "Service" => {
            desired["spec"]["type"] = json!("ClusterIP");
            actual["spec"]["type"] = json!("LoadBalancer");
            ("core/Service", "k8s.service_exposed")
        }
        "ConfigMap" => {
            actual["data"]["config.yaml"] = json!("changed: true\n");
            ("core/ConfigMap", "k8s.config_changed")
        }
        "Role" => {
            actual["rules"].as_array_mut()?.push(json!(
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
            ));
            ("rbac.authorization.k8s.io/Role", "k8s.rbac_widened")
        }
        "RoleBinding" => {
            let more = json!({"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"});
            actual["subjects"].as_array_mut()?.push(more);
            ("rbac.authorization.k8s.io/RoleBinding", "k8s.rbac_widened")
        }
        "network_security_group" => {
            let rule = |rule: &Value| {
                json!({"protocol": rule["protocol"], "from_port": rule["from_port"],
                    "to_port": rule["to_port"], "cidr_blocks": rule["source_prefixes"]})
            };
            let rules: Vec<Value> = desired["rules"].as_array()?.iter().map(rule).collect();
            desired["ingress"] = json!(rules);
            actual["ingress"] = json!(rules);
            actual["ingress"][0]["cidr_blocks"].as_array_mut()?.push(json!("0.0.0.0/0"));
            ("aws_security_group", "net.ingress_widened")
        }
        "iam_role" => {
            let trust = actual["assume_role_policy"]
                .as_str()?
                .replace(r#"{"Service": "ec2.amazonaws.com"}"#, r#"{"AWS": "*"}"#);
            actual["assume_role_policy"] = json!(trust);
            ("aws_iam_role", "iam.trust_widened")
        }
        "lambda_function" => {
            actual["role"] = json!("arn:aws:iam::111122223333:role/other");
            ("aws_lambda_function", "function.role")
        }
        "autoscaling_group" => {
            actual["max_size"] = json!(desired["max_size"].as_u64()? + 7);
            ("aws_autoscaling_group", "autoscaling.bounds")
        }
        _ => return None,
    })
}

fn key(resource: &Value) -> String {
    match resource["metadata"].as_object() {
        Some(meta) => format!("{} {} {}", resource["kind"], meta["namespace"], meta["name"]),
        None => format!("{} {}", resource["type"], resource["id"]),
    }
}

fn estate(corpus: &Corpus) -> Result<Estate, Failure> {
    let read = |bytes: &[u8]| -> Result<BTreeMap<String, Value>, Failure> {
        let lines = std::str::from_utf8(bytes)?.lines();
        let value = |line: &str| -> Result<_, Failure> {
            let value: Value = serde_json::from_str(line)?;
            Ok((key(&value), value))
        };
        lines.map(value).collect()
    };
    let (desired, mut actual) = (read(&corpus.desired)?, read(&corpus.actual)?);
    let mut estate = Estate { desired: Vec::new(), actual: Vec::new(), pairs: BTreeMap::new() };
    for (key, mut desired) in desired {
        let Some(mut actual) = actual.remove(&key) else { continue };
        let Some((type_name, id)) = change(&mut desired, &mut actual) else { continue };
        let team = match desired["metadata"]["labels"]["team"].as_str() {
            Some(team) => team.to_owned(),
            None => {
                let mut tags = desired["tags"].as_array().into_iter().flatten();
                let tag = tags.find(|tag| tag["key"] == "team");
                tag.and_then(|tag| tag["value"].as_str()).unwrap_or_default().to_owned()
            }
        };
        for (side, to) in [(&mut desired, &mut estate.desired), (&mut actual, &mut estate.actual)] {
            let provider = if type_name.starts_with("aws_") { "aws" } else { "kubernetes" };
            side["is_of"] = json!(provider);
            side["is_type"] = json!(type_name);
            side["is_tagged"] = json!({"team": team});
            serde_json::to_writer(&mut *to, side)?;
            to.push(b'\n');
        }
        *estate.pairs.entry(id).or_default() += 1;
    }
    Ok(estate)
}

/// Nanoseconds that this thread has run.
fn cpu() -> Result<u64, Failure> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(stat.split_whitespace().next().unwrap_or_default().parse()?)
}

struct Both {
    with: Detector,
    without: Detector,
}

impl Both {
    fn new(corpus: &Corpus) -> Result<Self, Failure> {
        let owners = OwnerMap::new().tags(["team"]).csv(OWNERS)?.alias("sre", "platform");
        let others = Packs::names().filter(|name| *name != "findings").map(str::to_owned).collect();
        let with = Detector::builder().rules(corpus.rules(false)?).owners(owners);
        let without = Detector::builder().rules(corpus.rules(false)?).packs(Packs::Named(others));
        Ok(Self { with: with.build()?, without: without.build()? })
    }
}

/// The findings of the estate in one account, and what they took: with the catalogue and owners, and without.
fn account(estate: &Estate, both: &Both, number: usize) -> Result<(Partial, [u64; 2]), Failure> {
    let mapping = Mapping::from_yaml(&format!(
        "items: \"$\"\nprovider: \"$.is_of\"\ntype: \"$.is_type\"\nid: [\"$.metadata.name\", \"$.id\"]\n\
         scope: {{namespace: \"$.metadata.namespace\", account: {{const: \"{number}\"}}}}\n\
         tags: \"$.is_tagged\"\n"
    ))?;
    let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
    let context = Context::at(Timestamp::default()).with_seed(Seed([11, 22]));
    let detect = |detector: &Detector| -> Result<(Partial, u64), Failure> {
        let desired = detector.read(&estate.desired, &options, &context)?;
        let actual: Snapshot<'_> = detector.read(&estate.actual, &options, &context)?;
        let start = cpu()?;
        let partial = detector.partial(&desired, &actual, &context);
        Ok((partial, cpu()? - start))
    };
    let (found, with) = detect(&both.with)?;
    let (_, without) = detect(&both.without)?;
    Ok((found, [with, without]))
}

/// The report on so many accounts, and the milliseconds that classifying, owning and grouping took.
fn findings(corpus: &Corpus, estate: &Estate, accounts: usize) -> Result<(f64, Report), Failure> {
    let both = Both::new(corpus)?;
    // What is made once is made before.
    account(estate, &both, 0)?;
    let mut all: Option<Partial> = None;
    let mut spent = 0;
    for number in 0..accounts {
        let (partial, [with, without]) = account(estate, &both, number)?;
        spent += with.saturating_sub(without);
        all = Some(match all {
            Some(known) => known.merge(partial),
            None => partial,
        });
    }
    let all = all.ok_or("no account")?;
    let start = cpu()?;
    let report = finish(all, Timestamp::default());
    spent += cpu()? - start;
    Ok((spent as f64 / 1e6, report))
}

/// What is wrong with the report: nothing, it is to be hoped.
fn wrong(estate: &Estate, accounts: usize, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: usize, expected: usize| {
        if found != expected {
            wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    };
    let pairs: usize = estate.pairs.values().sum();
    expect("findings", report.findings.len(), pairs * accounts);
    let owned = report.findings.iter().filter(|finding| finding.owner.is_some()).count();
    expect("owned findings", owned, pairs * accounts);
    for (id, count) in &estate.pairs {
        let named = |finding: &&drift_core::report::Finding| {
            let mut rules = finding.changes.iter().filter_map(|change| change.rule.as_deref());
            rules.any(|rule| rule == *id || rule == format!("findings/{id}"))
        };
        expect(id, report.findings.iter().filter(named).count(), count * accounts);
    }
    let reach: BTreeSet<usize> = report.causes.iter().map(|cause| cause.scopes).collect();
    expect(
        "accounts that a cause reaches, or more",
        usize::from(reach.last() >= Some(&accounts)),
        1,
    );
    wrong
}

/// Prints the bars of findings.
pub(super) fn bars(corpus: &Corpus) -> Result<(), Failure> {
    let estate = estate(corpus)?;
    let mut theirs = peers(corpus, "parse", "serde_json_cpu")?;
    let (ours, report) = findings(corpus, &estate, ACCOUNTS)?;
    theirs = theirs.min(peers(corpus, "parse", "serde_json_cpu")?);
    let wrong = wrong(&estate, ACCOUNTS, &report);
    wrong.iter().take(10).for_each(|wrong| eprintln!("findings: {wrong}"));
    let name = format!("10 {} findings classified, owned and grouped", report.findings.len());
    line(&name, 0.15, "below", ours, theirs * ACCOUNTS as f64, Some(wrong.is_empty()));
    let peak = |accounts: usize| -> Result<f64, Failure> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.arg("--findings-once").arg(corpus.folder()).arg(accounts.to_string());
        let told = String::from_utf8(command.output()?.stdout)?;
        Ok(told.trim().parse::<f64>()? / 1e3)
    };
    // What the documents themselves take stands in each of them.
    let [one, half, whole] = [peak(1)?, peak(ACCOUNTS / 2 + 1)?, peak(ACCOUNTS + 1)?];
    line("10 memory of twice the findings", 2.1, "below", whole - one, half - one, None);
    Ok(())
}

/// The peak of memory, in KiB, of a report on so many accounts.
pub(super) fn once(corpus: &Corpus, accounts: usize) -> Result<u64, Failure> {
    let estate = estate(corpus)?;
    let (_, report) = findings(corpus, &estate, accounts)?;
    drop(report);
    peak_kib()
}
