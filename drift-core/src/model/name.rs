//! Texts that many resources have in common: they are shared, not copied.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A text that many resources have in common: a provider, a type, the name of a tool.
///
/// ```
/// use drift_core::model::Name;
/// const AWS: Name = Name::fixed("aws");
/// assert_eq!(Name::from("aws"), AWS);
/// assert_eq!(AWS, "aws");
/// assert!(Name::default().is_empty());
/// ```
#[derive(Clone)]
pub struct Name(Text);

#[derive(Clone)]
enum Text {
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Name {
    /// A name that stands in the program.
    #[must_use]
    pub const fn fixed(text: &'static str) -> Self {
        Self(Text::Fixed(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self
    }

    /// The name as `text`; a copy of this one where it is the same.
    #[must_use]
    pub(crate) fn or(&self, text: &str) -> Self {
        if self == text { self.clone() } else { text.into() }
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Text::Fixed(text) => text,
            Text::Shared(text) => text,
        }
    }
}

impl Default for Name {
    fn default() -> Self {
        Self::fixed("")
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        if text.is_empty() { Self::default() } else { Self(Text::Shared(text.into())) }
    }
}

impl From<&String> for Name {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self
    }
}

/// Names are mostly the same because they are shared. Empty texts stand nowhere, and to compare what
/// stands there is slow on some processors.
fn is_same(text: &str, other: &str) -> bool {
    text.len() == other.len()
        && (text.is_empty() || text.as_ptr() == other.as_ptr() || text == other)
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        is_same(self, other)
    }
}

impl Eq for Name {}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<String> for Name {
    fn eq(&self, other: &String) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<Name> for str {
    fn eq(&self, other: &Name) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<Name> for &str {
    fn eq(&self, other: &Name) -> bool {
        is_same(self, other)
    }
}

impl PartialEq<Name> for String {
    fn eq(&self, other: &Name) -> bool {
        is_same(self, other)
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { self.as_str().cmp(other) }
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_texts_however_they_came_to_be() {
        let (fixed, shared) = (Name::fixed("a"), Name::from("a".to_owned()));
        assert_eq!(fixed, shared);
        assert_eq!(fixed.cmp(&shared), Ordering::Equal);
        assert!(fixed.as_str() < "b" && fixed != Name::default());
        assert_eq!((format!("{shared} {shared:?}"), &*shared.or("a")), ("a \"a\"".to_owned(), "a"));
        assert_eq!(serde_json::to_string(&shared).unwrap(), "\"a\"");
        assert_eq!(serde_json::from_str::<Name>("\"a\"").unwrap(), fixed);
        assert_eq!(String::from(Name::default()), "");
    }
}
