//! What a walk holds at a node: each side with its marks, and the reference.

use super::near::Near;
use super::outcome::Disposition;
use crate::model::Resource;
use crate::normalize::Recorded;
use crate::path::{PathSet, Step};
use crate::value::{ContentHash, Value};

/// One side at a node, with the marks of its resource that lie below.
#[derive(Clone, Copy)]
pub(super) struct Side<'d> {
    pub(super) value: Option<Value<'d>>,
    pub(super) unknown: Option<&'d PathSet>,
    pub(super) sensitive: Option<&'d PathSet>,
    /// Whether there is no value because a projection does not read the field.
    pub(super) unread: bool,
    /// The hashes of the resource's nodes, where they have been taken.
    pub(super) hashes: Option<&'d Recorded>,
    /// What a baseline holds here, on the actual side.
    pub(super) near: Option<Near<'d>>,
}

impl<'d> Side<'d> {
    /// The root of a resource; `marks` are the sensitive paths of all its documents.
    pub(super) fn of(
        resource: &'d Resource<'_>,
        marks: &'d PathSet,
        hashes: Option<&'d Recorded>,
    ) -> Self {
        Self {
            value: Some(resource.attributes.value()),
            unknown: Some(&resource.unknown).filter(|set| !set.is_empty()),
            sensitive: Some(marks).filter(|marks| !marks.is_empty()),
            unread: false,
            hashes,
            near: None,
        }
    }

    /// The side one step further down. `value` is what stands there.
    pub(super) fn below(self, step: &Step, value: Option<Value<'d>>) -> Self {
        let unread = match (self.value, step) {
            (Some(map), Step::Field(name)) if value.is_none() => map.leaves_unread(name),
            _ => false,
        };
        Self {
            value,
            unknown: self.unknown.and_then(|set| set.child(step)),
            sensitive: self.sensitive.and_then(|marks| marks.below(step)),
            unread,
            hashes: self.hashes,
            near: match step {
                Step::Field(name) => self.near.map(|near| near.field(name)),
                _ => None,
            },
        }
    }

    /// The same node, once the string there has been opened.
    pub(super) fn opened<'e>(self, value: Option<Value<'e>>) -> Side<'e>
    where
        'd: 'e,
    {
        let sensitive = self.sensitive.filter(|set| set.is_member());
        Side { value, unknown: None, sensitive, unread: false, hashes: None, near: None }
    }

    pub(super) fn none() -> Self {
        Self {
            value: None,
            unknown: None,
            sensitive: None,
            unread: false,
            hashes: None,
            near: None,
        }
    }

    /// The hash of the value, where it has been taken.
    pub(super) fn hash(self) -> Option<ContentHash> {
        self.hash_of(self.value?)
    }

    /// The hash of a value below.
    pub(super) fn hash_of(self, value: Value<'_>) -> Option<ContentHash> {
        self.hashes?.get(value.id())
    }

    pub(super) fn is_unknown(self) -> bool {
        self.unknown.is_some_and(PathSet::is_member)
    }

    pub(super) fn sensitive(self) -> Option<&'d PathSet> {
        self.sensitive
    }

    pub(super) fn is_sensitive(self) -> bool {
        self.sensitive.is_some_and(PathSet::is_member)
    }
}

/// The three documents at a node.
#[derive(Clone, Copy)]
pub(super) struct Three<'n> {
    pub(super) desired: Side<'n>,
    pub(super) actual: Side<'n>,
    pub(super) reference: Ref<'n>,
}

/// The reference at a node.
#[derive(Clone, Copy)]
pub(super) enum Ref<'r> {
    /// It says nothing here.
    Unknown,
    /// It has no value here.
    Absent,
    /// It has a value here.
    Value(Side<'r>),
    /// It was decided further up what a difference is.
    Decided(Disposition),
}

impl<'r> Ref<'r> {
    /// The reference's side at a node: its value, unless that is marked as unknown.
    pub(super) fn of(side: Side<'r>) -> Self {
        match side.value {
            _ if side.is_unknown() => Self::Unknown,
            Some(_) => Self::Value(side),
            None => Self::Absent,
        }
    }

    pub(super) fn side(self) -> Side<'r> {
        if let Self::Value(side) = self { side } else { Side::none() }
    }

    pub(super) fn value(self) -> Option<Value<'r>> {
        self.side().value
    }
}
