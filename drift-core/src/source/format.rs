//! The formats by name.

use super::{ansible, cloudformation, kubernetes, mapping, pulumi, strict, terraform};
use crate::error::{Code, Error, Result};
use crate::value::did_you_mean;
use std::fmt;

/// What a document holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Found out from the document, or an error where it cannot be told.
    #[default]
    Auto,
    /// The neutral format: a list, NDJSON, or `{"resources": […]}` of records.
    Records,
    /// Any JSON, NDJSON or YAML, read through a [`Mapping`](super::Mapping).
    Mapping,
    /// Kubernetes objects and lists of them, as `kubectl` writes and reads them.
    Kubernetes,
    /// A Terraform or OpenTofu state file of version 4.
    TerraformState,
    /// What `terraform show -json` or `tofu show -json` prints of a state.
    TerraformShow,
    /// What `terraform show -json` or `tofu show -json` prints of a plan.
    TerraformPlan,
    /// Terraform or OpenTofu configuration, `.tf` and `.tofu` files: what is written there literally. Read with
    /// the feature `hcl`.
    TerraformConfig,
    /// CloudFormation templates, in JSON or YAML with short tags.
    Cloudformation,
    /// What CloudFormation expects of the resources of a stack, and what it found.
    CloudformationDrifts,
    /// What `ansible-playbook --check --diff` prints with the callback `json`.
    AnsibleCheck,
    /// Templates of Azure Resource Manager, as Bicep compiles to them.
    ArmTemplate,
    /// What `pulumi stack export` prints, and the checkpoints of backends.
    PulumiStack,
    /// What `pulumi preview --json` prints.
    PulumiPreview,
    /// The events of an engine of Pulumi, as `--event-log` writes them.
    PulumiEvents,
    /// Statements of SQL that make tables: a schema, or the files of a migration. Read with the
    /// feature `sql`.
    SqlDdl,
    /// What a database says of its schema: rows of its catalogue, or `schema.json` of tbls. Read with
    /// the feature `sql`.
    SqlSchema,
    /// Names and values of an environment, `NAME=value`.
    Dotenv,
    /// Settings in sections.
    Ini,
    /// Settings in TOML. Read with the feature `toml`.
    Toml,
}

impl Format {
    /// Every format.
    #[must_use]
    pub const fn list() -> &'static [Self] {
        &[
            Self::Auto,
            Self::Records,
            Self::Mapping,
            Self::Kubernetes,
            Self::TerraformState,
            Self::TerraformShow,
            Self::TerraformPlan,
            Self::TerraformConfig,
            Self::Cloudformation,
            Self::CloudformationDrifts,
            Self::AnsibleCheck,
            Self::ArmTemplate,
            Self::PulumiStack,
            Self::PulumiPreview,
            Self::PulumiEvents,
            Self::SqlDdl,
            Self::SqlSchema,
            Self::Dotenv,
            Self::Ini,
            Self::Toml,
        ]
    }

    /// The views that documents of the format can be read through; the first is the default.
    ///
    /// A view says which of the states that a document tells of is meant. With [`Format::Auto`] those
    /// of the format that is found count.
    ///
    /// ```
    /// use drift_core::Format;
    /// assert_eq!(Format::TerraformPlan.views(), ["planned", "prior", "refreshed"]);
    /// assert_eq!(Format::TerraformState.views(), ["resources"]);
    /// ```
    #[must_use]
    pub const fn views(self) -> &'static [&'static str] {
        match self {
            Self::TerraformPlan => &terraform::plan::VIEWS,
            Self::CloudformationDrifts => &cloudformation::drifts::VIEWS,
            Self::AnsibleCheck => &ansible::VIEWS,
            Self::PulumiStack => &pulumi::stack::VIEWS,
            Self::PulumiPreview => &pulumi::preview::VIEWS,
            Self::PulumiEvents => &pulumi::events::VIEWS,
            Self::Kubernetes => &kubernetes::VIEWS,
            Self::Mapping => &mapping::VIEWS,
            _ => &["resources"],
        }
    }

    /// The format's name, the same in every language.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Records => "records",
            Self::Mapping => "mapping",
            Self::Kubernetes => "kubernetes",
            Self::TerraformState => "terraform_state",
            Self::TerraformShow => "terraform_show",
            Self::TerraformPlan => "terraform_plan",
            Self::TerraformConfig => "terraform_config",
            Self::Cloudformation => "cloudformation",
            Self::CloudformationDrifts => "cloudformation_drifts",
            Self::AnsibleCheck => "ansible_check",
            Self::ArmTemplate => "arm_template",
            Self::PulumiStack => "pulumi_stack",
            Self::PulumiPreview => "pulumi_preview",
            Self::PulumiEvents => "pulumi_events",
            Self::SqlDdl => "sql_ddl",
            Self::SqlSchema => "sql_schema",
            Self::Dotenv => "dotenv",
            Self::Ini => "ini",
            Self::Toml => "toml",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads a format's name; an unknown one is `DRIFT_OPTION`.
///
/// ```
/// use drift_core::Format;
/// assert_eq!("kubernetes".parse::<Format>()?, Format::Kubernetes);
/// let error = "kubernets".parse::<Format>().unwrap_err();
/// assert_eq!(error.help(), Some("did you mean `kubernetes`?"));
/// # Ok::<(), drift_core::Error>(())
/// ```
impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = Self::list().iter().find(|format| format.as_str() == name);
        known.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::list().iter().map(|format| format.as_str()).collect();
            let all = || format!("the formats are `{}`", names.join("`, `"));
            Error::new(Code::Option, format!("no such format: `{}`", strict::shown(name)))
                .with_help(did_you_mean(name, &names).unwrap_or_else(all))
        })
    }
}
