//! Where templates are deployed to, and which ids resources have there.

use super::id::Part;
use super::schema;
use crate::model::Scope;
use crate::value::Value;

/// What holds groups of resources, as Azure tells its type.
const GROUPS: &str = "microsoft.resources/subscriptions/resourcegroups";

/// The level at which a template is deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Group,
    Subscription,
    ManagementGroup,
    Tenant,
    /// What is said of it contradicts itself, or is not known.
    Unknown,
}

impl Level {
    /// The level that the schema of a template is for.
    pub(super) fn of_template(root: Value<'_>) -> Option<Self> {
        match schema(root)?.to_ascii_lowercase().as_str() {
            "deploymenttemplate" => Some(Self::Group),
            "subscriptiondeploymenttemplate" => Some(Self::Subscription),
            "managementgroupdeploymenttemplate" => Some(Self::ManagementGroup),
            "tenantdeploymenttemplate" => Some(Self::Tenant),
            _ => None,
        }
    }
}

/// Where a template is deployed to, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) level: Level,
    pub(super) subscription: Option<String>,
    pub(super) resource_group: Option<String>,
}

/// What a deployment inside a template says of where it goes; a text within is none where it is not known.
pub(super) struct Told {
    pub(super) scope: Option<Option<String>>,
    pub(super) subscription: Option<Option<String>>,
    pub(super) resource_group: Option<Option<String>>,
    /// What the schema of its template says.
    pub(super) level: Option<Level>,
}

impl Target {
    fn new(level: Level, subscription: Option<String>, resource_group: Option<String>) -> Self {
        // What a level does not have has no part in it.
        let (subscription, resource_group) = match level {
            Level::Group => (subscription, resource_group),
            Level::Subscription => (subscription, None),
            Level::ManagementGroup | Level::Tenant | Level::Unknown => (None, None),
        };
        Self { level, subscription, resource_group }
    }

    /// Where a template is deployed to with the scope that was given.
    pub(super) fn of_template(root: Value<'_>, scope: &Scope) -> Self {
        let level = Level::of_template(root).unwrap_or(Level::Group);
        let given = |name: &str| scope.get(name).map(str::to_owned);
        Self::new(level, given("subscription"), given("resource_group"))
    }

    /// Where a deployment inside a template goes: to a resource group that it names, else to a
    /// subscription that it names, else where the template around it goes.
    pub(super) fn of_deployment(around: &Self, told: Told) -> Self {
        if let Some(scope) = told.scope {
            return scope
                .map_or(Self::new(Level::Unknown, None, None), |text| Self::of_scope(&text));
        }
        let own = || around.subscription.clone();
        match (told.resource_group, told.subscription) {
            (Some(group), None) => Self::new(Level::Group, own(), group),
            (Some(group), Some(subscription)) => Self::new(Level::Group, subscription, group),
            (None, Some(subscription)) => Self::new(Level::Subscription, subscription, None),
            (None, None) => match told.level {
                None | Some(Level::Group) => around.clone(),
                Some(level) if level == around.level => around.clone(),
                Some(level) if around.level == Level::Unknown => Self::new(level, None, None),
                Some(_) => Self::new(Level::Unknown, None, None),
            },
        }
    }

    /// What the `scope` of a deployment names: the tenant, a management group, or an id.
    fn of_scope(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] if text == "/" => Self::new(Level::Tenant, None, None),
            ["subscriptions", id] => Self::new(Level::Subscription, Some((*id).to_owned()), None),
            ["subscriptions", id, "resourcegroups", group] => {
                Self::new(Level::Group, Some((*id).to_owned()), Some((*group).to_owned()))
            }
            ["providers", "microsoft.management", "managementgroups", _]
            | ["microsoft.management", "managementgroups", _] => {
                Self::new(Level::ManagementGroup, None, None)
            }
            _ => Self::new(Level::Unknown, None, None),
        }
    }

    /// What ids of resources start with there, in front of `/providers`.
    pub(super) fn base(&self) -> Option<String> {
        match self.level {
            Level::Group => {
                let (subscription, group) =
                    (self.subscription.as_ref()?, self.resource_group.as_ref()?);
                Some(format!("/subscriptions/{subscription}/resourceGroups/{group}"))
            }
            Level::Subscription => Some(format!("/subscriptions/{}", self.subscription.as_ref()?)),
            Level::Tenant => Some(String::new()),
            Level::ManagementGroup | Level::Unknown => None,
        }
    }

    /// The id of what a resource extends: a whole one, or one below where the template is deployed to
    /// (`Microsoft.Storage/storageAccounts/name`).
    pub(super) fn below(&self, scope: &str) -> Option<String> {
        if scope.starts_with('/') {
            return Some(scope.trim_end_matches('/').to_owned());
        }
        let mut parts = scope.split('/');
        let is_namespace = parts.next().is_some_and(|part| part.contains('.'));
        // Types and names come by turns.
        let count = parts.clone().count();
        if !is_namespace || count == 0 || !count.is_multiple_of(2) || parts.any(str::is_empty) {
            return None;
        }
        // Management groups are those of the tenant, wherever they are named.
        let group = "microsoft.management/managementgroups/";
        let base = match scope.get(..group.len()) {
            Some(start) if start.eq_ignore_ascii_case(group) => String::new(),
            _ => self.base()?,
        };
        Some(format!("{base}/providers/{scope}"))
    }

    /// The id of a resource below what ids start with, in small letters.
    pub(super) fn id_of(&self, base: String, type_name: &str, names: &str) -> Option<String> {
        let id = match type_name == GROUPS {
            true => {
                format!("/subscriptions/{}/resourcegroups/{names}", self.subscription.as_ref()?)
            }
            false => format!("{base}{}", path_of(type_name, names)?.1),
        };
        Some(id.to_ascii_lowercase())
    }

    /// The scope of what is deployed there, in small letters as all tools compare it.
    pub(super) fn scope(&self) -> Scope {
        let own = |part: Part| match part {
            Part::Subscription => self.subscription.as_ref(),
            Part::ResourceGroup => self.resource_group.as_ref(),
            Part::Name => None,
        };
        let field = |(name, part)| Some((name, own(part)?.to_ascii_lowercase()));
        Part::NAMES.into_iter().filter_map(field).collect()
    }
}

/// The scope of a resource by its id.
pub(super) fn scope_of(id: &str) -> Scope {
    let parts = Part::NAMES.into_iter().filter(|(_, part)| *part != Part::Name);
    parts.filter_map(|(name, part)| Some((name, part.of(id)?))).collect()
}

/// A type by the name that Azure tells it by: templates call resource groups `resourceGroups` of
/// `Microsoft.Resources`, Resource Graph those of `subscriptions`.
pub(super) fn folded_type(type_name: String) -> String {
    match type_name == "microsoft.resources/resourcegroups" {
        true => GROUPS.to_owned(),
        false => type_name,
    }
}

/// Whether a type is that of what extends another resource: `Microsoft.X/type/providers/extension`.
pub(super) fn is_extension(type_name: &str) -> bool {
    type_name.split('/').any(|segment| segment == "providers")
}

/// The type of what extends another resource, by its own namespace, in small letters.
pub(super) fn whole_type(type_name: &str, names: &str) -> Option<String> {
    is_extension(type_name).then(|| path_of(type_name, names)).flatten().map(|(own, _)| own)
}

/// The type of a resource and the end of its id, from `/providers` on. Among the names of what extends
/// another resource stands its namespace: `name/Microsoft.Y/extension`.
fn path_of(type_name: &str, names: &str) -> Option<(String, String)> {
    let (mut names, mut segments) = (names.split('/'), type_name.split('/'));
    let mut own = segments.next()?.to_owned();
    let mut id = format!("/providers/{own}");
    for segment in segments {
        let name = names.next()?;
        if segment == "providers" && name.contains('.') {
            own = name.to_ascii_lowercase();
            id.extend(["/providers/", name]);
        } else {
            own.extend(["/", segment]);
            id.extend(["/", segment, "/", name]);
        }
    }
    names.next().is_none().then_some((own, id))
}
