//! Whose a resource is and where its finding goes, with nothing in it that must not be shown.

use super::entry::{Assessor, Sided};
use super::redact::{Masks, clear_tags};
use super::types::ResourceRef;
use crate::classify::Class;
use crate::diff::{Change, ChangeKind, Status};
use crate::model::Resource;
use crate::normalize::{Fact, Shape, Told, names_secret};
use crate::owners::{Asked, Contact, Files, OwnerMap, Ownership, Route, Seen, Standing};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// The map, with what it says of the files of the declared side.
#[derive(Clone, Copy)]
pub(crate) struct Owners<'x> {
    pub(crate) map: &'x OwnerMap,
    pub(crate) files: &'x Files,
}

impl Assessor<'_> {
    /// Whose the resource is, where a map was given. `rule` is what rules say, `masks` are those of the sides.
    pub(super) fn ownership(
        &self,
        sides: Sided<'_>,
        rule: Option<&str>,
        shape: &Shape,
        masks: &Masks,
    ) -> Option<Ownership> {
        let owners = self.owners?;
        let tagged = [sides.desired, sides.actual].into_iter().flatten();
        let tags = if tagged.into_iter().all(|side| side.tags.is_empty()) {
            Default::default()
        } else {
            let marks = sides.marks();
            let clear = |side: Option<&Resource<'_>>| {
                side.map(|side| clear_tags(side, &marks, masks, shape)).unwrap_or_default()
            };
            [sides.desired, sides.actual].map(|side| Cow::Owned(clear(side)))
        };
        let asked = owners.asked(sides, tags, rule);
        let mut ownership = owners.map.owner(&asked);
        if let Some(owner) = &ownership.owner {
            ownership.contact = owners.map.contact(&asked, owner);
        }
        Some(ownership)
    }

    /// How well it is known whose a resource is of which nothing is printed.
    pub(super) fn owned(&self, sides: Sided<'_>, shape: Option<&Shape>) -> Option<Standing> {
        let owners = self.owners?;
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let tags = [sides.desired, sides.actual].map(|side| {
            let tags = side.map_or(&NONE, |side| &side.tags);
            match tags.keys().any(|name| names_secret(name)) {
                false => Cow::Borrowed(tags),
                true => {
                    let clear = tags.iter().filter(|(name, _)| !names_secret(name));
                    Cow::Owned(clear.map(|(name, value)| (name.clone(), value.clone())).collect())
                }
            }
        });
        let rule = shape.and_then(of_rules);
        Some(owners.map.owner(&owners.asked(sides, tags, rule)).owned())
    }

    /// Where a finding goes.
    pub(super) fn route(
        &self,
        class: &Class,
        status: Status,
        resource: &ResourceRef,
        ownership: Option<&Ownership>,
    ) -> Route {
        let (owner, owned) = match ownership {
            Some(ownership) => (ownership.owner.as_deref(), ownership.owned()),
            None if class.owner.is_some() => (class.owner.as_deref(), Standing::Owned),
            None => (None, Standing::Unowned),
        };
        self.routes.route(&Seen {
            severity: class.severity,
            status,
            category: &class.category,
            layer: &resource.layer,
            provider: &resource.provider,
            type_name: &resource.type_name,
            owner,
            owned,
        })
    }
}

impl Owners<'_> {
    fn asked<'r>(
        &'r self,
        sides: Sided<'r>,
        tags: [Cow<'r, BTreeMap<String, String>>; 2],
        rule: Option<&'r str>,
    ) -> Asked<'r> {
        let Sided { desired, actual, .. } = sides;
        Asked { desired, actual, tags, rule, files: self.files }
    }
}

/// The owner that rules give a resource as a whole.
fn of_rules(shape: &Shape) -> Option<&str> {
    let root = shape.root();
    let kind = ChangeKind::Changed.as_str();
    let told = Told { kind, desired: None, actual: None, reference: None, above: None };
    let owners = root.entries().filter_map(|entry| match &entry.fact {
        Fact::Owner(owner) => Some((entry, owner)),
        _ => None,
    });
    let holds = owners
        .filter(|(entry, _)| root.rule(entry).is_some_and(|rule| rule.when.holds(told, None)));
    holds.max_by_key(|(entry, _)| entry.rank).map(|(_, owner)| owner.as_str())
}

/// A masked text is no owner: see [`clear_tags`].
pub(super) fn shown(mut ownership: Ownership, masks: &Masks) -> Ownership {
    for text in ownership.contact.iter_mut().flat_map(Contact::texts) {
        *text = masks.text(text);
    }
    let clear = |text: Option<String>| text.map(|text| masks.text(&text));
    Ownership { owner: clear(ownership.owner), via: clear(ownership.via), ..ownership }
}

/// Pointers to what the declared side says that the resource is to be replaced because of.
#[derive(Debug, Default)]
pub(super) struct Replaced(BTreeSet<String>);

impl Replaced {
    pub(super) fn of(sides: Sided<'_>) -> Self {
        let paths = sides.desired.into_iter().flat_map(|desired| desired.replaced.iter());
        Self(paths.filter_map(|path| path.to_pointer()).collect())
    }

    /// Whether a change is at such a place, below or above it.
    pub(super) fn takes_in(&self, change: &Change<'_>) -> bool {
        let Some(own) = change.desired_pointer.as_deref().filter(|_| !self.0.is_empty()) else {
            return false;
        };
        let ends = own.match_indices('/').map(|(at, _)| at).chain([own.len()]);
        let below = format!("{own}/");
        let mut above = self.0.range(below.clone()..);
        ends.into_iter().any(|end| own.get(..end).is_some_and(|start| self.0.contains(start)))
            || above.next().is_some_and(|place| place.starts_with(&below))
    }
}
