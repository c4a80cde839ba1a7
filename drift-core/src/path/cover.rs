//! Whether a rule's path covers the path of a change, as far as a report can tell.

use super::{PatternStep, Step};
use crate::value::Tree;

/// How a rule's path stands to the path of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cover {
    None,
    /// It takes the documents to tell.
    Unsure,
    /// It names something inside the change.
    Below,
    /// It names something that the change lies in.
    Above,
    Exact,
}

/// Matches the pattern, documents inside strings being passed through.
pub(crate) fn cover(pattern: &[PatternStep], path: &[Step]) -> Cover {
    let pattern: Vec<&PatternStep> =
        pattern.iter().filter(|step| !matches!(step, PatternStep::Decoded(_))).collect();
    let path: Vec<&Step> = path.iter().filter(|step| !matches!(step, Step::Decoded(_))).collect();
    // reached[p]: the best that is known of the first p steps of the pattern at a place of the path.
    let mut reached = vec![None; pattern.len() + 1];
    if let Some(first) = reached.first_mut() {
        *first = Some(true);
    }
    let mut best = Cover::None;
    pass_descends(&pattern, &mut reached);
    note(&reached, path.is_empty(), &mut best);
    for (index, step) in path.iter().enumerate() {
        let mut next = vec![None; pattern.len() + 1];
        for (at, sure) in reached.iter().enumerate().filter_map(|(at, sure)| Some((at, (*sure)?))) {
            let Some(wanted) = pattern.get(at) else { continue };
            if **wanted == PatternStep::Descend {
                raise(&mut next, at, sure);
                continue;
            }
            match fits(wanted, step) {
                Some(true) => raise(&mut next, at + 1, sure),
                Some(false) => {}
                None => raise(&mut next, at + 1, false),
            }
        }
        reached = next;
        pass_descends(&pattern, &mut reached);
        note(&reached, index + 1 == path.len(), &mut best);
    }
    // What is left of the pattern names something further down.
    let below = reached.iter().take(pattern.len()).any(Option::is_some);
    if below { best.max(Cover::Below) } else { best }
}

fn raise(reached: &mut [Option<bool>], at: usize, sure: bool) {
    if let Some(known) = reached.get_mut(at) {
        *known = Some(known.unwrap_or(false) || sure);
    }
}

/// `..` may stand for no step at all.
fn pass_descends(pattern: &[&PatternStep], reached: &mut [Option<bool>]) {
    for (at, step) in pattern.iter().enumerate() {
        if **step == PatternStep::Descend
            && let Some(Some(sure)) = reached.get(at).copied()
        {
            raise(reached, at + 1, sure);
        }
    }
}

fn note(reached: &[Option<bool>], whole: bool, best: &mut Cover) {
    let found = match (reached.last().copied().flatten(), whole) {
        (Some(true), true) => Cover::Exact,
        (Some(true), false) => Cover::Above,
        (Some(false), _) => Cover::Unsure,
        (None, _) => return,
    };
    *best = (*best).max(found);
}

/// Whether the step of a pattern names the step of a path; `None` where the report does not tell.
fn fits(wanted: &PatternStep, step: &Step) -> Option<bool> {
    let is_element = !matches!(step, Step::Field(_) | Step::Decoded(_));
    match (wanted, step) {
        (PatternStep::Any, _) => Some(true),
        (PatternStep::Item, _) => Some(is_element),
        (PatternStep::Field(name), Step::Field(field)) => Some(name == field),
        (PatternStep::Name(name), Step::Field(field)) => Some(name == field),
        (PatternStep::Name(name), Step::Index(index)) => Some(*name == index.to_string()),
        (PatternStep::Name(name), _) => {
            if name.bytes().all(|byte| byte.is_ascii_digit()) {
                None
            } else {
                Some(false)
            }
        }
        (PatternStep::Field(_), _) => Some(false),
        (PatternStep::Index(index), Step::Index(known)) => Some(index == known),
        (PatternStep::Key(keys), Step::Key(known)) => {
            let has = |key: &(String, Tree)| known.iter().find(|(name, _)| *name == key.0);
            let all: Option<Vec<bool>> =
                keys.iter().map(|key| Some(has(key)?.1 == key.1)).collect();
            match keys.iter().any(|key| has(key).is_some_and(|(_, value)| *value != key.1)) {
                true => Some(false),
                false => all.map(|all| all.into_iter().all(|same| same)),
            }
        }
        (PatternStep::Key(keys), Step::Value(member @ Tree::Map(_))) => Some(
            keys.iter().all(|(name, value)| member.get(name).is_none_or(|known| known == value)),
        ),
        (PatternStep::Has(fields), Step::Value(member @ Tree::Map(_))) => {
            Some(fields.are_in(|name| member.get(name).cloned()))
        }
        (PatternStep::Value(value), Step::Value(member)) => Some(value == member),
        _ if is_element => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{Path, Pattern};

    #[test]
    fn patterns_cover_paths() {
        let covers = |pattern: &str, path: &str| {
            let path: Path = path.parse().unwrap();
            cover(Pattern::parse(pattern).unwrap().steps(), path.steps())
        };
        for (pattern, path, expected) in [
            ("/a/b", "a.b", Cover::Exact),
            ("/a", "a.b", Cover::Above),
            ("", "a.b", Cover::Above),
            ("/a/b/c", "a.b", Cover::Below),
            ("/b", "a.b", Cover::None),
            ("$..b", "a.b", Cover::Exact),
            ("$..a", "a.b", Cover::Above),
            ("$..c", "a.b", Cover::Below),
            ("/a/*/b", "a[name=\"x\"].b", Cover::Exact),
            ("a[name=\"x\"].b", "a[name=\"x\"].b", Cover::Exact),
            ("a[name=\"y\"].b", "a[name=\"x\"].b", Cover::None),
            ("/a/0/b", "a[name=\"x\"].b", Cover::Unsure),
            ("/a/0/b", "a[0].b", Cover::Exact),
            ("a[1].b", "a[0].b", Cover::None),
            ("$.a[:].b", "a[name=\"x\"].b", Cover::Exact),
            ("$.a[:].b", "a.x.b", Cover::None),
            ("/p/a", "p|json.a", Cover::Exact),
            ("$.a[?@.x]", "a[={\"x\":1}]", Cover::Exact),
            ("$.a[?@.y]", "a[={\"x\":1}]", Cover::None),
            ("$.a[?@.y]", "a[name=\"x\"]", Cover::Unsure),
        ] {
            assert_eq!(covers(pattern, path), expected, "{pattern} {path}");
        }
    }
}
