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

#[path = "laws/document.rs"]
mod document;
#[path = "laws/edits.rs"]
mod edits;
#[path = "laws/entropy.rs"]
mod entropy;
#[path = "laws/shapes.rs"]
mod shapes;
#[path = "laws/world.rs"]
mod world;

#[path = "laws/algebra.rs"]
mod algebra;
#[path = "laws/attribution.rs"]
mod attribution;
#[path = "laws/baselines.rs"]
mod baselines;
#[path = "laws/comparison.rs"]
mod comparison;
#[path = "laws/equalities.rs"]
mod equalities;
#[path = "laws/oracle.rs"]
mod oracle;
#[path = "laws/parity.rs"]
mod parity;
#[path = "laws/partition.rs"]
mod partition;
#[path = "laws/policies.rs"]
mod policies;
#[path = "laws/three_way.rs"]
mod three_way;
#[path = "laws/views.rs"]
mod views;
