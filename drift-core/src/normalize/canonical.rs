//! Canonical forms under a shape: hashes for matching, trees for printing.
//!
//! Both are blind to key order, to the order of sets and keyed lists, to ignored paths, and to
//! values that are as good as absent.

use super::equality::Scalar;
use super::facts::Facts;
use super::rule::{Fact, FactKind, ListSemantics, Order};
use super::secret::{
    is_entry_name, is_entry_value, is_secret_data, is_secret_object, names_header, names_secret,
};
use super::shape::{Cursor, MAX_SINGLE};
use crate::limits::Limits;
use crate::path::{PathSet, Step};
use crate::value::{ContentHash, Document, Embedded, Hasher, Kind, ReadOptions, Seed, Tree, Value};
use std::borrow::Cow;

/// Whether the field `field` of `map` is the value of an entry whose name tells of a secret, as in
/// `{name: DB_PASSWORD, value: …}`, that of a header which authorises, or the values of a Secret of Kubernetes.
pub(crate) fn names_secret_entry(map: Value<'_>, field: &str) -> bool {
    let names = |text: &str| names_secret(text) || names_header(text);
    let is_entry = is_entry_value(field)
        && map
            .fields()
            .any(|(name, value)| is_entry_name(name) && value.as_str().is_some_and(names));
    let is_data = is_secret_data(field)
        && is_secret_object(map.str_field("apiVersion"), map.str_field("kind"));
    // Whatever else goes by the name of a header is an object.
    let is_header = names_header(field) && map.get(field).is_some_and(|it| it.kind() != Kind::Map);
    is_entry || is_data || is_header
}

/// As [`names_secret_entry`], for an owned map.
pub(crate) fn names_secret_entry_tree(map: &Tree, field: &str) -> bool {
    let Tree::Map(fields) = map else { return false };
    let names = |text: &str| names_secret(text) || names_header(text);
    let is_entry = is_entry_value(field)
        && fields
            .iter()
            .any(|(name, value)| is_entry_name(name) && value.as_str().is_some_and(names));
    let text = |name: &str| map.get(name).and_then(Tree::as_str);
    let is_data = is_secret_data(field) && is_secret_object(text("apiVersion"), text("kind"));
    let is_header = names_header(field) && !matches!(map.get(field), None | Some(Tree::Map(_)));
    is_entry || is_data || is_header
}

fn sorted(mut items: Vec<Tree>) -> Vec<Tree> {
    items.sort_unstable();
    items
}

/// Whether the value means the one that a rule names.
fn is_like(value: Value<'_>, named: &Tree, facts: &Facts<'_>) -> bool {
    let equality = facts.equality();
    match (equality.canonical(Scalar::of(value)), equality.canonical(Scalar::of_tree(named))) {
        (Some(ours), Some(theirs)) => ours == theirs,
        _ => {
            Some(value.kind()) == named.kind()
                && match (Tree::of(value), named) {
                    (Tree::List(ours), Tree::List(theirs)) if is_unordered(facts) => {
                        sorted(ours) == sorted(theirs.clone())
                    }
                    (ours, theirs) => ours == *theirs,
                }
        }
    }
}

/// Whether the order of a list's elements has no meaning.
pub(crate) fn is_unordered(facts: &Facts<'_>) -> bool {
    match facts.list() {
        Some(ListSemantics::Set { .. }) => true,
        Some(ListSemantics::Keyed(_)) => facts.order() == Order::Insignificant,
        _ => false,
    }
}

/// As [`is_unordered`], or the order counts for what mentions each other alone: a baseline does not ask that.
pub(crate) fn is_recalled_unordered(facts: &Facts<'_>) -> bool {
    let mentions = facts.order() == Order::References;
    is_unordered(facts) || (mentions && matches!(facts.list(), Some(ListSemantics::Keyed(_))))
}

/// The document inside a string at `cursor`, if it is one and is not nested too deeply: in the form
/// that the equality there says, or as JSON.
pub(crate) fn decode<'t>(text: &'t str, cursor: &Cursor<'_>) -> Option<Document<'t>> {
    let form = cursor.facts().equality().opens().unwrap_or(Embedded::Json);
    decode_at(text, form, cursor.depth())
}

/// As [`decode`], `depth` steps below the resource.
pub(super) fn decode_at(text: &str, form: Embedded, depth: usize) -> Option<Document<'_>> {
    let max_depth = Limits::MAX_DEPTH.checked_sub(depth).filter(|left| *left > 0)?;
    // It holds its own text again, which a pattern for all that is below would open as well.
    if form == Embedded::Principal && depth >= MAX_SINGLE {
        return None;
    }
    let limits = Limits { max_depth, ..Limits::default() };
    let options = ReadOptions { limits, ..ReadOptions::default() };
    form.open(text, &options)
}

/// Makes canonical forms; hashes are keyed by the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canon {
    pub(crate) seed: Seed,
}

impl Canon {
    /// The hash of what of `value` is compared.
    pub(crate) fn hash(self, value: Value<'_>, cursor: &Cursor<'_>) -> ContentHash {
        self.visible(value, cursor).unwrap_or_else(|| Hasher::new(self.seed, b'-').finish())
    }

    /// Whether a rule leaves the value out, with all that is in it.
    pub(crate) fn is_left_out(self, value: Value<'_>, cursor: &Cursor<'_>) -> bool {
        let may_be = cursor.ignored().is_some() || cursor.facts().is_output();
        may_be && self.visible(value, cursor).is_none()
    }

    /// As [`Canon::hash`]; `None` where nothing of the value is compared.
    fn visible(self, value: Value<'_>, cursor: &Cursor<'_>) -> Option<ContentHash> {
        let ignored = cursor.ignored().is_some();
        if ignored && !cursor.reopens() {
            return None;
        }
        let facts = cursor.facts();
        if facts.is_output() {
            return None;
        }
        if let Some(element) = cursor.single(value) {
            return (!ignored).then(|| self.single(value, cursor, &element, &facts));
        }
        match value.kind() {
            Kind::Map => {
                self.map(value, cursor, &facts).filter(|hash| !ignored || *hash != self.empty_map())
            }
            Kind::List if ignored => self.opened_in(value, cursor, &facts),
            _ if ignored => None,
            Kind::List => Some(self.list(value, cursor, &facts)),
            _ => Some(self.scalar(value, cursor, &facts)),
        }
    }

    fn empty_map(self) -> ContentHash {
        Hasher::new(self.seed, b'm').finish()
    }

    fn map(self, map: Value<'_>, cursor: &Cursor<'_>, facts: &Facts<'_>) -> Option<ContentHash> {
        let names = facts.names();
        let mut fields: Vec<(Cow<'_, str>, ContentHash)> = map
            .fields()
            .filter_map(|(name, value)| {
                let child = cursor.field(name, false);
                let absent = self.is_absent(value, &child.facts());
                let hash = if absent { None } else { self.visible(value, &child) };
                hash.map(|hash| (names.fold(name), hash))
            })
            .collect();
        fields.sort_unstable();
        let mut hasher = Hasher::new(self.seed, b'm');
        for (name, hash) in fields {
            hasher.text(&name).hash(hash);
        }
        Some(hasher.finish())
    }

    fn list(self, list: Value<'_>, cursor: &Cursor<'_>, facts: &Facts<'_>) -> ContentHash {
        let items = list.items().enumerate();
        let hashes = items.map(|(index, item)| self.hash(item, &cursor.item(index, item)));
        self.members(hashes.collect(), facts)
    }

    /// The elements of a list that a rule leaves out, of which something is compared all the same.
    fn opened_in(
        self,
        list: Value<'_>,
        cursor: &Cursor<'_>,
        facts: &Facts<'_>,
    ) -> Option<ContentHash> {
        let items = list.items().enumerate();
        let hashes =
            items.filter_map(|(index, item)| self.visible(item, &cursor.item(index, item)));
        let hashes: Vec<ContentHash> = hashes.collect();
        (!hashes.is_empty()).then(|| self.members(hashes, facts))
    }

    /// A value that is as good as a list that holds it alone.
    fn single(
        self,
        value: Value<'_>,
        cursor: &Cursor<'_>,
        element: &Cursor<'_>,
        facts: &Facts<'_>,
    ) -> ContentHash {
        let opens = facts.equality().opens().is_some();
        let text = value.as_str().filter(|_| opens);
        if let Some(document) = text.and_then(|text| decode(text, cursor)) {
            return self.hash(document.root(), cursor);
        }
        self.members(vec![self.hash(value, element)], facts)
    }

    fn members(self, mut hashes: Vec<ContentHash>, facts: &Facts<'_>) -> ContentHash {
        if is_unordered(facts) {
            hashes.sort_unstable();
            if facts.counts_once() {
                hashes.dedup();
            }
        }
        let mut hasher = Hasher::new(self.seed, b'l');
        for hash in hashes {
            hasher.hash(hash);
        }
        hasher.finish()
    }

    fn scalar(self, value: Value<'_>, cursor: &Cursor<'_>, facts: &Facts<'_>) -> ContentHash {
        let equality = facts.equality();
        if equality.opens().is_some()
            && let Some(document) = value.as_str().and_then(|text| decode(text, cursor))
        {
            return self.hash(document.root(), cursor);
        }
        let scalar = Scalar::of(value);
        let (tag, text) = match (equality.canonical(scalar), scalar) {
            (Some(text), _) => (b'c', text),
            (None, Scalar::Number(number)) => (b'n', number.to_string()),
            (None, Scalar::String(text)) => (b's', text.to_owned()),
            (None, Scalar::Bool(_) | Scalar::Other) => (b'o', Tree::of(value).to_string()),
        };
        Hasher::new(self.seed, tag).text(&text).finish()
    }

    /// Whether two values mean the same.
    pub(crate) fn same(self, a: Value<'_>, b: Value<'_>, cursor: &Cursor<'_>) -> bool {
        self.hash(a, cursor) == self.hash(b, cursor)
    }

    /// Whether the value is as good as none: the default, or an empty that stands for absence.
    pub(crate) fn is_absent(self, value: Value<'_>, facts: &Facts<'_>) -> bool {
        self.is_default(value, facts)
            || facts.empties().iter().any(|empty| Tree::of(value) == *empty)
    }

    /// Whether the value is the one that an absent value stands for.
    pub(crate) fn is_default(self, value: Value<'_>, facts: &Facts<'_>) -> bool {
        facts.default().is_some_and(|default| is_like(value, default, facts))
    }

    /// Whether a rule watches the value: it is drift where nobody declares it.
    pub(crate) fn is_watched(self, value: Value<'_>, facts: &Facts<'_>) -> bool {
        match facts.entry(FactKind::Watch).map(|entry| &entry.fact) {
            Some(Fact::Watch(watch)) => *watch,
            Some(Fact::WatchOf(all)) => all.iter().any(|known| is_like(value, known, facts)),
            _ => false,
        }
    }

    /// Whether the value means what the provider gives where none is declared.
    pub(crate) fn is_initial(self, value: Value<'_>, cursor: &Cursor<'_>) -> bool {
        let facts = cursor.facts();
        let Some(Fact::Initial(initial)) = facts.entry(FactKind::Initial).map(|entry| &entry.fact)
        else {
            return false;
        };
        let text = initial.to_string();
        let document = Document::parse_json(text.as_bytes(), &ReadOptions::default());
        document.is_ok_and(|document| self.same(document.root(), value, cursor))
    }

    /// A copy of what of `value` is compared, for printing: keys sorted, sets in the order of
    /// their values, secrets hidden where `redact` says so.
    pub(crate) fn tree(
        self,
        value: Value<'_>,
        cursor: &Cursor<'_>,
        sensitive: Option<&PathSet>,
        redact: bool,
    ) -> Tree {
        let hidden = cursor.is_hidden() || sensitive.is_some_and(PathSet::is_member);
        if hidden && redact && !value.is_null() {
            return Tree::Secret { equal: false };
        }
        let facts = cursor.facts();
        if let Some(element) = cursor.single(value) {
            let text = value.as_str().filter(|_| redact);
            if let Some(inside) = text.and_then(|text| self.hidden_inside(text, cursor)) {
                return Tree::String(inside);
            }
            return self.tree(value, &element, sensitive, redact);
        }
        let below = |step: &dyn Fn() -> Step| sensitive.and_then(|marks| marks.below(&step()));
        match value.kind() {
            Kind::Map => Tree::map(value.fields().filter_map(|(name, field)| {
                let child = cursor.field(name, names_secret_entry(value, name));
                // What is left out is printed where it is asked for itself.
                let whole = cursor.ignored().is_some();
                let shown = whole || child.ignored().is_none() || child.reopens();
                let below = below(&|| Step::Field(name.to_owned()));
                shown.then(|| (name.to_owned(), self.tree(field, &child, below, redact)))
            })),
            Kind::List => {
                let mut before = None;
                let items = value.items().enumerate();
                let mut items: Vec<Tree> = items
                    .map(|(index, item)| {
                        let child = cursor.item_behind(before.replace(item), index, item);
                        self.tree(item, &child, below(&|| Step::Index(index)), redact)
                    })
                    .collect();
                if is_unordered(&facts) {
                    items.sort_unstable();
                }
                Tree::List(items)
            }
            Kind::String if redact => {
                let text = value.as_str().unwrap_or_default();
                self.hidden_inside(text, cursor).map_or_else(|| Tree::of(value), Tree::String)
            }
            _ => Tree::of(value),
        }
    }

    /// The document inside a string without its secrets, as a string; `None` where there are none.
    fn hidden_inside(self, text: &str, cursor: &Cursor<'_>) -> Option<String> {
        let form = cursor.facts().equality().opens().is_some_and(|form| form != Embedded::Json);
        let container = form || text.trim_start().starts_with(['{', '[']);
        let document = container.then(|| decode(text, cursor)).flatten()?;
        let inside = self.tree(document.root(), cursor, None, true);
        inside.holds_secret().then(|| inside.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_in_strings_count_towards_the_depth() {
        let opens = |text, depth| decode_at(text, Embedded::Json, depth).is_some();
        assert!(opens("[[]]", Limits::MAX_DEPTH - 2));
        assert!(!opens("[[]]", Limits::MAX_DEPTH - 1));
        assert!(!opens("[]", Limits::MAX_DEPTH));
    }
}
