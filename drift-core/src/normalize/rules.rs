//! Loaded rules, and the shapes that they compile to for each resource.

use super::catalogue::Catalogue;
use super::disable::{self, Disabled};
use super::load::{Loaded, Origin, load};
use super::packs::{Packs, Unread};
use super::rule::{FINDINGS, Layer, Match, Move, Rule};
use crate::error::{Code, Error, Result};
use crate::time::Timestamp;
use std::collections::BTreeSet;
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
    disabled: Vec<Disabled>,
}

impl Rules {
    /// Reads a rule file in YAML; JSON is YAML. What `terraform providers schema -json` prints is read
    /// as well, and definitions of custom kinds of Kubernetes (`CustomResourceDefinition`): what the schemas
    /// say, in the layer `schema`, below every rule of the user's.
    ///
    /// ```
    /// use drift_core::Rules;
    /// let rules = Rules::from_yaml(r#"{"format_version": "1.0", "provider_schemas": {"acme": {
    ///     "resource_schemas": {"acme_group": {"version": 0, "block": {"attributes": {
    ///         "members": {"type": ["set", "string"], "optional": true}}}}}}}}"#)?;
    /// assert_eq!(rules.rules()[0].facts[0].to_string(), "list: set, unique: true");
    /// # Ok::<(), drift_core::Error>(())
    /// ```
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
        let Loaded { rules, moves, disabled } = load(text, origin)?;
        Ok(Self { rules: rules.into_iter().map(Arc::new).collect(), moves, disabled })
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
        self.disabled.extend(other.disabled);
    }
}

/// A rule that a detector knows.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// The user's, or out of a schema or a mapping.
    Read(Arc<Rule>),
    /// A pack's.
    Unread(Unread),
}

impl Known {
    pub(super) fn layer(&self) -> Layer {
        match self {
            Self::Read(rule) => rule.layer,
            Self::Unread(rule) => rule.layer(),
        }
    }

    pub(super) fn pack(&self) -> Option<&str> {
        match self {
            Self::Read(rule) => rule.pack.as_deref(),
            Self::Unread(rule) => Some(rule.pack()),
        }
    }

    pub(super) fn printed_id(&self) -> String {
        match self {
            Self::Read(rule) => rule.printed_id(),
            Self::Unread(rule) => rule.printed_id(),
        }
    }

    /// Whether it may hold for resources of a type.
    fn speaks_of(&self, provider: &str, type_name: &str) -> bool {
        match self {
            Self::Read(rule) => {
                let Match { provider: of_provider, type_name: of_type, .. } = &rule.matches;
                of_provider.as_ref().is_none_or(|glob| glob.matches(provider))
                    && of_type.as_ref().is_none_or(|glob| glob.matches(type_name))
            }
            Self::Unread(rule) => rule.speaks_of(provider, type_name),
        }
    }

    /// A rule of the catalogue of findings, which is read when something first differs.
    fn finding(&self) -> Option<Unread> {
        match self {
            Self::Unread(rule) if rule.pack() == FINDINGS => Some(*rule),
            _ => None,
        }
    }

    /// The rule, which is read for that where it has not been.
    pub(super) fn rule(&self) -> Option<&Arc<Rule>> {
        match self {
            Self::Read(rule) => Some(rule),
            Self::Unread(rule) => rule.rule(),
        }
    }
}

/// All rules of a detector, lower layers first.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleSet {
    rules: Vec<Known>,
    /// Those that say what identifies a resource, but for the packs'.
    identifying: Vec<Arc<Rule>>,
    /// Those of packs.
    known_to_identify: Vec<Unread>,
    moves: Vec<Move>,
    catalogues: Vec<&'static Catalogue>,
    /// Those that are switched off, each with why.
    disabled: Vec<(Arc<Rule>, Option<String>)>,
}

impl RuleSet {
    /// Puts the user's rules over the packs'.
    pub(crate) fn new(packs: &Packs, user: Rules) -> Result<Self> {
        let mut ids = BTreeSet::new();
        for rule in &user.rules {
            if !ids.insert(rule.id.as_str()) {
                let message = "a rule id stands twice among the rules";
                return Err(Error::new(Code::Rule, message).on_resource(rule.id.clone()));
            }
        }
        packs.check()?;
        let own = user.rules.into_iter().map(Known::Read);
        let mut rules: Vec<Known> = packs.rules().map(Known::Unread).chain(own).collect();
        rules.sort_by_key(Known::layer);
        let catalogues = packs.catalogues();
        let disabled = disable::apply(&mut rules, &catalogues, &user.disabled)?;
        let (mut identifying, mut known_to_identify) = (Vec::new(), Vec::new());
        for rule in &rules {
            match rule {
                Known::Read(rule) if !rule.identity.is_empty() => {
                    identifying.push(Arc::clone(rule))
                }
                Known::Unread(rule) if rule.identifies() => known_to_identify.push(*rule),
                _ => {}
            }
        }
        Ok(Self { identifying, known_to_identify, rules, moves: user.moves, catalogues, disabled })
    }

    /// The rule of this number.
    pub(super) fn rule(&self, number: usize) -> Option<&Arc<Rule>> {
        self.rules.get(number)?.rule()
    }

    /// The rule of this number, where it is one of the catalogue of findings.
    pub(super) fn finding(&self, number: usize) -> Option<Unread> {
        self.rules.get(number)?.finding()
    }

    /// The numbers of the rules of the catalogue of findings that may hold for a type.
    pub(super) fn findings_of(&self, provider: &str, type_name: &str) -> Vec<usize> {
        let known = self.rules.iter().enumerate();
        known
            .filter(|(_, known)| known.finding().is_some() && known.speaks_of(provider, type_name))
            .map(|(number, _)| number)
            .collect()
    }

    /// The rules that may hold for resources of a type, with their numbers, without those of the
    /// catalogue of findings.
    pub(crate) fn of_type(
        &self,
        provider: &str,
        type_name: &str,
    ) -> impl Iterator<Item = (usize, &Arc<Rule>)> {
        let known = self.rules.iter().enumerate();
        known
            .filter(move |(_, known)| {
                known.finding().is_none() && known.speaks_of(provider, type_name)
            })
            .filter_map(|(number, known)| Some((number, known.rule()?)))
    }

    /// How many rules no longer hold. They expire one after the other: their number says which have.
    pub(super) fn expired(&self, at: Timestamp) -> usize {
        self.read().filter(|rule| rule.expires.is_some_and(|expires| at > expires)).count()
    }

    /// The rules that are no pack's.
    pub(crate) fn read(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter().filter_map(|known| match known {
            Known::Read(rule) => Some(rule),
            Known::Unread(_) => None,
        })
    }

    /// The rules that say what identifies a resource, but for the packs'.
    pub(crate) fn identifying(&self) -> &[Arc<Rule>] {
        &self.identifying
    }

    /// The rules of packs that say what identifies a resource of one of these types, each with its provider.
    pub(crate) fn known_to_identify(&self, types: &BTreeSet<(&str, &str)>) -> Vec<Arc<Rule>> {
        let speaks = |rule: &&Unread| {
            types.iter().any(|(provider, type_name)| rule.speaks_of(provider, type_name))
        };
        let rules = self.known_to_identify.iter().filter(speaks);
        rules.filter_map(Unread::rule).cloned().collect()
    }

    pub(crate) fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// The catalogues that hold something for a type, each with the name of its entry.
    pub(super) fn entries<'n>(&self, provider: &str, type_name: &'n str) -> Vec<Entry<'n>> {
        let entry = |catalogue: &&'static Catalogue| {
            Some((*catalogue, catalogue.entry(provider, type_name)?))
        };
        self.catalogues.iter().filter_map(entry).collect()
    }

    /// Whether the user has switched off a rule of a catalogue.
    pub(super) fn is_disabled(&self, rule: &Rule) -> bool {
        self.disabled.iter().any(|(off, _)| off.id == rule.id && off.pack == rule.pack)
    }

    /// Rules that the user has switched off, each with why.
    pub(crate) fn disabled(&self) -> &[(Arc<Rule>, Option<String>)] {
        &self.disabled
    }
}

/// A catalogue, and the name of what it holds for a type.
pub(super) type Entry<'n> = (&'static Catalogue, &'n str);
