//! Makes the operators of Rego count: the engine has functions that can be ours, but no such place for `|`, `*`,
//! a list or a comprehension. So these are put into calls of functions of ours, in the text that is evaluated.
//!
//! Nothing else of the text changes, and no line: places in it are told as they are in the text as it was written.

use regorus::unstable::{
    AssignOp, Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleAssign, RuleHead,
};

/// Gives back what it is given, and takes it from the budget.
pub(super) const HELD: &str = "drift__held";
/// The same, for a collection that something is looked for in.
pub(super) const SOUGHT: &str = "drift__sought";
/// What no module may name.
pub(super) const RESERVED: &str = "drift__";

/// An expression that is put into a call.
#[derive(Clone, Debug)]
pub(super) struct Held {
    start: usize,
    end: usize,
    function: &'static str,
    /// Where it is the last argument of a call: the function, and the arguments in front of it. A function that takes
    /// no more than these binds names in it.
    behind: Option<(String, usize)>,
}

/// What stands where.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value that is kept.
    Kept,
    /// A value that goes no further, or is taken as part of another.
    Passing,
    /// What may bind names.
    Pattern,
}

/// The expressions of a module that are put into calls, in order.
pub(super) fn find(module: &Module, text: &str) -> Vec<Held> {
    let functions = module.policy.iter().filter_map(|rule| match &**rule {
        Rule::Spec { head: RuleHead::Func { refr, .. }, .. } => Some(refr.span().text()),
        _ => None,
    });
    let mut found = Finder { text, own: functions.collect(), found: Vec::new() };
    for rule in &module.policy {
        let Rule::Spec { head, bodies, .. } = &**rule else { continue };
        match head {
            RuleHead::Compr { assign, .. } | RuleHead::Func { assign, .. } => found.assign(assign),
            RuleHead::Set { key, .. } => {
                key.iter().for_each(|key| found.expression(key, Place::Kept));
            }
        }
        for body in bodies {
            found.assign(&body.assign);
            found.query(&body.query);
        }
    }
    found.found.sort_by_key(|held| (held.start, std::cmp::Reverse(held.end)));
    found.found.dedup_by_key(|held| (held.start, held.end));
    found.found
}

struct Finder<'t> {
    text: &'t str,
    /// The functions of the module, which may have names of Rego's own.
    own: Vec<&'t str>,
    found: Vec<Held>,
}

impl Finder<'_> {
    fn assign(&mut self, assign: &Option<RuleAssign>) {
        assign.iter().for_each(|assign| self.expression(&assign.value, Place::Kept));
    }

    fn query(&mut self, query: &Ref<Query>) {
        query.stmts.iter().for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &LiteralStmt) {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|key| self.expression(key, Place::Pattern));
                self.expression(value, Place::Pattern);
                self.expression(collection, Place::Passing);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                self.expression(expr, Place::Passing);
            }
            Literal::Every { domain, query, .. } => {
                self.expression(domain, Place::Passing);
                self.query(query);
            }
        }
        for modifier in &statement.with_mods {
            self.expression(&modifier.r#as, Place::Passing);
        }
    }

    fn hold(&mut self, expression: &Expr, function: &'static str) {
        let span = expression.span();
        let Ok(end) = usize::try_from(span.end) else { return };
        if let Some(start) = self.start(expression) {
            self.found.push(Held { start, end, function, behind: None });
        }
    }

    /// Where an expression starts. That of a map is told as where its last entry does.
    fn start(&self, expression: &Expr) -> Option<usize> {
        let start = |expression: &Expr| usize::try_from(expression.span().start).ok();
        match expression {
            Expr::Object { fields, .. } => {
                let (entry, name, _) = fields.first()?;
                let first = usize::try_from(entry.start).ok()?.min(start(name)?);
                // A text is told as where it starts in its quotes.
                let quote = matches!(&**name, Expr::String { .. } | Expr::RawString { .. });
                opened(self.text.get(..first - usize::from(quote && first > 0))?)
            }
            Expr::RefBrack { refr, .. } | Expr::RefDot { refr, .. } => self.start(refr),
            other => start(other),
        }
    }

    fn expression(&mut self, expression: &Expr, place: Place) {
        match expression {
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                self.literal(expression, place);
                let place = inner(place);
                items.iter().for_each(|item| self.expression(item, place));
            }
            Expr::Object { fields, .. } => {
                self.literal(expression, place);
                for (_, name, value) in fields {
                    self.expression(name, Place::Passing);
                    self.expression(value, inner(place));
                }
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                if place != Place::Passing {
                    self.hold(expression, HELD);
                }
                self.expression(term, Place::Passing);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                if place != Place::Passing {
                    self.hold(expression, HELD);
                }
                self.expression(key, Place::Passing);
                self.expression(value, Place::Passing);
                self.query(query);
            }
            Expr::Call { fcn, params, .. } => self.call(fcn, params),
            Expr::UnaryExpr { expr, .. } => self.operand(expr),
            Expr::RefDot { refr, .. } => self.expression(refr, Place::Passing),
            Expr::RefBrack { refr, index, .. } => {
                self.expression(refr, Place::Passing);
                self.expression(index, Place::Pattern);
            }
            Expr::BinExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } => {
                self.operand(lhs);
                self.operand(rhs);
            }
            Expr::BoolExpr { lhs, rhs, .. } => {
                // Comparing costs as much as the smaller of both.
                let is_list =
                    matches!(&**rhs, Expr::Array { .. } | Expr::Set { .. } | Expr::Object { .. });
                if !is_constant(lhs) && (is_name(rhs) || is_list && !is_constant(rhs)) {
                    self.hold(rhs, HELD);
                }
                self.expression(lhs, Place::Passing);
                self.expression(rhs, Place::Passing);
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                self.expression(lhs, Place::Pattern);
                let place = if *op == AssignOp::ColEq { Place::Kept } else { Place::Pattern };
                self.expression(rhs, place);
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().for_each(|key| self.expression(key, Place::Passing));
                self.expression(value, Place::Passing);
                if is_name(collection) {
                    self.hold(collection, SOUGHT);
                }
                self.expression(collection, Place::Passing);
            }
            _ => {}
        }
    }

    fn literal(&mut self, literal: &Expr, place: Place) {
        if place == Place::Kept && !is_constant(literal) {
            self.hold(literal, HELD);
        }
    }

    fn operand(&mut self, operand: &Ref<Expr>) {
        match &**operand {
            Expr::BinExpr { .. } | Expr::ArithExpr { .. } | Expr::UnaryExpr { .. } => {}
            other if is_constant(other) => {}
            other => self.hold(other, HELD),
        }
        self.expression(operand, Place::Passing);
    }

    fn call(&mut self, function: &Expr, given: &[Ref<Expr>]) {
        // Rego's own functions count what they are given.
        let name = function.span().text();
        let place = match super::builtins::is_known(name) && !self.own.contains(&name) {
            true => Place::Passing,
            false => Place::Kept,
        };
        let last = given.len().saturating_sub(1);
        for (number, value) in given.iter().enumerate() {
            let before = self.found.len();
            self.expression(value, place);
            let start = self.start(value).unwrap_or_default();
            let whole = self.found.iter_mut().skip(before).find(|held| held.start == start);
            if let (true, Some(whole)) = (number == last && place == Place::Kept, whole) {
                let name = name.rsplit('.').next().unwrap_or(name);
                whole.behind = Some((name.to_owned(), number));
            }
        }
    }
}

/// The bracket that a text ends with, behind it only blanks and comments.
fn opened(text: &str) -> Option<usize> {
    let mut text = text.trim_end();
    loop {
        let line = text.rfind('\n').map_or(0, |at| at + 1);
        let marks = text.get(line..)?.match_indices('#').map(|(at, _)| line + at);
        let mut before = marks.filter_map(|at| Some(text.get(..at)?.trim_end()));
        match before
            .find(|before| before.ends_with('{') && before.len() > line || before.len() <= line)
        {
            // The line is a comment.
            Some(before) if before.len() <= line => text = before,
            Some(before) => return before.len().checked_sub(1),
            None => return text.ends_with('{').then(|| text.len() - 1),
        }
    }
}

/// The place of what stands in a list or map.
fn inner(place: Place) -> Place {
    if place == Place::Kept { Place::Passing } else { place }
}

fn is_name(expression: &Expr) -> bool {
    matches!(expression, Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. })
}

/// Whether it stands there as it is.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. } => true,
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().all(|item| is_constant(item))
        }
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, name, value)| is_constant(name) && is_constant(value))
        }
        _ => false,
    }
}

/// The text that is evaluated: with the calls. `takes` tells whether a function takes so many arguments.
pub(super) fn put(text: &str, held: &[Held], takes: &dyn Fn(&str, usize) -> bool) -> Put {
    let meant = |held: &&Held| {
        held.behind.as_ref().is_none_or(|(name, arguments)| !takes(name, *arguments))
    };
    let mut inserted: Vec<(usize, bool, String)> = Vec::new();
    for held in held.iter().filter(meant) {
        inserted.push((held.start, true, format!("{}(", held.function)));
        inserted.push((held.end, false, ")".to_owned()));
    }
    // What ends at a place ends in front of what begins there.
    inserted.sort_by_key(|(at, begins, _)| (*at, *begins));
    let (mut made, mut last, mut places) = (String::new(), 0, Vec::new());
    let (mut line, mut column) = (1, 1);
    for (at, _, what) in inserted {
        let Some(before) = text.get(last..at) else { continue };
        for char in before.chars() {
            (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        made.push_str(before);
        made.push_str(&what);
        places.push((line, column, what.len()));
        last = at;
    }
    made.push_str(text.get(last..).unwrap_or_default());
    Put { text: made, places }
}

/// A text with calls put into it.
#[derive(Clone, Debug)]
pub(super) struct Put {
    pub(super) text: String,
    /// Where something has been put in, as the text was written, and how long it is.
    places: Vec<(usize, usize, usize)>,
}

impl Put {
    /// The place in the text as it was written of one in the text that is evaluated.
    pub(super) fn place(&self, (line, column): (usize, usize)) -> (usize, usize) {
        let written = self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let mut column = super::scan::column(written, column);
        for (_, at, length) in self.places.iter().filter(|(at, ..)| *at == line) {
            if column >= at + length {
                column -= length;
            } else {
                column = column.min(*at);
            }
        }
        (line, column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(text: &str) -> String {
        let mut engine = regorus::Engine::new();
        engine.add_policy("m".to_owned(), text.to_owned()).unwrap();
        let found = find(&engine.get_modules()[0], text);
        let text = put(text, &found, &|name, arguments| (name, arguments) == ("f", 1)).text;
        let mut again = regorus::Engine::new();
        again.add_policy("m".to_owned(), text.clone()).unwrap();
        text.replace("drift__held", "H").replace("drift__sought", "S")
    }

    #[test]
    fn operators_and_what_is_kept_stand_in_calls() {
        for (rule, expected) in [
            ("x := 1 + 2", "x := 1 + 2"),
            ("x := (input.a | y) - {1}", "x := (H(input.a) | H(y)) - {1}"),
            ("x := [1, [2]]", "x := [1, [2]]"),
            ("x := [1, [y]]", "x := H([1, [y]])"),
            ("x if [y, 1] = input.z", "x if [y, 1] = input.z"),
            ("x := {y | y := input.a[_]}", "x := H({y | y := input.a[_]})"),
            (
                "x if count({y | some y in z; y in w}) > 1",
                "x if count({y | some y in z; y in S(w)}) > 1",
            ),
            ("x if input.a == input.b", "x if input.a == H(input.b)"),
            ("x if [input.a] == [y]", "x if [input.a] == H([y])"),
            ("x if input.a == \"b\"", "x if input.a == \"b\""),
            (
                "x contains {\"msg\": y} if y := -input.a",
                "x contains H({\"msg\": y}) if y := -H(input.a)",
            ),
            ("x if g([y, y])", "x if g(H([y, y]))"),
            ("x if f(y, [a, b])", "x if f(y, [a, b])"),
            ("x := sprintf(\"%v\", [y * 2])", "x := sprintf(\"%v\", [H(y) * 2])"),
            ("x := {\"a\": y, \"b\": z}", "x := H({\"a\": y, \"b\": z})"),
            ("x := {# {\n # a { b\n y: 1, \"b\": z}", "x := H({# {\n # a { b\n y: 1, \"b\": z})"),
            ("x := {\"a\": y, \"b\": z}[w] * 2", "x := H({\"a\": y, \"b\": z}[w]) * 2"),
            (
                "x contains {\"a\": {\"c\": y}, \"b\": z}",
                "x contains H({\"a\": {\"c\": y}, \"b\": z})",
            ),
            ("x := y[z + 1]", "x := y[H(z) + 1]"),
        ] {
            assert_eq!(held(&format!("package p\n{rule}")), format!("package p\n{expected}"));
        }
    }

    #[test]
    fn places_are_those_of_the_text_as_it_was_written() {
        let text = "package p\nx := (é | y) - z\n";
        let mut engine = regorus::Engine::new();
        let written = text.replace('é', "e");
        engine.add_policy("m".to_owned(), written.clone()).unwrap();
        let put = put(&written, &find(&engine.get_modules()[0], &written), &|_, _| false);
        let line = put.text.lines().nth(1).unwrap();
        for (name, column) in [("e", 7), ("y", 11), ("z", 16)] {
            let at = line.find(&format!("({name})")).unwrap() + 2;
            assert_eq!(put.place((2, at)), (2, column), "{name}");
        }
        assert_eq!(put.place((2, 3)), (2, 3));
    }
}
