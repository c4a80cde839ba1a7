//! What the schema of the Kubernetes API says: types that share what they consist of.

use super::super::condition::When;
use super::super::glob::Glob;
use super::super::packed::Packed;
use super::super::rule::{Layer, Match, Rule};
use super::expansion::{Expansion, Found, Named, text};
use crate::error::{Error, Result};
use crate::value::{Document, ReadOptions, Value};
use std::sync::{Arc, OnceLock};

const PROVIDER: &str = "kubernetes";

/// The types of the API, in one document.
#[derive(Debug)]
pub(super) struct Types {
    text: &'static Packed,
    document: OnceLock<Result<Document<'static>>>,
}

impl Types {
    pub(super) const fn new(text: &'static Packed) -> Self {
        Self { text, document: OnceLock::new() }
    }

    fn root(&self) -> Result<Value<'_>> {
        let read = || Document::parse_json(self.text.text()?.as_bytes(), &ReadOptions::default());
        self.document.get_or_init(read).as_ref().map(Document::root).map_err(Error::clone)
    }

    /// The name under which the rules of a type are kept: its own, and the empty one for all types
    /// that are not known.
    pub(super) fn entry<'n>(&self, provider: &str, type_name: &'n str) -> Option<&'n str> {
        if provider != PROVIDER {
            return None;
        }
        let types = self.root().ok()?.get("types")?;
        Some(if types.get(type_name).is_some() { type_name } else { "" })
    }

    /// The rules of an entry, named after the types that stand in it.
    pub(super) fn rules(&self, pack: &str, entry: &str) -> Result<Vec<Arc<Rule>>> {
        let root = self.root()?;
        let shapes = root.get("shapes").unwrap_or(Value::null());
        let mut expansion = Expansion::new(shapes, Named::ByPart);
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
        let mut versions = versions.into_iter().flat_map(Value::items).peekable();
        while let Some(shape) = versions.next() {
            expansion.version(text(shape)?, versions.peek().is_some())?;
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
