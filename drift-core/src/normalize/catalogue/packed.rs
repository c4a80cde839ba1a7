//! Texts that are built in deflated, and inflated when they are first asked for.

use super::expansion::malformed;
use crate::error::{Error, Result};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::sync::OnceLock;

/// A text that is built in deflated.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: &'static [u8],
    /// Its length when it is inflated.
    length: usize,
    text: OnceLock<Result<String>>,
}

impl Packed {
    pub(super) const fn new(bytes: &'static [u8], length: usize) -> Self {
        Self { bytes, length, text: OnceLock::new() }
    }

    pub(super) fn text(&self) -> Result<&str> {
        let inflate = || {
            let text = decompress_to_vec_with_limit(self.bytes, self.length).ok();
            let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
            text.ok_or_else(|| malformed("a text that cannot be inflated"))
        };
        self.text.get_or_init(inflate).as_deref().map_err(Error::clone)
    }

    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }
}

/// Types that are packed together, one a line.
#[derive(Debug)]
pub(super) struct Block {
    /// The name of the first type.
    pub(super) first: &'static str,
    pub(super) text: Packed,
}
