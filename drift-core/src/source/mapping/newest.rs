//! Items of which several tell of one resource at different times: the newest counts.

use super::read::Seen;
use super::text::{Text, pairs, text};
use super::{STRICT, optional};
use crate::error::Result;
use crate::model::ResourceKey;
use crate::source::Taken;
use crate::value::Value;
use std::collections::BTreeMap;

/// When an item was taken, and which of them say that their resource is gone.
#[derive(Clone, Debug)]
pub(super) struct Newest {
    at: Text,
    /// It is gone where the two of any pair are there and equal.
    gone: Vec<(Text, Text)>,
}

impl Newest {
    pub(super) fn load(map: Value<'_>) -> Result<Self> {
        STRICT.fields(map, "`newest`", &["at", "gone"])?;
        let gone = optional(map, "gone").map(|list| pairs(list, "`gone`")).transpose()?;
        Ok(Self { at: text(STRICT.required(map, "at")?)?, gone: gone.unwrap_or_default() })
    }

    pub(super) fn of(&self, seen: Seen<'_, '_>) -> Taken {
        let equal = |(a, b): &(Text, Text)| a.of(seen).is_some_and(|a| b.of(seen) == Some(a));
        let at = self.at.of(seen).and_then(|text| text.parse().ok());
        Taken { at, gone: self.gone.iter().any(equal) }
    }
}

/// Keeps of those that tell of one resource the newest, and none that says that it is gone: what was known of each,
/// and when.
pub(super) fn keep<T>(
    all: &mut Vec<T>,
    of: impl Fn(&T) -> Option<(&ResourceKey, Taken)>,
) -> BTreeMap<ResourceKey, Taken> {
    let mut newest: BTreeMap<ResourceKey, (usize, Taken)> = BTreeMap::new();
    let mut kept: Vec<bool> = vec![true; all.len()];
    for (index, one) in all.iter().enumerate() {
        let Some((key, taken)) = of(one) else { continue };
        let known = newest.get(key).copied();
        let other = match known {
            Some((_, known)) if !taken.is_after(known) => Some(index),
            _ => {
                newest.insert(key.clone(), (index, taken));
                known.map(|(index, _)| index)
            }
        };
        let gone = Some(index).filter(|_| taken.gone);
        for out in [other, gone].into_iter().flatten() {
            if let Some(kept) = kept.get_mut(out) {
                *kept = false;
            }
        }
    }
    let mut kept = kept.into_iter();
    all.retain(|_| kept.next().unwrap_or(true));
    newest.into_iter().map(|(key, (_, taken))| (key, taken)).collect()
}
