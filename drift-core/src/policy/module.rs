//! A module of Rego, parsed: its package, the rules that are asked, what it calls, and what it may not.

use super::annotations::{self, Annotations};
use super::calls::{self, Calls};
use super::depth::{self, Asks};
use super::held::{self, Held, Put};
use super::{fail, scan};
use crate::error::{Error, Position, Result};
use crate::value::{Document, ReadOptions, Value, quoted};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Functions, or families of them, that OPA has and policies here have not: they ask the clock, the
/// network, the environment or chance, or would bring in more than they are used for.
const UNAVAILABLE: [&str; 17] = [
    "http.",
    "opa.",
    "rand.",
    "uuid.",
    "rego.",
    "providers.",
    "net.",
    "time.",
    "crypto.",
    "io.",
    "graphql.",
    "yaml.",
    "urlquery.",
    "json.patch",
    "json.match_schema",
    "json.verify_schema",
    "strings.render_template",
];

/// A module of Rego.
#[derive(Clone, Debug)]
pub(crate) struct Module {
    pub(super) text: String,
    /// Whether it is written as before version 1 of OPA.
    pub(super) old: bool,
    /// The file that it stands in.
    pub(super) file: Option<String>,
    /// The line before its first one in that file, and how far it is indented there; none where its lines are
    /// not those of the file.
    pub(super) shift: Option<(usize, usize)>,
    /// The names of the package, with dots between them.
    pub(super) package: String,
    /// The rules that are asked, each once.
    pub(super) entries: Vec<EntryPoint>,
    /// The path of the rule `exception` of conftest, where there is one.
    pub(super) exception: Option<String>,
    /// The first fields of `input` that it names.
    pub(super) inputs: BTreeSet<String>,
    /// The functions, each with the names of what it calls.
    pub(super) functions: BTreeMap<String, BTreeSet<String>>,
    /// How many arguments they take.
    pub(super) arities: BTreeSet<(String, usize)>,
    /// The functions that it has and calls.
    pub(super) calls: Calls,
    /// What is put into calls before it is evaluated.
    pub(super) held: Vec<Held>,
    /// What its rules ask for.
    pub(super) asks: Vec<Asks>,
    /// What the annotations of the package say.
    pub(super) annotations: Option<Annotations>,
}

/// A rule that is asked.
#[derive(Clone, Debug)]
pub(crate) struct EntryPoint {
    pub(super) name: String,
    /// `data.package.name`.
    pub(super) path: String,
    /// Whether it has to be asked as a query: parts of it have names of their own.
    pub(super) query: bool,
    pub(super) annotations: Option<Annotations>,
}

/// Reads a module; `name` is that of its file, where it has one.
pub(super) fn parse(name: Option<&str>, text: &str) -> Result<Module> {
    read(text).map(|module| Module { file: name.map(str::to_owned), ..module }).map_err(|error| {
        match name {
            Some(name) => error.in_file(name),
            None => error,
        }
    })
}

fn read(text: &str) -> Result<Module> {
    let name = "policy.rego";
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    scan::check(text)?;
    let mut engine = regorus::Engine::new();
    let mut old = false;
    if let Err(error) = engine.add_policy(name.to_owned(), text.to_owned()) {
        let new = told(&error.to_string(), text);
        engine.set_rego_v0(true);
        old = true;
        if let Err(error) = engine.add_policy(name.to_owned(), text.to_owned()) {
            let older = told(&error.to_string(), text);
            // The reading that came further is the one that was meant.
            let offset = |error: &Error| error.position().map_or(0, |at| at.offset);
            return Err(if offset(&older) > offset(&new) { older } else { new });
        }
    }
    let failed = || fail("the policy cannot be looked through");
    let packages = engine.get_policy_package_components().map_err(|_| failed())?;
    let components = packages.into_iter().next().ok_or_else(failed)?.components;
    let tree = engine.get_ast_as_json().map_err(|_| failed())?;
    let document = Document::parse_json(tree.as_bytes(), &ReadOptions::default());
    let document = document.map_err(|_| failed())?;
    let tree = document.root().at(0).and_then(|module| module.get("ast")).ok_or_else(failed)?;
    let mut found = Found::default();
    for part in ["imports", "rules"] {
        tree.get(part).into_iter().for_each(|part| found.look(part, text));
    }
    if let Some((call, at)) = found.unavailable {
        let message = format!("`{call}` is not available to policies");
        let help = "what a policy says depends on the documents alone: see docs/POLICY.md";
        return Err(fail(message).at(Position::of(text.as_bytes(), at)).with_help(help));
    }
    if text.contains(held::RESERVED) {
        return Err(fail(format!("names with `{}` are kept for the engine", held::RESERVED)));
    }
    let parsed = engine.get_modules().first().ok_or_else(failed)?;
    let (held, asks) = (held::find(parsed, text), depth::find(parsed));
    let calls = calls::find(tree, &components, &depth::imports(parsed), text);
    let blocks = annotations::read(text);
    let line = tree.get("package").and_then(line).unwrap_or_default();
    let mut module = Module {
        text: text.to_owned(),
        old,
        file: None,
        shift: Some((0, 0)),
        package: components.join("."),
        entries: Vec::new(),
        exception: None,
        inputs: found.inputs,
        functions: BTreeMap::new(),
        arities: BTreeSet::new(),
        calls,
        held,
        asks,
        annotations: blocks.iter().find(|block| block.of_line == line).cloned(),
    };
    let rules = tree.get("rules").into_iter().flat_map(Value::items);
    rules.for_each(|rule| module.note(rule, &components, &blocks));
    Ok(module)
}

impl Module {
    /// Notes a rule: whether it is asked, or a function.
    fn note(&mut self, rule: Value<'_>, package: &[String], blocks: &[Annotations]) {
        let Some((kind, spec)) = rule.fields().next() else { return };
        let head = spec.get("head").and_then(|head| head.fields().next());
        let (form, place) = match (kind, head) {
            ("Spec", Some((form, head))) => (form, head.get("refr")),
            _ => ("Default", spec.get("refr")),
        };
        let Some(place) = place else { return };
        let Some(name) = root_name(place) else { return };
        if form == "Func" {
            let arguments = spec.get("head").and_then(|head| head.fields().next());
            let arguments = arguments.and_then(|(_, head)| head.get("args"));
            let arguments = arguments.map_or(0, |arguments| arguments.items().count());
            let last = last_name(place).unwrap_or(name);
            self.arities.insert((last.to_owned(), arguments));
            let calls = self.functions.entry(name.to_owned()).or_default();
            spec.get("bodies").into_iter().for_each(|bodies| add_calls(bodies, calls));
            spec.get("head").into_iter().for_each(|head| add_calls(head, calls));
            return;
        }
        let is_function = spec.get("args").is_some_and(|args| !args.is_empty());
        if is_function || !(is_entry(name) || name == "exception") {
            return;
        }
        let mut path = String::from("data");
        for part in package.iter().map(String::as_str).chain([name]) {
            match is_word(part) {
                true => path.extend([".", part]),
                false => path.push_str(&format!("[{}]", quoted(part))),
            }
        }
        if name == "exception" {
            self.exception = Some(path);
            return;
        }
        let query = has_named_parts(place);
        let of_rule = line(spec);
        let annotations = blocks.iter().find(|block| Some(block.of_line) == of_rule).cloned();
        match self.entries.iter_mut().find(|entry| entry.name == name) {
            Some(known) => {
                known.query |= query;
                known.annotations = known.annotations.take().or(annotations);
            }
            None => {
                let name = name.to_owned();
                self.entries.push(EntryPoint { name, path, query, annotations });
            }
        }
    }
}

/// Whether rules of this name are asked: `deny`, `warn`, `violation`, and these with more behind `_`.
fn is_entry(name: &str) -> bool {
    let behind = |word| name.strip_prefix(word).map(|rest: &str| (rest, rest.starts_with('_')));
    let rest = ["deny", "warn", "violation"].into_iter().find_map(behind);
    rest.is_some_and(|(rest, more)| rest.is_empty() || more && rest.len() > 1)
}

fn is_word(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name that a reference starts with.
fn root_name<'d>(refr: Value<'d>) -> Option<&'d str> {
    let mut at = refr;
    loop {
        let (kind, node) = at.fields().next()?;
        match kind {
            "Var" => return node.str_field("value"),
            "RefDot" | "RefBrack" => at = node.get("refr")?,
            _ => return None,
        }
    }
}

/// The name that a reference ends with.
fn last_name<'d>(refr: Value<'d>) -> Option<&'d str> {
    let (kind, node) = refr.fields().next()?;
    match kind {
        "Var" => node.str_field("value"),
        "RefDot" => node.get("field")?.at(1)?.as_str(),
        _ => None,
    }
}

/// Whether the head of a rule names a part of it: `deny["a"] := …`.
fn has_named_parts(refr: Value<'_>) -> bool {
    let mut at = refr;
    loop {
        let Some((kind, node)) = at.fields().next() else { return false };
        let index = node.get("index").and_then(|index| index.fields().next());
        match (kind, index) {
            ("RefDot", _) => return true,
            ("RefBrack", Some((form, _))) if form != "Var" => return true,
            ("RefBrack", _) => match node.get("refr") {
                Some(refr) => at = refr,
                None => return false,
            },
            _ => return false,
        }
    }
}

/// A reference of names alone, as it is written: `json.filter`.
fn dotted(refr: Value<'_>) -> Option<String> {
    let (mut at, mut parts) = (refr, Vec::new());
    loop {
        let (kind, node) = at.fields().next()?;
        match kind {
            "Var" => {
                parts.push(node.str_field("value")?);
                parts.reverse();
                return Some(parts.join("."));
            }
            "RefDot" => {
                parts.push(node.get("field")?.at(1)?.as_str()?);
                at = node.get("refr")?;
            }
            _ => return None,
        }
    }
}

fn line(node: Value<'_>) -> Option<usize> {
    let line = node.get("span")?.get("line")?.as_number()?.as_i64()?;
    usize::try_from(line).ok()
}

/// The places at which functions are called: what is called, and the node.
fn calls<'d>(value: Value<'d>) -> impl Iterator<Item = (String, Value<'d>)> {
    let nodes = value.tape().filter_map(|node| node.get("Call"));
    nodes.filter_map(|call| Some((dotted(call.get("fcn")?)?, call)))
}

fn add_calls(value: Value<'_>, to: &mut BTreeSet<String>) {
    to.extend(calls(value).map(|(name, _)| name));
}

/// What a module names.
#[derive(Default)]
struct Found {
    inputs: BTreeSet<String>,
    /// A function that is called and not available, and where.
    unavailable: Option<(String, usize)>,
}

impl Found {
    fn look(&mut self, part: Value<'_>, text: &str) {
        for node in part.tape() {
            let named = node.get("RefDot").and_then(|refr| {
                is_input(refr.get("refr")?).then(|| refr.get("field")?.at(1)?.as_str())?
            });
            let indexed = node.get("RefBrack").and_then(|refr| {
                let index = refr.get("index")?.get("String")?;
                is_input(refr.get("refr")?).then(|| index.str_field("value"))?
            });
            self.inputs.extend(named.or(indexed).map(str::to_owned));
        }
        for (name, call) in calls(part) {
            let refused = UNAVAILABLE.iter().any(|known| match known.strip_suffix('.') {
                Some(_) => name.starts_with(known),
                None => name == *known,
            });
            if refused && !super::builtins::is_ours(&name) {
                self.unavailable.get_or_insert((name, start_of(call, text)));
            }
        }
    }
}

/// Where a node starts in the text.
pub(super) fn start_of(node: Value<'_>, text: &str) -> usize {
    let start = node.get("span").and_then(|span| span.get("start"));
    let start = start.and_then(Value::as_number).and_then(|start| start.as_i64());
    let at = start.and_then(|start| usize::try_from(start).ok());
    at.unwrap_or_default().min(text.len())
}

fn is_input(refr: Value<'_>) -> bool {
    refr.get("Var").and_then(|var| var.str_field("value")) == Some("input")
}

/// How deep functions may call each other.
const MAX_CALLS: usize = 64;

/// Refuses functions that call themselves, over whatever others, or each other too deeply; those of all
/// modules together. The engine would follow them until its stack is full.
pub(super) fn check_calls<'m>(modules: impl Iterator<Item = &'m Module>) -> Result<()> {
    let mut calls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for module in modules {
        for (name, called) in &module.functions {
            // A name with dots is of another module, or a function of Rego's own.
            let named = called.iter().filter_map(|called| match called.rsplit_once('.') {
                None => Some(called.as_str()),
                Some((before, last)) => (!is_family(before)).then_some(last),
            });
            calls.entry(name).or_default().extend(named);
        }
    }
    // Those that call nothing of what is left are taken away, again and again.
    for _ in 0..MAX_CALLS {
        let left: BTreeSet<&str> = calls.keys().copied().collect();
        calls.retain(|_, called| called.iter().any(|name| left.contains(name)));
    }
    match calls.keys().next() {
        None => Ok(()),
        Some(name) => {
            let message = format!("`{name}` calls itself, or functions call each other too deeply");
            let help = format!("Rego has no recursion; calls go {MAX_CALLS} deep at most");
            Err(fail(message).with_help(help))
        }
    }
}

/// Whether functions of Rego's own start with the name.
fn is_family(name: &str) -> bool {
    const FAMILIES: [&str; 17] = [
        "array",
        "base64",
        "base64url",
        "bits",
        "glob",
        "graph",
        "hex",
        "io",
        "json",
        "net",
        "numbers",
        "object",
        "regex",
        "semver",
        "strings",
        "time",
        "units",
    ];
    FAMILIES.contains(&name)
}

impl Module {
    /// The text that is evaluated, beside these modules.
    pub(super) fn put(&self, modules: &[Arc<Self>]) -> Put {
        let takes = |name: &str, arguments: usize| {
            let wanted = (name.to_owned(), arguments);
            modules.iter().any(|module| module.arities.contains(&wanted))
        };
        held::put(&self.text, &self.held, &takes)
    }

    /// The place in its file of a place in its text; none where that is unknown.
    pub(super) fn place(&self, (line, column): (usize, usize)) -> Option<(usize, usize)> {
        self.shift.map(|(before, indent)| (line + before, column + indent))
    }

    /// An error of regorus in this module, at its place in its file.
    pub(super) fn told(&self, error: &str, put: &Put) -> Error {
        let (message, place) = taken_apart(error);
        self.fault(message, place.map(|place| put.place(place)))
    }

    /// An error at a place in its text, told as where that stands in its file.
    pub(super) fn fault(&self, message: String, place: Option<(usize, usize)>) -> Error {
        let error = match place.map(|place| (place, self.place(place))) {
            None => fail(message),
            Some((_, Some((line, column)))) => {
                fail(message).at(Position { offset: 0, line, column })
            }
            Some(((line, _), None)) => fail(format!("{message}, in line {line} of the Rego")),
        };
        match &self.file {
            Some(file) => error.in_file(file),
            None => error,
        }
    }
}

/// An error of regorus as ours: its message, and its place in the text.
///
/// It writes `--> file:line:column`, the line of the source, and `error: message`; in few cases all in one line.
fn told(error: &str, text: &str) -> Error {
    let (message, place) = taken_apart(error);
    let error = fail(message);
    match place {
        Some((line, column)) => error.at(position(text, line, column)),
        None => error,
    }
}

/// The message of an error of regorus, in one line, and its line and column.
pub(super) fn taken_apart(error: &str) -> (String, Option<(usize, usize)>) {
    let said = match error.rsplit_once("\nerror: ") {
        Some((_, said)) => said,
        None => match error.split_once(" error: ") {
            Some((before, said)) if placed(before).is_some() => said,
            _ => error.strip_prefix("error: ").unwrap_or(error),
        },
    };
    let words: Vec<&str> = said.split_whitespace().collect();
    let place = place_of(error).map(|(_, line, column)| (line, column));
    (words.join(" ").trim_end_matches('.').to_owned(), place)
}

/// The file, line and column that an error of regorus names: in a line of its own behind `-->`, or before
/// the word `error:`.
pub(super) fn place_of(error: &str) -> Option<(&str, usize, usize)> {
    error.lines().map(str::trim).find_map(|line| match line.strip_prefix("--> ") {
        Some(place) => placed(place),
        None => placed(line.split_once(" error: ")?.0),
    })
}

/// `file:line:column`.
fn placed(text: &str) -> Option<(&str, usize, usize)> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

fn position(text: &str, line: usize, column: usize) -> Position {
    let before = text.split_inclusive('\n').take(line.saturating_sub(1));
    let start: usize = before.map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let column = scan::column(rest.lines().next().unwrap_or_default(), column);
    let within = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
    Position::of(text.as_bytes(), start + within)
}
