//! Documents inside strings that a baseline is held against, opened.

use super::near::Near;
use super::side::Side;
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
