//! Documents inside strings, opened and compared.

use super::frame::Frame;
use super::list;
use super::near::Near;
use super::side::{Ref, Side};
use super::walk::Walk;
use crate::normalize::{Cursor, decode};
use crate::value::{Document, Kind, Value};

/// The documents in the strings that a baseline is held against.
pub(super) struct Recalled<'d> {
    near: Near<'d>,
    live: Option<Document<'d>>,
    was: Option<Document<'d>>,
}

impl<'d> Recalled<'d> {
    pub(super) fn of(actual: Side<'d>, cursor: &Cursor<'_>) -> Option<Self> {
        let near = actual.near?;
        let open = |value: Option<Value<'d>>| decode(value?.as_str()?, cursor);
        Some(Self { near, live: open(near.live()), was: open(near.value()) })
    }

    /// Whether both hold a map, or both a list.
    pub(super) fn is_open(&self) -> bool {
        let kind = |document: &Option<Document<'_>>| document.as_ref().map(|d| d.root().kind());
        matches!(
            (kind(&self.live), kind(&self.was)),
            (Some(Kind::Map), Some(Kind::Map)) | (Some(Kind::List), Some(Kind::List))
        )
    }

    pub(super) fn near(&self) -> Near<'_> {
        let root = |document: &'_ Option<Document<'d>>| -> bool { document.is_some() };
        let live = self.live.as_ref().map(Document::root).or(self.near.live());
        let was = match self.near.value() {
            Some(value) if value.as_str().is_some() && !root(&self.was) => Some(None),
            Some(value) => Some(Some(self.was.as_ref().map_or(value, Document::root))),
            None => None,
        };
        self.near.opened(live, was)
    }
}

impl<'s> Walk<'_, 's> {
    /// Opens the documents inside strings; false where there are none to open.
    pub(super) fn decoded(
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
        let (d_text, a_text, r_text) =
            (text(desired.value), text(actual.value), text(reference.value()));
        let d_document = d_text.as_deref().map(|text| decode(text, cursor));
        let a_document = a_text.as_deref().map(|text| decode(text, cursor));
        let r_document = r_text.as_deref().map(|text| decode(text, cursor));
        // A string that holds no document is compared as a string.
        if matches!(d_document, Some(None)) || matches!(a_document, Some(None)) {
            return false;
        }
        let d_root =
            d_document.as_ref().and_then(Option::as_ref).map(|d| d.root()).or(desired.value);
        let a_root =
            a_document.as_ref().and_then(Option::as_ref).map(|d| d.root()).or(actual.value);
        if !d_root.is_some_and(container) || !a_root.is_some_and(container) {
            return false;
        }
        let r_root = match (&r_document, reference) {
            (Some(Some(document)), Ref::Value(side)) => Ref::of(side.opened(Some(document.root()))),
            (_, other) => other,
        };
        let recalled = Recalled::of(actual, cursor);
        let near = recalled.as_ref().map(Recalled::near);
        let (desired, actual) = (desired.opened(d_root), Side { near, ..actual.opened(a_root) });
        // The path passes into the string where the side that it is read on has one.
        let into;
        let frame = if d_document.is_some() {
            into = frame.decoded("json");
            &into
        } else {
            frame
        };
        let facts = cursor.facts();
        match (d_root.map(Value::kind), a_root.map(Value::kind)) {
            (Some(Kind::Map), Some(Kind::Map)) => {
                self.fields(frame, desired, actual, r_root, cursor, &facts);
            }
            (Some(Kind::List), Some(Kind::List)) => {
                list::compare(self, frame, desired, actual, r_root, cursor, &facts);
            }
            _ => self.differs(frame, desired, actual, r_root, cursor, &facts),
        }
        true
    }
}
