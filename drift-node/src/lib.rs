//! The Node binding of [`drift_core`]: arguments in, the core's answers out, and no domain logic.
//!
//! The classes here are the native half of the package `drift-node`, whose TypeScript half in `ts`
//! is what users see. Documents come as buffers and options as JSON text; what the core finds goes
//! back as JSON text. Every call has a form that runs on the thread of the caller and one that
//! runs off the event loop; both do their work on a thread of its own (`worker`).

#![allow(
    unreachable_pub,
    missing_debug_implementations,
    reason = "what Node sees must be public, and only Node sees it"
)]
#![cfg_attr(test, allow(dead_code, reason = "napi exports nothing to a test build"))]

mod baseline;
mod detector;
mod error;
mod events;
mod fleet;
mod policy;
mod report;
mod snapshot;
mod text;
mod tools;
mod worker;
