//! Work on a thread with room for deep documents. A panic there becomes an error.

use crate::error;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

/// Enough for documents of the deepest nesting, whatever thread Node calls from. It is reserved,
/// and used as far as a document is deep.
const STACK: usize = 64 << 20;
const NAME: &str = "drift-worker";

thread_local! {
    static PANICKED_AT: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs `work`, which the core may refuse, and waits for it.
pub(crate) fn attempt<T: Send>(work: impl FnOnce() -> drift_core::Result<T> + Send) -> Result<T> {
    silence();
    let outcome = thread::scope(|scope| {
        let guarded = || {
            catch_unwind(AssertUnwindSafe(work)).map_err(|_| PANICKED_AT.take().unwrap_or_default())
        };
        let thread = thread::Builder::new().name(NAME.to_owned()).stack_size(STACK);
        match thread.spawn_scoped(scope, guarded) {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(String::new())),
            Err(_) => Err("no thread could be started".to_owned()),
        }
    });
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(refused)) => Err(error::raise(&refused)),
        Err(place) => Err(error::internal(&place)),
    }
}

/// As [`attempt`], for work that cannot be refused.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    attempt(|| Ok(work()))
}

type Job<T> = Box<dyn FnOnce() -> drift_core::Result<T> + Send>;

/// A job for the pool of threads beside the event loop, and how its result enters JavaScript.
pub struct Later<T, J> {
    job: Option<Job<T>>,
    into_js: fn(T) -> J,
}

/// Runs `job` off the event loop.
pub(crate) fn later<T: Send + 'static, J: 'static>(
    job: impl FnOnce() -> drift_core::Result<T> + Send + 'static,
    into_js: fn(T) -> J,
) -> AsyncTask<Later<T, J>>
where
    Later<T, J>: Task,
{
    AsyncTask::new(Later { job: Some(Box::new(job)), into_js })
}

impl<T, J> Task for Later<T, J>
where
    T: Send + 'static,
    J: napi::bindgen_prelude::ToNapiValue + napi::bindgen_prelude::TypeName + 'static,
{
    type Output = T;
    type JsValue = J;

    fn compute(&mut self) -> Result<T> {
        match self.job.take() {
            Some(job) => attempt(job),
            None => Err(error::internal("")),
        }
    }

    fn resolve(&mut self, _: Env, output: T) -> Result<J> {
        Ok((self.into_js)(output))
    }
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
