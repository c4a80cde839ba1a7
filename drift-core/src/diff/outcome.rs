//! What a comparison yields: raw changes, to be classified and redacted before they go anywhere.

use super::way::Turns;
use crate::events::{
    Actor, Attributed, AttributionStatus, Candidate, Cause, EventRef, Occurred, Unattributed,
    of_manager,
};
use crate::model::ResourceKey;
use crate::normalize::{Cursor, Rule, Shape, Whole};
use crate::path::Path;
use crate::time::Timestamp;
use crate::value::Tree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How desired and actual differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Only actual has it.
    Added,
    /// Only desired has it.
    Removed,
    /// Both have it, with different values.
    Changed,
    /// Both have the same elements in another order, where order matters.
    Moved,
}

impl ChangeKind {
    /// The word of the kind in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// What a difference amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// Actual left what was declared.
    Drift,
    /// Desired and actual both left the reference, in different ways.
    Conflict,
    /// Desired is ahead of what was last applied.
    Pending,
    /// Live, and not declared.
    Undeclared,
    /// Live, not declared, and the value that absence stands for.
    AtDefault,
    /// Live, not declared, and made up by the provider.
    Generated,
    /// Written by the provider alone.
    ReadOnly,
    /// Left out by a rule.
    Ignored,
    /// Within a tolerance.
    Tolerated,
    /// Accepted by someone, for a time.
    Accepted,
    /// Not comparable.
    Unknown,
}

impl Disposition {
    /// Whether the difference makes its resource drifted.
    #[must_use]
    pub fn is_confirmed(self) -> bool {
        matches!(self, Self::Drift | Self::Conflict)
    }

    /// Whether the difference is counted by rule, and listed in full detail only.
    #[must_use]
    pub fn is_hidden(self) -> bool {
        matches!(self, Self::AtDefault | Self::Generated | Self::ReadOnly | Self::Ignored)
    }

    /// The word of the disposition in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Conflict => "conflict",
            Self::Pending => "pending",
            Self::Undeclared => "undeclared",
            Self::AtDefault => "at_default",
            Self::Generated => "generated",
            Self::ReadOnly => "read_only",
            Self::Ignored => "ignored",
            Self::Tolerated => "tolerated",
            Self::Accepted => "accepted",
            Self::Unknown => "unknown",
        }
    }
}

/// How a resource stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nothing confirmed differs.
    InSync,
    /// Something confirmed differs.
    Drifted,
    /// Declared, and gone.
    Missing,
    /// Live, and not declared.
    Unmanaged,
    /// Declared and live under different addresses.
    Moved,
    /// Declared, and not created yet.
    PendingCreate,
    /// No longer declared, and not deleted yet.
    PendingDelete,
    /// Not compared.
    NotChecked,
}

impl Status {
    /// The word of the status in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Unmanaged => "unmanaged",
            Self::Moved => "moved",
            Self::PendingCreate => "pending_create",
            Self::PendingDelete => "pending_delete",
            Self::NotChecked => "not_checked",
        }
    }
}

/// Who wrote the live value, as far as the documents and the events that were given say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attribution {
    /// The field manager's name, else that of the actor; empty where nothing tells.
    pub manager: String,
    /// How it wrote: `Apply` or `Update`, else the action of the event.
    pub operation: String,
    /// When it last wrote.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub at: Option<Timestamp>,
    /// How sure it is.
    #[serde(default)]
    pub status: AttributionStatus,
    /// Why no event tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Unattributed>,
    /// What kind of cause it is.
    #[serde(default)]
    pub cause: Cause,
    /// What tells the cause.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
    /// Who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The event that tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventRef>,
    /// When it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred: Option<Occurred>,
    /// Those of whom it may be any, by time; at most eight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

impl Attribution {
    /// By a field manager, which owns the path.
    pub(super) fn by_manager(manager: &str, operation: &str, at: Option<Timestamp>) -> Self {
        let (cause, evidence) = of_manager(manager);
        let (manager, operation) = (manager.to_owned(), operation.to_owned());
        Self { manager, operation, at, cause, evidence, ..Self::default() }
    }

    /// What events tell, beside what a field manager does.
    pub(crate) fn with_events(manager: Option<Self>, told: Attributed) -> Self {
        let of_event = |text: fn(&EventRef) -> String| told.event.as_ref().map(text);
        let by_event = || Self {
            manager: told.actor.as_ref().map(|actor| actor.name.clone()).unwrap_or_default(),
            operation: of_event(|event| event.action.clone()).unwrap_or_default(),
            at: told.event.as_ref().map(|event| event.time),
            ..Self::default()
        };
        let unknown = told.status == AttributionStatus::Unknown;
        match manager {
            // The log is silent, and the object itself says who owns the path.
            Some(manager) if unknown => {
                Self { why: told.why, occurred: Some(told.occurred), ..manager }
            }
            manager => Self {
                status: told.status,
                why: told.why,
                cause: told.cause,
                evidence: told.evidence.clone(),
                actor: told.actor.clone(),
                event: told.event.clone(),
                occurred: Some(told.occurred),
                candidates: told.candidates.clone(),
                ..manager.unwrap_or_else(by_event)
            },
        }
    }
}

/// A value of a change, once as it is and once as it may be shown.
#[derive(Clone)]
pub struct Printed {
    pub(crate) raw: Tree,
    pub(crate) shown: Tree,
}

/// Prints what may be shown.
impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.shown.fmt(f)
    }
}

/// A difference at one path.
#[derive(Clone, Debug)]
pub struct Change<'s> {
    /// Where.
    pub path: Path,
    /// JSON Pointer relative to desired's attributes.
    pub desired_pointer: Option<String>,
    /// JSON Pointer relative to actual's attributes.
    pub actual_pointer: Option<String>,
    /// How the sides differ.
    pub kind: ChangeKind,
    /// What the difference amounts to.
    pub disposition: Disposition,
    /// The declared value.
    pub desired: Option<Printed>,
    /// The live value.
    pub actual: Option<Printed>,
    /// The reference's value.
    pub reference: Option<Printed>,
    /// The rule that decided, if one did.
    pub rule: Option<&'s Arc<Rule>>,
    /// Why it is what it is, in one sentence.
    pub reason: &'static str,
    /// How much of a tolerance was used, in percent.
    pub margin: Option<String>,
    /// Who wrote the live value.
    pub attribution: Option<Attribution>,
    /// Whether it is unknown because its provider never returns it.
    pub write_only: bool,
    /// Whether the value must not be shown.
    pub(crate) hidden: bool,
    /// The way to the change from the root of each side, where it was asked for.
    pub(crate) way: Vec<Turns>,
    /// What classifies changes, at the path; none where nothing does there or below.
    pub(crate) class: Option<Cursor<'s>>,
    /// The places above at which rules ask what the change means.
    pub(crate) around: Vec<Around<'s>>,
    /// The map around the change on both sides, where a rule asks for that.
    pub(crate) above: Option<Arc<Whole>>,
}

/// A place above a change at which rules ask what it means.
#[derive(Clone, Debug)]
pub(crate) struct Around<'s> {
    pub(crate) class: Cursor<'s>,
    /// How many steps of the path lead there.
    pub(crate) depth: usize,
    /// What stands there on both sides.
    pub(crate) whole: Arc<Whole>,
    /// The map around that place, where a rule asks for it.
    pub(crate) above: Option<Arc<Whole>>,
}

/// Something at a path that a reader of the report should know.
#[derive(Clone, Debug)]
pub(crate) struct Oddity {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) path: Path,
}

/// The outcome of comparing one resource.
#[derive(Clone, Debug)]
pub struct Outcome<'s> {
    /// The resource.
    pub key: ResourceKey,
    /// How it stands as far as it alone can tell.
    pub status: Status,
    /// The differences.
    pub changes: Vec<Change<'s>>,
    /// Whether it is live, declared by nobody, and as its baseline says.
    pub(crate) is_normal: bool,
    /// How many declared leaves were compared.
    pub compared: usize,
    /// How many nodes of desired and of actual each rule matched, by its index in the shape.
    pub(crate) rule_counts: BTreeMap<usize, u64>,
    /// How many live values were left to the managers that a rule trusts, by its index in the shape.
    pub(crate) trusted: BTreeMap<usize, u64>,
    /// What a reader should know.
    pub(crate) warnings: Vec<Oddity>,
    /// What may be shown of a live resource that nobody declares, where rules judge it by that.
    pub(crate) content: Option<Tree>,
    pub(crate) shape: &'s Shape,
}

impl<'s> Outcome<'s> {
    pub(super) fn new(key: ResourceKey, shape: &'s Shape) -> Self {
        Self {
            key,
            status: Status::InSync,
            changes: Vec::new(),
            is_normal: false,
            compared: 0,
            rule_counts: BTreeMap::new(),
            trusted: BTreeMap::new(),
            warnings: Vec::new(),
            content: None,
            shape,
        }
    }

    /// Lists whose elements were matched by a key that was guessed.
    pub(crate) fn guessed(&self) -> impl Iterator<Item = &Path> {
        self.warnings.iter().filter(|it| it.code == "guessed_list_key").map(|it| &it.path)
    }
}
