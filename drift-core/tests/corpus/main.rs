//! The engine against public documents and the published cases of other tools.
//!
//! They are one test crate, as each crate links the whole engine once more. Where `../shared/corpus`
//! is absent, each test that reads it says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

#[path = "../common/mod.rs"]
mod common;

mod attribution;
mod aws;
mod cloudformation;
mod clouds;
mod drift;
mod equalities;
mod kubectl;
mod kubernetes;
mod layers;
mod manifests;
mod plans;
mod properties;
mod pulumi;
mod suite_json;
mod suite_yaml;
mod terraform;
