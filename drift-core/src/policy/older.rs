//! Functions that OPA keeps for modules of version 0, and operators by their names.

use super::bounds::{each, elements};
use super::budget::{Answer, Budget, Walk};
use super::builtins::Function;
use regorus::Value;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What is another function under another name.
pub(super) const ALIASES: [(&str, &str); 3] = [
    ("re_match", "regex.match"),
    ("and", "__builtin_sets.intersection"),
    ("or", "__builtin_sets.union"),
];

pub(super) const OWN: [(&str, u8, Function); 21] = [
    ("any", 1, |given, budget, _| truths(given, budget, |mut all| all.any(is_true))),
    ("all", 1, |given, budget, _| truths(given, budget, |mut all| all.all(is_true))),
    ("cast_array", 1, |given, budget, _| {
        let Some(items) = items(given, budget)? else { return Ok(None) };
        Ok(Some(Value::from(items.cloned().collect::<Vec<_>>())))
    }),
    ("cast_set", 1, |given, budget, _| {
        let Some(items) = items(given, budget)? else { return Ok(None) };
        given.iter().try_for_each(|value| budget.walk(value, Walk::Read))?;
        Ok(Some(Value::from(items.cloned().collect::<BTreeSet<_>>())))
    }),
    ("cast_boolean", 1, |given, _, _| only(given, |value| matches!(value, Value::Bool(_)))),
    ("cast_null", 1, |given, _, _| only(given, |value| matches!(value, Value::Null))),
    ("cast_object", 1, |given, _, _| only(given, |value| matches!(value, Value::Object(_)))),
    ("cast_string", 1, |given, _, _| only(given, |value| matches!(value, Value::String(_)))),
    ("set_diff", 2, |given, budget, _| difference(given, budget)),
    ("plus", 2, |given, budget, _| computed(given, budget, '+')),
    ("minus", 2, |given, budget, _| match given {
        [Value::Set(_), Value::Set(_)] => difference(given, budget),
        _ => computed(given, budget, '-'),
    }),
    ("mul", 2, |given, budget, _| computed(given, budget, '*')),
    ("div", 2, |given, budget, _| computed(given, budget, '/')),
    ("rem", 2, |given, budget, _| computed(given, budget, '%')),
    ("eq", 2, |given, budget, _| compared(given, budget, Ordering::is_eq)),
    ("equal", 2, |given, budget, _| compared(given, budget, Ordering::is_eq)),
    ("neq", 2, |given, budget, _| compared(given, budget, Ordering::is_ne)),
    ("lt", 2, |given, budget, _| compared(given, budget, Ordering::is_lt)),
    ("lte", 2, |given, budget, _| compared(given, budget, Ordering::is_le)),
    ("gt", 2, |given, budget, _| compared(given, budget, Ordering::is_gt)),
    ("gte", 2, |given, budget, _| compared(given, budget, Ordering::is_ge)),
];

fn is_true(value: &Value) -> bool {
    *value == Value::Bool(true)
}

type Items<'v> = Box<dyn Iterator<Item = &'v Value> + 'v>;

/// The elements of a list or a set.
fn items<'v>(given: &'v [Value], budget: &Budget) -> Answer<Option<Items<'v>>> {
    let Some(value @ (Value::Array(_) | Value::Set(_))) = given.first() else { return Ok(None) };
    elements(given, budget)?;
    Ok(Some(each(Some(value))))
}

fn truths(given: &[Value], budget: &Budget, ask: fn(Items<'_>) -> bool) -> Answer<Option<Value>> {
    Ok(items(given, budget)?.map(|items| Value::from(ask(items))))
}

fn only(given: &[Value], is: fn(&Value) -> bool) -> Answer<Option<Value>> {
    Ok(given.first().filter(|value| is(value)).cloned())
}

fn difference(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let [Value::Set(first), Value::Set(second)] = given else { return Ok(None) };
    given.iter().try_for_each(|value| budget.walk(value, Walk::Held))?;
    let left = first.iter().filter(|item| !second.contains(item)).cloned();
    Ok(Some(Value::from(left.collect::<BTreeSet<_>>())))
}

fn computed(given: &[Value], budget: &Budget, operator: char) -> Answer<Option<Value>> {
    let [Value::Number(first), second @ Value::Number(by)] = given else { return Ok(None) };
    given.iter().try_for_each(|value| budget.walk(value, Walk::Held))?;
    let is_zero = *second == Value::from(0i64);
    let made = match operator {
        '+' => first.add(by),
        '-' => first.sub(by),
        '*' => first.mul(by),
        '/' if !is_zero => first.clone().divide(by),
        '%' if !is_zero && first.is_integer() && by.is_integer() => first.clone().modulo(by),
        _ => return Ok(None),
    };
    Ok(made.ok().map(Value::from))
}

fn compared(given: &[Value], budget: &Budget, is: fn(Ordering) -> bool) -> Answer<Option<Value>> {
    let [first, second] = given else { return Ok(None) };
    given.iter().try_for_each(|value| budget.walk(value, Walk::Read))?;
    Ok(Some(Value::from(is(first.cmp(second)))))
}
