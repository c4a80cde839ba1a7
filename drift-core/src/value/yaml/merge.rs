//! Merge keys (`<<`), as `kubectl` and the AWS CLI apply them.
//!
//! A map is filled in document order, and a merge assigns every field of its maps: it replaces
//! fields of the same name in front of it and is replaced by those behind it. Of the maps in one
//! list the first that has a field gives it. In a template, which the AWS CLI merges before it is used,
//! what stands in the map itself always wins, as the specification of the merge key has it.

use super::{Loader, NodeId, YamlSchema};
use crate::error::Result;
use crate::value::Builder;
use std::collections::BTreeSet;
use std::ops::Range;

/// What is said where something else is merged.
pub(super) const EXPECTED: &str = "expected a map or a list of maps behind the merge key";

/// A map whose fields another takes in.
#[derive(Clone, Copy)]
pub(super) struct Source {
    /// The merge key: where in the map the fields are assigned.
    pub(super) key: NodeId,
    /// The map they come from.
    pub(super) map: NodeId,
}

/// What a merge does to a map that is being built.
struct Changes {
    /// Values of the fields to copy.
    copies: Vec<NodeId>,
    /// Keys of fields that a merge behind them has replaced.
    replaced: Vec<NodeId>,
}

fn changes(builder: &Builder<'_>, sources: &[Source], own_wins: bool) -> Changes {
    let document = &builder.document;
    let mut explicit: Vec<(&str, NodeId)> = builder.open_fields().collect();
    explicit.sort_unstable();
    let mut order: Vec<&Source> = sources.iter().collect();
    // Stable: the maps of one list stay in order.
    order.sort_by_key(|source| std::cmp::Reverse(source.key));
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut changes = Changes { copies: Vec::new(), replaced: Vec::new() };
    for source in order {
        for (name, value) in document.value(source.map).fields() {
            if taken.contains(name) {
                continue;
            }
            // The last of the fields of that name, where one stands twice.
            let upto = explicit.partition_point(|(known, _)| *known <= name);
            let same = explicit.get(..upto).and_then(<[_]>::last);
            if let Some((_, key)) = same.filter(|(known, _)| *known == name) {
                if own_wins || *key > source.key {
                    continue;
                }
                changes.replaced.push(*key);
            }
            taken.insert(name);
            changes.copies.push(value.id());
        }
    }
    changes
}

impl Loader<'_> {
    /// An alias in the place of a merged map.
    pub(super) fn alias_merge(&mut self, target: NodeId, span: Range<usize>) -> Result<()> {
        let value = self.builder.document.value(target);
        if value.kind() != crate::value::Kind::Map {
            return Err(self.fail(span.start, EXPECTED));
        }
        // Every field is looked at, even where another takes its place.
        self.spend(1 + value.len(), span.start)?;
        if let Some(frame) = self.frames.last_mut() {
            let key = frame.key.unwrap_or(frame.id);
            frame.merges.push(Source { key, map: target });
        }
        // The merge key is hidden with what stands behind it, so this only keeps fields in pairs.
        self.builder.null(span)
    }

    /// Merges `sources` into the innermost open map, which is about to be closed and has the
    /// merge keys `keys`.
    pub(super) fn merge(&mut self, keys: &[NodeId], sources: &[Source]) -> Result<()> {
        for key in keys {
            self.builder.hide_field(*key);
        }
        let changes = changes(&self.builder, sources, self.schema == YamlSchema::Cfn);
        for key in changes.replaced {
            self.builder.hide_field(key);
        }
        for value in changes.copies {
            let start = self.builder.document.value(value).span().start;
            self.spend(1 + self.builder.size(value), start)?;
            self.builder.copy_field(value)?;
        }
        Ok(())
    }
}
