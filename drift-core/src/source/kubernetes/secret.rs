//! `stringData` of a Secret: text that the API server writes into `data`, in base64.

use super::STRICT;
use super::complete::{Content, Field, Place};
use crate::error::Result;
use crate::path::push_token;
use crate::source::strict::optional;
use crate::value::{Value, base64};
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
            content: Content::Text(base64::encode(text.as_bytes())),
        });
    }
    let origin = data.is_none().then(|| "/stringData".to_owned());
    let place = Place { span: data.unwrap_or(strings).span(), origin };
    Ok(Some(Field::New { name: "data".to_owned(), place, content: Content::Map(fields) }))
}
