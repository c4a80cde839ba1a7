//! Property values as Pulumi stores them: secrets, unknown values, assets and references are maps with a
//! signature, or strings that no program would write.

use super::STRICT;
use crate::error::Result;
use crate::model::add_secret;
use crate::path::{PathSet, Step, push_token};
use crate::source::strict::optional;
use crate::value::{Builder, Document, Kind, NodeId, Number, ReadOptions, Value};
use std::ops::Range;

/// The key of a map that stands for something else, and what it may stand for.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
const ASSET: &str = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE: &str = "0def7320c3a5731c473e5ecbe6d01bc7";
const REFERENCE: &str = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT: &str = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/// What stands for a value that is not known yet: a string, a boolean, a number, a list, an asset, an
/// archive, a map.
const UNKNOWN: [&str; 7] = [
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/// What previews and events print in the place of a secret.
const HIDDEN: &str = "[secret]";

/// What a value comes to. Nodes are those of the document that tells of it.
pub(super) enum Plan {
    /// The node as it is.
    Copy(NodeId),
    List(NodeId, Vec<Plan>),
    /// The fields, each by the node of its name.
    Map(NodeId, Vec<(NodeId, Plan)>),
    /// What stands elsewhere in the original, at this pointer.
    At(String, Box<Plan>),
    /// What stands as JSON in a text, and what that comes to.
    Inner(NodeId, Box<Document<'static>>, Box<Plan>),
    Unknown(NodeId),
    Secret(Box<Plan>),
}

/// Which paths are not known, and which must not be shown.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) unknown: PathSet,
    pub(super) secret: PathSet,
}

/// How values are read.
#[derive(Clone, Copy)]
pub(super) struct Reading<'o> {
    pub(super) options: &'o ReadOptions,
    /// Whether secrets have been replaced by a text.
    pub(super) hides: bool,
}

/// Whether the value holds nothing that stands for something else: it may stay as it is.
pub(super) fn is_plain(value: Value<'_>, reading: Reading<'_>) -> bool {
    let speaks = |text: &str| {
        text.starts_with("__")
            || text == SIGNATURE
            || is_unknown(text)
            || (reading.hides && text == HIDDEN)
    };
    !value.tape().any(|node| node.as_str().is_some_and(speaks))
}

/// What the value comes to.
pub(super) fn plan(value: Value<'_>, reading: Reading<'_>, origin: &mut String) -> Result<Plan> {
    match value.kind() {
        Kind::String => Ok(text(value, reading)),
        Kind::List => {
            let mut items = Vec::with_capacity(value.len());
            for (index, item) in value.items().enumerate() {
                items.push(below(item, &index.to_string(), reading, origin)?);
            }
            Ok(Plan::List(value.id(), items))
        }
        Kind::Map => match value.get(SIGNATURE) {
            Some(signature) => signed(value, signature, reading, origin),
            None => fields(value, |name| !name.starts_with("__"), reading, origin),
        },
        _ => Ok(Plan::Copy(value.id())),
    }
}

fn below(value: Value<'_>, token: &str, reading: Reading<'_>, origin: &mut String) -> Result<Plan> {
    let length = origin.len();
    push_token(origin, token);
    let made = plan(value, reading, origin);
    origin.truncate(length);
    made
}

/// A map of those of its fields that are wanted; names that start with `__` are Pulumi's own.
fn fields(
    map: Value<'_>,
    wanted: impl Fn(&str) -> bool,
    reading: Reading<'_>,
    origin: &mut String,
) -> Result<Plan> {
    let mut made = Vec::with_capacity(map.len());
    for (name, value) in map.fields().filter(|(name, _)| wanted(name)) {
        let key = value.id().saturating_sub(1);
        made.push((key, below(value, name, reading, origin)?));
    }
    Ok(Plan::Map(map.id(), made))
}

fn text(value: Value<'_>, reading: Reading<'_>) -> Plan {
    match value.as_str() {
        Some(text) if is_unknown(text) => Plan::Unknown(value.id()),
        Some(HIDDEN) if reading.hides => Plan::Secret(Box::new(Plan::Unknown(value.id()))),
        _ => Plan::Copy(value.id()),
    }
}

pub(super) fn is_unknown(text: &str) -> bool {
    text.len() == 36 && UNKNOWN.contains(&text)
}

/// A map that stands for something else.
fn signed(
    map: Value<'_>,
    signature: Value<'_>,
    reading: Reading<'_>,
    origin: &mut String,
) -> Result<Plan> {
    match STRICT.text(signature, "a signature")? {
        SECRET => secret(map, reading),
        // The hash tells what is in it; where the files lie depends on the machine.
        ASSET | ARCHIVE => {
            let has_hash = map.str_field("hash").is_some_and(|hash| !hash.is_empty());
            let wanted = |name: &str| match has_hash {
                true => name == "hash",
                false => !matches!(name, SIGNATURE | "hash"),
            };
            fields(map, wanted, reading, origin)
        }
        REFERENCE => fields(map, |name| matches!(name, "urn" | "id"), reading, origin),
        OUTPUT => {
            let known = map.get("value");
            let made = match known {
                Some(value) => {
                    let made = below(value, "value", reading, origin)?;
                    Plan::At(format!("{origin}/value"), Box::new(made))
                }
                None => Plan::Unknown(map.id()),
            };
            let is_secret =
                optional(map, "secret").is_some_and(|flag| flag.as_bool() != Some(false));
            Ok(if is_secret { Plan::Secret(Box::new(made)) } else { made })
        }
        _ => {
            let error = STRICT.fault(signature, "no such signature of a value");
            Err(error.with_help("secrets, assets, archives, references and outputs are known"))
        }
    }
}

/// A secret: as JSON in the clear, where the stack was exported so, else encrypted.
fn secret(map: Value<'_>, reading: Reading<'_>) -> Result<Plan> {
    let Some(plaintext) = optional(map, "plaintext") else {
        return Ok(Plan::Secret(Box::new(Plan::Unknown(map.id()))));
    };
    let Some(text) = plaintext.as_str() else {
        return Err(STRICT.expected(plaintext, "`plaintext` as a string"));
    };
    // The message of the parser is about the text, and a part of it might be shown.
    let unreadable = |_| STRICT.expected(plaintext, "`plaintext` as JSON in a string");
    let inner = Document::parse_json(text.as_bytes(), reading.options).map_err(unreadable)?;
    let inner = inner.into_owned();
    let made = plan(inner.root(), Reading { hides: false, ..reading }, &mut String::new())?;
    let made = Plan::Inner(plaintext.id(), Box::new(inner), Box::new(made));
    Ok(Plan::Secret(Box::new(made)))
}

/// Writes what a value comes to beside the documents of the text; its node and its marks.
pub(super) fn write(builder: &mut Builder<'_>, plan: Plan) -> Result<(NodeId, Marks)> {
    let root = builder.next();
    let mut marks = Marks::default();
    put(builder, plan, &mut Vec::new(), &mut marks)?;
    builder.set_aside();
    Ok((root, marks))
}

fn put(
    builder: &mut Builder<'_>,
    plan: Plan,
    steps: &mut Vec<Step>,
    marks: &mut Marks,
) -> Result<()> {
    let span = |builder: &Builder<'_>, node| builder.document.value(node).span();
    match plan {
        Plan::Copy(node) => builder.copy(node, span(builder, node)).map(drop),
        Plan::Unknown(node) => {
            marks.unknown.insert_steps(steps);
            builder.null(span(builder, node))
        }
        Plan::Secret(plan) => {
            marks.secret.insert_steps(steps);
            put(builder, *plan, steps, marks)
        }
        Plan::At(origin, plan) => {
            let next = builder.next();
            builder.document.origins.insert(next, origin);
            put(builder, *plan, steps, marks)
        }
        Plan::List(node, items) => {
            let span = span(builder, node);
            builder.open_list(span.start)?;
            for (index, item) in items.into_iter().enumerate() {
                steps.push(Step::Index(index));
                put(builder, item, steps, marks)?;
                steps.pop();
            }
            builder.close(span.end)
        }
        Plan::Map(node, fields) => {
            let map = span(builder, node);
            builder.open_map(map.start)?;
            for (key, value) in fields {
                let name = builder.document.value(key).as_str().unwrap_or_default().to_owned();
                builder.copy_key(key, span(builder, key))?;
                steps.push(Step::Field(name));
                put(builder, value, steps, marks)?;
                steps.pop();
            }
            builder.close(map.end)
        }
        Plan::Inner(node, inner, plan) => {
            let span = span(builder, node);
            let mut inside = Inside { builder, document: &inner, span };
            inside.put(*plan, steps, marks)
        }
    }
}

/// Writes what stands in another document: all of it stands where the text that holds it does.
struct Inside<'b, 'a, 'd> {
    builder: &'b mut Builder<'a>,
    document: &'d Document<'static>,
    span: Range<usize>,
}

impl Inside<'_, '_, '_> {
    fn put(&mut self, plan: Plan, steps: &mut Vec<Step>, marks: &mut Marks) -> Result<()> {
        match plan {
            Plan::Copy(node) => self.copy(self.document.value(node)),
            Plan::Unknown(_) => {
                marks.unknown.insert_steps(steps);
                self.builder.null(self.span.clone())
            }
            Plan::Secret(plan) | Plan::At(_, plan) => self.put(*plan, steps, marks),
            Plan::List(_, items) => {
                self.builder.open_list(self.span.start)?;
                for (index, item) in items.into_iter().enumerate() {
                    steps.push(Step::Index(index));
                    self.put(item, steps, marks)?;
                    steps.pop();
                }
                self.builder.close(self.span.end)
            }
            Plan::Map(_, fields) => {
                self.builder.open_map(self.span.start)?;
                for (key, value) in fields {
                    let name = self.document.value(key).as_str().unwrap_or_default();
                    self.builder.key_owned(self.span.clone(), name)?;
                    steps.push(Step::Field(name.to_owned()));
                    self.put(value, steps, marks)?;
                    steps.pop();
                }
                self.builder.close(self.span.end)
            }
            // A secret inside a secret has a document of its own.
            Plan::Inner(_, inner, plan) => {
                let span = self.span.clone();
                Inside { builder: self.builder, document: &inner, span }.put(*plan, steps, marks)
            }
        }
    }

    /// A scalar; lists and maps are planned part by part.
    fn copy(&mut self, value: Value<'_>) -> Result<()> {
        let span = self.span.clone();
        match (value.as_str(), value.as_bool(), value.as_number()) {
            (Some(text), ..) => self.builder.string_owned(span, text).map(drop),
            (_, Some(truth), _) => self.builder.bool(span, truth),
            (.., Some(number)) => {
                let text = number.text();
                let exponent = Number::parse(text).map_or(0, |number| number.decimal().exponent);
                self.builder.number_owned(span, text, exponent)
            }
            _ => self.builder.null(span),
        }
    }
}

/// The strings and numbers of the secrets among the outputs of a stack, which may stand in any
/// resource.
pub(super) fn secrets_of(outputs: Value<'_>, reading: Reading<'_>, found: &mut Vec<String>) {
    for value in outputs.tape().filter(|value| value.str_field(SIGNATURE) == Some(SECRET)) {
        let Some(text) = value.str_field("plaintext") else { continue };
        let Ok(inner) = Document::parse_json(text.as_bytes(), reading.options) else { continue };
        inner.root().tape().for_each(|value| add_secret(value, found));
    }
}
