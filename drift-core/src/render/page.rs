//! What a report says, in the order in which a person wants to read it. The writers of text and
//! Markdown give it its looks and add nothing.

use super::covered;
use super::policy;
use super::value::{count, difference, plain, shown};
use super::who;
use crate::diff::{ChangeKind, Disposition};
use crate::model::{Gap, Reason, Warning};
use crate::normalize::{Layer, Severity};
use crate::path::{Path, Step};
use crate::report::{Change, Finding, NotChecked, Report, ResourceRef, RuleUsage, Verdict};
use crate::value::Tree;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// How many undeclared values are shown; the report lists all.
const UNDECLARED: usize = 10;
/// Reasons that the disposition and the sign already tell.
const OBVIOUS: [&str; 6] = [
    "actual differs from desired",
    "actual differs from what was declared and last applied",
    "actual holds more than was declared",
    "desired is ahead of what was last applied",
    "desired and actual both differ from what was last applied",
    "live, and not declared",
];

/// A run of the engine's own words, or of what documents say, escaped for one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Words(String),
    Quote(String),
    /// What may be an address on the web.
    Link(String),
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line(pub(super) Vec<Piece>);

impl Line {
    pub(super) fn words(text: impl Into<String>) -> Self {
        Self::default().and(text)
    }

    pub(super) fn quote(text: &str) -> Self {
        Self::default().and_quote(text)
    }

    /// A value as it is shown already.
    pub(super) fn shown(value: String) -> Self {
        Self::default().and_shown(value)
    }

    pub(super) fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(Piece::Words(text.into()));
        self
    }

    pub(super) fn and_quote(self, text: &str) -> Self {
        self.and_shown(plain(text))
    }

    pub(super) fn and_shown(mut self, value: String) -> Self {
        self.0.push(Piece::Quote(value));
        self
    }
}

/// What a line is about, for its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Kind(ChangeKind),
    Conflict,
}

/// One statement, with notes on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) sign: Option<Sign>,
    pub(super) line: Line,
    pub(super) notes: Vec<Line>,
}

/// One finding.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) severity: Severity,
    pub(super) status: &'static str,
    pub(super) name: String,
    pub(super) place: Option<String>,
    pub(super) notes: Vec<Line>,
    pub(super) changes: Vec<Item>,
}

/// A list under a title.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) title: String,
    /// Whether it can wait until somebody asks.
    pub(super) folded: bool,
    pub(super) items: Vec<Item>,
}

/// All that is said.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) verdict: String,
    pub(super) counts: String,
    pub(super) findings: Vec<Entry>,
    pub(super) sections: Vec<Section>,
    pub(super) coverage: Line,
}

impl Page {
    pub(super) fn of(report: &Report) -> Self {
        let (decided, left_out): (Vec<&Change>, Vec<&Change>) =
            report.suppressed.iter().partition(|change| {
                matches!(change.disposition, Disposition::Accepted | Disposition::Tolerated)
            });
        let items = |changes: &[Change]| changes.iter().map(listed).collect::<Vec<_>>();
        let chosen = |changes: Vec<&Change>| changes.into_iter().map(listed).collect::<Vec<_>>();
        let [violations, unasked, exempted] = policy::sections(report);
        let sections = [
            who::causes(&report.causes),
            violations,
            unasked,
            section("Pending: declared, and not applied yet", false, items(&report.pending)),
            section("Not checked", false, not_checked(report)),
            covered::tags(report),
            unknown(&report.unknown),
            undeclared(&report.undeclared),
            section("Accepted and tolerated", true, chosen(decided)),
            exempted,
            section("Left out", true, chosen(left_out)),
            section("Not reported", true, not_reported(report)),
            section("Warnings", false, report.warnings.iter().map(warning).collect()),
            covered::coverage(report),
        ];
        Self {
            verdict: verdict(report),
            counts: counts(report),
            findings: report.findings.iter().map(entry).collect(),
            sections: sections.into_iter().filter(|section| !section.items.is_empty()).collect(),
            coverage: coverage(report),
        }
    }
}

pub(super) fn section(title: &str, folded: bool, items: Vec<Item>) -> Section {
    Section { title: format!("{title} ({})", items.len()), folded, items }
}

/// What cannot be compared; paths of one resource that share the reason share a line.
fn unknown(changes: &[Change]) -> Section {
    let mut items = Vec::new();
    for of_one in changes.chunk_by(|one, next| one.resource == next.resource) {
        let mut groups: Vec<(Vec<Line>, Vec<&Change>)> = Vec::new();
        for change in of_one {
            let notes = change_notes(change);
            match groups.iter_mut().find(|(known, _)| *known == notes) {
                Some((_, group)) => group.push(change),
                None => groups.push((notes, vec![change])),
            }
        }
        items.extend(groups.into_iter().map(|(notes, group)| together(&group, notes)));
    }
    let title = format!("Unknown: cannot be compared ({})", changes.len());
    Section { title, folded: false, items }
}

/// Changes of one resource in one item.
fn together(changes: &[&Change], notes: Vec<Line>) -> Item {
    let [first, _, ..] = changes else {
        return changes.first().map(|change| listed(change)).unwrap_or_default();
    };
    let name = first.resource.as_deref().map(name).unwrap_or_default();
    let paths: Vec<String> = changes.iter().map(|change| plain(&path(change))).collect();
    let line = Line::default().and_shown(name).and(format!(": {} values", paths.len()));
    let paths = Line::default().and_shown(paths.join(", "));
    Item { sign: None, line, notes: [vec![paths], notes].concat() }
}

fn undeclared(changes: &[Change]) -> Section {
    let mut items: Vec<Item> = changes.iter().take(UNDECLARED).map(listed).collect();
    if let Some(more) = changes.len().checked_sub(UNDECLARED).filter(|more| *more > 0) {
        let line = Line::words(format!("and {more} more"));
        items.push(Item { line, ..Item::default() });
    }
    let title = format!("Undeclared: live, and not declared ({})", changes.len());
    Section { title, folded: true, items }
}

fn verdict(report: &Report) -> String {
    let word = match report.verdict {
        Verdict::InSync => "In sync",
        Verdict::Partial => "Partial",
        Verdict::Drifted => "Drifted",
        Verdict::Error => "Error",
    };
    let aside = report.partial && matches!(report.verdict, Verdict::Drifted | Verdict::Error);
    format!("{word}{}", if aside { " (partial)" } else { "" })
}

fn counts(report: &Report) -> String {
    let resources = &report.summary.resources;
    let changes = &report.summary.changes;
    let change =
        |disposition: Disposition| changes.get(disposition.as_str()).copied().unwrap_or_default();
    let join = |counts: &[(usize, &str)]| {
        let there = counts.iter().filter(|(number, _)| *number > 0);
        there.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
    };
    let of_resources = join(&[
        (resources.drifted, "drifted"),
        (resources.missing, "missing"),
        (resources.unmanaged, "unmanaged"),
        (resources.moved, "moved"),
        (resources.pending_create, "to be created"),
        (resources.pending_delete, "to be deleted"),
        (resources.not_checked, "not checked"),
        (resources.accepted, "accepted"),
        (resources.in_sync, "in sync"),
        (resources.ignored, "ignored"),
        (resources.derived, "derived"),
    ]);
    let of_changes = join(&[
        (change(Disposition::Drift), "drift"),
        (change(Disposition::Conflict), "conflict"),
        (change(Disposition::Pending), "pending"),
        (change(Disposition::Unknown), "unknown"),
        (change(Disposition::Undeclared), "undeclared"),
        (change(Disposition::Accepted), "accepted"),
        (change(Disposition::Tolerated), "tolerated"),
    ]);
    match (of_resources.as_str(), of_changes.as_str()) {
        ("", _) => "no resources".to_owned(),
        (resources, "") => resources.to_owned(),
        (resources, changes) => format!("{resources}; differences: {changes}"),
    }
}

fn coverage(report: &Report) -> Line {
    let coverage = &report.summary.coverage;
    let reasons: Vec<String> = coverage
        .not_checked
        .iter()
        .map(|(reason, number)| format!("{number} {}", plain(&reason.replace('_', " "))))
        .collect();
    let aside =
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    let expected = coverage.expected.as_ref();
    let expected =
        expected.map(|e| format!("; {} of {} expected places collected", e.collected, e.cells));
    let expected = expected.unwrap_or_default();
    Line::words(format!(
        "Checked {} of {}{aside}{expected} at {}",
        coverage.checked,
        count(coverage.desired, "declared resource"),
        report.detected_at
    ))
}

/// `type namespace/address (scope)`; an address that holds the type, as those of Terraform do, goes
/// without it.
pub(super) fn name(resource: &ResourceRef) -> String {
    let address = [&resource.address, &resource.id].into_iter().find(|text| !text.is_empty());
    let address = address.map_or("", String::as_str);
    let mut text = String::new();
    if !address.split('.').rev().skip(1).any(|part| part == resource.type_name) {
        text.push_str(&resource.type_name);
        text.push(' ');
    }
    if let Some(namespace) = resource.scope.get("namespace") {
        text.push_str(namespace);
        text.push('/');
    }
    text.push_str(address);
    let scope: Vec<String> = resource
        .scope
        .iter()
        .filter(|(name, _)| *name != "namespace")
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if !scope.is_empty() {
        text.push_str(&format!(" ({})", scope.join(", ")));
    }
    plain(&text)
}

/// `file:line`, in desired, else in actual.
fn place(resource: &ResourceRef) -> Option<String> {
    let sides = [&resource.source.desired, &resource.source.actual];
    sides.into_iter().flatten().find_map(|side| {
        let file = side.file.as_deref()?;
        Some(match side.line {
            Some(line) => plain(&format!("{file}:{line}")),
            None => plain(file),
        })
    })
}

fn entry(finding: &Finding) -> Entry {
    let mut notes = Vec::new();
    if let Some(from) = &finding.moved_from {
        notes.push(Line::words("moved from ").and_quote(from));
    }
    if finding.derived > 0 {
        notes.push(Line::words(format!(
            "{} derived from it",
            count(finding.derived, "live resource")
        )));
    }
    if let Some(title) = &finding.title {
        notes.push(Line::words(plain(title)));
    }
    if finding.category != "configuration" && !finding.category.is_empty() {
        notes.push(Line::words("category ").and_quote(&finding.category));
    }
    if let Some(owner) = &finding.owner {
        notes.push(Line::words("owner ").and_quote(owner));
    }
    if finding.replace {
        notes.push(Line::words("replaced by the next apply"));
    }
    notes.extend(who::ownership(finding));
    notes.extend(who::contact(finding));
    notes.extend(who::route(finding));
    notes.extend(finding.attribution.as_ref().map(who::changed));
    notes.extend(finding.runbook.as_deref().map(runbook));
    let changes = finding.changes.iter().map(|change| {
        let mut notes = notes_below(change, Some(finding));
        if change.severity != finding.severity {
            notes.insert(0, Line::words(format!("severity {}", change.severity.as_str())));
        }
        Item { sign: Some(sign(change)), line: difference_at(Line::default(), change), notes }
    });
    Entry {
        severity: finding.severity,
        status: finding.status.as_str(),
        name: name(&finding.resource),
        place: place(&finding.resource),
        notes,
        changes: changes.collect(),
    }
}

/// A change outside the findings: it names its resource.
fn listed(change: &Change) -> Item {
    let line = match &change.resource {
        Some(resource) => Line::default().and_shown(name(resource)),
        None => Line::default(),
    };
    let line = if is_whole(change) {
        line.and(": ").and(plain(&change.reason))
    } else {
        difference_at(line.and(" "), change)
    };
    let notes = if is_whole(change) { Vec::new() } else { change_notes(change) };
    Item { sign: Some(sign(change)), line, notes }
}

/// Whether it is about a resource that is pending as a whole.
fn is_whole(change: &Change) -> bool {
    change.path.is_empty() && change.desired.is_none() && change.actual.is_none()
}

fn sign(change: &Change) -> Sign {
    match change.disposition {
        Disposition::Conflict => Sign::Conflict,
        _ => Sign::Kind(change.kind),
    }
}

/// The path; a member of a set that is a document of its own is not printed in it, as its value
/// follows.
fn path(change: &Change) -> Cow<'_, str> {
    match change.steps.as_slice() {
        [] => "(the whole resource)".into(),
        [list @ .., Step::Value(Tree::Map(_) | Tree::List(_))] => {
            format!("{}[=…]", Path::new(list.to_vec())).into()
        }
        _ => change.path.as_str().into(),
    }
}

/// The path and both values.
fn difference_at(line: Line, change: &Change) -> Line {
    const NULL: Tree = Tree::Null;
    let line = line.and_quote(&path(change));
    // A null in JSON may be a value as well as none; the kind of the change knows.
    let value = |tree: &Option<Tree>| shown(tree.as_ref().unwrap_or(&NULL));
    let one = |line: Line, tree: &Option<Tree>| line.and(": ").and_shown(value(tree));
    let nothing = |tree: &Option<Tree>| tree.as_ref().is_none_or(|tree| *tree == NULL);
    let unknown = change.disposition == Disposition::Unknown;
    // What nobody declares has changed since its baseline.
    let is_since = change.desired_pointer.is_none() && !unknown;
    let before = if is_since { &change.reference } else { &change.desired };
    let line = match (change.kind, before, &change.actual) {
        (_, desired, actual) if unknown && nothing(desired) && nothing(actual) => line,
        (ChangeKind::Changed, desired, actual) if unknown && nothing(desired) => {
            line.and(": (not known) → ").and_shown(value(actual))
        }
        (ChangeKind::Added, _, actual) => one(line, actual),
        (ChangeKind::Removed, desired, _) => one(line, desired),
        (_, Some(Tree::Secret { equal }), Some(Tree::Secret { .. })) => {
            one(line, &Some(Tree::Secret { equal: *equal }))
        }
        (_, desired, actual) => {
            let (desired, actual) =
                (desired.as_ref().unwrap_or(&NULL), actual.as_ref().unwrap_or(&NULL));
            let (at, desired, actual) = difference(desired, actual);
            let line = match at {
                Some(at) => line.and(format!(", line {at}: ")),
                None => line.and(": "),
            };
            line.and_shown(desired).and(" → ").and_shown(actual)
        }
    };
    match &change.reference {
        Some(reference) if change.disposition == Disposition::Conflict && *reference != NULL => {
            line.and(", last applied ").and_shown(shown(reference))
        }
        _ => line,
    }
}

fn change_notes(change: &Change) -> Vec<Line> {
    notes_below(change, None)
}

/// What is said of the finding that a change stands in is not said again.
fn notes_below(change: &Change, finding: Option<&Finding>) -> Vec<Line> {
    let (title, step) = finding.map_or((&None, &None), |it| (&it.title, &it.runbook));
    let mut notes = Vec::new();
    if let Some(accepted) = &change.accepted {
        let line = Line::words("accepted by ").and_quote(&accepted.by);
        let line = match accepted.until {
            Some(until) => line.and(format!(" until {until}")),
            None => line,
        };
        notes.push(line.and(": ").and_quote(&accepted.reason));
    }
    if let Some(margin) = &change.margin_used {
        notes.push(Line::words(format!("uses {} % of the tolerance", plain(margin))));
    }
    let own = change.title.as_deref().filter(|own| title.as_deref() != Some(*own));
    notes.extend(own.map(|title| Line::words(plain(title))));
    let decided = matches!(change.disposition, Disposition::Accepted | Disposition::Tolerated);
    if !decided && !OBVIOUS.contains(&change.reason.as_str()) && !change.reason.is_empty() {
        notes.push(Line::words(plain(&change.reason)));
    }
    if let Some(rule) = &change.rule {
        notes.push(Line::words("rule ").and_quote(rule));
    }
    notes.extend(change.attribution.as_ref().map(who::changed));
    let own = change.runbook.as_deref().filter(|own| step.as_deref() != Some(*own));
    notes.extend(own.map(runbook));
    notes
}

/// An address, or what to do in words.
pub(super) fn runbook(runbook: &str) -> Line {
    if runbook.contains(' ') {
        return Line::words("next: ").and(plain(runbook));
    }
    let mut line = Line::words("runbook ");
    line.0.push(Piece::Link(plain(runbook)));
    line
}

fn not_checked(report: &Report) -> Vec<Item> {
    let resource = |entry: &NotChecked| {
        let line = Line::default().and_shown(name(&entry.resource));
        reason(line, entry.reason.as_str(), entry.detail.as_deref())
    };
    let gap = |gap: &Gap| {
        let cell = &gap.cell;
        let scope = cell.scope.to_string();
        let parts = [cell.provider.as_deref(), cell.type_name.as_deref(), Some(&*scope)];
        let parts: Vec<&str> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        let line = match parts.as_slice() {
            [] => Line::words("everything"),
            parts => Line::words("all of ").and_quote(&parts.join(" ")),
        };
        reason(line, gap.reason.as_str(), gap.detail.as_deref())
    };
    let gaps = report.summary.coverage.gaps.iter().map(gap);
    let expected = report.summary.coverage.expected.iter();
    // What a gap explains stands among the gaps already.
    let expected = expected.flat_map(|expected| &expected.uncollected);
    let silent = expected.filter(|gap| gap.reason == Reason::NotCollected && gap.detail.is_none());
    report.not_checked.iter().map(resource).chain(gaps).chain(silent.map(gap)).collect()
}

fn reason(line: Line, reason: &str, detail: Option<&str>) -> Item {
    let line = line.and(format!(": {}", reason.replace('_', " ")));
    let line = match detail {
        Some(detail) => line.and(", ").and_quote(detail),
        None => line,
    };
    Item { line, ..Item::default() }
}

/// What rules hid, by rule, and rules that do nothing.
/// How many rules of one pack are named, those that hid most.
const PACK_RULES: usize = 3;

fn not_reported(report: &Report) -> Vec<Item> {
    let (own, packs): (Vec<_>, Vec<_>) =
        report.rule_usage.iter().partition(|usage| usage.layer == Layer::User);
    let mut items: Vec<Item> = own.into_iter().filter_map(own_rule).collect();
    items.extend(packs.iter().filter(|usage| usage.disabled).map(|usage| switched_off(usage)));
    let mut by_pack: BTreeMap<&str, Vec<&RuleUsage>> = BTreeMap::new();
    for usage in packs.into_iter().filter(|usage| usage.hides && usage.matched > 0) {
        by_pack.entry(usage.rule.split('/').next().unwrap_or_default()).or_default().push(usage);
    }
    items.extend(by_pack.into_iter().map(|(pack, rules)| pack_rules(pack, rules)));
    items
}

/// A pack's rule that the user has switched off.
fn switched_off(usage: &RuleUsage) -> Item {
    let line = Line::words("rule ").and_quote(&usage.rule).and(" is switched off");
    Item { sign: None, line, notes: usage.reason.as_deref().map(Line::quote).into_iter().collect() }
}

/// What a pack's rules hid, in one item.
fn pack_rules(pack: &str, mut rules: Vec<&RuleUsage>) -> Item {
    rules.sort_by_key(|usage| (std::cmp::Reverse(usage.matched), &usage.rule));
    let values: u64 = rules.iter().map(|usage| usage.matched).sum();
    let values = count(usize::try_from(values).unwrap_or(usize::MAX), "value");
    let line = Line::words("pack ").and_quote(pack);
    let line = line.and(format!(": {} matched {values}", count(rules.len(), "rule")));
    let named = rules.iter().take(PACK_RULES).map(|usage| {
        let name = usage.rule.split_once('/').map_or(&*usage.rule, |(_, name)| name);
        let line = Line::quote(name).and(format!(" {}", usage.matched));
        match usage.reason.as_deref() {
            Some(reason) => line.and(", ").and_quote(reason),
            None => line,
        }
    });
    let mut notes: Vec<Line> = named.collect();
    if rules.len() > PACK_RULES {
        notes.push(Line::words(format!("and {} more", rules.len() - PACK_RULES)));
    }
    Item { sign: None, line, notes }
}

/// What a rule of the user's did, if that is worth saying.
fn own_rule(usage: &RuleUsage) -> Option<Item> {
    let does = match usage {
        RuleUsage { expired: true, expires: Some(at), .. } => {
            format!(" expired at {at} and holds no longer")
        }
        RuleUsage { expired: true, .. } => " has expired and holds no longer".to_owned(),
        RuleUsage { matched: 0, .. } => " matched nothing".to_owned(),
        RuleUsage { matched, hides: true, .. } => {
            let matched = usize::try_from(*matched).unwrap_or(usize::MAX);
            format!(" matched {}", count(matched, "value"))
        }
        _ => return None,
    };
    let mut notes: Vec<Line> = Vec::new();
    notes.extend(usage.reason.as_deref().map(Line::quote));
    notes.extend(usage.owner.as_deref().map(|owner| Line::words("owner ").and_quote(owner)));
    if let Some(expires) = usage.expires.filter(|_| !usage.expired) {
        notes.push(Line::words(format!("until {expires}")));
    }
    let line = Line::words("rule ").and_quote(&usage.rule).and(does);
    Some(Item { sign: None, line, notes })
}

pub(super) fn warning(warning: &Warning) -> Item {
    let mut notes = Vec::new();
    notes.extend(warning.resource.as_deref().map(Line::quote));
    notes.extend(warning.path.as_deref().filter(|path| !path.is_empty()).map(Line::quote));
    let line = Line::quote(&warning.code).and(": ").and_quote(&warning.message);
    Item { sign: None, line, notes }
}
