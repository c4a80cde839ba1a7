//! Scalars, as they are hashed.

use super::equality::{Equality, Scalar};
use super::machine::{Emptiness, State};
use crate::value::mix::{Lanes, Mixer, Tag};
use crate::value::scan::Quoted;
use crate::value::{Number, Tree};

/// A scalar.
#[derive(Clone, Copy)]
pub(super) enum Leaf<'t> {
    Null,
    Bool(bool),
    /// By its text, as it was written.
    Number(&'t str),
    String(Quoted<'t>),
}

impl<'t> Leaf<'t> {
    pub(super) fn text(self) -> Option<&'t str> {
        if let Self::String(text) = self { Some(text.text()) } else { None }
    }

    /// Whether it is surely none of null, false, a zero and the empty text.
    #[inline(always)]
    pub(super) fn is_no_zero(self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(truth) => truth,
            Self::Number(text) => matches!(text.as_bytes().first(), Some(b'1'..=b'9')),
            Self::String(text) => !text.bytes.is_empty(),
        }
    }

    fn scalar(self) -> Scalar<'t> {
        match self {
            Self::Number(text) => Scalar::Number(Number::trusted(text)),
            Self::String(text) => Scalar::String(text.text()),
            Self::Bool(truth) => Scalar::Bool(truth),
            Self::Null => Scalar::Other,
        }
    }

    /// The canonical form under an equality, where it has one.
    fn canonical(self, equality: Equality) -> Option<String> {
        if equality == Equality::Exact { None } else { equality.canonical(self.scalar()) }
    }

    /// The hash of the value as it is.
    #[inline(always)]
    pub(super) fn exact(self, mixer: &Mixer) -> Lanes {
        match self {
            Self::String(text) => mixer.quoted(text),
            Self::Number(text) => {
                let number = Number::trusted(text);
                let canonical = |text: &str| mixer.tagged(mixer.text(text), Tag::Number);
                if number.is_plain() { canonical(text) } else { canonical(&number.to_string()) }
            }
            Self::Null => mixer.null(),
            Self::Bool(value) => mixer.bool(value),
        }
    }

    pub(super) fn under(self, equality: Equality, mixer: &Mixer) -> Lanes {
        match self.canonical(equality) {
            Some(text) => mixer.tagged(mixer.text(&text), Tag::Canonical),
            None => self.exact(mixer),
        }
    }

    pub(super) fn emptiness(self, state: &State) -> Emptiness {
        let is = |tree: &Tree| match (self, tree) {
            (Self::Null, Tree::Null) => true,
            (Self::Bool(value), Tree::Bool(wanted)) => value == *wanted,
            (Self::String(text), Tree::String(wanted)) => text.bytes == wanted.as_bytes(),
            (Self::Number(text), Tree::Number(wanted)) => {
                let number = Number::trusted(text);
                text == wanted || (!number.is_plain() && number.to_string() == *wanted)
            }
            _ => false,
        };
        let default = state.default.as_ref().is_some_and(|default| {
            let theirs = || state.equality.canonical(Scalar::of_tree(default));
            let same = self.canonical(state.equality).and_then(|ours| Some(ours == theirs()?));
            same.unwrap_or_else(|| is(default))
        });
        Emptiness { default, listed: state.empties.iter().any(is) }
    }
}
