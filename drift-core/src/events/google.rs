//! Audit logs of Google Cloud: log entries with an `AuditLog` as their `protoPayload`,
//! `https://cloud.google.com/logging/docs/reference/audit/auditlog/rest/Shared.Types/AuditLog`.

use super::actor::{Actor, ActorKind, tool};
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target, google_name};
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
    let verb = method.rsplit('.').next().unwrap_or_default();
    let (Some(effect), Some(name)) = (effect(verb).filter(|_| is_done(payload)), name) else {
        return Ok(Read { log, event: None });
    };
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
    };
    Ok(Read { log, event: Some(event) })
}

/// Whether the call was allowed and has not failed.
fn is_done(payload: Value<'_>) -> bool {
    let code = payload.get("status").and_then(|status| status.get("code"));
    let code = code.and_then(|code| code.as_number()).and_then(|code| code.as_i64());
    let asked = payload.get("authorizationInfo").into_iter().flat_map(Value::items);
    let mut granted = asked.filter_map(|one| one.get("granted")?.as_bool());
    code.unwrap_or_default() == 0 && granted.all(|granted| granted)
}

/// What a method does, by its verb; nothing where it reads.
fn effect(verb: &str) -> Option<Effect> {
    let lower = verb.to_ascii_lowercase();
    let starts = |verbs: &[&str]| verbs.iter().any(|verb| lower.starts_with(verb));
    if starts(&[
        "get",
        "list",
        "search",
        "aggregatedlist",
        "test",
        "query",
        "read",
        "lookup",
        "wait",
    ]) {
        return None;
    }
    Some(if starts(&["delete", "purge"]) {
        Effect::Delete
    } else if starts(&["insert", "create"]) {
        Effect::Create
    } else {
        Effect::Update
    })
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
