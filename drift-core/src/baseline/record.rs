//! Records a baseline, resource by resource.

use super::note::{At, Notary, Places};
use super::recall::document;
use super::write::pointer;
use super::{Baseline, Known, check_of};
use crate::error::Result;
use crate::model::{Attributes, Identity, Resource};
use crate::normalize::Shape;
use crate::path::{Path, PathSet, Step};
use crate::report::{Masks, Sided, clear_tags};
use crate::time::Timestamp;
use crate::value::Tree;
use std::collections::BTreeMap;

/// The values of a live resource as a baseline holds them: what an acceptance of all of it is bound to.
pub(crate) fn values_of(
    live: &Resource<'_>,
    sides: Sided<'_>,
    shape: &Shape,
    key: Option<&[u8]>,
) -> Tree {
    let (masks, marks) = (sides.masks(shape), sides.marks());
    noted(live, (&masks, &marks), shape, key, &mut Places::default())
}

fn noted(
    live: &Resource<'_>,
    (masks, marks): (&Masks, &PathSet),
    shape: &Shape,
    key: Option<&[u8]>,
    places: &mut Places,
) -> Tree {
    if live.listed_only {
        return Tree::Map(Vec::new());
    }
    let resource = live.key.to_string();
    let notary = Notary { masks, key, resource: &resource, blind: None };
    let at = At { sensitive: Some(marks), unknown: Some(&live.unknown), digests: None };
    notary.note(live.attributes.value(), &shape.root(), at).write(true, places)
}

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
        let (masks, marks) = (sides.masks(shape), sides.marks());
        let mut places = Places::default();
        let values = noted(live, (&masks, &marks), shape, self.key, &mut places);
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
