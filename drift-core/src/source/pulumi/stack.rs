//! What `pulumi stack export` prints, and the checkpoints in which a backend stores the same.

use super::values::{self, secrets_of};
use super::{Place, STRICT, Side, State, finish, texts, warn, warn_of};
use crate::error::Result;
use crate::model::Masked;
use crate::source::strict::{optional, shown};
use crate::source::{Context, Reading, warning};
use crate::value::{Document, Kind, Value};

/// The views: what the program declared when it was last applied, and what the provider answered.
pub(in crate::source) const VIEWS: [&str; 2] = ["inputs", "outputs"];

/// Features of a deployment of version 4 that change nothing of what is read here.
const FEATURES: [&str; 4] = ["refreshBeforeUpdate", "views", "hooks", "taint"];

/// Whether a document looks like an export, of whatever version.
pub(in crate::source) fn is_export(root: Value<'_>) -> bool {
    let map = |name| root.get(name).is_some_and(|value: Value<'_>| value.kind() == Kind::Map);
    root.get("version").is_some() && (map("deployment") || map("checkpoint"))
}

/// Reads the resources of a stack.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let side = match context.options.view.as_deref() {
        Some("outputs") => Side::Outputs,
        _ => Side::Inputs,
    };
    let (mut states, mut gone, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for (index, root) in document.roots().enumerate() {
        let (deployment, pointer) = deployment(root, &mut warnings)?;
        let from = states.len();
        let mut secrets = Vec::new();
        for (at, value) in STRICT.elements(deployment, "resources")?.enumerate() {
            STRICT.map(value, "the state of a resource")?;
            if value.str_field("type") == Some("pulumi:pulumi:Stack")
                && let Some(outputs) = optional(value, "outputs")
            {
                let reading = values::Reading { options: &context.options.read, hides: false };
                secrets_of(outputs, reading, &mut secrets);
            }
            let pointer = format!("{pointer}/resources/{at}");
            let place = Place { document: index, pointer: &pointer };
            let Some(state) = State::read(value, side, place)? else { continue };
            if STRICT.flag(value, "delete")?.unwrap_or_default() {
                let message = "a replaced resource that is to be deleted is left out";
                warnings.push(warn(&state.urn, "pending_delete", message));
                continue;
            }
            if STRICT.flag(value, "pendingReplacement")?.unwrap_or_default() {
                let message = "the resource has been deleted, and the next update makes it anew";
                warnings.push(warn(&state.urn, "pending_replacement", message));
                if side == Side::Outputs {
                    gone.push(state);
                    continue;
                }
            }
            warn_of(value, &mut warnings)?;
            states.push(state);
        }
        for operation in STRICT.elements(deployment, "pending_operations")? {
            STRICT.map(operation, "a pending operation")?;
            let urn = operation.get("resource").and_then(|state| state.str_field("urn"));
            let message = "an operation was cut off: what became of the resource is not known";
            warnings.push(warn(urn.unwrap_or_default(), "pending_operation", message));
        }
        let secrets = Masked::from(secrets);
        for state in states.iter_mut().skip(from) {
            state.masked = secrets.clone();
        }
    }
    let reading = finish(document, (states, gone), false, context)?;
    Ok(Reading { warnings, ..reading })
}

/// The deployment of a document of a known version, and the pointer to it.
fn deployment<'d>(
    root: Value<'d>,
    warnings: &mut Vec<crate::model::Warning>,
) -> Result<(Value<'d>, &'static str)> {
    STRICT.map(root, "an export of a stack")?;
    let version = STRICT.required(root, "version")?;
    match version.as_number().and_then(|number| number.as_i64()) {
        Some(3 | 4) => {}
        Some(1 | 2) => {
            let help = "versions 3 and 4 are read: `pulumi stack export` with a newer Pulumi \
                upgrades an older one";
            return Err(STRICT.fault(version, "the stack is of an old version").with_help(help));
        }
        _ => {
            let error = STRICT.fault(version, "the stack is of a version that is not known");
            return Err(error.with_help("versions 3 and 4 are read"));
        }
    }
    for feature in texts(root, "features")? {
        if !FEATURES.contains(&feature.as_str()) {
            let message =
                format!("the stack needs a feature that is not known: `{}`", shown(&feature));
            warnings.push(warning("unknown_feature", message));
        }
    }
    let (found, pointer) = match optional(root, "checkpoint") {
        Some(checkpoint) => {
            STRICT.map(checkpoint, "`checkpoint`")?;
            (STRICT.required(checkpoint, "latest")?, "/checkpoint/latest")
        }
        None => (STRICT.required(root, "deployment")?, "/deployment"),
    };
    // A stack that has never been updated has none.
    if !(found.is_null() && pointer == "/checkpoint/latest") {
        STRICT.map(found, "the deployment of a stack")?;
    }
    Ok((found, pointer))
}
