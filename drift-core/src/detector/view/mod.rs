//! Both sides of a finding's resource as texts that differ where the engine says that they do, for those
//! who show them side by side.

mod lines;
mod merge;
#[cfg(test)]
mod tests;

use super::run::{Run, Task};
use super::{Context, Detail, Detector};
use crate::baseline::{Known, Recalled};
use crate::diff::{self, ChangeKind, Disposition, Outcome, Sides, Status, compare};
use crate::error::{Code, Error, Result};
use crate::model::{Resource, ResourceKey, Snapshot};
use crate::normalize::{Canon, Severity, Shape, ShapeCache};
use crate::path::PathSet;
use crate::report::{Change, Masks, Report, ResourceRef, Settled, Sided};
use crate::value::{Seed, Value};
use lines::Sheet;
use merge::{At, Item, Merger, Node, On};
use serde::Serialize;
use std::collections::BTreeMap;

/// How a finding is viewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewOptions {
    /// The most bytes of the text of one side, its pointers included. A resource that needs more is
    /// refused with `DRIFT_LIMIT`. Default: 4 MiB.
    pub max_bytes: usize,
    /// How many lines stand around a difference in the unified diff. Default: 3.
    pub context: usize,
}

impl Default for ViewOptions {
    fn default() -> Self {
        Self { max_bytes: 4 << 20, context: 3 }
    }
}

/// The text of one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ViewText {
    /// JSON with one value a line, its keys by code point, sets and keyed lists by value. What must not be
    /// shown is redacted.
    pub text: String,
    /// The line on which each value starts, counted from 1, by its JSON Pointer into the text.
    pub lines: BTreeMap<String, usize>,
}

/// Lines of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first line, counted from 1.
    pub line: usize,
    /// How many lines.
    pub lines: usize,
}

/// Where a difference stands in both texts. What is gone since a baseline stands in neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The change's fingerprint; the finding's, where the resource stands on one side alone.
    pub fingerprint: String,
    /// The change's path; empty for the resource as a whole.
    pub path: String,
    /// How the sides differ.
    pub kind: ChangeKind,
    /// What the difference amounts to; none for the resource as a whole.
    pub disposition: Option<Disposition>,
    /// How bad it is.
    pub severity: Severity,
    /// Its lines in desired's text.
    pub desired: Option<Span>,
    /// Its lines in actual's text.
    pub actual: Option<Span>,
}

/// Both sides of a finding's resource.
///
/// The texts differ where confirmed, pending, tolerated and accepted changes lie, and where something
/// cannot be compared. Where both sides mean the same both texts have desired's spelling. What nobody
/// declares, and what rules leave out, stands in neither, and is counted in `left_out`. A document inside a
/// string is opened where a change lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DiffView {
    /// The finding's or the change's fingerprint, as it was asked for.
    pub fingerprint: String,
    /// How the resource stands.
    pub status: Status,
    /// The resource.
    pub resource: ResourceRef,
    /// What is declared.
    pub desired: Option<ViewText>,
    /// What is live.
    pub actual: Option<ViewText>,
    /// What was last applied, or what the baseline holds, printed by itself.
    pub reference: Option<ViewText>,
    /// Where the differences stand, by line.
    pub hunks: Vec<Hunk>,
    /// The unified diff of both texts; empty where they are the same.
    pub unified: String,
    /// How many differences stand in neither text, by disposition.
    pub left_out: BTreeMap<String, usize>,
}

impl DiffView {
    /// The view as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a fingerprint stands for.
struct Asked<'r> {
    status: Status,
    resource: &'r ResourceRef,
    severity: Severity,
    /// Of the finding.
    fingerprint: &'r str,
}

impl Detector {
    /// Both sides of the resource of a finding, or of any listed change, by its fingerprint. The snapshots
    /// and the context are those that the report was made from.
    ///
    /// # Errors
    /// `DRIFT_ADDRESS` where the report holds no such fingerprint, or the snapshots no such resource;
    /// `DRIFT_LIMIT` where a text would be longer than `options` allow.
    ///
    /// ```
    /// use drift_core::{Context, Detector, Format, Snapshot, ViewOptions};
    /// let side = |size: u8| format!(r#"[{{"type": "t", "id": "a", "attributes": {{"n": "x", "size": {size}}}}}]"#);
    /// let (desired, actual) = (side(1), side(2));
    /// let desired = Snapshot::parse(desired.as_bytes(), Format::Auto)?;
    /// let actual = Snapshot::parse(actual.as_bytes(), Format::Auto)?;
    /// let detector = Detector::builder().build()?;
    /// let context = Context::at("2026-01-01T00:00:00Z".parse()?);
    /// let report = detector.detect(&desired, &actual, &context);
    /// let finding = &report.findings[0].fingerprint;
    /// let options = ViewOptions::default();
    /// let view = detector.diff_view(&desired, &actual, &context, &report, finding, &options)?;
    /// assert_eq!(view.desired.unwrap().text, "{\n  \"n\": \"x\",\n  \"size\": 1\n}\n");
    /// assert_eq!(view.actual.unwrap().lines["/size"], 3);
    /// assert_eq!(view.hunks[0].path, "size");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn diff_view(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
        report: &Report,
        fingerprint: &str,
        options: &ViewOptions,
    ) -> Result<DiffView> {
        let asked = asked(report, fingerprint)?;
        let context = Context { detail: Detail::Full, ..*context };
        let mut run = Run::new(self, desired, actual, &context);
        run.options.ways = true;
        let task = find(&run, &asked.resource.key())?;
        let mut shapes = ShapeCache::new(&self.rules, &self.shapes, context.at, &run.definitions);
        let mut view = DiffView {
            fingerprint: fingerprint.to_owned(),
            status: asked.status,
            resource: asked.resource.clone(),
            desired: None,
            actual: None,
            reference: None,
            hunks: Vec::new(),
            unified: String::new(),
            left_out: BTreeMap::new(),
        };
        match task {
            Task::Compare { desired, actual, declared_move } => {
                let sides = run.sides(desired, actual, declared_move);
                let known = run.known(desired, actual);
                let sides = Sided { digests: known.map(Known::digests), ..sides };
                let shape = shapes.get(sides.desired, sides.actual);
                let pair = Pair { run: &run, sides, known, shape: &shape, options };
                pair.view(&asked, &mut view)?;
            }
            Task::Gone { index } => {
                let known = context.baseline.and_then(|baseline| baseline.known.get(index));
                if let Some(known) = known {
                    let shape = shapes.get(None, Some(&known.resource));
                    view.reference =
                        of_known(known, &PathSet::new(), &Masks::default(), &shape, options)?;
                }
            }
            Task::Ambiguous { .. } => {
                let message = "several resources share its identity, so it was paired with none";
                return Err(Error::new(Code::Address, message).on_resource(fingerprint));
            }
        }
        Ok(view)
    }
}

/// A pair to be viewed.
struct Pair<'p> {
    run: &'p Run<'p>,
    sides: Sided<'p>,
    known: Option<&'p Known>,
    shape: &'p Shape,
    options: &'p ViewOptions,
}

impl Pair<'_> {
    fn view(&self, asked: &Asked<'_>, view: &mut DiffView) -> Result<()> {
        let Self { run, sides, shape, options, .. } = *self;
        let (marks, masks) = (sides.marks(), sides.masks(shape));
        let recalled = self.recalled();
        let Some(named) = sides.desired.or(sides.actual) else { return Ok(()) };
        let normal = recalled.as_ref().map(Recalled::normal);
        let of = Sides { desired: sides.desired, actual: sides.actual, normal, hashes: [None; 2] };
        let outcome = compare(&named.key, of, run.reference(sides), shape, &run.options);
        let values = run.values(&outcome, sides);
        let (settled, _) = run.assessor().settle(outcome.clone(), sides, values.as_ref());
        let plain = plain_of(&outcome, &settled, &masks);
        let items: Vec<Item> = outcome
            .changes
            .iter()
            .zip(&plain)
            .map(|(change, plain)| Item {
                is_shown: plain.is_some_and(|plain| is_shown(change, plain.disposition)),
                way: change.way.clone(),
                desired: change.desired.as_ref().map(|one| masks.tree(one.shown.clone())),
                actual: change.actual.as_ref().map(|one| masks.tree(one.shown.clone())),
            })
            .collect();
        let merger = Merger { canon: CANON, masks: &masks, items: &items };
        let mut sheet = Sheet::new(options.max_bytes);
        sheet.root(&self.nodes(&merger, &marks))?;
        view.unified = sheet.unified(options.context);
        let spans = std::mem::take(&mut sheet.spans);
        for (at, (item, plain)) in items.iter().zip(&plain).enumerate() {
            let Some(plain) = plain else { continue };
            if item.is_shown {
                view.hunks.push(hunk(plain, spans.get(&at).copied().unwrap_or_default()));
            } else {
                *view.left_out.entry(plain.disposition.as_str().to_owned()).or_default() += 1;
            }
        }
        view.hunks.sort_by_key(|hunk| {
            let line = |span: Option<Span>| span.map(|span| span.line);
            (line(hunk.desired).or(line(hunk.actual)), line(hunk.actual))
        });
        [view.desired, view.actual] = sheet.texts();
        if sides.desired.is_none() || sides.actual.is_none() {
            view.hunks = vec![of_whole(asked, view)];
        }
        let own = [sides.actual, sides.desired].into_iter().flatten();
        let own = own.filter_map(|resource| resource.reference.as_deref()).next();
        let was = sides.reference.map(|was| &was.attributes).or(own).map(|was| was.value());
        view.reference = match (self.known, was.filter(|was| !was.is_null())) {
            (Some(known), _) => of_known(known, &marks, &masks, shape, options)?,
            (None, Some(was)) => alone(was, &marks, [&masks, &Masks::default()], shape, options)?,
            (None, None) => None,
        };
        Ok(())
    }

    /// What the baseline holds against the live side.
    fn recalled(&self) -> Option<Recalled> {
        let known = self.known.filter(|known| !known.resource.listed_only)?;
        let live = self.sides.actual.filter(|live| live.incomparable(&known.resource).is_none())?;
        let (value, keys) = (live.attributes.value(), self.run.keys());
        Some(known.recall(value, &live.unknown, self.sides, self.shape, keys))
    }

    /// The tree of both sides, or of the one that there is.
    fn nodes(&self, merger: &Merger<'_>, marks: &PathSet) -> Vec<Node> {
        let Sided { desired, actual, reference, .. } = self.sides;
        let (root, sensitive) = (self.shape.root(), Some(marks));
        match (value_of(desired), value_of(actual)) {
            (Some(desired), Some(actual)) => {
                let reference = value_of(reference);
                let at = At { desired, actual: Some(actual), reference, sensitive };
                merger.merge(at, &root)
            }
            (Some(only), None) => {
                vec![Node::whole(On::Desired, merger.print(only, &root, sensitive))]
            }
            (None, Some(only)) => {
                vec![Node::whole(On::Actual, merger.print(only, &root, sensitive))]
            }
            (None, None) => Vec::new(),
        }
    }
}

fn value_of<'r>(side: Option<&'r Resource<'r>>) -> Option<Value<'r>> {
    side.map(|side| side.attributes.value())
}

/// Nothing printed depends on the key of the hashes.
const CANON: Canon = Canon { seed: Seed([0, 0]) };

/// The text of one document by itself.
fn alone(
    value: Value<'_>,
    marks: &PathSet,
    masks: [&Masks; 2],
    shape: &Shape,
    options: &ViewOptions,
) -> Result<Option<ViewText>> {
    let tree = CANON.tree(value, &shape.root(), Some(marks), true);
    let tree = masks.into_iter().fold(tree, |tree, masks| masks.tree(tree));
    let mut sheet = Sheet::new(options.max_bytes);
    sheet.root(&[Node::whole(On::Desired, tree)])?;
    let [text, _] = sheet.texts();
    Ok(text)
}

/// The text of what a baseline holds; `marks` and `masks` are those of the documents beside it.
fn of_known(
    known: &Known,
    marks: &PathSet,
    masks: &Masks,
    shape: &Shape,
    options: &ViewOptions,
) -> Result<Option<ViewText>> {
    let marks = PathSet::marks([&known.sensitive(), marks]);
    let own = Masks::of([&known.resource], &marks, shape);
    alone(known.resource.attributes.value(), &marks, [&own, masks], shape, options)
}

/// Whether a difference stands in the texts.
fn is_shown(change: &diff::Change<'_>, disposition: Disposition) -> bool {
    match disposition {
        Disposition::Drift | Disposition::Conflict | Disposition::Pending => true,
        Disposition::Tolerated | Disposition::Accepted => change.desired.is_some(),
        Disposition::Unknown => change.desired.is_some() && !change.write_only,
        _ => false,
    }
}

/// The plain form of each change: both have one order, and the plain ones stand in two lists.
fn plain_of<'s>(
    outcome: &Outcome<'_>,
    settled: &'s Settled,
    masks: &Masks,
) -> Vec<Option<&'s Change>> {
    let mut confirmed = settled.finding.changes.iter().peekable();
    let mut listed = settled.listed.iter().peekable();
    let plain = |change: &diff::Change<'_>| {
        let path = masks.path(change.path.clone()).to_string();
        let is_it = |plain: &&Change| {
            plain.path == path
                && plain.desired_pointer == change.desired_pointer
                && plain.actual_pointer == change.actual_pointer
        };
        match change.disposition.is_confirmed() {
            true => confirmed.next_if(is_it).or_else(|| listed.next_if(is_it)),
            false => listed.next_if(is_it),
        }
    };
    outcome.changes.iter().map(plain).collect()
}

fn hunk(plain: &Change, [desired, actual]: [Option<Span>; 2]) -> Hunk {
    Hunk {
        fingerprint: plain.fingerprint.clone(),
        path: plain.path.clone(),
        kind: plain.kind,
        disposition: Some(plain.disposition),
        severity: plain.severity,
        desired,
        actual,
    }
}

/// A resource that stands on one side alone.
fn of_whole(asked: &Asked<'_>, view: &DiffView) -> Hunk {
    let all = |text: &Option<ViewText>| {
        let lines = text.as_ref()?.text.lines().count();
        Some(Span { line: 1, lines })
    };
    let kind = if view.desired.is_some() { ChangeKind::Removed } else { ChangeKind::Added };
    Hunk {
        fingerprint: asked.fingerprint.to_owned(),
        path: String::new(),
        kind,
        disposition: None,
        severity: asked.severity,
        desired: all(&view.desired),
        actual: all(&view.actual),
    }
}

/// What a fingerprint stands for: a finding, a change of one, or a change outside the findings.
fn asked<'r>(report: &'r Report, fingerprint: &str) -> Result<Asked<'r>> {
    for finding in &report.findings {
        let is_it = |change: &Change| change.fingerprint == fingerprint;
        if finding.fingerprint == fingerprint || finding.changes.iter().any(is_it) {
            return Ok(Asked {
                status: finding.status,
                resource: &finding.resource,
                severity: finding.severity,
                fingerprint: &finding.fingerprint,
            });
        }
    }
    let lists = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    let listed = lists.into_iter().flatten().find(|change| change.fingerprint == fingerprint);
    let found = listed.and_then(|change| {
        let (resource, status) = (change.resource.as_deref()?, change.status?);
        let Change { severity, fingerprint, .. } = change;
        Some(Asked { status, resource, severity: *severity, fingerprint })
    });
    found.ok_or_else(|| {
        Error::new(Code::Address, "the report holds no finding and no change of this fingerprint")
            .with_help("a fingerprint stands in each finding and each change of the report")
    })
}

/// The task of the resource of this key.
fn find(run: &Run<'_>, key: &ResourceKey) -> Result<Task> {
    let is_it = |task: &Task| {
        let (desired, actual) = match task {
            Task::Compare { desired, actual, .. } => (*desired, *actual),
            Task::Ambiguous { side: diff::Which::Desired, index } => (Some(*index), None),
            Task::Ambiguous { index, .. } => (None, Some(*index)),
            Task::Gone { index } => {
                let known = run.context.baseline.and_then(|baseline| baseline.known.get(*index));
                return known.is_some_and(|known| known.resource.key == *key);
            }
        };
        let sides = run.sides(desired, actual, false);
        sides.desired.or(sides.actual).is_some_and(|resource| resource.key == *key)
    };
    run.tasks().into_iter().find(is_it).ok_or_else(|| {
        let message = "the documents hold no such resource: the report was made from others";
        Error::new(Code::Address, message).on_resource(key.to_string())
    })
}
