//! Rules written in YAML, as JSON: a rule a line, with what selects it beside it.
//!
//! Of YAML only what packs need is taken; all else fails the build.

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};
use serde_json::Value;
use std::collections::BTreeMap;
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The rules of a file.
#[derive(Default)]
pub(crate) struct Written {
    /// A line for each rule.
    pub(crate) text: String,
    /// In the order of the lines.
    pub(crate) heads: Vec<Head>,
}

/// What is known of a rule without reading it.
pub(crate) struct Head {
    pub(crate) id: String,
    pub(crate) provider: Option<String>,
    pub(crate) type_name: Option<String>,
    pub(crate) identifies: bool,
    /// Where it starts in its file, and where it stands in the text.
    pub(crate) line: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    line: usize,
    /// What aliases stand for.
    anchors: BTreeMap<usize, String>,
}

/// The rules of a file `{version: 1, rules: […]}`.
pub(crate) fn written(yaml: &str) -> Result<Written> {
    let mut reader =
        Reader { events: Parser::new_from_str(yaml), line: 0, anchors: BTreeMap::new() };
    reader.rules().map_err(|error| format!("line {}: {error}", reader.line).into())
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>> {
        let (event, Span { start, .. }) = self.events.next().ok_or("the file ends here")??;
        self.line = start.line();
        Ok(event)
    }

    fn rules(&mut self) -> Result<Written> {
        for expected in ["StreamStart", "DocumentStart"] {
            let event = format!("{:?}", self.next()?);
            if !event.starts_with(expected) {
                return Err(format!("expected {expected}").into());
            }
        }
        if !matches!(self.next()?, Event::MappingStart(..)) {
            return Err("expected `{version: 1, rules: […]}`".into());
        }
        let mut written = Written { text: String::new(), heads: Vec::new() };
        loop {
            let field = match self.next()? {
                Event::MappingEnd => return Ok(written),
                event => self.one(event)?,
            };
            match field.as_str() {
                "\"version\"" => {
                    let event = self.next()?;
                    if self.one(event)? != "1" {
                        return Err("expected version 1".into());
                    }
                }
                "\"rules\"" => self.list(&mut written)?,
                _ => return Err(format!("a pack has no {field}").into()),
            }
        }
    }

    fn list(&mut self, written: &mut Written) -> Result<()> {
        if !matches!(self.next()?, Event::SequenceStart(..)) {
            return Err("expected a list of rules".into());
        }
        loop {
            let event = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Ok(());
            }
            let (line, start) = (self.line, written.text.len());
            let text = self.one(event)?;
            written.text.push_str(&text);
            written.heads.push(head(&text, line, start)?);
            written.text.push('\n');
        }
    }

    /// The value that starts with `event`, as JSON.
    fn one(&mut self, event: Event<'t>) -> Result<String> {
        let (text, anchor) = match event {
            Event::Alias(anchor) => {
                return Ok(self.anchors.get(&anchor).ok_or("an alias inside itself")?.clone());
            }
            Event::Scalar(value, style, anchor, None) => (scalar(&value, style)?, anchor),
            Event::SequenceStart(anchor, None) => (self.sequence()?, anchor),
            Event::MappingStart(anchor, None) => (self.mapping()?, anchor),
            _ => return Err("packs have no tags".into()),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, text.clone());
        }
        Ok(text)
    }

    fn sequence(&mut self) -> Result<String> {
        let mut parts = Vec::new();
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(format!("[{}]", parts.join(","))),
                event => parts.push(self.one(event)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<String> {
        let mut parts = Vec::new();
        loop {
            let key = match self.next()? {
                Event::MappingEnd => return Ok(format!("{{{}}}", parts.join(","))),
                Event::Scalar(key, _, 0, None) => serde_json::to_string(&key)?,
                _ => return Err("expected a key that is a text".into()),
            };
            let event = self.next()?;
            parts.push(format!("{key}:{}", self.one(event)?));
        }
    }
}

/// A scalar of the core schema, as JSON.
fn scalar(value: &str, style: ScalarStyle) -> Result<String> {
    const OTHER: [&str; 9] = ["~", "", "Null", "NULL", "True", "TRUE", "False", "FALSE", ".nan"];
    if style == ScalarStyle::Plain {
        if matches!(value, "null" | "true" | "false") {
            return Ok(value.to_owned());
        }
        let is_number = value.starts_with(|it: char| it.is_ascii_digit() || "+-.".contains(it))
            && value.contains(|it: char| it.is_ascii_digit())
            && value.chars().all(|it| it.is_ascii_hexdigit() || "+-.xo".contains(it));
        if is_number && serde_json::from_str::<serde_json::Number>(value).is_ok() {
            return Ok(value.to_owned());
        }
        if is_number || OTHER.contains(&value) {
            return Err(format!("write `{value}` in quotes, or as JSON would").into());
        }
    }
    Ok(serde_json::to_string(value)?)
}

pub(crate) fn head(text: &str, line: usize, start: usize) -> Result<Head> {
    let rule: Value = serde_json::from_str(text)?;
    let id = rule["id"].as_str().ok_or("a rule without an id")?.to_owned();
    if rule.get("expires").is_some() {
        return Err(format!("{id}: what a pack knows does not expire").into());
    }
    let glob = |name: &str| rule["match"][name].as_str().map(str::to_owned);
    let (provider, type_name) = (glob("provider"), glob("type"));
    let identifies = rule.get("identity").is_some();
    Ok(Head { id, provider, type_name, identifies, line, start, end: start + text.len() })
}
