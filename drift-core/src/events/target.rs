//! What an event is about, and whether a resource is that.

use super::words::letters;
use super::{ChangeEvent, Effect, Events};
use crate::model::{Resource, Scope, common_kind, same_kind};
use std::collections::BTreeMap;

/// Whose log an event stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cloud {
    Aws,
    Azure,
    Google,
    Kubernetes,
    /// Told by the caller.
    Any,
}

/// A thing that an event names.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// By an ARN. `noun` is what the log calls it, where that has to fit.
    Arn { arn: String, noun: Option<String> },
    /// By an id or a name of AWS, with what the log calls it.
    Aws { value: String, noun: String },
    /// The same, where it is all that is named and the action has another name.
    Alone { value: String, noun: String },
    /// By an id of Azure, small.
    Azure { id: String, parent: bool },
    /// By a name of Google, from `projects/` on.
    Google { name: String },
    /// An object of a cluster.
    Object { group: String, plural: String, namespace: Option<String>, name: String },
    /// As the caller says.
    Stated { type_name: Option<String>, value: String },
}

/// How surely an event is about a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exactness {
    /// By a name alone.
    Name,
    /// By an id within its place, or by what it is a part of.
    Id,
    /// By what identifies it everywhere.
    Exact,
}

impl Target {
    /// What the target is found by.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Arn { arn, .. } => arn.clone(),
            Self::Aws { value, .. } | Self::Alone { value, .. } | Self::Stated { value, .. } => {
                by_id(value)
            }
            Self::Azure { id, .. } => id.clone(),
            Self::Google { name } => name.clone(),
            Self::Object { group, plural, name, .. } => object_key(group, plural, name),
        }
    }
}

fn by_id(value: &str) -> String {
    if value.starts_with("arn:") { value.to_owned() } else { format!("id {value}") }
}

fn object_key(group: &str, plural: &str, name: &str) -> String {
    format!("object {group}/{plural} {name}")
}

/// The name of a Google resource: what of it starts with `projects/`, or its like.
pub(super) fn google_name(text: &str) -> Option<&str> {
    const ROOTS: [&str; 4] = ["projects/", "organizations/", "folders/", "billingAccounts/"];
    let starts = |at: usize| {
        let rest = text.get(at..)?;
        ROOTS.iter().any(|root| rest.starts_with(root)).then_some(rest)
    };
    starts(0).or_else(|| text.match_indices('/').find_map(|(at, _)| starts(at + 1)))
}

/// The plural that an API server makes of a kind.
pub(super) fn plural(kind: &str) -> String {
    let kind = kind.to_ascii_lowercase();
    if kind.ends_with("endpoints") {
        return kind;
    }
    match kind.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ if kind.ends_with(['s', 'x']) || kind.ends_with("ch") || kind.ends_with("sh") => {
            format!("{kind}es")
        }
        _ => format!("{kind}s"),
    }
}

/// What a resource is known by, for events.
pub(crate) struct Known {
    keys: Vec<String>,
    cloud: Option<Cloud>,
    scope: Scope,
    type_name: String,
    /// `ec2` and `securitygroup`, where the type is one of AWS that is known.
    kind: Option<(String, String)>,
    /// The service in the ARN.
    service: Option<String>,
    /// `versioning`, where it is that of a bucket, whose name it has.
    part_of_bucket: Option<String>,
}

impl Known {
    /// What both sides of a resource say.
    pub(crate) fn of(sides: [Option<&Resource<'_>>; 2]) -> Option<Self> {
        let named = sides.into_iter().flatten().next()?;
        let mut scope = Scope::new();
        let mut keys = Vec::new();
        let mut arn = None;
        for resource in sides.into_iter().flatten() {
            scope.fill(&resource.key.scope);
            let own = [resource.key.id.as_str()];
            let others = resource.identities.iter().map(|identity| identity.value.as_str());
            for value in own.into_iter().chain(others) {
                if value.starts_with("arn:") {
                    arn = arn.or_else(|| Some(value.to_owned()));
                }
                keys.extend(google_name(value).map(str::to_owned));
                if value.get(..15).is_some_and(|s| s.eq_ignore_ascii_case("/subscriptions/")) {
                    keys.push(value.to_ascii_lowercase());
                }
                keys.push(by_id(value));
            }
            if resource.key.type_name == *"google_storage_bucket" {
                // Logs know a bucket by its name alone, in no project.
                keys.push(format!("projects/_/buckets/{}", resource.key.id));
            }
            let (group, kind) = resource.key.type_name.split_once('/').unwrap_or_default();
            if !kind.is_empty() && !kind.contains('/') {
                keys.push(object_key(group, &plural(kind), &resource.key.id));
            }
        }
        keys.sort_unstable();
        keys.dedup();
        if let Some(arn) = &arn {
            scope.fill(&place_of(arn));
        }
        let type_name = named.key.type_name.to_string();
        let kind = kind_of(&type_name);
        let service = arn.as_deref().and_then(|arn| arn.split(':').nth(2)).map(letters);
        let cloud = cloud_of(&named.key.provider, &type_name, arn.is_some());
        let part_of_bucket = part_of_bucket(&type_name, kind.as_ref());
        Some(Self { keys, cloud, scope, type_name, kind, service, part_of_bucket })
    }

    /// Whether a log of where it lives was handed in.
    pub(crate) fn has_log(&self, events: &Events) -> bool {
        events.has_log(self.cloud, &self.scope)
    }

    /// The events about it by their places, in order, each with how sure that is.
    pub(crate) fn events(&self, events: &Events) -> Vec<(usize, Exactness)> {
        let mut found: BTreeMap<usize, Exactness> = BTreeMap::new();
        for key in &self.keys {
            for at in events.index.get(key).into_iter().flatten() {
                let Some(event) = events.events.get(*at) else { continue };
                let of_key = event.targets.iter().filter(|target| target.key() == *key);
                let best = of_key.filter_map(|target| self.is(event, target)).max();
                if let Some(best) = best {
                    let known = found.entry(*at).or_insert(best);
                    *known = best.max(*known);
                }
            }
        }
        found.into_iter().collect()
    }

    fn is(&self, event: &ChangeEvent, target: &Target) -> Option<Exactness> {
        let fits = self.lives_where(event);
        match target {
            Target::Arn { noun: None, .. } => fits.then_some(Exactness::Exact),
            Target::Arn { noun: Some(noun), .. } => {
                (fits && self.is_called(event, noun)).then_some(Exactness::Exact)
            }
            Target::Aws { value, noun } => {
                let generated = is_generated(value);
                let called = self.is_called(event, noun) || (generated && is_generic(noun));
                let exactness = match generated || self.is_sure() {
                    true => Exactness::Id,
                    false => Exactness::Name,
                };
                (fits && called && self.is_of_service(event)).then_some(exactness)
            }
            Target::Alone { value, noun } => {
                let unique = value.starts_with("arn:") || is_generated(value);
                let known = unique || self.is_of_service(event);
                let called = self.own().ends_with(noun) && (unique || !is_generic(noun));
                let called = called || (unique && is_generic(noun));
                let exactness =
                    if unique || self.is_sure() { Exactness::Id } else { Exactness::Name };
                (fits && known && called).then_some(exactness)
            }
            Target::Azure { parent: false, .. } | Target::Google { .. } => Some(Exactness::Exact),
            Target::Azure { .. } => Some(Exactness::Id),
            Target::Object { namespace, .. } => {
                let own = self.scope.get("namespace");
                let same = namespace.as_deref().zip(own).is_none_or(|(a, b)| a == b);
                (fits && same).then_some(Exactness::Exact)
            }
            Target::Stated { type_name, .. } => {
                let fits_type = |wanted: &String| same_kind(wanted, &self.type_name);
                let exactness =
                    if type_name.is_some() { Exactness::Exact } else { Exactness::Name };
                (fits && type_name.as_ref().is_none_or(fits_type)).then_some(exactness)
            }
        }
    }

    /// Whether the event was where the resource lives. Services that have no region log in one.
    fn lives_where(&self, event: &ChangeEvent) -> bool {
        const GLOBAL: [&str; 6] =
            ["iam", "route53", "cloudfront", "organizations", "globalaccelerator", "shield"];
        // What only looks alike in the log of another provider is something else.
        let is_own = event.cloud == Cloud::Any || self.cloud.is_none_or(|own| own == event.cloud);
        is_own
            && event.scope.iter().all(|(name, value)| {
                let global = name == "region" && GLOBAL.contains(&event.service.as_str());
                global || self.scope.get(name).is_none_or(|own| own == value)
            })
    }

    /// Whether what the log calls `noun` may be the resource, and the action is done to it.
    fn is_called(&self, event: &ChangeEvent, noun: &str) -> bool {
        let own = self.own();
        if is_generic(noun) {
            // A name without a kind is that of what the action is done to.
            let object = event.object.trim_end_matches('s');
            return !object.is_empty() && own.ends_with(object);
        }
        if let Some(part) = self.part_of_bucket.as_deref().filter(|_| noun == "bucket") {
            return is_part(part, &event.object);
        }
        let known = self.kind.is_some();
        let in_action = event.object.contains(if known { &own } else { noun });
        own.ends_with(noun) && in_action
    }

    /// What it is called, in small letters.
    fn own(&self) -> String {
        match &self.kind {
            Some((_, kind)) => kind.clone(),
            None => letters(&self.type_name),
        }
    }

    /// Whether a name of its kind and service is its own.
    fn is_sure(&self) -> bool {
        self.kind.is_some() || self.service.is_some() || self.part_of_bucket.is_some()
    }

    fn is_of_service(&self, event: &ChangeEvent) -> bool {
        let kind = self.kind.as_ref().map(|(service, _)| service);
        let Some(own) = self.service.as_ref().or(kind) else { return true };
        let theirs = service_of(&event.service);
        own.starts_with(theirs) || theirs.starts_with(own.as_str())
    }

    /// Whether the event made the resource as a whole, or did away with it. What was done to a part of it
    /// did not.
    pub(crate) fn is_whole(
        &self,
        event: &ChangeEvent,
        exactness: Exactness,
        effect: Effect,
    ) -> bool {
        let is_part = event.cloud == Cloud::Azure && exactness < Exactness::Exact;
        let does =
            event.effect == effect || (event.effect == Effect::Write && effect != Effect::Delete);
        let does = does && !is_part;
        let own = self.own();
        let object = event.object.trim_end_matches('s');
        does && (event.cloud != Cloud::Aws || (!object.is_empty() && own.ends_with(object)))
    }
}

/// Whether a parameter does not say what it is of.
pub(super) fn is_generic(noun: &str) -> bool {
    matches!(noun, "" | "resource")
}

/// The service as types call it, where its log calls it otherwise.
fn service_of(logged: &str) -> &str {
    match logged {
        "monitoring" => "cloudwatch",
        "states" => "stepfunctions",
        "elasticfilesystem" => "efs",
        "es" => "opensearch",
        "acm" => "certificatemanager",
        "kafka" => "msk",
        "elasticmapreduce" => "emr",
        other => other,
    }
}

/// `ec2` and `securitygroup` of `aws_security_group` and `AWS::EC2::SecurityGroup`.
fn kind_of(type_name: &str) -> Option<(String, String)> {
    let common =
        if type_name.starts_with("AWS::") { Some(type_name) } else { common_kind(type_name) };
    let mut parts = common?.strip_prefix("AWS::")?.splitn(2, "::");
    Some((letters(parts.next()?), letters(parts.next()?)))
}

/// `policy` of `aws_s3_bucket_policy` and `AWS::S3::BucketPolicy`.
fn part_of_bucket(type_name: &str, kind: Option<&(String, String)>) -> Option<String> {
    let part = match kind {
        Some((service, kind)) if service == "s3" => kind.strip_prefix("bucket").map(str::to_owned),
        Some(_) => None,
        None => type_name.strip_prefix("aws_s3_bucket_").map(letters),
    };
    part.filter(|part| !part.is_empty())
}

/// Whether an action is done to this part of a bucket: `PutBucketEncryption` to
/// `aws_s3_bucket_server_side_encryption_configuration`.
fn is_part(part: &str, object: &str) -> bool {
    let stem = |text: &str| {
        let text = text.strip_suffix("configuration").unwrap_or(text);
        text.trim_end_matches('s').to_owned()
    };
    let [part, done] = [part, object.strip_prefix("bucket").unwrap_or(object)].map(stem);
    !done.is_empty() && (part.ends_with(&done) || done.ends_with(&part))
}

/// Account and region of an ARN.
fn place_of(arn: &str) -> Scope {
    let mut parts = arn.split(':').skip(3);
    let named = ["region", "account"].into_iter().zip([parts.next(), parts.next()]);
    let known =
        named.filter_map(|(name, part)| Some((name, part.filter(|part| !part.is_empty())?)));
    known.collect()
}

fn cloud_of(provider: &str, type_name: &str, has_arn: bool) -> Option<Cloud> {
    let provider = provider.rsplit('/').next().unwrap_or_default();
    let starts = |starts: &[&str]| starts.iter().any(|start| type_name.starts_with(start));
    if has_arn || matches!(provider, "aws" | "aws-native") || starts(&["aws_", "AWS::", "aws:"]) {
        return Some(Cloud::Aws);
    }
    let azure = ["azurerm", "azure", "azapi", "azure-native"].contains(&provider);
    if azure || starts(&["azurerm_", "microsoft."]) {
        return Some(Cloud::Azure);
    }
    if matches!(provider, "google" | "google-beta" | "gcp") || starts(&["google_"]) {
        return Some(Cloud::Google);
    }
    (provider == "kubernetes").then_some(Cloud::Kubernetes)
}

/// Whether a value is an id that AWS has made, which no two resources share: `sg-0a1b2c3d`, a UUID, an
/// address.
fn is_generated(value: &str) -> bool {
    if value.starts_with("https://") {
        return true;
    }
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let uuid = value.len() == 36 && value.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    if uuid {
        return value.split('-').all(is_hex);
    }
    let Some((prefix, rest)) = value.rsplit_once('-') else { return false };
    let digits = rest.bytes().any(|byte| byte.is_ascii_digit());
    !prefix.is_empty() && matches!(rest.len(), 8 | 17) && is_hex(rest) && digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_of_an_api_server() {
        for (kind, many) in [
            ("Deployment", "deployments"),
            ("NetworkPolicy", "networkpolicies"),
            ("Ingress", "ingresses"),
            ("Endpoints", "endpoints"),
            ("Gateway", "gateways"),
        ] {
            assert_eq!(plural(kind), many);
        }
    }

    #[test]
    fn generated_ids() {
        for id in ["sg-0123456789abcdef0", "i-1234abcd", "6d1e7d3c-0000-4000-8000-1234567890ab"] {
            assert!(is_generated(id), "{id}");
        }
        for name in ["web", "prod-facade", "my-deadbeef", "web-1"] {
            assert!(!is_generated(name), "{name}");
        }
    }

    #[test]
    fn google_names_start_at_their_root() {
        let name = "projects/p/zones/z/instances/vm";
        for text in [name, "//compute.googleapis.com/projects/p/zones/z/instances/vm"] {
            assert_eq!(google_name(text), Some(name));
        }
        assert_eq!(google_name("vm"), None);
    }
}
