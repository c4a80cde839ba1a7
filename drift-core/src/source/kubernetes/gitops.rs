//! What Argo CD, Flux and Crossplane say that they manage, and at which revision: the view `managed`.
//!
//! Their objects list resources by name alone, so those are only known to be declared.

use super::list::Object;
use super::{PROVIDER, STRICT, composite};
use crate::error::Result;
use crate::model::{
    Attributes, Cell, Gap, NAMESPACE, Name, Reason, Resource, ResourceKey, Scope, is_cluster_kind,
};
use crate::path::push_token;
use crate::source::strict::optional;
use crate::source::{Context, Reading, warning};
use crate::value::{Document, NodeId, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

const APPLICATION: &str = "argoproj.io/Application";

/// The kinds of Flux that keep an inventory; all its other kinds manage nothing in a cluster.
const FLUX: [&str; 4] = [
    "kustomize.toolkit.fluxcd.io/Kustomization",
    "helm.toolkit.fluxcd.io/HelmRelease",
    "fluxcd.controlplane.io/ResourceSet",
    "fluxcd.controlplane.io/FluxInstance",
];

/// How Argo CD writes the cluster that it runs in.
const IN_CLUSTER: [&str; 2] = ["https://kubernetes.default.svc", "in-cluster"];

/// What one object manages.
pub(super) struct Managed {
    pub(super) manager: String,
    /// The cluster, where it is another than the object's own.
    pub(super) cluster: Option<String>,
    pub(super) revision: Option<String>,
    /// The resources, each with the node and the pointer of its entry; `None` where it does not say.
    pub(super) entries: Entries,
    /// Whether it manages more than its entries say.
    pub(super) partial: bool,
    /// What of its state a reader should know: a code and a message.
    pub(super) notes: Vec<(&'static str, &'static str)>,
}

/// Reads what the objects of a text manage.
pub(super) fn read<'a>(
    document: Document<'a>,
    objects: &[Object],
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let document = Arc::new(document);
    let mut reading = Reading::default();
    let mut seen = BTreeSet::new();
    let mut revisions = BTreeSet::new();
    let mut managers = 0;
    for object in objects {
        let Some(managed) = managed(document.value(object.node), object)? else { continue };
        managers += 1;
        let key = Some(object.key.to_string());
        let warn = |code: &str, message: &str| crate::model::Warning {
            resource: key.clone(),
            ..warning(code, message.to_owned())
        };
        reading.warnings.extend(managed.notes.iter().map(|(code, message)| warn(code, message)));
        let Some(entries) = managed.entries else {
            reading.gaps.push(unknown(&managed.manager));
            continue;
        };
        if managed.partial {
            reading.gaps.push(unknown(&managed.manager));
        }
        revisions.insert(managed.revision.clone());
        for (mut key, node, pointer) in entries {
            if let Some(cluster) = &managed.cluster {
                key.scope = key.scope.with("cluster", cluster);
            }
            if !seen.insert(key.clone()) {
                reading.warnings.push(warn("shared_resource", "it lists what another one manages"));
                continue;
            }
            let value = document.value(node);
            let mut source = context.source(object.document, pointer, value);
            source.revision = managed.revision.clone().or(source.revision);
            reading.resources.push(Resource {
                managed_by: Some(managed.manager.as_str().into()),
                listed_only: true,
                source,
                ..Resource::new(key, Attributes::new(Arc::clone(&document), node))
            });
        }
    }
    if let (0, Some(object)) = (managers, objects.first()) {
        let message = "the text holds no object of Argo CD, Flux or Crossplane that manages others";
        let error = STRICT.fault(document.value(object.node), message);
        let help = "pass what `kubectl get applications.argoproj.io -A -o json` or `kubectl get \
            kustomizations.kustomize.toolkit.fluxcd.io -A -o json` prints";
        return Err(error.with_help(help));
    }
    // What all of it was read at, where that is one revision.
    reading.serial =
        Some(revisions).filter(|all| all.len() == 1).and_then(|all| all.into_iter().next()?);
    Ok(reading)
}

/// Where it is not known what a manager declares, nothing is unmanaged.
fn unknown(manager: &str) -> Gap {
    Gap {
        cell: Cell { provider: Some(PROVIDER.to_owned()), ..Cell::default() },
        reason: Reason::NotCollected,
        detail: Some(format!("`{manager}` does not say what it manages")),
    }
}

/// What an object manages; `None` where it is of a kind that manages nothing.
fn managed(value: Value<'_>, object: &Object) -> Result<Option<Managed>> {
    let is_argo = object.key.type_name == APPLICATION;
    if !is_argo && !FLUX.contains(&object.key.type_name.as_str()) {
        return composite::managed(value, object);
    }
    let field = |name| value.get(name).unwrap_or(Value::null());
    let (spec, status) = (field("spec"), field("status"));
    let kind = object.key.type_name.rsplit('/').next().unwrap_or_default();
    let tool = if is_argo { "argocd" } else { "flux" };
    let namespace = object.key.scope.get(NAMESPACE).map(|name| format!("{name}/"));
    let manager = format!("{tool}:{kind}/{}{}", namespace.unwrap_or_default(), object.key.id);
    let managed = if is_argo {
        Managed {
            manager,
            cluster: destination(spec),
            revision: argo_revision(status),
            entries: argo_entries(status, &object.pointer)?,
            partial: false,
            notes: argo_notes(status),
        }
    } else {
        Managed {
            manager,
            cluster: kube_config(spec),
            revision: flux_revision(status),
            entries: flux_entries(status, &object.pointer)?,
            partial: false,
            notes: flux_notes(spec, status),
        }
    };
    Ok(Some(managed))
}

/// The cluster of an Application's destination: by its name, else by the address of its API.
fn destination(spec: Value<'_>) -> Option<String> {
    let destination = spec.get("destination")?;
    let named = |field| destination.str_field(field).filter(|text| !text.is_empty());
    let cluster = named("name").or_else(|| named("server"))?;
    Some(cluster.to_owned()).filter(|name| !IN_CLUSTER.contains(&name.as_str()))
}

fn argo_revision(status: Value<'_>) -> Option<String> {
    let sync = status.get("sync")?;
    let one = sync.str_field("revision").filter(|text| !text.is_empty()).map(str::to_owned);
    one.or_else(|| {
        let several = sync.get("revisions").into_iter().flat_map(Value::items);
        let several: Vec<&str> = several.filter_map(Value::as_str).collect();
        Some(several.join(",")).filter(|text| !text.is_empty())
    })
}

pub(super) type Entries = Option<Vec<(ResourceKey, NodeId, String)>>;

/// `status.resources`, without hooks and without what is there and no longer declared.
fn argo_entries(status: Value<'_>, at: &str) -> Result<Entries> {
    let Some(list) = optional(status, "resources") else {
        // An Application in sync without resources has none.
        let synced = status.get("sync").and_then(|sync| sync.str_field("status")) == Some("Synced");
        return Ok(synced.then(Vec::new));
    };
    STRICT.list(list, "`status.resources`")?;
    let mut entries = Vec::new();
    for (index, entry) in list.items().enumerate() {
        STRICT.map(entry, "a resource of `status.resources`")?;
        let is = |name| entry.get(name).and_then(Value::as_bool) == Some(true);
        if is("hook") || is("requiresPruning") {
            continue;
        }
        let text = |name| STRICT.text(STRICT.required(entry, name)?, format_args!("`{name}`"));
        let key = key(
            text_or_none(entry, "group")?,
            text("kind")?,
            text_or_none(entry, "namespace")?,
            text("name")?,
        );
        entries.push((key, entry.id(), format!("{at}/status/resources/{index}")));
    }
    Ok(Some(entries))
}

/// The field `name`, which may be absent or empty.
fn text_or_none<'d>(entry: Value<'d>, name: &str) -> Result<&'d str> {
    let Some(value) = optional(entry, name) else { return Ok("") };
    let what = || STRICT.expected(value, format_args!("`{name}` as a string"));
    value.as_str().ok_or_else(what)
}

fn argo_notes(status: Value<'_>) -> Vec<(&'static str, &'static str)> {
    match status.get("sync").and_then(|sync| sync.str_field("status")) {
        Some("Synced") => Vec::new(),
        Some("OutOfSync") => vec![("out_of_sync", "Argo CD says that it is out of sync")],
        _ => vec![("sync_unknown", "Argo CD does not say whether it is in sync")],
    }
}

/// The cluster that another kubeconfig leads to, by the name of what holds that.
fn kube_config(spec: Value<'_>) -> Option<String> {
    let config = spec.get("kubeConfig")?;
    let holder = config.get("secretRef").or_else(|| config.get("configMapRef"))?;
    holder.str_field("name").map(str::to_owned)
}

fn flux_revision(status: Value<'_>) -> Option<String> {
    let applied = status.str_field("lastAppliedRevision").filter(|text| !text.is_empty());
    let release = || status.get("history")?.items().next()?.str_field("chartVersion");
    applied.or_else(release).map(str::to_owned)
}

/// `status.inventory.entries`, each `namespace_name_group_Kind`.
fn flux_entries(status: Value<'_>, at: &str) -> Result<Entries> {
    let inventory = optional(status, "inventory");
    let Some(list) = inventory.and_then(|inventory| optional(inventory, "entries")) else {
        return Ok(inventory.map(|_| Vec::new()));
    };
    STRICT.list(list, "`status.inventory.entries`")?;
    let mut entries = Vec::new();
    for (index, entry) in list.items().enumerate() {
        STRICT.map(entry, "an entry of `status.inventory.entries`")?;
        let id = STRICT.required(entry, "id")?;
        let Some(key) = inventory_key(STRICT.text(id, "`id`")?) else {
            let error = STRICT.fault(id, "no such id in an inventory");
            return Err(error.with_help("an id is `namespace_name_group_Kind`"));
        };
        let mut pointer = format!("{at}/status/inventory/entries");
        push_token(&mut pointer, &index.to_string());
        entries.push((key, entry.id(), pointer));
    }
    Ok(Some(entries))
}

/// An id of an inventory. Names of RBAC may hold `:`, which stands there as `__`.
fn inventory_key(id: &str) -> Option<ResourceKey> {
    let (namespace, rest) = id.split_once('_')?;
    let (rest, kind) = rest.rsplit_once('_')?;
    let (name, group) = rest.rsplit_once('_')?;
    let name = name.replace("__", ":");
    let fits = !kind.is_empty() && !name.is_empty() && !name.contains('_');
    fits.then(|| key(group, kind, namespace, &name))
}

pub(super) fn key(group: &str, kind: &str, namespace: &str, name: &str) -> ResourceKey {
    let group = if group.is_empty() { "core" } else { group };
    let type_name = format!("{group}/{kind}");
    let lives_in = !namespace.is_empty() && !is_cluster_kind(&type_name);
    let scope = if lives_in { Scope::new().with(NAMESPACE, namespace) } else { Scope::new() };
    ResourceKey {
        provider: Name::fixed(PROVIDER),
        type_name: type_name.into(),
        scope,
        id: name.to_owned(),
    }
}

fn flux_notes(spec: Value<'_>, status: Value<'_>) -> Vec<(&'static str, &'static str)> {
    let mut notes = Vec::new();
    if spec.get("suspend").and_then(Value::as_bool) == Some(true) {
        notes.push(("suspended", "Flux has been told to leave it alone"));
    }
    if super::condition(status, "Ready") != Some("True") {
        notes.push(("not_ready", "Flux does not say that it is ready"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Format, ParseOptions};
    use crate::{Code, Snapshot};

    fn managed(text: &str) -> Result<Snapshot<'static>> {
        let view = Some("managed".to_owned());
        let options = ParseOptions { format: Format::Kubernetes, view, ..ParseOptions::default() };
        Snapshot::parse_with(text.as_bytes(), &options).map(Snapshot::into_owned)
    }

    fn application(fields: &str) -> String {
        format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {{name: a}}, {fields}}}"
        )
    }

    #[test]
    fn ids_of_inventories_are_keys() {
        let shown = |id: &str| inventory_key(id).map(|key| key.to_string());
        for (id, key) in [
            ("n_web_apps_Deployment", "kubernetes apps/Deployment namespace=n web"),
            ("_n__Namespace", "kubernetes core/Namespace n"),
            ("n_web.a__Service", "kubernetes core/Service namespace=n web.a"),
            (
                "_a__b_rbac.authorization.k8s.io_ClusterRole",
                "kubernetes rbac.authorization.k8s.io/ClusterRole a:b",
            ),
        ] {
            assert_eq!(shown(id).as_deref(), Some(key), "{id}");
        }
        for id in ["", "_", "__", "___", "a_b_c", "a_b_c_", "n___Service", "n_a_b_c_D"] {
            assert_eq!(shown(id), None, "{id}");
        }
    }

    #[test]
    fn applications_say_cluster_and_revision() {
        let resource = "{kind: Service, name: web, namespace: shop}";
        for (destination, key) in [
            ("{server: 'https://kubernetes.default.svc'}", "namespace=shop"),
            ("{name: in-cluster}", "namespace=shop"),
            ("{name: east, server: ''}", "cluster=east,namespace=shop"),
            (
                "{server: 'https://east.example.com'}",
                "cluster=https://east.example.com,namespace=shop",
            ),
        ] {
            let text = application(&format!(
                "spec: {{destination: {destination}}}, status: {{sync: {{status: Synced, \
                revisions: [a1, b2]}}, resources: [{resource}, {resource}]}}"
            ));
            let snapshot = managed(&text).unwrap();
            let [one] = snapshot.resources() else { panic!("one resource") };
            assert_eq!(one.key.scope.to_string(), key);
            assert_eq!(one.managed_by.as_deref(), Some("argocd:Application/a"));
            assert_eq!(one.source.revision.as_deref(), Some("a1,b2"));
            assert!(one.listed_only && !one.goes_by_address());
            assert_eq!(snapshot.warnings()[0].code, "shared_resource");
        }
    }

    #[test]
    fn what_does_not_say_what_it_manages_leaves_a_gap() {
        let new = managed(&application("spec: {}")).unwrap();
        assert_eq!((new.coverage().gaps().len(), new.warnings().len()), (1, 1));
        let empty = managed(&application("status: {sync: {status: Synced}}")).unwrap();
        assert!(empty.coverage().gaps().is_empty() && empty.resources().is_empty());
        for fields in [
            "status: {resources: {a: c4n4ry}}",
            "status: {resources: [c4n4ry]}",
            "status: {resources: [{kind: c4n4ry}]}",
            "status: {resources: [{name: c4n4ry}]}",
            "status: {resources: [{kind: c4n4ry, name: a, namespace: [b]}]}",
        ] {
            let error = managed(&application(fields)).unwrap_err();
            assert_eq!(error.code(), Code::Format, "{fields}");
            assert!(error.position().is_some() && !format!("{error:?}").contains("c4n4ry"));
        }
    }
}
