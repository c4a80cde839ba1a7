//! A run of random choices, shrunk by proptest: all generators draw from one, and where it ends
//! they draw the simplest choice.

use proptest::prelude::*;
use std::cell::Cell;

/// Choices to draw from. Shared references draw too, so that generators nest freely.
#[derive(Clone)]
pub(crate) struct Entropy {
    choices: Vec<u32>,
    at: Cell<usize>,
}

/// What is drawn from the choices says more than they do.
impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} choices", self.choices.len())
    }
}

/// The strategy: up to `length` choices.
pub(crate) fn entropy(length: usize) -> impl Strategy<Value = Entropy> {
    prop::collection::vec(any::<u32>(), 0..length)
        .prop_map(|choices| Entropy { choices, at: Cell::new(0) })
}

impl Entropy {
    fn next(&self) -> u32 {
        let at = self.at.get();
        self.at.set(at + 1);
        self.choices.get(at).copied().unwrap_or(0)
    }

    /// A number below `bound`; 0 where the choices have run out.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.next() as usize % bound.max(1)
    }

    /// True in about one of `n` draws; false where the choices have run out.
    pub(crate) fn one_in(&self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of `items`.
    pub(crate) fn pick<'i, T>(&self, items: &'i [T]) -> &'i T {
        &items[self.below(items.len())]
    }

    /// The items in a random order; as they are where the choices have run out.
    pub(crate) fn shuffle<T>(&self, items: &mut [T]) {
        for i in 0..items.len() {
            let j = i + self.below(items.len() - i);
            items.swap(i, j);
        }
    }
}
