//! JSON (RFC 8259) into a tape: one pass, no recursion, every error with its line and column.

use super::{Builder, Document, ReadOptions, number};
use crate::error::{Code, Error, Position, Result};
use crate::limits::Limits;
use std::borrow::Cow;

/// How many values the text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Single,
    Many,
}

/// What stands in front of the next value, field or end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value, after a comma, a colon or at the start.
    Value,
    /// The first element of a list, or its end.
    FirstElement,
    /// The first field of a map, or its end.
    FirstField,
    /// A field, after a comma.
    Field,
    /// A comma or the end of the open container.
    CommaOrEnd,
}

struct Parser<'b, 'a> {
    bytes: &'a [u8],
    at: usize,
    builder: &'b mut Builder<'a>,
    /// For each open container, whether it is a map.
    maps: Vec<bool>,
}

/// `bytes` as UTF-8 without a byte-order mark.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::new(Code::Parse, "the text is not valid UTF-8")
            .at(Position::of(bytes, error.valid_up_to()))
    })?;
    Ok(text)
}

pub(crate) fn parse<'a>(
    bytes: &'a [u8],
    options: &ReadOptions,
    stream: Stream,
) -> Result<Document<'a>> {
    if bytes.len() > options.limits.max_bytes {
        return Err(Limits::passed("max_bytes", options.limits.max_bytes));
    }
    let text = utf8(bytes)?;
    let mut builder = Builder::new(Cow::Borrowed(text), options)?;
    let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut parser = Parser { bytes, at, builder: &mut builder, maps: Vec::new() };
    match stream {
        Stream::Single => {
            parser.value()?;
            parser.space();
            if parser.at < bytes.len() {
                return Err(parser.fail("expected the end of the text after the value"));
            }
        }
        Stream::Many => {
            parser.space();
            let mut count = 0;
            while parser.at < bytes.len() {
                count += 1;
                if count > options.limits.max_documents {
                    return Err(Limits::passed("max_documents", options.limits.max_documents));
                }
                parser.value()?;
                let end = parser.at;
                parser.space();
                if parser.at == end && end < bytes.len() {
                    return Err(parser.fail("expected white space between two values"));
                }
            }
        }
    }
    Ok(builder.finish())
}

impl Parser<'_, '_> {
    fn fail(&self, message: &str) -> Error {
        self.fail_at(self.at, message)
    }

    fn fail_at(&self, offset: usize, message: &str) -> Error {
        let message = if offset >= self.bytes.len() {
            format!("{message}, found the end of the text")
        } else {
            message.to_owned()
        };
        Error::new(Code::Parse, message).at(self.builder.position(offset))
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// One value with all that is inside it.
    fn value(&mut self) -> Result<()> {
        let mut expect = Expect::Value;
        loop {
            self.space();
            expect = match expect {
                Expect::Value => self.element("expected a value")?,
                Expect::FirstElement if self.peek() == Some(b']') => self.close()?,
                Expect::FirstElement => self.element("expected a value or `]`")?,
                Expect::FirstField if self.peek() == Some(b'}') => self.close()?,
                Expect::FirstField | Expect::Field => {
                    self.field()?;
                    Expect::Value
                }
                Expect::CommaOrEnd => match (self.maps.last(), self.peek()) {
                    (None, _) => return Ok(()),
                    (Some(true), Some(b'}')) | (Some(false), Some(b']')) => self.close()?,
                    (Some(map), Some(b',')) => {
                        let next = if *map { Expect::Field } else { Expect::Value };
                        self.at += 1;
                        next
                    }
                    (Some(true), _) => return Err(self.fail("expected `,` or `}`")),
                    (Some(false), _) => return Err(self.fail("expected `,` or `]`")),
                },
            };
            if self.maps.is_empty() && expect == Expect::CommaOrEnd {
                return Ok(());
            }
        }
    }

    fn close(&mut self) -> Result<Expect> {
        self.at += 1;
        self.maps.pop();
        self.builder.close(self.at)?;
        Ok(Expect::CommaOrEnd)
    }

    fn element(&mut self, expected: &str) -> Result<Expect> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => {
                self.builder.open_map(start)?;
                self.maps.push(true);
                self.at += 1;
                return Ok(Expect::FirstField);
            }
            Some(b'[') => {
                self.builder.open_list(start)?;
                self.maps.push(false);
                self.at += 1;
                return Ok(Expect::FirstElement);
            }
            Some(b'"') => self.string(false)?,
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => {
                self.word("true")?;
                self.builder.bool(start..self.at, true)?;
            }
            Some(b'f') => {
                self.word("false")?;
                self.builder.bool(start..self.at, false)?;
            }
            Some(b'n') => {
                self.word("null")?;
                self.builder.null(start..self.at)?;
            }
            _ => return Err(self.fail(expected)),
        }
        Ok(Expect::CommaOrEnd)
    }

    fn word(&mut self, word: &str) -> Result<()> {
        let end = self.at + word.len();
        if self.bytes.get(self.at..end) != Some(word.as_bytes()) {
            return Err(self.fail("expected a value"));
        }
        self.at = end;
        Ok(())
    }

    fn number(&mut self) -> Result<()> {
        let start = self.at;
        let Some(scan) = self.bytes.get(start..).and_then(number::scan) else {
            return Err(self.fail("expected a number as JSON writes it"));
        };
        self.at += scan.length;
        self.builder.number_source(start..self.at, scan.exponent)
    }

    fn field(&mut self) -> Result<()> {
        if self.peek() != Some(b'"') {
            return Err(self.fail("expected a string as a field name"));
        }
        self.string(true)?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.fail("expected `:` after the field name"));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self, key: bool) -> Result<()> {
        let start = self.at;
        self.at += 1;
        let content = self.at;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => return self.escaped_string(start, key),
                Some(byte) if byte >= b' ' => self.at += 1,
                Some(_) => return Err(self.fail("expected control characters to be escaped")),
                None => return Err(self.fail("expected `\"` at the end of the string")),
            }
        }
        let content = content..self.at;
        self.at += 1;
        let span = start..self.at;
        if key {
            self.builder.key_source(span, content)
        } else {
            self.builder.string_source(span, content)
        }
    }

    fn escaped_string(&mut self, start: usize, key: bool) -> Result<()> {
        let mut text = String::new();
        let mut run = start + 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.push_run(&mut text, run);
                    let c = self.escape()?;
                    text.push(c);
                    run = self.at;
                }
                Some(byte) if byte >= b' ' => self.at += 1,
                Some(_) => return Err(self.fail("expected control characters to be escaped")),
                None => return Err(self.fail("expected `\"` at the end of the string")),
            }
        }
        self.push_run(&mut text, run);
        self.at += 1;
        let span = start..self.at;
        if key {
            self.builder.key_owned(span, &text)
        } else {
            self.builder.string_owned(span, &text).map(drop)
        }
    }

    /// Copies the plain part of a string that ends here.
    fn push_run(&self, text: &mut String, run: usize) {
        let plain = self.bytes.get(run..self.at).and_then(|run| std::str::from_utf8(run).ok());
        text.push_str(plain.unwrap_or_default());
    }

    fn escape(&mut self) -> Result<char> {
        let start = self.at;
        self.at += 2;
        Ok(match self.bytes.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(self.fail_at(start, "expected an escape that JSON knows")),
        })
    }

    fn unicode(&mut self, start: usize) -> Result<char> {
        let unpaired = "expected surrogate escapes in pairs";
        let first = self.hex(start)?;
        if !(0xD800..0xE000).contains(&first) {
            return char::from_u32(first).ok_or_else(|| self.fail_at(start, unpaired));
        }
        if first >= 0xDC00 || self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
            return Err(self.fail_at(start, unpaired));
        }
        self.at += 2;
        let second = self.hex(start)?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err(self.fail_at(start, unpaired));
        }
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).ok_or_else(|| self.fail_at(start, unpaired))
    }

    fn hex(&mut self, start: usize) -> Result<u32> {
        let digits = self.bytes.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let text = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let code = text.and_then(|text| u32::from_str_radix(text, 16).ok());
        self.at += 4;
        code.ok_or_else(|| self.fail_at(start, "expected four hexadecimal digits after `\\u`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{DuplicateKeys, Tree};

    fn read(text: &str) -> Result<String> {
        let document = parse(text.as_bytes(), &ReadOptions::default(), Stream::Single)?;
        Ok(Tree::of(document.root()).to_string())
    }

    #[test]
    fn reads_what_serde_json_reads() {
        for text in [
            r#"{"a":[1,2.5,{"b":null}],"c":"\u00e9\ud83d\ude00\n","d":{}}"#,
            "[]",
            " \"x\" ",
            "-1E+2",
            "[[],{},[[]]]",
            "[1\n]",
        ] {
            let expected: Tree = serde_json::from_str(text).unwrap();
            assert_eq!(read(text).unwrap(), expected.to_string());
        }
    }

    #[test]
    fn errors_have_their_place() {
        for (text, line, column) in [
            ("", 1, 1),
            ("[1,\n 2,]", 2, 4),
            ("{\"a\" 1}", 1, 6),
            ("[1 2]", 1, 4),
            ("\"\\ud800\"", 1, 2),
            ("\"a\tb\"", 1, 3),
            ("[01]", 1, 2),
            ("nul", 1, 1),
            ("{} {}", 1, 4),
        ] {
            let error = read(text).unwrap_err();
            let at = error.position().unwrap();
            assert_eq!((at.line, at.column), (line, column), "{text}: {error}");
        }
    }

    #[test]
    fn the_last_of_two_keys_counts_where_asked() {
        let options = ReadOptions { duplicate_keys: DuplicateKeys::Last, ..ReadOptions::default() };
        let text = br#"{"a":{"x":1},"b":2,"a":3}"#;
        let document = parse(text, &options, Stream::Single).unwrap();
        assert_eq!(Tree::of(document.root()).to_string(), r#"{"a":3,"b":2}"#);
        assert_eq!(document.root().len(), 2);
        assert_eq!(document.dropped_keys.len(), 1);
        let error = Document::parse_json(text, &ReadOptions::default()).unwrap_err();
        assert_eq!((error.code(), error.position().unwrap().column), (Code::DuplicateField, 20));
    }

    #[test]
    fn spans_cover_the_value() {
        let text = br#"{"a": [1, "b"], "c": {"d": true}}"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        let root = document.root();
        let part = |value: crate::value::Value<'_>| {
            std::str::from_utf8(&text[value.span()]).unwrap().to_owned()
        };
        assert_eq!(part(root), std::str::from_utf8(text).unwrap());
        assert_eq!(part(root.get("a").unwrap()), r#"[1, "b"]"#);
        assert_eq!(part(root.get("a").unwrap().at(1).unwrap()), "\"b\"");
        assert_eq!(part(root.get("c").unwrap()), r#"{"d": true}"#);
    }

    #[test]
    fn a_million_levels_are_an_error_and_no_overflow() {
        let text = "[".repeat(1_000_000);
        assert_eq!(read(&text).unwrap_err().code(), Code::Limit);
        let text = "{\"a\":".repeat(1_000_000);
        assert_eq!(read(&text).unwrap_err().code(), Code::Limit);
    }

    #[test]
    fn streams_hold_many_values() {
        let text = b"{\"a\":1}\n{\"a\":2}\n\n[3] 4";
        let document = Document::parse_json_stream(text, &ReadOptions::default()).unwrap();
        assert_eq!(document.roots().len(), 4);
        let error = Document::parse_json_stream(b"{}{}", &ReadOptions::default()).unwrap_err();
        assert_eq!(error.code(), Code::Parse);
        assert_eq!(
            Document::parse_json_stream(b" \n", &ReadOptions::default()).unwrap().roots().len(),
            0
        );
    }
}
