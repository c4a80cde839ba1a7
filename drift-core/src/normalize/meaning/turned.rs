//! `turned`: whether a switch is off that was declared to be on, or the other way round.
//!
//! Words of the APIs of the clouds: `Enabled`, `Disabled` and `Suspended` (Amazon S3, VersioningConfiguration),
//! `On` and `Off` (Azure), `ENABLED` and `DISABLED` (AWS), `PassThrough` (AWS X-Ray, TracingConfig), `true` and
//! `false` in strings. Zero is off, and so is what is absent, null or empty; anything else that is there is on.

use super::Switch;
use crate::value::Tree;

/// What became of it; nothing where a side must not be shown.
pub(super) fn turned(desired: Option<&Tree>, actual: Option<&Tree>) -> Option<Switch> {
    match (is_on(desired)?, is_on(actual)?) {
        (true, false) => Some(Switch::Off),
        (false, true) => Some(Switch::On),
        _ => None,
    }
}

fn is_on(tree: Option<&Tree>) -> Option<bool> {
    const OFF: [&str; 11] = [
        "",
        "false",
        "disabled",
        "disable",
        "off",
        "no",
        "none",
        "suspended",
        "inactive",
        "passthrough",
        "0",
    ];
    Some(match tree {
        None | Some(Tree::Null) => false,
        Some(Tree::Bool(value)) => *value,
        Some(number @ Tree::Number(_)) => *number != Tree::zero(),
        Some(Tree::String(text)) => !OFF.iter().any(|word| text.eq_ignore_ascii_case(word)),
        Some(Tree::List(items)) => !items.is_empty(),
        Some(Tree::Map(fields)) => !fields.is_empty(),
        Some(Tree::Secret { .. }) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_are_turned() {
        let tree = |json: &str| -> Option<Tree> {
            (json != "-").then(|| serde_json::from_str(json).unwrap())
        };
        let of = |d: &str, a: &str| turned(tree(d).as_ref(), tree(a).as_ref());
        for (on, off) in [
            ("true", "false"),
            ("true", "-"),
            ("\"Enabled\"", "\"Suspended\""),
            ("\"ENABLED\"", "\"DISABLED\""),
            ("\"Active\"", "\"PassThrough\""),
            ("7", "0"),
            ("[1]", "[]"),
            ("{\"bucket\":\"b\"}", "-"),
            ("\"arn:x\"", "null"),
        ] {
            assert_eq!(of(on, off), Some(Switch::Off), "{on} {off}");
            assert_eq!(of(off, on), Some(Switch::On), "{on} {off}");
        }
        for (one, other) in
            [("true", "true"), ("7", "1"), ("false", "-"), ("{\"$redacted\":\"unequal\"}", "-")]
        {
            assert_eq!(of(one, other), None, "{one} {other}");
        }
    }
}
