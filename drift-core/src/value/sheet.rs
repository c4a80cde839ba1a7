//! A sheet beside a finished document: values are written on it, read, taken back or kept, and what is
//! left in the end is a document of its own over the same text.

use super::{Builder, Document, Node, NodeId, ReadOptions, Tag, Value};
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
    owned: u32,
    roots: u32,
    open: (u32, u32),
}

/// What was written on a sheet.
pub(crate) struct Written {
    owned: String,
    nodes: Vec<Node>,
    origins: BTreeMap<NodeId, String>,
}

impl<'d> Sheet<'d> {
    pub(crate) fn beside(beside: &'d Document<'d>, options: &ReadOptions) -> Self {
        let document = Document {
            // Nodes that are copied from the document go on saying where their text stands.
            owned: beside.owned.clone(),
            nodes: Vec::with_capacity(beside.nodes.len()),
            ..Document::over(beside.text.clone(), beside.offset)
        };
        let before = beside.nodes.len();
        Self { beside, builder: Builder::behind(document, options, before) }
    }

    /// The place that is written next.
    pub(crate) fn place(&self) -> Place {
        Place {
            node: self.builder.next(),
            owned: self.builder.document.owned.len() as u32,
            roots: self.builder.document.roots.len() as u32,
            open: self.builder.opened(),
        }
    }

    /// Takes back all that was written since.
    pub(crate) fn rewind(&mut self, place: Place) {
        let document = &mut self.builder.document;
        document.nodes.truncate(place.node as usize);
        document.owned.truncate(place.owned as usize);
        document.roots.truncate(place.roots as usize);
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
        document.roots.truncate(place.roots as usize);
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

    /// All that was written and not taken back, as a document over the same text.
    pub(crate) fn finish(self) -> Written {
        let Document { owned, nodes, origins, .. } = self.builder.finish();
        Written { owned, nodes, origins }
    }
}

impl Written {
    /// The sheet as a document of its own, which stands in the same text as the one beside which it was
    /// written.
    pub(crate) fn beside<'a>(self, beside: &Document<'a>) -> Document<'a> {
        let Self { owned, nodes, origins } = self;
        Document { owned, nodes, origins, ..Document::over(beside.text.clone(), beside.offset) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Tree;

    #[test]
    fn what_is_taken_back_leaves_nothing_and_what_is_kept_moves_up() {
        let text = br#"{"a": [1, {"b": "\u00e9"}], "c": "d"}"#;
        let document = Document::parse_json(text, &ReadOptions::default()).unwrap();
        let list = document.root().get("a").unwrap();
        let mut sheet = Sheet::beside(&document, &ReadOptions::default());
        sheet.open_map(0).unwrap();
        sheet.key(list.id() - 1, "x").unwrap();
        let place = sheet.place();
        sheet.open_list(3).unwrap();
        sheet.string(3..4, "gone").unwrap();
        let kept = sheet.place().node;
        sheet.copy(list).unwrap();
        sheet.origins().insert(kept, "/kept".to_owned());
        sheet.origins().insert(place.node, "/gone".to_owned());
        sheet.close(9).unwrap();
        sheet.keep(place, kept);
        sheet.copy_key(list.id() - 1).unwrap();
        let place = sheet.place();
        sheet.open_list(0).unwrap();
        sheet.string(0..1, "gone").unwrap();
        sheet.rewind(place);
        sheet.number(1..2, "7").unwrap();
        sheet.stand_at(place.node, 5..6);
        sheet.close(11).unwrap();
        let sheet = sheet.finish().beside(&document);
        let root = sheet.value(0);
        assert_eq!(Tree::of(root).to_string(), r#"{"a":7,"x":[1,{"b":"é"}]}"#);
        assert_eq!((root.len(), root.span()), (2, 0..11));
        let [x, a] = ["x", "a"].map(|name| root.get(name).unwrap());
        assert_eq!((x.span(), x.origin()), (list.span(), Some("/kept")));
        assert_eq!((a.span(), a.origin()), (5..6, None));
    }

    #[test]
    fn limits_hold_for_document_and_sheet_together() {
        let options = |max_nodes, max_depth| {
            let limits = crate::Limits { max_nodes, max_depth, ..Default::default() };
            ReadOptions { limits, ..ReadOptions::default() }
        };
        let document = Document::parse_json(b"[[[1]]]", &ReadOptions::default()).unwrap();
        let copied = |options: ReadOptions| {
            let mut sheet = Sheet::beside(&document, &options);
            sheet.open_list(0).and_then(|()| sheet.copy(document.root()))
        };
        assert!(copied(options(9, 4)).is_ok());
        assert!(copied(options(8, 4)).is_err() && copied(options(9, 3)).is_err());
    }
}
