//! Values that are live and not declared: read-only, at default, generated, or undeclared.

use super::frame::{Frame, Token};
use super::outcome::{Change, ChangeKind, Disposition};
use super::record::Found;
use super::sibling::On;
use super::side::{Ref, Side};
use super::walk::{NOT_REMOVED, Walk};
use super::{known, list, normal};
use crate::normalize::{Cursor, Fact, FactKind, Undeclared, names_secret_entry};
use crate::path::Step;
use crate::value::{Kind, Tree, Value};

/// Puts a live-only value into its tier, once at its topmost path.
pub(super) fn undeclared<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    reference: Ref<'_>,
    cursor: &Cursor<'s>,
) {
    let Some(value) = actual.value else { return };
    let mut tiers = Tiers { walk, owned: matches!(reference, Ref::Unknown) };
    let facts = cursor.facts();
    let as_good_as_none = |was: &Value<'_>| {
        Tree::of_empty(*was) == Some(Tree::Map(Vec::new()))
            || tiers.walk.canon.is_absent(*was, &facts)
    };
    let Some(was) = reference.value().filter(|was| !as_good_as_none(was)) else {
        let before = tiers.walk.changes.len();
        let plain = tiers.is_plain(frame, actual, cursor);
        if walk.told {
            // All but what hides in an element that was taken whole.
            let again = walk.changes.split_off(before);
            walk.changes.extend(again.into_iter().filter(|change| change.disposition.is_hidden()));
        }
        if plain {
            normal::settle_told(walk, true, frame, actual, cursor, unexplained());
        }
        return;
    };
    if tiers.hidden_tier(frame, actual, value, cursor).is_some() {
        return;
    }
    // A map that was applied and has grown since: each field has its own story.
    let single = cursor.single(value).is_some();
    let grown = was.kind() == Kind::Map && value.kind() == Kind::Map && !single;
    if grown && !walk.canon.same(was, value, cursor) {
        for child in &children(walk, actual, value, cursor, None) {
            let was = child.name.and_then(|name| was.get(name));
            let was = Ref::of(reference.side().below(&child.step, was));
            undeclared(walk, &child.frame(frame), child.side, was, &child.cursor);
        }
        return;
    }
    let (disposition, reason) = walk.decide(None, actual.value, reference, cursor);
    let found = Found::new(ChangeKind::Added, disposition, reason);
    walk.report(frame, Side::none(), actual, reference, cursor, found);
}

/// Whether a live-only value of a map or list that must match whole is known not to be more than was declared:
/// itself, or each of its fields. What is known is reported.
pub(super) fn is_known<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
) -> bool {
    let Some(value) = actual.value else { return false };
    let mut tiers = Tiers { walk, owned: false };
    let itself = tiers.hidden_tier(frame, actual, value, cursor).is_some()
        || tiers.is_trusted(frame, actual, cursor);
    // What is in an element makes it more than was declared, whatever is known of it.
    if itself || frame.is_element() {
        return itself;
    }
    if value.kind() != Kind::Map || value.is_empty() {
        return false;
    }
    let before = walk.changes.len();
    let children = children(walk, actual, value, cursor, None);
    let mut known =
        |child: &Child<'_, 's>| is_known(walk, &child.frame(frame), child.side, &child.cursor);
    let all = children.iter().all(&mut known);
    if !all {
        walk.changes.truncate(before);
    }
    all
}

/// Why an undeclared value is drift by a rule's will.
pub(crate) const WATCHED: &str = "live, not declared, and watched";
pub(crate) const FORBIDDEN: &str = "live, and nothing undeclared may be";

/// What is said of a value of which nothing is known.
fn unexplained<'s>() -> Found<'s> {
    Found::new(ChangeKind::Added, Disposition::Undeclared, "live, and not declared")
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
        let children = children(self.walk, actual, value, cursor, None);
        // Those below of which nothing is known; they are reported one by one where others differ.
        let mut plain = Vec::with_capacity(children.len());
        let before = self.walk.changes.len();
        for child in &children {
            if self.is_plain(&child.frame(frame), child.side, &child.cursor) {
                plain.push(child);
            }
        }
        if plain.len() == children.len() {
            return true;
        }
        // An element stays whole: what hides inside it is a part of it.
        if frame.is_element() && !plain.is_empty() {
            let rest = self.walk.changes.split_off(before);
            let stays = |change: &Change<'s>| !change.disposition.is_hidden();
            self.walk.changes.extend(rest.into_iter().filter(stays));
            return true;
        }
        for child in plain {
            let (frame, side) = (child.frame(frame), child.side);
            normal::settle_told(self.walk, true, &frame, side, &child.cursor, unexplained());
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
            if !self.walk.canon.is_left_out(value, cursor) {
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
        // What was something else in the baseline is no default that was always there.
        let changed = normal::has_changed(self.walk, actual, cursor);
        let is_default = |walk: &Walk<'_, '_>| {
            walk.canon.is_default(value, &facts)
                || walk.is_like_its_sibling(frame, On::Actual, value, cursor)
        };
        if !changed && is_default(self.walk) {
            let entry = facts.entry(FactKind::Default);
            let found = added(Disposition::AtDefault, "it has the value that absence stands for");
            return Some(self.hidden(frame, actual, cursor, found.by(entry)));
        }
        if !changed && self.walk.canon.is_initial(value, cursor) {
            let entry = facts.entry(FactKind::Initial);
            let found =
                added(Disposition::AtDefault, "the provider gives it where none is declared");
            return Some(self.hidden(frame, actual, cursor, found.by(entry)));
        }
        if !changed && self.walk.canon.is_absent(value, &facts) {
            return Some(false);
        }
        if let Some(entry) = facts.entry(FactKind::Generated)
            && let Fact::Generated(globs) = &entry.fact
            && value.as_str().is_none_or(|text| globs.iter().any(|glob| glob.matches(text)))
            && !self.holds_watched(frame, actual, value, cursor)
        {
            let found = added(Disposition::Generated, "the provider makes it up").by(Some(entry));
            return Some(self.hidden(frame, actual, cursor, found));
        }
        None
    }

    /// Whether a rule watches something in the value of which nothing is known: who makes a value up makes up
    /// nothing such.
    fn holds_watched(
        &mut self,
        frame: &Frame<'_>,
        actual: Side<'_>,
        value: Value<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        // Of what is told as a whole, a baseline alone says what may be.
        if self.walk.is_whole {
            return false;
        }
        children(self.walk, actual, value, cursor, None).iter().any(|child| {
            let (frame, Some(value)) = (child.frame(frame), child.side.value) else { return false };
            if self.walk.canon.is_watched(value, &child.cursor.facts()) {
                let before = self.walk.changes.len();
                let known = self.hidden_tier(&frame, child.side, value, &child.cursor).is_some();
                self.walk.changes.truncate(before);
                return !known;
            }
            self.holds_watched(&frame, child.side, value, &child.cursor)
        })
    }

    /// Whether managers alone wrote the value that a rule trusts.
    fn is_trusted(&mut self, frame: &Frame<'_>, actual: Side<'_>, cursor: &Cursor<'s>) -> bool {
        if self.walk.managers.is_empty() {
            return false;
        }
        let facts = cursor.facts();
        let Some(entry) = facts.entry(FactKind::Trust) else { return false };
        let Fact::Trust(names) = &entry.fact else { return false };
        if !self.walk.trusted_alone_own(&frame.path(), names) {
            return false;
        }
        if !self.walk.told {
            *self.walk.trusted.entry(entry.rule).or_default() += 1;
        }
        let reason = "only managers that are trusted wrote it";
        let found = Found::new(ChangeKind::Added, Disposition::Generated, reason);
        self.hidden(frame, actual, cursor, found.by(Some(entry)));
        true
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
        if self.is_trusted(frame, actual, cursor) {
            return Some(false);
        }
        let added = |disposition, reason| Found::new(ChangeKind::Added, disposition, reason);
        let facts = cursor.facts();
        if self.owned && value.kind() != Kind::Map && self.walk.declarer_owns(frame) {
            self.report(frame, actual, cursor, Disposition::Pending, NOT_REMOVED);
            return Some(false);
        }
        let entry = facts.entry(FactKind::Undeclared);
        let by_rule = match entry.map(|entry| &entry.fact) {
            Some(Fact::Undeclared(what)) => Some(*what),
            _ => None,
        };
        let is_watched = self.walk.canon.is_watched(value, &facts);
        let watched = is_watched.then(|| facts.entry(FactKind::Watch)).flatten();
        let found = match (by_rule, watched) {
            (Some(Undeclared::Ignore), _) => {
                let found = added(Disposition::Ignored, "a rule leaves it out").by(entry);
                return Some(self.hidden(frame, actual, cursor, found));
            }
            (Some(Undeclared::Drift), _) | (_, Some(_)) if self.walk.is_whole => return None,
            (_, Some(watch)) => added(Disposition::Drift, WATCHED).by(Some(watch)),
            (Some(Undeclared::Drift), None) => added(Disposition::Drift, FORBIDDEN).by(entry),
            (Some(Undeclared::Report), None) => {
                let found = unexplained().by(entry);
                normal::settle_told(self.walk, false, frame, actual, cursor, found);
                return Some(false);
            }
            (None, None) => return None,
        };
        self.walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
        Some(false)
    }
}

/// A field or element of a live value, with the shape there.
pub(super) struct Child<'d, 's> {
    /// Its name, where it is a field.
    name: Option<&'d str>,
    /// How a pointer names it, where it is an element.
    token: Token<'d>,
    /// How a path names it.
    step: Step,
    pub(super) side: Side<'d>,
    pub(super) cursor: Cursor<'s>,
}

impl Child<'_, '_> {
    pub(super) fn frame<'f>(&'f self, parent: &'f Frame<'f>) -> Frame<'f> {
        match self.name {
            Some(name) => parent.field(name, None, self.side.value.map(|value| (name, value))),
            None => {
                let at = self.side.value.map(|value| (self.token, value));
                parent.element(self.step.clone(), None, at)
            }
        }
    }
}

/// The fields or elements of a live value. Elements go by the key `guessed` where one is given.
pub(super) fn children<'d, 's>(
    walk: &Walk<'_, 's>,
    actual: Side<'d>,
    value: Value<'d>,
    cursor: &Cursor<'s>,
    guessed: Option<&str>,
) -> Vec<Child<'d, 's>> {
    let hiding = |side: Side<'_>, cursor: Cursor<'s>| {
        if side.is_sensitive() { cursor.hiding() } else { cursor }
    };
    if let Some(element) = cursor.single(value) {
        let steps = list::steps(walk.canon, actual, cursor, None);
        let child = |step| {
            let cursor = hiding(actual, element.clone());
            Child { name: None, token: Token::None, step, side: actual, cursor }
        };
        return steps.into_iter().map(child).collect();
    }
    let field = |(name, field): (&'d str, Value<'d>)| {
        let step = Step::Field(name.to_owned());
        let side = actual.below(&step, Some(field));
        let cursor = hiding(side, cursor.field(name, names_secret_entry(value, name)));
        Child { name: Some(name), token: Token::None, step, side, cursor }
    };
    if value.kind() == Kind::Map {
        return value.fields().map(field).collect();
    }
    let steps = if value.is_empty() {
        Vec::new()
    } else {
        list::steps(walk.canon, actual, cursor, guessed)
    };
    let near = |near| known::elements(walk, near, value.len(), cursor);
    let nears = actual.near.map(near).unwrap_or_default();
    let mut before = None;
    let element = |((index, item), step): ((usize, Value<'d>), Step)| {
        let near = nears.get(index).copied();
        let side = Side { near, ..actual.below(&Step::Index(index), Some(item)) };
        let cursor = cursor.item_behind(before.replace(item), index, item);
        let cursor = hiding(side, cursor);
        Child { name: None, token: Token::Index(index), step, side, cursor }
    };
    value.items().enumerate().zip(steps).map(element).collect()
}
