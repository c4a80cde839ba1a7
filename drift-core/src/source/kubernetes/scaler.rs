//! `targetCPUUtilizationPercentage` of an autoscaler: what `autoscaling/v1` writes in place of the metric
//! that every later version has (k8s.io/kubernetes, pkg/apis/autoscaling/v1/conversion.go).

use super::complete::{Content, Field, Place};
use crate::source::strict::optional;
use crate::value::{Kind, Value};

const TARGET: &str = "targetCPUUtilizationPercentage";

/// The field `spec` of the autoscaler at the pointer `at`, as later versions write it; `None` where it is as it
/// is written.
pub(super) fn spec(scaler: Value<'_>, at: &str) -> Option<Field> {
    let spec = optional(scaler, "spec").filter(|spec| spec.kind() == Kind::Map)?;
    let target = optional(spec, TARGET)?;
    if target.kind() != Kind::Number || spec.get("metrics").is_some() {
        return None;
    }
    let origin = format!("{at}/spec/{TARGET}");
    let new = |name: &str, content: Content| Field::New {
        name: name.to_owned(),
        place: Place { span: target.span(), origin: Some(origin.clone()) },
        content,
    };
    let text = |name: &str, text: &str| new(name, Content::Text(text.to_owned()));
    let utilization =
        vec![text("type", "Utilization"), new("averageUtilization", Content::Copy(target.id()))];
    let resource = vec![text("name", "cpu"), new("target", Content::Map(utilization))];
    let metric = vec![text("type", "Resource"), new("resource", Content::Map(resource))];
    let field = |(name, value): (&str, Value<'_>)| match name {
        TARGET => None,
        _ => Some(Field::Same(value.id())),
    };
    let mut fields: Vec<Field> = spec.fields().filter_map(field).collect();
    fields.push(new("metrics", Content::One(Box::new(Content::Map(metric)))));
    let place = Place { span: spec.span(), origin: None };
    Some(Field::New { name: "spec".to_owned(), place, content: Content::Map(fields) })
}
