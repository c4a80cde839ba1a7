//! A baseline as JSON: sorted, one line a value, meant to be kept under version control.

use super::{Baseline, Known, Promoted, SCHEMA_VERSION};
use crate::model::Identity;
use crate::path::{Path, Step, push_index, push_token};
use crate::value::Tree;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct File<'b> {
    schema_version: &'b str,
    kind: &'b str,
    taken_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'b str>,
    packs: &'b BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_check: Option<&'b str>,
    resources: Vec<Entry<'b>>,
    acceptances: Vec<Accepted<'b>>,
}

#[derive(Serialize)]
pub(super) struct Entry<'b> {
    provider: &'b str,
    r#type: &'b str,
    scope: BTreeMap<&'b str, &'b str>,
    id: &'b str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'b str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    identities: &'b [Identity],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: &'b BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<&'b str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    listed: bool,
    values: Tree,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    secrets: &'b [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    left_out: &'b [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unordered: &'b [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    unknown: &'b [String],
}

#[derive(Serialize)]
struct Accepted<'b> {
    resource: &'b str,
    path: &'b str,
    fingerprint: &'b str,
    digest: &'b str,
    by: &'b str,
    reason: &'b str,
    expires: Option<String>,
}

impl Baseline {
    /// The baseline as JSON, the same bytes for the same content, with a line feed at its end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let file = File {
            schema_version: SCHEMA_VERSION,
            kind: "baseline",
            taken_at: self.taken_at.to_string(),
            revision: self.revision.as_deref(),
            packs: &self.packs,
            key_check: self.key_check.as_deref(),
            resources: self.known.iter().map(entry).collect(),
            acceptances: self.promoted.iter().map(accepted).collect(),
        };
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }
}

fn entry(known: &Known) -> Entry<'_> {
    let resource = &known.resource;
    Entry {
        provider: &resource.key.provider,
        r#type: &resource.key.type_name,
        scope: resource.key.scope.iter().collect(),
        id: &resource.key.id,
        address: resource.address.as_deref(),
        identities: &resource.identities,
        tags: &resource.tags,
        managed_by: resource.managed_by.as_deref(),
        listed: resource.listed_only,
        values: Tree::of(resource.attributes.value()),
        secrets: &known.secrets,
        left_out: &known.left_out,
        unordered: &known.unordered,
        unknown: &known.unknown,
    }
}

fn accepted(promoted: &Promoted) -> Accepted<'_> {
    let acceptance = &promoted.acceptance;
    Accepted {
        resource: &promoted.resource,
        path: &promoted.path,
        fingerprint: &acceptance.fingerprint,
        digest: &acceptance.digest,
        by: &acceptance.by,
        reason: &acceptance.reason,
        expires: acceptance.expires.map(|at| at.to_string()),
    }
}

/// The JSON Pointer of fields and indexes.
pub(super) fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for step in path.steps() {
        match step {
            Step::Index(index) => push_index(&mut pointer, *index),
            Step::Field(name) => push_token(&mut pointer, name),
            _ => {}
        }
    }
    pointer
}
