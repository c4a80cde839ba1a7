//! Lists of attributes that may be cut up in more than one way, brought into one.

use super::evaluate::evaluate;
use super::projection::{Content, Fields, Made};
use super::{STRICT, write};
use crate::error::Result;
use crate::value::{Builder, Document, NodeId, ReadOptions, Value, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TERRAFORM: &str = include_str!("../../../mappings/terraform-state.yaml");

/// How lists are read, by type and field.
#[derive(Clone, Debug)]
pub(in crate::source) struct Forms(BTreeMap<String, Fields>);

impl Forms {
    /// Those of Terraform states.
    ///
    /// # Errors
    /// Where the table that is built in does not load, which a test rules out.
    pub(in crate::source) fn terraform() -> Result<&'static Self> {
        static LOADED: OnceLock<Result<Forms>> = OnceLock::new();
        LOADED.get_or_init(|| Self::load(TERRAFORM)).as_ref().map_err(Clone::clone)
    }

    fn load(text: &str) -> Result<Self> {
        let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &super::reading())?;
        STRICT.map(document.root(), "the forms")?;
        let form = |(name, fields): (&str, Value<'_>)| Ok((name.to_owned(), Fields::load(fields)?));
        document.root().fields().map(form).collect::<Result<_>>().map(Self)
    }

    /// Whether resources of the type have lists with a form.
    pub(in crate::source) fn know(&self, type_name: &str) -> bool {
        self.0.contains_key(type_name)
    }

    /// Writes attributes, each a node with the type of its resource, in their form behind the nodes
    /// of the document, where that is another: the node of each, by the node that it was made of.
    pub(in crate::source) fn apply<'a>(
        &self,
        document: Document<'a>,
        attributes: impl IntoIterator<Item = (String, NodeId)>,
        options: &ReadOptions,
    ) -> Result<(Document<'a>, BTreeMap<NodeId, NodeId>)> {
        let mut all = Vec::new();
        for (type_name, node) in attributes {
            all.extend(self.of(&type_name, document.value(node))?.map(|made| (node, made)));
        }
        let mut nodes = BTreeMap::new();
        if all.is_empty() {
            return Ok((document, nodes));
        }
        let mut builder = Builder::resume(document, options);
        for (node, made) in all {
            nodes.insert(node, write::write(&mut builder, made, node)?);
        }
        Ok((builder.finish(), nodes))
    }

    /// The attributes in their form: the lists of which two or more elements belong together anew,
    /// all other fields as they are.
    fn of(&self, type_name: &str, attributes: Value<'_>) -> Result<Option<Made>> {
        let Some(fields) = self.0.get(type_name) else { return Ok(None) };
        let Content::Map { fields, .. } = evaluate(fields, attributes)?.content else {
            return Ok(None);
        };
        let elements = |name: &str| attributes.get(name).map_or(0, |list| list.items().count());
        let differs = |(name, made): &(String, Made)| match &made.content {
            Content::List(items) => items.len() < elements(name),
            _ => false,
        };
        let mut formed: BTreeMap<String, Made> = fields.into_iter().filter(differs).collect();
        if formed.is_empty() {
            return Ok(None);
        }
        let field = |(name, value): (&str, Value<'_>)| {
            let as_it_is = || {
                let mut origin = String::new();
                crate::path::push_token(&mut origin, name);
                Made { origin, content: Content::Copy(value.id()) }
            };
            (name.to_owned(), formed.remove(name).unwrap_or_else(as_it_is))
        };
        let fields = attributes.fields().map(field).collect();
        let content = Content::Map { fields, names: None };
        Ok(Some(Made { origin: String::new(), content }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_terraform_load() {
        let forms = Forms::terraform().unwrap();
        assert!(forms.0.contains_key("aws_security_group"));
    }
}
