//! What was made lately, for who is likely to need the same again.

use super::scan::Quoted;

/// Things that were made lately, each at a place that its mark says. One whose place is taken by
/// another is made anew: that costs time, and nothing else depends on it.
#[derive(Debug)]
pub(crate) struct Recent<T> {
    places: Vec<Option<T>>,
}

impl<T: Clone> Recent<T> {
    const PLACES: usize = 512;

    pub(crate) fn new() -> Self {
        Self { places: Vec::new() }
    }

    /// The thing with this mark, if it is the one that is asked for; else one that is made.
    #[inline]
    pub(crate) fn get(
        &mut self,
        mark: u64,
        is_it: impl FnOnce(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> T {
        if self.places.is_empty() {
            self.places.resize(Self::PLACES, None);
        }
        let mixed = mark.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let Some(place) = self.places.get_mut(mixed as usize % Self::PLACES) else { return make() };
        match place {
            Some(known) if is_it(known) => known.clone(),
            _ => place.insert(make()).clone(),
        }
    }
}

/// As [`mark`], of texts one behind the other.
pub(crate) fn mark_all(texts: impl Iterator<Item = impl AsRef<str>>) -> u64 {
    texts.fold(0, |all, text| all.rotate_left(7) ^ mark(text.as_ref()))
}

/// A number that mostly tells texts apart.
pub(crate) fn mark(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let [front, back] = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(front), Some(back)) => [front, back].map(|word| u64::from_le_bytes(*word)),
        _ => Quoted::of(text).words,
    };
    front ^ back.rotate_left(29) ^ bytes.len() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_again_is_not_made_again() {
        let mut recent = Recent::new();
        let mut made = 0;
        for round in 0..2 {
            for mark in 0..4_u64 {
                let found = recent.get(
                    mark,
                    |known| *known == mark,
                    || {
                        made += 1;
                        mark
                    },
                );
                assert_eq!((found, made), (mark, if round == 0 { mark + 1 } else { 4 }));
            }
        }
    }

    #[test]
    fn another_thing_with_the_same_mark_is_never_taken_for_it() {
        let mut recent = Recent::new();
        for name in ["a", "b", "a"] {
            assert_eq!(recent.get(7, |known| *known == name, || name), name);
        }
    }
}
