//! What `terraform show -json` prints of a plan: what is declared, and the state before it.
//!
//! Terraform refreshes before it plans: `prior_state` holds what it found then. What was recorded
//! before that stands in `resource_drift` alone, where it was different.

mod change;

use super::super::strict::optional;
use super::super::{Context, Reading};
use super::instance::{Instance, keys, resources};
use super::values::entries;
use super::{DEPOSED, STRICT, check_version, is_shown, map, mask, refused, show, warning};
use crate::error::Result;
use crate::model::{Masked, Warning};
use crate::path::PathSet;
use crate::value::{Document, Value};
use change::{Change, Changes, Side};
use std::collections::BTreeSet;

/// Which of the states that a plan tells of is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Planned,
    Prior,
    Refreshed,
}

/// The views of a plan, by name; the first is the default.
pub(in crate::source) const VIEWS: [&str; 3] = ["planned", "prior", "refreshed"];

/// Reads the managed resources of a plan, as the view has them.
pub(in crate::source) fn read<'a>(
    document: Document<'a>,
    context: &Context<'_>,
) -> Result<Reading<'a>> {
    let of = match context.options.view.as_deref() {
        Some("prior") => Of::Prior,
        Some("refreshed") => Of::Refreshed,
        _ => Of::Planned,
    };
    let mut found = Found { listed: true, ..Found::default() };
    for (index, root) in document.roots().enumerate() {
        check(root)?;
        let plan = Plan {
            root,
            changes: Changes::read(root, "resource_changes")?,
            drift: Changes::read(root, "resource_drift")?,
        };
        let before = (found.instances.len(), found.gone.len());
        plan.warn(&mut found)?;
        match of {
            Of::Planned => plan.planned(&mut found)?,
            Of::Prior => plan.state(Side::Before, &mut found)?,
            Of::Refreshed => plan.state(Side::After, &mut found)?,
        }
        let masked = plan.masked()?;
        let instances = found.instances.iter_mut().skip(before.0);
        for instance in instances.chain(found.gone.iter_mut().skip(before.1)) {
            instance.document = index;
            instance.masked = masked.clone();
        }
    }
    Ok(Reading {
        absent: keys(&document, found.gone, context)?,
        resources: resources(document, found.instances, context)?,
        warnings: found.warnings,
        listed: found.listed,
        partial: found.partial,
        ..Reading::default()
    })
}

/// What is read of a plan.
#[derive(Default)]
struct Found {
    instances: Vec<Instance>,
    /// What the refresh found to be gone.
    gone: Vec<Instance>,
    warnings: Vec<Warning>,
    listed: bool,
    /// Whether the plan does not speak for all that it manages.
    partial: bool,
}

/// Refuses what is no plan that `show -json` printed.
fn check(root: Value<'_>) -> Result<()> {
    STRICT.map(root, "a plan")?;
    if let Some(error) = refused(root) {
        return Err(error);
    }
    let fault = |message: &str, help: &str| Err(STRICT.fault(root, message).with_help(help));
    if root.get("plan_format_version").is_some() {
        let message = "the document is a plan that a service has cut down for display";
        return fault(message, "pass what `terraform show -json plan` prints");
    }
    if super::is_plan(root) {
        return check_version(root, STRICT);
    }
    if root.get("format_version").is_some() && is_shown(root) {
        return fault("the document is a state, and no plan", "read it as `terraform_show`");
    }
    if super::state::is_state(root) {
        return fault("the document is a state file, and no plan", "read it as `terraform_state`");
    }
    check_version(root, STRICT)?;
    fault("expected the field `planned_values`", "pass what `terraform show -json plan` prints")
}

/// One plan.
struct Plan<'d> {
    root: Value<'d>,
    changes: Changes<'d>,
    drift: Changes<'d>,
}

impl<'d> Plan<'d> {
    /// Says what the plan leaves open.
    fn warn(&self, found: &mut Found) -> Result<()> {
        if STRICT.flag(self.root, "errored")? == Some(true) {
            let message = "the plan failed: it does not hold all that is declared";
            found.warnings.push(super::super::warning("errored_plan", message.to_owned()));
            found.partial = true;
        }
        for deferred in STRICT.elements(self.root, "deferred_changes")? {
            STRICT.map(deferred, "a deferred change")?;
            let address = map(deferred, "resource_change")?
                .and_then(|change| change.str_field("address"))
                .unwrap_or_default();
            let message = "the resource cannot be planned yet, and is left out";
            found.warnings.push(warning(address, "deferred", message));
            found.partial = true;
        }
        for change in self.changes.deposed.iter().chain(&self.drift.deposed) {
            found.warnings.push(warning(change, DEPOSED.0, DEPOSED.1));
        }
        Ok(())
    }

    /// What is declared, as far as it is known before it is applied.
    fn planned(&self, found: &mut Found) -> Result<()> {
        let values = STRICT.required(self.root, "planned_values")?;
        STRICT.map(values, "`planned_values`")?;
        for entry in entries(values, "/planned_values")? {
            let (values, mask) = (entry.values, entry.marks);
            let mut instance = entry.instance(values, "/values")?;
            let change = self.changes.get(&instance.address);
            // What a `removed` block lets go of is listed still, without values.
            if values.is_none() && change.is_some_and(|change| change.side(Side::After).is_none()) {
                continue;
            }
            let drift = self.drift.get(&instance.address);
            mask::add(mask, &mut instance.sensitive)?;
            if let Some(change) = change {
                change.add_unknown(&mut instance.unknown)?;
                change.warn_of_replacement(&mut found.warnings, &mut instance.replaced)?;
            }
            for change in [change, drift].into_iter().flatten() {
                change.add_sensitive(&mut instance.sensitive)?;
                if instance.former.is_empty() {
                    instance.former.extend(change.former());
                }
            }
            // What was recorded before the refresh is the older of the two.
            let recorded = [drift, change].into_iter().flatten();
            let recorded = recorded.filter_map(|change| change.side(Side::Before)).next();
            instance.recorded = recorded.map(Value::id);
            instance.is_new = change.is_some() && instance.recorded.is_none();
            found.instances.push(instance);
        }
        Ok(())
    }

    /// The state before anything is applied, as it was recorded or as the refresh found it.
    fn state(&self, side: Side, found: &mut Found) -> Result<()> {
        let state = map(self.root, "prior_state")?;
        if let Some(state) = state.filter(|state| state.get("format_version").is_some()) {
            check_version(state, STRICT)?;
        }
        let values = state.map(|state| map(state, "values")).transpose()?.flatten();
        let listed = values.map(|values| entries(values, "/prior_state/values")).transpose()?;
        let mut told = BTreeSet::new();
        for entry in listed.unwrap_or_default() {
            let Some(instance) = show::instance(entry, &mut found.warnings)? else { continue };
            told.insert(instance.address.clone());
            match self.drift.get(&instance.address) {
                Some(drift) => self.drifted(drift, Some(instance), side, found)?,
                None => self.add(instance, found),
            }
        }
        for drift in self.drift.iter().filter(|drift| !told.contains(&drift.entry.address)) {
            self.drifted(drift, None, side, found)?;
        }
        // A plan that was stored without its prior state still says what it starts from.
        let untold = |change: &&Change<'_>| {
            let address = &change.entry.address;
            !told.contains(address) && self.drift.get(address).is_none()
        };
        for change in self.changes.iter().filter(untold) {
            if let Some(before) = change.side(Side::Before) {
                let mut instance = change.entry.clone().instance(Some(before), "/change/before")?;
                change.add_sensitive(&mut instance.sensitive)?;
                self.add(instance, found);
            }
        }
        self.warn_of_relevant(side, found)
    }

    /// A resource that the refresh found to be other than it was recorded.
    fn drifted(
        &self,
        drift: &Change<'d>,
        known: Option<Instance>,
        side: Side,
        found: &mut Found,
    ) -> Result<()> {
        let known = known.unwrap_or_default();
        let read = |value, below| -> Result<Instance> {
            let mut sensitive = PathSet::new();
            drift.add_sensitive(&mut sensitive)?;
            Ok(Instance {
                depends_on: known.depends_on.clone(),
                sensitive: sensitive.union(&known.sensitive),
                ..drift.entry.clone().instance(Some(value), below)?
            })
        };
        match (drift.side(side), drift.side(Side::Before)) {
            (Some(value), _) => {
                self.add(read(value, side.below())?, found);
            }
            (None, Some(before)) if side == Side::After => {
                found.gone.push(read(before, Side::Before.below())?);
            }
            (None, _) => {}
        }
        Ok(())
    }

    /// Takes an instance by the address that the plan gives it.
    fn add(&self, mut instance: Instance, found: &mut Found) {
        let changes = [self.changes.get(&instance.address), self.drift.get(&instance.address)];
        instance.former.extend(changes.into_iter().flatten().find_map(Change::former));
        found.instances.push(instance);
    }

    /// Says which attributes that drifted the plan goes by.
    fn warn_of_relevant(&self, side: Side, found: &mut Found) -> Result<()> {
        if side == Side::Before {
            return Ok(());
        }
        for relevant in STRICT.elements(self.root, "relevant_attributes")? {
            STRICT.map(relevant, "a relevant attribute")?;
            let resource = STRICT.required(relevant, "resource")?;
            let resource = STRICT.text(resource, "`resource`")?;
            if self.drift.of_block(resource) {
                let path = optional(relevant, "attribute").map(change::path).transpose()?;
                let message = "the plan goes by this attribute of a resource that has drifted";
                let warning = warning(resource, "relevant_drift", message);
                let path = path.map(|path| path.to_string()).filter(|path| !path.is_empty());
                found.warnings.push(Warning { path, ..warning });
            }
        }
        Ok(())
    }

    /// Sensitive outputs and variables, which may stand in any resource.
    fn masked(&self) -> Result<Masked> {
        let mut found = Vec::new();
        if let Some(values) = map(self.root, "planned_values")? {
            mask::add_outputs(values, &mut found)?;
        }
        let prior = map(self.root, "prior_state")?.map(|state| map(state, "values")).transpose()?;
        if let Some(values) = prior.flatten() {
            mask::add_outputs(values, &mut found)?;
        }
        for (_, output) in map(self.root, "output_changes")?.into_iter().flat_map(Value::fields) {
            STRICT.map(output, "the change of an output")?;
            for (value, marks) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
                if let (Some(value), Some(marks)) = (output.get(value), output.get(marks)) {
                    mask::add_marked(value, marks, &mut found);
                }
            }
        }
        self.add_variables(&mut found)?;
        Ok(found.into())
    }

    /// The values of variables that the configuration declares as sensitive.
    fn add_variables(&self, found: &mut Vec<String>) -> Result<()> {
        let Some(variables) = map(self.root, "variables")? else { return Ok(()) };
        let module = map(self.root, "configuration")?
            .map(|configuration| map(configuration, "root_module"))
            .transpose()?
            .flatten();
        let declared = module.map(|module| map(module, "variables")).transpose()?.flatten();
        for (name, declaration) in declared.into_iter().flat_map(Value::fields) {
            STRICT.map(declaration, "a variable")?;
            if STRICT.flag(declaration, "sensitive")? == Some(true)
                && let Some(value) = variables.get(name).and_then(|value| value.get("value"))
            {
                mask::collect(value, found);
            }
        }
        Ok(())
    }
}
