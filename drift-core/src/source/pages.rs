//! Whether an answer says that there is more to fetch: the tokens of next pages.

use crate::value::{Kind, Value};

/// Fields that say where the next page starts, or that there is one, in small letters and without
/// `_` and `-`. A field that is null, false, empty or absent says that there is none.
///
/// AWS: every output token and `more_results` of the paginators of botocore. Kubernetes: `continue`
/// of the metadata of a list. Azure: `nextLink`, `@odata.nextLink`, and `$skipToken`,
/// `skip_token` and `resultTruncated` of Resource Graph. Google: `nextPageToken`.
const TOKENS: [&str; 29] = [
    "nexttoken",
    "nextmarker",
    "nextpagetoken",
    "nextpagemarker",
    "nextcontinuationtoken",
    "nextkeymarker",
    "nextuploadidmarker",
    "nextversionidmarker",
    "nextpartnumbermarker",
    "nextrecordname",
    "nextrecordtype",
    "nextrecordidentifier",
    "nextlink",
    "@odata.nextlink",
    "odata.nextlink",
    "$skiptoken",
    "skiptoken",
    "resulttruncated",
    "continue",
    "paginationtoken",
    "istruncated",
    "truncated",
    "hasmoreresults",
    "hasmorestreams",
    "hasmoreshards",
    "lastevaluatedkey",
    "lastevaluatedtablename",
    "lastevaluatedbackuparn",
    "additionalroutesavailable",
];

/// Some interfaces call it only so (`Marker` of RDS, `position` of API Gateway); others repeat under
/// these names where the page started, and say by another field whether there is more.
const WEAK: [&str; 4] = ["marker", "position", "pagetoken", "continuationtoken"];

/// For the first letter of each of these names, a bit for the last.
#[allow(clippy::indexing_slicing, reason = "the compiler evaluates it, and would refuse to panic")]
const ENDS: [u32; 128] = {
    const fn add(names: &[&str], ends: &mut [u32; 128]) {
        let mut at = 0;
        while at < names.len() {
            let name = names[at].as_bytes();
            ends[slot(name[0])] |= bit(name[name.len() - 1]);
            at += 1;
        }
    }
    let mut ends = [0; 128];
    add(&TOKENS, &mut ends);
    add(&WEAK, &mut ends);
    ends
};

/// The same for a letter in either case.
const fn slot(first: u8) -> usize {
    (first | 0x20) as usize & 127
}

const fn bit(last: u8) -> u32 {
    1 << (last & 31)
}

/// Whether a name can be one that [`concerns_pages`], by its ends: quickly asked of every name.
#[inline]
pub(super) fn may_concern_pages(name: &[u8]) -> bool {
    let ([first, ..], [.., last]) = (name, name) else { return false };
    let separator = |byte: &u8| matches!(byte, b'_' | b'-');
    let ends = ENDS.get(slot(*first)).is_some_and(|ends| ends & bit(*last) != 0);
    ends || separator(first) || separator(last)
}

/// Whether a response says that there is more to fetch.
pub(super) fn continues(response: Value<'_>) -> bool {
    let mut marked = false;
    let mut told = false;
    let mut listed = false;
    for (name, value) in response.fields() {
        if is_one_of(name, &WEAK) {
            marked |= says_something(value);
        } else if is_continuation(name) {
            told = true;
            if says_something(value) {
                return true;
            }
        }
        listed |= value.kind() == Kind::List;
    }
    marked && listed && !told
}

/// Whether the field says that there is more to fetch, where it says something.
pub(super) fn is_continuation(name: &str) -> bool {
    is_one_of(name, &TOKENS)
}

/// Whether the field has a say in whether there is more to fetch.
pub(super) fn concerns_pages(name: &str) -> bool {
    is_one_of(name, &WEAK) || is_continuation(name)
}

/// Whether the name is one of these, whatever its case and its separators.
fn is_one_of(name: &str, plain: &[&str]) -> bool {
    let letters = || {
        let bytes = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        bytes.map(|byte| byte.to_ascii_lowercase())
    };
    let count = letters().count();
    plain.iter().any(|plain| plain.len() == count && letters().eq(plain.bytes()))
}

/// Whether a value is neither null, false, nor empty. Azure Resource Graph writes `false` as a text.
fn says_something(value: Value<'_>) -> bool {
    match (value.as_str(), value.as_bool()) {
        (Some(text), _) => !text.is_empty() && text != "false",
        (_, Some(truth)) => truth,
        _ => value.as_number().is_some() || !value.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn tokens_of_next_pages_are_known_by_their_names() {
        for (text, more) in [
            (r#"{"Items": [], "NextToken": "x"}"#, true),
            (r#"{"Items": [], "NextToken": ""}"#, false),
            (r#"{"Items": [], "nextToken": null}"#, false),
            (r#"{"value": [], "nextLink": "https://example.com?$skiptoken=1"}"#, true),
            (r#"{"data": [], "$skipToken": "x", "resultTruncated": "true"}"#, true),
            (r#"{"data": [], "resultTruncated": "false"}"#, false),
            (r#"{"data": [], "skip_token": "x"}"#, true),
            (r#"{"items": [], "nextPageToken": "x"}"#, true),
            (r#"{"items": [], "position": "x"}"#, true),
            (r#"{"position": "x"}"#, false),
            (r#"{"TableNames": ["a"], "LastEvaluatedTableName": "a"}"#, true),
            (r#"{"Items": [], "LastEvaluatedKey": {}}"#, false),
            (r#"{"Items": [], "LastEvaluatedKey": {"id": {"S": "a"}}}"#, true),
            (r#"{"Aliases": [], "Truncated": false}"#, false),
            (r#"{"StreamNames": [], "HasMoreStreams": true}"#, true),
            (r#"{"Buckets": [], "ContinuationToken": "x"}"#, true),
            (r#"{"Contents": [], "ContinuationToken": "x", "IsTruncated": false}"#, false),
            (r#"{"DBInstances": [], "Marker": "x"}"#, true),
            (r#"{"Contents": [], "Marker": "x", "IsTruncated": false}"#, false),
        ] {
            let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
            assert_eq!(continues(document.root()), more, "{text}");
        }
    }

    #[test]
    fn a_name_that_concerns_pages_may_do_so_by_its_ends() {
        for name in TOKENS.iter().chain(&WEAK) {
            for name in
                [name.to_string(), name.to_uppercase(), format!("_{name}"), format!("{name}-")]
            {
                assert!(concerns_pages(&name) && may_concern_pages(name.as_bytes()), "{name}");
            }
        }
        for name in ["kind", "metadata", "spec", "status", "", "x"] {
            assert!(!may_concern_pages(name.as_bytes()), "{name}");
        }
    }
}
