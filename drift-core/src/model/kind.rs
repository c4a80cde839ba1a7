//! Types that are one kind of thing under the names of different tools.

use crate::value::{Document, ReadOptions, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TYPES: &str = include_str!("../../mappings/aws-types.yaml");

/// The CloudFormation type that is the same kind of thing as a type of the Terraform AWS provider.
pub(crate) fn cloudformation_type(type_name: &str) -> Option<&'static str> {
    static LOADED: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    // A test rules out that the table which is built in does not load.
    LOADED.get_or_init(|| load().unwrap_or_default()).get(type_name).map(String::as_str)
}

/// Whether the two are the same type, or one kind of thing under the names of two tools.
pub(crate) fn same_kind(one: &str, other: &str) -> bool {
    let is = |one, other| cloudformation_type(one).is_some_and(|kind| kind == other);
    one == other || is(one, other) || is(other, one)
}

fn load() -> crate::Result<BTreeMap<String, String>> {
    let document =
        Document::parse_yaml(TYPES.as_bytes(), YamlSchema::Core, &ReadOptions::default())?;
    let entry = |(name, value): (&str, crate::value::Value<'_>)| {
        Some((name.to_owned(), value.as_str()?.to_owned()))
    };
    Ok(document.root().fields().filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_terraform_lead_to_those_of_cloudformation() {
        let types = load().unwrap();
        assert!(types.len() > 100);
        for (terraform, cloudformation) in &types {
            assert!(terraform.starts_with("aws_"), "{terraform}");
            let parts: Vec<&str> = cloudformation.split("::").collect();
            assert!(parts.len() == 3 && parts[0] == "AWS", "{cloudformation}");
            assert!(same_kind(terraform, cloudformation) && same_kind(cloudformation, terraform));
        }
        assert!(same_kind("aws_vpc", "aws_vpc") && !same_kind("aws_vpc", "aws_subnet"));
        // Two names of one tool are two types, though CloudFormation knows them as one.
        assert!(!same_kind("aws_db_instance", "aws_rds_cluster_instance"));
    }
}
