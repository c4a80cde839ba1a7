//! Expressions in one spelling: defaults, checks, conditions of indexes.
//!
//! A database parses what it is given and prints it anew: with casts, brackets and operators of its own.
//! What is written here is the same for both. Where it is not known how the database prints something,
//! the text is not certain.

use super::dialect::Dialect;
use super::literal;
use super::model::Text;
use super::split::{self, Budget};
use super::types;
use sqlparser::ast::{
    BinaryOperator, CastKind, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    InTarget, ObjectName, ObjectNamePart, UnaryOperator, Value,
};
use sqlparser::parser::Parser;

/// How deep expressions may stand inside each other.
pub(super) const MAX_DEPTH: usize = 40;

/// An expression that a database printed.
pub(super) fn parsed(dialect: Dialect, text: &str) -> Option<Expr> {
    let tokens = split::tokens(dialect, text)?;
    let mut budget = Budget::default();
    if !tokens.iter().all(|token| budget.takes(&token.token)) {
        return None;
    }
    let parser = Parser::new(dialect.grammar()).with_recursion_limit(MAX_DEPTH);
    let mut parser = parser.with_tokens_with_locations(tokens);
    let expr = parser.parse_expr().ok()?;
    (parser.peek_token_ref().token == sqlparser::tokenizer::Token::EOF).then_some(expr)
}

/// The spelling of an expression that stands in a text of its own.
pub(super) fn of_text(dialect: Dialect, text: &str) -> Text {
    match parsed(dialect, text) {
        Some(expr) => spelled(dialect, &expr),
        None => Text { text: split::squeezed(dialect, text), certain: dialect.keeps_text() },
    }
}

/// The spelling of an expression.
pub(super) fn spelled(dialect: Dialect, expr: &Expr) -> Text {
    let mut writer = Writer { dialect, certain: true };
    let text = writer.write(expr);
    Text { text, certain: writer.certain || dialect.keeps_text() }
}

/// The default of a column of the (canonical) type; `None` where it is null, which is none.
pub(super) fn default(dialect: Dialect, kind: &str, expr: &Expr) -> Option<Text> {
    let inner = peeled(expr);
    let (negative, inner) = match inner {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => (true, peeled(expr)),
        inner => (false, inner),
    };
    let Expr::Value(value) = inner else {
        return Some(spelled(dialect, expr));
    };
    let number = |text: &str| {
        let sign = if negative { "-" } else { "" };
        number(&format!("{sign}{text}"))
    };
    let literal = match &value.value {
        Value::Null => return None,
        Value::Number(text, _) if kind == "boolean" && dialect.is_mysql() => {
            match text.as_str() {
                "0" => Some("false".to_owned()),
                "1" => Some("true".to_owned()),
                // It is a small number all the same.
                text => number(text),
            }
        }
        Value::Number(text, _) => number(text),
        Value::Boolean(truth) => match (dialect, kind) {
            (Dialect::Postgresql, _) | (_, "boolean") => Some(truth.to_string()),
            _ => Some(u8::from(*truth).to_string()),
        },
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
            match text.to_lowercase().as_str() {
                "t" | "true" | "1" | "y" | "yes" | "on" if kind == "boolean" => Some("true".into()),
                "f" | "false" | "0" | "n" | "no" | "off" if kind == "boolean" => {
                    Some("false".into())
                }
                _ if types::is_number(dialect, kind) && dialect != Dialect::Sqlite => number(text),
                _ => match literal::printed(dialect, kind, text) {
                    Some(text) => Some(format!("'{}'", text.replace('\'', "''"))),
                    None if literal::is_read(dialect, kind) => {
                        return Some(Text { certain: false, ..spelled(dialect, expr) });
                    }
                    None => None,
                },
            }
        }
        _ => None,
    };
    Some(literal.map_or_else(|| spelled(dialect, expr), Text::certain))
}

/// A number without zeros that say nothing.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, exponent) = match digits.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (digits, 0),
    };
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    if digits.is_empty() || !digits.chars().all(plain) || digits.matches('.').count() > 1 {
        return None;
    }
    let moved = moved(digits, exponent)?;
    let (whole, part) = moved.split_once('.').unwrap_or((&moved, ""));
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if whole == "0" && part.is_empty() { "" } else { sign };
    match part {
        "" => Some(format!("{sign}{whole}")),
        part => Some(format!("{sign}{whole}.{part}")),
    }
}

/// The digits with their point so many places further right.
fn moved(digits: &str, places: i32) -> Option<String> {
    if places == 0 {
        return Some(digits.to_owned());
    }
    // Beyond that a database keeps no digits either.
    let by = usize::try_from(places.unsigned_abs()).ok().filter(|by| *by <= 400)?;
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let zeros = "0".repeat(by);
    if places > 0 {
        let part = format!("{part}{zeros}");
        let (before, behind) = part.split_at_checked(by)?;
        return Some(format!("{whole}{before}.{behind}"));
    }
    let whole = format!("{zeros}{whole}");
    let (before, behind) = whole.split_at_checked(whole.len() - by)?;
    Some(format!("{before}.{behind}{part}"))
}

/// Without brackets and casts around it.
fn peeled(mut expr: &Expr) -> &Expr {
    loop {
        expr = match expr {
            Expr::Nested(inner) => inner,
            Expr::Cast { expr: inner, .. } => inner,
            _ => return expr,
        };
    }
}

/// Without brackets around it.
fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// A text as SQL writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The last part of a name: what stands before it is the schema.
fn last(name: &ObjectName) -> Option<(&str, bool)> {
    match name.0.last()? {
        ObjectNamePart::Identifier(ident) => Some((&ident.value, ident.quote_style.is_some())),
        ObjectNamePart::Function(_) => None,
    }
}

struct Writer {
    dialect: Dialect,
    certain: bool,
}

impl Writer {
    /// What is not known to be printed as it is written.
    fn doubt(&mut self, expr: &Expr) -> String {
        self.certain = false;
        split::squeezed(self.dialect, &expr.to_string())
    }

    fn write(&mut self, expr: &Expr) -> String {
        match bare(expr) {
            Expr::Identifier(name) => self.dialect.fold(&name.value, name.quote_style.is_some()),
            Expr::CompoundIdentifier(parts) => match parts.last() {
                Some(name) => self.dialect.fold(&name.value, name.quote_style.is_some()),
                None => self.doubt(expr),
            },
            Expr::Value(value) => self.literal(&value.value),
            Expr::Prefixed { prefix, value } if prefix.value.starts_with('_') => self.write(value),
            Expr::TypedString(typed) => {
                let text = self.literal(&typed.value.value);
                let kind = types::canonical(self.dialect, &typed.data_type.to_string());
                self.cast(text, &kind, true)
            }
            Expr::Cast { kind, expr: inner, data_type, format } => {
                let target = types::canonical(self.dialect, &data_type.to_string());
                self.certain &= matches!(kind, CastKind::Cast | CastKind::DoubleColon);
                self.certain &= format.is_none();
                let is_literal = matches!(peeled(inner), Expr::Value(_) | Expr::Array(_));
                let text = self.write(inner);
                self.cast(text, &target, is_literal)
            }
            Expr::UnaryOp { op, expr: inner } => match op {
                UnaryOperator::Not => {
                    let text = self.write(inner);
                    format!("not ({text})")
                }
                UnaryOperator::Minus => {
                    let text = self.operand(inner);
                    number(&format!("-{text}")).unwrap_or_else(|| format!("-{text}"))
                }
                UnaryOperator::Plus => self.operand(inner),
                _ => self.doubt(expr),
            },
            Expr::BinaryOp { left, op, right } => self.binary(expr, left, op, right),
            Expr::Between { expr: inner, negated, low, high } => {
                let (inner, low, high) =
                    (self.operand(inner), self.operand(low), self.operand(high));
                match negated {
                    true => format!("{inner} < {low} or {inner} > {high}"),
                    false => format!("{inner} >= {low} and {inner} <= {high}"),
                }
            }
            Expr::In { expr: inner, target: InTarget::List(list), negated, global: false } => {
                self.within(inner, list, *negated)
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
                self.any(expr, left, right, false)
            }
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => {
                self.any(expr, left, right, true)
            }
            Expr::Like { negated, any: false, expr: inner, pattern, escape_char: None } => {
                let not = if *negated { "not " } else { "" };
                format!("{} {not}like {}", self.operand(inner), self.operand(pattern))
            }
            Expr::ILike { negated, any: false, expr: inner, pattern, escape_char: None } => {
                let not = if *negated { "not " } else { "" };
                format!("{} {not}ilike {}", self.operand(inner), self.operand(pattern))
            }
            Expr::IsNull(inner) => format!("{} is null", self.operand(inner)),
            Expr::IsNotNull(inner) => format!("{} is not null", self.operand(inner)),
            Expr::IsTrue(inner) => format!("{} is true", self.operand(inner)),
            Expr::IsNotTrue(inner) => format!("{} is not true", self.operand(inner)),
            Expr::IsFalse(inner) => format!("{} is false", self.operand(inner)),
            Expr::IsNotFalse(inner) => format!("{} is not false", self.operand(inner)),
            Expr::Array(array) => {
                let items: Vec<String> = array.elem.iter().map(|item| self.write(item)).collect();
                format!("array[{}]", items.join(", "))
            }
            Expr::Function(function) => self.function(expr, function),
            _ => self.doubt(expr),
        }
    }

    /// A cast. Those of literals, and those of columns to texts, a database puts in by itself.
    fn cast(&mut self, text: String, target: &str, is_literal: bool) -> String {
        if self.dialect != Dialect::Postgresql {
            return format!("cast({text} as {target})");
        }
        if is_literal && types::is_number(self.dialect, target) {
            let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
            return inner.and_then(number).unwrap_or(text);
        }
        let is_text = target.starts_with("character") || matches!(target, "text" | "text[]");
        let added = matches!(target, "numeric" | "double precision" | "integer" | "bigint");
        match is_literal || is_text || (added && !text.contains('(')) {
            true => text,
            false => format!("cast({text} as {target})"),
        }
    }

    fn literal(&mut self, value: &Value) -> String {
        match value {
            Value::Number(text, _) => number(text).unwrap_or_else(|| text.to_lowercase()),
            Value::SingleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::NationalStringLiteral(text) => quoted(text),
            Value::DollarQuotedString(text) => quoted(&text.value),
            Value::DoubleQuotedString(text) if self.dialect != Dialect::Postgresql => quoted(text),
            Value::Boolean(truth) => truth.to_string(),
            Value::Null => "null".to_owned(),
            other => {
                self.certain = false;
                other.to_string()
            }
        }
    }

    /// In brackets where it is made of several parts.
    fn operand(&mut self, expr: &Expr) -> String {
        let text = self.write(expr);
        let is_one = matches!(
            peeled(expr),
            Expr::Identifier(_)
                | Expr::CompoundIdentifier(_)
                | Expr::Value(_)
                | Expr::Function(_)
                | Expr::Array(_)
                | Expr::Prefixed { .. }
                | Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, .. }
        );
        if is_one { text } else { format!("({text})") }
    }

    fn binary(&mut self, whole: &Expr, left: &Expr, op: &BinaryOperator, right: &Expr) -> String {
        use BinaryOperator as Op;
        let sign = match op {
            Op::And | Op::Or => return self.chain(whole, op),
            Op::Eq => "=",
            Op::NotEq => "<>",
            Op::Lt => "<",
            Op::LtEq => "<=",
            Op::Gt => ">",
            Op::GtEq => ">=",
            Op::Plus => "+",
            Op::Minus => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Modulo => "%",
            Op::StringConcat => "||",
            Op::PGLikeMatch => "like",
            Op::PGNotLikeMatch => "not like",
            Op::PGILikeMatch => "ilike",
            Op::PGNotILikeMatch => "not ilike",
            Op::PGRegexMatch => "~",
            Op::PGRegexIMatch => "~*",
            Op::PGRegexNotMatch => "!~",
            Op::PGRegexNotIMatch => "!~*",
            _ => return self.doubt(whole),
        };
        format!("{} {sign} {}", self.operand(left), self.operand(right))
    }

    /// A row of `and` or `or`, whose brackets mean nothing.
    fn chain(&mut self, whole: &Expr, op: &BinaryOperator) -> String {
        let mut parts = Vec::new();
        let mut open = vec![whole];
        while let Some(expr) = open.pop() {
            match bare(expr) {
                Expr::BinaryOp { left, op: own, right } if own == op => {
                    open.push(right);
                    open.push(left);
                }
                one @ (Expr::BinaryOp { op: BinaryOperator::And | BinaryOperator::Or, .. }
                | Expr::Between { negated: true, .. }) => {
                    parts.push(format!("({})", self.write(one)));
                }
                one @ Expr::Between { .. } if *op == BinaryOperator::Or => {
                    parts.push(format!("({})", self.write(one)));
                }
                one => parts.push(self.write(one)),
            }
        }
        parts.join(if *op == BinaryOperator::And { " and " } else { " or " })
    }

    fn within(&mut self, left: &Expr, list: &[Expr], negated: bool) -> String {
        let left = self.operand(left);
        let items: Vec<String> = list.iter().map(|item| self.write(item)).collect();
        let not = if negated { "not " } else { "" };
        format!("{left} {not}in ({})", items.join(", "))
    }

    /// `= any (array[…])` and `<> all (array[…])`, as PostgreSQL prints `in`.
    fn any(&mut self, whole: &Expr, left: &Expr, right: &Expr, negated: bool) -> String {
        match peeled(right) {
            Expr::Array(array) => self.within(left, &array.elem, negated),
            _ => self.doubt(whole),
        }
    }

    fn function(&mut self, whole: &Expr, function: &Function) -> String {
        let plain = function.over.is_none()
            && function.filter.is_none()
            && function.within_group.is_empty()
            && function.null_treatment.is_none();
        let Some((name, is_quoted)) = last(&function.name).filter(|_| plain) else {
            return self.doubt(whole);
        };
        let name = if is_quoted { name.to_owned() } else { name.to_lowercase() };
        let mut texts = Vec::new();
        match &function.args {
            FunctionArguments::None => {}
            FunctionArguments::List(list)
                if list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
            {
                for arg in &list.args {
                    match arg {
                        FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)) => {
                            texts.push(self.write(arg));
                        }
                        _ => return self.doubt(whole),
                    }
                }
            }
            _ => return self.doubt(whole),
        }
        let arguments = texts.join(", ");
        match (name.as_str(), arguments.as_str(), self.dialect) {
            // The same moment, whatever it is called.
            ("now" | "current_timestamp" | "transaction_timestamp", "" | "0", _)
                if self.dialect != Dialect::Sqlite =>
            {
                "current_timestamp".to_owned()
            }
            ("now" | "current_timestamp", digits, _) if self.dialect.is_mysql() => {
                format!("current_timestamp({digits})")
            }
            ("localtime" | "localtimestamp", "", Dialect::Mysql | Dialect::Mariadb) => {
                "current_timestamp".to_owned()
            }
            ("nextval", _, Dialect::Postgresql) => format!("nextval({})", sequence(&arguments)),
            ("current_date" | "current_time" | "current_user" | "session_user", "", _) => name,
            ("lcase", _, _) if self.dialect.is_mysql() => format!("lower({arguments})"),
            ("ucase", _, _) if self.dialect.is_mysql() => format!("upper({arguments})"),
            _ => format!("{name}({arguments})"),
        }
    }
}

/// The name of a sequence without its schema, which is printed or not as the session likes.
fn sequence(argument: &str) -> String {
    let inner = argument.trim_matches('\'');
    let name = inner.rsplit_once('.').map_or(inner, |(_, name)| name);
    quoted(name.trim_matches('"'))
}
