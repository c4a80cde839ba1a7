//! Items of AWS Config in the names of a service, read in those of CloudFormation.

use super::STRICT;
use super::evaluate::evaluate;
use super::projection::{Content, Fields, Made};
use crate::error::Result;
use crate::value::{Document, Value, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TYPES: &str = include_str!("../../../mappings/aws-config-items.yaml");

type Table = BTreeMap<String, Fields>;

/// The properties of a resource of the type; none where nothing says how they are read.
///
/// # Errors
/// Where the table that is built in does not load, which a test rules out.
pub(super) fn properties(type_name: &str, configuration: Value<'_>) -> Result<Option<Made>> {
    let fields = table()?.get(type_name);
    fields.map(|fields| evaluate(fields, configuration)).transpose()
}

impl Made {
    /// Leaves out lists without elements: what is made of nothing was not read.
    pub(super) fn leave_empty_out(&mut self) {
        if let Content::Map { fields, .. } = &mut self.content {
            fields.retain(|(_, made)| !made.is_empty());
        }
    }
}

/// Whether the properties of the type are made of what the service calls them.
pub(super) fn knows(type_name: &str) -> bool {
    table().is_ok_and(|table| table.contains_key(type_name))
}

fn table() -> Result<&'static Table> {
    static LOADED: OnceLock<Result<Table>> = OnceLock::new();
    LOADED.get_or_init(|| load(TYPES)).as_ref().map_err(Clone::clone)
}

fn load(text: &str) -> Result<Table> {
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &super::reading())?;
    STRICT.map(document.root(), "the types")?;
    let fields = |(name, map): (&str, Value<'_>)| Ok((name.to_owned(), Fields::load(map)?));
    document.root().fields().map(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_loads() {
        assert!(load(TYPES).unwrap().keys().all(|name| name.starts_with("AWS::")));
        assert!(knows("AWS::EC2::SecurityGroup") && !knows("AWS::ECS::Cluster"));
    }
}
