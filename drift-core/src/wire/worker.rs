//! Work for a caller from another language: on a thread with room for deep documents, where a panic
//! becomes an error.

use crate::error::{Code, Error, Result};
use crate::value::parallel::{NAME, STACK};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

thread_local! {
    static PANICKED_AT: Cell<Option<String>> = const { Cell::new(None) };
    /// Whether the thread does such work, though it is not ours.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on a thread of its own, 64 MiB of stack reserved for it, and waits.
///
/// A panic prints nothing, as its message may hold what a document says; only its place in the
/// source goes into the error.
///
/// # Errors
/// What `work` refuses, and `DRIFT_INTERNAL` where it panics or no thread can be started.
///
/// ```
/// # use drift_core::wire::run;
/// assert_eq!(run(|| Ok(1 + 1))?, 2);
/// let error = run::<()>(|| panic!("secret")).unwrap_err();
/// assert_eq!(error.code().as_str(), "DRIFT_INTERNAL");
/// assert!(!format!("{error} {error:?}").contains("secret"));
/// # Ok::<(), drift_core::Error>(())
/// ```
pub fn run<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    silence();
    thread::scope(|scope| {
        let guarded = || {
            catch_unwind(AssertUnwindSafe(work))
                .unwrap_or_else(|_| Err(internal(PANICKED_AT.take().as_deref())))
        };
        let thread = thread::Builder::new().name(NAME.to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, guarded) {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(internal(None))),
            Err(_) => Err(Error::new(Code::Internal, "no thread could be started")
                .with_help("the process has reached its limit of threads or memory")),
        }
    })
}

/// As [`run`], on the thread of the caller: for work that goes no deeper than its stack has room for
/// ([`is_shallow`](super::is_shallow)). On a machine whose processors are all at work a thread of its own may have to
/// wait before it begins.
///
/// # Errors
/// What `work` refuses, and `DRIFT_INTERNAL` where it panics.
pub fn run_here<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    silence();
    let before = IS_QUIET.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    IS_QUIET.set(before);
    done.unwrap_or_else(|_| Err(internal(PANICKED_AT.take().as_deref())))
}

fn internal(place: Option<&str>) -> Error {
    let message = match place {
        None => "the engine failed".to_owned(),
        Some(place) => format!("the engine failed at {place}"),
    };
    let help = "this is a fault of drift: please report it with the place and the version";
    Error::new(Code::Internal, message).with_help(help)
}

/// Keeps the panics of our threads quiet; those of others are told as before.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if IS_QUIET.get() || thread::current().name() == Some(NAME) {
                let place =
                    info.location().map(|place| format!("{}:{}", place.file(), place.line()));
                PANICKED_AT.set(place);
            } else {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_here_is_an_error_and_the_thread_goes_on() {
        assert_eq!(run_here(|| Ok(2)).unwrap(), 2);
        for _ in 0..2 {
            let error = run_here::<()>(|| panic!("secret")).unwrap_err();
            assert_eq!(error.code(), Code::Internal);
            assert!(error.to_string().contains("worker.rs"), "{error}");
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        assert!(!IS_QUIET.get());
        let inside = run_here(|| Ok(run_here::<()>(|| panic!("again")).is_err() && IS_QUIET.get()));
        assert!(inside.unwrap());
    }
}
