//! Documents for the laws: JSON values that know how they were written.

use super::entropy::Entropy;
use drift_core::value::{Document, ReadOptions, Tree};

/// A JSON value; a map keeps the order of its fields, a number its spelling.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
    /// A string that holds a document.
    Embedded(Box<Json>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, v)| v),
            _ => None,
        }
    }

    /// The node that a JSON Pointer (RFC 6901) names.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Self> {
        let mut at = self;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            at = match at {
                Self::Map(_) => at.get(&token)?,
                Self::List(items) => items.get(token.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// Writes JSON without blanks.
    pub(crate) fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out, None);
        out
    }

    /// Writes JSON with blanks and escapes wherever `entropy` likes them.
    pub(crate) fn write_oddly(&self, entropy: &Entropy) -> String {
        let mut out = String::new();
        self.write_to(&mut out, Some(entropy));
        out
    }

    fn write_to(&self, out: &mut String, entropy: Option<&Entropy>) {
        let blank = |out: &mut String| {
            if let Some(entropy) = entropy
                && entropy.one_in(6)
            {
                out.push_str(entropy.pick::<&str>(&[" ", "\n", "\t", "\r\n "]));
            }
        };
        blank(out);
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(text) => out.push_str(text),
            Self::Text(text) => write_text(text, out, entropy),
            Self::Embedded(inner) => {
                let mut text = String::new();
                inner.write_to(&mut text, entropy);
                write_text(&text, out, entropy);
            }
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_to(out, entropy);
                }
                blank(out);
                out.push(']');
            }
            Self::Map(fields) => {
                out.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    blank(out);
                    write_text(name, out, entropy);
                    blank(out);
                    out.push(':');
                    value.write_to(out, entropy);
                }
                blank(out);
                out.push('}');
            }
        }
        blank(out);
    }

    /// Writes YAML in block style.
    pub(crate) fn write_yaml(&self, indent: usize, out: &mut String) {
        let pad = " ".repeat(indent);
        match self {
            Self::List(items) if !items.is_empty() => {
                for item in items {
                    out.push_str(&format!("\n{pad}-"));
                    item.write_yaml(indent + 2, out);
                }
            }
            Self::Map(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    out.push_str(&format!("\n{pad}"));
                    write_text(name, out, None);
                    out.push(':');
                    value.write_yaml(indent + 2, out);
                }
            }
            scalar => {
                out.push(' ');
                scalar.write_to(out, None);
            }
        }
    }

    /// As the engine would own it.
    pub(crate) fn tree(&self) -> Tree {
        let text = self.write();
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default());
        Tree::of(document.expect("a document that was written parses").root())
    }
}

fn write_text(text: &str, out: &mut String, entropy: Option<&Entropy>) {
    let odd = entropy.is_some_and(|entropy| entropy.one_in(5));
    if !odd {
        out.push_str(&serde_json::to_string(text).expect("text can be written"));
        return;
    }
    out.push('"');
    let mut units = [0; 2];
    for c in text.chars() {
        for unit in c.encode_utf16(&mut units) {
            out.push_str(&format!("\\u{unit:04X}"));
        }
    }
    out.push('"');
}
