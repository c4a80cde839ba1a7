//! Globs: `*` stands for any run of characters, `/` and `::` included.

/// A compiled glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    text: String,
    /// Where the first `*` stands, if there is one.
    star: Option<usize>,
}

impl Glob {
    /// The glob `text`; every text is one.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { star: text.find('*'), text }
    }

    /// The glob as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it names one text alone.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.star.is_none()
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
        whole(&self.text, self.star, value)
    }
}

/// Whether the whole of `value` matches the glob `text`.
pub(super) fn matches(text: &str, value: &str) -> bool {
    whole(text, text.find('*'), value)
}

/// Whether the whole of `value` matches a glob whose first `*` stands at `star`.
fn whole(text: &str, star: Option<usize>, value: &str) -> bool {
    let Some(star) = star else { return text == value };
    let first = text.get(..star).unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else {
        return false;
    };
    let mut parts = text.get(star + 1..).unwrap_or_default().split('*');
    let last = parts.next_back().unwrap_or_default();
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
        ] {
            assert_eq!(Glob::new(glob).matches(value), expected, "{glob} {value}");
        }
    }
}
