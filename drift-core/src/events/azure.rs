//! The activity log of Azure, as its API and command line give it, and as it is exported:
//! `https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema`.

use super::actor::{Actor, ActorKind, is_mail, tool};
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target};
use super::words::{self, letters, word};
use super::{ChangeEvent, Effect, EventFormat};
use crate::error::Result;
use crate::model::Scope;
use crate::source::strict::optional;
use crate::value::{Document, ReadOptions, Value};

/// Whether a value is an entry of an activity log.
pub(super) fn is_entry(value: Value<'_>) -> bool {
    let id = value.str_field("resourceId").or_else(|| value.str_field("ResourceId"));
    let is_azure = id.is_some_and(|id| id.to_ascii_lowercase().starts_with("/subscriptions/"));
    is_azure && value.get("operationName").is_some()
}

/// A text, or the text of an object `{value, localizedValue}`.
fn text<'d>(entry: Value<'d>, name: &str) -> Option<&'d str> {
    let value = optional(entry, name)?;
    value.as_str().or_else(|| value.str_field("value")).filter(|text| !text.is_empty())
}

/// Reads an entry.
pub(super) fn read(entry: Value<'_>, reading: &Reading<'_>) -> Result<Read> {
    STRICT.map(entry, "an entry")?;
    let name = if entry.get("eventTimestamp").is_some() { "eventTimestamp" } else { "time" };
    let time = reading.time(entry, name)?;
    let id = entry.get("resourceId").or_else(|| entry.get("ResourceId"));
    let id = STRICT.present(entry, "resourceId", id)?;
    let id = STRICT.text(id, "`resourceId`")?.to_ascii_lowercase();
    let missing = || STRICT.fault(entry, "expected the field `operationName`");
    let operation = text(entry, "operationName").ok_or_else(missing)?;
    let mut scope = Scope::new();
    if let Some(subscription) = id.split('/').nth(2).filter(|text| !text.is_empty()) {
        scope = scope.with("subscription", subscription);
    }
    let log = (Cloud::Azure, reading.filled(scope));
    let status = text(entry, "status").or_else(|| text(entry, "resultType")).unwrap_or_default();
    let done = matches!(status.to_ascii_lowercase().as_str(), "succeeded" | "success");
    let lower = operation.to_ascii_lowercase();
    let effect = match lower.rsplit('/').next() {
        Some("delete") => Effect::Delete,
        Some("write") => Effect::Write,
        Some("action") => Effect::Update,
        _ => return Ok(Read::nothing(log)),
    };
    // Other categories tell what policies, alerts and health found; only this one holds what was done.
    let category = text(entry, "category").unwrap_or("Administrative");
    let is_done = done && category.eq_ignore_ascii_case("Administrative");
    if !is_done || only_reads(&lower) {
        return Ok(Read::nothing(log));
    }
    let event = ChangeEvent {
        time,
        source: EventFormat::AzureActivity,
        id: ["eventDataId", "correlationId"]
            .iter()
            .find_map(|name| text(entry, name))
            .map(str::to_owned),
        action: operation.to_owned(),
        actor: actor(entry),
        cloud: Cloud::Azure,
        // Ids hold the subscription.
        scope: Scope::new(),
        object: letters(lower.rsplit('/').nth(1).unwrap_or_default()),
        service: String::new(),
        effect,
        words: body(entry).or_else(|| part(&id)),
        targets: targets(&id),
        operation: None,
    };
    Ok(Read::of(log, event))
}

/// Whether an operation asks for something, or for leave to refer to the resource, and changes nothing of
/// it: `listKeys/action`, `join/action`.
fn only_reads(operation: &str) -> bool {
    const READS: [&str; 10] = [
        "list", "get", "read", "check", "validate", "join", "query", "search", "export", "preview",
    ];
    let verb = operation.strip_suffix("/action").and_then(|rest| rest.rsplit('/').next());
    verb.is_some_and(|verb| READS.iter().any(|reads| verb.starts_with(reads)))
}

/// The resource, and what it is a part of: a rule of a group changes the group.
fn targets(id: &str) -> Vec<Target> {
    let mut targets = vec![Target::Azure { id: id.to_owned(), parent: false }];
    let parts: Vec<&str> = id.split('/').collect();
    let Some(provider) = parts.iter().rposition(|part| *part == "providers") else {
        return targets;
    };
    // `…/providers/namespace/type/name/type/name`
    let mut end = parts.len().saturating_sub(2);
    while end >= provider + 4 {
        let parent = parts.get(..end).map(|parts| parts.join("/"));
        targets.extend(parent.map(|id| Target::Azure { id, parent: true }));
        end -= 2;
    }
    targets
}

/// The names in the id of a part, as those of a path in what it is a part of.
fn part(id: &str) -> Option<super::Words> {
    let (_, behind) = id.rsplit_once("/providers/")?;
    let names: Vec<String> = behind.split('/').skip(3).map(word).collect();
    (!names.is_empty()).then(|| words::sorted(names, false))
}

/// The names in the body of the request, where the log has it.
fn body(entry: Value<'_>) -> Option<super::Words> {
    let properties = optional(entry, "properties")?;
    let body =
        properties.str_field("requestbody").or_else(|| properties.str_field("requestBody"))?;
    let options = ReadOptions::default();
    let document = Document::parse_json(body.as_bytes(), &options).ok()?;
    Some(words::of(document.root(), false))
}

fn actor(entry: Value<'_>) -> Actor {
    let claims = optional(entry, "claims")
        .or_else(|| optional(entry, "identity").and_then(|identity| optional(identity, "claims")));
    let claim = |name: &str| {
        claims.and_then(|claims| claims.str_field(name)).filter(|text| !text.is_empty())
    };
    let upn = claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn");
    let name =
        claim("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name").or(claim("name"));
    let object = claim("http://schemas.microsoft.com/identity/claims/objectidentifier");
    let caller = text(entry, "caller").or(upn).or(name).or(object);
    let agent = entry.get("httpRequest").and_then(|request| request.str_field("userAgent"));
    let via = agent.and_then(tool).or_else(|| claim("appid").map(|id| format!("application {id}")));
    let kind = claim("idtyp");
    let is_person = caller.is_some_and(is_mail);
    let (kind, evidence) = match (kind, caller) {
        (Some("user"), _) => (ActorKind::Person, "the token is a user's"),
        (Some("app"), _) => (ActorKind::Automation, "the token is an application's"),
        (_, Some(_)) if is_person => (ActorKind::Person, "the caller is named like a person"),
        (_, Some(caller)) if is_uuid(caller) => {
            (ActorKind::Automation, "the caller is a service principal")
        }
        (_, Some(caller)) if caller.starts_with("Microsoft.") => {
            (ActorKind::Service, "the caller is a service of Azure")
        }
        _ => (ActorKind::Unknown, "the log does not tell who it was"),
    };
    Actor::new(kind, caller.unwrap_or_default(), evidence).known_as(object.or(caller)).by(via)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.split('-').all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_reads_is_told_by_its_verb() {
        for reads in ["storageaccounts/listkeys/action", "networksecuritygroups/join/action"] {
            assert!(only_reads(&format!("microsoft.x/{reads}")), "{reads}");
        }
        for writes in ["vaults/regeneratekey/action", "virtualmachines/restart/action", "x/write"] {
            assert!(!only_reads(&format!("microsoft.x/{writes}")), "{writes}");
        }
    }

    #[test]
    fn a_part_is_about_what_it_is_a_part_of() {
        let group =
            "/subscriptions/s/resourcegroups/g/providers/microsoft.network/networksecuritygroups/n";
        let found = targets(&format!("{group}/securityrules/ssh"));
        assert_eq!(found.len(), 2);
        assert!(found.contains(&Target::Azure { id: group.to_owned(), parent: true }));
        assert_eq!(targets(group).len(), 1);
        assert_eq!(targets("/subscriptions/s").len(), 1);
    }
}
