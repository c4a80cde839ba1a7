//! What the paths of a mapping have led to in one item, as what a resource is known by.

use super::plan::Planned;
use crate::model::{Name, Scope};
use crate::source::strict::id;
use crate::value::recent::{Recent, mark, mark_all};
use crate::value::{Document, ReadOptions};
use std::borrow::Cow;
use std::ops::Range;

/// The places that paths have led to.
pub(super) struct Found<'f, 'a> {
    pub(super) text: &'a str,
    pub(super) slots: &'f [Option<Range<usize>>],
    pub(super) options: &'f ReadOptions,
}

impl<'a> Found<'_, 'a> {
    /// The text that stands there.
    pub(super) fn of<'p>(&self, planned: &Planned<'p>) -> Option<Cow<'p, str>>
    where
        'a: 'p,
    {
        match planned {
            Planned::Const(text) => Some(Cow::Borrowed(text)),
            Planned::Slots(slots) => slots.iter().find_map(|slot| {
                let span = self.slots.get(*slot)?.clone()?;
                id_in(self.text.get(span)?, self.options)
            }),
            Planned::Part(of, cut) => match self.of(of)? {
                Cow::Borrowed(text) => {
                    cut.of(text).filter(|part| !part.is_empty()).map(Cow::Borrowed)
                }
                Cow::Owned(text) => cut
                    .of(&text)
                    .filter(|part| !part.is_empty())
                    .map(|part| Cow::Owned(part.to_owned())),
            },
            Planned::Join(parts) => {
                parts.iter().map(|part| self.of(part)).collect::<Option<String>>().map(Cow::Owned)
            }
            Planned::First(parts) => parts.iter().find_map(|part| self.of(part)),
        }
    }

    /// Whether both texts of each pair are there and equal.
    pub(super) fn meets(&self, pairs: &[[Planned<'_>; 2]]) -> bool {
        pairs.iter().all(|[a, b]| self.of(a).is_some_and(|a| self.of(b) == Some(a)))
    }

    pub(super) fn text(&self, planned: &Planned<'_>) -> Option<String> {
        self.of(planned).map(Cow::into_owned)
    }

    /// Texts by their names, without those that are not there.
    pub(super) fn named<'p, 'm>(
        &self,
        texts: &'p [(&'m str, Planned<'m>)],
    ) -> impl Iterator<Item = (&'m str, Cow<'p, str>)>
    where
        'a: 'p,
    {
        texts.iter().filter_map(|(name, planned)| Some((*name, self.of(planned)?)))
    }
}

/// What many resources have in common, made once.
pub(super) struct Shared {
    names: Recent<Name>,
    /// As the documents have them, and with what the options say of them.
    scopes: Recent<(Scope, Scope)>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { names: Recent::new(), scopes: Recent::new() }
    }

    pub(super) fn name(&mut self, text: &str) -> Name {
        self.names.get(mark(text), |known| known == text, || text.into())
    }

    /// The scope of these fields, and where they lack one of `defaults` that one.
    pub(super) fn scope<'s, I>(&mut self, fields: impl Fn() -> I, defaults: &Scope) -> Scope
    where
        I: Iterator<Item = (&'s str, Cow<'s, str>)>,
    {
        let mark = mark_all(fields().map(|(_, text)| text));
        let is_it = |(known, _): &(Scope, Scope)| {
            let mut count = 0;
            let mut same = fields().inspect(|_| count += 1);
            same.all(|(name, text)| known.get(name) == Some(&*text))
                && known.iter().count() == count
        };
        let make = || {
            let scope: Scope = fields().map(|(name, text)| (name, text.into_owned())).collect();
            let mut filled = scope.clone();
            filled.fill(defaults);
            (scope, filled)
        };
        let (_, filled) = self.scopes.get(mark, is_it, make);
        filled
    }
}

/// The string or the integer that the text of a value says.
fn id_in<'t>(text: &'t str, options: &ReadOptions) -> Option<Cow<'t, str>> {
    let plain = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match plain {
        Some(plain) if !plain.contains('\\') => {
            Some(plain).filter(|p| !p.is_empty()).map(Cow::Borrowed)
        }
        _ => id(Document::parse_json(text.as_bytes(), options).ok()?.root()).map(Cow::Owned),
    }
}
