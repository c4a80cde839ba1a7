//! Who changed what and when, from audit logs: one shape for the events of all of them.
//!
//! An event says who did something to which resources. Of what the request held only the *names* of
//! its parameters are kept, to tell which path was meant; their values, which may be secrets, are not.

mod actor;
mod attribute;
mod azure;
mod cloudtrail;
mod cloudtrail_actor;
mod google;
mod kubernetes;
mod neutral;
mod read;
mod target;
mod words;

pub(crate) use actor::of_manager;
pub use actor::{Actor, ActorKind, Cause};
pub(crate) use attribute::{Asked, Attributed, Window};
pub use attribute::{AttributionStatus, Candidate, EventRef, Occurred, Unattributed};
pub use read::{EventFormat, EventOptions};

use crate::model::Scope;
use crate::time::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use target::{Cloud, Target};

/// What an event does to the resource that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Effect {
    Create,
    Update,
    Delete,
    /// It creates or changes; the log does not tell which.
    Write,
}

/// The names that a request holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Words {
    /// The names of the parameters, in the form that names are compared in, sorted.
    pub(crate) names: Vec<String>,
    /// Whether they are the names that the resource itself has, and all that the request touches.
    pub(crate) own: bool,
}

/// One change that somebody made, as a log tells it.
///
/// Events are ordered by their fields, in this order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangeEvent {
    pub(crate) time: Timestamp,
    pub(crate) source: EventFormat,
    pub(crate) id: Option<String>,
    pub(crate) action: String,
    pub(crate) targets: Vec<Target>,
    pub(crate) actor: Actor,
    pub(crate) cloud: Cloud,
    pub(crate) scope: Scope,
    /// What the action is done to, by its name: `securitygroupingress`.
    pub(crate) object: String,
    pub(crate) service: String,
    pub(crate) effect: Effect,
    /// The names in the request, where the log has it.
    pub(crate) words: Option<Words>,
    /// What it belongs to, where a log tells of the result elsewhere.
    pub(crate) operation: Option<String>,
}

/// Which operations have come out well.
#[derive(Clone, Default)]
pub(crate) struct Results(BTreeMap<String, bool>);

impl Results {
    /// What has failed once has failed.
    pub(crate) fn put(&mut self, operation: String, is_good: bool) {
        let known = self.0.entry(operation).or_insert(is_good);
        *known &= is_good;
    }

    fn of(&self, event: &ChangeEvent) -> Option<bool> {
        let Some(operation) = &event.operation else { return Some(true) };
        self.0.get(operation).copied()
    }
}

/// Says which event it is, and nothing of what its request held.
impl fmt::Debug for ChangeEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeEvent")
            .field("time", &self.time)
            .field("source", &self.source)
            .field("id", &self.id)
            .field("action", &self.action)
            .field("actor", &self.actor)
            .finish_non_exhaustive()
    }
}

impl ChangeEvent {
    /// When it happened.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// The log that it stands in.
    #[must_use]
    pub fn source(&self) -> EventFormat {
        self.source
    }

    /// Its id in that log.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What was done, in the words of the log.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Who did it.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Where it was done: account and region, cluster, subscription, project.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// Events of any logs, in any order, indexed by what they are about.
///
/// ```
/// use drift_core::{EventOptions, Events};
/// let log = br#"{"eventTime": "2026-01-01T10:00:00Z", "eventSource": "ec2.amazonaws.com",
///   "eventName": "AuthorizeSecurityGroupIngress", "awsRegion": "eu-west-1",
///   "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "123456789012"},
///   "requestParameters": {"groupId": "sg-0123456789abcdef0"}}"#;
/// let events = Events::parse(log, &EventOptions::default())?;
/// assert_eq!(events.iter().next().map(|event| event.actor().name()), Some("alice"));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Events {
    /// Each once, by time and then by what else tells them apart.
    events: Vec<Arc<ChangeEvent>>,
    /// The events by the keys of their targets, in the same order.
    index: BTreeMap<String, Vec<usize>>,
    /// Of which places a log was handed in, events that changed nothing included.
    logs: BTreeSet<(Cloud, Scope)>,
    /// How operations came out.
    results: Results,
}

/// Says how many there are, and nothing of what they hold.
impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({})", self.events.len())
    }
}

impl Events {
    /// No events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn of(
        events: Vec<Arc<ChangeEvent>>,
        logs: BTreeSet<(Cloud, Scope)>,
        results: Results,
    ) -> Self {
        let mut events = events;
        events.retain(|event| results.of(event) != Some(false));
        events.sort();
        // A log may tell an event twice, and two logs the same one. What is the same by these stands
        // together, as events are ordered by them first.
        events.dedup_by(|later, one| {
            let mark = |event: &ChangeEvent| (event.time, event.source);
            let told = (&later.id, &later.action, &later.targets);
            later == one
                || (later.id.is_some()
                    && mark(later) == mark(one)
                    && told == (&one.id, &one.action, &one.targets))
        });
        let mut index: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, event) in events.iter().enumerate() {
            for target in &event.targets {
                let known = index.entry(target.key()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
            }
        }
        Self { events, index, logs, results }
    }

    /// Whether an event is known to have come out well.
    pub(crate) fn is_over(&self, event: &ChangeEvent) -> bool {
        self.results.of(event) == Some(true)
    }

    /// Both together. The order does not matter.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        [self, other].into_iter().collect()
    }

    /// How many events there are that change something.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The events, by time.
    pub fn iter(&self) -> impl Iterator<Item = &ChangeEvent> {
        self.events.iter().map(AsRef::as_ref)
    }

    /// The events as a JSON list, without what their requests held.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Listed<'e> {
            time: Timestamp,
            source: &'static str,
            id: Option<&'e str>,
            action: &'e str,
            actor: &'e Actor,
            scope: &'e Scope,
        }
        let listed = |event: &'_ ChangeEvent| {
            serde_json::to_string(&Listed {
                time: event.time,
                source: event.source.as_str(),
                id: event.id(),
                action: &event.action,
                actor: &event.actor,
                scope: &event.scope,
            })
            .unwrap_or_default()
        };
        let all: Vec<String> = self.iter().map(listed).collect();
        format!("[{}]", all.join(","))
    }

    /// Whether a log of where the resource lives was handed in.
    pub(crate) fn has_log(&self, cloud: Option<Cloud>, scope: &Scope) -> bool {
        self.logs.iter().any(|(known, place)| {
            cloud.is_none_or(|cloud| cloud == *known || *known == Cloud::Any)
                && place.compatible(scope)
        })
    }
}

impl FromIterator<Events> for Events {
    fn from_iter<I: IntoIterator<Item = Events>>(parts: I) -> Self {
        let (mut events, mut logs) = (Vec::new(), BTreeSet::new());
        let mut results = Results::default();
        for part in parts {
            events.extend(part.events);
            logs.extend(part.logs);
            part.results.0.into_iter().for_each(|(operation, good)| results.put(operation, good));
        }
        Self::of(events, logs, results)
    }
}
