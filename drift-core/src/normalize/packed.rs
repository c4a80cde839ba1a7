//! What is built in: texts that lie deflated, and are inflated when they are first asked for.

use super::load::{Origin, load_rule};
use super::rule::Rule;
use crate::error::{Code, Error, Result};
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use std::sync::OnceLock;

// What the build script makes of `packs`: constants and bytes, no code.
include!(concat!(env!("OUT_DIR"), "/packs.rs"));

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

/// The rules of a file: what selects them is at hand, the rest lies in a text.
#[derive(Debug)]
pub(super) struct Written {
    /// Changes with what the file says.
    pub(super) version: &'static str,
    pub(super) text: Packed,
    pub(super) heads: &'static [Head],
}

/// What is known of a rule without reading it.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) id: &'static str,
    /// Globs, as a rule's `match` has them.
    pub(super) provider: Option<&'static str>,
    pub(super) type_name: Option<&'static str>,
    /// Whether it says what identifies a resource.
    pub(super) identifies: bool,
    /// Where it starts in its file, and where it stands in the text.
    pub(super) line: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Written {
    pub(super) fn read(&self, head: &Head, origin: Origin<'_>) -> Result<Rule> {
        let text = self.text.text()?.get(head.start..head.end);
        load_rule(text.ok_or_else(|| malformed("a rule that there is not"))?, head.line, origin)
    }
}

/// Types that are packed together, one a line.
#[derive(Debug)]
pub(super) struct Block {
    /// The name of the first type.
    pub(super) first: &'static str,
    pub(super) text: Packed,
}

pub(super) fn malformed(what: &str) -> Error {
    Error::new(Code::Rule, format!("what is built in holds {what}"))
}
