//! Manifests that SOPS has encrypted: who applies them decrypts them first, so their encrypted values are not known,
//! and what SOPS keeps of itself beside them is never applied (Flux, Manage Kubernetes secrets with SOPS).

use crate::path::{PathSet, Step};
use crate::source::strict::optional;
use crate::value::{Kind, Value};

/// Where SOPS keeps its keys, and the code by which it knows that a document is whole.
pub(super) const SOPS: &str = "sops";
const MAC: &str = "mac";

/// What every encrypted value starts with; the cipher is the only one that there is.
const ENCRYPTED: &str = "ENC[AES256_GCM,";

/// Kinds whose schema has no field of this name, so that it was not applied. Others may be stored as they are.
const KINDS: [&str; 2] = [super::SECRET, "core/ConfigMap"];

/// Whether SOPS has encrypted values of the object.
pub(super) fn is_encrypted(kind: &str, object: Value<'_>) -> bool {
    KINDS.contains(&kind)
        && optional(object, SOPS).is_some_and(|sops| sops.str_field(MAC).is_some())
}

/// The encrypted values of an object. Those of `stringData` stand in `data` once it is complete.
pub(super) fn encrypted(object: Value<'_>) -> PathSet {
    let mut found = PathSet::new();
    for (name, value) in object.fields().filter(|(name, _)| *name != SOPS) {
        let name = if name == "stringData" { "data" } else { name };
        mark(value, &mut vec![Step::Field(name.to_owned())], &mut found);
    }
    found
}

fn mark(value: Value<'_>, steps: &mut Vec<Step>, found: &mut PathSet) {
    let mut below = |step: Step, value: Value<'_>| {
        steps.push(step);
        mark(value, steps, found);
        steps.pop();
    };
    match value.kind() {
        Kind::Map => {
            for (name, field) in value.fields() {
                below(Step::Field(name.to_owned()), field);
            }
        }
        Kind::List => {
            for (index, item) in value.items().enumerate() {
                below(Step::Index(index), item);
            }
        }
        _ if value.as_str().is_some_and(|it| it.starts_with(ENCRYPTED) && it.ends_with(']')) => {
            found.insert_steps(steps);
        }
        _ => {}
    }
}
