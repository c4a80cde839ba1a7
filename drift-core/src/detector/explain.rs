//! Why a value is, or is not, a difference: a pair re-opened, and everything about one path told.

use super::run::{Run, Task};
use super::worker::Worker;
use super::{Context, Detail, Detector};
use crate::error::{Code, Error, Result};
use crate::model::{Coverage, Snapshot};
use crate::normalize::{
    Canon, Cursor, Equalities, Equality, Scalar, Shape, ShapeCache, decode, names_secret_entry,
};
use crate::path::{Path, PathSet, Step};
use crate::report::{Change, Partial, ResourceRef, Settled};
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
    /// The equality that holds at the path, and the relations that are tried after it.
    pub equality: String,
    /// The equality or the relation by which both values are the same.
    pub held_by: Option<String>,
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
        writeln!(f, "{} at `{}`: {}", self.resource.key(), self.path, self.conclusion)?;
        let sides =
            [("desired", &self.desired), ("actual", &self.actual), ("reference", &self.reference)];
        for (side, value) in sides {
            match value {
                Some(value) => writeln!(f, "  {side}: {value}")?,
                None => writeln!(f, "  {side}: absent")?,
            }
        }
        match &self.canonical {
            [Some(desired), Some(actual)] => {
                let sign = if desired == actual { "=" } else { "≠" };
                writeln!(f, "  equality: {}, {desired} {sign} {actual}", self.equality)?;
            }
            _ => writeln!(f, "  equality: {}", self.equality)?,
        }
        if let Some(relation) = &self.held_by {
            writeln!(f, "  held by: {relation}")?;
        }
        for fact in &self.facts {
            let wins = if fact.wins { "" } else { ", outranked" };
            writeln!(f, "  {} by {} ({}{wins})", fact.fact, fact.rule, fact.layer)?;
        }
        for change in &self.changes {
            let (path, what) = (&change.path, change.disposition.as_str());
            writeln!(f, "  {what} at `{path}`: {}", change.reason)?;
        }
        Ok(())
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
        let context = Context { reference, detail: Detail::Full, ..Context::at(at) };
        let run = Run::new(self, desired, actual, &context);
        let task = find(&run, address)?;
        let Task::Compare { desired, actual, declared_move } = task else {
            let message = "several resources share its identity, so it was paired with none";
            return Err(Error::new(Code::Address, message).on_resource(address));
        };
        let sides = run.sides(desired, actual, declared_move);
        let mut shapes = ShapeCache::new(&self.rules, &self.shapes, at);
        let mut partial = Partial::new(true, Coverage::default(), Coverage::default());
        Worker::new(&run).settle(task, &mut partial);
        let Some(settled) = partial.into_entries().pop() else {
            return Err(Error::new(Code::Address, "names no resource").on_resource(address));
        };
        let shape = shapes.get(sides.desired, sides.actual);
        let (marks, masks) = (sides.marks(), sides.masks(&shape));
        let attributes = sides.desired.or(sides.actual).map(|resource| resource.attributes.value());
        let path = if path.starts_with('/') {
            Path::from_pointer(path, attributes.unwrap_or(Value::null()))?
        } else {
            path.parse::<Path>()?
        };
        let own = [sides.actual, sides.desired].into_iter().flatten();
        let own = own.filter_map(|resource| resource.reference.as_ref()).next();
        let was = match (sides.reference, own) {
            (Some(resource), _) => Some(resource.attributes.value()),
            (None, own) => own.map(|own| own.value()).filter(|was| !was.is_null()),
        };
        let values = [
            sides.desired.map(|resource| resource.attributes.value()),
            sides.actual.map(|resource| resource.attributes.value()),
            was,
        ];
        let seen = values.map(|value| look(&path, value?, Some(&marks), &shape));
        let [desired, actual, reference] = seen;
        let Some(place) = desired.as_ref().or(actual.as_ref()).or(reference.as_ref()) else {
            return Err(Error::new(Code::Path, "the path names nothing on either side")
                .on_resource(address)
                .on_path(path.to_string()));
        };
        let (equality, facts) = (place.equal.to_string(), place.facts.clone());
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
        Ok(Explanation {
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
            Task::Compare { desired, actual, .. } => (*desired, *actual),
            Task::Ambiguous { side: crate::diff::Which::Desired, index } => (Some(*index), None),
            Task::Ambiguous { index, .. } => (None, Some(*index)),
        };
        let sides = run.sides(desired, actual, false);
        [sides.desired, sides.actual].into_iter().flatten().any(|resource| {
            let key = &resource.key;
            resource.address() == address
                || key.id == address
                || key.to_string() == address
                || format!("{}/{}", key.type_name, key.id) == address
        })
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

/// What stands at a path on one side.
struct Seen {
    shown: Tree,
    /// The scalar as it is; null for a map or a list.
    scalar: Tree,
    written: Option<String>,
    canonical: Option<String>,
    secret: bool,
    equal: Equalities,
    facts: Vec<FactNote>,
}

/// Follows a path through a document and its shape together.
fn look(path: &Path, root: Value<'_>, sensitive: Option<&PathSet>, shape: &Shape) -> Option<Seen> {
    follow(path.steps(), root, shape.root(), sensitive)
}

fn follow(
    steps: &[Step],
    mut value: Value<'_>,
    mut cursor: Cursor<'_>,
    mut sensitive: Option<&PathSet>,
) -> Option<Seen> {
    let mut rest = steps;
    loop {
        if sensitive.is_some_and(PathSet::is_member) {
            cursor.hide();
        }
        let Some((step, after)) = rest.split_first() else {
            return Some(see(value, &cursor, sensitive));
        };
        let facts = cursor.facts();
        if !matches!(step, Step::Decoded(_)) {
            // The path may have been read on a side where a string holds the document.
            let text = value.as_str().filter(|_| facts.equality().opens().is_some());
            if let Some(document) = text.and_then(|text| decode(text, &cursor)) {
                return follow(rest, document.root(), cursor, None);
            }
            if let Some(element) = cursor.single(value, &facts) {
                cursor = element;
                if !matches!(step, Step::Field(_)) {
                    Path::new(vec![step.clone()]).resolve(value, |_| ())?;
                    rest = after;
                    continue;
                }
            }
        }
        rest = after;
        let token = match step {
            Step::Field(name) => {
                cursor = cursor.field(name, names_secret_entry(value, name));
                value = value.get(name)?;
                step.clone()
            }
            Step::Decoded(_) => match value.kind() {
                Kind::Map | Kind::List => continue,
                _ => {
                    let document = decode(value.as_str()?, &cursor)?;
                    return follow(rest, document.root(), cursor, None);
                }
            },
            _ => {
                let found = Path::new(vec![step.clone()]).resolve(value, |found| found.id())?;
                let mut items = value.items().enumerate();
                let (index, item) = items.find(|(_, item)| item.id() == found)?;
                cursor = cursor.item(index, item);
                value = item;
                Step::Index(index)
            }
        };
        sensitive = sensitive.and_then(|marks| marks.below(&token));
    }
}

fn see(value: Value<'_>, cursor: &Cursor<'_>, sensitive: Option<&PathSet>) -> Seen {
    let canon = Canon { seed: crate::value::Seed::default() };
    let facts = cursor.facts();
    let winners: Vec<_> = facts.iter().collect();
    let notes = cursor.entries().filter_map(|entry| {
        let rule = cursor.rule(entry)?;
        Some(FactNote {
            fact: entry.fact.to_string(),
            rule: rule.printed_id(),
            layer: rule.layer.as_str().to_owned(),
            wins: winners.iter().any(|winner| std::ptr::eq(*winner, entry)),
            reason: rule.reason.clone(),
            source: rule.source.clone(),
        })
    });
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
        facts: notes.collect(),
    }
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
