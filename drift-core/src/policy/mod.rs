//! Policies: the user's code that says what must not be, with or without drift.
//!
//! A policy is a file of Rego. Each of its rules named `deny`, `warn` or `violation` is evaluated over a
//! resource as it is declared and as it is, so that a violation says whether the drift has brought it.
//! The engine is [regorus](https://docs.rs/regorus), behind the feature `rego`.

#[cfg(feature = "rego")]
mod annotations;
#[cfg(feature = "rego")]
mod bounds;
#[cfg(feature = "rego")]
mod budget;
#[cfg(feature = "rego")]
mod builtins;
#[cfg(feature = "rego")]
mod calls;
#[cfg(feature = "rego")]
mod compiled;
#[cfg(feature = "rego")]
mod depth;
#[cfg(feature = "rego")]
mod engine;
#[cfg(feature = "rego")]
mod glob;
#[cfg(feature = "rego")]
mod gotext;
#[cfg(feature = "rego")]
mod held;
#[cfg(feature = "rego")]
mod input;
#[cfg(feature = "rego")]
mod load;
#[cfg(feature = "rego")]
mod module;
#[cfg(feature = "rego")]
mod older;
#[cfg(feature = "rego")]
mod results;
#[cfg(feature = "rego")]
mod scan;
#[cfg(feature = "rego")]
mod sprintf;
#[cfg(feature = "rego")]
mod values;

#[cfg(feature = "rego")]
pub(crate) use compiled::PolicySet;
#[cfg(feature = "rego")]
pub(crate) use engine::{Breach, Evaluator, Fault, Judged};
#[cfg(feature = "rego")]
pub(crate) use input::{Subject, raw};

#[cfg(feature = "rego")]
use crate::error::{Code, Error, Result};
use crate::normalize::{Match, Severity};
use crate::time::Timestamp;
#[cfg(feature = "rego")]
use module::Module;
use serde::{Deserialize, Serialize};
#[cfg(feature = "rego")]
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a violation of a policy calls for. A later one asks for more than an earlier one.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Enforcement {
    /// It is counted and listed.
    Observe,
    /// It is told. The default.
    #[default]
    Warn,
    /// Someone has to approve it.
    RequireApproval,
    /// It must not be: what asks may not go on.
    Enforce,
}

impl Enforcement {
    /// Every level with its word, the mildest first.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Observe, "observe"),
        (Self::Warn, "warn"),
        (Self::RequireApproval, "require_approval"),
        (Self::Enforce, "enforce"),
    ];

    /// The word of the level in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(level, _)| *level == self).map_or("", |(_, word)| word)
    }
}

/// What a policy sees as `input`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputShape {
    /// The attributes alone, as rules for conftest expect a document.
    Attributes,
    /// `{resource: {provider, type, id, address, scope, layer, tags, attributes}, parameters}`.
    Resource,
    /// `{review: {object, kind, name, namespace}, parameters}`, as constraint templates of Gatekeeper
    /// expect it.
    Review,
}

impl InputShape {
    /// Every shape with its word.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Attributes, "attributes"), (Self::Resource, "resource"), (Self::Review, "review")];
}

/// Resources that a policy leaves alone, for a time.
#[derive(Clone, Debug)]
pub struct Exemption {
    /// Which resources.
    pub matches: Vec<Match>,
    /// Which rules of the policy, by name; all where there is none.
    pub rules: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when; a date alone holds to its end.
    pub expires: Option<Timestamp>,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its id, unique among the policies of a detector.
    pub id: String,
    /// What it is called where a person reads of it.
    pub title: Option<String>,
    /// Which resources it is about; all where there is none.
    pub matches: Vec<Match>,
    /// How bad a violation is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub category: String,
    /// The controls of standards that it stands for: `PCI-DSS 4.0 1.2.1`.
    pub controls: Vec<String>,
    /// What a violation calls for.
    pub enforcement: Enforcement,
    /// What to do about a violation.
    pub runbook: Option<String>,
    /// Who is exempted.
    pub exemptions: Vec<Exemption>,
    /// What it sees.
    pub input: InputShape,
    /// What it sees as `input.parameters`.
    #[cfg(feature = "rego")]
    pub(crate) parameters: serde_json::Value,
    /// What it sees as `data`.
    #[cfg(feature = "rego")]
    pub(crate) data: serde_json::Value,
    #[cfg(feature = "rego")]
    pub(crate) modules: Vec<Arc<Module>>,
}

/// The policies of one or several files.
///
/// ```
/// use drift_core::policy::Policies;
/// let policies = Policies::from_rego("
/// package s3
/// deny contains msg if {
///     input.acl == \"public-read\"
///     msg := \"the bucket is public\"
/// }
/// ")?;
/// assert_eq!(policies.policies()[0].id, "s3");
/// let error = Policies::from_rego("package s3\ndeny contains msg if {").unwrap_err();
/// assert_eq!(error.code().as_str(), "DRIFT_POLICY");
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Policies {
    policies: Vec<Arc<Policy>>,
    /// Modules without a rule of their own that is asked: what others import.
    #[cfg(feature = "rego")]
    libraries: Vec<Arc<Module>>,
}

impl Policies {
    /// The policies, in the order they were read.
    #[must_use]
    pub fn policies(&self) -> &[Arc<Policy>] {
        &self.policies
    }

    /// Adds the policies of another file.
    pub fn extend(&mut self, other: Self) {
        self.policies.extend(other.policies);
        #[cfg(feature = "rego")]
        self.libraries.extend(other.libraries);
    }
}

#[cfg(feature = "rego")]
impl Policies {
    /// Reads a policy file in YAML, `{version: 1, policies: […]}` or the list alone; JSON is YAML.
    ///
    /// # Errors
    /// `DRIFT_POLICY` with line and policy for a malformed policy, or one whose Rego cannot be read;
    /// `DRIFT_PARSE` for malformed YAML.
    pub fn from_yaml(text: &str) -> Result<Self> {
        load::file(None, text, &BTreeMap::new())
    }

    /// Reads a policy file in JSON.
    ///
    /// # Errors
    /// As [`Policies::from_yaml`].
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_yaml(text)
    }

    /// Reads an object of the file's shape.
    ///
    /// # Errors
    /// As [`Policies::from_yaml`].
    pub fn from_value(value: &serde_json::Value) -> Result<Self> {
        Self::from_yaml(&value.to_string())
    }

    /// Reads Rego alone. Its package is the policy's id, and the annotations of the package say the rest: `title`, and under `custom` what a policy file says of a policy.
    ///
    /// # Errors
    /// `DRIFT_POLICY` where it is no Rego, or asks for what policies may not have.
    pub fn from_rego(text: &str) -> Result<Self> {
        load::rego(None, text)
    }

    /// Reads any of these from a text: Rego starts with `package`, behind comments.
    ///
    /// # Errors
    /// As [`Policies::from_yaml`] and [`Policies::from_rego`].
    pub fn from_text(text: &str) -> Result<Self> {
        if scan::is_rego(text) { Self::from_rego(text) } else { Self::from_yaml(text) }
    }

    /// Reads the text of a named file, with the texts of the files that it names by `file`, each by that
    /// name: [`Policies::files_of`] tells which. Errors carry the names.
    ///
    /// # Errors
    /// As [`Policies::from_text`], and `DRIFT_POLICY` where a text is not given.
    pub fn from_file_text(
        file: &str,
        text: &str,
        files: &BTreeMap<String, String>,
    ) -> Result<Self> {
        if file.ends_with(".rego") || scan::is_rego(text) {
            return load::rego(Some(file), text);
        }
        load::file(Some(file), text, files)
    }

    /// Reads the modules among files, by their names: those that end in `.rego`, but for `_test.rego`. The
    /// modules of one package are one policy, and each may use all others, as with conftest.
    ///
    /// # Errors
    /// As [`Policies::from_rego`].
    ///
    /// ```
    /// use drift_core::policy::Policies;
    /// let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    /// let policies = Policies::from_files(&[
    ///     file("a.rego", "package main\ndeny contains \"a\" if is_public"),
    ///     file("b.rego", "package main\nis_public if input.acl == \"public-read\""),
    /// ].into())?;
    /// assert_eq!(policies.policies().len(), 1);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn from_files(files: &BTreeMap<String, String>) -> Result<Self> {
        load::modules(files)
    }

    /// The files that a policy file names by `file`, each once.
    ///
    /// # Errors
    /// As [`Policies::from_yaml`], as far as the frame of the file goes.
    ///
    /// ```
    /// use drift_core::policy::Policies;
    /// let text = "{version: 1, policies: [{id: a, file: a.rego}], libraries: [{file: lib.rego}]}";
    /// assert_eq!(Policies::files_of(text)?, ["a.rego", "lib.rego"]);
    /// # Ok::<(), drift_core::Error>(())
    /// ```
    pub fn files_of(text: &str) -> Result<Vec<String>> {
        if scan::is_rego(text) { Ok(Vec::new()) } else { load::files_of(text) }
    }
}

/// An error of a policy's.
#[cfg(feature = "rego")]
fn fail(message: impl Into<String>) -> Error {
    Error::new(Code::Policy, message)
}
