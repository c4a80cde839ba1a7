//! Tag policies as data: a list of what is demanded, one key an entry.

use super::{Demand, Matches, TagPolicy};
use crate::error::{Code, Result};
use crate::normalize::Glob;
use crate::source::strict::{Strict, optional};
use crate::value::{Document, Kind, ReadOptions, Value, YamlSchema};
use regex::{Regex, RegexBuilder};

const STRICT: Strict = Strict(Code::Rule);

const FIELDS: [&str; 10] =
    ["key", "required", "aliases", "alias", "case", "values", "regex", "match", "reason", "owner"];

/// How large a compiled pattern may be, in bytes.
const MAX_REGEX: usize = 1 << 20;

impl TagPolicy {
    /// Reads a policy from YAML or JSON: `{version: 1, tags: […]}`, or the list alone. An entry has
    /// `key`, and any of `required` (true where nobody says), `aliases` (other names, the first that is
    /// there counts), `alias` (`accept`, or `report`: then an alias is a violation), `case` (`exact` or
    /// `any`; where nobody says, names of Azure are the same in any case), `values` (globs), `regex` (which
    /// has to match the whole value), `match` (`provider`, `type`, `id` and `scope`, each a glob or a list),
    /// `reason` and `owner`.
    ///
    /// # Errors
    /// `DRIFT_RULE` with line and column for what is none of this; `DRIFT_PARSE` and its like where the
    /// text cannot be read.
    pub fn from_yaml(text: &str) -> Result<Self> {
        let options = ReadOptions::default();
        Self::of(Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options)?.root())
    }

    /// As [`TagPolicy::from_yaml`]; errors name the file.
    ///
    /// # Errors
    /// As [`TagPolicy::from_yaml`].
    pub fn from_file_text(file: &str, text: &str) -> Result<Self> {
        Self::from_yaml(text).map_err(|error| error.in_file(file))
    }

    /// Reads an object of the file's shape, its text, or `{file, text}`.
    pub(crate) fn of_option(value: Value<'_>) -> Result<Self> {
        if let Some(text) = value.as_str() {
            return Self::from_yaml(text);
        }
        let text = optional(value, "text").and_then(Value::as_str);
        match (optional(value, "file").and_then(Value::as_str), text) {
            (Some(file), Some(text)) => Self::from_file_text(file, text),
            _ => Self::of(value),
        }
    }

    fn of(value: Value<'_>) -> Result<Self> {
        let list = match value.kind() {
            Kind::List => value,
            _ => {
                STRICT.fields(value, "a tag policy", &["version", "tags"])?;
                version(value)?;
                STRICT.required(value, "tags")?
            }
        };
        STRICT.list(list, "`tags`")?;
        let demands = list.items().map(demand).collect::<Result<_>>()?;
        Ok(Self { demands })
    }
}

fn version(value: Value<'_>) -> Result<()> {
    let Some(version) = optional(value, "version") else { return Ok(()) };
    match version.as_number().and_then(|number| number.as_i64()) {
        Some(1) => Ok(()),
        _ => Err(STRICT
            .fault(version, "the policy is of a version that is not known here")
            .with_help("version 1 is known")),
    }
}

fn demand(value: Value<'_>) -> Result<Demand> {
    STRICT.fields(value, "an entry of a tag policy", &FIELDS)?;
    let key = STRICT.text(STRICT.required(value, "key")?, "`key`")?.to_owned();
    let regex = optional(value, "regex").map(regex).transpose()?;
    let any_case = choice(value, "case", ["exact", "any"])?;
    let matches = optional(value, "match").map(matches).transpose()?.unwrap_or_default();
    Ok(Demand {
        key,
        required: STRICT.flag(value, "required")?.unwrap_or(true),
        aliases: texts(value, "aliases")?,
        any_case,
        values: globs(value, "values")?,
        regex,
        strict: choice(value, "alias", ["accept", "report"])?.unwrap_or(false),
        matches,
        reason: STRICT.optional_text(value, "reason")?,
        owner: STRICT.optional_text(value, "owner")?,
    })
}

/// Whether the field is the second of two words.
fn choice(value: Value<'_>, name: &str, words: [&str; 2]) -> Result<Option<bool>> {
    let Some(field) = optional(value, name) else { return Ok(None) };
    let text = STRICT.text(field, format_args!("`{name}`"))?;
    match words.iter().position(|word| *word == text) {
        Some(at) => Ok(Some(at == 1)),
        None => {
            let [first, second] = words;
            let message = format!("`{name}` has no such value");
            Err(STRICT.fault(field, message).with_help(format!("one of {first}, {second}")))
        }
    }
}

fn regex(value: Value<'_>) -> Result<Regex> {
    let text = STRICT.text(value, "`regex`")?;
    let whole = format!("^(?:{text})$");
    RegexBuilder::new(&whole).size_limit(MAX_REGEX).build().map_err(|_| {
        STRICT.fault(value, "`regex` is no regular expression, or one that is too large").with_help(
            "it is one of the crate regex: without look-around and back-references; it has to \
             match the whole value",
        )
    })
}

fn texts(value: Value<'_>, name: &str) -> Result<Vec<String>> {
    let Some(field) = optional(value, name) else { return Ok(Vec::new()) };
    let what = format!("`{name}`");
    if field.kind() != Kind::List {
        return scalar(field, &what).map(|text| vec![text]);
    }
    field.items().map(|item| scalar(item, &what)).collect()
}

/// Tags are texts: `values: [1234, true]` means what is written.
fn scalar(value: Value<'_>, what: &str) -> Result<String> {
    match (value.as_number(), value.as_bool()) {
        (Some(number), _) => Ok(number.text().to_owned()),
        (_, Some(truth)) => Ok(truth.to_string()),
        _ => STRICT.text(value, format_args!("{what} as texts")).map(str::to_owned),
    }
}

fn globs(value: Value<'_>, name: &str) -> Result<Vec<Glob>> {
    Ok(texts(value, name)?.into_iter().map(Glob::new).collect())
}

fn matches(value: Value<'_>) -> Result<Matches> {
    STRICT.fields(value, "`match`", &["provider", "type", "id", "scope"])?;
    let mut scope = std::collections::BTreeMap::new();
    if let Some(fields) = optional(value, "scope") {
        STRICT.map(fields, "`scope`")?;
        for (name, _) in fields.fields() {
            scope.insert(name.to_owned(), globs(fields, name)?);
        }
    }
    Ok(Matches {
        provider: globs(value, "provider")?,
        type_name: globs(value, "type")?,
        id: globs(value, "id")?,
        scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn error(text: &str) -> Error {
        TagPolicy::from_file_text("tags.yaml", text).unwrap_err()
    }

    #[test]
    fn errors_say_where() {
        for (text, line, column, contains) in [
            ("tags:\n  - {}\n", 2, 5, "`key`"),
            ("version: 2\ntags: []\n", 1, 10, "version"),
            ("- key: env\n  values: {a: b}\n", 2, 11, "texts"),
            ("- key: env\n  regex: '('\n", 2, 10, "regular expression"),
            ("- key: env\n  case: lower\n", 2, 9, "no such value"),
            ("- {key: env, required: 'yes'}\n", 1, 24, "boolean"),
            ("- {key: env, match: {tag: x}}\n", 1, 27, "no such field"),
            ("tags: env\n", 1, 7, "list"),
        ] {
            let error = error(text);
            assert_eq!(error.code(), Code::Rule, "{text}");
            assert!(error.to_string().contains(contains), "{error}");
            assert!(error.to_string().contains("tags.yaml"), "{error}");
            let at = error.position().unwrap();
            assert_eq!((at.line, at.column), (line, column), "{text}");
        }
        assert_eq!(error("tags: [").code(), Code::Parse);
    }

    #[test]
    fn large_patterns_are_refused() {
        let text = "- {key: a, regex: '(a{1000}){1000}'}";
        assert_eq!(error(text).code(), Code::Rule);
    }
}
