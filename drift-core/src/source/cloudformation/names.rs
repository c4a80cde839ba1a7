//! By which of its properties a resource is known, where a template may name it.

/// Types whose physical id is a property: the `primaryIdentifier` of their schemas in the
/// CloudFormation registry, where it is one property and not a read-only one. The service writes
/// the ids of some in small letters.
const IDS: [(&str, &str, Letters); 42] = [
    ("AWS::Athena::WorkGroup", "Name", Letters::AsWritten),
    ("AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName", Letters::AsWritten),
    ("AWS::AutoScaling::LaunchConfiguration", "LaunchConfigurationName", Letters::AsWritten),
    ("AWS::CloudWatch::Alarm", "AlarmName", Letters::AsWritten),
    ("AWS::CloudWatch::CompositeAlarm", "AlarmName", Letters::AsWritten),
    ("AWS::CloudWatch::Dashboard", "DashboardName", Letters::AsWritten),
    ("AWS::DynamoDB::GlobalTable", "TableName", Letters::AsWritten),
    ("AWS::DynamoDB::Table", "TableName", Letters::AsWritten),
    ("AWS::EC2::KeyPair", "KeyName", Letters::AsWritten),
    ("AWS::ECR::Repository", "RepositoryName", Letters::AsWritten),
    ("AWS::ECS::CapacityProvider", "Name", Letters::AsWritten),
    ("AWS::ECS::Cluster", "ClusterName", Letters::AsWritten),
    ("AWS::EKS::Cluster", "Name", Letters::AsWritten),
    ("AWS::ElastiCache::ReplicationGroup", "ReplicationGroupId", Letters::Small),
    ("AWS::ElastiCache::SubnetGroup", "CacheSubnetGroupName", Letters::Small),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "LoadBalancerName", Letters::AsWritten),
    ("AWS::Events::EventBus", "Name", Letters::AsWritten),
    ("AWS::Glue::Crawler", "Name", Letters::AsWritten),
    ("AWS::Glue::Job", "Name", Letters::AsWritten),
    ("AWS::IAM::Group", "GroupName", Letters::AsWritten),
    ("AWS::IAM::InstanceProfile", "InstanceProfileName", Letters::AsWritten),
    ("AWS::IAM::Role", "RoleName", Letters::AsWritten),
    ("AWS::IAM::User", "UserName", Letters::AsWritten),
    ("AWS::KMS::Alias", "AliasName", Letters::AsWritten),
    ("AWS::Kinesis::Stream", "Name", Letters::AsWritten),
    ("AWS::KinesisFirehose::DeliveryStream", "DeliveryStreamName", Letters::AsWritten),
    ("AWS::Lambda::Function", "FunctionName", Letters::AsWritten),
    ("AWS::Logs::LogGroup", "LogGroupName", Letters::AsWritten),
    ("AWS::OpenSearchService::Domain", "DomainName", Letters::AsWritten),
    ("AWS::RDS::DBCluster", "DBClusterIdentifier", Letters::Small),
    ("AWS::RDS::DBClusterParameterGroup", "DBClusterParameterGroupName", Letters::Small),
    ("AWS::RDS::DBInstance", "DBInstanceIdentifier", Letters::Small),
    ("AWS::RDS::DBParameterGroup", "DBParameterGroupName", Letters::Small),
    ("AWS::RDS::DBSubnetGroup", "DBSubnetGroupName", Letters::Small),
    ("AWS::RDS::OptionGroup", "OptionGroupName", Letters::Small),
    ("AWS::Redshift::Cluster", "ClusterIdentifier", Letters::Small),
    ("AWS::S3::Bucket", "BucketName", Letters::AsWritten),
    ("AWS::S3::BucketPolicy", "Bucket", Letters::AsWritten),
    ("AWS::SSM::Document", "Name", Letters::AsWritten),
    ("AWS::SSM::Parameter", "Name", Letters::AsWritten),
    ("AWS::Scheduler::Schedule", "Name", Letters::AsWritten),
    ("AWS::Scheduler::ScheduleGroup", "Name", Letters::AsWritten),
];

/// Types whose physical id is another than the name that a template may give them.
const NAMES: [Named; 9] = [
    Named::plain("AWS::CodeBuild::Project", "Name"),
    Named::plain("AWS::EC2::SecurityGroup", "GroupName"),
    Named::plain("AWS::ElasticLoadBalancingV2::LoadBalancer", "Name"),
    Named::plain("AWS::ElasticLoadBalancingV2::TargetGroup", "Name"),
    Named::plain("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    Named {
        arn: Some(Arn { service: "sns", prefix: "", is_id: true }),
        ..Named::plain("AWS::SNS::Topic", "TopicName")
    },
    Named {
        arn: Some(Arn { service: "sqs", prefix: "", is_id: false }),
        ..Named::plain("AWS::SQS::Queue", "QueueName")
    },
    Named::plain("AWS::SecretsManager::Secret", "Name"),
    Named {
        arn: Some(Arn { service: "states", prefix: "stateMachine:", is_id: true }),
        ..Named::plain("AWS::StepFunctions::StateMachine", "StateMachineName")
    },
];

/// What is a property in a template, and a resource of its own in Terraform and in the answers that are
/// read in its names: the type, the property (none where AWS makes the resource with every one of the
/// type), and the types of Terraform.
const PARTS: [(&str, Option<&str>, &[&str]); 6] = [
    (
        "AWS::EC2::SecurityGroup",
        Some("SecurityGroupIngress"),
        &["aws_security_group_rule", "aws_vpc_security_group_ingress_rule"],
    ),
    (
        "AWS::EC2::SecurityGroup",
        None,
        &["aws_security_group_rule", "aws_vpc_security_group_egress_rule"],
    ),
    ("AWS::IAM::Role", Some("Policies"), &["aws_iam_role_policy"]),
    ("AWS::IAM::User", Some("Policies"), &["aws_iam_user_policy"]),
    (
        "AWS::S3::Bucket",
        None,
        &[
            "aws_s3_bucket_cors_configuration",
            "aws_s3_bucket_lifecycle_configuration",
            "aws_s3_bucket_logging",
            "aws_s3_bucket_ownership_controls",
            "aws_s3_bucket_public_access_block",
            "aws_s3_bucket_server_side_encryption_configuration",
            "aws_s3_bucket_versioning",
            "aws_s3_bucket_website_configuration",
        ],
    ),
    ("AWS::SNS::Topic", Some("Subscription"), &["aws_sns_topic_subscription"]),
];

/// By which name resources of a type are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    type_name: &'static str,
    pub(super) property: &'static str,
    /// Where the ARN is made of the name, by the Service Authorization Reference.
    pub(super) arn: Option<Arn>,
}

/// An ARN that ends in the name of a resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arn {
    service: &'static str,
    /// What stands in front of the name.
    prefix: &'static str,
    /// Whether the ARN is the physical id.
    pub(super) is_id: bool,
}

impl Named {
    const fn plain(type_name: &'static str, property: &'static str) -> Self {
        Self { type_name, property, arn: None }
    }
}

impl Arn {
    pub(super) fn of(self, [partition, region, account]: [&str; 3], name: &str) -> String {
        let Self { service, prefix, .. } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{prefix}{name}")
    }
}

/// How a service keeps an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Letters {
    AsWritten,
    Small,
}

impl Letters {
    pub(super) fn of(self, id: String) -> String {
        match self {
            Self::AsWritten => id,
            Self::Small => id.to_lowercase(),
        }
    }
}

/// What is known of the names of resources of a type.
#[derive(Debug)]
pub(super) struct Known {
    /// How a template names them, where that is not their physical id.
    pub(super) named: Option<Named>,
    /// The property that is their physical id.
    pub(super) id: Option<(&'static str, Letters)>,
    /// Properties that may hold what are resources of their own elsewhere, and the types of those.
    parts: Vec<(Option<&'static str>, &'static [&'static str])>,
}

impl Known {
    pub(super) fn of(type_name: &str) -> Self {
        let parts = PARTS.into_iter().filter(|(of, ..)| *of == type_name);
        Self {
            named: NAMES.iter().find(|named| named.type_name == type_name).copied(),
            id: id_property(type_name),
            parts: parts.map(|(_, property, types)| (property, types)).collect(),
        }
    }

    /// Types of Terraform that hold what a resource says in its properties.
    pub(super) fn parts(&self, has: impl Fn(&str) -> bool) -> impl Iterator<Item = &'static str> {
        let parts = self.parts.iter().filter(move |(property, _)| property.is_none_or(&has));
        parts.flat_map(|(_, types)| types.iter().copied())
    }
}

/// The property that is the physical id of resources of the type.
fn id_property(type_name: &str) -> Option<(&'static str, Letters)> {
    let at = IDS.binary_search_by(|(known, ..)| (*known).cmp(type_name)).ok()?;
    IDS.get(at).map(|(_, property, letters)| (*property, *letters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_sorted_and_stand_once() {
        assert!(IDS.is_sorted_by(|(a, ..), (b, ..)| a < b));
        assert!(NAMES.is_sorted_by(|a, b| a.type_name < b.type_name));
        assert!(NAMES.iter().all(|named| id_property(named.type_name).is_none()));
        assert_eq!(
            id_property("AWS::RDS::DBInstance"),
            Some(("DBInstanceIdentifier", Letters::Small))
        );
        assert_eq!(id_property("AWS::SQS::Queue"), None);
    }
}
