//! Equalities: when two values that are written differently mean the same.
//!
//! An [`Equality`] is canonical: it maps a value to one text, and two values are equal when their
//! texts are. That makes it an equivalence, and lets it enter hashes. A value that is not of the
//! equality's kind stands for itself. A [`Relation`] is asked of a declared and a live value that
//! have no common form; it enters no hash. Adding one is one file and one line in
//! [`Equality::ALL`] or [`Relation::ALL`].

pub(super) mod address;
pub(super) mod arn;
mod azure;
mod base64;
mod boolean;
mod bytes;
mod dns;
mod duration;
mod google;
mod kms;
mod label_matcher;
mod latest;
mod masked;
mod media_type;
mod number;
mod pem;
mod ports;
mod principal;
mod quantity;
mod reference;
mod relation;
mod schedule;
mod semver;
mod sql_type;
mod ssh;
mod task_size;
mod text;
mod timestamp;
mod url;
mod version;
mod whitespace;
mod xml;

pub use relation::Relation;

use crate::value::{Embedded, Number, Tree, Value};
use std::fmt;

/// A scalar, as equalities see it.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'v> {
    /// A number.
    Number(Number<'v>),
    /// A string.
    String(&'v str),
    /// A boolean.
    Bool(bool),
    /// Anything else.
    Other,
}

impl<'v> Scalar<'v> {
    /// The scalar of a document's node.
    #[must_use]
    pub fn of(value: Value<'v>) -> Self {
        match (value.as_number(), value.as_str(), value.as_bool()) {
            (Some(number), ..) => Self::Number(number),
            (_, Some(text), _) => Self::String(text),
            (.., Some(truth)) => Self::Bool(truth),
            _ => Self::Other,
        }
    }

    /// The scalar of an owned value.
    #[must_use]
    pub fn of_tree(tree: &'v Tree) -> Self {
        match (tree.as_number(), tree.as_str(), tree) {
            (Some(number), ..) => Self::Number(number),
            (_, Some(text), _) => Self::String(text),
            (.., Tree::Bool(truth)) => Self::Bool(*truth),
            _ => Self::Other,
        }
    }
}

/// A named equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Equality {
    /// As written; numbers by value. The default.
    Exact,
    /// A number, also one in a string: `1`, `1.0` and `"1"`.
    Number,
    /// A Kubernetes quantity: `1`, `"1"` and `"1000m"`.
    Quantity,
    /// A JSON document in a string, by its content.
    Json,
    /// A scalar by its text; a map or a list in JSON, in a string or not, by its content.
    TextOrJson,
    /// A name in the DNS, in any case of its letters, with the dot of the root behind it or not.
    DnsName,
    /// A JSON document in a string, percent-encoded or not, by its content.
    UrlEncodedJson,
    /// A YAML document in a string, by its content.
    Yaml,
    /// A string, in any case of its letters.
    CaseInsensitive,
    /// A scalar by its text: `5` and `"5"`, `true` and `"true"`; two strings as they are.
    Text,
    /// True and false, in a string or not.
    Boolean,
    /// An amount of data with its unit: `1GiB` and `1024MiB`.
    Bytes,
    /// A span of time as Go, Prometheus or ISO 8601 writes it: `5m`, `300s` and `PT5M`.
    Duration,
    /// When something runs again and again: `rate(60 minutes)` and `rate(1 hour)`, or a cron expression.
    Schedule,
    /// A point in time, with any offset or as seconds or milliseconds of the epoch.
    Timestamp,
    /// What a text in base64 holds.
    Base64,
    /// An address of IPv4 or IPv6.
    Ip,
    /// A network, whose bits behind the prefix count.
    Cidr,
    /// A network, or an address as the network that holds it alone.
    IpOrCidr,
    /// A port, or a range of ports: `80`, `"80"` and `80-80`.
    PortRange,
    /// A protocol of IP by its name or number: `tcp` and `6`.
    Protocol,
    /// A string without the white space around it.
    Trimmed,
    /// A string, however its lines end.
    LineEndings,
    /// Certificates and keys as text, however their lines break.
    Pem,
    /// A public key of OpenSSH, without its comment.
    SshPublicKey,
    /// A version by semver.org, with a `v` in front or not, without its build.
    Semver,
    /// An XML document by its elements, attributes and text.
    Xml,
    /// A type of a column by any of the names that PostgreSQL has for it.
    PostgresqlType,
    /// A type of a column by any of the names that MySQL and MariaDB have for it.
    MysqlType,
    /// Everyone, whom a policy names as `*` or as `{"AWS": "*"}`.
    IamEveryone,
    /// Whom a policy names: an account by its id, or by the ARN of its root.
    IamPrincipal,
    /// A resource id of Azure, in any case of its letters; other strings as they are.
    AzureResourceId,
    /// A region of Azure: `West Europe` and `westeurope`.
    AzureLocation,
    /// A type of media, with `/` or with `~1` for it.
    MediaType,
    /// The size of a task of Amazon ECS: `1024` and `1 vCPU`, `2048` and `2GB`.
    TaskSize,
    /// A matcher of labels: `a="b"`, `a = b`.
    LabelMatcher,
}

impl Equality {
    /// Every equality, with its name in rules.
    pub const ALL: [(Self, &'static str); 36] = [
        (Self::Exact, "exact"),
        (Self::Number, "number"),
        (Self::Quantity, "quantity"),
        (Self::Json, "json"),
        (Self::TextOrJson, "text_or_json"),
        (Self::DnsName, "dns_name"),
        (Self::UrlEncodedJson, "url_encoded_json"),
        (Self::Yaml, "yaml"),
        (Self::CaseInsensitive, "case_insensitive"),
        (Self::Text, "text"),
        (Self::Boolean, "boolean"),
        (Self::Bytes, "bytes"),
        (Self::Duration, "duration"),
        (Self::Schedule, "schedule"),
        (Self::Timestamp, "timestamp"),
        (Self::Base64, "base64"),
        (Self::Ip, "ip"),
        (Self::Cidr, "cidr"),
        (Self::IpOrCidr, "ip_or_cidr"),
        (Self::PortRange, "port_range"),
        (Self::Protocol, "protocol"),
        (Self::Trimmed, "trimmed"),
        (Self::LineEndings, "line_endings"),
        (Self::Pem, "pem"),
        (Self::SshPublicKey, "ssh_public_key"),
        (Self::Semver, "semver"),
        (Self::Xml, "xml"),
        (Self::PostgresqlType, "postgresql_type"),
        (Self::MysqlType, "mysql_type"),
        (Self::IamEveryone, "iam_everyone"),
        (Self::IamPrincipal, "iam_principal"),
        (Self::AzureResourceId, "azure_resource_id"),
        (Self::AzureLocation, "azure_location"),
        (Self::MediaType, "media_type"),
        (Self::TaskSize, "task_size"),
        (Self::LabelMatcher, "label_matcher"),
    ];

    /// The equality of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(equality, _)| *equality)
    }

    /// The names of all equalities.
    pub(crate) fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(_, name)| *name).collect()
    }

    /// Its name in rules.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(equality, _)| *equality == self).map_or("", |(_, name)| name)
    }

    /// How a string may hold the document that values are compared by.
    pub(crate) fn opens(self) -> Option<Embedded> {
        Some(match self {
            Self::Json => Embedded::Json,
            Self::TextOrJson => Embedded::JsonText,
            Self::UrlEncodedJson => Embedded::Url,
            Self::Yaml => Embedded::Yaml,
            Self::IamEveryone => Embedded::Principal,
            _ => return None,
        })
    }

    /// The one text that every scalar equal to `value` has; `None` where the value is not of the
    /// equality's kind. JSON in strings is not a scalar: the walk opens it.
    ///
    /// ```
    /// use drift_core::normalize::{Equality, Scalar};
    /// let canonical = |text| Equality::Quantity.canonical(Scalar::String(text));
    /// assert_eq!(canonical("1.5Gi"), canonical("1536Mi"));
    /// assert_eq!(canonical("large"), None);
    /// ```
    #[must_use]
    pub fn canonical(self, scalar: Scalar<'_>) -> Option<String> {
        match (self, scalar) {
            (Self::Number, _) => number::canonical(scalar),
            (Self::Quantity, _) => quantity::canonical(scalar),
            (Self::CaseInsensitive, Scalar::String(text)) => Some(text.to_lowercase()),
            (Self::Text | Self::TextOrJson, _) => text::canonical(scalar),
            (Self::DnsName, _) => dns::canonical(scalar),
            (Self::Boolean, _) => boolean::canonical(scalar),
            (Self::Bytes, _) => bytes::canonical(scalar),
            (Self::Duration, _) => duration::canonical(scalar),
            (Self::Schedule, _) => schedule::canonical(scalar),
            (Self::Timestamp, _) => timestamp::canonical(scalar),
            (Self::Base64, _) => base64::canonical(scalar),
            (Self::Ip, _) => address::ip(scalar),
            (Self::Cidr, _) => address::cidr(scalar),
            (Self::IpOrCidr, _) => address::ip_or_cidr(scalar),
            (Self::PortRange, _) => ports::range(scalar),
            (Self::Protocol, _) => ports::protocol(scalar),
            (Self::Trimmed, _) => whitespace::trimmed(scalar),
            (Self::LineEndings, _) => whitespace::line_endings(scalar),
            (Self::Pem, _) => pem::canonical(scalar),
            (Self::SshPublicKey, _) => ssh::canonical(scalar),
            (Self::Semver, _) => semver::canonical(scalar),
            (Self::Xml, _) => xml::canonical(scalar),
            (Self::PostgresqlType, _) => sql_type::postgresql(scalar),
            (Self::MysqlType, _) => sql_type::mysql(scalar),
            (Self::IamPrincipal, _) => principal::canonical(scalar),
            (Self::AzureResourceId, _) => azure::resource_id(scalar),
            (Self::AzureLocation, _) => azure::location(scalar),
            (Self::MediaType, _) => media_type::canonical(scalar),
            (Self::TaskSize, _) => task_size::canonical(scalar),
            (Self::LabelMatcher, _) => label_matcher::canonical(scalar),
            _ => None,
        }
    }
}

/// What `equal` says in a rule: at most one equality with canonical forms, and relations that are
/// tried where those differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equalities {
    /// The equality with canonical forms.
    pub canonical: Equality,
    /// The relations, in the order in which they are tried.
    pub relations: Vec<Relation>,
    /// The bundle of facts that was named instead of an equality.
    pub bundle: Option<&'static str>,
}

impl From<Equality> for Equalities {
    fn from(canonical: Equality) -> Self {
        Self { canonical, relations: Vec::new(), bundle: None }
    }
}

/// As rules write it: `quantity`, or `[text, version_prefix]`.
impl fmt::Display for Equalities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let canonical = self.bundle.unwrap_or(self.canonical.name());
        let plain = self.canonical == Equality::Exact && !self.relations.is_empty();
        let first = (!plain).then_some(canonical);
        let names: Vec<&str> = first
            .into_iter()
            .chain(self.relations.iter().map(|relation| relation.name()))
            .collect();
        match names.as_slice() {
            [one] => f.write_str(one),
            many => write!(f, "[{}]", many.join(", ")),
        }
    }
}
