//! Which live resources others have made: those are counted under what they go back to, and are not unmanaged.

use super::settled::{Agreed, Settled};
use crate::coverage::{Family, Root};
use crate::diff::Status;
use crate::model::{
    Coverage, Making, NAMESPACE, Owner, ResourceKey, Warning, is_cluster_kind, maker_of,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a derived resource goes back to: an entry, one that agrees, or something that was not collected.
type Under = Option<usize>;

/// Takes live resources that others created out of the unmanaged ones; returns how many.
pub(super) fn families(
    entries: &mut Vec<Settled>,
    agreed: &[Agreed],
    actual: &Coverage,
    warnings: &mut Vec<Warning>,
) -> usize {
    made_by_name(entries, agreed);
    let owned = entries.iter().any(|entry| entry.live && !entry.owners.is_empty());
    if !owned && agreed.iter().all(|agreed| agreed.owners.is_empty()) {
        return 0;
    }
    // Every live resource in the order of keys, which decides where several may be meant; those that
    // agree stand among the others.
    let keys: Vec<ResourceKey> = entries.iter().map(Settled::key).collect();
    let in_entries = entries.iter().zip(&keys).enumerate().filter(|(_, (entry, _))| entry.live);
    let in_entries = in_entries.map(|(at, (entry, key))| (key, entry.owners.as_slice(), Some(at)));
    let in_agreed = agreed.iter().map(|agreed| (&agreed.key, agreed.owners.as_slice(), None));
    let mut live: Vec<_> = in_entries.chain(in_agreed).collect();
    live.sort_by_key(|(key, ..)| *key);
    let places: Vec<Under> = live.iter().map(|(.., at)| *at).collect();
    let family = Family::new(live.iter().map(|(key, owners, _)| (*key, *owners)));
    let told = said(actual);
    let declared = entries.iter().zip(&keys).enumerate();
    let declared = declared.filter(|(_, (entry, _))| entry.declared && !entry.live);
    let absent: BTreeMap<(&str, &str), Vec<(&ResourceKey, usize)>> =
        declared.fold(BTreeMap::new(), |mut all, (at, (_, key))| {
            let of_name: &mut Vec<_> = all.entry((&*key.type_name, &*key.id)).or_default();
            of_name.push((key, at));
            all
        });
    let mut derived: Vec<(usize, Under)> = Vec::new();
    let mut unseen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (position, at) in places.iter().enumerate() {
        let Some(index) = at else { continue };
        let unmanaged = entries.get(*index).is_some_and(|e| e.finding.status == Status::Unmanaged);
        match family.root(position) {
            Root::Own => {}
            _ if !unmanaged => {}
            Root::Resource(root) => derived.push((*index, places.get(root).copied().flatten())),
            Root::Elsewhere(last) => {
                let Some((key, owners, _)) = live.get(last) else { continue };
                let known = |owner: &Owner| -> Option<Under> {
                    let named = absent.get(&(&*owner.type_name, &*owner.id));
                    let named = named.into_iter().flatten();
                    let mut named = named.filter(|(of, _)| is_near(of, key)).map(|(_, at)| *at);
                    if let Some(declared) = named.next() {
                        return Some(Some(declared));
                    }
                    let live = family.find(key, owner)?;
                    Some(places.get(live).copied().flatten())
                };
                let beyond = |owner: &Owner| known(owner).or_else(|| known(&maker_of(owner)?));
                if let Some(under) = owners.iter().find_map(beyond) {
                    derived.push((*index, under));
                } else if owners.iter().all(|owner| is_gone(&told, key, owner)) {
                    // All of its kind has been collected: it, or what made it, is an orphan.
                    let under = places.get(last).copied().flatten();
                    derived.extend((last != position).then_some((*index, under)));
                } else {
                    derived.push((*index, None));
                    if let (Some(own), Some(owner)) = (live.get(position), owners.first()) {
                        let of = (&*own.0.type_name, &*owner.type_name);
                        *unseen.entry(of).or_default() += 1;
                    }
                }
            }
        }
    }
    warnings.extend(unseen.into_iter().map(|((own, owner), count)| uncollected(own, owner, count)));
    for (_, root) in &derived {
        if let Some(root) = root.and_then(|index| entries.get_mut(index)) {
            root.finding.derived += 1;
        }
    }
    let gone: BTreeSet<usize> = derived.iter().map(|(index, _)| *index).collect();
    let mut index = 0;
    entries.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
    gone.len()
}

fn uncollected(own: &str, owner: &str, count: usize) -> Warning {
    let message = match count {
        1 => format!(
            "a live `{own}` names a `{owner}` that made it, and none was collected: whether that is declared is not known"
        ),
        _ => format!(
            "{count} live `{own}` name a `{owner}` that made them, and none was collected: whether that is declared is not known"
        ),
    };
    Warning { code: "owner_not_collected".to_owned(), message, resource: None, path: None }
}

/// What has been said of types by their names: of a kind that nobody has thought of there may be some, whatever is
/// said of everything.
fn said(actual: &Coverage) -> Coverage {
    let mut said = actual.clone();
    said.complete = false;
    said.cells.retain(|cell| cell.type_name.is_some());
    said
}

/// Whether the absence of the owner is evidence.
fn is_gone(actual: &Coverage, key: &ResourceKey, owner: &Owner) -> bool {
    let (type_name, id) = (owner.type_name.as_str().into(), owner.id.clone());
    let mut asked = ResourceKey { type_name, id, ..key.clone() };
    if is_cluster_kind(&owner.type_name) {
        asked.scope.remove(NAMESPACE);
    }
    actual.missing_reason(&asked).is_none()
}

/// Whether an owner of this key may own what is of the other: in its namespace, or in none.
fn is_near(owner: &ResourceKey, owned: &ResourceKey) -> bool {
    let namespace = owner.scope.get(NAMESPACE);
    owner.provider == owned.provider
        && namespace.is_none_or(|name| owned.scope.get(NAMESPACE).is_none_or(|own| own == name))
        && owner.scope.without(NAMESPACE).compatible(&owned.scope.without(NAMESPACE))
}

/// Gives owners to what was made by a name, where what made it stands in another document or is declared alone.
fn made_by_name(entries: &mut [Settled], agreed: &[Agreed]) {
    let makes = |making: &Making| !making.makes.is_empty();
    let listed = entries.iter().filter(|entry| makes(&entry.making));
    let listed = listed.map(|entry| (entry.key(), &entry.making));
    let others = agreed.iter().filter(|agreed| makes(&agreed.making));
    let others = others.map(|agreed| (agreed.key.clone(), &agreed.making));
    let made = Making::all(listed.chain(others));
    if made.is_empty() {
        return;
    }
    for entry in entries.iter_mut().filter(|entry| entry.live && entry.owners.is_empty()) {
        let key = entry.finding.resource.key();
        entry.owners.extend(made.maker(&key, entry.making.by.as_ref()));
    }
}
