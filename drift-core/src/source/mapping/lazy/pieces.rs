//! A text in pieces of whole lines: for threads, and for one thread's caches.

use crate::value::scan::block::line_break;
use std::ops::Range;

/// Whole lines, a few at a time: what has been checked to be UTF-8 is still close at hand when it is
/// scanned.
pub(super) struct Pieces<'b> {
    bytes: &'b [u8],
    rest: Range<usize>,
}

impl<'b> Pieces<'b> {
    pub(super) fn of(bytes: &'b [u8], range: Range<usize>) -> Self {
        Self { bytes, rest: range }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        /// Well below what the caches of a core hold.
        const LENGTH: usize = 1 << 17;
        let start = self.rest.start;
        if self.rest.is_empty() {
            return None;
        }
        self.rest.start = next_line(self.bytes, start + LENGTH..self.rest.end);
        Some(start..self.rest.start)
    }
}

/// Ranges of whole lines, about equally long.
pub(super) fn cut(bytes: &[u8], range: Range<usize>, threads: usize) -> Vec<Range<usize>> {
    /// Less is not worth a thread.
    const LEAST: usize = 1 << 18;
    let count = threads.min(range.len() / LEAST).max(1);
    let mut ranges = Vec::with_capacity(count);
    let mut start = range.start;
    for index in 1..count {
        let aim = range.start + range.len() / count * index;
        let end = next_line(bytes, aim.max(start)..range.end);
        if end == range.end {
            break;
        }
        ranges.push(start..end);
        start = end;
    }
    ranges.push(start..range.end);
    ranges
}

/// Where a line starts in the range, or its end where that is far off.
fn next_line(bytes: &[u8], range: Range<usize>) -> usize {
    /// In documents with longer lines one is mostly all there is.
    const LONGEST: usize = 1 << 20;
    let near = range.start.saturating_add(LONGEST).min(range.end);
    let line = bytes.get(range.start..near).and_then(line_break);
    line.map_or(range.end, |line| range.start + line + 1)
}
