//! Settles one resource after the other: by hash where both sides agree, else by a walk over what
//! has been opened.

#[cfg(feature = "rego")]
use super::policy::Judge;
use super::run::{Run, Task, is_counted, usage_of};
use crate::baseline::{Known, Recalled};
use crate::diff::{Sides, Which, compare, count, gone};
use crate::model::{Resource, ResourceKey, Unread};
use crate::normalize::{Fold, Look, Names, Recorded, Shape, ShapeCache};
use crate::report::{Agreed, Part, Sided};
use crate::value::mix::Mixer;
use crate::value::{Arena, ContentHash};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one thread keeps from one resource to the next.
pub(super) struct Worker<'r> {
    pub(super) run: &'r Run<'r>,
    pub(super) shapes: ShapeCache,
    mixer: Arc<Mixer>,
    /// By the address of the shape.
    benches: BTreeMap<usize, Bench>,
    /// For what is opened of desired, actual and the reference.
    arenas: [Arena; 3],
    /// For the hashes of nodes.
    spare: Vec<Recorded>,
    names: Names,
    #[cfg(feature = "rego")]
    pub(super) judge: Option<Judge>,
}

/// The hashes of the nodes of desired and actual, where they were taken while these were opened.
pub(super) type Records = [Option<Recorded>; 2];

/// The key of the baseline, where it is another one than that of the resource.
fn known_as(known: Option<&Known>, key: &ResourceKey) -> Option<ResourceKey> {
    known.map(|known| &known.resource.key).filter(|known| *known != key).cloned()
}

/// What is kept for one shape.
struct Bench {
    fold: Fold,
    /// How often each rule matched.
    matched: Vec<u64>,
    /// Whether a name told of a secret in the resource that was opened last.
    secretive: bool,
}

/// The bench of a shape, made where there is none yet.
fn bench<'b>(
    benches: &'b mut BTreeMap<usize, Bench>,
    shape: &Arc<Shape>,
    mixer: &Arc<Mixer>,
) -> &'b mut Bench {
    benches.entry(Arc::as_ptr(shape).addr()).or_insert_with(|| Bench {
        fold: Fold::new(Arc::clone(shape), Arc::clone(mixer)),
        matched: vec![0; shape.rules().len()],
        secretive: false,
    })
}

/// The hash of one side, and the rules that matched there, once for each node.
struct Hashed<'r> {
    hash: Option<ContentHash>,
    matched: Cow<'r, [u32]>,
}

impl<'r> Worker<'r> {
    pub(super) fn new(run: &'r Run<'r>) -> Self {
        let detector = run.detector;
        Self {
            run,
            shapes: ShapeCache::new(
                &detector.rules,
                &detector.shapes,
                run.context.at,
                &run.definitions,
            ),
            mixer: Arc::new(Mixer::new(run.context.seed)),
            benches: BTreeMap::new(),
            arenas: Default::default(),
            spare: Vec::new(),
            names: Names::default(),
            #[cfg(feature = "rego")]
            judge: Judge::of(run),
        }
    }

    /// Writes down how often rules matched.
    pub(super) fn finish(self, part: &mut Part) {
        for Bench { fold, matched, .. } in self.benches.into_values() {
            let counted = fold.shape().rules().iter().zip(matched);
            for (rule, matched) in
                counted.filter(|(rule, matched)| *matched > 0 && is_counted(rule))
            {
                part.count(usage_of(rule, matched));
            }
        }
        #[cfg(feature = "rego")]
        self.judge.into_iter().for_each(|judge| judge.finish(part));
    }

    pub(super) fn settle(&mut self, task: Task, part: &mut Part) {
        let run = self.run;
        #[cfg(feature = "rego")]
        self.police(task, part);
        match task {
            Task::Compare { desired, actual, declared_move } => {
                let known = run.known(desired, actual);
                self.compare(run.sides(desired, actual, declared_move), known, part);
            }
            Task::Gone { index } => self.gone(index, part),
            Task::Ambiguous { side, index } => {
                let (desired, actual) = match side {
                    Which::Desired => (Some(index), None),
                    Which::Actual => (None, Some(index)),
                };
                let sides = run.sides(desired, actual, false);
                if let Some(resource) = sides.desired.or(sides.actual) {
                    part.push(run.assessor().ambiguous(resource, sides), Vec::new());
                }
            }
        }
    }

    /// Compares a pair, or says what becomes of one side that is alone.
    fn compare(&mut self, sides: Sided<'r>, known: Option<&'r Known>, part: &mut Part) {
        let Some(asked) = sides.desired.or(sides.actual) else { return };
        let sides = Sided { digests: known.map(Known::digests), ..sides };
        let both = sides.desired.zip(sides.actual);
        if let Some((reason, detail)) = both.and_then(|(d, a)| d.incomparable(a)) {
            let settled = self.run.assessor().not_compared(asked, sides, reason, detail);
            return part.push(settled, Vec::new());
        }
        let Some(shape) = self.shapes.unread(asked) else {
            // The rules depend on what stands in the resource: it is opened before they are known.
            return self.with_open(sides, None, |worker, sides, records| {
                let shape = worker.shapes.get(sides.desired, sides.actual);
                worker.walk(sides, known, records, &shape, true, part)
            });
        };
        if !self.run.detector.hashing {
            return self.with_open(sides, None, |worker, sides, records| {
                worker.assess(sides, known, [None, None], &shape, true, part);
                records
            });
        }
        let hashed = [sides.desired, sides.actual].map(|side| Some(self.hash(side?, &shape)));
        let [desired, actual] = &hashed;
        let all = hashed.iter().flatten().all(|side| side.hash.is_some());
        if all {
            let bench = self.bench(&shape);
            for rule in hashed.iter().flatten().flat_map(|side| side.matched.iter()) {
                if let Some(matched) = bench.matched.get_mut(*rule as usize) {
                    *matched += 1;
                }
            }
        }
        let listed = self.run.options.full;
        let read = |side: Option<&Resource<'_>>| side.is_some_and(|side| side.unknown.is_empty());
        let agree = match (desired, actual) {
            (Some(desired), Some(actual)) => all && desired.hash == actual.hash,
            _ => false,
        };
        if agree
            && !listed
            && read(sides.desired)
            && read(sides.actual)
            && self.is_as_known(known, actual.as_ref(), &shape)
            && let Some(agreed) = self.run.assessor().agreed(sides, &shape)
        {
            let known_as = known_as(known, &agreed.key);
            return part.agree(Agreed { known_as, ..agreed });
        }
        let alone = desired.is_none() || actual.is_none();
        if all && alone && (known.is_none() || actual.is_none()) {
            return self.assess(sides, known, [None, None], &shape, false, part);
        }
        let looked_at = Some(&shape).filter(|_| !listed);
        self.with_open(sides, looked_at, |worker, sides, records| {
            worker.walk(sides, known, records, &shape, !all, part)
        });
    }

    /// Walks a pair that is open, and gives the hashes of its nodes back. `uncounted` says that its
    /// rules have not been counted.
    fn walk(
        &mut self,
        sides: Sided<'_>,
        known: Option<&Known>,
        mut records: Records,
        shape: &Arc<Shape>,
        uncounted: bool,
        part: &mut Part,
    ) -> Records {
        // What is gone since the baseline shows in no hash.
        if known.is_some() {
            self.assess(sides, known, [None, None], shape, uncounted, part);
            return records;
        }
        if self.run.detector.hashing
            && !self.run.options.full
            && let (Some(desired), Some(actual)) = (sides.desired, sides.actual)
        {
            for (side, record) in [desired, actual].into_iter().zip(&mut records) {
                if record.is_none() {
                    let spare = self.spare.pop().unwrap_or_default();
                    let fold = &mut self.bench(shape).fold;
                    *record = Some(fold.record(side.attributes.value(), spare));
                }
            }
        }
        let hashes = records.each_ref().map(Option::as_ref);
        self.assess(sides, None, hashes, shape, uncounted, part);
        records
    }

    fn assess(
        &mut self,
        sides: Sided<'_>,
        known: Option<&Known>,
        hashes: [Option<&Recorded>; 2],
        shape: &Arc<Shape>,
        uncounted: bool,
        part: &mut Part,
    ) {
        let run = self.run;
        let Some(asked) = sides.desired.or(sides.actual) else { return };
        let recalled = known.filter(|known| !known.resource.listed_only).zip(sides.actual);
        let recalled =
            recalled.filter(|(known, live)| live.incomparable(&known.resource).is_none());
        let recalled = recalled.map(|(known, live)| {
            let value = live.attributes.value();
            known.recall(value, &live.unknown, sides, shape, run.keys())
        });
        let normal = recalled.as_ref().map(Recalled::normal);
        let compared = Sides { desired: sides.desired, actual: sides.actual, normal, hashes };
        if uncounted {
            let bench = self.bench(shape);
            for (rule, times) in count(compared, shape, run.context.seed) {
                if let Some(matched) = bench.matched.get_mut(rule) {
                    *matched += times;
                }
            }
        }
        let reference = run.reference(sides);
        let outcome = compare(&asked.key, compared, reference, shape, &run.options);
        for (rule, times) in &outcome.trusted {
            if let Some(matched) = self.bench(shape).matched.get_mut(*rule) {
                *matched += times;
            }
        }
        let values = run.values(&outcome, sides);
        let (mut settled, warnings) = run.assessor().settle(outcome, sides, values.as_ref());
        settled.known_as = known_as(known, &asked.key);
        settled.known = known.is_some();
        if known.is_some() && recalled.is_none() {
            // Of what was only listed no more is known than that it was there.
            run.assessor().accept_listed(&mut settled);
        }
        part.push(settled, warnings);
    }

    /// Whether what agrees with desired is as the baseline has it, so that nothing of it is gone.
    fn is_as_known(
        &mut self,
        known: Option<&Known>,
        actual: Option<&Hashed<'_>>,
        shape: &Arc<Shape>,
    ) -> bool {
        let Some(known) = known else { return true };
        let resource = &known.resource;
        resource.listed_only
            || (known.is_plain()
                && self.hash(resource, shape).hash == actual.and_then(|actual| actual.hash))
    }

    /// A resource that the baseline has, and nobody else.
    fn gone(&mut self, index: usize, part: &mut Part) {
        let Some(baseline) = self.run.context.baseline else { return };
        let Some(known) = baseline.known.get(index) else { return };
        let was = &known.resource;
        let shape = self.shapes.get(None, Some(was));
        let outcome = gone(was, &known.sensitive(), &shape, &self.run.options);
        let (settled, warnings) = self.run.assessor().settle_gone(outcome, was);
        part.push(settled, warnings);
    }

    fn bench(&mut self, shape: &Arc<Shape>) -> &mut Bench {
        bench(&mut self.benches, shape, &self.mixer)
    }

    /// The hash of a resource, as it was taken when the resource was read, or taken now.
    fn hash<'h>(&mut self, resource: &'h Resource<'_>, shape: &Arc<Shape>) -> Hashed<'h> {
        if let Some(digest) = resource.attributes.digest(shape.mark(), self.run.context.seed) {
            return Hashed {
                hash: Some(digest.hash),
                matched: Cow::Borrowed(&digest.terms.matched),
            };
        }
        let fold = &mut self.bench(shape).fold;
        let hash = match resource.attributes.unread() {
            Some(Unread::Text(text, range, _)) => fold.text(text, range),
            Some(Unread::Memory(value)) => fold.json(value),
            None => fold.value(resource.attributes.value()),
        };
        Hashed { hash, matched: Cow::Owned(fold.matched().to_vec()) }
    }

    /// Opens what has not been read from its text yet, for as long as `work` takes. Where the shape is
    /// known, the nodes are hashed on the way.
    pub(super) fn with_open(
        &mut self,
        sides: Sided<'r>,
        shape: Option<&Arc<Shape>>,
        work: impl FnOnce(&mut Self, Sided<'_>, Records) -> Records,
    ) {
        let mut arenas = std::mem::take(&mut self.arenas);
        let [in_desired, in_actual, in_reference] = &mut arenas;
        let mut records = Records::default();
        let [of_desired, of_actual] = &mut records;
        // What is a secret by a rule or by a mark no name tells.
        let whole = shape.is_some_and(|shape| shape.names_secrets()) || !sides.marks().is_empty();
        let shape = shape.map(|shape| (shape, whole));
        let desired = self.open(sides.desired, shape, in_desired, of_desired);
        let actual = self.open(sides.actual, shape, in_actual, of_actual);
        let reference = self.open(sides.reference, None, in_reference, &mut None);
        let open = Sided {
            desired: desired.as_ref().or(sides.desired),
            actual: actual.as_ref().or(sides.actual),
            reference: reference.as_ref().or(sides.reference),
            ..sides
        };
        let records = work(self, open, records);
        self.spare.extend(records.into_iter().flatten());
        for (resource, arena) in [desired, actual, reference].into_iter().zip(&mut arenas) {
            if let Some(resource) = resource {
                resource.recycle(arena);
            }
        }
        self.arenas = arenas;
    }

    /// The resource with its attributes read, unless they have been already. With the shape goes whether all of them
    /// are wanted, even where nothing is compared.
    fn open(
        &mut self,
        resource: Option<&'r Resource<'r>>,
        shape: Option<(&Arc<Shape>, bool)>,
        arena: &mut Arena,
        record: &mut Option<Recorded>,
    ) -> Option<Resource<'r>> {
        let resource = resource?;
        let Some((shape, whole)) = shape else { return resource.opened(arena) };
        resource.attributes.unread()?;
        let mut spare = self.spare.pop().unwrap_or_default();
        let bench = bench(&mut self.benches, shape, &self.mixer);
        // Secrets are looked for everywhere, even where nothing is compared: where a name tells of one, the
        // resource is wanted whole. One like it is supposed to be so as well.
        for whole in [whole || bench.secretive, true] {
            let mut look = Look::new(&mut bench.fold, &mut self.names, spare, whole);
            let mut opened = resource.opened_beside(arena, &mut look)?;
            let (recorded, harmless) = look.end();
            bench.secretive = !harmless;
            if harmless || whole {
                opened.attributes.set_harmless(harmless);
                *record = Some(recorded);
                return Some(opened);
            }
            opened.recycle(arena);
            spare = recorded;
        }
        None
    }
}
