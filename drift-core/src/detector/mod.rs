//! Compiled rules and options: built once, immutable, used many times.

mod explain;
mod follow;
#[cfg(feature = "rego")]
mod policy;
#[cfg(feature = "rego")]
mod policy_tools;
mod read;
mod record;
mod run;
mod view;
mod worker;

pub use explain::{Explanation, FactNote};
pub(crate) use follow::follow;
#[cfg(feature = "rego")]
pub use policy_tools::{DryRun, DryRunHit, DryRunPolicy, PolicyCase, PolicyTests};
use run::Run;
pub(crate) use run::{is_counted, usage_of};
pub use view::{DiffView, Hunk, Span, ViewOptions, ViewText};

use crate::baseline::Baseline;
use crate::classify::{Layers, Priorities};
use crate::error::{Code, Error, Result};
use crate::events::Events;
use crate::limits::{Limits, Progress, Stage, Stop};
use crate::model::Snapshot;
use crate::normalize::{Packs, RuleSet, Rules, ShapeStore};
use crate::owners::{OwnerMap, Routes};
#[cfg(feature = "rego")]
use crate::policy::{Policies, PolicySet};
use crate::report::{Acceptance, Partial, Report, report};
use crate::tags::TagPolicy;
use crate::time::Timestamp;
use crate::value::Seed;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// What was recorded as normal.
    pub baseline: Option<&'c Baseline>,
    /// Events of audit logs, to tell who changed what.
    pub events: Option<&'c Events>,
    /// When all was last seen to be as declared.
    pub since: Option<Timestamp>,
    /// How much is listed.
    pub detail: Detail,
    /// The key of the hashes.
    pub seed: Seed,
    /// Where it is told how far the detection has come.
    pub progress: Option<&'c Progress>,
}

impl Context<'_> {
    /// A detection made at this time, without a reference, in summary.
    ///
    /// Its hashes are keyed by zeros, which is right where nobody who could write a document would want
    /// to hide a difference. Else give it a random seed with [`Context::with_seed`], or do without
    /// hashes: [`DetectorBuilder::hashing`].
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self {
            at,
            reference: None,
            baseline: None,
            events: None,
            since: None,
            detail: Detail::Summary,
            seed: Seed::default(),
            progress: None,
        }
    }

    fn enter(&self, stage: Stage) {
        if let Some(progress) = self.progress {
            progress.enter(stage);
        }
    }
}

impl<'c> Context<'c> {
    /// Compares with what was last applied as well.
    #[must_use]
    pub fn with_reference<'r>(self, reference: &'r Snapshot<'r>) -> Context<'r>
    where
        'c: 'r,
    {
        Context { reference: Some(reference), ..self }
    }

    /// Holds what nobody declares against what was recorded as normal.
    #[must_use]
    pub fn with_baseline<'r>(self, baseline: &'r Baseline) -> Context<'r>
    where
        'c: 'r,
    {
        Context { baseline: Some(baseline), ..self }
    }

    /// Tells who changed what by these events.
    #[must_use]
    pub fn with_events<'r>(self, events: &'r Events) -> Context<'r>
    where
        'c: 'r,
    {
        Context { events: Some(events), ..self }
    }

    /// Tells how far the detection has come.
    #[must_use]
    pub fn with_progress<'r>(self, progress: &'r Progress) -> Context<'r>
    where
        'c: 'r,
    {
        Context { progress: Some(progress), ..self }
    }

    /// Says when all was last seen to be as declared: what has changed was changed after that.
    #[must_use]
    pub fn with_since(self, since: Timestamp) -> Self {
        Self { since: Some(since), ..self }
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
    priorities: Priorities,
    limits: Limits,
    managers: Vec<String>,
    acceptances: Vec<Acceptance>,
    digest_key: Option<Vec<u8>>,
    owners: Option<OwnerMap>,
    routes: Routes,
    tags: Option<TagPolicy>,
    #[cfg(feature = "rego")]
    policies: Policies,
    threads: usize,
    walk_all: bool,
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

    /// Says how priorities come about: by which weights and matrix, and how much hangs on which
    /// resources.
    #[must_use]
    pub fn priorities(mut self, priorities: Priorities) -> Self {
        self.priorities = priorities;
        self
    }

    /// Bounds the work on lists and of policies. What is read has the limits of its own options: who reads for a
    /// detector takes [`Detector::limits`].
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

    /// Tells whose each resource is.
    #[must_use]
    pub fn owners(mut self, owners: OwnerMap) -> Self {
        self.owners = Some(owners);
        self
    }

    /// Says where findings go, before the defaults.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = routes;
        self
    }

    /// Says what is demanded of tags and labels.
    #[must_use]
    pub fn tags(mut self, tags: TagPolicy) -> Self {
        self.tags = Some(tags);
        self
    }

    /// Asks these policies about every resource, on both its sides; those added later come after the others.
    #[cfg(feature = "rego")]
    #[must_use]
    pub fn policies(mut self, policies: Policies) -> Self {
        self.policies.extend(policies);
        self
    }

    /// Lets so many threads work at once; 1 where nobody says, and for 0. The report is the same for
    /// any number. Threads are started for each detection, and none for a few resources.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Whether equal hashes of two sides may settle that they agree; true where nobody says. Without,
    /// every pair is walked: the report is the same, and takes longer.
    #[must_use]
    pub fn hashing(mut self, hashing: bool) -> Self {
        self.walk_all = !hashing;
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
    /// cannot be, `DRIFT_POLICY` where a policy id stands twice or a policy asks for what is in no module.
    pub fn build(self) -> Result<Detector> {
        self.limits.check()?;
        let mut acceptances: BTreeMap<String, Vec<Acceptance>> = BTreeMap::new();
        for acceptance in self.acceptances {
            acceptances.entry(acceptance.fingerprint.clone()).or_default().push(acceptance);
        }
        #[cfg(feature = "rego")]
        let policies = Arc::new(PolicySet::new(self.policies, &self.limits)?);
        Ok(Detector {
            #[cfg(feature = "rego")]
            policies,
            rules: Arc::new(RuleSet::new(&self.packs, self.rules)?),
            packs: self.packs,
            layers: self.layers,
            priorities: self.priorities,
            limits: self.limits,
            managers: self.managers,
            acceptances,
            digest_key: self.digest_key,
            owners: self.owners,
            routes: self.routes,
            tags: self.tags,
            threads: self.threads.max(1),
            hashing: !self.walk_all,
            shapes: Arc::default(),
            live_shapes: Arc::new(ShapeStore::live()),
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
    rules: Arc<RuleSet>,
    packs: Packs,
    layers: Layers,
    priorities: Priorities,
    limits: Limits,
    managers: Vec<String>,
    acceptances: BTreeMap<String, Vec<Acceptance>>,
    digest_key: Option<Vec<u8>>,
    owners: Option<OwnerMap>,
    routes: Routes,
    tags: Option<TagPolicy>,
    #[cfg(feature = "rego")]
    policies: Arc<PolicySet>,
    threads: usize,
    hashing: bool,
    shapes: Arc<ShapeStore>,
    /// For resources that are all live.
    live_shapes: Arc<ShapeStore>,
}

/// What a detector was told.
pub(crate) struct Settings<'d> {
    pub(crate) rules: &'d RuleSet,
    pub(crate) acceptances: &'d BTreeMap<String, Vec<Acceptance>>,
    pub(crate) digest_key: Option<&'d [u8]>,
    pub(crate) has_owners: bool,
}

/// What a comparison of many snapshots goes by.
pub(crate) struct Fleet<'d> {
    pub(crate) rules: &'d Arc<RuleSet>,
    pub(crate) shapes: &'d Arc<ShapeStore>,
    pub(crate) layers: &'d Layers,
    pub(crate) limits: &'d Limits,
    pub(crate) threads: usize,
    pub(crate) hashing: bool,
}

impl Detector {
    /// Starts a detector with all packs and no rules.
    #[must_use]
    pub fn builder() -> DetectorBuilder {
        DetectorBuilder::default()
    }

    /// The limits that it was made with.
    ///
    /// ```
    /// use drift_core::{Detector, Limits};
    /// let limits = Limits { max_depth: 64, ..Limits::default() };
    /// assert_eq!(Detector::builder().limits(limits.clone()).build()?.limits(), &limits);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What the detector was told.
    pub(crate) fn settings(&self) -> Settings<'_> {
        Settings {
            rules: &self.rules,
            acceptances: &self.acceptances,
            digest_key: self.digest_key.as_deref(),
            has_owners: self.owners.is_some(),
        }
    }

    /// What a comparison of many snapshots goes by.
    pub(crate) fn fleet(&self) -> Fleet<'_> {
        Fleet {
            rules: &self.rules,
            shapes: &self.live_shapes,
            layers: &self.layers,
            limits: &self.limits,
            threads: self.threads,
            hashing: self.hashing,
        }
    }

    /// Compares two snapshots.
    #[must_use]
    pub fn detect(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
    ) -> Report {
        let found = Run::new(self, desired, actual, context).whole();
        context.enter(Stage::Reporting);
        report(found, Vec::new(), context.at)
    }

    /// As [`Detector::detect`], until someone asks to stop: `None` then.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Format, Snapshot, Stop};
    /// let side = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Auto)?;
    /// let (detector, stop) = (Detector::builder().build()?, Stop::default());
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// assert!(detector.detect_until(&side, &side, &context, &stop).is_some());
    /// stop.ask();
    /// assert!(detector.detect_until(&side, &side, &context, &stop).is_none());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn detect_until(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
        stop: &Stop,
    ) -> Option<Report> {
        let found = Run::new(self, desired, actual, context).until(stop).whole();
        context.enter(Stage::Reporting);
        (!stop.is_asked()).then(|| report(found, Vec::new(), context.at))
    }

    /// Compares two snapshots that hold a part of an estate, to be merged with other parts and
    /// finished with [`finish`](crate::finish).
    #[must_use]
    pub fn partial(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
    ) -> Partial {
        Partial::whole(Run::new(self, desired, actual, context).of_a_part().whole())
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
        let run = Run::new(self, desired, actual, context).of_a_part();
        Partial::dealt(run.dealt(parts.clamp(1, Self::MAX_PARTS)))
    }

    /// As [`Detector::partials`], until someone asks to stop: `None` then.
    #[must_use]
    pub fn partials_until(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
        parts: usize,
        stop: &Stop,
    ) -> Option<Vec<Partial>> {
        let run = Run::new(self, desired, actual, context).of_a_part().until(stop);
        let dealt = run.dealt(parts.clamp(1, Self::MAX_PARTS));
        (!stop.is_asked()).then(|| Partial::dealt(dealt))
    }
}
