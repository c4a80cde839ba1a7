//! What Crossplane's claims and composite resources say that they manage, and at which revision of their
//! composition.
//!
//! Their kinds are anybody's own; they are told by the fields that Crossplane puts into their schemas. A
//! claim names its composite resource, and that names what it is composed of: under `spec`, or, since
//! version 2, under `spec.crossplane`.

use super::gitops::{Entries, Managed, key};
use super::list::Object;
use super::{STRICT, type_name};
use crate::error::Result;
use crate::model::{NAMESPACE, ResourceKey};
use crate::source::strict::optional;
use crate::value::{Kind, Value};

/// Fields that say how the object is composed: Crossplane alone has them.
const COMPOSED: [&str; 5] = [
    "compositionRef",
    "compositionRevisionRef",
    "compositionSelector",
    "compositionRevisionSelector",
    "compositionUpdatePolicy",
];

/// The annotation that stops Crossplane.
const PAUSED: &str = "crossplane.io/paused";

/// What the object manages; `None` where it is neither a claim nor a composite resource.
pub(super) fn managed(value: Value<'_>, object: &Object) -> Result<Option<Managed>> {
    let Some(spec) = value.get("spec") else { return Ok(None) };
    let inner = spec.get("crossplane").filter(|inner| inner.kind() == Kind::Map);
    let composed = |map: &Value<'_>| COMPOSED.iter().any(|name| map.get(name).is_some());
    let new = inner.filter(|inner| composed(inner) || inner.get("resourceRefs").is_some());
    let (map, below) = match new {
        Some(inner) => (inner, "/spec/crossplane"),
        None if composed(&spec) => (spec, "/spec"),
        None => return Ok(None),
    };
    let own = object.key.scope.get(NAMESPACE);
    let kind = object.key.type_name.rsplit('/').next().unwrap_or_default();
    let place = own.map(|name| format!("{name}/")).unwrap_or_default();
    let at = format!("{}{below}", object.pointer);
    let (entries, partial) = entries(map, &at, own)?;
    let revision = map.get("compositionRevisionRef").and_then(|at| at.str_field("name"));
    Ok(Some(Managed {
        manager: format!("crossplane:{kind}/{place}{}", object.key.id),
        cluster: None,
        revision: revision.map(str::to_owned),
        entries,
        partial,
        notes: notes(value),
    }))
}

/// What it is composed of, and whether there is more that has no name yet.
fn entries(map: Value<'_>, at: &str, own: Option<&str>) -> Result<(Entries, bool)> {
    if let Some(list) = optional(map, "resourceRefs") {
        STRICT.list(list, "`resourceRefs`")?;
        let mut entries = Vec::new();
        for (index, entry) in list.items().enumerate() {
            // Without a namespace it is the one of the composite resource, where that lives in one.
            if let Some(key) = reference(entry, own)? {
                entries.push((key, entry.id(), format!("{at}/resourceRefs/{index}")));
            }
        }
        let partial = entries.len() < list.len();
        return Ok((Some(entries), partial));
    }
    let Some(entry) = optional(map, "resourceRef") else { return Ok((None, false)) };
    // Composite resources with claims live in no namespace.
    let key = reference(entry, None)?;
    let partial = key.is_none();
    let entry = key.map(|key| (key, entry.id(), format!("{at}/resourceRef")));
    Ok((Some(entry.into_iter().collect()), partial))
}

/// The resource that a reference names; `None` where it has no name yet.
fn reference(entry: Value<'_>, own: Option<&str>) -> Result<Option<ResourceKey>> {
    STRICT.map(entry, "a reference to a resource")?;
    let text = |name| STRICT.text(STRICT.required(entry, name)?, format_args!("`{name}`"));
    let optional_text = |name| match optional(entry, name) {
        Some(value) if value.as_str() != Some("") => {
            STRICT.text(value, format_args!("`{name}`")).map(Some)
        }
        _ => Ok(None),
    };
    let (version, kind) = (text("apiVersion")?, text("kind")?);
    let Some(type_name) = type_name(version, kind) else {
        return Err(STRICT.fault(entry, "expected `apiVersion` as a group and a version"));
    };
    let (group, kind) = type_name.split_once('/').unwrap_or_default();
    let name = optional_text("name")?;
    let namespace = optional_text("namespace")?.or(own);
    Ok(name.map(|name| key(group, kind, namespace.unwrap_or_default(), name)))
}

fn notes(value: Value<'_>) -> Vec<(&'static str, &'static str)> {
    let status = value.get("status").unwrap_or(Value::null());
    let annotations = value.get("metadata").and_then(|metadata| metadata.get("annotations"));
    let mut notes = Vec::new();
    if annotations.and_then(|map| map.str_field(PAUSED)) == Some("true") {
        notes.push(("suspended", "Crossplane has been told to leave it alone"));
    }
    if super::condition(status, "Synced") != Some("True") {
        notes.push(("not_synced", "Crossplane does not say that it is in sync"));
    }
    if super::condition(status, "Ready") != Some("True") {
        notes.push(("not_ready", "Crossplane does not say that it is ready"));
    }
    notes
}

#[cfg(test)]
mod tests {
    use crate::Snapshot;
    use crate::source::{Format, ParseOptions};

    fn managed(spec: &str) -> crate::Result<Snapshot<'static>> {
        let view = Some("managed".to_owned());
        let options = ParseOptions { format: Format::Kubernetes, view, ..ParseOptions::default() };
        let text = format!(
            "{{apiVersion: e.org/v1, kind: Store, metadata: {{name: a, namespace: shop}}, spec: {spec}}}"
        );
        Snapshot::parse_with(text.as_bytes(), &options).map(Snapshot::into_owned)
    }

    #[test]
    fn composites_say_what_they_manage_and_at_which_revision() {
        let reference = "{apiVersion: v1, kind: Secret, name: s}";
        for (spec, key) in [
            (format!("{{compositionRevisionRef: {{name: r}}, resourceRef: {reference}}}"), ""),
            (
                format!(
                    "{{crossplane: {{compositionRevisionRef: {{name: r}}, resourceRefs: [{reference}]}}}}"
                ),
                "shop",
            ),
        ] {
            let snapshot = managed(&spec).unwrap();
            let [one] = snapshot.resources() else { panic!("{spec}") };
            assert_eq!(one.key.scope.get("namespace").unwrap_or_default(), key, "{spec}");
            assert_eq!(one.managed_by.as_deref(), Some("crossplane:Store/shop/a"));
            assert_eq!(one.source.revision.as_deref(), Some("r"));
            assert!(one.source.pointer.starts_with("/spec/") && one.listed_only);
            assert!(snapshot.coverage().gaps().is_empty());
        }
        // A list that is not there, and a part without a name, leave open what is managed.
        for spec in [
            "{compositionRef: {name: s}}",
            "{crossplane: {resourceRefs: [{apiVersion: v1, kind: Secret}]}}",
            "{compositionSelector: {}, resourceRef: {apiVersion: v1, kind: Secret}}",
        ] {
            let snapshot = managed(spec).unwrap();
            assert!(snapshot.resources().is_empty() && snapshot.coverage().gaps().len() == 1);
        }
    }

    #[test]
    fn what_is_no_composite_manages_nothing_and_what_is_malformed_is_an_error() {
        for spec in ["{resourceRefs: []}", "{crossplane: c4n4ry}", "{crossplane: {a: 1}}", "1"] {
            assert!(managed(spec).unwrap_err().message().contains("Crossplane"), "{spec}");
        }
        for refs in
            ["c4n4ry", "[c4n4ry]", "[{kind: c4n4ry}]", "[{apiVersion: a/b/c4n4ry, kind: A}]"]
        {
            let error = managed(&format!("{{crossplane: {{resourceRefs: {refs}}}}}")).unwrap_err();
            assert!(error.position().is_some() && !format!("{error:?}").contains("c4n4ry"));
        }
    }
}
