//! Values that are live and not declared: read-only, at default, generated, or undeclared.

use super::frame::Frame;
use super::list;
use super::outcome::{ChangeKind, Disposition};
use super::record::Found;
use super::side::{Ref, Side};
use super::walk::Walk;
use crate::normalize::{Canon, Cursor, Fact, FactKind, Undeclared, element_of, names_secret_entry};
use crate::path::Step;
use crate::value::{Kind, Value};

/// Puts a live-only value into its tier, once at its topmost path.
pub(super) fn undeclared<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    reference: Ref<'_>,
    cursor: &Cursor<'s>,
) {
    let mut tiers = Tiers { walk, owned: matches!(reference, Ref::Unknown) };
    if let (Ref::Value(_), Some(value)) = (reference, actual.value) {
        if tiers.hidden_tier(frame, actual, value, cursor).is_none() {
            let (disposition, reason) = tiers.walk.decide(None, actual.value, reference, cursor);
            let found = Found::new(ChangeKind::Added, disposition, reason);
            tiers.walk.report(frame, Side::none(), actual, reference, cursor, found);
        }
        return;
    }
    if tiers.is_plain(frame, actual, cursor) {
        tiers.report(frame, actual, cursor, Disposition::Undeclared, "live, and not declared");
    }
}

struct Tiers<'t, 'w, 's> {
    walk: &'t mut Walk<'w, 's>,
    /// Whether owners decide: what was last applied by value outweighs them.
    owned: bool,
}

impl<'s> Tiers<'_, '_, 's> {
    fn report(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        cursor: &Cursor<'s>,
        disposition: Disposition,
        reason: &'static str,
    ) {
        let found = Found::new(ChangeKind::Added, disposition, reason);
        self.walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
    }

    fn hidden(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        cursor: &Cursor<'s>,
        found: Found<'s>,
    ) -> bool {
        if self.walk.full() {
            self.walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
        }
        false
    }

    /// Whether nothing is known of the value or of anything below it; what is known is reported.
    fn is_plain(&mut self, frame: &Frame<'_>, actual: Side<'_>, cursor: &Cursor<'s>) -> bool {
        let Some(value) = actual.value else {
            return true;
        };
        if let Some(plain) = self.own_tier(frame, actual, value, cursor) {
            return plain;
        }
        let children = children(self.walk.canon, value, cursor);
        // Those below of which nothing is known; they are reported one by one where others differ.
        let mut plain = Vec::with_capacity(children.len());
        let length = children.len();
        for child in children {
            let side = actual.below(&child.token, Some(child.value));
            let mut below = child.cursor.clone();
            if side.is_sensitive() {
                below.hide();
            }
            if self.is_plain(&child.frame(frame), side, &below) {
                plain.push((child, side, below));
            }
        }
        if plain.len() == length {
            return true;
        }
        for (child, side, below) in plain {
            let reason = "live, and not declared";
            self.report(&child.frame(frame), side, &below, Disposition::Undeclared, reason);
        }
        false
    }

    /// The tiers that hide: `Some(false)` where one has been reported.
    fn hidden_tier(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        value: Value<'_>,
        cursor: &Cursor<'s>,
    ) -> Option<bool> {
        let added = |disposition, reason| Found::new(ChangeKind::Added, disposition, reason);
        let facts = cursor.facts();
        if let Some(entry) = cursor.ignored() {
            if cursor.reopens() && value.kind() == Kind::Map {
                return None;
            }
            let found = added(Disposition::Ignored, "a rule leaves it out").by(Some(entry));
            return Some(self.hidden(frame, actual, cursor, found));
        }
        if actual.is_unknown() {
            self.report(
                frame,
                actual,
                cursor,
                Disposition::Unknown,
                "the live value could not be read",
            );
            return Some(false);
        }
        if let Some(entry) = facts.entry(FactKind::ReadOnly) {
            let found = added(Disposition::ReadOnly, "only the provider writes it").by(Some(entry));
            return Some(self.hidden(frame, actual, cursor, found));
        }
        if self.walk.canon.is_default(value, &facts) {
            let entry = facts.entry(FactKind::Default);
            let found = added(Disposition::AtDefault, "it has the value that absence stands for");
            return Some(self.hidden(frame, actual, cursor, found.by(entry)));
        }
        if self.walk.canon.is_absent(value, &facts) {
            return Some(false);
        }
        if let Some(entry) = facts.entry(FactKind::Generated)
            && let Fact::Generated(glob) = &entry.fact
            && value.as_str().is_none_or(|text| glob.matches(text))
        {
            let found = added(Disposition::Generated, "the provider makes it up").by(Some(entry));
            return Some(self.hidden(frame, actual, cursor, found));
        }
        None
    }

    /// What is known of the value itself: `Some(false)` where that has been reported.
    fn own_tier(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        value: Value<'_>,
        cursor: &Cursor<'s>,
    ) -> Option<bool> {
        if let Some(reported) = self.hidden_tier(frame, actual, value, cursor) {
            return Some(reported);
        }
        let added = |disposition, reason| Found::new(ChangeKind::Added, disposition, reason);
        let facts = cursor.facts();
        if self.owned {
            let path = frame.path();
            if self.walk.declarer_owns(&path) && value.kind() != Kind::Map {
                let reason = "no longer declared, and owned by who declares: not removed yet";
                self.report(frame, actual, cursor, Disposition::Pending, reason);
                return Some(false);
            }
        }
        let entry = facts.entry(FactKind::Undeclared);
        let by_rule = match entry.map(|entry| &entry.fact) {
            Some(Fact::Undeclared(what)) => Some(*what),
            _ => None,
        };
        let watched = facts.is(FactKind::Watch).then(|| facts.entry(FactKind::Watch)).flatten();
        let found = match (by_rule, watched) {
            (Some(Undeclared::Ignore), _) => {
                let found = added(Disposition::Ignored, "a rule leaves it out").by(entry);
                return Some(self.hidden(frame, actual, cursor, found));
            }
            (_, Some(watch)) => {
                added(Disposition::Drift, "live, not declared, and watched").by(Some(watch))
            }
            (Some(Undeclared::Drift), None) => {
                added(Disposition::Drift, "live, and nothing undeclared may be").by(entry)
            }
            (Some(Undeclared::Report), None) => {
                added(Disposition::Undeclared, "live, and not declared").by(entry)
            }
            (None, None) => return None,
        };
        self.walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
        Some(false)
    }
}

/// A field or element of a live value, with the shape there.
struct Child<'d, 's> {
    /// Its name, where it is a field.
    name: Option<&'d str>,
    /// Where it stands in its document.
    token: Step,
    /// How a path names it.
    step: Step,
    value: Value<'d>,
    cursor: Cursor<'s>,
}

impl<'d> Child<'d, '_> {
    fn frame<'f>(&'f self, parent: &'f Frame<'f>) -> Frame<'f>
    where
        'd: 'f,
    {
        match (self.name, &self.token) {
            (Some(name), _) => parent.field(name, None, Some(self.value)),
            (None, Step::Index(index)) => parent.element(self.step.clone(), None, Some(*index)),
            (None, _) => parent.element(self.step.clone(), None, None),
        }
    }
}

fn children<'d, 's>(canon: Canon, value: Value<'d>, cursor: &Cursor<'s>) -> Vec<Child<'d, 's>> {
    match value.kind() {
        Kind::Map => {
            let child = |(name, field): (&'d str, Value<'d>)| Child {
                name: Some(name),
                token: Step::Field(name.to_owned()),
                step: Step::Field(name.to_owned()),
                value: field,
                cursor: cursor.field(name, names_secret_entry(value, name)),
            };
            value.fields().map(child).collect()
        }
        Kind::List => {
            let steps = list::steps(canon, value, cursor);
            let child = |((index, item), step)| Child {
                name: None,
                token: Step::Index(index),
                step,
                value: item,
                cursor: element_of(index, item, |element| cursor.element(element)),
            };
            value.items().enumerate().zip(steps).map(child).collect()
        }
        _ => Vec::new(),
    }
}
