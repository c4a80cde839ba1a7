//! Types that are one kind of thing under the names of different tools.

use crate::value::{Document, Kind as ValueKind, ReadOptions, Value, YamlSchema};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Types of Terraform providers, with what the cloud itself calls them.
static CLOUDS: [&str; 3] = [
    include_str!("../../mappings/aws-types.yaml"),
    include_str!("../../mappings/azure-types.yaml"),
    include_str!("../../mappings/google-types.yaml"),
];

/// Types of Pulumi packages, with what a Terraform provider or the cloud calls them.
static PULUMI: &str = include_str!("../../mappings/pulumi-types.yaml");

/// Whose name a type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tool {
    Terraform,
    /// The cloud itself: CloudFormation's names, those of Azure Resource Manager, of Cloud Asset Inventory.
    Cloud,
    Pulumi,
}

impl Tool {
    pub(crate) const ALL: [Self; 3] = [Self::Terraform, Self::Cloud, Self::Pulumi];

    /// The tool that names its types so; quickly told by how the name is written.
    pub(crate) fn of(type_name: &str) -> Option<Self> {
        let starts =
            |prefixes: &[&str]| prefixes.iter().any(|prefix| type_name.starts_with(prefix));
        match type_name.find(':') {
            Some(at) if type_name.get(at..).is_some_and(|rest| rest.starts_with("::")) => {
                type_name.starts_with("AWS::").then_some(Self::Cloud)
            }
            Some(_) => Some(Self::Pulumi),
            None if starts(&["aws_", "azurerm_", "google_"]) => Some(Self::Terraform),
            None if starts(&["microsoft."]) || type_name.contains(".googleapis.com/") => {
                Some(Self::Cloud)
            }
            None => None,
        }
    }
}

/// What one kind of thing is called by all, for a type under the name of one tool.
struct Named {
    common: String,
    /// What the id that the cloud gives is made up of, where it is another one.
    ids: Vec<Vec<Piece>>,
    /// The type of the Terraform provider that a Pulumi package is made of.
    twin: Option<String>,
}

/// A piece of an id.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What an attribute says.
    Field(String),
}

impl Piece {
    /// The pieces of attributes that are joined by `|`, as CloudFormation does, or of a text with attributes in
    /// braces.
    fn all(id: Value<'_>) -> Vec<Self> {
        let mut pieces = Vec::new();
        let Some(mut rest) = id.as_str() else {
            for name in id.items().filter_map(Value::as_str) {
                if !pieces.is_empty() {
                    pieces.push(Self::Text("|".to_owned()));
                }
                pieces.push(Self::Field(name.to_owned()));
            }
            return pieces;
        };
        while let Some((before, name, behind)) = rest.split_once('{').and_then(|(before, tail)| {
            tail.split_once('}').map(|(name, rest)| (before, name, rest))
        }) {
            pieces.push(Self::Text(before.to_owned()));
            pieces.push(Self::Field(name.to_owned()));
            rest = behind;
        }
        pieces.push(Self::Text(rest.to_owned()));
        pieces
    }

    fn of<'p>(&'p self, attributes: Value<'p>) -> Option<&'p str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Field(name) => attributes.str_field(name).filter(|text| !text.is_empty()),
        }
    }
}

/// One name for what several tools name differently: that of the cloud, where it is known.
pub(crate) fn common_kind(type_name: &str) -> Option<&'static str> {
    named(type_name).map(|named| named.common.as_str())
}

/// Whose name the type has and what it is called by all, where several tools know it.
pub(crate) fn kind_of(type_name: &str) -> Option<(Tool, &'static str)> {
    Some((Tool::of(type_name)?, common_kind(type_name)?))
}

/// The ids that the cloud may know a resource by, whose id in Terraform is another one.
pub(crate) fn cloud_ids(type_name: &str, attributes: Value<'_>) -> Vec<String> {
    let id = |pieces: &Vec<Piece>| {
        pieces.iter().map(|piece| piece.of(attributes)).collect::<Option<String>>()
    };
    named(type_name).map(|named| named.ids.iter().filter_map(id).collect()).unwrap_or_default()
}

/// The type of the Terraform provider that the type of a Pulumi package is made of.
pub(crate) fn terraform_twin(type_name: &str) -> Option<&'static str> {
    named(type_name)?.twin.as_deref()
}

/// The type of Azure Resource Manager that the type of Pulumi's package `azure-native` is made of: by its name where a
/// table has it, else by the namespace alone, as the module of the type's token is called by it, with or without a
/// version behind it.
pub(crate) fn azure_twin(type_name: &str) -> Option<String> {
    let (module, name) = type_name.strip_prefix("azure-native:")?.split_once(':')?;
    let namespace = module.split_once('/').map_or(module, |(namespace, _)| namespace);
    let kind = common_kind(&format!("azure-native:{namespace}:{name}"));
    Some(kind.map_or_else(|| format!("microsoft.{namespace}/"), str::to_owned))
}

/// Whether the ids of the type have to be read out of its attributes.
pub(crate) fn has_cloud_ids(type_name: &str) -> bool {
    named(type_name).is_some_and(|named| !named.ids.is_empty())
}

/// Whether the two are the same type, or one kind of thing under the names of two tools.
pub(crate) fn same_kind(one: &str, other: &str) -> bool {
    one == other
        || match (Tool::of(one), Tool::of(other)) {
            (Some(a), Some(b)) if a != b => {
                common_kind(one).is_some_and(|kind| common_kind(other) == Some(kind))
            }
            _ => false,
        }
}

/// Whether two types of one resource are written in different words: two names of one kind of thing, or names of
/// two tools that no table has.
pub(crate) fn differ_in_words(one: &str, other: &str) -> bool {
    one != other
        && match (common_kind(one), common_kind(other)) {
            (None, None) => {
                let tools = Tool::of(one).zip(Tool::of(other));
                tools.is_some_and(|(one, other)| one != other)
            }
            (one, other) => one == other,
        }
}

/// The names of other tools for the type.
pub(crate) fn other_names(type_name: &str) -> impl Iterator<Item = &'static str> {
    static NAMES: OnceLock<BTreeMap<&str, Vec<&str>>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, named) in table() {
            found.entry(&named.common).or_default().push(name);
        }
        found
    });
    let own = Tool::of(type_name);
    let common = common_kind(type_name);
    let all = common.and_then(|common| names.get(common)).into_iter().flatten().copied();
    all.filter(move |name| Tool::of(name) != own)
}

fn named(type_name: &str) -> Option<&'static Named> {
    Tool::of(type_name)?;
    table().get(type_name)
}

fn table() -> &'static BTreeMap<String, Named> {
    static LOADED: OnceLock<BTreeMap<String, Named>> = OnceLock::new();
    // A test rules out that the tables which are built in do not load.
    LOADED.get_or_init(|| load().unwrap_or_default())
}

fn load() -> crate::Result<BTreeMap<String, Named>> {
    let read = |text: &'static str| {
        Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &ReadOptions::default())
    };
    let known_as = |common: &str| Named { common: common.to_owned(), ids: Vec::new(), twin: None };
    let mut table = BTreeMap::new();
    for text in CLOUDS {
        for (name, value) in read(text)?.root().fields() {
            let common = match value.kind() {
                ValueKind::Map => value.str_field("type"),
                _ => value.as_str(),
            };
            let Some(common) = common else { continue };
            let ids = value.get("ids").into_iter().flat_map(Value::items).map(Piece::all).collect();
            table.insert(name.to_owned(), Named { ids, ..known_as(common) });
            table.insert(common.to_owned(), known_as(common));
        }
    }
    for (name, value) in read(PULUMI)?.root().fields() {
        let Some(of) = value.as_str() else { continue };
        let common = table.entry(of.to_owned()).or_insert_with(|| known_as(of)).common.clone();
        let twin = (Tool::of(of) == Some(Tool::Terraform)).then(|| of.to_owned());
        table.insert(name.to_owned(), Named { twin, ..known_as(&common) });
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_terraform_and_pulumi_lead_to_those_of_the_clouds() {
        let types = load().unwrap();
        assert!(types.len() > 400);
        for (name, named) in &types {
            let tool = Tool::of(name);
            assert!(tool.is_some(), "{name}");
            assert!(same_kind(name, &named.common) && same_kind(&named.common, name), "{name}");
            let of_common = &types[&named.common];
            assert_eq!(of_common.common, named.common, "{name}");
            if tool == Some(Tool::Cloud) {
                assert_eq!(*name, named.common);
            }
            assert!(named.ids.iter().all(|id| !id.is_empty()), "{name}");
        }
        assert!(same_kind("aws_vpc", "aws_vpc") && !same_kind("aws_vpc", "aws_subnet"));
        // Two names of one tool are two types, though CloudFormation knows them as one.
        assert!(!same_kind("aws_db_instance", "aws_rds_cluster_instance"));
        assert!(same_kind("aws:ec2/vpc:Vpc", "AWS::EC2::VPC"));
        assert!(same_kind("aws:ec2/vpc:Vpc", "aws_vpc"));
        assert!(!same_kind("apps/Deployment", "aws_vpc"));
    }

    #[test]
    fn types_of_azure_native_are_those_of_azure() {
        let of = |name| azure_twin(name).unwrap_or_default();
        assert_eq!(of("azure-native:network:Subnet"), "microsoft.network/virtualnetworks/subnets");
        assert_eq!(
            of("azure-native:storage/v20230101:StorageAccount"),
            "microsoft.storage/storageaccounts"
        );
        assert_eq!(of("azure-native:cache:Redis"), "microsoft.cache/");
        assert_eq!(of("azure:storage/account:Account"), "");
    }

    #[test]
    fn names_of_other_tools_are_those_of_the_same_kind() {
        let names = |name| other_names(name).collect::<Vec<_>>();
        assert_eq!(names("aws_vpc"), ["AWS::EC2::VPC", "aws-native:ec2:Vpc", "aws:ec2/vpc:Vpc"]);
        assert_eq!(names("apps/Deployment"), [""; 0]);
    }

    #[test]
    fn ids_of_the_clouds_are_made_of_attributes() {
        let ids = |type_name: &str, json: &str| {
            let document = Document::parse_json(json.as_bytes(), &ReadOptions::default()).unwrap();
            cloud_ids(type_name, document.root())
        };
        let acl = r#"{"id": "w-1", "name": "shop", "scope": "REGIONAL"}"#;
        assert_eq!(ids("aws_wafv2_web_acl", acl), ["shop|w-1|REGIONAL"]);
        assert_eq!(ids("aws_db_instance", r#"{"identifier": "shop"}"#), ["shop"]);
        assert_eq!(ids("aws_db_instance", r#"{"identifier": ""}"#), [""; 0]);
        assert_eq!(ids("aws_vpc", r#"{"id": "vpc-1"}"#), [""; 0]);
        let account =
            r#"{"project": "p", "unique_id": "111", "email": "a@p.iam.gserviceaccount.com"}"#;
        assert_eq!(ids("google_service_account", account), ["projects/p/serviceAccounts/111"]);
        assert_eq!(ids("google_service_account", r#"{"project": "p"}"#), [""; 0]);
    }
}
