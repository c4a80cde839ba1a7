//! Texts read as what they say: numbers, truths, documents, parts of a URL; maps of tags as lists.

use super::projection::{Cast, Content, UrlPart};
use crate::value::{Document, Kind, Number, ReadOptions, Tree, Value};

/// The value as the kind that is asked for; as it is where it says nothing of that kind.
pub(super) fn cast(to: Cast, value: Value<'_>) -> Content {
    let text = value.as_str();
    let made = match to {
        Cast::Number => text.filter(|text| is_number(text)).map(|text| Tree::Number(text.into())),
        Cast::Boolean => text.and_then(truth).map(Tree::Bool),
        Cast::Json => text.and_then(|text| document(text).or_else(|| document(&decoded(text)?))),
        Cast::JsonText => match (value.kind(), text) {
            (Kind::Map | Kind::List, _) => Some(Tree::String(Tree::of(value).to_string())),
            (_, Some(text)) => decoded(text).map(Tree::String),
            _ => None,
        },
        Cast::TagList => tag_list(value),
        Cast::Url(part) => text.and_then(|text| url(part, text)),
    };
    made.map_or(Content::Copy(value.id()), Content::Const)
}

/// `{a: b}` as `[{Key: a, Value: b}]`.
fn tag_list(map: Value<'_>) -> Option<Tree> {
    let tag = |(key, value): (&str, Value<'_>)| {
        let fields = [("Key", Tree::String(key.to_owned())), ("Value", Tree::of(value))];
        Tree::Map(fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect())
    };
    (map.kind() == Kind::Map).then(|| Tree::List(map.fields().map(tag).collect()))
}

/// A part of `scheme://host:port/path` (RFC 3986); the port of a scheme of the web is known.
fn url(part: UrlPart, text: &str) -> Option<Tree> {
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| !scheme.is_empty())?;
    let (authority, path) = match rest.find('/') {
        Some(at) => (rest.get(..at)?, rest.get(at..)),
        None => (rest, None),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.parse::<u16>().is_ok() => (host, port.parse::<u16>().ok()),
        _ => (authority, None),
    };
    if host.is_empty() {
        return None;
    }
    let known = match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    let string = |text: &str| Tree::String(text.to_owned());
    Some(match part {
        UrlPart::Scheme => string(scheme),
        UrlPart::Host => string(host),
        UrlPart::Port => port.or(known).map_or(Tree::Null, |port| Tree::Number(port.to_string())),
        UrlPart::Path => path.map_or(Tree::Null, string),
    })
}

fn is_number(text: &str) -> bool {
    let json = Document::parse_json(text.as_bytes(), &ReadOptions::default());
    json.is_ok_and(|json| json.root().kind() == Kind::Number) && Number::parse(text).is_some()
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn document(text: &str) -> Option<Tree> {
    let json = Document::parse_json(text.as_bytes(), &ReadOptions::default()).ok()?;
    Some(Tree::of(json.root()))
}

/// The JSON text that a percent-encoded one stands for (RFC 3986), or one whose quotes are escaped as
/// within a string of JSON; none where it is no such text.
fn decoded(text: &str) -> Option<String> {
    if text.starts_with("{\\\"") {
        let quoted = format!("\"{text}\"");
        let string = Document::parse_json(quoted.as_bytes(), &ReadOptions::default()).ok()?;
        let plain = string.root().as_str()?.to_owned();
        return document(&plain).map(|_| plain);
    }
    if !text.starts_with("%7B") && !text.starts_with("%7b") {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            byte => byte,
        });
    }
    let plain = String::from_utf8(bytes).ok()?;
    document(&plain).map(|_| plain)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(to: Cast, json: &str) -> Option<Tree> {
        let document = Document::parse_json(json.as_bytes(), &ReadOptions::default()).unwrap();
        match cast(to, document.root()) {
            Content::Const(tree) => Some(tree),
            _ => None,
        }
    }

    #[test]
    fn texts_are_read_as_what_they_say() {
        let number = |text: &str| Some(Tree::Number(text.to_owned()));
        assert_eq!(made(Cast::Number, r#""30""#), number("30"));
        assert_eq!(made(Cast::Number, r#""0.50""#), number("0.50"));
        for no in [r#""""#, r#""030""#, r#""+1""#, r#"" 1""#, r#""x""#, "true"] {
            assert_eq!(made(Cast::Number, no), None, "{no}");
        }
        assert_eq!(made(Cast::Boolean, r#""True""#), Some(Tree::Bool(true)));
        assert_eq!(made(Cast::Boolean, r#""yes""#), None);
        let text = |text: &str| Some(Tree::String(text.to_owned()));
        assert_eq!(made(Cast::JsonText, r#"{"b": [1], "a": null}"#), text(r#"{"a":null,"b":[1]}"#));
        assert_eq!(made(Cast::JsonText, r#""%7B%22a%22%3A1%7D""#), text(r#"{"a":1}"#));
        assert_eq!(made(Cast::JsonText, r#""{\\\"a\\\":1}""#), text(r#"{"a":1}"#));
        for no in [r#""%7""#, r#""%7Bx""#, r#""{}""#, "1"] {
            assert_eq!(made(Cast::JsonText, no), None, "{no}");
        }
        let url = |part, text: &str| made(Cast::Url(part), text);
        let whole = r#""https://[::1]:8443/a/b""#;
        assert_eq!(url(UrlPart::Scheme, whole), text("https"));
        assert_eq!(url(UrlPart::Host, whole), text("[::1]"));
        assert_eq!(url(UrlPart::Port, whole), number("8443"));
        assert_eq!(url(UrlPart::Path, whole), text("/a/b"));
        assert_eq!(url(UrlPart::Port, r#""https://h""#), number("443"));
        assert_eq!(url(UrlPart::Host, r#""http://[::1]""#), text("[::1]"));
        assert_eq!(url(UrlPart::Port, r#""tcp://h""#), Some(Tree::Null));
        assert_eq!(url(UrlPart::Path, r#""http://h""#), Some(Tree::Null));
        assert_eq!(url(UrlPart::Path, r#""http://h/""#), text("/"));
        for no in [r#""h:80""#, r#""http://:80""#, r#""://h""#, "1"] {
            assert_eq!(url(UrlPart::Host, no), None, "{no}");
        }
        assert_eq!(
            made(Cast::TagList, r#"{"a": "b"}"#).map(|tags| tags.to_string()),
            Some(r#"[{"Key":"a","Value":"b"}]"#.to_owned())
        );
        assert!(matches!(made(Cast::Json, r#""[1]""#), Some(Tree::List(_))));
        assert_eq!(made(Cast::Json, r#""[""#), None);
    }
}
