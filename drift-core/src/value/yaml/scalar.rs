//! Scalars: where they stand, and what is put for them.

use super::schema::{self, Ask, Scalar};
use super::text::{self, Indicator};
use super::{Anchor, Loader, NodeId, Tagged, full_name, merge};
use crate::error::Result;
use crate::value::YamlSchema;
use saphyr_parser::{ScalarStyle, Span, Tag};
use std::borrow::Cow;
use std::ops::Range;

/// Where a scalar stands.
pub(super) struct Place {
    /// With tag and anchor.
    pub(super) span: Range<usize>,
    /// Without; with quotes or header.
    pub(super) content: Range<usize>,
    pub(super) tag: Option<Range<usize>>,
}

impl Loader<'_> {
    fn place(&mut self, style: ScalarStyle, tag: bool, anchor: bool, span: Span) -> Place {
        let bytes = self.bytes();
        let start = self.cursor.byte(span.start.index());
        let stop = self.cursor.byte(span.end.index()).max(start);
        let parts = text::properties(bytes, start, tag, anchor);
        let mut content = parts.content.min(stop);
        let mut end = stop;
        match style {
            ScalarStyle::Plain => {}
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                end = text::quoted_end(bytes, content);
            }
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The parser's span starts behind the header.
                if !tag && !anchor {
                    let header = text::indicator(bytes, self.end, Indicator::BlockScalar);
                    content = header.unwrap_or(content).min(content);
                }
                end = text::block_end(bytes, content, stop);
            }
        }
        let span = if tag || anchor { start } else { content }..end;
        Place { span, content: content..end, tag: parts.tag }
    }

    /// Where an empty plain scalar stands, whose span is that of the token next to it.
    fn empty_place(&mut self, tag: bool, anchor: bool, span: Span) -> Place {
        let bytes = self.bytes();
        let mut at = self.cursor.byte(span.start.index());
        if tag || anchor {
            let parts = text::properties(bytes, at, tag, anchor);
            return Place { span: at..parts.end, content: parts.end..parts.end, tag: parts.tag };
        }
        match self.frames.last() {
            Some(frame) if frame.map && frame.key.is_some() => {
                at += usize::from(bytes.get(at) == Some(&b':'));
            }
            Some(frame) if !frame.map => at = text::empty_element(bytes, at),
            _ => {}
        }
        let at = at.max(self.end);
        Place { span: at..at, content: at..at, tag: None }
    }

    pub(super) fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<()> {
        let plain = style == ScalarStyle::Plain;
        let place = if plain && value.is_empty() {
            self.empty_place(tag.is_some(), anchor > 0, span)
        } else {
            self.place(style, tag.is_some(), anchor > 0, span)
        };
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            self.justify(&place.span);
        }
        let start = place.span.start;
        if plain && value.is_empty() && tag.is_none() && anchor == 0 && self.frames.is_empty() {
            // An empty document.
            self.end = place.span.end;
            return Ok(());
        }
        let full = tag.map(full_name).unwrap_or_default();
        let tagged = self.tagged(&full, start)?;
        let merge_key = match tagged {
            Tagged::Nothing => plain,
            Tagged::Standard(name) => name == "merge",
            _ => false,
        };
        let ask = match tagged {
            Tagged::Nothing => Ask::Nothing,
            Tagged::NonSpecific => Ask::Text,
            Tagged::Standard(name) => {
                Ask::of_standard(self.schema, name).ok_or_else(|| self.unknown_tag(&full, start))?
            }
            Tagged::Short(name) if !self.at_key() => {
                return self.short_scalar(name, value, style, anchor, place);
            }
            Tagged::Short(_) => return Err(self.unknown_tag(&full, start)),
        };
        let scalar = schema::resolve(self.schema, ask, plain, value)
            .map_err(|message| self.fail(start, message))?;
        let id = self.next_id();
        if self.at_key() {
            let name = schema::key(self.schema, scalar.clone(), value)
                .map_err(|message| self.fail(start, message))?;
            self.put_key(&name, style, &place)?;
            if anchor > 0 {
                self.anchors.insert(anchor, anchored_key(scalar, id));
            }
            let merging = merge_key && value == "<<" && self.schema != YamlSchema::Core;
            self.key_done(id, merging, place.span.end);
            return Ok(());
        }
        if self.at_merge() {
            return Err(self.fail(start, merge::EXPECTED));
        }
        self.put(scalar, value, style, &place)?;
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor::Node(id));
        }
        self.value_done(place.span.end);
        Ok(())
    }

    /// The part of the source that is `value` itself, where there is one.
    fn verbatim(&self, value: &str, style: ScalarStyle, place: &Place) -> Option<Range<usize>> {
        let Range { start, end } = place.content;
        let content = match style {
            ScalarStyle::Plain => start..end,
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => start + 1..end.max(1) - 1,
            ScalarStyle::Literal | ScalarStyle::Folded => return None,
        };
        (self.text.get(content.clone()) == Some(value)).then_some(content)
    }

    fn put_key(&mut self, name: &str, style: ScalarStyle, place: &Place) -> Result<()> {
        match self.verbatim(name, style, place) {
            Some(content) => self.builder.key_source(place.span.clone(), content),
            None => self.builder.key_owned(place.span.clone(), name),
        }
    }

    pub(super) fn put(
        &mut self,
        scalar: Scalar<'_>,
        value: &str,
        style: ScalarStyle,
        place: &Place,
    ) -> Result<()> {
        let span = place.span.clone();
        match scalar {
            Scalar::Null => self.builder.null(span),
            Scalar::Bool(value) => self.builder.bool(span, value),
            Scalar::Number { text, exponent, .. } => {
                let verbatim = self.verbatim(&text, style, place);
                if verbatim == Some(span.clone()) {
                    self.builder.number_source(span, exponent)
                } else {
                    self.builder.number_owned(span, &text, exponent)
                }
            }
            Scalar::NonFinite(_) => {
                Err(self.fail(span.start, "infinity and not-a-number have no form in JSON"))
            }
            Scalar::Text => match self.verbatim(value, style, place) {
                Some(content) => self.builder.string_source(span, content),
                None => self.builder.string_owned(span, value).map(drop),
            },
            Scalar::Decoded(text) => self.builder.string_owned(span, &text).map(drop),
        }
    }

    /// The scalar under a short tag: always a string, as the AWS tools read it.
    fn short_scalar(
        &mut self,
        name: &str,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        place: Place,
    ) -> Result<()> {
        let Range { start, end } = place.span;
        let id = self.next_id();
        self.wrap(name, start, place.tag.clone().unwrap_or(start..start))?;
        let inner = Place { span: place.content.clone(), ..place };
        if name == "GetAtt" {
            let verbatim = self.verbatim(value, style, &inner);
            self.builder.open_list(inner.span.start)?;
            let split = value.find('.').and_then(|at| value.split_at_checked(at));
            let (resource, attribute) = split.unwrap_or((value, ""));
            let parts = [Some(resource), attribute.strip_prefix('.')];
            let mut at = 0;
            for part in parts.into_iter().flatten() {
                match &verbatim {
                    Some(content) => {
                        let from = content.start + at;
                        let part = from..from + part.len();
                        self.builder.string_source(part.clone(), part)?;
                    }
                    None => self.builder.string_owned(inner.span.clone(), part).map(drop)?,
                }
                at += part.len() + 1;
            }
            self.builder.close(end)?;
        } else {
            self.put(Scalar::Text, value, style, &inner)?;
        }
        self.builder.close(end)?;
        if anchor > 0 {
            self.anchors.insert(anchor, Anchor::Node(id));
        }
        self.value_done(end);
        Ok(())
    }
}

/// What the anchor of a key names: the key's string, or what it is where it is no string.
fn anchored_key(scalar: Scalar<'_>, key: NodeId) -> Anchor {
    match scalar {
        Scalar::Text | Scalar::Decoded(_) => Anchor::Node(key),
        Scalar::Null => Anchor::Scalar(Scalar::Null),
        Scalar::Bool(value) => Anchor::Scalar(Scalar::Bool(value)),
        Scalar::NonFinite(name) => Anchor::Scalar(Scalar::NonFinite(name)),
        Scalar::Number { text, exponent, float } => {
            Anchor::Scalar(Scalar::Number { text: Cow::Owned(text.into_owned()), exponent, float })
        }
    }
}
