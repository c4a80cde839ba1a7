//! Onto a tape, while somebody else looks at the same events.

use super::scan::{Inside, Quoted, Sink, Taken};
use super::{Builder, NodeId};
use crate::error::{Error, Result};
use std::convert::Infallible;
use std::ops::Range;

/// Looks on while a document is opened.
///
/// It is shown everything but what it takes by itself. A container that it does not want stands empty on the tape.
pub(crate) trait Beside: Sink<Stop = Infallible> {
    /// The node of what is shown next, or of what is taken first.
    fn at(&mut self, node: NodeId);

    /// As [`Sink::fields`]; `put` is told of each piece, and where it stands in the text, quotes included.
    fn take_fields(&mut self, text: &[u8], put: impl FnMut(Piece, Range<usize>)) -> Taken;

    /// As [`Sink::items`].
    fn take_items(&mut self, text: &[u8], put: impl FnMut(Piece, Range<usize>)) -> Taken;
}

/// What has been taken, as it is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Name,
    String,
    Number,
}

/// Builds a tape, and shows what it is built of.
pub(super) struct Tee<'b, 'a, B> {
    pub(super) builder: Builder<'a>,
    pub(super) beside: &'b mut B,
    /// How many containers are open that do not go onto the tape, but for the outermost.
    pub(super) hollow: usize,
}

impl<'a, B: Beside> Tee<'_, 'a, B> {
    /// Who looks on, in front of a value.
    #[inline(always)]
    fn beside(&mut self) -> &mut B {
        self.beside.at(self.builder.next());
        self.beside
    }

    #[inline(always)]
    fn build(&mut self, put: impl FnOnce(&mut Builder<'a>) -> Result<()>) -> Result<()> {
        if self.hollow > 0 { Ok(()) } else { put(&mut self.builder) }
    }

    fn open(
        &mut self,
        wanted: Inside,
        put: impl FnOnce(&mut Builder<'a>) -> Result<Inside>,
    ) -> Result<Inside> {
        if self.hollow > 0 {
            self.hollow += 1;
        } else {
            put(&mut self.builder)?;
            self.hollow = usize::from(wanted != Inside::Shown);
        }
        Ok(Inside::Shown)
    }
}

impl<B: Beside> Sink for Tee<'_, '_, B> {
    type Stop = Error;

    fn null(&mut self, span: Range<usize>) -> Result<()> {
        let Ok(()) = self.beside().null(span.clone());
        self.build(|builder| builder.null(span))
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<()> {
        let Ok(()) = self.beside().bool(span.clone(), value);
        self.build(|builder| builder.bool(span, value))
    }

    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<()> {
        let Ok(()) = self.beside().number(span.clone(), text, exponent);
        self.build(|builder| Sink::number(builder, span, text, exponent))
    }

    #[inline(always)]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        let Ok(()) = self.beside().string(span.clone(), text);
        self.build(|builder| Sink::string(builder, span, text))
    }

    #[inline(always)]
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<()> {
        let Ok(()) = self.beside.key(span.clone(), text);
        self.build(|builder| Sink::key(builder, span, text))
    }

    #[inline(always)]
    fn fields(&mut self, start: usize, text: &[u8]) -> Taken {
        if self.hollow > 0 {
            return Taken::default();
        }
        self.beside.at(self.builder.next());
        let builder = &mut self.builder;
        self.beside.take_fields(text, |piece, span| builder.piece(start, piece, span))
    }

    #[inline(always)]
    fn items(&mut self, start: usize, text: &[u8]) -> Taken {
        if self.hollow > 0 {
            return Taken::default();
        }
        self.beside.at(self.builder.next());
        let builder = &mut self.builder;
        self.beside.take_items(text, |piece, span| builder.piece(start, piece, span))
    }

    fn open_list(&mut self, start: usize) -> Result<Inside> {
        let Ok(wanted) = self.beside().open_list(start);
        self.open(wanted, |builder| Sink::open_list(builder, start))
    }

    fn open_map(&mut self, start: usize) -> Result<Inside> {
        let Ok(wanted) = self.beside().open_map(start);
        self.open(wanted, |builder| Sink::open_map(builder, start))
    }

    fn close(&mut self, end: usize, is_map: bool) -> Result<()> {
        let Ok(()) = self.beside.close(end, is_map);
        self.hollow = self.hollow.saturating_sub(1);
        self.build(|builder| Sink::close(builder, end, is_map))
    }
}
