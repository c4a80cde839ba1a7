//! Records a baseline, resource by resource.

use super::note::{At, Notary, Places};
use super::recall::document;
use super::write::pointer;
use super::{Baseline, Known, check_of};
use crate::error::Result;
use crate::model::{Attributes, Identity, Resource};
use crate::normalize::Shape;
use crate::path::{Path, Step};
use crate::report::{Sided, clear_tags};
use crate::time::Timestamp;
use crate::value::Tree;
use std::collections::BTreeMap;

/// Puts a baseline together.
pub(crate) struct Recorder<'k> {
    key: Option<&'k [u8]>,
    baseline: Baseline,
}

impl<'k> Recorder<'k> {
    pub(crate) fn new(
        taken_at: Timestamp,
        revision: Option<&str>,
        packs: BTreeMap<String, String>,
        key: Option<&'k [u8]>,
    ) -> Self {
        let baseline = Baseline {
            taken_at,
            revision: revision.map(str::to_owned),
            packs,
            key_check: key.and_then(check_of),
            resources: Vec::new(),
            known: Vec::new(),
            promoted: Vec::new(),
            acceptances: BTreeMap::new(),
        };
        Self { key, baseline }
    }

    /// Adds a live resource, whose attributes have been read.
    pub(crate) fn add(&mut self, live: &Resource<'_>, sides: Sided<'_>, shape: &Shape) {
        let resource = live.key.to_string();
        let masks = sides.masks(shape);
        let marks = sides.marks();
        let notary = Notary { masks: &masks, key: self.key, resource: &resource, blind: None };
        let at = At { sensitive: Some(&marks), unknown: Some(&live.unknown), digests: None };
        let mut places = Places::default();
        let values = match live.listed_only {
            true => Tree::Map(Vec::new()),
            false => {
                let note = notary.note(live.attributes.value(), &shape.root(), at);
                note.write(true, &mut places)
            }
        };
        let in_clear = |identity: &&Identity| masks.text(&identity.value) == identity.value;
        let recorded = Resource {
            address: live.address.clone(),
            identities: live.identities.iter().filter(in_clear).cloned().collect(),
            tags: clear_tags(live, &marks, &masks, shape),
            managed_by: live.managed_by.clone(),
            listed_only: live.listed_only,
            ..Resource::new(live.key.clone(), Attributes::of(document(&values)))
        };
        let pointers = |places: Vec<Vec<Step>>| {
            let mut pointers: Vec<String> =
                places.into_iter().map(|steps| pointer(&Path::new(steps))).collect();
            pointers.sort_unstable();
            pointers
        };
        let known = Known {
            secrets: pointers(places.secrets),
            left_out: pointers(places.left_out),
            unordered: pointers(places.unordered),
            unknown: pointers(places.unknown),
            ..Known::of(recorded)
        };
        self.baseline.known.push(known);
    }

    /// The baseline.
    pub(crate) fn finish(mut self) -> Result<Baseline> {
        self.baseline.known.sort_by(|a, b| a.resource.key.cmp(&b.resource.key));
        // What it is when it is read back is what it is.
        Baseline::from_json(&self.baseline.to_json())
    }
}
