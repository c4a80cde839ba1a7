//! Values that stand for what is at another place of the same side.

use super::frame::{Frame, Token};
use super::walk::Walk;
use crate::normalize::{Cursor, Fact, FactKind};
use crate::value::Value;

/// Which side a value stands on.
#[derive(Clone, Copy)]
pub(super) enum On {
    Desired,
    Actual,
}

impl<'s> Walk<'_, 's> {
    /// Whether the value is the one that its absence stands for, as it is what is at another place.
    pub(super) fn is_like_its_sibling(
        &self,
        frame: &Frame<'_>,
        on: On,
        value: Value<'_>,
        cursor: &Cursor<'s>,
    ) -> bool {
        let facts = cursor.facts();
        let Some(Fact::SameAs(place)) = facts.entry(FactKind::Default).map(|entry| &entry.fact)
        else {
            return false;
        };
        let Some(mut way) = frame.way(on) else { return false };
        let Some(own) = way.last().copied() else { return false };
        way.truncate(way.len().saturating_sub(place.up));
        way.extend(place.down.iter().map(|name| match name.as_str() {
            "*" => own,
            name => Token::Field(name),
        }));
        // Inside a document in a string the way starts above the place.
        let opened = way.iter().any(|token| matches!(token, Token::Opened));
        let (mut found, way) = match opened {
            true => {
                let above = frame.ancestors().nth(place.up).map(|above| above.values);
                let [desired, actual] = above.unwrap_or_default();
                let down = way.len().saturating_sub(place.down.len());
                let found = if matches!(on, On::Desired) { desired } else { actual };
                (found, way.get(down..).unwrap_or_default())
            }
            false => (self.root(on), way.as_slice()),
        };
        for token in way {
            found = match token {
                Token::Field(name) => found.and_then(|value| value.get(name)),
                Token::Index(index) => found.and_then(|value| value.at(*index)),
                Token::Opened | Token::None => None,
            };
        }
        found.is_some_and(|found| self.canon.same(found, value, cursor))
    }
}
