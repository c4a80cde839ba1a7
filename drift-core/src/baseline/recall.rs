//! A live resource beside what its baseline holds, both under the rules of today, for a comparison.

use super::Known;
use super::note::{At, Notary, Places};
use crate::diff::{Mark, Marks, Normal};
use crate::limits::Limits;
use crate::normalize::{Cursor, Shape};
use crate::path::PathSet;
use crate::report::Sided;
use crate::value::{Arena, Document, ReadOptions, Seed, Tree, Value};

/// How digests of secrets are made where a baseline is compared with.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'k> {
    /// The caller's key, if the baseline's digests were made with it.
    pub(crate) trusted: Option<&'k [u8]>,
    /// Keys what is compared and forgotten.
    pub(crate) seed: Seed,
}

/// Both values with their secrets replaced.
pub(crate) struct Recalled {
    was: Document<'static>,
    live: Document<'static>,
    marks: Marks,
    sensitive: PathSet,
}

impl Recalled {
    /// What a comparison takes.
    pub(crate) fn normal(&self) -> Normal<'_> {
        Normal {
            was: self.was.root(),
            live: self.live.root(),
            marks: &self.marks,
            sensitive: &self.sensitive,
        }
    }
}

impl Known {
    /// What the baseline holds, beside what of `value` is compared. Nothing of the live one is kept.
    pub(crate) fn recall(
        &self,
        value: Value<'_>,
        unknown: &PathSet,
        sides: Sided<'_>,
        shape: &Shape,
        keys: Keys<'_>,
    ) -> Recalled {
        let masks = sides.masks(shape);
        let own = [keys.seed.0[0].to_le_bytes(), keys.seed.0[1].to_le_bytes()].concat();
        let blind: PathSet = match keys.trusted {
            Some(_) => self.blind.iter().cloned().collect(),
            None => self.digests.iter().collect(),
        };
        let any_blind = PathSet::marks([&blind]);
        let sensitive = PathSet::marks([&sides.marks(), &self.digests]);
        let resource = self.resource.key.to_string();
        let notary = Notary {
            masks: &masks,
            key: Some(keys.trusted.unwrap_or(&own)),
            resource: &resource,
            blind: Some(&any_blind).filter(|set| !set.is_empty()),
        };
        let root = shape.root();
        let at = At { sensitive: Some(&sensitive), unknown: Some(unknown), digests: None };
        let (live, _) = twin(&notary, value, &root, at);
        let at = At { unknown: None, digests: Some(&self.digests), ..at };
        let (was, places) = twin(&notary, self.resource.attributes.value(), &root, at);
        let mut marks = self.marks.clone();
        for path in blind.iter() {
            marks.note(path.steps(), Mark::Blind);
        }
        // What was left out when it was recorded, and what would be now.
        for steps in &places.left_out {
            marks.note(steps, Mark::Silent);
        }
        for steps in &places.unordered {
            marks.note(steps, Mark::Unordered);
        }
        let mut secrets = PathSet::new();
        places.secrets.iter().for_each(|steps| secrets.insert_steps(steps));
        Recalled { was, live, marks, sensitive: PathSet::marks([&sensitive, &secrets]) }
    }
}

/// The value as it is noted down, node by node.
fn twin(
    notary: &Notary<'_>,
    value: Value<'_>,
    cursor: &Cursor<'_>,
    at: At<'_>,
) -> (Document<'static>, Places) {
    let mut places = Places::default();
    let tree = notary.note(value, cursor, at).write(false, &mut places);
    (document(&tree), places)
}

/// A document of its own that holds the tree.
pub(super) fn document(tree: &Tree) -> Document<'static> {
    let limits =
        Limits { max_bytes: Limits::MAX_BYTES, max_nodes: Limits::MAX_BYTES, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    let read =
        |text: &str| Document::parse_json(text.as_bytes(), &options).map(Document::into_owned);
    // What the engine has written is JSON within limits that it has read before.
    let nothing = |_| Document::of_json(&serde_json::Value::Null, &mut Arena::default());
    read(&tree.to_string()).unwrap_or_else(nothing)
}
