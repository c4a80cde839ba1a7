//! From a path to what stands there in a document, with what rules say of the place.

use crate::normalize::{Cursor, decode, names_secret_entry};
use crate::path::{Path, PathSet, Step};
use crate::value::{Kind, Value};

/// What stands at a path.
pub(crate) struct Place<'p, 's> {
    pub(crate) value: Value<'p>,
    pub(crate) cursor: &'p Cursor<'s>,
    /// The place in what classifies changes.
    pub(crate) class: Option<&'p Cursor<'s>>,
    pub(crate) sensitive: Option<&'p PathSet>,
}

/// Follows a path through a document and its shape together, documents inside strings included; `None` where
/// it names nothing.
pub(crate) fn follow<T>(
    steps: &[Step],
    mut value: Value<'_>,
    (mut cursor, mut class): (Cursor<'_>, Option<Cursor<'_>>),
    mut sensitive: Option<&PathSet>,
    see: &mut dyn FnMut(Place<'_, '_>) -> T,
) -> Option<T> {
    let mut rest = steps;
    loop {
        if sensitive.is_some_and(PathSet::is_member) {
            cursor.hide();
        }
        let Some((step, after)) = rest.split_first() else {
            return Some(see(Place { value, cursor: &cursor, class: class.as_ref(), sensitive }));
        };
        let facts = cursor.facts();
        if !matches!(step, Step::Decoded(_)) {
            // The path may have been read on a side where a string holds the document.
            let text = value.as_str().filter(|_| facts.equality().opens().is_some());
            if let Some(document) = text.and_then(|text| decode(text, &cursor)) {
                return follow(rest, document.root(), (cursor, class), None, see);
            }
            if let Some(element) = cursor.single(value) {
                cursor = element;
                class = class.filter(|_| matches!(step, Step::Field(_)));
                if !matches!(step, Step::Field(_)) {
                    Path::new(vec![step.clone()]).resolve(value, |_| ())?;
                    rest = after;
                    continue;
                }
            }
        }
        // The path may have been read on a side where a list holds the map.
        if matches!(step, Step::Index(0)) && value.kind() == Kind::Map && cursor.embeds() {
            (cursor, class) = (cursor.item(0, value), class.map(|class| class.item(0, value)));
            rest = after;
            continue;
        }
        rest = after;
        let token = match step {
            Step::Field(name) => {
                cursor = cursor.field(name, names_secret_entry(value, name));
                class = class.map(|class| class.field(name, false));
                value = value.get(name)?;
                step.clone()
            }
            Step::Decoded(_) => match value.kind() {
                Kind::Map | Kind::List => continue,
                _ => {
                    let document = decode(value.as_str()?, &cursor)?;
                    return follow(rest, document.root(), (cursor, class), None, see);
                }
            },
            _ => {
                let found = Path::new(vec![step.clone()]).resolve(value, |found| found.id())?;
                let mut before = None;
                let mut items = value.items().enumerate();
                let (index, item) = items.find(|(_, item)| {
                    let is_it = item.id() == found;
                    before = if is_it { before } else { Some(*item) };
                    is_it
                })?;
                cursor = cursor.item_behind(before, index, item);
                class = class.map(|class| class.item(index, item));
                value = item;
                Step::Index(index)
            }
        };
        sensitive = sensitive.and_then(|marks| marks.below(&token));
    }
}
