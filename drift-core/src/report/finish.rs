//! All that needs to know every resource: absence, families, counts, order and the verdict.

use super::causes::causes;
use super::digest;
use super::entry::whole;
use super::family::families;
use super::part::Part;
use super::partial::Partial;
use super::settled::{Agreed, Settled};
use super::tagged::Tally;
use super::types::{
    Change, Finding, NotChecked, OwnershipSummary, Report, ResourceCounts, ResourceRef, RuleUsage,
    Summary, Verdict,
};
use crate::coverage::{Census, Counted, CoverageSummary, Expected, Gaps, absence};
use crate::diff::{Disposition, Status};
use crate::model::{Coverage, Gap, Reason, ResourceKey, Scope, Warning};
use crate::owners::{OwnerCounts, Standing};
use crate::time::Timestamp;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The version of the report's JSON.
pub(crate) const SCHEMA_VERSION: &str = "1";

/// The report on all that `partial` holds; `at` is when the detection was made. Where parts of a detection are
/// missing it is partial, with the warning `parts_missing`.
#[must_use]
pub fn finish(partial: Partial, at: Timestamp) -> Report {
    let (found, missing) = partial.into_found();
    report(found, missing, at)
}

/// The report on all that was found. `missing` warns of parts that are not in it.
pub(crate) fn report(found: Part, missing: Vec<Warning>, at: Timestamp) -> Report {
    let Part {
        full,
        mut entries,
        mut agreed,
        mut desired,
        mut actual,
        usage,
        packs,
        mut layers,
        mut warnings,
        policy,
    } = found;
    let is_whole = missing.is_empty();
    warnings.extend(missing);
    drop_known(&mut entries, &agreed);
    entries.sort_by_cached_key(|entry| (entry.key(), entry.finding.status));
    actual.normalize();
    desired.normalize();
    split_sides(&mut entries);
    for entry in &mut entries {
        if !entry.ignored
            && matches!(entry.finding.status, Status::Missing | Status::PendingCreate)
            && let Some(why) = absence(&actual, &entry.key())
        {
            entry.not_checked = Some(why);
        }
        if entry.not_checked.is_some() {
            entry.finding.status = Status::NotChecked;
        }
    }
    let derived = families(&mut entries, &agreed, &actual, &mut warnings);
    doubtful(&mut entries, &desired);
    let statuses = statuses(policy.keys(), &entries, &agreed);
    let policed = policy.finish(&statuses, &desired);

    let mut lists = Lists { full, ..Lists::default() };
    let mut counts = ResourceCounts { derived, ..ResourceCounts::default() };
    let mut coverage = CoverageSummary {
        complete: is_whole && actual.is_complete(),
        gaps: actual.gaps().to_vec(),
        expected: Expected::of(&actual),
        ..CoverageSummary::default()
    };
    coverage.desired += agreed.len();
    coverage.checked += agreed.len();
    let ignored = agreed.iter().filter(|agreed| agreed.ignored).count();
    counts.ignored += ignored;
    counts.in_sync += agreed.len() - ignored;
    let mut owned: Option<OwnerCounts> = None;
    let mut own = |one: Option<Standing>| {
        if let Some(one) = one {
            owned.get_or_insert_default().count(one);
        }
    };
    agreed.iter().filter(|agreed| !agreed.ignored).for_each(|agreed| own(agreed.owned));
    let (mut census, mut tally) = (Census::new(), Tally::default());
    for Agreed { key, ignored, owned, tagged, .. } in &mut agreed {
        tally.count(&key.provider, tagged.take().filter(|_| !*ignored));
        let both = Counted { declared: true, live: true, ..Counted::default() };
        census.count(key, Counted { ignored: *ignored, owned: *owned, ..both });
    }
    let mut verdict = Verdict::InSync;
    let whole = |expected: &Expected| expected.uncollected.is_empty();
    let mut partial = !is_whole || !coverage.expected.as_ref().is_none_or(whole);
    // What may be declared and was not read may be gone. What is read without an id is told one by one,
    // and what is declared as a part of something else is compared there.
    let is_read =
        |gap: &Gap| matches!(gap.reason, Reason::AmbiguousIdentity | Reason::NothingComparable);
    partial |= !desired.gaps().iter().all(is_read);
    for mut entry in entries {
        let tagged = entry.take_tagged();
        tally.count(&entry.finding.resource.provider, tagged);
        if entry.declared {
            coverage.desired += 1;
            match &entry.not_checked {
                Some((reason, _)) => {
                    *coverage.not_checked.entry(reason.as_str().to_owned()).or_default() += 1;
                }
                None => coverage.checked += 1,
            }
        }
        own(entry.owned.filter(|_| !entry.ignored));
        census.count(&entry.key(), entry.counted());
        let resource = &entry.finding.resource;
        let types = layers.get(&resource.provider);
        if types.is_none_or(|types| !types.contains_key(&resource.type_name)) {
            let types = layers.entry(resource.provider.clone()).or_default();
            types.insert(resource.type_name.clone(), resource.layer.clone());
        }
        partial |= entry.partial || entry.not_checked.is_some();
        verdict = verdict.max(verdict_of(&entry, &desired));
        lists.put(entry, &mut counts);
    }
    if actual.gaps().iter().any(|gap| gap.reason == Reason::Error) {
        verdict = Verdict::Error;
    }
    if partial {
        verdict = verdict.max(Verdict::Partial);
    }
    lists.sort();
    coverage.take(census, &layers, &actual);
    coverage.paths.unknown = lists.unknown.len();
    let hiding = usage.values().filter(|usage| usage.hides);
    coverage.paths.ignored = hiding.map(|usage| usage.matched).sum();
    warnings.sort();
    warnings.dedup();
    let ownership =
        owned.map(|resources| OwnershipSummary { resources, findings: lists.count_owners() });
    let (tags, tag_violations) = tally.finish();
    let summary = Summary {
        ownership,
        tags,
        policy: policed.summary,
        resources: counts,
        changes: lists.count_changes(),
        severity: lists.count_severities(),
        coverage,
    };
    Report {
        schema_version: SCHEMA_VERSION.to_owned(),
        verdict,
        partial,
        detected_at: at,
        summary,
        causes: causes(&lists.findings),
        findings: lists.findings,
        pending: lists.pending,
        undeclared: lists.undeclared,
        suppressed: lists.suppressed,
        unknown: lists.unknown,
        not_checked: lists.not_checked,
        tag_violations,
        policy_violations: policed.violations,
        policy_errors: policed.errors,
        policy_usage: policed.usage,
        rule_usage: rule_usage(usage, at),
        packs,
        warnings,
    }
}

/// How the resources of these keys stand.
fn statuses(
    mut keys: BTreeMap<ResourceKey, Option<Status>>,
    entries: &[Settled],
    agreed: &[Agreed],
) -> BTreeMap<ResourceKey, Option<Status>> {
    if keys.is_empty() {
        return keys;
    }
    for entry in entries {
        if let Some(status) = keys.get_mut(&entry.key()) {
            *status = Some(entry.finding.status);
        }
    }
    for agreed in agreed {
        if let Some(status) = keys.get_mut(&agreed.key) {
            *status = Some(Status::InSync);
        }
    }
    keys
}

fn rule_usage(usage: BTreeMap<String, RuleUsage>, at: Timestamp) -> Vec<RuleUsage> {
    let expired = |usage: &RuleUsage| usage.expires.is_some_and(|expires| expires < at);
    usage.into_values().map(|usage| RuleUsage { expired: expired(&usage), ..usage }).collect()
}

/// A resource of the baseline that one part does not have is not gone where another part has it; one that
/// is gone is gone once.
fn drop_known(entries: &mut Vec<Settled>, agreed: &[Agreed]) {
    if !entries.iter().any(|entry| entry.gone) {
        return;
    }
    let mut known: BTreeSet<ResourceKey> = BTreeSet::new();
    for entry in entries.iter().filter(|entry| !entry.gone) {
        known.insert(entry.known_as.clone().unwrap_or_else(|| entry.key()));
        known.insert(entry.key());
    }
    for agreed in agreed {
        known.insert(agreed.known_as.clone().unwrap_or_else(|| agreed.key.clone()));
    }
    entries.retain(|entry| !entry.gone || known.insert(entry.key()));
}

/// A resource that one part has declared and another has live was never compared.
fn split_sides(entries: &mut [Settled]) {
    let keys = |status: Status| -> BTreeSet<ResourceKey> {
        let of = entries.iter().filter(|entry| entry.finding.status == status);
        of.map(Settled::key).collect()
    };
    let declared = &keys(Status::Missing) | &keys(Status::PendingCreate);
    let both = &declared & &keys(Status::Unmanaged);
    if both.is_empty() {
        return;
    }
    for entry in entries.iter_mut().filter(|entry| both.contains(&entry.key())) {
        let detail = "its two sides were given to different parts of the detection";
        entry.not_checked = Some((Reason::Error, Some(detail.to_owned())));
    }
}

/// Where it is not known what is declared, a live resource that nobody declares is not unmanaged. One
/// of those may be a declared resource whose id is not known, which is not missing then.
fn doubtful(entries: &mut [Settled], desired: &Coverage) {
    if desired.gaps().is_empty() {
        return;
    }
    let gaps = Gaps::of(desired.gaps());
    let unnamed = |gap: &&Gap| gap.reason == Reason::AmbiguousIdentity;
    let unnamed = Gaps::of(desired.gaps().iter().filter(unnamed));
    let mut open: BTreeSet<&Gap> = BTreeSet::new();
    for status in [Status::Unmanaged, Status::Missing] {
        for entry in
            entries.iter_mut().filter(|entry| !entry.ignored && entry.finding.status == status)
        {
            let key = entry.key();
            let found = if status == Status::Unmanaged {
                open.extend(unnamed.get(&key));
                gaps.get(&key)
            } else {
                let goes_by_its_address = key.id == entry.finding.resource.address;
                unnamed.get(&key).filter(|gap| goes_by_its_address && open.contains(gap))
            };
            if let Some(gap) = found {
                entry.not_checked = Some((gap.reason, gap.detail.clone()));
                entry.finding.status = Status::NotChecked;
            }
        }
    }
}

fn verdict_of(entry: &Settled, desired: &Coverage) -> Verdict {
    if let Some((reason, _)) = &entry.not_checked {
        return if *reason == Reason::Error { Verdict::Error } else { Verdict::Partial };
    }
    match entry.finding.status {
        _ if entry.ignored || entry.accepted.is_some() => Verdict::InSync,
        Status::Drifted | Status::Missing | Status::Moved => Verdict::Drifted,
        Status::Unmanaged if desired.is_declared_whole(&entry.key()) => Verdict::Drifted,
        _ => Verdict::InSync,
    }
}

/// The lists of the report; each thing stands in one of them.
#[derive(Default)]
struct Lists {
    full: bool,
    findings: Vec<Finding>,
    pending: Vec<Change>,
    undeclared: Vec<Change>,
    suppressed: Vec<Change>,
    unknown: Vec<Change>,
    not_checked: Vec<NotChecked>,
}

impl Lists {
    fn put(&mut self, entry: Settled, counts: &mut ResourceCounts) {
        let Settled { mut finding, mut listed, not_checked, ignored, accepted, .. } = entry;
        sort_changes(&mut listed);
        for mut change in listed {
            change.status = Some(finding.status);
            self.list(change);
        }
        if let Some((reason, detail)) = not_checked {
            counts.not_checked += 1;
            self.not_checked.push(NotChecked { resource: finding.resource, reason, detail });
            return;
        }
        if ignored {
            counts.ignored += 1;
            return;
        }
        let whole_status =
            matches!(finding.status, Status::Missing | Status::Unmanaged | Status::Moved);
        if let Some(accepted) = accepted.filter(|_| whole_status) {
            counts.accepted += 1;
            let change = whole(&finding.resource, &finding, Some(accepted));
            return self.suppressed.push(change);
        }
        let count = match finding.status {
            Status::InSync => &mut counts.in_sync,
            Status::Drifted => &mut counts.drifted,
            Status::Missing => &mut counts.missing,
            Status::Unmanaged => &mut counts.unmanaged,
            Status::Moved => &mut counts.moved,
            Status::PendingCreate => &mut counts.pending_create,
            Status::PendingDelete => &mut counts.pending_delete,
            Status::NotChecked => &mut counts.not_checked,
        };
        *count += 1;
        match finding.status {
            Status::Drifted | Status::Missing | Status::Unmanaged | Status::Moved => {
                let key = finding.resource.key();
                finding.fingerprint = digest::of_finding(&key, finding.status.as_str());
                self.findings.push(finding);
            }
            Status::PendingCreate | Status::PendingDelete => {
                let change = whole(&finding.resource, &finding, None);
                self.pending.push(change);
            }
            Status::InSync | Status::NotChecked => {}
        }
    }

    fn list(&mut self, change: Change) {
        match change.disposition {
            Disposition::Pending => self.pending.push(change),
            Disposition::Undeclared => self.undeclared.push(change),
            Disposition::Unknown if change.write_only => {
                if self.full {
                    self.suppressed.push(change);
                }
            }
            Disposition::Unknown => self.unknown.push(change),
            _ => self.suppressed.push(change),
        }
    }

    fn sort(&mut self) {
        // They come in the order of their keys.
        self.findings.sort_by_cached_key(|finding| std::cmp::Reverse(finding.severity));
        for finding in &mut self.findings {
            sort_changes(&mut finding.changes);
        }
        for list in
            [&mut self.pending, &mut self.undeclared, &mut self.suppressed, &mut self.unknown]
        {
            sort_changes(list);
        }
        self.not_checked.sort_by_cached_key(|entry| (entry.resource.key(), entry.reason));
    }

    fn count_changes(&self) -> BTreeMap<String, usize> {
        const ALWAYS: [Disposition; 7] = [
            Disposition::Drift,
            Disposition::Conflict,
            Disposition::Pending,
            Disposition::Undeclared,
            Disposition::Tolerated,
            Disposition::Accepted,
            Disposition::Unknown,
        ];
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let confirmed = self.findings.iter().flat_map(|finding| &finding.changes);
        let others = [&self.pending, &self.undeclared, &self.suppressed, &self.unknown];
        for change in confirmed.chain(others.into_iter().flatten()) {
            let whole = change.path.is_empty() && change.disposition == Disposition::Pending;
            if ALWAYS.contains(&change.disposition) && !change.write_only && !whole {
                *counts.entry(change.disposition.as_str()).or_default() += 1;
            }
        }
        counts.into_iter().map(|(word, count)| (word.to_owned(), count)).collect()
    }

    fn count_owners(&self) -> OwnerCounts {
        let mut counts = OwnerCounts::default();
        let known = self.findings.iter().filter_map(|finding| finding.ownership.as_ref());
        known.for_each(|ownership| counts.count(ownership.owned()));
        counts
    }

    fn count_severities(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.severity.as_str().to_owned()).or_default() += 1;
        }
        counts
    }
}

fn sort_changes(changes: &mut [Change]) {
    // They come resource by resource: what is left to do behind this is little.
    changes.sort_by_key(|change| std::cmp::Reverse(change.severity));
    changes.sort_by(|a, b| {
        let severity = b.severity.cmp(&a.severity);
        fn key(change: &Change) -> Option<(&str, &str, &Scope, &str)> {
            change.resource.as_deref().map(ResourceRef::key_parts)
        }
        let same = a.resource.as_ref().zip(b.resource.as_ref());
        let same = same.is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        severity
            .then_with(|| if same { Ordering::Equal } else { key(a).cmp(&key(b)) })
            .then_with(|| a.path.cmp(&b.path))
            .then_with(|| a.kind.cmp(&b.kind))
    });
}
