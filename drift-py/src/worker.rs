//! Work without the GIL.

use crate::error;
use drift_core::Stop;
use pyo3::prelude::*;

/// Runs `work`, which the core may refuse, and waits for it without the GIL.
pub(crate) fn attempt<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> drift_core::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| drift_core::wire::run(work)).map_err(|refused| error::raise(py, &refused))
}

/// As [`attempt`], for work that cannot be refused.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    attempt(py, || Ok(work()))
}

/// As [`attempt`], for work that stops where it is asked to, as Ctrl-C does.
pub(crate) fn attempt_until<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Stop) -> drift_core::Result<T> + Send,
) -> PyResult<T> {
    let stop = Stop::default();
    let mut signal = None;
    let done = py.detach(|| {
        drift_core::wire::run_beside(
            || work(&stop),
            || {
                if signal.is_none() {
                    signal = Python::try_attach(|py| py.check_signals().err()).flatten();
                }
                if signal.is_some() {
                    stop.ask();
                }
            },
        )
    });
    match signal {
        Some(signal) => Err(signal),
        None => done.map_err(|refused| error::raise(py, &refused)),
    }
}

/// As many threads as the machine offers: what a call uses that does not say.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
