//! The one way in which parsers put nodes on a tape: limits and duplicate keys are kept here.

use super::beside::Piece;
use super::keys::Keys;
use super::scan::Quoted;
use super::{
    Arena, Document, DroppedKey, DuplicateKeys, Node, NodeId, ReadOptions, SourceText, Tag,
};
use crate::error::{Code, Error, Position, Result};
use crate::limits::{Limits, Stop};
use std::ops::Range;

/// Builds a [`Document`] node by node.
///
/// The caller opens and closes containers in balance and puts a key in front of each field of a
/// map; everything else is checked.
pub(crate) struct Builder<'a> {
    pub(crate) document: Document<'a>,
    options: ReadOptions,
    /// The containers that are open, each with the number of values in the one around it.
    open: Vec<(NodeId, u32)>,
    /// The number of values in the innermost one.
    count: u32,
    /// Their keys; none where the text has been read before, and found to be right.
    keys: Option<Keys>,
    /// How many nodes stand on the tape that those of the document go behind.
    before: usize,
    /// At how many nodes it is looked up whether to go on.
    pause: usize,
}

fn narrow(value: usize) -> u32 {
    // The parsers check `max_bytes` first, so nothing is cut here.
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl<'a> Builder<'a> {
    /// Starts a document over `text`.
    ///
    /// # Errors
    /// `DRIFT_LIMIT` where the text is too long.
    pub(crate) fn new(text: &'a str, options: &ReadOptions) -> Result<Self> {
        if text.len() > options.limits.max_bytes {
            return Err(Limits::passed("max_bytes", options.limits.max_bytes));
        }
        let document = Document {
            nodes: Vec::with_capacity(text.len() / 6),
            ..Document::over(SourceText::Borrowed(text), 0)
        };
        Ok(Self::of(document, options.clone(), Some(Keys::new())))
    }

    fn of(document: Document<'a>, options: ReadOptions, keys: Option<Keys>) -> Self {
        let pause = if options.stop.is_some() { 0 } else { options.limits.max_nodes };
        Self { document, options, open: Vec::new(), count: 0, keys, before: 0, pause }
    }

    /// Starts with `document`, whose nodes are to go behind as many others, and whose names are those of a
    /// text that has been read before.
    pub(super) fn behind(document: Document<'a>, options: &ReadOptions, before: usize) -> Self {
        Self { before, ..Self::of(document, options.clone(), None) }
    }

    /// Starts a document over a text that has been read before, which the caller puts in.
    pub(crate) fn reopen(arena: &mut Arena) -> Self {
        let Arena { mut nodes, mut owned } = std::mem::take(arena);
        nodes.clear();
        owned.clear();
        let document = Document { nodes, owned, ..Document::over(SourceText::Borrowed(""), 0) };
        let limits = Limits {
            max_nodes: usize::MAX,
            max_depth: usize::MAX,
            max_exponent: u32::MAX,
            ..Limits::default()
        };
        // A key that stands twice was refused when the text was first read.
        let options = ReadOptions { limits, duplicate_keys: DuplicateKeys::Error, stop: None };
        Self::of(document, options, None)
    }

    /// The document as it is, with the room that it may grow into.
    pub(crate) fn into_document(self) -> Document<'a> {
        self.document
    }

    /// Goes on with a finished document.
    pub(crate) fn resume(document: Document<'a>, options: &ReadOptions) -> Self {
        Self::of(document, options.clone(), Some(Keys::new()))
    }

    /// The node that is put next.
    pub(crate) fn next(&self) -> NodeId {
        narrow(self.document.nodes.len())
    }

    /// Takes the value that was finished last out of the documents of the text: it stays on the
    /// tape, beside them.
    pub(crate) fn set_aside(&mut self) -> Option<NodeId> {
        self.document.roots.pop()
    }

    pub(crate) fn len(&self) -> usize {
        self.document.nodes.len()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        Position::of(self.document.text.as_bytes(), offset)
    }

    #[inline(always)]
    fn push(&mut self, tag: Tag, span: Range<usize>, a: usize, b: usize) -> Result<NodeId> {
        if self.before + self.document.nodes.len() >= self.pause {
            self.pause(span.start)?;
        }
        let id = narrow(self.document.nodes.len());
        self.document.nodes.push(Node {
            tag,
            dropped: false,
            // Places in the text, which is no longer than `max_bytes`.
            start: span.start as u32,
            end: span.end as u32,
            a: narrow(a),
            b: narrow(b),
        });
        Ok(id)
    }

    /// Looks whether there are too many nodes, and whether anyone has asked to stop.
    #[cold]
    fn pause(&mut self, offset: usize) -> Result<()> {
        /// So many nodes are read at once.
        const RUN: usize = 1 << 14;
        let (nodes, most) =
            (self.before + self.document.nodes.len(), self.options.limits.max_nodes);
        if nodes >= most {
            return Err(self.too_many(offset));
        }
        if self.options.is_stopped() {
            return Err(Stop::error());
        }
        self.pause = most.min(nodes.saturating_add(RUN));
        Ok(())
    }

    #[cold]
    fn too_many(&self, offset: usize) -> Error {
        let passed = Limits::passed("max_nodes", self.options.limits.max_nodes);
        passed.at(self.position(offset))
    }

    /// A value was put: it is an element of the open list, a field's value, or a document.
    #[inline(always)]
    pub(super) fn count(&mut self, id: NodeId) {
        if self.open.is_empty() {
            self.document.roots.push(id);
        } else {
            self.count += 1;
        }
    }

    /// Takes note of the name of the next field.
    #[inline(always)]
    pub(crate) fn note_key(&mut self, name: Quoted<'_>) {
        if let Some(keys) = &mut self.keys {
            keys.key(name, None);
        }
    }

    fn own(&mut self, text: &str) -> Range<usize> {
        let start = self.document.owned.len();
        self.document.owned.push_str(text);
        start..self.document.owned.len()
    }

    pub(crate) fn null(&mut self, span: Range<usize>) -> Result<()> {
        let id = self.push(Tag::Null, span, 0, 0)?;
        self.count(id);
        Ok(())
    }

    pub(crate) fn bool(&mut self, span: Range<usize>, value: bool) -> Result<()> {
        let id = self.push(if value { Tag::True } else { Tag::False }, span, 0, 0)?;
        self.count(id);
        Ok(())
    }

    /// A JSON number that stands in the source at `span`. `exponent` is checked.
    pub(crate) fn number_source(&mut self, span: Range<usize>, exponent: i64) -> Result<()> {
        self.check_exponent(span.start, exponent)?;
        let id = self.push(Tag::NumberSource, span.clone(), span.start, span.end)?;
        self.count(id);
        Ok(())
    }

    /// A number written otherwise than JSON writes it; `text` is its JSON form.
    pub(crate) fn number_owned(
        &mut self,
        span: Range<usize>,
        text: &str,
        exponent: i64,
    ) -> Result<()> {
        self.check_exponent(span.start, exponent)?;
        let own = self.own(text);
        let id = self.push(Tag::NumberOwned, span, own.start, own.end)?;
        self.count(id);
        Ok(())
    }

    fn check_exponent(&self, offset: usize, exponent: i64) -> Result<()> {
        let max = self.options.limits.max_exponent;
        if exponent.unsigned_abs() > u64::from(max) {
            return Err(Limits::passed("max_exponent", max as usize).at(self.position(offset)));
        }
        Ok(())
    }

    /// A string whose content stands in the source at `content`.
    pub(crate) fn string_source(
        &mut self,
        span: Range<usize>,
        content: Range<usize>,
    ) -> Result<()> {
        let id = self.push(Tag::StringSource, span, content.start, content.end)?;
        self.count(id);
        Ok(())
    }

    /// A string whose content is not in the source as it is.
    pub(crate) fn string_owned(&mut self, span: Range<usize>, text: &str) -> Result<NodeId> {
        let own = self.own(text);
        let id = self.push(Tag::StringOwned, span, own.start, own.end)?;
        self.count(id);
        Ok(id)
    }

    /// The name of the next field, standing in the source at `content`.
    pub(crate) fn key_source(&mut self, span: Range<usize>, content: Range<usize>) -> Result<()> {
        if let Some(keys) = &mut self.keys {
            keys.key(Quoted::of(self.document.text.get(content.clone()).unwrap_or_default()), None);
        }
        self.put_key(Tag::StringSource, span, content)
    }

    /// The name of the next field, not in the source as it is.
    pub(crate) fn key_owned(&mut self, span: Range<usize>, text: &str) -> Result<()> {
        self.note_key(Quoted::of(text));
        let own = self.own(text);
        self.put_key(Tag::StringOwned, span, own)
    }

    /// The name of the next field, of which note has been taken.
    #[inline(always)]
    pub(crate) fn put_key(
        &mut self,
        tag: Tag,
        span: Range<usize>,
        content: Range<usize>,
    ) -> Result<()> {
        self.push(tag, span, content.start, content.end).map(drop)
    }

    /// A piece of a text that has been read before, which stands in the source as it is: so far behind `start`.
    #[inline(always)]
    pub(super) fn piece(&mut self, start: usize, piece: Piece, span: Range<usize>) {
        let span = start.wrapping_add(span.start)..start.wrapping_add(span.end);
        let content = span.start.wrapping_add(1)..span.end.wrapping_sub(1);
        // No limit is set where a text is read again.
        let _ = match piece {
            Piece::Name => self.put_key(Tag::StringSource, span, content),
            Piece::String => self.string_source(span, content),
            Piece::Number => self.number_source(span, 0),
        };
    }

    pub(crate) fn open_list(&mut self, start: usize) -> Result<()> {
        self.open(Tag::List, start)
    }

    pub(crate) fn open_map(&mut self, start: usize) -> Result<()> {
        self.open(Tag::Map, start)
    }

    fn open(&mut self, tag: Tag, start: usize) -> Result<()> {
        if self.open.len() >= self.options.limits.max_depth {
            let passed = Limits::passed("max_depth", self.options.limits.max_depth);
            return Err(passed.at(self.position(start)));
        }
        let id = self.push(tag, start..start, 0, 0)?;
        self.count(id);
        self.open.push((id, std::mem::take(&mut self.count)));
        if let (Tag::Map, Some(keys)) = (tag, &mut self.keys) {
            keys.open();
        }
        Ok(())
    }

    /// Closes the innermost container; its text ends before `end`.
    pub(crate) fn close(&mut self, end: usize) -> Result<()> {
        let Some((id, around)) = self.open.pop() else {
            return Ok(());
        };
        let count = std::mem::replace(&mut self.count, around);
        let last = narrow(self.document.nodes.len());
        let Some(node) = self.document.nodes.get_mut(id as usize) else {
            return Ok(());
        };
        node.a = count;
        node.b = last;
        node.end = narrow(end);
        if let (Tag::Map, Some(keys)) = (node.tag, &mut self.keys)
            && !keys.close()
        {
            return self.check_keys(id);
        }
        Ok(())
    }

    /// Finds keys that stand twice in the map `id`, by sorting: no hash that could be flooded.
    #[cold]
    pub(super) fn check_keys(&mut self, id: NodeId) -> Result<()> {
        if self.few_and_unique(id) {
            return Ok(());
        }
        let map = self.document.value(id);
        let mut keys: Vec<(&str, NodeId)> =
            map.fields().map(|(key, value)| (key, value.id() - 1)).collect();
        keys.sort_unstable();
        let mut dropped: Vec<(NodeId, NodeId)> = Vec::new();
        for pair in keys.windows(2) {
            if let [(a, first), (b, second)] = pair
                && a == b
            {
                dropped.push((*second, *first));
            }
        }
        dropped.sort_unstable();
        let Some(&(second, _)) = dropped.first() else {
            return Ok(());
        };
        let offset = self.document.value(second).span().start;
        if self.options.duplicate_keys == DuplicateKeys::Error {
            let message = "a key stands twice in one map";
            return Err(Error::new(Code::DuplicateField, message)
                .with_help("remove one, or let the last count with `duplicate_keys: last`")
                .at(self.position(offset)));
        }
        for (second, first) in &dropped {
            let offset = self.document.value(*second).span().start;
            self.document.dropped_keys.push(DroppedKey { offset });
            if let Some(node) = self.document.nodes.get_mut(*first as usize) {
                node.dropped = true;
            }
        }
        if let Some(node) = self.document.nodes.get_mut(id as usize) {
            node.a -= narrow(dropped.len());
        }
        Ok(())
    }

    /// Whether the map `id` has so few keys that each is compared with each, and no two are equal.
    fn few_and_unique(&self, id: NodeId) -> bool {
        const FEW: usize = 8;
        let mut keys = [""; FEW];
        for (count, (key, _)) in self.document.value(id).fields().enumerate() {
            let seen = keys.get(..count).unwrap_or(&keys);
            if seen.contains(&key) {
                return false;
            }
            match keys.get_mut(count) {
                Some(free) => *free = key,
                None => return false,
            }
        }
        true
    }

    /// The innermost open container.
    pub(super) fn innermost(&self) -> Option<NodeId> {
        self.open.last().map(|(container, _)| *container)
    }

    /// How many containers are open, and how many values the innermost one has.
    pub(super) fn opened(&self) -> (u32, u32) {
        (narrow(self.open.len()), self.count)
    }

    /// Forgets containers that were opened, and values that were put, since [`Builder::opened`].
    pub(super) fn reopen_at(&mut self, (open, count): (u32, u32)) {
        self.open.truncate(open as usize);
        self.count = count;
    }

    /// How many nodes the finished subtree `from` has.
    pub(crate) fn size(&self, from: NodeId) -> usize {
        (self.document.after(from) - from) as usize
    }

    /// The names of the innermost open map's fields, each with the node of its key.
    pub(crate) fn open_fields(&self) -> impl Iterator<Item = (&str, NodeId)> {
        let last = narrow(self.document.nodes.len());
        let mut next = self.open.last().map_or(last, |(map, _)| map + 1);
        std::iter::from_fn(move || {
            while next < last {
                let key = next;
                next = self.document.after(key + 1);
                if !self.document.node(key).dropped {
                    let name = self.document.value(key).as_str().unwrap_or_default();
                    return Some((name, key));
                }
            }
            None
        })
    }

    /// Takes the field of the node `key` out of the innermost open map.
    pub(crate) fn hide_field(&mut self, key: NodeId) {
        if let Some(node) = self.document.nodes.get_mut(key as usize) {
            node.dropped = true;
        }
        self.count = self.count.saturating_sub(1);
    }

    /// The name of the next field, the string that the node `from` holds.
    pub(crate) fn copy_key(&mut self, from: NodeId, span: Range<usize>) -> Result<()> {
        let node = self.document.node(from);
        if let Some(keys) = &mut self.keys {
            keys.key(Quoted::of(self.document.value(from).as_str().unwrap_or_default()), None);
        }
        self.put_key(node.tag, span, node.a as usize..node.b as usize)
    }

    /// Puts a copy of the finished subtree `from`, as a YAML alias does. The copy stands at
    /// `span`, and what is inside it where the original stands.
    pub(crate) fn copy(&mut self, from: NodeId, span: Range<usize>) -> Result<NodeId> {
        let end = self.document.after(from);
        let id = narrow(self.document.nodes.len());
        self.check_depth(&self.document, from..end, span.start)?;
        for source in from..end {
            let node = self.document.node(source);
            if self.document.nodes.len() >= self.options.limits.max_nodes {
                let passed = Limits::passed("max_nodes", self.options.limits.max_nodes);
                return Err(passed.at(self.position(span.start)));
            }
            let mut copy = node;
            if matches!(node.tag, Tag::List | Tag::Map) {
                copy.b = node.b - from + id;
            }
            if source == from {
                copy.dropped = false;
                (copy.start, copy.end) = (narrow(span.start), narrow(span.end));
            }
            self.document.nodes.push(copy);
        }
        self.count(id);
        Ok(id)
    }

    /// Puts a copy of the subtree `from` of `source`, whose texts are those of this document.
    pub(super) fn copy_from(&mut self, source: &Document<'_>, from: NodeId) -> Result<()> {
        let end = source.after(from);
        let id = narrow(self.document.nodes.len());
        let first = source.node(from);
        let start = first.start as usize;
        let count = self.before + self.document.nodes.len() + (end - from) as usize;
        if end == from + 1 && self.open.len() < self.options.limits.max_depth {
            // Most of what is copied is a scalar.
            if count > self.options.limits.max_nodes {
                return Err(self.too_many(start));
            }
            let b = if matches!(first.tag, Tag::List | Tag::Map) { id + 1 } else { first.b };
            self.document.nodes.push(Node { dropped: false, b, ..first });
            self.count(id);
            return Ok(());
        }
        self.check_depth(source, from..end, start)?;
        if count > self.options.limits.max_nodes {
            return Err(self.too_many(start));
        }
        let nodes = source.nodes.get(from as usize..end as usize).unwrap_or_default();
        self.document.nodes.extend(nodes.iter().map(|node| {
            let is_container = matches!(node.tag, Tag::List | Tag::Map);
            Node { b: if is_container { node.b - from + id } else { node.b }, ..*node }
        }));
        if let Some(copy) = self.document.nodes.get_mut(id as usize) {
            copy.dropped = false;
        }
        self.count(id);
        Ok(())
    }

    /// Puts a copy of the name `key` of `source`, whose texts are those of this document.
    pub(super) fn copy_key_from(&mut self, source: &Document<'_>, key: NodeId) -> Result<()> {
        let node = source.node(key);
        let span = node.start as usize..node.end as usize;
        self.put_key(node.tag, span, node.a as usize..node.b as usize)
    }

    /// Puts a copy of a finished field, known by the node of its value.
    pub(crate) fn copy_field(&mut self, value: NodeId) -> Result<()> {
        let key = value.saturating_sub(1);
        self.copy_key(key, self.document.value(key).span())?;
        self.copy(value, self.document.value(value).span()).map(drop)
    }

    /// Checks that the subtree `nodes` of `source` may stand here.
    fn check_depth(&self, source: &Document<'_>, nodes: Range<NodeId>, start: usize) -> Result<()> {
        let max = self.options.limits.max_depth;
        // No subtree is deeper than it has nodes.
        let within = self.open.len() + nodes.len() <= max;
        if within || self.open.len() + height(source, nodes) <= max {
            return Ok(());
        }
        Err(Limits::passed("max_depth", max).at(self.position(start)))
    }

    pub(crate) fn finish(mut self) -> Document<'a> {
        self.document.nodes.shrink_to_fit();
        self.document
    }
}

/// How many containers of `document` stand inside each other in `nodes`.
fn height(document: &Document<'_>, nodes: Range<NodeId>) -> usize {
    let mut ends: Vec<NodeId> = Vec::new();
    let mut highest = 0;
    for id in nodes {
        while ends.last().is_some_and(|end| *end <= id) {
            ends.pop();
        }
        let node = document.node(id);
        if matches!(node.tag, Tag::List | Tag::Map) {
            ends.push(node.b);
            highest = highest.max(ends.len());
        }
    }
    highest
}
