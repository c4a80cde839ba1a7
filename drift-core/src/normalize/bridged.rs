//! What is known of a resource under its name in Terraform or in a cloud, for the same under its name in another tool
//! that is made of the Terraform provider or of the cloud's schemas: a Pulumi package, or a provider of Crossplane.
//!
//! Pulumi's `azure-native` has the names of Azure Resource Manager, with what stands in `properties` beside the rest
//! where the schema lets clients do so (`x-ms-client-flatten`,
//! <https://azure.github.io/autorest/extensions/#x-ms-client-flatten>).
//!
//! The others write names in camel case and, where the provider's schema says so, a list of at most one element as the
//! element, so a rule is put at each place where its values may be; Pulumi writes names of lists in the plural
//! (pulumi/pulumi-terraform-bridge, `TerraformToPulumiNameV2`; crossplane/upjet, `pkg/types/name`). What is said of
//! documents inside strings, and of the names in them, is the same.

use super::packs::Unread;
use super::rule::{Fact, ListSemantics, Rule};
use super::rules::RuleSet;
use super::{Layer, Undeclared};
use crate::model::{azure_twin, terraform_twin, upjet_twin};
use crate::path::{Fields, Pattern, PatternStep};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So many places one path may lead to; those with more are not put anywhere.
const MOST: usize = 64;

/// The provider whose custom kinds Crossplane's are.
const KUBERNETES: &str = "kubernetes";

/// Where an object of Crossplane holds the arguments of its type.
const ARGUMENTS: [[&str; 2]; 2] = [["spec", "forProvider"], ["spec", "initProvider"]];

/// Fields that every object has; what has the same name in the type is no such field.
const OF_OBJECTS: [&str; 10] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "status",
    "name",
    "namespace",
    "labels",
    "annotations",
    "finalizers",
];

/// What makes the names of another tool of those of Terraform or of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bridge {
    Pulumi,
    Upjet,
    AzureNative,
}

impl Bridge {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pulumi => "bridged",
            Self::Upjet => "upjet",
            Self::AzureNative => "azure-native",
        }
    }
}

/// The type of Terraform or of the cloud that a type is made of.
#[derive(Debug)]
pub(super) struct Twin {
    pub(super) bridge: Bridge,
    pub(super) provider: String,
    pub(super) type_name: String,
}

impl Twin {
    pub(super) fn of(provider: &str, type_name: &str) -> Option<Self> {
        if provider == KUBERNETES {
            let (provider, type_name) = upjet_twin(type_name)?;
            return Some(Self { bridge: Bridge::Upjet, provider: provider.to_owned(), type_name });
        }
        if let Some(type_name) = azure_twin(type_name) {
            let provider = provider.to_owned();
            return Some(Self { bridge: Bridge::AzureNative, provider, type_name });
        }
        let type_name = terraform_twin(type_name)?.to_owned();
        Some(Self { bridge: Bridge::Pulumi, provider: provider.to_owned(), type_name })
    }

    /// The rules of the catalogue of findings, by their numbers.
    pub(super) fn findings(&self, rules: &RuleSet) -> Vec<usize> {
        rules.findings_of(&self.provider, &self.type_name)
    }
}

/// The rules of packs that hold for the type's twin whatever stands in a resource.
pub(super) fn rules(rules: &RuleSet, type_name: &str, twin: &Twin) -> Vec<Arc<Rule>> {
    let of_packs = rules.of_type(&twin.provider, &twin.type_name).map(|(_, rule)| rule);
    let of_packs = of_packs.filter(|rule| {
        rule.layer <= Layer::Pack
            && !rule.matches.is_conditional()
            && rule.matches.type_name.as_ref().is_some_and(|glob| !glob.matches(type_name))
    });
    of_packs.filter_map(|rule| bridged(twin.bridge, rule)).collect()
}

/// The rules of the catalogue of findings, as they are read, for the type's twin.
pub(super) fn findings(
    (bridge, unread): &(Option<Bridge>, Vec<Unread>),
) -> impl Iterator<Item = Arc<Rule>> {
    let rules = unread.iter().filter_map(Unread::rule);
    rules.filter_map(|rule| bridged((*bridge)?, rule))
}

/// The rule at the places of the other tool; none where it says nothing there.
fn bridged(bridge: Bridge, rule: &Rule) -> Option<Arc<Rule>> {
    // What stands beside the value has other names there as well.
    if !rule.when.beside.is_empty() || rule.when.tests_below() {
        return None;
    }
    let facts: Vec<Fact> = rule.facts.iter().filter_map(|it| fact(bridge, it)).collect();
    let paths: Vec<Pattern> = rule.paths.iter().flat_map(|path| places(bridge, path)).collect();
    let says = !facts.is_empty() && !paths.is_empty();
    says.then(|| Arc::new(Rule { facts, paths, ..rule.clone() }))
}

/// What a fact says there. That a map is declared as a whole is known of a state, where all that it holds is. An
/// object of Crossplane holds all arguments, also those that a cloud does not tell.
fn fact(bridge: Bridge, fact: &Fact) -> Option<Fact> {
    match fact {
        Fact::ReadOnly { declared: true } if bridge == Bridge::Upjet => {
            Some(Fact::ReadOnly { declared: false })
        }
        Fact::Ignore(_) | Fact::WriteOnly | Fact::ReadGap if bridge == Bridge::Upjet => None,
        Fact::Undeclared(Undeclared::Drift) | Fact::Closed(true) => None,
        watch if watch.watches() => None,
        Fact::SameAs(_) => None,
        Fact::List(ListSemantics::Keyed(names)) => {
            let names = names.iter().map(|name| camel(name)).collect();
            Some(Fact::List(ListSemantics::Keyed(names)))
        }
        other => Some(other.clone()),
    }
}

/// The places that a path may lead to.
fn places(bridge: Bridge, pattern: &Pattern) -> Vec<Pattern> {
    if bridge == Bridge::AzureNative {
        return flattened(pattern);
    }
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
                if bridge == Bridge::Pulumi {
                    put(plural(&name), Some(next));
                }
                put(name, Some(next));
                steps.next();
            }
            _ if is_last => {
                if bridge == Bridge::Pulumi {
                    put(plural(&name), None);
                }
                put(name, None);
            }
            _ => put(name, None),
        }
        ways = more;
        if ways.len() > MOST {
            return Vec::new();
        }
    }
    let ways: BTreeSet<Vec<PatternStep>> = match bridge {
        Bridge::Pulumi | Bridge::AzureNative => ways.into_iter().collect(),
        Bridge::Upjet => ways.into_iter().flat_map(in_objects).collect(),
    };
    ways.into_iter().map(Pattern::of).collect()
}

/// The path, and where it leads with what stands in `properties` beside the rest.
fn flattened(pattern: &Pattern) -> Vec<Pattern> {
    let mut ways: BTreeSet<Vec<PatternStep>> = BTreeSet::from([Vec::new()]);
    for step in pattern.steps() {
        let (step, is_bag) = match step {
            PatternStep::Field(name) | PatternStep::Name(name) => {
                (PatternStep::Field(name.clone()), name == "properties")
            }
            other => (other.clone(), false),
        };
        let with = |way: &Vec<PatternStep>| way.iter().chain([&step]).cloned().collect();
        let mut more: BTreeSet<_> = ways.iter().map(with).collect();
        if is_bag {
            more.append(&mut ways);
        }
        ways = more;
        if ways.len() > MOST {
            return Vec::new();
        }
    }
    ways.into_iter().filter(|way| !way.is_empty()).map(Pattern::of).collect()
}

/// Where an object of Crossplane may have it, and where what is read out of one has it, which is not said of what
/// every object has.
fn in_objects(way: Vec<PatternStep>) -> Vec<Vec<PatternStep>> {
    let of_arguments = ARGUMENTS.iter().map(|names| {
        let names = names.iter().map(|name| PatternStep::Field((*name).to_owned()));
        names.chain(way.iter().cloned()).collect()
    });
    let mut found: Vec<Vec<PatternStep>> = of_arguments.collect();
    let first = way.iter().find(|step| **step != PatternStep::Descend);
    let plain = |name: &str| !name.is_empty() && !OF_OBJECTS.contains(&name);
    if matches!(first, Some(PatternStep::Field(name)) if plain(name)) {
        found.push(way);
    }
    found
}

/// Whether the step leads to an element of a list.
fn is_element(step: &PatternStep) -> bool {
    matches!(
        step,
        PatternStep::Any
            | PatternStep::Item
            | PatternStep::Index(_)
            | PatternStep::Key(_)
            | PatternStep::Has(_)
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
            let places = places(Bridge::Pulumi, &Pattern::parse(text).unwrap());
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

    #[test]
    fn properties_may_stand_beside_the_rest() {
        let of = |text: &str| -> Vec<String> {
            let places = places(Bridge::AzureNative, &Pattern::parse(text).unwrap());
            places.iter().map(ToString::to_string).collect()
        };
        assert_eq!(of("$..etag"), ["$..etag"]);
        assert_eq!(of("/properties"), ["$.properties"]);
        assert_eq!(
            of("/properties/subnets/*/properties/xY"),
            [
                "$.properties.subnets.*.properties.xY",
                "$.properties.subnets.*.xY",
                "$.subnets.*.properties.xY",
                "$.subnets.*.xY"
            ]
        );
    }

    #[test]
    fn objects_of_crossplane_hold_the_arguments() {
        let of = |text: &str| -> Vec<String> {
            let places = places(Bridge::Upjet, &Pattern::parse(text).unwrap());
            places.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            of("/policy"),
            ["$.policy", "$.spec.forProvider.policy", "$.spec.initProvider.policy"]
        );
        // What every object has is not meant, nor anything anywhere.
        assert_eq!(of("/name"), ["$.spec.forProvider.name", "$.spec.initProvider.name"]);
        assert_eq!(of("$..name"), ["$.spec.forProvider..name", "$.spec.initProvider..name"]);
        assert_eq!(of("/metadata/x").len(), 2);
        assert_eq!(of("/vpc_config/*/subnet_ids").len(), 6);
    }
}
