//! What rules say of equal values: equalities, names, and what absence stands for.

use super::bundle;
use super::equality::{Equalities, Equality, Relation};
use super::load::{fail, string};
use super::naming::Naming;
use super::rule::{Fact, Relative};
use crate::error::Result;
use crate::value::{Kind, Tree, Value, did_you_mean};

/// A value, or `{same_as: ../name}`.
pub(super) fn read_default(value: Value<'_>) -> Result<Fact> {
    let Some(place) = value.get("same_as").filter(|_| value.len() == 1) else {
        return Ok(Fact::Default(Tree::of(value)));
    };
    let relative = Relative::parse(string(place, "same_as")?);
    relative.map(Fact::SameAs).ok_or_else(|| {
        fail(place, "expected `same_as` to name a place, seen from the value")
            .with_help("`../port` is the field `port` beside the value")
    })
}

pub(super) fn read_naming(value: Value<'_>) -> Result<Naming> {
    Naming::by_name(string(value, "names")?).ok_or_else(|| {
        let known: Vec<&str> = Naming::ALL.iter().map(|(_, name)| *name).collect();
        fail(value, "no such way to read names").with_help(format!("one of {}", known.join(", ")))
    })
}

pub(super) fn read_equalities(value: Value<'_>) -> Result<Equalities> {
    let mut found = Equalities::from(Equality::Exact);
    if value.kind() != Kind::List {
        read_equality(value, &mut found)?;
        return Ok(found);
    }
    let mut canonical = 0;
    for name in value.items() {
        canonical += usize::from(read_equality(name, &mut found)?);
    }
    if value.is_empty() || canonical > 1 {
        let message = "expected `equal` to name one equality, any number of relations, or both";
        return Err(fail(value, message));
    }
    Ok(found)
}

/// Adds what one name stands for; whether that has canonical forms.
fn read_equality(value: Value<'_>, found: &mut Equalities) -> Result<bool> {
    let name = string(value, "equal")?;
    if let Some(relation) = Relation::by_name(name) {
        if found.relations.contains(&relation) {
            return Err(fail(value, format!("a relation stands twice: `{name}`")));
        }
        found.relations.push(relation);
        return Ok(false);
    }
    if let Some(bundle) = bundle::by_name(name) {
        found.bundle = Some(bundle);
        found.canonical = bundle::equality(bundle)?;
        return Ok(true);
    }
    let Some(equality) = Equality::by_name(name) else {
        let known: Vec<&str> = Equality::names()
            .into_iter()
            .chain(Relation::ALL.iter().map(|(_, name)| *name))
            .chain(bundle::names())
            .collect();
        let error = fail(value, format!("no such equality: `{name}`"));
        let help = did_you_mean(name, &known);
        return Err(error.with_help(help.unwrap_or_else(|| format!("one of {}", known.join(", ")))));
    };
    found.canonical = equality;
    Ok(true)
}
