//! Rules: what a user, a mapping, a schema or a pack says about paths of resource types.

use super::condition::When;
use super::equality::Equalities;
use super::glob::Glob;
use super::naming::Naming;
use crate::model::Resource;
use crate::path::{Pattern, Query};
use crate::time::Timestamp;
use crate::value::{Tree, quoted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The pack of the catalogue of findings.
pub(crate) const FINDINGS: &str = "findings";

/// Where a rule comes from. A later layer wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// A pack generated from published schemas.
    GeneratedPack,
    /// A pack written by hand.
    Pack,
    /// A schema that the user loaded.
    Schema,
    /// A mapping.
    Mapping,
    /// The user's own rule.
    User,
}

/// How a list is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListSemantics {
    /// Element by element, in order.
    Ordered,
    /// As a multiset, or with `unique` as a set proper.
    Set {
        /// Whether equal members count once.
        unique: bool,
    },
    /// As one value.
    Atomic,
    /// By the values of these fields.
    Keyed(Vec<String>),
}

/// What becomes of a value that is live and not declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undeclared {
    /// It is drift.
    Drift,
    /// It is listed under `undeclared`. The default.
    Report,
    /// It is hidden and counted.
    Ignore,
}

/// How far a live number may lie from the declared one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// By this share of the declared number, in percent.
    Percent(String),
    /// By this much.
    Absolute(String),
}

/// How bad a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Can wait.
    Low,
    /// The default of a drifted value.
    Medium,
    /// Look soon.
    High,
    /// Look now.
    Critical,
}

impl Severity {
    /// Every severity with its word, the lowest first.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Info, "info"),
        (Self::Low, "low"),
        (Self::Medium, "medium"),
        (Self::High, "high"),
        (Self::Critical, "critical"),
    ];

    /// The word of the severity in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(severity, _)| *severity == self).map_or("", |(_, word)| word)
    }
}

/// A place seen from a node: up so many steps, then down by names, `*` for the node's own name.
///
/// ```
/// use drift_core::normalize::Relative;
/// let beside = Relative::parse("../port").expect("it goes up first");
/// assert_eq!((beside.up, beside.down), (1, vec!["port".to_owned()]));
/// assert!(Relative::parse("/port").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// As rules write it.
    pub text: String,
    /// How many steps up; at least one.
    pub up: usize,
    /// The names down from there; at least one.
    pub down: Vec<String>,
}

impl Relative {
    /// Reads `../name`, `../../other/*` and the like; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let steps: Vec<&str> = text.split('/').collect();
        let up = steps.iter().take_while(|step| **step == "..").count();
        let down: Vec<String> = steps.iter().skip(up).map(|step| (*step).to_owned()).collect();
        let names = down.iter().all(|name| !name.is_empty() && name != ".." && name != ".");
        (up > 0 && !down.is_empty() && names).then(|| Self { text: text.to_owned(), up, down })
    }
}

/// When the order of a keyed list matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Never.
    #[default]
    Insignificant,
    /// Always.
    Significant,
    /// Among elements of one key, and between an element in which `$(NAME)` stands and those of that name.
    References,
}

impl Order {
    /// The order of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        [Self::Insignificant, Self::Significant, Self::References]
            .into_iter()
            .find(|order| order.name() == name)
    }

    /// As rules write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Insignificant => "insignificant",
            Self::Significant => "significant",
            Self::References => "references",
        }
    }
}

/// One thing that a rule says about a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Whether the path and what is below it is left out of the comparison.
    Ignore(bool),
    /// How the list is compared.
    List(ListSemantics),
    /// Whether the order of a keyed list matters.
    Order(Order),
    /// Whether equal elements of a keyed list count once.
    Unique(bool),
    /// Whether a value that is no list is as good as a list that holds it alone.
    SingleIsList(bool),
    /// When the names of the map's fields are the same.
    FoldedNames(Naming),
    /// Whether others may add to the list.
    Open(bool),
    /// Whether the map must match whole.
    Closed(bool),
    /// When two values are equal.
    Equal(Equalities),
    /// How far a number may be off.
    Tolerate(Tolerance),
    /// What an absent value stands for.
    Default(Tree),
    /// An absent value stands for what is at another place of the same side.
    SameAs(Relative),
    /// What the provider gives where nothing is declared; it says nothing of a declared value.
    Initial(Tree),
    /// Which values are as good as none.
    EmptyIsAbsent(Vec<Tree>),
    /// Only the provider writes it; with `declared` even where desired states it.
    ReadOnly {
        /// Whether a declared value is dropped as well.
        declared: bool,
    },
    /// The provider takes it and never returns it.
    WriteOnly,
    /// The provider's interface does not return it.
    ReadGap,
    /// The provider makes it up, where it fits one of the globs.
    Generated(Vec<Glob>),
    /// What becomes of an undeclared value.
    Undeclared(Undeclared),
    /// Whether the value and what is below it must not be shown.
    Secret(bool),
    /// Whether an undeclared value is drift.
    Watch(bool),
    /// An undeclared value is drift where it is one of these.
    WatchOf(Vec<Tree>),
    /// Whose undeclared values are no drift: globs over the names of field managers.
    Trust(Vec<Glob>),
    /// How bad a change is.
    Severity(Severity),
    /// What kind of problem a change is.
    Category(String),
    /// Whose a change is.
    Owner(String),
    /// What to do about a change.
    Runbook(String),
    /// A change here cannot be made in place: the resource is replaced for it.
    Replaces,
}

/// The kinds of [`Fact`], the index of a fact's slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub(crate) enum FactKind {
    Ignore,
    List,
    Order,
    Unique,
    SingleIsList,
    FoldedNames,
    Open,
    Closed,
    Equal,
    Tolerate,
    Default,
    Initial,
    EmptyIsAbsent,
    ReadOnly,
    WriteOnly,
    ReadGap,
    Generated,
    Undeclared,
    Secret,
    Watch,
    Trust,
    Severity,
    Category,
    Owner,
    Runbook,
    Replaces,
}

impl FactKind {
    pub(crate) const COUNT: usize = Self::Replaces as usize + 1;

    /// Whether the fact hides nodes, so that its rule's matches are counted as hidden.
    pub(crate) fn hides(self) -> bool {
        matches!(
            self,
            Self::Ignore
                | Self::ReadOnly
                | Self::WriteOnly
                | Self::Default
                | Self::Initial
                | Self::Generated
                | Self::Trust
        )
    }
}

impl Fact {
    /// Whether it says something of changes, and nothing of values.
    pub(crate) fn classifies(&self) -> bool {
        matches!(
            self,
            Self::Severity(_)
                | Self::Category(_)
                | Self::Owner(_)
                | Self::Runbook(_)
                | Self::Replaces
        )
    }

    /// Whether it makes drift of undeclared values.
    pub(crate) fn watches(&self) -> bool {
        matches!(self, Self::Watch(true) | Self::WatchOf(_))
    }

    pub(crate) fn kind(&self) -> FactKind {
        match self {
            Self::Ignore(_) => FactKind::Ignore,
            Self::List(_) => FactKind::List,
            Self::Order(_) => FactKind::Order,
            Self::Unique(_) => FactKind::Unique,
            Self::SingleIsList(_) => FactKind::SingleIsList,
            Self::FoldedNames(_) => FactKind::FoldedNames,
            Self::Open(_) => FactKind::Open,
            Self::Closed(_) => FactKind::Closed,
            Self::Equal(_) => FactKind::Equal,
            Self::Tolerate(_) => FactKind::Tolerate,
            Self::Default(_) | Self::SameAs(_) => FactKind::Default,
            Self::Initial(_) => FactKind::Initial,
            Self::EmptyIsAbsent(_) => FactKind::EmptyIsAbsent,
            Self::ReadOnly { .. } => FactKind::ReadOnly,
            Self::WriteOnly => FactKind::WriteOnly,
            Self::ReadGap => FactKind::ReadGap,
            Self::Generated(_) => FactKind::Generated,
            Self::Undeclared(_) => FactKind::Undeclared,
            Self::Secret(_) => FactKind::Secret,
            Self::Watch(_) | Self::WatchOf(_) => FactKind::Watch,
            Self::Trust(_) => FactKind::Trust,
            Self::Severity(_) => FactKind::Severity,
            Self::Category(_) => FactKind::Category,
            Self::Owner(_) => FactKind::Owner,
            Self::Runbook(_) => FactKind::Runbook,
            Self::Replaces => FactKind::Replaces,
        }
    }
}

/// The fact as rules write it: `equal: quantity`.
impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ignore(value) => write!(f, "ignore: {value}"),
            Self::List(ListSemantics::Ordered) => f.write_str("list: ordered"),
            Self::List(ListSemantics::Set { unique: false }) => f.write_str("list: set"),
            Self::List(ListSemantics::Set { unique: true }) => {
                f.write_str("list: set, unique: true")
            }
            Self::List(ListSemantics::Atomic) => f.write_str("list: atomic"),
            Self::List(ListSemantics::Keyed(keys)) => {
                write!(f, "list: {{keyed: [{}]}}", keys.join(", "))
            }
            Self::Order(order) => write!(f, "order: {}", order.name()),
            Self::Unique(value) => write!(f, "unique: {value}"),
            Self::SingleIsList(value) => write!(f, "single_is_list: {value}"),
            Self::FoldedNames(names) => write!(f, "names: {}", names.name()),
            Self::Open(value) => write!(f, "open: {value}"),
            Self::Closed(value) => write!(f, "closed: {value}"),
            Self::Equal(equalities) => write!(f, "equal: {equalities}"),
            Self::Tolerate(Tolerance::Percent(share)) => {
                write!(f, "tolerate: {{percent: {share}}}")
            }
            Self::Tolerate(Tolerance::Absolute(much)) => {
                write!(f, "tolerate: {{absolute: {much}}}")
            }
            Self::Default(value) => write!(f, "default: {value}"),
            Self::SameAs(place) => write!(f, "default: {{same_as: {}}}", quoted(&place.text)),
            Self::Initial(value) => write!(f, "initial: {value}"),
            Self::EmptyIsAbsent(values) => {
                write!(f, "empty_is_absent: {}", Tree::List(values.clone()))
            }
            Self::ReadOnly { declared: false } => f.write_str("read_only: true"),
            Self::ReadOnly { declared: true } => f.write_str("read_only: {declared: true}"),
            Self::WriteOnly => f.write_str("write_only: true"),
            Self::ReadGap => f.write_str("read_gap: true"),
            Self::Generated(globs) => match globs.as_slice() {
                [glob] if glob.is_any() => f.write_str("generated: true"),
                [glob] => write!(f, "generated: {}", quoted(glob.as_str())),
                globs => {
                    let globs: Vec<String> =
                        globs.iter().map(|glob| quoted(glob.as_str())).collect();
                    write!(f, "generated: [{}]", globs.join(", "))
                }
            },
            Self::Undeclared(Undeclared::Drift) => f.write_str("undeclared: drift"),
            Self::Undeclared(Undeclared::Report) => f.write_str("undeclared: report"),
            Self::Undeclared(Undeclared::Ignore) => f.write_str("undeclared: ignore"),
            Self::Secret(value) => write!(f, "secret: {value}"),
            Self::Watch(value) => write!(f, "watch: {value}"),
            Self::WatchOf(values) => write!(f, "watch: {}", Tree::List(values.clone())),
            Self::Trust(names) => {
                let names: Vec<&str> = names.iter().map(Glob::as_str).collect();
                write!(f, "trust: [{}]", names.join(", "))
            }
            Self::Severity(severity) => write!(f, "severity: {}", severity.as_str()),
            Self::Category(category) => write!(f, "category: {}", quoted(category)),
            Self::Owner(owner) => write!(f, "owner: {}", quoted(owner)),
            Self::Runbook(runbook) => write!(f, "runbook: {}", quoted(runbook)),
            Self::Replaces => f.write_str("replaces: true"),
        }
    }
}

impl Layer {
    /// The word of the layer in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GeneratedPack => "generated_pack",
            Self::Pack => "pack",
            Self::Schema => "schema",
            Self::Mapping => "mapping",
            Self::User => "user",
        }
    }
}

/// Which resources a rule is about. What is absent matches everything.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// Glob over the provider.
    pub provider: Option<Glob>,
    /// Glob over the type.
    pub type_name: Option<Glob>,
    /// Glob over the id and the address.
    pub id: Option<Glob>,
    /// Globs over scope fields; an absent field does not match.
    pub scope: BTreeMap<String, Glob>,
    /// Globs over tags; an absent tag does not match.
    pub tags: BTreeMap<String, Glob>,
    /// A glob over who declares the resource: `terraform` for what comes from a state.
    pub managed_by: Option<Glob>,
    /// A JSONPath that must select something.
    pub query: Option<Query>,
}

impl Match {
    /// Whether the resource is one of those; `holds` answers the query.
    #[cfg(feature = "rego")]
    pub(crate) fn meets(&self, resource: &Resource<'_>, holds: &dyn Fn(&Query) -> bool) -> bool {
        let key = &resource.key;
        let is = |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|it| it.matches(text));
        is(&self.provider, &key.provider)
            && is(&self.type_name, &key.type_name)
            && self.meets_conditions(resource, holds)
    }

    /// As [`Match::meets`], where provider and type have been looked at.
    pub(super) fn meets_conditions(
        &self,
        resource: &Resource<'_>,
        holds: &dyn Fn(&Query) -> bool,
    ) -> bool {
        let id = self
            .id
            .as_ref()
            .is_none_or(|glob| glob.matches(&resource.key.id) || glob.matches(resource.address()));
        let all = |globs: &BTreeMap<String, Glob>, found: &dyn Fn(&str, &Glob) -> bool| {
            globs.iter().all(|(name, glob)| found(name, glob))
        };
        let scope = all(&self.scope, &|name, glob| {
            resource.key.scope.get(name).is_some_and(|value| glob.matches(value))
        });
        let tags = all(&self.tags, &|name, glob| {
            resource.tags.get(name).is_some_and(|value| glob.matches(value))
        });
        let managed_by = self.managed_by.as_ref().is_none_or(|glob| {
            resource.managed_by.as_deref().is_some_and(|manager| glob.matches(manager))
        });
        id && scope && tags && managed_by && self.query.as_ref().is_none_or(holds)
    }

    /// Whether it depends on more than the provider and the type.
    pub(crate) fn is_conditional(&self) -> bool {
        let on_id = self.id.as_ref().is_some_and(|id| !id.is_any());
        let on_more = !self.scope.is_empty() || !self.tags.is_empty() || self.managed_by.is_some();
        on_id || on_more || self.query.is_some()
    }
}

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id, unique among the rules of one layer.
    pub id: String,
    /// Where it comes from.
    pub layer: Layer,
    /// The pack it comes from.
    pub pack: Option<String>,
    /// Which resources it is about.
    pub matches: Match,
    /// Which paths it is about.
    pub paths: Vec<Pattern>,
    /// What it says about them.
    pub facts: Vec<Fact>,
    /// On which changes its classification holds.
    pub when: When,
    /// Paths whose values together identify the resource.
    pub identity: Vec<Pattern>,
    /// What it is called where a person reads of it.
    pub title: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Whose rule it is.
    pub owner: Option<String>,
    /// Which document says so.
    pub source: Option<String>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
    /// The bundle of facts that it is a part of, where a rule names one.
    pub bundle: Option<&'static str>,
    /// The file it was read from.
    pub file: Option<String>,
    /// The line it starts at.
    pub line: usize,
}

impl Rule {
    /// The rule where all sides are live: what only the provider writes, and what it makes up whatever it
    /// is, is left out.
    pub(crate) fn of_live(self: &Arc<Self>) -> Arc<Self> {
        let made = |fact: &Fact| match fact {
            Fact::ReadOnly { .. } => true,
            Fact::Generated(globs) => globs.iter().any(Glob::is_any),
            _ => false,
        };
        if !self.facts.iter().any(made) {
            return Arc::clone(self);
        }
        let mut facts: Vec<Fact> = self.facts.iter().filter(|fact| !made(fact)).cloned().collect();
        if !facts.iter().any(|fact| fact.kind() == FactKind::Ignore) {
            facts.push(Fact::Ignore(true));
        }
        Arc::new(Self { facts, ..Self::clone(self) })
    }

    /// The id as reports print it: a pack's rules carry the pack's name, but for those of the
    /// catalogue of findings.
    #[must_use]
    pub fn printed_id(&self) -> String {
        match &self.pack {
            Some(pack) if pack != FINDINGS => format!("{pack}/{}", self.id),
            _ => self.id.clone(),
        }
    }

    /// Whether it is asked only where something differs: a pack's rule that says nothing of values.
    pub(crate) fn is_deferred(&self) -> bool {
        self.layer < Layer::Mapping
            && !self.facts.is_empty()
            && self.facts.iter().all(Fact::classifies)
    }

    /// Whether it says something of changes: how bad they are, whose, and so on.
    pub(crate) fn classifies(&self) -> bool {
        self.facts.iter().any(Fact::classifies)
    }
}

/// A declared move: the resource that desired knows by `to` is what actual still knows by `from`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The type of both; any where absent.
    pub type_name: Option<Glob>,
    /// The address or id in actual.
    pub from: String,
    /// The address or id in desired.
    pub to: String,
}
