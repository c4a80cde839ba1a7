//! What values come to: they are written on a sheet beside the template, with marks on what is not known
//! and on what must not be shown.

use super::parameters::scalar;
use super::scope::REFERENCE;
use crate::error::Result;
use crate::path::{PathSet, Step};
use crate::value::sheet::{Place, Sheet, Written};
use crate::value::{Document, Kind, NodeId, ReadOptions, Value};
use std::borrow::Cow;
use std::iter::Peekable;

/// A sheet beside a template.
pub(super) struct Draft<'d> {
    sheet: Sheet<'d>,
    /// The marks of its nodes, in the order in which they were made.
    marks: Vec<(NodeId, Mark)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Unknown,
    /// A parameter with `NoEcho`, or another secret, had a part in it.
    Secret,
}

/// A value that was written, the last one on its sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    start: Start,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is written, though parts of it may not be known.
    Known,
    /// It cannot be known from the template, and perhaps it is nothing at all. What the template says is
    /// written in its place.
    Unknown { optional: bool },
    /// `AWS::NoValue`: nothing is written.
    Nothing,
}

/// Where a value starts on its sheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    place: Place,
    marks: u32,
}

/// Which paths of a value are not known, and which must not be shown.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) unknown: PathSet,
    pub(super) secret: PathSet,
}

impl<'d> Draft<'d> {
    pub(super) fn beside(document: &'d Document<'d>, options: &ReadOptions) -> Self {
        Self { sheet: Sheet::beside(document, options), marks: Vec::new() }
    }

    /// Where the next value starts.
    pub(super) fn start(&self) -> Start {
        Start { place: self.sheet.place(), marks: self.marks.len() as u32 }
    }

    /// Takes back all that was written since.
    pub(super) fn rewind(&mut self, start: Start) {
        self.sheet.rewind(start.place);
        self.marks.truncate(start.marks as usize);
    }

    /// Takes the value back, which is the last one.
    pub(super) fn take_back(&mut self, made: Made) {
        self.rewind(made.start);
    }

    /// What goes onto the tape of the document.
    pub(super) fn finish(self) -> Written {
        self.sheet.finish()
    }

    /// Writes a value of the template as it is.
    pub(super) fn copy(&mut self, value: Value<'d>) -> Result<Made> {
        let start = self.start();
        self.sheet.copy(value)?;
        Ok(Made { start, state: State::Known })
    }

    /// Writes a field of a map of the template as it is.
    pub(super) fn copy_field(&mut self, value: Value<'d>) -> Result<()> {
        self.sheet.copy_key(value.id().saturating_sub(1))?;
        self.sheet.copy(value)
    }

    /// Writes that what stands at `at` is not known.
    pub(super) fn unknown(&mut self, at: Value<'d>, optional: bool) -> Result<Made> {
        let start = self.start();
        self.marks.push((start.place.node, Mark::Unknown));
        self.sheet.copy(at)?;
        Ok(Made { start, state: State::Unknown { optional } })
    }

    /// As [`Draft::unknown`], instead of all that was written since `start`. Where a secret had a part in
    /// that, it has one in what is not known.
    pub(super) fn unknown_since(
        &mut self,
        start: Start,
        at: Value<'d>,
        optional: bool,
    ) -> Result<Made> {
        let secret = self.is_secret_since(start);
        self.rewind(start);
        let made = self.unknown(at, optional)?;
        Ok(self.hidden(made, secret))
    }

    /// As [`Draft::unknown_since`], instead of the value, which is the last one.
    pub(super) fn unknown_in_place(&mut self, made: Made, at: Value<'d>) -> Result<Made> {
        self.unknown_since(made.start, at, false)
    }

    /// Writes nothing.
    pub(super) fn nothing(&self) -> Made {
        Made { start: self.start(), state: State::Nothing }
    }

    /// Writes an empty map that stands for what is at `at`; returns its node.
    pub(super) fn empty(&mut self, at: Value<'d>) -> Result<NodeId> {
        let start = self.open_map(at)?;
        self.close(start, at)?;
        Ok(start.place.node)
    }

    /// Writes a text that stands for what is at `at`; it is not known where CloudFormation looks up a
    /// part of it.
    pub(super) fn text(&mut self, at: Value<'d>, text: &str) -> Result<Made> {
        if let Some(secret) = dynamic(text) {
            let made = self.unknown(at, false)?;
            return Ok(self.hidden(made, secret));
        }
        let start = self.start();
        self.sheet.string(at.span(), text)?;
        Ok(Made { start, state: State::Known })
    }

    /// Writes a list of texts that stand for what is at `at`.
    pub(super) fn texts<'s>(
        &mut self,
        at: Value<'d>,
        texts: impl IntoIterator<Item = &'s str>,
    ) -> Result<Made> {
        let start = self.open_list(at)?;
        for text in texts {
            self.text(at, text)?;
        }
        self.close(start, at)
    }

    /// Writes a number that stands for what is at `at`.
    pub(super) fn number(&mut self, at: Value<'d>, number: usize) -> Result<Made> {
        let start = self.start();
        self.sheet.number(at.span(), &number.to_string())?;
        Ok(Made { start, state: State::Known })
    }

    pub(super) fn open_list(&mut self, at: Value<'d>) -> Result<Start> {
        let start = self.start();
        self.sheet.open_list(at.span().start)?;
        Ok(start)
    }

    pub(super) fn open_map(&mut self, at: Value<'d>) -> Result<Start> {
        let start = self.start();
        self.sheet.open_map(at.span().start)?;
        Ok(start)
    }

    /// Writes the name of the next field as the template has it at the node `key`.
    pub(super) fn copy_key(&mut self, key: NodeId) -> Result<()> {
        self.sheet.copy_key(key)
    }

    /// Writes another name of the next field than the template has at the node `key`.
    pub(super) fn key(&mut self, key: NodeId, name: &str) -> Result<()> {
        self.sheet.key(key, name)
    }

    /// Closes the list or the map that starts there.
    pub(super) fn close(&mut self, start: Start, at: Value<'d>) -> Result<Made> {
        self.sheet.close(at.span().end)?;
        Ok(Made { start, state: State::Known })
    }

    /// As [`Draft::close`], for a map with names that loops made.
    pub(super) fn close_looped(&mut self, start: Start, at: Value<'d>) -> Result<Made> {
        self.sheet.close_named_anew(at.span().end)?;
        Ok(Made { start, state: State::Known })
    }

    /// The value, which must not be shown where it is secret.
    pub(super) fn hidden(&mut self, made: Made, secret: bool) -> Made {
        if secret && made.state != State::Nothing {
            self.marks.push((made.start.place.node, Mark::Secret));
        }
        made
    }

    /// The value, standing for what is at `at`, which must not be shown where it is secret.
    pub(super) fn moved(&mut self, made: Made, at: Value<'d>, secret: bool) -> Result<Made> {
        let made = match made.state {
            State::Unknown { optional } => self.unknown_since(made.start, at, optional)?,
            State::Known => {
                let node = made.start.place.node;
                self.sheet.stand_at(node, at.span());
                self.sheet.origins().remove(&node);
                made
            }
            State::Nothing => made,
        };
        Ok(self.hidden(made, secret))
    }

    /// The element at `index` of the list, written in its place; none where the list has none there.
    pub(super) fn element(&mut self, list: Made, index: usize) -> Option<Made> {
        let item = self.list(list)?.at(index)?;
        let (from, end) = (item.id(), end_of(item));
        let start = list.start;
        let shift = from - start.place.node;
        let kept = self.marks.split_off(start.marks as usize).into_iter();
        let kept = kept.filter(|(node, _)| (from..end).contains(node));
        self.marks.extend(kept.map(|(node, mark)| (node - shift, mark)));
        self.sheet.keep(start.place, from);
        let is_unknown = self.has(start, |mark| mark == (start.place.node, Mark::Unknown));
        let state = if is_unknown { State::Unknown { optional: false } } else { State::Known };
        Some(Made { start, state })
    }

    /// Notes down where the value stands in the template, unless that has been done.
    pub(super) fn set_origin(
        &mut self,
        made: Made,
        origin: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        let node = made.start.place.node;
        if made.state != State::Nothing && !self.sheet.origins().contains_key(&node) {
            self.sheet.origins().insert(node, origin()?);
        }
        Ok(())
    }

    /// The value as it is written.
    pub(super) fn value(&self, made: Made) -> Value<'_> {
        self.sheet.value(made.start.place.node)
    }

    /// The value as text, where it is a scalar that is known.
    pub(super) fn known(&self, made: Made) -> Option<Cow<'_, str>> {
        (made.state == State::Known).then(|| scalar(self.value(made)))?
    }

    /// The list, where it is one that is known; its elements may not be.
    pub(super) fn list(&self, made: Made) -> Option<Value<'_>> {
        let value = (made.state == State::Known).then(|| self.value(made))?;
        (value.kind() == Kind::List).then_some(value)
    }

    /// The elements of a list that is known, each as text where it is a scalar that is known.
    pub(super) fn items(&self, made: Made) -> Option<Vec<Option<Cow<'_, str>>>> {
        let list = self.list(made)?;
        let marks = self.marks.iter().skip(made.start.marks as usize);
        let unknown: Vec<NodeId> =
            marks.filter(|(_, mark)| *mark == Mark::Unknown).map(|(node, _)| *node).collect();
        let is_known = |item: &Value<'_>| unknown.binary_search(&item.id()).is_err();
        Some(list.items().map(|item| Some(item).filter(is_known).and_then(scalar)).collect())
    }

    fn has(&self, start: Start, wanted: impl Fn((NodeId, Mark)) -> bool) -> bool {
        self.marks.iter().skip(start.marks as usize).any(|mark| wanted(*mark))
    }

    /// Whether something of the value, which is the last one, is not known.
    pub(super) fn has_unknown(&self, made: Made) -> bool {
        self.has(made.start, |(_, mark)| mark == Mark::Unknown)
    }

    /// Whether the value, or something of it, must not be shown; it is the last one.
    pub(super) fn is_secret(&self, made: Made) -> bool {
        self.is_secret_since(made.start)
    }

    /// Whether the value as a whole must not be shown.
    pub(super) fn is_secret_as_a_whole(&self, made: Made) -> bool {
        self.has(made.start, |mark| mark == (made.start.place.node, Mark::Secret))
    }

    /// Whether something that was written since must not be shown.
    pub(super) fn is_secret_since(&self, start: Start) -> bool {
        self.has(start, |(_, mark)| mark == Mark::Secret)
    }

    /// The node of a finished value, and its marks.
    pub(super) fn done(&mut self, made: Made) -> (NodeId, Marks) {
        let node = made.start.place.node;
        let from = made.start.marks as usize;
        let Some(marks) = self.marks.get_mut(from..).filter(|marks| !marks.is_empty()) else {
            return (node, Marks::default());
        };
        marks.sort_by_key(|(node, _)| *node);
        let mut marks = self.marks.drain(from..).peekable();
        (node, Marks::of(self.sheet.value(node), &mut marks))
    }
}

impl Marks {
    /// The marks of the nodes of the value, which come in the order of the nodes.
    fn of(value: Value<'_>, marks: &mut Peekable<impl Iterator<Item = (NodeId, Mark)>>) -> Self {
        let mut found = Self::default();
        while let Some((_, mark)) = marks.next_if(|(node, _)| *node <= value.id()) {
            match mark {
                Mark::Unknown => found.unknown.mark(),
                Mark::Secret => found.secret.mark(),
            }
        }
        let (document, end) = (value.document(), end_of(value));
        let is_list = value.kind() == Kind::List;
        // Behind the last mark there is nothing to be seen.
        let (mut next, mut index) = (value.id() + 1, 0);
        while let Some(mark) = marks.peek().map(|(node, _)| *node).filter(|node| *node < end) {
            // The value of a field stands behind its name.
            let part = if is_list { next } else { next + 1 };
            let behind = document.after(part);
            if behind > mark {
                let step = || match is_list {
                    true => Some(Step::Index(index)),
                    false => document.name_at(part - 1).map(|name| Step::Field(name.to_owned())),
                };
                while marks.next_if(|(node, _)| *node < part).is_some() {}
                let Self { unknown, secret } = Self::of(document.value(part), marks);
                for (all, below) in [(&mut found.unknown, unknown), (&mut found.secret, secret)] {
                    // A field that another has replaced is not there.
                    if !below.is_empty()
                        && let Some(step) = step()
                    {
                        all.put(step, below);
                    }
                }
            }
            (next, index) = (behind, index + 1);
        }
        found
    }
}

/// The node behind the value and all that is inside it.
fn end_of(value: Value<'_>) -> NodeId {
    value.id() + value.tape_length() as NodeId
}

/// Whether a text has dynamic references, which CloudFormation looks up; true where one of them is
/// to a secret.
pub(super) fn dynamic(text: &str) -> Option<bool> {
    if !text.as_bytes().contains(&b'{') {
        return None;
    }
    let mut found = None;
    for part in text.split(REFERENCE).skip(1) {
        let secret = part.starts_with("secretsmanager:") || part.starts_with("ssm-secure:");
        found = Some(found.unwrap_or(false) || secret);
    }
    found
}
