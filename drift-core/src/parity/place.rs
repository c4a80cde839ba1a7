//! What stands at a path of one copy: what it means, and how many values it has.

use crate::detector::follow;
use crate::model::Resource;
use crate::normalize::{Canon, Shape};
use crate::path::Path;
use crate::value::{ContentHash, Tree};

/// The canonical hash of what stands at a path, under the shape; `None` where that cannot be told.
pub(super) fn meaning(
    path: &Path,
    resource: &Resource<'_>,
    shape: &Shape,
    canon: Canon,
) -> Option<ContentHash> {
    let value = resource.attributes.value();
    let root = (shape.root(), None);
    follow(path.steps(), value, root, None, &mut |place| canon.hash(place.value, place.cursor))
}

/// How many values a tree has: scalars, and containers without content.
pub(super) fn leaves(tree: &Tree) -> usize {
    match tree {
        Tree::List(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        Tree::Map(fields) if !fields.is_empty() => {
            fields.iter().map(|(_, value)| leaves(value)).sum()
        }
        _ => 1,
    }
}

/// How many values of a resource are compared.
pub(super) fn compared(resource: &Resource<'_>, shape: &Shape, canon: Canon) -> usize {
    let root = shape.root();
    if root.ignored().is_some() && !root.reopens() {
        return 0;
    }
    leaves(&canon.tree(resource.attributes.value(), &root, None, false))
}
