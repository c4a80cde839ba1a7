//! What a tag policy has to say of a resource, with nothing in it that must not be shown.

use super::digest::Fingerprints;
use super::entry::{Assessor, Sided};
use super::redact::{Masks, secret_tags};
use super::settled::Settled;
use super::types::{ResourceRef, TagViolation};
use crate::model::Resource;
use crate::normalize::Shape;
use crate::tags::{Demand, TagProblem, TagSummary, Taken, Wrong, may_have_more, taken};
use crate::value::Tree;
use serde::{Deserialize, Serialize};

/// What a policy comes to for one resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tagged {
    /// Whether the tags of a side are known.
    pub(crate) evaluated: bool,
    pub(crate) violations: Vec<TagViolation>,
}

/// One side with its tags.
struct Side<'r> {
    name: &'static str,
    resource: Resource<'r>,
    /// Whether tags may be there that are not known yet.
    open: bool,
}

impl Assessor<'_> {
    /// What the policy has to say; none where there is no policy, or it does not speak of the resource.
    pub(super) fn tagged(&self, sides: Sided<'_>, shape: Option<&Shape>) -> Option<Tagged> {
        let policy = self.tags?;
        let asked = sides.desired.or(sides.actual)?;
        let mut demands = policy.demands(asked).peekable();
        demands.peek()?;
        let named = [("desired", sides.desired), ("actual", sides.actual)];
        let mut read: Vec<Side<'_>> =
            named.into_iter().filter_map(|(name, side)| with_tags(name, side?)).collect();
        // Who declares no tag at all leaves them to others: what is live tells then.
        if let [desired, _] = read.as_slice()
            && desired.resource.tags.is_empty()
        {
            read.remove(0);
        }
        let mut tagged = Tagged { evaluated: !read.is_empty(), ..Tagged::default() };
        let mut shown = None;
        for demand in demands {
            let wrong = read.iter().filter_map(|side| {
                let wrong = demand.check(&side.resource, &side.resource.tags)?;
                let known = wrong.problem != TagProblem::Missing || !side.open;
                known.then_some((side, wrong))
            });
            let mut wrong: Vec<_> = wrong.collect();
            // The same on both sides is one violation.
            wrong.sort_by_key(|(_, wrong)| wrong.problem);
            for same in wrong.chunk_by(|(_, a), (_, b)| a.problem == b.problem) {
                let shown = shown.get_or_insert_with(|| Shown::of(sides, &read, shape));
                let resource = self.resource_ref(&asked.key, sides);
                tagged.violations.push(violation(resource, demand, same, shown));
            }
        }
        Some(tagged)
    }
}

fn with_tags<'r>(name: &'static str, resource: &'r Resource<'r>) -> Option<Side<'r>> {
    let Taken::Tags(tags) = taken(resource) else { return None };
    let resource = Resource { tags: tags.into_owned(), ..resource.clone() };
    Some(Side { name, open: may_have_more(&resource), resource })
}

/// What may be shown of the tags of both sides.
struct Shown {
    masks: Masks,
    /// The names of secret tags.
    secret: Vec<String>,
}

impl Shown {
    fn of(sides: Sided<'_>, read: &[Side<'_>], shape: Option<&Shape>) -> Self {
        let plain = Shape::compile(Vec::new());
        let shape = shape.unwrap_or(&plain);
        let marks = sides.marks();
        let named = read.iter().flat_map(|side| secret_tags(&side.resource, &marks, shape));
        Self { secret: named.map(str::to_owned).collect(), masks: sides.masks(shape) }
    }

    fn value(&self, (name, value): (&str, &str)) -> Tree {
        match self.secret.iter().any(|secret| secret == name) {
            true => Tree::Secret { equal: false },
            false => self.masks.tree(Tree::String(value.to_owned())),
        }
    }
}

fn violation(
    resource: ResourceRef,
    demand: &Demand,
    same: &[(&Side<'_>, Wrong<'_>)],
    shown: &Shown,
) -> TagViolation {
    let problem = same.first().map_or(TagProblem::Missing, |(_, wrong)| wrong.problem);
    let tag = |name: &str| {
        let of_side = same.iter().find(|(side, _)| side.name == name);
        of_side.and_then(|(_, wrong)| wrong.tag)
    };
    let tags = [tag("desired"), tag("actual")];
    let found_as = tags.iter().flatten().map(|(name, _)| *name).find(|name| *name != demand.key);
    let [desired, actual] = tags.map(|tag| tag.map(|tag| shown.value(tag)));
    let place = format!("tag {} {}", demand.key, problem.as_str());
    TagViolation {
        fingerprint: Fingerprints::of(&resource.key()).finding(&place),
        resource,
        key: demand.key.clone(),
        problem,
        found_as: found_as.map(|name| shown.masks.text(name)),
        sides: same.iter().map(|(side, _)| side.name.to_owned()).collect(),
        desired,
        actual,
        allowed: match problem {
            TagProblem::NotAllowed => demand.allowed(),
            _ => Vec::new(),
        },
        reason: demand.reason.clone(),
        owner: demand.owner.clone(),
    }
}

/// What the policy comes to over all resources.
#[derive(Default)]
pub(super) struct Tally {
    summary: Option<TagSummary>,
    violations: Vec<TagViolation>,
}

impl Tally {
    /// Counts a resource; ignored ones are left out.
    pub(super) fn count(&mut self, provider: &str, tagged: Option<Tagged>) {
        let Some(tagged) = tagged else { return };
        let summary = self.summary.get_or_insert_default();
        if !tagged.evaluated {
            summary.not_evaluated += 1;
            return;
        }
        let compliant = tagged.violations.is_empty();
        summary.counts.count(compliant);
        summary.by_provider.entry(provider.to_owned()).or_default().count(compliant);
        for one in &tagged.violations {
            *summary.problems.entry(one.problem.as_str().to_owned()).or_default() += 1;
            *summary.by_key.entry(one.key.clone()).or_default() += 1;
        }
        self.violations.extend(tagged.violations);
    }

    /// The counts, and the violations by resource and key.
    pub(super) fn finish(mut self) -> (Option<TagSummary>, Vec<TagViolation>) {
        let place = |one: &TagViolation| (one.resource.key(), one.key.clone(), one.problem);
        self.violations.sort_by_cached_key(place);
        self.violations.dedup();
        (self.summary, self.violations)
    }
}

impl Settled {
    /// What is said of its tags, where it is not left out.
    pub(super) fn take_tagged(&mut self) -> Option<Tagged> {
        self.tagged.take().filter(|_| !self.ignored)
    }
}
