//! `latest`: a declared version that leaves the choice to the service.
//!
//! Services take `LATEST` for the newest version that there is, and answer with that version (Amazon ECS
//! Developer Guide, Fargate platform versions: "the LATEST platform version is resolved when a task is
//! started").

use super::Scalar;

/// Whether `desired` is the newest version, whichever that is, and `actual` the version of something.
pub(super) fn covers(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Scalar::String(desired), Scalar::String(actual)) = (desired, actual) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    desired.eq_ignore_ascii_case("latest") && actual.split('.').all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_may_be_the_latest() {
        let covers = |d, a| covers(Scalar::String(d), Scalar::String(a));
        assert!(covers("LATEST", "1.4.0") && covers("latest", "2"));
        for (desired, actual) in
            [("1.4.0", "LATEST"), ("LATEST", "none"), ("LATEST", "1..2"), ("a", "1")]
        {
            assert!(!covers(desired, actual), "{desired} {actual}");
        }
    }
}
