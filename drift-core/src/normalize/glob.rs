//! Globs: `*` stands for any run of characters, `/` and `::` included, and `\*` for a star.

/// A compiled glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// Where the first `*` stands, if there is one.
    star: Option<usize>,
    /// What stands between those that are no `\*`, where one is.
    parts: Option<Box<[String]>>,
}

impl Glob {
    /// The glob `text`; every text is one.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { star: text.find('*'), parts: text.contains("\\*").then(|| parts(&text)), text }
    }

    /// The glob that names `text` alone.
    ///
    /// ```
    /// use drift_core::normalize::Glob;
    /// assert_eq!(Glob::exactly("*.example.com").as_str(), r"\*.example.com");
    /// assert!(!Glob::exactly("*.example.com").matches("www.example.com"));
    /// ```
    #[must_use]
    pub fn exactly(text: &str) -> Self {
        Self::new(text.replace('*', "\\*"))
    }

    /// The glob as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, where it names one alone.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_deref() {
            Some([text]) => Some(text),
            Some(_) => None,
            None => Some(self.text.as_str()).filter(|_| self.star.is_none()),
        }
    }

    /// Whether it names one text alone.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.literal().is_some()
    }

    /// Whether it matches everything.
    #[must_use]
    pub fn is_any(&self) -> bool {
        !self.text.is_empty() && self.text.bytes().all(|byte| byte == b'*')
    }

    /// Whether the whole of `value` matches. Costs at most glob times value.
    ///
    /// ```
    /// use drift_core::normalize::Glob;
    /// assert!(Glob::new("AWS::*::Queue").matches("AWS::SQS::Queue"));
    /// assert!(!Glob::new("apps/*").matches("core/Pod"));
    /// ```
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        match self.parts.as_deref() {
            Some([first, rest @ ..]) => in_order(first, rest.iter().map(String::as_str), value),
            _ => whole(&self.text, self.star, value),
        }
    }
}

/// What stands between the stars of a glob that are meant as such.
fn parts(text: &str) -> Box<[String]> {
    let mut parts = vec![String::new()];
    let mut pieces = text.split('*').peekable();
    while let Some(piece) = pieces.next() {
        let Some(part) = parts.last_mut() else { break };
        match piece.strip_suffix('\\') {
            Some(before) if pieces.peek().is_some() => {
                part.push_str(before);
                part.push('*');
            }
            _ => {
                part.push_str(piece);
                if pieces.peek().is_some() {
                    parts.push(String::new());
                }
            }
        }
    }
    parts.into()
}

/// Whether the whole of `value` matches the glob `text`.
pub(super) fn matches(text: &str, value: &str) -> bool {
    whole(text, text.find('*'), value)
}

/// Whether the whole of `value` matches a glob whose first `*` stands at `star`.
fn whole(text: &str, star: Option<usize>, value: &str) -> bool {
    let Some(star) = star else { return text == value };
    let first = text.get(..star).unwrap_or_default();
    in_order(first, text.get(star + 1..).unwrap_or_default().split('*'), value)
}

/// Whether `value` starts with `first` and ends with the last of the parts, the others between them in their
/// order; nothing else, where there are no parts.
fn in_order<'t>(
    first: &str,
    mut parts: impl DoubleEndedIterator<Item = &'t str>,
    value: &str,
) -> bool {
    let Some(mut rest) = value.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (glob, value, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "ac", true),
            ("ab*ba", "aba", false),
            ("*a*a*", "xaxa", true),
            ("*a*a*", "xax", false),
            ("a**b", "ab", true),
            ("apps/*", "apps/Deployment", true),
            ("*b*b", "bb", true),
            (r"\*.a", "*.a", true),
            (r"\*.a", "x.a", false),
            (r"\*.a", r"\*.a", false),
            (r"*\*", "ab*", true),
            (r"*\*", "ab", false),
            (r"a\**c", "a*bc", true),
            (r"a\**c", "abc", false),
            (r"a\\*b", r"a\*b", true),
            (r"a\\*b", r"a\\xb", false),
            (r"C:\x", r"C:\x", true),
            (r"\", r"\", true),
        ] {
            assert_eq!(Glob::new(glob).matches(value), expected, "{glob} {value}");
        }
    }
}
