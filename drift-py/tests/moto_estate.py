"""A stack in a cloud in memory: its template, its answers, and how they are read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import boto3

import drift_py as drift

from .moto_names import MAPPINGS

REGION = "eu-west-1"
ACCOUNT = "123456789012"
STACK = "shop"

TRUST = """{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole",
          Principal: {Service: lambda.amazonaws.com}}]}"""

TEMPLATE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage: {{Type: String, Default: test}}
  Retention: {{Type: Number, Default: 14}}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: {{CidrBlock: 10.1.0.0/16, Tags: [{{Key: stage, Value: !Ref Stage}}]}}
  Left:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      CidrBlock: 10.1.1.0/24
      AvailabilityZone: eu-west-1a
      MapPublicIpOnLaunch: false
  Right:
    Type: AWS::EC2::Subnet
    Properties: {{VpcId: !Ref Vpc, CidrBlock: 10.1.2.0/24, AvailabilityZone: eu-west-1b}}
  Routes:
    Type: AWS::EC2::RouteTable
    Properties: {{VpcId: !Ref Vpc}}
  Web:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupName: web
      GroupDescription: the web servers
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - {{IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}}
  Machine:
    Type: AWS::EC2::Instance
    Properties: {{ImageId: ami-12c6146b, InstanceType: t3.micro, SubnetId: !Ref Left}}
  Launch:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateName: workers
      LaunchTemplateData: {{ImageId: ami-12c6146b, InstanceType: t3.micro}}
  Workers:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      AutoScalingGroupName: workers
      MinSize: "0"
      MaxSize: "3"
      DesiredCapacity: "0"
      VPCZoneIdentifier: [!Ref Left, !Ref Right]
      LaunchTemplate:
        {{LaunchTemplateId: !Ref Launch, Version: !GetAtt Launch.LatestVersionNumber}}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {{Name: shop, Subnets: [!Ref Left, !Ref Right], SecurityGroups: [!Ref Web]}}
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      {{Name: shop, Port: 80, Protocol: HTTP, VpcId: !Ref Vpc, HealthCheckPath: /}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Targets}}]
  ListenerRule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 10
      Conditions: [{{Field: path-pattern, Values: ["/api/*"]}}]
      Actions: [{{Type: forward, TargetGroupArn: !Ref Targets}}]
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceIdentifier: shop
      DBInstanceClass: db.t3.micro
      Engine: mysql
      AllocatedStorage: "20"
      MasterUsername: root
      MasterUserPassword: only-in-memory
      DBSubnetGroupName: !Ref Subnets
  Settings:
    Type: AWS::RDS::DBParameterGroup
    Properties: {{Family: mysql8.0, Description: of the shop}}
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties:
      DBSubnetGroupName: shop
      DBSubnetGroupDescription: of the shop
      SubnetIds: [!Ref Left, !Ref Right]
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: worker
      AssumeRolePolicyDocument: {TRUST}
  User:
    Type: AWS::IAM::User
    Properties: {{UserName: deployer, Path: /}}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: reader
      PolicyDocument:
        Version: "2012-10-17"
        Statement: [{{Effect: Allow, Action: "s3:GetObject", Resource: "*"}}]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: worker
      Runtime: python3.12
      Handler: index.handler
      MemorySize: 256
      Timeout: 10
      Role: !GetAtt Role.Arn
      Environment: {{Variables: {{STAGE: !Ref Stage}}}}
      Code: {{ZipFile: "def handler(event, context): return None"}}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {{LogGroupName: /shop/worker, RetentionInDays: !Ref Retention}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: jobs, DelaySeconds: 5, VisibilityTimeout: 60}}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {{TopicName: orders, DisplayName: Orders}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PROVISIONED
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
      ProvisionedThroughput: {{ReadCapacityUnits: 5, WriteCapacityUnits: 5}}
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: shop-assets, VersioningConfiguration: {{Status: Enabled}}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: of the shop
      Enabled: true
      KeyPolicy: >-
        {{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "kms:*",
        "Resource": "*", "Principal": {{"AWS": "*"}}}}]}}
  KeyAlias:
    Type: AWS::KMS::Alias
    Properties: {{AliasName: alias/shop, TargetKeyId: !Ref Key}}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {{Name: shop, Description: orders of the shop}}
"""


@functools.cache
def client(service: str) -> Any:
    """Make a client of a service; without credentials of anybody."""
    return boto3.client(
        service, REGION, aws_access_key_id="testing", aws_secret_access_key="testing"
    )


def create() -> list[dict[str, Any]]:
    """Create the stack, and list what it holds, as CloudFormation does."""
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName=STACK, TemplateBody=TEMPLATE)
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    listed = cloudformation.list_stack_resources(StackName=STACK)
    rows: list[dict[str, Any]] = listed["StackResourceSummaries"]
    for row in rows:
        # Of these moto gives none, or that of another resource.
        physical = PHYSICAL.get(row["LogicalResourceId"])
        if physical:
            row["PhysicalResourceId"] = physical()
    return rows


PHYSICAL: dict[str, Callable[[], str]] = {
    "Settings": lambda: client("rds").describe_db_parameter_groups()["DBParameterGroups"][0][
        "DBParameterGroupName"
    ],
    "Subnets": lambda: "shop",
}


def read() -> drift.Snapshot:
    """Read everything of the account back, as a collector does."""
    scope = {"account": ACCOUNT, "region": REGION}
    live = drift.SnapshotBuilder("aws", scope=scope)
    for name, document, of in answers():
        live.add_document(document, mapping=name, scope={**scope, **of})
    for described in DESCRIBED:
        live.complete(described)
    return live.build()


def read_in_the_names_of_cloudformation() -> drift.Snapshot:
    """Read what `moto_names` knows the names of."""
    scope = {"account": ACCOUNT, "region": REGION}
    live = drift.SnapshotBuilder("aws", scope=scope)
    for name, document, of in answers():
        if name in MAPPINGS:
            live.add_document(document, mapping=MAPPINGS[name], scope={**scope, **of})
    return live.build()


def answers() -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Ask the services: the name of each mapping, the answer, and what the answer is of."""
    for service, commands in LISTS.items():
        of_service = client(service)
        for command, options in commands.items():
            for page in of_service.get_paginator(command).paginate(**options):
                for group in page.get("AutoScalingGroups", []):
                    if not group.get("MixedInstancesPolicy"):
                        # The service gives none; moto gives an empty one until the first update.
                        group.pop("MixedInstancesPolicy", None)
                yield f"aws {service} {command.replace('_', '-')}", page, {}
    yield from one_by_one()


def one_by_one() -> Iterator[tuple[str, Any, dict[str, str]]]:
    """Ask for each resource of the services whose lists only name them."""
    ec2, elb, sqs, sns = client("ec2"), client("elbv2"), client("sqs"), client("sns")
    for launch in ec2.describe_launch_templates()["LaunchTemplates"]:
        version = ec2.describe_launch_template_versions(
            LaunchTemplateId=launch["LaunchTemplateId"], Versions=["$Latest"]
        )
        yield "aws ec2 describe-launch-template-versions", version, {}
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        listeners = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])
        yield "aws elbv2 describe-listeners", listeners, {}
        for listener in listeners["Listeners"]:
            rules = elb.describe_rules(ListenerArn=listener["ListenerArn"])
            yield "aws elbv2 describe-rules", rules, {}
    for url in sqs.list_queues().get("QueueUrls", []):
        queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        yield "aws sqs get-queue-attributes", queue, {"url": url}
    for topic in sns.list_topics()["Topics"]:
        found = sns.get_topic_attributes(TopicArn=topic["TopicArn"])
        yield "aws sns get-topic-attributes", found, {}
    iam = client("iam")
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        arn = policy["Arn"]
        version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])
        yield "aws iam get-policy-version", version, {"policy": arn}
    dynamodb, kms, functions, s3 = (
        client("dynamodb"),
        client("kms"),
        client("lambda"),
        client("s3"),
    )
    for table in dynamodb.list_tables()["TableNames"]:
        yield "aws dynamodb describe-table", dynamodb.describe_table(TableName=table), {}
    for key in kms.list_keys()["Keys"]:
        yield "aws kms describe-key", kms.describe_key(KeyId=key["KeyId"]), {}
    for function in functions.list_functions()["Functions"]:
        found = functions.get_function(FunctionName=function["FunctionName"])
        yield "aws lambda get-function", found, {}
    for bucket in s3.list_buckets()["Buckets"]:
        versioning = s3.get_bucket_versioning(Bucket=bucket["Name"])
        yield "aws s3api get-bucket-versioning", versioning, {"bucket": bucket["Name"]}
    yield "aws s3api list-buckets", s3.list_buckets(), {}


LISTS: dict[str, dict[str, dict[str, Any]]] = {
    "ec2": {
        "describe_vpcs": {},
        "describe_subnets": {},
        "describe_route_tables": {},
        "describe_security_groups": {},
        "describe_instances": {},
    },
    "autoscaling": {"describe_auto_scaling_groups": {}},
    "elbv2": {"describe_load_balancers": {}, "describe_target_groups": {}},
    "rds": {
        "describe_db_instances": {},
        "describe_db_parameter_groups": {},
        "describe_db_subnet_groups": {},
    },
    "iam": {"list_roles": {}, "list_users": {}},
    "logs": {"describe_log_groups": {}},
    "kms": {"list_aliases": {}},
    "apigateway": {"get_rest_apis": {}},
}

#: Types that were asked for one by one, each resource that its list names.
DESCRIBED = (
    "aws_dynamodb_table",
    "aws_iam_policy",
    "aws_kms_key",
    "aws_lambda_function",
    "aws_launch_template",
    "aws_lb_listener",
    "aws_lb_listener_rule",
    "aws_s3_bucket_versioning",
    "aws_sns_topic",
    "aws_sqs_queue",
)
