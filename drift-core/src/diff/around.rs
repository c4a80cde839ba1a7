//! What classifies a change: the rules at its path, and the places above at which rules ask what it means.

use super::frame::{Frame, FrameStep, Token};
use super::outcome::Around;
use super::sibling::On;
use super::walk::Walk;
use crate::normalize::{Cursor, Shape, Whole, names_secret_entry};
use crate::path::{PathSet, Step};
use crate::value::{Tree, Value};
use std::sync::Arc;

/// What classifies a change: at its path, above it, and the map around it where a rule asks for that.
type Classes<'s> = (Option<Cursor<'s>>, Vec<Around<'s>>, Option<Arc<Whole>>);

impl<'s> Walk<'_, 's> {
    /// What classifies changes at `frame`, the places above that ask what they mean, and the map around.
    pub(super) fn classes(&mut self, frame: &Frame<'_>, shape: &'s Shape) -> Classes<'s> {
        let Some(classes) = shape.classes() else { return (None, Vec::new(), None) };
        let mut chain: Vec<&Frame<'_>> = frame.ancestors().collect();
        chain.reverse();
        let (mut class, mut around) = (classes.root(), Vec::new());
        let (mut depth, mut above) = (0, None);
        for (at, frame) in chain.iter().enumerate() {
            match &frame.step {
                FrameStep::Root if at == 0 => {
                    if chain.len() > 1 && class.asks_meaning() {
                        let whole = self.whole(chain.get(..1).unwrap_or_default(), shape);
                        around.push(Around { class: class.clone(), depth, whole, above: None });
                    }
                    continue;
                }
                FrameStep::Root => continue,
                FrameStep::Field(name) => class = class.field(name, false),
                FrameStep::Other(Step::Decoded(_)) => {
                    depth += 1;
                    continue;
                }
                FrameStep::Other(_) => class = element(&class, frame),
            }
            depth += 1;
            if class.is_dead() {
                return (None, around, None);
            }
            above =
                class.asks_beside().then(|| self.whole(chain.get(..at).unwrap_or_default(), shape));
            if at + 1 < chain.len() && class.asks_meaning() {
                let whole = self.whole(chain.get(..=at).unwrap_or_default(), shape);
                around.push(Around { class: class.clone(), depth, whole, above: above.take() });
            }
        }
        (Some(class), around, above)
    }

    /// Both sides at the last of the frames, without what must not be shown.
    fn whole(&mut self, chain: &[&Frame<'_>], shape: &'s Shape) -> Arc<Whole> {
        let path = chain.last().map(|frame| frame.path()).unwrap_or_default();
        if let Some(known) = self.wholes.get(&path) {
            return Arc::clone(known);
        }
        let [desired, actual] = [On::Desired, On::Actual].map(|on| self.shown(chain, shape, on));
        let whole = Arc::new(Whole::new(desired, actual).within(self.account));
        self.wholes.insert(path, Arc::clone(&whole));
        whole
    }

    /// What stands on one side at the last of the frames, as it may be shown.
    fn shown(&self, chain: &[&Frame<'_>], shape: &Shape, on: On) -> Option<Tree> {
        let value = match chain {
            [_] => self.root(on)?,
            _ => value_of(chain.last()?, on)?,
        };
        let mut cursor = shape.root();
        let mut marks = self.marks(on);
        let mut above = self.root(on);
        for frame in chain {
            let here = value_of(frame, on);
            let step = match &frame.step {
                FrameStep::Root => continue,
                FrameStep::Field(name) => {
                    let secret = above.is_some_and(|map| names_secret_entry(map, name));
                    cursor = cursor.field(name, secret);
                    Step::Field((*name).to_owned())
                }
                FrameStep::Other(Step::Decoded(_)) => {
                    marks = marks.filter(|marks| marks.is_member());
                    continue;
                }
                FrameStep::Other(_) => {
                    cursor = element(&cursor, frame);
                    Step::Index(token(frame).unwrap_or_default())
                }
            };
            marks = marks.and_then(|marks| marks.below(&step));
            if marks.is_some_and(PathSet::is_member) {
                cursor.hide();
            }
            above = here;
        }
        Some(self.canon.tree(value, &cursor, marks, true))
    }
}

fn value_of<'f>(frame: &Frame<'f>, on: On) -> Option<Value<'f>> {
    let [desired, actual] = frame.values;
    if matches!(on, On::Desired) { desired } else { actual }
}

/// The position of an element in desired, else in actual.
fn token(frame: &Frame<'_>) -> Option<usize> {
    [frame.desired, frame.actual].into_iter().find_map(|token| match token {
        Token::Index(index) => Some(index),
        _ => None,
    })
}

fn element<'s>(cursor: &Cursor<'s>, frame: &Frame<'_>) -> Cursor<'s> {
    let [desired, actual] = frame.values;
    let value: Option<Value<'_>> = desired.or(actual);
    value.map_or_else(
        || cursor.any_element(),
        |value| cursor.item(token(frame).unwrap_or_default(), value),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Path;

    #[test]
    fn a_root_has_no_position() {
        assert_eq!(token(&Frame::ROOT), None);
        assert_eq!(Frame::ROOT.path(), Path::default());
    }
}
