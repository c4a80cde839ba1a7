//! Templates inside deployments: where they are deployed to, and what names and functions stand for in
//! them.

use super::evaluate::{Frame, Round};
use super::made::Made;
use super::parameters::Parameters;
use super::plan::{Around, MAX_NESTED, Planner};
use super::target::{Level, Target, Told};
use super::{STRICT, map, warn};
use crate::error::Result;
use crate::model::Reason;
use crate::source::strict::optional;
use crate::value::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

impl<'d> Planner<'_, 'd> {
    /// The template inside a deployment.
    pub(super) fn deployment(
        &mut self,
        value: Value<'d>,
        frame: &Frame<'d>,
        around: &Around,
        rounds: &[Round],
    ) -> Result<()> {
        let document = self.document;
        let properties = map(value, "properties")?;
        let template = properties.map(|all| map(all, "template")).transpose()?.flatten();
        let (Some(properties), Some(template)) = (properties, template) else {
            let message = "a linked template is not read: pass it as well";
            self.plan.warnings.push(warn(
                &around.shown.join("/"),
                "linked_template",
                message.to_owned(),
            ));
            self.gap(None, Reason::Unsupported, message, frame);
            return Ok(());
        };
        if around.depth >= MAX_NESTED {
            return Err(STRICT.fault(template, "templates stand too deep inside each other"));
        }
        let mut evaluator = self.evaluator(frame, rounds);
        let mut text = |name: &str| -> Result<Option<Option<String>>> {
            let told = optional(value, name).map(|named| evaluator.value(named)).transpose()?;
            Ok(told.map(|made| made.text(document).filter(|_| !made.holds_secret())))
        };
        let told = Told {
            scope: text("scope")?,
            subscription: text("subscriptionId")?,
            resource_group: text("resourceGroup")?,
            level: Level::of_template(template),
        };
        let target = Rc::new(Target::of_deployment(&frame.target, told));
        let scope = properties.get("expressionEvaluationOptions");
        let scope = scope.and_then(|options| options.str_field("scope")).unwrap_or("outer");
        let inside = Around {
            pointer: format!("{}/properties/template", around.pointer),
            names: Some(Vec::new()),
            depth: around.depth + 1,
            ..Around::default()
        };
        if !scope.eq_ignore_ascii_case("inner") {
            let outer = Frame {
                parameters: frame.parameters.clone(),
                defaults: frame.defaults.clone(),
                variables: frame.variables.clone(),
                functions: frame.functions.clone(),
                target,
                // Functions are evaluated outside, and answer what they answer there.
                seen: frame.seen.clone(),
            };
            return self.template_in(template, &outer, &inside, rounds);
        }
        let given = map(properties, "parameters")?;
        let mut passed = BTreeMap::new();
        for (name, entry) in given.into_iter().flat_map(Value::fields) {
            let made = match entry.get("value") {
                Some(value) => evaluator.value(value)?,
                // A secret of a vault.
                None => Made::unknown(entry.id()).secret(entry.get("reference").is_some()),
            };
            passed.insert(name.to_lowercase(), made);
        }
        let parameters =
            Parameters::load(template, |name, _, _| Ok(passed.get(&name.to_lowercase()).cloned()))?;
        let seen = frame.seen.inside(&target);
        let inner = super::plan::frame(template, parameters, target, seen, &mut self.plan)?;
        self.template_in(template, &inner, &inside, &[])
    }

    fn template_in(
        &mut self,
        template: Value<'d>,
        frame: &Frame<'d>,
        around: &Around,
        rounds: &[Round],
    ) -> Result<()> {
        let resources = STRICT.required(template, "resources")?;
        let pointer = format!("{}/resources", around.pointer);
        self.resources(resources, frame, &Around { pointer, ..around.clone() }, rounds)
    }
}
