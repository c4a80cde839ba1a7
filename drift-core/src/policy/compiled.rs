//! Policies as a detector has them: each with an engine that its modules have been loaded into.

use super::held::Put;
use super::input::raw;
use super::load::{OfRule, of_rule};
use super::module::{Module, check_calls, place_of, taken_apart};
use super::{Policies, Policy, calls, depth, fail};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::model::Warning;
use crate::time::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The policies of a detector.
#[derive(Clone, Debug, Default)]
pub(crate) struct PolicySet {
    pub(super) policies: Vec<Compiled>,
    /// Steps of one rule over one side.
    pub(super) max_steps: usize,
    /// Bytes that functions may build meanwhile.
    pub(super) max_bytes: usize,
}

/// A policy with its engine, which is copied for each thread.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) policy: Arc<Policy>,
    pub(super) engine: regorus::Engine,
    pub(super) asked: Vec<Asked>,
    pub(super) exception: Option<String>,
    /// By what regorus calls them: `m0`, `m1` and so on; each with the text that is evaluated.
    modules: Vec<(Arc<Module>, Put)>,
}

impl Compiled {
    /// The file and the place in it that an error of regorus is about.
    pub(super) fn place_of(&self, error: &str) -> (Option<String>, Option<(usize, usize)>) {
        let Some((module, put)) = named(error, &self.modules) else { return (None, None) };
        let (_, place) = taken_apart(error);
        let place = place.and_then(|place| module.place(put.place(place)));
        (module.file.clone(), place)
    }
}

/// A rule that is asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) query: bool,
    pub(super) said: OfRule,
}

impl PolicySet {
    /// Loads the policies, each with all libraries.
    pub(crate) fn new(given: Policies, limits: &Limits) -> Result<Self> {
        let mut ids = BTreeSet::new();
        for policy in &given.policies {
            if !ids.insert(policy.id.as_str()) {
                let message = "a policy id stands twice among the policies";
                return Err(fail(message).on_resource(policy.id.clone()));
            }
        }
        let load = |policy: &Arc<Policy>| {
            compile(policy, &given.libraries).map_err(|error| error.on_resource(&policy.id))
        };
        Ok(Self {
            policies: given.policies.iter().map(load).collect::<Result<_>>()?,
            max_steps: limits.max_policy_steps,
            max_bytes: limits.max_policy_bytes,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    pub(crate) fn policies(&self) -> impl Iterator<Item = &Arc<Policy>> {
        self.policies.iter().map(|compiled| &compiled.policy)
    }

    /// What a reader should know of exemptions that no longer hold.
    pub(crate) fn warnings(&self, at: Timestamp) -> impl Iterator<Item = Warning> {
        let exemptions = self
            .policies()
            .flat_map(|policy| policy.exemptions.iter().map(move |exemption| (policy, exemption)));
        exemptions.filter_map(move |(policy, exemption)| {
            let expires = exemption.expires.filter(|expires| at > *expires)?;
            let message = format!(
                "an exemption from the policy `{}`, of {}, has ended at {expires}",
                policy.id, exemption.owner
            );
            let code = "exemption_expired".to_owned();
            Some(Warning { code, message, resource: None, path: None })
        })
    }
}

fn compile(policy: &Arc<Policy>, libraries: &[Arc<Module>]) -> Result<Compiled> {
    let is_own = |module: &&Arc<Module>| policy.modules.iter().any(|own| Arc::ptr_eq(own, module));
    let others = libraries.iter().filter(|module| !is_own(module));
    let modules: Vec<Arc<Module>> = policy.modules.iter().chain(others).cloned().collect();
    check_calls(modules.iter().map(|module| &**module))?;
    calls::check(modules.iter().map(|module| &**module))?;
    depth::check(modules.iter().flat_map(|module| &module.asks))?;
    let mut engine = regorus::Engine::new();
    // As OPA does: a function that fails is undefined.
    engine.set_strict_builtin_errors(false);
    let put = modules.iter().map(|module| (Arc::clone(module), module.put(&modules)));
    let modules: Vec<(Arc<Module>, Put)> = put.collect();
    for (number, (module, put)) in modules.iter().enumerate() {
        engine.set_rego_v0(module.old);
        engine
            .add_policy(format!("m{number}"), put.text.clone())
            .map_err(|error| located(&error.to_string(), &modules))?;
    }
    let data = engine.add_data(raw(&policy.data));
    data.map_err(|error| fail(format!("`data`: {}", taken_apart(&error.to_string()).0)))?;
    // Asks for nothing; variables and rules are looked through before.
    let prepared = engine.eval_query("true".to_owned(), false);
    prepared.map_err(|error| located(&error.to_string(), &modules))?;
    let own = || policy.modules.iter();
    let mut asked: Vec<Asked> = Vec::new();
    for entry in own().flat_map(|module| &module.entries) {
        match asked.iter_mut().find(|known| known.name == entry.name) {
            // The package goes on in another file.
            Some(known) => known.query |= entry.query,
            None => asked.push(Asked {
                name: entry.name.clone(),
                path: entry.path.clone(),
                query: entry.query,
                said: of_rule(entry.annotations.as_ref()),
            }),
        }
    }
    Ok(Compiled {
        policy: Arc::clone(policy),
        asked,
        modules,
        exception: own().find_map(|module| module.exception.clone()),
        engine,
    })
}

/// The module that an error of regorus names.
fn named<'m>(error: &str, modules: &'m [(Arc<Module>, Put)]) -> Option<&'m (Arc<Module>, Put)> {
    let (file, ..) = place_of(error)?;
    modules.get(file.strip_prefix('m')?.parse::<usize>().ok()?)
}

/// An error that shows in one of the modules.
fn located(error: &str, modules: &[(Arc<Module>, Put)]) -> Error {
    match named(error, modules) {
        Some((module, put)) => module.told(error, put),
        None => fail(taken_apart(error).0),
    }
}
