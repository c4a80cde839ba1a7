//! What a document may cost, how work is stopped, and how far it has come.

use crate::error::{Code, Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

/// Bounds on what is read. A document that passes one is refused with `DRIFT_LIMIT`.
///
/// ```
/// use drift_core::Limits;
/// let small = Limits { max_bytes: 1 << 20, ..Limits::default() };
/// assert_eq!(small.max_depth, 512);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one document, up to [`Limits::MAX_BYTES`]. Default: 1 GiB.
    pub max_bytes: usize,
    /// Containers inside each other, documents inside strings included, up to
    /// [`Limits::MAX_DEPTH`]. Default: 512.
    pub max_depth: usize,
    /// Nodes of one document; a map's keys count. YAML aliases count as what they stand for.
    /// Default: 100 million.
    pub max_nodes: usize,
    /// How many nodes YAML aliases may add, as a multiple of the document's bytes, beyond a first
    /// 100,000. Default: 10.
    pub max_alias_ratio: usize,
    /// Documents in one YAML or NDJSON stream. Default: 1 million.
    pub max_documents: usize,
    /// Magnitude of a number's decimal exponent, up to [`Limits::MAX_EXPONENT`].
    /// Default: 1,000,000.
    pub max_exponent: u32,
    /// Pairs of elements that are tried when list elements without a key are matched by how many
    /// fields they share; a list that needs more is compared by position or by equality alone.
    /// Default: 65,536.
    pub max_list_pairs: usize,
    /// Steps that one rule of a policy may take over one side of one resource; a rule that needs more is
    /// listed among the policy errors. Default: 1 million, up to [`Limits::MAX_POLICY_STEPS`].
    pub max_policy_steps: usize,
    /// What functions and operators of Rego may build or look through for one rule over one side of one
    /// resource, in bytes; a rule that needs more is listed among the policy errors. Default: 64 MiB.
    pub max_policy_bytes: usize,
}

impl Limits {
    /// The highest `max_bytes`: spans are kept in 32 bits.
    pub const MAX_BYTES: usize = u32::MAX as usize;
    /// The highest `max_depth`: the walk of a pair recurses once a level, and a thread with 2 MiB
    /// of stack must carry it in a debug build.
    pub const MAX_DEPTH: usize = 512;
    /// The highest `max_exponent`.
    pub const MAX_EXPONENT: u32 = 1_000_000_000;
    /// The highest `max_policy_steps`.
    pub const MAX_POLICY_STEPS: usize = 1_000_000_000;

    /// Refuses limits that the engine itself cannot keep.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where a limit is above its documented maximum or is zero.
    pub fn check(&self) -> Result<()> {
        let fail = |name: &str, max: usize| {
            let message = format!("limit `{name}` must lie between 1 and {max}");
            Err(Error::new(Code::Option, message))
        };
        if self.max_bytes == 0 || self.max_bytes > Self::MAX_BYTES {
            return fail("max_bytes", Self::MAX_BYTES);
        }
        if self.max_depth == 0 || self.max_depth > Self::MAX_DEPTH {
            return fail("max_depth", Self::MAX_DEPTH);
        }
        if self.max_exponent == 0 || self.max_exponent > Self::MAX_EXPONENT {
            return fail("max_exponent", Self::MAX_EXPONENT as usize);
        }
        if self.max_nodes == 0 || self.max_nodes > Self::MAX_BYTES {
            return fail("max_nodes", Self::MAX_BYTES);
        }
        if self.max_documents == 0 {
            return fail("max_documents", usize::MAX);
        }
        if self.max_policy_steps == 0 || self.max_policy_steps > Self::MAX_POLICY_STEPS {
            return fail("max_policy_steps", Self::MAX_POLICY_STEPS);
        }
        if self.max_policy_bytes == 0 {
            return fail("max_policy_bytes", usize::MAX);
        }
        Ok(())
    }

    /// The error for a passed limit.
    pub(crate) fn passed(name: &str, value: usize) -> Error {
        let help = match name {
            "max_depth" if value >= Self::MAX_DEPTH => Some("containers inside each other"),
            "max_bytes" if value >= Self::MAX_BYTES => Some("bytes in one document"),
            "max_nodes" if value >= Self::MAX_BYTES => Some("nodes in one document"),
            "max_exponent" if value >= Self::MAX_EXPONENT as usize => Some("as an exponent"),
            _ => None,
        };
        let help = match help {
            Some(of) => format!("no more than {value} {of} can be read"),
            None => format!("raise `{name}` in the limits if the document can be trusted"),
        };
        Error::new(Code::Limit, format!("the document passes the limit `{name}` of {value}"))
            .with_help(help)
    }
}

/// A request, from another thread, to stop what is being read or compared. Clones are the same request.
///
/// ```
/// use drift_core::{Format, ParseOptions, Snapshot, Stop};
/// let stop = Stop::default();
/// let mut options = ParseOptions { format: Format::Records, ..ParseOptions::default() };
/// options.read.stop = Some(stop.clone());
/// stop.ask();
/// let error = Snapshot::parse_with(b"[]", &options).unwrap_err();
/// assert_eq!(error.code().as_str(), "DRIFT_STOPPED");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks to stop. It cannot be taken back.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether someone has asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The error of work that was stopped.
    #[must_use]
    pub fn error() -> Error {
        Error::new(Code::Stopped, "the work was stopped before its end")
    }
}

impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Stop {}

/// What a detection is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// It finds out which resources belong together.
    #[default]
    Pairing,
    /// It compares one resource after the other.
    Comparing,
    /// It puts the report together.
    Reporting,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Pairing, Self::Comparing, Self::Reporting];

    /// The stage in a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pairing => "pairing",
            Self::Comparing => "comparing",
            Self::Reporting => "reporting",
        }
    }
}

/// How far a detection has come, for another thread to look at. Clones tell of the same detection.
///
/// ```
/// use drift_core::{Context, Detector, Format, Progress, Snapshot, Stage};
/// let side = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Auto)?;
/// let (detector, progress) = (Detector::builder().build()?, Progress::default());
/// assert_eq!((progress.stage(), progress.done(), progress.total()), (Stage::Pairing, 0, None));
/// let context = Context::at("2026-01-01T00:00:00Z".parse()?).with_progress(&progress);
/// detector.detect(&side, &side, &context);
/// assert_eq!((progress.stage(), progress.done(), progress.total()), (Stage::Reporting, 1, Some(1)));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    stage: AtomicU8,
    done: AtomicUsize,
    /// One more than there are, 0 while that is not known.
    total: AtomicUsize,
}

impl Progress {
    /// What the detection is at.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let stage = usize::from(self.0.stage.load(Ordering::Acquire));
        Stage::ALL.get(stage).copied().unwrap_or_default()
    }

    /// How many resources have been compared.
    #[must_use]
    pub fn done(&self) -> usize {
        self.0.done.load(Ordering::Acquire)
    }

    /// How many are to be compared, once that is known: pairs, and resources of one side alone.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        self.0.total.load(Ordering::Acquire).checked_sub(1)
    }

    /// So many resources are to be compared, and none has been yet.
    pub(crate) fn compare(&self, total: usize) {
        self.0.done.store(0, Ordering::Release);
        self.0.total.store(total.saturating_add(1), Ordering::Release);
        self.enter(Stage::Comparing);
    }

    /// One more has been compared.
    pub(crate) fn count(&self) {
        self.0.done.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn enter(&self, stage: Stage) {
        self.0.stage.store(stage as u8, Ordering::Release);
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 30,
            max_depth: 512,
            max_nodes: 100_000_000,
            max_alias_ratio: 10,
            max_documents: 1_000_000,
            max_exponent: 1_000_000,
            max_list_pairs: 65_536,
            max_policy_steps: 1_000_000,
            max_policy_bytes: 64 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_raise_what_cannot_be_raised() {
        let help = |name, value| Limits::passed(name, value).help().map(str::to_owned);
        assert!(help("max_depth", 100).unwrap().starts_with("raise `max_depth`"));
        let most = "no more than 512 containers inside each other can be read";
        assert_eq!(help("max_depth", Limits::MAX_DEPTH).as_deref(), Some(most));
        let default = Limits::default();
        assert!(help("max_nodes", default.max_nodes).unwrap().starts_with("raise"));
    }

    #[test]
    fn limits_beyond_what_the_engine_carries_are_refused() {
        assert!(Limits::default().check().is_ok());
        let deep = Limits { max_depth: Limits::MAX_DEPTH + 1, ..Limits::default() };
        assert_eq!(deep.check().unwrap_err().code(), Code::Option);
        let none = Limits { max_bytes: 0, ..Limits::default() };
        assert_eq!(none.check().unwrap_err().code(), Code::Option);
    }
}
