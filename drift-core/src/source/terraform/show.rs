//! What `terraform show -json` prints of a state.

use super::super::{Context, Reading};
use super::instance::{Instance, resources};
use super::values::{Entry, entries};
use super::{DEPOSED, STRICT, TAINTED, check_version, is_plan, map, mask, refused, truth, warning};
use crate::error::Result;
use crate::model::Warning;
use crate::value::{Document, Value};

/// Reads the managed resources of a state.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let mut reading = Reading { listed: true, ..Reading::default() };
    let mut instances = Vec::new();
    for (index, root) in document.roots().enumerate() {
        check(root)?;
        let Some(values) = map(root, "values")? else { continue };
        let masked = mask::outputs(values)?;
        for entry in entries(values, "/values")? {
            let Some(read) = instance(entry, &mut reading.warnings)? else { continue };
            instances.push(Instance { document: index, masked: masked.clone(), ..read });
        }
    }
    reading.resources = resources(document, instances, context)?;
    Ok(reading)
}

/// Refuses what is no state that `show -json` printed.
fn check(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a state")?;
    if let Some(error) = refused(root) {
        return Err(error);
    }
    let fault = |message: &str, help: &str| Err(STRICT.fault(root, message).with_help(help));
    if is_plan(root) {
        return fault("the document is a plan, and not a state", "read it as `terraform_plan`");
    }
    if root.get("format_version").is_none() && root.get("version").is_some() {
        let message = "the document is a state file, and not what `show -json` prints";
        return fault(message, "read it as `terraform_state`");
    }
    check_version(root, STRICT)
}

/// The instance that a state's values tell of; none where it is one that is about to go.
pub(super) fn instance(entry: Entry<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Instance>> {
    if entry.deposed.is_some() {
        warnings.push(warning(&entry.address, DEPOSED.0, DEPOSED.1));
        return Ok(None);
    }
    if truth(entry.tainted, "tainted")? == Some(true) {
        warnings.push(warning(&entry.address, TAINTED.0, TAINTED.1));
    }
    let (values, marks) = (entry.values, entry.marks);
    let mut instance = entry.instance(values, "/values")?;
    mask::add(marks, &mut instance.sensitive)?;
    Ok(Some(instance))
}
