//! Globs as OPA documents them: a delimiter is crossed by `**` alone. Each is matched as a regular expression.

use super::budget::{Answer, Budget};
use super::values::{list, text};
use regorus::Value;

/// What separates the parts of a text where an empty list is given.
const DEFAULT: char = '.';

/// The regular expression that a glob with its delimiters stands for.
pub(super) fn pattern(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let Some(glob) = text(given, 0) else { return Ok(None) };
    let delimiters = match given.get(1) {
        Some(Value::Null) => Some(Vec::new()),
        _ => list(given, 1).and_then(|given| given.iter().map(single).collect()),
    };
    let Some(mut delimiters) = delimiters else { return Ok(None) };
    if delimiters.is_empty() && given.get(1) != Some(&Value::Null) {
        delimiters.push(DEFAULT);
    }
    budget.take(glob.len().saturating_mul(8 + 5 * delimiters.len()))?;
    Ok(read(glob, &delimiters).map(Value::from))
}

/// A text with all that means something in a glob quoted.
pub(super) fn quote(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let Some(text) = text(given, 0) else { return Ok(None) };
    budget.take(text.len().saturating_mul(2))?;
    let mut quoted = String::new();
    for char in text.chars() {
        if matches!(char, '*' | '?' | '\\' | '[' | ']' | '{' | '}') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    Ok(Some(Value::from(quoted)))
}

/// A text of one character.
fn single(value: &Value) -> Option<char> {
    let mut chars = value.as_string().ok()?.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// `None` where a range of characters is none.
fn read(glob: &str, delimiters: &[char]) -> Option<String> {
    let within: String = delimiters.iter().map(|char| escaped(*char)).collect();
    let one = if within.is_empty() { ".".to_owned() } else { format!("[^{within}]") };
    let (mut made, mut open) = (String::from("(?s)^"), 0usize);
    let mut chars = glob.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '*' if chars.next_if_eq(&'*').is_some() => made += ".*",
            '*' => made += &format!("{one}*"),
            '?' => made += &one,
            '{' => {
                open += 1;
                made += "(?:";
            }
            ',' if open > 0 => made.push('|'),
            '}' if open > 0 => {
                open -= 1;
                made.push(')');
            }
            '[' => made += &range(&mut chars)?,
            '\\' => made += &chars.next().map(escaped).unwrap_or_default(),
            other => made += &escaped(other),
        }
    }
    made += &")".repeat(open);
    made.push('$');
    Some(made)
}

/// One of some characters, or one that is not; its opening bracket has been read.
fn range(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let not = if chars.next_if_eq(&'!').is_some() { "^" } else { "" };
    let first = chars.next()?;
    if chars.next_if_eq(&'-').is_some() {
        let last = chars.next()?;
        let closed = chars.next() == Some(']') && first <= last;
        return closed.then(|| format!("[{not}{}-{}]", escaped(first), escaped(last)));
    }
    let (mut listed, mut next) = (String::new(), first);
    loop {
        match next {
            ']' => break,
            '\\' => listed += &escaped(chars.next()?),
            other => listed += &escaped(other),
        }
        next = chars.next()?;
    }
    (!listed.is_empty()).then(|| format!("[{not}{listed}]"))
}

fn escaped(char: char) -> String {
    regex::escape(char.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, delimiters: &[char], text: &str) -> Option<bool> {
        read(glob, delimiters).map(|pattern| regex::Regex::new(&pattern).unwrap().is_match(text))
    }

    #[test]
    fn what_opa_documents() {
        for (glob, delimiters, text, expected) in [
            ("*.github.com", "", "api.github.com", true),
            ("*.github.com", "", "api.cdn.github.com", true),
            ("*hub.com", "", "api.cdn.github.com", true),
            ("*.github.com", ".", "api.github.com", true),
            ("*.github.com", ".", "api.cdn.github.com", false),
            ("*:github:com", ":", "api:github:com", true),
            ("api.**.com", ".", "api.github.com", true),
            ("api.**.com", ".", "api.cdn.github.com", true),
            ("?at", "", "cat", true),
            ("?at", "", "at", false),
            ("[abc]at", "", "bat", true),
            ("[abc]at", "", "lat", false),
            ("[!abc]at", "", "cat", false),
            ("[!abc]at", "", "lat", true),
            ("[a-c]at", "", "cat", true),
            ("[a-c]at", "", "lat", false),
            ("[!a-c]at", "", "cat", false),
            ("[!a-c]at", "", "lat", true),
            ("{cat,bat,[fr]at}", "", "cat", true),
            ("{cat,bat,[fr]at}", "", "rat", true),
            ("{cat,bat,[fr]at}", "", "at", false),
        ] {
            let delimiters: Vec<char> = delimiters.chars().collect();
            assert_eq!(matches(glob, &delimiters, text), Some(expected), "{glob} {text}");
        }
    }

    #[test]
    fn no_delimiter_is_crossed() {
        for (glob, delimiters, text, expected) in [
            ("arn:aws:s3:::*", ":", "arn:aws:s3:::b:c", false),
            ("arn:aws:s3:::*", ":", "arn:aws:s3:::b/c", true),
            ("a:*", ":", "a:b:c", false),
            ("a:**", ":", "a:b:c", true),
            ("a:?c", ":", "a::c", false),
            ("a/*", "/:", "a/b:c", false),
            ("a/*", "/:", "a/b\nc", true),
            ("a.*", "", "a.b.c/d", true),
            ("{a,b{c,d}}-*", "-", "bd-é", true),
            ("\\*[\\]x]\\", "", "*]", true),
            ("a,b}", "", "a,b}", true),
        ] {
            let delimiters: Vec<char> = delimiters.chars().collect();
            assert_eq!(matches(glob, &delimiters, text), Some(expected), "{glob} {text}");
        }
        for glob in ["[a", "[]", "[!]", "[c-a]", "[a-]", "[a-cx]"] {
            assert_eq!(read(glob, &[]), None, "{glob}");
        }
    }
}
