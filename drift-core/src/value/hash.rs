//! Content hashes: 128 bits, keyed by a seed that the caller gives.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::hash::{BuildHasher, Hasher as _};

/// The key of every hash, from the caller; it never shows in any output.
///
/// Bindings take it from the operating system, so that no document can be made to collide on
/// purpose. The default is all zeros, which is right where documents are trusted.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Seed(pub [u64; 2]);

/// Does not print the seed.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

/// A hash of a canonical value. It lives in memory only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash {
    // In halves, as there are many, beside what needs no more than a word to stand at.
    high: u64,
    low: u64,
}

impl ContentHash {
    pub(crate) fn of(hash: u128) -> Self {
        Self { high: (hash >> 64) as u64, low: hash as u64 }
    }

    pub(crate) fn of_halves(high: u64, low: u64) -> Self {
        Self { high, low }
    }

    pub(crate) fn as_u128(self) -> u128 {
        u128::from(self.high) << 64 | u128::from(self.low)
    }
}

/// Feeds tagged, length-prefixed parts into a keyed hash.
pub(crate) struct Hasher(SipHasher13);

impl Hasher {
    pub(crate) fn new(seed: Seed, tag: u8) -> Self {
        let [k0, k1] = seed.0;
        let mut hasher = SipHasher13::new_with_keys(k0, k1);
        hasher.write_u8(tag);
        Self(hasher)
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.0.write_u64(text.len() as u64);
        self.0.write(text.as_bytes());
        self
    }

    pub(crate) fn hash(&mut self, hash: ContentHash) -> &mut Self {
        self.0.write_u128(hash.as_u128());
        self
    }

    pub(crate) fn finish(&self) -> ContentHash {
        ContentHash::of(self.0.finish128().as_u128())
    }
}

/// Hash tables keyed by the seed: `HashMap<K, V, SeededState>`.
#[derive(Clone, Copy, Default)]
pub(crate) struct SeededState(pub(crate) Seed);

impl BuildHasher for SeededState {
    type Hasher = siphasher::sip::SipHasher13;

    fn build_hasher(&self) -> Self::Hasher {
        let [k0, k1] = self.0.0;
        siphasher::sip::SipHasher13::new_with_keys(k0, k1)
    }
}
