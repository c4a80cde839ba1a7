//! Fingerprints, which hold no values, and digests, which bind a decision to the very values.

use crate::model::ResourceKey;
use crate::value::{Tree, quoted};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Goes up when fingerprints change their meaning.
const VERSION: u32 = 1;

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    push_hex(&mut text, bytes);
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' - 10 + half });
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
}

/// A name for what has this digest.
pub(super) fn name(digest: &[u8; 32]) -> String {
    hex(digest.get(..16).unwrap_or_default())
}

/// Bytes as hexadecimal digits behind the name of what made them.
fn marked(by: &str, bytes: &[u8]) -> String {
    let mut text = String::with_capacity(by.len() + bytes.len() * 2);
    text.push_str(by);
    push_hex(&mut text, bytes);
    text
}

/// The fingerprints of one resource: each is 128 bits of SHA-256 over its key and more, as JSON.
#[derive(Clone)]
pub(super) struct Fingerprints {
    /// What of the digest the key has gone into.
    key: Sha256,
}

impl Fingerprints {
    pub(super) fn of(key: &ResourceKey) -> Self {
        let scope: Vec<String> = key
            .scope
            .iter()
            .map(|(name, value)| format!("{}:{}", quoted(name), quoted(value)))
            .collect();
        let text = format!(
            "[{VERSION},{},{},{{{}}},{}",
            quoted(&key.provider),
            quoted(&key.type_name),
            scope.join(","),
            quoted(&key.id)
        );
        Self { key: Sha256::new_with_prefix(text) }
    }

    fn with(&self, parts: &[&str]) -> String {
        let mut digest = self.key.clone();
        for part in parts {
            digest.update(",");
            digest.update(quoted(part));
        }
        digest.update("]");
        hex(digest.finalize().get(..16).unwrap_or_default())
    }

    /// The fingerprint of a finding: version, key and status.
    pub(super) fn finding(&self, status: &str) -> String {
        self.with(&[status])
    }

    /// The fingerprint of a change: version, key, the class of all changes, and the path.
    pub(super) fn change(&self, path: &str) -> String {
        self.with(&["drifted", path])
    }
}

/// The fingerprint of a finding.
pub(crate) fn of_finding(key: &ResourceKey, status: &str) -> String {
    Fingerprints::of(key).finding(status)
}

/// The fingerprint of a violation of a policy.
#[cfg(feature = "rego")]
pub(crate) fn of_violation(
    key: &ResourceKey,
    (policy, rule, id): (&str, &str, Option<&str>),
) -> String {
    let parts = ["policy", policy, rule];
    match id {
        Some(id) => Fingerprints::of(key).with(&[&parts[..], &[id]].concat()),
        None => Fingerprints::of(key).with(&parts),
    }
}

/// The fingerprint of a change.
pub(super) fn of_change(key: &ResourceKey, path: &str) -> String {
    Fingerprints::of(key).change(path)
}

/// The fingerprint of a cause that findings share.
pub(super) fn of_cause<'p>(parts: impl Iterator<Item = Option<&'p str>>) -> String {
    let mut digest = Sha256::new_with_prefix(format!("[{VERSION},\"cause\""));
    for part in parts {
        digest.update(",");
        digest.update(part.map_or_else(|| "null".to_owned(), quoted));
    }
    digest.update("]");
    hex(digest.finalize().get(..16).unwrap_or_default())
}

/// The digest that binds an acceptance to how a resource as a whole stands: its status, where it was moved
/// from, and its values where nobody declares it.
pub(super) fn of_whole(status: &str, moved_from: Option<&str>, values: Option<&Tree>) -> String {
    let moved_from = moved_from.map_or_else(String::new, quoted);
    let mut text = format!("[{VERSION},{},[{moved_from}]", quoted(status));
    if let Some(values) = values {
        // Writing into a string cannot fail.
        let _ = write!(text, ",[{values}]");
    }
    text.push(']');
    marked("sha256:", &Sha256::digest(text.as_bytes()))
}

/// The keyed digest of a secret of the resource that goes by this name.
pub(crate) fn of_secret(key: &[u8], resource: &str, value: &Tree) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("[{VERSION},\"baseline\",{},{value}]", quoted(resource)).as_bytes());
    Some(marked("hmac-sha256:", &mac.finalize().into_bytes()))
}

/// The digest of a change's values: SHA-256 of their canonical form, keyed where one is secret;
/// `None` where that needs a key and there is none.
pub(super) fn of_values(
    kind: &str,
    desired: Option<&Tree>,
    actual: Option<&Tree>,
    secret: bool,
    key: Option<&[u8]>,
) -> Option<String> {
    let mut text = format!("[{VERSION},{}", quoted(kind));
    for side in [desired, actual] {
        text.push_str(",[");
        if let Some(tree) = side {
            // Writing into a string cannot fail.
            let _ = write!(text, "{tree}");
        }
        text.push(']');
    }
    text.push(']');
    if !secret {
        return Some(marked("sha256:", &Sha256::digest(text.as_bytes())));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key?).ok()?;
    mac.update(text.as_bytes());
    Some(marked("hmac-sha256:", &mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_tell_keys_and_paths_apart() {
        let key = |id: &str| ResourceKey { id: id.into(), ..ResourceKey::default() };
        assert_eq!(of_change(&key("a"), "x"), of_change(&key("a"), "x"));
        assert_ne!(of_change(&key("a"), "x"), of_change(&key("a"), "y"));
        assert_ne!(of_change(&key("a"), "x"), of_change(&key("b"), "x"));
        assert_ne!(of_finding(&key("a"), "drifted"), of_change(&key("a"), ""));
        assert_eq!(of_finding(&key("a"), "drifted").len(), 32);
    }

    #[test]
    fn digests_of_secrets_need_a_key() {
        let (a, b) = (Tree::String("a".into()), Tree::String("b".into()));
        let plain = of_values("changed", Some(&a), Some(&b), false, None).unwrap();
        assert!(plain.starts_with("sha256:"));
        assert_ne!(Some(plain), of_values("changed", Some(&b), Some(&a), false, None));
        assert_eq!(of_values("changed", Some(&a), Some(&b), true, None), None);
        let keyed = |key: &[u8]| of_values("changed", Some(&a), Some(&b), true, Some(key));
        assert!(keyed(b"k").unwrap().starts_with("hmac-sha256:"));
        assert_ne!(keyed(b"k"), keyed(b"l"));
        assert_ne!(
            of_values("added", None, Some(&Tree::Null), false, None),
            of_values("added", None, None, false, None)
        );
    }
}
