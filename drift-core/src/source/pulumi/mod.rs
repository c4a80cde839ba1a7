//! Pulumi: exports of stacks, what `preview --json` prints, and the events of the engine.
//!
//! Each document becomes states of custom resources, and states become resources in one place. Providers,
//! components, stacks, and what is only read declare nothing that runs, and are left out.

mod run;
pub(super) mod stack;
mod urn;
mod values;

pub(super) use run::{events, preview};

use super::arn::Part;
use super::kubernetes;
use super::strict::{Strict, optional, shown};
use super::{Context, Reading as Read, warning};
use crate::error::{Code, Result};
use crate::model::{Attributes, Identity, Masked, Name, Resource, ResourceKey, Scope, Warning};
use crate::path::{Path, PathSet, Step};
use crate::value::{Builder, Document, Kind, NodeId, ReadOptions, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use urn::Urn;
use values::{Marks, Plan};

const STRICT: Strict = Strict(Code::Format);

/// Which of the two that Pulumi knows of a resource is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// What the program says.
    Inputs,
    /// What the provider answered.
    Outputs,
}

impl Side {
    const fn field(self) -> &'static str {
        match self {
            Self::Inputs => "inputs",
            Self::Outputs => "outputs",
        }
    }
}

/// What Pulumi knows of one custom resource.
struct State {
    document: usize,
    place: NodeId,
    pointer: String,
    urn: String,
    type_name: String,
    id: Option<String>,
    scope: Scope,
    identities: Vec<Identity>,
    depends_on: Vec<String>,
    side: Side,
    /// The inputs or the outputs; none where nothing is told of them.
    attributes: Option<NodeId>,
    reference: Reference,
    /// Paths that the program leaves to others.
    ignored: PathSet,
    sensitive: PathSet,
    masked: Masked,
}

/// What was last applied of a resource.
#[derive(Clone, Copy, Debug, Default)]
enum Reference {
    #[default]
    Untold,
    /// It was not there.
    Nothing,
    Node(NodeId),
}

/// Where a state stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    document: usize,
    pointer: &'p str,
}

impl State {
    /// Reads a state; none where it is of nothing that the stack manages.
    fn read(value: Value<'_>, side: Side, place: Place<'_>) -> Result<Option<Self>> {
        STRICT.map(value, "the state of a resource")?;
        let text = |name| STRICT.text(STRICT.required(value, name)?, format_args!("`{name}`"));
        let urn = text("urn")?;
        let Some(parts) = Urn::parse(urn) else {
            let error = STRICT.fault(STRICT.required(value, "urn")?, "the URN has not its parts");
            return Err(error.with_help("`urn:pulumi:stack::project::type::name` is one"));
        };
        let type_name = text("type")?;
        let is = |name| STRICT.flag(value, name).map(Option::unwrap_or_default);
        let is_view = optional(value, "viewOf").is_some_and(|of| of.as_str() != Some(""));
        if !is("custom")? || is("external")? || is_view || urn::is_internal(type_name) {
            return Ok(None);
        }
        let field = |side: Side| -> Result<Option<Value<'_>>> {
            let found = optional(value, side.field());
            if let Some(found) = found {
                STRICT.map(found, format_args!("`{}`", side.field()))?;
            }
            Ok(found)
        };
        let (attributes, outputs) = (field(side)?, field(Side::Outputs)?);
        let id = STRICT.optional_text_or_empty(value, "id")?;
        let arn = outputs.and_then(|outputs| outputs.str_field("arn"));
        let arn = arn.or(id.as_deref().filter(|id| id.starts_with("arn:")));
        let mut scope: Scope = Part::NAMES
            .into_iter()
            .filter_map(|(name, part)| Some((name, part.of(arn?)?)))
            .collect();
        for (name, value) in [("project", parts.project), ("stack", parts.stack)] {
            if !value.is_empty() {
                scope = scope.with(name, value);
            }
        }
        let known = |name: &str, kind: &str| {
            let value = outputs?.str_field(name).filter(|text| !text.is_empty())?;
            Some(Identity { kind: kind.into(), value: value.to_owned() })
        };
        let link = || known("selfLink", "self_link");
        let identities = known("arn", "arn").into_iter().chain(link()).collect();
        let below = if attributes.is_some() { side.field() } else { "" };
        let slash = if below.is_empty() { "" } else { "/" };
        let mut state = Self {
            document: place.document,
            place: value.id(),
            pointer: format!("{}{slash}{below}", place.pointer),
            urn: urn.to_owned(),
            type_name: type_name.to_owned(),
            id: id.filter(|id| !id.is_empty() && !values::is_unknown(id)),
            scope,
            identities,
            depends_on: texts(value, "dependencies")?,
            side,
            attributes: attributes.map(Value::id),
            reference: Reference::Untold,
            ignored: PathSet::new(),
            sensitive: secret_names(value)?,
            masked: Masked::default(),
        };
        if side == Side::Inputs {
            state.ignored = ignored(value)?;
        }
        state.as_object(attributes.or(field(Side::Inputs)?));
        Ok(Some(state))
    }

    /// A Kubernetes object goes by what it says of itself.
    fn as_object(&mut self, object: Option<Value<'_>>) {
        let Some(object) = object.filter(|_| self.type_name.starts_with("kubernetes:")) else {
            return;
        };
        let text = |name| object.str_field(name);
        let type_name = text("apiVersion").zip(text("kind"));
        let Some(type_name) = type_name.and_then(|(api, kind)| kubernetes::type_name(api, kind))
        else {
            return;
        };
        let Some(metadata) = object.get("metadata") else { return };
        let Some(name) = metadata.str_field("name").filter(|name| !name.is_empty()) else { return };
        if let Some(namespace) = metadata.str_field("namespace") {
            self.scope = std::mem::take(&mut self.scope).with("namespace", namespace);
        }
        let secret = kubernetes::sensitive_paths(type_name == "core/Secret");
        self.sensitive = self.sensitive.union(&secret);
        self.id = Some(name.to_owned());
        self.type_name = type_name;
    }
}

/// The values that the provider said to be secret, beside those that are marked.
fn secret_names(state: Value<'_>) -> Result<PathSet> {
    let mut set = PathSet::new();
    for name in texts(state, "additionalSecretOutputs")? {
        set.insert_steps(&[Step::Field(name)]);
    }
    Ok(set)
}

/// The paths of `ignoreChanges`.
fn ignored(state: Value<'_>) -> Result<PathSet> {
    let mut set = PathSet::new();
    for item in STRICT.elements(state, "ignoreChanges")? {
        let text = STRICT.text(item, "an entry of `ignoreChanges`")?;
        let Some(steps) = urn::path(text) else {
            return Err(STRICT.fault(item, "expected the path of a property"));
        };
        set.insert_steps(&steps);
    }
    Ok(set)
}

fn texts(map: Value<'_>, name: &str) -> Result<Vec<String>> {
    let text = |item| STRICT.text(item, format_args!("an entry of `{name}`")).map(str::to_owned);
    STRICT.elements(map, name)?.map(text).collect()
}

/// A warning about one resource.
fn warn(urn: &str, code: &str, message: &str) -> Warning {
    Warning { resource: Some(shown(urn).to_owned()), ..warning(code, message.to_owned()) }
}

/// Warnings that a state gives by itself.
fn warn_of(state: Value<'_>, warnings: &mut Vec<Warning>) -> Result<()> {
    let urn = state.str_field("urn").unwrap_or_default();
    if STRICT.elements(state, "initErrors")?.next().is_some() {
        let message = "the provider failed to bring the resource up";
        warnings.push(warn(urn, "init_errors", message));
    }
    for path in texts(state, "ignoreChanges")? {
        let message = format!("`{}` is left to others (`ignoreChanges`)", shown(&path));
        warnings.push(warn(urn, "ignore_changes", &message));
    }
    Ok(())
}

/// The resources that the states are.
fn resources<'a>(
    document: Document<'a>,
    states: Vec<State>,
    hides: bool,
    context: &Context<'_>,
) -> Result<(Vec<ResourceKey>, Vec<Resource<'a>>)> {
    let options = &context.options.read;
    let reading = values::Reading { options, hides };
    let mut plans: BTreeMap<NodeId, Option<Plan>> = BTreeMap::new();
    for state in &states {
        let recorded = match state.reference {
            Reference::Node(node) => Some(node),
            _ => None,
        };
        for node in [state.attributes, recorded].into_iter().flatten() {
            let value = document.value(node);
            if !values::is_plain(value, reading) {
                plans.insert(node, Some(values::plan(value, reading, &mut String::new())?));
            }
        }
    }
    let mut builder = Builder::resume(document, options);
    let mut written: BTreeMap<NodeId, (NodeId, Marks)> = BTreeMap::new();
    for (node, plan) in plans {
        if let Some(plan) = plan {
            written.insert(node, values::write(&mut builder, plan)?);
        }
    }
    let document = Arc::new(builder.finish());
    let keys = keys(&states, context);
    let made = |node: NodeId| {
        let node = written.get(&node).map_or(node, |(node, _)| *node);
        Attributes::new(Arc::clone(&document), node)
    };
    let fixed = |text: &'static [u8]| -> Result<Attributes<'a>> {
        Ok(Attributes::of(Document::parse_json(text, &ReadOptions::default())?))
    };
    let mut found = Vec::with_capacity(states.len());
    for (state, key) in states.into_iter().zip(&keys) {
        let attributes = state.attributes.map_or_else(|| fixed(b"{}"), |node| Ok(made(node)))?;
        let reference = match state.reference {
            Reference::Node(node) => Some(made(node)),
            Reference::Nothing => Some(fixed(b"null")?),
            Reference::Untold => None,
        };
        let marks = state.attributes.and_then(|node| written.get(&node)).map(|(_, marks)| marks);
        let (unknown, secret) = match marks {
            Some(marks) => {
                (state.ignored.union(&marks.unknown), state.sensitive.union(&marks.secret))
            }
            None => (state.ignored, state.sensitive),
        };
        // What is secret in what was applied last is so now.
        let of_reference = match state.reference {
            Reference::Node(node) => written.get(&node).map(|(_, marks)| &marks.secret),
            _ => None,
        };
        let secret = of_reference.map_or_else(|| secret.clone(), |more| secret.union(more));
        let tags = tags(attributes.value(), &unknown, &secret);
        let place = document.value(state.place);
        found.push(Resource {
            address: Some(state.urn),
            identities: state.identities,
            tags,
            depends_on: state.depends_on,
            managed_by: Some(Name::fixed("pulumi")),
            unknown,
            sensitive: secret,
            masked: state.masked,
            reference: reference.map(Box::new),
            listed_only: state.attributes.is_none() && state.side == Side::Outputs,
            source: context.source(state.document, state.pointer, place),
            ..Resource::new(key.clone(), attributes)
        });
    }
    Ok((keys, found))
}

/// The keys of states. Those that share an id go by their URNs, and pairing finds the id ambiguous.
fn keys(states: &[State], context: &Context<'_>) -> Vec<ResourceKey> {
    let own = |state: &State| {
        let mut scope = state.scope.clone();
        scope.fill(&context.options.scope);
        ResourceKey {
            provider: match state.type_name.contains(':') {
                true => urn::provider(&state.type_name).into(),
                false => Name::fixed("kubernetes"),
            },
            type_name: state.type_name.as_str().into(),
            scope,
            id: state.id.clone().unwrap_or_else(|| state.urn.clone()),
        }
    };
    let mut keys: Vec<ResourceKey> = states.iter().map(own).collect();
    let mut times: BTreeMap<&ResourceKey, usize> = BTreeMap::new();
    keys.iter().for_each(|key| *times.entry(key).or_default() += 1);
    let shared: Vec<bool> =
        keys.iter().map(|key| times.get(key).is_some_and(|times| *times > 1)).collect();
    for ((key, state), shared) in keys.iter_mut().zip(states).zip(shared) {
        if shared {
            key.id.clone_from(&state.urn);
        }
    }
    keys
}

/// Tags and labels, as far as they are known and may be shown.
fn tags(attributes: Value<'_>, unknown: &PathSet, secret: &PathSet) -> BTreeMap<String, String> {
    let names = ["tagsAll", "tags", "effectiveLabels", "labels"];
    let of_object = attributes.get("metadata").and_then(|metadata| metadata.get("labels"));
    let map = |name: &&str| attributes.get(name).filter(|tags| tags.kind() == Kind::Map);
    let open = |name: &str| {
        let path = Path::new(vec![Step::Field(name.to_owned())]);
        !unknown.reaches(&path) && !secret.reaches(&path)
    };
    let found = names.iter().filter(|name| open(name)).find_map(map).or(of_object);
    let tag =
        |(name, value): (&str, Value<'_>)| Some((name.to_owned(), value.as_str()?.to_owned()));
    found.into_iter().flat_map(Value::fields).filter_map(tag).collect()
}

/// What is read of a text, with the resources that are known to be gone.
fn finish<'a>(
    document: Document<'a>,
    (states, gone): (Vec<State>, Vec<State>),
    hides: bool,
    context: &Context<'_>,
) -> Result<Read<'a>> {
    let absent = keys(&gone, context);
    let (_, resources) = resources(document, states, hides, context)?;
    Ok(Read { resources, absent, listed: true, ..Read::default() })
}
