//! What a scanner tells a fold of.

use super::{Fold, Leaf};
use crate::value::scan::{Inside, Quoted, Sink, Taken};
use std::convert::Infallible;
use std::ops::Range;

impl Sink for Fold {
    type Stop = Infallible;

    fn null(&mut self, _: Range<usize>) -> Result<(), Infallible> {
        self.scalar(Leaf::Null);
        Ok(())
    }

    fn bool(&mut self, _: Range<usize>, value: bool) -> Result<(), Infallible> {
        self.scalar(Leaf::Bool(value));
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self, _: Range<usize>, text: &str, _: i64) -> Result<(), Infallible> {
        self.scalar(Leaf::Number(text));
        Ok(())
    }

    #[inline(always)]
    fn string(&mut self, _: Range<usize>, text: Quoted<'_>) -> Result<(), Infallible> {
        self.scalar(Leaf::String(text));
        Ok(())
    }

    #[inline(always)]
    fn key(&mut self, _: Range<usize>, text: Quoted<'_>) -> Result<(), Infallible> {
        self.name(text);
        Ok(())
    }

    #[inline(always)]
    fn fields(&mut self, _: usize, text: &[u8]) -> Taken {
        self.take_fields(text, &mut ())
    }

    #[inline(always)]
    fn items(&mut self, _: usize, text: &[u8]) -> Taken {
        self.take_items(text, &mut ())
    }

    #[inline(always)]
    fn open_list(&mut self, _: usize) -> Result<Inside, Infallible> {
        Ok(if self.open_container(false) { Inside::Shown } else { Inside::Unseen })
    }

    #[inline(always)]
    fn open_map(&mut self, _: usize) -> Result<Inside, Infallible> {
        Ok(if self.open_container(true) { Inside::Shown } else { Inside::Unseen })
    }

    #[inline(always)]
    fn close(&mut self, _: usize, _: bool) -> Result<(), Infallible> {
        self.close_container();
        Ok(())
    }
}
