//! Evaluates policies: one rule over one side of one resource, within limits that count steps.

use super::budget::{Budget, TOO_MUCH};
use super::builtins;
use super::compiled::{Asked, Compiled, PolicySet};
use super::input::Subject;
use super::load::OfRule;
use super::module::taken_apart;
use super::results::{self, Found};
use crate::time::Timestamp;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource};
use regorus::{Engine, Value};
use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// So many steps go by between two looks at how many there have been.
const STRIDE: u32 = 64;
/// What regorus says where they are too many.
const TIME_LIMIT: &str = "exceeded time limit";

/// A rule of a policy does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Breach {
    pub(crate) rule: String,
    /// What tells it from others of the same rule, where the policy says it.
    pub(crate) id: Option<String>,
    pub(crate) message: String,
    /// Whether the rule `exception` of the policy lets it pass.
    pub(crate) excepted: bool,
}

/// A rule of a policy could not be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    pub(crate) rule: String,
    /// `step_limit`, `memory_limit`, `result` or `evaluation`.
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Line and column in the file, or in the text where it was none.
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) file: Option<String>,
}

/// What a policy says of one side of a resource.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) breaches: Vec<Breach>,
    pub(crate) faults: Vec<Fault>,
}

/// Policies as one thread evaluates them.
#[derive(Debug)]
pub(crate) struct Evaluator {
    set: Arc<PolicySet>,
    /// One for each policy, made when it is first asked.
    engines: Vec<Option<Engine>>,
    at: Timestamp,
    budget: Budget,
}

impl Evaluator {
    pub(crate) fn new(set: &Arc<PolicySet>, at: Timestamp) -> Self {
        Self {
            engines: vec![None; set.policies.len()],
            set: Arc::clone(set),
            at,
            budget: Budget::new(set.max_bytes),
        }
    }

    /// What the annotations of a rule say of its violations.
    pub(crate) fn said(&self, policy: usize, rule: &str) -> Option<&OfRule> {
        let asked = &self.set.policies.get(policy)?.asked;
        asked.iter().find(|asked| asked.name == rule).map(|asked| &asked.said)
    }

    /// What the policy of this number says of one side of a resource.
    pub(crate) fn judge(&mut self, policy: usize, subject: &Subject) -> Judged {
        let Some(compiled) = self.set.policies.get(policy) else { return Judged::default() };
        self.evaluate(policy, subject.input(&compiled.policy))
    }

    /// What the policy of this number says of an input.
    pub(crate) fn evaluate(&mut self, policy: usize, input: Value) -> Judged {
        let mut judged = Judged::default();
        let set = Arc::clone(&self.set);
        let (Some(compiled), Some(engine)) =
            (set.policies.get(policy), self.engines.get_mut(policy))
        else {
            return judged;
        };
        let engine = engine.get_or_insert_with(|| made(compiled, &set, self.at, &self.budget));
        engine.set_input(input);
        for asked in &compiled.asked {
            match ask(engine, &asked.path, asked.query, compiled, (&set, &self.budget)) {
                Ok(value) => collect(&value, asked, compiled, &mut judged),
                Err(fault) => judged.faults.push(Fault { rule: asked.name.clone(), ..fault }),
            }
        }
        if let Some(path) = compiled.exception.as_ref().filter(|_| !judged.breaches.is_empty()) {
            match ask(engine, path, false, compiled, (&set, &self.budget)) {
                Ok(value) => except(&results::names(&value), &mut judged),
                Err(fault) => {
                    judged.faults.push(Fault { rule: "exception".to_owned(), ..fault });
                }
            }
        }
        judged.breaches.sort_unstable();
        judged.breaches.dedup();
        judged
    }
}

/// The engine of a policy for one thread.
fn made(compiled: &Compiled, set: &PolicySet, at: Timestamp, budget: &Budget) -> Engine {
    let mut engine = compiled.engine.clone();
    builtins::add(&mut engine, at, budget);
    let steps = u32::try_from(set.max_steps).unwrap_or(u32::MAX).max(1);
    // Where another crate of the program gives regorus a clock, any look at it says that time has passed.
    let (limit, every) = match counts_steps() {
        true => (looks(set), steps.min(STRIDE)),
        false => (0, steps),
    };
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: Duration::from_nanos(limit),
        check_interval: NonZeroU32::new(every).unwrap_or(NonZeroU32::MIN),
    });
    engine
}

/// Asks for a rule.
fn ask(
    engine: &mut Engine,
    path: &str,
    query: bool,
    compiled: &Compiled,
    (set, budget): (&PolicySet, &Budget),
) -> Result<Value, Fault> {
    budget.clear();
    let started = LOOKS.get();
    let answer = if query {
        engine.eval_query(path.to_owned(), false).map(|answer| {
            let first = answer.result.into_iter().next();
            let first = first.and_then(|result| result.expressions.into_iter().next());
            first.map_or(Value::Undefined, |expression| expression.value)
        })
    } else {
        engine.eval_rule(path.to_owned())
    };
    // The engine goes on where one of several bodies of a function fails, so what it comes to may stand on an
    // answer that was not given.
    let passed = match &answer {
        Ok(_) if budget.is_passed() => Some(TOO_MUCH),
        Ok(_) if counts_steps() && LOOKS.get().wrapping_sub(started) > looks(set) + 1 => {
            Some(TIME_LIMIT)
        }
        _ => None,
    };
    match passed {
        Some(passed) => Err(fault(passed, compiled, set)),
        None => answer.map_err(|error| fault(&error.to_string(), compiled, set)),
    }
}

/// The looks at the count of steps that a rule may take.
fn looks(set: &PolicySet) -> u64 {
    u64::from(u32::try_from(set.max_steps).unwrap_or(u32::MAX).max(1) / STRIDE)
}

fn fault(error: &str, compiled: &Compiled, set: &PolicySet) -> Fault {
    let (message, _) = taken_apart(error);
    let (file, place) = compiled.place_of(error);
    let (code, message) = if message.contains(TIME_LIMIT) {
        let limit = set.max_steps;
        ("step_limit", format!("the rule takes more than {limit} steps: `max_policy_steps`"))
    } else if message.contains(TOO_MUCH) {
        let limit = set.max_bytes;
        ("memory_limit", format!("the rule builds more than {limit} bytes: `max_policy_bytes`"))
    } else {
        ("evaluation", message)
    };
    Fault { rule: String::new(), code, message, place, file }
}

/// Adds what a rule has come to.
fn collect(value: &Value, asked: &Asked, compiled: &Compiled, judged: &mut Judged) {
    let policy = &compiled.policy;
    let default = || {
        let title = asked.said.title.as_ref().or(policy.title.as_ref());
        title.cloned().unwrap_or_else(|| format!("`{}` holds", asked.name))
    };
    let found = results::read(value, &default);
    let breach =
        |Found { id, message }| Breach { rule: asked.name.clone(), id, message, excepted: false };
    judged.breaches.extend(found.breaches.into_iter().map(breach));
    judged.faults.extend(found.fault.map(|message| Fault {
        rule: asked.name.clone(),
        code: "result",
        message: message.to_owned(),
        place: None,
        file: None,
    }));
}

/// Lets those pass that are named without `deny_`, `warn_` or `violation_`, as conftest has it.
fn except(names: &[String], judged: &mut Judged) {
    for breach in &mut judged.breaches {
        let rest = ["deny", "warn", "violation"]
            .into_iter()
            .find_map(|word| breach.rule.strip_prefix(word))
            .unwrap_or_default();
        let name = rest.strip_prefix('_').unwrap_or(rest);
        breach.excepted = names.iter().any(|known| known == name);
    }
}

/// Counts the looks at it, on each thread by itself, in the place of a clock.
struct Steps;

thread_local! {
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

impl TimeSource for Steps {
    fn now(&self) -> Option<Duration> {
        let looks = LOOKS.get().wrapping_add(1);
        LOOKS.set(looks);
        Some(Duration::from_nanos(looks))
    }
}

/// Whether regorus counts steps by our count. It has no clock of its own, unless another crate of the
/// program has switched its feature `std` on.
fn counts_steps() -> bool {
    static OURS: OnceLock<bool> = OnceLock::new();
    *OURS.get_or_init(clock::set)
}

/// Gives regorus our count as its clock.
mod clock {
    use regorus::utils::limits::TimeSource;

    /// Stands in where regorus has a clock already.
    #[allow(dead_code, reason = "it is used where regorus is built with `std`")]
    fn set_time_source(_: &'static dyn TimeSource) -> Result<(), ()> {
        Err(())
    }

    pub(super) fn set() -> bool {
        // With `std` the function is not there, and the one above is meant.
        #[allow(
            unused_imports,
            reason = "it brings nothing in where regorus is built with `std`"
        )]
        use regorus::utils::limits::*;
        set_time_source(&super::Steps).is_ok()
    }
}
