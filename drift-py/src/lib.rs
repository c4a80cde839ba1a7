//! The Python binding of [`drift_core`]: arguments in, the core's answers out, and no domain logic.
//!
//! The classes here are the native half of the package `drift_py`, whose Python half in
//! `python/drift_py` is what users see. Documents and options come as Python objects or bytes and
//! reach the core as JSON text; what the core finds goes back as JSON text. All work is done
//! without the GIL, on a thread of its own (`worker`).

mod baseline;
mod convert;
mod detector;
mod error;
mod events;
mod fault;
mod fleet;
mod policy;
mod quote;
mod rows;
mod snapshot;
mod tools;
mod worker;

use pyo3::prelude::*;

/// The native half of the package `drift_py`.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::baseline::{Baseline, noise_suggestions, preview, rule_usage};
    #[pymodule_export]
    use super::detector::{Detector, Partial, Question, Report, Rules, finish};
    #[pymodule_export]
    use super::events::Events;
    #[pymodule_export]
    use super::fleet::{Parity, Readiness, compare_many, doctor};
    #[pymodule_export]
    use super::policy::{Policies, dry_run, policy_files, test_policies};
    #[pymodule_export]
    use super::snapshot::{Builder, Snapshot};
    #[cfg(feature = "testing")]
    #[pymodule_export]
    use super::tools::panic_for_test;
    #[pymodule_export]
    use super::tools::{
        canonical, catalogue_json, formats_json, is_readable, parse_path, select, to_json, version,
    };
}
