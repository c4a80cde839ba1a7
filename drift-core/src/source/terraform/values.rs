//! The values that `show -json` prints: a tree of modules with resources, of a state or of a plan.

use super::instance::Instance;
use super::{STRICT, address, head, map, texts};
use crate::error::Result;
use crate::path::push_index;
use crate::value::Value;

/// A resource instance as `show -json` names one, in values and in changes alike.
#[derive(Clone)]
pub(super) struct Entry<'d> {
    pub(super) value: Value<'d>,
    pub(super) pointer: String,
    pub(super) address: String,
    /// The key of an object that is to be destroyed, where it is one.
    pub(super) deposed: Option<Value<'d>>,
    pub(super) tainted: Option<Value<'d>>,
    /// Its values, where some are known.
    pub(super) values: Option<Value<'d>>,
    /// What of the values is sensitive.
    pub(super) marks: Option<Value<'d>>,
    needs: Option<Value<'d>>,
    type_name: &'d str,
    provider: &'d str,
}

impl<'d> Entry<'d> {
    /// Reads the head of an entry, which may stand in a module; none where it is of no managed
    /// resource.
    pub(super) fn read(
        value: Value<'d>,
        pointer: String,
        module: Option<&str>,
    ) -> Result<Option<Self>> {
        STRICT.map(value, "a resource")?;
        let [mode, address, type_name, provider] =
            value.pick(["mode", "address", "type", "provider_name"]);
        let [deposed, tainted, values, marks, needs] =
            value.pick(["deposed_key", "tainted", "values", "sensitive_values", "depends_on"]);
        let known = |found: Option<Value<'d>>| found.filter(|found| !found.is_null());
        match head(value, "mode", mode)? {
            "managed" => {}
            // Opened and closed again within a run.
            "data" | "ephemeral" => return Ok(None),
            _ => {
                let mode = STRICT.required(value, "mode")?;
                let error = STRICT.fault(mode, "no such mode of a resource");
                return Err(error.with_help("`managed`, `data` and `ephemeral` are known"));
            }
        }
        let address = head(value, "address", address)?;
        // Terraform 0.12 leaves the module out of the addresses of a state's resources.
        let inside = |module: &str| {
            let below = address.strip_prefix(module);
            below.is_some_and(|below| below.starts_with('.'))
        };
        let address = match module {
            Some(module) if !inside(module) => format!("{module}.{address}"),
            _ => address.to_owned(),
        };
        Ok(Some(Self {
            address,
            type_name: head(value, "type", type_name)?,
            provider: address::provider(head(value, "provider_name", provider)?),
            deposed: known(deposed),
            tainted: known(tainted),
            values: known(values),
            marks,
            needs,
            value,
            pointer,
        }))
    }

    /// The instance, with `attributes` that stand at a place below the entry.
    pub(super) fn instance(
        mut self,
        attributes: Option<Value<'d>>,
        below: &str,
    ) -> Result<Instance> {
        if let Some(attributes) = attributes {
            STRICT.map(attributes, "the values of a resource")?;
        }
        self.pointer.push_str(if attributes.is_some() { below } else { "" });
        Ok(Instance {
            address: self.address,
            type_name: self.type_name.to_owned(),
            provider: self.provider.to_owned(),
            place: self.value.id(),
            attributes: attributes.map(Value::id),
            pointer: self.pointer,
            depends_on: texts(self.needs, "depends_on")?,
            ..Instance::default()
        })
    }
}

/// The managed resources of `values`, which stand at `pointer`: module by module, the root first.
pub(super) fn entries<'d>(values: Value<'d>, pointer: &str) -> Result<Vec<Entry<'d>>> {
    let mut found = Vec::new();
    let root = map(values, "root_module")?;
    let mut modules: Vec<_> =
        root.map(|root| (root, format!("{pointer}/root_module"))).into_iter().collect();
    while let Some((module, pointer)) = modules.pop() {
        STRICT.map(module, "a module")?;
        let address = STRICT.optional_text(module, "address")?;
        for (index, resource) in STRICT.elements(module, "resources")?.enumerate() {
            let mut at = String::with_capacity(pointer.len() + 32);
            at.push_str(&pointer);
            at.push_str("/resources");
            push_index(&mut at, index);
            found.extend(Entry::read(resource, at, address.as_deref())?);
        }
        let children = STRICT.elements(module, "child_modules")?.enumerate();
        let mut children: Vec<_> = children
            .map(|(index, child)| (child, format!("{pointer}/child_modules/{index}")))
            .collect();
        children.reverse();
        modules.append(&mut children);
    }
    Ok(found)
}
