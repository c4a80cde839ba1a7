//! Finds any number of strings in a text in one pass, however JSON has escaped them.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use std::ops::Range;

/// How many times its own length a text may cost where strings overlap in it.
const MAX_PASSES: usize = 16;

/// Strings to be found.
pub(crate) struct Finder {
    /// `None` where there are more strings than can be searched for: all of a text is found then.
    search: Option<AhoCorasick>,
}

impl Finder {
    /// Looks for `strings`, of which none is empty.
    pub(crate) fn of(strings: &[String]) -> Self {
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::NoncontiguousNFA))
            .build(strings);
        Self { search: search.ok() }
    }

    /// Whether the text as a whole is one of the strings.
    pub(crate) fn is_whole(&self, text: &str) -> bool {
        match &self.search {
            Some(search) => search.find(text).is_some_and(|found| found.range() == (0..text.len())),
            None => true,
        }
    }

    /// Calls `found` with the longest string at each place where one starts.
    fn search(&self, text: &str, mut found: impl FnMut(Range<usize>)) {
        let Some(search) = &self.search else {
            return found(0..text.len());
        };
        let mut from = 0;
        let mut cost = 0_usize;
        while let Some(place) = search.find(Input::new(text).range(from..)) {
            let range = place.range();
            // A string may start inside another one and reach beyond it. Where that goes on and on,
            // the rest is as good as found.
            cost = cost.saturating_add(range.end - from);
            if cost > text.len().saturating_mul(MAX_PASSES) {
                return found(range.start..text.len());
            }
            from = range.start + 1;
            found(range);
        }
    }
}

/// Where the strings of all these stand in the text, as they are or escaped, in order and without
/// overlaps.
pub(crate) fn places<'f>(
    finders: impl Iterator<Item = &'f Finder> + Clone,
    text: &str,
) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    finders.clone().for_each(|finder| finder.search(text, |place| found.push(place)));
    let mut plain = Unescaped::of(text);
    while let Some(here) = plain {
        for finder in finders.clone() {
            finder.search(&here.text, |place| found.extend(here.origin(&place)));
        }
        plain = here.again();
    }
    found.sort_unstable_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for place in found {
        match joined.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

/// A text with the escapes of JSON undone, so that a string is found in any of its spellings.
struct Unescaped {
    text: String,
    /// Where each byte of the text comes from, and where the text ends.
    origins: Vec<usize>,
}

impl Unescaped {
    /// `None` where nothing is escaped.
    fn of(text: &str) -> Option<Self> {
        let mut plain = String::with_capacity(text.len());
        let mut origins = Vec::new();
        let mut rest = text;
        let mut escaped = false;
        while let Some(start) = rest.find('\\') {
            let at = text.len() - rest.len();
            plain.push_str(rest.get(..start)?);
            origins.extend(at..at + start);
            let tail = rest.get(start..)?;
            let (length, c) = escape(tail).unwrap_or((1, '\\'));
            escaped |= length > 1;
            plain.push(c);
            origins.resize(plain.len(), at + start);
            rest = tail.get(length..)?;
        }
        if !escaped {
            return None;
        }
        plain.push_str(rest);
        origins.extend(text.len() - rest.len()..=text.len());
        Some(Self { text: plain, origins })
    }

    /// With the escapes undone that are left.
    fn again(&self) -> Option<Self> {
        let mut next = Self::of(&self.text)?;
        for origin in &mut next.origins {
            *origin = *self.origins.get(*origin)?;
        }
        Some(next)
    }

    /// The place in the text that was escaped.
    fn origin(&self, place: &Range<usize>) -> Option<Range<usize>> {
        Some(*self.origins.get(place.start)?..*self.origins.get(place.end)?)
    }
}

/// The length of the escape that the text starts with, and the letter that it stands for.
fn escape(text: &str) -> Option<(usize, char)> {
    let c = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = unit(text)?;
            let second = || unit(text.get(6..)?);
            let low = match first {
                0xd800..=0xdbff => second(),
                _ => None,
            };
            let units = [Some(first), low].into_iter().flatten();
            let c = char::decode_utf16(units).next()?.ok()?;
            return Some((if low.is_some() { 12 } else { 6 }, c));
        }
        _ => return None,
    };
    Some((2, c))
}

/// The number behind `\u`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(strings: &[&str], text: &str) -> String {
        let strings: Vec<String> = strings.iter().map(|text| (*text).to_owned()).collect();
        let finder = Finder::of(&strings);
        let found = places(std::iter::once(&finder), text);
        // What several find between them is what one finds that looks for all of it.
        let finders: Vec<Finder> = strings.chunks(1).map(Finder::of).collect();
        assert_eq!(places(finders.iter(), text), found, "{text}");
        let mut masked = text.to_owned();
        for place in found.into_iter().rev() {
            masked.replace_range(place, "#");
        }
        masked
    }

    #[test]
    fn every_string_is_found_in_one_pass() {
        assert_eq!(masked(&["abc", "xyz"], "1abc2xyz3abcxyz"), "1#2#3##");
        assert_eq!(masked(&["abc", "abcdef", "cde"], "-abcdef-abcd-cde"), "-#-#d-#");
        assert_eq!(masked(&["abcd", "cdef"], "xabcdefx"), "x#x", "overlaps are found whole");
        assert_eq!(masked(&["aaaa"], &"a".repeat(1000)), "#");
        assert_eq!(masked(&["abc"], ""), "");
    }

    #[test]
    fn strings_are_found_in_any_escaped_spelling() {
        let secret = "pa\"ss\\can/äry\u{1f600}\n";
        let once = serde_json::to_string(secret).unwrap();
        let twice = serde_json::to_string(&once).unwrap();
        let ascii = "pa\\u0022ss\\\\can\\/\\u00e4ry\\ud83d\\uDE00\\n";
        assert_eq!(masked(&[secret], &format!("x{secret}x")), "x#x");
        assert_eq!(masked(&[secret], &once), "\"#\"");
        assert_eq!(masked(&[secret], &twice), "\"\\\"#\\\"\"");
        assert_eq!(masked(&[secret], ascii), "#");
        assert_eq!(masked(&["<plain>"], "é\\u003cplain\\u003E\\q\\"), "é#\\q\\");
    }

    #[test]
    fn what_is_no_escape_stands_as_it_is() {
        for text in
            ["\\", "\\u", "\\u12", "\\ud800", "\\ud800\\u0041", "\\+", "C:\\dir", "a\\\u{e9}"]
        {
            assert_eq!(masked(&["needle"], text), text);
        }
        assert_eq!(masked(&["needle"], "\\ud800needle\\x"), "\\ud800#\\x");
    }

    #[test]
    fn many_overlaps_cost_no_more_than_a_few_passes() {
        let long = "a".repeat(2000);
        let text = "a".repeat(200_000);
        assert_eq!(masked(&[&long], &text), "#");
        let nested = "\\".repeat(1 << 16);
        assert_eq!(masked(&["needle"], &nested), nested);
    }
}
