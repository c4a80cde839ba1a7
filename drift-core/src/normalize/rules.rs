//! Loaded rules, and the shapes that they compile to for each resource.

use super::load::{Loaded, Origin, load};
use super::rule::{Layer, Move, Rule};
use super::shape::Shape;
use crate::error::{Code, Error, Result};
use crate::model::Resource;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rules of one or several files.
///
/// ```
/// use drift_core::Rules;
/// let rules = Rules::from_yaml("
/// version: 1
/// rules:
///   - id: hpa-owns-replicas
///     match: {type: apps/Deployment}
///     paths: [/spec/replicas]
///     ignore: true
///     reason: the autoscaler owns it
/// ")?;
/// assert_eq!(rules.rules().len(), 1);
/// let error = Rules::from_yaml("[{id: a, paths: [/x], ignroe: true}]").unwrap_err();
/// assert_eq!(error.help(), Some("did you mean `ignore`?"));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Arc<Rule>>,
    moves: Vec<Move>,
}

impl Rules {
    /// Reads a rule file in YAML; JSON is YAML.
    ///
    /// # Errors
    /// `DRIFT_RULE` with the line and the rule's id for a malformed, contradictory or impossible
    /// rule; `DRIFT_PARSE` for malformed YAML.
    pub fn from_yaml(text: &str) -> Result<Self> {
        Self::load(text, Origin { layer: Layer::User, pack: None, file: None })
    }

    /// Reads a rule file in JSON.
    ///
    /// # Errors
    /// As [`Rules::from_yaml`].
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_yaml(text)
    }

    /// Reads the text of a named file; errors and rule usage carry the name.
    ///
    /// # Errors
    /// As [`Rules::from_yaml`].
    pub fn from_file_text(file: &str, text: &str) -> Result<Self> {
        Self::load(text, Origin { layer: Layer::User, pack: None, file: Some(file) })
    }

    /// Reads an object of the file's shape.
    ///
    /// # Errors
    /// As [`Rules::from_yaml`].
    pub fn from_value(value: &serde_json::Value) -> Result<Self> {
        Self::from_yaml(&value.to_string())
    }

    pub(super) fn load(text: &str, origin: Origin<'_>) -> Result<Self> {
        let Loaded { rules, moves } = load(text, origin)?;
        Ok(Self { rules: rules.into_iter().map(Arc::new).collect(), moves })
    }

    /// The rules, in the order they were read.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// The declared moves.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// Adds the rules of another file; they count as later.
    pub fn extend(&mut self, other: Self) {
        self.rules.extend(other.rules);
        self.moves.extend(other.moves);
    }
}

/// All rules of a detector, lower layers first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSet {
    rules: Vec<Arc<Rule>>,
    moves: Vec<Move>,
}

impl RuleSet {
    /// Puts the user's rules over the packs'.
    pub(crate) fn new(packs: Vec<Arc<Rule>>, user: Rules) -> Result<Self> {
        let mut ids = BTreeSet::new();
        for rule in &user.rules {
            if !ids.insert(rule.id.as_str()) {
                let message = "a rule id stands twice among the rules";
                return Err(Error::new(Code::Rule, message).on_resource(rule.id.clone()));
            }
        }
        let mut rules = packs;
        rules.extend(user.rules);
        rules.sort_by_key(|rule| rule.layer);
        Ok(Self { rules, moves: user.moves })
    }

    pub(crate) fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    pub(crate) fn moves(&self) -> &[Move] {
        &self.moves
    }
}

/// The rules that may hold for one type.
#[derive(Debug)]
struct TypeRules {
    always: Vec<usize>,
    conditional: Vec<usize>,
    /// One shape for each set of conditional rules that has held so far.
    shapes: BTreeMap<Vec<usize>, Arc<Shape>>,
}

/// The shapes of one detection, made when first asked for.
#[derive(Debug)]
pub(crate) struct ShapeCache<'r> {
    rules: &'r RuleSet,
    at: Timestamp,
    types: BTreeMap<(String, String), TypeRules>,
}

impl<'r> ShapeCache<'r> {
    pub(crate) fn new(rules: &'r RuleSet, at: Timestamp) -> Self {
        Self { rules, at, types: BTreeMap::new() }
    }

    /// The shape for a resource of which at least one side is there. Conditions ask desired, else
    /// actual.
    pub(crate) fn get(
        &mut self,
        desired: Option<&Resource<'_>>,
        actual: Option<&Resource<'_>>,
    ) -> Arc<Shape> {
        let Some(asked) = desired.or(actual) else {
            return Arc::new(Shape::compile(Vec::new()));
        };
        let key = (asked.key.provider.clone(), asked.key.type_name.clone());
        let (rules, at) = (self.rules, self.at);
        let of_type = self.types.entry(key).or_insert_with_key(|(provider, type_name)| {
            let holds = |rule: &&(usize, &Arc<Rule>)| {
                let matches = &rule.1.matches;
                let live = rule.1.expires.is_none_or(|expires| at <= expires);
                live && matches.provider.as_ref().is_none_or(|glob| glob.matches(provider))
                    && matches.type_name.as_ref().is_none_or(|glob| glob.matches(type_name))
            };
            let all = rules.rules.iter().enumerate().collect::<Vec<_>>();
            let (conditional, always): (Vec<_>, Vec<_>) =
                all.iter().filter(holds).partition(|(_, rule)| rule.matches.is_conditional());
            TypeRules {
                always: always.into_iter().map(|(index, _)| index).collect(),
                conditional: conditional.into_iter().map(|(index, _)| index).collect(),
                shapes: BTreeMap::new(),
            }
        });
        let rule = |index: &usize| rules.rules.get(*index);
        let held = of_type
            .conditional
            .iter()
            .filter(|index| rule(index).is_some_and(|r| holds_for(r, asked)));
        let held: Vec<usize> = held.copied().collect();
        if let Some(shape) = of_type.shapes.get(&held) {
            return Arc::clone(shape);
        }
        let mut indexes: Vec<usize> = of_type.always.iter().chain(&held).copied().collect();
        indexes.sort_unstable();
        let shape = Arc::new(Shape::compile(indexes.iter().filter_map(rule).cloned().collect()));
        of_type.shapes.insert(held, Arc::clone(&shape));
        shape
    }
}

/// Whether a conditional rule holds for a resource.
fn holds_for(rule: &Rule, resource: &Resource<'_>) -> bool {
    let matches = &rule.matches;
    let id = matches
        .id
        .as_ref()
        .is_none_or(|glob| glob.matches(&resource.key.id) || glob.matches(resource.address()));
    let scope = matches
        .scope
        .iter()
        .all(|(name, glob)| resource.key.scope.get(name).is_some_and(|value| glob.matches(value)));
    let tags = matches
        .tags
        .iter()
        .all(|(name, glob)| resource.tags.get(name).is_some_and(|value| glob.matches(value)));
    let query =
        || matches.query.as_ref().is_none_or(|query| query.holds(resource.attributes.value()));
    let managed_by = matches.managed_by.as_ref().is_none_or(|glob| {
        resource.managed_by.as_deref().is_some_and(|manager| glob.matches(manager))
    });
    id && scope && tags && managed_by && query()
}
