//! CloudTrail records: `https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html`.

use super::cloudtrail_actor::actor;
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target, is_generic};
use super::words::{self, letters};
use super::{ChangeEvent, Effect, EventFormat};
use crate::error::Result;
use crate::model::Scope;
use crate::source::strict::optional;
use crate::value::{Kind, Value};
use std::collections::BTreeMap;

/// Longer texts are no names.
const LONGEST: usize = 2048;

/// Whether a value is a record of CloudTrail.
pub(super) fn is_record(value: Value<'_>) -> bool {
    ["eventSource", "eventName", "userIdentity"].iter().all(|name| value.get(name).is_some())
}

/// Reads a record.
pub(super) fn read(record: Value<'_>, reading: &Reading<'_>) -> Result<Read> {
    STRICT.map(record, "a record")?;
    let time = reading.time(record, "eventTime")?;
    let source = STRICT.text(STRICT.required(record, "eventSource")?, "`eventSource`")?;
    let name = STRICT.text(STRICT.required(record, "eventName")?, "`eventName`")?;
    let identity = STRICT.required(record, "userIdentity")?;
    STRICT.map(identity, "`userIdentity`")?;
    let service = source.split('.').next().unwrap_or_default().to_owned();
    let mut scope = Scope::new();
    let account = record.str_field("recipientAccountId").or(identity.str_field("accountId"));
    for (field, value) in [("account", account), ("region", record.str_field("awsRegion"))] {
        if let Some(value) = value.filter(|text| !text.is_empty()) {
            scope = scope.with(field, value);
        }
    }
    let account: Scope =
        scope.get("account").map(|account| ("account", account)).into_iter().collect();
    let log = (Cloud::Aws, reading.filled(account));
    let (verb, object) = verb_of(name);
    let Some(effect) = effect(record, verb)? else { return Ok(Read::nothing(log)) };
    let mut object = letters(object);
    let mut effect = effect;
    if let Some(whole) = whole_of(&service, &object) {
        (object, effect) = (whole.to_owned(), Effect::Update);
    }
    let is_data = is_data(record);
    let mut targets = Vec::new();
    for resource in STRICT.elements(record, "resources")? {
        if is_data && resource.str_field("type") != Some("AWS::S3::Object") {
            continue;
        }
        let arn = resource.str_field("ARN").or_else(|| resource.str_field("arn"));
        let arn = arn.filter(|arn| arn.starts_with("arn:")).map(str::to_owned);
        targets.extend(arn.map(|arn| Target::Arn { arn, noun: None }));
    }
    let parts = ["requestParameters", "responseElements"].map(|part| optional(record, part));
    for part in parts.into_iter().flatten().filter(|_| !is_data) {
        targets.extend(named(part, &object));
    }
    if let Some(request) = optional(record, "requestParameters").filter(|_| !is_data) {
        targets.extend(part_of_another(request, &object));
        targets.extend(alone(verb, request, &object));
    }
    if is_data && targets.is_empty() {
        return Ok(Read::nothing(log));
    }
    targets.sort_unstable();
    targets.dedup();
    let words = optional(record, "requestParameters").map(|request| words::of(request, false));
    let event = ChangeEvent {
        time,
        source: EventFormat::Cloudtrail,
        id: record.str_field("eventID").filter(|id| !id.is_empty()).map(str::to_owned),
        action: format!("{service}:{name}"),
        actor: actor(record, identity),
        cloud: Cloud::Aws,
        scope: reading.filled(scope),
        object,
        service,
        effect,
        targets,
        words,
        operation: None,
    };
    Ok(Read::of(log, event))
}

/// Whether the record is of the use of a resource, or of what lies in it: messages, items, calls. That changes
/// nothing that is declared, but for the objects of a bucket, which are resources themselves
/// (`https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html`).
fn is_data(record: Value<'_>) -> bool {
    record.get("managementEvent").and_then(Value::as_bool) == Some(false)
        || record.str_field("eventCategory") == Some("Data")
}

/// What the record does; nothing where it only reads, or has failed.
fn effect(record: Value<'_>, verb: &str) -> Result<Option<Effect>> {
    const READS: [&str; 10] = [
        "Describe", "Get", "List", "Lookup", "Head", "Check", "Search", "BatchGet", "Simulate",
        "Validate",
    ];
    let failed = ["errorCode", "errorMessage"].iter().any(|name| optional(record, name).is_some());
    let reads = STRICT.flag(record, "readOnly")?.unwrap_or_else(|| READS.contains(&verb));
    if failed || reads {
        return Ok(None);
    }
    Ok(Some(match verb {
        "Create" | "Run" | "Register" | "Import" | "Allocate" | "Restore" => Effect::Create,
        "Delete" | "Terminate" | "Deregister" | "Release" => Effect::Delete,
        "Put" => Effect::Write,
        _ => Effect::Update,
    }))
}

/// The verb of an action and what it is done to, without the version of the API that some end in.
fn verb_of(name: &str) -> (&str, &str) {
    let upper = |(at, c): (usize, char)| (at > 0 && c.is_ascii_uppercase()).then_some(at);
    let cut = name.char_indices().find_map(upper).unwrap_or(name.len());
    let (verb, object) = name.split_at_checked(cut).unwrap_or((name, ""));
    let is_version = |at: &usize| {
        let digits = object.get(*at..*at + 8);
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let end = object.match_indices("20").map(|(at, _)| at).find(is_version);
    (verb, end.and_then(|end| object.get(..end)).unwrap_or(object))
}

/// What parameters name: ids, names and ARNs, with what they are of. What the action is not done to, as
/// the role of a function, is passed over. Of what goes by one noun that counts which stands highest: deeper
/// down a request mentions others, as the group that a rule lets in.
fn named(part: Value<'_>, object: &str) -> Vec<Target> {
    let mut found = Vec::new();
    gather(part, &Place { name: "", within: "", depth: 0 }, object, &mut found);
    let mut highest: BTreeMap<String, usize> = BTreeMap::new();
    for (noun, depth, _) in &found {
        let known = highest.entry(noun.clone()).or_insert(*depth);
        *known = (*known).min(*depth);
    }
    found.retain(|(noun, depth, _)| highest.get(noun) == Some(depth));
    let target = |(noun, _, value): (String, usize, String)| match value.starts_with("arn:") {
        true => Target::Arn { arn: value, noun: Some(noun) },
        false => Target::Aws { value, noun },
    };
    found.into_iter().map(target).collect()
}

/// Where a value stands in a request: by which name, in what, and how deep.
struct Place<'n> {
    name: &'n str,
    within: &'n str,
    depth: usize,
}

fn gather(
    value: Value<'_>,
    at: &Place<'_>,
    object: &str,
    found: &mut Vec<(String, usize, String)>,
) {
    // Whom rules of a firewall let through.
    const MENTIONS: [&str; 3] = ["ippermissions", "useridgrouppairs", "referencedgroupinfo"];
    match value.kind() {
        Kind::Map => {
            for (field, below) in value.fields() {
                if MENTIONS.contains(&letters(field).as_str()) {
                    continue;
                }
                let wraps = matches!(field, "items" | "member" | "entries" | "content");
                let inner = match wraps {
                    true => Place { ..*at },
                    false => Place { name: field, within: at.name, depth: at.depth + 1 },
                };
                gather(below, &inner, object, found);
            }
        }
        Kind::List => value.items().for_each(|item| gather(item, at, object, found)),
        Kind::String => {
            let text = value.as_str().unwrap_or_default();
            let noun = noun(at.name);
            let of_action = match noun.as_str() {
                // A name without a kind is one of what it stands in.
                "" if at.depth > 1 => is_of(&self::noun(at.within), object),
                noun if is_generic(noun) => true,
                noun => object.contains(noun),
            };
            let names = !noun.is_empty() || text.starts_with("arn:") || ends_in_a_name(at.name);
            if of_action && names && !text.is_empty() && text.len() <= LONGEST {
                found.push((noun, at.depth, text.to_owned()));
            }
        }
        _ => {}
    }
}

/// Whether what a name stands in is what the action is done to: `role` in the answer to `CreateRole`.
fn is_of(within: &str, object: &str) -> bool {
    !within.is_empty() && (object.contains(within) || within.contains(object))
}

/// The one thing that the request of an action which sets something names, though the action is not called after
/// it: the group of `EnableMetricsCollection`.
fn alone(verb: &str, request: Value<'_>, object: &str) -> Option<Target> {
    const SETS: [&str; 10] =
        ["Put", "Set", "Update", "Modify", "Enable", "Disable", "Tag", "Untag", "Add", "Remove"];
    let is_account = |text: &str| text.len() == 12 && text.bytes().all(|c| c.is_ascii_digit());
    let is_name = |field: &str| noun(field).len() < letters(field).len();
    let mut named = request.fields().filter_map(|(field, value)| {
        let text = value.as_str().filter(|text| is_name(field) && !is_account(text))?;
        Some((noun(field), text))
    });
    let (noun, text) = named.next().filter(|_| SETS.contains(&verb))?;
    let called = !is_generic(&noun) && object.contains(&noun);
    let fits = named.next().is_none() && !called && !text.is_empty() && text.len() <= LONGEST;
    fits.then(|| Target::Alone { value: text.to_owned(), noun })
}

/// What an action is done to whose name says only which part of it (API references of the services).
fn whole_of(service: &str, object: &str) -> Option<&'static str> {
    Some(match (service, object) {
        ("autoscaling", "desiredcapacity" | "metricscollection" | "processes") => {
            "autoscalinggroup"
        }
        ("cloudtrail", "logging" | "eventselectors" | "insightselectors") => "trail",
        ("dynamodb", "continuousbackups" | "timetolive") => "table",
        ("ec2", "route") => "routetable",
        ("ecr", "imagetagmutability" | "imagescanningconfiguration") => "repository",
        ("elasticloadbalancing", "securitygroups" | "subnets" | "ipaddresstype") => "loadbalancer",
        ("iam", "policyversion" | "defaultpolicyversion") => "managedpolicy",
        ("logs", "retentionpolicy") => "loggroup",
        _ => return None,
    })
}

/// What goes by two names, its owner's and its own: the policy of a role in `PutRolePolicy`, which the
/// Terraform provider knows as `role:policy`.
fn part_of_another(request: Value<'_>, object: &str) -> Option<Target> {
    let named = |noun_of: &str| {
        let mut fields = request.fields().filter(|(name, _)| noun(name) == noun_of);
        fields.find_map(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    };
    let mut cuts = (1..object.len()).filter_map(|at| object.split_at_checked(at));
    let (owner, own) = cuts.find_map(|(owner, own)| named(owner).zip(named(own)))?;
    Some(Target::Aws { value: format!("{owner}:{own}"), noun: object.to_owned() })
}

fn ends_in_a_name(field: &str) -> bool {
    let field = field.to_ascii_lowercase();
    ["name", "id", "arn", "identifier"].contains(&field.as_str())
}

/// What a parameter is of: `function` of `functionName`, `dbinstance` of `dBInstanceIdentifier`.
fn noun(name: &str) -> String {
    let mut noun = letters(name);
    if noun.len() > 1 && noun.ends_with('s') {
        noun.pop();
    }
    for ending in ["identifier", "name", "arn", "url", "id"] {
        if let Some(stem) = noun.strip_suffix(ending) {
            noun.truncate(stem.len());
            break;
        }
    }
    noun
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn actions_have_a_verb_and_an_object() {
        assert_eq!(
            verb_of("UpdateFunctionConfiguration20150331v2"),
            ("Update", "FunctionConfiguration")
        );
        assert_eq!(verb_of("AuthorizeSecurityGroupIngress"), ("Authorize", "SecurityGroupIngress"));
        assert_eq!(verb_of("ModifyDBInstance"), ("Modify", "DBInstance"));
        assert_eq!(verb_of("x"), ("x", ""));
        assert_eq!(verb_of("Ü20"), ("Ü20", ""));
    }

    #[test]
    fn parts_go_by_the_name_of_their_owner_and_their_own() {
        let read = |text: &[u8], object| {
            let request = Document::parse_json(text, &ReadOptions::default()).unwrap();
            part_of_another(request.root(), object)
        };
        let both = br#"{"roleName": "orders", "policyName": "queue", "policyDocument": "{}"}"#;
        let of = |value: &str, noun: &str| Target::Aws { value: value.into(), noun: noun.into() };
        assert!(read(both, "rolepolicy") == Some(of("orders:queue", "rolepolicy")));
        assert!(read(both, "role").is_none() && read(both, "userpolicy").is_none());
        assert!(read(br#"{"roleName": "orders"}"#, "rolepolicy").is_none());
    }

    #[test]
    fn nouns_of_parameters() {
        for (name, of) in [
            ("functionName", "function"),
            ("dBInstanceIdentifier", "dbinstance"),
            ("groupId", "group"),
            ("instanceIds", "instance"),
            ("queueUrl", "queue"),
            ("service", "service"),
            ("id", ""),
            ("name", ""),
        ] {
            assert_eq!(noun(name), of, "{name}");
        }
    }
}
