//! What a live object was made for, where its name tells and no reference does: the claims of a
//! StatefulSet (`<template>-<pod>`), and the Secret of a Certificate of cert-manager (`spec.secretName`).

use super::{NAMESPACE, Owner, Resource, ResourceKey};
use crate::value::Value;
use std::collections::BTreeMap;

const PROVIDER: &str = "kubernetes";
const SECRET: &str = "core/Secret";
const CLAIM: &str = "core/PersistentVolumeClaim";
const STATEFUL_SET: &str = "apps/StatefulSet";
const CERTIFICATE: &str = "cert-manager.io/Certificate";

/// The annotation in which cert-manager says for which Certificate it wrote a Secret.
const CERTIFICATE_NAME: &str = "cert-manager.io/certificate-name";

/// The type of what is made, its scope and its name, which for claims lacks the number.
type Made = (&'static str, String, String);

/// Gives owners to the live objects that are made by such names.
pub(super) fn told_by_name(resources: &mut [Resource<'_>]) {
    let mut made: BTreeMap<Made, Owner> = BTreeMap::new();
    for resource in resources.iter() {
        let key = &resource.key;
        let type_name = key.type_name.as_str();
        if key.provider != PROVIDER || !matches!(type_name, STATEFUL_SET | CERTIFICATE) {
            continue;
        }
        let Some(spec) = resource.attributes.value().get("spec") else { continue };
        let owner = Owner { type_name: type_name.to_owned(), id: key.id.clone() };
        if type_name == CERTIFICATE {
            if let Some(name) = spec.str_field("secretName") {
                made.insert((SECRET, place(key), name.to_owned()), owner);
            }
            continue;
        }
        for template in spec.get("volumeClaimTemplates").into_iter().flat_map(Value::items) {
            let name = template.get("metadata").and_then(|metadata| metadata.str_field("name"));
            if let Some(name) = name {
                made.insert((CLAIM, place(key), format!("{name}-{}", key.id)), owner.clone());
            }
        }
    }
    if made.is_empty() {
        return;
    }
    for resource in resources {
        // What is declared has no id of a server: it was made by hand, whatever its name.
        let is_live = resource.identities.iter().any(|identity| identity.kind == "uid");
        if resource.key.provider != PROVIDER || !is_live || !resource.owners.is_empty() {
            continue;
        }
        let owner = made_by(resource).and_then(|made_by| made.get(&made_by));
        let owner = owner.filter(|owner| owner.type_name != CERTIFICATE || names(resource, owner));
        resource.owners.extend(owner.cloned());
    }
}

/// What the object would be known by.
fn made_by(resource: &Resource<'_>) -> Option<Made> {
    let key = &resource.key;
    match key.type_name.as_str() {
        SECRET => Some((SECRET, place(key), key.id.clone())),
        CLAIM => {
            let (name, number) = key.id.rsplit_once('-')?;
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| (CLAIM, place(key), name.to_owned()))
        }
        _ => None,
    }
}

/// Whether cert-manager says that it wrote the Secret for this Certificate.
fn names(resource: &Resource<'_>, certificate: &Owner) -> bool {
    let annotations =
        resource.attributes.value().get("metadata").and_then(|it| it.get("annotations"));
    annotations.and_then(|map| map.str_field(CERTIFICATE_NAME)) == Some(certificate.id.as_str())
}

/// Where the object lives.
fn place(key: &ResourceKey) -> String {
    let namespace = key.scope.get(NAMESPACE).unwrap_or_default();
    format!("{} {namespace}", key.scope.without(NAMESPACE))
}
