//! The packs: for every rule objects that show what it does, and that without it they come out otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod aws;
mod kubernetes;
mod pairs;
