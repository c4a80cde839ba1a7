//! Reading for a detector that is known already: resources are hashed while they are read.

use super::{Context, Detector};
use crate::error::Result;
use crate::model::{Digest, Onlooker, Resource, Scope, Snapshot, SnapshotBuilder, Terms};
use crate::normalize::{Fold, Shape, ShapeCache};
use crate::source::{Follower, ParseOptions};
use crate::value::mix::Mixer;
use crate::value::recent::Recent;
use crate::value::scan::Scanner;
use crate::value::{ContentHash, Seed, memory};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

impl Detector {
    /// Reads one text as [`Snapshot::parse_with`] does, for detections with this detector under
    /// `context`: what can be worked out in the same pass is, so that [`Detector::detect`] need not
    /// look at every byte again. The snapshot is the same, and serves any other detector as well.
    ///
    /// # Errors
    /// As [`Snapshot::parse_with`].
    ///
    /// ```
    /// use drift_core::{Context, Detector, Mapping, ParseOptions};
    /// let mapping = Mapping::from_yaml(r#"{items: "$", type: {const: queue}, id: "$.name"}"#)?;
    /// let options = ParseOptions { mapping: Some(mapping), ..ParseOptions::default() };
    /// let detector = Detector::builder().build()?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let read = |text: &'static str| detector.read(text.as_bytes(), &options, &context);
    /// let desired = read(r#"{"name": "jobs", "delay": 5}"#)?;
    /// let actual = read(r#"{"delay": 5.0, "name": "jobs"}"#)?;
    /// assert_eq!(detector.detect(&desired, &actual, &context).verdict.as_str(), "in_sync");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn read<'a>(
        &self,
        bytes: &'a [u8],
        options: &ParseOptions,
        context: &Context<'_>,
    ) -> Result<Snapshot<'a>> {
        let mixer = Arc::new(Mixer::new(context.seed));
        Snapshot::followed(bytes, options, &|| Looker::new(self, context, &mixer))
    }

    /// Builds a snapshot as [`Snapshot::builder`] does, for detections with this detector under
    /// `context`: values in memory are hashed while they are added, so that they are gone through
    /// once. The snapshot is the same, and serves any other detector as well.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Scope};
    /// use serde_json::json;
    /// let (declared, running) = (json!({"delay": 5}), json!({"delay": 5.0}));
    /// let detector = Detector::builder().build()?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let mut desired = detector.snapshot("aws", Scope::new(), &context);
    /// desired.add_value("aws_sqs_queue", "jobs", &declared)?;
    /// let mut actual = detector.snapshot("aws", Scope::new(), &context);
    /// actual.add_value("aws_sqs_queue", "jobs", &running)?;
    /// let report = detector.detect(&desired.build()?, &actual.build()?, &context);
    /// assert_eq!(report.verdict.as_str(), "in_sync");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn snapshot<'a>(
        &self,
        provider: impl Into<String>,
        scope: Scope,
        context: &Context<'_>,
    ) -> SnapshotBuilder<'a> {
        let mixer = Arc::new(Mixer::new(context.seed));
        Snapshot::builder(provider, scope).watched(Box::new(Looker::new(self, context, &mixer)))
    }
}

/// Takes the hash of each resource while it is read.
///
/// What a resource's rules are is known once all of it has been read. So the shape of the one
/// before is supposed, then that of the last one which started with the same field, and that of the last one
/// whose type was written alike. Where that was wrong the resource is looked at again: it has just been read
/// and is close at hand.
struct Looker {
    shapes: ShapeCache,
    mixer: Arc<Mixer>,
    seed: Seed,
    /// Those of other shapes, by the address of the shape.
    folds: BTreeMap<usize, Fold>,
    fold: Fold,
    /// The addresses of the shapes of resources that were told by these marks.
    told_by: BTreeMap<u64, usize>,
    /// The marks of the resource that is read.
    marks: Vec<u64>,
    /// Whether the fold has seen all that was read of it.
    whole: bool,
    /// What goes with hashes: the same for many resources.
    terms: Recent<Arc<Terms>>,
}

impl Looker {
    /// So many marks are kept: more are none that anything could be told by.
    const MARKS: usize = 1_024;

    fn new(detector: &Detector, context: &Context<'_>, mixer: &Arc<Mixer>) -> Self {
        // What is defined among the resources is not known yet: hashes of theirs are not used.
        let none = Arc::default();
        let mut shapes = ShapeCache::new(&detector.rules, &detector.shapes, context.at, &none);
        let fold = Fold::new(shapes.get(None, None), Arc::clone(mixer));
        Self {
            shapes,
            mixer: Arc::clone(mixer),
            seed: context.seed,
            folds: BTreeMap::new(),
            fold,
            told_by: BTreeMap::new(),
            marks: Vec::new(),
            whole: true,
            terms: Recent::new(),
        }
    }

    /// Supposes another shape; false where it is the one supposed.
    fn turn_to(&mut self, shape: &Arc<Shape>) -> bool {
        let supposed = Arc::as_ptr(self.fold.shape()).addr();
        let address = Arc::as_ptr(shape).addr();
        if supposed == address {
            return false;
        }
        let known = self.folds.remove(&address);
        let fold = known.unwrap_or_else(|| Fold::new(Arc::clone(shape), Arc::clone(&self.mixer)));
        self.folds.insert(supposed, std::mem::replace(&mut self.fold, fold));
        true
    }

    fn digest(&mut self, shape: &Shape, hash: Option<ContentHash>) -> Option<Digest> {
        let hash = hash?;
        let matched = self.fold.matched();
        let (shape, seed) = (shape.mark(), self.seed);
        let address = Arc::as_ptr(shape).addr() as u64;
        let mark = matched.iter().fold(address, |all, rule| all.rotate_left(5) ^ u64::from(*rule));
        let is_it =
            |known: &Arc<Terms>| *known.matched == *matched && Arc::ptr_eq(&known.shape, shape);
        let make = || Terms { shape: Arc::clone(shape), seed, matched: matched.into() };
        let terms = self.terms.get(mark, is_it, || Arc::new(make()));
        Some(Digest { hash, terms })
    }
}

impl fmt::Debug for Looker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Looker").finish_non_exhaustive()
    }
}

impl Onlooker for Looker {
    fn look(
        &mut self,
        resource: &mut Resource<'_>,
        value: &serde_json::Value,
        depth: usize,
    ) -> bool {
        let unseen = self.shapes.unseen(resource);
        // Conditions have a look of their own at the value.
        if unseen.is_none() && !memory::is_within(value, depth) {
            return false;
        }
        let Some(shape) = unseen.or_else(|| self.shapes.unread(resource)) else { return true };
        self.turn_to(&shape);
        let within = self.fold.json_within(value, depth);
        if within {
            let hash = self.fold.end();
            let digest = self.digest(&shape, hash);
            resource.attributes.set_digest(digest);
        }
        within
    }
}

impl Follower for Looker {
    type Sink = Fold;

    #[inline(always)]
    fn sink(&mut self) -> &mut Fold {
        &mut self.fold
    }

    fn begin(&mut self) {
        self.marks.clear();
        self.whole = true;
        self.fold.start();
    }

    #[inline(always)]
    fn name_hash(&self) -> Option<u64> {
        Some(self.fold.name_lane())
    }

    #[inline(always)]
    fn has_noted(&self) -> bool {
        self.fold.has_noted()
    }

    #[inline(always)]
    fn has_twice(&self) -> bool {
        self.fold.has_twice()
    }

    fn suppose(&mut self, mark: u64, text: &str) {
        self.marks.push(mark);
        let Some(address) = self.told_by.get(&mark) else { return };
        let Some(fold) = self.folds.remove(address) else { return };
        let before = std::mem::replace(&mut self.fold, fold);
        self.folds.insert(Arc::as_ptr(before.shape()).addr(), before);
        self.fold.start();
        // The text breaks off, and so does what scans it.
        let _ = Scanner::new(text, 0..text.len()).value(&mut self.fold);
        self.whole = self.fold.is_inside();
    }

    fn finish(&mut self, resource: &mut Resource<'_>, text: &str, range: Range<usize>) {
        let Some(shape) = self.shapes.unread(resource) else { return };
        let hash = match self.turn_to(&shape) || !self.whole {
            false => self.fold.end(),
            true => self.fold.text(text, range),
        };
        let address = Arc::as_ptr(&shape).addr();
        if self.told_by.len() > Self::MARKS {
            self.told_by.clear();
        }
        self.told_by.extend(self.marks.drain(..).map(|mark| (mark, address)));
        let digest = self.digest(&shape, hash);
        resource.attributes.set_digest(digest);
    }
}
