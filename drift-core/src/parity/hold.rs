//! One resource: its copies by what they have in common, and those that differ against the usual one.

use super::align::Copies;
use super::allow::Allowances;
use super::compare::{Fleet, Settled};
use super::groups::{Group, Held, Row, rows};
use super::hide::Hiding;
use super::place::compared;
use super::result::{ParityCell, ParityGroup, ParityPaths, ParityResource, ParityRow, Unheld};
use super::substitute::{Substitute, clean_path, clean_tree};
use crate::detector::{is_counted, usage_of};
use crate::diff::{CompareOptions, Outcome, Reference, Sides, compare, count};
use crate::model::{Reason, Resource, ResourceKey, Unread, Warning};
use crate::normalize::{Canon, Fold, Shape, ShapeCache};
use crate::path::{Path, PathSet};
use crate::report::{Masks, ResourceRef, RuleUsage};
use crate::value::mix::Mixer;
use crate::value::{Arena, ContentHash};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One copy of a resource.
struct Member<'m> {
    snapshot: usize,
    resource: &'m Resource<'m>,
    substitute: &'m Substitute,
    shape: Arc<Shape>,
    /// Its attributes with placeholders, where there are any.
    json: Option<String>,
    hash: ContentHash,
}

impl Member<'_> {
    /// The copy as it is compared.
    fn copy(&self) -> Resource<'_> {
        self.substitute.resource(self.resource, self.json.as_deref())
    }
}

/// What a thread keeps from one resource to the next.
pub(super) struct Worker<'f> {
    fleet: &'f Fleet<'f>,
    shapes: ShapeCache,
    mixer: Arc<Mixer>,
    /// By the address of the shape.
    benches: BTreeMap<usize, Bench>,
    arena: Arena,
}

/// What is kept for one shape.
struct Bench {
    fold: Fold,
    /// How often each rule matched.
    matched: Vec<u64>,
}

impl<'f> Worker<'f> {
    pub(super) fn new(fleet: &'f Fleet<'f>) -> Self {
        let by = &fleet.by;
        Self {
            shapes: ShapeCache::new(by.rules, by.shapes, fleet.context.at, &fleet.definitions),
            mixer: Arc::new(Mixer::new(fleet.context.seed)),
            benches: BTreeMap::new(),
            arena: Arena::default(),
            fleet,
        }
    }

    fn canon(&self) -> Canon {
        Canon { seed: self.fleet.context.seed }
    }

    /// What rules have matched.
    pub(super) fn usage(self) -> Vec<RuleUsage> {
        let of = |Bench { fold, matched }: Bench| {
            let counted = fold.shape().rules().iter().zip(matched);
            let some = counted.filter(|(rule, matched)| *matched > 0 && is_counted(rule));
            some.map(|(rule, matched)| usage_of(rule, matched)).collect::<Vec<_>>()
        };
        self.benches.into_values().flat_map(of).collect()
    }

    fn bench(&mut self, shape: &Arc<Shape>) -> &mut Bench {
        let mixer = &self.mixer;
        self.benches.entry(Arc::as_ptr(shape).addr()).or_insert_with(|| Bench {
            fold: Fold::new(Arc::clone(shape), Arc::clone(mixer)),
            matched: vec![0; shape.rules().len()],
        })
    }

    /// All that is to be said of one resource.
    pub(super) fn settle(&mut self, key: &ResourceKey, copies: &Copies) -> Settled {
        let mut settled = Settled::default();
        let mut members = self.members(copies);
        settled.found = members.iter().map(|member| member.snapshot).collect();
        if !members.is_empty() && members.iter().all(|member| is_left_out(&member.shape)) {
            return Settled { ignored: true, ..Settled::default() };
        }
        let address = members.first().map(address).unwrap_or_default();
        let resource = self.fleet.resource_ref(key, &address);
        self.leave_out(&resource, copies, &mut members, &mut settled);
        self.look_for_absent(&resource, key, &mut settled);
        settled.held = !members.is_empty() && members.len() + settled.absent.len() > 1;
        if settled.held {
            self.hold(key, resource, members, &mut settled);
        }
        settled
    }

    fn members(&mut self, copies: &Copies) -> Vec<Member<'f>> {
        let fleet = self.fleet;
        let mut members = Vec::with_capacity(copies.found.len());
        for (snapshot, index) in &copies.found {
            let of = fleet.snapshots.get(*snapshot);
            let resource = of.and_then(|(_, snapshot)| snapshot.resources.get(*index));
            let substitute = fleet.substitutes.get(*snapshot);
            let Some((resource, substitute)) = resource.zip(substitute) else { continue };
            let shape = self.shapes.get(None, Some(resource));
            let json = substitute.json(resource, &mut self.arena);
            let hash = ContentHash::default();
            let snapshot = *snapshot;
            members.push(Member { snapshot, resource, substitute, shape, json, hash });
        }
        members
    }

    /// Takes out what cannot be compared.
    fn leave_out(
        &self,
        resource: &ResourceRef,
        copies: &Copies,
        members: &mut Vec<Member<'_>>,
        settled: &mut Settled,
    ) {
        let listed = "it was listed, and its attributes were not read";
        let several = "several of its resources would be the same one";
        members.retain(|member| {
            let (reason, detail) = match copies.ambiguous.contains(&member.snapshot) {
                true => (Reason::AmbiguousIdentity, several),
                false if member.resource.listed_only => (Reason::NotCollected, listed),
                false => return true,
            };
            let open = self.unheld(resource, member.snapshot, reason, Some(detail));
            settled.not_checked.push(open);
            false
        });
    }

    /// Looks for the resource in the coverage of snapshots that do not have it.
    fn look_for_absent(&self, resource: &ResourceRef, key: &ResourceKey, settled: &mut Settled) {
        for (at, (_, snapshot)) in self.fleet.snapshots.iter().enumerate() {
            if settled.found.binary_search(&at).is_ok() {
                continue;
            }
            let coverage = snapshot.coverage();
            // Where it would be, in the snapshot's own words.
            let own = self.fleet.substitutes.get(at).map(|it| it.key_before(key));
            let key = own.as_ref().unwrap_or(key);
            match coverage.missing_reason(key) {
                None => settled.absent.push(at),
                Some(reason) => {
                    let detail = coverage.gap(key).and_then(|gap| gap.detail.as_deref());
                    settled.not_checked.push(self.unheld(resource, at, reason, detail));
                }
            }
        }
    }

    fn unheld(
        &self,
        resource: &ResourceRef,
        snapshot: usize,
        reason: Reason,
        detail: Option<&str>,
    ) -> Unheld {
        Unheld {
            resource: resource.clone(),
            snapshot: self.fleet.name(snapshot).to_owned(),
            reason,
            detail: detail.map(str::to_owned),
        }
    }

    /// Takes the hashes of all copies, in one way for all: those of different ways say nothing of each
    /// other. On the way it is counted what rules match.
    fn hash(&mut self, members: &mut [Member<'_>]) {
        let mut counted: Vec<Vec<u32>> = Vec::new();
        let mut all = self.fleet.by.hashing;
        for member in members.iter_mut() {
            if !all {
                break;
            }
            let fold = &mut self.bench(&member.shape).fold;
            let hash = match (&member.json, member.resource.attributes.unread()) {
                (Some(json), _) => fold.text(json, 0..json.len()),
                (None, Some(Unread::Text(text, range, _))) => fold.text(text, range),
                (None, Some(Unread::Memory(value))) => fold.json(value),
                (None, None) => fold.value(member.resource.attributes.value()),
            };
            counted.push(fold.matched().to_vec());
            all = hash.is_some();
            member.hash = hash.unwrap_or_default();
        }
        if all {
            for (member, rules) in members.iter().zip(counted) {
                let matched = &mut self.bench(&member.shape).matched;
                for rule in rules {
                    matched.get_mut(rule as usize).into_iter().for_each(|times| *times += 1);
                }
            }
            return;
        }
        let (canon, seed) = (self.canon(), self.fleet.context.seed);
        for member in members {
            let copy = member.copy();
            let hash = canon.hash(copy.attributes.value(), &member.shape.root());
            let sides =
                Sides { desired: Some(&copy), actual: None, normal: None, hashes: [None, None] };
            let counted = count(sides, &member.shape, seed);
            drop(copy);
            member.hash = hash;
            let matched = &mut self.bench(&member.shape).matched;
            for (rule, times) in counted {
                matched.get_mut(rule).into_iter().for_each(|matched| *matched += times);
            }
        }
    }

    fn hold(
        &mut self,
        key: &ResourceKey,
        resource: ResourceRef,
        mut members: Vec<Member<'f>>,
        settled: &mut Settled,
    ) {
        self.hash(&mut members);
        let groups = alike(&members);
        let baseline = self.fleet.baseline;
        let standard = standard(&groups, &members, baseline);
        let canon = self.canon();
        let at = Allowances::new(&self.fleet.options.allow, self.fleet.context.at);
        let mut sheet = Sheet { fleet: self.fleet, allow: at, resource, rows: Vec::new(), settled };
        sheet.presence();
        let Some(usual) = groups.get(standard).and_then(|group| members.get(*group.first()?))
        else {
            return;
        };
        if let [_] = groups.as_slice() {
            let alone = members.len() < 2;
            let copy = usual.copy();
            let agreed = if alone { 0 } else { compared(&copy, &usual.shape, canon) };
            return sheet.finish(agreed, 0);
        }
        let copies = copies(&members);
        let held = |group: &Vec<usize>| -> Option<(Vec<usize>, usize)> {
            let own = group.iter().filter_map(|at| members.get(*at)).map(|it| it.snapshot);
            Some((own.collect(), *group.first()?))
        };
        let groups: Vec<(Vec<usize>, usize)> = groups.iter().filter_map(held).collect();
        let usual_at = groups.get(standard).map(|(_, at)| *at).unwrap_or_default();
        let Some(usual_copy) = copies.get(usual_at) else { return };
        let options = &self.fleet.compare;
        let held = groups.iter().filter_map(|(own, at)| {
            let pair = (copies.get(*at)?, usual_copy);
            let (copy, shape) = (pair.0, &*members.get(*at)?.shape);
            let outcome = (*at != usual_at).then(|| against(key, pair, shape, options));
            Some(Held { members: own, copy, shape, outcome })
        });
        let held: Vec<Held<'_, '_>> = held.collect();
        let found = rows(&held, compared(usual_copy, &usual.shape, canon), canon);
        if !found.rows.is_empty() {
            let masks = masks(&members, &copies);
            found.rows.iter().for_each(|row| sheet.row(row, &masks));
            let outcomes = held.iter().filter_map(|held| held.outcome.as_ref());
            sheet.warn(outcomes, &masks);
        }
        sheet.finish(found.agreed, found.unknown);
    }
}

/// How a copy stands to the usual one.
fn against<'s>(
    key: &ResourceKey,
    (copy, usual): (&Resource<'_>, &Resource<'_>),
    shape: &'s Shape,
    options: &CompareOptions,
) -> Outcome<'s> {
    let (desired, actual) = (Some(usual), Some(copy));
    let sides = Sides { desired, actual, normal: None, hashes: [None, None] };
    compare(key, sides, Reference::Unknown, shape, options)
}

fn is_left_out(shape: &Shape) -> bool {
    let root = shape.root();
    root.ignored().is_some() && !root.reopens()
}

/// The address with placeholders.
fn address(member: &Member<'_>) -> String {
    member.substitute.text(member.resource.address.as_deref().unwrap_or_default()).into_owned()
}

/// The copies that are the same under the same rules, by their places; what is not known of one makes it
/// one by itself.
fn alike(members: &[Member<'_>]) -> Vec<Vec<usize>> {
    let mut shapes: Vec<&Arc<Shape>> = Vec::new();
    let mut known: BTreeMap<(usize, u128), usize> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (at, member) in members.iter().enumerate() {
        let shape = shapes.iter().position(|shape| Arc::ptr_eq(shape, &member.shape));
        let shape = shape.unwrap_or_else(|| {
            shapes.push(&member.shape);
            shapes.len() - 1
        });
        let group = match member.resource.unknown.is_empty() {
            true => *known.entry((shape, member.hash.as_u128())).or_insert(groups.len()),
            false => groups.len(),
        };
        match groups.get_mut(group) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    groups
}

/// The group that the others are held against: that of the baseline, else the largest, the first of those.
fn standard(groups: &[Vec<usize>], members: &[Member<'_>], baseline: Option<usize>) -> usize {
    let is_baseline =
        |at: &usize| members.get(*at).is_some_and(|member| Some(member.snapshot) == baseline);
    let of_baseline = groups.iter().position(|group| group.iter().any(is_baseline));
    let largest = || {
        let sizes = groups.iter().enumerate();
        sizes.max_by_key(|(at, group)| (group.len(), Reverse(*at))).map(|(at, _)| at)
    };
    of_baseline.or_else(largest).unwrap_or_default()
}

/// All copies; what is a secret in one of them is one in all.
fn copies<'m>(members: &'m [Member<'_>]) -> Vec<Resource<'m>> {
    let mut copies: Vec<Resource<'_>> = members.iter().map(Member::copy).collect();
    let marked = copies.iter().filter(|copy| !copy.sensitive.is_empty());
    let all = marked.fold(PathSet::new(), |all, copy| all.union(&copy.sensitive));
    if !all.is_empty() {
        copies.iter_mut().for_each(|copy| copy.sensitive = all.clone());
    }
    copies
}

/// What must not be shown of any copy, with placeholders and without.
fn masks(members: &[Member<'_>], copies: &[Resource<'_>]) -> Hiding {
    let marks = PathSet::marks(copies.iter().map(|copy| &copy.sensitive));
    let raw = PathSet::marks(members.iter().map(|member| &member.resource.sensitive));
    let mut known: Vec<&Arc<Shape>> = Vec::new();
    let mut all = Vec::new();
    for member in members {
        let shape = &member.shape;
        if known.iter().any(|known| Arc::ptr_eq(known, shape)) {
            continue;
        }
        known.push(shape);
        let same = |member: &Member<'_>| Arc::ptr_eq(&member.shape, shape);
        let own = members.iter().zip(copies).filter(|(member, _)| same(member));
        all.push(Masks::of(own.map(|(_, copy)| copy), &marks, shape));
        // What was last applied, and what stood where placeholders stand, may show up again.
        let more = |it: &&Member<'_>| it.json.is_some() || it.resource.reference.is_some();
        let more = members.iter().filter(|member| same(member)).filter(more);
        let more: Vec<Resource<'_>> = more.map(|member| member.resource.clone()).collect();
        all.push(Masks::of(&more, &raw, shape));
    }
    Hiding(all)
}

/// The rows of one resource as they are told.
struct Sheet<'s, 'f> {
    fleet: &'s Fleet<'f>,
    allow: Allowances<'s>,
    resource: ResourceRef,
    rows: Vec<ParityRow>,
    settled: &'s mut Settled,
}

impl Sheet<'_, '_> {
    /// The row of the resource itself, where some do not have it.
    fn presence(&mut self) {
        if self.settled.absent.is_empty() {
            return;
        }
        let group = |present, members: &Vec<usize>| Group {
            present,
            value: None,
            members: members.clone(),
        };
        let groups = vec![group(true, &self.settled.found), group(false, &self.settled.absent)];
        self.put(&Path::default(), Path::default(), groups, &Hiding::default());
    }

    fn row(&mut self, row: &Row, masks: &Hiding) {
        let groups = row.groups.iter().map(|group| Group {
            present: group.present,
            value: group.value.clone(),
            members: group.members.clone(),
        });
        let path = clean_path(&row.path);
        let of: Vec<usize> = row.groups.iter().flat_map(|group| group.members.clone()).collect();
        let shown = masks.path(&row.path, &self.substitutes(&of));
        self.put(&path, clean_path(&shown), groups.collect(), masks);
    }

    /// Notes a row down; `shown` is the path as it may be shown.
    fn put(&mut self, path: &Path, shown: Path, mut groups: Vec<Group>, masks: &Hiding) {
        groups.iter_mut().for_each(|group| group.members.sort_unstable());
        groups.sort_by_key(|group| (Reverse(group.members.len()), group.members.first().copied()));
        let all: usize = groups.iter().map(|group| group.members.len()).sum();
        let has_baseline = |group: &Group| {
            self.fleet.baseline.is_some_and(|baseline| group.members.contains(&baseline))
        };
        let usual = groups.iter().position(has_baseline);
        let usual = usual.or_else(|| groups.iter().position(|group| group.members.len() * 2 > all));
        let others = |usual: usize| {
            let others = groups.iter().enumerate().filter(move |(at, _)| *at != usual);
            let mut others: Vec<usize> =
                others.flat_map(|(_, group)| group.members.iter().copied()).collect();
            others.sort_unstable();
            others
        };
        let differ = self.fleet.names(&others(usual.unwrap_or_default()));
        let named: Vec<&str> = differ.iter().map(String::as_str).collect();
        let allowed = self.allow.find(&self.resource, path, &named);
        let group = |(at, group): (usize, &Group)| ParityGroup {
            present: group.present,
            value: group.value.clone().map(|value| {
                let of = self.substitutes(&group.members);
                clean_tree(masks.tree(value, &of))
            }),
            snapshots: self.fleet.names(&group.members),
            usual: Some(at) == usual,
        };
        let row = ParityRow {
            path: shown.to_string(),
            steps: shown.steps().to_vec(),
            groups: groups.iter().enumerate().map(group).collect(),
            outliers: if usual.is_some() { differ } else { Vec::new() },
            tie: usual.is_none(),
            allowed: allowed.as_ref().map(|(_, allowed)| allowed.clone()),
        };
        self.settled.used.extend(allowed.map(|(index, _)| index));
        self.rows.push(row);
    }

    fn substitutes(&self, members: &[usize]) -> Vec<&Substitute> {
        members.iter().filter_map(|at| self.fleet.substitutes.get(*at)).collect()
    }

    /// Takes over what readers should know of the walks.
    fn warn<'o>(&mut self, outcomes: impl Iterator<Item = &'o Outcome<'o>>, masks: &Hiding) {
        let resource = self.resource.key().to_string();
        let all: Vec<&Substitute> = self.fleet.substitutes.iter().collect();
        for oddity in outcomes.flat_map(|outcome| &outcome.warnings) {
            self.settled.warnings.push(Warning {
                code: oddity.code.to_owned(),
                message: masks.text(&oddity.message, &all),
                resource: Some(resource.clone()),
                path: Some(clean_path(&masks.path(&oddity.path, &all)).to_string()),
            });
        }
    }

    fn finish(mut self, agreed: usize, unknown: usize) {
        self.rows.sort_by(|a, b| a.path.cmp(&b.path));
        let allowed = self.rows.iter().filter(|row| row.allowed.is_some()).count();
        let compared = agreed + self.rows.len();
        let differing = self.rows.len() - allowed;
        self.settled.paths = ParityPaths { compared, agreed, allowed, differing, unknown };
        let snapshots = self.cells();
        let (resource, rows) = (self.resource, self.rows);
        self.settled.resource = Some(ParityResource { resource, snapshots, compared, rows });
    }

    /// How each snapshot stands.
    fn cells(&self) -> BTreeMap<String, ParityCell> {
        let open = self.rows.iter().filter(|row| row.allowed.is_none());
        let (mut outliers, mut tied) = (BTreeSet::new(), BTreeSet::new());
        for row in open {
            outliers.extend(row.outliers.iter().map(String::as_str));
            if row.tie {
                tied.extend(row.groups.iter().flat_map(|it| &it.snapshots).map(String::as_str));
            }
        }
        let unchecked: BTreeSet<&str> =
            self.settled.not_checked.iter().map(|open| open.snapshot.as_str()).collect();
        let cell = |(at, (name, _)): (usize, &(&str, _))| {
            let cell = match *name {
                name if unchecked.contains(name) => ParityCell::NotChecked,
                _ if self.settled.absent.binary_search(&at).is_ok() => ParityCell::Absent,
                name if outliers.contains(name) => ParityCell::Outlier,
                name if tied.contains(name) => ParityCell::Differs,
                _ => ParityCell::Alike,
            };
            ((*name).to_owned(), cell)
        };
        self.fleet.snapshots.iter().enumerate().map(cell).collect()
    }
}
