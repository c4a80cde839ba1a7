//! Work without the GIL, on a thread with room for deep documents. A panic there becomes an error.

use crate::error;
use pyo3::prelude::*;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

/// Enough for documents of the deepest nesting, whatever thread Python calls from. It is reserved,
/// and used as far as a document is deep.
const STACK: usize = 64 << 20;
const NAME: &str = "drift-worker";

thread_local! {
    static PANICKED_AT: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs `work` and waits for it without the GIL.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    silence();
    let outcome = py.detach(|| {
        thread::scope(|scope| {
            let guarded = || {
                catch_unwind(AssertUnwindSafe(work))
                    .map_err(|_| PANICKED_AT.take().unwrap_or_default())
            };
            let thread = thread::Builder::new().name(NAME.to_owned()).stack_size(STACK);
            match thread.spawn_scoped(scope, guarded) {
                Ok(thread) => thread.join().unwrap_or_else(|_| Err(String::new())),
                Err(_) => Err("no thread could be started".to_owned()),
            }
        })
    });
    outcome.map_err(|place| error::internal(py, &place))
}

/// As [`run`], for work that the core may refuse.
pub(crate) fn attempt<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> drift_core::Result<T> + Send,
) -> PyResult<T> {
    run(py, work)?.map_err(|refused| error::raise(py, &refused))
}

/// The message of a panic may hold what a document says: our threads print none, and only the
/// place goes into the error.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().name() == Some(NAME) {
                let place =
                    info.location().map(|place| format!("{}:{}", place.file(), place.line()));
                PANICKED_AT.set(place);
            } else {
                before(info);
            }
        }));
    });
}
