//! What a difference is, seen from what was last applied and from who owns the path.

use super::frame::Frame;
use super::outcome::Disposition;
use super::side::{Ref, Side, Three};
use super::walk::Walk;
use crate::model::{Manager, Resource};
use crate::normalize::{Cursor, Glob};
use crate::path::{Path, PathSet, Step};
use crate::value::{Kind, Value};

impl<'s> Walk<'_, 's> {
    /// What a difference between desired and actual is, seen from the reference.
    pub(super) fn decide(
        &self,
        desired: Option<Value<'_>>,
        actual: Option<Value<'_>>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
    ) -> (Disposition, &'static str) {
        let facts = cursor.facts();
        let was = match reference {
            Ref::Unknown => return (Disposition::Drift, "actual differs from desired"),
            Ref::Decided(disposition) => return (disposition, reason_of(disposition)),
            Ref::Absent => None,
            Ref::Value(side) => side.value,
        };
        let nothing = |value: Option<Value<'_>>| {
            value.is_none_or(|value| self.canon.is_absent(value, &facts))
        };
        let actual_is_reference = match (was, actual) {
            (Some(was), Some(actual)) => self.agrees(was, actual, cursor),
            (was, actual) => nothing(was) && nothing(actual),
        };
        let desired_is_reference = match (was, desired) {
            (Some(was), Some(desired)) => self.canon.same(was, desired, cursor),
            (was, desired) => nothing(was) && nothing(desired),
        };
        let disposition = match (actual_is_reference, desired_is_reference) {
            (true, _) => Disposition::Pending,
            (false, true) => Disposition::Drift,
            (false, false) => Disposition::Conflict,
        };
        (disposition, reason_of(disposition))
    }

    /// Whether `actual` is what came of `declared`, server-side additions aside.
    pub(super) fn agrees(
        &self,
        declared: Value<'_>,
        actual: Value<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        if self.canon.same(declared, actual, cursor) {
            return true;
        }
        let facts = cursor.facts();
        if facts.relates(declared, actual) {
            return true;
        }
        let container = matches!(declared.kind(), Kind::Map | Kind::List);
        let alike = container && declared.kind() == actual.kind();
        if !alike && !cursor.may_be_single() {
            return false;
        }
        let side = |value| Side { value: Some(value), ..Side::none() };
        let mut probe = self.probe();
        let (desired, actual) = (side(declared), side(actual));
        let at = Three { desired, actual, reference: Ref::Unknown };
        probe.node(&Frame::ROOT, &at, cursor);
        !probe.confirmed
    }

    /// Whether managers that are trusted own the live value at `path` with all that is below it, and
    /// nobody else owns any of it.
    pub(super) fn trusted_alone_own(&self, path: &Path, trusted: &[Glob]) -> bool {
        let path = owned_path(path);
        let mut owners = self.managers.iter().filter(|it| owns_of(&it.paths, &path)).peekable();
        owners.peek().is_some()
            && owners.all(|owner| trusted.iter().any(|name| name.matches(&owner.name)))
    }

    /// Whether the live value at `frame` was written by who declares, and nothing of it by anybody else.
    pub(super) fn declarer_owns(&self, frame: &Frame<'_>) -> bool {
        if self.declaring.is_empty() {
            return false;
        }
        let path = owned_path(&frame.path());
        let mut owners = self.managers.iter().filter(|it| owns_of(&it.paths, &path)).peekable();
        let declares = |owner: &&Manager| {
            self.declaring.iter().any(|declarer| std::ptr::eq(*declarer, *owner))
        };
        let owned = self.declaring.iter().any(|declarer| owns_whole(&declarer.paths, &path));
        owned && owners.peek().is_some() && owners.all(|owner| declares(&owner))
    }
}

/// Whether what is owned takes in the path, or a value that it is a part of.
fn owns_whole(owned: &PathSet, path: &Path) -> bool {
    let mut at = owned;
    for step in path.steps() {
        match at.child(step) {
            Some(below) => at = below,
            None => return at.is_member() && at.children().next().is_none(),
        }
    }
    at.is_member()
}

/// Whether what is owned takes in the path, something below it, or a value that it is a part of.
pub(super) fn owns_of(owned: &PathSet, path: &Path) -> bool {
    let mut at = owned;
    for step in path.steps() {
        match at.child(step) {
            Some(below) => at = below,
            None => return at.is_member() && at.children().next().is_none(),
        }
    }
    !at.is_empty()
}

/// The path whose owner speaks for `path`: elements of ordered lists belong to their list.
pub(super) fn owned_path(path: &Path) -> Path {
    let own = |step: &&Step| !matches!(step, Step::Index(_) | Step::Decoded(_) | Step::Hidden(_));
    Path::new(path.steps().iter().take_while(own).cloned().collect())
}

/// Whether a manager owns a field, other than those of the object's frame, that desired has.
pub(super) fn declares_something(manager: &Manager, desired: &Resource<'_>) -> bool {
    manager.paths.iter().any(|path| {
        path.steps().len() > 1 && path.resolve(desired.attributes.value(), |_| ()).is_some()
    })
}

fn reason_of(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Pending => "desired is ahead of what was last applied",
        Disposition::Conflict => "desired and actual both differ from what was last applied",
        _ => "actual differs from what was declared and last applied",
    }
}
