//! `when`: on which changes a classification holds.

use super::glob::Glob;
use super::meaning::{Meaning, Own, Whole};
use super::rule::Relative;
use crate::path::Step;
use crate::value::{Tree, quoted};
use std::fmt;

/// A condition on one value of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The value is this one.
    Equals(Tree),
    /// The value is one of these.
    In(Vec<Tree>),
    /// The value is there and none of these.
    NotIn(Vec<Tree>),
    /// The value is there, or is not.
    Exists(bool),
    /// The value is a string that the glob matches.
    Matches(Glob),
    /// The value is a number above this one.
    Above(Tree),
    /// The value is a number below this one.
    Below(Tree),
    /// Something stands, or does not, at a place below the value: names, `*` for any field or element.
    Has(Vec<String>, bool),
}

/// A condition on what stands beside the place of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Where, as rules write it: `../name`.
    pub place: Relative,
    /// Tests on the live value there; on the declared one where the map around is not live.
    pub tests: Vec<Test>,
}

impl Test {
    /// Whether the value passes; a secret passes nothing but `exists`.
    fn holds(&self, value: Option<&Tree>) -> bool {
        let hidden = matches!(value, Some(Tree::Secret { .. }));
        let shown = value.filter(|_| !hidden);
        let order = |bound: &Tree| Some(shown?.as_number()?.cmp(&bound.as_number()?));
        match self {
            Self::Equals(wanted) => shown == Some(wanted),
            Self::In(wanted) => shown.is_some_and(|value| wanted.contains(value)),
            Self::NotIn(refused) => shown.is_some_and(|value| !refused.contains(value)),
            Self::Exists(wanted) => value.is_some() == *wanted,
            Self::Matches(glob) => {
                shown.and_then(Tree::as_str).is_some_and(|text| glob.matches(text))
            }
            Self::Above(bound) => order(bound).is_some_and(std::cmp::Ordering::is_gt),
            Self::Below(bound) => order(bound).is_some_and(std::cmp::Ordering::is_lt),
            Self::Has(names, wanted) => shown.is_some_and(|value| has(value, names) == *wanted),
        }
    }
}

/// Whether something that is not empty stands at a place below a value.
fn has(value: &Tree, names: &[String]) -> bool {
    let Some((name, rest)) = names.split_first() else {
        return match value {
            Tree::Null => false,
            Tree::List(items) => !items.is_empty(),
            _ => true,
        };
    };
    match value {
        Tree::Map(fields) => fields
            .iter()
            .filter(|(own, _)| name == "*" || own == name)
            .any(|(_, value)| has(value, rest)),
        Tree::List(items) => name == "*" && items.iter().any(|item| has(item, rest)),
        _ => false,
    }
}

impl Beside {
    fn holds(&self, above: Option<&Whole>) -> bool {
        let side = above.and_then(|above| above.actual.as_ref().or(above.desired.as_ref()));
        side.is_some_and(|side| {
            let found = self.place.down.iter().try_fold(side, |value, name| value.get(name));
            self.tests.iter().all(|test| test.holds(found))
        })
    }
}

/// All that a change must fulfil.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct When {
    /// Tests on the declared value.
    pub desired: Vec<Test>,
    /// Tests on the live value.
    pub actual: Vec<Test>,
    /// Tests on the reference's value.
    pub reference: Vec<Test>,
    /// The kinds of change, by their words; any where empty.
    pub kind: Vec<String>,
    /// What the change must mean at the path of the rule.
    pub meanings: Vec<Meaning>,
    /// Whether it is about what stands in resources that nobody declares, as if all of it had been
    /// added, and not about changes.
    pub unmanaged: bool,
    /// Conditions on what stands beside the place of the rule.
    pub beside: Vec<Beside>,
}

impl When {
    /// Whether a test names what stands below the value.
    pub(super) fn tests_below(&self) -> bool {
        let tests = self.desired.iter().chain(&self.actual).chain(&self.reference);
        tests.into_iter().any(|test| matches!(test, Test::Has(..)))
    }

    /// Whether it asks nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// As rules write it: `{cidr: widened, actual: {equals: 1}}`.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.meanings.iter().map(ToString::to_string).collect();
        let sides =
            [("desired", &self.desired), ("actual", &self.actual), ("reference", &self.reference)];
        for (name, tests) in sides.into_iter().filter(|(_, tests)| !tests.is_empty()) {
            let tests: Vec<String> = tests.iter().map(ToString::to_string).collect();
            parts.push(format!("{name}: {{{}}}", tests.join(", ")));
        }
        match self.kind.as_slice() {
            [] => {}
            [one] => parts.push(format!("kind: {one}")),
            many => parts.push(format!("kind: [{}]", many.join(", "))),
        }
        for Beside { place, tests } in &self.beside {
            let tests: Vec<String> = tests.iter().map(ToString::to_string).collect();
            parts.push(format!("beside: {{{}: {{{}}}}}", quoted(&place.text), tests.join(", ")));
        }
        if self.unmanaged {
            parts.push("unmanaged: true".to_owned());
        }
        write!(f, "{{{}}}", parts.join(", "))
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals(value) => write!(f, "equals: {value}"),
            Self::In(values) => write!(f, "in: {}", Tree::List(values.clone())),
            Self::NotIn(values) => write!(f, "not_in: {}", Tree::List(values.clone())),
            Self::Exists(wanted) => write!(f, "exists: {wanted}"),
            Self::Matches(glob) => write!(f, "matches: {}", quoted(glob.as_str())),
            Self::Above(bound) => write!(f, "above: {bound}"),
            Self::Below(bound) => write!(f, "below: {bound}"),
            Self::Has(names, true) => write!(f, "has: {}", quoted(&names.join("/"))),
            Self::Has(names, false) => write!(f, "has_not: {}", quoted(&names.join("/"))),
        }
    }
}

/// A change, as conditions see it: without what must not be shown.
#[derive(Clone, Copy)]
pub(crate) struct Told<'v> {
    /// The word of its kind.
    pub(crate) kind: &'v str,
    /// The declared value.
    pub(crate) desired: Option<&'v Tree>,
    /// The live value.
    pub(crate) actual: Option<&'v Tree>,
    /// The reference's value.
    pub(crate) reference: Option<&'v Tree>,
    /// Both sides of the map around, where a rule asks for that.
    pub(crate) above: Option<&'v Whole>,
}

impl<'v> Told<'v> {
    /// The same, in a map.
    pub(crate) fn below(self, above: Option<&'v Whole>) -> Self {
        Self { above, ..self }
    }
}

/// Both sides at the path of the rule, where the change is one below it, and the way from there.
pub(crate) type Around<'v> = Option<(&'v Whole, &'v [Step])>;

impl When {
    /// Whether a change fulfils it.
    pub(crate) fn holds(&self, told: Told<'_>, around: Around<'_>) -> bool {
        let Told { kind, desired, actual, reference, above } = told;
        (self.kind.is_empty() || self.kind.iter().any(|wanted| wanted == kind))
            && self.desired.iter().all(|test| test.holds(desired))
            && self.actual.iter().all(|test| test.holds(actual))
            && self.reference.iter().all(|test| test.holds(reference))
            && self.beside.iter().all(|beside| beside.holds(above))
            && self.means(desired, actual, around)
    }

    fn means(&self, desired: Option<&Tree>, actual: Option<&Tree>, around: Around<'_>) -> bool {
        if self.meanings.is_empty() {
            return true;
        }
        let alone;
        let (whole, rest) = match around {
            Some(around) => around,
            // Of a resource as a whole nothing is told but its kind.
            None if desired.is_none() && actual.is_none() => return false,
            None => {
                alone = Whole::new(desired.cloned(), actual.cloned());
                (&alone, [].as_slice())
            }
        };
        let own = Own { desired, actual, whole, rest };
        self.meanings.iter().all(|meaning| meaning.holds(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_on_values() {
        let text = |text: &str| Tree::String(text.into());
        let number = |text: &str| Tree::Number(text.into());
        let any = text("0.0.0.0/0");
        assert!(Test::In(vec![any.clone()]).holds(Some(&any)));
        assert!(!Test::In(vec![any.clone()]).holds(None));
        assert!(Test::NotIn(vec![text("x")]).holds(Some(&any)));
        assert!(!Test::NotIn(vec![text("x")]).holds(None));
        assert!(Test::Exists(false).holds(None) && !Test::Exists(false).holds(Some(&any)));
        assert!(Test::Matches(Glob::new("0.*")).holds(Some(&any)));
        assert!(Test::Above(number("1")).holds(Some(&number("2"))));
        assert!(!Test::Below(number("1")).holds(Some(&any)));
        let secret = Tree::Secret { equal: false };
        assert!(!Test::NotIn(vec![text("x")]).holds(Some(&secret)));
        assert!(Test::Exists(true).holds(Some(&secret)));
    }
}
