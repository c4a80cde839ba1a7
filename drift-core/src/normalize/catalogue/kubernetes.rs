//! What the schema of the Kubernetes API says: types that share what they consist of.

use super::super::condition::When;
use super::super::glob::Glob;
use super::super::packed::{self, malformed};
use super::super::rule::{Layer, Match, Rule};
use super::expansion::{Expansion, Found, Named, Shapes};
use crate::error::{Error, Result};
use crate::value::{Document, ReadOptions, Value};
use std::sync::{Arc, OnceLock};

const PROVIDER: &str = "kubernetes";

type Read = OnceLock<Result<Document<'static>>>;

/// The types of the API, each shape of which is read when it is first asked for.
#[derive(Debug)]
pub(super) struct Types {
    /// What holds for all of them.
    head: Read,
    /// In the order in which they are built in.
    shapes: OnceLock<Vec<Read>>,
}

impl Types {
    pub(super) const fn new() -> Self {
        Self { head: OnceLock::new(), shapes: OnceLock::new() }
    }

    fn head(&self) -> Result<Value<'_>> {
        read(&self.head, || Ok(packed::KUBERNETES_HEAD))
    }

    /// What a shape says.
    pub(super) fn shape(&self, name: &str) -> Result<Value<'_>> {
        let missing = || malformed("a type that there is not");
        let all = packed::KUBERNETES_SHAPES;
        let at = all.binary_search_by_key(&name, |(known, _, _)| *known).map_err(|_| missing())?;
        let (_, start, end) = all.get(at).ok_or_else(missing)?;
        let shapes = self.shapes.get_or_init(|| all.iter().map(|_| OnceLock::new()).collect());
        read(shapes.get(at).ok_or_else(missing)?, || {
            packed::KUBERNETES_TEXT.text()?.get(*start..*end).ok_or_else(missing)
        })
    }

    /// The name under which the rules of a type are kept: its own, and the empty one for all types
    /// that are not known.
    pub(super) fn entry<'n>(&self, provider: &str, type_name: &'n str) -> Option<&'n str> {
        (provider == PROVIDER).then(|| if shapes_of(type_name).is_empty() { "" } else { type_name })
    }

    /// The names of all entries.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'static str> {
        packed::KUBERNETES_TYPES.iter().map(|(name, _)| *name).chain([""])
    }

    /// The rules of an entry, named after the types that stand in it.
    pub(super) fn rules(&self, pack: &str, entry: &str) -> Result<Vec<Arc<Rule>>> {
        let root = self.head()?;
        let mut expansion = Expansion::new(Shapes::OfKubernetes(self), Named::ByPart);
        if entry.is_empty() {
            for (at, shape) in root.get("elsewhere").into_iter().flat_map(Value::fields) {
                expansion.elsewhere(at, shape)?;
            }
        }
        let whose = if entry.is_empty() { "" } else { "*" };
        if let Some(known) = root.get("everywhere").and_then(|all| all.get(whose)) {
            expansion.everywhere(known);
        }
        let mut versions = shapes_of(entry).iter().peekable();
        while let Some(shape) = versions.next() {
            expansion.version(shape, versions.peek().is_some())?;
        }
        let version = root.str_field("version").unwrap_or_default();
        let matches = Match {
            provider: Some(Glob::new(PROVIDER)),
            type_name: (!entry.is_empty()).then(|| Glob::new(entry)),
            ..Match::default()
        };
        let rule = |((shape, what), found): ((&str, String), Found)| {
            Arc::new(Rule {
                id: format!("{shape}.{what}"),
                layer: Layer::GeneratedPack,
                pack: Some(pack.to_owned()),
                matches: matches.clone(),
                paths: found.paths,
                facts: vec![found.fact],
                when: When::default(),
                identity: Vec::new(),
                title: None,
                reason: Some(found.reason),
                owner: None,
                source: Some(found.source.unwrap_or_else(|| {
                    format!("the schema of the API of {PROVIDER} {version}, {shape}")
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

/// The shapes of a type, one for each version; none for a type that is not known.
fn shapes_of(type_name: &str) -> &'static [&'static str] {
    let all = packed::KUBERNETES_TYPES;
    let at = all.binary_search_by_key(&type_name, |(known, _)| *known).ok();
    at.and_then(|at| all.get(at)).map_or(&[], |(_, shapes)| *shapes)
}

fn read(place: &Read, text: impl FnOnce() -> Result<&'static str>) -> Result<Value<'_>> {
    let parse = || Document::parse_json(text()?.as_bytes(), &ReadOptions::default());
    place.get_or_init(parse).as_ref().map(Document::root).map_err(Error::clone)
}
