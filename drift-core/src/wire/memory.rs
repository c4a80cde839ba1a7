//! About how much memory things take: what a collector of garbage is told, which sees of each only a small object
//! of its own language.

use crate::model::{Resource, Snapshot};
use crate::report::{Finding, Report};
use crate::value::Document;
use std::sync::Arc;

/// What stands on the heap beside a resource: its key, identities, tags and the like.
const BESIDE_A_RESOURCE: usize = 512;
/// What stands on the heap beside a finding: its changes and what they mean.
const BESIDE_A_FINDING: usize = 2048;

/// About how many bytes a snapshot takes beside the texts that its caller holds.
///
/// ```
/// # use drift_core::{Format, Snapshot, wire};
/// let snapshot = Snapshot::parse(br#"[{"type": "t", "id": "a", "attributes": {}}]"#, Format::Records)?;
/// assert!(wire::memory(&snapshot) > 500);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn memory(snapshot: &Snapshot<'_>) -> usize {
    let resources = snapshot.resources();
    let documents = resources.iter().filter_map(|resource| resource.attributes.document());
    // Resources of one document stand behind each other.
    let mut last = std::ptr::null();
    let documents = documents.filter(|document| {
        let this = Arc::as_ptr(document);
        std::mem::replace(&mut last, this) != this
    });
    let tape =
        |document: &Arc<Document<'_>>| size_of_val(&*document.nodes) + document.owned.capacity();
    let documents: usize = documents.map(tape).sum();
    documents + resources.len() * (size_of::<Resource<'_>>() + BESIDE_A_RESOURCE)
}

/// About how many bytes a report takes; it is not walked for that.
///
/// ```
/// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp, wire};
/// # let side = Snapshot::parse(b"[]", Format::Records)?;
/// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
/// # let report = Detector::builder().build()?.detect(&side, &side, &Context::at(at));
/// assert!(report.findings.is_empty() && wire::report_memory(&report) > 0);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn report_memory(report: &Report) -> usize {
    let findings = report.findings.len() * (size_of::<Finding>() + BESIDE_A_FINDING);
    size_of::<Report>() + findings
}
