//! The expressions in strings of templates: `[concat(parameters('name'), '-web')]`.

/// How deep expressions may stand inside each other.
const MAX_DEPTH: usize = 64;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Text(String),
    Number(String),
    Call(String, Vec<Expression>),
    Member(Box<Expression>, String),
    Index(Box<Expression>, Box<Expression>),
}

/// What a string of a template is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning<'t> {
    /// Itself.
    Literal(&'t str),
    Expression(&'t str),
}

/// What a string of a template is: one that starts with two brackets stands for itself, without one.
pub(super) fn meaning(text: &str) -> Meaning<'_> {
    if let Some(literal) = text.strip_prefix("[[") {
        return match text.ends_with(']') {
            true => Meaning::Literal(text.get(text.len() - literal.len() - 1..).unwrap_or(text)),
            false => Meaning::Literal(text),
        };
    }
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inside.map_or(Meaning::Literal(text), Meaning::Expression)
}

/// Reads an expression; none where it is malformed or too deep.
pub(super) fn parse(text: &str) -> Option<Expression> {
    let mut parser = Parser { rest: text.trim(), depth: 0 };
    let expression = parser.expression()?;
    parser.rest.is_empty().then_some(expression)
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn take(&mut self, start: &str) -> bool {
        match self.rest.strip_prefix(start) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expression(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut found = self.primary()?;
        let mut links = 0;
        loop {
            links += 1;
            // Each of them is one level of what comes out.
            if links > MAX_DEPTH {
                return None;
            }
            found = if self.take(".") || self.take("?.") {
                Expression::Member(Box::new(found), self.name()?.to_owned())
            } else if self.take("[?") || self.take("[") {
                let index = self.expression()?;
                if !self.take("]") {
                    return None;
                }
                Expression::Index(Box::new(found), Box::new(index))
            } else {
                break;
            };
        }
        self.depth -= 1;
        Some(found)
    }

    fn primary(&mut self) -> Option<Expression> {
        match self.rest.chars().next()? {
            '\'' => self.text().map(Expression::Text),
            '-' | '0'..='9' => self.number(),
            _ => self.call(),
        }
    }

    /// A text in single quotes, of which two stand for one.
    fn text(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let (part, behind) = rest.split_once('\'')?;
            text.push_str(part);
            match behind.strip_prefix('\'') {
                Some(more) => {
                    text.push('\'');
                    rest = more;
                }
                None => {
                    self.rest = behind.trim_start();
                    return Some(text);
                }
            }
        }
    }

    fn number(&mut self) -> Option<Expression> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let sign = self.rest.len() - digits.len();
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at_checked(sign + count)?;
        self.rest = rest.trim_start();
        let (sign, digits) = number.split_at_checked(sign)?;
        // JSON knows no zeros in front.
        let short = digits.trim_start_matches('0');
        let digits = if short.is_empty() { "0" } else { short };
        (count > 0).then(|| Expression::Number(format!("{sign}{digits}")))
    }

    fn name(&mut self) -> Option<&'t str> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-');
        let end = self.rest.find(|c| !is_name(c)).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.trim_start();
        (!name.is_empty()).then_some(name)
    }

    /// A call; functions of a template's own have a namespace in front.
    fn call(&mut self) -> Option<Expression> {
        let mut name = self.name()?.to_owned();
        if self.take(".") {
            name = format!("{name}.{}", self.name()?);
        }
        if !self.take("(") {
            return None;
        }
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.expression()?);
                if self.take(")") {
                    break;
                }
                if !self.take(",") {
                    return None;
                }
            }
        }
        Some(Expression::Call(name, arguments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_make_an_expression() {
        assert_eq!(meaning("[a()]"), Meaning::Expression("a()"));
        assert_eq!(meaning("[[a()]"), Meaning::Literal("[a()]"));
        assert_eq!(meaning("[[a"), Meaning::Literal("[[a"));
        assert_eq!(meaning("[a"), Meaning::Literal("[a"));
        assert_eq!(meaning("a"), Meaning::Literal("a"));
    }

    #[test]
    fn expressions_are_read_or_refused() {
        for text in [
            "parameters('a')",
            " concat( 'it''s' , parameters('a').b[0].c , -12 ) ",
            "variables('a')[parameters('b')]",
            "my.function()",
            "reference('x', '2020-01-01', 'Full').outputs['a b'].value",
        ] {
            assert!(parse(text).is_some(), "{text}");
        }
        for text in ["", "a", "a(", "a(,)", "'a", "a()b", "a()[", "a().", "1 2", "-", "a(1,)"] {
            assert!(parse(text).is_none(), "{text}");
        }
        let deep = |depth: usize| format!("{}1{}", "a(".repeat(depth), ")".repeat(depth));
        assert!(parse(&deep(60)).is_some() && parse(&deep(100_000)).is_none());
        assert!(parse(&format!("a(){}", ".b".repeat(100_000))).is_none());
        for (text, number) in [("007", "7"), ("-012", "-12"), ("00", "0"), ("10", "10")] {
            assert_eq!(parse(text), Some(Expression::Number(number.to_owned())));
        }
        let text = parse("'it''s'");
        assert_eq!(text, Some(Expression::Text("it's".to_owned())));
    }
}
