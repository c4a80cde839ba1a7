//! Questions about a report as JSON objects, so that every language asks alike.

use super::Query;
use super::options::{STRICT, read};
use crate::detector::ViewOptions;
use crate::error::{Error, Result};
use crate::source::strict::optional;
use crate::value::{Kind, Value};

/// The fields of a query.
const QUERY: [&str; 9] =
    ["severity", "category", "owner", "status", "type", "layer", "path", "limit", "cursor"];

impl Query {
    /// Reads a query from a JSON object: `severity`; `category`, `owner`, `status`, `type`, `layer` and
    /// `path`, each one or a list; `limit` and `cursor`. What is absent or null is not asked for.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a field that there is not or that cannot have its value.
    ///
    /// ```
    /// use drift_core::Query;
    /// let query = Query::from_json(r#"{"severity": ">=high", "status": ["missing", "drifted"]}"#)?;
    /// assert_eq!(query, Query::new().severity(">=high")?.status("missing")?.status("drifted")?);
    /// let error = Query::from_json(r#"{"severity": "bad"}"#).unwrap_err();
    /// assert_eq!((error.code().as_str(), error.path()), ("DRIFT_OPTION", Some("/severity")));
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        read(text, |root| {
            STRICT.fields(root, "the query", &QUERY)?;
            let mut query = Self::new();
            if let Some(value) = optional(root, "severity") {
                let asked = query.severity(STRICT.text(value, "`severity`")?);
                query = asked.map_err(|error| at(value, &error))?;
            }
            for word in words(root, "category")? {
                query = query.category(text_of(word, "category")?);
            }
            for word in words(root, "owner")? {
                query = query.owner(text_of(word, "owner")?);
            }
            for word in words(root, "status")? {
                let asked = query.status(text_of(word, "status")?);
                query = asked.map_err(|error| at(word, &error))?;
            }
            for word in words(root, "type")? {
                query = query.type_glob(text_of(word, "type")?);
            }
            for word in words(root, "layer")? {
                query = query.layer(text_of(word, "layer")?);
            }
            for word in words(root, "path")? {
                query = query.path(text_of(word, "path")?);
            }
            if let Some(value) = optional(root, "limit") {
                query = query.limit(whole(value, "limit", 1)?)?;
            }
            match STRICT.optional_text(root, "cursor")? {
                Some(cursor) => Ok(query.cursor(cursor)),
                None => Ok(query),
            }
        })
    }
}

impl ViewOptions {
    /// Reads options from a JSON object: `max_bytes` and `context`.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a field that there is not or that cannot have its value.
    ///
    /// ```
    /// use drift_core::ViewOptions;
    /// assert_eq!(ViewOptions::from_json(r#"{"context": 0}"#)?.context, 0);
    /// assert!(ViewOptions::from_json(r#"{"max_bytes": 0}"#).is_err());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        read(text, |root| {
            STRICT.fields(root, "the options", &["max_bytes", "context"])?;
            let number = |name: &str, least: usize, default: usize| {
                let found = optional(root, name).map(|value| whole(value, name, least));
                Ok::<usize, Error>(found.transpose()?.unwrap_or(default))
            };
            let Self { max_bytes, context } = Self::default();
            Ok(Self {
                max_bytes: number("max_bytes", 1, max_bytes)?,
                context: number("context", 0, context)?,
            })
        })
    }
}

/// The error of an option, at its field.
fn at(value: Value<'_>, error: &Error) -> Error {
    let located = STRICT.fault(value, error.message());
    match error.help() {
        Some(help) => located.with_help(help),
        None => located,
    }
}

/// One value, or each of a list.
fn words<'d>(root: Value<'d>, name: &str) -> Result<Vec<Value<'d>>> {
    match optional(root, name) {
        None => Ok(Vec::new()),
        Some(list) if list.kind() == Kind::List => {
            let none =
                || STRICT.fault(list, format!("`{name}` is an empty list, which finds nothing"));
            let all: Vec<Value<'d>> = list.items().collect();
            if all.is_empty() { Err(none()) } else { Ok(all) }
        }
        Some(one) => Ok(vec![one]),
    }
}

fn text_of<'d>(value: Value<'d>, name: &str) -> Result<&'d str> {
    let what = format_args!("`{name}` as a string or a list of strings");
    value.as_str().ok_or_else(|| STRICT.expected(value, what))
}

/// A whole number from `least` on.
fn whole(value: Value<'_>, name: &str, least: usize) -> Result<usize> {
    let number = value.as_number().and_then(|number| number.as_i64());
    let number = number.and_then(|number| usize::try_from(number).ok());
    number.filter(|number| *number >= least).ok_or_else(|| {
        let message = format!("expected `{name}` as a whole number from {least} on");
        STRICT.fault(value, message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn wrong_queries_name_the_field() {
        for (text, path) in [
            (r#"{"severity": ">=worse"}"#, "/severity"),
            (r#"{"severity": ["high"]}"#, "/severity"),
            (r#"{"status": "in_sync"}"#, "/status"),
            (r#"{"status": ["missing", "lost"]}"#, "/status/1"),
            (r#"{"owner": 7}"#, "/owner"),
            (r#"{"layer": []}"#, "/layer"),
            (r#"{"limit": 0}"#, "/limit"),
            (r#"{"limit": 1.5}"#, "/limit"),
            (r#"{"limit": "10"}"#, "/limit"),
            (r#"{"cursor": ""}"#, "/cursor"),
            (r#"{"sevrity": "high"}"#, "/sevrity"),
        ] {
            let error = Query::from_json(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Option, Some(path)), "{error}");
        }
    }
}
