//! One detection: its tasks, one a resource, and the threads that work them off.

#[cfg(feature = "rego")]
use super::policy::usage_of as usage_of_policy;
use super::worker::Worker;
use super::{Context, Detail, Detector};
use crate::baseline::{Baseline, Keys, Known, values_of};
use crate::classify::LayersOf;
use crate::coverage::{Family, Root};
use crate::diff::{CompareOptions, Outcome, Pairing, Reference, Status, Which, pair};
use crate::events::Window;
use crate::limits::{Stage, Stop};
use crate::model::{Resource, Snapshot, Warning};
use crate::normalize::{Definitions, FactKind, Layer, Rule};
use crate::owners::{Files, OwnerMap};
use crate::report::{Acceptance, Assessor, Owners, Part, RuleUsage, Sided};
use crate::value::parallel::parallel;
use crate::value::{Arena, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Fewer resources are not worth a thread.
const LEAST_TASKS: usize = 64;
/// So many times as there are threads the tasks are cut into pieces, so that none waits long for
/// another.
const PIECES: usize = 8;

/// What a rule did.
pub(crate) fn usage_of(rule: &Rule, matched: u64) -> RuleUsage {
    RuleUsage {
        rule: rule.printed_id(),
        layer: rule.layer,
        matched,
        hides: rule.facts.iter().any(|fact| fact.kind().hides()),
        expires: rule.expires,
        expired: false,
        disabled: false,
        owner: rule.owner.clone(),
        reason: rule.reason.clone(),
        source: rule.source.clone(),
    }
}

/// One resource to be settled, by its positions in the snapshots.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    Compare {
        desired: Option<usize>,
        actual: Option<usize>,
        declared_move: bool,
    },
    Ambiguous {
        side: Which,
        index: usize,
    },
    /// Only the baseline has it.
    Gone {
        index: usize,
    },
}

/// One detection.
pub(super) struct Run<'d> {
    pub(super) detector: &'d Detector,
    pub(super) desired: &'d Snapshot<'d>,
    pub(super) actual: &'d Snapshot<'d>,
    pub(super) context: &'d Context<'d>,
    pub(super) pairing: Pairing,
    /// The reference of each desired and of each actual resource.
    of_desired: BTreeMap<usize, usize>,
    of_actual: BTreeMap<usize, usize>,
    recalled: Recall,
    /// What the map of owners says of the files of desired.
    files: Files,
    layers: LayersOf<'d>,
    pub(super) options: CompareOptions,
    /// The kinds that are defined among the resources.
    pub(super) definitions: Arc<Definitions>,
    /// Which of the live resources others have made, once somebody asks.
    derived: OnceLock<Vec<bool>>,
    is_part: bool,
}

impl<'d> Run<'d> {
    pub(super) fn new(
        detector: &'d Detector,
        desired: &'d Snapshot<'_>,
        actual: &'d Snapshot<'_>,
        context: &'d Context<'_>,
    ) -> Self {
        context.enter(Stage::Pairing);
        let join =
            |a: &[Resource<'_>], b: &[Resource<'_>]| pair(a, b, &detector.rules, context.seed);
        let with_reference = |resources: &[Resource<'_>]| -> BTreeMap<usize, usize> {
            let Some(reference) = context.reference else {
                return BTreeMap::new();
            };
            let pairs = join(resources, &reference.resources).pairs;
            pairs.into_iter().map(|(index, reference, _)| (index, reference)).collect()
        };
        let resources = [&desired.resources, &actual.resources];
        let recalled = context.baseline.map(|baseline| {
            let [of_desired, of_actual] =
                resources.map(|resources| join(resources, &baseline.resources));
            Recall::of(baseline.resources.len(), &of_desired, &of_actual)
        });
        let keys = resources.into_iter().flatten().map(|resource| &resource.key);
        let files = desired.resources.iter().filter_map(|one| one.source.file.as_deref());
        Self {
            pairing: join(&desired.resources, &actual.resources),
            recalled: recalled.unwrap_or_default(),
            layers: LayersOf::new(&detector.layers, keys),
            files: detector.owners.as_ref().map(|map| map.files(files)).unwrap_or_default(),
            of_desired: with_reference(&desired.resources),
            of_actual: with_reference(&actual.resources),
            options: CompareOptions {
                full: context.detail == Detail::Full,
                seed: context.seed,
                limits: detector.limits.clone(),
                managers: detector.managers.clone(),
                ways: false,
                stop: None,
            },
            definitions: Arc::new(Definitions::of(desired, actual)),
            detector,
            desired,
            actual,
            context,
            derived: OnceLock::new(),
            is_part: false,
        }
    }

    /// What is found will be merged with what other detections find.
    pub(super) fn of_a_part(mut self) -> Self {
        self.is_part = true;
        self
    }

    /// What has not been settled when someone asks to stop is left out.
    pub(super) fn until(mut self, stop: &Stop) -> Self {
        self.options.stop = Some(stop.clone());
        self
    }

    /// The tasks, and it is told how many there are.
    fn counted_tasks(&self) -> Vec<Task> {
        let tasks = self.tasks();
        if let Some(progress) = self.context.progress {
            progress.compare(tasks.len());
        }
        tasks
    }

    /// Tells that one more task has been settled.
    fn count(&self) {
        if let Some(progress) = self.context.progress {
            progress.count();
        }
    }

    pub(super) fn tasks(&self) -> Vec<Task> {
        let pairs =
            self.pairing.pairs.iter().map(|(desired, actual, declared_move)| Task::Compare {
                desired: Some(*desired),
                actual: Some(*actual),
                declared_move: *declared_move,
            });
        let alone = |desired, actual| Task::Compare { desired, actual, declared_move: false };
        let strangers = self.strangers();
        let desired = self.pairing.desired_only.iter().map(|index| {
            if self.is_anonymous(*index, &strangers) {
                return Task::Ambiguous { side: Which::Desired, index: *index };
            }
            alone(Some(*index), None)
        });
        let actual = self.pairing.actual_only.iter().map(|index| alone(None, Some(*index)));
        let ambiguous = self
            .pairing
            .ambiguous
            .iter()
            .map(|(side, index)| Task::Ambiguous { side: *side, index: *index });
        let gone = self.recalled.gone.iter().map(|index| Task::Gone { index: *index });
        pairs.chain(desired).chain(actual).chain(ambiguous).chain(gone).collect()
    }

    /// The types of live resources that nothing declares and no manager names.
    fn strangers(&self) -> BTreeSet<&str> {
        let alone = self.pairing.actual_only.iter();
        let alone = alone.filter_map(|index| self.actual.resources.get(*index));
        let unnamed = alone.filter(|resource| resource.managed_by.is_none());
        unnamed.map(|resource| &*resource.key.type_name).collect()
    }

    /// Whether a declared resource may be one of those: it has no id yet, and a name that its manager
    /// alone knows.
    fn is_anonymous(&self, index: usize, strangers: &BTreeSet<&str>) -> bool {
        let sides = self.sides(Some(index), None, false);
        let unnamed = |resource: &&Resource<'_>| {
            let may_be = strangers.contains(&*resource.key.type_name);
            resource.goes_by_address() && may_be && !resource.is_new()
        };
        let Some(resource) = sides.desired.filter(unnamed) else { return false };
        self.actual.coverage.missing_reason(&resource.key).is_none()
            && !matches!(self.reference(sides), Reference::Absent)
    }

    pub(super) fn assessor(&self) -> Assessor<'_> {
        Assessor {
            layers: &self.layers,
            priorities: &self.detector.priorities,
            acceptances: &self.detector.acceptances,
            promoted: self.context.baseline.map_or(&NONE, |baseline| &baseline.acceptances),
            taken_at: self.context.baseline.map(Baseline::taken_at),
            digest_key: self.detector.digest_key.as_deref(),
            at: self.context.at,
            events: self.context.events,
            window: self.window(),
            owners: self.detector.owners.as_ref().map(|map| Owners { map, files: &self.files }),
            routes: &self.detector.routes,
            tags: self.detector.tags.as_ref(),
            stop: self.options.stop.as_ref(),
            is_part: self.is_part,
        }
    }

    /// What an acceptance of a resource which nobody declares is bound to.
    pub(super) fn values(&self, outcome: &Outcome<'_>, sides: Sided<'_>) -> Option<Tree> {
        // It costs more than all else that is done with such a resource: only where acceptances play a part.
        if self.context.baseline.is_none() && self.detector.acceptances.is_empty() {
            return None;
        }
        let live = sides.actual.filter(|_| sides.desired.is_none() && !sides.derived)?;
        if !matches!(outcome.status, Status::Unmanaged | Status::Drifted) {
            return None;
        }
        // Nobody needs the attributes afterwards: they are not kept.
        let opened = live.opened(&mut Arena::default());
        let live = opened.as_ref().unwrap_or(live);
        let sides = Sided { actual: Some(live), ..sides };
        Some(values_of(live, sides, outcome.shape, self.detector.digest_key.as_deref()))
    }

    /// The time in question for what has changed.
    fn window(&self) -> Window {
        let read = self.actual.taken_at.filter(|taken| *taken <= self.context.at);
        Window { since: self.context.since, until: read.unwrap_or(self.context.at) }
    }

    /// Both sides of a pair, or the one that there is, with its reference.
    pub(super) fn sides(
        &self,
        desired: Option<usize>,
        actual: Option<usize>,
        declared_move: bool,
    ) -> Sided<'_> {
        let of = |known: &BTreeMap<usize, usize>, index: Option<usize>| known.get(&index?).copied();
        let reference = of(&self.of_desired, desired).or_else(|| of(&self.of_actual, actual));
        Sided {
            desired: desired.and_then(|index| self.desired.resources.get(index)),
            actual: actual.and_then(|index| self.actual.resources.get(index)),
            reference: reference.and_then(|index| self.context.reference?.resources.get(index)),
            declared_move,
            digests: None,
            derived: desired.is_none() && actual.is_some_and(|index| self.is_derived(index)),
        }
    }

    /// Whether another live resource made this one.
    fn is_derived(&self, actual: usize) -> bool {
        let live = &self.actual.resources;
        if live.get(actual).is_none_or(|resource| resource.owners.is_empty()) {
            return false;
        }
        let derived = self.derived.get_or_init(|| {
            let family = Family::new(live.iter().map(|one| (&one.key, one.owners.as_slice())));
            (0..live.len()).map(|index| matches!(family.root(index), Root::Resource(_))).collect()
        });
        derived.get(actual) == Some(&true)
    }

    /// What the baseline holds of a resource: of the live one, else of the declared one.
    pub(super) fn known(&self, desired: Option<usize>, actual: Option<usize>) -> Option<&'d Known> {
        let of = |known: &BTreeMap<usize, usize>, index: Option<usize>| known.get(&index?).copied();
        let recalled = &self.recalled;
        let place = of(&recalled.of_actual, actual).or_else(|| of(&recalled.of_desired, desired));
        self.context.baseline?.known.get(place?)
    }

    /// How digests of the baseline's secrets are judged.
    pub(super) fn keys(&self) -> Keys<'_> {
        let key = self.detector.digest_key.as_deref();
        let trusted = self.context.baseline.and_then(|baseline| baseline.trusts(key));
        Keys { trusted, seed: self.context.seed }
    }

    /// What the reference says of a resource; without one it speaks only for what it covers.
    pub(super) fn reference<'r>(&self, sides: Sided<'r>) -> Reference<'r> {
        let Some(snapshot) = self.context.reference else {
            return Reference::Unknown;
        };
        let asked = sides.desired.or(sides.actual);
        let key = asked.map(|resource| &resource.key);
        match (sides.reference, key) {
            // What is written in other names, or was not read, tells nothing of values.
            (Some(resource), _) if asked.is_some_and(|a| resource.incomparable(a).is_some()) => {
                Reference::Unknown
            }
            (Some(resource), _) => Reference::Resource(resource),
            (None, Some(key)) if snapshot.coverage.missing_reason(key).is_none() => {
                Reference::Absent
            }
            _ => Reference::Unknown,
        }
    }

    /// A part that has settled nothing yet.
    pub(super) fn empty(&self) -> Part {
        let full = self.context.detail == Detail::Full;
        Part::new(full, self.desired.coverage.clone(), self.actual.coverage.clone())
    }

    /// Everything, settled by as many threads as the detector may use.
    pub(super) fn whole(&self) -> Part {
        let tasks = self.counted_tasks();
        let threads = self.detector.threads.min(tasks.len() / LEAST_TASKS).max(1);
        let mut whole = if threads == 1 {
            self.work(&tasks, &AtomicUsize::new(0), tasks.len().max(1))
        } else {
            self.spread(&tasks, threads)
        };
        self.note_snapshots(&mut whole);
        whole
    }

    fn spread(&self, tasks: &[Task], threads: usize) -> Part {
        let piece = tasks.len().div_ceil(threads * PIECES);
        let next = AtomicUsize::new(0);
        let parts = parallel(threads, |_| self.work(tasks, &next, piece));
        parts.into_iter().reduce(Part::join).unwrap_or_else(|| self.empty())
    }

    /// Settles one piece of the tasks after the other until there is none left.
    fn work(&self, tasks: &[Task], next: &AtomicUsize, piece: usize) -> Part {
        let mut worker = Worker::new(self);
        let mut part = self.empty();
        loop {
            let start = next.fetch_add(piece, Ordering::Relaxed);
            let Some(rest) = tasks.get(start..).filter(|rest| !rest.is_empty()) else { break };
            part.make_room(rest.len().min(piece));
            for task in rest.iter().take(piece).take_while(|_| !self.options.is_stopped()) {
                worker.settle(*task, &mut part);
                self.count();
            }
        }
        worker.finish(&mut part);
        part
    }

    /// Deals the tasks out to so many parts.
    pub(super) fn dealt(&self, parts: usize) -> Vec<Part> {
        let mut partials: Vec<Part> = (0..parts).map(|_| self.empty()).collect();
        let tasks = self.counted_tasks();
        for (index, part) in partials.iter_mut().enumerate() {
            let mut worker = Worker::new(self);
            let own = tasks.iter().skip(index).step_by(parts);
            for task in own.take_while(|_| !self.options.is_stopped()) {
                worker.settle(*task, part);
                self.count();
            }
            worker.finish(part);
        }
        if let Some(first) = partials.first_mut() {
            self.note_snapshots(first);
        }
        partials
    }

    /// What is known without looking at any resource.
    fn note_snapshots(&self, part: &mut Part) {
        part.know(self.detector.packs.versions());
        let layers = &self.detector.layers;
        let (mut last, mut known) = (None, BTreeSet::new());
        for key in self.desired.resources.iter().map(|resource| &resource.key) {
            let kind = (&key.provider, &key.type_name);
            if last.replace(kind) != Some(kind) && known.insert(kind) {
                part.place(&key.provider, &key.type_name, layers.of(key));
            }
        }
        let sides = [("desired", self.desired), ("actual", self.actual)];
        part.warn(sides.into_iter().flat_map(|(side, snapshot)| {
            snapshot.warnings.iter().map(move |warning| Warning {
                message: format!("{side}: {}", warning.message),
                ..warning.clone()
            })
        }));
        part.warn(self.detector.owners.iter().flat_map(OwnerMap::warnings));
        #[cfg(feature = "rego")]
        {
            let policies = &self.detector.policies;
            policies.policies().for_each(|policy| part.policy.count(usage_of_policy(policy)));
            part.warn(policies.warnings(self.context.at));
        }
        let key = self.detector.digest_key.as_deref();
        if self.context.baseline.is_some_and(|baseline| baseline.mistrusts(key)) {
            let message = "the baseline's digests of secrets were made with another `digest_key`: \
                whether its secrets have changed is unknown";
            let code = "baseline_key".to_owned();
            let message = message.to_owned();
            part.warn([Warning { code, message, resource: None, path: None }]);
        }
        for (rule, why) in self.detector.rules.disabled() {
            let usage = usage_of(rule, 0);
            let reason = why.clone().or(usage.reason);
            part.count(RuleUsage { disabled: true, reason, ..usage });
        }
        for rule in self
            .detector
            .rules
            .read()
            .filter(|rule| rule.layer == Layer::User && rule.bundle.is_none())
        {
            part.count(usage_of(rule, 0));
        }
    }
}

static NONE: BTreeMap<String, Vec<Acceptance>> = BTreeMap::new();

/// Where the resources of a baseline are met again.
#[derive(Default)]
struct Recall {
    /// The baseline's resource for each desired and for each actual one.
    of_desired: BTreeMap<usize, usize>,
    of_actual: BTreeMap<usize, usize>,
    /// Those that are neither declared nor live.
    gone: Vec<usize>,
}

impl Recall {
    fn of(length: usize, desired: &Pairing, actual: &Pairing) -> Self {
        let known = |pairing: &Pairing| -> BTreeMap<usize, usize> {
            pairing.pairs.iter().map(|(index, known, _)| (*index, *known)).collect()
        };
        let met = [desired, actual].into_iter().flat_map(|pairing| {
            // Where a tie paired nothing it may be any of them.
            let tied = pairing.ambiguous.iter().filter(|(side, _)| *side == Which::Actual);
            let pairs = pairing.pairs.iter().map(|(_, known, _)| *known);
            pairs.chain(tied.map(|(_, known)| *known))
        });
        let met: BTreeSet<usize> = met.collect();
        let gone = (0..length).filter(|index| !met.contains(index)).collect();
        Self { of_desired: known(desired), of_actual: known(actual), gone }
    }
}

/// Whether reports say how often a rule matched.
pub(crate) fn is_counted(rule: &Rule) -> bool {
    let hides = |kind: FactKind| kind.hides() && kind != FactKind::Secret;
    let own = rule.layer == Layer::User && rule.bundle.is_none();
    own || rule.facts.iter().any(|fact| hides(fact.kind()))
}
