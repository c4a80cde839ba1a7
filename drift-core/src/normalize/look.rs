//! What is worked out of a resource while it is opened: the hashes of its nodes, and whether any of
//! its names may tell of a secret.

use super::fold::Fold;
use super::recorded::Recorded;
use super::secret::{SECRET_KIND, Says, is_secret_flag};
use crate::value::NodeId;
use crate::value::beside::Beside;
use crate::value::scan::{Quoted, Sink};
use std::convert::Infallible;
use std::ops::Range;

/// A name that has been looked at, of a field or of an entry.
#[derive(Clone)]
struct Known {
    words: [u64; 2],
    text: Box<str>,
    says: Says,
}

/// What names say, for those that came last: documents have the same few over and over.
pub(crate) struct Names {
    slots: Vec<Option<Known>>,
}

impl Default for Names {
    fn default() -> Self {
        Self { slots: vec![None; Self::SLOTS] }
    }
}

impl Names {
    const SLOTS: usize = 1 << 10;

    #[inline]
    fn slot(name: Quoted<'_>) -> usize {
        let end = |chunk: Option<&[u8; 8]>| chunk.map_or(0, |chunk| u64::from_le_bytes(*chunk));
        let [a, b] = if name.bytes.len() > Quoted::SHORT {
            [end(name.bytes.first_chunk()), end(name.bytes.last_chunk())]
        } else {
            name.words
        };
        let mixed =
            (a ^ b.rotate_left(29) ^ name.bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 40) as usize & (Self::SLOTS - 1)
    }

    #[inline]
    fn says(&mut self, name: Quoted<'_>) -> Says {
        if Says::is_nothing(name.bytes) {
            return Says::Nothing;
        }
        let Some(slot) = self.slots.get_mut(Self::slot(name)) else { return Says::Secret };
        if let Some(known) = slot
            && known.text.len() == name.bytes.len()
            && known.words == name.words
            && (name.bytes.len() <= Quoted::SHORT || known.text.as_bytes() == name.bytes)
        {
            return known.says;
        }
        let says = Says::of(name.text());
        *slot = Some(Known { words: name.words, text: name.text().into(), says });
        says
    }
}

/// Looks on while one resource is opened.
pub(crate) struct Look<'l> {
    fold: &'l mut Fold,
    names: &'l mut Names,
    /// Whether everything is wanted, even where nothing is compared.
    whole: bool,
    /// How many containers deep the fold does not look.
    unseen: usize,
    /// Whether a string that comes next is the name of an entry.
    entry: bool,
    /// Whether a name tells of a secret.
    secret: bool,
    /// The innermost map as an entry, and those around it.
    map: Entry,
    around: Vec<Entry>,
}

/// What of a map makes it an entry whose value is a secret, as `{name: DB_PASSWORD, value: …}` is.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    has_value: bool,
    secret_name: bool,
}

impl<'l> Look<'l> {
    /// Starts with the node that comes first. Containers of which nothing is compared are left empty,
    /// unless everything is wanted.
    pub(crate) fn new(
        fold: &'l mut Fold,
        names: &'l mut Names,
        recorded: Recorded,
        whole: bool,
    ) -> Self {
        fold.start_recording(0, recorded);
        Self {
            fold,
            names,
            whole,
            unseen: 0,
            entry: false,
            secret: false,
            map: Entry::default(),
            around: Vec::new(),
        }
    }

    /// The hashes of all nodes, and whether no name tells of a secret and no string holds a document
    /// with names of its own.
    pub(crate) fn end(self) -> (Recorded, bool) {
        (self.fold.end_recording(), !self.secret)
    }

    #[inline]
    fn string_seen(&mut self, text: Quoted<'_>) {
        let may_hold_document =
            |byte: &u8| matches!(byte, b'{' | b'[') || byte.is_ascii_whitespace() || *byte >= 0x80;
        if text.bytes.first().is_some_and(may_hold_document) {
            self.secret |= text.text().trim_start().starts_with(['{', '[']);
        }
        if std::mem::take(&mut self.entry) {
            self.map.secret_name |= self.names.says(text) == Says::Secret;
        }
        match text.bytes.first() {
            Some(b'-') => self.secret |= is_secret_flag(text.text()),
            // The kind of an object whose values are secret, wherever it stands.
            Some(b'S') => self.secret |= text.bytes == SECRET_KIND.as_bytes(),
            _ => {}
        }
    }

    /// Whether what is inside the container that starts is wanted on the tape.
    #[inline]
    fn opens(&mut self, wanted: impl FnOnce(&mut Fold) -> bool) -> bool {
        self.entry = false;
        if self.unseen > 0 {
            self.unseen += 1;
            return true;
        }
        if wanted(self.fold) {
            return true;
        }
        self.unseen = 1;
        self.whole || !self.fold.is_hollow()
    }

    #[inline]
    fn scalar(&mut self, show: impl FnOnce(&mut Fold)) {
        self.entry = false;
        if self.unseen == 0 {
            show(self.fold);
        }
    }
}

impl Beside for Look<'_> {
    #[inline]
    fn at(&mut self, node: NodeId) {
        self.fold.at(node);
    }
}

impl Sink for Look<'_> {
    type Stop = Infallible;

    fn null(&mut self, span: Range<usize>) -> Result<(), Infallible> {
        self.scalar(|fold| {
            let Ok(()) = fold.null(span);
        });
        Ok(())
    }

    fn bool(&mut self, span: Range<usize>, value: bool) -> Result<(), Infallible> {
        self.scalar(|fold| {
            let Ok(()) = fold.bool(span, value);
        });
        Ok(())
    }

    fn number(&mut self, span: Range<usize>, text: &str, exp: i64) -> Result<(), Infallible> {
        self.scalar(|fold| {
            let Ok(()) = fold.number(span, text, exp);
        });
        Ok(())
    }

    #[inline]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Infallible> {
        self.string_seen(text);
        self.scalar(|fold| {
            let Ok(()) = fold.string(span, text);
        });
        Ok(())
    }

    #[inline]
    fn key(&mut self, span: Range<usize>, text: Quoted<'_>) -> Result<(), Infallible> {
        let mut says = None;
        if self.unseen == 0 {
            let Ok(()) = self.fold.key(span, text);
            says = self.fold.says();
        }
        let says = says.unwrap_or_else(|| self.names.says(text));
        self.secret |= says == Says::Secret;
        self.map.has_value |= says == Says::Value;
        self.entry = says == Says::Name;
        Ok(())
    }

    fn open_list(&mut self, start: usize) -> Result<bool, Infallible> {
        Ok(self.opens(|fold| {
            let Ok(wanted) = fold.open_list(start);
            wanted
        }))
    }

    fn open_map(&mut self, start: usize) -> Result<bool, Infallible> {
        self.around.push(std::mem::take(&mut self.map));
        Ok(self.opens(|fold| {
            let Ok(wanted) = fold.open_map(start);
            wanted
        }))
    }

    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Infallible> {
        if is_map {
            self.secret |= self.map.has_value && self.map.secret_name;
            self.map = self.around.pop().unwrap_or_default();
        }
        if self.unseen > 0 {
            self.unseen -= 1;
            return Ok(());
        }
        self.fold.close(end, is_map)
    }
}
