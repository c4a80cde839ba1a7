//! Where a walk stands: the steps from the root, with each side's own way there.

use super::sibling::On;
use crate::path::{Path, Step, push_token};
use crate::value::Value;

/// Few places lie deeper.
const USUAL_DEPTH: usize = 8;

/// One token of a side's JSON Pointer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'f> {
    Field(&'f str),
    Index(usize),
    /// The document inside the string that stands there: what is below has no pointer of its own.
    Opened,
    /// The side is not there, or is the same node.
    None,
}

/// One step of the walk, linked to the steps above it.
pub(super) struct Frame<'f> {
    pub(super) parent: Option<&'f Frame<'f>>,
    pub(super) step: FrameStep<'f>,
    pub(super) desired: Token<'f>,
    pub(super) actual: Token<'f>,
    /// Where each side's value stands in its original, if a source moved it.
    pub(super) desired_origin: Option<&'f str>,
    pub(super) actual_origin: Option<&'f str>,
    /// What stands there on each side: desired, then actual.
    pub(super) values: [Option<Value<'f>>; 2],
}

pub(super) enum FrameStep<'f> {
    Root,
    Field(&'f str),
    Other(Step),
}

impl<'f> Frame<'f> {
    pub(super) const ROOT: Frame<'static> = Frame {
        parent: None,
        step: FrameStep::Root,
        desired: Token::None,
        actual: Token::None,
        desired_origin: None,
        actual_origin: None,
        values: [None, None],
    };

    /// The frame of a field, by the name and value that each side has.
    pub(super) fn field(
        &'f self,
        name: &'f str,
        desired: Option<(&'f str, Value<'f>)>,
        actual: Option<(&'f str, Value<'f>)>,
    ) -> Self {
        let token = |side: Option<(&'f str, Value<'f>)>| {
            side.map_or(Token::None, |(name, _)| Token::Field(name))
        };
        Self {
            parent: Some(self),
            step: FrameStep::Field(name),
            desired: token(desired),
            actual: token(actual),
            desired_origin: desired.and_then(|(_, value)| value.origin()),
            actual_origin: actual.and_then(|(_, value)| value.origin()),
            values: [desired, actual].map(|side| side.map(|(_, value)| value)),
        }
    }

    /// The frame of a list element, by each side's token and value.
    pub(super) fn element(
        &'f self,
        step: Step,
        desired: Option<(Token<'f>, Value<'f>)>,
        actual: Option<(Token<'f>, Value<'f>)>,
    ) -> Self {
        // Where a value stands for a list, its origin is told where it stands itself.
        let origin = |side: Option<(Token<'f>, Value<'f>)>| {
            side.filter(|(token, _)| matches!(token, Token::Index(_)))
                .and_then(|(_, value)| value.origin())
        };
        Self {
            parent: Some(self),
            step: FrameStep::Other(step),
            desired: desired.map_or(Token::None, |(token, _)| token),
            actual: actual.map_or(Token::None, |(token, _)| token),
            desired_origin: origin(desired),
            actual_origin: origin(actual),
            values: [desired, actual].map(|side| side.map(|(_, value)| value)),
        }
    }

    /// The frame of the document inside a string of one side or of both. A path passes into it where
    /// desired, which it is read on, has a string.
    pub(super) fn decoded(&'f self, format: &str, in_desired: bool, in_actual: bool) -> Self {
        let token = |opened: bool| if opened { Token::Opened } else { Token::None };
        let step = Step::Decoded(format.to_owned());
        Self {
            parent: Some(self),
            step: if in_desired { FrameStep::Other(step) } else { FrameStep::Root },
            desired: token(in_desired),
            actual: token(in_actual),
            desired_origin: None,
            actual_origin: None,
            values: [None, None],
        }
    }

    /// Whether it is the frame of a list element.
    pub(super) fn is_element(&self) -> bool {
        !matches!(
            self.step,
            FrameStep::Root | FrameStep::Field(_) | FrameStep::Other(Step::Decoded(_))
        )
    }

    pub(super) fn ancestors(&self) -> impl Iterator<Item = &Frame<'f>> {
        std::iter::successors(Some(self), |frame| frame.parent)
    }

    pub(super) fn path(&self) -> Path {
        let mut steps = Vec::with_capacity(USUAL_DEPTH);
        steps.extend(self.ancestors().filter_map(|frame| match &frame.step {
            FrameStep::Root => None,
            FrameStep::Field(name) => Some(Step::Field((*name).to_owned())),
            FrameStep::Other(step) => Some(step.clone()),
        }));
        steps.reverse();
        Path::new(steps)
    }

    /// The way from the root on one side; `None` inside a string, and where the side is not there.
    pub(super) fn way(&self, on: On) -> Option<Vec<Token<'f>>> {
        let mut way = Vec::new();
        for frame in self.ancestors().filter(|frame| !matches!(frame.step, FrameStep::Root)) {
            match if matches!(on, On::Desired) { frame.desired } else { frame.actual } {
                Token::None => return None,
                token => way.push(token),
            }
        }
        way.reverse();
        Some(way)
    }

    pub(super) fn desired_pointer(&self) -> String {
        self.pointer(|frame| (frame.desired, frame.desired_origin))
    }

    pub(super) fn actual_pointer(&self) -> String {
        self.pointer(|frame| (frame.actual, frame.actual_origin))
    }

    /// Inside a decoded string the pointer names the string.
    fn pointer<'a>(&'a self, side: impl Fn(&Frame<'f>) -> (Token<'f>, Option<&'f str>)) -> String {
        let mut tokens = Vec::with_capacity(USUAL_DEPTH);
        let mut start = "";
        for frame in self.ancestors() {
            let (token, origin) = side(frame);
            if matches!(token, Token::Opened) {
                tokens.clear();
                continue;
            }
            if let Some(origin) = origin {
                start = origin;
                break;
            }
            tokens.push(token);
        }
        let mut pointer = start.to_owned();
        for token in tokens.into_iter().rev() {
            match token {
                Token::Field(name) => push_token(&mut pointer, name),
                Token::Index(index) => push_token(&mut pointer, &index.to_string()),
                Token::Opened | Token::None => {}
            }
        }
        pointer
    }
}
