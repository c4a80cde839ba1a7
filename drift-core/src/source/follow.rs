//! Who looks on while resources are read.

use crate::model::Resource;
use crate::value::scan::{Inside, Quoted, Sink};
use std::convert::Infallible;
use std::ops::Range;

type Nothing = Result<(), Infallible>;

/// Looks on while resources are read, and may note down what it has seen.
///
/// Between [`Follower::begin`] and [`Follower::finish`] its sink is shown the attributes of one
/// resource, from a text that may still turn out to be wrong further on.
pub(crate) trait Follower {
    /// What is shown the attributes.
    type Sink: Sink<Stop = Infallible>;

    fn sink(&mut self) -> &mut Self::Sink;

    fn begin(&mut self);

    /// A hash of the field name that the sink was shown last, if one has been taken.
    #[inline(always)]
    fn name_hash(&self) -> Option<u64> {
        None
    }

    /// Whether [`Follower::has_twice`] tells of the field name that the sink was shown last.
    #[inline(always)]
    fn has_noted(&self) -> bool {
        false
    }

    /// Whether a name that the sink has noted, or taken by itself, stands twice in one map: see [`Sink::fields`].
    #[inline(always)]
    fn has_twice(&self) -> bool {
        false
    }

    /// Something that resources of one kind have in common has been read, and this of the attributes so far: who
    /// looks on may know by it what comes.
    fn suppose(&mut self, _mark: u64, _text: &str) {}

    /// The resource, and where its attributes stand in the text.
    fn finish(&mut self, resource: &mut Resource<'_>, text: &str, range: Range<usize>);
}

/// Nobody looks on.
pub(super) struct Nobody;

impl Follower for Nobody {
    type Sink = Self;

    fn sink(&mut self) -> &mut Self {
        self
    }

    fn begin(&mut self) {}

    fn finish(&mut self, _: &mut Resource<'_>, _: &str, _: Range<usize>) {}
}

impl Sink for Nobody {
    type Stop = Infallible;

    fn null(&mut self, _: Range<usize>) -> Nothing {
        Ok(())
    }

    fn bool(&mut self, _: Range<usize>, _: bool) -> Nothing {
        Ok(())
    }

    fn number(&mut self, _: Range<usize>, _: &str, _: i64) -> Nothing {
        Ok(())
    }

    fn string(&mut self, _: Range<usize>, _: Quoted<'_>) -> Nothing {
        Ok(())
    }

    fn key(&mut self, _: Range<usize>, _: Quoted<'_>) -> Nothing {
        Ok(())
    }

    fn open_list(&mut self, _: usize) -> Result<Inside, Infallible> {
        Ok(Inside::Unseen)
    }

    fn open_map(&mut self, _: usize) -> Result<Inside, Infallible> {
        Ok(Inside::Unseen)
    }

    fn close(&mut self, _: usize, _: bool) -> Nothing {
        Ok(())
    }
}
