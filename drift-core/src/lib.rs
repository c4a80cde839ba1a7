//! Finds, explains and ranks infrastructure drift: the difference between what infrastructure is
//! declared to be and what runs.

pub mod error;
pub mod limits;
pub mod model;
pub mod path;
pub mod time;
pub mod value;

pub use error::{Code, Error, Position, Result};
pub use limits::Limits;
pub use model::{
    Cell, Coverage, Gap, Identity, Reason, Resource, ResourceKey, Scope, Snapshot, SnapshotBuilder,
};
pub use time::Timestamp;
