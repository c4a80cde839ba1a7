//! The functions that modules call: each has to be one of Rego's, or of a module that is there. The engine would tell
//! only where it comes to the call, which it may never do.

use super::builtins;
use super::module::{Module, start_of};
use crate::error::{Position, Result};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the engine has beside its functions.
const PRINT: &str = "print";

/// The functions that a module has and calls.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    /// `data.package.name`.
    own: BTreeSet<String>,
    called: Vec<Called>,
}

/// A call of a function that is none of Rego's.
#[derive(Clone, Debug)]
struct Called {
    /// As it is written.
    name: String,
    /// What it may mean, as paths from `data`.
    meant: Vec<String>,
    at: Position,
}

/// Looks through a module; `imports` are the names that it gives to others.
pub(super) fn find(
    tree: Value<'_>,
    package: &[String],
    imports: &BTreeMap<String, String>,
    text: &str,
) -> Calls {
    let mut calls = Calls::default();
    let here = |path: &[String]| -> String {
        let parts = std::iter::once("data").chain(package.iter().chain(path).map(String::as_str));
        parts.collect::<Vec<_>>().join(".")
    };
    for rule in tree.get("rules").into_iter().flat_map(Value::items) {
        let Some((kind, spec)) = rule.fields().next() else { continue };
        let refr = if kind == "Spec" {
            spec.get("head").and_then(|head| head.get("Func")).and_then(|head| head.get("refr"))
        } else {
            let takes = spec.get("args").is_some_and(|args| !args.is_empty());
            spec.get("refr").filter(|_| takes)
        };
        calls.own.extend(refr.and_then(path_of).map(|path| here(&path)));
        for call in rule.tape().filter_map(|node| node.get("Call")) {
            let Some(path) = call.get("fcn").and_then(path_of) else { continue };
            let name = path.join(".");
            let Some((first, rest)) = path.split_first() else { continue };
            let meant = match imports.get(first) {
                _ if first == "data" => vec![name.clone()],
                _ if builtins::is_known(&name) || name == PRINT => continue,
                Some(import) => {
                    let parts = std::iter::once(import).chain(rest).map(String::as_str);
                    vec![here(&path), parts.collect::<Vec<_>>().join(".")]
                }
                None => vec![here(&path)],
            };
            let at = Position::of(text.as_bytes(), start_of(call, text));
            calls.called.push(Called { name, meant, at });
        }
    }
    calls
}

/// Refuses calls of functions that there are not, in all modules together.
pub(super) fn check<'m>(modules: impl Iterator<Item = &'m Module> + Clone) -> Result<()> {
    let known: BTreeSet<&str> =
        modules.clone().flat_map(|module| &module.calls.own).map(String::as_str).collect();
    for module in modules {
        let is_there = |called: &&Called| called.meant.iter().any(|it| known.contains(it.as_str()));
        if let Some(Called { name, at, .. }) = module.calls.called.iter().find(|it| !is_there(it)) {
            let message = format!("there is no function `{name}`");
            let help = "neither Rego has it here, see docs/POLICY.md, nor a module that is given";
            let error = module.fault(message, Some((at.line, at.column)));
            return Err(error.with_help(help));
        }
    }
    Ok(())
}

/// The names of a reference, where it is made of names alone: `json.filter`, `data.lib["a-b"]`.
fn path_of(refr: Value<'_>) -> Option<Vec<String>> {
    let (mut at, mut parts) = (refr, Vec::new());
    loop {
        let (kind, node) = at.fields().next()?;
        let part = match kind {
            "Var" => node.str_field("value")?,
            "RefDot" => node.get("field")?.at(1)?.as_str()?,
            "RefBrack" => node.get("index")?.get("String")?.str_field("value")?,
            _ => return None,
        };
        parts.push(part.to_owned());
        if kind == "Var" {
            parts.reverse();
            return Some(parts);
        }
        at = node.get("refr")?;
    }
}
