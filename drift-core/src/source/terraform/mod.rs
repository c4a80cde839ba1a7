//! Terraform and OpenTofu: state files, what `show -json` prints of states and plans, configuration.
//!
//! Each document becomes instances, and instances become resources in one place. Managed resources
//! alone are taken, one for each instance: data sources are reads and declare nothing.

mod address;
#[cfg(feature = "hcl")]
pub(super) mod config;
mod dynamic;
mod instance;
mod mask;
pub(super) mod plan;
pub(super) mod show;
pub(super) mod state;
mod types;
mod values;

pub(crate) use address::family;

use super::open::View;
use super::strict::{Strict, optional};
use crate::error::{Code, Error, Result};
use crate::model::Warning;
use crate::value::{Kind, Value};

const STRICT: Strict = Strict(Code::Format);

/// The view of a document that looks like one of Terraform's, of whatever version.
pub(super) fn view(root: Value<'_>) -> Option<View<'static>> {
    if root.get("format_version").is_some() || root.get("plan_format_version").is_some() {
        return match () {
            () if is_plan(root) => Some(View::TerraformPlan),
            () if is_shown(root) => Some(View::TerraformShow),
            () => None,
        };
    }
    state::is_state(root).then_some(View::TerraformState)
}

/// Whether `show -json` printed it of a plan.
fn is_plan(root: Value<'_>) -> bool {
    let names = ["planned_values", "resource_changes", "prior_state", "configuration"];
    names.iter().any(|name| root.get(name).is_some())
}

/// Whether `show -json` printed it of a state: it leaves the values out where there are none.
fn is_shown(root: Value<'_>) -> bool {
    let frame = ["format_version", "terraform_version", "checks"];
    root.get("values").is_some() || root.fields().all(|(name, _)| frame.contains(&name))
}

/// The error for what Terraform prints and what holds no resources.
pub(super) fn refused(root: Value<'_>) -> Option<Error> {
    let has = |name| root.get(name).is_some();
    if has("@level") && has("@message") {
        let message =
            "the document is a stream of messages, as `plan -json` and `apply -json` print";
        let help = "save the plan with `terraform plan -out=plan`, and pass what `terraform show \
            -json plan` prints";
        return Some(STRICT.fault(root, message).with_help(help));
    }
    if has("format_version") && has("provider_schemas") && !has("values") && !is_plan(root) {
        let message = "the document is a schema of providers, and holds no resources";
        let help = "pass it among the rules; `terraform show -json` prints states and plans";
        return Some(STRICT.fault(root, message).with_help(help));
    }
    None
}

/// Checks the version of what `show -json` printed: 0.1 and 0.2 were written before Terraform 1.1,
/// and a minor version after 1.0 only adds to it.
pub(crate) fn check_version(root: Value<'_>, strict: Strict) -> Result<()> {
    let version = strict.required(root, "format_version")?;
    let text = strict.text(version, "`format_version`")?;
    let minor = text.strip_prefix("1.").filter(|minor| {
        (1..=9).contains(&minor.len()) && minor.bytes().all(|byte| byte.is_ascii_digit())
    });
    match text {
        "0.1" | "0.2" => Ok(()),
        _ if minor.is_some() => Ok(()),
        _ => {
            let message = "the document is of a version that is not known";
            Err(strict.fault(version, message).with_help("0.1, 0.2 and every 1.x are read"))
        }
    }
}

/// The field `name` as a map, where it is there.
fn map<'d>(from: Value<'d>, name: &str) -> Result<Option<Value<'d>>> {
    let found = optional(from, name);
    if let Some(found) = found {
        STRICT.map(found, format_args!("`{name}`"))?;
    }
    Ok(found)
}

/// The text of the field `name` of a map, in which `found` was found.
fn head<'d>(map: Value<'d>, name: &str, found: Option<Value<'d>>) -> Result<&'d str> {
    STRICT.text(STRICT.present(map, name, found)?, format_args!("`{name}`"))
}

/// The elements of a list that has been looked for already, and may be absent.
fn items<'d>(
    found: Option<Value<'d>>,
    name: &str,
) -> Result<impl Iterator<Item = Value<'d>> + use<'d>> {
    let found = found.filter(|found| !found.is_null());
    if let Some(found) = found {
        STRICT.list(found, format_args!("`{name}`"))?;
    }
    Ok(found.into_iter().flat_map(Value::items))
}

fn texts(found: Option<Value<'_>>, name: &str) -> Result<Vec<String>> {
    let text = |item| STRICT.text(item, format_args!("an entry of `{name}`")).map(str::to_owned);
    items(found, name)?.map(text).collect()
}

/// A boolean that has been looked for already, and may be absent.
fn truth(found: Option<Value<'_>>, name: &str) -> Result<Option<bool>> {
    let truth = |value: Value<'_>| match value.kind() {
        Kind::Bool => Ok(value.as_bool().unwrap_or_default()),
        _ => Err(STRICT.expected(value, format_args!("`{name}` as a boolean"))),
    };
    found.map(truth).transpose()
}

/// A warning about one resource.
fn warning(address: &str, code: &str, message: &str) -> Warning {
    Warning { resource: Some(address.to_owned()), ..super::warning(code, message.to_owned()) }
}

const DEPOSED: (&str, &str) = ("deposed", "a deposed object that is to be destroyed is left out");
const TAINTED: (&str, &str) = ("tainted", "the resource is tainted: the next apply replaces it");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Document, ReadOptions};

    #[test]
    fn minor_versions_only_add() {
        let check = |version: &str| {
            let text = format!(r#"{{"format_version": {version}}}"#);
            let document = Document::parse_json(text.as_bytes(), &ReadOptions::default()).unwrap();
            check_version(document.root(), STRICT).is_ok()
        };
        for version in ["0.1", "0.2", "1.0", "1.2", "1.10"] {
            assert!(check(&format!("\"{version}\"")), "{version}");
        }
        for version in ["0.3", "1", "1.", "1.x", "1.0-beta", "2.0", "10.0", "", "1.0.0"] {
            assert!(!check(&format!("\"{version}\"")), "{version}");
        }
        assert!(!check("1.0") && !check("null"));
    }
}
