//! Containers to which no path of a mapping leads: they are counted, and shown to who looks on.

use crate::source::Follower;
use crate::value::guard::{Guard, Refused};
use crate::value::scan::{Inside, Quoted, Scanner, Sink, Taken, Tools};
use std::convert::Infallible;
use std::ops::Range;

/// What scanners inside scanners use again.
#[derive(Default)]
pub(super) struct Spare {
    below: Tools,
    passed: Tools,
}

/// What reads a container by itself.
pub(super) struct Reader<'r, 'o, 't> {
    pub(super) text: &'t str,
    pub(super) guard: &'r mut Guard<'o>,
    pub(super) lines: &'r mut usize,
    pub(super) spare: &'r mut Spare,
    /// How many containers are open around it.
    pub(super) depth: usize,
}

impl Reader<'_, '_, '_> {
    /// Reads the container at `start`, and says where it ends.
    pub(super) fn shown(
        self,
        start: usize,
        follower: &mut impl Follower,
    ) -> Result<Inside, Refused> {
        let Self { text, guard, lines, spare: Spare { below, passed }, depth } = self;
        let mut sink = Below { text, guard, lines, passed, depth, follower };
        read(&mut sink, below, text, start)
    }

    /// As [`Reader::shown`], to nobody.
    pub(super) fn passed(self, start: usize) -> Result<Inside, Refused> {
        let Self { text, guard, lines, spare, depth } = self;
        read(&mut Passed { guard, lines, depth }, &mut spare.passed, text, start)
    }
}

fn read<S: Sink>(
    sink: &mut S,
    tools: &mut Tools,
    text: &str,
    start: usize,
) -> Result<Inside, Refused> {
    let mut scanner = Scanner::with(std::mem::take(tools), text, start..text.len());
    scanner.value(sink).map_err(|_| Refused)?;
    let (end, used) = scanner.leave();
    *tools = used;
    Ok(Inside::Read(end))
}

/// A container that is shown.
struct Below<'r, 'o, 't, F> {
    text: &'t str,
    guard: &'r mut Guard<'o>,
    lines: &'r mut usize,
    passed: &'r mut Tools,
    depth: usize,
    follower: &'r mut F,
}

impl<F: Follower> Below<'_, '_, '_, F> {
    #[inline(always)]
    fn open(
        &mut self,
        start: usize,
        is_map: bool,
        inside: Result<Inside, Infallible>,
    ) -> Result<Inside, Refused> {
        let Ok(inside) = inside;
        if inside == Inside::Shown {
            self.guard.open(self.depth, is_map)?;
            self.depth = self.depth.wrapping_add(1);
            return Ok(inside);
        }
        self.pass(start)
    }

    #[inline(never)]
    fn pass(&mut self, start: usize) -> Result<Inside, Refused> {
        let mut sink = Passed { guard: self.guard, lines: self.lines, depth: self.depth };
        read(&mut sink, self.passed, self.text, start)
    }
}

impl<F: Follower> Sink for Below<'_, '_, '_, F> {
    type Stop = Refused;

    fn null(&mut self, span: Range<usize>) -> Result<(), Refused> {
        self.guard.node();
        let Ok(()) = self.follower.sink().null(span);
        Ok(())
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<(), Refused> {
        self.guard.node();
        let Ok(()) = self.follower.sink().bool(span, value);
        Ok(())
    }

    #[inline(always)]
    fn number(&mut self, span: Range<usize>, text: &str, exponent: i64) -> Result<(), Refused> {
        self.guard.exponent(exponent)?;
        self.guard.node();
        let Ok(()) = self.follower.sink().number(span, text, exponent);
        Ok(())
    }

    #[inline(always)]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Refused> {
        self.guard.node();
        let Ok(()) = self.follower.sink().string(span, text);
        Ok(())
    }

    #[inline(always)]
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Refused> {
        let Ok(()) = self.follower.sink().key(span, text);
        if self.follower.has_noted() {
            self.guard.node();
        } else {
            self.guard.key(text, self.follower.name_hash());
        }
        Ok(())
    }

    #[inline(always)]
    fn fields(&mut self, start: usize, text: &[u8]) -> Taken {
        if !self.guard.has_room(self.depth, Taken::DEEPEST) {
            return Taken::default();
        }
        let taken = self.follower.sink().fields(start, text);
        let own = taken.values.wrapping_mul(2).wrapping_add(usize::from(taken.name));
        self.guard.add(own.wrapping_add(taken.inside));
        *self.lines += taken.lines;
        taken
    }

    #[inline(always)]
    fn items(&mut self, start: usize, text: &[u8]) -> Taken {
        if !self.guard.has_room(self.depth, Taken::DEEPEST) {
            return Taken::default();
        }
        let taken = self.follower.sink().items(start, text);
        self.guard.add(taken.values.wrapping_add(taken.inside));
        *self.lines += taken.lines;
        taken
    }

    #[inline(always)]
    fn open_list(&mut self, start: usize) -> Result<Inside, Refused> {
        let inside = self.follower.sink().open_list(start);
        self.open(start, false, inside)
    }

    #[inline(always)]
    fn open_map(&mut self, start: usize) -> Result<Inside, Refused> {
        let inside = self.follower.sink().open_map(start);
        self.open(start, true, inside)
    }

    #[inline(always)]
    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Refused> {
        self.depth = self.depth.wrapping_sub(1);
        if is_map {
            self.guard.close_map()?;
            if self.follower.has_twice() {
                return Err(Refused);
            }
        }
        let Ok(()) = self.follower.sink().close(end, is_map);
        Ok(())
    }

    fn line_break(&mut self) {
        *self.lines += 1;
    }
}

/// A container that nobody looks at: it is held against the limits alone.
struct Passed<'r, 'o> {
    guard: &'r mut Guard<'o>,
    lines: &'r mut usize,
    depth: usize,
}

impl Passed<'_, '_> {
    #[inline(always)]
    fn open(&mut self, is_map: bool) -> Result<Inside, Refused> {
        self.guard.open(self.depth, is_map)?;
        self.depth = self.depth.wrapping_add(1);
        Ok(Inside::Shown)
    }
}

impl Sink for Passed<'_, '_> {
    type Stop = Refused;

    fn null(&mut self, _: Range<usize>) -> Result<(), Refused> {
        self.guard.node();
        Ok(())
    }

    fn bool(&mut self, _: Range<usize>, _: bool) -> Result<(), Refused> {
        self.guard.node();
        Ok(())
    }

    fn number(&mut self, _: Range<usize>, _: &str, exponent: i64) -> Result<(), Refused> {
        self.guard.node();
        self.guard.exponent(exponent)
    }

    fn string(&mut self, _: Range<usize>, _: Quoted<'_>) -> Result<(), Refused> {
        self.guard.node();
        Ok(())
    }

    #[inline(always)]
    fn key(&mut self, _: Range<usize>, text: Quoted<'_>) -> Result<(), Refused> {
        self.guard.key(text, None);
        Ok(())
    }

    #[inline(always)]
    fn open_list(&mut self, _: usize) -> Result<Inside, Refused> {
        self.open(false)
    }

    #[inline(always)]
    fn open_map(&mut self, _: usize) -> Result<Inside, Refused> {
        self.open(true)
    }

    #[inline(always)]
    fn close(&mut self, _: usize, is_map: bool) -> Result<(), Refused> {
        self.depth = self.depth.wrapping_sub(1);
        if is_map { self.guard.close_map() } else { Ok(()) }
    }

    fn line_break(&mut self) {
        *self.lines += 1;
    }
}
