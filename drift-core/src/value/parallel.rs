//! Threads for one call: scoped, with room for deep documents, gone when the call returns.

use std::panic::resume_unwind;
use std::thread;

/// Enough for documents of the deepest nesting, whatever thread the caller has. It is reserved, and
/// used as far as a document is deep.
pub(crate) const STACK: usize = 64 << 20;
/// The name of every thread that is started here.
pub(crate) const NAME: &str = "drift-worker";

/// Does `work` for each number below `count` at once, 0 on the caller's thread; what came of it, in
/// order. Where no thread can be started the caller's does more.
pub(crate) fn parallel<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let work = &work;
    thread::scope(|scope| {
        let start = |index| {
            let builder = thread::Builder::new().name(NAME.to_owned()).stack_size(STACK);
            (index, builder.spawn_scoped(scope, move || work(index)))
        };
        let others: Vec<_> = (1..count).map(start).collect();
        let mut done = vec![work(0)];
        for (index, thread) in others {
            done.push(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => work(index),
            });
        }
        done
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_in_order() {
        assert_eq!(parallel(5, |index| index * index), [0, 1, 4, 9, 16]);
        assert_eq!(parallel(0, |index| index), [0]);
    }

    #[test]
    fn a_panic_is_the_caller_s() {
        let caught = std::panic::catch_unwind(|| parallel(2, |index| assert!(index < 1)));
        assert!(caught.is_err());
    }
}
