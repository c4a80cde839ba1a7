//! What a live object was made for, where its name tells and no reference does: the claims of a
//! StatefulSet (`<template>-<pod>`), the Secret of a Certificate of cert-manager (`spec.secretName`), and the
//! version of an operator that a Subscription of the Operator Lifecycle Manager has installed.

use super::{Owner, Resource, ResourceKey};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PROVIDER: &str = "kubernetes";
const SECRET: &str = "core/Secret";
const CLAIM: &str = "core/PersistentVolumeClaim";
const STATEFUL_SET: &str = "apps/StatefulSet";
const CERTIFICATE: &str = "cert-manager.io/Certificate";
const SUBSCRIPTION: &str = "operators.coreos.com/Subscription";
const OPERATOR: &str = "operators.coreos.com/ClusterServiceVersion";

/// What a Subscription says that it has installed, or is about to.
const INSTALLED: [&str; 2] = ["installedCSV", "currentCSV"];

/// The annotation in which cert-manager says for which Certificate it wrote a Secret.
const CERTIFICATE_NAME: &str = "cert-manager.io/certificate-name";

/// The letters of the hash that ends the name of a ReplicaSet (k8s.io/apimachinery, `util/rand.SafeEncodeString`).
const HASH: &str = "bcdfghjklmnpqrstvwxz2456789";

/// What is made by a name: its type, and its name, which for claims lacks the number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Made {
    #[serde(rename = "type")]
    type_name: String,
    name: String,
    /// The only one that may have made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    of: Option<String>,
}

/// What a resource makes that goes by a name alone, and by which name it was made itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Making {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) makes: Vec<Made>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<Made>,
}

impl Making {
    /// What the two sides of a resource tell: what it makes, and for one that is live alone by what it was made.
    pub(crate) fn of(desired: Option<&Resource<'_>>, actual: Option<&Resource<'_>>) -> Self {
        let Some(known) = actual.or(desired) else { return Self::default() };
        let by = if desired.is_none() { made_by(known) } else { None };
        Self { makes: makes(known), by }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.makes.is_empty() && self.by.is_none()
    }

    /// All that is made, by who makes it.
    pub(crate) fn all<'m>(makers: impl Iterator<Item = (ResourceKey, &'m Self)>) -> Makers {
        let mut all = Makers::default();
        for (key, making) in makers {
            all.add(&key, making.makes.iter().cloned());
        }
        all
    }
}

/// Who makes what.
#[derive(Debug, Default)]
pub(crate) struct Makers(BTreeMap<Made, Vec<ResourceKey>>);

impl Makers {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, key: &ResourceKey, makes: impl Iterator<Item = Made>) {
        for made in makes {
            self.0.entry(made).or_default().push(key.clone());
        }
    }

    /// Who made the resource of this key: in the same place, as far as both say.
    pub(crate) fn maker(&self, key: &ResourceKey, by: Option<&Made>) -> Option<Owner> {
        let makers = self.0.get(by?)?;
        let maker = makers.iter().find(|maker| maker.scope.compatible(&key.scope))?;
        Some(Owner { type_name: maker.type_name.to_string(), id: maker.id.clone() })
    }
}

/// Gives owners to the live objects that are made by such names.
pub(super) fn told_by_name(resources: &mut [Resource<'_>]) {
    let mut makers = Makers::default();
    for resource in resources.iter() {
        makers.add(&resource.key, makes(resource).into_iter());
    }
    if makers.is_empty() {
        return;
    }
    for resource in resources {
        let by = if resource.owners.is_empty() { made_by(resource) } else { None };
        resource.owners.extend(makers.maker(&resource.key, by.as_ref()));
    }
}

/// What the object makes.
fn makes(resource: &Resource<'_>) -> Vec<Made> {
    let key = &resource.key;
    let type_name = key.type_name.as_str();
    if key.provider != PROVIDER || !matches!(type_name, STATEFUL_SET | CERTIFICATE | SUBSCRIPTION) {
        return Vec::new();
    }
    let value = resource.attributes.value();
    let made = |type_name: &str, name: String, of: Option<String>| Made {
        type_name: type_name.to_owned(),
        name,
        of,
    };
    if type_name == SUBSCRIPTION {
        let Some(status) = value.get("status") else { return Vec::new() };
        let names = INSTALLED.iter().filter_map(|name| status.str_field(name));
        return names.map(|name| made(OPERATOR, name.to_owned(), None)).collect();
    }
    let Some(spec) = value.get("spec") else { return Vec::new() };
    if type_name == CERTIFICATE {
        let secret = spec.str_field("secretName");
        let secret = secret.map(|name| made(SECRET, name.to_owned(), Some(key.id.clone())));
        return secret.into_iter().collect();
    }
    let templates = spec.get("volumeClaimTemplates").into_iter().flat_map(Value::items);
    let name = |template: Value<'_>| {
        let name = template.get("metadata")?.str_field("name")?;
        Some(made(CLAIM, format!("{name}-{}", key.id), None))
    };
    templates.filter_map(name).collect()
}

/// What the object would be known by. What is declared has no id of a server: it was made by hand, whatever its
/// name.
fn made_by(resource: &Resource<'_>) -> Option<Made> {
    let key = &resource.key;
    let type_name = key.type_name.as_str();
    let is_live = || resource.identities.iter().any(|identity| identity.kind == "uid");
    if key.provider != PROVIDER || !matches!(type_name, SECRET | CLAIM | OPERATOR) || !is_live() {
        return None;
    }
    let made = |name: &str, of| Made { type_name: type_name.to_owned(), name: name.to_owned(), of };
    if type_name == SECRET {
        let metadata = resource.attributes.value().get("metadata")?;
        let certificate = metadata.get("annotations")?.str_field(CERTIFICATE_NAME)?;
        return Some(made(&key.id, Some(certificate.to_owned())));
    }
    if type_name == OPERATOR {
        return Some(made(&key.id, None));
    }
    let (name, number) = key.id.rsplit_once('-')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| made(name, None))
}

/// What made an owner that was not collected, by its name: the Deployment of a ReplicaSet, the CronJob of a Job.
pub(crate) fn maker_of(owner: &Owner) -> Option<Owner> {
    let (name, end) = owner.id.rsplit_once('-')?;
    let (type_name, fits) = match owner.type_name.as_str() {
        "apps/ReplicaSet" => ("apps/Deployment", end.chars().all(|letter| HASH.contains(letter))),
        "batch/Job" => ("batch/CronJob", end.bytes().all(|byte| byte.is_ascii_digit())),
        _ => return None,
    };
    let fits = fits && !end.is_empty();
    fits.then(|| Owner { type_name: type_name.to_owned(), id: name.to_owned() })
}
