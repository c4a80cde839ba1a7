//! Lists whose order counts where one element mentions another: `$(NAME)` stands for what has been said of
//! that name before, and of elements with one name the last counts.
//!
//! The syntax is that of the variables of a container (Kubernetes API, `EnvVar.value`): `$$` stands for
//! `$`, so that `$$(NAME)` mentions nothing.

use super::list::Lists;
use super::walk::Walk;
use crate::value::{ContentHash, Value};
use std::collections::BTreeMap;

/// Where the elements of each name stand, in order.
type Places<'d> = BTreeMap<&'d str, Vec<usize>>;

impl<'s> Lists<'_, 's> {
    /// Reports that elements stand in another order which mention each other, or share their name.
    pub(super) fn reference_order(&self, walk: &mut Walk<'_, 's>, fields: &[String]) {
        let [key] = fields else { return };
        let (desired, actual) = (&self.desired.items, &self.actual.items);
        let (in_desired, in_actual) = (places(desired, key), places(actual, key));
        let differs = |(name, ours): (&&str, &Vec<usize>)| {
            let Some(theirs) = in_actual.get(*name).filter(|theirs| theirs.len() == ours.len())
            else {
                return false;
            };
            let mut compared =
                ours.iter().zip(theirs).filter(|(our, _)| self.is_compared(walk, **our));
            compared.any(|(our, their)| {
                let elements = [desired.get(*our), actual.get(*their)].into_iter().flatten();
                elements.flat_map(|element| mentioned(*element, key)).any(|other| {
                    let (Some(first), Some(second)) = (in_desired.get(other), in_actual.get(other))
                    else {
                        return false;
                    };
                    // What is not there on one side is reported for itself.
                    first.len() == second.len() && before(first, *our) != before(second, *their)
                })
            })
        };
        if in_desired.iter().any(differs) || self.copies_moved(walk, &in_desired, &in_actual) {
            self.moved(walk);
        }
    }

    /// Whether elements of one name are the same on both sides, in another order.
    fn copies_moved(&self, walk: &Walk<'_, 's>, desired: &Places<'_>, actual: &Places<'_>) -> bool {
        let mut repeated = desired.iter().filter(|(_, places)| places.len() > 1).peekable();
        if repeated.peek().is_none() {
            return false;
        }
        let (ours, theirs) = (self.hashes(walk, &self.desired), self.hashes(walk, &self.actual));
        let of = |hashes: &[ContentHash], places: &[usize]| -> Vec<ContentHash> {
            places.iter().filter_map(|at| hashes.get(*at).copied()).collect()
        };
        repeated.any(|(name, places)| {
            let mut ours = of(&ours, places);
            let mut theirs = actual.get(*name).map(|at| of(&theirs, at)).unwrap_or_default();
            let differ = ours != theirs;
            ours.sort_unstable();
            theirs.sort_unstable();
            differ && ours == theirs
        })
    }
}

fn places<'d>(items: &[Value<'d>], key: &str) -> Places<'d> {
    let mut places = Places::new();
    for (index, item) in items.iter().enumerate() {
        if let Some(name) = item.str_field(key) {
            places.entry(name).or_default().push(index);
        }
    }
    places
}

/// How many of the places are before that one.
fn before(places: &[usize], at: usize) -> usize {
    places.partition_point(|place| *place < at)
}

/// The names that the texts of an element mention.
fn mentioned<'d>(element: Value<'d>, key: &str) -> impl Iterator<Item = &'d str> {
    let texts = element.fields().filter(move |(name, _)| *name != key);
    texts.filter_map(|(_, value)| value.as_str()).flat_map(names)
}

/// The names in `$(NAME)`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once('$')?;
            if let Some(after) = after.strip_prefix('$') {
                rest = after;
                continue;
            }
            rest = after;
            if let Some((name, after)) = after.strip_prefix('(').and_then(|at| at.split_once(')')) {
                rest = after;
                return Some(name);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_stand_in_parentheses_behind_one_dollar() {
        for (text, wanted) in [
            ("http://$(HOST):$(PORT)/", &["HOST", "PORT"][..]),
            ("$$(A)", &[]),
            ("$$$(A)", &["A"]),
            ("$(A", &[]),
            ("$A $", &[]),
            ("$($(A)", &["$(A"]),
            ("", &[]),
        ] {
            assert_eq!(names(text).collect::<Vec<_>>(), wanted, "{text}");
        }
    }
}
