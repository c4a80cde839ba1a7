//! Who changed what: the events of one resource, asked for each of its changes.

use super::entry::{Assessor, Sided};
use super::redact::Masks;
use super::types::Change;
use crate::diff::{Attribution, Status};
use crate::events::{Actor, Asked, Attributed, Effect};
use crate::normalize::Shape;
use crate::path::Path;

/// The events of one resource, looked up when the first change asks.
pub(super) struct Asking<'x, 'r> {
    assessor: &'x Assessor<'x>,
    sides: Sided<'r>,
    asked: Option<Asked<'x>>,
}

impl<'x, 'r> Asking<'x, 'r> {
    pub(super) fn new(assessor: &'x Assessor<'x>, sides: Sided<'r>) -> Self {
        Self { assessor, sides, asked: None }
    }

    fn is_asked(&self) -> bool {
        self.assessor.events.is_some() || self.assessor.window.since.is_some()
    }

    fn asked(&mut self) -> &Asked<'x> {
        let Assessor { events, window, .. } = self.assessor;
        let sides = [self.sides.desired, self.sides.actual.or(self.sides.reference)];
        self.asked.get_or_insert_with(|| Asked::of(*events, *window, sides))
    }

    /// Says who made a confirmed change.
    pub(super) fn change(&mut self, change: &mut Change, path: &Path, masks: &Masks) {
        if !self.is_asked() {
            return;
        }
        let manager = change.attribution.take();
        let written = manager.as_ref().and_then(|manager| manager.at);
        let told = self.asked().change(path, written);
        change.attribution = Some(Attribution::with_events(manager, masked(told, masks)));
    }

    /// Who deleted or created the resource.
    pub(super) fn whole(&mut self, status: Status, shape: &Shape) -> Option<Attribution> {
        let effect = match status {
            Status::Missing => Effect::Delete,
            Status::Unmanaged => Effect::Create,
            _ => return None,
        };
        if !self.is_asked() {
            return None;
        }
        let told = self.asked().whole(effect);
        let names = told.actor.is_some() || !told.candidates.is_empty();
        let masks = if names { self.sides.masks(shape) } else { Masks::default() };
        Some(Attribution::with_events(None, masked(told, &masks)))
    }
}

/// The same without any string that must not be shown.
fn masked(mut told: Attributed, masks: &Masks) -> Attributed {
    let clear = |actor: &mut Actor| {
        let others = [actor.identity.as_mut(), actor.via.as_mut()].into_iter().flatten();
        for text in others.chain([&mut actor.name]) {
            *text = masks.text(text);
        }
    };
    told.actor.iter_mut().for_each(clear);
    told.candidates.iter_mut().for_each(|one| clear(&mut one.actor));
    let candidates = told.candidates.iter_mut().map(|one| &mut one.event);
    for event in told.event.iter_mut().chain(candidates) {
        event.action = masks.text(&event.action);
        event.id = event.id.take().map(|id| masks.text(&id));
    }
    told
}
