//! Conditions of a template: true, false, or not to be decided.

use super::STRICT;
use super::evaluate::{Entry, Evaluator, arguments, only_field};
use super::made::Draft;
use super::scope::{Budget, Loops, Template};
use crate::error::Result;
use crate::source::strict::{optional, shown};
use crate::value::Value;
use std::collections::BTreeMap;

/// Decides the conditions of a template, each behind those that it names.
pub(super) fn decide<'d>(
    template: &mut Template<'d>,
    root: Value<'d>,
    budget: &mut Budget,
    draft: &mut Draft<'d>,
) -> Result<()> {
    let Some(declared) = optional(root, "Conditions") else { return Ok(()) };
    STRICT.map(declared, "`Conditions`")?;
    let entries = Evaluator::new(template, budget, draft).entries(declared, &Loops::default())?;
    let mut entries = entries.unwrap_or_default();
    // What a macro puts in cannot be decided.
    entries.retain(|entry| !entry.name.starts_with("Fn::"));
    for at in order(&entries, budget)? {
        let Some(entry) = entries.get(at) else { continue };
        let mut evaluator = Evaluator::new(template, budget, draft);
        let decided = evaluator.condition(entry.value, &entry.loops)?;
        template.conditions.insert(entry.name.clone().into_owned(), decided);
    }
    Ok(())
}

/// The order in which conditions can be decided.
fn order(entries: &[Entry<'_>], budget: &mut Budget) -> Result<Vec<usize>> {
    let places: BTreeMap<&str, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.name.as_ref(), at)).collect();
    let mut waiting = vec![0_usize; entries.len()];
    let mut followers: Vec<Vec<usize>> = vec![Vec::new(); entries.len()];
    for (at, entry) in entries.iter().enumerate() {
        budget.spend(entry.value.tape_length())?;
        for name in names(entry.value) {
            let Some(place) = places.get(entry.loops.fill(name).as_ref()) else { continue };
            if let (Some(count), Some(list)) = (waiting.get_mut(at), followers.get_mut(*place)) {
                *count += 1;
                list.push(at);
            }
        }
    }
    let mut order: Vec<usize> =
        (0..entries.len()).filter(|at| waiting.get(*at) == Some(&0)).collect();
    let mut next = 0;
    while let Some(at) = order.get(next).copied() {
        next += 1;
        for follower in followers.get(at).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(*follower) {
                *count -= 1;
                if *count == 0 {
                    order.push(*follower);
                }
            }
        }
    }
    let in_circle = waiting.iter().position(|count| *count > 0).and_then(|at| entries.get(at));
    match in_circle {
        Some(entry) => {
            let name = shown(&entry.name);
            let message = format!("the condition `{name}` stands for itself, or behind a circle");
            Err(STRICT.fault(entry.value, message))
        }
        None => Ok(order),
    }
}

/// The conditions that a condition names.
fn names<'d>(value: Value<'d>) -> impl Iterator<Item = &'d str> {
    value.tape().filter_map(|node| match only_field(node)? {
        ("Condition", name) => name.as_str(),
        ("Fn::If", arguments) => arguments.at(0)?.as_str(),
        _ => None,
    })
}

impl<'d> Evaluator<'_, 'd> {
    /// Whether a condition holds; none where that cannot be decided.
    pub(super) fn condition(&mut self, value: Value<'d>, loops: &Loops) -> Result<Option<bool>> {
        self.budget.spend(1)?;
        STRICT.map(value, "a condition")?;
        let Some((name, argument)) = only_field(value) else {
            return Err(STRICT.fault(value, "expected a condition as one function"));
        };
        match name {
            "Condition" => {
                let name = loops.fill(STRICT.text(argument, "the name of a condition")?);
                Ok(self.template.conditions.get(name.as_ref()).copied().flatten())
            }
            "Fn::Not" => {
                let [inner] = arguments(argument, name)?;
                Ok(self.condition(inner, loops)?.map(|truth| !truth))
            }
            "Fn::And" => self.all_of(argument, true, loops),
            "Fn::Or" => self.all_of(argument, false, loops),
            "Fn::Equals" => self.equals(argument, loops),
            name if name.starts_with("Fn::") => Ok(None),
            _ => {
                let error = STRICT.fault(argument, "no such function in a condition");
                Err(error.with_help(
                    "`Fn::And`, `Fn::Or`, `Fn::Not`, `Fn::Equals` and `Condition` are known",
                ))
            }
        }
    }

    /// Whether all hold, or else whether any does: one that is not `truth` decides it.
    fn all_of(&mut self, list: Value<'d>, truth: bool, loops: &Loops) -> Result<Option<bool>> {
        STRICT.list(list, "conditions")?;
        let mut decided = Some(truth);
        for item in list.items() {
            match self.condition(item, loops)? {
                Some(found) if found == truth => {}
                Some(_) => return Ok(Some(!truth)),
                None => decided = None,
            }
        }
        Ok(decided)
    }

    fn equals(&mut self, argument: Value<'d>, loops: &Loops) -> Result<Option<bool>> {
        let [first, second] = arguments(argument, "Fn::Equals")?;
        let ((first, _), (second, _)) = (self.part(first, loops)?, self.part(second, loops)?);
        Ok(first.zip(second).map(|(first, second)| first == second))
    }
}
