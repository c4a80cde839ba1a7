//! The content hash: 128 bits over the canonical form of a value, keyed, and fast enough to be
//! taken of every byte.
//!
//! Two lanes of 64 bits run side by side, with keys of their own. Each multiplies what it reads to
//! 128 bits and folds the halves together, as wyhash and foldhash do. A map adds up its fields and
//! a set its members, so that neither needs sorting. Every operand is masked by a key that only the
//! caller knows, so a document cannot be made to collide with another. There is no proof behind the
//! construction: it is taken that two values collide in one lane with a chance near 2⁻⁶⁴ and in
//! both near 2⁻¹²⁸.

use super::hash::{ContentHash, Seed};
use super::scan::Quoted;
use siphasher::sip::SipHasher13;
use std::hash::Hasher as _;
use std::sync::LazyLock;

/// A hash in the making: two lanes.
pub(crate) type Lanes = [u64; 2];

/// What kind of value a text stands for; part of its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A number, by its canonical text.
    Number,
    /// The canonical text under an equality.
    Canonical,
}

/// Makes hashes under keys expanded from a [`Seed`].
#[derive(Clone)]
pub(crate) struct Mixer {
    /// For each lane.
    keys: [LaneKeys; 2],
}

#[derive(Clone, Copy, Default)]
struct LaneKeys {
    /// For the first word of a short text, by its length: a key of its own for each, since the words
    /// of one length can be those of another.
    lengths: [u64; Quoted::SHORT + 1],
    first: u64,
    second: u64,
    block: u64,
    number: u64,
    canonical: u64,
    name: u64,
    field: u64,
    map: u64,
    item: u64,
    list: u64,
    member: u64,
    set: u64,
    null: u64,
    no: u64,
    yes: u64,
    nothing: u64,
}

/// Multiplies to 128 bits and folds the halves together.
#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[inline(always)]
fn word(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>());
    word.map_or(0, |word| u64::from_le_bytes(*word))
}

impl Mixer {
    /// A mixer of keys that anybody knows, made once: for hashes of which nothing but time depends.
    pub(crate) fn plain() -> &'static Self {
        static PLAIN: LazyLock<Mixer> = LazyLock::new(|| Mixer::new(Seed::default()));
        &PLAIN
    }

    pub(crate) fn new(seed: Seed) -> Self {
        let mut index = 0;
        let mut key = || {
            let mut hasher = SipHasher13::new_with_keys(seed.0[0], seed.0[1]);
            hasher.write_u64(index);
            index += 1;
            hasher.finish()
        };
        let mut lane = || LaneKeys {
            lengths: std::array::from_fn(|_| key()),
            first: key(),
            second: key(),
            block: key(),
            number: key(),
            canonical: key(),
            name: key(),
            field: key(),
            map: key(),
            item: key(),
            list: key(),
            member: key(),
            set: key(),
            null: key(),
            no: key(),
            yes: key(),
            nothing: key(),
        };
        Self { keys: [lane(), lane()] }
    }

    /// Both lanes of what `of` makes of each lane's keys.
    #[inline(always)]
    fn both(&self, of: impl Fn(&LaneKeys, usize) -> u64) -> Lanes {
        let [a, b] = &self.keys;
        [of(a, 0), of(b, 1)]
    }

    /// The hash of a string.
    pub(crate) fn text(&self, text: &str) -> Lanes {
        self.quoted(Quoted::of(text))
    }

    /// The hash of a string as a scanner finds it.
    #[inline(always)]
    pub(crate) fn quoted(&self, text: Quoted<'_>) -> Lanes {
        if text.bytes.len() > Quoted::SHORT {
            return self.long(text.bytes);
        }
        // The words and the length say all of the text.
        self.short(text.words, text.bytes.len())
    }

    /// The hash of a string of up to sixteen bytes, with zeros behind its end.
    #[inline(always)]
    pub(crate) fn short(&self, [a, b]: [u64; 2], length: usize) -> Lanes {
        self.both(|keys, _| {
            let first = keys.lengths.get(length).copied().unwrap_or_default();
            fold(a ^ first, b ^ keys.second)
        })
    }

    /// One lane of the hash of a string.
    #[inline(always)]
    pub(crate) fn lane(&self, text: Quoted<'_>) -> u64 {
        let [keys, _] = &self.keys;
        if text.bytes.len() > Quoted::SHORT {
            let [lane, _] = self.long(text.bytes);
            return lane;
        }
        let [a, b] = text.words;
        let first = keys.lengths.get(text.bytes.len()).copied().unwrap_or_default();
        fold(a ^ first, b ^ keys.second)
    }

    fn long(&self, bytes: &[u8]) -> Lanes {
        let mut lanes = self.both(|keys, _| fold(keys.block ^ bytes.len() as u64, keys.second));
        let mut step = |a: u64, b: u64| {
            let [x, y] = lanes;
            lanes = self.both(|keys, lane| {
                let state = if lane == 0 { x } else { y };
                fold(state ^ a ^ keys.first, b ^ keys.second)
            });
        };
        let (blocks, _) = bytes.as_chunks::<16>();
        for block in blocks {
            step(word(block, 0), word(block, 8));
        }
        if !bytes.len().is_multiple_of(16) {
            // The last sixteen bytes once more, as a block of their own.
            step(word(bytes, bytes.len() - 16), word(bytes, bytes.len() - 8));
        }
        lanes
    }

    /// A text's hash as that of another kind of value.
    #[inline(always)]
    pub(crate) fn tagged(&self, text: Lanes, tag: Tag) -> Lanes {
        let [x, y] = text;
        self.both(|keys, lane| {
            let state = if lane == 0 { x } else { y };
            match tag {
                Tag::Number => state ^ keys.number,
                Tag::Canonical => state ^ keys.canonical,
            }
        })
    }

    pub(crate) fn null(&self) -> Lanes {
        self.both(|keys, _| keys.null)
    }

    pub(crate) fn bool(&self, value: bool) -> Lanes {
        self.both(|keys, _| if value { keys.yes } else { keys.no })
    }

    /// An element of which nothing is compared.
    pub(crate) fn nothing(&self) -> Lanes {
        self.both(|keys, _| keys.nothing)
    }

    /// A map's sum with a field added.
    #[inline(always)]
    pub(crate) fn field(&self, [x, y]: Lanes, name: Lanes, value: Lanes) -> Lanes {
        let [a, b] = self.both(|keys, lane| {
            let (name, value) = if lane == 0 { (name[0], value[0]) } else { (name[1], value[1]) };
            fold(name ^ keys.name, value ^ keys.field)
        });
        [x.wrapping_add(a), y.wrapping_add(b)]
    }

    /// A map, from the sum of its fields; an ordered list, from the state behind its last element; or a set, from
    /// the sum of its members.
    #[inline(always)]
    pub(crate) fn container(
        &self,
        sum: Lanes,
        count: u32,
        is_map: bool,
        is_ordered: bool,
    ) -> Lanes {
        self.end(sum, count, |keys| {
            let list = if is_ordered { keys.list } else { keys.set };
            if is_map { keys.map } else { list }
        })
    }

    /// An ordered list's state behind one more element.
    #[inline(always)]
    pub(crate) fn item(&self, [x, y]: Lanes, value: Lanes) -> Lanes {
        self.both(|keys, lane| {
            let (state, value) = if lane == 0 { (x, value[0]) } else { (y, value[1]) };
            fold(state ^ keys.list, value ^ keys.item)
        })
    }

    /// A set's sum with a member added.
    #[inline(always)]
    pub(crate) fn member(&self, [x, y]: Lanes, value: Lanes) -> Lanes {
        let [a, b] = self.both(|keys, lane| {
            let value = if lane == 0 { value[0] } else { value[1] };
            fold(value ^ keys.member, keys.item)
        });
        [x.wrapping_add(a), y.wrapping_add(b)]
    }

    /// A set, from the sum of its members.
    pub(crate) fn set(&self, sum: Lanes, members: u32) -> Lanes {
        self.container(sum, members, false, false)
    }

    #[inline(always)]
    fn end(&self, [x, y]: Lanes, count: u32, key: impl Fn(&LaneKeys) -> u64) -> Lanes {
        self.both(|keys, lane| {
            let state = if lane == 0 { x } else { y };
            fold(state ^ key(keys), keys.block ^ u64::from(count))
        })
    }
}

impl From<Lanes> for ContentHash {
    fn from([x, y]: Lanes) -> Self {
        Self::of_halves(x, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_bit_of_a_text_counts() {
        let mixer = Mixer::new(Seed([1, 2]));
        let mut seen = BTreeSet::new();
        let mut texts = 0;
        for length in 0..70 {
            let plain = vec![b'a'; length];
            let mut note = |bytes: &[u8]| {
                texts += 1;
                let [x, y] = mixer.text(std::str::from_utf8(bytes).unwrap());
                assert!(seen.insert((x, 0)) && seen.insert((y, 1)), "{length}");
            };
            note(&plain);
            for at in 0..length {
                for bit in 1..128 {
                    let mut other = plain.clone();
                    other[at] ^= bit;
                    note(&other);
                }
            }
        }
        assert_eq!(seen.len(), 2 * texts);
    }

    #[test]
    fn names_that_are_built_alike_have_lanes_of_their_own() {
        let words = ["api", "auth", "cart", "edge", "mail", "push", "user", "web"];
        let mixer = Mixer::new(Seed::default());
        let mut seen = BTreeSet::new();
        let mut names = 0;
        for (one, two) in words.iter().flat_map(|one| words.map(|two| (one, two))) {
            for number in 0..2_000 {
                names += 1;
                seen.insert(mixer.lane(Quoted::of(&format!("{one}.{two}.{number}"))));
            }
        }
        assert_eq!(seen.len(), names);
    }

    #[test]
    fn seeds_make_other_hashes() {
        let of = |seed| Mixer::new(Seed(seed)).text("the same");
        assert_ne!(of([0, 0]), of([0, 1]));
        assert_ne!(of([1, 0]), of([0, 1]));
        assert_eq!(of([7, 8]), of([7, 8]));
    }

    #[test]
    fn the_order_of_fields_and_members_does_not_count_and_that_of_items_does() {
        let mixer = Mixer::new(Seed([1, 2]));
        let [a, b] = ["a", "b"].map(|text| mixer.text(text));
        let none = [0, 0];
        let ordered = |x, y| mixer.container(mixer.item(mixer.item(none, x), y), 2, false, true);
        let set = |x, y| mixer.set(mixer.member(mixer.member(none, x), y), 2);
        assert_ne!(ordered(a, b), ordered(b, a));
        assert_eq!(set(a, b), set(b, a));
        assert_ne!(set(a, a), set(b, b));
        let map = |one: (Lanes, Lanes), two: (Lanes, Lanes)| {
            mixer.container(
                mixer.field(mixer.field(none, one.0, one.1), two.0, two.1),
                2,
                true,
                false,
            )
        };
        assert_eq!(map((a, b), (b, a)), map((b, a), (a, b)));
        assert_ne!(map((a, b), (b, a)), map((a, a), (b, b)));
        assert_ne!(mixer.container(none, 0, true, false), mixer.set(none, 0));
        assert_ne!(mixer.container(none, 0, false, true), mixer.set(none, 0));
        assert_ne!(mixer.text("1"), mixer.tagged(mixer.text("1"), Tag::Number));
    }
}
