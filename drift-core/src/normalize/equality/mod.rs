//! Equalities: when two values that are written differently mean the same.
//!
//! Each is canonical: it maps a value to one text, and two values are equal when their texts are.
//! That makes it an equivalence, and lets it enter hashes. A value that is not of the equality's
//! kind stands for itself. Adding one is one file and one line in [`Equality::ALL`].

mod number;
mod quantity;
mod text;

use crate::value::{Number, Tree, Value};

/// A scalar, as equalities see it.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'v> {
    /// A number.
    Number(Number<'v>),
    /// A string.
    String(&'v str),
    /// A boolean.
    Bool(bool),
    /// Anything else.
    Other,
}

impl<'v> Scalar<'v> {
    /// The scalar of a document's node.
    #[must_use]
    pub fn of(value: Value<'v>) -> Self {
        match (value.as_number(), value.as_str(), value.as_bool()) {
            (Some(number), ..) => Self::Number(number),
            (_, Some(text), _) => Self::String(text),
            (.., Some(truth)) => Self::Bool(truth),
            _ => Self::Other,
        }
    }

    /// The scalar of an owned value.
    #[must_use]
    pub fn of_tree(tree: &'v Tree) -> Self {
        match (tree.as_number(), tree.as_str(), tree) {
            (Some(number), ..) => Self::Number(number),
            (_, Some(text), _) => Self::String(text),
            (.., Tree::Bool(truth)) => Self::Bool(*truth),
            _ => Self::Other,
        }
    }
}

/// A named equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Equality {
    /// As written; numbers by value. The default.
    Exact,
    /// A number, also one in a string: `1`, `1.0` and `"1"`.
    Number,
    /// A Kubernetes quantity: `1`, `"1"` and `"1000m"`.
    Quantity,
    /// A JSON document in a string, by its content.
    Json,
    /// A string, in any case of its letters.
    CaseInsensitive,
    /// A scalar by its text: `5` and `"5"`, `true` and `"true"`; two strings as they are.
    Text,
}

impl Equality {
    /// Every equality, with its name in rules.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Exact, "exact"),
        (Self::Number, "number"),
        (Self::Quantity, "quantity"),
        (Self::Json, "json"),
        (Self::CaseInsensitive, "case_insensitive"),
        (Self::Text, "text"),
    ];

    /// The equality of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(equality, _)| *equality)
    }

    /// The names of all equalities.
    pub(crate) fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(_, name)| *name).collect()
    }

    /// Its name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(equality, _)| *equality == self).map_or("", |(_, name)| name)
    }

    /// The one text that every scalar equal to `value` has; `None` where the value is not of the
    /// equality's kind. JSON in strings is not a scalar: the walk opens it.
    ///
    /// ```
    /// use drift_core::normalize::{Equality, Scalar};
    /// let canonical = |text| Equality::Quantity.canonical(Scalar::String(text));
    /// assert_eq!(canonical("1.5Gi"), canonical("1536Mi"));
    /// assert_eq!(canonical("large"), None);
    /// ```
    #[must_use]
    pub fn canonical(self, scalar: Scalar<'_>) -> Option<String> {
        match (self, scalar) {
            (Self::Number, _) => number::canonical(scalar),
            (Self::Quantity, _) => quantity::canonical(scalar),
            (Self::CaseInsensitive, Scalar::String(text)) => Some(text.to_lowercase()),
            (Self::Text, _) => text::canonical(scalar),
            _ => None,
        }
    }
}
