//! What has been found so far: outcomes of any resources, in any order.

use super::policy::PolicyPart;
use super::settled::{Agreed, Settled};
use super::types::RuleUsage;
use crate::coverage::LayersOfTypes;
use crate::model::{Coverage, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the serialised form.
pub(crate) const VERSION: &str = "1";

/// A part of a detection, of some of its resources: redacted, serialisable, and mergeable with
/// others in any order.
///
/// Give both sides of a resource to the same part: what one part has declared and another has live
/// can no longer be compared, and is reported as `not_checked: error`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partial {
    pub(crate) version: String,
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

impl Partial {
    pub(crate) fn new(full: bool, desired: Coverage, actual: Coverage) -> Self {
        Self {
            version: VERSION.to_owned(),
            full,
            entries: Vec::new(),
            agreed: Vec::new(),
            desired,
            actual,
            usage: BTreeMap::new(),
            packs: BTreeMap::new(),
            layers: LayersOfTypes::new(),
            warnings: Vec::new(),
            policy: PolicyPart::default(),
        }
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

    /// Both parts as one. The order does not matter.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
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
