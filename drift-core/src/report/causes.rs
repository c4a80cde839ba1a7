//! Findings that go back to one cause: the same place in resources of one type, changed by the same actor or
//! at the same revision, over everything that was looked at.

use super::digest;
use super::types::{Change, Destination, Example, Finding, SharedCause};
use crate::diff::{Attribution, Status};
use crate::events::Cause;
use crate::model::Scope;
use crate::normalize::Severity;
use crate::path::{Path, Step};
use crate::time::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many findings of a cause are named.
const MOST_EXAMPLES: usize = 5;

/// What findings of one cause share.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    type_name: String,
    path: String,
    status: Status,
    actor: Option<String>,
    revision: Option<String>,
}

#[derive(Default)]
struct Group {
    /// The last finding that was counted.
    last: Option<usize>,
    resources: usize,
    changes: usize,
    scopes: BTreeSet<Scope>,
    severity: Option<Severity>,
    times: Option<(Timestamp, Timestamp)>,
    causes: BTreeSet<Cause>,
    name: Option<String>,
    examples: Vec<Example>,
}

/// The causes that at least two resources share, those that reach furthest first, and of these the oldest.
pub(super) fn causes(findings: &[Finding]) -> Vec<SharedCause> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if finding.changes.is_empty() {
            let key = key(finding, String::new(), finding.attribution.as_ref());
            let group = groups.entry(key).or_default();
            group.add(at, finding, finding.severity, finding.attribution.as_ref());
        }
        for change in &finding.changes {
            let key = key(finding, place(change), change.attribution.as_ref());
            let group = groups.entry(key).or_default();
            group.add(at, finding, change.severity, change.attribution.as_ref());
            group.changes += 1;
        }
    }
    let shared = groups.into_iter().filter(|(_, group)| group.resources > 1);
    let mut causes: Vec<SharedCause> = shared.map(|(key, group)| group.told(key)).collect();
    // They come by their keys, which decide among equals.
    causes
        .sort_by_key(|cause| (Reverse(cause.resources), cause.first_at.is_none(), cause.first_at));
    causes
}

/// The path without what tells one element from another.
fn place(change: &Change) -> String {
    let kept = |step: &&Step| matches!(step, Step::Field(_) | Step::Decoded(_));
    Path::new(change.steps.iter().filter(kept).cloned().collect()).to_string()
}

fn key(finding: &Finding, path: String, attribution: Option<&Attribution>) -> Key {
    let actor = attribution.and_then(|attribution| {
        let manager = Some(&attribution.manager).filter(|name| !name.is_empty());
        let actor = attribution.actor.as_ref();
        actor.map(|actor| actor.identity.as_ref().unwrap_or(&actor.name)).or(manager).cloned()
    });
    let declared = finding.resource.source.desired.as_ref();
    let revision = declared.and_then(|source| source.revision.clone());
    Key {
        type_name: finding.resource.type_name.clone(),
        path,
        status: finding.status,
        revision: revision.filter(|_| actor.is_none()),
        actor,
    }
}

impl Group {
    fn add(
        &mut self,
        at: usize,
        finding: &Finding,
        severity: Severity,
        attribution: Option<&Attribution>,
    ) {
        if self.last.replace(at) != Some(at) {
            self.resources += 1;
            self.scopes.insert(finding.resource.scope.clone());
            if self.examples.len() < MOST_EXAMPLES {
                let resource = finding.resource.key().to_string();
                self.examples.push(Example { fingerprint: finding.fingerprint.clone(), resource });
            }
        }
        self.severity = self.severity.max(Some(severity));
        let Some(attribution) = attribution else { return };
        self.causes.insert(attribution.cause);
        if self.name.is_none() {
            let actor = attribution.actor.as_ref().map(|actor| &actor.name);
            self.name = Some(actor.unwrap_or(&attribution.manager).clone());
        }
        if let Some(at) = attribution.event.as_ref().map(|event| event.time).or(attribution.at) {
            let (first, last) = self.times.unwrap_or((at, at));
            self.times = Some((first.min(at), last.max(at)));
        }
    }

    fn told(self, key: Key) -> SharedCause {
        let parts = [Some(&*key.type_name), Some(&*key.path), Some(key.status.as_str())];
        let more = [key.actor.as_deref(), key.revision.as_deref()];
        let mut causes = self.causes.iter();
        SharedCause {
            fingerprint: digest::of_cause(parts.into_iter().chain(more)),
            destination: Destination { type_name: key.type_name, path: key.path },
            status: key.status,
            actor: self.name.filter(|_| key.actor.is_some()),
            revision: key.revision,
            cause: causes.next().filter(|_| self.causes.len() == 1).copied().unwrap_or_default(),
            resources: self.resources,
            changes: self.changes,
            scopes: self.scopes.len(),
            severity: self.severity.unwrap_or(Severity::Info),
            first_at: self.times.map(|(first, _)| first),
            last_at: self.times.map(|(_, last)| last),
            examples: self.examples,
        }
    }
}
