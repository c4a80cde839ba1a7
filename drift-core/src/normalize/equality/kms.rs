//! `kms_key`: one KMS key, or one alias, by ARN on one side and by id or name on the other.
//!
//! How a key may be named: AWS Key Management Service Developer Guide, Key identifiers. An alias is
//! not its key: which key it points to is known to the service alone.

use super::Scalar;
use super::arn::resource;

/// Whether both name the same key or the same alias. Two ARNs are the same only as they are.
pub(super) fn is_same(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Scalar::String(desired), Scalar::String(actual)) = (desired, actual) else { return false };
    let (Some(one), Some(other)) = (named(desired), named(actual)) else { return false };
    let both_arns = resource(desired).is_some() && resource(actual).is_some();
    one == other && !both_arns
}

/// Whether an alias is declared and a key is live: it may be the alias' own, which cannot be told.
pub(super) fn is_alias_for_key(desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
    let (Scalar::String(desired), Scalar::String(actual)) = (desired, actual) else { return false };
    matches!(named(desired), Some(Named::Alias(_))) && is_key(actual)
}

/// Whether the text is the ARN of a key, whatever its id looks like, or the id of one.
fn is_key(text: &str) -> bool {
    let is_kms = text.split(':').nth(2) == Some("kms");
    let is_arn = is_kms && resource(text).is_some_and(|resource| resource.starts_with("key/"));
    is_arn || is_key_id(text)
}

/// What a name of a key names.
#[derive(PartialEq)]
enum Named<'n> {
    /// `alias/name`, kept whole.
    Alias(&'n str),
    Key(String),
}

fn named(text: &str) -> Option<Named<'_>> {
    let is_kms = text.split(':').nth(2) == Some("kms");
    let name = match resource(text) {
        Some(resource) => Some(resource).filter(|_| is_kms)?,
        None => text,
    };
    if name.len() > "alias/".len() && name.starts_with("alias/") {
        return Some(Named::Alias(name));
    }
    let id = name.strip_prefix("key/").unwrap_or(name);
    is_key_id(id).then(|| Named::Key(id.to_ascii_lowercase()))
}

/// Whether the text is a key's id: a UUID, or `mrk-` with 32 hexadecimal digits.
fn is_key_id(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(digits) = text.strip_prefix("mrk-") {
        return digits.len() == 32 && hex(digits);
    }
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.into_iter().all(hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_aliases_have_two_names() {
        const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
        let is = |d: &str, a: &str| is_same(Scalar::String(d), Scalar::String(a));
        let arn = |region: &str, what: &str| format!("arn:aws:kms:{region}:111122223333:{what}");
        let key = arn("eu-west-1", &format!("key/{ID}"));
        assert!(is(ID, &key) && is(&key, ID));
        assert!(is("alias/aws/sqs", &arn("eu-west-1", "alias/aws/sqs")));
        assert!(is(
            "mrk-1234abcd12ab34cd56ef1234567890ab",
            &arn("eu-west-1", "key/mrk-1234abcd12ab34cd56ef1234567890ab")
        ));
        // One multi-Region key id stands for a key in each region.
        assert!(!is(&arn("eu-west-1", "alias/a"), &arn("eu-west-2", "alias/a")));
        assert!(!is("alias/aws/sqs", &key), "which key an alias points to cannot be told");
        let cannot_be_told = |d, a| is_alias_for_key(Scalar::String(d), Scalar::String(a));
        assert!(cannot_be_told("alias/aws/sqs", &key) && cannot_be_told("alias/a", ID));
        assert!(!cannot_be_told(&key, "alias/aws/sqs") && !cannot_be_told("alias/a", "alias/b"));
        assert!(!is("alias/a", &arn("eu-west-1", "alias/ab")));
        assert!(!is(ID, "1234abcd-12ab-34cd-56ef-1234567890ac"));
        assert!(!is(ID, &format!("arn:aws:iam::111122223333:key/{ID}")));
        for other in ["", "alias/", "key", "1234", "arn:aws:kms:eu-west-1:1:grant/1"] {
            assert!(!is(other, other), "{other}");
        }
    }
}
