//! Which resources a template declares, what they are known by, and what they come to.

use super::evaluate::{Evaluator, Frame, Places, Round, Seen};
use super::made::{Content, Made};
use super::parameters::{Parameters, of_json, of_option};
use super::target::{Level, Target, folded_type, is_extension, scope_of, whole_type};
use super::{PROVIDER, STRICT, budget, is_list, map, speaking, warn};
use crate::error::Result;
use crate::model::{Cell, Gap, Identity, Name, Reason, ResourceKey, Warning};
use crate::path::push_token;
use crate::source::cloudformation::Budget;
use crate::source::strict::{optional, shown};
use crate::source::{Context, ParameterValue};
use crate::value::{Document, NodeId, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// How deep templates may stand inside each other, and resources inside resources.
pub(super) const MAX_NESTED: usize = 16;

/// The resource that deploys another template; what it deploys is read in its place.
const DEPLOYMENT: &str = "microsoft.resources/deployments";

/// What of a declaration the template alone knows.
const OWN: [&str; 14] = [
    "type",
    "apiVersion",
    "name",
    "dependsOn",
    "condition",
    "copy",
    "resources",
    "scope",
    "existing",
    "comments",
    "metadata",
    "import",
    "extension",
    "@options",
];

/// What one template declares.
#[derive(Default)]
pub(super) struct Plan {
    pub(super) planned: Vec<Planned>,
    pub(super) gaps: Vec<Gap>,
    pub(super) placed_gaps: Vec<Gap>,
    pub(super) warnings: Vec<Warning>,
    pub(super) parameters: Vec<String>,
    pub(super) masked: Vec<String>,
}

/// One resource that is declared.
pub(super) struct Planned {
    pub(super) key: ResourceKey,
    pub(super) address: String,
    pub(super) identities: Vec<Identity>,
    pub(super) declaration: NodeId,
    pub(super) pointer: String,
    pub(super) attributes: Made,
    pub(super) needs: Vec<String>,
}

/// Where the resources of a list stand: in a template, or in another resource.
#[derive(Clone, Default)]
pub(super) struct Around {
    pub(super) type_name: String,
    /// The names along the way; none where one is not known.
    pub(super) names: Option<Vec<String>>,
    /// Expressions along the way, for what has no known name.
    pub(super) shown: Vec<String>,
    pub(super) pointer: String,
    pub(super) depth: usize,
}

pub(super) struct Planner<'p, 'd> {
    pub(super) document: &'d Document<'d>,
    speaking: &'p [NodeId],
    budget: Budget,
    pub(super) plan: Plan,
}

/// Reads one template.
pub(super) fn plan<'d>(
    document: &'d Document<'d>,
    root: Value<'d>,
    context: &Context<'_>,
) -> Result<Plan> {
    let options = context.options;
    let parameters = Parameters::load(root, |name, at, kind| {
        let mut typed = options.typed_parameters.iter();
        if let Some((_, given)) = typed.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return of_json(name, given, at, kind).map(Some);
        }
        let given = options.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        given.map(|(_, given)| of_option(name, given, at, kind)).transpose()
    })?;
    let mut plan = Plan::default();
    // As they were given: Azure takes them in any case.
    let names = parameters.names.iter();
    let written = |name: &String| {
        let given = options.parameters.keys().find(|given| given.eq_ignore_ascii_case(name));
        given.unwrap_or(name).clone()
    };
    plan.parameters = names.map(written).collect();
    let places = Rc::new(places(&options.parameters));
    plan.parameters.extend(options.parameters.keys().filter(|name| place(name).is_some()).cloned());
    let target = Rc::new(Target::of_template(root, &options.scope));
    let seen = Seen { target: Rc::clone(&target), places };
    let frame = frame(root, parameters, target, seen, &mut plan)?;
    let speaking = speaking(document);
    let mut planner =
        Planner { document, speaking: &speaking, budget: budget(document, context), plan };
    let around = Around { names: Some(Vec::new()), ..Around::default() };
    planner.template(root, &frame, &around)?;
    planner.tell_apart();
    Ok(planner.plan)
}

/// The function and its field that a parameter stands for: `resourceGroup().location`.
fn place(name: &str) -> Option<(String, String)> {
    let (function, field) = name.split_once("().")?;
    let function = function.to_ascii_lowercase();
    let known = matches!(function.as_str(), "resourcegroup" | "subscription" | "deployment");
    (known && !field.is_empty()).then(|| (function, field.to_owned()))
}

/// What was given of where it is deployed.
fn places(parameters: &BTreeMap<String, ParameterValue>) -> Places {
    let mut found = Places::new();
    for (name, value) in parameters {
        if let (Some((function, field)), ParameterValue::Text(text)) = (place(name), value) {
            found.entry(function).or_default().push((field, text.clone()));
        }
    }
    found
}

/// What names stand for in a template.
pub(super) fn frame<'d>(
    root: Value<'d>,
    parameters: Parameters<'d>,
    target: Rc<Target>,
    seen: Seen,
    plan: &mut Plan,
) -> Result<Frame<'d>> {
    plan.masked.extend(parameters.masked);
    let mut variables = BTreeMap::new();
    for (name, value) in map(root, "variables")?.into_iter().flat_map(Value::fields) {
        if name == "copy" && is_list(value) {
            for part in value.items() {
                let name = STRICT.text(STRICT.required(part, "name")?, "the name of a loop")?;
                variables.insert(name.to_lowercase(), part);
            }
        } else {
            variables.insert(name.to_lowercase(), value);
        }
    }
    let mut functions = BTreeMap::new();
    for space in optional(root, "functions").into_iter().flat_map(Value::items) {
        let name = space.str_field("namespace").unwrap_or_default();
        for (member, function) in space.get("members").into_iter().flat_map(Value::fields) {
            functions.insert(format!("{name}.{member}").to_lowercase(), function);
        }
    }
    let (parameters, defaults) = (parameters.given, parameters.defaults);
    Ok(Frame { parameters, defaults, variables, functions, target, seen })
}

impl<'p, 'd> Planner<'p, 'd> {
    /// The resources of a template.
    fn template(&mut self, root: Value<'d>, frame: &Frame<'d>, around: &Around) -> Result<()> {
        let resources = STRICT.required(root, "resources")?;
        let pointer = format!("{}/resources", around.pointer);
        self.resources(resources, frame, &Around { pointer, ..around.clone() }, &[])
    }

    /// Resources as a list, or by their symbolic names.
    pub(super) fn resources(
        &mut self,
        resources: Value<'d>,
        frame: &Frame<'d>,
        around: &Around,
        rounds: &[Round],
    ) -> Result<()> {
        let at = |planner: &mut Self, token: &str, name: Option<&str>, value: Value<'d>| {
            let mut pointer = around.pointer.clone();
            push_token(&mut pointer, token);
            planner.resource(value, name, frame, &Around { pointer, ..around.clone() }, rounds)
        };
        if is_list(resources) {
            for (index, value) in resources.items().enumerate() {
                at(self, &index.to_string(), None, value)?;
            }
            return Ok(());
        }
        STRICT.map(resources, "`resources` as a list or a map, and there")?;
        for (name, value) in resources.fields() {
            at(self, name, Some(name), value)?;
        }
        Ok(())
    }

    pub(super) fn evaluator<'s>(
        &'s mut self,
        frame: &'s Frame<'d>,
        rounds: &[Round],
    ) -> Evaluator<'s, 'd> {
        let mut evaluator = Evaluator::new(self.document, frame, &mut self.budget, self.speaking);
        evaluator.rounds = rounds.to_vec();
        evaluator
    }

    /// One declaration, as often as its loop goes round.
    fn resource(
        &mut self,
        value: Value<'d>,
        symbol: Option<&str>,
        frame: &Frame<'d>,
        around: &Around,
        rounds: &[Round],
    ) -> Result<()> {
        STRICT.map(value, "a resource")?;
        // Another resource is referred to, or one of an extension that is no resource of Azure.
        if optional(value, "existing").is_some_and(|flag| flag.as_bool() == Some(true))
            || optional(value, "import").is_some()
            || optional(value, "extension").is_some()
        {
            return Ok(());
        }
        let type_name = STRICT.text(STRICT.required(value, "type")?, "`type`")?;
        STRICT.required(value, "name")?;
        let is_whole = type_name.split_once('/').is_some_and(|(start, _)| start.contains('.'));
        let type_name = match around.type_name.is_empty() || is_whole {
            true => type_name.to_ascii_lowercase(),
            false => format!("{}/{}", around.type_name, type_name.to_ascii_lowercase()),
        };
        let type_name = folded_type(type_name);
        let Some(copy) = optional(value, "copy") else {
            return self.one(value, &type_name, symbol, frame, around, rounds);
        };
        STRICT.map(copy, "`copy`")?;
        let name = STRICT.text(STRICT.required(copy, "name")?, "the name of a loop")?;
        let Some(count) = self.evaluator(frame, rounds).count(copy)? else {
            let message = format!("how often the loop `{}` goes round is not known", shown(name));
            self.leave_out(&type_name, "unknown_loop", &message, frame);
            return Ok(());
        };
        for index in 0..count {
            let mut rounds = rounds.to_vec();
            rounds.push(Round { name: name.to_owned(), index });
            self.one(value, &type_name, symbol, frame, around, &rounds)?;
        }
        Ok(())
    }

    /// Says that resources of the type may be declared that are not read.
    fn leave_out(&mut self, type_name: &str, code: &str, message: &str, frame: &Frame<'_>) {
        self.plan.warnings.push(warn(type_name, code, message.to_owned()));
        self.gap(Some(type_name), Reason::NotCollected, message, frame);
    }

    pub(super) fn gap(
        &mut self,
        type_name: Option<&str>,
        reason: Reason,
        detail: &str,
        frame: &Frame<'_>,
    ) {
        let cell = Cell {
            provider: Some(PROVIDER.to_owned()),
            type_name: type_name.map(str::to_owned),
            scope: frame.target.scope(),
        };
        let gap = Gap { cell, reason, detail: Some(detail.to_owned()) };
        match frame.target.level {
            Level::Group => self.plan.gaps.push(gap),
            // What scope was given has no part in it.
            _ => self.plan.placed_gaps.push(gap),
        }
    }

    /// One resource, in one round of the loops around it.
    fn one(
        &mut self,
        value: Value<'d>,
        type_name: &str,
        symbol: Option<&str>,
        frame: &Frame<'d>,
        around: &Around,
        rounds: &[Round],
    ) -> Result<()> {
        let document = self.document;
        let is_deployed = match optional(value, "condition") {
            None => Some(true),
            Some(condition) => self.evaluator(frame, rounds).value(condition)?.boolean(document),
        };
        if is_deployed.is_none() {
            let message = "left out, as its condition cannot be decided";
            self.plan.warnings.push(warn(type_name, "undecided_condition", message.to_owned()));
            // A deployment holds resources of any type.
            let of = Some(type_name).filter(|name| *name != DEPLOYMENT);
            self.gap(of, Reason::NotCollected, message, frame);
        }
        if type_name == DEPLOYMENT && is_deployed != Some(true) {
            return Ok(());
        }
        let name = STRICT.required(value, "name")?;
        let made = self.evaluator(frame, rounds).value(name)?;
        let known = made.text(document).filter(|_| !made.holds_secret());
        let mut here = around.clone();
        here.type_name = type_name.to_owned();
        let written = name.as_str().unwrap_or_default();
        here.shown.push(known.clone().unwrap_or_else(|| written.to_owned()));
        let mut names = around.names.clone();
        match (&mut names, known) {
            (Some(names), Some(known)) => names.push(known),
            (names, _) => *names = None,
        }
        here.names = names;
        if type_name == DEPLOYMENT {
            return self.deployment(value, frame, &here, rounds);
        }
        // The condition of a resource is none of those inside it.
        if is_deployed == Some(true) {
            let planned = self.planned(value, symbol, frame, &here, rounds)?;
            self.plan.planned.push(planned);
        }
        if let Some(children) = optional(value, "resources") {
            here.depth += 1;
            if here.depth > MAX_NESTED {
                return Err(STRICT.fault(children, "resources stand too deep inside each other"));
            }
            here.pointer.push_str("/resources");
            self.resources(children, frame, &here, rounds)?;
        }
        Ok(())
    }

    fn planned(
        &mut self,
        value: Value<'d>,
        symbol: Option<&str>,
        frame: &Frame<'d>,
        here: &Around,
        rounds: &[Round],
    ) -> Result<Planned> {
        let document = self.document;
        let mut evaluator = self.evaluator(frame, rounds);
        let mut attributes = evaluator.map(value, |name| !OWN.contains(&name))?;
        attributes.node = value.id();
        let scope = match optional(value, "scope") {
            Some(scope) => Some(evaluator.value(scope)?),
            None => None,
        };
        let needs = match optional(value, "dependsOn") {
            Some(needs) => {
                let needs = evaluator.value(needs)?.items(document).unwrap_or_default();
                let shown = needs.iter().filter(|made| !made.holds_secret());
                shown.filter_map(|made| made.text(document)).collect()
            }
            None => Vec::new(),
        };
        folded_location(document, &mut attributes);
        let shown_name = here.shown.join("/");
        let round = rounds.last().map(|round| format!("[{}]", round.index)).unwrap_or_default();
        let address = match symbol {
            Some(symbol) => format!("{symbol}{round}"),
            None => format!(
                "{}/{shown_name}{}",
                here.type_name,
                if here.names.is_some() { "" } else { &round }
            ),
        };
        let target = &frame.target;
        let names = here.names.as_ref().map(|names| names.join("/").to_ascii_lowercase());
        let whole = names.as_ref().and_then(|names| whole_type(&here.type_name, names));
        let type_name = whole.unwrap_or_else(|| here.type_name.clone());
        let base = match &scope {
            None => target.base(),
            Some(made) => {
                let text = made.text(document).filter(|_| !made.holds_secret());
                text.and_then(|text| target.below(&text))
            }
        };
        let id = names.as_ref().and_then(|names| target.id_of(base?, &here.type_name, names));
        // What it extends is not told by its own name.
        let extends = scope.is_some() || is_extension(&here.type_name);
        let nowhere = target.level == Level::Unknown;
        let known = names.filter(|_| !extends && !nowhere);
        let identities = known.iter().map(|names| name_of(names)).collect();
        if known.is_none() && id.is_none() {
            let detail = match nowhere {
                true => "where its template is deployed to is not known",
                false => "its name is not known; pass the parameters of the deployment",
            };
            // The type of what extends another resource stands among the names.
            let of = Some(type_name.as_str()).filter(|name| !is_extension(name));
            self.gap(of, Reason::AmbiguousIdentity, detail, frame);
        }
        let key = ResourceKey {
            provider: Name::fixed(PROVIDER),
            type_name: type_name.as_str().into(),
            scope: id.as_deref().map_or_else(|| target.scope(), scope_of),
            id: id.or(known).unwrap_or_else(|| address.clone()),
        };
        Ok(Planned {
            key,
            address,
            identities,
            declaration: value.id(),
            pointer: here.pointer.clone(),
            attributes,
            needs,
        })
    }

    /// Resources that would have one key go by their addresses, and those that share these by where
    /// they stand.
    fn tell_apart(&mut self) {
        for pass in 0..2 {
            let mut times: BTreeMap<ResourceKey, usize> = BTreeMap::new();
            for planned in &self.plan.planned {
                *times.entry(planned.key.clone()).or_default() += 1;
            }
            let is_shared = |key: &ResourceKey| times.get(key).is_some_and(|times| *times > 1);
            for (at, planned) in self.plan.planned.iter_mut().enumerate() {
                if is_shared(&planned.key) {
                    let own = match pass {
                        0 => planned.address.clone(),
                        _ => format!("{} #{at}", planned.address),
                    };
                    let id = std::mem::replace(&mut planned.key.id, own);
                    planned.identities.push(Identity { kind: Name::default(), value: id });
                }
            }
        }
    }
}

/// The name that a resource is known by where its id is not: those along the way.
fn name_of(names: &str) -> Identity {
    Identity { kind: Name::fixed("name"), value: names.to_owned() }
}

/// Azure writes locations without spaces, in small letters: `westeurope`.
fn folded_location(document: &Document<'_>, attributes: &mut Made) {
    let Content::Map(fields) = &mut attributes.content else { return };
    for (_, value) in fields.iter_mut().filter(|(name, _)| name == "location") {
        if let Some(text) = value.text(document) {
            let folded: String = text.chars().filter(|c| *c != ' ').collect();
            value.content = Content::Text(folded.to_lowercase());
        }
    }
}
