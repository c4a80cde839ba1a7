//! Types that are one kind of thing under the names of different tools.

use crate::value::{Document, Kind as ValueKind, ReadOptions, Value, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TYPES: &str = include_str!("../../mappings/aws-types.yaml");

/// What CloudFormation calls a type of the Terraform AWS provider.
struct Named {
    type_name: String,
    /// Attributes that make up the id which CloudFormation gives, where it is another one.
    ids: Vec<Vec<String>>,
}

/// The CloudFormation type that is the same kind of thing as a type of the Terraform AWS provider.
pub(crate) fn cloudformation_type(type_name: &str) -> Option<&'static str> {
    named(type_name).map(|named| named.type_name.as_str())
}

/// The ids that CloudFormation may know a resource by, whose id in Terraform is another one.
pub(crate) fn cloudformation_ids(type_name: &str, attributes: Value<'_>) -> Vec<String> {
    let field = |name: &String| attributes.str_field(name).filter(|text| !text.is_empty());
    let id = |parts: &Vec<String>| {
        parts.iter().map(field).collect::<Option<Vec<&str>>>().map(|parts| parts.join("|"))
    };
    named(type_name).map(|named| named.ids.iter().filter_map(id).collect()).unwrap_or_default()
}

/// Whether the ids of the type have to be read out of its attributes.
pub(crate) fn has_cloudformation_ids(type_name: &str) -> bool {
    named(type_name).is_some_and(|named| !named.ids.is_empty())
}

/// Whether the two are the same type, or one kind of thing under the names of two tools.
pub(crate) fn same_kind(one: &str, other: &str) -> bool {
    let is = |one: &str, other: &str| {
        let may_be = one.starts_with("aws_") && other.starts_with("AWS::");
        may_be && cloudformation_type(one).is_some_and(|kind| kind == other)
    };
    one == other || is(one, other) || is(other, one)
}

/// The names of other tools for the type.
pub(crate) fn other_names(type_name: &str) -> impl Iterator<Item = &'static str> {
    static TERRAFORM: OnceLock<BTreeMap<&str, Vec<&str>>> = OnceLock::new();
    let terraform = TERRAFORM.get_or_init(|| {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, named) in table() {
            found.entry(&named.type_name).or_default().push(name);
        }
        found
    });
    let theirs = terraform.get(type_name).into_iter().flatten().copied();
    cloudformation_type(type_name).into_iter().chain(theirs)
}

fn named(type_name: &str) -> Option<&'static Named> {
    table().get(type_name)
}

fn table() -> &'static BTreeMap<String, Named> {
    static LOADED: OnceLock<BTreeMap<String, Named>> = OnceLock::new();
    // A test rules out that the table which is built in does not load.
    LOADED.get_or_init(|| load().unwrap_or_default())
}

fn load() -> crate::Result<BTreeMap<String, Named>> {
    let document =
        Document::parse_yaml(TYPES.as_bytes(), YamlSchema::Core, &ReadOptions::default())?;
    let texts =
        |list: Value<'_>| list.items().filter_map(Value::as_str).map(str::to_owned).collect();
    let entry = |(name, value): (&str, Value<'_>)| {
        let type_name = match value.kind() {
            ValueKind::Map => value.str_field("type"),
            _ => value.as_str(),
        };
        let ids = value.get("ids").into_iter().flat_map(Value::items).map(texts).collect();
        Some((name.to_owned(), Named { type_name: type_name?.to_owned(), ids }))
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
        for (terraform, named) in &types {
            let cloudformation = &named.type_name;
            assert!(terraform.starts_with("aws_"), "{terraform}");
            let parts: Vec<&str> = cloudformation.split("::").collect();
            assert!(parts.len() == 3 && parts[0] == "AWS", "{cloudformation}");
            assert!(same_kind(terraform, cloudformation) && same_kind(cloudformation, terraform));
            assert!(named.ids.iter().all(|id| !id.is_empty()), "{terraform}");
        }
        assert!(same_kind("aws_vpc", "aws_vpc") && !same_kind("aws_vpc", "aws_subnet"));
        // Two names of one tool are two types, though CloudFormation knows them as one.
        assert!(!same_kind("aws_db_instance", "aws_rds_cluster_instance"));
    }

    #[test]
    fn ids_of_cloudformation_are_made_of_attributes() {
        let ids = |type_name: &str, json: &str| {
            let document = Document::parse_json(json.as_bytes(), &ReadOptions::default()).unwrap();
            cloudformation_ids(type_name, document.root())
        };
        let acl = r#"{"id": "w-1", "name": "shop", "scope": "REGIONAL"}"#;
        assert_eq!(ids("aws_wafv2_web_acl", acl), ["shop|w-1|REGIONAL"]);
        assert_eq!(ids("aws_db_instance", r#"{"identifier": "shop"}"#), ["shop"]);
        assert_eq!(ids("aws_db_instance", r#"{"identifier": ""}"#), [""; 0]);
        assert_eq!(ids("aws_vpc", r#"{"id": "vpc-1"}"#), [""; 0]);
    }
}
