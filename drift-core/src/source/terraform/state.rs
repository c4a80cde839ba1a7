//! Terraform and OpenTofu state files, version 4: what was last recorded of every resource.
//!
//! The attributes stay where they are. What the file does not say for certain is left out: the scope
//! comes from ARNs alone.

use super::super::strict::optional;
use super::super::{Context, Reading};
use super::instance::{Instance, resources};
use super::{DEPOSED, STRICT, TAINTED, address, head, items, mask, texts, warning};
use crate::error::{Error, Result};
use crate::model::{Masked, Warning};
use crate::path::{Path, PathSet, push_index, push_token};
use crate::value::{Document, Kind, Value};

/// Whether a document looks like a state file of any version.
pub(super) fn is_state(root: Value<'_>) -> bool {
    let has = |name| root.get(name).is_some();
    let number = root.get("version").is_some_and(|version| version.kind() == Kind::Number);
    has("terraform_version")
        || (number && (has("resources") || has("modules") || has("lineage") || has("serial")))
        || (has("encrypted_data") && has("encryption_version"))
}

/// Reads the managed resources of a state.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let mut reading = Reading { listed: true, ..Reading::default() };
    let mut instances = Vec::new();
    for (index, root) in document.roots().enumerate() {
        check_version(root)?;
        reading.serial = serial(root)?;
        let frame = Frame { document: index, masked: mask::outputs(root)? };
        instances.reserve(root.get("resources").map_or(0, Value::len));
        for (at, resource) in STRICT.elements(root, "resources")?.enumerate() {
            frame.instances_of(resource, at, &mut instances, &mut reading.warnings)?;
        }
    }
    reading.resources = resources(document, instances, context)?;
    Ok(reading)
}

/// Refuses what is no state of version 4.
fn check_version(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a state")?;
    let fault = |at, message: &str, help: &str| Err(STRICT.fault(at, message).with_help(help));
    if root.get("encrypted_data").is_some() {
        let help = "decrypt it first: `tofu state pull` prints it in the clear";
        return fault(root, "the state is encrypted", help);
    }
    if root.get("format_version").is_some() {
        let message = "the document is what `show -json` prints, and not a state file";
        return fault(root, message, "read it as `terraform_show`, or as `terraform_plan`");
    }
    let version = STRICT.required(root, "version")?;
    match version.as_number().and_then(|number| number.as_i64()) {
        Some(4) => Ok(()),
        Some(1..=3) => {
            let help = "version 4 is read, which Terraform 0.12 and later write: \
                `terraform state pull` upgrades an older one";
            fault(version, "the state is of an old version", help)
        }
        _ => fault(version, "the state is of a version that is not known", "version 4 is read"),
    }
}

/// Which of its states the file is: Terraform counts them.
fn serial(root: Value<'_>) -> Result<Option<String>> {
    let serial = |value: Value<'_>| match value.as_number().and_then(|number| number.as_i64()) {
        Some(serial) => Ok(format!("serial {serial}")),
        None => Err(STRICT.expected(value, "`serial` as a whole number")),
    };
    optional(root, "serial").map(serial).transpose()
}

/// What all instances of one document have in common.
struct Frame {
    document: usize,
    masked: Masked,
}

impl Frame {
    /// Reads the instances of one resource block.
    fn instances_of(
        &self,
        resource: Value<'_>,
        at: usize,
        found: &mut Vec<Instance>,
        warnings: &mut Vec<Warning>,
    ) -> Result<()> {
        STRICT.map(resource, "a resource")?;
        let [mode, type_name, name, module, provider, instances] =
            resource.pick(["mode", "type", "name", "module", "provider", "instances"]);
        let text = |name, found| head(resource, name, found);
        match text("mode", mode)? {
            "managed" => {}
            "data" => return Ok(()),
            _ => return Err(unknown_mode(STRICT.required(resource, "mode")?)),
        }
        let (type_name, name) = (text("type", type_name)?, text("name", name)?);
        let module = module.filter(|module| !module.is_null());
        let module = module.map(|module| text("module", Some(module))).transpose()?;
        let mut block = address::block(module, type_name, name);
        let count = instances.map_or(0, Value::len);
        // OpenTofu writes it of each instance where providers have `for_each`, and of the block elsewhere
        // (internal/states/statefile/version4.go).
        let of_block = provider.filter(|provider| !provider.is_null());
        for (index, instance) in items(instances, "instances")?.enumerate() {
            STRICT.map(instance, "an instance")?;
            let [index_key, deposed, status, provider] =
                instance.pick(["index_key", "deposed", "status", "provider"]);
            let provider = provider.filter(|provider| !provider.is_null()).or(of_block);
            let provider = address::provider(text("provider", provider)?);
            let address = match index_key.filter(|key| !key.is_null()) {
                Some(key) => address::instance(&block, key)?,
                None if index + 1 == count => std::mem::take(&mut block),
                None => block.clone(),
            };
            if deposed.is_some_and(|deposed| !deposed.is_null()) {
                warnings.push(warning(&address, DEPOSED.0, DEPOSED.1));
                continue;
            }
            if status.and_then(Value::as_str) == Some("tainted") {
                warnings.push(warning(&address, TAINTED.0, TAINTED.1));
            }
            let mut pointer = String::with_capacity(64);
            pointer.push_str("/resources");
            push_index(&mut pointer, at);
            pointer.push_str("/instances");
            push_index(&mut pointer, index);
            let mut read = self.instance(instance, pointer)?;
            if !read.unknown.is_empty() {
                let message = "the attributes are in the form of Terraform 0.11 and cannot be \
                    compared; the next apply rewrites them";
                warnings.push(warning(&address, "flat_attributes", message));
            }
            read.type_name = type_name.to_owned();
            read.provider = provider.to_owned();
            read.address = address;
            found.push(read);
        }
        Ok(())
    }

    /// What an instance says of itself. Attributes in the flat form of Terraform 0.11 are neither
    /// compared nor shown.
    fn instance(&self, instance: Value<'_>, mut pointer: String) -> Result<Instance> {
        let [attributes, flat, needs, marks] = instance.pick([
            "attributes",
            "attributes_flat",
            "dependencies",
            "sensitive_attributes",
        ]);
        let attributes = attributes.filter(|attributes| !attributes.is_null());
        let (name, flat, found) = match attributes {
            Some(found) => ("attributes", false, Some(found)),
            None => ("attributes_flat", true, flat),
        };
        let attributes = STRICT.present(instance, "attributes", found)?;
        STRICT.map(attributes, format_args!("`{name}`"))?;
        push_token(&mut pointer, name);
        let whole = || PathSet::from_iter([Path::new(Vec::new())]);
        Ok(Instance {
            document: self.document,
            place: instance.id(),
            attributes: Some(attributes.id()),
            pointer,
            depends_on: texts(needs, "dependencies")?,
            unknown: if flat { whole() } else { PathSet::new() },
            sensitive: if flat { whole() } else { mask::paths(marks)? },
            masked: self.masked.clone(),
            is_stored: !flat,
            ..Instance::default()
        })
    }
}

/// The error for a resource that is neither managed nor a data source.
fn unknown_mode(mode: Value<'_>) -> Error {
    let error = STRICT.fault(mode, "no such mode of a resource");
    error.with_help("`managed` and `data` are known")
}

/// The error for a document that only looks like a state.
pub(in crate::source) fn not_a_state(root: Value<'_>) -> Error {
    check_version(root).err().unwrap_or_else(|| STRICT.fault(root, "the document is no state"))
}

#[cfg(test)]
mod tests;
