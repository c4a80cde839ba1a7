//! What an estate ought to reach.

use crate::error::{Code, Error, Result};
use crate::model::Ratio;
use crate::source::strict::{Strict, optional};
use crate::value::{Document, ReadOptions, Value};

const STRICT: Strict = Strict(Code::Option);

const FIELDS: [&str; 6] = ["coverage", "iac", "owned", "tags", "max_age", "max_baseline_age"];

/// What an estate ought to reach.
///
/// ```
/// use drift_core::readiness::Objectives;
/// let given = Objectives::from_json(r#"{"coverage": 0.99, "max_age": "15m"}"#)?;
/// assert_eq!(given.coverage.value(), 0.99);
/// assert_eq!(given.max_age, Some(900_000));
/// assert_eq!(given.iac, Objectives::default().iac);
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Objectives {
    /// The part of the expected resources that is checked; 0.95 where nobody says.
    pub coverage: Ratio,
    /// The part of the live resources that is declared; 0.8 where nobody says.
    pub iac: Ratio,
    /// The part of the resources that has an owner; 1 where nobody says.
    pub owned: Ratio,
    /// The part of the resources that is tagged as the policy wants it; 1 where nobody says.
    pub tags: Ratio,
    /// How old a snapshot may be, in milliseconds.
    pub max_age: Option<u64>,
    /// How old the baseline may be, in milliseconds.
    pub max_baseline_age: Option<u64>,
}

impl Default for Objectives {
    fn default() -> Self {
        let ratio = |part| Ratio::of(part, 100).unwrap_or(Ratio::ONE);
        Self {
            coverage: ratio(95),
            iac: ratio(80),
            owned: Ratio::ONE,
            tags: Ratio::ONE,
            max_age: None,
            max_baseline_age: None,
        }
    }
}

impl Objectives {
    /// Reads objectives from a JSON object: `coverage`, `iac`, `owned` and `tags` from 0 to 1, and
    /// `max_age` and `max_baseline_age` as `90s`, `15m`, `24h` or `30d`. What is absent or null is the
    /// default.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for what is none of this.
    pub fn from_json(text: &str) -> Result<Self> {
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
        Self::of(document.root()).map_err(|error| {
            let plain = Error::new(error.code(), error.message());
            let plain = match error.path() {
                Some(path) => plain.on_path(path),
                None => plain,
            };
            match error.help() {
                Some(help) => plain.with_help(help),
                None => plain,
            }
        })
    }

    fn of(root: Value<'_>) -> Result<Self> {
        STRICT.fields(root, "the objectives", &FIELDS)?;
        let own = Self::default();
        Ok(Self {
            coverage: ratio(root, "coverage")?.unwrap_or(own.coverage),
            iac: ratio(root, "iac")?.unwrap_or(own.iac),
            owned: ratio(root, "owned")?.unwrap_or(own.owned),
            tags: ratio(root, "tags")?.unwrap_or(own.tags),
            max_age: age(root, "max_age")?,
            max_baseline_age: age(root, "max_baseline_age")?,
        })
    }
}

fn ratio(root: Value<'_>, name: &str) -> Result<Option<Ratio>> {
    let Some(value) = optional(root, name) else { return Ok(None) };
    let number = value.as_number().and_then(|number| number.text().parse::<f64>().ok());
    match number.and_then(Ratio::nearest) {
        Some(ratio) => Ok(Some(ratio)),
        None => Err(STRICT.expected(value, format_args!("`{name}` as a number from 0 to 1"))),
    }
}

fn age(root: Value<'_>, name: &str) -> Result<Option<u64>> {
    let Some(value) = optional(root, name) else { return Ok(None) };
    let wrong = || {
        STRICT
            .expected(value, format_args!("`{name}` as a time such as `15m`"))
            .with_help("a whole number with `s`, `m`, `h` or `d`")
    };
    let text = value.as_str().ok_or_else(wrong)?;
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let number = digits.parse::<u64>().ok().filter(|number| *number > 0);
    let millis = number.and_then(|number| number.checked_mul(seconds * 1000));
    millis.map(Some).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_objectives_name_the_field() {
        for (text, at) in [
            (r#"{"coverge": 1}"#, "/coverge"),
            (r#"{"iac": 80}"#, "/iac"),
            (r#"{"iac": "0.8"}"#, "/iac"),
            (r#"{"max_age": 60}"#, "/max_age"),
            (r#"{"max_age": "1w"}"#, "/max_age"),
            (r#"{"max_age": "é"}"#, "/max_age"),
            (r#"{"max_age": "-1h"}"#, "/max_age"),
            (r#"{"max_age": "99999999999999999999d"}"#, "/max_age"),
        ] {
            let error = Objectives::from_json(text).unwrap_err();
            assert_eq!((error.code(), error.path()), (Code::Option, Some(at)), "{error}");
        }
        assert_eq!(Objectives::from_json(r#"{"max_age": "2h"}"#).unwrap().max_age, Some(7_200_000));
    }
}
