//! Finds, explains and ranks infrastructure drift: the difference between what infrastructure is
//! declared to be and what runs.

mod line;
pub mod error;
pub mod limits;
pub mod time;
pub mod value;
pub mod path;
pub mod model;
pub mod source;
pub mod normalize;
pub mod events;
pub mod diff;
pub mod classify;
pub mod policy;
pub mod owners;
pub mod tags;
pub mod coverage;
pub mod report;
pub mod baseline;
pub mod noise;
pub mod detector;
pub mod parity;
pub mod readiness;
pub mod render;
pub mod wire;

pub use baseline::Baseline;
pub use detector::{
    Context, Detail, Detector, DetectorBuilder, DiffView, Explanation, ViewOptions,
};
pub use diff::{ChangeKind, Disposition, Status, compare_pair};
pub use error::{Code, Error, Position, Result};
pub use events::{EventFormat, EventOptions, Events};
pub use limits::{Limits, Progress, Stage, Stop};
pub use model::{
    Cell, Coverage, Gap, Identity, Page, Reason, Resource, ResourceKey, Scope, Snapshot,
    SnapshotBuilder,
};
pub use normalize::{Packs, Rules, Severity};
pub use owners::OwnerMap;
pub use parity::{Parity, ParityOptions};
pub use policy::{Enforcement, Policies};
pub use readiness::{Objectives, Readiness};
pub use report::{Acceptance, Change, ExitStyle, Finding, Partial, Report, Verdict, finish};
pub use source::{Format, Mapping, ParseOptions};
pub use tags::TagPolicy;
pub use time::Timestamp;
pub use value::Seed;
pub use wire::{FindingPage, Query};

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeExamples;
