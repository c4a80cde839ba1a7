//! What the values of a template come to, and how it is written behind the nodes of the template.

use crate::error::Result;
use crate::path::{PathSet, Step, push_token};
use crate::value::{Builder, Document, Kind, NodeId, Number, Value};

/// A value that a part of a template comes to.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// What of the template it stands for.
    pub(super) node: NodeId,
    /// Whether a secure parameter had a part in it.
    pub(super) secret: bool,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A node of the template as it is.
    Copy(NodeId),
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Made>),
    Map(Vec<(String, Made)>),
    Unknown,
}

impl Made {
    pub(super) fn new(node: NodeId, content: Content) -> Self {
        Self { node, secret: false, content }
    }

    pub(super) fn copy(node: NodeId) -> Self {
        Self::new(node, Content::Copy(node))
    }

    pub(super) fn unknown(node: NodeId) -> Self {
        Self::new(node, Content::Unknown)
    }

    pub(super) fn secret(self, secret: bool) -> Self {
        Self { secret: self.secret || secret, ..self }
    }

    /// A value of another document, which the node stands for.
    pub(super) fn of(value: Value<'_>, node: NodeId) -> Self {
        let content = match value.kind() {
            Kind::Null => Content::Null,
            Kind::Bool => Content::Bool(value.as_bool() == Some(true)),
            Kind::Number => {
                Content::Number(value.as_number().map(|n| n.text().to_owned()).unwrap_or_default())
            }
            Kind::String => Content::Text(value.as_str().unwrap_or_default().to_owned()),
            Kind::List => Content::List(value.items().map(|item| Self::of(item, node)).collect()),
            Kind::Map => {
                let field = |(name, value): (&str, _)| (name.to_owned(), Self::of(value, node));
                Content::Map(value.fields().map(field).collect())
            }
        };
        Self::new(node, content)
    }

    /// Whether it, or a part of it, is secret.
    pub(super) fn holds_secret(&self) -> bool {
        self.secret
            || match &self.content {
                Content::List(items) => items.iter().any(Self::holds_secret),
                Content::Map(fields) => fields.iter().any(|(_, field)| field.holds_secret()),
                _ => false,
            }
    }

    /// How many nodes it is, about.
    pub(super) fn size(&self, document: &Document<'_>) -> usize {
        match &self.content {
            Content::Copy(node) => document.value(*node).tape_length(),
            Content::Text(text) | Content::Number(text) => 1 + text.len() / 8,
            Content::List(items) => 1 + items.iter().map(|item| item.size(document)).sum::<usize>(),
            Content::Map(fields) => {
                1 + fields.iter().map(|(_, field)| 1 + field.size(document)).sum::<usize>()
            }
            _ => 1,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.content, Content::Unknown)
    }

    pub(super) fn text(&self, document: &Document<'_>) -> Option<String> {
        match &self.content {
            Content::Text(text) => Some(text.clone()),
            Content::Copy(node) => document.value(*node).as_str().map(str::to_owned),
            _ => None,
        }
    }

    pub(super) fn boolean(&self, document: &Document<'_>) -> Option<bool> {
        match &self.content {
            Content::Bool(truth) => Some(*truth),
            Content::Copy(node) => document.value(*node).as_bool(),
            _ => None,
        }
    }

    pub(super) fn number(&self, document: &Document<'_>) -> Option<String> {
        match &self.content {
            Content::Number(text) => Some(text.clone()),
            Content::Copy(node) => document.value(*node).as_number().map(|n| n.text().to_owned()),
            _ => None,
        }
    }

    pub(super) fn integer(&self, document: &Document<'_>) -> Option<i64> {
        let text = self.number(document)?;
        Number::parse(&text)?.as_i64()
    }

    pub(super) fn is_null(&self, document: &Document<'_>) -> bool {
        match &self.content {
            Content::Null => true,
            Content::Copy(node) => document.value(*node).is_null(),
            _ => false,
        }
    }

    pub(super) fn items(&self, document: &Document<'_>) -> Option<Vec<Made>> {
        let secret = self.secret;
        let own = |made: Made| made.secret(secret);
        match &self.content {
            Content::List(items) => Some(items.iter().cloned().map(own).collect()),
            Content::Copy(node) => {
                let list = document.value(*node);
                let items = || list.items().map(|item| own(Made::copy(item.id()))).collect();
                (list.kind() == Kind::List).then(items)
            }
            _ => None,
        }
    }

    pub(super) fn fields(&self, document: &Document<'_>) -> Option<Vec<(String, Made)>> {
        let secret = self.secret;
        let own = |(name, made): (String, Made)| (name, made.secret(secret));
        match &self.content {
            Content::Map(fields) => Some(fields.iter().cloned().map(own).collect()),
            Content::Copy(node) => {
                let map = document.value(*node);
                let field = |(name, value): (&str, Value<'_>)| {
                    own((name.to_owned(), Made::copy(value.id())))
                };
                (map.kind() == Kind::Map).then(|| map.fields().map(field).collect())
            }
            _ => None,
        }
    }

    /// The field of this name, in any case, as expressions ask for it.
    pub(super) fn field(&self, document: &Document<'_>, name: &str) -> Option<Made> {
        let secret = self.secret;
        match &self.content {
            Content::Map(fields) => {
                let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, made)| made.clone().secret(secret))
            }
            Content::Copy(node) => {
                let mut fields = document.value(*node).fields();
                let found = fields.find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, value)| Made::copy(value.id()).secret(secret))
            }
            _ => None,
        }
    }
}

/// Which paths of a value are not known, and which must not be shown.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) unknown: PathSet,
    pub(super) secret: PathSet,
}

/// Writes the value beside the documents of the text; its node and its marks.
pub(super) fn write(builder: &mut Builder<'_>, made: Made) -> Result<(NodeId, Marks)> {
    let root = builder.next();
    let mut writer = Writer { builder, steps: Vec::new(), marks: Marks::default() };
    writer.put(made, None)?;
    let marks = writer.marks;
    builder.set_aside();
    Ok((root, marks))
}

struct Writer<'b, 'a> {
    builder: &'b mut Builder<'a>,
    steps: Vec<Step>,
    marks: Marks,
}

impl Writer<'_, '_> {
    /// Puts a value; what an expression came to stands where the expression does, with all its parts.
    fn put(&mut self, made: Made, expression: Option<&str>) -> Result<()> {
        let (original, first) = (self.builder.document.value(made.node), self.builder.next());
        let (span, kind) = (original.span(), original.kind());
        if made.secret {
            self.marks.secret.insert_steps(&self.steps);
        }
        let own = match (&made.content, expression) {
            (Content::List(_), None) if kind != Kind::List => Some(self.pointer()),
            (Content::Map(_), None) if kind != Kind::Map => Some(self.pointer()),
            (Content::Copy(node), None) if *node != made.node => Some(self.pointer()),
            _ => None,
        };
        let expression = expression.or(own.as_deref());
        match made.content {
            Content::Copy(node) => self.builder.copy(node, span).map(drop)?,
            Content::Null => self.builder.null(span)?,
            Content::Bool(truth) => self.builder.bool(span, truth)?,
            Content::Text(text) => self.builder.string_owned(span, &text).map(drop)?,
            Content::Number(text) => {
                let exponent = Number::parse(&text).map_or(0, |number| number.decimal().exponent);
                self.builder.number_owned(span, &text, exponent)?;
            }
            Content::Unknown => {
                self.marks.unknown.insert_steps(&self.steps);
                self.builder.null(span)?;
            }
            Content::List(items) => {
                self.builder.open_list(span.start)?;
                for (index, item) in items.into_iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    self.put(item, expression)?;
                    self.steps.pop();
                }
                self.builder.close(span.end)?;
            }
            Content::Map(fields) => {
                self.builder.open_map(span.start)?;
                for (name, value) in fields {
                    let key = self.builder.document.value(value.node).span();
                    self.builder.key_owned(key, &name)?;
                    self.steps.push(Step::Field(name));
                    self.put(value, expression)?;
                    self.steps.pop();
                }
                self.builder.close(span.end)?;
            }
        }
        if let Some(pointer) = own {
            for node in first..self.builder.next() {
                self.builder.document.origins.insert(node, pointer.clone());
            }
        }
        Ok(())
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in &self.steps {
            match step {
                Step::Field(name) => push_token(&mut pointer, name),
                Step::Index(index) => push_token(&mut pointer, &index.to_string()),
                _ => {}
            }
        }
        pointer
    }
}
