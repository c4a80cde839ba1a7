//! Differences that may be: where, why, and until when.

use super::result::{Allowance, Allowed};
use crate::normalize::Glob;
use crate::path::{Cover, Path, Pattern, cover};
use crate::report::ResourceRef;
use crate::time::Timestamp;

/// A difference that may be, for a time.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Where, as rules write it; what lies below is allowed as well. Without a path, the resource as a
    /// whole.
    pub path: Option<Pattern>,
    /// The provider; any where absent.
    pub provider: Option<Glob>,
    /// The type; any where absent.
    pub type_name: Option<Glob>,
    /// The id or the address; any where absent.
    pub id: Option<Glob>,
    /// The snapshots that may differ; all where there is none.
    pub snapshots: Vec<String>,
    /// Why.
    pub reason: String,
    /// Whose decision it is.
    pub owner: Option<String>,
    /// Until when.
    pub expires: Option<Timestamp>,
}

impl Allow {
    fn is_about(&self, resource: &ResourceRef) -> bool {
        let fits =
            |glob: &Option<Glob>, text: &str| glob.as_ref().is_none_or(|glob| glob.matches(text));
        fits(&self.provider, &resource.provider)
            && fits(&self.type_name, &resource.type_name)
            && (fits(&self.id, &resource.id) || fits(&self.id, &resource.address))
    }
}

/// The allowances, with how often each was used.
pub(super) struct Allowances<'o> {
    all: &'o [Allow],
    at: Timestamp,
}

impl<'o> Allowances<'o> {
    pub(super) fn new(all: &'o [Allow], at: Timestamp) -> Self {
        Self { all, at }
    }

    fn expired(&self, allow: &Allow) -> bool {
        allow.expires.is_some_and(|expires| expires < self.at)
    }

    /// The first that allows these snapshots to differ there, by its position.
    pub(super) fn find(
        &self,
        resource: &ResourceRef,
        path: &Path,
        differ: &[&str],
    ) -> Option<(usize, Allowed)> {
        let holds = |allow: &&Allow| {
            let here = allow.path.as_ref().is_none_or(|pattern| {
                matches!(cover(pattern.steps(), path.steps()), Cover::Exact | Cover::Above)
            });
            let all = allow.snapshots.is_empty()
                || differ.iter().all(|name| allow.snapshots.iter().any(|known| known == name));
            here && all && !self.expired(allow) && allow.is_about(resource)
        };
        let index = self.all.iter().position(|allow| holds(&allow))?;
        let allow = self.all.get(index)?;
        let allowed = Allowed {
            reason: allow.reason.clone(),
            owner: allow.owner.clone(),
            until: allow.expires,
        };
        Some((index, allowed))
    }

    /// What each was good for.
    pub(super) fn usage(&self, used: &[usize]) -> Vec<Allowance> {
        let one = |(index, allow): (usize, &Allow)| Allowance {
            path: allow.path.as_ref().map(ToString::to_string),
            provider: allow.provider.as_ref().map(|glob| glob.as_str().to_owned()),
            type_name: allow.type_name.as_ref().map(|glob| glob.as_str().to_owned()),
            id: allow.id.as_ref().map(|glob| glob.as_str().to_owned()),
            snapshots: allow.snapshots.clone(),
            reason: allow.reason.clone(),
            owner: allow.owner.clone(),
            expires: allow.expires,
            expired: self.expired(allow),
            used: used.get(index).copied().unwrap_or_default(),
        };
        self.all.iter().enumerate().map(one).collect()
    }
}
