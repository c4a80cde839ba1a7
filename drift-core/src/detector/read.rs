//! Reading for a detector that is known already: resources are hashed while they are read.

use super::{Context, Detector};
use crate::error::Result;
use crate::model::{Digest, Resource, Snapshot};
use crate::normalize::{Fold, ShapeCache};
use crate::source::{Follower, ParseOptions};
use crate::value::Seed;
use crate::value::mix::Mixer;
use std::collections::BTreeMap;
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
        let looker = || {
            let mut shapes = ShapeCache::new(&self.rules, &self.shapes, context.at);
            let fold = Fold::new(shapes.get(None, None), Arc::clone(&mixer));
            Looker {
                shapes,
                mixer: Arc::clone(&mixer),
                seed: context.seed,
                folds: BTreeMap::new(),
                fold,
            }
        };
        Snapshot::followed(bytes, options, &looker)
    }
}

/// Takes the hash of each resource while it is read.
///
/// What a resource's rules are is known once all of it has been read. So the shape of the one
/// before is supposed, and where that was wrong the resource is looked at again: it has just been
/// read and is close at hand.
struct Looker<'r> {
    shapes: ShapeCache<'r>,
    mixer: Arc<Mixer>,
    seed: Seed,
    /// Those of other shapes, by the address of the shape.
    folds: BTreeMap<usize, Fold>,
    fold: Fold,
}

impl Follower for Looker<'_> {
    type Sink = Fold;

    #[inline(always)]
    fn sink(&mut self) -> &mut Fold {
        &mut self.fold
    }

    fn begin(&mut self) {
        self.fold.start();
    }

    #[inline(always)]
    fn name_hash(&self) -> Option<u64> {
        Some(self.fold.name_lane())
    }

    fn finish(&mut self, resource: &mut Resource<'_>, text: &str, range: Range<usize>) {
        let Some(shape) = self.shapes.unread(resource) else { return };
        let supposed = Arc::as_ptr(self.fold.shape()).addr();
        let address = Arc::as_ptr(&shape).addr();
        let hash = if supposed == address {
            self.fold.end()
        } else {
            let mixer = &self.mixer;
            let known = self.folds.remove(&address);
            let fold = known.unwrap_or_else(|| Fold::new(Arc::clone(&shape), Arc::clone(mixer)));
            self.folds.insert(supposed, std::mem::replace(&mut self.fold, fold));
            self.fold.text(text, range)
        };
        let digest = hash.map(|hash| Digest {
            shape: Arc::clone(shape.mark()),
            seed: self.seed,
            hash,
            matched: self.fold.matched().into(),
        });
        resource.attributes.set_digest(digest);
    }
}
