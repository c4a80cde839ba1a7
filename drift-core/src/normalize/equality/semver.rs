//! `semver`: a version by semver.org (2.0.0).
//!
//! Build metadata does not count (item 10), nor does a `v` in front (FAQ: is "v1.2.3" a semantic
//! version?).

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (version, build) = text.split_once('+').unwrap_or((text, "0"));
    let (core, early) = version.split_once('-').unwrap_or((version, "a"));
    let numbers: Vec<&str> = core.split('.').collect();
    let whole = numbers.len() == 3 && numbers.into_iter().all(is_number);
    let named = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        !part.is_empty() && plain
    };
    let early = early.split('.').all(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        named(part) && (!digits || is_number(part))
    });
    (whole && early && build.split('.').all(named)).then(|| version.to_owned())
}

fn is_number(part: &str) -> bool {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits && (part == "0" || !part.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_and_prefixes_do_not_count() {
        let of = |text| canonical(Scalar::String(text));
        for text in ["v1.2.3", "V1.2.3", "1.2.3+build.5", "1.2.3+0a"] {
            assert_eq!(of(text), of("1.2.3"), "{text}");
        }
        assert!(of("1.2.3").is_some());
        assert_eq!(of("1.0.0-rc.1+x"), of("v1.0.0-rc.1"));
        assert_ne!(of("1.2.3-rc.1"), of("1.2.3"));
        assert_ne!(of("1.2.3-RC"), of("1.2.3-rc"));
        assert_ne!(of("1.2.3"), of("1.2.30"));
        for text in [
            "",
            "1",
            "1.2",
            "1.2.3.4",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3+",
            "1.2.x",
            "vv1.2.3",
            " 1.2.3",
            "1.2.3-a..b",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
