//! Expressions that are values as they are written.

use super::File;
use crate::error::Result;
use crate::path::{PathSet, Step};
use crate::value::Number;
use hcl_edit::expr::{Expression, Object, ObjectKey, UnaryOperator};
use hcl_edit::template::Element;

/// Whether the value is known, perhaps but for parts of it.
pub(super) fn is_known(value: &Expression) -> bool {
    match value {
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Array(_) => true,
        Expression::Object(object) => object.iter().all(|(key, _)| name(key).is_some()),
        Expression::StringTemplate(template) => text(template.iter()).is_some(),
        Expression::HeredocTemplate(heredoc) => text(heredoc.template.iter()).is_some(),
        Expression::Parenthesis(inner) => is_known(inner.inner()),
        Expression::UnaryOp(_) => negative(value).is_some(),
        _ => false,
    }
}

/// The name of a map's field, where it is written out.
fn name(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(text)) => Some(text.value().clone()),
        ObjectKey::Expression(Expression::Number(number)) => Some(number.value().to_string()),
        ObjectKey::Expression(Expression::Bool(truth)) => Some(truth.value().to_string()),
        ObjectKey::Expression(Expression::Null(_)) => Some("null".to_owned()),
        ObjectKey::Expression(_) => None,
    }
}

/// The text of a template without interpolations and directives.
fn text<'t>(elements: impl Iterator<Item = &'t Element>) -> Option<String> {
    elements.map(|element| element.as_literal().map(|text| text.value().as_str())).collect()
}

/// The text of a here-document with the carriage returns that end its lines in the source: the parser
/// drops them where it takes out indentation.
fn with_returns(text: String, source: &str) -> String {
    if !source.contains('\r') {
        return text;
    }
    let start = source.find("<<").unwrap_or_default();
    let mut lines = source.get(start..).unwrap_or_default().split_inclusive('\n').skip(1);
    let mut whole = String::with_capacity(source.len());
    for line in text.split_inclusive('\n') {
        let returns = lines.next().is_some_and(|line| line.ends_with("\r\n"));
        match line.strip_suffix('\n') {
            Some(line) if returns && !line.ends_with('\r') => {
                whole.push_str(line);
                whole.push_str("\r\n");
            }
            _ => whole.push_str(line),
        }
    }
    whole
}

/// The number below a minus sign.
fn negative(value: &Expression) -> Option<&Expression> {
    match value {
        Expression::UnaryOp(operation) if *operation.operator.value() == UnaryOperator::Neg => {
            Some(&operation.expr).filter(|inner| inner.is_number())
        }
        _ => None,
    }
}

impl File<'_> {
    /// Writes a value that [`is_known`]; parts of it that are not are noted.
    pub(super) fn value(
        &mut self,
        value: &Expression,
        steps: &mut Vec<Step>,
        unknown: &mut PathSet,
    ) -> Result<()> {
        let span = self.span(value);
        match value {
            Expression::Bool(truth) => self.builder.bool(span, *truth.value()),
            Expression::Number(_) => self.number(value, ""),
            Expression::String(text) => self.builder.string_owned(span, text.value()).map(drop),
            Expression::StringTemplate(template) => {
                let text = text(template.iter()).unwrap_or_default();
                self.builder.string_owned(span, &text).map(drop)
            }
            Expression::HeredocTemplate(heredoc) => {
                let text = text(heredoc.template.iter()).unwrap_or_default();
                let source = self.text.get(span.clone()).unwrap_or_default();
                self.builder.string_owned(span, &with_returns(text, source)).map(drop)
            }
            Expression::Parenthesis(inner) => self.value(inner.inner(), steps, unknown),
            Expression::Array(list) => {
                self.builder.open_list(span.start)?;
                for (index, item) in list.iter().enumerate() {
                    steps.push(Step::Index(index));
                    self.item(item, steps, unknown)?;
                    steps.pop();
                }
                self.builder.close(span.end)
            }
            Expression::Object(object) => self.object(object, steps, unknown),
            _ => match negative(value) {
                Some(number) => self.number(number, "-"),
                None => self.builder.null(span),
            },
        }
    }

    /// Writes an element; null holds the place of one that is not known.
    fn item(
        &mut self,
        item: &Expression,
        steps: &mut Vec<Step>,
        unknown: &mut PathSet,
    ) -> Result<()> {
        if is_known(item) {
            return self.value(item, steps, unknown);
        }
        unknown.insert_steps(steps);
        self.builder.null(self.span(item))
    }

    fn object(
        &mut self,
        object: &Object,
        steps: &mut Vec<Step>,
        unknown: &mut PathSet,
    ) -> Result<()> {
        let span = self.span(object);
        self.builder.open_map(span.start)?;
        for (key, value) in object.iter() {
            let place = match key {
                ObjectKey::Ident(ident) => self.span(ident),
                ObjectKey::Expression(written) => self.span(written),
            };
            if let Some(name) = name(key) {
                self.field(place, &name, value.expr(), steps, unknown)?;
            }
        }
        self.builder.close(span.end)
    }

    /// A number keeps every digit. The parser takes a minus sign in front of one in, and what stands
    /// between the two.
    fn number(&mut self, value: &Expression, sign: &str) -> Result<()> {
        let span = self.span(value);
        let written = self.text.get(span.clone()).unwrap_or_default();
        let sign = if written.starts_with('-') { "-" } else { sign };
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
        let last = written.rsplit(|c| !is_part(c)).next().unwrap_or_default();
        let digits = last.trim_start_matches('-').trim_start_matches('0');
        let zero = if digits.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
        let text = format!("{sign}{zero}{digits}");
        match Number::parse(&text) {
            Some(number) => self.builder.number_owned(span, &text, number.decimal().exponent),
            None => Err(self.fault(value, "expected a number")),
        }
    }
}
