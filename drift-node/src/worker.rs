//! Work on a thread with room for deep documents, on the event loop or off it.

use crate::error;
use drift_core::{Progress, Stop, wire};
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

/// A request to stop work that goes on off the event loop.
#[napi]
#[derive(Default)]
pub struct NativeStop(pub(crate) Stop);

#[napi]
impl NativeStop {
    /// A request that nobody has made yet.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks.
    #[napi]
    pub fn ask(&self) {
        self.0.ask();
    }
}

/// How far a detection has come that goes on off the event loop.
#[napi]
#[derive(Default)]
pub struct NativeProgress(pub(crate) Progress);

#[napi]
impl NativeProgress {
    /// Of a detection that has not begun.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What it is at.
    #[napi(getter)]
    #[must_use]
    pub fn stage(&self) -> &'static str {
        self.0.stage().as_str()
    }

    /// How many resources have been compared.
    #[napi(getter)]
    #[must_use]
    pub fn done(&self) -> u32 {
        u32::try_from(self.0.done()).unwrap_or(u32::MAX)
    }

    /// How many are to be compared, once that is known.
    #[napi(getter)]
    #[must_use]
    pub fn total(&self) -> Option<u32> {
        self.0.total().map(|total| u32::try_from(total).unwrap_or(u32::MAX))
    }
}

/// Runs `work`, which the core may refuse, and waits for it.
pub(crate) fn attempt<T: Send>(work: impl FnOnce() -> drift_core::Result<T> + Send) -> Result<T> {
    wire::run(work).map_err(|refused| error::raise(&refused))
}

/// As [`attempt`], for work that cannot be refused.
pub(crate) fn run<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T> {
    attempt(|| Ok(work()))
}

/// As [`run`], on this thread: for work of a moment.
pub(crate) fn here<T>(work: impl FnOnce() -> T) -> Result<T> {
    wire::run_here(|| Ok(work())).map_err(|refused| error::raise(&refused))
}

/// Writes something of a report. A flat one is written on this thread: one of its own may have to wait for a
/// processor, and the event loop with it.
pub(crate) fn written<T: Send>(
    is_shallow: bool,
    work: impl FnOnce() -> drift_core::Result<T> + Send,
) -> Result<T> {
    let done = if is_shallow { wire::run_here(work) } else { wire::run(work) };
    done.map_err(|refused| error::raise(&refused))
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
        let spent = || Err(napi::Error::from_reason("a task runs once"));
        let job = self.job.take().map_or_else(spent, Ok)?;
        // On the thread that is made for it: those of the pool are everybody's.
        attempt(|| {
            step_back();
            job()
        })
    }

    fn resolve(&mut self, _: Env, output: T) -> Result<J> {
        here(|| (self.into_js)(output))
    }
}

type Any = Arc<dyn std::any::Any + Send + Sync>;

/// Holds what an object of JavaScript's holds, and is the last to let it go: off the event loop, as freeing the
/// parts of a large document takes longer than a turn of it may. It stands behind the field that it goes with.
#[derive(Default)]
pub(crate) struct Last(Option<Any>);

impl Last {
    pub(crate) fn of<T: Send + Sync + 'static>(held: &Arc<T>) -> Self {
        Self(Some(Arc::<T>::clone(held)))
    }
}

impl Drop for Last {
    fn drop(&mut self) {
        static LEAVING: OnceLock<Option<Sender<Any>>> = OnceLock::new();
        let leaving = LEAVING.get_or_init(|| {
            let (sender, receiver) = channel::<Any>();
            let free = move || {
                step_back();
                for held in receiver {
                    // What panics here has nobody to tell.
                    drop(catch_unwind(AssertUnwindSafe(|| drop(held))));
                }
            };
            let thread = thread::Builder::new().name("drift-free".to_owned());
            thread.spawn(free).is_ok().then_some(sender)
        });
        if let (Some(held), Some(leaving)) = (self.0.take(), leaving) {
            // Without that thread it is freed here.
            drop(leaving.send(held));
        }
    }
}

/// How much memory hangs on an object of JavaScript's: its collector sees the object alone, and would let any number
/// of them wait.
pub(crate) struct Weight {
    bytes: usize,
    told: i64,
}

impl Weight {
    pub(crate) fn of(bytes: usize) -> Self {
        Self { bytes, told: 0 }
    }

    /// Tells the collector of this share of it; returns all that it has been told of.
    pub(crate) fn tell(&mut self, env: Env, share: f64) -> Result<i64> {
        let told = (self.bytes as f64 * share) as i64;
        let all = env.adjust_external_memory(told - self.told)?;
        self.told = told;
        Ok(all)
    }

    /// Takes back what the collector was told, whose call it is: it could only throw an error that nobody catches.
    pub(crate) fn take_back(&mut self, env: Env) {
        drop(self.tell(env, 0.0));
    }
}

/// How far such a thread stands back, as `nice` counts.
#[cfg(target_os = "linux")]
const BACK: i32 = 10;

/// Lets this thread, and those that it starts, wait for a processor behind those of JavaScript: what works for
/// long takes no turns from the event loop and its collector of garbage, where there are as many jobs as
/// processors. Linux alone lets anybody lower the priority of a single thread.
fn step_back() {
    // Where it is refused, the work is done all the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(BACK);
}

/// As many threads as the machine offers: what a call uses that does not say.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
