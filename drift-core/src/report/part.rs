//! What has been found of some resources: their outcomes, in any order.

use super::policy::PolicyPart;
use super::settled::{Agreed, Settled};
use super::types::RuleUsage;
use crate::coverage::LayersOfTypes;
use crate::model::{Coverage, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What has been found of some resources, redacted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Whether `detail` asks for everything.
    pub(super) full: bool,
    pub(super) entries: Vec<Settled>,
    /// Resources whose two sides agree, and of which there is nothing else to say.
    #[serde(default)]
    pub(super) agreed: Vec<Agreed>,
    pub(super) desired: Coverage,
    pub(super) actual: Coverage,
    pub(super) usage: BTreeMap<String, RuleUsage>,
    /// The packs that were known, by name, with their versions.
    #[serde(default)]
    pub(super) packs: BTreeMap<String, String>,
    /// The layers of the types of declared resources.
    #[serde(default)]
    pub(super) layers: LayersOfTypes,
    pub(super) warnings: Vec<Warning>,
    /// What policies have said.
    #[serde(default, skip_serializing_if = "PolicyPart::is_empty")]
    pub(crate) policy: PolicyPart,
}

impl Part {
    pub(crate) fn new(full: bool, desired: Coverage, actual: Coverage) -> Self {
        Self { full, desired, actual, ..Self::default() }
    }

    pub(crate) fn push(&mut self, entry: Settled, warnings: Vec<Warning>) {
        self.entries.push(entry);
        self.warnings.extend(warnings);
    }

    /// Makes room for so many that agree.
    pub(crate) fn make_room(&mut self, count: usize) {
        self.agreed.reserve(count);
    }

    pub(crate) fn agree(&mut self, agreed: Agreed) {
        self.agreed.push(agreed);
    }

    pub(crate) fn warn(&mut self, warnings: impl IntoIterator<Item = Warning>) {
        self.warnings.extend(warnings);
    }

    /// Notes a rule, and how often it matched.
    pub(crate) fn count(&mut self, usage: RuleUsage) {
        match self.usage.get_mut(&usage.rule) {
            Some(known) => known.matched += usage.matched,
            None => {
                self.usage.insert(usage.rule.clone(), usage);
            }
        }
    }

    /// Notes packs that were known. Of several versions of one the last by name counts.
    pub(crate) fn know(&mut self, packs: BTreeMap<String, String>) {
        for (name, version) in packs {
            let known = self.packs.entry(name).or_default();
            *known = version.max(std::mem::take(known));
        }
    }

    /// Notes the layer of a type.
    pub(crate) fn place(&mut self, provider: &str, type_name: &str, layer: &str) {
        let types = self.layers.entry(provider.to_owned()).or_default();
        types.entry(type_name.to_owned()).or_insert_with(|| layer.to_owned());
    }

    pub(crate) fn into_entries(self) -> Vec<Settled> {
        self.entries
    }

    /// Both as one: of no resource in common. The order does not matter.
    pub(crate) fn join(mut self, other: Self) -> Self {
        self.full |= other.full;
        self.entries.extend(other.entries);
        self.agreed.extend(other.agreed);
        self.desired.merge(other.desired);
        self.actual.merge(other.actual);
        for usage in other.usage.into_values() {
            self.count(usage);
        }
        self.know(other.packs);
        for (provider, types) in other.layers {
            self.layers.entry(provider).or_default().extend(types);
        }
        self.warnings.extend(other.warnings);
        self.policy.merge(other.policy);
        self
    }
}
