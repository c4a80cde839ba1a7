//! `grants`: whether something is granted that was not, in each form in which documents grant.
//!
//! Policies of AWS IAM; rules of Kubernetes roles (`apiGroups`, `resources`, `verbs`); bindings of Google Cloud
//! (`role`, `members`); levels of access, alone or by name (`contents: read`); and lists of whatever grants by
//! being there: ARNs of managed policies, members, subjects, scopes.

use super::policy::{Effect, Policy, effect, opened};
use super::{Opened, Own, Reach, Whole};
use crate::path::Step;
use crate::value::Tree;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many combinations a list of rules may grant before the answer is that there is more.
const WORK: usize = 100_000;
/// How many texts combinations are held beside before the answer is the same.
const LOOKS: usize = 4_000_000;

/// The form of what grants, and whether there is more, or less, than declared.
#[derive(Debug)]
pub(super) struct Grants {
    form: Form,
    /// The policies that strings hold: desired, then actual.
    opened: [Option<Tree>; 2],
    more: bool,
    less: bool,
    /// Whether everyone is let in who was not.
    public: bool,
    /// Whether everything is allowed that was not.
    full: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Policy,
    Rules,
    Bindings,
    Levels,
    Names,
}

fn known(whole: &Whole) -> &Grants {
    let sides = [whole.desired.as_ref(), whole.actual.as_ref()];
    whole.grants.get_or_init(|| Grants::of(sides, whole.account.as_deref()))
}

/// Whether everyone is let in, or everything allowed, that was not.
pub(super) fn opens(opened: Opened, own: Own<'_>) -> bool {
    let grants = known(own.whole);
    let is = match opened {
        Opened::Public => grants.public,
        Opened::Full => grants.full,
    };
    is && grants.effect(own).more
}

pub(super) fn holds(reach: Reach, own: Own<'_>) -> bool {
    let grants = known(own.whole);
    let effect = grants.effect(own);
    let (more, less) = (grants.more && effect.more, grants.less && effect.less);
    match reach {
        Reach::Widened => more,
        Reach::Narrowed => less,
        Reach::Same => !(own.hides() || more || less),
    }
}

impl Grants {
    fn of([desired, actual]: [Option<&Tree>; 2], home: Option<&str>) -> Self {
        let policy = |side| Policy::of(side, home);
        let form = [desired, actual].into_iter().flatten().map(form).max();
        let form = form.unwrap_or(Form::Names);
        let (more, less) = match form {
            Form::Policy => match (policy(desired), policy(actual)) {
                (Some(desired), Some(actual)) => {
                    (actual.grants_more(&desired), desired.grants_more(&actual))
                }
                // What is no policy on one side grants who knows what.
                _ => (true, true),
            },
            Form::Rules => both(rules(desired), rules(actual)),
            Form::Bindings => both(bindings(desired), bindings(actual)),
            Form::Levels => {
                (levels(desired, actual, |d, a| a > d), levels(desired, actual, |d, a| a < d))
            }
            Form::Names => {
                let sets = [names(desired), names(actual)];
                (!sets[1].is_subset(&sets[0]), !sets[0].is_subset(&sets[1]))
            }
        };
        let opened = match form {
            Form::Policy => [desired, actual].map(|side| side.and_then(opened)),
            _ => [None, None],
        };
        let (public, full) = match (form, policy(desired), policy(actual)) {
            (Form::Policy, Some(desired), Some(actual)) => {
                (actual.opens_more(&desired), actual.allows_all_more(&desired))
            }
            (Form::Policy, ..) => (false, false),
            _ => (lets_all_in(actual) && !lets_all_in(desired), false),
        };
        Self { form, opened, more, less, public, full }
    }

    /// What the change does by itself.
    fn effect(&self, own: Own<'_>) -> Effect {
        let Own { desired, actual, rest, .. } = own;
        match self.form {
            Form::Policy => {
                effect(rest, desired, actual, self.opened.each_ref().map(Option::as_ref))
            }
            Form::Levels => Effect::of(
                levels(desired, actual, |d, a| a > d),
                levels(desired, actual, |d, a| a < d),
            ),
            // An element as a whole, or one of the names in it.
            Form::Rules | Form::Bindings => {
                let kept = rest.iter().any(|step| {
                    matches!(step, Step::Field(name)
                    if name == "resourceNames" || name == "condition" || name == "role")
                });
                match (desired, actual) {
                    _ if kept => Effect::BOTH,
                    (None, _) => Effect::of(true, false),
                    (_, None) => Effect::of(false, true),
                    _ => Effect::BOTH,
                }
            }
            Form::Names => {
                let known = |tree: Option<&Tree>, of: Option<&Tree>| {
                    let known = names(of);
                    names(tree).iter().all(|name| known.contains(name))
                };
                // A change inside of an element is one of what the element names.
                if rest.len() > 1 {
                    return Effect::BOTH;
                }
                Effect::of(!known(actual, desired), !known(desired, actual))
            }
        }
    }
}

/// Whether one of the members is everyone (Google Cloud, principal identifiers; AWS, `*`).
fn lets_all_in(tree: Option<&Tree>) -> bool {
    match tree {
        Some(Tree::String(text)) => {
            matches!(text.as_str(), "allUsers" | "allAuthenticatedUsers" | "*")
        }
        Some(Tree::List(items)) => items.iter().any(|item| lets_all_in(Some(item))),
        Some(map @ Tree::Map(_)) => map.get("members").is_some_and(|it| lets_all_in(Some(it))),
        _ => false,
    }
}

fn form(tree: &Tree) -> Form {
    let first = match tree {
        Tree::List(items) => items.first(),
        one => Some(one),
    };
    let has = |name: &str| first.is_some_and(|first| first.get(name).is_some());
    match tree {
        Tree::Map(_) if has("Statement") => Form::Policy,
        Tree::String(text) if text.contains("Statement") => Form::Policy,
        Tree::List(_) if has("Effect") => Form::Policy,
        Tree::List(_) if has("verbs") => Form::Rules,
        Tree::List(_) if has("role") && has("members") => Form::Bindings,
        Tree::Map(fields) if fields.iter().all(|(_, value)| level(value).is_some()) => Form::Levels,
        one if level(one).is_some() => Form::Levels,
        _ => Form::Names,
    }
}

impl PartialOrd for Form {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The form that tells more counts.
impl Ord for Form {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |form: &Self| match form {
            Self::Names => 0,
            Self::Levels => 1,
            Self::Rules | Self::Bindings => 2,
            Self::Policy => 3,
        };
        rank(self).cmp(&rank(other))
    }
}

/// A level of access: of GitHub's permissions for a workflow, and of its roles in a repository.
fn level(tree: &Tree) -> Option<u8> {
    Some(match tree.as_str()? {
        "none" => 0,
        "read" | "pull" | "read-all" => 1,
        "triage" => 2,
        "write" | "push" | "write-all" => 3,
        "maintain" => 4,
        "admin" => 5,
        _ => return None,
    })
}

/// Whether a level somewhere is as `is` says; what is absent is no access.
fn levels(desired: Option<&Tree>, actual: Option<&Tree>, is: fn(u8, u8) -> bool) -> bool {
    let of = |tree: Option<&Tree>| tree.and_then(level).unwrap_or(0);
    let fields = |tree: Option<&'_ Tree>| match tree {
        Some(Tree::Map(fields)) => fields.iter().map(|(name, _)| name.clone()).collect(),
        _ => BTreeSet::new(),
    };
    let names = &fields(desired) | &fields(actual);
    let at = |tree: Option<&Tree>, name: &str| match tree {
        Some(map @ Tree::Map(_)) => of(map.get(name)),
        // A level alone is that of everything.
        one => of(one),
    };
    match names.is_empty() {
        true => is(of(desired), of(actual)),
        false => names.iter().any(|name| is(at(desired, name), at(actual, name))),
    }
}

/// What grants by being there, as texts.
fn names(tree: Option<&Tree>) -> BTreeSet<String> {
    match tree {
        None | Some(Tree::Null | Tree::Secret { .. }) => BTreeSet::new(),
        Some(Tree::List(items)) => {
            items.iter().filter(|item| !item.holds_secret()).map(Tree::to_string).collect()
        }
        Some(one) => BTreeSet::from([one.to_string()]),
    }
}

/// Everything that a rule grants: of each part one of its texts, in any combination.
type Product<'t> = Vec<Vec<Cow<'t, str>>>;

fn both(desired: Option<Vec<Product<'_>>>, actual: Option<Vec<Product<'_>>>) -> (bool, bool) {
    let (Some(desired), Some(actual)) = (desired, actual) else { return (true, true) };
    (exceeds(&actual, &desired), exceeds(&desired, &actual))
}

/// Whether some combination is taken in by none of the known rules.
fn exceeds(rules: &[Product<'_>], known: &[Product<'_>]) -> bool {
    let same: BTreeSet<&Product<'_>> = known.iter().collect();
    let mut left = LOOKS;
    let rules = rules.iter().filter(|rule| !same.contains(rule));
    rules.into_iter().any(|rule| {
        combinations(rule).any(|atom| {
            !known.iter().any(|known| {
                left = left.saturating_sub(known.iter().map(Vec::len).sum());
                left > 0 && takes_in(known, &atom)
            })
        })
    })
}

/// Each way to take one text of each part.
fn combinations<'r>(rule: &'r Product<'_>) -> impl Iterator<Item = Vec<&'r str>> {
    (0..count(rule)).map(|number| {
        let mut rest = number;
        let one = |texts: &'r Vec<Cow<'_, str>>| {
            let at = rest % texts.len();
            rest /= texts.len();
            texts.get(at).map(|text| &**text)
        };
        rule.iter().filter_map(one).collect()
    })
}

fn count(rule: &Product<'_>) -> usize {
    rule.iter().map(Vec::len).fold(1, usize::saturating_mul)
}

fn takes_in(known: &Product<'_>, atom: &[&str]) -> bool {
    let takes = |known: &str, part: &str| {
        let starts = |start: &str| start.ends_with('/') && part.starts_with(start);
        known == part || known == "*" || known.strip_suffix('*').is_some_and(starts)
    };
    known.len() == atom.len()
        && known.iter().zip(atom).all(|(texts, part)| texts.iter().any(|text| takes(text, part)))
}

/// The strings below a name, and what stands for none of them.
fn parts<'t>(map: &'t Tree, name: &str, none: &'t str) -> Vec<Cow<'t, str>> {
    match map.get(name) {
        Some(Tree::List(items)) if !items.is_empty() => {
            items.iter().filter_map(Tree::as_str).map(Cow::from).collect()
        }
        Some(Tree::String(one)) => vec![one.into()],
        _ => vec![none.into()],
    }
}

/// The same, of which none is empty.
fn named<'t>(map: &'t Tree, name: &str) -> Vec<Cow<'t, str>> {
    parts(map, name, "").into_iter().filter(|text| !text.is_empty()).collect()
}

/// What each list item grants; nothing where that is too much to look at.
fn products<'t>(
    tree: Option<&'t Tree>,
    of: impl Fn(&'t Tree) -> Vec<Product<'t>>,
) -> Option<Vec<Product<'t>>> {
    let Some(Tree::List(items)) = tree else { return Some(Vec::new()) };
    let all: Vec<Product<'t>> = items.iter().flat_map(of).filter(|rule| count(rule) > 0).collect();
    let total = all.iter().map(count).fold(0, usize::saturating_add);
    (total <= WORK).then_some(all)
}

/// Every verb on every resource of every group by every name, and on every URL.
fn rules(tree: Option<&Tree>) -> Option<Vec<Product<'_>>> {
    products(tree, |rule| {
        let verbs = || parts(rule, "verbs", "");
        let names = parts(rule, "resourceNames", "*");
        let resources = named(rule, "resources");
        vec![
            vec![vec!["url".into()], named(rule, "nonResourceURLs"), verbs()],
            vec![parts(rule, "apiGroups", ""), resources, names, verbs()],
        ]
    })
}

/// Every member of every role, under its condition.
fn bindings(tree: Option<&Tree>) -> Option<Vec<Product<'_>>> {
    products(tree, |binding| {
        let role = binding.get("role").and_then(Tree::as_str).unwrap_or_default();
        let condition = binding.get("condition").map(Tree::to_string).unwrap_or_default();
        vec![vec![vec![role.into()], named(binding, "members"), vec![condition.into()]]]
    })
}
