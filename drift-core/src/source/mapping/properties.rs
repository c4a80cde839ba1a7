//! Resources in the names of CloudFormation, read in those of Terraform.

use super::evaluate::{evaluate, holds};
use super::projection::{Content, Fields, Guard, Made};
use super::{Query, Reads, STRICT, Text, optional, query, reads, text, texts};
use crate::error::Result;
use crate::value::{Document, Tree, Value, YamlSchema};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

static AWS: &str = include_str!("../../../mappings/aws-properties.yaml");

/// How resources of one type are read.
#[derive(Debug)]
pub(super) struct Properties {
    /// Their type in Terraform.
    pub(super) type_name: String,
    pub(super) id: Text,
    pub(super) identities: Vec<(String, Text)>,
    pub(super) tags: Option<Query>,
    pub(super) reads: Reads,
    attributes: Fields,
    /// What an attribute is where its property is left out.
    defaults: Vec<(String, Tree)>,
    /// When the properties do not tell an attribute.
    gaps: Vec<(String, Guard)>,
}

type Table = BTreeMap<String, Properties>;

/// How resources of the type are read; none where nothing says it.
///
/// # Errors
/// Where the table that is built in does not load, which a test rules out.
pub(super) fn of(type_name: &str) -> Result<Option<&'static Properties>> {
    Ok(table()?.get(type_name))
}

/// The types of Terraform that resources may have.
pub(super) fn types() -> impl Iterator<Item = &'static str> {
    let table = table().ok().into_iter().flat_map(BTreeMap::values);
    table.map(|properties| properties.type_name.as_str())
}

fn table() -> Result<&'static Table> {
    static LOADED: OnceLock<Result<Table>> = OnceLock::new();
    LOADED.get_or_init(|| load(AWS)).as_ref().map_err(Clone::clone)
}

fn load(text: &str) -> Result<Table> {
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &super::reading())?;
    STRICT.map(document.root(), "the properties")?;
    let properties = |(name, map): (&str, Value<'_>)| Ok((name.to_owned(), Properties::load(map)?));
    document.root().fields().map(properties).collect()
}

impl Properties {
    fn load(map: Value<'_>) -> Result<Self> {
        let known = ["type", "id", "identities", "tags", "reads", "attributes", "defaults", "gaps"];
        STRICT.fields(map, "the properties of a type", &known)?;
        let attributes = Fields::load(STRICT.required(map, "attributes")?)?;
        let named = |field: &str| {
            let fields = optional(map, field).into_iter().flat_map(Value::fields);
            fields.map(|(name, value)| match attributes.names.contains(name) {
                true => Ok((name.to_owned(), value)),
                false => Err(STRICT.fault(value, "there is no such attribute")),
            })
        };
        let gap = |named: Result<(String, Value<'_>)>| {
            named.and_then(|(name, value)| Ok((name, Guard::load(value)?)))
        };
        Ok(Self {
            type_name: STRICT.text(STRICT.required(map, "type")?, "`type`")?.to_owned(),
            id: text(STRICT.required(map, "id")?)?,
            identities: texts(map, "identities")?,
            tags: optional(map, "tags").map(query).transpose()?,
            reads: optional(map, "reads").map(reads).transpose()?.unwrap_or_default(),
            defaults: named("defaults")
                .map(|named| named.map(|(name, value)| (name, Tree::of(value))))
                .collect::<Result<_>>()?,
            gaps: named("gaps").map(gap).collect::<Result<_>>()?,
            attributes,
        })
    }

    /// The attributes that the properties come to, where the answer tells as much as `reads` says.
    pub(super) fn attributes(&self, properties: Value<'_>, reads: Reads) -> Result<Made> {
        let mut made = evaluate(&self.attributes, properties)?;
        let Content::Map { fields, names } = &mut made.content else { return Ok(made) };
        if reads == Reads::All {
            for (name, default) in &self.defaults {
                if fields.iter().all(|(known, _)| known != name) {
                    let content = Content::Const(default.clone());
                    fields.push((name.clone(), Made { origin: String::new(), content }));
                }
            }
        } else {
            // What is made of nothing was not read.
            fields.retain(|(_, made)| !made.is_empty());
        }
        for (name, gap) in &self.gaps {
            if holds(gap, properties)? {
                fields.retain(|(known, _)| known != name);
                if let Some(names) = names {
                    Arc::make_mut(names).remove(name);
                }
            }
        }
        Ok(made)
    }
}

impl Made {
    /// Whether it is a list without elements.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.content, Content::List(items) if items.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::same_kind;

    #[test]
    fn the_table_loads_and_its_types_are_one_kind_in_both_tools() {
        for (name, properties) in table().unwrap() {
            assert!(same_kind(name, &properties.type_name), "{name}");
            let is_default = |name: &String| properties.gaps.iter().any(|(gap, _)| gap == name);
            assert!(!properties.defaults.iter().any(|(name, _)| is_default(name)), "{name}");
        }
        assert!(types().any(|name| name == "aws_sqs_queue"));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said() {
        let fault = |text: &str| load(text).unwrap_err().message().to_owned();
        let entry = |rest: &str| format!("T: {{type: t, id: $.a, attributes: {{a: $.a}}, {rest}}}");
        assert_eq!(fault(&entry("defaults: {b: 1}")), "there is no such attribute");
        assert_eq!(fault(&entry("gaps: {b: {absent: $.b}}")), "there is no such attribute");
        assert!(fault(&entry("more: 1")).contains("`more`"));
    }
}
