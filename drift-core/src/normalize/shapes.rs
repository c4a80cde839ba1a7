//! The shapes of a detector: compiled when a document first asks, kept, and shared between threads.

use super::bridged::{self, Bridge, Twin};
use super::definitions::{Definition, Definitions};
use super::machine::Machine;
use super::packs::Unread;
use super::rule::Rule;
use super::rules::{Entry, RuleSet};
use super::shape::Shape;
use crate::model::Resource;
use crate::path::{Query, to_json};
use crate::time::Timestamp;
use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The provider whose kinds are defined among its resources.
const KUBERNETES: &str = "kubernetes";

/// Types that are kept at most; documents name them, so there may be any number.
const MAX_TYPES: usize = 4096;

/// What conditions ask of what stands in a resource.
#[derive(Debug)]
enum Asked {
    Nothing,
    /// These fields alone.
    Fields(BTreeSet<String>),
    Everything,
}

impl Asked {
    fn by<'q>(queries: impl Iterator<Item = &'q Query>) -> Self {
        let mut asked = None;
        for query in queries {
            let Some(fields) = query.fields() else { return Self::Everything };
            asked.get_or_insert_with(BTreeSet::new).extend(fields.iter().cloned());
        }
        asked.map_or(Self::Nothing, Self::Fields)
    }
}

/// The rules that may hold for one type.
#[derive(Debug)]
struct TypeRules {
    always: Vec<usize>,
    conditional: Vec<usize>,
    /// What conditions ask of what stands in a resource.
    asked: Asked,
    /// What catalogues say of the type; types that are the same to them have the same.
    generated: Generated,
    /// The shape where no condition holds.
    plain: Arc<Shape>,
}

/// The rules out of catalogues, told apart by their pack and entry, and out of definitions among the
/// resources, told apart by all that they say.
#[derive(Clone, Debug, Default)]
struct Generated {
    from: Origins,
    rules: Arc<[Arc<Rule>]>,
    /// The rules of the catalogue of findings that hold under the type's name in another tool.
    findings: Arc<[Unread]>,
    /// How that other tool is named after.
    bridge: Option<Bridge>,
}

type Origins = Vec<(&'static str, Arc<str>)>;

/// What a shape is compiled from: entries of catalogues, and rules by their indexes.
type ShapeKey = (Origins, Vec<usize>);

/// How many rules have expired, the provider, the type, and what a definition says of it.
type TypeKey = (usize, String, String, Arc<str>);

/// Shapes by the rules that they are compiled from, so that types with the same rules share one.
#[derive(Debug, Default)]
pub(crate) struct ShapeStore {
    /// Whether all sides are live, so that nothing that the provider writes is declared by any.
    live: bool,
    shapes: Mutex<BTreeMap<ShapeKey, Arc<Shape>>>,
    /// What entries of catalogues come to.
    generated: Mutex<BTreeMap<Origins, Generated>>,
    types: Mutex<BTreeMap<TypeKey, Arc<TypeRules>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is kept is only ever added to, one whole entry at a time.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ShapeStore {
    /// Shapes for resources that are all live: what the provider alone writes, or makes up, is left out.
    pub(crate) fn live() -> Self {
        Self { live: true, ..Self::default() }
    }

    fn shape(&self, rules: &RuleSet, generated: &Generated, indexes: Vec<usize>) -> Arc<Shape> {
        let key = (generated.from.clone(), indexes);
        let mut shapes = lock(&self.shapes);
        if let Some(shape) = shapes.get(&key) {
            return Arc::clone(shape);
        }
        if shapes.len() >= MAX_TYPES {
            shapes.clear();
        }
        let (_, indexes) = &key;
        let findings = indexes.iter().filter_map(|index| rules.finding(*index)).collect();
        let read = indexes.iter().filter(|index| rules.finding(**index).is_none());
        let written = read.filter_map(|index| rules.rule(*index));
        let of_shape = generated.rules.iter().chain(written);
        let of_shape =
            of_shape.map(|rule| if self.live { rule.of_live() } else { Arc::clone(rule) });
        let shape = Arc::new(
            Shape::compile(of_shape.collect())
                .with_findings(findings, (generated.bridge, generated.findings.to_vec())),
        );
        shapes.insert(key, Arc::clone(&shape));
        shape
    }

    /// What catalogues and a definition say of a type, made once.
    fn generated(
        &self,
        rules: &RuleSet,
        (provider, type_name): (&str, &str),
        defined: Option<&Definition>,
    ) -> Generated {
        let entries = rules.entries(provider, type_name);
        let of_catalogue = |(catalogue, entry): &Entry<'_>| (catalogue.pack, Arc::from(*entry));
        let of_definition = defined.map(|found| ("schema", Arc::clone(&found.mark)));
        let twin = Twin::of(provider, type_name);
        let of_twin = twin.as_ref().map(|twin| (twin.bridge.name(), Arc::from(&*twin.type_name)));
        let from = entries.iter().map(of_catalogue).chain(of_definition).chain(of_twin);
        let from: Origins = from.collect();
        let mut all = lock(&self.generated);
        if all.len() >= MAX_TYPES {
            all.clear();
        }
        let made = || {
            let known = entries.iter().flat_map(|(catalogue, entry)| catalogue.rules(entry));
            let known = known.filter(|rule| !rules.is_disabled(rule));
            let defined = defined.into_iter().flat_map(|found| found.rules.iter().cloned());
            let of_twin = |twin| bridged::rules(rules, type_name, twin);
            let bridged = twin.iter().flat_map(of_twin);
            let findings = twin.iter().flat_map(|twin| twin.findings(rules));
            Generated {
                from: from.clone(),
                rules: known.chain(defined).chain(bridged).collect(),
                findings: findings
                    .filter_map(|number| rules.finding(number))
                    .filter(|finding| !finding.speaks_of(provider, type_name))
                    .collect(),
                bridge: twin.as_ref().map(|twin| twin.bridge),
            }
        };
        all.entry(from.clone()).or_insert_with(made).clone()
    }

    fn type_rules(
        &self,
        rules: &RuleSet,
        at: Timestamp,
        (provider, type_name): (&str, &str),
        defined: Option<&Definition>,
    ) -> Arc<TypeRules> {
        let is_live = |rule: &Rule| rule.expires.is_none_or(|expires| at <= expires);
        let mark = defined.map_or_else(|| Arc::from(""), |found| Arc::clone(&found.mark));
        let key = (rules.expired(at), provider.to_owned(), type_name.to_owned(), mark);
        if let Some(known) = lock(&self.types).get(&key) {
            return Arc::clone(known);
        }
        let of_type = rules.of_type(provider, type_name).filter(|(_, rule)| is_live(rule));
        let (conditional, always): (Vec<_>, Vec<_>) =
            of_type.partition(|(_, rule)| rule.matches.is_conditional());
        let queries = conditional.iter().filter_map(|(_, rule)| rule.matches.query.as_ref());
        let asked = Asked::by(queries);
        let indexes =
            |rules: Vec<(usize, _)>| rules.into_iter().map(|(index, _)| index).collect::<Vec<_>>();
        let (mut always, conditional) = (indexes(always), indexes(conditional));
        always.extend(rules.findings_of(provider, type_name));
        always.sort_unstable();
        let generated = self.generated(rules, (provider, type_name), defined);
        let plain = self.shape(rules, &generated, always.clone());
        let made = Arc::new(TypeRules { always, conditional, asked, generated, plain });
        let mut types = lock(&self.types);
        if types.len() >= MAX_TYPES {
            types.clear();
        }
        types.insert(key, Arc::clone(&made));
        made
    }
}

/// The shapes of one detection as one thread sees them.
#[derive(Debug)]
pub(crate) struct ShapeCache {
    rules: Arc<RuleSet>,
    store: Arc<ShapeStore>,
    at: Timestamp,
    definitions: Arc<Definitions>,
    /// By provider, then type.
    types: BTreeMap<String, BTreeMap<String, Arc<TypeRules>>>,
    /// The types that were asked for last, each at a place that its name says.
    recent: Vec<Option<(String, String, Arc<TypeRules>)>>,
    /// By the rules that hold.
    shapes: BTreeMap<ShapeKey, Arc<Shape>>,
}

/// How many types are remembered as recent.
const RECENT: usize = 64;

impl ShapeCache {
    pub(crate) fn new(
        rules: &Arc<RuleSet>,
        store: &Arc<ShapeStore>,
        at: Timestamp,
        definitions: &Arc<Definitions>,
    ) -> Self {
        Self {
            definitions: Arc::clone(definitions),
            rules: Arc::clone(rules),
            store: Arc::clone(store),
            at,
            types: BTreeMap::new(),
            recent: vec![None; RECENT],
            shapes: BTreeMap::new(),
        }
    }

    fn of_type(&mut self, asked: &Resource<'_>) -> Arc<TypeRules> {
        let (provider, type_name) = (asked.key.provider.as_str(), asked.key.type_name.as_str());
        let bytes = type_name.as_bytes();
        let ends = [bytes.first(), bytes.last()].map(|byte| byte.map_or(0, |byte| *byte as usize));
        let place = (bytes.len() + 7 * ends[0] + 31 * ends[1]) % RECENT;
        if let Some(Some((known_provider, known_type, known))) = self.recent.get(place)
            && known_type == type_name
            && known_provider == provider
        {
            return Arc::clone(known);
        }
        let known = self.long_known(provider, type_name);
        if let Some(recent) = self.recent.get_mut(place) {
            *recent = Some((provider.to_owned(), type_name.to_owned(), Arc::clone(&known)));
        }
        known
    }

    fn long_known(&mut self, provider: &str, type_name: &str) -> Arc<TypeRules> {
        if let Some(known) = self.types.get(provider).and_then(|types| types.get(type_name)) {
            return Arc::clone(known);
        }
        let defined = self.definitions.get(type_name).filter(|_| provider == KUBERNETES);
        let made = self.store.type_rules(&self.rules, self.at, (provider, type_name), defined);
        let types = self.types.entry(provider.to_owned()).or_default();
        types.insert(type_name.to_owned(), Arc::clone(&made));
        made
    }

    /// The shape for a resource, unless anything that stands in it has to be known for that.
    pub(crate) fn unseen(&mut self, asked: &Resource<'_>) -> Option<Arc<Shape>> {
        let of_type = self.of_type(asked);
        let told = matches!(of_type.asked, Asked::Nothing) || !self.asks_inside(&of_type, asked);
        told.then(|| self.conditional(&of_type, asked))
    }

    /// The shape for a resource, unless all that stands in it has to be read for that.
    pub(crate) fn unread(&mut self, asked: &Resource<'_>) -> Option<Arc<Shape>> {
        let of_type = self.of_type(asked);
        if of_type.conditional.is_empty() {
            return Some(Arc::clone(&of_type.plain));
        }
        let told =
            !matches!(of_type.asked, Asked::Everything) || !self.asks_inside(&of_type, asked);
        told.then(|| self.conditional(&of_type, asked))
    }

    /// Whether a rule, for which all that is known of the resource without looking into it fits, asks what stands
    /// in it.
    fn asks_inside(&self, of_type: &TypeRules, asked: &Resource<'_>) -> bool {
        let asks = Cell::new(false);
        let query = |_: &Query| {
            asks.set(true);
            false
        };
        let rules = of_type.conditional.iter().filter_map(|index| self.rules.rule(*index));
        for rule in rules {
            let _ = rule.matches.meets_conditions(asked, &query);
        }
        asks.get()
    }

    /// The shape for a resource of which at least one side is there. Conditions ask desired, else
    /// actual.
    pub(crate) fn get(
        &mut self,
        desired: Option<&Resource<'_>>,
        actual: Option<&Resource<'_>>,
    ) -> Arc<Shape> {
        // Each side has lifetimes of its own, which a common variable would tie together.
        match (desired, actual) {
            (Some(asked), _) => self.shape_of(asked),
            (None, Some(asked)) => self.shape_of(asked),
            (None, None) => self.store.shape(&self.rules, &Generated::default(), Vec::new()),
        }
    }

    fn shape_of(&mut self, asked: &Resource<'_>) -> Arc<Shape> {
        let of_type = self.of_type(asked);
        self.conditional(&of_type, asked)
    }

    fn conditional(&mut self, of_type: &TypeRules, asked: &Resource<'_>) -> Arc<Shape> {
        // A query knows copies only: one of what all of them look at.
        let copy = OnceCell::new();
        let attributes = || match &of_type.asked {
            Asked::Fields(fields) => asked.attributes.some(fields),
            Asked::Nothing | Asked::Everything => to_json(asked.attributes.value()),
        };
        let query = |query: &Query| query.holds_in(copy.get_or_init(attributes));
        let holds = |index: &&usize| {
            self.rules
                .rule(**index)
                .is_some_and(|rule| rule.matches.meets_conditions(asked, &query))
        };
        let held: Vec<usize> = of_type.conditional.iter().filter(holds).copied().collect();
        if held.is_empty() {
            return Arc::clone(&of_type.plain);
        }
        let mut indexes = [of_type.always.as_slice(), &held].concat();
        indexes.sort_unstable();
        let key = (of_type.generated.from.clone(), indexes);
        if let Some(known) = self.shapes.get(&key) {
            return Arc::clone(known);
        }
        let shape = self.store.shape(&self.rules, &of_type.generated, key.1.clone());
        if self.shapes.len() >= MAX_TYPES {
            self.shapes.clear();
        }
        self.shapes.insert(key, Arc::clone(&shape));
        shape
    }
}

/// Machines that no thread is using, by the shape that they belong to.
#[derive(Debug, Default)]
pub(super) struct MachinePool(Mutex<Vec<Machine>>);

impl MachinePool {
    pub(super) fn take(&self) -> Machine {
        lock(&self.0).pop().unwrap_or_default()
    }

    pub(super) fn put(&self, machine: Machine) {
        lock(&self.0).push(machine);
    }
}
