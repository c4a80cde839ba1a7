//! Live values that nobody declares, held against a baseline: what is as it was, and what is new, has
//! changed or is gone since.

use super::decoded::Recalled;
use super::frame::Frame;
use super::known::{aligned, both, guessed_key};
use super::list;
use super::near::{Near, Was};
use super::outcome::{ChangeKind, Disposition};
use super::record::Found;
use super::side::{Ref, Side};
use super::tiers;
use super::tolerance::margin_used;
use super::walk::{Walk, number_of, unreadable};
use crate::normalize::{
    Cursor, Fact, FactKind, ListSemantics, Undeclared, decode, is_recalled_unordered,
    names_secret_entry,
};
use crate::path::Step;
use crate::value::{ContentHash, Embedded, Kind, Value};
use std::collections::BTreeSet;

/// Whether the live value is another than the one that the baseline holds, and that one says
/// something.
pub(super) fn has_changed(walk: &Walk<'_, '_>, actual: Side<'_>, cursor: &Cursor<'_>) -> bool {
    let Some(near) = actual.near else { return false };
    let (Some(was), Some(live)) = (near.value(), near.live()) else { return false };
    !walk.canon.is_absent(was, &cursor.facts()) && !walk.canon.same(was, live, cursor)
}

/// Says what an undeclared live value is; `told` says whether what rules know of it and of what is in it
/// has been reported.
pub(super) fn settle_told<'s>(
    walk: &mut Walk<'_, 's>,
    told: bool,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
    plain: Found<'s>,
) {
    let before = (walk.told, walk.is_whole);
    (walk.told, walk.is_whole) = (told, !told || walk.is_whole);
    settle(walk, frame, actual, cursor, plain);
    (walk.told, walk.is_whole) = before;
}

/// Says what an undeclared live value is, once at its topmost path where it is as it was.
fn settle<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
    plain: Found<'s>,
) {
    let Some(near) = actual.near else {
        return walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, plain);
    };
    let (was, live) = match (near.was(), near.live()) {
        (Was::Value(was), Some(live)) => (was, live),
        (Was::Absent, _) => {
            let found = Found::new(ChangeKind::Added, Disposition::Drift, NEW);
            return walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
        }
        _ => return walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, plain),
    };
    let marked = near.marks();
    if marked.blind {
        let found = Found::new(ChangeKind::Added, Disposition::Unknown, BLIND);
        return walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
    }
    let atomic = cursor.facts().list() == Some(&ListSemantics::Atomic);
    let same = is_same(walk, was, live, marked.unordered, cursor);
    if same && marked.blind_below && atomic {
        let found = Found::new(ChangeKind::Added, Disposition::Unknown, BLIND);
        return walk.report(frame, Side::none(), actual, Ref::Unknown, cursor, found);
    }
    if same && !marked.blind_below {
        let found = Found::new(ChangeKind::Added, Disposition::Accepted, AS_IT_WAS);
        return walk.report_since(frame, actual, near.side(), cursor, found);
    }
    if cursor.facts().equality().opens().is_some() && opened(walk, frame, actual, cursor) {
        return;
    }
    compounds(walk, frame, actual, cursor);
}

/// Tells of the parts of what is not as it was, or of the whole where there are none.
fn compounds<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
) {
    let near = actual.near.and_then(|near| Some((near.value()?, near.live()?)));
    let Some((was, live)) = near else { return };
    if both(was, live, Kind::Map) {
        return fields(walk, frame, actual, cursor);
    }
    let atomic = cursor.facts().list() == Some(&ListSemantics::Atomic);
    if both(was, live, Kind::List) && !atomic {
        return items(walk, frame, actual, cursor);
    }
    changed(walk, frame, actual, cursor);
}

/// Opens the document in a string that is not as it was; false where there is none to open.
fn opened<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
) -> bool {
    let Some(text) = actual.value.and_then(Value::as_str) else { return false };
    let Some(recalled) = Recalled::of(actual, cursor).filter(Recalled::is_open) else {
        return false;
    };
    let Some(document) = decode(text, cursor) else { return false };
    let near = Some(recalled.near());
    let side = Side { near, ..actual.opened(Some(document.root())) };
    let form = cursor.facts().equality().opens().unwrap_or(Embedded::Json);
    let before = (walk.told, walk.is_whole);
    (walk.told, walk.is_whole) = (false, true);
    compounds(walk, &frame.decoded(form.name(), true, true), side, cursor);
    (walk.told, walk.is_whole) = before;
    true
}

fn is_same(
    walk: &Walk<'_, '_>,
    was: Value<'_>,
    live: Value<'_>,
    unordered: bool,
    cursor: &Cursor<'_>,
) -> bool {
    if walk.canon.same(was, live, cursor) {
        return true;
    }
    if !unordered || !both(was, live, Kind::List) {
        return false;
    }
    let sorted = |list: Value<'_>| {
        let hash =
            |(index, item): (usize, Value<'_>)| walk.canon.hash(item, &cursor.item(index, item));
        let mut hashes: Vec<ContentHash> = list.items().enumerate().map(hash).collect();
        hashes.sort_unstable();
        hashes
    };
    sorted(was) == sorted(live)
}

/// A value that is another as a whole.
fn changed<'s>(walk: &mut Walk<'_, 's>, frame: &Frame<'_>, actual: Side<'_>, cursor: &Cursor<'s>) {
    let Some(near) = actual.near else { return };
    let facts = cursor.facts();
    let numbers = near.value().and_then(number_of).zip(near.live().and_then(number_of));
    if let Some(entry) = facts.entry(FactKind::Tolerate)
        && let Fact::Tolerate(tolerance) = &entry.fact
        && let Some(margin) = numbers.and_then(|(was, live)| margin_used(tolerance, was, live))
    {
        let reason = "the difference from the baseline lies within the tolerance";
        let found = Found::new(ChangeKind::Changed, Disposition::Tolerated, reason);
        let found = Found { margin: Some(margin), ..found.by(Some(entry)) };
        return walk.report_since(frame, actual, near.side(), cursor, found);
    }
    let found = Found::new(ChangeKind::Changed, Disposition::Drift, CHANGED);
    walk.report_since(frame, actual, near.side(), cursor, found);
}

/// The fields of a map that is not as it was: each has its own story.
fn fields<'s>(walk: &mut Walk<'_, 's>, frame: &Frame<'_>, actual: Side<'_>, cursor: &Cursor<'s>) {
    let Some(value) = actual.value else { return };
    for child in &tiers::children(walk, actual, value, cursor, None) {
        tiers::undeclared(walk, &child.frame(frame), child.side, Ref::Unknown, &child.cursor);
    }
    gone_fields(walk, frame, &Side::none(), &actual, cursor);
}

/// Fields that the baseline has and that are neither declared nor live.
pub(super) fn gone_fields<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    desired: &Side<'_>,
    actual: &Side<'_>,
    cursor: &Cursor<'s>,
) {
    let Some(was) = actual.near.and_then(Near::value).filter(|was| was.kind() == Kind::Map) else {
        return;
    };
    let has = |side: &Side<'_>, name: &str| {
        side.value.is_some_and(|map| map.kind() == Kind::Map && map.get(name).is_some())
    };
    for (name, _) in was.fields() {
        let step = Step::Field(name.to_owned());
        let declared = has(desired, name) || desired.below(&step, None).is_unknown();
        if !declared && !has(actual, name) {
            let cursor = cursor.field(name, names_secret_entry(was, name));
            gone(walk, &frame.field(name, None, None), actual.below(&step, None), &cursor);
        }
    }
}

/// The elements of a list that is not as it was.
fn items<'s>(walk: &mut Walk<'_, 's>, frame: &Frame<'_>, actual: Side<'_>, cursor: &Cursor<'s>) {
    let (Some(value), Some(near)) = (actual.value, actual.near) else { return };
    let (Some(live), Some(was)) = (near.live(), near.value()) else { return };
    let marked = near.marks();
    let known = aligned(walk, live, was, marked.unordered, cursor);
    let guessed = guessed_key(near, &cursor.facts());
    let any_order = is_recalled_unordered(&cursor.facts()) || marked.unordered || guessed.is_some();
    if let Some(key) = &guessed {
        let message = format!("matched by `{key}`, which no rule or schema says");
        walk.warn("guessed_list_key", &message, frame.path());
    }
    if !any_order && !known.iter().flatten().is_sorted() {
        let reason = "the elements stand in another order than in the baseline";
        let found = Found::new(ChangeKind::Moved, Disposition::Drift, reason);
        return walk.report_since(frame, actual, near.side(), cursor, found);
    }
    for child in &tiers::children(walk, actual, value, cursor, guessed.as_deref()) {
        tiers::undeclared(walk, &child.frame(frame), child.side, Ref::Unknown, &child.cursor);
    }
    gone_items(walk, frame, &known, near, cursor);
}

/// Elements of an open list that the baseline has and that are neither declared nor live.
pub(super) fn gone_from_open<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    desired: &Side<'_>,
    actual: &Side<'_>,
    cursor: &Cursor<'s>,
) {
    let Some(near) = actual.near else { return };
    let (Some(live), Some(was)) = (near.live(), near.value()) else { return };
    if !both(live, was, Kind::List) {
        return;
    }
    let unordered = near.marks().unordered;
    let mut known = aligned(walk, live, was, unordered, cursor);
    if let Some(desired) = desired.value.filter(|value| value.kind() == Kind::List) {
        known.extend(aligned(walk, desired, was, unordered, cursor));
    }
    gone_items(walk, frame, &known, near, cursor);
}

/// Elements of the baseline's list that nothing belongs to.
fn gone_items<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    known: &[Option<usize>],
    near: Near<'_>,
    cursor: &Cursor<'s>,
) {
    let Some(was) = near.value() else { return };
    let taken: BTreeSet<usize> = known.iter().flatten().copied().collect();
    if taken.len() == was.len() {
        return;
    }
    let steps = list::steps(walk.canon, near.side(), cursor, None);
    let mut before = None;
    for ((index, item), step) in was.items().enumerate().zip(steps) {
        let element = cursor.item_behind(before.replace(item), index, item);
        if !taken.contains(&index) {
            let at = near.at(&Step::Index(index), None, Some(item));
            let side = Side { near: Some(at), ..Side::none() };
            gone(walk, &frame.element(step, None, None), side, &element);
        }
    }
}

/// A value that the baseline has, and that is neither declared nor live.
pub(super) fn gone<'s>(
    walk: &mut Walk<'_, 's>,
    frame: &Frame<'_>,
    actual: Side<'_>,
    cursor: &Cursor<'s>,
) {
    let Some(near) = actual.near else { return };
    let Some(was) = near.value() else { return };
    if actual.is_unknown() || !is_missed(walk, was, cursor) {
        return;
    }
    let by = match unreadable(was, cursor) {
        Some((entry, _)) => Some(entry),
        None if actual.unread => Some(None),
        None => None,
    };
    let found = match by {
        Some(entry) => {
            let reason = "in the baseline, and not returned by what was read";
            Found::new(ChangeKind::Added, Disposition::Unknown, reason).by(entry)
        }
        None => Found::new(ChangeKind::Removed, Disposition::Drift, GONE),
    };
    walk.report_since(frame, Side::none(), near.side(), cursor, found);
}

/// Whether it says anything that the value is not there any more.
fn is_missed(walk: &Walk<'_, '_>, was: Value<'_>, cursor: &Cursor<'_>) -> bool {
    let facts = cursor.facts();
    let hidden = [FactKind::ReadOnly, FactKind::Generated].into_iter();
    let left_out = matches!(
        facts.entry(FactKind::Undeclared).map(|entry| &entry.fact),
        Some(Fact::Undeclared(Undeclared::Ignore))
    );
    if walk.canon.is_left_out(was, cursor)
        || hidden.into_iter().any(|kind| facts.entry(kind).is_some())
        || left_out
        || walk.canon.is_absent(was, &facts)
    {
        return false;
    }
    if was.kind() != Kind::Map || was.is_empty() {
        return true;
    }
    was.fields().any(|(name, field)| is_missed(walk, field, &cursor.field(name, false)))
}

/// Compares all of a live resource that nobody declares.
pub(super) fn whole<'s>(walk: &mut Walk<'_, 's>, actual: Side<'_>, cursor: &Cursor<'s>) {
    let made_up = cursor.facts().entry(FactKind::Generated).is_some();
    if made_up || (cursor.ignored().is_some() && !cursor.reopens()) {
        return;
    }
    let found = Found::new(ChangeKind::Added, Disposition::Undeclared, "live, and not declared");
    settle(walk, &Frame::ROOT, actual, cursor, found);
    // What is as it was is told of the resource, and what is not known of it not at all.
    let tells = |disposition: Disposition| {
        matches!(disposition, Disposition::Drift | Disposition::Unknown | Disposition::Tolerated)
    };
    walk.changes.retain(|change| tells(change.disposition));
}

pub(crate) const NEW: &str = "live and not declared: new since the baseline";
pub(crate) const CHANGED: &str = "live and not declared: changed since the baseline";
pub(crate) const GONE: &str = "not declared, and gone since the baseline";
const AS_IT_WAS: &str = "as in the baseline";
const BLIND: &str = "a secret of which the baseline holds no digest for this key: it cannot be told \
    whether it changed";
