//! Mappings that are built in, by the command whose answer they read.

use super::Mapping;
use crate::error::{Code, Error, Result};
use crate::value::{Value, did_you_mean};
use std::sync::OnceLock;

/// A mapping that is built in.
struct Named {
    name: &'static str,
    text: &'static str,
    loaded: OnceLock<Result<Mapping>>,
}

impl Named {
    const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, loaded: OnceLock::new() }
    }

    fn mapping(&self) -> &Result<Mapping> {
        let load =
            || Mapping::from_yaml(self.text).map(|mapping| Mapping { named: true, ..mapping });
        self.loaded.get_or_init(load)
    }
}

/// The mapping of a command of the AWS CLI; its file has the same name.
macro_rules! aws {
    ($service:literal, $command:literal) => {
        Named::new(
            concat!("aws ", $service, " ", $command),
            include_str!(concat!("../../../mappings/aws-", $service, "-", $command, ".yaml")),
        )
    };
}

/// The mapping of a command of another cloud, and the name of its file.
macro_rules! cloud {
    ($command:literal, $file:literal) => {
        Named::new($command, include_str!(concat!("../../../mappings/", $file, ".yaml")))
    };
}

/// The mapping of another tool's document, named as its file.
macro_rules! tool {
    ($name:literal) => {
        Named::new($name, include_str!(concat!("../../../mappings/", $name, ".yaml")))
    };
}

/// By name; no two of them take the same document.
static NAMED: [Named; 150] = [
    aws!("apigateway", "get-rest-api"),
    aws!("apigateway", "get-rest-apis"),
    aws!("apigateway", "get-stages"),
    aws!("apigatewayv2", "get-api"),
    aws!("apigatewayv2", "get-apis"),
    aws!("apigatewayv2", "get-stages"),
    aws!("autoscaling", "describe-auto-scaling-groups"),
    aws!("autoscaling", "describe-policies"),
    aws!("cloudcontrol", "get-resource"),
    aws!("cloudcontrol", "list-resources"),
    aws!("cloudfront", "get-distribution"),
    aws!("cloudfront", "list-distributions"),
    aws!("cloudwatch", "describe-alarms"),
    aws!("configservice", "batch-get-aggregate-resource-config"),
    aws!("configservice", "batch-get-resource-config"),
    aws!("configservice", "get-aggregate-resource-config"),
    aws!("configservice", "get-resource-config-history"),
    aws!("configservice", "select-resource-config"),
    aws!("dynamodb", "describe-table"),
    aws!("dynamodb", "list-tables"),
    aws!("ec2", "describe-addresses"),
    aws!("ec2", "describe-instances"),
    aws!("ec2", "describe-internet-gateways"),
    aws!("ec2", "describe-launch-template-versions"),
    aws!("ec2", "describe-launch-templates"),
    aws!("ec2", "describe-nat-gateways"),
    aws!("ec2", "describe-network-acls"),
    aws!("ec2", "describe-route-tables"),
    aws!("ec2", "describe-security-group-rules"),
    aws!("ec2", "describe-security-groups"),
    aws!("ec2", "describe-subnets"),
    aws!("ec2", "describe-volumes"),
    aws!("ec2", "describe-vpc-endpoints"),
    aws!("ec2", "describe-vpcs"),
    aws!("ecr", "describe-repositories"),
    aws!("ecs", "describe-clusters"),
    aws!("ecs", "describe-services"),
    aws!("efs", "describe-file-systems"),
    aws!("eks", "describe-cluster"),
    aws!("elbv2", "describe-listeners"),
    aws!("elbv2", "describe-load-balancers"),
    aws!("elbv2", "describe-rules"),
    aws!("elbv2", "describe-target-groups"),
    aws!("events", "list-rules"),
    aws!("iam", "get-account-authorization-details"),
    aws!("iam", "get-group"),
    aws!("iam", "get-instance-profile"),
    aws!("iam", "get-policy"),
    aws!("iam", "get-policy-version"),
    aws!("iam", "get-role"),
    aws!("iam", "get-role-policy"),
    aws!("iam", "get-user"),
    aws!("iam", "get-user-policy"),
    aws!("iam", "list-groups"),
    aws!("iam", "list-instance-profiles"),
    aws!("iam", "list-policies"),
    aws!("iam", "list-roles"),
    aws!("iam", "list-users"),
    aws!("kinesis", "describe-stream-summary"),
    aws!("kms", "describe-key"),
    aws!("kms", "list-aliases"),
    aws!("kms", "list-keys"),
    aws!("lambda", "get-function"),
    aws!("lambda", "get-function-configuration"),
    aws!("lambda", "list-functions"),
    aws!("logs", "describe-log-groups"),
    aws!("rds", "describe-db-clusters"),
    aws!("rds", "describe-db-instances"),
    aws!("rds", "describe-db-parameter-groups"),
    aws!("rds", "describe-db-parameters"),
    aws!("rds", "describe-db-subnet-groups"),
    aws!("s3api", "get-bucket-cors"),
    aws!("s3api", "get-bucket-encryption"),
    aws!("s3api", "get-bucket-lifecycle-configuration"),
    aws!("s3api", "get-bucket-logging"),
    aws!("s3api", "get-bucket-ownership-controls"),
    aws!("s3api", "get-bucket-policy"),
    aws!("s3api", "get-bucket-versioning"),
    aws!("s3api", "get-bucket-website"),
    aws!("s3api", "get-public-access-block"),
    aws!("s3api", "list-buckets"),
    aws!("secretsmanager", "describe-secret"),
    aws!("secretsmanager", "get-secret-value"),
    aws!("secretsmanager", "list-secrets"),
    aws!("sns", "get-subscription-attributes"),
    aws!("sns", "get-topic-attributes"),
    aws!("sns", "list-topics"),
    aws!("sqs", "get-queue-attributes"),
    aws!("sqs", "list-queues"),
    aws!("ssm", "get-parameter"),
    aws!("ssm", "get-parameters-by-path"),
    aws!("stepfunctions", "describe-state-machine"),
    aws!("wafv2", "get-ip-set"),
    aws!("wafv2", "get-web-acl"),
    aws!("wafv2", "list-ip-sets"),
    aws!("wafv2", "list-web-acls"),
    cloud!("az acr list", "az-acr-list"),
    cloud!("az aks list", "az-aks-list"),
    cloud!("az disk list", "az-disk-list"),
    cloud!("az graph query", "az-graph-query"),
    cloud!("az group list", "az-group-list"),
    cloud!("az identity list", "az-identity-list"),
    cloud!("az network nat gateway list", "az-network-nat-gateway-list"),
    cloud!("az network nsg list", "az-network-nsg-list"),
    cloud!("az network public-ip list", "az-network-public-ip-list"),
    cloud!("az network route-table list", "az-network-route-table-list"),
    cloud!("az network vnet list", "az-network-vnet-list"),
    cloud!("az resource list", "az-resource-list"),
    cloud!("az resource show", "az-resource-show"),
    cloud!("az sql server list", "az-sql-server-list"),
    cloud!("az storage account list", "az-storage-account-list"),
    cloud!("az vm list", "az-vm-list"),
    cloud!("gcloud asset export", "gcloud-asset-export"),
    cloud!("gcloud asset list", "gcloud-asset-list"),
    cloud!("gcloud compute addresses list", "gcloud-compute-addresses-list"),
    cloud!("gcloud compute disks list", "gcloud-compute-disks-list"),
    cloud!("gcloud compute firewall-rules list", "gcloud-compute-firewall-rules-list"),
    cloud!("gcloud compute instances list", "gcloud-compute-instances-list"),
    cloud!("gcloud compute networks list", "gcloud-compute-networks-list"),
    cloud!("gcloud compute networks subnets list", "gcloud-compute-networks-subnets-list"),
    cloud!("gcloud compute routers list", "gcloud-compute-routers-list"),
    cloud!("gcloud container clusters list", "gcloud-container-clusters-list"),
    cloud!("gcloud dns managed-zones list", "gcloud-dns-managed-zones-list"),
    cloud!("gcloud iam service-accounts list", "gcloud-iam-service-accounts-list"),
    cloud!("gcloud pubsub subscriptions list", "gcloud-pubsub-subscriptions-list"),
    cloud!("gcloud pubsub topics list", "gcloud-pubsub-topics-list"),
    cloud!("gcloud sql instances list", "gcloud-sql-instances-list"),
    cloud!("gcloud storage buckets list", "gcloud-storage-buckets-list"),
    tool!("alertmanager"),
    tool!("envoy"),
    tool!("flagd"),
    tool!("github-actions-runners"),
    tool!("github-actions-secrets"),
    tool!("github-actions-variables"),
    tool!("github-branch-protection"),
    tool!("github-environments"),
    tool!("github-repository"),
    tool!("github-workflow"),
    tool!("gitlab-ci"),
    tool!("grafana-api-dashboard"),
    tool!("grafana-dashboard"),
    tool!("iam-policy-document"),
    tool!("kong"),
    tool!("launchdarkly"),
    tool!("opa-manifest"),
    tool!("opa-policies"),
    tool!("openapi"),
    tool!("prometheus-rules"),
    tool!("unleash-export"),
    tool!("unleash"),
];

impl Mapping {
    /// A mapping that is built in, named by the command whose answer it reads.
    ///
    /// # Errors
    /// `DRIFT_OPTION` where there is none of the name.
    ///
    /// ```
    /// use drift_core::source::Mapping;
    /// assert!(Mapping::named("aws ec2 describe-security-groups").is_ok());
    /// assert!(Mapping::names().all(|name| Mapping::named(name).is_ok()));
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        match NAMED.iter().find(|named| named.name == name) {
            Some(named) => named.mapping().clone(),
            None => {
                let names: Vec<&str> = Self::names().collect();
                let all = || format!("the mappings are `{}`", names.join("`, `"));
                let name = super::shown(name);
                Err(Error::new(Code::Option, format!("no such mapping: `{name}`"))
                    .with_help(did_you_mean(name, &names).unwrap_or_else(all)))
            }
        }
    }

    /// The names of the mappings that are built in.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.iter().map(|named| named.name)
    }

    /// A mapping as options give it: the name of one that is built in, or its text in YAML.
    ///
    /// # Errors
    /// As [`Mapping::named`] for a text of one line without a colon, else as
    /// [`Mapping::from_yaml`].
    pub fn from_name_or_yaml(text: &str) -> Result<Self> {
        match text.contains([':', '\n', '{']) {
            true => Self::from_yaml(text),
            false => Self::named(text.trim()),
        }
    }

    /// The mapping that is built in for documents such as this one.
    pub(in crate::source) fn for_document(root: Value<'_>) -> Option<&'static Self> {
        let fits = |named: &'static Named| named.mapping().as_ref().ok().filter(|m| m.fits(root));
        NAMED.iter().find_map(fits)
    }
}
