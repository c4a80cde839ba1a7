//! Sets of paths as tries: ownership, masks and ignores are set algebra on them.

use super::{Path, Step};
use std::collections::BTreeMap;

/// Any element, among marks.
const ANY: Step = Step::Index(usize::MAX);

/// A set of paths.
///
/// ```
/// use drift_core::path::{Path, PathSet};
/// let path = |text: &str| text.parse::<Path>();
/// let a: PathSet = [path("a.b")?, path("a.c")?].into_iter().collect();
/// let b: PathSet = [path("a.c")?, path("d")?].into_iter().collect();
/// assert_eq!(a.union(&b).iter().count(), 3);
/// assert!(a.intersection(&b).contains(&path("a.c")?));
/// assert!(!a.difference(&b).contains(&path("a.c")?));
/// # Ok::<(), drift_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathSet {
    member: bool,
    children: Children,
}

/// The steps that paths go on with, each with what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Children {
    /// Up to [`Children::FEW`] of them, in order.
    Few(Vec<(Step, PathSet)>),
    /// More.
    Many(BTreeMap<Step, PathSet>),
}

impl Default for Children {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Children {
    const FEW: usize = 8;

    fn is_empty(&self) -> bool {
        matches!(self, Self::Few(few) if few.is_empty())
    }

    fn get(&self, step: &Step) -> Option<&PathSet> {
        match self {
            Self::Few(few) => few.iter().find(|(known, _)| known == step).map(|(_, child)| child),
            Self::Many(many) => many.get(step),
        }
    }

    /// What follows the step, to be added to.
    #[allow(clippy::indexing_slicing, reason = "it stands there or has just been put there")]
    fn grow(&mut self, step: Step) -> &mut PathSet {
        if let Self::Few(few) = self
            && few.len() == Self::FEW
            && few.iter().all(|(known, _)| *known != step)
        {
            *self = Self::Many(std::mem::take(few).into_iter().collect());
        }
        match self {
            Self::Few(few) => {
                let at = few.partition_point(|(known, _)| *known < step);
                if few.get(at).is_none_or(|(known, _)| *known != step) {
                    // Most sets are a single path.
                    few.reserve_exact(if few.is_empty() { 1 } else { 0 });
                    few.insert(at, (step, PathSet::default()));
                }
                &mut few[at].1
            }
            Self::Many(many) => many.entry(step).or_default(),
        }
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = (&Step, &PathSet)> {
        let (few, many) = match self {
            Self::Few(few) => (Some(few), None),
            Self::Many(many) => (None, Some(many)),
        };
        let few = few.into_iter().flatten().map(|(step, child)| (step, child));
        few.chain(many.into_iter().flatten())
    }
}

impl FromIterator<(Step, PathSet)> for Children {
    fn from_iter<I: IntoIterator<Item = (Step, PathSet)>>(all: I) -> Self {
        let mut children = Self::default();
        for (step, child) in all {
            *children.grow(step) = child;
        }
        children
    }
}

impl PathSet {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a path.
    pub fn insert(&mut self, path: &Path) {
        self.insert_steps(path.steps());
    }

    pub(crate) fn insert_steps(&mut self, steps: &[Step]) {
        let mut node = self;
        for step in steps {
            node = node.children.grow(step.clone());
        }
        node.member = true;
    }

    /// The paths behind `step`, to be added to.
    pub(crate) fn grow(&mut self, step: Step) -> &mut Self {
        self.children.grow(step)
    }

    /// Puts the paths behind a step that nothing stands behind yet.
    pub(crate) fn put(&mut self, step: Step, below: Self) {
        match &mut self.children {
            // Most sets are a single path.
            Children::Few(few) if few.is_empty() => *few = vec![(step, below)],
            children => *children.grow(step) = below,
        }
    }

    /// Adds the empty path.
    pub(crate) fn mark(&mut self) {
        self.member = true;
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.member && self.children.is_empty()
    }

    /// Whether the path is in the set.
    #[must_use]
    pub fn contains(&self, path: &Path) -> bool {
        self.descend(path.steps()).is_some_and(|node| node.member)
    }

    /// Whether the path itself, or one that it leads to, is in the set.
    #[must_use]
    pub fn reaches(&self, path: &Path) -> bool {
        self.descend(path.steps()).is_some_and(|node| !node.is_empty())
    }

    /// Whether the path, or one on the way to it, is in the set.
    #[must_use]
    pub fn covers(&self, path: &Path) -> bool {
        let mut node = Some(self);
        for step in path.steps() {
            let Some(here) = node else { return false };
            if here.member {
                return true;
            }
            node = here.children.get(step);
        }
        node.is_some_and(|node| node.member)
    }

    fn descend(&self, steps: &[Step]) -> Option<&Self> {
        steps.iter().try_fold(self, |node, step| node.children.get(step))
    }

    /// The paths that go on after `step`.
    pub(crate) fn child(&self, step: &Step) -> Option<&Self> {
        self.children.get(step)
    }

    /// The paths that go on after the field `name`. Costs a look at every step that may follow.
    pub(crate) fn field(&self, name: &str) -> Option<&Self> {
        let is_it = |step: &Step| matches!(step, Step::Field(field) if field == name);
        self.children.iter().find(|(step, _)| is_it(step)).map(|(_, below)| below)
    }

    /// The marks of several documents of one resource as one set. An element that is marked stands
    /// for every element of its list: the documents may have them in other places.
    pub(crate) fn marks<'p>(sets: impl IntoIterator<Item = &'p Self>) -> Self {
        let mut all = Self::new();
        for path in sets.into_iter().flat_map(Self::iter) {
            let any = |step: &Step| if matches!(step, Step::Index(_)) { ANY } else { step.clone() };
            let steps: Vec<Step> = path.steps().iter().map(any).collect();
            all.insert_steps(&steps);
        }
        all
    }

    /// The marks that lie below a field or an element.
    pub(crate) fn below(&self, step: &Step) -> Option<&Self> {
        self.children.get(if matches!(step, Step::Index(_)) { &ANY } else { step })
    }

    /// Whether the empty path is in the set.
    pub(crate) fn is_member(&self) -> bool {
        self.member
    }

    /// The steps that paths of the set start with, with what follows them.
    pub(crate) fn children(&self) -> impl Iterator<Item = (&Step, &Self)> {
        self.children.iter()
    }

    /// The paths in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut union = self.clone();
        union.member |= other.member;
        for (step, theirs) in other.children.iter() {
            let ours = union.children.grow(step.clone());
            *ours = ours.union(theirs);
        }
        union
    }

    /// The paths in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |ours, theirs| ours && theirs, |_| Self::default())
    }

    /// The paths in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |ours, theirs| ours && !theirs, Self::clone)
    }

    fn combine(
        &self,
        other: &Self,
        member: fn(bool, bool) -> bool,
        alone: fn(&Self) -> Self,
    ) -> Self {
        let children = self.children.iter().map(|(step, ours)| {
            let both = |theirs| ours.combine(theirs, member, alone);
            (step.clone(), other.children.get(step).map_or_else(|| alone(ours), both))
        });
        Self {
            member: member(self.member, other.member),
            children: children.filter(|(_, child)| !child.is_empty()).collect(),
        }
    }

    /// The paths of the set, in order.
    pub fn iter(&self) -> impl Iterator<Item = Path> {
        let mut stack = vec![(Vec::new(), self)];
        std::iter::from_fn(move || {
            while let Some((steps, node)) = stack.pop() {
                for (step, child) in node.children.iter().rev() {
                    let mut longer: Vec<Step> = steps.clone();
                    longer.push(step.clone());
                    stack.push((longer, child));
                }
                if node.member {
                    return Some(Path::new(steps));
                }
            }
            None
        })
    }
}

impl FromIterator<Path> for PathSet {
    fn from_iter<I: IntoIterator<Item = Path>>(paths: I) -> Self {
        let mut set = Self::new();
        for path in paths {
            set.insert(&path);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(paths: &[&str]) -> PathSet {
        paths.iter().map(|path| path.parse().unwrap()).collect()
    }

    fn list(set: &PathSet) -> Vec<String> {
        set.iter().map(|path| path.to_string()).collect()
    }

    #[test]
    fn algebra() {
        let a = set(&["", "a", "a.b", "c[0]"]);
        let b = set(&["a.b", "c", "d"]);
        assert_eq!(list(&a.union(&b)), ["", "a", "a.b", "c", "c[0]", "d"]);
        assert_eq!(list(&a.intersection(&b)), ["a.b"]);
        assert_eq!(list(&a.difference(&b)), ["", "a", "c[0]"]);
        assert_eq!(list(&b.difference(&a)), ["c", "d"]);
        assert!(a.difference(&a).is_empty());
    }

    #[test]
    fn few_and_many_steps_are_one_set() {
        let names: Vec<String> =
            (0..3 * Children::FEW).map(|n| format!("f{:02}", n * 7 % 24)).collect();
        for count in 0..names.len() {
            let paths: Vec<&str> = names.iter().take(count).map(String::as_str).collect();
            let mut sorted = paths.clone();
            sorted.sort_unstable();
            let built = set(&paths);
            assert_eq!(
                (list(&built), &built),
                (sorted.iter().map(|p| p.to_string()).collect(), &set(&sorted))
            );
            assert_eq!(
                built.union(&set(&["f00"])).difference(&set(&paths)).iter().count(),
                usize::from(count == 0)
            );
            assert!(paths.iter().all(|path| built.contains(&path.parse().unwrap())));
            assert_eq!(built.field("f07").is_some(), paths.contains(&"f07"));
        }
    }

    #[test]
    fn covers_and_reaches() {
        let set = set(&["a.b", "c"]);
        let path = |text: &str| text.parse::<Path>().unwrap();
        assert!(set.covers(&path("c.d.e")) && !set.covers(&path("a")));
        assert!(set.reaches(&path("a")) && !set.reaches(&path("c.d")));
        assert!(set.contains(&path("c")) && !set.contains(&path("a")));
    }
}
