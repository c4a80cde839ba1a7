//! The characters of a text as the parser asks for them.
//!
//! The parser's own input decodes UTF-8 at every look, and has it make room for 128 characters
//! more with every word of a plain scalar. Most of YAML is ASCII, and most words are short.

use saphyr_parser::Input;
use saphyr_parser::input::SkipTabs;

/// How many characters the parser looks at in one go, and makes room for.
const AHEAD: usize = 16;

/// A text, and where the parser stands in it.
pub(super) struct Characters<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    asked: usize,
}

impl<'a> Characters<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, asked: 0 }
    }

    /// The character at the byte `at`; none behind the end.
    #[inline(always)]
    fn character(&self, at: usize) -> Option<char> {
        match self.bytes.get(at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.decoded(at),
            None => None,
        }
    }

    #[inline(never)]
    fn decoded(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    /// Where the character behind the one at the byte `at` starts.
    #[inline(always)]
    fn behind(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(byte) if byte.is_ascii() => at + 1,
            Some(_) => at + self.decoded(at).map_or(1, char::len_utf8),
            None => at,
        }
    }

    /// The byte that stands next, where it is one that is asked for.
    #[inline(always)]
    fn next_is(&self, wanted: impl Fn(u8) -> bool) -> bool {
        self.bytes.get(self.at).is_some_and(|byte| wanted(*byte))
    }

    /// Whether `mark` stands next, and white space or the end of the text behind it.
    #[inline(always)]
    fn stands_alone(&self, mark: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let behind = rest.strip_prefix(mark).map(<[u8]>::first);
        behind.is_some_and(|next| {
            next.is_none_or(|byte| is_blank(*byte) || is_break(*byte) || *byte == 0)
        })
    }

    /// Whether the colon behind a key that stands on the same line comes before.
    fn is_behind_key(&self) -> bool {
        let Some(([before @ .., b':'], _)) = self.bytes.split_at_checked(self.at) else {
            return false;
        };
        let mut line = before.iter().rev().take_while(|byte| !is_break(**byte));
        line.any(|byte| !is_blank(*byte))
    }

    #[inline(always)]
    fn ends_or(&self, wanted: impl Fn(u8) -> bool) -> bool {
        self.bytes.get(self.at).is_none_or(|byte| wanted(*byte))
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_flow(byte: u8) -> bool {
    matches!(byte, b',' | b'[' | b']' | b'{' | b'}')
}

impl Input for Characters<'_> {
    #[inline(always)]
    fn lookahead(&mut self, count: usize) {
        self.asked = self.asked.max(count);
    }

    #[inline(always)]
    fn buflen(&self) -> usize {
        self.asked
    }

    #[inline(always)]
    fn bufmaxlen(&self) -> usize {
        AHEAD
    }

    #[inline(always)]
    fn raw_read_ch(&mut self) -> char {
        let next = self.peek();
        self.skip();
        next
    }

    #[inline(always)]
    fn raw_read_non_breakz_ch(&mut self) -> Option<char> {
        let next = self.peek_opt().filter(|c| !matches!(c, '\0' | '\n' | '\r' | '\u{feff}'))?;
        self.skip();
        Some(next)
    }

    #[inline(always)]
    fn skip(&mut self) {
        self.at = self.behind(self.at);
    }

    #[inline(always)]
    fn skip_n(&mut self, count: usize) {
        for _ in 0..count {
            self.skip();
        }
    }

    #[inline(always)]
    fn peek(&self) -> char {
        self.character(self.at).unwrap_or('\0')
    }

    #[inline(always)]
    fn peek_nth(&self, n: usize) -> char {
        let mut at = self.at;
        for _ in 0..n {
            at = self.behind(at);
        }
        self.character(at).unwrap_or('\0')
    }

    #[inline(always)]
    fn peek_opt(&self) -> Option<char> {
        self.character(self.at)
    }

    #[inline(always)]
    fn next_2_are(&self, first: char, second: char) -> bool {
        self.peek() == first && self.peek_nth(1) == second
    }

    #[inline(always)]
    fn next_3_are(&self, first: char, second: char, third: char) -> bool {
        self.next_2_are(first, second) && self.peek_nth(2) == third
    }

    #[inline(always)]
    fn next_is_document_indicator(&self) -> bool {
        self.next_is_document_start() || self.next_is_document_end()
    }

    #[inline(always)]
    fn next_is_document_start(&self) -> bool {
        self.stands_alone(b"---")
    }

    #[inline(always)]
    fn next_is_document_end(&self) -> bool {
        self.stands_alone(b"...")
    }

    #[inline(always)]
    fn next_can_be_plain_scalar(&self, in_flow: bool) -> bool {
        match self.bytes.get(self.at) {
            Some(b':') => self.bytes.get(self.at + 1).is_some_and(|next| {
                let ends = is_blank(*next) || is_break(*next) || *next == 0;
                !(ends || in_flow && is_flow(*next))
            }),
            Some(byte) if in_flow && is_flow(*byte) => false,
            Some(0xEF) => self.peek() != '\u{feff}',
            _ => true,
        }
    }

    #[inline(always)]
    fn next_is_blank_or_break(&self) -> bool {
        self.next_is(|byte| is_blank(byte) || is_break(byte))
    }

    #[inline(always)]
    fn next_is_blank_or_breakz(&self) -> bool {
        self.ends_or(|byte| is_blank(byte) || is_break(byte) || byte == 0)
    }

    #[inline(always)]
    fn next_is_blank(&self) -> bool {
        self.next_is(is_blank)
    }

    #[inline(always)]
    fn next_is_break(&self) -> bool {
        self.next_is(is_break)
    }

    #[inline(always)]
    fn next_is_breakz(&self) -> bool {
        self.ends_or(|byte| is_break(byte) || byte == 0)
    }

    #[inline(always)]
    fn next_is_z(&self) -> bool {
        self.ends_or(|byte| byte == 0)
    }

    #[inline(always)]
    fn next_is_flow(&self) -> bool {
        self.next_is(is_flow)
    }

    #[inline(always)]
    fn next_is_digit(&self) -> bool {
        self.next_is(|byte| byte.is_ascii_digit())
    }

    /// As the parser's own input does, but that a tab alone may stand between a key with its colon and a value
    /// (YAML 1.2, 6.2 Separation Spaces), which the parser refuses.
    fn skip_ws_to_eol(&mut self, skip: SkipTabs) -> (usize, Result<SkipTabs, &'static str>) {
        let (mut tabs, mut spaces, mut count) = (false, false, 0);
        let may_be_tab = self.next_is(|byte| byte == b'\t') && self.is_behind_key();
        loop {
            match self.bytes.get(self.at) {
                Some(b' ') => spaces = true,
                Some(b'\t') if skip != SkipTabs::No => tabs = true,
                Some(b'#') if !tabs && !spaces => {
                    let message = "comments must be separated from other tokens by whitespace";
                    return (count, Err(message));
                }
                Some(b'#') => {
                    self.skip();
                    while self.raw_read_non_breakz_ch().is_some() {
                        count += 1;
                    }
                    count += 1;
                    continue;
                }
                _ => break,
            }
            self.skip();
            count += 1;
        }
        (count, Ok(SkipTabs::Result(tabs, spaces || may_be_tab)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use saphyr_parser::Parser;

    /// Whether the parser tells the same of `text` from its own input and from this one.
    fn same(text: &str) {
        // In a directive its own input counts bytes, and all marks behind it are off.
        if text.contains('%') && !text.is_ascii() {
            return;
        }
        // It refuses a tab alone behind a key.
        if text.contains(":\t") {
            return;
        }
        let mut own = Parser::new_from_str(text);
        let mut here = Parser::new(Characters::new(text));
        loop {
            let (one, other) = (own.next(), here.next());
            assert_eq!(format!("{one:?}"), format!("{other:?}"), "{text:?}");
            // Behind an error it says that error for ever.
            if !matches!(one, Some(Ok(_))) {
                return;
            }
        }
    }

    const TEXTS: [&str; 9] = [
        "a: b c d\nlong key that goes on: 'x: y'\n? q\n: [a, {b: c}, d:e, \"f\\u00e9\":g]\n",
        "é: ü ö\n- \u{feff}x\nx: \u{1f980} : z\n#c é\n",
        "--- |+\n  text\n\n   more\n...\n%YAML 1.2\n--- >-1\n fold\n fold\n\n",
        "a:\n                        deep:\n                          text: |\n                            of 28\n\n                            é\n",
        "- &a x\n- *a\n- !!str 1\n- !<tag:e,1> {}\n- ? a\n- - - nested\n    plain on\n    lines\n",
        "a: 'it''s'\nb: \"x \\\n  y\"\nc: [\n ]\nd: {}\t# end\n\te: 1\n",
        "\u{feff}a: 1\r\nb:\r\n- x\r\n- y # z\r\n",
        "a: |\r\n  x\r\n  y\r\nb: >\r\n  z\r\n",
        "---\n---\n--- a\n...\n...\n---",
    ];

    #[test]
    fn the_parser_tells_the_same_as_from_its_own_input() {
        TEXTS.into_iter().for_each(same);
        // Every text cut at every place, and with every character taken out or doubled.
        for text in TEXTS {
            for (at, c) in text.char_indices() {
                let (before, behind) = text.split_at_checked(at).unwrap();
                let rest = behind.strip_prefix(c).unwrap();
                same(before);
                same(&format!("{before}{rest}"));
                same(&format!("{before}{c}{behind}"));
                for other in [':', '-', '\n', ' ', '\t', '#', '"', '[', '}', 'é', '.'] {
                    same(&format!("{before}{other}{behind}"));
                }
            }
        }
    }
}
