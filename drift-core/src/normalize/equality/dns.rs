//! `dns_name`: a name in the DNS, whose letters are the same in any case (RFC 4343), with the dot of the
//! root behind it or not (RFC 1034, 3.1: a trailing dot makes a name absolute).

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let name = text.strip_suffix('.').unwrap_or(text);
    let labels = || name.split('.').all(|label| !label.is_empty() && label.len() <= 63);
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*\\".contains(&byte);
    (labels() && name.bytes().all(known)).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_with_a_dot_or_not() {
        let dns = |text| canonical(Scalar::String(text));
        assert_eq!(dns("Shop.Example.com."), dns("shop.example.com"));
        assert_ne!(dns("shop.example.com"), dns("example.com"));
        for other in ["", ".", "a..b", "a b", "a.b..", "https://a.b"] {
            assert_eq!(dns(other), None, "{other}");
        }
    }
}
