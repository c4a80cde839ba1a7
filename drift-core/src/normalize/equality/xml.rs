//! `xml`: an XML document by its elements, attributes and text.
//!
//! XML 1.0, sections 2.10 and 3.1. White space between elements does not count where an element holds
//! elements alone, unless `xml:space="preserve"` stands around it; nor do the order and the quotes of
//! attributes, blanks inside tags, comments, and whether an empty element is written with one tag or
//! two. Entities are not opened: a document with a DOCTYPE, and one that is not well-formed, stands for
//! itself.

use super::Scalar;
use std::borrow::Cow;

const MAX_DEPTH: usize = 512;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest, open: Vec::new(), pieces: Vec::new(), roots: 0 };
    while !reader.rest.is_empty() {
        reader.next()?;
    }
    (reader.open.is_empty() && reader.roots == 1).then(|| reader.pieces.concat())
}

/// An element that is open.
struct Open<'t> {
    name: &'t str,
    preserve: bool,
    /// Whether it holds elements.
    elements: bool,
    /// Whether it holds text that is not blank.
    texts: bool,
    /// Where among the pieces its blanks stand.
    blanks: Vec<usize>,
}

struct Reader<'t> {
    rest: &'t str,
    open: Vec<Open<'t>>,
    /// What is written in the end.
    pieces: Vec<Cow<'t, str>>,
    roots: usize,
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

impl<'t> Reader<'t> {
    /// Reads one piece of markup or text.
    fn next(&mut self) -> Option<()> {
        let text = self.rest;
        if let Some(rest) = text.strip_prefix("<!--") {
            self.rest = rest.split_once("-->")?.1;
            return Some(());
        }
        if let Some(rest) = text.strip_prefix("<![CDATA[") {
            let (inside, rest) = rest.split_once("]]>")?;
            self.rest = rest;
            let escaped = inside.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            return self.text(escaped.into(), true);
        }
        if let Some(rest) = text.strip_prefix("<?") {
            let (instruction, rest) = rest.split_once("?>")?;
            self.rest = rest;
            // The declaration says how the document is written.
            if !instruction.starts_with("xml ") {
                self.pieces.push(format!("<?{}?>", instruction.trim_end()).into());
            }
            return Some(());
        }
        if let Some(rest) = text.strip_prefix("</") {
            let (name, rest) = rest.split_once('>')?;
            self.rest = rest;
            return self.close(name.trim_end());
        }
        if let Some(rest) = text.strip_prefix('<') {
            let (tag, rest) = rest.split_at(tag_end(rest)?);
            self.rest = rest.strip_prefix('>')?;
            return self.tag(tag);
        }
        let (inside, rest) = text.split_at(text.find('<').unwrap_or(text.len()));
        self.rest = rest;
        let plain = if inside.contains('\r') {
            inside.replace("\r\n", "\n").replace('\r', "\n").into()
        } else {
            inside.into()
        };
        self.text(plain, false)
    }

    fn text(&mut self, text: Cow<'t, str>, marked: bool) -> Option<()> {
        let blank = is_blank(&text) && !marked;
        let Some(open) = self.open.last_mut() else { return blank.then_some(()) };
        open.texts |= !blank;
        if blank && !open.preserve {
            open.blanks.push(self.pieces.len());
        }
        self.pieces.push(text);
        Some(())
    }

    fn tag(&mut self, tag: &'t str) -> Option<()> {
        let (tag, empty) = match tag.strip_suffix('/') {
            Some(tag) => (tag, true),
            None => (tag, false),
        };
        let (name, rest) = tag.split_at(tag.find(blank).unwrap_or(tag.len()));
        let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == ':');
        if !starts || name.contains(['"', '\'', '=', '&']) || self.open.len() >= MAX_DEPTH {
            return None;
        }
        let attributes = attributes(rest)?;
        let space = attributes.iter().find(|(name, _)| *name == "xml:space");
        let around = self.open.last().is_some_and(|open| open.preserve);
        let preserve = space.map_or(around, |(_, value)| value == "preserve");
        match self.open.last_mut() {
            Some(open) => open.elements = true,
            None => self.roots += 1,
        }
        self.pieces.push(format!("<{name}").into());
        for (name, value) in attributes {
            self.pieces.push(format!(" {name}=\"{value}\"").into());
        }
        self.pieces.push(">".into());
        let open = Open { name, preserve, elements: false, texts: false, blanks: Vec::new() };
        self.open.push(open);
        if empty { self.close(name) } else { Some(()) }
    }

    fn close(&mut self, name: &str) -> Option<()> {
        let open = self.open.pop().filter(|open| open.name == name)?;
        if open.elements && !open.texts {
            for at in open.blanks {
                if let Some(piece) = self.pieces.get_mut(at) {
                    *piece = "".into();
                }
            }
        }
        self.pieces.push(format!("</{name}>").into());
        Some(())
    }
}

fn blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Where the tag ends, outside of quotes.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if byte == open => quote = None,
            (_, b'<') => return None,
            _ => {}
        }
    }
    None
}

/// The attributes of a tag by their names, each at most once.
fn attributes(text: &str) -> Option<Vec<(&str, String)>> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let mut rest = text;
    loop {
        let inside = rest.trim_start_matches(blank);
        if inside.is_empty() {
            break;
        }
        if inside.len() == rest.len() {
            return None;
        }
        let (name, value) = inside.split_once('=')?;
        let name = name.trim_end_matches(blank);
        let value = value.trim_start_matches(blank);
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, after) = value.get(1..)?.split_once(quote)?;
        if name.is_empty() || name.contains(|c: char| blank(c) || matches!(c, '"' | '\'')) {
            return None;
        }
        // White space in a value is a blank (section 3.3.3).
        let value = value.replace("\r\n", " ").replace(['\t', '\r', '\n'], " ");
        found.push((name, value.replace('"', "&quot;")));
        rest = after;
    }
    found.sort_unstable();
    let twice = found.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b));
    (!twice).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        canonical(Scalar::String(text))
    }

    #[test]
    fn blanks_between_elements_do_not_count() {
        let plain = of("<a x=\"1\" y=\"2\"><b>t</b><c></c></a>");
        assert!(plain.is_some());
        for text in [
            "<?xml version=\"1.0\"?>\n<a y='2' x='1'>\n  <b>t</b>\r\n  <c/>\n</a>\n",
            "<a  x = \"1\"\n y=\"2\" ><!-- note --><b >t</b ><c /></a>",
            "<a x=\"1\" y=\"2\"><b><![CDATA[t]]></b><c></c></a>",
        ] {
            assert_eq!(of(text), plain, "{text}");
        }
        for text in [
            "<a x=\"1\" y=\"2\"><b>t </b><c></c></a>",
            "<a x=\"1\" y=\"3\"><b>t</b><c></c></a>",
            "<a x=\"1\" y=\"2\"><c></c><b>t</b></a>",
            "<a x=\"1\" y=\"2\"><b>T</b><c></c></a>",
        ] {
            assert_ne!(of(text), plain, "{text}");
        }
        // Between words they do.
        assert_ne!(of("<p>x <b>y</b> <i>z</i></p>"), of("<p>x <b>y</b><i>z</i></p>"));
        assert_ne!(of("<p> </p>"), of("<p></p>"));
        assert_ne!(
            of("<p xml:space=\"preserve\"> <b/></p>"),
            of("<p xml:space=\"preserve\"><b/></p>")
        );
    }

    #[test]
    fn what_is_not_well_formed_has_no_form() {
        for text in [
            "",
            " ",
            "x",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/><b/>",
            "<a>x</a>y",
            "<a x=1/>",
            "<a x='1' x='2'/>",
            "<a x='1'y='2'/>",
            "<!DOCTYPE a><a/>",
            "<a",
            "<a b></a>",
            "<1/>",
            "<a x='<'/>",
            "<!-- x",
            "<a><![CDATA[x</a>",
            "{}",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
        let deep = "<a>".repeat(600) + &"</a>".repeat(600);
        assert_eq!(of(&deep), None);
    }
}
