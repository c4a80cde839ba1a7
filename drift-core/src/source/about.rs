//! What every format is, as the documentation lists it.

use super::Format;

/// What is read of a format, in which versions, and what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct About {
    /// The versions that are read; others are refused.
    pub versions: &'static str,
    /// The layers of an estate that such documents mostly tell of.
    pub layers: &'static str,
    /// What is read.
    pub reads: &'static str,
    /// What is not.
    pub leaves_out: &'static str,
}

impl Format {
    /// What the format is. `docs/FORMATS.md` has the same table.
    ///
    /// ```
    /// use drift_core::Format;
    /// assert_eq!(Format::TerraformState.about().versions, "4");
    /// ```
    #[must_use]
    pub const fn about(self) -> About {
        match self {
            Self::Auto => About {
                versions: "those of what is found",
                layers: "all",
                reads: "whatever can be told by its shape",
                leaves_out: "what fits no format: `DRIFT_FORMAT`",
            },
            Self::Records => About {
                versions: "no versions",
                layers: "all",
                reads: "what you collect yourself: type, id, attributes and more",
                leaves_out: "nothing: an unknown field is an error",
            },
            Self::Mapping => About {
                versions: "any JSON, NDJSON or YAML",
                layers: "all",
                reads: "what the mapping names; built in for answers and files of many tools",
                leaves_out: "what the mapping does not name",
            },
            Self::Kubernetes => About {
                versions: "every `apiVersion`",
                layers: "kubernetes",
                reads: "manifests and live objects, single, in lists and in streams",
                leaves_out: "templates that have not been rendered",
            },
            Self::TerraformState => About {
                versions: "4",
                layers: "those of its types",
                reads: "managed resources of states",
                leaves_out: "data sources; encrypted states are refused",
            },
            Self::TerraformShow => About {
                versions: "0.1, 0.2, 1.x",
                layers: "those of its types",
                reads: "managed resources of states as `show -json` prints them",
                leaves_out: "data sources, checks",
            },
            Self::TerraformPlan => About {
                versions: "0.1, 0.2, 1.x",
                layers: "those of its types",
                reads: "what is planned, what was recorded, and what the refresh found",
                leaves_out: "data sources, outputs, checks",
            },
            Self::TerraformConfig => About {
                versions: "the language of Terraform 0.12 and later",
                layers: "those of its types",
                reads: "literal arguments of `resource` blocks, by line",
                leaves_out: "what has to be evaluated is unknown; modules, `count` and `for_each`",
            },
            Self::Cloudformation => About {
                versions: "2010-09-09",
                layers: "those of its types",
                reads: "resources of templates, functions evaluated",
                leaves_out: "outputs, rules, hooks; what a macro or SAM would make",
            },
            Self::CloudformationDrifts => About {
                versions: "2010-05-15 (the API)",
                layers: "those of its types",
                reads: "what CloudFormation expected and found of each resource",
                leaves_out: "its own differences: they are found anew",
            },
            Self::AnsibleCheck => About {
                versions: "no versions",
                layers: "compute, application",
                reads: "what each task would change on each host",
                leaves_out: "facts, skipped tasks; texts that are only prepared for display",
            },
            Self::ArmTemplate => About {
                versions: "2014-04-01-preview to 2019-08-01; languages 1.0, 2.0",
                layers: "those of its types",
                reads: "resources of templates, nested ones among them, expressions evaluated",
                leaves_out: "outputs, linked templates, deployments themselves; what `reference` would answer",
            },
            Self::PulumiStack => About {
                versions: "3, 4",
                layers: "those of its types",
                reads: "custom resources of stack exports and checkpoints: inputs and outputs",
                leaves_out: "components, providers, what is only read; encrypted secrets are unknown",
            },
            Self::PulumiPreview => About {
                versions: "no versions",
                layers: "those of its types",
                reads: "what is declared, what was recorded, and what the refresh found",
                leaves_out: "as of stacks; its own differences: they are found anew",
            },
            Self::PulumiEvents => About {
                versions: "no versions",
                layers: "those of its types",
                reads: "the same, of a run as it went",
                leaves_out: "as of stacks; policies, diagnostics but for errors",
            },
            Self::SqlDdl => About {
                versions: "PostgreSQL, MySQL, MariaDB, SQLite",
                layers: "data",
                reads: "tables, views, indexes and sequences that statements make, in their order",
                leaves_out: "data, rights, functions, types; what is not evaluated is a gap",
            },
            Self::SqlSchema => About {
                versions: "PostgreSQL, MySQL, MariaDB, SQLite; tbls",
                layers: "data",
                reads: "rows of `information_schema`, of `sqlite_master`, `schema.json` of tbls",
                leaves_out: "rights, functions, types; rows that are not passed",
            },
            Self::Dotenv => About {
                versions: "no versions",
                layers: "application",
                reads: "names and values, quoted or not",
                leaves_out: "what refers to other variables is unknown",
            },
            Self::Ini => About {
                versions: "no versions",
                layers: "application",
                reads: "sections of settings, as texts",
                leaves_out: "interpolation: values are taken as they are written",
            },
            Self::Toml => About {
                versions: "1.0, 1.1",
                layers: "application",
                reads: "tables, arrays and values",
                leaves_out: "comments",
            },
        }
    }
}
