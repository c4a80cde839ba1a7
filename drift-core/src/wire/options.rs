//! Options as JSON objects, so that every language reads them alike.

use super::priority;
use crate::detector::DetectorBuilder;
use crate::error::{Code, Error, Result};
use crate::events::EventOptions;
use crate::limits::Limits;
use crate::model::Scope;
use crate::noise::NoiseOptions;
use crate::normalize::Packs;
use crate::owners::{OwnerMap, Routes};
use crate::path::to_json;
use crate::report::Acceptance;
use crate::source::strict::{Strict, optional};
use crate::source::{
    Entry, Mapping, ParameterJson, ParameterValue, ParseOptions, StackResources, parameters_in,
};
use crate::tags::TagPolicy;
use crate::time::Timestamp;
use crate::value::{Document, DuplicateKeys, Kind, ReadOptions, Value, YamlSchema};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) const STRICT: Strict = Strict(Code::Option);

/// The fields of the options of parsing.
const PARSE: [&str; 17] = [
    "format",
    "view",
    "name",
    "mapping",
    "complete",
    "covers",
    "gaps",
    "expected",
    "scope",
    "revision",
    "taken_at",
    "duplicate_keys",
    "limits",
    "parameters",
    "stack_resources",
    "dialect",
    "threads",
];

/// The fields of the options of a detector, beside its rules.
const DETECTOR: [&str; 11] = [
    "packs",
    "layers",
    "priority",
    "limits",
    "managers",
    "acceptances",
    "digest_key",
    "owners",
    "routes",
    "tags",
    "threads",
];

/// The most threads that can be asked for.
const MAX_THREADS: usize = 1024;

/// The limits that can be set.
const LIMITS: [&str; 9] = [
    "max_bytes",
    "max_depth",
    "max_nodes",
    "max_alias_ratio",
    "max_documents",
    "max_exponent",
    "max_list_pairs",
    "max_policy_steps",
    "max_policy_bytes",
];

/// How a text is to be read by [`canonical`](super::canonical).
pub(super) struct TextOptions {
    pub(super) syntax: String,
    pub(super) schema: YamlSchema,
    pub(super) read: ReadOptions,
}

impl ParseOptions {
    /// Reads options from a JSON object whose fields are named as here; `duplicate_keys` is
    /// `error` or `last`, `limits` an object of [`Limits`], `mapping` and `stack_resources` an object
    /// or its text, `parameters` an object of strings and lists of strings. What is absent or null is
    /// the default.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a field that there is not or that cannot have its value, and
    /// `DRIFT_MAPPING` for a malformed mapping.
    ///
    /// ```
    /// use drift_core::ParseOptions;
    /// let options = ParseOptions::from_json(r#"{"format": "records", "complete": true}"#)?;
    /// assert!(options.complete);
    /// let error = ParseOptions::from_json(r#"{"formt": "records"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "no such field in the options: `formt`, at `/formt`");
    /// assert_eq!(error.help(), Some("did you mean `format`?"));
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        read(text, |root| {
            STRICT.fields(root, "the options", &PARSE)?;
            let mapping = optional(root, "mapping").map(|value| match value.as_str() {
                Some(text) => Mapping::from_name_or_yaml(text),
                None => Mapping::from_json(raw(value)),
            });
            let given = optional(root, "parameters").map(parameters).transpose()?;
            let (given, typed) = given.unwrap_or_default();
            Ok(Self {
                format: word(root, "format")?.unwrap_or_default(),
                view: STRICT.optional_text(root, "view")?,
                name: STRICT.optional_text(root, "name")?,
                mapping: mapping.transpose()?,
                complete: flag(root, "complete")?,
                covers: shaped(root, "covers", "a list of cells")?,
                gaps: shaped(root, "gaps", "a list of gaps")?,
                expected: shaped(root, "expected", "a list of cells")?,
                scope: optional(root, "scope").map(scope).transpose()?.unwrap_or_default(),
                read: read_options(root)?,
                revision: STRICT.optional_text(root, "revision")?,
                taken_at: word::<Timestamp>(root, "taken_at")?,
                parameters: given,
                typed_parameters: typed,
                stack_resources: optional(root, "stack_resources")
                    .map(stack_resources)
                    .transpose()?,
                dialect: STRICT.optional_text(root, "dialect")?,
                threads: threads(root)?.unwrap_or_default(),
            })
        })
    }
}

impl DetectorBuilder {
    /// Sets options from a JSON object: `packs` (`"all"` or a list of names), `layers` (an object
    /// of layers by type glob), `priority` (`weights`, `matrix` and `criticality`), `limits`, `managers`,
    /// `acceptances`, `digest_key` (a string), `owners` (as [`OwnerMap::from_json`] reads it), `routes` (as
    /// [`Routes::from_json`] reads them), `tags` (as [`TagPolicy::from_yaml`] reads them, an object or its text), `threads` (from 1 to 1024). What is absent or null stays as it is.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a field that there is not or that cannot have its value.
    ///
    /// ```
    /// use drift_core::Detector;
    /// let options = r#"{"packs": [], "layers": {"acme_*": "network"}}"#;
    /// let detector = Detector::builder().options_json(options)?.build()?;
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn options_json(self, text: &str) -> Result<Self> {
        read(text, |root| {
            STRICT.fields(root, "the options", &DETECTOR)?;
            let mut builder = self;
            if let Some(packs) = optional(root, "packs") {
                builder = builder.packs(names_of_packs(packs)?);
            }
            if let Some(layers) = optional(root, "layers") {
                STRICT.map(layers, "`layers`")?;
                for (glob, layer) in layers.fields() {
                    builder = builder.layer(glob, STRICT.text(layer, "a layer")?);
                }
            }
            if let Some(priority) = optional(root, "priority") {
                builder = builder.priorities(priority::read(priority)?);
            }
            builder = builder.limits(limits(root)?);
            if let Some(threads) = threads(root)? {
                builder = builder.threads(threads);
            }
            if let Some(owners) = optional(root, "owners") {
                builder = builder.owners(OwnerMap::of(owners)?);
            }
            if let Some(routes) = optional(root, "routes") {
                builder = builder.routes(Routes::of(routes)?);
            }
            if let Some(tags) = optional(root, "tags") {
                builder = builder.tags(TagPolicy::of_option(tags)?);
            }
            if let Some(managers) = optional(root, "managers") {
                builder = builder.managers(texts(managers, "`managers`")?);
            }
            let acceptances: Vec<Acceptance> =
                shaped(root, "acceptances", "a list of acceptances")?;
            builder = builder.acceptances(acceptances);
            match STRICT.optional_text(root, "digest_key")? {
                Some(key) => Ok(builder.digest_key(key)),
                None => Ok(builder),
            }
        })
    }
}

impl EventOptions {
    /// Reads options from a JSON object: `format` (`auto`, `cloudtrail`, `kubernetes_audit`,
    /// `azure_activity`, `google_audit`, `change_events`), `scope`, `name`, `limits`,
    /// `duplicate_keys`.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a field that there is not or that cannot have its value.
    ///
    /// ```
    /// use drift_core::EventOptions;
    /// let options = EventOptions::from_json(r#"{"scope": {"cluster": "prod"}}"#)?;
    /// assert_eq!(options.scope.get("cluster"), Some("prod"));
    /// assert!(EventOptions::from_json(r#"{"format": "syslog"}"#).is_err());
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        const FIELDS: [&str; 5] = ["format", "scope", "name", "limits", "duplicate_keys"];
        read(text, |root| {
            STRICT.fields(root, "the options", &FIELDS)?;
            Ok(Self {
                format: word(root, "format")?.unwrap_or_default(),
                scope: optional(root, "scope").map(scope).transpose()?.unwrap_or_default(),
                name: STRICT.optional_text(root, "name")?,
                read: read_options(root)?,
            })
        })
    }
}

/// Options of looking for noise: `at_least`.
pub(super) fn noise_options(text: &str) -> Result<NoiseOptions> {
    read(text, |root| {
        STRICT.fields(root, "the options", &["at_least"])?;
        let Some(value) = optional(root, "at_least") else { return Ok(NoiseOptions::default()) };
        let number = value.as_number().and_then(|number| number.as_i64());
        let number = number.and_then(|number| usize::try_from(number).ok());
        match number.filter(|number| *number >= 2) {
            Some(at_least) => Ok(NoiseOptions { at_least }),
            None => Err(STRICT.expected(value, "`at_least` as a whole number from 2 on")),
        }
    })
}

/// Options of reading a text: `syntax`, `schema`, `duplicate_keys`, `limits`.
pub(super) fn text_options(text: &str) -> Result<TextOptions> {
    read(text, |root| {
        STRICT.fields(root, "the options", &["syntax", "schema", "duplicate_keys", "limits"])?;
        let syntax = STRICT.optional_text(root, "syntax")?.unwrap_or_else(|| "json".to_owned());
        let schema = match STRICT.optional_text(root, "schema")?.as_deref() {
            None | Some("core") => YamlSchema::Core,
            Some("kubectl") => YamlSchema::Kubectl,
            Some("cfn") => YamlSchema::Cfn,
            Some(_) => return Err(one_of(root, "schema", &["core", "kubectl", "cfn"])),
        };
        if !["json", "ndjson", "yaml"].contains(&syntax.as_str()) {
            return Err(one_of(root, "syntax", &["json", "ndjson", "yaml"]));
        }
        Ok(TextOptions { syntax, schema, read: read_options(root)? })
    })
}

/// Reads an object of options. Its errors name the field; a place in a text that a binding has
/// written would mean nothing to the caller.
pub(super) fn read<T>(text: &str, object: impl FnOnce(Value<'_>) -> Result<T>) -> Result<T> {
    let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
    object(document.root()).map_err(|error| {
        if error.code() != Code::Option {
            return error;
        }
        let mut plain = Error::new(error.code(), error.message());
        if let Some(path) = error.path() {
            plain = plain.on_path(path);
        }
        match error.help() {
            Some(help) => plain.with_help(help),
            None => plain,
        }
    })
}

/// The text of a value as it is written.
fn raw(value: Value<'_>) -> &str {
    value.document().text().get(value.span()).unwrap_or_default()
}

/// The field `name` as one of its words.
fn word<T: std::str::FromStr<Err = Error>>(root: Value<'_>, name: &str) -> Result<Option<T>> {
    let text = STRICT.optional_text(root, name)?;
    let parsed = text.map(|text| {
        text.parse::<T>().map_err(|error| {
            let option = Error::new(Code::Option, error.message()).on_path(format!("/{name}"));
            match error.help() {
                Some(help) => option.with_help(help),
                None => option,
            }
        })
    });
    parsed.transpose()
}

fn one_of(root: Value<'_>, name: &str, words: &[&str]) -> Error {
    let message = format!("`{name}` has no such value");
    STRICT
        .fault(root.get(name).unwrap_or(root), message)
        .with_help(format!("one of {}", words.join(", ")))
}

fn flag(root: Value<'_>, name: &str) -> Result<bool> {
    let flag = |value: Value<'_>| {
        value.as_bool().ok_or_else(|| STRICT.expected(value, format_args!("`{name}` as a boolean")))
    };
    Ok(optional(root, name).map(flag).transpose()?.unwrap_or_default())
}

/// The field `name` as what serde reads; its errors do not repeat values.
fn shaped<T: DeserializeOwned + Default>(root: Value<'_>, name: &str, what: &str) -> Result<T> {
    let Some(value) = optional(root, name) else { return Ok(T::default()) };
    serde_json::from_str(raw(value)).map_err(|error| {
        let message = format!("`{name}` is not {what}, column {} of it", error.column());
        let help = match name {
            "covers" | "expected" => "a cell is `{provider, type, scope}`, each of them optional",
            "gaps" => {
                "a gap is `{cell, reason, detail}`, the reason one of denied, throttled, \
                unsupported, error, not_collected, stale"
            }
            _ => "an acceptance is `{fingerprint, digest, by, reason, expires}`",
        };
        STRICT.fault(value, message).with_help(help)
    })
}

fn scope(value: Value<'_>) -> Result<Scope> {
    STRICT.map(value, "`scope`")?;
    let field = |(name, value)| Ok((name, STRICT.text(value, "a field of `scope`")?));
    value.fields().map(field).collect()
}

/// Values by their names, alone or as a file of parameters of Azure has them; the same as JSON.
type Given = (BTreeMap<String, ParameterValue>, BTreeMap<String, ParameterJson>);

/// Values by their names, or a list of `{ParameterKey, ParameterValue}` as the AWS tools have it: with
/// `ResolvedValue`, or with `UsePreviousValue` instead.
fn parameters(value: Value<'_>) -> Result<Given> {
    match value.kind() {
        Kind::Map => {
            let (mut given, mut typed) = Given::default();
            for (name, value) in parameters_in(value).unwrap_or(value).fields() {
                let plain = match Entry::of(value) {
                    None => parameter(value)?,
                    Some(Entry::Value(value)) if !value.is_null() => parameter(value)?,
                    Some(_) => ParameterValue::Kept,
                };
                given.insert(name.to_owned(), plain);
                typed.insert(name.to_owned(), ParameterJson(to_json(value).to_string()));
            }
            Ok((given, typed))
        }
        Kind::List => {
            let item = |item: Value<'_>| {
                STRICT.map(item, "a parameter")?;
                let name = STRICT.required(item, "ParameterKey")?;
                let kept = optional(item, "UsePreviousValue").and_then(Value::as_bool);
                let value = if kept == Some(true) {
                    ParameterValue::Kept
                } else if let Some(resolved) = STRICT.optional_text(item, "ResolvedValue")? {
                    ParameterValue::Resolved(resolved)
                } else {
                    parameter(STRICT.required(item, "ParameterValue")?)?
                };
                Ok((STRICT.text(name, "`ParameterKey`")?.to_owned(), value))
            };
            Ok((value.items().map(item).collect::<Result<_>>()?, BTreeMap::new()))
        }
        _ => Err(STRICT.expected(value, "`parameters` as a map")),
    }
}

fn parameter(value: Value<'_>) -> Result<ParameterValue> {
    let scalar = |value: Value<'_>| match (value.as_str(), value.as_number(), value.as_bool()) {
        (Some(text), ..) => Some(text.to_owned()),
        (_, Some(number), _) => Some(number.text().to_owned()),
        (.., Some(truth)) => Some(truth.to_string()),
        _ => None,
    };
    if value.kind() == Kind::List
        && let Some(items) = value.items().map(scalar).collect::<Option<_>>()
    {
        return Ok(ParameterValue::List(items));
    }
    let json = || to_json(value).to_string();
    match value.kind() {
        Kind::Null => {
            let what = "the value of a parameter as a scalar, a list or a map";
            Err(STRICT.expected(value, what))
        }
        _ => Ok(ParameterValue::Text(scalar(value).unwrap_or_else(json))),
    }
}

/// An answer, or its text.
fn stack_resources(value: Value<'_>) -> Result<StackResources> {
    match value.as_str() {
        Some(text) => StackResources::from_json(text),
        None => StackResources::read(value),
    }
}

fn texts(value: Value<'_>, what: &str) -> Result<Vec<String>> {
    STRICT.list(value, what)?;
    value.items().map(|item| STRICT.text(item, what).map(str::to_owned)).collect()
}

fn names_of_packs(value: Value<'_>) -> Result<Packs> {
    match (value.kind(), value.as_str()) {
        (_, Some("all")) => Ok(Packs::All),
        (Kind::List, _) => texts(value, "`packs`").map(Packs::Named),
        _ => Err(STRICT.expected(value, "`packs` as `all` or a list of names")),
    }
}

fn read_options(root: Value<'_>) -> Result<ReadOptions> {
    let duplicate_keys = match STRICT.optional_text(root, "duplicate_keys")?.as_deref() {
        None | Some("error") => DuplicateKeys::Error,
        Some("last") => DuplicateKeys::Last,
        Some(_) => return Err(one_of(root, "duplicate_keys", &["error", "last"])),
    };
    Ok(ReadOptions { limits: limits(root)?, duplicate_keys, stop: None })
}

fn threads(root: Value<'_>) -> Result<Option<usize>> {
    let Some(value) = optional(root, "threads") else { return Ok(None) };
    let number = value.as_number().and_then(|number| number.as_i64());
    let number = number.and_then(|number| usize::try_from(number).ok());
    match number.filter(|number| (1..=MAX_THREADS).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => {
            let expected = format_args!("`threads` as a whole number from 1 to {MAX_THREADS}");
            Err(STRICT.expected(value, expected))
        }
    }
}

/// Limits as options have them, as JSON.
///
/// ```
/// use drift_core::{Limits, wire};
/// assert!(wire::limits_json(&Limits::default()).contains(r#""max_depth":512"#));
/// ```
#[must_use]
pub fn limits_json(limits: &Limits) -> String {
    let Limits {
        max_bytes,
        max_depth,
        max_nodes,
        max_alias_ratio,
        max_documents,
        max_exponent,
        max_list_pairs,
        max_policy_steps,
        max_policy_bytes,
    } = limits;
    serde_json::json!({
        "max_bytes": max_bytes,
        "max_depth": max_depth,
        "max_nodes": max_nodes,
        "max_alias_ratio": max_alias_ratio,
        "max_documents": max_documents,
        "max_exponent": max_exponent,
        "max_list_pairs": max_list_pairs,
        "max_policy_steps": max_policy_steps,
        "max_policy_bytes": max_policy_bytes,
    })
    .to_string()
}

fn limits(root: Value<'_>) -> Result<Limits> {
    let mut limits = Limits::default();
    let Some(given) = optional(root, "limits") else { return Ok(limits) };
    STRICT.fields(given, "`limits`", &LIMITS)?;
    for (name, value) in given.fields() {
        let number = value.as_number().and_then(|number| number.as_i64());
        let Some(number) = number.and_then(|number| usize::try_from(number).ok()) else {
            return Err(
                STRICT.expected(value, format_args!("`{name}` as a whole number from 0 on"))
            );
        };
        let limit = match name {
            "max_bytes" => &mut limits.max_bytes,
            "max_depth" => &mut limits.max_depth,
            "max_nodes" => &mut limits.max_nodes,
            "max_alias_ratio" => &mut limits.max_alias_ratio,
            "max_documents" => &mut limits.max_documents,
            "max_list_pairs" => &mut limits.max_list_pairs,
            "max_policy_steps" => &mut limits.max_policy_steps,
            "max_policy_bytes" => &mut limits.max_policy_bytes,
            _ => {
                limits.max_exponent = u32::try_from(number).unwrap_or(u32::MAX);
                continue;
            }
        };
        *limit = number;
    }
    limits.check()?;
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Reason};

    #[test]
    fn every_option_is_read() {
        let options = ParseOptions::from_json(
            r#"{"format": "mapping", "view": "resources", "name": "a.json", "complete": true,
            "mapping": {"items": "$[*]", "type": {"const": "t"}, "id": "$.id"},
            "covers": [{"type": "t", "scope": {"region": "r"}}],
            "gaps": [{"cell": {"type": "u"}, "reason": "denied", "detail": "no"}],
            "scope": {"account": "1"}, "revision": "abc", "taken_at": "2026-01-01T00:00:00Z",
            "duplicate_keys": "last", "limits": {"max_depth": 12, "max_exponent": 9}}"#,
        )
        .unwrap();
        assert_eq!(options.format, Format::Mapping);
        assert_eq!(options.view.as_deref(), Some("resources"));
        assert!(options.mapping.is_some() && options.complete);
        assert_eq!(options.covers[0].type_name.as_deref(), Some("t"));
        assert_eq!(options.gaps[0].reason, Reason::Denied);
        assert_eq!(options.scope.get("account"), Some("1"));
        assert_eq!(options.read.duplicate_keys, DuplicateKeys::Last);
        assert_eq!((options.read.limits.max_depth, options.read.limits.max_exponent), (12, 9));
        let again = format!(r#"{{"limits": {}}}"#, limits_json(&options.read.limits));
        let again = ParseOptions::from_json(&again).unwrap();
        assert_eq!(again.read.limits, options.read.limits);
        assert_eq!(options.taken_at.unwrap().to_string(), "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn wrong_options_name_the_field_and_no_value() {
        for (text, at) in [
            (r#"{"complete": "canary"}"#, "/complete"),
            (r#"{"format": "canary"}"#, "/format"),
            (r#"{"covers": [{"typ": "canary"}]}"#, "/covers"),
            (r#"{"gaps": [{"reason": "because"}]}"#, "/gaps"),
            (r#"{"limits": {"max_depth": "canary"}}"#, "/limits/max_depth"),
            (r#"{"duplicate_keys": "canary"}"#, "/duplicate_keys"),
            (r#"{"taken_at": "2026-01-01T00:00:00"}"#, "/taken_at"),
        ] {
            let error = ParseOptions::from_json(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Option, Some(at)), "{error}");
            assert!(error.position().is_none());
        }
        for (text, at) in [
            (r#"{"digest_key": 12345}"#, "/digest_key"),
            (r#"{"priority": {"weight": {}}}"#, "/priority/weight"),
            (r#"{"priority": {"weights": {"impact": 1.5}}}"#, "/priority/weights/impact"),
            (
                r#"{"priority": {"weights": {"impact": 0, "exposure": 0, "criticality": 0, "confidence": 0}}}"#,
                "/priority/weights",
            ),
            (r#"{"priority": {"matrix": {"bad": {}}}}"#, "/priority/matrix/bad"),
            (
                r#"{"priority": {"matrix": {"high": {"normal": "p4"}}}}"#,
                "/priority/matrix/high/normal",
            ),
            (
                r#"{"priority": {"criticality": [{"level": "high"}]}}"#,
                "/priority/criticality/0/level",
            ),
            (
                r#"{"priority": {"criticality": [{"level": "low", "tag": {}}]}}"#,
                "/priority/criticality/0/tag",
            ),
            (r#"{"packs": {}}"#, "/packs"),
            (r#"{"acceptances": [{}]}"#, "/acceptances"),
            (r#"{"rules": []}"#, "/rules"),
        ] {
            let error = DetectorBuilder::default().options_json(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Option, Some(at)), "{error}");
            assert!(!format!("{error:?}").contains("12345"));
        }
    }
}
