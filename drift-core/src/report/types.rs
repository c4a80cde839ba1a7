//! The types that a report is made of. Their JSON is the contract.

use super::policy::{PolicyError, PolicySummary, PolicyUsage, PolicyViolation};
use crate::classify::{Confidence, Priority};
use crate::coverage::CoverageSummary;
use crate::diff::{Attribution, ChangeKind, Disposition, Status};
use crate::events::Cause;
use crate::model::{Reason, ResourceKey, Scope, SourceRef, Warning};
use crate::normalize::{Layer, Severity};
use crate::owners::{OwnerCounts, Ownership, Route};
use crate::path::Step;
use crate::tags::{TagProblem, TagSummary};
use crate::time::Timestamp;
use crate::value::Tree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a detection comes to. A later one outweighs an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything declared was compared, and nothing confirmed differs.
    InSync,
    /// Nothing confirmed differs, and not everything could be compared.
    Partial,
    /// Something confirmed differs.
    Drifted,
    /// Something could not be read because reading it failed.
    Error,
}

impl Verdict {
    /// The word of the verdict in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::Partial => "partial",
            Self::Drifted => "drifted",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which tool's exit codes are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExitStyle {
    /// As `diff`: 0 in sync, 1 drift, 2 error, 3 partial.
    #[default]
    Diff,
    /// As `terraform plan -detailed-exitcode`: 0 in sync, 2 drift, 1 error and partial.
    Terraform,
}

/// The answer to one detection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Version of this format: readers refuse a major that they do not know.
    pub schema_version: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether something that ought to be comparable was not.
    pub partial: bool,
    /// When the detection was made, as the caller said.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub detected_at: Timestamp,
    /// Counts.
    pub summary: Summary,
    /// Resources that drifted, are missing, unmanaged or moved.
    pub findings: Vec<Finding>,
    /// What findings of several resources go back to, those that reach furthest first.
    #[serde(default)]
    pub causes: Vec<SharedCause>,
    /// What desired is ahead with.
    pub pending: Vec<Change>,
    /// What is live and not declared.
    pub undeclared: Vec<Change>,
    /// What was accepted or tolerated and, in full detail, what was ignored, read-only, at its
    /// default, generated or write-only.
    pub suppressed: Vec<Change>,
    /// What cannot be compared.
    pub unknown: Vec<Change>,
    /// Resources that were not checked, and why.
    pub not_checked: Vec<NotChecked>,
    /// What is wrong with tags, where a tag policy was given, by resource and key.
    #[serde(default)]
    pub tag_violations: Vec<TagViolation>,
    /// What policies forbid, whether it has drifted or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_violations: Vec<PolicyViolation>,
    /// Rules of policies that could not be evaluated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_errors: Vec<PolicyError>,
    /// What policies did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policy_usage: Vec<PolicyUsage>,
    /// What rules did.
    pub rule_usage: Vec<RuleUsage>,
    /// The packs that the detector knew, each with its version: a digest of what it says.
    #[serde(default)]
    pub packs: BTreeMap<String, String>,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
}

/// Counts of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Resources by status; each is counted once.
    pub resources: ResourceCounts,
    /// Differences by disposition, those that every detail lists.
    pub changes: BTreeMap<String, usize>,
    /// Findings by severity.
    pub severity: BTreeMap<String, usize>,
    /// How much of what was declared was checked.
    pub coverage: CoverageSummary,
    /// How many resources are known to be somebody's, where a map of owners was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<OwnershipSummary>,
    /// How well resources are tagged, where a tag policy was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<TagSummary>,
    /// What policies come to, where any were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicySummary>,
}

/// How many resources are known to be somebody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OwnershipSummary {
    /// Of all resources, but for those that are ignored or derived.
    #[serde(flatten)]
    pub resources: OwnerCounts,
    /// Of the findings.
    pub findings: OwnerCounts,
}

/// Resources by status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResourceCounts {
    /// Nothing confirmed differs.
    pub in_sync: usize,
    /// Something confirmed differs.
    pub drifted: usize,
    /// Declared, and gone.
    pub missing: usize,
    /// Live, and not declared.
    pub unmanaged: usize,
    /// Declared and live under different addresses.
    pub moved: usize,
    /// Declared, and not created yet.
    pub pending_create: usize,
    /// No longer declared, and not deleted yet.
    pub pending_delete: usize,
    /// Missing, unmanaged or moved, and accepted: as in the baseline, or by someone.
    #[serde(default)]
    pub accepted: usize,
    /// Live, and created by another resource.
    pub derived: usize,
    /// Left out as a whole by a rule.
    pub ignored: usize,
    /// Not checked.
    pub not_checked: usize,
}

/// A resource, as reports name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResourceRef {
    /// `kubernetes`, `aws` and so on; empty where unknown.
    pub provider: String,
    /// The canonical type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id within type and scope.
    pub id: String,
    /// Its name in desired's source, else in actual's.
    pub address: String,
    /// Where it lives.
    pub scope: Scope,
    /// The layer of the estate.
    pub layer: String,
    /// Where each side was read.
    pub source: Sources,
}

impl ResourceRef {
    /// What the key of the resource is made of, in its order.
    pub(super) fn key_parts(&self) -> (&str, &str, &Scope, &str) {
        (&self.provider, &self.type_name, &self.scope, &self.id)
    }

    /// The key of the resource.
    #[must_use]
    pub fn key(&self) -> ResourceKey {
        ResourceKey {
            provider: self.provider.as_str().into(),
            type_name: self.type_name.as_str().into(),
            scope: self.scope.clone(),
            id: self.id.clone(),
        }
    }
}

/// Where each side of a resource was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sources {
    /// In desired.
    #[serde(default)]
    pub desired: Option<SourceRef>,
    /// In actual.
    #[serde(default)]
    pub actual: Option<SourceRef>,
}

/// A resource that needs attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// Stable across scans, order and languages: key and status, no values.
    pub fingerprint: String,
    /// `drifted`, `missing`, `unmanaged` or `moved`.
    pub status: Status,
    /// The resource.
    pub resource: ResourceRef,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// How soon to look.
    pub priority: Priority,
    /// Whose it is.
    pub owner: Option<String>,
    /// The rule that classified it as it stands, if one did: that of its worst change, or one about the
    /// resource as a whole.
    #[serde(default)]
    pub rule: Option<String>,
    /// What is wrong, in a few words, where that rule says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How sure it is: as its surest change is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Whether a change cannot be made in place, so that the resource is replaced for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// Who says so and who disagrees, where a map of owners was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership: Option<Ownership>,
    /// Where it goes: a page, a ticket or a log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// What to do about it.
    pub runbook: Option<String>,
    /// The address that actual still has, where it differs from desired's.
    pub moved_from: Option<String>,
    /// Binds an acceptance to how the resource stands as a whole, where it is missing, moved or unmanaged:
    /// SHA-256 of its status and, where nobody declares it, of its values, secrets by keyed digests or, without
    /// a `digest_key`, by their presence alone. Of an unmanaged one only where a baseline or acceptances were given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How many live resources go back to this one.
    pub derived: usize,
    /// Who deleted or created it, where it is missing or unmanaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// What differs.
    pub changes: Vec<Change>,
}

/// Where changes of one cause have landed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Destination {
    /// The type of the resources.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The path without indexes, keys and values; empty where it is the resources as a whole.
    pub path: String,
}

/// A finding of a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// The finding's fingerprint.
    pub fingerprint: String,
    /// The resource's printed key.
    pub resource: String,
}

/// What findings of several resources go back to: one place, changed by one actor or at one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharedCause {
    /// Stable across scans, order and languages.
    pub fingerprint: String,
    /// Where the changes have landed.
    pub destination: Destination,
    /// How the resources stand.
    pub status: Status,
    /// Who acted, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The revision of what is declared, where nobody is known to have acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// What kind of cause it is.
    #[serde(default)]
    pub cause: Cause,
    /// How many resources it reaches.
    pub resources: usize,
    /// How many changes.
    pub changes: usize,
    /// In how many scopes: accounts, regions, clusters, namespaces.
    pub scopes: usize,
    /// The worst of the changes.
    pub severity: Severity,
    /// When the first was made, as far as that is known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub first_at: Option<Timestamp>,
    /// When the last was made.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub last_at: Option<Timestamp>,
    /// The first five findings.
    pub examples: Vec<Example>,
}

/// A difference at one path.
///
/// Inside a finding the resource is the finding's. In the lists beside the findings each change
/// names its own resource and how that stands; a resource that is pending as a whole has the empty
/// path there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// How the resource stands, outside the findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The resource, outside the findings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Arc<ResourceRef>>,
    /// Stable across scans, order and languages: key and path, no values.
    pub fingerprint: String,
    /// The path, in the form that rules accept.
    pub path: String,
    /// The path, step by step.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<BTreeMap<String, serde_json::Value>>"))]
    pub steps: Vec<Step>,
    /// JSON Pointer (RFC 6901) relative to the attributes in desired, else in actual.
    pub pointer: Option<String>,
    /// JSON Pointer relative to desired's attributes.
    pub desired_pointer: Option<String>,
    /// JSON Pointer relative to actual's attributes.
    pub actual_pointer: Option<String>,
    /// How the sides differ.
    pub kind: ChangeKind,
    /// What the difference amounts to.
    pub disposition: Disposition,
    /// The declared value; null where there is none.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub desired: Option<Tree>,
    /// The live value; null where there is none.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub actual: Option<Tree>,
    /// The reference's value; null where there is none.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub reference: Option<Tree>,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// The rule that decided or classified, if one did.
    pub rule: Option<String>,
    /// What is wrong, in a few words, where the rule that classified says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// How sure it is.
    #[serde(default)]
    pub confidence: Confidence,
    /// Whether it cannot be made in place, so that the resource is replaced for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// Why it is what it is.
    pub reason: String,
    /// Who wrote the live value.
    pub attribution: Option<Attribution>,
    /// How much of a tolerance was used, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub margin_used: Option<String>,
    /// Whether it is unknown because the provider never returns the value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    /// Whether a rule of the user's watches the value, what it lies in, or what it holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
    /// Who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Binds an acceptance to this very change: `sha256:…`, or `hmac-sha256:…` where a value is
    /// secret; null with `digest_absent` where that needs a key.
    pub digest: Option<String>,
    /// `no_key` where a secret is involved and the caller gave no key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest_absent: Option<String>,
}

/// An acceptance that holds for a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Accepted {
    /// Who accepted it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Timestamp>,
}

/// A resource that was not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotChecked {
    /// The resource.
    pub resource: ResourceRef,
    /// Why.
    pub reason: Reason,
    /// The provider's own words, or which resources are meant.
    pub detail: Option<String>,
}

/// A tag that is not as a tag policy wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagViolation {
    /// Stable across scans, order and languages: key, tag and problem, no values.
    pub fingerprint: String,
    /// The resource.
    pub resource: ResourceRef,
    /// The key, as the policy has it.
    pub key: String,
    /// What is wrong.
    pub problem: TagProblem,
    /// The other name that the tag stands under.
    pub found_as: Option<String>,
    /// The sides of which it is so: `desired`, `actual` or both.
    pub sides: Vec<String>,
    /// The declared value, where it is wrong.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub desired: Option<Tree>,
    /// The live value, where it is wrong.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub actual: Option<Tree>,
    /// The values that it may have, where it has another: globs, and a regular expression in slashes.
    #[serde(default)]
    pub allowed: Vec<String>,
    /// Why the policy demands it.
    pub reason: Option<String>,
    /// Whose demand it is.
    pub owner: Option<String>,
}

/// What a rule did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleUsage {
    /// Its id; a pack's rules carry the pack's name.
    pub rule: String,
    /// Where it comes from.
    pub layer: Layer,
    /// How many nodes of desired and of actual it matched.
    pub matched: u64,
    /// Whether it hides what it matches.
    pub hides: bool,
    /// Until when it holds.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub expires: Option<Timestamp>,
    /// Whether it no longer holds.
    pub expired: bool,
    /// Whether it is a pack's rule that the user has switched off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// Whose rule it is.
    pub owner: Option<String>,
    /// Why it is there.
    pub reason: Option<String>,
    /// The document that it rests on.
    pub source: Option<String>,
}
