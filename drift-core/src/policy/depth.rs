//! How deep the engine goes to evaluate a policy: it recurses, into each rule that a rule asks, each function, each
//! comprehension and each loop of a body, until its stack is full. What goes too deep is refused.

use super::fail;
use crate::error::Result;
use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleAssign, RuleHead,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// How deep it may go, in loops: each takes some 7 KiB of stack in a build without optimisation.
const MAX_DEPTH: usize = 200;
/// A rule, a function and a comprehension take as much as so many loops.
const LEVEL: usize = 4;

/// What a rule or a function asks for.
#[derive(Clone, Debug)]
pub(super) struct Asks {
    /// `data.package.name`.
    path: String,
    /// How deep it goes by itself.
    depth: usize,
    /// What it names, as paths from `data`.
    names: BTreeSet<String>,
}

/// The names that a module imports, with their paths.
pub(super) fn imports(module: &Module) -> BTreeMap<String, String> {
    let imports = module.imports.iter().filter_map(|import| {
        let path = dotted(&import.refr)?;
        let last = path.last()?.clone();
        let name = import.r#as.as_ref().map_or(last, |name| name.text().to_owned());
        Some((name, path.join(".")))
    });
    imports.collect()
}

/// What the rules of a module ask for.
pub(super) fn find(module: &Module) -> Vec<Asks> {
    let package = dotted(&module.package.refr).map_or(String::new(), |path| path.join("."));
    let imports = imports(module);
    let mut found = Vec::new();
    for rule in &module.policy {
        let Rule::Spec { head, bodies, .. } = &**rule else { continue };
        let mut finder = Finder::default();
        let mut deepest = 0;
        let (refr, key, assign): (_, Option<&Ref<Expr>>, &Option<RuleAssign>) = match head {
            RuleHead::Compr { refr, assign, .. } => (refr, None, assign),
            RuleHead::Set { refr, key, .. } => (refr, key.as_ref(), &None),
            RuleHead::Func { refr, args, assign, .. } => {
                args.iter().for_each(|arg| finder.declare(arg));
                (refr, None, assign)
            }
        };
        let values = assign.iter().map(|assign| &assign.value).chain(key);
        values.for_each(|value| deepest = deepest.max(finder.expression(value)));
        for body in bodies {
            let value = body.assign.as_ref().map_or(0, |assign| finder.expression(&assign.value));
            deepest = deepest.max(finder.query(&body.query).max(value));
        }
        let Some(name) = root(refr) else { continue };
        let Finder { named, declared, .. } = finder;
        let resolve = |path: Vec<String>| -> Option<String> {
            let (first, rest) = path.split_first()?;
            let start = match first.as_str() {
                "data" => "data".to_owned(),
                "input" => return None,
                other if declared.contains(other) => return None,
                other => match imports.get(other) {
                    Some(path) => path.clone(),
                    None => format!("data.{package}.{other}"),
                },
            };
            Some(std::iter::once(start).chain(rest.iter().cloned()).collect::<Vec<_>>().join("."))
        };
        let names = named.into_iter().filter_map(resolve).collect();
        found.push(Asks { path: format!("data.{package}.{name}"), depth: LEVEL + deepest, names });
    }
    found
}

/// Refuses rules that ask each other too deeply, those of all modules together.
pub(super) fn check<'a>(all: impl Iterator<Item = &'a Asks>) -> Result<()> {
    let mut rules: Rules<'_> = BTreeMap::new();
    for Asks { path, depth, names } in all {
        let rule = rules.entry(path).or_default();
        rule.0 = rule.0.max(*depth);
        rule.1.extend(names.iter().map(String::as_str));
    }
    let mut search = Search { rules: &rules, known: BTreeMap::new(), open: BTreeSet::new() };
    for path in rules.keys() {
        if !search.fits(path, 0) {
            let name = path.rsplit('.').next().unwrap_or(path);
            let message =
                format!("`{name}` goes too deep: through too many rules, functions and loops");
            let rules = MAX_DEPTH / LEVEL;
            let help = format!("rules ask each other {rules} deep at most, and fewer with loops");
            return Err(fail(message).with_help(help));
        }
    }
    Ok(())
}

type Rules<'a> = BTreeMap<&'a str, (usize, BTreeSet<&'a str>)>;

struct Search<'a, 'r> {
    rules: &'r Rules<'a>,
    known: BTreeMap<&'a str, usize>,
    /// Those on the way: what goes round is told by the engine.
    open: BTreeSet<&'a str>,
}

impl<'a> Search<'a, '_> {
    /// Whether a rule fits behind others of such a depth.
    fn fits(&mut self, path: &'a str, before: usize) -> bool {
        let Some((own, names)) = self.rules.get(path) else { return true };
        if let Some(known) = self.known.get(path) {
            return before + known <= MAX_DEPTH;
        }
        if before + own > MAX_DEPTH {
            return false;
        }
        self.open.insert(path);
        let mut deepest = 0;
        let others: Vec<&str> = names.iter().flat_map(|name| self.meant(name)).collect();
        for other in others {
            if self.open.contains(other) {
                continue;
            }
            if !self.fits(other, before + own) {
                return false;
            }
            deepest = deepest.max(self.known.get(other).copied().unwrap_or(0));
        }
        self.open.remove(path);
        self.known.insert(path, own + deepest);
        true
    }

    /// What a name means: the rule, one that it is a part of, and all of a package.
    fn meant(&self, name: &str) -> Vec<&'a str> {
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        let parts = ends.filter_map(|end| self.rules.get_key_value(name.get(..end)?));
        let mut found: Vec<&str> = parts.map(|(path, _)| *path).collect();
        let below = format!("{name}.");
        let from = (Bound::Included(below.as_str()), Bound::Unbounded);
        let inside = self.rules.range::<str, _>(from).map(|(path, _)| *path);
        found.extend(inside.take_while(|path| path.starts_with(&below)));
        found
    }
}

#[derive(Default)]
struct Finder {
    named: BTreeSet<Vec<String>>,
    declared: BTreeSet<String>,
}

impl Finder {
    /// Names that are bound here.
    fn declare(&mut self, pattern: &Expr) {
        match pattern {
            Expr::Var { span, .. } => {
                self.declared.insert(span.text().to_owned());
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                items.iter().for_each(|item| self.declare(item));
            }
            Expr::Object { fields, .. } => {
                fields.iter().for_each(|(_, _, value)| self.declare(value));
            }
            _ => {}
        }
    }

    /// How deep a body goes: its loops stand inside each other.
    fn query(&mut self, query: &Query) -> usize {
        let (mut loops, mut deepest) = (0, 0);
        for statement in &query.stmts {
            let (own, inside) = self.statement(statement);
            loops += own;
            deepest = deepest.max(inside);
        }
        LEVEL + loops + deepest
    }

    /// The loops of a statement, and how deep it goes inside them.
    fn statement(&mut self, statement: &LiteralStmt) -> (usize, usize) {
        let mut loops = 0;
        let mut inside = match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                self.declared.extend(vars.iter().map(|name| name.text().to_owned()));
                0
            }
            Literal::SomeIn { key, value, collection, .. } => {
                loops += 1;
                key.iter().chain([value]).for_each(|pattern| self.declare(pattern));
                loops += indexed(collection);
                self.expression(collection)
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                loops += indexed(expr);
                self.expression(expr)
            }
            Literal::Every { key, value, domain, query, .. } => {
                let names = key.iter().chain([value]);
                self.declared.extend(names.map(|name| name.text().to_owned()));
                loops += indexed(domain);
                self.expression(domain).max(self.query(query))
            }
        };
        for modifier in &statement.with_mods {
            inside = inside.max(self.expression(&modifier.r#as));
        }
        (loops, inside + statement.with_mods.len())
    }

    fn expression(&mut self, expression: &Expr) -> usize {
        if let Some(path) = dotted(expression) {
            self.named.insert(path);
            return 0;
        }
        match expression {
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.query(query) + self.expression(term)
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let inside = self.expression(key).max(self.expression(value));
                self.query(query) + inside
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                if *op == AssignOp::ColEq {
                    self.declare(lhs);
                }
                self.expression(lhs).max(self.expression(rhs))
            }
            other => {
                inner(other).into_iter().map(|inner| self.expression(inner)).max().unwrap_or(0)
            }
        }
    }
}

/// What stands in an expression, but for bodies.
fn inner(expression: &Expr) -> Vec<&Expr> {
    match expression {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().map(|item| &**item).collect()
        }
        Expr::Object { fields, .. } => {
            fields.iter().flat_map(|(_, name, value)| [&**name, &**value]).collect()
        }
        Expr::Call { fcn, params, .. } => [fcn].into_iter().chain(params).map(|it| &**it).collect(),
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::RefDot { refr, .. } => vec![refr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).map(|it| &**it).collect()
        }
        _ => Vec::new(),
    }
}

/// The places of an expression that may be loops.
fn indexed(expression: &Expr) -> usize {
    let own = match expression {
        Expr::RefBrack { index, .. } => {
            usize::from(!matches!(&**index, Expr::String { .. } | Expr::Number { .. }))
        }
        Expr::Call { fcn, .. } => usize::from(fcn.span().text() == "walk"),
        _ => 0,
    };
    own + inner(expression).into_iter().map(indexed).sum::<usize>()
}

/// A reference of names alone.
fn dotted(expression: &Expr) -> Option<Vec<String>> {
    match expression {
        Expr::Var { span, .. } => Some(vec![span.text().to_owned()]),
        Expr::RefDot { refr, field, .. } => {
            let mut path = dotted(refr)?;
            path.push(field.0.text().to_owned());
            Some(path)
        }
        Expr::RefBrack { refr, index, .. } => match &**index {
            Expr::String { span, .. } => {
                let mut path = dotted(refr)?;
                path.push(span.text().trim_matches('"').to_owned());
                Some(path)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The name that a rule is known by.
fn root(refr: &Expr) -> Option<String> {
    match refr {
        Expr::Var { span, .. } => Some(span.text().to_owned()),
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => root(refr),
        _ => None,
    }
}
