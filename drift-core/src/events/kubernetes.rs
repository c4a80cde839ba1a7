//! Audit logs of Kubernetes, `audit.k8s.io/v1`:
//! `https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/`.

use super::actor::{Actor, ActorKind, tool};
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target};
use super::words;
use super::{ChangeEvent, Effect, EventFormat};
use crate::error::Result;
use crate::model::Scope;
use crate::source::strict::optional;
use crate::value::{Kind, Value};

/// Subresources by which an object is used, and not changed
/// (`https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/`).
const USES: [&str; 6] = ["attach", "exec", "log", "portforward", "proxy", "token"];

/// Whether a value is an event of an audit log.
pub(super) fn is_event(value: Value<'_>) -> bool {
    value.str_field("apiVersion").is_some_and(|version| version.starts_with("audit.k8s.io/"))
}

/// Reads an event.
pub(super) fn read(event: Value<'_>, reading: &Reading<'_>) -> Result<Read> {
    STRICT.map(event, "an event")?;
    if let Some(version) = optional(event, "apiVersion")
        && version.as_str() != Some("audit.k8s.io/v1")
    {
        return Err(STRICT
            .fault(version, "audit events of this version are not known")
            .with_help("`audit.k8s.io/v1` is known"));
    }
    let log = (Cloud::Kubernetes, reading.filled(Scope::new()));
    let verb = STRICT.text(STRICT.required(event, "verb")?, "`verb`")?;
    let target = optional(event, "objectRef").filter(|_| is_done(event));
    let (Some(effect), Some(target)) = (effect(verb), target) else {
        return Ok(Read::nothing(log));
    };
    STRICT.map(target, "`objectRef`")?;
    let time = match optional(event, "requestReceivedTimestamp") {
        Some(_) => reading.time(event, "requestReceivedTimestamp")?,
        None => reading.time(event, "stageTimestamp")?,
    };
    let resource = target.str_field("resource").unwrap_or_default();
    let part = target.str_field("subresource").filter(|part| !part.is_empty());
    if part.is_some_and(|part| USES.contains(&part)) {
        return Ok(Read::nothing(log));
    }
    let request = optional(event, "requestObject");
    let name = target.str_field("name").or_else(|| {
        // What is made may get its name from the server alone.
        let made = optional(event, "responseObject").or(request)?;
        made.get("metadata")?.str_field("name")
    });
    let Some(name) = name.filter(|name| !name.is_empty() && !resource.is_empty()) else {
        return Ok(Read::nothing(log));
    };
    let group = target.str_field("apiGroup").filter(|group| !group.is_empty()).unwrap_or("core");
    let namespace = target.str_field("namespace").filter(|text| !text.is_empty());
    let object = Target::Object {
        group: group.to_owned(),
        plural: resource.to_owned(),
        namespace: namespace.map(str::to_owned),
        name: name.to_owned(),
    };
    let words = match (part, verb, request) {
        (Some("status"), ..) => Some(words::sorted(vec![words::word("status")], true)),
        (Some("scale"), ..) => {
            Some(words::sorted(["spec", "replicas"].map(words::word).into(), true))
        }
        (_, "patch", Some(patch)) if patch.kind() == Kind::List => Some(words::of_patch(patch)),
        (_, "patch", Some(patch)) => Some(words::of(patch, true)),
        // A whole object tells nothing of what is new in it.
        _ => None,
    };
    let event = ChangeEvent {
        time,
        source: EventFormat::KubernetesAudit,
        id: event.str_field("auditID").filter(|id| !id.is_empty()).map(str::to_owned),
        action: format!(
            "{verb} {resource}{}",
            part.map(|part| format!("/{part}")).unwrap_or_default()
        ),
        actor: actor(event),
        cloud: Cloud::Kubernetes,
        scope: log.1.clone(),
        object: String::new(),
        service: String::new(),
        effect: match part {
            Some("eviction") => Effect::Delete,
            Some(_) => Effect::Update,
            None => effect,
        },
        targets: vec![object],
        words,
        operation: None,
    };
    Ok(Read::of(log, event))
}

/// Whether the request has done something: it is complete, was not refused, and was no dry run.
fn is_done(event: Value<'_>) -> bool {
    let complete = event.str_field("stage").is_none_or(|stage| stage == "ResponseComplete");
    let code = event.get("responseStatus").and_then(|status| status.get("code"));
    let code = code.and_then(|code| code.as_number()).and_then(|code| code.as_i64());
    let dry = event.str_field("requestURI").is_some_and(|uri| uri.contains("dryRun=All"));
    complete && code.is_none_or(|code| code < 400) && !dry
}

fn effect(verb: &str) -> Option<Effect> {
    match verb {
        "create" => Some(Effect::Create),
        "update" => Some(Effect::Update),
        // Server-side apply makes what is not there.
        "patch" => Some(Effect::Write),
        "delete" => Some(Effect::Delete),
        _ => None,
    }
}

fn actor(event: Value<'_>) -> Actor {
    let name = |user: &str| {
        event.get(user).and_then(|user| user.str_field("username")).filter(|name| !name.is_empty())
    };
    let agent = event.str_field("userAgent").and_then(tool);
    let Some(own) = name("user") else {
        let nobody = "the log does not tell who it was";
        return Actor::new(ActorKind::Unknown, "", nobody).by(agent);
    };
    let acted = of(own);
    match name("impersonatedUser") {
        // A proxy acts for those who have signed in to it.
        Some(other) if acted.kind != ActorKind::Person => of(other).by(Some(own.to_owned())),
        Some(other) => acted.by(Some(format!("impersonating {other}"))),
        None => acted.by(agent),
    }
}

fn of(user: &str) -> Actor {
    const PLANE: [&str; 4] = [
        "system:kube-controller-manager",
        "system:kube-scheduler",
        "system:apiserver",
        "system:cloud-controller-manager",
    ];
    let (kind, name, evidence) = match user.strip_prefix("system:serviceaccount:") {
        Some(account) => (
            ActorKind::Automation,
            account.replacen(':', "/", 1),
            "a service account of the cluster",
        ),
        None if PLANE.contains(&user) => {
            (ActorKind::Service, user.to_owned(), "a component of the cluster")
        }
        None if user.starts_with("system:node:") => {
            (ActorKind::Service, user.to_owned(), "a node of the cluster")
        }
        None if user.starts_with("system:") => {
            (ActorKind::Unknown, user.to_owned(), "a name that the cluster gives")
        }
        None => (ActorKind::Person, user.to_owned(), "a user, no service account"),
    };
    Actor::new(kind, name, evidence).known_as(Some(user))
}
