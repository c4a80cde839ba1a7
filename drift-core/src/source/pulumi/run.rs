//! What a run of Pulumi says that it does: the steps of `preview --json`, and the events of `--event-log`.
//!
//! Both tell of each resource what was recorded before, what a refresh found, and what is declared now.

use super::{Place, Reference, STRICT, Side, State, finish, warn, warn_of};
use crate::error::Result;
use crate::model::Warning;
use crate::source::strict::optional;
use crate::source::{Context, Reading, warning};
use crate::value::{Document, Kind, Value};
use std::collections::BTreeMap;

/// The views: what is declared, what was declared before, what was recorded before, and what is there,
/// as far as the run has refreshed.
pub(in crate::source) const VIEWS: [&str; 4] = ["planned", "prior", "recorded", "refreshed"];

/// The kinds of events.
const EVENTS: [&str; 18] = [
    "cancelEvent",
    "stdoutEvent",
    "diagnosticEvent",
    "preludeEvent",
    "summaryEvent",
    "resourcePreEvent",
    "resOutputsEvent",
    "resOpFailedEvent",
    "policyEvent",
    "policyRemediationEvent",
    "policyLoadEvent",
    "policyAnalyzeSummaryEvent",
    "policyRemediateSummaryEvent",
    "policyAnalyzeStackSummaryEvent",
    "startDebuggingEvent",
    "progressEvent",
    "errorEvent",
    "doneEvent",
];

/// What a step does with its resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    /// It is, or becomes, what the program says.
    Declares {
        anew: bool,
    },
    /// It is no longer declared.
    Deletes,
    Refreshes,
    /// It is only read, or a part of another step.
    Passes,
}

impl Op {
    fn read(value: Value<'_>) -> Result<Self> {
        Ok(match STRICT.text(value, "`op`")? {
            "same" | "update" | "replace" | "create-replacement" | "import"
            | "import-replacement" => Self::Declares { anew: false },
            "create" => Self::Declares { anew: true },
            "delete" => Self::Deletes,
            "refresh" => Self::Refreshes,
            "delete-replaced"
            | "read"
            | "read-replacement"
            | "discard"
            | "discard-replaced"
            | "remove-pending-replace" => Self::Passes,
            _ => {
                let error = STRICT.fault(value, "no such operation of a step");
                let known = "`same`, `create`, `update`, `delete`, `replace`, `refresh`, `read`, \
                    `import`, and the parts of a replacement are known";
                return Err(error.with_help(known));
            }
        })
    }
}

/// A state, and where it stands.
#[derive(Clone)]
struct At<'d> {
    value: Value<'d>,
    document: usize,
    pointer: String,
}

/// What the run says of one resource.
#[derive(Clone, Default)]
struct Told<'d> {
    old: Option<At<'d>>,
    new: Option<At<'d>>,
    anew: bool,
    /// What the refresh found, if it did; nothing where the resource is gone.
    found: Option<Option<At<'d>>>,
    /// Whether the answer of the refresh is awaited.
    refreshing: bool,
}

/// What is read of a run, by URN, in the order in which the resources are first told of.
#[derive(Default)]
struct Run<'d> {
    told: Vec<Told<'d>>,
    at: BTreeMap<&'d str, usize>,
    warnings: Vec<Warning>,
    partial: bool,
}

/// One step, wherever it stands.
struct Step<'d> {
    op: Op,
    urn: &'d str,
    old: Option<At<'d>>,
    new: Option<At<'d>>,
}

impl<'d> Step<'d> {
    /// Reads a step, its states in the fields of these names.
    fn read(value: Value<'d>, [old, new]: [&str; 2], document: usize, at: &str) -> Result<Self> {
        STRICT.map(value, "a step")?;
        let op = Op::read(STRICT.required(value, "op")?)?;
        let urn = STRICT.text(STRICT.required(value, "urn")?, "`urn`")?;
        let state = |name: &str| {
            let found = |state| At { value: state, document, pointer: format!("{at}/{name}") };
            optional(value, name).map(found)
        };
        Ok(Self { op, urn, old: state(old), new: state(new) })
    }
}

impl<'d> Run<'d> {
    fn of(&mut self, urn: &'d str) -> Option<&mut Told<'d>> {
        let next = self.told.len();
        let at = *self.at.entry(urn).or_insert(next);
        if at == next {
            self.told.push(Told::default());
        }
        self.told.get_mut(at)
    }

    /// Takes a step; the answer of a refresh comes later where this is not the last word.
    fn step(&mut self, step: Step<'d>, is_answer: bool) {
        let Some(told) = self.of(step.urn) else { return };
        if is_answer && told.refreshing {
            told.refreshing = false;
            told.found = Some(step.new.filter(|_| step.op != Op::Deletes));
            return;
        }
        match step.op {
            Op::Refreshes => {
                told.old = told.old.take().or(step.old);
                told.found = Some(step.new);
                told.refreshing = !is_answer;
            }
            // Parts of one replacement tell the same once more.
            Op::Declares { anew } if told.new.is_none() => {
                told.refreshing = false;
                told.anew = anew && step.old.is_none() && told.old.is_none();
                told.old = told.old.take().or(step.old);
                told.new = step.new;
            }
            Op::Deletes => {
                told.refreshing = false;
                told.old = told.old.take().or(step.old);
            }
            Op::Declares { .. } | Op::Passes => {}
        }
    }

    fn states(&self, view: Option<&str>) -> Result<(Vec<State>, Vec<State>)> {
        let (mut states, mut gone) = (Vec::new(), Vec::new());
        let read = |at: &At<'d>, side| {
            State::read(at.value, side, Place { document: at.document, pointer: &at.pointer })
        };
        for told in &self.told {
            let (at, side) = match view {
                Some("prior") => (told.old.as_ref(), Side::Inputs),
                Some("recorded") => (told.old.as_ref(), Side::Outputs),
                Some("refreshed") => match &told.found {
                    Some(None) => {
                        if let Some(old) = &told.old {
                            gone.extend(read(old, Side::Outputs)?);
                        }
                        continue;
                    }
                    Some(found) => (found.as_ref(), Side::Outputs),
                    None => (told.old.as_ref(), Side::Outputs),
                },
                _ => (told.new.as_ref(), Side::Inputs),
            };
            let Some(at) = at else { continue };
            let Some(mut state) = read(at, side)? else { continue };
            if !matches!(view, Some("prior" | "recorded" | "refreshed")) {
                let old =
                    told.old.as_ref().map(|old| read(old, Side::Inputs)).transpose()?.flatten();
                state.declared(old, told.anew);
            }
            states.push(state);
        }
        Ok((states, gone))
    }

    fn finish(self, context: &Context<'_>) -> Result<Finished> {
        let view = context.options.view.as_deref();
        let (states, gone) = self.states(view)?;
        Ok(Finished { states, gone, warnings: self.warnings, partial: self.partial })
    }
}

/// What a run comes to, free of its document.
struct Finished {
    states: Vec<State>,
    gone: Vec<State>,
    warnings: Vec<Warning>,
    partial: bool,
}

impl Finished {
    fn into_reading<'a>(
        self,
        document: Document<'a>,
        context: &Context<'_>,
    ) -> Result<Reading<'a>> {
        let Self { states, gone, warnings, partial } = self;
        let reading = finish(document, (states, gone), true, context)?;
        Ok(Reading { warnings, partial, ..reading })
    }
}

impl State {
    /// What is declared of a resource, with what was declared before. The new state of a preview has no
    /// id yet where the old one has.
    fn declared(&mut self, old: Option<State>, anew: bool) {
        if anew {
            self.reference = Reference::Nothing;
        }
        let Some(old) = old else { return };
        self.reference = old.attributes.map_or(Reference::Untold, Reference::Node);
        self.id = self.id.take().or(old.id);
        self.scope.fill(&old.scope);
        if self.identities.is_empty() {
            self.identities = old.identities;
        }
        self.sensitive = self.sensitive.union(&old.sensitive);
    }
}

/// What `pulumi preview --json` prints.
pub(in crate::source) mod preview {
    use super::warn_of;
    use super::{Context, Document, Finished, Kind, Reading, Result, Run, STRICT, Step, Value};

    pub(in crate::source) use super::VIEWS;

    /// Whether a document looks like a preview.
    pub(in crate::source) fn is_preview(root: Value<'_>) -> bool {
        let steps = root.get("steps").filter(|steps| steps.kind() == Kind::List);
        let is_step = |step: Value<'_>| step.get("op").is_some() && step.str_field("urn").is_some();
        match steps.and_then(|steps| steps.at(0)) {
            Some(step) => is_step(step),
            None => root.get("changeSummary").is_some_and(|map| map.kind() == Kind::Map),
        }
    }

    /// Reads the steps of previews.
    pub(in crate::source) fn read<'a>(
        document: Document<'a>,
        context: &Context<'_>,
    ) -> Result<Reading<'a>> {
        told(&document, context)?.into_reading(document, context)
    }

    fn told(document: &Document<'_>, context: &Context<'_>) -> Result<Finished> {
        let mut run = Run::default();
        for (index, root) in document.roots().enumerate() {
            STRICT.map(root, "a preview")?;
            if !is_preview(root) && root.get("steps").is_none() {
                let error = STRICT.fault(root, "expected the field `steps`");
                return Err(error.with_help("pass what `pulumi preview --json` prints"));
            }
            for (at, step) in STRICT.elements(root, "steps")?.enumerate() {
                let names = ["oldState", "newState"];
                let read = Step::read(step, names, index, &format!("/steps/{at}"))?;
                if let Some(new) = &read.new {
                    STRICT.map(new.value, "`newState`")?;
                    warn_of(new.value, &mut run.warnings)?;
                }
                run.step(read, true);
            }
            super::errors(STRICT.elements(root, "diagnostics")?, &mut run);
        }
        run.finish(context)
    }
}

/// The events that the engine writes with `--event-log`.
pub(in crate::source) mod events {
    use super::{Context, Document, EVENTS, Finished, Reading, Result, Run, STRICT, Step, Value};
    use super::{optional, warn, warning};

    pub(in crate::source) use super::VIEWS;

    /// Whether a document looks like an event.
    pub(in crate::source) fn is_event(root: Value<'_>) -> bool {
        root.get("sequence").is_some()
            && root.get("timestamp").is_some()
            && EVENTS.iter().any(|name| root.get(name).is_some())
    }

    /// Reads the events of one run.
    pub(in crate::source) fn read<'a>(
        document: Document<'a>,
        context: &Context<'_>,
    ) -> Result<Reading<'a>> {
        told(&document, context)?.into_reading(document, context)
    }

    fn told(document: &Document<'_>, context: &Context<'_>) -> Result<Finished> {
        let mut run = Run::default();
        let mut ended = false;
        for (index, root) in document.roots().enumerate() {
            STRICT.map(root, "an event")?;
            if root.get("sequence").is_none() || root.get("timestamp").is_none() {
                let error = STRICT.fault(root, "expected the fields `sequence` and `timestamp`");
                return Err(error.with_help("pass what `pulumi up --event-log` has written"));
            }
            ended |= root.get("summaryEvent").is_some();
            for (name, is_answer) in [("resourcePreEvent", false), ("resOutputsEvent", true)] {
                let Some(event) = optional(root, name) else { continue };
                STRICT.map(event, format_args!("`{name}`"))?;
                let metadata = STRICT.required(event, "metadata")?;
                let at = format!("/{name}/metadata");
                run.step(Step::read(metadata, ["old", "new"], index, &at)?, is_answer);
            }
            if let Some(event) = optional(root, "resOpFailedEvent") {
                let urn = event.get("metadata").and_then(|metadata| metadata.str_field("urn"));
                let message = "the operation failed";
                run.warnings.push(warn(urn.unwrap_or_default(), "failed_operation", message));
                run.partial = true;
            }
            if let Some(event) = optional(root, "diagnosticEvent") {
                super::errors(std::iter::once(event), &mut run);
            }
        }
        if !ended {
            let message = "the events end before the run does: it may tell of more resources";
            run.warnings.push(warning("unfinished_run", message.to_owned()));
            run.partial = true;
        }
        run.finish(context)
    }
}

/// Says that the run failed, where its diagnostics do: it does not tell of all resources then.
fn errors<'d>(diagnostics: impl Iterator<Item = Value<'d>>, run: &mut Run<'_>) {
    let mut severities = diagnostics.filter_map(|one| one.str_field("severity"));
    if !run.partial && severities.any(|severity| severity == "error") {
        let message = "the run failed: it does not tell of all that is declared";
        run.warnings.push(warning("failed_run", message.to_owned()));
        run.partial = true;
    }
}
