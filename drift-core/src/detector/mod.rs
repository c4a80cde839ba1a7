//! Compiled rules and options: built once, immutable, used many times.

mod explain;

pub use explain::{Explanation, FactNote};

use crate::classify::Layers;
use crate::diff::{CompareOptions, Pairing, Reference, Which, compare_pair, pair};
use crate::error::{Code, Error, Result};
use crate::limits::Limits;
use crate::model::{Coverage, Resource, Snapshot, Warning};
use crate::normalize::{FactKind, Layer, Packs, Rule, RuleSet, Rules, ShapeCache, ShapeStore};
use crate::report::{Acceptance, Assessor, Partial, Report, RuleUsage, Sided, finish};
use crate::time::Timestamp;
use crate::value::Seed;
use std::collections::BTreeMap;

/// How much of what was left out a report lists one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// What rules hide is counted by rule. The default.
    #[default]
    Summary,
    /// What rules hide is listed as well.
    Full,
}

impl std::str::FromStr for Detail {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "summary" => Ok(Self::Summary),
            "full" => Ok(Self::Full),
            other => Err(Error::new(Code::Option, format!("no such detail: `{other}`"))
                .with_help("one of summary, full")),
        }
    }
}

/// What one detection is about besides its two sides.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// When the detection is made. The core reads no clock.
    pub at: Timestamp,
    /// What was last applied or recorded.
    pub reference: Option<&'c Snapshot<'c>>,
    /// How much is listed.
    pub detail: Detail,
    /// The key of the hashes.
    pub seed: Seed,
}

impl Context<'_> {
    /// A detection made at this time, without a reference, in summary.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self { at, reference: None, detail: Detail::Summary, seed: Seed::default() }
    }
}

impl<'c> Context<'c> {
    /// Compares with what was last applied as well.
    #[must_use]
    pub fn with_reference<'r>(self, reference: &'r Snapshot<'r>) -> Context<'r>
    where
        'c: 'r,
    {
        Context { reference: Some(reference), at: self.at, detail: self.detail, seed: self.seed }
    }

    /// Lists that much.
    #[must_use]
    pub fn with_detail(self, detail: Detail) -> Self {
        Self { detail, ..self }
    }

    /// Keys the hashes.
    #[must_use]
    pub fn with_seed(self, seed: Seed) -> Self {
        Self { seed, ..self }
    }
}

/// Builds a [`Detector`].
#[derive(Clone, Debug, Default)]
pub struct DetectorBuilder {
    rules: Rules,
    packs: Packs,
    layers: Layers,
    limits: Limits,
    managers: Vec<String>,
    acceptances: Vec<Acceptance>,
    digest_key: Option<Vec<u8>>,
}

impl DetectorBuilder {
    /// Adds the user's rules; those added later count as later.
    #[must_use]
    pub fn rules(mut self, rules: Rules) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Knows these packs instead of all.
    #[must_use]
    pub fn packs(mut self, packs: Packs) -> Self {
        self.packs = packs;
        self
    }

    /// Puts every type that the glob matches into a layer, over the built-in table.
    #[must_use]
    pub fn layer(mut self, type_glob: impl Into<String>, layer: impl Into<String>) -> Self {
        self.layers.put(type_glob, layer);
        self
    }

    /// Bounds the work on lists.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Names the field managers who declare (Kubernetes). Without any, those count that applied
    /// with server-side apply and own something that desired declares.
    #[must_use]
    pub fn managers(mut self, managers: impl IntoIterator<Item = String>) -> Self {
        self.managers.extend(managers);
        self
    }

    /// Accepts changes.
    #[must_use]
    pub fn acceptances(mut self, acceptances: impl IntoIterator<Item = Acceptance>) -> Self {
        self.acceptances.extend(acceptances);
        self
    }

    /// Keys the digests of changes that involve secrets. Without a key they have none.
    #[must_use]
    pub fn digest_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.digest_key = Some(key.into());
        self
    }

    /// The detector.
    ///
    /// # Errors
    /// `DRIFT_RULE` where a rule id stands twice, `DRIFT_OPTION` for a pack or limits that there
    /// cannot be.
    pub fn build(self) -> Result<Detector> {
        self.limits.check()?;
        let mut acceptances: BTreeMap<String, Vec<Acceptance>> = BTreeMap::new();
        for acceptance in self.acceptances {
            acceptances.entry(acceptance.fingerprint.clone()).or_default().push(acceptance);
        }
        Ok(Detector {
            rules: RuleSet::new(self.packs.load()?, self.rules)?,
            layers: self.layers,
            limits: self.limits,
            managers: self.managers,
            acceptances,
            digest_key: self.digest_key,
            shapes: ShapeStore::default(),
        })
    }
}

/// Finds drift between snapshots.
///
/// ```
/// use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
/// let desired = br#"[{"type": "t", "id": "a", "attributes": {"size": 1, "tag": "x"}}]"#;
/// let actual = br#"[{"type": "t", "id": "a", "attributes": {"size": 2, "tag": "x", "arn": "y"}}]"#;
/// let detector = Detector::builder().build()?;
/// let report = detector.detect(
///     &Snapshot::parse(desired, Format::Auto)?,
///     &Snapshot::parse(actual, Format::Auto)?,
///     &Context::at("2026-01-01T00:00:00Z".parse::<Timestamp>()?),
/// );
/// assert_eq!(report.verdict.as_str(), "drifted");
/// assert_eq!(report.findings[0].changes[0].path, "size");
/// assert_eq!(report.undeclared[0].path, "arn");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Detector {
    rules: RuleSet,
    layers: Layers,
    limits: Limits,
    managers: Vec<String>,
    acceptances: BTreeMap<String, Vec<Acceptance>>,
    digest_key: Option<Vec<u8>>,
    shapes: ShapeStore,
}

impl Detector {
    /// Starts a detector with all packs and no rules.
    #[must_use]
    pub fn builder() -> DetectorBuilder {
        DetectorBuilder::default()
    }

    /// Compares two snapshots.
    #[must_use]
    pub fn detect(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
    ) -> Report {
        finish(self.partial(desired, actual, context), context.at)
    }

    /// Compares two snapshots that hold a part of an estate, to be merged with other parts and
    /// finished with [`finish`].
    #[must_use]
    pub fn partial(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
    ) -> Partial {
        self.partials(desired, actual, context, 1).pop().unwrap_or_else(|| {
            Partial::new(context.detail == Detail::Full, Coverage::default(), Coverage::default())
        })
    }

    /// The most parts that [`Detector::partials`] deals out to.
    pub const MAX_PARTS: usize = 4096;

    /// Compares two snapshots and deals the outcomes out to `parts` partials, at least one and at
    /// most [`Detector::MAX_PARTS`]. Merged in any order and finished they are what [`Detector::detect`] says.
    #[must_use]
    pub fn partials(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
        parts: usize,
    ) -> Vec<Partial> {
        let parts = parts.clamp(1, Self::MAX_PARTS);
        let run = Run::new(self, desired, actual, context);
        let full = context.detail == Detail::Full;
        let empty = || Partial::new(full, desired.coverage.clone(), actual.coverage.clone());
        let mut partials: Vec<Partial> = (0..parts).map(|_| empty()).collect();
        let mut shapes = ShapeCache::new(&self.rules, &self.shapes, context.at);
        for (index, task) in run.tasks().into_iter().enumerate() {
            let part = index % parts;
            if let Some(partial) = partials.get_mut(part) {
                run.settle(task, &mut shapes, partial);
            }
        }
        if let Some(first) = partials.first_mut() {
            let sides = [("desired", desired), ("actual", actual)];
            first.warn(sides.into_iter().flat_map(|(side, snapshot)| {
                snapshot.warnings.iter().map(move |warning| Warning {
                    message: format!("{side}: {}", warning.message),
                    ..warning.clone()
                })
            }));
            for rule in self.rules.rules().iter().filter(|rule| rule.layer == Layer::User) {
                first.count(usage_of(rule, 0));
            }
        }
        partials
    }
}

/// What a rule did.
fn usage_of(rule: &Rule, matched: u64) -> RuleUsage {
    RuleUsage {
        rule: rule.printed_id(),
        layer: rule.layer,
        matched,
        hides: rule.facts.iter().any(|fact| fact.kind().hides()),
        expires: rule.expires,
        expired: false,
        owner: rule.owner.clone(),
        reason: rule.reason.clone(),
        source: rule.source.clone(),
    }
}

/// One resource to be settled, by its positions in the snapshots.
#[derive(Clone, Copy, Debug)]
enum Task {
    Compare { desired: Option<usize>, actual: Option<usize>, declared_move: bool },
    Ambiguous { side: Which, index: usize },
}

/// One detection.
struct Run<'d> {
    detector: &'d Detector,
    desired: &'d Snapshot<'d>,
    actual: &'d Snapshot<'d>,
    context: &'d Context<'d>,
    pairing: Pairing,
    /// The reference of each desired and of each actual resource.
    of_desired: BTreeMap<usize, usize>,
    of_actual: BTreeMap<usize, usize>,
    options: CompareOptions,
}

impl<'d> Run<'d> {
    fn new(
        detector: &'d Detector,
        desired: &'d Snapshot<'_>,
        actual: &'d Snapshot<'_>,
        context: &'d Context<'_>,
    ) -> Self {
        let join = |a: &[Resource<'_>], b: &[Resource<'_>]| {
            pair(a, b, detector.rules.rules(), detector.rules.moves(), context.seed)
        };
        let with_reference = |resources: &[Resource<'_>]| -> BTreeMap<usize, usize> {
            let Some(reference) = context.reference else {
                return BTreeMap::new();
            };
            let pairs = join(resources, &reference.resources).pairs;
            pairs.into_iter().map(|(index, reference, _)| (index, reference)).collect()
        };
        Self {
            pairing: join(&desired.resources, &actual.resources),
            of_desired: with_reference(&desired.resources),
            of_actual: with_reference(&actual.resources),
            options: CompareOptions {
                full: context.detail == Detail::Full,
                seed: context.seed,
                limits: detector.limits.clone(),
                managers: detector.managers.clone(),
            },
            detector,
            desired,
            actual,
            context,
        }
    }

    fn tasks(&self) -> Vec<Task> {
        let pairs =
            self.pairing.pairs.iter().map(|(desired, actual, declared_move)| Task::Compare {
                desired: Some(*desired),
                actual: Some(*actual),
                declared_move: *declared_move,
            });
        let alone = |desired, actual| Task::Compare { desired, actual, declared_move: false };
        let desired = self.pairing.desired_only.iter().map(|index| alone(Some(*index), None));
        let actual = self.pairing.actual_only.iter().map(|index| alone(None, Some(*index)));
        let ambiguous = self
            .pairing
            .ambiguous
            .iter()
            .map(|(side, index)| Task::Ambiguous { side: *side, index: *index });
        pairs.chain(desired).chain(actual).chain(ambiguous).collect()
    }

    fn assessor(&self) -> Assessor<'_> {
        Assessor {
            layers: &self.detector.layers,
            acceptances: &self.detector.acceptances,
            digest_key: self.detector.digest_key.as_deref(),
            at: self.context.at,
        }
    }

    /// Both sides of a pair, or the one that there is, with its reference.
    fn sides(
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
        }
    }

    /// What the reference says of a resource; without one it speaks only for what it covers.
    fn reference<'r>(&self, sides: Sided<'r>) -> Reference<'r> {
        let Some(snapshot) = self.context.reference else {
            return Reference::Unknown;
        };
        let key = sides.desired.or(sides.actual).map(|resource| &resource.key);
        match (sides.reference, key) {
            (Some(resource), _) => Reference::Resource(resource),
            (None, Some(key)) if snapshot.coverage.missing_reason(key).is_none() => {
                Reference::Absent
            }
            _ => Reference::Unknown,
        }
    }

    fn settle(&self, task: Task, shapes: &mut ShapeCache<'_>, partial: &mut Partial) {
        let assessor = self.assessor();
        let (desired, actual, declared_move) = match task {
            Task::Compare { desired, actual, declared_move } => (desired, actual, declared_move),
            Task::Ambiguous { side, index } => {
                let (desired, actual) = match side {
                    Which::Desired => (Some(index), None),
                    Which::Actual => (None, Some(index)),
                };
                let sides = self.sides(desired, actual, false);
                if let Some(resource) = sides.desired.or(sides.actual) {
                    partial.push(assessor.ambiguous(resource, sides), Vec::new());
                }
                return;
            }
        };
        let sides = self.sides(desired, actual, declared_move);
        let Some(key) = sides.desired.or(sides.actual).map(|resource| &resource.key) else {
            return;
        };
        let shape = shapes.get(sides.desired, sides.actual);
        let reference = self.reference(sides);
        let outcome =
            compare_pair(key, sides.desired, sides.actual, reference, &shape, &self.options);
        for (index, matched) in &outcome.rule_counts {
            let Some(rule) = shape.rules().get(*index) else {
                continue;
            };
            let hides = rule
                .facts
                .iter()
                .any(|fact| fact.kind().hides() && fact.kind() != FactKind::Secret);
            if rule.layer == Layer::User || hides {
                partial.count(usage_of(rule, *matched));
            }
        }
        let (settled, warnings) = assessor.settle(&outcome, sides);
        partial.push(settled, warnings);
    }
}
