//! Why a provider refused to answer, by its own error codes.

use super::Reason;
use crate::error::{Code, Error, Result};
use crate::value::{Document, ReadOptions, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static CODES: &str = include_str!("../../mappings/error-codes.yaml");

impl Reason {
    /// Why something could not be read, as a provider's own error code says: `AccessDenied`, `Throttling`,
    /// `PERMISSION_DENIED`, or the status of an HTTP answer, `403`. A code that is not known is
    /// [`Reason::Error`]. `mappings/error-codes.yaml` has them all.
    ///
    /// ```
    /// use drift_core::Reason;
    /// assert_eq!(Reason::of_code("AccessDeniedException"), Reason::Denied);
    /// assert_eq!(Reason::of_code("429"), Reason::Throttled);
    /// assert_eq!(Reason::of_code("com.amazonaws.dynamodb.v20120810#ThrottlingException"), Reason::Throttled);
    /// assert_eq!(Reason::of_code("InternalError"), Reason::Error);
    /// ```
    #[must_use]
    pub fn of_code(code: &str) -> Self {
        static LOADED: OnceLock<BTreeMap<String, Reason>> = OnceLock::new();
        // A test rules out that the table which is built in does not load.
        let codes = LOADED.get_or_init(|| load(CODES).unwrap_or_default());
        let plain = plain(code);
        let bare = plain.strip_prefix("Client.").or_else(|| plain.strip_prefix("Server."));
        codes.get(bare.unwrap_or(plain)).copied().unwrap_or(Self::Error)
    }
}

/// The code without what protocols put around it.
fn plain(code: &str) -> &str {
    let code = code.trim();
    let code = code.rsplit_once('#').map_or(code, |(_, code)| code);
    code.split_once(':').map_or(code, |(code, _)| code)
}

fn load(text: &str) -> Result<BTreeMap<String, Reason>> {
    let document =
        Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &ReadOptions::default())?;
    let mut codes = BTreeMap::new();
    for (reason, providers) in document.root().fields() {
        let reason: Reason = reason.parse()?;
        for code in providers.fields().flat_map(|(_, codes)| codes.items()) {
            let code = code.as_str().ok_or_else(no_text)?;
            if codes.insert(code.to_owned(), reason).is_some_and(|known| known != reason) {
                return Err(Error::new(Code::Mapping, format!("`{code}` stands twice")));
            }
        }
    }
    Ok(codes)
}

fn no_text() -> Error {
    Error::new(Code::Mapping, "a code is a text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_load_and_none_means_two_things() {
        let codes = load(CODES).unwrap();
        assert!(codes.len() > 100);
        for (code, reason) in codes {
            assert_eq!(Reason::of_code(&code), reason, "{code}");
        }
    }

    #[test]
    fn what_protocols_put_around_a_code_is_taken_off() {
        for code in [
            "AccessDeniedException:http://internal.amazon.com/",
            "Client.UnauthorizedOperation",
            " 403",
        ] {
            assert_eq!(Reason::of_code(code), Reason::Denied, "{code}");
        }
        for code in ["", "NoSuchBucket", "InternalFailure", "500", "accessdenied"] {
            assert_eq!(Reason::of_code(code), Reason::Error, "{code}");
        }
    }
}
