//! A document through a mapping in one pass and without a tape: resources keep their place in the
//! text and are read when somebody asks.
//!
//! It serves mappings whose paths go through fields alone. Whatever is out of the ordinary, in the
//! mapping or in the document, is left to the reader with a tape, which says what is wrong: this one
//! gives the same resources or none.

mod below;
mod found;
mod pieces;
mod plan;
mod sink;

use super::{Mapping, STRICT};
use crate::model::{Attributes, Identity, Resource, ResourceKey, SourceRef};
use crate::path::push_token;
use crate::source::{Follower, ParseOptions, Reading, concerns_pages, may_concern_pages};
use crate::value::guard::{Guard, Refused};
use crate::value::parallel::parallel;
use crate::value::recent::mark;
use crate::value::scan::{Inside, Quoted, Scanner, Sink};
use crate::value::{Document, DuplicateKeys, json};
use below::{Reader, Spare};
use found::{Found, Shared};
use pieces::{Pieces, cut};
use plan::Plan;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

/// Reads a text as [`Mapping::read`] would, if it can.
pub(in crate::source) fn read<'a, F: Follower>(
    bytes: &'a [u8],
    mapping: &Mapping,
    file: Option<&str>,
    options: &ParseOptions,
    followers: &(dyn Fn() -> F + Sync),
) -> Option<Reading<'a>> {
    if options.view.as_deref().is_some_and(|view| view != "resources") {
        return None;
    }
    let plan = Plan::of(mapping)?;
    let strict = options.read.duplicate_keys == DuplicateKeys::Error;
    if !strict || bytes.len() > options.read.limits.max_bytes {
        return None;
    }
    options.read.limits.check().ok()?;
    let start = json::start(bytes);
    if !matches!(bytes.get(start..)?.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    let job = Job { bytes, plan: &plan, file, options };
    let parts = job.parts(start..bytes.len(), followers)?;
    join(parts, options)
}

/// Everything that was read of a part of the text.
#[derive(Default)]
struct Part<'a> {
    resources: Vec<Resource<'a>>,
    documents: usize,
    lines: usize,
    nodes: usize,
    listed: bool,
}

struct Job<'a, 'o> {
    bytes: &'a [u8],
    plan: &'o Plan<'o>,
    file: Option<&'o str>,
    options: &'o ParseOptions,
}

/// Parts as one reading: their documents and lines count on.
fn join<'a>(parts: Vec<Part<'a>>, options: &ParseOptions) -> Option<Reading<'a>> {
    let limits = &options.read.limits;
    let mut reading = Reading::default();
    let (mut documents, mut lines, mut nodes) = (0, 0, 0);
    for mut part in parts {
        for resource in &mut part.resources {
            resource.source.document += documents;
            resource.source.line = resource.source.line.map(|line| line + lines);
        }
        documents += part.documents;
        lines += part.lines;
        nodes += part.nodes;
        reading.listed |= part.listed;
        if reading.resources.is_empty() {
            reading.resources = part.resources;
        } else {
            reading.resources.append(&mut part.resources);
        }
    }
    let within = documents <= limits.max_documents && nodes <= limits.max_nodes;
    (within && !reading.resources.is_empty()).then_some(reading)
}

impl<'a> Job<'a, '_> {
    /// Reads the text on as many threads as there may be, cut at the ends of lines: where each part
    /// is a run of whole values, so is the whole.
    fn parts<F: Follower>(
        &self,
        range: Range<usize>,
        followers: &(dyn Fn() -> F + Sync),
    ) -> Option<Vec<Part<'a>>> {
        let refused = AtomicBool::new(false);
        let ranges = cut(self.bytes, range.clone(), self.options.threads);
        let pieces = |range: &Range<usize>| Pieces::of(self.bytes, range.clone());
        let parts = parallel(ranges.len(), |index| {
            let range = ranges.get(index)?;
            self.part(range, pieces(range), followers(), &refused)
        });
        let parts: Option<Vec<Part<'a>>> = parts.into_iter().collect();
        let uncut = ranges.len() == 1 && pieces(&range).next().as_ref() == Some(&range);
        if parts.is_some() || uncut {
            return parts;
        }
        // A cut may have gone through a value that is written over several lines.
        let whole = std::iter::once(range.clone());
        Some(vec![self.part(&range, whole, followers(), &AtomicBool::new(false))?])
    }

    /// Reads pieces of whole values, which make up the range.
    fn part<F: Follower>(
        &self,
        range: &Range<usize>,
        pieces: impl Iterator<Item = Range<usize>>,
        follower: F,
        refused: &AtomicBool,
    ) -> Option<Part<'a>> {
        let mut gather = Gather::new(self, range.clone(), follower);
        for range in pieces {
            gather.offset = range.start;
            gather.text = json::utf8(self.bytes.get(range)?).ok()?;
            let mut scanner = Scanner::new(gather.text, 0..gather.text.len());
            scanner.space(&mut gather);
            while !scanner.is_done() {
                gather.start_document();
                let value = scanner.value(&mut gather).and_then(|()| scanner.between(&mut gather));
                let goes_on = value.is_ok() && gather.end_document();
                if !goes_on || refused.load(Ordering::Relaxed) {
                    refused.store(true, Ordering::Relaxed);
                    return None;
                }
            }
        }
        gather.part.nodes = gather.guard.nodes();
        Some(gather.part)
    }
}

/// Where a value stands, seen from the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// On the way to the items, so many names behind the root.
    Outside(usize),
    /// Inside an item, at a node of the plan.
    Inside(usize),
    /// Where no path leads.
    Nowhere,
}

/// An open container.
#[derive(Clone, Copy)]
struct Open {
    place: Place,
    is_map: bool,
    start: usize,
    /// How many containers were open around the one that is followed, where this is it.
    follows: bool,
}

/// So deep that no document leads out of it: nothing is followed.
const UNFOLLOWED: usize = usize::MAX / 2;

/// Collects resources out of the events of a scanner.
struct Gather<'j, 'a, 'o, F> {
    job: &'j Job<'a, 'o>,
    /// The piece that is read, and where it starts in the whole.
    text: &'a str,
    offset: usize,
    /// Where the part stands in the whole.
    range: Range<usize>,
    guard: Guard<'j>,
    spare: Spare,
    follower: F,
    part: Part<'a>,
    open: Vec<Open>,
    /// The place of the next value.
    next: Place,
    /// The number of the next element of the list that holds the items.
    index: usize,
    /// The line on which the current item starts, counted from the first of the part.
    line: usize,
    /// What the paths have led to in the current item.
    slots: Vec<Option<Range<usize>>>,
    attributes: Option<Range<usize>>,
    /// How many containers deep the follower does not look; 0 where it is shown what is read.
    unseen: usize,
    /// Whether no field of what the follower is shown has been read.
    begins: bool,
    /// How many resources had been found when the document started.
    found: usize,
    /// The kinds of those that have been found in the document.
    kinds: Vec<usize>,
    shared: Shared,
}

impl<'j, 'a, 'o, F: Follower> Gather<'j, 'a, 'o, F> {
    fn new(job: &'j Job<'a, 'o>, range: Range<usize>, follower: F) -> Self {
        Self {
            text: "",
            offset: 0,
            range,
            guard: Guard::new(&job.options.read),
            follower,
            part: Part::default(),
            open: Vec::new(),
            next: Place::Outside(0),
            spare: Spare::default(),
            index: 0,
            line: 0,
            slots: vec![None; job.plan.slots],
            attributes: None,
            unseen: UNFOLLOWED,
            begins: false,
            found: 0,
            kinds: Vec::new(),
            shared: Shared::new(),
            job,
        }
    }

    fn start_document(&mut self) {
        self.next = Place::Outside(0);
        self.found = self.part.resources.len();
        self.kinds.clear();
    }

    /// Whether the document held items.
    fn end_document(&mut self) -> bool {
        self.part.documents += 1;
        if !self.kinds.is_sorted() {
            // One section after the other, as the reader with a tape has them.
            let found = self.part.resources.split_off(self.found);
            let mut found: Vec<_> =
                std::mem::take(&mut self.kinds).into_iter().zip(found).collect();
            found.sort_by_key(|(kind, _)| *kind);
            self.part.resources.extend(found.into_iter().map(|(_, resource)| resource));
        }
        self.part.resources.len() > self.found
    }

    /// A scalar at `span`.
    #[inline(always)]
    fn scalar(&mut self, span: Range<usize>) -> Result<(), Refused> {
        self.guard.node();
        match self.next {
            Place::Nowhere => Ok(()),
            Place::Inside(node) if node > 0 => {
                self.capture(node, span);
                Ok(())
            }
            // An item, or what should hold the items.
            Place::Outside(on_the_way) if on_the_way < self.job.plan.items.len() => Ok(()),
            Place::Inside(_) | Place::Outside(_) => Err(Refused),
        }
    }

    fn capture(&mut self, node: usize, span: Range<usize>) {
        let plan = self.job.plan;
        let Some(node) = plan.nodes.get(node) else { return };
        let mut tells_type = false;
        for slot in &node.slots {
            tells_type |= plan.type_slots.contains(slot);
            if let Some(slot) = self.slots.get_mut(*slot) {
                *slot = Some(span.clone());
            }
        }
        if tells_type && let Some(text) = self.text.get(span.clone()) {
            self.suppose(mark(text), span.end);
        }
    }

    /// Tells the follower by what the resource may be known, where it is its own field that ends there.
    fn suppose(&mut self, mark: u64, end: usize) {
        let (0, Some(open)) = (self.unseen, self.open.last()) else { return };
        if open.follows
            && let Some(text) = self.text.get(open.start..end)
        {
            self.follower.suppose(mark, text);
        }
    }

    #[inline(always)]
    fn container(&mut self, start: usize, is_map: bool) -> Result<Inside, Refused> {
        if self.next == Place::Nowhere {
            return self.nowhere(start);
        }
        self.guard.open(self.open.len(), is_map)?;
        self.place_container(start, is_map)?;
        Ok(Inside::Shown)
    }

    /// A container to which no path leads.
    fn nowhere(&mut self, start: usize) -> Result<Inside, Refused> {
        let reader = Reader {
            text: self.text,
            guard: &mut self.guard,
            lines: &mut self.part.lines,
            spare: &mut self.spare,
            depth: self.open.len(),
        };
        if self.unseen > 0 { reader.passed(start) } else { reader.shown(start, &mut self.follower) }
    }

    fn place_container(&mut self, start: usize, is_map: bool) -> Result<(), Refused> {
        let plan = self.job.plan;
        let place = match self.next {
            Place::Outside(names) if names == plan.items.len() => {
                if plan.each && is_map {
                    // Every field is selected: rare enough.
                    return Err(Refused);
                }
                if plan.each { Place::Outside(names) } else { Place::Inside(0) }
            }
            place => place,
        };
        let mut follows = false;
        if place == Place::Inside(0) {
            self.start_item(is_map)?;
            follows = plan.attributes.is_none();
        } else if let (Place::Inside(node), Some(slot)) = (place, plan.attributes) {
            follows = plan.nodes.get(node).is_some_and(|node| node.slots.contains(&slot));
        }
        if follows && !is_map {
            return Err(Refused);
        }
        if follows {
            self.follower.begin();
            (self.unseen, self.begins) = (0, true);
        }
        self.open.push(Open { place, is_map, start, follows });
        self.next = if is_map { place } else { Self::element(plan, place) };
        self.show_container(start, is_map);
        Ok(())
    }

    /// The place of the elements of a list.
    fn element(plan: &Plan<'_>, list: Place) -> Place {
        match list {
            // The elements of the list of items are the items.
            Place::Outside(names) if names == plan.items.len() => Place::Inside(0),
            _ => Place::Nowhere,
        }
    }

    /// Shows the follower a container, unless it is inside one that it does not want.
    #[inline(always)]
    fn show_container(&mut self, start: usize, is_map: bool) {
        if self.unseen > 0 {
            self.unseen += 1;
            return;
        }
        let inside = if is_map {
            self.follower.sink().open_map(start)
        } else {
            self.follower.sink().open_list(start)
        };
        if inside != Ok(Inside::Shown) {
            self.unseen = 1;
        }
    }

    fn start_item(&mut self, is_map: bool) -> Result<(), Refused> {
        if !is_map {
            return Err(Refused);
        }
        self.line = self.part.lines + 1;
        self.slots.iter_mut().for_each(|slot| *slot = None);
        self.attributes = None;
        Ok(())
    }

    #[inline(always)]
    fn close_container(&mut self, end: usize, is_map: bool) -> Result<(), Refused> {
        if is_map {
            self.guard.close_map()?;
        }
        if self.unseen > 0 {
            self.unseen -= 1;
        } else {
            let Ok(()) = self.follower.sink().close(end, is_map);
        }
        self.leave(end)
    }

    /// Ends a container to which paths lead.
    fn leave(&mut self, end: usize) -> Result<(), Refused> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        if open.follows {
            self.unseen = UNFOLLOWED;
            self.attributes = Some(open.start..end);
        }
        match open.place {
            Place::Inside(0) => self.end_item()?,
            Place::Inside(node) => self.capture(node, open.start..end),
            Place::Outside(_) if !open.is_map => {
                self.part.listed = true;
                self.index = 0;
            }
            Place::Outside(_) | Place::Nowhere => {}
        }
        // In a list the next element stands where this one stood.
        self.next = match self.open.last() {
            Some(around) if !around.is_map => Self::element(self.job.plan, around.place),
            _ => Place::Nowhere,
        };
        Ok(())
    }

    /// An item has been read: it becomes a resource.
    fn end_item(&mut self) -> Result<(), Refused> {
        let plan = self.job.plan;
        let range = self.attributes.take().ok_or(Refused)?;
        if self.job.options.read.is_stopped() {
            return Err(Refused);
        }
        let found = Found { text: self.text, slots: &self.slots, options: &self.job.options.read };
        let mut kinds = plan.kinds.iter().enumerate().filter(|(_, kind)| found.meets(&kind.when));
        let Some((kind_at, kind)) = kinds.next() else {
            // Nothing of the mapping is for the item.
            self.index += 1;
            return Ok(());
        };
        if kinds.next().is_some() {
            return Err(Refused);
        }
        let texts = &kind.texts;
        let provider = texts.provider.as_ref().and_then(|text| found.of(text));
        let provider = provider.map(|text| self.shared.name(&text));
        let scope = || found.named(&texts.scope);
        let key = ResourceKey {
            provider: provider.unwrap_or_default(),
            type_name: self.shared.name(&found.of(&texts.type_name).ok_or(Refused)?),
            scope: self.shared.scope(scope, &self.job.options.scope),
            id: found.text(&texts.id).ok_or(Refused)?,
        };
        let mut pointer = String::new();
        if plan.each {
            plan.items.iter().for_each(|name| push_token(&mut pointer, name));
            push_token(&mut pointer, &self.index.to_string());
        }
        pointer.push_str(&plan.below);
        let identity = |(kind, value): (&str, Cow<'_, str>)| Identity {
            kind: self.shared.name(kind),
            value: value.into_owned(),
        };
        let attributes = Attributes::in_text(self.text, range.clone(), self.offset);
        let mut resource = Resource::new(key, attributes);
        resource.address = texts.address.as_ref().and_then(|text| found.text(text));
        resource.identities = found.named(&texts.identities).map(identity).collect();
        resource.tags = self.tags(kind.tags)?;
        resource.source = SourceRef {
            file: self.job.file.map(str::to_owned),
            document: self.part.documents,
            pointer,
            line: Some(self.line),
            revision: self.job.options.revision.clone(),
        };
        self.make_room(self.offset + range.end);
        self.follower.finish(&mut resource, self.text, range);
        self.part.resources.push(resource);
        self.kinds.push(kind_at);
        self.index += 1;
        Ok(())
    }

    /// Makes room for what is to come behind `end`, judged by what has come: a list that only doubles is moved, and
    /// fills new memory, once more for all that it holds.
    fn make_room(&mut self, end: usize) {
        let resources = &mut self.part.resources;
        let (read, left) = (end - self.range.start, self.range.end - end);
        let count = resources.len();
        if count == resources.capacity() {
            // Eight times as many at most, should those that came be small.
            let likely = (count.saturating_mul(left) / read.max(1)).min(7 * count);
            resources.reserve(likely + likely / 16);
        }
    }

    fn tags(
        &self,
        slot: Option<usize>,
    ) -> Result<std::collections::BTreeMap<String, String>, Refused> {
        let span = slot.and_then(|slot| self.slots.get(slot)?.clone());
        let text = span.and_then(|span| self.text.get(span));
        let Some(text) = text.filter(|text| *text != "null") else {
            return Ok(Default::default());
        };
        let document = Document::parse_json(text.as_bytes(), &self.job.options.read);
        document.and_then(|document| STRICT.tags(document.root())).map_err(|_| Refused)
    }

    /// The name of the next field.
    #[inline(always)]
    fn name(&mut self, name: Quoted<'_>, hash: Option<u64>) -> Result<(), Refused> {
        self.guard.key(name, hash);
        self.place_field(name)
    }

    /// The place of a field of a container to which paths lead.
    fn place_field(&mut self, name: Quoted<'_>) -> Result<(), Refused> {
        let place = self.open.last().map_or(Place::Nowhere, |open| open.place);
        let around_the_items = match self.open.len() {
            1 => true,
            2 => matches!(place, Place::Outside(_)),
            _ => false,
        };
        if around_the_items && may_concern_pages(name.bytes) && concerns_pages(name.text()) {
            return Err(Refused);
        }
        self.next = match place {
            Place::Nowhere => Place::Nowhere,
            Place::Inside(node) => {
                let fields = self.job.plan.nodes.get(node).map(|node| node.fields.as_slice());
                let mut fields = fields.unwrap_or_default().iter();
                let found = fields.find(|(known, _)| known.is(name));
                found.map_or(Place::Nowhere, |(_, next)| Place::Inside(*next))
            }
            Place::Outside(names) => match self.job.plan.items.get(names) {
                Some(wanted) if wanted.as_bytes() == name.bytes => Place::Outside(names + 1),
                _ => Place::Nowhere,
            },
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests;
