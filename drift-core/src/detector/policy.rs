//! Policies over the resources of a detection, one resource at a time.

use super::run::{Run, Task};
use super::worker::Worker;
use crate::diff::{Status, Which};
use crate::model::{Resource, ResourceKey};
use crate::normalize::{Match, Shape};
use crate::path::{Query, to_json};
use crate::policy::{Breach, Enforcement, Evaluator, Exemption, Fault, Judged, Policy, Subject};
use crate::report::{
    Exempted, Masks, Part, PolicyError, PolicyUsage, PolicyViolation, ResourceRef, Side, Sided,
    clear_tags, of_violation,
};
use crate::time::Timestamp;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The policies of one detection as one thread has them.
pub(super) struct Judge {
    evaluator: Evaluator,
    policies: Vec<Arc<Policy>>,
    /// About how many resources each was asked.
    asked: Vec<usize>,
    at: Timestamp,
}

impl Judge {
    /// None where there is no policy.
    pub(super) fn of(run: &Run<'_>) -> Option<Self> {
        let set = &run.detector.policies;
        let at = run.context.at;
        (!set.is_empty()).then(|| Self {
            evaluator: Evaluator::new(set, at),
            policies: set.policies().cloned().collect(),
            asked: vec![0; set.policies().count()],
            at,
        })
    }

    /// Writes down about how many resources each policy was asked.
    pub(super) fn finish(self, part: &mut Part) {
        for (policy, resources) in self.policies.iter().zip(self.asked) {
            part.policy.count(PolicyUsage { resources, ..usage_of(policy) });
        }
    }
}

/// A policy that has not been asked yet.
pub(super) fn usage_of(policy: &Policy) -> PolicyUsage {
    PolicyUsage {
        policy: policy.id.clone(),
        enforcement: policy.enforcement,
        controls: policy.controls.clone(),
        resources: 0,
        violations: 0,
        exempted: 0,
        errors: 0,
    }
}

impl<'r> Worker<'r> {
    /// Asks the policies about a resource.
    pub(super) fn police(&mut self, task: Task, part: &mut Part) {
        let run = self.run;
        let sides = match task {
            Task::Compare { desired, actual, declared_move } => {
                run.sides(desired, actual, declared_move)
            }
            Task::Ambiguous { side: Which::Desired, index } => run.sides(Some(index), None, false),
            Task::Ambiguous { side: Which::Actual, index } => run.sides(None, Some(index), false),
            Task::Gone { .. } => return,
        };
        let Some(asked) = sides.desired.or(sides.actual) else { return };
        let may_meet = |policy: &Arc<Policy>| may_meet(&policy.matches, &asked.key);
        if !self.judge.as_ref().is_some_and(|judge| judge.policies.iter().any(may_meet)) {
            return;
        }
        self.with_open(sides, None, |worker, sides, records| {
            let shape = worker.shapes.get(sides.desired, sides.actual);
            if let Some(judge) = &mut worker.judge {
                judge.judge(run, sides, &shape, part);
            }
            records
        });
    }
}

/// Whether resources of the type may be meant.
fn may_meet(matches: &[Match], key: &ResourceKey) -> bool {
    let meets = |one: &Match| {
        one.provider.as_ref().is_none_or(|glob| glob.matches(&key.provider))
            && one.type_name.as_ref().is_none_or(|glob| glob.matches(&key.type_name))
    };
    matches.is_empty() || matches.iter().any(meets)
}

impl Judge {
    fn judge(&mut self, run: &Run<'_>, sides: Sided<'_>, shape: &Shape, part: &mut Part) {
        let Some(asked) = sides.desired.or(sides.actual) else { return };
        let copy = OnceCell::new();
        let holds =
            |query: &Query| query.holds_in(copy.get_or_init(|| to_json(asked.attributes.value())));
        let meets = |matches: &[Match]| {
            matches.is_empty() || matches.iter().any(|one| one.meets(asked, &holds))
        };
        let met: Vec<usize> = self
            .policies
            .iter()
            .enumerate()
            .filter(|(_, policy)| meets(&policy.matches))
            .map(|(number, _)| number)
            .collect();
        if met.is_empty() {
            return;
        }
        let (marks, masks) = (sides.marks(), sides.masks(shape));
        let subject = |resource: &Resource<'_>| {
            let tags = clear_tags(resource, &marks, &masks, shape);
            let layer = run.detector.layers.of(&resource.key);
            Subject::of(resource, layer, tags, (&marks, shape), &|text| masks.text(text))
        };
        let subjects = [sides.desired.map(subject), sides.actual.map(subject)];
        let resource = run.assessor().resource_ref(&asked.key, sides);
        for number in met {
            if let Some(count) = self.asked.get_mut(number) {
                *count += 1;
            }
            let evaluator = &mut self.evaluator;
            let judged =
                subjects.each_ref().map(|side| Some(evaluator.judge(number, side.as_ref()?)));
            let Some(policy) = self.policies.get(number) else { continue };
            let told = Told { policy, number, resource: &resource, masks: &masks };
            let exempted = |rule: &str| {
                let exemption = policy.exemptions.iter().find(|exemption| {
                    let held = exemption.expires.is_none_or(|expires| self.at <= expires);
                    held && of_rule(exemption, rule) && meets(&exemption.matches)
                });
                exemption.map(|exemption| Exempted {
                    owner: exemption.owner.clone(),
                    reason: exemption.reason.clone(),
                    until: exemption.expires,
                })
            };
            told.add(judged, &self.evaluator, &exempted, part);
        }
    }
}

fn of_rule(exemption: &Exemption, rule: &str) -> bool {
    exemption.rules.is_empty() || exemption.rules.iter().any(|known| known == rule)
}

/// What a policy says of a resource, on its way into a part.
struct Told<'t> {
    policy: &'t Policy,
    number: usize,
    resource: &'t ResourceRef,
    masks: &'t Masks,
}

/// The violations of a rule that share an id, or have none, by their messages, and the sides that each holds of.
type Sides = BTreeMap<(String, Option<String>), BTreeMap<String, ([bool; 2], Breach)>>;

/// Where one message is left on each side under an id, it is one violation whose message has changed: the policy
/// names what it means. Any others are violations of their own.
fn joined(alike: BTreeMap<String, ([bool; 2], Breach)>, has_id: bool) -> Vec<([bool; 2], Breach)> {
    let of = |wanted: [bool; 2]| alike.values().filter(|(sides, _)| *sides == wanted).count();
    let is_one = has_id && (of([true, false]), of([false, true])) == (1, 1);
    let both = |(sides, breach): ([bool; 2], Breach)| match sides {
        [true, false] if is_one => None,
        [false, true] if is_one => Some(([true, true], breach)),
        sides => Some((sides, breach)),
    };
    alike.into_values().filter_map(both).collect()
}

impl Told<'_> {
    fn add(
        &self,
        judged: [Option<Judged>; 2],
        evaluator: &Evaluator,
        exempted: &dyn Fn(&str) -> Option<Exempted>,
        part: &mut Part,
    ) {
        let mut sides = Sides::new();
        for (side, judged) in judged.iter().enumerate() {
            for breach in judged.iter().flat_map(|judged| &judged.breaches) {
                let message = self.masks.text(&breach.message);
                let id = breach.id.as_ref().map(|id| self.masks.text(id));
                let alike = sides.entry((breach.rule.clone(), id.clone())).or_default();
                let shown = Breach { id, message: message.clone(), ..breach.clone() };
                let (holds, known) =
                    alike.entry(message).or_insert_with(|| ([false; 2], shown.clone()));
                if let Some(holds) = holds.get_mut(side) {
                    *holds = true;
                }
                *known = shown;
            }
        }
        // Where a rule could not be asked it is not known whether it holds.
        let asked = |side: usize, rule: &str, holds: bool| {
            let judged = judged.get(side)?.as_ref()?;
            let failed = judged.faults.iter().any(|fault| fault.rule == rule);
            (holds || !failed).then_some(holds)
        };
        let all = sides.into_iter().flat_map(|((_, id), alike)| joined(alike, id.is_some()));
        for ([of_desired, of_actual], breach) in all {
            let desired = asked(0, &breach.rule, of_desired);
            let actual = asked(1, &breach.rule, of_actual);
            let violation = self.violation(breach, (desired, actual), evaluator, exempted);
            part.policy.violations.push(violation);
        }
        for (side, judged) in [Side::Desired, Side::Actual].into_iter().zip(judged) {
            for fault in judged.into_iter().flat_map(|judged| judged.faults) {
                part.policy.errors.push(self.error(fault, side));
            }
        }
    }

    fn violation(
        &self,
        breach: Breach,
        (desired, actual): (Option<bool>, Option<bool>),
        evaluator: &Evaluator,
        exempted: &dyn Fn(&str) -> Option<Exempted>,
    ) -> PolicyViolation {
        let policy = self.policy;
        let said = evaluator.said(self.number, &breach.rule).cloned().unwrap_or_default();
        let by_policy = || Exempted {
            owner: "policy".to_owned(),
            reason: "its rule `exception` lets it pass".to_owned(),
            until: None,
        };
        let names = (policy.id.as_str(), breach.rule.as_str(), breach.id.as_deref());
        PolicyViolation {
            fingerprint: of_violation(&self.resource.key(), names),
            policy: policy.id.clone(),
            title: said.title.or_else(|| policy.title.clone()),
            resource: self.resource.clone(),
            // Known when all resources are.
            status: Status::NotChecked,
            severity: said.severity.unwrap_or(policy.severity),
            category: policy.category.clone(),
            controls: said.controls.unwrap_or_else(|| policy.controls.clone()),
            enforcement: match breach.rule.starts_with("warn") {
                true => policy.enforcement.min(Enforcement::Warn),
                false => policy.enforcement,
            },
            introduced_by_drift: false,
            desired,
            actual,
            exempted: exempted(&breach.rule).or_else(|| breach.excepted.then(by_policy)),
            runbook: said.runbook.or_else(|| policy.runbook.clone()),
            rule: breach.rule,
            id: breach.id,
            message: breach.message,
        }
    }

    fn error(&self, fault: Fault, side: Side) -> PolicyError {
        PolicyError {
            policy: self.policy.id.clone(),
            rule: fault.rule,
            resource: self.resource.clone(),
            side,
            code: fault.code.to_owned(),
            message: self.masks.text(&fault.message),
            file: fault.file,
            line: fault.place.map(|(line, _)| line),
            column: fault.place.map(|(_, column)| column),
        }
    }
}
