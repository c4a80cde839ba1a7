//! Base64 with the standard alphabet and padding (RFC 4648, section 4), by the `base64` crate.

use ::base64::Engine;
use ::base64::engine::general_purpose::STANDARD;

/// `bytes` in base64.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The text that `text` is the base64 of, line ends aside; bytes that are no UTF-8 become U+FFFD,
/// one by one.
pub(crate) fn decode(text: &str) -> Option<String> {
    let symbols: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let bytes = STANDARD.decode(symbols).ok()?;
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Some(text)
}
