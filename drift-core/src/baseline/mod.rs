//! Baselines: what is normal now, recorded once, reviewed and kept, and compared with later.

mod note;
mod promote;
mod read;
mod recall;
mod record;
mod write;

pub use promote::Promotion;
pub(crate) use recall::{Keys, Recalled};
pub(crate) use record::{Recorder, values_of};

use crate::diff::{Mark, Marks};
use crate::model::Resource;
use crate::path::{Path, PathSet};
use crate::report::{Acceptance, digest};
use crate::time::Timestamp;
use crate::value::Tree;
use std::collections::BTreeMap;

/// The version of the file.
pub(crate) const SCHEMA_VERSION: &str = "1";
/// What stands in place of a secret of which no digest was made.
const PLACEHOLDER: &str = "(secret)";

/// What was normal at one time: the values of live resources in canonical form, secrets as keyed
/// digests, and what has been accepted since.
///
/// A baseline comes from [`Detector::baseline`](crate::Detector::baseline) or [`Baseline::from_json`],
/// and is given to a detection with [`Context::with_baseline`](crate::Context::with_baseline). There
/// it speaks of what nobody declares: what is as it was is accepted, what is new, has changed or is
/// gone since is drift.
///
/// ```
/// use drift_core::{Baseline, Context, Detector, Format, Snapshot};
/// let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
/// let desired = read(r#"[{"type": "t", "id": "a", "attributes": {"size": 1}}]"#)?;
/// let before = read(r#"[{"type": "t", "id": "a", "attributes": {"size": 1, "mode": "x"}}]"#)?;
/// let after = read(r#"[{"type": "t", "id": "a", "attributes": {"size": 1, "mode": "y"}}]"#)?;
/// let detector = Detector::builder().build()?;
/// let at = "2026-01-01T00:00:00Z".parse()?;
/// let text = detector.baseline(&before, Some(&desired), at)?.to_json();
///
/// let baseline = Baseline::from_json(&text)?;
/// let context = Context::at(at).with_baseline(&baseline);
/// let report = detector.detect(&desired, &before, &context);
/// assert_eq!((report.verdict.as_str(), report.suppressed.len()), ("in_sync", 1));
/// let report = detector.detect(&desired, &after, &context);
/// assert_eq!(report.findings[0].changes[0].path, "mode");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Baseline {
    pub(crate) taken_at: Timestamp,
    revision: Option<String>,
    /// The versions of the packs that it was recorded with, by name.
    packs: BTreeMap<String, String>,
    /// The digest of nothing under the key of the digests.
    key_check: Option<String>,
    /// By key. One resource each, at the place of its [`Known`].
    pub(crate) resources: Vec<Resource<'static>>,
    pub(crate) known: Vec<Known>,
    promoted: Vec<Promoted>,
    /// Those by the fingerprint that they are bound to.
    pub(crate) acceptances: BTreeMap<String, Vec<Acceptance>>,
}

/// An acceptance, with what a reader of the file wants to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Promoted {
    acceptance: Acceptance,
    /// The printed key of the resource.
    resource: String,
    /// The printed path; empty for a resource as a whole.
    path: String,
}

/// What the baseline knows of one resource besides itself.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) resource: Resource<'static>,
    /// Where secrets stand by their digest or their presence.
    digests: PathSet,
    /// Those that stand by their presence alone.
    blind: Vec<Path>,
    left_out: Vec<String>,
    unordered: Vec<String>,
    unknown: Vec<String>,
    secrets: Vec<String>,
    marks: Marks,
}

impl Known {
    fn of(resource: Resource<'static>) -> Self {
        Self {
            resource,
            digests: PathSet::new(),
            blind: Vec::new(),
            left_out: Vec::new(),
            unordered: Vec::new(),
            unknown: Vec::new(),
            secrets: Vec::new(),
            marks: Marks::default(),
        }
    }

    /// Whether all of it stands in clear, and nothing was left out.
    pub(crate) fn is_plain(&self) -> bool {
        self.secrets.is_empty() && self.marks == Marks::default()
    }

    /// What must not be shown: digests say nothing to a reader.
    pub(crate) fn sensitive(&self) -> PathSet {
        PathSet::marks([&self.digests])
    }

    /// Where secrets stand by their digest or their presence.
    pub(crate) fn digests(&self) -> &PathSet {
        &self.digests
    }

    fn mark(&mut self, path: &Path, mark: Mark) {
        self.marks.note(path.steps(), mark);
    }
}

/// The digest by which a key is known again.
fn check_of(key: &[u8]) -> Option<String> {
    digest::of_secret(key, "", &Tree::Null)
}

impl Baseline {
    /// When it was taken.
    #[must_use]
    pub fn taken_at(&self) -> Timestamp {
        self.taken_at
    }

    /// The revision that the documents were read at.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// How old it is at a time, in milliseconds; 0 where it is younger.
    ///
    /// ```
    /// # use drift_core::{Baseline, Detector, Snapshot};
    /// # let detector = Detector::builder().build()?;
    /// # let snapshot = Snapshot::default();
    /// let baseline = detector.baseline(&snapshot, None, "2026-01-01T00:00:00Z".parse()?)?;
    /// assert_eq!(baseline.age("2026-01-01T00:01:00Z".parse()?), 60_000);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    #[must_use]
    pub fn age(&self, at: Timestamp) -> u64 {
        u64::try_from(at.unix_millis() - self.taken_at.unix_millis()).unwrap_or_default()
    }

    /// How many resources it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resources.len()
    }

    /// Whether it holds no resources.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
    }

    /// The versions of the packs that it was recorded with, by name.
    #[must_use]
    pub fn packs(&self) -> &BTreeMap<String, String> {
        &self.packs
    }

    /// What has been accepted since it was taken, in the order of resources and paths.
    pub fn acceptances(&self) -> impl Iterator<Item = &Acceptance> {
        self.promoted.iter().map(|promoted| &promoted.acceptance)
    }

    /// The same baseline with the acceptances of an earlier one that still hold at `at`, so that a
    /// baseline that is taken anew forgets none.
    #[must_use]
    pub fn with_acceptances_of(mut self, earlier: &Self, at: Timestamp) -> Self {
        let holds =
            |promoted: &&Promoted| promoted.acceptance.expires.is_none_or(|expires| at <= expires);
        for promoted in earlier.promoted.iter().filter(holds) {
            self.accept(promoted.clone());
        }
        self.sorted()
    }

    /// How many resources hold secrets.
    pub(crate) fn secrets(&self) -> usize {
        self.known.iter().filter(|known| !known.digests.is_empty()).count()
    }

    /// Whether the digests of its secrets were made with this key.
    pub(crate) fn trusts<'k>(&self, key: Option<&'k [u8]>) -> Option<&'k [u8]> {
        key.filter(|key| self.key_check.is_some() && self.key_check == check_of(key))
    }

    /// Whether it holds digests of secrets that this key cannot judge.
    pub(crate) fn mistrusts(&self, key: Option<&[u8]>) -> bool {
        self.key_check.is_some() && self.trusts(key).is_none()
    }

    /// Adds an acceptance in place of the one for the same change.
    fn accept(&mut self, promoted: Promoted) {
        let bound = |one: &Promoted| {
            let acceptance = &one.acceptance;
            (acceptance.fingerprint.clone(), acceptance.digest.clone())
        };
        self.promoted.retain(|known| bound(known) != bound(&promoted));
        self.promoted.push(promoted);
    }

    /// The same, its acceptances in order.
    fn sorted(mut self) -> Self {
        let order = |one: &Promoted| {
            let acceptance = &one.acceptance;
            let bound = (acceptance.fingerprint.clone(), acceptance.digest.clone());
            (one.resource.clone(), one.path.clone(), bound)
        };
        self.promoted.sort_by_cached_key(order);
        self.acceptances = BTreeMap::new();
        for Promoted { acceptance, .. } in &self.promoted {
            let of_change = self.acceptances.entry(acceptance.fingerprint.clone()).or_default();
            of_change.push(acceptance.clone());
        }
        self
    }
}
