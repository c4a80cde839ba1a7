//! The rows of one resource: at each path that differs, who has the same.

use super::place::{leaves, meaning};
use crate::diff::{Change, ChangeKind, Disposition, Outcome};
use crate::model::Resource;
use crate::normalize::{Canon, Shape};
use crate::path::{Path, Step};
use crate::value::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// What a group of copies has at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Absent,
    /// As the copy that the others are held against has it.
    Usual,
    /// By what it means.
    Meaning(u128),
    /// By what it is, where it is not known what it means.
    Raw(Tree),
}

/// Copies that are the same in every path, with how one of them stands to the copy that all are held
/// against; none for the group which that one belongs to.
pub(super) struct Held<'h, 's> {
    pub(super) members: &'h [usize],
    pub(super) copy: &'h Resource<'h>,
    pub(super) shape: &'h Shape,
    pub(super) outcome: Option<Outcome<'s>>,
}

/// Members that have the same at a path.
pub(super) struct Group {
    pub(super) present: bool,
    /// As it may be shown.
    pub(super) value: Option<Tree>,
    pub(super) members: Vec<usize>,
}

/// One path that differs.
pub(super) struct Row {
    pub(super) path: Path,
    pub(super) groups: Vec<Group>,
}

/// The paths of one resource.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// Values of the copy that all are held against which stand in no row and are known.
    pub(super) agreed: usize,
    /// Paths that could not be compared.
    pub(super) unknown: usize,
}

/// Whether the difference is one between live resources.
fn differs(change: &Change<'_>) -> bool {
    matches!(
        change.disposition,
        Disposition::Drift | Disposition::Conflict | Disposition::Undeclared | Disposition::Pending
    )
}

/// All rows; `total` is how many values the copy has that all are held against.
pub(super) fn rows(held: &[Held<'_, '_>], total: usize, canon: Canon) -> Rows {
    let mut at: BTreeMap<&Path, Vec<(usize, &Change<'_>)>> = BTreeMap::new();
    let mut unknown: BTreeMap<&Path, &Change<'_>> = BTreeMap::new();
    for (group, held) in held.iter().enumerate() {
        for change in held.outcome.iter().flat_map(|outcome| &outcome.changes) {
            if differs(change) {
                at.entry(&change.path).or_default().push((group, change));
            } else if change.disposition == Disposition::Unknown {
                unknown.insert(&change.path, change);
            }
        }
    }
    let gone: Vec<BTreeSet<&[Step]>> = held.iter().map(gone).collect();
    let rows = at.iter().map(|(path, changes)| row(path, changes, held, &gone, canon)).collect();
    unknown.retain(|path, _| !at.contains_key(path));
    let taken = taken(at.iter().filter_map(|(path, changes)| Some((*path, changes.first()?.1))))
        + taken(unknown.iter().map(|(path, change)| (*path, *change)));
    Rows { rows, agreed: total.saturating_sub(taken), unknown: unknown.len() }
}

/// Paths at which a group has nothing, or something without the fields that others have.
fn gone<'h>(held: &'h Held<'_, '_>) -> BTreeSet<&'h [Step]> {
    let changes = held.outcome.iter().flat_map(|outcome| &outcome.changes);
    let gone = changes.filter(|change| differs(change) && change.kind != ChangeKind::Added);
    gone.map(|change| change.path.steps()).collect()
}

fn row(
    path: &Path,
    changes: &[(usize, &Change<'_>)],
    held: &[Held<'_, '_>],
    gone: &[BTreeSet<&[Step]>],
    canon: Canon,
) -> Row {
    let added = changes.iter().any(|(_, change)| change.kind == ChangeKind::Added);
    let usual = if added { State::Absent } else { State::Usual };
    let mut groups: BTreeMap<State, Group> = BTreeMap::new();
    for (index, of) in held.iter().enumerate() {
        // They stand in the order of the groups.
        let first = changes.partition_point(|(group, _)| *group < index);
        let own = changes.get(first).filter(|(group, _)| *group == index);
        let own = own.map(|(_, change)| *change);
        let state = match own {
            Some(change) => state(change, of, canon),
            None if is_below(path, gone.get(index)) => State::Absent,
            None => usual.clone(),
        };
        let printed = match (own, &state) {
            (_, State::Absent) => None,
            (Some(change), _) => change.actual.as_ref(),
            (None, _) => changes.iter().find_map(|(_, change)| change.desired.as_ref()),
        };
        let group = groups.entry(state).or_insert_with_key(|state| Group {
            present: *state != State::Absent,
            value: printed.map(|printed| printed.shown.clone()),
            members: Vec::new(),
        });
        group.members.extend(of.members);
    }
    Row { path: path.clone(), groups: groups.into_values().collect() }
}

fn state(change: &Change<'_>, of: &Held<'_, '_>, canon: Canon) -> State {
    match (&change.kind, &change.actual) {
        (ChangeKind::Removed, _) | (_, None) => State::Absent,
        (_, Some(printed)) => match meaning(&change.path, of.copy, of.shape, canon) {
            Some(hash) => State::Meaning(hash.as_u128()),
            None => State::Raw(printed.raw.clone()),
        },
    }
}

/// Whether something above the path is gone.
fn is_below(path: &Path, gone: Option<&BTreeSet<&[Step]>>) -> bool {
    let steps = path.steps();
    let above = (0..steps.len()).filter_map(|end| steps.get(..end));
    gone.is_some_and(|gone| !gone.is_empty() && above.into_iter().any(|above| gone.contains(above)))
}

/// How many values the copy that all are held against has at these paths, each once: a path below another
/// one has none of its own, nor has one in a document in a string, which is one value.
fn taken<'c>(changes: impl Iterator<Item = (&'c Path, &'c Change<'c>)>) -> usize {
    let mut seen: BTreeSet<&[Step]> = BTreeSet::new();
    let mut taken = 0;
    for (path, change) in changes {
        let steps = path.steps();
        let inside = steps.iter().position(|step| matches!(step, Step::Decoded(_)));
        let own = steps.get(..inside.unwrap_or(steps.len())).unwrap_or_default();
        let known = (0..=own.len()).filter_map(|end| own.get(..end)).any(|it| seen.contains(it));
        let there = inside.is_some() || change.desired.is_some();
        if known || !there {
            continue;
        }
        seen.insert(own);
        let values = change.desired.as_ref().filter(|_| inside.is_none());
        taken += values.map_or(1, |printed| leaves(&printed.raw));
    }
    taken
}
