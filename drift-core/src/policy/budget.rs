//! What the evaluation of a rule may build and look through, counted as it does.

use regorus::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What an error says where a limit is passed.
pub(super) const TOO_MUCH: &str = "more than it may build";

/// As much as an element of a list takes, in bytes, with what stands around it.
pub(super) const ELEMENT: usize = 32;
/// What compiling a pattern costs, and each byte of it.
const PATTERN: (usize, usize) = (16 << 10, 64);
/// Patterns that are remembered.
const PATTERNS: usize = 256;
/// Values inside each other.
const MAX_DEPTH: usize = 1024;

pub(super) type Answer<T = ()> = Result<T, &'static str>;

/// Bytes that have been built, and may be.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    spent: Arc<Spent>,
    max: usize,
}

#[derive(Debug, Default)]
struct Spent {
    bytes: AtomicUsize,
    /// Regular expressions and globs that the rule has asked for.
    patterns: Mutex<Vec<Arc<str>>>,
}

/// What a value is walked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Walk {
    /// It is compared, or looked through.
    Read,
    /// It is kept.
    Held,
    /// It is written out as text.
    Written,
}

impl Budget {
    pub(super) fn new(max: usize) -> Self {
        Self { spent: Arc::default(), max }
    }

    /// Begins anew, with another rule.
    pub(super) fn clear(&self) {
        self.spent.bytes.store(0, Ordering::Relaxed);
        self.spent.patterns.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether more has been asked for than there is. It stays so: the engine may have swallowed the error.
    pub(super) fn is_passed(&self) -> bool {
        self.spent.bytes.load(Ordering::Relaxed) > self.max
    }

    fn left(&self) -> usize {
        self.max.saturating_sub(self.spent.bytes.load(Ordering::Relaxed))
    }

    pub(super) fn take(&self, bytes: usize) -> Answer {
        // One thread alone evaluates with a budget.
        let spent = self.spent.bytes.load(Ordering::Relaxed).saturating_add(bytes);
        self.spent.bytes.store(spent, Ordering::Relaxed);
        if spent <= self.max { Ok(()) } else { Err(TOO_MUCH) }
    }

    /// Walks a value, however often a part of it is shared.
    pub(super) fn walk(&self, value: &Value, walk: Walk) -> Answer {
        let left = self.left();
        let mut walker = Walker { walk, left };
        let fits = walker.value(value, 0);
        self.take(if fits { left - walker.left } else { left.saturating_add(1) })
    }

    /// A regular expression or a glob: one that has not been asked for before has to be compiled.
    pub(super) fn pattern(&self, pattern: &Arc<str>) -> Answer {
        let known = &self.spent.patterns;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|known| Arc::ptr_eq(known, pattern) || known == pattern) {
            return Ok(());
        }
        if known.len() < PATTERNS {
            known.push(Arc::clone(pattern));
        }
        drop(known);
        self.take(PATTERN.0.saturating_add(pattern.len().saturating_mul(PATTERN.1)))
    }
}

struct Walker {
    walk: Walk,
    left: usize,
}

impl Walker {
    /// Whether the value fits into what is left.
    fn value(&mut self, value: &Value, depth: usize) -> bool {
        if depth > MAX_DEPTH {
            return false;
        }
        let own = match (self.walk, value) {
            (Walk::Written, Value::String(text)) => written(text),
            (Walk::Read, Value::String(text)) => 1 + text.len() / 8,
            (Walk::Written, Value::Number(_)) => digits(value),
            (Walk::Read | Walk::Held, Value::Number(_)) => arithmetic(value),
            (Walk::Read, _) => 1,
            (Walk::Held, _) => ELEMENT / 2,
            (Walk::Written, _) => 8,
        };
        let Some(left) = self.left.checked_sub(own) else { return false };
        self.left = left;
        match value {
            Value::Array(items) => items.iter().all(|item| self.value(item, depth + 1)),
            Value::Set(items) => items.iter().all(|item| self.value(item, depth + 1)),
            Value::Object(fields) => fields
                .iter()
                .all(|(name, item)| self.value(name, depth + 1) && self.value(item, depth + 1)),
            _ => true,
        }
    }
}

/// The length of a text in JSON.
fn written(text: &str) -> usize {
    let more = |byte: u8| match byte {
        b'"' | b'\\' => 1,
        0..0x20 => 5,
        _ => 0,
    };
    text.len() + 4 + text.bytes().map(more).sum::<usize>()
}

/// The size of a number in bytes.
pub(super) fn size(value: &Value) -> usize {
    let Ok(number) = value.as_number() else { return 0 };
    if number.as_i64().is_some() || number.as_u64().is_some() || !number.is_integer() {
        return 8;
    }
    let bits = number.as_big().map_or(64, |big| big.bits());
    usize::try_from(bits / 8).unwrap_or(usize::MAX).saturating_add(1)
}

/// What it costs to compute with a number.
pub(super) fn arithmetic(value: &Value) -> usize {
    let size = size(value);
    size.saturating_add(size.saturating_mul(size) / 4096)
}

/// What it costs to write a number out.
pub(super) fn digits(value: &Value) -> usize {
    let size = size(value);
    match value.as_number().map(|number| number.as_f64()) {
        // Those with many zeros behind or in front of them.
        Ok(Some(float)) if size == 8 && !(1e-9..1e18).contains(&float.abs()) && float != 0.0 => 340,
        _ => size.saturating_mul(3).saturating_add(size.saturating_mul(size) / 512),
    }
}
