//! A detector as what it was made from, to be made again: in another thread or process, or in another
//! language.

use super::fault;
use crate::error::{Code, Error, Result};
use crate::normalize::Rules;
#[cfg(feature = "rego")]
use crate::policy::Policies;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Goes up when the form changes its meaning.
const VERSION: u32 = 1;

/// The text of rules, and the name of the file that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// The text.
    pub text: String,
    /// The name, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl RuleText {
    /// The rules.
    ///
    /// # Errors
    /// As [`Rules::from_yaml`].
    pub fn rules(&self) -> Result<Rules> {
        match &self.file {
            Some(file) => Rules::from_file_text(file, &self.text),
            None => Rules::from_yaml(&self.text),
        }
    }
}

/// The texts that policies were read from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    /// The text of a policy file or of Rego; none where the modules stand in `files` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The name of the file that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The texts of the files that it names, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

#[cfg(feature = "rego")]
impl PolicyText {
    /// The policies.
    ///
    /// # Errors
    /// As [`Policies::from_yaml`].
    pub fn policies(&self) -> Result<Policies> {
        match (&self.text, &self.file) {
            (Some(text), Some(file)) => Policies::from_file_text(file, text, &self.files),
            (Some(text), None) => Policies::from_text(text),
            (None, _) => Policies::from_files(&self.files),
        }
    }
}

/// What a detector was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DetectorTexts {
    /// Its rules.
    pub rules: Vec<RuleText>,
    /// Its policies.
    pub policies: Vec<PolicyText>,
    /// Its options, as JSON.
    pub options: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Serialized {
    drift_detector: u32,
    rules: Vec<RuleText>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    policies: Vec<PolicyText>,
    options: Box<RawValue>,
}

/// Rules, policies and options of a detector as one JSON text. It holds the `digest_key` where the options
/// do: keep it as safe as that.
///
/// # Errors
/// `DRIFT_WIRE` where the options are no JSON.
///
/// ```
/// use drift_core::wire::{DetectorTexts, RuleText, deserialize_detector, serialize_detector};
/// let rules = vec![RuleText { text: "[]".to_owned(), file: None }];
/// let options = r#"{"packs": []}"#.to_owned();
/// let texts = DetectorTexts { rules, policies: Vec::new(), options };
/// assert_eq!(deserialize_detector(&serialize_detector(&texts)?)?, texts);
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn serialize_detector(texts: &DetectorTexts) -> Result<String> {
    let internal = |_| Error::new(Code::Wire, "the options of a detector are not JSON");
    let DetectorTexts { rules, policies, options } = texts.clone();
    let options = RawValue::from_string(options).map_err(internal)?;
    let whole = Serialized { drift_detector: VERSION, rules, policies, options };
    serde_json::to_string(&whole).map_err(internal)
}

/// What [`serialize_detector`] has written.
///
/// # Errors
/// `DRIFT_WIRE` where it has not, or in another version.
pub fn deserialize_detector(text: &str) -> Result<DetectorTexts> {
    #[derive(Deserialize)]
    struct Head {
        drift_detector: u32,
    }
    let help = "expected what `serialize` of a detector writes";
    let refused = |error: serde_json::Error| fault(text, &error, "a detector").with_help(help);
    let Head { drift_detector } = serde_json::from_str(text).map_err(refused)?;
    if drift_detector != VERSION {
        let message = format!("detectors of version {drift_detector} are not known here");
        let help = "write and read a detector with one version of drift";
        return Err(Error::new(Code::Wire, message).with_help(help));
    }
    let Serialized { rules, policies, options, .. } =
        serde_json::from_str(text).map_err(refused)?;
    Ok(DetectorTexts { rules, policies, options: options.get().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_detector_is_refused_without_its_values() {
        for text in [
            "",
            "{}",
            "kanary",
            r#"{"drift_detector": 2, "rules": [], "options": {}}"#,
            r#"{"drift_detector": 1, "rules": [{"txt": "kanary"}], "options": {}}"#,
            r#"{"drift_detector": 1, "rules": "kanary", "options": {}}"#,
        ] {
            let error = deserialize_detector(text).unwrap_err();
            assert_eq!(error.code(), Code::Wire, "{text}");
            assert!(!format!("{error:?}").contains("kanary"), "{error:?}");
        }
    }
}
