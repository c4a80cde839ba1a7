//! Laws that hold for any documents, rules and edits.
//!
//! All generators draw from one run of random choices, so that a failing case shrinks to the
//! fewest and smallest of them. `PROPTEST_CASES` raises the number of cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

mod document;
mod edits;
mod entropy;
mod shapes;
mod world;

mod algebra;
mod attribution;
mod baselines;
mod comparison;
mod equalities;
mod oracle;
mod parity;
mod partition;
mod policies;
mod three_way;
mod views;
