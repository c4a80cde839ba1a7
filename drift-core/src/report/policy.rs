//! What policies say: violations, which are records of their own, and what could not be evaluated.

use super::types::ResourceRef;
use crate::diff::Status;
use crate::model::{Coverage, ResourceKey};
use crate::normalize::Severity;
use crate::policy::Enforcement;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A resource does what a policy says it must not, as it is declared, as it is, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyViolation {
    /// Stable across scans, order and languages: key, policy, rule and `id`, no values. Several messages of
    /// one rule about one resource share it, unless the policy gives them ids.
    pub fingerprint: String,
    /// The policy.
    pub policy: String,
    /// The rule of the policy.
    pub rule: String,
    /// What tells it from others of the same rule, where the policy says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the policy is called, where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The resource.
    pub resource: ResourceRef,
    /// How the resource stands: `in_sync` as well as `drifted`.
    pub status: Status,
    /// What the policy says.
    pub message: String,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// The controls of standards that the policy stands for.
    pub controls: Vec<String>,
    /// What it calls for.
    pub enforcement: Enforcement,
    /// Whether it holds of the live resource, and not as that is declared.
    pub introduced_by_drift: bool,
    /// Whether it holds as the resource is declared; null where it is not.
    pub desired: Option<bool>,
    /// Whether it holds of the live resource; null where there is none.
    pub actual: Option<bool>,
    /// Who has exempted the resource.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempted: Option<Exempted>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// An exemption that holds for a violation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Exempted {
    /// Who answers for it; `policy` where the policy itself lets it pass.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Timestamp>,
}

/// A side of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// As it is declared.
    Desired,
    /// As it is.
    Actual,
}

/// A rule of a policy could not be evaluated over one side of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyError {
    /// The policy.
    pub policy: String,
    /// The rule.
    pub rule: String,
    /// The resource.
    pub resource: ResourceRef,
    /// Which side of it.
    pub side: Side,
    /// `step_limit`, `memory_limit`, `result` (a result that is no message) or `evaluation`.
    pub code: String,
    /// What went wrong.
    pub message: String,
    /// The module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in the module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}

/// What a policy did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyUsage {
    /// Its id.
    pub policy: String,
    /// What a violation of it calls for.
    pub enforcement: Enforcement,
    /// The controls that it stands for.
    pub controls: Vec<String>,
    /// How many resources it was asked about.
    pub resources: usize,
    /// How many violations there are, without those exempted.
    #[serde(default)]
    pub violations: usize,
    /// How many are exempted.
    #[serde(default)]
    pub exempted: usize,
    /// How often it could not be evaluated.
    #[serde(default)]
    pub errors: usize,
}

/// What policies come to. Violations that are exempted are counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicySummary {
    /// How many policies there are.
    pub policies: usize,
    /// How many violations.
    pub violations: usize,
    /// Those that the drift has brought.
    pub introduced_by_drift: usize,
    /// Those that are exempted.
    pub exempted: usize,
    /// How often a rule could not be evaluated.
    pub errors: usize,
    /// Violations by what they call for.
    pub enforcement: BTreeMap<String, usize>,
    /// Violations by severity.
    pub severity: BTreeMap<String, usize>,
    /// Whether a policy that is enforced is violated, or could not be evaluated.
    pub blocked: bool,
    /// Whether someone has to approve.
    pub approval_required: bool,
}

/// What policies have said of some of the resources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicyPart {
    #[serde(default)]
    pub(crate) violations: Vec<PolicyViolation>,
    #[serde(default)]
    pub(crate) errors: Vec<PolicyError>,
    #[serde(default)]
    pub(crate) usage: BTreeMap<String, PolicyUsage>,
}

impl PolicyPart {
    pub(crate) fn is_empty(&self) -> bool {
        self.usage.is_empty() && self.violations.is_empty() && self.errors.is_empty()
    }

    /// Notes a policy, and that it was asked about so many resources.
    pub(crate) fn count(&mut self, usage: PolicyUsage) {
        match self.usage.get_mut(&usage.policy) {
            Some(known) => known.resources += usage.resources,
            None => drop(self.usage.insert(usage.policy.clone(), usage)),
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.violations.extend(other.violations);
        self.errors.extend(other.errors);
        other.usage.into_values().for_each(|usage| self.count(usage));
    }

    /// The keys of the resources that there is something to say of.
    pub(super) fn keys(&self) -> BTreeMap<ResourceKey, Option<Status>> {
        self.violations.iter().map(|violation| (violation.resource.key(), None)).collect()
    }

    /// All of it in order and counted, where there are policies. `statuses` says how each resource stands; it
    /// is none for live resources that others have created.
    pub(super) fn finish(
        self,
        statuses: &BTreeMap<ResourceKey, Option<Status>>,
        desired: &Coverage,
    ) -> Policed {
        let Self { violations, mut errors, mut usage } = self;
        if usage.is_empty() {
            return Policed::default();
        }
        let mut violations = joined(violations);
        for violation in &mut violations {
            let key = violation.resource.key();
            let status = statuses.get(&key).copied().flatten();
            violation.status = status.unwrap_or(Status::Unmanaged);
            violation.introduced_by_drift = violation.actual == Some(true)
                && match (status, violation.desired) {
                    (None | Some(Status::NotChecked), _) => false,
                    // As with the verdict: where the desired side is not whole it may be declared elsewhere.
                    (Some(Status::Unmanaged), _) => desired.is_declared_whole(&key),
                    (Some(_), declared) => declared == Some(false),
                };
        }
        let order = |violation: &PolicyViolation| {
            let PolicyViolation { severity, resource, policy, rule, id, message, .. } = violation;
            let texts = (policy.clone(), rule.clone(), id.clone(), message.clone());
            (Reverse(*severity), resource.key(), texts)
        };
        violations.sort_by_cached_key(order);
        errors.sort_by_cached_key(|error| {
            let PolicyError { resource, policy, rule, side, code, message, line, .. } = error;
            let texts = (policy.clone(), rule.clone(), *side, code.clone(), message.clone(), *line);
            (resource.key(), texts)
        });
        errors.dedup();
        let summary = summary(&violations, &errors, &mut usage);
        let usage = usage.into_values().collect();
        Policed { summary: Some(summary), violations, errors, usage }
    }
}

/// Violations of one resource whose sides were given to different parts are one.
fn joined(mut violations: Vec<PolicyViolation>) -> Vec<PolicyViolation> {
    let key = |violation: &PolicyViolation| {
        let PolicyViolation { resource, policy, rule, id, message, .. } = violation;
        // Where there is an id, messages may differ.
        let told = id.is_none().then(|| message.clone());
        (resource.key(), policy.clone(), rule.clone(), id.clone(), told, message.clone())
    };
    violations.sort_by_cached_key(|violation| {
        (key(violation), violation.desired.is_none(), violation.actual.is_none())
    });
    violations.dedup_by(|next, kept| {
        let same = next.fingerprint == kept.fingerprint
            && next.resource.key() == kept.resource.key()
            && next.id == kept.id
            && next.message == kept.message;
        if same {
            kept.desired = kept.desired.max(next.desired);
            kept.actual = kept.actual.max(next.actual);
        }
        same
    });
    violations
}

/// What goes into the report.
#[derive(Default)]
pub(super) struct Policed {
    pub(super) summary: Option<PolicySummary>,
    pub(super) violations: Vec<PolicyViolation>,
    pub(super) errors: Vec<PolicyError>,
    pub(super) usage: Vec<PolicyUsage>,
}

fn summary(
    violations: &[PolicyViolation],
    errors: &[PolicyError],
    usage: &mut BTreeMap<String, PolicyUsage>,
) -> PolicySummary {
    let mut summary =
        PolicySummary { policies: usage.len(), errors: errors.len(), ..PolicySummary::default() };
    for violation in violations {
        let used = usage.get_mut(&violation.policy);
        if violation.exempted.is_some() {
            summary.exempted += 1;
            used.into_iter().for_each(|used| used.exempted += 1);
            continue;
        }
        used.into_iter().for_each(|used| used.violations += 1);
        summary.violations += 1;
        summary.introduced_by_drift += usize::from(violation.introduced_by_drift);
        let PolicyViolation { enforcement, severity, .. } = violation;
        *summary.enforcement.entry(enforcement.as_str().to_owned()).or_default() += 1;
        *summary.severity.entry(severity.as_str().to_owned()).or_default() += 1;
        summary.blocked |= *enforcement == Enforcement::Enforce;
        summary.approval_required |= *enforcement == Enforcement::RequireApproval;
    }
    for error in errors {
        let Some(used) = usage.get_mut(&error.policy) else { continue };
        used.errors += 1;
        // What could not be asked has not been answered.
        summary.blocked |= used.enforcement == Enforcement::Enforce;
        summary.approval_required |= used.enforcement == Enforcement::RequireApproval;
    }
    summary
}
