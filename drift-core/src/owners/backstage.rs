//! Entities of a Backstage catalogue: `spec.owner`, for the resources that an entity's annotations name.
//! `https://backstage.io/docs/features/software-catalog/descriptor-format`,
//! `https://backstage.io/docs/features/software-catalog/well-known-annotations`.

use super::{Asked, Contact, Link};
use crate::error::{Code, Result};
use crate::source::strict::{Strict, optional};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

const STRICT: Strict = Strict(Code::Format);

const KUBERNETES_ID: &str = "backstage.io/kubernetes-id";
const SELECTOR: &str = "backstage.io/kubernetes-label-selector";
const NAMESPACE: &str = "backstage.io/kubernetes-namespace";
const CLUSTER: &str = "backstage.io/kubernetes-cluster";
const SLUG: &str = "github.com/project-slug";
/// What GitHub calls a group and a user.
const ON_GITHUB: [&str; 2] = ["github.com/team-slug", "github.com/user-login"];

/// What of an entity equals which tag of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// `name` for the entity's name, else an annotation or a label.
    pub(super) of: String,
    pub(super) tag: String,
}

#[derive(Clone, Debug)]
struct Entity {
    owner: String,
    /// `component:default/web`.
    reference: String,
    namespace: Option<String>,
    cluster: Option<String>,
    /// How much it takes in: a system holds components, and a domain systems.
    breadth: u8,
    /// What a selector asks of the labels of a resource.
    asks: Vec<Ask>,
}

/// The entities that have an owner, by what they are found by.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    matches: Vec<Match>,
    entities: Vec<Entity>,
    /// By the place of the match and the value of the tag.
    by_tag: BTreeMap<(usize, String), Vec<usize>>,
    by_arn: BTreeMap<String, Vec<usize>>,
    /// By the first label that a selector asks for, and its values; no value where any does.
    by_label: BTreeMap<(String, Option<String>), Vec<usize>>,
    /// Groups and users by their references, in small letters.
    people: BTreeMap<String, People>,
    /// Their names as owners by those on GitHub, `@acme/payments`, in small letters.
    on_github: BTreeMap<String, String>,
}

/// A group or a user.
#[derive(Clone, Debug, Default)]
struct People {
    /// The name as an owner, as it is written where it is defined.
    name: String,
    contact: Contact,
    /// The reference of the group that the group is a part of.
    parent: Option<String>,
}

impl Catalogue {
    /// Matches of the user's come first.
    pub(super) fn new(own: Vec<Match>) -> Self {
        let known = [KUBERNETES_ID, SLUG];
        let known =
            known.into_iter().map(|name| Match { of: name.to_owned(), tag: name.to_owned() });
        Self { matches: own.into_iter().chain(known).collect(), ..Self::default() }
    }

    /// Adds an entity, where it has an owner.
    pub(super) fn add(&mut self, entity: Value<'_>) -> Result<()> {
        STRICT.map(entity, "an entity of the catalogue")?;
        let kind = STRICT.text(STRICT.required(entity, "kind")?, "`kind`")?;
        let metadata = STRICT.required(entity, "metadata")?;
        STRICT.map(metadata, "`metadata`")?;
        let name = STRICT.text(STRICT.required(metadata, "name")?, "`name`")?;
        let home = metadata.str_field("namespace").unwrap_or(HOME);
        let spec = optional(entity, "spec");
        let kind = kind.to_ascii_lowercase();
        let reference = format!("{kind}:{home}/{name}");
        if matches!(kind.as_str(), "group" | "user") {
            let parent = spec.and_then(|spec| spec.str_field("parent"));
            let known = People {
                name: short(&reference),
                contact: contact(metadata, spec)?,
                parent: parent.map(|parent| Reference::of(parent, home).folded()),
            };
            let annotations = fields(metadata, "annotations")?;
            for slug in ON_GITHUB.iter().filter_map(|name| annotations.get(name)) {
                let slug = format!("@{}", slug.to_lowercase());
                self.on_github.insert(slug, known.name.clone());
            }
            self.people.insert(reference.to_lowercase(), known);
        }
        let owner = match spec.and_then(|spec| optional(spec, "owner")) {
            Some(owner) => STRICT.text(owner, "`owner`")?,
            None => match owned_by(entity) {
                Some(owner) => owner,
                None => return Ok(()),
            },
        };
        let owner = Reference::of(owner, home);
        let annotations = fields(metadata, "annotations")?;
        let labels = fields(metadata, "labels")?;
        let at = self.entities.len();
        let selector = annotations.get(SELECTOR).map(|text| asked_of(text)).unwrap_or_default();
        for (place, one) in self.matches.iter().enumerate() {
            let value = match one.of.as_str() {
                "name" => Some(name),
                // A selector takes the place of the id, and without either the name of a component is the id.
                KUBERNETES_ID if !selector.is_empty() => None,
                KUBERNETES_ID if kind == "component" => {
                    Some(annotations.get(KUBERNETES_ID).copied().unwrap_or(name))
                }
                of => annotations.get(of).or_else(|| labels.get(of)).copied(),
            };
            if let Some(value) = value {
                self.by_tag.entry((place, value.to_owned())).or_default().push(at);
            }
        }
        for arn in annotations.values().filter(|value| value.starts_with("arn:")) {
            self.by_arn.entry((*arn).to_owned()).or_default().push(at);
        }
        let wanted = selector.iter().find(|ask| ask.wants);
        if let Some(Ask { label, values, .. }) = wanted {
            let values = values.iter().cloned().map(Some);
            let any = wanted.filter(|ask| ask.values.is_empty()).map(|_| None);
            for value in values.chain(any) {
                self.by_label.entry((label.clone(), value)).or_default().push(at);
            }
        }
        self.entities.push(Entity {
            owner: owner.to_string(),
            reference,
            namespace: annotations.get(NAMESPACE).map(|text| (*text).to_owned()),
            cluster: annotations.get(CLUSTER).map(|text| (*text).to_owned()),
            breadth: match kind.as_str() {
                "domain" => 2,
                "system" => 1,
                _ => 0,
            },
            asks: selector,
        });
        Ok(())
    }

    /// How the owner of this name is reached.
    pub(super) fn contact(&self, owner: &str) -> Option<Contact> {
        let known = self.people.get(&Reference::of(owner, HOME).folded())?;
        Some(known.contact.clone()).filter(|contact| !contact.is_empty())
    }

    /// The group or user whom GitHub calls so.
    pub(super) fn of_github(&self, owner: &str) -> Option<&str> {
        if self.on_github.is_empty() || !owner.starts_with('@') {
            return None;
        }
        self.on_github.get(&owner.to_lowercase()).map(String::as_str)
    }

    /// The group that the group of this name is a part of.
    pub(super) fn parent(&self, owner: &str) -> Option<&str> {
        self.people.get(&Reference::of(owner, HOME).folded())?.parent.as_deref()
    }

    /// The name of a group or user as it is written where it is defined.
    fn name_of(&self, owner: &str) -> Option<&str> {
        let known = self.people.get(&Reference::of(owner, HOME).folded())?;
        Some(&known.name)
    }

    /// The owners of the entities that the resource belongs to, each with which entity that is.
    pub(super) fn owners(&self, asked: &Asked<'_>, found: &mut dyn FnMut(&str, String)) {
        let mut all: Vec<(&Entity, String)> = Vec::new();
        let mut add = |at: &usize, by: &str| {
            if let Some(entity) = self.entities.get(*at).filter(|entity| entity.is_near(asked)) {
                all.push((entity, format!("{} by {by}", entity.reference)));
            }
        };
        for (place, one) in self.matches.iter().enumerate() {
            if let Some(value) = asked.tag(&one.tag) {
                let known = self.by_tag.get(&(place, value.to_owned()));
                known.into_iter().flatten().for_each(|at| add(at, &format!("`{}`", one.of)));
            }
        }
        if !self.by_arn.is_empty() {
            for side in asked.sides() {
                let others = side.identities.iter().map(|identity| &identity.value);
                for arn in others.chain([&side.key.id]).filter(|value| value.starts_with("arn:")) {
                    self.by_arn.get(arn).into_iter().flatten().for_each(|at| add(at, "its ARN"));
                }
            }
        }
        if !self.by_label.is_empty() {
            self.selecting(asked).into_iter().for_each(|at| add(&at, "its label selector"));
        }
        // What a part says counts, and not what the whole does.
        let least = all.iter().map(|(entity, _)| entity.breadth).min();
        for (entity, via) in all.into_iter().filter(|(entity, _)| Some(entity.breadth) == least) {
            let owner =
                self.name_of(&entity.owner).map_or_else(|| short(&entity.owner), str::to_owned);
            found(&owner, via);
        }
    }

    /// The entities whose selector the labels of the resource meet.
    fn selecting(&self, asked: &Asked<'_>) -> BTreeSet<usize> {
        let mut near: BTreeSet<usize> = BTreeSet::new();
        for (name, value) in asked.tags.iter().flat_map(|tags| tags.iter()) {
            let known = [Some(value.clone()), None].map(|value| (name.clone(), value));
            near.extend(known.iter().filter_map(|key| self.by_label.get(key)).flatten());
        }
        let selects = |entity: &Entity| entity.asks.iter().all(|ask| ask.holds(asked));
        near.retain(|at| self.entities.get(*at).is_some_and(selects));
        near
    }
}

impl Entity {
    /// Whether the resource is in the namespace and the cluster that the entity is in, where it says so.
    fn is_near(&self, asked: &Asked<'_>) -> bool {
        let places = [("namespace", &self.namespace), ("cluster", &self.cluster)];
        places.into_iter().all(|(field, wanted)| {
            let Some(wanted) = wanted else { return true };
            asked.sides().all(|side| side.key.scope.get(field).is_none_or(|own| own == wanted))
        })
    }
}

/// How a group or a user is reached: `spec.profile`, and the links of the entity.
fn contact(metadata: Value<'_>, spec: Option<Value<'_>>) -> Result<Contact> {
    let profile = spec.and_then(|spec| optional(spec, "profile"));
    if let Some(profile) = profile {
        STRICT.map(profile, "`profile`")?;
    }
    let text = |name: &str| profile?.str_field(name).filter(|it| !it.is_empty()).map(str::to_owned);
    let link = |link: Value<'_>| {
        let url = link.str_field("url").filter(|url| !url.is_empty())?.to_owned();
        Some(Link { url, title: link.str_field("title").map(str::to_owned) })
    };
    let links = STRICT.elements(metadata, "links")?.filter_map(link).collect();
    Ok(Contact { name: text("displayName"), email: text("email"), channel: None, links })
}

/// The namespace of what names none.
const HOME: &str = "default";

/// A reference to a group, or another entity: `[kind:][namespace/]name`.
#[derive(Debug)]
struct Reference<'t> {
    kind: &'t str,
    namespace: &'t str,
    name: &'t str,
}

impl<'t> Reference<'t> {
    /// Reads a reference that stands in an entity of the namespace `home`.
    fn of(text: &'t str, home: &'t str) -> Self {
        let (kind, rest) = text.split_once(':').unwrap_or(("group", text));
        let (namespace, name) = rest.split_once('/').unwrap_or((home, rest));
        Self { kind, namespace, name }
    }

    /// The whole reference in small letters: their case means nothing.
    fn folded(&self) -> String {
        self.to_string().to_lowercase()
    }
}

impl std::fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}/{}", self.kind, self.namespace, self.name)
    }
}

/// The owner without what is understood: a group, of the default namespace.
fn short(owner: &str) -> String {
    let Reference { kind, namespace, name } = Reference::of(owner, HOME);
    let is = |text: &str, known: &str| text.eq_ignore_ascii_case(known);
    match (is(kind, "group"), is(namespace, HOME)) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{namespace}/{name}"),
        (false, _) => format!("{}:{namespace}/{name}", kind.to_ascii_lowercase()),
    }
}

/// The owner as the API of the catalogue tells it among the relations.
fn owned_by(entity: Value<'_>) -> Option<&str> {
    let mut relations = entity.get("relations").into_iter().flat_map(Value::items);
    let owned = relations.find(|relation| relation.str_field("type") == Some("ownedBy"))?;
    owned.str_field("targetRef")
}

/// What a selector asks of one label: to be there, with one of the values where there are any; or not.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ask {
    label: String,
    wants: bool,
    values: Vec<String>,
}

impl Ask {
    fn holds(&self, asked: &Asked<'_>) -> bool {
        let fits = |own: &str| self.values.is_empty() || self.values.iter().any(|it| it == own);
        asked.tag(&self.label).is_some_and(fits) == self.wants
    }
}

/// What a selector asks: `app=web,tier!=front,env in (a,b),zone notin (c),gpu,!old`. Nothing where a part of it
/// cannot be read, or where no part asks for a label that is there.
fn asked_of(selector: &str) -> Vec<Ask> {
    let mut depth = 0_usize;
    let parts = selector.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let asks: Option<Vec<Ask>> = parts.map(ask).collect();
    asks.filter(|asks| asks.iter().any(|ask| ask.wants)).unwrap_or_default()
}

fn ask(part: &str) -> Option<Ask> {
    let is_label = |text: &str| {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        !text.is_empty() && text.chars().all(known)
    };
    let of = |label: &str, wants: bool, values: Vec<String>| {
        let label = label.trim();
        is_label(label).then(|| Ask { label: label.to_owned(), wants, values })
    };
    let part = part.trim();
    let one = |value: &str| vec![value.trim().to_owned()];
    if let Some((label, value)) = part.split_once("!=") {
        return of(label, false, one(value));
    }
    if let Some((label, value)) = part.split_once('=') {
        return of(label, true, one(value.strip_prefix('=').unwrap_or(value)));
    }
    if let Some((head, values)) = part.split_once('(') {
        let values: Vec<String> =
            values.strip_suffix(')')?.split(',').map(|value| value.trim().to_owned()).collect();
        let (label, word) = head.trim().rsplit_once(char::is_whitespace)?;
        return match word {
            "in" => of(label, true, values),
            "notin" => of(label, false, values),
            _ => None,
        };
    }
    match part.strip_prefix('!') {
        Some(label) => of(label, false, Vec::new()),
        None => of(part, true, Vec::new()),
    }
}

fn fields<'d>(map: Value<'d>, name: &str) -> Result<BTreeMap<&'d str, &'d str>> {
    let Some(found) = optional(map, name) else { return Ok(BTreeMap::new()) };
    STRICT.map(found, format_args!("`{name}`"))?;
    let text = |(name, value): (&'d str, Value<'d>)| Some((name, value.as_str()?));
    Ok(found.fields().filter_map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_owners_are_short() {
        assert_eq!(short("group:default/team-a"), "team-a");
        assert_eq!(short("team-a"), "team-a");
        assert_eq!(short("user:default/alice"), "user:default/alice");
        assert_eq!(short("User:alice"), "user:default/alice");
        assert_eq!(short("Group:Default/team-a"), "team-a");
        assert_eq!(short(&Reference::of("team-a", "other").to_string()), "other/team-a");
        assert_eq!(short("group:other/team-a"), "other/team-a");
    }

    #[test]
    fn selectors_are_those_of_kubernetes() {
        let ask = |label: &str, wants: bool, values: &[&str]| Ask {
            label: label.to_owned(),
            wants,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let found = asked_of("app=web, tier==front,zone!=a,env in (x, y),size notin (s),gpu,!old");
        let expected = [
            ask("app", true, &["web"]),
            ask("tier", true, &["front"]),
            ask("zone", false, &["a"]),
            ask("env", true, &["x", "y"]),
            ask("size", false, &["s"]),
            ask("gpu", true, &[]),
            ask("old", false, &[]),
        ];
        assert_eq!(found, expected);
        for text in ["", "!old", "zone!=a", "app=web,env of (a)", "app=web,env in (a", "a b"] {
            assert_eq!(asked_of(text), [], "{text}");
        }
    }
}
