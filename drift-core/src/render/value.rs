//! Values and names on one line: shortened, and free of what a terminal or reader could be fooled
//! by.

use crate::line::deceives;
use crate::value::Tree;
use std::fmt::{self, Write as _};

/// How many characters of a value are shown.
const VALUE_WIDTH: usize = 100;
/// How many characters of a name, path or message are shown.
const NAME_WIDTH: usize = 300;
/// How many characters before the first difference of two long texts are shown.
const CONTEXT: usize = 30;
/// How many characters of two lists or maps are looked through for where they differ.
const LOOKED_THROUGH: usize = 65_536;

/// A name, path or message as it may be printed.
pub(super) fn plain(text: &str) -> String {
    let mut line = Line::new(NAME_WIDTH);
    // Where it is cut, the line says so itself.
    let _cut = line.plain(text);
    line.text
}

/// A value as it may be printed.
pub(super) fn shown(value: &Tree) -> String {
    let mut line = Line::new(VALUE_WIDTH);
    let whole = match value {
        Tree::String(text) => line.quoted(text.lines().next().unwrap_or_default()).is_ok(),
        other => line.value(other).is_ok(),
    };
    match value {
        Tree::String(text) if text.lines().nth(1).is_some() => {
            format!("{} ({}, {} bytes)", line.text, count(text.lines().count(), "line"), text.len())
        }
        Tree::String(text) if text.contains(['\n', '\r']) => quoted(text),
        Tree::String(text) if !whole => format!("{} ({} bytes)", line.text, text.len()),
        Tree::List(items) if !whole => {
            format!("{} ({})", line.text, count(items.len(), "element"))
        }
        Tree::Map(fields) if !whole => format!("{} ({})", line.text, count(fields.len(), "field")),
        _ => line.text,
    }
}

/// Two values that differ, as they may be printed, and which of many lines they are.
///
/// Of long texts the first line that differs is shown, from shortly before the difference on; so is
/// what of long lists and maps would be cut off alike.
pub(super) fn difference(desired: &Tree, actual: &Tree) -> (Option<usize>, String, String) {
    let long = |text: &str| text.contains('\n') || text.chars().nth(VALUE_WIDTH).is_some();
    let (Tree::String(d), Tree::String(a)) = (desired, actual) else {
        let (d, a) = (shown(desired), shown(actual));
        let (d, a) = if d == a { excerpts(desired, actual).unwrap_or((d, a)) } else { (d, a) };
        return (None, d, a);
    };
    if d == a || !(long(d) || long(a)) {
        let (d, a) = both_quoted(d, a);
        return (None, d, a);
    }
    let same = d.chars().zip(a.chars()).take_while(|(d, a)| d == a);
    let (mut common, mut line, mut line_start) = (0_usize, 1, 0);
    for (c, _) in same {
        common += 1;
        if c == '\n' {
            line += 1;
            line_start = common;
        }
    }
    let start = line_start.max(common.saturating_sub(CONTEXT));
    let cut = |text: &str| {
        let mut from: String = text.chars().skip(start).take(VALUE_WIDTH + 1).collect();
        if let Some(end) = from.find('\n') {
            from.truncate(end + 1);
        }
        from
    };
    let ahead = if start > line_start { "…" } else { "" };
    let (d, a, many) = (cut(d), cut(a), d.contains('\n') || a.contains('\n'));
    let (d, a) = both_quoted(&d, &a);
    (many.then_some(line), format!("{ahead}{d}"), format!("{ahead}{a}"))
}

/// What two values look like from shortly before their first difference on; none where that is not found
/// among the first characters.
fn excerpts(desired: &Tree, actual: &Tree) -> Option<(String, String)> {
    let [d, a] = [desired, actual].map(|value| {
        let mut line = Line::new(LOOKED_THROUGH);
        // What is cut off further back is not looked for.
        let _cut = line.value(value);
        line.text
    });
    let common = d.chars().zip(a.chars()).take_while(|(d, a)| d == a).count();
    let excerpt = |text: &str| {
        let mut from = text.chars().skip(common.saturating_sub(CONTEXT));
        let shown: String = from.by_ref().take(VALUE_WIDTH).collect();
        format!("…{shown}{}", if from.next().is_some() { "…" } else { "" })
    };
    (d != a).then(|| (excerpt(&d), excerpt(&a)))
}

/// Two texts in quotes. Where they may look alike, what tells them apart is written as escapes: accents that
/// stand by themselves (NFC and NFD of one text), and letters of other alphabets for those of ours (Unicode
/// Technical Standard 39).
fn both_quoted(desired: &str, actual: &str) -> (String, String) {
    let mut pairs =
        desired.chars().map(Some).chain([None]).zip(actual.chars().map(Some).chain([None]));
    let first = pairs.find(|(d, a)| d != a);
    let may_look_alike = match first {
        Some((Some(d), Some(a))) => d.is_ascii() != a.is_ascii(),
        Some((None, Some(c)) | (Some(c), None)) => is_mark(c),
        _ => false,
    };
    let quoted = |text: &str, other: &str| {
        let mut line = Line::new(VALUE_WIDTH);
        line.other = may_look_alike.then(|| other.to_owned());
        let _cut = line.quoted(text);
        line.text
    };
    (quoted(desired, actual), quoted(actual, desired))
}

/// A number of things, in words.
pub(super) fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn quoted(text: &str) -> String {
    let mut line = Line::new(VALUE_WIDTH);
    let _cut = line.quoted(text);
    line.text
}

/// A text of limited length that is written unit by unit; what does not fit ends it with `…`.
struct Line {
    text: String,
    left: usize,
    /// A text that this one may look like.
    other: Option<String>,
}

impl Line {
    fn new(width: usize) -> Self {
        Self { text: String::new(), left: width, other: None }
    }

    /// Adds a unit that must not be cut apart.
    fn unit(&mut self, unit: &str) -> fmt::Result {
        match self.left.checked_sub(unit.chars().count()) {
            Some(left) => {
                self.left = left;
                self.text.push_str(unit);
                Ok(())
            }
            None => {
                self.text.push('…');
                Err(fmt::Error)
            }
        }
    }

    fn plain(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| self.char(c))
    }

    fn quoted(&mut self, text: &str) -> fmt::Result {
        self.unit("\"")?;
        for c in text.chars() {
            match c {
                '"' => self.unit("\\\"")?,
                '\\' => self.unit("\\\\")?,
                c => self.char(c)?,
            }
        }
        // The closing quote always fits: a value that ends here is whole.
        self.text.push('"');
        self.left = self.left.saturating_sub(1);
        Ok(())
    }

    fn char(&mut self, c: char) -> fmt::Result {
        match c {
            '\n' => self.unit("\\n"),
            '\r' => self.unit("\\r"),
            '\t' => self.unit("\\t"),
            c if deceives(c) || self.tells_apart(c) => {
                let mut escape = String::new();
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(escape, "\\u{unit:04x}")?;
                }
                self.unit(&escape)
            }
            c => self.unit(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// Whether the character is what a text that may look like another differs in.
    fn tells_apart(&self, c: char) -> bool {
        looks_like_another(c) && self.other.as_deref().is_some_and(|other| !other.contains(c))
    }

    fn value(&mut self, value: &Tree) -> fmt::Result {
        match value {
            Tree::Null => self.unit("null"),
            Tree::Bool(true) => self.unit("true"),
            Tree::Bool(false) => self.unit("false"),
            Tree::Number(text) => self.plain(text),
            Tree::String(text) => self.quoted(text),
            Tree::List(items) => {
                self.unit("[")?;
                for (index, item) in items.iter().enumerate() {
                    self.unit(if index == 0 { "" } else { ", " })?;
                    self.value(item)?;
                }
                self.unit("]")
            }
            Tree::Map(fields) => {
                self.unit("{")?;
                for (index, (name, field)) in fields.iter().enumerate() {
                    self.unit(if index == 0 { "" } else { ", " })?;
                    self.quoted(name)?;
                    self.unit(": ")?;
                    self.value(field)?;
                }
                self.unit("}")
            }
            Tree::Secret { equal: true } => self.unit("(secret, equal)"),
            Tree::Secret { equal: false } => self.unit("(secret, differs)"),
        }
    }
}

/// Whether a character is drawn onto the one before it.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Whether a character is a mark, or may look like a letter or digit of ASCII: Greek, Cyrillic, Armenian and
/// Cherokee, those in full width, and mathematical symbols.
fn looks_like_another(c: char) -> bool {
    is_mark(c)
        || matches!(c,
            '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}'
            | '\u{ff01}'..='\u{ff5e}' | '\u{1d400}'..='\u{1d7ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str) -> Tree {
        Tree::String(text.to_owned())
    }

    #[test]
    fn what_acts_on_a_terminal_or_hides_is_escaped() {
        assert_eq!(plain("a\u{1b}[31mb\u{9b}c\r\n"), "a\\u001b[31mb\\u009bc\\r\\n");
        assert_eq!(shown(&string("x\u{202e}y\u{200b}\u{7f}")), "\"x\\u202ey\\u200b\\u007f\"");
        assert_eq!(plain("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(plain("naïve 日本 😀"), "naïve 日本 😀");
    }

    #[test]
    fn values_are_cut_between_escapes() {
        for padding in 90..105 {
            let value = Tree::List(vec![string(&format!("{}\u{1b}\"\\", "x".repeat(padding)))]);
            let text = shown(&value);
            assert!(text.chars().count() <= VALUE_WIDTH + 20, "{text}");
            let cut = text.split('…').next().unwrap();
            let end = cut.trim_start_matches("[\"").trim_start_matches('x');
            assert!(
                ["", "\\u001b", "\\u001b\\\"", "\\u001b\\\"\\\\", "\\u001b\\\"\\\\\""]
                    .contains(&end.trim_end_matches(']')),
                "{text}"
            );
        }
    }

    #[test]
    fn long_values_say_how_long_they_are() {
        assert_eq!(shown(&string("a\nb\nc\n")), "\"a\" (3 lines, 6 bytes)");
        assert_eq!(shown(&string("a\n")), "\"a\\n\"");
        let long = shown(&string(&"y".repeat(500)));
        assert!(long.ends_with("y… (500 bytes)"), "{long}");
        let list = Tree::List(vec![Tree::Bool(true); 60]);
        assert!(shown(&list).ends_with("… (60 elements)"), "{}", shown(&list));
        let map = Tree::map([("a".repeat(200), Tree::Null)]);
        assert!(shown(&map).ends_with("… (1 field)"), "{}", shown(&map));
    }

    #[test]
    fn of_long_texts_the_difference_is_shown() {
        let (line, d, a) = difference(&string("one\ntwo\nthree"), &string("one\nzwei\nthree"));
        assert_eq!((line, d.as_str(), a.as_str()), (Some(2), "\"two\\n\"", "\"zwei\\n\""));
        let (line, d, a) = difference(&string("same"), &string("same\n"));
        assert_eq!((line, d.as_str(), a.as_str()), (Some(1), "\"same\"", "\"same\\n\""));
        let long = "x".repeat(200);
        let (line, d, a) = difference(&string(&format!("{long}1")), &string(&format!("{long}2")));
        assert_eq!(line, None);
        assert_eq!(d, format!("…\"{}1\"", "x".repeat(30)));
        assert_eq!(a, format!("…\"{}2\"", "x".repeat(30)));
    }

    #[test]
    fn of_long_lists_and_maps_the_difference_is_shown() {
        let list = |last: &str| {
            Tree::List(vec![string(&"x".repeat(200)), string(last), string(&"y".repeat(200))])
        };
        let (_, d, a) = difference(&list("1"), &list("2"));
        assert!(d.starts_with(&format!("…{}\", \"1\", \"yyy", "x".repeat(26))), "{d}");
        assert!(
            a.starts_with(&format!("…{}\", \"2\", \"yyy", "x".repeat(26))) && a.ends_with("y…"),
            "{a}"
        );
        let far = |last: &str| Tree::List(vec![string(&"x".repeat(LOOKED_THROUGH)), string(last)]);
        let (_, d, a) = difference(&far("1"), &far("2"));
        assert!(d == a && d.ends_with("… (2 elements)"), "{d}");
        let (_, d, a) = difference(&list("1"), &Tree::Bool(true));
        assert!(d.ends_with("… (3 elements)") && a == "true", "{d}");
    }

    #[test]
    fn what_looks_alike_is_told_apart() {
        let told = |d: &str, a: &str| {
            let (_, d, a) = difference(&string(d), &string(a));
            [d, a]
        };
        assert_eq!(told("caf\u{e9}", "cafe\u{301}"), ["\"caf\u{e9}\"", "\"cafe\\u0301\""]);
        assert_eq!(told("nginx", "ngin\u{445}"), ["\"nginx\"", "\"ngin\\u0445\""]);
        let long = "x".repeat(200);
        let [d, a] = told(&format!("{long}a"), &format!("{long}\u{430}"));
        assert!(d.ends_with("xa\"") && a.ends_with("x\\u0430\""), "{d} {a}");
        // What cannot be taken for the other stays readable.
        assert_eq!(told("мир", "мира"), ["\"мир\"", "\"мира\""]);
        assert_eq!(told("日本", "日木"), ["\"日本\"", "\"日木\""]);
        assert_eq!(told("naïve", "naive"), ["\"naïve\"", "\"naive\""]);
    }

    #[test]
    fn secrets_say_only_whether_they_differ() {
        assert_eq!(shown(&Tree::Secret { equal: false }), "(secret, differs)");
        let map = Tree::map([("p".to_owned(), Tree::Secret { equal: true })]);
        assert_eq!(shown(&map), "{\"p\": (secret, equal)}");
    }
}
