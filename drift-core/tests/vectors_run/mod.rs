//! How the shared vectors are run.

mod baseline;
mod case;
pub(crate) mod detection;
mod expect;
pub(crate) mod noise;
pub(crate) mod parity;
pub(crate) mod readiness;
mod steps;
pub(crate) mod small;

pub(crate) use case::{Case, cases, folders, is_there, words_of_the_schema};
