//! A part of a text: what stands behind one mark, before another, or between the two.

use super::STRICT;
use crate::error::Result;
use crate::value::Value;

/// The fields in which it is written.
pub(super) const FIELDS: [&str; 2] = ["after", "before"];

#[derive(Clone, Debug)]
pub(super) struct Cut {
    /// The part starts behind the last of these.
    after: Option<String>,
    /// And ends before the first of these.
    before: Option<String>,
}

impl Cut {
    /// The part that is written there; none where the whole text is meant.
    pub(super) fn load(map: Value<'_>) -> Result<Option<Self>> {
        let [after, before] = FIELDS;
        let after = STRICT.optional_text(map, after)?;
        let before = STRICT.optional_text(map, before)?;
        let is_part = after.is_some() || before.is_some();
        Ok(is_part.then_some(Self { after, before }))
    }

    /// The part of the text; none where it lacks one of the marks.
    pub(super) fn of<'t>(&self, text: &'t str) -> Option<&'t str> {
        let tail = match &self.after {
            Some(mark) => text.rsplit_once(mark.as_str())?.1,
            None => text,
        };
        match &self.before {
            Some(mark) => Some(tail.split_once(mark.as_str())?.0),
            None => Some(tail),
        }
    }
}
