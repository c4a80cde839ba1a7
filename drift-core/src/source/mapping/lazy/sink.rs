//! What a scanner tells of an item and of what is around it.

use super::Gather;
use crate::source::Follower;
use crate::value::guard::Refused;
use crate::value::recent::mark;
use crate::value::scan::{Inside, Quoted, Sink};
use std::ops::Range;

impl<F: Follower> Sink for Gather<'_, '_, '_, F> {
    type Stop = Refused;

    fn null(&mut self, span: Range<usize>) -> Result<(), Refused> {
        if self.unseen == 0 {
            let Ok(()) = self.follower.sink().null(span.clone());
        }
        self.scalar(span)
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<(), Refused> {
        if self.unseen == 0 {
            let Ok(()) = self.follower.sink().bool(span.clone(), value);
        }
        self.scalar(span)
    }

    #[inline(always)]
    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<(), Refused> {
        self.guard.exponent(exponent)?;
        if self.unseen == 0 {
            let Ok(()) = self.follower.sink().number(span.clone(), text, exponent);
        }
        self.scalar(span)
    }

    #[inline(always)]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Refused> {
        if self.unseen == 0 {
            let Ok(()) = self.follower.sink().string(span.clone(), text);
        }
        self.scalar(span)
    }

    #[inline(always)]
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Refused> {
        if self.unseen > 0 {
            return self.name(text, None);
        }
        let end = span.end;
        let Ok(()) = self.follower.sink().key(span, text);
        let hash = self.follower.name_hash();
        if self.begins {
            self.begins = false;
            self.suppose(!mark(text.text()), end);
        }
        self.name(text, hash)
    }

    #[inline(always)]
    fn open_list(&mut self, start: usize) -> Result<Inside, Refused> {
        self.container(start, false)
    }

    #[inline(always)]
    fn open_map(&mut self, start: usize) -> Result<Inside, Refused> {
        self.container(start, true)
    }

    #[inline(always)]
    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Refused> {
        self.close_container(end, is_map)
    }

    fn line_break(&mut self) {
        self.part.lines += 1;
    }
}
