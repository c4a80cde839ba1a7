//! Documents inside strings: the forms in which a string may hold one.

use super::{Document, Kind, ReadOptions, YamlSchema};

/// How a string holds a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Embedded {
    /// As JSON.
    Json,
    /// As a map or a list in JSON.
    JsonText,
    /// As JSON, or as JSON in percent-encoding (RFC 3986).
    Url,
    /// As one document in YAML, of which JSON is a part; a map or a list.
    Yaml,
    /// As `*`, which stands for `{"AWS": "*"}` where a policy names principals.
    Principal,
}

impl Embedded {
    const NAMED: [Self; 3] = [Self::Url, Self::Yaml, Self::Principal];

    /// Its name in paths.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json | Self::JsonText | Self::Url => "json",
            Self::Yaml => "yaml",
            Self::Principal => "principal",
        }
    }

    /// Whether JSON is all that it opens, which is looked into for secrets anyway.
    pub(crate) const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::JsonText)
    }

    /// The form that a path means by this name; JSON, encoded or not, where there is none.
    pub(crate) fn by_name(name: &str) -> Self {
        Self::NAMED.into_iter().find(|form| form.name() == name).unwrap_or(Self::Url)
    }

    /// The document that `text` holds in this form, if it holds one.
    pub(crate) fn open<'t>(self, text: &'t str, options: &ReadOptions) -> Option<Document<'t>> {
        match self {
            Self::Json => Document::parse_json(text.as_bytes(), options).ok(),
            Self::JsonText if !text.trim_start().starts_with(['{', '[']) => None,
            Self::JsonText => Document::parse_json(text.as_bytes(), options).ok(),
            Self::Url => {
                if let Ok(document) = Document::parse_json(text.as_bytes(), options) {
                    return Some(document);
                }
                let plain = percent_decoded(text)?;
                let document = Document::parse_json(plain.as_bytes(), options).ok()?;
                is_container(&document).then(|| document.into_owned())
            }
            Self::Yaml => {
                // A text of one line that starts with no sign of a container is a scalar, unless it
                // has a key.
                if !text.contains([':', '-', '{', '[']) {
                    return None;
                }
                let read = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, options);
                read.ok().filter(|document| document.roots().len() == 1 && is_container(document))
            }
            Self::Principal if text == "*" => Document::parse_json(br#"{"AWS":"*"}"#, options).ok(),
            Self::Principal => None,
        }
    }
}

fn is_container(document: &Document<'_>) -> bool {
    matches!(document.root().kind(), Kind::Map | Kind::List)
}

/// The text that `text` is the percent-encoding of; `None` where nothing in it is encoded.
fn percent_decoded(text: &str) -> Option<String> {
    let digit = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut rest = text.as_bytes().iter();
    let mut bytes = Vec::with_capacity(text.len());
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(*byte);
        }
    }
    if bytes.len() == text.len() {
        return None;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Tree;

    fn open(form: Embedded, text: &str) -> Option<String> {
        form.open(text, &ReadOptions::default()).map(|open| Tree::of(open.root()).to_string())
    }

    #[test]
    fn json_may_be_encoded() {
        let plain = r#"{"a":[1]}"#;
        for text in [plain, "%7B%22a%22%3A%5B1%5D%7D", "%7b%22a%22:[1]%7D", "{%22a%22:%20[1]}"] {
            assert_eq!(open(Embedded::Url, text).as_deref(), Some(plain), "{text}");
        }
        for text in ["", "%", "%7", "%7B%2", "%zz", "a%20b", "%FF", "%31"] {
            assert_eq!(open(Embedded::Url, text), None, "{text}");
        }
        assert_eq!(open(Embedded::Json, "%7B%7D"), None);
        assert_eq!(open(Embedded::Json, "1").as_deref(), Some("1"));
    }

    #[test]
    fn yaml_holds_one_map_or_list() {
        assert_eq!(open(Embedded::Yaml, "a: [1]\n").as_deref(), Some(r#"{"a":[1]}"#));
        assert_eq!(open(Embedded::Yaml, "- x\n- y\n").as_deref(), Some(r#"["x","y"]"#));
        for text in ["", "a", "a-b", "1", "a: 1\n---\nb: 2\n", "a: [", "a: 1\na: 2\n"] {
            assert_eq!(open(Embedded::Yaml, text), None, "{text}");
        }
    }

    #[test]
    fn everyone_is_a_principal() {
        assert_eq!(open(Embedded::Principal, "*").as_deref(), Some(r#"{"AWS":"*"}"#));
        assert_eq!(open(Embedded::Principal, r#"{"AWS":"*"}"#), None);
        for form in Embedded::NAMED {
            assert_eq!(Embedded::by_name(form.name()), form);
        }
        assert_eq!(Embedded::by_name("other"), Embedded::Url);
    }
}
