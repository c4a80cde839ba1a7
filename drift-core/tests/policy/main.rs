//! Policies: what they say, and what stops them.
#![cfg(feature = "rego")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod limits;
mod outcomes;
