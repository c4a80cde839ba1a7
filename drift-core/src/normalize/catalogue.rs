//! Catalogues: what a published schema says of many types, distilled by a tool in the repository. One
//! holds types that share what they consist of, and is made into rules one type at a time, when a
//! document first asks for it.

use super::condition::When;
use super::equality::Equality;
use super::glob::Glob;
use super::rule::{Fact, Layer, ListSemantics, Match, Rule};
use crate::error::{Code, Error, Result};
use crate::path::{Pattern, PatternStep};
use crate::value::{Document, ReadOptions, Tree, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// A catalogue that is built in.
#[derive(Debug)]
pub(crate) struct Catalogue {
    /// The name of the pack.
    pub(super) pack: &'static str,
    provider: &'static str,
    text: &'static str,
    document: OnceLock<Result<Document<'static>>>,
}

impl Catalogue {
    pub(super) const fn new(
        pack: &'static str,
        provider: &'static str,
        text: &'static str,
    ) -> Self {
        Self { pack, provider, text, document: OnceLock::new() }
    }

    fn root(&self) -> Result<Value<'_>> {
        let read = || Document::parse_json(self.text.as_bytes(), &ReadOptions::default());
        self.document.get_or_init(read).as_ref().map(Document::root).map_err(Error::clone)
    }

    /// The name under which the rules of a type are kept: its own, the empty one for all types that
    /// the catalogue does not know, and none for other providers.
    pub(super) fn entry<'n>(&self, provider: &str, type_name: &'n str) -> Option<&'n str> {
        if provider != self.provider {
            return None;
        }
        let types = self.root().ok()?.get("types")?;
        Some(if types.get(type_name).is_some() { type_name } else { "" })
    }

    /// The rules of an entry; none where the text cannot be read, which a test rules out.
    pub(super) fn rules(&self, entry: &str) -> Vec<Arc<Rule>> {
        self.read(entry).unwrap_or_default()
    }

    fn read(&self, entry: &str) -> Result<Vec<Arc<Rule>>> {
        let root = self.root()?;
        let mut expansion = Expansion {
            shapes: root.get("shapes").unwrap_or(Value::null()),
            path: Vec::new(),
            within: Vec::new(),
            before: BTreeSet::new(),
            now: BTreeSet::new(),
            found: BTreeMap::new(),
        };
        if entry.is_empty() {
            for (at, shape) in root.get("elsewhere").into_iter().flat_map(Value::fields) {
                expansion.elsewhere(at, shape)?;
            }
        }
        let whose = if entry.is_empty() { "" } else { "*" };
        if let Some(known) = root.get("everywhere").and_then(|all| all.get(whose)) {
            expansion.everywhere(known);
        }
        let versions = root.get("types").and_then(|types| types.get(entry));
        for shape in versions.into_iter().flat_map(Value::items) {
            expansion.shape(text(shape)?)?;
            let now = std::mem::take(&mut expansion.now);
            expansion.before.extend(now);
        }
        let version = root.str_field("version").unwrap_or_default();
        let matches = Match {
            provider: Some(Glob::new(self.provider)),
            type_name: (!entry.is_empty()).then(|| Glob::new(entry)),
            ..Match::default()
        };
        let rule = |((shape, what), found): ((&str, String), Found)| {
            Arc::new(Rule {
                id: format!("{shape}.{what}"),
                layer: Layer::GeneratedPack,
                pack: Some(self.pack.to_owned()),
                matches: matches.clone(),
                paths: found.paths,
                facts: vec![found.fact],
                when: When::default(),
                identity: Vec::new(),
                reason: Some(found.reason),
                owner: None,
                source: Some(found.source.unwrap_or_else(|| {
                    format!("the schema of the API of {} {version}, {shape}", self.provider)
                })),
                expires: None,
                bundle: None,
                file: None,
                line: 0,
            })
        };
        Ok(expansion.found.into_iter().map(rule).collect())
    }
}

/// A fact of a field, wherever its type stands.
struct Found {
    fact: Fact,
    reason: String,
    source: Option<String>,
    paths: Vec<Pattern>,
}

/// The types in a type, as far as they have been gone through.
struct Expansion<'c> {
    shapes: Value<'c>,
    path: Vec<PatternStep>,
    /// The types that the path has come through, each with its length there.
    within: Vec<(&'c str, usize)>,
    /// The places of which more stable versions of the type have spoken, and this one.
    before: BTreeSet<Vec<PatternStep>>,
    now: BTreeSet<Vec<PatternStep>>,
    found: BTreeMap<(&'c str, String), Found>,
}

impl<'c> Expansion<'c> {
    /// A type that stands at a place in any kind: fields with a dot between them, and two dots for any
    /// number of steps.
    fn elsewhere(&mut self, at: &str, shape: Value<'c>) -> Result<()> {
        if let Some(field) = at.strip_prefix("..") {
            self.path.push(PatternStep::Descend);
            self.path.extend((!field.is_empty()).then(|| PatternStep::Field(field.to_owned())));
        }
        self.shape(text(shape)?)?;
        self.path.clear();
        Ok(())
    }

    /// What holds for every field.
    fn everywhere(&mut self, known: Value<'c>) {
        self.path.extend([PatternStep::Descend, PatternStep::Any]);
        let empties = known.get("empty_is_absent").into_iter().flat_map(Value::items);
        let fact = Fact::EmptyIsAbsent(empties.map(Tree::of).collect());
        self.put("every type", "empty", known.str_field("says").unwrap_or_default(), fact);
        self.path.clear();
        if let Some(found) = self.found.get_mut(&("every type", "empty".to_owned())) {
            found.source = known.str_field("at").map(str::to_owned);
        }
    }

    /// All that a type says, at the path.
    fn shape(&mut self, name: &'c str) -> Result<()> {
        let shape = self.shapes.get(name).ok_or_else(|| malformed("a type that there is not"))?;
        if let Some((_, length)) = self.within.iter().find(|(known, _)| *known == name).copied() {
            // A type inside itself: the same at any depth below.
            let below = self.path.split_off(length);
            self.path.push(PatternStep::Descend);
            let said = self.fields(name, shape, false);
            self.path.truncate(length);
            self.path.extend(below);
            return said;
        }
        self.within.push((name, self.path.len()));
        self.fields(name, shape, true)?;
        self.within.pop();
        Ok(())
    }

    fn fields(&mut self, name: &'c str, shape: Value<'c>, go_down: bool) -> Result<()> {
        for (field, known) in shape.fields() {
            if field.is_empty() {
                self.whole(name, known)?;
                continue;
            }
            self.path.push(PatternStep::Field(field.to_owned()));
            if self.is_new() {
                self.field(name, field, known)?;
            }
            if go_down {
                self.below(name, field, known)?;
            }
            self.path.pop();
        }
        Ok(())
    }

    /// Whether no more stable version of the type has spoken of the place.
    fn is_new(&mut self) -> bool {
        self.now.insert(self.path.clone());
        !self.before.contains(&self.path)
    }

    /// What is said of a type itself.
    fn whole(&mut self, name: &'c str, known: Value<'c>) -> Result<()> {
        for field in known.get("texts").into_iter().flat_map(Value::items) {
            self.path.push(PatternStep::Field(text(field)?.to_owned()));
            if self.is_new() {
                let empty = Fact::Default(Tree::String(String::new()));
                self.put(name, "texts", "an optional text that is empty is not written", empty);
            }
            self.path.pop();
        }
        if known.get("closed").is_some() && self.is_new() {
            self.close(name, "whole", "one value: who applies it owns all of it");
        }
        Ok(())
    }

    /// What is said of a field, at whose path we are.
    fn field(&mut self, name: &'c str, field: &str, known: Value<'c>) -> Result<()> {
        const WHOLE: &str = "one value: who applies it owns all of it";
        if let Some(semantics) = known.get("list") {
            let (semantics, reason) = list_semantics(semantics)?;
            let is_atomic = semantics == ListSemantics::Ordered;
            self.put(name, field, reason, Fact::List(semantics));
            if is_atomic && known.get("items").is_some() {
                self.path.push(PatternStep::Any);
                self.close(name, &format!("{field}[*]"), WHOLE);
                self.path.pop();
            }
        }
        match known.get("closed").and_then(Value::as_bool) {
            Some(true) => self.close(name, field, WHOLE),
            // A reference may open what its type closes.
            Some(false) => {
                self.put(name, field, "a map of fields of their own", Fact::Closed(false));
            }
            None => {}
        }
        if known.get("read_only").is_some() {
            let fact = Fact::ReadOnly { declared: true };
            self.put(name, field, "the system alone writes it", fact);
        }
        if let Some(equality) = known.str_field("equal") {
            self.spelled(name, field, equality)?;
        }
        if let Some(default) = known.get("default") {
            let says = known.str_field("says").unwrap_or("its zero value is not written");
            let alone = ["list", "equal", "closed"].iter().all(|other| known.get(other).is_none());
            let what = if alone { field.to_owned() } else { format!("{field} default") };
            self.put(name, &what, says, Fact::Default(Tree::of(default)));
            if let Some(found) = self.found.get_mut(&(name, what)) {
                found.source = known.str_field("at").map(str::to_owned);
            }
        }
        Ok(())
    }

    fn spelled(&mut self, name: &'c str, what: &str, equality: &str) -> Result<()> {
        let equality = Equality::by_name(equality).ok_or_else(|| malformed("an equality"))?;
        self.put(name, what, "one value has many spellings", Fact::Equal(equality.into()));
        Ok(())
    }

    /// What is inside a field, at whose path we are.
    fn below(&mut self, name: &'c str, field: &str, known: Value<'c>) -> Result<()> {
        if let Some(of) = known.str_field("of") {
            self.shape(of)?;
        }
        let Some(inside) = known.get("items").or_else(|| known.get("values")) else {
            return Ok(());
        };
        self.path.push(PatternStep::Any);
        match (inside.as_str(), inside.str_field("equal")) {
            (Some(of), _) => self.shape(of)?,
            (None, Some(equality)) if self.is_new() => {
                self.spelled(name, &format!("{field}[*]"), equality)?;
            }
            _ => {}
        }
        self.path.pop();
        Ok(())
    }

    /// The path and every map below it have to match whole.
    fn close(&mut self, shape: &'c str, what: &str, reason: &str) {
        self.put(shape, what, reason, Fact::Closed(true));
        self.path.extend([PatternStep::Descend, PatternStep::Any]);
        self.put(shape, what, reason, Fact::Closed(true));
        self.path.truncate(self.path.len().saturating_sub(2));
    }

    /// Adds the path to those of a rule.
    fn put(&mut self, shape: &'c str, what: &str, reason: &str, fact: Fact) {
        let found = self.found.entry((shape, what.to_owned())).or_insert_with(|| Found {
            fact,
            reason: reason.to_owned(),
            source: None,
            paths: Vec::new(),
        });
        found.paths.push(Pattern::of(self.path.clone()));
    }
}

fn list_semantics(value: Value<'_>) -> Result<(ListSemantics, &'static str)> {
    match value.as_str() {
        // The word is about who owns the list: its elements are still compared one by one.
        Some("atomic") => Ok((ListSemantics::Ordered, "written and kept as one list")),
        Some("set") => Ok((ListSemantics::Set { unique: false }, "a set")),
        Some(_) => Err(malformed("list semantics")),
        None => {
            let keys: Result<Vec<String>> =
                value.items().map(|key| Ok(text(key)?.to_owned())).collect();
            Ok((ListSemantics::Keyed(keys?), "a list of elements with keys"))
        }
    }
}

fn text(value: Value<'_>) -> Result<&str> {
    value.as_str().ok_or_else(|| malformed("a name"))
}

fn malformed(what: &str) -> Error {
    Error::new(Code::Rule, format!("a catalogue that is built in holds {what}"))
}
