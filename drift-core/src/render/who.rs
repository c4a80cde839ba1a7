//! Who, when, whose and where to, in words.

use super::page::{Item, Line, Section};
use super::value::count;
use crate::diff::Attribution;
use crate::events::{Actor, AttributionStatus, Cause, Occurred, Unattributed};
use crate::owners::Destination;
use crate::report::{Finding, SharedCause};

/// How many causes are shown; the report lists all.
const CAUSES: usize = 10;

/// Who made a change, and when.
pub(super) fn changed(attribution: &Attribution) -> Line {
    let told = attribution.event.as_ref();
    match (attribution.status, &attribution.actor) {
        (AttributionStatus::Unknown, _) => unknown(attribution),
        (AttributionStatus::Ambiguous, _) => ambiguous(attribution),
        (status, Some(actor)) => {
            let sure = status == AttributionStatus::Exact;
            let line = Line::words(if sure { "changed by " } else { "perhaps changed by " });
            let line = named(line, actor, attribution.cause);
            let line = match &attribution.manager {
                manager if *manager != actor.name => {
                    line.and(", as the manager ").and_quote(manager)
                }
                _ => line,
            };
            match told {
                Some(event) => line.and(format!(" at {}: ", event.time)).and_quote(&event.action),
                None => line,
            }
        }
        (_, None) => {
            let line = Line::words("written by ").and_quote(&attribution.manager);
            match attribution.at {
                Some(at) => line.and(format!(" at {at}")),
                None => line,
            }
        }
    }
}

/// An actor, with what kind of cause it is and the tool that it used.
fn named(line: Line, actor: &Actor, cause: Cause) -> Line {
    let line =
        if actor.name.is_empty() { line.and("somebody") } else { line.and_quote(&actor.name) };
    let kind = match cause {
        Cause::Unknown => None,
        Cause::ThirdParty => Some("third party"),
        cause => Some(cause.as_str()),
    };
    match (kind, &actor.via) {
        (Some(kind), Some(via)) => line.and(format!(" ({kind}, via ")).and_quote(via).and(")"),
        (Some(kind), None) => line.and(format!(" ({kind})")),
        (None, Some(via)) => line.and(" (via ").and_quote(via).and(")"),
        (None, None) => line,
    }
}

fn ambiguous(attribution: &Attribution) -> Line {
    let mut line = Line::words("changed by one of ");
    for (at, candidate) in attribution.candidates.iter().enumerate() {
        if at > 0 {
            line = line.and(", ");
        }
        line = line.and_quote(&candidate.actor.name);
        line = line.and(format!(" at {}", candidate.event.time));
    }
    line
}

fn unknown(attribution: &Attribution) -> Line {
    let why = match attribution.why {
        Some(Unattributed::NoEvents) | None => "no log was given",
        Some(Unattributed::NoLogForScope) => "no log of where it lives was given",
        Some(Unattributed::NoEventForResource) => "the logs hold nothing about it",
        Some(Unattributed::NoEventInWindow) => "the logs hold nothing about it in that time",
    };
    let line = Line::words(format!("who changed it is unknown: {why}"));
    match attribution.occurred {
        Some(Occurred { not_before: Some(from), not_after: Some(to), .. }) => {
            line.and(format!("; between {from} and {to}"))
        }
        _ => line,
    }
}

/// Who disagrees on the owner, or that nobody knows one.
pub(super) fn ownership(finding: &Finding) -> Option<Line> {
    let ownership = finding.ownership.as_ref()?;
    if ownership.owner.is_none() {
        return Some(Line::words("no owner is known"));
    }
    let mut conflicts = ownership.conflicts.iter();
    let first = conflicts.next()?;
    let say = |line: Line, claim: &crate::owners::Claim| {
        line.and_quote(&claim.source).and(" says ").and_quote(&claim.owner)
    };
    let line = say(Line::words("but "), first);
    Some(conflicts.fold(line, |line, claim| say(line.and(", "), claim)))
}

/// How the owner is reached.
pub(super) fn contact(finding: &Finding) -> Option<Line> {
    let contact = finding.ownership.as_ref()?.contact.as_ref()?;
    let ways = [&contact.name, &contact.email, &contact.channel].into_iter().flatten();
    let mut ways = ways.chain(contact.links.iter().map(|link| &link.url));
    let line = Line::words("reach ").and_quote(ways.next()?);
    Some(ways.fold(line, |line, way| line.and(", ").and_quote(way)))
}

/// That somebody ought to be called; all else can wait.
pub(super) fn route(finding: &Finding) -> Option<Line> {
    let route = finding.route.as_ref().filter(|route| route.to == Destination::Page)?;
    Some(Line::words("page: ").and_quote(&route.reason))
}

/// What findings of several resources go back to.
pub(super) fn causes(causes: &[SharedCause]) -> Section {
    let mut items: Vec<Item> = causes.iter().take(CAUSES).map(cause).collect();
    if let Some(more) = causes.len().checked_sub(CAUSES).filter(|more| *more > 0) {
        let line = Line::words(format!("and {more} more"));
        items.push(Item { line, ..Item::default() });
    }
    let title = format!("Causes: what several findings share ({})", causes.len());
    Section { title, folded: false, items }
}

fn cause(cause: &SharedCause) -> Item {
    let line = Line::quote(&cause.destination.type_name).and(" ");
    let line = match cause.destination.path.as_str() {
        "" => line.and(cause.status.as_str()),
        path => line.and_quote(path),
    };
    let line = line.and(format!(": {}", count(cause.resources, "resource")));
    let line = if cause.scopes > 1 {
        line.and(format!(" in {}", count(cause.scopes, "scope")))
    } else {
        line
    };
    let mut notes = vec![Line::words(format!("severity {}", cause.severity.as_str()))];
    notes.extend(cause.actor.as_deref().map(|actor| Line::words("by ").and_quote(actor)));
    let revision = cause.revision.as_deref();
    notes.extend(revision.map(|revision| Line::words("declared at ").and_quote(revision)));
    match (cause.first_at, cause.last_at) {
        (Some(first), Some(last)) if first == last => {
            notes.push(Line::words(format!("at {first}")))
        }
        (Some(first), Some(last)) => notes.push(Line::words(format!("from {first} to {last}"))),
        _ => {}
    }
    Item { sign: None, line, notes }
}
