"""Answers of the services in the names of CloudFormation, so that a template compares with them."""

from __future__ import annotations

from typing import Any


def mapping(type_name: str, items: str, id: Any, **attributes: Any) -> dict[str, Any]:
    """Map the items of an answer; a text is a field of the item."""
    return {
        "items": items,
        "provider": {"const": "aws"},
        "type": {"const": f"AWS::{type_name}"},
        "id": id,
        "attributes": {
            name: f"$.{path}" if isinstance(path, str) and not path.startswith("$") else path
            for name, path in attributes.items()
        },
    }


def same(*names: str) -> dict[str, Any]:
    """Take fields that both name alike."""
    return {name: name for name in names}


def number(path: str) -> dict[str, Any]:
    """Read the number that a text says."""
    return {"from": path, "as": "number"}


#: By the command whose answer is read.
MAPPINGS: dict[str, dict[str, Any]] = {
    "aws ec2 describe-vpcs": mapping(
        "EC2::VPC", "$.Vpcs[*]", "$.VpcId", **same("CidrBlock", "Tags")
    ),
    "aws ec2 describe-subnets": mapping(
        "EC2::Subnet",
        "$.Subnets[*]",
        "$.SubnetId",
        **same("VpcId", "CidrBlock", "AvailabilityZone", "MapPublicIpOnLaunch", "Tags"),
    ),
    "aws ec2 describe-security-groups": mapping(
        "EC2::SecurityGroup",
        "$.SecurityGroups[*]",
        "$.GroupId",
        **same("GroupName", "VpcId"),
        GroupDescription="Description",
        SecurityGroupIngress={
            "each": "$.IpPermissions[*].IpRanges[*]",
            "fields": {
                "IpProtocol": "^.IpProtocol",
                "FromPort": "^.FromPort",
                "ToPort": "^.ToPort",
                "CidrIp": "@.CidrIp",
            },
        },
    ),
    "aws ec2 describe-instances": mapping(
        "EC2::Instance",
        "$.Reservations[*].Instances[*]",
        "$.InstanceId",
        **same("ImageId", "InstanceType", "SubnetId"),
    ),
    "aws autoscaling describe-auto-scaling-groups": mapping(
        "AutoScaling::AutoScalingGroup",
        "$.AutoScalingGroups[*]",
        "$.AutoScalingGroupName",
        **same("AutoScalingGroupName", "MinSize", "MaxSize", "DesiredCapacity"),
        VPCZoneIdentifier={"split": "$.VPCZoneIdentifier", "by": ","},
        LaunchTemplate={
            "fields": {
                "LaunchTemplateId": "$.LaunchTemplate.LaunchTemplateId",
                "Version": "$.LaunchTemplate.Version",
            }
        },
    ),
    "aws elbv2 describe-target-groups": mapping(
        "ElasticLoadBalancingV2::TargetGroup",
        "$.TargetGroups[*]",
        "$.TargetGroupArn",
        **same("Port", "Protocol", "VpcId", "HealthCheckPath"),
        Name="TargetGroupName",
    ),
    "aws elbv2 describe-listeners": mapping(
        "ElasticLoadBalancingV2::Listener",
        "$.Listeners[*]",
        "$.ListenerArn",
        **same("LoadBalancerArn", "Port", "Protocol", "DefaultActions"),
    ),
    "aws elbv2 describe-rules": mapping(
        "ElasticLoadBalancingV2::ListenerRule",
        "$.Rules[?@.IsDefault == false]",
        "$.RuleArn",
        **same("Conditions", "Actions"),
        Priority=number("$.Priority"),
    ),
    "aws rds describe-db-instances": mapping(
        "RDS::DBInstance",
        "$.DBInstances[*]",
        "$.DBInstanceIdentifier",
        **same("DBInstanceIdentifier", "DBInstanceClass", "Engine", "AllocatedStorage"),
        **same("MasterUsername"),
        DBSubnetGroupName="DBSubnetGroup.DBSubnetGroupName",
        DBParameterGroupName="DBParameterGroups[0].DBParameterGroupName",
    ),
    "aws iam list-roles": mapping(
        "IAM::Role",
        "$.Roles[*]",
        "$.RoleName",
        **same("RoleName", "Path", "AssumeRolePolicyDocument"),
    ),
    "aws iam list-users": mapping(
        "IAM::User", "$.Users[*]", "$.UserName", **same("UserName", "Path")
    ),
    "aws logs describe-log-groups": mapping(
        "Logs::LogGroup",
        "$.logGroups[*]",
        "$.logGroupName",
        LogGroupName="logGroupName",
        RetentionInDays="retentionInDays",
    ),
    "aws sqs get-queue-attributes": mapping(
        "SQS::Queue",
        "$",
        {"scope": "url"},
        QueueName={"from": "$.Attributes.QueueArn", "after": ":"},
        DelaySeconds=number("$.Attributes.DelaySeconds"),
        VisibilityTimeout=number("$.Attributes.VisibilityTimeout"),
    ),
    "aws sns get-topic-attributes": mapping(
        "SNS::Topic",
        "$",
        "$.Attributes.TopicArn",
        TopicName={"from": "$.Attributes.TopicArn", "after": ":"},
        DisplayName="Attributes.DisplayName",
    ),
    "aws dynamodb describe-table": mapping(
        "DynamoDB::Table",
        "$.Table",
        "$.TableName",
        **same("TableName", "AttributeDefinitions", "KeySchema"),
        BillingMode=["$.BillingModeSummary.BillingMode", {"const": "PROVISIONED"}],
        ProvisionedThroughput={
            "fields": {
                "ReadCapacityUnits": "$.ProvisionedThroughput.ReadCapacityUnits",
                "WriteCapacityUnits": "$.ProvisionedThroughput.WriteCapacityUnits",
            }
        },
    ),
    "aws lambda get-function": mapping(
        "Lambda::Function",
        "$.Configuration",
        "$.FunctionName",
        **same("FunctionName", "Runtime", "Handler", "MemorySize", "Timeout", "Role"),
        Environment={"fields": {"Variables": "$.Environment.Variables"}},
    ),
    "aws kms describe-key": mapping(
        "KMS::Key", "$.KeyMetadata", "$.KeyId", **same("Description", "Enabled")
    ),
    "aws apigateway get-rest-apis": mapping(
        "ApiGateway::RestApi", "$.items[*]", "$.id", Name="name", Description="description"
    ),
}
