//! Which of the ten layers of an estate a resource belongs to, by provider and type.

use crate::model::{Name, ResourceKey, other_names};
use crate::normalize::Glob;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Globs of types by layer, apart by spaces; the first that matches counts.
type Table = [(&'static str, &'static str)];

/// The layer of a type by its own name.
const TABLE: &Table = &[
    (
        "edge_network",
        "aws_cloudfront_* AWS::CloudFront::* aws_wafv2_* AWS::WAFv2::* aws_shield_* \
         aws_route53_* AWS::Route53::* aws_globalaccelerator_* azurerm_cdn_* azurerm_frontdoor* \
         azurerm_dns_* google_compute_security_policy* google_dns_* cloudflare_* fastly_*",
    ),
    (
        "network",
        "aws_vpc* aws_subnet* aws_route* aws_security_group* aws_network_* \
         aws_internet_gateway* aws_nat_gateway* aws_ec2_transit_gateway* aws_eip* \
         AWS::EC2::VPC* AWS::EC2::Subnet* AWS::EC2::Route* AWS::EC2::SecurityGroup* \
         AWS::EC2::NetworkAcl* AWS::EC2::InternetGateway AWS::EC2::NatGateway AWS::EC2::EIP* \
         AWS::EC2::TransitGateway* azurerm_virtual_network* azurerm_subnet* azurerm_network_* \
         google_compute_network* google_compute_subnetwork* google_compute_firewall* \
         google_compute_route*",
    ),
    (
        "serverless",
        "aws_lambda_* AWS::Lambda::* aws_sfn_* AWS::StepFunctions::* AWS::Serverless::* \
         azurerm_*function_app* google_cloudfunctions* google_cloud_run*",
    ),
    (
        "compute",
        "aws_instance aws_launch_* aws_autoscaling_* aws_ami* aws_ebs_* aws_ecs_* AWS::EC2::* \
         AWS::AutoScaling::* AWS::ECS::* azurerm_*virtual_machine* google_compute_instance*",
    ),
    (
        "kubernetes",
        "aws_eks_* AWS::EKS::* azurerm_kubernetes_* google_container_* helm_* kubernetes_*",
    ),
    (
        "data",
        "aws_db_* aws_rds_* aws_dynamodb_* aws_s3_* aws_elasticache_* aws_redshift_* \
         aws_opensearch_* aws_efs_* AWS::RDS::* AWS::DynamoDB::* AWS::S3::* AWS::ElastiCache::* \
         AWS::Redshift::* AWS::OpenSearchService::* AWS::EFS::* azurerm_*sql* azurerm_storage_* \
         azurerm_cosmosdb_* google_sql_* google_storage_* google_bigquery_*",
    ),
    (
        "security",
        "aws_iam_* AWS::IAM::* aws_kms_* AWS::KMS::* aws_secretsmanager_* \
         AWS::SecretsManager::* aws_guardduty_* AWS::GuardDuty::* aws_securityhub_* \
         azurerm_key_vault* azurerm_role_* google_*iam* google_kms_*",
    ),
    (
        "ci_cd",
        "aws_codebuild_* aws_codepipeline* aws_codedeploy_* AWS::CodeBuild::* \
         AWS::CodePipeline::* AWS::CodeDeploy::* aws_ecr_* AWS::ECR::* github_* gitlab_*",
    ),
    (
        "service",
        "aws_lb* aws_alb* aws_elb* aws_api_gateway* aws_apigatewayv2_* aws_sqs_* aws_sns_* \
         AWS::ElasticLoadBalancing* AWS::ApiGateway* AWS::SQS::* AWS::SNS::* azurerm_lb* \
         azurerm_api_management* azurerm_servicebus_* google_pubsub_* google_api_gateway*",
    ),
    (
        "application",
        "aws_appconfig_* AWS::AppConfig::* aws_ssm_parameter* AWS::SSM::Parameter dotenv ini \
         toml flagd_* launchdarkly_* unleash_*",
    ),
    ("service", "kong_* envoy_* openapi_*"),
    ("ci_cd", "github_* gitlab_*"),
    ("security", "opa_*"),
    ("service", "prometheus_* grafana_* alertmanager_*"),
];

/// A layer for what stands neither in that table nor under another name: that of most types of a service.
const SERVICES: &Table = &[
    (
        "edge_network",
        "microsoft.cdn/* microsoft.network/frontdoor* microsoft.network/dnszones* \
         dns.googleapis.com/* AWS::WAF::* AWS::WAFRegional::* AWS::Shield::* \
         AWS::GlobalAccelerator::* AWS::Route53RecoveryControl::* \
         AWS::Route53RecoveryReadiness::* aws_waf_* aws_wafregional_* \
         azurerm_web_application_firewall_policy azurerm_private_dns_* aws_route53recovery* \
         google_compute_region_security_policy* google_network_services_edge_cache_*",
    ),
    (
        "network",
        "microsoft.network/* vpcaccess.googleapis.com/* servicenetworking.googleapis.com/* \
         compute.googleapis.com/FirewallPolicy \
         AWS::VpcLattice::* AWS::DirectConnect::* AWS::NetworkManager::* \
         AWS::NetworkFirewall::* AWS::Route53Resolver::* aws_vpclattice_* aws_dx_* \
         aws_networkmanager_* aws_networkfirewall_* aws_vpn_* aws_customer_* aws_egress_only_* \
         aws_default_* aws_customer_gateway aws_default_vpc aws_default_subnet aws_flow_log \
         aws_prefix_list aws_ec2_managed_prefix_list* aws_main_route_table_association \
         azurerm_nat_gateway* azurerm_public_ip* azurerm_route* azurerm_firewall* \
         azurerm_virtual_hub* azurerm_virtual_wan azurerm_vpn_* azurerm_express_route_* \
         azurerm_local_network_gateway azurerm_private_endpoint* azurerm_private_link_* \
         azurerm_bastion_host azurerm_application_security_group google_compute_address \
         google_compute_global_address google_compute_*vpn* google_compute_external_vpn_gateway \
         google_compute_interconnect* google_compute_packet_mirroring \
         google_compute_service_attachment google_vpc_access_* google_service_networking_* \
         google_network_connectivity_*",
    ),
    (
        "serverless",
        "run.googleapis.com/* cloudfunctions.googleapis.com/* microsoft.web/* microsoft.app/* \
         AWS::AppRunner::* aws_apprunner_* aws_serverlessapplicationrepository_* \
         azurerm_logic_app_* azurerm_container_app* azurerm_app_service* azurerm_linux_web_app* \
         azurerm_windows_web_app* azurerm_service_plan azurerm_static_web_app* \
         google_app_engine_*",
    ),
    (
        "kubernetes",
        "microsoft.containerservice/* container.googleapis.com/* microsoft.kubernetes/* \
         gkehub.googleapis.com/* google_gke_*",
    ),
    (
        "data",
        "microsoft.storage/* microsoft.sql/* microsoft.documentdb/* microsoft.cache/* \
         microsoft.dbfor* storage.googleapis.com/* sqladmin.googleapis.com/* \
         bigquery.googleapis.com/* spanner.googleapis.com/* redis.googleapis.com/* \
         AWS::S3Express::* AWS::S3Outposts::* AWS::S3ObjectLambda::* AWS::S3Tables::* \
         AWS::RedshiftServerless::* AWS::Elasticsearch::* AWS::OpenSearchServerless::* \
         AWS::FSx::* AWS::DAX::* AWS::DocDB::* AWS::DocDBElastic::* AWS::Neptune::* \
         AWS::NeptuneGraph::* AWS::Timestream::* AWS::Cassandra::* AWS::QLDB::* \
         AWS::MemoryDB::* AWS::Glue::* AWS::DataBrew::* AWS::Athena::* AWS::LakeFormation::* \
         AWS::EMR::* AWS::EMRServerless::* AWS::EMRContainers::* AWS::Kinesis::* \
         AWS::KinesisFirehose::* AWS::KinesisAnalytics::* AWS::KinesisAnalyticsV2::* \
         AWS::KinesisVideo::* AWS::DMS::* AWS::DataSync::* AWS::DataPipeline::* \
         AWS::DataZone::* AWS::Backup::* AWS::BackupGateway::* AWS::QuickSight::* \
         AWS::SageMaker::* AWS::HealthLake::* AWS::Kendra::* aws_s3control_* aws_s3outposts_* \
         aws_s3tables_* aws_elasticsearch_* aws_opensearchserverless_* aws_fsx_* aws_dax_* \
         aws_docdb_* aws_neptune_* aws_timestreamwrite_* aws_timestreaminfluxdb_* \
         aws_keyspaces_* aws_qldb_* aws_memorydb_* aws_glue_* aws_athena_* aws_lakeformation_* \
         aws_emr_* aws_emrserverless_* aws_emrcontainers_* aws_kinesis_* \
         aws_kinesisanalyticsv2_* aws_dms_* aws_datasync_* aws_backup_* aws_quicksight_* \
         aws_sagemaker_* aws_redshiftserverless_* aws_kendra_* \
         aws_kinesis_firehose_delivery_stream azurerm_redis_* azurerm_mariadb_* \
         azurerm_data_factory* azurerm_synapse_* azurerm_databricks_* azurerm_search_service \
         azurerm_kusto_* azurerm_data_lake_* azurerm_recovery_services_* azurerm_backup_* \
         google_redis_* google_spanner_* google_bigtable_* google_firestore_* \
         google_datastore_* google_filestore_* google_dataflow_* google_dataproc_* \
         google_composer_* google_memcache_* google_alloydb_* microsoft.datafactory/* \
         microsoft.synapse/* microsoft.databricks/* microsoft.kusto/* microsoft.search/* \
         microsoft.recoveryservices/* bigtableadmin.googleapis.com/* firestore.googleapis.com/* \
         file.googleapis.com/* dataflow.googleapis.com/* dataproc.googleapis.com/* \
         alloydb.googleapis.com/*",
    ),
    (
        "security",
        "microsoft.keyvault/* microsoft.authorization/* microsoft.managedidentity/* \
         iam.googleapis.com/* cloudkms.googleapis.com/* secretmanager.googleapis.com/* \
         AWS::SecurityHub::* AWS::Inspector::* AWS::InspectorV2::* AWS::Macie::* \
         AWS::AccessAnalyzer::* AWS::Config::* AWS::CloudTrail::* AWS::Detective::* \
         AWS::ACMPCA::* AWS::CertificateManager::* AWS::Cognito::* AWS::SSO::* \
         AWS::IdentityStore::* AWS::RolesAnywhere::* AWS::VerifiedPermissions::* AWS::FMS::* \
         AWS::AuditManager::* AWS::SecurityLake::* AWS::Organizations::* AWS::ControlTower::* \
         AWS::RAM::* AWS::Signer::* AWS::CloudHSM::* AWS::DirectoryService::* aws_inspector_* \
         aws_inspector2_* aws_macie2_* aws_accessanalyzer_* aws_config_* aws_detective_* \
         aws_acm_* aws_acmpca_* aws_cognito_* aws_ssoadmin_* aws_identitystore_* \
         aws_rolesanywhere_* aws_verifiedpermissions_* aws_fms_* aws_auditmanager_* \
         aws_securitylake_* aws_organizations_* aws_controltower_* aws_ram_* aws_signer_* \
         aws_cloudhsm_* aws_directory_service_* aws_cloudtrail* azurerm_user_assigned_identity \
         azurerm_federated_identity_credential azurerm_policy_* azurerm_*policy_assignment \
         azurerm_security_center_* azurerm_sentinel_* azurerm_management_lock azuread_* \
         google_service_account* google_secret_manager_* google_certificate_manager_* \
         google_access_context_manager_* google_binary_authorization_* google_org_policy_* \
         google_project_organization_policy google_scc_* microsoft.security/* \
         microsoft.policyinsights/* vault_*",
    ),
    (
        "ci_cd",
        "AWS::CodeCommit::* AWS::CodeArtifact::* AWS::CodeStar::* AWS::CodeStarConnections::* \
         AWS::CodeStarNotifications::* AWS::CodeConnections::* AWS::CloudFormation::* \
         AWS::ServiceCatalog::* AWS::Proton::* aws_codecommit_* aws_codeartifact_* \
         aws_codestarconnections_* aws_codestarnotifications_* aws_codeconnections_* \
         aws_cloudformation_* aws_servicecatalog_* google_cloudbuild_* google_clouddeploy_* \
         azurerm_automation_* azuredevops_* cloudbuild.googleapis.com/* \
         clouddeploy.googleapis.com/* microsoft.automation/*",
    ),
    (
        "application",
        "AWS::Amplify::* AWS::AmplifyUIBuilder::* AWS::Evidently::* aws_amplify_* \
         aws_evidently_* azurerm_app_configuration* microsoft.appconfiguration/*",
    ),
    (
        "service",
        "microsoft.servicebus/* microsoft.eventhub/* microsoft.insights/* \
         microsoft.operationalinsights/* pubsub.googleapis.com/* monitoring.googleapis.com/* \
         logging.googleapis.com/* AWS::CloudWatch::* AWS::Logs::* AWS::Synthetics::* \
         AWS::XRay::* AWS::APS::* AWS::Grafana::* AWS::Oam::* AWS::RUM::* \
         AWS::InternetMonitor::* AWS::Events::* AWS::EventSchemas::* AWS::Pipes::* \
         AWS::Scheduler::* AWS::AppSync::* AWS::AppMesh::* AWS::AmazonMQ::* AWS::MSK::* \
         AWS::SES::* AWS::Pinpoint::* AWS::Connect::* AWS::ServiceDiscovery::* AWS::Transfer::* \
         aws_cloudwatch_* aws_synthetics_* aws_xray_* aws_prometheus_* aws_grafana_* aws_oam_* \
         aws_rum_* aws_pipes_* aws_scheduler_* aws_schemas_* aws_appsync_* aws_appmesh_* \
         aws_mq_* aws_msk_* aws_ses_* aws_sesv2_* aws_pinpoint_* aws_connect_* \
         aws_service_discovery_* aws_transfer_* azurerm_application_gateway azurerm_monitor_* \
         azurerm_log_analytics_* azurerm_application_insights* azurerm_eventhub* \
         azurerm_eventgrid_* azurerm_notification_hub* azurerm_signalr_service azurerm_relay_* \
         azurerm_communication_service* google_compute_*forwarding_rule* \
         google_compute_*backend_* google_compute_*url_map* google_compute_*target_* \
         google_compute_*health_check* google_compute_*ssl_* google_logging_* \
         google_monitoring_* google_cloud_scheduler_* google_cloud_tasks_* google_eventarc_* \
         google_endpoints_* microsoft.eventgrid/* microsoft.apimanagement/* \
         microsoft.signalrservice/* apigateway.googleapis.com/* cloudscheduler.googleapis.com/* \
         cloudtasks.googleapis.com/* eventarc.googleapis.com/*",
    ),
    (
        "compute",
        "microsoft.compute/* compute.googleapis.com/* AWS::ECR::* AWS::Batch::* \
         AWS::ImageBuilder::* AWS::Lightsail::* AWS::ElasticBeanstalk::* AWS::WorkSpaces::* \
         AWS::AppStream::* AWS::GameLift::* AWS::ApplicationAutoScaling::* \
         AWS::AutoScalingPlans::* AWS::SSM::* aws_ecr_* aws_ecrpublic_* aws_batch_* \
         aws_imagebuilder_* aws_lightsail_* aws_elastic_beanstalk_* aws_workspaces_* \
         aws_appstream_* aws_gamelift_* aws_appautoscaling_* aws_autoscalingplans_* aws_ssm_* \
         aws_spot_* aws_key_pair aws_placement_group aws_volume_attachment aws_ec2_* \
         azurerm_container_registry* azurerm_container_group azurerm_managed_disk \
         azurerm_disk_* azurerm_snapshot azurerm_image azurerm_shared_image* \
         azurerm_availability_set azurerm_proximity_placement_group azurerm_ssh_public_key \
         azurerm_batch_* google_compute_*disk* google_compute_image google_compute_snapshot \
         google_compute_*instance_group* google_compute_*autoscaler \
         google_compute_resource_policy google_artifact_registry_* google_os_config_* \
         microsoft.containerregistry/* microsoft.containerinstance/* microsoft.batch/* \
         artifactregistry.googleapis.com/* containerregistry.googleapis.com/*",
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

/// The layers of the types that there are, each found once.
#[derive(Debug)]
pub(crate) struct LayersOf<'l> {
    layers: &'l Layers,
    /// By provider, then type.
    known: BTreeMap<Name, BTreeMap<Name, &'l str>>,
}

impl<'l> LayersOf<'l> {
    /// Finds the layers of these resources.
    pub(crate) fn new<'k>(layers: &'l Layers, keys: impl Iterator<Item = &'k ResourceKey>) -> Self {
        let mut known: BTreeMap<Name, BTreeMap<Name, &'l str>> = BTreeMap::new();
        for key in keys {
            let types = known.get_mut(&*key.provider);
            if types.is_some_and(|types| types.contains_key(&*key.type_name)) {
                continue;
            }
            let types = known.entry(key.provider.clone()).or_default();
            types.insert(key.type_name.clone(), layers.of(key));
        }
        Self { layers, known }
    }

    /// As [`Layers::of`].
    pub(crate) fn of(&self, key: &ResourceKey) -> &'l str {
        let types = self.known.get(&*key.provider);
        let known = types.and_then(|types| types.get(&*key.type_name));
        known.copied().unwrap_or_else(|| self.layers.of(key))
    }
}

type Compiled = Vec<(&'static str, Vec<Glob>)>;

fn compiled(table: &Table) -> Compiled {
    let compile = |globs: &str| globs.split_whitespace().map(Glob::new).collect();
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
            ("aws_cloudwatch_log_group", "service"),
            ("AWS::Logs::LogGroup", "service"),
            ("azurerm_public_ip", "network"),
            ("google_compute_disk", "compute"),
            ("AWS::EC2::FlowLog", "compute"),
            ("azurerm_resource_group", "unclassified"),
            ("something_else", "unclassified"),
        ] {
            assert_eq!(layers.of(&key("", type_name)), layer, "{type_name}");
        }
        assert_eq!(layers.of(&key("kubernetes", "core/Service")), "kubernetes");
        layers.put("core/*", "application");
        assert_eq!(layers.of(&key("kubernetes", "core/Service")), "application");
    }
}
