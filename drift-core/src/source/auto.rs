//! Which format a document is in, where nobody said.

use super::mapping::Mapping;
use super::open::View;
use super::strict::Strict;
use super::{ansible, arm, cloudformation, pulumi, terraform};
use crate::error::{Code, Error, Result};
use crate::value::{Document, Kind, Value};

/// The format of a document, told from its first list or map; the format's view is strict on all
/// that follows.
///
/// # Errors
/// `DRIFT_FORMAT` where it cannot be told.
pub(super) fn decide(document: &Document<'_>) -> Result<View<'static>> {
    let root = first(document);
    let sample = match root.kind() {
        Kind::List => root.at(0),
        _ => Some(root),
    };
    match sample {
        // An empty list holds nothing in any format.
        None => Ok(View::Records),
        Some(sample) if is_object(sample) => Ok(View::Kubernetes),
        Some(sample) if is_record(sample) => Ok(View::Records),
        #[cfg(feature = "sql")]
        Some(_) if super::sql::is_introspection(root) => Ok(View::SqlSchema),
        Some(_) => rarer(root).unwrap_or_else(|| {
            Mapping::for_document(root).map(View::Mapping).ok_or_else(|| unknown(document))
        }),
    }
}

/// The format of a document of one tool, or of a list of records under a name.
fn rarer(root: Value<'_>) -> Option<Result<View<'static>>> {
    let listed = || root.get("resources").is_some_and(|value| value.kind() == Kind::List);
    match (terraform::refused(root), terraform::view(root)) {
        (Some(error), _) => Some(Err(error)),
        (_, Some(view)) => Some(Ok(view)),
        _ if cloudformation::is_template(root) => Some(Ok(View::Cloudformation)),
        _ if cloudformation::drifts::is_answer(root) => Some(Ok(View::CloudformationDrifts)),
        _ if ansible::is_answer(root) => Some(Ok(View::AnsibleCheck)),
        _ if arm::is_template(root) => Some(Ok(View::ArmTemplate)),
        _ if pulumi::stack::is_export(root) => Some(Ok(View::PulumiStack)),
        _ if pulumi::preview::is_preview(root) => Some(Ok(View::PulumiPreview)),
        _ if pulumi::events::is_event(root) => Some(Ok(View::PulumiEvents)),
        _ if !listed() => None,
        _ if root.get("version").is_some() => Some(Err(terraform::state::not_a_state(root))),
        _ => Some(Ok(View::Records)),
    }
}

/// The error that a document is in no format that can be told.
fn unknown(document: &Document<'_>) -> Error {
    let help = "name it: `kubernetes` for objects with `apiVersion` and `kind`, `terraform_state` \
        for a state, `terraform_plan` for a plan, `cloudformation` for a template, `records` for \
        `type`, `id` and `attributes`, or `mapping` with a mapping for anything else";
    Strict(Code::Format)
        .fault(first(document), "cannot tell the format of the document")
        .with_help(help)
}

fn first<'d>(document: &'d Document<'_>) -> Value<'d> {
    let mut roots = document.roots();
    let container = |root: &Value<'_>| matches!(root.kind(), Kind::List | Kind::Map);
    roots.find(container).unwrap_or(Value::null())
}

fn is_object(value: Value<'_>) -> bool {
    value.str_field("apiVersion").is_some() && value.str_field("kind").is_some()
}

fn is_record(value: Value<'_>) -> bool {
    ["type", "id", "attributes"].iter().all(|name| value.get(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Format;
    use crate::value::ReadOptions;

    fn decided(text: &str) -> Result<View<'static>> {
        decide(&Document::parse_json_stream(text.as_bytes(), &ReadOptions::default()).unwrap())
    }

    #[test]
    fn formats_are_told_by_their_fields() {
        for (text, format) in [
            (r#"[{"type":"t","id":"a","attributes":{}}]"#, Format::Records),
            (r#"{"type":"t","id":"a","attributes":{}} {"type":1}"#, Format::Records),
            (r#"{"resources":[]}"#, Format::Records),
            ("[]", Format::Records),
            (r#"{"version":4,"resources":[]}"#, Format::TerraformState),
            (r#"{"version":3,"modules":[]}"#, Format::TerraformState),
            (r#"{"terraform_version":"1.9.0","resources":[]}"#, Format::TerraformState),
            (r#"{"Resources":{"A":{"Type":"AWS::SNS::Topic"}}}"#, Format::Cloudformation),
            (r#"{"AWSTemplateFormatVersion":"2","Resources":{}}"#, Format::Cloudformation),
            (r#"{"StackResourceDrifts":[]}"#, Format::CloudformationDrifts),
            (
                r#"{"$schema":"https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#","resources":[]}"#,
                Format::ArmTemplate,
            ),
            (r#"{"plays":[],"stats":{}}"#, Format::AnsibleCheck),
            (r#"{"version":9,"deployment":{}}"#, Format::PulumiStack),
            (r#"{"version":3,"checkpoint":{"latest":{}}}"#, Format::PulumiStack),
            (r#"{"steps":[{"op":"same","urn":"u"}]}"#, Format::PulumiPreview),
            (r#"{"changeSummary":{"same":1}}"#, Format::PulumiPreview),
            (r#"{"sequence":0,"timestamp":0,"preludeEvent":{}}"#, Format::PulumiEvents),
            (r#"{"format_version":"1.0","values":{}}"#, Format::TerraformShow),
            (r#"{"format_version":"1.0"}"#, Format::TerraformShow),
            (r#"{"format_version":"2.0","planned_values":{}}"#, Format::TerraformPlan),
            (
                r#"{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[]}"#,
                Format::TerraformPlan,
            ),
            (r#"{"apiVersion":"v1","kind":"List","items":[]}"#, Format::Kubernetes),
            (r#"[{"apiVersion":"v1","kind":"Pod"}]"#, Format::Kubernetes),
        ] {
            let view = decided(text).unwrap();
            assert_eq!(view.format(), format, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_told_is_an_error_with_the_formats() {
        for text in ["{}", r#"{"items":[]}"#, r#"[{"type":"t","id":"a"}]"#, r#"[1]"#] {
            let error = decided(text).unwrap_err();
            assert_eq!(error.code(), Code::Format, "{text}");
            assert!(error.position().is_some() && error.help().unwrap().contains("records"));
        }
        let error = decided(r#"{"version":"4","resources":[]}"#).unwrap_err();
        assert_eq!(error.code(), Code::Format);
    }
}
