//! Writes both sides line by line: JSON with one value a line, where each line of one side knows the one
//! of the other.

use super::merge::{Body, Node};
use super::{Span, ViewText};
use crate::error::{Code, Error, Result};
use crate::path::{push_index, push_token};
use crate::value::{Tree, quoted};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Which sides have a line, and where: desired, then actual.
type Row = [Option<usize>; 2];

/// The text of one side.
#[derive(Default)]
struct Page {
    lines: Vec<String>,
    pointers: BTreeMap<String, usize>,
    bytes: usize,
}

/// Both sides as they are written.
pub(super) struct Sheet {
    pages: [Page; 2],
    rows: Vec<Row>,
    max_bytes: usize,
    /// By the places of the differences: their lines in desired and in actual.
    pub(super) spans: BTreeMap<usize, [Option<Span>; 2]>,
}

/// A line without what ends it, and the pointer of the value that starts on it.
struct Line {
    text: String,
    pointer: Option<String>,
}

/// Where a node stands: its indentation, its name with a colon, and the pointers of both sides.
struct Place<'p> {
    depth: usize,
    name: Option<&'p str>,
    pointers: [String; 2],
    /// Whether nothing comes behind it on each side.
    last: [bool; 2],
}

impl Place<'_> {
    fn start(&self) -> String {
        let mut start = "  ".repeat(self.depth);
        if let Some(name) = self.name {
            start.push_str(&quoted(name));
            start.push_str(": ");
        }
        start
    }
}

impl Sheet {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { pages: Default::default(), rows: Vec::new(), max_bytes, spans: BTreeMap::new() }
    }

    /// Writes the nodes of the root: one, or one a side.
    pub(super) fn root(&mut self, nodes: &[Node]) -> Result<()> {
        for node in nodes {
            let pointers = Default::default();
            self.node(node, &Place { depth: 0, name: None, pointers, last: [true, true] })?;
        }
        Ok(())
    }

    fn node(&mut self, node: &Node, place: &Place<'_>) -> Result<()> {
        let sides = [0, 1].map(|side| node.on.is_on(side));
        let from = self.pages.each_ref().map(|page| page.lines.len());
        match &node.body {
            Body::Whole(tree) => self.whole(tree, place, sides)?,
            Body::Map(fields) => {
                let named = fields.iter().map(|(name, node)| (Some(&**name), node));
                self.container(&named.collect::<Vec<_>>(), "{}", place, sides)?;
            }
            Body::List(items) => {
                let all = items.iter().map(|node| (None, node));
                self.container(&all.collect::<Vec<_>>(), "[]", place, sides)?;
            }
        }
        for item in &node.shows {
            let spans = self.spans.entry(*item).or_default();
            for ((span, page), from) in spans.iter_mut().zip(&self.pages).zip(from) {
                let lines = page.lines.len() - from;
                if lines > 0 {
                    *span = Some(Span { line: from + 1, lines });
                }
            }
        }
        Ok(())
    }

    fn container(
        &mut self,
        children: &[(Option<&str>, &Node)],
        brackets: &str,
        place: &Place<'_>,
        sides: [bool; 2],
    ) -> Result<()> {
        let (open, close) = brackets.split_at(1);
        let start = Line { text: place.start() + open, pointer: Some(String::new()) };
        self.line(&start, place, sides, [false, false])?;
        let last = [0, 1].map(|side| children.iter().rposition(|(_, node)| node.on.is_on(side)));
        let mut count = [0, 0];
        for (at, (name, node)) in children.iter().enumerate() {
            let mut pointers = place.pointers.clone();
            for ((side, pointer), count) in pointers.iter_mut().enumerate().zip(&mut count) {
                match name {
                    Some(name) => push_token(pointer, name),
                    None => push_index(pointer, *count),
                }
                *count += usize::from(node.on.is_on(side));
            }
            let last = last.map(|last| last == Some(at));
            self.node(node, &Place { depth: place.depth + 1, name: *name, pointers, last })?;
        }
        let end = Line { text: "  ".repeat(place.depth) + close, pointer: None };
        self.line(&end, place, sides, place.last.map(|last| !last))
    }

    fn whole(&mut self, tree: &Tree, place: &Place<'_>, sides: [bool; 2]) -> Result<()> {
        let mut lines = Vec::new();
        let mut left = self.max_bytes;
        written(tree, place.start(), place.depth, String::new(), &mut lines, &mut left);
        if left == 0 {
            return Err(self.too_large());
        }
        let end = lines.len().saturating_sub(1);
        for (at, line) in lines.iter().enumerate() {
            let comma = if at == end { place.last.map(|last| !last) } else { [false, false] };
            self.line(line, place, sides, comma)?;
        }
        Ok(())
    }

    /// Writes one line on the sides that have it.
    fn line(
        &mut self,
        line: &Line,
        place: &Place<'_>,
        sides: [bool; 2],
        comma: [bool; 2],
    ) -> Result<()> {
        let mut row: Row = [None, None];
        for (side, page) in self.pages.iter_mut().enumerate() {
            let at = |list: [bool; 2]| list.get(side).copied().unwrap_or_default();
            if !at(sides) {
                continue;
            }
            let mut text = line.text.clone();
            if at(comma) {
                text.push(',');
            }
            page.bytes += text.len() + 1;
            if let (Some(below), Some(pointer)) = (&line.pointer, place.pointers.get(side)) {
                let pointer = format!("{pointer}{below}");
                page.bytes += pointer.len();
                page.pointers.insert(pointer, page.lines.len() + 1);
            }
            if let Some(place) = row.get_mut(side) {
                *place = Some(page.lines.len());
            }
            page.lines.push(text);
        }
        if self.pages.iter().any(|page| page.bytes > self.max_bytes) {
            return Err(self.too_large());
        }
        match row {
            // A comma more makes another line of it.
            [Some(desired), Some(actual)] if comma.first() != comma.last() => {
                self.rows.extend([[Some(desired), None], [None, Some(actual)]]);
            }
            row => self.rows.push(row),
        }
        Ok(())
    }

    fn too_large(&self) -> Error {
        let message = format!("the view passes the limit `max_bytes` of {}", self.max_bytes);
        Error::new(Code::Limit, message)
            .with_help("raise `max_bytes` in the options of the view, or ask `explain` of one path")
    }

    /// The unified diff of both texts, with so many lines around each difference.
    pub(super) fn unified(&self, context: usize) -> String {
        let is_same = |row: &Row| matches!(row, [Some(_), Some(_)]);
        let mut diff = "--- desired\n+++ actual\n".to_owned();
        let mut done = 0;
        let next = |from: usize| {
            let mut rest = self.rows.iter().enumerate().skip(from);
            rest.find(|(_, row)| !is_same(row)).map(|(at, _)| at)
        };
        while let Some(first) = next(done) {
            let start = first.saturating_sub(context).max(done);
            let mut end = first + 1;
            while let Some(found) = next(end).filter(|found| found - end <= 2 * context) {
                end = found + 1;
            }
            end = (end + context).min(self.rows.len());
            self.hunk(start, end, &mut diff);
            done = end;
        }
        if done == 0 { String::new() } else { diff }
    }

    fn hunk(&self, start: usize, end: usize, diff: &mut String) {
        let counted = |side: usize, rows: &[Row]| {
            rows.iter().filter(|row| row.get(side).is_some_and(Option::is_some)).count()
        };
        let (before, rows) = (self.rows.get(..start), self.rows.get(start..end));
        let (before, rows) = (before.unwrap_or_default(), rows.unwrap_or_default());
        let range = |side| {
            let (above, lines) = (counted(side, before), counted(side, rows));
            // An empty range names the line before it.
            format!("{},{lines}", if lines == 0 { above } else { above + 1 })
        };
        let _infallible = writeln!(diff, "@@ -{} +{} @@", range(0), range(1));
        for row in rows {
            let (sign, side, line) = match row {
                [Some(line), Some(_)] => (' ', 0, line),
                [Some(line), None] => ('-', 0, line),
                [None, Some(line)] => ('+', 1, line),
                [None, None] => continue,
            };
            let text = self.pages.get(side).and_then(|page| page.lines.get(*line));
            diff.push(sign);
            diff.push_str(text.map_or("", String::as_str));
            diff.push('\n');
        }
    }

    /// The texts, each with the lines of its values; none for a side without a line.
    pub(super) fn texts(self) -> [Option<ViewText>; 2] {
        self.pages.map(|page| {
            let mut text = page.lines.join("\n");
            text.push('\n');
            (!page.lines.is_empty()).then_some(ViewText { text, lines: page.pointers })
        })
    }
}

/// Writes a value, its first line behind `start`; `left` is how many bytes may still be written, none once
/// they are used up.
fn written(
    tree: &Tree,
    start: String,
    depth: usize,
    pointer: String,
    lines: &mut Vec<Line>,
    left: &mut usize,
) {
    *left = left.saturating_sub(start.len() + pointer.len() + 1);
    if *left == 0 {
        return;
    }
    let (count, brackets) = match tree {
        Tree::Map(fields) => (fields.len(), "{}"),
        Tree::List(items) => (items.len(), "[]"),
        _ => (0, ""),
    };
    if count == 0 {
        let scalar = match tree {
            Tree::Secret { equal } => {
                format!("{{\"$redacted\": \"{}\"}}", if *equal { "equal" } else { "unequal" })
            }
            other => other.to_string(),
        };
        *left = left.saturating_sub(scalar.len());
        lines.push(Line { text: start + &scalar, pointer: Some(pointer) });
        return;
    }
    let (open, close) = brackets.split_at(1);
    lines.push(Line { text: start + open, pointer: Some(pointer.clone()) });
    let indent = "  ".repeat(depth + 1);
    let mut child = |name: Option<&str>, index: usize, tree: &Tree, lines: &mut Vec<Line>| {
        let mut pointer = pointer.clone();
        let mut start = indent.clone();
        match name {
            Some(name) => {
                push_token(&mut pointer, name);
                start.push_str(&quoted(name));
                start.push_str(": ");
            }
            None => push_index(&mut pointer, index),
        }
        written(tree, start, depth + 1, pointer, lines, left);
        if index + 1 < count
            && let Some(line) = lines.last_mut()
        {
            line.text.push(',');
        }
    };
    match tree {
        Tree::Map(fields) => {
            for (index, (name, field)) in fields.iter().enumerate() {
                child(Some(name), index, field, lines);
            }
        }
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                child(None, index, item, lines);
            }
        }
        _ => {}
    }
    lines.push(Line { text: "  ".repeat(depth) + close, pointer: None });
}
