//! Writes a difference down: its path, its values as they are and as they may be shown.

use super::frame::Frame;
use super::outcome::{Attribution, Change, ChangeKind, Disposition, Oddity, Printed};
use super::reference::{owned_path, owns_of};
use super::side::{Ref, Side};
use super::walk::Walk;
use crate::normalize::{Cursor, Entry, Fact};
use crate::path::{Path, PathSet};
use crate::value::{Tree, Value};

/// A change about to be reported.
pub(super) struct Found<'s> {
    pub(super) kind: ChangeKind,
    pub(super) disposition: Disposition,
    pub(super) reason: &'static str,
    pub(super) entry: Option<&'s Entry>,
    pub(super) margin: Option<String>,
}

impl<'s> Found<'s> {
    pub(super) fn new(kind: ChangeKind, disposition: Disposition, reason: &'static str) -> Self {
        Self { kind, disposition, reason, entry: None, margin: None }
    }

    pub(super) fn by(self, entry: Option<&'s Entry>) -> Self {
        Self { entry, ..self }
    }
}

impl<'s> Walk<'_, 's> {
    /// The manager that last wrote the value, something in it, or a value that it is a part of.
    fn attribution(&self, path: &Path) -> Option<Attribution> {
        if self.managers.is_empty() {
            return None;
        }
        let path = owned_path(path);
        let owners = self.managers.iter().filter(|manager| owns_of(&manager.paths, &path));
        let last = owners.max_by_key(|manager| (manager.at, &manager.name))?;
        Some(Attribution::by_manager(&last.name, &last.operation, last.at))
    }

    pub(super) fn warn(&mut self, code: &'static str, message: &str, path: Path) {
        if !self.probe {
            self.warnings.push(Oddity { code, message: message.to_owned(), path });
        }
    }

    /// Reports what became of a live value that nobody declares since its baseline.
    pub(super) fn report_since(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        was: Side<'_>,
        cursor: &Cursor<'s>,
        found: Found<'s>,
    ) {
        let same = found.disposition == Disposition::Accepted;
        let before = self.changes.len();
        self.report(frame, Side::none(), actual, Ref::of(was), cursor, found);
        // What is hidden equals the baseline's, not what is declared.
        for change in self.changes.iter_mut().skip(before).filter(|_| same) {
            for printed in [&mut change.actual, &mut change.reference].into_iter().flatten() {
                all_equal(&mut printed.shown);
            }
        }
    }

    /// Reports a difference at `frame`.
    pub(super) fn report(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        found: Found<'s>,
    ) {
        self.confirmed |= found.disposition.is_confirmed();
        if self.probe {
            return;
        }
        let path = frame.path();
        let print = |value: Option<Value<'_>>, sensitive: Option<&PathSet>| {
            let value = value?;
            let raw = self.canon.tree(value, cursor, sensitive, false);
            let shown = self.canon.tree(value, cursor, sensitive, true);
            Some(Printed { raw, shown })
        };
        let mut desired_print = print(desired.value, desired.sensitive);
        let mut actual_print = print(actual.value, actual.sensitive);
        let mut reference_print = print(reference.value(), reference.side().sensitive);
        mark_equal(&mut desired_print, actual_print.as_ref().map(|p| &p.raw));
        mark_equal(&mut actual_print, desired_print.as_ref().map(|p| &p.raw));
        mark_equal(&mut reference_print, desired_print.as_ref().map(|p| &p.raw));
        let attribution = match (found.disposition, actual.value) {
            (Disposition::Unknown | Disposition::Pending, _) | (_, None) => None,
            _ => self.attribution(&path),
        };
        let write_only = found.disposition == Disposition::Unknown
            && found.entry.is_some_and(|entry| entry.fact == Fact::WriteOnly);
        let (class, around, above) = self.classes(frame, cursor.shape());
        self.changes.push(Change {
            class,
            around,
            above,
            desired_pointer: desired.value.map(|_| frame.desired_pointer()),
            actual_pointer: actual.value.map(|_| frame.actual_pointer()),
            kind: found.kind,
            disposition: found.disposition,
            desired: desired_print,
            actual: actual_print,
            reference: reference_print,
            rule: found.entry.and_then(|entry| cursor.rule(entry)),
            reason: found.reason,
            margin: found.margin,
            attribution,
            write_only,
            hidden: cursor.is_hidden(),
            way: if self.options.ways { frame.turns() } else { Vec::new() },
            path,
        });
    }
}

/// Says of everything hidden in the value that it equals its counterpart.
fn all_equal(shown: &mut Tree) {
    match shown {
        Tree::Secret { equal } => *equal = true,
        Tree::List(items) => items.iter_mut().for_each(all_equal),
        Tree::Map(fields) => fields.iter_mut().for_each(|(_, value)| all_equal(value)),
        _ => {}
    }
}

/// Says of each hidden value whether it equals its counterpart.
fn mark_equal(printed: &mut Option<Printed>, other: Option<&Tree>) {
    fn mark(shown: &mut Tree, raw: &Tree, other: Option<&Tree>) {
        match (shown, raw) {
            (Tree::Secret { equal }, raw) => *equal = other == Some(raw),
            (Tree::Map(shown), Tree::Map(raw)) => {
                for ((name, shown), (_, raw)) in shown.iter_mut().zip(raw) {
                    mark(shown, raw, other.and_then(|other| other.get(name)));
                }
            }
            (Tree::List(shown), Tree::List(raw)) => {
                let others =
                    if let Some(Tree::List(items)) = other { items.as_slice() } else { &[] };
                for (index, (shown, raw)) in shown.iter_mut().zip(raw).enumerate() {
                    mark(shown, raw, others.get(index));
                }
            }
            _ => {}
        }
    }
    if let Some(Printed { raw, shown }) = printed {
        mark(shown, raw, other);
    }
}
