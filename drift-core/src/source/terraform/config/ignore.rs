//! What a configuration says of changes: paths that are left to others, and moves.

use super::super::address::quoted;
use crate::path::{PathSet, Step};
use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use std::collections::BTreeMap;

/// Adds the paths that `lifecycle` says to ignore; whether there are any.
pub(super) fn add(body: &Body, unknown: &mut PathSet) -> bool {
    let mut found = false;
    for lifecycle in body.get_blocks("lifecycle") {
        let Some(ignored) = lifecycle.body.get_attribute("ignore_changes") else { continue };
        match &ignored.value {
            Expression::Array(list) => {
                for path in list.iter() {
                    unknown.insert_steps(&steps(path));
                    found = true;
                }
            }
            // `all`; what else is written there is no list of paths either.
            _ => {
                unknown.insert_steps(&[]);
                found = true;
            }
        }
    }
    found
}

/// Whether the resource is declared at all, where that is written out: OpenTofu leaves one out whose `lifecycle` has
/// `enabled = false` (`https://opentofu.org/docs/language/meta-arguments/enabled`).
pub(super) fn enabled(body: &Body) -> Option<bool> {
    let mut said = switches(body).map(|value| match value {
        Expression::Bool(truth) => Some(*truth.value()),
        _ => None,
    });
    said.try_fold(true, |all, one| Some(all && one?))
}

/// What `lifecycle` writes of whether the resource is declared.
pub(super) fn switches(body: &Body) -> impl Iterator<Item = &Expression> {
    let said =
        body.get_blocks("lifecycle").map(|lifecycle| lifecycle.body.get_attribute("enabled"));
    said.flatten().map(|attribute| &attribute.value)
}

/// The steps of a path, as far as they are written out: `ingress[0].cidr_blocks`. Old configurations
/// write it as a string.
fn steps(path: &Expression) -> Vec<Step> {
    match path {
        Expression::Variable(name) if name.as_str() == "all" => Vec::new(),
        Expression::Variable(name) => vec![Step::Field(name.as_str().to_owned())],
        Expression::String(text) if text.value() == "*" => Vec::new(),
        Expression::String(text) => text.value().split('.').map(token).collect(),
        Expression::Traversal(traversal) => {
            let Expression::Variable(first) = &traversal.expr else { return Vec::new() };
            let first = Step::Field(first.as_str().to_owned());
            std::iter::once(first)
                .chain(traversal.operators.iter().map_while(|o| step(o.value())))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn token(text: &str) -> Step {
    text.parse().map_or_else(|_| Step::Field(text.to_owned()), Step::Index)
}

fn step(operator: &TraversalOperator) -> Option<Step> {
    match operator {
        TraversalOperator::GetAttr(name) => Some(Step::Field(name.as_str().to_owned())),
        TraversalOperator::LegacyIndex(index) => {
            usize::try_from(*index.value()).ok().map(Step::Index)
        }
        TraversalOperator::Index(Expression::String(key)) => Some(Step::Field(key.value().clone())),
        TraversalOperator::Index(Expression::Number(index)) => {
            index.value().as_u64().and_then(|index| usize::try_from(index).ok()).map(Step::Index)
        }
        _ => None,
    }
}

/// The name that a reference starts with: `aws` of `aws.west`.
pub(super) fn root(reference: &Expression) -> Option<String> {
    match reference {
        Expression::Variable(name) => Some(name.as_str().to_owned()),
        Expression::Traversal(traversal) => root(&traversal.expr),
        _ => None,
    }
}

/// So many former addresses of one resource are told.
const MOST_FORMER: usize = 64;

/// The moves that a file says: the addresses that were left, by those that were taken.
#[derive(Default)]
pub(super) struct Moves(BTreeMap<String, Vec<String>>);

impl Moves {
    /// Adds what a `moved` block says.
    pub(super) fn add(&mut self, block: &Block) {
        let address = |name: &str| match &block.body.get_attribute(name)?.value {
            Expression::Traversal(traversal) => written(traversal),
            _ => None,
        };
        if let (Some(to), Some(from)) = (address("to"), address("from")) {
            self.0.entry(to).or_default().push(from);
        }
    }

    /// The addresses that the resource may have had, the last one first: a state may have been written
    /// before any of several moves that follow each other
    /// (`https://developer.hashicorp.com/terraform/language/modules/develop/refactoring`).
    pub(super) fn former(&self, address: &str) -> Vec<String> {
        let mut known = vec![address.to_owned()];
        let mut at = 0;
        while let Some(to) = known.get(at) {
            at += 1;
            for from in self.0.get(to).cloned().unwrap_or_default() {
                if known.len() <= MOST_FORMER && !known.contains(&from) {
                    known.push(from);
                }
            }
        }
        known.into_iter().skip(1).collect()
    }
}

/// An address as Terraform prints it: `module.a["x"].type.name[0]`.
fn written(traversal: &Traversal) -> Option<String> {
    let Expression::Variable(first) = &traversal.expr else { return None };
    let mut address = first.as_str().to_owned();
    for operator in traversal.operators.iter() {
        match step(operator.value())? {
            Step::Field(name) if matches!(operator.value(), TraversalOperator::GetAttr(_)) => {
                address.push('.');
                address.push_str(&name);
            }
            Step::Field(key) => address.push_str(&format!("[{}]", quoted(&key))),
            Step::Index(index) => address.push_str(&format!("[{index}]")),
            _ => return None,
        }
    }
    Some(address)
}
