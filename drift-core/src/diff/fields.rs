//! The fields of maps: which of desired's, actual's and the reference's belong together.

use super::frame::Frame;
use super::side::{Ref, Side, Three};
use super::walk::Walk;
use crate::normalize::{Cursor, Facts, Naming, names_secret_entry};
use crate::path::Step;
use crate::value::{ContentHash, Value};
use std::collections::BTreeMap;

/// One field of the three maps at a node.
pub(super) struct Field<'f, 's> {
    /// Its name in desired and in actual: names may be the same though they are written differently.
    names: [&'f str; 2],
    pub(super) at: Three<'f>,
    pub(super) cursor: Cursor<'s>,
}

impl<'f> Field<'f, '_> {
    /// Whether only actual has it.
    pub(super) fn is_extra(&self) -> bool {
        let Three { desired, actual, .. } = self.at;
        desired.value.is_none() && actual.value.is_some() && !actual.is_unknown()
    }

    pub(super) fn frame<'p>(&'p self, parent: &'p Frame<'p>) -> Frame<'p> {
        let [desired, actual] = self.names;
        let [in_desired, in_actual] = [self.at.desired.value, self.at.actual.value];
        let name = if in_desired.is_some() { desired } else { actual };
        parent.field(
            name,
            in_desired.map(|value| (desired, value)),
            in_actual.map(|value| (actual, value)),
        )
    }
}

/// The values of one name, or of names that are the same: desired's, actual's and the reference's.
struct Row<'f> {
    names: [&'f str; 3],
    values: [Option<Value<'f>>; 3],
}

impl<'s> Walk<'_, 's> {
    /// The fields that desired or actual has, by name, without those that are known to agree.
    pub(super) fn fields_of<'f>(
        &mut self,
        at: &Three<'f>,
        cursor: &Cursor<'s>,
        facts: &Facts<'s>,
    ) -> Vec<Field<'f, 's>> {
        let Three { desired, actual, reference } = *at;
        let mut names: BTreeMap<&'f str, [Option<Value<'f>>; 3]> = BTreeMap::new();
        for (name, value) in desired.value.into_iter().flat_map(Value::fields) {
            names.entry(name).or_default()[0] = Some(value);
        }
        for (name, value) in actual.value.into_iter().flat_map(Value::fields) {
            names.entry(name).or_default()[1] = Some(value);
        }
        // Values that stand nowhere may still be marked as unknown.
        for set in [desired.unknown, actual.unknown].into_iter().flatten() {
            for (step, _) in set.children() {
                if let Step::Field(name) = step {
                    names.entry(name).or_default();
                }
            }
        }
        let folding = facts.names();
        let folded = folding != Naming::Exact;
        for (name, value) in reference.value().into_iter().flat_map(Value::fields) {
            if folded {
                names.entry(name).or_default()[2] = Some(value);
            } else if let Some(field) = names.get_mut(name) {
                field[2] = Some(value);
            }
        }
        // Where nothing is unknown, fields with equal hashes need no look.
        if desired.hashes.is_some() && actual.hashes.is_some() {
            names.retain(|_, [d, a, _]| {
                let at = |side: Side<'f>, value: &Option<Value<'f>>| Side { value: *value, ..side };
                !self.agree(at(desired, d), at(actual, a))
            });
        }
        let rows = names.into_iter().map(|(name, values)| Row { names: [name; 3], values });
        let rows =
            if folded { self.folded(rows.collect(), folding, cursor) } else { rows.collect() };
        let maps = [desired.value, actual.value, reference.value()];
        let field = |Row { names: [d_name, a_name, r_name], values: [d, a, r] }: Row<'f>| {
            let step = |name: &str| Step::Field(name.to_owned());
            let is_secret = |name| maps.into_iter().flatten().any(|m| names_secret_entry(m, name));
            let name = if d.is_some() { d_name } else { a_name };
            Field {
                names: [d_name, a_name],
                at: Three {
                    desired: desired.below(&step(d_name), d),
                    actual: actual.below(&step(a_name), a),
                    reference: match reference {
                        Ref::Value(side) => Ref::of(side.below(&step(r_name), r)),
                        other => other,
                    },
                },
                cursor: cursor.field(name, [d_name, a_name, r_name].into_iter().any(is_secret)),
            }
        };
        rows.into_iter().map(field).collect()
    }

    /// Joins the rows whose names are the same.
    fn folded<'f>(
        &mut self,
        rows: Vec<Row<'f>>,
        folding: Naming,
        cursor: &Cursor<'s>,
    ) -> Vec<Row<'f>> {
        let mut groups: BTreeMap<String, Vec<Row<'f>>> = BTreeMap::new();
        for row in rows {
            let [name, ..] = row.names;
            groups.entry(folding.fold(name).into_owned()).or_default().push(row);
        }
        let mut joined = Vec::new();
        for group in groups.into_values() {
            let twice = |side: usize| {
                group.iter().filter(|row| row.values.get(side).is_some_and(Option::is_some)).count()
                    > 1
            };
            if !(0..3).any(twice) {
                joined.extend(group.into_iter().reduce(Row::join));
            } else if self.hashes_of(&group, 0, cursor) != self.hashes_of(&group, 1, cursor) {
                // One side has a name twice: each as it is written.
                joined.extend(group);
            }
        }
        joined.retain(|row| !matches!(row.values, [None, None, Some(_)]));
        joined
    }

    fn hashes_of(&self, group: &[Row<'_>], side: usize, cursor: &Cursor<'s>) -> Vec<ContentHash> {
        let hash = |row: &Row<'_>| {
            let ([name, ..], value) = (row.names, (*row.values.get(side)?)?);
            let field = cursor.field(name, false);
            let absent = self.canon.is_absent(value, &field.facts());
            (!absent).then(|| self.canon.hash(value, &field))
        };
        let mut hashes: Vec<ContentHash> = group.iter().filter_map(hash).collect();
        hashes.sort_unstable();
        hashes
    }
}

impl Row<'_> {
    /// The values of both, of which at most one has any of a side.
    fn join(mut self, other: Self) -> Self {
        for (side, value) in other.values.into_iter().enumerate() {
            let own = self.values.get_mut(side).zip(self.names.get_mut(side));
            if let (Some((own, name)), Some(value), Some(other)) =
                (own, value, other.names.get(side))
            {
                *own = Some(value);
                *name = other;
            }
        }
        self
    }
}
