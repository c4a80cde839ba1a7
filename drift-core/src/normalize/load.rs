//! Rule files: YAML or JSON into [`Rule`]s, every error with its line and rule.

use super::crd_schema;
use super::disable::{self, Disabled};
use super::glob::Glob;
use super::load_equal::{read_default, read_equalities, read_naming};
use super::load_when::read_when;
use super::provider_schema;
use super::rule::{
    Fact, Layer, ListSemantics, Match, Move, Order, Rule, Severity, Tolerance, Undeclared,
};
use crate::error::{Code, Error, Result};
use crate::line::in_line;
use crate::path::{Pattern, PatternStep, Query};
use crate::source::Lines;
use crate::time::Timestamp;
use crate::value::{Document, Kind, ReadOptions, Tree, Value, YamlSchema, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};

/// The fields of a rule file.
const FILE: [&str; 4] = ["version", "rules", "moves", "disable"];
/// The fields of a rule that are not facts.
const FRAME: [&str; 10] =
    ["id", "title", "match", "paths", "when", "identity", "reason", "owner", "source", "expires"];
/// The facts, and what goes with them.
const FACTS: [&str; 27] = [
    "ignore",
    "list",
    "unique",
    "order",
    "single_is_list",
    "names",
    "open",
    "closed",
    "equal",
    "tolerate",
    "default",
    "initial",
    "empty_is_absent",
    "read_only",
    "declared",
    "write_only",
    "read_gap",
    "generated",
    "undeclared",
    "secret",
    "watch",
    "trust",
    "severity",
    "category",
    "runbook",
    "replaces",
    "alias",
];

/// What a rule file holds.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) rules: Vec<Rule>,
    pub(super) moves: Vec<Move>,
    pub(super) disabled: Vec<Disabled>,
}

/// Where the rules of a text come from.
#[derive(Clone, Copy)]
pub(super) struct Origin<'o> {
    pub(super) layer: Layer,
    pub(super) pack: Option<&'o str>,
    pub(super) file: Option<&'o str>,
}

/// Reads a rule file: `{version: 1, rules: […], moves: […]}`, or the list of rules alone.
pub(super) fn load(text: &str, origin: Origin<'_>) -> Result<Loaded> {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options);
    let loaded = document.and_then(|document| read(&document, origin));
    loaded.map_err(|error| match origin.file {
        Some(file) => error.in_file(file),
        None => error,
    })
}

/// Reads one rule in JSON, which starts at a line of its file.
pub(super) fn load_rule(text: &str, line: usize, origin: Origin<'_>) -> Result<Rule> {
    let document = Document::parse_json(text.as_bytes(), &ReadOptions::default())?;
    read_rule(document.root(), line, origin)
}

fn read(document: &Document<'_>, origin: Origin<'_>) -> Result<Loaded> {
    if let Some(definitions) = definitions(document) {
        return read_definitions(&definitions, document, origin);
    }
    if document.roots().len() > 1 {
        return Err(Error::new(Code::Rule, "expected one document in a rule file"));
    }
    let root = document.root();
    let lines = Lines::of(document.text().as_bytes());
    let mut loaded = Loaded::default();
    if provider_schema::is_schema(root) {
        loaded.rules = provider_schema::rules(root, &lines, origin)?;
        return Ok(loaded);
    }
    let rules = match root.kind() {
        Kind::List => root,
        Kind::Map => {
            known_fields(root, &[&FILE], "a rule file")?;
            let version = root.get("version").and_then(Value::as_number).and_then(|n| n.as_i64());
            if version != Some(1) {
                return Err(fail(root, "expected `version: 1`"));
            }
            for value in list(root, "moves")? {
                loaded.moves.push(read_move(value)?);
            }
            for value in list(root, "disable")? {
                loaded.disabled.push(disable::read(value, origin.file)?);
            }
            match root.get("rules") {
                Some(rules) if rules.kind() == Kind::List => rules,
                Some(other) => return Err(fail(other, "expected `rules` to be a list")),
                None if !loaded.moves.is_empty() || !loaded.disabled.is_empty() => {
                    return Ok(loaded);
                }
                None => return Err(fail(root, "expected `rules`")),
            }
        }
        _ => {
            return Err(fail(root, "expected a rule file: `{version: 1, rules: […]}`"));
        }
    };
    let mut ids = BTreeSet::new();
    for value in rules.items() {
        let id = value.str_field("id").unwrap_or_default().to_owned();
        let line = lines.line(value.span().start);
        let rule = read_rule(value, line, origin).map_err(|error| error.on_resource(&id))?;
        if !ids.insert(rule.id.clone()) {
            return Err(fail(value, "a rule id stands twice").on_resource(id));
        }
        loaded.rules.push(rule);
    }
    Ok(loaded)
}

/// The definitions of custom kinds that the documents of a file hold; `None` where they hold anything
/// else.
fn definitions<'d>(document: &'d Document<'_>) -> Option<Vec<Value<'d>>> {
    let mut found = Vec::new();
    for root in document.roots().filter(|root| !root.is_null()) {
        found.extend(crd_schema::definitions(root)?);
    }
    (!found.is_empty()).then_some(found)
}

fn read_definitions(
    definitions: &[Value<'_>],
    document: &Document<'_>,
    origin: Origin<'_>,
) -> Result<Loaded> {
    let lines = Lines::of(document.text().as_bytes());
    let mut loaded = Loaded::default();
    let mut types = BTreeSet::new();
    for definition in definitions {
        let type_name = crd_schema::type_name(*definition)?;
        if !types.insert(type_name.clone()) {
            let message = "a kind is defined twice";
            return Err(fail(*definition, message).on_resource(type_name));
        }
        let line = lines.line(definition.span().start);
        let rules = crd_schema::rules(*definition, line, origin.file);
        loaded.rules.extend(rules.map_err(|error| error.on_resource(type_name))?);
    }
    Ok(loaded)
}

pub(super) fn fail(value: Value<'_>, message: impl Into<String>) -> Error {
    Error::new(Code::Rule, message).at(value.position())
}

pub(super) fn known_fields(map: Value<'_>, known: &[&[&str]], what: &str) -> Result<()> {
    if map.kind() != Kind::Map {
        return Err(fail(map, format!("expected {what} to be a map")));
    }
    let known: Vec<&str> = known.concat();
    for (name, value) in map.fields() {
        if !known.contains(&name) {
            let error = fail(value, format!("no such field in {what}: `{}`", in_line(name)));
            return Err(match did_you_mean(name, &known) {
                Some(help) => error.with_help(help),
                None => error,
            });
        }
    }
    Ok(())
}

pub(super) fn list<'d>(map: Value<'d>, name: &str) -> Result<Vec<Value<'d>>> {
    match map.get(name) {
        None => Ok(Vec::new()),
        Some(value) if value.kind() == Kind::List => Ok(value.items().collect()),
        Some(value) => Err(fail(value, format!("expected `{name}` to be a list"))),
    }
}

pub(super) fn string<'d>(value: Value<'d>, name: &str) -> Result<&'d str> {
    value.as_str().ok_or_else(|| fail(value, format!("expected `{name}` to be a string")))
}

pub(super) fn optional_string(map: Value<'_>, name: &str) -> Result<Option<String>> {
    map.get(name).map(|value| string(value, name).map(str::to_owned)).transpose()
}

pub(super) fn boolean(value: Value<'_>, name: &str) -> Result<bool> {
    value.as_bool().ok_or_else(|| fail(value, format!("expected `{name}` to be true or false")))
}

fn read_move(value: Value<'_>) -> Result<Move> {
    known_fields(value, &[&["type", "from", "to"]], "a move")?;
    let field = |name: &str| {
        optional_string(value, name)?.ok_or_else(|| fail(value, format!("expected `{name}`")))
    };
    Ok(Move {
        type_name: optional_string(value, "type")?.map(Glob::new),
        from: field("from")?,
        to: field("to")?,
    })
}

fn read_rule(value: Value<'_>, line: usize, origin: Origin<'_>) -> Result<Rule> {
    known_fields(value, &[&FRAME, &FACTS], "a rule")?;
    let id = optional_string(value, "id")?.ok_or_else(|| fail(value, "expected `id`"))?;
    let facts = read_facts(value)?;
    let identity = patterns(value, "identity")?;
    let mut paths = patterns(value, "paths")?;
    if facts.is_empty() && identity.is_empty() {
        return Err(fail(value, "the rule says nothing: it has no fact"));
    }
    if paths.is_empty() && !facts.is_empty() {
        if value.get("paths").is_some() || !facts.iter().all(Fact::classifies) {
            return Err(fail(value, "expected `paths` with at least one path")
                .with_help("`paths: [\"\"]` names the whole resource"));
        }
        paths.push(Pattern::parse("")?);
    }
    let expires = optional_string(value, "expires")?;
    let expires = expires.map(|text| Timestamp::parse_expiry(&text)).transpose();
    let when = value.get("when").map(read_when).transpose()?.unwrap_or_default();
    let classifies = facts.iter().any(Fact::classifies);
    if value.get("when").is_some() && !classifies {
        return Err(fail(value, "`when` goes with `severity`, `category`, `owner` or `runbook`")
            .with_help("conditions on the resource belong in `match.where`"));
    }
    let is_whole = paths.iter().any(|path| path.steps().is_empty());
    let of_whole = value.get("paths").is_some() && when.meanings.iter().all(|it| it.of_resource());
    if !when.meanings.is_empty() && is_whole && !of_whole {
        let names = super::meaning::NAMES.map(|(name, _)| format!("`{name}`")).join(", ");
        return Err(fail(value, "what a change means is asked at a path of the resource")
            .with_help(format!("name the path that {names} are about")));
    }
    let rule = Rule {
        layer: origin.layer,
        pack: origin.pack.map(str::to_owned),
        matches: value.get("match").map(read_match).transpose()?.unwrap_or_default(),
        paths,
        when,
        identity,
        title: optional_string(value, "title")?,
        reason: optional_string(value, "reason")?,
        owner: optional_string(value, "owner")?,
        source: optional_string(value, "source")?,
        expires: expires.map_err(|error| fail(value, format!("`expires`: {}", error.message())))?,
        bundle: None,
        file: origin.file.map(str::to_owned),
        line,
        facts,
        id,
    };
    check(&rule).map_err(|message| fail(value, message))?;
    Ok(rule)
}

/// What contradicts itself within one rule.
fn check(rule: &Rule) -> Result<(), String> {
    let has = |wanted: &dyn Fn(&Fact) -> bool| rule.facts.iter().any(wanted);
    let ignores = has(&|fact| *fact == Fact::Ignore(true));
    let keyed = has(&|fact| matches!(fact, Fact::List(ListSemantics::Keyed(_))));
    let other_list = has(&|fact| matches!(fact, Fact::List(_))) && !keyed;
    if has(&|fact| *fact == Fact::Open(true)) && has(&|fact| *fact == Fact::Closed(true)) {
        return Err("`open` and `closed` contradict each other".into());
    }
    let by_order =
        |fact: &Fact| matches!(fact, Fact::Order(order) if *order != Order::Insignificant);
    if has(&by_order) && other_list {
        return Err("an `order` that matters goes with a keyed list".into());
    }
    if ignores
        && rule
            .facts
            .iter()
            .any(|fact| !matches!(fact, Fact::Ignore(_) | Fact::Secret(_) | Fact::Owner(_)))
    {
        return Err("what is ignored is not compared: no other fact can hold there".into());
    }
    if has(&Fact::watches) && has(&|fact| *fact == Fact::Undeclared(Undeclared::Ignore)) {
        return Err("`watch` and `undeclared: ignore` contradict each other".into());
    }
    if has(&|fact| *fact == Fact::Secret(false)) && rule.reason.is_none() {
        return Err("`secret: false` needs a `reason`".into());
    }
    if has(&|fact| matches!(fact, Fact::Generated(_)))
        && has(&|fact| matches!(fact, Fact::Default(_) | Fact::SameAs(_)))
    {
        return Err("`generated` and `default` contradict each other".into());
    }
    if has(&|fact| matches!(fact, Fact::Initial(_)))
        && has(&|fact| matches!(fact, Fact::Default(_) | Fact::SameAs(_) | Fact::Generated(_)))
    {
        return Err("`initial` contradicts `default` and `generated`".into());
    }
    Ok(())
}

fn patterns(map: Value<'_>, name: &str) -> Result<Vec<Pattern>> {
    list(map, name)?
        .into_iter()
        .map(|value| {
            let text = string(value, name)?;
            let pattern = Pattern::parse(text).and_then(|pattern| {
                if pattern.steps().iter().any(|step| matches!(step, PatternStep::Hidden(_))) {
                    return Err(Error::new(Code::Path, "a hidden element cannot be named")
                        .with_help("use `[*]` in its place"));
                }
                Ok(pattern)
            });
            pattern.map_err(|error| {
                let at = error.position().map_or(0, |position| position.column);
                let message = format!("`{text}`: {}, column {at}", error.message());
                match error.help() {
                    Some(help) => fail(value, message).with_help(help),
                    None => fail(value, message),
                }
            })
        })
        .collect()
}

pub(crate) fn read_match(value: Value<'_>) -> Result<Match> {
    const FIELDS: [&str; 7] = ["provider", "type", "id", "scope", "tags", "managed_by", "where"];
    known_fields(value, &[&FIELDS], "`match`")?;
    let glob = |name: &str| Ok::<_, Error>(optional_string(value, name)?.map(Glob::new));
    let globs = |name: &str| {
        let Some(map) = value.get(name) else {
            return Ok(BTreeMap::new());
        };
        if map.kind() != Kind::Map {
            return Err(fail(map, format!("expected `{name}` to be a map of globs")));
        }
        map.fields()
            .map(|(field, glob)| Ok((field.to_owned(), Glob::new(string(glob, field)?))))
            .collect::<Result<_>>()
    };
    Ok(Match {
        provider: glob("provider")?,
        type_name: glob("type")?,
        id: glob("id")?,
        scope: globs("scope")?,
        tags: globs("tags")?,
        managed_by: glob("managed_by")?,
        query: value.get("where").map(read_query).transpose()?,
    })
}

fn read_query(value: Value<'_>) -> Result<Query> {
    let query = Query::parse(string(value, "where")?);
    query.map_err(|error| fail(value, format!("`where`: {}", error.message())))
}

fn read_facts(rule: Value<'_>) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for (name, value) in rule.fields() {
        let flag = |fact: Fact| {
            if boolean(value, name)? {
                Ok(fact)
            } else {
                Err(fail(value, format!("`{name}` can only be true")))
            }
        };
        facts.push(match name {
            "ignore" => Fact::Ignore(boolean(value, name)?),
            "list" => Fact::List(read_list(value, rule)?),
            "order" => Fact::Order(Order::of(string(value, name)?).ok_or_else(|| {
                let message =
                    "expected `order` to be `significant`, `insignificant` or `references`";
                fail(value, message)
            })?),
            "single_is_list" => Fact::SingleIsList(boolean(value, name)?),
            "names" => Fact::FoldedNames(read_naming(value)?),
            "open" => Fact::Open(boolean(value, name)?),
            "closed" => Fact::Closed(boolean(value, name)?),
            "equal" => Fact::Equal(read_equalities(value)?),
            "tolerate" => Fact::Tolerate(read_tolerance(value)?),
            "default" => read_default(value)?,
            "initial" => Fact::Initial(Tree::of(value)),
            "empty_is_absent" => Fact::EmptyIsAbsent(read_empties(value)?),
            "read_only" => read_read_only(value, rule)?,
            "write_only" => flag(Fact::WriteOnly)?,
            "read_gap" => flag(Fact::ReadGap)?,
            "generated" => match value.as_str() {
                Some(glob) => Fact::Generated(vec![Glob::new(glob)]),
                None if value.kind() == Kind::List => Fact::Generated(read_globs(value, name)?),
                None => flag(Fact::Generated(vec![Glob::new("*")]))?,
            },
            "undeclared" => Fact::Undeclared(match string(value, name)? {
                "drift" => Undeclared::Drift,
                "report" => Undeclared::Report,
                "ignore" => Undeclared::Ignore,
                _ => {
                    return Err(fail(
                        value,
                        "expected `undeclared` to be `drift`, `report` or `ignore`",
                    ));
                }
            }),
            "secret" => Fact::Secret(boolean(value, name)?),
            "watch" => read_watch(value)?,
            "trust" => Fact::Trust(read_globs(value, name)?),
            "severity" => Fact::Severity(read_severity(value)?),
            "category" => Fact::Category(string(value, name)?.to_owned()),
            "runbook" => Fact::Runbook(string(value, name)?.to_owned()),
            "replaces" => flag(Fact::Replaces)?,
            "owner" => Fact::Owner(string(value, name)?.to_owned()),
            "unique" if rule.str_field("list") == Some("set") => continue,
            "unique" if rule.get("list").is_some_and(|list| list.kind() == Kind::Map) => {
                Fact::Unique(boolean(value, name)?)
            }
            "unique" => {
                return Err(fail(value, "`unique` goes with `list: set` or a keyed list"));
            }
            "declared" if rule.get("read_only").is_some() => continue,
            "declared" => return Err(fail(value, "`declared` goes with `read_only`")),
            "alias" => return Err(fail(value, "`alias` is not supported yet")),
            _ => continue,
        });
    }
    // An owner alone only says whose rule it is; beside other facts it also classifies.
    if facts.iter().all(|fact| matches!(fact, Fact::Owner(_))) && rule.get("identity").is_some() {
        facts.clear();
    }
    Ok(facts)
}

fn read_list(value: Value<'_>, rule: Value<'_>) -> Result<ListSemantics> {
    const HELP: &str = "one of `ordered`, `set`, `atomic`, `{keyed: [field, …]}`";
    let unique = rule.get("unique").map(|value| boolean(value, "unique")).transpose()?;
    match (value.as_str(), value.kind()) {
        (Some("ordered"), _) => return Ok(ListSemantics::Ordered),
        (Some("set"), _) => {
            return Ok(ListSemantics::Set { unique: unique.unwrap_or(false) });
        }
        (Some("atomic"), _) => return Ok(ListSemantics::Atomic),
        (None, Kind::Map) if value.len() == 1 => {
            let keys = list(value, "keyed")?;
            let keys: Vec<String> = keys
                .into_iter()
                .map(|key| string(key, "keyed").map(str::to_owned))
                .collect::<Result<_>>()?;
            if keys.iter().collect::<BTreeSet<_>>().len() != keys.len() {
                return Err(fail(value, "a key field stands twice"));
            }
            if !keys.is_empty() {
                return Ok(ListSemantics::Keyed(keys));
            }
        }
        _ => {}
    }
    Err(fail(value, "no such list semantics").with_help(HELP))
}

fn read_tolerance(value: Value<'_>) -> Result<Tolerance> {
    let only = if value.len() == 1 { value.fields().next() } else { None };
    let bound = |value: Value<'_>| {
        let number = value.as_number().map(|number| number.to_string());
        number
            .filter(|text| !text.starts_with('-') && text != "0")
            .ok_or_else(|| fail(value, "expected a tolerance above zero"))
    };
    match only {
        Some(("percent", value)) => bound(value).map(Tolerance::Percent),
        Some(("absolute", value)) => bound(value).map(Tolerance::Absolute),
        _ => Err(fail(value, "expected `{percent: n}` or `{absolute: n}`")),
    }
}

fn read_globs(value: Value<'_>, name: &str) -> Result<Vec<Glob>> {
    if value.kind() != Kind::List {
        return Err(fail(value, format!("expected `{name}` to be a list of names")));
    }
    value.items().map(|glob| string(glob, name).map(Glob::new)).collect()
}

fn read_empties(value: Value<'_>) -> Result<Vec<Tree>> {
    let all = || {
        let empty =
            [Tree::Null, Tree::String(String::new()), Tree::List(vec![]), Tree::Map(vec![])];
        empty.to_vec()
    };
    let listable =
        || all().into_iter().chain([Tree::zero(), Tree::Bool(false)]).collect::<Vec<_>>();
    if let Some(flag) = value.as_bool() {
        return if flag { Ok(all()) } else { Ok(Vec::new()) };
    }
    let listed = Tree::of(value);
    match listed {
        Tree::List(items) if items.iter().all(|item| listable().contains(item)) => Ok(items),
        _ => {
            let message =
                "expected `empty_is_absent` to list some of null, \"\", [], {}, 0 and false";
            Err(fail(value, message))
        }
    }
}

fn read_watch(value: Value<'_>) -> Result<Fact> {
    if value.kind() != Kind::List {
        return boolean(value, "watch").map(Fact::Watch);
    }
    let is_scalar = |item: Value<'_>| !matches!(item.kind(), Kind::Map | Kind::List | Kind::Null);
    if value.is_empty() || !value.items().all(is_scalar) {
        return Err(fail(value, "expected `watch` to list texts, numbers, true or false"));
    }
    Ok(Fact::WatchOf(value.items().map(Tree::of).collect()))
}

fn read_read_only(value: Value<'_>, rule: Value<'_>) -> Result<Fact> {
    let beside = rule.get("declared").map(|value| boolean(value, "declared")).transpose()?;
    if value.kind() == Kind::Map {
        known_fields(value, &[&["declared"]], "`read_only`")?;
        let inside = value.get("declared").map(|value| boolean(value, "declared")).transpose()?;
        return Ok(Fact::ReadOnly { declared: inside.or(beside).unwrap_or(false) });
    }
    if !boolean(value, "read_only")? {
        return Err(fail(value, "`read_only` can only be true"));
    }
    Ok(Fact::ReadOnly { declared: beside.unwrap_or(false) })
}

fn read_severity(value: Value<'_>) -> Result<Severity> {
    let word = string(value, "severity")?;
    let found = Severity::ALL.iter().find(|(_, known)| *known == word);
    found.map(|(severity, _)| *severity).ok_or_else(|| {
        fail(value, format!("no such severity: `{word}`"))
            .with_help("one of critical, high, medium, low, info")
    })
}
