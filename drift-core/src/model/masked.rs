//! What must not be shown beside a secret: the secret in its other spellings.

use crate::limits::Limits;
use crate::value::{Document, DuplicateKeys, Kind, ReadOptions, Value, base64};

/// Shorter strings are too common to be masked by value.
pub(crate) const MIN_MASKED: usize = 8;

/// Adds the secret scalar, what it holds in base64, and the scalars of a JSON document that it holds.
pub(crate) fn add_secret(value: Value<'_>, found: &mut Vec<String>) {
    scalar(value, Limits::MAX_DEPTH, found);
}

fn scalar(value: Value<'_>, depth: usize, found: &mut Vec<String>) {
    if let Some(text) = value.as_str() {
        string(text, depth, found);
    } else if let Some(number) = value.as_number() {
        let canonical = number.to_string();
        if number.text() != canonical {
            push(number.text(), found);
        }
        push(&canonical, found);
    }
}

fn string(text: &str, depth: usize, found: &mut Vec<String>) {
    push(text, found);
    document(text, depth, found);
    // What a Kubernetes Secret holds in base64 may show up elsewhere as it is.
    if let Some(plain) = base64::decode(text).filter(|plain| plain.len() >= MIN_MASKED) {
        document(&plain, depth, found);
        found.push(plain);
    }
}

/// The scalars of the document in a string, where it holds a map or a list.
fn document(text: &str, depth: usize, found: &mut Vec<String>) {
    if depth == 0 || !text.trim_start().starts_with(['{', '[']) {
        return;
    }
    let limits = Limits { max_depth: depth, ..Limits::default() };
    let options = ReadOptions { limits, duplicate_keys: DuplicateKeys::Last };
    if let Ok(document) = Document::parse_json(text.as_bytes(), &options) {
        inside(document.root(), depth, found);
    }
}

fn inside(value: Value<'_>, depth: usize, found: &mut Vec<String>) {
    let below = depth.saturating_sub(1);
    match value.kind() {
        Kind::Map => value.fields().for_each(|(_, field)| inside(field, below, found)),
        Kind::List => value.items().for_each(|item| inside(item, below, found)),
        _ => scalar(value, depth, found),
    }
}

fn push(text: &str, found: &mut Vec<String>) {
    if text.len() >= MIN_MASKED {
        found.push(text.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_other_spellings() {
        let found = |text: &str| {
            let mut found = Vec::new();
            string(text, Limits::MAX_DEPTH, &mut found);
            found
        };
        assert_eq!(found("short"), Vec::<String>::new());
        assert_eq!(found("longer-one"), ["longer-one"]);
        // In base64, in a document, and in a document in a document.
        assert_eq!(found("bG9uZ2VyLW9uZQ=="), ["bG9uZ2VyLW9uZQ==", "longer-one"]);
        let nested = r#"{"a":"[\"longer-one\",12345678.50]"}"#;
        let inner = r#"["longer-one",12345678.50]"#;
        assert_eq!(found(nested), [nested, inner, "longer-one", "12345678.50", "12345678.5"]);
        assert_eq!(found("{broken json"), ["{broken json"]);
    }
}
