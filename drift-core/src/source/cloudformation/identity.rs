//! What a resource of a template is known by in the cloud.

use super::evaluate::Evaluator;
use super::names::{Arn, Known, Letters, Told};
use super::parameters::ParameterValue;
use super::scope::Loops;
use super::stack::StackResources;
use crate::error::Result;
use crate::model::{Identity, Name, Scope};
use crate::source::arn::Part;
use crate::value::Value;
use std::borrow::Cow;

/// What a resource is known by.
#[derive(Debug)]
pub(super) struct Identified {
    /// Its physical id, else its logical one.
    pub(super) id: String,
    pub(super) identities: Vec<Identity>,
    /// Whether the cloud knows it by `id`, or does not have it.
    pub(super) certain: bool,
    /// What `Ref` gives.
    pub(super) reference: Option<String>,
    /// The attribute that gives its ARN, and the ARN.
    pub(super) arn: Option<(&'static str, String)>,
}

/// Finds out what a resource is known by: what the stack lists, else the property that names it.
pub(super) fn identify<'d>(
    evaluator: &mut Evaluator<'_, 'd>,
    (logical_id, type_name, names): (&str, &str, &Known),
    properties: Option<Value<'d>>,
    loops: &Loops,
    stack: Option<&StackResources>,
) -> Result<Identified> {
    let pseudo = &evaluator.template.pseudo;
    let known_text = |name| match pseudo.get(name) {
        Some(ParameterValue::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    let mut text = |property: &'static str| -> Result<Option<String>> {
        let Some(value) = properties.and_then(|map| map.get(property)) else { return Ok(None) };
        let (text, secret) = evaluator.part(value, loops)?;
        // An id is shown.
        Ok(text.filter(|text| !secret && !text.is_empty()).map(Cow::into_owned))
    };
    let path = match properties.and_then(|map| map.get("Path")).filter(|path| !path.is_null()) {
        Some(_) if names.arn.is_some_and(Arn::has_path) => text("Path")?,
        Some(_) => None,
        None => Some("/".to_owned()),
    };
    let arn_of = |name: &str| {
        let piece = |piece: &str| match piece {
            "partition" => known_text("AWS::Partition"),
            "region" => known_text("AWS::Region"),
            "account" => known_text("AWS::AccountId"),
            "path" => path.as_deref(),
            _ => Some(name).filter(|name| !name.contains(':')),
        };
        names.arn.and_then(|form| form.of(piece))
    };
    let mut identities = Vec::new();
    let mut made = None;
    if let Some(named) = names.named
        && let Some(name) = text(named.property)?
    {
        made = named.arn.and_then(|told| Some((arn_of(&name)?, told == Told::Id)));
        identities.push(Identity { kind: Name::fixed("name"), value: name });
    }
    let listed = stack.filter(|stack| stack.type_of(logical_id).is_none_or(|of| of == type_name));
    let physical = listed.and_then(|stack| stack.physical_id(logical_id)).map(str::to_owned);
    let declared = match (&physical, names.id) {
        (None, Some((property, letters))) => text(property)?.map(|name| Letters::of(letters, name)),
        _ => None,
    };
    let made_id = made.as_ref().filter(|(_, is_id)| *is_id).map(|(arn, _)| arn.clone());
    let known = physical.or(declared).or(made_id);
    let is_arn = |id: &String| id.starts_with("arn:");
    let arn = known.clone().filter(is_arn).or(made.map(|(arn, _)| arn));
    // What the id is the name of has an ARN beside it.
    let named = known.as_deref().filter(|_| names.id.is_some());
    let told = arn.clone().or_else(|| named.and_then(arn_of));
    let told = names.arn.zip(told).map(|(form, arn)| (form.attribute, arn));
    identities.extend(arn.map(|value| Identity { kind: Name::fixed("arn"), value }));
    let absent = stack.and_then(|stack| stack.has(logical_id)) == Some(false);
    Ok(Identified {
        certain: known.is_some() || absent,
        id: known.clone().unwrap_or_else(|| logical_id.to_owned()),
        identities,
        arn: told,
        reference: known,
    })
}

/// Account and region, where the id is an ARN.
pub(super) fn scope_of(id: &str) -> Scope {
    if !id.starts_with("arn:") {
        return Scope::new();
    }
    let fields = Part::NAMES.into_iter();
    fields.filter_map(|(name, part)| Some((name, part.of(id)?))).collect()
}
