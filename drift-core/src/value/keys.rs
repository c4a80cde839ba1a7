//! Whether a key may stand twice in a map, told by hashes of the keys of the maps that are open.

use super::mix::Mixer;
use super::scan::Quoted;

/// Up to this many keys are compared each with each.
const FEW: usize = 12;

/// The keys of the maps that are open.
pub(crate) struct Keys {
    hashes: Vec<u64>,
    /// Where those of each open map start.
    starts: Vec<usize>,
    mixer: &'static Mixer,
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self { hashes: Vec::new(), starts: Vec::new(), mixer: Mixer::plain() }
    }

    /// A map starts.
    #[inline(always)]
    pub(crate) fn open(&mut self) {
        self.starts.push(self.hashes.len());
    }

    /// A key of the innermost map, and its hash where that is known: all keys of one map come with
    /// hashes of one kind. Equal keys have equal hashes, and that is all that is asked of them:
    /// others that have cost a closer look.
    #[inline(always)]
    pub(crate) fn key(&mut self, key: Quoted<'_>, hash: Option<u64>) {
        self.hashed(hash.unwrap_or_else(|| self.mixer.lane(key)));
    }

    /// As [`Keys::key`], where nothing but the hash is known.
    #[inline(always)]
    pub(crate) fn hashed(&mut self, hash: u64) {
        self.hashes.push(hash);
    }

    /// The innermost map ends. Whether all of its keys are known to be different.
    #[inline(always)]
    pub(crate) fn close(&mut self) -> bool {
        let Some(start) = self.starts.pop() else { return true };
        // A bit for each key, by its hash: where each has one of its own, they are different.
        let (mut bits, mut crowded) = (0_u64, false);
        for hash in self.hashes.get(start..).unwrap_or_default() {
            let bit = 1 << (hash & 63);
            crowded |= bits & bit != 0;
            bits |= bit;
        }
        let unique = !crowded || self.are_unique(start);
        self.hashes.truncate(start);
        unique
    }

    #[inline(never)]
    fn are_unique(&mut self, start: usize) -> bool {
        let keys = self.hashes.get_mut(start..).unwrap_or_default();
        if keys.len() > FEW {
            keys.sort_unstable();
            return keys.windows(2).all(|pair| pair.first() != pair.last());
        }
        let mut rest: &[u64] = keys;
        while let Some((key, others)) = rest.split_first() {
            if others.contains(key) {
                return false;
            }
            rest = others;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_found_in_its_map_alone() {
        for count in [2, FEW, FEW + 1, 200] {
            let names: Vec<String> =
                (0..count).map(|at| format!("a-rather-long-name-{at}")).collect();
            for twice in [None, Some(0), Some(count / 2)] {
                let mut keys = Keys::new();
                keys.open();
                for name in &names {
                    keys.key(Quoted::of(name), None);
                    // The same name in a map inside is another key.
                    keys.open();
                    keys.key(Quoted::of(name), None);
                    assert!(keys.close());
                }
                let again = twice.and_then(|at| names.get(at));
                again.iter().for_each(|name| keys.key(Quoted::of(name), None));
                assert_eq!(keys.close(), again.is_none(), "{count} {twice:?}");
            }
        }
        assert!(Keys::new().close());
    }
}
