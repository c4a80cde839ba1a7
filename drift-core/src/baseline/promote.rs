//! Accepts what a person has looked at in a report.

use super::{Baseline, Promoted};
use crate::diff::{Disposition, Status};
use crate::error::{Code, Error, Result};
use crate::report::{Acceptance, Change, Finding, Report, ResourceRef, digest};
use crate::time::Timestamp;

/// Who accepts, why, and until when.
#[derive(Clone, Copy, Debug)]
pub struct Promotion<'p> {
    /// Who.
    pub by: &'p str,
    /// Why.
    pub reason: &'p str,
    /// Until when; for ever where nobody says.
    pub expires: Option<Timestamp>,
}

impl Baseline {
    /// The same baseline with acceptances of what `fingerprints` name in `report`: changes, or findings,
    /// which stand for all their changes or for the resource as a whole.
    ///
    /// Each is bound to the very change: while its fingerprint and its values are these and the
    /// acceptance has not expired, later reports say `accepted`. Differences that are drift, conflicts,
    /// undeclared or accepted already can be accepted.
    ///
    /// # Errors
    /// `DRIFT_OPTION` without a name or a reason, for an expiry that has passed when the report was made,
    /// for what cannot be accepted, and for a change of a secret of which the report has no digest
    /// because its detector had no `digest_key`; `DRIFT_ADDRESS` for a fingerprint that is not in the
    /// report.
    ///
    /// ```
    /// use drift_core::baseline::Promotion;
    /// use drift_core::{Context, Detector, Format, Snapshot};
    /// let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
    /// let desired = read(r#"[{"type": "t", "id": "a", "attributes": {"size": 1}}]"#)?;
    /// let actual = read(r#"[{"type": "t", "id": "a", "attributes": {"size": 2}}]"#)?;
    /// let detector = Detector::builder().build()?;
    /// let at = "2026-01-01T00:00:00Z".parse()?;
    /// let baseline = detector.baseline(&actual, Some(&desired), at)?;
    /// let report = detector.detect(&desired, &actual, &Context::at(at).with_baseline(&baseline));
    /// assert_eq!(report.verdict.as_str(), "drifted");
    ///
    /// let who = Promotion { by: "ada", reason: "until the sale is over", expires: None };
    /// let baseline = baseline.promote(&report, [&report.findings[0].fingerprint], &who)?;
    /// let report = detector.detect(&desired, &actual, &Context::at(at).with_baseline(&baseline));
    /// assert_eq!(report.verdict.as_str(), "in_sync");
    /// assert_eq!(report.suppressed[0].accepted.as_ref().unwrap().by, "ada");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn promote(
        &self,
        report: &Report,
        fingerprints: impl IntoIterator<Item = impl AsRef<str>>,
        promotion: &Promotion<'_>,
    ) -> Result<Self> {
        for (name, text) in [("by", promotion.by), ("reason", promotion.reason)] {
            if text.trim().is_empty() {
                let message =
                    format!("expected `{name}`: nothing is accepted by nobody, or for no reason");
                return Err(Error::new(Code::Option, message));
            }
        }
        if promotion.expires.is_some_and(|expires| expires < report.detected_at) {
            let message = "`expires` had passed when the report was made";
            return Err(Error::new(Code::Option, message));
        }
        let mut baseline = self.clone();
        for fingerprint in fingerprints {
            for promoted in chosen(report, fingerprint.as_ref(), promotion)? {
                baseline.accept(promoted);
            }
        }
        Ok(baseline.sorted())
    }
}

/// The acceptances for one fingerprint.
fn chosen(report: &Report, fingerprint: &str, promotion: &Promotion<'_>) -> Result<Vec<Promoted>> {
    let mut found = Vec::new();
    for finding in &report.findings {
        let is_drifted = finding.status == Status::Drifted;
        let all = finding.fingerprint == fingerprint;
        let mut changes = finding.changes.iter();
        if !is_drifted && (all || changes.any(|change| change.fingerprint == fingerprint)) {
            found.push(of_whole(finding, promotion)?);
        } else {
            let named = finding.changes.iter();
            let named = named.filter(|change| all || change.fingerprint == fingerprint);
            for change in named {
                found.push(of_change(change, &finding.resource, promotion)?);
            }
        }
    }
    let lists = [&report.pending, &report.undeclared, &report.suppressed, &report.unknown];
    for change in lists.into_iter().flatten().filter(|one| one.fingerprint == fingerprint) {
        let Some(resource) = &change.resource else { continue };
        // The acceptance of a resource as a whole is found by its own fingerprint.
        if change.path.is_empty() && change.disposition == Disposition::Accepted {
            found.extend(again(change, resource, promotion)?);
        } else {
            found.push(of_change(change, resource, promotion)?);
        }
    }
    if found.is_empty() {
        let message = "the fingerprint names nothing in the report";
        return Err(Error::new(Code::Address, message)
            .with_help("take `fingerprint` of a finding or a change of this very report"));
    }
    Ok(found)
}

fn promoted(
    resource: &ResourceRef,
    path: &str,
    fingerprint: &str,
    digest: String,
    promotion: &Promotion<'_>,
) -> Promoted {
    Promoted {
        acceptance: Acceptance {
            fingerprint: fingerprint.to_owned(),
            digest,
            by: promotion.by.to_owned(),
            reason: promotion.reason.to_owned(),
            expires: promotion.expires,
        },
        resource: resource.key().to_string(),
        path: path.to_owned(),
    }
}

fn of_whole(finding: &Finding, promotion: &Promotion<'_>) -> Result<Promoted> {
    let digest = standing(finding.digest.as_ref(), &finding.resource)?;
    Ok(promoted(&finding.resource, "", &finding.fingerprint, digest, promotion))
}

/// What binds an acceptance to how the resource stands.
fn standing(digest: Option<&String>, resource: &ResourceRef) -> Result<String> {
    digest.cloned().ok_or_else(|| {
        let message =
            "the report has no `digest` that an acceptance of the resource could be bound to";
        let error = Error::new(Code::Option, message).on_resource(resource.key().to_string());
        error.with_help("detect with the baseline as `reference`, and promote from that report")
    })
}

/// A resource that is accepted as a whole, accepted anew.
fn again(
    change: &Change,
    resource: &ResourceRef,
    promotion: &Promotion<'_>,
) -> Result<Option<Promoted>> {
    let Some(status) = change.status else { return Ok(None) };
    let fingerprint = digest::of_finding(&resource.key(), status.as_str());
    let digest = standing(change.digest.as_ref(), resource)?;
    Ok(Some(promoted(resource, "", &fingerprint, digest, promotion)))
}

fn of_change(
    change: &Change,
    resource: &ResourceRef,
    promotion: &Promotion<'_>,
) -> Result<Promoted> {
    let place = |error: Error| error.on_resource(resource.key().to_string()).on_path(&*change.path);
    let may_be = matches!(
        change.disposition,
        Disposition::Drift
            | Disposition::Conflict
            | Disposition::Undeclared
            | Disposition::Accepted
    );
    if !may_be {
        let message =
            format!("a difference that is `{}` cannot be accepted", change.disposition.as_str());
        let help = "what is drift, a conflict, undeclared or accepted already can";
        return Err(place(Error::new(Code::Option, message).with_help(help)));
    }
    let Some(digest) = &change.digest else {
        let message = "a secret is involved, and the report has no digest that an acceptance could be \
            bound to (`no_key`)";
        let help = "make the report with a detector that has a `digest_key`";
        return Err(place(Error::new(Code::Option, message).with_help(help)));
    };
    Ok(promoted(resource, &change.path, &change.fingerprint, digest.clone(), promotion))
}
