//! Kinds of Kubernetes objects that do not live in namespaces.

use super::{ResourceKey, Scope};
use crate::value::{Document, ReadOptions, Value, YamlSchema};
use std::collections::BTreeSet;
use std::sync::OnceLock;

static KINDS: &str = include_str!("../../mappings/kubernetes-cluster-kinds.yaml");

/// The field of a scope that such kinds do not have.
pub(crate) const NAMESPACE: &str = "namespace";

/// The field of a scope that what belongs to a whole subscription of Azure does not have.
const GROUP: &str = "resource_group";

impl ResourceKey {
    /// Sets the fields of the scope that are absent and that `defaults` has; a namespace only where the
    /// kind may live in one, a resource group only where the id does not say that there is none.
    pub(crate) fn fill_scope(&mut self, defaults: &Scope) {
        if defaults.get(NAMESPACE).is_some() && self.is_of_cluster() {
            self.scope.fill(&defaults.without(NAMESPACE));
        } else if defaults.get(GROUP).is_some() && self.is_in_no_group() {
            self.scope.fill(&defaults.without(GROUP));
        } else {
            self.scope.fill(defaults);
        }
    }

    /// Whether it is a resource id of Azure, of something that is in no resource group.
    fn is_in_no_group(&self) -> bool {
        let mut parts = self.id.split('/');
        let is_id = self.provider == "azurerm"
            && parts.next() == Some("")
            && parts.next().is_some_and(|part| part.eq_ignore_ascii_case("subscriptions"));
        is_id && parts.nth(1).is_none_or(|part| !part.eq_ignore_ascii_case("resourceGroups"))
    }

    /// Whether it is known from the published API that the kind does not live in a namespace.
    fn is_of_cluster(&self) -> bool {
        self.provider == "kubernetes" && is_cluster_kind(&self.type_name)
    }
}

/// Whether a kind, as `group/Kind`, is one of the published API that does not live in a namespace.
pub(crate) fn is_cluster_kind(type_name: &str) -> bool {
    static LOADED: OnceLock<BTreeSet<String>> = OnceLock::new();
    // A test rules out that the table which is built in does not load.
    LOADED.get_or_init(|| load().unwrap_or_default()).contains(type_name)
}

fn load() -> crate::Result<BTreeSet<String>> {
    let document =
        Document::parse_yaml(KINDS.as_bytes(), YamlSchema::Core, &ReadOptions::default())?;
    let kinds = document.root().fields().flat_map(|(group, kinds)| {
        let kinds = kinds.items().filter_map(Value::as_str);
        kinds.map(move |kind| format!("{group}/{kind}"))
    });
    Ok(kinds.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_tells_kinds_of_the_cluster_from_others() {
        assert!(load().unwrap().len() > 40);
        for kind in
            ["core/Node", "rbac.authorization.k8s.io/ClusterRole", "policy/PodSecurityPolicy"]
        {
            assert!(is_cluster_kind(kind), "{kind}");
        }
        for kind in ["core/Pod", "storage.k8s.io/CSIStorageCapacity", "example.com/Node", "Node"] {
            assert!(!is_cluster_kind(kind), "{kind}");
        }
    }

    #[test]
    fn a_namespace_is_not_filled_in_for_them() {
        let defaults = Scope::new().with("cluster", "c").with("namespace", "n");
        let filled = |provider: &str, type_name: &str| {
            let mut key = ResourceKey {
                provider: provider.into(),
                type_name: type_name.into(),
                ..ResourceKey::default()
            };
            key.fill_scope(&defaults);
            key.scope.to_string()
        };
        assert_eq!(filled("kubernetes", "core/Node"), "cluster=c");
        assert_eq!(filled("kubernetes", "core/Pod"), "cluster=c,namespace=n");
        assert_eq!(filled("other", "core/Node"), "cluster=c,namespace=n");
    }
}
