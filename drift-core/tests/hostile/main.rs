//! Malformed, hostile and huge input: a typed error within stated limits, or an answer; never a
//! panic, never a stack overflow, never more than linear time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use drift_core::source::ParseOptions;
use drift_core::value::{DuplicateKeys, ReadOptions};
use drift_core::{
    Code, Context, Detail, Detector, Format, Limits, Packs, Partial, Rules, Seed, Snapshot,
    Timestamp, finish,
};
use std::fmt::Write as _;
use std::time::Instant;

mod broken;
mod deep;
mod events;
mod judged;
mod wide;

fn at() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn record(attributes: &str) -> String {
    format!(r#"[{{"type":"t","id":"i","attributes":{attributes}}}]"#)
}

fn rules(text: &str) -> Rules {
    Rules::from_yaml(text).unwrap()
}
