//! Whether clusters, regions, accounts and environments that should be alike are alike: many snapshots
//! held against each other, resource by resource and path by path.

mod align;
mod allow;
mod compare;
mod groups;
mod hide;
mod hold;
mod place;
mod read;
mod result;
mod substitute;

pub use allow::Allow;
pub use result::{
    Allowance, Allowed, MemberCounts, Parity, ParityCell, ParityGroup, ParityPaths, ParityResource,
    ParityResources, ParityRow, ParitySummary, ParityVerdict, Unheld,
};

use crate::detector::{Context, Detector};
use crate::error::{Code, Error, Result};
use crate::limits::Stop;
use crate::model::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// Values by the name that stands for them: `{"region": ["us-east-1"]}`.
pub type Substitutions = BTreeMap<String, Vec<String>>;

/// How snapshots are held against each other.
///
/// ```
/// use drift_core::parity::ParityOptions;
/// let options = ParityOptions::from_json(r#"{
///     "baseline": "stable",
///     "substitutions": {"stable": {"cluster": "blue"}, "canary": {"cluster": "green"}},
///     "allow": [{"path": "$..image", "reason": "the release under test", "expires": "2026-12-31"}]
/// }"#)?;
/// assert_eq!(options.baseline.as_deref(), Some("stable"));
/// assert!(ParityOptions::from_json(r#"{"allow": [{"path": "/a"}]}"#).is_err());
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ParityOptions {
    /// The snapshot that the others are held against; where nobody says, it is what most have.
    pub baseline: Option<String>,
    /// What each snapshot calls its own.
    pub substitutions: BTreeMap<String, Substitutions>,
    /// Differences that may be.
    pub allow: Vec<Allow>,
    /// The fields of the scope in which snapshots differ. Where nobody says, those that have one value
    /// within each snapshot, and not the same in all.
    pub varying: Option<Vec<String>>,
}

impl Detector {
    /// Holds snapshots against each other, each by its name: which resources and which paths differ,
    /// who is the outlier, and how much is alike. What is equal, and what is left out, the rules and
    /// packs of the detector say; what the provider alone writes is left out as well. Rules that ask for
    /// the scope, the id or the tags of a resource, or for what stands in it, ask the copy that is held
    /// against the others.
    ///
    /// The cost grows with the number of snapshots, not with its square: copies that agree are told by
    /// their hashes, and of those that do not one of a kind is held against what most have, or against the
    /// baseline.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where there are fewer than two snapshots, a name stands twice, or options name a
    /// snapshot that there is not.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Format, Snapshot, parity::ParityOptions};
    /// let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
    /// let a = read(r#"[{"type": "flag", "id": "beta", "attributes": {"on": true}}]"#)?;
    /// let b = read(r#"[{"type": "flag", "id": "beta", "attributes": {"on": false}}]"#)?;
    /// let fleet = [("a", &a), ("b", &a), ("c", &b)];
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let parity = Detector::builder().build()?.compare_many(
    ///     &fleet, &ParityOptions::default(), &context)?;
    /// assert_eq!(parity.resources[0].rows[0].outliers, ["c"]);
    /// assert_eq!(parity.summary.score.unwrap().value(), 0.0);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn compare_many(
        &self,
        snapshots: &[(&str, &Snapshot<'_>)],
        options: &ParityOptions,
        context: &Context<'_>,
    ) -> Result<Parity> {
        self.compare_many_until(snapshots, options, context, &Stop::default())
    }

    /// As [`Detector::compare_many`], until someone asks to stop.
    ///
    /// # Errors
    /// As [`Detector::compare_many`], and `DRIFT_STOPPED` where someone has asked.
    pub fn compare_many_until(
        &self,
        snapshots: &[(&str, &Snapshot<'_>)],
        options: &ParityOptions,
        context: &Context<'_>,
        stop: &Stop,
    ) -> Result<Parity> {
        check(snapshots, options)?;
        let mut sorted: Vec<(&str, &Snapshot<'_>)> = snapshots.to_vec();
        sorted.sort_by_key(|(name, _)| *name);
        let parity = compare::Fleet::new(self, &sorted, options, context).compare(stop);
        if stop.is_asked() { Err(Stop::error()) } else { Ok(parity) }
    }
}

fn check(snapshots: &[(&str, &Snapshot<'_>)], options: &ParityOptions) -> Result<()> {
    let wrong = |message: String| Error::new(Code::Option, message);
    if snapshots.len() < 2 {
        return Err(wrong("there are fewer than two snapshots to compare".to_owned()));
    }
    let mut names = BTreeSet::new();
    if let Some((twice, _)) = snapshots.iter().find(|(name, _)| !names.insert(*name)) {
        return Err(wrong(format!("two snapshots go by the name `{twice}`")));
    }
    let known = || {
        format!("the snapshots are `{}`", names.iter().copied().collect::<Vec<_>>().join("`, `"))
    };
    let unknown = |field: &str, name: &str| {
        wrong(format!("`{field}` names no snapshot: `{name}`")).with_help(known())
    };
    if let Some(name) = options.baseline.as_deref().filter(|name| !names.contains(name)) {
        return Err(unknown("baseline", name));
    }
    for (name, given) in &options.substitutions {
        if !names.contains(name.as_str()) {
            return Err(unknown("substitutions", name));
        }
        let mut seen = BTreeMap::new();
        for (of, value) in given.iter().flat_map(|(of, all)| all.iter().map(move |v| (of, v))) {
            if value.is_empty() {
                return Err(wrong(format!("`{of}` of `{name}` stands for an empty text")));
            }
            if let Some(other) = seen.insert(value, of).filter(|other| *other != of) {
                let message = format!("`{other}` and `{of}` of `{name}` stand for the same text");
                return Err(wrong(message).with_help("give one of them"));
            }
        }
    }
    let named = options.allow.iter().flat_map(|allow| &allow.snapshots);
    match named.into_iter().find(|name| !names.contains(name.as_str())) {
        Some(name) => Err(unknown("allow", name)),
        None => Ok(()),
    }
}
