//! The pack of CloudFormation: for every rule a pair that it calls equal, and one that it does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

use drift_core::value::{Document, ReadOptions, Tree, YamlSchema};
use drift_core::{Context, Detector, Format, Packs, Report, Rules, Snapshot};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PACK: &str = include_str!("../packs/cloudformation.yaml");

/// Rule, type behind `AWS::`, what is declared, what is as good as that, and what is not.
const PAIRS: &str = r#"
- [values, X::Y, {Port: "80", Role: app, Rules: '{"a": 1}'}, {Port: 80, Role: "arn:aws:iam::123456789012:role/app", Rules: {a: 1}}, {Port: 81, Role: app, Rules: {a: 1}}]
- [values, X::Y, {Start: "2026-01-01T00:00:00Z", From: "2001:DB8::/32"}, {Start: "2026-01-01T00:00:00.000Z", From: "2001:db8::/32"}, {Start: "2026-01-02T00:00:00Z", From: "2001:db8::/32"}]
- [empties, X::Y, {A: "", B: [], C: null, D: 1}, {D: 1}, {A: x, D: 1}]
- [dns-names, X::Y, {DomainName: Example.com}, {DomainName: example.com.}, {DomainName: example.org}]
- [headers, X::Y, {FieldToMatch: {SingleHeader: {Name: User-Agent}}}, {FieldToMatch: {SingleHeader: {Name: user-agent}}}, {FieldToMatch: {SingleHeader: {Name: referer}}}]
- [public-keys, X::Y, {PublicKeyMaterial: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJPRfhD3vb5rmS6P4rVU65OFl8aLIHppMwCNy0+r49tT a"}, {PublicKeyMaterial: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJPRfhD3vb5rmS6P4rVU65OFl8aLIHppMwCNy0+r49tT b"}, {PublicKeyMaterial: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJPRfhD3vb5rmS6P4rVU65OFl8aLIHppMwCNy0+r49tU a"}]
- [schedules, X::Y, {ScheduleExpression: rate(1 hour)}, {ScheduleExpression: rate(60 minutes)}, {ScheduleExpression: rate(2 hours)}]
- [tags, X::Y, {Tags: [{Key: a, Value: 1}, {Key: b, Value: 2}]}, {Tags: [{Key: b, Value: 2}, {Key: a, Value: 1}]}, {Tags: [{Key: a, Value: 2}, {Key: b, Value: 1}]}]
- [own-tags, X::Y, {Tags: [{Key: a, Value: 1}]}, {Tags: [{Key: "aws:cloudformation:stack-name", Value: s}, {Key: a, Value: 1}]}, {Tags: [{Key: "aws:other", Value: s}, {Key: a, Value: 1}]}]
- [policies, X::Y, {PolicyDocument: {Statement: {Effect: Allow, Action: "s3:Get"}}}, {PolicyDocument: {Statement: [{Effect: Allow, Action: ["S3:get"]}]}}, {PolicyDocument: {Statement: [{Effect: Deny, Action: ["s3:Get"]}]}}]
- [role-policies, "IAM::Role", {AssumeRolePolicyDocument: {Statement: {Effect: Allow, Action: "sts:A"}}}, {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Action: ["sts:a"]}]}}, {AssumeRolePolicyDocument: {Statement: [{Effect: Deny, Action: "sts:A"}]}}]
- [key-policies, "KMS::Key", {KeyPolicy: {Statement: {Effect: Allow, Action: "kms:A"}}}, {KeyPolicy: {Statement: [{Effect: Allow, Action: ["kms:a"]}]}}, {KeyPolicy: {Statement: [{Effect: Deny, Action: "kms:A"}]}}]
- [image-policies, "ECR::Repository", {RepositoryPolicyText: {Statement: {Effect: Allow, Action: "ecr:A"}}}, {RepositoryPolicyText: {Statement: [{Effect: Allow, Action: ["ecr:a"]}]}}, {RepositoryPolicyText: {Statement: [{Effect: Deny, Action: "ecr:A"}]}}]
- [resource-policies, X::Y, {ResourcePolicy: {Statement: {Effect: Allow, Action: "x:A"}}}, {ResourcePolicy: {Statement: [{Effect: Allow, Action: ["x:a"]}]}}, {ResourcePolicy: {Statement: [{Effect: Deny, Action: "x:A"}]}}]
- [file-system-policies, "EFS::FileSystem", {FileSystemPolicy: {Statement: {Effect: Allow, Action: "x:A"}}}, {FileSystemPolicy: {Statement: [{Effect: Allow, Action: ["x:a"]}]}}, {FileSystemPolicy: {Statement: [{Effect: Deny, Action: "x:A"}]}}]
- [search-policies, "OpenSearchService::Domain", {AccessPolicies: {Statement: {Effect: Allow, Action: "es:A"}}}, {AccessPolicies: {Statement: [{Effect: Allow, Action: ["es:a"]}]}}, {AccessPolicies: {Statement: [{Effect: Deny, Action: "es:A"}]}}]
- [vault-policies, "Backup::BackupVault", {AccessPolicy: {Statement: {Effect: Allow, Action: "x:A"}}}, {AccessPolicy: {Statement: [{Effect: Allow, Action: ["x:a"]}]}}, {AccessPolicy: {Statement: [{Effect: Deny, Action: "x:A"}]}}]
- [permission-set-policies, "SSO::PermissionSet", {InlinePolicy: {Statement: {Effect: Allow, Action: "x:A"}}}, {InlinePolicy: {Statement: [{Effect: Allow, Action: ["x:a"]}]}}, {InlinePolicy: {Statement: [{Effect: Deny, Action: "x:A"}]}}]
- [access-point-policies, "S3::AccessPoint", {Policy: {Statement: {Effect: Allow, Action: "x:A"}}}, {Policy: {Statement: [{Effect: Allow, Action: ["x:a"]}]}}, {Policy: {Statement: [{Effect: Deny, Action: "x:A"}]}}]
- [rest-api-policies, "ApiGateway::RestApi", {Policy: {Statement: {Effect: Allow, Resource: "execute-api:/*"}}}, {Policy: {Statement: [{Effect: Allow, Resource: "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*"}]}}, {Policy: {Statement: [{Effect: Allow, Resource: "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/*"}]}}]
- [watch-public, X::Y, {A: 1}, {A: 1, PubliclyAccessible: false}, {A: 1, PubliclyAccessible: true}]
- [watch-addresses, X::Y, {A: 1}, {A: 1, AssignPublicIp: DISABLED}, {A: 1, AssignPublicIp: ENABLED}]
- [watch-buckets, "S3::Bucket", {A: 1}, {A: 1, PublicAccessBlockConfiguration: {BlockPublicAcls: true}}, {A: 1, PublicAccessBlockConfiguration: {BlockPublicAcls: false}}]
- [watch-ingress, "EC2::SecurityGroup", {A: 1}, {A: 1, SecurityGroupIngress: []}, {A: 1, SecurityGroupIngress: [{CidrIp: 0.0.0.0/0, FromPort: 22}]}]
- [separate-rules, "EC2::SecurityGroup", {SecurityGroupIngress: [{CidrIp: 10.0.0.0/8}]}, {SecurityGroupIngress: [{CidrIp: 10.0.0.0/8}]}, {SecurityGroupIngress: [{CidrIp: 10.0.0.0/8}, {SourceSecurityGroupId: sg-1}]}]
- [watch-grants, "IAM::Role", {A: 1}, {A: 1, ManagedPolicyArns: []}, {A: 1, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]}]
- [watch-resource-policies, "KMS::Key", {A: 1}, {A: 1}, {A: 1, KeyPolicy: {Statement: []}}]
- [group-rules, "EC2::SecurityGroup", {SecurityGroupEgress: [{CidrIp: a}, {CidrIp: b}]}, {SecurityGroupEgress: [{CidrIp: b}, {CidrIp: a}]}, {SecurityGroupEgress: [{CidrIp: b}, {CidrIp: c}]}]
- [table-attributes, "DynamoDB::Table", {AttributeDefinitions: [{AttributeName: a, T: S}, {AttributeName: b, T: N}]}, {AttributeDefinitions: [{AttributeName: b, T: N}, {AttributeName: a, T: S}]}, {AttributeDefinitions: [{AttributeName: a, T: N}, {AttributeName: b, T: S}]}]
- [table-indexes, "DynamoDB::Table", {GlobalSecondaryIndexes: [{IndexName: a, T: S}, {IndexName: b, T: N}]}, {GlobalSecondaryIndexes: [{IndexName: b, T: N}, {IndexName: a, T: S}]}, {GlobalSecondaryIndexes: [{IndexName: a, T: N}, {IndexName: b, T: S}]}]
- [balancer-members, "ElasticLoadBalancingV2::LoadBalancer", {Subnets: [a, b]}, {Subnets: [b, a]}, {Subnets: [b, c]}]
- [function-network, "Lambda::Function", {VpcConfig: {SubnetIds: [a, b]}}, {VpcConfig: {SubnetIds: [b, a]}}, {VpcConfig: {SubnetIds: [b, c]}}]
- [database-groups, "RDS::DBInstance", {VPCSecurityGroups: [a, b]}, {VPCSecurityGroups: [b, a]}, {VPCSecurityGroups: [b, c]}]
- [database-letters, "RDS::DBInstance", {PreferredMaintenanceWindow: "Sun:01:00-Sun:02:00"}, {PreferredMaintenanceWindow: "sun:01:00-sun:02:00"}, {PreferredMaintenanceWindow: "mon:01:00-mon:02:00"}]
- [database-storage, "RDS::DBInstance", {MaxAllocatedStorage: 100, AllocatedStorage: 20}, {MaxAllocatedStorage: 100, AllocatedStorage: 40}, {MaxAllocatedStorage: 200, AllocatedStorage: 20}]
- [option-settings, "ElasticBeanstalk::Environment", {OptionSettings: [{Namespace: n, OptionName: a, Value: 1}, {Namespace: n, OptionName: b, Value: 2}]}, {OptionSettings: [{Namespace: n, OptionName: b, Value: 2}, {Namespace: n, OptionName: a, Value: 1}]}, {OptionSettings: [{Namespace: n, OptionName: a, Value: 2}, {Namespace: n, OptionName: b, Value: 1}]}]
- [record-values, "Route53::RecordSet", {ResourceRecords: [a, b]}, {ResourceRecords: [b, a]}, {ResourceRecords: [b, c]}]
- [record-names, "Route53::RecordSet", {Name: Example.com}, {Name: example.com.}, {Name: example.org.}]
- [record-groups, "Route53::RecordSetGroup", {RecordSets: [{Name: Example.com}]}, {RecordSets: [{Name: example.com.}]}, {RecordSets: [{Name: example.org.}]}]
- [projected-attributes, "DynamoDB::Table", {Projection: {NonKeyAttributes: [a, b]}}, {Projection: {NonKeyAttributes: [b, a]}}, {Projection: {NonKeyAttributes: [b]}}]
- [user-attributes, "Cognito::UserPoolUser", {UserAttributes: [{Name: a, Value: 1}, {Name: b, Value: 2}]}, {UserAttributes: [{Name: b, Value: 2}, {Name: a, Value: 1}]}, {UserAttributes: [{Name: a, Value: 2}, {Name: b, Value: 1}, {Name: sub, Value: 3}]}]
- [pool-attributes, "Cognito::UserPool", {Schema: [{Name: a}, {Name: b}]}, {Schema: [{Name: b}, {Name: a}]}, {Schema: [{Name: b}, {Name: a}, {Name: email}]}]
- [texts-of-users, X::Y, {Environment: {Variables: {A: app}}}, {Environment: {Variables: {A: app}}}, {Environment: {Variables: {A: "arn:aws:sns:eu-west-1:111122223333:app"}}}]
- [texts-of-parameters, "SSM::Parameter", {Value: app}, {Value: app}, {Value: "arn:aws:sns:eu-west-1:111122223333:app"}]
- [api-keys, "ApiGateway::ApiKey", {Value: abcdefgh}, {Value: abcdefgh}, {Value: ijklmnop}]
- [secure-parameters, "SSM::Parameter", {Type: SecureString, Value: abcdefgh}, {Type: SecureString, Value: abcdefgh}, {Type: SecureString, Value: ijklmnop}]
- [in-order, X::Y, {Stages: [{Name: a}, {Name: b}]}, {Stages: [{Name: a}, {Name: b}]}, {Stages: [{Name: b}, {Name: a}]}]
- [passwords, X::Y, {MasterUserPassword: abcdefgh, A: 1}, {A: 1}, {MasterUserPassword: ijklmnop, A: 1}]
"#;

fn yaml(text: &str) -> Value {
    let options = ReadOptions::default();
    let document = Document::parse_yaml(text.as_bytes(), YamlSchema::Core, &options).unwrap();
    serde_json::to_value(Tree::of(document.root())).unwrap()
}

fn detector<'r>(rules: impl Iterator<Item = &'r Value>) -> Detector {
    let rules: Vec<&Value> = rules.collect();
    let rules = Rules::from_value(&json!({"version": 1, "rules": rules})).unwrap();
    Detector::builder().packs(Packs::none()).rules(rules).build().unwrap()
}

fn detect(detector: &Detector, case: &Value, actual: &Value) -> Report {
    let type_name = format!("AWS::{}", case[1].as_str().unwrap());
    let side = |attributes: &Value| {
        json!([{"type": type_name, "id": "x", "attributes": attributes, "managed_by": "cloudformation"}])
            .to_string()
    };
    let (desired, actual) = (side(&case[2]), side(actual));
    let parse = |text| Snapshot::parse(str::as_bytes(text), Format::Records).unwrap();
    let context = Context::at("2026-01-01T00:00:00Z".parse().unwrap());
    detector.detect(&parse(&desired), &parse(&actual), &context)
}

/// All that a report says but for how often which rule matched.
fn findings(report: &Report) -> Value {
    let mut report: Value = serde_json::from_str(&report.to_json()).unwrap();
    report["rule_usage"] = Value::Null;
    report
}

#[test]
fn every_rule_says_why_and_calls_one_pair_equal_and_another_not() {
    let rules = yaml(PACK)["rules"].as_array().unwrap().clone();
    let mut shown = BTreeSet::new();
    let mut wrong = Vec::new();
    let all = detector(rules.iter());
    for case in yaml(PAIRS).as_array().unwrap() {
        let id = case[0].as_str().unwrap();
        shown.insert(id.to_owned());
        let others = detector(rules.iter().filter(|rule| rule["id"] != id));
        let equal = detect(&all, case, &case[3]);
        if !equal.findings.is_empty() || !equal.undeclared.is_empty() {
            let said = findings(&equal);
            wrong.push(format!("{id}: not equal: {} {}", said["findings"], said["undeclared"]));
        }
        let differs = detect(&all, case, &case[4]);
        if differs.findings.is_empty() && differs.undeclared.is_empty() {
            wrong.push(format!("{id}: no difference is found"));
        }
        let changed = |actual: &Value, with: &Report| {
            findings(&detect(&others, case, actual)) != findings(with)
        };
        if !changed(&case[3], &equal) && !changed(&case[4], &differs) {
            wrong.push(format!("{id}: it makes no difference"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in &rules {
        assert!(shown.contains(rule["id"].as_str().unwrap()), "no pair shows {}", rule["id"]);
        for field in ["reason", "source"] {
            assert!(rule[field].as_str().is_some_and(|text| text.len() > 10), "{}", rule["id"]);
        }
    }
}
