//! Classification, ownership and grouping, of a hundred thousand findings.
//!
//! Two estates stand in as many accounts as it takes. One is the corpus scaled up, under the names of real types:
//! most of it agrees, has owners, and is counted. In the other every pair differs, and in what asks most of the
//! catalogue: rules of firewalls, policies, roles.
//!
//! What is measured is what a detection with the catalogue and a map of owners takes longer than one without,
//! and all of [`finish`], which groups the findings by their causes, sorts and counts them. What agrees takes as
//! long in each account: it is measured in a few. All is held beside `serde_json` parsing both documents of the
//! same corpus, times the accounts. Both are processor time, which other programs of a shared machine disturb less
//! than a clock.

use super::{Corpus, Failure, line, peak_kib, peers, variants::key_of};
use drift_core::report::Finding;
use drift_core::source::ParseOptions;
use drift_core::{
    Context, Detector, Mapping, OwnerMap, Packs, Partial, Report, Seed, Snapshot, Timestamp, finish,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// So many findings there are, or a few less.
const FINDINGS: usize = 99_000;
/// In so many accounts the whole corpus is measured.
const SAMPLES: usize = 15;
/// The names of real types for those of the corpus.
const TYPES: [(&str, &str); 9] = [
    ("Deployment", "apps/Deployment"),
    ("Service", "core/Service"),
    ("ConfigMap", "core/ConfigMap"),
    ("Role", "rbac.authorization.k8s.io/Role"),
    ("RoleBinding", "rbac.authorization.k8s.io/RoleBinding"),
    ("network_security_group", "aws_security_group"),
    ("iam_role", "aws_iam_role"),
    ("lambda_function", "aws_lambda_function"),
    ("autoscaling_group", "aws_autoscaling_group"),
];
const OWNERS: &str = "type,owner
aws_iam_role,identity
aws_security_group,network
core/*,platform
,everyone
";

/// Both sides of what one account holds, one resource a line.
#[derive(Default)]
struct Estate {
    desired: Vec<u8>,
    actual: Vec<u8>,
    /// How many findings there are of each status.
    statuses: BTreeMap<&'static str, usize>,
    /// How many findings of each id of the catalogue there are.
    ids: BTreeMap<&'static str, usize>,
    /// How many resources each owner has.
    owners: BTreeMap<String, usize>,
}

/// Changes the live resource of a pair; what the catalogue calls that.
fn change(kind: &str, desired: &mut Value, actual: &mut Value) -> Option<&'static str> {
    Some(match kind {
        "Deployment" => {
            let name = desired["spec"]["template"]["spec"]["containers"][0]["name"].clone();
            let containers = actual["spec"]["template"]["spec"]["containers"].as_array_mut()?;
            let container = containers.iter_mut().find(|container| container["name"] == name)?;
            container["image"] = json!("registry.example.com/shop/other:v1");
            "k8s.image_changed"
        }
        "Service" => {
            desired["spec"]["type"] = json!("ClusterIP");
            actual["spec"]["type"] = json!("LoadBalancer");
            "k8s.service_exposed"
        }
        "ConfigMap" => {
            actual["data"]["config.yaml"] = json!("changed: true\n");
            "k8s.config_changed"
        }
        "Role" => {
            actual["rules"].as_array_mut()?.push(json!(
                {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}
            ));
            "k8s.rbac_widened"
        }
        "RoleBinding" => {
            let more = json!({"kind": "Group", "name": "system:authenticated", "apiGroup": "rbac.authorization.k8s.io"});
            actual["subjects"].as_array_mut()?.push(more);
            "k8s.rbac_widened"
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
            "net.ingress_widened"
        }
        "iam_role" => {
            let trust = actual["assume_role_policy"]
                .as_str()?
                .replace(r#"{"Service": "ec2.amazonaws.com"}"#, r#"{"AWS": "*"}"#);
            actual["assume_role_policy"] = json!(trust);
            "iam.trust_widened"
        }
        "lambda_function" => {
            actual["role"] = json!("arn:aws:iam::111122223333:role/other");
            "function.role"
        }
        "autoscaling_group" => {
            actual["max_size"] = json!(desired["max_size"].as_u64()? + 7);
            "autoscaling.bounds"
        }
        _ => return None,
    })
}

type Resources = BTreeMap<String, Value>;

fn resources(bytes: &[u8]) -> Result<Resources, Failure> {
    let value = |line: &str| -> Result<_, Failure> {
        let value: Value = serde_json::from_str(line)?;
        Ok((key_of(&value), value))
    };
    std::str::from_utf8(bytes)?.lines().map(value).collect()
}

fn kind_of(resource: &Value) -> &str {
    resource["kind"].as_str().or(resource["type"].as_str()).unwrap_or_default()
}

impl Estate {
    /// What the corpus itself changed, took away and added; and what agrees, where that is wanted.
    fn drawn(corpus: &Corpus, agreeing: bool) -> Result<Self, Failure> {
        let (desired, actual) = (resources(&corpus.desired)?, resources(&corpus.actual)?);
        let truth = corpus.json("truth.json")?;
        let kind_and_namespace = |resource: &Value| {
            (kind_of(resource).to_owned(), resource["metadata"]["namespace"].to_string())
        };
        let missing = desired.iter().filter(|(key, _)| !actual.contains_key(*key));
        let mut unseen: BTreeSet<_> = missing.map(|(_, it)| kind_and_namespace(it)).collect();
        let mut estate = Self::default();
        for key in desired.keys().chain(actual.keys()).collect::<BTreeSet<_>>() {
            let sides = [desired.get(key).cloned(), actual.get(key).cloned()];
            let status = match &sides {
                [Some(declared), Some(_)] if truth["changes"].get(key).is_none() => {
                    // Nothing is missing where nobody looked: one that agrees shows that somebody did.
                    if agreeing || unseen.remove(&kind_and_namespace(declared)) {
                        estate.add(sides)?;
                    }
                    continue;
                }
                [Some(_), Some(_)] => "drifted",
                [Some(_), None] => "missing",
                _ => "unmanaged",
            };
            if estate.add(sides)? {
                *estate.statuses.entry(status).or_default() += 1;
            }
        }
        Ok(estate)
    }

    /// Every pair, each changed in what asks most of the catalogue.
    fn dear(corpus: &Corpus) -> Result<Self, Failure> {
        let (desired, mut actual) = (resources(&corpus.desired)?, resources(&corpus.actual)?);
        let mut estate = Self::default();
        for (key, mut desired) in desired {
            let Some(mut actual) = actual.remove(&key) else { continue };
            let kind = kind_of(&desired).to_owned();
            let Some(id) = change(&kind, &mut desired, &mut actual) else { continue };
            if estate.add([Some(desired), Some(actual)])? {
                *estate.ids.entry(id).or_default() += 1;
                *estate.statuses.entry("drifted").or_default() += 1;
            }
        }
        Ok(estate)
    }

    /// Adds a resource, under the name of a real type and with its team as a tag; false where it has a type of
    /// another corpus.
    fn add(&mut self, sides: [Option<Value>; 2]) -> Result<bool, Failure> {
        let kind = sides.iter().flatten().next().map(kind_of).unwrap_or_default();
        let Some((_, type_name)) = TYPES.iter().find(|(known, _)| *known == kind) else {
            return Ok(false);
        };
        let team = sides.iter().flatten().find_map(|side| {
            let label = side["metadata"]["labels"]["team"].as_str();
            let mut tags = side["tags"].as_array().into_iter().flatten();
            let tag = || tags.find(|tag| tag["key"] == "team")?["value"].as_str();
            label.or_else(tag).map(str::to_owned)
        });
        // A team is called as no value of the corpus is: what stands in a secret is masked everywhere.
        let team = team.map(|team| format!("team-{team}")).unwrap_or_default();
        let owner = match (team.as_str(), *type_name) {
            ("team-sre", _) => "platform",
            ("", "aws_iam_role") => "identity",
            ("", "aws_security_group") => "network",
            ("", name) if name.starts_with("core/") => "platform",
            ("", _) => "everyone",
            (team, _) => team,
        };
        *self.owners.entry(owner.to_owned()).or_default() += 1;
        for (side, to) in sides.into_iter().zip([&mut self.desired, &mut self.actual]) {
            let Some(mut side) = side else { continue };
            let provider = if type_name.starts_with("aws_") { "aws" } else { "kubernetes" };
            side["is_of"] = json!(provider);
            side["is_type"] = json!(type_name);
            side["is_tagged"] = json!({"team": team});
            serde_json::to_writer(&mut *to, &side)?;
            to.push(b'\n');
        }
        Ok(true)
    }

    fn findings(&self) -> usize {
        self.statuses.values().sum()
    }

    /// In how many accounts it has a hundred thousand findings.
    fn accounts(&self) -> usize {
        FINDINGS.div_ceil(self.findings().max(1))
    }
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
        let owners = OwnerMap::new().tags(["team"]).csv(OWNERS)?.alias("team-sre", "platform");
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

/// The milliseconds that it took.
struct Spent {
    /// To classify and own.
    pairs: f64,
    /// To group, to sort and to count.
    finish: f64,
}

impl Spent {
    fn in_all(&self) -> f64 {
        self.pairs + self.finish
    }
}

/// The report on so many accounts, and what it took.
fn findings(corpus: &Corpus, estate: &Estate, accounts: usize) -> Result<(Spent, Report), Failure> {
    let both = Both::new(corpus)?;
    // What is made once is made before.
    account(estate, &both, 0)?;
    let mut all: Option<Partial> = None;
    let mut pairs = 0;
    for number in 0..accounts {
        let (partial, [with, without]) = account(estate, &both, number)?;
        pairs += with.saturating_sub(without);
        all = Some(match all {
            Some(known) => known.merge(partial),
            None => partial,
        });
    }
    let all = all.ok_or("no account")?;
    let start = cpu()?;
    let report = finish(all, Timestamp::default());
    let finish = (cpu()? - start) as f64 / 1e6;
    Ok((Spent { pairs: pairs as f64 / 1e6, finish }, report))
}

/// The milliseconds that classifying and owning all of one account take: the median of a few.
fn of_one_account(corpus: &Corpus, estate: &Estate) -> Result<f64, Failure> {
    let both = Both::new(corpus)?;
    account(estate, &both, 0)?;
    let mut spent = Vec::new();
    for number in 0..SAMPLES {
        let (_, [with, without]) = account(estate, &both, number)?;
        spent.push(with as f64 / 1e6 - without as f64 / 1e6);
    }
    spent.sort_by(f64::total_cmp);
    spent.get(SAMPLES / 2).copied().ok_or_else(|| "no account".into())
}

/// What is wrong with the report: nothing, it is to be hoped.
fn wrong(estate: &Estate, accounts: usize, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut expect = |what: &str, found: usize, expected: usize| {
        if found != expected {
            wrong.push(format!("{what}: {found} instead of {expected}"));
        }
    };
    let mut due_in_all = 0;
    for (status, count) in &estate.statuses {
        let found = report.findings.iter().filter(|finding| finding.status.as_str() == *status);
        let (found, mut due) = (found.count(), count * accounts);
        // What the corpus changed may be no drift of the real type: a function's `region` is the provider's.
        let may_be_less = estate.ids.is_empty() && *status == "drifted";
        if may_be_less && found < due && found % accounts == 0 && (due - found) * 50 <= due {
            due = found;
        }
        expect(status, found, due);
        due_in_all += due;
    }
    expect("findings", report.findings.len(), due_in_all);
    // Of the corpus itself some resources agree, and have an owner all the same.
    for (owner, count) in estate.owners.iter().filter(|_| !estate.ids.is_empty()) {
        let of_owner = |finding: &&Finding| finding.owner.as_ref() == Some(owner);
        expect(owner, report.findings.iter().filter(of_owner).count(), count * accounts);
    }
    let owned = report.findings.iter().filter(|finding| finding.owner.is_some()).count();
    expect("owned findings", owned, report.findings.len());
    let told = |finding: &&Finding| finding.changes.iter().any(|change| change.title.is_some());
    let told = report.findings.iter().filter(told).count();
    // Of what the corpus changes at random the catalogue knows a part.
    let least = if estate.ids.is_empty() { report.findings.len() / 10 } else { due_in_all };
    expect("findings that the catalogue knows, or more", told.min(least), least);
    for (id, count) in &estate.ids {
        let named = |finding: &&Finding| {
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
    let parsed = || peers(corpus, "parse", "serde_json_cpu");
    for (estate, what) in [
        (Estate::drawn(corpus, false)?, "the corpus scaled up"),
        (Estate::dear(corpus)?, "every pair differs in what is dear"),
    ] {
        if estate.findings() == 0 {
            eprintln!(
                "findings: the generator of the corpus is not here, and without its types there are none"
            );
            return Ok(());
        }
        let accounts = estate.accounts();
        let is_drawn = estate.ids.is_empty();
        // Before there are many findings, which would lie between what is measured.
        let whole = match is_drawn {
            true => of_one_account(corpus, &Estate::drawn(corpus, true)?)?,
            false => 0.0,
        };
        let mut theirs = parsed()?;
        let (spent, report) = findings(corpus, &estate, accounts)?;
        theirs = theirs.min(parsed()?);
        let wrong = wrong(&estate, accounts, &report);
        wrong.iter().take(10).for_each(|wrong| eprintln!("findings: {wrong}"));
        let right = Some(wrong.is_empty());
        let count = report.findings.len();
        let name = format!("10 {count} findings classified, owned and grouped, {what}");
        let all = theirs * accounts as f64;
        if is_drawn {
            // Of what differs the measure in every account counts, if it is more.
            let pairs = spent.pairs.max(whole * accounts as f64);
            line(&name, 0.15, "below", pairs + spent.finish, all, right);
            // The same where each finding has no more than its own resource to be held beside.
            let pairs = std::str::from_utf8(&corpus.desired)?.lines().count();
            let own = theirs * count as f64 / pairs as f64;
            let name = format!("10 {count} findings, {what}, beside as many resources");
            line(&name, 0.15, "below", spent.in_all(), own, right);
        } else {
            line(&name, 0.15, "below", spent.in_all(), all, right);
        }
    }
    let peak = |accounts: usize| -> Result<f64, Failure> {
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.arg("--findings-once").arg(corpus.folder()).arg("dear").arg(accounts.to_string());
        let told = String::from_utf8(command.output()?.stdout)?;
        Ok(told.trim().parse::<f64>()? / 1e3)
    };
    // What is there whatever the number of findings, the documents of one account, takes no part: twice as many
    // more must take twice as much more.
    let [few, more, most] = [peak(12)?, peak(18)?, peak(30)?];
    let grows = Some(more > few && most > more);
    line("10 memory of twice the findings", 2.1, "below", most - more, more - few, grows);
    Ok(())
}

/// The peak of memory, in KiB, of a report on so many accounts of an estate, by its name.
pub(super) fn once(corpus: &Corpus, estate: &str, accounts: usize) -> Result<u64, Failure> {
    let estate = match estate {
        "drawn" => Estate::drawn(corpus, false)?,
        "dear" => Estate::dear(corpus)?,
        _ => return Err("an estate is `drawn` or `dear`".into()),
    };
    let (_, report) = findings(corpus, &estate, accounts)?;
    drop(report);
    peak_kib()
}
