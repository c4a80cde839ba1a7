//! Policies of AWS IAM as sets of grants (IAM User Guide, JSON policy element reference and policy
//! evaluation logic).
//!
//! A statement takes another in where each of its parts does: actions, resources and principals by their
//! patterns, conditions by asking no more than the other. What cannot be told counts as not taken in.

use super::super::glob::matches;
use super::conditions::{self, Condition, is_broad, is_negated};
use crate::path::Step;
use crate::value::{Embedded, ReadOptions, Tree};
use std::collections::BTreeSet;

/// How many patterns are compared before the answer is that there is more.
const WORK: usize = 1_000_000;
/// So many patterns on both sides are compared each with each; more of them by their texts alone.
const PAIRS: usize = 1_000_000;
/// A statement is looked for by its key among so many.
const STATEMENTS: usize = 1_000;

/// Patterns, or all but these.
#[derive(Clone, Debug, Default, PartialEq)]
struct Set {
    not: bool,
    patterns: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Statement {
    allows: bool,
    actions: Set,
    resources: Set,
    principals: Set,
    /// Whether it says who may: it is a policy of a resource, and not of an identity.
    names_principals: bool,
    conditions: Vec<Condition>,
}

/// A policy.
#[derive(Debug, Default)]
pub(super) struct Policy(Vec<Statement>);

impl Policy {
    /// The policy that a value holds: as a map, or as JSON in a string, percent-encoded or not. An absent
    /// one grants nothing. `home` is the account that it is in, where that is known.
    pub(super) fn of(tree: Option<&Tree>, home: Option<&str>) -> Option<Self> {
        let Some(tree) = tree else { return Some(Self::default()) };
        let tree = opened(tree)?;
        let statement = |tree| {
            let mut statement = Statement::of(tree)?;
            if let Some(home) = home {
                statement.principals.take_in_accounts_but(home);
            }
            Some(statement)
        };
        Some(Self(statements(&tree)?.iter().filter_map(statement).collect()))
    }

    /// Whether it lets everyone in where `before` does not.
    pub(super) fn opens_more(&self, before: &Self) -> bool {
        self.allows_more(before, Statement::is_public)
    }

    /// Whether it allows everything where `before` does not.
    pub(super) fn allows_all_more(&self, before: &Self) -> bool {
        self.allows_more(before, Statement::is_full)
    }

    fn allows_more(&self, before: &Self, is: fn(&Statement) -> bool) -> bool {
        let mut left = WORK;
        let mut atoms = self.0.iter().filter(|it| it.allows && is(it)).flat_map(Statement::atoms);
        atoms.any(|atom| {
            is(&atom)
                && !before.0.iter().filter(|it| it.allows && is(it)).any(|known| {
                    left = left.saturating_sub(known.size());
                    left > 0 && known.takes_in(&atom)
                })
        })
    }

    /// Whether it grants something that `before` does not, or no longer denies what that does.
    pub(super) fn grants_more(&self, before: &Self) -> bool {
        let mut left = WORK;
        let more = |of: &Self, than: &Self, allows: bool, left: &mut usize| {
            let mut atoms = of.0.iter().filter(|it| it.allows == allows).flat_map(Statement::atoms);
            atoms.any(|atom| {
                let known = than.0.iter().filter(|it| it.allows == allows);
                !known.into_iter().any(|known| {
                    *left = left.saturating_sub(known.size());
                    *left > 0 && known.takes_in(&atom)
                })
            })
        };
        more(self, before, true, &mut left) || more(before, self, false, &mut left)
    }
}

/// The statements of a policy, or a list of them.
fn statements(policy: &Tree) -> Option<&[Tree]> {
    match policy {
        Tree::List(statements) => Some(statements),
        map => map.get("Statement").map(items),
    }
}

/// The map that holds the policy, or the list of its statements.
pub(super) fn opened(tree: &Tree) -> Option<Tree> {
    match tree {
        Tree::Map(_) | Tree::List(_) => Some(tree.clone()),
        Tree::String(text) => {
            let document = Embedded::Url.open(text, &ReadOptions::default())?;
            Some(Tree::of(document.root())).filter(|tree| matches!(tree, Tree::Map(_)))
        }
        _ => None,
    }
}

/// The elements of a list; a value that is none stands for a list that holds it alone.
fn items(tree: &Tree) -> &[Tree] {
    match tree {
        Tree::List(items) => items,
        one => std::slice::from_ref(one),
    }
}

/// The strings of a list or of a single value, as texts.
fn texts(tree: &Tree) -> Vec<String> {
    let text = |item: &Tree| match item {
        Tree::String(text) | Tree::Number(text) => Some(text.clone()),
        Tree::Bool(value) => Some(value.to_string()),
        _ => None,
    };
    items(tree).iter().filter_map(text).collect()
}

/// The principals that a value names, each with its kind.
fn principals(tree: &Tree) -> Vec<String> {
    match tree {
        Tree::Map(kinds) => kinds
            .iter()
            .flat_map(|(kind, names)| texts(names).into_iter().map(move |name| (kind, name)))
            .map(|(kind, name)| principal(kind, &name))
            .collect(),
        one => texts(one).iter().map(|name| principal("AWS", name)).collect(),
    }
}

fn principal(kind: &str, name: &str) -> String {
    if name == "*" {
        return "*".to_owned();
    }
    // An account is its root (IAM User Guide, Principal).
    let account = name.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root"));
    format!("{kind} {}", account.unwrap_or(name))
}

impl Set {
    fn of(map: &Tree, name: &str, but: &str, read: fn(&Tree) -> Vec<String>, fold: bool) -> Self {
        let (not, found) = match (map.get(name), map.get(but)) {
            (Some(found), _) => (false, read(found)),
            (None, Some(found)) => (true, read(found)),
            // A trust policy names no resources, and a policy of an identity no principals.
            (None, None) => (false, vec!["*".to_owned()]),
        };
        let fold = |text: String| if fold { text.to_lowercase() } else { text };
        Self { not, patterns: found.into_iter().map(fold).collect() }
    }

    /// Another account lets in its own roles and users by itself. In one account a role that is named needs
    /// no more than that, so that an account does not take it in (IAM User Guide, cross account policy
    /// evaluation logic).
    fn take_in_accounts_but(&mut self, home: &str) {
        if self.not {
            return;
        }
        let account = |text: &String| {
            let account = text.strip_prefix("AWS ")?;
            let is = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
            (is && account != home).then(|| account.to_owned())
        };
        let accounts: Vec<String> = self.patterns.iter().filter_map(account).collect();
        for account in accounts {
            let of = |service: &str| format!("AWS arn:aws:{service}::{account}:*");
            self.patterns.extend(["iam", "sts"].map(of));
        }
    }

    fn takes_in(&self, other: &Self) -> bool {
        let covers = |outer: &[String], inner: &[String]| {
            if outer.len().saturating_mul(inner.len()) > PAIRS {
                let outer: BTreeSet<&String> = outer.iter().collect();
                return inner.iter().all(|inner| outer.contains(inner));
            }
            inner.iter().all(|inner| outer.iter().any(|outer| matches(outer, inner)))
        };
        match (self.not, other.not) {
            (false, false) => covers(&self.patterns, &other.patterns),
            (true, true) => covers(&other.patterns, &self.patterns),
            (false, true) => self.patterns.iter().any(|pattern| pattern == "*"),
            (true, false) => {
                let apart = |inner: &String| self.patterns.iter().all(|but| are_apart(but, inner));
                other.patterns.iter().all(apart)
            }
        }
    }

    /// One pattern each; as it is, where it says what it is not.
    fn parts(&self) -> Vec<Self> {
        if self.not {
            return vec![self.clone()];
        }
        let one = |pattern: &String| Self { not: false, patterns: vec![pattern.clone()] };
        self.patterns.iter().map(one).collect()
    }
}

/// Whether nothing fits both patterns, as far as what stands before the first `*` of each tells.
fn are_apart(one: &str, other: &str) -> bool {
    let start = |text: &str| text.find(['*', '?']).unwrap_or(text.len());
    let (a, b) = (start(one), start(other));
    let literal = |at: usize, text: &str| at == text.len();
    match (literal(a, one), literal(b, other)) {
        (true, true) => one != other,
        (false, true) => !matches(one, other) && !one.contains('?'),
        (true, false) => !matches(other, one) && !other.contains('?'),
        (false, false) => {
            let (a, b) = (one.get(..a).unwrap_or_default(), other.get(..b).unwrap_or_default());
            !a.starts_with(b) && !b.starts_with(a)
        }
    }
}

/// Whether a condition lets in those alone that it names.
fn is_bound((operator, key, values): &Condition) -> bool {
    const KEYS: [&str; 17] = [
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principaltag",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceip",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointarn",
        "s3:dataaccesspointaccount",
    ];
    const OPERATORS: [&str; 8] = [
        "stringequals",
        "stringequalsignorecase",
        "stringlike",
        "arnequals",
        "arnlike",
        "ipaddress",
        "foranyvalue:stringequals",
        "foranyvalue:stringlike",
    ];
    const WIDE: [&str; 4] = ["*", "0.0.0.0/0", "::/0", "arn:*"];
    let is_known = KEYS.contains(&key.split('/').next().unwrap_or_default());
    is_known
        && OPERATORS.contains(&operator.as_str())
        && !values.iter().any(|value| WIDE.contains(&value.as_str()))
        && !(operator == "ipaddress" && is_broad(values))
}

impl Statement {
    fn of(tree: &Tree) -> Option<Self> {
        if !matches!(tree, Tree::Map(_)) {
            return None;
        }
        let mut conditions = Vec::new();
        if let Some(Tree::Map(operators)) = tree.get("Condition") {
            for (operator, keys) in operators {
                let Tree::Map(keys) = keys else { continue };
                for (key, values) in keys {
                    conditions.push((operator.to_lowercase(), key.to_lowercase(), texts(values)));
                }
            }
        }
        Some(Self {
            allows: tree.get("Effect").and_then(Tree::as_str) != Some("Deny"),
            actions: Set::of(tree, "Action", "NotAction", texts, true),
            resources: Set::of(tree, "Resource", "NotResource", texts, false),
            principals: Set::of(tree, "Principal", "NotPrincipal", principals, false),
            names_principals: tree.get("Principal").or_else(|| tree.get("NotPrincipal")).is_some(),
            conditions,
        })
    }

    /// Whether it lets everyone in, as Amazon S3 says what is public ("The meaning of public").
    fn is_public(&self) -> bool {
        let everyone = |patterns: &[String]| patterns.iter().any(|pattern| pattern == "*");
        let all = self.principals.not || everyone(&self.principals.patterns);
        self.names_principals && all && !self.conditions.iter().any(is_bound)
    }

    /// Whether it allows every action on every resource.
    fn is_full(&self) -> bool {
        let all = |set: &Set, names: &[&str]| {
            !set.not && set.patterns.iter().any(|pattern| names.contains(&pattern.as_str()))
        };
        !self.names_principals
            && all(&self.actions, &["*", "*:*"])
            && all(&self.resources, &["*"])
            && self.conditions.is_empty()
    }

    /// The statement cut into one action, one resource and one principal each.
    fn atoms(&self) -> impl Iterator<Item = Self> + '_ {
        let (resources, principals) = (self.resources.parts(), self.principals.parts());
        self.actions.parts().into_iter().flat_map(move |actions| {
            let principals = principals.clone();
            resources.clone().into_iter().flat_map(move |resources| {
                let actions = actions.clone();
                principals.clone().into_iter().map(move |principals| Self {
                    allows: self.allows,
                    actions: actions.clone(),
                    resources: resources.clone(),
                    principals,
                    names_principals: self.names_principals,
                    conditions: self.conditions.clone(),
                })
            })
        })
    }

    /// How many patterns it has, at least one.
    fn size(&self) -> usize {
        let sets = [&self.actions, &self.resources, &self.principals];
        let values = self.conditions.iter().map(|(.., values)| values.len()).sum::<usize>();
        1 + sets.iter().map(|set| set.patterns.len()).sum::<usize>() + values
    }

    fn takes_in(&self, other: &Self) -> bool {
        let asks_no_more = |own: &Condition| {
            other.conditions.iter().any(|theirs| conditions::takes_in(own, theirs))
        };
        self.allows == other.allows
            && self.actions.takes_in(&other.actions)
            && self.resources.takes_in(&other.resources)
            && self.principals.takes_in(&other.principals)
            && self.conditions.iter().all(asks_no_more)
    }
}

/// Whether a change may by itself grant more, and whether it may grant less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    pub(super) more: bool,
    pub(super) less: bool,
}

impl Effect {
    pub(super) const BOTH: Self = Self { more: true, less: true };
    pub(super) const NONE: Self = Self { more: false, less: false };

    fn turned_if(self, turned: bool) -> Self {
        if turned { Self { more: self.less, less: self.more } } else { self }
    }

    /// Of something that grants, of which something was added and something removed.
    pub(super) fn of(added: bool, removed: bool) -> Self {
        Self { more: added, less: removed }
    }
}

/// What a change does by itself: `rest` is the way to it from the policy.
pub(super) fn effect(
    rest: &[Step],
    desired: Option<&Tree>,
    actual: Option<&Tree>,
    policies: [Option<&Tree>; 2],
) -> Effect {
    let mut steps = rest.iter().filter(|step| !matches!(step, Step::Decoded(_))).peekable();
    let is_list = policies.into_iter().flatten().any(|policy| matches!(policy, Tree::List(_)));
    match steps.peek() {
        Some(Step::Field(name)) if matches!(name.as_str(), "Version" | "Id") => {
            return Effect::NONE;
        }
        Some(Step::Field(name)) if name == "Statement" => _ = steps.next(),
        Some(_) if is_list => {}
        _ => return Effect::BOTH,
    }
    let named = match steps.peek() {
        None => return Effect::BOTH,
        // A single statement stands for the list.
        Some(Step::Field(_)) => None,
        Some(element) => {
            let element = *element;
            steps.next();
            Some(element)
        }
    };
    let Some(Step::Field(part)) = steps.next() else {
        let of =
            |tree: Option<&Tree>| tree.map(|tree| Effect::of(true, false).turned_if(denies(tree)));
        return match (of(desired), of(actual)) {
            (None, Some(added)) => added,
            (Some(removed), None) => removed.turned_if(true),
            _ => Effect::BOTH,
        };
    };
    let inside: Vec<&Step> = steps.collect();
    let Some(denies) = policies.into_iter().find_map(|policy| statement_denies(policy?, named))
    else {
        return Effect::BOTH;
    };
    part_effect(part, &inside, desired, actual).turned_if(denies && part != "Effect")
}

fn denies(statement: &Tree) -> bool {
    statement.get("Effect").and_then(Tree::as_str) == Some("Deny")
}

/// Whether the statement that a step names denies; nothing where it would have to be looked for among
/// too many.
fn statement_denies(policy: &Tree, named: Option<&Step>) -> Option<bool> {
    if let Some(Step::Value(value @ Tree::Map(_))) = named {
        return Some(denies(value));
    }
    let statements = statements(policy)?;
    let has = |keys: &[(String, Tree)], item: &Tree| {
        keys.iter().all(|(name, wanted)| item.get(name) == Some(wanted))
    };
    let found = match named {
        None => statements.first(),
        Some(Step::Index(index)) => statements.get(*index),
        Some(Step::Key(keys)) if statements.len() <= STATEMENTS => {
            statements.iter().find(|item| has(keys, item))
        }
        Some(_) => None,
    };
    found.filter(|found| matches!(found, Tree::Map(_))).map(denies)
}

/// What a change of a part of a statement that allows does.
fn part_effect(
    part: &str,
    inside: &[&Step],
    desired: Option<&Tree>,
    actual: Option<&Tree>,
) -> Effect {
    let whole = inside.is_empty() && (desired.is_none() || actual.is_none());
    match part {
        "Effect" => Effect::of(
            actual.and_then(Tree::as_str) != Some("Deny"),
            actual.and_then(Tree::as_str) == Some("Deny"),
        ),
        // One part instead of its opposite is two changes, of which each may be either.
        "Action" | "Resource" | "Principal" | "NotAction" | "NotResource" | "NotPrincipal"
            if whole =>
        {
            Effect::BOTH
        }
        "Action" | "Resource" | "Principal" => among(part, desired, actual),
        "NotAction" | "NotResource" | "NotPrincipal" => {
            among(part, desired, actual).turned_if(true)
        }
        "Condition" => condition(inside, desired, actual),
        _ => Effect::NONE,
    }
}

fn among(part: &str, desired: Option<&Tree>, actual: Option<&Tree>) -> Effect {
    let fold = part.ends_with("Action");
    let set = |tree: Option<&Tree>| Set {
        not: false,
        patterns: tree
            .map(|tree| if part.ends_with("Principal") { principals(tree) } else { texts(tree) })
            .unwrap_or_default()
            .into_iter()
            .map(|text| if fold { text.to_lowercase() } else { text })
            .collect(),
    };
    let (before, after) = (set(desired), set(actual));
    Effect::of(!before.takes_in(&after), !after.takes_in(&before))
}

/// More conditions let in less; more values of one let in more, unless its operator says what is not.
fn condition(inside: &[&Step], desired: Option<&Tree>, actual: Option<&Tree>) -> Effect {
    let of = |turned: bool| Effect::of(actual.is_some(), desired.is_some()).turned_if(turned);
    match inside {
        [Step::Field(operator), Step::Field(_), ..] if inside.len() > 2 => {
            of(is_negated(&operator.to_lowercase()))
        }
        _ if desired.is_some() && actual.is_some() => Effect::BOTH,
        _ => of(true),
    }
}
