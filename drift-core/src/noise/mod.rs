//! Over several reports: what rules have done, which rules would hide what keeps coming back, and what a
//! rule would have hidden.

mod preview;
mod suggest;
mod usage;

pub use preview::{Hidden, Preview, Undecidable, preview};
pub use suggest::{NoiseOptions, Suggestion, noise_suggestions};
pub use usage::{RuleHistory, rule_usage};
