//! `stringData` of a Secret: text that the API server writes into `data`, in base64.

use super::STRICT;
use super::complete::{Content, Field, Place};
use crate::error::Result;
use crate::path::push_token;
use crate::source::strict::optional;
use crate::value::Value;
use std::collections::BTreeSet;

/// The field `data` with what `strings` say; `None` where they say nothing.
pub(super) fn data(secret: Value<'_>, strings: Value<'_>) -> Result<Option<Field>> {
    if strings.is_null() {
        return Ok(None);
    }
    STRICT.map(strings, "`stringData`")?;
    if strings.is_empty() {
        return Ok(None);
    }
    let data = optional(secret, "data");
    data.map(|data| STRICT.map(data, "`data`")).transpose()?;
    let replaced: BTreeSet<&str> = strings.fields().map(|(name, _)| name).collect();
    let kept = data.into_iter().flat_map(Value::fields);
    let kept = kept.filter(|(name, _)| !replaced.contains(name));
    let mut fields: Vec<Field> = kept.map(|(_, value)| Field::Same(value.id())).collect();
    for (name, value) in strings.fields() {
        let text = match value.as_str() {
            Some(text) => text,
            None if value.is_null() => "",
            None => return Err(STRICT.expected(value, "a value of `stringData` as a string")),
        };
        let mut origin = "/stringData".to_owned();
        push_token(&mut origin, name);
        fields.push(Field::New {
            name: name.to_owned(),
            place: Place { span: value.span(), origin: Some(origin) },
            content: Content::Text(base64(text.as_bytes())),
        });
    }
    let origin = data.is_none().then(|| "/stringData".to_owned());
    let place = Place { span: data.unwrap_or(strings).span(), origin };
    Ok(Some(Field::New { name: "data".to_owned(), place, content: Content::Map(fields) }))
}

/// Base64 with the standard alphabet and padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            text.push(if index <= chunk.len() { digit(bits >> (18 - 6 * index)) } else { '=' });
        }
    }
    text
}

/// The digit for the lowest six bits.
fn digit(bits: u32) -> char {
    let six = (bits & 0x3F) as u8;
    char::from(match six {
        0..26 => b'A' + six,
        26..52 => b'a' + (six - 26),
        52..62 => b'0' + (six - 52),
        62 => b'+',
        _ => b'/',
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{3f}\u{7f}\u{fb}", "P3/Duw=="),
            ("~~~>>>???", "fn5+Pj4+Pz8/"),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
    }
}
