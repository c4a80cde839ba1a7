//! The elements of one side of a list.

use super::frame::Token;
use super::known;
use super::near::Near;
use super::side::Side;
use super::walk::Walk;
use crate::normalize::{Cursor, is_secret_flag};
use crate::path::Step;
use crate::value::{ContentHash, Value};

/// One side's elements.
pub(super) struct Items<'d> {
    pub(super) side: Side<'d>,
    pub(super) items: Vec<Value<'d>>,
    /// Whether the side is no list: its value stands for one that holds it alone.
    single: bool,
    /// What a baseline holds of each.
    nears: Vec<Near<'d>>,
}

impl<'d> Items<'d> {
    /// The elements of the list that stands at `cursor`.
    pub(super) fn new(side: Side<'d>, cursor: &Cursor<'_>) -> Self {
        let is_single = |value: &Value<'_>| cursor.single(*value).is_some();
        if let Some(value) = side.value.filter(is_single) {
            // What has been recorded of the value is the hash of the list.
            let side = Side { hashes: None, ..side };
            return Self { side, items: vec![value], single: true, nears: Vec::new() };
        }
        let mut items = Vec::with_capacity(side.value.map_or(0, Value::len));
        items.extend(side.value.into_iter().flat_map(Value::items));
        Self { side, items, single: false, nears: Vec::new() }
    }

    /// The same elements, with what the baseline holds of each.
    pub(super) fn recalled(mut self, walk: &Walk<'_, '_>, cursor: &Cursor<'_>) -> Self {
        if let Some(near) = self.side.near {
            self.nears = known::elements(walk, near, self.items.len(), cursor);
        }
        self
    }

    pub(super) fn get(&self, index: usize) -> Option<Value<'d>> {
        self.items.get(index).copied()
    }

    /// The element before that one, where it is a flag which names a secret.
    pub(super) fn flag(&self, index: usize) -> Option<Value<'d>> {
        let before = self.get(index.checked_sub(1)?)?;
        before.as_str().is_some_and(is_secret_flag).then_some(before)
    }

    /// The cursor at an element of the list at `list`.
    pub(super) fn cursor<'s>(&self, list: &Cursor<'s>, index: usize) -> Cursor<'s> {
        match self.get(index) {
            Some(item) => list.item_behind(self.flag(index), index, item),
            None => list.clone(),
        }
    }

    /// Whether every element's hash has been taken.
    pub(super) fn are_hashed(&self) -> bool {
        self.items.iter().all(|item| self.side.hash_of(*item).is_some())
    }

    /// Every element's hash, where all of them have been taken.
    pub(super) fn hashes(&self) -> Option<Vec<ContentHash>> {
        let mut hashes = Vec::with_capacity(self.items.len());
        for item in &self.items {
            hashes.push(self.side.hash_of(*item)?);
        }
        Some(hashes)
    }

    /// How a pointer names an element.
    pub(super) fn token(&self, index: usize) -> Token<'d> {
        if self.single { Token::None } else { Token::Index(index) }
    }

    pub(super) fn side(&self, index: usize) -> Side<'d> {
        let near = self.nears.get(index).copied();
        if self.single {
            return Side { near, ..self.side };
        }
        Side { near, ..self.side.below(&Step::Index(index), self.get(index)) }
    }
}
