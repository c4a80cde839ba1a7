//! Texts that are built in deflated, and inflated when they are first asked for.

use super::expansion::malformed;
use crate::error::{Error, Result};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::sync::OnceLock;

/// The most that a text comes to.
const MOST: usize = 1 << 20;

/// A text that is built in deflated.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: &'static [u8],
    text: OnceLock<Result<String>>,
}

impl Packed {
    pub(super) const fn new(bytes: &'static [u8]) -> Self {
        Self { bytes, text: OnceLock::new() }
    }

    pub(super) fn text(&self) -> Result<&str> {
        let inflate = || {
            let text = decompress_to_vec_with_limit(self.bytes, MOST).ok();
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            text.ok_or_else(|| malformed("a text that cannot be inflated"))
        };
        self.text.get_or_init(inflate).as_deref().map_err(Error::clone)
    }
}

/// Types that are packed together, one a line.
#[derive(Debug)]
pub(super) struct Block {
    /// The name of the first type.
    pub(super) first: &'static str,
    pub(super) text: Packed,
}

/// The blocks that an index tells of: the first type and how many bytes, a line each.
pub(super) fn blocks(index: &'static str, bytes: &'static [u8]) -> Vec<Block> {
    let mut start = 0;
    let block = |line: &'static str| {
        let mut parts = line.split(' ');
        let (first, size) = (parts.next()?, parts.next()?.parse::<usize>().ok()?);
        let bytes = bytes.get(start..)?.get(..size)?;
        start += size;
        Some(Block { first, text: Packed::new(bytes) })
    };
    index.lines().filter_map(block).collect()
}
