//! What is known of a resource under its name in Terraform, for the same under its name in a Pulumi package
//! that is made of the Terraform provider.
//!
//! The bridge between the two writes names in camel case, names of lists in the plural, and a list of at most
//! one element as the element (pulumi/pulumi-terraform-bridge, `TerraformToPulumiNameV2`). Which lists those
//! are only the provider's schema says, so a rule is put at each place where its values may be. What is said of
//! documents inside strings, and of the names in them, is the same.

use super::packs::Unread;
use super::rule::{Fact, ListSemantics, Rule};
use super::rules::RuleSet;
use super::{Layer, Undeclared};
use crate::path::{Fields, Pattern, PatternStep};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many places one path may lead to; those with more are not put anywhere.
const MOST: usize = 64;

/// The rules of packs that hold for the type's twin whatever stands in a resource.
pub(super) fn rules(
    rules: &RuleSet,
    (provider, type_name): (&str, &str),
    twin: &str,
) -> Vec<Arc<Rule>> {
    let of_packs = rules.of_type(provider, twin).map(|(_, rule)| rule);
    let of_packs = of_packs.filter(|rule| {
        rule.layer <= Layer::Pack
            && !rule.matches.is_conditional()
            && rule.matches.type_name.as_ref().is_some_and(|glob| !glob.matches(type_name))
    });
    of_packs.filter_map(|rule| bridged(rule)).collect()
}

/// The rules of the catalogue of findings, as they are read, for the type's twin.
pub(super) fn findings(unread: &[Unread]) -> impl Iterator<Item = Arc<Rule>> {
    unread.iter().filter_map(Unread::rule).filter_map(|rule| bridged(rule))
}

/// The rule at the places of the package; none where it says nothing there.
fn bridged(rule: &Rule) -> Option<Arc<Rule>> {
    // What stands beside the value has other names there as well.
    if !rule.when.beside.is_empty() || rule.when.tests_below() {
        return None;
    }
    let facts: Vec<Fact> = rule.facts.iter().filter_map(fact).collect();
    let paths: Vec<Pattern> = rule.paths.iter().flat_map(places).collect();
    let says = !facts.is_empty() && !paths.is_empty();
    says.then(|| Arc::new(Rule { facts, paths, ..rule.clone() }))
}

/// What a fact says there. That a map is declared as a whole is known of a state, where all that it holds is.
fn fact(fact: &Fact) -> Option<Fact> {
    match fact {
        Fact::Undeclared(Undeclared::Drift) | Fact::Watch(true) | Fact::Closed(true) => None,
        Fact::SameAs(_) => None,
        Fact::List(ListSemantics::Keyed(names)) => {
            let names = names.iter().map(|name| camel(name)).collect();
            Some(Fact::List(ListSemantics::Keyed(names)))
        }
        other => Some(other.clone()),
    }
}

/// The places that a path may lead to.
fn places(pattern: &Pattern) -> Vec<Pattern> {
    let mut ways: Vec<Vec<PatternStep>> = vec![Vec::new()];
    let mut steps = pattern.steps().iter().peekable();
    while let Some(step) = steps.next() {
        let name = match step {
            PatternStep::Field(name) | PatternStep::Name(name) => name,
            PatternStep::Decoded(_) => {
                let rest: Vec<PatternStep> = std::iter::once(step).chain(steps).cloned().collect();
                ways.iter_mut().for_each(|way| way.extend_from_slice(&rest));
                break;
            }
            other => {
                let step = renamed(other);
                ways.iter_mut().for_each(|way| way.push(step.clone()));
                continue;
            }
        };
        let is_name =
            |next: &&PatternStep| matches!(next, PatternStep::Field(_) | PatternStep::Name(_));
        let is_last = !steps.peek().is_some_and(is_name);
        let name = camel(name);
        let mut more = Vec::new();
        let mut put = |name: String, element: Option<&PatternStep>| {
            for way in &ways {
                let step = PatternStep::Field(name.clone());
                more.push(way.iter().cloned().chain([step]).chain(element.map(renamed)).collect());
            }
        };
        match steps.peek().copied() {
            Some(next) if is_element(next) => {
                // A list of one alone is left out where something stands in its element.
                if steps.clone().nth(1).is_some() {
                    put(name.clone(), None);
                }
                put(plural(&name), Some(next));
                put(name, Some(next));
                steps.next();
            }
            _ if is_last => {
                put(plural(&name), None);
                put(name, None);
            }
            _ => put(name, None),
        }
        ways = more;
        if ways.len() > MOST {
            return Vec::new();
        }
    }
    let ways: BTreeSet<Vec<PatternStep>> = ways.into_iter().collect();
    ways.into_iter().map(Pattern::of).collect()
}

/// Whether the step leads to an element of a list.
fn is_element(step: &PatternStep) -> bool {
    matches!(
        step,
        PatternStep::Any | PatternStep::Index(_) | PatternStep::Key(_) | PatternStep::Has(_)
    )
}

fn renamed(step: &PatternStep) -> PatternStep {
    match step {
        PatternStep::Key(fields) => PatternStep::Key(
            fields.iter().map(|(name, value)| (camel(name), value.clone())).collect(),
        ),
        PatternStep::Has(fields) => PatternStep::Has(Fields {
            names: fields.names.iter().map(|name| camel(name)).collect(),
            values: fields.values.iter().map(|(name, it)| (camel(name), it.clone())).collect(),
        }),
        other => other.clone(),
    }
}

/// The name in camel case.
fn camel(name: &str) -> String {
    let mut found = String::with_capacity(name.len());
    let mut words = name.split('_');
    found.push_str(words.next().unwrap_or_default());
    for word in words {
        let mut letters = word.chars();
        found.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        found.push_str(letters.as_str());
    }
    found
}

/// The name of a list: of many.
fn plural(name: &str) -> String {
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ if name.ends_with('s') && !name.ends_with("ss") => name.to_owned(),
        _ if ends(&["ss", "x", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_bridge() {
        for (name, one, many) in [
            ("managed_policy_arns", "managedPolicyArns", "managedPolicyArns"),
            ("inline_policy", "inlinePolicy", "inlinePolicies"),
            ("ebs_block_device", "ebsBlockDevice", "ebsBlockDevices"),
            ("ipv6_cidr_blocks", "ipv6CidrBlocks", "ipv6CidrBlocks"),
            ("switch", "switch", "switches"),
            ("Name", "Name", "Names"),
        ] {
            assert_eq!((camel(name), plural(&camel(name))), (one.to_owned(), many.to_owned()));
        }
    }

    #[test]
    fn paths_lead_to_each_place_that_may_be() {
        let of = |text: &str| -> Vec<String> {
            let places = places(&Pattern::parse(text).unwrap());
            places.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            of("/vpc_config/*/subnet_ids"),
            ["$.vpcConfig.subnetIds", "$.vpcConfig.*.subnetIds", "$.vpcConfigs.*.subnetIds"]
        );
        assert_eq!(of("/tags/*"), ["$.tags.*"]);
        assert_eq!(of("/inline_policy"), ["$.inlinePolicies", "$.inlinePolicy"]);
        let deep = "/a_b".to_owned() + &"/c_d/*".repeat(8);
        assert!(of(&deep).is_empty());
    }
}
