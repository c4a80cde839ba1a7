//! Which of the ten layers of an estate a resource belongs to, by provider and type.

use crate::model::{ResourceKey, other_names};
use crate::normalize::Glob;
use std::sync::OnceLock;

/// A layer for every type that a glob matches; the first that matches counts.
const TABLE: &[(&str, &[&str])] = &[
    (
        "edge_network",
        &[
            "aws_cloudfront_*",
            "AWS::CloudFront::*",
            "aws_wafv2_*",
            "AWS::WAFv2::*",
            "aws_shield_*",
            "aws_route53_*",
            "AWS::Route53::*",
            "aws_globalaccelerator_*",
            "azurerm_cdn_*",
            "azurerm_frontdoor*",
            "azurerm_dns_*",
            "google_compute_security_policy*",
            "google_dns_*",
            "cloudflare_*",
            "fastly_*",
        ],
    ),
    (
        "network",
        &[
            "aws_vpc*",
            "aws_subnet*",
            "aws_route*",
            "aws_security_group*",
            "aws_network_*",
            "aws_internet_gateway*",
            "aws_nat_gateway*",
            "aws_ec2_transit_gateway*",
            "aws_eip*",
            "AWS::EC2::VPC*",
            "AWS::EC2::Subnet*",
            "AWS::EC2::Route*",
            "AWS::EC2::SecurityGroup*",
            "AWS::EC2::NetworkAcl*",
            "AWS::EC2::InternetGateway",
            "AWS::EC2::NatGateway",
            "AWS::EC2::EIP*",
            "AWS::EC2::TransitGateway*",
            "azurerm_virtual_network*",
            "azurerm_subnet*",
            "azurerm_network_*",
            "google_compute_network*",
            "google_compute_subnetwork*",
            "google_compute_firewall*",
            "google_compute_route*",
        ],
    ),
    (
        "serverless",
        &[
            "aws_lambda_*",
            "AWS::Lambda::*",
            "aws_sfn_*",
            "AWS::StepFunctions::*",
            "AWS::Serverless::*",
            "azurerm_*function_app*",
            "google_cloudfunctions*",
            "google_cloud_run*",
        ],
    ),
    (
        "compute",
        &[
            "aws_instance",
            "aws_launch_*",
            "aws_autoscaling_*",
            "aws_ami*",
            "aws_ebs_*",
            "aws_ecs_*",
            "AWS::EC2::*",
            "AWS::AutoScaling::*",
            "AWS::ECS::*",
            "azurerm_*virtual_machine*",
            "google_compute_instance*",
        ],
    ),
    (
        "kubernetes",
        &[
            "aws_eks_*",
            "AWS::EKS::*",
            "azurerm_kubernetes_*",
            "google_container_*",
            "helm_*",
            "kubernetes_*",
        ],
    ),
    (
        "data",
        &[
            "aws_db_*",
            "aws_rds_*",
            "aws_dynamodb_*",
            "aws_s3_*",
            "aws_elasticache_*",
            "aws_redshift_*",
            "aws_opensearch_*",
            "aws_efs_*",
            "AWS::RDS::*",
            "AWS::DynamoDB::*",
            "AWS::S3::*",
            "AWS::ElastiCache::*",
            "AWS::Redshift::*",
            "AWS::OpenSearchService::*",
            "AWS::EFS::*",
            "azurerm_*sql*",
            "azurerm_storage_*",
            "azurerm_cosmosdb_*",
            "google_sql_*",
            "google_storage_*",
            "google_bigquery_*",
        ],
    ),
    (
        "security",
        &[
            "aws_iam_*",
            "AWS::IAM::*",
            "aws_kms_*",
            "AWS::KMS::*",
            "aws_secretsmanager_*",
            "AWS::SecretsManager::*",
            "aws_guardduty_*",
            "AWS::GuardDuty::*",
            "aws_securityhub_*",
            "azurerm_key_vault*",
            "azurerm_role_*",
            "google_*iam*",
            "google_kms_*",
        ],
    ),
    (
        "ci_cd",
        &[
            "aws_codebuild_*",
            "aws_codepipeline*",
            "aws_codedeploy_*",
            "AWS::CodeBuild::*",
            "AWS::CodePipeline::*",
            "AWS::CodeDeploy::*",
            "aws_ecr_*",
            "AWS::ECR::*",
            "github_*",
            "gitlab_*",
        ],
    ),
    (
        "service",
        &[
            "aws_lb*",
            "aws_alb*",
            "aws_elb*",
            "aws_api_gateway*",
            "aws_apigatewayv2_*",
            "aws_sqs_*",
            "aws_sns_*",
            "AWS::ElasticLoadBalancing*",
            "AWS::ApiGateway*",
            "AWS::SQS::*",
            "AWS::SNS::*",
            "azurerm_lb*",
            "azurerm_api_management*",
            "azurerm_servicebus_*",
            "google_pubsub_*",
            "google_api_gateway*",
        ],
    ),
    (
        "application",
        &[
            "aws_appconfig_*",
            "AWS::AppConfig::*",
            "aws_ssm_parameter*",
            "AWS::SSM::Parameter",
            "dotenv",
            "ini",
            "toml",
            "flagd_*",
            "launchdarkly_*",
            "unleash_*",
        ],
    ),
    ("service", &["kong_*", "envoy_*", "openapi_*"]),
    ("ci_cd", &["github_*", "gitlab_*"]),
    ("security", &["opa_*"]),
    ("service", &["prometheus_*", "grafana_*", "alertmanager_*"]),
];

/// A layer for what stands in neither that table nor under another name: that of most types of a service.
const SERVICES: &[(&str, &[&str])] = &[
    (
        "edge_network",
        &[
            "microsoft.cdn/*",
            "microsoft.network/frontdoor*",
            "microsoft.network/dnszones*",
            "dns.googleapis.com/*",
        ],
    ),
    (
        "network",
        &[
            "microsoft.network/*",
            "vpcaccess.googleapis.com/*",
            "servicenetworking.googleapis.com/*",
        ],
    ),
    ("compute", &["microsoft.compute/*", "compute.googleapis.com/*"]),
    ("kubernetes", &["microsoft.containerservice/*", "container.googleapis.com/*"]),
    (
        "data",
        &[
            "microsoft.storage/*",
            "microsoft.sql/*",
            "microsoft.documentdb/*",
            "microsoft.cache/*",
            "microsoft.dbfor*",
            "storage.googleapis.com/*",
            "sqladmin.googleapis.com/*",
            "bigquery.googleapis.com/*",
            "spanner.googleapis.com/*",
            "redis.googleapis.com/*",
        ],
    ),
    (
        "serverless",
        &[
            "run.googleapis.com/*",
            "cloudfunctions.googleapis.com/*",
            "microsoft.web/*",
            "microsoft.app/*",
        ],
    ),
    (
        "security",
        &[
            "microsoft.keyvault/*",
            "microsoft.authorization/*",
            "microsoft.managedidentity/*",
            "iam.googleapis.com/*",
            "cloudkms.googleapis.com/*",
            "secretmanager.googleapis.com/*",
        ],
    ),
    (
        "service",
        &[
            "microsoft.servicebus/*",
            "microsoft.eventhub/*",
            "microsoft.insights/*",
            "microsoft.operationalinsights/*",
            "pubsub.googleapis.com/*",
            "monitoring.googleapis.com/*",
            "logging.googleapis.com/*",
        ],
    ),
];

/// The layers of resources: a table by type, and what the user puts before it.
#[derive(Clone, Debug, Default)]
pub struct Layers {
    overrides: Vec<(Glob, String)>,
}

impl Layers {
    /// Puts every type that the glob matches into a layer; earlier calls win.
    pub fn put(&mut self, type_glob: impl Into<String>, layer: impl Into<String>) {
        self.overrides.push((Glob::new(type_glob), layer.into()));
    }

    /// The layer of a resource, `unclassified` where nothing says.
    #[must_use]
    pub fn of(&self, key: &ResourceKey) -> &str {
        let type_name = &key.type_name;
        if let Some((_, layer)) = self.overrides.iter().find(|(glob, _)| glob.matches(type_name)) {
            return layer;
        }
        if key.provider == "kubernetes" {
            return "kubernetes";
        }
        if matches!(key.provider.as_str(), "postgresql" | "mysql" | "sqlite") {
            return "data";
        }
        if key.provider == "ansible" {
            return "compute";
        }
        static GLOBS: OnceLock<Compiled> = OnceLock::new();
        static SERVICE_GLOBS: OnceLock<Compiled> = OnceLock::new();
        let globs = GLOBS.get_or_init(|| compiled(TABLE));
        // A type that has no line goes with what other tools call the same.
        find(globs, type_name)
            .or_else(|| other_names(type_name).find_map(|name| find(globs, name)))
            .or_else(|| find(SERVICE_GLOBS.get_or_init(|| compiled(SERVICES)), type_name))
            .unwrap_or("unclassified")
    }
}

type Compiled = Vec<(&'static str, Vec<Glob>)>;

fn compiled(table: &[(&'static str, &[&str])]) -> Compiled {
    let compile = |globs: &[&str]| globs.iter().map(|glob| Glob::new(*glob)).collect();
    table.iter().map(|(layer, globs)| (*layer, compile(globs))).collect()
}

fn find(table: &Compiled, type_name: &str) -> Option<&'static str> {
    let holds = |globs: &[Glob]| globs.iter().any(|glob| glob.matches(type_name));
    table.iter().find(|(_, globs)| holds(globs)).map(|(layer, _)| *layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_by_type() {
        let mut layers = Layers::default();
        let key = |provider: &str, type_name: &str| ResourceKey {
            provider: provider.into(),
            type_name: type_name.into(),
            ..ResourceKey::default()
        };
        for (type_name, layer) in [
            ("aws_security_group", "network"),
            ("AWS::EC2::SecurityGroup", "network"),
            ("AWS::EC2::Instance", "compute"),
            ("aws_route53_record", "edge_network"),
            ("AWS::Lambda::Function", "serverless"),
            ("aws:ec2/securityGroup:SecurityGroup", "network"),
            ("microsoft.compute/virtualmachines", "compute"),
            ("compute.googleapis.com/Firewall", "network"),
            ("microsoft.network/frontdoors", "edge_network"),
            ("microsoft.keyvault/vaults", "security"),
            ("something_else", "unclassified"),
        ] {
            assert_eq!(layers.of(&key("", type_name)), layer, "{type_name}");
        }
        assert_eq!(layers.of(&key("kubernetes", "core/Service")), "kubernetes");
        layers.put("core/*", "application");
        assert_eq!(layers.of(&key("kubernetes", "core/Service")), "application");
    }
}
