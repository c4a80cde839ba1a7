//! What `ansible-playbook --check --diff` prints with the callback `json`: what each task would change on
//! each host.
//!
//! A task is a resource of its host: what it would leave there is declared, and what it found is there.

use super::strict::{Strict, optional, shown};
use super::{Context, Reading, warning};
use crate::error::{Code, Result};
use crate::model::{Attributes, Cell, Gap, Name, Reason, Resource, ResourceKey, Scope, Warning};
use crate::path::{PathSet, Step};
use crate::value::{Builder, Document, Kind, NodeId, Tree, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Format);
const PROVIDER: &str = "ansible";

/// The views: what the tasks would leave, and what they found; the first is the default.
pub(super) const VIEWS: [&str; 2] = ["after", "before"];

/// Tasks that collect what is there, and declare nothing.
const FACTS: [&str; 4] =
    ["setup", "gather_facts", "ansible.builtin.setup", "ansible.builtin.gather_facts"];

/// Whether a document looks like such an answer.
pub(super) fn is_answer(root: Value<'_>) -> bool {
    let plays = root.get("plays").filter(|plays| plays.kind() == Kind::List);
    plays.is_some() && root.get("stats").is_some_and(|stats| stats.kind() == Kind::Map)
}

/// What is to be written of a result.
#[derive(Clone, Copy)]
enum Part {
    /// A map, as it stands.
    Node(NodeId),
    /// A text, or a list, under a name.
    Content(NodeId),
    /// Nothing was there, or will be.
    Nothing,
    /// Whether the task would change something, which is all that is said.
    Changed(bool),
    /// Nothing is said.
    Hidden,
}

/// One thing on one host that a task is about.
struct Found {
    key: ResourceKey,
    place: NodeId,
    pointer: String,
    part: Part,
}

/// What is read of the results.
struct Results {
    document: usize,
    before: bool,
    found: Vec<Found>,
    /// How often an id has been given on a host.
    seen: BTreeMap<(String, String), usize>,
    gaps: Vec<Gap>,
    warnings: Vec<Warning>,
}

/// Where a result stands, and what it is called by.
#[derive(Clone)]
struct Place<'p> {
    host: &'p str,
    id: String,
    pointer: String,
}

/// Reads the results of the tasks of every play.
pub(super) fn read<'a>(document: Document<'a>, context: &Context<'_>) -> Result<Reading<'a>> {
    let before = context.options.view.as_deref() == Some("before");
    let mut results = Results {
        document: 0,
        before,
        found: Vec::new(),
        seen: BTreeMap::new(),
        gaps: Vec::new(),
        warnings: Vec::new(),
    };
    let mut documents = Vec::new();
    for (index, root) in document.roots().enumerate() {
        let from = results.found.len();
        results.document = index;
        results.plays(root)?;
        documents.push((index, from));
    }
    let mut builder = Builder::resume(document, &context.options.read);
    let mut written = Vec::new();
    for found in &results.found {
        written.push(write(&mut builder, found)?);
    }
    let document = Arc::new(builder.finish());
    let mut resources = Vec::with_capacity(results.found.len());
    for (at, (found, (node, unknown))) in results.found.into_iter().zip(written).enumerate() {
        let index = documents.iter().rev().find(|(_, from)| *from <= at).map_or(0, |(i, _)| *i);
        let listed_only = matches!(found.part, Part::Hidden);
        resources.push(Resource {
            address: Some(found.key.id.clone()),
            managed_by: Some(Name::fixed(PROVIDER)),
            unknown,
            listed_only,
            source: context.source(index, found.pointer, document.value(found.place)),
            ..Resource::new(found.key, Attributes::new(Arc::clone(&document), node))
        });
    }
    let Results { gaps, warnings, .. } = results;
    Ok(Reading { resources, gaps, warnings, listed: true, ..Reading::default() })
}

/// The attributes of one thing, beside the documents of the text.
fn write(builder: &mut Builder<'_>, found: &Found) -> Result<(NodeId, PathSet)> {
    let span = builder.document.value(found.place).span();
    let (root, mut unknown) = (builder.next(), PathSet::new());
    match found.part {
        Part::Node(node) => return Ok((node, unknown)),
        Part::Content(node) => {
            builder.open_map(span.start)?;
            builder.key_owned(span.clone(), "content")?;
            let made = builder.copy(node, builder.document.value(node).span())?;
            builder.document.origins.insert(made, String::new());
            builder.close(span.end)?;
        }
        Part::Changed(changed) => {
            builder.open_map(span.start)?;
            builder.key_owned(span.clone(), "changed")?;
            builder.bool(span.clone(), changed)?;
            builder.close(span.end)?;
        }
        Part::Nothing | Part::Hidden => {
            if matches!(found.part, Part::Hidden) {
                let whole: [Step; 0] = [];
                unknown.insert_steps(&whole);
            }
            builder.open_map(span.start)?;
            builder.close(span.end)?;
        }
    }
    builder.set_aside();
    Ok((root, unknown))
}

/// The name of a play or a task, where it has one.
fn name_of(value: Value<'_>, field: &str) -> String {
    let head = value.get(field);
    head.and_then(|head| head.str_field("name")).unwrap_or_default().to_owned()
}

impl Results {
    fn plays(&mut self, root: Value<'_>) -> Result<()> {
        STRICT.map(root, "an answer")?;
        let plays = STRICT.required(root, "plays").map_err(|error| {
            error.with_help(
                "pass what `ansible-playbook --check --diff` prints with the callback `json`",
            )
        })?;
        STRICT.list(plays, "`plays`")?;
        for (play_at, play) in plays.items().enumerate() {
            STRICT.map(play, "a play")?;
            let play_name = name_of(play, "play");
            for (task_at, task) in STRICT.elements(play, "tasks")?.enumerate() {
                STRICT.map(task, "a task")?;
                let Some(hosts) = optional(task, "hosts") else { continue };
                STRICT.map(hosts, "`hosts`")?;
                let id = match (play_name.as_str(), name_of(task, "task").as_str()) {
                    ("", "") => format!("play {play_at} task {task_at}"),
                    (play, "") => format!("{play} / task {task_at}"),
                    ("", task) => task.to_owned(),
                    (play, task) => format!("{play} / {task}"),
                };
                for (host, result) in hosts.fields() {
                    let mut pointer = format!("/plays/{play_at}/tasks/{task_at}/hosts");
                    crate::path::push_token(&mut pointer, host);
                    let place = Place { host, id: id.clone(), pointer };
                    self.result(result, "", place, 0)?;
                }
            }
        }
        Ok(())
    }

    /// The result of a task on one host, or of one round of its loop.
    fn result(
        &mut self,
        result: Value<'_>,
        around: &str,
        place: Place<'_>,
        depth: usize,
    ) -> Result<()> {
        STRICT.map(result, "the result of a task")?;
        let action = result.str_field("action").filter(|name| !name.is_empty());
        let action = action.unwrap_or(if around.is_empty() { "task" } else { around });
        if STRICT.flag(result, "unreachable")?.unwrap_or_default() {
            let message = format!("the host `{}` could not be reached", shown(place.host));
            self.warnings.push(warning("unreachable_host", message.clone()));
            let scope = Scope::new().with("host", place.host);
            let cell = Cell { provider: Some(PROVIDER.to_owned()), type_name: None, scope };
            self.gaps.push(Gap { cell, reason: Reason::Error, detail: Some(message) });
            return Ok(());
        }
        if STRICT.flag(result, "skipped")?.unwrap_or_default() || FACTS.contains(&action) {
            return Ok(());
        }
        if depth == 0
            && let Some(results) = optional(result, "results").filter(|r| is_loop(*r))
        {
            for (index, item) in results.items().enumerate() {
                let label = item.get("_ansible_item_label").or_else(|| item.get("item"));
                let label =
                    label.and_then(Value::as_str).map_or_else(|| index.to_string(), str::to_owned);
                let inner = Place {
                    id: format!("{}[{}]", place.id, shown(&label)),
                    pointer: format!("{}/results/{index}", place.pointer),
                    ..place
                };
                self.result(item, action, inner, 1)?;
            }
            return Ok(());
        }
        if STRICT.flag(result, "failed")?.unwrap_or_default() {
            let message = "the task failed: what it would change is not known".to_owned();
            let resource = Some(shown(&place.id).to_owned());
            self.warnings.push(Warning { resource, ..warning("failed_task", message) });
            self.add(action, &place, result, "", Part::Hidden);
            return Ok(());
        }
        let changed = match optional(result, "changed") {
            Some(_) => STRICT.flag(result, "changed")?.unwrap_or_default(),
            None => return Err(STRICT.fault(result, "expected the field `changed`")),
        };
        let mut told = false;
        if changed {
            let (diffs, single): (Vec<Value<'_>>, bool) = match optional(result, "diff") {
                Some(diff) if diff.kind() == Kind::List => (diff.items().collect(), false),
                Some(diff) => (vec![diff], true),
                None => (Vec::new(), true),
            };
            for (index, diff) in diffs.into_iter().enumerate() {
                STRICT.map(diff, "a difference")?;
                let below = if single { "/diff".to_owned() } else { format!("/diff/{index}") };
                told |= self.difference(action, &place, diff, &below);
            }
        }
        if !told {
            // What it would leave needs no change any more.
            let part = Part::Changed(changed && self.before);
            self.add(action, &place, result, "", part);
        }
        Ok(())
    }

    /// A difference; whether it tells what the two sides are.
    fn difference(
        &mut self,
        action: &str,
        place: &Place<'_>,
        diff: Value<'_>,
        below: &str,
    ) -> bool {
        let (Some(before), Some(after)) = (diff.get("before"), diff.get("after")) else {
            return false;
        };
        if is_same(before, after) {
            return false;
        }
        let (side, name) = if self.before { (before, "before") } else { (after, "after") };
        let (part, below) = match side.kind() {
            Kind::Map => (Part::Node(side.id()), format!("{below}/{name}")),
            Kind::Null => (Part::Nothing, below.to_owned()),
            Kind::String if side.as_str() == Some("") => {
                match before.kind() == Kind::Map || after.kind() == Kind::Map {
                    true => (Part::Nothing, below.to_owned()),
                    false => (Part::Content(side.id()), format!("{below}/{name}")),
                }
            }
            _ => (Part::Content(side.id()), format!("{below}/{name}")),
        };
        self.add(action, place, diff, &below, part);
        true
    }

    /// What stands under one id more than once on one host is counted.
    fn add(&mut self, action: &str, place: &Place<'_>, value: Value<'_>, below: &str, part: Part) {
        let host = place.host.to_owned();
        let mut times = self.seen.get(&(host.clone(), place.id.clone())).copied().unwrap_or(0);
        let id = loop {
            times += 1;
            let id = match times {
                1 => place.id.clone(),
                times => format!("{} #{times}", place.id),
            };
            // Another task may have that very name.
            if times == 1 || !self.seen.contains_key(&(host.clone(), id.clone())) {
                break id;
            }
        };
        self.seen.insert((host.clone(), place.id.clone()), times);
        self.seen.entry((host.clone(), id.clone())).or_insert(1);
        let key = ResourceKey {
            provider: Name::fixed(PROVIDER),
            type_name: action.into(),
            scope: Scope::new().with("host", host),
            id,
        };
        let pointer = format!("{}{below}", place.pointer);
        self.found.push(Found { key, place: value.id(), pointer, part });
    }
}

/// Whether two states come to the same as they are compared: as a whole null and an empty text are as
/// good as a map without fields.
fn is_same(before: Value<'_>, after: Value<'_>) -> bool {
    let is_nothing = |side: Value<'_>, other: Value<'_>| match side.kind() {
        Kind::Null => true,
        Kind::Map => side.fields().all(|(_, value)| value.is_null()),
        Kind::String => side.as_str() == Some("") && other.kind() == Kind::Map,
        _ => false,
    };
    (is_nothing(before, after) && is_nothing(after, before)) || is_alike(before, after)
}

/// Whether two values are alike: neither the order of fields nor how a number is written counts, and a
/// field that is null is none.
fn is_alike(value: Value<'_>, other: Value<'_>) -> bool {
    match (value.kind(), other.kind()) {
        (Kind::Map, Kind::Map) => {
            let in_both = |(name, value): (&str, Value<'_>)| match other.get(name) {
                Some(other) => is_alike(value, other),
                None => value.is_null(),
            };
            let is_known =
                |(name, other): (&str, Value<'_>)| other.is_null() || value.get(name).is_some();
            value.fields().all(in_both) && other.fields().all(is_known)
        }
        (Kind::List, Kind::List) => {
            value.len() == other.len()
                && value.items().zip(other.items()).all(|(a, b)| is_alike(a, b))
        }
        (Kind::Number, Kind::Number) => value.as_number() == other.as_number(),
        _ => Tree::of(value).to_string() == Tree::of(other).to_string(),
    }
}

/// Whether the results are those of a loop: modules may have a field of that name.
fn is_loop(results: Value<'_>) -> bool {
    let is_result = |item: Value<'_>| {
        item.get("ansible_loop_var").is_some() || item.get("_ansible_item_label").is_some()
    };
    results.kind() == Kind::List && !results.is_empty() && results.items().all(is_result)
}
