//! JSON (RFC 8259) into a tape.

use super::scan::{Fault, Inside, Quoted, Scanner, Sink};
use super::{Builder, Document, ReadOptions, Tag};
use crate::error::{Code, Error, Position, Result};
use crate::limits::Limits;
use std::ops::Range;

/// How many values the text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Single,
    Many,
}

/// `bytes` as UTF-8 without a byte-order mark.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str> {
    let text = simdutf8::compat::from_utf8(bytes).map_err(|error| {
        let fault = Error::new(Code::Parse, "the text is not valid UTF-8")
            .at(Position::of(bytes, error.valid_up_to()));
        match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                fault.with_help("it starts as UTF-16 does: save it as UTF-8")
            }
            _ => fault,
        }
    })?;
    Ok(text)
}

/// Where the first value of a text may start: behind a byte-order mark.
pub(crate) fn start(bytes: &[u8]) -> usize {
    if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 }
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
    let mut builder = Builder::new(text, options)?;
    let mut scanner = Scanner::new(text, start(bytes)..text.len());
    match read(&mut scanner, &mut builder, stream, options.limits.max_documents) {
        Ok(()) => Ok(builder.finish()),
        Err(Fault::Sink(error)) => Err(error),
        Err(Fault::Text { offset, message }) => {
            let end = if offset >= bytes.len() { ", found the end of the text" } else { "" };
            let error = Error::new(Code::Parse, format!("{message}{end}"));
            Err(error.at(builder.position(offset)))
        }
    }
}

fn read(
    scanner: &mut Scanner<'_>,
    builder: &mut Builder<'_>,
    stream: Stream,
    max_documents: usize,
) -> std::result::Result<(), Fault<Error>> {
    if stream == Stream::Single {
        scanner.value(builder)?;
        return scanner.end(builder);
    }
    scanner.space(builder);
    let mut count = 0;
    while !scanner.is_done() {
        count += 1;
        if count > max_documents {
            return Err(Fault::Sink(Limits::passed("max_documents", max_documents)));
        }
        scanner.value(builder)?;
        scanner.between(builder)?;
    }
    Ok(())
}

impl Sink for Builder<'_> {
    type Stop = Error;

    fn null(&mut self, span: Range<usize>) -> Result<()> {
        self.null(span)
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<()> {
        self.bool(span, value)
    }

    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<()> {
        if span.is_empty() {
            return self.number_owned(span, text, exponent);
        }
        self.number_source(span, exponent)
    }

    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        if text.is_source {
            let content = span.start + 1..span.end - 1;
            return self.string_source(span, content);
        }
        self.string_owned(span, text.text()).map(drop)
    }

    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        if text.is_source {
            let content = span.start + 1..span.end - 1;
            self.note_key(text);
            return self.put_key(Tag::StringSource, span, content);
        }
        self.key_owned(span, text.text())
    }

    fn open_list(&mut self, start: usize) -> Result<Inside> {
        self.open_list(start).map(|()| Inside::Shown)
    }

    fn open_map(&mut self, start: usize) -> Result<Inside> {
        self.open_map(start).map(|()| Inside::Shown)
    }

    fn close(&mut self, end: usize, _: bool) -> Result<()> {
        self.close(end)
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
    fn escapes_mean_the_same_wherever_they_stand() {
        let escapes =
            [r#"\""#, r"\\", r"\/", r"\n", r"\u0041", r"\u00E9", r"\ud83d\ude00", r"\b\f\r\t"];
        for (before, after) in (0..36).flat_map(|before| (0..18).map(move |after| (before, after)))
        {
            let (before, after) = ("a".repeat(before), "b".repeat(after));
            for escape in escapes {
                let text =
                    format!(r#"{{"{before}{escape}{after}":"{before}{escape}{escape}{after}é"}}"#);
                let expected: Tree = serde_json::from_str(&text).unwrap();
                assert_eq!(read(&text).unwrap(), expected.to_string(), "{text}");
            }
            for wrong in
                [r"\x", r"\u12G4", r"\u+123", r"\ud800", r"\ud800\u0041", "\u{1}", r"\u12-"]
            {
                let text = format!("\"{before}{wrong}{after}\"");
                let at = read(&text).unwrap_err().position().unwrap();
                assert_eq!((at.line, at.column), (1, before.len() + 2), "{text}");
            }
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
