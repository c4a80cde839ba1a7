//! Entities of a Backstage catalogue: `spec.owner`, for the resources that an entity's annotations name.
//! `https://backstage.io/docs/features/software-catalog/descriptor-format`,
//! `https://backstage.io/docs/features/software-catalog/well-known-annotations`.

use super::Asked;
use crate::error::{Code, Result};
use crate::source::strict::{Strict, optional};
use crate::value::Value;
use std::collections::BTreeMap;

const STRICT: Strict = Strict(Code::Format);

const KUBERNETES_ID: &str = "backstage.io/kubernetes-id";
const SELECTOR: &str = "backstage.io/kubernetes-label-selector";
const NAMESPACE: &str = "backstage.io/kubernetes-namespace";
const SLUG: &str = "github.com/project-slug";

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
    /// Labels that a resource must have, of a selector.
    labels: Vec<(String, String)>,
}

/// The entities that have an owner, by what they are found by.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue {
    matches: Vec<Match>,
    entities: Vec<Entity>,
    /// By the place of the match and the value of the tag.
    by_tag: BTreeMap<(usize, String), Vec<usize>>,
    by_arn: BTreeMap<String, Vec<usize>>,
    /// By the first pair of a selector.
    by_label: BTreeMap<(String, String), Vec<usize>>,
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
        let spec = optional(entity, "spec").filter(|spec| optional(*spec, "owner").is_some());
        let Some(spec) = spec else { return Ok(()) };
        let owner = STRICT.text(STRICT.required(spec, "owner")?, "`owner`")?;
        let annotations = fields(metadata, "annotations")?;
        let labels = fields(metadata, "labels")?;
        let home = metadata.str_field("namespace").unwrap_or("default");
        let at = self.entities.len();
        let selector = annotations.get(SELECTOR).map(|text| pairs(text)).unwrap_or_default();
        for (place, one) in self.matches.iter().enumerate() {
            let value = match one.of.as_str() {
                "name" => Some(name),
                of => annotations.get(of).or_else(|| labels.get(of)).copied(),
            };
            if let Some(value) = value {
                self.by_tag.entry((place, value.to_owned())).or_default().push(at);
            }
        }
        for arn in annotations.values().filter(|value| value.starts_with("arn:")) {
            self.by_arn.entry((*arn).to_owned()).or_default().push(at);
        }
        if let Some(first) = selector.first() {
            self.by_label.entry(first.clone()).or_default().push(at);
        }
        self.entities.push(Entity {
            owner: short(owner).to_owned(),
            reference: format!("{}:{home}/{name}", kind.to_ascii_lowercase()),
            namespace: annotations.get(NAMESPACE).map(|text| (*text).to_owned()),
            labels: selector,
        });
        Ok(())
    }

    /// The owners of the entities that the resource belongs to, each with which entity that is.
    pub(super) fn owners(&self, asked: &Asked<'_>, found: &mut dyn FnMut(&str, String)) {
        let mut add = |at: &usize, by: &str| {
            if let Some(entity) = self.entities.get(*at).filter(|entity| entity.is_near(asked)) {
                found(&entity.owner, format!("{} by {by}", entity.reference));
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
        if self.by_label.is_empty() {
            return;
        }
        for (name, value) in asked.tags.iter().flat_map(|tags| tags.iter()) {
            let known = self.by_label.get(&(name.clone(), value.clone()));
            for at in known.into_iter().flatten() {
                let selects = |entity: &Entity| {
                    entity.labels.iter().all(|(name, value)| asked.tag(name) == Some(value))
                };
                if self.entities.get(*at).is_some_and(selects) {
                    add(at, "its label selector");
                }
            }
        }
    }
}

impl Entity {
    /// Whether the resource is in the namespace that the entity is in, where it says so.
    fn is_near(&self, asked: &Asked<'_>) -> bool {
        let Some(wanted) = &self.namespace else { return true };
        asked.sides().all(|side| side.key.scope.get("namespace").is_none_or(|own| own == wanted))
    }
}

/// The owner without what is understood: a group, of the default namespace.
fn short(owner: &str) -> &str {
    let name = owner.strip_prefix("group:").unwrap_or(owner);
    name.strip_prefix("default/").unwrap_or(name)
}

/// The pairs of a selector by equality: `app=web,tier==front`.
fn pairs(selector: &str) -> Vec<(String, String)> {
    let pair = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let value = value.strip_prefix('=').unwrap_or(value);
        Some((name.trim().to_owned(), value.trim().to_owned()))
    };
    selector.split(',').map(pair).collect::<Option<_>>().unwrap_or_default()
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
        assert_eq!(short("group:other/team-a"), "other/team-a");
    }

    #[test]
    fn selectors_of_sets_select_nothing() {
        assert_eq!(pairs("a=b, c==d").len(), 2);
        assert!(pairs("a in (b)").is_empty());
    }
}
