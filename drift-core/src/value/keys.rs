//! Whether a key may stand twice in a map, told by hashes of the keys of the maps that are open.

use super::mix::Mixer;
use super::scan::Quoted;

/// Up to this many keys are compared each with each.
const FEW: usize = 12;

/// The keys of the maps that are open.
pub(crate) struct Keys {
    /// Each with how many maps were open when it came, its own included.
    keys: Vec<(usize, u64)>,
    /// How many maps are open.
    open: usize,
    hashes: Vec<u64>,
    mixer: &'static Mixer,
}

impl Keys {
    pub(crate) fn new() -> Self {
        Self { keys: Vec::new(), open: 0, hashes: Vec::new(), mixer: Mixer::plain() }
    }

    /// A map starts.
    #[inline(always)]
    pub(crate) fn open(&mut self) {
        self.open = self.open.wrapping_add(1);
    }

    /// A key of the innermost map, and its hash where that is known: all keys of one map come with
    /// hashes of one kind. Equal keys have equal hashes, and that is all that is asked of them:
    /// others that have cost a closer look.
    #[inline(always)]
    pub(crate) fn key(&mut self, key: Quoted<'_>, hash: Option<u64>) {
        self.keys.push((self.open, hash.unwrap_or_else(|| self.mixer.lane(key))));
    }

    /// The innermost map ends. Whether all of its keys are known to be different.
    #[inline(always)]
    pub(crate) fn close(&mut self) -> bool {
        let has_some = self.keys.last().is_some_and(|(open, _)| *open == self.open);
        let unique = !has_some || self.forget();
        self.open = self.open.wrapping_sub(1);
        unique
    }

    /// Forgets the keys of the innermost map, and says whether they are known to be different.
    fn forget(&mut self) -> bool {
        // A bit for each key, by its hash: where each has one of its own, they are different.
        let (mut bits, mut crowded, mut count) = (0_u64, false, 0);
        for (_, hash) in self.keys.iter().rev().take_while(|(open, _)| *open == self.open) {
            let bit = 1 << (hash & 63);
            crowded |= bits & bit != 0;
            bits |= bit;
            count += 1;
        }
        let start = self.keys.len().saturating_sub(count);
        let unique = !crowded || self.are_unique(start);
        self.keys.truncate(start);
        unique
    }

    #[inline(never)]
    fn are_unique(&mut self, start: usize) -> bool {
        let keys = self.keys.get(start..).unwrap_or_default();
        self.hashes.clear();
        self.hashes.extend(keys.iter().map(|(_, hash)| *hash));
        if self.hashes.len() > FEW {
            self.hashes.sort_unstable();
            return self.hashes.windows(2).all(|pair| pair.first() != pair.last());
        }
        let mut rest = self.hashes.as_slice();
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
