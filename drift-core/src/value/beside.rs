//! Onto a tape, while somebody else looks at the same events.

use super::scan::{Quoted, Sink};
use super::{Builder, NodeId};
use crate::error::{Error, Result};
use std::convert::Infallible;
use std::ops::Range;

/// Looks on while a document is opened.
///
/// It is shown everything: what it answers at the start of a container counts for itself alone.
pub(crate) trait Beside: Sink<Stop = Infallible> {
    /// The node of the value that is shown next.
    fn at(&mut self, node: NodeId);
}

/// Builds a tape, and shows what it is built of.
pub(super) struct Tee<'b, 'a, B> {
    pub(super) builder: Builder<'a>,
    pub(super) beside: &'b mut B,
}

impl<B: Beside> Tee<'_, '_, B> {
    #[inline(always)]
    fn beside(&mut self) -> &mut B {
        self.beside.at(self.builder.next());
        self.beside
    }
}

impl<B: Beside> Sink for Tee<'_, '_, B> {
    type Stop = Error;

    fn null(&mut self, span: Range<usize>) -> Result<()> {
        let Ok(()) = self.beside().null(span.clone());
        self.builder.null(span)
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<()> {
        let Ok(()) = self.beside().bool(span.clone(), value);
        self.builder.bool(span, value)
    }

    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<()> {
        let Ok(()) = self.beside().number(span.clone(), text, exponent);
        Sink::number(&mut self.builder, span, text, exponent)
    }

    #[inline(always)]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        let Ok(()) = self.beside().string(span.clone(), text);
        Sink::string(&mut self.builder, span, text)
    }

    #[inline(always)]
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        let Ok(()) = self.beside.key(span.clone(), text);
        Sink::key(&mut self.builder, span, text)
    }

    fn open_list(&mut self, start: usize) -> Result<bool> {
        let Ok(_) = self.beside().open_list(start);
        Sink::open_list(&mut self.builder, start)
    }

    fn open_map(&mut self, start: usize) -> Result<bool> {
        let Ok(_) = self.beside().open_map(start);
        Sink::open_map(&mut self.builder, start)
    }

    fn close(&mut self, end: usize, is_map: bool) -> Result<()> {
        let Ok(()) = self.beside.close(end, is_map);
        Sink::close(&mut self.builder, end, is_map)
    }
}
