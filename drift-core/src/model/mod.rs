//! Resources, what identifies them, and the snapshots that hold them.

mod builder;
mod cluster_kind;
mod codes;
mod coverage;
mod find;
mod key;
mod kind;
mod made;
mod masked;
mod name;
mod owned;
mod ratio;
mod resource;
mod upjet;

pub(crate) use builder::Onlooker;
pub use builder::{Page, SnapshotBuilder};
pub(crate) use cluster_kind::{NAMESPACE, is_cluster_kind};
pub use coverage::{Cell, Coverage, Gap, Reason};
pub(crate) use find::{Finder, places};
pub(crate) use key::Marker;
pub use key::{Identity, ResourceKey, Scope};
pub(crate) use kind::{
    Tool, azure_twin, cloud_ids, common_kind, differ_in_words, has_cloud_ids, kind_of, other_names,
    same_kind, terraform_twin,
};
pub(crate) use made::{Making, maker_of};
pub use masked::Masked;
pub(crate) use masked::{LAST_APPLIED, add_secret};
pub use name::Name;
pub use ratio::Ratio;
pub use resource::{Attributes, Manager, Owner, Resource, SourceRef};
pub(crate) use resource::{Digest, Terms, Unread};
pub(crate) use upjet::upjet_twin;

use crate::error::{Code, Error, Result};
use crate::time::Timestamp;
use crate::value::mix::Mixer;
use std::collections::BTreeMap;

/// Something that parsing let pass and that a reader of the report should know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Warning {
    /// A stable word: `duplicate_field`, `guessed_list_key`, `ambiguous_identity` and so on.
    pub code: String,
    /// What happened, without any value of a document.
    pub message: String,
    /// The resource's printed key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The path inside the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// What one side holds: resources, the part of the world that it speaks for, and its age.
///
/// A snapshot comes from [`Snapshot::parse`](crate::Snapshot::parse), or piece by piece from
/// [`Snapshot::builder`].
#[derive(Clone, Debug, Default)]
pub struct Snapshot<'a> {
    pub(crate) resources: Vec<Resource<'a>>,
    pub(crate) coverage: Coverage,
    pub(crate) revision: Option<String>,
    pub(crate) taken_at: Option<Timestamp>,
    pub(crate) warnings: Vec<Warning>,
}

impl<'a> Snapshot<'a> {
    /// Puts resources together; each key may stand once.
    pub(crate) fn new(
        mut resources: Vec<Resource<'a>>,
        coverage: Coverage,
        warnings: Vec<Warning>,
    ) -> Result<Self> {
        if let Some((first, second)) = twice(&resources) {
            let key = second.key.to_string();
            let (first, second) = (&first.source, &second.source);
            let message = format!("one resource stands twice, {first} and {second}");
            let help = if first.file == second.file {
                "remove one, or give the two different scopes"
            } else {
                "where they are two resources, parse each file by itself with a `scope` of its \
                 own, and add both snapshots to one SnapshotBuilder"
            };
            let error = Error::new(Code::DuplicateKey, message).on_resource(key);
            return Err(error.with_help(help));
        }
        // Of several documents one may tell what another's was made for.
        made::told_by_name(&mut resources);
        Ok(Self { resources, coverage, revision: None, taken_at: None, warnings })
    }

    /// Starts an empty snapshot of what `provider` holds in `scope`.
    #[must_use]
    pub fn builder(provider: impl Into<String>, scope: Scope) -> SnapshotBuilder<'a> {
        SnapshotBuilder::new(provider, scope)
    }

    /// The resources, in the order they were read.
    #[must_use]
    pub fn resources(&self) -> &[Resource<'a>] {
        &self.resources
    }

    /// What the snapshot speaks for.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// What parsing let pass.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The revision that the documents were read at, a commit for example.
    #[must_use]
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// When the documents were read.
    #[must_use]
    pub fn taken_at(&self) -> Option<Timestamp> {
        self.taken_at
    }

    /// Says at which revision the documents were read.
    #[must_use]
    pub fn with_revision(mut self, revision: impl Into<String>) -> Self {
        self.revision = Some(revision.into());
        self
    }

    /// Says when the documents were read.
    #[must_use]
    pub fn with_taken_at(mut self, at: Timestamp) -> Self {
        self.taken_at = Some(at);
        self
    }

    /// Says that the snapshot holds everything there is: what is absent from it does not exist.
    #[must_use]
    pub fn with_complete(mut self) -> Self {
        self.coverage.complete = true;
        self
    }

    /// Says that the snapshot holds everything of `cell`.
    #[must_use]
    pub fn with_cover(mut self, cell: Cell) -> Self {
        self.coverage.cells.push(cell);
        self
    }

    /// Says that a part of the world could not be read, and why.
    #[must_use]
    pub fn with_gap(mut self, gap: Gap) -> Self {
        self.coverage.gaps.push(gap);
        self
    }
}

/// The first resource whose key another had before it, behind that one.
fn twice<'r, 'a>(resources: &'r [Resource<'a>]) -> Option<(&'r Resource<'a>, &'r Resource<'a>)> {
    let mixer = Mixer::plain();
    let mut marker = Marker::new(mixer);
    let marks = resources.iter().map(|resource| marker.marks(&resource.key).0);
    let groups = repeated(marks, |at| resources.get(at).map(|resource| &resource.key));
    let pair = |group: &Vec<usize>| Some((*group.first()?, *group.get(1)?));
    let first_twice = groups.iter().filter_map(pair).min_by_key(|(_, second)| *second);
    let (first, second) = first_twice?;
    Some((resources.get(first)?, resources.get(second)?))
}

/// The places of things that are equal, for each that stands more than once. `marks` has a hash of each
/// thing, and `of` the thing at a place.
pub(crate) fn repeated<K: Ord>(
    marks: impl Iterator<Item = u64>,
    of: impl Fn(usize) -> Option<K>,
) -> Vec<Vec<usize>> {
    let mut marks: Vec<(u64, usize)> = marks.enumerate().map(|(at, mark)| (mark, at)).collect();
    marks.sort_unstable();
    let mut groups = Vec::new();
    for alike in marks.chunk_by(|a, b| a.0 == b.0).filter(|alike| alike.len() > 1) {
        // Equal things, or others that were made to look alike: the things themselves decide.
        let mut places: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (thing, at) in alike.iter().filter_map(|(_, at)| Some((of(*at)?, *at))) {
            places.entry(thing).or_default().push(at);
        }
        groups.extend(places.into_values().filter(|places| places.len() > 1));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_things_are_found_though_others_have_their_mark() {
        let things = ["a", "b", "a", "c", "b", "a", "d"];
        for marks in [[1, 2, 1, 3, 2, 1, 4], [0; 7], [1, 1, 1, 2, 1, 1, 1]] {
            let mut groups = repeated(marks.into_iter(), |at| things.get(at));
            groups.sort();
            assert_eq!(groups, [vec![0, 2, 5], vec![1, 4]]);
        }
    }
}
