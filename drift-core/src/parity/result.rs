//! What a comparison of many comes to: plain data. Its JSON is a contract.

use crate::model::{Ratio, Reason, Warning};
use crate::path::Step;
use crate::report::{ResourceRef, RuleUsage};
use crate::time::Timestamp;
use crate::value::Tree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The version of the JSON.
pub(super) const SCHEMA_VERSION: &str = "1";

/// What it comes to. A later one outweighs an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParityVerdict {
    /// Nothing differs but what may.
    Alike,
    /// Nothing differs, and not everything could be compared.
    Partial,
    /// Something differs.
    Different,
}

impl ParityVerdict {
    /// The word of the verdict in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alike => "alike",
            Self::Partial => "partial",
            Self::Different => "different",
        }
    }
}

impl fmt::Display for ParityVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Many snapshots held against each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Parity {
    /// Version of this format: readers refuse a major that they do not know.
    pub schema_version: String,
    /// What it comes to.
    pub verdict: ParityVerdict,
    /// Whether something that ought to be comparable was not.
    pub partial: bool,
    /// When it was made, as the caller said.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub compared_at: Timestamp,
    /// The snapshot that the others were held against; null where that is what most have.
    pub baseline: Option<String>,
    /// The fields of the scope in which the snapshots differ.
    pub varying: Vec<String>,
    /// Counts.
    pub summary: ParitySummary,
    /// The snapshots, by name.
    pub snapshots: Vec<MemberCounts>,
    /// Resources of which something differs, by key; with `detail: full` all of them.
    pub resources: Vec<ParityResource>,
    /// What of a snapshot could not be held against the others.
    pub not_checked: Vec<Unheld>,
    /// What may differ, and how often it did.
    pub allowances: Vec<Allowance>,
    /// What rules did.
    pub rule_usage: Vec<RuleUsage>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

/// Counts of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParitySummary {
    /// Resources, each counted once however many snapshots have it.
    pub resources: ParityResources,
    /// Paths inside resources.
    pub paths: ParityPaths,
    /// The part of the compared paths that do not differ, or may: 1 where all are alike; null where
    /// nothing was compared.
    pub score: Option<Ratio>,
}

/// Resources by what became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParityResources {
    /// Those that were held against each other.
    pub compared: usize,
    /// Compared ones of which nothing differs but what may.
    pub alike: usize,
    /// Compared ones of which something differs.
    pub different: usize,
    /// Those that a rule leaves out.
    pub ignored: usize,
    /// Those that one snapshot has and no other can tell of.
    pub not_checked: usize,
    /// Those that another resource created, in all snapshots.
    pub derived: usize,
}

/// Paths by what became of them. `compared` is `agreed` + `allowed` + `differing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParityPaths {
    /// Paths of which at least two snapshots could tell: each row, and each value outside of the rows.
    pub compared: usize,
    /// Values that are the same everywhere.
    pub agreed: usize,
    /// Rows that differ and may.
    pub allowed: usize,
    /// Rows that differ.
    pub differing: usize,
    /// Paths that could not be compared.
    pub unknown: usize,
}

/// One snapshot among the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberCounts {
    /// Its name.
    pub name: String,
    /// The resources that it has, derived and ignored ones left out.
    pub resources: usize,
    /// Resources of others that it does not have.
    pub absent: usize,
    /// Resources that it was not asked about, or could not be.
    pub not_checked: usize,
    /// Rows in which it is an outlier.
    pub outliers: usize,
    /// The part of the compared paths in which it is no outlier; null where nothing was compared.
    pub score: Option<Ratio>,
}

/// How a snapshot stands to one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ParityCell {
    /// As usual: as the baseline or as most have it.
    Alike,
    /// It is an outlier.
    Outlier,
    /// Snapshots differ, and none is the usual one.
    Differs,
    /// It does not have the resource.
    Absent,
    /// It could not be held against the others.
    NotChecked,
}

/// One resource in all snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParityResource {
    /// The resource, by what its copies have in common.
    pub resource: ResourceRef,
    /// How each snapshot stands.
    pub snapshots: BTreeMap<String, ParityCell>,
    /// How many paths of it were compared.
    pub compared: usize,
    /// Where snapshots differ, by path.
    pub rows: Vec<ParityRow>,
}

/// One path of a resource in all snapshots that have the resource; the empty path is the resource itself, in
/// all snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParityRow {
    /// The path, in the form that rules accept.
    pub path: String,
    /// The path, step by step.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<BTreeMap<String, serde_json::Value>>"))]
    pub steps: Vec<Step>,
    /// Snapshots that have the same, the most first.
    pub groups: Vec<ParityGroup>,
    /// The snapshots that do not have what is usual; none where nothing is.
    pub outliers: Vec<String>,
    /// Whether no group has more than half of the snapshots, so that nobody can be called an outlier.
    pub tie: bool,
    /// Why it may be.
    pub allowed: Option<Allowed>,
}

/// Snapshots that have the same at a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParityGroup {
    /// Whether something is there.
    pub present: bool,
    /// The value; null where nothing is there, and for a resource as a whole.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub value: Option<Tree>,
    /// The snapshots, by name.
    pub snapshots: Vec<String>,
    /// Whether it is the usual one: that of the baseline, or of more than half.
    pub usual: bool,
}

/// Why a difference may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Allowed {
    /// Why.
    pub reason: String,
    /// Whose decision it is.
    pub owner: Option<String>,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Timestamp>,
}

/// What may differ, and how often it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Allowance {
    /// Where.
    pub path: Option<String>,
    /// The provider.
    pub provider: Option<String>,
    /// The type.
    #[serde(rename = "type")]
    pub type_name: Option<String>,
    /// The id or the address.
    pub id: Option<String>,
    /// The snapshots that may differ; all where there is none.
    pub snapshots: Vec<String>,
    /// Why.
    pub reason: String,
    /// Whose decision it is.
    pub owner: Option<String>,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub expires: Option<Timestamp>,
    /// Whether it no longer holds.
    pub expired: bool,
    /// In how many rows it was used.
    pub used: usize,
}

/// A resource of which a snapshot could not tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Unheld {
    /// The resource.
    pub resource: ResourceRef,
    /// The snapshot.
    pub snapshot: String,
    /// Why.
    pub reason: Reason,
    /// The provider's own words, or which resources are meant.
    pub detail: Option<String>,
}

impl Parity {
    /// The comparison as JSON: compact, on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The verdict as the exit code of a process, as `diff` has them: 0 alike, 1 different, 3 partial.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            ParityVerdict::Alike => 0,
            ParityVerdict::Different => 1,
            ParityVerdict::Partial => 3,
        }
    }
}
