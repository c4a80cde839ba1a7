//! Relations: when a live value is what came of a declared one, though the two have no common form.

use super::super::catalogue::transform;
use super::Scalar;
use super::{
    address, arn, google, kms, latest, masked, number, reference, timestamp, url, version,
    whitespace,
};

/// A named relation of a declared and a live value.
///
/// It is asked only where the two differ. A relation is no equivalence: `"8.0"` covers `"8.0.45"`
/// and `"8.0.46"`, which are not equal to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The declared version is that of the live one, or a part in front of it.
    VersionPrefix,
    /// One is an ARN, the other the name or id of the resource that it names.
    ArnOrName,
    /// Both are ARNs of one log group, of which one has `:*` behind it.
    LogGroupArn,
    /// Both name one KMS key, or one alias: by ARN on one side, by id or alias on the other.
    KmsKey,
    /// Both name one resource of Google Cloud: by URL, by relative name, or by the end of one.
    GoogleResource,
    /// The declared version is the newest there is, whichever that may be.
    Latest,
    /// One is a number and the other a text that holds it.
    AsNumber,
    /// The declared text holds references that are resolved when it is deployed, and fits otherwise.
    Resolved,
    /// They differ in the white space at their ends alone.
    TrimmedEnd,
    /// Both are one point in time, of which one at least is written as a date.
    SameInstant,
    /// Both are one address or network.
    SameAddress,
    /// The live network is the declared one without the bits behind its prefix.
    NetworkOf,
    /// Both are one URL.
    SameUrl,
    /// What is declared came through CloudFormation, which puts `?` for what is not ASCII.
    Masked,
    /// The live value is what the transform of this number makes of the declared one.
    Transform(u16),
}

impl Relation {
    /// Every relation that rules may name, with its name there.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::VersionPrefix, "version_prefix"),
        (Self::ArnOrName, "arn_or_name"),
        (Self::LogGroupArn, "log_group_arn"),
        (Self::KmsKey, "kms_key"),
        (Self::Latest, "latest"),
        (Self::AsNumber, "as_number"),
        (Self::Resolved, "resolved"),
        (Self::TrimmedEnd, "trimmed_end"),
        (Self::SameInstant, "same_instant"),
        (Self::SameAddress, "same_address"),
        (Self::NetworkOf, "network_of"),
        (Self::SameUrl, "same_url"),
        (Self::Masked, "masked"),
        (Self::GoogleResource, "google_resource"),
    ];

    /// The relation of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(relation, _)| *relation)
    }

    /// Its name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(relation, _)| *relation == self)
            .map_or("cloudformation_transform", |(_, name)| name)
    }

    /// Whether the live value is what came of the declared one.
    ///
    /// ```
    /// use drift_core::normalize::{Relation, Scalar};
    /// let covers = |desired, actual| {
    ///     Relation::VersionPrefix.holds(Scalar::String(desired), Scalar::String(actual))
    /// };
    /// assert!(covers("8.0", "8.0.45"));
    /// assert!(!covers("8.0.45", "8.0"));
    /// assert!(!covers("8.0", "8.04"));
    /// ```
    #[must_use]
    pub fn holds(self, desired: Scalar<'_>, actual: Scalar<'_>) -> bool {
        match self {
            Self::VersionPrefix => version::covers(desired, actual),
            Self::ArnOrName => {
                let named = arn::is_name_of(desired, actual) || arn::is_name_of(actual, desired);
                let short =
                    arn::is_short_for(desired, actual) || arn::is_short_for(actual, desired);
                named || short
            }
            Self::LogGroupArn => arn::is_with_all(desired, actual),
            Self::KmsKey => kms::is_same(desired, actual),
            Self::GoogleResource => google::is_same(desired, actual),
            Self::Latest => latest::covers(desired, actual),
            Self::AsNumber => number::is_text_of(desired, actual),
            // What it is resolved to is known to the service alone.
            Self::Resolved => false,
            Self::TrimmedEnd => whitespace::differ_at_end(desired, actual),
            Self::SameInstant => timestamp::are_one_instant(desired, actual),
            Self::SameAddress => address::are_one(desired, actual),
            Self::NetworkOf => address::is_network_of(desired, actual),
            Self::SameUrl => url::are_one(desired, actual),
            Self::Masked => masked::fits(desired, actual),
            Self::Transform(number) => {
                transform(number).is_some_and(|transform| transform.holds(desired, actual))
            }
        }
    }

    /// Why it cannot be told from the two values whether the relation holds, where that is so.
    #[must_use]
    pub fn undecided(self, desired: Scalar<'_>, actual: Scalar<'_>) -> Option<&'static str> {
        match self {
            Self::KmsKey if kms::is_alias_for_key(desired, actual) => {
                Some("which key an alias points to is known to the service alone")
            }
            Self::Resolved if reference::fits(desired, actual) => {
                Some("what a dynamic reference is resolved to is known to the service alone")
            }
            Self::Masked if masked::is_hidden(actual) => {
                Some("the live value stands behind asterisks")
            }
            _ => None,
        }
    }
}
