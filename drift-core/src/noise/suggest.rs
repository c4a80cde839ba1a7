//! The smallest rules that would have hidden what keeps coming back without anybody doing anything.

use super::preview::{Preview, Seen, among, changes, is_undeclared};
use crate::diff::{ChangeKind, Disposition, FORBIDDEN, WATCHED};
use crate::model::{ResourceKey, Scope};
use crate::normalize::{Fact, Packs, Rule, RuleSet, Rules, Severity};
use crate::path::{Path, Step};
use crate::report::{Change, Report, ResourceRef, digest, is_watched};
use crate::value::{Tree, quoted};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What counts as noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoiseOptions {
    /// In how many reports a change must stand, at least 2; 3 where nobody says.
    pub at_least: usize,
}

impl Default for NoiseOptions {
    fn default() -> Self {
        Self { at_least: 3 }
    }
}

/// How many examples a suggestion names.
const EXAMPLES: usize = 3;

/// A rule that would hide what keeps coming back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The id of the rule.
    pub id: String,
    /// The rule file, to be pasted or given to a detector as it is.
    pub rule: String,
    /// Why it is suggested.
    pub reason: String,
    /// The provider of the resources.
    pub provider: String,
    /// Their type.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The id of the resource, where it is about one alone.
    pub resource_id: Option<String>,
    /// The paths of the rule.
    pub paths: Vec<String>,
    /// What it states there, as rules write it.
    pub fact: String,
    /// In how many reports it would have hidden something.
    pub reports: usize,
    /// How many changes it would have hidden in all of them.
    pub occurrences: usize,
    /// Of how many resources.
    pub resources: usize,
    /// Some of these, by their printed keys.
    pub examples: Vec<String>,
    /// Each change that it would have hidden, once.
    pub hides: Vec<Hides>,
}

/// A change that a suggestion would hide.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hides {
    /// The printed key of the resource.
    pub resource: String,
    /// The path.
    pub path: String,
    /// The fingerprint of the change.
    pub fingerprint: String,
    /// In how many reports it stood.
    pub reports: usize,
}

/// The least that makes a kind of change go away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cure {
    /// The order has no meaning.
    Set,
    /// Nobody declares the value.
    Undeclared,
    Ignore,
}

impl Cure {
    fn fact(self) -> &'static str {
        match self {
            Self::Set => "list: set",
            Self::Undeclared => "undeclared: ignore",
            Self::Ignore => "ignore: true",
        }
    }
}

/// A change that comes back.
struct Noise<'r> {
    resource: &'r ResourceRef,
    key: ResourceKey,
    steps: &'r [Step],
    cure: Cure,
    seen: BTreeSet<usize>,
    is_protected: bool,
}

/// One rule to be: which resources, which paths, which cure.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Draft {
    provider: String,
    type_name: String,
    /// Of one resource alone.
    one: Option<(Scope, String)>,
    cure: Cure,
    paths: BTreeSet<String>,
}

/// Rules that would have hidden what keeps coming back in reports, in any order: changes that stand in
/// as many of them as the options say, the last one among them, and that nobody has fixed or accepted.
///
/// A rule speaks of all resources of a type where two or more share the change, and of all elements of a
/// list where several do; narrower, where it would else hide anything that does not come back. Secrets,
/// what packs or rules of the user's watch, what is critical or of the category
/// `security`, and resources as a whole are never suggested. The suggestions are in the order of types and
/// ids, the same for the same reports.
///
/// ```
/// use drift_core::{Context, Detector, Format, Snapshot, noise};
/// let read = |text: &'static str| Snapshot::parse(text.as_bytes(), Format::Records);
/// let desired = read(r#"[{"type": "t", "id": "a", "attributes": {"x": 1}}]"#)?;
/// let actual = read(r#"[{"type": "t", "id": "a", "attributes": {"x": 2}}]"#)?;
/// let detector = Detector::builder().build()?;
/// let report = |at: &str| -> drift_core::Result<_> {
///     Ok(detector.detect(&desired, &actual, &Context::at(at.parse()?)))
/// };
/// let reports = [report("2026-01-01T00:00:00Z")?, report("2026-01-02T00:00:00Z")?];
/// let reports: Vec<_> = reports.iter().collect();
/// let found = noise::noise_suggestions(&reports, noise::NoiseOptions { at_least: 2 });
/// assert_eq!(found[0].paths, ["x"]);
/// assert!(drift_core::Rules::from_yaml(&found[0].rule).is_ok());
/// # Ok::<(), drift_core::Error>(())
/// ```
#[must_use]
pub fn noise_suggestions(reports: &[&Report], options: NoiseOptions) -> Vec<Suggestion> {
    let mut sorted: Vec<&Report> = reports.to_vec();
    sorted.sort_by_key(|report| report.detected_at);
    let world = World::of(&sorted, options);
    let mut groups: BTreeMap<(&str, &str, Vec<String>, Cure), Vec<&Noise<'_>>> = BTreeMap::new();
    for noise in world.recurring.values() {
        let (provider, type_name) = (&*noise.resource.provider, &*noise.resource.type_name);
        let shape = noise.steps.iter().map(shape).collect();
        groups.entry((provider, type_name, shape, noise.cure)).or_default().push(noise);
    }
    let mut drafts: Vec<Draft> = Vec::new();
    for members in groups.values() {
        drafts.extend(drafted(members, &world));
    }
    merged(drafts).into_iter().map(|draft| told(&draft, &world)).collect()
}

/// Every change of several reports, by what rules can be about.
#[derive(Default)]
struct World<'r> {
    reports: usize,
    /// When the first and the last of them were made.
    span: [String; 2],
    of_type: BTreeMap<(&'r str, &'r str), Vec<Seen<'r>>>,
    /// By id as well, and by address.
    of_one: BTreeMap<(&'r str, &'r str, &'r str), Vec<Seen<'r>>>,
    recurring: BTreeMap<&'r str, Noise<'r>>,
}

impl<'r> World<'r> {
    fn of(reports: &[&'r Report], options: NoiseOptions) -> Self {
        let at = |report: Option<&&Report>| {
            report.map(|report| report.detected_at.to_string()).unwrap_or_default()
        };
        let span = [at(reports.first()), at(reports.last())];
        let mut world = Self { reports: reports.len(), span, ..Self::default() };
        for (index, report) in reports.iter().enumerate() {
            for (resource, change) in changes(report) {
                let seen = Seen { report: index, at: report.detected_at, resource, change };
                let (provider, of) = (&*resource.provider, &*resource.type_name);
                world.of_type.entry((provider, of)).or_default().push(seen);
                for name in BTreeSet::from([&*resource.id, &*resource.address]) {
                    world.of_one.entry((provider, of, name)).or_default().push(seen);
                }
            }
        }
        let (last, least) = (reports.len().saturating_sub(1), options.at_least.max(2));
        world.recurring = collect(reports);
        world.recurring.retain(|_, noise| {
            noise.seen.len() >= least && noise.seen.contains(&last) && !noise.is_protected
        });
        world
    }

    /// What a draft would have hidden.
    fn preview(&self, draft: &Draft) -> Preview {
        let (provider, of) = (&*draft.provider, &*draft.type_name);
        let seen = match &draft.one {
            None => self.of_type.get(&(provider, of)),
            Some((_, id)) => self.of_one.get(&(provider, of, id)),
        };
        let rules = Rules::from_yaml(&file(draft, "x", "x")).unwrap_or_default();
        among(&rules, seen.into_iter().flatten().copied(), self.reports)
    }
}

/// Every change that may be noise, by its fingerprint.
fn collect<'r>(reports: &[&'r Report]) -> BTreeMap<&'r str, Noise<'r>> {
    let mut all: BTreeMap<&str, Noise<'_>> = BTreeMap::new();
    let packs = RuleSet::new(&Packs::All, Rules::default()).unwrap_or_default();
    let mut watching: BTreeMap<(&str, &str), Vec<&Rule>> = BTreeMap::new();
    for (index, report) in reports.iter().enumerate() {
        for (resource, change) in changes(report) {
            if change.disposition == Disposition::Pending || change.steps.is_empty() {
                continue;
            }
            let noise = all.entry(&change.fingerprint).or_insert_with(|| Noise {
                resource,
                key: resource.key(),
                steps: &change.steps,
                cure: cure(change),
                seen: BTreeSet::new(),
                is_protected: false,
            });
            noise.seen.insert(index);
            noise.cure = noise.cure.max(cure(change));
            let watching = watching
                .entry((&resource.provider, &resource.type_name))
                .or_insert_with(|| watching_rules(&packs, resource));
            noise.is_protected |= is_protected(change)
                || change.watched
                || is_watched(&change.steps, values(change), watching);
        }
    }
    all
}

fn cure(change: &Change) -> Cure {
    match change.kind {
        ChangeKind::Moved => Cure::Set,
        _ if is_undeclared(change) => Cure::Undeclared,
        _ => Cure::Ignore,
    }
}

/// Whether nobody should be led to hide the change.
fn is_protected(change: &Change) -> bool {
    let keyed = change.digest.as_deref().is_some_and(|digest| digest.starts_with("hmac-"));
    let values = [&change.desired, &change.actual, &change.reference];
    let hidden = change.steps.iter().any(|step| matches!(step, Step::Hidden(_)));
    let secret = values.into_iter().flatten().any(Tree::holds_secret);
    keyed
        || hidden
        || secret
        || change.digest_absent.is_some()
        || change.severity == Severity::Critical
        || change.category == "security"
        || change.reason == WATCHED
        || change.reason == FORBIDDEN
}

fn values(change: &Change) -> [Option<&Tree>; 3] {
    [&change.desired, &change.actual, &change.reference].map(Option::as_ref)
}

/// The packs' rules that watch something of a resource of this type.
fn watching_rules<'p>(packs: &'p RuleSet, resource: &ResourceRef) -> Vec<&'p Rule> {
    let watches = |rule: &&Rule| rule.facts.iter().any(Fact::watches);
    let all = packs.of_type(&resource.provider, &resource.type_name);
    all.map(|(_, rule)| &**rule).filter(watches).collect()
}

/// A step without what tells one element from another.
fn shape(step: &Step) -> String {
    match step {
        Step::Field(_) | Step::Decoded(_) => Path::new(vec![step.clone()]).to_string(),
        _ => "[*]".to_owned(),
    }
}

/// The drafts for changes of one shape.
fn drafted(members: &[&Noise<'_>], world: &World<'_>) -> Vec<Draft> {
    let keys: BTreeSet<&ResourceKey> = members.iter().map(|noise| &noise.key).collect();
    if keys.len() > 1
        && let Some(draft) = fitting(members, None, world)
    {
        return vec![draft];
    }
    let mut by_key: BTreeMap<&ResourceKey, Vec<&Noise<'_>>> = BTreeMap::new();
    for noise in members {
        by_key.entry(&noise.key).or_default().push(noise);
    }
    let one = |(key, own): (&ResourceKey, Vec<&Noise<'_>>)| {
        fitting(&own, Some((key.scope.clone(), key.id.clone())), world)
    };
    by_key.into_iter().filter_map(one).collect()
}

/// A draft that hides these changes, and nothing that does not come back.
fn fitting(
    members: &[&Noise<'_>],
    one: Option<(Scope, String)>,
    world: &World<'_>,
) -> Option<Draft> {
    let first = members.first()?;
    let draft = |paths: BTreeSet<String>| Draft {
        provider: first.resource.provider.clone(),
        type_name: first.resource.type_name.clone(),
        one: one.clone(),
        cure: first.cure,
        paths,
    };
    let exact: BTreeSet<String> = members.iter().map(|noise| text(noise.steps, &[])).collect();
    let several: Vec<bool> = (0..first.steps.len())
        .map(|at| {
            let of = |noise: &&Noise<'_>| noise.steps.get(at).cloned();
            members.iter().map(of).collect::<BTreeSet<_>>().len() > 1
        })
        .collect();
    let general = BTreeSet::from([text(first.steps, &several)]);
    // Such a name would be read as a pattern.
    let names = [Some(&first.resource.type_name), one.as_ref().map(|(_, id)| id)];
    if names.into_iter().flatten().any(|name| name.contains('*')) {
        return None;
    }
    let fits = |draft: &Draft| {
        let seen = world.preview(draft);
        seen.hidden.iter().all(|hidden| world.recurring.contains_key(&*hidden.fingerprint))
            && seen.undecidable.is_empty()
    };
    [draft(general), draft(exact)].into_iter().find(fits)
}

/// The path as a pattern; any element where `several` says that there are more.
fn text(steps: &[Step], several: &[bool]) -> String {
    let mut text = String::new();
    let mut part: Vec<Step> = Vec::new();
    let close = |part: &mut Vec<Step>, text: &mut String| {
        let own = Path::new(std::mem::take(part)).to_string();
        if !own.is_empty() && !text.is_empty() && !own.starts_with(['[', '|']) {
            text.push('.');
        }
        text.push_str(&own);
    };
    for (at, step) in steps.iter().enumerate() {
        if several.get(at) == Some(&true) {
            close(&mut part, &mut text);
            text.push_str("[*]");
        } else {
            part.push(step.clone());
        }
    }
    close(&mut part, &mut text);
    text
}

/// Drafts about the same resources with the same cure as one.
fn merged(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut all: BTreeMap<Draft, BTreeSet<String>> = BTreeMap::new();
    for mut draft in drafts {
        let paths = std::mem::take(&mut draft.paths);
        all.entry(draft).or_default().extend(paths);
    }
    all.into_iter().map(|(draft, paths)| Draft { paths, ..draft }).collect()
}

/// The draft as a rule file.
fn file(draft: &Draft, id: &str, reason: &str) -> String {
    let mut conditions = Vec::new();
    if !draft.provider.is_empty() {
        conditions.push(format!("provider: {}", quoted(&draft.provider)));
    }
    conditions.push(format!("type: {}", quoted(&draft.type_name)));
    if let Some((scope, id)) = &draft.one {
        conditions.push(format!("id: {}", quoted(id)));
        let scope: Vec<String> = scope
            .iter()
            .map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)))
            .collect();
        if !scope.is_empty() {
            conditions.push(format!("scope: {{{}}}", scope.join(", ")));
        }
    }
    let paths: Vec<String> = draft.paths.iter().map(|path| quoted(path)).collect();
    format!(
        "version: 1\nrules:\n  - id: {id}\n    match: {{{}}}\n    paths: [{}]\n    {}\n    reason: {}\n",
        conditions.join(", "),
        paths.join(", "),
        draft.cure.fact(),
        quoted(reason)
    )
}

/// All that is told of a draft.
fn told(draft: &Draft, world: &World<'_>) -> Suggestion {
    let seen = world.preview(draft);
    let hides: BTreeSet<Hides> = seen
        .hidden
        .iter()
        .map(|hidden| Hides {
            resource: hidden.resource.key().to_string(),
            path: hidden.path.clone(),
            fingerprint: hidden.fingerprint.clone(),
            reports: world.recurring.get(&*hidden.fingerprint).map_or(0, |noise| noise.seen.len()),
        })
        .collect();
    let resources: BTreeSet<&str> = hides.iter().map(|one| one.resource.as_str()).collect();
    let [first, last] = &world.span;
    let reason = format!(
        "noise: in {} of {} reports from {} to {}, of {} resource{}, and nobody did anything",
        seen.reports_changed,
        seen.reports,
        first,
        last,
        resources.len(),
        if resources.len() == 1 { "" } else { "s" }
    );
    let key = ResourceKey {
        provider: draft.provider.clone().into(),
        type_name: draft.type_name.clone().into(),
        scope: draft.one.as_ref().map(|(scope, _)| scope.clone()).unwrap_or_default(),
        id: draft.one.as_ref().map(|(_, id)| id.clone()).unwrap_or_default(),
    };
    let paths: Vec<String> = draft.paths.iter().cloned().collect();
    let print = digest::of_finding(&key, &format!("{} {}", draft.cure.fact(), paths.join(" ")));
    let id = format!("noise-{}", print.get(..12).unwrap_or_default());
    Suggestion {
        rule: file(draft, &id, &reason),
        id,
        reason,
        provider: draft.provider.clone(),
        type_name: draft.type_name.clone(),
        resource_id: draft.one.as_ref().map(|(_, id)| id.clone()),
        paths,
        fact: draft.cure.fact().to_owned(),
        reports: seen.reports_changed,
        occurrences: seen.hidden.len(),
        resources: resources.len(),
        examples: resources.iter().take(EXAMPLES).map(|key| (*key).to_owned()).collect(),
        hides: hides.into_iter().collect(),
    }
}
