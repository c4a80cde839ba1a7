//! The walk over desired, actual and reference together.

use super::frame::Frame;
use super::outcome::{Change, ChangeKind, Disposition, Oddity, Outcome, Status};
use super::record::Found;
use super::reference::declares_something;
use super::sibling::On;
use super::side::{Ref, Side, Three};
use super::tolerance::margin_used;
use super::{CompareOptions, list, normal, tiers};
use crate::limits::Limits;
use crate::model::{Manager, Resource};
use crate::normalize::{Canon, Cursor, Entry, Fact, FactKind, Facts, ListSemantics, Order, Whole};
use crate::path::{Path, PathSet};
use crate::value::{Kind, Number, Tree, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The state of one comparison.
pub(super) struct Walk<'w, 's> {
    pub(super) canon: Canon,
    pub(super) limits: &'w Limits,
    pub(super) options: &'w CompareOptions,
    roots: (Side<'w>, Side<'w>),
    /// The account that the resource is in, where that is known.
    pub(super) account: Option<&'w str>,
    /// Whether who serves the resource keeps lists as they were written.
    keeps_order: bool,
    pub(super) managers: &'w [Manager],
    /// Those of the managers who declare.
    pub(super) declaring: Vec<&'w Manager>,
    pub(super) changes: Vec<Change<'s>>,
    pub(super) warnings: Vec<Oddity>,
    compared: usize,
    /// How many live values were left to the managers that each rule trusts.
    pub(super) trusted: BTreeMap<usize, u64>,
    /// What stands at places at which rules ask what changes below mean.
    pub(super) wholes: BTreeMap<Path, Arc<Whole>>,
    /// Whether equal hashes have spared a part of the walk.
    spared: bool,
    /// Only whether something confirmed differs is asked.
    pub(super) probe: bool,
    pub(super) confirmed: bool,
    /// Whether the baseline alone says what may be: of a live resource that nobody declares, and inside
    /// what is told of as a whole.
    pub(super) is_whole: bool,
    /// Whether what is known of the undeclared value that the walk is in has been reported.
    pub(super) told: bool,
}

/// A node that is to be compared.
struct Open<'n, 's> {
    /// Values that are as good as none are taken away.
    at: Three<'n>,
    /// The cursor, where a document says that the node must not be shown.
    hiding: Option<Cursor<'s>>,
    facts: Facts<'s>,
}

const NOT_APPLIED: &str =
    "whoever declares the value wrote the live one: the new one is not applied yet";
pub(super) const NOT_REMOVED: &str =
    "no longer declared, and owned by who declares: not removed yet";

impl<'w, 's> Walk<'w, 's> {
    pub(super) fn new(
        desired: &'w Resource<'_>,
        actual: &'w Resource<'_>,
        roots: (Side<'w>, Side<'w>),
        options: &'w CompareOptions,
    ) -> Self {
        let declares = |manager: &&Manager| {
            // Who scales an object declares nothing, be it with the tool that others apply with.
            if manager.subresource.is_some() {
                return false;
            }
            if !options.managers.is_empty() {
                return options.managers.contains(&manager.name);
            }
            manager.operation == "Apply" && declares_something(manager, desired)
        };
        Self {
            canon: Canon { seed: options.seed },
            limits: &options.limits,
            options,
            roots,
            account: actual.account().or_else(|| desired.account()),
            keeps_order: keeps_order(desired, roots.0),
            managers: &actual.managers,
            declaring: actual.managers.iter().filter(declares).collect(),
            changes: Vec::new(),
            warnings: Vec::new(),
            compared: 0,
            trusted: BTreeMap::new(),
            wholes: BTreeMap::new(),
            spared: false,
            probe: false,
            confirmed: false,
            is_whole: false,
            told: false,
        }
    }

    /// Whether the order of a list counts whose key was guessed, where no rule says so.
    pub(super) fn order_of_guesses(&self) -> Order {
        if self.keeps_order { Order::Significant } else { Order::Insignificant }
    }

    /// What stands at the root of a side.
    pub(super) fn root(&self, on: On) -> Option<Value<'w>> {
        let (desired, actual) = self.roots;
        if matches!(on, On::Desired) { desired.value } else { actual.value }
    }

    /// The marks of a side.
    pub(super) fn marks(&self, on: On) -> Option<&'w PathSet> {
        let (desired, actual) = self.roots;
        if matches!(on, On::Desired) { desired.sensitive } else { actual.sensitive }
    }

    /// A walk over a live resource that nobody declares.
    pub(super) fn of_live(
        actual: &'w Resource<'_>,
        root: Side<'w>,
        options: &'w CompareOptions,
    ) -> Self {
        let walk = Self::new(actual, actual, (Side::none(), root), options);
        Self { managers: &[], declaring: Vec::new(), is_whole: true, ..walk }
    }

    /// Holds the live resource against its baseline.
    pub(super) fn recall(mut self, outcome: &mut Outcome<'s>) {
        let (_, actual) = self.roots;
        normal::whole(&mut self, actual, &outcome.shape.root());
        outcome.warnings = self.warnings;
        outcome.changes = self.changes;
    }

    /// A walk that only asks whether anything confirmed differs.
    pub(super) fn probe(&self) -> Self {
        Self {
            canon: self.canon,
            limits: self.limits,
            options: self.options,
            roots: (Side::none(), Side::none()),
            account: None,
            keeps_order: self.keeps_order,
            managers: &[],
            declaring: Vec::new(),
            changes: Vec::new(),
            warnings: Vec::new(),
            compared: 0,
            trusted: BTreeMap::new(),
            wholes: BTreeMap::new(),
            spared: false,
            probe: true,
            confirmed: false,
            is_whole: false,
            told: false,
        }
    }

    /// Walks the pair and fills in its outcome; whether a part of the walk was spared.
    pub(super) fn compare(mut self, reference: Ref<'_>, outcome: &mut Outcome<'s>) -> bool {
        let (desired, actual) = self.roots;
        let at = Three { desired, actual, reference };
        self.node(&Frame::ROOT, &at, &outcome.shape.root());
        outcome.warnings = self.warnings;
        outcome.compared = self.compared;
        outcome.trusted = self.trusted;
        let unknown = self.changes.iter().any(|change| change.disposition == Disposition::Unknown);
        outcome.status = if self.changes.iter().any(|change| change.disposition.is_confirmed()) {
            Status::Drifted
        } else if unknown && self.compared == 0 {
            Status::NotChecked
        } else {
            Status::InSync
        };
        outcome.changes = self.changes;
        self.spared
    }

    /// Whether both sides have the same hash, so that there is nothing to report here or below:
    /// whatever the reference says, and unless what rules hide is to be listed as well.
    pub(super) fn agree(&mut self, desired: Side<'_>, actual: Side<'_>) -> bool {
        let comparable = self.is_spared(desired, actual);
        self.spare(comparable && desired.hash().is_some_and(|hash| actual.hash() == Some(hash)))
    }

    /// Whether equal hashes spare the walk through these two.
    pub(super) fn is_spared(&self, desired: Side<'_>, actual: Side<'_>) -> bool {
        !self.options.full && desired.unknown.is_none() && actual.unknown.is_none()
    }

    /// Notes down whether hashes agree, which spares a part of the walk.
    pub(super) fn spare(&mut self, agree: bool) -> bool {
        self.spared |= agree;
        agree
    }

    /// One node of the three documents.
    ///
    /// The walk recurses through this function, once a level: what needs room stands on the heap or
    /// in functions of its own, which have returned before the walk goes down, so that documents as
    /// deep as they may be are walked on a small stack.
    pub(super) fn node(&mut self, frame: &Frame<'_>, at: &Three<'_>, cursor: &Cursor<'s>) {
        let Some(open) = self.open(frame, at, cursor) else { return };
        let cursor = open.hiding.as_ref().unwrap_or(cursor);
        if open.at.desired.value.is_some() && open.at.actual.value.is_some() {
            self.both(frame, &open.at, cursor, &open.facts);
        } else {
            self.alone(frame, &open, cursor);
        }
    }

    /// What is to be compared at a node; nothing where that is settled.
    #[inline(never)]
    fn open<'n>(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'n>,
        cursor: &Cursor<'s>,
    ) -> Option<Box<Open<'n, 's>>> {
        let Three { desired, actual, reference } = *at;
        if self.agree(desired, actual) || self.options.is_stopped() {
            return None;
        }
        let hiding = any_sensitive(&desired, &actual, &reference).then(|| cursor.hiding());
        let cursor = hiding.as_ref().unwrap_or(cursor);
        let facts = cursor.facts();
        if self.is_left_out(frame, desired, actual, cursor, &facts)
            || self.is_unknown(frame, desired, actual, reference, cursor)
        {
            return None;
        }
        // An element that is there is there, whatever its value.
        let (d, a) = if frame.is_element() {
            (desired, actual)
        } else {
            let (d, a) = self.settle_empty(desired, actual, &facts);
            // An empty declared value leaves it to the provider to make one up, or to copy one.
            let is_absent = |value: Value<'_>| self.canon.is_absent(value, &facts);
            let copies = |entry: &Entry| matches!(entry.fact, Fact::SameAs(_));
            let is_made_up = (facts.entry(FactKind::Generated).is_some()
                || facts.entry(FactKind::Default).is_some_and(copies))
                && a.value.is_some_and(|a| !is_absent(a));
            (Side { value: d.value.filter(|d| !(is_made_up && is_absent(*d))), ..d }, a)
        };
        let a = match (d.value, a.value) {
            (None, None) if desired.value.is_none() => {
                normal::gone(self, frame, actual, cursor);
                return None;
            }
            (None, None) => return None,
            // What came with a declared value that the baseline did not know yet is not its business.
            (Some(_), Some(value)) => {
                Side { near: a.near.filter(|near| near.is_of(value.kind())), ..a }
            }
            _ => a,
        };
        let at = Three { desired: d, actual: a, reference };
        Some(Box::new(Open { at, hiding, facts }))
    }

    /// Only one side has a value.
    #[inline(never)]
    fn alone(&mut self, frame: &Frame<'_>, open: &Open<'_, 's>, cursor: &Cursor<'s>) {
        let Three { desired, actual, reference } = open.at;
        if desired.value.is_some() {
            self.removed(frame, desired, actual, reference, cursor, &open.facts);
        } else {
            tiers::undeclared(self, frame, actual, reference, cursor);
        }
    }

    /// Whether one side's value is not known, which is reported.
    fn is_unknown(
        &mut self,
        frame: &Frame<'_>,
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        if !desired.is_unknown() && !actual.is_unknown() {
            return false;
        }
        // What desired does not declare need not be comparable.
        let kind = match actual.value {
            None => ChangeKind::Removed,
            Some(_) if desired.value.is_none() && !desired.is_unknown() => ChangeKind::Added,
            Some(_) => ChangeKind::Changed,
        };
        let reason = if desired.is_unknown() {
            "the declared value is not known yet"
        } else {
            "the live value could not be read"
        };
        let found = Found::new(kind, Disposition::Unknown, reason);
        self.report(frame, desired, actual, reference, cursor, found);
        true
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
        let is_opened =
            |side: Side<'_>| side.value.is_some_and(|value| !self.canon.is_left_out(value, cursor));
        let read_only = facts.entry(FactKind::ReadOnly);
        let declared =
            read_only.filter(|entry| matches!(entry.fact, Fact::ReadOnly { declared: true }));
        let (entry, disposition, reason) = match (cursor.ignored(), declared) {
            (Some(_), _) if cursor.reopens() && (is_opened(desired) || is_opened(actual)) => {
                return false;
            }
            (Some(entry), _) => (entry, Disposition::Ignored, "a rule leaves it out"),
            (None, Some(entry)) => (entry, Disposition::ReadOnly, "only the provider writes it"),
            (None, None) => return false,
        };
        if !self.options.full {
            return true;
        }
        // As printed, so that the order of a set is no difference here either.
        let print = |value: Value<'_>| self.canon.tree(value, cursor, None, false);
        let kind = match (desired.value, actual.value) {
            (Some(d), Some(a)) if print(d) != print(a) => ChangeKind::Changed,
            (Some(_), None) => ChangeKind::Removed,
            (None, Some(_)) => ChangeKind::Added,
            _ => return true,
        };
        let found = Found::new(kind, disposition, reason).by(Some(entry));
        self.report(frame, desired, actual, Ref::Unknown, cursor, found);
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
            Side { value: desired.value.filter(|_| keep_desired), ..desired },
            Side { value: actual.value.filter(|_| keep_actual), ..actual },
        )
    }

    fn both(&mut self, frame: &Frame<'_>, at: &Three<'_>, cursor: &Cursor<'s>, facts: &Facts<'s>) {
        let (Some(d), Some(a)) = (at.desired.value, at.actual.value) else { return };
        if facts.equality().opens().is_some() && self.decoded(frame, at, cursor) {
            return;
        }
        if cursor.may_be_single() {
            self.singles(frame, at, cursor, facts);
            return;
        }
        if d.kind() != a.kind() && self.embedded(frame, at, cursor) {
            return;
        }
        match (d.kind(), a.kind()) {
            (Kind::Map, Kind::Map) => self.fields(frame, at, cursor, facts),
            (Kind::List, Kind::List) if facts.list() != Some(&ListSemantics::Atomic) => {
                list::compare(self, frame, at, cursor, facts);
            }
            _ if self.canon.same(d, a, cursor) || facts.relates(d, a) => self.compared += 1,
            _ => {
                self.compared += 1;
                self.differs(frame, at, cursor, facts);
            }
        }
    }

    pub(super) fn fields(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let closed = facts.is(FactKind::Closed);
        let fields = self.fields_of(at, cursor, facts);
        // A map without fields is compared by being there.
        if fields.is_empty() {
            self.compared += 1;
        }
        for field in &fields {
            let frame = Box::new(field.frame(frame));
            if closed && field.is_extra() {
                self.extra(&frame, &field.at, &field.cursor);
            } else {
                self.node(&frame, &field.at, &field.cursor);
            }
        }
        if !closed {
            normal::gone_fields(self, frame, &at.desired, &at.actual, cursor);
        }
    }

    /// A field that only actual has, of a map that must match whole.
    #[inline(never)]
    fn extra(&mut self, frame: &Frame<'_>, at: &Three<'_>, cursor: &Cursor<'s>) {
        if !tiers::is_known(self, frame, at.actual, cursor) {
            self.added(frame, at.actual, at.reference, cursor);
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
            Ref::Unknown if self.declarer_owns(frame) => (Disposition::Pending, NOT_REMOVED),
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
        desired: Side<'_>,
        actual: Side<'_>,
        reference: Ref<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let Some(value) = desired.value else { return };
        if self.canon.is_absent(value, facts)
            || self.is_like_its_sibling(frame, On::Desired, value, cursor)
        {
            self.compared += 1;
            return;
        }
        // A path that holds at any depth speaks of fields: an element that is missing from a list that
        // was read is missing.
        let speaks = |(by, write_only): &(Option<&Entry>, bool)| {
            let is_anchored = by.is_none_or(|entry| entry.rank.is_anchored());
            is_anchored || *write_only || !frame.is_element()
        };
        if let Some((entry, write_only)) = unreadable(value, cursor).filter(speaks) {
            let reason = if write_only {
                "the provider takes the value and never returns it"
            } else {
                "the provider's interface does not return the value"
            };
            let found = Found::new(ChangeKind::Removed, Disposition::Unknown, reason).by(entry);
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        if actual.unread {
            let reason = "the mapping of the live side does not read the field";
            let found = Found::new(ChangeKind::Removed, Disposition::Unknown, reason);
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        self.compared += 1;
        let (mut disposition, mut reason) = self.decide(Some(value), None, reference, cursor);
        if matches!(reference, Ref::Unknown) && self.declarer_owns(frame) {
            (disposition, reason) = (Disposition::Pending, NOT_APPLIED);
        }
        let found = Found::new(ChangeKind::Removed, disposition, reason);
        self.report(frame, desired, actual, reference, cursor, found);
    }

    /// Both sides have a value, and the two differ as a whole.
    pub(super) fn differs(
        &mut self,
        frame: &Frame<'_>,
        at: &Three<'_>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) {
        let Three { desired, actual, reference } = *at;
        let (Some(d), Some(a)) = (desired.value, actual.value) else { return };
        let tolerance = facts.entry(FactKind::Tolerate);
        if let Some(entry) = tolerance
            && let Fact::Tolerate(tolerance) = &entry.fact
            && let Some(margin) =
                number_of(d).zip(number_of(a)).and_then(|(d, a)| margin_used(tolerance, d, a))
        {
            let reason = "the difference lies within the tolerance";
            let found = Found::new(ChangeKind::Changed, Disposition::Tolerated, reason);
            let found = Found { margin: Some(margin), ..found.by(Some(entry)) };
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        if let Some(reason) = facts.undecided(d, a) {
            let found = Found::new(ChangeKind::Changed, Disposition::Unknown, reason);
            let found = found.by(facts.entry(FactKind::Equal));
            self.report(frame, desired, actual, reference, cursor, found);
            return;
        }
        let (mut disposition, mut reason) = self.decide(Some(d), Some(a), reference, cursor);
        if matches!(reference, Ref::Unknown) && self.declarer_owns(frame) {
            (disposition, reason) = (Disposition::Pending, NOT_APPLIED);
        }
        let found = Found::new(ChangeKind::Changed, disposition, reason);
        self.report(frame, desired, actual, reference, cursor, found);
    }

    pub(super) fn full(&self) -> bool {
        self.options.full
    }

    pub(super) fn note_compared(&mut self) {
        self.compared += 1;
    }
}

/// Whether the API server of Kubernetes serves the object. It keeps the lists of custom objects as they were written:
/// what the schema does not call a set or a map is replaced as a whole (Server-Side Apply, Merge strategy).
fn keeps_order(desired: &Resource<'_>, root: Side<'_>) -> bool {
    let is_object =
        |value: Value<'_>| value.get("kind").is_some() && value.get("metadata").is_some();
    desired.key.provider == "kubernetes" && root.value.is_some_and(is_object)
}

fn any_sensitive(desired: &Side<'_>, actual: &Side<'_>, reference: &Ref<'_>) -> bool {
    desired.is_sensitive() || actual.is_sensitive() || reference.side().is_sensitive()
}

pub(super) fn number_of(value: Value<'_>) -> Option<Number<'_>> {
    value.as_number().or_else(|| Number::parse(value.as_str()?))
}

/// Whether nothing of a declared value is ever returned, by which fact, and whether by nature.
pub(super) fn unreadable<'s>(
    value: Value<'_>,
    cursor: &Cursor<'s>,
) -> Option<(Option<&'s Entry>, bool)> {
    let facts = cursor.facts();
    if let Some(entry) = facts.entry(FactKind::WriteOnly) {
        return Some((Some(entry), true));
    }
    if let Some(entry) = facts.entry(FactKind::ReadGap) {
        return Some((Some(entry), false));
    }
    if value.kind() != Kind::Map || value.is_empty() || cursor.single(value).is_some() {
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
