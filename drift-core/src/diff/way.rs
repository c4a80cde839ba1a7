//! The way from the root of a resource to a change, step by step, as it lies in desired and in actual.

use super::frame::{Frame, FrameStep, Token};

/// How a way leads one step further down on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// To the field of this name.
    Field(String),
    /// To the element at this position.
    Index(usize),
    /// Into the document inside the string.
    Opened,
    /// The side stays where it is: its value stands for a list that holds it alone, or is no string where
    /// the other side opens one.
    Same,
    /// The side ends here.
    Absent,
}

/// A step of a way: desired's turn, then actual's.
pub(crate) type Turns = [Turn; 2];

impl Frame<'_> {
    /// The way from the root to this frame.
    pub(super) fn turns(&self) -> Vec<Turns> {
        let mut way: Vec<Turns> = self
            .ancestors()
            .filter(|frame| frame.parent.is_some())
            .map(|frame| {
                let [desired, actual] = frame.values;
                [
                    turn(frame, frame.desired, desired.is_some()),
                    turn(frame, frame.actual, actual.is_some()),
                ]
            })
            .collect();
        way.reverse();
        way
    }
}

fn turn(frame: &Frame<'_>, token: Token<'_>, is_there: bool) -> Turn {
    let opens = matches!(frame.step, FrameStep::Root)
        || [frame.desired, frame.actual].iter().any(|token| matches!(token, Token::Opened));
    match token {
        Token::Field(name) => Turn::Field(name.to_owned()),
        Token::Index(index) => Turn::Index(index),
        Token::Opened => Turn::Opened,
        Token::None if opens || is_there => Turn::Same,
        Token::None => Turn::Absent,
    }
}
