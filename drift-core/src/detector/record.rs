//! Takes baselines: what is live, under the rules of the detector.

use super::run::Run;
use super::{Context, Detector};
use crate::baseline::{Baseline, Recorder};
use crate::coverage::{Family, Root};
use crate::error::Result;
use crate::limits::Stop;
use crate::model::{Resource, Snapshot};
use crate::normalize::ShapeCache;
use crate::report::Sided;
use crate::time::Timestamp;
use crate::value::Arena;
use std::collections::BTreeMap;

impl Detector {
    /// Records what is normal: the live resources with their values, secrets as digests under the
    /// detector's `digest_key`, or by their presence alone where it has none.
    ///
    /// What rules ignore and what only the provider writes is left out, and so are resources that another
    /// one created. Where `desired` is given, what it marks as secret is kept out too, and its tags and
    /// values decide which rules hold, as in a detection. The time is the snapshot's, else `at`.
    ///
    /// # Errors
    /// `DRIFT_LIMIT` where the baseline would pass the default limits of a document, so that it could
    /// not be read back.
    pub fn baseline(
        &self,
        actual: &Snapshot<'_>,
        desired: Option<&Snapshot<'_>>,
        at: Timestamp,
    ) -> Result<Baseline> {
        self.baseline_until(actual, desired, at, &Stop::default())
    }

    /// As [`Detector::baseline`], until it is asked to stop.
    ///
    /// # Errors
    /// `DRIFT_STOPPED` where it was asked to, and those of [`Detector::baseline`].
    ///
    /// ```
    /// use drift_core::{Detector, Format, Snapshot, Stop};
    /// let live = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Auto)?;
    /// let (detector, stop) = (Detector::builder().build()?, Stop::default());
    /// let at = "2026-01-01T00:00:00Z".parse()?;
    /// assert!(detector.baseline_until(&live, None, at, &stop).is_ok());
    /// stop.ask();
    /// let error = detector.baseline_until(&live, None, at, &stop).unwrap_err();
    /// assert_eq!(error.code().as_str(), "DRIFT_STOPPED");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn baseline_until(
        &self,
        actual: &Snapshot<'_>,
        desired: Option<&Snapshot<'_>>,
        at: Timestamp,
        stop: &Stop,
    ) -> Result<Baseline> {
        let nothing = Snapshot::default();
        let context = Context::at(at);
        let run = Run::new(self, desired.unwrap_or(&nothing), actual, &context);
        let declared: BTreeMap<usize, usize> =
            run.pairing.pairs.iter().map(|(desired, actual, _)| (*actual, *desired)).collect();
        let mut shapes = ShapeCache::new(&self.rules, &self.shapes, at, &run.definitions);
        let mut recorder = Recorder::new(
            actual.taken_at.unwrap_or(at),
            actual.revision.as_deref(),
            self.packs.versions(),
            self.digest_key.as_deref(),
        );
        let live =
            actual.resources.iter().map(|resource| (&resource.key, resource.owners.as_slice()));
        let family = Family::new(live);
        for (index, resource) in actual.resources.iter().enumerate() {
            if stop.is_asked() {
                return Err(Stop::error());
            }
            if family.root(index) != Root::Own {
                continue;
            }
            let sides = run.sides(declared.get(&index).copied(), Some(index), false);
            let mut arena = Arena::default();
            let open = sides.desired.and_then(|desired| desired.opened(&mut arena));
            let mut arena = Arena::default();
            let opened = resource.opened(&mut arena);
            let live = opened.as_ref().unwrap_or(resource);
            add(&mut recorder, live, open.as_ref().or(sides.desired), &mut shapes);
        }
        recorder.finish()
    }
}

fn add<'r>(
    recorder: &mut Recorder<'_>,
    live: &'r Resource<'r>,
    desired: Option<&'r Resource<'r>>,
    shapes: &mut ShapeCache,
) {
    let shape = shapes.get(desired, Some(live));
    let root = shape.root();
    if root.ignored().is_some() && !root.reopens() {
        return;
    }
    let sides = Sided { desired, actual: Some(live), ..Sided::default() };
    recorder.add(live, sides, &shape);
}
