//! The report: plain data, versioned, sorted and redacted.
//!
//! [`Partial`] collects what was found, resource by resource; [`finish`] does all that needs to
//! know every resource and yields the [`Report`].

mod asking;
mod causes;
mod credentials;
pub(crate) mod digest;
mod entry;
mod family;
mod finish;
mod ignore;
mod overlap;
mod owned;
mod part;
mod partial;
mod policy;
mod redact;
mod settled;
mod tagged;
mod types;
mod watched;

pub use crate::classify::Priority;
#[cfg(feature = "rego")]
pub(crate) use digest::of_violation;
pub use entry::Acceptance;
pub(crate) use entry::{Assessor, Sided};
pub(crate) use finish::SCHEMA_VERSION;
pub use finish::finish;
pub(crate) use finish::report;
pub(crate) use owned::Owners;
pub(crate) use part::Part;
pub use partial::Partial;
pub(crate) use partial::VERSION as PARTIAL_VERSION;
pub use policy::{Exempted, PolicyError, PolicySummary, PolicyUsage, PolicyViolation, Side};
pub(crate) use redact::{Masks, clear_tags, shown_tags};
pub(crate) use settled::{Agreed, Settled};
pub use types::{
    Accepted, Change, Destination, Example, ExitStyle, Finding, NotChecked, OwnershipSummary,
    Report, ResourceCounts, ResourceRef, RuleUsage, SharedCause, Sources, Summary, TagViolation,
    Verdict,
};
pub(crate) use watched::is_watched;
