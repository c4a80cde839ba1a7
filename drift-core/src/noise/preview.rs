//! What a rule would have hidden in reports that have been made already.

use crate::diff::{CHANGED, ChangeKind, Disposition, FORBIDDEN, GONE, NEW, Status, WATCHED};
use crate::normalize::{
    Equalities, Fact, ListSemantics, Order, Rule, Rules, Scalar, Severity, Undeclared,
};
use crate::path::{Cover, cover};
use crate::report::{Change, Finding, Report, ResourceRef};
use crate::time::Timestamp;
use crate::value::Tree;
use serde::Serialize;
use std::collections::BTreeSet;

/// A change that a rule would have hidden.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hidden {
    /// When the report was made.
    pub detected_at: Timestamp,
    /// The rule.
    pub rule: String,
    /// The resource.
    pub resource: ResourceRef,
    /// The path.
    pub path: String,
    /// The fingerprint of the change.
    pub fingerprint: String,
    /// What the change amounted to.
    pub disposition: Disposition,
    /// How bad it was.
    pub severity: Severity,
    /// The category it was in.
    pub category: String,
}

/// A change of which a report does not tell whether the rule would have hidden it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Undecidable {
    /// The change, as it would be told if it had been hidden.
    #[serde(flatten)]
    pub change: Hidden,
    /// Why it cannot be told.
    pub why: String,
}

/// What rules would have hidden.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Preview {
    /// In how many reports it was looked.
    pub reports: usize,
    /// In how many of them something would have been hidden.
    pub reports_changed: usize,
    /// The changes, by report, resource and path.
    pub hidden: Vec<Hidden>,
    /// How many resources these are of.
    pub resources: usize,
    /// Changes that it takes the documents to decide on.
    pub undecidable: Vec<Undecidable>,
}

impl Preview {
    /// The preview as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether a rule hides a change.
enum Verdict {
    No,
    Hides,
    Unsure(&'static str),
}

/// What these rules would have hidden in reports, in any order. A report holds no documents: a condition
/// on what stands in a resource, and a fact whose effect depends on more than the two values, make a
/// change undecidable, and each is listed. That no rule outranks them is taken for granted.
///
/// ```
/// use drift_core::{Context, Detector, Format, Rules, Snapshot, noise};
/// let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
/// let desired = read(r#"[{"type": "t", "id": "a", "attributes": {"x": 1, "y": 1}}]"#)?;
/// let actual = read(r#"[{"type": "t", "id": "a", "attributes": {"x": 2, "y": 2}}]"#)?;
/// let at = Context::at("2026-01-01T00:00:00Z".parse()?);
/// let report = Detector::builder().build()?.detect(&desired, &actual, &at);
/// let rules = Rules::from_yaml("[{id: x, match: {type: t}, paths: [/x], ignore: true}]")?;
/// let preview = noise::preview(&rules, &[&report]);
/// assert_eq!(preview.hidden.len(), 1);
/// assert_eq!(preview.hidden[0].path, "x");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn preview(rules: &Rules, reports: &[&Report]) -> Preview {
    let mut sorted: Vec<&Report> = reports.to_vec();
    sorted.sort_by_key(|report| report.detected_at);
    let all = sorted.into_iter().enumerate().flat_map(|(report, of)| {
        let seen = changes(of).into_iter();
        seen.map(move |(resource, change)| Seen { report, at: of.detected_at, resource, change })
    });
    among(rules, all, reports.len())
}

/// A change in one of several reports.
#[derive(Clone, Copy)]
pub(super) struct Seen<'r> {
    pub(super) report: usize,
    pub(super) at: Timestamp,
    pub(super) resource: &'r ResourceRef,
    pub(super) change: &'r Change,
}

/// As [`preview`], of these changes alone.
pub(super) fn among<'r>(
    rules: &Rules,
    changes: impl IntoIterator<Item = Seen<'r>>,
    reports: usize,
) -> Preview {
    let mut preview = Preview { reports, ..Preview::default() };
    let (mut resources, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for Seen { report, at, resource, change } in changes {
        let before = preview.hidden.len();
        look(rules, at, resource, change, &mut preview);
        if preview.hidden.len() > before {
            resources.insert(resource.key());
            changed.insert(report);
        }
    }
    preview.resources = resources.len();
    preview.reports_changed = changed.len();
    preview
}

/// What a rule may hide: the changes of findings, pending and undeclared ones.
pub(super) fn changes(report: &Report) -> Vec<(&ResourceRef, &Change)> {
    let of = |finding: &'_ Finding| -> bool { finding.status != Status::Missing };
    let found = report.findings.iter().filter(|finding| of(finding));
    let found = found
        .flat_map(|finding| finding.changes.iter().map(move |change| (&finding.resource, change)));
    let listed = report.pending.iter().chain(&report.undeclared);
    let listed = listed.filter(|change| !change.path.is_empty());
    let listed = listed.filter_map(|change| Some((change.resource.as_deref()?, change)));
    let mut all: Vec<(&ResourceRef, &Change)> = found.chain(listed).collect();
    all.sort_by_cached_key(|(resource, change)| (resource.key(), change.path.clone(), change.kind));
    all
}

fn look(
    rules: &Rules,
    at: Timestamp,
    resource: &ResourceRef,
    change: &Change,
    preview: &mut Preview,
) {
    let mut unsure = None;
    for rule in rules.rules() {
        match decide(rule, at, resource, change) {
            Verdict::No => {}
            Verdict::Hides => return preview.hidden.push(hidden(rule, at, resource, change)),
            Verdict::Unsure(why) => {
                unsure.get_or_insert((rule, why));
            }
        }
    }
    if let Some((rule, why)) = unsure {
        let change = hidden(rule, at, resource, change);
        preview.undecidable.push(Undecidable { change, why: why.to_owned() });
    }
}

fn hidden(rule: &Rule, at: Timestamp, resource: &ResourceRef, change: &Change) -> Hidden {
    Hidden {
        detected_at: at,
        rule: rule.printed_id(),
        resource: resource.clone(),
        path: change.path.clone(),
        fingerprint: change.fingerprint.clone(),
        disposition: change.disposition,
        severity: change.severity,
        category: change.category.clone(),
    }
}

fn decide(rule: &Rule, at: Timestamp, resource: &ResourceRef, change: &Change) -> Verdict {
    let matches = &rule.matches;
    let id = |glob: &crate::normalize::Glob| {
        glob.matches(&resource.id) || glob.matches(&resource.address)
    };
    let in_scope = matches
        .scope
        .iter()
        .all(|(name, glob)| resource.scope.get(name).is_some_and(|value| glob.matches(value)));
    let named = matches.provider.as_ref().is_none_or(|glob| glob.matches(&resource.provider))
        && matches.type_name.as_ref().is_none_or(|glob| glob.matches(&resource.type_name))
        && matches.id.as_ref().is_none_or(id)
        && in_scope;
    if !named || rule.expires.is_some_and(|expires| expires < at) {
        return Verdict::No;
    }
    let covers = rule.paths.iter().map(|path| cover(path.steps(), &change.steps));
    let best = covers.max().unwrap_or(Cover::None);
    let mut verdict = Verdict::No;
    for fact in &rule.facts {
        match effect(fact, best, change) {
            Verdict::No => {}
            Verdict::Hides => {
                verdict = Verdict::Hides;
                break;
            }
            unsure @ Verdict::Unsure(_) => verdict = unsure,
        }
    }
    let conditional =
        matches.query.is_some() || !matches.tags.is_empty() || matches.managed_by.is_some();
    match verdict {
        Verdict::No => Verdict::No,
        _ if conditional => Verdict::Unsure(
            "`where`, `tags` and `managed_by` ask what a report does not hold: detect again with \
             the rule",
        ),
        other => other,
    }
}

/// What a fact would have done to a change that a path of its rule covers so.
fn effect(fact: &Fact, cover: Cover, change: &Change) -> Verdict {
    const UNSURE: &str =
        "an element is named by its place, and the change names it by its key or value";
    const PART: &str = "the rule names a part of the value: the rest may differ as well";
    const DOCUMENTS: &str = "what the fact does here is known only with the documents";
    let undeclared = is_undeclared(change);
    // What is not declared is told of at the top of it, but for what has come of it since a baseline: what hides
    // above, and speaks of the undeclared alone, stands at a declared container else.
    let deep = match fact {
        Fact::Ignore(true) | Fact::ReadOnly { declared: true } => true,
        Fact::ReadOnly { declared: false }
        | Fact::Generated(_)
        | Fact::Undeclared(Undeclared::Ignore) => SINCE.contains(&change.reason.as_str()),
        _ => false,
    };
    let here = match cover {
        Cover::None => return Verdict::No,
        Cover::Exact => true,
        Cover::Above => deep,
        Cover::Below | Cover::Unsure => false,
    };
    let hides = match fact {
        Fact::Ignore(true) | Fact::ReadOnly { declared: true } => true,
        Fact::ReadOnly { declared: false } | Fact::Undeclared(Undeclared::Ignore) => undeclared,
        Fact::Generated(globs) => {
            let text = change.actual.as_ref().and_then(Tree::as_str);
            undeclared && text.is_none_or(|text| globs.iter().any(|glob| glob.matches(text)))
        }
        Fact::Default(value) | Fact::Initial(value) => {
            undeclared && change.actual.as_ref() == Some(value)
        }
        Fact::List(ListSemantics::Set { .. } | ListSemantics::Keyed(_)) => {
            if change.kind != ChangeKind::Moved && matches!(cover, Cover::Exact | Cover::Above) {
                return Verdict::Unsure(DOCUMENTS);
            }
            change.kind == ChangeKind::Moved
        }
        Fact::Order(Order::Insignificant) if change.kind == ChangeKind::Moved => {
            return Verdict::Unsure(DOCUMENTS);
        }
        Fact::Equal(equal) if equal.bundle.is_some() => return Verdict::Unsure(DOCUMENTS),
        Fact::Equal(equal) => are_equal(equal, change),
        Fact::FoldedNames(_) => return Verdict::Unsure(DOCUMENTS),
        Fact::Tolerate(_)
        | Fact::EmptyIsAbsent(_)
        | Fact::WriteOnly
        | Fact::ReadGap
        | Fact::SameAs(_)
        | Fact::Trust(_)
        | Fact::SingleIsList(true) => {
            let speaks = matches!(cover, Cover::Exact);
            return if speaks { Verdict::Unsure(DOCUMENTS) } else { Verdict::No };
        }
        Fact::List(_) | Fact::Open(true) => return Verdict::Unsure(DOCUMENTS),
        _ => return Verdict::No,
    };
    match (hides, cover) {
        (false, _) => Verdict::No,
        (true, Cover::Unsure) => Verdict::Unsure(UNSURE),
        (true, Cover::Below) => Verdict::Unsure(PART),
        (true, _) if here => Verdict::Hides,
        (true, _) => Verdict::No,
    }
}

/// Why what nobody declares is drift beside a baseline.
const SINCE: [&str; 3] = [NEW, CHANGED, GONE];

/// Whether the change is of a value that nobody declares.
pub(super) fn is_undeclared(change: &Change) -> bool {
    change.desired.is_none()
        && change.kind != ChangeKind::Moved
        && match change.disposition {
            Disposition::Undeclared => true,
            // An element of a closed list or map is drift because of what is declared around it.
            Disposition::Drift => {
                [WATCHED, FORBIDDEN].iter().chain(&SINCE).any(|reason| *reason == change.reason)
            }
            _ => false,
        }
}

fn are_equal(equal: &Equalities, change: &Change) -> bool {
    let (Some(desired), Some(actual)) = (&change.desired, &change.actual) else { return false };
    let (desired, actual) = (Scalar::of_tree(desired), Scalar::of_tree(actual));
    let form = |scalar| equal.canonical.canonical(scalar);
    form(desired).zip(form(actual)).is_some_and(|(desired, actual)| desired == actual)
        || equal.relations.iter().any(|relation| relation.holds(desired, actual))
}
