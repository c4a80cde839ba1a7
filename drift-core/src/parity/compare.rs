//! One comparison of many snapshots: its resources one after the other, and what they come to together.

use super::ParityOptions;
use super::align::{Aligned, Copies, align, varying};
use super::allow::Allowances;
use super::hold::Worker;
use super::result::{
    MemberCounts, Parity, ParityPaths, ParityResource, ParityResources, ParitySummary,
    ParityVerdict, SCHEMA_VERSION, Unheld,
};
use super::substitute::{Substitute, clean};
use crate::detector::{self, Context, Detail, Detector, usage_of};
use crate::diff::CompareOptions;
use crate::limits::Stop;
use crate::model::{Ratio, ResourceKey, Scope, Snapshot, Warning};
use crate::normalize::{Definitions, Layer};
use crate::report::{ResourceRef, RuleUsage, Sources};
use crate::value::parallel::parallel;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many resources are settled by a thread before it looks for more.
const PIECE: usize = 16;

/// One comparison.
pub(super) struct Fleet<'f> {
    pub(super) by: detector::Fleet<'f>,
    pub(super) snapshots: &'f [(&'f str, &'f Snapshot<'f>)],
    pub(super) options: &'f ParityOptions,
    pub(super) context: &'f Context<'f>,
    pub(super) substitutes: Vec<Substitute>,
    varying: Vec<String>,
    pub(super) baseline: Option<usize>,
    pub(super) compare: CompareOptions,
    pub(super) definitions: Arc<Definitions>,
}

/// What one resource comes to.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) resource: Option<ParityResource>,
    pub(super) ignored: bool,
    /// Whether at least two snapshots could tell of it.
    pub(super) held: bool,
    pub(super) paths: ParityPaths,
    pub(super) not_checked: Vec<Unheld>,
    /// Snapshots that have it, and snapshots that do not.
    pub(super) found: Vec<usize>,
    pub(super) absent: Vec<usize>,
    /// Allowances that were used.
    pub(super) used: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
}

impl<'f> Fleet<'f> {
    pub(super) fn new(
        detector: &'f Detector,
        snapshots: &'f [(&'f str, &'f Snapshot<'f>)],
        options: &'f ParityOptions,
        context: &'f Context<'f>,
    ) -> Self {
        let by = detector.fleet();
        let given = |name: &str| options.substitutions.get(name).map(Substitute::of);
        let all: Vec<&Snapshot<'_>> = snapshots.iter().map(|(_, snapshot)| *snapshot).collect();
        let mut varying = options.varying.clone().unwrap_or_else(|| varying(snapshots));
        varying.sort();
        varying.dedup();
        Self {
            substitutes: snapshots
                .iter()
                .map(|(name, _)| given(name).unwrap_or_default())
                .collect(),
            baseline: options
                .baseline
                .as_ref()
                .and_then(|baseline| snapshots.iter().position(|(name, _)| name == baseline)),
            compare: CompareOptions {
                full: false,
                seed: context.seed,
                limits: by.limits.clone(),
                managers: Vec::new(),
                ways: false,
                stop: None,
            },
            definitions: Arc::new(Definitions::among(&all)),
            varying,
            by,
            snapshots,
            options,
            context,
        }
    }

    pub(super) fn name(&self, snapshot: usize) -> &'f str {
        self.snapshots.get(snapshot).map_or("", |(name, _)| name)
    }

    pub(super) fn names(&self, snapshots: &[usize]) -> Vec<String> {
        snapshots.iter().map(|snapshot| self.name(*snapshot).to_owned()).collect()
    }

    pub(super) fn compare(&self, stop: &Stop) -> Parity {
        let identifying = self.by.rules.identifying();
        let aligned = align(self.snapshots, &self.substitutes, &self.varying, identifying);
        let all: Vec<(&ResourceKey, &Copies)> = aligned.rows.iter().collect();
        let threads = self.by.threads.min(all.len() / PIECE).max(1);
        let next = AtomicUsize::new(0);
        let work = |_| {
            let mut worker = Worker::new(self);
            let mut settled = Vec::new();
            loop {
                let start = next.fetch_add(PIECE, Ordering::Relaxed);
                let Some(rest) = all.get(start..).filter(|rest| !rest.is_empty()) else { break };
                let piece = rest.iter().take(PIECE).enumerate();
                for (at, (key, copies)) in piece.take_while(|_| !stop.is_asked()) {
                    settled.push((start + at, worker.settle(key, copies)));
                }
            }
            (settled, worker.usage())
        };
        let parts = parallel(threads, work);
        let mut settled: Vec<(usize, Settled)> = Vec::new();
        let mut usage: BTreeMap<String, RuleUsage> = BTreeMap::new();
        for (part, rules) in parts {
            settled.extend(part);
            rules.into_iter().for_each(|rule| note(&mut usage, rule));
        }
        settled.sort_by_key(|(at, _)| *at);
        self.finish(settled.into_iter().map(|(_, one)| one), &aligned, usage)
    }

    fn finish(
        &self,
        settled: impl Iterator<Item = Settled>,
        aligned: &Aligned,
        usage: BTreeMap<String, RuleUsage>,
    ) -> Parity {
        let full = self.context.detail == Detail::Full;
        let allowances = Allowances::new(&self.options.allow, self.context.at);
        let mut used = vec![0; self.options.allow.len()];
        let named = |(name, _): &(&str, _)| MemberCounts {
            name: (*name).to_owned(),
            ..MemberCounts::default()
        };
        let mut members: Vec<MemberCounts> = self.snapshots.iter().map(named).collect();
        let mut resources = ParityResources { derived: aligned.derived, ..Default::default() };
        let mut paths = ParityPaths::default();
        let (mut listed, mut not_checked, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        for one in settled {
            warnings.extend(one.warnings);
            for index in one.used {
                used.get_mut(index).into_iter().for_each(|used: &mut usize| *used += 1);
            }
            if one.ignored {
                resources.ignored += 1;
                continue;
            }
            count_in(&one.found, &mut members, |member| member.resources += 1);
            count_in(&one.absent, &mut members, |member| member.absent += 1);
            for open in &one.not_checked {
                let member = member_of(&mut members, &open.snapshot);
                member.into_iter().for_each(|member| member.not_checked += 1);
            }
            not_checked.extend(one.not_checked);
            if !one.held {
                resources.not_checked += 1;
                continue;
            }
            add(&mut paths, one.paths);
            resources.compared += 1;
            let Some(resource) = one.resource else { continue };
            for row in resource.rows.iter().filter(|row| row.allowed.is_none()) {
                for name in &row.outliers {
                    let member = member_of(&mut members, name);
                    member.into_iter().for_each(|member| member.outliers += 1);
                }
            }
            let differs = resource.rows.iter().any(|row| row.allowed.is_none());
            resources.different += usize::from(differs);
            if full || !resource.rows.is_empty() {
                listed.push(resource);
            }
        }
        resources.alike = resources.compared - resources.different;
        let part = |wrong: usize| Ratio::of(paths.compared.saturating_sub(wrong), paths.compared);
        members.iter_mut().for_each(|member| member.score = part(member.outliers));
        let partial = !not_checked.is_empty() || paths.unknown > 0;
        let verdict = match (resources.different, partial) {
            (0, false) => ParityVerdict::Alike,
            (0, true) => ParityVerdict::Partial,
            _ => ParityVerdict::Different,
        };
        not_checked.sort();
        warnings.sort();
        warnings.dedup();
        Parity {
            schema_version: SCHEMA_VERSION.to_owned(),
            verdict,
            partial,
            compared_at: self.context.at,
            baseline: self.options.baseline.clone(),
            varying: self.varying.clone(),
            summary: ParitySummary { resources, score: part(paths.differing), paths },
            snapshots: members,
            resources: listed,
            not_checked,
            allowances: allowances.usage(&used),
            rule_usage: self.rule_usage(usage),
            warnings,
        }
    }

    /// What rules did, those of the user that did nothing included.
    fn rule_usage(&self, mut usage: BTreeMap<String, RuleUsage>) -> Vec<RuleUsage> {
        let own =
            self.by.rules.read().filter(|rule| rule.layer == Layer::User && rule.bundle.is_none());
        own.for_each(|rule| note(&mut usage, usage_of(rule, 0)));
        let at = self.context.at;
        let expired = |one: &RuleUsage| one.expires.is_some_and(|expires| expires < at);
        usage.into_values().map(|one| RuleUsage { expired: expired(&one), ..one }).collect()
    }

    pub(super) fn resource_ref(&self, key: &ResourceKey, address: &str) -> ResourceRef {
        let id = clean(&key.id).into_owned();
        let scope: Scope =
            key.scope.iter().map(|(name, value)| (name, clean(value).into_owned())).collect();
        ResourceRef {
            provider: key.provider.to_string(),
            type_name: key.type_name.to_string(),
            address: if address.is_empty() { id.clone() } else { clean(address).into_owned() },
            id,
            scope,
            layer: self.by.layers.of(key).to_owned(),
            source: Sources::default(),
        }
    }
}

/// The snapshot of this name; they stand by name.
fn member_of<'m>(members: &'m mut [MemberCounts], name: &str) -> Option<&'m mut MemberCounts> {
    let at = members.binary_search_by(|member| member.name.as_str().cmp(name)).ok()?;
    members.get_mut(at)
}

fn count_in(snapshots: &[usize], members: &mut [MemberCounts], add: impl Fn(&mut MemberCounts)) {
    for at in snapshots {
        members.get_mut(*at).into_iter().for_each(&add);
    }
}

fn add(paths: &mut ParityPaths, more: ParityPaths) {
    paths.compared += more.compared;
    paths.agreed += more.agreed;
    paths.allowed += more.allowed;
    paths.differing += more.differing;
    paths.unknown += more.unknown;
}

fn note(usage: &mut BTreeMap<String, RuleUsage>, one: RuleUsage) {
    match usage.get_mut(&one.rule) {
        Some(known) => known.matched += one.matched,
        None => {
            usage.insert(one.rule.clone(), one);
        }
    }
}
