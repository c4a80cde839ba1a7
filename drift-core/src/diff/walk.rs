//! The walk over desired, actual and reference together.

use super::frame::Frame;
use super::outcome::{Attribution, Change, ChangeKind, Disposition, Outcome, Printed, Status};
use super::tolerance::margin_used;
use super::{CompareOptions, tiers};
use crate::limits::Limits;
use crate::model::{Manager, Resource, Warning};
use crate::normalize::{
    Canon, Cursor, Entry, Equality, Fact, FactKind, Facts, ListSemantics, Shape, decode,
    names_secret_entry,
};
use crate::path::{Path, PathSet, Step};
use crate::value::{Kind, Number, Tree, Value};
use std::collections::BTreeMap;

/// One side at a node, with the marks of its resource that lie below.
#[derive(Clone, Copy)]
pub(super) struct Side<'d> {
    pub(super) value: Option<Value<'d>>,
    unknown: Option<&'d PathSet>,
    sensitive: Option<&'d PathSet>,
}

impl<'d> Side<'d> {
    fn of(resource: &'d Resource<'_>) -> Self {
        Self {
            value: Some(resource.attributes.value()),
            unknown: Some(&resource.unknown).filter(|set| !set.is_empty()),
            sensitive: Some(&resource.sensitive).filter(|set| !set.is_empty()),
        }
    }

    pub(super) fn below(self, step: &Step, value: Option<Value<'d>>) -> Self {
        Self {
            value,
            unknown: self.unknown.and_then(|set| set.child(step)),
            sensitive: self.sensitive.and_then(|set| set.child(step)),
        }
    }

    /// The same node, once the string there has been opened.
    fn opened<'e>(self, value: Option<Value<'e>>) -> Side<'e>
    where
        'd: 'e,
    {
        Side {
            value,
            unknown: None,
            sensitive: self.sensitive.filter(|set| set.is_member()),
        }
    }

    pub(super) fn none() -> Self {
        Self {
            value: None,
            unknown: None,
            sensitive: None,
        }
    }

    pub(super) fn is_unknown(self) -> bool {
        self.unknown.is_some_and(PathSet::is_member)
    }

    pub(super) fn sensitive(self) -> Option<&'d PathSet> {
        self.sensitive
    }

    pub(super) fn is_sensitive(self) -> bool {
        self.sensitive.is_some_and(PathSet::is_member)
    }
}

/// The reference at a node.
#[derive(Clone, Copy)]
pub(super) enum Ref<'r> {
    /// It says nothing here.
    Unknown,
    /// It has no value here.
    Absent,
    /// It has this value.
    Value(Value<'r>),
    /// It was decided further up what a difference is.
    Decided(Disposition),
}

impl<'r> Ref<'r> {
    fn field(self, name: &str) -> Self {
        match self {
            Self::Value(map) => map.get(name).map_or(Self::Absent, Self::Value),
            other => other,
        }
    }

    fn value(self) -> Option<Value<'r>> {
        if let Self::Value(value) = self {
            Some(value)
        } else {
            None
        }
    }
}

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
        Self {
            kind,
            disposition,
            reason,
            entry: None,
            margin: None,
        }
    }

    pub(super) fn by(self, entry: Option<&'s Entry>) -> Self {
        Self { entry, ..self }
    }
}

/// The state of one comparison.
pub(super) struct Walk<'w, 's> {
    pub(super) canon: Canon,
    pub(super) limits: &'w Limits,
    options: &'w CompareOptions,
    roots: (Side<'w>, Side<'w>),
    managers: &'w [Manager],
    /// Those of the managers who declare.
    declaring: Vec<&'w Manager>,
    pub(super) changes: Vec<Change<'s>>,
    pub(super) warnings: Vec<(&'static str, String, Path)>,
    compared: usize,
    /// Only whether something confirmed differs is asked.
    probe: bool,
    confirmed: bool,
}

impl<'w, 's> Walk<'w, 's> {
    pub(super) fn new(
        desired: &'w Resource<'_>,
        actual: &'w Resource<'_>,
        options: &'w CompareOptions,
    ) -> Self {
        let declares = |manager: &&Manager| {
            if !options.managers.is_empty() {
                return options.managers.contains(&manager.name);
            }
            manager.operation == "Apply" && declares_something(manager, desired)
        };
        Self {
            canon: Canon { seed: options.seed },
            limits: &options.limits,
            options,
            roots: (Side::of(desired), Side::of(actual)),
            managers: &actual.managers,
            declaring: actual.managers.iter().filter(declares).collect(),
            changes: Vec::new(),
            warnings: Vec::new(),
            compared: 0,
            probe: false,
            confirmed: false,
        }
    }

    /// Walks the pair and fills in its outcome.
    pub(super) fn compare(
        mut self,
        reference: Ref<'_>,
        shape: &'s Shape,
        outcome: &mut Outcome<'s>,
    ) {
        let (desired, actual) = self.roots;
        self.node(&Frame::ROOT, desired, actual, reference, &shape.root());
        let key = outcome.key.to_string();
        outcome.warnings = self
            .warnings
            .into_iter()
            .map(|(code, message, path)| Warning {
                code: code.to_owned(),
                message,
                resource: Some(key.clone()),
                path: Some(path.to_string()),
            })
            .collect();
        outcome.compared = self.compared;
        let unknown = self
            .changes
            .iter()
            .any(|change| change.disposition == Disposition::Unknown);
        outcome.status = if self
            .changes
            .iter()
            .any(|change| change.disposition.is_confirmed())
        {
            Status::Drifted
        } else if unknown && self.compared == 0 {
            Status::NotChecked
        } else {
            Status::InSync
        };
        outcome.changes = self.changes;
    }

    /// One node of the three documents.
    pub(super) fn node(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
    ) {
        let facts = cursor.facts();
        let hidden = desired.is_sensitive() || actual.is_sensitive();
        let hiding = hidden.then(|| {
            let mut hiding = cursor.clone();
            hiding.hide();
            hiding
        });
        let cursor = hiding.as_ref().unwrap_or(cursor);
        if self.is_left_out(frame, desired, actual, cursor, &facts) {
            return;
        }
        if desired.is_unknown() || actual.is_unknown() {
            let found = match (desired.value, actual.value) {
                (_, None) => ChangeKind::Removed,
                (None, Some(_)) => ChangeKind::Added,
                _ => ChangeKind::Changed,
            };
            let reason = if desired.is_unknown() {
                "the declared value is not known yet"
            } else {
                "the live value could not be read"
            };
            let found = Found::new(found, Disposition::Unknown, reason);
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        let (d, a) = self.settle_empty(desired, actual, &facts);
        match (d.value, a.value) {
            (Some(dv), Some(av)) => self.both(frame, (d, dv), (a, av), reference, cursor, &facts),
            (Some(dv), None) => self.removed(frame, (d, dv), a, reference, cursor, &facts),
            (None, Some(_)) => tiers::undeclared(self, frame, a, reference, cursor),
            (None, None) => {}
        }
    }

    /// Whether a rule leaves the node out; a difference is listed where everything is.
    fn is_left_out(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) -> bool {
        let is_map = |side: Side<'_>| side.value.is_some_and(|value| value.kind() == Kind::Map);
        let read_only = facts.entry(FactKind::ReadOnly);
        let declared =
            read_only.filter(|entry| matches!(entry.fact, Fact::ReadOnly { declared: true }));
        let (entry, disposition, reason) = match (cursor.ignored(), declared) {
            (Some(_), _) if cursor.reopens() && (is_map(desired) || is_map(actual)) => {
                return false;
            }
            (Some(entry), _) => (entry, Disposition::Ignored, "a rule leaves it out"),
            (None, Some(entry)) => (entry, Disposition::ReadOnly, "only the provider writes it"),
            (None, None) => return false,
        };
        let kind = match (desired.value, actual.value) {
            (Some(d), Some(a)) if Tree::of(d) != Tree::of(a) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
            (None, Some(_)) => ChangeKind::Added,
            _ => return true,
        };
        if self.options.full {
            let found = Found::new(kind, disposition, reason).by(Some(entry));
            self.report(frame, desired, actual, Ref::Unknown, cursor, found);
        }
        true
    }

    /// Takes away a value that is as good as none: null wherever it is listed, other empties
    /// where the other side has nothing or an empty as well.
    fn settle_empty<'d, 'a>(
        &self,
        desired: Side<'d>,
        actual: Side<'a>,
        facts: &Facts<'_>,
    ) -> (Side<'d>, Side<'a>) {
        let empties = facts.empties();
        if empties.is_empty() {
            return (desired, actual);
        }
        let empty = |value: Option<Value<'_>>| {
            value.is_some_and(|value| {
                empties.contains(&Tree::of_empty(value).unwrap_or(Tree::Bool(true)))
            })
        };
        let null = |value: Option<Value<'_>>| value.is_some_and(Value::is_null) && empty(value);
        let nothing = |value: Option<Value<'_>>| value.is_none() || empty(value);
        let both_nothing = nothing(desired.value) && nothing(actual.value);
        let keep_desired = !(both_nothing || null(desired.value));
        let keep_actual = !(both_nothing || null(actual.value));
        (
            Side {
                value: desired.value.filter(|_| keep_desired),
                ..desired
            },
            Side {
                value: actual.value.filter(|_| keep_actual),
                ..actual
            },
        )
    }

    fn both(
        &mut self,
        frame: &Frame<'_>,
        (desired, d): (Side<'_>, Value<'_>),
        (actual, a): (Side<'_>, Value<'_>),
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        if facts.equality() == Equality::Json
            && self.decoded(frame, desired, actual, reference, cursor)
        {
            return;
        }
        match (d.kind(), a.kind()) {
            (Kind::Map, Kind::Map) => self.fields(frame, desired, actual, reference, cursor, facts),
            (Kind::List, Kind::List) if facts.list() != Some(&ListSemantics::Atomic) => {
                super::list::compare(
                    self,
                    frame,
                    (desired, d),
                    (actual, a),
                    reference,
                    cursor,
                    facts,
                );
            }
            _ if self.canon.same(d, a, cursor) => self.compared += 1,
            _ => {
                self.compared += 1;
                self.differs(frame, (desired, d), (actual, a), reference, cursor, facts);
            }
        }
    }

    /// Opens the documents inside strings; false where there are none to open.
    fn decoded(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        let open = |value: Option<Value<'_>>| value.and_then(Value::as_str).is_some();
        if !open(desired.value) && !open(actual.value) {
            return false;
        }
        let container = |value: Value<'_>| matches!(value.kind(), Kind::Map | Kind::List);
        let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).map(str::to_owned);
        let (d_text, a_text, r_text) = (
            text(desired.value),
            text(actual.value),
            text(reference.value()),
        );
        let d_document = d_text.as_deref().map(decode);
        let a_document = a_text.as_deref().map(decode);
        let r_document = r_text.as_deref().map(decode);
        // A string that holds no document is compared as a string.
        if matches!(d_document, Some(None)) || matches!(a_document, Some(None)) {
            return false;
        }
        let d_root = d_document
            .as_ref()
            .and_then(Option::as_ref)
            .map(|d| d.root())
            .or(desired.value);
        let a_root = a_document
            .as_ref()
            .and_then(Option::as_ref)
            .map(|d| d.root())
            .or(actual.value);
        if !d_root.is_some_and(container) || !a_root.is_some_and(container) {
            return false;
        }
        let r_root = match (&r_document, reference) {
            (Some(Some(document)), _) => Ref::Value(document.root()),
            (_, other) => other,
        };
        let (desired, actual) = (desired.opened(d_root), actual.opened(a_root));
        // The path passes into the string where the side that it is read on has one.
        let into;
        let frame = if d_document.is_some() {
            into = frame.decoded("json");
            &into
        } else {
            frame
        };
        match (d_root, a_root) {
            (Some(d), Some(a)) if d.kind() == a.kind() => {
                let facts = cursor.facts();
                if d.kind() == Kind::Map {
                    self.fields(frame, desired, actual, r_root, cursor, &facts);
                } else {
                    super::list::compare(
                        self,
                        frame,
                        (desired, d),
                        (actual, a),
                        r_root,
                        cursor,
                        &facts,
                    );
                }
            }
            (Some(d), Some(a)) => {
                let facts = cursor.facts();
                self.differs(frame, (desired, d), (actual, a), r_root, cursor, &facts);
            }
            _ => {}
        }
        true
    }

    fn fields(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let closed = facts.is(FactKind::Closed);
        let mut names: BTreeMap<&str, (Option<Value<'_>>, Option<Value<'_>>)> = BTreeMap::new();
        for (name, value) in desired.value.into_iter().flat_map(Value::fields) {
            names.entry(name).or_default().0 = Some(value);
        }
        for (name, value) in actual.value.into_iter().flat_map(Value::fields) {
            names.entry(name).or_default().1 = Some(value);
        }
        // Values that stand nowhere may still be marked as unknown.
        for set in [desired.unknown, actual.unknown].into_iter().flatten() {
            for (step, _) in set.children() {
                if let Step::Field(name) = step {
                    names.entry(name).or_default();
                }
            }
        }
        // A map without fields is compared by being there.
        if names.is_empty() {
            self.compared += 1;
        }
        let of_reference: BTreeMap<&str, Value<'_>> = reference
            .value()
            .into_iter()
            .flat_map(Value::fields)
            .collect();
        for (name, (d, a)) in names {
            let secret = [desired.value, actual.value]
                .into_iter()
                .flatten()
                .any(|map| names_secret_entry(map, name));
            let child = cursor.field(name, secret);
            let r = match reference {
                Ref::Value(_) => of_reference
                    .get(name)
                    .map_or(Ref::Absent, |v| Ref::Value(*v)),
                other => other.field(name),
            };
            let step = Step::Field(name.to_owned());
            let frame = frame.field(name, d, a);
            let (d, a) = (desired.below(&step, d), actual.below(&step, a));
            if closed && d.value.is_none() && a.value.is_some() && !a.is_unknown() {
                self.added(&frame, a, r, &child);
            } else {
                self.node(&frame, d, a, r, &child);
            }
        }
    }

    /// Only actual has the value, where nothing may be added.
    pub(super) fn added(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
    ) {
        let facts = cursor.facts();
        let none = Side::none();
        if self.is_left_out(frame, none, actual, cursor, &facts) {
            return;
        }
        let Some(value) = actual.value else { return };
        if self.canon.is_absent(value, &facts) {
            return;
        }
        let (disposition, reason) = match reference {
            Ref::Unknown | Ref::Absent => {
                (Disposition::Drift, "actual holds more than was declared")
            }
            other => self.decide(None, Some(value), other, cursor),
        };
        let found = Found::new(ChangeKind::Added, disposition, reason);
        self.report(frame, none, actual, reference, cursor, found);
    }

    /// Only desired has the value.
    pub(super) fn removed(
        &mut self,
        frame: &Frame<'_>,
        (desired, value): (Side<'_>, Value<'_>),
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        if self.canon.is_absent(value, facts) {
            self.compared += 1;
            return;
        }
        if let Some((entry, write_only)) = unreadable(value, cursor) {
            let reason = if write_only {
                "the provider takes the value and never returns it"
            } else {
                "the provider's interface does not return the value"
            };
            let found = Found::new(ChangeKind::Removed, Disposition::Unknown, reason).by(entry);
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        self.compared += 1;
        let (disposition, reason) = self.decide(Some(value), None, reference, cursor);
        let found = Found::new(ChangeKind::Removed, disposition, reason);
        self.report(frame, desired, actual, reference, cursor, found);
    }

    /// Both sides have a value, and the two differ as a whole.
    fn differs(
        &mut self,
        frame: &Frame<'_>,
        (desired, d): (Side<'_>, Value<'_>),
        (actual, a): (Side<'_>, Value<'_>),
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let tolerance = facts.entry(FactKind::Tolerate);
        if let Some(entry) = tolerance
            && let Fact::Tolerate(tolerance) = &entry.fact
            && let Some(margin) = number_of(d)
                .zip(number_of(a))
                .and_then(|(d, a)| margin_used(tolerance, d, a))
        {
            let reason = "the difference lies within the tolerance";
            let found = Found::new(ChangeKind::Changed, Disposition::Tolerated, reason);
            let found = Found {
                margin: Some(margin),
                ..found.by(Some(entry))
            };
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        let (mut disposition, mut reason) = self.decide(Some(d), Some(a), reference, cursor);
        if matches!(reference, Ref::Unknown) && self.declarer_owns(&frame.path()) {
            disposition = Disposition::Pending;
            reason =
                "whoever declares the value wrote the live one: the new one is not applied yet";
        }
        let found = Found::new(ChangeKind::Changed, disposition, reason);
        self.report(frame, desired, actual, reference, cursor, found);
    }

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
            Ref::Value(value) => Some(value),
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
        if !matches!(declared.kind(), Kind::Map | Kind::List) || declared.kind() != actual.kind() {
            return false;
        }
        let side = |value| Side {
            value: Some(value),
            ..Side::none()
        };
        let mut probe = Walk {
            canon: self.canon,
            limits: self.limits,
            options: self.options,
            roots: (Side::none(), Side::none()),
            managers: &[],
            declaring: Vec::new(),
            changes: Vec::new(),
            warnings: Vec::new(),
            compared: 0,
            probe: true,
            confirmed: false,
        };
        probe.node(
            &Frame::ROOT,
            side(declared),
            side(actual),
            Ref::Unknown,
            cursor,
        );
        !probe.confirmed
    }

    /// Whether the live value at `path` was written by who declares, and by nobody else.
    pub(super) fn declarer_owns(&self, path: &Path) -> bool {
        let path = owned_path(path);
        let others = self
            .managers
            .iter()
            .filter(|manager| manager.paths.contains(&path));
        let mut owners = others.peekable();
        owners.peek().is_some()
            && owners.all(|owner| {
                self.declaring
                    .iter()
                    .any(|declarer| std::ptr::eq(*declarer, owner))
            })
    }

    /// Whether who declares owns something at or below `path`.
    pub(super) fn declarer_reaches(&self, path: &Path) -> bool {
        self.declaring
            .iter()
            .any(|manager| manager.paths.reaches(path))
    }

    fn attribution(&self, path: &Path) -> Option<Attribution> {
        let path = owned_path(path);
        let owners = self
            .managers
            .iter()
            .filter(|manager| manager.paths.contains(&path));
        let last = owners.max_by_key(|manager| (manager.at, &manager.name))?;
        Some(Attribution {
            manager: last.name.clone(),
            operation: last.operation.clone(),
            at: last.at,
        })
    }

    pub(super) fn full(&self) -> bool {
        self.options.full
    }

    pub(super) fn note_compared(&mut self) {
        self.compared += 1;
    }

    pub(super) fn warn(&mut self, code: &'static str, message: &str, path: Path) {
        if !self.probe {
            self.warnings.push((code, message.to_owned(), path));
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
        let mut reference_print = print(reference.value(), desired.sensitive.or(actual.sensitive));
        mark_equal(&mut desired_print, actual_print.as_ref().map(|p| &p.raw));
        mark_equal(&mut actual_print, desired_print.as_ref().map(|p| &p.raw));
        mark_equal(&mut reference_print, desired_print.as_ref().map(|p| &p.raw));
        let attribution = match (found.disposition, actual.value) {
            (Disposition::Unknown | Disposition::Pending, _) | (_, None) => None,
            _ => self.attribution(&path),
        };
        let write_only = found.disposition == Disposition::Unknown
            && found
                .entry
                .is_some_and(|entry| entry.fact == Fact::WriteOnly);
        self.changes.push(Change {
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
            hidden: cursor.hidden().is_some(),
            cursor: cursor.clone(),
            path,
        });
    }
}

/// The path whose owner speaks for `path`: elements of ordered lists belong to their list.
fn owned_path(path: &Path) -> Path {
    let own = |step: &&Step| !matches!(step, Step::Index(_) | Step::Decoded(_) | Step::Hidden(_));
    Path::new(path.steps().iter().take_while(own).cloned().collect())
}

/// Whether a manager owns a field, other than those of the object's frame, that desired has.
fn declares_something(manager: &Manager, desired: &Resource<'_>) -> bool {
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

fn number_of(value: Value<'_>) -> Option<Number<'_>> {
    value.as_number().or_else(|| Number::parse(value.as_str()?))
}

/// Whether nothing of a declared value is ever returned, by which fact, and whether by nature.
fn unreadable<'s>(value: Value<'_>, cursor: &Cursor<'s>) -> Option<(Option<&'s Entry>, bool)> {
    let facts = cursor.facts();
    if let Some(entry) = facts.entry(FactKind::WriteOnly) {
        return Some((Some(entry), true));
    }
    if let Some(entry) = facts.entry(FactKind::ReadGap) {
        return Some((Some(entry), false));
    }
    if value.kind() != Kind::Map || value.is_empty() {
        return None;
    }
    let mut all: Option<(Option<&'s Entry>, bool)> = None;
    for (name, field) in value.fields() {
        let below = unreadable(field, &cursor.field(name, false))?;
        all = Some(match all {
            Some((_, true)) | None => below,
            gap => gap?,
        });
    }
    all
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
                let others = if let Some(Tree::List(items)) = other {
                    items.as_slice()
                } else {
                    &[]
                };
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
