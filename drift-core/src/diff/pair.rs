//! Pairs resources by hash joins: exact keys, shared identities, the user's identity rules, moves.

use super::composite::{self, Known};
use crate::model::{
    Identity, Marker, Name, Resource, Scope, Tool, cloud_ids, common_kind, has_cloud_ids, kind_of,
};
use crate::normalize::{Move, Part, Rule, RuleSet, identifier};
use crate::value::mix::Mixer;
use crate::value::{Seed, SeededState, Tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Which side a resource stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Which {
    Desired,
    Actual,
}

/// How resources were paired, by their positions.
#[derive(Debug, Default)]
pub(crate) struct Pairing {
    /// Desired, actual, and whether a declared move says so.
    pub(crate) pairs: Vec<(usize, usize, bool)>,
    pub(crate) desired_only: Vec<usize>,
    pub(crate) actual_only: Vec<usize>,
    /// Resources that share an identity with several others.
    pub(crate) ambiguous: Vec<(Which, usize)>,
}

type Map<K, V> = HashMap<K, V, SeededState>;

/// What a resource has found on the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Candidate {
    #[default]
    None,
    One(usize),
    Many,
}

impl Candidate {
    fn add(&mut self, other: usize) {
        *self = match *self {
            Self::None => Self::One(other),
            Self::One(known) if known == other => Self::One(known),
            _ => Self::Many,
        };
    }

    /// It may be another one as well.
    fn doubt(&mut self) {
        if *self != Self::None {
            *self = Self::Many;
        }
    }
}

/// Pairs `desired` with `actual`. Each step takes only what the one before left; a tie pairs
/// nothing.
pub(crate) fn pair(
    desired: &[Resource<'_>],
    actual: &[Resource<'_>],
    rules: &RuleSet,
    seed: Seed,
) -> Pairing {
    let mut join = Join {
        desired,
        actual,
        open: [vec![true; desired.len()], vec![true; actual.len()]],
        pairing: Pairing::default(),
        state: SeededState(seed),
    };
    join.by_key();
    join.by_id_and_address();
    let known = |_, resource: &Resource<'_>| -> Vec<Identity> {
        let id = Identity { kind: Name::default(), value: resource.key.id.clone() };
        let folded = folded(&resource.key.id);
        // What is known as another id of the resource may be the id of it on the other side.
        let ids = resource.identities.iter().filter(|known| known.kind.as_str() == "id");
        let ids = ids.map(|known| Identity { kind: Name::default(), value: known.value.clone() });
        resource.identities.iter().cloned().chain(ids).chain([id]).chain(folded).collect()
    };
    join.by_identity(by_type, known);
    join.by_kind(|side, resource| {
        // An id of one tool may be an ARN that another one has beside its id.
        let arn = Identity { kind: Name::fixed("arn"), value: resource.key.id.clone() };
        let arn = Some(arn).filter(|arn| arn.value.starts_with("arn:"));
        let of_kind = match has_cloud_ids(&resource.key.type_name) {
            true => cloud_ids(&resource.key.type_name, resource.attributes.value()),
            false => Vec::new(),
        };
        let folded: Vec<_> = of_kind.iter().filter_map(|id| folded(id)).collect();
        let ids = of_kind.into_iter().map(|value| Identity { kind: Name::default(), value });
        known(side, resource).into_iter().chain(arn).chain(ids).chain(folded).collect()
    });
    join.by_own_id();
    join.by_address();
    join.by_rules(rules.identifying());
    join.by_rules(&rules.known_to_identify(&join.open_types()));
    join.by_moves(rules.moves());
    // Last, as what it cannot tell apart is paired by nothing else.
    join.by_part();
    let Join { open: [desired_open, actual_open], mut pairing, .. } = join;
    let left = |open: Vec<bool>| {
        open.into_iter().enumerate().filter(|(_, open)| *open).map(|(index, _)| index).collect()
    };
    pairing.desired_only = left(desired_open);
    pairing.actual_only = left(actual_open);
    pairing
}

fn by_type(_: Which, resource: &Resource<'_>) -> Option<Name> {
    Some(resource.key.type_name.clone())
}

/// The resource ids of Azure are the same in any case. What azurerm adds to one behind a `|`, a scope or a tenant, is
/// no part of it.
fn folded(id: &str) -> Option<Identity> {
    let start = id.get(..AZURE.len())?;
    let is_azure = start.eq_ignore_ascii_case(AZURE);
    let id = id.split_once('|').map_or(id, |(id, _)| id);
    is_azure.then(|| Identity { kind: Name::fixed("resource_id"), value: id.to_ascii_lowercase() })
}

const AZURE: &str = "/subscriptions/";

/// The values that a rule identifies a resource by, if it has them all.
pub(crate) fn user_identity(rule: &Rule, resource: &Resource<'_>) -> Option<Identity> {
    let matches = &rule.matches;
    let provider =
        matches.provider.as_ref().is_none_or(|glob| glob.matches(&resource.key.provider));
    let of_type =
        matches.type_name.as_ref().is_none_or(|glob| glob.matches(&resource.key.type_name));
    if !(provider && of_type) {
        return None;
    }
    let values: Option<Vec<String>> = rule
        .identity
        .iter()
        .map(|pattern| match pattern.select(resource.attributes.value()).as_slice() {
            [(_, value)] if !value.is_null() => Some(Tree::of(*value).to_string()),
            _ => None,
        })
        .collect();
    Some(Identity { kind: format!("rule {}", rule.id).into(), value: values?.join("\n") })
}

/// The hashes of keys in order, each with the position of its resource.
fn marks(resources: &[Resource<'_>], mixer: &Mixer) -> Vec<(u64, usize)> {
    let mut marker = Marker::new(mixer);
    let keys = resources.iter().map(|resource| &resource.key).enumerate();
    let mut marks: Vec<_> = keys.map(|(at, key)| (marker.marks(key).0, at)).collect();
    marks.sort_unstable();
    marks
}

struct Join<'j, 'd, 'a> {
    desired: &'j [Resource<'d>],
    actual: &'j [Resource<'a>],
    /// Which resources of each side are not settled yet.
    open: [Vec<bool>; 2],
    pairing: Pairing,
    state: SeededState,
}

impl Join<'_, '_, '_> {
    fn is_open(&self, side: Which, index: usize) -> bool {
        let [desired, actual] = &self.open;
        let open = if side == Which::Desired { desired } else { actual };
        open.get(index).copied().unwrap_or(false)
    }

    fn close(&mut self, side: Which, index: usize) {
        let [desired, actual] = &mut self.open;
        let open = if side == Which::Desired { desired } else { actual };
        if let Some(open) = open.get_mut(index) {
            *open = false;
        }
    }

    fn settle(&mut self, desired: usize, actual: usize, declared_move: bool) {
        self.pairing.pairs.push((desired, actual, declared_move));
        self.close(Which::Desired, desired);
        self.close(Which::Actual, actual);
    }

    /// Joins by the hashes of keys; the keys themselves decide.
    fn by_key(&mut self) {
        let mixer = Mixer::new(self.state.0);
        let mut pairs = Vec::new();
        let actual = marks(self.actual, &mixer);
        let mut rest = actual.as_slice();
        for (mark, desired) in marks(self.desired, &mixer) {
            rest = rest.get(rest.partition_point(|(other, _)| *other < mark)..).unwrap_or_default();
            let Some(resource) = self.desired.get(desired) else { continue };
            let same = rest.iter().take_while(|(other, _)| *other == mark);
            let twin = same
                .map(|(_, at)| *at)
                .find(|at| self.actual.get(*at).is_some_and(|actual| actual.key == resource.key));
            pairs.extend(twin.map(|twin| (desired, twin)));
        }
        // In the order of the declared side.
        pairs.sort_unstable();
        for (desired, actual) in pairs {
            self.settle(desired, actual, false);
        }
    }

    /// Pairs instances of one manager by id and address together, where several share an id and go by their
    /// addresses: when one of them goes away, or comes, the id alone does not tell which is left.
    fn by_id_and_address(&mut self) {
        let ids = |resource: &Resource<'_>| -> Vec<String> {
            let others = resource.identities.iter().filter(|known| known.kind.is_empty());
            others.map(|known| known.value.clone()).collect()
        };
        let shares =
            |resource: &Resource<'_>| resource.goes_by_address() && !ids(resource).is_empty();
        if !self.desired.iter().any(shares) && !self.actual.iter().any(shares) {
            return;
        }
        let (of_desired, of_actual) = self.meet(by_type, |_, resource| {
            let (Some(manager), Some(address)) = (&resource.managed_by, &resource.address) else {
                return Vec::new();
            };
            let kind = Name::from(format!("id at {address} of {manager}"));
            let ids = ids(resource).into_iter().chain([resource.key.id.clone()]);
            let ids = ids.filter(|id| id != address);
            ids.map(|value| Identity { kind: kind.clone(), value }).collect()
        });
        for (desired, candidate) in of_desired.iter().enumerate() {
            // Where there are several, nothing is told yet.
            if let Candidate::One(actual) = candidate
                && of_actual.get(*actual) == Some(&Candidate::One(desired))
            {
                self.settle(desired, *actual, false);
            }
        }
    }

    /// Pairs resources of templates, which go by their physical ids, with those of which that is a part of the
    /// id. Where the part is a name that others may have as well, it is not told which one it is.
    fn by_part(&mut self) {
        let mut types: BTreeMap<Name, Vec<Part>> = BTreeMap::new();
        for (index, resource) in self.desired.iter().enumerate() {
            let is_left = self.is_open(Which::Desired, index);
            if is_left && composite::has_physical_id(resource) {
                let parts = || identifier(&resource.key.type_name);
                types.entry(resource.key.type_name.clone()).or_insert_with(parts);
            }
        }
        if types.is_empty() {
            return;
        }
        let parts = |resource: &Resource<'_>| {
            types.get(&resource.key.type_name).map(Vec::as_slice).unwrap_or_default()
        };
        for sure in [Known::Whole, Known::MadeUp, Known::Name] {
            let kind = |side: Which, resource: &Resource<'_>| {
                let counts = side == Which::Actual || composite::has_physical_id(resource);
                (counts && !parts(resource).is_empty()).then(|| resource.key.type_name.clone())
            };
            let (mut of_desired, mut of_actual) = self.meet(kind, |side, resource| match side {
                Which::Desired => composite::of_declared(resource, parts(resource), sure),
                Which::Actual => composite::of_live(resource, parts(resource).len()),
            });
            if sure == Known::Name {
                for candidate in of_desired.iter_mut().chain(&mut of_actual) {
                    candidate.doubt();
                }
            }
            self.take(&of_desired, &of_actual);
        }
    }

    /// Pairs resources that have no id yet, and go by the address that their manager gives them, with
    /// those to which it gives the same.
    fn by_address(&mut self) {
        let without_id = [
            (Which::Desired, self.desired.iter().any(Resource::goes_by_address)),
            (Which::Actual, self.actual.iter().any(Resource::goes_by_address)),
        ];
        for (open, _) in without_id.into_iter().filter(|(_, any)| *any) {
            self.by_identity(by_type, |side, resource| {
                let Some(manager) = &resource.managed_by else { return Vec::new() };
                let named = |value: &str| Identity {
                    kind: format!("address of {manager}").into(),
                    value: value.to_owned(),
                };
                let mut found: Vec<_> =
                    resource.address.as_deref().map(named).into_iter().collect();
                if side == open {
                    if !resource.goes_by_address() {
                        return Vec::new();
                    }
                    let former = resource.identities.iter().filter(|known| known.kind.is_empty());
                    found.extend(former.map(|known| named(&known.value)));
                }
                found
            });
        }
    }

    /// Pairs resources with those that go by the name of another tool, by what `identities` says.
    fn by_kind(&mut self, identities: impl Fn(Which, &Resource<'_>) -> Vec<Identity>) {
        let tools = |side: Which, resources: &[Resource<'_>]| -> BTreeSet<Tool> {
            let open = resources.iter().enumerate().filter(|(index, _)| self.is_open(side, *index));
            open.filter_map(|(_, r)| kind_of(&r.key.type_name).map(|(tool, _)| tool)).collect()
        };
        let desired = tools(Which::Desired, self.desired);
        let actual = tools(Which::Actual, self.actual);
        for declared in Tool::ALL.iter().filter(|tool| desired.contains(tool)) {
            for live in actual.iter().filter(|tool| *tool != declared) {
                let kind = |side: Which, resource: &Resource<'_>| {
                    let (tool, common) = kind_of(&resource.key.type_name)?;
                    let wanted = if side == Which::Desired { declared } else { live };
                    (tool == *wanted).then(|| common.into())
                };
                self.by_identity(kind, &identities);
            }
        }
    }

    /// Pairs what goes by an id that no other resource of its cloud has, a resource id of Azure or a link of Google,
    /// where the tables do not tell that two types are one: types of two tools that no table has, and two types of
    /// one tool for one of the cloud.
    fn by_own_id(&mut self) {
        let own = |resource: &Resource<'_>| -> Vec<Identity> {
            let links =
                resource.identities.iter().filter(|known| known.kind.as_str() == "self_link");
            folded(&resource.key.id).into_iter().chain(links.cloned()).collect()
        };
        for (declared, live) in [(Tool::Terraform, Tool::Cloud), (Tool::Cloud, Tool::Terraform)] {
            let kind = |side: Which, resource: &Resource<'_>| {
                let wanted = if side == Which::Desired { declared } else { live };
                let type_name = &resource.key.type_name;
                let is_meant = Tool::of(type_name) == Some(wanted);
                (is_meant && common_kind(type_name).is_none()).then(Name::default)
            };
            self.by_identity(kind, |_, resource| own(resource));
        }
        let kind =
            |_, resource: &Resource<'_>| common_kind(&resource.key.type_name).map(Name::from);
        self.by_identity(kind, |_, resource| own(resource));
    }

    /// Pairs by what `identities` says, in compatible scopes.
    fn by_identity(
        &mut self,
        kind: impl Fn(Which, &Resource<'_>) -> Option<Name>,
        identities: impl Fn(Which, &Resource<'_>) -> Vec<Identity>,
    ) {
        let (of_desired, of_actual) = self.meet(kind, identities);
        self.take(&of_desired, &of_actual);
    }

    /// What each resource finds on the other side by what `identities` says, in compatible scopes.
    fn meet(
        &self,
        kind: impl Fn(Which, &Resource<'_>) -> Option<Name>,
        identities: impl Fn(Which, &Resource<'_>) -> Vec<Identity>,
    ) -> (Vec<Candidate>, Vec<Candidate>) {
        let mut buckets: BTreeMap<(Name, Identity), Bucket> = BTreeMap::new();
        let sides = [(Which::Desired, self.desired.len()), (Which::Actual, self.actual.len())];
        for (side, length) in sides {
            for index in (0..length).filter(|index| self.is_open(side, *index)) {
                let found = match side {
                    Which::Desired => self
                        .desired
                        .get(index)
                        .and_then(|r| Some((kind(side, r)?, identities(side, r)))),
                    Which::Actual => self
                        .actual
                        .get(index)
                        .and_then(|r| Some((kind(side, r)?, identities(side, r)))),
                };
                let Some((kind, found)) = found else { continue };
                for identity in found {
                    let bucket = buckets.entry((kind.clone(), identity)).or_default();
                    bucket.add(side, index);
                }
            }
        }
        let mut of_desired = vec![Candidate::None; self.desired.len()];
        let mut of_actual = vec![Candidate::None; self.actual.len()];
        for bucket in buckets.values() {
            if !bucket.desired.is_empty() && !bucket.actual.is_empty() {
                self.join_bucket(bucket, &mut of_desired, &mut of_actual);
            }
        }
        (of_desired, of_actual)
    }

    /// Joins one bucket on the scope fields that both sides have: linear for each pair of sets of
    /// scope fields, of which there are few.
    fn join_bucket(
        &self,
        bucket: &Bucket,
        of_desired: &mut [Candidate],
        of_actual: &mut [Candidate],
    ) {
        let desired = group(&bucket.desired, self.desired);
        let actual = group(&bucket.actual, self.actual);
        if desired.len().saturating_mul(actual.len()) > MAX_SCOPE_SHAPES {
            for (candidates, members) in
                [(of_desired, &bucket.desired), (of_actual, &bucket.actual)]
            {
                members.iter().for_each(|index| mark_many(candidates, *index));
            }
            return;
        }
        for (d_fields, d_members) in &desired {
            for (a_fields, a_members) in &actual {
                let common: Vec<&str> =
                    d_fields.iter().filter(|f| a_fields.contains(*f)).copied().collect();
                let mut joined: Map<Vec<Option<&str>>, Bucket> = HashMap::with_hasher(self.state);
                let sides = [(Which::Desired, d_members), (Which::Actual, a_members)];
                for (side, members) in sides {
                    for index in members {
                        let values = self.resource_values(side, *index, &common);
                        joined.entry(values).or_default().add(side, *index);
                    }
                }
                for Bucket { desired, actual } in joined.values() {
                    add_all(of_desired, desired, actual);
                    add_all(of_actual, actual, desired);
                }
            }
        }
    }

    fn resource_values(&self, side: Which, index: usize, fields: &[&str]) -> Vec<Option<&str>> {
        match side {
            Which::Desired => self.desired.get(index).map(|resource| values(resource, fields)),
            Which::Actual => self.actual.get(index).map(|resource| values(resource, fields)),
        }
        .unwrap_or_default()
    }

    /// Takes the pairs that both sides agree on; whoever takes part in a tie is ambiguous.
    fn take(&mut self, of_desired: &[Candidate], of_actual: &[Candidate]) {
        let mut pairs = Vec::new();
        for (index, candidate) in of_desired.iter().enumerate() {
            match candidate {
                Candidate::None => {}
                Candidate::One(twin) if of_actual.get(*twin) == Some(&Candidate::One(index)) => {
                    pairs.push((index, *twin));
                }
                _ => {
                    self.pairing.ambiguous.push((Which::Desired, index));
                    self.close(Which::Desired, index);
                }
            }
        }
        for (index, candidate) in of_actual.iter().enumerate() {
            let tied = match candidate {
                Candidate::None => false,
                Candidate::One(twin) => of_desired.get(*twin) != Some(&Candidate::One(index)),
                Candidate::Many => true,
            };
            if tied {
                self.pairing.ambiguous.push((Which::Actual, index));
                self.close(Which::Actual, index);
            }
        }
        for (desired, actual) in pairs {
            self.settle(desired, actual, false);
        }
    }

    /// Pairs by what rules say identifies a resource.
    fn by_rules(&mut self, identifying: &[Arc<Rule>]) {
        if !identifying.is_empty() {
            self.by_identity(by_type, |_, resource| {
                identifying.iter().filter_map(|rule| user_identity(rule, resource)).collect()
            });
        }
    }

    /// The types of which something declared is not settled yet, each with its provider.
    fn open_types(&self) -> BTreeSet<(&str, &str)> {
        let declared = self.desired.iter().enumerate();
        let open = declared.filter(|(index, _)| self.is_open(Which::Desired, *index));
        open.map(|(_, resource)| (&*resource.key.provider, &*resource.key.type_name)).collect()
    }

    fn by_moves(&mut self, moves: &[Move]) {
        for declared in moves {
            let find = |resources: &[Resource<'_>], side: Which, name: &str| {
                let fits = |(index, resource): &(usize, &Resource<'_>)| {
                    let of_type =
                        |glob: &crate::normalize::Glob| glob.matches(&resource.key.type_name);
                    self.is_open(side, *index)
                        && declared.type_name.as_ref().is_none_or(of_type)
                        && (resource.address() == name || resource.key.id == name)
                };
                let mut found = resources.iter().enumerate().filter(fits).map(|(index, _)| index);
                match (found.next(), found.next()) {
                    (Some(one), None) => Some(one),
                    _ => None,
                }
            };
            let desired = find(self.desired, Which::Desired, &declared.to);
            let actual = find(self.actual, Which::Actual, &declared.from);
            if let (Some(desired), Some(actual)) = (desired, actual) {
                self.settle(desired, actual, true);
            }
        }
    }
}

/// How many pairs of sets of scope fields may meet in one identity. Documents made by tools have one
/// or two sets; where there are more, nothing can be told apart.
const MAX_SCOPE_SHAPES: usize = 4_096;

fn mark_many(candidates: &mut [Candidate], index: usize) {
    if let Some(candidate) = candidates.get_mut(index) {
        *candidate = Candidate::Many;
    }
}

/// The open resources that share one identity.
#[derive(Debug, Default)]
struct Bucket {
    desired: Vec<usize>,
    actual: Vec<usize>,
}

impl Bucket {
    fn add(&mut self, side: Which, index: usize) {
        match side {
            Which::Desired => self.desired.push(index),
            Which::Actual => self.actual.push(index),
        }
    }
}

/// The provider counts as a scope field, absent where it is empty.
fn scope_fields<'r>(resource: &'r Resource<'_>) -> Vec<&'r str> {
    let provider = (!resource.key.provider.is_empty()).then_some(PROVIDER);
    provider.into_iter().chain(resource.key.scope.iter().map(|(name, _)| name)).collect()
}

const PROVIDER: &str = "\u{0}provider";

fn values<'r>(resource: &'r Resource<'_>, fields: &[&str]) -> Vec<Option<&'r str>> {
    let scope: &Scope = &resource.key.scope;
    let value = |field: &&str| match *field {
        PROVIDER => Some(resource.key.provider.as_str()),
        field => scope.get(field),
    };
    fields.iter().map(value).collect()
}

fn group<'r>(
    indexes: &[usize],
    resources: &'r [Resource<'_>],
) -> BTreeMap<Vec<&'r str>, Vec<usize>> {
    let mut groups: BTreeMap<Vec<&str>, Vec<usize>> = BTreeMap::new();
    for index in indexes {
        if let Some(resource) = resources.get(*index) {
            groups.entry(scope_fields(resource)).or_default().push(*index);
        }
    }
    groups
}

/// Gives each of `to` the candidates `from`; two are enough to know that there are many.
fn add_all(candidates: &mut [Candidate], to: &[usize], from: &[usize]) {
    for index in to {
        if let Some(candidate) = candidates.get_mut(*index) {
            from.iter().take(2).for_each(|other| candidate.add(*other));
        }
    }
}
