//! `google_resource`: a resource of Google Cloud by its URL on one side, by its relative name or the end of
//! it on the other.
//!
//! The forms: Google Cloud APIs, Resource names (`//service/relative/name`, and `https://host/version/relative/name`
//! as APIs of one service in several versions write it); Compute Engine API, whose references may be full or
//! partial URLs (`https://www.googleapis.com/compute/v1/projects/p/zones/z`, `projects/p/zones/z`, `zones/z`).
//! A name that leaves its project out is one of the project that the resource is in.

use super::Scalar;

/// What every host of Google's APIs ends with.
const HOSTS: &str = "googleapis.com";
/// What relative names start with that need nothing in front: `roles/x` is a predefined role, which is none of
/// a project's own (IAM, Roles and permissions).
const ROOTS: [&str; 5] = ["projects", "organizations", "folders", "billingAccounts", "roles"];
const MAX_LENGTH: usize = 2048;

/// A relative name: its parts, and whether they are all there.
struct Name<'t> {
    parts: &'t str,
    whole: bool,
}

/// Whether a part of a path says the version of an API: `v1`, `v1beta4`, `beta`, `alpha`.
fn is_version(part: &str) -> bool {
    let numbered = part.strip_prefix('v').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    });
    numbered || matches!(part, "alpha" | "beta")
}

impl<'t> Name<'t> {
    fn of(scalar: Scalar<'t>) -> Option<Self> {
        let Scalar::String(text) = scalar else { return None };
        let is_part = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:~@%+=".contains(&b))
        };
        let behind =
            ["https://", "http://", "//"].iter().find_map(|start| text.strip_prefix(start));
        let (parts, whole) = match behind {
            Some(behind) => {
                let (host, path) = behind.split_once('/')?;
                let own = host.strip_suffix(HOSTS)?;
                if !(own.is_empty() || own.ends_with('.')) {
                    return None;
                }
                (Self::behind_version(path), true)
            }
            None => (text, text.split_once('/').is_some_and(|(root, _)| ROOTS.contains(&root))),
        };
        let fits = text.len() <= MAX_LENGTH && parts.split('/').all(is_part);
        fits.then_some(Self { parts, whole })
    }

    /// The path without the service and the version in front.
    fn behind_version(path: &str) -> &str {
        let Some((first, rest)) = path.split_once('/') else { return path };
        if is_version(first) {
            return rest;
        }
        match rest.split_once('/') {
            Some((second, rest)) if is_version(second) => rest,
            _ => path,
        }
    }

    /// Whether `end` is the name, or the last parts of it.
    fn ends_with(&self, end: &Self) -> bool {
        match self.parts.strip_suffix(end.parts) {
            Some("") => true,
            Some(front) => !end.whole && front.ends_with('/'),
            None => false,
        }
    }
}

/// Whether both name one resource.
pub(super) fn is_same(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Some(desired), Some(actual)) = (Name::of(desired), Name::of(actual)) else { return false };
    match (desired.whole, actual.whole) {
        (true, _) => desired.ends_with(&actual),
        (false, true) => actual.ends_with(&desired),
        (false, false) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_predefined_role_is_no_custom_one() {
        let same = |a, b| is_same(Scalar::String(a), Scalar::String(b));
        assert!(!same("roles/viewer", "projects/p/roles/viewer"));
        assert!(!same("organizations/1/roles/owner", "roles/owner"));
        assert!(same("projects/p/roles/r", "//iam.googleapis.com/projects/p/roles/r"));
    }

    #[test]
    fn a_url_and_the_ends_of_it_are_one_resource() {
        let same = |a, b| {
            let found = is_same(Scalar::String(a), Scalar::String(b));
            assert_eq!(found, is_same(Scalar::String(b), Scalar::String(a)), "{a} {b}");
            found
        };
        let zone = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a";
        for other in [
            "https://www.googleapis.com/compute/beta/projects/p/zones/us-central1-a",
            "https://compute.googleapis.com/compute/v1/projects/p/zones/us-central1-a",
            "//compute.googleapis.com/projects/p/zones/us-central1-a",
            "projects/p/zones/us-central1-a",
            "zones/us-central1-a",
            "us-central1-a",
        ] {
            assert!(same(zone, other), "{other}");
        }
        for other in [
            "https://www.googleapis.com/compute/v1/projects/q/zones/us-central1-a",
            "https://example.com/compute/v1/projects/p/zones/us-central1-a",
            "https://evilgoogleapis.com/compute/v1/projects/p/zones/us-central1-a",
            "projects/q/zones/us-central1-a",
            "regions/us-central1-a",
            "central1-a",
            "us-central1-b",
            "",
            "/us-central1-a",
            "zones/us-central1-A",
        ] {
            assert!(!same(zone, other), "{other}");
        }
        assert!(same("https://container.googleapis.com/v1/projects/p/locations/l/clusters/c", "c"));
        assert!(same(
            "https://sqladmin.googleapis.com/sql/v1beta4/projects/p/instances/i",
            "projects/p/instances/i"
        ));
        assert!(same("https://www.googleapis.com/auth/cloud-platform", "cloud-platform"));
        assert!(same("projects/p", "p"));
        assert!(!same("networks/default", "default"), "neither is whole");
        assert!(!same("projects/a/projects/p", "projects/p"), "both are whole");
        assert!(!is_same(Scalar::Bool(true), Scalar::String("projects/p")));
    }
}
