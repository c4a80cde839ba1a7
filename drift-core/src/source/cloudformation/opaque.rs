//! What a transform makes of a template: types of resources that stand in none of its lines.

/// What a resource of a serverless type may become, by the page "Generated CloudFormation resources for
/// AWS SAM" of the developer guide.
const SERVERLESS: [(&str, &[&str]); 10] = [
    (
        "Api",
        &[
            "AWS::ApiGateway::ApiKey",
            "AWS::ApiGateway::BasePathMapping",
            "AWS::ApiGateway::BasePathMappingV2",
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::DomainName",
            "AWS::ApiGateway::DomainNameV2",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGateway::Stage",
            "AWS::ApiGateway::UsagePlan",
            "AWS::ApiGateway::UsagePlanKey",
            "AWS::Lambda::Permission",
            "AWS::Route53::RecordSetGroup",
        ],
    ),
    ("Application", &["AWS::CloudFormation::Stack"]),
    ("CapacityProvider", &["AWS::IAM::Role", "AWS::Lambda::CapacityProvider"]),
    (
        "Connector",
        &[
            "AWS::IAM::ManagedPolicy",
            "AWS::Lambda::Permission",
            "AWS::SNS::TopicPolicy",
            "AWS::SQS::QueuePolicy",
        ],
    ),
    (
        "Function",
        &[
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGateway::Stage",
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::Stage",
            "AWS::CodeDeploy::Application",
            "AWS::CodeDeploy::DeploymentGroup",
            "AWS::Events::Rule",
            "AWS::IAM::Role",
            "AWS::IoT::TopicRule",
            "AWS::Lambda::Alias",
            "AWS::Lambda::EventInvokeConfig",
            "AWS::Lambda::EventSourceMapping",
            "AWS::Lambda::Function",
            "AWS::Lambda::Permission",
            "AWS::Lambda::Url",
            "AWS::Lambda::Version",
            "AWS::Logs::SubscriptionFilter",
            "AWS::SNS::Subscription",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
            "AWS::SQS::QueuePolicy",
            "AWS::Scheduler::Schedule",
        ],
    ),
    (
        "GraphQLApi",
        &[
            "AWS::AppSync::ApiCache",
            "AWS::AppSync::ApiKey",
            "AWS::AppSync::DataSource",
            "AWS::AppSync::DomainName",
            "AWS::AppSync::DomainNameApiAssociation",
            "AWS::AppSync::FunctionConfiguration",
            "AWS::AppSync::GraphQLApi",
            "AWS::AppSync::GraphQLSchema",
            "AWS::AppSync::Resolver",
            "AWS::IAM::ManagedPolicy",
            "AWS::IAM::Role",
            "AWS::Lambda::Permission",
        ],
    ),
    (
        "HttpApi",
        &[
            "AWS::ApiGatewayV2::Api",
            "AWS::ApiGatewayV2::ApiMapping",
            "AWS::ApiGatewayV2::DomainName",
            "AWS::ApiGatewayV2::Stage",
            "AWS::Lambda::Permission",
            "AWS::Route53::RecordSetGroup",
        ],
    ),
    ("LayerVersion", &["AWS::Lambda::LayerVersion"]),
    ("SimpleTable", &["AWS::DynamoDB::Table"]),
    (
        "StateMachine",
        &[
            "AWS::ApiGateway::Deployment",
            "AWS::ApiGateway::RestApi",
            "AWS::ApiGateway::Stage",
            "AWS::CodeDeploy::Application",
            "AWS::CodeDeploy::DeploymentGroup",
            "AWS::Events::Rule",
            "AWS::IAM::Role",
            "AWS::SQS::Queue",
            "AWS::SQS::QueuePolicy",
            "AWS::Scheduler::Schedule",
            "AWS::StepFunctions::StateMachine",
            "AWS::StepFunctions::StateMachineAlias",
            "AWS::StepFunctions::StateMachineVersion",
        ],
    ),
];

/// Whether resources of the type are known to CloudFormation alone: no other interface lists them, so
/// that nothing can be said of them.
pub(super) fn is_internal(type_name: &str) -> bool {
    const INTERNAL: [&str; 4] = [
        "AWS::CDK::Metadata",
        "AWS::CloudFormation::CustomResource",
        "AWS::CloudFormation::WaitCondition",
        "AWS::CloudFormation::WaitConditionHandle",
    ];
    type_name.starts_with("Custom::") || INTERNAL.contains(&type_name)
}

/// What the declaration of a resource may become besides, or instead of, a resource of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    Itself,
    /// Resources of these types.
    Any(&'static [&'static str]),
    /// Resources of any type.
    Anything,
}

pub(super) fn becomes(type_name: &str) -> Becomes {
    if type_name.ends_with("::MODULE") {
        return Becomes::Anything;
    }
    let Some(name) = type_name.strip_prefix("AWS::Serverless::") else { return Becomes::Itself };
    let found = SERVERLESS.iter().find(|(known, _)| *known == name);
    found.map_or(Becomes::Anything, |(_, types)| Becomes::Any(types))
}

/// What a transform of the whole template does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing beyond what is read here.
    None,
    /// It puts in parts from elsewhere, and leaves what stands there.
    Adds,
    /// It may make another template of it.
    Rewrites,
}

pub(super) fn effect(transform: &str) -> Effect {
    match transform {
        "AWS::LanguageExtensions" | "AWS::Serverless-2016-10-31" => Effect::None,
        "AWS::Include" | "AWS::CodeDeployBlueGreen" | "AWS::CodeStar" => Effect::Adds,
        name if name.starts_with("AWS::SecretsManager-") => Effect::Adds,
        _ => Effect::Rewrites,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_that_become_others() {
        assert_eq!(becomes("AWS::SQS::Queue"), Becomes::Itself);
        assert_eq!(
            becomes("AWS::Serverless::SimpleTable"),
            Becomes::Any(&["AWS::DynamoDB::Table"])
        );
        assert_eq!(becomes("AWS::Serverless::Later"), Becomes::Anything);
        assert_eq!(becomes("My::Own::Thing::MODULE"), Becomes::Anything);
        assert!(is_internal("Custom::Thing") && !is_internal("AWS::CloudFormation::Stack"));
        assert_eq!(effect("AWS::Include"), Effect::Adds);
        assert_eq!(effect("Mine"), Effect::Rewrites);
    }
}
