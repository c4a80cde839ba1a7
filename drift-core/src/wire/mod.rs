//! The JSON contract: reports read back, the schema that their readers in any language go by, and
//! options and work as the bindings hand them over.

mod many;
#[cfg(feature = "bindings")]
mod memory;
mod options;
mod pages;
mod pieces;
mod priority;
mod query;
mod serialized;
mod tools;
#[cfg(feature = "bindings")]
mod worker;

pub use many::{acceptances, noise_suggestions, preview, promote, rule_usage};
#[cfg(feature = "bindings")]
pub use memory::{memory, report_memory};
pub use options::limits_json;
pub use pages::{FindingPage, Query};
pub use pieces::{entries, is_shallow, length, section};
pub use serialized::{
    DetectorTexts, PolicyText, RuleText, deserialize_detector, serialize_detector,
};
pub use tools::{canonical, catalogue, formats, parse_path, parts, resources, select, warnings};
#[cfg(feature = "bindings")]
pub use worker::{run, run_here};

use crate::error::{Code, Error, Position, Result};
use crate::parity::Parity;
use crate::readiness::Readiness;
use crate::report::{ExitStyle, PARTIAL_VERSION, Partial, Report, SCHEMA_VERSION};
#[cfg(feature = "schema")]
use crate::value::Tree;
use serde::Deserialize;

impl Report {
    /// Reads a report that [`Report::to_json`] has written. Fields that are not known here are
    /// ignored, so that reports of a later minor version can be read.
    ///
    /// # Errors
    /// `DRIFT_WIRE` where the text is no report, or one of a major version that is not known here.
    ///
    /// ```
    /// # use drift_core::{Context, Detector, Format, Snapshot, Timestamp};
    /// use drift_core::Report;
    /// # let side = Snapshot::parse(b"[]", Format::Records)?;
    /// # let at = "2026-01-01T00:00:00Z".parse::<Timestamp>()?;
    /// # let report = Detector::builder().build()?.detect(&side, &side, &Context::at(at));
    /// assert_eq!(Report::from_json(&report.to_json())?, report);
    /// let error = Report::from_json(r#"{"schema_version": "9"}"#).unwrap_err();
    /// assert_eq!(error.code().as_str(), "DRIFT_WIRE");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Head {
            schema_version: String,
        }
        let head: Head = read(text, "a report")?;
        if major(&head.schema_version) != major(SCHEMA_VERSION) {
            let message = "the report is of a version that is not known here";
            let help = format!("version {} is known", major(SCHEMA_VERSION));
            return Err(Error::new(Code::Wire, message).on_path("schema_version").with_help(help));
        }
        read(text, "a report")
    }
}

impl Parity {
    /// Reads a comparison that [`Parity::to_json`] has written; fields that are not known here are
    /// ignored.
    ///
    /// # Errors
    /// `DRIFT_WIRE` where the text is none, or one of a major version that is not known here.
    pub fn from_json(text: &str) -> Result<Self> {
        let parity: Self = read(text, "a parity")?;
        if major(&parity.schema_version) == "1" {
            return Ok(parity);
        }
        let message = "the parity is of a version that is not known here";
        Err(Error::new(Code::Wire, message)
            .on_path("schema_version")
            .with_help("version 1 is known"))
    }
}

impl Readiness {
    /// Reads checks that [`Readiness::to_json`] has written; fields that are not known here are ignored.
    ///
    /// # Errors
    /// `DRIFT_WIRE` where the text is none, or one of a major version that is not known here.
    pub fn from_json(text: &str) -> Result<Self> {
        let readiness: Self = read(text, "a readiness")?;
        if major(&readiness.schema_version) == "1" {
            return Ok(readiness);
        }
        let message = "the readiness is of a version that is not known here";
        Err(Error::new(Code::Wire, message)
            .on_path("schema_version")
            .with_help("version 1 is known"))
    }
}

impl Partial {
    /// The part as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads a part from JSON.
    ///
    /// # Errors
    /// `DRIFT_WIRE` where it is none, or is of another version.
    pub fn from_json(text: &str) -> Result<Self> {
        let part: Self = read(text, "a partial")?;
        if part.version() != PARTIAL_VERSION {
            let message = format!("partials of version `{}` are not known here", part.version());
            let help = "make all parts with one version of drift";
            return Err(Error::new(Code::Wire, message).on_path("version").with_help(help));
        }
        if !part.is_told() {
            let message = "the partial does not say which part it is";
            let help = "expected what `to_json` of a partial writes";
            return Err(Error::new(Code::Wire, message).on_path("parts").with_help(help));
        }
        Ok(part)
    }
}

impl std::str::FromStr for ExitStyle {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "diff" => Ok(Self::Diff),
            "terraform" => Ok(Self::Terraform),
            other => {
                let message = format!("no such style of exit codes: `{other}`");
                Err(Error::new(Code::Option, message).with_help("one of diff, terraform"))
            }
        }
    }
}

fn major(version: &str) -> &str {
    version.split('.').next().unwrap_or_default()
}

/// Where the text stops being what was asked for; what stands there is not said, as it may be anything.
/// What `to_json` of `what` has written; editors may have put a byte-order mark in front.
fn read<'t, T: Deserialize<'t>>(text: &'t str, what: &str) -> Result<T> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| fault(text, &error, what))
}

fn fault(text: &str, error: &serde_json::Error, what: &str) -> Error {
    let not = format!("the JSON is not {what}");
    let message = if error.is_data() { not } else { "not JSON".to_owned() };
    let before = text.split_inclusive('\n').take(error.line().saturating_sub(1));
    let offset = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
    Error::new(Code::Wire, message)
        .at(Position::of(text.as_bytes(), offset))
        .with_help(format!("expected what `to_json` of {what} writes"))
}

/// The JSON Schema (2020-12) of reports.
///
/// ```
/// let schema = drift_core::wire::report_schema();
/// assert!(schema.contains("https://json-schema.org/draft/2020-12/schema"));
/// ```
#[cfg(feature = "schema")]
#[must_use]
pub fn report_schema() -> String {
    schema_of::<Report>("urn:drift:report:1")
}

/// The JSON Schema (2020-12) of comparisons of many snapshots.
///
/// ```
/// assert!(drift_core::wire::parity_schema().contains("urn:drift:parity:1"));
/// ```
#[cfg(feature = "schema")]
#[must_use]
pub fn parity_schema() -> String {
    schema_of::<Parity>("urn:drift:parity:1")
}

/// The JSON Schema (2020-12) of readiness.
///
/// ```
/// assert!(drift_core::wire::readiness_schema().contains("urn:drift:readiness:1"));
/// ```
#[cfg(feature = "schema")]
#[must_use]
pub fn readiness_schema() -> String {
    schema_of::<Readiness>("urn:drift:readiness:1")
}

#[cfg(feature = "schema")]
fn schema_of<T: schemars::JsonSchema>(id: &str) -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    // Through a tree, so that the order of the fields depends on no feature of a library.
    let text = serde_json::to_string(&schema).unwrap_or_default();
    let sorted: Tree = serde_json::from_str(&text).unwrap_or(Tree::Null);
    serde_json::to_string_pretty(&sorted).unwrap_or_default() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Detector, Format, Snapshot};

    fn json() -> String {
        let side = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
        let desired = side(r#"[{"type": "t", "id": "a", "attributes": {"n": 1e30, "x": null}}]"#);
        let actual =
            side(r#"[{"type": "t", "id": "a", "attributes": {"n": 123456789012345678901}}]"#);
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        Detector::builder().build().unwrap().detect(&desired, &actual, &Context::at(at)).to_json()
    }

    #[test]
    fn reports_come_back_as_they_were_written() {
        let json = json();
        assert!(json.contains("\"desired\":1e+30,\"actual\":123456789012345678901"), "{json}");
        assert_eq!(Report::from_json(&json).unwrap().to_json(), json);
    }

    #[test]
    fn later_minor_versions_are_read_and_other_majors_refused() {
        let later = json()
            .replacen("\"schema_version\":\"1\"", "\"schema_version\":\"1.7\"", 1)
            .replacen("\"verdict\"", "\"new\":{\"source\":[1]},\"verdict\"", 1)
            .replace("\"kind\":", "\"newer\":1e999,\"kind\":");
        assert!(Report::from_json(&later).is_ok());
        for version in ["2", "0.9", "", "11"] {
            let text = json().replacen("version\":\"1\"", &format!("version\":\"{version}\""), 1);
            let error = Report::from_json(&text).unwrap_err();
            assert_eq!(error.code(), Code::Wire);
            assert!(error.to_string().contains("version that is not known"), "{error}");
        }
    }

    #[test]
    fn errors_say_where_and_not_what() {
        let broken = json().replacen("\"partial\":false", "\"partial\":\"hunter2\"", 1);
        for text in
            ["", "[]", "hunter2", "{\"schema_version\": 1}", "{}", &broken, "{\n \"a\": hunter2}"]
        {
            let error = Report::from_json(text).unwrap_err();
            assert_eq!(error.code(), Code::Wire, "{text}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        let at = Report::from_json("{\n \"a\": x}").unwrap_err().position().unwrap();
        assert_eq!((at.line, at.column), (2, 7));
    }

    #[test]
    fn an_ignore_rule_names_the_printed_path_with_its_positions() {
        let side = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records).unwrap();
        let desired =
            side(r#"[{"type": "t", "id": "a", "attributes": {"l": [{"x": 1, "y": 1}, 1]}}]"#);
        let actual =
            side(r#"[{"type": "t", "id": "a", "attributes": {"l": [{"x": 2, "y": 2}, 1]}}]"#);
        let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
        let report = |rules: crate::Rules| {
            let detector = Detector::builder().rules(rules).build().unwrap();
            detector.detect(&desired, &actual, &context)
        };
        let all = report(crate::Rules::default());
        let finding = &all.findings[0];
        let rule = finding.changes[0].ignore_rule(&finding.resource);
        assert!(rule.contains("paths: [\"l[0].x\"]"), "{rule}");
        let left = report(crate::Rules::from_yaml(&rule).unwrap());
        let paths: Vec<&str> = left.findings[0].changes.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["l[0].y"]);
        assert!(
            report(crate::Rules::from_yaml(&finding.ignore_rule()).unwrap()).findings.is_empty()
        );
    }
}
