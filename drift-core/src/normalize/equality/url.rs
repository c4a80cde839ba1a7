//! `same_url`: one address in the web, by the rules of RFC 3986 that need no look at what is there.
//!
//! Section 6.2.2.1: scheme and host are the same in any case of their letters. Section 6.2.3: an empty
//! path is `/`, and a port that is the scheme's own may be left out.

use super::Scalar;

/// Whether two texts are one URL.
pub(super) fn are_one(one: Scalar<'_>, other: Scalar<'_>) -> bool {
    let url = |scalar| if let Scalar::String(text) = scalar { normal(text) } else { None };
    let normal = url(one);
    normal.is_some() && normal == url(other)
}

fn normal(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let port = match &*scheme {
        "http" | "ws" => ":80",
        "https" | "wss" => ":443",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    // Who asks is written in front of the host, in letters that count.
    let (who, host) = match authority.rsplit_once('@') {
        Some((who, host)) => (format!("{who}@"), host),
        None => (String::new(), authority),
    };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(port).unwrap_or(&host);
    let root = if path.starts_with('/') { "" } else { "/" };
    (!host.is_empty()).then(|| format!("{scheme}://{who}{host}{root}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_one_in_any_spelling() {
        let are = |one, other| are_one(Scalar::String(one), Scalar::String(other));
        for (one, other) in [
            ("https://example.com", "https://Example.com/"),
            ("HTTPS://example.com:443/a", "https://example.com/a"),
            ("http://a@example.com:80?b", "http://a@example.com/?b"),
        ] {
            assert!(are(one, other) && are(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://example.com/a", "https://example.com/a/"),
            ("https://example.com/a", "https://example.com/A"),
            ("http://example.com:443", "http://example.com"),
            ("https://A@example.com", "https://a@example.com"),
            ("https://example.com", "http://example.com"),
            ("ftp://example.com", "ftp://example.com/"),
            ("a", "a"),
            ("https://", "https://"),
        ] {
            assert!(!are(one, other), "{one} {other}");
        }
    }
}
