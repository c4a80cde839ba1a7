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

    fn scalar(self) -> Scalar<'t> {
        match self {
            Self::Number(text) => Scalar::Number(Number::trusted(text)),
            Self::String(text) => Scalar::String(text.text()),
            Self::Bool(truth) => Scalar::Bool(truth),
            Self::Null => Scalar::Other,
        }
    }

    fn tree(self) -> Tree {
        match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(value),
            Self::Number(text) => Tree::Number(Number::trusted(text).to_string()),
            Self::String(text) => Tree::String(text.text().to_owned()),
        }
    }

    /// The hash of the value as it is.
    #[inline(always)]
    pub(super) fn exact(self, mixer: &Mixer) -> Lanes {
        match self {
            Self::String(text) => mixer.quoted(text),
            Self::Number(text) if is_canonical(text) => mixer.tagged(mixer.text(text), Tag::Number),
            Self::Number(text) => {
                mixer.tagged(mixer.text(&Number::trusted(text).to_string()), Tag::Number)
            }
            Self::Null => mixer.null(),
            Self::Bool(value) => mixer.bool(value),
        }
    }

    pub(super) fn under(self, equality: Equality, mixer: &Mixer) -> Lanes {
        match equality.canonical(self.scalar()) {
            Some(text) => mixer.tagged(mixer.text(&text), Tag::Canonical),
            None => self.exact(mixer),
        }
    }

    pub(super) fn emptiness(self, state: &State) -> Emptiness {
        let is = |tree: &Tree| match (self, tree) {
            (Self::Null, Tree::Null) => true,
            (Self::Bool(value), Tree::Bool(wanted)) => value == *wanted,
            (Self::String(text), Tree::String(wanted)) => text.bytes == wanted.as_bytes(),
            (Self::Number(_), Tree::Number(_)) => self.tree() == *tree,
            _ => false,
        };
        let default = state.default.as_ref().is_some_and(|default| {
            let canonical = |scalar| state.equality.canonical(scalar);
            match (canonical(self.scalar()), canonical(Scalar::of_tree(default))) {
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => is(default),
            }
        });
        Emptiness { default, listed: state.empties.iter().any(is) }
    }
}

/// Whether a number is written as its canonical text is: an integer of few digits, or a decimal
/// fraction that is not far below one.
#[inline]
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    if digits.len() > 17 {
        return false;
    }
    if digits.iter().all(u8::is_ascii_digit) {
        return digits != b"0" || text.len() == 1;
    }
    let [first, rest @ ..] = digits else { return false };
    let far = *first == b'0' && matches!(rest, [b'.', b'0', ..]);
    let plain = digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    plain && !far && digits.last() != Some(&b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_called_canonical_are() {
        let texts = [
            "0",
            "-0",
            "1",
            "-1",
            "10",
            "100",
            "1.5",
            "1.50",
            "0.5",
            "0.05",
            "0.0000001",
            "-0.0",
            "00.5",
            "12345678901234567",
            "123456789012345678",
            "99999999999999999999999",
            "1e5",
            "1E5",
            "-12.25",
        ];
        for text in texts {
            let Some(number) = Number::parse(text) else { continue };
            if is_canonical(text) {
                assert_eq!(number.to_string(), text);
            }
        }
        assert!(is_canonical("100") && is_canonical("-12.25") && is_canonical("0.5"));
        assert!(!is_canonical("1.50") && !is_canonical("-0") && !is_canonical("1e5"));
    }
}
