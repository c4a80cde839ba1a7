//! What must not be shown beside a secret: the secret in its other spellings, wherever it stands.

use super::find::Finder;
use crate::limits::Limits;
use crate::value::{Document, DuplicateKeys, Kind, ReadOptions, Value, base64};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Shorter strings are too common to be masked by value.
pub(crate) const MIN_MASKED: usize = 8;

/// The annotation in which `kubectl apply` keeps what it applied: a copy of the whole object.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Strings that must not be shown, of a document whose resources share them.
///
/// ```
/// use drift_core::model::Masked;
/// let masked: Masked = vec!["correct horse".to_owned()].into();
/// assert_eq!(masked.strings(), ["correct horse"]);
/// assert!(Masked::default().strings().is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Masked(Option<Arc<Shared>>);

struct Shared {
    strings: Vec<String>,
    /// What looks for them: made once, and when it is asked for.
    finder: OnceLock<Option<Finder>>,
}

impl Masked {
    /// The strings.
    #[must_use]
    pub fn strings(&self) -> &[String] {
        self.0.as_ref().map_or(&[], |shared| &shared.strings)
    }

    /// What looks for them; `None` where none is long enough to be looked for.
    pub(crate) fn finder(&self) -> Option<&Finder> {
        let shared = self.0.as_ref()?;
        let made = || {
            let long = shared.strings.iter().filter(|text| text.len() >= MIN_MASKED);
            let mut strings: Vec<String> = long.cloned().collect();
            strings.sort_unstable();
            strings.dedup();
            (!strings.is_empty()).then(|| Finder::of(&strings))
        };
        shared.finder.get_or_init(made).as_ref()
    }

    /// Whether the two are shared by resources of one document.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(own), Some(theirs)) => Arc::ptr_eq(own, theirs),
            (own, theirs) => own.is_none() && theirs.is_none(),
        }
    }
}

impl From<Vec<String>> for Masked {
    fn from(strings: Vec<String>) -> Self {
        let is_empty = strings.is_empty();
        let shared = Shared { strings, finder: OnceLock::new() };
        Self((!is_empty).then(|| Arc::new(shared)))
    }
}

/// Says how many there are, and nothing of what they hold.
impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} strings", self.strings().len())
    }
}

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
    let options = ReadOptions { limits, duplicate_keys: DuplicateKeys::Last, stop: None };
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

    #[test]
    fn strings_that_are_shared_are_looked_for_by_one() {
        let masked: Masked = vec!["short".to_owned(), "longer-one".to_owned()].into();
        let other = masked.clone();
        let (one, two) = (masked.finder().unwrap(), other.finder().unwrap());
        assert!(std::ptr::eq(one, two) && masked.is(&other));
        assert!(one.is_whole("longer-one") && !one.is_whole("short"));
        assert!(Masked::from(vec!["short".to_owned()]).finder().is_none());
        assert!(!masked.is(&Masked::default()) && Masked::default().is(&Vec::new().into()));
        assert_eq!(format!("{masked:?}"), "2 strings");
    }
}
