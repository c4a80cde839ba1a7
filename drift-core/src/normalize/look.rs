//! What is worked out of a resource while it is opened: the hashes of its nodes, and whether any of
//! its names may tell of a secret.

use super::fold::Fold;
use super::fold::take::Witness;
use super::recorded::Recorded;
use super::secret::{SECRET_KIND, Says, is_secret_flag};
use crate::value::NodeId;
use crate::value::beside::{Beside, Piece};
use crate::value::scan::{Inside, Quoted, Sink, Taken};
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
    signs: Signs<'l>,
    /// Whether everything is wanted, even where nothing is compared.
    whole: bool,
    /// How many containers deep the fold does not look.
    unseen: usize,
    /// The maps around the innermost one as entries.
    around: Vec<Entry>,
}

/// What names and strings tell of secrets.
struct Signs<'l> {
    names: &'l mut Names,
    /// Whether a string that comes next is the name of an entry.
    entry: bool,
    /// Whether a name tells of a secret.
    secret: bool,
    /// The innermost map as an entry.
    map: Entry,
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
        let signs = Signs { names, entry: false, secret: false, map: Entry::default() };
        Self { fold, signs, whole, unseen: 0, around: Vec::new() }
    }

    /// The hashes of all nodes, and whether no name tells of a secret and no string holds a document
    /// with names of its own.
    pub(crate) fn end(self) -> (Recorded, bool) {
        (self.fold.end_recording(), !self.signs.secret)
    }

    /// Whether what is inside the container that starts is wanted on the tape.
    #[inline]
    fn opens(&mut self, is_map: bool) -> Inside {
        self.signs.entry = false;
        if self.unseen > 0 {
            self.unseen += 1;
            return Inside::Shown;
        }
        if self.fold.open_container(is_map) {
            return Inside::Shown;
        }
        self.unseen = 1;
        if self.whole || !self.fold.is_hollow() { Inside::Shown } else { Inside::Unseen }
    }

    #[inline]
    fn scalar(&mut self, show: impl FnOnce(&mut Fold)) {
        self.signs.entry = false;
        if self.unseen == 0 {
            show(self.fold);
        }
    }
}

impl Signs<'_> {
    #[inline]
    fn name(&mut self, says: Says) {
        self.secret |= says == Says::Secret;
        self.map.has_value |= says == Says::Value;
        self.entry = says == Says::Name;
    }

    #[inline]
    fn string(&mut self, text: Quoted<'_>) {
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
}

/// Looks for signs in what is taken, and says what it is.
struct Eye<'e, 'l, P> {
    signs: &'e mut Signs<'l>,
    put: P,
}

impl<P: FnMut(Piece, Range<usize>)> Witness for Eye<'_, '_, P> {
    const RECORDS: bool = true;

    #[inline(always)]
    fn name(&mut self, span: Range<usize>, says: Says) {
        self.signs.name(says);
        (self.put)(Piece::Name, span);
    }

    #[inline(always)]
    fn string(&mut self, span: Range<usize>, text: Quoted<'_>) {
        self.signs.string(text);
        (self.put)(Piece::String, span);
    }

    #[inline(always)]
    fn number(&mut self, span: Range<usize>) {
        self.signs.entry = false;
        (self.put)(Piece::Number, span);
    }
}

impl Beside for Look<'_> {
    #[inline]
    fn at(&mut self, node: NodeId) {
        self.fold.at(node);
    }

    #[inline]
    fn take_fields(&mut self, text: &[u8], put: impl FnMut(Piece, Range<usize>)) -> Taken {
        if self.unseen > 0 {
            return Taken::default();
        }
        self.fold.take_fields(text, &mut Eye { signs: &mut self.signs, put })
    }

    #[inline]
    fn take_items(&mut self, text: &[u8], put: impl FnMut(Piece, Range<usize>)) -> Taken {
        if self.unseen > 0 {
            return Taken::default();
        }
        self.fold.take_items(text, &mut Eye { signs: &mut self.signs, put })
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
        self.signs.string(text);
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
        let says = says.unwrap_or_else(|| self.signs.names.says(text));
        self.signs.name(says);
        Ok(())
    }

    fn open_list(&mut self, _: usize) -> Result<Inside, Infallible> {
        Ok(self.opens(false))
    }

    fn open_map(&mut self, _: usize) -> Result<Inside, Infallible> {
        self.around.push(std::mem::take(&mut self.signs.map));
        Ok(self.opens(true))
    }

    fn close(&mut self, end: usize, is_map: bool) -> Result<(), Infallible> {
        if is_map {
            self.signs.secret |= self.signs.map.has_value && self.signs.map.secret_name;
            self.signs.map = self.around.pop().unwrap_or_default();
        }
        if self.unseen > 0 {
            self.unseen -= 1;
            return Ok(());
        }
        self.fold.close(end, is_map)
    }
}
