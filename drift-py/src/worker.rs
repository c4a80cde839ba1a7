//! Work without the GIL.

use crate::error::{self, refuse};
use drift_core::{Code, Progress, Stop, wire};
use pyo3::intern;
use pyo3::prelude::*;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// How often a waiting call looks for signals: Ctrl-C is heard within twice this time.
const LOOK: Duration = Duration::from_millis(40);

/// Runs `work`, which the core may refuse, and waits for it without the GIL.
pub(crate) fn attempt<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> drift_core::Result<T> + Send,
) -> PyResult<T> {
    py.detach(|| wire::run(work)).map_err(|refused| error::raise(py, &refused))
}

/// As [`attempt`], for work that cannot be refused.
pub(crate) fn run<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    attempt(py, || Ok(work()))
}

/// A Python callable that is told how far work has come: `told(stage, done, total)`.
pub(crate) struct Teller<'py> {
    told: Bound<'py, PyAny>,
    pub(crate) progress: Progress,
}

impl<'py> Teller<'py> {
    pub(crate) fn of(told: Bound<'py, PyAny>) -> Self {
        Self { told, progress: Progress::default() }
    }

    fn tell(&self) -> PyResult<()> {
        let progress = &self.progress;
        // The stage first: what it says of the numbers holds from then on.
        let stage = progress.stage().as_str();
        self.told.call1((stage, progress.done(), progress.total())).map(drop)
    }
}

/// As [`attempt`], and a signal ends the wait: the work is asked to stop then, and nobody gets its answer.
pub(crate) fn wait<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Stop) -> drift_core::Result<T> + Send + 'static,
) -> PyResult<T> {
    wait_and_tell(py, None, work)
}

/// As [`wait`], and what the teller raises ends it as a signal does.
pub(crate) fn wait_and_tell<T: Send + 'static>(
    py: Python<'_>,
    teller: Option<&Teller<'_>>,
    work: impl FnOnce(&Stop) -> drift_core::Result<T> + Send + 'static,
) -> PyResult<T> {
    let stop = Stop::default();
    // Python hands signals to its main thread alone.
    if teller.is_none() && !on_main_thread(py)? {
        return attempt(py, || work(&stop));
    }
    let look = || {
        py.check_signals()?;
        teller.map_or(Ok(()), Teller::tell)
    };
    let (done, mut answer) = sync_channel(1);
    // Nobody listens where the wait has ended.
    let asked = stop.clone();
    let job = move || drop(done.send(wire::run(|| work(&asked))));
    if thread::Builder::new().spawn(job).is_err() {
        return Err(refuse(py, Code::Internal, "no thread could be started"));
    }
    loop {
        let answer = &mut answer;
        match py.detach(move || answer.recv_timeout(LOOK)) {
            Ok(answer) => {
                let answer = answer.map_err(|refused| error::raise(py, &refused))?;
                teller.map_or(Ok(()), Teller::tell)?;
                return Ok(answer);
            }
            Err(RecvTimeoutError::Timeout) => look().inspect_err(|_| stop.ask())?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(refuse(py, Code::Internal, "the engine failed"));
            }
        }
    }
}

fn on_main_thread(py: Python<'_>) -> PyResult<bool> {
    let threading = py.import(intern!(py, "threading"))?;
    let main = threading.call_method0(intern!(py, "main_thread"))?;
    let own = threading.call_method0(intern!(py, "get_ident"))?;
    main.getattr(intern!(py, "ident"))?.eq(own)
}

/// As many threads as the machine offers: what a call uses that does not say.
pub(crate) fn threads() -> usize {
    thread::available_parallelism().map_or(1, std::num::NonZero::get)
}
