//! Packs: what is known about resource types, as data in the rule language.

use super::catalogue::{CATALOGUES, Catalogue};
use super::load::Origin;
use super::rule::{Layer, Rule};
use super::rules::Rules;
use crate::error::{Code, Error, Result};
use crate::value::did_you_mean;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A pack that is built in.
struct Pack {
    name: &'static str,
    text: &'static str,
    layer: Layer,
    /// Its rules, read when they are first asked for.
    rules: OnceLock<Result<Rules>>,
}

impl Pack {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, layer: Layer::Pack, rules: OnceLock::new() }
    }

    /// A pack that stands behind those which speak of single types.
    const fn behind(name: &'static str, text: &'static str) -> Self {
        Self { name, text, layer: Layer::GeneratedPack, rules: OnceLock::new() }
    }

    /// Changes with what the pack says.
    fn version(&self) -> String {
        let digest = Sha256::digest(self.text.as_bytes());
        let digits = digest.iter().take(6).map(|byte| format!("{byte:02x}"));
        format!("sha256:{}", digits.collect::<String>())
    }

    fn rules(&self) -> Result<&[Arc<Rule>]> {
        let origin = Origin { layer: self.layer, pack: Some(self.name), file: None };
        let loaded = self.rules.get_or_init(|| Rules::load(self.text, origin));
        loaded.as_ref().map(Rules::rules).map_err(Error::clone)
    }
}

static PACKS: [Pack; 8] = [
    Pack::new("aws", include_str!("../../packs/aws.yaml")),
    Pack::new("azure", include_str!("../../packs/azure.yaml")),
    Pack::behind("cloudformation", include_str!("../../packs/cloudformation.yaml")),
    Pack::new("google", include_str!("../../packs/google.yaml")),
    Pack::new("kubernetes", include_str!("../../packs/kubernetes.yaml")),
    Pack::new("sql", include_str!("../../packs/sql.yaml")),
    Pack::new("terraform", include_str!("../../packs/terraform.yaml")),
    Pack::new("tools", include_str!("../../packs/tools.yaml")),
];

/// Which packs a detector knows.
///
/// ```
/// use drift_core::normalize::Packs;
/// assert!(Packs::names().any(|name| name == "kubernetes"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Packs {
    /// All that are built in. The default.
    #[default]
    All,
    /// These alone.
    Named(Vec<String>),
}

impl Packs {
    /// No packs: only what documents and the user's rules say.
    #[must_use]
    pub fn none() -> Self {
        Self::Named(Vec::new())
    }

    /// The names of the packs that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        PACKS.iter().map(|pack| pack.name).chain(CATALOGUES.iter().map(|one| one.pack))
    }

    /// The versions of the packs, by name: a digest of what each says.
    ///
    /// ```
    /// use drift_core::normalize::Packs;
    /// assert_eq!(Packs::Named(vec!["aws".into()]).versions().len(), 1);
    /// ```
    #[must_use]
    pub fn versions(&self) -> BTreeMap<String, String> {
        let wanted = PACKS.iter().filter(|pack| self.holds(pack.name));
        wanted.map(|pack| (pack.name.to_owned(), pack.version())).collect()
    }

    fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|known| known == name),
        }
    }

    /// The rules of the packs.
    ///
    /// # Errors
    /// `DRIFT_OPTION` for a pack that there is not.
    pub(crate) fn load(&self) -> Result<Vec<Arc<Rule>>> {
        let mut rules = Vec::new();
        if let Self::Named(names) = self {
            for name in names {
                if !Self::names().any(|known| known == name) {
                    let error = Error::new(Code::Option, format!("no such pack: `{name}`"));
                    let known: Vec<&str> = Self::names().collect();
                    let help = did_you_mean(name, &known);
                    return Err(error.with_help(
                        help.unwrap_or_else(|| format!("one of {}", known.join(", "))),
                    ));
                }
            }
        }
        for pack in PACKS.iter().filter(|pack| self.holds(pack.name)) {
            rules.extend_from_slice(pack.rules()?);
        }
        Ok(rules)
    }

    /// The catalogues of the packs.
    pub(crate) fn catalogues(&self) -> Vec<&'static Catalogue> {
        CATALOGUES.iter().filter(|catalogue| self.wants(catalogue.pack)).collect()
    }

    fn wants(&self, pack: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == pack),
        }
    }
}
