"""Edits behind the back of the stack in `moto_estate`: what is done, and where it must be found."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from .moto_estate import client

#: Physical ids by logical ids.
Ids = Mapping[str, str]

TRUST_OF_ANYBODY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}],
    }
)


def tagged(ids: Ids) -> None:
    """Give the tag of the VPC another value."""
    client("ec2").create_tags(Resources=[ids["Vpc"]], Tags=[{"Key": "stage", "Value": "prod"}])


def opened(ids: Ids) -> None:
    """Open a port to everybody."""
    client("ec2").authorize_security_group_ingress(
        GroupId=ids["Web"], IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )


def routed(ids: Ids) -> None:
    """Lead what is meant for a network through the machine."""
    client("ec2").create_route(
        RouteTableId=ids["Routes"],
        DestinationCidrBlock="192.168.0.0/16",
        InstanceId=ids["Machine"],
    )


def resized(ids: Ids) -> None:
    """Stop the machine, and give it another size."""
    ec2 = client("ec2")
    ec2.stop_instances(InstanceIds=[ids["Machine"]])
    ec2.modify_instance_attribute(InstanceId=ids["Machine"], InstanceType={"Value": "m5.large"})
    ec2.start_instances(InstanceIds=[ids["Machine"]])


def relaunched(ids: Ids) -> None:
    """Make a newer version of the launch template."""
    client("ec2").create_launch_template_version(
        LaunchTemplateId=ids["Launch"],
        LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t3.large"},
    )


def code() -> bytes:
    """Pack other code for the function."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return 1")
    return packed.getvalue()


def of_function(_: Ids) -> None:
    """Change settings and code of the function."""
    functions = client("lambda")
    functions.update_function_configuration(
        FunctionName="worker", MemorySize=512, Environment={"Variables": {"STAGE": "prod"}}
    )
    functions.update_function_code(FunctionName="worker", ZipFile=code())


def another_version(ids: Ids) -> None:
    """Let the policy allow more."""
    client("iam").create_policy_version(
        PolicyArn=ids["Policy"],
        SetAsDefault=True,
        PolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
            }
        ),
    )


#: Of each type: what is done, and the paths at which it must be found.
EDITS: dict[str, tuple[Callable[[Ids], Any], set[str]]] = {
    "aws_vpc": (tagged, {"tags_all.stage"}),
    "aws_subnet": (
        lambda ids: client("ec2").modify_subnet_attribute(
            SubnetId=ids["Left"], MapPublicIpOnLaunch={"Value": True}
        ),
        {"map_public_ip_on_launch"},
    ),
    "aws_security_group": (opened, {"ingress"}),
    "aws_route_table": (routed, {"route"}),
    "aws_instance": (resized, {"instance_type"}),
    "aws_launch_template": (relaunched, {"instance_type"}),
    "aws_autoscaling_group": (
        lambda _: client("autoscaling").update_auto_scaling_group(
            AutoScalingGroupName="workers", MaxSize=9
        ),
        {"max_size"},
    ),
    "aws_lb": (
        lambda ids: client("elbv2").set_ip_address_type(
            LoadBalancerArn=ids["Balancer"], IpAddressType="dualstack"
        ),
        {"ip_address_type"},
    ),
    "aws_lb_target_group": (
        lambda ids: client("elbv2").modify_target_group(
            TargetGroupArn=ids["Targets"], HealthCheckPath="/health"
        ),
        {"health_check[0].path"},
    ),
    "aws_lb_listener": (
        lambda ids: client("elbv2").modify_listener(ListenerArn=ids["Listener"], Port=8080),
        {"port"},
    ),
    "aws_lb_listener_rule": (
        lambda ids: client("elbv2").modify_rule(
            RuleArn=ids["ListenerRule"],
            Conditions=[{"Field": "path-pattern", "Values": ["/*"]}],
        ),
        {"condition"},
    ),
    "aws_db_instance": (
        lambda _: client("rds").modify_db_instance(
            DBInstanceIdentifier="shop", DBInstanceClass="db.m5.large", ApplyImmediately=True
        ),
        {"instance_class"},
    ),
    "aws_iam_role": (
        lambda _: client("iam").update_assume_role_policy(
            RoleName="worker", PolicyDocument=TRUST_OF_ANYBODY
        ),
        {
            "assume_role_policy|json.Statement[0].Principal.AWS",
            "assume_role_policy|json.Statement[0].Principal.Service",
        },
    ),
    "aws_iam_user": (
        lambda _: client("iam").update_user(UserName="deployer", NewPath="/people/"),
        {"arn", "path"},
    ),
    "aws_iam_policy": (another_version, {"policy|json.Statement[0].Action"}),
    "aws_lambda_function": (
        of_function,
        {"memory_size", "environment[0].variables.STAGE", "code_sha256"},
    ),
    "aws_cloudwatch_log_group": (
        lambda _: client("logs").put_retention_policy(
            logGroupName="/shop/worker", retentionInDays=1
        ),
        {"retention_in_days"},
    ),
    "aws_sqs_queue": (
        lambda ids: client("sqs").set_queue_attributes(
            QueueUrl=ids["Queue"], Attributes={"VisibilityTimeout": "30"}
        ),
        {"visibility_timeout_seconds"},
    ),
    "aws_sns_topic": (
        lambda ids: client("sns").set_topic_attributes(
            TopicArn=ids["Topic"], AttributeName="DisplayName", AttributeValue="Shop"
        ),
        {"display_name"},
    ),
    "aws_dynamodb_table": (
        lambda _: client("dynamodb").update_table(
            TableName="orders",
            ProvisionedThroughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 5},
        ),
        {"read_capacity"},
    ),
    "aws_s3_bucket_versioning": (
        lambda _: client("s3").put_bucket_versioning(
            Bucket="shop-assets", VersioningConfiguration={"Status": "Suspended"}
        ),
        {"versioning_configuration[0].status"},
    ),
    "aws_kms_key": (
        lambda ids: client("kms").disable_key(KeyId=ids["Key"]),
        {"is_enabled"},
    ),
    "aws_api_gateway_rest_api": (
        lambda ids: client("apigateway").update_rest_api(
            restApiId=ids["Api"],
            patchOperations=[{"op": "replace", "path": "/description", "value": "of nobody"}],
        ),
        {"description"},
    ),
}

#: The same edits where a template declares what they changed.
IN_THE_TEMPLATE: dict[str, set[str]] = {
    "AWS::ApiGateway::RestApi": {"Description"},
    "AWS::AutoScaling::AutoScalingGroup": {"MaxSize"},
    "AWS::DynamoDB::Table": {"ProvisionedThroughput.ReadCapacityUnits"},
    "AWS::EC2::Instance": {"InstanceType"},
    "AWS::EC2::SecurityGroup": {
        'SecurityGroupIngress[={"CidrIp":"0.0.0.0/0","FromPort":22,"IpProtocol":"tcp","ToPort":22}]'
    },
    "AWS::EC2::Subnet": {"MapPublicIpOnLaunch"},
    "AWS::EC2::VPC": {'Tags[Key="stage"].Value'},
    "AWS::ElasticLoadBalancingV2::Listener": {"Port"},
    "AWS::ElasticLoadBalancingV2::ListenerRule": {
        'Conditions[={"Field":"path-pattern","Values":["/api/*"]}].Values[="/*"]',
        'Conditions[={"Field":"path-pattern","Values":["/api/*"]}].Values[="/api/*"]',
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"HealthCheckPath"},
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument.Statement[0].Principal.AWS",
        "AssumeRolePolicyDocument.Statement[0].Principal.Service",
    },
    "AWS::IAM::User": {"Path"},
    "AWS::KMS::Key": {"Enabled"},
    "AWS::Lambda::Function": {"Environment.Variables.STAGE", "MemorySize"},
    "AWS::Logs::LogGroup": {"RetentionInDays"},
    "AWS::RDS::DBInstance": {"DBInstanceClass"},
    "AWS::SNS::Topic": {"DisplayName"},
    "AWS::SQS::Queue": {"VisibilityTimeout"},
}
