//! One resource as far as it alone tells, before the others are known.

use super::tagged::Tagged;
use super::types::{Accepted, Change, Finding};
use crate::coverage::Counted;
use crate::model::{Making, Owner, Reason, ResourceKey};
use crate::owners::Standing;
use serde::{Deserialize, Serialize};

/// One resource, settled as far as it alone allows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Settled {
    pub(crate) finding: Finding,
    /// Changes that stand outside the findings.
    pub(crate) listed: Vec<Change>,
    /// Live, with what created it.
    pub(crate) live: bool,
    pub(crate) declared: bool,
    pub(crate) owners: Vec<Owner>,
    /// What it makes that goes by a name alone, and by which name it was made itself.
    #[serde(default, skip_serializing_if = "Making::is_empty")]
    pub(crate) making: Making,
    /// Why it was not compared, with which resources are meant.
    pub(crate) not_checked: Option<(Reason, Option<String>)>,
    /// Left out as a whole.
    pub(crate) ignored: bool,
    /// Whether something that ought to be comparable was not.
    pub(crate) partial: bool,
    /// Who accepted the resource as it stands, and why it is accepted.
    #[serde(default)]
    pub(crate) accepted: Option<(Accepted, String)>,
    /// Whether only the baseline has it.
    #[serde(default)]
    pub(crate) gone: bool,
    /// The key in the baseline, where that is another one.
    #[serde(default)]
    pub(crate) known_as: Option<ResourceKey>,
    /// The key of the live one, where that is another and the detection is a part: another part may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) live_as: Option<ResourceKey>,
    /// How well it is known whose it is, where that was asked.
    #[serde(default)]
    pub(crate) owned: Option<Standing>,
    /// Whether the baseline has it.
    #[serde(default)]
    pub(crate) known: bool,
    /// What a tag policy has to say of it.
    #[serde(default)]
    pub(crate) tagged: Option<Tagged>,
}

/// A resource of which all that is compared agrees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Agreed {
    pub(crate) key: ResourceKey,
    /// What created the live one.
    pub(crate) owners: Vec<Owner>,
    /// What it makes that goes by a name alone.
    #[serde(default, skip_serializing_if = "Making::is_empty")]
    pub(crate) making: Making,
    /// Left out as a whole.
    pub(crate) ignored: bool,
    /// The key in the baseline, where that is another one.
    #[serde(default)]
    pub(crate) known_as: Option<ResourceKey>,
    /// The key of the live one, where that is another and the detection is a part: another part may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) live_as: Option<ResourceKey>,
    /// How well it is known whose it is, where that was asked.
    #[serde(default)]
    pub(crate) owned: Option<Standing>,
    /// What a tag policy has to say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tagged: Option<Tagged>,
}

impl Settled {
    pub(crate) fn key(&self) -> ResourceKey {
        self.finding.resource.key()
    }

    pub(super) fn counted(&self) -> Counted {
        Counted {
            declared: self.declared,
            live: self.live,
            known: self.known,
            ignored: self.ignored,
            not_checked: self.not_checked.is_some(),
            owned: self.owned,
        }
    }
}
