//! Audit logs of Google Cloud: log entries with an `AuditLog` as their `protoPayload`,
//! `https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog`.

use super::actor::{Actor, ActorKind, tool};
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target, google_name, plural};
use super::words::{self, letters};
use super::{ChangeEvent, Effect, EventFormat};
use crate::error::Result;
use crate::model::Scope;
use crate::source::strict::optional;
use crate::value::Value;

/// Whether a value is an entry of an audit log.
pub(super) fn is_entry(value: Value<'_>) -> bool {
    value.get("protoPayload").is_some_and(|payload| payload.get("methodName").is_some())
}

/// Reads an entry.
pub(super) fn read(entry: Value<'_>, reading: &Reading<'_>) -> Result<Read> {
    STRICT.map(entry, "an entry")?;
    let payload = STRICT.required(entry, "protoPayload")?;
    STRICT.map(payload, "`protoPayload`")?;
    let time = reading.time(entry, "timestamp")?;
    let method = STRICT.text(STRICT.required(payload, "methodName")?, "`methodName`")?;
    let name = payload.str_field("resourceName").and_then(google_name);
    let labels = entry.get("resource").and_then(|resource| resource.get("labels"));
    let project = labels.and_then(|labels| labels.str_field("project_id"));
    let project = project.or_else(|| name?.strip_prefix("projects/")?.split('/').next());
    let scope: Scope = project.map(|project| ("project", project)).into_iter().collect();
    let log = (Cloud::Google, reading.filled(scope));
    let operation = operation(entry, payload);
    let result = operation.clone().and_then(|(operation, result)| Some((operation, result?)));
    let nothing = |log| Ok(Read { log, event: None, result: result.clone() });
    let Some(name) = name.filter(|_| is_done(payload)) else { return nothing(log) };
    let Some(effect) = effect(method, name) else { return nothing(log) };
    let event = ChangeEvent {
        time,
        source: EventFormat::GoogleAudit,
        id: entry.str_field("insertId").filter(|id| !id.is_empty()).map(str::to_owned),
        action: method.to_owned(),
        actor: actor(payload),
        cloud: Cloud::Google,
        // Names hold the project.
        scope: Scope::new(),
        object: letters(method.rsplit('.').nth(1).unwrap_or_default()),
        service: String::new(),
        effect,
        targets: vec![Target::Google { name: name.to_owned() }],
        words: optional(payload, "request").map(|request| words::of(request, false)),
        operation: operation.as_ref().map(|(operation, _)| operation.clone()),
    };
    Ok(Read { log, event: Some(event), result })
}

/// The operation that the entry is of, and how it came out, where the entry tells. What takes long is logged
/// when it is asked for and when it is over, and only the last entry tells whether it has failed
/// (`https://cloud.google.com/logging/docs/audit/understanding-audit-logs`).
fn operation(entry: Value<'_>, payload: Value<'_>) -> Option<(String, Option<bool>)> {
    let operation = optional(entry, "operation")?;
    let id = operation.str_field("id").filter(|id| !id.is_empty())?;
    let is = |name: &str| operation.get(name).and_then(Value::as_bool) == Some(true);
    let is_open = is("first") && !is("last");
    let result = if is_done(payload) { (!is_open).then_some(true) } else { Some(false) };
    let producer = operation.str_field("producer").unwrap_or_default();
    Some((format!("{producer} {id}"), result))
}

/// Whether the call was allowed and has not failed.
fn is_done(payload: Value<'_>) -> bool {
    let code = payload.get("status").and_then(|status| status.get("code"));
    let code = code.and_then(|code| code.as_number()).and_then(|code| code.as_i64());
    let asked = payload.get("authorizationInfo").into_iter().flat_map(Value::items);
    let mut granted = asked.filter_map(|one| one.get("granted")?.as_bool());
    code.unwrap_or_default() == 0 && granted.all(|granted| granted)
}

/// What a method does to what is named, by its verb; nothing where it reads.
fn effect(method: &str, name: &str) -> Option<Effect> {
    const READS: [&str; 9] =
        ["get", "list", "search", "aggregatedlist", "test", "query", "read", "lookup", "wait"];
    const WHOLE: [(&str, Effect); 3] =
        [("delete", Effect::Delete), ("insert", Effect::Create), ("create", Effect::Create)];
    let mut parts = method.rsplit('.').map(letters);
    let verb = parts.next().unwrap_or_default();
    if READS.iter().any(|reads| verb.starts_with(reads)) {
        return None;
    }
    let Some((behind, effect)) =
        WHOLE.iter().find_map(|(whole, effect)| Some((verb.strip_prefix(whole)?, *effect)))
    else {
        return Some(Effect::Update);
    };
    // `v1.compute.disks.delete` and `datasetservice.insert`, or `ClusterManager.DeleteCluster`.
    let object = match behind {
        "" => {
            let object = parts.next().unwrap_or_default();
            object.strip_suffix("service").unwrap_or(&object).to_owned()
        }
        object => object.to_owned(),
    };
    let collection = letters(name.rsplit('/').nth(1).unwrap_or_default());
    let is_it = object.ends_with(&collection) || plural(&object).ends_with(&collection);
    // A part of it, or what is made from it, is another thing: `disks.createSnapshot`.
    Some(if is_it { effect } else { Effect::Update })
}

fn actor(payload: Value<'_>) -> Actor {
    let info = payload.get("authenticationInfo");
    let field =
        |name: &str| info.and_then(|info| info.str_field(name)).filter(|text| !text.is_empty());
    let mail = field("principalEmail");
    let subject = field("principalSubject");
    let delegated = info.and_then(|info| info.get("serviceAccountDelegationInfo"));
    let first = delegated.into_iter().flat_map(Value::items).find_map(|one| {
        let party = one.get("firstPartyPrincipal").or_else(|| one.get("principalSubject"))?;
        party.as_str().or_else(|| party.str_field("principalEmail"))
    });
    let agent = payload.get("requestMetadata");
    let agent = agent.and_then(|data| data.str_field("callerSuppliedUserAgent")).and_then(tool);
    let Some(name) = mail.or(subject) else {
        return Actor::new(ActorKind::Unknown, "", "the log does not tell who it was").by(agent);
    };
    let (kind, evidence) = of(name, subject);
    let via = first.map(str::to_owned).or(agent);
    Actor::new(kind, name, evidence).known_as(subject.or(mail)).by(via)
}

fn of(name: &str, subject: Option<&str>) -> (ActorKind, &'static str) {
    let (_, host) = name.rsplit_once('@').unwrap_or_default();
    if host.starts_with("gcp-sa-")
        || host == "cloudservices.gserviceaccount.com"
        || name == "system@google.com"
    {
        return (ActorKind::Service, "an agent of a service of Google");
    }
    if host.ends_with("gserviceaccount.com") {
        return (ActorKind::Automation, "a service account");
    }
    if subject.is_some_and(|subject| subject.contains("/workloadIdentityPools/")) {
        return (ActorKind::Automation, "a workload of another identity provider");
    }
    if !host.is_empty() || subject.is_some_and(|subject| subject.contains("/workforcePools/")) {
        return (ActorKind::Person, "an account of a person");
    }
    (ActorKind::Unknown, "the log does not tell who it was")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_or_deleted_is_what_is_named() {
        for (method, name, does) in [
            ("v1.compute.disks.delete", "projects/p/zones/z/disks/d", Effect::Delete),
            ("compute.globalAddresses.insert", "projects/p/global/addresses/a", Effect::Create),
            ("datasetservice.insert", "projects/p/datasets/d", Effect::Create),
            ("storage.buckets.create", "projects/_/buckets/b", Effect::Create),
            ("x.ClusterManager.DeleteCluster", "projects/p/zones/z/clusters/c", Effect::Delete),
            (
                "x.AlertPolicyService.CreateAlertPolicy",
                "projects/p/alertPolicies/1",
                Effect::Create,
            ),
            ("CreateProject", "projects/p", Effect::Create),
            ("x.Services.CreateService", "projects/p/locations/l/services/s", Effect::Create),
            ("x.DeleteServiceAccountKey", "projects/p/serviceAccounts/a/keys/k", Effect::Delete),
            ("x.CreateServiceAccountKey", "projects/-/serviceAccounts/a", Effect::Update),
            ("x.CreateServiceAccount", "projects/p", Effect::Update),
            ("v1.compute.disks.createSnapshot", "projects/p/zones/z/disks/d", Effect::Update),
            ("x.instances.deleteAccessConfig", "projects/p/zones/z/instances/i", Effect::Update),
            ("x.CloudTasks.PurgeQueue", "projects/p/locations/l/queues/q", Effect::Update),
            (
                "v1.compute.instances.setMachineType",
                "projects/p/zones/z/instances/i",
                Effect::Update,
            ),
        ] {
            assert_eq!(effect(method, name), Some(does), "{method}");
        }
        assert_eq!(effect("v1.compute.disks.get", "projects/p/zones/z/disks/d"), None);
        assert_eq!(effect("x.GetCluster", "projects/p/zones/z/clusters/c"), None);
    }
}
