//! YAML into a tape, from the events of a parser that does not recurse.
//!
//! A text that is JSON is read by the JSON parser, so that both read it alike; YAML 1.2 takes
//! JSON in, and its parsers do not quite (pairs of surrogate escapes, 255 levels of depth).
//!
//! Spans: a node's span takes in its tag and anchor. A quoted scalar has its quotes, a block
//! scalar its header; a collection ends where its last element does, or behind its bracket. What
//! stands for an alias has the alias's span, and inside it the spans of the original.

mod alias;
mod indent;
mod input;
mod merge;
mod scalar;
mod schema;
#[cfg(test)]
mod tests;
mod text;

use super::{Builder, Document, NodeId, ReadOptions, json};
use crate::error::{Code, Error, Result};
use crate::limits::Limits;
use indent::{Pad, Padded};
use input::Characters;
use saphyr_parser::{Event, Parser, ScanError, Span, Tag};
use schema::Scalar;
use std::collections::BTreeMap;
use std::ops::Range;
use text::{Cursor, Indicator};

/// How plain scalars and tags of YAML become values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum YamlSchema {
    /// YAML 1.2 core schema: rules, CI files and all else. `<<` is a key like any other; a key
    /// that is no string becomes one by its text.
    #[default]
    Core,
    /// As `kubectl` reads manifests: the words and numbers of YAML 1.1, merge keys, and keys that
    /// are no strings written as JSON would write them. Other than there, a number keeps every
    /// digit, and a key that stands twice is an error.
    Kubectl,
    /// CloudFormation templates: the words and numbers of YAML 1.1 without `y` and `n`, merge keys, and
    /// their short tags, `!Ref x` for `{"Ref": "x"}`.
    Cfn,
}

pub(crate) fn parse<'a>(
    bytes: &'a [u8],
    schema: YamlSchema,
    options: &ReadOptions,
) -> Result<Document<'a>> {
    if bytes.len() > options.limits.max_bytes {
        return Err(Limits::passed("max_bytes", options.limits.max_bytes));
    }
    let text = json::utf8(bytes)?;
    if let Some(result) = parse_json(text, schema, options) {
        return result;
    }
    let first = match load(text, None, schema, options) {
        Err(refusal) => refusal,
        Ok(document) => return Ok(document),
    };
    if !first.missing_indentation {
        return Err(first.error);
    }
    let Some(padded) = indent::padded(text) else {
        return Err(first.error);
    };
    load(text, Some(&padded), schema, options).map_err(|second| {
        // What is wrong in front of the pushed-in lines was said at first.
        let offset = |error: &Error| error.position().map(|at| at.offset);
        if offset(&second.error) > offset(&first.error) { second.error } else { first.error }
    })
}

/// Why a text was not loaded.
struct Refusal {
    error: Error,
    /// The parser missed indentation.
    missing_indentation: bool,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, missing_indentation: false }
    }
}

fn load<'a>(
    text: &'a str,
    padded: Option<&Padded>,
    schema: YamlSchema,
    options: &ReadOptions,
) -> Result<Document<'a>, Refusal> {
    let pads = padded.map(|padded| padded.pads.as_slice());
    let mut loader = Loader::new(text, pads.unwrap_or_default(), schema, options)?;
    if has_control(text.as_bytes())
        && let Some(offset) = text.bytes().position(is_control)
    {
        return Err(loader.fail(offset, CONTROL).into());
    }
    let seen = padded.map_or(text, |padded| padded.text.as_str());
    for event in Parser::new(Characters::new(seen)) {
        match event {
            Ok((event, span)) => loader.event(event, span)?,
            Err(error) => {
                return Err(Refusal {
                    error: loader.refused(&error),
                    missing_indentation: indent::is_missing(error.info()),
                });
            }
        }
    }
    if loader.justified < loader.pads.len() {
        return Err(loader.fail(0, "lines stand too far out").into());
    }
    Ok(loader.builder.finish())
}

const CONTROL: &str = "expected control characters to be escaped";

/// The text by the JSON parser, where it looks like JSON and that parser does not refuse it.
fn parse_json<'a>(
    text: &'a str,
    schema: YamlSchema,
    options: &ReadOptions,
) -> Option<Result<Document<'a>>> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if !start.starts_with(['{', '[', '"']) {
        return None;
    }
    // `kubectl` also reads objects that follow each other.
    let stream = match schema {
        YamlSchema::Kubectl => json::Stream::Many,
        _ => json::Stream::Single,
    };
    let result = json::parse(text.as_bytes(), options, stream);
    let refused = matches!(&result, Err(error) if error.code() == Code::Parse);
    (!refused).then_some(result)
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n')
}

/// Whether there is such a character, asked of many bytes at once.
fn has_control(bytes: &[u8]) -> bool {
    let any = |some: &[u8]| some.iter().fold(false, |found, byte| found | is_control(*byte));
    bytes.chunks(256).any(any)
}

/// What an anchor names.
enum Anchor {
    /// A node that is still being read: an alias to it would stand inside itself.
    Open,
    Node(NodeId),
    /// A key that is no string where it stands for a value.
    Scalar(Scalar<'static>),
}

/// A collection that is being read.
struct Frame {
    map: bool,
    /// The node of the collection, or of the map that a short tag put around it.
    id: NodeId,
    /// A short tag put a map around the collection.
    wrapped: bool,
    anchor: usize,
    /// The key whose value comes next; a key comes next where there is none.
    key: Option<NodeId>,
    /// The value that comes next, or each element of this list, is merged.
    merging: bool,
    merge_keys: Vec<NodeId>,
    merges: Vec<merge::Source>,
    /// In brackets of its own.
    bracket: bool,
    /// In brackets, of its own or around it.
    flow: bool,
    start: usize,
    /// The end of the last thing in it.
    end: usize,
}

/// What a tag asks for.
enum Tagged<'t> {
    Nothing,
    /// `!`, a string or plain collection.
    NonSpecific,
    /// The name of a standard tag.
    Standard(&'t str),
    /// The name of a short tag of CloudFormation.
    Short(&'t str),
}

struct Loader<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
    builder: Builder<'a>,
    schema: YamlSchema,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Anchor>,
    /// How many nodes aliases may still add.
    alias_nodes: usize,
    documents: usize,
    /// The end of what was read last.
    end: usize,
    /// The lines that the parser sees pushed in.
    pads: Vec<usize>,
    /// How many of them stand where that changes nothing.
    justified: usize,
}

impl<'a> Loader<'a> {
    fn new(text: &'a str, pads: &[Pad], schema: YamlSchema, options: &ReadOptions) -> Result<Self> {
        let ratio = options.limits.max_alias_ratio;
        Ok(Self {
            text,
            cursor: Cursor::new(text, pads),
            builder: Builder::new(text, options)?,
            schema,
            frames: Vec::new(),
            anchors: BTreeMap::new(),
            alias_nodes: text.len().saturating_mul(ratio).saturating_add(100_000),
            documents: 0,
            end: 0,
            pads: pads.iter().map(|pad| pad.at).collect(),
            justified: 0,
        })
    }

    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    fn fail(&self, offset: usize, message: impl Into<String>) -> Error {
        Error::new(Code::Parse, message).at(self.builder.position(offset))
    }

    /// The error for what the parser refuses. Its messages hold nothing of the text.
    fn refused(&mut self, error: &ScanError) -> Error {
        let offset = self.cursor.byte(error.marker().index());
        if error.info() == "recursion limit exceeded" {
            return Error::new(Code::Limit, "more than 255 flow collections inside each other")
                .with_help("write the document as JSON or in block style")
                .at(self.builder.position(offset));
        }
        let message = match error.info() {
            "simple key expected" | "simple key expect ':'" => "expected `:` behind the key",
            "unexpected eof" => "found the end of the text",
            "invalid trailing content after double-quoted scalar" => {
                "expected the end of the line behind a quoted scalar"
            }
            info => info,
        };
        self.fail(offset, message)
    }

    fn next_id(&self) -> NodeId {
        NodeId::try_from(self.builder.len()).unwrap_or(NodeId::MAX)
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<()> {
        match event {
            Event::DocumentStart(explicit) => {
                self.documents += 1;
                let max = self.builder.limits().max_documents;
                if self.documents > max {
                    return Err(Limits::passed("max_documents", max));
                }
                self.anchors.clear();
                if explicit {
                    self.end = self.cursor.byte(span.end.index());
                }
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(&value, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, tag) => self.open(false, anchor, tag.as_deref(), span),
            Event::MappingStart(anchor, tag) => self.open(true, anchor, tag.as_deref(), span),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// Whether what comes next is a key.
    fn at_key(&self) -> bool {
        let frame = self.frames.last();
        frame.is_some_and(|frame| frame.map && frame.key.is_none())
    }

    /// Whether what comes next is merged.
    fn at_merge(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.merging)
    }

    /// A key was put that ends at `end`.
    fn key_done(&mut self, key: NodeId, merging: bool, end: usize) {
        self.end = end;
        if let Some(frame) = self.frames.last_mut() {
            frame.key = Some(key);
            frame.merging = merging;
            if merging {
                frame.merge_keys.push(key);
            }
            frame.end = frame.end.max(end);
        }
    }

    /// A value was put that ends at `end`.
    fn value_done(&mut self, end: usize) {
        self.end = end;
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(end);
            if frame.map {
                frame.key = None;
                frame.merging = false;
            }
        }
    }

    /// Takes note of the pushed-in lines in `span`, a quoted or plain scalar or a collection in
    /// brackets, unless it stands in brackets itself.
    fn justify(&mut self, span: &Range<usize>) {
        let in_flow = self.frames.last().is_some_and(|frame| frame.flow);
        if !in_flow && !self.pads.is_empty() {
            let from = self.pads.partition_point(|pad| *pad <= span.start);
            let to = self.pads.partition_point(|pad| *pad < span.end);
            self.justified += to.saturating_sub(from);
        }
    }

    fn tagged<'t>(&self, full: &'t str, offset: usize) -> Result<Tagged<'t>> {
        if full.is_empty() {
            return Ok(Tagged::Nothing);
        }
        if full == "!" {
            return Ok(Tagged::NonSpecific);
        }
        if let Some(name) = full.strip_prefix(schema::STANDARD) {
            return Ok(Tagged::Standard(name));
        }
        match full.strip_prefix('!') {
            Some(name) if self.schema == YamlSchema::Cfn => Ok(Tagged::Short(name)),
            _ => Err(self.unknown_tag(full, offset)),
        }
    }

    fn unknown_tag(&self, full: &str, offset: usize) -> Error {
        // What stands there is not said: it may be the start of a secret.
        let error = self.fail(offset, "the tag has no meaning here");
        if full.starts_with('!') {
            error.with_help("short tags are read in CloudFormation templates alone")
        } else {
            error
        }
    }

    /// Puts the map `{"Fn::Name": …}` of a short tag around the value that follows.
    fn wrap(&mut self, name: &str, start: usize, tag: Range<usize>) -> Result<()> {
        self.builder.open_map(start)?;
        match name {
            "Ref" | "Condition" => self.builder.key_owned(tag, name),
            _ => self.builder.key_owned(tag, &format!("Fn::{name}")),
        }
    }

    fn open(&mut self, map: bool, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<()> {
        let bytes = self.bytes();
        let mut start = self.cursor.byte(span.start.index());
        if self.at_key() {
            return Err(self.fail(start, "a map or a list cannot be a key"));
        }
        let parts = text::properties(bytes, start, tag.is_some(), anchor > 0);
        let mut content = parts.content;
        let in_map = self.frames.last().is_some_and(|frame| frame.map);
        if !map && in_map && tag.is_none() && anchor == 0 {
            // The parser places a list that is no further in than its key behind the first `-`.
            let dash = text::indicator(bytes, self.end, Indicator::Dash);
            content = dash.unwrap_or(content).min(content);
            start = content;
        }
        let bracket = match bytes.get(content) {
            Some(b'{') => map,
            Some(b'[') => !map,
            _ => false,
        };
        let full = tag.map(full_name).unwrap_or_default();
        let id = self.next_id();
        let mut wrapped = false;
        match self.tagged(&full, start)? {
            Tagged::Nothing | Tagged::NonSpecific => self.open_node(map, start)?,
            Tagged::Standard(name) if schema::fits_collection(self.schema, name, map) => {
                self.open_node(map, start)?;
            }
            Tagged::Standard(_) => return Err(self.unknown_tag(&full, start)),
            Tagged::Short(name) => {
                wrapped = true;
                self.wrap(name, start, parts.tag.unwrap_or(start..start))?;
                self.open_node(map, content)?;
            }
        }
        let merged = self.frames.last().filter(|frame| frame.merging);
        let merging = match merged.map(|frame| frame.map) {
            Some(_) if map => false,
            Some(true) => true,
            Some(false) => return Err(self.fail(start, merge::EXPECTED)),
            None => false,
        };
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor::Open);
        }
        self.end = content + usize::from(bracket);
        self.frames.push(Frame {
            map,
            id,
            wrapped,
            anchor,
            key: None,
            merging,
            merge_keys: Vec::new(),
            merges: Vec::new(),
            bracket,
            flow: bracket || self.frames.last().is_some_and(|frame| frame.flow),
            start,
            end: self.end,
        });
        Ok(())
    }

    fn open_node(&mut self, map: bool, start: usize) -> Result<()> {
        if map { self.builder.open_map(start) } else { self.builder.open_list(start) }
    }

    fn close(&mut self) -> Result<()> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let mut end = frame.end;
        if frame.bracket {
            let bracket = text::indicator(self.bytes(), end, Indicator::Close);
            end = bracket.map_or(end, |bracket| bracket + 1);
            self.justify(&(frame.start..end));
        }
        if !frame.merge_keys.is_empty() {
            self.merge(&frame.merge_keys, &frame.merges)?;
        }
        self.builder.close(end)?;
        if frame.wrapped {
            self.builder.close(end)?;
        }
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, Anchor::Node(frame.id));
        }
        if let Some(parent) = self.frames.last_mut()
            && parent.merging
        {
            let key = parent.key.unwrap_or(parent.id);
            if frame.map {
                parent.merges.push(merge::Source { key, map: frame.id });
            } else {
                let sources = frame.merges.into_iter();
                parent.merges.extend(sources.map(|source| merge::Source { key, ..source }));
            }
        }
        self.value_done(end);
        Ok(())
    }
}

fn full_name(tag: &Tag) -> String {
    format!("{}{}", tag.handle, tag.suffix)
}
