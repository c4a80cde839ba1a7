//! Which resources a template declares, what they are known by, and what their properties come to.

use super::evaluate::{Entry, Evaluator, FOR_EACH};
use super::identity::{Identified, identify};
use super::made::Made;
use super::names::parts;
use super::opaque::{Becomes, Effect, becomes, effect, is_internal};
use super::parameters::{self, ParameterValue};
use super::scope::{self, Budget, Loops, Template};
use super::stack::StackResources;
use super::{STRICT, conditions, gap, key, pseudo, warn};
use crate::error::Result;
use crate::model::{Gap, Identity, Reason, ResourceKey, Warning, repeated};
use crate::source::strict::{optional, shown};
use crate::source::{Context, warning};
use crate::value::mix::Mixer;
use crate::value::{Document, Kind, NodeId, Seed, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is read of one template.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) planned: Vec<Planned>,
    pub(super) gaps: Vec<Gap>,
    pub(super) warnings: Vec<Warning>,
    /// The names of its parameters.
    pub(super) parameters: BTreeSet<String>,
    /// The values of parameters that must not be shown.
    pub(super) masked: Vec<String>,
}

/// A resource that is to be written.
pub(super) struct Planned {
    pub(super) logical_id: String,
    pub(super) key: ResourceKey,
    pub(super) identities: Vec<Identity>,
    /// The node of its declaration.
    pub(super) declaration: NodeId,
    /// Where it starts: the node of its name.
    pub(super) start: NodeId,
    /// The pointer to its properties.
    pub(super) pointer: String,
    pub(super) properties: Option<Made>,
    /// Whether nothing is known of it but that the stack has it.
    pub(super) opaque: bool,
    pub(super) needs: BTreeSet<String>,
}

/// A declaration that stands for one resource of its type.
struct Declared<'d> {
    entry: Entry<'d>,
    type_name: String,
}

/// What the reading of one template goes by.
struct Planner<'p, 'd> {
    stack: Option<&'p StackResources>,
    template: Template<'d>,
    budget: Budget,
    plan: Plan,
    /// Whether a transform may make resources that stand nowhere in the template.
    opaque: bool,
}

/// Reads one template.
pub(super) fn plan<'d>(
    document: &'d Document<'_>,
    root: Value<'d>,
    context: &Context<'_>,
) -> Result<Plan> {
    let options = context.options;
    let resources = STRICT.required(root, "Resources")?;
    STRICT.map(resources, "`Resources`")?;
    let stack = options.stack_resources.as_ref();
    let parameters = parameters::load(root, &options.parameters)?;
    let mut plan = Plan { parameters: parameters.keys().cloned().collect(), ..Plan::default() };
    for parameter in parameters.values().filter(|parameter| parameter.secret) {
        match &parameter.value {
            Some(ParameterValue::Text(text)) => plan.masked.push(text.clone()),
            Some(ParameterValue::List(items)) => plan.masked.extend(items.iter().cloned()),
            None => {}
        }
    }
    let template = Template {
        document,
        speaking: scope::speaking(document),
        parameters,
        pseudo: pseudo::known(&options.parameters, &options.scope, stack),
        mappings: scope::mappings(root),
        conditions: BTreeMap::new(),
        resources: BTreeMap::new(),
    };
    let budget = Budget::of(document, &options.read.limits);
    let mut planner = Planner { stack, template, budget, plan, opaque: false };
    conditions::decide(&mut planner.template, root, &mut planner.budget)?;
    if !planner.transforms(root, resources)? {
        let declared = planner.declared(resources)?;
        planner.resources(declared)?;
    }
    if planner.opaque {
        planner.listed(resources.id());
    }
    planner.tell_apart();
    Ok(planner.plan)
}

impl<'d> Planner<'_, 'd> {
    /// Whether a transform may make another template of it.
    fn transforms(&mut self, root: Value<'d>, resources: Value<'d>) -> Result<bool> {
        let mut names: Vec<&str> = Vec::new();
        if let Some(transform) = optional(root, "Transform") {
            match transform.kind() {
                Kind::List => {
                    for item in transform.items() {
                        names.push(transform_name(item)?);
                    }
                }
                _ => names.push(transform_name(transform)?),
            }
        }
        for map in [root, resources] {
            names.extend(map.get("Fn::Transform").map(transform_name).transpose()?);
        }
        let mut rewrites = false;
        for name in names {
            let effect = effect(name);
            if effect == Effect::None {
                continue;
            }
            self.opaque = true;
            rewrites |= effect == Effect::Rewrites;
            let name = shown(name);
            let what = match effect {
                Effect::Rewrites => {
                    "may make another template of this one, of which nothing is read"
                }
                _ => "puts in parts that are not read",
            };
            self.plan.warnings.push(warning(
                "transform_not_applied",
                format!("the transform `{name}` {what}; pass the processed template"),
            ));
            if !self.is_listed() {
                let detail = format!("the transform `{name}` may declare it");
                self.plan.gaps.push(gap(None, Reason::Unsupported, &detail));
            }
        }
        Ok(rewrites)
    }

    /// Whether the stack's whole list of resources is known.
    fn is_listed(&self) -> bool {
        self.stack.is_some_and(StackResources::is_whole)
    }

    /// The declarations, their loops gone through, of resources that exist.
    fn declared(&mut self, resources: Value<'d>) -> Result<Vec<Declared<'d>>> {
        let loops = Loops::default();
        let mut entries = Vec::with_capacity(resources.len());
        for (name, value) in resources.fields() {
            if name == "Fn::Transform" {
                continue;
            }
            let mut evaluator = Evaluator::new(&self.template, &mut self.budget);
            if !name.starts_with(FOR_EACH) {
                entries.push(evaluator.entry(name, value, &loops)?);
                continue;
            }
            match evaluator.looped(name, value, &loops)? {
                Some(made) => entries.extend(made),
                None => self.unknown_loop(name, value),
            }
        }
        let mut declared = Vec::with_capacity(entries.len());
        for entry in entries {
            STRICT.map(entry.value, "a resource")?;
            let type_name = STRICT.text(STRICT.required(entry.value, "Type")?, "`Type`")?;
            let type_name = entry.loops.fill(type_name).into_owned();
            self.template.resources.insert(entry.name.clone(), None);
            if self.exists(&entry, &type_name)? && self.is_itself(&entry, &type_name) {
                declared.push(Declared { entry, type_name });
            }
        }
        Ok(declared)
    }

    /// A loop over values that are not known may declare resources of its types.
    fn unknown_loop(&mut self, name: &str, value: Value<'_>) {
        self.opaque = true;
        let name = shown(name);
        let message = format!("the values that `{name}` goes over are not known");
        self.plan.warnings.push(warning("unknown_loop", message.clone()));
        if self.is_listed() {
            return;
        }
        for (_, resource) in value.at(2).into_iter().flat_map(Value::fields) {
            let type_name = resource.str_field("Type");
            self.plan.gaps.push(gap(type_name, Reason::NotCollected, &message));
        }
    }

    /// Whether the resource is declared under the parameters that were given. Where that cannot be
    /// decided the stack's list says it, else nobody.
    fn exists(&mut self, entry: &Entry<'d>, type_name: &str) -> Result<bool> {
        let Some(condition) = optional(entry.value, "Condition") else { return Ok(true) };
        let name = entry.loops.fill(STRICT.text(condition, "`Condition`")?);
        if let Some(decided) = self.template.conditions.get(name.as_ref()).copied().flatten() {
            return Ok(decided);
        }
        let listed = self.stack.and_then(|stack| stack.has(&entry.name));
        if let Some(listed) = listed {
            return Ok(listed);
        }
        let name = shown(&name);
        let message = format!("left out, as its condition `{name}` cannot be decided");
        self.plan.warnings.push(warn("undecided_condition", &entry.name, message));
        let detail =
            format!("the condition `{name}` of `{}` cannot be decided", shown(&entry.name));
        self.plan.gaps.push(gap(Some(type_name), Reason::NotCollected, &detail));
        Ok(false)
    }

    /// Whether the declaration stands for one resource of its type.
    fn is_itself(&mut self, entry: &Entry<'d>, type_name: &str) -> bool {
        if is_internal(type_name) {
            let message = format!("`{}` is known to CloudFormation alone", shown(type_name));
            self.plan.warnings.push(warn("no_live_resource", &entry.name, message));
            self.refer_to_listed(&entry.name);
            return false;
        }
        let types = match becomes(type_name) {
            Becomes::Itself => return true,
            Becomes::Any(types) => types,
            Becomes::Anything => &[],
        };
        self.opaque = true;
        let message = format!("`{}` is not expanded", shown(type_name));
        self.plan.warnings.push(warn("not_expanded", &entry.name, message));
        self.refer_to_listed(&entry.name);
        if !self.is_listed() {
            let detail = format!("`{}` of type `{}` may become it", entry.name, shown(type_name));
            match types {
                [] => self.plan.gaps.push(gap(None, Reason::Unsupported, &detail)),
                types => {
                    let gap = |name: &&str| gap(Some(name), Reason::Unsupported, &detail);
                    self.plan.gaps.extend(types.iter().map(gap));
                }
            }
        }
        false
    }

    /// Lets `Ref` give the physical id that the stack lists.
    fn refer_to_listed(&mut self, logical_id: &str) {
        if let Some(id) = self.stack.and_then(|stack| stack.physical_id(logical_id)) {
            self.template.resources.insert(logical_id.to_owned(), Some(id.to_owned()));
        }
    }

    /// Finds out what the resources are known by, then what their properties come to.
    fn resources(&mut self, declared: Vec<Declared<'d>>) -> Result<()> {
        let mut identified = Vec::with_capacity(declared.len());
        let mut told_elsewhere = BTreeMap::new();
        for Declared { entry, type_name } in &declared {
            let properties = optional(entry.value, "Properties");
            let has = |name: &str| properties.is_some_and(|all| all.get(name).is_some());
            told_elsewhere.extend(parts(type_name, has).map(|part| (part, type_name)));
            let mut evaluator = Evaluator::new(&self.template, &mut self.budget);
            let name = (entry.name.as_str(), type_name.as_str());
            let found = identify(&mut evaluator, name, properties, &entry.loops, self.stack)?;
            if !found.certain {
                let detail = "its physical id is not known; pass the resources of the stack in \
                    `stack_resources`";
                self.plan.gaps.push(gap(Some(type_name), Reason::AmbiguousIdentity, detail));
            }
            identified.push(found);
        }
        for (part, type_name) in told_elsewhere {
            let detail = format!("a template says it in the properties of `{type_name}`");
            self.plan.gaps.push(gap(Some(part), Reason::NothingComparable, &detail));
        }
        for (Declared { entry, .. }, found) in declared.iter().zip(&mut identified) {
            self.template.resources.insert(entry.name.clone(), found.reference.take());
        }
        let names: BTreeSet<&str> =
            declared.iter().map(|declared| declared.entry.name.as_str()).collect();
        for (declared, found) in declared.iter().zip(identified) {
            let planned = self.planned(declared, found, &names)?;
            self.plan.planned.push(planned);
        }
        Ok(())
    }

    fn planned(
        &mut self,
        declared: &Declared<'d>,
        found: Identified,
        names: &BTreeSet<&str>,
    ) -> Result<Planned> {
        let Declared { entry, type_name } = declared;
        let mut evaluator = Evaluator::new(&self.template, &mut self.budget);
        let properties = match optional(entry.value, "Properties") {
            Some(properties) => {
                STRICT.map(properties, "`Properties`")?;
                Some(evaluator.value(properties, &entry.loops)?)
            }
            None => None,
        };
        let mut needs = std::mem::take(&mut evaluator.needs);
        needs.extend(depends_on(entry)?);
        needs.retain(|name| names.contains(name.as_str()) && *name != entry.name);
        let pointer = entry.pointer("/Resources");
        Ok(Planned {
            logical_id: entry.name.clone(),
            key: key(type_name, found.id),
            identities: found.identities,
            declaration: entry.value.id(),
            start: entry.key,
            pointer: match properties {
                Some(_) => format!("{pointer}/Properties"),
                None => pointer,
            },
            properties,
            opaque: false,
            needs,
        })
    }

    /// What the stack has beyond the declarations that were read: it is there, and no more is known.
    fn listed(&mut self, resources: NodeId) {
        let Some(stack) = self.stack.filter(|stack| stack.is_whole()) else { return };
        let read: BTreeSet<&str> =
            self.plan.planned.iter().map(|planned| planned.logical_id.as_str()).collect();
        let of_row = |(logical_id, type_name, physical_id): (&str, &str, &str)| {
            let arn = physical_id.starts_with("arn:");
            let arn = arn.then(|| Identity { kind: "arn".into(), value: physical_id.to_owned() });
            Planned {
                logical_id: logical_id.to_owned(),
                key: key(type_name, physical_id.to_owned()),
                identities: arn.into_iter().collect(),
                declaration: resources,
                start: resources,
                pointer: "/Resources".to_owned(),
                properties: None,
                opaque: true,
                needs: BTreeSet::new(),
            }
        };
        let rows = stack.physical_ids().filter(|(logical_id, type_name, _)| {
            !read.contains(logical_id) && !is_internal(type_name)
        });
        let rows: Vec<Planned> = rows.map(of_row).collect();
        self.plan.planned.extend(rows);
    }

    /// Resources of one type that would have one id go by their logical ids.
    fn tell_apart(&mut self) {
        let mixer = Mixer::new(Seed::default());
        let marks = self.plan.planned.iter().map(|planned| planned.key.marks(&mixer).0);
        let key = |at: usize| self.plan.planned.get(at).map(|planned| &planned.key);
        let twins: Vec<usize> = repeated(marks, key).into_iter().flatten().collect();
        for at in twins {
            if let Some(planned) = self.plan.planned.get_mut(at) {
                let id = std::mem::replace(&mut planned.key.id, planned.logical_id.clone());
                // As an id does, it names the resource without a kind.
                planned.identities.push(Identity { kind: String::new(), value: id });
            }
        }
    }
}

/// The name of a transform; a parameter may give it, and then it is none of those that are known.
fn transform_name(transform: Value<'_>) -> Result<&str> {
    let name = match transform.kind() {
        Kind::Map => STRICT.required(transform, "Name")?,
        _ => transform,
    };
    match name.kind() {
        Kind::Map => Ok("Ref"),
        _ => STRICT.text(name, "the name of a transform"),
    }
}

/// The resources that a resource says it waits for.
fn depends_on(entry: &Entry<'_>) -> Result<Vec<String>> {
    let Some(named) = optional(entry.value, "DependsOn") else { return Ok(Vec::new()) };
    let name = |value: Value<'_>| {
        Ok(entry.loops.fill(STRICT.text(value, "a name in `DependsOn`")?).into_owned())
    };
    match named.kind() {
        Kind::List => named.items().map(name).collect(),
        _ => Ok(vec![name(named)?]),
    }
}
