//! `media_type`: a type of media, whose letters are the same in any case (RFC 9110, 8.3.1), with `/` or with
//! `~1` for it, as templates of Amazon API Gateway need it (guide: AWS::ApiGateway::RestApi, BinaryMediaTypes:
//! "slashes must be escaped with ~1").

use super::Scalar;

pub(super) fn canonical(scalar: Scalar<'_>) -> Option<String> {
    let Scalar::String(text) = scalar else { return None };
    let (kind, parameters) = match text.find(';') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let (first, second) = kind.split_once('/').or_else(|| kind.split_once("~1"))?;
    let is_token = |part: &str| {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !part.is_empty() && part.bytes().all(known)
    };
    let (first, second) = (first.trim_start(), second.trim_end());
    let name = || format!("{first}/{second}").to_ascii_lowercase();
    (is_token(first) && is_token(second)).then(|| name() + parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_may_be_escaped() {
        let of = |text| canonical(Scalar::String(text));
        assert_eq!(of("image~1png"), of("image/png"));
        assert_eq!(of("*~1*"), of("*/*"));
        assert_eq!(of("Image/PNG"), of("image/png"));
        assert_eq!(of("text/plain;charset=UTF-8"), of("Text~1plain;charset=UTF-8"));
        assert_ne!(of("text/plain;charset=UTF-8"), of("text/plain;charset=utf-8"));
        assert_ne!(of("image/png"), of("image/jpeg"));
        for text in ["", "image", "/png", "image/", "a/b/c", "a b/c", "é/x"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
