//! A sheet beside a finished document: values are written on it, read, taken back or kept, and what is
//! left in the end goes onto the tape of the document.

use super::{Builder, Document, NodeId, ReadOptions, SourceText, Tag, Value};
use crate::error::Result;
use std::collections::BTreeMap;
use std::ops::Range;

/// Values that are written beside the document `beside`, whose text they stand in.
pub(crate) struct Sheet<'d> {
    beside: &'d Document<'d>,
    builder: Builder<'d>,
}

/// A place on a sheet to which the writing can return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The node that is written next.
    pub(crate) node: NodeId,
    owned: usize,
    roots: usize,
    open: (usize, u32),
}

/// What a sheet leaves for the document beside which it was written.
pub(crate) struct Written {
    sheet: Document<'static>,
}

impl<'d> Sheet<'d> {
    pub(crate) fn beside(beside: &'d Document<'d>, options: &ReadOptions) -> Self {
        let document = Document {
            text: beside.text.clone(),
            // Nodes that are copied from the document go on saying where their text stands.
            owned: beside.owned.clone(),
            nodes: Vec::new(),
            roots: Vec::new(),
            origins: BTreeMap::new(),
            read_fields: BTreeMap::new(),
            dropped_keys: Vec::new(),
            offset: beside.offset,
        };
        let before = beside.nodes.len();
        Self { beside, builder: Builder::behind(document, options, before) }
    }

    /// The place that is written next.
    pub(crate) fn place(&self) -> Place {
        Place {
            node: self.builder.next(),
            owned: self.builder.document.owned.len(),
            roots: self.builder.document.roots.len(),
            open: self.builder.opened(),
        }
    }

    /// Takes back all that was written since.
    pub(crate) fn rewind(&mut self, place: Place) {
        let document = &mut self.builder.document;
        document.nodes.truncate(place.node as usize);
        document.owned.truncate(place.owned);
        document.roots.truncate(place.roots);
        if !document.origins.is_empty() {
            document.origins.split_off(&place.node);
        }
        self.builder.reopen_at(place.open);
    }

    /// Takes back all that was written since, but for the finished subtree `from`, which comes to stand
    /// there.
    pub(crate) fn keep(&mut self, place: Place, from: NodeId) {
        let document = &mut self.builder.document;
        let shift = from.saturating_sub(place.node);
        document.nodes.truncate(document.after(from) as usize);
        document.nodes.drain(place.node as usize..from as usize);
        for node in document.nodes.iter_mut().skip(place.node as usize) {
            if matches!(node.tag, Tag::List | Tag::Map) {
                node.b -= shift;
            }
        }
        let end = document.nodes.len() as NodeId + shift;
        let origins = document.origins.split_off(&place.node);
        let kept = origins.into_iter().filter(|(node, _)| (from..end).contains(node));
        document.origins.extend(kept.map(|(node, origin)| (node - shift, origin)));
        document.roots.truncate(place.roots);
        self.builder.reopen_at(place.open);
        self.builder.count(place.node);
    }

    /// What was written, or what is being written.
    pub(crate) fn value(&self, node: NodeId) -> Value<'_> {
        self.builder.document.value(node)
    }

    /// Says where the node stands in the text.
    pub(crate) fn stand_at(&mut self, node: NodeId, span: Range<usize>) {
        if let Some(node) = self.builder.document.nodes.get_mut(node as usize) {
            (node.start, node.end) = (span.start as u32, span.end as u32);
        }
    }

    /// The pointers of nodes that stand elsewhere in the original.
    pub(crate) fn origins(&mut self) -> &mut BTreeMap<NodeId, String> {
        &mut self.builder.document.origins
    }

    /// Writes a value of the document as it is.
    pub(crate) fn copy(&mut self, value: Value<'d>) -> Result<()> {
        self.builder.copy_from(self.beside, value.id())
    }

    pub(crate) fn string(&mut self, span: Range<usize>, text: &str) -> Result<()> {
        self.builder.string_owned(span, text).map(drop)
    }

    pub(crate) fn number(&mut self, span: Range<usize>, text: &str) -> Result<()> {
        self.builder.number_owned(span, text, 0)
    }

    /// Writes the name of the next field, that of the document's node `key`.
    pub(crate) fn copy_key(&mut self, key: NodeId) -> Result<()> {
        self.builder.copy_key_from(self.beside, key)
    }

    /// Writes the name of the next field, another than the document's node `key` has.
    pub(crate) fn key(&mut self, key: NodeId, name: &str) -> Result<()> {
        self.builder.key_owned(self.beside.value(key).span(), name)
    }

    pub(crate) fn open_list(&mut self, start: usize) -> Result<()> {
        self.builder.open_list(start)
    }

    pub(crate) fn open_map(&mut self, start: usize) -> Result<()> {
        self.builder.open_map(start)
    }

    pub(crate) fn close(&mut self, end: usize) -> Result<()> {
        self.builder.close(end)
    }

    /// Closes a map whose names are not those of one map of the document.
    pub(crate) fn close_named_anew(&mut self, end: usize) -> Result<()> {
        let map = self.builder.innermost();
        self.builder.close(end)?;
        map.map_or(Ok(()), |map| self.builder.check_keys(map))
    }

    /// All that was written and not taken back.
    pub(crate) fn finish(self) -> Written {
        let sheet = self.builder.into_document();
        Written {
            sheet: Document {
                text: SourceText::Borrowed(""),
                owned: sheet.owned,
                nodes: sheet.nodes,
                roots: Vec::new(),
                origins: sheet.origins,
                read_fields: BTreeMap::new(),
                dropped_keys: Vec::new(),
                offset: 0,
            },
        }
    }
}

impl Document<'_> {
    /// Puts what was written beside the document on its tape. The nodes of the sheet follow those that
    /// the document has.
    pub(crate) fn take(&mut self, written: Written) {
        let Written { sheet } = written;
        let before = self.nodes.len() as NodeId;
        self.nodes.reserve_exact(sheet.nodes.len());
        for mut node in sheet.nodes {
            if matches!(node.tag, Tag::List | Tag::Map) {
                node.b += before;
            }
            self.nodes.push(node);
        }
        self.owned = sheet.owned;
        self.origins.extend(sheet.origins.into_iter().map(|(node, at)| (node + before, at)));
    }
}
