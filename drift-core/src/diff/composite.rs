//! Ids of several parts: what CloudFormation calls a physical id may be one part of what Cloud Control knows
//! a resource by, or the name at the end of an ARN.
//!
//! The parts are those of the `primaryIdentifier` of a type in the CloudFormation registry, in its order and
//! joined by `|` (Cloud Control API User Guide, identifying resources).

use crate::model::{Identity, Resource};
use crate::normalize::{Part, arn_resource};

/// More parts than any type has are looked at no further.
const MOST: usize = 6;

/// How sure it is that a part and what else is known say which resource it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// All parts are.
    Whole,
    /// The part that is known is one that the service makes up.
    MadeUp,
    /// The part that is known is a name, which others may have as well.
    Name,
}

/// Whether a resource goes by the physical id that CloudFormation gave it.
pub(super) fn has_physical_id(resource: &Resource<'_>) -> bool {
    resource.managed_by.as_deref() == Some("cloudformation")
        && resource.key.type_name.starts_with("AWS::")
        && !resource.goes_by_address()
}

/// What a declared resource may be known by in whole, of what is this sure.
pub(super) fn of_declared(resource: &Resource<'_>, parts: &[Part], sure: Known) -> Vec<Identity> {
    let id = resource.key.id.as_str();
    if parts.len() < 2 {
        let named = sure == Known::Whole && !id.starts_with("arn:");
        return named.then(|| in_arn(&id.replace('|', "/"))).into_iter().collect();
    }
    if id.split('|').count() == parts.len() {
        return Vec::new();
    }
    let declared: Vec<Option<&str>> = parts
        .iter()
        .map(|part| {
            let text = resource.attributes.value().str_field(&part.property)?;
            let is_told = !text.is_empty() && !text.contains("{{resolve:");
            is_told.then(|| name(text))
        })
        .collect();
    let mut found = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let here = declared.get(place).copied().flatten();
        if here.is_some_and(|known| known != name(id)) {
            continue;
        }
        let others = || declared.iter().enumerate().filter(|(other, _)| *other != place);
        let told = if others().all(|(_, text)| text.is_some()) {
            Known::Whole
        } else if part.made_up {
            Known::MadeUp
        } else {
            Known::Name
        };
        if told == sure {
            found.push(at_place(place, id, others().map(|(_, text)| *text)));
        }
    }
    found
}

/// All that a live resource with an id of several parts may be known by where some of them are not known.
pub(super) fn of_live(resource: &Resource<'_>, count: usize) -> Vec<Identity> {
    let id = resource.key.id.as_str();
    let parts: Vec<&str> = id.split('|').collect();
    if count < 2 {
        let named = arn_resource(id).and_then(|resource| resource.split_once(['/', ':']));
        return named.map(|(_, name)| in_arn(name)).into_iter().collect();
    }
    if parts.len() != count || count > MOST {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        for known in 0..1_u32 << (count - 1) {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != place);
            let shown = others.enumerate().map(|(at, (_, text))| {
                let is_known = known >> at & 1 == 1;
                is_known.then(|| name(text))
            });
            found.push(at_place(place, part, shown));
        }
    }
    found
}

/// An id with its part at this place, and what is known of the others.
fn at_place<'t>(place: usize, id: &str, others: impl Iterator<Item = Option<&'t str>>) -> Identity {
    let mut value = id.to_owned();
    for text in others {
        value.push('\n');
        value.push_str(text.unwrap_or_default());
    }
    Identity { kind: format!("part {place}").into(), value }
}

fn in_arn(name: &str) -> Identity {
    Identity { kind: "name in an arn".into(), value: name.to_owned() }
}

/// A resource may be named by its ARN or by the name at its end.
fn name(text: &str) -> &str {
    let end = |resource: &'_ str| resource.rfind(['/', ':']).map_or(0, |at| at + 1);
    match arn_resource(text) {
        Some(resource) => resource.get(end(resource)..).unwrap_or(resource),
        None => text,
    }
}
