//! Mappings that are built in, by the command whose answer they read.

use super::Mapping;
use crate::error::{Code, Error, Result};
use crate::value::{Value, did_you_mean};
use std::sync::OnceLock;

/// A mapping that is built in.
struct Named {
    name: &'static str,
    text: &'static str,
    loaded: OnceLock<Result<Mapping>>,
}

impl Named {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, loaded: OnceLock::new() }
    }

    fn mapping(&self) -> &Result<Mapping> {
        self.loaded.get_or_init(|| Mapping::from_yaml(self.text))
    }
}

static NAMED: [Named; 4] = [
    Named::new(
        "aws ec2 describe-security-groups",
        include_str!("../../../mappings/aws-ec2-describe-security-groups.yaml"),
    ),
    Named::new(
        "aws ec2 describe-instances",
        include_str!("../../../mappings/aws-ec2-describe-instances.yaml"),
    ),
    Named::new(
        "aws rds describe-db-instances",
        include_str!("../../../mappings/aws-rds-describe-db-instances.yaml"),
    ),
    Named::new(
        "aws secretsmanager get-secret-value",
        include_str!("../../../mappings/aws-secretsmanager-get-secret-value.yaml"),
    ),
];

impl Mapping {
    /// A mapping that is built in, named by the command whose answer it reads.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where there is none of the name.
    ///
    /// ```
    /// use drift_core::source::Mapping;
    /// assert!(Mapping::named("aws ec2 describe-security-groups").is_ok());
    /// assert!(Mapping::names().all(|name| Mapping::named(name).is_ok()));
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        match NAMED.iter().find(|named| named.name == name) {
            Some(named) => named.mapping().clone(),
            None => {
                let names: Vec<&str> = Self::names().collect();
                let all = || format!("the mappings are `{}`", names.join("`, `"));
                let name = super::shown(name);
                Err(Error::new(Code::Option, format!("no such mapping: `{name}`"))
                    .with_help(did_you_mean(name, &names).unwrap_or_else(all)))
            }
        }
    }

    /// The names of the mappings that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|named| named.name)
    }

    /// A mapping as options give it: the name of one that is built in, or its text in YAML.
    ///
    /// # Errors
    /// As [`Mapping::named`] for a text of one line without a colon, else as
    /// [`Mapping::from_yaml`].
    pub fn from_name_or_yaml(text: &str) -> Result<Self> {
        match text.contains([':', '\n', '{']) {
            true => Self::from_yaml(text),
            false => Self::named(text.trim()),
        }
    }

    /// The mapping that is built in for documents such as this one.
    pub(in crate::source) fn for_document(root: Value<'_>) -> Option<&'static Self> {
        let fits = |named: &'static Named| named.mapping().as_ref().ok().filter(|m| m.fits(root));
        NAMED.iter().find_map(fits)
    }
}
