//! What documents mark: paths of attributes that are sensitive or unknown, and sensitive outputs.

use super::{STRICT, items, map};
use crate::error::Result;
use crate::model::{Masked, add_secret};
use crate::path::{PathSet, Step};
use crate::value::{Kind, Value};

/// The paths that `sensitive_attributes` names, each a list of steps. One that cannot be read is
/// an error: what it marks would be shown.
pub(super) fn paths(marks: Option<Value<'_>>) -> Result<PathSet> {
    let mut set = PathSet::new();
    for path in items(marks, "sensitive_attributes")? {
        match path.kind() {
            Kind::List => {
                let steps: Vec<Step> = path.items().map(step).collect::<Result<_>>()?;
                set.insert_steps(&steps);
            }
            // Some versions wrote the name alone; where it leads further, all of the attribute is taken.
            Kind::String => {
                let written = STRICT.text(path, "a sensitive attribute")?;
                let name = written.split(['.', '[']).next().filter(|name| !name.is_empty());
                let steps = name.map(|name| Step::Field(name.to_owned()));
                set.insert_steps(steps.as_slice());
            }
            _ => return Err(STRICT.expected(path, "a sensitive attribute as a list of steps")),
        }
    }
    Ok(set)
}

/// `{"type": "get_attr", "value": "name"}`, or `"index"` with a number or a key, which may be
/// wrapped once more with its type.
fn step(step: Value<'_>) -> Result<Step> {
    STRICT.map(step, "a step")?;
    let kind = STRICT.text(STRICT.required(step, "type")?, "`type`")?;
    let value = STRICT.required(step, "value")?;
    let value = match value.kind() {
        Kind::Map => STRICT.required(value, "value")?,
        _ => value,
    };
    let number = value.as_number().and_then(|number| number.as_i64());
    let index = number.and_then(|number| usize::try_from(number).ok());
    match (kind, value.as_str(), index) {
        ("get_attr" | "index", Some(name), _) => Ok(Step::Field(name.to_owned())),
        ("index", _, Some(index)) => Ok(Step::Index(index)),
        ("get_attr" | "index", ..) => {
            Err(STRICT.expected(value, "a step's `value` as a name or a position"))
        }
        _ => {
            let error = STRICT.fault(step, "no such step to a sensitive attribute");
            Err(error.with_help("`get_attr` and `index` are known"))
        }
    }
}

/// Adds the paths that a mask marks: it has the structure of what it masks, with `true` where the
/// mark is. One that cannot be read is an error: what it marks would be shown, or compared.
pub(super) fn add(mask: Option<Value<'_>>, set: &mut PathSet) -> Result<()> {
    match mask {
        Some(mask) => add_below(mask, &mut Vec::new(), set),
        None => Ok(()),
    }
}

fn add_below(mask: Value<'_>, steps: &mut Vec<Step>, set: &mut PathSet) -> Result<()> {
    match mask.kind() {
        Kind::Bool if mask.as_bool() == Some(true) => set.insert_steps(steps),
        Kind::Bool | Kind::Null => {}
        Kind::List => {
            let items = mask.items().enumerate();
            for (index, item) in items.filter(|(_, item)| may_mark(*item)) {
                steps.push(Step::Index(index));
                add_below(item, steps, set)?;
                steps.pop();
            }
        }
        Kind::Map => {
            for (name, field) in mask.fields().filter(|(_, field)| may_mark(*field)) {
                steps.push(Step::Field(name.to_owned()));
                add_below(field, steps, set)?;
                steps.pop();
            }
        }
        Kind::Number | Kind::String => return Err(STRICT.expected(mask, "a mark as a boolean")),
    }
    Ok(())
}

/// Whether a part of a mask is worth a look: most are empty, or false.
fn may_mark(mask: Value<'_>) -> bool {
    match mask.kind() {
        Kind::List | Kind::Map => !mask.is_empty(),
        Kind::Bool => mask.as_bool() == Some(true),
        Kind::Null => false,
        Kind::Number | Kind::String => true,
    }
}

/// The strings and numbers of sensitive outputs, which may stand in any resource.
pub(super) fn outputs(root: Value<'_>) -> Result<Masked> {
    let mut found = Vec::new();
    add_outputs(root, &mut found)?;
    Ok(found.into())
}

pub(super) fn add_outputs(root: Value<'_>, found: &mut Vec<String>) -> Result<()> {
    for (_, output) in map(root, "outputs")?.into_iter().flat_map(Value::fields) {
        STRICT.map(output, "an output")?;
        let is_secret = output.get("sensitive").is_some_and(|flag| flag.as_bool() != Some(false));
        if let Some(value) = output.get("value").filter(|_| is_secret) {
            collect(value, found);
        }
    }
    Ok(())
}

/// Adds what a mask marks in `value`.
pub(super) fn add_marked(value: Value<'_>, mask: Value<'_>, found: &mut Vec<String>) {
    match mask.kind() {
        Kind::Bool if mask.as_bool() == Some(true) => collect(value, found),
        Kind::List => {
            let pairs = value.items().zip(mask.items());
            pairs.for_each(|(value, mask)| add_marked(value, mask, found));
        }
        Kind::Map => {
            for (name, mask) in mask.fields() {
                if let Some(value) = value.get(name) {
                    add_marked(value, mask, found);
                }
            }
        }
        _ => {}
    }
}

/// Adds the scalars of a secret.
pub(super) fn collect(value: Value<'_>, found: &mut Vec<String>) {
    add_secret(value, found);
    value.items().for_each(|item| collect(item, found));
    value.fields().for_each(|(_, field)| collect(field, found));
}
