//! Options of a comparison of many, as data.

use super::{Allow, ParityOptions, Substitutions};
use crate::error::{Code, Error, Result};
use crate::normalize::Glob;
use crate::path::Pattern;
use crate::source::strict::{Strict, optional};
use crate::time::Timestamp;
use crate::value::{Document, Kind, ReadOptions, Value};

const STRICT: Strict = Strict(Code::Option);

const ALLOW: [&str; 8] =
    ["path", "provider", "type", "id", "snapshots", "reason", "owner", "expires"];

impl ParityOptions {
    /// Reads options from a JSON object: `baseline`, the name of a snapshot; `substitutions`, by
    /// snapshot and name a text or a list; `allow`, a list of `{path, provider, type, id, snapshots,
    /// reason, owner, expires}`, of which the reason is required; `varying`, fields of the scope.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for what is none of this.
    pub fn from_json(text: &str) -> Result<Self> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
        Self::of(document.root()).map_err(placeless)
    }

    fn of(root: Value<'_>) -> Result<Self> {
        let fields = ["baseline", "substitutions", "allow", "varying"];
        STRICT.fields(root, "the options", &fields)?;
        let mut options =
            Self { baseline: STRICT.optional_text(root, "baseline")?, ..Self::default() };
        if let Some(given) = optional(root, "substitutions") {
            STRICT.map(given, "`substitutions`")?;
            for (name, of) in given.fields() {
                options.substitutions.insert(name.to_owned(), substitutions(of)?);
            }
        }
        options.allow = STRICT.elements(root, "allow")?.map(allow).collect::<Result<_>>()?;
        options.varying =
            optional(root, "varying").map(|list| texts(list, "`varying`")).transpose()?;
        Ok(options)
    }
}

/// A place in a text that a binding has written would mean nothing to its caller; the path says where.
fn placeless(error: Error) -> Error {
    let mut plain = Error::new(error.code(), error.message());
    if let Some(path) = error.path() {
        plain = plain.on_path(path);
    }
    match error.help() {
        Some(help) => plain.with_help(help),
        None => plain,
    }
}

fn substitutions(value: Value<'_>) -> Result<Substitutions> {
    STRICT.map(value, "the substitutions of a snapshot")?;
    let field = |(name, value): (&str, _)| Ok((name.to_owned(), texts(value, "a substitution")?));
    value.fields().map(field).collect()
}

/// A text, or a list of texts.
fn texts(value: Value<'_>, what: &str) -> Result<Vec<String>> {
    if value.kind() == Kind::List {
        return value.items().map(|item| STRICT.id(item, what)).collect();
    }
    STRICT.id(value, what).map(|text| vec![text])
}

fn allow(value: Value<'_>) -> Result<Allow> {
    STRICT.fields(value, "an allowance", &ALLOW)?;
    let glob = |name: &str| Ok::<_, Error>(STRICT.optional_text(value, name)?.map(Glob::new));
    let path = STRICT.optional_text_or_empty(value, "path")?;
    let wrong = |name: &str, error: &Error| {
        STRICT.fault(value.get(name).unwrap_or(value), format!("`{name}`: {}", error.message()))
    };
    let path = path.map(|text| Pattern::parse(&text)).transpose();
    let expires = STRICT.optional_text(value, "expires")?;
    let expires = expires.map(|text| Timestamp::parse_expiry(&text)).transpose();
    let snapshots = optional(value, "snapshots").map(|list| texts(list, "`snapshots`"));
    Ok(Allow {
        path: path.map_err(|error| wrong("path", &error))?,
        provider: glob("provider")?,
        type_name: glob("type")?,
        id: glob("id")?,
        snapshots: snapshots.transpose()?.unwrap_or_default(),
        reason: STRICT.text(STRICT.required(value, "reason")?, "`reason`")?.to_owned(),
        owner: STRICT.optional_text(value, "owner")?,
        expires: expires.map_err(|error| wrong("expires", &error))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_options_name_the_field() {
        for (text, at) in [
            (r#"{"base": "a"}"#, "/base"),
            (r#"{"substitutions": {"a": {"region": true}}}"#, "/substitutions/a/region"),
            (r#"{"allow": [{"path": "/a"}]}"#, "/allow/0"),
            (r#"{"allow": [{"path": "a[", "reason": "r"}]}"#, "/allow/0/path"),
            (r#"{"allow": [{"expires": "soon", "reason": "r"}]}"#, "/allow/0/expires"),
            (r#"{"varying": [{}]}"#, "/varying/0"),
        ] {
            let error = ParityOptions::from_json(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Option, Some(at)), "{error}");
        }
        let options = r#"{"substitutions": {"a": {"account": 111122223333, "c": ["x", "y"]}}}"#;
        let options = ParityOptions::from_json(options).unwrap();
        assert_eq!(options.substitutions["a"]["account"], ["111122223333"]);
        assert_eq!(options.substitutions["a"]["c"], ["x", "y"]);
    }
}
