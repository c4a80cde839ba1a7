//! Answers that say why there is none: an error must not be read as an empty estate.

use crate::value::{Kind, Value};

/// Names that say what went wrong, in small letters and without `_` and `-`.
const TELL: [&str; 5] = ["error", "errors", "message", "errormessage", "errordescription"];

/// Names of what stands beside it.
const BESIDE: [&str; 28] = [
    "type",
    "code",
    "status",
    "statuscode",
    "errorcode",
    "errortype",
    "documentationurl",
    "requestid",
    "responsemetadata",
    "traceid",
    "messageid",
    "accesserrorid",
    "detail",
    "details",
    "title",
    "instance",
    "success",
    "reason",
    "timestamp",
    "path",
    "id",
    "name",
    "scope",
    "fields",
    "innererror",
    "target",
    "data",
    "warnings",
];

/// Whether the document, or each element of its list, holds an error and nothing else.
pub(super) fn is_error(root: Value<'_>) -> bool {
    match root.kind() {
        Kind::Map => tells(root),
        Kind::List => !root.is_empty() && root.items().all(|item| tells(item)),
        _ => false,
    }
}

fn tells(map: Value<'_>) -> bool {
    let is = |names: &[&str], name: &str| {
        // None of them is longer; most documents have other fields among their first.
        let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).collect();
        names.iter().any(|known| plain.eq_ignore_ascii_case(known))
    };
    let said = |value: Value<'_>| match value.kind() {
        Kind::String => true,
        Kind::Map | Kind::List => !value.is_empty(),
        _ => false,
    };
    let tells = |(name, value): (&str, Value<'_>)| is(&TELL, name) && said(value);
    map.kind() == Kind::Map
        && map.fields().all(|(name, _)| is(&TELL, name) || is(&BESIDE, name))
        && map.fields().any(tells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    fn is_one(text: &str) -> bool {
        is_error(Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap().root())
    }

    #[test]
    fn errors_are_told_from_answers() {
        for text in [
            r#"{"message": "Not Found", "documentation_url": "https://x", "status": "404"}"#,
            r#"{"error": {"code": 403, "status": "PERMISSION_DENIED"}}"#,
            r#"{"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}"#,
            r#"{"__type": "AccessDeniedException", "Message": "no"}"#,
            r#"{"status": "error", "errorType": "bad_data", "error": "no"}"#,
            r#"{"name": "not found", "code": 3, "message": "no", "fields": {}}"#,
            r#"[{"error": "no"}]"#,
        ] {
            assert!(is_one(text), "{text}");
        }
        for text in [
            "{}",
            "[]",
            "[1]",
            r#"{"status": "ok"}"#,
            r#"{"error": null, "data": []}"#,
            r#"{"errors": [], "data": []}"#,
            r#"{"message": "no", "jobs": {}}"#,
            r#"{"message": null}"#,
        ] {
            assert!(!is_one(text), "{text}");
        }
    }
}
