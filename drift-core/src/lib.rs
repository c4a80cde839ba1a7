//! Finds, explains and ranks infrastructure drift: the difference between what infrastructure is
//! declared to be and what runs.

pub mod error;
pub mod limits;
pub mod time;
pub mod value;

pub use error::{Code, Error, Position, Result};
pub use limits::Limits;
pub use time::Timestamp;
