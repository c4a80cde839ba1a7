//! How an owner is reached, as far as the sources say.

use serde::{Deserialize, Serialize};

/// How an owner is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// What the owner is called where a person reads of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An address of mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A channel of a chat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Pages of the owner, in the order of its source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
}

/// A page of an owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Where it is.
    pub url: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Contact {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Every text in it.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let Self { name, email, channel, links } = self;
        let links = links.iter_mut().flat_map(|link| [Some(&mut link.url), link.title.as_mut()]);
        [name.as_mut(), email.as_mut(), channel.as_mut()].into_iter().chain(links).flatten()
    }
}
