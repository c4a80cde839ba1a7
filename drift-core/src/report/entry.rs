//! From a raw outcome to plain data: classified, redacted, with fingerprints and digests.

use super::asking::Asking;
use super::digest::{self, Fingerprints};
use super::owned::{self, Owners};
use super::redact::Masks;
use super::settled::{Agreed, Settled};
use super::types::{Accepted, Change, Finding, ResourceRef, Sources};
use super::watched::{is_watched, watching};
use crate::classify::{
    Class, Confidence, LayersOf, Priorities, Priority, classify_change, classify_outcome,
};
use crate::diff::{self, ChangeKind, Disposition, Outcome, Printed, Status};
use crate::events::{Events, Window};
use crate::limits::Stop;
use crate::model::{Making, Reason, Resource, ResourceKey, Warning};
use crate::normalize::{FactKind, Layer, Severity, Shape};
use crate::owners::{Ownership, Routes};
use crate::path::{Path, PathSet, Step};
use crate::tags::TagPolicy;
use crate::time::Timestamp;
use crate::value::Tree;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A decision to live with one very change, for a time.
///
/// It holds while the change's fingerprint and digest are these, and until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The change's fingerprint.
    pub fingerprint: String,
    /// The change's digest, so that another change at the same path is not accepted with it.
    pub digest: String,
    /// Who accepted it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when; a date alone holds to its end.
    #[serde(default, deserialize_with = "expiry")]
    pub expires: Option<Timestamp>,
}

fn expiry<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| Timestamp::parse_expiry(&text)).transpose().map_err(serde::de::Error::custom)
}

/// Turns outcomes into plain data.
pub(crate) struct Assessor<'x> {
    pub(crate) layers: &'x LayersOf<'x>,
    pub(crate) priorities: &'x Priorities,
    pub(crate) acceptances: &'x BTreeMap<String, Vec<Acceptance>>,
    /// Those of the baseline.
    pub(crate) promoted: &'x BTreeMap<String, Vec<Acceptance>>,
    /// When the baseline was taken.
    pub(crate) taken_at: Option<Timestamp>,
    pub(crate) digest_key: Option<&'x [u8]>,
    pub(crate) at: Timestamp,
    /// What tells who changed what.
    pub(crate) events: Option<&'x Events>,
    pub(crate) window: Window,
    pub(crate) owners: Option<Owners<'x>>,
    pub(crate) routes: &'x Routes,
    pub(crate) tags: Option<&'x TagPolicy>,
    /// Who may ask to stop: nobody will see then what was made of the changes.
    pub(crate) stop: Option<&'x Stop>,
    /// Whether what is found will be merged with what other detections find.
    pub(crate) is_part: bool,
}

/// One resource with both its sides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sided<'r> {
    pub(crate) desired: Option<&'r Resource<'r>>,
    pub(crate) actual: Option<&'r Resource<'r>>,
    pub(crate) reference: Option<&'r Resource<'r>>,
    pub(crate) declared_move: bool,
    /// Where a baseline holds digests of secrets of the resource.
    pub(crate) digests: Option<&'r PathSet>,
    /// Whether nobody declares it and another live resource made it: there is nothing to find then.
    pub(crate) derived: bool,
}

impl Assessor<'_> {
    /// How reports name the resource.
    pub(crate) fn resource_ref(&self, key: &ResourceKey, sides: Sided<'_>) -> ResourceRef {
        let named = sides.desired.or(sides.actual);
        ResourceRef {
            provider: key.provider.to_string(),
            type_name: key.type_name.to_string(),
            id: key.id.clone(),
            address: named.map_or(&*key.id, Resource::address).to_owned(),
            scope: key.scope.clone(),
            layer: self.layers.of(key).to_owned(),
            source: Sources {
                desired: sides.desired.map(|resource| resource.source.clone()),
                actual: sides.actual.map(|resource| resource.source.clone()),
            },
        }
    }

    /// The key of the live resource, where that is not the one that the pair goes by.
    fn live_as(&self, sides: Sided<'_>) -> Option<ResourceKey> {
        let (desired, actual) = sides.desired.zip(sides.actual).filter(|_| self.is_part)?;
        (desired.key != actual.key).then(|| actual.key.clone())
    }

    /// A pair that agrees; `None` where there is something to say of it all the same.
    pub(crate) fn agreed(&self, sides: Sided<'_>, shape: &Shape) -> Option<Agreed> {
        if moved_from(sides).is_some() {
            return None;
        }
        let root = shape.root();
        Some(Agreed {
            key: sides.desired.or(sides.actual)?.key.clone(),
            owners: sides.actual.map(|resource| resource.owners.clone()).unwrap_or_default(),
            making: Making::of(sides.desired, sides.actual),
            ignored: root.ignored().is_some() && !root.reopens(),
            known_as: None,
            live_as: self.live_as(sides),
            owned: self.owned(sides, Some(shape)),
            tagged: self.tagged(sides, Some(shape)),
        })
    }

    /// The outcome as plain data, and what a reader should know. `values` are those that an acceptance of
    /// a resource which nobody declares is bound to.
    pub(crate) fn settle(
        &self,
        mut outcome: Outcome<'_>,
        sides: Sided<'_>,
        values: Option<&Tree>,
    ) -> (Settled, Vec<Warning>) {
        let resource = self.resource_ref(&outcome.key, sides);
        let asks_owners = self.owners.is_some();
        let masks = if outcome.changes.is_empty() && outcome.warnings.is_empty() && !asks_owners {
            Masks::default()
        } else {
            sides.masks(outcome.shape)
        };
        let prints = Fingerprints::of(&outcome.key);
        let watching = watching(&outcome);
        // What no rule explains ought to be comparable.
        let unresolved = outcome.changes.iter().any(|change| {
            change.disposition == Disposition::Unknown
                && change.rule.is_none()
                && change.kind != ChangeKind::Added
        });
        let mut changes = Vec::new();
        let mut classes = Vec::new();
        // Most are listed, and each is large.
        let mut listed = Vec::with_capacity(outcome.changes.len());
        let is_known = !outcome.shape.rules().is_empty();
        let found = std::mem::take(&mut outcome.changes);
        let guessed: BTreeSet<&[Step]> = outcome.guessed().map(Path::steps).collect();
        let mut asking = Asking::new(self, sides);
        let replaced = owned::Replaced::of(sides);
        let is_asked = || self.stop.is_some_and(Stop::is_asked);
        for change in found.into_iter().take_while(|_| !is_asked()) {
            let mut class = classify_change(&change);
            class.replaces |= replaced.takes_in(&change);
            let confidence = Confidence::of(&change.path, is_known, &guessed);
            // Who made a change is asked by its path as it is.
            let path = change.disposition.is_confirmed().then(|| change.path.clone());
            let mut plain = Change { confidence, ..self.change(&prints, change, &class, &masks) };
            if !watching.is_empty() {
                let values = [&plain.desired, &plain.actual, &plain.reference];
                plain.watched = is_watched(&plain.steps, values.map(Option::as_ref), &watching);
            }
            if let Some(path) = path.filter(|_| plain.disposition.is_confirmed()) {
                asking.change(&mut plain, &path, &masks);
                changes.push(plain);
                classes.push(class);
            } else {
                listed.push(plain);
            }
        }
        let moved_from = moved_from(sides);
        let root = outcome.shape.root();
        let is_undeclared = sides.desired.is_none();
        let made_up = is_undeclared
            && matches!(outcome.status, Status::Unmanaged | Status::Missing)
            && root.facts().entry(FactKind::Generated).is_some();
        let ignored = (root.ignored().is_some() && !root.reopens()) || made_up;
        let status = match outcome.status {
            Status::Drifted if changes.is_empty() => Status::InSync,
            status => status,
        };
        let status = match status {
            Status::InSync if moved_from.is_some() => Status::Moved,
            status => status,
        };
        // Nothing is declared of it: where all its changes are accepted it is as it may be.
        let undeclared = outcome.status == Status::Drifted && sides.desired.is_none();
        let is_normal = outcome.is_normal || (undeclared && status == Status::InSync);
        let status = if undeclared && is_normal { Status::Unmanaged } else { status };
        let moved = moved_from.as_deref().filter(|_| status == Status::Moved);
        let is_whole = matches!(status, Status::Missing | Status::Moved)
            || (status == Status::Unmanaged && values.is_some());
        let digest = is_whole.then(|| digest::of_whole(status.as_str(), moved, values));
        let accepted = match is_normal && !ignored {
            true => Some(self.as_in_baseline()),
            false => self.accepts_whole(&prints, status, digest.as_deref()),
        };
        let class = classify_outcome(&outcome, status, &classes);
        if !listed.is_empty() {
            let resource = Arc::new(resource.clone());
            for change in &mut listed {
                change.status = Some(status);
                change.resource = Some(Arc::clone(&resource));
            }
        }
        let warnings = outcome.warnings.iter().map(|oddity| Warning {
            code: oddity.code.to_owned(),
            message: masks.text(&oddity.message),
            resource: Some(outcome.key.to_string()),
            path: Some(masks.path(oddity.path.clone()).to_string()),
        });
        let confidence = changes.iter().map(|change| change.confidence).max().unwrap_or_default();
        let named = sides.desired.or(sides.actual).or(sides.reference);
        let criticality = self.priorities.criticality(&outcome.key, named);
        let priority = self.priorities.of(class.severity, &class.category, confidence, criticality);
        let ownership = self.ownership(sides, class.owner.as_deref(), outcome.shape, &masks);
        let ownership = ownership.map(|ownership| owned::shown(ownership, &masks));
        let owned = ownership.as_ref().map(Ownership::owned);
        let route = Some(self.route(&class, status, &resource, ownership.as_ref()));
        let finding = Finding {
            fingerprint: prints.finding(status.as_str()),
            status,
            resource,
            severity: class.severity,
            priority,
            category: class.category,
            owner: match &ownership {
                Some(ownership) => ownership.owner.clone(),
                None => class.owner,
            },
            ownership,
            route,
            rule: class.rule,
            title: class.title,
            confidence,
            replace: class.replaces,
            runbook: class.runbook,
            moved_from,
            digest,
            derived: 0,
            attribution: asking.whole(status, outcome.shape),
            changes,
        };
        let settled = Settled {
            finding,
            listed,
            live: sides.actual.is_some(),
            declared: sides.desired.is_some(),
            owners: sides.actual.map(|resource| resource.owners.clone()).unwrap_or_default(),
            making: Making::of(sides.desired, sides.actual),
            not_checked: (status == Status::NotChecked)
                .then_some((Reason::NothingComparable, None)),
            ignored,
            partial: unresolved,
            accepted,
            gone: false,
            known_as: None,
            live_as: self.live_as(sides),
            owned,
            known: false,
            tagged: self.tagged(sides, Some(outcome.shape)),
        };
        (settled, warnings.collect())
    }

    /// Accepts an unmanaged resource that the baseline knows by its name alone.
    pub(crate) fn accept_listed(&self, settled: &mut Settled) {
        if settled.finding.status == Status::Unmanaged && !settled.ignored {
            settled.accepted = Some(self.as_in_baseline());
        }
    }

    /// A resource of the baseline that is neither declared nor live.
    pub(crate) fn settle_gone(
        &self,
        outcome: Outcome<'_>,
        was: &Resource<'_>,
    ) -> (Settled, Vec<Warning>) {
        let sides = Sided { reference: Some(was), ..Sided::default() };
        let (mut settled, warnings) = self.settle(outcome, sides, None);
        settled.finding.resource.address = was.address().to_owned();
        settled.gone = true;
        settled.known = true;
        (settled, warnings)
    }

    /// Why what is as in the baseline is accepted.
    fn as_in_baseline(&self) -> (Accepted, String) {
        let reason = match self.taken_at {
            Some(at) => format!("as in the baseline of {at}"),
            None => "as in the baseline".to_owned(),
        };
        let by = "baseline".to_owned();
        (Accepted { by, reason: reason.clone(), until: None }, reason)
    }

    /// The acceptance of a resource as it stands as a whole.
    fn accepts_whole(
        &self,
        prints: &Fingerprints,
        status: Status,
        digest: Option<&str>,
    ) -> Option<(Accepted, String)> {
        let accepted = self.acceptance(&prints.finding(status.as_str()), Some(digest?))?;
        let reason = accepted.reason.clone();
        Some((accepted, reason))
    }

    fn change(
        &self,
        prints: &Fingerprints,
        change: diff::Change<'_>,
        class: &Class,
        masks: &Masks,
    ) -> Change {
        let place = masks.path(change.path);
        let path = place.to_string();
        let split = |printed: Option<Printed>| match printed {
            Some(Printed { raw, shown }) => (Some(raw), Some(masks.tree(shown))),
            None => (None, None),
        };
        let (raw_desired, desired) = split(change.desired);
        let (raw_actual, actual) = split(change.actual);
        let (_, reference) = split(change.reference);
        let secret = (change.hidden && (desired.is_some() || actual.is_some()))
            || raw_desired != desired
            || raw_actual != actual;
        let fingerprint = prints.change(&path);
        let digest = digest::of_values(
            change.kind.as_str(),
            raw_desired.as_ref(),
            raw_actual.as_ref(),
            secret,
            self.digest_key,
        );
        let may_be =
            change.disposition.is_confirmed() || change.disposition == Disposition::Undeclared;
        let accepted = may_be.then(|| self.acceptance(&fingerprint, digest.as_deref())).flatten();
        let (accepted, reason) = match change.disposition {
            Disposition::Accepted => {
                let (accepted, reason) = self.as_in_baseline();
                (Some(accepted), reason)
            }
            _ => (accepted, change.reason.to_owned()),
        };
        // Of a confirmed change it matters more what it means than which pack's rule confirmed it.
        let means = class.rule.clone().filter(|_| change.disposition.is_confirmed());
        let by_pack = change.rule.is_none_or(|rule| rule.layer < Layer::Mapping);
        let decided = change.rule.map(|rule| rule.printed_id());
        let rule = means.filter(|_| by_pack).or(decided).or_else(|| class.rule.clone());
        Change {
            status: None,
            resource: None,
            path,
            steps: place.into_steps(),
            pointer: change.desired_pointer.clone().or_else(|| change.actual_pointer.clone()),
            desired_pointer: change.desired_pointer,
            actual_pointer: change.actual_pointer,
            kind: change.kind,
            disposition: if accepted.is_some() {
                Disposition::Accepted
            } else {
                change.disposition
            },
            desired,
            actual,
            reference,
            severity: class.severity,
            category: class.category.clone(),
            rule,
            title: class.title.clone(),
            confidence: Confidence::default(),
            replace: class.replaces,
            reason,
            attribution: change.attribution,
            margin_used: change.margin,
            write_only: change.write_only,
            watched: false,
            accepted,
            runbook: class.runbook.clone(),
            digest_absent: digest.is_none().then(|| "no_key".to_owned()),
            digest,
            fingerprint,
        }
    }

    fn acceptance(&self, fingerprint: &str, digest: Option<&str>) -> Option<Accepted> {
        let digest = digest?;
        let holds = |acceptance: &&Acceptance| {
            acceptance.digest == digest
                && acceptance.expires.is_none_or(|expires| self.at <= expires)
        };
        let known = [self.acceptances, self.promoted];
        let known = known.into_iter().filter_map(|known| known.get(fingerprint)).flatten();
        let acceptance = known.into_iter().find(holds)?;
        Some(Accepted {
            by: acceptance.by.clone(),
            reason: acceptance.reason.clone(),
            until: acceptance.expires,
        })
    }

    /// A resource whose identity several others share.
    pub(crate) fn ambiguous(&self, resource: &Resource<'_>, sides: Sided<'_>) -> Settled {
        let detail =
            "several resources share its identity; give them ids, scopes or identity rules";
        self.not_compared(resource, sides, Reason::AmbiguousIdentity, detail)
    }

    /// A resource that was not compared, and why.
    pub(crate) fn not_compared(
        &self,
        resource: &Resource<'_>,
        sides: Sided<'_>,
        reason: Reason,
        detail: &str,
    ) -> Settled {
        let key = &resource.key;
        Settled {
            finding: Finding {
                fingerprint: digest::of_finding(key, Status::NotChecked.as_str()),
                status: Status::NotChecked,
                resource: self.resource_ref(key, sides),
                severity: Severity::Info,
                priority: Priority { level: "p3".to_owned(), ..Priority::default() },
                category: String::new(),
                owner: None,
                rule: None,
                title: None,
                confidence: Confidence::default(),
                replace: false,
                ownership: None,
                route: None,
                runbook: None,
                moved_from: None,
                digest: None,
                derived: 0,
                attribution: None,
                changes: Vec::new(),
            },
            listed: Vec::new(),
            live: sides.actual.is_some(),
            declared: sides.desired.is_some(),
            owners: resource.owners.clone(),
            making: Making::of(sides.desired, sides.actual),
            not_checked: Some((reason, Some(detail.to_owned()))),
            ignored: false,
            partial: true,
            accepted: None,
            gone: false,
            known_as: None,
            live_as: self.live_as(sides),
            owned: self.owned(sides, None),
            known: false,
            tagged: self.tagged(sides, None),
        }
    }
}

impl<'r> Sided<'r> {
    fn all(self) -> impl Iterator<Item = &'r Resource<'r>> {
        [self.desired, self.actual, self.reference].into_iter().flatten()
    }

    /// The sensitive paths of all documents of the resource, and what was a secret when its baseline was
    /// taken.
    pub(crate) fn marks(self) -> PathSet {
        let documents = self.all().map(|resource| &resource.sensitive);
        PathSet::marks(documents.chain(self.digests))
    }

    /// The strings that must not be shown.
    pub(crate) fn masks(self, shape: &Shape) -> Masks {
        Masks::of(self.all(), &self.marks(), shape)
    }
}

/// The address that actual still has, where both sides have one and they differ. An address is the
/// manager's name for the resource: those of two managers, or of a manager and the API, say nothing
/// of each other.
fn moved_from(sides: Sided<'_>) -> Option<String> {
    let (desired, actual) = (sides.desired?, sides.actual?);
    let addresses = desired.address.as_deref().zip(actual.address.as_deref());
    let differ = desired.managed_by == actual.managed_by
        && addresses.is_some_and(|(desired, actual)| desired != actual);
    (differ || sides.declared_move).then(|| actual.address().to_owned())
}

/// A value of a resource as a whole is not printed.
pub(super) fn whole(
    resource: &ResourceRef,
    finding: &Finding,
    accepted: Option<(Accepted, String)>,
) -> Change {
    let status = finding.status;
    let (kind, reason) = match status {
        Status::PendingDelete => {
            (ChangeKind::Added, "no longer declared, and still there: not deleted yet")
        }
        Status::Unmanaged => (ChangeKind::Added, ""),
        Status::Moved => (ChangeKind::Moved, ""),
        _ => (ChangeKind::Removed, "declared since the reference, and not created yet"),
    };
    let (accepted, reason) = match accepted {
        Some((accepted, reason)) => (Some(accepted), reason),
        None => (None, reason.to_owned()),
    };
    Change {
        status: Some(status),
        resource: Some(Arc::new(resource.clone())),
        fingerprint: digest::of_change(&resource.key(), ""),
        path: String::new(),
        steps: Vec::new(),
        pointer: Some(String::new()),
        desired_pointer: (status == Status::PendingCreate).then(String::new),
        actual_pointer: (status == Status::PendingDelete).then(String::new),
        kind,
        disposition: match accepted {
            Some(_) => Disposition::Accepted,
            None => Disposition::Pending,
        },
        desired: None::<Tree>,
        actual: None,
        reference: None,
        severity: finding.severity,
        category: finding.category.clone(),
        rule: finding.rule.clone(),
        title: finding.title.clone(),
        confidence: finding.confidence,
        replace: finding.replace,
        reason,
        attribution: None,
        margin_used: None,
        write_only: false,
        watched: false,
        accepted,
        runbook: finding.runbook.clone(),
        digest: finding.digest.clone(),
        digest_absent: None,
    }
}
