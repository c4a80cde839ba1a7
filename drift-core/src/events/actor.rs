//! Who acted, and what kind of cause that is, with the evidence for it.

use serde::{Deserialize, Serialize};

/// What kind of thing acted.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A human being.
    Person,
    /// A program under an identity of the organisation.
    Automation,
    /// The provider of the platform itself.
    Provider,
    /// A service of the provider, or a component of a cluster.
    Service,
    /// Nothing tells.
    #[default]
    Unknown,
}

/// What kind of cause a change has.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// A human being did it.
    Person,
    /// A program of the organisation did it.
    Automation,
    /// The provider of the platform did it.
    Provider,
    /// Somebody outside did it.
    ThirdParty,
    /// Nothing tells.
    #[default]
    Unknown,
}

impl Cause {
    /// The word of the cause in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Automation => "automation",
            Self::Provider => "provider",
            Self::ThirdParty => "third_party",
            Self::Unknown => "unknown",
        }
    }
}

/// Who acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Actor {
    /// What kind of thing it is.
    pub kind: ActorKind,
    /// How a person would call it: a user name, a role, a service.
    pub name: String,
    /// The whole of it, an ARN for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// The tool or service that it used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// Whether it belongs to somebody else: another account.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// Why it is taken for that kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}

impl Actor {
    pub(crate) fn new(
        kind: ActorKind,
        name: impl Into<String>,
        evidence: impl Into<String>,
    ) -> Self {
        let (name, evidence) = (name.into(), evidence.into());
        Self { kind, name, identity: None, via: None, outside: false, evidence }
    }

    pub(crate) fn known_as(mut self, identity: Option<&str>) -> Self {
        self.identity = identity.filter(|text| !text.is_empty()).map(str::to_owned);
        self
    }

    pub(crate) fn by(mut self, via: Option<String>) -> Self {
        self.via = via;
        self
    }

    /// How a person would call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of cause it is.
    #[must_use]
    pub fn cause(&self) -> Cause {
        match self.kind {
            _ if self.outside => Cause::ThirdParty,
            ActorKind::Person => Cause::Person,
            ActorKind::Automation => Cause::Automation,
            ActorKind::Provider | ActorKind::Service => Cause::Provider,
            ActorKind::Unknown => Cause::Unknown,
        }
    }

    /// Whether both are the same, whatever tool was used.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (&self.identity, &other.identity) {
            (Some(own), Some(theirs)) => own == theirs,
            _ => self.name == other.name && self.kind == other.kind,
        }
    }
}

/// A field manager of Kubernetes: a name that a client gives itself.
pub(crate) fn of_manager(name: &str) -> (Cause, String) {
    // The defaults of `--field-manager` (kubectl reference), of commands that change what is there.
    const BY_HAND: [&str; 11] = [
        "kubectl-edit",
        "kubectl-patch",
        "kubectl-scale",
        "kubectl-set",
        "kubectl-rollout",
        "kubectl-label",
        "kubectl-annotate",
        "kubectl-taint",
        "kubectl-autoscale",
        "kubectl-expose",
        "k9s",
    ];
    const PROGRAMS: [&str; 10] = [
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
        "argocd-",
        "kustomize-controller",
        "helm-controller",
        "source-controller",
        "cluster-autoscaler",
        "terraform",
        "pulumi",
    ];
    let lower = name.to_ascii_lowercase();
    let is_program = PROGRAMS.iter().any(|program| lower.starts_with(program))
        || lower.ends_with("-controller")
        || lower.ends_with("-operator");
    if BY_HAND.contains(&name) {
        return (Cause::Person, "the field manager is a command that people type".to_owned());
    }
    if is_program {
        return (Cause::Automation, "the field manager is a program".to_owned());
    }
    (Cause::Unknown, "a field manager's name does not tell who used it".to_owned())
}

/// Whether a text looks like the address of a mailbox, as names of people often do.
pub(super) fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains(['@', '/', ':'])
    })
}

/// The tool that a user agent names: its product, without versions and all else.
pub(super) fn tool(agent: &str) -> Option<String> {
    const KNOWN: [(&str, &str); 9] = [
        ("terraform", "terraform"),
        ("opentofu", "opentofu"),
        ("pulumi", "pulumi"),
        ("ansible", "ansible"),
        ("aws-cli/", "aws-cli"),
        ("console", "console"),
        ("signin.amazonaws.com", "console"),
        ("gcloud", "gcloud"),
        ("boto3/", "boto3"),
    ];
    let lower = agent.to_ascii_lowercase();
    if let Some((_, name)) = KNOWN.iter().find(|(mark, _)| lower.contains(mark)) {
        return Some((*name).to_owned());
    }
    let product = agent.split(['/', ' ', '(']).next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_product = !product.is_empty() && product.len() <= 64 && product.chars().all(fits);
    is_product.then(|| product.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_known_by_their_agents() {
        let known = |agent: &str| tool(agent);
        assert_eq!(
            known("APN/1.0 HashiCorp/1.0 Terraform/1.9.0 (+x)").as_deref(),
            Some("terraform")
        );
        assert_eq!(known("aws-cli/2.15.0 Python/3.11").as_deref(), Some("aws-cli"));
        assert_eq!(known("kubectl/v1.30.0 (linux/amd64)").as_deref(), Some("kubectl"));
        assert_eq!(known("[S3Console/0.4]").as_deref(), Some("console"));
        assert_eq!(known("<script>"), None);
        assert_eq!(known(""), None);
    }

    #[test]
    fn managers_tell_little() {
        assert_eq!(of_manager("kubectl-edit").0, Cause::Person);
        assert_eq!(of_manager("kubectl-rollout").0, Cause::Person);
        assert_eq!(of_manager("kube-scheduler").0, Cause::Automation);
        assert_eq!(of_manager("argocd-controller").0, Cause::Automation);
        assert_eq!(of_manager("kubectl-client-side-apply").0, Cause::Unknown);
    }

    #[test]
    fn mailboxes() {
        assert!(is_mail("alice@example.com"));
        assert!(!is_mail("alice") && !is_mail("@example.com") && !is_mail("a@b"));
    }
}
