//! Which event a change goes back to: candidates by time, by path, and by how surely they are about the
//! resource.

use super::target::{Exactness, Known};
use super::words::word;
use super::{Actor, Cause, ChangeEvent, Effect, Events};
use crate::model::Resource;
use crate::path::{Path, Step};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many events of one resource are looked at, the latest.
const MOST_EVENTS: usize = 256;
/// How many candidates are listed.
const MOST_CANDIDATES: usize = 8;
/// Managed fields are written to the second, and a moment after the request came in.
const NEAR: u64 = 2_000;

/// How sure it is who made a change.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AttributionStatus {
    /// What was written names the path, and is surely about the resource.
    #[default]
    Exact,
    /// It is about the resource, and may have been about the path.
    Candidate,
    /// Several may have done it, and nothing tells which.
    Ambiguous,
    /// Nothing that was given tells.
    Unknown,
}

impl AttributionStatus {
    /// The word of the status in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Candidate => "candidate",
            Self::Ambiguous => "ambiguous",
            Self::Unknown => "unknown",
        }
    }
}

/// Why nothing tells who made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unattributed {
    /// No log was given.
    NoEvents,
    /// No log of where the resource lives was given.
    NoLogForScope,
    /// The logs hold nothing about the resource.
    NoEventForResource,
    /// The logs hold nothing about the resource, or about the path, in the time in question.
    NoEventInWindow,
}

impl Unattributed {
    /// The word of the reason in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoEvents => "no_events",
            Self::NoLogForScope => "no_log_for_scope",
            Self::NoEventForResource => "no_event_for_resource",
            Self::NoEventInWindow => "no_event_in_window",
        }
    }
}

/// The event that a change goes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventRef {
    /// The log: `cloudtrail`, `kubernetes_audit` and so on.
    pub source: String,
    /// Its id there.
    pub id: Option<String>,
    /// What was done, in the words of the log.
    pub action: String,
    /// When.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub time: Timestamp,
}

/// Somebody who may have made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// Who.
    pub actor: Actor,
    /// With what.
    pub event: EventRef,
}

/// When a change was made: at one time, or between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Occurred {
    /// Not before; null where nobody says when all was well.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub not_before: Option<Timestamp>,
    /// Not after.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub not_after: Option<Timestamp>,
    /// Whether both are the very time.
    pub exact: bool,
}

/// The time in question: behind the last look that found nothing, up to the one that found something.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Timestamp,
}

impl Window {
    fn holds(self, time: Timestamp) -> bool {
        time <= self.until && self.since.is_none_or(|since| time > since)
    }

    /// What is known of the time without an event.
    pub(crate) fn bounds(self, written: Option<Timestamp>) -> Occurred {
        let until = written.map_or(self.until, |written| written.min(self.until));
        let since = self.since.filter(|since| *since <= until);
        Occurred { not_before: since, not_after: Some(until), exact: false }
    }
}

/// What events tell of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attributed {
    pub(crate) status: AttributionStatus,
    pub(crate) why: Option<Unattributed>,
    pub(crate) cause: Cause,
    pub(crate) evidence: String,
    pub(crate) actor: Option<Actor>,
    pub(crate) event: Option<EventRef>,
    pub(crate) occurred: Occurred,
    pub(crate) candidates: Vec<Candidate>,
}

/// How well an event fits a path, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Its request names other things.
    Other,
    /// The log does not say what the request held.
    Silent,
    /// It names what the path goes through.
    Partly,
    /// It names the path.
    Whole,
}

/// One event, with how well it fits: by path, by resource, by time.
struct Ranked<'e> {
    rank: (Naming, Exactness, bool),
    event: &'e ChangeEvent,
}

/// The events of one resource.
pub(crate) struct Asked<'e> {
    events: Option<&'e Events>,
    window: Window,
    known: Option<Known>,
    found: Vec<(&'e ChangeEvent, Exactness)>,
    why: Unattributed,
}

impl<'e> Asked<'e> {
    /// What the events tell of a resource with these sides.
    pub(crate) fn of(
        events: Option<&'e Events>,
        window: Window,
        sides: [Option<&Resource<'_>>; 2],
    ) -> Self {
        let mut asked = Self {
            events,
            window,
            known: Known::of(sides),
            found: Vec::new(),
            why: Unattributed::NoEvents,
        };
        let Some((events, known)) =
            events.filter(|events| !events.logs.is_empty()).zip(asked.known.as_ref())
        else {
            return asked;
        };
        let all = known.events(events);
        asked.why = if !known.has_log(events) && all.is_empty() {
            Unattributed::NoLogForScope
        } else if all.is_empty() {
            Unattributed::NoEventForResource
        } else {
            Unattributed::NoEventInWindow
        };
        let place = |(at, exactness): (usize, Exactness)| {
            Some((events.events.get(at)?.as_ref(), exactness))
        };
        let found = all.into_iter().filter_map(place);
        asked.found =
            found.filter(|(event, _): &(&ChangeEvent, _)| window.holds(event.time)).collect();
        let surplus = asked.found.len().saturating_sub(MOST_EVENTS);
        asked.found.drain(..surplus);
        asked
    }

    /// Who changed the path; `written` is when a field manager last wrote it.
    pub(crate) fn change(&self, path: &Path, written: Option<Timestamp>) -> Attributed {
        let fields: Vec<String> = path
            .steps()
            .iter()
            .filter_map(|step| if let Step::Field(name) = step { Some(word(name)) } else { None })
            .filter(|word| !word.is_empty())
            .collect();
        let is_near = |event: &ChangeEvent| {
            let apart = |at: Timestamp| at.unix_millis().abs_diff(event.time.unix_millis());
            written.is_some_and(|at| apart(at) <= NEAR)
        };
        let ranked = self.found.iter().filter_map(|(event, exactness)| {
            let naming = naming(event, &fields)
                .filter(|_| !self.is_whole(event, *exactness, Effect::Delete))?;
            Some(Ranked { rank: (naming, *exactness, is_near(event)), event })
        });
        self.decide(ranked.collect(), written)
    }

    /// Who created or deleted the resource.
    pub(crate) fn whole(&self, effect: Effect) -> Attributed {
        let ranked = self.found.iter().filter_map(|(event, exactness)| {
            let is = self.is_whole(event, *exactness, effect);
            is.then_some(Ranked { rank: (Naming::Whole, *exactness, false), event })
        });
        self.decide(ranked.collect(), None)
    }

    fn is_whole(&self, event: &ChangeEvent, exactness: Exactness, effect: Effect) -> bool {
        self.known.as_ref().is_some_and(|known| known.is_whole(event, exactness, effect))
    }

    fn decide(&self, ranked: Vec<Ranked<'e>>, written: Option<Timestamp>) -> Attributed {
        let Some(best) = ranked.iter().map(|one| one.rank).max() else {
            return self.unknown(written);
        };
        let mut top: Vec<&ChangeEvent> = Vec::new();
        top.extend(ranked.iter().filter(|one| one.rank == best).map(|one| one.event));
        if self.window.since.is_none() {
            // What was written last is what is there.
            let last = top.iter().map(|event| event.time).max();
            top.retain(|event| Some(event.time) == last);
        }
        let (Some(first), Some(last)) = (top.first().copied(), top.last().copied()) else {
            return self.unknown(written);
        };
        let occurred = Occurred {
            not_before: Some(first.time),
            not_after: Some(last.time),
            exact: first.time == last.time,
        };
        if top.iter().all(|event| event.actor.is(&last.actor)) {
            let (naming, exactness, _) = best;
            let is_over = self.events.is_some_and(|events| events.is_over(last));
            let sure = naming >= Naming::Partly && exactness >= Exactness::Id && is_over;
            return Attributed {
                status: if sure { AttributionStatus::Exact } else { AttributionStatus::Candidate },
                why: None,
                cause: last.actor.cause(),
                evidence: last.actor.evidence.clone(),
                actor: Some(plain(&last.actor)),
                event: Some(reference(last)),
                occurred,
                candidates: Vec::new(),
            };
        }
        let listed = top.iter().rev().take(MOST_CANDIDATES).rev();
        let candidate = |event: &&ChangeEvent| Candidate {
            actor: plain(&event.actor),
            event: reference(event),
        };
        let causes: Vec<Cause> = top.iter().map(|event| event.actor.cause()).collect();
        let cause = causes.first().filter(|first| causes.iter().all(|cause| cause == *first));
        Attributed {
            status: AttributionStatus::Ambiguous,
            why: None,
            cause: cause.copied().unwrap_or_default(),
            evidence: format!("{} events fit alike", top.len()),
            actor: None,
            event: None,
            occurred,
            candidates: listed.map(candidate).collect(),
        }
    }

    fn unknown(&self, written: Option<Timestamp>) -> Attributed {
        Attributed {
            status: AttributionStatus::Unknown,
            why: Some(self.why),
            cause: Cause::Unknown,
            evidence: String::new(),
            actor: None,
            event: None,
            occurred: self.window.bounds(written),
            candidates: Vec::new(),
        }
    }
}

/// The actor as reports name it; the evidence stands beside the cause.
fn plain(actor: &Actor) -> Actor {
    Actor { evidence: String::new(), ..actor.clone() }
}

fn reference(event: &ChangeEvent) -> EventRef {
    EventRef {
        source: event.source.as_str().to_owned(),
        id: event.id.clone(),
        action: event.action.clone(),
        time: event.time,
    }
}

/// How well an event fits the path with these fields; nothing where it surely did not touch it.
fn naming(event: &ChangeEvent, fields: &[String]) -> Option<Naming> {
    let in_action = |word: &str| word.len() >= 3 && event.object.contains(word);
    let Some(words) = &event.words else {
        let named = fields.iter().any(|field| in_action(field));
        return Some(if named { Naming::Partly } else { Naming::Silent });
    };
    let named = |field: &String| words.names.binary_search(field).is_ok();
    if words.own {
        return if fields.iter().all(named) {
            Some(Naming::Whole)
        } else {
            // What the path is in was written or taken away as a whole.
            let inside = words.names.iter().all(|name| fields.contains(name));
            (inside && !words.names.is_empty()).then_some(Naming::Partly)
        };
    }
    let fits = |field: &String| named(field) || in_action(field);
    Some(if fields.last().is_some_and(fits) {
        Naming::Whole
    } else if fields.iter().any(fits) {
        Naming::Partly
    } else {
        Naming::Other
    })
}
