//! Events in words of our own, for logs that no other format reads: deployments, tickets, commits.

use super::actor::{Actor, ActorKind};
use super::read::{Read, Reading, STRICT};
use super::target::{Cloud, Target};
use super::words::{self, word};
use super::{ChangeEvent, Effect, EventFormat};
use crate::error::Result;
use crate::model::Scope;
use crate::source::strict::optional;
use crate::value::Value;

const FIELDS: [&str; 7] = ["time", "actor", "action", "resources", "paths", "scope", "id"];

/// Whether a value is an event in these words.
pub(super) fn is_event(value: Value<'_>) -> bool {
    ["time", "actor", "resources"].iter().all(|name| value.get(name).is_some())
}

/// Reads an event.
pub(super) fn read(event: Value<'_>, reading: &Reading<'_>) -> Result<Read> {
    STRICT.fields(event, "an event", &FIELDS)?;
    let time = reading.time(event, "time")?;
    let action = STRICT.optional_text(event, "action")?.unwrap_or_else(|| "write".to_owned());
    let effect = match action.as_str() {
        "create" => Effect::Create,
        "delete" => Effect::Delete,
        "write" => Effect::Write,
        _ => Effect::Update,
    };
    let mut scope = Scope::new();
    if let Some(given) = optional(event, "scope") {
        STRICT.map(given, "`scope`")?;
        for (name, value) in given.fields() {
            scope = scope.with(name, STRICT.text(value, "a field of `scope`")?);
        }
    }
    let scope = reading.filled(scope);
    let mut targets = Vec::new();
    for resource in STRICT.elements(event, "resources")? {
        targets.push(target(resource)?);
    }
    let mut names = Vec::new();
    for path in STRICT.elements(event, "paths")? {
        let path = STRICT.text(path, "a path")?;
        let names_of = |path: &crate::path::Path| {
            path.steps()
                .iter()
                .filter_map(|step| match step {
                    crate::path::Step::Field(name) => Some(word(name)),
                    _ => None,
                })
                .collect::<Vec<_>>()
        };
        let parsed: crate::path::Path = path.parse()?;
        names.extend(names_of(&parsed));
    }
    let words = (!names.is_empty()).then(|| words::sorted(names, true));
    let event = ChangeEvent {
        time,
        source: EventFormat::ChangeEvents,
        id: STRICT.optional_text(event, "id")?,
        actor: actor(STRICT.required(event, "actor")?)?,
        cloud: Cloud::Any,
        scope: scope.clone(),
        object: String::new(),
        service: String::new(),
        effect,
        targets,
        words,
        action,
        operation: None,
    };
    Ok(Read::of((Cloud::Any, scope), event))
}

/// `{type?, id}`; the id is whatever the resource is known by: an id, a name, an ARN.
fn target(resource: Value<'_>) -> Result<Target> {
    STRICT.fields(resource, "a resource", &["type", "id"])?;
    let value = STRICT.id(STRICT.required(resource, "id")?, "`id`")?;
    Ok(Target::Stated { type_name: STRICT.optional_text(resource, "type")?, value })
}

/// `{name, kind?, identity?, via?}`.
fn actor(actor: Value<'_>) -> Result<Actor> {
    STRICT.fields(actor, "an actor", &["name", "kind", "identity", "via"])?;
    let name = STRICT.text(STRICT.required(actor, "name")?, "`name`")?;
    let kind = match STRICT.optional_text(actor, "kind")?.as_deref() {
        None | Some("unknown") => ActorKind::Unknown,
        Some("person") => ActorKind::Person,
        Some("automation") => ActorKind::Automation,
        Some("provider") => ActorKind::Provider,
        Some("service") => ActorKind::Service,
        Some(_) => {
            let place = actor.get("kind").unwrap_or(actor);
            return Err(STRICT
                .fault(place, "`kind` has no such value")
                .with_help("one of person, automation, provider, service, unknown"));
        }
    };
    let identity = STRICT.optional_text(actor, "identity")?;
    let evidence = "as the event says";
    let read = Actor::new(kind, name, evidence).known_as(identity.as_deref());
    Ok(read.by(STRICT.optional_text(actor, "via")?))
}
