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
    Named { arn: Some(Told::Id), ..Named::plain("AWS::SNS::Topic", "TopicName") },
    Named { arn: Some(Told::Beside), ..Named::plain("AWS::SQS::Queue", "QueueName") },
    Named::plain("AWS::SecretsManager::Secret", "Name"),
    Named {
        arn: Some(Told::Id),
        ..Named::plain("AWS::StepFunctions::StateMachine", "StateMachineName")
    },
];

/// Types whose ARN is made of their name: the attribute that gives it (AWS CloudFormation, return values), and its form
/// behind the partition (Service Authorization Reference, resource types). Names with a colon in them are no plain names.
const ARNS: [(&str, &str, &str); 17] = [
    ("AWS::CloudWatch::Alarm", "Arn", "cloudwatch:{region}:{account}:alarm:{name}"),
    ("AWS::DynamoDB::Table", "Arn", "dynamodb:{region}:{account}:table/{name}"),
    ("AWS::ECR::Repository", "Arn", "ecr:{region}:{account}:repository/{name}"),
    ("AWS::ECS::Cluster", "Arn", "ecs:{region}:{account}:cluster/{name}"),
    ("AWS::EKS::Cluster", "Arn", "eks:{region}:{account}:cluster/{name}"),
    ("AWS::IAM::Group", "Arn", "iam::{account}:group{path}{name}"),
    ("AWS::IAM::InstanceProfile", "Arn", "iam::{account}:instance-profile{path}{name}"),
    ("AWS::IAM::Role", "Arn", "iam::{account}:role{path}{name}"),
    ("AWS::IAM::User", "Arn", "iam::{account}:user{path}{name}"),
    ("AWS::Kinesis::Stream", "Arn", "kinesis:{region}:{account}:stream/{name}"),
    (
        "AWS::KinesisFirehose::DeliveryStream",
        "Arn",
        "firehose:{region}:{account}:deliverystream/{name}",
    ),
    ("AWS::Lambda::Function", "Arn", "lambda:{region}:{account}:function:{name}"),
    ("AWS::Logs::LogGroup", "Arn", "logs:{region}:{account}:log-group:{name}:*"),
    ("AWS::S3::Bucket", "Arn", "s3:::{name}"),
    ("AWS::SNS::Topic", "TopicArn", "sns:{region}:{account}:{name}"),
    ("AWS::SQS::Queue", "Arn", "sqs:{region}:{account}:{name}"),
    ("AWS::StepFunctions::StateMachine", "Arn", "states:{region}:{account}:stateMachine:{name}"),
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
    /// Where the ARN that is made of the name is an identity.
    pub(super) arn: Option<Told>,
}

/// What the ARN of a resource is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// The physical id.
    Id,
    /// Something else that it is known by.
    Beside,
}

/// How the ARN of resources of a type is made of their name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arn {
    /// The attribute that gives it.
    pub(super) attribute: &'static str,
    form: &'static str,
}

impl Named {
    const fn plain(type_name: &'static str, property: &'static str) -> Self {
        Self { type_name, property, arn: None }
    }
}

impl Arn {
    /// The ARN, by what each piece of its form stands for; none where one is not known.
    pub(super) fn of<'p>(self, piece: impl Fn(&str) -> Option<&'p str>) -> Option<String> {
        let mut arn = format!("arn:{}:", piece("partition")?);
        let mut rest = self.form;
        while let Some((before, name, behind)) = rest.split_once('{').and_then(|(before, tail)| {
            tail.split_once('}').map(|(name, behind)| (before, name, behind))
        }) {
            arn.push_str(before);
            arn.push_str(piece(name)?);
            rest = behind;
        }
        arn.push_str(rest);
        Some(arn)
    }

    /// Whether a path stands in front of the name.
    pub(super) fn has_path(self) -> bool {
        self.form.contains("{path}")
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
    /// How their ARN is made of their name.
    pub(super) arn: Option<Arn>,
    /// Properties that may hold what are resources of their own elsewhere, and the types of those.
    parts: Vec<(Option<&'static str>, &'static [&'static str])>,
}

impl Known {
    pub(super) fn of(type_name: &str) -> Self {
        let parts = PARTS.into_iter().filter(|(of, ..)| *of == type_name);
        Self {
            named: NAMES.iter().find(|named| named.type_name == type_name).copied(),
            id: id_property(type_name),
            arn: arn_form(type_name),
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

/// How the ARN of resources of the type is made.
fn arn_form(type_name: &str) -> Option<Arn> {
    let at = ARNS.binary_search_by(|(known, ..)| (*known).cmp(type_name)).ok()?;
    ARNS.get(at).map(|(_, attribute, form)| Arn { attribute, form })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_sorted_and_stand_once() {
        assert!(IDS.is_sorted_by(|(a, ..), (b, ..)| a < b));
        assert!(NAMES.is_sorted_by(|a, b| a.type_name < b.type_name));
        assert!(NAMES.iter().all(|named| id_property(named.type_name).is_none()));
        assert!(ARNS.is_sorted_by(|(a, ..), (b, ..)| a < b));
        let is_named = |type_name: &str| {
            let known = Known::of(type_name);
            known.named.is_some_and(|named| named.arn.is_some()) || known.id.is_some()
        };
        assert!(ARNS.iter().all(|(type_name, ..)| is_named(type_name)));
        let told = NAMES.iter().filter(|named| named.arn.is_some());
        assert!(told.map(|named| arn_form(named.type_name)).all(|form| form.is_some()));
        assert_eq!(
            id_property("AWS::RDS::DBInstance"),
            Some(("DBInstanceIdentifier", Letters::Small))
        );
        assert_eq!(id_property("AWS::SQS::Queue"), None);
    }

    #[test]
    fn an_arn_is_made_where_all_of_it_is_known() {
        let piece = |name: &str| match name {
            "partition" => Some("aws"),
            "account" => Some("1"),
            "path" => Some("/a/"),
            "name" => Some("n"),
            _ => None,
        };
        let of = |type_name| arn_form(type_name).and_then(|form| form.of(piece));
        assert_eq!(of("AWS::IAM::Role").as_deref(), Some("arn:aws:iam::1:role/a/n"));
        assert_eq!(of("AWS::S3::Bucket").as_deref(), Some("arn:aws:s3:::n"));
        assert_eq!(of("AWS::SQS::Queue"), None, "the region is not known");
        assert_eq!(of("AWS::EC2::Instance"), None);
    }
}
