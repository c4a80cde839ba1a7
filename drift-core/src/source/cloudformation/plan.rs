//! Which resources a template declares, what they are known by, and what their properties come to.

use super::evaluate::{Entry, Evaluator, FOR_EACH};
use super::identity::identify;
use super::made::{Draft, Marks};
use super::names::Known;
use super::opaque::{Becomes, Effect, becomes, effect, is_internal};
use super::parameters::{self, ParameterValue};
use super::scope::{self, Budget, Loops, Named, Template};
use super::stack::StackResources;
use super::{STRICT, conditions, gap, key, pseudo, warn};
use crate::error::Result;
use crate::model::{Gap, Identity, Name, Reason, ResourceKey, Warning, repeated};
use crate::source::strict::{optional, shown};
use crate::source::{Context, warning};
use crate::value::mix::Mixer;
use crate::value::{Document, Kind, NodeId, SeededState, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

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

/// A resource of a template.
pub(super) struct Planned {
    pub(super) logical_id: String,
    pub(super) key: ResourceKey,
    pub(super) identities: Vec<Identity>,
    /// Where it starts: the node of its name.
    pub(super) start: NodeId,
    /// The pointer to its properties.
    pub(super) pointer: String,
    pub(super) properties: Properties,
    pub(super) marks: Marks,
    pub(super) needs: Vec<String>,
}

/// The node of what the properties of a resource come to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Properties {
    /// In the template: nothing in them is to be evaluated.
    InTemplate(NodeId),
    OnSheet(NodeId),
}

/// A declaration that stands for one resource of its type.
struct Declared<'d> {
    entry: Entry<'d>,
    type_name: Cow<'d, str>,
    fields: Fields<'d>,
}

/// The fields of a declaration that are read; null is as good as absent.
#[derive(Clone, Copy, Default)]
struct Fields<'d> {
    type_name: Option<Value<'d>>,
    condition: Option<Value<'d>>,
    properties: Option<Value<'d>>,
    depends_on: Option<Value<'d>>,
}

impl<'d> Fields<'d> {
    fn of(declaration: Value<'d>) -> Self {
        let mut found = Self::default();
        for (name, value) in declaration.fields() {
            let field = match name {
                "Type" => &mut found.type_name,
                "Condition" => &mut found.condition,
                "Properties" => &mut found.properties,
                "DependsOn" => &mut found.depends_on,
                _ => continue,
            };
            *field = Some(value).filter(|value| !value.is_null());
        }
        found
    }
}

/// What the reading of one template goes by.
struct Planner<'p, 'd> {
    stack: Option<&'p StackResources>,
    template: Template<'d>,
    budget: Budget,
    draft: &'p mut Draft<'d>,
    plan: Plan,
    /// Whether a transform may make resources that stand nowhere in the template.
    opaque: bool,
}

/// Reads one template.
pub(super) fn plan<'d>(
    document: &'d Document<'d>,
    root: Value<'d>,
    draft: &mut Draft<'d>,
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
            // No such value is kept of a parameter.
            Some(ParameterValue::Resolved(_) | ParameterValue::Kept) | None => {}
        }
    }
    let template = Template {
        document,
        speaking: scope::speaking(document),
        parameters,
        pseudo: pseudo::known(&options.parameters, &options.scope, stack),
        mappings: scope::mappings(root),
        conditions: BTreeMap::new(),
        resources: HashMap::with_capacity_and_hasher(resources.len(), SeededState::default()),
    };
    let budget = Budget::of(document, &options.read.limits);
    let mut planner = Planner { stack, template, budget, draft, plan, opaque: false };
    conditions::decide(&mut planner.template, root, &mut planner.budget, planner.draft)?;
    if !planner.transforms(root, resources)? {
        let declared = planner.declared(resources)?;
        planner.resources(declared)?;
    }
    if planner.opaque {
        planner.listed(resources)?;
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
            let mut evaluator = Evaluator::new(&self.template, &mut self.budget, self.draft);
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
            let fields = Fields::of(entry.value);
            let type_name = match fields.type_name {
                Some(type_name) => type_name,
                None => STRICT.required(entry.value, "Type")?,
            };
            let type_name = entry.loops.fill(STRICT.text(type_name, "`Type`")?);
            let condition = fields.condition;
            let is_declared =
                self.exists(&entry, condition, &type_name)? && self.is_itself(&entry, &type_name);
            let named = self.template.resources.entry(entry.name.clone()).or_default();
            if is_declared {
                *named = Named { declared: true, ..Named::default() };
                declared.push(Declared { entry, type_name, fields });
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
    fn exists(
        &mut self,
        entry: &Entry<'d>,
        condition: Option<Value<'d>>,
        type_name: &str,
    ) -> Result<bool> {
        let Some(condition) = condition else { return Ok(true) };
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
            let named = Named { id: Some(id.to_owned()), ..Named::default() };
            self.template.resources.insert(Cow::Owned(logical_id.to_owned()), named);
        }
    }

    /// Finds out what the resources are known by, then what their properties come to.
    fn resources(&mut self, declared: Vec<Declared<'d>>) -> Result<()> {
        let mut identified = Vec::with_capacity(declared.len());
        let mut told_elsewhere = BTreeMap::new();
        let mut unnamed = BTreeSet::new();
        let mut types: BTreeMap<&str, Known> = BTreeMap::new();
        let mut evaluator = Evaluator::new(&self.template, &mut self.budget, self.draft);
        for Declared { entry, type_name, fields: Fields { properties, .. } } in &declared {
            let known = types.entry(type_name).or_insert_with(|| Known::of(type_name));
            let has = |name: &str| properties.is_some_and(|all| all.get(name).is_some());
            told_elsewhere.extend(known.parts(has).map(|part| (part, type_name)));
            let name = (entry.name.as_ref(), type_name.as_ref(), &*known);
            let found = identify(&mut evaluator, name, *properties, &entry.loops, self.stack)?;
            if !found.certain && unnamed.insert(type_name) {
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
            if let Some(known) = self.template.resources.get_mut(entry.name.as_ref()) {
                known.id = found.reference.take();
                known.arn = found.arn.take();
            }
        }
        let mut evaluator = Evaluator::new(&self.template, &mut self.budget, self.draft);
        self.plan.planned.reserve(declared.len());
        let mut last = Name::default();
        for (declared, found) in declared.iter().zip(identified) {
            last = last.or(&declared.type_name);
            let key = key(last.clone(), found.id);
            let planned = planned(&mut evaluator, declared, key, found.identities)?;
            self.plan.planned.push(planned);
        }
        Ok(())
    }

    /// What the stack has beyond the declarations that were read: it is there, and no more is known.
    fn listed(&mut self, resources: Value<'d>) -> Result<()> {
        let Some(stack) = self.stack.filter(|stack| stack.is_whole()) else { return Ok(()) };
        let read: BTreeSet<String> =
            self.plan.planned.iter().map(|planned| planned.logical_id.clone()).collect();
        for (logical_id, type_name, physical_id) in stack.physical_ids() {
            if read.contains(logical_id) || is_internal(type_name) {
                continue;
            }
            let arn = physical_id.starts_with("arn:");
            let arn =
                arn.then(|| Identity { kind: Name::fixed("arn"), value: physical_id.to_owned() });
            let mut marks = Marks::default();
            marks.unknown.mark();
            self.plan.planned.push(Planned {
                logical_id: logical_id.to_owned(),
                key: key(type_name.into(), physical_id.to_owned()),
                identities: arn.into_iter().collect(),
                start: resources.id(),
                pointer: "/Resources".to_owned(),
                properties: Properties::OnSheet(self.draft.empty(resources)?),
                marks,
                needs: Vec::new(),
            });
        }
        Ok(())
    }

    /// Resources of one type that would have one id go by their logical ids.
    fn tell_apart(&mut self) {
        let is_itself = |planned: &Planned| planned.key.id == planned.logical_id;
        if self.plan.planned.iter().all(is_itself) {
            return;
        }
        let mixer = Mixer::plain();
        let marks = self.plan.planned.iter().map(|planned| planned.key.marks(mixer).0);
        let key = |at: usize| self.plan.planned.get(at).map(|planned| &planned.key);
        let twins: Vec<usize> = repeated(marks, key).into_iter().flatten().collect();
        for at in twins {
            if let Some(planned) = self.plan.planned.get_mut(at) {
                let id = std::mem::replace(&mut planned.key.id, planned.logical_id.clone());
                // As an id does, it names the resource without a kind.
                planned.identities.push(Identity { kind: Name::default(), value: id });
            }
        }
    }
}

/// The resource of a declaration.
fn planned<'d>(
    evaluator: &mut Evaluator<'_, 'd>,
    Declared { entry, fields, .. }: &Declared<'d>,
    key: ResourceKey,
    identities: Vec<Identity>,
) -> Result<Planned> {
    let (properties, marks) = match fields.properties {
        Some(properties) => {
            STRICT.map(properties, "`Properties`")?;
            evaluator.properties(properties, &entry.loops)?
        }
        None => (Properties::OnSheet(evaluator.draft.empty(entry.value)?), Marks::default()),
    };
    let mut needs = std::mem::take(&mut evaluator.needs);
    if let Some(named) = fields.depends_on {
        needs.extend(depends_on(entry, named)?);
    }
    let declared = &evaluator.template.resources;
    let is_other = |name: &String| {
        *name != entry.name && declared.get(name.as_str()).is_some_and(|named| named.declared)
    };
    Ok(Planned {
        logical_id: entry.name.clone().into_owned(),
        key,
        identities,
        start: entry.key,
        pointer: pointer(entry, fields.properties.is_some()),
        properties,
        marks,
        needs: needs.into_iter().filter(is_other).collect(),
    })
}

/// The pointer to the properties of a resource, to the resource itself where it has none.
fn pointer(entry: &Entry<'_>, has_properties: bool) -> String {
    let (before, behind) = ("/Resources", if has_properties { "/Properties" } else { "" });
    let mut pointer = String::with_capacity(before.len() + 1 + entry.name.len() + behind.len());
    pointer.push_str(before);
    entry.push_to(&mut pointer);
    pointer.push_str(behind);
    pointer
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
fn depends_on(entry: &Entry<'_>, named: Value<'_>) -> Result<Vec<String>> {
    let name = |value: Value<'_>| {
        Ok(entry.loops.fill(STRICT.text(value, "a name in `DependsOn`")?).into_owned())
    };
    match named.kind() {
        Kind::List => named.items().map(name).collect(),
        _ => Ok(vec![name(named)?]),
    }
}
