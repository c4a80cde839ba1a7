//! Who acted, by the `userIdentity` of a CloudTrail record:
//! `https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html`.

use super::actor::{Actor, ActorKind, is_mail, tool};
use crate::value::Value;

/// Who acted.
pub(super) fn actor(record: Value<'_>, identity: Value<'_>) -> Actor {
    let kind = identity.str_field("type").unwrap_or("Unknown");
    let user = identity.str_field("userName").filter(|name| !name.is_empty());
    let principal = identity.str_field("principalId").unwrap_or_default();
    let invoked_by = identity.str_field("invokedBy").filter(|text| !text.is_empty());
    let agent = record.str_field("userAgent").unwrap_or_default();
    let via = invoked_by.map(str::to_owned).or_else(|| tool(agent));
    let person = |name: &str, evidence: &str| Actor::new(ActorKind::Person, name, evidence);
    let actor = match kind {
        "Root" => person("root", "the root user of the account"),
        "IAMUser" if is_program(record, identity) => Actor::new(
            ActorKind::Automation,
            user.unwrap_or(principal),
            "an IAM user that is named like a program, and used a tool for infrastructure",
        ),
        "IAMUser" => person(user.unwrap_or(principal), "an IAM user"),
        "FederatedUser" => person(federated(identity), "a federated user"),
        "SAMLUser" => person(user.unwrap_or(principal), "signed in with SAML"),
        "Directory" => person(user.unwrap_or(principal), "a user of a directory"),
        "IdentityCenterUser" => {
            let on_behalf = identity.get("onBehalfOf").and_then(|of| of.str_field("userId"));
            person(user.or(on_behalf).unwrap_or(principal), "a user of IAM Identity Center")
        }
        "WebIdentityUser" => web_identity(
            user.unwrap_or(principal),
            identity.str_field("identityProvider").unwrap_or_default(),
        ),
        "AssumedRole" | "Role" => role(record, identity, invoked_by),
        "AWSService" => {
            let name = invoked_by.or(identity.str_field("sourceArn")).unwrap_or("an AWS service");
            Actor::new(ActorKind::Service, name, "a service of AWS")
        }
        "AWSAccount" => {
            let account = identity.str_field("accountId").unwrap_or(principal);
            Actor::new(ActorKind::Unknown, account, "another AWS account")
        }
        _ => {
            let name = user.or(invoked_by).unwrap_or(principal);
            Actor::new(ActorKind::Unknown, name, "the log does not tell who it was")
        }
    };
    let known_as = identity
        .str_field("arn")
        .or_else(|| identity.get("onBehalfOf").and_then(|of| of.str_field("userId")));
    outside(actor.known_as(known_as).by(via), record, identity)
}

/// Whether an IAM user, which may be a human or a workload, is one that runs a tool for infrastructure: its name or
/// path says so, it came with such a tool, and without a second factor.
fn is_program(record: Value<'_>, identity: Value<'_>) -> bool {
    const NAMES: [&str; 11] = [
        "terraform",
        "opentofu",
        "pulumi",
        "ansible",
        "ci",
        "cicd",
        "jenkins",
        "bot",
        "automation",
        "pipeline",
        "svc",
    ];
    const TOOLS: [&str; 4] = ["terraform", "opentofu", "pulumi", "ansible"];
    let arn = identity.str_field("arn").unwrap_or_default().to_ascii_lowercase();
    let path = arn.split_once(":user/").map_or("", |(_, path)| path);
    let name = identity.str_field("userName").unwrap_or_default().to_ascii_lowercase();
    let words = |text: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| NAMES.contains(&word))
    };
    let context = identity.get("sessionContext").and_then(|context| context.get("attributes"));
    let mfa = context.and_then(|attributes| attributes.get("mfaAuthenticated"));
    let by_hand =
        mfa.is_some_and(|mfa| mfa.as_str() == Some("true") || mfa.as_bool() == Some(true));
    let by_tool = tool(record.str_field("userAgent").unwrap_or_default());
    let by_tool = by_tool.is_some_and(|tool| TOOLS.contains(&tool.as_str()));
    by_tool && !by_hand && (words(path) || words(&name))
}

/// Somebody of another account than the one whose log it is.
fn outside(mut actor: Actor, record: Value<'_>, identity: Value<'_>) -> Actor {
    let theirs = identity.str_field("accountId").filter(|text| !text.is_empty());
    let own = record.str_field("recipientAccountId").filter(|text| !text.is_empty());
    let is_other = theirs.zip(own).is_some_and(|(theirs, own)| theirs != own);
    if is_other && actor.kind != ActorKind::Service {
        actor.outside = true;
        actor.evidence = format!("{}, of another account", actor.evidence);
    }
    actor
}

/// The name of a federated user stands behind the colon of its principal.
fn federated(identity: Value<'_>) -> &str {
    let principal = identity.str_field("principalId").unwrap_or_default();
    principal.rsplit(':').next().unwrap_or(principal)
}

/// Who came with a token of somebody else's.
fn web_identity(name: &str, provider: &str) -> Actor {
    const PEOPLE: [&str; 4] = [
        "accounts.google.com",
        "graph.facebook.com",
        "www.amazon.com",
        "cognito-identity.amazonaws.com",
    ];
    let host = provider.rsplit("oidc-provider/").next().unwrap_or(provider);
    let host = host.split('/').next().unwrap_or(host);
    if PEOPLE.contains(&host) {
        return Actor::new(ActorKind::Person, name, format!("signed in with {host}"));
    }
    let programs = ["token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io"];
    let is_program = programs.contains(&host)
        || (host.starts_with("oidc.eks.") && host.ends_with(".amazonaws.com"));
    match is_program {
        true => Actor::new(ActorKind::Automation, name, format!("a token of {host}")),
        false => Actor::new(ActorKind::Unknown, name, "a token of another identity provider"),
    }
}

/// The session of a role: who assumed it shows in its name, or in how it was assumed.
fn role(record: Value<'_>, identity: Value<'_>, invoked_by: Option<&str>) -> Actor {
    let arn = identity.str_field("arn").unwrap_or_default();
    let context = identity.get("sessionContext");
    let issuer = context.and_then(|context| context.get("sessionIssuer"));
    let issuer_arn = issuer.and_then(|issuer| issuer.str_field("arn")).unwrap_or_default();
    let from_arn = arn.split('/').nth(1).unwrap_or_default();
    let name = issuer.and_then(|issuer| issuer.str_field("userName")).unwrap_or(from_arn);
    let session = arn.splitn(3, '/').nth(2).filter(|session| !session.is_empty());
    let session = session.unwrap_or(name);
    let both = format!("{name}/{session}");
    let is = |kind: ActorKind, name: &str, evidence: &str| Actor::new(kind, name, evidence);
    let attributes = context.and_then(|context| context.get("attributes"));
    let says = |place: Option<Value<'_>>, field: &str| {
        let field = place.and_then(|place| place.get(field));
        field.is_some_and(|value| value.as_str() == Some("true") || value.as_bool() == Some(true))
    };
    if issuer_arn.contains("/aws-service-role/") {
        return is(
            ActorKind::Service,
            invoked_by.unwrap_or(name),
            "a role linked to a service of AWS",
        );
    }
    if let Some(source) = context.and_then(|context| context.str_field("sourceIdentity")) {
        return is(ActorKind::Person, source, "the source identity of the session");
    }
    if name.starts_with("AWSReservedSSO_") {
        return is(ActorKind::Person, session, "signed in with IAM Identity Center");
    }
    let web = context.and_then(|context| context.get("webIdFederationData"));
    if let Some(provider) = web.and_then(|web| web.str_field("federatedProvider")) {
        return web_identity(&both, provider);
    }
    let from_console = says(Some(record), "sessionCredentialFromConsole");
    if from_console || says(attributes, "mfaAuthenticated") {
        return is(ActorKind::Person, &both, "a session of the console, or with a second factor");
    }
    if is_mail(session) {
        return is(ActorKind::Person, session, "the session is named like a person");
    }
    let is_instance = session.strip_prefix("i-").is_some_and(|id| {
        matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    if is_instance || context.is_some_and(|context| context.get("ec2RoleDelivery").is_some()) {
        return is(ActorKind::Automation, &both, "a program on an instance");
    }
    if invoked_by.is_some() {
        return is(ActorKind::Automation, &both, "a service of AWS, with the role of a caller");
    }
    is(ActorKind::Unknown, &both, "a role: nothing tells whether a person or a program assumed it")
}
