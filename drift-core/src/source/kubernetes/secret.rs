//! `stringData` of a Secret: text that the API server writes into `data`, in base64. A null is an entry
//! without a byte, which is there all the same.

use super::STRICT;
use super::complete::{Content, Field, Place};
use crate::error::Result;
use crate::path::push_token;
use crate::source::strict::optional;
use crate::value::{Value, base64};

/// The field `data` of the Secret at the pointer `at`, as it is stored; `None` where that is as it is written.
pub(super) fn data(secret: Value<'_>, at: &str) -> Result<Option<Field>> {
    let strings = optional(secret, "stringData");
    strings.map(|strings| STRICT.map(strings, "`stringData`")).transpose()?;
    let strings = strings.filter(|strings| !strings.is_empty());
    let data = optional(secret, "data");
    let holds_null = |data: Value<'_>| data.fields().any(|(_, value)| value.is_null());
    let Some(first) = strings.or(data.filter(|data| holds_null(*data))) else { return Ok(None) };
    data.map(|data| STRICT.map(data, "`data`")).transpose()?;
    let replaces = |name: &str| strings.is_some_and(|strings| strings.get(name).is_some());
    let kept = data.into_iter().flat_map(Value::fields);
    let kept = kept.filter(|(name, _)| !replaces(name));
    let stored = |(name, value): (&str, Value<'_>)| match value.is_null() {
        true => Field::New {
            name: name.to_owned(),
            place: Place { span: value.span(), origin: None },
            content: Content::Text(String::new()),
        },
        false => Field::Same(value.id()),
    };
    let mut fields: Vec<Field> = kept.map(stored).collect();
    for (name, value) in strings.into_iter().flat_map(Value::fields) {
        let text = match value.as_str() {
            Some(text) => text,
            None if value.is_null() => "",
            None => return Err(STRICT.expected(value, "a value of `stringData` as a string")),
        };
        let mut origin = format!("{at}/stringData");
        push_token(&mut origin, name);
        fields.push(Field::New {
            name: name.to_owned(),
            place: Place { span: value.span(), origin: Some(origin) },
            content: Content::Text(base64::encode(text.as_bytes())),
        });
    }
    let origin = data.is_none().then(|| format!("{at}/stringData"));
    let place = Place { span: data.unwrap_or(first).span(), origin };
    Ok(Some(Field::New { name: "data".to_owned(), place, content: Content::Map(fields) }))
}
