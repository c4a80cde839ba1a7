//! Kinds of Crossplane's providers that are made of Terraform providers, and the types that they are made of.
//!
//! Upjet calls them by the words of the type: the first behind the prefix is the group, the rest the kind. A
//! table has those that are named otherwise.

use crate::value::{Document, ReadOptions, Value, YamlSchema, snake_case};
use std::collections::BTreeMap;
use std::sync::OnceLock;

static TYPES: &str = include_str!("../../mappings/crossplane-types.yaml");

/// Providers by the end of their groups, the provider of Terraform, and the prefix of its types.
const CLOUDS: [(&str, &str, &str); 3] =
    [("aws", "aws", "aws_"), ("azure", "azurerm", "azurerm_"), ("gcp", "google", "google_")];

/// The provider and the type of Terraform that a kind of Crossplane, as `group/Kind`, is made of.
pub(crate) fn upjet_twin(type_name: &str) -> Option<(&'static str, String)> {
    let (group, kind) = type_name.split_once('/')?;
    let group = group.strip_suffix(".upbound.io")?;
    let group = group.strip_suffix(".m").unwrap_or(group);
    let (short, cloud) = group.rsplit_once('.').unwrap_or(("", group));
    let (_, provider, prefix) = CLOUDS.into_iter().find(|(name, ..)| *name == cloud)?;
    if matches!(kind, "ProviderConfig" | "ProviderConfigUsage" | "ClusterProviderConfig") {
        return None;
    }
    static LOADED: OnceLock<BTreeMap<&str, String>> = OnceLock::new();
    // A test rules out that the table which is built in does not load.
    let table = LOADED.get_or_init(|| load().unwrap_or_default());
    let type_name = match (table.get(format!("{group}/{kind}").as_str()), table.get(group)) {
        (Some(whole), _) => whole.clone(),
        (None, Some(prefix)) => format!("{prefix}{}", snake_case(kind)),
        (None, None) if short.is_empty() => format!("{prefix}{}", snake_case(kind)),
        (None, None) => format!("{prefix}{short}_{}", snake_case(kind)),
    };
    Some((provider, type_name))
}

fn load() -> crate::Result<BTreeMap<&'static str, String>> {
    let document =
        Document::parse_yaml(TYPES.as_bytes(), YamlSchema::Core, &ReadOptions::default())?;
    let text = |(name, value): (&str, Value<'_>)| {
        // The names stand in the text that is built in.
        let at = TYPES.find(&format!("\n{name}:"))? + 1;
        Some((TYPES.get(at..at + name.len())?, value.as_str()?.to_owned()))
    };
    Ok(document.root().fields().filter_map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_of_the_types_that_they_are_made_of() {
        assert!(load().unwrap().len() > 60);
        for (kind, provider, twin) in [
            ("s3.aws.upbound.io/Bucket", "aws", "aws_s3_bucket"),
            ("s3.aws.m.upbound.io/BucketPolicy", "aws", "aws_s3_bucket_policy"),
            ("ec2.aws.upbound.io/VPC", "aws", "aws_vpc"),
            ("ec2.aws.upbound.io/ManagedPrefixList", "aws", "aws_ec2_managed_prefix_list"),
            ("rds.aws.upbound.io/Instance", "aws", "aws_db_instance"),
            ("rds.aws.upbound.io/ClusterInstance", "aws", "aws_rds_cluster_instance"),
            ("apigateway.aws.upbound.io/RestAPI", "aws", "aws_api_gateway_rest_api"),
            ("elbv2.aws.upbound.io/LBTargetGroup", "aws", "aws_lb_target_group"),
            ("wafv2.aws.upbound.io/WebACL", "aws", "aws_wafv2_web_acl"),
            ("azure.m.upbound.io/ResourceGroup", "azurerm", "azurerm_resource_group"),
            ("keyvault.azure.upbound.io/Vault", "azurerm", "azurerm_key_vault"),
            (
                "keyvault.azure.upbound.io/AccessPolicy",
                "azurerm",
                "azurerm_key_vault_access_policy",
            ),
            ("storage.azure.upbound.io/Account", "azurerm", "azurerm_storage_account"),
            ("compute.gcp.upbound.io/Instance", "google", "google_compute_instance"),
            ("sql.gcp.upbound.io/DatabaseInstance", "google", "google_sql_database_instance"),
            ("cloudrun.gcp.upbound.io/V2Service", "google", "google_cloud_run_v2_service"),
        ] {
            assert_eq!(upjet_twin(kind), Some((provider, twin.to_owned())), "{kind}");
        }
        for kind in [
            "apps/Deployment",
            "s3.aws.crossplane.io/Bucket",
            "aws.upbound.io/ProviderConfig",
            "pkg.upbound.io/Controller",
            "repo.github.upbound.io/Repository",
            "aws_vpc",
        ] {
            assert_eq!(upjet_twin(kind), None, "{kind}");
        }
    }
}
