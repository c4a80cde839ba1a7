//! Policy files: YAML, JSON or Rego into policies, every error with its line and policy.

use super::annotations::custom;
use super::module::{self, Module};
use super::{Enforcement, Exemption, InputShape, Policies, Policy};
use crate::error::{Code, Error, Position, Result};
use crate::normalize::{Match, Severity, read_match};
use crate::path::to_json;
use crate::source::strict::{Strict, optional};
use crate::time::Timestamp;
use crate::value::{Document, Kind, ReadOptions, Value, YamlSchema};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const STRICT: Strict = Strict(Code::Policy);
/// The fields of a policy file.
const FILE: [&str; 3] = ["version", "policies", "libraries"];
/// The fields of a policy.
const POLICY: [&str; 15] = [
    "id",
    "title",
    "description",
    "rego",
    "file",
    "match",
    "severity",
    "category",
    "controls",
    "enforcement",
    "runbook",
    "exemptions",
    "input",
    "parameters",
    "data",
];
/// The fields of an exemption.
const EXEMPTION: [&str; 5] = ["match", "rules", "owner", "reason", "expires"];
/// The category of what does not say any.
const CATEGORY: &str = "policy";

/// The texts of other files, by name.
type Files = BTreeMap<String, String>;

/// Reads Rego alone.
pub(super) fn rego(file: Option<&str>, text: &str) -> Result<Policies> {
    of_modules(vec![Arc::new(module::parse(file, text)?)])
}

/// Reads the modules among files: those of one package are one policy, and each sees all.
pub(super) fn modules(files: &Files) -> Result<Policies> {
    let meant =
        files.iter().filter(|(name, _)| name.ends_with(".rego") && !name.ends_with("_test.rego"));
    let modules = meant.map(|(name, text)| module::parse(Some(name), text).map(Arc::new));
    of_modules(modules.collect::<Result<_>>()?)
}

fn of_modules(modules: Vec<Arc<Module>>) -> Result<Policies> {
    let mut packages: BTreeMap<&str, Vec<Arc<Module>>> = BTreeMap::new();
    for module in &modules {
        packages.entry(&module.package).or_default().push(Arc::clone(module));
    }
    let asked = packages.into_values();
    let asked = asked.filter(|own| own.iter().any(|module| !module.entries.is_empty()));
    let policies = asked.map(|own| policy(None, own).map(Arc::new)).collect::<Result<_>>()?;
    Ok(Policies { policies, libraries: modules })
}

/// Reads a policy file.
pub(super) fn file(name: Option<&str>, text: &str, files: &Files) -> Result<Policies> {
    let read = || {
        let document = document(text)?;
        let (listed, libraries) = frame(&document)?;
        let (mut policies, mut ids) = (Policies::default(), BTreeSet::new());
        for value in libraries {
            STRICT.fields(value, "a library", &["rego", "file"])?;
            policies.libraries.push(Arc::new(rego_of(name, value, files)?));
        }
        for value in listed {
            let id = value.str_field("id").unwrap_or_default().to_owned();
            let on = |error: Error| if id.is_empty() { error } else { error.on_resource(&id) };
            STRICT.fields(value, "a policy", &POLICY).map_err(on)?;
            let module = rego_of(name, value, files).map_err(on)?;
            if module.entries.is_empty() {
                let message = "the policy has no rule `deny`, `warn` or `violation`";
                let help = "modules that others import belong into `libraries`";
                return Err(on(STRICT.fault(value, message).with_help(help)));
            }
            let policy = policy(Some(value), vec![Arc::new(module)]).map_err(on)?;
            if !ids.insert(policy.id.clone()) {
                return Err(STRICT.fault(value, "a policy id stands twice").on_resource(policy.id));
            }
            policies.policies.push(Arc::new(policy));
        }
        Ok(policies)
    };
    read().map_err(|error: Error| match name {
        Some(name) => error.in_file(name),
        None => error,
    })
}

/// The files that a policy file names.
pub(super) fn files_of(text: &str) -> Result<Vec<String>> {
    let document = document(text)?;
    let (policies, libraries) = frame(&document)?;
    let mut named: Vec<String> = Vec::new();
    for value in policies.into_iter().chain(libraries) {
        STRICT.map(value, "a policy or a library")?;
        if let Some(file) = STRICT.optional_text(value, "file")? {
            named.push(file);
        }
    }
    named.sort_unstable();
    named.dedup();
    Ok(named)
}

fn document(text: &str) -> Result<Document<'_>> {
    Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &ReadOptions::default())
}

/// The policies and the libraries of a file.
fn frame<'d>(document: &'d Document<'_>) -> Result<(Vec<Value<'d>>, Vec<Value<'d>>)> {
    let root = document.root();
    if document.roots().len() > 1 {
        return Err(STRICT.fault(root, "expected one document in a policy file"));
    }
    match root.kind() {
        Kind::List => Ok((root.items().collect(), Vec::new())),
        Kind::Map => {
            STRICT.fields(root, "a policy file", &FILE)?;
            let version = root.get("version").and_then(Value::as_number).and_then(|n| n.as_i64());
            if version != Some(1) {
                return Err(STRICT.fault(root, "expected `version: 1`"));
            }
            STRICT.required(root, "policies")?;
            let listed = STRICT.elements(root, "policies")?.collect();
            Ok((listed, STRICT.elements(root, "libraries")?.collect()))
        }
        _ => {
            let message = "expected a policy file: `{version: 1, policies: […]}`, or Rego";
            Err(STRICT.fault(root, message))
        }
    }
}

/// The Rego of a policy or a library: its text, or that of a file. `name` is that of the policy file.
fn rego_of(name: Option<&str>, value: Value<'_>, files: &Files) -> Result<Module> {
    let inline = optional(value, "rego");
    match (inline, STRICT.optional_text(value, "file")?) {
        (Some(inline), None) => {
            let text = STRICT.text(inline, "`rego`")?;
            let shift = shift_of(inline);
            let module =
                module::parse(None, text).map_err(|error| placed(&error, inline, shift))?;
            Ok(Module { file: name.map(str::to_owned), shift, ..module })
        }
        (None, Some(file)) => match files.get(&file) {
            Some(text) => module::parse(Some(&file), text),
            None => {
                let at = value.get("file").unwrap_or(value);
                let help = "where no file can be read, give its text as `rego`";
                let message = "the text of the file is not given";
                Err(STRICT.fault(at, message).with_help(help))
            }
        },
        _ => Err(STRICT.fault(value, "expected one of `rego` and `file`")),
    }
}

/// The line before the first of a text in a block, and how far its lines are indented; none where it stands
/// in quotes.
fn shift_of(inline: Value<'_>) -> Option<(usize, usize)> {
    let written = inline.document().text().get(inline.span()).unwrap_or_default();
    let mut lines = written.split_inclusive('\n');
    lines.next().filter(|line| line.starts_with('|'))?;
    let first = lines.find(|line| !line.trim().is_empty())?;
    Some((inline.position().line, first.len() - first.trim_start_matches(' ').len()))
}

/// An error in Rego that stands in a policy file, at its place there.
fn placed(error: &Error, inline: Value<'_>, shift: Option<(usize, usize)>) -> Error {
    let message = error.message();
    let told = match (error.position(), shift) {
        (Some(at), Some((before, indent))) => super::fail(message).at(Position {
            offset: inline.position().offset,
            line: at.line + before,
            column: at.column + indent,
        }),
        (Some(at), None) => {
            let message = format!("{message}, in line {} of the Rego", at.line);
            super::fail(message).at(inline.position())
        }
        (None, _) => super::fail(message).at(inline.position()),
    };
    match error.help() {
        Some(help) => told.with_help(help),
        None => told,
    }
}

/// What a policy file or the annotations of a package say of a policy.
#[derive(Default)]
struct Said {
    id: Option<String>,
    title: Option<String>,
    severity: Option<Severity>,
    category: Option<String>,
    controls: Option<Vec<String>>,
    enforcement: Option<Enforcement>,
    runbook: Option<String>,
    input: Option<InputShape>,
}

impl Said {
    fn of(map: Value<'_>) -> Result<Self> {
        Ok(Self {
            id: STRICT.optional_text(map, "id")?,
            title: STRICT.optional_text(map, "title")?,
            severity: word(map, "severity", &Severity::ALL)?,
            category: STRICT.optional_text(map, "category")?,
            controls: controls(map)?,
            enforcement: word(map, "enforcement", &Enforcement::ALL)?,
            runbook: STRICT.optional_text(map, "runbook")?,
            input: word(map, "input", &InputShape::ALL)?,
        })
    }

    /// What annotations say: the title, and the rest in the user's own part.
    pub(super) fn annotated(root: Value<'_>) -> Result<Self> {
        STRICT.map(root, "the annotations")?;
        let own = match custom(root) {
            Some(own) => {
                STRICT.map(own, "`custom`")?;
                Self::of(own)?
            }
            None => Self::default(),
        };
        let title = STRICT.optional_text(root, "title")?;
        Ok(Self { title: title.or(own.title), ..own })
    }

    /// This, and where it is silent the other.
    fn or(self, other: Self) -> Self {
        Self {
            id: self.id.or(other.id),
            title: self.title.or(other.title),
            severity: self.severity.or(other.severity),
            category: self.category.or(other.category),
            controls: self.controls.or(other.controls),
            enforcement: self.enforcement.or(other.enforcement),
            runbook: self.runbook.or(other.runbook),
            input: self.input.or(other.input),
        }
    }
}

/// The policy that modules of one package are, with what a policy file says of it.
fn policy(value: Option<Value<'_>>, modules: Vec<Arc<Module>>) -> Result<Policy> {
    let mut annotated = Said::default();
    for module in &modules {
        let entries = module.entries.iter().map(|entry| &entry.annotations);
        for (number, block) in [&module.annotations].into_iter().chain(entries).enumerate() {
            let Some(block) = block else { continue };
            let said = block.ask(Said::annotated).map_err(|error| match &module.file {
                Some(file) => error.in_file(file),
                None => error,
            })?;
            if number == 0 {
                annotated = annotated.or(said);
            }
        }
    }
    let said = value.map(Said::of).transpose()?.unwrap_or_default().or(annotated);
    let matches = value.map(matches).transpose()?.unwrap_or_default();
    let exemptions = match value {
        Some(value) => {
            STRICT.elements(value, "exemptions")?.map(exemption).collect::<Result<_>>()?
        }
        None => Vec::new(),
    };
    let map = |name: &str| {
        let Some(found) = value.and_then(|value| optional(value, name)) else {
            return Ok(serde_json::Value::Object(serde_json::Map::new()));
        };
        STRICT.map(found, format_args!("`{name}`"))?;
        Ok::<_, Error>(to_json(found))
    };
    Ok(Policy {
        id: said.id.unwrap_or_else(|| {
            modules.first().map(|module| module.package.clone()).unwrap_or_default()
        }),
        title: said.title,
        matches,
        severity: said.severity.unwrap_or(Severity::Medium),
        category: said.category.unwrap_or_else(|| CATEGORY.to_owned()),
        controls: said.controls.unwrap_or_default(),
        enforcement: said.enforcement.unwrap_or_default(),
        runbook: said.runbook,
        exemptions,
        input: said.input.unwrap_or_else(|| seen_by(&modules)),
        parameters: map("parameters")?,
        data: map("data")?,
        modules,
    })
}

/// What modules ask `input` for tells what they expect there.
fn seen_by(modules: &[Arc<Module>]) -> InputShape {
    let names = |name: &str| modules.iter().any(|module| module.inputs.contains(name));
    match (names("review"), names("resource")) {
        (true, _) => InputShape::Review,
        (_, true) => InputShape::Resource,
        _ => InputShape::Attributes,
    }
}

/// What the annotations of a rule say of its violations.
#[derive(Clone, Debug, Default)]
pub(crate) struct OfRule {
    pub(crate) title: Option<String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) controls: Option<Vec<String>>,
    pub(crate) runbook: Option<String>,
}

/// What the annotations of a rule say; they have been read once, without a fault.
pub(super) fn of_rule(block: Option<&super::annotations::Annotations>) -> OfRule {
    let said = block.and_then(|block| block.ask(Said::annotated).ok()).unwrap_or_default();
    let Said { title, severity, controls, runbook, .. } = said;
    OfRule { title, severity, controls, runbook }
}

fn word<T: Copy>(map: Value<'_>, name: &str, words: &[(T, &str)]) -> Result<Option<T>> {
    let Some(value) = optional(map, name) else { return Ok(None) };
    let text = STRICT.text(value, format_args!("`{name}`"))?;
    match words.iter().find(|(_, word)| *word == text) {
        Some((found, _)) => Ok(Some(*found)),
        None => {
            let all: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
            let message = format!("no such {name}");
            Err(STRICT.fault(value, message).with_help(format!("one of {}", all.join(", "))))
        }
    }
}

/// One text or a list of them.
fn texts(value: Value<'_>, what: &str) -> Result<Vec<String>> {
    let text = |value| STRICT.text(value, what).map(str::to_owned);
    match value.kind() {
        Kind::List => value.items().map(text).collect(),
        _ => Ok(vec![text(value)?]),
    }
}

fn controls(map: Value<'_>) -> Result<Option<Vec<String>>> {
    optional(map, "controls").map(|value| texts(value, "a control")).transpose()
}

/// One map of globs, or a list of which one has to match.
fn matches(map: Value<'_>) -> Result<Vec<Match>> {
    let Some(value) = optional(map, "match") else { return Ok(Vec::new()) };
    let read = |value: Value<'_>| {
        read_match(value).map_err(|error| {
            let told = super::fail(error.message());
            let told = told.at(error.position().unwrap_or_else(|| value.position()));
            match error.help() {
                Some(help) => told.with_help(help),
                None => told,
            }
        })
    };
    match value.kind() {
        Kind::List => value.items().map(read).collect(),
        _ => Ok(vec![read(value)?]),
    }
}

fn exemption(value: Value<'_>) -> Result<Exemption> {
    STRICT.fields(value, "an exemption", &EXEMPTION)?;
    STRICT.required(value, "match")?;
    let text = |name: &str| {
        let found = STRICT.required(value, name)?;
        STRICT.text(found, format_args!("`{name}`")).map(str::to_owned)
    };
    let expires = match STRICT.optional_text(value, "expires")? {
        None => None,
        Some(text) => Some(Timestamp::parse_expiry(&text).map_err(|error| {
            let at = value.get("expires").unwrap_or(value);
            STRICT.fault(at, format!("`expires`: {}", error.message()))
        })?),
    };
    let rules = optional(value, "rules").map(|rules| texts(rules, "a rule")).transpose()?;
    Ok(Exemption {
        matches: matches(value)?,
        rules: rules.unwrap_or_default(),
        owner: text("owner")?,
        reason: text("reason")?,
        expires,
    })
}
