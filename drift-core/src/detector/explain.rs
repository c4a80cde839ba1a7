//! Why a value is, or is not, a difference: a pair re-opened, and everything about one path told.

use super::follow::{Place, follow};
use super::run::{Run, Task};
use super::worker::Worker;
use super::{Context, Detail, Detector};
use crate::baseline::{Known, Recalled};
use crate::error::{Code, Error, Result};
use crate::line::in_line;
use crate::model::{Coverage, Resource, Snapshot};
use crate::normalize::{
    Canon, Cursor, Entry, Equalities, Equality, FactKind, Scalar, Shape, ShapeCache,
};
use crate::path::{Path, PathSet, Step};
use crate::report::{Change, Part, ResourceRef, Settled, Sided};
use crate::time::Timestamp;
use crate::value::{Kind, Tree, Value};
use serde::Serialize;
use std::fmt;

/// A fact at a path, and whether it won.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FactNote {
    /// The fact, as rules write it.
    pub fact: String,
    /// The rule that states it.
    pub rule: String,
    /// Where the rule comes from: `user`, `pack` and so on.
    pub layer: String,
    /// Whether no other fact of its kind outranks it here.
    pub wins: bool,
    /// Which rule's fact outranks it, and why.
    pub outranked_by: Option<String>,
    /// Whether it stands further up and covers what is below.
    pub inherited: bool,
    /// Why the rule is there.
    pub reason: Option<String>,
    /// The document that it rests on.
    pub source: Option<String>,
}

/// Everything about one path of one resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The resource.
    pub resource: ResourceRef,
    /// The path.
    pub path: String,
    /// What the path comes to, in one sentence.
    pub conclusion: String,
    /// The declared value.
    pub desired: Option<Tree>,
    /// The live value.
    pub actual: Option<Tree>,
    /// The reference's value.
    pub reference: Option<Tree>,
    /// Numbers as they were written, where their canonical text is another: desired, then actual.
    pub written: [Option<String>; 2],
    /// Whether `reference` is what the baseline holds.
    pub baseline: bool,
    /// The equality that holds at the path, and the relations that are tried after it.
    pub equality: String,
    /// The equality or the relation by which both values are the same.
    pub held_by: Option<String>,
    /// The tolerance that holds at the path, as rules write it.
    pub tolerance: Option<String>,
    /// The value that absence stands for at the path.
    pub default: Option<Tree>,
    /// What the difference at the path, or the one that takes it in, amounts to; null where nothing
    /// differs.
    pub disposition: Option<crate::diff::Disposition>,
    /// The rule that decided that.
    pub rule: Option<String>,
    /// What each side's value means under the equality: desired, then actual.
    pub canonical: [Option<String>; 2],
    /// Whether the value must not be shown.
    pub secret: bool,
    /// The facts at the path.
    pub facts: Vec<FactNote>,
    /// The differences at the path, below it, or above it where they take it in.
    pub changes: Vec<Change>,
}

impl Explanation {
    /// The explanation as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What stands in documents makes no lines, and nothing that a terminal would obey.
        self.lines().iter().try_for_each(|line| writeln!(f, "{}", in_line(line)))
    }
}

impl Explanation {
    fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("{} at `{}`: {}", self.resource.key(), self.path, self.conclusion)];
        let sides =
            [("desired", &self.desired), ("actual", &self.actual), ("reference", &self.reference)];
        for (side, value) in sides {
            match value {
                Some(value) => lines.push(format!("  {side}: {value}")),
                None => lines.push(format!("  {side}: absent")),
            }
        }
        match &self.canonical {
            [Some(desired), Some(actual)] => {
                let sign = if desired == actual { "=" } else { "≠" };
                lines.push(format!("  equality: {}, {desired} {sign} {actual}", self.equality));
            }
            _ => lines.push(format!("  equality: {}", self.equality)),
        }
        if let Some(relation) = &self.held_by {
            lines.push(format!("  held by: {relation}"));
        }
        for (side, written) in ["desired", "actual"].into_iter().zip(&self.written) {
            if let Some(written) = written {
                lines.push(format!("  {side} is written {written}"));
            }
        }
        for fact in &self.facts {
            let inherited = if fact.inherited { ", from above" } else { "" };
            let by = fact.outranked_by.as_ref().map(|by| format!(", outranked by {by}"));
            let by = by.unwrap_or_default();
            lines.push(format!("  {} by {} ({}{inherited}{by})", fact.fact, fact.rule, fact.layer));
            if let Some(reason) = &fact.reason {
                lines.push(format!("    because {reason}"));
            }
            if let Some(source) = &fact.source {
                lines.push(format!("    source {source}"));
            }
        }
        for change in &self.changes {
            let (path, what) = (&change.path, change.disposition.as_str());
            lines.push(format!("  {what} at `{path}`: {}", change.reason));
        }
        lines
    }
}

impl Detector {
    /// Tells everything about one path of one resource.
    ///
    /// `address` is the resource's address, its id, its printed key, or `type/id`; `path` is a
    /// path as reports print it, or a JSON Pointer into desired's attributes, else actual's.
    ///
    /// # Errors
    /// `DRIFT_ADDRESS` where the address names no resource, or several; `DRIFT_PATH` where the
    /// path is malformed, or names nothing on either side.
    pub fn explain(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        reference: Option<&Snapshot<'_>>,
        address: &str,
        path: &str,
        at: Timestamp,
    ) -> Result<Explanation> {
        let context = Context { reference, ..Context::at(at) };
        self.explain_in(desired, actual, &context, address, path)
    }

    /// As [`Detector::explain`], with the reference, the baseline and the time of `context`.
    ///
    /// # Errors
    /// As [`Detector::explain`].
    pub fn explain_in(
        &self,
        desired: &Snapshot<'_>,
        actual: &Snapshot<'_>,
        context: &Context<'_>,
        address: &str,
        path: &str,
    ) -> Result<Explanation> {
        let context = Context { detail: Detail::Full, ..*context };
        let run = Run::new(self, desired, actual, &context);
        let task = find(&run, address)?;
        let (sides, known) = match task {
            Task::Compare { desired, actual, declared_move } => {
                (run.sides(desired, actual, declared_move), run.known(desired, actual))
            }
            Task::Gone { index } => {
                let known = context.baseline.and_then(|baseline| baseline.known.get(index));
                let reference = known.map(|known| &known.resource);
                (Sided { reference, ..Sided::default() }, known)
            }
            Task::Ambiguous { .. } => {
                let message = "several resources share its identity, so it was paired with none";
                return Err(Error::new(Code::Address, message).on_resource(address));
            }
        };
        let sides = Sided { digests: known.map(Known::digests), ..sides };
        let mut shapes = ShapeCache::new(&self.rules, &self.shapes, context.at, &run.definitions);
        let mut part = Part::new(true, Coverage::default(), Coverage::default());
        Worker::new(&run).settle(task, &mut part);
        let Some(settled) = part.into_entries().pop() else {
            return Err(Error::new(Code::Address, "names no resource").on_resource(address));
        };
        let shape = match known.filter(|_| sides.desired.is_none() && sides.actual.is_none()) {
            Some(known) => shapes.get(None, Some(&known.resource)),
            None => shapes.get(sides.desired, sides.actual),
        };
        let (marks, masks) = (sides.marks(), sides.masks(&shape));
        let asked = sides.desired.or(sides.actual).or(sides.reference);
        let attributes = asked.map(|resource| resource.attributes.value());
        let path = if path.starts_with('/') {
            Path::from_pointer(path, attributes.unwrap_or(Value::null()))?
        } else {
            path.parse::<Path>()?
        };
        let declared = sides.desired.map(|resource| resource.attributes.value());
        let path = as_reported(&settled, path, declared);
        let own = [sides.actual, sides.desired].into_iter().flatten();
        let own = own.filter_map(|resource| resource.reference.as_deref()).next();
        let recalled = known.zip(sides.actual).map(|(known, live)| {
            known.recall(live.attributes.value(), &live.unknown, sides, &shape, run.keys())
        });
        let hidden = recalled.as_ref().map(Recalled::normal).map(|normal| normal.sensitive);
        let of_known = known.map(Known::sensitive);
        let normal = recalled.as_ref().map(|recalled| recalled.normal().was);
        let normal = normal.or_else(|| known.map(|known| known.resource.attributes.value()));
        let was = match (sides.reference, own) {
            _ if normal.is_some() => normal,
            (Some(resource), _) => Some(resource.attributes.value()),
            (None, own) => own.map(|own| own.value()).filter(|was| !was.is_null()),
        };
        let values = [
            sides.desired.map(|resource| resource.attributes.value()),
            sides.actual.map(|resource| resource.attributes.value()),
            was,
        ];
        let [desired, actual, was] = values;
        let see = |value: Option<Value<'_>>, marks| look(&path, value?, Some(marks), &shape);
        let marks_of_reference = hidden.or(of_known.as_ref()).unwrap_or(&marks);
        let [desired, actual] = [desired, actual].map(|value| see(value, &marks));
        let reference = see(was, marks_of_reference);
        let Some(place) = desired.as_ref().or(actual.as_ref()).or(reference.as_ref()) else {
            return Err(Error::new(Code::Path, "the path names nothing on either side")
                .on_resource(address)
                .on_path(path.to_string()));
        };
        let (equality, facts) = (place.equal.to_string(), place.facts.clone());
        let (tolerance, default) = (place.tolerance.clone(), place.default.clone());
        let secret = [&desired, &actual, &reference].into_iter().flatten().any(|seen| seen.secret);
        let changes = changes_about(&settled, &path);
        let both = sides.desired.zip(sides.actual);
        let incomparable = both.and_then(|(desired, actual)| desired.incomparable(actual));
        let equal = changes.is_empty() && both.is_some() && incomparable.is_none();
        let equal = equal && desired.is_some() && actual.is_some();
        let sides = desired.as_ref().zip(actual.as_ref());
        let held_by = sides.and_then(|(desired, actual)| held_by(desired, actual));
        let shown = |seen: &Option<Seen>| {
            let seen = seen.as_ref()?;
            Some(if secret { Tree::Secret { equal } } else { masks.tree(seen.shown.clone()) })
        };
        // What holds a secret has a canonical form that holds it in another spelling.
        let is_free = |seen: &&Seen| !secret && masks.tree(seen.shown.clone()) == seen.shown;
        let note = |seen: &Option<Seen>, pick: fn(&Seen) -> Option<String>| {
            seen.as_ref().filter(is_free).and_then(pick).map(|text| masks.text(&text))
        };
        let conclusion = match incomparable {
            Some((_, why)) => format!("not compared: {why}"),
            None => conclusion(&changes, &path, desired.as_ref(), actual.as_ref()),
        };
        let decided = decision(&changes, &path);
        Ok(Explanation {
            disposition: decided.map(|change| change.disposition),
            rule: decided.and_then(|change| change.rule.clone()),
            baseline: normal.is_some(),
            tolerance,
            default: default.filter(|_| !secret),
            resource: settled.finding.resource,
            path: path.to_string(),
            conclusion,
            written: [note(&desired, |s| s.written.clone()), note(&actual, |s| s.written.clone())],
            canonical: [
                note(&desired, |s| s.canonical.clone()),
                note(&actual, |s| s.canonical.clone()),
            ],
            desired: shown(&desired),
            actual: shown(&actual),
            reference: shown(&reference),
            equality,
            held_by,
            secret,
            facts,
            changes,
        })
    }
}

/// The resource that an address names.
fn find(run: &Run<'_>, address: &str) -> Result<Task> {
    let names = |task: &Task| {
        let (desired, actual) = match task {
            Task::Gone { index } => {
                let known = run.context.baseline.and_then(|baseline| baseline.known.get(*index));
                return known.is_some_and(|known| is_named(&known.resource, address));
            }
            Task::Compare { desired, actual, .. } => (*desired, *actual),
            Task::Ambiguous { side: crate::diff::Which::Desired, index } => (Some(*index), None),
            Task::Ambiguous { index, .. } => (None, Some(*index)),
        };
        let sides = run.sides(desired, actual, false);
        let mut both = [sides.desired, sides.actual].into_iter().flatten();
        both.any(|resource| is_named(resource, address))
    };
    let mut found = run.tasks().into_iter().filter(names);
    match (found.next(), found.next()) {
        (Some(task), None) => Ok(task),
        (None, _) => Err(Error::new(Code::Address, "names no resource").on_resource(address)),
        (Some(_), Some(_)) => Err(Error::new(Code::Address, "names several resources")
            .on_resource(address)
            .with_help("name one by `type/id`, or by its key as reports print it")),
    }
}

fn is_named(resource: &Resource<'_>, address: &str) -> bool {
    let key = &resource.key;
    resource.address() == address
        || key.id == address
        || key.to_string() == address
        || format!("{}/{}", key.type_name, key.id) == address
}

/// What stands at a path on one side.
struct Seen {
    shown: Tree,
    /// The scalar as it is; null for a map or a list.
    scalar: Tree,
    written: Option<String>,
    canonical: Option<String>,
    secret: bool,
    equal: Equalities,
    tolerance: Option<String>,
    default: Option<Tree>,
    facts: Vec<FactNote>,
}

/// Follows a path through a document and its shape together.
fn look(path: &Path, root: Value<'_>, sensitive: Option<&PathSet>, shape: &Shape) -> Option<Seen> {
    let class = shape.classes().map(Shape::root);
    let see =
        &mut |place: Place<'_, '_>| see(place.value, place.cursor, place.class, place.sensitive);
    follow(path.steps(), root, (shape.root(), class), sensitive, see)
}

fn see(
    value: Value<'_>,
    cursor: &Cursor<'_>,
    class: Option<&Cursor<'_>>,
    sensitive: Option<&PathSet>,
) -> Seen {
    let canon = Canon { seed: crate::value::Seed::default() };
    let facts = cursor.facts();
    let mut notes: Vec<FactNote> = Vec::new();
    let mut entries: Vec<&Entry> = cursor.entries().collect();
    // Facts of one kind together, the winner first.
    entries.sort_by_key(|entry| (entry.fact.kind(), std::cmp::Reverse(entry.rank)));
    for of_kind in entries.chunk_by(|a, b| a.fact.kind() == b.fact.kind()) {
        notes.extend(of_kind.iter().filter_map(|entry| note(cursor, entry, of_kind.first())));
    }
    notes.extend(class.into_iter().flat_map(classes));
    let covered =
        cursor.ignored().filter(|above| !entries.iter().any(|e| std::ptr::eq(*e, *above)));
    if let Some(above) = covered {
        let above = note(cursor, above, None);
        notes.extend(above.map(|note| FactNote { inherited: true, ..note }));
    }
    let tolerance = facts.entry(FactKind::Tolerate).map(|entry| entry.fact.to_string());
    let equality = facts.equality();
    let scalar = !matches!(value.kind(), Kind::Map | Kind::List);
    let number = value.as_number();
    Seen {
        shown: canon.tree(value, cursor, sensitive, true),
        written: number.filter(|n| n.text() != n.to_string()).map(|n| n.text().to_owned()),
        canonical: if scalar { equality.canonical(Scalar::of(value)) } else { None },
        scalar: if scalar { Tree::of(value) } else { Tree::Null },
        secret: cursor.is_hidden(),
        equal: facts.equalities().cloned().unwrap_or(Equality::Exact.into()),
        tolerance,
        default: facts.default().cloned(),
        facts: notes,
    }
}

/// What packs say of changes at a place; what others say stands among the facts.
fn classes(class: &Cursor<'_>) -> Vec<FactNote> {
    let of_pack = |entry: &&Entry| class.rule(entry).is_some_and(|rule| rule.is_deferred());
    let mut entries: Vec<&Entry> = class.entries().filter(of_pack).collect();
    // What a rule says stays together, and what the most special one says comes first.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.rank));
    entries.into_iter().filter_map(|entry| note(class, entry, None)).collect()
}

/// The equality or the relation by which a declared and a live scalar are the same.
fn held_by(desired: &Seen, actual: &Seen) -> Option<String> {
    if desired.scalar == Tree::Null || actual.scalar == Tree::Null {
        return None;
    }
    let canonical = desired.canonical.is_some() && desired.canonical == actual.canonical;
    if canonical || desired.scalar == actual.scalar {
        return Some(desired.equal.canonical.name().to_owned());
    }
    let (d, a) = (Scalar::of_tree(&desired.scalar), Scalar::of_tree(&actual.scalar));
    let relation = desired.equal.relations.iter().find(|relation| relation.holds(d, a));
    relation.map(|relation| relation.name().to_owned())
}

/// What is told of a fact; `best` is the highest of its kind. Classifications do not compete here: they
/// hold change by change.
fn note(cursor: &Cursor<'_>, entry: &Entry, best: Option<&&Entry>) -> Option<FactNote> {
    let rule = cursor.rule(entry)?;
    let higher = best.filter(|best| !std::ptr::eq(**best, entry));
    let outranked_by = higher.and_then(|best| {
        let id = cursor.rule(best)?.printed_id();
        Some(format!("{id}: {}", best.rank.because(&entry.rank)))
    });
    Some(FactNote {
        fact: entry.fact.to_string(),
        rule: rule.printed_id(),
        layer: rule.layer.as_str().to_owned(),
        wins: outranked_by.is_none(),
        outranked_by,
        inherited: false,
        reason: rule.reason.clone(),
        source: rule.source.clone(),
    })
}

/// The change that decides at a path: its own, or the one that takes it in.
fn decision<'c>(changes: &'c [Change], path: &Path) -> Option<&'c Change> {
    let mut above = changes.iter().filter(|change| change.steps.len() <= path.steps().len());
    above.clone().find(|change| change.steps == path.steps()).or_else(|| above.next())
}

/// A path of fields and indexes as reports print it: the steps of the change whose pointer it is, or
/// of one below or above that pointer. Of desired's pointers, else of actual's.
fn as_reported(settled: &Settled, path: Path, desired: Option<Value<'_>>) -> Path {
    let all = || settled.finding.changes.iter().chain(&settled.listed);
    let Some(asked) = path.to_pointer() else { return path };
    if all().any(|change| change.steps.starts_with(path.steps())) {
        return path;
    }
    let of_desired =
        || all().filter_map(|change| Some((change, &**change.desired_pointer.as_ref()?)));
    let of_actual =
        || all().filter_map(|change| Some((change, &**change.actual_pointer.as_ref()?)));
    let is_it = |(_, pointer): &(&Change, &str)| *pointer == asked;
    let in_desired = desired.is_some_and(|root| path.resolve(root, |_| ()).is_some());
    let found = related(of_desired(), &asked, &path)
        .or_else(|| related(of_actual().filter(is_it), &asked, &path))
        .or_else(|| related(of_actual().filter(|_| !in_desired), &asked, &path));
    found.unwrap_or(path)
}

/// The steps of a pointer, by those of a change at it or below it, else by those of one above it.
fn related<'c>(
    changes: impl Iterator<Item = (&'c Change, &'c str)>,
    asked: &str,
    path: &Path,
) -> Option<Path> {
    let reaches = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut above: Option<(usize, &Change)> = None;
    for (change, pointer) in changes {
        // Inside a decoded string the pointer names the string.
        let is_plain = |step: &&Step| !matches!(step, Step::Decoded(_));
        let plain: Vec<Step> = change.steps.iter().take_while(is_plain).cloned().collect();
        let depth = pointer.matches('/').count();
        if plain.len() != depth {
            // The value stands elsewhere than its path says.
            if pointer == asked {
                return Some(Path::new(change.steps.clone()));
            }
        } else if reaches(pointer, asked) {
            return Some(Path::new(plain.into_iter().take(path.steps().len()).collect()));
        } else if reaches(asked, pointer) && depth == change.steps.len() {
            above = above.filter(|(best, _)| *best >= depth).or(Some((depth, change)));
        }
    }
    let (depth, change) = above?;
    let below = path.steps().iter().skip(depth);
    Some(Path::new(change.steps.iter().chain(below).cloned().collect()))
}

/// The differences at a path, below it, or above it.
fn changes_about(settled: &Settled, path: &Path) -> Vec<Change> {
    let related = |change: &&Change| {
        let shorter = change.steps.len().min(path.steps().len());
        change.steps.iter().take(shorter).eq(path.steps().iter().take(shorter))
    };
    let all = settled.finding.changes.iter().chain(&settled.listed);
    all.filter(related).cloned().collect()
}

fn conclusion(
    changes: &[Change],
    path: &Path,
    desired: Option<&Seen>,
    actual: Option<&Seen>,
) -> String {
    if let Some(change) = changes.iter().find(|change| change.steps == path.steps()) {
        return format!("{}: {}", change.disposition.as_str(), change.reason);
    }
    if let Some(change) = changes.iter().find(|change| change.steps.len() < path.steps().len()) {
        return format!(
            "part of `{}`, {}: {}",
            change.path,
            change.disposition.as_str(),
            change.reason
        );
    }
    if !changes.is_empty() {
        return format!("{} differences below", changes.len());
    }
    match (desired, actual) {
        (Some(_), Some(_)) => "both sides agree".to_owned(),
        (Some(_), None) => "declared, and as good as absent: nothing differs".to_owned(),
        _ => "not declared, and nothing differs".to_owned(),
    }
}
