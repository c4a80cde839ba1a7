//! Naming of fields: which are the same though they are written differently.

use std::borrow::Cow;

/// When two names of a map's fields are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// As they are written. The default.
    #[default]
    Exact,
    /// In any case of their letters.
    CaseInsensitive,
    /// As Protocol Buffers write a field in JSON: `connect_timeout` and `connectTimeout` (ProtoJSON Format,
    /// lowerCamelCase names and the names of the definition).
    Proto,
}

impl Naming {
    /// Every way, with its name in rules.
    pub(super) const ALL: [(Self, &'static str); 3] = [
        (Self::Exact, "exact"),
        (Self::CaseInsensitive, "case_insensitive"),
        (Self::Proto, "proto"),
    ];

    /// The way of this name.
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(names, _)| *names)
    }

    /// Its name in rules.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(names, _)| *names == self).map_or("", |(_, name)| name)
    }

    /// The one name that all names have that are the same as `name`.
    pub(crate) fn fold(self, name: &str) -> Cow<'_, str> {
        let is_low = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        match self {
            Self::CaseInsensitive if !name.bytes().all(is_low) => name.to_lowercase().into(),
            Self::Proto if name.contains('_') => lower_camel_case(name).into(),
            _ => name.into(),
        }
    }
}

/// The name of a field in JSON. What is no name of a field stays as it is.
fn lower_camel_case(name: &str) -> String {
    let is_field = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_field {
        return name.to_owned();
    }
    let mut camel = String::with_capacity(name.len());
    let mut raised = false;
    for letter in name.chars() {
        if letter == '_' {
            raised = true;
        } else {
            camel.push(if raised { letter.to_ascii_uppercase() } else { letter });
            raised = false;
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_they_are_read() {
        let proto = |name| Naming::Proto.fold(name);
        assert_eq!(proto("connect_timeout"), proto("connectTimeout"));
        assert_eq!(proto("typed_per_filter_config"), "typedPerFilterConfig");
        assert_ne!(proto("connect_timeout"), proto("connecttimeout"));
        for name in ["@type", "envoy.lb_x", "x-my_header", "_a", "ConnectTimeout", ""] {
            assert_eq!(proto(name), name);
        }
        assert_eq!(Naming::CaseInsensitive.fold("aB\u{c4}"), "ab\u{e4}");
        assert_eq!(Naming::Exact.fold("a_B"), "a_B");
        assert!(Naming::ALL.iter().all(|(names, name)| {
            Naming::by_name(name) == Some(*names) && names.name() == *name
        }));
    }
}
